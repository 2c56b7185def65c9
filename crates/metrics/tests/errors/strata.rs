//! Errors within strata, against sums made row by row and rows or people drawn again.

use std::collections::HashMap;

use waage_metrics::conditional::Conditional;
use waage_metrics::regression::conditional;
use waage_metrics::stratified::Reversal;

use super::clusters::{drawn, people};
use super::*;

fn compared(given: Given<'_>, request: &Request) -> Vec<Conditional> {
    let (tally, numbers) = sums(given);
    let counted = measure(&tally, request, &Silent).unwrap();
    let all: Vec<usize> = (0..QUANTITIES.len()).collect();
    conditional(
        [&numbers, &numbers.over(tally.sensitive().len())],
        &tally,
        request,
        &counted,
        &all,
        &Silent,
    )
    .unwrap()
}

/// A row and its stratum.
type Placed = (Row, usize);

/// The differences of b and a in the strata, by strata, averaged by the strata's weights and by those of
/// both groups together.
fn averaged(rows: &[Placed]) -> [[f64; 2]; 5] {
    let mut parts: HashMap<usize, [Vec<Row>; 3]> = HashMap::new();
    for (row, stratum) in rows {
        parts.entry(*stratum).or_default()[row.0].push(*row);
    }
    let mut sums = [[0.0; 2]; 5];
    let mut totals = [0.0; 2];
    let mut strata: Vec<_> = parts.into_iter().collect();
    strata.sort_by_key(|(stratum, _)| *stratum);
    for (_, sides) in strata {
        let [a, b, all] = [&sides[0..1], &sides[1..2], &sides[..]]
            .map(|sides| -> f64 { sides.iter().flatten().map(|row| row.3).sum() });
        if a <= 0.0 || b <= 0.0 {
            continue;
        }
        let [of_a, of_b] = [0, 1].map(|g: usize| values(sides[g].iter().copied()));
        let weights = [all, a * b / (a + b)];
        for (i, weight) in weights.iter().enumerate() {
            totals[i] += weight;
            for (sum, (a, b)) in sums.iter_mut().zip(of_a.iter().zip(of_b)) {
                sum[i] += weight * (b - a);
            }
        }
    }
    sums.map(|[standardized, pooled]| [standardized / totals[0], pooled / totals[1]])
}

/// b is over-represented in the second stratum, where errors are larger.
fn placed(rows: &[Row]) -> Vec<usize> {
    let stratum = |(i, row): (usize, &Row)| usize::from(i % 10 < 3 + 4 * row.0);
    rows.iter().enumerate().map(stratum).collect()
}

#[test]
fn gaps_within_strata_are_averaged_and_spread_as_drawn_rows_do() {
    for weighted in [false, true] {
        let rows = rows(weighted);
        let strata = placed(&rows);
        let given = Given {
            rows: &rows,
            weighted,
            strata: Some(&strata),
            ..Given::default()
        };
        let found = compared(given, &request(against_a()));
        assert_eq!(found.len(), QUANTITIES.len());
        let all: Vec<Placed> = rows.iter().copied().zip(strata.iter().copied()).collect();
        let exact = averaged(&all);
        // Rows are drawn within their group and stratum, so that weights of strata stay.
        let mut cells: HashMap<(usize, usize), Vec<Placed>> = HashMap::new();
        for row in &all {
            cells.entry((row.0.0, row.1)).or_default().push(*row);
        }
        let mut cells: Vec<_> = cells.into_values().collect();
        cells.sort_by_key(|rows| (rows[0].0.0, rows[0].1));
        let mut stream = Stream::new(2, 9);
        let mut series = vec![[Vec::new(), Vec::new()]; 5];
        for _ in 0..2_000 {
            let again: Vec<Placed> = cells
                .iter()
                .flat_map(|rows| {
                    let n = rows.len() as f64;
                    let pick = |_| rows[(stream.next_unit() * n) as usize];
                    (0..rows.len()).map(pick).collect::<Vec<_>>()
                })
                .collect();
            for (series, value) in series.iter_mut().zip(averaged(&again)) {
                series[0].push(value[0]);
                series[1].push(value[1]);
            }
        }
        for (at, found) in found.iter().enumerate() {
            assert_eq!(found.quantity.name, QUANTITIES[at].name);
            let both = [&found.standardized, &found.pooled.difference];
            for (i, estimate) in both.into_iter().enumerate() {
                let value = estimate.value.expect("defined");
                assert!((value - exact[at][i]).abs() < 1e-9 * value.abs().max(1.0));
                // Drawn weights move the strata's a little, where rows have some.
                let ratio = standard_error(estimate) / deviation(&series[at][i]);
                assert!((0.9..1.1).contains(&ratio), "{weighted} {at} {i} {ratio}");
            }
            assert_eq!((found.strata_used, found.strata_dropped), (2, 0));
            assert_eq!(found.marginal.odds_ratio.reason, Some(Reason::NotAShare));
            assert_eq!(found.pooled.ratio.reason, Some(Reason::NotAShare));
            assert!(found.test.is_none() && found.homogeneity.is_none());
            let weights: f64 = found.strata.iter().map(|stratum| stratum.weight).sum();
            assert!((weights - 1.0).abs() < 1e-12);
            let own = values(rows.iter().copied().filter(|row| row.0 == 1))[at]
                - values(rows.iter().copied().filter(|row| row.0 == 0))[at];
            assert!(
                (found.marginal.difference.value.unwrap() - own).abs() < 1e-9 * own.abs().max(1.0)
            );
        }
    }
}

#[test]
fn gaps_within_strata_spread_as_drawn_people_do() {
    let (rows, of) = people(200, true);
    let strata = placed(&rows);
    let given = Given {
        rows: &rows,
        weighted: true,
        strata: Some(&strata),
        clusters: Some(&of),
    };
    let request = Request {
        replicates: 3_000,
        ..request(against_a())
    };
    let found = compared(given, &request);
    let all: Vec<Placed> = rows.iter().copied().zip(strata.iter().copied()).collect();
    let exact = averaged(&all);
    let mut stream = Stream::new(2, 11);
    let mut series = vec![[Vec::new(), Vec::new()]; 5];
    for _ in 0..3_000 {
        let again = drawn(&all, &of, &mut stream);
        for (series, value) in series.iter_mut().zip(averaged(&again)) {
            series[0].push(value[0]);
            series[1].push(value[1]);
        }
    }
    for (at, found) in found.iter().enumerate() {
        let both = [&found.standardized, &found.pooled.difference];
        for (i, estimate) in both.into_iter().enumerate() {
            let value = estimate.value.expect("defined");
            assert!((value - exact[at][i]).abs() < 1e-9 * value.abs().max(1.0));
            let ratio = standard_error(estimate) / deviation(&series[at][i]);
            assert!((0.92..1.08).contains(&ratio), "{at} {i} {ratio}");
            assert_eq!(estimate.method, Method::ClusterBootstrapPercentile);
            assert_eq!(estimate.clusters.expect("clusters").count, 200);
        }
    }
}

/// Within both strata b is worse by 1, but it has most of its rows where everybody's errors are small.
#[test]
fn a_gap_that_turns_round_names_the_stratum_that_drives_it() {
    let mut rows = Vec::new();
    let mut strata = Vec::new();
    for i in 0..200_usize {
        let group = i % 2;
        let hard = i / 2 % 10 < if group == 0 { 8 } else { 2 };
        let error = if hard { 9.0 } else { 1.0 } + group as f64 + [-0.5, 0.5][i / 4 % 2];
        rows.push((group, 50.0 + i as f64, 50.0 + i as f64 + error, 1.0));
        strata.push(usize::from(hard));
    }
    let given = Given {
        rows: &rows,
        strata: Some(&strata),
        ..Given::default()
    };
    let all = compared(given, &request(against_a()));
    assert_eq!(all[4].reversal, None);
    let found = &all[0];
    assert!(found.marginal.difference.value.unwrap() < -3.0);
    assert!((found.standardized.value.unwrap() - 1.0).abs() < 0.2);
    assert_eq!(found.reversal, Some(Reversal::Strong));
    assert!(found.driver.is_some());
}

#[test]
fn a_stratum_that_tells_nothing_of_a_group_is_left_out_and_told() {
    let rows = rows(false);
    let mut strata = placed(&rows);
    // The third stratum has ten rows of a and one of b.
    let mut moved = 0;
    for (stratum, row) in strata.iter_mut().zip(&rows) {
        if row.0 == 0 && moved < 10 {
            (*stratum, moved) = (2, moved + 1);
        }
    }
    let b = rows.iter().position(|row| row.0 == 1).expect("some");
    strata[b] = 2;
    let given = Given {
        rows: &rows,
        strata: Some(&strata),
        ..Given::default()
    };
    let found = &compared(given, &request(against_a()))[1];
    assert_eq!((found.strata_used, found.strata_dropped), (2, 1));
    assert!((found.dropped_share - 11.0 / 400.0).abs() < 1e-12);
    assert_eq!(found.strata[2].weight, 0.0);
    assert!(found.strata[2].group.value.is_some() && found.strata[2].group.low.is_none());
}
