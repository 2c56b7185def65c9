//! What the bootstrap replicates: one value per series from the confusion tables of all groups.
//!
//! The same function gives the estimate on the data and the replicate on a draw, so the two can
//! never mean different things.

use std::collections::HashSet;

use waage_core::estimate::Reason;
use waage_core::quantity::{Comparison, Scheme};

use crate::catalogue::{Kind, Metric};
use crate::confusion::{Confusion, others};
use crate::disparity::{Disparity, Ends, Rule, Value, Values, compare};
use crate::favourable::Favourable;
use crate::measure::Request;

/// One series of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Statistic {
    /// A metric of one group.
    Value(usize, Metric),
    /// A metric of all rows.
    Overall(Metric),
    /// A metric of one group against the reference.
    ToReference(usize, Metric, Comparison),
    /// A metric of one group against everybody else.
    ToComplement(usize, Metric, Comparison),
    /// The group farthest from all rows.
    ToOverall(Metric, Comparison),
    /// Largest against smallest.
    Between(Metric, Comparison),
    /// A named disparity over all groups.
    NamedOver(Disparity),
    /// A named disparity of one group against the reference.
    NamedAgainst(usize, Disparity),
    /// A named disparity of one group against everybody else.
    NamedToRest(usize, Disparity),
    /// A metric of one group against the best one.
    ToBest(usize, Metric, Comparison),
    /// A metric of one group against that of another.
    Pairwise(usize, usize, Metric, Comparison),
    /// The lowest value of all groups.
    GroupMin(Metric),
    /// The highest value of all groups.
    GroupMax(Metric),
}

impl Statistic {
    /// The same statistic by the name of its metric, where it is the range of one.
    #[must_use]
    pub fn canonical(self) -> Self {
        let Self::NamedOver(disparity) = self else {
            return self;
        };
        match disparity.ranges() {
            Some(([metric], _)) => Self::Between(*metric, disparity.row().comparison),
            _ => self,
        }
    }

    /// The metric that it is of; `None` for a named disparity.
    #[must_use]
    pub fn metric(self) -> Option<Metric> {
        match self {
            Self::Value(_, metric)
            | Self::Overall(metric)
            | Self::ToReference(_, metric, _)
            | Self::ToComplement(_, metric, _)
            | Self::ToOverall(metric, _)
            | Self::Between(metric, _)
            | Self::ToBest(_, metric, _)
            | Self::Pairwise(_, _, metric, _)
            | Self::GroupMin(metric)
            | Self::GroupMax(metric) => Some(metric),
            Self::NamedOver(_) | Self::NamedAgainst(..) | Self::NamedToRest(..) => None,
        }
    }

    /// Whether it is a range over groups, which bands bound: only its bias is told by replicates.
    #[must_use]
    pub fn is_range(self) -> bool {
        match self {
            Self::ToOverall(..) | Self::Between(..) => true,
            Self::NamedOver(disparity) => disparity.ranges().is_some(),
            _ => false,
        }
    }

    /// Whether it is a ratio of a metric that may be negative, which means nothing.
    #[inline]
    fn is_ratio_of_signed(self) -> bool {
        match self {
            Self::ToReference(_, metric, Comparison::Ratio)
            | Self::ToComplement(_, metric, Comparison::Ratio)
            | Self::ToOverall(metric, Comparison::Ratio)
            | Self::ToBest(_, metric, Comparison::Ratio)
            | Self::Pairwise(_, _, metric, Comparison::Ratio)
            | Self::Between(metric, Comparison::Ratio) => metric.may_be_negative(),
            _ => false,
        }
    }
}

/// With whom groups of a view are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// One of the groups, by position.
    Group(usize),
    /// All rows.
    Overall,
}

/// Which values the series of a view are functions of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Metrics of every group and of all rows.
    pub metrics: Vec<Metric>,
    /// Those of them of which a series is a range.
    pub ranged: Vec<Metric>,
    /// Whether a series compares with everybody else.
    pub complements: bool,
}

impl Needs {
    /// What these series need; the best group is that with most of the favourable decision.
    #[must_use]
    pub fn of(series: &[Statistic], favourable: Favourable) -> Self {
        let mut needs = Self::default();
        let add = |metrics: &mut Vec<Metric>, metric: Metric| {
            if !metrics.contains(&metric) {
                metrics.push(metric);
            }
        };
        for statistic in series {
            if let Some(metric) = statistic.metric() {
                add(&mut needs.metrics, metric);
            }
            match *statistic {
                Statistic::Between(metric, _) | Statistic::ToOverall(metric, _) => {
                    add(&mut needs.ranged, metric);
                }
                Statistic::ToBest(..) => add(&mut needs.metrics, favourable.share()),
                Statistic::NamedOver(disparity) => {
                    let ranges = disparity.ranges().into_iter();
                    let metrics = ranges.flat_map(|(metrics, _)| metrics);
                    metrics.for_each(|metric| add(&mut needs.metrics, *metric));
                }
                _ => {}
            }
        }
        needs.complements = series
            .iter()
            .any(|s| matches!(s, Statistic::ToComplement(..) | Statistic::NamedToRest(..)));
        needs
    }
}

/// The values that the series of one view are functions of.
pub struct Tables {
    groups: Vec<Values>,
    complements: Vec<Values>,
    overall: Values,
    /// The ends of the groups' values by metric, where they are known.
    ends: Vec<Option<Ends>>,
    /// Whether each group may be the best one, and is compared with it.
    eligible: Vec<bool>,
    /// By what the best one is the best.
    favourable: Favourable,
}

impl Tables {
    /// Every value of all groups, of everybody else, and of all rows.
    #[must_use]
    pub fn of(
        groups: &[Confusion],
        overall: &Confusion,
        eligible: &[bool],
        favourable: Favourable,
    ) -> Self {
        let shared = groups.iter().map(|table| Confusion {
            all_selected: overall.selected,
            ..*table
        });
        let groups: Vec<Confusion> = shared.collect();
        let complements = others(&groups, Confusion::default(), Confusion::plus);
        Self {
            groups: groups.iter().map(Values::of).collect(),
            complements: complements.iter().map(Values::of).collect(),
            overall: Values::of(overall),
            ends: Vec::new(),
            eligible: eligible.to_vec(),
            favourable,
        }
    }

    /// Room for the values of as many groups, to be filled again and again.
    #[must_use]
    pub fn room(&self) -> Self {
        let groups = self.groups.len();
        Self {
            eligible: self.eligible.clone(),
            favourable: self.favourable,
            groups: vec![Values::none(); groups],
            complements: vec![Values::none(); groups],
            overall: Values::none(),
            ends: Vec::new(),
        }
    }

    /// Takes the values needed of other tables of the same groups, without allocating.
    pub fn fill(&mut self, groups: &[Confusion], overall: &Confusion, needs: &Needs) {
        self.overall.set(overall, &needs.metrics);
        for (values, table) in self.groups.iter_mut().zip(groups) {
            let shared = Confusion {
                all_selected: overall.selected,
                ..*table
            };
            values.set(&shared, &needs.metrics);
        }
        self.ends.clear();
        for &metric in &needs.ranged {
            let each = self.groups.iter().map(|v| v.get(metric));
            let at = metric as usize;
            if self.ends.len() <= at {
                self.ends.resize(at + 1, None);
            }
            self.ends[at] = Some(Ends::of(each));
        }
        if !needs.complements {
            return;
        }
        // As `others`, in place: sums from the left, then from the right.
        let mut left = Confusion::default();
        for (values, group) in self.complements.iter_mut().zip(&self.groups) {
            values.table = left;
            left = left.plus(&group.table);
        }
        let mut right = Confusion::default();
        for (values, group) in self.complements.iter_mut().zip(&self.groups).rev() {
            let table = values.table.plus(&right);
            values.set(&table, &needs.metrics);
            right = right.plus(&group.table);
        }
    }

    /// The values of each group.
    #[must_use]
    pub fn groups(&self) -> &[Values] {
        &self.groups
    }

    /// Whether each group may be the best one.
    #[must_use]
    pub fn eligible(&self) -> &[bool] {
        &self.eligible
    }

    /// The values of all rows.
    #[must_use]
    pub const fn overall(&self) -> &Values {
        &self.overall
    }

    /// The value of a series.
    ///
    /// # Errors
    /// The reason why it is undefined.
    pub fn value(&self, statistic: Statistic, reference: Option<Reference>) -> Value {
        let each = |metric: Metric| self.groups.iter().map(move |v| v.get(metric));
        if statistic.is_ratio_of_signed() {
            return Err(Reason::RatioUndefined);
        }
        match statistic {
            Statistic::Value(g, metric) => self.groups[g].get(metric),
            Statistic::Overall(metric) => self.overall.get(metric),
            Statistic::ToReference(g, metric, comparison) => {
                let against = self.reference(reference)?.get(metric);
                compare(self.groups[g].get(metric), against, comparison)
            }
            Statistic::ToComplement(g, metric, comparison) => compare(
                self.groups[g].get(metric),
                self.complements[g].get(metric),
                comparison,
            ),
            Statistic::ToOverall(metric, comparison) => {
                let all = self.overall.get(metric);
                self.ends(metric).farthest(all, comparison)
            }
            Statistic::Between(metric, comparison) => self.ends(metric).range(comparison),
            Statistic::NamedOver(disparity) => disparity.over(&self.groups, &self.overall),
            Statistic::NamedToRest(g, disparity) => {
                let rule = disparity.row().rule.favouring(self.favourable);
                rule.against(&self.groups[g], &self.complements[g])
            }
            Statistic::ToBest(g, metric, comparison) => {
                if !self.eligible[g] {
                    return Err(Reason::SuppressedSmallGroup);
                }
                let best = self.best().ok_or(Reason::OneGroup)?;
                compare(
                    self.groups[g].get(metric),
                    self.groups[best].get(metric),
                    comparison,
                )
            }
            Statistic::Pairwise(g, h, metric, comparison) => compare(
                self.groups[g].get(metric),
                self.groups[h].get(metric),
                comparison,
            ),
            Statistic::GroupMin(metric) => extreme(each(metric), f64::min),
            Statistic::GroupMax(metric) => extreme(each(metric), f64::max),
            Statistic::NamedAgainst(g, disparity) => {
                disparity.against(&self.groups[g], self.reference(reference)?)
            }
        }
    }

    fn ends(&self, metric: Metric) -> Ends {
        let known = self.ends.get(metric as usize).copied().flatten();
        known.unwrap_or_else(|| Ends::of(self.groups.iter().map(|v| v.get(metric))))
    }

    /// Which decision is an advantage.
    #[must_use]
    pub const fn favourable(&self) -> Favourable {
        self.favourable
    }

    /// The eligible group with the highest share of the favourable decision, of equals the first.
    #[must_use]
    pub fn best(&self) -> Option<usize> {
        let mut best: Option<(f64, usize)> = None;
        for (g, values) in self.groups.iter().enumerate() {
            if let (true, Ok(rate)) = (self.eligible[g], values.get(self.favourable.share()))
                && best.is_none_or(|(most, _)| rate > most)
            {
                best = Some((rate, g));
            }
        }
        best.map(|(_, g)| g)
    }

    fn reference(&self, reference: Option<Reference>) -> Result<&Values, Reason> {
        match reference {
            Some(Reference::Group(g)) => Ok(&self.groups[g]),
            Some(Reference::Overall) => Ok(&self.overall),
            None => Err(Reason::OneGroup),
        }
    }
}

/// Whether a comparison of two independent groups has an interval in closed form.
#[must_use]
pub const fn has_formula(kind: &Kind, comparison: Comparison) -> bool {
    match kind {
        Kind::Proportion { .. } | Kind::Shaped(_) => true,
        Kind::Mean => matches!(comparison, Comparison::None | Comparison::Difference),
        Kind::ShareOfSelected | Kind::Count => false,
    }
}

fn extreme(values: impl Iterator<Item = Value>, join: fn(f64, f64) -> f64) -> Value {
    let mut why = Reason::NoRows;
    let defined = values.filter_map(|value| value.map_err(|reason| why = reason).ok());
    defined.reduce(join).ok_or(why)
}

/// Every series of a view that needs replicates, in the order of evaluation. Comparisons with a
/// `dependent` reference (all rows, or the best group) have no closed form; of `clustered` rows
/// nothing has.
#[must_use]
pub fn series(
    groups: usize,
    reference: Option<Reference>,
    dependent: bool,
    clustered: bool,
    request: &Request,
) -> Vec<Statistic> {
    const COMPARISONS: [Comparison; 2] = [Comparison::Difference, Comparison::Ratio];
    let compared = |g: &usize| reference.is_some() && reference != Some(Reference::Group(*g));
    let asked = |scheme: Scheme| request.schemes.contains(&scheme);
    let mut out = Vec::new();
    for &metric in &request.metrics {
        let kind = &metric.row().kind;
        if matches!(kind, Kind::Count) {
            continue;
        }
        if clustered {
            out.extend((0..groups).map(|g| Statistic::Value(g, metric)));
            out.push(Statistic::Overall(metric));
        }
        for comparison in COMPARISONS {
            if comparison == Comparison::Ratio && metric.may_be_negative() {
                continue;
            }
            let formula = has_formula(kind, comparison) && !clustered;
            if !formula || dependent {
                let against = |g| Statistic::ToReference(g, metric, comparison);
                out.extend((0..groups).filter(compared).map(against));
            }
            if !formula && groups > 1 {
                out.extend((0..groups).map(|g| Statistic::ToComplement(g, metric, comparison)));
            }
            if asked(Scheme::Pairwise) && !formula {
                let pair = |(g, h)| Statistic::Pairwise(g, h, metric, comparison);
                out.extend(pairs(groups).map(pair));
            }
            if asked(Scheme::ToBest) {
                out.extend((0..groups).map(|g| Statistic::ToBest(g, metric, comparison)));
            }
            out.push(Statistic::ToOverall(metric, comparison));
            out.push(Statistic::Between(metric, comparison));
        }
        let ends = [
            (Scheme::GroupMin, Statistic::GroupMin(metric)),
            (Scheme::GroupMax, Statistic::GroupMax(metric)),
        ];
        out.extend(ends.into_iter().filter(|(s, _)| asked(*s)).map(|(_, s)| s));
    }
    for disparity in &request.disparities {
        let row = disparity.row();
        let formula = row.has_formula() && !clustered;
        if clustered && (row.to_rest || row.scheme == Scheme::ToComplement) && groups > 1 {
            out.extend((0..groups).map(|g| Statistic::NamedToRest(g, row.disparity)));
        }
        match row.rule {
            Rule::Ranges(..) | Rule::Index(_) => {
                out.push(Statistic::NamedOver(row.disparity).canonical());
            }
            Rule::Best => {
                let metric = request.favourable.share();
                out.extend((0..groups).map(|g| Statistic::ToBest(g, metric, row.comparison)));
            }
            _ if row.scheme == Scheme::ToReference && (!formula || dependent) => {
                let against = |g| Statistic::NamedAgainst(g, row.disparity);
                out.extend((0..groups).filter(compared).map(against));
            }
            _ => {}
        }
    }
    let mut seen = HashSet::new();
    out.retain(|statistic| seen.insert(*statistic));
    out
}

/// Every pair of groups, the earlier one first.
pub fn pairs(groups: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..groups).flat_map(move |g| (g + 1..groups).map(move |h| (g, h)))
}
