//! Which rows count: a condition on columns, with SQL's three-valued logic.

mod compare;
mod grammar;
mod literal;
mod parse;
mod prune;

use arrow::array::{Array, BooleanArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::kernels::boolean::{and_kleene, not, or_kleene};
use arrow::error::ArrowError;

use self::literal::Literal;
use crate::DataError;
use crate::columns::ColumnError;
use crate::decoded::Decoded;
use crate::kind::Kind;
use crate::read::{Decimal, Part, Unit};
use crate::table::Needed;

/// A condition that rows must meet to count.
///
/// Null, NaN and an empty CSV field are unknown; a row counts only where the condition is true.
#[derive(Debug)]
pub(crate) struct Filter {
    condition: Condition,
    columns: Vec<Column>,
}

/// A column that a filter reads.
#[derive(Clone, Debug)]
struct Column {
    /// Position among the needed columns.
    needed: usize,
    name: String,
    kind: Kind,
}

#[derive(Debug)]
enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    /// Of a column, by its position in [`Filter::columns`].
    Is(usize, Test),
}

#[derive(Debug)]
enum Test {
    Null,
    Compare(Comparison, Literal),
    OneOf(Vec<Literal>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Whether it holds of two values in that order.
    const fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// The same with the sides exchanged.
    const fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }
}

impl Filter {
    /// Reads a condition; its columns are added to the needed ones.
    pub fn parse(text: &str, parts: &[Part], needed: &mut Needed) -> Result<Self, DataError> {
        parse::filter(text, parts, needed)
    }

    /// The needed columns that it reads, in the order that [`Filter::mask`] takes.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().map(|column| column.needed)
    }

    /// The name of one of its columns.
    pub fn name(&self, at: usize) -> &str {
        self.columns
            .get(at)
            .map_or("--where", |column| &column.name)
    }

    /// Whether no row of a unit can meet the condition, by its statistics and folders.
    pub fn excludes(&self, part: &Part, unit: Unit) -> bool {
        prune::excludes(self, part, unit)
    }

    /// Which rows meet the condition: no nulls, unknown is false.
    ///
    /// # Errors
    /// The position of the column among the filter's, and what is wrong with it.
    pub fn mask(
        &self,
        columns: &[Decoded],
        len: usize,
        decimal: Decimal,
    ) -> Result<BooleanArray, (usize, ColumnError)> {
        let mask = self.evaluate(&self.condition, columns, len, decimal)?;
        Ok(match mask.nulls() {
            Some(nulls) => BooleanArray::new(mask.values() & nulls.inner(), None),
            None => mask,
        })
    }

    fn evaluate(
        &self,
        condition: &Condition,
        columns: &[Decoded],
        len: usize,
        decimal: Decimal,
    ) -> Result<BooleanArray, (usize, ColumnError)> {
        let evaluate = |condition| self.evaluate(condition, columns, len, decimal);
        let kernel = |result: Result<BooleanArray, ArrowError>| {
            result.map_err(|cause| {
                let error = DataError::damaged("the table", "Arrow batches", &cause);
                (0, ColumnError::Data(error))
            })
        };
        match condition {
            Condition::And(a, b) => kernel(and_kleene(&evaluate(a)?, &evaluate(b)?)),
            Condition::Or(a, b) => kernel(or_kleene(&evaluate(a)?, &evaluate(b)?)),
            Condition::Not(a) => kernel(not(&evaluate(a)?)),
            Condition::Is(at, test) => {
                let column = &self.columns[*at];
                let named = |error| (*at, error);
                let array = columns[*at].array();
                match test {
                    Test::Null => {
                        let missing =
                            compare::missing(array, column.kind, decimal).map_err(named)?;
                        Ok(BooleanArray::new(missing, None))
                    }
                    Test::Compare(comparison, literal) => {
                        compare::compare(array, *comparison, literal, decimal).map_err(named)
                    }
                    Test::OneOf(literals) => {
                        let mut any = none(len);
                        for literal in literals {
                            let equal =
                                compare::compare(array, Comparison::Equal, literal, decimal)
                                    .map_err(named)?;
                            any = kernel(or_kleene(&any, &equal))?;
                        }
                        Ok(any)
                    }
                }
            }
        }
    }
}

/// False for every row.
fn none(len: usize) -> BooleanArray {
    BooleanArray::new(BooleanBuffer::new_unset(len), None::<NullBuffer>)
}
