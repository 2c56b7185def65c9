//! Every conjunction by a walk over the rows.

use waage_core::block::outcome;
use waage_core::multiplicity::benjamini_yekutieli;
use waage_core::random::Stream;
use waage_core::tally::Sums;
use waage_metrics::Metric;
use waage_metrics::catalogue::Kind;
use waage_metrics::confusion::Tie;
use waage_metrics::rate::{self, Rate};
use waage_metrics::scan::{Conditions, Score, bound, search};

use crate::rows::{Rows, request};

/// The outcomes of the rows that meet conditions on codes, and of the others.
fn split(rows: &Rows, conditions: &Conditions) -> ([u64; 12], [u64; 12]) {
    let (mut inside, mut outside) = ([0; 12], [0; 12]);
    for row in 0..rows.len() {
        let met = conditions
            .iter()
            .all(|(column, code)| rows.codes[*column][row] as usize == *code);
        let counts = if met { &mut inside } else { &mut outside };
        counts[usize::from(rows.outcomes[row])] += 1;
    }
    (inside, outside)
}

fn rate_of(metric: Metric, counts: &[u64; 12]) -> Rate {
    let Kind::Proportion { hit, miss, empty } = metric.row().kind else {
        panic!("a proportion")
    };
    let sums: [Sums; outcome::COUNT] = std::array::from_fn(|o| Sums {
        n: counts[o],
        w1: counts[o] as f64,
        w2: counts[o] as f64,
        ..Sums::default()
    });
    Rate::of(&sums, hit, miss, Tie::NONE, empty)
}

/// Conjunctions of one to `depth` conditions, by codes.
fn conjunctions(rows: &Rows, depth: usize) -> Vec<Conditions> {
    let mut all: Vec<Conditions> = vec![Vec::new()];
    for (column, size) in rows.sizes.iter().enumerate() {
        let longer: Vec<Conditions> = all
            .iter()
            .filter(|c| c.len() < depth)
            .flat_map(|c| {
                (0..*size).map(move |level| {
                    let mut longer = c.clone();
                    longer.push((column, level));
                    longer
                })
            })
            .collect();
        all.extend(longer);
    }
    all.remove(0);
    all
}

/// The labels of these rows stand in the reverse order of the codes.
fn by_labels(rows: &Rows, conditions: &Conditions) -> Conditions {
    conditions
        .iter()
        .map(|(column, code)| (*column, rows.sizes[*column] - 1 - code))
        .collect()
}

#[test]
fn the_search_tests_what_brute_force_tests() {
    let mut stream = Stream::new(11, 0);
    let chance = |l: &[i32]| match (l[0], l[2]) {
        (1, 0) => 0.15,
        (0, 2) => 0.65,
        _ => 0.45,
    };
    let rows = Rows::uniform(&[2, 3, 4, 3], 1500, &mut stream).decide(&mut stream, chance);
    for (metric, depth, support) in [
        (Metric::SelectionRate, 3, 30),
        (Metric::FalsePositiveRate, 3, 25),
        (Metric::Precision, 2, 40),
        (Metric::Accuracy, 1, 1),
    ] {
        let tables = rows.tables(metric, depth, 400, 2);
        let mut request = request(metric, support);
        request.alpha = 1.0;
        let found = search(&tables, &request);
        let mut expected = Vec::new();
        for conditions in conjunctions(&rows, depth) {
            let (inside, outside) = split(&rows, &conditions);
            let (slice, rest) = (rate_of(metric, &inside), rate_of(metric, &outside));
            let total: u64 = inside.iter().sum();
            if total < support || slice.rows < support || rest.rows == 0 {
                continue;
            }
            let gap = rate::difference(&slice, &rest, 0.95);
            let (p, _) = rate::test(&slice, &rest).unwrap();
            expected.push((by_labels(&rows, &conditions), total, gap, p));
        }
        let p: Vec<Option<f64>> = expected.iter().map(|e| Some(e.3)).collect();
        let adjusted = benjamini_yekutieli(&p);
        assert_eq!(found.family, expected.len() as u64, "{metric:?}");
        assert_eq!(found.tested, found.family);
        // At level 1 every conjunction is a discovery; some are folded, all others are these.
        assert_eq!(
            found.subgroups.len() as u64,
            found.discoveries - found.folded
        );
        assert!(found.subgroups.len() > 3, "{}", found.subgroups.len());
        for subgroup in &found.subgroups {
            let at = expected
                .iter()
                .position(|e| e.0 == subgroup.conditions)
                .expect("known to brute force");
            let (_, total, gap, p) = &expected[at];
            assert_eq!((subgroup.rows, subgroup.p), (*total, *p));
            assert_eq!(subgroup.difference, *gap);
            assert!((subgroup.p_adjusted - adjusted[at].unwrap()).abs() < 1e-12);
            let sum: f64 = subgroup.contributions.iter().map(|c| c.value).sum();
            let divergence = subgroup.estimate.value.unwrap() - found.overall.value.unwrap();
            assert!((sum - divergence).abs() < 1e-12);
        }
        // The worst treated first, each side by its one-sided limit.
        for pair in found.subgroups.windows(2) {
            assert!(pair[0].worse >= pair[1].worse);
            assert!(pair[0].worse != pair[1].worse || pair[0].score >= pair[1].score);
        }
    }
}

/// FORMULAS §5 and §3.7 on E1: groups a, b and c, TP FP FN TN.
#[test]
fn scores_of_the_worked_example() {
    let mut rows = Rows {
        sizes: vec![3],
        codes: vec![Vec::new()],
        ..Rows::default()
    };
    let groups = [[40, 20, 10, 30], [18, 6, 12, 24], [6, 4, 9, 21]];
    for (group, counts) in groups.into_iter().enumerate() {
        let outcomes = [
            outcome::of(1, 1),
            outcome::of(0, 1),
            outcome::of(1, 0),
            outcome::of(0, 0),
        ];
        for (outcome, count) in outcomes.into_iter().zip(counts) {
            rows.outcomes.extend(vec![outcome; count]);
            rows.codes[0].extend(vec![group as i32; count]);
        }
    }
    let score_of_c = |metric, score| {
        let mut request = request(metric, 1);
        (request.alpha, request.score) = (1.0, score);
        let found = search(&rows.tables(metric, 1, 200, 1), &request);
        let c = found.subgroups.iter().find(|s| s.conditions == [(0, 0)]);
        c.expect("group c").clone()
    };
    let near = |got: f64, expected: f64| assert!((got - expected).abs() < 1e-9, "{got}");
    // Errors are one minus accuracy: the same effect.
    near(
        score_of_c(Metric::Accuracy, Score::Effect).score,
        0.053955613,
    );
    let fpr = score_of_c(Metric::FalsePositiveRate, Score::Divergence);
    near(fpr.score, 0.125714286);
    near(fpr.contributions[0].value, -0.125714286);
    near(
        score_of_c(Metric::SelectionRate, Score::AlphaBeta).score,
        0.044,
    );
    // Selection 10 of 40 against 84 of 160 of the others; Newcombe at 90 %.
    let c = score_of_c(Metric::SelectionRate, Score::LowerBound);
    let limits = waage_core::interval::newcombe(10.0, 40.0, 84.0, 160.0, 0.9);
    assert_eq!(Some(-c.score), limits.high);
}

#[test]
fn bounds_skip_work_and_change_no_result() {
    let mut stream = Stream::new(12, 0);
    let chance = |l: &[i32]| if l[0] == 1 && l[1] == 2 { 0.3 } else { 0.02 };
    let rows = Rows::uniform(&[6, 6, 6, 5], 20_000, &mut stream).decide(&mut stream, chance);
    let tables = rows.tables(Metric::SelectionRate, 3, 4096, 1);
    for score in [Score::LowerBound, Score::Divergence, Score::AlphaBeta] {
        let mut request = request(Metric::SelectionRate, 100);
        request.score = score;
        let all = search(&tables, &request);
        request.margin = 0.5;
        let mut some = search(&tables, &request);
        assert!(
            some.tested < some.family,
            "{} of {}",
            some.tested,
            some.family
        );
        assert_eq!(some.family, all.family);
        request.margin = 0.2;
        some = search(&tables, &request);
        let planted = &some.subgroups[0];
        let same = all
            .subgroups
            .iter()
            .find(|s| s.conditions == planted.conditions)
            .expect("found without a margin");
        // Neither the margin nor the length of the list changes a p-value.
        assert_eq!(planted.p_adjusted, same.p_adjusted);
        assert_eq!(planted.difference, same.difference);
    }
}

#[test]
fn every_descendant_stays_within_the_bound() {
    let mut stream = Stream::new(13, 0);
    let rows = Rows::uniform(&[3, 4, 5], 900, &mut stream)
        .decide(&mut stream, |l| 0.1 + 0.2 * f64::from(l[1]));
    let total = split(&rows, &Vec::new()).0;
    let all = rate_of(Metric::SelectionRate, &total);
    let support = 10;
    for parent in conjunctions(&rows, 2) {
        let slice = rate_of(Metric::SelectionRate, &split(&rows, &parent).0);
        let most = bound(
            slice.successes,
            slice.trials,
            all.successes,
            all.trials,
            f64::from(support),
        );
        for child in conjunctions(&rows, 3) {
            if !parent.iter().all(|c| child.contains(c)) {
                continue;
            }
            let (inside, outside) = split(&rows, &child);
            let (inside, outside) = (
                rate_of(Metric::SelectionRate, &inside),
                rate_of(Metric::SelectionRate, &outside),
            );
            if inside.rows >= support as u64 && outside.rows > 0 {
                let gap = inside.value.unwrap() - outside.value.unwrap();
                assert!(gap.abs() <= most + 1e-12, "{parent:?} {child:?}");
            }
        }
    }
}

/// The mean score of a slice is the audit's, weighted or not.
#[test]
fn means_are_those_of_the_rows() {
    let mut stream = Stream::new(14, 0);
    let mut rows = Rows::uniform(&[2, 3], 400, &mut stream).decide(&mut stream, |_| 0.5);
    let n = rows.len();
    rows.scores = Some(
        (0..n)
            .map(|row| match row % 10 {
                0 => f64::NAN,
                _ => stream.next_unit() + f64::from(rows.codes[0][row]),
            })
            .collect(),
    );
    for weighted in [false, true] {
        rows.weights = weighted.then(|| (0..n).map(|row| 0.5 + (row % 4) as f64).collect());
        let scores = rows.scores.clone().unwrap();
        rows.scores = Some(
            scores
                .iter()
                .map(|s| if s.is_nan() { 0.0 } else { *s })
                .collect(),
        );
        let classes = rows.classes(Metric::MeanScore);
        rows.scores = Some(scores.clone());
        let mut counter = waage_metrics::scan::Counter::new(waage_metrics::scan::Layout {
            columns: 2,
            depth: 2,
            halved: false,
            classes,
        });
        rows.block(0..n, |block| counter.add(block));
        let tables = counter.finish(&rows.names(), &rows.labels()).unwrap();
        let mut request = request(Metric::MeanScore, 20);
        request.alpha = 1.0;
        let found = search(&tables, &request);
        let subgroup = found
            .subgroups
            .iter()
            .find(|s| s.conditions == [(0, 0)])
            .expect("the columns' gap");
        let weight = |row: usize| rows.weights.as_ref().map_or(1.0, |w| w[row]);
        let (mut sum, mut total, mut scored) = (0.0, 0.0, 0);
        for row in (0..n).filter(|row| rows.codes[0][*row] == 1 && !scores[*row].is_nan()) {
            sum += weight(row) * scores[row];
            total += weight(row);
            scored += 1;
        }
        assert!((subgroup.estimate.value.unwrap() - sum / total).abs() < 1e-12);
        assert_eq!(subgroup.estimate.n, scored);
        assert_eq!(subgroup.test, "welch_t");
        assert!(subgroup.p < 1e-20 && subgroup.bound.is_none());
    }
}
