//! Programs that append at once, and programs that are killed while they do.
//!
//! The test starts itself again as a writer (`WAAGE_WRITER` names the ledger), which prints the number
//! of each entry when the ledger said that it is written.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use tempfile::TempDir;
use waage_govern::ledger::{Entry, Ledger, Options, VerifyOptions, read, verify};

/// Not a test of its own: what the others start.
#[test]
#[ignore = "started by the other tests"]
fn writer() {
    let (Some(path), Ok(count)) = (
        std::env::var_os("WAAGE_WRITER"),
        std::env::var("WAAGE_COUNT"),
    ) else {
        return;
    };
    let ledger = Ledger::open(Path::new(&path), &Options::default()).unwrap();
    let who = std::process::id();
    let now = "2026-01-05T08:00:00Z".parse().unwrap();
    let mut out = std::io::stdout().lock();
    for turn in 0..count.parse::<u64>().unwrap() {
        let text = format!("{who} {turn} {}", "x".repeat(turn as usize % 700));
        let entry = ledger.append("note", "waage", &json!({ "text": text }), now);
        // Past the harness's own capture: what is read on the other side is what was reported.
        writeln!(out, "\nwritten {} {text}", entry.unwrap().seq).unwrap();
        out.flush().unwrap();
    }
}

fn start(path: &Path, count: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "writer",
            "--exact",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("WAAGE_WRITER", path)
        .env("WAAGE_COUNT", count.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Everything that a program reported as written, however it ended.
fn reported(child: &mut Child) -> Vec<(u64, String)> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut out = Vec::new();
    for line in lines.map_while(Result::ok) {
        // A line that the kill cut short has no text as long as its turn says.
        let Some(rest) = line.strip_prefix("written ") else {
            continue;
        };
        let Some((seq, text)) = rest.split_once(' ') else {
            continue;
        };
        let turn = text
            .split(' ')
            .nth(1)
            .and_then(|turn| turn.parse::<usize>().ok());
        let padding = text.split(' ').nth(2).map(str::len);
        if turn.map(|turn| turn % 700) == padding {
            out.push((seq.parse().unwrap(), text.to_owned()));
        }
    }
    out
}

fn begun() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let now = "2026-01-05T08:00:00Z".parse().unwrap();
    Ledger::create(&path, &Options::default(), "demo", now).unwrap();
    (folder, path)
}

fn notes(path: &Path) -> BTreeMap<u64, String> {
    let entries = read(path, &Options::default(), |kind| kind == "note").unwrap();
    let text = |entry: Entry| {
        (
            entry.seq,
            entry.payload["text"].as_str().unwrap().to_owned(),
        )
    };
    entries.into_iter().map(text).collect()
}

#[test]
fn ten_programs_append_a_hundred_entries_each() {
    let (_folder, path) = begun();
    let mut children: Vec<Child> = (0..10).map(|_| start(&path, 100)).collect();
    for child in &mut children {
        assert_eq!(reported(child).len(), 100);
        assert!(child.wait().unwrap().success());
    }
    let result = verify(&path, &VerifyOptions::default()).unwrap();
    assert!(result.valid && result.warnings.is_empty(), "{result:?}");
    assert_eq!(result.entries, 1001);
}

/// Kills one of four programs that append, again and again, at random points.
fn kill(times: u64) {
    let (_folder, path) = begun();
    let mut state = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .subsec_nanos()
        .into();
    let mut random = || {
        // SplitMix64.
        state = u64::wrapping_add(state, 0x9e37_79b9_7f4a_7c15);
        let mut z: u64 = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let mut written: Vec<(u64, String)> = Vec::new();
    let mut running: Vec<Child> = (0..4).map(|_| start(&path, 100_000)).collect();
    for _ in 0..times {
        std::thread::sleep(Duration::from_micros(5_000 + random() % 40_000));
        let mut victim = running.swap_remove((random() % 4) as usize);
        victim.kill().unwrap();
        written.extend(reported(&mut victim));
        victim.wait().unwrap();
        running.push(start(&path, 100_000));
    }
    for mut child in running {
        child.kill().unwrap();
        written.extend(reported(&mut child));
        child.wait().unwrap();
    }
    // Whatever the last kill left is recovered by the next entry.
    let ledger = Ledger::open(&path, &Options::default()).unwrap();
    let now = "2026-01-05T09:00:00Z".parse().unwrap();
    ledger
        .append("note", "waage", &json!({"text": "after"}), now)
        .unwrap();
    let result = verify(&path, &VerifyOptions::default()).unwrap();
    assert!(result.valid && result.warnings.is_empty(), "{result:?}");
    let there = notes(&path);
    assert!(
        written.len() as u64 > times,
        "{} were written",
        written.len()
    );
    for (seq, text) in &written {
        assert_eq!(
            there.get(seq),
            Some(text),
            "entry {seq} was reported as written"
        );
    }
    println!(
        "{times} kills, {} entries reported, {} there",
        written.len(),
        result.entries
    );
}

#[test]
fn no_entry_is_lost_or_torn_by_fifty_kills() {
    kill(50);
}

#[test]
#[ignore = "takes some minutes; benches/ledger_kill.sh runs it"]
fn no_entry_is_lost_or_torn_by_a_thousand_kills() {
    kill(1000);
}
