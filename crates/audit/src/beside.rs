//! What the model relies on, told beside an audit of the same rows.

use std::path::Path;

use waage_result::attribution::{EXPLAIN_SCHEMA, ExplainResult, ExplainSpec};
use waage_result::document::AuditResult;
use waage_result::spec::{AuditSpec, RolesSpec};

use crate::attribution::{self, ExplainJob, Model};
use crate::observer::Observer;
use crate::{AuditError, Source};

fn parse(text: &str) -> Result<Beside, String> {
    let found: ExplainResult = serde_json::from_str(text).map_err(|cause| cause.to_string())?;
    if found.schema != EXPLAIN_SCHEMA {
        let schema = &found.schema;
        return Err(format!("its schema is {schema:?}, not {EXPLAIN_SCHEMA:?}"));
    }
    Ok(Beside::Document(Box::new(found)))
}

/// Where the explanation of an audit comes from.
pub enum Beside {
    /// A model, to be explained on the audited rows.
    Model {
        /// The model.
        model: Model,
        /// The rows that stand in for unknown features; the training rows if absent.
        background: Option<Source>,
    },
    /// A document of `waage explain`, made of the same rows.
    Document(Box<ExplainResult>),
}

impl Beside {
    /// Reads a document of `waage explain --format json`.
    ///
    /// # Errors
    /// When the file cannot be read or is another document.
    pub fn read(path: &Path) -> Result<Self, AuditError> {
        let text = std::fs::read_to_string(path).map_err(|cause| cause.to_string());
        text.and_then(|text| parse(&text)).map_err(|cause| {
            AuditError::Option(format!(
                "the explanation {} cannot be used ({cause}); write it with: waage explain MODEL DATA --format json",
                path.display()
            ))
        })
    }

    /// Takes a document of `waage explain --format json`.
    ///
    /// # Errors
    /// When it is another document.
    pub fn of_document(text: &str) -> Result<Self, AuditError> {
        parse(text).map_err(|cause| {
            AuditError::Option(format!(
                "the explanation cannot be used ({cause}); give the document of an explanation of the same rows"
            ))
        })
    }

    /// Whether rows can be read twice, where they have to be.
    pub(crate) fn check(&self, source: &Source) -> Result<(), AuditError> {
        match (self, source) {
            (Self::Model { .. }, Source::Input(input)) if input.paths.iter().any(|p| p == "-") => {
                Err(AuditError::Option(
                    "a model beside an audit reads the rows a second time, which standard input does not allow; save them to a file, or give the document of waage explain as --explanation"
                        .to_owned(),
                ))
            }
            _ => Ok(()),
        }
    }

    /// The explanation of the rows that were audited.
    pub(crate) fn explain(
        &self,
        source: &Source,
        spec: &AuditSpec,
        audited: &AuditResult,
        observer: &dyn Observer,
    ) -> Result<ExplainResult, AuditError> {
        match self {
            Self::Document(found) => {
                let (explained, audited) = (found.dataset.rows, audited.dataset.rows);
                if explained != audited {
                    return Err(AuditError::Option(format!(
                        "the explanation is of {explained} rows and the audit of {audited}; explain the same rows, with the same --where"
                    )));
                }
                Ok((**found).clone())
            }
            Self::Model { model, background } => {
                let job = ExplainJob {
                    model: model.clone(),
                    source: source.clone(),
                    background: background.clone(),
                    spec: ExplainSpec {
                        roles: RolesSpec {
                            weight: spec.roles.weight.clone(),
                            sensitive: spec.roles.sensitive.clone(),
                            ..RolesSpec::default()
                        },
                        filter: spec.filter.clone(),
                        confidence: spec.confidence,
                        ..ExplainSpec::default()
                    },
                    out: None,
                    personal: false,
                };
                attribution::explain(&job, observer)
            }
        }
    }
}
