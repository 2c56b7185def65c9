//! The register file as it is written: every key and its type.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::words::{Category, ControlKind, ControlState, Per, Status, Treatment};
use crate::date::Date;
use crate::policy::Localised;
use waage_result::finding::State;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegisterForm {
    pub schema: Spanned<String>,
    #[serde(default)]
    pub risk: Vec<RiskForm>,
}

/// `[[risk]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RiskForm {
    pub id: Spanned<String>,
    pub category: Category,
    pub title: Spanned<Localised>,
    pub cause: Spanned<Localised>,
    pub event: Spanned<Localised>,
    pub impact_text: Option<Spanned<Localised>>,
    pub impact_money: Option<Spanned<MoneyForm>>,
    pub frequency_per_year: Option<Spanned<f64>>,
    pub impact: Spanned<i64>,
    pub likelihood_inherent: Spanned<i64>,
    #[serde(default)]
    pub owner: Option<Spanned<String>>,
    pub treatment: Treatment,
    #[serde(default)]
    pub controls: Vec<ControlForm>,
    #[serde(default)]
    pub linked_checks: Vec<Spanned<String>>,
    pub status: Status,
    pub review_date: Option<Date>,
    pub accepted_until: Option<Spanned<Date>>,
    #[serde(default)]
    pub sources: Vec<Spanned<String>>,
    pub measured: Option<Spanned<MeasuredForm>>,
    #[serde(default)]
    pub ran: BTreeMap<String, Date>,
}

/// `impact_money = { … }`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoneyForm {
    pub low: f64,
    pub likely: f64,
    pub high: f64,
    #[serde(default = "per_event")]
    pub per: Per,
}

const fn per_event() -> Per {
    Per::Event
}

/// An entry of `controls`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ControlForm {
    pub id: Spanned<String>,
    pub text: Spanned<Localised>,
    pub kind: ControlKind,
    pub check: Option<Spanned<String>>,
    pub state: ControlState,
}

/// `[risk.measured]`, which `waage risks assess --write` keeps.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MeasuredForm {
    pub likelihood: i64,
    pub level: i64,
    pub probability: f64,
    pub check: String,
    pub attribute: String,
    pub group: Option<String>,
    pub state: State,
    pub day: Date,
    pub since: Option<Date>,
    pub digest: String,
}
