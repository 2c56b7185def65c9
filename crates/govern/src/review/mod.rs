//! Human review: which cases people look at, what they may change, and what follows (GOVERNANCE §6).

mod answers;
mod batch;
mod design;
mod draw;
mod exchange;
mod pseudonym;
mod rules;
mod stored;
#[cfg(test)]
mod testing;
mod words;

pub use answers::{Returned, accept};
pub use batch::{batch_id, due_at, working_days_later};
pub use design::{
    BLIND_SHARE, DOUBLE_SHARE, Design, RANDOM_MIN, SAMPLE, SAMPLE_MAX, SLA_WORKING_DAYS, Stratum,
};
pub use draw::{Drawn, Fared, Row, Sampler};
pub use exchange::{Columns, Form, columns, is_number, rows, write};
pub use pseudonym::PseudonymKey;
pub use rules::{REV_01, escalated, queue, served};
pub use stored::{Folder, Reviewed, StoreError};
pub use words::{Decision, ReasonCode};
