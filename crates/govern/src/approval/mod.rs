//! Approvals: who signed which result in which role, and what is still missing.
//!
//! A [`Statement`] names the digests of a result and its policy; its signature stands in the ledger as
//! an entry of kind `approval`. [`state`] reads such entries and says which signatures count: a pure
//! function of policy, keys, entries, digest and day, so that a gate and a report say the same.
//!
//! A waiver of the policy and an accepted risk are an [`Exception`], to which people agree by a
//! [`Consent`] over its digest; [`agreed`] says who has and who still must.

mod add;
mod agreed;
mod consent;
mod exception;
mod required;
mod signed;
mod state;
mod statement;
mod subject;

pub use add::{ApprovalError, approve};
pub use agreed::{agree, agreed};
pub use consent::Consent;
pub use exception::{Exception, Kind};
pub use required::{Required, required, roles};
pub use signed::{Content, Signed};
pub use state::{CLOCK_SKEW_SECONDS, state, state_for};
pub use statement::{Condition, Decision, Statement};
pub use subject::Subject;
