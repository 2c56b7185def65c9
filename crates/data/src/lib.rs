//! Parquet, Arrow and CSV to typed columns; roles; synthetic data.
//!
//! A [`Source`] names files, globs, directories, standard input or Arrow batches in memory.
//! [`Dataset::open`] finds them, reads their schemas and resolves the roles of columns;
//! [`Dataset::scan`] decodes the rows in parallel into [`Block`](waage_core::block::Block)s of plain
//! slices and folds them into the caller's state. [`inspect()`] says what columns there are,
//! [`guess_roles`] which parts they might play. [`output::AtomicFile`] leaves whole files or none.

mod attributions;
mod bins;
mod check;
mod columns;
mod dataset;
mod date;
mod decode;
mod decoded;
mod error;
mod filter;
mod fold;
mod frame;
mod glance;
mod input;
mod inspect;
mod kind;
mod levels;
mod open;
pub mod output;
mod prepare;
mod rank;
mod read;
mod roles;
mod slices;
pub mod synthetic;
mod table;

pub use attributions::AttributionWriter;
pub use columns::binary::is_value;
pub use dataset::{AxisRead, Dataset, Scan};
pub use error::DataError;
pub use frame::{Categories, FeatureColumn, Frame, FrameRead, Unseen};
pub use glance::{Glance, glance};
pub use input::{CsvFormat, Input, Limits, Source};
pub use inspect::{ColumnFacts, DISTINCT_MAX, guess_roles, inspect, inspect_with};
pub use kind::Kind;
pub use slices::{Holdout, Slicing};
