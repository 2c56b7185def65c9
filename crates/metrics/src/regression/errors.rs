//! Errors of predictions by group, with intervals and comparisons (FORMULAS §2.3).
//!
//! Every metric is a smooth function of weighted sums, so its influence function is a combination of
//! the terms summed, and the variance a quadratic form in the sums of their products: the sandwich,
//! with `n/(n − 1)`. Where rows come in clusters, replicates draw these instead.

use std::borrow::Cow;

use waage_core::draw;
use waage_core::estimate::{DrawnClusters, Estimate, Method};
use waage_core::interval::{Link, Scaled};
use waage_core::label::GroupName;
use waage_core::numeric::{Moments, Numeric};
use waage_core::observer::Observer;
use waage_core::quantity::{Comparison, Measurement, Scheme};
use waage_core::random::Stream;

use super::STREAM;
use super::drawn::{Drawn, DrawnView, draw};
use super::metric::{ErrorMetric, METRICS, QUANTITIES, covariance};
use super::told::{Told, made, test};
use crate::disparity::farthest;
use crate::measure::{MeasureError, Measured, MeasuredView, Request, adjust};
use crate::multiclass::{Averaged, AveragedView, Averages};
use crate::ranges::extremes;
use crate::score::profile::Point;
use crate::score::range::Ranged;
use crate::statistic::Reference;

/// Measures every view that was `measured`, which tells its references, by the metrics at these
/// positions of [`QUANTITIES`].
///
/// Weights enter variances squared. Ranges over groups have simultaneous bands of normal replicates, or
/// of those that draw clusters.
///
/// # Errors
/// [`MeasureError::TooManyReplicates`] of clusters, [`MeasureError::Interrupted`].
pub fn errors(
    numeric: &Numeric,
    request: &Request,
    measured: &Measured,
    metrics: &[usize],
    observer: &dyn Observer,
) -> Result<Averaged, MeasureError> {
    let of_metrics: Vec<ErrorMetric> = metrics.iter().map(|&at| METRICS[at]).collect();
    let drawn = draw(numeric, &request.views, &of_metrics, request, observer)?;
    let all = numeric
        .groups(&[])
        .pop()
        .map_or_else(Moments::default, |(_, all)| all);
    let mut out = Averaged {
        overall: Vec::new(),
        views: Vec::new(),
        measurements: Vec::new(),
    };
    for (v, (axes, view)) in request.views.iter().zip(&measured.views).enumerate() {
        let of_view = OfView {
            drawn: drawn.as_ref().map(|drawn| (drawn, &drawn.views[v])),
            metrics,
            ..OfView::new(numeric, axes, view, &all, request)
        };
        for m in 0..metrics.len() {
            of_view.compare(m, &mut out.measurements);
        }
        if v == 0 {
            out.overall = of_view.averages(Rows::All);
        }
        let groups = of_view.groups.iter().enumerate();
        out.views.push(AveragedView {
            attributes: view.attributes.clone(),
            groups: groups
                .map(|(g, (name, moments))| {
                    (name.clone(), moments.rows, of_view.averages(Rows::Group(g)))
                })
                .collect(),
        });
    }
    adjust(&mut out.measurements);
    Ok(out)
}

/// Which rows of a view.
#[derive(Clone, Copy)]
enum Rows {
    Group(usize),
    /// Everybody but the group.
    Rest(usize),
    All,
}

/// One view's groups, and with whom they are compared.
struct OfView<'a> {
    name: String,
    groups: Vec<(GroupName, Moments)>,
    others: Vec<Moments>,
    reference: Option<Reference>,
    all: &'a Moments,
    request: &'a Request,
    /// Positions of the metrics asked for.
    metrics: &'a [usize],
    /// The replicates that draw clusters, where rows have some.
    drawn: Option<(&'a Drawn, &'a DrawnView)>,
}

impl<'a> OfView<'a> {
    fn new(
        numeric: &Numeric,
        axes: &[usize],
        view: &MeasuredView,
        all: &'a Moments,
        request: &'a Request,
    ) -> Self {
        let groups = numeric.groups(axes);
        let others = (0..groups.len()).map(|g| {
            let rest = groups.iter().enumerate().filter(|(h, _)| *h != g);
            rest.fold(Moments::default(), |sum, (_, (_, m))| sum.plus(m))
        });
        Self {
            name: view.attributes.join("*"),
            others: others.collect(),
            reference: view.reference_among(groups.iter().map(|(name, _)| name)),
            groups,
            all,
            request,
            metrics: &[],
            drawn: None,
        }
    }

    /// The metric at a position among those asked for, of some rows.
    fn told(&self, m: usize, rows: Rows) -> Told {
        let moments = match rows {
            Rows::Group(g) => &self.groups[g].1,
            Rows::Rest(g) => &self.others[g],
            Rows::All => self.all,
        };
        let told = Told::of(self.metrics[m], moments);
        let Some((drawn, view)) = self.drawn else {
            return told;
        };
        let touching = &view.touching;
        match rows {
            Rows::Group(g) => told.on_clusters(view.group(m, g), touching.group(g)),
            Rows::Rest(g) => told.on_clusters(view.rest(m, g), touching.against_rest(g)),
            Rows::All => told.on_clusters(&drawn.overall[m], touching.whole()),
        }
    }

    /// Every metric of some rows.
    fn averages(&self, rows: Rows) -> Averages {
        let one = |(m, &at): (usize, &usize)| {
            let estimate = self.told(m, rows).estimate(self.request.level);
            (&QUANTITIES[at], estimate)
        };
        self.metrics.iter().enumerate().map(one).collect()
    }

    /// The clusters that a group's comparison rests on, where rows have some.
    fn clusters(&self, g: usize, against: Rows) -> Option<DrawnClusters> {
        let touching = &self.drawn?.1.touching;
        Some(match against {
            Rows::Group(r) => touching.pair(g, r),
            Rows::Rest(_) => touching.against_rest(g),
            Rows::All => touching.against_all(g),
        })
    }

    /// Every comparison by one metric.
    fn compare(&self, m: usize, out: &mut Vec<Measurement>) {
        let groups = self.groups.len();
        let told: Vec<Told> = (0..groups).map(|g| self.told(m, Rows::Group(g))).collect();
        let all = self.told(m, Rows::All);
        let level = self.request.level;
        for comparison in [Comparison::Difference, Comparison::Ratio] {
            for g in 0..groups {
                if let Some(reference) = self.reference.filter(|r| *r != Reference::Group(g)) {
                    out.push(self.to_reference(g, reference, (&told, &all), comparison));
                }
            }
        }
        for comparison in [Comparison::Difference, Comparison::Ratio] {
            for g in (0..groups).filter(|_| groups > 1) {
                let other = self.told(m, Rows::Rest(g));
                let mut m = self.of_group(g, told[g].at, Scheme::ToComplement, comparison);
                m.context.reference_rows = other.point.rows;
                let clusters = self.clusters(g, Rows::Rest(g));
                m.estimate = told[g].against(&other, comparison, clusters, level);
                test(&mut m, &told[g], &other, level);
                out.push(m);
            }
        }
        let (drawn, of_all) = self.replicates(&told, &all);
        for scheme in [Scheme::BetweenGroups, Scheme::ToOverall] {
            for comparison in [Comparison::Difference, Comparison::Ratio] {
                out.push(self.range(scheme, comparison, &told, (&all, &of_all), &drawn));
            }
        }
    }

    fn of_group(&self, g: usize, at: usize, scheme: Scheme, comparison: Comparison) -> Measurement {
        let mut m = Measurement::blank(&QUANTITIES[at], &self.name, scheme, comparison);
        let (name, moments) = &self.groups[g];
        m.subject.group = Some(name.clone());
        m.context.group_rows = moments.rows;
        m.context.unknown_group = name.has_missing();
        m
    }

    fn to_reference(
        &self,
        g: usize,
        reference: Reference,
        (told, all): (&[Told], &Told),
        comparison: Comparison,
    ) -> Measurement {
        let mut m = self.of_group(g, told[g].at, Scheme::ToReference, comparison);
        let level = self.request.level;
        let Reference::Group(r) = reference else {
            m.subject.reference = Some(GroupName::overall());
            m.context.reference_rows = self.all.rows;
            m.estimate = self.to_all(g, &told[g], all, comparison);
            return m;
        };
        m.subject.reference = Some(self.groups[r].0.clone());
        m.context.reference_rows = self.groups[r].1.rows;
        m.context.unknown_group |= self.groups[r].0.has_missing();
        let clusters = self.clusters(g, Rows::Group(r));
        m.estimate = told[g].against(&told[r], comparison, clusters, level);
        test(&mut m, &told[g], &told[r], level);
        m
    }

    /// A group against all rows, which it is part of: rows of the group move both.
    fn to_all(&self, g: usize, told: &Told, all: &Told, comparison: Comparison) -> Estimate {
        let metric = METRICS[told.at];
        let clusters = self.clusters(g, Rows::All);
        let plain = told.against(all, comparison, clusters, self.request.level);
        if clusters.is_some() {
            let n = told.point.rows;
            return Estimate { n, ..plain };
        }
        let (Ok(x), Ok(y), Some(value)) = (told.point.value, all.point.value, plain.value) else {
            return plain;
        };
        let (a, b, link) = match comparison {
            Comparison::Ratio if x > 0.0 => (value / x, value / y, Link::Log),
            Comparison::Ratio => (1.0 / y, 0.0, Link::Linear),
            _ => (1.0, 1.0, Link::Linear),
        };
        let times = |of: &Moments, factor: f64| {
            let terms = metric.influence(of).into_iter();
            terms.map(move |(term, phi)| (term, factor * phi))
        };
        let moments = &self.groups[g].1;
        let own: Vec<_> = times(moments, a).chain(times(self.all, -b)).collect();
        let rest: Vec<_> = times(self.all, -b).collect();
        let variance = covariance(&own, &own, moments) + covariance(&rest, &rest, &self.others[g]);
        let scaled = match told.point.se.and(all.point.se) {
            Ok(_) => Ok(Scaled {
                link,
                se: variance.max(0.0).sqrt(),
                slack: 0.0,
                floor: f64::NEG_INFINITY,
                ceiling: f64::INFINITY,
            }),
            Err(reason) => Err(reason),
        };
        let level = self.request.level;
        made(Ok(value), scaled, told.point.rows, plain.method, level)
    }

    /// Replicates of every group's value and of that of all rows: of drawn clusters, or normal ones, where
    /// groups share no rows and each moves the value of all rows by what its own rows do.
    fn replicates<'t>(
        &self,
        told: &'t [Told],
        all: &'t Told,
    ) -> (Vec<Cow<'t, [f64]>>, Cow<'t, [f64]>) {
        if let Some(of_all) = all.series() {
            let drawn = told.iter().map(|told| told.series().unwrap_or_default());
            return (drawn.map(Cow::Borrowed).collect(), Cow::Borrowed(of_all));
        }
        let metric = METRICS[all.at];
        let of_all = metric.influence(self.all);
        let laws: Vec<Option<[f64; 3]>> = told
            .iter()
            .zip(&self.groups)
            .map(|(told, (_, moments))| {
                let (se, _) = (told.point.se.ok()?, all.point.se.ok()?);
                let own = metric.influence(moments);
                let along = covariance(&own, &of_all, moments) / se;
                let whole = covariance(&of_all, &of_all, moments);
                Some([se, along, (whole - along * along).max(0.0).sqrt()])
            })
            .collect();
        let mut drawn = vec![Vec::with_capacity(self.request.replicates); told.len()];
        let mut of_rows = Vec::with_capacity(self.request.replicates);
        for r in 0..self.request.replicates {
            let mut stream = Stream::new(self.request.seed, STREAM + r as u64);
            let mut whole = all.point.value.unwrap_or(f64::NAN);
            for ((law, told), drawn) in laws.iter().zip(told).zip(&mut drawn) {
                let (z, rest) = (draw::normal(&mut stream), draw::normal(&mut stream));
                let value = told.point.value.unwrap_or(f64::NAN);
                drawn.push(match law {
                    Some([se, along, apart]) => {
                        whole += along * z + apart * rest;
                        value + se * z
                    }
                    None => value,
                });
            }
            of_rows.push(whole);
        }
        (drawn.into_iter().map(Cow::Owned).collect(), of_rows.into())
    }

    fn range(
        &self,
        scheme: Scheme,
        comparison: Comparison,
        told: &[Told],
        (all, of_all): (&Told, &[f64]),
        drawn: &[Cow<'_, [f64]>],
    ) -> Measurement {
        let at = all.at;
        let mut m = Measurement::blank(&QUANTITIES[at], &self.name, scheme, comparison);
        let name = |g: usize| self.groups[g].0.clone();
        let each = || told.iter().map(|told| told.point.value);
        let skipped = each().enumerate().filter(|(_, value)| value.is_err());
        m.range_mut().skipped = skipped.map(|(g, _)| name(g)).collect();
        if scheme == Scheme::ToOverall {
            let worst = farthest(each(), all.point.value, comparison);
            m.subject.group = worst.ok().map(|(_, g)| name(g));
        } else {
            m.range_mut().extremes = extremes(each()).map(|(high, low)| (name(high), name(low)));
        }
        m.context.group_rows = self.all.rows;
        let points: Vec<Point> = told.iter().map(|told| told.point).collect();
        let ranged = Ranged {
            quantity: &QUANTITIES[at],
            rough: false,
            scheme,
            comparison,
            points: &points,
            series: drawn.iter().map(|series| Some(&**series)).collect(),
            overall: (&all.point, Some(of_all)),
            unknown: (0..told.len()).filter(|&g| name(g).has_missing()).collect(),
            binned: false,
            clusters: self.drawn.map(|(_, view)| view.touching.whole()),
            row_weight: None,
            level: self.request.level,
        };
        (m.estimate, m.range_mut().known) = ranged.estimates();
        if m.estimate.method == Method::MaxT {
            m.p = m.estimate.p_value(comparison.of_equals());
            m.test = m.p.map(|_| "max_t");
            m.p_adjusted = m.p;
        }
        m
    }
}
