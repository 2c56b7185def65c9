//! What entries are about: a closed list, with families whose second word is free.

use super::error::LedgerError;

/// Kinds of entries, with what each records. A kind that ends in `.*` stands for a family.
pub const KINDS: [(&str, &str); 16] = [
    ("genesis", "the ledger begins"),
    ("audit.result", "an audit and its verdict"),
    ("gate.decision", "a gate was passed or not"),
    ("approval", "a signed decision about a result"),
    ("waiver", "a signed exception"),
    ("policy.change", "a policy was changed"),
    ("risk.scored", "a risk was scored again"),
    ("incident.*", "a step of an incident"),
    ("lifecycle", "a system moved to its next state"),
    ("review.batch", "a batch of human reviews"),
    ("drift.alert", "drift was found"),
    ("privacy.budget", "privacy budget was spent"),
    ("checkpoint", "the tree head was signed"),
    ("ledger.recovered", "a torn line was moved aside"),
    ("key.change", "a key was added or revoked"),
    ("note", "a remark"),
];

/// Whether entries may have this kind.
#[must_use]
pub fn is_kind(kind: &str) -> bool {
    KINDS
        .iter()
        .any(|(known, _)| match known.strip_suffix('*') {
            Some(family) => kind.strip_prefix(family).is_some_and(|word| {
                (1..=32).contains(&word.len())
                    && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            }),
            None => kind == *known,
        })
}

pub(crate) fn check(kind: &str) -> Result<(), LedgerError> {
    if is_kind(kind) {
        return Ok(());
    }
    Err(LedgerError::entry(
        format!("{kind:?} is no kind of ledger entry"),
        crate::did_you_mean(kind, KINDS.iter().map(|(known, _)| *known)),
    ))
}

/// Longest name of an actor.
const ACTOR_MAX: usize = 64;

/// Actors are key ids or programs, never names or addresses of people.
pub(crate) fn check_actor(actor: &str) -> Result<(), LedgerError> {
    if is_id(actor) {
        return Ok(());
    }
    Err(LedgerError::entry(
        format!("{actor:?} does not name an actor"),
        format!(
            "use 1 to {ACTOR_MAX} of the letters a-z and A-Z, digits, dot, hyphen and underscore, such as a.approver"
        ),
    ))
}

/// Whether a text is an id: of an actor, a key or a ledger.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=ACTOR_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_those_of_the_list() {
        for kind in [
            "genesis",
            "audit.result",
            "incident.opened",
            "incident.root_cause",
            "note",
        ] {
            assert!(is_kind(kind), "{kind}");
        }
        for kind in [
            "",
            "Note",
            "incident",
            "incident.",
            "incident.*",
            "incident.A",
            "note.x",
            "audit",
        ] {
            assert!(!is_kind(kind), "{kind}");
        }
        let said = check("aprroval").unwrap_err().to_string();
        assert!(said.contains("did you mean \"approval\"?"), "{said}");
    }

    #[test]
    fn actors_are_ids() {
        assert!(check_actor("a.approver").is_ok());
        for actor in ["", "Anna Huber", "a@b.example", "a\n", "ä", &"a".repeat(65)] {
            assert!(check_actor(actor).is_err(), "{actor}");
        }
    }
}
