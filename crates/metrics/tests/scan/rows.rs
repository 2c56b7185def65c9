//! Rows in memory, counted in any blocks, and what must not depend on how.

use waage_core::block::{Block, ClusterKey, Clustered, Codes, outcome};
use waage_core::label::Label;
use waage_core::random::Stream;
use waage_metrics::confusion::Tie;
use waage_metrics::scan::{
    Classes, Counter, Cube, Found, Gatherer, Layout, Magnitudes, Measure, Request, Score, Side,
    Tables,
};
use waage_metrics::{Favourable, Metric};

/// Rows of a few columns.
#[derive(Clone, Default)]
pub struct Rows {
    /// Levels per column.
    pub sizes: Vec<usize>,
    /// Column by column.
    pub codes: Vec<Vec<i32>>,
    pub outcomes: Vec<u8>,
    pub scores: Option<Vec<f64>>,
    pub weights: Option<Vec<f64>>,
    /// Whose rows they are.
    pub clusters: Option<Vec<u64>>,
}

impl Rows {
    /// Rows with uniform levels and no outcome yet.
    pub fn uniform(sizes: &[usize], n: usize, stream: &mut Stream) -> Self {
        let codes = sizes
            .iter()
            .map(|size| {
                (0..n)
                    .map(|_| (stream.next_u64() % *size as u64) as i32)
                    .collect()
            })
            .collect();
        Self {
            sizes: sizes.to_vec(),
            codes,
            ..Self::default()
        }
    }

    /// A label and a decision for each row, from the chance that it is selected.
    pub fn decide(mut self, stream: &mut Stream, chance: impl Fn(&[i32]) -> f64) -> Self {
        let n = self.codes[0].len();
        self.outcomes = (0..n)
            .map(|row| {
                let levels: Vec<i32> = self.codes.iter().map(|codes| codes[row]).collect();
                let decision = u8::from(stream.next_unit() < chance(&levels));
                let label = u8::from(stream.next_unit() < 0.4);
                outcome::of(label, decision)
            })
            .collect();
        self
    }

    pub fn len(&self) -> usize {
        self.outcomes.len()
    }

    /// Labels whose order is not that of the codes.
    pub fn labels(&self) -> Vec<Vec<Label>> {
        self.sizes
            .iter()
            .map(|size| {
                (0..*size)
                    .rev()
                    .map(|level| Label::Int(level as i128))
                    .collect()
            })
            .collect()
    }

    pub fn names(&self) -> Vec<String> {
        (0..self.sizes.len()).map(|at| format!("c{at}")).collect()
    }

    fn magnitudes(&self) -> Magnitudes {
        let most = |numbers: &Vec<f64>| numbers.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        Magnitudes {
            weight: self.weights.as_ref().map(most),
            score: self.scores.as_ref().map(most),
        }
    }

    pub fn classes(&self, metric: Metric) -> Classes {
        Classes::of(metric, self.magnitudes()).expect("a proportion or a mean")
    }

    /// Hands on the rows of a range as one block.
    pub fn block<T>(&self, rows: std::ops::Range<usize>, take: impl FnOnce(&Block<'_>) -> T) -> T {
        let tables: Vec<Vec<u32>> = self
            .sizes
            .iter()
            .map(|n| (0..*n as u32).collect())
            .collect();
        let axes: Vec<Codes<'_>> = self
            .codes
            .iter()
            .zip(&tables)
            .map(|(codes, table)| Codes {
                keys: &codes[rows.clone()],
                table,
            })
            .collect();
        let clusters = self.clusters.as_ref();
        let keys: Option<Vec<ClusterKey>> =
            clusters.map(|of| of[rows.clone()].iter().map(|key| [*key, 7]).collect());
        let clusters = keys.as_ref().map(|keys| Clustered {
            keys,
            spans: [None, None],
        });
        take(&Block {
            len: rows.len(),
            axes: &axes,
            outcomes: &self.outcomes[rows.clone()],
            weights: self.weights.as_ref().map(|w| &w[rows.clone()]),
            scores: self.scores.as_ref().map(|s| &s[rows.clone()]),
            targets: None,
            clusters,
            propensities: None,
            members: &[],
        })
    }

    /// Counts in blocks of `chunk` rows that fall to `threads` counters in turn.
    pub fn tables(&self, metric: Metric, depth: usize, chunk: usize, threads: usize) -> Tables {
        let layout = Layout {
            columns: self.sizes.len(),
            depth,
            halved: false,
            classes: self.classes(metric),
        };
        let mut counters: Vec<Counter> =
            (0..threads).map(|_| Counter::new(layout.clone())).collect();
        for (turn, start) in (0..self.len()).step_by(chunk).enumerate() {
            let rows = start..(start + chunk).min(self.len());
            self.block(rows, |block| counters[turn % threads].add(block));
        }
        counters
            .into_iter()
            .rev()
            .reduce(Counter::merge)
            .and_then(|counter| counter.finish(&self.names(), &self.labels()))
            .expect("small tables")
    }

    /// The same with the clusters of the rows.
    pub fn clustered(&self, metric: Metric, depth: usize, chunk: usize, threads: usize) -> Tables {
        let new = || Gatherer::new(self.sizes.len(), false, self.classes(metric));
        let mut gatherers: Vec<Gatherer> = (0..threads).map(|_| new()).collect();
        for (turn, start) in (0..self.len()).step_by(chunk).enumerate() {
            let rows = start..(start + chunk).min(self.len());
            self.block(rows, |block| gatherers[turn % threads].add(block));
        }
        let gathered = gatherers.into_iter().rev().reduce(Gatherer::merge);
        let measure = request(metric, 1).measure;
        let clusters = gathered
            .and_then(|gathered| gathered.finish(&self.labels(), &measure, 1))
            .and_then(|mut halves| halves.pop());
        self.tables(metric, depth, chunk, threads)
            .of_clusters(clusters.expect("few rows"))
    }

    pub fn cube(&self, metric: Metric) -> Vec<(Vec<usize>, Vec<u64>)> {
        let mut cube = Cube::new(self.sizes.len(), self.classes(metric), 1 << 20);
        self.block(0..self.len(), |block| cube.add(block));
        cube.finish(&self.labels()).expect("few combinations")
    }
}

pub const fn request(metric: Metric, min_support: u64) -> Request {
    Request {
        measure: Measure {
            metric,
            tie: Tie::NONE,
        },
        min_support,
        top: 1000,
        margin: 0.0,
        alpha: 0.05,
        level: 0.95,
        score: Score::LowerBound,
        side: Side::Both,
        favourable: Favourable::Selected,
    }
}

/// What a report would show of a search, to the last bit.
pub fn shown(found: &Found) -> String {
    format!("{:?} {} {:?}", found.overall, found.family, found.subgroups)
}

#[test]
fn blocks_and_threads_change_nothing() {
    let mut stream = Stream::new(3, 0);
    let mut rows = Rows::uniform(&[3, 5, 2, 7, 4], 5000, &mut stream).decide(&mut stream, |l| {
        if l[0] == 1 && l[3] < 2 { 0.2 } else { 0.5 }
    });
    // The last levels come late, so that tables must grow.
    rows.codes[3][..4000].iter_mut().for_each(|code| *code %= 3);
    let n = rows.len();
    rows.scores = Some((0..n).map(|_| stream.next_unit() * 1e3 - 20.0).collect());
    let plain = rows.clone();
    rows.weights = Some((0..n).map(|_| stream.next_unit() * 1e-3).collect());
    for (rows, metric) in [
        (&plain, Metric::SelectionRate),
        (&plain, Metric::TruePositiveRate),
        (&plain, Metric::MeanScore),
        (&rows, Metric::Precision),
        (&rows, Metric::MeanScore),
    ] {
        let one = rows.tables(metric, 3, n, 1);
        let search =
            |tables: &Tables| shown(&waage_metrics::scan::search(tables, &request(metric, 30)));
        for (chunk, threads) in [(1000, 1), (37, 3), (1500, 2), (1, 5)] {
            let other = rows.tables(metric, 3, chunk, threads);
            assert_eq!(
                one.to_bytes(),
                other.to_bytes(),
                "{metric:?} {chunk} {threads}"
            );
            assert_eq!(search(&one), search(&other));
        }
    }
}

#[test]
fn halves_add_up_to_the_whole() {
    let mut stream = Stream::new(4, 0);
    let mut rows = Rows::uniform(&[3, 4, 2], 2000, &mut stream).decide(&mut stream, |_| 0.3);
    let metric = Metric::SelectionRate;
    let layout = Layout {
        columns: 3,
        depth: 2,
        halved: true,
        classes: rows.classes(metric),
    };
    let half: Vec<i32> = (0..2000).map(|row| i32::from(row % 3 == 0)).collect();
    let labels = rows.labels();
    rows.sizes.push(2);
    rows.codes.push(half);
    let mut counter = Counter::new(layout);
    rows.block(0..2000, |block| counter.add(block));
    let tables = counter.finish(&rows.names(), &labels).unwrap();
    let [search, estimate] = tables.halves();
    assert_eq!((search.rows(), estimate.rows()), (1333, 667));
    // Each half is what the rows of the half alone give.
    let keep: Vec<usize> = (0..2000).filter(|row| row % 3 == 0).collect();
    let mut alone = rows.clone();
    alone.sizes.pop();
    alone.codes.pop();
    for codes in &mut alone.codes {
        *codes = keep.iter().map(|row| codes[*row]).collect();
    }
    alone.outcomes = keep.iter().map(|row| rows.outcomes[*row]).collect();
    assert_eq!(
        alone.tables(metric, 2, 99, 2).to_bytes(),
        estimate.to_bytes()
    );
}
