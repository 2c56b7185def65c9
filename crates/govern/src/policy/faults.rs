//! Everything wrong with a policy, gathered while it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::Sources;
use crate::error::{Place, PolicyError, did_you_mean};

/// Errors that are told of one policy; beyond, the rest follows from these.
const FAULTS_MAX: usize = 100;

/// What is wrong with the value of a key: the key, what, and how to mend it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The key within its section; empty for the section as a whole.
    pub key: &'static str,
    pub what: String,
    pub mend: String,
}

/// The errors found so far, and where everything stands.
pub(super) struct Faults<'s> {
    sources: &'s Sources,
    keys: BTreeMap<String, Range<usize>>,
    pub found: Vec<PolicyError>,
    /// Sections of which a part could not be read and was left out: what refers to it is no further
    /// error.
    pub left_out: BTreeSet<String>,
}

impl<'s> Faults<'s> {
    pub fn new(sources: &'s Sources, table: &Spanned<DeTable<'_>>) -> Self {
        let mut keys = BTreeMap::new();
        index("", table.get_ref(), &mut keys);
        Self {
            sources,
            keys,
            found: Vec::new(),
            left_out: BTreeSet::new(),
        }
    }

    pub fn place(&self, span: Range<usize>) -> Place {
        self.sources.place(&span)
    }

    pub fn push(&mut self, error: PolicyError) {
        if self.found.len() < FAULTS_MAX {
            self.found.push(error);
        }
    }

    pub fn invalid(
        &mut self,
        span: Range<usize>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) {
        let place = self.place(span);
        self.push(PolicyError::Invalid {
            place,
            what: what.into(),
            mend: mend.into(),
        });
    }

    pub fn unknown<'k>(
        &mut self,
        name: &Spanned<String>,
        kind: &'static str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        let place = self.place(name.span());
        self.push(PolicyError::Unknown {
            place,
            kind,
            name: name.get_ref().clone(),
            hint: did_you_mean(name.get_ref(), known),
        });
    }

    /// Problems of a section, each at its key, or at the section where the key is absent.
    pub fn problems(&mut self, section: &str, problems: Vec<Problem>) {
        for problem in problems {
            let key = format!("{section}.{}", problem.key);
            let span = self.keys.get(&key).or_else(|| self.keys.get(section));
            let span = span.cloned().unwrap_or(0..0);
            self.invalid(span, problem.what, problem.mend);
        }
    }

    /// Where every key stands, and the files, for remarks on a policy without errors.
    pub fn into_places(self) -> BTreeMap<String, Place> {
        let places =
            |(key, span): (&String, &Range<usize>)| (key.clone(), self.sources.place(span));
        self.keys.iter().map(places).collect()
    }
}

/// The spans of all values by their path; elements of lists by id or name.
fn index(path: &str, table: &DeTable<'_>, keys: &mut BTreeMap<String, Range<usize>>) {
    let join = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    for (name, value) in table {
        let path = join(name.get_ref());
        keys.entry(path.clone()).or_insert_with(|| value.span());
        match value.get_ref() {
            DeValue::Table(table) => index(&path, table, keys),
            DeValue::Array(items) => {
                for item in items {
                    let Some(table) = item.get_ref().as_table() else {
                        continue;
                    };
                    let id = ["id", "name"]
                        .iter()
                        .find_map(|key| table.get(*key).and_then(|value| value.get_ref().as_str()));
                    let Some(id) = id else { continue };
                    let path = format!("{path}.{id}");
                    keys.entry(path.clone()).or_insert_with(|| item.span());
                    index(&path, table, keys);
                }
            }
            _ => {}
        }
    }
}
