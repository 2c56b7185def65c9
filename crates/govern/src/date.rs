//! A calendar day, given by the caller: nothing here reads a clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use waage_core::label::{civil_from_days, days_from_civil};

/// A day of the Gregorian calendar between the years 0001 and 9999.
///
/// ```
/// use waage_govern::Date;
/// let day: Date = "2027-01-31".parse()?;
/// assert_eq!(day.days_since(&"2026-10-01".parse()?), 122);
/// assert_eq!(day.to_string(), "2027-01-31");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i32,
}

impl Date {
    /// The day of a year, a month (1 to 12) and a day of the month; `None` if there is none such.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        if year == 0 || year > 9999 || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        let civil = (i64::from(year), u32::from(month), u32::from(day));
        let days = i32::try_from(days_from_civil(civil.0, civil.1, civil.2)).ok()?;
        (civil_from_days(days) == civil).then_some(Self { days })
    }

    /// So many days later, at most the last day there is.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        const LAST: i64 = 2_932_896;
        let later = (i64::from(self.days) + i64::from(days)).min(LAST);
        Self::from_days(later).unwrap_or(self)
    }

    /// The day that is so many days after 1970-01-01; `None` outside the years 0001 to 9999.
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        let days = i32::try_from(days).ok()?;
        let first = Self::new(1, 1, 1)?;
        let last = Self::new(9999, 12, 31)?;
        (first.days..=last.days)
            .contains(&days)
            .then_some(Self { days })
    }

    /// Days since 1970-01-01; negative before.
    #[must_use]
    pub const fn days(&self) -> i32 {
        self.days
    }

    /// Days from another day to this one; negative if this one is earlier.
    #[must_use]
    pub const fn days_since(&self, other: &Self) -> i32 {
        self.days - other.days
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.days);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split('-').collect();
        let number = |part: &str, width: usize| {
            (part.len() == width && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<u16>().ok())
                .flatten()
        };
        let date = match parts[..] {
            [y, m, d] => number(y, 4).zip(number(m, 2)).zip(number(d, 2)),
            _ => None,
        };
        date.and_then(|((y, m), d)| Self::new(y, u8::try_from(m).ok()?, u8::try_from(d).ok()?))
            .ok_or_else(|| {
                format!("{text:?} is not a day; write it as YYYY-MM-DD, such as 2027-01-31")
            })
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let datetime = toml::value::Datetime::deserialize(deserializer)?;
        let day = match (datetime.date, datetime.time, datetime.offset) {
            (Some(date), None, None) => Self::new(date.year, date.month, date.day),
            _ => None,
        };
        day.ok_or_else(|| {
            serde::de::Error::custom(format!(
                "{datetime} is not a day; write it as YYYY-MM-DD without quotes or time"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for text in [
            "1970-01-01",
            "2024-02-29",
            "2000-02-29",
            "0001-01-01",
            "9999-12-31",
        ] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in [
            "2023-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-1-1",
            "26-01-01",
            "2026-01-00",
            "+026-01-01",
            "",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert!("2026-01-31".parse::<Date>().unwrap() < "2026-02-01".parse().unwrap());
        let day: Date = "2026-12-31".parse().unwrap();
        assert_eq!(day.plus_days(60).to_string(), "2027-03-01");
        assert_eq!(day.plus_days(u32::MAX).to_string(), "9999-12-31");
    }
}
