//! Where systems stand: each step of a system's life is an entry of the ledger.
//!
//! ```text
//! draft → audited → validated → approved → live ⇄ suspended
//!                                            └──→ retired ←──┘
//! ```
//!
//! [`History`] reads the state from entries alone and passes over every entry that may not stand
//! where it stands; [`History::ask`] holds a new step against the same rules before it is recorded.

mod history;
mod record;
mod signed;
mod state;
mod told;

pub use history::{History, Step, Taken};
pub use record::{read, record};
pub use signed::signed;
pub use state::State;
pub use told::tell;
