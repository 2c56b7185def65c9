//! The documents of Waage as plain types with a published JSON Schema, and the words for them.
//!
//! An [`spec::AuditSpec`] is everything that determines a result; an [`document::AuditResult`] is
//! everything that a report may show. Charts and reports read these types and open no data.

pub mod approval;
pub mod attribution;
pub mod conditional;
pub mod document;
pub mod dp;
pub mod evidence;
pub mod explanation;
pub mod finding;
pub mod gate;
pub mod incidents;
pub mod individual;
pub mod ledger;
pub mod memory;
pub mod pii;
pub mod policy;
pub mod power;
pub mod privacy;
pub mod ranking;
pub mod review;
pub mod risks;
pub mod scan;
pub mod spec;
pub mod systems;
pub mod text;
pub mod unknown;
pub mod wording;

pub use waage_core::label::{civil_from_days, days_from_civil};
