//! Row groups that a condition cannot keep a row of, by statistics and folder names.
//!
//! Statistics are bounds, perhaps cut short; floats leave NaN out of them; old files order texts by
//! signed bytes. So each test asks what is *possible* of some row: true, false, or unknown.

use std::cmp::Ordering;

use arrow::datatypes::DataType;
use parquet::file::statistics::Statistics;

use super::literal::Literal;
use super::{Comparison, Condition, Filter, Test};
use crate::kind::Kind;
use crate::read::{Part, Slot, Store, Unit};

/// What a condition can be for some row.
#[derive(Clone, Copy, Debug)]
struct Possible {
    yes: bool,
    no: bool,
    unknown: bool,
}

impl Possible {
    const ANY: Self = Self {
        yes: true,
        no: true,
        unknown: true,
    };
}

/// A bound of a column's values.
#[derive(Clone, Debug, PartialEq)]
enum Bound {
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(Vec<u8>),
}

/// What is known of a column in a unit.
struct Facts {
    /// Lowest and highest value, or bounds beyond them.
    bounds: Option<[Bound; 2]>,
    some_missing: bool,
    all_missing: bool,
}

pub(super) fn excludes(filter: &Filter, part: &Part, unit: Unit) -> bool {
    !possible(filter, &filter.condition, part, unit).yes
}

fn possible(filter: &Filter, condition: &Condition, part: &Part, unit: Unit) -> Possible {
    let of = |condition: &Condition| possible(filter, condition, part, unit);
    match condition {
        Condition::And(a, b) => {
            let (a, b) = (of(a), of(b));
            Possible {
                yes: a.yes && b.yes,
                no: a.no || b.no,
                unknown: a.unknown || b.unknown,
            }
        }
        Condition::Or(a, b) => {
            let (a, b) = (of(a), of(b));
            Possible {
                yes: a.yes || b.yes,
                no: a.no && b.no,
                unknown: a.unknown || b.unknown,
            }
        }
        Condition::Not(a) => {
            let a = of(a);
            Possible {
                yes: a.no,
                no: a.yes,
                unknown: a.unknown,
            }
        }
        Condition::Is(at, test) => {
            let column = &filter.columns[*at];
            match facts(&column.name, column.kind, part, unit) {
                Some(facts) => of_test(test, &facts),
                None => Possible::ANY,
            }
        }
    }
}

fn of_test(test: &Test, facts: &Facts) -> Possible {
    let unknown = facts.some_missing;
    match test {
        Test::Null => Possible {
            yes: unknown,
            no: !facts.all_missing,
            unknown: false,
        },
        _ if facts.all_missing => Possible {
            yes: false,
            no: false,
            unknown: true,
        },
        Test::Compare(comparison, literal) => {
            let Some([low, high]) = &facts.bounds else {
                return Possible::ANY;
            };
            match (order(low, literal), order(high, literal)) {
                (Some(low), Some(high)) => {
                    let (yes, no) = between(*comparison, low, high);
                    Possible { yes, no, unknown }
                }
                _ => Possible::ANY,
            }
        }
        Test::OneOf(literals) => {
            let mut any = Possible {
                yes: false,
                no: true,
                unknown,
            };
            for literal in literals {
                let equal = match &facts.bounds {
                    Some([low, high]) => order(low, literal).zip(order(high, literal)),
                    None => None,
                };
                let Some((low, high)) = equal else {
                    return Possible::ANY;
                };
                let (yes, no) = between(Comparison::Equal, low, high);
                any.yes |= yes;
                any.no &= no;
            }
            any
        }
    }
}

/// Whether a comparison can hold, and can fail, of values between bounds that compare so with the
/// literal.
const fn between(comparison: Comparison, low: Ordering, high: Ordering) -> (bool, bool) {
    let equal = low.is_le() && high.is_ge();
    let different = !(low.is_eq() && high.is_eq());
    match comparison {
        Comparison::Equal => (equal, different),
        Comparison::NotEqual => (different, equal),
        Comparison::Less => (low.is_lt(), high.is_ge()),
        Comparison::LessOrEqual => (low.is_le(), high.is_gt()),
        Comparison::Greater => (high.is_gt(), low.is_le()),
        Comparison::GreaterOrEqual => (high.is_ge(), low.is_lt()),
    }
}

/// How a bound compares with a literal; `None` where the two are of different kinds.
fn order(bound: &Bound, literal: &Literal) -> Option<Ordering> {
    Some(match (bound, literal) {
        (Bound::Bool(bound), Literal::Bool(value)) => bound.cmp(value),
        (Bound::Int(bound), Literal::Number(number)) => number.order_of(*bound),
        (Bound::Int(bound), Literal::Date(days)) => bound.cmp(&i128::from(*days)),
        (Bound::Float(bound), Literal::Number(number)) => number.order_of_float(*bound),
        (Bound::Text(bound), Literal::Text(text)) => bound.as_slice().cmp(text.as_bytes()),
        _ => return None,
    })
}

/// What folders or the row group's statistics say of a column; `None` if nothing.
fn facts(name: &str, kind: Kind, part: &Part, unit: Unit) -> Option<Facts> {
    let field = match part.slot(name)? {
        Slot::Partition(at) => {
            let value = part.partition[at].1.as_ref();
            let bounds =
                value.map(|value| [(); 2].map(|()| Bound::Text(value.clone().into_bytes())));
            let missing = value.is_none();
            return Some(Facts {
                bounds,
                some_missing: missing,
                all_missing: missing,
            });
        }
        Slot::Field(field) => field,
    };
    let Store::Parquet(file) = &part.store else {
        return None;
    };
    let group = file.footer().row_groups().get(unit.chunk)?;
    let descriptor = file.footer().file_metadata().schema_descr();
    let leaf = (0..descriptor.num_columns())
        .find(|leaf| descriptor.get_column_root_idx(*leaf) == field)?;
    let statistics = group.column(leaf).statistics()?;
    let nulls = statistics.null_count_opt();
    let all_missing = nulls.is_some() && nulls == u64::try_from(group.num_rows()).ok();
    // NaN is missing, too, and no statistic counts it.
    let some_missing = nulls != Some(0) || kind == Kind::Float;
    let bounds = bounds(statistics, part.schema.field(field).data_type(), kind);
    Some(Facts {
        bounds,
        some_missing,
        all_missing,
    })
}

fn bounds(statistics: &Statistics, data_type: &DataType, kind: Kind) -> Option<[Bound; 2]> {
    if statistics.is_min_max_deprecated() {
        return None;
    }
    let pair = |low: Option<Bound>, high: Option<Bound>| Some([low?, high?]);
    match (kind, statistics) {
        (Kind::Bool, Statistics::Boolean(values)) => {
            let bound = |value: Option<&bool>| value.map(|value| Bound::Bool(*value));
            pair(bound(values.min_opt()), bound(values.max_opt()))
        }
        (Kind::Int | Kind::Date, Statistics::Int32(values)) => {
            let unsigned = is_unsigned(data_type);
            let bound = |value: Option<&i32>| {
                value.map(|v| {
                    Bound::Int(if unsigned {
                        (*v as u32).into()
                    } else {
                        (*v).into()
                    })
                })
            };
            pair(bound(values.min_opt()), bound(values.max_opt()))
        }
        (Kind::Int, Statistics::Int64(values)) => {
            let unsigned = is_unsigned(data_type);
            let bound = |value: Option<&i64>| {
                value.map(|v| {
                    Bound::Int(if unsigned {
                        (*v as u64).into()
                    } else {
                        (*v).into()
                    })
                })
            };
            pair(bound(values.min_opt()), bound(values.max_opt()))
        }
        (Kind::Float, Statistics::Float(values)) => {
            let bound = |value: Option<&f32>| float(value.map(|value| f64::from(*value)));
            pair(bound(values.min_opt()), bound(values.max_opt()))
        }
        (Kind::Float, Statistics::Double(values)) => pair(
            float(values.min_opt().copied()),
            float(values.max_opt().copied()),
        ),
        (Kind::Text, Statistics::ByteArray(values)) => {
            let bound = |bytes: Option<&[u8]>| bytes.map(|bytes| Bound::Text(bytes.to_vec()));
            pair(bound(values.min_bytes_opt()), bound(values.max_bytes_opt()))
        }
        _ => None,
    }
}

fn float(value: Option<f64>) -> Option<Bound> {
    value.filter(|value| !value.is_nan()).map(Bound::Float)
}

fn is_unsigned(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, value) => is_unsigned(value),
        other => other.is_unsigned_integer(),
    }
}
