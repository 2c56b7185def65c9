//! The evidence map as an article: an overview, and each law with its clauses.

use waage_result::evidence::{Clause, EvidenceResult, Gap, LegalDate, Piece};
use waage_result::finding::Bilingual;
use waage_result::text::Language;

use super::{day, quoted};
use crate::article::{Article, Block, Cell, Mark, Section, Table};
use crate::governance::{article as make, pick, row, section, table};
use crate::words::{Words, capitalised, clean};

/// What a clause may have, in order.
const COVERAGES: [(&str, &str); 4] = [
    ("present", "●"),
    ("partial", "◐"),
    ("none", "○"),
    ("not_applicable", "–"),
];

/// The article.
pub(super) fn article(result: &EvidenceResult, words: Words) -> Article {
    let mut sections = vec![Some(overview(result, words)), dates(&result.dates, words)];
    for law in &result.scope {
        let clauses = result.clauses.iter().filter(|clause| clause.law == *law);
        let blocks: Vec<Block> = clauses.flat_map(|clause| told(clause, words)).collect();
        sections.push(section("law", law_name(law, words), blocks));
    }
    let day = day(&result.as_of, words);
    let sentence = words.fill("evidence.headline", &[("day", &day)]);
    let system = result.system.as_ref().map(|name| pick(name, words));
    let mut article = make(
        words.text("evidence.title"),
        system,
        Mark {
            state: "not_run",
            symbol: "–",
            word: words.text("evidence.word"),
        },
        sentence,
        tally(result, words),
        sections,
        words,
    );
    article.sentence = format!("{}.", capitalised(&article.sentence));
    // Sections of a page need ids of their own.
    for section in &mut article.sections {
        if section.id == "law" {
            section.id = law_id(&section.title, result, words);
        }
    }
    article
}

/// The anchor of a law's section; laws of the user's own share one.
fn law_id(title: &str, result: &EvidenceResult, words: Words) -> &'static str {
    const KNOWN: [&str; 12] = [
        "eu-ai-act",
        "gdpr",
        "agg",
        "ecoa",
        "eeoc",
        "nyc-ll144",
        "colorado",
        "iso-42001",
        "iso-23894",
        "iso-24027",
        "nist-ai-rmf",
        "ieee-7003",
    ];
    let law = result
        .scope
        .iter()
        .find(|law| law_name(law, words) == title);
    let known = law.and_then(|law| KNOWN.into_iter().find(|known| known == law));
    known.unwrap_or("own-law")
}

pub(super) fn law_name(law: &str, words: Words) -> String {
    let known = words.catalogue.get(&format!("evidence.law.{law}"));
    known.map_or_else(|| quoted(law, words), str::to_owned)
}

fn mark(coverage: &str, words: Words) -> Mark {
    let known = COVERAGES.into_iter().find(|(name, _)| *name == coverage);
    let (state, symbol) = known.unwrap_or(("not_applicable", "–"));
    Mark {
        state,
        symbol,
        word: words.text(&format!("evidence.coverage.{state}")),
    }
}

fn tally(result: &EvidenceResult, words: Words) -> Vec<Mark> {
    let counted = COVERAGES.into_iter().map(|(name, _)| {
        let count = result
            .clauses
            .iter()
            .filter(|clause| clause.coverage == name)
            .count();
        let mark = mark(name, words);
        let values = [
            ("count", &*words.integer(count as u64)),
            ("coverage", &mark.word),
        ];
        let word = words.fill("evidence.tally", &values);
        Mark { word, ..mark }
    });
    counted.collect()
}

fn overview(result: &EvidenceResult, words: Words) -> Section {
    let known = [day(&result.knowledge, words), day(&result.as_of, words)];
    let values = [("knowledge", known[0].as_str()), ("day", &known[1])];
    let mut blocks = vec![
        Block::Text(words.text("evidence.intro")),
        Block::Note(words.fill("evidence.knowledge", &values)),
    ];
    if result.out_of_date {
        blocks.push(Block::Text(words.text("evidence.old")));
    }
    if result
        .clauses
        .iter()
        .any(|clause| clause.clause.contains("Annex III"))
    {
        blocks.push(Block::Note(words.text("evidence.classify")));
    }
    let columns = [
        ("clause", false),
        ("title", false),
        ("coverage", false),
        ("pieces", true),
        ("missing", true),
    ];
    let mut out: Table = table(
        words.text("evidence.title"),
        "evidence.column",
        &columns,
        words,
    );
    for clause in &result.clauses {
        let state = Cell {
            mark: Some(mark(&clause.coverage, words)),
            ..Cell::default()
        };
        let law = law_name(&clause.law, words);
        out.rows.push(row(vec![
            Cell {
                text: provision(clause, words),
                detail: Some(law),
                ..Cell::default()
            },
            Cell::text(said(&clause.title, clause.from_user, words)),
            state,
            Cell::text(words.integer(clause.evidence.len() as u64)),
            Cell::text(words.integer(clause.missing.len() as u64)),
        ]));
    }
    blocks.push(Block::Table(out));
    Section {
        id: "overview",
        title: words.text("evidence.overview"),
        blocks,
    }
}

fn dates(dates: &[LegalDate], words: Words) -> Option<Section> {
    if dates.is_empty() {
        return None;
    }
    let columns = [("date", false), ("what", false), ("status", false)];
    let mut out = table(
        words.text("evidence.dates"),
        "evidence.column",
        &columns,
        words,
    );
    for date in dates {
        let told = match date.date.as_str() {
            "" => "–".to_owned(),
            text => day(text, words),
        };
        out.rows.push(row(vec![
            Cell::text(told),
            Cell::text(pick(&date.what, words)),
            Cell {
                text: status(&date.status, words),
                detail: Some(day(&date.as_of, words)),
                ..Cell::default()
            },
        ]));
    }
    let blocks = vec![
        Block::Table(out),
        Block::Note(words.text("evidence.dates_note")),
    ];
    section("dates", words.text("evidence.dates"), blocks)
}

fn status(status: &str, words: Words) -> String {
    words.name_in("evidence.status", status)
}

/// A text of the map; in quotation marks where the user wrote it.
fn said(text: &Bilingual, from_user: bool, words: Words) -> String {
    if !from_user {
        return pick(text, words);
    }
    let own = match words.catalogue.language() {
        Language::En => &text.en,
        Language::De => &text.de,
    };
    quoted(own, words)
}

fn provision(clause: &Clause, words: Words) -> String {
    match clause.from_user {
        true => quoted(&clause.clause, words),
        false => words_of_provision(&clause.clause, words),
    }
}

/// `Annex` is `Anhang` in German; provisions are else written alike.
fn words_of_provision(clause: &str, words: Words) -> String {
    match words.catalogue.language() {
        Language::En => clause.to_owned(),
        Language::De => clause
            .replace("Annex", "Anhang")
            .replace("effects test", "Wirkungstest"),
    }
}

fn told(clause: &Clause, words: Words) -> Vec<Block> {
    let title = said(&clause.title, clause.from_user, words);
    let provision = provision(clause, words);
    let values = [("clause", provision.as_str()), ("title", &title)];
    let mut blocks = vec![Block::Heading(words.fill("evidence.clause_title", &values))];
    let known = [
        capitalised(&mark(&clause.coverage, words).word),
        day(&clause.as_of, words),
        status(&clause.status, words),
        sections(&clause.sections, words),
    ];
    let values = [
        ("coverage", known[0].as_str()),
        ("day", &known[1]),
        ("status", &known[2]),
        ("sections", &known[3]),
    ];
    let key = if clause.sections.is_empty() {
        "evidence.state_plain"
    } else {
        "evidence.state"
    };
    let mut state = vec![words.fill(key, &values)];
    if clause.out_of_date {
        state.push(words.text("evidence.clause_old"));
    }
    if clause.from_user {
        state.push(words.text("evidence.user_clause"));
    }
    blocks.push(Block::Text(state.join(" ")));
    if let Some(reason) = &clause.reason {
        let reason = pick(reason, words);
        blocks.push(Block::Text(
            words.fill("evidence.because", &[("reason", &reason)]),
        ));
    }
    if let Some(note) = &clause.note {
        blocks.push(Block::Note(said(note, clause.from_user, words)));
    }
    let pieces = clause.evidence.iter().map(|piece| told_piece(piece, words));
    let gaps = clause.missing.iter().map(|gap| told_gap(gap, words));
    let points: Vec<String> = pieces.chain(gaps).collect();
    if !points.is_empty() {
        blocks.push(Block::List(points));
    }
    blocks
}

fn sections(ids: &[String], words: Words) -> String {
    let named = ids.iter().map(|id| {
        let id = clean(id);
        match words.catalogue.get(&format!("evidence.section.{id}")) {
            Some(name) => format!("{id} ({name})"),
            None => id,
        }
    });
    named.collect::<Vec<_>>().join(", ")
}

fn told_piece(piece: &Piece, words: Words) -> String {
    let date = piece.date.as_ref().map(|date| day(date, words));
    let values = [
        ("what", pick(&piece.what, words)),
        ("count", words.integer(piece.count.unwrap_or_default())),
        ("source", quoted(&piece.source, words)),
        (
            "date",
            date.unwrap_or_else(|| words.text("evidence.undated")),
        ),
        ("digest", clean(&piece.digest)),
    ];
    let key = if piece.count.is_some() {
        "evidence.piece_count"
    } else {
        "evidence.piece"
    };
    words.fill(
        key,
        &values.each_ref().map(|(key, value)| (*key, value.as_str())),
    )
}

fn told_gap(gap: &Gap, words: Words) -> String {
    let values = [
        ("what", pick(&gap.what, words)),
        ("how", pick(&gap.how, words)),
        ("command", clean(&gap.command)),
    ];
    words.fill(
        "evidence.gap",
        &values.each_ref().map(|(key, value)| (*key, value.as_str())),
    )
}
