//! Who stands where in the list: exposure, groups among the first places, FA*IR.

use waage_result::document::AuditResult;
use waage_result::ranking::{FairTestDoc, RankedGroup, RankingResult};

use super::attributes::estimate_cell;
use super::{Block, Cell, Column, Row, Section, Table};
use crate::numbers::Unit;
use crate::words::Words;

/// Groups in a table, the largest ones.
const GROUPS_MAX: usize = 30;
/// Numbers of first places beside each other.
const CUTOFFS_MAX: usize = 5;

/// The section, where a ranking was asked for.
pub(super) fn section(result: &AuditResult, words: Words) -> Option<Section> {
    let first = result.ranking.first()?;
    let mut blocks = vec![Block::Text(length(first, words))];
    for ranking in &result.ranking {
        blocks.push(Block::Heading(heading(ranking, words)));
        blocks.push(Block::Text(whole(ranking, words)));
        blocks.extend(gain(ranking, words).map(Block::Text));
        blocks.extend(tables(ranking, words).into_iter().map(Block::Table));
    }
    let level = words.level(result.settings.confidence);
    blocks.push(Block::Note(
        words.fill("report.ranking.note", &[("level", &level)]),
    ));
    Some(Section {
        id: "ranking",
        title: words.text("report.ranking.title"),
        blocks,
    })
}

/// How much of the list is looked at.
pub(crate) fn length(ranking: &RankingResult, words: Words) -> String {
    let key = match ranking.length == ranking.n {
        true => "report.ranking.all",
        false => "report.ranking.first",
    };
    let (length, n) = (words.integer(ranking.length), words.integer(ranking.n));
    words.fill(key, &[("length", &length), ("count", &n)])
}

/// The title of a view's part.
pub(crate) fn heading(ranking: &RankingResult, words: Words) -> String {
    let name = words.attribute(&ranking.attribute);
    words.fill("report.ranking.heading", &[("attribute", &name)])
}

/// What is told of all groups together.
pub(crate) fn whole(ranking: &RankingResult, words: Words) -> String {
    let Some(value) = ranking.ndkl.value else {
        return words.text("report.ranking.no_whole");
    };
    let interval = words.interval(&ranking.ndkl, Unit::Number);
    let interval = interval.unwrap_or_else(|| words.text("report.interval.none"));
    let index = ranking.infeasible_index.value.unwrap_or(0.0) as u64;
    let prefixes = ranking.length * ranking.groups.len() as u64;
    words.fill(
        "report.ranking.whole",
        &[
            ("ndkl", &words.number(value, Unit::Number)),
            ("interval", &interval),
            ("index", &words.integer(index)),
            ("prefixes", &words.integer(prefixes)),
        ],
    )
}

/// What the list gives to relevant rows, where there are labels.
pub(crate) fn gain(ranking: &RankingResult, words: Words) -> Option<String> {
    let ndcg = ranking.ndcg.as_ref()?;
    let value = words.number(ndcg.value?, Unit::Share);
    let interval = words.interval(ndcg, Unit::Share);
    let interval = interval.unwrap_or_else(|| words.text("report.interval.none"));
    Some(words.fill(
        "report.ranking.gain",
        &[("ndcg", &value), ("interval", &interval)],
    ))
}

/// The tables of a view: exposure, then the first places where there are cut-offs.
pub(crate) fn tables(ranking: &RankingResult, words: Words) -> Vec<Table> {
    let mut order: Vec<&RankedGroup> = ranking.groups.iter().collect();
    if order.len() > GROUPS_MAX {
        let mut sizes: Vec<u64> = order.iter().map(|g| g.n).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        order.retain(|g| g.n >= sizes[GROUPS_MAX - 1]);
        order.truncate(GROUPS_MAX);
    }
    let mut out = vec![exposure(ranking, &order, words)];
    out.extend(first_places(ranking, &order, words));
    out
}

fn title(key: &str, words: Words) -> String {
    words.text(&format!("report.ranking.{key}"))
}

fn name(ranking: &RankingResult, group: &RankedGroup, words: Words) -> Cell {
    Cell::text(words.group(&ranking.attribute, Some(&group.group)))
}

/// A count that is not shown where the group is hidden.
fn rows(n: u64, words: Words) -> Cell {
    match n {
        0 => Cell::none(),
        n => Cell::text(words.integer(n)),
    }
}

fn exposure(ranking: &RankingResult, groups: &[&RankedGroup], words: Words) -> Table {
    let labelled = groups.iter().any(|g| g.exposure_per_relevance.is_some());
    let row = |group: &&RankedGroup| {
        let parity = group.demographic_parity_of_exposure.as_ref();
        let per_relevance = group.exposure_per_relevance_ratio.as_ref();
        let per_relevance = || estimate_cell(per_relevance, Unit::Ratio, words);
        let start = vec![
            name(ranking, group, words),
            rows(group.n, words),
            match group.n {
                0 => Cell::none(),
                n => Cell::text(words.plain(n as f64 / ranking.n.max(1) as f64, Unit::Share)),
            },
            estimate_cell(Some(&group.exposure_share), Unit::Share, words),
            estimate_cell(parity, Unit::Ratio, words),
        ];
        let end = [
            group
                .fa_ir
                .as_ref()
                .map_or_else(Cell::none, |test| fair(test, words)),
            estimate_cell(Some(&group.rnd), Unit::Number, words),
        ];
        Row {
            cells: start
                .into_iter()
                .chain(labelled.then(per_relevance))
                .chain(end)
                .collect(),
            strong: parity.is_none() && ranking.reference.as_ref() == Some(&group.group),
            note: None,
        }
    };
    let reference = ranking.reference.as_deref();
    let reference =
        reference.map_or_else(String::new, |r| words.group(&ranking.attribute, Some(r)));
    let per_relevance = || {
        Column::figures(
            title("per_relevance", words),
            title("per_relevance_short", words),
        )
    };
    let start = vec![
        Column::text(words.attribute(&ranking.attribute)),
        Column::figures(title("rows", words), title("rows_short", words)),
        Column::figures(title("share", words), title("share_short", words)),
        Column::figures(
            title("exposure_share", words),
            title("exposure_share_short", words),
        ),
        Column::figures(title("parity", words), title("parity_short", words)),
    ];
    let end = [
        Column::text(title("fa_ir", words)),
        Column::figures(title("rnd", words), title("rnd_short", words)),
    ];
    Table {
        caption: words.fill("report.ranking.exposure", &[("reference", &reference)]),
        columns: start
            .into_iter()
            .chain(labelled.then(per_relevance))
            .chain(end)
            .collect(),
        rows: groups.iter().map(row).collect(),
    }
}

/// Whether every prefix has enough of a group, else where it first lacks how many.
fn fair(test: &FairTestDoc, words: Words) -> Cell {
    let (Some(at), Some(found), Some(needed)) = (test.fails_at, test.found, test.needed) else {
        return Cell::text(title("fair", words));
    };
    // Whole numbers as such; expected ones among tied rows with a digit.
    let found = match found.fract() == 0.0 {
        true => words.integer(found as u64),
        false => words.plain_number((found * 10.0).floor() / 10.0),
    };
    Cell {
        text: words.fill("report.ranking.unfair", &[("place", &words.integer(at))]),
        detail: Some(words.fill(
            "report.ranking.lacks",
            &[("found", &found), ("needed", &words.integer(needed))],
        )),
        ..Cell::default()
    }
}

fn first_places(ranking: &RankingResult, groups: &[&RankedGroup], words: Words) -> Option<Table> {
    let cutoffs: Vec<u64> = ranking.at.iter().map(|at| at.k).take(CUTOFFS_MAX).collect();
    if cutoffs.is_empty() {
        return None;
    }
    let row = |group: &&RankedGroup| {
        let mut cells = vec![name(ranking, group, words)];
        cells.extend(group.at.iter().take(CUTOFFS_MAX).map(|at| {
            let mut cell = estimate_cell(Some(&at.representation_at), Unit::Share, words);
            cell.aside = at.skew_at.value.map(|skew| {
                let skew = words.number(skew, Unit::Ratio);
                words.fill("report.ranking.skew", &[("skew", &skew)])
            });
            cell
        }));
        Row {
            cells,
            ..Row::default()
        }
    };
    let mut columns = vec![Column::text(words.attribute(&ranking.attribute))];
    columns.extend(cutoffs.iter().map(|k| {
        let k = words.integer(*k);
        Column::number(words.fill("report.ranking.of_first", &[("k", &k)]))
    }));
    Some(Table {
        caption: title("places", words),
        columns,
        rows: groups.iter().map(row).collect(),
    })
}
