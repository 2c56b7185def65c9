//! The map: clauses and dates of law as data.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use serde::Deserialize;
use toml::Spanned;
use waage_result::finding::Bilingual;

use super::applies::Applies;
use super::artefact::{Artefact, Kind};
use crate::date::Date;
use crate::policy::Localised;
use crate::records::{RecordError, file, toml::Source};
use crate::risks::words::words;

const TEXT: &str = include_str!("evidence_map.toml");
/// The first key of a map.
const SCHEMA: &str = "waage/evidence-map/1";
/// Most clauses of a map.
const CLAUSES_MAX: usize = 2_000;
const MEND: &str = "write schema = \"waage/evidence-map/1\" and a [[clause]] for each clause, see docs/evidence.md";

words! {
    /// How well a clause is known.
    Status {
        /// Seen in at least two independent sources.
        Verified = "verified",
        /// To be checked with counsel.
        Check = "check",
        /// No longer the law.
        Superseded = "superseded",
    }
}

/// The map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// Clauses, in order.
    pub clauses: Vec<ClauseRow>,
    /// Dates of law, in order.
    pub dates: Vec<DateRow>,
}

/// A clause of the map.
#[derive(Clone, Debug, PartialEq)]
pub struct ClauseRow {
    /// Its id.
    pub id: String,
    /// The law or standard, as a word.
    pub law: String,
    /// The provision.
    pub clause: String,
    /// What it is about.
    pub title: Bilingual,
    /// What is evidence for it.
    pub artefacts: Vec<Artefact>,
    /// Sections of reports.
    pub sections: Vec<String>,
    /// The day of the knowledge.
    pub as_of: Date,
    /// How well it is known.
    pub status: Status,
    /// When it applies at all.
    pub applies: Option<Applies>,
    /// What to know.
    pub note: Option<Bilingual>,
    /// Whether the user wrote it.
    pub from_user: bool,
}

/// A date of law.
#[derive(Clone, Debug, PartialEq)]
pub struct DateRow {
    /// The law.
    pub law: String,
    /// ISO 8601, or empty.
    pub date: String,
    /// What begins.
    pub what: Bilingual,
    /// The day of the knowledge.
    pub as_of: Date,
    /// How well it is known.
    pub status: Status,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MapForm {
    schema: Spanned<String>,
    #[serde(default)]
    date: Vec<DateForm>,
    #[serde(default)]
    clause: Vec<ClauseForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DateForm {
    law: Spanned<String>,
    date: Spanned<String>,
    what: Spanned<Localised>,
    as_of: Date,
    status: Status,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClauseForm {
    id: Spanned<String>,
    law: Spanned<String>,
    clause: Spanned<String>,
    title: Spanned<Localised>,
    artefacts: Vec<Spanned<String>>,
    #[serde(default)]
    sections: Vec<Spanned<String>>,
    as_of: Date,
    status: Status,
    applies: Option<Applies>,
    note: Option<Spanned<Localised>>,
}

impl Map {
    /// The map that comes with Waage.
    #[must_use]
    pub fn built_in() -> Self {
        static MAP: OnceLock<Map> = OnceLock::new();
        // A test reads it: what is compiled in cannot be mistaken.
        MAP.get_or_init(|| Self::parse(TEXT, "evidence_map.toml", false).unwrap_or_default())
            .clone()
    }

    /// Adds the clauses and dates of a file; a clause of a known id takes the place of that one.
    ///
    /// # Errors
    /// [`RecordError`] with file, line and column of the first mistake.
    pub fn extend(&mut self, path: &Path) -> Result<(), RecordError> {
        let text = file::read(path, "the evidence map", MEND)?;
        let more = Self::parse(&text, &path.display().to_string(), true)?;
        for clause in more.clauses {
            match self.clauses.iter_mut().find(|known| known.id == clause.id) {
                Some(known) => *known = clause,
                None => self.clauses.push(clause),
            }
        }
        self.dates.extend(more.dates);
        Ok(())
    }

    fn parse(text: &str, file: &str, from_user: bool) -> Result<Self, RecordError> {
        let source = Source::new(text, file);
        let form: MapForm = source.form()?;
        source.schema(&form.schema, SCHEMA)?;
        if form.clause.len() > CLAUSES_MAX {
            return Err(source.invalid(
                &form.schema,
                format!("the map has more than {CLAUSES_MAX} clauses"),
                "split it by law",
            ));
        }
        let mut ids = BTreeSet::new();
        let mut map = Self::default();
        for date in form.date {
            map.dates.push(read_date(source, date)?);
        }
        for clause in form.clause {
            if !ids.insert(clause.id.get_ref().clone()) {
                return Err(source.invalid(
                    &clause.id,
                    format!("the clause {:?} is defined twice", clause.id.get_ref()),
                    "give one of the two another id",
                ));
            }
            map.clauses.push(read_clause(source, clause, from_user)?);
        }
        Ok(map)
    }

    /// The words of all laws, in the order of the map.
    #[must_use]
    pub fn laws(&self) -> Vec<String> {
        let mut laws: Vec<String> = Vec::new();
        let named = self.clauses.iter().map(|clause| &clause.law);
        for law in named.chain(self.dates.iter().map(|date| &date.law)) {
            if !laws.contains(law) {
                laws.push(law.clone());
            }
        }
        laws
    }

    /// The laws that words separated by commas name; `all` names every one.
    ///
    /// # Errors
    /// A sentence about a word that the map does not have.
    pub fn scope(&self, words: &str) -> Result<Vec<String>, String> {
        let laws = self.laws();
        let mut scope = Vec::new();
        for word in words.split(',').map(str::trim) {
            if word == "all" {
                return Ok(laws);
            }
            if !laws.iter().any(|law| law == word) {
                let known = laws.iter().map(String::as_str).chain(["all"]);
                return Err(format!(
                    "the evidence map has no law {word:?}; {}",
                    crate::did_you_mean(word, known)
                ));
            }
            if !scope.iter().any(|known| known == word) {
                scope.push(word.to_owned());
            }
        }
        Ok(scope)
    }
}

fn read_date(source: Source<'_>, form: DateForm) -> Result<DateRow, RecordError> {
    let date = form.date.get_ref();
    if !date.is_empty() && date.parse::<Date>().is_err() {
        return Err(source.invalid(
            &form.date,
            format!("{date:?} is no day"),
            "write it as 2027-12-02, or leave it empty",
        ));
    }
    Ok(DateRow {
        law: law(source, &form.law)?,
        date: form.date.into_inner(),
        what: text(source, form.what, "what")?,
        as_of: form.as_of,
        status: form.status,
    })
}

fn read_clause(
    source: Source<'_>,
    form: ClauseForm,
    from_user: bool,
) -> Result<ClauseRow, RecordError> {
    let mut artefacts = Vec::with_capacity(form.artefacts.len());
    for name in &form.artefacts {
        match Artefact::parse(name.get_ref()) {
            Some(artefact) if artefacts.contains(&artefact) => {}
            Some(artefact) => artefacts.push(artefact),
            None => {
                let known = Kind::ALL.iter().map(|kind| kind.name());
                return Err(source.unknown(name, "artefact", known.chain(["document:ID"])));
            }
        }
    }
    if artefacts.is_empty() && form.status != Status::Superseded {
        return Err(source.invalid(
            &form.id,
            format!("the clause {:?} names no artefacts", form.id.get_ref()),
            "list what is evidence for it, such as artefacts = [\"audit\"]",
        ));
    }
    for section in &form.sections {
        let number = section
            .get_ref()
            .strip_prefix('R')
            .and_then(|n| n.parse::<u8>().ok());
        if !number.is_some_and(|n| (1..=11).contains(&n)) {
            let known: Vec<String> = (1..=11).map(|n| format!("R{n}")).collect();
            return Err(source.unknown(section, "section", known.iter().map(String::as_str)));
        }
    }
    source.free_text(&form.clause, "clause", form.clause.get_ref())?;
    Ok(ClauseRow {
        law: law(source, &form.law)?,
        id: word(source, &form.id, "an id of a clause")?,
        clause: form.clause.into_inner(),
        title: text(source, form.title, "title")?,
        artefacts,
        sections: form.sections.into_iter().map(Spanned::into_inner).collect(),
        as_of: form.as_of,
        status: form.status,
        applies: form.applies,
        note: form
            .note
            .map(|note| text(source, note, "note"))
            .transpose()?,
        from_user,
    })
}

fn law(source: Source<'_>, name: &Spanned<String>) -> Result<String, RecordError> {
    if name.get_ref() == "all" {
        return Err(source.invalid(
            name,
            "\"all\" names every law",
            "give this law another word",
        ));
    }
    word(source, name, "a word for a law")
}

/// A word of small letters, digits and hyphens.
fn word(source: Source<'_>, name: &Spanned<String>, what: &str) -> Result<String, RecordError> {
    let given = name.get_ref();
    let fits = (2..=64).contains(&given.len())
        && given
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits {
        return Ok(given.clone());
    }
    Err(source.invalid(
        name,
        format!("{given:?} is not {what}"),
        "use 2 to 64 small letters, digits and hyphens",
    ))
}

fn text(
    source: Source<'_>,
    given: Spanned<Localised>,
    name: &str,
) -> Result<Bilingual, RecordError> {
    let text = Bilingual::from(given.get_ref().clone());
    source.free_text(&given, name, &text.en)?;
    source.free_text(&given, name, &text.de)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use waage_result::text::Language;
    use waage_result::wording::forbidden;

    #[test]
    fn the_map_holds_every_row() {
        let map = Map::parse(TEXT, "evidence_map.toml", false).unwrap();
        assert_eq!(map.clauses.len(), 52);
        assert_eq!(map.dates.len(), 15);
        let laws = [
            "eu-ai-act",
            "gdpr",
            "agg",
            "ecoa",
            "eeoc",
            "nyc-ll144",
            "colorado",
            "iso-42001",
            "iso-23894",
            "iso-24027",
            "nist-ai-rmf",
            "ieee-7003",
        ];
        assert_eq!(map.laws(), laws);
        let texts = map.clauses.iter().flat_map(|clause| {
            let note = clause.note.clone().unwrap_or_default();
            [clause.title.clone(), note]
        });
        for text in texts.chain(map.dates.iter().map(|date| date.what.clone())) {
            assert_eq!(forbidden(&text.en, Language::En), None);
            assert_eq!(forbidden(&text.de, Language::De), None);
        }
    }

    #[test]
    fn high_risk_duties_begin_when_they_begin() {
        let map = Map::built_in();
        let annex_iii = map
            .dates
            .iter()
            .find(|date| date.what.en.contains("Annex III"));
        assert_eq!(annex_iii.map(|date| date.date.as_str()), Some("2027-12-02"));
    }

    #[test]
    fn mistakes_of_a_map_have_a_place() {
        let clause = |more: &str| {
            format!(
                "schema = \"waage/evidence-map/1\"\n[[clause]]\nid = \"x-1\"\nlaw = \"x-law\"\nclause = \"§ 1\"\ntitle = \"T\"\nas_of = 2026-01-01\nstatus = \"check\"\n{more}"
            )
        };
        let says = |text: &str| Map::parse(text, "m.toml", true).unwrap_err().to_string();
        assert!(says(&clause("artefacts = [\"audits\"]")).contains("did you mean \"audit\"?"));
        assert!(says(&clause("artefacts = []")).contains("names no artefacts"));
        assert!(says(&clause("artefacts = [\"audit\"]\nsections = [\"R12\"]")).contains("R12"));
        assert!(says("schema = \"waage/risks/1\"").contains("unknown schema"));
        let contact = clause("artefacts = [\"audit\"]\nnote = \"ask a@b.example\"");
        assert!(
            says(&contact).starts_with("m.toml:10:"),
            "{}",
            says(&contact)
        );
    }
}
