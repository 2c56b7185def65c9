//! Every format, layout and type gives the same rows.

use std::fs;
use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Field, Fields, Schema, TimeUnit};
use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow::record_batch::RecordBatch;
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;
use waage_core::label::Label;
use waage_core::observer::Silent;
use waage_data::{CsvFormat, Dataset, Input, Limits, Source};
use waage_result::spec::{AttributeSpec, Cut, RolesSpec};

use super::support::*;

fn expected() -> Vec<Row> {
    let batch = leads(3000);
    let source = Source::Batches {
        schema: batch.schema(),
        batches: vec![batch],
    };
    scan(source, &lead_roles(), None).unwrap().state
}

fn rows_of(path: &str) -> Vec<Row> {
    scan(Source::paths([path]), &lead_roles(), None)
        .unwrap()
        .state
}

fn csv_of(batch: &RecordBatch, separator: &str, number: fn(f64) -> String) -> String {
    let names: Vec<&str> = batch
        .schema_ref()
        .fields()
        .iter()
        .map(|f| f.name().as_str())
        .collect();
    let mut lines = vec![names.join(separator)];
    for row in 0..batch.num_rows() {
        let cells = batch.columns().iter().map(|column| {
            if column.is_null(row) {
                return String::new();
            }
            match column.data_type() {
                DataType::Float64 => number(
                    column
                        .as_primitive::<arrow::datatypes::Float64Type>()
                        .value(row),
                ),
                _ => cast(column, &DataType::Utf8)
                    .unwrap()
                    .as_string::<i32>()
                    .value(row)
                    .to_owned(),
            }
        });
        lines.push(cells.collect::<Vec<_>>().join(separator));
    }
    lines.join("\n") + "\n"
}

#[test]
fn every_codec_of_parquet_is_read() {
    let (folder, rows) = (tempfile::tempdir().unwrap(), expected());
    let codecs = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ];
    for codec in codecs {
        let path = folder.path().join("leads.parquet");
        let properties = WriterProperties::builder().set_compression(codec);
        write_parquet_with(&path, &leads(3000), properties, 700);
        assert_eq!(rows_of(&text(&path)), rows, "{codec:?}");
    }
    let path = folder.path().join("plain.parquet");
    let properties = WriterProperties::builder().set_dictionary_enabled(false);
    write_parquet_with(&path, &leads(3000), properties, 700);
    assert_eq!(rows_of(&text(&path)), rows, "without dictionaries");
    let path = folder.path().join("spilled.parquet");
    let properties = WriterProperties::builder()
        .set_dictionary_page_size_limit(8)
        .set_data_page_row_count_limit(50)
        .set_write_batch_size(10);
    write_parquet_with(&path, &leads(3000), properties, 3000);
    assert_eq!(
        rows_of(&text(&path)),
        rows,
        "with a dictionary that overflows"
    );
}

#[test]
fn arrow_files_and_streams_are_read_whatever_their_name() {
    let (folder, rows, leads) = (tempfile::tempdir().unwrap(), expected(), leads(3000));
    for compression in [
        None,
        Some(CompressionType::LZ4_FRAME),
        Some(CompressionType::ZSTD),
    ] {
        let options = IpcWriteOptions::default()
            .try_with_compression(compression)
            .unwrap();
        let path = folder.path().join("leads.bin");
        let file = fs::File::create(&path).unwrap();
        let mut writer = FileWriter::try_new_with_options(file, &leads.schema(), options).unwrap();
        for start in [0, 1000, 2000] {
            writer.write(&leads.slice(start, 1000)).unwrap();
        }
        writer.finish().unwrap();
        assert_eq!(rows_of(&text(&path)), rows, "{compression:?}");
    }
    let path = folder.path().join("leads.parquet");
    fs::write(&path, stream(&leads)).unwrap();
    assert_eq!(rows_of(&text(&path)), rows);
}

fn stream(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    for start in (0..batch.num_rows()).step_by(1000) {
        writer
            .write(&batch.slice(start, 1000.min(batch.num_rows() - start)))
            .unwrap();
    }
    writer.into_inner().unwrap()
}

fn from_stdin(
    bytes: Vec<u8>,
    roles: &RolesSpec,
    limits: Limits,
) -> Result<Dataset, waage_data::DataError> {
    let input = Box::new(Cursor::new(bytes));
    Dataset::open_with(
        Source::paths(["-"]),
        Some(input),
        roles,
        None,
        limits,
        &Silent,
    )
}

#[test]
fn standard_input_is_read_once_or_kept_when_two_scans_are_needed() {
    let leads = leads(3000);
    let data = from_stdin(stream(&leads), &lead_roles(), Limits::default()).unwrap();
    assert_eq!(collect(&data).unwrap().state, expected());
    let message = collect(&data).unwrap_err().to_string();
    assert!(
        message.contains("standard input was read already"),
        "{message}"
    );

    let cut = RolesSpec {
        cut: Some(Cut::TopK(500)),
        ..lead_roles()
    };
    let source = Source::Batches {
        schema: leads.schema(),
        batches: vec![leads.clone()],
    };
    let in_memory = scan(source, &cut, None).unwrap();
    let data = from_stdin(stream(&leads), &cut, Limits::default()).unwrap();
    let kept = collect(&data).unwrap();
    assert_eq!((kept.state, kept.cut), (in_memory.state, in_memory.cut));

    let small = Limits {
        memory_max: 1000,
        ..Limits::default()
    };
    let data = from_stdin(stream(&leads), &cut, small).unwrap();
    let message = collect(&data).unwrap_err().to_string();
    assert!(
        message.contains("needs more than 1000 bytes") && message.contains("save it"),
        "{message}"
    );
}

#[test]
fn standard_input_may_be_parquet_or_csv() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads.parquet");
    write_parquet(&path, &leads(3000), 1000);
    let data = from_stdin(fs::read(&path).unwrap(), &lead_roles(), Limits::default()).unwrap();
    assert_eq!(collect(&data).unwrap().state, expected());
    let csv = csv_of(&leads(3000), ",", |number| number.to_string());
    let data = from_stdin(csv.into_bytes(), &lead_roles(), Limits::default()).unwrap();
    assert_eq!(collect(&data).unwrap().state, expected());
    let message = from_stdin(Vec::new(), &lead_roles(), Limits::default())
        .err()
        .unwrap()
        .to_string();
    assert!(message.contains("standard input is empty"), "{message}");
}

#[test]
fn csv_files_of_any_habit_give_the_rows_of_the_typed_table() {
    let folder = tempfile::tempdir().unwrap();
    let german = |number: f64| number.to_string().replace('.', ",");
    let csvs = [
        csv_of(&leads(3000), ",", |number| number.to_string()),
        csv_of(&leads(3000), ";", german),
        csv_of(&leads(3000), "\t", german),
        csv_of(&leads(3000), "|", |number| number.to_string()),
        format!("\u{feff}{}", csv_of(&leads(3000), ";", german)).replace('\n', "\r\n"),
    ];
    for csv in csvs {
        let path = folder.path().join("leads.csv");
        fs::write(&path, csv).unwrap();
        assert_eq!(rows_of(&text(&path)), expected());
    }
}

#[test]
fn a_german_spreadsheet_export_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    let lines = [
        "Geschlecht;Umsatz;Punkte;Gekauft",
        "\"weiblich\";1.234,56;0,75;ja",
        "\"m\u{e4}nnlich;\r\nunklar\";2.000.000,00;0,25;nein",
        ";;;ja",
    ];
    // Windows-1252: an umlaut is one byte.
    let bytes: Vec<u8> = lines.join("\r\n").chars().map(|c| c as u8).collect();
    fs::write(&path, bytes).unwrap();
    let roles = RolesSpec {
        label: Some("Gekauft".to_owned()),
        positive: Some("ja".to_owned()),
        score: Some("Punkte".to_owned()),
        cut: Some(Cut::Threshold(0.5)),
        sensitive: vec![
            AttributeSpec::column("Geschlecht"),
            AttributeSpec::parse("Umsatz:1234.5:1235").unwrap(),
        ],
        ..RolesSpec::default()
    };
    let found = scan(Source::paths([text(&path)]), &roles, None).unwrap();
    let mut rows: Vec<_> = found
        .state
        .iter()
        .map(|row| (row.names(), row.outcome))
        .collect();
    rows.sort();
    let names = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
    let expected = [
        (names("(missing)", "(missing)"), 4 + 2),
        (names("m\u{e4}nnlich;\r\nunklar", ">=1235"), 0),
        (names("weiblich", "1234.5..<1235"), 4 + 1),
    ];
    assert_eq!(rows, expected);
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.code == "csv_windows_1252"),
        "{:?}",
        found.notes
    );
}

#[test]
fn csv_formats_can_be_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.csv");
    fs::write(&path, "g!s!y\na!1,000!1\nb!2,000!0\n").unwrap();
    let csv = CsvFormat {
        separator: Some(b'!'),
        decimal: Some(b','),
    };
    let source = Source::Input(Input {
        paths: vec![text(&path)],
        csv,
    });
    let roles = RolesSpec {
        score: Some("s".to_owned()),
        ..label_roles("y", "g")
    };
    let found = scan(source, &roles, None).unwrap();
    let scores: Vec<f64> = found
        .state
        .iter()
        .map(|r| f64::from_bits(r.score.unwrap()))
        .collect();
    assert_eq!(scores, [1.0, 2.0]);
}

#[test]
fn files_differ_in_column_order_and_width_and_still_combine() {
    let folder = tempfile::tempdir().unwrap();
    let leads = leads(3000);
    let (first, second) = (leads.slice(0, 1200), leads.slice(1200, 1800));
    write_parquet(&folder.path().join("a.parquet"), &first, 500);
    let narrow = |name: &str, to: DataType| {
        let column = second.column_by_name(name).unwrap();
        (name.to_owned(), cast(column, &to).unwrap())
    };
    let second = RecordBatch::try_from_iter_with_nullable(
        [
            narrow("weight", DataType::Float32),
            narrow("age", DataType::UInt8),
            narrow("gender", DataType::LargeUtf8),
            narrow("score", DataType::Float64),
            narrow("converted", DataType::Boolean),
        ]
        .map(|(name, array)| (name, array, true)),
    )
    .unwrap();
    write_parquet(&folder.path().join("b.parquet"), &second, 500);
    assert_eq!(rows_of(&text(folder.path())), expected());
    assert_eq!(
        rows_of(&format!("{}/*.parquet", text(folder.path()))),
        expected()
    );
}

#[test]
fn files_that_differ_otherwise_are_named_with_the_column() {
    let folder = tempfile::tempdir().unwrap();
    let first = batch([("g", texts([Some("a")])), ("y", bools([Some(true)]))]);
    let second = batch([("g", integers([Some(1)])), ("y", bools([Some(true)]))]);
    let third = batch([("y", bools([Some(true)]))]);
    write_parquet(&folder.path().join("1.parquet"), &first, 10);
    write_parquet(&folder.path().join("2.parquet"), &second, 10);
    let roles = label_roles("y", "g");
    let message = failure(Source::paths([text(folder.path())]), &roles);
    for part in [
        "column \"g\" is text in ",
        "1.parquet but integer in ",
        "2.parquet; convert one",
    ] {
        assert!(message.contains(part), "{message}");
    }
    write_parquet(&folder.path().join("2.parquet"), &third, 10);
    let message = failure(Source::paths([text(folder.path())]), &roles);
    for part in [
        "column \"g\" of ",
        "1.parquet is missing in ",
        "2.parquet; add it",
    ] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn folders_are_columns() {
    let folder = tempfile::tempdir().unwrap();
    let rows = batch([("y", bools([Some(true), Some(false)]))]);
    for name in [
        "region=EMEA",
        "region=S%C3%BCd",
        "region=__HIVE_DEFAULT_PARTITION__",
    ] {
        let folder = folder.path().join(name);
        fs::create_dir(&folder).unwrap();
        write_parquet(&folder.join("part.parquet"), &rows, 10);
    }
    let roles = label_roles("y", "region");
    let found = scan(Source::paths([text(folder.path())]), &roles, None).unwrap();
    let labels: Vec<Label> = found
        .state
        .iter()
        .map(|row| row.labels[0].clone())
        .collect();
    let (south, emea) = (Label::text("S\u{fc}d"), Label::text("EMEA"));
    let expected = [
        &emea,
        &emea,
        &south,
        &south,
        &Label::Missing,
        &Label::Missing,
    ];
    assert_eq!(labels.iter().collect::<Vec<_>>(), expected);
    let found = scan(
        Source::paths([text(folder.path())]),
        &roles,
        Some("region = 'EMEA'"),
    )
    .unwrap();
    assert_eq!((found.rows, found.rows_filtered_out), (2, 4));
}

#[test]
fn nested_columns_are_left_out_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nested.parquet");
    let inner = Fields::from(vec![Field::new("x", DataType::Int64, true)]);
    let nested = arrow::array::StructArray::new(inner, vec![integers([Some(1), None])], None);
    let rows = batch([
        ("before", Arc::new(nested.clone()) as ArrayRef),
        ("g", texts([Some("a"), Some("b")])),
        ("y", bools([Some(true), Some(false)])),
    ]);
    write_parquet(&path, &rows, 10);
    let found = scan(Source::paths([text(&path)]), &label_roles("y", "g"), None).unwrap();
    assert_eq!(found.rows, 2);
    let note = found
        .notes
        .iter()
        .find(|note| note.code == "columns_not_read")
        .unwrap();
    assert_eq!(note.values["columns"], "before");
    let message = failure(Source::paths([text(&path)]), &label_roles("y", "before"));
    assert!(
        message.contains("\"before\" is nested or binary and cannot be the attribute"),
        "{message}"
    );
    assert_eq!(
        scan(
            Source::paths([text(&path)]),
            &label_roles("y", "g"),
            Some("g = 'b'")
        )
        .unwrap()
        .rows,
        1
    );
}

#[test]
fn every_arrow_type_of_a_column_gives_the_same_labels() {
    let leads = leads(500);
    let dictionary = |key, value| DataType::Dictionary(Box::new(key), Box::new(value));
    let roles = label_roles("converted", "gender");
    let source = |batch: RecordBatch| Source::Batches {
        schema: batch.schema(),
        batches: vec![batch],
    };
    let expected = scan(source(leads.clone()), &roles, None).unwrap().state;
    let types = [
        DataType::LargeUtf8,
        DataType::Utf8View,
        dictionary(DataType::Int8, DataType::LargeUtf8),
        dictionary(DataType::UInt32, DataType::Utf8View),
        dictionary(DataType::UInt64, DataType::Utf8),
        dictionary(DataType::Int32, DataType::Utf8),
    ];
    for to in types {
        let gender = match &to {
            DataType::Dictionary(key, value) => {
                let coded = cast(
                    leads.column(0),
                    &dictionary((**key).clone(), DataType::Utf8),
                )
                .unwrap();
                let values = cast(coded.as_any_dictionary().values(), value).unwrap();
                coded.as_any_dictionary().with_values(values)
            }
            to => cast(leads.column(0), to).unwrap(),
        };
        assert_eq!(gender.data_type(), &to);
        let converted = Arc::clone(leads.column(2));
        let changed = batch([("gender", gender), ("converted", converted)]);
        assert_eq!(
            scan(source(changed), &roles, None).unwrap().state,
            expected,
            "{to}"
        );
    }
    let roles = label_roles("converted", "age");
    let expected = scan(source(leads.clone()), &roles, None).unwrap().state;
    for to in [
        DataType::Int8,
        DataType::UInt16,
        DataType::UInt64,
        DataType::Float16,
        DataType::Float32,
        DataType::Decimal128(5, 2),
        dictionary(DataType::UInt8, DataType::Int64),
    ] {
        let age = cast(leads.column(1), &to).unwrap();
        let changed = batch([("age", age), ("converted", Arc::clone(leads.column(2)))]);
        assert_eq!(
            scan(source(changed), &roles, None).unwrap().state,
            expected,
            "{to}"
        );
    }
}

#[test]
fn a_slice_with_its_own_offset_is_read_as_a_table() {
    let leads = leads(40_000);
    let whole = concat_batches(&leads.schema(), [&leads.slice(13, 39_001)]).unwrap();
    let source = |batch: RecordBatch| Source::Batches {
        schema: batch.schema(),
        batches: vec![batch],
    };
    let sliced = scan(source(leads.slice(13, 39_001)), &lead_roles(), None).unwrap();
    assert_eq!(
        sliced.state,
        scan(source(whole), &lead_roles(), None).unwrap().state
    );
    assert_eq!(sliced.rows, 39_001);
}

#[test]
fn timestamps_serve_filters_alone() {
    let moments =
        arrow::array::TimestampMillisecondArray::from(vec![Some(1_704_067_200_000), None]);
    let moments = Arc::new(moments) as ArrayRef;
    assert_eq!(
        moments.data_type(),
        &DataType::Timestamp(TimeUnit::Millisecond, None)
    );
    let rows = [
        ("t", moments),
        ("g", texts([Some("a"), None])),
        ("y", bools([Some(true); 2])),
    ];
    let message = failure(table(rows.clone()), &label_roles("y", "t"));
    assert!(message.contains("use it in --where"), "{message}");
    let roles = label_roles("y", "g");
    assert_eq!(
        scan(table(rows), &roles, Some("t >= '2024-01-01 00:00:00'"))
            .unwrap()
            .rows,
        1
    );
}

#[test]
fn a_table_with_two_columns_of_one_name_is_refused() {
    let field = |name: &str| Field::new(name, DataType::Boolean, true);
    let schema = Arc::new(Schema::new(vec![field("y"), field("y")]));
    let columns = vec![bools([Some(true)]), bools([Some(false)])];
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
    let message = failure(
        Source::Batches {
            schema,
            batches: vec![batch],
        },
        &label_roles("y", "y"),
    );
    assert_eq!(message, "the table has two columns named \"y\"; rename one");
}
