//! What a row and a tree cost, on complete trees with random splits.
//!
//! `cargo run --release -p waage-explain --example shape -- DEPTH ROWS [BACKGROUND] [BITS]`

use std::sync::Arc;
use std::time::Instant;

use ndarray::ArrayView2;
use waage_explain::model::{
    CategoryRule, Ensemble, Feature, InputCast, Link, Missing, Output, RawNode, Source, Split,
    Test, Tree,
};
use waage_explain::{Background, Params, Perturbation};

/// Seconds this process has been on a processor, which other work on the machine does not count to.
fn on_processor() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let times = tasks.filter_map(|t| std::fs::read_to_string(t.path().join("schedstat")).ok());
    times
        .filter_map(|t| t.split(' ').next()?.parse::<f64>().ok())
        .sum::<f64>()
        / 1e9
}

fn main() {
    let mut args = std::env::args()
        .skip(1)
        .map(|a| a.parse::<usize>().expect("a number"));
    let depth = args.next().unwrap_or(6) as u32;
    let rows = args.next().unwrap_or(100_000);
    let others = args.next().unwrap_or(0);
    let (features, trees) = (20_usize, 100);
    let mut seed = 1_u64;
    let mut unit = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) as f64 / (1_u64 << 53) as f64
    };
    let grow = |unit: &mut dyn FnMut() -> f64| {
        let inner = (1_u32 << depth) - 1;
        let raw: Vec<RawNode> = (0..2 * inner + 1)
            .map(|at| {
                let level = (at + 1).ilog2();
                let cover = f64::from(1_u32 << (depth - level)) * 10.0;
                if at < inner {
                    RawNode::Split(Split {
                        feature: (unit() * features as f64) as u32,
                        test: Test::Below {
                            threshold: (unit() * 250.0).floor() / 250.0,
                            or_equal: false,
                        },
                        missing: Missing::Left(unit() < 0.5),
                        left: 2 * at + 1,
                        right: 2 * at + 2,
                        cover,
                    })
                } else {
                    RawNode::Leaf(vec![unit() - 0.5], cover)
                }
            })
            .collect();
        Tree::new(&raw, 0, Output::One(0), 1, features).expect("a tree")
    };
    let model = Arc::new(Ensemble {
        trees: (0..trees).map(|_| grow(&mut unit)).collect(),
        features: vec![Feature::default(); features],
        base: vec![0.0],
        cast: InputCast::F32,
        category: CategoryRule::Xgboost,
        linear: None,
        missing: None,
        link: Link::Identity,
        covers: true,
        source: Source::default(),
    });
    let mut value = || if unit() < 0.05 { f64::NAN } else { unit() };
    let data: Vec<f64> = (0..rows * features).map(|_| value()).collect();
    let view = ArrayView2::from_shape((rows, features), &data).expect("rows");
    let mut out = vec![0.0; rows * features];
    let run = |threads: usize, out: &mut [f64]| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool");
        let mut best = f64::INFINITY;
        let (mut built, mut wall) = (0.0, 0.0);
        for _ in 0..3 {
            pool.install(|| {
                let start = Instant::now();
                let cpu = on_processor();
                let mut params = Params::new(Arc::clone(&model)).rows(rows as u64);
                if others > 0 {
                    let view = view.slice(ndarray::s![..others, ..]);
                    params = params.perturbation(Perturbation::Interventional(
                        Background::new(view, None).expect("rows"),
                    ));
                }
                let explainer = params.build().expect("an explainer");
                let prepared = start.elapsed().as_secs_f64();
                explainer.explain(view, out).expect("explained");
                let all = start.elapsed().as_secs_f64();
                let cpu = on_processor() - cpu;
                if cpu < best {
                    (best, wall, built) = (cpu, all, prepared);
                }
            });
        }
        let each = best / (rows * trees) as f64 * 1e9;
        println!(
            "depth {depth}, {rows} rows, {others} others, {threads} threads: {each:.1} ns of processor per row and tree, wall {:.0} ms, plan {:.1} ms",
            wall * 1e3,
            built * 1e3
        );
    };
    run(1, &mut out);
    if std::env::var_os("ONE").is_none() {
        run(2, &mut out);
    }
}
