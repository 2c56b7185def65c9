//! Changing a register file: comments, the order of risks and keys, and everything untouched stay as
//! a person wrote them.

use std::path::Path;

use toml_edit::{Array, ArrayOfTables, Datetime, DocumentMut, InlineTable, Item, Table, Value};
use waage_result::finding::Bilingual;

use super::register::{self, Control, Measured, REGISTER_SCHEMA, Register, Risk};
use crate::date::Date;
use crate::records::{RecordError, file};

/// An open register file: what it says, and its text.
pub struct Book {
    /// What it says.
    pub register: Register,
    document: DocumentMut,
    file: String,
}

impl Book {
    /// Reads a register file.
    ///
    /// # Errors
    /// As [`Register::read`].
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        Self::parse(&register::text(path)?, &path.display().to_string())
    }

    /// The book of a register's text; `file` is what errors call it.
    ///
    /// # Errors
    /// [`RecordError`] with the place of the first mistake.
    pub fn parse(text: &str, file: &str) -> Result<Self, RecordError> {
        let register = Register::parse(text, file)?;
        let document = text.parse::<DocumentMut>().map_err(|error| {
            let problem = error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            RecordError::rule(format!("{file}: {problem}"), "mend the line")
        })?;
        Ok(Self {
            register,
            document,
            file: file.to_owned(),
        })
    }

    /// The file's text as it is now.
    #[must_use]
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// Changes a register file under its lock. Nothing is written if the change fails, if it changes
    /// nothing, or if what it leaves could not be read again.
    ///
    /// # Errors
    /// [`RecordError`] of reading, of the change, or of writing.
    pub fn update<T>(
        path: &Path,
        change: impl FnOnce(&mut Self) -> Result<T, RecordError>,
    ) -> Result<T, RecordError> {
        // Before the lock: a name that is mistyped should leave no lock file behind.
        Register::read(path)?;
        let _lock = file::Lock::take(path)?;
        let name = path.display().to_string();
        let text = register::text(path)?;
        let mut book = Self::parse(&text, &name)?;
        let outcome = change(&mut book)?;
        let changed = book.text();
        if changed != text {
            Register::parse(&changed, &name)?;
            file::replace(path, &changed)?;
        }
        Ok(outcome)
    }

    /// Keeps what was measured of a risk.
    ///
    /// # Errors
    /// [`RecordError::Rule`] if the file has no such risk as a `[[risk]]` table.
    pub fn keep_measured(&mut self, risk: &Risk) -> Result<(), RecordError> {
        let table = self.table(&risk.id)?;
        if !risk.ran.is_empty() {
            let mut ran = InlineTable::new();
            for (check, day) in &risk.ran {
                ran.insert(check, date(*day).into());
            }
            set(table, "ran", Value::InlineTable(ran));
        }
        if let Some(measured) = &risk.measured {
            let known = table.get("measured").and_then(Item::as_table);
            let mut kept = known.cloned().unwrap_or_else(Table::new);
            write_measured(&mut kept, measured);
            table.insert("measured", Item::Table(kept));
        }
        Ok(())
    }

    /// Sets one of a risk's levels, `impact` or `likelihood_inherent`.
    ///
    /// # Errors
    /// As [`Book::keep_measured`].
    pub fn set_level(&mut self, risk: &str, key: &str, level: u8) -> Result<(), RecordError> {
        set(self.table(risk)?, key, Value::from(i64::from(level)));
        if let Some(known) = self
            .register
            .risks
            .iter_mut()
            .find(|known| known.id == risk)
        {
            match key {
                "impact" => known.impact = level,
                _ => known.likelihood_inherent = level,
            }
        }
        Ok(())
    }

    /// Sets a risk's owner.
    ///
    /// # Errors
    /// As [`Book::keep_measured`].
    pub fn set_owner(&mut self, risk: &str, owner: &str) -> Result<(), RecordError> {
        set(self.table(risk)?, "owner", Value::from(owner));
        Ok(())
    }

    /// Sets a risk's review date.
    ///
    /// # Errors
    /// As [`Book::keep_measured`].
    pub fn set_review(&mut self, risk: &str, day: Date) -> Result<(), RecordError> {
        set(self.table(risk)?, "review_date", date(day).into());
        Ok(())
    }

    /// Sets the checks that measure a risk.
    ///
    /// # Errors
    /// As [`Book::keep_measured`].
    pub fn set_checks(&mut self, risk: &str, checks: &[String]) -> Result<(), RecordError> {
        let list: Array = checks.iter().map(String::as_str).collect();
        set(self.table(risk)?, "linked_checks", Value::Array(list));
        Ok(())
    }

    /// Adds a risk at the end.
    ///
    /// # Errors
    /// [`RecordError::Rule`] if the file keeps its risks in another form than `[[risk]]`.
    pub fn add_risk(&mut self, risk: &Risk) -> Result<(), RecordError> {
        let mut table = Table::new();
        table.decor_mut().set_prefix("\n");
        write_risk(&mut table, risk);
        let file = self.file.clone();
        let list = self
            .document
            .entry("risk")
            .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        list.as_array_of_tables_mut()
            .ok_or_else(|| other_form(&file))?
            .push(table);
        self.register.risks.push(risk.clone());
        Ok(())
    }

    /// Adds a control to a risk.
    ///
    /// # Errors
    /// As [`Book::keep_measured`].
    pub fn add_control(&mut self, risk: &str, control: &Control) -> Result<(), RecordError> {
        let file = self.file.clone();
        let table = self.table(risk)?;
        let item = table
            .entry("controls")
            .or_insert_with(|| Item::Value(Value::Array(Array::new())));
        if let Some(list) = item.as_array_mut() {
            let mut value = Value::InlineTable(control_table(control));
            // As the catalogue sets them: one line each.
            value.decor_mut().set_prefix("\n  ");
            list.push_formatted(value);
            if list.trailing().as_str().is_none_or(|t| !t.contains('\n')) {
                list.set_trailing("\n");
            }
            list.set_trailing_comma(true);
        } else if let Some(list) = item.as_array_of_tables_mut() {
            list.push(control_table(control).into_table());
        } else {
            return Err(other_form(&file));
        }
        if let Some(risk) = self
            .register
            .risks
            .iter_mut()
            .find(|known| known.id == risk)
        {
            risk.controls.push(control.clone());
        }
        Ok(())
    }

    fn table(&mut self, id: &str) -> Result<&mut Table, RecordError> {
        let file = self.file.clone();
        let list = self
            .document
            .get_mut("risk")
            .and_then(Item::as_array_of_tables_mut)
            .ok_or_else(|| other_form(&file))?;
        list.iter_mut()
            .find(|table| table.get("id").and_then(Item::as_str) == Some(id))
            .ok_or_else(|| {
                RecordError::rule(
                    format!("{file} has no risk {id:?}"),
                    "see waage risks list for those that there are",
                )
            })
    }
}

fn other_form(file: &str) -> RecordError {
    RecordError::rule(
        format!("{file} does not keep its risks as [[risk]] tables"),
        "write each risk as a [[risk]] table, and its controls as a list, so that it can be changed",
    )
}

/// Sets a value where it stands: what is written around it, comments included, stays.
fn set(table: &mut Table, key: &str, mut value: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(known) => {
            *value.decor_mut() = known.decor().clone();
            *known = value;
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

/// A day as TOML writes it.
fn date(day: Date) -> Datetime {
    // A `Date` prints as TOML's local date, so that the parse cannot fail.
    day.to_string().parse().unwrap_or(Datetime {
        date: None,
        time: None,
        offset: None,
    })
}

fn write_measured(table: &mut Table, measured: &Measured) {
    set(table, "likelihood", i64::from(measured.likelihood).into());
    set(table, "level", i64::from(measured.level).into());
    set(table, "probability", measured.probability.into());
    set(table, "check", measured.check.as_str().into());
    set(table, "attribute", measured.attribute.as_str().into());
    match &measured.group {
        Some(group) => set(table, "group", group.as_str().into()),
        None => {
            table.remove("group");
        }
    }
    set(table, "state", measured.state.name().into());
    set(table, "day", date(measured.day).into());
    match measured.since {
        Some(since) => set(table, "since", date(since).into()),
        None => {
            table.remove("since");
        }
    }
    set(table, "digest", measured.digest.as_str().into());
}

fn write_risk(table: &mut Table, risk: &Risk) {
    set(table, "id", risk.id.as_str().into());
    set(table, "category", risk.category.name().into());
    set(table, "title", bilingual(&risk.title));
    set(table, "cause", bilingual(&risk.cause));
    set(table, "event", bilingual(&risk.event));
    if let Some(text) = &risk.impact_text {
        set(table, "impact_text", bilingual(text));
    }
    if let Some(money) = &risk.money {
        let mut amounts = InlineTable::new();
        amounts.insert("low", money.low.into());
        amounts.insert("likely", money.likely.into());
        amounts.insert("high", money.high.into());
        amounts.insert("per", money.per.name().into());
        set(table, "impact_money", Value::InlineTable(amounts));
    }
    if let Some(frequency) = risk.frequency_per_year {
        set(table, "frequency_per_year", frequency.into());
    }
    set(table, "impact", i64::from(risk.impact).into());
    let likelihood = i64::from(risk.likelihood_inherent);
    set(table, "likelihood_inherent", likelihood.into());
    set(
        table,
        "owner",
        risk.owner.as_deref().unwrap_or_default().into(),
    );
    set(table, "treatment", risk.treatment.name().into());
    let controls = risk.controls.iter().map(control_table);
    let mut list: Array = controls.map(Value::InlineTable).collect();
    list.fmt();
    set(table, "controls", Value::Array(list));
    let checks: Array = risk.linked_checks.iter().map(String::as_str).collect();
    set(table, "linked_checks", Value::Array(checks));
    set(table, "status", risk.status.name().into());
    if let Some(day) = risk.review_date {
        set(table, "review_date", date(day).into());
    }
    if let Some(day) = risk.accepted_until {
        set(table, "accepted_until", date(day).into());
    }
    let sources: Array = risk.sources.iter().map(String::as_str).collect();
    set(table, "sources", Value::Array(sources));
}

fn bilingual(text: &Bilingual) -> Value {
    if text.de == text.en {
        return text.en.as_str().into();
    }
    let mut both = InlineTable::new();
    both.insert("en", text.en.as_str().into());
    both.insert("de", text.de.as_str().into());
    Value::InlineTable(both)
}

fn control_table(control: &Control) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("id", control.id.as_str().into());
    table.insert("text", bilingual(&control.text));
    table.insert("kind", control.kind.name().into());
    if let Some(check) = &control.check {
        table.insert("check", check.as_str().into());
    }
    table.insert("state", control.state.name().into());
    table
}

/// An empty register's text.
#[must_use]
pub fn empty() -> String {
    format!("schema = \"{REGISTER_SCHEMA}\"\n")
}
