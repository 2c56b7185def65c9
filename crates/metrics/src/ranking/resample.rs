//! Values of a list and their replicates: one function for both.
//!
//! Each group's rows are drawn with replacement, a multinomial draw of its counts by place, so that a
//! list has the same rows of each group and only their order moves. Replicate `r` draws from its own
//! stream; its values move by what the common places hide of the scores. Which of a place's drawn rows
//! are relevant comes from a stream of its own, so that labels change no other value.
//!
//! Where rows come in clusters, replicates draw these with all of their rows and labels, so that groups
//! and the list grow and shrink from draw to draw; a cut keeps its number of places.

use std::sync::Arc;

use waage_core::block::outcome;
use waage_core::draw::{Multinomial, binomial};
use waage_core::estimate::Reason;
use waage_core::observer::Observer;
use waage_core::random::Stream;
use waage_core::tally::{Clusters, ScoreTable};

use super::attention::Attention;
use super::list::{Entry, List};
use super::places::{self, Places};
use super::prefix::{self, Prefixes};
use super::{ndkl, relevance, skew};
use crate::disparity::Value;
use crate::draws::{self, Law};
use crate::score::table::{ALL, POSITIVE};
use crate::statistic::Reference;

/// Streams of these replicates begin here, apart from all others'.
const STREAM: u64 = 6 << 40;
/// Those of labels.
const LABELS: u64 = 12 << 40;
/// Numbers kept of all replicates of a view (8 bytes each).
const KEPT_MAX: usize = 1 << 25;

/// Values of a group that no cut-off has.
pub(super) const OF_GROUP: usize = 9;
/// Values of a group at a cut-off.
pub(super) const OF_GROUP_AT: usize = 3;
/// Values of a view that no cut-off has.
pub(super) const OF_VIEW: usize = 2;
/// Values of a view at a cut-off.
pub(super) const OF_VIEW_AT: usize = 2;

/// What is read off lists of the same groups.
pub(super) struct Reader<'a> {
    attention: &'a Attention,
    prefixes: Prefixes,
    cutoffs: &'a [u64],
    reference: Option<Reference>,
}

impl<'a> Reader<'a> {
    pub fn new(
        list: &List,
        attention: &'a Attention,
        cutoffs: &'a [u64],
        reference: Option<Reference>,
    ) -> Self {
        Self {
            prefixes: Prefixes::new(list, prefix::step(list.length())),
            attention,
            cutoffs,
            reference,
        }
    }

    /// Where the values of a group begin: mean exposure, its share, parity of exposure, rND, rKL, rRD,
    /// exposure per relevance, its ratio, DCG, then by cut-off selection rate, share, skew.
    pub const fn group(&self, g: usize) -> usize {
        g * (OF_GROUP + OF_GROUP_AT * self.cutoffs.len())
    }

    /// Where those of the view begin: NDKL, nDCG, then by cut-off the least and the greatest skew.
    pub const fn view(&self, groups: usize) -> usize {
        self.group(groups)
    }

    fn width(&self, groups: usize) -> usize {
        self.view(groups) + OF_VIEW + OF_VIEW_AT * self.cutoffs.len()
    }

    /// Every value of a list of the reader's sizes; sums over all prefixes look only at `stops` where
    /// there are some.
    pub fn values(&self, list: &List, stops: Option<&[u64]>) -> Vec<Value> {
        self.values_by(&self.prefixes, list, stops)
    }

    /// Every value of a list of other sizes; `None` of one with fewer places than a cut-off.
    fn values_of_other(&self, list: &List) -> Option<Vec<Value>> {
        if self.cutoffs.last().is_some_and(|k| *k > list.length()) {
            return None;
        }
        let prefixes = Prefixes::new(list, prefix::step(list.length()));
        let stops = places::stops(list.length());
        Some(self.values_by(&prefixes, list, Some(&stops)))
    }

    fn values_by(&self, prefixes: &Prefixes, list: &List, stops: Option<&[u64]>) -> Vec<Value> {
        let sizes = list.sizes();
        let seen = self.attention.seen(list);
        let of_all: f64 = seen.iter().map(|seen| seen.rows).sum();
        let mean = |g: usize| match sizes[g] {
            0 => Err(Reason::NoScores),
            n => Ok(seen[g].rows / n as f64),
        };
        let gain = relevance::Gain::of(list, self.attention, &seen);
        let reference = match self.reference {
            Some(Reference::Group(r)) => mean(r),
            Some(Reference::Overall) => Ok(of_all / list.total().max(1) as f64),
            None => Err(Reason::OneGroup),
        };
        let against = |value: f64| match reference? {
            r if r > 0.0 => Ok(value / r),
            _ => Err(Reason::ZeroReference),
        };
        let parity = prefixes.of(list);
        let counts = skew::counts(list, self.cutoffs);
        let mut out = Vec::with_capacity(self.width(sizes.len()));
        let mut skews: Vec<Vec<Value>> = vec![Vec::new(); self.cutoffs.len()];
        for (g, &size) in sizes.iter().enumerate() {
            out.push(mean(g));
            out.push(mean(g).map(|_| seen[g].rows / of_all));
            out.push(mean(g).and_then(against));
            out.extend(parity[g]);
            out.push(gain.per_relevance(g));
            out.push(gain.ratio(g, self.reference));
            out.push(gain.dcg(g));
            for (skews, (k, counts)) in skews.iter_mut().zip(&counts) {
                let share = counts[g] / *k as f64;
                let defined = if size > 0 {
                    Ok(())
                } else {
                    Err(Reason::NoScores)
                };
                let skew = defined.and_then(|()| skew::skew(share, list.share(g)));
                out.push(defined.map(|()| counts[g] / size as f64));
                out.push(defined.map(|()| share));
                out.push(skew);
                if size > 0 {
                    skews.push(skew);
                }
            }
        }
        out.push(match stops {
            Some(stops) => ndkl::at(list, self.attention, stops.iter().copied()),
            None => ndkl::ndkl(list, self.attention),
        });
        out.push(gain.ndcg());
        out.extend(skews.iter().flat_map(|skews| skew::extremes(skews)));
        out
    }
}

/// How replicates are drawn.
pub(super) struct Plan<'a> {
    pub reader: &'a Reader<'a>,
    pub list: &'a List,
    /// Every value of the list itself.
    pub values: &'a [Value],
    pub places: &'a Places,
    pub tables: &'a [ScoreTable],
    /// The clusters of the rows with their scores, by group; `None` where single rows are drawn.
    pub clusters: Option<&'a Clusters>,
    pub replicates: usize,
    pub seed: u64,
}

/// Replicates of every value, NaN where undefined; `None` when cancelled. Empty where there would be too
/// many to keep.
pub(super) fn run(plan: &Plan<'_>, observer: &dyn Observer) -> Option<Vec<Arc<[f64]>>> {
    let (sizes, width) = (plan.list.sizes(), plan.values.len());
    if plan.replicates == 0 || width * plan.replicates > KEPT_MAX {
        return Some(Vec::new());
    }
    let onto = |labels: &[usize]| -> Vec<Vec<u64>> {
        let tables = plan.tables.iter();
        tables.map(|t| plan.places.onto(t, labels)).collect()
    };
    let cells = Drawn {
        rows: onto(&ALL),
        relevant: plan.list.relevant().map(|_| onto(&[POSITIVE])),
    };
    let stops = places::stops(plan.list.length());
    let empty = || List::with(sizes, plan.list.length());
    let mut placed = empty();
    fill(&mut placed, &cells);
    let plain = plan.reader.values(&placed, Some(&stops));
    let shifts: Vec<f64> = plan
        .values
        .iter()
        .zip(plain)
        .map(|(exact, placed)| match (exact, placed) {
            (Ok(exact), Ok(placed)) => exact - placed,
            _ => f64::NAN,
        })
        .collect();
    if let Some(clusters) = plan.clusters {
        return run_clusters(plan, clusters, &shifts, observer);
    }
    let laws: Vec<Multinomial> = cells.rows.iter().map(|of| Multinomial::of(of)).collect();
    let room = || (empty(), cells.clone(), Vec::new());
    let one = |(list, drawn, room): &mut (List, Drawn, Vec<u64>), r: usize, out: &mut Vec<f64>| {
        drawn.draw(&cells, &laws, room, plan.seed, r as u64);
        fill(list, drawn);
        let values = plan.reader.values(list, Some(&stops)).into_iter();
        let moved = values.zip(&shifts);
        out.extend(moved.map(|(value, shift)| value.map_or(f64::NAN, |v| v + shift)));
    };
    draws::series(plan.replicates, width, observer, room, one)
}

/// Replicates that draw clusters.
fn run_clusters(
    plan: &Plan<'_>,
    clusters: &Clusters,
    shifts: &[f64],
    observer: &dyn Observer,
) -> Option<Vec<Arc<[f64]>>> {
    const KINDS: usize = ALL.len();
    let (groups, places) = (plan.list.sizes().len(), plan.places.len());
    let placed = clusters.placed(|group, o, score| {
        let at = group as usize * places + plan.places.of_score(score?);
        Some((at as u32, outcome::label(o)))
    });
    let cells = groups * places * KINDS;
    let law = Law::of_clusters(&placed, cells, |cell, label| {
        cell as usize * KINDS + usize::from(label)
    });
    let whole = plan.list.length() == plan.list.total();
    let length = (!whole).then(|| plan.list.length());
    let labelled = plan.list.relevant().is_some();
    let room = || {
        let rows = vec![vec![0; places]; groups];
        let drawn = Drawn {
            relevant: labelled.then(|| rows.clone()),
            rows,
        };
        let list = List::with(plan.list.sizes(), plan.list.length());
        (list, drawn, Vec::new(), Vec::new())
    };
    let one = |(list, drawn, counts, weights): &mut (List, Drawn, Vec<u64>, Vec<f64>),
               r: usize,
               out: &mut Vec<f64>| {
        law.draw(
            &mut Stream::new(plan.seed, STREAM + r as u64),
            counts,
            weights,
        );
        drawn.take(weights, KINDS);
        list.resize(drawn.rows.iter().map(|rows| rows.iter().sum()), length);
        fill(list, drawn);
        match plan.reader.values_of_other(list) {
            Some(values) => {
                let moved = values.into_iter().zip(shifts);
                out.extend(moved.map(|(value, shift)| value.map_or(f64::NAN, |v| v + shift)));
            }
            None => out.extend(shifts.iter().map(|_| f64::NAN)),
        }
    };
    draws::series(plan.replicates, shifts.len(), observer, room, one)
}

/// Rows by group and place.
#[derive(Clone, Debug)]
struct Drawn {
    rows: Vec<Vec<u64>>,
    /// Those that are relevant; `None` where a row has no label.
    relevant: Option<Vec<Vec<u64>>>,
}

impl Drawn {
    /// Takes a draw of whole rows by group, place and label.
    fn take(&mut self, weights: &[f64], labels: usize) {
        let mut cells = weights.chunks_exact(labels);
        for (g, rows) in self.rows.iter_mut().enumerate() {
            for (at, (rows, cell)) in rows.iter_mut().zip(&mut cells).enumerate() {
                *rows = cell.iter().sum::<f64>() as u64;
                if let Some(relevant) = &mut self.relevant {
                    relevant[g][at] = cell[POSITIVE] as u64;
                }
            }
        }
    }

    /// Draws every group's rows by its law, and of each place's which are relevant.
    fn draw(&mut self, from: &Self, laws: &[Multinomial], room: &mut Vec<u64>, seed: u64, r: u64) {
        let mut stream = Stream::new(seed, STREAM + r);
        for (law, drawn) in laws.iter().zip(&mut self.rows) {
            drawn.copy_from_slice(law.draw(&mut stream, room));
        }
        let (Some(relevant), Some(drawn)) = (&from.relevant, &mut self.relevant) else {
            return;
        };
        let mut stream = Stream::new(seed, LABELS + r);
        for (g, (relevant, drawn)) in relevant.iter().zip(drawn).enumerate() {
            for (place, (&relevant, drawn)) in relevant.iter().zip(drawn).enumerate() {
                let share = relevant as f64 / from.rows[g][place].max(1) as f64;
                *drawn = binomial(&mut stream, self.rows[g][place], share);
            }
        }
    }
}

/// The list of rows by group and place.
fn fill(list: &mut List, drawn: &Drawn) {
    let relevant = drawn.relevant.as_ref();
    list.clear(relevant.map(|groups| groups.iter().map(|of| of.iter().sum()).collect()));
    let places = drawn.rows.first().map_or(0, Vec::len);
    let mut reached = 0;
    for place in 0..places {
        if reached >= list.length() {
            return;
        }
        let entry = |(group, rows): (usize, &Vec<u64>)| Entry {
            group,
            rows: rows[place],
            relevant: relevant.map_or(0, |groups| groups[group][place]),
        };
        let entries = drawn.rows.iter().enumerate().map(entry);
        list.push(entries.filter(|entry| entry.rows > 0));
        reached += drawn.rows.iter().map(|rows| rows[place]).sum::<u64>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::table::{fixture, from_rows, plus};
    use waage_core::observer::Silent;

    fn tables(levels: u64) -> Vec<ScoreTable> {
        let rows = |seed, n| from_rows(&fixture::random(seed, n, levels, false), false);
        vec![rows(11, 3000), rows(12, 800)]
    }

    fn drawn(
        tables: &[ScoreTable],
        length: Option<u64>,
        replicates: usize,
    ) -> (Vec<Value>, Vec<Arc<[f64]>>) {
        let list = List::of(tables, length);
        let attention = Attention::default();
        let cutoffs = [10, 400];
        let reader = Reader::new(&list, &attention, &cutoffs, Some(Reference::Group(0)));
        let values = reader.values(&list, None);
        let places = Places::of(&plus(&tables[0], &tables[1]));
        let plan = Plan {
            reader: &reader,
            list: &list,
            values: &values,
            places: &places,
            tables,
            clusters: None,
            replicates,
            seed: 3,
        };
        let series = run(&plan, &Silent).unwrap();
        (values, series)
    }

    #[test]
    fn places_hide_next_to_nothing() {
        for levels in [200, 1 << 40] {
            let tables = tables(levels);
            let list = List::of(&tables, Some(500));
            let places = Places::of(&plus(&tables[0], &tables[1]));
            let mut placed = List::with(list.sizes(), list.length());
            let onto = |labels: &[usize]| tables.iter().map(|t| places.onto(t, labels)).collect();
            let drawn = Drawn {
                rows: onto(&ALL),
                relevant: list.relevant().map(|_| onto(&[POSITIVE])),
            };
            fill(&mut placed, &drawn);
            let attention = Attention::default();
            let reader = Reader::new(&list, &attention, &[10, 100, 500], Some(Reference::Overall));
            let (exact, coarse) = (reader.values(&list, None), reader.values(&placed, None));
            for (at, (a, b)) in exact.iter().zip(&coarse).enumerate() {
                let apart = match (a, b) {
                    (Ok(a), Ok(b)) => (a - b).abs() / a.abs().max(1.0),
                    _ => f64::from(u8::from(a != b)),
                };
                let most = if levels == 200 { 1e-12 } else { 0.01 };
                assert!(apart <= most, "{levels} {at}: {a:?} {b:?}");
            }
        }
    }

    /// The share of exposure has the spread of the rows drawn one by one.
    #[test]
    fn replicates_spread_as_the_row_bootstrap_does() {
        let tables = tables(50);
        let (values, series) = drawn(&tables, Some(400), 400);
        let share = &series[1];
        let mean = share.iter().sum::<f64>() / 400.0;
        let spread = |s: &[f64]| {
            let mean = s.iter().sum::<f64>() / s.len() as f64;
            (s.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / s.len() as f64).sqrt()
        };
        assert!(
            (mean - values[1].unwrap()).abs() < 0.2 * spread(share),
            "{mean}"
        );
        let mut stream = Stream::new(99, 1);
        let rows: Vec<Vec<(f64, u8, f64)>> = [(11, 3000), (12, 800)]
            .map(|(seed, n)| fixture::random(seed, n, 50, false))
            .to_vec();
        let again: Vec<f64> = (0..200)
            .map(|_| {
                let drawn: Vec<ScoreTable> = rows
                    .iter()
                    .map(|rows| {
                        let one = |_| rows[(stream.next_u64() % rows.len() as u64) as usize];
                        from_rows(&(0..rows.len()).map(one).collect::<Vec<_>>(), false)
                    })
                    .collect();
                let seen = Attention::default().by_group(&List::of(&drawn, Some(400)));
                seen[0] / (seen[0] + seen[1])
            })
            .collect();
        let factor = spread(share) / spread(&again);
        assert!((0.8..1.25).contains(&factor), "{factor}");
    }

    #[test]
    fn the_seed_alone_decides_what_is_drawn() {
        let tables = tables(300);
        let bits = || {
            let (_, series) = drawn(&tables, None, 60);
            series
                .concat()
                .iter()
                .map(|v| v.to_bits())
                .collect::<Vec<_>>()
        };
        assert!(bits() == bits());
        assert!(drawn(&tables, None, 0).1.is_empty());
    }
}
