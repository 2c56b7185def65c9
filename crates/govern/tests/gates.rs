//! Gates: what stands in which list, and which exit code follows.

mod support;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use support::{CATALOGUE, Counts, gap};
use waage_govern::approval::{Consent, Decision, Exception, Statement, agree, approve};
use waage_govern::gate::{Audit, Found, Part, Request, judge, record};
use waage_govern::keys::{Keys, Role, SecretKey, Signer};
use waage_govern::ledger::{Entry, Ledger, Options, read};
use waage_govern::review::Reviewed;
use waage_govern::risks::Register;
use waage_govern::{Date, Facts, Policy, Timestamp};
use waage_result::gate::{GateReason, GateResult, GateVerdict};

const PEOPLE: [(&str, &str, u8); 4] = [
    ("m.owner", "owner", 1),
    ("v.independent", "validator", 2),
    ("a.approver", "approver", 3),
    ("p.privacy", "dpo", 4),
];

const POLICY: &str = "\
schema = \"waage/policy/1\"
[system]
id = \"leads\"
name = \"Leads\"
use_case = \"lead_scoring\"
criticality = \"high\"
strategy_link = \"goal\"
[people]
owner = \"m.owner\"
validator = \"v.independent\"
approver = \"a.approver\"
dpo = \"p.privacy\"
[risk_appetite]
max_residual = { high = 6 }
[[attribute]]
name = \"g\"
[[check]]
id = \"FAIR-01\"
metric = \"selection_rate\"
comparison = \"difference\"
attribute = \"g\"
op = \"<=\"
margin = 0.05
gates = [\"periodic\", \"own\"]
[gate.pre_deployment]
inconclusive = \"fail\"
required_signatures = { owner = 1, validator = 1, approver = 1 }
max_audit_age_days = 30
[gate.periodic]
inconclusive = \"warn\"
every_days = 30
max_consecutive_inconclusive = 2
[gate.own]
require_documents = [\"dpia\"]
[documents]
dpia = { path = \"dpia.pdf\", sha256 = \"0000000000000000000000000000000000000000000000000000000000000001\", valid_until = 2026-12-31 }
data_validation = { path = \"v.json\", sha256 = \"0000000000000000000000000000000000000000000000000000000000000002\" }
drift = { path = \"d.json\", sha256 = \"0000000000000000000000000000000000000000000000000000000000000003\" }
";

const WAIVER: &str = "\
[[waiver]]
id = \"W-1\"
check = \"FAIR-01\"
scope = { group = \"b\" }
justification = \"Only a few cases a year, each one reviewed by hand; see memo 12\"
compensating_control = \"every lead of this group is reviewed\"
approved_by = [\"a.approver\", \"p.privacy\"]
created = 2026-10-01
expires = 2026-12-10
";

/// Who must agree to it.
const WAIVING: [(&str, Role); 2] = [("a.approver", Role::Approver), ("p.privacy", Role::Dpo)];

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn policy(more: &str) -> Policy {
    Policy::parse(&format!("{POLICY}{more}"), "audit.toml").unwrap_or_else(|e| panic!("{e}"))
}

/// Groups whose gap is proven, undecided and excluded.
fn breach() -> [Counts<'static>; 2] {
    [Counts("b", 100, 400), Counts("a", 200, 400)]
}

fn open() -> [Counts<'static>; 2] {
    [Counts("b", 24, 60), Counts("a", 60, 100)]
}

fn pass() -> [Counts<'static>; 2] {
    [Counts("b", 2000, 5000), Counts("a", 2010, 5000)]
}

/// The document of an audit of two groups.
fn document(policy: &Policy, [b, a]: [Counts<'static>; 2]) -> Value {
    let views = ["g".to_owned()];
    let facts = Facts {
        catalogue: &CATALOGUE,
        views: &views,
        has_label: true,
        has_decision: true,
        has_score: true,
    };
    let as_of = Some(day("2026-11-29"));
    let found = waage_govern::judge(policy, &[gap(b, a)], &facts, as_of).unwrap();
    json!({
        "schema": "waage/audit/1",
        "dataset": {"rows": 800, "rows_filtered_out": 0, "digest": format!("sha256:{}-{}", b.1, a.1)},
        "roles": waage_result::spec::RolesSpec::default(),
        "settings": {"confidence": 0.95, "bootstrap": 0, "seed": 0, "views": [["g"]], "references": {}, "version": "0"},
        "groups": [], "overall": {}, "disparities": [], "summary": {},
        "policy": found.summary, "checks": found.checks, "not_run": found.not_run,
        "findings": found.findings, "verdict": found.verdict,
    })
}

/// A ledger with keys, in a folder of its own.
struct Place {
    folder: tempfile::TempDir,
    keys: Keys,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hex = |seed: u8| {
            let public = SecretKey::from_seed(&[seed; 32]).public();
            public
                .as_bytes()
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect::<String>()
        };
        let text: String = PEOPLE
            .iter()
            .map(|(id, role, seed)| {
                format!(
                    "[key.\"{id}\"]\nperson = \"{id}\"\npublic = \"{}\"\nroles = [\"{role}\", \"approver\"]\nvalid_from = 2026-01-01\n",
                    hex(*seed)
                )
                .replace("[\"approver\", \"approver\"]", "[\"approver\"]")
            })
            .collect();
        let path = folder.path().join("ledger.jsonl");
        Ledger::create(
            &path,
            &Options::default(),
            "demo",
            moment("2026-11-01T08:00:00Z"),
        )
        .unwrap();
        Self {
            keys: Keys::parse(&text, "keys.toml").unwrap(),
            folder,
        }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("ledger.jsonl")
    }

    fn ledger(&self) -> Ledger {
        Ledger::open(&self.path(), &Options::default()).unwrap()
    }

    fn entries(&self) -> Vec<Entry> {
        read(&self.path(), &Options::default(), |_| true).unwrap()
    }

    fn audited(&self, document: &Value, at: &str) {
        let audit = Audit::of(document.clone()).unwrap();
        self.ledger()
            .append(
                "audit.result",
                "waage",
                &audit.subject.payload(),
                moment(at),
            )
            .unwrap();
    }

    fn sign(&self, policy: &Policy, document: &Value, who: &str, role: Role) -> Result<(), String> {
        let seed = PEOPLE.iter().find(|(id, _, _)| *id == who).unwrap().2;
        let audit = Audit::of(document.clone()).unwrap();
        let now = moment("2026-11-29T12:00:00Z");
        let statement = Statement {
            audit_digest: audit.subject.digest,
            policy_digest: policy.digest(),
            role,
            signer: who.to_owned(),
            decision: Decision::Approve,
            conditions: Vec::new(),
            comment: None,
            ts: now,
            expires: None,
        };
        let signer = Signer::Secret(Box::new(SecretKey::from_seed(&[seed; 32])));
        approve(
            &self.ledger(),
            &Options::default(),
            policy,
            &self.keys,
            &statement,
            &signer,
            now,
        )
        .map(|_| ())
        .map_err(|error| error.to_string())
    }

    /// Agrees to an exception, or takes that back.
    fn agree(
        &self,
        policy: &Policy,
        exception: &Exception,
        (who, role): (&str, Role),
        agrees: bool,
    ) -> Result<(), String> {
        let seed = PEOPLE.iter().find(|(id, _, _)| *id == who).unwrap().2;
        let now = moment("2026-11-29T12:00:00Z");
        let consent = Consent {
            agrees,
            ..Consent::to(exception, role, who, now)
        };
        let signer = Signer::Secret(Box::new(SecretKey::from_seed(&[seed; 32])));
        let parts = (policy, &self.keys);
        let ledger = self.ledger();
        agree(
            &ledger,
            &Options::default(),
            parts,
            exception,
            &consent,
            &signer,
        )
        .map(|_| ())
        .map_err(|error| error.to_string())
    }

    /// Everybody agrees to the waiver.
    fn waive(&self, policy: &Policy) {
        let exception = Exception::waiver(policy, "W-1").unwrap();
        for by in WAIVING {
            self.agree(policy, &exception, by, true).unwrap();
        }
    }

    fn sign_all(&self, policy: &Policy, document: &Value) {
        for (who, role) in [
            ("m.owner", Role::Owner),
            ("v.independent", Role::Validator),
            ("a.approver", Role::Approver),
            ("p.privacy", Role::Dpo),
        ] {
            self.sign(policy, document, who, role).unwrap();
        }
    }
}

fn documents() -> BTreeMap<String, Found> {
    let digest = |last: u8| Found::Digest(format!("{last:064x}"));
    BTreeMap::from([
        ("dpia".to_owned(), digest(1)),
        ("data_validation".to_owned(), digest(2)),
        ("drift".to_owned(), digest(3)),
    ])
}

const RISKS: &str = "\
schema = \"waage/risks/1\"
[[risk]]
id = \"R-001\"
category = \"bias\"
title = { en = \"t\", de = \"t\" }
cause = \"c\"
event = \"e\"
impact = 3
likelihood_inherent = 2
owner = \"m.owner\"
treatment = \"reduce\"
status = \"open\"
review_date = 2027-02-01
";

/// Everything at hand for a gate.
fn request<'a>(gate: &'a str, policy: &'a Policy, place: &Place, document: &Value) -> Request<'a> {
    Request {
        gate,
        policy,
        against: Part::Absent,
        audit: Part::Given(Audit::of(document.clone()).unwrap()),
        entries: Part::Given(place.entries()),
        keys: Part::Given(place.keys.clone()),
        risks: Part::Given(Register::parse(RISKS, "risks.toml").unwrap()),
        incidents: Part::Given(waage_govern::incident::Log::default()),
        review: Part::Absent,
        documents: documents(),
        data_digest: None,
        as_of: day("2026-11-29"),
    }
}

fn told(reasons: &[GateReason]) -> Vec<(&str, &str)> {
    reasons
        .iter()
        .map(|r| (r.requirement.as_str(), r.subject.as_str()))
        .collect()
}

fn show(result: &GateResult) -> String {
    serde_json::to_string_pretty(result).unwrap()
}

#[test]
fn everything_shown_passes_and_anything_missing_does_not() {
    let (policy, place) = (policy(""), Place::new());
    let document = document(&policy, pass());
    place.audited(&document, "2026-11-20T08:00:00Z");
    place.sign_all(&policy, &document);
    let whole = || request("pre_deployment", &policy, &place, &document);
    let result = judge(&whole()).unwrap();
    assert_eq!(
        (result.verdict, result.exit),
        (GateVerdict::Pass, 0),
        "{}",
        show(&result)
    );
    assert!(result.breaches.is_empty() && result.errors.is_empty());

    // What is not there is not evaluated, and never passed.
    let without = |remove: &dyn Fn(&mut Request<'_>), requirement: &str| {
        let mut less = whole();
        remove(&mut less);
        let result = judge(&less).unwrap();
        assert_eq!(
            (result.verdict, result.exit),
            (GateVerdict::Error, 2),
            "{requirement}: {}",
            show(&result)
        );
        assert!(
            told(&result.errors).iter().any(|(r, _)| *r == requirement),
            "{}",
            show(&result)
        );
        assert!(
            !told(&result.passed).iter().any(|(r, _)| *r == requirement),
            "{}",
            show(&result)
        );
    };
    without(&|r| r.risks = Part::Absent, "risk");
    without(&|r| r.incidents = Part::Absent, "incident");
    without(&|r| r.keys = Part::Absent, "signature");
    without(
        &|r| r.entries = Part::Failed("the ledger is damaged at 3".to_owned()),
        "signature",
    );
    without(&|r| r.entries = Part::Absent, "audit_age");
    without(&|r| r.audit = Part::Absent, "check");
    without(
        &|r| r.risks = Part::Given(Register::parse("schema = \"waage/risks/1\"\n", "r").unwrap()),
        "risk",
    );
    without(
        &|r| {
            r.documents
                .insert("data_validation".into(), Found::Failed("denied".into()));
        },
        "document",
    );

    // What is shown to be broken is a breach.
    let broken = |change: &dyn Fn(&mut Request<'_>), reason: (&str, &str)| {
        let mut other = whole();
        change(&mut other);
        let result = judge(&other).unwrap();
        assert_eq!(
            (result.verdict, result.exit),
            (GateVerdict::Breach, 1),
            "{reason:?}: {}",
            show(&result)
        );
        assert!(
            told(&result.breaches).contains(&reason),
            "{}",
            show(&result)
        );
    };
    broken(&|r| r.as_of = day("2026-12-21"), ("audit_age", "audit"));
    broken(
        &|r| {
            r.documents.remove("data_validation");
        },
        ("document", "data_validation"),
    );
    broken(
        &|r| {
            r.risks = Part::Given(
                Register::parse(
                    &RISKS.replace("likelihood_inherent = 2", "likelihood_inherent = 3"),
                    "r",
                )
                .unwrap(),
            )
        },
        ("risk", "R-001"),
    );
    broken(&|r| r.data_digest = Some("sha256:other"), ("stale", "data"));
    let at_limit = Request {
        as_of: day("2026-12-20"),
        ..whole()
    };
    assert_eq!(judge(&at_limit).unwrap().exit, 0, "thirty days are allowed");
    let early = judge(&Request {
        as_of: day("2026-11-19"),
        ..whole()
    })
    .unwrap();
    assert!(
        told(&early.errors).contains(&("audit_age", "audit")),
        "an audit from the future"
    );
}

#[test]
fn a_breach_and_a_crash_are_both_told_and_the_breach_comes_first() {
    let (policy, place) = (policy(""), Place::new());
    let document = document(&policy, breach());
    let mut crash = request("pre_deployment", &policy, &place, &document);
    crash.entries = Part::Failed("the ledger is damaged: entry 3 was edited".to_owned());
    crash.risks = Part::Failed("risks.toml:1:1: not TOML".to_owned());
    let result = judge(&crash).unwrap();
    assert_eq!(
        (result.verdict, result.exit),
        (GateVerdict::Breach, 1),
        "{}",
        show(&result)
    );
    assert!(told(&result.breaches).contains(&("check", "FAIR-01")));
    let errors = told(&result.errors);
    assert!(
        errors.contains(&("signature", "ledger")) && errors.contains(&("risk", "risks")),
        "{errors:?}"
    );
    assert!(
        result
            .errors
            .iter()
            .any(|e| e.text.en.contains("entry 3 was edited"))
    );
}

#[test]
fn inconclusive_fails_or_warns_as_the_gate_says() {
    let (policy, place) = (policy(""), Place::new());
    let document = document(&policy, open());
    place.audited(&document, "2026-11-20T08:00:00Z");
    place.sign_all(&policy, &document);
    let result = judge(&request("pre_deployment", &policy, &place, &document)).unwrap();
    assert_eq!(result.exit, 1);
    assert_eq!(told(&result.breaches), [("check", "FAIR-01")]);
    let result = judge(&request("periodic", &policy, &place, &document)).unwrap();
    assert_eq!(result.exit, 0, "{}", show(&result));
    assert_eq!(told(&result.inconclusive), [("check", "FAIR-01")]);
}

#[test]
fn inconclusive_too_often_in_a_row_counts_as_failed() {
    let (policy, place) = (policy(""), Place::new());
    // Four periods with other data each; the same result twice is one period.
    for (i, rows) in [60, 59, 58, 57].into_iter().enumerate() {
        let document = document(&policy, [Counts("b", 24, rows), Counts("a", 60, 100)]);
        place.audited(&document, &format!("2026-11-2{i}T08:00:00Z"));
        let result = judge(&request("periodic", &policy, &place, &document)).unwrap();
        let again = judge(&request("periodic", &policy, &place, &document)).unwrap();
        assert_eq!(result, again);
        let now = moment(&format!("2026-11-2{i}T09:00:00Z"));
        for _ in 0..2 {
            record(&place.path(), &Options::default(), &result, "waage", now).unwrap();
        }
        let expected = if i < 2 { 0 } else { 1 };
        assert_eq!(result.exit, expected, "period {i}: {}", show(&result));
        if i >= 2 {
            let text = &result.breaches[0].text.en;
            assert!(
                text.contains(&format!("{} times in a row, at most 2", i + 1)),
                "{text}"
            );
        }
    }
    // A pass breaks the row.
    let good = document(&policy, pass());
    place.audited(&good, "2026-11-26T08:00:00Z");
    let result = judge(&request("periodic", &policy, &place, &good)).unwrap();
    assert_eq!(result.exit, 0);
    record(
        &place.path(),
        &Options::default(),
        &result,
        "waage",
        moment("2026-11-26T09:00:00Z"),
    )
    .unwrap();
    let next = document(&policy, [Counts("b", 24, 56), Counts("a", 60, 100)]);
    place.audited(&next, "2026-11-27T08:00:00Z");
    let result = judge(&request("periodic", &policy, &place, &next)).unwrap();
    assert_eq!(result.exit, 0, "{}", show(&result));
    // Without a ledger nobody can count.
    let mut blind = request("periodic", &policy, &place, &next);
    blind.entries = Part::Absent;
    let result = judge(&blind).unwrap();
    assert!(
        told(&result.errors).contains(&("consecutive", "ledger")),
        "{}",
        show(&result)
    );
}

#[test]
fn a_waiver_excuses_only_signed_and_until_its_day() {
    let (policy, place) = (policy(WAIVER), Place::new());
    let document = document(&policy, breach());
    place.audited(&document, "2026-11-20T08:00:00Z");
    place.sign_all(&policy, &document);
    let on = |day_text: &str| {
        let mut request = request("pre_deployment", &policy, &place, &document);
        request.as_of = day(day_text);
        judge(&request).unwrap()
    };
    let lacks = |names: &str| {
        let result = on("2026-11-29");
        assert_eq!(result.exit, 1);
        let text = &result.breaches[0].text.en;
        let want = format!("as it is now, lacks the signature of {names}: use");
        assert!(text.contains(&want), "{}", show(&result));
    };
    // Signatures of the result say nothing of the waiver.
    lacks("a.approver, p.privacy");
    let exception = Exception::waiver(&policy, "W-1").unwrap();
    place.agree(&policy, &exception, WAIVING[0], true).unwrap();
    lacks("p.privacy");
    place.agree(&policy, &exception, WAIVING[1], true).unwrap();
    let last = on("2026-12-10");
    assert_eq!(last.exit, 0, "{}", show(&last));
    assert_eq!(told(&last.waived), [("check", "FAIR-01")]);
    assert_eq!(last.waived[0].waived_by.as_deref(), Some("W-1"));
    let after = on("2026-12-11");
    assert_eq!(after.exit, 1, "the day after");
    assert!(
        after.breaches[0].text.en.contains("ended on 2026-12-10"),
        "{}",
        show(&after)
    );
    assert!(after.breaches[0].text.de.contains("endete am 2026-12-10"));
    // Nobody can prove it without a ledger.
    let mut blind = request("pre_deployment", &policy, &place, &document);
    blind.keys = Part::Absent;
    let result = judge(&blind).unwrap();
    assert_eq!(result.exit, 1);
    assert!(
        told(&result.errors).contains(&("waiver", "keys")),
        "{}",
        show(&result)
    );
    // Who takes an agreement back no longer agrees.
    place.agree(&policy, &exception, WAIVING[0], false).unwrap();
    lacks("a.approver");
}

#[test]
fn a_waiver_that_was_changed_has_no_signatures() {
    let place = Place::new();
    let signed = policy(WAIVER);
    place.waive(&signed);
    for (from, to) in [
        ("expires = 2026-12-10", "expires = 2026-12-11"),
        ("scope = { group = \"b\" }\n", ""),
        ("see memo 12", "see memo 13"),
        ("every lead of this group", "many leads of this group"),
        ("created = 2026-10-01", "created = 2026-10-02"),
    ] {
        let changed = policy(&WAIVER.replace(from, to));
        let document = document(&changed, breach());
        place.audited(&document, "2026-11-20T08:00:00Z");
        place.sign_all(&changed, &document);
        let result = judge(&request("pre_deployment", &changed, &place, &document)).unwrap();
        assert_eq!(result.exit, 1, "{to}");
        let text = &result.breaches[0].text.en;
        assert!(
            text.contains("lacks the signature of a.approver, p.privacy"),
            "{text}"
        );
    }
    // The same waiver in another system is another one, and the rest of a policy is none of its business.
    let stricter = Policy::parse(
        &format!(
            "{}{WAIVER}",
            POLICY.replace("every_days = 30", "every_days = 20")
        ),
        "audit.toml",
    )
    .unwrap();
    let of = |policy: &Policy| Exception::waiver(policy, "W-1").unwrap().digest;
    assert_eq!(of(&stricter), of(&signed));
    let other = Policy::parse(
        &format!(
            "{}{WAIVER}",
            POLICY.replace("id = \"leads\"", "id = \"others\"")
        ),
        "audit.toml",
    )
    .unwrap();
    assert_ne!(of(&other), of(&signed));
}

#[test]
fn nobody_agrees_to_a_waiver_who_may_not() {
    let (policy, place) = (policy(WAIVER), Place::new());
    let exception = Exception::waiver(&policy, "W-1").unwrap();
    let said = |by, agrees| place.agree(&policy, &exception, by, agrees).unwrap_err();
    let refused = said(("m.owner", Role::Owner), true);
    assert!(
        refused.contains("a.approver, p.privacy must agree, not m.owner"),
        "{refused}"
    );
    let refused = said(("p.privacy", Role::Owner), true);
    assert!(refused.contains("may not sign as owner"), "{refused}");
    assert!(
        Exception::waiver(&policy, "W-2")
            .unwrap_err()
            .contains("W-1")
    );

    // Who asked for it does not grant it.
    let mut keys = place.keys.clone();
    let key = keys.by_id.get_mut("a.approver").unwrap();
    key.roles.insert(Role::WaiverRequester);
    let place = Place { keys, ..place };
    let asks = ("a.approver", Role::WaiverRequester);
    place.agree(&policy, &exception, asks, true).unwrap();
    let refused = place
        .agree(&policy, &exception, WAIVING[0], true)
        .unwrap_err();
    assert!(refused.contains("one person may not be"), "{refused}");
    place.agree(&policy, &exception, WAIVING[1], true).unwrap();

    // Written past the command, it still does not count; nor does a signature over a result.
    let consent = Consent::to(
        &exception,
        Role::Approver,
        "a.approver",
        moment("2026-11-29T12:00:00Z"),
    );
    let secret = SecretKey::from_seed(&[3; 32]);
    let public = secret.public();
    let payload = consent.sign(&Signer::from(secret), &public).unwrap();
    place
        .ledger()
        .append(
            "waiver",
            "a.approver",
            &payload,
            moment("2026-11-29T12:00:01Z"),
        )
        .unwrap();
    let state = waage_govern::approval::agreed(
        &policy,
        &place.keys,
        &place.entries(),
        &exception,
        day("2026-11-29"),
    );
    assert_eq!(
        (state.complete, state.missing),
        (false, vec!["a.approver".to_owned()])
    );
    assert_eq!(state.invalid[0].reason, "separation");
    assert_eq!((state.signatures.len(), state.requests.len()), (1, 1));
}

#[test]
fn whoever_the_policy_says_requested_a_waiver_does_not_grant_it_with_any_key() {
    let place = Place::new();
    let policy = policy(&format!("{WAIVER}requested_by = \"d.scientist\"\n"));
    let exception = Exception::waiver(&policy, "W-1").unwrap();
    let mut keys = place.keys.clone();
    keys.by_id.get_mut("p.privacy").unwrap().person = "d.scientist".to_owned();
    // Signed while the key was another person's, as far as anybody knew.
    place.waive(&policy);
    let place = Place { keys, ..place };
    let refused = place.agree(&policy, &exception, WAIVING[1], true);
    assert!(
        refused
            .unwrap_err()
            .contains("p.privacy asked for the waiver, so that somebody else must agree")
    );
    let day = day("2026-11-29");
    let state =
        waage_govern::approval::agreed(&policy, &place.keys, &place.entries(), &exception, day);
    assert_eq!(state.missing, ["p.privacy"]);
    assert_eq!(state.invalid[0].reason, "own_request");
    assert!(state.invalid[0].text.de.contains("beantragt"));
    let document = document(&policy, breach());
    place.audited(&document, "2026-11-20T08:00:00Z");
    let result = judge(&request("pre_deployment", &policy, &place, &document)).unwrap();
    let text = &result.breaches[0].text.en;
    assert!(
        text.contains("lacks the signature of p.privacy"),
        "{}",
        show(&result)
    );
}

#[test]
fn an_accepted_risk_counts_with_its_owners_signature_over_its_score() {
    let (policy, place) = (policy(""), Place::new());
    let document = document(&policy, pass());
    place.audited(&document, "2026-11-20T08:00:00Z");
    place.sign_all(&policy, &document);
    let accepted = |likelihood: u8, until: &str| {
        let text = RISKS
            .replace(
                "likelihood_inherent = 2",
                &format!("likelihood_inherent = {likelihood}"),
            )
            .replace("treatment = \"reduce\"", "treatment = \"accept\"")
            .replace(
                "status = \"open\"",
                &format!("status = \"accepted\"\naccepted_until = {until}"),
            );
        Register::parse(&text, "risks.toml").unwrap()
    };
    let judged = |register: &Register, has_keys: bool| {
        let mut request = request("pre_deployment", &policy, &place, &document);
        request.risks = Part::Given(register.clone());
        if !has_keys {
            request.keys = Part::Absent;
        }
        judge(&request).unwrap()
    };
    let register = accepted(3, "2027-01-31");
    let unsigned = judged(&register, true);
    assert_eq!(
        told(&unsigned.breaches),
        [("risk", "R-001")],
        "{}",
        show(&unsigned)
    );
    assert!(
        unsigned.breaches[0]
            .text
            .en
            .contains("m.owner did not sign")
    );
    let exception = Exception::risk(&policy, &register, "R-001", day("2026-11-29")).unwrap();
    assert_eq!(exception.score, Some(9));
    let wrong = place.agree(&policy, &exception, ("a.approver", Role::Approver), true);
    assert!(wrong.unwrap_err().contains("m.owner must agree"));
    place
        .agree(&policy, &exception, ("m.owner", Role::Owner), true)
        .unwrap();
    let signed = judged(&register, true);
    assert_eq!(signed.exit, 0, "{}", show(&signed));
    assert_eq!(told(&signed.waived), [("risk", "R-001")]);
    let blind = judged(&register, false);
    assert!(told(&blind.breaches).contains(&("risk", "R-001")));
    assert!(told(&blind.errors).contains(&("risk_acceptance", "keys")));
    // Longer, or at a higher score, it is another acceptance.
    for changed in [accepted(3, "2027-02-28"), accepted(4, "2027-01-31")] {
        assert_eq!(told(&judged(&changed, true).breaches), [("risk", "R-001")]);
    }
    let mut risen = register;
    let text = RISKS.replace("status", "linked_checks = [\"FAIR-01\"]\nstatus");
    let linked = Register::parse(&text, "risks.toml").unwrap();
    risen.risks[0].linked_checks = linked.risks[0].linked_checks.clone();
    let worse = self::document(&policy, breach());
    place.audited(&worse, "2026-11-28T08:00:00Z");
    let mut request = request("pre_deployment", &policy, &place, &worse);
    request.risks = Part::Given(risen);
    let result = judge(&request).unwrap();
    let of_risk = result
        .breaches
        .iter()
        .find(|one| one.subject == "R-001")
        .unwrap();
    assert!(
        of_risk
            .text
            .en
            .contains("The residual score of R-001 is 15"),
        "{}",
        show(&result)
    );
    let none = Register::parse(RISKS, "risks.toml").unwrap();
    let refused = Exception::risk(&policy, &none, "R-001", day("2026-11-29")).unwrap_err();
    assert!(refused.contains("not marked as accepted"), "{refused}");
}

#[test]
fn an_owner_cannot_sign_as_approver() {
    let (policy, place) = (policy(""), Place::new());
    let document = document(&policy, pass());
    place.audited(&document, "2026-11-20T08:00:00Z");
    place
        .sign(&policy, &document, "m.owner", Role::Owner)
        .unwrap();
    place
        .sign(&policy, &document, "v.independent", Role::Validator)
        .unwrap();
    let refused = place
        .sign(&policy, &document, "m.owner", Role::Approver)
        .unwrap_err();
    assert!(refused.contains("would not count"), "{refused}");
    // Written past the command, it still does not count.
    let audit = Audit::of(document.clone()).unwrap();
    let statement = Statement {
        audit_digest: audit.subject.digest,
        policy_digest: policy.digest(),
        role: Role::Approver,
        signer: "m.owner".to_owned(),
        decision: Decision::Approve,
        conditions: Vec::new(),
        comment: None,
        ts: moment("2026-11-29T12:00:00Z"),
        expires: None,
    };
    let signer = Signer::Secret(Box::new(SecretKey::from_seed(&[1; 32])));
    let public = SecretKey::from_seed(&[1; 32]).public();
    let payload = statement.sign(&signer, &public).unwrap();
    place
        .ledger()
        .append(
            "approval",
            "m.owner",
            &payload,
            moment("2026-11-29T12:00:01Z"),
        )
        .unwrap();
    let result = judge(&request("pre_deployment", &policy, &place, &document)).unwrap();
    assert_eq!(result.exit, 1);
    let texts: Vec<&str> = result.breaches.iter().map(|b| b.text.en.as_str()).collect();
    assert!(
        texts
            .iter()
            .any(|t| t.contains("1 signature(s) missing in the role approver")),
        "{texts:?}"
    );
    assert!(
        texts
            .iter()
            .any(|t| t.contains("The signature of m.owner as approver does not count")),
        "{texts:?}"
    );
    let mut german = result.breaches.iter().map(|b| b.text.de.as_str());
    let expected = "1 Unterschrift(en) in der Rolle „Freigabe“ fehlen.";
    assert!(german.any(|text| text == expected), "{}", show(&result));
}

#[test]
fn another_policy_makes_a_result_stale() {
    let (old, place) = (policy(""), Place::new());
    let document = document(&old, pass());
    place.audited(&document, "2026-11-20T08:00:00Z");
    place.sign_all(&old, &document);
    let new = Policy::parse(
        &POLICY.replace("margin = 0.05", "margin = 0.04"),
        "audit.toml",
    )
    .unwrap();
    let result = judge(&request("pre_deployment", &new, &place, &document)).unwrap();
    assert_eq!(result.exit, 1);
    assert!(told(&result.breaches).contains(&("stale", "policy")));
    // Nor do signatures under the old policy count for the new one.
    assert!(
        told(&result.breaches).contains(&("signature", "owner")),
        "{}",
        show(&result)
    );
    let mut change = request("change", &new, &place, &document);
    change.against = Part::Given(old.clone());
    let result = judge(&change).unwrap();
    assert!(
        told(&result.passed).contains(&("change", "policy")),
        "stricter needs nothing"
    );
    let mut back = request("change", &old, &place, &document);
    back.against = Part::Given(new);
    let result = judge(&back).unwrap();
    assert_eq!(result.exit, 0, "{}", show(&result));
    assert_eq!(told(&result.noted), [("change", "check.FAIR-01.margin")]);
    back.against = Part::Absent;
    assert_eq!(judge(&back).unwrap().exit, 2);
}

#[test]
fn documents_must_be_there_unchanged_and_valid() {
    let (policy, place) = (policy(""), Place::new());
    let document = document(&policy, pass());
    let own = |change: &dyn Fn(&mut Request<'_>)| {
        let mut request = request("own", &policy, &place, &document);
        change(&mut request);
        judge(&request).unwrap()
    };
    assert_eq!(own(&|_| ()).exit, 0);
    for (change, part) in [
        (Some(Found::Missing), "is not at dpia.pdf"),
        (
            Some(Found::Digest("f".repeat(64))),
            "is not the one of the policy",
        ),
        (None, "is not at dpia.pdf"),
    ] {
        let result = own(&|r| {
            r.documents.remove("dpia");
            r.documents
                .extend(change.clone().map(|found| ("dpia".to_owned(), found)));
        });
        assert_eq!(result.exit, 1);
        assert!(
            result.breaches[0].text.en.contains(part),
            "{}",
            show(&result)
        );
    }
    let upper = own(&|r| {
        r.documents
            .insert("dpia".into(), Found::Digest(format!("{:064X}", 1)));
    });
    assert_eq!(upper.exit, 0, "digits of either case");
    assert_eq!(own(&|r| r.as_of = day("2026-12-31")).exit, 0);
    let late = own(&|r| r.as_of = day("2027-01-01"));
    assert!(
        late.breaches[0]
            .text
            .en
            .contains("was valid until 2026-12-31")
    );
    let undigested = Policy::parse(&POLICY.replace(&"0".repeat(63), "..."), "audit.toml").unwrap();
    let mut other = request("own", &undigested, &place, &document);
    other.audit = Part::Absent;
    let result = judge(&other).unwrap();
    assert!(
        result
            .breaches
            .iter()
            .any(|b| b.text.en.contains("has no SHA-256")),
        "{}",
        show(&result)
    );
}

#[test]
fn checks_that_were_not_run_are_not_passed() {
    let (policy, place) = (policy(""), Place::new());
    let mut document = document(&policy, pass());
    document["findings"] = json!([]);
    document["not_run"] = json!([{"check": "FAIR-01", "attribute": "g", "metric": "selection_rate", "reason": "no_decisions"}]);
    let result = judge(&request("own", &policy, &place, &document)).unwrap();
    assert_eq!(result.exit, 0, "this gate only warns");
    assert_eq!(told(&result.inconclusive), [("check", "FAIR-01")]);
    assert!(result.passed.iter().all(|r| r.requirement != "check"));
    place.sign_all(&policy, &document);
    let result = judge(&request("pre_deployment", &policy, &place, &document)).unwrap();
    assert!(
        told(&result.breaches).contains(&("check", "FAIR-01")),
        "{}",
        show(&result)
    );
    document["not_run"] = json!([]);
    let result = judge(&request("own", &policy, &place, &document)).unwrap();
    assert!(
        result.breaches[0]
            .text
            .en
            .contains("stands nowhere in the result")
    );
}

#[test]
fn design_and_retirement_ask_for_their_own() {
    let (policy, place) = (policy(""), Place::new());
    let document = document(&policy, pass());
    let design = judge(&request("design", &policy, &place, &document)).unwrap();
    assert_eq!(design.exit, 1);
    let breaches = told(&design.breaches);
    assert!(
        breaches.contains(&("named", "purpose")) && breaches.contains(&("risk", "risks")),
        "{breaches:?}"
    );
    assert_eq!(told(&design.errors), [("classification", "classification")]);
    assert!(told(&design.passed).contains(&("named", "owner")));
    let retire = judge(&request("retire", &policy, &place, &document)).unwrap();
    assert_eq!(told(&retire.breaches), [("checkpoint", "ledger")]);
    assert_eq!(told(&retire.errors), [("retention_plan", "retention_plan")]);
    place
        .ledger()
        .append(
            "checkpoint",
            "waage",
            &json!({"note": "x"}),
            moment("2026-11-29T13:00:00Z"),
        )
        .unwrap();
    let retire = judge(&request("retire", &policy, &place, &document)).unwrap();
    assert_eq!(
        (retire.exit, retire.breaches.len()),
        (2, 0),
        "{}",
        show(&retire)
    );
}

#[test]
fn a_gate_that_nobody_knows_is_named_with_the_nearest() {
    let (policy, place) = (policy(""), Place::new());
    let document = document(&policy, pass());
    let error = judge(&request("pre_deploymnt", &policy, &place, &document))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("did you mean \"pre_deployment\"?"),
        "{error}"
    );
    let bare = Policy::parse(
        &POLICY.replace("gates = [\"periodic\", \"own\"]\n", ""),
        "audit.toml",
    )
    .unwrap();
    let result = judge(&request("own", &bare, &place, &document)).unwrap();
    assert!(
        told(&result.errors).contains(&("check", "own")),
        "no check is no pass: {}",
        show(&result)
    );
}

#[test]
fn information_is_told_and_decides_nothing() {
    let policy = Policy::parse(
        &POLICY.replace("margin = 0.05", "margin = 0.05\nseverity = \"info\""),
        "audit.toml",
    )
    .unwrap();
    let place = Place::new();
    for counts in [breach(), open()] {
        let document = document(&policy, counts);
        let result = judge(&request("own", &policy, &place, &document)).unwrap();
        assert_eq!(result.exit, 0);
        assert_eq!(
            told(&result.noted),
            [("check", "FAIR-01")],
            "{}",
            show(&result)
        );
    }
}

#[test]
fn a_row_of_inconclusive_checks_survives_decisions_without_a_result_and_waivers() {
    let (policy, place) = (policy(WAIVER), Place::new());
    place.waive(&policy);
    let decide = |document: &Value, audit: bool, at: &str| {
        place.audited(document, at);
        place.sign_all(&policy, document);
        let mut request = request("periodic", &policy, &place, document);
        if !audit {
            request.audit = Part::Absent;
        }
        let result = judge(&request).unwrap();
        record(
            &place.path(),
            &Options::default(),
            &result,
            "waage",
            moment(at),
        )
        .unwrap();
        result
    };
    let of = |rows| document(&policy, [Counts("b", 24, rows), Counts("a", 60, 100)]);
    assert_eq!(decide(&of(60), true, "2026-11-20T08:00:00Z").exit, 0);
    assert_eq!(decide(&of(59), true, "2026-11-21T08:00:00Z").exit, 0);
    // The result could not be read that day: it says nothing of the check.
    assert_eq!(decide(&of(59), false, "2026-11-22T08:00:00Z").exit, 2);
    for (rows, count) in [(58, 3), (57, 4)] {
        let result = decide(&of(rows), true, "2026-11-23T08:00:00Z");
        assert_eq!(
            told(&result.waived),
            [("consecutive", "FAIR-01")],
            "{}",
            show(&result)
        );
        let text = &result.waived[0].text.en;
        assert!(text.contains(&format!("{count} times in a row")), "{text}");
    }
}

#[test]
fn a_waiver_of_an_attribute_covers_its_check_that_was_not_run() {
    let policy = policy(&WAIVER.replace("{ group = \"b\" }", "{ attribute = \"g\" }"));
    let place = Place::new();
    let mut document = document(&policy, pass());
    document["findings"] = json!([]);
    document["not_run"] = json!([{"check": "FAIR-01", "attribute": "g", "metric": "selection_rate", "reason": "no_decisions"}]);
    place.audited(&document, "2026-11-20T08:00:00Z");
    place.waive(&policy);
    let result = judge(&request("pre_deployment", &policy, &place, &document)).unwrap();
    assert_eq!(
        told(&result.waived),
        [("check", "FAIR-01")],
        "{}",
        show(&result)
    );
    assert_eq!(result.waived[0].group.as_deref(), Some("g"));
}

#[test]
fn a_part_that_several_checks_lack_is_told_once() {
    let second = POLICY[POLICY.find("[[check]]").unwrap()..POLICY.find("[gate.").unwrap()]
        .replace("FAIR-01", "FAIR-02");
    let (policy, place) = (policy(&second), Place::new());
    let document = document(&policy, open());
    let mut blind = request("periodic", &policy, &place, &document);
    blind.entries = Part::Absent;
    let result = judge(&blind).unwrap();
    let asked = told(&result.errors);
    let count = asked
        .iter()
        .filter(|one| **one == ("consecutive", "ledger"))
        .count();
    assert_eq!(count, 1, "{}", show(&result));
}

#[test]
fn an_old_audit_is_as_old_as_it_is_where_risks_are_measured() {
    let linked = "likelihood_inherent = 2\nlinked_checks = [\"FAIR-01\"]";
    let risks = RISKS.replace("likelihood_inherent = 2", linked);
    let (policy, place) = (policy(""), Place::new());
    let document = document(&policy, breach());
    place.audited(&document, "2026-06-01T08:00:00Z");
    let mut request = request("pre_deployment", &policy, &place, &document);
    request.risks = Part::Given(Register::parse(&risks, "risks.toml").unwrap());
    let is_over = |request: &Request<'_>| {
        let result = judge(request).unwrap();
        told(&result.breaches).contains(&("risk", "R-001"))
    };
    assert!(!is_over(&request), "measured half a year ago");
    request.as_of = day("2026-06-02");
    assert!(is_over(&request), "measured the day before");
    request.entries = Part::Absent;
    assert!(!is_over(&request), "measured on a day that nobody knows");
}

/// A batch of random cases, drawn on Friday the 6th and due on Friday the 13th, and the ledger's entries
/// of it.
fn reviewed(place: &Place, cases: usize, decided: usize) -> Reviewed {
    use waage_result::review::{ReviewBatch, ReviewDecision};
    let case = |at: usize| {
        json!({"case_id": format!("c_{at:026}"), "strata": ["random"], "incl_prob": 0.1, "score": 0.5,
            "decision_model": "accept", "blind": false, "double": false, "groups": {}, "inputs": {}})
    };
    let mut batch: ReviewBatch = serde_json::from_value(json!({
        "schema": "waage/review-batch/1", "batch_id": "", "drawn_at": "2026-11-06T08:00:00Z",
        "due_at": "2026-11-13T23:59:59Z", "cases": (0..cases).map(case).collect::<Vec<_>>(),
        "design": {"n": cases, "seed": 1, "population": 800, "attributes": [], "inputs": [], "strata": []},
    }))
    .unwrap();
    batch.batch_id = waage_govern::review::batch_id(&batch);
    let decisions: Vec<ReviewDecision> = (0..decided)
        .map(|at| {
            serde_json::from_value(json!({"batch_id": batch.batch_id, "case_id": batch.cases[at].case_id,
                "reviewer_id": "r-1", "decision_final": "accept", "opened_at": "2026-11-10T08:00:00Z",
                "decided_at": "2026-11-10T08:01:00Z"}))
            .unwrap()
        })
        .collect();
    let append = |payload: Value, at: &str| {
        let ledger = place.ledger();
        ledger
            .append("review.batch", "waage", &payload, moment(at))
            .unwrap();
    };
    append(
        json!({"event": "drawn", "batch": batch.batch_id, "cases": cases, "due_at": batch.due_at}),
        "2026-11-06T08:00:00Z",
    );
    let digest = waage_govern::canonical::digest(&json!(decisions));
    append(
        json!({"event": "decided", "batch": batch.batch_id, "decisions": decided, "digest": digest}),
        "2026-11-10T09:00:00Z",
    );
    Reviewed { batch, decisions }
}

const REVIEW: &str = "[review]\nsample = 60\n";

#[test]
fn a_periodic_gate_looks_at_the_review_queue() {
    let policy = policy(REVIEW);
    let state = |cases: usize, decided: usize, as_of: &str| {
        let place = Place::new();
        let document = document(&policy, pass());
        place.audited(&document, "2026-11-05T08:00:00Z");
        let reviewed = reviewed(&place, cases, decided);
        let mut request = request("periodic", &policy, &place, &document);
        request.review = Part::Given(vec![reviewed]);
        request.as_of = day(as_of);
        judge(&request).unwrap()
    };
    let about = ("review_queue", "REV-01");
    let served = state(60, 60, "2026-11-20");
    assert_eq!(served.exit, 0, "{}", show(&served));
    assert!(told(&served.passed).contains(&about));
    assert!(
        told(&state(66, 60, "2026-11-20").passed).contains(&about),
        "90.9 %"
    );
    let few = state(60, 53, "2026-11-20");
    assert_eq!(few.exit, 1, "88 %");
    assert!(
        few.breaches[0]
            .text
            .en
            .contains("53 of 60 due cases are decided"),
        "{}",
        show(&few)
    );
    assert!(few.breaches[0].text.de.contains("53 von 60"));
    let old = state(66, 65, "2026-11-21");
    assert!(
        old.breaches[0].text.en.contains("1 open cases are older"),
        "{}",
        show(&old)
    );
    let small = state(58, 58, "2026-11-20");
    assert_eq!(told(&small.inconclusive), [about]);
    assert_eq!(small.exit, 0, "this gate warns");
    let early = state(60, 60, "2026-11-13");
    assert_eq!(told(&early.inconclusive), [about], "nothing is due yet");
    // What an earlier period decided says nothing of this one.
    let stale = state(60, 60, "2026-12-14");
    assert_eq!(told(&stale.inconclusive), [about], "{}", show(&stale));
}

#[test]
fn a_review_queue_that_is_open_too_often_in_a_row_counts_as_failed() {
    let (policy, place) = (policy(REVIEW), Place::new());
    let small = reviewed(&place, 58, 58);
    let decide = |audit: u64, review: Option<&Reviewed>, hour: u64| {
        let counts = [Counts("b", 2000 + audit, 5000), Counts("a", 2010, 5000)];
        let document = document(&policy, counts);
        let at = moment(&format!("2026-11-20T{hour:02}:00:00Z"));
        place.audited(&document, &at.to_string());
        let mut request = request("periodic", &policy, &place, &document);
        request.review = review.map_or(Part::Absent, |one| Part::Given(vec![one.clone()]));
        request.as_of = day("2026-11-20");
        let result = judge(&request).unwrap();
        record(&place.path(), &Options::default(), &result, "waage", at).unwrap();
        result
    };
    let open = ("review_queue", "REV-01");
    assert_eq!(told(&decide(0, Some(&small), 1).inconclusive), [open]);
    assert_eq!(told(&decide(1, Some(&small), 2).inconclusive), [open]);
    // The same result counts once, and a decision that saw no queue breaks no row.
    assert_eq!(told(&decide(1, Some(&small), 3).inconclusive), [open]);
    assert_eq!(decide(2, None, 4).exit, 2);
    for (audit, count) in [(3, 3), (4, 4)] {
        let result = decide(audit, Some(&small), 4 + audit);
        assert_eq!(
            (result.exit, told(&result.breaches)),
            (1, vec![("consecutive", "REV-01")])
        );
        let text = &result.breaches[0].text;
        let said = format!("REV-01 was inconclusive {count} times in a row, at most 2");
        assert!(text.en.starts_with(&said), "{}", text.en);
        assert!(
            text.de.contains(&format!("{count}-mal in Folge")),
            "{}",
            text.de
        );
    }
    // Once it was served, the row is over.
    let whole = reviewed(&place, 60, 60);
    let both = {
        let counts = [Counts("b", 2005, 5000), Counts("a", 2010, 5000)];
        let document = document(&policy, counts);
        place.audited(&document, "2026-11-20T10:00:00Z");
        let mut request = request("periodic", &policy, &place, &document);
        request.review = Part::Given(vec![small.clone(), whole]);
        request.as_of = day("2026-11-20");
        judge(&request).unwrap()
    };
    assert_eq!(both.exit, 0, "{}", show(&both));
    let now = moment("2026-11-20T11:00:00Z");
    record(&place.path(), &Options::default(), &both, "waage", now).unwrap();
    let document = document(&policy, [Counts("b", 2006, 5000), Counts("a", 2010, 5000)]);
    let mut entries = place.entries();
    entries.retain(|entry| entry.payload["cases"] != 60);
    let mut request = request("periodic", &policy, &place, &document);
    request.review = Part::Given(vec![small]);
    request.entries = Part::Given(entries);
    request.as_of = day("2026-11-20");
    let result = judge(&request).unwrap();
    assert_eq!(told(&result.inconclusive), [open], "{}", show(&result));
}

#[test]
fn a_review_queue_that_the_ledger_does_not_bear_out_is_never_served() {
    let (policy, place) = (policy(REVIEW), Place::new());
    let document = document(&policy, pass());
    place.audited(&document, "2026-11-05T08:00:00Z");
    let whole = reviewed(&place, 60, 60);
    let judged = |review: Part<Vec<Reviewed>>, blind: bool| {
        let mut request = request("periodic", &policy, &place, &document);
        request.review = review;
        if blind {
            request.entries = Part::Absent;
        }
        request.as_of = day("2026-11-20");
        let result = judge(&request).unwrap();
        assert!(
            !told(&result.passed)
                .iter()
                .any(|(what, _)| *what == "review_queue")
        );
        assert_eq!(result.exit, 2, "{}", show(&result));
        let reasons = result
            .errors
            .iter()
            .filter(|one| one.requirement == "review_queue");
        reasons.map(|one| one.text.en.clone()).collect::<Vec<_>>()
    };
    let said = judged(Part::Absent, false);
    assert!(said[0].contains("(--review) was not given"), "{said:?}");
    let said = judged(Part::Failed("batch.json: it was changed".to_owned()), false);
    assert!(said[0].contains("it was changed"), "{said:?}");
    let said = judged(Part::Given(vec![whole.clone()]), true);
    assert!(said[0].contains("(--ledger) was not given"), "{said:?}");
    let said = judged(Part::Given(Vec::new()), false);
    assert!(
        said[0].contains("it was not given: add its folder"),
        "{said:?}"
    );
    let mut changed = whole.clone();
    changed.decisions[0].decision_final = "reject".to_owned();
    let said = judged(Part::Given(vec![changed]), false);
    assert!(
        said[0].contains("are not those that the ledger records"),
        "{said:?}"
    );
    let mut unknown = whole.clone();
    unknown.batch.batch_id = "B-000000000000".to_owned();
    let said = judged(Part::Given(vec![whole, unknown]), false);
    assert!(
        said[0].contains("the ledger does not know the batch B-000000000000"),
        "{said:?}"
    );
}

#[test]
fn reviews_that_are_kept_elsewhere_are_shown_by_a_document() {
    let listed = "review_queue = { path = \"r.pdf\", sha256 = \"0000000000000000000000000000000000000000000000000000000000000001\" }\n";
    let (policy, place) = (policy(&format!("{listed}{REVIEW}")), Place::new());
    let document = document(&policy, pass());
    place.audited(&document, "2026-11-20T08:00:00Z");
    let mut request = request("periodic", &policy, &place, &document);
    request.documents.insert(
        "review_queue".to_owned(),
        Found::Digest(format!("{:064x}", 1)),
    );
    let result = judge(&request).unwrap();
    assert_eq!(result.exit, 0, "{}", show(&result));
    assert!(told(&result.passed).contains(&("review_queue", "review_queue")));
}
