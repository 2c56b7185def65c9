//! Scores of every view: values of groups, comparisons, named disparities.

use rayon::prelude::*;
use waage_core::block::outcome;
use waage_core::estimate::{DrawnClusters, Estimate, Method, Reason};
use waage_core::label::GroupName;
use waage_core::observer::Observer;
use waage_core::quantity::{Comparison, Measurement, Quantity, Scheme};
use waage_core::tally::{Clusters, ScoreTable, Sequence, Tally};

use super::catalogue::{
    DisparityRow, Nature, SCORE_DISPARITIES, SCORES, ScoreDisparity, ScoreMetric,
};
use super::estimate::{Maker, from_replicates};
use super::grid::{Grid, rest};
use super::named;
use super::profile::{Point, Profile, aligned};
use super::range::Ranged;
use super::ranked::Ranked;
use super::resample::{self, Draws};
use super::scoring_rate::Median;
use super::table::{ALL, Masses, give_back, minus, take_away};
use super::walk::Walks;
use crate::clustered::Touching;
use crate::context::quantity_context;
use crate::disparity::{Value, compare, farthest};
use crate::measure::{GivenRoles, MeasureError, Request};
use crate::ranges::extremes;
use crate::rate;
use crate::statistic::Reference;
use crate::view::PreparedView;

/// Which score metrics and disparities to measure; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScoreRequest {
    /// Metrics in the order of documents.
    pub metrics: Vec<ScoreMetric>,
    /// Named disparities in the order of documents.
    pub disparities: Vec<ScoreDisparity>,
}

impl ScoreRequest {
    /// Everything that the given roles allow.
    #[must_use]
    pub fn all(roles: GivenRoles) -> Self {
        let allowed = |quantity: &Quantity| roles.missing_for(quantity).is_none();
        let rows = SCORES.iter().filter(|row| allowed(&row.quantity));
        let named = SCORE_DISPARITIES
            .iter()
            .filter(|row| allowed(&row.quantity));
        Self {
            metrics: rows.map(|row| row.metric).collect(),
            disparities: named.map(|row| row.disparity).collect(),
        }
    }

    /// Whether nothing is asked for: then no score table is made.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.metrics.is_empty() && self.disparities.is_empty()
    }
}

/// The score metrics of one set of rows.
pub type ScoreEstimates = Vec<(ScoreMetric, Estimate)>;

/// What was measured of the scores of a view.
#[derive(Clone, Debug, Default)]
pub(crate) struct ViewScores {
    /// By group.
    pub groups: Vec<ScoreEstimates>,
    /// Comparisons, then named disparities, in document order.
    pub comparisons: Vec<Measurement>,
    /// The groups' own values.
    pub values: Vec<Measurement>,
}

impl ViewScores {
    /// Leaves the values alone where clusters do not know their scores, so that only single rows could
    /// be drawn.
    pub fn forget_intervals(&mut self) {
        for group in &mut self.groups {
            *group = without_intervals(std::mem::take(group));
        }
        for measurement in self.comparisons.iter_mut().chain(&mut self.values) {
            measurement.estimate = measurement.estimate.clone().bare(Reason::RowsClustered);
            (measurement.p, measurement.p_adjusted, measurement.test) = (None, None, None);
            measurement.range = Default::default();
        }
    }
}

/// The values alone, where clusters do not know their scores.
pub(crate) fn without_intervals(estimates: ScoreEstimates) -> ScoreEstimates {
    let bare = |(metric, estimate): (ScoreMetric, Estimate)| {
        (metric, estimate.bare(Reason::RowsClustered))
    };
    estimates.into_iter().map(bare).collect()
}

/// The scores of all rows, against which every view is measured.
pub(crate) struct Scores<'a> {
    request: &'a Request,
    /// Metrics with a profile: those asked for and those that disparities are made of.
    metrics: Vec<ScoreMetric>,
    /// The views in the order of their rows; none of weighted rows or binned scores, nor where no metric
    /// is had so.
    ordered: Vec<Ordered<'a>>,
    /// Whether that order tells every metric.
    walked: bool,
    /// Whether tables are made, for other metrics or for disparities.
    tables: bool,
    /// Every row; empty where no tables are made.
    all: ScoreTable,
    median: Option<Median>,
    overall: Profile,
    weighted: bool,
    /// Whether clusters are drawn.
    clustered: bool,
}

/// A view in the order of its rows.
struct Ordered<'a> {
    axes: Vec<usize>,
    sequence: Sequence<'a>,
    ranked: Ranked,
}

/// The views in that order; none where it tells no metric, and of weighted rows or binned scores.
fn ordered<'a>(tally: &'a Tally, request: &Request, metrics: &[ScoreMetric]) -> Vec<Ordered<'a>> {
    if !metrics.iter().any(|metric| Walks::serve(*metric)) {
        return Vec::new();
    }
    let of_view = |axes: &Vec<usize>| {
        let sequence = tally.score_sequence(axes)?;
        Some(Ordered {
            axes: axes.clone(),
            ranked: Ranked::of(&sequence, metrics),
            sequence,
        })
    };
    let all_rows = [Vec::new()];
    let views = match request.views.as_slice() {
        [] => &all_rows,
        views => views,
    };
    let views: Option<Vec<Ordered<'a>>> = views.par_iter().map(of_view).collect();
    views.unwrap_or_default()
}

/// The clusters of a view's groups by group, label and place, one number together; `None` where rows
/// are drawn.
fn placed_clusters(tally: &Tally, axes: &[usize], grid: &Grid) -> Option<Clusters> {
    let clusters = tally.scored_clusters(axes)?;
    let places = grid.places();
    Some(clusters.placed(|group, o, score| {
        let row = group as usize * ALL.len() + usize::from(outcome::label(o));
        Some(((row * places + grid.place(score?)) as u32, 0))
    }))
}

impl<'a> Scores<'a> {
    /// The scores of a tally; `None` where none are asked for.
    pub fn new(tally: &'a Tally, request: &'a Request) -> Option<Self> {
        if request.scores.is_empty() {
            return None;
        }
        let mut metrics = request.scores.metrics.clone();
        for metric in request
            .scores
            .disparities
            .iter()
            .filter_map(|d| named::metric_of(*d))
        {
            if !metrics.contains(&metric) {
                metrics.push(metric);
            }
        }
        let ordered = ordered(tally, request, &metrics);
        let walked = !ordered.is_empty() && metrics.iter().all(|metric| Walks::serve(*metric));
        let tables = !walked || !request.scores.disparities.is_empty();
        let all = match tables {
            true => tally.score_table_all(),
            false => ScoreTable::default(),
        };
        let median = metrics
            .contains(&ScoreMetric::ScoringRate)
            .then(|| Median::of(&all))
            .flatten();
        let walks = ordered.first().map(|view| &view.ranked.all);
        Some(Self {
            request,
            overall: Profile::of(&all, &metrics, median, walks),
            weighted: all.is_weighted(),
            clustered: tally.clusters_have_scores(),
            metrics,
            ordered,
            walked,
            tables,
            all,
            median,
        })
    }

    /// The estimates of all rows.
    ///
    /// # Errors
    /// [`MeasureError::Interrupted`].
    pub fn overall(
        &self,
        tally: &Tally,
        observer: &dyn Observer,
    ) -> Result<ScoreEstimates, MeasureError> {
        // Areas against a background are of a group only.
        let metrics = self.request.scores.metrics.iter().copied();
        let metrics: Vec<ScoreMetric> = metrics.filter(|metric| metric.is_compared()).collect();
        let drawn = |metric: &&ScoreMetric| self.clustered || is_rough(**metric);
        let drawn: Vec<ScoreMetric> = metrics.iter().filter(drawn).copied().collect();
        let (grid, placed) = match self.ordered.first() {
            Some(Ordered {
                sequence, ranked, ..
            }) => {
                let grid = Grid::of_ranked(sequence, ranked, self.median, false);
                let (all, _) = grid.onto_ranked(sequence);
                (grid, [all])
            }
            None => {
                let tables = std::slice::from_ref(&self.all);
                let grid = Grid::new(tables, &self.all, self.median);
                let placed = [grid.onto(&self.all)];
                (grid, placed)
            }
        };
        let profiles = std::slice::from_ref(&self.overall);
        let clusters = placed_clusters(tally, &[], &grid);
        let plan = resample::Plan {
            metrics: &drawn,
            disparities: &[],
            groups: &placed,
            others: &[],
            all: &placed[0],
            profiles: [profiles, &[]],
            overall: &self.overall,
            disparity_values: &[],
            reference: None,
            median: self.median,
            weighted: self.weighted,
            clusters: clusters.as_ref(),
            replicates: self.request.replicates,
            seed: self.request.seed,
        };
        let draws = resample::run(&plan, observer).ok_or(MeasureError::Interrupted)?;
        let all = tally.cluster_count().filter(|_| self.clustered);
        let all = all.map(|count| DrawnClusters {
            count,
            fewest: count,
        });
        let of = |&metric: &ScoreMetric| {
            let maker = self.maker(metric, grid.exact);
            let point = self.overall.get(metric);
            (metric, value(maker, &point, draws.group(metric, 0), all))
        };
        Ok(metrics.iter().map(of).collect())
    }

    /// The profiles of everybody but each group; fills in what of a group's own rests on them. None
    /// of a single group.
    fn others(
        &self,
        tables: &[ScoreTable],
        ranked: Option<&Ranked>,
        profiles: &mut [Profile],
    ) -> Vec<Profile> {
        let groups = profiles.len();
        let profile = |rest: &ScoreTable, g: usize| {
            let walks = ranked.map(|ranked| &ranked.others[g]);
            Profile::of(rest, &self.metrics, self.median, walks)
        };
        if groups < 2 {
            return Vec::new();
        }
        if self.walked {
            let none = ScoreTable::default();
            return (0..groups).map(|g| profile(&none, g)).collect();
        }
        let of = |rest: &ScoreTable, g: usize, of_group: &mut Profile| {
            of_group.place(&tables[g], rest);
            profile(rest, g)
        };
        if groups > 2 && !self.weighted && self.all.is_exact() {
            let each = groups.div_ceil(rayon::current_num_threads());
            // A table of all rows on each thread, from which one group at a time is taken away.
            let of_part = |(part, profiles): (usize, &mut [Profile])| {
                let (mut rest, mut at) = (self.all.clone(), Vec::new());
                let mut out = Vec::with_capacity(profiles.len());
                for (g, profile) in (part * each..).zip(profiles) {
                    let places = 0..tables[g].scores.len();
                    take_away(&mut rest, &tables[g], places.clone(), &mut at);
                    out.push(of(&rest, g, profile));
                    give_back(&mut rest, &tables[g], places, &at);
                }
                out
            };
            let parts = profiles.par_chunks_mut(each).enumerate();
            return parts.flat_map_iter(of_part).collect();
        }
        let of_group = |(g, profile): (usize, &mut Profile)| match groups {
            2 => of(&tables[1 - g], g, profile),
            _ => of(&minus(&self.all, &tables[g]), g, profile),
        };
        profiles.par_iter_mut().enumerate().map(of_group).collect()
    }

    const fn maker(&self, metric: ScoreMetric, exact: bool) -> Maker {
        Maker {
            metric,
            level: self.request.level,
            exact,
        }
    }

    /// Measures a view.
    ///
    /// # Errors
    /// [`MeasureError::Interrupted`].
    pub fn view(
        &self,
        tally: &Tally,
        view: &PreparedView,
        observer: &dyn Observer,
    ) -> Result<ViewScores, MeasureError> {
        let prepared = self.prepared(tally, view);
        let measured = MeasuredTables::of(self, tally, view, prepared, observer)?;
        Ok(measured.told())
    }

    fn prepared(&self, tally: &Tally, view: &PreparedView) -> Prepared {
        let axes = &view.view.axes;
        let ordered = self.ordered.iter().find(|view| view.axes == *axes);
        let ranked = ordered.map(|view| &view.ranked);
        let aligned = |table| aligned(table, &self.all);
        let tables: Vec<ScoreTable> = match self.tables {
            true => tally.score_tables(axes).into_par_iter().map(aligned),
            false => Vec::new().into_par_iter().map(aligned),
        }
        .collect();
        let (grid, all, groups) = match ordered {
            Some(Ordered {
                sequence, ranked, ..
            }) => {
                let grid = Grid::of_ranked(sequence, ranked, self.median, true);
                let (all, groups) = grid.onto_ranked(sequence);
                (grid, all, groups)
            }
            None => {
                let grid = Grid::new(&tables, &self.all, self.median);
                let groups = tables.par_iter().map(|table| grid.onto(table)).collect();
                let all = grid.onto(&self.all);
                (grid, all, groups)
            }
        };
        let none = ScoreTable::default();
        let profile = |g: usize| {
            let walks = ranked.map(|ranked| &ranked.groups[g]);
            let table = tables.get(g).unwrap_or(&none);
            Profile::of(table, &self.metrics, self.median, walks)
        };
        let mut profiles: Vec<Profile> = (0..groups.len()).into_par_iter().map(profile).collect();
        Prepared {
            others: self.others(&tables, ranked, &mut profiles),
            named: named_values(self, view, &tables, &profiles),
            profiles,
            grid,
            all,
            groups,
        }
    }
}

fn is_rough(metric: ScoreMetric) -> bool {
    metric.row().nature == Nature::Rough
}

/// The estimate of a value, from replicates where clusters are drawn.
fn value(
    maker: Maker,
    point: &Point,
    series: Option<&[f64]>,
    clusters: Option<DrawnClusters>,
) -> Estimate {
    match clusters {
        None => maker.value(point, series),
        Some(drawn) if is_rough(maker.metric) => {
            maker.value(point, series).of_clusters(drawn, maker.level)
        }
        Some(drawn) => maker
            .clustered(point, series)
            .of_clusters(drawn, maker.level),
    }
}

/// One view's profiles, and what replicates are drawn from.
struct Prepared {
    profiles: Vec<Profile>,
    /// Everybody else's, by group.
    others: Vec<Profile>,
    /// See [`MeasuredTables::named`].
    named: Vec<Vec<(Value, f64, u64)>>,
    grid: Grid,
    /// Rows on the common places, of all and of each group.
    all: ScoreTable,
    groups: Vec<ScoreTable>,
}

/// One view's tables, profiles and draws.
struct MeasuredTables<'a> {
    scores: &'a Scores<'a>,
    view: &'a PreparedView,
    profiles: Vec<Profile>,
    /// Everybody else's, by group.
    others: Vec<Profile>,
    draws: Draws,
    exact: bool,
    /// By disparity, then by group (one for those over all groups): value, slack, rows.
    named: Vec<Vec<(Value, f64, u64)>>,
    binned: bool,
}

impl<'a> MeasuredTables<'a> {
    fn of(
        scores: &'a Scores<'a>,
        tally: &Tally,
        view: &'a PreparedView,
        prepared: Prepared,
        observer: &dyn Observer,
    ) -> Result<Self, MeasureError> {
        let request = scores.request;
        let Prepared {
            profiles,
            others,
            named,
            grid,
            all: all_placed,
            groups: placed,
        } = prepared;
        let groups = placed.len();
        let needs_others = scores.clustered || scores.metrics.iter().any(|m| is_rough(*m));
        let others_placed: Vec<ScoreTable> = match groups > 2 && needs_others {
            true => placed.iter().map(|part| rest(&all_placed, part)).collect(),
            false => Vec::new(),
        };
        let drawn = |metric: &ScoreMetric| scores.clustered || metric.is_compared();
        let drawn: Vec<ScoreMetric> = scores.metrics.iter().copied().filter(drawn).collect();
        let clusters = placed_clusters(tally, &view.view.axes, &grid);
        let disparity_values: Vec<Vec<Value>> = named
            .iter()
            .map(|values| values.iter().map(|(value, ..)| *value).collect())
            .collect();
        let plan = resample::Plan {
            metrics: &drawn,
            disparities: &request.scores.disparities,
            groups: &placed,
            others: &others_placed,
            all: &all_placed,
            profiles: [&profiles, &others],
            overall: &scores.overall,
            disparity_values: &disparity_values,
            reference: view.reference,
            median: scores.median,
            weighted: scores.weighted,
            clusters: clusters.as_ref(),
            replicates: request.replicates,
            seed: request.seed,
        };
        let draws = resample::run(&plan, observer).ok_or(MeasureError::Interrupted)?;
        Ok(Self {
            scores,
            view,
            others,
            draws,
            exact: grid.exact,
            named,
            binned: scores.all.widths.is_some(),
            profiles,
        })
    }

    fn told(&self) -> ViewScores {
        let groups: Vec<ScoreEstimates> = (0..self.profiles.len())
            .map(|g| {
                let metrics = self.scores.request.scores.metrics.iter();
                metrics
                    .map(|&metric| (metric, self.value(g, metric)))
                    .collect()
            })
            .collect();
        ViewScores {
            values: self.values(&groups),
            comparisons: self.comparisons(),
            groups,
        }
    }

    fn value(&self, g: usize, metric: ScoreMetric) -> Estimate {
        let maker = self.scores.maker(metric, self.exact);
        let point = self.profiles[g].get(metric);
        let clusters = self.clusters().map(|clusters| clusters.group(g));
        value(maker, &point, self.draws.group(metric, g), clusters)
    }

    /// The clusters of the groups, where replicates draw clusters.
    fn clusters(&self) -> Option<&Touching> {
        let clusters = self
            .view
            .clusters
            .as_ref()
            .filter(|_| self.scores.clustered)?;
        Some(&clusters.touching)
    }

    /// The clusters that a group's comparison rests on.
    fn clusters_against(&self, g: usize, scheme: Scheme) -> Option<DrawnClusters> {
        let clusters = self.clusters()?;
        Some(match (scheme, self.view.reference) {
            (Scheme::ToReference, Some(Reference::Group(r))) => clusters.pair(g, r),
            (Scheme::ToReference, _) => clusters.against_all(g),
            _ => clusters.against_rest(g),
        })
    }

    /// An estimate of replicates, of so many clusters if they draw any.
    fn of_clusters(&self, estimate: Estimate, clusters: Option<DrawnClusters>) -> Estimate {
        match clusters {
            Some(clusters) => estimate.of_clusters(clusters, self.scores.request.level),
            None => estimate,
        }
    }

    fn values(&self, groups: &[ScoreEstimates]) -> Vec<Measurement> {
        let mut out = Vec::new();
        for (totals, estimates) in self.view.view.groups.iter().zip(groups) {
            for (metric, estimate) in estimates {
                let mut measurement =
                    self.blank(metric.quantity(), Scheme::Value, Comparison::None);
                measurement.subject.group = Some(totals.name.clone());
                let sums = &totals.outcomes;
                measurement.context = quantity_context(metric.quantity(), sums, sums);
                measurement.context.reference_rows = 0;
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
        Measurement::blank(quantity, &self.view.view.name(), scheme, comparison)
    }

    /// Every comparison, by metric, scheme, comparison and group, then the named disparities.
    fn comparisons(&self) -> Vec<Measurement> {
        const SCHEMES: [Scheme; 4] = [
            Scheme::ToReference,
            Scheme::ToComplement,
            Scheme::BetweenGroups,
            Scheme::ToOverall,
        ];
        let metrics = &self.scores.request.scores.metrics;
        let compared = metrics.iter().filter(|metric| metric.is_compared());
        let mut out = Vec::new();
        for &metric in compared {
            for scheme in SCHEMES {
                for comparison in [Comparison::Difference, Comparison::Ratio] {
                    out.extend(self.compare(metric, scheme, comparison));
                }
            }
        }
        let disparities = &self.scores.request.scores.disparities;
        for (d, &disparity) in disparities.iter().enumerate() {
            let row = disparity.row();
            match row.scheme {
                Scheme::ToReference => {
                    out.extend(self.compared().map(|g| self.named_against(d, row, g)));
                }
                _ => out.push(self.named_over(d, row)),
            }
        }
        out
    }

    /// The groups that are compared with the reference.
    fn compared(&self) -> impl Iterator<Item = usize> + use<> {
        let reference = self.view.reference;
        (0..self.profiles.len())
            .filter(move |g| reference.is_some_and(|r| r != Reference::Group(*g)))
    }

    fn compare(
        &self,
        metric: ScoreMetric,
        scheme: Scheme,
        comparison: Comparison,
    ) -> Vec<Measurement> {
        let groups = self.profiles.len();
        let pair = |g| self.pair(g, metric, scheme, comparison);
        match scheme {
            Scheme::ToReference => self.compared().map(pair).collect(),
            Scheme::ToComplement if groups > 1 => (0..groups).map(pair).collect(),
            Scheme::BetweenGroups | Scheme::ToOverall => {
                vec![self.aggregate(metric, scheme, comparison)]
            }
            _ => Vec::new(),
        }
    }

    /// One group against the reference or against everybody else.
    fn pair(
        &self,
        g: usize,
        metric: ScoreMetric,
        scheme: Scheme,
        comparison: Comparison,
    ) -> Measurement {
        let group = self.profiles[g].get(metric);
        let (against, other) = match (scheme, self.view.reference) {
            (Scheme::ToReference, Some(Reference::Group(r))) => {
                (self.profiles[r].get(metric), self.draws.group(metric, r))
            }
            (Scheme::ToReference, _) => {
                (self.scores.overall.get(metric), self.draws.overall(metric))
            }
            _ => (self.others[g].get(metric), self.draws.others(metric, g)),
        };
        let own = self.draws.group(metric, g);
        let series = own.zip(other).map(|(a, b)| {
            let apart = |(a, b): (&f64, &f64)| match comparison {
                Comparison::Ratio if *b > 0.0 => a / b,
                Comparison::Ratio => f64::NAN,
                _ => a - b,
            };
            a.iter().zip(b).map(apart).collect::<Vec<f64>>()
        });
        let mut measurement = self.against(g, metric.quantity(), scheme, comparison);
        let maker = self.scores.maker(metric, self.exact);
        let independent = self.view.is_independent(scheme);
        let clusters = self.clusters_against(g, scheme);
        let estimate = if is_rough(metric) || (independent && clusters.is_none()) {
            maker.compared(&group, &against, comparison, series.as_deref())
        } else if independent {
            maker.clustered_apart([&group, &against], comparison, [own, other])
        } else {
            self.dependent(metric, [&group, &against], comparison, series)
        };
        measurement.estimate = self.of_clusters(estimate, clusters);
        match (independent, clusters) {
            (true, None) => self.test(&mut measurement, metric, &group, &against),
            (true, Some(_)) if !is_rough(metric) => {
                measurement.p = measurement.estimate.p_value(comparison.of_equals());
                measurement.test = measurement.p.map(|_| "cluster_bootstrap");
            }
            _ => {}
        }
        measurement
    }

    /// A group against all rows, which it is part of.
    fn dependent(
        &self,
        metric: ScoreMetric,
        [group, all]: [&Point; 2],
        comparison: Comparison,
        series: Option<Vec<f64>>,
    ) -> Estimate {
        let method = Method::BootstrapPercentile;
        let signed = metric.quantity().range.0.is_none_or(|low| low < 0.0);
        let value = match comparison {
            Comparison::Ratio if signed => Err(Reason::RatioUndefined),
            _ => compare(group.value, all.value, comparison),
        };
        match value {
            Ok(value) => {
                from_replicates(value, group.rows, method, series, self.scores.request.level)
            }
            Err(reason) => Estimate::undefined(group.rows, method, reason),
        }
    }

    /// The test of equality: of proportions as for counts, else by the normal law of the difference.
    fn test(&self, m: &mut Measurement, metric: ScoreMetric, group: &Point, against: &Point) {
        if let (Some(one), Some(other), false) = (&group.rate, &against.rate, group.binned) {
            if let Some((p, name)) = rate::test(one, other) {
                (m.p, m.test) = (Some(p), Some(name));
            }
            return;
        }
        if is_rough(metric) {
            return;
        }
        let maker = self.scores.maker(metric, self.exact);
        let gap = maker.compared(group, against, Comparison::Difference, None);
        let name = match metric.row().nature {
            Nature::Area => "delong",
            _ => "z_test",
        };
        (m.p, m.test) = (gap.p_value(0.0), Some(name));
        if m.p.is_none() {
            m.test = None;
        }
    }

    /// A comparison of one group, without its estimate.
    fn against(
        &self,
        g: usize,
        quantity: &'static Quantity,
        scheme: Scheme,
        comparison: Comparison,
    ) -> Measurement {
        let totals = &self.view.view.groups[g];
        let mut measurement = self.blank(quantity, scheme, comparison);
        measurement.subject.group = Some(totals.name.clone());
        let reference = match (scheme, self.view.reference) {
            (Scheme::ToReference, Some(Reference::Group(r))) => &self.view.view.groups[r].outcomes,
            (Scheme::ToReference, _) => &self.view.all,
            _ => &self.view.complements[g],
        };
        if scheme == Scheme::ToReference {
            measurement.subject.reference = self.view.reference_name();
        }
        measurement.context = quantity_context(quantity, &totals.outcomes, reference);
        let missing = |name: &Option<GroupName>| name.as_ref().is_some_and(GroupName::has_missing);
        measurement.context.unknown_group =
            missing(&measurement.subject.group) || missing(&measurement.subject.reference);
        measurement
    }

    /// A range over the groups, or the group farthest from all rows.
    fn aggregate(
        &self,
        metric: ScoreMetric,
        scheme: Scheme,
        comparison: Comparison,
    ) -> Measurement {
        let mut measurement = self.blank(metric.quantity(), scheme, comparison);
        let name = |g: usize| self.view.view.groups[g].name.clone();
        let each = || {
            self.profiles
                .iter()
                .map(|profile| profile.get(metric).value)
        };
        measurement.range_mut().skipped = each()
            .enumerate()
            .filter(|(_, value)| value.is_err())
            .map(|(g, _)| name(g))
            .collect();
        if scheme == Scheme::ToOverall {
            let worst = farthest(each(), self.scores.overall.get(metric).value, comparison);
            measurement.subject.group = worst.ok().map(|(_, g)| name(g));
        } else {
            measurement.range_mut().extremes =
                extremes(each()).map(|(high, low)| (name(high), name(low)));
        }
        measurement.context.group_rows = self.view.all.iter().map(|sums| sums.n).sum();
        let points: Vec<Point> = self.profiles.iter().map(|p| p.get(metric)).collect();
        let overall = self.scores.overall.get(metric);
        let groups = 0..points.len();
        let ranged = Ranged {
            quantity: metric.quantity(),
            rough: is_rough(metric),
            scheme,
            comparison,
            points: &points,
            series: groups
                .clone()
                .map(|g| self.draws.group(metric, g))
                .collect(),
            overall: (&overall, self.draws.overall(metric)),
            unknown: groups.filter(|&g| name(g).has_missing()).collect(),
            binned: self.binned,
            clusters: self.clusters().map(Touching::whole),
            row_weight: self.clusters().and(self.view.cluster_weight()),
            level: self.scores.request.level,
        };
        (measurement.estimate, measurement.range_mut().known) = ranged.estimates();
        if measurement.estimate.method == Method::MaxT {
            measurement.p = measurement.estimate.p_value(comparison.of_equals());
            measurement.test = measurement.p.map(|_| "max_t");
            measurement.p_adjusted = measurement.p;
        }
        measurement
    }

    /// A value that cannot be negative and that chance alone lifts above 0, from replicates that are
    /// lifted once more.
    fn ranged(&self, value: Value, rows: u64, series: Option<Vec<f64>>) -> Estimate {
        let method = Method::BootstrapPercentileBiased;
        match value {
            Ok(value) => from_replicates(value, rows, method, series, self.scores.request.level),
            Err(reason) => Estimate::undefined(rows, method, reason),
        }
    }

    fn named_over(&self, d: usize, row: &'static DisparityRow) -> Measurement {
        let metric = named::metric_of(row.disparity);
        if let Some(metric) = metric.filter(|_| named::is_range(row.disparity)) {
            return Measurement {
                quantity: &row.quantity,
                ..self.aggregate(metric, row.scheme, row.comparison)
            };
        }
        let mut measurement = self.blank(&row.quantity, row.scheme, row.comparison);
        let (value, _, rows) = self.named[d][0];
        if let Some(metric) = metric {
            let each = self
                .profiles
                .iter()
                .map(|profile| profile.get(metric).value);
            measurement.range_mut().skipped = each
                .enumerate()
                .filter(|(_, value)| value.is_err())
                .map(|(g, _)| self.view.view.groups[g].name.clone())
                .collect();
        }
        let series = self.draws.named(row.disparity, 0).map(<[f64]>::to_vec);
        let whole = self.clusters().map(Touching::whole);
        measurement.estimate = self.of_clusters(self.ranged(value, rows, series), whole);
        measurement
    }

    fn named_against(&self, d: usize, row: &'static DisparityRow, g: usize) -> Measurement {
        let mut measurement = self.against(g, &row.quantity, row.scheme, row.comparison);
        let (value, slack, rows) = self.named[d][g];
        let series = self.draws.named(row.disparity, g);
        let maker = self.scores.maker(ScoreMetric::KsStatistic, self.exact);
        let method = maker.resampled(self.binned);
        let value = match value {
            Ok(value) => value,
            Err(reason) => {
                measurement.estimate = Estimate::undefined(rows, method, reason);
                return measurement;
            }
        };
        let point = Point {
            slack,
            binned: self.binned,
            ..Point::new(Ok(value), Err(Reason::NoReplicates), rows)
        };
        let limits = (
            row.quantity.range.0.unwrap_or(f64::NEG_INFINITY),
            row.quantity.range.1.unwrap_or(f64::INFINITY),
        );
        let estimate = maker.mirrored(value, &point, series, Comparison::None, limits);
        let clusters = self.clusters_against(g, row.scheme);
        measurement.estimate = self.of_clusters(estimate, clusters);
        measurement
    }
}

/// The named disparities on the scores themselves.
fn named_values(
    scores: &Scores<'_>,
    view: &PreparedView,
    tables: &[ScoreTable],
    profiles: &[Profile],
) -> Vec<Vec<(Value, f64, u64)>> {
    let labelled = |table: &ScoreTable, quantity: &Quantity| match quantity.needs_label {
        true => table.count_of(&super::table::LABELLED),
        false => table.count_of(&ALL),
    };
    let against = match view.reference {
        Some(Reference::Group(r)) => tables.get(r),
        Some(Reference::Overall) => Some(&scores.all),
        None => None,
    };
    let of = |&disparity: &ScoreDisparity| {
        let row = disparity.row();
        if let Some(metric) = named::metric_of(disparity) {
            let points: Vec<Point> = profiles.iter().map(|p| p.get(metric)).collect();
            let mut defined = points
                .iter()
                .filter_map(|point| point.value.ok())
                .peekable();
            let value = match (defined.peek(), points.first()) {
                (None, Some(first)) => first.value,
                _ => named::of_values(disparity, defined),
            };
            return vec![(value, 0.0, points.iter().map(|p| p.rows).sum())];
        }
        if row.scheme != Scheme::ToReference {
            let value = named::value(disparity, 0, tables, &scores.all, view.reference);
            let rows = tables.iter().map(|t| labelled(t, &row.quantity)).sum();
            return vec![(value, 0.0, rows)];
        }
        let each = (0..tables.len()).into_par_iter().map(|g| {
            let value = named::value(disparity, g, tables, &scores.all, view.reference);
            let slack = against.map_or(0.0, |a| named::slack(disparity, &tables[g], a));
            let of_reference = against.map_or(0, |a| labelled(a, &row.quantity));
            (
                value,
                slack,
                labelled(&tables[g], &row.quantity) + of_reference,
            )
        });
        each.collect()
    };
    scores.request.scores.disparities.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_decide_what_is_asked_for() {
        let score = GivenRoles {
            score: true,
            ..GivenRoles::default()
        };
        let request = ScoreRequest::all(score);
        assert_eq!(request.metrics, [ScoreMetric::ScoringRate]);
        let expected = [
            ScoreDisparity::Wasserstein1,
            ScoreDisparity::KsOrdered,
            ScoreDisparity::CohenD,
        ];
        assert_eq!(request.disparities, expected);
        assert!(ScoreRequest::all(GivenRoles::default()).is_empty());
    }
}
