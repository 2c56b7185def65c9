//! The formulas' intervals keep their promise: the exact tables of `docs/coverage.md`.

#[path = "../examples/coverage/exact.rs"]
mod exact;

use exact::{SIZES, difference, mean, over_gaps, over_rates, proportion, ratio, worst};

#[test]
fn known_points_are_reproduced() {
    assert!((proportion(50, 0.02).coverage - 0.922).abs() < 5e-4);
    assert!((difference(30, 0.05, 0.0).coverage - 0.993).abs() < 5e-4);
}

#[test]
fn wilson_keeps_its_promise_over_the_grid() {
    let points = over_rates(&SIZES, proportion);
    assert!((0.94..=0.965).contains(&mean(&points)), "{}", mean(&points));
    assert!(
        worst(&points).unwrap().coverage >= 0.92,
        "{:?}",
        worst(&points)
    );
}

#[test]
fn newcombe_and_koopman_keep_theirs_over_the_grid() {
    for at in [difference, ratio] {
        let points = over_gaps(&SIZES, at);
        assert!((0.94..=0.965).contains(&mean(&points)), "{}", mean(&points));
        assert!(
            worst(&points).unwrap().coverage >= 0.92,
            "{:?}",
            worst(&points)
        );
    }
}

#[test]
fn without_any_success_a_ratio_has_no_interval() {
    let point = ratio(30, 0.05, 0.0);
    assert!((point.undefined - 0.95f64.powi(60)).abs() < 1e-9);
    assert!(point.coverage > point.undefined);
}
