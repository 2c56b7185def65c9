//! A condition's text to its tree: the subset of SQL that rows can be kept by.

use std::fmt::Display;

use sqlparser::ast::{BinaryOperator, Expr, InTarget, UnaryOperator, Value};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::literal::{self, Literal, Number};
use super::{Column, Comparison, Condition, Filter, Test};
use crate::DataError;
use crate::kind::Kind;
use crate::read::Part;
use crate::table::Needed;

pub(super) fn filter(text: &str, parts: &[Part], needed: &mut Needed) -> Result<Filter, DataError> {
    let unreadable = |problem: &dyn Display| {
        let problem = problem.to_string();
        let problem = problem
            .strip_prefix("sql parser error: ")
            .unwrap_or(&problem)
            .to_owned();
        DataError::Filter {
            part: text.to_owned(),
            problem,
        }
    };
    let dialect = GenericDialect {};
    let mut parser = Parser::new(&dialect)
        .try_with_sql(text)
        .map_err(|problem| unreadable(&problem))?;
    let expression = parser
        .parse_expr()
        .map_err(|problem| unreadable(&problem))?;
    let rest = parser.peek_token();
    if rest.token != Token::EOF {
        return Err(refused(&rest.token, "unexpected text"));
    }
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
    fn condition(&mut self, expression: &Expr) -> Result<Condition, DataError> {
        Ok(match expression {
            Expr::Nested(inner) => self.condition(inner)?,
            Expr::UnaryOp {
                op: UnaryOperator::Not,
                expr,
            } => negated(self.condition(expr)?),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::And,
                right,
            } => Condition::And(
                Box::new(self.condition(left)?),
                Box::new(self.condition(right)?),
            ),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::Or,
                right,
            } => Condition::Or(
                Box::new(self.condition(left)?),
                Box::new(self.condition(right)?),
            ),
            Expr::BinaryOp { left, op, right } => {
                let comparison = comparison(op)
                    .ok_or_else(|| refused(expression, &format!("{op} is not supported")))?;
                match (column_name(left), column_name(right)) {
                    (Some(name), None) => self.compare(&name, comparison, right, expression)?,
                    (None, Some(name)) => {
                        self.compare(&name, comparison.mirrored(), left, expression)?
                    }
                    _ => return Err(refused(expression, "not one column and one value")),
                }
            }
            Expr::IsNull(inner) => Condition::Is(self.operand(inner)?, Test::Null),
            Expr::IsNotNull(inner) => negated(Condition::Is(self.operand(inner)?, Test::Null)),
            Expr::In {
                expr,
                target: InTarget::List(list),
                negated: not,
                ..
            } => {
                let column = self.operand(expr)?;
                let literals = list
                    .iter()
                    .map(|value| self.literal(column, value))
                    .collect::<Result<_, _>>()?;
                let one_of = Condition::Is(column, Test::OneOf(literals));
                if *not { negated(one_of) } else { one_of }
            }
            Expr::Between {
                expr,
                negated: not,
                low,
                high,
            } => {
                let column = self.operand(expr)?;
                let low = Test::Compare(Comparison::GreaterOrEqual, self.literal(column, low)?);
                let high = Test::Compare(Comparison::LessOrEqual, self.literal(column, high)?);
                let low = Box::new(Condition::Is(column, low));
                let between = Condition::And(low, Box::new(Condition::Is(column, high)));
                if *not { negated(between) } else { between }
            }
            other => match column_name(other) {
                Some(name) => {
                    let column = self.column(&name)?;
                    if !matches!(self.columns[column].kind, Kind::Bool | Kind::Untyped) {
                        return Err(refused(
                            other,
                            "a column that is no bool, without a comparison",
                        ));
                    }
                    Condition::Is(
                        column,
                        Test::Compare(Comparison::Equal, Literal::Bool(true)),
                    )
                }
                None => return Err(refused(other, "an unsupported expression")),
            },
        })
    }

    fn compare(
        &mut self,
        name: &str,
        comparison: Comparison,
        value: &Expr,
        whole: &Expr,
    ) -> Result<Condition, DataError> {
        let column = self.column(name)?;
        if matches!(value, Expr::Value(value) if value.value == Value::Null) {
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
    fn operand(&mut self, expression: &Expr) -> Result<usize, DataError> {
        match column_name(expression) {
            Some(name) => self.column(&name),
            None => Err(refused(expression, "not a column")),
        }
    }

    fn column(&mut self, name: &str) -> Result<usize, DataError> {
        if let Some(known) = self.columns.iter().position(|column| column.name == name) {
            return Ok(known);
        }
        let needed = self.needed.position(self.parts, name)?;
        let kind = self.needed.kind(needed);
        if kind == Kind::Other {
            return Err(refused(&name, "a nested or binary column"));
        }
        self.columns.push(Column {
            needed,
            name: name.to_owned(),
            kind,
        });
        Ok(self.columns.len() - 1)
    }

    /// A value in the kind of its column.
    fn literal(&self, column: usize, expression: &Expr) -> Result<Literal, DataError> {
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
        match expression {
            Expr::Nested(inner) => self.literal(column, inner),
            Expr::UnaryOp { op, expr } => match (op, value_of(expr)) {
                (UnaryOperator::Minus, Some(Value::Number(text, _))) => number(text, true),
                (UnaryOperator::Plus, Some(Value::Number(text, _))) => number(text, false),
                _ => Err(refused(expression, "not a value")),
            },
            Expr::TypedString(typed) => match &typed.value.value {
                Value::SingleQuotedString(text) => {
                    literal::of_text(text, *kind).ok_or_else(unsuited)
                }
                _ => Err(unsuited()),
            },
            other => match value_of(other) {
                Some(Value::Number(text, _)) => number(text, false),
                Some(Value::SingleQuotedString(text)) => {
                    literal::of_text(text, *kind).ok_or_else(unsuited)
                }
                Some(Value::Boolean(value)) => match kind {
                    Kind::Bool | Kind::Untyped | Kind::Null => Ok(Literal::Bool(*value)),
                    _ => Err(unsuited()),
                },
                _ => Err(refused(other, "not a value")),
            },
        }
    }
}

fn negated(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

fn value_of(expression: &Expr) -> Option<&Value> {
    match expression {
        Expr::Value(value) => Some(&value.value),
        _ => None,
    }
}

fn column_name(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(names) => Some(
            names
                .iter()
                .map(|name| name.value.as_str())
                .collect::<Vec<_>>()
                .join("."),
        ),
        Expr::Nested(inner) => column_name(inner),
        _ => None,
    }
}

const fn comparison(operator: &BinaryOperator) -> Option<Comparison> {
    Some(match operator {
        BinaryOperator::Eq => Comparison::Equal,
        BinaryOperator::NotEq => Comparison::NotEqual,
        BinaryOperator::Lt => Comparison::Less,
        BinaryOperator::LtEq => Comparison::LessOrEqual,
        BinaryOperator::Gt => Comparison::Greater,
        BinaryOperator::GtEq => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn refused(part: &dyn Display, problem: &str) -> DataError {
    DataError::Filter {
        part: part.to_string(),
        problem: problem.to_owned(),
    }
}
