//! Whether there is any effect within strata.

use waage_core::special::chi_square_sf;

use super::Table;

/// The test of Cochran (1954), Mantel and Haenszel (1959).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cmh {
    /// The statistic, chi-square with one degree of freedom.
    pub statistic: f64,
    /// Its p-value.
    pub p: f64,
    /// Strata that contributed.
    pub used: usize,
    /// Strata that could not: fewer than two rows or an empty margin.
    pub skipped: usize,
}

/// Tests that no stratum has a gap: `max(0, |Σ(a − n₁m₁/n)| − cc)² / Σ n₁n₂m₁m₂/(n²(n − 1))`.
///
/// `correction` is 0, or ½ for the continuity correction that R makes by default. Most powerful
/// where the gap has one direction. `None` where no stratum contributes.
#[must_use]
pub fn cochran_mantel_haenszel(tables: &[Table], correction: f64) -> Option<Cmh> {
    let (mut gap, mut variance, mut used) = (0.0, 0.0, 0);
    for t in tables.iter().filter(|t| t.is_informative()) {
        let n = t.rows();
        gap += t.group_hits - t.group() * t.hits() / n;
        variance += t.group() * t.reference() * t.hits() * t.misses() / (n * n * (n - 1.0));
        used += 1;
    }
    if variance <= 0.0 {
        return None;
    }
    let beyond = (gap.abs() - correction).max(0.0);
    let statistic = beyond * beyond / variance;
    Some(Cmh {
        statistic,
        p: chi_square_sf(statistic, 1.0)?,
        used,
        skipped: tables.len() - used,
    })
}

#[cfg(test)]
mod tests {
    use super::super::table::examples::{BERKELEY, E2, close, swapped};
    use super::*;

    /// FORMULAS §4.7 and §7 row 25.
    #[test]
    fn the_worked_examples() {
        for (tables, correction, statistic, p) in [
            (&BERKELEY[..], 0.0, 1.524_606_660, 0.216_923_697),
            (&BERKELEY[..], 0.5, 1.426_946_229, 0.232_263_463),
            (&E2[..], 0.0, 6.007_312_445, 0.014_246_710),
            (&E2[..], 0.5, 5.140_006_711, 0.023_380_558),
        ] {
            let test = cochran_mantel_haenszel(tables, correction).unwrap();
            close(test.statistic, statistic);
            close(test.p, p);
            assert_eq!((test.used, test.skipped), (tables.len(), 0));
            let turned = cochran_mantel_haenszel(&swapped(tables), correction).unwrap();
            close(turned.statistic, statistic);
        }
    }

    /// One stratum is Pearson's chi-square times (n − 1)/n.
    #[test]
    fn one_stratum_is_pearsons_test() {
        let one = [Table::new(24.0, 36.0, 60.0, 40.0)];
        let test = cochran_mantel_haenszel(&one, 0.0).unwrap();
        close(test.statistic, 6.015_037_594 * 159.0 / 160.0);
    }

    #[test]
    fn strata_that_say_nothing_are_counted() {
        let tables = [
            E2[0],
            Table::new(1.0, 0.0, 0.0, 0.0),
            Table::new(2.0, 0.0, 3.0, 0.0),
        ];
        let test = cochran_mantel_haenszel(&tables, 0.0).unwrap();
        assert_eq!((test.used, test.skipped), (1, 2));
        assert_eq!(cochran_mantel_haenszel(&tables[1..], 0.0), None);
        assert_eq!(cochran_mantel_haenszel(&[], 0.0), None);
    }

    /// Berkeley as a whole: χ² 92.205280412 without strata.
    #[test]
    fn forgetting_the_strata_finds_a_gap_that_is_not_there() {
        let all = BERKELEY.iter().fold(Table::default(), |sum, t| sum.plus(t));
        let test = cochran_mantel_haenszel(&[all], 0.0).unwrap();
        close(test.statistic, 92.205_280_412 * 4525.0 / 4526.0);
    }
}
