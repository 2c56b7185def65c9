//! What the bootstrap replicates: one value per series from the confusion tables of all groups.
//!
//! The same function gives the estimate on the data and the replicate on a draw, so the two can
//! never mean different things.

use waage_core::estimate::Reason;
use waage_core::quantity::{Comparison, Scheme};

use crate::catalogue::{Kind, Metric};
use crate::confusion::{Confusion, others};
use crate::disparity::{self, Disparity, NAMED, Value, Values, compare, farthest, range};

/// One series of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Statistic {
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
}

impl Statistic {
    /// Whether it is a ratio of a metric that may be negative, which means nothing.
    #[inline]
    fn is_ratio_of_signed(self) -> bool {
        match self {
            Self::ToReference(_, metric, Comparison::Ratio)
            | Self::ToComplement(_, metric, Comparison::Ratio)
            | Self::ToOverall(metric, Comparison::Ratio)
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
    /// Whether a series compares with everybody else.
    pub complements: bool,
}

impl Needs {
    /// What these series need.
    #[must_use]
    pub fn of(series: &[Statistic]) -> Self {
        let mut needs = Self::default();
        let mut want = |metric: Metric| {
            if !needs.metrics.contains(&metric) {
                needs.metrics.push(metric);
            }
        };
        for statistic in series {
            match statistic {
                Statistic::ToReference(_, metric, _)
                | Statistic::ToComplement(_, metric, _)
                | Statistic::ToOverall(metric, _)
                | Statistic::Between(metric, _) => want(*metric),
                Statistic::NamedOver(disparity) => {
                    disparity.metrics().iter().for_each(|m| want(*m))
                }
                Statistic::NamedAgainst(..) => {}
            }
        }
        needs.complements = series
            .iter()
            .any(|s| matches!(s, Statistic::ToComplement(..)));
        needs
    }
}

/// The values that the series of one view are functions of.
pub struct Tables {
    groups: Vec<Values>,
    complements: Vec<Values>,
    overall: Values,
}

impl Tables {
    /// Every value of all groups, of everybody else, and of all rows.
    #[must_use]
    pub fn of(groups: &[Confusion], overall: &Confusion) -> Self {
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
        }
    }

    /// Room for the values of so many groups, to be filled again and again.
    #[must_use]
    pub fn room(groups: usize) -> Self {
        Self {
            groups: vec![Values::none(); groups],
            complements: vec![Values::none(); groups],
            overall: Values::none(),
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
                farthest(each(metric), self.overall.get(metric), comparison).map(|(value, _)| value)
            }
            Statistic::Between(metric, comparison) => range(each(metric), comparison),
            Statistic::NamedOver(disparity) => disparity.over(&self.groups),
            Statistic::NamedAgainst(g, disparity) => {
                disparity.against(&self.groups[g], self.reference(reference)?)
            }
        }
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

/// The named disparities whose metrics are asked for.
pub fn named(metrics: &[Metric]) -> impl Iterator<Item = &'static disparity::Row> {
    let labelled = metrics.contains(&Metric::TruePositiveRate);
    let decided = metrics.contains(&Metric::SelectionRate);
    let rows = NAMED.iter();
    rows.filter(move |row| decided && (labelled || !row.quantity.needs_label))
}

/// Every series of a view that needs replicates, in the order of evaluation. Comparisons with a
/// `dependent` reference (all rows, or the best group) have no closed form.
#[must_use]
pub fn series(
    groups: usize,
    reference: Option<Reference>,
    dependent: bool,
    metrics: &[Metric],
) -> Vec<Statistic> {
    const COMPARISONS: [Comparison; 2] = [Comparison::Difference, Comparison::Ratio];
    let compared = |g: &usize| reference.is_some() && reference != Some(Reference::Group(*g));
    let mut out = Vec::new();
    for &metric in metrics {
        let kind = &metric.row().kind;
        if matches!(kind, Kind::Count) {
            continue;
        }
        for comparison in COMPARISONS {
            if comparison == Comparison::Ratio && metric.may_be_negative() {
                continue;
            }
            let formula = has_formula(kind, comparison);
            if !formula || dependent {
                let against = |g| Statistic::ToReference(g, metric, comparison);
                out.extend((0..groups).filter(compared).map(against));
            }
            if !formula && groups > 1 {
                out.extend((0..groups).map(|g| Statistic::ToComplement(g, metric, comparison)));
            }
            out.push(Statistic::ToOverall(metric, comparison));
            out.push(Statistic::Between(metric, comparison));
        }
    }
    for row in named(metrics) {
        if row.scheme != Scheme::ToReference {
            out.push(Statistic::NamedOver(row.disparity));
        } else if row.shape.is_none() || dependent {
            let against = |g| Statistic::NamedAgainst(g, row.disparity);
            out.extend((0..groups).filter(compared).map(against));
        }
    }
    out
}
