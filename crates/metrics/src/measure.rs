//! From the cube to every estimate: groups, comparisons, intervals, tests.

use std::collections::HashMap;
use std::sync::Arc;

use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::label::{GroupName, Label};
use waage_core::multiplicity::benjamini_hochberg;
use waage_core::observer::{Observer, Phase};
use waage_core::quantity::{Comparison, Context, Measurement, Quantity, Scheme, Subject};
use waage_core::tally::{GroupTotals, Sums, Tally, View};

use crate::bootstrap::{self, Plan, Target};
use crate::catalogue::{CATALOGUE, Kind, Metric};
use crate::confusion::{Confusion, Tie, others};
use crate::context::context;
use crate::disparity::{Disparity, Value, Values, farthest};
use crate::rate::{Rate, difference, mean, ratio, test};
use crate::statistic::{Reference, Statistic, Tables, has_formula, series};

/// Replicates that may be undefined before an interval is withheld.
const UNDEFINED_SHARE_MAX: f64 = 0.05;

/// How the reference group of an attribute is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum ReferenceRule {
    /// The group with the most rows (tie: first label), never the missing one.
    #[default]
    Largest,
    /// The group with the highest selection rate among those of at least so many rows.
    Best {
        /// Least rows.
        min_rows: u64,
    },
    /// All rows together.
    Overall,
    /// The group of that label.
    Named(String),
}

/// What to measure.
#[derive(Clone, Debug)]
pub struct Request {
    /// Views by positions of sensitive attributes; one position for a marginal.
    pub views: Vec<Vec<usize>>,
    /// How references are chosen, by sensitive attribute.
    pub references: Vec<ReferenceRule>,
    /// Metrics in the order of documents.
    pub metrics: Vec<Metric>,
    /// Whether labels, decisions and scores were given.
    pub roles: GivenRoles,
    /// Confidence of the intervals shown.
    pub level: f64,
    /// Bootstrap replicates.
    pub replicates: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
    /// How ties at a cut are shared out.
    pub tie: Tie,
}

/// Which of the columns that metrics need were given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GivenRoles {
    /// Labels.
    pub label: bool,
    /// Decisions.
    pub decision: bool,
    /// Scores.
    pub score: bool,
}

impl GivenRoles {
    /// The missing role for which a quantity cannot be measured.
    #[must_use]
    pub const fn missing_for(self, quantity: &Quantity) -> Option<Reason> {
        if quantity.needs_label && !self.label {
            Some(Reason::NoLabels)
        } else if quantity.needs_decision && !self.decision {
            Some(Reason::NoDecisions)
        } else if quantity.needs_score && !self.score {
            Some(Reason::NoScores)
        } else {
            None
        }
    }

    /// The metrics of the catalogue that can be measured.
    #[must_use]
    pub fn metrics(self) -> Vec<Metric> {
        CATALOGUE
            .iter()
            .filter(|row| self.missing_for(&row.quantity).is_none())
            .map(|row| row.metric)
            .collect()
    }
}

/// A request that the data cannot serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MeasureError {
    /// The reference label does not occur.
    #[error("the reference {label:?} does not occur in {attribute:?}; its groups are {groups}")]
    UnknownReference {
        /// The attribute.
        attribute: String,
        /// The label asked for.
        label: String,
        /// The labels that occur.
        groups: String,
    },
    /// Stopped by the observer.
    #[error("interrupted; nothing was written")]
    Interrupted,
}

/// The estimates of one group, by metric.
pub type GroupEstimates = Vec<(Metric, Estimate)>;

/// A measured view.
#[derive(Clone, Debug)]
pub struct MeasuredView {
    /// Attribute names.
    pub attributes: Vec<String>,
    /// Each group's name, rows and estimates.
    pub groups: Vec<(GroupName, u64, GroupEstimates)>,
    /// Name of the reference; `None` where there is none.
    pub reference: Option<String>,
}

/// Everything measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// By view, in the order asked for.
    pub views: Vec<MeasuredView>,
    /// All rows.
    pub overall: GroupEstimates,
    /// Every comparison in document order, then every group's values (scheme `value`).
    pub measurements: Vec<Measurement>,
}

/// Measures everything asked for, from the cube alone.
///
/// # Errors
/// [`MeasureError`] for a reference that does not occur, or when the observer cancels.
pub fn measure(
    tally: &Tally,
    request: &Request,
    observer: &dyn Observer,
) -> Result<Measured, MeasureError> {
    let axes: Vec<usize> = (0..tally.sensitive().len()).collect();
    let cells = tally.view(&axes);
    let all = tally
        .view(&[])
        .groups
        .pop()
        .map_or_else(Default::default, |group| group.outcomes);
    let prepared = request
        .views
        .iter()
        .map(|axes| Prepared::new(tally.view(axes), &cells, request, &all))
        .collect::<Result<Vec<_>, _>>()?;
    observer.begin(Phase::Estimate, Some(request.replicates as u64));
    let overall_table = Confusion::of(&all, request.tie);
    let replicates = replicate(&prepared, &cells.groups, request, observer, tally)?;

    let mut measured = Measured {
        views: Vec::new(),
        overall: Vec::new(),
        measurements: Vec::new(),
    };
    let mut values = Vec::new();
    for (view, replicates) in prepared.iter().zip(&replicates.views) {
        let session = Estimator {
            view,
            request,
            replicates,
            overall: &all,
        };
        let groups: Vec<_> = (0..view.view.groups.len())
            .map(|g| session.group(g))
            .collect();
        measured.measurements.extend(session.comparisons());
        values.extend(session.values(&groups));
        measured.views.push(MeasuredView {
            attributes: view.view.attributes.clone(),
            reference: view.reference_name().map(|name| name.to_string()),
            groups: groups
                .into_iter()
                .zip(&view.view.groups)
                .map(|(estimates, totals)| (totals.name.clone(), totals.rows(), estimates))
                .collect(),
        });
    }
    measured.overall = request
        .metrics
        .iter()
        .map(|&metric| {
            let series = replicates.overall.get(&metric);
            (
                metric,
                group_estimate(metric, &all, &Values::of(&overall_table), series, request),
            )
        })
        .collect();
    measured.measurements.extend(values);
    Ok(measured)
}

/// A view with its reference and its series.
struct Prepared {
    view: View,
    target: Target,
    reference: Option<Reference>,
    series: Vec<Statistic>,
    position: HashMap<Statistic, usize>,
    tables: Tables,
    complements: Vec<[Sums; outcome::COUNT]>,
}

impl Prepared {
    fn new(
        view: View,
        cells: &View,
        request: &Request,
        all: &[Sums; outcome::COUNT],
    ) -> Result<Self, MeasureError> {
        let position: HashMap<&[Label], usize> = view
            .groups
            .iter()
            .enumerate()
            .map(|(g, t)| (t.name.0.as_slice(), g))
            .collect();
        let group_of_cell = cells
            .groups
            .iter()
            .map(|cell| {
                let labels: Vec<Label> = view
                    .axes
                    .iter()
                    .map(|&axis| cell.name.0[axis].clone())
                    .collect();
                position.get(labels.as_slice()).copied().unwrap_or_default()
            })
            .collect();
        let reference = choose_reference(&view, request)?;
        let series = series(view.groups.len(), reference, &request.metrics);
        let confusions: Vec<Confusion> = view
            .groups
            .iter()
            .map(|g| Confusion::of(&g.outcomes, request.tie))
            .collect();
        let outcomes: Vec<_> = view.groups.iter().map(|g| g.outcomes).collect();
        let zero = [Sums::default(); outcome::COUNT];
        Ok(Self {
            target: Target {
                groups: view.groups.len(),
                group_of_cell,
            },
            tables: Tables::of(&confusions, &Confusion::of(all, request.tie)),
            complements: others(&outcomes, zero, |a, b| {
                std::array::from_fn(|o| a[o].plus(&b[o]))
            }),
            reference,
            position: series.iter().enumerate().map(|(at, s)| (*s, at)).collect(),
            series,
            view,
        })
    }

    fn reference_name(&self) -> Option<GroupName> {
        match self.reference? {
            Reference::Group(g) => Some(self.view.groups[g].name.clone()),
            Reference::Overall => Some(GroupName(vec![Label::text("(overall)")])),
        }
    }
}

/// The reference of a view: for an intersection, the largest cell among those that carry the
/// references named for its attributes.
fn choose_reference(view: &View, request: &Request) -> Result<Option<Reference>, MeasureError> {
    let rules: Vec<&ReferenceRule> = view
        .axes
        .iter()
        .map(|&axis| &request.references[axis])
        .collect();
    if view.axes.len() == 1 && *rules[0] == ReferenceRule::Overall {
        return Ok(Some(Reference::Overall));
    }
    for (place, rule) in rules.iter().enumerate() {
        let ReferenceRule::Named(label) = rule else {
            continue;
        };
        let occurs = |t: &GroupTotals| t.name.0[place].name().as_ref() == Some(label);
        if !view.groups.iter().any(occurs) {
            let mut groups: Vec<String> = view
                .groups
                .iter()
                .filter_map(|t| t.name.0[place].name())
                .collect();
            groups.dedup();
            return Err(MeasureError::UnknownReference {
                attribute: view.attributes[place].clone(),
                label: label.clone(),
                groups: groups.join(", "),
            });
        }
    }
    let fits = |totals: &GroupTotals| {
        !totals.name.has_missing()
            && totals
                .name
                .0
                .iter()
                .zip(&rules)
                .all(|(label, rule)| match rule {
                    ReferenceRule::Named(name) => label.name().as_ref() == Some(name),
                    _ => true,
                })
    };
    let best = match rules.as_slice() {
        [ReferenceRule::Best { min_rows }] => Some(*min_rows),
        _ => None,
    };
    let mut chosen: Option<(f64, usize)> = None;
    for (g, totals) in view.groups.iter().enumerate().filter(|(_, t)| fits(t)) {
        let merit = match best {
            None => Some(totals.rows() as f64),
            Some(min_rows) if totals.rows() >= min_rows => Metric::SelectionRate
                .value(&Confusion::of(&totals.outcomes, request.tie))
                .ok(),
            Some(_) => None,
        };
        if let Some(merit) = merit.filter(|m| chosen.is_none_or(|(most, _)| *m > most)) {
            chosen = Some((merit, g));
        }
    }
    Ok(chosen.map(|(_, g)| Reference::Group(g)))
}

/// Replicates by view and series, and of the overall values that need them.
struct Replicates {
    views: Vec<Vec<Arc<[f64]>>>,
    overall: HashMap<Metric, Arc<[f64]>>,
}

fn replicate(
    prepared: &[Prepared],
    cells: &[GroupTotals],
    request: &Request,
    observer: &dyn Observer,
    tally: &Tally,
) -> Result<Replicates, MeasureError> {
    let functions: Vec<Metric> = request
        .metrics
        .iter()
        .copied()
        .filter(|m| matches!(m.row().kind, Kind::Function))
        .collect();
    let total = prepared.iter().map(|p| p.series.len()).sum::<usize>() + functions.len();
    let targets: Vec<Target> = prepared.iter().map(|p| p.target.clone()).collect();
    let plan = Plan {
        cells,
        targets: &targets,
        tie_share: request.tie.share(),
        weighted: tally.kept().weights,
        scored: request.metrics.contains(&Metric::MeanScore),
        replicates: request.replicates,
        seed: request.seed,
    };
    let drawn = bootstrap::run(&plan, total, observer, |replicate, out| {
        for (view, tables) in prepared.iter().zip(&replicate.views) {
            let tables = Tables::of(tables, &replicate.overall);
            out.extend(
                view.series
                    .iter()
                    .map(|s| tables.value(*s, view.reference).unwrap_or(f64::NAN)),
            );
        }
        out.extend(
            functions
                .iter()
                .map(|m| m.value(&replicate.overall).unwrap_or(f64::NAN)),
        );
    })
    .ok_or(MeasureError::Interrupted)?;
    let mut drawn = drawn.into_iter().map(Arc::<[f64]>::from);
    let views = prepared
        .iter()
        .map(|p| drawn.by_ref().take(p.series.len()).collect())
        .collect();
    Ok(Replicates {
        views,
        overall: functions.into_iter().zip(drawn).collect(),
    })
}

/// An estimate from replicates: the interval is withheld when too many are undefined.
fn replicated(
    value: Value,
    rows: u64,
    method: Method,
    series: Option<&Arc<[f64]>>,
    level: f64,
) -> Estimate {
    let value = match value {
        Ok(value) => value,
        Err(reason) => return Estimate::undefined(rows, method, reason),
    };
    let series = series.filter(|s| !s.is_empty());
    let Some(series) = series else {
        let mut bare = Estimate::new(value, rows, method, Evidence::None, level);
        bare.reason = Some(Reason::NoReplicates);
        return bare;
    };
    let undefined = series.iter().filter(|v| v.is_nan()).count();
    if undefined as f64 > UNDEFINED_SHARE_MAX * series.len() as f64 {
        let mut bare = Estimate::new(value, rows, method, Evidence::None, level);
        bare.reason = Some(Reason::TooManyUndefinedReplicates);
        return bare;
    }
    let defined = match undefined {
        0 => Arc::clone(series),
        _ => series.iter().copied().filter(|v| !v.is_nan()).collect(),
    };
    Estimate::new(value, rows, method, Evidence::Replicates(defined), level)
}

/// A metric of one set of rows.
fn group_estimate(
    metric: Metric,
    sums: &[Sums; outcome::COUNT],
    values: &Values,
    series: Option<&Arc<[f64]>>,
    request: &Request,
) -> Estimate {
    let rows: u64 = sums.iter().map(|s| s.n).sum();
    match metric.row().kind {
        Kind::Count => Estimate::count(rows as f64, rows),
        Kind::Proportion { hit, miss, empty } => {
            Rate::of(sums, hit, miss, request.tie, empty).estimate(request.level)
        }
        Kind::Mean => mean(sums, request.level),
        Kind::Function => replicated(
            values.get(metric),
            rows,
            Method::BootstrapPercentile,
            series,
            request.level,
        ),
    }
}

/// Makes the estimates of one view.
struct Estimator<'a> {
    view: &'a Prepared,
    request: &'a Request,
    replicates: &'a [Arc<[f64]>],
    overall: &'a [Sums; outcome::COUNT],
}

impl Estimator<'_> {
    fn series(&self, statistic: Statistic) -> Option<&Arc<[f64]>> {
        self.view
            .position
            .get(&statistic)
            .map(|at| &self.replicates[*at])
    }

    fn group(&self, g: usize) -> GroupEstimates {
        self.request
            .metrics
            .iter()
            .map(|&metric| {
                let sums = &self.view.view.groups[g].outcomes;
                let values = &self.view.tables.groups()[g];
                let series = self.series(Statistic::Group(g, metric));
                (
                    metric,
                    group_estimate(metric, sums, values, series, self.request),
                )
            })
            .collect()
    }

    /// Every comparison of the view, ordered by metric, scheme, comparison and group.
    fn comparisons(&self) -> Vec<Measurement> {
        let mut out = Vec::new();
        for &metric in &self.request.metrics {
            if matches!(metric.row().kind, Kind::Count) {
                continue;
            }
            for scheme in [
                Scheme::ToReference,
                Scheme::ToComplement,
                Scheme::BetweenGroups,
                Scheme::ToOverall,
            ] {
                for comparison in [Comparison::Difference, Comparison::Ratio] {
                    out.extend(self.compare(metric, scheme, comparison));
                }
            }
        }
        for statistic in &self.view.series {
            match *statistic {
                Statistic::NamedOver(disparity) => {
                    out.push(self.named(*statistic, disparity, None))
                }
                Statistic::NamedAgainst(g, disparity) => {
                    out.push(self.named(*statistic, disparity, Some(g)));
                }
                _ => {}
            }
        }
        out
    }

    fn compare(&self, metric: Metric, scheme: Scheme, comparison: Comparison) -> Vec<Measurement> {
        let groups = self.view.view.groups.len();
        let mut out: Vec<Measurement> = match scheme {
            Scheme::ToReference => (0..groups)
                .filter(|g| {
                    self.view
                        .reference
                        .is_some_and(|r| r != Reference::Group(*g))
                })
                .map(|g| self.pair(g, metric, scheme, comparison))
                .collect(),
            Scheme::ToComplement if groups > 1 => (0..groups)
                .map(|g| self.pair(g, metric, scheme, comparison))
                .collect(),
            Scheme::BetweenGroups | Scheme::ToOverall => {
                vec![self.aggregate(metric, scheme, comparison)]
            }
            _ => Vec::new(),
        };
        let p: Vec<Option<f64>> = out.iter().map(|m| m.p).collect();
        for (measurement, adjusted) in out.iter_mut().zip(benjamini_hochberg(&p)) {
            measurement.p_adjusted = adjusted;
        }
        out
    }

    /// One group against the reference or against everybody else.
    fn pair(
        &self,
        g: usize,
        metric: Metric,
        scheme: Scheme,
        comparison: Comparison,
    ) -> Measurement {
        let sums = &self.view.view.groups[g].outcomes;
        let (against, statistic) = match (scheme, self.view.reference) {
            (Scheme::ToReference, Some(Reference::Group(r))) => (
                &self.view.view.groups[r].outcomes,
                Statistic::ToReference(g, metric, comparison),
            ),
            (Scheme::ToReference, _) => {
                (self.overall, Statistic::ToReference(g, metric, comparison))
            }
            _ => (
                &self.view.complements[g],
                Statistic::ToComplement(g, metric, comparison),
            ),
        };
        let independent =
            scheme != Scheme::ToReference || self.view.reference != Some(Reference::Overall);
        let level = self.request.level;
        let mut measurement = self.blank(metric.quantity(), scheme, comparison);
        measurement.subject.group = Some(self.view.view.groups[g].name.clone());
        if scheme == Scheme::ToReference {
            measurement.subject.reference = self.view.reference_name();
        }
        measurement.context = context(metric, sums, against, self.request.tie);
        let missing = |name: &Option<GroupName>| name.as_ref().is_some_and(GroupName::has_missing);
        measurement.context.unknown_group =
            missing(&measurement.subject.group) || missing(&measurement.subject.reference);
        measurement.estimate = match metric.row().kind {
            Kind::Proportion { hit, miss, empty } if independent => {
                let rate = |sums| Rate::of(sums, hit, miss, self.request.tie, empty);
                let (group, reference) = (rate(sums), rate(against));
                if let Some((p, name)) = test(&group, &reference) {
                    (measurement.p, measurement.test) = (Some(p), Some(name));
                }
                match comparison {
                    Comparison::Ratio => ratio(&group, &reference, level),
                    _ => difference(&group, &reference, level),
                }
            }
            ref kind if independent && has_formula(kind, comparison) => {
                mean_difference(&mean(sums, level), &mean(against, level), level)
            }
            _ => {
                let rows = sums.iter().chain(against.iter()).map(|s| s.n).sum();
                let value = self.view.tables.value(statistic, self.view.reference);
                let series = self.series(statistic);
                replicated(value, rows, Method::BootstrapPercentile, series, level)
            }
        };
        measurement
    }

    /// A range over the groups, or the group farthest from all rows.
    fn aggregate(&self, metric: Metric, scheme: Scheme, comparison: Comparison) -> Measurement {
        let tables = &self.view.tables;
        let (statistic, method) = match scheme {
            Scheme::ToOverall => (
                Statistic::ToOverall(metric, comparison),
                Method::BootstrapPercentileBiased,
            ),
            _ => (
                Statistic::Between(metric, comparison),
                Method::BootstrapPercentileBiased,
            ),
        };
        let mut measurement = self.blank(metric.quantity(), scheme, comparison);
        let name = |g: usize| self.view.view.groups[g].name.clone();
        let each = || tables.groups().iter().map(|v| v.get(metric));
        measurement.skipped = each()
            .enumerate()
            .filter(|(_, v)| v.is_err())
            .map(|(g, _)| name(g))
            .collect();
        if scheme == Scheme::ToOverall {
            let all = tables.overall().get(metric);
            measurement.subject.group =
                farthest(each(), all, comparison).ok().map(|(_, g)| name(g));
        } else {
            measurement.extremes = extremes(each()).map(|(high, low)| (name(high), name(low)));
        }
        let rows = self.overall.iter().map(|s| s.n).sum();
        let value = tables.value(statistic, self.view.reference);
        measurement.estimate = replicated(
            value,
            rows,
            method,
            self.series(statistic),
            self.request.level,
        );
        measurement
    }

    fn named(
        &self,
        statistic: Statistic,
        disparity: Disparity,
        group: Option<usize>,
    ) -> Measurement {
        let row = disparity.row();
        let mut measurement = self.blank(&row.quantity, row.scheme, row.comparison);
        let mut rows: u64 = self.overall.iter().map(|s| s.n).sum();
        if let Some(g) = group {
            let totals = &self.view.view.groups[g];
            measurement.subject.group = Some(totals.name.clone());
            measurement.subject.reference = self.view.reference_name();
            let against = match self.view.reference {
                Some(Reference::Group(r)) => &self.view.view.groups[r].outcomes,
                _ => self.overall,
            };
            measurement.context = context(
                Metric::TruePositiveRate,
                &totals.outcomes,
                against,
                self.request.tie,
            );
            measurement.context.unknown_group = totals.name.has_missing();
            rows = measurement.context.group_rows + measurement.context.reference_rows;
        }
        let method = match row.scheme {
            Scheme::ToReference => Method::BootstrapPercentile,
            _ => Method::BootstrapPercentileBiased,
        };
        let value = self.view.tables.value(statistic, self.view.reference);
        measurement.estimate = replicated(
            value,
            rows,
            method,
            self.series(statistic),
            self.request.level,
        );
        measurement
    }

    /// The groups' own values as measurements.
    fn values(&self, groups: &[GroupEstimates]) -> Vec<Measurement> {
        let mut out = Vec::new();
        for (totals, estimates) in self.view.view.groups.iter().zip(groups) {
            for (metric, estimate) in estimates {
                let mut measurement =
                    self.blank(metric.quantity(), Scheme::Value, Comparison::None);
                measurement.subject.group = Some(totals.name.clone());
                measurement.context = context(
                    *metric,
                    &totals.outcomes,
                    &totals.outcomes,
                    self.request.tie,
                );
                measurement.context.reference_rows = 0;
                measurement.context.four_fifths_adverse = None;
                measurement.context.flips_with_one_selection = None;
                measurement.context.unknown_group = totals.name.has_missing();
                measurement.estimate = estimate.clone();
                out.push(measurement);
            }
        }
        out
    }

    fn blank(
        &self,
        quantity: &'static Quantity,
        scheme: Scheme,
        comparison: Comparison,
    ) -> Measurement {
        Measurement {
            quantity,
            subject: Subject {
                attribute: self.view.view.name(),
                group: None,
                reference: None,
            },
            scheme,
            comparison,
            estimate: Estimate::undefined(0, Method::Count, Reason::NotAvailable),
            context: Context::default(),
            p: None,
            test: None,
            p_adjusted: None,
            extremes: None,
            skipped: Vec::new(),
        }
    }
}

/// Positions of the highest and the lowest defined value.
fn extremes(values: impl Iterator<Item = Value>) -> Option<(usize, usize)> {
    let defined: Vec<(usize, f64)> = values
        .enumerate()
        .filter_map(|(g, v)| v.ok().map(|v| (g, v)))
        .collect();
    if defined.len() < 2 {
        return None;
    }
    let first_best = |better: fn(f64, f64) -> bool| {
        defined
            .iter()
            .copied()
            .reduce(|best, next| if better(next.1, best.1) { next } else { best })
            .map(|(g, _)| g)
    };
    Some((first_best(|a, b| a > b)?, first_best(|a, b| a < b)?))
}

/// The difference of two independent means.
fn mean_difference(group: &Estimate, reference: &Estimate, level: f64) -> Estimate {
    let n = group.n + reference.n;
    match (group.value, reference.value) {
        (Some(a), Some(b)) => {
            let evidence = match (&group.evidence, &reference.evidence) {
                (Evidence::StandardError(x), Evidence::StandardError(y)) => {
                    Evidence::StandardError((x * x + y * y).sqrt())
                }
                _ => Evidence::None,
            };
            let mut estimate = Estimate::new(a - b, n, Method::Normal, evidence, level);
            if estimate.low.is_none() {
                estimate.reason = group.reason.or(reference.reason);
            }
            estimate
        }
        _ => Estimate::undefined(
            n,
            Method::Normal,
            group
                .reason
                .or(reference.reason)
                .unwrap_or(Reason::NoScores),
        ),
    }
}
