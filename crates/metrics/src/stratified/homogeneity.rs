//! Whether the odds ratio is the same in every stratum.

use waage_core::special::chi_square_sf;

use super::Table;

/// The tests of Breslow and Day (1980), and with Tarone's correction (1985).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Homogeneity {
    /// Breslow and Day's statistic `Σ(a − A)²/V`.
    pub breslow_day: f64,
    /// Less `(Σ(a − A))²/ΣV`: Tarone's, which has the stated distribution exactly in large strata.
    pub tarone: f64,
    /// Degrees of freedom: informative strata less one.
    pub degrees: u32,
    /// p-value of Tarone's statistic.
    pub p: f64,
}

/// Tests that the odds ratio is the same in every informative stratum, given the pooled one.
///
/// `A` are the hits of the group that the pooled odds ratio leads to expect in a stratum with its
/// margins, `V` their variance. `None` for fewer than two informative strata and for an odds ratio
/// that is not positive and finite.
#[must_use]
pub fn breslow_day(tables: &[Table], odds_ratio: f64) -> Option<Homogeneity> {
    if !(odds_ratio > 0.0 && odds_ratio.is_finite()) {
        return None;
    }
    let (mut used, mut statistic, mut gap, mut spread) = (0_u32, 0.0, 0.0, 0.0);
    for table in tables.iter().filter(|t| t.is_informative()) {
        let (expected, variance) = expected_hits(table, odds_ratio);
        if variance <= 0.0 {
            continue;
        }
        let off = table.group_hits - expected;
        used += 1;
        statistic += off * off / variance;
        gap += off;
        spread += variance;
    }
    let degrees = used.checked_sub(1).filter(|degrees| *degrees > 0)?;
    let tarone = (statistic - gap * gap / spread).max(0.0);
    Some(Homogeneity {
        breslow_day: statistic,
        tarone,
        degrees,
        p: chi_square_sf(tarone, f64::from(degrees))?,
    })
}

/// The group's hits `A` expected in an informative stratum under an odds ratio, and their variance
/// `1/(1/A + 1/(n₁ − A) + 1/(m₁ − A) + 1/(n₂ − m₁ + A))`.
///
/// `A` is the root of `A(n₂ − m₁ + A) = ψ(n₁ − A)(m₁ − A)` between `max(0, m₁ − n₂)` and
/// `min(n₁, m₁)`.
pub(super) fn expected_hits(table: &Table, odds_ratio: f64) -> (f64, f64) {
    let (n1, n2, m1) = (table.group(), table.reference(), table.hits());
    let (least, most) = ((m1 - n2).max(0.0), n1.min(m1));
    let square = 1.0 - odds_ratio;
    let linear = (n2 - m1) + odds_ratio * (n1 + m1);
    let constant = -odds_ratio * n1 * m1;
    let root = (linear * linear - 4.0 * square * constant).max(0.0).sqrt();
    // The form of the same root that adds numbers of one sign.
    let hits = if linear >= 0.0 {
        -2.0 * constant / (linear + root)
    } else {
        (root - linear) / (2.0 * square)
    };
    let hits = hits.clamp(least, most);
    let parts = [hits, n1 - hits, m1 - hits, n2 - m1 + hits];
    if parts.iter().any(|part| *part <= 0.0) {
        return (hits, 0.0);
    }
    let precision: f64 = parts.iter().map(|part| 1.0 / part).sum();
    (hits, 1.0 / precision)
}

#[cfg(test)]
mod tests {
    use super::super::odds_ratio;
    use super::super::table::examples::{BERKELEY, E2, close, swapped};
    use super::*;

    fn pooled(tables: &[Table]) -> Homogeneity {
        breslow_day(tables, odds_ratio(tables, 0, 0.95).value.unwrap()).unwrap()
    }

    /// FORMULAS §4.7.
    #[test]
    fn the_worked_examples() {
        let berkeley = pooled(&BERKELEY);
        close(berkeley.breslow_day, 18.825_513_705);
        close(berkeley.tarone, 18.825_501_252);
        close(berkeley.p, 0.002_071_401);
        assert_eq!(berkeley.degrees, 5);
        let e2 = pooled(&E2);
        close(e2.breslow_day, 0.815_542_577);
        close(e2.tarone, 0.815_519_653);
        close(e2.p, 0.366_493_379);
        assert_eq!(e2.degrees, 1);
        let turned = pooled(&swapped(&BERKELEY));
        assert!((turned.tarone - berkeley.tarone).abs() < 1e-8);
    }

    #[test]
    fn expected_hits_restore_the_odds_ratio() {
        for psi in [1e-6, 0.03, 0.5, 1.0, 1.0 + 1e-12, 3.0, 1e6] {
            for table in BERKELEY.iter().chain(&E2) {
                let (hits, variance) = expected_hits(table, psi);
                let (n1, n2, m1) = (table.group(), table.reference(), table.hits());
                let back = hits * (n2 - m1 + hits) / ((n1 - hits) * (m1 - hits));
                assert!((back / psi - 1.0).abs() < 1e-6, "{psi} {table:?} {back}");
                assert!(variance > 0.0);
            }
        }
        // Without association: the product of the margins.
        let (hits, _) = expected_hits(&E2[0], 1.0);
        close(hits, 40.0 * 65.0 / 100.0);
    }

    #[test]
    fn equal_odds_ratios_leave_nothing_to_find() {
        let same = [
            Table::new(10.0, 20.0, 20.0, 20.0),
            Table::new(30.0, 20.0, 30.0, 10.0),
        ];
        let test = pooled(&same);
        assert!(test.tarone < 1e-12 && test.p > 1.0 - 1e-6, "{test:?}");
    }

    #[test]
    fn too_few_strata_have_no_test() {
        assert_eq!(breslow_day(&E2[..1], 0.3), None);
        let empty = [E2[0], Table::new(3.0, 0.0, 4.0, 0.0)];
        assert_eq!(breslow_day(&empty, 0.3), None);
        for odds in [0.0, -1.0, f64::INFINITY, f64::NAN] {
            assert_eq!(breslow_day(&E2, odds), None);
        }
    }
}
