//! How values that rest on a group's rows and on everybody else's move with the weights of both.

use waage_core::tally::ScoreTable;

use super::auc;
use super::catalogue::{Nature, ScoreMetric};
use super::sample::Sample;
use super::scoring_rate::Median;
use super::subgroup::Pairing;
use super::table::{ALL, NEGATIVE, POSITIVE};
use crate::lanes::dot;

/// What a unit of weight moves, by label and place: of the group's own rows, and of all rows.
pub(super) struct Movement {
    of_group: Vec<f64>,
    of_all: Vec<f64>,
}

impl Movement {
    fn still(places: usize) -> Self {
        Self {
            of_group: vec![0.0; ALL.len() * places],
            of_all: vec![0.0; ALL.len() * places],
        }
    }

    /// Of a smooth metric of everybody else, all rows but the group's.
    pub fn of_others(
        metric: ScoreMetric,
        others: &ScoreTable,
        median: Option<Median>,
    ) -> Option<Self> {
        let places = others.scores.len();
        let sample = Sample::new(others, median);
        let value = sample.value(metric).ok()?;
        let mut movement = Self::still(places);
        sample.influence(metric, value, |at, label, phi| {
            movement.of_all[label * places + at] = phi;
            movement.of_group[label * places + at] = -phi;
        });
        Some(movement)
    }

    /// Of an area between a group and everybody else, whose tables lie on the same places.
    pub fn between(metric: ScoreMetric, group: &ScoreTable, others: &ScoreTable) -> Option<Self> {
        let mut movement = Self::still(group.scores.len());
        let pairings = match metric.row().nature {
            Nature::Placed(pairing) => vec![(pairing, 1.0)],
            Nature::Crossed => vec![
                (Pairing::BackgroundNegative, 1.0),
                (Pairing::BackgroundPositive, -1.0),
            ],
            _ => return None,
        };
        for (pairing, sign) in pairings {
            movement.add(pairing, sign, group, others)?;
        }
        Some(movement)
    }

    fn add(
        &mut self,
        pairing: Pairing,
        sign: f64,
        group: &ScoreTable,
        others: &ScoreTable,
    ) -> Option<()> {
        let places = group.scores.len();
        let own = pairing.of_group();
        let of_label = |label: usize| match (own[usize::from(label == NEGATIVE)], label) {
            (true, NEGATIVE | POSITIVE) => group,
            _ => others,
        };
        let empty = || [(); 3].map(|()| vec![0.0; places]);
        let mut table = ScoreTable {
            rows: [(); 3].map(|()| vec![0; places]),
            weights: Some(empty()),
            squares: Some(empty()),
            ..others.clone()
        };
        for label in [NEGATIVE, POSITIVE] {
            let from = of_label(label);
            table.rows[label].clone_from(&from.rows[label]);
            for (to, from) in [
                (&mut table.weights, &from.weights),
                (&mut table.squares, &from.squares),
            ] {
                if let (Some(to), Some(from)) = (to, from) {
                    to[label].clone_from(&from[label]);
                }
            }
        }
        table.counted = Default::default();
        let area = auc::roc_auc(&table).ok()?;
        auc::influence(&table, area, |at, label, phi| {
            let to = label * places + at;
            if own[usize::from(label == NEGATIVE)] {
                self.of_group[to] += sign * phi;
            } else {
                self.of_all[to] += sign * phi;
                self.of_group[to] -= sign * phi;
            }
        });
        Some(())
    }

    /// How far the value is moved by these weights.
    pub fn by(&self, group: &[f64], all: &[f64]) -> f64 {
        dot(&self.of_group, group) + dot(&self.of_all, all)
    }
}
