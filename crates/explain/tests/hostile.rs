//! Files that someone broke on purpose: readers refuse them or read them, and never panic.
//!
//! The seeds are those of `fuzz/`, which does the same without end.

use std::path::{Path, PathBuf};

use waage_explain::model::Ensemble;
use waage_explain::read::{self, Options};

fn seeds() -> Vec<(PathBuf, Vec<u8>)> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let mut found = Vec::new();
    for target in ["xgboost_json", "xgboost_ubjson", "lightgbm_text"] {
        for file in corpus.join(target).read_dir().expect("seeds") {
            let path = file.expect("a seed").path();
            if path.extension().is_none() {
                continue; // what a fuzzing run added
            }
            let bytes = std::fs::read(&path).expect("a seed");
            found.push((path, bytes));
        }
    }
    found.sort();
    assert!(found.len() >= 10);
    found
}

/// Reads, and has the model judge rows when there is one.
fn try_out(bytes: &[u8]) -> Result<Ensemble, String> {
    let model = read::model(bytes, &Options::default()).map_err(|e| {
        let text = e.to_string();
        assert!(text.len() < 1500, "an error quotes too much: {text}");
        text
    })?;
    let mut out = vec![0.0; model.outputs()];
    for x in [f64::NAN, 0.0, 3.0, -1e300, f64::INFINITY] {
        model.margin(&vec![x; model.features.len()], &mut out);
    }
    Ok(model)
}

#[test]
fn a_file_cut_anywhere_is_refused_or_is_the_same_model() {
    for (path, bytes) in seeds() {
        let whole = try_out(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let text = path.extension().is_some_and(|e| e == "txt");
        let mut refused = 0;
        for end in 0..bytes.len() {
            match try_out(&bytes[..end]) {
                Err(_) => refused += 1,
                // What stands behind the last tree of a LightGBM file may be missing.
                Ok(model) => {
                    assert!(text, "{} cut at {end}", path.display());
                    assert_eq!(model, whole, "{} cut at {end}", path.display());
                }
            }
        }
        assert!(refused * 4 > bytes.len() * 3, "{}", path.display());
    }
}

#[test]
fn bytes_behind_the_model_are_refused() {
    for (path, mut bytes) in seeds() {
        bytes.extend_from_slice(b"x");
        let error = try_out(&bytes).expect_err("trailing bytes");
        assert!(!error.is_empty(), "{}", path.display());
    }
}

/// A small generator of numbers, the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// What stands well where it should not.
const WORDS: &[&[u8]] = &[
    b"-1",
    b"0",
    b"2147483647",
    b"-2147483648",
    b"99999999999999999999",
    b"1e999",
    b"NaN",
    b"-Infinity",
    b"null",
    b"\"\"",
    b"[]",
    b"{}",
    b"[[[[",
    b"=",
    b"\n",
    b" ",
    b"\xff",
    b"\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"\0",
];

/// One of the ways to break a file.
fn mutate(bytes: &mut Vec<u8>, dice: &mut Dice) {
    if bytes.is_empty() {
        return;
    }
    let at = dice.below(bytes.len());
    let length = (1 + dice.below(24)).min(bytes.len() - at);
    match dice.below(6) {
        0 => bytes[at] = dice.below(256) as u8,
        1 => bytes[at] ^= 1 << dice.below(8),
        2 => drop(bytes.drain(at..at + length)),
        3 => {
            let copy = bytes[at..at + length].to_vec();
            let to = dice.below(bytes.len());
            bytes.splice(to..to, copy);
        }
        4 => {
            let word = WORDS[dice.below(WORDS.len())];
            let end = (at + word.len()).min(bytes.len());
            bytes.splice(at..end, word.iter().copied());
        }
        _ => {
            // A whole number becomes another one.
            let digit = |b: &u8| b.is_ascii_digit();
            let Some(start) = bytes[at..].iter().position(digit).map(|p| at + p) else {
                return;
            };
            let end = bytes[start..]
                .iter()
                .position(|b| !digit(b))
                .map_or(bytes.len(), |p| start + p);
            bytes.splice(start..end, WORDS[dice.below(10)].iter().copied());
        }
    }
}

#[test]
fn thousands_of_broken_files_do_no_harm() {
    let (mut read, mut refused) = (0, 0);
    for (at, (_, seed)) in seeds().iter().enumerate() {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 + at as u64);
        for _ in 0..1500 {
            let mut bytes = seed.clone();
            for _ in 0..=dice.below(3) {
                mutate(&mut bytes, &mut dice);
            }
            match try_out(&bytes) {
                Ok(_) => read += 1,
                Err(_) => refused += 1,
            }
        }
    }
    // Both happen often, or the test would show nothing.
    assert!(
        read > 1000 && refused > 5000,
        "{read} read, {refused} refused"
    );
}
