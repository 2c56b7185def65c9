//! Damaged files: an error or a model, never a panic.

use std::fs;
use std::path::Path;

use waage_explain::Result;
use waage_explain::model::Ensemble;
use waage_explain::read::{self, Format, Options, detect};

fn read(bytes: &[u8]) -> Result<Ensemble> {
    read::model(bytes, &Options::default())
}

const SMALL: &[&str] = &[
    "catboost_constant.model.json",
    "catboost_one_vs_all.model.json",
    "sklearn_tree_depth_3.model.json",
    "sklearn_hist_infinite.model.json",
    "sklearn_linear_softmax.model.json",
    "onnx_modes_3_true.onnx",
    "onnx_five_three_targets.onnx",
    "onnx_lightgbm_two.onnx",
    "onnx_scaled_logistic.onnx",
    "../scorecard.json",
    "skops_linear_ridge.skops",
];

fn file(name: &str) -> Vec<u8> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/other_models/cases");
    fs::read(folder.join(name)).expect("a fixture")
}

/// Uses a model, if it is one.
fn touch(found: Result<Ensemble>) {
    match found {
        Ok(model) => {
            let mut out = vec![0.0; model.outputs()];
            for x in [f64::NAN, 0.5, f64::INFINITY] {
                model.margin(&vec![x; model.features.len()], &mut out);
            }
        }
        Err(error) => {
            let text = error.to_string();
            assert!(
                !text.is_empty() && !text.contains('\n'),
                "one sentence: {text}"
            );
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    for name in SMALL {
        let bytes = file(name);
        let whole = read(&bytes).expect("a model");
        for end in 0..bytes.len() {
            // What stands behind the last needed byte may be missing; nothing else.
            if let Ok(found) = read(&bytes[..end]) {
                assert!(
                    found == whole && bytes.len() - end < 64,
                    "{name}, cut at {end}"
                );
            }
        }
    }
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

const WORDS: &[&[u8]] = &[
    b"-1",
    b"1e999",
    b"null",
    b"NaN",
    b"[]",
    b"{}",
    b"99999999999",
    b"\"\"",
    b"0.5",
    b"\xff\xff\xff\xff\x0f",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
];

fn damage(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len());
        match numbers.below(6) {
            0 if !bytes.is_empty() => bytes[at] = numbers.below(256) as u8,
            1 if !bytes.is_empty() => bytes[at] ^= 1 << numbers.below(8),
            2 => {
                let end = bytes.len().min(at + 1 + numbers.below(12));
                bytes.drain(at..end);
            }
            3 => {
                let word = WORDS[numbers.below(WORDS.len())];
                let end = bytes.len().min(at + numbers.below(6));
                bytes.splice(at..end, word.iter().copied());
            }
            4 => {
                let end = bytes.len().min(at + numbers.below(40));
                let copy = bytes[at..end].to_vec();
                let to = numbers.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => bytes.truncate(at),
        }
    }
}

#[test]
fn damaged_files_never_panic() {
    for (seed, name) in SMALL.iter().enumerate() {
        let bytes = file(name);
        let mut numbers = Numbers(seed as u64 + 1);
        let mut refused = 0;
        for _ in 0..3_000 {
            let mut damaged = bytes.clone();
            damage(&mut damaged, &mut numbers);
            let found = read(&damaged);
            refused += usize::from(found.is_err());
            touch(found);
        }
        assert!(
            refused > 1_000,
            "{name}: damage is noticed, {refused} of 3 000 times"
        );
    }
}

#[test]
fn formats_are_told_apart() {
    for name in SMALL {
        let wanted = match name.split('_').next() {
            Some("catboost") => Format::CatBoostJson,
            Some("onnx") => Format::Onnx,
            Some("skops") => Format::Skops,
            Some("sklearn") => Format::SklearnJson,
            _ => Format::WaageLinear,
        };
        assert_eq!(detect(&file(name)), Ok(wanted), "{name}");
    }
    for nothing in [b"".as_slice(), b"{", b"\x08", b"\x08\x08"] {
        assert!(detect(nothing).is_err(), "{nothing:?}");
    }
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = "{\"left\":".repeat(100_000);
    let text = format!("{{\"features_info\":{{}},\"trees\":[{deep}");
    touch(read(text.as_bytes()));
    let lists = format!("{{\"features_info\":{}", "[".repeat(100_000));
    touch(read(lists.as_bytes()));
    touch(read(format!("{{\"form\":{lists}").as_bytes()));
}
