//! Roles resolved: which needed column plays which part, and how it is read.

use waage_result::spec::{AttributeSpec, Bins, Cut, MembershipSpec, RolesSpec};

use crate::DataError;
use crate::columns::binary::BinaryRule;
use crate::kind::Kind;
use crate::read::Part;
use crate::table::Needed;

/// Roles whose columns exist and suit them. Columns are positions in [`Needed`].
#[derive(Debug)]
pub(crate) struct Roles {
    pub label: Option<BinaryRole>,
    pub outcome: Option<usize>,
    pub decision: Option<BinaryRole>,
    pub score: Option<usize>,
    pub cut: Option<Cut>,
    pub weight: Option<usize>,
    pub id: Option<usize>,
    pub cluster: Option<usize>,
    pub propensity: Option<usize>,
    pub membership: Vec<MembershipRole>,
    pub favourable: Option<String>,
    pub axes: Vec<AxisRole>,
}

/// An attribute of which only probabilities are known.
#[derive(Debug)]
pub(crate) struct MembershipRole {
    pub name: String,
    pub columns: Vec<usize>,
}

/// A column of two values.
#[derive(Debug)]
pub(crate) struct BinaryRole {
    pub column: usize,
    pub name: String,
    pub rule: Rule,
}

/// How a two-valued column is read, as far as it is known before reading.
#[derive(Debug)]
pub(crate) enum Rule {
    /// Known.
    Is(BinaryRule),
    /// The positive value is a number other than 0 and 1: only the values tell whether this column
    /// is meant, or another one while this is 0/1.
    EqualsUnless01(String),
    /// Text without a positive value: an error that lists the values.
    NeedsPositive,
}

/// A sensitive attribute or stratum.
#[derive(Debug)]
pub(crate) struct AxisRole {
    pub column: usize,
    pub spec: AttributeSpec,
    /// Labels take their kind when all are known.
    pub untyped: bool,
}

impl Roles {
    /// Finds the columns and checks that they suit.
    pub fn resolve(
        spec: &RolesSpec,
        parts: &[Part],
        needed: &mut Needed,
    ) -> Result<Self, DataError> {
        check_together(spec)?;
        let positive = spec.positive.as_deref();
        let mut binary = |role, column: &Option<String>| {
            let Some(name) = column else { return Ok(None) };
            let column = needed.position(parts, name)?;
            let rule = rule(role, name, needed.kind(column), positive)?;
            Ok::<_, DataError>(Some(BinaryRole {
                column,
                name: name.clone(),
                rule,
            }))
        };
        let label = binary("label", &spec.label)?;
        let decision = binary("decision", &spec.decision)?;
        let outcome = number("outcome", spec.outcome.as_ref(), parts, needed)?;
        let score = number("score", spec.score.as_ref(), parts, needed)?;
        let weight = number("weight", spec.weight.as_ref(), parts, needed)?;
        let propensity = number("propensity", spec.propensity.as_ref(), parts, needed)?;
        let membership = spec
            .membership
            .iter()
            .map(|of| membership(of, parts, needed))
            .collect::<Result<_, _>>()?;
        let mut named = |role, column: &Option<String>| match column {
            Some(name) => id(role, name, parts, needed).map(Some),
            None => Ok(None),
        };
        let id = named("id", &spec.id)?;
        let cluster = named("cluster", &spec.cluster)?;
        let axes = spec
            .sensitive
            .iter()
            .chain(&spec.stratum)
            .map(|attribute| axis(attribute, parts, needed))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            label,
            outcome,
            decision,
            score,
            cut: spec.cut.clone(),
            weight,
            id,
            cluster,
            propensity,
            membership,
            favourable: spec.favourable.clone(),
            axes,
        })
    }
}

/// What can be said without a column.
fn check_together(spec: &RolesSpec) -> Result<(), DataError> {
    let roles = |problem: &str, mend| DataError::Roles {
        problem: problem.to_owned(),
        mend,
    };
    if spec.cut.is_some() && spec.score.is_none() {
        return Err(roles(
            "a threshold or top share needs a score",
            "name the score column with --score",
        ));
    }
    if spec.cut.is_some() && spec.decision.is_some() {
        return Err(roles(
            "a decision column and a cut of the score are both given",
            "keep one: --decision, or --score with --threshold, --top-k or --top-fraction",
        ));
    }
    if spec.favourable.is_some() && spec.decision.is_none() && spec.cut.is_none() {
        return Err(roles(
            "a favourable value needs a decision",
            "name the decisions with --decision, or cut a score with --threshold, --top-k or --top-fraction",
        ));
    }
    let one_of = [
        ("label", &spec.label),
        ("decision", &spec.decision),
        ("weight", &spec.weight),
        ("propensity", &spec.propensity),
    ];
    for (i, (first, column)) in one_of.iter().enumerate() {
        for (second, other) in &one_of[i + 1..] {
            if let (Some(column), Some(other)) = (column, other)
                && column == other
            {
                return Err(DataError::RoleTwice {
                    column: column.clone(),
                    first,
                    second,
                });
            }
        }
    }
    if let (Some(label), Some(score)) = (&spec.label, &spec.score)
        && label == score
    {
        let column = label.clone();
        return Err(DataError::RoleTwice {
            column,
            first: "label",
            second: "score",
        });
    }
    if spec.propensity.is_some() && spec.label.is_none() {
        return Err(roles(
            "the propensity of a label is given without labels",
            "name their column with --label, or leave --propensity out",
        ));
    }
    for (i, of) in spec.membership.iter().enumerate() {
        check_membership(of, &spec.membership[..i])?;
    }
    let attributes: Vec<&AttributeSpec> = spec.sensitive.iter().chain(&spec.stratum).collect();
    for (i, attribute) in attributes.iter().enumerate() {
        if attributes[..i]
            .iter()
            .any(|other| other.name == attribute.name)
        {
            return Err(DataError::AttributeTwice {
                name: attribute.name.clone(),
            });
        }
    }
    Ok(())
}

/// At least two groups, each by a column of its own, and no attribute twice.
fn check_membership(of: &MembershipSpec, before: &[MembershipSpec]) -> Result<(), DataError> {
    let name = &of.name;
    if before.iter().any(|other| other.name == *name) {
        return Err(DataError::AttributeTwice { name: name.clone() });
    }
    let problem = if of.columns.len() < 2 {
        format!("the membership \"{name}\" has a single column of probabilities")
    } else if let Some(twice) = (1..of.columns.len())
        .map(|i| &of.columns[i])
        .find(|column| of.columns.iter().filter(|c| c == column).count() > 1)
    {
        format!("the membership \"{name}\" names the column \"{twice}\" twice")
    } else {
        return Ok(());
    };
    Err(DataError::Roles {
        problem,
        mend: "give one column of probabilities for each group, such as --membership race=p_white,p_black",
    })
}

fn membership(
    spec: &MembershipSpec,
    parts: &[Part],
    needed: &mut Needed,
) -> Result<MembershipRole, DataError> {
    let columns = spec
        .columns
        .iter()
        .filter_map(|column| number("membership", Some(column), parts, needed).transpose())
        .collect::<Result<_, _>>()?;
    Ok(MembershipRole {
        name: spec.name.clone(),
        columns,
    })
}

fn rule(
    role: &'static str,
    name: &str,
    kind: Kind,
    positive: Option<&str>,
) -> Result<Rule, DataError> {
    let number = positive.and_then(|p| p.trim().parse::<f64>().ok());
    let rule = match (kind, positive) {
        (Kind::Bool, positive) => {
            let inverted = positive.is_some_and(|p| p.trim().eq_ignore_ascii_case("false"));
            BinaryRule::Bool { inverted }
        }
        (Kind::Null, _) => BinaryRule::Number,
        (Kind::Int | Kind::Float | Kind::Decimal, Some(positive)) => match number {
            Some(0.0 | 1.0) => BinaryRule::Equals(positive.to_owned()),
            Some(_) => return Ok(Rule::EqualsUnless01(positive.to_owned())),
            None => BinaryRule::Number,
        },
        (Kind::Int | Kind::Float | Kind::Decimal, None) => BinaryRule::Number,
        (Kind::Text, Some(positive)) => BinaryRule::Equals(positive.to_owned()),
        (Kind::Text, None) => return Ok(Rule::NeedsPositive),
        (Kind::Untyped, Some(positive)) => match number {
            Some(0.0 | 1.0) => BinaryRule::Equals(positive.to_owned()),
            Some(_) => return Ok(Rule::EqualsUnless01(positive.to_owned())),
            None if matches!(positive.to_ascii_lowercase().as_str(), "true" | "false") => {
                BinaryRule::Equals(positive.to_owned())
            }
            None => BinaryRule::WordsOrEquals(positive.to_owned()),
        },
        (Kind::Untyped, None) => BinaryRule::Words,
        (Kind::Date | Kind::Timestamp | Kind::Other, _) => {
            return Err(DataError::Kind {
                column: name.to_owned(),
                kind: kind.name(),
                role,
                mend: "give a column of bools, of 0 and 1, or of texts with --positive VALUE",
            });
        }
    };
    Ok(Rule::Is(rule))
}

fn number(
    role: &'static str,
    name: Option<&String>,
    parts: &[Part],
    needed: &mut Needed,
) -> Result<Option<usize>, DataError> {
    let Some(name) = name else { return Ok(None) };
    let column = needed.position(parts, name)?;
    let kind = needed.kind(column);
    if kind.is_number() || matches!(kind, Kind::Untyped | Kind::Null) {
        return Ok(Some(column));
    }
    let mend = "give a column of numbers";
    Err(DataError::Kind {
        column: name.clone(),
        kind: kind.name(),
        role,
        mend,
    })
}

fn id(
    role: &'static str,
    name: &str,
    parts: &[Part],
    needed: &mut Needed,
) -> Result<usize, DataError> {
    let column = needed.position(parts, name)?;
    let kind = needed.kind(column);
    if matches!(kind, Kind::Int | Kind::Text | Kind::Untyped) {
        return Ok(column);
    }
    let mend = "give a column of whole numbers or texts";
    Err(DataError::Kind {
        column: name.to_owned(),
        kind: kind.name(),
        role,
        mend,
    })
}

fn axis(spec: &AttributeSpec, parts: &[Part], needed: &mut Needed) -> Result<AxisRole, DataError> {
    let column = needed.position(parts, &spec.column)?;
    let kind = needed.kind(column);
    let wrong = |mend| DataError::Kind {
        column: spec.column.clone(),
        kind: kind.name(),
        role: "attribute",
        mend,
    };
    match (kind, &spec.bins) {
        (Kind::Other, _) => return Err(wrong("give a column of texts, bools, numbers or dates")),
        (Kind::Timestamp, _) => return Err(wrong("give a column of dates, or use it in --where")),
        (Kind::Bool | Kind::Text | Kind::Date, Some(_)) => {
            return Err(wrong("leave the bins out: they cut numbers"));
        }
        (_, Some(Bins::Quantiles(bins))) if !(2..=100).contains(bins) => {
            return Err(DataError::Roles {
                problem: format!(
                    "attribute \"{}\" is cut into {bins} quantile bins",
                    spec.name
                ),
                mend: "give 2 to 100 of them",
            });
        }
        (_, Some(Bins::Edges(edges)))
            if edges.is_empty()
                || edges.iter().any(|edge| !edge.is_finite())
                || edges.windows(2).any(|pair| pair[0] >= pair[1]) =>
        {
            return Err(DataError::Roles {
                problem: format!("the bin edges of attribute \"{}\" do not ascend", spec.name),
                mend: "give finite numbers in ascending order",
            });
        }
        _ => {}
    }
    let untyped = kind == Kind::Untyped && spec.bins.is_none();
    Ok(AxisRole {
        column,
        spec: spec.clone(),
        untyped,
    })
}
