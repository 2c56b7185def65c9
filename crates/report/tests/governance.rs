//! Checks of policies, comparisons and gates: whatever stands in a file stays on its line and in its
//! place, in every format and both languages.

use waage_report::{
    Format, NoticeFormat, Options, gate, policy_check, policy_diff, policy_presets,
};
use waage_result::finding::{Bilingual, Severity};
use waage_result::gate::{GateReason, GateResult, GateVerdict};
use waage_result::policy::{
    Effect, PolicyChange, PolicyCheck, PolicyDiff, PolicyFault, PolicyName, PolicyOverride,
    PolicyPlace, PolicyPreset, PolicyPresets, PolicyRemark,
};
use waage_result::text::Language;

const NASTY: &str = "<b>|x\u{1b}[31m\n::error::y\r\n\u{202e}`*";

fn both(text: &str) -> Bilingual {
    Bilingual {
        de: text.to_owned(),
        en: text.to_owned(),
    }
}

fn place() -> PolicyPlace {
    PolicyPlace {
        file: NASTY.to_owned(),
        line: 3,
        column: 2,
        text: NASTY.to_owned(),
    }
}

fn change() -> PolicyChange {
    PolicyChange {
        key: NASTY.to_owned(),
        from: Some(NASTY.into()),
        to: None,
        effect: Effect::Looser,
        why: both(NASTY),
    }
}

fn check() -> PolicyCheck {
    PolicyCheck {
        schema: "waage/policy-check/1".to_owned(),
        file: NASTY.to_owned(),
        digest: Some("sha256:0".to_owned()),
        extends: vec![NASTY.to_owned()],
        overrides: vec![PolicyOverride {
            base: NASTY.to_owned(),
            change: change(),
        }],
        checks: 1,
        errors: vec![PolicyFault {
            place: place(),
            what: NASTY.to_owned(),
            mend: NASTY.to_owned(),
        }],
        warnings: vec![PolicyRemark {
            rule: "x".to_owned(),
            place: place(),
            text: both(NASTY),
        }],
        notes: Vec::new(),
        valid: false,
    }
}

fn reason() -> GateReason {
    GateReason {
        requirement: "check".to_owned(),
        subject: NASTY.to_owned(),
        group: Some(NASTY.to_owned()),
        severity: Some(Severity::Major),
        waived_by: None,
        text: both(NASTY),
    }
}

fn decision() -> GateResult {
    GateResult {
        schema: "waage/gate/1".to_owned(),
        gate: NASTY.to_owned(),
        as_of: "2026-11-29".to_owned(),
        verdict: GateVerdict::Breach,
        exit: 1,
        policy_digest: "sha256:0".to_owned(),
        audit_digest: None,
        breaches: vec![reason(); 12],
        inconclusive: vec![reason()],
        waived: vec![reason()],
        errors: vec![reason()],
        passed: vec![reason()],
        noted: vec![reason()],
    }
}

/// Every text that people or pipelines read.
fn texts() -> Vec<(String, String)> {
    let options = Options::default();
    let mut out = Vec::new();
    for language in Language::ALL {
        for format in NoticeFormat::ALL {
            let name = format!("{} {language}", format.name());
            if format != NoticeFormat::Junit {
                let text = policy_check(&check(), format, language, &options).unwrap();
                out.push((format!("check {name}"), text));
            }
            let text = gate(&decision(), format, true, language, &options).unwrap();
            out.push((format!("gate {name}"), text));
        }
        let diff = PolicyDiff {
            schema: "waage/policy-diff/1".to_owned(),
            old: PolicyName {
                file: NASTY.to_owned(),
                digest: NASTY.to_owned(),
            },
            new: PolicyName {
                file: NASTY.to_owned(),
                digest: NASTY.to_owned(),
            },
            effect: Effect::Looser,
            changes: vec![change()],
        };
        let presets = PolicyPresets {
            schema: "waage/policy-presets/1".to_owned(),
            presets: vec![PolicyPreset {
                name: "credit".to_owned(),
                title: both("Credit"),
                digest: "sha256:0".to_owned(),
                checks: 1,
                columns: vec!["score".to_owned()],
            }],
        };
        for format in [Format::Text, Format::Markdown, Format::Json] {
            let name = format!("{} {language}", format.name());
            let text = policy_diff(&diff, format, language, &options).unwrap();
            out.push((format!("diff {name}"), text));
            let text = policy_presets(&presets, format, language, &options).unwrap();
            out.push((format!("presets {name}"), text));
        }
        assert!(policy_diff(&diff, Format::Html, language, &options).is_err());
    }
    out
}

#[test]
fn nothing_in_a_file_leaves_its_place() {
    let texts = texts();
    assert_eq!(texts.len(), 30);
    for (name, text) in texts {
        assert!(
            !text.contains('\u{1b}') && !text.contains('\r'),
            "{name}: {text}"
        );
        if name.contains("json") {
            assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
            continue;
        }
        assert!(!text.contains('\u{202e}'), "{name}: {text}");
        for line in text.lines() {
            let own = line.starts_with("::error file=") || line.starts_with("::error title=");
            assert!(own || !line.starts_with("::error"), "{name}: {line}");
        }
        if name.contains("markdown") || name.contains("junit") {
            assert!(!text.contains("<b>"), "{name}: {text}");
        }
        let open = [
            "policy.check.",
            "policy.diff.",
            "gate.kind.",
            "gate.section.",
            "gate.headline.",
        ];
        assert!(
            open.iter().all(|key| !text.contains(key)),
            "an open key in {name}: {text}"
        );
        assert!(!text.contains('{'), "an open placeholder in {name}: {text}");
    }
}

#[test]
fn text_shows_ten_reasons_of_a_kind_and_says_how_many_more() {
    let shown = gate(
        &decision(),
        NoticeFormat::Text,
        false,
        Language::En,
        &Options::default(),
    )
    .unwrap();
    assert!(shown.contains("2 more; --explain shows all"), "{shown}");
    assert_eq!(shown.matches("breach: ").count(), 10);
    assert!(!shown.contains("shown: "), "{shown}");
    let all = gate(
        &decision(),
        NoticeFormat::Text,
        true,
        Language::En,
        &Options::default(),
    )
    .unwrap();
    assert_eq!(all.matches("breach: ").count(), 12);
    assert!(
        all.contains("shown: ") && all.contains("information: "),
        "{all}"
    );
    let xml = gate(
        &decision(),
        NoticeFormat::Junit,
        false,
        Language::En,
        &Options::default(),
    )
    .unwrap();
    assert!(
        xml.contains("tests=\"17\" failures=\"12\" errors=\"1\" skipped=\"3\""),
        "{xml}"
    );
}
