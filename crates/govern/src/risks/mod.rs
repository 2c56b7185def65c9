//! The risk register: what can go wrong, who acts, and how measurements move it.
//!
//! A [`Register`] is read from `risks.toml`. [`assess`] moves it through the results of audits by
//! the stated [`rule`]; [`Book`] writes what was measured into the same file, so that its state
//! between periods stands where the risk stands. [`over_appetite`] holds it against a policy's
//! appetite, and [`tell`] makes the document of it. A register begins from the [`catalogue`], and a
//! [`questionnaire`] suggests levels and what is missing.

pub mod appetite;
pub mod assessment;
pub mod book;
pub mod catalogue;
mod evidence;
pub mod exceedance;
mod form;
pub mod questionnaire;
mod recorded;
mod register;
pub mod rule;
pub mod scale;
mod told;
pub mod words;

pub(crate) use appetite::money_scale;
pub use appetite::{Over, OverAppetite, over_appetite};
pub use book::Book;
pub use recorded::record;
pub use register::{Control, Measured, Money, REGISTER_SCHEMA, Register, Risk};
pub(crate) use register::{is_check_id, is_numbered};
pub use rule::{Evidence, Periods, Rule, Step, assess};
pub use told::{Filter, Order, plain, tell, tell_step};
