//! Averages over several classes: accuracy, macro and micro averages of groups, and their gaps.
//!
//! Each class against the rest is an audit of its own on
//! [`Tally::one_vs_rest`](waage_core::tally::Tally::one_vs_rest); here are the numbers that need
//! all classes at once. Every row has one label and one decision, so micro-averaged precision,
//! recall and F1 all equal the accuracy; macro averages weigh classes alike, whatever their sizes.

use std::collections::HashMap;
use std::sync::Arc;

use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::label::{GroupName, Label};
use waage_core::observer::Observer;
use waage_core::quantity::{Comparison, Direction, Measurement, Quantity, Scheme};
use waage_core::random::Stream;
use waage_core::tally::{Sums, Tally};

use crate::disparity::{Value, compare, range};
use crate::draws::{self, Law};
use crate::measure::{MeasureError, Request};
use crate::rate::{Rate, difference, ratio, test};
use crate::replicates::replicated;

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
    hit: bool,
    n: u64,
    w1: f64,
    w2: f64,
}

/// The groups of a view: which one each stratum is of.
struct Groups {
    names: Vec<(GroupName, u64)>,
    of_stratum: Vec<usize>,
    reference: Option<usize>,
}

/// The table of label class × decision class of one group.
type Table = Vec<f64>;

/// Averages over classes of every group of every view, and their comparisons.
///
/// `references` has the reference group of each view, if it has one.
///
/// # Errors
/// [`MeasureError::Interrupted`].
pub fn averages(
    tally: &Tally,
    axes: ClassAxes<'_>,
    request: &Request,
    references: &[Option<String>],
    observer: &dyn Observer,
) -> Result<Averaged, MeasureError> {
    let k = axes.classes.len();
    let strata = strata(tally, axes);
    let views: Vec<Groups> = request
        .views
        .iter()
        .zip(references)
        .map(|(view, reference)| groups(tally, view, &strata, reference.as_deref()))
        .collect();
    let data: Vec<f64> = strata.iter().map(|s| s.w1).collect();
    let everyone = vec![0; strata.len()];
    let cells = strata.iter().map(|s| (s.n, s.w1, s.w2));
    let law = Law::of(cells, tally.kept().weights);
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
    let drawn = draws::series(request.replicates, width, observer, Default::default, one)
        .ok_or(MeasureError::Interrupted)?;
    let all = Group {
        shares: shares(&strata, &everyone, 0),
        macros: macros(&tables(&strata, &data, &everyone, 1, k)[0], k),
        series: drawn[..MACROS].to_vec(),
    };
    let mut out = Averaged {
        views: Vec::new(),
        overall: all.averages(request.level),
        measurements: Vec::new(),
    };
    let mut at = MACROS;
    for (view, axes) in views.iter().zip(&request.views) {
        let of_data = tables(&strata, &data, &view.of_stratum, view.names.len(), k);
        let measured: Vec<Group> = (0..view.names.len())
            .map(|g| Group {
                shares: shares(&strata, &view.of_stratum, g),
                macros: macros(&of_data[g], k),
                series: drawn[at + g * MACROS..at + (g + 1) * MACROS].to_vec(),
            })
            .collect();
        at += view.names.len() * MACROS;
        let attributes: Vec<String> = axes
            .iter()
            .map(|&axis| tally.sensitive()[axis].name.clone())
            .collect();
        comparisons(
            &attributes.join("*"),
            view,
            &measured,
            request.level,
            &mut out.measurements,
        );
        let groups = view.names.iter().zip(&measured);
        out.views.push(AveragedView {
            groups: groups
                .map(|((name, rows), group)| (name.clone(), *rows, group.averages(request.level)))
                .collect(),
            attributes,
        });
    }
    Ok(out)
}

fn strata(tally: &Tally, axes: ClassAxes<'_>) -> Vec<Stratum> {
    let sensitive = tally.sensitive().len();
    let mut positions: Vec<usize> = (0..sensitive).collect();
    positions.extend([axes.label, axes.decision]);
    let class = |label: &Label| axes.classes.iter().position(|class| class == label);
    let groups = tally.view(&positions).groups.into_iter();
    groups
        .filter_map(|totals| {
            let (y, d) = (
                class(&totals.name.0[sensitive])?,
                class(&totals.name.0[sensitive + 1])?,
            );
            let sum = totals
                .outcomes
                .iter()
                .fold(Sums::default(), |sum, part| sum.plus(part));
            Some(Stratum {
                group: totals.name.0[..sensitive].to_vec(),
                at: y * axes.classes.len() + d,
                hit: y == d,
                n: sum.n,
                w1: sum.w1,
                w2: sum.w2,
            })
        })
        .collect()
}

fn groups(tally: &Tally, axes: &[usize], strata: &[Stratum], reference: Option<&str>) -> Groups {
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
    let of_stratum = strata
        .iter()
        .map(|stratum| {
            let name: Vec<Label> = axes
                .iter()
                .map(|&axis| stratum.group[axis].clone())
                .collect();
            position.get(name.as_slice()).copied().unwrap_or_default()
        })
        .collect();
    let named = |wanted: &str| {
        names
            .iter()
            .position(|(name, _)| name.to_string() == wanted)
    };
    let reference = reference.and_then(named);
    Groups {
        names,
        of_stratum,
        reference,
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

/// The rows of a group as hits and misses.
fn shares(strata: &[Stratum], group: &[usize], g: usize) -> [Sums; outcome::COUNT] {
    let mut sums = [Sums::default(); outcome::COUNT];
    for (stratum, _) in strata.iter().zip(group).filter(|(_, of)| **of == g) {
        let decision = match stratum.hit {
            true => outcome::SELECTED,
            false => outcome::REJECTED,
        };
        let sum = &mut sums[usize::from(outcome::of(outcome::LABEL_MISSING, decision))];
        *sum = sum.plus(&Sums {
            n: stratum.n,
            w1: stratum.w1,
            w2: stratum.w2,
            ..Sums::default()
        });
    }
    sums
}

/// What is known of one group.
struct Group {
    shares: [Sums; outcome::COUNT],
    macros: [f64; MACROS],
    series: Vec<Arc<[f64]>>,
}

impl Group {
    fn accuracy(&self) -> Rate {
        use crate::confusion::{ANY, Decisions, Part, Tie};
        Rate::of(
            &self.shares,
            &[Part(ANY, Decisions::Selected)],
            &[Part(ANY, Decisions::Rejected)],
            Tie::NONE,
            Reason::NoRows,
        )
    }

    fn rows(&self) -> u64 {
        self.shares.iter().map(|s| s.n).sum()
    }

    /// The value of a macro average, or the reason why it has none.
    fn value(&self, m: usize) -> Value {
        match self.macros[m] {
            value if !value.is_nan() => Ok(value),
            _ if self.rows() == 0 => Err(Reason::NoRows),
            _ if m == 0 => Err(Reason::NoneSelected),
            _ if m == 2 => Err(Reason::NoNegatives),
            _ => Err(Reason::NoPositives),
        }
    }

    fn averages(&self, level: f64) -> Averages {
        let accuracy = self.accuracy().estimate(level);
        let shares = AVERAGES[..SHARES].iter().map(|q| (q, accuracy.clone()));
        let macros = AVERAGES[SHARES..].iter().enumerate().map(|(m, quantity)| {
            let series = self.series.get(m);
            let method = Method::BootstrapPercentile;
            (
                quantity,
                replicated(self.value(m), self.rows(), method, series, level),
            )
        });
        shares.chain(macros).collect()
    }
}

/// The comparisons of a view, by average, scheme, comparison and group.
fn comparisons(
    attribute: &str,
    view: &Groups,
    groups: &[Group],
    level: f64,
    out: &mut Vec<Measurement>,
) {
    for (q, quantity) in AVERAGES.iter().enumerate() {
        for comparison in [Comparison::Difference, Comparison::Ratio] {
            if let Some(r) = view.reference {
                for g in (0..groups.len()).filter(|g| *g != r) {
                    let pair = [&groups[g], &groups[r]];
                    let mut one =
                        Measurement::blank(quantity, attribute, Scheme::ToReference, comparison);
                    one.subject.group = Some(view.names[g].0.clone());
                    one.subject.reference = Some(view.names[r].0.clone());
                    one.context.group_rows = pair[0].rows();
                    one.context.reference_rows = pair[1].rows();
                    one.context.unknown_group = view.names[g].0.has_missing();
                    one.estimate = against(pair, q, comparison, level);
                    if q < SHARES
                        && let Some((p, name)) = test(&pair[0].accuracy(), &pair[1].accuracy())
                    {
                        (one.p, one.test) = (Some(p), Some(name));
                    }
                    out.push(one);
                }
            }
            let mut one =
                Measurement::blank(quantity, attribute, Scheme::BetweenGroups, comparison);
            one.estimate = between(groups, q, comparison, level);
            out.push(one);
        }
    }
}

fn against(
    [group, reference]: [&Group; 2],
    q: usize,
    comparison: Comparison,
    level: f64,
) -> Estimate {
    if q < SHARES {
        let (group, reference) = (group.accuracy(), reference.accuracy());
        return match comparison {
            Comparison::Ratio => ratio(&group, &reference, level),
            _ => difference(&group, &reference, level),
        };
    }
    let m = q - SHARES;
    let series = group.series[m]
        .iter()
        .zip(reference.series[m].iter())
        .map(|(a, b)| replicate(compare(defined(*a), defined(*b), comparison)))
        .collect();
    let value = compare(group.value(m), reference.value(m), comparison);
    let rows = group.rows() + reference.rows();
    replicated(
        value,
        rows,
        Method::BootstrapPercentile,
        Some(&series),
        level,
    )
}

fn between(groups: &[Group], q: usize, comparison: Comparison, level: f64) -> Estimate {
    let rows = groups.iter().map(Group::rows).sum();
    let method = Method::BootstrapPercentileBiased;
    if q < SHARES {
        let value = range(groups.iter().map(|g| g.accuracy().value), comparison);
        return match value {
            Ok(value) => {
                let mut bare = Estimate::new(value, rows, method, Evidence::None, level);
                bare.reason = Some(Reason::NotAvailable);
                bare
            }
            Err(reason) => Estimate::undefined(rows, method, reason),
        };
    }
    let m = q - SHARES;
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
