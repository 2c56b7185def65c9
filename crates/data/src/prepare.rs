//! What a first scan finds: cuts, quantile edges, the values of a label.

use waage_core::block::{Id, MAGNITUDE_MAX};
use waage_core::label::Label;
use waage_core::observer::{Observer, Phase};
use waage_result::document::{CutResult, Note};
use waage_result::spec::Cut;

use crate::DataError;
use crate::bins::{BinEdges, quantile_ranks};
use crate::columns::axis::Axis;
use crate::columns::number::Numbers;
use crate::decode::{Decision, PlannedColumn, Ties, bytes_of, id_of};
use crate::fold::Table;
use crate::levels::Levels;
use crate::rank::{self, Ranked};

/// A cut that has been found.
pub(crate) struct FoundCut {
    pub decision: Decision,
    pub result: CutResult,
    pub notes: Vec<Note>,
}

/// Edges of `bins` bins of equal mass, fewer where values repeat.
pub(crate) fn quantile_edges(
    table: &Table,
    column: usize,
    bins: u32,
    observer: &dyn Observer,
) -> Result<BinEdges, DataError> {
    let ranks = rank::of_column(table, column, observer, |n| {
        Ok(if n == 0 {
            Vec::new()
        } else {
            quantile_ranks(n, bins)
        })
    })?;
    Ok(BinEdges::new(
        ranks.values.iter().map(|ranked| ranked.value).collect(),
    ))
}

/// The largest magnitude among the numbers of a column that are within bounds; 0 without any.
pub(crate) fn magnitude(
    table: &Table,
    column: usize,
    observer: &dyn Observer,
) -> Result<f64, DataError> {
    let folded = table.fold(
        Phase::Prepare,
        &[column],
        observer,
        || (Numbers::default(), 0.0_f64),
        |(numbers, most), piece| {
            let values = numbers
                .read(piece.columns[0].array(), piece.decimal)
                .map_err(|error| piece.explain(table.needed.name(column), error))?;
            let size = |value: &f64| {
                let size = value.abs();
                if size <= MAGNITUDE_MAX { size } else { 0.0 }
            };
            *most = values.iter().map(size).fold(*most, f64::max);
            Ok(())
        },
    )?;
    let found = folded.states.into_iter().map(|(_, most)| most);
    Ok(found.fold(0.0, f64::max))
}

/// Finds where `cut` falls. `id` is a needed column and its name.
pub(crate) fn find_cut(
    table: &Table,
    score: usize,
    id: Option<usize>,
    cut: &Cut,
    memory_max: u64,
    observer: &dyn Observer,
) -> Result<FoundCut, DataError> {
    let at = |score: f64, ties: Ties, result: CutResult, notes: Vec<Note>| FoundCut {
        decision: Decision::Cut { score, ties },
        result,
        notes,
    };
    let places = match cut {
        Cut::Threshold(score) => {
            if !score.is_finite() {
                return Err(DataError::Cut {
                    problem: format!("the threshold {score} is no finite number"),
                    mend: "give a number such as 0.5",
                });
            }
            let result = CutResult {
                score: *score,
                selected: 0,
                tied: 0,
                tied_selected: 0,
            };
            return Ok(at(*score, Ties::Select, result, Vec::new()));
        }
        Cut::TopK(k) => Places::Count(*k),
        Cut::TopFraction(text) => Places::Share(Share::parse(text)?),
    };
    let ranks = rank::of_column(table, score, observer, |n| {
        if n == 0 {
            return Ok(Vec::new());
        }
        Ok(vec![n - places.of(n)?])
    })?;
    let Some(Ranked {
        value,
        below,
        equal,
    }) = ranks.values.first().copied()
    else {
        // Without a single finite score the scan itself says what is wrong.
        let result = CutResult {
            score: 0.0,
            selected: 0,
            tied: 0,
            tied_selected: 0,
        };
        return Ok(at(0.0, Ties::Select, result, Vec::new()));
    };
    let selected = places.of(ranks.n)?;
    let left = selected - (ranks.n - below - equal);
    let mut notes = Vec::new();
    if let Places::Count(k) = places
        && k > ranks.n
    {
        notes.push(note("top_k_exceeds_rows", [("k", k), ("rows", ranks.n)]));
    }
    if left == equal {
        let result = CutResult {
            score: value,
            selected,
            tied: 0,
            tied_selected: 0,
        };
        return Ok(at(value, Ties::Select, result, notes));
    }
    let result = CutResult {
        score: value,
        selected,
        tied: equal,
        tied_selected: left,
    };
    let ties = match id {
        None => {
            notes.push(note("ties_shared", [("tied", equal), ("places", left)]));
            Ties::Share
        }
        Some(id) => {
            notes.push(note("ties_by_id", [("tied", equal), ("places", left)]));
            let last = last_id(
                table,
                [score, id],
                value,
                [equal, left],
                memory_max,
                observer,
            )?;
            let name = table.needed.name(id).to_owned();
            Ties::UpTo {
                id: PlannedColumn { at: id, name },
                last,
            }
        }
    };
    Ok(at(value, ties, result, notes))
}

/// The id of the last row that finds a place, ids ascending, among those tied at the cut.
fn last_id(
    table: &Table,
    [score, id]: [usize; 2],
    cut: f64,
    [tied, left]: [u64; 2],
    memory_max: u64,
    observer: &dyn Observer,
) -> Result<Id, DataError> {
    let name = table.needed.name(id);
    let problem = |problem| DataError::TieId {
        column: name.to_owned(),
        problem,
        tied,
    };
    // Each thread may hold all of the tie block; the bound is on what it holds itself.
    let bound = memory_max / rayon::current_num_threads().max(1) as u64;
    let folded = table.fold(
        Phase::Prepare,
        &[score, id],
        observer,
        || {
            (
                crate::columns::number::Numbers::default(),
                Vec::new(),
                0_u64,
            )
        },
        |(numbers, ids, bytes), piece| {
            let scores = numbers
                .read(piece.columns[0].array(), piece.decimal)
                .map_err(|error| piece.explain(table.needed.name(score), error))?;
            for row in (0..piece.len).filter(|row| scores[*row] == cut) {
                let id = id_of(piece.columns[1].array(), row)
                    .ok_or_else(|| problem("missing".into()))?;
                *bytes += bytes_of(&id);
                ids.push(id);
            }
            if *bytes > bound {
                return Err(DataError::Memory {
                    what: "breaking the ties at the cut by id",
                    limit: memory_max,
                    mend: "leave the id out, so that tied rows share the places",
                });
            }
            Ok(())
        },
    )?;
    let mut ids: Vec<Id> = folded
        .states
        .into_iter()
        .flat_map(|(_, ids, _)| ids)
        .collect();
    ids.sort_unstable();
    if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(problem(format!("\"{}\" twice", pair[0])));
    }
    let at = usize::try_from(left.saturating_sub(1)).unwrap_or(usize::MAX);
    ids.into_iter()
        .nth(at)
        .ok_or_else(|| problem("missing".into()))
}

/// The distinct values of a column, missing left out, in order.
pub(crate) fn values_of(
    table: &Table,
    column: usize,
    levels_max: usize,
    observer: &dyn Observer,
) -> Result<Vec<Label>, DataError> {
    let levels = Levels::new(table.needed.name(column), levels_max);
    table.fold(
        Phase::Prepare,
        &[column],
        observer,
        || Axis::new(&levels, None),
        |axis, piece| {
            axis.decode(&piece.columns[0], piece.decimal)
                .map(|_| ())
                .map_err(|error| piece.explain(table.needed.name(column), error))
        },
    )?;
    let mut labels = levels.labels();
    labels.retain(|label| !label.is_missing());
    labels.sort();
    Ok(labels)
}

/// How many rows are to be selected.
enum Places {
    Count(u64),
    Share(Share),
}

impl Places {
    /// Of `n` scored rows: at least one, at most all.
    fn of(&self, n: u64) -> Result<u64, DataError> {
        let places = match self {
            Self::Count(k) => (*k).min(n),
            Self::Share(share) => share.of(n),
        };
        if places > 0 {
            return Ok(places);
        }
        Err(match self {
            Self::Count(_) => DataError::Cut {
                problem: "the top 0 rows select nobody".to_owned(),
                mend: "give --top-k a whole number of at least 1",
            },
            Self::Share(share) => DataError::Cut {
                problem: format!(
                    "the top fraction {} of {n} scored rows is no whole row",
                    share.text
                ),
                mend: "give --top-fraction a larger share",
            },
        })
    }
}

/// A decimal share, exact.
pub(crate) struct Share {
    text: String,
    numerator: u64,
    denominator: u64,
}

impl Share {
    /// Reads a decimal above 0 and up to 1 of at most 18 places.
    pub(crate) fn parse(text: &str) -> Result<Self, DataError> {
        let wrong = || DataError::Cut {
            problem: format!("the top fraction \"{text}\" is no decimal above 0 and up to 1"),
            mend: "give a share such as 0.3",
        };
        let trimmed = text.trim();
        let (whole, places) = trimmed.split_once('.').unwrap_or((trimmed, ""));
        let places = places.trim_end_matches('0');
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if trimmed == "."
            || trimmed.is_empty()
            || !digits(whole)
            || !digits(places)
            || places.len() > 18
        {
            return Err(wrong());
        }
        let denominator = 10_u64.pow(places.len() as u32);
        let part = |text: &str| {
            if text.is_empty() {
                Ok(0)
            } else {
                text.parse::<u64>()
            }
        };
        let whole = part(whole).map_err(|_| wrong())?;
        let places = part(places).map_err(|_| wrong())?;
        let numerator = whole
            .checked_mul(denominator)
            .and_then(|w| w.checked_add(places));
        match numerator {
            Some(numerator) if numerator > 0 && numerator <= denominator => Ok(Self {
                text: trimmed.to_owned(),
                numerator,
                denominator,
            }),
            _ => Err(wrong()),
        }
    }

    /// `⌊share · 2^64⌋`, at most `2^64 − 1`: as large a part of all 64-bit numbers lies below it.
    pub(crate) fn of_hashes(&self) -> u64 {
        let exact = (u128::from(self.numerator) << 64) / u128::from(self.denominator);
        u64::try_from(exact).unwrap_or(u64::MAX)
    }

    /// `⌊share · n⌋`.
    fn of(&self, n: u64) -> u64 {
        let exact = u128::from(self.numerator) * u128::from(n) / u128::from(self.denominator);
        u64::try_from(exact).unwrap_or(u64::MAX)
    }
}

/// A note with whole numbers as values.
fn note<const N: usize>(code: &str, values: [(&str, u64); N]) -> Note {
    let values = values
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_string()));
    Note {
        code: code.to_owned(),
        values: values.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact_decimals() {
        let of = |text: &str, n| Share::parse(text).unwrap().of(n);
        assert_eq!(of("0.3", 10), 3);
        assert_eq!(of("0.29", 100), 29);
        assert_eq!(of(".5", 3), 1);
        assert_eq!(of("1", 7), 7);
        assert_eq!(of("1.000", 7), 7);
        assert_eq!(
            of("0.1", 10_000_000_000_000_000_003),
            1_000_000_000_000_000_000
        );
        for bad in ["0", "1.01", "-0.1", "x", "", ".", "30%", "0.1e1", "2"] {
            assert!(Share::parse(bad).is_err(), "{bad}");
        }
    }
}
