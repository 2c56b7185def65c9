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

/// With whom groups of a view are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// One of the groups, by position.
    Group(usize),
    /// All rows.
    Overall,
}

/// The values that the series of one view are functions of.
pub struct Tables {
    groups: Vec<Values>,
    complements: Vec<Values>,
    overall: Values,
}

impl Tables {
    /// The values of all groups, of everybody else, and of all rows.
    #[must_use]
    pub fn of(groups: &[Confusion], overall: &Confusion) -> Self {
        let complements = others(groups, Confusion::default(), Confusion::plus);
        Self {
            complements: complements.iter().map(Values::of).collect(),
            ..Self::without_complements(groups, overall)
        }
    }

    /// The same where no series compares with everybody else.
    #[must_use]
    pub fn without_complements(groups: &[Confusion], overall: &Confusion) -> Self {
        Self {
            groups: groups.iter().map(Values::of).collect(),
            complements: Vec::new(),
            overall: Values::of(overall),
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
        Kind::Count => false,
    }
}

/// The named disparities whose metrics are asked for.
pub fn named(metrics: &[Metric]) -> impl Iterator<Item = &'static disparity::Row> {
    let labelled = metrics.contains(&Metric::TruePositiveRate);
    let decided = metrics.contains(&Metric::SelectionRate);
    let rows = NAMED.iter();
    rows.filter(move |row| decided && (labelled || !row.quantity.needs_label))
}

/// Every series of a view that needs replicates, in the order of evaluation.
#[must_use]
pub fn series(groups: usize, reference: Option<Reference>, metrics: &[Metric]) -> Vec<Statistic> {
    const COMPARISONS: [Comparison; 2] = [Comparison::Difference, Comparison::Ratio];
    let compared = |g: &usize| reference.is_some() && reference != Some(Reference::Group(*g));
    let dependent = reference == Some(Reference::Overall);
    let mut out = Vec::new();
    for &metric in metrics {
        let kind = &metric.row().kind;
        if matches!(kind, Kind::Count) {
            continue;
        }
        for comparison in COMPARISONS {
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
