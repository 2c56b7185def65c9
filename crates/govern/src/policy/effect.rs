//! What a change of each key does: one table says by which rule a key is compared, and each rule says
//! when more and when less is demanded. Where two values cannot be compared, less is assumed, because
//! only a looser policy asks for a new approval.

use std::collections::BTreeSet;

use serde_json::Value;
use waage_result::finding::Bilingual;
use waage_result::policy::Effect;

/// How two values of a key are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rule {
    /// Texts and names: neither more nor less.
    Neutral,
    /// Something else is judged: not comparable.
    Other,
    /// A greater number demands more.
    More,
    /// A smaller number, an earlier day demands more.
    Less,
    /// Words from the laxest to the strictest.
    Rank(&'static [&'static str]),
    /// Each entry demands something.
    Grows,
    /// Each entry is something new to be looked at.
    Shrinks,
    /// Being there demands something.
    Present,
    /// Being there permits something.
    Permits,
    /// The limit of a check.
    Margin,
    /// On which side of it is allowed.
    Op,
    /// `1 − α` of a check.
    Confidence,
    /// How a check decides.
    Decide,
    /// The family of a check.
    Family,
    /// The method of a family.
    Method,
}

use Rule::{
    Confidence, Decide, Family, Grows, Less, Margin, Method, More, Neutral, Op, Other, Permits,
    Present, Rank, Shrinks,
};

const ON_INCONCLUSIVE: Rule = Rank(&["warn", "fail"]);
const FLAG: Rule = Rank(&["false", "true"]);

/// The rule of every key, by section and key; an empty key is the presence of an element, a key
/// ending in `.` that of every entry of a table.
pub(super) const RULES: &[(&str, &str, Rule)] = &[
    ("", "inconclusive", ON_INCONCLUSIVE),
    ("system", "id", Other),
    ("system", "name", Neutral),
    ("system", "version", Neutral),
    ("system", "purpose", Neutral),
    ("system", "use_case", Other),
    ("system", "sets", Grows),
    ("system", "decision", Other),
    ("system", "lifecycle", Neutral),
    (
        "system",
        "criticality",
        Rank(&["low", "medium", "high", "critical"]),
    ),
    ("system", "criticality_reason", Permits),
    ("system", "strategy_link", Present),
    ("system", "affects_natural_persons", FLAG),
    ("system", "third_party", Shrinks),
    ("people", "owner", Present),
    ("people", "developer", Grows),
    ("people", "validator", Present),
    ("people", "approver", Present),
    ("people", "dpo", Present),
    ("people", "review_lead", Present),
    ("risk_appetite", "max_residual.", Less),
    ("risk_appetite", "currency", Other),
    ("risk_appetite", "annual_loss_limit", Less),
    ("risk_appetite", "money_scale", Less),
    ("data", "label", Other),
    ("data", "score", Other),
    ("data", "decision", Other),
    ("data", "cut", Other),
    ("data", "weight", Other),
    ("data", "id", Neutral),
    ("data", "cluster", Other),
    ("data", "propensity", Other),
    ("data", "membership", Other),
    ("data", "favourable", Other),
    ("data", "stratum", Neutral),
    ("data", "where", Other),
    ("data", "features", Grows),
    ("data", "group_min_n", Less),
    ("data", "group_min_events", Less),
    ("data", "min_share", Less),
    ("data", "special_categories", FLAG),
    ("attribute", "", Present),
    ("attribute", "column", Other),
    ("attribute", "kind", Other),
    ("attribute", "bins", Other),
    ("attribute", "reference", Other),
    ("attribute", "groups", Neutral),
    ("attribute", "unknown", Rank(&["drop", "report", "judge"])),
    ("attribute", "basis", Present),
    ("attribute", "direct_use_reason", Permits),
    ("intersection", "", Present),
    ("intersection", "max_depth", More),
    ("check", "", Present),
    ("check", "metric", Other),
    ("check", "comparison", Other),
    ("check", "scheme", Other),
    ("check", "top_k", Other),
    ("check", "attribute", Other),
    ("check", "op", Op),
    ("check", "margin", Margin),
    ("check", "confidence", Confidence),
    ("check", "interval", Neutral),
    ("check", "decide", Decide),
    ("check", "equivalence", Neutral),
    ("check", "family", Family),
    (
        "check",
        "severity",
        Rank(&["info", "minor", "major", "critical"]),
    ),
    ("check", "why", Neutral),
    ("check", "risk", Grows),
    ("check", "gates", Grows),
    ("family", "", Neutral),
    ("family", "method", Method),
    ("waiver", "", Permits),
    ("waiver", "check", Other),
    ("waiver", "attribute", Present),
    ("waiver", "group", Present),
    ("waiver", "justification", Neutral),
    ("waiver", "compensating_control", Neutral),
    ("waiver", "requested_by", Present),
    ("waiver", "approved_by", Grows),
    ("waiver", "created", More),
    ("waiver", "expires", Less),
    ("gate", "", Present),
    ("gate", "inconclusive", ON_INCONCLUSIVE),
    ("gate", "required_signatures.", More),
    ("gate", "require_documents", Grows),
    ("gate", "max_audit_age_days", Less),
    ("gate", "every_days", Less),
    ("gate", "max_consecutive_inconclusive", Less),
    ("documents", "", Present),
    ("documents", "path", Neutral),
    ("documents", "sha256", Present),
    ("documents", "valid_until", Less),
    ("business", "value_column", Neutral),
    ("business", "contact_cost", Neutral),
    ("business", "capacity", Neutral),
    ("review", "sample", More),
    ("review", "shares.", More),
    ("review", "random_min", More),
    ("review", "blind_share", More),
    ("review", "double_share", More),
    ("review", "sla_working_days", Less),
    ("privacy", "k", More),
    ("privacy", "k_external", More),
    ("privacy", "suppress_zero", FLAG),
    ("privacy", "dp_epsilon_per_year", Less),
    ("privacy", "pseudonym_key_file", Neutral),
];

/// The rule of a key; what the table does not know cannot be compared.
pub(super) fn rule(section: &str, key: &str) -> Rule {
    let exact = RULES.iter().find(|(s, k, _)| *s == section && *k == key);
    let entry = || {
        let (table, _) = key.split_once('.')?;
        RULES
            .iter()
            .find(|(s, k, _)| *s == section && k.strip_suffix('.') == Some(table))
    };
    exact.or_else(entry).map_or(Other, |(_, _, rule)| *rule)
}

/// The elements and documents that a key stands in, before and after.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// The element: a check, a waiver.
    pub element: (&'a Value, &'a Value),
    /// The whole policy.
    pub policy: (&'a Value, &'a Value),
}

type Reason = (Effect, &'static str, &'static str);

const NEUTRAL: Reason = (
    Effect::Neutral,
    "it demands neither more nor less",
    "es wird weder mehr noch weniger verlangt",
);
const OTHER: Reason = (
    Effect::Looser,
    "something else is judged, so what was shown before cannot be carried over",
    "es wird etwas anderes beurteilt, bisherige Nachweise lassen sich nicht übertragen",
);
const MORE: Reason = (Effect::Stricter, "it demands more", "es wird mehr verlangt");
const LESS: Reason = (
    Effect::Looser,
    "it demands less",
    "es wird weniger verlangt",
);
const ADDED: Reason = (
    Effect::Stricter,
    "a demand is added",
    "eine Anforderung kommt hinzu",
);
const GONE: Reason = (
    Effect::Looser,
    "a demand is gone",
    "eine Anforderung entfällt",
);
const PERMITTED: Reason = (
    Effect::Looser,
    "something is permitted that was not",
    "etwas wird erlaubt, was nicht erlaubt war",
);
const FORBIDDEN: Reason = (
    Effect::Stricter,
    "something is no longer permitted",
    "etwas ist nicht mehr erlaubt",
);
const NEW: Reason = (
    Effect::Looser,
    "something comes in that nobody has looked at",
    "etwas kommt hinzu, das noch niemand geprüft hat",
);
const HARDER_BREACH: Reason = (
    Effect::Looser,
    "a breach is harder to show",
    "ein Verstoß ist schwerer nachzuweisen",
);
const EASIER_BREACH: Reason = (
    Effect::Stricter,
    "a breach is easier to show",
    "ein Verstoß ist leichter nachzuweisen",
);
const EASIER_PASS: Reason = (
    Effect::Looser,
    "a pass is easier to show",
    "das Einhalten ist leichter nachzuweisen",
);
const HARDER_PASS: Reason = (
    Effect::Stricter,
    "a pass is harder to show",
    "das Einhalten ist schwerer nachzuweisen",
);

/// What a change does, and why.
pub(super) fn effect(
    rule: Rule,
    from: Option<&Value>,
    to: Option<&Value>,
    around: Around<'_>,
) -> (Effect, Bilingual) {
    let (effect, en, de) = reason(rule, from, to, around);
    let text = Bilingual {
        de: de.to_owned(),
        en: en.to_owned(),
    };
    (effect, text)
}

fn reason(rule: Rule, from: Option<&Value>, to: Option<&Value>, around: Around<'_>) -> Reason {
    match rule {
        Neutral => NEUTRAL,
        Other => OTHER,
        Present => match (from, to) {
            (None, Some(_)) => ADDED,
            (Some(_), None) => GONE,
            _ => NEUTRAL,
        },
        Permits => match (from, to) {
            (None, Some(_)) => PERMITTED,
            (Some(_), None) => FORBIDDEN,
            _ => NEUTRAL,
        },
        More => amounts(from, to, false),
        Less => amounts(from, to, true),
        Rank(words) => {
            let rank = |value: Option<&Value>| {
                let word = value.map(word)?;
                words.iter().position(|known| *known == word)
            };
            match rank(to).cmp(&rank(from)) {
                std::cmp::Ordering::Greater => MORE,
                std::cmp::Ordering::Less => LESS,
                std::cmp::Ordering::Equal => OTHER,
            }
        }
        Grows => entries(from, to, GONE, ADDED),
        Shrinks => {
            let (old, new) = (set(from), set(to));
            if new.is_subset(&old) { NEUTRAL } else { NEW }
        }
        Margin => margin(around.element, from, to),
        Op => op(from, to),
        Confidence => confidence(around.element.1, from, to),
        Decide => decide(from, to),
        Family => {
            let method = |policy: &Value, family: Option<&Value>| {
                let name = family.and_then(Value::as_str).unwrap_or_default();
                correction(policy["family"][name]["method"].as_str())
            };
            let strict = around.element.1["decide"] == "strict";
            let (old, new) = around.policy;
            corrected(method(old, from), method(new, to), strict, strict)
        }
        Method => {
            let of = |method: Option<&Value>| correction(method.and_then(Value::as_str));
            let checks = around.policy.1["check"].as_array();
            let strict: Vec<bool> = checks
                .into_iter()
                .flatten()
                .map(|check| check["decide"] == "strict")
                .collect();
            let any = strict.contains(&true);
            corrected(of(from), of(to), any && !strict.contains(&false), any)
        }
    }
}

/// A word, or a flag as a word.
fn word(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Numbers, days or lists of numbers; a limit that was not there demands more.
fn amounts(from: Option<&Value>, to: Option<&Value>, less: bool) -> Reason {
    let (Some(from), Some(to)) = (from, to) else {
        return if to.is_some() { ADDED } else { GONE };
    };
    let pairs: Vec<(&Value, &Value)> = match (from.as_array(), to.as_array()) {
        (Some(a), Some(b)) if a.len() == b.len() => a.iter().zip(b).collect(),
        _ => vec![(from, to)],
    };
    let mut rises = false;
    let mut falls = false;
    for (a, b) in pairs {
        match (a.as_f64().zip(b.as_f64()), a.as_str().zip(b.as_str())) {
            (Some((a, b)), _) => {
                rises |= b > a;
                falls |= b < a;
            }
            // Days are written so that they sort.
            (_, Some((a, b))) => {
                rises |= b > a;
                falls |= b < a;
            }
            _ => return OTHER,
        }
    }
    match (rises, falls) {
        (true, false) if less => LESS,
        (false, true) if !less => LESS,
        (true, true) => OTHER,
        _ => MORE,
    }
}

fn set(value: Option<&Value>) -> BTreeSet<String> {
    let items = value.and_then(Value::as_array);
    items.into_iter().flatten().map(Value::to_string).collect()
}

fn entries(from: Option<&Value>, to: Option<&Value>, gone: Reason, added: Reason) -> Reason {
    let (old, new) = (set(from), set(to));
    if old.is_subset(&new) { added } else { gone }
}

fn margin(element: (&Value, &Value), from: Option<&Value>, to: Option<&Value>) -> Reason {
    let side = |check: &Value| match check["op"].as_str() {
        Some("<=" | "<") => Some(true),
        Some(">=" | ">") => Some(false),
        _ => None,
    };
    let same_question = ["metric", "comparison", "scheme", "attribute"]
        .iter()
        .all(|key| element.0[*key] == element.1[*key]);
    if !same_question {
        return OTHER;
    }
    match (side(element.0), side(element.1)) {
        (Some(old), Some(new)) if old == new => amounts(from, to, old),
        (None, None) => {
            let ends = |value: Option<&Value>| {
                let ends = value?.as_array()?;
                ends.first()?.as_f64().zip(ends.get(1)?.as_f64())
            };
            match (ends(from), ends(to)) {
                (Some((a, b)), Some((c, d))) if c >= a && d <= b => MORE,
                _ => LESS,
            }
        }
        _ => OTHER,
    }
}

fn op(from: Option<&Value>, to: Option<&Value>) -> Reason {
    let word = |value: Option<&Value>| value.and_then(|v| v.as_str().map(str::to_owned));
    match (word(from).as_deref(), word(to).as_deref()) {
        (Some("<="), Some("<")) | (Some(">="), Some(">")) => MORE,
        (Some("<"), Some("<=")) | (Some(">"), Some(">=")) => LESS,
        _ => OTHER,
    }
}

fn confidence(check: &Value, from: Option<&Value>, to: Option<&Value>) -> Reason {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64).unwrap_or(0.95);
    let higher = number(to) > number(from);
    match (check["decide"].as_str(), higher) {
        (Some("strict"), true) => HARDER_PASS,
        (Some("strict"), false) => EASIER_PASS,
        (Some("lenient"), false) => EASIER_BREACH,
        (Some("point"), _) => NEUTRAL,
        (_, true) => HARDER_BREACH,
        // Three-way: breaches are easier to show too, but so are passes.
        (_, false) => EASIER_PASS,
    }
}

fn decide(from: Option<&Value>, to: Option<&Value>) -> Reason {
    let word = |value: Option<&Value>| value.map(word).unwrap_or_default();
    match (word(from).as_str(), word(to).as_str()) {
        (_, "strict") | ("lenient", _) => MORE,
        // A point estimate is within or beyond its limit whatever the rows: it passes more than
        // three states do, and breaches more.
        (_, "point") => EASIER_PASS,
        ("point", "three_way") => HARDER_BREACH,
        _ => LESS,
    }
}

/// How much a correction widens intervals.
fn correction(method: Option<&str>) -> u8 {
    match method {
        Some("bh") => 1,
        Some("holm") => 2,
        Some("bonferroni") => 3,
        _ => 0,
    }
}

/// Wider intervals make breaches harder to show, and passes where these must be shown (`strict`).
fn corrected(from: u8, to: u8, all_strict: bool, any_strict: bool) -> Reason {
    match to.cmp(&from) {
        std::cmp::Ordering::Equal => NEUTRAL,
        std::cmp::Ordering::Greater if all_strict => HARDER_PASS,
        std::cmp::Ordering::Greater => HARDER_BREACH,
        std::cmp::Ordering::Less if any_strict => EASIER_PASS,
        std::cmp::Ordering::Less => EASIER_BREACH,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::keys::SECTIONS;

    /// No key of the file falls through: each has a rule, under its own name or its resolved one.
    #[test]
    fn every_key_has_a_rule() {
        let mut seen = 0;
        for section in SECTIONS {
            for key in section.keys {
                let (section, name) = match (section.name, key.name) {
                    ("", "schema" | "extends") => continue,
                    ("", name) if name != "inconclusive" => continue,
                    ("system.third_party", _) | ("intersection", "attributes") => continue,
                    ("attribute", "name") | ("check" | "waiver", "id") | ("waiver", "scope") => {
                        continue;
                    }
                    ("data", "threshold" | "top_k" | "top_fraction") => ("data", "cut"),
                    ("waiver.scope", name) => ("waiver", name),
                    other => other,
                };
                let table = format!("{name}.");
                let known =
                    |(s, k, _): &(&str, &str, Rule)| *s == section && (*k == name || *k == table);
                assert!(RULES.iter().any(known), "{section}.{name} has no rule");
                seen += 1;
            }
        }
        assert!(seen > 90, "{seen} keys");
    }

    #[test]
    fn what_the_table_does_not_know_is_taken_for_looser() {
        assert_eq!(rule("check", "nonsense"), Other);
        assert_eq!(rule("gate", "required_signatures.owner"), More);
    }
}
