//! How fast a ledger is verified, beside plain SHA-256 of the same bytes in the same run.
//!
//! `cargo bench -p waage-benches --bench ledger [-- ENTRIES [RUNS]]`: a million entries of one core.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::time::Instant;

use serde_json::json;
use sha2::{Digest, Sha256};
use waage_benches::report;
use waage_govern::canonical::canonical;
use waage_govern::ledger::{VerifyOptions, verify};

fn main() {
    let mut given = std::env::args().skip(1).filter(|a| a != "--bench");
    let mut number = |default: u64| given.next().and_then(|n| n.parse().ok()).unwrap_or(default);
    let (entries, runs) = (number(1_000_000), number(5) as usize);
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    for (name, is_short) in [("audit results", false), ("remarks", true)] {
        let path = folder.path().join(format!("{is_short}.jsonl"));
        write(&path, entries, is_short);
        let bytes = std::fs::metadata(&path).expect("a ledger").len();
        println!("{entries} {name}, {} bytes each", bytes / entries.max(1));
        let sha = report("plain SHA-256", runs, || plain(&path));
        for (what, with_root) in [("verify", false), ("verify with the tree", true)] {
            let took = report(what, runs, || {
                let asked = VerifyOptions {
                    with_root,
                    ..VerifyOptions::default()
                };
                let result = verify(&path, &asked).expect("a readable ledger");
                assert!(result.valid && result.entries == entries);
            });
            println!("{:<34} {:>9.2} times SHA-256", "", took / sha);
        }
    }
}

/// Reads and hashes the file, as `sha256sum` does.
fn plain(path: &Path) -> [u8; 32] {
    let mut file = File::open(path).expect("a ledger");
    let mut buffer = vec![0; 256 * 1024];
    let mut sha = Sha256::new();
    loop {
        match file.read(&mut buffer).expect("bytes") {
            0 => return sha.finalize().into(),
            count => sha.update(&buffer[..count]),
        }
    }
}

/// Writes a ledger at once; appending a million entries would measure the disk.
fn write(path: &Path, entries: u64, is_short: bool) {
    let began = Instant::now();
    let mut out = BufWriter::new(File::create(path).expect("a new file"));
    let mut prev = "0".repeat(64);
    let digest = |bytes: &[u8]| -> String {
        let hash = Sha256::digest(bytes);
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    for seq in 0..entries {
        let (kind, payload) = match (seq, is_short) {
            (0, _) => ("genesis", json!({"ledger_id": "bench"})),
            (_, true) => ("note", json!({"text": format!("remark {seq}")})),
            (_, false) => {
                let of =
                    |what: &str| format!("sha256:{}", digest(format!("{what}{seq}").as_bytes()));
                let payload = json!({
                    "dataset_digest": of("data"), "digest": of("result"),
                    "policy_digest": of("policy"), "verdict": "pass",
                });
                ("audit.result", payload)
            }
        };
        let (day, hour, minute, second) = (
            seq / 86_400 % 28 + 1,
            seq / 3600 % 24,
            seq / 60 % 60,
            seq % 60,
        );
        let month = seq / 2_419_200 % 12 + 1;
        let ts = format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
        let payload = canonical(&payload);
        let tail = format!(
            "\"kind\":\"{kind}\",\"payload\":{payload},\"prev\":\"{prev}\",\"seq\":{seq},\"ts\":\"{ts}\",\"v\":1}}"
        );
        let hash = digest(format!("waage.ledger.v1\n{{\"actor\":\"waage\",{tail}").as_bytes());
        writeln!(out, "{{\"actor\":\"waage\",\"hash\":\"{hash}\",{tail}").expect("room");
        prev = hash;
    }
    out.flush().expect("room");
    println!("written in {:.1} s", began.elapsed().as_secs_f64());
}
