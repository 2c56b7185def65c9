//! Pieces of a table to blocks of plain slices, by the roles.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Int64Type, UInt64Type};
use waage_core::block::{Block, Codes, Id, MAGNITUDE_MAX, outcome};
use waage_core::numeric;

use crate::DataError;
use crate::bins::BinEdges;
use crate::columns::axis::Axis;
use crate::columns::binary::{Binary, BinaryRule};
use crate::columns::cluster::ClusterKeys;
use crate::columns::known::{Members, Propensities};
use crate::columns::number::Numbers;
use crate::decoded::Decoded;
use crate::fold::{Piece, Position};
use crate::levels::Levels;
use crate::slices::HalfRule;

/// Everything a decoder must know: roles in the order of the projected columns.
pub(crate) struct Plan {
    pub label: Option<PlannedBinary>,
    pub decision: Decision,
    pub score: Option<PlannedColumn>,
    /// A numeric outcome, which the score predicts.
    pub outcome: Option<PlannedColumn>,
    pub weight: Option<PlannedColumn>,
    pub cluster: Option<PlannedColumn>,
    pub propensity: Option<PlannedColumn>,
    pub memberships: Vec<PlannedMembership>,
    pub axes: Vec<PlannedAxis>,
    pub half: Option<PlannedHalf>,
}

/// A column by its position in the projection.
pub(crate) struct PlannedColumn {
    pub at: usize,
    pub name: String,
}

/// A label or decision column.
pub(crate) struct PlannedBinary {
    pub column: PlannedColumn,
    pub rule: BinaryRule,
    pub levels: Levels,
}

/// An attribute.
pub(crate) struct PlannedAxis {
    pub column: PlannedColumn,
    pub bins: Option<BinEdges>,
    pub levels: Levels,
}

/// An attribute of which only probabilities are known.
pub(crate) struct PlannedMembership {
    pub name: String,
    pub columns: Vec<PlannedColumn>,
}

/// The axis that halves the rows by their id.
pub(crate) struct PlannedHalf {
    pub id: PlannedColumn,
    pub rule: HalfRule,
}

/// Where decisions come from.
pub(crate) enum Decision {
    /// Nowhere: all missing.
    None,
    /// A column.
    Column(PlannedBinary),
    /// The score: above is selected, equal by `ties`.
    Cut { score: f64, ties: Ties },
}

/// What becomes of rows whose score equals the cut.
pub(crate) enum Ties {
    /// All are selected.
    Select,
    /// They share the places that are left.
    Share,
    /// Those up to an id are selected.
    UpTo { id: PlannedColumn, last: Id },
}

/// The id of a row; `None` if it is missing.
pub(crate) fn id_of(array: &ArrayRef, row: usize) -> Option<Id> {
    if array.is_null(row) {
        return None;
    }
    let text = |text: &str| Some(Id::Text(Box::from(text)));
    match array.data_type() {
        DataType::Utf8 => text(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => text(array.as_string::<i64>().value(row)),
        DataType::Utf8View => text(array.as_string_view().value(row)),
        DataType::Int64 => Some(Id::Int(array.as_primitive::<Int64Type>().value(row).into())),
        DataType::UInt64 => Some(Id::Int(
            array.as_primitive::<UInt64Type>().value(row).into(),
        )),
        DataType::Dictionary(..) => {
            let coded = array.as_any_dictionary();
            let key = coded.normalized_keys()[row];
            id_of(coded.values(), key)
        }
        DataType::Null => None,
        _ => {
            let one = arrow::compute::cast(&array.slice(row, 1), &DataType::Int64).ok()?;
            id_of(&one, 0)
        }
    }
}

/// The bytes that an id takes in memory.
pub(crate) fn bytes_of(id: &Id) -> u64 {
    let text = match id {
        Id::Int(_) => 0,
        Id::Text(text) => text.len(),
    };
    (size_of::<Id>() + text) as u64
}

/// Rows with the same fault: how many, and the first in the order of the data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fault {
    pub count: u64,
    first: Option<(Position, String)>,
}

impl Fault {
    /// Notes the faulty rows of a piece.
    pub fn note(&mut self, piece: &Piece<'_>, mut rows: impl Iterator<Item = usize>) {
        let Some(row) = rows.next() else { return };
        self.count += 1 + rows.count() as u64;
        let position = piece.position(row);
        if self
            .first
            .as_ref()
            .is_none_or(|(first, _)| position < *first)
        {
            self.first = Some((position, piece.place(row)));
        }
    }

    /// The faults of two threads.
    pub fn merge(self, other: Self) -> Self {
        let count = self.count + other.count;
        Self {
            count,
            first: self.first.into_iter().chain(other.first).min(),
        }
    }

    /// Where the first is; `None` without a fault.
    pub fn place(&self) -> Option<&str> {
        self.first.as_ref().map(|(_, place)| place.as_str())
    }
}

/// Decodes pieces on one thread.
pub(crate) struct Decoder<'a> {
    plan: &'a Plan,
    pub label: Option<Binary<'a>>,
    pub decision: Option<Binary<'a>>,
    axes: Vec<Axis<'a>>,
    outcomes: Vec<u8>,
    scores: Numbers,
    targets: Numbers,
    weights: Numbers,
    clusters: ClusterKeys,
    propensities: Propensities,
    members: Members,
    halves: Vec<i32>,
    /// Rows with a finite score.
    pub scored: u64,
    /// Rows that a cut selects.
    pub selected: u64,
    /// Rows that could not get a label.
    pub uncovered: u64,
    /// Rows with a numeric outcome.
    pub outcomes_known: u64,
    /// Scores that are NaN, infinite or beyond the bound.
    pub bad_scores: Fault,
    /// The same of numeric outcomes.
    pub bad_outcomes: Fault,
    /// Weights that are missing, negative or beyond the bound.
    pub bad_weights: Fault,
}

impl<'a> Decoder<'a> {
    pub fn new(plan: &'a Plan) -> Self {
        let binary = |planned: &'a PlannedBinary| Binary::new(&planned.rule, &planned.levels);
        Self {
            plan,
            label: plan.label.as_ref().map(binary),
            decision: match &plan.decision {
                Decision::Column(planned) => Some(binary(planned)),
                Decision::None | Decision::Cut { .. } => None,
            },
            axes: plan
                .axes
                .iter()
                .map(|axis| Axis::new(&axis.levels, axis.bins.as_ref()))
                .collect(),
            outcomes: Vec::new(),
            scores: Numbers::default(),
            targets: Numbers::default(),
            weights: Numbers::default(),
            clusters: ClusterKeys::default(),
            propensities: Propensities::default(),
            members: Members::default(),
            halves: Vec::new(),
            scored: 0,
            selected: 0,
            uncovered: 0,
            outcomes_known: 0,
            bad_scores: Fault::default(),
            bad_outcomes: Fault::default(),
            bad_weights: Fault::default(),
        }
    }

    /// Decodes one piece and hands on its block. Faulty scores and weights are noted, not handed
    /// on: the scan fails when all of them are known.
    ///
    /// Not generic: it is compiled here, for speed, and not where a scan is asked for.
    pub fn add(
        &mut self,
        piece: &Piece<'_>,
        take: &mut dyn FnMut(&Block<'_>),
    ) -> Result<(), DataError> {
        let plan = self.plan;
        let decimal = piece.decimal;
        let columns = piece.columns;
        let base = if plan.label.is_none() {
            outcome::LABEL_MISSING
        } else {
            0
        };
        let absent = matches!(plan.decision, Decision::None);
        let decision = if absent { outcome::DECISION_MISSING } else { 0 };
        self.outcomes.clear();
        self.outcomes.resize(piece.len, outcome::of(base, decision));
        if let (Some(label), Some(planned)) = (&mut self.label, &plan.label) {
            let PlannedColumn { at, name } = &planned.column;
            label
                .add::<2>(&columns[*at], decimal, &mut self.outcomes)
                .map_err(|error| piece.explain(name, error))?;
        }
        let most = match plan.outcome {
            Some(_) => numeric::MAGNITUDE_MAX,
            None => MAGNITUDE_MAX,
        };
        let scores = match &plan.score {
            None => None,
            Some(column) => {
                let scores = &mut self.scores;
                let Some((scores, good)) =
                    bounded(scores, column, piece, most, &mut self.bad_scores)?
                else {
                    return Ok(());
                };
                self.scored += good;
                Some(scores)
            }
        };
        let targets = match &plan.outcome {
            None => None,
            Some(column) => {
                let targets = &mut self.targets;
                let Some((targets, good)) =
                    bounded(targets, column, piece, most, &mut self.bad_outcomes)?
                else {
                    return Ok(());
                };
                self.outcomes_known += good;
                Some(targets)
            }
        };
        match (&plan.decision, &mut self.decision, scores) {
            (Decision::Column(planned), Some(decision), _) => {
                let PlannedColumn { at, name } = &planned.column;
                decision
                    .add::<0>(&columns[*at], decimal, &mut self.outcomes)
                    .map_err(|error| piece.explain(name, error))?;
            }
            (Decision::Cut { score, ties }, _, Some(scores)) => {
                self.selected += cut(&mut self.outcomes, scores, *score, ties, columns);
            }
            _ => {}
        }
        let weights = match &plan.weight {
            None => None,
            Some(PlannedColumn { at, name }) => {
                let weights = self
                    .weights
                    .read(columns[*at].array(), decimal)
                    .map_err(|error| piece.explain(name, error))?;
                let good = |weight: f64| (0.0..=MAGNITUDE_MAX).contains(&weight);
                let all = weights.iter().fold(true, |all, weight| all & good(*weight));
                if !all {
                    let bad = (0..weights.len()).filter(|row| !good(weights[*row]));
                    self.bad_weights.note(piece, bad);
                    return Ok(());
                }
                Some(weights)
            }
        };
        let clusters = match &plan.cluster {
            None => None,
            Some(PlannedColumn { at, name }) => {
                let read = self.clusters.read(columns[*at].array());
                Some(read.map_err(|row| DataError::ClusterMissing {
                    column: name.clone(),
                    place: piece.place(row),
                })?)
            }
        };
        let propensities = match &plan.propensity {
            None => None,
            Some(column) => {
                let (read, uncovered) = self.propensities.read(piece, column, &self.outcomes)?;
                self.uncovered += uncovered;
                Some(read)
            }
        };
        let members = self.members.read(piece, &plan.memberships)?;
        if let Some(PlannedHalf { id, rule }) = &plan.half {
            rule.split(columns[id.at].array(), piece, &id.name, &mut self.halves)?;
        }
        let mut axes = self
            .axes
            .iter_mut()
            .zip(&plan.axes)
            .map(
                |(
                    axis,
                    PlannedAxis {
                        column: PlannedColumn { at, name },
                        ..
                    },
                )| {
                    axis.decode(&columns[*at], decimal)
                        .map_err(|error| piece.explain(name, error))
                },
            )
            .collect::<Result<Vec<Codes<'_>>, _>>()?;
        if plan.half.is_some() {
            axes.push(Codes {
                keys: &self.halves,
                table: &[0, 1],
            });
        }
        take(&Block {
            len: piece.len,
            axes: &axes,
            outcomes: &self.outcomes,
            weights,
            scores,
            targets,
            clusters,
            propensities,
            members: &members,
        });
        Ok(())
    }
}

/// The numbers of a column, missing ones NaN, and how many there are; `None` after noting those that
/// are beyond `most`.
fn bounded<'n>(
    numbers: &'n mut Numbers,
    PlannedColumn { at, name }: &PlannedColumn,
    piece: &'n Piece<'_>,
    most: f64,
    bad: &mut Fault,
) -> Result<Option<(&'n [f64], u64)>, DataError> {
    let column = piece.columns[*at].array();
    let numbers = numbers
        .read(column, piece.decimal)
        .map_err(|error| piece.explain(name, error))?;
    let usable = |number: f64| number.abs() <= most;
    let good = numbers
        .iter()
        .map(|number| usize::from(usable(*number)))
        .sum::<usize>();
    if good + column.logical_null_count() < numbers.len() {
        let nulls = column.logical_nulls();
        let valid = |row: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row));
        let faulty = (0..numbers.len()).filter(|row| !usable(numbers[*row]));
        bad.note(piece, faulty.filter(valid));
        return Ok(None);
    }
    Ok(Some((numbers, good as u64)))
}

/// Adds decisions by the score, and counts the selected.
fn cut(outcomes: &mut [u8], scores: &[f64], at: f64, ties: &Ties, columns: &[Decoded]) -> u64 {
    let equal = match ties {
        Ties::Select | Ties::UpTo { .. } => outcome::SELECTED,
        Ties::Share => outcome::TIED,
    };
    let mut selected = 0;
    for (byte, score) in outcomes.iter_mut().zip(scores) {
        let decision = u8::from(*score > at)
            | (u8::from(*score == at) * equal)
            | (u8::from(score.is_nan()) * outcome::DECISION_MISSING);
        selected += u64::from(decision == outcome::SELECTED);
        *byte |= decision;
    }
    if let Ties::UpTo { id, last } = ties {
        for (row, score) in scores.iter().enumerate() {
            if *score == at && id_of(columns[id.at].array(), row).is_none_or(|id| id > *last) {
                outcomes[row] &= !outcome::SELECTED;
                selected -= 1;
            }
        }
    }
    selected
}
