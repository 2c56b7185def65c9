//! The value of each metric on a confusion table.

use waage_core::estimate::Reason;

use super::Metric;
use crate::confusion::Confusion;
use crate::inequality::{benefits, generalized_entropy, variation};

impl Metric {
    /// Its value on a confusion table; the reason where it is undefined.
    ///
    /// The effective count rests on squared weights, which a table does not have: it comes from the
    /// sums of a group alone.
    ///
    /// # Errors
    /// The [`Reason`] of a zero denominator.
    // Handed back through memory, a value would be read before its halves are together there: the
    // loops of the bootstrap took three times as long.
    #[inline(always)]
    pub fn value(self, c: &Confusion) -> Result<f64, Reason> {
        use Reason::{
            NoNegatives, NoPositives, NoRows, NoScores, NoneRejected, NoneSelected, NotAvailable,
            OneClassOnly, ZeroReference,
        };
        let (p, n) = (c.tp + c.false_negatives, c.fp + c.tn);
        let (s, r) = (c.tp + c.fp, c.false_negatives + c.tn);
        let entropy = |alpha| generalized_entropy(&benefits(c), alpha);
        let (num, den, empty) = match self {
            Self::Count | Self::WeightSum => return Ok(c.total),
            Self::EffectiveCount => return Err(NotAvailable),
            Self::TruePositives => return Ok(c.tp),
            Self::FalsePositives => return Ok(c.fp),
            Self::FalseNegatives => return Ok(c.false_negatives),
            Self::TrueNegatives => return Ok(c.tn),
            Self::BaseRate => (c.positives, c.positives + c.negatives, NoRows),
            Self::SelectionRate => (c.selected, c.selected + c.rejected, NoRows),
            Self::RejectionShare => (c.rejected, c.selected + c.rejected, NoRows),
            Self::ShareOfSelected => (c.selected, c.all_selected, NoneSelected),
            Self::AbstentionRate => (c.undecided, c.total, NoRows),
            Self::TruePositiveRate => (c.tp, p, NoPositives),
            Self::FalsePositiveRate => (c.fp, n, NoNegatives),
            Self::TrueNegativeRate => (c.tn, n, NoNegatives),
            Self::FalseNegativeRate => (c.false_negatives, p, NoPositives),
            Self::Precision => (c.tp, s, NoneSelected),
            Self::NegativePredictiveValue => (c.tn, r, NoneRejected),
            Self::FalseDiscoveryRate => (c.fp, s, NoneSelected),
            Self::FalseOmissionRate => (c.false_negatives, r, NoneRejected),
            Self::Accuracy => (c.tp + c.tn, p + n, NoRows),
            Self::ErrorRate => (c.fp + c.false_negatives, p + n, NoRows),
            Self::BalancedAccuracy => (c.tp * n + c.tn * p, 2.0 * p * n, OneClassOnly),
            Self::F1 => {
                let reason = if p == 0.0 { NoPositives } else { NoneSelected };
                (2.0 * c.tp, 2.0 * c.tp + c.fp + c.false_negatives, reason)
            }
            Self::Jaccard => (c.tp, c.tp + c.fp + c.false_negatives, NoPositives),
            Self::MatthewsCorrelation => {
                let why = if p == 0.0 || n == 0.0 {
                    OneClassOnly
                } else if s == 0.0 {
                    NoneSelected
                } else {
                    NoneRejected
                };
                // One root at a time: a product of four large counts is no safe number.
                let root = (s * r).sqrt() * (p * n).sqrt();
                (c.tp * c.tn - c.fp * c.false_negatives, root, why)
            }
            Self::CohenKappa => {
                let total = p + n;
                let chance = s * p + r * n;
                let why = if total == 0.0 { NoRows } else { OneClassOnly };
                (total * (c.tp + c.tn) - chance, total * total - chance, why)
            }
            Self::YoudenJ => (c.tp * n - c.fp * p, p * n, OneClassOnly),
            Self::OddsOfSelection => (c.selected, c.rejected, NoneRejected),
            Self::ErrorOdds => (c.false_negatives, c.fp, ZeroReference),
            Self::ConditionalAcceptance => (p, s, NoneSelected),
            Self::ConditionalRejection => (n, r, NoneRejected),
            Self::Lift => {
                let why = if p == 0.0 { NoPositives } else { NoneSelected };
                (c.tp * (p + n), s * p, why)
            }
            Self::MeanBenefit => (p + n + c.fp - c.false_negatives, p + n, NoRows),
            Self::GeneralizedEntropyIndex => return entropy(2.0),
            Self::TheilIndex => return entropy(1.0),
            Self::MeanLogDeviation => return entropy(0.0),
            Self::CoefficientOfVariation => return variation(entropy(2.0)),
            Self::MeanScore => (c.score_sum, c.scored, NoScores),
        };
        if den > 0.0 { Ok(num / den) } else { Err(empty) }
    }
}
