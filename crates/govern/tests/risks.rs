//! The register moves with evidence: the rule of residual likelihood, what counts, what is written.

use std::collections::BTreeSet;

use serde_json::json;
use waage_govern::risks::assessment::{self, Request, Witness};
use waage_govern::risks::questionnaire::Answers;
use waage_govern::risks::{
    Book, Evidence, Filter, Order, Periods, Register, Rule, assess, catalogue, over_appetite, tell,
};
use waage_govern::{Date, Policy};
use waage_result::document::AuditResult;

const REGISTER: &str = r#"# Our risks: keep this line.
schema = "waage/risks/1"

[[risk]]   # the first one
id = "R-004"
category = "bias"
title = { en = "Women are called less often", de = "Frauen werden seltener angerufen" }
cause = "Historic labels reflect the call list of the past"
event = "Selection rate gap above 5 points"
impact_text = "Lost deals, complaints under AGG, loss of trust"
impact_money = { low = 10000, likely = 40000, high = 160000, per = "event" }
frequency_per_year = 0.5
impact = 3
likelihood_inherent = 4 # agreed in the workshop
owner = "m.owner"
treatment = "reduce"
controls = [{ id = "C-01", text = "Reweighing in training", kind = "preventive", check = "FAIR-01", state = "tested" },
            { id = "C-02", text = "Weekly human review", kind = "detective", check = "REV-01", state = "planned" }]
linked_checks = ["FAIR-01", "FAIR-02"]
status = "open"
review_date = 2027-02-01
sources = ["incident:I-2026-007"]

# a risk that nothing measures
[[risk]]
id = "R-030"
category = "privacy"
title = "Nobody measures this"
cause = "x"
event = "y"
impact = 5
likelihood_inherent = 2
treatment = "accept"
status = "accepted"
accepted_until = 2026-12-31
"#;

fn policy() -> Policy {
    let text = r#"
        schema = "waage/policy/1"
        [system]
        id = "lead-score"
        name = "Leads"
        criticality = "high"
        [risk_appetite]
        max_residual = { high = 6 }
        currency = "EUR"
        annual_loss_limit = 20000
        money_scale = [5000, 25000, 100000, 500000]
        [[check]]
        id = "FAIR-01"
        metric = "selection_rate"
        comparison = "difference"
        attribute = "gender"
        op = "<="
        margin = 0.05
        gates = ["periodic"]
        [[check]]
        id = "FAIR-02"
        metric = "selection_rate"
        comparison = "ratio"
        attribute = "gender"
        op = ">="
        margin = 0.8
        gates = ["periodic"]
        [gate.periodic]
        every_days = 30
    "#;
    Policy::parse(text, "audit.toml").unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A finding of the check with a value and a standard error, symmetric at 95 %.
fn finding(check: &str, group: &str, value: f64, error: f64, state: &str) -> serde_json::Value {
    let z = 1.959_963_984_540_054;
    let reason = (state == "inconclusive").then_some("interval_spans_margin");
    json!({
        "check": check, "attribute": "gender", "metric": "selection_rate",
        "comparison": "difference", "group": group, "reference": "male",
        "estimate": {"value": value, "low": value - z * error, "high": value + z * error, "n": 400, "method": "newcombe"},
        "level": 0.95, "op": "<=", "margin": 0.05, "state": state, "severity": "major",
        "reason": reason, "rows": 400, "text": {"en": "", "de": ""},
    })
}

fn result(findings: &[serde_json::Value]) -> AuditResult {
    serde_json::from_value(json!({
        "schema": "waage/audit/1",
        "dataset": {"rows": 400, "rows_filtered_out": 0, "digest": "sha256:0"},
        "roles": {}, "groups": [], "overall": {}, "disparities": [], "summary": {},
        "settings": {"confidence": 0.95, "bootstrap": 0, "seed": 0, "views": [["gender"]], "references": {}, "version": "0"},
        "policy": {"source": "file", "digest": "", "inconclusive": "warn", "group_min_n": 30, "privacy_k": 5, "families": [], "violated": false},
        "checks": [], "findings": findings, "verdict": "pass",
    }))
    .unwrap()
}

fn evidence(on: &str, findings: &[serde_json::Value]) -> Evidence {
    Evidence {
        day: day(on),
        digest: format!("sha256:{on}"),
        result: result(findings),
    }
}

/// Both linked checks at one value.
fn both(on: &str, value: f64, state: &str) -> Evidence {
    evidence(
        on,
        &[
            finding("FAIR-01", "female", value, 0.0198, state),
            finding("FAIR-02", "female", value - 0.5, 0.0001, "pass"),
        ],
    )
}

#[test]
fn a_level_rises_at_once_and_falls_one_step_per_passing_period() {
    let policy = policy();
    let periods = Periods::of(Some(&policy));
    let mut register = Register::parse(REGISTER, "risks.toml").unwrap();
    // FAIR-02 is a difference here, far within on the low side would be outside: keep it passing.
    let pass = |on: &str| {
        evidence(
            on,
            &[
                finding("FAIR-01", "female", 0.0, 0.005, "pass"),
                finding("FAIR-02", "female", 0.0, 0.005, "pass"),
            ],
        )
    };
    let mut step = |one: Evidence| {
        let steps = assess(&mut register, &[one], periods);
        assert_eq!(steps.len(), 1, "only R-004 is measured");
        (steps[0].rule, steps[0].likelihood)
    };
    // From the inherent level, 4: passing, one step.
    assert_eq!(step(pass("2026-01-01")), (Rule::FallsOneLevel, (4, 3)));
    // The same again, and too early: nothing.
    assert_eq!(step(pass("2026-01-01")), (Rule::HeldSamePeriod, (3, 3)));
    assert_eq!(step(pass("2026-01-30")), (Rule::HeldSamePeriod, (3, 3)));
    assert_eq!(step(pass("2026-01-31")), (Rule::FallsOneLevel, (3, 2)));
    // The worked example: 0.12 is level 5, at once.
    let bad = evidence(
        "2026-02-10",
        &[
            finding("FAIR-01", "female", 0.12, 0.0198, "breach"),
            finding("FAIR-02", "female", 0.0, 0.005, "pass"),
        ],
    );
    assert_eq!(step(bad), (Rule::Rises, (2, 5)));
    // Lower, but one of the checks is inconclusive: held however long.
    let open = evidence(
        "2026-03-20",
        &[
            finding("FAIR-01", "female", 0.030, 0.0198, "inconclusive"),
            finding("FAIR-02", "female", 0.0, 0.005, "pass"),
        ],
    );
    assert_eq!(step(open), (Rule::HeldNotPassing, (5, 5)));
    // A linked check that is not in the result earns nothing either.
    let half = evidence(
        "2026-03-21",
        &[finding("FAIR-01", "female", 0.0, 0.005, "pass")],
    );
    assert_eq!(step(half), (Rule::HeldNotPassing, (5, 5)));
    assert_eq!(step(pass("2026-03-22")), (Rule::FallsOneLevel, (5, 4)));
    // An older result changes nothing.
    assert_eq!(step(pass("2026-01-15")), (Rule::Older, (4, 4)));
}

#[test]
fn the_worst_group_and_the_worst_check_count() {
    let policy = policy();
    let mut register = Register::parse(REGISTER, "risks.toml").unwrap();
    let one = evidence(
        "2026-01-01",
        &[
            finding("FAIR-01", "female", 0.030, 0.0198, "inconclusive"),
            finding("FAIR-01", "diverse", 0.074, 0.0198, "inconclusive"),
            finding("FAIR-02", "female", -0.12, 0.0198, "breach"),
        ],
    );
    let steps = assess(&mut register, &[one], Periods::of(Some(&policy)));
    assert_eq!(steps[0].likelihood, (4, 5));
    let seen = &steps[0].seen;
    assert_eq!(seen[0].group.as_deref(), Some("diverse"));
    assert!((seen[0].exceedance.probability - 0.887_267_0).abs() < 1e-7);
    assert!((seen[1].exceedance.probability - 0.999_796_4).abs() < 1e-7);
    let measured = register.risk("R-004").unwrap().measured.clone().unwrap();
    assert_eq!((measured.check.as_str(), measured.level), ("FAIR-02", 5));
}

#[test]
fn several_results_are_periods_in_order_of_their_days() {
    let policy = policy();
    let pass = |on: &str| {
        evidence(
            on,
            &[
                finding("FAIR-01", "f", 0.0, 0.005, "pass"),
                finding("FAIR-02", "f", 0.0, 0.005, "pass"),
            ],
        )
    };
    let mut register = Register::parse(REGISTER, "risks.toml").unwrap();
    let results = [pass("2026-03-02"), pass("2026-01-01"), pass("2026-01-31")];
    let steps = assess(&mut register, &results, Periods::of(Some(&policy)));
    let told: Vec<_> = steps
        .iter()
        .map(|step| (step.day.to_string(), step.likelihood))
        .collect();
    let expected = [
        ("2026-01-01", (4, 3)),
        ("2026-01-31", (3, 2)),
        ("2026-03-02", (2, 1)),
    ];
    assert_eq!(told, expected.map(|(day, levels)| (day.to_owned(), levels)));
}

#[test]
fn a_measurement_that_is_no_longer_fresh_earns_nothing() {
    let policy = policy();
    let periods = Periods::of(Some(&policy));
    let mut register = Register::parse(REGISTER, "risks.toml").unwrap();
    assess(
        &mut register,
        &[both("2026-01-01", 0.12, "breach")],
        periods,
    );
    let risk = register.risk("R-004").unwrap();
    assert_eq!(
        periods.likelihood(risk, day("2026-03-02")),
        5,
        "60 days: twice the period"
    );
    assert_eq!(
        periods.likelihood(risk, day("2026-03-03")),
        4,
        "then the inherent level stands"
    );
    let told = tell(
        &register,
        Some(&policy),
        day("2026-03-03"),
        &Filter::default(),
    );
    assert_eq!(told.risks[0].basis, "inherent");
    assert!(!told.risks[0].measured.as_ref().unwrap().fresh);
}

#[test]
fn controls_count_only_if_tested_and_run() {
    let policy = policy();
    let mut register = Register::parse(REGISTER, "risks.toml").unwrap();
    let reasons = |register: &Register, on: &str| {
        let told = tell(register, Some(&policy), day(on), &Filter::default());
        let controls = told.risks[0].controls.iter();
        controls
            .map(|control| control.reason.clone())
            .collect::<Vec<_>>()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        reasons(&register, "2026-01-01"),
        [some("never_ran"), some("planned")]
    );
    assess(
        &mut register,
        &[both("2026-01-01", 0.0, "pass")],
        Periods::of(Some(&policy)),
    );
    assert_eq!(reasons(&register, "2026-01-31"), [None, some("planned")]);
    assert_eq!(
        reasons(&register, "2026-02-01"),
        [some("ran_too_long_ago"), some("planned")]
    );
}

#[test]
fn what_is_above_the_appetite_is_told_and_acceptance_needs_a_signature() {
    let policy = policy();
    let register = Register::parse(REGISTER, "risks.toml").unwrap();
    let over = over_appetite(&register, &policy, &[], day("2026-11-01"));
    let ids: Vec<_> = over
        .risks
        .iter()
        .map(|risk| (risk.id.as_str(), risk.score, risk.accepted_until.is_some()))
        .collect();
    assert_eq!(ids, [("R-004", 12, false), ("R-030", 10, true)]);
    // 0.5 a year times the mean of 55 000.
    assert_eq!(over.annual_loss, 27_500.0);
    assert!(over.loss_is_over());
    // Results are taken into account without being written.
    let worse = over_appetite(
        &register,
        &policy,
        &[both("2026-11-01", 0.12, "breach")],
        day("2026-11-01"),
    );
    assert_eq!(worse.risks[0].score, 15);
    // The acceptance ends.
    let later = over_appetite(&register, &policy, &[], day("2027-03-01"));
    assert_eq!(later.risks[1].accepted_until, None);
    assert_eq!(later.overdue, ["R-004"]);
}

#[test]
fn a_draft_is_never_above_the_appetite() {
    let draft = REGISTER.replacen("status = \"open\"", "status = \"draft\"", 1);
    let register = Register::parse(&draft, "risks.toml").unwrap();
    let (policy, day) = (policy(), day("2026-11-01"));
    let told = tell(&register, Some(&policy), day, &Filter::default());
    let over = |id: &str| told.risks.iter().any(|r| r.id == id && r.over_appetite);
    assert!(!over("R-004") && over("R-030"));
    assert!(told.appetite.over.is_empty());
    assert_eq!(told.appetite.accepted_over, ["R-030"]);
}

#[test]
fn money_is_held_to_the_impact_beside_it() {
    let register = Register::parse(REGISTER, "risks.toml").unwrap();
    assert!(
        register
            .check_money(&[5_000.0, 25_000.0, 100_000.0, 500_000.0])
            .is_ok()
    );
    let error = register
        .check_money(&[1_000.0, 2_000.0, 50_000.0, 500_000.0])
        .unwrap_err();
    assert!(
        error.to_string().contains("R-004") && error.to_string().contains("impact = 4"),
        "{error}"
    );
}

#[test]
fn writing_keeps_comments_order_and_everything_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("risks.toml");
    std::fs::write(&path, REGISTER).unwrap();
    let policy = policy();
    let request = |write| Request {
        evidence: vec![both("2026-11-01", 0.12, "breach")],
        write,
        ..Request::default()
    };
    let run = |write| {
        assessment::run(
            &path,
            Some(&policy),
            &request(write),
            day("2026-11-02"),
            None,
        )
        .unwrap()
    };
    let dry = run(false);
    assert_eq!(dry.changes.len(), 1);
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        REGISTER,
        "a dry run writes nothing"
    );
    run(true);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut rest = text.as_str();
    for line in REGISTER.lines().filter(|line| !line.is_empty()) {
        let at = rest
            .find(line)
            .unwrap_or_else(|| panic!("{line} is gone or moved:\n{text}"));
        rest = &rest[at + line.len()..];
    }
    assert!(text.contains("[risk.measured]\nlikelihood = 5\n"), "{text}");
    assert!(
        text.contains("ran = { FAIR-01 = 2026-11-01, FAIR-02 = 2026-11-01 }"),
        "{text}"
    );
    // Reading it again gives what was kept; the same result again changes no byte.
    let kept = Register::parse(&text, "risks.toml").unwrap();
    assert_eq!(
        kept.risk("R-004")
            .unwrap()
            .measured
            .as_ref()
            .unwrap()
            .likelihood,
        5
    );
    run(true);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn changes_go_to_the_ledger_with_old_and_new_values() {
    use waage_govern::ledger::{Ledger, Options, read};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("risks.toml");
    std::fs::write(&path, REGISTER).unwrap();
    let log = folder.path().join("ledger.jsonl");
    let now = "2026-11-02T08:00:00Z".parse().unwrap();
    let (ledger, _) = Ledger::create(&log, &Options::default(), "demo", now).unwrap();
    let witness = Witness {
        ledger: &ledger,
        actor: "m.owner",
        now,
    };
    let policy = policy();
    for _ in 0..2 {
        let request = Request {
            evidence: vec![both("2026-11-01", 0.12, "breach")],
            write: true,
            ..Request::default()
        };
        assessment::run(
            &path,
            Some(&policy),
            &request,
            day("2026-11-02"),
            Some(witness),
        )
        .unwrap();
    }
    let entries = read(&log, &Options::default(), |kind| kind == "risk.scored").unwrap();
    assert_eq!(
        entries.len(),
        1,
        "what changes nothing is not recorded again"
    );
    let payload = &entries[0].payload;
    assert_eq!(payload["risk"], "R-004");
    assert_eq!(payload["old"], json!({"likelihood": 4, "score": 12}));
    assert_eq!(payload["new"], json!({"likelihood": 5, "score": 15}));
    assert_eq!(payload["findings"][0]["result"], "sha256:2026-11-01");
}

#[test]
fn a_result_after_the_day_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("risks.toml");
    std::fs::write(&path, REGISTER).unwrap();
    let request = Request {
        evidence: vec![both("2026-11-03", 0.12, "breach")],
        ..Request::default()
    };
    let error = assessment::run(&path, None, &request, day("2026-11-02"), None).unwrap_err();
    assert!(
        error.to_string().contains("lies after 2026-11-02"),
        "{error}"
    );
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (from, to, place, says) in [
        (
            "impact = 3",
            "impact = 6",
            "13:10",
            "use a level from 1 to 5",
        ),
        (
            "impact = 3",
            "impact = 3\nimpcat = 3",
            "14:1",
            "did you mean \"impact\"?",
        ),
        ("\"R-030\"", "\"R-004\"", "26:6", "defined twice"),
        ("\"R-030\"", "\"30\"", "26:6", "no id of a risk"),
        (
            "\"reduce\"",
            "\"redcue\"",
            "16:13",
            "did you mean \"reduce\"?",
        ),
        ("high = 160000", "high = 1", "11:16", "not in order"),
        ("\"FAIR-02\"", "\"fair\"", "19:29", "no id of a check"),
        (
            "treatment = \"accept\"",
            "treatment = \"avoid\"",
            "35:18",
            "its treatment is not accept",
        ),
        ("0.5", "-0.5", "12:22", "at least 0"),
        (
            "waage/risks/1",
            "waage/risk/1",
            "2:10",
            "did you mean \"waage/risks/1\"?",
        ),
        (
            "\"Nobody measures this\"",
            "\"Ask jo@example.org\"",
            "28:9",
            "holds an e-mail address",
        ),
        (", check = \"FAIR-01\"", "", "17:20", "names no check"),
    ] {
        let error = Register::parse(&REGISTER.replacen(from, to, 1), "risks.toml")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with(&format!("risks.toml:{place}: ")) && error.contains(says),
            "{to}: {error}"
        );
        assert_eq!(error.lines().count(), 1);
    }
}

#[test]
fn lists_filter_and_sort() {
    let policy = policy();
    let register = Register::parse(REGISTER, "risks.toml").unwrap();
    let ids = |filter: Filter| -> Vec<String> {
        let told = tell(&register, Some(&policy), day("2027-03-01"), &filter);
        assert_eq!(told.total, 2);
        told.risks.into_iter().map(|risk| risk.id).collect()
    };
    let by = |order| {
        ids(Filter {
            order,
            ..Filter::default()
        })
    };
    assert_eq!(by(Order::Score), ["R-004", "R-030"]);
    assert_eq!(by(Order::Review), ["R-004", "R-030"], "without a date last");
    assert_eq!(
        ids(Filter {
            overdue: true,
            ..Filter::default()
        }),
        ["R-004"]
    );
    assert_eq!(
        ids(Filter {
            category: Some("privacy".into()),
            ..Filter::default()
        }),
        ["R-030"]
    );
    assert_eq!(
        ids(Filter {
            category: Some("ethics".into()),
            ..Filter::default()
        }),
        ["R-004"]
    );
    assert_eq!(
        ids(Filter {
            over_appetite: true,
            ..Filter::default()
        }),
        ["R-004", "R-030"]
    );
}

#[test]
fn a_register_begins_with_the_policys_owner_checks_and_scale() {
    let start = catalogue::Start {
        owner: Some("m.owner".to_owned()),
        day: day("2026-11-01"),
    };
    let text = catalogue::text(&start, Some(&policy())).unwrap();
    let register = Register::parse(&text, "risks.toml").unwrap();
    assert!(
        register
            .risks
            .iter()
            .all(|risk| risk.owner.as_deref() == Some("m.owner"))
    );
    assert_eq!(register.risks[0].review_date, Some(day("2027-01-30")));
    assert_eq!(
        register.risk("R-001").unwrap().linked_checks,
        ["FAIR-01", "FAIR-02"]
    );
    assert!(
        register.risk("R-009").unwrap().linked_checks.is_empty(),
        "the policy has no DRIFT-01"
    );
    assert!(text.contains("# who answers for it / wer dafür einsteht"));
}

const ANSWERS: &str = r#"
schema = "waage/risk-answers/1"
occasion = "pre_deployment"
[answer]
DATA-1 = "no"
DATA-2 = "yes"
IMPACT-2 = 250000
MODEL-1 = "unknown"
"#;

#[test]
fn answers_suggest_and_take_nothing_by_themselves() {
    let start = catalogue::Start {
        owner: None,
        day: day("2026-11-01"),
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("risks.toml");
    let register = catalogue::begin(&path, &start, None).unwrap();
    // One risk is missing; another stands higher than the answers suggest.
    let text = std::fs::read_to_string(&path).unwrap();
    let at = text.find("[[risk]]\nid = \"R-014\"").unwrap();
    let end = at + text[at..].find("[[risk]]\nid = \"R-015\"").unwrap();
    std::fs::write(&path, format!("{}{}", &text[..at], &text[end..])).unwrap();
    let answers = Answers::parse(ANSWERS, "answers.toml").unwrap();
    let request = |write: bool, accepted: &[&str]| Request {
        answers: Some(answers.clone()),
        write,
        accepted: accepted
            .iter()
            .map(|id| (*id).to_owned())
            .collect::<BTreeSet<_>>(),
        ..Request::default()
    };
    let run = |request: &Request| assessment::run(&path, None, request, day("2026-11-02"), None);
    let told = run(&request(false, &[])).unwrap();
    let action = |told: &waage_result::risks::RisksResult, id: &str| {
        told.suggestions
            .iter()
            .find(|s| s.risk == id)
            .map(|s| (s.action.clone(), s.taken))
    };
    assert_eq!(action(&told, "R-001"), Some(("raise".into(), false)));
    assert_eq!(action(&told, "R-002"), Some(("higher_kept".into(), false)));
    assert_eq!(
        action(&told, "R-009"),
        Some(("raise".into(), false)),
        "250 000 is impact 4"
    );
    assert_eq!(action(&told, "R-014"), Some(("add".into(), false)));
    assert!(told.unanswered.contains(&"BIAS-1".to_owned()));
    let reasons = &told
        .suggestions
        .iter()
        .find(|s| s.risk == "R-014")
        .unwrap()
        .reasons;
    assert_eq!(reasons.len(), 2, "the model and the money both speak of it");

    // Written without --accept: only what is missing comes, as a draft.
    let told = run(&request(true, &[])).unwrap();
    assert_eq!(action(&told, "R-014"), Some(("add".into(), true)));
    let now = Register::read(&path).unwrap();
    let added = now.risk("R-014").unwrap();
    assert_eq!(
        (added.status.name(), added.sources[0].as_str()),
        ("draft", "answers:pre_deployment@2026-11-02")
    );
    assert_eq!((added.likelihood_inherent, added.impact), (4, 4));
    let level = |of: &Register, id: &str| of.risk(id).unwrap().likelihood_inherent;
    assert_eq!(
        level(&now, "R-001"),
        level(&register, "R-001"),
        "human values stay"
    );
    // Named, it is raised; nothing is lowered.
    run(&request(true, &["R-001"])).unwrap();
    let now = Register::read(&path).unwrap();
    assert_eq!((level(&now, "R-001"), level(&now, "R-002")), (5, 3));
    assert_eq!(now.risk("R-009").unwrap().impact, 3);
    let error = run(&request(true, &["R-002"])).unwrap_err();
    assert!(
        error.to_string().contains("raise no level of R-002"),
        "{error}"
    );
}

/// As `risks init` does: a register may not hold what the policy's own checks refuse.
#[test]
fn what_answers_add_follows_the_policy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("risks.toml");
    std::fs::write(&path, "schema = \"waage/risks/1\"\n").unwrap();
    let mut policy = policy();
    let appetite = policy.kept.risk_appetite.as_mut().unwrap();
    appetite.money_scale = Some([100.0, 200.0, 300.0, 30_000.0]);
    let request = Request {
        answers: Some(Answers::parse(ANSWERS, "answers.toml").unwrap()),
        write: true,
        ..Request::default()
    };
    let told = assessment::run(&path, Some(&policy), &request, day("2026-11-02"), None).unwrap();
    let register = Register::read(&path).unwrap();
    assessment::check(&register, Some(&policy)).unwrap();
    // The mean of 10 000, 40 000 and 150 000 is above 30 000; the policy has no DRIFT-01.
    let drift = register.risk("R-009").unwrap();
    assert_eq!((drift.impact, drift.linked_checks.len()), (5, 0));
    let checks = &register.risk("R-005").unwrap().linked_checks;
    assert_eq!(*checks, ["FAIR-01", "FAIR-02"]);
    for suggestion in &told.suggestions {
        let added = register.risk(&suggestion.risk).unwrap();
        assert_eq!(suggestion.impact_suggested, added.impact);
    }
}

#[test]
fn answers_that_are_none_are_refused() {
    for (from, to, says) in [
        ("DATA-1", "DATA-9", "did you mean \"DATA-1\"?"),
        (
            "\"no\"",
            "\"maybe\"",
            "write one of yes, partly, no, unknown",
        ),
        ("250000", "\"much\"", "no amount"),
        ("250000", "-1", "no amount"),
        (
            "pre_deployment",
            "sometimes",
            "known: pre_deployment, periodic",
        ),
    ] {
        let error = Answers::parse(&ANSWERS.replacen(from, to, 1), "answers.toml")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("answers.toml:") && error.contains(says),
            "{error}"
        );
    }
}

#[test]
fn a_register_in_another_form_is_not_changed_blindly() {
    let text = "schema = \"waage/risks/1\"\nrisk = [{ id = \"R-004\", category = \"bias\", title = \"t\", cause = \"c\", event = \"e\", impact = 3, likelihood_inherent = 4, treatment = \"reduce\", linked_checks = [\"FAIR-01\"], status = \"open\" }]\n";
    let mut book = Book::parse(text, "risks.toml").unwrap();
    let error = book.set_level("R-004", "impact", 4).unwrap_err();
    assert!(error.to_string().contains("[[risk]] table"), "{error}");
    let mut empty = Book::parse(&waage_govern::risks::book::empty(), "risks.toml").unwrap();
    empty.add_risk(&catalogue::risks()[0]).unwrap();
    let back = Register::parse(&empty.text(), "risks.toml").unwrap();
    assert_eq!(back.risks[0], catalogue::risks()[0], "{}", empty.text());
}

#[test]
fn a_control_may_rest_on_whether_the_review_queue_is_served() {
    use waage_govern::review::{Reviewed, batch_id};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("risks.toml");
    let planned = "check = \"REV-01\", state = \"planned\"";
    let register = REGISTER.replace(planned, &planned.replace("planned", "tested"));
    assert_ne!(register, REGISTER);
    std::fs::write(&path, register).unwrap();
    let policy = policy();
    let cases: Vec<_> = (0..60)
        .map(|at| {
            json!({"case_id": format!("c_{at:026}"), "strata": ["random"], "incl_prob": 0.1, "score": 0.5,
                "decision_model": "accept", "blind": false, "double": false, "groups": {}, "inputs": {}})
        })
        .collect();
    let mut batch: waage_result::review::ReviewBatch = serde_json::from_value(json!({
        "schema": "waage/review-batch/1", "batch_id": "", "drawn_at": "2026-11-06T08:00:00Z",
        "due_at": "2026-11-13T23:59:59Z", "cases": cases,
        "design": {"n": 60, "seed": 1, "population": 800, "attributes": [], "inputs": [], "strata": []},
    }))
    .unwrap();
    batch.batch_id = batch_id(&batch);
    let reviewed = Reviewed {
        batch,
        decisions: Vec::new(),
    };
    let reason = |on: &str| {
        let request = Request {
            reviews: vec![reviewed.clone()],
            write: true,
            ..Request::default()
        };
        assessment::run(&path, Some(&policy), &request, day(on), None).unwrap();
        let register = Register::read(&path).unwrap();
        let told = tell(&register, Some(&policy), day(on), &Filter::default());
        let risk = told.risks.iter().find(|risk| risk.id == "R-004").unwrap();
        risk.controls[1].reason.clone()
    };
    assert_eq!(
        reason("2026-11-10").as_deref(),
        Some("never_ran"),
        "nothing is due"
    );
    assert_eq!(reason("2026-11-20"), None, "it came to an answer");
}
