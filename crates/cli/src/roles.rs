//! Roles and reading options, which mean the same in every command.

use clap::Args;
use indexmap::IndexMap;
use waage_audit::{AttributeSpec, Cut, Input, MembershipSpec, RolesSpec, Source};

use crate::output::Failure;

/// What is decided about whom.
#[derive(Debug, Default, Args)]
pub struct Outcome {
    /// Column of what really happened; 1 is favourable
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub label: Option<String>,
    /// Column of what was decided; 1 is selected
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub decision: Option<String>,
    /// Column of the model's score; higher is likelier selected
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub score: Option<String>,
    /// Selected if the score is at least this
    #[arg(long, value_name = "T", requires = "score", conflicts_with_all = ["decision", "top_k", "top_fraction"], allow_negative_numbers = true, help_heading = "Roles")]
    pub threshold: Option<f64>,
    /// Selected are the K highest scores; ties at the cut count fractionally, or are broken by --id
    #[arg(long, value_name = "K", allow_negative_numbers = true, requires = "score", conflicts_with_all = ["decision", "top_fraction"], help_heading = "Roles")]
    pub top_k: Option<u64>,
    /// Selected is this share of the scored rows, such as 0.3
    #[arg(
        long,
        value_name = "Q",
        allow_negative_numbers = true,
        requires = "score",
        conflicts_with = "decision",
        help_heading = "Roles"
    )]
    pub top_fraction: Option<String>,
    /// Attributes to compare groups of: gender, age:25:40:60 (bins), age/4 (quantile bins)
    #[arg(
        long,
        value_name = "A[,B…]",
        value_delimiter = ',',
        help_heading = "Roles"
    )]
    pub sensitive: Vec<String>,
}

impl Outcome {
    /// These and the roles of the rows, as a spec has them; without strata.
    ///
    /// # Errors
    /// A sentence where an attribute's bins cannot be read.
    pub fn spec(&self, rows: &Rows) -> Result<RolesSpec, Failure> {
        let cut = match (self.threshold, self.top_k, &self.top_fraction) {
            (Some(at), _, _) => Some(Cut::Threshold(at)),
            (_, Some(k), _) => Some(Cut::TopK(k)),
            (_, _, Some(share)) => Some(Cut::TopFraction(share.clone())),
            _ => None,
        };
        Ok(RolesSpec {
            label: self.label.clone(),
            decision: self.decision.clone(),
            score: self.score.clone(),
            cut,
            weight: rows.weight.clone(),
            id: rows.id.clone(),
            sensitive: attributes(&self.sensitive)?,
            stratum: Vec::new(),
            positive: rows.positive.clone(),
            ..RolesSpec::default()
        })
    }
}

/// What is known of single rows, and which of them count.
#[derive(Debug, Default, Args)]
pub struct Rows {
    /// Column of row weights
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub weight: Option<String>,
    /// Column that identifies a row; breaks ties at a cut of the score
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub id: Option<String>,
    /// The value that means 1 where label or decision are text
    #[arg(long, value_name = "VALUE", help_heading = "Roles")]
    pub positive: Option<String>,
    /// Keep rows for which this holds, such as "region = 'north' and visits > 3"
    #[arg(long = "where", value_name = "EXPR", help_heading = "Roles")]
    pub filter: Option<String>,
}

/// Every role of an audit.
#[derive(Debug, Default, Args)]
pub struct Roles {
    #[command(flatten)]
    pub outcome: Outcome,
    /// Legitimate conditions within which groups are compared too; several make one stratification
    #[arg(
        long,
        value_name = "C[,…]",
        value_delimiter = ',',
        help_heading = "Roles"
    )]
    pub stratum: Vec<String>,
    #[command(flatten)]
    pub rows: Rows,
}

impl Roles {
    /// The roles as a spec has them.
    ///
    /// # Errors
    /// A sentence where an attribute's bins cannot be read.
    pub fn spec(&self) -> Result<RolesSpec, Failure> {
        Ok(RolesSpec {
            stratum: attributes(&self.stratum)?,
            ..self.outcome.spec(&self.rows)?
        })
    }
}

/// Attributes as they are written: `gender`, `age:25:40`, `age/4`.
///
/// # Errors
/// A sentence where the bins of one cannot be read.
pub fn attributes(texts: &[String]) -> Result<Vec<AttributeSpec>, Failure> {
    texts
        .iter()
        .map(|text| AttributeSpec::parse(text).map_err(|e| Failure::Message(e.to_string())))
        .collect()
}

/// Attributes given by probabilities, as they are written: `race=p_white,p_black`.
///
/// # Errors
/// A sentence where one cannot be read.
pub fn memberships(texts: &[String]) -> Result<Vec<MembershipSpec>, Failure> {
    texts
        .iter()
        .map(|text| MembershipSpec::parse(text).map_err(|e| Failure::Message(e.to_string())))
        .collect()
}

/// How files are read.
#[derive(Debug, Default, Args)]
pub struct Reading {
    /// Threads; RAYON_NUM_THREADS or all cores if absent
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        help_heading = "Reading"
    )]
    pub threads: Option<usize>,
    /// Field separator of CSV files; recognised if absent
    #[arg(long, value_name = "CHAR", help_heading = "Reading")]
    pub separator: Option<char>,
    /// Decimal mark of CSV files, "." or ","; recognised if absent
    #[arg(long, value_name = "CHAR", help_heading = "Reading")]
    pub decimal: Option<char>,
}

impl Reading {
    /// The source of some paths.
    ///
    /// # Errors
    /// A sentence where separator or decimal mark cannot be used.
    pub fn source(&self, data: &[String]) -> Result<Source, Failure> {
        Ok(Source::Input(Input {
            paths: data.to_vec(),
            csv: waage_audit::csv_format(self.separator, self.decimal).map_err(Failure::Message)?,
        }))
    }
}

/// Reference groups as `ATTRIBUTE=VALUE`.
///
/// # Errors
/// A sentence where a text names no group or an attribute has two.
pub fn references(texts: &[String]) -> Result<IndexMap<String, String>, Failure> {
    let mut references = IndexMap::new();
    for text in texts {
        let Some((attribute, label)) = text.split_once('=').filter(|(name, _)| !name.is_empty())
        else {
            return Err(Failure::Message(format!(
                "--reference {text:?} names no group; write ATTRIBUTE=VALUE, such as gender=male"
            )));
        };
        if let Some(before) = references.insert(attribute.to_owned(), label.to_owned()) {
            return Err(Failure::Message(format!(
                "--reference gives \"{attribute}\" two groups, \"{before}\" and \"{label}\"; name one"
            )));
        }
    }
    Ok(references)
}
