//! Coverage of the intervals recovered from Wilson's limits, by simulation.

use rayon::prelude::*;
use waage_core::interval::Interval;
use waage_core::random::Stream;
use waage_core::special::z_of_level;

use crate::exact::{GAPS, LEVEL, Point, RATES, SIZES, holds};
use crate::group::{BALANCED, ERRORS, F1, Group, ODDS, Shaped, Table};

/// Simulated data sets per point.
pub const DATA_SETS: u64 = 40_000;
const SEED: u64 = 20_261_125;

/// An interval over the grid.
pub struct Simulated {
    pub title: String,
    pub pairs: bool,
    pub points: Vec<Point>,
}

/// A true value and the interval on the tables of a group with the gap and of the base group.
type Claim = (f64, Box<dyn Fn([Table; 2]) -> Option<Interval> + Sync>);

/// Every interval over the grid: of one group, of differences, of ratios.
pub fn all() -> Vec<Simulated> {
    let z = z_of_level(LEVEL).unwrap_or_default();
    let one = [F1, BALANCED].map(|shaped| {
        let claim = move |law: [Table; 2]| -> Claim {
            (
                shaped.at(law[1]).unwrap_or_default(),
                Box::new(move |tables| shaped.interval(tables[1], z)),
            )
        };
        over(shaped.name.to_owned(), &[0.0], claim)
    });
    let differences = [F1, BALANCED, ODDS, ERRORS].map(|shaped: Shaped| {
        let claim = move |law: [Table; 2]| -> Claim {
            let [group, reference] = law.map(|table| shaped.at(table).unwrap_or_default());
            (
                group - reference,
                Box::new(move |tables| shaped.difference(tables, z)),
            )
        };
        over(format!("difference of {}", shaped.name), &GAPS, claim)
    });
    let ratios = [F1, BALANCED].map(|shaped: Shaped| {
        let claim = move |law: [Table; 2]| -> Claim {
            let [group, reference] = law.map(|table| shaped.at(table).unwrap_or_default());
            (
                group / reference,
                Box::new(move |tables| shaped.ratio(tables, z)),
            )
        };
        over(format!("ratio of {}", shaped.name), &GAPS, claim)
    });
    one.into_iter().chain(differences).chain(ratios).collect()
}

fn over(title: String, gaps: &[f64], claim: impl Fn([Table; 2]) -> Claim) -> Simulated {
    let mut points = Vec::new();
    for n in SIZES {
        for rate in RATES {
            for &gap in gaps {
                let base = Group::of_rate(n, rate);
                let groups = [base.with_gap(gap), base];
                let claim = claim(groups.map(|group| group.law()));
                points.push(simulate(groups, &claim, points.len() as u64, (rate, gap)));
            }
        }
    }
    Simulated {
        title,
        pairs: gaps.len() > 1,
        points,
    }
}

fn simulate(
    groups: [Group; 2],
    (truth, interval): &Claim,
    point: u64,
    (rate, gap): (f64, f64),
) -> Point {
    let trial = |set: u64| {
        let mut stream = Stream::new(SEED, point * DATA_SETS + set);
        let tables = groups.map(|group| group.draw(&mut stream).map(|n| n as f64));
        match interval(tables) {
            Some(interval) => [u64::from(holds(interval, *truth)), 0],
            None => [0, 1],
        }
    };
    let sum = |a: [u64; 2], b: [u64; 2]| [a[0] + b[0], a[1] + b[1]];
    let [held, none] = (0..DATA_SETS)
        .into_par_iter()
        .map(trial)
        .reduce(|| [0, 0], sum);
    Point {
        n: groups[0].n,
        rate,
        gap,
        coverage: held as f64 / (DATA_SETS - none) as f64,
        undefined: none as f64 / DATA_SETS as f64,
    }
}
