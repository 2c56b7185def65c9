//! The embedded file and its card are the generator's.

use std::path::PathBuf;

use waage_data::synthetic::{Column, LeadSpec, truth};

use crate::file;

fn datasets() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../datasets")
}

#[test]
fn the_embedded_file_is_the_generators() {
    let embedded = std::fs::read(datasets().join("lead_scoring.parquet")).unwrap();
    assert!(embedded.len() < 1_200_000);
    let again = file(&LeadSpec::default());
    assert!(
        embedded == again,
        "run `cargo run -p waage-data --example embedded -- datasets`"
    );
}

#[test]
fn the_card_tells_the_files_columns_and_figures() {
    let card = std::fs::read_to_string(datasets().join("lead_scoring.md")).unwrap();
    for column in Column::all() {
        let line = format!(
            "| `{}` | {} | {} |",
            column.name(),
            column.unit(),
            column.description()
        );
        assert!(card.contains(&line), "the card lacks: {line}");
    }
    let exact = truth(&LeadSpec::default(), 0.3, 20_000).unwrap();
    for group in exact.gender.iter().chain(&exact.region) {
        let line = group.markdown();
        assert!(card.contains(&line), "the card lacks: {line}");
    }
}
