//! Errors of predictions by group, with intervals and comparisons (FORMULAS §2.3).
//!
//! Every metric is a smooth function of weighted sums, so its influence function is a combination of
//! the terms summed, and the variance a quadratic form in the sums of their products: the sandwich,
//! with `n/(n − 1)`.

use waage_core::draw;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::{Link, Scaled};
use waage_core::label::GroupName;
use waage_core::numeric::{Moments, Numeric, Term};
use waage_core::quantity::{Comparison, Direction, Measurement, Quantity, Scheme};
use waage_core::random::Stream;

use crate::disparity::{Value, compare, farthest};
use crate::measure::{Measured, MeasuredView, Request, adjust};
use crate::multiclass::{Averaged, AveragedView, Averages};
use crate::ranges::extremes;
use crate::replicates::bare;
use crate::score::profile::Point;
use crate::score::range::Ranged;
use crate::statistic::Reference;

/// Streams of these replicates begin here, apart from all others'.
const STREAM: u64 = 11 << 40;

const fn row(name: &'static str, formula: &'static str, direction: Direction) -> Quantity {
    let mut row = Quantity::new(name, formula).needs("ys");
    row.direction = direction;
    row.range = match direction {
        Direction::Lower => (Some(0.0), None),
        Direction::Higher => (None, Some(1.0)),
        Direction::Neutral => (None, None),
    };
    row
}

const fn shown(mut row: Quantity) -> Quantity {
    row.headline = true;
    row
}

use Direction::{Higher, Lower, Neutral};

/// What is measured, in the order of documents.
pub static QUANTITIES: [Quantity; 5] = [
    shown(row("mean_error", "Σw(p−y)/W", Neutral)),
    shown(row("mean_absolute_error", "Σw|p−y|/W", Lower)),
    row("mean_squared_error", "Σw(p−y)²/W", Lower),
    shown(row("root_mean_squared_error", "√(Σw(p−y)²/W)", Lower)),
    shown(row("r2_score", "1 − Σw(p−y)²/Σw(y−ȳ)²", Higher)),
];

/// A metric of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ErrorMetric {
    Mean(Term),
    Root,
    Explained,
}

/// By quantity.
const METRICS: [ErrorMetric; 5] = [
    ErrorMetric::Mean(Term::Error),
    ErrorMetric::Mean(Term::Absolute),
    ErrorMetric::Mean(Term::Square),
    ErrorMetric::Root,
    ErrorMetric::Explained,
];

impl ErrorMetric {
    fn value(self, of: &Moments) -> Value {
        let weight = of.sum(Term::One);
        if weight <= 0.0 {
            return Err(Reason::NoRows);
        }
        match self {
            Self::Mean(term) => Ok(of.sum(term) / weight),
            Self::Root => Ok((of.sum(Term::Square) / weight).sqrt()),
            Self::Explained => match spread(of) {
                spread if spread > 0.0 => Ok(1.0 - of.sum(Term::Square) / weight / spread),
                _ => Err(Reason::ZeroReference),
            },
        }
    }

    /// What a row of weight 1 moves, as factors of the terms.
    fn influence(self, of: &Moments) -> Vec<(Term, f64)> {
        let weight = of.sum(Term::One);
        let mean = |term: Term| of.sum(term) / weight;
        match self {
            Self::Mean(term) => vec![(term, 1.0 / weight), (Term::One, -mean(term) / weight)],
            Self::Root => {
                let square = mean(Term::Square);
                let scale = 1.0 / (2.0 * square.sqrt() * weight);
                vec![(Term::Square, scale), (Term::One, -square * scale)]
            }
            Self::Explained => {
                let (spread, centre) = (spread(of), mean(Term::Outcome));
                let scale = 1.0 / (spread * weight);
                let lost = mean(Term::Square) / spread;
                vec![
                    (Term::Square, -scale),
                    (Term::OutcomeSquare, lost * scale),
                    (Term::Outcome, -2.0 * centre * lost * scale),
                    (Term::One, centre * centre * lost * scale),
                ]
            }
        }
    }
}

/// The weighted variance of the outcomes.
fn spread(of: &Moments) -> f64 {
    let weight = of.sum(Term::One);
    let centre = of.sum(Term::Outcome) / weight;
    let spread = of.sum(Term::OutcomeSquare) / weight - centre * centre;
    // Residues of rounding are no spread.
    match spread > 1e-13 * centre * centre {
        true => spread,
        false => 0.0,
    }
}

/// The covariance of two influences over rows.
fn covariance(one: &[(Term, f64)], other: &[(Term, f64)], rows: &Moments) -> f64 {
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    let sum: f64 = pairs
        .filter_map(|((a, x), (b, y))| Some(x * y * rows.product(*a, *b)?))
        .sum();
    sum * rows.rows as f64 / (rows.rows.max(2) - 1) as f64
}

/// One metric of one set of rows.
struct Told {
    at: usize,
    point: Point,
}

impl Told {
    fn of(at: usize, moments: &Moments) -> Self {
        let metric = METRICS[at];
        let value = metric.value(moments);
        let se = value.and_then(|value| {
            if moments.rows < 2 {
                return Err(Reason::TooFewRows);
            }
            let influence = metric.influence(moments);
            let variance = covariance(&influence, &influence, moments);
            // A root of 0 has no derivative, and residues of rounding are no spread.
            match variance.is_finite() && variance.sqrt() > 1e-12 * value.abs() {
                true => Ok(variance.sqrt()),
                false => Err(Reason::NoSpread),
            }
        });
        Self {
            at,
            point: Point {
                value,
                se,
                smaller: 0.0,
                slack: 0.0,
                binned: false,
                rows: moments.rows,
                rate: None,
            },
        }
    }

    fn quantity(&self) -> &'static Quantity {
        &QUANTITIES[self.at]
    }

    fn is_mean(&self) -> bool {
        matches!(METRICS[self.at], ErrorMetric::Mean(_))
    }

    fn estimate(&self, level: f64) -> Estimate {
        let method = if self.is_mean() {
            Method::Normal
        } else {
            Method::Influence
        };
        let (floor, ceiling) = self.quantity().range;
        let scaled = |se| Scaled {
            link: Link::Linear,
            se,
            slack: 0.0,
            floor: floor.unwrap_or(f64::NEG_INFINITY),
            ceiling: ceiling.unwrap_or(f64::INFINITY),
        };
        made(
            self.point.value,
            self.point.se.map(scaled),
            self.point.rows,
            method,
            level,
        )
    }

    /// Against rows that it shares none with.
    fn against(&self, other: &Self, comparison: Comparison, level: f64) -> Estimate {
        let (one, two) = (&self.point, &other.point);
        let rows = one.rows + two.rows;
        let signed = self.quantity().range.0.is_none();
        let ratio = comparison == Comparison::Ratio;
        let value = match ratio && signed {
            true => one.value.and(two.value).and(Err(Reason::RatioUndefined)),
            false => compare(one.value, two.value, comparison),
        };
        let se = one.se.and_then(|a| two.se.map(|b| (a, b)));
        let scaled = match (value, one.value, two.value) {
            (Ok(value), Ok(x), Ok(y)) if ratio && x > 0.0 => se.map(|(a, b)| Scaled {
                link: Link::Log,
                se: value * (a / x).hypot(b / y),
                slack: 0.0,
                floor: 0.0,
                ceiling: f64::INFINITY,
            }),
            _ => se.map(|(a, b)| Scaled {
                link: Link::Linear,
                se: a.hypot(b),
                slack: 0.0,
                floor: f64::NEG_INFINITY,
                ceiling: f64::INFINITY,
            }),
        };
        let method = match (ratio, self.is_mean()) {
            (true, _) => Method::InfluenceLog,
            (_, true) => Method::Normal,
            _ => Method::Influence,
        };
        made(value, scaled, rows, method, level)
    }
}

fn made(
    value: Value,
    scaled: Result<Scaled, Reason>,
    rows: u64,
    method: Method,
    level: f64,
) -> Estimate {
    match (value, scaled) {
        (Err(reason), _) => Estimate::undefined(rows, method, reason),
        (Ok(value), Err(reason)) => bare(value, rows, method, reason),
        (Ok(value), Ok(scaled)) => {
            Estimate::new(value, rows, method, Evidence::Scaled(scaled), level)
        }
    }
}

/// Measures every view that was `measured`, which tells its references, by the metrics at these
/// positions of [`QUANTITIES`].
///
/// Weights enter variances squared. Ranges over groups have simultaneous bands of normal replicates.
#[must_use]
pub fn errors(
    numeric: &Numeric,
    request: &Request,
    measured: &Measured,
    metrics: &[usize],
) -> Averaged {
    let all = numeric
        .groups(&[])
        .pop()
        .map_or_else(Moments::default, |(_, all)| all);
    let mut out = Averaged {
        overall: told(&all, metrics, request.level),
        views: Vec::new(),
        measurements: Vec::new(),
    };
    for (axes, view) in request.views.iter().zip(&measured.views) {
        let of_view = OfView::new(numeric, axes, view, &all, request);
        for &at in metrics {
            of_view.compare(at, &mut out.measurements);
        }
        let groups = of_view.groups.iter();
        out.views.push(AveragedView {
            attributes: view.attributes.clone(),
            groups: groups
                .map(|(name, moments)| {
                    (
                        name.clone(),
                        moments.rows,
                        told(moments, metrics, request.level),
                    )
                })
                .collect(),
        });
    }
    adjust(&mut out.measurements);
    out
}

fn told(moments: &Moments, metrics: &[usize], level: f64) -> Averages {
    let one = |&at: &usize| (&QUANTITIES[at], Told::of(at, moments).estimate(level));
    metrics.iter().map(one).collect()
}

/// One view's groups, and with whom they are compared.
struct OfView<'a> {
    name: String,
    groups: Vec<(GroupName, Moments)>,
    others: Vec<Moments>,
    reference: Option<Reference>,
    all: &'a Moments,
    request: &'a Request,
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
        let reference = view.reference_among(groups.iter().map(|(name, _)| name));
        Self {
            name: view.attributes.join("*"),
            others: others.collect(),
            reference,
            groups,
            all,
            request,
        }
    }

    /// Every comparison by one metric.
    fn compare(&self, at: usize, out: &mut Vec<Measurement>) {
        let told: Vec<Told> = self.groups.iter().map(|(_, m)| Told::of(at, m)).collect();
        let all = Told::of(at, self.all);
        let (drawn, of_all) = self.replicates(at, &told, &all);
        for comparison in [Comparison::Difference, Comparison::Ratio] {
            for g in 0..told.len() {
                if let Some(reference) = self.reference.filter(|r| *r != Reference::Group(g)) {
                    out.push(self.to_reference(g, reference, &told, comparison));
                }
            }
        }
        for comparison in [Comparison::Difference, Comparison::Ratio] {
            for g in (0..told.len()).filter(|_| told.len() > 1) {
                let other = Told::of(at, &self.others[g]);
                let mut m = self.of_group(g, at, Scheme::ToComplement, comparison);
                m.context.reference_rows = other.point.rows;
                m.estimate = told[g].against(&other, comparison, self.request.level);
                test(&mut m, &told[g], &other, self.request.level);
                out.push(m);
            }
        }
        for scheme in [Scheme::BetweenGroups, Scheme::ToOverall] {
            for comparison in [Comparison::Difference, Comparison::Ratio] {
                out.push(self.range(at, scheme, comparison, &told, (&all, &of_all), &drawn));
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
        told: &[Told],
        comparison: Comparison,
    ) -> Measurement {
        let at = told[g].at;
        let mut m = self.of_group(g, at, Scheme::ToReference, comparison);
        let level = self.request.level;
        let Reference::Group(r) = reference else {
            m.subject.reference = Some(GroupName::overall());
            m.context.reference_rows = self.all.rows;
            m.estimate = self.to_all(g, &told[g], comparison);
            return m;
        };
        m.subject.reference = Some(self.groups[r].0.clone());
        m.context.reference_rows = self.groups[r].1.rows;
        m.context.unknown_group |= self.groups[r].0.has_missing();
        m.estimate = told[g].against(&told[r], comparison, level);
        test(&mut m, &told[g], &told[r], level);
        m
    }

    /// A group against all rows, which it is part of: rows of the group move both.
    fn to_all(&self, g: usize, told: &Told, comparison: Comparison) -> Estimate {
        let (metric, all) = (METRICS[told.at], Told::of(told.at, self.all));
        let plain = told.against(&all, comparison, self.request.level);
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

    /// Normal replicates of every group's value and of that of all rows: groups share no rows, and
    /// each moves the value of all rows by what its own rows do.
    fn replicates(&self, at: usize, told: &[Told], all: &Told) -> (Vec<Vec<f64>>, Vec<f64>) {
        let metric = METRICS[at];
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
        (drawn, of_rows)
    }

    fn range(
        &self,
        at: usize,
        scheme: Scheme,
        comparison: Comparison,
        told: &[Told],
        (all, of_all): (&Told, &[f64]),
        drawn: &[Vec<f64>],
    ) -> Measurement {
        let mut m = Measurement::blank(&QUANTITIES[at], &self.name, scheme, comparison);
        let name = |g: usize| self.groups[g].0.clone();
        let each = || told.iter().map(|told| told.point.value);
        let skipped = each().enumerate().filter(|(_, value)| value.is_err());
        m.skipped = skipped.map(|(g, _)| name(g)).collect();
        if scheme == Scheme::ToOverall {
            let worst = farthest(each(), all.point.value, comparison);
            m.subject.group = worst.ok().map(|(_, g)| name(g));
        } else {
            m.extremes = extremes(each()).map(|(high, low)| (name(high), name(low)));
        }
        m.context.group_rows = self.all.rows;
        let points: Vec<Point> = told.iter().map(|told| told.point).collect();
        let ranged = Ranged {
            quantity: &QUANTITIES[at],
            rough: false,
            scheme,
            comparison,
            points: &points,
            series: drawn.iter().map(|series| Some(series.as_slice())).collect(),
            overall: (&all.point, Some(of_all)),
            unknown: (0..told.len()).filter(|&g| name(g).has_missing()).collect(),
            binned: false,
            clusters: None,
            row_weight: None,
            level: self.request.level,
        };
        (m.estimate, m.range.known) = ranged.estimates();
        if m.estimate.method == Method::MaxT {
            let equal = f64::from(u8::from(comparison == Comparison::Ratio));
            m.p = m.estimate.p_value(equal);
            m.test = m.p.map(|_| "max_t");
            m.p_adjusted = m.p;
        }
        m
    }
}

/// The test of equality by the normal law of the difference.
fn test(m: &mut Measurement, one: &Told, other: &Told, level: f64) {
    if m.estimate.value.is_none() {
        return;
    }
    m.p = one
        .against(other, Comparison::Difference, level)
        .p_value(0.0);
    m.test = m.p.map(|_| "z_test");
}
