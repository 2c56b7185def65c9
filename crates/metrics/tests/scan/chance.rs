//! What luck finds, and what it hides.

use waage_core::observer::Silent;
use waage_core::random::Stream;
use waage_core::special::quantile as normal_quantile;
use waage_metrics::Metric;
use waage_metrics::scan::{permute, search};

use crate::rows::{Rows, request};

/// Data sets in which nothing differs: the chance of a single discovery is at most the level.
fn null(sets: u64, n: usize) -> f64 {
    let mut alarms = 0;
    for set in 0..sets {
        let mut stream = Stream::new(21, set);
        let rows = Rows::uniform(&[2, 4, 3, 5, 3], n, &mut stream).decide(&mut stream, |_| 0.3);
        let tables = rows.tables(Metric::SelectionRate, 3, n, 1);
        let found = search(&tables, &request(Metric::SelectionRate, 30));
        assert!(found.family > 100);
        alarms += u64::from(found.discoveries > 0);
    }
    alarms as f64 / sets as f64
}

#[test]
fn chance_alone_is_seldom_a_discovery() {
    // All hypotheses are true: the false discovery rate is the chance of any discovery. 0.05 and
    // three standard errors of 200 sets.
    let rate = null(200, 1000);
    assert!(
        rate <= 0.05 + 3.0 * (0.05_f64 * 0.95 / 200.0).sqrt(),
        "{rate}"
    );
}

#[test]
#[ignore = "takes minutes"]
fn chance_alone_is_seldom_a_discovery_in_many_sets() {
    let rate = null(4000, 2000);
    assert!(
        rate <= 0.05 + 3.0 * (0.05_f64 * 0.95 / 4000.0).sqrt(),
        "{rate}"
    );
}

/// Rows that a slice needs for power 0.9 at a level (FORMULAS §4.8), its complement being much
/// larger: `[z√(p̄q̄)·… ]²` with the complement's share of the variance left out.
fn size(p1: f64, p2: f64, level: f64, power: f64) -> f64 {
    let z = |q: f64| normal_quantile(q).unwrap();
    let mean = (p1 + p2) / 2.0;
    let both = z(1.0 - level / 2.0) * (2.0 * mean * (1.0 - mean)).sqrt()
        + z(power) * (p1 * (1.0 - p1) + p2 * (1.0 - p2)).sqrt();
    both * both / ((p1 - p2) * (p1 - p2))
}

#[test]
fn planted_subgroups_are_found_at_the_size_that_the_formula_predicts() {
    let sizes = [2, 4, 3, 5];
    let (planted, usual): (f64, f64) = (0.2, 0.45);
    // The family is known: all conjunctions of the four columns. The level at which BY takes a
    // single discovery is alpha over m and the harmonic sum.
    let family: f64 = 14.0 + 71.0 + 154.0;
    let harmonic: f64 = (1..=family as u64).map(|i| 1.0 / i as f64).sum();
    let level = 0.05 / (family * harmonic);
    let rows_of_slice = size(planted, usual, level, 0.9);
    // One of 2·3 combinations is the planted one.
    let n = (rows_of_slice * 6.0).ceil() as usize;
    let mut found = 0;
    let sets = 150;
    for set in 0..sets {
        let mut stream = Stream::new(22, set);
        let chance = |l: &[i32]| {
            if l[0] == 1 && l[2] == 0 {
                planted
            } else {
                usual
            }
        };
        let rows = Rows::uniform(&sizes, n, &mut stream).decide(&mut stream, chance);
        let tables = rows.tables(Metric::SelectionRate, 3, n, 1);
        let result = search(&tables, &request(Metric::SelectionRate, 30));
        assert!(result.family <= family as u64);
        // Codes 1 and 0 are the labels 1 and 0, which stand at places 0 and 2.
        let hit = result
            .subgroups
            .first()
            .is_some_and(|s| s.conditions == [(0, 0), (2, 2)]);
        found += u64::from(hit);
    }
    let power = found as f64 / sets as f64;
    assert!(power >= 0.9, "{power} at {n} rows");
}

#[test]
fn permutations_agree_with_the_law_of_the_largest_difference() {
    let mut stream = Stream::new(23, 0);
    let chance = |l: &[i32]| if l[0] == 0 && l[1] == 1 { 0.15 } else { 0.5 };
    let rows = Rows::uniform(&[3, 3, 2], 900, &mut stream).decide(&mut stream, chance);
    let tables = rows.tables(Metric::SelectionRate, 2, 900, 1);
    let mut request = request(Metric::SelectionRate, 30);
    request.alpha = 1.0;
    let found = search(&tables, &request);
    let cells = rows.cube(Metric::SelectionRate);
    let p = permute(&tables, &cells, &request, &found, 199, 5, &Silent).unwrap();
    assert_eq!(p.len(), found.subgroups.len());
    assert_eq!(p[0], 1.0 / 200.0);
    // Family-wise values are no smaller than raw ones, nor larger than Bonferroni's by more than
    // the noise of 199 draws.
    for (subgroup, p) in found.subgroups.iter().zip(&p) {
        let bonferroni = (subgroup.p * found.tested as f64).min(1.0);
        let noise = 4.0 * (bonferroni.max(0.01) / 199.0).sqrt();
        assert!(*p + 0.005 >= subgroup.p, "{p} {}", subgroup.p);
        assert!(*p <= bonferroni + noise + 0.005, "{p} {bonferroni}");
    }
    let again = permute(&tables, &cells, &request, &found, 199, 5, &Silent).unwrap();
    assert_eq!(p, again);
}

/// Where nothing differs, the smallest family-wise value is uniform.
#[test]
fn permutations_keep_their_level() {
    let (sets, mut low) = (120, 0);
    for set in 0..sets {
        let mut stream = Stream::new(24, set);
        let rows = Rows::uniform(&[3, 2, 3], 300, &mut stream).decide(&mut stream, |_| 0.4);
        let tables = rows.tables(Metric::SelectionRate, 2, 300, 1);
        let mut request = request(Metric::SelectionRate, 20);
        request.alpha = 1.0;
        request.score = waage_metrics::scan::Score::Effect;
        let found = search(&tables, &request);
        let cells = rows.cube(Metric::SelectionRate);
        let p = permute(&tables, &cells, &request, &found, 39, set, &Silent).unwrap();
        let least = p.iter().copied().fold(1.0, f64::min);
        low += u64::from(least <= 0.1);
    }
    let share = low as f64 / sets as f64;
    assert!(
        (share - 0.1).abs() < 3.5 * (0.09 / sets as f64).sqrt(),
        "{share}"
    );
}
