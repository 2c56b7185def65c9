//! Group metrics of arrays that lie in memory: rows to codes, codes to counts, counts to replicates.
//!
//! The pipeline of an audit scans columns block by block; a caller in a notebook holds two arrays of
//! labels and one of groups. This module is what remains then: [`codes`] gives every column small
//! codes, [`cells`] counts (group × label × decision) in one pass, [`resample`] draws bootstrap
//! replicates of those counts or of weighted rows, and [`ranking`] sums areas under the curve from
//! one ordering of the scores. Everything is a function of slices, the same for any number of
//! threads.

pub mod cells;
pub mod codes;
pub mod ranking;
pub mod resample;

/// Rows per parallel task; sums of weights are added task by task in this order.
pub(crate) const TASK_ROWS: usize = 1 << 16;
