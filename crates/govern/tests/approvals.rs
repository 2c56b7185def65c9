//! Which signatures count: roles, persons, validity, digests, clocks.

use serde_json::{Value, json};
use waage_govern::approval::{
    ApprovalError, Condition, Decision, Required, Statement, approve, required, state, state_for,
};
use waage_govern::keys::{Keys, Role, SecretKey, Signer};
use waage_govern::ledger::{Entry, Ledger, Options, read};
use waage_govern::{Date, Policy, Timestamp};
use waage_result::approval::ApprovalResult;

const RESULT: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

fn policy(criticality: &str) -> Policy {
    let text = format!(
        r#"
        schema = "waage/policy/1"
        [system]
        id = "lead-score"
        name = "Leads"
        criticality = "{criticality}"
        [people]
        owner = "m.owner"
        developer = ["d.dev"]
        validator = "v.val"
        approver = "a.app"
        dpo = "p.dpo"
        [gate.pre_deployment]
        required_signatures = {{ approver = 1, compliance = 2 }}
        [[check]]
        id = "FAIR-01"
        metric = "selection_rate"
        comparison = "difference"
        attribute = "gender"
        op = "<="
        margin = 0.05
        "#
    );
    Policy::parse(&text, "audit.toml").unwrap()
}

/// Id, person, roles and further lines of each key; the seed is the place in this list.
const KEYS: [(&str, &str, &str, &str); 10] = [
    ("m.owner", "p1", "owner", ""),
    ("d.dev", "p2", "developer, validator, approver", ""),
    ("v.val", "p3", "validator", ""),
    ("a.app", "p4", "approver", "valid_to = 2026-06-30"),
    ("p.dpo", "p5", "dpo", ""),
    ("c.com", "p6", "compliance", ""),
    ("c.two", "p7", "compliance", ""),
    ("a.two", "p4", "approver, validator, owner", ""),
    (
        "a.left",
        "p4",
        "approver",
        "revoked_at = 2026-03-01T00:00:00Z\nreason = \"left\"",
    ),
    (
        "a.lost",
        "p4",
        "approver",
        "revoked_at = 2026-03-01T00:00:00Z\nreason = \"compromise\"",
    ),
];

fn secret(id: &str) -> SecretKey {
    let at = KEYS.iter().position(|key| key.0 == id).unwrap();
    SecretKey::from_seed(&[at as u8 + 1; 32])
}

fn keys() -> Keys {
    let list = KEYS.map(|(id, person, roles, more)| {
        let public: String = secret(id).public().as_bytes().iter().map(|b| format!("{b:02x}")).collect();
        let roles: Vec<String> = roles.split(", ").map(|role| format!("{role:?}")).collect();
        format!(
            "[key.\"{id}\"]\nperson = \"{person}\"\npublic = \"{public}\"\nroles = [{}]\nvalid_from = 2026-01-01\n{more}\n",
            roles.join(", ")
        )
    });
    Keys::parse(&list.concat(), "keys.toml").unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A statement about [`RESULT`] that is dated the fifth of January.
fn statement(policy: &Policy, signer: &str, role: Role) -> Statement {
    Statement {
        audit_digest: RESULT.to_owned(),
        policy_digest: policy.digest(),
        role,
        signer: signer.to_owned(),
        decision: Decision::Approve,
        conditions: Vec::new(),
        comment: None,
        ts: at("2026-01-05T09:00:00Z"),
        expires: None,
    }
}

/// Entries of a ledger as they would be read, written when their statements are dated.
#[derive(Default)]
struct Log(Vec<Entry>);

impl Log {
    fn add(&mut self, statement: &Statement) -> &mut Self {
        self.add_at(statement, statement.ts)
    }

    fn add_at(&mut self, statement: &Statement, ts: Timestamp) -> &mut Self {
        let key = secret(&statement.signer);
        let public = key.public();
        let payload = statement.sign(&Signer::from(key), &public).unwrap();
        self.put(payload, ts)
    }

    fn put(&mut self, payload: Value, ts: Timestamp) -> &mut Self {
        let zero: waage_govern::ledger::Hash = "0".repeat(64).parse().unwrap();
        self.0.push(Entry {
            actor: "waage".to_owned(),
            hash: zero,
            kind: "approval".to_owned(),
            payload,
            prev: zero,
            seq: self.0.len() as u64,
            ts,
        });
        self
    }

    fn state(&self, policy: &Policy, on: &str) -> ApprovalResult {
        state(policy, &keys(), &self.0, RESULT, day(on))
    }
}

fn signers(result: &ApprovalResult) -> Vec<&str> {
    result
        .signatures
        .iter()
        .map(|one| one.signer.as_str())
        .collect()
}

fn reasons(result: &ApprovalResult) -> Vec<(u64, &str)> {
    let all = result.invalid.iter();
    all.map(|one| (one.seq, one.reason.as_str())).collect()
}

fn missing(result: &ApprovalResult) -> Vec<(&str, u32)> {
    result
        .missing
        .iter()
        .map(|one| (one.role.as_str(), one.count))
        .collect()
}

#[test]
fn each_criticality_needs_its_signatures() {
    let all = [
        ("m.owner", Role::Owner),
        ("a.app", Role::Approver),
        ("v.val", Role::Validator),
        ("p.dpo", Role::Dpo),
    ];
    for (criticality, order, needed) in [
        ("low", vec![0], 1),
        ("medium", vec![0, 1], 2),
        ("high", vec![0, 1, 2], 3),
        ("critical", vec![0, 1, 2, 3], 4),
    ] {
        let policy = policy(criticality);
        let mut log = Log::default();
        for (count, at) in order.iter().enumerate() {
            assert!(
                !log.state(&policy, "2026-01-05").complete,
                "{criticality} {count}"
            );
            let (signer, role) = all[*at];
            log.add(&statement(&policy, signer, role));
        }
        let result = log.state(&policy, "2026-01-05");
        assert!(result.complete, "{criticality}: {result:?}");
        assert_eq!(result.signatures.len(), needed);
    }
    let policy = policy("critical");
    let mut log = Log::default();
    for (signer, role) in &all[..3] {
        log.add(&statement(&policy, signer, *role));
    }
    assert_eq!(missing(&log.state(&policy, "2026-01-05")), [("dpo", 1)]);
    log.add(&statement(&policy, "c.com", Role::Compliance));
    assert!(
        log.state(&policy, "2026-01-05").complete,
        "compliance may stand in"
    );
}

#[test]
fn a_gate_may_ask_for_more() {
    let policy = policy("low");
    let needed = required(&policy, Some("pre_deployment")).unwrap();
    let want = [(Role::Owner, 1), (Role::Approver, 1), (Role::Compliance, 2)];
    assert_eq!(needed, Required::from(want));
    let mut log = Log::default();
    log.add(&statement(&policy, "m.owner", Role::Owner))
        .add(&statement(&policy, "a.app", Role::Approver))
        .add(&statement(&policy, "c.com", Role::Compliance));
    let on = day("2026-01-05");
    let result = state_for(&policy, &needed, &keys(), &log.0, RESULT, on);
    assert_eq!(missing(&result), [("compliance", 1)]);
    log.add(&statement(&policy, "c.two", Role::Compliance));
    assert!(state_for(&policy, &needed, &keys(), &log.0, RESULT, on).complete);
    let said = required(&policy, Some("pre_deploymnt")).unwrap_err();
    assert!(said.contains("did you mean \"pre_deployment\"?"), "{said}");
}

#[test]
fn roles_belong_to_persons() {
    let policy = policy("high");
    let mut log = Log::default();
    log.add(&statement(&policy, "m.owner", Role::Approver)) // not a role of this key
        .add(&statement(&policy, "d.dev", Role::Validator)) // a developer, and not the one named
        .add(&statement(&policy, "a.two", Role::Owner)) // not the owner that the policy names
        .add(&statement(&policy, "a.two", Role::Approver)) // another key of the approver
        .add(&statement(&policy, "a.app", Role::Approver)); // the same person again
    let result = log.state(&policy, "2026-01-05");
    assert_eq!(
        reasons(&result),
        [
            (0, "wrong_role"),
            (1, "not_named"),
            (2, "not_named"),
            (3, "replaced")
        ]
    );
    assert_eq!(signers(&result), ["a.app"]);
    assert_eq!(missing(&result), [("owner", 1), ("validator", 1)]);
    let text = &result.invalid[2].text;
    assert_eq!(text.en, "the policy names m.owner as owner, not a.two");
    assert_eq!(
        text.de,
        "die Richtlinie nennt m.owner für diese Rolle (verantwortliche Person), nicht a.two"
    );
}

/// Without names in the policy, roles that exclude each other still do.
#[test]
fn one_person_has_no_two_roles_that_exclude_each_other() {
    let mut policy = policy("high");
    policy.kept.people = None;
    let mut log = Log::default();
    log.add(&statement(&policy, "a.two", Role::Owner))
        .add(&statement(&policy, "a.app", Role::Approver));
    let result = log.state(&policy, "2026-01-05");
    assert_eq!(reasons(&result), [(1, "separation")]);
    // Validator and approver do not exclude each other, but one person counts once.
    let mut log = Log::default();
    log.add(&statement(&policy, "a.two", Role::Validator))
        .add(&statement(&policy, "a.app", Role::Approver))
        .add(&statement(&policy, "m.owner", Role::Owner));
    let result = log.state(&policy, "2026-01-05");
    assert_eq!(result.signatures.len(), 2);
    assert_eq!(result.missing.len(), 1);
    assert_eq!(reasons(&result)[0].1, "same_person");
    // Somebody else as validator frees the person for the other role.
    log.add(&statement(&policy, "v.val", Role::Validator));
    assert!(log.state(&policy, "2026-01-05").complete);
    // A developer by signature may not validate.
    let mut log = Log::default();
    log.add(&statement(&policy, "d.dev", Role::Developer))
        .add(&statement(&policy, "d.dev", Role::Validator));
    assert_eq!(
        reasons(&log.state(&policy, "2026-01-05")),
        [(1, "separation")]
    );
}

#[test]
fn keys_count_while_they_are_valid() {
    let policy = policy("medium");
    let judged = |signer: &str, signed: &str, written: &str| {
        let mut one = statement(&policy, signer, Role::Approver);
        one.ts = at(signed);
        let mut log = Log::default();
        log.add_at(&one, at(written));
        let result = log.state(&policy, "2026-12-31");
        match result.signatures.first() {
            Some(one) if one.doubtful => "doubtful".to_owned(),
            Some(_) => "counts".to_owned(),
            None => result.invalid[0].reason.clone(),
        }
    };
    let both = |signer: &str, ts: &str| judged(signer, ts, ts);
    assert_eq!(both("a.app", "2025-12-31T23:59:59Z"), "key_not_yet");
    assert_eq!(both("a.app", "2026-06-30T23:59:59Z"), "counts");
    assert_eq!(both("a.app", "2026-07-01T00:00:00Z"), "key_over");
    assert_eq!(both("a.left", "2026-02-28T00:00:00Z"), "counts");
    assert_eq!(both("a.left", "2026-03-01T00:00:00Z"), "key_revoked");
    assert_eq!(both("a.lost", "2026-02-28T00:00:00Z"), "doubtful");
    assert_eq!(both("a.lost", "2026-03-01T00:00:00Z"), "key_revoked");
    // Dated back to before the revocation, written after it.
    assert_eq!(
        judged("a.left", "2026-02-28T00:00:00Z", "2026-03-02T00:00:00Z"),
        "key_revoked"
    );
    // A clock that runs ahead by five minutes is forgiven, by more is not.
    assert_eq!(
        judged("a.app", "2026-02-01T10:05:00Z", "2026-02-01T10:00:00Z"),
        "counts"
    );
    assert_eq!(
        judged("a.app", "2026-02-01T10:05:01Z", "2026-02-01T10:00:00Z"),
        "clock_skew"
    );
}

#[test]
fn approvals_end_and_begin_with_their_days() {
    let policy = policy("low");
    let mut one = statement(&policy, "m.owner", Role::Owner);
    one.expires = Some(day("2026-07-05"));
    let mut log = Log::default();
    log.add(&one);
    let why = |on: &str| {
        log.state(&policy, on)
            .invalid
            .first()
            .map(|one| one.reason.clone())
    };
    assert_eq!(why("2026-01-04").as_deref(), Some("not_yet"));
    assert_eq!(why("2026-01-05"), None);
    assert_eq!(why("2026-07-05"), None);
    assert_eq!(why("2026-07-06").as_deref(), Some("expired"));
}

#[test]
fn a_changed_result_or_policy_needs_new_signatures() {
    let old = policy("low");
    let mut log = Log::default();
    log.add(&statement(&old, "m.owner", Role::Owner));
    assert!(log.state(&old, "2026-01-05").complete);
    let other = format!("sha256:{}", "0".repeat(64));
    let changed = state(&old, &keys(), &log.0, &other, day("2026-01-05"));
    assert!(!changed.complete);
    assert_eq!((changed.other_results, changed.invalid.len()), (1, 0));
    let new = policy("medium");
    assert_eq!(
        reasons(&log.state(&new, "2026-01-05")),
        [(0, "other_policy")]
    );
}

#[test]
fn what_was_tampered_with_does_not_count() {
    let policy = policy("low");
    let one = statement(&policy, "m.owner", Role::Owner);
    let key = secret("m.owner");
    let public = key.public();
    let payload = one.sign(&Signer::from(key), &public).unwrap();
    let tampered = |change: &dyn Fn(&mut Value)| {
        let mut payload = payload.clone();
        change(&mut payload);
        let mut log = Log::default();
        log.put(payload, one.ts);
        let result = log.state(&policy, "2026-01-05");
        assert!(!result.complete);
        result.invalid.first().map(|one| one.reason.clone())
    };
    let is = |word: &str| Some(word.to_owned());
    assert_eq!(
        tampered(&|p| p["statement"]["comment"] = json!("x")),
        is("bad_signature")
    );
    assert_eq!(
        tampered(&|p| p["statement"]["more"] = json!("x")),
        is("malformed")
    );
    assert_eq!(tampered(&|p| p["signature"] = json!("ab")), is("malformed"));
    assert_eq!(
        tampered(&|p| p["signature"] = json!("0".repeat(128))),
        is("bad_signature")
    );
    assert_eq!(
        tampered(&|p| p["statement"]["signer"] = json!("v.val")),
        is("bad_signature")
    );
    assert_eq!(
        tampered(&|p| p["statement"]["signer"] = json!("nobody")),
        is("unknown_key")
    );
    assert_eq!(
        tampered(&|p| *p = json!({})),
        None,
        "not even about this result"
    );
}

#[test]
fn a_rejection_blocks_until_there_is_another_result() {
    let policy = policy("medium");
    let mut no = statement(&policy, "a.app", Role::Approver);
    no.decision = Decision::Reject;
    no.comment = Some("the gap is not explained".to_owned());
    no.expires = Some(day("2026-01-06"));
    let mut log = Log::default();
    log.add(&statement(&policy, "m.owner", Role::Owner))
        .add(&no)
        .add(&statement(&policy, "a.app", Role::Approver));
    let result = log.state(&policy, "2026-05-05");
    assert!(result.missing.is_empty() && !result.complete);
    assert!(result.rejections[0].blocks);
    // A role that is not needed is heard and does not block.
    let mut log = Log::default();
    no = statement(&policy, "c.com", Role::Compliance);
    no.decision = Decision::Reject;
    log.add(&no)
        .add(&statement(&policy, "m.owner", Role::Owner))
        .add(&statement(&policy, "a.app", Role::Approver));
    let result = log.state(&policy, "2026-01-05");
    assert!(result.complete && !result.rejections[0].blocks);
}

#[test]
fn conditions_fall_due_and_are_lifted_by_deciding_again() {
    let policy = policy("low");
    let mut one = statement(&policy, "m.owner", Role::Owner);
    one.decision = Decision::ApproveWithConditions;
    one.conditions = vec![
        Condition::Check("FAIR-01".to_owned()),
        "2026-02-01: retrain".parse().unwrap(),
    ];
    let mut log = Log::default();
    log.add(&one);
    let on_time = log.state(&policy, "2026-02-01");
    assert!(on_time.complete);
    assert_eq!(on_time.conditions[0].check.as_deref(), Some("FAIR-01"));
    let late = log.state(&policy, "2026-02-02");
    assert!(!late.complete && late.conditions[1].overdue);
    let mut again = statement(&policy, "m.owner", Role::Owner);
    again.ts = at("2026-02-03T09:00:00Z");
    log.add(&again);
    let lifted = log.state(&policy, "2026-02-03");
    assert!(lifted.complete && lifted.conditions.is_empty());
}

#[test]
fn nothing_is_signed_that_would_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let options = Options::default();
    let policy = policy("medium");
    let (ledger, _) = Ledger::create(&path, &options, "demo", at("2026-01-05T08:00:00Z")).unwrap();
    let give = |one: &Statement, key: &str| {
        let signer = Signer::from(secret(key));
        approve(&ledger, &options, &policy, &keys(), one, &signer, one.ts)
    };
    let refused = |one: &Statement, key: &str, want: &str| {
        let said = give(one, key).unwrap_err().to_string();
        assert!(said.contains(want), "{said}");
    };
    let owner = statement(&policy, "m.owner", Role::Owner);
    refused(
        &statement(&policy, "m.owner", Role::Approver),
        "m.owner",
        "may not sign as approver",
    );
    refused(
        &statement(&policy, "d.dev", Role::Approver),
        "d.dev",
        "the policy names a.app",
    );
    refused(
        &statement(&policy, "nobody", Role::Owner),
        "m.owner",
        "is not listed",
    );
    refused(&owner, "v.val", "is not the key \"m.owner\"");
    let mut other = owner.clone();
    other.policy_digest = RESULT.to_owned();
    refused(&other, "m.owner", "another version of the policy");
    other = owner.clone();
    other.comment = Some("ask anna@firma.example".to_owned());
    refused(&other, "m.owner", "e-mail address");
    other = statement(&policy, "a.app", Role::Approver);
    other.ts = at("2026-07-01T00:00:00Z");
    refused(&other, "a.app", "no longer valid");
    assert_eq!(read(&path, &options, |_| true).unwrap().len(), 1);
    let hostile = "\u{1b}[2J\n{\"seq\":9}\u{2028}<b>";
    other = owner;
    other.comment = Some(hostile.to_owned());
    let (entry, state) = give(&other, "m.owner").unwrap();
    assert_eq!((entry.seq, state.complete), (1, false));
    let (_, state) = give(&statement(&policy, "a.app", Role::Approver), "a.app").unwrap();
    assert!(state.complete);
    let entries = read(&path, &options, |kind| kind == "approval").unwrap();
    assert_eq!(entries[0].payload["statement"]["comment"], hostile);
    assert_eq!(
        std::fs::read_to_string(&path)
            .unwrap()
            .matches('\n')
            .count(),
        3
    );
    assert!(matches!(
        give(&statement(&policy, "m.owner", Role::Approver), "m.owner"),
        Err(ApprovalError::Refused(_))
    ));
}
