//! What was audited, and what makes the result again.

use waage_result::document::AuditResult;
use waage_result::spec::{AttributeSpec, Cut, MembershipSpec};

use super::{Block, Fact, Section};
use crate::numbers::Unit;
use crate::words::{Words, clean};

/// Rows, roles, cut and policy.
pub(super) fn section(result: &AuditResult, words: Words) -> Option<Section> {
    let roles = &result.roles;
    let mut facts = Facts {
        words,
        list: Vec::new(),
    };
    facts.add("rows", words.integer(result.dataset.rows));
    if let Some(filter) = &result.settings.filter {
        let filter = clean(filter);
        let out = words.integer(result.dataset.rows_filtered_out);
        facts.add(
            "filter",
            words.fill(
                "report.audited.filter_value",
                &[("filter", &filter), ("rows", &out)],
            ),
        );
    }
    facts.add("sensitive", attributes(&roles.sensitive, words));
    facts.add("stratum", attributes(&roles.stratum, words));
    facts.add("label", column(roles.label.as_deref()));
    facts.add("outcome", column(roles.outcome.as_deref()));
    facts.add("decision", column(roles.decision.as_deref()));
    if result.settings.favourable.is_some() {
        facts.add("favourable", words.text("report.audited.rejected"));
    }
    facts.add(
        "favourable",
        column(result.settings.favourable_class.as_deref()),
    );
    let score = match roles.outcome {
        Some(_) => "prediction",
        None => "score",
    };
    facts.add(score, column(roles.score.as_deref()));
    facts.add("cut", cut_made(result, words).unwrap_or_default());
    facts.add("weight", column(roles.weight.as_deref()));
    facts.add("cluster", column(roles.cluster.as_deref()));
    facts.add("propensity", column(roles.propensity.as_deref()));
    facts.add("membership", memberships(&roles.membership));
    facts.add("references", references(result, words));
    facts.add("policy", policy(result, words));
    Some(Section {
        id: "audited",
        title: words.text("report.audited.title"),
        blocks: vec![Block::Facts(facts.list)],
    })
}

/// Digest, seed, policy and version.
pub(super) fn reproduction(result: &AuditResult, words: Words) -> Option<Section> {
    let settings = &result.settings;
    let mut facts = Facts {
        words,
        list: Vec::new(),
    };
    facts.add("digest", clean(&result.dataset.digest));
    facts.add("policy_digest", clean(&result.policy.digest));
    facts.add("seed", settings.seed.to_string());
    facts.add("bootstrap", words.integer(u64::from(settings.bootstrap)));
    facts.add("as_of", column(settings.as_of.as_deref()));
    facts.add("version", clean(&settings.version));
    facts.add("schema", clean(&result.schema));
    for (name, value) in result.stamp.iter().flatten() {
        facts.list.push(Fact {
            name: clean(name),
            text: clean(value),
        });
    }
    Some(Section {
        id: "reproduction",
        title: words.text("report.reproduction.title"),
        blocks: vec![
            Block::Text(words.text("report.reproduction.intro")),
            Block::Facts(facts.list),
        ],
    })
}

/// `race (p_white, p_black)`.
fn memberships(given: &[MembershipSpec]) -> String {
    let of = |of: &MembershipSpec| {
        let columns: Vec<String> = of.columns.iter().map(|c| clean(c)).collect();
        format!("{} ({})", clean(&of.name), columns.join(", "))
    };
    given.iter().map(of).collect::<Vec<_>>().join("; ")
}

struct Facts {
    words: Words,
    list: Vec<Fact>,
}

impl Facts {
    /// Adds a fact under its name in the catalogue, unless it is empty.
    fn add(&mut self, key: &str, text: String) {
        if !text.is_empty() {
            self.list.push(Fact {
                name: self.words.text(&format!("report.audited.{key}")),
                text,
            });
        }
    }
}

fn column(name: Option<&str>) -> String {
    name.map(clean).unwrap_or_default()
}

fn attributes(specs: &[AttributeSpec], words: Words) -> String {
    let names: Vec<String> = specs
        .iter()
        .map(|spec| {
            let name = words.attribute(&spec.name);
            if spec.name == spec.column {
                return name;
            }
            let column = clean(&spec.column);
            words.fill(
                "report.audited.renamed",
                &[("name", &name), ("column", &column)],
            )
        })
        .collect();
    words.list(&names)
}

/// How decisions follow from the score, and where the cut fell.
pub(crate) fn cut_made(result: &AuditResult, words: Words) -> Option<String> {
    let rule = match result.roles.cut.as_ref()? {
        Cut::Threshold(score) => words.fill(
            "report.audited.threshold",
            &[("score", &words.number(*score, Unit::Number))],
        ),
        Cut::TopK(k) => words.fill("report.audited.top_k", &[("k", &words.integer(*k))]),
        Cut::TopFraction(share) => match share.parse::<f64>() {
            Ok(value) => words.fill(
                "report.audited.top_fraction",
                &[("share", &words.number(value, Unit::Share))],
            ),
            Err(_) => words.fill("report.audited.top_fraction", &[("share", &clean(share))]),
        },
    };
    let Some(cut) = &result.settings.cut else {
        return Some(rule);
    };
    let fell = words.fill(
        "report.audited.cut_fell",
        &[
            ("score", &words.number(cut.score, Unit::Number)),
            ("selected", &words.integer(cut.selected)),
        ],
    );
    Some(format!("{rule}; {fell}"))
}

fn references(result: &AuditResult, words: Words) -> String {
    let names: Vec<String> = result
        .settings
        .references
        .iter()
        .filter_map(|(view, group)| {
            let group = words.group(view, Some(group.as_deref()?));
            Some(format!("{}: {group}", words.attribute(view)))
        })
        .collect();
    names.join("; ")
}

fn policy(result: &AuditResult, words: Words) -> String {
    let policy = &result.policy;
    let source = match policy.source.as_str() {
        "built-in" => words.text("report.audited.policy_built_in"),
        "file" => words.text("report.audited.policy_file"),
        other => clean(other),
    };
    let checks = words.integer(result.checks.len() as u64);
    let not_run = words.integer(result.not_run.len() as u64);
    let min = words.integer(policy.group_min_n);
    words.fill(
        "report.audited.policy_value",
        &[
            ("source", &source),
            ("checks", &checks),
            ("not_run", &not_run),
            ("min", &min),
        ],
    )
}
