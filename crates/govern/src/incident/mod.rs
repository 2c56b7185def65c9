//! Incidents: from the first report to what was learnt (GOVERNANCE §5).
//!
//! `open → triaged → contained → resolved → lessons → closed`, and back by `reopened`. Nothing closes
//! without a root cause, lessons in both languages, a change of a risk or control or a reason for
//! none, and a check that would have caught it or why none can ([`rules`]). A [`Log`] has a line for
//! every change; [`open`] and [`update`] add to it. Clocks remind of duties and decide nothing.

mod change;
mod lessons;
mod log;
mod metrics;
mod open;
mod recorded;
pub mod rules;
pub mod words;

pub use change::{Change, update};
pub use lessons::{Learning, NewControl, draft_risk, learn};
pub use log::{Log, add};
pub use metrics::{Filter, is_open, metrics, open_majors, tell};
pub use open::{Opening, open};
pub use recorded::record;
pub use waage_result::finding::Severity;
