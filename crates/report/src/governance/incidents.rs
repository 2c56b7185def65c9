//! Incidents as an article.

use waage_result::incidents::{Clock, IncidentsResult, Told};

use super::incidents_lessons as lessons;
use super::{
    Block, Cell, Facts, IncidentsView, Section, article as make, data, mark, money, row, section,
    table,
};
use crate::article::{Article, Mark};
use crate::words::Words;

/// The article of a view.
pub(crate) fn article(result: &IncidentsResult, view: IncidentsView, words: Words) -> Article {
    let sections = match view {
        IncidentsView::List => vec![listed(result, words), metrics(result, words)],
        IncidentsView::Show => {
            let blocks = result.incidents.iter().flat_map(|one| shown(one, words));
            vec![section(
                "details",
                words.text("incident.details"),
                blocks.collect(),
            )]
        }
        IncidentsView::Timeline => vec![timeline(result, words)],
        IncidentsView::Lessons => {
            vec![
                lessons::section(result, words),
                lessons::without(result, words),
                metrics(result, words),
            ]
        }
    };
    let (state, sentence) = verdict(result, words);
    make(
        words.text("incident.title"),
        None,
        state,
        sentence,
        Vec::new(),
        sections,
        words,
    )
}

fn verdict(result: &IncidentsResult, words: Words) -> (Mark, String) {
    let of = &result.metrics;
    let values = [
        ("open", &*words.integer(of.open)),
        ("major", &words.integer(of.open_major)),
        ("all", &words.integer(of.all)),
    ];
    let (state, key) = match (of.open_major, of.open) {
        (0, 0) => ("pass", "none_open"),
        (0, _) => ("inconclusive", "open"),
        _ => ("breach", "open_major"),
    };
    let word = words.text(&format!("incident.verdict.{key}"));
    (
        mark(state, word),
        words.fill(&format!("incident.verdict.{key}_text"), &values),
    )
}

fn listed(result: &IncidentsResult, words: Words) -> Option<Section> {
    if result.incidents.is_empty() {
        return section(
            "incidents",
            words.text("incident.list"),
            vec![Block::Text(words.text("incident.none"))],
        );
    }
    let columns = [
        ("id", false),
        ("summary", false),
        ("kind", false),
        ("severity", false),
        ("state", false),
        ("opened", false),
        ("clock", false),
    ];
    let mut out = table(
        words.text("incident.list"),
        "incident.column",
        &columns,
        words,
    );
    for told in &result.incidents {
        let incident = &told.incident;
        let urgent = told
            .clocks
            .iter()
            .filter(|clock| ["running", "overdue"].contains(&clock.state.as_str()));
        let urgent = urgent.min_by(|a, b| a.hours_left.total_cmp(&b.hours_left));
        out.rows.push(row(vec![
            Cell::text(data(&incident.id)),
            Cell::text(data(&incident.summary)),
            Cell::text(words.name_in("incident.kind", &incident.kind)),
            Cell::text(words.name_in("severity", &incident.severity)),
            Cell::text(words.name_in("incident.state", &incident.state)),
            Cell::text(data(&incident.opened_at)),
            urgent.map_or_else(Cell::none, |clock| Cell::text(clock_short(clock, words))),
        ]));
    }
    section(
        "incidents",
        words.text("incident.list"),
        vec![Block::Table(out)],
    )
}

fn hours(value: f64, words: Words) -> String {
    words.fill(
        "incident.hours",
        &[("hours", &*words.catalogue.decimal(value, 1))],
    )
}

fn clock_short(clock: &Clock, words: Words) -> String {
    let name = words.text(&format!("incident.clock.{}", clock.code));
    let left = hours(clock.hours_left.abs(), words);
    words.fill(
        &format!("incident.clock.short_{}", clock.state),
        &[("name", &*name), ("hours", &left)],
    )
}

fn shown(told: &Told, words: Words) -> Vec<Block> {
    let incident = &told.incident;
    let mut facts = Facts::of("incident.fact", words);
    facts.add("state", words.name_in("incident.state", &incident.state));
    facts.add("kind", words.name_in("incident.kind", &incident.kind));
    facts.add("severity", words.name_in("severity", &incident.severity));
    facts.add("summary", data(&incident.summary));
    facts.add(
        "detected_by",
        words.name_in("incident.detected_by", &incident.detected_by),
    );
    let some = |text: &Option<String>| text.as_deref().map(data);
    facts.add_some("began", some(&incident.began_at));
    facts.add("opened", data(&incident.opened_at));
    facts.add_some(
        "detect",
        told.hours_to_detect.map(|value| hours(value, words)),
    );
    facts.add_some(
        "contain",
        told.hours_to_contain.map(|value| hours(value, words)),
    );
    facts.add_some("system", some(&incident.system));
    facts.add_some("version", some(&incident.system_version));
    facts.add_some(
        "affected",
        incident.affected_count.map(|count| words.integer(count)),
    );
    let join =
        |list: &[String]| words.list(&list.iter().map(|text| data(text)).collect::<Vec<_>>());
    facts.add("groups", join(&incident.affected_groups));
    if let Some(of) = &incident.money_estimate {
        let amounts = [of.low, of.likely, of.high].map(|amount| money(amount, None, words));
        facts.add("money", amounts.join(" / "));
    }
    let findings: Vec<String> = incident
        .linked_findings
        .iter()
        .map(|of| format!("{}@{}", data(&of.check), data(&of.result)))
        .collect();
    facts.add("findings", words.list(&findings));
    facts.add("alerts", join(&incident.linked_alerts));
    facts.add("risks", join(&incident.linked_risks));
    facts.add_some("containment", some(&incident.containment));
    facts.add("root_cause", join_with(&incident.root_cause, " → "));
    facts.add_some("root_cause_code", some(&incident.root_cause_code));
    facts.add("new_risks", join(&incident.new_risks));
    facts.add("changed_controls", join(&incident.changed_controls));
    facts.add_some("no_change_reason", some(&incident.no_change_reason));
    facts.add_some("detecting_check", some(&incident.detecting_check));
    facts.add_some("no_check_reason", some(&incident.no_check_reason));
    if let Some(lessons) = &incident.lessons {
        facts.add("lesson_en", data(&lessons.en));
        facts.add("lesson_de", data(&lessons.de));
    }
    let title = format!(
        "{} {}",
        data(&incident.id),
        words.name_in("incident.kind", &incident.kind)
    );
    let mut blocks = vec![Block::Heading(title), Block::Facts(facts.list)];
    blocks.extend(clocks(told, words));
    blocks.extend(actions(told, words));
    blocks.extend(notifications(told, words));
    blocks.push(history(told, words));
    if !told.missing.is_empty() {
        let lacks = told
            .missing
            .iter()
            .map(|code| words.text(&format!("incident.missing.{code}")));
        blocks.push(Block::Heading(words.text("incident.missing.title")));
        blocks.push(Block::List(lacks.collect()));
    }
    blocks
}

fn join_with(list: &[String], between: &str) -> String {
    list.iter()
        .map(|text| data(text))
        .collect::<Vec<_>>()
        .join(between)
}

fn clocks(told: &Told, words: Words) -> [Block; 2] {
    let columns = [("due", false), ("clock", false), ("left", true)];
    let caption = words.text("incident.clock.title");
    let mut out = table(caption, "incident.column", &columns, words);
    for clock in &told.clocks {
        let mut left = Cell::text(hours(clock.hours_left, words));
        left.detail = Some(words.text(&format!("incident.clock.{}", clock.state)));
        out.rows.push(row(vec![
            Cell::text(data(&clock.due)),
            Cell::text(words.text(&format!("incident.clock.{}", clock.code))),
            left,
        ]));
    }
    let counsel = Block::Note(words.text("incident.clock.counsel"));
    [Block::Table(out), counsel]
}

fn actions(told: &Told, words: Words) -> Option<Block> {
    let columns = [
        ("action", false),
        ("owner", false),
        ("due", false),
        ("done", false),
        ("check", false),
    ];
    let mut out = table(
        words.text("incident.actions"),
        "incident.column",
        &columns,
        words,
    );
    for action in &told.incident.corrective_actions {
        let some = |text: &Option<String>| {
            text.as_deref()
                .map_or_else(Cell::none, |text| Cell::text(data(text)))
        };
        out.rows.push(row(vec![
            Cell::text(data(&action.text)),
            Cell::text(data(&action.owner)),
            some(&action.due),
            some(&action.done_at),
            some(&action.check),
        ]));
    }
    (!out.rows.is_empty()).then_some(Block::Table(out))
}

fn notifications(told: &Told, words: Words) -> Option<Block> {
    let columns = [
        ("to", false),
        ("basis", false),
        ("due", false),
        ("sent", false),
    ];
    let mut out = table(
        words.text("incident.notifications"),
        "incident.column",
        &columns,
        words,
    );
    for note in &told.incident.notifications {
        let some = |text: &Option<String>| {
            text.as_deref()
                .map_or_else(Cell::none, |text| Cell::text(data(text)))
        };
        out.rows.push(row(vec![
            Cell::text(data(&note.to)),
            Cell::text(data(&note.legal_basis)),
            some(&note.due),
            some(&note.sent_at),
        ]));
    }
    (!out.rows.is_empty()).then_some(Block::Table(out))
}

fn history(told: &Told, words: Words) -> Block {
    let columns = [
        ("at", false),
        ("state", false),
        ("actor", false),
        ("note", false),
    ];
    let mut out = table(
        words.text("incident.history"),
        "incident.column",
        &columns,
        words,
    );
    for step in &told.incident.history {
        out.rows.push(row(vec![
            Cell::text(data(&step.at)),
            Cell::text(words.name_in("incident.state", &step.to)),
            Cell::text(data(&step.actor)),
            step.note
                .as_deref()
                .map_or_else(Cell::none, |note| Cell::text(data(note))),
        ]));
    }
    Block::Table(out)
}

fn timeline(result: &IncidentsResult, words: Words) -> Option<Section> {
    let columns = [
        ("at", false),
        ("id", false),
        ("state", false),
        ("actor", false),
        ("note", false),
    ];
    let mut out = table(
        words.text("incident.timeline.caption"),
        "incident.column",
        &columns,
        words,
    );
    let mut steps: Vec<_> = result
        .incidents
        .iter()
        .flat_map(|told| {
            told.incident
                .history
                .iter()
                .map(move |step| (step, &told.incident))
        })
        .collect();
    steps.sort_by(|a, b| (&a.0.at, &a.1.id).cmp(&(&b.0.at, &b.1.id)));
    for (step, incident) in steps {
        out.rows.push(row(vec![
            Cell::text(data(&step.at)),
            Cell::text(data(&incident.id)),
            Cell::text(words.name_in("incident.state", &step.to)),
            Cell::text(data(&step.actor)),
            step.note
                .as_deref()
                .map_or_else(Cell::none, |note| Cell::text(data(note))),
        ]));
    }
    let blocks = if out.rows.is_empty() {
        vec![Block::Text(words.text("incident.none"))]
    } else {
        vec![Block::Table(out)]
    };
    section("timeline", words.text("incident.timeline.title"), blocks)
}

fn metrics(result: &IncidentsResult, words: Words) -> Option<Section> {
    let of = &result.metrics;
    let mut facts = Facts::of("incident.metric", words);
    let of_how_many = |value: Option<String>, count: u64| {
        let value = value.unwrap_or_else(|| words.text("incident.metric.unknown"));
        words.fill(
            "incident.metric.of",
            &[("value", &*value), ("count", &words.integer(count))],
        )
    };
    let share = |value: Option<f64>| value.map(|value| words.catalogue.percent(value, 0));
    facts.add(
        "detect",
        of_how_many(
            of.median_hours_to_detect.map(|v| hours(v, words)),
            of.detect_known,
        ),
    );
    facts.add(
        "contain",
        of_how_many(
            of.median_hours_to_contain.map(|v| hours(v, words)),
            of.contained,
        ),
    );
    facts.add(
        "repeat",
        of_how_many(share(of.repeat_rate), of.with_root_cause),
    );
    let repeated: Vec<String> = of
        .repeated
        .iter()
        .map(|one| format!("{} ({})", data(&one.cause), words.integer(one.count)))
        .collect();
    facts.add("repeated", words.list(&repeated));
    facts.add("caught", of_how_many(share(of.share_caught), of.all));
    section(
        "metrics",
        words.text("incident.metric.title"),
        vec![Block::Facts(facts.list)],
    )
}
