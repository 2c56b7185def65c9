//! What is not known of each row, its group or its label, through the command line.

mod membership;
mod propensity;

use arrow::record_batch::RecordBatch;
use serde_json::Value;
use tempfile::TempDir;
use waage_tests::files::{write_csv, write_parquet};
use waage_tests::waage;

use membership::{MEMBERSHIP, example};
use propensity::{EXPLORED, explored};

/// Numbers from 0 to 1 without a library, the same for ever.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn written(folder: &TempDir, name: &str, batch: &RecordBatch) -> String {
    let path = folder.path().join(name);
    match name.ends_with(".csv") {
        true => write_csv(&path, batch),
        false => write_parquet(&path, batch, 137),
    }
    path.to_str().expect("UTF-8").to_owned()
}

fn near(value: &Value, want: f64) {
    let found = value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} for {want}"));
    assert!((found - want).abs() < 1e-9, "{found} for {want}");
}

#[test]
fn both_sections_are_told_in_either_language() {
    let folder = TempDir::new().expect("a folder");
    let explored = written(&folder, "explored.csv", &explored(800, 2).batch);
    let example = written(&folder, "example.csv", &example(1));
    let shown = |path: &str, roles: &[&str], format: &str, lang: &str| {
        let more = [
            "--format",
            format,
            "--lang",
            lang,
            "--quiet",
            "--bootstrap",
            "50",
        ];
        let output = waage([&["audit", path][..], roles, &more].concat());
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    for format in ["text", "markdown", "html"] {
        for (lang, of_labels, of_groups, bounds) in [
            (
                "en",
                "propensities are right",
                "belonging to a group and",
                "40.3",
            ),
            (
                "de",
                "Propensity stimmt",
                "Zugehörigkeit zu einer Gruppe und",
                "40,3",
            ),
        ] {
            let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let labels = flat(shown(&explored, &EXPLORED, format, lang));
            assert!(labels.contains(of_labels), "{format} {lang}: {labels}");
            let groups = flat(shown(&example, &MEMBERSHIP, format, lang));
            assert!(
                groups.contains(of_groups) && groups.contains(bounds),
                "{format} {lang}: {groups}"
            );
        }
    }
}
