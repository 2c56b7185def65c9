//! Where the time of an audit goes: `cargo bench -p waage-benches --bench stages -- FILE [RUNS]`.
//!
//! FILE has the columns converted, contacted, gender, region (`waage datasets generate lead-scoring
//! --rows 10000000 --columns converted,contacted,gender,region --out FILE`). Prints medians in
//! milliseconds of: the parquet crate merely decoding those columns (one reader per row group on
//! all threads, strings as dictionaries, as the audit reads them), the scan into the cube, and the
//! estimates with 1 000 and with no bootstrap replicates.

use std::fs::File;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use rayon::prelude::*;
use waage_benches::{arguments, report};
use waage_core::observer::Silent;
use waage_core::tally::{Builder, Kept, Limits, Tally};
use waage_data::{Dataset, Source};
use waage_metrics::confusion::Tie;
use waage_metrics::measure::{GivenRoles, ReferenceRule, Request, measure};
use waage_result::spec::{AttributeSpec, RolesSpec};

const COLUMNS: [&str; 4] = ["converted", "contacted", "gender", "region"];

fn main() {
    let Some((path, runs)) = arguments("stages", 9) else {
        return;
    };
    let path = path.as_str();
    let rows = decode(path);
    println!("rows    {rows}");
    report("decode", runs, || {
        decode(path);
    });
    let tally = scan(path);
    report("scan", runs, || {
        scan(path);
    });
    report("estimate, 1000 replicates", runs, || estimate(&tally, 1000));
    report("estimate, no replicates", runs, || estimate(&tally, 0));
}

/// The limit: what the parquet crate needs for these columns.
fn decode(path: &str) -> usize {
    let file = File::open(path).expect("file");
    let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).expect("footer");
    let fields: Vec<Field> = plain
        .schema()
        .fields()
        .iter()
        .map(|field| match field.data_type() {
            DataType::Utf8 => {
                let kind =
                    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                field.as_ref().clone().with_data_type(kind)
            }
            _ => field.as_ref().clone(),
        })
        .collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    let metadata =
        ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options).expect("schema");
    let groups = metadata.metadata().num_row_groups();
    (0..groups)
        .into_par_iter()
        .with_max_len(1)
        .map(|group| {
            let file = File::open(path).expect("file");
            let builder =
                ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
            let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
            let reader = builder
                .with_projection(mask)
                .with_row_groups(vec![group])
                .with_batch_size(8192)
                .build()
                .expect("reader");
            reader
                .map(|batch| batch.expect("batch").num_rows())
                .sum::<usize>()
        })
        .sum()
}

fn scan(path: &str) -> Tally {
    let roles = RolesSpec {
        label: Some(COLUMNS[0].to_owned()),
        decision: Some(COLUMNS[1].to_owned()),
        sensitive: vec![
            AttributeSpec::column(COLUMNS[2]),
            AttributeSpec::column(COLUMNS[3]),
        ],
        ..RolesSpec::default()
    };
    let limits = waage_data::Limits::default();
    let data = Dataset::open(Source::paths([path]), &roles, None, limits, &Silent).expect("data");
    let names = [COLUMNS[2].to_owned(), COLUMNS[3].to_owned()];
    let new = || Builder::new(&names, &[], Kept::default(), Limits::default());
    let scan = data
        .scan(
            &Silent,
            new,
            |builder, block| builder.add(block),
            Builder::merge,
        )
        .expect("scan");
    scan.state.finish(&scan.axes).expect("tally")
}

fn estimate(tally: &Tally, replicates: usize) {
    let roles = GivenRoles {
        label: true,
        decision: true,
        score: false,
    };
    let request = Request {
        views: vec![vec![0], vec![1], vec![0, 1]],
        references: vec![ReferenceRule::Largest; 2],
        metrics: roles.metrics(),
        scores: waage_metrics::score::ScoreRequest::default(),
        disparities: roles.disparities(),
        schemes: Vec::new(),
        min_share: 0.0,
        roles,
        missing_labels: Default::default(),
        level: 0.95,
        replicates,
        seed: 0,
        favourable: waage_metrics::Favourable::Selected,
        tie: Tie::NONE,
        cut: None,
    };
    measure(tally, &request, &Silent).expect("estimates");
}
