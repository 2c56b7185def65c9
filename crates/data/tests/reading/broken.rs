//! Files that are missing, empty, foreign, cut or garbled: one sentence each, never a panic.

use std::fs;

use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use proptest::prelude::*;
use waage_core::observer::Silent;
use waage_data::{Source, inspect};

use super::support::*;

fn message(path: &std::path::Path) -> String {
    failure(Source::paths([text(path)]), &lead_roles())
}

/// The bytes of one file per format.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads");
    let leads = leads(2_000);
    write_parquet(&path, &leads, 500);
    let parquet = fs::read(&path).unwrap();
    let mut file = FileWriter::try_new(Vec::new(), &leads.schema()).unwrap();
    let mut stream = StreamWriter::try_new(Vec::new(), &leads.schema()).unwrap();
    for start in [0, 1_000] {
        file.write(&leads.slice(start, 1_000)).unwrap();
        stream.write(&leads.slice(start, 1_000)).unwrap();
    }
    file.finish().unwrap();
    let compressed = |compression| {
        let options = IpcWriteOptions::default()
            .try_with_compression(Some(compression))
            .unwrap();
        let mut file =
            FileWriter::try_new_with_options(Vec::new(), &leads.schema(), options).unwrap();
        file.write(&leads).unwrap();
        file.finish().unwrap();
        file.into_inner().unwrap()
    };
    vec![
        ("leads.parquet", parquet),
        ("lz4.arrow", compressed(CompressionType::LZ4_FRAME)),
        ("zstd.arrow", compressed(CompressionType::ZSTD)),
        ("leads.arrow", file.into_inner().unwrap()),
        ("leads.arrows", stream.into_inner().unwrap()),
    ]
}

#[test]
fn missing_and_empty_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("there.parquet");
    write_parquet(&there, &leads(10), 10);
    let missing = text(&folder.path().join("missing.parquet"));
    let message = failure(
        Source::paths([text(&there), missing.clone()]),
        &lead_roles(),
    );
    assert_eq!(
        message,
        format!("{missing} does not exist; check the spelling and the working directory")
    );
    let empty = folder.path().join("empty.parquet");
    fs::write(&empty, b"").unwrap();
    assert_eq!(
        super::broken::message(&empty),
        format!(
            "{} is empty; export it again, or leave it out",
            empty.display()
        )
    );
    let message = failure(Source::paths(Vec::<String>::new()), &lead_roles());
    assert!(message.starts_with("no data were given"), "{message}");
    let message = failure(Source::paths([text(&there), "-".to_owned()]), &lead_roles());
    assert!(
        message.contains("standard input cannot be combined"),
        "{message}"
    );
}

#[test]
fn a_zip_named_parquet_is_told_from_parquet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads.parquet");
    fs::write(&path, b"PK\x03\x04\x14\0\0\0\x08\0rest").unwrap();
    let message = message(&path);
    assert!(
        message.contains("leads.parquet is a zip archive or an Excel workbook, not Parquet"),
        "{message}"
    );
}

#[test]
fn files_cut_in_half_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files() {
        let path = folder.path().join(name);
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        let message = message(&path);
        let format = if name == "leads.parquet" {
            "Parquet"
        } else {
            "Arrow IPC"
        };
        let start = format!("{} cannot be read as {format} (", path.display());
        assert!(message.starts_with(&start), "{message}");
        assert!(
            message.ends_with("it seems cut or damaged: copy or export it again"),
            "{message}"
        );
    }
}

#[test]
fn a_table_without_rows_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.parquet");
    write_parquet(&path, &leads(0), 10);
    let message = message(&path);
    assert!(
        message.contains("no rows to audit") && message.contains("none.parquet"),
        "{message}"
    );
    let path = folder.path().join("header.csv");
    fs::write(&path, "gender,age,converted,score,weight\n").unwrap();
    let message = super::broken::message(&path);
    assert!(message.contains("no rows to audit"), "{message}");
}

#[test]
fn ragged_rows_are_placed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads.csv");
    fs::write(
        &path,
        "gender,age,converted,score,weight\n\"a\nb\",1,1,0.5,1\nf,2,0,0,5,1\n",
    )
    .unwrap();
    let expected = format!(
        "{} line 4 has 6 fields, its header has 5; quote fields that hold the separator ',', or \
         name another separator",
        path.display()
    );
    assert_eq!(message(&path), expected);
    // Cut in half: the last line is short.
    fs::write(
        &path,
        "gender,age,converted,score,weight\nf,1,1,0.5,1\nf,2,",
    )
    .unwrap();
    assert!(
        message(&path).contains("leads.csv line 3 has 3 fields"),
        "{}",
        message(&path)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever happens to a file's bytes, there is a result or an error.
    #[test]
    fn garbled_files_never_panic(
        which in 0_usize..5,
        at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        near_the_end in any::<bool>(),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (name, mut bytes) = files().swap_remove(which);
        let tail = if near_the_end { bytes.len().saturating_sub(400) } else { 4 };
        for (index, byte) in at {
            let range = bytes.len() - tail;
            bytes[tail + index.index(range)] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        if let Err(error) = scan(Source::paths([text(&path)]), &lead_roles(), Some("age > 20")) {
            prop_assert!(!error.to_string().contains('\n'), "{error}");
        }
        let _ = inspect(Source::paths([text(&path)]), &Silent);
    }

    #[test]
    fn any_text_is_a_csv_file_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        fs::write(&path, bytes).unwrap();
        let _ = inspect(Source::paths([text(&path)]), &Silent);
    }
}
