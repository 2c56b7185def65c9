//! `--format pdf` end to end: every document that can be Markdown can be laid out.

use std::fs;
use std::path::Path;

use waage_tests::{dated, root};

const POLICY: &str = r#"
schema = "waage/policy/1"
[system]
id = "leads"
name = "Leads"
purpose = "Rank leads"
use_case = "lead_scoring"
[data]
label = "converted"
score = "score"
top_fraction = 0.3
[[attribute]]
name = "gender"
[[check]]
id = "FAIR-01"
metric = "selection_rate"
comparison = "difference"
attribute = "gender"
op = "<="
margin = 0.05
gates = ["periodic"]
[gate.periodic]
every_days = 30
"#;

fn waage(folder: &Path, arguments: &[&str]) -> (Option<i32>, Vec<u8>) {
    let output = dated::output(folder, arguments);
    (output.status.code(), output.stdout)
}

#[test]
fn every_document_has_a_pdf() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let data = root().join("datasets/lead_scoring.parquet");
    fs::copy(data, path.join("leads.parquet")).unwrap();
    fs::write(path.join("audit.toml"), POLICY).unwrap();
    fs::write(path.join("incidents.jsonl"), "").unwrap();
    let audit = "audit leads.parquet --policy audit.toml --ledger ledger.jsonl -q --format";
    for made in [
        "risks init --policy audit.toml",
        "ledger init ledger.jsonl --id leads",
        &format!("{audit} json"),
    ] {
        let (code, out) = waage(path, &made.split(' ').collect::<Vec<_>>());
        assert!(matches!(code, Some(0 | 1)), "{made}");
        fs::write(path.join("audit.json"), out).unwrap();
    }
    for line in [
        "audit leads.parquet --policy audit.toml -q",
        "scan leads.parquet --label converted --sensitive gender -q",
        "metrics",
        "metrics recall",
        "gate periodic --result audit.json",
        "policy check",
        "policy diff preset:eu-lead-scoring audit.toml",
        "policy presets",
        "risks report --policy audit.toml",
        "risks matrix --policy audit.toml",
        "incident list",
        "ledger verify ledger.jsonl",
        "ledger show ledger.jsonl",
        "evidence map --result audit.json --policy audit.toml",
        "brief --result audit.json --policy audit.toml --risks risks.toml",
    ] {
        for lang in ["en", "de"] {
            let with = |format| {
                let mut arguments: Vec<&str> = line.split(' ').collect();
                arguments.extend(["--lang", lang, "--format", format]);
                waage(path, &arguments)
            };
            let (code, pdf) = with("pdf");
            let (expected, markdown) = with("markdown");
            assert!(pdf.starts_with(b"%PDF-1.7"), "{line} {lang}");
            assert_eq!(code, expected, "{line}");
            assert!(!markdown.is_empty(), "{line}");
            assert_eq!((code, pdf), with("pdf"), "{line}: the same bytes");
        }
    }
}
