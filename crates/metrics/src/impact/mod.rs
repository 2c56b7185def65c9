//! Impact ratios as New York City's Local Law 144 asks for them: of selection rates where a tool
//! decides, of scoring rates where it scores (6 RCNY 5-300 f.; FORMULAS §3.2).

mod resample;

use rayon::prelude::*;
use waage_core::estimate::{Estimate, Method, Reason};
use waage_core::label::GroupName;
use waage_core::observer::Observer;
use waage_core::quantity::{Comparison, Context, Direction, Measurement, Quantity, Scheme};
use waage_core::tally::{ScoreTable, Tally};

use crate::catalogue::{Kind, Metric};
use crate::confusion::exact_ratio;
use crate::disparity::Value;
use crate::favourable::Favourable;
use crate::measure::{MeasureError, Request};
use crate::rate::Rate;
use crate::replicates::replicated;
use crate::score::ScoreMetric;
use crate::score::scoring_rate::Median;
use resample::{Drawn, Known, replicates, to_best};

/// The ratio of a category's scoring rate to the highest one, as policies name it.
pub static SCORING_RATE_IMPACT_RATIO: Quantity = {
    let mut row = Quantity::new(
        "scoring_rate_impact_ratio",
        "scoring_rate of the group / highest scoring_rate",
    )
    .needs("s");
    row.direction = Direction::Higher;
    row.only = Some(Comparison::Ratio);
    row
};

/// The rate whose ratios are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The share of a category that is selected.
    SelectionRate,
    /// The share that is not, where that is the favourable decision.
    RejectionShare,
    /// The share of a category with a score above the median of all scored rows.
    ScoringRate,
}

impl Measure {
    /// Its description.
    #[must_use]
    pub fn quantity(self) -> &'static Quantity {
        match self {
            Self::SelectionRate => Metric::SelectionRate.quantity(),
            Self::RejectionShare => Metric::RejectionShare.quantity(),
            Self::ScoringRate => ScoreMetric::ScoringRate.quantity(),
        }
    }
}

/// The table of one view by one measure.
#[derive(Clone, Debug)]
pub struct ImpactTable {
    /// Attribute names.
    pub attributes: Vec<String>,
    /// The rate.
    pub measure: Measure,
    /// The median of all scored rows, of scoring rates.
    pub median: Option<f64>,
    /// Rows with a decision, or a score.
    pub rows: u64,
    /// Those among them whose category is unknown in some attribute: in no ratio.
    pub unknown: u64,
    /// The category with the highest rate of those that count.
    pub best: Option<GroupName>,
    /// By known category.
    pub groups: Vec<ImpactRow>,
}

impl ImpactTable {
    /// What a policy judges: the ratio of every category's scoring rate to the highest one. Ratios of
    /// decisions are measured with all other disparities.
    #[must_use]
    pub fn measurements(&self) -> Vec<Measurement> {
        if self.measure != Measure::ScoringRate {
            return Vec::new();
        }
        let attribute = self.attributes.join("*");
        let best = self
            .groups
            .iter()
            .find(|row| Some(&row.name) == self.best.as_ref());
        let of = |row: &ImpactRow| {
            let quantity = &SCORING_RATE_IMPACT_RATIO;
            let mut found =
                Measurement::blank(quantity, &attribute, Scheme::ToBest, Comparison::Ratio);
            found.subject.group = Some(row.name.clone());
            found.subject.reference = self.best.clone();
            found.estimate = row.ratio.clone();
            found.context = Context {
                group_rows: row.rows,
                reference_rows: best.map_or(0, |best| best.rows),
                ..Context::default()
            };
            found
        };
        self.groups.iter().map(of).collect()
    }

    /// Leaves the values alone where clusters cannot be drawn: the intervals take rows as independent.
    fn forget_intervals(&mut self) {
        for row in &mut self.groups {
            row.rate = row.rate.clone().bare(Reason::RowsClustered);
            row.ratio = row.ratio.clone().bare(Reason::RowsClustered);
        }
    }
}

/// One category.
#[derive(Clone, Debug)]
pub struct ImpactRow {
    /// The category.
    pub name: GroupName,
    /// Its rows with a decision, or a score.
    pub rows: u64,
    /// Selected, or above the median; fractional where a cut is tied, effective where rows have weights.
    pub hits: f64,
    /// Its share of all those rows.
    pub share: f64,
    /// The rate.
    pub rate: Estimate,
    /// The rate over the highest one; `suppressed_small_group` for a category left out.
    pub ratio: Estimate,
    /// Whether it has a smaller share than the least one, so that it has no ratio and is never the best.
    pub left_out: bool,
}

/// The tables of every view: of the share of the favourable decision where there are decisions, then of
/// scoring rates where there are scores and to be selected is favourable.
///
/// Intervals of ratios hold those to every category that counts at once (max-T), so that they hold the one
/// to the best, whichever that is; replicates draw every rate again, by Jeffreys' posterior, and the median
/// and a cut of the scores are taken as fixed. Where rows come in clusters, replicates draw these, and
/// intervals of rates rest on them too.
///
/// # Errors
/// [`MeasureError::Interrupted`].
pub fn impact_tables(
    tally: &Tally,
    request: &Request,
    observer: &dyn Observer,
) -> Result<Vec<ImpactTable>, MeasureError> {
    let mut out = Vec::new();
    let measure = match request.favourable {
        Favourable::Selected => Measure::SelectionRate,
        Favourable::Rejected => Measure::RejectionShare,
    };
    if request.roles.decision {
        for axes in &request.views {
            let view = tally.view(axes);
            let groups = view.groups.iter().map(|totals| {
                let rate = favourable_rate(&totals.outcomes, request);
                (totals.name.clone(), rate)
            });
            let groups = groups.collect();
            let drawn = tally
                .kept()
                .clusters
                .then(|| Drawn::of_decisions(tally, &view, request));
            out.push((
                measure,
                None,
                view.attributes.clone(),
                groups,
                drawn.flatten(),
            ));
        }
    }
    // A high score that speaks for a flag is no advantage.
    if request.roles.score && request.favourable == Favourable::Selected {
        let median = Median::of(&tally.score_table_all());
        for axes in &request.views {
            let view = tally.view(axes);
            let rate = |table: &ScoreTable| match median {
                Some(median) => median.rate(table),
                None => undefined(Reason::NoScores),
            };
            let rates: Vec<Rate> = tally.score_tables(axes).par_iter().map(rate).collect();
            let names = view.groups.iter().map(|totals| totals.name.clone());
            let groups: Vec<(GroupName, Rate)> = names.zip(rates).collect();
            let median = median.map(|median| median.score);
            let drawn = median.and_then(|median| Drawn::of_scores(tally, &view, median));
            out.push((
                Measure::ScoringRate,
                median,
                view.attributes.clone(),
                groups,
                drawn,
            ));
        }
    }
    let clustered = tally.kept().clusters;
    out.into_iter()
        .map(|(measure, median, attributes, groups, drawn)| {
            let mut table = ImpactTable {
                attributes,
                median,
                ..table(measure, groups, drawn.as_ref(), request, observer)?
            };
            if clustered && drawn.is_none() {
                table.forget_intervals();
            }
            Ok(table)
        })
        .collect()
}

fn undefined(reason: Reason) -> Rate {
    Rate {
        value: Err(reason),
        successes: 0.0,
        trials: 0.0,
        rows: 0,
        whole: None,
    }
}

/// The share of the favourable decision.
fn favourable_rate(
    sums: &[waage_core::tally::Sums; waage_core::block::outcome::COUNT],
    request: &Request,
) -> Rate {
    match request.favourable.share().row().kind {
        Kind::Proportion { hit, miss, empty } => Rate::of(sums, hit, miss, request.tie, empty),
        _ => undefined(Reason::NotAvailable),
    }
}

/// The table of the categories' rates.
fn table(
    measure: Measure,
    groups: Vec<(GroupName, Rate)>,
    drawn: Option<&Drawn>,
    request: &Request,
    observer: &dyn Observer,
) -> Result<ImpactTable, MeasureError> {
    let rows: u64 = groups.iter().map(|(_, rate)| rate.rows).sum();
    let groups = groups.into_iter().enumerate();
    let (unknown, known): (Vec<Known>, Vec<Known>) = groups
        .map(|(at, (name, rate))| (at, name, rate))
        .partition(|(_, name, _)| name.has_missing());
    let known: Vec<Known> = known
        .into_iter()
        .filter(|(.., rate)| rate.rows > 0)
        .collect();
    let counts = |rate: &Rate| rate.rows as f64 >= request.min_share * rows as f64;
    let counted: Vec<bool> = known.iter().map(|(.., rate)| counts(rate)).collect();
    let values: Vec<f64> = known
        .iter()
        .map(|(.., rate)| rate.value.unwrap_or(f64::NAN))
        .collect();
    let best = best(&values, &counted);
    let series = replicates(&known, drawn, request, observer)?;
    let of = |(g, (at, name, rate)): (usize, &Known)| {
        let value = match (counted[g], best) {
            (false, _) => Err(Reason::SuppressedSmallGroup),
            (true, None) => Err(Reason::NoRows),
            (true, Some(best)) => ratio(rate, &known[best].2),
        };
        let estimate = match value {
            Ok(value) => {
                let ratio = to_best(g, value, &known, &counted, &series, drawn, request.level);
                match drawn {
                    Some(Drawn { clusters, .. }) => {
                        ratio.of_clusters(clusters.touching.against_all(*at), request.level)
                    }
                    None => ratio,
                }
            }
            Err(reason) => Estimate::undefined(rate.rows, Method::MaxTBest, reason),
        };
        let of_rate = match drawn {
            Some(Drawn { clusters, .. }) => {
                let method = Method::ClusterBootstrapPercentile;
                let series = series.get(g);
                replicated(rate.value, rate.rows, method, series, request.level)
                    .of_clusters(clusters.touching.group(*at), request.level)
            }
            None => rate.estimate(request.level),
        };
        ImpactRow {
            name: name.clone(),
            rows: rate.rows,
            hits: rate.successes,
            share: rate.rows as f64 / rows as f64,
            rate: match measure {
                Measure::SelectionRate | Measure::RejectionShare => {
                    request.name_cut(measure.quantity(), of_rate)
                }
                Measure::ScoringRate => of_rate,
            },
            ratio: estimate,
            left_out: !counted[g],
        }
    };
    Ok(ImpactTable {
        attributes: Vec::new(),
        measure,
        median: None,
        rows,
        unknown: unknown.iter().map(|(.., rate)| rate.rows).sum(),
        best: best.map(|best| known[best].1.clone()),
        groups: known.iter().enumerate().map(of).collect(),
    })
}

/// The first category with the highest rate of those that count.
fn best(values: &[f64], counted: &[bool]) -> Option<usize> {
    let mut found: Option<usize> = None;
    for (g, value) in values.iter().enumerate() {
        if counted[g] && !value.is_nan() && found.is_none_or(|best| *value > values[best]) {
            found = Some(g);
        }
    }
    found
}

/// A rate over the highest one: of whole numbers of rows the exact fraction, rounded once.
fn ratio(rate: &Rate, best: &Rate) -> Value {
    let (value, highest) = (rate.value?, best.value?);
    if highest <= 0.0 {
        return Err(Reason::ZeroReference);
    }
    Ok(match (rate.whole, best.whole) {
        (Some((a, b)), Some((c, d))) => {
            let (a, c) = (u128::from(a), u128::from(c));
            let (n, m) = (a + u128::from(b), c + u128::from(d));
            exact_ratio(a * m, c * n)
        }
        _ => value / highest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confusion::Tie;
    use crate::measure::GivenRoles;
    use waage_core::label::Label;
    use waage_core::observer::Silent;

    fn request(min_share: f64) -> Request {
        Request {
            views: Vec::new(),
            references: Vec::new(),
            metrics: Vec::new(),
            scores: crate::score::ScoreRequest::default(),
            disparities: Vec::new(),
            schemes: Vec::new(),
            min_share,
            roles: GivenRoles::default(),
            missing_labels: crate::measure::MissingLabels::default(),
            level: 0.95,
            replicates: 400,
            seed: 7,
            favourable: Favourable::Selected,
            tie: Tie::NONE,
            cut: None,
        }
    }

    fn rate(hits: u64, n: u64) -> Rate {
        Rate {
            value: Ok(hits as f64 / n as f64),
            successes: hits as f64,
            trials: n as f64,
            rows: n,
            whole: Some((hits, n - hits)),
        }
    }

    fn of(groups: &[(Option<&str>, u64, u64)], min_share: f64) -> ImpactTable {
        let name =
            |label: &Option<&str>| GroupName(vec![label.map_or(Label::Missing, Label::text)]);
        let groups = groups.iter().map(|(l, hits, n)| (name(l), rate(*hits, *n)));
        table(
            Measure::ScoringRate,
            groups.collect(),
            None,
            &request(min_share),
            &Silent,
        )
        .unwrap()
    }

    /// The tables of 6 RCNY 5-301(c), whose numerators fit the printed rates.
    #[test]
    fn ratios_are_those_of_the_rule_s_example() {
        let sex = of(
            &[
                (Some("Male"), 50, 92),
                (Some("Female"), 34, 76),
                (None, 3, 5),
            ],
            0.0,
        );
        assert_eq!((sex.rows, sex.unknown, sex.groups.len()), (173, 5, 2));
        assert_eq!(sex.groups[0].ratio.value, Some(1.0));
        let female = &sex.groups[1].ratio;
        assert!((female.value.unwrap() - 0.823_157_895).abs() < 1e-9);
        assert!(female.low.unwrap() < 0.7 && female.high.unwrap() > 0.95);
        let race = of(
            &[
                (Some("Hispanic"), 18, 28),
                (Some("White"), 15, 40),
                (Some("Black"), 16, 32),
                (Some("NHPI"), 5, 8),
                (Some("Asian"), 10, 24),
            ],
            0.0,
        );
        let expected = [1.0, 0.583_333, 0.777_778, 0.972_222, 0.648_148];
        for (row, expected) in race.groups.iter().zip(expected) {
            assert!(
                (row.ratio.value.unwrap() - expected).abs() < 1e-6,
                "{:?}",
                row.name
            );
        }
    }

    #[test]
    fn a_small_category_is_listed_without_a_ratio_and_never_the_best() {
        let table = of(
            &[
                (Some("a"), 300, 600),
                (Some("b"), 120, 390),
                (Some("c"), 9, 10),
            ],
            0.02,
        );
        let [_, b, c] = table.groups.as_slice() else {
            panic!("three categories are listed")
        };
        assert_eq!(table.best.unwrap().to_string(), "a");
        assert!(c.left_out && c.rate.value == Some(0.9));
        assert_eq!(c.ratio.reason, Some(Reason::SuppressedSmallGroup));
        assert!((b.ratio.value.unwrap() - 120.0 / 390.0 / 0.5).abs() < 1e-12);
        assert_eq!(
            of(&[(Some("a"), 1, 2), (Some("c"), 9, 10)], 0.0)
                .best
                .unwrap()
                .to_string(),
            "c"
        );
    }

    #[test]
    fn a_rate_of_nought_is_not_certain() {
        let table = of(&[(Some("a"), 20, 40), (Some("b"), 0, 6)], 0.0);
        let ratio = &table.groups[1].ratio;
        assert_eq!(ratio.value, Some(0.0));
        assert!(ratio.high.unwrap() > 0.3, "{ratio:?}");
        let none = of(&[(Some("a"), 0, 40), (Some("b"), 0, 6)], 0.0);
        assert_eq!(none.groups[0].ratio.reason, Some(Reason::ZeroReference));
    }
}
