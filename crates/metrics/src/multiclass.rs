//! Averages over several classes: accuracy, macro and micro averages of groups, and their gaps.
//!
//! Each class against the rest is an audit of its own on
//! [`Tally::one_vs_rest`](waage_core::tally::Tally::one_vs_rest); here are the numbers that need
//! all classes at once. Every row has one label and one decision, so micro-averaged precision,
//! recall and F1 all equal the accuracy; macro averages weigh classes alike, whatever their sizes.

use std::collections::HashMap;
use std::sync::Arc;

use waage_core::estimate::{DrawnClusters, Estimate, Method, Reason};
use waage_core::label::{GroupName, Label};
use waage_core::observer::Observer;
use waage_core::quantity::{Comparison, Direction, Measurement, Quantity, Scheme};
use waage_core::random::Stream;
use waage_core::tally::{Clusters, Sums, Tally};

use crate::catalogue::Metric;
use crate::clustered::Touching;
use crate::disparity::{Value, compare, range};
use crate::draws::{self, Law};
use crate::favourable::Favourable;
use crate::measure::{
    GivenRoles, GroupEstimates, MeasureError, Measured, MeasuredView, Request, chosen_references,
    measure,
};
use crate::replicates::replicated;
use crate::score::ScoreRequest;
use crate::statistic::Reference;

/// Streams of these replicates, apart from those of other tasks.
const STREAM: u64 = 5 << 40;

const fn average(
    name: &'static str,
    aliases: &'static [&'static str],
    formula: &'static str,
    direction: Direction,
) -> Quantity {
    let mut quantity = Quantity::new(name, formula).needs("yd");
    quantity.aliases = aliases;
    quantity.direction = direction;
    quantity.headline = true;
    quantity
}

/// What is averaged over classes, in the order of documents. The first four equal the share of
/// rows whose decision is their label; the others are means over classes of the rate of each class
/// against the rest, undefined where that of any class is.
pub static AVERAGES: [Quantity; 8] = [
    average(
        "multiclass_accuracy",
        &[],
        "rows with decision = label / rows",
        Direction::Higher,
    ),
    average(
        "micro_precision",
        &["precision_micro"],
        "Σ TP / Σ (TP+FP) over classes",
        Direction::Higher,
    ),
    average(
        "micro_true_positive_rate",
        &["recall_micro"],
        "Σ TP / Σ (TP+FN) over classes",
        Direction::Higher,
    ),
    average(
        "micro_f1",
        &["f1_micro"],
        "2ΣTP / (2ΣTP + ΣFP + ΣFN) over classes",
        Direction::Higher,
    ),
    average(
        "macro_precision",
        &["precision_macro"],
        "mean over classes of TP/(TP+FP)",
        Direction::Higher,
    ),
    average(
        "macro_true_positive_rate",
        &["recall_macro"],
        "mean over classes of TP/(TP+FN)",
        Direction::Higher,
    ),
    average(
        "macro_false_positive_rate",
        &[],
        "mean over classes of FP/(FP+TN)",
        Direction::Lower,
    ),
    average(
        "macro_f1",
        &["f1_macro"],
        "mean over classes of 2TP/(2TP+FP+FN)",
        Direction::Higher,
    ),
];

/// Averages that are shares of rows.
const SHARES: usize = 4;
/// Averages that need replicates.
const MACROS: usize = AVERAGES.len() - SHARES;

/// A group's averages, in the order of [`AVERAGES`].
pub type Averages = Vec<(&'static Quantity, Estimate)>;

/// The averages of a view.
#[derive(Clone, Debug)]
pub struct AveragedView {
    /// Attribute names.
    pub attributes: Vec<String>,
    /// Each group's name, rows and averages.
    pub groups: Vec<(GroupName, u64, Averages)>,
}

/// Everything averaged.
#[derive(Clone, Debug)]
pub struct Averaged {
    /// By view, in the order of the request.
    pub views: Vec<AveragedView>,
    /// All rows.
    pub overall: Averages,
    /// Every comparison.
    pub measurements: Vec<Measurement>,
}

/// Where the classes lie in a tally.
#[derive(Clone, Copy, Debug)]
pub struct ClassAxes<'a> {
    /// Position of the attribute that holds the labels.
    pub label: usize,
    /// Position of the attribute that holds the decisions.
    pub decision: usize,
    /// The classes, missing left out.
    pub classes: &'a [Label],
}

/// One occupied (cell, label class, decision class).
struct Stratum {
    group: Vec<Label>,
    at: usize,
    n: u64,
    w1: f64,
    w2: f64,
}

/// The groups of a view: which one each stratum is of.
struct Groups {
    names: Vec<(GroupName, u64)>,
    of_stratum: Vec<usize>,
    reference: Option<Reference>,
    /// Where replicates draw clusters instead of rows.
    clusters: Option<Touching>,
}

/// The table of label class × decision class of one group.
type Table = Vec<f64>;

/// Averages over classes of every group of every view, and their comparisons with the references of
/// these measured views.
///
/// The share of rows whose decision is their label is measured as a selection rate is; macro averages
/// rest on replicates. Both draw clusters where the tally keeps them.
///
/// # Errors
/// Those of [`measure`].
pub fn averages(
    tally: &Tally,
    axes: ClassAxes<'_>,
    request: &Request,
    measured: &[MeasuredView],
    observer: &dyn Observer,
) -> Result<Averaged, MeasureError> {
    let right = accuracy(tally, axes, request, measured, observer)?;
    let k = axes.classes.len();
    let (strata, clusters) = strata(tally, axes);
    let views: Vec<Groups> = request
        .views
        .iter()
        .zip(measured)
        .map(|(view, measured)| groups(tally, view, &strata, clusters.as_ref(), measured))
        .collect();
    let data: Vec<f64> = strata.iter().map(|s| s.w1).collect();
    let everyone = vec![0; strata.len()];
    let law = match &clusters {
        Some(clusters) => Law::of_clusters(clusters, strata.len(), |cell, _| cell as usize),
        None => {
            let cells = strata.iter().map(|s| (s.n, s.w1, s.w2));
            Law::of(cells, tally.kept().weights)
        }
    };
    let width = MACROS * (1 + views.iter().map(|view| view.names.len()).sum::<usize>());
    let one = |(counts, weights): &mut (Vec<u64>, Vec<f64>), r: usize, out: &mut Vec<f64>| {
        let mut stream = Stream::new(request.seed, STREAM + r as u64);
        law.draw(&mut stream, counts, weights);
        out.extend(macros(&tables(&strata, weights, &everyone, 1, k)[0], k));
        for view in &views {
            let of_groups = tables(&strata, weights, &view.of_stratum, view.names.len(), k);
            out.extend(of_groups.iter().flat_map(|table| macros(table, k)));
        }
    };
    let series = draws::series(request.replicates, width, observer, Default::default, one)
        .ok_or(MeasureError::Interrupted)?;
    let mut at = 0;
    let mut group = |of_stratum: &[usize], g: usize, table: &Table, clusters| {
        at += MACROS;
        let rows = strata.iter().zip(of_stratum).filter(|(_, of)| **of == g);
        Group {
            rows: rows.map(|(stratum, _)| stratum.n).sum(),
            macros: macros(table, k),
            series: series[at - MACROS..at].to_vec(),
            clusters,
        }
    };
    let table = &tables(&strata, &data, &everyone, 1, k)[0];
    let whole = views.first().and_then(|view| view.clusters.as_ref());
    let all = group(&everyone, 0, table, whole.map(Touching::whole));
    let mut out = Averaged {
        views: Vec::new(),
        overall: all.averages(&right.overall, request.level),
        measurements: Vec::new(),
    };
    for (view, right_of) in views.iter().zip(&right.views) {
        let of_data = tables(&strata, &data, &view.of_stratum, view.names.len(), k);
        let each = of_data.iter().enumerate();
        let measured: Vec<Group> = each
            .map(|(g, table)| {
                let clusters = view.clusters.as_ref().map(|clusters| clusters.group(g));
                group(&view.of_stratum, g, table, clusters)
            })
            .collect();
        let name = right_of.attributes.join("*");
        let of_view = right.measurements.iter();
        let of_view = of_view.filter(|m| m.subject.attribute == name && m.scheme != Scheme::Value);
        for quantity in &AVERAGES[..SHARES] {
            let named = |m: &Measurement| as_average(quantity, m);
            out.measurements.extend(of_view.clone().filter_map(named));
        }
        comparisons(
            &name,
            view,
            (&measured, &all),
            request.level,
            &mut out.measurements,
        );
        let groups = view.names.iter().zip(&measured).zip(&right_of.groups);
        out.views.push(AveragedView {
            groups: groups
                .map(|(((name, rows), group), (.., right))| {
                    (name.clone(), *rows, group.averages(right, request.level))
                })
                .collect(),
            attributes: right_of.attributes.clone(),
        });
    }
    Ok(out)
}

/// The share of rows whose decision is their label, as the selection rate of those.
fn accuracy(
    tally: &Tally,
    axes: ClassAxes<'_>,
    request: &Request,
    measured: &[MeasuredView],
    observer: &dyn Observer,
) -> Result<Measured, MeasureError> {
    let right = tally.agreement(axes.label, axes.decision);
    let request = Request {
        references: chosen_references(request, right.sensitive(), measured),
        metrics: vec![Metric::SelectionRate],
        scores: ScoreRequest::default(),
        disparities: Vec::new(),
        schemes: Vec::new(),
        roles: GivenRoles {
            decision: true,
            ..GivenRoles::default()
        },
        favourable: Favourable::default(),
        ..request.clone()
    };
    measure(&right, &request, observer)
}

/// A comparison of shares of right decisions under the name of an average; none of schemes by which
/// averages are not compared.
fn as_average(quantity: &'static Quantity, of: &Measurement) -> Option<Measurement> {
    let compared = matches!(of.scheme, Scheme::ToReference | Scheme::BetweenGroups);
    let mut one = of.clone();
    one.quantity = quantity;
    // To be decided about rightly is no selection.
    one.context.four_fifths_adverse = None;
    one.context.flips_with_one_selection = None;
    compared.then_some(one)
}

/// The occupied combinations of groups with both classes, and the clusters by their positions, where
/// these are kept.
fn strata(tally: &Tally, axes: ClassAxes<'_>) -> (Vec<Stratum>, Option<Clusters>) {
    let sensitive = tally.sensitive().len();
    let mut positions: Vec<usize> = (0..sensitive).collect();
    positions.extend([axes.label, axes.decision]);
    let class = |label: &Label| axes.classes.iter().position(|class| class == label);
    let mut strata = Vec::new();
    let mut places = Vec::new();
    for totals in tally.view(&positions).groups {
        let (group, classes) = totals.name.0.split_at(sensitive);
        let (Some(y), Some(d)) = (class(&classes[0]), class(&classes[1])) else {
            places.push(None);
            continue;
        };
        let sum = totals
            .outcomes
            .iter()
            .fold(Sums::default(), |sum, part| sum.plus(part));
        places.push(Some(strata.len() as u32));
        strata.push(Stratum {
            group: group.to_vec(),
            at: y * axes.classes.len() + d,
            n: sum.n,
            w1: sum.w1,
            w2: sum.w2,
        });
    }
    let clusters = tally.clusters(&positions);
    let clusters = clusters.map(|clusters| {
        clusters.placed(|cell, outcome, _| Some((places[cell as usize]?, outcome)))
    });
    (strata, clusters)
}

fn groups(
    tally: &Tally,
    axes: &[usize],
    strata: &[Stratum],
    clusters: Option<&Clusters>,
    measured: &MeasuredView,
) -> Groups {
    let names: Vec<(GroupName, u64)> = tally
        .view(axes)
        .groups
        .iter()
        .map(|totals| (totals.name.clone(), totals.rows()))
        .collect();
    let position: HashMap<&[Label], usize> = names
        .iter()
        .enumerate()
        .map(|(g, (name, _))| (name.0.as_slice(), g))
        .collect();
    let of_stratum: Vec<usize> = strata
        .iter()
        .map(|stratum| {
            let name: Vec<Label> = axes
                .iter()
                .map(|&axis| stratum.group[axis].clone())
                .collect();
            position.get(name.as_slice()).copied().unwrap_or_default()
        })
        .collect();
    let clusters = clusters.map(|all| Touching::of_cells(all, names.len(), &of_stratum));
    Groups {
        reference: measured.reference_among(names.iter().map(|(name, _)| name)),
        names,
        of_stratum,
        clusters,
    }
}

fn tables(strata: &[Stratum], w: &[f64], group: &[usize], groups: usize, k: usize) -> Vec<Table> {
    let mut out = vec![vec![0.0; k * k]; groups];
    for ((stratum, weight), &g) in strata.iter().zip(w).zip(group) {
        out[g][stratum.at] += weight;
    }
    out
}

/// The macro averages of a table; NaN where that of a class is undefined.
fn macros(table: &[f64], k: usize) -> [f64; MACROS] {
    let total: f64 = table.iter().sum();
    let mut sums = [0.0; MACROS];
    for c in 0..k {
        let hit = table[c * k + c];
        let labelled: f64 = table[c * k..(c + 1) * k].iter().sum();
        let decided: f64 = (0..k).map(|y| table[y * k + c]).sum();
        // 0/0 is NaN and stays one.
        let parts = [
            hit / decided,
            hit / labelled,
            (decided - hit) / (total - labelled),
            2.0 * hit / (labelled + decided),
        ];
        for (sum, part) in sums.iter_mut().zip(parts) {
            *sum += part;
        }
    }
    sums.map(|sum| sum / k as f64)
}

/// What is known of one group.
struct Group {
    rows: u64,
    macros: [f64; MACROS],
    series: Vec<Arc<[f64]>>,
    clusters: Option<DrawnClusters>,
}

impl Group {
    /// The value of a macro average, or the reason why it has none.
    fn value(&self, m: usize) -> Value {
        match self.macros[m] {
            value if !value.is_nan() => Ok(value),
            _ if self.rows == 0 => Err(Reason::NoRows),
            _ if m == 0 => Err(Reason::NoneSelected),
            _ if m == 2 => Err(Reason::NoNegatives),
            _ => Err(Reason::NoPositives),
        }
    }

    /// The averages of the group, whose share of right decisions is measured already.
    fn averages(&self, right: &GroupEstimates, level: f64) -> Averages {
        let right = right.first().map(|(_, estimate)| estimate.clone());
        let shares = AVERAGES[..SHARES].iter();
        let shares = shares.filter_map(|quantity| Some((quantity, right.clone()?)));
        let macros = AVERAGES[SHARES..].iter().enumerate().map(|(m, quantity)| {
            let (series, value) = (self.series.get(m), self.value(m));
            (
                quantity,
                drawn(value, self.rows, series, self.clusters, level),
            )
        });
        shares.chain(macros).collect()
    }
}

/// An estimate from replicates of rows, or of so many clusters.
fn drawn(
    value: Value,
    rows: u64,
    series: Option<&Arc<[f64]>>,
    clusters: Option<DrawnClusters>,
    level: f64,
) -> Estimate {
    match clusters {
        None => replicated(value, rows, Method::BootstrapPercentile, series, level),
        Some(clusters) => {
            let method = Method::ClusterBootstrapPercentile;
            replicated(value, rows, method, series, level).of_clusters(clusters, level)
        }
    }
}

/// The comparisons of the macro averages of a view, by average, comparison, scheme and group.
fn comparisons(
    attribute: &str,
    view: &Groups,
    (groups, all): (&[Group], &Group),
    level: f64,
    out: &mut Vec<Measurement>,
) {
    for (m, quantity) in AVERAGES[SHARES..].iter().enumerate() {
        for comparison in [Comparison::Difference, Comparison::Ratio] {
            let others = (0..groups.len()).filter(|g| view.reference != Some(Reference::Group(*g)));
            for (g, reference) in others.filter_map(|g| Some((g, view.reference?))) {
                let name = view.names[g].0.clone();
                let touching = view.clusters.as_ref();
                let (against, of, clusters) = match reference {
                    Reference::Group(r) => (
                        &groups[r],
                        view.names[r].0.clone(),
                        touching.map(|clusters| clusters.pair(g, r)),
                    ),
                    Reference::Overall => (
                        all,
                        GroupName::overall(),
                        touching.map(|clusters| clusters.against_all(g)),
                    ),
                };
                let mut one =
                    Measurement::blank(quantity, attribute, Scheme::ToReference, comparison);
                one.context.group_rows = groups[g].rows;
                one.context.reference_rows = against.rows;
                one.context.unknown_group = name.has_missing();
                one.subject.group = Some(name);
                one.subject.reference = Some(of);
                let series = groups[g].series[m].iter().zip(against.series[m].iter());
                let series = series
                    .map(|(a, b)| replicate(compare(defined(*a), defined(*b), comparison)))
                    .collect();
                let value = compare(groups[g].value(m), against.value(m), comparison);
                let rows = groups[g].rows + against.rows;
                one.estimate = drawn(value, rows, Some(&series), clusters, level);
                out.push(one);
            }
            let mut one =
                Measurement::blank(quantity, attribute, Scheme::BetweenGroups, comparison);
            one.estimate = between(groups, m, comparison, level);
            if let Some(clusters) = &view.clusters {
                one.estimate = one.estimate.of_clusters(clusters.whole(), level);
            }
            out.push(one);
        }
    }
}

/// The range of a macro average over the groups.
fn between(groups: &[Group], m: usize, comparison: Comparison, level: f64) -> Estimate {
    let rows = groups.iter().map(|group| group.rows).sum();
    let method = Method::BootstrapPercentileBiased;
    let value = range(groups.iter().map(|g| g.value(m)), comparison);
    let replicates = groups.first().map_or(0, |g| g.series[m].len());
    let series = (0..replicates)
        .map(|r| {
            let each = groups.iter().map(|g| defined(g.series[m][r]));
            replicate(range(each, comparison))
        })
        .collect();
    replicated(value, rows, method, Some(&series), level)
}

fn defined(value: f64) -> Value {
    if value.is_nan() {
        Err(Reason::NoRows)
    } else {
        Ok(value)
    }
}

fn replicate(value: Value) -> f64 {
    value.unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scikit-learn's own example of three classes: y 0 1 2 0 1 2, said 0 2 1 0 0 1.
    #[test]
    fn macro_averages_are_those_of_the_textbook() {
        let mut table = vec![0.0; 9];
        for (y, d) in [(0, 0), (1, 2), (2, 1), (0, 0), (1, 0), (2, 1)] {
            table[y * 3 + d] += 1.0;
        }
        let [precision, recall, fpr, f1] = macros(&table, 3);
        assert!((precision - 2.0 / 9.0).abs() < 1e-15);
        assert!((recall - 1.0 / 3.0).abs() < 1e-15);
        assert!((fpr - (0.25 + 0.5 + 0.25) / 3.0).abs() < 1e-15);
        assert!((f1 - 0.8 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn a_class_that_nobody_has_leaves_the_macro_average_undefined() {
        let table = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
        assert!(macros(&table, 3)[1].is_nan());
    }
}
