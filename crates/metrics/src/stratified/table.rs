//! Two groups of one stratum.

/// The fourfold table of one stratum: how many of a group and of its reference were hit or missed.
///
/// Counts are real: effective ones where rows are weighted, fractional ones where they are tied at
/// a cut.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Table {
    /// Hits of the group (`a`).
    pub group_hits: f64,
    /// Misses of the group (`b`).
    pub group_misses: f64,
    /// Hits of the reference (`c`).
    pub reference_hits: f64,
    /// Misses of the reference (`d`).
    pub reference_misses: f64,
}

impl Table {
    /// The table `a, b / c, d`: hits and misses of the group, then of the reference.
    #[must_use]
    pub const fn new(a: f64, b: f64, c: f64, d: f64) -> Self {
        Self {
            group_hits: a,
            group_misses: b,
            reference_hits: c,
            reference_misses: d,
        }
    }

    /// Rows of the group, `a + b`.
    #[must_use]
    pub fn group(&self) -> f64 {
        self.group_hits + self.group_misses
    }

    /// Rows of the reference, `c + d`.
    #[must_use]
    pub fn reference(&self) -> f64 {
        self.reference_hits + self.reference_misses
    }

    /// Hits of both, `a + c`.
    #[must_use]
    pub fn hits(&self) -> f64 {
        self.group_hits + self.reference_hits
    }

    /// Misses of both, `b + d`.
    #[must_use]
    pub fn misses(&self) -> f64 {
        self.group_misses + self.reference_misses
    }

    /// Rows of both.
    #[must_use]
    pub fn rows(&self) -> f64 {
        self.group() + self.reference()
    }

    /// Whether both groups occur, so that their rates can be compared.
    #[must_use]
    pub fn is_comparable(&self) -> bool {
        self.group() > 0.0 && self.reference() > 0.0
    }

    /// Whether it says anything on odds: at least two rows and no empty margin.
    #[must_use]
    pub fn is_informative(&self) -> bool {
        self.rows() >= 2.0 && self.is_comparable() && self.hits() > 0.0 && self.misses() > 0.0
    }

    /// The group's rate minus the reference's; `None` unless both occur.
    #[must_use]
    pub fn difference(&self) -> Option<f64> {
        self.is_comparable()
            .then(|| self.group_hits / self.group() - self.reference_hits / self.reference())
    }

    /// Both tables as one, the strata forgotten.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            group_hits: self.group_hits + other.group_hits,
            group_misses: self.group_misses + other.group_misses,
            reference_hits: self.reference_hits + other.reference_hits,
            reference_misses: self.reference_misses + other.reference_misses,
        }
    }
}

/// The worked examples of FORMULAS.
#[cfg(test)]
pub(super) mod examples {
    use super::Table;

    /// FORMULAS §7 row 24: admissions at Berkeley in 1973, departments A to F, men against women.
    pub const BERKELEY: [Table; 6] = [
        Table::new(512.0, 313.0, 89.0, 19.0),
        Table::new(353.0, 207.0, 17.0, 8.0),
        Table::new(120.0, 205.0, 202.0, 391.0),
        Table::new(138.0, 279.0, 131.0, 244.0),
        Table::new(53.0, 138.0, 94.0, 299.0),
        Table::new(22.0, 351.0, 24.0, 317.0),
    ];

    /// FORMULAS §1, fixture E2: group b against a.
    pub const E2: [Table; 2] = [
        Table::new(20.0, 20.0, 45.0, 15.0),
        Table::new(6.0, 34.0, 4.0, 16.0),
    ];

    pub fn close(got: f64, want: f64) {
        assert!((got - want).abs() <= 1e-9, "{got} is not {want}");
    }

    /// The same tables with group and reference exchanged.
    pub fn swapped(tables: &[Table]) -> Vec<Table> {
        tables
            .iter()
            .map(|t| {
                Table::new(
                    t.reference_hits,
                    t.reference_misses,
                    t.group_hits,
                    t.group_misses,
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::examples::{BERKELEY, close};
    use super::*;

    /// FORMULAS §7 rows 24 and 26.
    #[test]
    fn berkeley_adds_up_to_the_published_margins() {
        let all = BERKELEY.iter().fold(Table::default(), |sum, t| sum.plus(t));
        assert_eq!((all.group_hits, all.group()), (1198.0, 2691.0));
        assert_eq!((all.reference_hits, all.reference()), (557.0, 1835.0));
        close(all.group_hits / all.group(), 0.445_187_663);
        close(all.reference_hits / all.reference(), 0.303_542_234);
        close(all.difference().unwrap(), 0.141_645_428);
        let a = BERKELEY[0];
        close(a.group_hits / a.group(), 0.620_606_061);
        close(a.reference_hits / a.reference(), 0.824_074_074);
    }

    #[test]
    fn empty_margins_say_nothing() {
        assert!(Table::new(1.0, 1.0, 1.0, 1.0).is_informative());
        for t in [
            Table::new(1.0, 0.0, 0.0, 0.0),
            Table::new(3.0, 0.0, 4.0, 0.0),
            Table::new(0.0, 3.0, 0.0, 4.0),
            Table::new(0.5, 0.3, 0.5, 0.3),
        ] {
            assert!(!t.is_informative(), "{t:?}");
        }
        assert_eq!(Table::new(1.0, 2.0, 0.0, 0.0).difference(), None);
    }
}
