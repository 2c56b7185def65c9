//! Distances between the scores of two groups: curves apart, means apart.

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::table::{ALL, Masses, NEGATIVE, POSITIVE};
use crate::disparity::Value;

/// `abroca`: `∫₀¹ |ROC_g(x) − ROC_r(x)| dx`, the area between two ROC curves, exact: both are
/// piecewise linear, and where they cross within a piece it is cut at the crossing.
///
/// Range 0..1; 0 only for the same curve, whereas areas under crossing curves may agree. Source:
/// Gardner, Brooks & Baker 2019.
///
/// # Errors
/// `one_class_only` when a side lacks a class.
pub fn abroca(group: &ScoreTable, reference: &ScoreTable) -> Value {
    let (one, other) = (curve(group)?, curve(reference)?);
    Ok(area_between(&one, &other))
}

/// The area between two curves from (0, 0) to (1, 1), given by their corners, cut at every corner of
/// either.
pub(crate) fn area_between(one: &[(f64, f64)], other: &[(f64, f64)]) -> f64 {
    let (mut i, mut j, mut from, mut area) = (0, 0, 0.0, 0.0);
    while from < 1.0 {
        skip(one, &mut i, from);
        skip(other, &mut j, from);
        let next = |corners: &[(f64, f64)], at: usize| corners.get(at + 1).map_or(1.0, |c| c.0);
        let to = next(one, i).min(next(other, j));
        let (start_one, end_one) = piece(one, i, from, to);
        let (start_other, end_other) = piece(other, j, from, to);
        let (left, right) = (start_one - start_other, end_one - end_other);
        let height = if left * right >= 0.0 {
            (left.abs() + right.abs()) / 2.0
        } else {
            // Two triangles that meet where the curves cross.
            (left * left + right * right) / (2.0 * (left.abs() + right.abs()))
        };
        area += (to - from) * height;
        from = to;
    }
    area.min(1.0)
}

/// The corners of the ROC curve from (0, 0) to (1, 1), thresholds descending.
fn curve(table: &ScoreTable) -> Result<Vec<(f64, f64)>, Reason> {
    let (positive, negative) = (table.total(POSITIVE), table.total(NEGATIVE));
    if positive <= 0.0 || negative <= 0.0 {
        return Err(Reason::OneClassOnly);
    }
    let (mut p, mut q) = (0.0, 0.0);
    let mut corners = vec![(0.0, 0.0)];
    for at in (0..table.places()).rev() {
        let (here, there) = (table.mass(POSITIVE, at), table.mass(NEGATIVE, at));
        if here > 0.0 || there > 0.0 {
            p += here;
            q += there;
            corners.push((q / negative, p / positive));
        }
    }
    // Whatever rounding left of weights, the curve ends where all are selected.
    if let Some(last) = corners.last_mut() {
        *last = (1.0, 1.0);
    }
    Ok(corners)
}

/// Moves to the last corner at or before `from`: the top of a vertical piece there.
fn skip(corners: &[(f64, f64)], at: &mut usize, from: f64) {
    while corners.get(*at + 1).is_some_and(|(x, _)| *x <= from) {
        *at += 1;
    }
}

/// The curve's values just after `from` and just before `to`, two neighbouring cuts beyond a corner.
fn piece(corners: &[(f64, f64)], at: usize, from: f64, to: f64) -> (f64, f64) {
    let (x0, y0) = corners[at];
    let (x1, y1) = corners.get(at + 1).copied().unwrap_or((1.0, 1.0));
    let slope = if x1 > x0 { (y1 - y0) / (x1 - x0) } else { 0.0 };
    let value = |x: f64| match x >= x1 {
        true => y1,
        false => y0 + slope * (x - x0),
    };
    (value(from), value(to))
}

/// `cohen_d`: the difference of mean scores in pooled standard deviations,
/// `(s̄_g − s̄_r)/s_pooled` with `s_pooled² = ((n_g − 1)s_g² + (n_r − 1)s_r²)/(n_g + n_r − 2)` of sample
/// variances (weighted: about the weighted mean). By convention 0.2 is small, 0.5 medium, 0.8 large.
///
/// # Errors
/// `no_scores` when a side is empty, `too_few_rows` for fewer than three scores together,
/// `constant_score` where no score differs from its group's mean.
pub fn cohen_d(group: &ScoreTable, reference: &ScoreTable) -> Value {
    let (one, other) = (moments(group)?, moments(reference)?);
    if one.rows + other.rows < 3 {
        return Err(Reason::TooFewRows);
    }
    // (n − 1)·s² = n·v of a population variance v.
    let spread = one.rows as f64 * one.variance + other.rows as f64 * other.variance;
    let pooled = (spread / (one.rows + other.rows - 2) as f64).sqrt();
    if pooled > 0.0 {
        Ok((one.mean - other.mean) / pooled)
    } else {
        Err(Reason::ConstantScore)
    }
}

struct Moments {
    rows: u64,
    mean: f64,
    variance: f64,
}

fn moments(table: &ScoreTable) -> Result<Moments, Reason> {
    let weight = table.total_of(&ALL);
    if weight <= 0.0 {
        return Err(Reason::NoScores);
    }
    let places = || table.scores.iter().enumerate();
    let sum: f64 = places().map(|(at, s)| s * table.mass_of(&ALL, at)).sum();
    let mean = sum / weight;
    let square = |(at, s): (usize, &f64)| (s - mean) * (s - mean) * table.mass_of(&ALL, at);
    Ok(Moments {
        rows: table.count_of(&ALL),
        mean,
        variance: places().map(square).sum::<f64>() / weight,
    })
}

/// How far [`abroca`] may be off on the grid: as far as both areas.
#[must_use]
pub fn abroca_slack(group: &ScoreTable, reference: &ScoreTable) -> f64 {
    super::auc::slack(group) + super::auc::slack(reference)
}

/// The mean half width of the grid's bins that hold a table's scores: how far each of its scores,
/// and so each of its means, may be off.
#[must_use]
pub fn width(table: &ScoreTable) -> f64 {
    let Some(widths) = &table.widths else {
        return 0.0;
    };
    let halves = widths.iter().enumerate();
    let sum: f64 = halves
        .map(|(at, (low, high))| table.mass_of(&ALL, at) * (high - low) / 2.0)
        .sum();
    sum / table.total_of(&ALL).max(f64::MIN_POSITIVE)
}

/// How far [`cohen_d`] may be off on the grid: the means by their bins' half widths, in pooled
/// deviations, which the same widths move as much again.
#[must_use]
pub fn cohen_slack(group: &ScoreTable, reference: &ScoreTable) -> f64 {
    let (Ok(one), Ok(other), Ok(d)) = (
        moments(group),
        moments(reference),
        cohen_d(group, reference),
    ) else {
        return 0.0;
    };
    let pooled = if d == 0.0 {
        one.variance.max(other.variance).sqrt()
    } else {
        ((one.mean - other.mean) / d).abs()
    };
    (width(group) + width(reference)) * (1.0 + d.abs()) / pooled.max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::super::table::{fixture, from_rows};
    use super::*;

    #[test]
    fn a_perfect_and_a_useless_curve_are_half_apart() {
        let [a, b] = fixture::e3();
        assert_eq!(abroca(&a, &a), Ok(0.0));
        // b descending: .7 (1 of 2 positives, 1 of 4 negatives), .6 (0, 1), .5 (0, 1), .4 (1, 1):
        // corners (¼,½) (½,½) (¾,½) (1,1); the area below is 1/16 + ¼ + 3/16 = ½, a's is 1.
        assert!((abroca(&a, &b).unwrap() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn crossing_curves_are_cut_where_they_cross() {
        let brute = |one: &ScoreTable, other: &ScoreTable| {
            let steps = 200_000;
            let (c, d) = (curve(one).unwrap(), curve(other).unwrap());
            let at = |corners: &[(f64, f64)], x: f64| {
                let k = corners.partition_point(|(cx, _)| *cx <= x) - 1;
                let (x0, y0) = corners[k];
                let (x1, y1) = corners.get(k + 1).copied().unwrap_or((1.0, 1.0));
                if x1 > x0 {
                    y0 + (y1 - y0) * (x - x0) / (x1 - x0)
                } else {
                    y1
                }
            };
            let sum: f64 = (0..steps)
                .map(|i| (f64::from(i) + 0.5) / f64::from(steps))
                .map(|x| (at(&c, x) - at(&d, x)).abs())
                .sum();
            sum / f64::from(steps)
        };
        let mut crossed = 0;
        for seed in 0..12 {
            for weighted in [false, true] {
                let one = from_rows(&fixture::random(seed, 40, 12, weighted), weighted);
                let other = from_rows(&fixture::random(seed + 50, 30, 9, weighted), weighted);
                let exact = abroca(&one, &other).unwrap();
                assert!((exact - brute(&one, &other)).abs() < 2e-5);
                let areas = [&one, &other].map(|t| super::super::auc::roc_auc(t).unwrap());
                crossed += usize::from(exact > (areas[0] - areas[1]).abs() + 1e-6);
            }
        }
        assert!(crossed > 3, "{crossed}");
    }

    #[test]
    fn means_are_apart_in_pooled_deviations() {
        let rows = |scores: &[f64]| {
            let rows: Vec<_> = scores.iter().map(|s| (*s, 2, 1.0)).collect();
            from_rows(&rows, false)
        };
        // Means 4 and 2; sample variances 4 and 1; pooled ((2)4 + (2)1)/4 = 2.5.
        let (a, b) = (rows(&[2.0, 4.0, 6.0]), rows(&[1.0, 2.0, 3.0]));
        assert!((cohen_d(&a, &b).unwrap() - 2.0 / 2.5_f64.sqrt()).abs() < 1e-12);
        let constant = rows(&[1.0, 1.0]);
        assert_eq!(cohen_d(&constant, &constant), Err(Reason::ConstantScore));
        assert_eq!(cohen_d(&a, &ScoreTable::default()), Err(Reason::NoScores));
        assert_eq!(
            cohen_d(&rows(&[1.0]), &rows(&[2.0])),
            Err(Reason::TooFewRows)
        );
    }
}
