//! Indices over all groups of a view: differential fairness, bias amplification, subgroup fairness,
//! inequality of benefits, bias scan (FORMULAS §3.6, §3.7).

use std::cmp::Ordering;

use waage_core::estimate::Reason;
use waage_core::quantity::Comparison;

use super::{Value, Values, range};
use crate::catalogue::Metric;
use crate::confusion::Confusion;
use crate::inequality;

/// Rows added by smoothing, half of them to either outcome (AIF360's `concentration`).
const CONCENTRATION: f64 = 1.0;

/// The favourable and the other rows of a table.
type Outcome = fn(&Confusion) -> (f64, f64);

fn decisions(table: &Confusion) -> (f64, f64) {
    (table.selected, table.rejected)
}

fn labels(table: &Confusion) -> (f64, f64) {
    (table.positives, table.negatives)
}

/// `max_{g,h} max(|ln p_g/p_h|, |ln (1−p_g)/(1−p_h)|)`, in [0, ∞), over groups with rows (Foulds et
/// al. 2020).
///
/// # Errors
/// `zero_reference` where a group has one outcome only and nothing is added; `one_group`.
fn epsilon(groups: &[Values], of: Outcome, concentration: f64) -> Value {
    let mut spread = [(f64::INFINITY, f64::NEG_INFINITY); 2];
    let mut groups_seen = 0;
    for values in groups {
        let (yes, no) = of(&values.table);
        let total = yes + no;
        if total <= 0.0 {
            continue;
        }
        groups_seen += 1;
        for ((low, high), count) in spread.iter_mut().zip([yes, no]) {
            let share = (count + concentration / 2.0) / (total + concentration);
            if share <= 0.0 {
                return Err(Reason::ZeroReference);
            }
            *low = low.min(share);
            *high = high.max(share);
        }
    }
    if groups_seen < 2 {
        return Err(Reason::OneGroup);
    }
    let [yes, no] = spread.map(|(low, high)| libm::log(high / low));
    Ok(yes.max(no))
}

/// Differential fairness of the decisions.
pub(super) fn differential_fairness(groups: &[Values], _: &Values) -> Value {
    epsilon(groups, decisions, 0.0)
}

/// The same, smoothed.
pub(super) fn smoothed_differential_fairness(groups: &[Values], _: &Values) -> Value {
    epsilon(groups, decisions, CONCENTRATION)
}

/// The same of the labels, smoothed.
pub(super) fn label_differential_fairness(groups: &[Values], _: &Values) -> Value {
    epsilon(groups, labels, CONCENTRATION)
}

/// Smoothed ε of the decisions minus that of the labels.
pub(super) fn bias_amplification_df(groups: &[Values], _: &Values) -> Value {
    Ok(epsilon(groups, decisions, CONCENTRATION)? - epsilon(groups, labels, CONCENTRATION)?)
}

/// Range of the selection rates minus range of the base rates.
pub(super) fn bias_amplification_gap(groups: &[Values], _: &Values) -> Value {
    let spread = |metric: Metric| {
        let values = groups.iter().map(|v| metric.value(&v.table));
        range(values, Comparison::Difference)
    };
    Ok(spread(Metric::SelectionRate)? - spread(Metric::BaseRate)?)
}

/// Mean over groups of `±(P(D=1|g) − P(Y=1|g))`, plus where the group has more positive labels than
/// independence of group and label would give it, minus where it has fewer (Wang & Russakovsky
/// 2021). The mean over both outcomes is that: either gives the same, and opposite terms at
/// equality.
pub(super) fn directional_bias_amplification(groups: &[Values], all: &Values) -> Value {
    let base = Metric::BaseRate.value(&all.table)?;
    let (mut sum, mut count) = (0.0, 0.0);
    for values in groups {
        let (Ok(selected), Ok(positive)) = (
            Metric::SelectionRate.value(&values.table),
            Metric::BaseRate.value(&values.table),
        ) else {
            continue;
        };
        let gap = selected - positive;
        sum += match positive.total_cmp(&base) {
            Ordering::Greater => gap,
            Ordering::Less => -gap,
            Ordering::Equal => 0.0,
        };
        count += 1.0;
    }
    if count < 2.0 {
        return Err(Reason::OneGroup);
    }
    Ok(sum / count)
}

fn weighted_gap(
    groups: &[Values],
    all: &Values,
    metric: Metric,
    rows: fn(&Confusion) -> f64,
    total: fn(&Confusion) -> f64,
) -> Value {
    let rate = metric.value(&all.table)?;
    let total = total(&all.table);
    let gap = |values: &Values| {
        let value = metric.value(&values.table).ok()?;
        Some(rows(&values.table) / total * (rate - value).abs())
    };
    let worst = groups.iter().filter_map(gap).reduce(f64::max);
    worst.ok_or(Reason::OneGroup)
}

fn decided(table: &Confusion) -> f64 {
    table.selected + table.rejected
}

/// `max_g (n_g/n)·|p_all − p_g|` of selection rates (Kearns et al. 2018).
pub(super) fn subgroup_fairness_sp(groups: &[Values], all: &Values) -> Value {
    weighted_gap(groups, all, Metric::SelectionRate, decided, decided)
}

/// `max_g (N_g/n)·|FPR_all − FPR_g|`, N_g being the group's negatives.
pub(super) fn subgroup_fairness_fp(groups: &[Values], all: &Values) -> Value {
    let negatives = |table: &Confusion| table.fp + table.tn;
    let complete = |table: &Confusion| table.tp + table.fp + table.false_negatives + table.tn;
    weighted_gap(groups, all, Metric::FalsePositiveRate, negatives, complete)
}

/// Largest score of a union of groups as over- or under-selected against the rate of all rows:
/// `max_q [O ln q − Σ ln(1 − p + q·p)]` with O the selected rows and p the overall rate, which is
/// `O ln(r/p) + (n − O) ln((1−r)/(1−p))` at the union's own rate r (multi-dimensional subset scan,
/// Zhang & Neill 2016; no penalty). By linear-time subset scanning the best union is a prefix of
/// the groups in order of their rates.
pub(super) fn bias_scan(groups: &[Values], all: &Values) -> Value {
    let p = Metric::SelectionRate.value(&all.table)?;
    let mut rates: Vec<(f64, f64)> = groups
        .iter()
        .filter(|v| decided(&v.table) > 0.0)
        .map(|v| decisions(&v.table))
        .collect();
    if rates.len() < 2 {
        return Err(Reason::OneGroup);
    }
    rates.sort_by(|a, b| (b.0 * (a.0 + a.1)).total_cmp(&(a.0 * (b.0 + b.1))));
    let term = |count: f64, rate: f64, expected: f64| match count > 0.0 {
        true => count * libm::log(rate / expected),
        false => 0.0,
    };
    let mut best = 0.0_f64;
    for backwards in [false, true] {
        if backwards {
            rates.reverse();
        }
        let (mut yes, mut no) = (0.0, 0.0);
        for (selected, rejected) in &rates {
            yes += selected;
            no += rejected;
            let rate = yes / (yes + no);
            best = best.max(term(yes, rate, p) + term(no, 1.0 - rate, 1.0 - p));
        }
    }
    Ok(best)
}

fn with_tables(groups: &[Values], index: impl Fn(&[Confusion]) -> Value) -> Value {
    let tables: Vec<Confusion> = groups.iter().map(|v| v.table).collect();
    index(&tables)
}

/// Inequality between groups, of order 2.
pub(super) fn between_group_entropy(groups: &[Values], _: &Values) -> Value {
    with_tables(groups, |tables| inequality::between(tables, 2.0))
}

/// Inequality between groups, Theil's.
pub(super) fn between_group_theil(groups: &[Values], _: &Values) -> Value {
    with_tables(groups, |tables| inequality::between(tables, 1.0))
}

/// Inequality between groups as a coefficient of variation.
pub(super) fn between_group_variation(groups: &[Values], all: &Values) -> Value {
    inequality::variation(between_group_entropy(groups, all))
}

/// Inequality within groups, of order 2.
pub(super) fn within_group_entropy(groups: &[Values], _: &Values) -> Value {
    with_tables(groups, |tables| inequality::within(tables, 2.0))
}

/// Inequality within groups, Theil's.
pub(super) fn within_group_theil(groups: &[Values], _: &Values) -> Value {
    with_tables(groups, |tables| inequality::within(tables, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn e1() -> (Vec<Values>, Values) {
        let groups = Confusion::e1().iter().map(Values::of).collect();
        let all = Confusion::of_cells(64.0, 30.0, 31.0, 75.0);
        (groups, Values::of(&all))
    }

    #[test]
    fn indices_are_those_of_the_worked_example() {
        let (groups, all) = e1();
        let near = |f: fn(&[Values], &Values) -> Value, expected: f64| {
            let value = f(&groups, &all).unwrap();
            assert!((value - expected).abs() < 1e-9, "{value} {expected}");
        };
        near(differential_fairness, 0.875_468_737);
        near(smoothed_differential_fairness, 0.849_719_658);
        near(label_differential_fairness, 0.279_584_862);
        near(bias_amplification_df, 0.570_134_796);
        near(bias_amplification_gap, 0.225);
        near(subgroup_fairness_sp, 0.065);
        near(subgroup_fairness_fp, 0.028_571_429);
        near(between_group_entropy, 0.005_605_919);
        near(within_group_theil, 0.208_380_792);
        // a and b have more positives than all rows, c fewer: (0.1 − 0.1 + 0.125)/3.
        near(directional_bias_amplification, 0.125 / 3.0);
    }

    #[test]
    fn the_scan_finds_the_best_union_of_all() {
        let groups: Vec<Values> = [(30.0, 20.0), (5.0, 25.0), (9.0, 11.0), (2.0, 30.0)]
            .map(|(s, r)| Values::of(&Confusion::of_cells(s, 0.0, 0.0, r)))
            .to_vec();
        let all = Values::of(&Confusion::of_cells(46.0, 0.0, 0.0, 86.0));
        let p: f64 = 46.0 / 132.0;
        let mut best = 0.0_f64;
        for subset in 1..16_u32 {
            let (mut yes, mut no) = (0.0, 0.0);
            for (g, values) in groups.iter().enumerate() {
                if subset & (1 << g) != 0 {
                    yes += values.table.selected;
                    no += values.table.rejected;
                }
            }
            let r = yes / (yes + no);
            best = best.max(yes * (r / p).ln() + no * ((1.0 - r) / (1.0 - p)).ln());
        }
        assert!((bias_scan(&groups, &all).unwrap() - best).abs() < 1e-12);
    }

    #[test]
    fn certain_outcomes_need_smoothing() {
        let groups: Vec<Values> = [(3.0, 0.0), (1.0, 2.0)]
            .map(|(s, r)| Values::of(&Confusion::of_cells(s, 0.0, 0.0, r)))
            .to_vec();
        let all = Values::of(&Confusion::of_cells(4.0, 0.0, 0.0, 2.0));
        assert_eq!(
            differential_fairness(&groups, &all),
            Err(Reason::ZeroReference)
        );
        // (3.5/4)/(1.5/4) and (0.5/4)/(2.5/4).
        let smoothed = smoothed_differential_fairness(&groups, &all).unwrap();
        assert!((smoothed - 5.0_f64.ln()).abs() < 1e-12);
    }
}
