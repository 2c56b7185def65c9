//! Incidents from the first report to the last: which state follows, what closing asks for, what is
//! kept, and what they say together.

use std::path::Path;

use waage_govern::Timestamp;
use waage_govern::incident::words::{DetectedBy, Kind, Serious, State};
use waage_govern::incident::{
    Change, Filter, Learning, Log, NewControl, Opening, Severity, learn, metrics, open,
    open_majors, record, tell, update,
};
use waage_govern::risks::{Register, catalogue};
use waage_result::incidents::{CorrectiveAction, Incident, MoneyEstimate, Notification};

fn at(text: &str) -> Timestamp {
    waage_govern::records::moment::read(text).unwrap()
}

fn opening(when: &str) -> Opening {
    Opening {
        at: at(when),
        actor: "m.owner".into(),
        began_at: Some(at("2026-11-01T00:00:00Z")),
        aware_at: None,
        detected_by: DetectedBy::Monitor,
        kind: Kind::Bias,
        severity: Severity::Major,
        system: Some("lead-score".into()),
        system_version: Some("2026.11".into()),
        summary: "Women were called less often".into(),
        affected_count: Some(40),
        affected_groups: vec!["female".into()],
        money_estimate: Some(MoneyEstimate {
            low: 1_000.0,
            likely: 30_000.0,
            high: 90_000.0,
        }),
        personal_data_breach: false,
        high_risk_system: false,
        serious: None,
        linked_findings: Vec::new(),
        linked_alerts: Vec::new(),
        linked_risks: vec!["R-001".into()],
    }
}

fn to(state: State) -> Change {
    Change {
        state: Some(state),
        ..Change::default()
    }
}

fn go(path: &Path, change: Change, when: &str) -> Result<Incident, String> {
    update(path, "I-2026-001", change, "m.owner", at(when)).map_err(|error| error.to_string())
}

#[test]
fn nothing_closes_without_an_outcome() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("incidents.jsonl");
    let first = open(&path, opening("2026-11-02T00:00:00Z")).unwrap();
    assert_eq!(
        (first.id.as_str(), first.state.as_str()),
        ("I-2026-001", "open")
    );
    // No state is left out.
    let error = go(&path, to(State::Closed), "2026-11-02T01:00:00Z").unwrap_err();
    assert!(
        error.contains("is open and cannot become closed; the next state is triaged"),
        "{error}"
    );
    go(&path, to(State::Triaged), "2026-11-02T01:00:00Z").unwrap();
    let error = go(&path, to(State::Contained), "2026-11-02T02:00:00Z").unwrap_err();
    assert!(error.contains("--containment"), "{error}");
    let contained = Change {
        containment: Some("Back to the model of October".into()),
        ..to(State::Contained)
    };
    go(&path, contained, "2026-11-03T00:00:00Z").unwrap();
    let error = go(&path, to(State::Resolved), "2026-11-03T01:00:00Z").unwrap_err();
    assert!(error.contains("--root-cause"), "{error}");
    let resolved = Change {
        root_cause: vec![
            "The column was empty".into(),
            "The source renamed it".into(),
        ],
        ..to(State::Resolved)
    };
    go(&path, resolved, "2026-11-04T00:00:00Z").unwrap();
    let one = Change {
        lesson_en: Some("Validate first".into()),
        ..to(State::Lessons)
    };
    let error = go(&path, one.clone(), "2026-11-05T00:00:00Z").unwrap_err();
    assert!(error.contains("both languages"), "{error}");
    let both = Change {
        lesson_de: Some("Erst validieren".into()),
        ..one
    };
    go(&path, both, "2026-11-05T00:00:00Z").unwrap();
    let error = go(&path, to(State::Closed), "2026-11-06T00:00:00Z").unwrap_err();
    assert!(
        error.contains("--new-risk")
            && error.contains("--detecting-check")
            && !error.contains("--root-cause"),
        "{error}"
    );
    // A reason must say something: 79 characters are one too few.
    let reasoned = |length: usize| Change {
        no_change_reason: Some("x".repeat(length)),
        no_check_reason: Some("No data tell it".into()),
        ..to(State::Closed)
    };
    assert!(go(&path, reasoned(79), "2026-11-06T00:00:00Z").is_err());
    let closed = go(&path, reasoned(80), "2026-11-06T00:00:00Z").unwrap();
    assert_eq!(closed.state, "closed");
    let states: Vec<&str> = closed.history.iter().map(|step| step.to.as_str()).collect();
    assert_eq!(
        states,
        [
            "open",
            "triaged",
            "contained",
            "resolved",
            "lessons",
            "closed"
        ]
    );
    // What closing asked for stays.
    let emptied = Change {
        root_cause: vec![String::new()],
        ..Change::default()
    };
    let error = go(&path, emptied, "2026-11-06T01:00:00Z").unwrap_err();
    assert!(
        error.contains("cannot stay closed") && error.contains("--root-cause"),
        "{error}"
    );
    // A line for every change; refused ones left none.
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 6);
    assert!(open_majors(&Log::read(&path).unwrap().incidents, None).is_empty());
    // Reopened, it starts again with triage.
    go(&path, to(State::Reopened), "2026-11-07T00:00:00Z").unwrap();
    assert_eq!(
        open_majors(&Log::read(&path).unwrap().incidents, Some("lead-score")).len(),
        1
    );
    assert!(open_majors(&Log::read(&path).unwrap().incidents, Some("other")).is_empty());
    assert!(go(&path, to(State::Contained), "2026-11-08T00:00:00Z").is_err());
    go(&path, to(State::Triaged), "2026-11-08T00:00:00Z").unwrap();
}

#[test]
fn lessons_add_a_draft_and_a_control_to_the_register() {
    let folder = tempfile::tempdir().unwrap();
    let (path, risks) = (
        folder.path().join("incidents.jsonl"),
        folder.path().join("risks.toml"),
    );
    let start = catalogue::Start {
        owner: None,
        day: "2026-11-01".parse().unwrap(),
    };
    catalogue::begin(&risks, &start, None).unwrap();
    open(&path, opening("2026-11-02T00:00:00Z")).unwrap();
    let learning = || Learning {
        change: Change {
            root_cause: vec!["The source renamed it".into()],
            detecting_check: Some("DV-01".into()),
            ..Change::default()
        },
        new_risks: vec!["A source renames a column".into()],
        new_controls: vec![NewControl {
            risk: "R-013".into(),
            text: "Refuse deliveries with unknown columns".into(),
            check: Some("DV-02".into()),
        }],
    };
    let kept = learn(
        &path,
        "I-2026-001",
        learning(),
        (&risks, None),
        "m.owner",
        at("2026-11-03"),
    )
    .unwrap();
    assert_eq!(kept.new_risks, ["R-021"]);
    assert_eq!(kept.changed_controls, ["R-013/C-02"]);
    let register = Register::read(&risks).unwrap();
    let drafted = register.risk("R-021").unwrap();
    assert_eq!(
        (drafted.status.name(), drafted.cause.en.as_str()),
        ("draft", "The source renamed it")
    );
    assert_eq!(
        (
            drafted.sources[0].as_str(),
            drafted.linked_checks[0].as_str()
        ),
        ("incident:I-2026-001", "DV-01")
    );
    assert_eq!(drafted.money.unwrap().likely, 30_000.0);
    let control = &register.risk("R-013").unwrap().controls[1];
    assert_eq!(
        (control.id.as_str(), control.state.name()),
        ("C-02", "planned")
    );
    assert!(
        std::fs::read_to_string(&risks)
            .unwrap()
            .contains("# who answers for it")
    );
    // What may not be leaves both files alone.
    let before = (
        std::fs::read(&path).unwrap(),
        std::fs::read(&risks).unwrap(),
    );
    let mut refused = learning();
    refused.change.state = Some(State::Closed);
    learn(
        &path,
        "I-2026-001",
        refused,
        (&risks, None),
        "m.owner",
        at("2026-11-04"),
    )
    .unwrap_err();
    // What the incident's own line may not hold, the register does not get either.
    let mut misspelt = learning();
    misspelt.change.detecting_check = Some("no check".into());
    learn(
        &path,
        "I-2026-001",
        misspelt,
        (&risks, None),
        "m.owner",
        at("2026-11-04"),
    )
    .unwrap_err();
    let mut unknown = learning();
    unknown.new_controls[0].risk = "R-999".into();
    learn(
        &path,
        "I-2026-001",
        unknown,
        (&risks, None),
        "m.owner",
        at("2026-11-04"),
    )
    .unwrap_err();
    assert_eq!(
        before,
        (
            std::fs::read(&path).unwrap(),
            std::fs::read(&risks).unwrap()
        )
    );
}

#[test]
fn clocks_run_from_awareness_and_stop_when_something_was_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("incidents.jsonl");
    let serious = Opening {
        kind: Kind::Privacy,
        aware_at: Some(at("2026-11-01T12:00:00Z")),
        high_risk_system: true,
        serious: Some(Serious::Widespread),
        ..opening("2026-11-02T00:00:00Z")
    };
    open(&path, serious.clone()).unwrap();
    let clocks = |now: &str| {
        let log = Log::read(&path).unwrap();
        let told = tell(&log.incidents, at(now), &Filter::default());
        let clocks = told.incidents[0].clocks.iter();
        clocks
            .map(|clock| (clock.code.clone(), clock.due.clone(), clock.state.clone()))
            .collect::<Vec<_>>()
    };
    let of =
        |code: &str, due: &str, state: &str| (code.to_owned(), due.to_owned(), state.to_owned());
    assert_eq!(
        clocks("2026-11-04T00:00:00Z"),
        [
            of("triage", "2026-11-03T00:00:00Z", "overdue"),
            of("gdpr_33", "2026-11-04T12:00:00Z", "running"),
            of("ai_act_73_widespread", "2026-11-03T12:00:00Z", "overdue"),
        ]
    );
    let sent = Change {
        notifications: vec![Notification {
            to: "supervisory authority".into(),
            legal_basis: "DSGVO Art. 33".into(),
            due: None,
            sent_at: Some("2026-11-04T11:00:00Z".into()),
        }],
        ..to(State::Triaged)
    };
    go(&path, sent, "2026-11-04T12:00:00Z").unwrap();
    let states: Vec<String> = clocks("2026-11-20T00:00:00Z")
        .into_iter()
        .map(|clock| clock.2)
        .collect();
    assert_eq!(states, ["met_late", "met", "overdue"]);
    for (legal_basis, clock) in [
        ("Art. 33 DS-GVO", 1),
        ("Art. 33 Datenschutz-Grundverordnung", 1),
        ("Art. 73 KI-Verordnung", 2),
        ("Art. 73 Verordnung (EU) 2024/1689", 2),
    ] {
        std::fs::remove_file(&path).unwrap();
        let mut serious = serious.clone();
        serious.aware_at = Some(at("2026-11-02T00:00:00Z"));
        open(&path, serious).unwrap();
        let sent = Change {
            notifications: vec![Notification {
                to: "authority".into(),
                legal_basis: legal_basis.into(),
                due: None,
                sent_at: Some("2026-11-03T00:00:00Z".into()),
            }],
            ..Change::default()
        };
        go(&path, sent, "2026-11-03T00:00:00Z").unwrap();
        let states = clocks("2026-11-20T00:00:00Z");
        for (place, (code, _, state)) in states.iter().enumerate().skip(1) {
            let expected = if place == clock { "met" } else { "overdue" };
            assert_eq!(state, expected, "{legal_basis}: {code}");
        }
    }
}

#[test]
fn metrics_count_what_is_known() {
    let incident = |by: &str, began: Option<&str>, cause: Option<&str>| {
        let step = |to: &str, at: &str| waage_result::incidents::Step {
            to: to.into(),
            at: at.into(),
            ..Default::default()
        };
        Incident {
            detected_by: by.into(),
            opened_at: "2026-01-02T00:00:00Z".into(),
            began_at: began.map(str::to_owned),
            root_cause_code: cause.map(str::to_owned),
            state: "contained".into(),
            severity: "minor".into(),
            history: vec![
                step("open", "2026-01-02T00:00:00Z"),
                step("contained", "2026-01-02T06:00:00Z"),
            ],
            ..Incident::default()
        }
    };
    let all = [
        incident("monitor", Some("2026-01-01T00:00:00Z"), Some("rename")),
        incident("reviewer", Some("2026-01-01T12:00:00Z"), Some("rename")),
        incident("customer", None, Some("vendor")),
        incident("authority", None, None),
    ];
    let of = metrics(&all);
    assert_eq!(
        (of.median_hours_to_detect, of.detect_known),
        (Some(18.0), 2)
    );
    assert_eq!((of.median_hours_to_contain, of.contained), (Some(6.0), 4));
    assert_eq!((of.repeat_rate, of.with_root_cause), (Some(1.0 / 3.0), 3));
    assert_eq!(of.repeated[0].cause, "rename");
    assert_eq!((of.share_caught, of.caught, of.all), (Some(0.5), 2, 4));
    let none = metrics(&[]);
    assert_eq!(
        (
            none.share_caught,
            none.repeat_rate,
            none.median_hours_to_detect
        ),
        (None, None, None)
    );
}

#[test]
fn a_tampered_or_torn_file_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("incidents.jsonl");
    open(&path, opening("2026-11-02T00:00:00Z")).unwrap();
    go(&path, to(State::Triaged), "2026-11-02T01:00:00Z").unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for (broken, says) in [
        (
            lines[1].to_owned(),
            ":1: revision 2 of I-2026-001 stands where 1 is expected",
        ),
        (format!("{}\n{}", lines[0], lines[0]), ":2: revision 1"),
        (
            format!(
                "{}\n{}",
                lines[0],
                lines[1].replace("\"actor\":\"m.owner\"", "\"actor\":\"x\"")
            ),
            ":2: the history of I-2026-001 was changed",
        ),
        (
            format!("{}\n{}", lines[0], &lines[1][..50]),
            ":2: the line is no incident",
        ),
        (
            lines[0].replace("\"bias\"", "\"bais\""),
            ":1: kind is \"bais\"",
        ),
        (
            lines[0].replace("\"summary\"", "\"sumary\""),
            ":1: the line is no incident",
        ),
    ] {
        let error = Log::parse(&broken, "incidents.jsonl")
            .unwrap_err()
            .to_string();
        assert!(error.contains(says), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn what_may_not_be_stored_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("incidents.jsonl");
    let refused = |opening: Opening, says: &str| {
        let error = open(&path, opening).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
        assert!(!path.exists());
    };
    let base = || opening("2026-11-02T00:00:00Z");
    refused(
        Opening {
            summary: "Ask jo@example.org".into(),
            ..base()
        },
        "holds an e-mail address",
    );
    refused(
        Opening {
            summary: "  ".into(),
            ..base()
        },
        "the summary is empty",
    );
    refused(
        Opening {
            summary: "x".repeat(4_001),
            ..base()
        },
        "longer than 4000 characters",
    );
    refused(
        Opening {
            linked_risks: vec!["4".into()],
            ..base()
        },
        "no id of a risk",
    );
    refused(
        Opening {
            began_at: Some(at("2026-12-01")),
            ..base()
        },
        "began after it was opened",
    );
    let money = MoneyEstimate {
        low: 5.0,
        likely: 1.0,
        high: 2.0,
    };
    refused(
        Opening {
            money_estimate: Some(money),
            ..base()
        },
        "not in order",
    );
    open(&path, base()).unwrap();
    let error = go(&path, Change::default(), "2026-11-02T01:00:00Z").unwrap_err();
    assert!(error.contains("nothing is said"), "{error}");
    let error = go(&path, to(State::Triaged), "2026-11-01T00:00:00Z").unwrap_err();
    assert!(error.contains("before the step before it"), "{error}");
    let error = update(
        &path,
        "I-2026-002",
        to(State::Triaged),
        "x",
        at("2026-11-03"),
    )
    .unwrap_err();
    assert!(
        error.to_string().contains("did you mean \"I-2026-001\"?"),
        "{error}"
    );
}

#[test]
fn hostile_text_stays_on_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("incidents.jsonl");
    let summary = "a\nb\r\n{\"id\":\"I-2026-999\"}\u{2028}\u{1b}[31m</script>=1+1".to_owned();
    open(
        &path,
        Opening {
            summary: summary.clone(),
            ..opening("2026-11-02T00:00:00Z")
        },
    )
    .unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 1);
    assert_eq!(Log::read(&path).unwrap().incidents[0].summary, summary);
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("incidents.jsonl");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    open(&path, opening("2026-11-02T00:00:00Z")).unwrap();
                }
            });
        }
    });
    let log = Log::read(&path).unwrap();
    let ids: Vec<String> = log
        .incidents
        .iter()
        .map(|incident| incident.id.clone())
        .collect();
    let expected: Vec<String> = (1..=40).map(|n| format!("I-2026-{n:03}")).collect();
    assert_eq!(ids, expected);
}

#[test]
fn actions_are_done_and_steps_are_recorded() {
    use waage_govern::ledger::{Ledger, Options, read};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("incidents.jsonl");
    let log = folder.path().join("ledger.jsonl");
    let now = at("2026-11-02T00:00:00Z");
    let (ledger, _) = Ledger::create(&log, &Options::default(), "demo", now).unwrap();
    let opened = open(&path, opening("2026-11-02T00:00:00Z")).unwrap();
    record(&ledger, &opened, "m.owner", now).unwrap();
    let action = Change {
        corrective_actions: vec![CorrectiveAction {
            text: "Validate".into(),
            owner: "d.engineer".into(),
            ..CorrectiveAction::default()
        }],
        ..Change::default()
    };
    let noted = go(&path, action, "2026-11-02T01:00:00Z").unwrap();
    record(&ledger, &noted, "m.owner", at("2026-11-02T01:00:00Z")).unwrap();
    let done = Change {
        done: vec!["Validate".into()],
        ..to(State::Triaged)
    };
    let triaged = go(&path, done, "2026-11-02T02:00:00Z").unwrap();
    record(&ledger, &triaged, "m.owner", at("2026-11-02T02:00:00Z")).unwrap();
    assert_eq!(
        triaged.corrective_actions[0].done_at.as_deref(),
        Some("2026-11-02T02:00:00Z")
    );
    let unknown = Change {
        done: vec!["Valdate".into()],
        ..Change::default()
    };
    assert!(
        go(&path, unknown, "2026-11-02T03:00:00Z")
            .unwrap_err()
            .contains("did you mean \"Validate\"?")
    );
    let entries = read(&log, &Options::default(), |kind| {
        kind.starts_with("incident.")
    })
    .unwrap();
    let kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["incident.opened", "incident.updated", "incident.triaged"]
    );
    assert!(
        entries
            .iter()
            .all(|entry| !entry.payload.to_string().contains("Women")),
        "no free text"
    );
}
