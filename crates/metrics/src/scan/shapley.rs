//! What each condition of a subgroup contributes to its divergence.

use super::measure::Measure;
use super::search::Conditions;
use super::tables::Tables;

/// What one condition contributes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Shapley value of the condition for `m(S) − m(D)` over the conjunctions of some of the
    /// conditions; the values of a subgroup sum to its divergence.
    pub value: f64,
    /// Whether the subgroup without this condition diverges more.
    pub corrective: bool,
}

/// The contributions of each condition, in their order (Pastor et al. 2021, *Looking for trouble*).
pub(crate) fn contributions(
    tables: &Tables,
    measure: &Measure,
    conditions: &Conditions,
) -> Vec<Contribution> {
    let all = measure.of(tables, &tables.all()).value().unwrap_or(0.0);
    let divergence = |bits: usize| {
        let part: Conditions = (0..conditions.len())
            .filter(|at| bits >> at & 1 == 1)
            .map(|at| conditions[at])
            .collect();
        let value = tables
            .of(&part)
            .and_then(|cell| measure.of(tables, &cell).value());
        value.map_or(0.0, |value| value - all)
    };
    let of: Vec<f64> = (0..1_usize << conditions.len()).map(divergence).collect();
    values(&of, conditions.len())
}

/// Shapley values of a game by the value of each coalition, bit by bit.
fn values(of: &[f64], players: usize) -> Vec<Contribution> {
    let factorial = |n: usize| (1..=n).product::<usize>() as f64;
    let everyone = of.len() - 1;
    (0..players)
        .map(|player| {
            let bit = 1 << player;
            let value = (0..of.len())
                .filter(|coalition| coalition & bit == 0)
                .map(|coalition| {
                    let size = coalition.count_ones() as usize;
                    let weight =
                        factorial(size) * factorial(players - size - 1) / factorial(players);
                    weight * (of[coalition | bit] - of[coalition])
                })
                .sum();
            Contribution {
                value,
                corrective: of[everyone].abs() < of[everyone ^ bit].abs(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_orders_and_add_up() {
        // Conditions a, b, c; coalitions by bits.
        let of = [0.0, 0.1, -0.05, 0.2, 0.0, 0.15, -0.1, 0.35];
        let got = values(&of, 3);
        let sum: f64 = got.iter().map(|c| c.value).sum();
        assert!((sum - 0.35).abs() < 1e-12);
        let orders = [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ];
        for player in 0..3 {
            let mean: f64 = orders
                .iter()
                .map(|order| {
                    let before = order.iter().take_while(|p| **p != player);
                    let bits: usize = before.map(|p| 1 << p).sum();
                    of[bits | 1 << player] - of[bits]
                })
                .sum::<f64>()
                / 6.0;
            assert!((got[player].value - mean).abs() < 1e-12);
        }
        assert!(got.iter().all(|c| !c.corrective));
        assert!(values(&[0.0, 0.3, 0.1, 0.2], 2)[1].corrective);
    }
}
