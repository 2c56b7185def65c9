//! What reviews say, in the words of one language.

use waage_result::document::EstimateDoc;
use waage_result::review::{OverrideBias, OverrideGap, ReviewResult, ReviewerResult};

use crate::numbers::Unit;
use crate::sheet::{Part, Sheet};
use crate::words::{Words, clean, isolated};

/// Cases for a higher level that are listed.
const CASES_MAX: usize = 20;

/// The sheet of what reviews say; groups of fewer cases than `hide_below` are left out.
pub(crate) fn review(result: &ReviewResult, hide_below: u64, words: Words) -> Sheet {
    let told = Told { words };
    let queue = &result.queue;
    let counts = [queue.decided, queue.cases].map(|n| words.integer(n));
    let mut values = vec![("decided", counts[0].as_str()), ("cases", &counts[1])];
    let random = result
        .overrides
        .random
        .value
        .map(|v| words.number(v, Unit::Share));
    let headline = match &random {
        Some(rate) => {
            values.push(("rate", rate));
            words.fill("review.headline", &values)
        }
        None => words.fill("review.headline_none", &values),
    };
    let mut parts = vec![told.overrides(result)];
    parts.push(told.reasons(result));
    parts.push(told.agreement(result));
    for bias in &result.bias {
        parts.extend(told.bias(bias, hide_below));
    }
    parts.extend(told.reviewers(&result.reviewers));
    parts.push(told.escalation(result));
    parts.push(told.cases(result));
    Sheet {
        title: words.text("review.title"),
        is_good: match result.served.as_str() {
            "pass" => Some(true),
            "breach" => Some(false),
            _ => None,
        },
        headline,
        facts: told.facts(result),
        parts,
    }
}

struct Told {
    words: Words,
}

impl Told {
    fn text(&self, key: &str) -> String {
        self.words.text(&format!("review.{key}"))
    }

    fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.words.fill(&format!("review.{key}"), values)
    }

    fn heads<const N: usize>(&self, names: [&str; N]) -> Vec<String> {
        names
            .map(|name| self.text(&format!("column.{name}")))
            .to_vec()
    }

    fn facts(&self, result: &ReviewResult) -> Vec<String> {
        let words = self.words;
        let batches: Vec<String> = result.batches.iter().map(|b| clean(b)).collect();
        let day = clean(result.as_of.split('T').next().unwrap_or_default());
        let queue = &result.queue;
        let counts =
            [queue.due_decided, queue.due, queue.late, queue.overdue].map(|n| words.integer(n));
        let mut facts = vec![
            self.fill(
                "batches",
                &[("batches", &words.list(&batches)), ("as_of", &day)],
            ),
            self.fill(
                "due",
                &[
                    ("decided", &counts[0]),
                    ("due", &counts[1]),
                    ("late", &counts[2]),
                    ("overdue", &counts[3]),
                ],
            ),
            self.text(&format!("served_{}", result.served)),
        ];
        if let (Some(median), Some(p90)) = (result.time.median_s, result.time.p90_s) {
            let values = [self.duration(median), self.duration(p90)];
            facts.push(self.fill("time", &[("median", &values[0]), ("p90", &values[1])]));
        }
        if result.overrides.deferred > 0 {
            let count = words.integer(result.overrides.deferred);
            facts.push(self.fill("deferred", &[("count", &count)]));
        }
        facts
    }

    fn duration(&self, seconds: f64) -> String {
        let (key, count) = match seconds < 120.0 {
            true => ("seconds", seconds),
            false => ("minutes", seconds / 60.0),
        };
        let count = self.words.integer(count.round().max(0.0) as u64);
        self.fill(key, &[("count", &count)])
    }

    fn share(&self, estimate: &EstimateDoc) -> String {
        let value = estimate.value;
        value.map_or_else(crate::scan::dash, |v| self.words.number(v, Unit::Share))
    }

    fn points(&self, estimate: &EstimateDoc) -> String {
        let value = estimate.value;
        value.map_or_else(crate::scan::dash, |v| self.words.number(v, Unit::Points))
    }

    fn interval(&self, estimate: &EstimateDoc, unit: Unit) -> String {
        let told = self.words.range(estimate.low, estimate.high, unit);
        told.filter(|_| estimate.value.is_some())
            .unwrap_or_else(crate::scan::dash)
    }

    fn of_shares(&self, name: String, estimate: &EstimateDoc) -> Vec<String> {
        vec![
            name,
            self.share(estimate),
            self.interval(estimate, Unit::Share),
            self.words.integer(estimate.n),
        ]
    }

    fn overrides(&self, result: &ReviewResult) -> Part {
        let overrides = &result.overrides;
        let named = [
            ("random", &overrides.random),
            ("weighted", &overrides.weighted),
            ("raw", &overrides.raw),
            ("up", &overrides.up),
            ("down", &overrides.down),
            ("escalated", &overrides.escalated),
        ];
        let mut rows: Vec<Vec<String>> = named
            .into_iter()
            .map(|(key, estimate)| self.of_shares(self.text(key), estimate))
            .collect();
        for (name, estimate) in &overrides.by_stratum {
            let name = self.fill("by_stratum", &[("name", &clean(name))]);
            rows.push(self.of_shares(name, estimate));
        }
        let mut heads = self.heads(["what", "share", "interval", "n"]);
        heads[0] = self.text("overrides");
        Part::Table(heads, rows)
    }

    fn reasons(&self, result: &ReviewResult) -> Part {
        let reasons = result.overrides.reasons.iter().map(|(code, count)| {
            let reason = self.words.name_in("review.reason", code);
            format!("{reason}: {}", self.words.integer(*count))
        });
        Part::List(self.text("reasons"), reasons.collect())
    }

    fn agreement(&self, result: &ReviewResult) -> Part {
        let two = |x: Option<f64>| {
            x.map_or_else(crate::scan::dash, |x| self.words.number(x, Unit::Ratio))
        };
        let mut rows: Vec<Vec<String>> = result
            .agreement
            .iter()
            .map(|of| {
                vec![
                    self.text(&format!("between_{}", of.between)),
                    self.share(&of.observed),
                    two(of.kappa.value),
                    self.interval(&of.kappa, Unit::Ratio),
                    self.words.integer(of.kappa.n),
                ]
            })
            .collect();
        let bias = &result.automation_bias;
        if bias.value.is_some() {
            rows.push(vec![
                self.text("automation_bias"),
                self.points(bias),
                crate::scan::dash(),
                self.interval(bias, Unit::Points),
                self.words.integer(bias.n),
            ]);
        }
        let mut heads = self.heads(["what", "observed", "kappa", "interval", "n"]);
        heads[0] = self.text("agreement");
        Part::Table(heads, rows)
    }

    fn bias(&self, bias: &OverrideBias, hide_below: u64) -> Vec<Part> {
        let attribute = self.words.attribute(&bias.attribute);
        let group = |name: Option<&str>| {
            let name = name.unwrap_or(waage_result::privacy::MISSING);
            self.words.group(&bias.attribute, Some(name))
        };
        let title = match &bias.reference {
            Some(reference) => {
                let reference = group(Some(reference));
                self.fill(
                    "bias",
                    &[("attribute", &attribute), ("reference", &reference)],
                )
            }
            None => self.fill("bias_none", &[("attribute", &attribute)]),
        };
        let shown = || bias.groups.iter().filter(|of| of.n >= hide_below);
        let dash = crate::scan::dash;
        let told = |gap: Option<&OverrideGap>, of: &dyn Fn(&OverrideGap) -> String| {
            gap.map_or_else(dash, of)
        };
        let rows = shown().map(|of| {
            let gap = of.against.as_ref();
            vec![
                group(of.group.as_deref()),
                self.words.integer(of.n),
                self.share(&of.rate),
                told(gap, &|gap| self.points(&gap.difference)),
                told(gap, &|gap| self.interval(&gap.difference, Unit::Points)),
                told(gap, &|gap| {
                    gap.p.map_or_else(dash, |p| self.words.p_value(p))
                }),
                told(gap, &|gap| {
                    let value = gap.odds_ratio.value;
                    value.map_or_else(dash, |x| self.words.number(x, Unit::Ratio))
                }),
            ]
        });
        let mut heads = self.heads(["group", "n", "rate", "gap", "interval", "p", "odds_ratio"]);
        heads[0] = title;
        let overrides = Part::Table(heads, rows.collect());
        let rows = shown().map(|of| {
            let gap = of.against.as_ref();
            vec![
                group(of.group.as_deref()),
                self.share(&of.selected_model),
                self.share(&of.selected_final),
                told(gap, &|gap| self.points(&gap.gap_model)),
                told(gap, &|gap| self.points(&gap.gap_final)),
            ]
        });
        let mut heads = self.heads(["group", "model", "final", "gap_model", "gap_final"]);
        heads[0] = self.fill("bias_gap", &[("attribute", &attribute)]);
        let mut parts = vec![overrides, Part::Table(heads, rows.collect())];
        if shown().count() < bias.groups.len() {
            let limit = self.words.integer(hide_below);
            parts.push(Part::List(
                String::new(),
                vec![self.fill("hidden", &[("limit", &limit)])],
            ));
        }
        parts
    }

    fn reviewers(&self, reviewers: &[ReviewerResult]) -> Vec<Part> {
        if reviewers.is_empty() {
            return Vec::new();
        }
        let rows = reviewers.iter().map(|of| {
            let code = of.reviewer.as_deref().map(|code| isolated(&clean(code)));
            vec![
                code.unwrap_or_else(|| self.text("pooled")),
                self.words.integer(of.n),
                self.share(&of.rate),
                self.interval(&of.rate, Unit::Share),
                self.text(&of.position),
            ]
        });
        let mut heads = self.heads(["reviewer", "n", "rate", "interval", "position"]);
        heads[0] = self.text("reviewers");
        vec![
            Part::Table(heads, rows.collect()),
            Part::List(self.text("reviewers"), vec![self.text("council")]),
        ]
    }

    fn escalation(&self, result: &ReviewResult) -> Part {
        let rows = result.escalation.iter().map(|rule| {
            let unit = match rule.rule.as_str() {
                "kappa" => Unit::Ratio,
                "override_rate" => Unit::Share,
                _ => Unit::Points,
            };
            let value = rule.estimate.value;
            vec![
                self.text(&format!("rule.{}", rule.rule)),
                self.words.number(rule.limit, unit),
                value.map_or_else(crate::scan::dash, |v| self.words.number(v, unit)),
                self.interval(&rule.estimate, unit),
                self.text(if rule.met { "met" } else { "not_met" }),
            ]
        });
        let mut heads = self.heads(["rule", "limit", "share", "interval", "met"]);
        heads[0] = self.text("escalation");
        Part::Table(heads, rows.collect())
    }

    fn cases(&self, result: &ReviewResult) -> Part {
        let mut points: Vec<String> = result
            .escalated_cases
            .iter()
            .take(CASES_MAX)
            .map(|case| {
                let reason = self.words.name_in("review.escalated", &case.reason);
                self.fill(
                    "case",
                    &[("case", &clean(&case.case_id)), ("reason", &reason)],
                )
            })
            .collect();
        let more = result.escalated_cases.len().saturating_sub(CASES_MAX);
        if more > 0 {
            let count = self.words.integer(more as u64);
            points.push(self.fill("more", &[("count", &count)]));
        }
        Part::List(self.text("cases"), points)
    }
}
