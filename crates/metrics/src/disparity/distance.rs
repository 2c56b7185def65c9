//! Distances between two distributions over the same categories (FORMULAS §3.5): p that of the
//! reference, q that of the group.

use waage_core::estimate::Reason;

use super::Value;
use crate::confusion::Confusion;

/// A distance; all are 0 where both distributions are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Distance {
    /// `Σ p ln(p/q)` in nats, in [0, ∞): undefined where q lacks a category that p has.
    KullbackLeibler,
    /// `½KL(p‖m) + ½KL(q‖m)` with the mean m, in [0, ln 2]: the divergence, not its root.
    JensenShannon,
    /// `√Σ(p − q)²`, in [0, √2].
    Euclidean,
    /// `½Σ|p − q|`, in [0, 1].
    TotalVariation,
    /// `max |p − q|`, in [0, 1].
    Largest,
    /// `√(1 − Σ√(pq))`, in [0, 1].
    Hellinger,
}

impl Distance {
    /// Its value on two distributions, each summing to 1.
    ///
    /// # Errors
    /// `zero_reference` for Kullback and Leibler's where q lacks a category.
    pub fn of(self, p: &[f64], q: &[f64]) -> Value {
        let pairs = || p.iter().copied().zip(q.iter().copied());
        let relative = |p: f64, q: f64| if p > 0.0 { p * libm::log(p / q) } else { 0.0 };
        Ok(match self {
            Self::KullbackLeibler => {
                if pairs().any(|(p, q)| p > 0.0 && q <= 0.0) {
                    return Err(Reason::ZeroReference);
                }
                pairs().map(|(p, q)| relative(p, q)).sum::<f64>().max(0.0)
            }
            Self::JensenShannon => {
                let half = |p: f64, q: f64| relative(p, f64::midpoint(p, q)) / 2.0;
                let sum: f64 = pairs().map(|(p, q)| half(p, q) + half(q, p)).sum();
                sum.max(0.0)
            }
            Self::Euclidean => pairs().map(|(p, q)| (p - q) * (p - q)).sum::<f64>().sqrt(),
            Self::TotalVariation => pairs().map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0,
            Self::Largest => pairs().map(|(p, q)| (p - q).abs()).fold(0.0, f64::max),
            Self::Hellinger => {
                // ½Σ(√p − √q)² is 1 − Σ√(pq) without its cancellation.
                let gap = |p: f64, q: f64| p.sqrt() - q.sqrt();
                let sum: f64 = pairs().map(|(p, q)| gap(p, q) * gap(p, q)).sum();
                (sum / 2.0).sqrt()
            }
        })
    }

    /// What the size of a difference of two shares is multiplied by to give the distance of two
    /// categories, where it is such a multiple.
    #[must_use]
    pub const fn of_gap(self) -> Option<f64> {
        match self {
            Self::Euclidean => Some(std::f64::consts::SQRT_2),
            Self::TotalVariation | Self::Largest => Some(1.0),
            Self::KullbackLeibler | Self::JensenShannon | Self::Hellinger => None,
        }
    }
}

/// Of which two categories a distance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    /// Positive and negative labels.
    Labels,
    /// Selected and rejected.
    Decisions,
}

impl Base {
    /// The shares of the two categories.
    ///
    /// # Errors
    /// `no_rows`.
    pub fn shares(self, table: &Confusion) -> Result<[f64; 2], Reason> {
        let (one, other) = match self {
            Self::Labels => (table.positives, table.negatives),
            Self::Decisions => (table.selected, table.rejected),
        };
        let total = one + other;
        match total > 0.0 {
            true => Ok([one / total, other / total]),
            false => Err(Reason::NoRows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Distance::{Euclidean, Hellinger, JensenShannon, KullbackLeibler, Largest, TotalVariation};

    fn near(distance: Distance, p: &[f64], q: &[f64], expected: f64) {
        let value = distance.of(p, q).unwrap();
        assert!((value - expected).abs() < 1e-9, "{distance:?} {value}");
    }

    #[test]
    fn distances_are_those_of_the_worked_examples() {
        let (p, q) = ([0.2, 0.5, 0.3], [0.4, 0.1, 0.5]);
        near(KullbackLeibler, &p, &q, 0.512_841_833);
        near(JensenShannon, &p, &q, 0.102_399_272);
        near(Euclidean, &p, &q, 0.489_897_949);
        near(TotalVariation, &p, &q, 0.4);
        near(Largest, &p, &q, 0.4);
        let (p, q) = ([0.5, 0.5], [0.25, 0.75]);
        near(KullbackLeibler, &p, &q, 0.143_841_036);
        near(JensenShannon, &p, &q, 0.033_822_076);
        near(Euclidean, &p, &q, 0.353_553_391);
        near(TotalVariation, &p, &q, 0.25);
        near(Largest, &p, &q, 0.25);
        let overlap = 0.125_f64.sqrt() + 0.375_f64.sqrt();
        near(Hellinger, &p, &q, (1.0 - overlap).sqrt());
    }

    #[test]
    fn published_cases_come_out() {
        let (p, q) = ([0.5, 0.5], [5.0 / 6.0, 1.0 / 6.0]);
        near(KullbackLeibler, &p, &q, 0.293_893_332);
        near(JensenShannon, &p, &q, 0.064_659_974);
        near(Euclidean, &p, &q, 0.471_404_521);
        near(Largest, &p, &q, 1.0 / 3.0);
        let (p, q) = ([0.4, 0.6], [1.0, 0.0]);
        assert_eq!(KullbackLeibler.of(&p, &q), Err(Reason::ZeroReference));
        near(TotalVariation, &p, &q, 0.6);
        near(JensenShannon, &p, &q, 0.274_358_469);
        near(Euclidean, &p, &q, 0.848_528_137);
        // German credit, foreign worker yes against no.
        let share = |x: f64, n: f64| [x / n, 1.0 - x / n];
        let (yes, no) = (share(667.0, 963.0), share(33.0, 37.0));
        near(TotalVariation, &no, &yes, 0.199_264_685);
        near(Euclidean, &no, &yes, 0.281_802_820);
        near(JensenShannon, &no, &yes, 0.031_185_541);
    }

    #[test]
    fn gaps_are_multiples_of_one_share() {
        let (p, q) = ([0.3, 0.7], [0.45, 0.55]);
        for distance in [Euclidean, TotalVariation, Largest] {
            near(distance, &p, &q, distance.of_gap().unwrap() * 0.15);
        }
    }
}
