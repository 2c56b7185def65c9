//! Comparisons that are corrected together (GOVERNANCE §1.2).

use waage_core::multiplicity::{benjamini_hochberg, bonferroni, holm};

use super::case::Case;
use crate::policy::{Correction, Policy};

/// What the family's correction made of one case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Corrected {
    /// The corrected p-value.
    pub p_adjusted: Option<f64>,
    /// The level of the interval that is shown and that a breach must clear.
    pub level: f64,
}

/// A family as it was judged.
#[derive(Debug)]
pub(crate) struct Judged {
    pub name: String,
    pub correction: Correction,
    /// Comparisons that could be evaluated.
    pub size: u64,
}

/// Corrects every case within its family; a case without one stands for itself.
pub(crate) fn correct(policy: &Policy, cases: &[Case<'_>]) -> (Vec<Corrected>, Vec<Judged>) {
    let mut out: Vec<Corrected> = cases
        .iter()
        .map(|case| Corrected {
            p_adjusted: case.p,
            level: case.check.confidence,
        })
        .collect();
    let mut families = Vec::new();
    for (name, &correction) in &policy.families {
        let members: Vec<usize> = (0..cases.len())
            .filter(|&i| {
                cases[i].check.family.as_ref() == Some(name) && cases[i].obstacle.is_none()
            })
            .collect();
        let p: Vec<Option<f64>> = members.iter().map(|&i| cases[i].p).collect();
        let adjusted = match correction {
            Correction::Bonferroni => bonferroni(&p),
            Correction::Holm => holm(&p),
            Correction::Bh => benjamini_hochberg(&p),
            Correction::None | Correction::Ebh => p,
        };
        let size = members.len();
        for (&i, adjusted) in members.iter().zip(&adjusted) {
            out[i].p_adjusted = *adjusted;
        }
        let rejected = members
            .iter()
            .filter(|&&i| {
                out[i]
                    .p_adjusted
                    .is_some_and(|p| p <= alpha(cases[i].check.confidence))
            })
            .count();
        let share = match correction {
            Correction::Bonferroni | Correction::Holm => 1.0 / size.max(1) as f64,
            Correction::Bh => rejected.max(1) as f64 / size.max(1) as f64,
            Correction::None | Correction::Ebh => 1.0,
        };
        for &i in &members {
            out[i].level = 1.0 - alpha(cases[i].check.confidence) * share;
        }
        families.push(Judged {
            name: name.clone(),
            correction,
            size: size as u64,
        });
    }
    (out, families)
}

/// `1 − confidence` without the rounding that makes `1 − 0.95` more than `0.05`.
pub(crate) fn alpha(confidence: f64) -> f64 {
    let alpha = 1.0 - confidence;
    let rounded = (alpha * 1e12).round() / 1e12;
    if (rounded - alpha).abs() < 1e-15 {
        rounded
    } else {
        alpha
    }
}
