//! Subgroups of people in several rows.

use std::cell::Cell;
use std::collections::BTreeMap;

use waage_core::random::Stream;
use waage_core::special::beta_inc;
use waage_metrics::Metric;
use waage_metrics::scan::{Found, search};

use crate::rows::{Rows, request};

/// People with so many rows each, whose levels are their own and whose outcomes lean alike.
fn people(people: usize, rows_each: usize, stream: &mut Stream) -> Rows {
    let sizes = [2, 4, 3, 5, 3];
    let of_people = Rows::uniform(&sizes, people, stream);
    let leans: Vec<f64> = (0..people)
        .map(|_| if stream.next_unit() < 0.5 { 0.1 } else { 0.6 })
        .collect();
    let person = |row: usize| row / rows_each;
    let rows = 0..people * rows_each;
    let out = Rows {
        sizes: sizes.to_vec(),
        codes: of_people
            .codes
            .iter()
            .map(|codes| rows.clone().map(|row| codes[person(row)]).collect())
            .collect(),
        clusters: Some(rows.clone().map(|row| person(row) as u64).collect()),
        ..Rows::default()
    };
    let at = Cell::new(0);
    let leans: Vec<f64> = rows.map(|row| leans[person(row)]).collect();
    // Rows are decided in order, each by the lean of its person.
    out.decide(stream, |_| leans[at.replace(at.get() + 1)])
}

/// The share of data sets in which nothing differs and something is discovered: with the clusters, and
/// taking rows as independent.
fn false_discoveries(sets: u64, count: usize, rows_each: usize) -> [f64; 2] {
    let mut alarms = [0, 0];
    for set in 0..sets {
        let mut stream = Stream::new(31, set);
        let rows = people(count, rows_each, &mut stream);
        let metric = Metric::SelectionRate;
        let plain = rows.tables(metric, 3, rows.len(), 1);
        let clustered = rows.clustered(metric, 3, rows.len(), 1);
        for (alarms, tables) in alarms.iter_mut().zip([&clustered, &plain]) {
            let found = search(tables, &request(metric, 60));
            assert!(found.family > 50);
            *alarms += u64::from(found.discoveries > 0);
        }
    }
    alarms.map(|n| n as f64 / sets as f64)
}

/// All hypotheses are true, so the false discovery rate is the chance of any discovery.
#[test]
fn chance_is_seldom_a_discovery_with_clusters_and_often_without() {
    let [clustered, plain] = false_discoveries(60, 240, 6);
    assert!(
        clustered <= 0.05 + 3.0 * (0.05_f64 * 0.95 / 60.0).sqrt(),
        "{clustered}"
    );
    assert!(plain > 0.5, "{plain}");
}

#[test]
#[ignore = "takes minutes"]
fn chance_is_seldom_a_discovery_with_clusters_in_many_sets() {
    for (count, rows_each) in [(120, 10), (400, 5), (1500, 2)] {
        let [clustered, plain] = false_discoveries(1000, count, rows_each);
        println!("{count} people of {rows_each} rows: {clustered} with clusters, {plain} without");
        assert!(
            clustered <= 0.05 + 3.0 * (0.05_f64 * 0.95 / 1000.0).sqrt(),
            "{count} {rows_each}: {clustered}"
        );
        // Two rows of a person depend on each other little.
        assert!(plain > clustered + 0.03, "{count} {rows_each}: {plain}");
    }
}

/// Hits and rows of each person inside and outside of the first condition's rows.
fn by_person(rows: &Rows, column: usize, code: i32) -> BTreeMap<u64, [[f64; 2]; 2]> {
    let mut out: BTreeMap<u64, [[f64; 2]; 2]> = BTreeMap::new();
    let clusters = rows.clusters.as_ref().unwrap();
    for (row, cluster) in clusters.iter().enumerate() {
        let outside = usize::from(rows.codes[column][row] != code);
        let sums = &mut out.entry(*cluster).or_default()[outside];
        let selected = waage_core::block::outcome::decision(rows.outcomes[row]) == 1;
        sums[0] += f64::from(u8::from(selected));
        sums[1] += 1.0;
    }
    out
}

/// The test by its definition, person by person, for subgroups that people belong to in some of their
/// rows.
#[test]
fn the_test_is_that_of_its_definition() {
    let mut stream = Stream::new(32, 1);
    let mut rows = people(90, 4, &mut stream);
    // One column changes from row to row.
    rows.codes[3] = (0..rows.len())
        .map(|_| (stream.next_u64() % 5) as i32)
        .collect();
    let tables = rows.clustered(Metric::SelectionRate, 1, rows.len(), 1);
    let mut request = request(Metric::SelectionRate, 20);
    request.alpha = 1.0;
    let found: Found = search(&tables, &request);
    assert!(found.subgroups.len() > 5, "{}", found.subgroups.len());
    let mut looked = 0;
    for subgroup in &found.subgroups {
        let (column, level) = subgroup.conditions[0];
        // Labels stand in the reverse order of codes.
        let code = rows.sizes[column] - 1 - level;
        let people = by_person(&rows, column, code as i32);
        let total = |side: usize, part: usize| people.values().map(|p| p[side][part]).sum::<f64>();
        let b = [total(0, 1), total(1, 1)];
        let rates = [total(0, 0) / b[0], total(1, 0) / b[1]];
        let pooled = (total(0, 0) + total(1, 0)) / (b[0] + b[1]);
        let m = people.len() as f64;
        let variance = |r: [f64; 2]| -> f64 {
            let of = |p: &[[f64; 2]; 2]| {
                (p[0][0] - r[0] * p[0][1]) / b[0] - (p[1][0] - r[1] * p[1][1]) / b[1]
            };
            people.values().map(|p| of(p) * of(p)).sum()
        };
        let with = |side: usize| people.values().filter(|p| p[side][1] > 0.0).count() as f64;
        let df = with(0).min(with(1)) - 1.0;
        let d = rates[0] - rates[1];
        let t2 = d * d / (variance([pooled, pooled]) * m / (m - 1.0));
        let p = beta_inc(df / 2.0, 0.5, df / (df + t2)).unwrap();
        if subgroup.test == "cluster_t" {
            assert!((subgroup.p - p).abs() < 1e-9, "{} {p}", subgroup.p);
            looked += 1;
        } else {
            assert!(subgroup.p >= p - 1e-9);
        }
        assert!((subgroup.difference.value.unwrap() - d).abs() < 1e-12);
        let drawn = subgroup.estimate.clusters.unwrap();
        assert_eq!(drawn.count as f64, with(0));
    }
    assert!(looked >= 4, "{looked}");
}

#[test]
fn blocks_and_threads_change_nothing_of_clusters() {
    let mut stream = Stream::new(33, 0);
    let mut rows = people(200, 5, &mut stream);
    let n = rows.len();
    rows.scores = Some((0..n).map(|_| 1e6 + stream.next_unit()).collect());
    let plain = rows.clone();
    rows.weights = Some((0..n).map(|_| stream.next_unit() + 0.5).collect());
    for (rows, metric) in [
        (&plain, Metric::SelectionRate),
        (&plain, Metric::MeanScore),
        (&rows, Metric::Precision),
        (&rows, Metric::MeanScore),
    ] {
        let mut request = request(metric, 30);
        request.alpha = 1.0;
        let shown = |chunk, threads| {
            let tables = rows.clustered(metric, 2, chunk, threads);
            crate::rows::shown(&search(&tables, &request))
        };
        let one = shown(n, 1);
        assert!(one.len() > 1000);
        for (chunk, threads) in [(37, 3), (300, 2)] {
            assert!(one == shown(chunk, threads), "{metric:?} {chunk}");
        }
    }
}

/// Rows that are each a cluster of their own vary as independent rows do.
#[test]
fn clusters_of_one_row_are_rows() {
    let mut stream = Stream::new(34, 0);
    let mut rows = people(3000, 1, &mut stream);
    rows = rows.decide(&mut stream, |levels| if levels[0] == 1 { 0.3 } else { 0.5 });
    let metric = Metric::SelectionRate;
    let of = |tables| search(&tables, &request(metric, 60));
    let plain = of(rows.tables(metric, 2, rows.len(), 1));
    let clustered = of(rows.clustered(metric, 2, rows.len(), 1));
    assert_eq!(plain.subgroups.len(), clustered.subgroups.len());
    for (a, b) in plain.subgroups.iter().zip(&clustered.subgroups) {
        assert_eq!(a.conditions, b.conditions);
        let [a, b] = [a, b].map(|s| (s.difference.low.unwrap(), s.difference.high.unwrap()));
        assert!(
            (a.0 - b.0).abs() < 2e-3 && (a.1 - b.1).abs() < 2e-3,
            "{a:?} {b:?}"
        );
    }
}
