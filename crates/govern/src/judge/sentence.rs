//! A finding in one plain sentence, in both languages.

use waage_core::estimate::Reason;
use waage_core::label::{GroupName, Label};
use waage_core::quantity::{Comparison, Scheme};
use waage_result::finding::{Bilingual, Margin, State};
use waage_result::text::{Catalogue, Language};

use super::case::{Case, is_named_range, is_range};
use super::decide::Decision;
use super::region::tolerance;
use crate::policy::{Op, Policy, Waiver};

/// Longest label that a sentence shows, in characters.
const LABEL_MAX: usize = 60;

/// The sentence of a finding.
pub(crate) fn sentence(
    policy: &Policy,
    case: &Case<'_>,
    decision: &Decision,
    waiver: Option<&Waiver>,
) -> Bilingual {
    let of = |language| {
        let words = Words {
            catalogue: Catalogue::of(language),
            policy,
            case,
        };
        let mut text = words.sentence(decision);
        if let Some(class) = case.class() {
            let class = clean(&class.to_string());
            text = words.catalogue.fill("finding.class", &[("class", &class)]) + &text;
        }
        if let Some(waiver) = waiver {
            let values = [
                ("id", waiver.id.as_str()),
                ("expires", &waiver.expires.to_string()),
            ];
            text.push_str(&words.catalogue.fill("finding.waived", &values));
        }
        text.push('.');
        text
    };
    Bilingual {
        de: of(Language::De),
        en: of(Language::En),
    }
}

/// How a number of the comparison is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// A share, in per cent.
    Percent,
    /// A difference of shares, in percentage points.
    Points,
    /// A plain number.
    Number,
}

struct Words<'a> {
    catalogue: &'static Catalogue,
    policy: &'a Policy,
    case: &'a Case<'a>,
}

impl Words<'_> {
    fn sentence(&self, decision: &Decision) -> String {
        match (decision.reason, self.case.estimate.value) {
            (
                None
                | Some(
                    Reason::IntervalSpansMargin
                    | Reason::FlipsWithOneSelection
                    | Reason::GroupsSkipped,
                ),
                Some(value),
            ) => self.judged(decision, value),
            (reason, _) => self.not_judged(decision, reason.unwrap_or(Reason::NotAvailable)),
        }
    }

    fn judged(&self, decision: &Decision, value: f64) -> String {
        let interval = match decision.interval {
            Some((level, low, high)) => self.interval(level, low, high),
            None => self.catalogue.text("finding.interval.none").to_owned(),
        };
        let skipped = self.skipped();
        let settle = match (decision.state, decision.reason, decision.rows_needed) {
            (State::Inconclusive, Some(Reason::FlipsWithOneSelection), _) => {
                self.catalogue.text("finding.settle.flips").to_owned()
            }
            (State::Inconclusive, Some(Reason::GroupsSkipped), _) => self
                .catalogue
                .fill("finding.settle.skipped", &[("groups", &skipped)]),
            (State::Inconclusive, ..) if self.case.leaves_membership_open() => {
                self.catalogue.text("finding.settle.membership").to_owned()
            }
            _ if self.case.leaves_membership_open() => self
                .catalogue
                .text("finding.settle.any_membership")
                .to_owned(),
            (State::Inconclusive, _, Some(needed)) => self.rows(needed),
            (State::Inconclusive, _, None) => {
                self.catalogue.text("finding.settle.limit").to_owned()
            }
            _ => String::new(),
        };
        self.catalogue.fill(
            "finding.sentence",
            &[
                ("state", self.state(decision)),
                ("statement", &self.statement(value)),
                ("interval", &interval),
                ("limit", &self.limit()),
                ("settle", &settle),
            ],
        )
    }

    fn not_judged(&self, decision: &Decision, reason: Reason) -> String {
        let context = &self.case.measurement.context;
        let data = &self.policy.data;
        let integer = |n| self.catalogue.integer(n);
        let why = match reason {
            Reason::BelowMinN => {
                let group_is_small = context.group_rows < data.group_min_n;
                let rows = if group_is_small {
                    context.group_rows
                } else {
                    context.reference_rows
                };
                let key = if group_is_small {
                    "finding.small.group"
                } else {
                    "finding.small.reference"
                };
                self.catalogue.fill(
                    key,
                    &[
                        ("rows", &self.count(rows)),
                        ("least", &integer(data.group_min_n)),
                    ],
                )
            }
            Reason::TooFewRows if context.fewest_events.is_none() => {
                self.catalogue.text("finding.small.list").to_owned()
            }
            Reason::TooFewRows => self.catalogue.fill(
                "finding.small.events",
                &[
                    ("events", &integer(context.fewest_events.unwrap_or(0))),
                    ("least", &integer(data.group_min_events)),
                ],
            ),
            _ => self
                .catalogue
                .text(&format!("reason.{}", reason.name()))
                .to_owned(),
        };
        let key = match is_range(self.case.measurement) {
            true => "finding.not_judged_range",
            false => "finding.not_judged",
        };
        self.catalogue.fill(
            key,
            &[
                ("attribute", &self.attribute()),
                ("state", self.state(decision)),
                ("group", &self.subject()),
                ("metric", &self.metric()),
                ("why", &why),
            ],
        )
    }

    fn state(&self, decision: &Decision) -> &'static str {
        match decision.state {
            State::Pass => self.catalogue.text("verdict.pass"),
            State::Inconclusive => self.catalogue.text("verdict.inconclusive"),
            State::Breach => self.catalogue.text("verdict.breach"),
        }
    }

    /// The groups without a value, with their rows told elsewhere: `“x”, “y”`.
    fn skipped(&self) -> String {
        let names: Vec<String> = self.case.skipped.iter().map(|g| self.named(g).0).collect();
        names.join(", ")
    }

    fn attribute(&self) -> String {
        clean(&self.case.measurement.subject.attribute).replace('*', " × ")
    }

    /// What a range over groups says.
    fn range(&self, value: f64) -> String {
        let measurement = self.case.measurement;
        let ratio = self.case.check.comparison == Comparison::Ratio;
        let key = match (measurement.scheme, ratio) {
            _ if self.case.check.comparison == Comparison::None => "index",
            _ if is_named_range(&self.case.check.metric) => "named",
            (Scheme::ToOverall, false) => "overall",
            (Scheme::ToOverall, true) => "overall_ratio",
            (_, false) => "range",
            (_, true) => "range_ratio",
        };
        let mut text = self.catalogue.fill(
            &format!("finding.statement.{key}"),
            &[
                ("attribute", &self.attribute()),
                ("metric", &self.metric()),
                ("value", &self.beside_limits(value)),
            ],
        );
        if let Some((high, low)) = &measurement.range().extremes {
            let (highest, lowest) = (self.named(high).0, self.named(low).0);
            let values = [("highest", highest.as_str()), ("lowest", lowest.as_str())];
            text.push_str(&self.catalogue.fill("finding.statement.extremes", &values));
        }
        text
    }

    fn statement(&self, value: f64) -> String {
        if is_range(self.case.measurement) {
            return self.range(value);
        }
        let key = match self.case.check.comparison {
            Comparison::None => "finding.statement.value",
            Comparison::Ratio => "finding.statement.ratio",
            Comparison::Difference if value < 0.0 => "finding.statement.below",
            Comparison::Difference if value > 0.0 => "finding.statement.above",
            Comparison::Difference => "finding.statement.equal",
        };
        let shown = if self.case.check.comparison == Comparison::Difference {
            value.abs()
        } else {
            value
        };
        self.catalogue.fill(
            key,
            &[
                ("group", &self.subject()),
                ("metric", &self.metric()),
                ("value", &self.beside_limits(shown)),
                ("reference", &self.reference()),
            ],
        )
    }

    /// The metric with its article, as the sentence needs it.
    fn metric(&self) -> String {
        let name = self.case.check.metric.as_str();
        let metric = match self.catalogue.get(&format!("finding.metric.{name}")) {
            Some(text) => text.to_owned(),
            None => self
                .catalogue
                .fill("finding.metric_other", &[("name", &name.replace('_', " "))]),
        };
        match self.case.measurement.first_places {
            Some(places) => {
                let places = self.catalogue.integer(places);
                let values = [("metric", metric.as_str()), ("places", &places)];
                self.catalogue.fill("finding.first_places", &values)
            }
            None => metric,
        }
    }

    fn unit(&self) -> Unit {
        let share = self.case.measurement.quantity.range == (Some(0.0), Some(1.0));
        match self.case.check.comparison {
            Comparison::Ratio => Unit::Percent,
            Comparison::Difference if share => Unit::Points,
            Comparison::None if share => Unit::Percent,
            _ => Unit::Number,
        }
    }

    /// A number without the unit's name: `20.0`, `66.7%`, `0.123`.
    fn bare(&self, value: f64, extra: usize) -> String {
        match self.unit() {
            Unit::Percent => self.catalogue.percent(value, 1 + extra),
            Unit::Points => self.catalogue.decimal(value * 100.0, 1 + extra),
            Unit::Number => self.catalogue.decimal(value, 3 + extra),
        }
    }

    fn with_unit(&self, number: String) -> String {
        match self.unit() {
            Unit::Points => self
                .catalogue
                .fill("finding.points", &[("number", &number)]),
            Unit::Percent | Unit::Number => number,
        }
    }

    /// As many decimals as tell the value from a limit that it does not equal.
    fn beside_limits(&self, value: f64) -> String {
        let limits = match self.case.check.margin {
            Margin::One(limit) => vec![limit.abs()],
            Margin::Between(limits) => limits.map(f64::abs).to_vec(),
        };
        if let Some(&limit) = limits.iter().find(|&&l| (l - value).abs() <= tolerance(l)) {
            return self.with_unit(self.limit_number(limit));
        }
        let extra = (0..4)
            .find(|&extra| {
                let text = self.bare(value, extra);
                limits.iter().all(|&limit| self.bare(limit, extra) != text)
            })
            .unwrap_or(4);
        self.with_unit(self.bare(value, extra))
    }

    /// A limit with as many decimals as it was given, up to four more than usual.
    fn limit_number(&self, limit: f64) -> String {
        let usual = if self.unit() == Unit::Number {
            3_i32
        } else {
            1
        };
        let shown = if self.unit() == Unit::Number {
            limit
        } else {
            limit * 100.0
        };
        let extra = (0..4_u8)
            .find(|&extra| {
                let scaled = shown * 10_f64.powi(usual + i32::from(extra));
                (scaled - scaled.round()).abs() < 1e-6
            })
            .unwrap_or(4);
        self.bare(limit, usize::from(extra))
    }

    fn interval(&self, level: f64, low: Option<f64>, high: Option<f64>) -> String {
        let level = self.level(level);
        let number = |value: Option<f64>| value.map(|v| self.bare(v, 0)).unwrap_or_default();
        let key = match (low, high) {
            (Some(_), Some(_)) => "finding.interval.both",
            (Some(_), None) => "finding.interval.low",
            (None, Some(_)) => "finding.interval.high",
            (None, None) => "finding.interval.none",
        };
        self.catalogue.fill(
            key,
            &[
                ("level", &level),
                ("low", &number(low)),
                ("high", &number(high)),
            ],
        )
    }

    /// A confidence level in per cent without its sign, with enough decimals to show how much is
    /// left to 100: `95`, `98.3`, `99.95`.
    fn level(&self, level: f64) -> String {
        let percent = level * 100.0;
        let digits = (0..6)
            .find(|&digits| {
                let scale = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5][digits];
                ((percent * scale).round() / scale - percent).abs() <= 0.05 * (100.0 - percent)
            })
            .unwrap_or(6);
        self.catalogue.decimal(percent, digits)
    }

    fn limit(&self) -> String {
        let check = self.case.check;
        let key = match (check.op, check.comparison) {
            (Op::AtMost, Comparison::Difference) if is_range(self.case.measurement) => {
                "range_at_most"
            }
            (Op::Less, Comparison::Difference) if is_range(self.case.measurement) => "range_less",
            (Op::AtMost, Comparison::Difference) => "gap_at_most",
            (Op::Less, Comparison::Difference) => "gap_less",
            (Op::AtMost, _) => "at_most",
            (Op::Less, _) => "less",
            (Op::AtLeast, _) => "at_least",
            (Op::More, _) => "more",
            (Op::Between, _) => "between",
        };
        let key = format!("finding.limit.{key}");
        match check.margin {
            Margin::One(limit) => self.catalogue.fill(
                &key,
                &[("limit", &self.with_unit(self.limit_number(limit)))],
            ),
            Margin::Between([low, high]) => self.catalogue.fill(
                &key,
                &[
                    ("low", &self.limit_number(low)),
                    ("high", &self.with_unit(self.limit_number(high))),
                ],
            ),
        }
    }

    /// A number of rows: `1 row`, `12 rows`.
    fn count(&self, rows: u64) -> String {
        let key = if rows == 1 {
            "finding.rows.one"
        } else {
            "finding.rows.many"
        };
        self.catalogue
            .fill(key, &[("count", &self.catalogue.integer(rows))])
    }

    fn rows(&self, needed: u64) -> String {
        let subject = &self.case.measurement.subject;
        let (needed, rows) = (
            self.catalogue.integer(needed),
            self.catalogue.integer(self.case.rows),
        );
        match (
            &subject.group,
            &subject.reference,
            self.case.check.comparison,
        ) {
            (Some(group), Some(reference), Comparison::Difference | Comparison::Ratio) => {
                let (group, reference) = (self.named(group).0, self.named(reference).0);
                self.catalogue.fill(
                    "finding.settle.pair",
                    &[
                        ("needed", &needed),
                        ("rows", &rows),
                        ("group", &group),
                        ("reference", &reference),
                    ],
                )
            }
            _ => self.catalogue.fill(
                "finding.settle.rows",
                &[("needed", &needed), ("rows", &rows)],
            ),
        }
    }

    /// The group with its attribute, where the policy gives it no name for people.
    fn subject(&self) -> String {
        let subject = &self.case.measurement.subject;
        let Some(group) = &subject.group else {
            return self.catalogue.text("finding.all_rows").to_owned();
        };
        let (name, raw) = self.named(group);
        if raw {
            let attribute = clean(&subject.attribute).replace('*', " × ");
            self.catalogue.fill(
                "finding.group_of",
                &[("name", &name), ("attribute", &attribute)],
            )
        } else {
            name
        }
    }

    fn reference(&self) -> String {
        match &self.case.measurement.subject.reference {
            Some(group) => self
                .catalogue
                .fill("finding.reference", &[("name", &self.named(group).0)]),
            None => self.catalogue.text("finding.reference_all").to_owned(),
        }
    }

    /// A group's name, and whether any part of it is a raw label.
    fn named(&self, group: &GroupName) -> (String, bool) {
        let attributes: Vec<&str> = self.case.measurement.subject.attribute.split('*').collect();
        let mut raw = false;
        let mut parts = Vec::new();
        for (i, label) in group.0.iter().enumerate() {
            let friendly = attributes
                .get(i)
                .and_then(|name| self.policy.attribute(name))
                .and_then(|attribute| attribute.groups.get(&label.to_string()));
            raw |= friendly.is_none();
            parts.push(match (friendly, label, self.catalogue.language()) {
                (Some(text), _, Language::De) => clean(&text.de),
                (Some(text), _, Language::En) => clean(&text.en),
                (None, Label::Missing, _) => self.catalogue.text("finding.missing").to_owned(),
                (None, label, _) => clean(&label.to_string()),
            });
        }
        let key = if raw {
            "finding.group_raw"
        } else {
            "finding.group_named"
        };
        (
            self.catalogue.fill(key, &[("name", &parts.join(" × "))]),
            raw,
        )
    }
}

/// A label fit for a sentence: on one line, not endless.
fn clean(label: &str) -> String {
    let mut out: String = label
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LABEL_MAX)
        .collect();
    if label.chars().count() > LABEL_MAX {
        out.push('…');
    }
    out
}
