//! A condition's text to its tree: the subset of SQL that rows can be kept by.

use super::grammar::{self, Expression, Node};
use super::literal::{self, Literal, Number};
use super::{Column, Comparison, Condition, Filter, Test};
use crate::DataError;
use crate::kind::Kind;
use crate::read::Part;
use crate::table::Needed;

pub(super) fn filter(text: &str, parts: &[Part], needed: &mut Needed) -> Result<Filter, DataError> {
    let expression =
        grammar::parse(text).map_err(|(problem, part)| DataError::Filter { part, problem })?;
    let mut builder = Builder {
        parts,
        needed,
        columns: Vec::new(),
    };
    let condition = builder.condition(&expression)?;
    Ok(Filter {
        condition,
        columns: builder.columns,
    })
}

struct Builder<'a> {
    parts: &'a [Part],
    needed: &'a mut Needed,
    columns: Vec<Column>,
}

impl Builder<'_> {
    fn condition(&mut self, expression: &Expression<'_>) -> Result<Condition, DataError> {
        Ok(match &expression.node {
            Node::Not(inner) => negated(self.condition(inner)?),
            Node::And(parts) => {
                let [left, right] = self.both(parts)?;
                Condition::And(left, right)
            }
            Node::Or(parts) => {
                let [left, right] = self.both(parts)?;
                Condition::Or(left, right)
            }
            Node::Compare(comparison, parts) => {
                let [left, right] = &**parts;
                match (&left.node, &right.node) {
                    (Node::Column(_), Node::Column(_)) => {
                        return Err(refused(expression, "not one column and one value"));
                    }
                    (Node::Column(name), _) => {
                        self.compare(name, *comparison, right, expression)?
                    }
                    (_, Node::Column(name)) => {
                        self.compare(name, comparison.mirrored(), left, expression)?
                    }
                    _ => return Err(refused(expression, "not one column and one value")),
                }
            }
            Node::IsNull(inner) => Condition::Is(self.operand(inner)?, Test::Null),
            Node::In(inner, list) => {
                let column = self.operand(inner)?;
                let literals = list.iter().map(|value| self.literal(column, value));
                Condition::Is(column, Test::OneOf(literals.collect::<Result<_, _>>()?))
            }
            Node::Between(parts) => {
                let [inner, low, high] = &**parts;
                let column = self.operand(inner)?;
                let low = Test::Compare(Comparison::GreaterOrEqual, self.literal(column, low)?);
                let high = Test::Compare(Comparison::LessOrEqual, self.literal(column, high)?);
                let low = Box::new(Condition::Is(column, low));
                Condition::And(low, Box::new(Condition::Is(column, high)))
            }
            Node::Column(name) => {
                let column = self.column(name)?;
                if !matches!(self.columns[column].kind, Kind::Bool | Kind::Untyped) {
                    return Err(refused(
                        expression,
                        "a column that is no bool, without a comparison",
                    ));
                }
                Condition::Is(
                    column,
                    Test::Compare(Comparison::Equal, Literal::Bool(true)),
                )
            }
            _ => return Err(refused(expression, "a value without a column")),
        })
    }

    fn both(&mut self, parts: &[Expression<'_>; 2]) -> Result<[Box<Condition>; 2], DataError> {
        let [left, right] = parts;
        Ok([
            Box::new(self.condition(left)?),
            Box::new(self.condition(right)?),
        ])
    }

    fn compare(
        &mut self,
        name: &str,
        comparison: Comparison,
        value: &Expression<'_>,
        whole: &Expression<'_>,
    ) -> Result<Condition, DataError> {
        let column = self.column(name)?;
        if value.node == Node::Null {
            return Err(refused(
                whole,
                "a comparison with NULL, which is never true: use IS NULL,",
            ));
        }
        Ok(Condition::Is(
            column,
            Test::Compare(comparison, self.literal(column, value)?),
        ))
    }

    /// The column that an expression names.
    fn operand(&mut self, expression: &Expression<'_>) -> Result<usize, DataError> {
        match &expression.node {
            Node::Column(name) => self.column(name),
            _ => Err(refused(expression, "not a column")),
        }
    }

    fn column(&mut self, name: &str) -> Result<usize, DataError> {
        if let Some(known) = self.columns.iter().position(|column| column.name == name) {
            return Ok(known);
        }
        let needed = self.needed.position(self.parts, name)?;
        let kind = self.needed.kind(needed);
        if kind == Kind::Other {
            return Err(DataError::Filter {
                part: name.to_owned(),
                problem: "a nested or binary column".to_owned(),
            });
        }
        self.columns.push(Column {
            needed,
            name: name.to_owned(),
            kind,
        });
        Ok(self.columns.len() - 1)
    }

    /// A value in the kind of its column.
    fn literal(&self, column: usize, expression: &Expression<'_>) -> Result<Literal, DataError> {
        let Column { name, kind, .. } = &self.columns[column];
        let unsuited = || {
            let kind = kind.name();
            refused(
                expression,
                &format!("a value that does not suit the {kind} column \"{name}\""),
            )
        };
        let number = |text: &str, negative| {
            let number = Number::parse(text, negative).ok_or_else(unsuited)?;
            let suits = kind.is_number() || matches!(kind, Kind::Untyped | Kind::Null);
            let bit = *kind == Kind::Bool && (number.float == 0.0 || number.float == 1.0);
            match (suits, bit) {
                (true, _) => Ok(Literal::Number(number)),
                (_, true) => Ok(Literal::Bool(number.float == 1.0)),
                _ => Err(unsuited()),
            }
        };
        match &expression.node {
            Node::Number(digits, negative) => number(digits, *negative),
            Node::Text(text) => literal::of_text(text, *kind).ok_or_else(unsuited),
            Node::Bool(value) => match kind {
                Kind::Bool | Kind::Untyped | Kind::Null => Ok(Literal::Bool(*value)),
                _ => Err(unsuited()),
            },
            _ => Err(refused(expression, "not a value")),
        }
    }
}

fn negated(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

fn refused(part: &Expression<'_>, problem: &str) -> DataError {
    DataError::Filter {
        part: part.text.to_owned(),
        problem: problem.to_owned(),
    }
}
