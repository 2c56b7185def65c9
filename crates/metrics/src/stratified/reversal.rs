//! Simpson's paradox: a gap that turns round within strata.

use waage_core::estimate::Estimate;

use super::Table;

/// How sure it is that a gap turns round within strata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reversal {
    /// The signs differ; at least one of the two intervals holds 0.
    Weak,
    /// The signs differ and neither interval holds 0.
    Strong,
}

impl Reversal {
    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Strong => "strong",
        }
    }
}

/// Whether the gap over all rows and the gap within strata have opposite signs. A gap of exactly 0
/// has none.
#[must_use]
pub fn reversal(marginal: &Estimate, within: &Estimate) -> Option<Reversal> {
    let product = marginal.value? * within.value?;
    if product >= 0.0 {
        return None;
    }
    let shown = |estimate: &Estimate| match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => low > 0.0 || high < 0.0,
        _ => false,
    };
    Some(if shown(marginal) && shown(within) {
        Reversal::Strong
    } else {
        Reversal::Weak
    })
}

/// The position of the stratum that does most to turn the gap within strata into the one over all
/// rows.
///
/// The gap over all rows is what is left within strata plus what comes from the groups being spread
/// over them differently (Kitagawa 1955); stratum k adds `(π_gₖ − π_rₖ)·(½(p_gₖ + p_rₖ) − p̄)` to the
/// latter, with π the share of a group's rows in the stratum and p̄ the rate of both groups together:
/// much where one group abounds and the rate is far from the usual. Chosen is the largest addition
/// in the direction of the gap over all rows; `None` where a group has no rows or nothing adds.
#[must_use]
pub fn driver(tables: &[Table]) -> Option<usize> {
    let side = |hits, rows| Side { sum: hits, rows };
    let of_table = |t: &Table| {
        [
            side(t.group_hits, t.group()),
            side(t.reference_hits, t.reference()),
        ]
    };
    driver_of_means(&tables.iter().map(of_table).collect::<Vec<_>>())
}

/// What a group's mean in a stratum is made of.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Side {
    /// The sum over the rows.
    pub sum: f64,
    /// The rows, or their weights.
    pub rows: f64,
}

impl Side {
    fn mean(self) -> Option<f64> {
        (self.rows > 0.0).then(|| self.sum / self.rows)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            rows: self.rows + other.rows,
        }
    }
}

/// [`driver`] of means, by stratum of the group and the reference.
pub(crate) fn driver_of_means(strata: &[[Side; 2]]) -> Option<usize> {
    let sum = |side: usize| {
        let sides = strata.iter().map(|sides| sides[side]);
        sides.fold(Side::default(), Side::plus)
    };
    let (group, reference) = (sum(0), sum(1));
    let gap = Some(group.mean()? - reference.mean()?).filter(|gap| *gap != 0.0)?;
    let usual = group.plus(reference).mean()?;
    let mut best: Option<(f64, usize)> = None;
    for (k, sides) in strata.iter().enumerate() {
        let rates: Vec<f64> = sides.iter().filter_map(|side| side.mean()).collect();
        if rates.is_empty() {
            continue;
        }
        let rate = rates.iter().sum::<f64>() / rates.len() as f64;
        let spread = sides[0].rows / group.rows - sides[1].rows / reference.rows;
        let adds = spread * (rate - usual) * gap.signum();
        if adds > 0.0 && best.is_none_or(|(most, _)| adds > most) {
            best = Some((adds, k));
        }
    }
    best.map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::super::table::examples::{BERKELEY, E2};
    use super::super::{risk_difference, standardized_difference};
    use super::*;
    use waage_core::estimate::{Evidence, Method};

    fn marginal(tables: &[Table]) -> Estimate {
        let all = tables.iter().fold(Table::default(), |sum, t| sum.plus(t));
        let evidence = Evidence::Pair {
            group: (all.group_hits, all.group()),
            reference: (all.reference_hits, all.reference()),
        };
        let gap = all.difference().unwrap();
        Estimate::new(gap, 0, Method::Newcombe, evidence, 0.95)
    }

    /// FORMULAS §4.7: weak by Mantel and Haenszel's difference, strong by the standardised one.
    #[test]
    fn berkeley_turns_round() {
        let pooled = risk_difference(&BERKELEY, 4526, 0.95);
        assert_eq!(
            reversal(&marginal(&BERKELEY), &pooled),
            Some(Reversal::Weak)
        );
        let sizes: Vec<f64> = BERKELEY.iter().map(Table::rows).collect();
        let standard = standardized_difference(&BERKELEY, &sizes, 4526, 0.95);
        let strong = reversal(&marginal(&BERKELEY), &standard.difference);
        assert_eq!(strong, Some(Reversal::Strong));
        // Men applied to department A, which admitted most.
        assert_eq!(driver(&BERKELEY), Some(0));
        assert_eq!(
            reversal(&marginal(&E2), &risk_difference(&E2, 180, 0.95)),
            None
        );
    }

    /// The parts add up to the gap over all rows: the definition of what drives it.
    #[test]
    fn within_and_between_add_up() {
        let all = BERKELEY.iter().fold(Table::default(), |sum, t| sum.plus(t));
        let usual = all.hits() / all.rows();
        let parts: f64 = BERKELEY
            .iter()
            .map(|t| {
                let (g, r) = (t.group() / all.group(), t.reference() / all.reference());
                let (p, q) = (t.group_hits / t.group(), t.reference_hits / t.reference());
                (g + r) / 2.0 * (p - q) + (g - r) * (f64::midpoint(p, q) - usual)
            })
            .sum();
        assert!((parts - all.difference().unwrap()).abs() < 1e-12);
    }

    #[test]
    fn nothing_drives_what_is_spread_alike() {
        let alike = [
            Table::new(5.0, 5.0, 10.0, 10.0),
            Table::new(2.0, 8.0, 6.0, 14.0),
        ];
        assert_eq!(driver(&alike), None);
        assert_eq!(driver(&[]), None);
        let one = [Table::new(5.0, 5.0, 0.0, 0.0)];
        assert_eq!(driver(&one), None);
    }
}
