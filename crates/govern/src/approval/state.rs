//! Which signatures a result has and which it lacks.

use std::collections::BTreeMap;

use waage_result::approval::{
    APPROVAL_SCHEMA, ApprovalResult, ConditionDoc, InvalidSignature, Rejection, RoleCount,
    SignatureDoc,
};
use waage_result::finding::Bilingual;
use waage_result::text::{Catalogue, Language};

use super::required::{Required, required};
use super::signed::{Content, Signed};
use super::statement::{Condition, Decision, Statement};
use crate::date::Date;
use crate::keys::{Key, Keys, Role, Standing};
use crate::ledger::Entry;
use crate::policy::{People, Policy};
use crate::time::Timestamp;

/// How far a statement may be dated after its entry.
pub const CLOCK_SKEW_SECONDS: i64 = 300;

/// Which signatures the result of a digest has on a day, and which the policy's criticality asks for
/// besides; see [`state_for`].
#[must_use]
pub fn state(
    policy: &Policy,
    keys: &Keys,
    entries: &[Entry],
    digest: &str,
    day: Date,
) -> ApprovalResult {
    // Without a gate there is nothing that could be unknown.
    let needed = required(policy, None).unwrap_or_default();
    state_for(policy, &needed, keys, entries, digest, day)
}

/// Which signatures the result of a digest has on a day, of those needed.
///
/// `entries` are those of a ledger whose chain holds ([`read`](crate::ledger::read)); others than
/// approvals are passed over. A signature counts if it is that of a listed key over its statement, the
/// key was valid, not revoked by then and may sign in this role, the policy names nobody else for the
/// role, the statement is about this policy, has not expired and is not dated after its entry, and its
/// person has no role that excludes this one (GOVERNANCE §4.4). Each person counts once. A valid
/// rejection in a needed role blocks whatever is signed later.
#[must_use]
pub fn state_for(
    policy: &Policy,
    needed: &Required,
    keys: &Keys,
    entries: &[Entry],
    digest: &str,
    day: Date,
) -> ApprovalResult {
    let rules = Rules::new(policy, keys, digest, Some(day));
    let found = rules.sort(entries);
    let (counted, missing, doubles) = match_up(&found.valid, needed);
    let mut invalid: Vec<InvalidSignature> = found
        .invalid
        .into_iter()
        .chain(doubles.iter().map(|at| {
            let one = &found.valid[*at];
            invalid(one.seq, &one.statement, Reason::new("same_person"))
        }))
        .collect();
    invalid.sort_by_key(|one| one.seq);
    let conditions: Vec<ConditionDoc> = counted
        .iter()
        .flat_map(|at| {
            let one = &found.valid[*at];
            one.statement
                .conditions
                .iter()
                .map(|condition| condition_doc(one.seq, condition, day))
        })
        .collect();
    let rejections: Vec<Rejection> = found
        .rejections
        .iter()
        .map(|one| Rejection {
            seq: one.seq,
            signer: one.statement.signer.clone(),
            role: one.statement.role.name().to_owned(),
            comment: one.statement.comment.clone(),
            blocks: needed.keys().any(|role| one.statement.role.serves(*role)),
        })
        .collect();
    let complete = missing.is_empty()
        && !rejections.iter().any(|one| one.blocks)
        && !conditions.iter().any(|one| one.overdue);
    ApprovalResult {
        schema: APPROVAL_SCHEMA.to_owned(),
        audit_digest: digest.to_owned(),
        policy_digest: rules.policy_digest.clone(),
        as_of: day.to_string(),
        complete,
        required: counts(needed),
        signatures: counted.iter().map(|at| found.valid[*at].doc()).collect(),
        missing: counts(&missing),
        invalid,
        rejections,
        conditions,
        other_results: found.other_results,
    }
}

/// Why a statement that is to be signed now would not count; `None` if it would.
pub(super) fn refusal(
    policy: &Policy,
    keys: &Keys,
    entries: &[Entry],
    statement: &Statement,
) -> Option<Bilingual> {
    let rules = Rules::new(policy, keys, &statement.audit_digest, None);
    let earlier = rules.sort(entries);
    let key = match keys.by_id.get(&statement.signer) {
        Some(key) => key,
        None => return Some(rules.reason_text(statement, &Reason::new("unknown_key"))),
    };
    rules
        .objection(statement, key, statement.ts)
        .or_else(|| rules.excluded(statement, key, &earlier.valid, &earlier.rejections))
        .map(|reason| rules.reason_text(statement, &reason))
}

fn counts(needed: &Required) -> Vec<RoleCount> {
    let count = |(role, count): (&Role, &u32)| RoleCount {
        role: role.name().to_owned(),
        count: *count,
    };
    needed.iter().filter(|(_, n)| **n > 0).map(count).collect()
}

fn condition_doc(seq: u64, condition: &Condition, day: Date) -> ConditionDoc {
    let (check, task, due) = match condition {
        Condition::Check(id) => (Some(id.clone()), None, None),
        Condition::Task { task, due } => (None, Some(task.clone()), Some(*due)),
    };
    ConditionDoc {
        seq,
        check,
        task,
        due: due.map(|due| due.to_string()),
        overdue: due.is_some_and(|due| due < day),
    }
}

/// A signature that holds.
struct Valid {
    seq: u64,
    person: String,
    statement: Statement,
    doubtful: bool,
}

impl Valid {
    fn doc(&self) -> SignatureDoc {
        SignatureDoc {
            seq: self.seq,
            signer: self.statement.signer.clone(),
            role: self.statement.role.name().to_owned(),
            decision: self.statement.decision.name().to_owned(),
            ts: self.statement.ts.to_string(),
            expires: self.statement.expires.map(|day| day.to_string()),
            doubtful: self.doubtful,
        }
    }
}

/// Why a signature does not count, with what its sentence names besides signer and role.
pub(super) struct Reason {
    pub word: &'static str,
    values: Vec<(&'static str, String)>,
}

impl Reason {
    pub fn new(word: &'static str) -> Self {
        Self {
            word,
            values: Vec::new(),
        }
    }

    pub fn with(word: &'static str, name: &'static str, value: impl ToString) -> Self {
        Self {
            word,
            values: vec![(name, value.to_string())],
        }
    }
}

pub(super) fn text(signer: &str, role: Option<Role>, reason: &Reason) -> Bilingual {
    let of = |language| {
        let words = Catalogue::of(language);
        let role_text = |name: &str| words.text(&format!("approval.role.{name}")).to_owned();
        let role = role.map_or_else(String::new, |role| role_text(role.name()));
        let other = reason.values.iter().map(|(name, value)| match *name {
            "other" | "own" => (*name, role_text(value)),
            _ => (*name, value.clone()),
        });
        let mut all = vec![("signer", signer.to_owned()), ("role", role)];
        all.extend(other);
        let all: Vec<(&str, &str)> = all.iter().map(|(k, v)| (*k, v.as_str())).collect();
        words.fill(&format!("approval.reason.{}", reason.word), &all)
    };
    Bilingual {
        de: of(Language::De),
        en: of(Language::En),
    }
}

fn invalid(seq: u64, statement: &Statement, reason: Reason) -> InvalidSignature {
    InvalidSignature {
        seq,
        signer: statement.signer.clone(),
        role: statement.role.name().to_owned(),
        reason: reason.word.to_owned(),
        text: text(&statement.signer, Some(statement.role), &reason),
    }
}

/// What entries come to.
#[derive(Default)]
struct Sorted {
    valid: Vec<Valid>,
    rejections: Vec<Valid>,
    invalid: Vec<InvalidSignature>,
    other_results: u64,
}

/// The rules, with what they need to know.
pub(super) struct Rules<'a> {
    people: Option<&'a People>,
    keys: &'a Keys,
    policy_digest: String,
    digest: &'a str,
    /// The day of judgement; none where a statement is only about to be signed.
    day: Option<Date>,
}

impl<'a> Rules<'a> {
    pub fn new(policy: &'a Policy, keys: &'a Keys, digest: &'a str, day: Option<Date>) -> Self {
        Self {
            people: policy.kept.people.as_ref(),
            keys,
            policy_digest: policy.digest(),
            digest,
            day,
        }
    }

    fn reason_text(&self, statement: &Statement, reason: &Reason) -> Bilingual {
        text(&statement.signer, Some(statement.role), reason)
    }

    fn sort(&self, entries: &[Entry]) -> Sorted {
        let mut out = Sorted::default();
        for entry in entries.iter().filter(|entry| entry.kind == "approval") {
            self.take(entry, &mut out);
        }
        out
    }

    fn take(&self, entry: &Entry, out: &mut Sorted) {
        let Some(signed) = Signed::of(entry) else {
            let statement = &entry.payload["statement"];
            if statement["audit_digest"] == self.digest {
                let word = |name: &str| statement[name].as_str().unwrap_or("").to_owned();
                let signer = word("signer");
                out.invalid.push(InvalidSignature {
                    seq: entry.seq,
                    role: word("role"),
                    reason: "malformed".to_owned(),
                    text: text(&signer, None, &Reason::new("malformed")),
                    signer,
                });
            }
            return;
        };
        let Content::Result(statement) = &signed.content else {
            return;
        };
        if statement.audit_digest != self.digest {
            out.other_results += u64::from(statement.policy_digest == self.policy_digest);
            return;
        }
        let key = self.keys.by_id.get(&statement.signer);
        let objection = match key {
            None => Some(Reason::new("unknown_key")),
            Some(key) if !signed.is_of(key) => Some(Reason::new("bad_signature")),
            Some(key) => self
                .objection(statement, key, entry.ts)
                .or_else(|| self.excluded(statement, key, &out.valid, &out.rejections)),
        };
        let (Some(key), None) = (key, &objection) else {
            let reason = objection.unwrap_or_else(|| Reason::new("unknown_key"));
            out.invalid.push(invalid(entry.seq, statement, reason));
            return;
        };
        let valid = Valid {
            seq: entry.seq,
            person: key.person.clone(),
            doubtful: key.standing(statement.ts) == Standing::Doubtful,
            statement: statement.clone(),
        };
        if valid.statement.decision == Decision::Reject {
            out.rejections.push(valid);
            return;
        }
        let same =
            |one: &Valid| one.person == valid.person && one.statement.role == valid.statement.role;
        if let Some(at) = out.valid.iter().position(same) {
            let before = std::mem::replace(&mut out.valid[at], valid);
            let reason = Reason::new("replaced");
            out.invalid
                .push(invalid(before.seq, &before.statement, reason));
        } else {
            out.valid.push(valid);
        }
    }

    /// What speaks against a statement by itself; its signature is not looked at.
    fn objection(&self, statement: &Statement, key: &Key, entry_ts: Timestamp) -> Option<Reason> {
        if statement.policy_digest != self.policy_digest {
            return Some(Reason::new("other_policy"));
        }
        if let Some(reason) = self.of_key(key, statement.role, statement.ts, entry_ts) {
            return Some(reason);
        }
        if let Some(named) = self.named_instead(statement.role, &key.person, &statement.signer) {
            return Some(Reason::with("not_named", "named", named));
        }
        let day = self.day?;
        match statement.expires {
            Some(last) if last < day && statement.decision != Decision::Reject => {
                Some(Reason::with("expired", "day", last))
            }
            _ => None,
        }
    }

    /// What speaks against a key that signed in a role at a moment, of which the entry was made at another.
    pub fn of_key(
        &self,
        key: &Key,
        role: Role,
        signed: Timestamp,
        entry_ts: Timestamp,
    ) -> Option<Reason> {
        if !key.roles.contains(&role) {
            return Some(Reason::new("wrong_role"));
        }
        let ahead = signed.seconds_since(entry_ts);
        if ahead > CLOCK_SKEW_SECONDS {
            return Some(Reason::with("clock_skew", "minutes", ahead / 60));
        }
        match key.standing_for(signed, entry_ts) {
            Standing::Revoked => {
                return Some(Reason::with("key_revoked", "ts", signed.max(entry_ts)));
            }
            Standing::NotYet => return Some(Reason::with("key_not_yet", "ts", signed)),
            Standing::Over => return Some(Reason::with("key_over", "ts", signed)),
            Standing::Valid | Standing::Doubtful => {}
        }
        let day = self.day?;
        (entry_ts.date() > day).then(|| Reason::with("not_yet", "day", day))
    }

    /// Whether the person has another role for this result that excludes the statement's.
    fn excluded(
        &self,
        statement: &Statement,
        key: &Key,
        valid: &[Valid],
        rejections: &[Valid],
    ) -> Option<Reason> {
        let by_policy = self.roles_of(&key.person, &statement.signer);
        let by_signature = valid
            .iter()
            .chain(rejections)
            .filter(|one| one.person == key.person)
            .map(|one| one.statement.role);
        by_policy
            .into_iter()
            .chain(by_signature)
            .find(|other| statement.role.excludes(*other))
            .map(|other| Reason::with("separation", "other", other.name()))
    }

    /// Whom the policy names for a role, if that is another person.
    fn named_instead(&self, role: Role, person: &str, signer: &str) -> Option<String> {
        let people = self.people?;
        let named = match role {
            Role::Owner => people.owner.as_ref(),
            Role::Validator => people.validator.as_ref(),
            Role::Approver => people.approver.as_ref(),
            Role::Dpo => people.dpo.as_ref(),
            Role::ReviewLead => people.review_lead.as_ref(),
            Role::Developer if !people.developer.is_empty() => {
                let all = people.developer.iter();
                let one_of_them = all.clone().any(|id| self.is_person(id, person, signer));
                let names: Vec<&str> = all.map(String::as_str).collect();
                return (!one_of_them).then(|| names.join(", "));
            }
            _ => None,
        }?;
        (!self.is_person(named, person, signer)).then(|| named.clone())
    }

    /// The roles that the policy gives to a person.
    pub fn roles_of(&self, person: &str, signer: &str) -> Vec<Role> {
        let Some(people) = self.people else {
            return Vec::new();
        };
        let one = |id: &Option<String>, role| id.iter().map(|id| (id.clone(), role)).next();
        [
            one(&people.owner, Role::Owner),
            one(&people.validator, Role::Validator),
            one(&people.approver, Role::Approver),
            one(&people.dpo, Role::Dpo),
            one(&people.review_lead, Role::ReviewLead),
        ]
        .into_iter()
        .flatten()
        .chain(
            people
                .developer
                .iter()
                .map(|id| (id.clone(), Role::Developer)),
        )
        .filter(|(id, _)| self.is_person(id, person, signer))
        .map(|(_, role)| role)
        .collect()
    }

    /// Whether an id of the policy means a person: by one of the person's keys, or as it stands.
    pub fn is_person(&self, id: &str, person: &str, signer: &str) -> bool {
        let of_key = self.keys.by_id.get(id).map(|key| key.person.as_str());
        id == signer || id == person || of_key == Some(person)
    }
}

/// Gives each person at most one of the needed places, as many as can be filled: places of
/// signatures that count, what is missing, and places of signatures whose person counts already.
fn match_up(valid: &[Valid], needed: &Required) -> (Vec<usize>, Required, Vec<usize>) {
    let slots: Vec<Role> = needed
        .iter()
        // More than one slot for each signature cannot be filled anyway.
        .flat_map(|(role, count)| std::iter::repeat_n(*role, (*count as usize).min(valid.len())))
        .collect();
    let mut holder: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for slot in 0..slots.len() {
        let mut tried = Vec::new();
        fill(slot, &slots, valid, &mut holder, &mut tried);
    }
    let mut missing = needed.clone();
    for (_, slot) in holder.values() {
        if let Some(count) = missing.get_mut(&slots[*slot]) {
            *count -= 1;
        }
    }
    missing.retain(|_, count| *count > 0);
    let mut counted: Vec<usize> = holder.values().map(|(at, _)| *at).collect();
    let mut doubles = Vec::new();
    for (at, one) in valid.iter().enumerate() {
        match holder.get(one.person.as_str()) {
            Some((used, _)) if *used == at => {}
            Some(_) => doubles.push(at),
            None => counted.push(at),
        }
    }
    counted.sort_unstable();
    (counted, missing, doubles)
}

/// Finds a person for a place, moving others where that helps (Kuhn's algorithm).
fn fill<'a>(
    slot: usize,
    slots: &[Role],
    valid: &'a [Valid],
    holder: &mut BTreeMap<&'a str, (usize, usize)>,
    tried: &mut Vec<&'a str>,
) -> bool {
    for (at, one) in valid.iter().enumerate() {
        let person = one.person.as_str();
        if !one.statement.role.serves(slots[slot]) || tried.contains(&person) {
            continue;
        }
        tried.push(person);
        let moved = match holder.get(person) {
            None => true,
            Some((_, other)) => fill(*other, slots, valid, holder, tried),
        };
        if moved {
            holder.insert(person, (at, slot));
            return true;
        }
    }
    false
}
