//! A moment in time to the second, given by the caller: nothing here reads a clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::date::Date;

const DAY_S: i64 = 86_400;

/// A moment between the years 1970 and 9999, in UTC, to the second (RFC 3339).
///
/// ```
/// use waage_govern::records::Moment;
/// let opened: Moment = "2026-11-24T09:30:00+01:00".parse()?;
/// assert_eq!(opened.to_string(), "2026-11-24T08:30:00Z");
/// assert_eq!(opened.plus_hours(72).to_string(), "2026-11-27T08:30:00Z");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moment {
    seconds: i64,
}

impl Moment {
    /// The last second that can be written.
    const LAST: i64 = 253_402_300_799;

    /// Seconds since 1970; `None` outside the years 1970 to 9999.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        (0..=Self::LAST).contains(&seconds).then_some(Self { seconds })
    }

    /// Seconds since 1970.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// The day, in UTC.
    #[must_use]
    pub fn date(self) -> Date {
        let (year, month, day) = waage_core::label::civil_from_days(self.days());
        Date::new(
            u16::try_from(year).unwrap_or(9999),
            u8::try_from(month).unwrap_or(1),
            u8::try_from(day).unwrap_or(1),
        )
        .unwrap_or(Date::EPOCH)
    }

    fn days(self) -> i32 {
        i32::try_from(self.seconds / DAY_S).unwrap_or(i32::MAX)
    }

    /// So many hours later, at most the last moment there is.
    #[must_use]
    pub fn plus_hours(self, hours: u32) -> Self {
        Self {
            seconds: (self.seconds + i64::from(hours) * 3_600).min(Self::LAST),
        }
    }

    /// So many days later.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self {
            seconds: (self.seconds + i64::from(days) * DAY_S).min(Self::LAST),
        }
    }

    /// Hours from another moment to this one; negative if this one is earlier.
    #[must_use]
    pub fn hours_since(self, other: Self) -> f64 {
        (self.seconds - other.seconds) as f64 / 3_600.0
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.seconds % DAY_S;
        write!(
            f,
            "{}T{:02}:{:02}:{:02}Z",
            self.date(),
            rest / 3_600,
            rest / 60 % 60,
            rest % 60
        )
    }
}

impl FromStr for Moment {
    type Err = String;

    /// `2026-11-24T08:30:00Z`, also without seconds or with an offset; a day alone is its midnight.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or_else(|| {
            format!(
                "{text:?} is no moment; write it as 2026-11-24T08:30:00Z, or a day as 2026-11-24"
            )
        })
    }
}

fn read(text: &str) -> Option<Moment> {
    let day = |text: &str| text.parse::<Date>().ok();
    let Some((date, time)) = text.split_once(['T', 't', ' ']) else {
        return Moment::from_seconds(i64::from(day(text)?.days_since(&Date::EPOCH)) * DAY_S);
    };
    let (clock, offset_s) = match time.char_indices().find(|(_, c)| "Zz+-".contains(*c)) {
        Some((at, 'Z' | 'z')) => (&time[..at], (time.len() == at + 1).then_some(0)?),
        Some((at, sign)) => {
            let (hours, minutes) = time[at + 1..].split_once(':')?;
            let offset = number(hours, 23)? * 3_600 + number(minutes, 59)? * 60;
            (&time[..at], if sign == '-' { -offset } else { offset })
        }
        // Without a zone, nobody knows which moment is meant.
        None => return None,
    };
    let mut parts = clock.split(':');
    let hours = number(parts.next()?, 23)?;
    let minutes = number(parts.next()?, 59)?;
    let seconds = parts.next().map_or(Some(0), |part| {
        number(part.split_once('.').map_or(part, |(whole, _)| whole), 59)
    })?;
    if parts.next().is_some() {
        return None;
    }
    let days = i64::from(day(date)?.days_since(&Date::EPOCH));
    Moment::from_seconds(days * DAY_S + hours * 3_600 + minutes * 60 + seconds - offset_s)
}

fn number(text: &str, max: i64) -> Option<i64> {
    let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    let value: i64 = digits.then(|| text.parse().ok())??;
    (value <= max).then_some(value)
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_utc() {
        for (text, utc) in [
            ("2026-11-24", "2026-11-24T00:00:00Z"),
            ("2026-11-24T08:30Z", "2026-11-24T08:30:00Z"),
            ("2026-11-24 08:30:15.25z", "2026-11-24T08:30:15Z"),
            ("2026-11-24T00:30:00+02:00", "2026-11-23T22:30:00Z"),
            ("2026-11-24T23:30:00-02:30", "2026-11-25T02:00:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(text.parse::<Moment>().unwrap().to_string(), utc, "{text}");
        }
        for text in [
            "",
            "T",
            "2026-11-24T08:30:00",
            "2026-11-24T24:00:00Z",
            "2026-11-24T08:30:00Zx",
            "2026-11-24T08:30:00+0200",
            "1969-12-31",
            "2026-11-24T08:30:00:00Z",
            "2026-11-24T8:30:00Z",
            "2026-11-24T0ü:30:00Z",
        ] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }

    #[test]
    fn clocks_run_in_hours_and_days() {
        let at: Moment = "2026-02-27T12:00:00Z".parse().unwrap();
        assert_eq!(at.plus_days(2).to_string(), "2026-03-01T12:00:00Z");
        assert_eq!(at.plus_hours(72).hours_since(at), 72.0);
        assert_eq!(at.date().to_string(), "2026-02-27");
    }
}
