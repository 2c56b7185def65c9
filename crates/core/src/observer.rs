//! Progress and cancellation, without a terminal.

/// What a long computation tells its caller, and how the caller stops it.
///
/// Libraries print nothing: the command line draws bars, notebooks draw theirs, tests count.
/// Every method may be called from any thread.
pub trait Observer: Sync {
    /// A phase begins; `total` is in `unit`s and `None` when unknown.
    fn begin(&self, phase: Phase, total: Option<u64>) {
        let _ = (phase, total);
    }
    /// `amount` more units of the current phase are done.
    fn advance(&self, amount: u64) {
        let _ = amount;
    }
    /// Whether the computation should stop as soon as it can (asked about every few thousand rows).
    fn cancelled(&self) -> bool {
        false
    }
}

/// The phases of an audit, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// A first scan that finds a cut or quantile edges; unit: rows.
    Prepare,
    /// The scan that fills the tally; unit: rows.
    Scan,
    /// Estimates, bootstrap and judgement; unit: replicates.
    Estimate,
    /// Writing synthetic rows; unit: rows.
    Generate,
}

/// Says nothing and never stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}
