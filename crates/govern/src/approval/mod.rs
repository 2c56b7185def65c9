//! Approvals: who signed which result in which role, and what is still missing.
//!
//! A [`Statement`] names the digests of a result and its policy; its signature stands in the ledger as
//! an entry of kind `approval`. [`state`] reads such entries and says which signatures count: a pure
//! function of policy, keys, entries, digest and day, so that a gate and a report say the same.

mod add;
mod required;
mod state;
mod statement;
mod subject;

pub use add::{ApprovalError, approve};
pub use required::{Required, required};
pub use state::{CLOCK_SKEW_SECONDS, state, state_for};
pub use statement::{Condition, Decision, Signed, Statement};
pub use subject::Subject;
