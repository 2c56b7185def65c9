//! What ranges over groups would be if membership made no difference: permutation of the groups
//! with margins fixed, on counts instead of rows (FORMULAS §4.6, §4.9).
//!
//! Within a class (the denominator of a rate: all rows, the positives, the selected …) every row
//! keeps its outcome and groups keep their sizes; which rows belong to which group is drawn anew.
//! On counts that is a multivariate hypergeometric draw. Where there are few tables they are
//! enumerated and the law is exact; otherwise it is drawn, and metrics of the same class (a rate
//! and its complement, alone or as parts of others) share the draws.
//!
//! Few draws settle most questions: where the data lie ten standard deviations beyond all of the
//! first fifty, no draw would, and the p-value is the least that all draws could have given; where a
//! tenth of two hundred lie as far out as the data, the p-value is no small one and need not be known
//! better (a sequential test after Besag & Clifford 1991). The others are drawn to the end.

use rayon::prelude::*;
use waage_core::block::outcome;
use waage_core::draw::hypergeometric;
use waage_core::estimate::Reason;
use waage_core::quantity::{Comparison, Scheme};
use waage_core::random::Stream;
use waage_core::special::ln_hypergeometric_mass;
use waage_core::tally::Sums;

use crate::catalogue::{CATALOGUE, Kind, Metric};
use crate::confusion::Tie;
use crate::disparity::{Ends, Value};
use crate::shape::{Shape, Split};

/// Tables up to which the law is enumerated.
const TABLES_MAX: f64 = 20_000.0;
/// Groups up to which the law is drawn.
pub const GROUPS_MAX: usize = 256;
/// What two ways of computing the same fraction may differ by; different ranges of so few tables
/// differ by more.
const TIE: f64 = 8.0 * f64::EPSILON;
/// Numbers kept of one class at a time (8 bytes each).
const KEPT_MAX: usize = 1 << 17;
/// Draws per parallel task.
const TASK: usize = 50;
/// Draws after which a distance of so many of their standard deviations settles a question.
const FIRST: usize = 50;
const FAR: f64 = 10.0;
/// Draws after which so large a share of them as far out as the data does too.
const SECOND: usize = 200;
const OFTEN: f64 = 0.1;
/// Streams of one class are so many apart: more than there are replicates.
const STREAMS: u64 = 1 << 20;

/// Rows among which membership is exchanged.
#[derive(Clone, Debug)]
struct Class {
    /// Rows by group.
    sizes: Vec<u64>,
    /// Rows by the share of each that counts as a success; shares differ.
    kinds: Vec<(f64, u64)>,
    /// Successes by group as observed.
    observed: Vec<f64>,
}

impl Class {
    /// The rows that count in `hit/(hit + miss)`.
    fn of(groups: &[[Sums; outcome::COUNT]], split: Split, tie: Tie) -> Self {
        let mut class = Self {
            sizes: vec![0; groups.len()],
            kinds: Vec::new(),
            observed: vec![0.0; groups.len()],
        };
        for o in 0..outcome::COUNT {
            let units = |parts: &[crate::confusion::Part]| {
                parts.iter().map(|p| p.units(o as u8, tie)).sum::<u64>()
            };
            let (hits, misses) = (units(split.hit), units(split.miss));
            if hits + misses == 0 {
                continue;
            }
            let share = hits as f64 / (hits + misses) as f64;
            let mut rows = 0;
            for (g, sums) in groups.iter().enumerate() {
                class.sizes[g] += sums[o].n;
                class.observed[g] += share * sums[o].n as f64;
                rows += sums[o].n;
            }
            match class.kinds.iter_mut().find(|(s, _)| *s == share) {
                Some((_, n)) => *n += rows,
                None if rows > 0 => class.kinds.push((share, rows)),
                None => {}
            }
        }
        class
    }

    fn rows(&self) -> u64 {
        self.sizes.iter().sum()
    }

    /// Rows of the kind that is enumerated and its share, where there are at most two kinds.
    fn binary(&self) -> Option<(u64, f64, f64)> {
        match self.kinds.as_slice() {
            [(share, rows)] => Some((*rows, *share, *share)),
            [(share, rows), (rest, _)] => Some((*rows, *share, *rest)),
            _ => None,
        }
    }

    /// Successes by group of one draw; `free` is room.
    fn draw(&self, stream: &mut Stream, hits: &mut [f64], free: &mut Vec<u64>) {
        hits.fill(0.0);
        free.clone_from(&self.sizes);
        let Some(((last, _), kinds)) = self.kinds.split_last() else {
            return;
        };
        for (share, rows) in kinds {
            let (mut rest, mut population) = (*rows, free.iter().sum::<u64>());
            for (hit, free) in hits.iter_mut().zip(free.iter_mut()) {
                let drawn = hypergeometric(stream, population, rest, *free);
                population -= *free;
                rest -= drawn;
                *free -= drawn;
                *hit += share * drawn as f64;
            }
        }
        for (hit, free) in hits.iter_mut().zip(free) {
            *hit += last * *free as f64;
        }
    }

    /// Every table with its probability, if there are few enough.
    fn enumerate(&self) -> Option<Vec<(Vec<f64>, f64)>> {
        let (rows, share, rest) = self.binary()?;
        let wide = |n: &u64| (*n.min(&rows) + 1) as f64;
        let (_, before) = self.sizes.split_last()?;
        if before.iter().map(wide).product::<f64>() > TABLES_MAX {
            return None;
        }
        let mut tables = vec![(Vec::new(), 1.0, rows, self.rows())];
        for &size in &self.sizes {
            let mut longer = Vec::new();
            for (hits, probability, left, population) in tables {
                let least = (left + size).saturating_sub(population);
                for x in least..=left.min(size) {
                    let mass = libm::exp(ln_hypergeometric_mass(x, population, left, size));
                    let mut hits: Vec<f64> = hits.clone();
                    hits.push(share * x as f64 + rest * (size - x) as f64);
                    longer.push((hits, probability * mass, left - x, population - size));
                }
            }
            tables = longer;
        }
        Some(tables.into_iter().map(|(hits, p, ..)| (hits, p)).collect())
    }
}

/// A metric as a function of the shares of successes in its classes.
#[derive(Clone, Copy, Debug)]
enum Of {
    /// The share itself.
    Share,
    /// `2j/(1 + j)`.
    Dice,
    /// `j/(1 − j)`.
    Odds,
    /// The mean of two shares.
    Mean,
}

impl Of {
    fn value(self, first: Value, second: Option<Value>) -> Value {
        match (self, second) {
            (Self::Share, _) => first,
            (Self::Dice, _) => first.map(|j| 2.0 * j / (1.0 + j)),
            (Self::Odds, _) => match first? {
                j if j < 1.0 => Ok(j / (1.0 - j)),
                _ => Err(Reason::ZeroReference),
            },
            (Self::Mean, second) => Ok((first? + second.unwrap_or(first)?) / 2.0),
        }
    }
}

/// The classes that a metric is a function of; none where it is no function of counts.
fn splits(metric: Metric) -> Option<(Of, Split, Option<Split>)> {
    match metric.row().kind {
        Kind::Proportion { hit, miss, .. } => Some((Of::Share, Split { hit, miss }, None)),
        Kind::Shaped(Shape::Dice(one)) => Some((Of::Dice, one, None)),
        Kind::Shaped(Shape::Odds(one)) => Some((Of::Odds, one, None)),
        Kind::Shaped(Shape::Mean([one, other])) => Some((Of::Mean, one, Some(other))),
        _ => None,
    }
}

/// Whether two splits part the same rows, and if so whether one's hits are the other's misses.
fn same(one: Split, other: Split) -> Option<bool> {
    if (one.hit, one.miss) == (other.hit, other.miss) {
        Some(false)
    } else {
        ((one.hit, one.miss) == (other.miss, other.hit)).then_some(true)
    }
}

/// The place of the first split of the catalogue that parts the same rows: a name for its class
/// that does not depend on what else is asked for.
fn stream_of(split: Split) -> u64 {
    let all = CATALOGUE
        .iter()
        .filter_map(|row| splits(row.metric))
        .flat_map(|(_, one, other)| [Some(one), other])
        .flatten();
    let place = all.take_while(|other| same(split, *other).is_none());
    place.count() as u64
}

/// What is looked at in every table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Over the groups, or the farthest from all rows.
    pub scheme: Scheme,
    /// Difference or ratio.
    pub comparison: Comparison,
}

/// Numbers whose laws are wanted: some ranges of metrics that are drawn together, and how each is
/// made of the metrics' own.
#[derive(Clone, Debug)]
pub struct Job {
    /// The metrics.
    pub metrics: &'static [Metric],
    /// Of the metrics' numbers the number itself.
    pub join: fn(&[Value], Comparison) -> Value,
    /// What is asked of each.
    pub questions: Vec<Question>,
}

/// The law of one number under permutation, as far as it is told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Null {
    exact: bool,
    observed: f64,
    /// Whether large values speak against the hypothesis.
    upwards: bool,
    /// Tables in which the number is defined.
    tables: u64,
    /// Their probability, or their number.
    weight: f64,
    /// Σ of the number over them.
    sum: f64,
    /// Σ of its square.
    squares: f64,
    /// Draws that would have come, where no more are needed.
    left: u64,
    settled: bool,
    /// The weight of those as far out as the observed one.
    beyond: f64,
}

impl Null {
    fn new(observed: f64, comparison: Comparison) -> Self {
        Self {
            observed,
            upwards: comparison != Comparison::Ratio,
            ..Self::default()
        }
    }

    fn add(&mut self, value: f64, weight: f64) {
        let slack = TIE * self.observed.abs().max(1.0);
        let beyond = match self.upwards {
            true => value >= self.observed - slack,
            false => value <= self.observed + slack,
        };
        self.tables += 1;
        self.weight += weight;
        self.sum += weight * value;
        self.squares += weight * value * value;
        self.beyond += if beyond { weight } else { 0.0 };
    }

    /// The mean over the tables in which the number is defined.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.sum / self.weight)
    }

    /// Probability of the observed number or one farther out, equal ones counted; drawn laws add
    /// the observed table to the draws, so that it is never 0.
    #[must_use]
    pub fn p(&self) -> Option<f64> {
        if self.tables == 0 {
            None
        } else if self.exact {
            Some((self.beyond / self.weight).min(1.0))
        } else {
            Some((1.0 + self.beyond) / (1.0 + self.weight + self.left as f64))
        }
    }

    /// Looks after so many draws whether the others of `all` could tell anything.
    fn settle(&mut self, drawn: usize, all: usize) {
        if self.tables == 0 || self.exact {
            return;
        }
        if self.beyond > 0.0 {
            self.settled = drawn >= SECOND && self.beyond >= OFTEN * self.weight;
            return;
        }
        let mean = self.sum / self.weight;
        let variance = (self.squares / self.weight - mean * mean).max(0.0);
        if (self.observed - mean).abs() > FAR * variance.sqrt() {
            self.settled = true;
            self.left = (all - drawn) as u64;
        }
    }
}

/// Groups among which membership is exchanged.
#[derive(Clone, Copy, Debug)]
pub struct Permutation<'a> {
    /// The groups' counts.
    pub groups: &'a [[Sums; outcome::COUNT]],
    /// Ties at the cut.
    pub tie: Tie,
    /// Draws, where the law is not enumerated.
    pub draws: usize,
    /// Seed.
    pub seed: u64,
    /// Streams begin here; they take fewer than 2^27.
    pub stream: u64,
}

/// A metric with the places of its classes, and whether their hits are its misses.
struct Read {
    of: Of,
    first: (usize, bool),
    second: Option<(usize, bool)>,
}

/// A job with where its numbers come from.
struct Plan<'a> {
    job: &'a Job,
    reads: Vec<Read>,
    laws: Vec<Option<Null>>,
}

impl Plan<'_> {
    /// Whether a question wants more draws.
    fn is_open(&self) -> bool {
        let mut laws = self.laws.iter().flatten();
        laws.any(|law| !law.exact && !law.settled)
    }

    fn uses(&self, class: usize) -> bool {
        self.reads.iter().any(|read| read.uses(class))
    }

    /// The only class, if there is one.
    fn single(&self) -> Option<usize> {
        match self.reads.as_slice() {
            [read] if read.second.is_none() => Some(read.first.0),
            _ => None,
        }
    }
}

impl Read {
    fn uses(&self, class: usize) -> bool {
        self.first.0 == class || self.second.is_some_and(|(second, _)| second == class)
    }

    /// The metric by group on a table, and of all rows.
    fn values<'h>(
        &self,
        classes: &[(Split, Class)],
        hits: &impl Fn(usize) -> &'h [f64],
    ) -> (Ends, Value) {
        let share = |hit: f64, size: u64, turned: bool| match size {
            0 => Err(Reason::NoRows),
            size if turned => Ok((size as f64 - hit) / size as f64),
            size => Ok(hit / size as f64),
        };
        let part = |(class, turned): (usize, bool)| (&classes[class].1, hits(class), turned);
        let (class, hit, turned) = part(self.first);
        let second = self.second.map(part);
        let groups = (0..hit.len()).map(|g| {
            let other = second.map(|(class, hit, turned)| share(hit[g], class.sizes[g], turned));
            self.of.value(share(hit[g], class.sizes[g], turned), other)
        });
        let ends = Ends::of(groups);
        let all =
            |class: &Class, hit: &[f64], turned| share(hit.iter().sum(), class.rows(), turned);
        let other = second.map(|(class, hit, turned)| all(class, hit, turned));
        (ends, self.of.value(all(class, hit, turned), other))
    }
}

/// Room for the values of one table.
#[derive(Default)]
struct Room {
    /// By metric: the ends of the groups' and that of all rows.
    values: Vec<(Ends, Value)>,
    numbers: Vec<Value>,
}

impl Permutation<'_> {
    /// The laws of every job's questions, `None` where the number is undefined on the data or no
    /// function of counts.
    #[must_use]
    pub fn laws(&self, jobs: &[Job]) -> Vec<Vec<Option<Null>>> {
        let mut classes: Vec<(Split, Class)> = Vec::new();
        let mut plans: Vec<Plan<'_>> = jobs
            .iter()
            .map(|job| self.plan(job, &mut classes))
            .collect();
        plans.par_iter_mut().for_each(|plan| {
            let exact = plan.single().and_then(|class| classes[class].1.enumerate());
            let mut room = Room::default();
            for (hits, probability) in exact.into_iter().flatten() {
                plan.add(&classes, |_| &hits, probability, &mut room);
                plan.laws
                    .iter_mut()
                    .flatten()
                    .for_each(|law| law.exact = true);
            }
        });
        let width = self.groups.len().max(1);
        let block = (KEPT_MAX / width).max(TASK);
        let mut begin = 0;
        while begin < self.draws {
            let look = [FIRST, SECOND].into_iter().find(|look| *look > begin);
            let end = look
                .unwrap_or(self.draws)
                .min(begin + block)
                .min(self.draws);
            let mut drawn: Vec<&mut Plan<'_>> =
                plans.iter_mut().filter(|plan| plan.is_open()).collect();
            let hits: Vec<Vec<f64>> = classes
                .par_iter()
                .enumerate()
                .map(
                    |(place, (split, class))| match drawn.iter().any(|plan| plan.uses(place)) {
                        true => self.hits(*split, class, begin, end),
                        false => Vec::new(),
                    },
                )
                .collect();
            drawn.par_iter_mut().for_each(|plan| {
                let mut room = Room::default();
                for draw in 0..end - begin {
                    let of = |class: usize| &hits[class][draw * width..(draw + 1) * width];
                    plan.add(&classes, of, 1.0, &mut room);
                }
                if look.is_some() {
                    let laws = plan.laws.iter_mut().flatten();
                    laws.for_each(|law| law.settle(end, self.draws));
                }
            });
            begin = end;
        }
        plans.into_iter().map(|plan| plan.laws).collect()
    }

    /// Successes of a class by draw and group.
    fn hits(&self, split: Split, class: &Class, begin: usize, end: usize) -> Vec<f64> {
        let width = self.groups.len();
        let first = self.stream + stream_of(split) * STREAMS + begin as u64;
        let mut hits = vec![0.0; (end - begin) * width];
        let tasks = hits.par_chunks_mut(TASK * width).enumerate();
        tasks.for_each(|(task, hits)| {
            let mut free = Vec::new();
            for (draw, hits) in hits.chunks_exact_mut(width).enumerate() {
                let at = first + (task * TASK + draw) as u64;
                class.draw(&mut Stream::new(self.seed, at), hits, &mut free);
            }
        });
        hits
    }

    /// A job's classes, those not yet known added, and its numbers on the data.
    fn plan<'a>(&self, job: &'a Job, classes: &mut Vec<(Split, Class)>) -> Plan<'a> {
        let mut plan = Plan {
            job,
            reads: Vec::new(),
            laws: vec![None; job.questions.len()],
        };
        let mut place = |split: Split| {
            let known = classes.iter().enumerate();
            let mut found = known.filter_map(|(at, (other, _))| Some((at, same(split, *other)?)));
            if let Some(found) = found.next() {
                return found;
            }
            classes.push((split, Class::of(self.groups, split, self.tie)));
            (classes.len() - 1, false)
        };
        for &metric in job.metrics {
            let Some((of, first, second)) = splits(metric) else {
                return plan;
            };
            plan.reads.push(Read {
                of,
                first: place(first),
                second: second.map(&mut place),
            });
        }
        let mut room = Room::default();
        plan.read(classes, |class| &classes[class].1.observed, &mut room);
        for (law, question) in plan.laws.iter_mut().zip(&job.questions) {
            let value = number(job, *question, &mut room);
            *law = value.ok().map(|v| Null::new(v, question.comparison));
        }
        plan
    }
}

impl Plan<'_> {
    /// Adds a table of successes by class and group.
    fn add<'h>(
        &mut self,
        classes: &[(Split, Class)],
        hits: impl Fn(usize) -> &'h [f64],
        weight: f64,
        room: &mut Room,
    ) {
        self.read(classes, hits, room);
        for (law, question) in self.laws.iter_mut().zip(&self.job.questions) {
            if let Some(law) = law.as_mut().filter(|law| !law.settled)
                && let Ok(value) = number(self.job, *question, room)
            {
                law.add(value, weight);
            }
        }
    }

    fn read<'h>(
        &self,
        classes: &[(Split, Class)],
        hits: impl Fn(usize) -> &'h [f64],
        room: &mut Room,
    ) {
        room.values.clear();
        let values = self.reads.iter().map(|read| read.values(classes, &hits));
        room.values.extend(values);
    }
}

/// The number of a question on the table that was read.
fn number(job: &Job, question: Question, room: &mut Room) -> Value {
    let Room { values, numbers } = room;
    numbers.clear();
    numbers.extend(
        values
            .iter()
            .map(|(groups, overall)| groups.over(question.scheme, *overall, question.comparison)),
    );
    (job.join)(numbers, question.comparison)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TP FP FN TN by group.
    fn sums(tables: &[[u64; 4]]) -> Vec<[Sums; outcome::COUNT]> {
        tables
            .iter()
            .map(|table| {
                let mut out = [Sums::default(); outcome::COUNT];
                for (n, (label, decision)) in table.iter().zip([(1, 1), (0, 1), (1, 0), (0, 0)]) {
                    out[usize::from(outcome::of(label, decision))].n = *n;
                }
                out
            })
            .collect()
    }

    const E1: [[u64; 4]; 3] = [[40, 20, 10, 30], [18, 6, 12, 24], [6, 4, 9, 21]];
    const BETWEEN: Question = Question {
        scheme: Scheme::BetweenGroups,
        comparison: Comparison::Difference,
    };

    /// The law of one metric, or of the first of two that are drawn together.
    fn laws(
        metrics: &'static [Metric],
        groups: &[[Sums; outcome::COUNT]],
        draws: usize,
    ) -> Option<Null> {
        let permutation = Permutation {
            groups,
            tie: Tie::NONE,
            draws,
            seed: 3,
            stream: 1 << 41,
        };
        let job = Job {
            metrics,
            join: |values, _| values[0],
            questions: vec![BETWEEN],
        };
        permutation.laws(&[job]).remove(0).remove(0)
    }

    #[test]
    fn the_worked_example_is_exact() {
        let null = laws(&[Metric::SelectionRate], &sums(&E1), 0).unwrap();
        assert!((null.mean().unwrap() - 0.110_756_898).abs() < 1e-9);
        assert!((null.p().unwrap() - 0.000_795_367).abs() < 1e-9);
    }

    #[test]
    fn draws_agree_with_the_enumeration() {
        // Two metrics at once are always drawn; the join looks at the first alone.
        let twice = &[Metric::SelectionRate, Metric::SelectionRate];
        let drawn = laws(twice, &sums(&E1), 20_000).unwrap();
        assert!(!drawn.exact && drawn.tables == 20_000);
        assert!((drawn.mean().unwrap() - 0.110_757).abs() < 0.001);
        assert!((drawn.p().unwrap() - 0.000_795).abs() < 0.000_7);
    }

    #[test]
    fn draws_end_where_no_more_are_needed() {
        let far = laws(
            &[Metric::SelectionRate],
            &sums(&[[900, 0, 0, 100], [100, 0, 0, 900], [500, 0, 0, 500]]),
            5000,
        );
        let far = far.unwrap();
        assert_eq!((far.tables, far.p()), (FIRST as u64, Some(1.0 / 5001.0)));
        let alike = laws(
            &[Metric::SelectionRate],
            &sums(&[[300, 0, 0, 700], [310, 0, 0, 690], [302, 0, 0, 698]]),
            5000,
        );
        let alike = alike.unwrap();
        assert_eq!(alike.tables, SECOND as u64);
        assert!(alike.p().unwrap() > 0.5);
        let near = laws(
            &[Metric::SelectionRate],
            &sums(&[[300, 0, 0, 700], [355, 0, 0, 645], [330, 0, 0, 670]]),
            5000,
        );
        let near = near.unwrap();
        assert_eq!(near.tables, 5000);
        assert!(near.p().unwrap() < 0.05);
    }

    #[test]
    fn two_groups_are_tested_as_by_fisher() {
        // Lady tasting tea: |d| of 3/4 − 1/4 or more, 34/70.
        let groups = sums(&[[3, 0, 1, 0], [1, 0, 3, 0]]);
        let null = laws(&[Metric::TruePositiveRate], &groups, 0).unwrap();
        assert!((null.p().unwrap() - 34.0 / 70.0).abs() < 1e-12);
    }

    #[test]
    fn a_law_does_not_depend_on_what_else_is_asked_for() {
        let groups: Vec<_> = sums(&[[400, 200, 100, 300], [180, 60, 120, 240], [60, 40, 90, 210]]);
        let permutation = Permutation {
            groups: &groups,
            tie: Tie::NONE,
            draws: 300,
            seed: 1,
            stream: 1 << 41,
        };
        let job = |metrics| Job {
            metrics,
            join: |values, _| values[0],
            questions: vec![BETWEEN],
        };
        let (hit, miss) = (&[Metric::TruePositiveRate], &[Metric::FalseNegativeRate]);
        let both = permutation.laws(&[job(hit), job(miss)]);
        let turned = permutation.laws(&[job(miss), job(hit)]);
        assert_eq!((&both[0], &both[1]), (&turned[1], &turned[0]));
        assert_eq!(permutation.laws(&[job(hit)])[0], both[0]);
        // The range of a rate is that of its complement.
        let (hit, miss) = (both[0][0].as_ref().unwrap(), both[1][0].as_ref().unwrap());
        assert!((hit.mean().unwrap() - miss.mean().unwrap()).abs() < 1e-12);
        assert_eq!(hit.p(), miss.p());
    }

    #[test]
    fn ties_at_a_cut_keep_their_share() {
        let mut groups = sums(&[[3, 0, 2, 0], [1, 0, 4, 0]]);
        groups[0][usize::from(outcome::of(1, outcome::TIED))].n = 3;
        let tie = Tie {
            selected: 1,
            tied: 3,
        };
        let (_, split, _) = splits(Metric::TruePositiveRate).unwrap();
        let class = Class::of(&groups, split, tie);
        assert_eq!(class.sizes, [8, 5]);
        assert_eq!(class.observed, [4.0, 1.0]);
        let (mut hits, mut free) = (vec![0.0; 2], Vec::new());
        for draw in 0..200 {
            class.draw(&mut Stream::new(1, draw), &mut hits, &mut free);
            assert!((hits.iter().sum::<f64>() - 5.0).abs() < 1e-12, "{hits:?}");
        }
    }

    #[test]
    fn what_is_undefined_has_no_law() {
        let groups = sums(&[[3, 1, 1, 1], [0, 2, 0, 2]]);
        assert!(laws(&[Metric::TruePositiveRate], &groups, 10).is_none());
    }
}
