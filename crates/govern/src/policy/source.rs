//! The texts that a policy is made of: its own, and those that it extends.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::preset;
use crate::error::{Place, PolicyError, did_you_mean};
use crate::records::file::text_within;

/// Longest chain of policies that extend each other, the first one included.
const CHAIN_MAX: usize = 8;
/// Largest policy file that is read.
const BYTES_MAX: u64 = 1 << 20;
/// Characters of a line that are shown beside an error.
const LINE_MAX: usize = 200;
/// What `extends` and `--policy` begin with to name a policy that comes with Waage.
pub(crate) const PRESET: &str = "preset:";

/// One text.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The file as errors call it.
    pub name: String,
    /// The name by which the policy before extends it; empty for the first.
    pub extended_as: String,
    pub text: String,
    /// Offset of its first byte in the spans of the resolved policy.
    start: usize,
    /// The folder that its relative paths start from; without one, it may extend presets alone.
    folder: Option<PathBuf>,
    /// What it is, however it is named: a cycle repeats one.
    identity: String,
}

/// The texts of a policy, the policy itself first, then what it extends.
///
/// Spans of all of them share one line of offsets, so that the parts of a resolved policy still know
/// their file and line.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    pub list: Vec<Source>,
}

impl Sources {
    /// A text and what it extends; without a folder only presets may be extended.
    pub fn of_text(text: &str, file: &str) -> Result<Self, PolicyError> {
        Self::follow(Source {
            name: file.to_owned(),
            extended_as: String::new(),
            text: text.to_owned(),
            start: 0,
            folder: None,
            identity: String::new(),
        })
    }

    /// A file, or `preset:NAME`, and what it extends.
    pub fn read(path: &Path) -> Result<Self, PolicyError> {
        let file = path.display().to_string();
        if let Some(name) = file.strip_prefix(PRESET) {
            let Some(preset) = preset::preset(name) else {
                return Err(PolicyError::NoPreset {
                    name: name.to_owned(),
                    hint: did_you_mean(name, preset::names()),
                });
            };
            return Self::follow(Source::of_preset(preset, String::new(), 0));
        }
        let source = Source::of_file(path, file.clone(), String::new(), 0)
            .map_err(|source| PolicyError::Read { file, source })?;
        Self::follow(source)
    }

    fn follow(first: Source) -> Result<Self, PolicyError> {
        let mut sources = Self { list: vec![first] };
        while let Some((name, span)) = sources.list.last().and_then(Source::extends) {
            let next = sources.next(&name, span)?;
            sources.list.push(next);
        }
        Ok(sources)
    }

    /// What the last text extends.
    fn next(&self, name: &str, span: Range<usize>) -> Result<Source, PolicyError> {
        let last = &self.list[self.list.len() - 1];
        let place = Place::at(&last.name, &last.text, span.start);
        let invalid = |what: String, mend: &str| PolicyError::Invalid {
            place: place.clone(),
            what,
            mend: mend.to_owned(),
        };
        if self.list.len() >= CHAIN_MAX {
            return Err(invalid(
                format!("more than {CHAIN_MAX} policies extend each other"),
                "shorten the chain",
            ));
        }
        let start = last.start + last.text.len() + 1;
        let next = if let Some(preset_name) = name.strip_prefix(PRESET) {
            let preset = preset::preset(preset_name).ok_or_else(|| PolicyError::Unknown {
                place: place.clone(),
                kind: "preset",
                name: preset_name.to_owned(),
                hint: did_you_mean(preset_name, preset::names()),
            })?;
            Source::of_preset(preset, name.to_owned(), start)
        } else {
            let Some(folder) = &last.folder else {
                return Err(invalid(
                    format!("{name:?} is a file, and this policy is not read from one"),
                    "extend a preset, or save the policy as a file",
                ));
            };
            let path = folder.join(name);
            Source::of_file(&path, path.display().to_string(), name.to_owned(), start).map_err(
                |error| {
                    invalid(
                        format!(
                            "the policy {name:?} that this one extends cannot be read ({error})"
                        ),
                        "correct extends: a readable file relative to this one, or preset:NAME",
                    )
                },
            )?
        };
        let again = |source: &Source| !next.identity.is_empty() && source.identity == next.identity;
        if self.list.iter().any(again) {
            return Err(invalid(
                format!("the policies extend each other in a circle that comes back to {name:?}"),
                "remove extends in one of them",
            ));
        }
        Ok(next)
    }

    /// The place of a span.
    pub fn place(&self, span: &Range<usize>) -> Place {
        let source = self.of(span.start);
        Place::at(&source.name, &source.text, span.start - source.start)
    }

    fn of(&self, offset: usize) -> &Source {
        let last = self.list.iter().rev().find(|source| source.start <= offset);
        last.unwrap_or(&self.list[0])
    }

    /// The text of a place's line, without what ends it; empty if the place is in none of these.
    pub fn line(&self, place: &Place) -> String {
        let source = self.list.iter().find(|source| source.name == place.file);
        source
            .and_then(|source| source.text.lines().nth(place.line.saturating_sub(1)))
            .map(|line| line.chars().take(LINE_MAX).collect())
            .unwrap_or_default()
    }

    /// Orders places by file and position; what has none comes first.
    pub fn order(&self, place: Option<&Place>) -> (usize, usize, usize) {
        let Some(place) = place else { return (0, 0, 0) };
        let file = self
            .list
            .iter()
            .position(|source| source.name == place.file);
        (file.unwrap_or(self.list.len()), place.line, place.column)
    }

    /// These without the first: what the policy extends, as a policy of its own.
    pub fn base(&self) -> Option<Self> {
        let rest = self.list.get(1..)?;
        (!rest.is_empty()).then(|| Self {
            list: rest.to_vec(),
        })
    }
}

impl Source {
    fn of_preset(preset: &preset::Embedded, extended_as: String, start: usize) -> Self {
        let name = format!("{PRESET}{}", preset.name);
        Self {
            identity: name.clone(),
            name,
            extended_as,
            text: preset.text.to_owned(),
            start,
            folder: None,
        }
    }

    fn of_file(path: &Path, name: String, extended_as: String, start: usize) -> io::Result<Self> {
        let text = text_within(path, BYTES_MAX)?;
        Ok(Self {
            // A pipe has no path of its own, and cannot be read twice anyway.
            identity: std::fs::canonicalize(path)
                .unwrap_or_else(|_| path.to_owned())
                .display()
                .to_string(),
            folder: Some(path.parent().unwrap_or(Path::new("")).to_owned()),
            name,
            extended_as,
            text,
            start,
        })
    }

    /// What it extends, and where it says so. A value that is no text is left to the reader.
    fn extends(&self) -> Option<(String, Range<usize>)> {
        let (table, _) = DeTable::parse_recoverable(&self.text);
        let value = table.get_ref().get("extends")?;
        Some((value.get_ref().as_str()?.to_owned(), value.span()))
    }

    /// Offset of its first byte in shared spans.
    pub const fn start(&self) -> usize {
        self.start
    }
}
