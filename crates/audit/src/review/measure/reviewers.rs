//! Reviewers beside each other: who decides otherwise than the model more or less often than chance
//! allows.

use std::collections::BTreeMap;

use waage_core::interval::{Interval, clopper_pearson};
use waage_result::review::ReviewerResult;

use super::{Judgement, accepts, share};

/// Reviewers with fewer decisions are shown together.
const CASES_MIN: usize = 30;

/// Every reviewer with enough decisions, by code, and the others pooled.
pub fn of(judgements: &[Judgement<'_>]) -> Vec<ReviewerResult> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for judgement in judgements {
        for decision in &judgement.decisions {
            if let Some(accepted) = accepts(&decision.decision_final) {
                let (hits, n) = counts.entry(&decision.reviewer_id).or_default();
                *hits += usize::from(accepted != judgement.model_accepts());
                *n += 1;
            }
        }
    }
    let total = counts
        .values()
        .fold((0, 0), |(h, n), (hits, m)| (h + hits, n + m));
    let rate = total.0 as f64 / total.1.max(1) as f64;
    let mut pooled = (0, 0);
    let mut out = Vec::new();
    for (code, (hits, n)) in counts {
        if n < CASES_MIN {
            pooled = (pooled.0 + hits, pooled.1 + n);
            continue;
        }
        out.push(ReviewerResult {
            reviewer: Some(code.to_owned()),
            n: n as u64,
            rate: share(hits, n),
            position: position(hits, n, rate).to_owned(),
        });
    }
    if pooled.1 > 0 {
        out.push(ReviewerResult {
            reviewer: None,
            n: pooled.1 as u64,
            rate: share(pooled.0, pooled.1),
            position: position(pooled.0, pooled.1, rate).to_owned(),
        });
    }
    out
}

/// Whether the rate of all lies outside a reviewer's exact interval: the funnel's limits, inverted.
fn position(hits: usize, n: usize, rate: f64) -> &'static str {
    let outside = |level: f64| {
        let Interval { low, high } = clopper_pearson(hits as f64, n as f64, level);
        low.is_some_and(|low| rate < low) || high.is_some_and(|high| rate > high)
    };
    if outside(0.998) {
        "beyond_99_8"
    } else if outside(0.95) {
        "beyond_95"
    } else {
        "within"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_follow_the_binomial_law() {
        // 10 % of 100: 95 % of the time from 5 to 16.
        assert_eq!(position(10, 100, 0.1), "within");
        assert_eq!(position(16, 100, 0.1), "within");
        assert_eq!(position(17, 100, 0.1), "beyond_95");
        assert_eq!(position(22, 100, 0.1), "beyond_99_8");
        assert_eq!(position(4, 100, 0.1), "beyond_95");
    }
}
