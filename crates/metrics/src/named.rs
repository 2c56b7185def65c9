//! Named disparities of a view, and comparisons beyond the usual four schemes.

use waage_core::estimate::{Estimate, Method};
use waage_core::label::GroupName;
use waage_core::quantity::{Comparison, Measurement, Scheme};

use crate::catalogue::{Kind, Metric};
use crate::closed::{self, Sides};
use crate::disparity::{Row, Rule};
use crate::estimator::Estimator;
use crate::ranges::extremes;
use crate::replicates::replicated;
use crate::statistic::{Statistic, pairs};

impl Estimator<'_> {
    /// A named disparity: once over all groups, or for every group that it compares.
    pub(crate) fn named(&self, row: &'static Row, measured: &[Measurement]) -> Vec<Measurement> {
        let groups = self.view.view.groups.len();
        match row.rule {
            Rule::Ranges(..) => return vec![self.named_over(row, measured)],
            Rule::Index(_) => return vec![self.index_over(row)],
            Rule::Best => {
                let metric = self.request.favourable.share();
                let known = (0..groups).filter(|&g| !self.name(g).has_missing());
                return known
                    .map(|g| Measurement {
                        quantity: &row.quantity,
                        ..self.beside_best(g, metric, row.comparison)
                    })
                    .collect();
            }
            _ => {}
        }
        let mut out = Vec::new();
        if row.scheme == Scheme::ToReference {
            out.extend(self.compared().map(|g| self.named_against(g, row)));
        }
        if (row.to_rest || row.scheme == Scheme::ToComplement) && groups > 1 {
            out.extend((0..groups).map(|g| self.named_to_rest(g, row)));
        }
        out
    }

    fn name(&self, g: usize) -> &GroupName {
        &self.view.view.groups[g].name
    }

    fn index_over(&self, row: &'static Row) -> Measurement {
        let mut measurement = self.blank(&row.quantity, row.scheme, row.comparison);
        let statistic = Statistic::NamedOver(row.disparity);
        // Differences of two indices and means of signed gaps are not lifted by chance alone.
        let signed = row.quantity.range.0.is_none_or(|least| least < 0.0);
        let method = match signed {
            true => Method::BootstrapPercentile,
            false => Method::BootstrapPercentileBiased,
        };
        measurement.estimate = self.replicated(statistic, self.rows(), method);
        measurement
    }

    fn named_against(&self, g: usize, row: &'static Row) -> Measurement {
        let sides = [&self.view.view.groups[g].outcomes, self.reference_sums()];
        let statistic = Statistic::NamedAgainst(g, row.disparity);
        let mut measurement = self.blank(&row.quantity, Scheme::ToReference, row.comparison);
        measurement.subject.reference = self.view.reference_name();
        self.fill(&mut measurement, g, sides, row);
        let rows = measurement.context.group_rows + measurement.context.reference_rows;
        let tables = &self.view.tables;
        let value = tables.value(statistic, self.view.reference);
        let (tie, level) = (self.request.tie, self.request.level);
        let closed = match self.view.is_independent(Scheme::ToReference) {
            true => closed::named(row.rule, sides, value, tie, level),
            false => None,
        };
        match closed {
            Some(compared) => compared_into(&mut measurement, compared),
            None if row.disparity.is_smooth() => {
                measurement.estimate = self.smooth(statistic, rows);
            }
            None if matches!(row.rule, Rule::AbsoluteGaps(_)) => {
                measurement.estimate = self.absolute_odds(g, statistic, rows);
            }
            None => measurement.estimate = self.lifted(statistic, rows),
        }
        if row.disparity.is_smooth() || row.has_formula() {
            self.compare_on_clusters(statistic, &mut measurement);
        }
        let estimate = measurement.estimate;
        measurement.estimate = self.request.name_cut(measurement.quantity, estimate);
        measurement
    }

    fn named_to_rest(&self, g: usize, row: &'static Row) -> Measurement {
        let sides = [
            &self.view.view.groups[g].outcomes,
            &self.view.complements[g],
        ];
        let statistic = Statistic::NamedToRest(g, row.disparity);
        let mut measurement = self.blank(&row.quantity, Scheme::ToComplement, row.comparison);
        self.fill(&mut measurement, g, sides, row);
        let value = self.view.tables.value(statistic, self.view.reference);
        let (tie, level) = (self.request.tie, self.request.level);
        let rule = row.rule.favouring(self.request.favourable);
        if let Some(compared) = closed::named(rule, sides, value, tie, level) {
            compared_into(&mut measurement, compared);
        }
        self.compare_on_clusters(statistic, &mut measurement);
        measurement
    }

    /// The group and what is known of both sides.
    fn fill(&self, measurement: &mut Measurement, g: usize, sides: Sides<'_>, row: &Row) {
        let metric = match row.quantity.needs_label {
            true => Metric::TruePositiveRate,
            false => Metric::Count,
        };
        measurement.subject.group = Some(self.name(g).clone());
        measurement.context = self.context(metric, sides[0], sides[1]);
        measurement.context.unknown_group = self.name(g).has_missing();
    }

    /// Comparisons by the schemes asked for beyond the usual four, by metric.
    pub(crate) fn more(&self) -> Vec<Measurement> {
        let compared = |metric: &&Metric| !matches!(metric.row().kind, Kind::Count);
        let metrics = self.request.metrics.iter().filter(compared);
        let mut out = Vec::new();
        for (&metric, &scheme) in
            metrics.flat_map(|m| self.request.schemes.iter().map(move |s| (m, s)))
        {
            let both = [Comparison::Difference, Comparison::Ratio];
            match scheme {
                Scheme::ToBest => {
                    let known = || {
                        (0..self.view.view.groups.len()).filter(|&g| !self.name(g).has_missing())
                    };
                    for comparison in both {
                        out.extend(known().map(|g| self.beside_best(g, metric, comparison)));
                    }
                }
                Scheme::Pairwise => {
                    for comparison in both {
                        let all = pairs(self.view.view.groups.len());
                        out.extend(all.map(|pair| self.pairwise(pair, metric, comparison)));
                    }
                }
                Scheme::GroupMin | Scheme::GroupMax => out.push(self.extreme(metric, scheme)),
                _ => {}
            }
        }
        out
    }

    /// One group against the best one, which replicates choose again; the share that
    /// chooses it from a simultaneous band.
    fn beside_best(&self, g: usize, metric: Metric, comparison: Comparison) -> Measurement {
        let statistic = Statistic::ToBest(g, metric, comparison);
        let mut measurement = self.blank(metric.quantity(), Scheme::ToBest, comparison);
        let sums = &self.view.view.groups[g].outcomes;
        measurement.subject.group = Some(self.name(g).clone());
        let mut rows = self.view.view.groups[g].rows();
        if let Some(best) = self.view.tables.best() {
            let reference = &self.view.view.groups[best];
            measurement.subject.reference = Some(reference.name.clone());
            measurement.context = self.context(metric, sums, &reference.outcomes);
            if best != g {
                rows += reference.rows();
            }
        }
        let eligible = self.view.tables.eligible();
        let candidates: Vec<usize> = (0..eligible.len()).filter(|&c| eligible[c]).collect();
        let others = candidates.iter().any(|&c| c != g);
        let chooses = metric == self.request.favourable.share();
        let banded = chooses && others && self.replicates.joint.is_some();
        if banded {
            let compared = (g, metric, comparison);
            measurement.estimate = self.to_best(statistic, compared, &candidates, rows);
            let p = measurement.estimate.p_value(comparison.of_equals());
            (measurement.p, measurement.test) = (p, p.map(|_| "max_t"));
        } else {
            measurement.estimate = self.replicated(statistic, rows, Method::BootstrapBest);
        }
        measurement
    }

    fn pairwise(
        &self,
        (g, h): (usize, usize),
        metric: Metric,
        comparison: Comparison,
    ) -> Measurement {
        let groups = &self.view.view.groups;
        let sides = [&groups[g].outcomes, &groups[h].outcomes];
        let statistic = Statistic::Pairwise(g, h, metric, comparison);
        let mut measurement = self.blank(metric.quantity(), Scheme::Pairwise, comparison);
        measurement.subject.group = Some(groups[g].name.clone());
        measurement.subject.reference = Some(groups[h].name.clone());
        measurement.context = self.context(metric, sides[0], sides[1]);
        measurement.context.unknown_group =
            groups[g].name.has_missing() || groups[h].name.has_missing();
        let value = self.view.tables.value(statistic, self.view.reference);
        let (tie, level) = (self.request.tie, self.request.level);
        match closed::compared(metric, sides, comparison, value, tie, level) {
            Some(compared) => compared_into(&mut measurement, compared),
            None => {
                let rows = groups[g].rows() + groups[h].rows();
                let method = Method::BootstrapPercentile;
                measurement.estimate = self.replicated(statistic, rows, method);
            }
        }
        self.compare_on_clusters(statistic, &mut measurement);
        measurement
    }

    /// The lowest or the highest value of all groups, and whose it is.
    fn extreme(&self, metric: Metric, scheme: Scheme) -> Measurement {
        let each = || self.view.tables.groups().iter().map(|v| v.get(metric));
        let ends = extremes(each());
        let (statistic, of) = match scheme {
            Scheme::GroupMin => (Statistic::GroupMin(metric), ends.map(|(_, low)| low)),
            _ => (Statistic::GroupMax(metric), ends.map(|(high, _)| high)),
        };
        let mut measurement = self.blank(metric.quantity(), scheme, Comparison::None);
        measurement.subject.group = of.map(|g| self.name(g).clone());
        let undefined = each().enumerate().filter(|(_, v)| v.is_err());
        measurement.range_mut().skipped = undefined.map(|(g, _)| self.name(g).clone()).collect();
        measurement.estimate = self.lifted(statistic, self.rows());
        measurement
    }

    /// A value from replicates with the prior.
    fn replicated(&self, statistic: Statistic, rows: u64, method: Method) -> Estimate {
        let value = self.view.tables.value(statistic, self.view.reference);
        let position = self.view.position(statistic);
        let series = position.and_then(|at| self.replicates.primed(at));
        let estimate = replicated(value, rows, method, series, self.request.level);
        self.drawn(statistic, estimate)
    }
}

fn compared_into(measurement: &mut Measurement, compared: closed::Compared) {
    measurement.estimate = compared.estimate;
    if let Some((p, name)) = compared.test {
        (measurement.p, measurement.test) = (Some(p), Some(name));
    }
}
