//! The probability that a true value lies beyond its margin (GOVERNANCE §2.2, 1 and 2).

use waage_core::special::{cdf, sf, z_of_level};
use waage_result::finding::{Finding, Margin, State};

use super::scale::likelihood_level;

/// Confidence of an interval whose finding does not tell it.
const LEVEL_DEFAULT: f64 = 0.95;

/// How likely it is that a finding's true value lies on the bad side of its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exceedance {
    /// The estimate.
    pub value: f64,
    /// The limit that it is held against: of two, the one that more likely is exceeded.
    pub limit: f64,
    /// The standard error; none where replicates were counted.
    pub standard_error: Option<f64>,
    /// The probability.
    pub probability: f64,
}

impl Exceedance {
    /// The level of the probability.
    #[must_use]
    pub fn level(&self) -> u8 {
        likelihood_level(self.probability)
    }
}

/// `P = Φ((m − t)/se)` for a value that must not exceed `t`, `1 − Φ((m − t)/se)` for one that must
/// not fall below it.
///
/// ```
/// use waage_govern::risks::exceedance::must_not_exceed;
/// assert!((must_not_exceed(0.074, 0.05, 0.0198) - 0.887_267_0).abs() < 1e-7);
/// ```
#[must_use]
pub fn must_not_exceed(m: f64, t: f64, se: f64) -> f64 {
    if se > 0.0 {
        cdf((m - t) / se)
    } else {
        f64::from(u8::from(m > t))
    }
}

/// `1 − Φ((m − t)/se)`; without an error, whether the value lies below.
fn must_not_fall_below(m: f64, t: f64, se: f64) -> f64 {
    if se > 0.0 {
        sf((m - t) / se)
    } else {
        f64::from(u8::from(m < t))
    }
}

/// The exceedance of a finding; `None` where it has no value or no interval, or was not judged
/// because its group is too small.
///
/// The standard error is read from the finding's interval, from the end that faces the limit: so
/// the probability agrees with the interval shown, and equals the formula where the interval is
/// symmetric. Ratios are read on the logarithmic scale, where their intervals are symmetric.
/// A difference is allowed in both directions alike: the nearer limit counts. Where a bootstrap
/// has shown a value outside, its p-value is twice the share of replicates inside, and the
/// probability is the share beyond.
#[must_use]
pub fn of_finding(finding: &Finding) -> Option<Exceedance> {
    let unjudged = finding.state == State::Inconclusive
        && finding
            .reason
            .as_deref()
            .is_some_and(|reason| !JUDGED_REASONS.contains(&reason));
    let value = finding
        .estimate
        .value
        .filter(|v| v.is_finite() && !unjudged)?;
    let (low, high) = limits(finding);
    let upper = high.and_then(|t| beyond(finding, value, t, true));
    let lower = low.and_then(|t| beyond(finding, value, t, false));
    [upper, lower]
        .into_iter()
        .flatten()
        .max_by(|a, b| a.probability.total_cmp(&b.probability))
}

/// Reasons of findings that were judged and not decided: the others could not be evaluated.
const JUDGED_REASONS: [&str; 3] = [
    "interval_spans_margin",
    "flips_with_one_selection",
    "groups_skipped",
];

/// The least and the greatest value allowed.
fn limits(finding: &Finding) -> (Option<f64>, Option<f64>) {
    match (finding.margin, finding.op.as_str()) {
        (Margin::Between([low, high]), _) => (Some(low), Some(high)),
        (Margin::One(t), "<=" | "<") if finding.comparison == "difference" => (Some(-t), Some(t)),
        (Margin::One(t), "<=" | "<") => (None, Some(t)),
        (Margin::One(t), _) => (Some(t), None),
    }
}

fn beyond(finding: &Finding, value: f64, limit: f64, above: bool) -> Option<Exceedance> {
    let outside = if above { value > limit } else { value < limit };
    let of = |standard_error, probability| Exceedance {
        value,
        limit,
        standard_error,
        probability,
    };
    if let (true, true, Some(p)) = (
        outside,
        finding.estimate.method.starts_with("bootstrap"),
        finding.p,
    ) {
        return Some(of(None, 1.0 - p.clamp(0.0, 1.0) / 2.0));
    }
    let z = z_of_level(finding.level.unwrap_or(LEVEL_DEFAULT))?;
    let estimate = &finding.estimate;
    let finite = |end: Option<f64>| end.filter(|v| v.is_finite());
    // The end of the interval on the side where the limit lies, else the other one.
    let (near, far) = if limit >= value {
        (finite(estimate.high), finite(estimate.low))
    } else {
        (finite(estimate.low), finite(estimate.high))
    };
    let end = near.or(far)?;
    let ratio = finding.comparison == "ratio" && value > 0.0 && limit > 0.0 && end > 0.0;
    let (m, t, end) = if ratio {
        (libm::log(value), libm::log(limit), libm::log(end))
    } else {
        (value, limit, end)
    };
    let error = (end - m).abs() / z;
    let probability = if above {
        must_not_exceed(m, t, error)
    } else {
        must_not_fall_below(m, t, error)
    };
    (probability.is_finite()).then(|| of(Some(error), probability))
}

#[cfg(test)]
mod tests {
    use waage_result::document::EstimateDoc;
    use waage_result::finding::{Bilingual, Severity};

    use super::*;

    fn finding(value: f64, se: f64, comparison: &str, op: &str, margin: Margin) -> Finding {
        let z = z_of_level(0.95).unwrap();
        Finding {
            check: "FAIR-01".into(),
            attribute: "gender".into(),
            metric: "selection_rate".into(),
            comparison: comparison.into(),
            class: None,
            scheme: None,
            top_k: None,
            group: Some("f".into()),
            highest: None,
            lowest: None,
            groups_skipped: Vec::new(),
            reference: Some("m".into()),
            estimate: EstimateDoc {
                value: Some(value),
                low: Some(value - z * se),
                high: Some(value + z * se),
                n: 100,
                method: "newcombe".into(),
                ..EstimateDoc::default()
            },
            level: Some(0.95),
            op: op.into(),
            margin,
            state: State::Inconclusive,
            severity: Severity::Major,
            reason: Some("interval_spans_margin".into()),
            rows_needed: None,
            rows: 100,
            p: None,
            p_equivalence: None,
            p_adjusted: None,
            four_fifths_adverse: None,
            flips_with_one_selection: None,
            waived_by: None,
            text: Bilingual::default(),
        }
    }

    #[test]
    fn the_worked_examples() {
        for (m, p, level) in [
            (0.074, 0.887_267_0, 4),
            (0.030, 0.156_223_4, 2),
            (0.12, 0.999_796_4, 5),
        ] {
            let close = |got: f64| (got - p).abs() < 1e-7;
            assert!(close(must_not_exceed(m, 0.05, 0.0198)), "{m}");
            assert!(close(1.0 - must_not_fall_below(m, 0.05, 0.0198)), "{m}");
            assert_eq!(likelihood_level(p), level);
            for sign in [1.0, -1.0] {
                let found = of_finding(&finding(
                    sign * m,
                    0.0198,
                    "difference",
                    "<=",
                    Margin::One(0.05),
                ))
                .unwrap();
                assert!(close(found.probability), "{sign} {m}: {found:?}");
                assert_eq!((found.level(), found.limit), (level, sign * 0.05));
                assert!((found.standard_error.unwrap() - 0.0198).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_bad_side_follows_the_operator() {
        let p = |comparison, op, margin| {
            of_finding(&finding(0.7, 0.05, comparison, op, margin))
                .unwrap()
                .probability
        };
        assert!(p("none", ">=", Margin::One(0.8)) > 0.97);
        assert!(p("none", ">", Margin::One(0.6)) < 0.03);
        assert!(p("none", "<=", Margin::One(0.6)) > 0.97);
        assert!(p("none", "between", Margin::Between([0.75, 0.9])) > 0.8);
        // ln 0.8 − ln 0.7 = 0.1335, and the upper end of the interval lies ln(0.798/0.7)/1.96 off.
        let ratio = of_finding(&finding(0.7, 0.05, "ratio", ">=", Margin::One(0.8))).unwrap();
        let error =
            libm::log((0.7 + z_of_level(0.95).unwrap() * 0.05) / 0.7) / z_of_level(0.95).unwrap();
        assert!((ratio.standard_error.unwrap() - error).abs() < 1e-12);
        assert!((ratio.probability - sf((libm::log(0.7) - libm::log(0.8)) / error)).abs() < 1e-12);
    }

    #[test]
    fn what_was_not_evaluated_says_nothing() {
        let mut small = finding(0.5, 0.01, "difference", "<=", Margin::One(0.05));
        small.reason = Some("below_min_n".into());
        assert_eq!(of_finding(&small), None);
        let mut open = finding(0.5, 0.01, "difference", "<=", Margin::One(0.05));
        (open.estimate.low, open.estimate.high) = (None, None);
        assert_eq!(of_finding(&open), None);
        open.estimate.high = Some(0.6);
        assert!(
            of_finding(&open).unwrap().probability > 0.99,
            "the other end stands in"
        );
        let mut none = finding(0.5, 0.01, "difference", "<=", Margin::One(0.05));
        none.estimate.value = None;
        assert_eq!(of_finding(&none), None);
    }

    #[test]
    fn replicates_and_certain_values() {
        let mut drawn = finding(0.074, 0.0198, "difference", "<=", Margin::One(0.05));
        drawn.estimate.method = "bootstrap_percentile".into();
        drawn.p = Some(0.2);
        let found = of_finding(&drawn).unwrap();
        assert_eq!((found.probability, found.standard_error), (0.9, None));
        let certain = |value| {
            of_finding(&finding(value, 0.0, "difference", "<=", Margin::One(0.05)))
                .unwrap()
                .probability
        };
        assert_eq!((certain(0.05), certain(0.051)), (0.0, 1.0));
    }
}
