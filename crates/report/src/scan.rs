//! The words of a subgroup scan: what its text and its Markdown both say.

use waage_result::document::Note;
use waage_result::scan::{Condition, ConditionValue, ScanResult, Subgroup};

use crate::numbers::{Unit, unit};
use crate::words::{Words, capitalised, clean, isolated};

/// A scan in the words of one language.
pub(crate) struct Told<'a> {
    pub result: &'a ScanResult,
    pub words: Words,
}

impl Told<'_> {
    fn metric_unit(&self) -> Unit {
        unit(&self.result.settings.metric, "none")
    }

    fn gap_unit(&self) -> Unit {
        unit(&self.result.settings.metric, "difference")
    }

    /// One condition: `gender = female`, `visits 2 to < 5`, `region missing`.
    pub fn condition(&self, condition: &Condition) -> String {
        let words = self.words;
        let column = isolated(&clean(&condition.column));
        let plain = |value: f64| words.plain_number(value);
        let fill = |key: &str, values: &[(&str, &str)]| {
            let mut all = vec![("column", column.as_str())];
            all.extend(values);
            words.fill(&format!("scan.condition.{key}"), &all)
        };
        match (&condition.value, condition.op.as_str()) {
            (ConditionValue::Missing(_), _) => fill("missing", &[]),
            (ConditionValue::Text(text), _) => fill("is", &[("value", &isolated(&clean(text)))]),
            (ConditionValue::Number(edge), "<") => fill("below", &[("value", &plain(*edge))]),
            (ConditionValue::Number(edge), _) => fill("at_least", &[("value", &plain(*edge))]),
            (ConditionValue::Range([low, high]), _) => {
                fill("between", &[("low", &plain(*low)), ("high", &plain(*high))])
            }
            (ConditionValue::Labels(labels), _) if labels.is_empty() => fill("present", &[]),
            (ConditionValue::Labels(labels), _) => {
                fill("others", &[("count", &words.integer(labels.len() as u64))])
            }
        }
    }

    /// All conditions of a subgroup.
    pub fn conditions(&self, conditions: &[Condition]) -> String {
        let all: Vec<String> = conditions.iter().map(|c| self.condition(c)).collect();
        all.join(" · ")
    }

    /// The metric of a set of rows, or a dash.
    pub fn value(&self, value: Option<f64>) -> String {
        value.map_or_else(dash, |value| self.words.number(value, self.metric_unit()))
    }

    /// The gap without its unit, with its sign.
    pub fn gap(&self, value: Option<f64>) -> String {
        let signed = |value: f64| {
            let text = self.words.plain(value, self.gap_unit());
            if value > 0.0 {
                format!("+{text}")
            } else {
                text
            }
        };
        value.map_or_else(dash, signed)
    }

    /// The interval of the gap without its unit.
    pub fn gap_interval(&self, subgroup: &Subgroup) -> Option<String> {
        let difference = &subgroup.difference;
        self.words
            .plain_range(difference.low, difference.high, self.gap_unit())
    }

    /// The head of the column of gaps: `gap in pp, 95% interval`.
    pub fn gap_title(&self) -> String {
        let key = match self.gap_unit() {
            Unit::Points => "scan.column.gap_points",
            _ => "scan.column.gap",
        };
        let level = self.words.level(self.result.settings.confidence);
        self.words.fill(key, &[("level", &level)])
    }

    /// The first sentence.
    pub fn headline(&self) -> String {
        let words = self.words;
        let metric = words.the_metric(&self.result.settings.metric);
        let count = self.result.family.discoveries - self.result.family.folded;
        let Some(first) = self.result.subgroups.first() else {
            return words.fill("scan.headline.none", &[("metric", &metric)]);
        };
        let form = match (count, first.worse) {
            (1, _) => "one",
            (_, true) => "worst",
            (_, false) => "many",
        };
        words.fill(
            &format!("scan.headline.{form}"),
            &[
                ("count", &words.integer(count)),
                ("subgroup", &self.conditions(&first.conditions)),
                ("metric", &metric),
                ("value", &self.value(first.estimate.value)),
                ("others", &self.value(first.complement.value)),
            ],
        )
    }

    /// The metric of all rows: `Selection rate of all 20,000 rows: 30.0%`.
    pub fn overall(&self) -> String {
        let words = self.words;
        words.fill(
            "scan.overall",
            &[
                ("metric", &words.metric_title(&self.result.settings.metric)),
                ("rows", &words.integer(self.result.overall.n)),
                ("value", &self.value(self.result.overall.value)),
            ],
        )
    }

    /// What else is to be known of a subgroup: what its conditions add, what lies folded in it.
    pub fn remarks(&self, subgroup: &Subgroup) -> Option<String> {
        let words = self.words;
        let mut remarks = Vec::new();
        if subgroup.contributions.len() > 1 {
            let part = |share: &waage_result::scan::ContributionDoc| {
                let number = words.number(share.contribution, self.gap_unit());
                if share.contribution > 0.0 {
                    format!("+{number}")
                } else {
                    number
                }
            };
            let parts: Vec<String> = subgroup.contributions.iter().map(part).collect();
            remarks.push(words.fill("scan.adds", &[("list", &words.list(&parts))]));
        }
        if subgroup.folded > 0 {
            let form = if subgroup.folded == 1 { "one" } else { "many" };
            let count = words.integer(subgroup.folded);
            remarks.push(words.fill(&format!("scan.holds.{form}"), &[("count", &count)]));
        }
        if let Some(searched) = &subgroup.searched {
            let gap = searched
                .gap
                .map_or_else(dash, |gap| words.number(gap, self.gap_unit()));
            remarks.push(words.fill("scan.searched", &[("gap", &gap)]));
        }
        (!remarks.is_empty()).then(|| remarks.join("; "))
    }

    /// How it was done, and what that means.
    pub fn method(&self) -> Vec<String> {
        let words = self.words;
        let (settings, family) = (&self.result.settings, &self.result.family);
        let mut out = vec![words.fill(
            "scan.family",
            &[
                ("size", &words.integer(family.size)),
                ("support", &words.integer(settings.min_support)),
                ("alpha", &words.number(settings.alpha, Unit::Share)),
                ("discoveries", &words.integer(family.discoveries)),
            ],
        )];
        if family.folded > 0 {
            let folded = words.integer(family.folded);
            out.push(words.fill("scan.folded", &[("folded", &folded)]));
        }
        if settings.margin > 0.0 {
            let margin = words.number(settings.margin, self.gap_unit());
            out.push(words.fill("scan.margin", &[("margin", &margin)]));
        }
        if settings.permutations > 0 {
            let count = words.integer(settings.permutations.into());
            out.push(words.fill("scan.permutations", &[("count", &count)]));
        }
        out.push(match &settings.holdout {
            Some(holdout) => words.fill(
                "scan.holdout",
                &[
                    ("searched", &words.integer(holdout.rows_searched)),
                    ("estimated", &words.integer(holdout.rows_estimated)),
                ],
            ),
            None => words.text("scan.same_rows"),
        });
        out
    }

    /// Notes on the columns and the data.
    pub fn notes(&self) -> Vec<String> {
        let told = |note: &Note| {
            let values: Vec<(&str, String)> = note
                .values
                .iter()
                .map(|(name, value)| {
                    let text = match (name.as_str(), value.parse()) {
                        ("metric", _) => self.words.metric(value),
                        (_, Ok(number)) => self.words.integer(number),
                        _ => clean(value),
                    };
                    (name.as_str(), text)
                })
                .collect();
            let values: Vec<(&str, &str)> = values.iter().map(|(n, v)| (*n, v.as_str())).collect();
            self.words.fill(&format!("note.{}", note.code), &values)
        };
        self.result.dataset.notes.iter().map(told).collect()
    }

    /// How many subgroups are left out at the end of the list; none is `None`.
    pub fn more(&self) -> Option<String> {
        let all = self.result.family.discoveries - self.result.family.folded;
        let left = all.saturating_sub(self.result.subgroups.len() as u64);
        (left > 0).then(|| {
            self.words
                .fill("scan.more", &[("count", &self.words.integer(left))])
        })
    }

    /// The column's role and levels: `gender (sensitive, 4)`.
    pub fn columns(&self) -> String {
        let words = self.words;
        let one = |column: &waage_result::scan::ScanColumn| {
            words.fill(
                "scan.column_item",
                &[
                    ("name", &isolated(&clean(&column.name))),
                    ("levels", &words.integer(column.levels.len() as u64)),
                ],
            )
        };
        let all: Vec<String> = self.result.columns.iter().map(one).collect();
        words.fill("scan.columns", &[("list", &words.list(&all))])
    }

    /// The head of a column of Markdown; a p-value stays small.
    pub fn title(&self, key: &str) -> String {
        let text = self.words.text(&format!("scan.column.{key}"));
        if key.starts_with('p') {
            text
        } else {
            capitalised(&text)
        }
    }
}

pub(crate) fn dash() -> String {
    "–".to_owned()
}
