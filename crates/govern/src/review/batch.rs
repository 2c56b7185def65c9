//! A batch: its name and its days.

use serde_json::{Value, json};
use waage_result::review::ReviewBatch;

use crate::canonical;
use crate::time::Timestamp;

/// The name of a batch, which follows from everything else it holds: a file of another batch, or a
/// changed one, has another.
#[must_use]
pub fn batch_id(batch: &ReviewBatch) -> String {
    let mut value = json!(batch);
    if let Value::Object(fields) = &mut value {
        fields.shift_remove("batch_id");
    }
    let digest = canonical::digest(&value);
    let hex = digest.strip_prefix("sha256:").unwrap_or(&digest);
    format!("B-{}", &hex[..12])
}

/// So many working days (Monday to Friday; holidays differ by place and are not known here) after a
/// moment, at the end of the day.
#[must_use]
pub fn working_days_later(from: Timestamp, days: u32) -> Timestamp {
    let mut day = from.date();
    let mut left = days;
    while left > 0 {
        day = day.plus_days(1);
        // 1970-01-01 was a Thursday.
        let weekday = (day.days() + 3).rem_euclid(7);
        left -= u32::from(weekday < 5);
        if day == day.plus_days(1) {
            break;
        }
    }
    Timestamp::end_of(day)
}

/// When a batch is to be done.
#[must_use]
pub fn due_at(drawn_at: Timestamp, sla_working_days: u32) -> Timestamp {
    working_days_later(drawn_at, sla_working_days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_are_no_working_days() {
        let later = |from: &str, days| working_days_later(from.parse().unwrap(), days).to_string();
        // A Friday.
        assert_eq!(later("2026-11-27T09:00:00Z", 5), "2026-12-04T23:59:59Z");
        assert_eq!(later("2026-11-27T09:00:00Z", 1), "2026-11-30T23:59:59Z");
        assert_eq!(later("2026-11-28T09:00:00Z", 1), "2026-11-30T23:59:59Z");
        assert_eq!(later("2026-11-27T09:00:00Z", 0), "2026-11-27T23:59:59Z");
        assert_eq!(later("9999-12-30T09:00:00Z", 50), "9999-12-31T23:59:59Z");
    }
}
