//! A moment in UTC, given by the caller: nothing here reads a clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::date::Date;

const DAY: i64 = 86_400;

/// A second of the years 0001 to 9999 in UTC, written as RFC 3339 does: `2026-01-05T09:00:00Z`.
///
/// ```
/// use waage_govern::Timestamp;
/// let moment: Timestamp = "2026-01-05T09:00:00Z".parse()?;
/// assert_eq!(moment.unix(), 1_767_603_600);
/// assert_eq!(moment.to_string(), "2026-01-05T09:00:00Z");
/// assert_eq!(moment.date().to_string(), "2026-01-05");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z.
    seconds: i64,
}

impl Timestamp {
    /// The moment so many seconds after the beginning of 1970; `None` outside the years 0001 to 9999.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Option<Self> {
        Date::from_days(seconds.div_euclid(DAY)).map(|_| Self { seconds })
    }

    /// The first second of a day.
    #[must_use]
    pub fn start_of(day: Date) -> Self {
        Self {
            seconds: i64::from(day.days()) * DAY,
        }
    }

    /// The last second of a day.
    #[must_use]
    pub fn end_of(day: Date) -> Self {
        Self {
            seconds: i64::from(day.days()) * DAY + DAY - 1,
        }
    }

    /// Seconds since the beginning of 1970.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.seconds
    }

    /// Seconds from another moment to this one; negative if this one is earlier.
    #[must_use]
    pub const fn seconds_since(self, other: Self) -> i64 {
        self.seconds - other.seconds
    }

    /// The day in UTC.
    #[must_use]
    pub fn date(self) -> Date {
        // Every way to make a moment keeps within the years of a day.
        Date::from_days(self.seconds.div_euclid(DAY)).unwrap_or_else(|| unreachable!())
    }

    /// Reads `2026-01-05T09:00:00Z` and no other form.
    pub(crate) fn parse_bytes(text: &[u8]) -> Option<Self> {
        let (date, time) = text.split_at_checked(11)?;
        let number = |from: usize, to: usize| {
            date[from..to].iter().try_fold(0_u16, |value, digit| {
                digit
                    .is_ascii_digit()
                    .then(|| value * 10 + u16::from(digit - b'0'))
            })
        };
        if [date[4], date[7], date[10]] != *b"--T" {
            return None;
        }
        let two = |from: usize| u8::try_from(number(from, from + 2)?).ok();
        Self::start_of(Date::new(number(0, 4)?, two(5)?, two(8)?)?).at_time(time)
    }

    /// The moment of this day at a time of the form `09:00:00Z`.
    pub(crate) fn at_time(self, text: &[u8]) -> Option<Self> {
        let [h1, h2, b':', m1, m2, b':', s1, s2, b'Z'] = *text else {
            return None;
        };
        let two = |tens: u8, ones: u8, most: u8| {
            let value = (tens.is_ascii_digit() && ones.is_ascii_digit())
                .then(|| (tens - b'0') * 10 + ones - b'0')?;
            (value <= most).then_some(i64::from(value))
        };
        let within = two(h1, h2, 23)? * 3600 + two(m1, m2, 59)? * 60 + two(s1, s2, 59)?;
        Some(Self {
            seconds: self.seconds - self.seconds.rem_euclid(DAY) + within,
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = self.seconds.rem_euclid(DAY);
        let (hour, minute, second) = (within / 3600, within / 60 % 60, within % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}Z", self.date())
    }
}

impl FromStr for Timestamp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse_bytes(text.as_bytes()).ok_or_else(|| {
            format!(
                "{text:?} is not a moment in UTC; write it as YYYY-MM-DDThh:mm:ssZ, such as 2026-01-05T09:00:00Z"
            )
        })
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_they_are_written() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2024-02-29T23:59:59Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        }
        for text in [
            "2026-01-05 09:00:00Z",
            "2026-01-05T09:00:00",
            "2026-01-05T09:00:00+00:00",
            "2026-01-05T24:00:00Z",
            "2026-01-05T09:60:00Z",
            "2026-01-05T09:00:60Z",
            "2026-02-29T09:00:00Z",
            "2026-01-05T09:00:00.0Z",
            "",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_begin_and_end() {
        let day: Date = "2026-07-05".parse().unwrap();
        assert_eq!(Timestamp::start_of(day).to_string(), "2026-07-05T00:00:00Z");
        assert_eq!(Timestamp::end_of(day).to_string(), "2026-07-05T23:59:59Z");
        assert_eq!(
            Timestamp::from_unix(-1).unwrap().to_string(),
            "1969-12-31T23:59:59Z"
        );
        assert_eq!(Timestamp::from_unix(i64::MAX), None);
        assert_eq!(Timestamp::from_unix(i64::MIN), None);
    }
}
