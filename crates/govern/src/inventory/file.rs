//! `systems.toml`, read and checked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml_edit::{DocumentMut, Item, Table, value};
use waage_result::finding::Bilingual;
use waage_result::systems::SYSTEMS_SCHEMA;

use super::classify::{Answer, Answers, checked};
use crate::date::Date;
use crate::policy::{Criticality, Lifecycle, Localised, UseCase};
use crate::records::{RecordError, file, toml::Source};

/// The first key of an inventory.
pub const INVENTORY_SCHEMA: &str = SYSTEMS_SCHEMA;

/// An inventory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inventory {
    /// Its systems, in the order of the file.
    pub systems: Vec<System>,
}

/// One system.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// Stable for life: 3 to 64 of `a-z`, digits and hyphens.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// What it is for.
    pub purpose: Option<Bilingual>,
    /// What it is used for.
    pub use_case: UseCase,
    /// Where it stands.
    pub lifecycle: Option<Lifecycle>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The policy that judges it.
    pub policy: Option<String>,
    /// What others supply.
    pub third_party: Vec<String>,
    /// When the entry is looked at again.
    pub review_date: Option<Date>,
    /// How much depends on it.
    pub criticality: Criticality,
    /// Why that is below the minimum of its use.
    pub criticality_reason: Option<String>,
    /// Answers about the AI Act's class; empty where none were given.
    pub classification: Answers,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InventoryForm {
    schema: Spanned<String>,
    #[serde(default)]
    system: Vec<SystemForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SystemForm {
    id: Spanned<String>,
    name: Spanned<Localised>,
    purpose: Option<Spanned<Localised>>,
    use_case: UseCase,
    lifecycle: Option<Lifecycle>,
    owner: Option<Spanned<String>>,
    policy: Option<Spanned<String>>,
    #[serde(default)]
    third_party: Vec<Spanned<String>>,
    review_date: Option<Date>,
    criticality: Criticality,
    criticality_reason: Option<Spanned<String>>,
    #[serde(default)]
    classification: BTreeMap<Spanned<String>, Answer>,
}

const MEND: &str = "write one with schema = \"waage/systems/1\" and a [[system]] for each system, see docs/systems.md";

impl Inventory {
    /// Reads an inventory.
    ///
    /// # Errors
    /// [`RecordError`] with file, line and column of the first mistake.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let text = file::read(path, "the inventory", MEND)?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Reads an inventory from its text; `file` is what errors call it.
    ///
    /// # Errors
    /// As [`Inventory::read`].
    pub fn parse(text: &str, file: &str) -> Result<Self, RecordError> {
        let source = Source::new(text, file);
        let form: InventoryForm = source.form()?;
        source.schema(&form.schema, INVENTORY_SCHEMA)?;
        let mut ids = BTreeSet::new();
        let mut systems = Vec::with_capacity(form.system.len());
        for system in form.system {
            if !ids.insert(system.id.get_ref().clone()) {
                return Err(source.invalid(
                    &system.id,
                    format!("the system {:?} is defined twice", system.id.get_ref()),
                    "give one of the two another id",
                ));
            }
            systems.push(read_system(source, system)?);
        }
        Ok(Self { systems })
    }

    /// The system of an id.
    ///
    /// # Errors
    /// [`RecordError::Rule`] if there is none.
    pub fn system(&self, id: &str) -> Result<&System, RecordError> {
        self.systems
            .iter()
            .find(|system| system.id == id)
            .ok_or_else(|| {
                let known: Vec<&str> = self.systems.iter().map(|s| s.id.as_str()).collect();
                RecordError::rule(
                    format!("the inventory has no system {id:?}"),
                    crate::did_you_mean(id, known),
                )
            })
    }
}

fn read_system(source: Source<'_>, form: SystemForm) -> Result<System, RecordError> {
    let id = form.id.get_ref();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !(3..=64).contains(&id.len()) || !id.bytes().all(plain) {
        return Err(source.invalid(
            &form.id,
            format!("{id:?} is no id of a system"),
            "use 3 to 64 of a-z, 0-9 and the hyphen",
        ));
    }
    let both = |place: &Spanned<Localised>, name: &str| {
        let text = Bilingual::from(place.get_ref().clone());
        source.free_text(place, name, &text.de)?;
        source.free_text(place, name, &text.en)?;
        Ok::<_, RecordError>(text)
    };
    let plain_text = |place: Option<Spanned<String>>, name: &str| {
        let Some(place) = place else { return Ok(None) };
        source.free_text(&place, name, place.get_ref())?;
        let text = place.into_inner();
        Ok::<_, RecordError>((!text.trim().is_empty()).then_some(text))
    };
    let third_party = form.third_party.into_iter();
    Ok(System {
        name: both(&form.name, "the name")?,
        purpose: form
            .purpose
            .map(|purpose| both(&purpose, "the purpose"))
            .transpose()?,
        use_case: form.use_case,
        lifecycle: form.lifecycle,
        owner: plain_text(form.owner, "the owner")?,
        policy: plain_text(form.policy, "the policy")?,
        third_party: third_party
            .filter_map(|supplier| plain_text(Some(supplier), "a supplier").transpose())
            .collect::<Result<_, _>>()?,
        review_date: form.review_date,
        criticality: form.criticality,
        criticality_reason: plain_text(form.criticality_reason, "criticality_reason")?,
        classification: checked(source, form.classification)?,
        id: form.id.into_inner(),
    })
}

/// Keeps the answers about a system's class in its entry, under the file's lock; everything else
/// stays as it is.
///
/// # Errors
/// [`RecordError`] if there is no such system or the file cannot be changed.
pub fn keep_answers(path: &Path, id: &str, answers: &Answers) -> Result<(), RecordError> {
    Inventory::read(path)?.system(id)?;
    let _lock = file::Lock::take(path)?;
    let name = path.display().to_string();
    let text = file::read(path, "the inventory", MEND)?;
    Inventory::parse(&text, &name)?.system(id)?;
    let mut document = text.parse::<DocumentMut>().map_err(|error| {
        RecordError::rule(format!("{name}: {}", error.message()), "mend the line")
    })?;
    let list = document
        .get_mut("system")
        .and_then(Item::as_array_of_tables_mut);
    let table = list.and_then(|list| {
        list.iter_mut()
            .find(|table| table.get("id").and_then(Item::as_str) == Some(id))
    });
    let Some(table) = table else {
        return Err(RecordError::rule(
            format!("{name} does not keep its systems as [[system]] tables"),
            "write each system as a [[system]] table so that it can be changed",
        ));
    };
    // As [system.classification] or { … } on a line of its own.
    let kept = table
        .entry("classification")
        .or_insert_with(|| Item::Table(Table::new()))
        .as_table_like_mut()
        .ok_or_else(|| {
            RecordError::rule(
                format!("{name} does not keep the classification of {id:?} as a table"),
                "write it as [system.classification]",
            )
        })?;
    for (question, answer) in answers {
        match kept.get_mut(question).and_then(Item::as_value_mut) {
            Some(known) => {
                let decor = known.decor().clone();
                *known = answer.name().into();
                *known.decor_mut() = decor;
            }
            None => {
                kept.insert(question, value(answer.name()));
            }
        }
    }
    let changed = document.to_string();
    Inventory::parse(&changed, &name)?;
    file::replace(path, &changed)
}
