//! `waage policy check`: every error, warnings and notes.

mod support;

use std::fs;

use support::CATALOGUE;
use waage_govern::Date;
use waage_govern::policy::{check, presets};
use waage_result::policy::PolicyCheck;

const TEMPLATE: &str = include_str!("template.toml");

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn checked_on(text: &str, on: &str) -> PolicyCheck {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.toml");
    fs::write(&path, text).unwrap();
    let mut found = check(&path, &CATALOGUE, day(on));
    let folder = format!("{}/", folder.path().display());
    let bare = |text: &mut String| *text = text.replace(&folder, "");
    bare(&mut found.file);
    found
        .errors
        .iter_mut()
        .for_each(|e| bare(&mut e.place.file));
    let remarks = found.warnings.iter_mut().chain(&mut found.notes);
    remarks.for_each(|r| bare(&mut r.place.file));
    found
}

fn checked(text: &str) -> PolicyCheck {
    checked_on(text, "2026-11-29")
}

/// `line:column what` of every error.
fn errors(found: &PolicyCheck) -> Vec<String> {
    let told = |e: &waage_result::policy::PolicyFault| {
        format!("{}:{} {}", e.place.line, e.place.column, e.what)
    };
    found.errors.iter().map(told).collect()
}

fn rules(remarks: &[waage_result::policy::PolicyRemark]) -> Vec<&str> {
    remarks.iter().map(|remark| remark.rule.as_str()).collect()
}

#[test]
fn every_error_is_told_with_its_place_line_and_mend() {
    let text = "\
schema = \"waage/policy/1\"
inconclusive = \"maybe\"

[sytem]
id = \"x\"

[people]
owner = \"a\"
approver = \"a\"

[[attribute]]
name = \"gender\"
kind = \"categorial\"

[[check]]
id = \"fair-1\"
metric = \"selection_rate\"
comparison = \"difference\"
attribute = \"gender\"
op = \"<=\"
magrin = 0.05

[[check]]
id = \"FAIR-02\"
metric = \"selection_rate\"
comparison = \"ratio\"
attribute = \"gender\"
op = \">=\"
margin = 0.8
confidence = 95
family = \"mian\"
interval = \"newcombe\"

[[check]]
comparison = \"ratio\"
attribute = \"gender\"

[privacy]
k = 2
";
    let found = checked(text);
    assert!(!found.valid && found.digest.is_none());
    assert_eq!(
        errors(&found),
        [
            "2:16 unknown word \"maybe\"",
            "4:1 the key \"name\" is missing here",
            "4:2 unknown key \"sytem\"",
            "9:12 owner and approver are the same person",
            "13:8 unknown word \"categorial\"",
            "16:6 \"fair-1\" is not an id of a check",
            "21:1 unknown key \"magrin\"",
            "30:14 the confidence is 95",
            "31:10 unknown family \"mian\"",
            "32:12 unknown interval for this comparison \"newcombe\"",
            "34:1 the key \"id\" is missing here",
            "34:1 the key \"metric\" is missing here",
            "34:1 the key \"op\" is missing here",
            "34:1 the key \"margin\" is missing here",
            "39:5 k is below 3, or k_external below k",
        ]
    );
    let typo = &found.errors[6];
    assert_eq!(typo.place.text, "magrin = 0.05");
    assert!(
        typo.mend.starts_with("did you mean \"margin\"?"),
        "{}",
        typo.mend
    );
    assert_eq!(typo.place.file, "audit.toml");
}

#[test]
fn syntax_errors_are_told_before_anything_else() {
    let found = checked("schema = \"waage/policy/1\"\nx = [1\ny = \"\n[data\n");
    assert!(found.errors.len() >= 2, "{:?}", errors(&found));
    let lines: Vec<usize> = found.errors.iter().map(|e| e.place.line).collect();
    assert!(lines.iter().all(|line| (2..=4).contains(line)), "{lines:?}");
}

#[test]
fn errors_of_meaning_follow_those_of_form() {
    let from = [
        ("margin = 0.05 ", "margin = 1.5 "),
        (
            "metric = \"selection_rate\"\ncomparison = \"ratio\"",
            "metric = \"selection_rat\"\ncomparison = \"ratio\"",
        ),
        ("special_categories = false", "special_categories = true"),
        ("dpo = \"p.privacy\" ", "# dpo "),
        ("strategy_link", "# strategy_link"),
        ("weight = \"\"", "features = [\"gender\", \"visits\"]"),
    ];
    let text = from.iter().fold(TEMPLATE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let found = checked(&text);
    let told = errors(&found);
    for part in [
        "a system of medium or higher criticality does not say why it exists",
        "data of special categories are used and no data protection officer is named",
        "the model uses the protected attribute \"gender\" and no reason is given",
        "the margin 1.5 lies outside what a difference of selection_rate can be",
        "unknown metric \"selection_rat\"",
    ] {
        assert!(
            told.iter().any(|one| one.contains(part)),
            "{part}: {told:?}"
        );
    }
    assert_eq!(told.len(), 5);
    assert!(
        found
            .errors
            .iter()
            .all(|e| e.place.line > 0 && !e.place.text.is_empty())
    );
    let reasoned = text.replacen(
        "basis = \"AGG",
        "direct_use_reason = \"Required by the regulator, see memo 3\"\nbasis = \"AGG",
        1,
    );
    assert_eq!(checked(&reasoned).errors.len(), 4);
}

#[test]
fn the_template_is_valid_and_says_what_its_gates_will_miss() {
    let found = checked(TEMPLATE);
    assert!(found.valid, "{:?}", errors(&found));
    assert_eq!(
        rules(&found.warnings),
        [
            "attribute_unchecked",
            "no_label_metric",
            "many_waived",
            "document_unlisted",
            "document_without_digest",
        ]
    );
    assert_eq!(rules(&found.notes), ["use_lead_order", "features_unknown"]);
    assert_eq!(found.checks, 2);
    let unchecked = &found.warnings[0];
    assert_eq!(unchecked.place.text, "[[attribute]]");
    assert!(unchecked.text.en.contains("“age”") && unchecked.text.de.contains("„age“"));
    let before = checked_on(TEMPLATE, "2026-09-30");
    assert!(rules(&before.notes).contains(&"waiver_not_yet"));
    let after = checked_on(TEMPLATE, "2027-02-01");
    assert!(rules(&after.warnings).contains(&"waiver_expired"));
    assert!(!rules(&after.warnings).contains(&"many_waived"));
}

#[test]
fn warnings_name_what_is_probably_not_meant() {
    let warned = |from: &str, to: &str, rule: &str| {
        assert!(TEMPLATE.contains(from), "{from}");
        assert!(
            !rules(&checked(TEMPLATE).warnings).contains(&rule),
            "{rule} in the template"
        );
        let found = checked(&TEMPLATE.replacen(from, to, 1));
        assert!(found.valid, "{rule}: {:?}", errors(&found));
        assert!(
            rules(&found.warnings).contains(&rule),
            "{rule}: {:?}",
            rules(&found.warnings)
        );
    };
    warned(
        "decide = \"three_way\"",
        "decide = \"lenient\"",
        "lenient_major",
    );
    warned(
        "gates = [\"pre_deployment\", \"periodic\"]",
        "gates = [\"pre_deploymnt\"]",
        "gate_unknown",
    );
    warned("family = \"fairness-main\"", "# family", "family_unused");
    warned(
        "criticality = \"high\"",
        "# criticality",
        "criticality_missing",
    );
    warned(
        "attribute = \"gender\"",
        "attribute = \"gendr\"",
        "attribute_unlisted",
    );
    warned(
        "validator = \"v.independent\"",
        "# validator",
        "role_unfilled",
    );
}

#[test]
fn each_use_has_its_least_criticality_and_its_note() {
    let of = |case: &str, criticality: &str, more: &str| {
        let text = TEMPLATE
            .replacen(
                "use_case = \"lead_scoring\"",
                &format!("use_case = \"{case}\"\n{more}"),
                1,
            )
            .replacen(
                "criticality = \"high\"",
                &format!("criticality = \"{criticality}\""),
                1,
            );
        checked(&text)
    };
    for (case, least, below, note, names) in [
        (
            "employment",
            "critical",
            "high",
            "use_employment",
            "Annex III no. 4",
        ),
        (
            "credit",
            "critical",
            "high",
            "use_credit",
            "Annex III no. 5(b)",
        ),
        (
            "insurance",
            "high",
            "medium",
            "use_insurance",
            "Annex III no. 5(c)",
        ),
        (
            "housing",
            "high",
            "medium",
            "use_housing_education",
            "at least",
        ),
        (
            "education",
            "high",
            "medium",
            "use_housing_education",
            "at least",
        ),
        (
            "lead_scoring",
            "medium",
            "low",
            "use_lead_order",
            "system.sets",
        ),
    ] {
        let found = of(case, least, "");
        assert!(found.valid, "{case}: {:?}", errors(&found));
        let told = found
            .notes
            .iter()
            .find(|n| n.rule == note)
            .unwrap_or_else(|| panic!("{case}"));
        assert!(told.text.en.contains(names), "{}", told.text.en);
        let found = of(case, below, "");
        assert!(
            errors(&found)[0].contains("the criticality is below the minimum"),
            "{case}"
        );
        let reason = format!(
            "criticality_reason = \"{}\"",
            "Two people decide every case by hand and never see the score. ".repeat(2)
        );
        let found = of(case, below, &reason);
        assert!(found.valid, "{case}: {:?}", errors(&found));
        assert!(rules(&found.notes).contains(&"criticality_lowered"));
    }
    // A lead score that sets more than the order of contacts.
    let sets = "sets = [\"price\", \"contract_access\"]";
    assert!(errors(&of("lead_scoring", "medium", sets))[0].contains("below the minimum"));
    let found = of("lead_scoring", "high", sets);
    let told = found
        .notes
        .iter()
        .find(|n| n.rule == "use_lead_sets")
        .unwrap();
    assert!(told.text.en.contains("AGG § 19") && told.text.de.contains("Art. 22 DSGVO"));
    assert!(of("other", "low", "").valid);
}

#[test]
fn presets_are_valid_and_warn_of_nothing_but_their_placeholders() {
    for preset in presets().unwrap().presets {
        let path = format!("preset:{}", preset.name);
        let found = check(path.as_ref(), &CATALOGUE_OF_PRESETS, day("2026-11-29"));
        assert!(found.valid, "{path}: {:?}", errors(&found));
        let odd: Vec<&str> = rules(&found.warnings)
            .into_iter()
            .filter(|rule| !["role_unfilled", "no_label_metric"].contains(rule))
            .collect();
        assert!(odd.is_empty(), "{path}: {odd:?}");
        assert_eq!(found.digest, Some(preset.digest));
    }
}

static CATALOGUE_OF_PRESETS: [&waage_core::quantity::Quantity; 5] = [
    &support::SELECTION_RATE,
    &support::TRUE_POSITIVE_RATE,
    &support::FALSE_POSITIVE_RATE,
    &support::IMPACT_RATIO,
    &support::SCORING_RATE_IMPACT_RATIO,
];

proptest::proptest! {
    /// Damage gives errors with places, never a panic and never endless work.
    #[test]
    fn damage_is_told(at in 0_usize..6000, with in "[ -~ü\\n]{0,6}", cut in 0_usize..200) {
        let chars: Vec<char> = TEMPLATE.chars().collect();
        let start = at.min(chars.len());
        let end = (start + cut).min(chars.len());
        let head: String = chars[..start].iter().collect();
        let tail: String = chars[end..].iter().collect();
        let found = checked(&format!("{head}{with}{tail}"));
        proptest::prop_assert_eq!(found.valid, found.errors.is_empty());
        for error in &found.errors {
            proptest::prop_assert!(error.place.line > 0);
            proptest::prop_assert!(!error.what.contains('\n') && !error.mend.is_empty(), "{:?}", error);
        }
    }
}
