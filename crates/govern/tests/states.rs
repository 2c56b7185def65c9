//! States of findings: the worked examples of FORMULAS §4.8 and GOVERNANCE §1, by hand and by law.

mod support;

use proptest::prelude::*;
use support::{Counts, compared, gap, judged, policy, ratio, value};
use waage_core::estimate::{Evidence, Reason};
use waage_core::quantity::Comparison;
use waage_govern::Policy;
use waage_result::finding::{Finding, State};

fn one(policy: &Policy, measurement: waage_core::quantity::Measurement) -> Finding {
    let judgement = judged(policy, &[measurement]);
    assert_eq!(judgement.findings.len(), 1);
    assert_eq!(judgement.verdict, judgement.findings[0].state);
    judgement.findings[0].clone()
}

fn close(got: Option<f64>, expected: f64) {
    let got = got.expect("defined");
    assert!((got - expected).abs() < 1e-8, "{got} is not {expected}");
}

#[test]
fn the_worked_examples_of_the_three_states() {
    let tenth = policy("difference", "<=", "0.10", "");
    let pass = one(&tenth, gap(Counts("b", 205, 500), Counts("a", 200, 500)));
    assert_eq!(
        (pass.state, pass.reason, pass.rows_needed),
        (State::Pass, None, None)
    );

    let open = one(&tenth, gap(Counts("b", 21, 50), Counts("a", 20, 50)));
    assert_eq!(open.state, State::Inconclusive);
    assert_eq!(open.reason.as_deref(), Some("interval_spans_margin"));
    // 90 % Newcombe −.138533456 .177128810 about .02; the upper side: 100·(.157128810/.08)².
    assert_eq!(open.rows_needed, Some(386));

    let (b, a) = (Counts("b", 24, 60), Counts("a", 60, 100));
    let open = one(&policy("difference", "<=", "0.05", ""), gap(b, a));
    assert_eq!(open.state, State::Inconclusive);
    close(open.estimate.low, -0.345_855_345);
    close(open.estimate.high, -0.040_108_933);
    // 95 % limit −.040108933 about −.2: 160·(.159891067/.15)² = 181.79.
    assert_eq!((open.rows_needed, open.rows), (Some(182), 160));
    assert_eq!(
        one(&policy("difference", "<=", "0.03", ""), gap(b, a)).state,
        State::Breach
    );
}

#[test]
fn a_gap_is_judged_in_both_directions() {
    let check = policy("difference", "<=", "0.03", "");
    let more = one(&check, gap(Counts("b", 60, 100), Counts("a", 24, 60)));
    let less = one(&check, gap(Counts("b", 24, 60), Counts("a", 60, 100)));
    assert_eq!((more.state, less.state), (State::Breach, State::Breach));
    assert!((more.p.unwrap() - less.p.unwrap()).abs() < 1e-12);
}

#[test]
fn an_estimate_on_the_margin_names_no_number_of_rows() {
    // Both ends of a difference of exactly one quarter.
    let finding = one(
        &policy("difference", "<=", "0.25", ""),
        gap(Counts("b", 25, 100), Counts("a", 50, 100)),
    );
    assert_eq!(
        (finding.state, finding.rows_needed),
        (State::Inconclusive, None)
    );
}

#[test]
fn ratios_are_one_sided_and_count_rows_on_the_logarithm() {
    let check = policy("ratio", ">=", "0.8", "");
    let far_above = one(&check, ratio(Counts("b", 300, 400), Counts("a", 200, 400)));
    assert_eq!(far_above.state, State::Pass);
    let below = one(&check, ratio(Counts("b", 100, 400), Counts("a", 200, 400)));
    assert_eq!(below.state, State::Breach);
    // 24/60 : 60/100, Koopman .461550902 .925807470 about 2/3:
    // 160·(ln(.925807470/.6666667)/ln(.8/.6666667))² = 519.03.
    let open = one(&check, ratio(Counts("b", 24, 60), Counts("a", 60, 100)));
    assert_eq!(
        (open.state, open.rows_needed),
        (State::Inconclusive, Some(520))
    );
}

#[test]
fn between_has_two_limits() {
    let check = policy("ratio", "between", "[0.8, 1.25]", "");
    let high = one(&check, ratio(Counts("b", 300, 400), Counts("a", 150, 400)));
    assert_eq!(high.state, State::Breach);
    let even = one(
        &check,
        ratio(Counts("b", 2000, 4000), Counts("a", 2010, 4000)),
    );
    assert_eq!(even.state, State::Pass);
}

#[test]
fn values_are_judged_without_a_reference() {
    let check = policy("none", ">=", "0.2", "");
    let judgement = judged(
        &check,
        &[value(Counts("a", 60, 100)), value(Counts("b", 5, 100))],
    );
    let states: Vec<State> = judgement.findings.iter().map(|f| f.state).collect();
    assert_eq!(states, [State::Pass, State::Breach]);
    assert_eq!(
        (
            judgement.findings[0].rows,
            judgement.findings[0].reference.clone()
        ),
        (100, None)
    );
}

#[test]
fn strict_lenient_and_point_decide_the_same_interval_differently() {
    let decide = |word: &str| {
        let check = policy("difference", "<=", "0.05", &format!("decide = \"{word}\""));
        one(&check, gap(Counts("b", 24, 60), Counts("a", 60, 100))).state
    };
    assert_eq!(decide("three_way"), State::Inconclusive);
    assert_eq!(decide("strict"), State::Breach);
    assert_eq!(decide("lenient"), State::Pass);
    assert_eq!(decide("point"), State::Breach);
}

#[test]
fn what_cannot_be_evaluated_is_open_with_its_reason_whatever_decides() {
    for word in ["three_way", "strict", "lenient", "point"] {
        let check = policy("ratio", ">=", "0.8", &format!("decide = \"{word}\""));
        let reason = |m| {
            let finding = one(&check, m);
            assert_eq!(finding.state, State::Inconclusive, "{word}");
            finding.reason.expect("a reason")
        };
        assert_eq!(
            reason(ratio(Counts("b", 1, 29), Counts("a", 60, 100))),
            "below_min_n"
        );
        assert_eq!(
            reason(ratio(Counts("b", 60, 100), Counts("a", 1, 29))),
            "below_min_n"
        );
        assert_eq!(
            reason(ratio(Counts("b", 5, 100), Counts("a", 0, 100))),
            "zero_reference"
        );
        let mut flips = ratio(Counts("b", 10, 400), Counts("a", 200, 400));
        flips.context.flips_with_one_selection = Some(true);
        let reasoned = reason(flips);
        assert_eq!(reasoned, "flips_with_one_selection");
        let mut bare = ratio(Counts("b", 10, 400), Counts("a", 200, 400));
        bare.estimate.evidence = Evidence::None;
        if word != "point" {
            assert_eq!(reason(bare), "not_available");
        }
    }
}

#[test]
fn few_events_matter_only_where_labels_do() {
    let text = "schema = \"waage/policy/1\"\n[data]\ngroup_min_events = 10\n[[check]]\nid = \"FAIR-01\"\n\
                metric = \"true_positive_rate\"\ncomparison = \"difference\"\nattribute = \"g\"\nop = \"<=\"\nmargin = 0.1\n";
    let check = Policy::parse(text, "audit.toml").unwrap();
    let mut few = compared(
        &support::TRUE_POSITIVE_RATE,
        Comparison::Difference,
        Counts("b", 24, 60),
        Counts("a", 60, 100),
    );
    few.context.fewest_events = Some(9);
    assert_eq!(
        one(&check, few.clone()).reason.as_deref(),
        Some(Reason::TooFewRows.name())
    );
    few.context.fewest_events = Some(10);
    assert_eq!(
        one(&check, few).reason.as_deref(),
        Some("interval_spans_margin")
    );
}

#[test]
fn another_interval_method_is_used_where_the_evidence_allows_it() {
    let named = |method: &str| {
        let check = policy(
            "difference",
            "<=",
            "0.05",
            &format!("interval = \"{method}\""),
        );
        one(&check, gap(Counts("b", 24, 60), Counts("a", 60, 100)))
    };
    let caffo = named("agresti_caffo");
    assert_eq!(caffo.estimate.method, "agresti_caffo");
    close(caffo.estimate.low, -0.349_612_773);
    assert_eq!(
        named("bootstrap_percentile").reason.as_deref(),
        Some("not_available")
    );
}

#[test]
fn the_missing_group_is_judged_only_on_demand() {
    let missing = gap(Counts("", 24, 60), Counts("a", 60, 100));
    let silent = judged(
        &policy("difference", "<=", "0.03", ""),
        std::slice::from_ref(&missing),
    );
    assert!(silent.findings.is_empty());
    assert_eq!(silent.verdict, State::Inconclusive);
    let rest = "[[attribute]]\nname = \"g\"\nunknown = \"judge\"\n";
    let loud = judged(&policy("difference", "<=", "0.03", rest), &[missing]);
    assert_eq!(loud.findings[0].state, State::Breach);
    assert_eq!(loud.findings[0].group.as_deref(), Some("(missing)"));
}

fn counts() -> impl Strategy<Value = (u64, u64)> {
    (30_u64..400).prop_flat_map(|n| (0..=n, Just(n)))
}

proptest! {
    #[test]
    fn widening_the_margin_never_turns_a_pass_into_a_breach(
        (x, n) in counts(), (y, m) in counts(), margin in 0.01_f64..0.5, more in 0.0_f64..0.5,
        decide in prop::sample::select(vec!["three_way", "strict", "lenient", "point"]),
    ) {
        let rest = format!("decide = \"{decide}\"");
        let state = |margin: f64| {
            let check = policy("difference", "<=", &margin.to_string(), &rest);
            one(&check, gap(Counts("b", x, n), Counts("a", y, m))).state
        };
        let (narrow, wide) = (state(margin), state(margin + more));
        prop_assert!(wide <= narrow, "{narrow:?} became {wide:?}");
    }

    #[test]
    fn the_order_of_measurements_does_not_matter(
        groups in prop::collection::vec(counts(), 2..8), seed in any::<u64>(),
        method in prop::sample::select(vec!["none", "bonferroni", "holm", "bh"]),
    ) {
        let names: Vec<String> = (0..groups.len()).map(|i| format!("g{i}")).collect();
        let mut measurements: Vec<_> = groups
            .iter()
            .zip(&names)
            .flat_map(|(&(x, n), name)| {
                let (b, a) = (Counts(name, x, n), Counts("a", 200, 400));
                [gap(b, a), ratio(b, a)]
            })
            .collect();
        let rest = format!("family = \"f\"\n[family.f]\nmethod = \"{method}\"");
        let check = policy("difference", "<=", "0.05", &rest);
        let before = judged(&check, &measurements);
        let len = measurements.len();
        for i in 0..len {
            let j = (seed.rotate_left(i as u32) % len as u64) as usize;
            measurements.swap(i, j);
        }
        prop_assert_eq!(before, judged(&check, &measurements));
    }

    #[test]
    fn a_number_of_rows_is_named_only_above_the_present_one(
        (x, n) in counts(), (y, m) in counts(), margin in 0.01_f64..0.5,
    ) {
        let check = policy("difference", "<=", &margin.to_string(), "");
        let finding = one(&check, gap(Counts("b", x, n), Counts("a", y, m)));
        if let Some(needed) = finding.rows_needed {
            prop_assert_eq!(finding.state, State::Inconclusive);
            prop_assert!(needed >= finding.rows, "{} of {}", needed, finding.rows);
        }
    }
}
