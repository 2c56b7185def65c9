//! The text of a first policy, with the reason of each number beside it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use waage_core::quantity::Comparison;
use waage_result::finding::{Bilingual, Margin, Severity};
use waage_result::spec::{AttributeSpec, Bins, Cut};
use waage_result::text::{Catalogue, Language};

use super::{Answers, default_residual, use_case_name};
use crate::policy::kept::Criticality;
use crate::policy::{Check, Decide, Policy, Reference, Target};

/// Sensitive attributes of one draft.
const ATTRIBUTES_MAX: usize = 12;
/// Columns of a comment.
const WIDTH: usize = 96;

/// Writes a policy from answers: it can be read, has no errors of `waage policy check`, and says why
/// each margin is what it is. The same answers give the same bytes.
///
/// # Errors
/// A sentence where the answers do not make a policy: no attribute, a criticality below the minimum
/// without a reason.
pub fn draft(answers: &Answers, language: Language) -> Result<String, String> {
    let attributes = answers.sensitive();
    if attributes.is_empty() {
        return Err("no sensitive attribute is named; add --sensitive A[,B…], or a preset or data that have some".to_owned());
    }
    if attributes.len() > ATTRIBUTES_MAX {
        return Err(format!(
            "{} sensitive attributes are named; name at most {ATTRIBUTES_MAX} and add the rest by hand",
            attributes.len()
        ));
    }
    if let Some(odd) = attributes.iter().find(|a| a.name.contains('*')) {
        return Err(format!(
            "{:?} is not a name of an attribute; name each attribute alone, intersections are [[intersection]]",
            odd.name
        ));
    }
    let least = answers.use_case().least();
    let reasoned = answers
        .criticality_reason
        .as_ref()
        .map(|reason| reason.chars().count());
    if answers.criticality() < least && reasoned.unwrap_or(0) < 80 {
        return Err(format!(
            "the criticality {} is below {}, the minimum of this use case; raise it or give a criticality reason of at least 80 characters",
            answers.criticality().name(),
            least.name()
        ));
    }
    let mut draft = Draft {
        answers,
        base: answers.base(),
        attributes,
        words: Catalogue::of(language),
        out: String::new(),
    };
    draft.write();
    let text = draft.out;
    match Policy::parse(&text, "the draft") {
        Ok(_) => Ok(text),
        Err(error) => Err(format!("the answers make no policy: {error}")),
    }
}

struct Draft<'a> {
    answers: &'a Answers,
    base: Option<Policy>,
    attributes: Vec<AttributeSpec>,
    words: &'static Catalogue,
    out: String,
}

impl Draft<'_> {
    fn write(&mut self) {
        self.head();
        self.system();
        self.people();
        self.appetite();
        self.data();
        self.attribute_tables();
        self.checks();
        self.gates();
        self.out.push_str("\n[privacy]\nk = 5\nk_external = 10\n");
    }

    fn line(&mut self, text: impl AsRef<str>) {
        self.out.push_str(text.as_ref());
        self.out.push('\n');
    }

    fn note(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.words.fill(&format!("policy.draft.{key}"), values)
    }

    /// A comment of its own, broken into lines.
    fn comment(&mut self, key: &str, values: &[(&str, &str)]) {
        let text = self.note(key, values);
        let mut line = String::from("#");
        for word in text.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > WIDTH && line.len() > 1 {
                self.line(std::mem::replace(&mut line, String::from("#")));
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(line);
    }

    /// A key with a comment behind it.
    fn noted(&mut self, assignment: String, key: &str, values: &[(&str, &str)]) {
        let note = self.note(key, values);
        let _ = writeln!(self.out, "{assignment:<36} # {note}");
    }

    fn head(&mut self) {
        self.line("#:schema ./policy.schema.json");
        self.comment("title", &[]);
        if let Some(preset) = &self.answers.preset {
            self.comment("from", &[("preset", preset)]);
        }
        self.comment("next", &[]);
        self.line("schema = \"waage/policy/1\"");
        let criticality = self.answers.criticality();
        let values = [("criticality", criticality.name())];
        if criticality >= Criticality::Critical {
            self.noted(
                "inconclusive = \"fail\"".to_owned(),
                "inconclusive_fail",
                &values,
            );
        } else {
            self.noted(
                "inconclusive = \"warn\"".to_owned(),
                "inconclusive_warn",
                &values,
            );
        }
    }

    fn system(&mut self) {
        let answers = self.answers;
        let (criticality, least) = (answers.criticality(), answers.use_case().least());
        self.line("\n[system]");
        self.line(format!("id = {}", quoted(&answers.system_id())));
        self.line(format!("name = {}", quoted(&answers.system_name())));
        self.line(format!(
            "use_case = {:?}",
            use_case_name(answers.use_case())
        ));
        let key = match criticality.cmp(&least) {
            std::cmp::Ordering::Equal => "least",
            std::cmp::Ordering::Greater => "above",
            std::cmp::Ordering::Less => "lowered",
        };
        let values = [("criticality", criticality.name()), ("least", least.name())];
        self.noted(
            format!("criticality = {:?}", criticality.name()),
            key,
            &values,
        );
        if let Some(reason) = &answers.criticality_reason {
            self.line(format!("criticality_reason = {}", quoted(reason)));
        }
        let unnamed = self.note("basis_text", &[]);
        let link = answers.strategy_link.clone().unwrap_or(unnamed);
        self.noted(
            format!("strategy_link = {}", quoted(&link)),
            "strategy",
            &[],
        );
        self.line("affects_natural_persons = true");
    }

    fn people(&mut self) {
        let answers = self.answers;
        let people = [
            ("owner", &answers.owner),
            ("validator", &answers.validator),
            ("approver", &answers.approver),
            ("dpo", &answers.dpo),
        ];
        if people.iter().all(|(_, person)| person.is_none()) {
            return;
        }
        self.line("\n[people]");
        self.comment("people", &[]);
        for (role, person) in people {
            if let Some(person) = person {
                self.line(format!("{role} = {}", quoted(person)));
            }
        }
    }

    fn appetite(&mut self) {
        self.line("\n[risk_appetite]");
        self.comment("appetite", &[]);
        let own = self.answers.criticality();
        let score = |criticality: &Criticality| {
            let residual = if *criticality == own {
                self.answers.max_residual()
            } else {
                default_residual(*criticality)
            };
            format!("{} = {residual}", criticality.name())
        };
        let scores: Vec<String> = Criticality::ALL.iter().map(score).collect();
        self.line(format!("max_residual = {{ {} }}", scores.join(", ")));
        self.line("currency = \"EUR\"");
    }

    fn data(&mut self) {
        let given = &self.answers.roles;
        let base = self
            .base
            .as_ref()
            .map(|base| base.data.clone())
            .unwrap_or_default();
        // Columns of the preset stand in only where none is named.
        let own = given.label.is_some() || given.score.is_some() || given.decision.is_some();
        let of = |mine: &Option<String>, its: Option<String>| mine.clone().or(its.filter(|_| !own));
        let label = of(&given.label, base.label);
        let score = of(&given.score, base.score);
        let decision = of(&given.decision, base.decision);
        let cut = given.cut.clone().or(base.cut.filter(|_| !own));
        self.line("\n[data]");
        match &label {
            Some(label) => self.line(format!("label = {}", quoted(label))),
            None => self.comment("no_label", &[]),
        }
        if let Some(score) = &score {
            self.line(format!("score = {}", quoted(score)));
        }
        match (&decision, cut.filter(|_| score.is_some())) {
            (Some(decision), _) => self.line(format!("decision = {}", quoted(decision))),
            (None, Some(Cut::Threshold(at))) => self.line(format!("threshold = {}", number(at))),
            (None, Some(Cut::TopK(k))) => self.line(format!("top_k = {k}")),
            (None, Some(Cut::TopFraction(share))) => {
                self.line(format!("top_fraction = {}", quoted(&share)));
            }
            (None, None) => self.comment("no_decision", &[]),
        }
        for (key, column) in [("weight", &given.weight), ("id", &given.id)] {
            if let Some(column) = column {
                self.line(format!("{key} = {}", quoted(column)));
            }
        }
        if base.min_share > 0.0 {
            self.line(format!("min_share = {}", number(base.min_share)));
        }
        let high = self.answers.criticality() >= Criticality::High;
        let rows = if high { 50 } else { 30 };
        self.noted(format!("group_min_n = {rows}"), "group", &[]);
        if label.is_some() {
            self.noted("group_min_events = 10".to_owned(), "events", &[]);
        }
    }

    fn attribute_tables(&mut self) {
        for attribute in self.attributes.clone() {
            self.line("\n[[attribute]]");
            self.line(format!("name = {}", quoted(&attribute.name)));
            if attribute.column != attribute.name {
                self.line(format!("column = {}", quoted(&attribute.column)));
            }
            match &attribute.bins {
                None => {}
                Some(bins) => {
                    self.line("kind = \"numeric_binned\"");
                    let text = match bins {
                        Bins::Quantiles(count) => count.to_string(),
                        Bins::Edges(edges) => {
                            let edges: Vec<String> = edges.iter().map(|e| number(*e)).collect();
                            format!("[{}]", edges.join(", "))
                        }
                    };
                    self.line(format!("bins = {text}"));
                }
            }
            self.reference(&attribute);
            self.line("unknown = \"report\"");
            let unnamed = self.note("basis_text", &[]);
            self.noted(format!("basis = {}", quoted(&unnamed)), "basis", &[]);
        }
    }

    /// With whom its groups are compared: as the preset says, if it knows the attribute.
    fn reference(&mut self, attribute: &AttributeSpec) {
        let known = self.base.as_ref().and_then(|base| {
            let mut all = base.attributes.iter();
            all.find(|one| one.spec.column == attribute.column)
        });
        let reference = match known.map(|one| &one.reference) {
            None | Some(Reference::Best) => "best",
            Some(Reference::Largest) => "largest",
            Some(Reference::Overall) => "overall",
            Some(Reference::Value(value)) => value,
        };
        let assignment = format!("reference = {}", quoted(reference));
        match (&self.answers.preset, known) {
            (Some(preset), Some(_)) => {
                self.noted(assignment, "reference_preset", &[("preset", preset)]);
            }
            _ => self.noted(assignment, "reference", &[]),
        }
    }

    fn checks(&mut self) {
        let Some(base) = self.base.clone() else {
            self.proposed();
            return;
        };
        // Each question of the preset once for each attribute; intersections of it are left to it.
        let mut asked = BTreeSet::new();
        let mut number = 0;
        for check in &base.checks {
            let target = match &check.attribute {
                Target::Named(name) => name.clone(),
                Target::EverySensitive => String::new(),
            };
            let question = format!(
                "{} {} {:?} {:?} {:?}",
                check.metric,
                check.comparison.name(),
                check.op,
                check.margin,
                check.decide
            );
            if target.contains('*') || !asked.insert(question) {
                continue;
            }
            for attribute in self.attributes.clone() {
                number += 1;
                self.check(&format!("FAIR-{number:02}"), &attribute.name, check);
            }
        }
        for (name, method) in &base.families {
            self.line(format!("\n[family.{}]", quoted(name)));
            self.noted(format!("method = {:?}", method.name()), "family", &[]);
        }
    }

    fn check(&mut self, id: &str, attribute: &str, like: &Check) {
        self.line("\n[[check]]");
        self.line(format!("id = {id:?}"));
        self.line(format!("metric = {}", quoted(&like.metric)));
        self.line(format!("comparison = {:?}", like.comparison.name()));
        self.line(format!("attribute = {}", quoted(attribute)));
        self.line(format!("op = {:?}", like.op.name()));
        let margin = match like.margin {
            Margin::One(limit) => number(limit),
            Margin::Between([low, high]) => format!("[{}, {}]", number(low), number(high)),
        };
        self.line(format!("margin = {margin}"));
        if like.decide != Decide::ThreeWay {
            let word = serde_json::to_value(like.decide).unwrap_or_default();
            self.line(format!("decide = {word}"));
        }
        if let Some(family) = &like.family {
            self.line(format!("family = {}", quoted(family)));
        }
        self.line(format!("severity = {:?}", like.severity.name()));
        if let Some(why) = &like.why {
            self.line(format!("why = {}", bilingual(why)));
        }
        self.line("gates = [\"pre_deployment\", \"periodic\"]");
    }

    /// Checks with margins from the risk appetite.
    fn proposed(&mut self) {
        let criticality = self.answers.criticality();
        let residual = self.answers.max_residual();
        let gap = f64::from(residual) / 100.0;
        let raw = 1.0 - 2.0 * gap;
        let ratio = raw.max(0.8);
        self.line("");
        let (residual, points) = (residual.to_string(), residual.to_string());
        let raw = self.words.decimal(raw, 2);
        let values = [
            ("criticality", criticality.name()),
            ("residual", &residual),
            ("points", &points),
            ("raw", &raw),
        ];
        self.comment("margins", &values);
        let both = |key: &str| {
            let text = |language| {
                Catalogue::of(language)
                    .text(&format!("policy.draft.{key}"))
                    .to_owned()
            };
            Bilingual {
                de: text(Language::De),
                en: text(Language::En),
            }
        };
        let mut questions = vec![(
            "selection_rate",
            Comparison::Ratio,
            ">=",
            ratio,
            "why_ratio",
        )];
        if self.answers.roles.label.is_some() {
            for (metric, why) in [
                ("true_positive_rate", "why_tpr"),
                ("false_positive_rate", "why_fpr"),
            ] {
                questions.push((metric, Comparison::Difference, "<=", gap, why));
            }
        }
        let severity = if criticality == Criticality::Critical {
            Severity::Critical
        } else {
            Severity::Major
        };
        let mut id = 0;
        for (metric, comparison, op, margin, why) in questions {
            for attribute in self.attributes.clone() {
                id += 1;
                self.line("\n[[check]]");
                self.line(format!("id = \"FAIR-{id:02}\""));
                self.line(format!("metric = {metric:?}"));
                self.line(format!("comparison = {:?}", comparison.name()));
                self.line(format!("attribute = {}", quoted(&attribute.name)));
                self.line(format!("op = {op:?}"));
                self.line(format!("margin = {}", number(margin)));
                self.line("family = \"main\"");
                let values = [("severity", severity.name())];
                self.noted(
                    format!("severity = {:?}", severity.name()),
                    "severity",
                    &values,
                );
                self.line(format!("why = {}", bilingual(&both(why))));
                self.line("gates = [\"pre_deployment\", \"periodic\"]");
            }
        }
        self.line("\n[family.main]");
        self.noted("method = \"holm\"".to_owned(), "family", &[]);
    }

    fn gates(&mut self) {
        let criticality = self.answers.criticality();
        let (roles, days): (&[&str], u32) = match criticality {
            Criticality::Low => (&["owner"], 180),
            Criticality::Medium => (&["owner", "approver"], 90),
            Criticality::High => (&["owner", "validator", "approver"], 30),
            Criticality::Critical => (&["owner", "validator", "approver", "dpo"], 30),
        };
        let roles: Vec<String> = roles.iter().map(|role| format!("{role} = 1")).collect();
        self.line("\n[gate.pre_deployment]");
        self.line("inconclusive = \"fail\"");
        let signatures = format!("required_signatures = {{ {} }}", roles.join(", "));
        self.noted(signatures, "signatures", &[]);
        self.line("max_audit_age_days = 30");
        self.line("\n[gate.periodic]");
        self.line("inconclusive = \"warn\"");
        self.line(format!("every_days = {days}"));
        self.line("max_consecutive_inconclusive = 3");
    }
}

/// A text as TOML writes it, on one line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn bilingual(text: &Bilingual) -> String {
    format!("{{ en = {}, de = {} }}", quoted(&text.en), quoted(&text.de))
}

/// A number with at most six decimals, always as a float or whole number that TOML reads back.
fn number(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    let shown = if (rounded - value).abs() < 1e-12 {
        rounded
    } else {
        value
    };
    shown.to_string()
}
