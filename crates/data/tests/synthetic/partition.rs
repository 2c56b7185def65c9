//! Threads, row groups and the choice of columns change no value.

use std::io::Write;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use waage_data::synthetic::{Column, LeadSpec, SyntheticError, batch};

use crate::{cells, file, only};

fn read(file: &[u8]) -> RecordBatch {
    let mut on_disk = tempfile::tempfile().unwrap();
    on_disk.write_all(file).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(on_disk).unwrap();
    let schema = Arc::clone(reader.schema());
    let reader = reader.build().unwrap();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

#[test]
fn threads_do_not_change_a_byte() {
    let spec = LeadSpec {
        rows: 9_001,
        seed: 3,
        row_group_rows: 1_000,
        ..LeadSpec::default()
    };
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| file(&spec))
    };
    let serial = with(1);
    assert!(serial == with(2), "two threads wrote other bytes than one");
    assert!(serial == with(5), "five threads wrote other bytes than one");
    let other = LeadSpec {
        seed: 4,
        ..spec.clone()
    };
    assert!(serial != file(&other), "the seed changes nothing");
}

#[test]
fn partition_and_projection_do_not_change_a_value() {
    let spec = LeadSpec {
        rows: 20_000,
        seed: 5,
        ..LeadSpec::default()
    };
    let whole = cells(&batch(&spec, 0, 20_000).unwrap());
    for row_group_rows in [20_000, 7_001] {
        let read = read(&file(&LeadSpec {
            row_group_rows,
            ..spec.clone()
        }));
        assert!(
            cells(&read) == whole,
            "row groups of {row_group_rows} hold other values"
        );
    }
    let names = [
        "converted",
        "region",
        "minutes_on_site",
        "gender",
        "contacted",
    ];
    let subset = LeadSpec {
        columns: only(&names),
        ..spec.clone()
    };
    let written = read(&file(&subset));
    for (name, cells) in names.iter().zip(cells(&written)) {
        let position = Column::named(name).unwrap() as usize;
        assert!(
            cells == whole[position],
            "{name} differs when it is written alone"
        );
    }
    let middle = cells(&batch(&spec, 12_345, 100).unwrap());
    for (part, whole) in middle.iter().zip(&whole) {
        assert_eq!(part[..], whole[12_345..12_445]);
    }
}

#[test]
fn the_last_of_ten_thousand_million_leads_can_be_made() {
    let spec = LeadSpec {
        rows: LeadSpec::MAX_ROWS,
        ..LeadSpec::default()
    };
    let last = batch(&spec, spec.rows - 2, 2).unwrap();
    assert_eq!(cells(&last)[0], ["L9999999998", "L9999999999"]);
    let past = batch(&spec, spec.rows - 2, 3).unwrap_err();
    assert!(matches!(past, SyntheticError::PastTheEnd { .. }), "{past}");
}
