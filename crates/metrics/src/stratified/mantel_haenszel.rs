//! One effect common to all strata, after Mantel and Haenszel (1959).

use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::{Blend, Share};

use super::Table;
use super::homogeneity::expected_hits;

/// Sums over the strata in which both groups occur.
fn sum(tables: &[Table], term: impl Fn(&Table, f64) -> f64) -> f64 {
    tables
        .iter()
        .filter(|t| t.is_comparable())
        .map(|t| term(t, t.rows()))
        .sum()
}

/// The common odds ratio `Σad/n ÷ Σbc/n`, in [0, ∞).
///
/// Its interval is normal on the logarithm with the variance of Robins, Breslow and Greenland
/// (1986). Where the pooled odds ratio is 0 that has none; the interval then runs up to the odds
/// ratio at which the observed hits lie `z` standard deviations below the expected ones (Cornfield's
/// limit over strata). Undefined without a stratum with both groups ([`Reason::OneGroup`]) and where
/// it is divided by nothing ([`Reason::ZeroReference`]). `rows` are the rows of the strata used.
#[must_use]
pub fn odds_ratio(tables: &[Table], rows: u64, level: f64) -> Estimate {
    let undefined = |reason| Estimate::undefined(rows, Method::MantelHaenszel, reason);
    if !tables.iter().any(Table::is_comparable) {
        return undefined(Reason::OneGroup);
    }
    let with = |t: &Table, n: f64| t.group_hits * t.reference_misses / n;
    let against = |t: &Table, n: f64| t.group_misses * t.reference_hits / n;
    let agree = |t: &Table, n: f64| (t.group_hits + t.reference_misses) / n;
    let differ = |t: &Table, n: f64| (t.group_misses + t.reference_hits) / n;
    let (over, under) = (sum(tables, with), sum(tables, against));
    if under <= 0.0 {
        return undefined(Reason::ZeroReference);
    }
    let value = over / under;
    if over <= 0.0 {
        let mut zero = Estimate::new(0.0, rows, Method::MantelHaenszel, Evidence::None, level);
        zero.low = Some(0.0);
        zero.high = waage_core::special::z_of_level(level).and_then(|z| cornfield(tables, z));
        return zero;
    }
    let variance = sum(tables, |t, n| agree(t, n) * with(t, n)) / (2.0 * over * over)
        + sum(tables, |t, n| {
            agree(t, n) * against(t, n) + differ(t, n) * with(t, n)
        }) / (2.0 * over * under)
        + sum(tables, |t, n| differ(t, n) * against(t, n)) / (2.0 * under * under);
    let evidence = Evidence::LogError(variance.sqrt());
    Estimate::new(value, rows, Method::MantelHaenszel, evidence, level)
}

/// The largest common odds ratio from which as few hits of the group as there are differ by at most
/// `z` standard deviations; to 1e-12 on the logarithm.
fn cornfield(tables: &[Table], z: f64) -> Option<f64> {
    let excess = |log: f64| {
        let (mut gap, mut variance) = (0.0, 0.0);
        for table in tables.iter().filter(|t| t.is_informative()) {
            let (hits, spread) = expected_hits(table, libm::exp(log));
            gap += hits - table.group_hits;
            variance += spread;
        }
        gap - z * variance.sqrt()
    };
    let (mut low, mut high) = (-LOG_MAX, LOG_MAX);
    if excess(low) >= 0.0 || excess(high) <= 0.0 {
        return None;
    }
    while high - low > 1e-12 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if excess(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(libm::exp(f64::midpoint(low, high)))
}

/// Odds ratios beyond `e^±46` (1e±20) are not looked for.
const LOG_MAX: f64 = 46.0;

/// The common ratio of rates `Σ a(c+d)/n ÷ Σ c(a+b)/n`, in [0, ∞).
///
/// Its interval is normal on the logarithm with the variance of Greenland and Robins (1985),
/// `Σ(m₁n₁n₂/n² − ac/n) / (Σan₂/n · Σcn₁/n)`. Where either sum or the variance is 0, the limits of
/// both sides are recovered from Wilson's instead ([`Method::Mover`]). Undefined without a stratum
/// with both groups and where the reference's side is 0.
#[must_use]
pub fn ratio(tables: &[Table], rows: u64, level: f64) -> Estimate {
    let undefined = |reason| Estimate::undefined(rows, Method::MantelHaenszel, reason);
    if !tables.iter().any(Table::is_comparable) {
        return undefined(Reason::OneGroup);
    }
    let over = sum(tables, |t, n| t.group_hits * t.reference() / n);
    let under = sum(tables, |t, n| t.reference_hits * t.group() / n);
    if under <= 0.0 {
        return undefined(Reason::ZeroReference);
    }
    let variance = sum(tables, |t, n| {
        t.hits() * t.group() * t.reference() / (n * n) - t.group_hits * t.reference_hits / n
    }) / (over * under);
    let value = over / under;
    if over > 0.0 && variance > 0.0 {
        let evidence = Evidence::LogError(variance.sqrt());
        return Estimate::new(value, rows, Method::MantelHaenszel, evidence, level);
    }
    Estimate::new(value, rows, Method::Mover, blends(tables), level)
}

/// The common difference of rates `Σwₖ(p₁ − p₂) / Σwₖ` with `w = n₁n₂/n`, in [−1, 1].
///
/// Normal interval with `Var = Σ[(ab·n₂³ + cd·n₁³)/(n₁n₂n²)]/(Σw)²`. A stratum in which all or none
/// of a group are hit has no part in that variance although it is not certain: where one occurs, the
/// limits are recovered from Wilson's of every proportion ([`Method::MoverWilson`]). Undefined
/// without a stratum with both groups.
#[must_use]
pub fn risk_difference(tables: &[Table], rows: u64, level: f64) -> Estimate {
    let weights = sum(tables, |t, n| t.group() * t.reference() / n);
    if weights <= 0.0 {
        return Estimate::undefined(rows, Method::MantelHaenszel, Reason::OneGroup);
    }
    let value = sum(tables, |t, n| {
        (t.group_hits * t.reference() - t.reference_hits * t.group()) / n
    }) / weights;
    let certain = |t: &Table| {
        t.group_hits * t.group_misses <= 0.0 || t.reference_hits * t.reference_misses <= 0.0
    };
    if tables.iter().filter(|t| t.is_comparable()).any(certain) {
        return Estimate::new(value, rows, Method::MoverWilson, blends(tables), level);
    }
    let cube = |x: f64| x * x * x;
    let variance = sum(tables, |t, n| {
        (t.group_hits * t.group_misses * cube(t.reference())
            + t.reference_hits * t.reference_misses * cube(t.group()))
            / (t.group() * t.reference() * n * n)
    }) / (weights * weights);
    let evidence = Evidence::StandardError(variance.sqrt());
    let mut pooled = Estimate::new(value, rows, Method::MantelHaenszel, evidence, level);
    pooled.low = pooled.low.map(|low| low.max(-1.0));
    pooled.high = pooled.high.map(|high| high.min(1.0));
    pooled
}

/// Both sides as means over the strata with Mantel–Haenszel weights.
fn blends(tables: &[Table]) -> Evidence {
    let side = |hits: fn(&Table) -> f64, rows: fn(&Table) -> f64| {
        let comparable = tables.iter().filter(|t| t.is_comparable());
        let share = |t: &Table| Share {
            weight: t.group() * t.reference() / t.rows(),
            x: hits(t),
            n: rows(t),
        };
        Blend(comparable.map(share).collect())
    };
    Evidence::Blends {
        group: side(|t| t.group_hits, Table::group),
        reference: side(|t| t.reference_hits, Table::reference),
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::examples::{BERKELEY, E2, close, swapped};
    use super::*;

    fn ends(estimate: &Estimate) -> (f64, f64, f64) {
        (
            estimate.value.unwrap(),
            estimate.low.unwrap(),
            estimate.high.unwrap(),
        )
    }

    /// FORMULAS §4.7 and §7 row 25.
    #[test]
    fn the_worked_examples() {
        let (value, low, high) = ends(&odds_ratio(&BERKELEY, 4526, 0.95));
        close(value, 0.904_696_828);
        close(low, 0.771_907_362);
        close(high, 1.060_329_764);
        let (value, low, high) = ends(&odds_ratio(&E2, 180, 0.95));
        close(value, 0.408_284_024);
        close(low, 0.199_041_740);
        close(high, 0.837_491_895);
        close(ratio(&BERKELEY, 4526, 0.95).value.unwrap(), 0.944_905_023);
        close(ratio(&E2, 180, 0.95).value.unwrap(), 0.677_419_355);
        for (tables, value, error) in [
            (&BERKELEY[..], -0.018_425_196, 0.014_619_469),
            (&E2[..], -0.178_571_429, 0.072_810_297),
        ] {
            let pooled = risk_difference(tables, 0, 0.95);
            close(pooled.value.unwrap(), value);
            let Evidence::StandardError(se) = pooled.evidence else {
                panic!("{pooled:?}");
            };
            close(se, error);
        }
    }

    /// One stratum leaves Katz's and Woolf's intervals.
    #[test]
    fn one_stratum_is_the_plain_comparison() {
        let one = [Table::new(24.0, 36.0, 60.0, 40.0)];
        let (value, low, high) = ends(&ratio(&one, 160, 0.95));
        close(value, 2.0 / 3.0);
        close(low, 0.470_366_427);
        close(high, 0.944_889_811);
        let (value, low, high) = ends(&odds_ratio(&one, 160, 0.95));
        close(value, 24.0 * 40.0 / (36.0 * 60.0));
        let se = (1.0f64 / 24.0 + 1.0 / 36.0 + 1.0 / 60.0 + 1.0 / 40.0).sqrt();
        close(high / value, (1.959_963_984_540_054 * se).exp());
        close(low * high, value * value);
        let marginal = BERKELEY.iter().fold(Table::default(), |sum, t| sum.plus(t));
        close(
            odds_ratio(&[marginal], 0, 0.95).value.unwrap(),
            1.841_080_037,
        );
    }

    #[test]
    fn exchanging_the_groups_turns_every_effect_round() {
        for tables in [&BERKELEY[..], &E2[..]] {
            let turned = swapped(tables);
            let (a, b) = (odds_ratio(tables, 0, 0.9), odds_ratio(&turned, 0, 0.9));
            close(a.low.unwrap() * b.high.unwrap(), 1.0);
            let (a, b) = (ratio(tables, 0, 0.9), ratio(&turned, 0, 0.9));
            close(a.value.unwrap() * b.value.unwrap(), 1.0);
            close(a.low.unwrap() * b.high.unwrap(), 1.0);
            let (a, b) = (
                risk_difference(tables, 0, 0.9),
                risk_difference(&turned, 0, 0.9),
            );
            close(a.high.unwrap(), -b.low.unwrap());
        }
    }

    #[test]
    fn certainty_is_not_taken_for_granted() {
        // Nobody of either group is hit, in small strata.
        let none = [
            Table::new(0.0, 4.0, 0.0, 6.0),
            Table::new(0.0, 3.0, 0.0, 2.0),
        ];
        let gap = risk_difference(&none, 15, 0.95);
        assert_eq!(gap.value, Some(0.0));
        assert!(
            gap.low.unwrap() < -0.2 && gap.high.unwrap() > 0.2,
            "{gap:?}"
        );
        assert_eq!(ratio(&none, 15, 0.95).reason, Some(Reason::ZeroReference));
        // Nobody of the group is hit.
        let group = [
            Table::new(0.0, 20.0, 9.0, 11.0),
            Table::new(0.0, 10.0, 4.0, 6.0),
        ];
        let times = ratio(&group, 60, 0.95);
        assert_eq!((times.value, times.low), (Some(0.0), Some(0.0)));
        assert!(
            times.high.unwrap() > 0.05 && times.high.unwrap() < 0.6,
            "{times:?}"
        );
        let odds = odds_ratio(&group, 60, 0.95);
        assert_eq!((odds.value, odds.low), (Some(0.0), Some(0.0)));
        // Tighter by hand: at the limit the expected hits are z deviations above none.
        let limit = odds.high.unwrap();
        let (hits, variance) = group
            .iter()
            .map(|t| expected_hits(t, limit))
            .fold((0.0, 0.0), |sum, next| (sum.0 + next.0, sum.1 + next.1));
        assert!((hits / variance.sqrt() - 1.959_963_984_540_054).abs() < 1e-9);
    }

    #[test]
    fn strata_with_one_group_count_for_nothing() {
        let mut tables = E2.to_vec();
        tables.push(Table::new(7.0, 3.0, 0.0, 0.0));
        tables.push(Table::default());
        assert_eq!(odds_ratio(&tables, 180, 0.95), odds_ratio(&E2, 180, 0.95));
        assert_eq!(ratio(&tables, 180, 0.95), ratio(&E2, 180, 0.95));
        let gap = risk_difference(&tables, 180, 0.95);
        assert_eq!(gap, risk_difference(&E2, 180, 0.95));
        for of in [odds_ratio, ratio, risk_difference] {
            assert_eq!(of(&tables[2..], 10, 0.95).reason, Some(Reason::OneGroup));
            assert_eq!(of(&[], 0, 0.95).reason, Some(Reason::OneGroup));
        }
    }
}
