//! Same rows, same bytes: whatever the threads, the files, the format or the row groups.

use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use serde_json::Value;
use waage_tests::files::{
    ipc_stream, leads, waage_reading, without, write_csv, write_ipc, write_parquet,
};
use waage_tests::{audit, waage};

const ROWS: usize = 6_000;

const COLUMNS: [&str; 8] = [
    "lead_id",
    "region",
    "gender",
    "visits",
    "minutes_on_site",
    "score",
    "contacted",
    "converted",
];

/// Missing values, quantile bins, a cut of the score, a filter, a bool as attribute.
const OPTIONS: [&str; 15] = [
    "--label",
    "converted",
    "--score",
    "score",
    "--top-fraction",
    "0.3",
    "--sensitive",
    "gender,visits/3,contacted",
    "--stratum",
    "region",
    "--where",
    "minutes_on_site > 1.5 or minutes_on_site is null",
    "--bootstrap",
    "200",
    "--quiet",
];

fn table() -> RecordBatch {
    leads(ROWS, 11, &COLUMNS)
}

/// The bytes of the document.
fn document(data: &[&str], more: &[&str], input: &[u8]) -> Vec<u8> {
    let mut arguments = vec!["audit"];
    arguments.extend(data);
    arguments.extend(OPTIONS);
    arguments.extend(["--format", "json"]);
    arguments.extend(more);
    let output = waage_reading(&arguments, input);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{:?} {said}",
        output.status
    );
    assert!(said.is_empty(), "{said}");
    output.stdout
}

fn same(found: &[u8], expected: &[u8], what: &str) {
    if found != expected {
        let (found, expected) = (
            String::from_utf8_lossy(found),
            String::from_utf8_lossy(expected),
        );
        let line = found.lines().zip(expected.lines()).find(|(f, e)| f != e);
        panic!("{what}: the documents differ, first in {line:?}");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[test]
fn threads_row_groups_files_and_formats_leave_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let all = table();

    write_parquet(&at("one.parquet"), &all, ROWS);
    let expected = document(&[text(&at("one.parquet"))], &["--threads", "1"], &[]);
    for threads in ["2", "5"] {
        let found = document(&[text(&at("one.parquet"))], &["--threads", threads], &[]);
        same(&found, &expected, &format!("{threads} threads"));
    }
    for row_group in [1_000, 97] {
        write_parquet(&at("groups.parquet"), &all, row_group);
        let found = document(&[text(&at("groups.parquet"))], &["--threads", "3"], &[]);
        same(&found, &expected, &format!("row groups of {row_group}"));
    }
    write_csv(&at("one.csv"), &all);
    same(
        &document(&[text(&at("one.csv"))], &[], &[]),
        &expected,
        "CSV",
    );
    write_ipc(&at("one.arrow"), &all);
    same(
        &document(&[text(&at("one.arrow"))], &[], &[]),
        &expected,
        "Arrow IPC file",
    );
    same(
        &document(&["-"], &[], &ipc_stream(&all)),
        &expected,
        "Arrow IPC stream",
    );
}

#[test]
fn scores_beyond_the_memory_are_told_and_leave_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let all = table();
    write_parquet(&at("one.parquet"), &all, ROWS);
    write_parquet(&at("groups.parquet"), &all, 97);
    let notes = |document: &[u8]| {
        let document: Value = serde_json::from_slice(document).unwrap();
        document["dataset"]["notes"].to_string()
    };
    let plain = document(&[text(&at("one.parquet"))], &[], &[]);
    assert!(!notes(&plain).contains("scores_on_grid"));
    let limited = ["--memory", "48KiB", "--threads"];
    let expected = document(
        &[text(&at("one.parquet"))],
        &[&limited[..], &["1"]].concat(),
        &[],
    );
    assert!(notes(&expected).contains("scores_on_grid"));
    for threads in ["2", "5"] {
        let more = [&limited[..], &[threads]].concat();
        let found = document(&[text(&at("groups.parquet"))], &more, &[]);
        same(&found, &expected, &format!("{threads} threads"));
    }
}

#[test]
fn rows_in_other_files_and_orders_leave_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let all = table();
    write_parquet(&at("one.parquet"), &all, ROWS);
    let expected = document(&[text(&at("one.parquet"))], &[], &[]);

    // Seven files of different lengths and formats, named in another order than their rows'.
    let mut start = 0;
    let mut paths = Vec::new();
    for (part, rows) in [1, 999, 0, 1_500, 1_500, 1_990, 10].into_iter().enumerate() {
        let slice = all.slice(start, rows);
        let path = at(&format!(
            "part-{}.{}",
            9 - part,
            ["parquet", "arrow"][part % 2]
        ));
        match part % 2 {
            0 => write_parquet(&path, &slice, 400),
            _ => write_ipc(&path, &slice),
        }
        paths.push(path);
        start += rows;
    }
    assert_eq!(start, ROWS);
    let named: Vec<&str> = paths.iter().map(|path| text(path)).collect();
    same(&document(&named, &[], &[]), &expected, "seven files");
    same(
        &document(&[text(&at("part-*"))], &[], &[]),
        &expected,
        "a glob",
    );

    // The rows backwards.
    let backwards = UInt32Array::from_iter_values((0..ROWS as u32).rev());
    let turned = take_record_batch(&all, &backwards).unwrap();
    write_parquet(&at("turned.parquet"), &turned, 1_000);
    same(
        &document(&[text(&at("turned.parquet"))], &[], &[]),
        &expected,
        "rows backwards",
    );

    // One folder per region, the region in the folders' names alone.
    let hive = at("hive");
    let regions = all.column_by_name("region").unwrap().clone();
    let regions = arrow::compute::cast(&regions, &arrow::datatypes::DataType::Utf8).unwrap();
    let regions = regions.as_string::<i32>();
    let mut names: Vec<&str> = regions.iter().flatten().collect();
    assert_eq!(regions.null_count(), 0);
    names.sort_unstable();
    names.dedup();
    assert!(names.len() > 5);
    for name in names {
        let rows = (0..ROWS as u32).filter(|row| regions.value(*row as usize) == name);
        let part = take_record_batch(&all, &UInt32Array::from_iter_values(rows)).unwrap();
        let inner = hive.join(format!("region={name}"));
        std::fs::create_dir_all(&inner).unwrap();
        write_parquet(&inner.join("leads.parquet"), &without(&part, "region"), 500);
    }
    same(
        &document(&[text(&hive)], &[], &[]),
        &expected,
        "hive partitions",
    );
}

/// Every estimate of a document with its place.
fn estimates<'a>(value: &'a Value, place: String, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(map) => {
            if map.contains_key("method") && map.contains_key("low") {
                found.push((place.clone(), value));
            }
            for (key, inner) in map {
                estimates(inner, format!("{place}.{key}"), found);
            }
        }
        Value::Array(items) => {
            for (i, inner) in items.iter().enumerate() {
                estimates(inner, format!("{place}[{i}]"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn a_seed_changes_bootstrap_intervals_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads.parquet");
    write_parquet(&path, &table(), ROWS);
    let run = |seed: &str| -> Value {
        let bytes = document(&[text(&path)], &["--seed", seed], &[]);
        serde_json::from_slice(&bytes).unwrap()
    };
    let (mut first, mut second) = (run("0"), run("1"));
    assert_eq!(first["settings"]["seed"], 0);
    assert_eq!(second["settings"]["seed"], 1);
    second["settings"]["seed"] = first["settings"]["seed"].clone();
    for part in [
        "schema",
        "dataset",
        "roles",
        "settings",
        "summary",
        "distributions",
        "not_run",
    ] {
        assert_eq!(first[part], second[part], "{part}");
    }
    // A verdict may hang on an interval or a p-value from draws; what was measured may not.
    let measured = ["groups", "overall", "disparities"];
    let (mut resampled, mut changed) = (0, 0);
    for part in measured {
        let (mut mine, mut theirs) = (Vec::new(), Vec::new());
        let (a, b) = (first[part].take(), second[part].take());
        estimates(&a, part.to_owned(), &mut mine);
        estimates(&b, part.to_owned(), &mut theirs);
        assert_eq!(mine.len(), theirs.len());
        for ((place, mine), (_, theirs)) in mine.iter().zip(&theirs) {
            for key in ["value", "n", "method", "group", "reference", "metric"] {
                assert_eq!(mine[key], theirs[key], "{place}.{key}");
            }
            // Whether too many replicates are undefined may hang on the seed as well.
            let reasons = [mine, theirs].map(|estimate| estimate["reason"].as_str());
            assert!(
                reasons[0] == reasons[1]
                    || reasons.contains(&Some("too_many_undefined_replicates")),
                "{place}: {reasons:?}"
            );
            if mine["method"]
                .as_str()
                .is_some_and(|m| m.starts_with("bootstrap") || m.starts_with("max_t"))
            {
                resampled += 1;
                changed +=
                    usize::from(mine["low"] != theirs["low"] || mine["high"] != theirs["high"]);
            } else {
                assert_eq!(mine, theirs, "{place}");
            }
        }
    }
    assert!(resampled > 10, "{resampled} bootstrap intervals");
    assert!(changed * 2 > resampled, "{changed} of {resampled} changed");
}

#[test]
fn no_replicates_is_an_audit_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads.parquet");
    write_parquet(&path, &table(), ROWS);
    let arguments = [
        "--label",
        "converted",
        "--decision",
        "contacted",
        "--sensitive",
        "gender",
        "--bootstrap",
        "0",
    ];
    let result = audit([text(&path)].into_iter().chain(arguments));
    let mut found = Vec::new();
    estimates(&result, String::new(), &mut found);
    assert!(found.len() > 50);
    for (place, estimate) in found {
        let method = estimate["method"].as_str().unwrap_or_default();
        assert!(
            !method.starts_with("bootstrap") || estimate["low"].is_null(),
            "{place}"
        );
    }
}

#[test]
fn generated_leads_are_the_same_bytes_on_any_threads() {
    let folder = tempfile::tempdir().unwrap();
    let generate = |name: &str, more: &[&str]| {
        let path = folder.path().join(name);
        let mut arguments = vec![
            "datasets",
            "generate",
            "lead-scoring",
            "--rows",
            "30000",
            "--quiet",
            "--out",
        ];
        arguments.push(text(&path));
        arguments.extend(more);
        let output = waage(arguments);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        std::fs::read(&path).unwrap()
    };
    let expected = generate("a.parquet", &["--seed", "5", "--threads", "1"]);
    assert_eq!(
        generate("b.parquet", &["--seed", "5", "--threads", "4"]),
        expected
    );
    assert_ne!(
        generate("c.parquet", &["--seed", "6", "--threads", "4"]),
        expected
    );

    // The embedded file is what the generator makes by default.
    let path = folder.path().join("default.parquet");
    let made = waage([
        "datasets",
        "generate",
        "lead-scoring",
        "--quiet",
        "--out",
        text(&path),
    ]);
    assert_eq!(made.status.code(), Some(0));
    let embedded =
        std::fs::read(waage_tests::root().join("datasets/lead_scoring.parquet")).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), embedded);
}
