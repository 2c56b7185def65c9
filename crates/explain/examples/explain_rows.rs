//! Explains the rows of a file by a model, and says what it cost: for `benches/explain_peers.py`.
//!
//! `explain_rows MODEL ROWS FEATURES [--background FILE] [--index NAME] [--threads N] [--out FILE]
//! [--runs N] [--take ROWS] [--portable]`; files of numbers are plain little-endian 64-bit floats, row by row. One JSON line: the
//! median seconds of building and explaining together, and of the explaining alone.

use std::sync::Arc;
use std::time::Instant;

use ndarray::ArrayView2;
use waage_explain::read::{self, Options};
use waage_explain::{Background, Index, Params, Perturbation};

fn floats(path: &str) -> Vec<f64> {
    let bytes = std::fs::read(path).expect("a file of floats");
    let (eights, _) = bytes.as_chunks::<8>();
    eights
        .iter()
        .map(|eight| f64::from_le_bytes(*eight))
        .collect()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let option = |name: &str| {
        args.iter()
            .position(|a| a == name)
            .map(|at| args[at + 1].as_str())
    };
    let number = |name: &str| option(name).map(|text| text.parse::<usize>().expect("a number"));
    let features: usize = args[3].parse().expect("a number of features");
    let model = std::fs::read(&args[1]).expect("a model file");
    let start = Instant::now();
    let model = Arc::new(read::model(&model, &Options::default()).expect("a model"));
    let read = start.elapsed().as_secs_f64();
    let mut data = floats(&args[2]);
    if let Some(rows) = number("--take") {
        data.truncate(rows * features);
    }
    let rows = ArrayView2::from_shape((data.len() / features, features), &data).expect("rows");
    let background = option("--background").map(floats);
    let index = match option("--index") {
        Some("pairs") => Index::ShapleyInteraction,
        Some("banzhaf") => Index::Banzhaf,
        _ => Index::Shapley,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(number("--threads").unwrap_or(1))
        .build()
        .expect("a pool");
    let runs = number("--runs").unwrap_or(5);
    let (mut all, mut alone) = (Vec::new(), Vec::new());
    let width = if index.pairs() {
        features * features
    } else {
        features
    };
    let mut out = vec![0.0; rows.nrows() * width * model.outputs()];
    for _ in 0..runs {
        pool.install(|| {
            let start = Instant::now();
            let mut params = Params::new(Arc::clone(&model))
                .index(index)
                .rows(rows.nrows() as u64);
            if args.iter().any(|a| a == "--portable") {
                params = params.portable();
            }
            if let Some(background) = &background {
                let view =
                    ArrayView2::from_shape((background.len() / features, features), background)
                        .expect("rows");
                params = params.perturbation(Perturbation::Interventional(
                    Background::new(view, None).expect("a background"),
                ));
            }
            let explainer = params.build().expect("an explainer");
            explainer.explain(rows, &mut out).expect("explained");
            all.push(start.elapsed().as_secs_f64());
            let again = Instant::now();
            explainer.explain(rows, &mut out).expect("explained");
            alone.push(again.elapsed().as_secs_f64());
        });
    }
    if let Some(path) = option("--out") {
        let bytes: Vec<u8> = out.iter().flat_map(|x| x.to_le_bytes()).collect();
        std::fs::write(path, bytes).expect("a file that can be written");
    }
    println!(
        "{{\"rows\": {}, \"trees\": {}, \"nodes\": {}, \"read\": {read}, \"all\": {}, \"alone\": {}}}",
        rows.nrows(),
        model.trees.len(),
        model.nodes(),
        median(all),
        median(alone)
    );
}
