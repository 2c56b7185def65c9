//! The inventory of systems as an article.

use waage_result::systems::{Classification, Problem, Reason, Standing, System, SystemsResult};

use super::{Block, Cell, Facts, Section, article as make, data, mark, pick, row, section, table};
use crate::article::{Article, Mark};
use crate::words::Words;

/// The article: a line for each system, or everything about each.
pub(crate) fn article(result: &SystemsResult, full: bool, words: Words) -> Article {
    let mut sections = if full {
        let blocks = result
            .systems
            .iter()
            .flat_map(|system| shown(system, words));
        vec![section(
            "details",
            words.text("systems.details"),
            blocks.collect(),
        )]
    } else {
        vec![listed(result, words), standings(&result.systems, words)]
    };
    sections.push(problems(&result.problems, words));
    let (state, sentence) = verdict(result, words);
    make(
        words.text("systems.title"),
        None,
        state,
        sentence,
        Vec::new(),
        sections,
        words,
    )
}

fn verdict(result: &SystemsResult, words: Words) -> (Mark, String) {
    let count = |level: &str| result.problems.iter().filter(|p| p.level == level).count() as u64;
    let (errors, warnings) = (count("error"), count("warning"));
    let values = [
        ("errors", &*words.integer(errors)),
        ("warnings", &words.integer(warnings)),
    ];
    let (state, key) = match (errors, warnings) {
        (0, 0) => ("pass", "clean"),
        (0, _) => ("inconclusive", "warnings"),
        _ => ("breach", "errors"),
    };
    let word = words.text(&format!("systems.verdict.{key}"));
    (
        mark(state, word),
        words.fill(&format!("systems.verdict.{key}_text"), &values),
    )
}

fn listed(result: &SystemsResult, words: Words) -> Option<Section> {
    let columns = [
        ("id", false),
        ("name", false),
        ("use_case", false),
        ("criticality", false),
        ("class", false),
        ("signatures", false),
        ("owner", false),
    ];
    let mut out = table(
        words.text("systems.list"),
        "systems.column",
        &columns,
        words,
    );
    for system in &result.systems {
        let mut tier = Cell::text(words.name_in("systems.tier_name", &system.criticality));
        if system.criticality != system.criticality_minimum {
            let least = words.name_in("systems.tier_name", &system.criticality_minimum);
            tier.detail = Some(words.fill("systems.minimum", &[("tier", &least)]));
        }
        let class = system.classification.as_ref();
        out.rows.push(row(vec![
            Cell::text(data(&system.id)),
            Cell::text(pick(&system.name, words)),
            Cell::text(words.name_in("systems.use_case", &system.use_case)),
            tier,
            Cell::text(class.map_or_else(
                || words.text("systems.class.none"),
                |of| words.text(&format!("systems.class.{}", of.class)),
            )),
            Cell::text(roles(&system.tier.signatures, words)),
            Cell::text(
                system
                    .owner
                    .as_deref()
                    .map_or_else(|| words.text("risks.no_owner"), data),
            ),
        ]));
    }
    let blocks = if out.rows.is_empty() {
        vec![Block::Text(words.text("systems.none"))]
    } else {
        vec![
            Block::Table(out),
            Block::Note(words.text("systems.counsel")),
        ]
    };
    section("systems", words.text("systems.list"), blocks)
}

/// Where each system stands, if a ledger said so.
fn standings(systems: &[System], words: Words) -> Option<Section> {
    let columns = ["id", "state", "since", "by", "next"].map(|key| (key, false));
    let title = || words.text("systems.standings");
    let mut out = table(title(), "systems.column", &columns, words);
    for system in systems {
        let Some(standing) = &system.standing else {
            continue;
        };
        let given = |text: &Option<String>| text.as_deref().map_or_else(String::new, data);
        let cells = [
            data(&system.id),
            words.name_in("systems.state", &standing.state),
            given(&standing.since),
            given(&standing.by),
            next(standing, words),
        ];
        out.rows.push(row(cells.map(Cell::text).into()));
    }
    let blocks = match out.rows.is_empty() {
        true => Vec::new(),
        false => vec![Block::Table(out)],
    };
    section("standings", title(), blocks)
}

/// The states that may follow.
fn next(standing: &Standing, words: Words) -> String {
    let name = |state: &String| words.name_in("systems.state", state);
    words.list(&standing.next.iter().map(name).collect::<Vec<_>>())
}

/// Since when, by whom and by which entry.
fn since(standing: &Standing, words: Words) -> Option<String> {
    let (at, by) = (standing.since.as_deref()?, standing.by.as_deref()?);
    let entry = words.integer(standing.entry?);
    let values = [("at", &*data(at)), ("by", &data(by)), ("entry", &entry)];
    Some(words.fill("systems.since", &values))
}

fn roles(list: &[String], words: Words) -> String {
    words.list(
        &list
            .iter()
            .map(|role| words.name_in("systems.role", role))
            .collect::<Vec<_>>(),
    )
}

fn shown(system: &System, words: Words) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(if system.id.is_empty() {
        words.text("systems.classified")
    } else {
        format!("{} ({})", pick(&system.name, words), data(&system.id))
    })];
    if !system.id.is_empty() {
        let mut facts = Facts::of("systems.fact", words);
        facts.add_some(
            "purpose",
            system.purpose.as_ref().map(|text| pick(text, words)),
        );
        facts.add(
            "use_case",
            words.name_in("systems.use_case", &system.use_case),
        );
        facts.add_some(
            "lifecycle",
            system
                .lifecycle
                .as_ref()
                .map(|stage| words.name_in("systems.lifecycle", stage)),
        );
        if let Some(standing) = &system.standing {
            stand(&mut facts, standing, words);
        }
        facts.add(
            "owner",
            system
                .owner
                .as_deref()
                .map_or_else(|| words.text("risks.no_owner"), data),
        );
        facts.add(
            "criticality",
            words.name_in("systems.tier_name", &system.criticality),
        );
        facts.add(
            "criticality_minimum",
            words.name_in("systems.tier_name", &system.criticality_minimum),
        );
        facts.add_some(
            "criticality_reason",
            system.criticality_reason.as_deref().map(data),
        );
        facts.add("signatures", roles(&system.tier.signatures, words));
        let gates: Vec<String> = system
            .tier
            .gates
            .iter()
            .map(|gate| words.name_in("systems.gate", gate))
            .collect();
        facts.add("gates", words.list(&gates));
        facts.add_some("policy", system.policy.as_deref().map(data));
        facts.add(
            "third_party",
            words.list(
                &system
                    .third_party
                    .iter()
                    .map(|of| data(of))
                    .collect::<Vec<_>>(),
            ),
        );
        facts.add_some("review", system.review_date.as_deref().map(data));
        blocks.push(Block::Facts(facts.list));
    }
    if let Some(class) = &system.classification {
        blocks.extend(classified(class, words));
    }
    blocks
}

fn stand(facts: &mut Facts, standing: &Standing, words: Words) {
    facts.add("state", words.name_in("systems.state", &standing.state));
    facts.add_some("since", since(standing, words));
    facts.add_some("result", standing.audit_digest.as_deref().map(data));
    facts.add_some("reason", standing.reason.as_deref().map(data));
    facts.add("next", next(standing, words));
}

fn classified(class: &Classification, words: Words) -> Vec<Block> {
    let line = |reason: &Reason| format!("{}: {}", data(&reason.law), pick(&reason.text, words));
    let lines = |reasons: &[Reason]| Block::List(reasons.iter().map(line).collect());
    let name = words.text(&format!("systems.class.{}", class.class));
    let mut blocks = vec![
        Block::Heading(words.fill("systems.suggestion", &[("class", &name)])),
        Block::Note(words.text("systems.counsel")),
    ];
    if !class.reasons.is_empty() {
        blocks.push(lines(&class.reasons));
    }
    if !class.open.is_empty() {
        let open: Vec<String> = class.open.iter().map(|id| data(id)).collect();
        blocks.push(Block::Text(
            words.fill("systems.open", &[("list", &words.list(&open))]),
        ));
    }
    if !class.further.is_empty() {
        blocks.push(Block::Heading(words.text("systems.further")));
        blocks.push(lines(&class.further));
    }
    blocks.push(Block::Note(
        words.fill("systems.knowledge", &[("day", &*data(&class.knowledge))]),
    ));
    blocks
}

fn problems(problems: &[Problem], words: Words) -> Option<Section> {
    let line = |problem: &Problem| {
        let level = words.name_in("systems.level", &problem.level);
        format!(
            "{}, {level}: {}",
            data(&problem.system),
            pick(&problem.text, words)
        )
    };
    let lines: Vec<String> = problems.iter().map(line).collect();
    let blocks = if lines.is_empty() {
        Vec::new()
    } else {
        vec![Block::List(lines)]
    };
    section("problems", words.text("systems.problems"), blocks)
}
