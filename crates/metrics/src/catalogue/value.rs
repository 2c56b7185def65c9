//! The value of each metric on a confusion table.

use waage_core::estimate::Reason;

use super::Metric;
use crate::confusion::Confusion;

impl Metric {
    /// Its value on a confusion table; the reason where it is undefined.
    ///
    /// # Errors
    /// The [`Reason`] of a zero denominator.
    #[inline]
    pub fn value(self, c: &Confusion) -> Result<f64, Reason> {
        use Reason::{
            NoNegatives, NoPositives, NoRows, NoScores, NoneRejected, NoneSelected, OneClassOnly,
        };
        let (p, n) = (c.tp + c.false_negatives, c.fp + c.tn);
        let (s, r) = (c.tp + c.fp, c.false_negatives + c.tn);
        let (num, den, empty) = match self {
            Self::Count => return Ok(c.selected + c.rejected),
            Self::BaseRate => (c.positives, c.positives + c.negatives, NoRows),
            Self::SelectionRate => (c.selected, c.selected + c.rejected, NoRows),
            Self::TruePositiveRate => (c.tp, p, NoPositives),
            Self::FalsePositiveRate => (c.fp, n, NoNegatives),
            Self::TrueNegativeRate => (c.tn, n, NoNegatives),
            Self::FalseNegativeRate => (c.false_negatives, p, NoPositives),
            Self::Precision => (c.tp, s, NoneSelected),
            Self::NegativePredictiveValue => (c.tn, r, NoneRejected),
            Self::FalseDiscoveryRate => (c.fp, s, NoneSelected),
            Self::FalseOmissionRate => (c.false_negatives, r, NoneRejected),
            Self::Accuracy => (c.tp + c.tn, p + n, NoRows),
            Self::BalancedAccuracy => (c.tp * n + c.tn * p, 2.0 * p * n, OneClassOnly),
            Self::F1 => {
                let reason = if p == 0.0 { NoPositives } else { NoneSelected };
                (2.0 * c.tp, 2.0 * c.tp + c.fp + c.false_negatives, reason)
            }
            Self::MeanScore => (c.score_sum, c.scored, NoScores),
        };
        if den > 0.0 { Ok(num / den) } else { Err(empty) }
    }
}
