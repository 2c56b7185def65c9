//! What the benches share; see Cargo.toml for them.

use std::time::Instant;

/// The file and the number of runs that the command line names, or how to call the bench.
#[must_use]
pub fn arguments(bench: &str, runs: usize) -> Option<(String, usize)> {
    let mut given = std::env::args().skip(1).filter(|a| a != "--bench");
    let Some(path) = given.next() else {
        eprintln!("usage: cargo bench -p waage-benches --bench {bench} -- FILE [RUNS]");
        return None;
    };
    let runs = given.next().and_then(|n| n.parse().ok()).unwrap_or(runs);
    println!("threads {}", rayon::current_num_threads());
    Some((path, runs))
}

/// Prints the median and the best of some runs that time themselves; gives the median in
/// milliseconds.
pub fn report_timed(name: &str, runs: usize, mut milliseconds: impl FnMut() -> f64) -> f64 {
    let mut times: Vec<f64> = (0..runs).map(|_| milliseconds()).collect();
    times.sort_by(f64::total_cmp);
    let median = times[runs / 2];
    println!("{name:<34} {median:>9.2} ms (best {:.2})", times[0]);
    median
}

/// The same of work that is timed as a whole.
pub fn report<T>(name: &str, runs: usize, mut work: impl FnMut() -> T) -> f64 {
    report_timed(name, runs, || {
        let began = Instant::now();
        std::hint::black_box(work());
        began.elapsed().as_secs_f64() * 1e3
    })
}
