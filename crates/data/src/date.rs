//! ISO 8601 dates to day numbers.

use waage_core::label::{civil_from_days, days_from_civil};

/// Days since 1970-01-01 of `YYYY-MM-DD`; `None` for anything else, also for days that do not exist.
pub(crate) fn parse(text: &str) -> Option<i32> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0_u32, |sum, byte| {
            byte.is_ascii_digit()
                .then(|| sum * 10 + u32::from(byte - b'0'))
        })
    };
    let (year, month, day) = (i64::from(number(0..4)?), number(5..7)?, number(8..10)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let days = i32::try_from(days_from_civil(year, month, day)).ok()?;
    let exists = civil_from_days(days) == (year, month, day);
    exists.then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_if_they_exist() {
        assert_eq!(parse("1970-01-01"), Some(0));
        assert_eq!(parse("2024-02-29"), Some(19_782));
        assert_eq!(parse("1969-12-31"), Some(-1));
        for bad in [
            "2023-02-29",
            "2024-13-01",
            "2024-1-01",
            "01.02.2024",
            "2024-02-00",
            "+024-01-01",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
