//! Writes the embedded data set and prints the tables of its card.
//!
//! `cargo run -p waage-data --example embedded -- datasets`

use std::path::PathBuf;

use waage_core::observer::Silent;
use waage_data::synthetic::{Column, LeadSpec, generate, truth};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .unwrap_or_else(|| "datasets".to_owned()),
    );
    let spec = LeadSpec::default();

    let mut bytes = Vec::new();
    let summary = generate(&spec, &mut bytes, &Silent)?;
    let path = folder.join("lead_scoring.parquet");
    std::fs::write(&path, &bytes)?;
    println!(
        "{}: {} rows, {} bytes\n",
        path.display(),
        summary.rows,
        summary.bytes
    );

    println!("| column | unit | content |\n| --- | --- | --- |");
    for column in Column::all() {
        println!(
            "| `{}` | {} | {} |",
            column.name(),
            column.unit(),
            column.description()
        );
    }

    let in_file = truth(&spec, 0.3, spec.rows)?;
    let in_world = truth(
        &LeadSpec {
            seed: u64::MAX,
            ..spec
        },
        0.3,
        1 << 22,
    )?;
    for (title, truth) in [("this file", in_file), ("the world", in_world)] {
        println!(
            "\nTop 30 % in {title}, {} leads, cut at score {:.4}:\n",
            truth.rows, truth.cut
        );
        println!(
            "| group | leads | selected | contacted | converted | TPR | FPR | mean score |\n\
             | --- | --: | --: | --: | --: | --: | --: | --: |"
        );
        for group in truth.gender.iter().chain(&truth.region) {
            println!("{}", group.markdown());
        }
    }
    Ok(())
}
