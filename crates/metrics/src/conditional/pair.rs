//! A group against the reference, over all rows and within strata.

use std::collections::HashMap;

use rayon::prelude::*;
use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Reason};
use waage_core::label::{GroupName, Label};
use waage_core::observer::Observer;
use waage_core::quantity::Quantity;
use waage_core::tally::{Sums, Tally};

use super::demographic::{self, Demographic, Outcomes, Parted, demographic};
use super::drawn::draw_clusters;
use super::effect::{Effect, table};
use super::{marginal, strata_axes, told};
use crate::catalogue::{Kind, Metric};
use crate::confusion::{Part, mass};
use crate::measure::{MeasureError, Measured, Request};
use crate::rate::{self, Rate};
use crate::stratified::{
    Cmh, Homogeneity, Reversal, Table, breslow_day, cochran_mantel_haenszel, driver, reversal,
    standardized_difference,
};

/// A group against the reference within the strata.
#[derive(Clone, Debug)]
pub struct Conditional {
    /// The sensitive attribute.
    pub attribute: String,
    /// The names of the strata's attributes; several make one stratification together.
    pub stratum: Vec<String>,
    /// The group.
    pub group: GroupName,
    /// With whom it is compared.
    pub reference: GroupName,
    /// Which rate, or error.
    pub quantity: &'static Quantity,
    /// Over all rows, the strata forgotten.
    pub marginal: Effect,
    /// The difference there would be if both groups were spread over the strata as all rows are.
    pub standardized: Estimate,
    /// Share of the strata's rows that is left out of `standardized`: one of the groups is absent.
    pub dropped_share: f64,
    /// Strata in which both groups occur.
    pub strata_used: usize,
    /// Strata in which one of them does not.
    pub strata_dropped: usize,
    /// Pooled over the strata.
    pub pooled: Effect,
    /// The group's share of the misses against its share of the hits; of decisions and labels.
    pub demographic: Option<Demographic>,
    /// The test that no stratum has a gap.
    pub test: Option<Cmh>,
    /// The test that the odds ratio is the same in every stratum.
    pub homogeneity: Option<Homogeneity>,
    /// Whether the gap turns round within strata: `marginal` against `pooled`, as differences.
    pub reversal: Option<Reversal>,
    /// The stratum that drives a reversal.
    pub driver: Option<GroupName>,
    /// The rates in the largest strata.
    pub strata: Vec<InStratum>,
}

/// Both rates in one stratum.
#[derive(Clone, Debug)]
pub struct InStratum {
    /// The stratum.
    pub level: GroupName,
    /// Its share in `standardized`, 0 where one of the groups is absent.
    pub weight: f64,
    /// The group's rate.
    pub group: Estimate,
    /// The reference's.
    pub reference: Estimate,
    /// Group minus reference.
    pub difference: Estimate,
    /// Group over reference.
    pub ratio: Estimate,
}

/// Every group of every single attribute against its reference within the strata, for the
/// proportions among `metrics`. Empty without strata, and for attributes that are compared with all
/// rows, which a group is part of.
pub fn conditional(
    tally: &Tally,
    request: &Request,
    measured: &Measured,
    metrics: &[Metric],
    observer: &dyn Observer,
) -> Result<Vec<Conditional>, MeasureError> {
    let axes = strata_axes(tally);
    if axes.is_empty() {
        return Ok(Vec::new());
    }
    let strata = tally.view(&axes);
    let rows: Vec<u64> = strata.groups.iter().map(|level| level.rows()).collect();
    let names: Vec<GroupName> = strata.groups.iter().map(|g| g.name.clone()).collect();
    let position: HashMap<&[Label], usize> = names
        .iter()
        .enumerate()
        .map(|(k, name)| (name.0.as_slice(), k))
        .collect();
    let told = told(&rows);
    let mut out: Vec<Conditional> = Vec::new();
    for view in &measured.views {
        let Some((axis, Some(reference))) = marginal(tally, request, view) else {
            continue;
        };
        let mut split: HashMap<Label, Vec<Outcomes>> = HashMap::new();
        let with_strata: Vec<usize> = std::iter::once(axis).chain(axes.iter().copied()).collect();
        for cell in tally.view(&with_strata).groups {
            let Some(&k) = position.get(&cell.name.0[1..]) else {
                continue;
            };
            split
                .entry(cell.name.0[0].clone())
                .or_insert_with(|| vec![[Sums::default(); outcome::COUNT]; names.len()])[k] =
                cell.outcomes;
        }
        let whole = tally.view(&[axis]);
        let sums = |name: &GroupName| {
            let total = whole.groups.iter().find(|g| g.name == *name)?;
            Some((&total.outcomes, split.get(name.0.first()?)?.as_slice()))
        };
        let shared = metrics.iter().any(|m| demographic::of_shares(*m).is_some());
        let rest = match shared {
            true => demographic::Rest::of(&whole, &split, names.len()),
            false => demographic::Rest::default(),
        };
        let Some(against) = sums(reference) else {
            continue;
        };
        let names_of_groups = view.groups.iter().map(|(name, ..)| name);
        let pairs: Vec<(&GroupName, Metric)> = names_of_groups
            .filter(|name| *name != reference)
            .flat_map(|name| metrics.iter().map(move |metric| (name, *metric)))
            .collect();
        let one = |&(name, metric): &(&GroupName, Metric)| {
            let Kind::Proportion { hit, miss, empty } = metric.row().kind else {
                return None;
            };
            let comparison = Comparison {
                demographic: demographic::of_shares(metric).zip(rest.of_group(&whole, name)),
                request,
                parts: (hit, miss, empty),
                group: sums(name)?,
                reference: against,
                all: strata.groups.iter().map(|level| &level.outcomes).collect(),
                names: &names,
                told: &told,
            };
            let found = comparison.found();
            Some(Conditional {
                attribute: view.attributes.join("*"),
                stratum: strata.attributes.clone(),
                group: name.clone(),
                reference: reference.clone(),
                quantity: metric.quantity(),
                ..found
            })
        };
        let mut found: Vec<Conditional> = pairs.par_iter().filter_map(one).collect();
        if tally.kept().clusters {
            draw_clusters(&mut found, tally, &with_strata, &told, request, observer)?;
        }
        out.extend(found);
    }
    Ok(out)
}

impl Conditional {
    /// Every estimate by its position among the numbers of a comparison, as [`drawn`](super::drawn)
    /// numbers them.
    pub(super) fn estimates_mut(&mut self) -> Vec<(usize, &mut Estimate)> {
        let mut out = Vec::new();
        for effect in [&mut self.marginal, &mut self.pooled] {
            let Effect {
                difference,
                ratio,
                odds_ratio,
            } = effect;
            out.extend([difference, ratio, odds_ratio]);
        }
        out.push(&mut self.standardized);
        let over_all = out.len();
        let mut out: Vec<(usize, &mut Estimate)> = (0..).zip(out).collect();
        if let Some(shares) = &mut self.demographic {
            let both = [&mut shares.marginal, &mut shares.conditional];
            out.extend((over_all..).zip(both));
        }
        let in_strata = self.strata.iter_mut().flat_map(|rates| {
            let InStratum {
                group,
                reference,
                difference,
                ratio,
                ..
            } = rates;
            [group, reference, difference, ratio]
        });
        out.extend((over_all + 2..).zip(in_strata));
        out
    }

    /// Leaves out tests that take rows as independent.
    pub(super) fn forget_tests(&mut self) {
        (self.test, self.homogeneity) = (None, None);
    }
}

/// One group and its reference, in all and by stratum.
struct Comparison<'a> {
    /// Why shares are empty, and everybody but the group, where shares are compared.
    demographic: Option<([Reason; 2], Parted<'a>)>,
    request: &'a Request,
    parts: (&'static [Part], &'static [Part], Reason),
    group: Parted<'a>,
    reference: Parted<'a>,
    all: Vec<&'a Outcomes>,
    names: &'a [GroupName],
    told: &'a [usize],
}

impl Comparison<'_> {
    fn rate(&self, sums: &Outcomes) -> Rate {
        let (hit, miss, empty) = self.parts;
        Rate::of(sums, hit, miss, self.request.tie, empty)
    }

    /// The size of a stratum: the weight of all its rows that count for the rate.
    fn size(&self, sums: &Outcomes) -> f64 {
        let (hit, miss, _) = self.parts;
        mass(sums, hit, self.request.tie).weight + mass(sums, miss, self.request.tie).weight
    }

    /// Everything but the names, which the caller fills in.
    fn found(&self) -> Conditional {
        let level = self.request.level;
        let rates: Vec<(Rate, Rate)> = self
            .group
            .1
            .iter()
            .zip(self.reference.1)
            .map(|(g, r)| (self.rate(g), self.rate(r)))
            .collect();
        let tables: Vec<Table> = rates.iter().map(|(g, r)| table(g, r)).collect();
        let sizes: Vec<f64> = self.all.iter().map(|sums| self.size(sums)).collect();
        let comparable = || tables.iter().zip(&rates).filter(|(t, _)| t.is_comparable());
        let rows = comparable().map(|(_, (g, r))| g.rows + r.rows).sum();
        let used = comparable().count();
        let occurring = sizes.iter().filter(|size| **size > 0.0).count();
        let kept: f64 = tables
            .iter()
            .zip(&sizes)
            .filter(|(t, _)| t.is_comparable())
            .map(|(_, size)| size)
            .sum();
        let standard = standardized_difference(&tables, &sizes, rows, level);
        let of_shares = self.demographic.map(|(empty, (rest, in_strata))| {
            let (hit, miss, _) = self.parts;
            let split = demographic::Split {
                hit,
                miss,
                empty,
                tie: self.request.tie,
            };
            let split = split.favouring(self.request.favourable);
            let strata = (self.group.1, in_strata);
            demographic(split, (self.group.0, rest), strata, &sizes, level)
        });
        let marginal = Effect::plain(
            &self.rate(self.group.0),
            &self.rate(self.reference.0),
            level,
        );
        let pooled = Effect::pooled(&tables, rows, level);
        let homogeneity = pooled
            .odds_ratio
            .value
            .and_then(|odds| breslow_day(&tables, odds));
        let reversal = reversal(&marginal.difference, &pooled.difference);
        let driver = reversal
            .and_then(|_| driver(&tables))
            .map(|k| self.names[k].clone());
        let in_stratum = |&k: &usize| {
            let (group, reference) = &rates[k];
            let share = if tables[k].is_comparable() && kept > 0.0 {
                sizes[k] / kept
            } else {
                0.0
            };
            InStratum {
                level: self.names[k].clone(),
                weight: share,
                group: group.estimate(level),
                reference: reference.estimate(level),
                difference: rate::difference(group, reference, level),
                ratio: rate::ratio(group, reference, level),
            }
        };
        Conditional {
            attribute: String::new(),
            stratum: Vec::new(),
            group: GroupName(Vec::new()),
            reference: GroupName(Vec::new()),
            quantity: Metric::SelectionRate.quantity(),
            marginal,
            standardized: standard.difference,
            dropped_share: standard.dropped_share,
            strata_used: used,
            strata_dropped: occurring - used.min(occurring),
            demographic: of_shares,
            test: cochran_mantel_haenszel(&tables, 0.0),
            pooled,
            homogeneity,
            reversal,
            driver,
            strata: self.told.iter().map(in_stratum).collect(),
        }
    }
}
