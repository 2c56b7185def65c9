//! What quantities mean, for people: the facts of a page, and the pages as Markdown.

use waage_result::explanation::{Explanation, Explanations, GROUPS, PEERS};
use waage_result::text::Language;

use crate::markdown::escape;
use crate::words::{Words, capitalised};

/// A named line of a page.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) text: String,
    /// Whether it is made of names and formulas rather than words.
    pub(crate) code: bool,
}

/// Everything about a quantity beside its definition, in the order of a page.
pub(crate) fn lines(page: &Explanation, words: Words) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut add = |field: &str, text: String, code: bool| {
        if !text.is_empty() {
            let name = words.text(&format!("explain.field.{field}"));
            lines.push(Line { name, text, code });
        }
    };
    add("formula", page.formula.clone().unwrap_or_default(), true);
    add("use", page.usage.clone(), false);
    add("misleads", page.misleads.clone(), false);
    let reasons = page.undefined.iter();
    let reasons: Vec<String> = reasons.map(|r| words.name_in("reason", r)).collect();
    add("undefined", reasons.join("; "), false);
    add("range", range_and_direction(page, words), false);
    add("needs", needs(page, words), false);
    add("intervals", intervals(page, words), false);
    let theirs: Vec<&str> = page.peer_names().collect();
    let ours = page.aliases.iter().map(String::as_str);
    let ours: Vec<&str> = ours.filter(|alias| !theirs.contains(alias)).collect();
    add("aliases", ours.join(", "), true);
    add("source", page.source.clone().unwrap_or_default(), false);
    let peers = PEERS.iter().filter_map(|(key, name)| {
        Some(Line {
            name: (*name).to_owned(),
            text: page.peers.get(*key)?.clone(),
            code: true,
        })
    });
    let at = lines.len() - usize::from(page.source.is_some());
    lines.splice(at..at, peers);
    lines
}

/// `wilson (value), newcombe (difference to the reference)`, each method once.
fn intervals(page: &Explanation, words: Words) -> String {
    let mut uses: Vec<(&str, Vec<String>)> = Vec::new();
    for (of, method) in &page.intervals {
        let of = words.text(&format!("explain.interval.{of}"));
        match uses.iter_mut().find(|(known, _)| known == method) {
            Some((_, list)) => list.push(of),
            None => uses.push((method, vec![of])),
        }
    }
    let uses = uses.iter();
    let uses: Vec<String> = uses
        .map(|(method, of)| format!("{method} ({})", words.list(of)))
        .collect();
    words.list(&uses)
}

/// The name in words, where it says more than the name itself.
pub(crate) fn title(page: &Explanation) -> Option<&str> {
    (page.title != page.name.replace('_', " ")).then_some(page.title.as_str())
}

/// `0 to 1; higher is better`.
fn range_and_direction(page: &Explanation, words: Words) -> String {
    let range = range(page, words);
    match &page.direction {
        Some(direction) if !range.is_empty() => {
            let direction = words.text(&format!("explain.direction.{direction}"));
            words.fill(
                "explain.range.with_direction",
                &[("range", &range), ("direction", &direction)],
            )
        }
        _ => range,
    }
}

/// `0 to 1`, or nothing where it is not known.
pub(crate) fn range(page: &Explanation, words: Words) -> String {
    let Some([low, high]) = page.range else {
        return String::new();
    };
    let number = |value: f64| {
        let digits = if value.fract() == 0.0 { 0 } else { 4 };
        words.catalogue.decimal(value, digits)
    };
    let (low, high) = (low.map(number), high.map(number));
    match (&low, &high) {
        (Some(low), Some(high)) => {
            words.fill("explain.range.both", &[("low", low), ("high", high)])
        }
        (Some(low), None) => words.fill("explain.range.low", &[("low", low)]),
        (None, Some(high)) => words.fill("explain.range.high", &[("high", high)]),
        (None, None) => words.text("explain.range.any"),
    }
}

/// `labels, decisions`.
pub(crate) fn needs(page: &Explanation, words: Words) -> String {
    let needs = page.needs.iter();
    let needs: Vec<String> = needs
        .map(|need| words.text(&format!("explain.need.{need}")))
        .collect();
    words.list(&needs)
}

/// The measured quantities by group, then the names of the others.
pub(crate) fn grouped(document: &Explanations) -> Vec<(&'static str, Vec<&Explanation>)> {
    GROUPS
        .into_iter()
        .map(|group| {
            let of = |page: &&Explanation| page.measured && page.group == group;
            (
                group,
                document.metrics.iter().filter(of).collect::<Vec<_>>(),
            )
        })
        .filter(|(_, pages)| !pages.is_empty())
        .collect()
}

/// The quantities that are described only.
pub(crate) fn unmeasured(document: &Explanations) -> impl Iterator<Item = &Explanation> {
    document.metrics.iter().filter(|page| !page.measured)
}

/// Every quantity as one Markdown document.
pub(crate) fn markdown_list(document: &Explanations, language: Language) -> String {
    let words = Words::of(language);
    let mut out = format!(
        "# {}\n\n{}\n\n{}\n",
        words.text("explain.title"),
        escape(&words.text("explain.intro")),
        escape(&words.text("explain.notation")),
    );
    let groups = grouped(document);
    for (group, pages) in &groups {
        let title = words.text(&format!("explain.group.{group}"));
        let names = pages.iter().map(|page| link(&page.name));
        out.push_str(&format!(
            "\n**{title}:** {}\n",
            names.collect::<Vec<_>>().join(" · ")
        ));
    }
    for (group, pages) in groups {
        out.push_str(&format!(
            "\n## {}\n",
            words.text(&format!("explain.group.{group}"))
        ));
        for page in pages {
            out.push('\n');
            out.push_str(&section(page, words));
        }
    }
    let rest: Vec<String> = unmeasured(document)
        .map(|page| format!("- **`{}`**: {}", page.name, escape(&page.definition)))
        .collect();
    if !rest.is_empty() {
        out.push_str(&format!(
            "\n## {}\n\n{}\n\n{}\n",
            words.text("explain.rest"),
            words.text("explain.rest_intro"),
            rest.join("\n")
        ));
    }
    out
}

/// The pages of a few quantities as Markdown.
pub(crate) fn markdown_pages(document: &Explanations, language: Language) -> String {
    let words = Words::of(language);
    let pages = document.metrics.iter().map(|page| section(page, words));
    pages.collect::<Vec<_>>().join("\n")
}

fn link(name: &str) -> String {
    format!("[`{name}`](#{name})")
}

fn section(page: &Explanation, words: Words) -> String {
    let mut out = format!("### {}\n\n", page.name.replace('_', "\\_"));
    if let Some(title) = title(page) {
        out.push_str(&format!("*{}.* ", escape(&capitalised(title))));
    }
    out.push_str(&escape(&page.definition));
    out.push('\n');
    if !page.measured {
        out.push_str(&format!("\n*{}*\n", words.text("explain.not_measured")));
    }
    out.push('\n');
    for line in lines(page, words) {
        let text = if line.code {
            format!("`{}`", line.text)
        } else {
            escape(&line.text)
        };
        out.push_str(&format!("- **{}:** {text}\n", line.name));
    }
    out
}
