//! A group's share of the misses against its share of the hits, over all rows and within strata.

use std::collections::HashMap;

use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::{Blend, Share};
use waage_core::label::{GroupName, Label};
use waage_core::tally::{GroupTotals, Sums, View};

use crate::catalogue::Metric;
use crate::confusion::{Part, Tie, others};
use crate::favourable::Favourable;
use crate::rate::Rate;

pub(super) type Outcomes = [Sums; outcome::COUNT];
/// The same rows in all and by stratum.
pub(super) type Parted<'a> = (&'a Outcomes, &'a [Outcomes]);

/// Demographic disparity of a group against everybody else (Clarify's DD and CDD), in [−1, 1]. Misses
/// are rejections and negative labels, or selections and positive labels where not to be selected is
/// favourable: a positive disparity is to the group's disadvantage.
#[derive(Clone, Debug, PartialEq)]
pub struct Demographic {
    /// The group's share of all misses minus its share of all hits; Newcombe's interval.
    pub marginal: Estimate,
    /// The mean of the strata's disparities, weighted by their rows that count for the rate
    /// (Wachter, Mittelstadt and Russell 2021). A share of nothing is 0 within a stratum, and for
    /// the interval may be anything: limits recovered from Wilson's ([`Method::MoverWilson`]), the
    /// strata's rows taken as given. Undefined where all rows together have no hits or no misses.
    pub conditional: Estimate,
}

/// The two rates whose hits and misses the shares are made of: decisions (CDDPL) and labels (CDDL).
pub(super) const fn of_shares(metric: Metric) -> Option<[Reason; 2]> {
    match metric {
        Metric::SelectionRate => Some([Reason::NoneSelected, Reason::NoneRejected]),
        Metric::BaseRate => Some([Reason::NoPositives, Reason::NoNegatives]),
        _ => None,
    }
}

/// How hits are told from misses.
#[derive(Clone, Copy)]
pub(super) struct Split {
    pub hit: &'static [Part],
    pub miss: &'static [Part],
    /// Why shares of no hits, and of no misses, are undefined.
    pub empty: [Reason; 2],
    pub tie: Tie,
}

impl Split {
    /// The same where that decision is favourable: what is a hit to the rate is a miss to people if
    /// not to be selected is.
    pub const fn favouring(self, favourable: Favourable) -> Self {
        let [hits, misses] = self.empty;
        match favourable {
            Favourable::Selected => self,
            Favourable::Rejected => Self {
                hit: self.miss,
                miss: self.hit,
                empty: [misses, hits],
                ..self
            },
        }
    }

    /// The group's share of the hits and of the misses.
    fn shares(&self, group: &Outcomes, others: &Outcomes) -> [Rate; 2] {
        let [hits, misses] = self.empty;
        [
            Rate::of_parts(group, others, self.hit, self.tie, hits),
            Rate::of_parts(group, others, self.miss, self.tie, misses),
        ]
    }
}

/// The disparity of a group, `all` and by stratum; `sizes` are the strata's rows that count.
pub(super) fn demographic(
    split: Split,
    (group, others): (&Outcomes, &Outcomes),
    strata: (&[Outcomes], &[Outcomes]),
    sizes: &[f64],
    level: f64,
) -> Demographic {
    let [hits, misses] = split.shares(group, others);
    let rows = hits.rows + misses.rows;
    let marginal = crate::rate::difference(&misses, &hits, level);
    if let Some(reason) = marginal.reason {
        return Demographic {
            conditional: Estimate::undefined(rows, Method::MoverWilson, reason),
            marginal,
        };
    }
    let parts: Vec<([Rate; 2], f64)> = strata
        .0
        .iter()
        .zip(strata.1)
        .zip(sizes)
        .map(|((group, others), size)| (split.shares(group, others), *size))
        .filter(|(_, size)| *size > 0.0)
        .collect();
    let all: f64 = parts.iter().map(|(_, size)| size).sum();
    let sum: f64 = parts
        .iter()
        .map(|([hits, misses], size)| {
            size * (misses.value.unwrap_or(0.0) - hits.value.unwrap_or(0.0))
        })
        .sum();
    let blend = |of: usize| {
        let share = |(rates, size): &([Rate; 2], f64)| Share {
            weight: *size,
            x: rates[of].successes,
            n: rates[of].trials,
        };
        Blend(parts.iter().map(share).collect())
    };
    let evidence = Evidence::Blends {
        group: blend(1),
        reference: blend(0),
    };
    Demographic {
        conditional: Estimate::new(sum / all, rows, Method::MoverWilson, evidence, level),
        marginal,
    }
}

/// Everybody but a group, in all and by stratum, in the order of the attribute's groups.
#[derive(Default)]
pub(super) struct Rest {
    all: Vec<Outcomes>,
    strata: Vec<Vec<Outcomes>>,
}

impl Rest {
    pub(super) fn of(whole: &View, split: &HashMap<Label, Vec<Outcomes>>, strata: usize) -> Self {
        let zero = [Sums::ZERO; outcome::COUNT];
        let rest =
            |of: Vec<Outcomes>| others(&of, zero, |a, b| std::array::from_fn(|o| a[o].plus(&b[o])));
        let groups = || whole.groups.iter();
        let in_stratum = |k: usize| {
            let cell = |group: &GroupTotals| split.get(group.name.0.first()?).map(|cells| cells[k]);
            rest(groups().map(|group| cell(group).unwrap_or(zero)).collect())
        };
        let by_stratum: Vec<Vec<Outcomes>> = (0..strata).map(in_stratum).collect();
        Self {
            all: rest(groups().map(|group| group.outcomes).collect()),
            strata: (0..whole.groups.len())
                .map(|g| by_stratum.iter().map(|rest| rest[g]).collect())
                .collect(),
        }
    }

    pub(super) fn of_group(&self, whole: &View, name: &GroupName) -> Option<Parted<'_>> {
        let g = whole.groups.iter().position(|group| group.name == *name)?;
        Some((self.all.get(g)?, self.strata.get(g)?))
    }
}
