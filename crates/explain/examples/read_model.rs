//! What reading a model costs beside parsing its JSON alone: `read_model MODEL.json [MODEL.ubj] [RUNS]`.
//!
//! Prints the median seconds of reading each file into a model, and of parsing the JSON with
//! `serde_json` into its values; one line of JSON.

use std::hint::black_box;
use std::time::Instant;

use waage_explain::read::{self, Options};

fn median(runs: usize, mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[runs / 2]
}

fn main() {
    let (numbers, files): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|argument| argument.parse::<usize>().is_ok());
    let runs = numbers.first().map_or(9, |n| n.parse().expect("a number"));
    let mut told = serde_json::Map::new();
    for file in files {
        let bytes = std::fs::read(&file).expect("a model file");
        let own = median(runs, || {
            black_box(read::model(&bytes, &Options::default()).expect("a model"));
        });
        told.insert(file.clone(), own.into());
        if file.ends_with(".json") {
            let values = median(runs, || {
                black_box(serde_json::from_slice::<serde_json::Value>(&bytes).expect("JSON"));
            });
            told.insert("serde_json".to_owned(), values.into());
            told.insert("over_serde_json".to_owned(), (own / values).into());
        }
    }
    println!("{}", serde_json::Value::from(told));
}
