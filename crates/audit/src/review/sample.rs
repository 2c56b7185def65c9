//! Drawing the cases of a batch from the data, in one pass.

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use indexmap::IndexMap;
use waage_core::block::outcome;
use waage_core::label::Label;
use waage_data::{Dataset, FeatureColumn, Frame, Limits, Unseen};
use waage_govern::Timestamp;
use waage_govern::review::{Design, Drawn, PseudonymKey, Row, Sampler, Stratum, batch_id, due_at};
use waage_result::privacy::MISSING;
use waage_result::review::{
    REVIEW_BATCH_SCHEMA, ReviewBatch, ReviewCase, ReviewDesign, ReviewStratum,
};
use waage_result::spec::RolesSpec;

use super::reasons;
use crate::observer::Observer;
use crate::{AuditError, Source, personal};

/// Rows that are looked at together.
pub(super) const BLOCK: usize = 1 << 16;

/// A group of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupOf {
    /// The attribute, one of the sensitive ones.
    pub attribute: String,
    /// Its label, `(missing)` for the missing one.
    pub group: String,
}

/// Cases to be drawn.
pub struct SampleJob {
    /// The rows.
    pub source: Source,
    /// The id, the decision or the score and its cut, and the sensitive attributes.
    pub roles: RolesSpec,
    /// Rows to keep.
    pub filter: Option<String>,
    /// How many cases, of which strata.
    pub design: Design,
    /// The key of pseudonyms.
    pub key: PseudonymKey,
    /// The group whose members are looked at.
    pub group: Option<GroupOf>,
    /// A column of true or 1 for rows that somebody flagged.
    pub flagged: Option<String>,
    /// A column that is the larger the less sure the model is.
    pub uncertainty: Option<String>,
    /// Columns that reviewers see.
    pub show: Vec<String>,
    /// Whether reviewers see the groups of the cases.
    pub show_groups: bool,
    /// Whether what they see may look like personal data.
    pub personal: bool,
    /// The audited system.
    pub system_id: Option<String>,
    /// Attributions of the same rows, which tell why each case was scored so.
    pub attributions: Option<Source>,
    /// Digest of the audit that led to this batch.
    pub audit_digest: Option<String>,
    /// When the batch is drawn.
    pub drawn_at: Timestamp,
}

/// Draws the cases.
///
/// # Errors
/// [`AuditError`]: roles or columns that do not suit, ids that are missing or occur twice, or an
/// interruption by the observer.
pub fn sample(job: &SampleJob, observer: &dyn Observer) -> Result<ReviewBatch, AuditError> {
    let drawn_at = job.drawn_at;
    let roles = &job.roles;
    let wrong = |text: &str| Err(AuditError::Option(text.to_owned()));
    if roles.id.is_none() {
        return wrong("cases need an id: name its column with --id");
    }
    if roles.decision.is_none() && roles.cut.is_none() {
        return wrong(
            "cases need a decision: name its column with --decision, or a --score with --threshold, --top-k or --top-fraction",
        );
    }
    let axis = match &job.group {
        None => None,
        Some(of) => match roles.sensitive.iter().position(|a| a.name == of.attribute) {
            Some(axis) => Some((axis, of.group.as_str())),
            None => {
                return Err(AuditError::Option(format!(
                    "the group {}={} is of no attribute of --sensitive; add {:?} there",
                    of.attribute, of.group, of.attribute
                )));
            }
        },
    };
    let dataset = Dataset::open(
        job.source.clone(),
        roles,
        job.filter.as_deref(),
        Limits::default(),
        observer,
    )?;
    let probabilities = match (&job.uncertainty, &roles.score) {
        (None, Some(_)) => dataset
            .magnitudes(observer)?
            .1
            .is_some_and(|most| most <= 1.0),
        _ => false,
    };
    let features: Vec<FeatureColumn> = [&job.flagged, &job.uncertainty]
        .into_iter()
        .flatten()
        .map(|name| FeatureColumn {
            name: name.clone(),
            categories: None,
            unseen: Unseen::Refuse,
        })
        .collect();
    let reasons = [
        roles.cut.is_none().then_some("no_cut"),
        (!probabilities && job.uncertainty.is_none()).then_some("no_probability"),
        axis.is_none().then_some("no_group"),
        None,
        job.flagged.is_none().then_some("no_flag"),
    ];
    let dataset = dataset.with_features(features)?.with_kept(&job.show)?;
    if !job.personal {
        // Labels of bins are ranges, whatever the column holds.
        let groups = roles.sensitive.iter().filter(|a| a.bins.is_none());
        let groups = groups.map(|a| &a.column).filter(|_| job.show_groups);
        let shown = job.show.iter().chain(groups);
        personal::refuse_columns(&dataset, shown.map(String::as_str))?;
    }
    let mut pass = Pass {
        job,
        axis,
        probabilities,
        can_draw: reasons.map(|reason| reason.is_none()),
        sampler: None,
        kept: HashMap::new(),
        rows: 0,
        decided: 0,
        cut: None,
        in_group: 0,
    };
    let read = dataset.in_order(BLOCK, observer, |frame| pass.frame(&frame))?;
    if let (Some((_, group)), 0) = (axis, pass.in_group) {
        return Err(AuditError::Option(format!(
            "no row belongs to the group {group:?}; its labels are those of waage audit"
        )));
    }
    let Some(sampler) = pass.sampler.take().filter(|_| pass.decided > 0) else {
        return wrong("no row has a decision, so there is nothing to review");
    };
    let (drawn, fared) = sampler.finish().map_err(|twice| {
        AuditError::Option(format!(
            "{twice} of the drawn rows share their id with another row; name a column with --id in which every value occurs once"
        ))
    })?;
    let strata = Stratum::ALL.iter().zip(fared).zip(reasons);
    let strata = strata.map(|((stratum, fared), reason)| ReviewStratum {
        name: stratum.name().to_owned(),
        wanted: fared.wanted,
        drawn: fared.drawn,
        candidates: fared.candidates,
        reason: reason.map(str::to_owned),
    });
    let mut batch = ReviewBatch {
        schema: REVIEW_BATCH_SCHEMA.to_owned(),
        batch_id: String::new(),
        system_id: job.system_id.clone(),
        audit_digest: job.audit_digest.clone(),
        drawn_at: drawn_at.to_string(),
        due_at: due_at(drawn_at, job.design.sla_working_days).to_string(),
        design: ReviewDesign {
            n: u64::from(job.design.sample),
            seed: job.design.seed,
            population: pass.decided,
            cut: pass.cut,
            group: job
                .group
                .as_ref()
                .map(|of| format!("{}={}", of.attribute, of.group)),
            attributes: roles.sensitive.iter().map(|a| a.name.clone()).collect(),
            inputs: job.show.clone(),
            strata: strata.collect(),
        },
        cases: drawn
            .iter()
            .map(|drawn| pass.case(drawn, &read.axes))
            .collect(),
    };
    if let (Some(attributions), Some(id)) = (&job.attributions, &roles.id) {
        let ids = drawn.iter().map(|drawn| drawn.row.id.as_str());
        let cases = ids.zip(&mut batch.cases).collect();
        reasons::fill(attributions, id, cases, observer)?;
    }
    batch.batch_id = batch_id(&batch);
    Ok(batch)
}

/// What is kept of a row that may be drawn: level codes and shown columns.
struct KeptRow {
    codes: Vec<u32>,
    inputs: Vec<Option<String>>,
}

/// One pass over the rows.
struct Pass<'a> {
    job: &'a SampleJob,
    axis: Option<(usize, &'a str)>,
    probabilities: bool,
    can_draw: [bool; 5],
    sampler: Option<Sampler>,
    kept: HashMap<u64, KeptRow>,
    rows: u64,
    decided: u64,
    cut: Option<f64>,
    in_group: u64,
}

impl Pass<'_> {
    fn frame(&mut self, frame: &Frame) -> Result<(), AuditError> {
        let (design, can_draw) = (&self.job.design, self.can_draw);
        let sampler = self
            .sampler
            .get_or_insert_with(|| Sampler::new(design.clone(), frame.cut, can_draw));
        self.cut = frame.cut;
        let ids = Texts::of(&frame.ids, self.job.roles.id.as_deref().unwrap_or_default())?;
        let group = self.axis.and_then(|(axis, wanted)| {
            let named =
                |label: &Label| label.name().unwrap_or_else(|| MISSING.to_owned()) == wanted;
            let code = frame.axes[axis].iter().position(named)?;
            Some((axis, code as u32))
        });
        let width = [&self.job.flagged, &self.job.uncertainty]
            .iter()
            .filter(|c| c.is_some())
            .count();
        let mut row = Row {
            id: String::new(),
            score: None,
            selected: false,
            uncertainty: None,
            in_group: false,
            flagged: false,
            at: 0,
        };
        for at in 0..frame.rows {
            let decision = outcome::decision(frame.outcomes[at]);
            row.at = self.rows + at as u64;
            if decision == outcome::DECISION_MISSING {
                continue;
            }
            let Some(id) = ids.at(at) else {
                return Err(AuditError::Option(format!(
                    "row {} has no id in {:?}; every decided row needs one",
                    row.at + 1,
                    self.job.roles.id.as_deref().unwrap_or_default()
                )));
            };
            self.decided += 1;
            row.id.clear();
            row.id.push_str(id);
            row.selected = decision != outcome::REJECTED;
            row.score = frame
                .scores
                .as_ref()
                .map(|s| s[at])
                .filter(|s| s.is_finite());
            let values = &frame.values[at * width..(at + 1) * width];
            row.flagged = self.job.flagged.is_some() && values[0] != 0.0 && !values[0].is_nan();
            row.uncertainty = match (&self.job.uncertainty, row.score) {
                (Some(_), _) => values.last().copied().filter(|u| u.is_finite()),
                (None, Some(p)) if self.probabilities => {
                    (0.0..=1.0).contains(&p).then_some(p * (1.0 - p))
                }
                _ => None,
            };
            row.in_group = group.is_some_and(|(axis, code)| frame.groups[axis][at] == code);
            self.in_group += u64::from(row.in_group);
            if sampler.add(&row) {
                let inputs = frame.kept.iter().map(|pieces| input(pieces, at));
                self.kept.insert(
                    row.at,
                    KeptRow {
                        codes: frame.groups.iter().map(|codes| codes[at]).collect(),
                        inputs: inputs.collect::<Result<_, _>>()?,
                    },
                );
            }
        }
        self.rows += frame.rows as u64;
        Ok(())
    }

    fn case(&self, drawn: &Drawn, axes: &[Vec<Label>]) -> ReviewCase {
        let roles = &self.job.roles;
        let kept = self.kept.get(&drawn.row.at);
        let label = |axis: usize| {
            let code = kept.and_then(|kept| kept.codes.get(axis))?;
            axes.get(axis)?.get(*code as usize)?.name()
        };
        let attributes = roles.sensitive.iter().enumerate();
        let inputs = self.job.show.iter().enumerate().map(|(at, name)| {
            let text = kept.and_then(|kept| kept.inputs.get(at).cloned().flatten());
            (name.clone(), text)
        });
        ReviewCase {
            case_id: self.job.key.case_id(&drawn.row.id),
            strata: drawn.strata.iter().map(|s| s.name().to_owned()).collect(),
            incl_prob: drawn.incl_prob,
            score: drawn.row.score,
            decision_model: if drawn.row.selected {
                "accept"
            } else {
                "reject"
            }
            .to_owned(),
            blind: drawn.blind,
            double: drawn.double,
            groups: attributes
                .map(|(axis, a)| (a.name.clone(), label(axis)))
                .collect::<IndexMap<_, _>>(),
            inputs: inputs.collect(),
            explanation: None,
        }
    }
}

/// A column in pieces, as texts.
pub(super) struct Texts {
    pieces: Vec<ArrayRef>,
    ends: Vec<usize>,
}

impl Texts {
    pub(super) fn of(pieces: &[ArrayRef], column: &str) -> Result<Self, AuditError> {
        let texts = pieces.iter().map(|piece| text_of(piece, column));
        let pieces: Vec<ArrayRef> = texts.collect::<Result<_, _>>()?;
        let mut end = 0;
        let ends = pieces.iter().map(|piece| {
            end += piece.len();
            end
        });
        Ok(Self {
            ends: ends.collect(),
            pieces,
        })
    }

    pub(super) fn at(&self, row: usize) -> Option<&str> {
        let piece = self.ends.partition_point(|end| *end <= row);
        let array = self.pieces.get(piece)?.as_string::<i32>();
        let at = row + array.len() - self.ends[piece];
        (!array.is_null(at)).then(|| array.value(at))
    }
}

fn text_of(array: &ArrayRef, column: &str) -> Result<ArrayRef, AuditError> {
    cast(array, &DataType::Utf8).map_err(|_| {
        AuditError::Option(format!(
            "the column {column:?} holds values that have no text ({}); leave it out",
            array.data_type()
        ))
    })
}

/// One value of a column in pieces.
fn input(pieces: &[ArrayRef], row: usize) -> Result<Option<String>, AuditError> {
    let mut at = row;
    for piece in pieces {
        if at < piece.len() {
            let text = text_of(&piece.slice(at, 1), "--show")?;
            let text = text.as_string::<i32>();
            return Ok((!text.is_null(0)).then(|| text.value(0).to_owned()));
        }
        at -= piece.len();
    }
    Ok(None)
}
