//! Steps by hand and by law.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ledger::Hash;

const ONE: &str = "sha256:1";
const TWO: &str = "sha256:2";

/// Entries numbered in order.
#[derive(Default)]
struct Book(Vec<Entry>);

impl Book {
    fn add(&mut self, kind: &str, payload: Value) {
        self.0.push(Entry {
            actor: "m.owner".to_owned(),
            hash: Hash::ZERO,
            kind: kind.to_owned(),
            payload,
            prev: Hash::ZERO,
            seq: self.0.len() as u64,
            ts: "2026-11-29T12:00:00Z".parse().unwrap(),
        });
    }

    fn gate(&mut self, digest: &str, verdict: &str) {
        let payload = json!({"gate": GATE, "verdict": verdict, "audit_digest": digest});
        self.add(DECISION, payload);
    }

    fn history(&self) -> History {
        History::of("leads", &self.0)
    }

    /// Takes a step if it may be taken.
    fn step(
        &mut self,
        to: State,
        digest: Option<&str>,
        reason: Option<&str>,
    ) -> Result<(), String> {
        let history = self.history();
        let step = history
            .ask(to, digest.map(str::to_owned), reason.map(str::to_owned))
            .map_err(|error| error.to_string())?;
        self.add(KIND, step.payload("leads", history.state()));
        assert_eq!(self.history().state(), to);
        Ok(())
    }

    fn refused(&mut self, to: State, reason: Option<&str>, says: &str) {
        let said = self.step(to, None, reason).unwrap_err();
        assert!(said.contains(says), "{said}");
    }
}

fn live() -> Book {
    let mut book = Book::default();
    book.step(State::Audited, Some(ONE), None).unwrap();
    book.step(State::Validated, None, None).unwrap();
    book.step(State::Approved, None, None).unwrap();
    book.gate(ONE, "pass");
    book.step(State::Live, None, None).unwrap();
    book
}

#[test]
fn a_life_from_draft_to_retired() {
    let mut book = live();
    book.step(State::Suspended, None, Some("drift")).unwrap();
    book.gate(TWO, "pass");
    book.step(State::Live, Some(TWO), None).unwrap();
    book.step(State::Retired, None, Some("replaced")).unwrap();
    let history = book.history();
    let last = history.last().unwrap();
    assert_eq!(last.step.audit_digest, TWO, "the newest result is kept");
    assert_eq!((last.seq, history.steps.len()), (8, 7));
    assert!(history.passed_over.is_empty());
    book.refused(
        State::Live,
        None,
        "is retired and cannot become live; nothing follows",
    );
}

#[test]
fn what_a_step_lacks_is_said() {
    let mut book = Book::default();
    book.refused(
        State::Live,
        None,
        "is draft and cannot become live; what may follow is audited",
    );
    book.refused(
        State::Audited,
        None,
        "give a document of waage audit --format json",
    );
    let mut book = live();
    book.refused(
        State::Validated,
        None,
        "what may follow is suspended or retired",
    );
    book.refused(State::Suspended, Some(" "), "give --reason");
    book.refused(State::Retired, Some("ask a@b.example"), "the reason holds");
}

#[test]
fn a_system_goes_live_by_the_last_decision_about_its_result() {
    let mut book = live();
    book.0.truncate(3);
    book.refused(
        State::Live,
        None,
        "holds no decision of the gate pre_deployment",
    );
    book.gate(TWO, "pass");
    book.refused(State::Live, None, "about the result sha256:1");
    book.gate(ONE, "pass");
    book.gate(ONE, "error");
    book.refused(State::Live, None, "entry 5 of the ledger says");
    book.add(
        DECISION,
        json!({"gate": "periodic", "verdict": "pass", "audit_digest": ONE}),
    );
    book.refused(State::Live, None, "entry 5 of the ledger says");
    book.gate(ONE, "pass");
    book.step(State::Live, None, None).unwrap();
    book.step(State::Suspended, None, Some("drift")).unwrap();
    book.refused(State::Live, None, "since the suspension");
    book.gate(ONE, "pass");
    book.step(State::Live, None, None).unwrap();
}

/// The diagram, written a second time.
fn drawn(from: &str, to: &str) -> bool {
    [
        "draft audited",
        "audited validated",
        "validated approved",
        "approved live",
        "live suspended",
        "suspended live",
        "live retired",
        "suspended retired",
    ]
    .contains(&format!("{from} {to}").as_str())
}

#[derive(Clone, Debug)]
enum Event {
    /// To where, from a state that is made up or the true one, with which result, with a reason.
    Step(usize, Option<usize>, bool, bool),
    /// What follows in the diagram.
    Onward(bool),
    Gate(bool, bool),
    Other,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let made_up = prop_oneof![3 => Just(None), 1 => (0..7_usize).prop_map(Some)];
    let event = prop_oneof![
        2 => (0..7_usize, made_up, any::<bool>(), any::<bool>())
            .prop_map(|(to, from, digest, reason)| Event::Step(to, from, digest, reason)),
        4 => any::<bool>().prop_map(Event::Onward),
        2 => any::<(bool, bool)>().prop_map(|(digest, passed)| Event::Gate(digest, passed)),
        1 => Just(Event::Other),
    ];
    prop::collection::vec(event, 0..40)
}

fn digest(second: bool) -> &'static str {
    if second { TWO } else { ONE }
}

proptest! {
    #[test]
    fn no_arrow_is_derived_that_the_diagram_does_not_have(events in events()) {
        let mut book = Book::default();
        let mut about = 0;
        for event in events {
            let before = book.history();
            let state = before.state();
            let (to, from, second, reason) = match event {
                Event::Gate(second, passed) => {
                    book.gate(digest(second), if passed { "pass" } else { "breach" });
                    continue;
                }
                Event::Other => {
                    book.add(KIND, json!({"system": "other", "from": "draft", "to": "audited", "audit_digest": ONE}));
                    book.add("note", json!({"system": "leads", "to": "live"}));
                    prop_assert_eq!(book.history(), before);
                    continue;
                }
                Event::Onward(second) => match state.next().first() {
                    Some(next) => (*next, state, second, true),
                    None => continue,
                },
                Event::Step(to, from, second, reason) => {
                    (State::ALL[to], from.map_or(state, |from| State::ALL[from]), second, reason)
                }
            };
            let reason = reason.then(|| "why".to_owned());
            let asked = before.ask(to, Some(digest(second).to_owned()), reason.clone());
            let step = Step { to, audit_digest: digest(second).to_owned(), reason };
            book.add(KIND, step.payload("leads", from));
            about += 1;
            let after = book.history();
            let counts = after.steps.len() > before.steps.len();
            prop_assert_eq!(counts, asked.is_ok() && from == state);
            prop_assert_eq!(after.steps.len() + after.passed_over.len(), about);
        }
        let history = book.history();
        let mut from = "draft";
        for taken in &history.steps {
            let to = taken.step.to.name();
            prop_assert!(drawn(from, to), "{} to {}", from, to);
            prop_assert!(taken.step.reason.is_some() || !["suspended", "retired"].contains(&to));
            if to == "live" {
                let mut decisions = book.0[..taken.seq as usize].iter().filter(|e| {
                    e.kind == DECISION && e.payload["audit_digest"] == taken.step.audit_digest
                });
                prop_assert_eq!(&decisions.next_back().unwrap().payload["verdict"], "pass");
            }
            from = to;
        }
    }
}
