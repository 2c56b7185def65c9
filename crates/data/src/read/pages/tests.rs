//! The short way gives the rows that the crate's own reader gives.

use std::io::Write;

use arrow::array::{Array, AsArray, BooleanArray, Float64Array, RecordBatch, StringArray};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Field, Float64Type, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use proptest::prelude::*;

use super::*;
use crate::decoded::Decoded;

/// Region, label, gender, decision, score.
type Row = (Option<u8>, Option<bool>, u8, bool, Option<u8>);

#[derive(Clone, Debug)]
struct Made {
    rows: Vec<Row>,
    page_rows: usize,
    group_rows: usize,
    second_version: bool,
    compressed: bool,
    /// Bytes of a dictionary from which on values are written plainly.
    dictionary_bytes: usize,
}

fn made() -> impl Strategy<Value = Made> {
    let row = (
        prop::option::weighted(0.8, 0..40_u8),
        prop::option::weighted(0.9, any::<bool>()),
        0..3_u8,
        any::<bool>(),
        prop::option::weighted(0.9, any::<u8>()),
    );
    // Long stretches of one value make runs, mixed ones make packed groups.
    let stretch = (row, prop_oneof![3 => 1..4_usize, 1 => 50..400_usize]);
    (
        prop::collection::vec(stretch, 1..120),
        1..300_usize,
        100..2_000_usize,
        any::<bool>(),
        any::<bool>(),
        prop::sample::select(vec![0, 200, 1 << 20]),
    )
        .prop_map(
            |(stretches, page_rows, group_rows, second_version, compressed, dictionary_bytes)| {
                Made {
                    rows: stretches
                        .into_iter()
                        .flat_map(|(row, n)| std::iter::repeat_n(row, n))
                        .collect(),
                    page_rows,
                    group_rows,
                    second_version,
                    compressed,
                    dictionary_bytes,
                }
            },
        )
}

/// Every kind of double.
fn real(i: u8) -> f64 {
    match i {
        0 => -0.0,
        1 => f64::NAN,
        2 => f64::NEG_INFINITY,
        i => f64::from(i) / 3.0 - 40.0,
    }
}

fn batch(made: &Made) -> RecordBatch {
    let names: Vec<String> = (0..40).map(|i| format!("Grüße {i}")).collect();
    let text = |i: u8| names[usize::from(i)].as_str();
    let schema = Schema::new(vec![
        Field::new("region", DataType::Utf8, true),
        Field::new("label", DataType::Boolean, true),
        Field::new("gender", DataType::Utf8, false),
        Field::new("decision", DataType::Boolean, false),
        Field::new("score", DataType::Float64, true),
        Field::new("amount", DataType::Float64, false),
    ]);
    let rows = &made.rows;
    RecordBatch::try_new(
        Arc::new(schema),
        vec![
            Arc::new(rows.iter().map(|r| r.0.map(text)).collect::<StringArray>()),
            Arc::new(rows.iter().map(|r| r.1).collect::<BooleanArray>()),
            Arc::new(
                rows.iter()
                    .map(|r| Some(text(r.2)))
                    .collect::<StringArray>(),
            ),
            Arc::new(rows.iter().map(|r| Some(r.3)).collect::<BooleanArray>()),
            Arc::new(rows.iter().map(|r| r.4.map(real)).collect::<Float64Array>()),
            Arc::new(
                rows.iter()
                    .enumerate()
                    .map(|(i, r)| Some(real(r.4.unwrap_or(7)) + (i / 50) as f64))
                    .collect::<Float64Array>(),
            ),
        ],
    )
    .expect("batch")
}

fn write(made: &Made) -> fs::File {
    let version = if made.second_version {
        WriterVersion::PARQUET_2_0
    } else {
        WriterVersion::PARQUET_1_0
    };
    let codec = if made.compressed {
        Compression::ZSTD(ZstdLevel::default())
    } else {
        Compression::UNCOMPRESSED
    };
    let properties = WriterProperties::builder()
        .set_writer_version(version)
        .set_compression(codec)
        .set_column_dictionary_page_size_limit("score".into(), made.dictionary_bytes)
        .set_column_dictionary_page_size_limit("amount".into(), made.dictionary_bytes)
        .set_data_page_row_count_limit(made.page_rows)
        .set_write_batch_size(made.page_rows.min(64))
        .set_max_row_group_row_count(Some(made.group_rows))
        .build();
    let batch = batch(made);
    let file = tempfile::tempfile().expect("file");
    let handle = file.try_clone().expect("handle");
    let mut writer =
        ArrowWriter::try_new(handle, batch.schema(), Some(properties)).expect("writer");
    writer.write(&batch).expect("rows");
    writer.close().expect("footer");
    file
}

/// The file's metadata with text asked for as codes.
fn metadata(file: &fs::File) -> ArrowReaderMetadata {
    let plain = ArrowReaderMetadata::load(file, Default::default()).expect("footer");
    let codes = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let fields: Vec<Field> = plain
        .schema()
        .fields()
        .iter()
        .map(|f| match f.data_type() {
            DataType::Utf8 => f.as_ref().clone().with_data_type(codes.clone()),
            _ => f.as_ref().clone(),
        })
        .collect();
    let options = parquet::arrow::arrow_reader::ArrowReaderOptions::new();
    let options = options.with_schema(Arc::new(Schema::new(fields)));
    ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options).expect("schema")
}

/// A column as texts, or as flags.
type Plain = (Vec<Option<String>>, Vec<Option<bool>>);

/// Columns as text and flags, so that codes do not matter; doubles by their bits.
fn plain(batch: &Batch) -> Vec<Plain> {
    batch
        .columns
        .iter()
        .map(Decoded::array)
        .map(|column| match column.data_type() {
            DataType::Boolean => (Vec::new(), column.as_boolean().iter().collect()),
            DataType::Float64 => {
                let reals = column.as_primitive::<Float64Type>();
                let bits = reals
                    .iter()
                    .map(|real| real.map(|r| r.to_bits().to_string()));
                (bits.collect(), Vec::new())
            }
            _ => {
                let text = cast(column, &DataType::Utf8).expect("text");
                let text = text.as_string::<i32>();
                (
                    text.iter().map(|t| t.map(str::to_owned)).collect(),
                    Vec::new(),
                )
            }
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn rows_are_those_of_the_crate(made in made(), from in 0.0..1.0_f64, fields in prop::sample::subsequence(vec![0_usize, 1, 2, 3, 4, 5], 1..=6)) {
        let mut file = write(&made);
        let metadata = metadata(&file);
        let footer = metadata.metadata();
        for group in 0..footer.num_row_groups() {
            let wanted = plan(footer, metadata.schema(), group, &fields).expect("the short way");
            let rows = footer.row_group(group).num_rows() as usize;
            let start = (from * rows as f64) as usize;
            let mut batches = Vec::new();
            read(&mut file, footer, group, &wanted, start..rows, |e| e.to_string(), |batch| {
                batches.push(batch.clone());
                Ok(())
            })
            .expect("rows");
            let whole = ParquetRecordBatchReaderBuilder::new_with_metadata(file.try_clone().unwrap(), metadata.clone());
            let mask = parquet::arrow::ProjectionMask::roots(whole.parquet_schema(), fields.iter().copied());
            let expected: Vec<RecordBatch> = whole
                .with_row_groups(vec![group])
                .with_projection(mask)
                .with_offset(start)
                .build()
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            let expected = concat_batches(&expected[0].schema(), &expected).unwrap();
            let mut columns = plain(&batches[0]);
            for batch in &batches[1..] {
                for (all, more) in columns.iter_mut().zip(plain(batch)) {
                    all.0.extend(more.0);
                    all.1.extend(more.1);
                }
            }
            prop_assert_eq!(columns, plain(&expected.into()));
        }
    }

    #[test]
    fn damage_is_an_error_and_never_a_panic(
        made in made(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 1..8),
    ) {
        let mut file = write(&Made { compressed: false, ..made });
        let metadata = metadata(&file);
        let footer = metadata.metadata();
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        let data = footer.row_groups().iter().map(|g| g.compressed_size() as usize).sum::<usize>();
        for (at, flip) in flips {
            let at = 4 + at.index(data.max(5) - 4);
            bytes[at] ^= flip;
        }
        let mut damaged = tempfile::tempfile().unwrap();
        damaged.write_all(&bytes).unwrap();
        for group in 0..footer.num_row_groups() {
            let wanted = plan(footer, metadata.schema(), group, &[0, 1, 2, 3, 4, 5]).expect("the short way");
            let rows = footer.row_group(group).num_rows() as usize;
            // Page headers are read by the crate, which may panic; the readers above turn that into
            // an error. What is unpacked here must not.
            let quiet = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let _ = read(&mut damaged, footer, group, &wanted, 0..rows, |e| e.to_string(), |_| Ok(()));
            }));
            if let Err(panic) = quiet {
                let what = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                prop_assert!(!what.contains("read/pages"), "{}", what);
            }
        }
    }
}
