//! Writes synthetic leads and says how fast.
//!
//! `cargo run --release -p waage-data --example leads -- 10000000 leads.parquet gender,converted`

use std::fs::File;
use std::io::BufWriter;
use std::time::Instant;

use waage_core::observer::Silent;
use waage_data::synthetic::{LeadSpec, generate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let rows = arguments
        .next()
        .unwrap_or_else(|| "20000".to_owned())
        .parse()?;
    let path = arguments
        .next()
        .unwrap_or_else(|| "leads.parquet".to_owned());
    let columns = arguments
        .next()
        .map(|list| list.split(',').map(str::to_owned).collect());

    let started = Instant::now();
    let spec = LeadSpec {
        rows,
        columns,
        ..LeadSpec::default()
    };
    let summary = generate(&spec, BufWriter::new(File::create(&path)?), &Silent)?;
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{path}: {} rows in {} row groups, {} bytes, {seconds:.2} s, {:.2} million rows/s",
        summary.rows,
        summary.row_groups,
        summary.bytes,
        summary.rows as f64 / seconds / 1e6,
    );
    Ok(())
}
