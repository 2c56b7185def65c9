//! Values that a filter compares columns with, in the kind of their column.

use std::cmp::Ordering;

use arrow::compute::kernels::cast_utils::string_to_timestamp_nanos;

use crate::kind::Kind;

/// A value in the kind of the column that it is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Bool(bool),
    Number(Number),
    Text(String),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01, UTC.
    Moment(i64),
}

/// A finite number as written: exact against integers, nearest float against floats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    pub float: f64,
    /// The whole part, towards −∞; `None` where it leaves the range of any column.
    floor: Option<i128>,
    whole: bool,
}

impl Number {
    /// From decimal notation, without its sign.
    pub fn parse(text: &str, negative: bool) -> Option<Self> {
        let magnitude: f64 = text
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())?;
        let float = if negative { -magnitude } else { magnitude };
        if let Ok(exact) = text.parse::<i128>() {
            let floor = Some(if negative { -exact } else { exact });
            return Some(Self {
                float,
                floor,
                whole: true,
            });
        }
        let floor = libm::floor(float);
        let fits = floor.abs() < 1e30;
        Some(Self {
            float,
            floor: fits.then_some(floor as i128),
            whole: floor == float,
        })
    }

    /// How an integer compares with it.
    pub fn order_of(&self, value: i128) -> Ordering {
        match self.floor {
            None if self.float > 0.0 => Ordering::Less,
            None => Ordering::Greater,
            Some(floor) => match value.cmp(&floor) {
                Ordering::Equal if !self.whole => Ordering::Less,
                order => order,
            },
        }
    }

    /// How a float that is no NaN compares with it; both zeros are equal.
    pub fn order_of_float(&self, value: f64) -> Ordering {
        (value + 0.0).total_cmp(&(self.float + 0.0))
    }
}

/// A text in the kind of its column; `None` where it is no such value.
pub(super) fn of_text(text: &str, kind: Kind) -> Option<Literal> {
    match kind {
        Kind::Text | Kind::Untyped | Kind::Null => Some(Literal::Text(text.to_owned())),
        Kind::Date => crate::date::parse(text.trim()).map(Literal::Date),
        Kind::Timestamp => {
            let nanoseconds = string_to_timestamp_nanos(text.trim()).ok()?;
            Some(Literal::Moment(nanoseconds.div_euclid(1000)))
        }
        Kind::Bool => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Some(Literal::Bool(true)),
            "false" => Some(Literal::Bool(false)),
            _ => None,
        },
        Kind::Int | Kind::Float | Kind::Decimal => {
            let text = text.trim();
            let magnitude = text.strip_prefix('-');
            Number::parse(magnitude.unwrap_or(text), magnitude.is_some()).map(Literal::Number)
        }
        Kind::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_compare_exactly_with_any_number() {
        let number = |text, negative| Number::parse(text, negative).unwrap();
        assert_eq!(number("2.5", false).order_of(2), Ordering::Less);
        assert_eq!(number("2.5", false).order_of(3), Ordering::Greater);
        assert_eq!(number("2.5", true).order_of(-2), Ordering::Greater);
        assert_eq!(number("2.5", true).order_of(-3), Ordering::Less);
        assert_eq!(number("2.0", false).order_of(2), Ordering::Equal);
        assert_eq!(
            number("1e40", false).order_of(i128::from(i64::MAX)),
            Ordering::Less
        );
        let large = 9_007_199_254_740_993;
        assert_eq!(
            number("9007199254740993", false).order_of(large),
            Ordering::Equal
        );
        assert_eq!(
            number("9007199254740993", false).order_of(large - 1),
            Ordering::Less
        );
        assert_eq!(number("0", false).order_of_float(-0.0), Ordering::Equal);
    }
}
