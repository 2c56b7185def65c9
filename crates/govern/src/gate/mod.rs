//! Gates: what must be shown before a system takes its next step.
//!
//! [`judge`] is a pure function of a [`Request`]: a policy, a result that was audited and signed, the
//! entries of a ledger, a risk register, incidents, documents and a day. It never measures again, so
//! that what was signed is what is gated. Each requirement ends in one list: shown, not met, waived,
//! inconclusive, or not evaluated. A requirement not met comes before one that could not be evaluated
//! (exit code 1 before 2), and what could not be evaluated never counts as shown.

mod audit;
mod checks;
mod consecutive;
mod demand;
mod evidence;
pub(crate) mod read;
mod record;
mod request;
mod review;
mod signed;
mod told;

pub use demand::{GATES, GateError};
pub use read::{Files, read};
pub use record::{RecordError, record};
pub use request::{Audit, Found, Part, Request};

use waage_result::gate::GateResult;

use demand::{Demand, demands};
use told::Told;

/// Judges a gate.
///
/// # Errors
/// [`GateError`] if neither Waage nor the policy knows the gate.
pub fn judge(request: &Request<'_>) -> Result<GateResult, GateError> {
    let demands = demands(request)?;
    let mut told = Told::new(request);
    for demand in demands {
        match demand {
            Demand::Names => evidence::names(&mut told, request),
            Demand::Digests => audit::digests(&mut told, request),
            Demand::Age(limit) => audit::age(&mut told, request, limit),
            Demand::Checks(which) => checks::checks(&mut told, request, which),
            Demand::Signatures => signed::required(&mut told, request),
            Demand::Documents => evidence::documents(&mut told, request),
            Demand::Record(name) => evidence::record(&mut told, request, name),
            Demand::ReviewQueue => review::review_queue(&mut told, request),
            Demand::RiskCount => evidence::risk_count(&mut told, request),
            Demand::Appetite => evidence::appetite(&mut told, request),
            Demand::RiskReviews => evidence::risk_reviews(&mut told, request),
            Demand::Incidents { all } => evidence::incidents(&mut told, request, all),
            Demand::Changes => evidence::changes(&mut told, request),
            Demand::Checkpoint => audit::checkpoint(&mut told, request),
        }
    }
    Ok(told.finish())
}
