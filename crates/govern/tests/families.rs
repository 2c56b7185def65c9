//! Families, waivers, verdicts: what many findings make together.

mod support;

use support::{CATALOGUE, Counts, compared, gap, judged, policy, ratio};
use waage_core::quantity::Comparison;
use waage_govern::{Facts, Judgement, Policy, PolicyError, judge};
use waage_result::finding::State;

/// Three groups against `a`: far away, near the margin's far side, equal.
fn three() -> Vec<waage_core::quantity::Measurement> {
    let a = Counts("a", 200, 400);
    vec![
        gap(Counts("b", 100, 400), a),
        gap(Counts("c", 150, 400), a),
        gap(Counts("d", 201, 400), a),
    ]
}

fn family(method: &str) -> Judgement {
    let rest = format!("family = \"f\"\n[family.f]\nmethod = \"{method}\"");
    judged(&policy("difference", "<=", "0.05", &rest), &three())
}

#[test]
fn corrections_widen_breaches_only() {
    let states = |j: &Judgement| j.findings.iter().map(|f| f.state).collect::<Vec<_>>();
    let plain = family("none");
    assert_eq!(
        states(&plain),
        [State::Breach, State::Breach, State::Inconclusive]
    );
    let p: Vec<f64> = plain.findings.iter().map(|f| f.p.unwrap()).collect();
    assert!(p[1] > 0.05 / 3.0 && p[1] <= 0.05, "{p:?}");
    assert_eq!(p[2], 1.0, "an allowed estimate is no evidence of a breach");

    let bonferroni = family("bonferroni");
    assert_eq!(
        states(&bonferroni),
        [State::Breach, State::Inconclusive, State::Inconclusive]
    );
    assert!((bonferroni.findings[1].p_adjusted.unwrap() - 3.0 * p[1]).abs() < 1e-12);
    assert_eq!(
        (
            bonferroni.summary.families[0].size,
            bonferroni.summary.families[0].method.as_str()
        ),
        (3, "bonferroni")
    );
    for (before, after) in plain.findings.iter().zip(&bonferroni.findings) {
        assert!(
            after.estimate.low < before.estimate.low && after.estimate.high > before.estimate.high
        );
    }

    let holm = family("holm");
    assert!((holm.findings[1].p_adjusted.unwrap() - 2.0 * p[1]).abs() < 1e-12);
    assert_eq!(holm.findings[1].estimate, bonferroni.findings[1].estimate);

    // Two rejections of three: 1 − 2·.05/3.
    let bh = family("bh");
    assert_eq!(
        states(&bh),
        [State::Breach, State::Breach, State::Inconclusive]
    );
    let level = 1.0 - 2.0 * 0.05 / 3.0;
    assert!((bh.findings[0].level.unwrap() - level).abs() < 1e-12);
    assert_eq!(plain.findings[0].level, Some(0.95));
    let (low, _) = three()[0].estimate.interval(level);
    assert!((bh.findings[0].estimate.low.unwrap() - low.unwrap()).abs() < 1e-12);
}

#[test]
fn a_pass_needs_no_correction() {
    let rest = "family = \"f\"\n[family.f]\nmethod = \"bonferroni\"";
    let a = Counts("a", 2000, 5000);
    let many: Vec<_> = ["b", "c", "d", "e", "f"]
        .map(|g| gap(Counts(g, 2030, 5000), a))
        .into();
    let j = judged(&policy("difference", "<=", "0.025", rest), &many);
    assert!(j.findings.iter().all(|f| f.state == State::Pass));
    assert!(
        j.findings[0].estimate.high.unwrap() > 0.025,
        "shown wider than the margin"
    );
}

#[test]
fn groups_that_cannot_be_evaluated_do_not_count_in_a_family() {
    let rest = "family = \"f\"\n[family.f]\nmethod = \"bonferroni\"";
    let mut measurements = three();
    measurements.push(gap(Counts("e", 1, 20), Counts("a", 200, 400)));
    let j = judged(&policy("difference", "<=", "0.05", rest), &measurements);
    assert_eq!(j.summary.families[0].size, 3);
    assert_eq!((j.findings[3].p, j.findings[3].p_adjusted), (None, None));
}

#[test]
fn one_outcome_per_check_names_its_worst_group() {
    let j = family("none");
    assert_eq!(j.checks.len(), 1);
    assert_eq!(j.checks[0].worst_group.as_deref(), Some("b"));
    assert_eq!(
        j.checks[0].counts.values().copied().collect::<Vec<_>>(),
        [0, 1, 2]
    );
    assert!(j.summary.violated);
    assert_eq!(j.verdict, State::Breach);
}

const WAIVER: &str = "[[waiver]]\nid = \"W-1\"\ncheck = \"FAIR-01\"\nscope = { group = \"b\" }\n\
    justification = \"Only a few cases a year, each one reviewed by hand; see memo 12\"\n\
    compensating_control = \"every lead of this group is reviewed\"\napproved_by = [\"a.approver\"]\n";

fn waived(dates: &str, group: &str) -> Judgement {
    let check = policy("difference", "<=", "0.03", &format!("{WAIVER}{dates}"));
    judged(&check, &[gap(Counts(group, 24, 60), Counts("a", 60, 100))])
}

#[test]
fn a_waiver_in_force_excuses_and_hides_nothing() {
    let j = waived("created = 2026-10-01\nexpires = 2026-12-01", "b");
    assert_eq!(j.findings[0].state, State::Breach);
    assert_eq!(j.findings[0].waived_by.as_deref(), Some("W-1"));
    assert!(!j.summary.violated);
    assert_eq!(j.verdict, State::Breach);
    assert_eq!(j.summary.waivers[0].state, "in_force");
    assert!(
        j.findings[0]
            .text
            .en
            .ends_with("; waived until 2026-12-01 (W-1)."),
        "{}",
        j.findings[0].text.en
    );
    assert!(
        j.findings[0]
            .text
            .de
            .ends_with("; Ausnahme bis 2026-12-01 (W-1)."),
        "{}",
        j.findings[0].text.de
    );
}

#[test]
fn a_waiver_ends_the_day_after_and_covers_its_group_alone() {
    for (dates, group, state) in [
        ("created = 2026-10-01\nexpires = 2026-11-30", "b", "expired"),
        ("created = 2026-12-02\nexpires = 2026-12-30", "b", "not_yet"),
        ("created = 2026-10-01\nexpires = 2026-12-30", "c", "unused"),
    ] {
        let j = waived(dates, group);
        assert!(j.summary.violated, "{dates}");
        assert_eq!(j.findings[0].waived_by, None);
        assert_eq!(j.summary.waivers[0].state, state);
    }
}

#[test]
fn waivers_need_a_day() {
    let check = policy(
        "difference",
        "<=",
        "0.03",
        &format!("{WAIVER}created = 2026-10-01\nexpires = 2026-11-30"),
    );
    let facts = Facts {
        catalogue: &CATALOGUE,
        views: &[],
        has_label: true,
        has_decision: true,
        has_score: true,
    };
    assert!(matches!(
        judge(&check, &[], &facts, None),
        Err(PolicyError::DateNeeded)
    ));
}

#[test]
fn inconclusive_fails_only_where_the_policy_says_so() {
    let open = |inconclusive: &str, rest: &str| {
        let mut check = policy("difference", "<=", "0.05", rest);
        if inconclusive == "fail" {
            check.inconclusive = waage_govern::policy::OnInconclusive::Fail;
        }
        judged(&check, &[gap(Counts("b", 24, 60), Counts("a", 60, 100))])
            .summary
            .violated
    };
    assert!(!open("warn", ""));
    assert!(open("fail", ""));
    assert!(!open("fail", "severity = \"info\""));
    let waiver = format!("{WAIVER}created = 2026-10-01\nexpires = 2026-12-30");
    assert!(!open("fail", &waiver));
}

#[test]
fn information_never_violates() {
    let check = policy("difference", "<=", "0.03", "severity = \"info\"");
    let j = judged(&check, &[gap(Counts("b", 24, 60), Counts("a", 60, 100))]);
    assert_eq!((j.verdict, j.summary.violated), (State::Breach, false));
}

#[test]
fn nothing_judged_is_inconclusive_and_says_why() {
    let check = policy("difference", "<=", "0.03", "");
    let j = judged(&check, &[]);
    assert_eq!(
        (j.verdict, j.findings.len(), j.not_run.len()),
        (State::Inconclusive, 0, 1)
    );
    assert_eq!(j.not_run[0].reason, "no_rows");
    let j = judged(&check, &[support::value(Counts("a", 60, 100))]);
    assert_eq!(j.not_run[0].reason, "one_group");
    let views = ["g".to_owned()];
    let facts = Facts {
        catalogue: &CATALOGUE,
        views: &views,
        has_label: true,
        has_decision: false,
        has_score: false,
    };
    let j = judge(&check, &[], &facts, None).unwrap();
    assert_eq!(j.not_run[0].reason, "no_decisions");
}

#[test]
fn the_built_in_policy_judges_every_sensitive_attribute_and_no_intersection() {
    let policy = Policy::built_in();
    let (b, a) = (Counts("b", 100, 400), Counts("a", 200, 400));
    let mut measurements = vec![
        ratio(b, a),
        compared(&support::TRUE_POSITIVE_RATE, Comparison::Difference, b, a),
        compared(&support::FALSE_POSITIVE_RATE, Comparison::Difference, b, a),
    ];
    for attribute in ["h", "g*h"] {
        let mut other = ratio(b, a);
        other.subject.attribute = attribute.to_owned();
        measurements.push(other);
    }
    let j = judged(&policy, &measurements);
    let judged: Vec<(&str, &str)> = j
        .findings
        .iter()
        .map(|f| (f.attribute.as_str(), f.check.as_str()))
        .collect();
    assert_eq!(
        judged,
        [
            ("g", "FAIR-01"),
            ("g", "FAIR-02"),
            ("g", "FAIR-03"),
            ("h", "FAIR-01")
        ]
    );
    assert_eq!(j.summary.families[0].size, 4);
    assert_eq!(
        (j.summary.source.as_str(), j.summary.group_min_n),
        ("built-in", 30)
    );
    let not_run: Vec<(&str, &str)> = j
        .not_run
        .iter()
        .map(|n| (n.attribute.as_str(), n.check.as_str()))
        .collect();
    assert_eq!(not_run, [("h", "FAIR-02"), ("h", "FAIR-03")]);
    assert!(policy.check_against(&CATALOGUE, &[]).is_ok());
}

#[test]
fn an_intersection_is_found_in_either_order() {
    let text = "schema = \"waage/policy/1\"\n[[check]]\nid = \"FAIR-01\"\nmetric = \"selection_rate\"\n\
                comparison = \"ratio\"\nattribute = \"h*g\"\nop = \">=\"\nmargin = 0.8\n";
    let policy = Policy::parse(text, "audit.toml").unwrap();
    let mut cell = ratio(Counts("b", 100, 400), Counts("a", 200, 400));
    cell.subject.attribute = "g*h".to_owned();
    let j = judged(&policy, &[cell]);
    assert_eq!(j.findings[0].attribute, "g*h");
    assert_eq!(policy.views(), [["h", "g"]]);
}
