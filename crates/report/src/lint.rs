//! What documents about law and risk must not say: looked for in the finished text, before it leaves.

use serde_json::Value;
use waage_result::document::AuditResult;
use waage_result::text::Language;
use waage_result::wording::claim;

use crate::ReportError;
use crate::article::{Article, Block};

/// Names and words that are not Waage's own, from the records that a text is made of.
#[derive(Default)]
pub(crate) struct Theirs {
    words: Vec<String>,
}

impl Theirs {
    /// Every text of a record that people wrote, such as a register.
    pub(crate) fn add(&mut self, record: &impl serde::Serialize) {
        let value = serde_json::to_value(record).unwrap_or_default();
        self.take(value);
    }

    fn take(&mut self, value: Value) {
        match value {
            Value::String(text) => self.words.push(text),
            Value::Array(values) => values.into_iter().for_each(|value| self.take(value)),
            Value::Object(map) => {
                for (key, value) in map {
                    self.words.push(key);
                    self.take(value);
                }
            }
            _ => {}
        }
    }

    /// The names in an audit: what its sentences say is Waage's own and stays under the lint.
    pub(crate) fn add_audit(&mut self, audit: &AuditResult) {
        for group in &audit.groups {
            self.add(&group.attributes);
        }
        self.add(&audit.roles);
        self.add(&audit.policy.waivers);
        self.add(&audit.policy.system);
        self.add(&audit.policy.criticality_reason);
        self.add(&audit.policy.overrides);
        self.add(&audit.settings.references);
        self.add(&audit.stamp);
        self.add(&audit.explanation);
        for check in &audit.checks {
            self.add(&(&check.check, &check.why, &check.family));
        }
        for finding in &audit.findings {
            self.add(&(&finding.class, &finding.waived_by, &finding.check));
        }
    }

    /// Looks for a claim in a text.
    ///
    /// # Errors
    /// [`ReportError::Claim`] with the word.
    pub(crate) fn check(&self, text: &str, language: Language) -> Result<(), ReportError> {
        // Most texts hold no forbidden word at all, so the names are rarely gone through.
        let names: Vec<&str> = self.words.iter().map(String::as_str).collect();
        match claim(text, &names, language) {
            Some(word) => Err(ReportError::Claim { word }),
            None => Ok(()),
        }
    }

    /// Looks for a claim in every text of an article.
    ///
    /// # Errors
    /// As [`Theirs::check`].
    pub(crate) fn check_article(
        &self,
        article: &Article,
        language: Language,
    ) -> Result<(), ReportError> {
        let marks = article.tally.iter().map(|mark| mark.word.as_str());
        let head = [
            &article.title,
            &article.headline,
            &article.sentence,
            &article.footer,
        ];
        for text in head.into_iter().map(String::as_str).chain(marks) {
            self.check(text, language)?;
        }
        for section in &article.sections {
            self.check(&section.title, language)?;
            for block in &section.blocks {
                for text in texts(block) {
                    self.check(text, language)?;
                }
            }
        }
        Ok(())
    }
}

fn texts(block: &Block) -> Vec<&str> {
    match block {
        Block::Heading(text) | Block::Text(text) | Block::Note(text) => vec![text],
        Block::List(points) => points.iter().map(String::as_str).collect(),
        Block::Facts(facts) | Block::Terms(facts) => facts
            .iter()
            .flat_map(|fact| [fact.name.as_str(), &fact.text])
            .collect(),
        Block::Table(table) => {
            let heads = table.columns.iter().map(|column| column.title.as_str());
            let cells = table.rows.iter().flat_map(|row| {
                let notes = row.note.as_deref().into_iter();
                let cells = row.cells.iter().flat_map(|cell| {
                    let more = [&cell.detail, &cell.aside, &cell.flag];
                    let more = more.into_iter().flatten().map(String::as_str);
                    let mark = cell.mark.iter().map(|mark| mark.word.as_str());
                    std::iter::once(cell.text.as_str()).chain(more).chain(mark)
                });
                cells.chain(notes)
            });
            std::iter::once(table.caption.as_str())
                .chain(heads)
                .chain(cells)
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_refused_and_quotations_are_not() {
        let mut theirs = Theirs::default();
        theirs.add(&serde_json::json!({ "owner": "certified.person" }));
        let check = |text: &str| theirs.check(text, Language::En);
        assert!(check("The owner calls it “bias-free”.").is_ok());
        assert!(check("Owner: certified.person").is_ok());
        assert!(
            matches!(check("The system is compliant."), Err(ReportError::Claim { word }) if word == "compliant")
        );
    }
}
