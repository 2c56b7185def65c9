//! The words of an explanation: what its text and its Markdown both say.

use waage_result::attribution::{ExplainResult, FeatureDoc, FeatureGroupDoc};
use waage_result::document::EstimateDoc;

use crate::article::noted;
use crate::words::{Words, clean, isolated};

/// Features listed at most.
const LISTED_MAX: usize = 20;

/// An explanation in the words of one language.
pub(crate) struct Told<'a> {
    pub result: &'a ExplainResult,
    pub words: Words,
}

impl Told<'_> {
    /// The first sentence: which features the model relies on most.
    pub fn headline(&self) -> String {
        let words = self.words;
        let first: Vec<String> = self
            .result
            .features
            .iter()
            .filter(|f| {
                f.output.is_none_or(|k| k == 0) && f.mean_abs.value.is_some_and(|x| x > 0.0)
            })
            .take(3)
            .map(|f| isolated(&clean(&f.feature)))
            .collect();
        if first.is_empty() {
            return words.text("attribution.headline_none");
        }
        words.fill("attribution.headline", &[("features", &words.list(&first))])
    }

    /// What was explained: model, rows, base value.
    pub fn facts(&self) -> String {
        let (words, model) = (self.words, &self.result.model);
        let version = model
            .version
            .as_deref()
            .map_or(String::new(), |v| format!(" {v}"));
        words.fill(
            "attribution.facts",
            &[
                ("library", &clean(&format!("{}{version}", model.library))),
                ("trees", &words.integer(model.trees)),
                ("features", &words.integer(model.features)),
                ("rows", &words.integer(self.result.dataset.rows)),
            ],
        )
    }

    /// How it was made and what it does not say.
    pub fn method(&self) -> Vec<String> {
        let (words, settings) = (self.words, &self.result.settings);
        let mut all = vec![match &settings.background {
            Some(background) => words.fill(
                "attribution.interventional",
                &[("rows", &words.integer(background.rows))],
            ),
            None => words.text("attribution.path_dependent"),
        }];
        all.push(words.text(&format!("attribution.index_{}", settings.index)));
        if let Some(error) = self.result.additivity_error {
            all.push(words.fill(
                "attribution.additivity",
                &[("error", &format!("{error:.1e}"))],
            ));
        }
        if self.result.rows_with_missing > 0 {
            let rows = words.integer(self.result.rows_with_missing);
            all.push(words.fill("attribution.missing", &[("rows", &rows)]));
        }
        all.push(words.text("attribution.caveat"));
        all
    }

    /// The features shown of one output, and how many more there are.
    pub fn shown(&self, output: Option<u64>) -> (Vec<&FeatureDoc>, usize) {
        let all: Vec<&FeatureDoc> = self
            .result
            .features
            .iter()
            .filter(|f| f.output == output)
            .collect();
        let more = all.len().saturating_sub(LISTED_MAX);
        (all.into_iter().take(LISTED_MAX).collect(), more)
    }

    /// The outputs: one without a number, or all numbers.
    pub fn outputs(&self) -> Vec<Option<u64>> {
        if self.result.model.outputs > 1 {
            (0..self.result.model.outputs).map(Some).collect()
        } else {
            vec![None]
        }
    }

    /// A number of the margin with enough digits.
    pub fn number(&self, value: Option<f64>) -> String {
        value.map_or_else(crate::scan::dash, |x| self.words.significant(x))
    }

    /// A value with its interval: `0.42 (0.40 to 0.44)`.
    pub fn estimate(&self, estimate: &EstimateDoc) -> String {
        let value = self.number(estimate.value);
        match self.range(estimate) {
            Some(range) => format!("{value} ({range})"),
            None => value,
        }
    }

    /// An interval: `0.40 to 0.44`.
    pub fn range(&self, estimate: &EstimateDoc) -> Option<String> {
        let (low, high) = (
            self.number(Some(estimate.low?)),
            self.number(Some(estimate.high?)),
        );
        let limits = [("low", low.as_str()), ("high", high.as_str())];
        Some(self.words.fill("attribution.range", &limits))
    }

    /// A group as `gender = female`.
    pub fn group(&self, group: &FeatureGroupDoc) -> String {
        let label = self.words.group(
            &group.attribute,
            Some(
                group
                    .group
                    .as_deref()
                    .unwrap_or(waage_result::privacy::MISSING),
            ),
        );
        format!("{} = {label}", isolated(&clean(&group.attribute)))
    }

    /// Notes on model and data.
    pub fn notes(&self) -> Vec<String> {
        let of_model = self.result.model.notes.iter().map(|note| clean(note));
        let of_data = &self.result.dataset.notes;
        of_model
            .chain(of_data.iter().map(|note| noted(note, self.words)))
            .collect()
    }
}
