//! Who agreed to a waiver or to an accepted risk, and who still has to.

use serde_json::json;
use waage_result::approval::{EXCEPTION_SCHEMA, ExceptionResult, InvalidSignature, SignatureDoc};
use waage_result::finding::Bilingual;

use super::add::ApprovalError;
use super::consent::Consent;
use super::exception::Exception;
use super::signed::{Content, Signed};
use super::state::{Reason, Rules, text};
use crate::date::Date;
use crate::keys::{Key, Keys, Role, Signer, Standing};
use crate::ledger::{Entry, Ledger, Options, read};
use crate::policy::Policy;
use crate::time::Timestamp;

/// Which signatures a waiver or an accepted risk has on a day, and whose are missing.
///
/// A signature counts if it is that of a listed key over exactly this waiver or acceptance, the key was
/// valid and may sign in its role, the person is one of those who must agree, has no role that excludes
/// this one, and did not ask for the waiver, by its `requested_by` or by a statement. Of one person the
/// last statement stands. What is accepted of a risk is its score: at a higher one it has to be accepted
/// again.
#[must_use]
pub fn agreed(
    policy: &Policy,
    keys: &Keys,
    entries: &[Entry],
    exception: &Exception,
    day: Date,
) -> ExceptionResult {
    let rules = Agreement::new(policy, keys, exception, Some(day));
    let found = rules.sort(entries);
    let docs = |keep: fn(&Consent) -> bool| -> Vec<SignatureDoc> {
        let kept = found.held.iter().filter(|one| keep(&one.consent));
        kept.map(Held::doc).collect()
    };
    let has_agreed = |name: &String| {
        let mut held = found.held.iter();
        held.any(|one| {
            let consent = &one.consent;
            grants(consent) && consent.agrees && rules.is(name, &one.person, &consent.signer)
        })
    };
    let all = exception.approvers.iter();
    let missing: Vec<String> = all.filter(|name| !has_agreed(name)).cloned().collect();
    ExceptionResult {
        schema: EXCEPTION_SCHEMA.to_owned(),
        kind: exception.kind.name().to_owned(),
        id: exception.id.clone(),
        digest: exception.digest.clone(),
        score: exception.score,
        as_of: day.to_string(),
        complete: missing.is_empty(),
        required: exception.approvers.iter().cloned().collect(),
        signatures: docs(|one| grants(one) && one.agrees),
        missing,
        rejections: docs(|one| grants(one) && !one.agrees),
        requests: docs(|one| !grants(one)),
        invalid: found.invalid,
    }
}

/// Signs a waiver or an accepted risk, adds that to the ledger and tells who still has to.
///
/// # Errors
/// [`ApprovalError`]; nothing was signed if the signature would not count.
pub fn agree(
    ledger: &Ledger,
    options: &Options,
    (policy, keys): (&Policy, &Keys),
    exception: &Exception,
    consent: &Consent,
    signer: &Signer,
) -> Result<(Entry, ExceptionResult), ApprovalError> {
    consent.check().map_err(ApprovalError::Statement)?;
    let (kind, now) = (exception.kind.entry(), consent.ts);
    let wanted = |one: &str| one == kind;
    let before = read(ledger.path(), options, wanted)?;
    let rules = Agreement::new(policy, keys, exception, None);
    if let Some(text) = rules.refusal(&before, consent) {
        return Err(ApprovalError::Refused(text.en));
    }
    let key = keys.named(&consent.signer)?;
    // What a ledger would refuse is found before a card or an HSM signs.
    let probe = json!({ "statement": consent.value() });
    crate::ledger::check_payload(kind, &consent.signer, &probe, now)?;
    let payload = consent.sign(signer, &key.public)?;
    let entry = ledger.append(kind, &consent.signer, &payload, now)?;
    let after = read(ledger.path(), options, wanted)?;
    let state = agreed(policy, keys, &after, exception, now.date());
    Ok((entry, state))
}

/// Whether a statement is about agreeing, not about asking.
fn grants(consent: &Consent) -> bool {
    consent.role != Role::WaiverRequester
}

/// A person's last statement.
struct Held {
    seq: u64,
    person: String,
    consent: Consent,
    doubtful: bool,
}

impl Held {
    fn doc(&self) -> SignatureDoc {
        SignatureDoc {
            seq: self.seq,
            signer: self.consent.signer.clone(),
            role: self.consent.role.name().to_owned(),
            decision: self.consent.decision().name().to_owned(),
            ts: self.consent.ts.to_string(),
            expires: None,
            doubtful: self.doubtful,
        }
    }
}

#[derive(Default)]
struct Found {
    held: Vec<Held>,
    invalid: Vec<InvalidSignature>,
}

/// The rules, with what they need to know.
struct Agreement<'a> {
    exception: &'a Exception,
    keys: &'a Keys,
    rules: Rules<'a>,
}

impl<'a> Agreement<'a> {
    fn new(
        policy: &'a Policy,
        keys: &'a Keys,
        exception: &'a Exception,
        day: Option<Date>,
    ) -> Self {
        Self {
            exception,
            keys,
            rules: Rules::new(policy, keys, &exception.digest, day),
        }
    }

    fn is(&self, name: &str, person: &str, signer: &str) -> bool {
        self.rules.is_person(name, person, signer)
    }

    /// Why a statement that is to be signed now would not count.
    fn refusal(&self, before: &[Entry], consent: &Consent) -> Option<Bilingual> {
        let reason = match self.keys.by_id.get(&consent.signer) {
            None => Some(Reason::new("unknown_key")),
            Some(key) => self.objection(consent, key, consent.ts, &self.sort(before).held),
        };
        Some(text(&consent.signer, Some(consent.role), &reason?))
    }

    fn sort(&self, entries: &[Entry]) -> Found {
        let mut out = Found::default();
        let of_kind = |entry: &&Entry| entry.kind == self.exception.kind.entry();
        for entry in entries.iter().filter(of_kind) {
            let Some(signed) = Signed::of(entry) else {
                continue;
            };
            let Content::Exception(consent) = &signed.content else {
                continue;
            };
            if consent.kind == self.exception.kind && consent.id == self.exception.id {
                self.take(entry, &signed, consent, &mut out);
            }
        }
        out
    }

    fn take(&self, entry: &Entry, signed: &Signed, consent: &Consent, out: &mut Found) {
        let mut refuse = |seq: u64, consent: &Consent, reason: &Reason| {
            out.invalid.push(InvalidSignature {
                seq,
                signer: consent.signer.clone(),
                role: consent.role.name().to_owned(),
                reason: reason.word.to_owned(),
                text: text(&consent.signer, Some(consent.role), reason),
            });
        };
        let key = match self.keys.by_id.get(&consent.signer) {
            None => return refuse(entry.seq, consent, &Reason::new("unknown_key")),
            Some(key) if !signed.is_of(key) => {
                return refuse(entry.seq, consent, &Reason::new("bad_signature"));
            }
            Some(key) => key,
        };
        if let Some(reason) = self.objection(consent, key, entry.ts, &out.held) {
            return refuse(entry.seq, consent, &reason);
        }
        let standing = key.standing_for(consent.ts, entry.ts);
        let held = Held {
            seq: entry.seq,
            person: key.person.clone(),
            consent: consent.clone(),
            doubtful: standing == Standing::Doubtful,
        };
        let same =
            |one: &Held| one.person == held.person && grants(&one.consent) == grants(&held.consent);
        match out.held.iter().position(same) {
            None => out.held.push(held),
            Some(at) => {
                let before = std::mem::replace(&mut out.held[at], held);
                refuse(before.seq, &before.consent, &Reason::new("replaced"));
            }
        }
    }

    /// What speaks against a statement; its signature is not looked at.
    fn objection(
        &self,
        consent: &Consent,
        key: &Key,
        entry_ts: Timestamp,
        held: &[Held],
    ) -> Option<Reason> {
        if consent.digest != self.exception.digest {
            return Some(Reason::new("changed"));
        }
        if consent.score < self.exception.score {
            return Some(Reason::new("score_risen"));
        }
        let (role, signer) = (consent.role, consent.signer.as_str());
        if let Some(reason) = self.rules.of_key(key, role, consent.ts, entry_ts) {
            return Some(reason);
        }
        let mut approvers = self.exception.approvers.iter();
        if grants(consent) && !approvers.any(|name| self.is(name, &key.person, signer)) {
            let names: Vec<&str> = self
                .exception
                .approvers
                .iter()
                .map(String::as_str)
                .collect();
            return Some(Reason::with("not_asked", "named", names.join(", ")));
        }
        let asked = |name: &String| self.is(name, &key.person, signer);
        if grants(consent) && self.exception.requester.as_ref().is_some_and(asked) {
            return Some(Reason::new("own_request"));
        }
        let same_person = held.iter().filter(|one| one.person == key.person);
        let mut signed = same_person.map(|one| one.consent.role);
        // Whoever agrees to a waiver grants it, in whichever role.
        let as_granting = |role: Role| match role {
            Role::WaiverRequester => role,
            _ => Role::WaiverApprover,
        };
        let of_policy = self.rules.roles_of(&key.person, signer);
        let by_policy = of_policy.into_iter().find(|other| role.excludes(*other));
        let by_signature = || signed.find(|other| as_granting(role).excludes(as_granting(*other)));
        by_policy
            .or_else(by_signature)
            .map(|other| Reason::with("separation", "other", other.name()))
    }
}
