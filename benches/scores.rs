//! What exact scores cost: `cargo bench -p waage-benches --bench scores -- FILE [RUNS]`.
//!
//! FILE has the columns converted, region, score (`waage datasets generate lead-scoring --rows
//! 10000000 --columns converted,region,score --out FILE`). Prints medians in milliseconds of: a
//! radix sort of the scores in one list, as the baseline; decoding with the rows counted; the scan
//! into a tally that keeps every score; its score tables by region and of all rows; the bytes that
//! its digest reads. The same follows for scores rounded to four digits.

use std::hint::black_box;
use std::time::Instant;

use rayon::prelude::*;
use waage_benches::{arguments, report_timed};
use waage_core::block::Block;
use waage_core::observer::Silent;
use waage_core::tally::{Builder, Kept, Limits, Tally, ordered_bits};
use waage_data::{Dataset, Source};
use waage_result::spec::{AttributeSpec, RolesSpec};

fn main() {
    let Some((path, runs)) = arguments("scores", 9) else {
        return;
    };
    let path = path.as_str();
    for (name, digits) in [("as they are", None), ("four digits", Some(1e4))] {
        let keys = scan(
            path,
            Vec::new,
            |keys, block| {
                let scores = block.scores.unwrap_or_default();
                keys.extend(scores.iter().map(|s| ordered_bits(rounded(*s, digits))));
            },
            |mut a, mut b| {
                a.append(&mut b);
                a
            },
        )
        .0;
        println!("scores  {name}: {}", keys.len());
        let sort = report_timed("radix sort", runs, || {
            let mut keys = keys.clone();
            let began = Instant::now();
            radix_sort(&mut keys);
            began.elapsed().as_secs_f64() * 1e3
        });
        let timed = |name: &str, work: &mut dyn FnMut()| {
            let time = report_timed(name, runs, || {
                let began = Instant::now();
                work();
                began.elapsed().as_secs_f64() * 1e3
            });
            println!("{:>44.2} radix sorts", time / sort);
        };
        timed("decode", &mut || {
            scan(path, || 0, |rows, block| *rows += block.len, |a, b| a + b);
        });
        timed("scan", &mut || {
            black_box(tally(path, digits));
        });
        let tally = tally(path, digits);
        timed("tables by region", &mut || {
            black_box(tally.score_tables(&[0]));
        });
        timed("table of all rows", &mut || {
            black_box(tally.score_table_all());
        });
        timed("bytes", &mut || {
            tally
                .pieces()
                .into_par_iter()
                .for_each_init(Vec::new, |bytes, piece| {
                    bytes.clear();
                    piece.write(bytes);
                });
        });
    }
}

fn rounded(score: f64, digits: Option<f64>) -> f64 {
    digits.map_or(score, |d| (score * d).round() / d)
}

fn scan<A: Send>(
    path: &str,
    new: impl Fn() -> A + Sync,
    add: impl Fn(&mut A, &Block<'_>) + Sync,
    merge: impl Fn(A, A) -> A + Sync,
) -> (A, Vec<Vec<waage_core::label::Label>>) {
    let roles = RolesSpec {
        label: Some("converted".to_owned()),
        score: Some("score".to_owned()),
        sensitive: vec![AttributeSpec::column("region")],
        ..RolesSpec::default()
    };
    let limits = waage_data::Limits::default();
    let data = Dataset::open(Source::paths([path]), &roles, None, limits, &Silent).expect("data");
    let scan = data.scan(&Silent, new, add, merge).expect("scan");
    (scan.state, scan.axes)
}

fn tally(path: &str, digits: Option<f64>) -> Tally {
    let names = ["region".to_owned()];
    let kept = Kept {
        weights: false,
        scores: true,
        clusters: false,
    };
    let new = || Builder::new(&names, &[], kept, Limits::default());
    let add = |builder: &mut Builder, block: &Block<'_>| {
        let scores: Vec<f64> = match digits {
            None => return builder.add(block),
            Some(_) => block.scores.unwrap_or_default().to_vec(),
        };
        let scores: Vec<f64> = scores.iter().map(|s| rounded(*s, digits)).collect();
        builder.add(&Block {
            scores: Some(&scores),
            ..*block
        });
    };
    let (builder, axes) = scan(path, new, add, Builder::merge);
    builder.finish(&axes).expect("tally")
}

/// Least significant digit first, eleven bits at a time: the textbook sort of 64-bit keys.
fn radix_sort(keys: &mut Vec<u64>) {
    const BITS: u32 = 11;
    let mut spare = vec![0; keys.len()];
    for shift in (0..64).step_by(BITS as usize) {
        let digit = |key: u64| (key >> shift) as usize & ((1 << BITS) - 1);
        let mut places = [0_usize; 1 << BITS];
        for key in keys.iter() {
            places[digit(*key)] += 1;
        }
        if places.contains(&keys.len()) {
            continue;
        }
        let mut before = 0;
        for place in &mut places {
            before += std::mem::replace(place, before);
        }
        for key in keys.iter() {
            let place = &mut places[digit(*key)];
            spare[*place] = *key;
            *place += 1;
        }
        std::mem::swap(keys, &mut spare);
    }
}
