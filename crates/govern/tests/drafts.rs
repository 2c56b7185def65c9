//! First policies from answers: they can be read, have no errors, and say why.

mod support;

use std::fs;

use waage_govern::Policy;
use waage_govern::policy::{Answers, check, draft, presets, schema};
use waage_govern::wording::forbidden_word;
use waage_result::finding::Margin;
use waage_result::spec::{AttributeSpec, Cut, RolesSpec};
use waage_result::text::Language;

fn answers() -> Answers {
    Answers {
        roles: RolesSpec {
            label: Some("converted".to_owned()),
            score: Some("score".to_owned()),
            cut: Some(Cut::TopFraction("0.3".to_owned())),
            sensitive: vec![
                AttributeSpec::parse("gender").unwrap(),
                AttributeSpec::parse("age:25:40:60").unwrap(),
            ],
            ..RolesSpec::default()
        },
        ..Answers::default()
    }
}

fn valid(text: &str) -> Policy {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.toml");
    fs::write(&path, text).unwrap();
    let catalogue = [
        &support::SELECTION_RATE,
        &support::TRUE_POSITIVE_RATE,
        &support::FALSE_POSITIVE_RATE,
        &support::IMPACT_RATIO,
        &support::SCORING_RATE_IMPACT_RATIO,
    ];
    let found = check(&path, &catalogue, "2026-11-29".parse().unwrap());
    assert!(found.valid, "{:?}\n{text}", found.errors);
    Policy::read(&path).unwrap()
}

#[test]
fn margins_follow_from_the_risk_appetite() {
    for (criticality, residual, gap, ratio) in [
        ("low", None, 0.12, 0.8),
        ("medium", None, 0.09, 0.82),
        ("high", None, 0.06, 0.88),
        ("critical", None, 0.04, 0.92),
        ("high", Some("3"), 0.03, 0.94),
        ("medium", Some("25"), 0.25, 0.8),
    ] {
        let mut given = answers();
        let case = if criticality == "low" {
            "other"
        } else {
            "lead_scoring"
        };
        given.answer("use_case", case).unwrap();
        given.answer("criticality", criticality).unwrap();
        if let Some(residual) = residual {
            given.answer("max_residual", residual).unwrap();
        }
        let text = draft(&given, Language::En).unwrap();
        let policy = valid(&text);
        let margins: Vec<Margin> = policy.checks.iter().map(|check| check.margin).collect();
        assert_eq!(margins[0], Margin::One(ratio), "{criticality}");
        assert_eq!(margins[2], Margin::One(gap), "{criticality}");
        assert_eq!(policy.checks.len(), 6, "three questions for two attributes");
        assert!(text.contains("Margins are proposed from the risk appetite"));
        assert!(text.starts_with("#:schema ./policy.schema.json\n"));
        assert_eq!(policy.data.cut, Some(Cut::TopFraction("0.3".to_owned())));
    }
}

#[test]
fn texts_in_both_languages_claim_nothing() {
    for language in Language::ALL {
        let text = draft(&answers(), language).unwrap();
        let comments: Vec<&str> = text
            .lines()
            .filter_map(|line| Some(line.split_once('#')?.1))
            .collect();
        assert!(comments.len() > 10);
        for comment in comments {
            assert_eq!(forbidden_word(comment, language), None, "{comment}");
        }
        assert!(
            text.lines()
                .all(|line| !line.starts_with('#') || line.chars().count() <= 100)
        );
        assert_eq!(
            draft(&answers(), language).unwrap(),
            text,
            "same answers, same bytes"
        );
    }
}

#[test]
fn every_preset_can_be_built_on() {
    for preset in presets().unwrap().presets {
        let mut given = Answers::default();
        given.answer("preset", &preset.name).unwrap();
        let own = valid(&draft(&given, Language::En).unwrap());
        assert_eq!(own.attributes.len(), 2, "{}", preset.name);
        // Its questions for other columns.
        let mut given = answers();
        given.answer("preset", &preset.name).unwrap();
        let policy = valid(&draft(&given, Language::De).unwrap());
        assert_eq!(policy.attributes[1].spec.column, "age");
        assert!(policy.checks.len() >= 2);
        assert_eq!(policy.data.label.as_deref(), Some("converted"));
        assert_eq!(
            policy.kept.system.as_ref().unwrap().use_case,
            Policy::read(format!("preset:{}", preset.name).as_ref())
                .unwrap()
                .kept
                .system
                .unwrap()
                .use_case
        );
    }
}

#[test]
fn hostile_answers_stay_texts() {
    let mut given = answers();
    let nasty = "a\"]\nschema = 3 # \u{202e}' <b>";
    assert!(
        given.answer("name", nasty).is_err(),
        "control characters are refused"
    );
    given.answer("name", "a\"] = {x} \\ # <b>'").unwrap();
    given.answer("owner", "o\"o").unwrap();
    given.roles.label = Some("con\nverted\"".to_owned());
    given.roles.sensitive = vec![AttributeSpec::column("gen\"der\n[x]")];
    let policy = valid(&draft(&given, Language::En).unwrap());
    assert_eq!(policy.kept.system.unwrap().name.en, "a\"] = {x} \\ # <b>'");
    assert_eq!(policy.data.label.as_deref(), Some("con\nverted\""));
    assert_eq!(policy.attributes[0].spec.column, "gen\"der\n[x]");
}

#[test]
fn answers_that_make_no_sense_are_named() {
    let mut given = answers();
    for (key, answer, part) in [
        ("use_case", "lead_scorin", "did you mean \"lead_scoring\"?"),
        ("criticality", "hihg", "did you mean \"high\"?"),
        ("max_residual", "26", "1 to 25"),
        ("id", "X Y", "3 to 64 of a-z"),
        ("cut", "0.3", "top_fraction=0.3"),
        ("cut", "top_k=0", "top_k=400"),
        ("preset", "credits", "did you mean \"credit\"?"),
        ("sensitive", "age:40:25", "age"),
        ("nonsense", "x", "nothing is asked"),
    ] {
        let error = given.answer(key, answer).unwrap_err();
        assert!(error.contains(part), "{key}: {error}");
    }
    given.answer("owner", "m.owner").unwrap();
    assert!(
        given
            .answer("approver", "m.owner")
            .unwrap_err()
            .contains("another approver")
    );
    let error = draft(&Answers::default(), Language::En).unwrap_err();
    assert!(
        error.starts_with("no sensitive attribute is named"),
        "{error}"
    );
    given.answer("criticality", "low").unwrap();
    assert!(
        draft(&given, Language::En)
            .unwrap_err()
            .contains("below medium")
    );
}

#[test]
fn questions_carry_what_is_known_as_their_default() {
    let given = answers();
    let defaults: Vec<(String, String)> = (0..)
        .map_while(|asked| given.question(asked, Language::De))
        .map(|question| (question.key.to_owned(), question.default))
        .collect();
    assert_eq!(defaults.len(), 15);
    for (key, default) in [
        ("id", "lead-scoring"),
        ("criticality", "medium"),
        ("max_residual", "9"),
        ("label", "converted"),
        ("cut", "top_fraction=0.3"),
        ("sensitive", "gender,age:25:40:60"),
    ] {
        assert!(
            defaults.contains(&(key.to_owned(), default.to_owned())),
            "{key}: {defaults:?}"
        );
    }
    for asked in 0..defaults.len() {
        for language in Language::ALL {
            let question = given.question(asked, language).unwrap();
            assert!(
                !question.text.starts_with("policy.ask"),
                "{}",
                question.text
            );
        }
    }
}

#[test]
fn the_schema_knows_every_key_that_the_reader_knows() {
    let schema = schema();
    let keys = |section: &serde_json::Value| -> Vec<String> {
        let mut keys: Vec<String> = section["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        keys.sort();
        keys
    };
    let least = "schema = \"waage/policy/1\"\n[[check]]\nid = \"FAIR-01\"\nmetric = \"selection_rate\"\n\
        comparison = \"difference\"\nattribute = \"gender\"\nop = \"<=\"\nmargin = 0.05\n";
    for (name, head) in [
        ("", ""),
        ("system", "[system]\n"),
        ("system.third_party", "[[system.third_party]]\n"),
        ("people", "[people]\n"),
        ("risk_appetite", "[risk_appetite]\n"),
        ("data", "[data]\n"),
        ("attribute", "[[attribute]]\n"),
        ("intersection", "[[intersection]]\n"),
        ("check", "[[check]]\n"),
        ("family", "[family.x]\n"),
        ("waiver", "[[waiver]]\n"),
        ("waiver.scope", "[[waiver]]\n[waiver.scope]\n"),
        ("gate", "[gate.x]\n"),
        ("documents", "[documents.x]\n"),
        ("business", "[business]\n"),
        ("review", "[review]\n"),
        ("privacy", "[privacy]\n"),
    ] {
        let text = match head {
            "" => format!("nonsense_key = 1\n{least}"),
            head => format!("{least}{head}nonsense_key = 1\n"),
        };
        let error = Policy::parse(&text, "p").unwrap_err().to_string();
        let (_, known) = error
            .split_once("known: ")
            .unwrap_or_else(|| panic!("{name}: {error}"));
        let mut known: Vec<String> = known.split(", ").map(str::to_owned).collect();
        known.sort();
        let section = if name.is_empty() {
            &schema
        } else {
            &schema["$defs"][name]
        };
        assert_eq!(keys(section), known, "{name}");
        assert_eq!(section["additionalProperties"], false, "{name}");
    }
}

#[test]
fn a_draft_compares_as_its_preset_does() {
    use waage_govern::policy::Reference;
    let mut given = answers();
    given.answer("preset", "eu-lead-scoring").unwrap();
    given.roles = RolesSpec::default();
    let policy = valid(&draft(&given, Language::En).unwrap());
    let reference = |name: &str| {
        let found = policy.attributes.iter().find(|one| one.spec.name == name);
        found.map(|one| one.reference.clone())
    };
    assert_eq!(reference("gender"), Some(Reference::Best));
    assert_eq!(reference("age_band"), Some(Reference::Overall));
}
