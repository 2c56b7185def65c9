//! What ranges over groups would be if membership made no difference: permutation of the groups
//! with margins fixed, on counts instead of rows (FORMULAS §4.6, §4.9).
//!
//! Within a class (the denominator of a rate: all rows, the positives, the selected …) every row
//! keeps its outcome and groups keep their sizes; which rows belong to which group is drawn anew.
//! On counts that is a multivariate hypergeometric draw. Where there are few tables they are
//! enumerated and the law is exact; otherwise it is drawn.

use waage_core::block::outcome;
use waage_core::draw::hypergeometric;
use waage_core::estimate::Reason;
use waage_core::quantity::{Comparison, Scheme};
use waage_core::random::Stream;
use waage_core::special::ln_hypergeometric_mass;
use waage_core::tally::Sums;

use crate::catalogue::{Kind, Metric};
use crate::confusion::{Part, Tie};
use crate::disparity::{Value, farthest, range};
use crate::shape::{Shape, Split};

/// Tables up to which the law is enumerated.
const TABLES_MAX: f64 = 20_000.0;
/// Groups up to which the law is drawn.
pub const GROUPS_MAX: usize = 256;
/// What two ways of computing the same fraction may differ by; different ranges of so few tables
/// differ by more.
const TIE: f64 = 8.0 * f64::EPSILON;

/// Rows among which membership is exchanged.
#[derive(Clone, Debug)]
pub struct Class {
    /// Rows by group.
    sizes: Vec<u64>,
    /// Rows by the share of each that counts as a success; shares differ.
    kinds: Vec<(f64, u64)>,
    /// Successes by group as observed.
    observed: Vec<f64>,
}

impl Class {
    /// The rows that count in `hit/(hit + miss)`.
    #[must_use]
    pub fn of(groups: &[[Sums; outcome::COUNT]], hit: &[Part], miss: &[Part], tie: Tie) -> Self {
        let mut class = Self {
            sizes: vec![0; groups.len()],
            kinds: Vec::new(),
            observed: vec![0.0; groups.len()],
        };
        for o in 0..outcome::COUNT {
            let units = |parts: &[Part]| parts.iter().map(|p| p.units(o as u8, tie)).sum::<u64>();
            let (hits, misses) = (units(hit), units(miss));
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

    /// Successes by group of one draw.
    fn draw(&self, stream: &mut Stream, hits: &mut [f64]) {
        hits.fill(0.0);
        let mut free = self.sizes.clone();
        let Some(((last, _), kinds)) = self.kinds.split_last() else {
            return;
        };
        for (share, rows) in kinds {
            let (mut rest, mut population) = (*rows, free.iter().sum::<u64>());
            for (hit, free) in hits.iter_mut().zip(&mut free) {
                let drawn = hypergeometric(stream, population, rest, *free);
                population -= *free;
                rest -= drawn;
                *free -= drawn;
                *hit += share * drawn as f64;
            }
        }
        for (hit, free) in hits.iter_mut().zip(&free) {
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
pub enum Of {
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
    fn value(self, shares: &[Value]) -> Value {
        match (self, shares) {
            (Self::Share, [share]) => *share,
            (Self::Dice, [share]) => share.map(|j| 2.0 * j / (1.0 + j)),
            (Self::Odds, [share]) => match *share {
                Ok(j) if j < 1.0 => Ok(j / (1.0 - j)),
                Ok(_) => Err(Reason::ZeroReference),
                Err(reason) => Err(reason),
            },
            (Self::Mean, [one, other]) => Ok(((*one)? + (*other)?) / 2.0),
            _ => Err(Reason::NotAvailable),
        }
    }
}

/// A metric with the classes that it is a function of; none where it is no function of counts.
#[must_use]
pub fn classes(
    metric: Metric,
    groups: &[[Sums; outcome::COUNT]],
    tie: Tie,
) -> Option<(Of, Vec<Class>)> {
    let split = |split: Split| Class::of(groups, split.hit, split.miss, tie);
    match metric.row().kind {
        Kind::Proportion { hit, miss, .. } => {
            Some((Of::Share, vec![Class::of(groups, hit, miss, tie)]))
        }
        Kind::Shaped(Shape::Dice(one)) => Some((Of::Dice, vec![split(one)])),
        Kind::Shaped(Shape::Odds(one)) => Some((Of::Odds, vec![split(one)])),
        Kind::Shaped(Shape::Mean([one, other])) => Some((Of::Mean, vec![split(one), split(other)])),
        _ => None,
    }
}

/// What is looked at in every table.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Over the groups, or the farthest from all rows.
    pub scheme: Scheme,
    /// Difference or ratio.
    pub comparison: Comparison,
}

impl Question {
    fn value(self, groups: &[Value], overall: Value) -> Value {
        match self.scheme {
            Scheme::ToOverall => {
                farthest(groups.iter().copied(), overall, self.comparison).map(|(value, _)| value)
            }
            _ => range(groups.iter().copied(), self.comparison),
        }
    }
}

/// The law of one number under permutation.
#[derive(Clone, Debug, Default)]
pub struct Null {
    /// Values with their probabilities, or equally likely draws.
    values: Vec<(f64, f64)>,
    exact: bool,
    observed: f64,
    /// Whether large values speak against the hypothesis.
    upwards: bool,
}

impl Null {
    /// The mean over the tables in which the number is defined.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let weight: f64 = self.values.iter().map(|(_, p)| p).sum();
        let sum: f64 = self.values.iter().map(|(v, p)| v * p).sum();
        (weight > 0.0).then(|| sum / weight)
    }

    /// The least value with at least the probability `q` at or below it.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let mut values = self.values.clone();
        values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let weight: f64 = values.iter().map(|(_, p)| p).sum();
        let mut below = 0.0;
        for (value, p) in values {
            below += p;
            if below >= q * weight * (1.0 - 1e-12) {
                return Some(value);
            }
        }
        None
    }

    /// Probability of the observed number or one farther out, equal ones counted; drawn laws add
    /// the observed table to the draws, so that it is never 0.
    #[must_use]
    pub fn p(&self) -> Option<f64> {
        let slack = TIE * self.observed.abs().max(1.0);
        let beyond = |value: f64| match self.upwards {
            true => value >= self.observed - slack,
            false => value <= self.observed + slack,
        };
        let hits = self.values.iter().filter(|(value, _)| beyond(*value));
        if self.values.is_empty() {
            None
        } else if self.exact {
            let weight: f64 = self.values.iter().map(|(_, p)| p).sum();
            Some((hits.map(|(_, p)| p).sum::<f64>() / weight).min(1.0))
        } else {
            Some((1.0 + hits.count() as f64) / (1.0 + self.values.len() as f64))
        }
    }
}

/// Several metrics whose tables are drawn together, and how one number is made of their ranges.
pub struct Permutation<'a> {
    /// Metrics with their classes.
    pub metrics: &'a [(Of, Vec<Class>)],
    /// Of the defined numbers of all metrics the number itself; the first of one.
    pub join: fn(&[Value]) -> Value,
    /// Draws, where the law is not enumerated.
    pub draws: usize,
    /// Seed.
    pub seed: u64,
    /// Draw `r` has the stream `stream + r`.
    pub stream: u64,
}

impl Permutation<'_> {
    /// The law of each question, `None` where the number is undefined on the data.
    #[must_use]
    pub fn laws(&self, questions: &[Question]) -> Vec<Option<Null>> {
        let observed: Vec<Vec<Vec<f64>>> = self
            .metrics
            .iter()
            .map(|(_, classes)| classes.iter().map(|c| c.observed.clone()).collect())
            .collect();
        let answers = self.answers(questions, &observed);
        let mut laws: Vec<Option<Null>> = questions
            .iter()
            .zip(answers)
            .map(|(question, answer)| {
                answer.ok().map(|observed| Null {
                    observed,
                    upwards: question.comparison != Comparison::Ratio,
                    ..Null::default()
                })
            })
            .collect();
        let mut add = |hits: &[Vec<Vec<f64>>], probability: f64| {
            for (law, value) in laws.iter_mut().zip(self.answers(questions, hits)) {
                if let (Some(law), Ok(value)) = (law, value) {
                    law.values.push((value, probability));
                }
            }
        };
        let single = match self.metrics {
            [(_, classes)] => match classes.as_slice() {
                [class] => class.enumerate(),
                _ => None,
            },
            _ => None,
        };
        let exact = single.is_some();
        if let Some(tables) = single {
            for (hits, probability) in tables {
                add(&[vec![hits]], probability);
            }
        } else {
            let mut hits = observed.clone();
            for draw in 0..self.draws as u64 {
                let mut stream = Stream::new(self.seed, self.stream + draw);
                for ((_, classes), hits) in self.metrics.iter().zip(&mut hits) {
                    for (class, hits) in classes.iter().zip(hits) {
                        class.draw(&mut stream, hits);
                    }
                }
                add(&hits, 1.0);
            }
        }
        for law in laws.iter_mut().flatten() {
            law.exact = exact;
        }
        laws
    }

    /// The number of each question on tables of successes by metric, class and group.
    fn answers(&self, questions: &[Question], hits: &[Vec<Vec<f64>>]) -> Vec<Value> {
        let share = |hit: f64, size: u64| match size {
            0 => Err(Reason::NoRows),
            size => Ok(hit / size as f64),
        };
        let values: Vec<(Vec<Value>, Value)> = self
            .metrics
            .iter()
            .zip(hits)
            .map(|((of, classes), hits)| {
                let groups = classes.first().map_or(0, |class| class.sizes.len());
                let at = |g: usize| {
                    let shares: Vec<Value> = classes
                        .iter()
                        .zip(hits)
                        .map(|(class, hits)| share(hits[g], class.sizes[g]))
                        .collect();
                    of.value(&shares)
                };
                let all: Vec<Value> = classes
                    .iter()
                    .zip(hits)
                    .map(|(class, hits)| share(hits.iter().sum(), class.rows()))
                    .collect();
                ((0..groups).map(at).collect(), of.value(&all))
            })
            .collect();
        questions
            .iter()
            .map(|question| {
                let each: Vec<Value> = values
                    .iter()
                    .map(|(groups, overall)| question.value(groups, *overall))
                    .collect();
                (self.join)(&each)
            })
            .collect()
    }
}

/// The number of a single metric.
///
/// # Errors
/// Its reason.
pub fn first(values: &[Value]) -> Value {
    values.first().copied().unwrap_or(Err(Reason::NotAvailable))
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

    fn law(metric: Metric, tables: &[[u64; 4]], question: Question, draws: usize) -> Null {
        let metrics = [classes(metric, &sums(tables), Tie::NONE).expect("of counts")];
        let permutation = Permutation {
            metrics: &metrics,
            join: first,
            draws,
            seed: 3,
            stream: 1 << 41,
        };
        permutation.laws(&[question]).remove(0).expect("defined")
    }

    #[test]
    fn the_worked_example_is_exact() {
        let null = law(Metric::SelectionRate, &E1, BETWEEN, 0);
        assert!((null.mean().unwrap() - 0.110_756_898).abs() < 1e-9);
        assert!((null.quantile(0.95).unwrap() - 0.216_666_667).abs() < 1e-9);
        assert!((null.p().unwrap() - 0.000_795_367).abs() < 1e-9);
    }

    #[test]
    fn draws_agree_with_the_enumeration() {
        // Two metrics at once are always drawn; the join looks at the first alone.
        let metrics = [classes(Metric::SelectionRate, &sums(&E1), Tie::NONE).unwrap()];
        let twice = [metrics[0].clone(), metrics[0].clone()];
        let drawn = Permutation {
            metrics: &twice,
            join: first,
            draws: 20_000,
            seed: 5,
            stream: 1 << 41,
        };
        let drawn = drawn.laws(&[BETWEEN]).remove(0).unwrap();
        assert!(!drawn.exact);
        assert!((drawn.mean().unwrap() - 0.110_757).abs() < 0.001);
        assert!((drawn.p().unwrap() - 0.000_795).abs() < 0.000_7);
    }

    #[test]
    fn two_groups_are_tested_as_by_fisher() {
        // Lady tasting tea: |d| of 3/4 − 1/4 or more, 34/70.
        let null = law(
            Metric::TruePositiveRate,
            &[[3, 0, 1, 0], [1, 0, 3, 0]],
            BETWEEN,
            0,
        );
        assert!((null.p().unwrap() - 34.0 / 70.0).abs() < 1e-12);
    }

    #[test]
    fn ties_at_a_cut_keep_their_share() {
        let mut groups = sums(&[[3, 0, 2, 0], [1, 0, 4, 0]]);
        groups[0][usize::from(outcome::of(1, outcome::TIED))].n = 3;
        let tie = Tie {
            selected: 1,
            tied: 3,
        };
        let (_, classes) = classes(Metric::TruePositiveRate, &groups, tie).unwrap();
        assert_eq!(classes[0].sizes, [8, 5]);
        assert_eq!(classes[0].observed, [4.0, 1.0]);
        let mut hits = vec![0.0; 2];
        for draw in 0..200 {
            classes[0].draw(&mut Stream::new(1, draw), &mut hits);
            assert!((hits.iter().sum::<f64>() - 5.0).abs() < 1e-12, "{hits:?}");
        }
    }

    #[test]
    fn what_is_undefined_has_no_law() {
        let metrics = [classes(
            Metric::TruePositiveRate,
            &sums(&[[3, 1, 1, 1], [0, 2, 0, 2]]),
            Tie::NONE,
        )
        .unwrap()];
        let permutation = Permutation {
            metrics: &metrics,
            join: first,
            draws: 10,
            seed: 0,
            stream: 0,
        };
        assert!(permutation.laws(&[BETWEEN])[0].is_none());
    }
}
