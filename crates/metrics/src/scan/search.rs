//! The search over all conjunctions: support, bounds, tests, and what is found.

use rayon::prelude::*;
use waage_core::estimate::Estimate;
use waage_core::multiplicity::{benjamini_hochberg, benjamini_yekutieli};
use waage_core::quantity::Direction;

use super::clusters::Spread;
use super::fold::{self, Parent};
use super::measure::{Apart, Measure, Stat};
use super::score::{Score, bound};
use super::shapley::{self, Contribution};
use super::tables::{Cell, Tables};
use crate::catalogue::Metric;
use crate::favourable::Favourable;

/// Conditions `(column, level)` on ascending columns: the rows that meet all of them.
pub type Conditions = Vec<(usize, usize)>;

/// Which subgroups are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// Those that differ either way.
    #[default]
    Both,
    /// Those worse off: a lower value, or a higher one where less is better, as of flags.
    Worse,
    /// Those better off.
    Better,
}

impl Side {
    /// Every side.
    pub const ALL: [Self; 3] = [Self::Both, Self::Worse, Self::Better];

    /// The name in documents and options.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Worse => "worse",
            Self::Better => "better",
        }
    }

    /// The side of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.name() == name)
    }

    fn holds(self, worse: bool) -> bool {
        match self {
            Self::Both => true,
            Self::Worse => worse,
            Self::Better => !worse,
        }
    }
}

/// What is searched for.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// The metric.
    pub measure: Measure,
    /// Rows that the metric of a subgroup must rest on at least.
    pub min_support: u64,
    /// Subgroups listed at most.
    pub top: usize,
    /// Gaps below this are of no interest.
    pub margin: f64,
    /// Level of the false discovery rate.
    pub alpha: f64,
    /// Confidence of the intervals.
    pub level: f64,
    /// What orders the subgroups.
    pub score: Score,
    /// Which of them are listed.
    pub side: Side,
    /// Which decision is an advantage, and with it whether more is worse of a metric that is by
    /// itself neither good nor bad.
    pub favourable: Favourable,
}

impl Request {
    /// Whether a higher value is to a subgroup's disadvantage.
    fn lower_is_better(&self) -> bool {
        let metric = self.measure.metric;
        match metric.quantity().direction {
            Direction::Lower => true,
            Direction::Higher => false,
            Direction::Neutral => {
                (metric == Metric::RejectionShare) != (self.favourable == Favourable::Rejected)
            }
        }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The metric of all rows.
    pub overall: Estimate,
    /// Conjunctions of the family: enough support, and a complement to compare with.
    pub family: u64,
    /// Those of the family that were tested; the others lie within one that a bound ruled out.
    pub tested: u64,
    /// Discoveries at the level of the false discovery rate, on the side asked for.
    pub discoveries: u64,
    /// Discoveries that a more general one explains.
    pub folded: u64,
    /// What is left, at most as many as asked for: those worse off first, by score.
    pub subgroups: Vec<Subgroup>,
    /// The conditions of every tested conjunction, for permutations.
    pub(crate) all: Vec<Conditions>,
}

/// A subgroup that differs.
#[derive(Clone, Debug)]
pub struct Subgroup {
    /// Its conditions.
    pub conditions: Conditions,
    /// Its rows.
    pub rows: u64,
    /// Its metric.
    pub estimate: Estimate,
    /// The metric of all other rows.
    pub complement: Estimate,
    /// The one minus the other.
    pub difference: Estimate,
    /// Whether it is worse off than the others.
    pub worse: bool,
    /// Raw p-value.
    pub p: f64,
    /// The test.
    pub test: &'static str,
    /// After Benjamini and Yekutieli over the family.
    pub p_adjusted: f64,
    /// After Benjamini and Hochberg over the family.
    pub p_bh: f64,
    /// What ordered it.
    pub score: f64,
    /// The largest gap that a subgroup within could have; `None` for means and weighted rows.
    pub bound: Option<f64>,
    /// The more general subgroup that comes closest.
    pub parent: Option<Parent>,
    /// What each condition adds to the divergence from all rows.
    pub contributions: Vec<Contribution>,
    /// Discoveries folded into it.
    pub folded: u64,
}

/// A tested conjunction.
pub(crate) struct Tested {
    pub table: usize,
    pub cell: usize,
    pub p: f64,
    pub test: &'static str,
    pub gap: f64,
    pub score: f64,
    pub bound: Option<f64>,
    /// What its clusters tell, where rows have some.
    pub spread: Option<Spread>,
    pub p_by: f64,
    pub p_bh: f64,
}

/// A subgroup and everybody else; `spread` is what the clusters tell of it, made here where absent.
fn apart(
    tables: &Tables,
    measure: &Measure,
    (cell, slice): (&Cell<'_>, Stat),
    all: &Stat,
    spread: impl FnOnce() -> Option<Spread>,
) -> Apart {
    let rest = measure.rest(tables, &tables.all(), cell);
    match (tables.clusters(), spread()) {
        (Some(clusters), Some(spread)) => clusters.apart(slice, rest, all, &spread),
        _ => Apart::new(slice, rest),
    }
}

/// The metric of all rows.
fn everybody(tables: &Tables, measure: &Measure) -> Stat {
    let all = measure.of(tables, &tables.all());
    match tables.clusters() {
        Some(clusters) => clusters.everybody(all),
        None => all,
    }
}

/// Searches every conjunction of the tables.
///
/// The family are all conjunctions with enough support, whether or not a bound ruled them out: those
/// enter the correction with p = 1, so that neither `margin` nor `top` changes anybody's p-value.
#[must_use]
pub fn search(tables: &Tables, request: &Request) -> Found {
    let measure = &request.measure;
    let all = everybody(tables, measure);
    let (mut tested, family) = walk(tables, request, &all);
    let p: Vec<Option<f64>> = tested
        .iter()
        .map(|t| Some(t.p))
        .chain((tested.len() as u64..family).map(|_| Some(1.0)))
        .collect();
    let (by, bh) = rayon::join(|| benjamini_yekutieli(&p), || benjamini_hochberg(&p));
    for (test, (by, bh)) in tested.iter_mut().zip(by.into_iter().zip(bh)) {
        test.p_by = by.unwrap_or(1.0);
        test.p_bh = bh.unwrap_or(1.0);
    }
    let lower_is_better = request.lower_is_better();
    let worse = |gap: f64| (gap < 0.0) != lower_is_better;
    let discovered: Vec<&Tested> = tested
        .iter()
        .filter(|t| t.p_by <= request.alpha && t.gap != 0.0 && t.gap.abs() >= request.margin)
        .filter(|t| request.side.holds(worse(t.gap)))
        .collect();
    let kept = fold::fold(tables, request, &discovered);
    let folded = discovered.len() - kept.len();
    let mut ordered = kept;
    ordered.sort_by(|(a, _), (b, _)| {
        let depth = |t: &Tested| tables.tables[t.table].columns.len();
        worse(b.gap)
            .cmp(&worse(a.gap))
            .then(b.score.total_cmp(&a.score))
            .then(depth(a).cmp(&depth(b)))
            .then((a.table, a.cell).cmp(&(b.table, b.cell)))
    });
    let subgroups = ordered
        .into_par_iter()
        .take(request.top)
        .map(|(found, folded)| {
            let conditions = conditions(tables, found.table, found.cell);
            let cell = tables.cell(found.table, found.cell);
            let slice = measure.of(tables, &cell);
            let apart = apart(tables, measure, (&cell, slice), &all, || found.spread);
            Subgroup {
                rows: apart.slice.rows,
                estimate: apart.slice.estimate(request.level),
                complement: apart.rest.estimate(request.level),
                difference: apart.difference(request.level),
                worse: worse(found.gap),
                p: found.p,
                test: found.test,
                p_adjusted: found.p_by,
                p_bh: found.p_bh,
                score: found.score,
                bound: found.bound,
                parent: fold::nearest_parent(tables, request, &conditions),
                contributions: shapley::contributions(tables, measure, &conditions),
                folded,
                conditions,
            }
        })
        .collect();
    Found {
        overall: all.estimate(request.level),
        family,
        tested: tested.len() as u64,
        discoveries: discovered.len() as u64,
        folded: folded as u64,
        subgroups,
        all: tested
            .iter()
            .map(|t| conditions(tables, t.table, t.cell))
            .collect(),
    }
}

/// The subgroups that a search found, measured on other rows: what the choice of the largest gaps
/// exaggerated is gone. p-values are corrected within the list alone.
#[must_use]
pub fn reestimate(tables: &Tables, request: &Request, found: &[Subgroup]) -> Vec<Reestimated> {
    let measure = &request.measure;
    let all = everybody(tables, measure);
    let mut out: Vec<Reestimated> = found
        .iter()
        .filter_map(|subgroup| {
            let cell = tables.of(&subgroup.conditions)?;
            let slice = measure.of(tables, &cell);
            let spread = || Some(tables.clusters()?.spread(&subgroup.conditions));
            let apart = apart(tables, measure, (&cell, slice), &all, spread);
            let test = apart.test();
            Some(Reestimated {
                rows: apart.slice.rows,
                estimate: apart.slice.estimate(request.level),
                complement: apart.rest.estimate(request.level),
                difference: apart.difference(request.level),
                p: test.map(|(p, _)| p),
                test: test.map(|(_, name)| name),
                p_adjusted: None,
                p_bh: None,
            })
        })
        .collect();
    let p: Vec<Option<f64>> = out.iter().map(|r| r.p).collect();
    let adjusted = benjamini_yekutieli(&p)
        .into_iter()
        .zip(benjamini_hochberg(&p));
    for (one, (by, bh)) in out.iter_mut().zip(adjusted) {
        (one.p_adjusted, one.p_bh) = (by, bh);
    }
    out
}

/// A subgroup on rows that did not choose it.
#[derive(Clone, Debug)]
pub struct Reestimated {
    /// Its rows.
    pub rows: u64,
    /// Its metric.
    pub estimate: Estimate,
    /// The metric of all other rows.
    pub complement: Estimate,
    /// The one minus the other.
    pub difference: Estimate,
    /// Raw p-value; `None` where a side is undefined.
    pub p: Option<f64>,
    /// The test.
    pub test: Option<&'static str>,
    /// After Benjamini and Yekutieli over the list.
    pub p_adjusted: Option<f64>,
    /// After Benjamini and Hochberg over the list.
    pub p_bh: Option<f64>,
}

/// Tests level by level; gives the tested in canonical order and the size of the family.
fn walk(tables: &Tables, request: &Request, all: &Stat) -> (Vec<Tested>, u64) {
    let mut tested: Vec<Tested> = Vec::new();
    let mut family = 0;
    // Per table, per cell: whether what lies within may still reach the margin.
    let mut open: Vec<Vec<bool>> = tables
        .tables
        .iter()
        .map(|table| vec![false; table.sizes.iter().product()])
        .collect();
    let depth = tables.tables.last().map_or(0, |table| table.columns.len());
    for size in 1..=depth {
        let level: Vec<usize> = (0..tables.tables.len())
            .filter(|at| tables.tables[*at].columns.len() == size)
            .collect();
        let results: Vec<(Vec<Tested>, u64, Vec<bool>)> = level
            .par_iter()
            .map(|at| one_table(tables, request, all, *at, &open))
            .collect();
        for (at, (found, counted, expands)) in level.into_iter().zip(results) {
            tested.extend(found);
            family += counted;
            open[at] = expands;
        }
    }
    (tested, family)
}

/// Tests the cells of one table.
fn one_table(
    tables: &Tables,
    request: &Request,
    all: &Stat,
    at: usize,
    open: &[Vec<bool>],
) -> (Vec<Tested>, u64, Vec<bool>) {
    let table = &tables.tables[at];
    let measure = &request.measure;
    let clusters = tables.clusters();
    let spreads = clusters.map(|of| of.spreads(&table.columns, &table.sizes));
    let parents = Parents::of(tables, at);
    let cells: usize = table.sizes.iter().product();
    let (mut tested, mut family, mut expands) = (Vec::new(), 0, vec![false; cells]);
    for (index, expand) in expands.iter_mut().enumerate() {
        let cell = tables.cell(at, index);
        let rows = cell.rows();
        if rows < request.min_support || rows == all.rows {
            continue;
        }
        let slice = measure.of(tables, &cell);
        if slice.support() < request.min_support || slice.support() == all.support() {
            continue;
        }
        family += 1;
        if !parents.open(index, &table.sizes, open) {
            continue;
        }
        let spread = spreads.as_ref().map(|spreads| spreads[index]);
        let Some(found) = test(tables, request, all, (&cell, slice), spread) else {
            family -= 1;
            continue;
        };
        *expand = found.bound.is_none_or(|most| most >= request.margin);
        tested.push(Tested {
            table: at,
            cell: index,
            ..found
        });
    }
    (tested, family, expands)
}

fn test(
    tables: &Tables,
    request: &Request,
    all: &Stat,
    (cell, slice): (&Cell<'_>, Stat),
    spread: Option<Spread>,
) -> Option<Tested> {
    let hits = slice.hits();
    let apart = apart(tables, &request.measure, (cell, slice), all, || spread);
    let gap = apart.slice.value()? - apart.rest.value()?;
    let (p, test) = apart.test()?;
    let counts = if tables.weighted() {
        None
    } else {
        hits.zip(request.measure.of(tables, &tables.all()).hits())
    };
    let most = counts
        .map(|((x, n), (x_all, n_all))| bound(x, n, x_all, n_all, request.min_support as f64));
    Some(Tested {
        table: 0,
        cell: 0,
        p,
        test,
        gap,
        score: apart.score(request.score, all),
        bound: most,
        spread,
        p_by: 1.0,
        p_bh: 1.0,
    })
}

/// The tables with one column less than a table, and where its cells lie in them.
struct Parents {
    /// Table, and the step of each digit in it.
    steps: Vec<(usize, Vec<usize>)>,
}

impl Parents {
    fn of(tables: &Tables, at: usize) -> Self {
        let table = &tables.tables[at];
        let count = table.columns.len();
        let steps = (0..count)
            .filter(|_| count > 1)
            .filter_map(|left_out| {
                let mut columns = table.columns.clone();
                columns.remove(left_out);
                let parent = tables.position(&columns)?;
                let mut steps = super::count::strides(&tables.tables[parent].sizes);
                steps.insert(left_out, 0);
                Some((parent, steps))
            })
            .collect();
        Self { steps }
    }

    /// Whether no more general conjunction rules a cell out.
    fn open(&self, cell: usize, sizes: &[usize], open: &[Vec<bool>]) -> bool {
        self.steps.iter().all(|(parent, steps)| {
            let mut rest = cell;
            let mut at = 0;
            for (size, step) in sizes.iter().zip(steps).rev() {
                at += rest % size * step;
                rest /= size;
            }
            open[*parent][at]
        })
    }
}

/// The conditions of a cell.
pub(crate) fn conditions(tables: &Tables, table: usize, cell: usize) -> Conditions {
    let table = &tables.tables[table];
    let mut rest = cell;
    let mut out: Conditions = table
        .columns
        .iter()
        .zip(&table.sizes)
        .rev()
        .map(|(column, size)| {
            let level = rest % size;
            rest /= size;
            (*column, level)
        })
        .collect();
    out.reverse();
    out
}
