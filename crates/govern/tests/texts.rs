//! Every sentence that a finding may say, in both languages.

mod support;

use support::{Counts, gap, judged, policy, ratio, value};
use waage_core::label::{GroupName, Label};
use waage_core::quantity::{Comparison, Measurement};
use waage_govern::Policy;
use waage_govern::wording::forbidden_word;
use waage_result::text::Language;

fn says(policy: &Policy, measurement: Measurement, en: &str, de: &str) {
    let text = &judged(policy, &[measurement]).findings[0].text;
    assert_eq!(text.en, en);
    assert_eq!(text.de, de);
    assert_eq!(forbidden_word(&text.en, Language::En), None);
    assert_eq!(forbidden_word(&text.de, Language::De), None);
}

#[test]
fn differences() {
    let (b, a) = (Counts("b", 24, 60), Counts("a", 60, 100));
    says(
        &policy("difference", "<=", "0.03", ""),
        gap(b, a),
        "Breach: for “b” (g), the selection rate is 20.0 percentage points lower than for “a” (95% interval −34.6 to −4.0); at most 3.0 percentage points either way are allowed.",
        "Verstoß: In der Gruppe „b“ (g) liegt die Auswahlquote 20,0 Prozentpunkte unter dem Wert der Gruppe „a“ (95-%-Intervall −34,6 bis −4,0); zulässig sind höchstens 3,0 Prozentpunkte in beide Richtungen.",
    );
    says(
        &policy("difference", "<=", "0.05", ""),
        gap(b, a),
        "Inconclusive: for “b” (g), the selection rate is 20.0 percentage points lower than for “a” (95% interval −34.6 to −4.0); at most 5.0 percentage points either way are allowed; about 182 rows of “b” and “a” together would settle it, there are 160 now.",
        "Offen: In der Gruppe „b“ (g) liegt die Auswahlquote 20,0 Prozentpunkte unter dem Wert der Gruppe „a“ (95-%-Intervall −34,6 bis −4,0); zulässig sind höchstens 5,0 Prozentpunkte in beide Richtungen; etwa 182 Zeilen der Gruppen „b“ und „a“ zusammen würden das klären, derzeit sind es 160.",
    );
    says(
        &policy("difference", "<=", "0.10", ""),
        gap(Counts("b", 205, 500), Counts("a", 200, 500)),
        "Pass: for “b” (g), the selection rate is 1.0 percentage points higher than for “a” (90% interval −4.1 to 6.1); at most 10.0 percentage points either way are allowed.",
        "Bestanden: In der Gruppe „b“ (g) liegt die Auswahlquote 1,0 Prozentpunkte über dem Wert der Gruppe „a“ (90-%-Intervall −4,1 bis 6,1); zulässig sind höchstens 10,0 Prozentpunkte in beide Richtungen.",
    );
    says(
        &policy("difference", "<=", "0.125", ""),
        gap(Counts("b", 1000, 4000), Counts("a", 1000, 4000)),
        "Pass: for “b” (g), the selection rate is the same as for “a” (90% interval −1.6 to 1.6); at most 12.5 percentage points either way are allowed.",
        "Bestanden: In der Gruppe „b“ (g) ist die Auswahlquote gleich dem Wert der Gruppe „a“ (90-%-Intervall −1,6 bis 1,6); zulässig sind höchstens 12,5 Prozentpunkte in beide Richtungen.",
    );
    says(
        &policy(
            "difference",
            "between",
            "[-0.0125, 0.1]",
            "decide = \"point\"",
        ),
        gap(Counts("b", 996, 4000), Counts("a", 1046, 4000)),
        "Pass: for “b” (g), the selection rate is 1.25 percentage points lower than for “a” (95% interval −3.2 to 0.7); the range −1.25 to 10.0 percentage points is allowed.",
        "Bestanden: In der Gruppe „b“ (g) liegt die Auswahlquote 1,25 Prozentpunkte unter dem Wert der Gruppe „a“ (95-%-Intervall −3,2 bis 0,7); zulässig ist der Bereich −1,25 bis 10,0 Prozentpunkte.",
    );
}

#[test]
fn ratios_values_and_names_for_people() {
    let named = "[[attribute]]\nname = \"g\"\ngroups = { b = { en = \"women\", de = \"Frauen\" }, a = { en = \"men\", de = \"Männer\" } }\n";
    says(
        &policy("ratio", ">=", "0.8", named),
        ratio(Counts("b", 24, 60), Counts("a", 60, 100)),
        "Inconclusive: for women, the selection rate is 66.7% of that for men (95% interval 46.2% to 92.6%); at least 80.0% is required; about 520 rows of women and men together would settle it, there are 160 now.",
        "Offen: In der Gruppe „Frauen“ beträgt die Auswahlquote 66,7\u{202f}% des Werts der Gruppe „Männer“ (95-%-Intervall 46,2\u{202f}% bis 92,6\u{202f}%); verlangt sind mindestens 80,0\u{202f}%; etwa 520 Zeilen der Gruppen „Frauen“ und „Männer“ zusammen würden das klären, derzeit sind es 160.",
    );
    says(
        &policy(
            "none",
            ">=",
            "0.2",
            "family = \"f\"\n[family.f]\nmethod = \"holm\"\n",
        ),
        value(Counts("b", 5, 1000)),
        "Breach: for “b” (g), the selection rate is 0.5% (95% interval 0.2% to 1.2%); at least 20.0% is required.",
        "Verstoß: In der Gruppe „b“ (g) beträgt die Auswahlquote 0,5\u{202f}% (95-%-Intervall 0,2\u{202f}% bis 1,2\u{202f}%); verlangt sind mindestens 20,0\u{202f}%.",
    );
    let mut overall = ratio(Counts("b", 100, 400), Counts("a", 200, 400));
    overall.subject.reference = None;
    says(
        &policy("ratio", ">", "0.8", ""),
        overall,
        "Breach: for “b” (g), the selection rate is 50.0% of that for all rows together (95% interval 41.0% to 60.7%); more than 80.0% is required.",
        "Verstoß: In der Gruppe „b“ (g) beträgt die Auswahlquote 50,0\u{202f}% des Werts aller Zeilen zusammen (95-%-Intervall 41,0\u{202f}% bis 60,7\u{202f}%); verlangt sind mehr als 80,0\u{202f}%.",
    );
}

#[test]
fn a_number_is_told_from_a_limit_that_it_does_not_equal() {
    let text = &judged(
        &policy("ratio", ">=", "0.8", "decide = \"point\""),
        &[ratio(
            Counts("b", 79_996, 200_000),
            Counts("a", 100_000, 200_000),
        )],
    )
    .findings[0]
        .text
        .en;
    assert!(text.contains("is 79.996% of that"), "{text}");
}

#[test]
fn what_cannot_be_judged() {
    let check = policy("ratio", ">=", "0.8", "");
    says(
        &check,
        ratio(Counts("b", 0, 1), Counts("a", 60, 100)),
        "Inconclusive: for “b” (g), the selection rate cannot be judged, because the group has 1 row and the policy judges groups from 30 rows on.",
        "Offen: In der Gruppe „b“ (g) ist die Auswahlquote nicht zu beurteilen, denn die Gruppe hat 1 Zeile, und die Richtlinie beurteilt Gruppen ab 30 Zeilen.",
    );
    says(
        &check,
        ratio(Counts("b", 60, 1000), Counts("a", 12, 29)),
        "Inconclusive: for “b” (g), the selection rate cannot be judged, because the reference group has 29 rows and the policy judges groups from 30 rows on.",
        "Offen: In der Gruppe „b“ (g) ist die Auswahlquote nicht zu beurteilen, denn die Referenzgruppe hat 29 Zeilen, und die Richtlinie beurteilt Gruppen ab 30 Zeilen.",
    );
    says(
        &check,
        ratio(Counts("b", 5, 100), Counts("a", 0, 100)),
        "Inconclusive: for “b” (g), the selection rate cannot be judged, because the value it is divided by is zero.",
        "Offen: In der Gruppe „b“ (g) ist die Auswahlquote nicht zu beurteilen, denn der Wert, durch den geteilt wird, ist null.",
    );
    let mut flips = ratio(Counts("b", 10, 400), Counts("a", 200, 400));
    flips.context.flips_with_one_selection = Some(true);
    says(
        &check,
        flips,
        "Inconclusive: for “b” (g), the selection rate is 5.0% of that for “a” (95% interval 2.7% to 9.2%); at least 80.0% is required; one selection more here and one fewer there would reverse the advantage, so that only more decisions can settle it.",
        "Offen: In der Gruppe „b“ (g) beträgt die Auswahlquote 5,0\u{202f}% des Werts der Gruppe „a“ (95-%-Intervall 2,7\u{202f}% bis 9,2\u{202f}%); verlangt sind mindestens 80,0\u{202f}%; eine Auswahl mehr hier und eine weniger dort würde den Vorteil umkehren, sodass nur weitere Entscheidungen das klären können.",
    );
}

#[test]
fn labels_cannot_break_a_sentence() {
    let check = Policy::parse(
        "schema = \"waage/policy/1\"\n[[attribute]]\nname = \"h\"\nunknown = \"judge\"\n[[check]]\nid = \"FAIR-01\"\n\
         metric = \"selection_rate\"\ncomparison = \"difference\"\nattribute = \"g*h\"\nop = \"<=\"\nmargin = 0.03\n",
        "audit.toml",
    )
    .unwrap();
    let mut cell = gap(Counts("b", 24, 60), Counts("a", 60, 100));
    cell.subject.attribute = "g*h".to_owned();
    let long = format!("x\n{}", "y".repeat(100));
    cell.subject.group = Some(GroupName(vec![Label::text(&long), Label::Missing]));
    cell.subject.reference = Some(GroupName(vec![Label::text("a"), Label::Int(3)]));
    cell.comparison = Comparison::Difference;
    let text = &judged(&check, &[cell]).findings[0].text;
    let shown = format!("“x {}… × no value” (g × h)", "y".repeat(58));
    assert!(text.en.contains(&shown), "{}", text.en);
    assert!(text.de.contains("× ohne Angabe“ (g × h)"), "{}", text.de);
}
