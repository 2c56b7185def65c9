//! What a subgroup scan costs beside an audit of the same rows:
//! `cargo bench -p waage-benches --bench scan -- FILE [RUNS]`.
//!
//! FILE has the columns of `waage datasets generate lead-scoring --rows 10000000 --out FILE`. Twelve
//! columns of 3 to 12 levels are scanned to depth 3, numbers among them in bins of given edges. In
//! one run, medians in milliseconds of: the plain audit by gender (scan, estimates, no bootstrap); the subgroup
//! scan from file to document; the same with numbers cut into five bins of equal mass, which need
//! passes of their own; and, on codes already in memory, the increments alone: one 32-bit counter
//! per row and each of the C(12, 3) = 220 tables, against the scan's own counting of these rows.

use rayon::prelude::*;
use waage_audit::scan::{ScanJob, scan};
use waage_audit::{AttributeSpec, AuditSpec, Job, Policy, RolesSpec, ScanSpec, Source};
use waage_benches::{arguments, report};
use waage_core::block::{Block, Codes, outcome};
use waage_core::observer::Silent;
use waage_core::random::Stream;
use waage_metrics::Metric;
use waage_metrics::scan::{Classes, Counter, Layout, Magnitudes};

const LEVELS: [usize; 12] = [8, 6, 11, 12, 6, 4, 4, 5, 5, 5, 3, 5];
const NAMED: [&str; 8] = [
    "source",
    "company_size",
    "industry",
    "region",
    "age_band",
    "gender",
    "language",
    "channel",
];
const BINNED: [&str; 4] = [
    "visits:2:4:8:16",
    "minutes_on_site:2:6:15",
    "past_purchases:1:2",
    "email_engagement:0.2:0.4:0.6",
];

fn main() {
    let Some((path, runs)) = arguments("scan", 5) else {
        return;
    };
    let path = path.as_str();
    let audit = report("audit by gender", runs, || audit(path));
    let given = report("scan, 12 columns, edges given", runs, || {
        subgroups(path, &BINNED)
    });
    let plain = BINNED.map(|column| column.split(':').next().unwrap_or(column));
    report("scan, 12 columns, 4 in quantiles", runs, || {
        subgroups(path, &plain)
    });
    println!("{:<34} {:>9.2} ms", "more than the audit", given - audit);
    let rows = 10_000_000;
    let table = table(rows);
    let increments = report("220 increments a row, in memory", runs, || {
        increments(&table);
    });
    let counter = report("the scan's counting of these rows", runs, || count(&table));
    println!(
        "{:<34} {:>9.2}",
        "counting over increments",
        counter / increments
    );
}

fn audit(path: &str) {
    let job = Job {
        source: Source::paths([path]),
        spec: AuditSpec {
            roles: RolesSpec {
                label: Some("converted".to_owned()),
                decision: Some("contacted".to_owned()),
                sensitive: vec![AttributeSpec::column("gender")],
                ..RolesSpec::default()
            },
            bootstrap: 0,
            ..AuditSpec::default()
        },
        policy: Policy::built_in(),
        as_of: "2026-11-25".to_owned(),
        explanation: None,
    };
    waage_audit::run(&job, &Silent).expect("audit");
}

fn subgroups(path: &str, binned: &[&str]) {
    let features = NAMED.iter().filter(|name| **name != "gender").chain(binned);
    let job = ScanJob {
        source: Source::paths([path]),
        spec: ScanSpec {
            roles: RolesSpec {
                decision: Some("contacted".to_owned()),
                sensitive: vec![AttributeSpec::column("gender")],
                ..RolesSpec::default()
            },
            features: features
                .map(|text| AttributeSpec::parse(text).expect("attribute"))
                .collect(),
            ..ScanSpec::default()
        },
    };
    scan(&job, &Silent).expect("scan");
}

/// Codes of twelve columns and a decision.
struct Table {
    codes: Vec<Vec<i32>>,
    outcomes: Vec<u8>,
}

fn table(rows: usize) -> Table {
    let codes = LEVELS
        .par_iter()
        .enumerate()
        .map(|(at, levels)| {
            let mut stream = Stream::new(1, at as u64);
            let mut level = || (stream.next_u64() % *levels as u64) as i32;
            (0..rows).map(|_| level()).collect()
        })
        .collect();
    let mut stream = Stream::new(1, 99);
    let outcomes = (0..rows)
        .map(|_| outcome::of(outcome::LABEL_MISSING, (stream.next_u64() & 1) as u8))
        .collect();
    Table { codes, outcomes }
}

/// Every triple's table, one increment per row and table; codes are narrow and read in stripes.
fn increments(table: &Table) -> u64 {
    const STRIPE: usize = 1024;
    let triples: Vec<[usize; 3]> = (0..12)
        .flat_map(|a| (a + 1..12).flat_map(move |b| (b + 1..12).map(move |c| [a, b, c])))
        .collect();
    let rows = table.outcomes.len();
    let starts: Vec<usize> = (0..rows).step_by(STRIPE).collect();
    let counts = starts
        .par_chunks(starts.len().div_ceil(rayon::current_num_threads()))
        .map(|starts| {
            let mut tables = vec![vec![0_u32; 1 << 12]; triples.len()];
            let mut codes = vec![[0_u16; STRIPE]; 12];
            let mut index = [0_u16; STRIPE];
            for start in starts {
                let len = STRIPE.min(rows - start);
                for (codes, column) in codes.iter_mut().zip(&table.codes) {
                    for (code, key) in codes.iter_mut().zip(&column[*start..start + len]) {
                        *code = *key as u16;
                    }
                }
                for (counts, [a, b, c]) in tables.iter_mut().zip(&triples) {
                    let (lb, lc) = (LEVELS[*b] as u16, LEVELS[*c] as u16);
                    for row in 0..len {
                        let selected = u16::from(table.outcomes[start + row] & 1);
                        index[row] = ((selected * LEVELS[*a] as u16 + codes[*a][row]) * lb
                            + codes[*b][row])
                            * lc
                            + codes[*c][row];
                    }
                    for at in &index[..len] {
                        counts[usize::from(*at) & 0xFFF] += 1;
                    }
                }
            }
            tables.into_iter().flatten().map(u64::from).sum::<u64>()
        })
        .sum();
    assert_eq!(counts, rows as u64 * 220);
    counts
}

fn count(table: &Table) {
    let classes = Classes::of(Metric::SelectionRate, Magnitudes::default()).expect("a proportion");
    let layout = Layout {
        columns: 12,
        depth: 3,
        halved: false,
        classes,
    };
    let maps: Vec<Vec<u32>> = LEVELS.iter().map(|n| (0..*n as u32).collect()).collect();
    let rows = table.outcomes.len();
    let starts: Vec<usize> = (0..rows).step_by(8192).collect();
    let counter = starts
        .par_chunks(starts.len().div_ceil(rayon::current_num_threads()))
        .map(|starts| {
            let mut counter = Counter::new(layout.clone());
            for start in starts {
                let end = (start + 8192).min(rows);
                let axes: Vec<Codes<'_>> = table
                    .codes
                    .iter()
                    .zip(&maps)
                    .map(|(codes, table)| Codes {
                        keys: &codes[*start..end],
                        table,
                    })
                    .collect();
                counter.add(&Block {
                    len: end - start,
                    axes: &axes,
                    outcomes: &table.outcomes[*start..end],
                    weights: None,
                    scores: None,
                    targets: None,
                    clusters: None,
                    propensities: None,
                    members: &[],
                });
            }
            counter
        })
        .reduce_with(Counter::merge);
    std::hint::black_box(counter);
}
