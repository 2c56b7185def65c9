//! Labels of groups: what a sensitive attribute or a stratum takes as values.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// One level of an attribute. Ordered within an attribute by its own kind (numbers by size, bins
/// by position, text by bytes), the missing level last.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// `false` or `true`.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// Days since 1970-01-01, written ISO 8601.
    Date(i32),
    /// A bin of a number: position, then its name (`<25`, `25..<40`, `>=60`).
    Bin(u32, Arc<str>),
    /// Text.
    Text(Arc<str>),
    /// Null, NaN or an empty CSV field.
    Missing,
}

impl Label {
    /// A text label.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }

    /// Whether this is the missing level.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// The level of all values that have none of their own.
    #[must_use]
    pub fn others() -> Self {
        Self::Bin(u32::MAX, Arc::from("(other)"))
    }

    /// Whether this is [`Self::others`]; a text of the same spelling is not.
    #[must_use]
    pub const fn is_others(&self) -> bool {
        matches!(self, Self::Bin(u32::MAX, _))
    }

    /// The label as documents show it; `None` for the missing level.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        (!self.is_missing()).then(|| self.to_string())
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Bool(_) => 0,
            Self::Int(_) => 1,
            Self::Date(_) => 2,
            Self::Bin(..) => 3,
            Self::Text(_) => 4,
            Self::Missing => 5,
        }
    }
}

impl Ord for Label {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Bin(a, x), Self::Bin(b, y)) => (a, x).cmp(&(b, y)),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Label {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Date(days) => {
                let (year, month, day) = civil_from_days(*days);
                write!(f, "{year:04}-{month:02}-{day:02}")
            }
            Self::Bin(_, name) => f.write_str(name),
            Self::Text(text) => f.write_str(text),
            Self::Missing => f.write_str("(missing)"),
        }
    }
}

/// The Gregorian date of a day number (Hinnant, *chrono-compatible low-level date algorithms*).
#[must_use]
pub fn civil_from_days(days: i32) -> (i64, u32, u32) {
    let z = i64::from(days) + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// The day number of a Gregorian date, for which [`civil_from_days`] is the inverse; a day beyond its
/// month counts on into the next.
///
/// ```
/// use waage_core::label::{civil_from_days, days_from_civil};
/// assert_eq!(days_from_civil(2024, 2, 29), 19_782);
/// assert_eq!(civil_from_days(19_782), (2024, 2, 29));
/// ```
#[must_use]
pub const fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = ((153 * ((month + 9) % 12) + 2) / 5 + day) as i64 - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// A group: one label per attribute of the view, in the attributes' order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupName(pub Vec<Label>);

impl GroupName {
    /// All rows, where they are what a group is compared with.
    #[must_use]
    pub fn overall() -> Self {
        Self(vec![Label::text("(overall)")])
    }

    /// Whether any of its labels is the missing level.
    #[must_use]
    pub fn has_missing(&self) -> bool {
        self.0.iter().any(Label::is_missing)
    }
}

impl fmt::Display for GroupName {
    /// Labels joined by `*`, missing as `(missing)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, label) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("*")?;
            }
            label.fmt(f)?;
        }
        Ok(())
    }
}

/// A sensitive attribute or stratum and its levels, ascending, without repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name in documents.
    pub name: String,
    /// Its levels in order.
    pub labels: Vec<Label>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_order_by_kind_and_missing_comes_last() {
        let mut labels = vec![
            Label::Missing,
            Label::Int(10),
            Label::Int(9),
            Label::Int(-1),
        ];
        labels.sort();
        assert_eq!(
            labels,
            [
                Label::Int(-1),
                Label::Int(9),
                Label::Int(10),
                Label::Missing
            ]
        );
    }

    #[test]
    fn dates_are_iso_8601() {
        assert_eq!(Label::Date(0).to_string(), "1970-01-01");
        assert_eq!(Label::Date(19_782).to_string(), "2024-02-29");
        assert_eq!(Label::Date(-1).to_string(), "1969-12-31");
    }

    #[test]
    fn intersections_join_with_a_star() {
        let group = GroupName(vec![Label::text("female"), Label::Missing]);
        assert_eq!(group.to_string(), "female*(missing)");
        assert!(group.has_missing());
    }
}
