//! Conditions: three-valued logic on every kind of column, and pruning that changes nothing.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray, UInt32Array,
};
use arrow::record_batch::RecordBatch;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use proptest::prelude::*;
use waage_data::{DataError, Source};

use super::support::*;

/// A table of every kind; the rows are numbered from 0.
fn kinds() -> Source {
    let days = Date32Array::from(vec![Some(19_723), Some(19_724), None, Some(19_725)]);
    table([
        ("row", integers([Some(0), Some(1), Some(2), Some(3)])),
        ("name", texts([Some("a"), Some("b c"), None, Some("Z")])),
        ("n", integers([Some(-1), Some(2), None, Some(3)])),
        ("x", floats([Some(0.5), Some(f64::NAN), None, Some(2.0)])),
        ("flag", bools([Some(true), Some(false), None, Some(true)])),
        ("day", Arc::new(days)),
        ("Odd name", integers([Some(1), Some(1), Some(1), Some(2)])),
    ])
}

fn kept(source: Source, filter: &str) -> Result<Vec<String>, DataError> {
    let mut roles = label_roles("", "row");
    roles.label = None;
    match scan(source, &roles, Some(filter)) {
        Ok(found) => Ok(found.state.iter().flat_map(Row::names).collect()),
        Err(DataError::NoRows { .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[test]
fn conditions_keep_the_rows_where_they_are_true() {
    let cases: [(&str, &[usize]); 38] = [
        ("n > 0", &[1, 3]),
        ("0 < n", &[1, 3]),
        ("n >= 2 and n <= 2", &[1]),
        ("n < 2.5", &[0, 1]),
        ("n = 2.0", &[1]),
        ("n <> 2", &[0, 3]),
        ("n != -1", &[1, 3]),
        ("not n = 2", &[0, 3]),
        ("not (n = 2 or x = 2)", &[0]),
        ("n = 2 or n is null", &[1, 2]),
        ("n is not null", &[0, 1, 3]),
        ("n in (2, 3, 99)", &[1, 3]),
        ("n not in (2, 3)", &[0]),
        ("n between -1 and 2", &[0, 1]),
        ("n not between -1 and 2", &[3]),
        ("n > 100000000000000000000", &[]),
        ("x > 0.4", &[0, 3]),
        ("x <= 2", &[0, 3]),
        ("x is null", &[1, 2]),
        ("x is not null", &[0, 3]),
        ("not x > 1", &[0]),
        ("name = 'a'", &[0]),
        ("name <> 'a'", &[1, 3]),
        ("name < 'b'", &[0, 3]),
        ("name in ('a', 'b c')", &[0, 1]),
        ("name not in ('a')", &[1, 3]),
        ("name is null", &[2]),
        ("flag", &[0, 3]),
        ("not flag", &[1]),
        ("flag = false", &[1]),
        ("flag != 1", &[1]),
        ("day >= '2024-01-02'", &[1, 3]),
        ("day = date '2024-01-01'", &[0]),
        ("day between '2024-01-01' and '2024-01-02'", &[0, 1]),
        ("\"Odd name\" = 2", &[3]),
        ("(((n > 0))) AND NOT (name = 'Z')", &[1]),
        ("n is null and x is null", &[2]),
        ("n = 2 and x > 0 or flag", &[0, 3]),
    ];
    for (filter, rows) in cases {
        let expected: Vec<String> = rows.iter().map(usize::to_string).collect();
        assert_eq!(kept(kinds(), filter).unwrap(), expected, "{filter}");
    }
}

#[test]
fn csv_columns_compare_as_the_value_they_are_compared_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("k.csv");
    fs::write(
        &path,
        "row;x;flag;day\n0;1,5;true;2024-01-01\n1;10,0;False;2024-01-02\n2;;;\n",
    )
    .unwrap();
    let source = || Source::paths([text(&path)]);
    for (filter, rows) in [
        ("x > 2", &["1"][..]),
        ("x = 1.5", &["0"]),
        ("x is null", &["2"]),
        ("flag", &["0"]),
        ("flag = false", &["1"]),
        ("day >= '2024-01-02'", &["1"]),
    ] {
        assert_eq!(kept(source(), filter).unwrap(), rows, "{filter}");
    }
    let message = kept(source(), "day > 3").unwrap_err().to_string();
    assert!(
        message.contains("\"2024-01-01\" (") && message.contains("line 2)"),
        "{message}"
    );
}

#[test]
fn what_cannot_be_used_is_quoted() {
    for (filter, part) in [
        ("n +", "unexpected text in \"+\""),
        ("n > ", "\"n >\""),
        ("n = 1 extra", "unexpected text in \"extra\""),
        ("name like 'a%'", "unexpected text in \"like 'a%'\""),
        ("n + 1 > 2", "unexpected text in \"+ 1 > 2\""),
        ("n > x", "not one column and one value in \"n > x\""),
        ("upper(name) = 'A'", "unexpected text in \"(name) = 'A'\""),
        (
            "n",
            "a column that is no bool, without a comparison in \"n\"",
        ),
        (
            "n = 'abc'",
            "a value that does not suit the integer column \"n\" in \"'abc'\"",
        ),
        (
            "name = 3",
            "does not suit the text column \"name\" in \"3\"",
        ),
        (
            "day = '2024-02-30'",
            "does not suit the date column \"day\"",
        ),
        ("n = null", "use IS NULL, in \"n = null\""),
        ("n in (select 1)", ") is missing before \"1)\""),
        ("n in (1, null)", "not a value in \"null\""),
        (
            "nn = 1",
            "column \"nn\" not found in the table; did you mean \"n\"?",
        ),
    ] {
        let message = kept(kinds(), filter).unwrap_err().to_string();
        assert!(message.contains(part), "{filter}: {message}");
    }
}

#[test]
fn a_filter_that_keeps_nothing_says_so() {
    let mut roles = label_roles("", "row");
    roles.label = None;
    let message = scan(kinds(), &roles, Some("n > 99"))
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("the table holds 4 rows and --where keeps none of them"),
        "{message}"
    );
}

#[test]
fn row_groups_are_not_read_where_statistics_exclude_them() {
    // The second row group is destroyed: only pruning can pass it by.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.parquet");
    let n: ArrayRef = Arc::new((0..2000).map(Some).collect::<Int64Array>());
    write_parquet(&path, &batch([("row", n)]), 1000);
    let reader = parquet::file::reader::SerializedFileReader::try_from(path.as_path()).unwrap();
    use parquet::file::reader::FileReader;
    let (start, length) = reader.metadata().row_group(1).column(0).byte_range();
    let mut bytes = fs::read(&path).unwrap();
    bytes[start as usize..(start + length) as usize].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let source = || Source::paths([text(&path)]);
    assert_eq!(kept(source(), "row < 1000").unwrap().len(), 1000);
    let message = kept(source(), "row < 1001").unwrap_err().to_string();
    assert!(
        message.contains("p.parquet cannot be read as Parquet"),
        "{message}"
    );
}

#[derive(Clone, Debug)]
struct Line {
    text: Option<String>,
    number: Option<f64>,
    whole: Option<i64>,
    unsigned: Option<u32>,
    flag: Option<bool>,
    day: Option<i32>,
}

fn line() -> impl Strategy<Value = Line> {
    let text = prop_oneof![
        Just(String::new()),
        "[a-c]{1,3}",
        "prefix-[a-c]{1,2}",
        Just("\u{10ffff}\u{10ffff}".to_owned()),
    ];
    let number = prop_oneof![
        Just(f64::NAN),
        Just(-0.0),
        Just(f64::INFINITY),
        (-3_i32..3).prop_map(|n| f64::from(n) / 2.0),
    ];
    (
        prop::option::of(text),
        prop::option::of(number),
        prop::option::of(-3_i64..3),
        prop::option::of(prop_oneof![0_u32..3, Just(u32::MAX)]),
        prop::option::of(any::<bool>()),
        prop::option::of(-2_i32..2),
    )
        .prop_map(|(text, number, whole, unsigned, flag, day)| Line {
            text,
            number,
            whole,
            unsigned,
            flag,
            day,
        })
}

fn condition() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "''",
            "'a'",
            "'b'",
            "'prefix-b'",
            "'prefix-'",
            "'pref'",
            "'zz'"
        ])
        .prop_map(|value| ("text", value.to_owned())),
        (-4_i32..4).prop_map(|n| ("number", (f64::from(n) / 2.0).to_string())),
        (-4_i32..4).prop_map(|n| ("whole", (f64::from(n) / 2.0).to_string())),
        prop::sample::select(vec!["0", "1", "4294967295"])
            .prop_map(|value| ("unsigned", value.to_owned())),
        any::<bool>().prop_map(|value| ("flag", value.to_string())),
        prop::sample::select(vec!["'1969-12-31'", "'1970-01-01'", "'1970-01-02'"])
            .prop_map(|value| ("day", value.to_owned())),
    ];
    let column = prop::sample::select(vec!["text", "number", "whole", "unsigned", "flag", "day"]);
    let leaf = prop_oneof![
        4 => (operator, value.clone()).prop_map(|(o, (column, value))| format!("{column} {o} {value}")),
        1 => (value.clone(), any::<bool>())
            .prop_map(|((column, value), not)| {
                format!("{column} {}in ({value})", if not { "not " } else { "" })
            }),
        1 => (column, any::<bool>())
            .prop_map(|(column, not)| format!("{column} is {}null", if not { "not " } else { "" })),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

fn as_batch(lines: &[Line]) -> RecordBatch {
    let row: ArrayRef = Arc::new((0..lines.len() as i64).map(Some).collect::<Int64Array>());
    batch([
        ("row", row),
        (
            "text",
            Arc::new(
                lines
                    .iter()
                    .map(|l| l.text.clone())
                    .collect::<StringArray>(),
            ),
        ),
        (
            "number",
            Arc::new(lines.iter().map(|l| l.number).collect::<Float64Array>()),
        ),
        (
            "whole",
            Arc::new(lines.iter().map(|l| l.whole).collect::<Int64Array>()),
        ),
        (
            "unsigned",
            Arc::new(lines.iter().map(|l| l.unsigned).collect::<UInt32Array>()),
        ),
        (
            "flag",
            Arc::new(lines.iter().map(|l| l.flag).collect::<BooleanArray>()),
        ),
        (
            "day",
            Arc::new(lines.iter().map(|l| l.day).collect::<Date32Array>()),
        ),
    ])
}

fn write(path: &Path, lines: &RecordBatch, statistics: EnabledStatistics, rows: usize) {
    let properties = WriterProperties::builder()
        .set_statistics_enabled(statistics)
        .set_statistics_truncate_length(Some(2));
    write_parquet_with(path, lines, properties, rows);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Row groups of few rows with truncated statistics, the same without statistics, and the same
    /// in memory keep the same rows.
    #[test]
    fn pruning_never_changes_a_result(
        lines in prop::collection::vec(line(), 1..24),
        filter in condition(),
        rows in 1_usize..6,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (pruned, plain) = (folder.path().join("a.parquet"), folder.path().join("b.parquet"));
        let lines = as_batch(&lines);
        write(&pruned, &lines, EnabledStatistics::Chunk, rows);
        write(&plain, &lines, EnabledStatistics::None, rows);
        let in_memory = Source::Batches { schema: lines.schema(), batches: vec![lines] };
        let expected = kept(in_memory, &filter).unwrap();
        prop_assert_eq!(&kept(Source::paths([text(&plain)]), &filter).unwrap(), &expected);
        prop_assert_eq!(&kept(Source::paths([text(&pruned)]), &filter).unwrap(), &expected);
    }
}
