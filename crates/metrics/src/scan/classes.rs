//! What a row adds to a metric: a hit, a miss, nothing, or a number.

use waage_core::block::{Block, outcome};
use waage_core::tally::Sums;

use super::fixed::{Grid, place};
use crate::catalogue::{Kind, Metric};
use crate::confusion::{Part, Tie};

/// The largest magnitudes that occur, so that sums can be kept on a fixed grid.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Magnitudes {
    /// Of the weights; `None` where every row weighs 1.
    pub weight: Option<f64>,
    /// Of the scores; `None` without a score role.
    pub score: Option<f64>,
}

/// What is summed beside the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Term {
    W,
    W2,
    Ws,
    Wss,
    W2s,
    W2ss,
}

impl Term {
    fn of(self, w: f64, s: f64) -> f64 {
        match self {
            Self::W => w,
            Self::W2 => w * w,
            Self::Ws => w * s,
            Self::Wss => w * s * s,
            Self::W2s => w * w * s,
            Self::W2ss => w * s * (w * s),
        }
    }
}

/// How rows fall into classes, and which sums each class keeps.
///
/// Outcomes that a metric does not tell apart are one class: a selection rate has hits, misses and,
/// where decisions are missing, rows that are neither. Fewer classes make smaller tables.
#[derive(Clone, Debug)]
pub struct Classes {
    /// The class of each outcome; of a mean, of unscored and scored rows.
    of_outcome: [u8; outcome::COUNT],
    /// An outcome of each class.
    outcomes: Vec<u8>,
    /// Whether classes tell scored rows from others instead of outcomes.
    mean: bool,
    weighted: bool,
    terms: Vec<(Term, Grid)>,
}

impl Classes {
    /// The classes of a metric; `None` where it is neither a proportion nor a mean.
    #[must_use]
    pub fn of(metric: Metric, magnitudes: Magnitudes) -> Option<Self> {
        let weighted = magnitudes.weight.is_some();
        let weight = magnitudes.weight.unwrap_or(1.0);
        let score = magnitudes.score.unwrap_or(0.0);
        let with_grids = |terms: &[Term]| {
            terms
                .iter()
                .map(|term| (*term, Grid::for_magnitude(term.of(weight, score))))
                .collect()
        };
        match metric.row().kind {
            Kind::Proportion { hit, miss, .. } => {
                let (of_outcome, outcomes) = by_parts(hit, miss);
                Some(Self {
                    of_outcome,
                    outcomes,
                    mean: false,
                    weighted,
                    terms: if weighted {
                        with_grids(&[Term::W, Term::W2])
                    } else {
                        Vec::new()
                    },
                })
            }
            Kind::Mean => Some(Self {
                of_outcome: [0; outcome::COUNT],
                outcomes: vec![0, 1],
                mean: true,
                weighted,
                terms: if weighted {
                    with_grids(&[
                        Term::W,
                        Term::W2,
                        Term::Ws,
                        Term::Wss,
                        Term::W2s,
                        Term::W2ss,
                    ])
                } else {
                    with_grids(&[Term::Ws, Term::Wss])
                },
            }),
            _ => None,
        }
    }

    /// How many classes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.outcomes.len()
    }

    /// Never: every metric has at least two classes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
    }

    /// Whether rows have weights.
    pub(crate) const fn weighted(&self) -> bool {
        self.weighted
    }

    /// Hits and trials that a row of each class adds, in units of `1/tie.tied`.
    pub(crate) fn units(&self, hit: &[Part], miss: &[Part], tie: Tie) -> Vec<(u64, u64)> {
        let of = |parts: &[Part], o: u8| parts.iter().map(|part| part.units(o, tie)).sum::<u64>();
        self.outcomes
            .iter()
            .map(|o| (of(hit, *o), of(hit, *o) + of(miss, *o)))
            .collect()
    }

    /// Numbers summed per class.
    pub(crate) fn terms(&self) -> usize {
        self.terms.len()
    }

    /// Writes the class of each row from `start` on.
    pub(crate) fn classify(&self, block: &Block<'_>, start: usize, classes: &mut [u16]) {
        if self.mean {
            match block.scores {
                Some(scores) => {
                    for (class, score) in classes.iter_mut().zip(&scores[start..]) {
                        *class = u16::from(!score.is_nan());
                    }
                }
                None => classes.fill(0),
            }
            return;
        }
        for (class, outcome) in classes.iter_mut().zip(&block.outcomes[start..]) {
            *class = u16::from(self.of_outcome[usize::from(*outcome) % outcome::COUNT]);
        }
    }

    /// Writes the numbers of each row from `start` on, term by term.
    pub(crate) fn numbers(&self, block: &Block<'_>, start: usize, len: usize, out: &mut Vec<i64>) {
        out.clear();
        for (term, grid) in &self.terms {
            let scale = grid.scale();
            let number = |row: usize| {
                let w = block.weights.map_or(1.0, |weights| weights[start + row]);
                let s = block.scores.map_or(0.0, |scores| scores[start + row]);
                place(term.of(w, if s.is_nan() { 0.0 } else { s }), scale)
            };
            out.extend((0..len).map(number));
        }
    }

    /// The sums of a set of rows as metrics read them: `counts` by class, `sums` by class and term.
    pub(crate) fn sums(&self, counts: &[u64], sums: &[i128]) -> [Sums; outcome::COUNT] {
        let mut out = [Sums::default(); outcome::COUNT];
        for (class, (&outcome, &n)) in self.outcomes.iter().zip(counts).enumerate() {
            let term = |wanted: Term, plain: f64| {
                self.terms
                    .iter()
                    .position(|(term, _)| *term == wanted)
                    .map_or(plain, |at| {
                        let sum = sums.get(class * self.terms.len() + at);
                        self.terms[at].1.value(sum.copied().unwrap_or(0))
                    })
            };
            let rows = n as f64;
            let (w1, w2) = (term(Term::W, rows), term(Term::W2, rows));
            let mut all = Sums {
                n,
                w1,
                w2,
                ..Sums::default()
            };
            if self.mean && class == 1 {
                (all.scored, all.sw, all.sw2) = (n, w1, w2);
                all.ws = term(Term::Ws, 0.0);
                all.wss = term(Term::Wss, 0.0);
                all.w2s = if self.weighted {
                    term(Term::W2s, 0.0)
                } else {
                    all.ws
                };
                all.w2ss = if self.weighted {
                    term(Term::W2ss, 0.0)
                } else {
                    all.wss
                };
            }
            out[usize::from(outcome)] = all;
        }
        out
    }
}

/// Outcomes that add the same to a proportion are one class. Misses and hits come first, then rows
/// that add nothing, then tied ones: classes at the end take no room where no row has them.
fn by_parts(hit: &[Part], miss: &[Part]) -> ([u8; outcome::COUNT], Vec<u8>) {
    // Any tie that is neither all nor nothing tells shares from whole rows.
    let tie = Tie {
        selected: 1,
        tied: 3,
    };
    let added = |o: u8| {
        let units = |parts: &[Part]| parts.iter().map(|part| part.units(o, tie)).sum::<u64>();
        (units(hit), units(miss))
    };
    let all = 0..outcome::COUNT as u8;
    let mut kinds: Vec<(u64, u64)> = all.clone().map(added).collect();
    let rank = |kind: &(u64, u64)| match *kind {
        (0, 3) => 0,
        (3, 0) => 1,
        (0, 0) => 2,
        _ => 3,
    };
    kinds.sort_by_key(|kind| (rank(kind), *kind));
    kinds.dedup();
    let class = |o: u8| kinds.iter().position(|kind| *kind == added(o)).unwrap_or(0);
    let of_outcome = std::array::from_fn(|o| class(o as u8) as u8);
    let outcomes = (0..kinds.len())
        .map(|wanted| all.clone().find(|o| class(*o) == wanted).unwrap_or(0))
        .collect();
    (of_outcome, outcomes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confusion::mass;

    #[test]
    fn a_class_says_of_a_proportion_what_its_outcomes_say() {
        for row in &crate::CATALOGUE {
            let Kind::Proportion { hit, miss, .. } = row.kind else {
                continue;
            };
            let Some(classes) = Classes::of(row.metric, Magnitudes::default()) else {
                panic!("{:?}", row.metric)
            };
            assert!(classes.len() <= 6);
            let tie = Tie {
                selected: 2,
                tied: 5,
            };
            let mut counts = vec![0; classes.len()];
            let mut full = [Sums::default(); outcome::COUNT];
            for o in 0..outcome::COUNT {
                let n = (o as u64 + 3) * 7;
                counts[usize::from(classes.of_outcome[o])] += n;
                full[o] = Sums {
                    n,
                    w1: n as f64,
                    w2: n as f64,
                    ..Sums::default()
                };
            }
            let few = classes.sums(&counts, &[]);
            for parts in [hit, miss] {
                assert_eq!(mass(&few, parts, tie).units, mass(&full, parts, tie).units);
                assert_eq!(mass(&few, parts, tie).rows, mass(&full, parts, tie).rows);
            }
        }
    }
}
