//! Why an audit could not be run.

use waage_charts::ChartError;
use waage_core::tally::TallyError;
use waage_data::DataError;
use waage_govern::PolicyError;
use waage_metrics::measure::MeasureError;
use waage_report::ReportError;

/// Refuses an option in one sentence that says how to mend it.
pub fn fail<T>(message: impl Into<String>) -> Result<T, AuditError> {
    Err(AuditError::Option(message.into()))
}

/// Why an audit could not be run; each message is one sentence that says how to mend it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// Reading failed.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The cube would be too large.
    #[error(transparent)]
    Tally(#[from] TallyError),
    /// More rows of clusters than an audit of errors can keep.
    #[error(transparent)]
    Rows(#[from] waage_core::numeric::TooManyRows),
    /// Too much would have to be told apart of groups known by probabilities.
    #[error(transparent)]
    Proxy(#[from] waage_core::proxy::ProxyError),
    /// The request does not fit the data.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// The policy cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A gate cannot be judged.
    #[error(transparent)]
    Gate(#[from] waage_govern::gate::GateError),
    /// A register, a file of incidents or an inventory cannot be used.
    #[error(transparent)]
    Record(#[from] waage_govern::records::RecordError),
    /// A batch of cases cannot be drawn, or what came back cannot be taken.
    #[error(transparent)]
    Review(#[from] waage_govern::review::StoreError),
    /// No noisy counts can be made.
    #[error(transparent)]
    Release(#[from] waage_govern::dp::DpError),
    /// A record that may be evidence cannot be used.
    #[error(transparent)]
    Evidence(#[from] waage_govern::evidence::GivenError),
    /// A report cannot be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A chart cannot be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// Synthetic data cannot be made.
    #[error(transparent)]
    Synthetic(#[from] waage_data::synthetic::SyntheticError),
    /// A model cannot be read or explained.
    #[error(transparent)]
    Explain(#[from] waage_explain::Error),
    /// A ledger cannot be read or written.
    #[error(transparent)]
    Ledger(#[from] waage_govern::ledger::LedgerError),
    /// A key cannot be used.
    #[error(transparent)]
    Key(#[from] waage_govern::keys::KeyError),
    /// A result was not signed.
    #[error(transparent)]
    Approval(#[from] waage_govern::approval::ApprovalError),
    /// A checkpoint was not made.
    #[error(transparent)]
    Checkpoint(#[from] waage_govern::ledger::CheckpointError),
    /// An option out of range or unknown.
    #[error("{0}")]
    Option(String),
}

impl AuditError {
    /// Whether the observer stopped it.
    #[must_use]
    pub const fn is_interrupted(&self) -> bool {
        matches!(
            self,
            Self::Data(DataError::Interrupted)
                | Self::Measure(MeasureError::Interrupted)
                | Self::Explain(waage_explain::Error::Interrupted)
                | Self::Synthetic(waage_data::synthetic::SyntheticError::Cancelled)
        )
    }
}
