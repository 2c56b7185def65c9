//! The same rows, however they are cut into files, row groups, batches and threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{Float64Array, StringArray};
use proptest::prelude::*;
use waage_core::block::Block;
use waage_core::observer::{Observer, Phase, Silent};
use waage_data::{DataError, Dataset, Limits, Source};
use waage_result::spec::{AttributeSpec, Cut, RolesSpec};

use super::support::*;

/// Runs with so many threads.
fn with_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(run)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_split_gives_the_same_rows(
        rows in 1_usize..600,
        cuts in prop::collection::vec(0_usize..600, 0..4),
        row_group_rows in 1_usize..400,
        threads in 1_usize..3,
        by_rank in any::<bool>(),
        quantiles in any::<bool>(),
        filtered in any::<bool>(),
    ) {
        let leads = leads(rows);
        let cut = if by_rank {
            Cut::TopFraction("0.3".to_owned())
        } else {
            Cut::Threshold(0.5)
        };
        let mut roles = RolesSpec { cut: Some(cut), ..lead_roles() };
        if quantiles {
            roles.stratum = vec![AttributeSpec::parse("age/3").unwrap()];
        }
        let filter = filtered.then_some("age < 60 and (gender <> 'male' or score > 0.2)");
        let whole = Source::Batches { schema: leads.schema(), batches: vec![leads.clone()] };
        let expected = with_threads(1, || scan(whole, &roles, filter));

        let folder = tempfile::tempdir().unwrap();
        let mut edges: Vec<usize> = cuts.into_iter().filter(|cut| *cut < rows).collect();
        edges.extend([0, rows]);
        edges.sort_unstable();
        let mut batches = Vec::new();
        for (at, pair) in edges.windows(2).enumerate() {
            let part = leads.slice(pair[0], pair[1] - pair[0]);
            write_parquet(&folder.path().join(format!("{at}.parquet")), &part, row_group_rows);
            batches.push(part);
        }
        let files = Source::paths([text(folder.path())]);
        let batches = Source::Batches { schema: leads.schema(), batches };
        for source in [files, batches] {
            let found = with_threads(threads, || scan(source, &roles, filter));
            match (&expected, found) {
                (Ok(expected), Ok(found)) => {
                    prop_assert_eq!(&found.state, &expected.state);
                    prop_assert_eq!(found.rows, expected.rows);
                    prop_assert_eq!(found.rows_filtered_out, expected.rows_filtered_out);
                    prop_assert_eq!(&found.cut, &expected.cut);
                    prop_assert_eq!(&found.notes, &expected.notes);
                }
                // Few rows may hold no label, no score or no whole place: then both say so.
                (Err(expected), Err(found)) => {
                    prop_assert_eq!(
                        std::mem::discriminant(expected),
                        std::mem::discriminant(&found)
                    );
                }
                (expected, found) => prop_assert!(false, "{expected:?} but {found:?}"),
            }
        }
    }
}

/// Counts rows by phase, and cancels after so many.
struct Counting {
    begun: AtomicU64,
    rows: AtomicU64,
    cancel_after: u64,
}

impl Counting {
    fn new(cancel_after: u64) -> Self {
        Self {
            begun: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            cancel_after,
        }
    }
}

impl Observer for Counting {
    fn begin(&self, phase: Phase, total: Option<u64>) {
        if phase == Phase::Scan {
            self.begun
                .store(total.unwrap_or_default(), Ordering::Relaxed);
            self.rows.store(0, Ordering::Relaxed);
        }
    }

    fn advance(&self, amount: u64) {
        self.rows.fetch_add(amount, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.rows.load(Ordering::Relaxed) >= self.cancel_after
    }
}

#[test]
fn observers_see_every_row_also_of_pruned_row_groups() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads.parquet");
    write_parquet(&path, &leads(30_000), 5_000);
    let source = Source::paths([text(&path)]);
    let limits = Limits::default();
    let filter = Some("id >= 'L020000'");
    let data = Dataset::open(source, &lead_roles(), filter, limits, &Silent).unwrap();
    let observer = Counting::new(u64::MAX);
    let found = data
        .scan(
            &observer,
            || 0,
            |rows, block| *rows += block.len,
            |a, b| a + b,
        )
        .unwrap();
    assert_eq!(
        (found.state, found.rows, found.rows_filtered_out),
        (10_000, 10_000, 20_000)
    );
    assert_eq!(observer.begun.into_inner(), 30_000);
    assert_eq!(observer.rows.into_inner(), 30_000);
}

#[test]
fn a_row_group_of_millions_is_shared_and_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.parquet");
    let rows = 2_500_000_u64;
    let weight = |i: u64| (i != 2_400_000).then_some(i as f64);
    let weights: Float64Array = (0..rows).map(weight).collect();
    let names = ["a", "b", "c"];
    let names: StringArray = (0..rows).map(|i| Some(names[i as usize % 3])).collect();
    let lines = batch([("g", Arc::new(names)), ("w", Arc::new(weights))]);
    write_parquet(&path, &lines, rows as usize);
    let roles = RolesSpec {
        weight: Some("w".to_owned()),
        sensitive: vec![AttributeSpec::column("g")],
        ..RolesSpec::default()
    };
    let open = |filter| {
        let source = Source::paths([text(&path)]);
        Dataset::open(source, &roles, Some(filter), Limits::default(), &Silent).unwrap()
    };
    // Sums per group tell rows apart: nothing is read twice, nothing shifted between columns.
    let sum = |sums: &mut [u64; 3], block: &Block<'_>| {
        for (key, weight) in block.axes[0].keys.iter().zip(block.weights.unwrap()) {
            sums[block.axes[0].table[*key as usize] as usize] += *weight as u64;
        }
    };
    let merge = |a: [u64; 3], b: [u64; 3]| [0, 1, 2].map(|i| a[i] + b[i]);
    let data = open("w is not null");
    let found = with_threads(2, || data.scan(&Silent, || [0; 3], sum, merge).unwrap());
    let mut sums: Vec<(String, u64)> = found.axes[0]
        .iter()
        .map(ToString::to_string)
        .zip(found.state)
        .collect();
    sums.sort();
    let expected = [0, 1, 2].map(|group| {
        (0..rows)
            .filter(|i| i % 3 == group && *i != 2_400_000)
            .sum::<u64>()
    });
    assert_eq!(
        sums.iter().map(|(_, sum)| *sum).collect::<Vec<_>>(),
        expected
    );
    assert_eq!((found.rows, found.rows_filtered_out), (rows - 1, 1));
    let message = open("g = 'a'")
        .scan(&Silent, || [0; 3], sum, merge)
        .unwrap_err()
        .to_string();
    assert!(message.contains("large.parquet row 2400001;"), "{message}");
}

#[test]
fn a_cancelled_scan_stops_within_a_batch() {
    let leads = leads(100_000);
    let source = Source::Batches {
        schema: leads.schema(),
        batches: vec![leads],
    };
    let data = Dataset::open(source, &lead_roles(), None, Limits::default(), &Silent).unwrap();
    let observer = Counting::new(20_000);
    let result = data.scan(&observer, || (), |(), _| {}, |(), ()| ());
    assert!(matches!(result, Err(DataError::Interrupted)));
    assert!(observer.rows.into_inner() < 60_000);
}

#[test]
fn scanning_again_gives_the_same() {
    let leads = leads(2_000);
    let source = Source::Batches {
        schema: leads.schema(),
        batches: vec![leads],
    };
    let data = Dataset::open(source, &lead_roles(), None, Limits::default(), &Silent).unwrap();
    let (first, second) = (collect(&data).unwrap(), collect(&data).unwrap());
    assert_eq!(first.state, second.state);
    // A panic of the caller's own state is the caller's: it is not taken for a damaged file.
    let data = Arc::new(data);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        data.scan(&Silent, || (), |(), _| panic!("of the caller"), |(), ()| ())
            .map(|_| ())
    }));
    let message = result.unwrap_err();
    assert_eq!(message.downcast_ref::<&str>(), Some(&"of the caller"));
}
