//! Commands with the names of the files that were given.

use super::artefact::Artefact;
use super::given::Given;

/// The command that makes an artefact.
pub(super) fn command(artefact: &Artefact, given: &Given) -> String {
    let named = |file: Option<&str>, default: &str| quoted(file.unwrap_or(default));
    let policy = given.policy.as_ref();
    let attribute = policy.and_then(|policy| Some(policy.attributes.first()?.spec.name.as_str()));
    let label = policy.and_then(|policy| policy.data.label.as_deref());
    let system = given.system().map(|system| system.id.as_str());
    let file = |of: Option<&super::Named>| of.map(|of| of.file.clone());
    let (risks, incidents, systems) = (
        file(given.risks.as_ref().map(|(_, named)| named)),
        file(given.incidents.as_ref().map(|(_, named)| named)),
        file(given.systems.as_ref().map(|(_, named)| named)),
    );
    let ledger = given
        .ledger
        .as_ref()
        .map(|ledger| ledger.named.file.as_str());
    let result = given.audits.first().map(|audit| audit.file.as_str());
    let values = [
        ("data", "DATA".to_owned()),
        ("key", "KEY".to_owned()),
        (
            "policy",
            named(policy.map(|policy| policy.file()), "audit.toml"),
        ),
        ("result", named(result, "audit.json")),
        ("ledger", named(ledger, "ledger.jsonl")),
        ("risks", named(risks.as_deref(), "risks.toml")),
        ("incidents", named(incidents.as_deref(), "incidents.jsonl")),
        ("systems", named(systems.as_deref(), "systems.toml")),
        ("keys", "keys.toml".to_owned()),
        ("system", named(system, "ID")),
        ("attribute", named(attribute, "ATTRIBUTE")),
        ("label", named(label, "LABEL")),
    ];
    let mut out = String::new();
    let text = artefact.command();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, end) = after.split_once('}').unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        out.push_str(value.map_or(name, |(_, value)| value));
        rest = end;
    }
    out + rest
}

/// A word that a shell reads as one.
fn quoted(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/');
    if !word.is_empty() && !word.starts_with('-') && word.bytes().all(plain) {
        return word.to_owned();
    }
    // Controls would break the line that the command stands on.
    let clean: String = word
        .chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect();
    let dashed = if clean.starts_with('-') { "./" } else { "" };
    format!("'{dashed}{}'", clean.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn names_stay_one_word() {
        assert_eq!(quoted("a/b.toml"), "a/b.toml");
        assert_eq!(quoted("my file"), "'my file'");
        assert_eq!(quoted("$(rm x)'"), "'$(rm x)'\\'''");
        assert_eq!(quoted("-x"), "'./-x'");
        assert_eq!(quoted("a\nb"), "'a?b'");
        assert_eq!(quoted(""), "''");
    }
}
