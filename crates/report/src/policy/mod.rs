//! Policies for people: what is wrong with one, what changed, which there are.

mod check;
mod diff;

pub use check::policy_check;
pub use diff::{policy_diff, policy_presets};

pub(crate) use check::inherited;
pub(crate) use diff::cells;
