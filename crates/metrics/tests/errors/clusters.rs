//! Errors of people in several rows, against people drawn one by one.

use super::*;

/// People with an error of their own in one to five rows, and whose row each is; every eighth changes
/// the group.
pub(super) fn people(count: u64, weighted: bool) -> (Vec<Row>, Vec<u64>) {
    let mut stream = Stream::new(3, 17);
    let (mut rows, mut of) = (Vec::new(), Vec::new());
    for person in 0..count {
        let home = (person % 2) as usize;
        let own = 2.0 * normal(&mut stream);
        for i in 0..1 + person % 5 {
            let group = if person % 8 == 0 && i % 2 == 1 {
                1 - home
            } else {
                home
            };
            let y = 20.0 + 6.0 * normal(&mut stream);
            let error = 0.8 * group as f64 + own + (1.0 + group as f64) * normal(&mut stream);
            let weight = if weighted {
                0.5 + stream.next_unit()
            } else {
                1.0
            };
            rows.push((group, y, y + error, weight));
            of.push(person);
        }
    }
    (rows, of)
}

/// The rows of as many people as there are, drawn with replacement.
pub(super) fn drawn<T: Copy>(rows: &[T], of: &[u64], stream: &mut Stream) -> Vec<T> {
    let count = of.iter().max().map_or(0, |last| last + 1);
    let mut by_person = vec![Vec::new(); count as usize];
    for (row, person) in rows.iter().zip(of) {
        by_person[*person as usize].push(*row);
    }
    (0..count)
        .flat_map(|_| by_person[(stream.next_unit() * count as f64) as usize].clone())
        .collect()
}

fn clustered<'a>(rows: &'a [Row], of: &'a [u64], weighted: bool) -> Given<'a> {
    Given {
        rows,
        weighted,
        clusters: Some(of),
        ..Given::default()
    }
}

#[test]
fn estimates_spread_as_people_drawn_row_by_row_do() {
    for weighted in [false, true] {
        let (rows, of) = people(160, weighted);
        let request = Request {
            replicates: 4_000,
            ..request(against_a())
        };
        let found = measured_of(clustered(&rows, &of, weighted), &request);
        let overall = Request {
            references: vec![ReferenceRule::Overall],
            ..request
        };
        let against_all = measured_of(clustered(&rows, &of, weighted), &overall);
        let mut stream = Stream::new(6, 6);
        let mut series = vec![[Vec::new(), Vec::new(), Vec::new(), Vec::new()]; 5];
        for _ in 0..4_000 {
            let again = drawn(&rows, &of, &mut stream);
            let of_group = |g: usize| values(again.iter().copied().filter(|row| row.0 == g));
            let ([a, b], all) = ([0, 1].map(of_group), values(again.iter().copied()));
            for (at, [own, gap, to_all, ratio]) in series.iter_mut().enumerate() {
                own.push(b[at]);
                gap.push(b[at] - a[at]);
                to_all.push(b[at] - all[at]);
                ratio.push(b[at] / a[at]);
            }
        }
        for (at, [own, gap, to_all, ratio]) in series.iter().enumerate() {
            let name = QUANTITIES[at].name;
            let near = |estimate: &Estimate, drawn: &[f64], what: &str| {
                let ratio = standard_error(estimate) / deviation(drawn);
                assert!(
                    (0.93..1.07).contains(&ratio),
                    "{weighted} {name} {what}: {ratio}"
                );
                assert_eq!(estimate.method, Method::ClusterBootstrapPercentile);
            };
            near(&found.views[0].groups[1].2[at].1, own, "value");
            let difference = find(&found, at, Scheme::ToReference, Comparison::Difference);
            near(&difference.estimate, gap, "difference");
            assert_eq!(difference.p, difference.estimate.p_value(0.0));
            assert_eq!(difference.test, Some("cluster_bootstrap"));
            let complement = find(&found, at, Scheme::ToComplement, Comparison::Difference);
            near(&complement.estimate, gap, "against the rest");
            let of_all = find(
                &against_all,
                at,
                Scheme::ToReference,
                Comparison::Difference,
            );
            near(&of_all.estimate, to_all, "against all rows");
            if QUANTITIES[at].range.0.is_some() {
                let found = find(&found, at, Scheme::ToReference, Comparison::Ratio);
                near(&found.estimate, ratio, "ratio");
            }
            let range = find(&found, at, Scheme::BetweenGroups, Comparison::Difference);
            assert_eq!(range.estimate.method, Method::MaxT);
            let drawn = range.estimate.clusters.expect("clusters");
            assert_eq!((drawn.count, drawn.fewest), (160, 160));
        }
        let b = found.views[0].groups[1].2[0].1.clusters.expect("clusters");
        let touching = |g: usize| {
            let rows = rows.iter().zip(&of).filter(|(row, _)| row.0 == g);
            let people: std::collections::HashSet<u64> = rows.map(|(_, person)| *person).collect();
            people.len() as u64
        };
        assert_eq!((b.count, b.fewest), (touching(1), touching(1)));
    }
}

#[test]
fn rows_thrice_under_one_person_say_no_more_than_once() {
    let rows = rows(false);
    let own: Vec<u64> = (0..rows.len() as u64).collect();
    let thrice: Vec<Row> = rows.iter().flat_map(|row| [*row; 3]).collect();
    let of: Vec<u64> = own.iter().flat_map(|person| [*person; 3]).collect();
    let request = request(against_a());
    let once = measured_of(clustered(&rows, &own, false), &request);
    let same = measured_of(clustered(&thrice, &of, false), &request);
    let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => assert!((a - b).abs() < 1e-9 * (1.0 + a.abs()), "{a} {b}"),
        (a, b) => assert_eq!(a, b),
    };
    for (a, b) in once.measurements.iter().zip(&same.measurements) {
        near(a.estimate.value, b.estimate.value);
        near(a.estimate.low, b.estimate.low);
        near(a.estimate.high, b.estimate.high);
        near(a.p, b.p);
        assert_eq!(b.context.group_rows, 3 * a.context.group_rows);
    }
    // Alone they say what rows do: percentiles instead of the normal law.
    let plain = measured(&rows, false, against_a());
    for at in 0..QUANTITIES.len() {
        let width = |found: &Averaged| {
            let of_b = &found.views[0].groups[1].2[at].1;
            of_b.high.expect("a limit") - of_b.low.expect("a limit")
        };
        let ratio = width(&once) / width(&plain);
        assert!((0.88..1.12).contains(&ratio), "{at} {ratio}");
    }
}

#[test]
fn a_single_person_leaves_a_group_without_an_interval() {
    let (mut rows, mut of) = people(40, false);
    rows.extend([(2, 20.0, 21.0, 1.0), (2, 20.0, 24.0, 1.0)]);
    of.extend([40, 40]);
    let found = measured_of(clustered(&rows, &of, false), &request(against_a()));
    let c = &found.views[0].groups[2].2[0].1;
    assert_eq!(
        (c.value, c.low, c.reason),
        (Some(2.5), None, Some(Reason::NoSpread))
    );
}
