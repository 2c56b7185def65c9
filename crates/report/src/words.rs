//! Names and labels as one language writes them.

use waage_result::finding::Finding;
use waage_result::privacy::MISSING;
pub(crate) use waage_result::text::capitalised;
use waage_result::text::{Catalogue, Language};

/// The catalogue of a language with the forms that reports need.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    pub(crate) catalogue: &'static Catalogue,
}

impl Words {
    pub(crate) fn of(language: Language) -> Self {
        Self {
            catalogue: Catalogue::of(language),
        }
    }

    pub(crate) fn text(self, key: &str) -> String {
        self.catalogue.text(key).to_owned()
    }

    pub(crate) fn fill(self, key: &str, values: &[(&str, &str)]) -> String {
        self.catalogue.fill(key, values)
    }

    /// The text of `key_only`, `key_all`, `key_one` or `key_many` for `count` of `total`.
    pub(crate) fn count_of(self, key: &str, count: u64, total: u64) -> String {
        let form = match (count, total) {
            (1, 1) => "only",
            (count, total) if count == total => "all",
            (1, _) => "one",
            _ => "many",
        };
        let (count, total) = (self.integer(count), self.integer(total));
        self.fill(
            &format!("{key}_{form}"),
            &[("count", &count), ("total", &total)],
        )
    }

    /// A metric's name; its identifier in words where the catalogue has none.
    pub(crate) fn metric(self, name: &str) -> String {
        match self.catalogue.get(&format!("metric.{name}")) {
            Some(text) => text.to_owned(),
            None => name.replace('_', " "),
        }
    }

    /// A metric's name with its article, as the subject of a sentence.
    pub(crate) fn the_metric(self, name: &str) -> String {
        match self.catalogue.get(&format!("finding.metric.{name}")) {
            Some(text) => text.to_owned(),
            None => self.fill("finding.metric_other", &[("name", &self.metric(name))]),
        }
    }

    /// A metric's name at the head of a column or line.
    pub(crate) fn metric_title(self, name: &str) -> String {
        capitalised(&self.metric(name))
    }

    /// A name with the class that it is about, where there is one.
    pub(crate) fn of_class(self, name: String, class: Option<&str>) -> String {
        match class {
            Some(class) => self.fill(
                "report.of_class",
                &[("name", &name), ("class", &clean(class))],
            ),
            None => name,
        }
    }

    /// A metric's name with the class and the number of first places that a finding is about.
    pub(crate) fn of_finding(self, name: String, finding: &Finding) -> String {
        let name = match finding.top_k {
            Some(places) => self.fill(
                "report.of_places",
                &[("name", &name), ("places", &self.integer(places))],
            ),
            None => name,
        };
        self.of_class(name, finding.class.as_deref())
    }

    /// A metric's short name for narrow columns.
    pub(crate) fn metric_short(self, name: &str) -> String {
        match self.catalogue.get(&format!("text.short.{name}")) {
            Some(text) => text.to_owned(),
            None => self.metric(name),
        }
    }

    /// What something is called in the catalogue under `section.name`, else the name itself in words.
    pub(crate) fn name_in(self, section: &str, name: &str) -> String {
        match self.catalogue.get(&format!("{section}.{name}")) {
            Some(text) => text.to_owned(),
            None => clean(&name.replace('_', " ")),
        }
    }

    /// A group's label as tables show it: `female`, `female · north`, `(missing)`.
    pub(crate) fn group(self, attribute: &str, group: Option<&str>) -> String {
        let Some(group) = group else {
            return self.text("report.all_groups");
        };
        let label = |text: &str| {
            if text == MISSING {
                self.text("report.missing")
            } else {
                isolated(&clean(text))
            }
        };
        let attributes = attribute.split('*').count();
        if attributes > 1 && group.split('*').count() == attributes {
            group.split('*').map(label).collect::<Vec<_>>().join(" · ")
        } else {
            label(group)
        }
    }

    /// A group's label within a sentence: in quotation marks.
    pub(crate) fn quoted(self, attribute: &str, group: Option<&str>) -> String {
        let name = self.group(attribute, group);
        if group.is_none() {
            name
        } else {
            self.fill("report.quoted", &[("text", &name)])
        }
    }

    /// A column or attribute: `gender`, `gender × region`.
    pub(crate) fn attribute(self, name: &str) -> String {
        name.split('*')
            .map(|part| isolated(&clean(part)))
            .collect::<Vec<_>>()
            .join(" × ")
    }

    /// A clause after a colon, where German writes whole sentences with a capital.
    pub(crate) fn after_colon(self, clause: &str) -> String {
        match self.catalogue.language() {
            Language::En => clause.to_owned(),
            Language::De => capitalised(clause),
        }
    }

    /// Several names, joined by commas.
    pub(crate) fn list(self, names: &[String]) -> String {
        names.join(", ")
    }
}

/// Text from data on one line: line ends become arrows; other controls, and marks that would turn
/// the direction of the text around them, become replacement characters.
pub(crate) fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| match c {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => '↵',
            '\t' => ' ',
            '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' => '\u{fffd}',
            '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Text written from right to left keeps to itself (Unicode isolates), so that it does not reorder
/// what stands beside it.
pub(crate) fn isolated(text: &str) -> String {
    let rtl = |c: char| matches!(c, '\u{0590}'..='\u{08ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
    if text.chars().any(rtl) {
        format!("\u{2068}{text}\u{2069}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: fn() -> Words = || Words::of(Language::En);

    #[test]
    fn data_cannot_break_lines_or_turn_the_text_around() {
        assert_eq!(clean("a\nb\u{202e}c\u{7}"), "a↵b\u{fffd}c\u{fffd}");
        assert_eq!(
            EN().group("g", Some("\u{05d0}")),
            "\u{2068}\u{05d0}\u{2069}"
        );
    }

    #[test]
    fn only_the_groups_of_an_intersection_are_split() {
        assert_eq!(EN().group("g*r", Some("f*(missing)")), "f · (missing)");
        assert_eq!(EN().group("g", Some("a*b")), "a*b");
        assert_eq!(EN().group("g*r", Some("a*b*c")), "a*b*c");
    }
}
