//! Named disparities over the groups of a view, in one table (FORMULAS §3.3 to §3.7).

mod distance;
mod index;
mod rows;
mod value;

use waage_core::estimate::Reason;
use waage_core::quantity::{Comparison, Quantity, Scheme};

use crate::catalogue::{CATALOGUE, METRICS, Metric};
use crate::confusion::Confusion;
use crate::shape::{Shape, Split};

pub use distance::{Base, Distance};
pub use rows::NAMED;

/// A disparity with a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the table documents each
pub enum Disparity {
    // Ranges of metrics over the groups.
    DemographicParityDifference,
    DemographicParityRatio,
    EqualOpportunityDifference,
    EqualOpportunityRatio,
    PredictiveEqualityDifference,
    PredictiveEqualityRatio,
    EqualizedOddsDifference,
    EqualizedOddsRatio,
    EqualizedOddsDifferenceMean,
    EqualizedOddsRatioMean,
    PredictiveParityDifference,
    PredictiveParityRatio,
    NegativePredictiveParityDifference,
    ConditionalUseAccuracy,
    OverallAccuracyEquality,
    // Indices over all groups.
    DifferentialFairness,
    SmoothedDifferentialFairness,
    LabelDifferentialFairness,
    BiasAmplificationDf,
    BiasAmplificationGap,
    DirectionalBiasAmplification,
    SubgroupFairnessSp,
    SubgroupFairnessFp,
    BiasScan,
    BetweenGroupGeneralizedEntropyIndex,
    BetweenGroupTheilIndex,
    BetweenGroupCoefficientOfVariation,
    WithinGroupGeneralizedEntropyIndex,
    WithinGroupTheilIndex,
    // One group against the reference.
    AverageOddsDifference,
    AverageAbsoluteOddsDifference,
    TreatmentEqualityDifference,
    AveragePredictiveValueDifference,
    FalseDiscoveryRateDifference,
    FalseOmissionRateDifference,
    SpecificityDifference,
    ConditionalAcceptanceDifference,
    ConditionalRejectionDifference,
    LabelParityDifference,
    ClassImbalance,
    CohenH,
    ShareDisparity,
    LabelKlDivergence,
    LabelJensenShannon,
    LabelLpNorm,
    LabelTotalVariation,
    LabelKsCategorical,
    LabelHellinger,
    DecisionKlDivergence,
    DecisionJensenShannon,
    DecisionLpNorm,
    DecisionTotalVariation,
    DecisionKsCategorical,
    DecisionHellinger,
    // One group against everybody else, or against the best.
    DemographicDisparity,
    LabelDemographicDisparity,
    ImpactRatio,
}

/// How the ranges of several metrics make one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// The widest: the largest difference or the smallest ratio of those defined.
    Widest,
    /// Their mean.
    Mean,
}

/// How a named disparity is computed, and so which interval it has.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Made of the ranges of metrics over the groups.
    Ranges(&'static [Metric], Join),
    /// Another function of all groups and of all rows: replicates.
    Index(fn(&[Values], &Values) -> Value),
    /// The difference of a metric, group minus reference: the metric's own interval.
    Gap(Metric),
    /// The same, reference minus group.
    ReversedGap(Metric),
    /// The difference of two values of that shape.
    Shaped(fn(&Confusion) -> Value, Shape),
    /// The mean of two absolute differences, group minus reference: replicates.
    AbsoluteGaps([Metric; 2]),
    /// `(n_r − n_g)/(n_r + n_g)`: Wilson's limits of a share, mapped.
    Imbalance,
    /// The group's selected rows over the reference's: Wilson's limits of a share, mapped.
    Selected,
    /// A distance of two outcomes: Newcombe's limits folded where it is a multiple of the gap, else
    /// replicates. The split is that of the base.
    Distance(Distance, Base, Split),
    /// The group's share of the misses minus its share of the hits: Newcombe's limits.
    Shares(Split),
    /// Over the value of the group with the highest one: replicates that choose it again.
    Best,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The disparity.
    pub disparity: Disparity,
    /// Its public description.
    pub quantity: Quantity,
    /// Over all groups, or of one group against the reference.
    pub scheme: Scheme,
    /// Difference, ratio, or the index itself.
    pub comparison: Comparison,
    /// Whether `summary` lists it (Fairlearn's names).
    pub in_summary: bool,
    /// Whether it is also measured against everybody else, as those who compare a facet with the
    /// rest do.
    pub to_rest: bool,
    /// How it is computed.
    pub rule: Rule,
}

/// A value, or why there is none.
pub type Value = Result<f64, Reason>;

/// The values of one set of rows that disparities are functions of.
#[derive(Clone, Copy, Debug)]
pub struct Values {
    /// The confusion table.
    pub table: Confusion,
    /// By metric, in the catalogue's order; `not_available` where none was asked for.
    metrics: [Value; METRICS],
}

impl Values {
    /// The values of every metric of a confusion table.
    #[must_use]
    pub fn of(table: &Confusion) -> Self {
        Self {
            table: *table,
            metrics: std::array::from_fn(|m| CATALOGUE[m].metric.value(table)),
        }
    }

    /// The values of no metric.
    #[must_use]
    pub fn none() -> Self {
        Self {
            table: Confusion::default(),
            metrics: [Err(Reason::NotAvailable); METRICS],
        }
    }

    /// Takes the values of some metrics of another table; those of all others stay as they are.
    #[inline]
    pub fn set(&mut self, table: &Confusion, metrics: &[Metric]) {
        self.table = *table;
        for metric in metrics {
            self.metrics[*metric as usize] = metric.value(table);
        }
    }

    /// The value of a metric.
    #[inline]
    pub const fn get(&self, metric: Metric) -> Value {
        self.metrics[metric as usize]
    }
}

/// The least and the largest of the defined values of some groups: all that ranges are made of.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    low: f64,
    high: f64,
    defined: usize,
    why: Option<Reason>,
}

impl Ends {
    /// Of values in any order.
    #[inline]
    #[must_use]
    pub fn of(values: impl Iterator<Item = Value>) -> Self {
        let mut ends = Self {
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            defined: 0,
            why: None,
        };
        for value in values {
            match value {
                Ok(value) => {
                    ends.defined += 1;
                    ends.low = if value < ends.low { value } else { ends.low };
                    ends.high = if value > ends.high { value } else { ends.high };
                }
                Err(reason) => ends.why = ends.why.or(Some(reason)),
            }
        }
        ends
    }

    /// Largest minus smallest, or smallest over largest.
    ///
    /// # Errors
    /// `one_group` with fewer than two defined values, `zero_reference` when the largest is 0,
    /// `ratio_undefined` when one is negative.
    #[inline]
    pub fn range(&self, comparison: Comparison) -> Value {
        if self.defined < 2 {
            return Err(match self.why {
                Some(reason) if self.defined == 0 => reason,
                _ => Reason::OneGroup,
            });
        }
        match comparison {
            Comparison::Ratio => quotient(self.low, self.high),
            _ => Ok(self.high - self.low),
        }
    }

    /// How far the value farthest from that of all rows is from it, which is one of the ends: largest
    /// `|m − all|`, or smallest of `m/all` and `all/m`.
    ///
    /// # Errors
    /// As [`farthest`].
    #[inline]
    pub fn farthest(&self, all: Value, comparison: Comparison) -> Value {
        let all = all?;
        if self.defined < 2 {
            return Err(Reason::OneGroup);
        }
        match comparison {
            Comparison::Ratio => {
                let below = quotient(self.low.min(all), self.low.max(all))?;
                let above = quotient(self.high.min(all), self.high.max(all))?;
                Ok(below.min(above))
            }
            _ => Ok((self.low - all).abs().max((self.high - all).abs())),
        }
    }

    /// The range of a scheme: of the groups among each other, or to all rows.
    ///
    /// # Errors
    /// As [`Self::range`] and [`Self::farthest`].
    #[inline]
    pub fn over(&self, scheme: Scheme, all: Value, comparison: Comparison) -> Value {
        match scheme {
            Scheme::ToOverall => self.farthest(all, comparison),
            _ => self.range(comparison),
        }
    }
}

/// Largest minus smallest, or smallest over largest, of the defined values.
///
/// # Errors
/// As [`Ends::range`].
#[inline]
pub fn range(values: impl Iterator<Item = Value>, comparison: Comparison) -> Value {
    Ends::of(values).range(comparison)
}

/// The value farthest from that of all rows: largest `|m − all|`, or smallest of `m/all` and
/// `all/m`; and its position.
///
/// # Errors
/// The reason of `all`, or `one_group` with fewer than two defined values.
pub fn farthest(
    values: impl Iterator<Item = Value>,
    all: Value,
    comparison: Comparison,
) -> Result<(f64, usize), Reason> {
    let all = all?;
    let ratio = comparison == Comparison::Ratio;
    let mut worst: Option<(f64, usize)> = None;
    let mut defined = 0;
    for (i, value) in values.enumerate() {
        let Ok(value) = value else { continue };
        defined += 1;
        let distance = if ratio {
            quotient(value.min(all), value.max(all))?
        } else {
            (value - all).abs()
        };
        let worse = worst.is_none_or(|(w, _)| if ratio { distance < w } else { distance > w });
        if worse {
            worst = Some((distance, i));
        }
    }
    worst.filter(|_| defined > 1).ok_or(Reason::OneGroup)
}

/// One value against another.
///
/// # Errors
/// The reason of an undefined side, `zero_reference`, or `ratio_undefined` for negative values.
#[inline]
pub fn compare(group: Value, reference: Value, comparison: Comparison) -> Value {
    let (group, reference) = (group?, reference?);
    match comparison {
        Comparison::Ratio => quotient(group, reference),
        Comparison::Difference => Ok(group - reference),
        Comparison::None => Ok(group),
    }
}

fn quotient(num: f64, den: f64) -> Value {
    if num < 0.0 || den < 0.0 {
        Err(Reason::RatioUndefined)
    } else if den == 0.0 {
        Err(Reason::ZeroReference)
    } else {
        Ok(num / den)
    }
}

/// Both if both are defined, else the one that is.
fn of_both(a: Value, b: Value, join: impl Fn(f64, f64) -> f64) -> Value {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok(join(a, b)),
        (Ok(one), Err(_)) | (Err(_), Ok(one)) => Ok(one),
        (Err(reason), Err(_)) => Err(reason),
    }
}

impl Row {
    /// Whether its interval of two independent groups is a closed form.
    #[must_use]
    pub fn has_formula(&self) -> bool {
        match self.rule {
            Rule::Gap(_)
            | Rule::ReversedGap(_)
            | Rule::Shaped(..)
            | Rule::Imbalance
            | Rule::Selected
            | Rule::Shares(_) => true,
            Rule::Distance(distance, ..) => distance.of_gap().is_some(),
            Rule::Ranges(..) | Rule::Index(_) | Rule::AbsoluteGaps(_) | Rule::Best => false,
        }
    }
}

impl Disparity {
    /// The disparity's row of the table.
    #[must_use]
    pub fn row(self) -> &'static Row {
        &NAMED[self as usize]
    }

    /// The disparity of a name or of one of its aliases.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        NAMED
            .iter()
            .find(|row| row.quantity.name == name || row.quantity.aliases.contains(&name))
            .map(|row| row.disparity)
    }

    /// The metrics whose ranges it is made of; none where it is made of something else.
    #[must_use]
    pub fn ranges(self) -> Option<(&'static [Metric], Join)> {
        match self.row().rule {
            Rule::Ranges(metrics, join) => Some((metrics, join)),
            _ => None,
        }
    }

    /// Whether a small change of the counts changes it by as little: no range, no absolute gap.
    #[must_use]
    pub fn is_smooth(self) -> bool {
        match self.row().rule {
            Rule::Gap(_)
            | Rule::ReversedGap(_)
            | Rule::Shaped(..)
            | Rule::Imbalance
            | Rule::Selected
            | Rule::Shares(_) => true,
            Rule::Ranges(..)
            | Rule::Index(_)
            | Rule::AbsoluteGaps(_)
            | Rule::Distance(..)
            | Rule::Best => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Disparity as D;

    fn near(value: Value, expected: f64, what: Disparity) {
        let value = value.unwrap();
        assert!((value - expected).abs() < 5e-10, "{what:?} {value}");
    }

    #[test]
    fn named_disparities_are_those_of_the_worked_example() {
        let groups = Confusion::e1().map(|table| Values::of(&table));
        let all = Values::of(&Confusion::of_cells(64.0, 30.0, 31.0, 75.0));
        for (disparity, value) in [
            (D::DemographicParityDifference, 0.35),
            (D::DemographicParityRatio, 5.0 / 12.0),
            (D::EqualOpportunityDifference, 0.4),
            (D::EqualOpportunityRatio, 0.5),
            (D::PredictiveEqualityDifference, 0.24),
            (D::PredictiveEqualityRatio, 0.4),
            (D::EqualizedOddsDifference, 0.4),
            (D::EqualizedOddsRatio, 0.4),
            (D::EqualizedOddsDifferenceMean, 0.32),
            (D::EqualizedOddsRatioMean, 0.45),
            (D::PredictiveParityDifference, 0.15),
            (D::NegativePredictiveParityDifference, 0.75 - 2.0 / 3.0),
            (D::ConditionalUseAccuracy, 0.15),
            (D::OverallAccuracyEquality, 0.025),
            (D::DifferentialFairness, 0.875_468_737),
            (D::BiasAmplificationDf, 0.570_134_796),
            (D::SubgroupFairnessSp, 0.065),
        ] {
            near(disparity.over(&groups, &all), value, disparity);
        }
        let [a, b, c] = &groups;
        for (disparity, value) in [
            (D::AverageOddsDifference, -0.2),
            (D::AverageAbsoluteOddsDifference, 0.2),
            (D::TreatmentEqualityDifference, 1.5),
            (D::AveragePredictiveValueDifference, 0.083_333_333_3),
            (D::FalseDiscoveryRateDifference, -0.083_333_333_3),
            (D::FalseOmissionRateDifference, 0.083_333_333_3),
            (D::SpecificityDifference, 0.2),
            (D::ConditionalAcceptanceDifference, -0.416_666_666_7),
            (D::ConditionalRejectionDifference, -0.416_666_666_7),
            (D::LabelParityDifference, 0.0),
            (D::ClassImbalance, 0.25),
            (D::CohenH, -0.402_715_842),
            (D::ShareDisparity, 0.4),
            (D::DecisionTotalVariation, 0.2),
            (D::LabelHellinger, 0.0),
        ] {
            near(disparity.against(b, a), value, disparity);
        }
        near(
            D::LabelParityDifference.against(c, a),
            0.125,
            D::ClassImbalance,
        );
        let of = |c| {
            let each = groups.iter().map(|v| v.get(Metric::SelectionRate));
            farthest(each, all.get(Metric::SelectionRate), c).unwrap()
        };
        assert!((of(Comparison::Difference).0 - 0.22).abs() < 1e-12);
        assert!((of(Comparison::Ratio).0 - 25.0 / 47.0).abs() < 1e-12);
        assert_eq!(of(Comparison::Ratio).1, 2);
    }

    /// FORMULAS §7 row 14, facet F against M.
    #[test]
    fn facets_are_those_of_the_published_case() {
        let f = Values::of(&Confusion::of_cells(2.0, 2.0, 1.0, 2.0));
        let m = Values::of(&Confusion::of_cells(0.0, 2.0, 2.0, 1.0));
        for (disparity, value) in [
            (D::ClassImbalance, -1.0 / 6.0),
            (D::ConditionalAcceptanceDifference, 0.25),
            (D::ConditionalRejectionDifference, 1.0 / 3.0),
            (D::SpecificityDifference, 1.0 / 6.0),
            (D::TreatmentEqualityDifference, -0.5),
        ] {
            near(disparity.against(&f, &m), value, disparity);
        }
        let gap = |metric: Metric| m.get(metric).unwrap() - f.get(metric).unwrap();
        assert!((gap(Metric::TruePositiveRate) + 2.0 / 3.0).abs() < 1e-12);
        assert!((gap(Metric::Precision) + 0.5).abs() < 1e-12);
        assert!((gap(Metric::Accuracy) + 13.0 / 35.0).abs() < 1e-12);
        assert!((gap(Metric::NegativePredictiveValue) + 1.0 / 3.0).abs() < 1e-12);
        let ratio = f.get(Metric::SelectionRate).unwrap() / m.get(Metric::SelectionRate).unwrap();
        assert!((ratio - 10.0 / 7.0).abs() < 1e-12);
        let all = Confusion::of_cells(2.0, 4.0, 3.0, 3.0);
        let entropy = Metric::GeneralizedEntropyIndex.value(&all).unwrap();
        assert!((entropy - 0.245_562_130).abs() < 5e-10);
    }

    /// FORMULAS §3.4: E2's group b over both strata.
    #[test]
    fn shares_are_those_of_the_worked_example() {
        let a = Values::of(&Confusion::of_cells(49.0, 0.0, 31.0, 0.0));
        let b = Values::of(&Confusion::of_cells(26.0, 0.0, 54.0, 0.0));
        let expected = 54.0 / 85.0 - 26.0 / 75.0;
        near(
            D::DemographicDisparity.against(&b, &a),
            expected,
            D::DemographicDisparity,
        );
    }

    #[test]
    fn rows_stand_at_their_disparity_and_names_are_unique() {
        let mut names = std::collections::HashSet::new();
        for row in &CATALOGUE {
            names.insert(row.quantity.name);
            names.extend(row.quantity.aliases);
        }
        for (i, row) in NAMED.iter().enumerate() {
            assert_eq!(row.disparity as usize, i);
            assert!(names.insert(row.quantity.name), "{}", row.quantity.name);
            for alias in row.quantity.aliases {
                assert!(names.insert(alias), "{alias}");
            }
        }
    }

    #[test]
    fn every_disparity_of_nothing_has_a_reason() {
        let empty = Values::of(&Confusion::default());
        for row in &NAMED {
            let over = row.disparity.over(&[empty, empty], &empty);
            let against = row.disparity.against(&empty, &empty);
            assert!(over.is_err() && against.is_err(), "{:?}", row.disparity);
        }
    }

    #[test]
    fn undefined_groups_are_skipped_and_one_is_not_enough() {
        let values = [Ok(0.5), Err(Reason::NoPositives), Ok(0.2)];
        assert_eq!(range(values.into_iter(), Comparison::Difference), Ok(0.3));
        let one = [Ok(0.5), Err(Reason::NoPositives)];
        assert_eq!(
            range(one.into_iter(), Comparison::Ratio),
            Err(Reason::OneGroup)
        );
        let zeros = [Ok(0.0), Ok(0.0)];
        assert_eq!(
            range(zeros.into_iter(), Comparison::Ratio),
            Err(Reason::ZeroReference)
        );
    }
}
