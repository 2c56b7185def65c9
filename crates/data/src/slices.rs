//! Columns of any kind as a few levels, for a subgroup scan.

use arrow::array::ArrayRef;
use waage_core::label::Label;
use waage_core::observer::{Observer, Phase};
use waage_core::random::pair_at;

use crate::DataError;
use crate::bins::BinEdges;
use crate::columns::ColumnError;
use crate::columns::axis::Axis;
use crate::columns::number::Numbers;
use crate::decode::id_of;
use crate::fold::{Piece, Table};
use crate::kind::Kind;
use crate::levels::Levels;
use crate::prepare::{self, Share};
use crate::roles::AxisRole;

/// How columns become levels.
#[derive(Clone, Debug, PartialEq)]
pub struct Slicing {
    /// Bins of equal mass for numbers whose attribute names none; numbers of no more distinct
    /// values keep these.
    pub bins: u32,
    /// Levels of a column; values beyond the most frequent are
    /// [`Label::others`](waage_core::label::Label::others). The missing level is not counted.
    pub levels: usize,
    /// How the rows are halved, if they are; needs the id role.
    pub holdout: Option<Holdout>,
}

/// A part of the rows kept back, chosen by their id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holdout {
    /// The part, a decimal between 0 and 1 such as `0.5`.
    pub share: String,
    /// The same id falls to another part under another seed.
    pub seed: u64,
}

/// Which rows are kept back.
pub(crate) struct HalfRule {
    below: u64,
    seed: u64,
}

/// Stream of the hashes of ids.
const STREAM: u64 = 1 << 42;

impl HalfRule {
    pub fn new(holdout: &Holdout) -> Result<Self, DataError> {
        let wrong = || DataError::Cut {
            problem: format!(
                "the holdout \"{}\" is no decimal between 0 and 1",
                holdout.share
            ),
            mend: "give the share of rows kept back, such as 0.5",
        };
        let share = Share::parse(&holdout.share).map_err(|_| wrong())?;
        let below = share.of_hashes();
        if below == u64::MAX {
            return Err(wrong());
        }
        Ok(Self {
            below,
            seed: holdout.seed,
        })
    }

    /// Writes 1 for each row that is kept back and 0 for the others.
    pub fn split(
        &self,
        ids: &ArrayRef,
        piece: &Piece<'_>,
        column: &str,
        out: &mut Vec<i32>,
    ) -> Result<(), DataError> {
        out.clear();
        for row in 0..piece.len {
            let Some(id) = id_of(ids, row) else {
                return Err(DataError::IdMissing {
                    column: column.to_owned(),
                    place: piece.place(row),
                });
            };
            out.push(i32::from(self.hash(&id.to_string()) < self.below));
        }
        Ok(())
    }

    /// A number that depends on the seed and the id as it is written: `7` in a CSV file and the
    /// integer 7 are one id. FNV-1a, then Philox.
    fn hash(&self, id: &str) -> u64 {
        let fnv = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        pair_at(self.seed, STREAM, fnv)[0]
    }
}

/// What is known of the numbers of a column.
struct Profile {
    numbers: Numbers,
    /// Up to one more than the bins, ascending.
    distinct: Vec<f64>,
    last: f64,
    /// Whether every field is a number.
    are_numbers: bool,
}

impl Profile {
    fn add(&mut self, array: &ArrayRef, piece: &Piece<'_>, bins: usize) {
        if !self.are_numbers {
            return;
        }
        let Ok(values) = self.numbers.read(array, piece.decimal) else {
            self.are_numbers = false;
            return;
        };
        if self.distinct.len() > bins {
            return;
        }
        for value in values.iter().filter(|v| v.is_finite()) {
            if *value != self.last {
                self.last = *value;
                note(&mut self.distinct, *value, bins);
            }
        }
    }
}

/// Adds a number to a sorted list of at most one more than `bins`.
fn note(distinct: &mut Vec<f64>, value: f64, bins: usize) {
    let at = distinct.partition_point(|known| *known < value);
    if distinct.get(at) != Some(&value) && distinct.len() <= bins {
        distinct.insert(at, value);
    }
}

/// The bins of each attribute that names none and holds numbers: of equal mass, or one per value
/// where the values are few and not whole. `None` where values are levels.
pub(crate) fn bins(
    table: &Table,
    axes: &[AxisRole],
    slicing: &Slicing,
    observer: &dyn Observer,
) -> Result<Vec<Option<BinEdges>>, DataError> {
    let may_be_numbers = |role: &AxisRole| {
        let kind = table.needed.kind(role.column);
        role.spec.bins.is_none() && (kind.is_number() || kind == Kind::Untyped)
    };
    let open: Vec<usize> = (0..axes.len())
        .filter(|at| may_be_numbers(&axes[*at]))
        .collect();
    let mut out = vec![None; axes.len()];
    if open.is_empty() {
        return Ok(out);
    }
    let columns: Vec<usize> = open.iter().map(|at| axes[*at].column).collect();
    let most = slicing.bins as usize;
    let new = || Profile {
        numbers: Numbers::default(),
        distinct: Vec::new(),
        last: f64::NAN,
        are_numbers: true,
    };
    let folded = table.fold(
        Phase::Prepare,
        &columns,
        observer,
        || columns.iter().map(|_| new()).collect::<Vec<_>>(),
        |profiles, piece| {
            for (profile, column) in profiles.iter_mut().zip(piece.columns) {
                profile.add(column.array(), piece, most);
            }
            Ok(())
        },
    )?;
    let mut all: Vec<Profile> = columns.iter().map(|_| new()).collect();
    for profiles in folded.states {
        for (mine, theirs) in all.iter_mut().zip(profiles) {
            mine.are_numbers &= theirs.are_numbers;
            for value in theirs.distinct {
                note(&mut mine.distinct, value, most);
            }
        }
    }
    for (at, profile) in open.into_iter().zip(all) {
        let whole = |value: &f64| libm::trunc(*value) == *value && value.abs() < 9.0e15;
        if !profile.are_numbers || profile.distinct.is_empty() {
            continue;
        }
        if profile.distinct.len() > most {
            let column = axes[at].column;
            let edges = prepare::quantile_edges(table, column, slicing.bins, observer)?;
            out[at] = Some(edges);
        } else if !profile.distinct.iter().all(whole) {
            out[at] = Some(BinEdges::new(profile.distinct[1..].to_vec()));
        }
    }
    Ok(out)
}

/// Labels and their rows, per column.
pub(crate) fn frequencies(
    table: &Table,
    columns: &[usize],
    levels_max: usize,
    observer: &dyn Observer,
) -> Result<Vec<Vec<(Label, u64)>>, DataError> {
    let levels: Vec<Levels> = columns
        .iter()
        .map(|column| Levels::new(table.needed.name(*column), levels_max))
        .collect();
    let new = || {
        levels
            .iter()
            .map(|levels| (Axis::new(levels, None), Vec::<u64>::new()))
            .collect::<Vec<_>>()
    };
    let folded = table.fold(Phase::Prepare, columns, observer, new, |axes, piece| {
        for (at, (axis, counts)) in axes.iter_mut().enumerate() {
            let explain = |error: ColumnError| piece.explain(table.needed.name(columns[at]), error);
            let codes = axis
                .decode(&piece.columns[at], piece.decimal)
                .map_err(explain)?;
            for key in codes.keys {
                let code = codes.table[*key as usize] as usize;
                if code >= counts.len() {
                    counts.resize(code + 1, 0);
                }
                counts[code] += 1;
            }
        }
        Ok(())
    })?;
    let mut all: Vec<Vec<(Label, u64)>> = levels
        .iter()
        .map(|levels| {
            levels
                .labels()
                .into_iter()
                .map(|label| (label, 0))
                .collect()
        })
        .collect();
    for axes in folded.states {
        for (sum, (_, counts)) in all.iter_mut().zip(axes) {
            for ((_, sum), count) in sum.iter_mut().zip(counts) {
                *sum += count;
            }
        }
    }
    Ok(all)
}

/// The labels of most rows, missing left out; of equal counts the first in order.
pub(crate) fn most_frequent(mut counts: Vec<(Label, u64)>, most: usize) -> Vec<Label> {
    counts.retain(|(label, _)| !label.is_missing());
    counts.sort_by(|(a, n), (b, m)| m.cmp(n).then(a.cmp(b)));
    counts.truncate(most);
    counts.into_iter().map(|(label, _)| label).collect()
}
