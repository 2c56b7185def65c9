//! Two policies side by side: what counts as stricter, looser and neutral.

use waage_govern::Policy;
use waage_govern::policy::diff;
use waage_result::policy::{Effect, PolicyChange};

const TEMPLATE: &str = include_str!("template.toml");

fn parse(text: &str) -> Policy {
    Policy::parse(text, "audit.toml").unwrap_or_else(|error| panic!("{error}"))
}

/// The changes that replacing a text in the template makes.
fn changes(from: &str, to: &str) -> Vec<PolicyChange> {
    assert!(TEMPLATE.contains(from), "{from}");
    diff(&parse(TEMPLATE), &parse(&TEMPLATE.replacen(from, to, 1))).changes
}

/// The one change, and with from and to exchanged its opposite.
fn both(from: &str, to: &str) -> (String, Effect, Effect) {
    let there = changes(from, to);
    assert_eq!(there.len(), 1, "{from} -> {to}: {there:?}");
    let back = diff(&parse(&TEMPLATE.replacen(from, to, 1)), &parse(TEMPLATE)).changes;
    assert_eq!(back.len(), 1);
    assert_eq!((&there[0].from, &there[0].to), (&back[0].to, &back[0].from));
    assert!(!there[0].why.de.is_empty() && !there[0].why.en.is_empty());
    (there[0].key.clone(), there[0].effect, back[0].effect)
}

#[test]
fn each_rule_has_its_direction() {
    use Effect::{Looser, Neutral, Stricter};
    for (from, to, key, effect, opposite) in [
        (
            "margin = 0.05",
            "margin = 0.1",
            "check.FAIR-01.margin",
            Looser,
            Stricter,
        ),
        (
            "margin = 0.8",
            "margin = 0.9",
            "check.FAIR-02.margin",
            Stricter,
            Looser,
        ),
        (
            "severity = \"major\"",
            "severity = \"info\"",
            "check.FAIR-01.severity",
            Looser,
            Stricter,
        ),
        (
            "inconclusive = \"warn\"",
            "inconclusive = \"fail\"",
            "inconclusive",
            Stricter,
            Looser,
        ),
        (
            "group_min_n = 50",
            "group_min_n = 100",
            "data.group_min_n",
            Looser,
            Stricter,
        ),
        (
            "criticality = \"high\"",
            "criticality = \"critical\"",
            "system.criticality",
            Stricter,
            Looser,
        ),
        (
            "high = 6",
            "high = 8",
            "risk_appetite.max_residual.high",
            Looser,
            Stricter,
        ),
        (
            "5000, 25000",
            "5000, 30000",
            "risk_appetite.money_scale",
            Looser,
            Stricter,
        ),
        (
            "expires = 2027-01-31",
            "expires = 2027-02-28",
            "waiver.W-2026-003.expires",
            Looser,
            Stricter,
        ),
        (
            "created = 2026-10-01",
            "created = 2026-09-01",
            "waiver.W-2026-003.created",
            Looser,
            Stricter,
        ),
        (
            "scope = { group = \"x\" } ",
            "",
            "waiver.W-2026-003.group",
            Looser,
            Stricter,
        ),
        (
            "owner = 1, ",
            "owner = 2, ",
            "gate.pre_deployment.required_signatures.owner",
            Stricter,
            Looser,
        ),
        (
            "\"dpia\", \"data_sheet\"",
            "\"dpia\"",
            "gate.pre_deployment.require_documents",
            Looser,
            Stricter,
        ),
        (
            "max_audit_age_days = 30",
            "max_audit_age_days = 60",
            "gate.pre_deployment.max_audit_age_days",
            Looser,
            Stricter,
        ),
        (
            "unknown = \"report\"",
            "unknown = \"drop\"",
            "attribute.gender.unknown",
            Looser,
            Stricter,
        ),
        (
            "reference = \"best\"",
            "reference = \"largest\"",
            "attribute.gender.reference",
            Looser,
            Looser,
        ),
        (
            "use_case = \"lead_scoring\"",
            "use_case = \"other\"",
            "system.use_case",
            Looser,
            Looser,
        ),
        (
            "third_party = [{",
            "# third_party = [{",
            "system.third_party",
            Neutral,
            Looser,
        ),
        ("k = 5\n", "k = 8\n", "privacy.k", Stricter, Looser),
        (
            "sla_working_days = 5",
            "sla_working_days = 9",
            "review.sla_working_days",
            Looser,
            Stricter,
        ),
        (
            "strategy_link",
            "# strategy_link",
            "system.strategy_link",
            Looser,
            Stricter,
        ),
        (
            "version = \"2026.11\"",
            "version = \"2026.12\"",
            "system.version",
            Neutral,
            Neutral,
        ),
        (
            "\"bonferroni\"",
            "\"none\"",
            "family.fairness-main.method",
            Stricter,
            Looser,
        ),
    ] {
        assert_eq!(
            both(from, to),
            (key.to_owned(), effect, opposite),
            "{from} -> {to}"
        );
    }
}

#[test]
fn how_a_check_decides_orders_by_what_it_lets_through() {
    let decide = |from: &str, to: &str| {
        let text = |word: &str| {
            TEMPLATE.replacen("decide = \"three_way\"", &format!("decide = \"{word}\""), 1)
        };
        diff(&parse(&text(from)), &parse(&text(to))).effect
    };
    for (from, to, effect) in [
        ("lenient", "three_way", Effect::Stricter),
        ("three_way", "strict", Effect::Stricter),
        ("point", "strict", Effect::Stricter),
        ("lenient", "point", Effect::Stricter),
        ("strict", "three_way", Effect::Looser),
        ("three_way", "lenient", Effect::Looser),
        ("three_way", "point", Effect::Looser),
        ("point", "three_way", Effect::Looser),
        ("strict", "point", Effect::Looser),
    ] {
        assert_eq!(decide(from, to), effect, "{from} -> {to}");
    }
    let confidence = |decide: &str, to: &str| {
        let text = TEMPLATE.replacen(
            "decide = \"three_way\"",
            &format!("decide = \"{decide}\""),
            1,
        );
        let other = text.replacen("confidence = 0.95", &format!("confidence = {to}"), 1);
        diff(&parse(&text), &parse(&other)).effect
    };
    assert_eq!(confidence("three_way", "0.99"), Effect::Looser);
    assert_eq!(confidence("three_way", "0.9"), Effect::Looser);
    assert_eq!(confidence("strict", "0.99"), Effect::Stricter);
    assert_eq!(confidence("lenient", "0.9"), Effect::Stricter);
    assert_eq!(confidence("point", "0.9"), Effect::Neutral);
}

#[test]
fn elements_come_and_go() {
    let gone = TEMPLATE.replacen(
        "[[intersection]]\nattributes = [\"gender\", \"age\"]\nmax_depth = 2\n",
        "",
        1,
    );
    let found = diff(&parse(TEMPLATE), &parse(&gone));
    assert_eq!(found.effect, Effect::Looser);
    assert_eq!(found.changes[0].key, "intersection.age*gender");
    assert!(found.changes[0].from.is_some() && found.changes[0].to.is_none());
    let start = TEMPLATE.find("[[waiver]]").unwrap();
    let end = TEMPLATE.find("[gate.pre_deployment]").unwrap();
    let without = format!("{}{}", &TEMPLATE[..start], &TEMPLATE[end..]);
    let found = diff(&parse(TEMPLATE), &parse(&without));
    assert_eq!(
        (found.changes[0].key.as_str(), found.effect),
        ("waiver.W-2026-003", Effect::Stricter)
    );
    assert_eq!(
        diff(&parse(&without), &parse(TEMPLATE)).effect,
        Effect::Looser
    );
    let same = diff(&parse(TEMPLATE), &parse(&format!("# comment\n{TEMPLATE}")));
    assert_eq!((same.changes.len(), same.effect), (0, Effect::Neutral));
    assert_eq!(same.old.digest, same.new.digest);
}

#[test]
fn another_question_is_not_compared_by_its_margin() {
    let found = changes(
        "metric = \"selection_rate\"         #",
        "metric = \"true_positive_rate\"   #",
    );
    assert_eq!(found[0].effect, Effect::Looser);
    let both = TEMPLATE
        .replacen(
            "metric = \"selection_rate\"",
            "metric = \"true_positive_rate\"",
            1,
        )
        .replacen("margin = 0.05", "margin = 0.01", 1);
    let found = diff(&parse(TEMPLATE), &parse(&both)).changes;
    assert!(
        found.iter().all(|change| change.effect == Effect::Looser),
        "{found:?}"
    );
}

#[test]
fn order_alone_is_neutral_and_still_told() {
    let (head, rest) = TEMPLATE.split_once("[[check]]\nid = \"FAIR-01\"").unwrap();
    let (first, rest) = rest.split_once("[[check]]\nid = \"FAIR-02\"").unwrap();
    let (second, rest) = rest.split_once("[family").unwrap();
    let swapped = format!(
        "{head}[[check]]\nid = \"FAIR-02\"{second}[[check]]\nid = \"FAIR-01\"{first}\n[family{rest}"
    );
    let found = diff(&parse(TEMPLATE), &parse(&swapped));
    assert_ne!(found.old.digest, found.new.digest);
    assert_eq!(
        (found.changes.len(), found.changes[0].key.as_str()),
        (1, "check")
    );
    assert_eq!(found.effect, Effect::Neutral);
}

proptest::proptest! {
    /// A smaller margin of a gap is never looser, a larger one always is.
    #[test]
    fn margins_order_policies(a in 1_u32..1000, b in 1_u32..1000) {
        let text = |m: u32| TEMPLATE.replacen("margin = 0.05", &format!("margin = {}", f64::from(m) / 1000.0), 1);
        let effect = diff(&parse(&text(a)), &parse(&text(b))).effect;
        let expected = match b.cmp(&a) {
            std::cmp::Ordering::Less => Effect::Stricter,
            std::cmp::Ordering::Equal => Effect::Neutral,
            std::cmp::Ordering::Greater => Effect::Looser,
        };
        proptest::prop_assert_eq!(effect, expected);
    }
}
