//! Prints `docs/coverage.md`: how often the intervals hold the truth.
//!
//! `cargo run --release -p waage-metrics --example coverage > docs/coverage.md`

mod band;
mod bootstrap;
mod exact;
mod formed;
mod group;

use exact::{
    Point, SIZES, difference, frequent, mean, over_gaps, over_rates, proportion, ratio, worst,
};
use formed::Simulated;

fn main() {
    if std::env::args().any(|arg| arg == "bands") {
        println!("{}", bands());
        return;
    }
    let exact = [
        ("Wilson, proportion", over_rates(&SIZES, proportion)),
        ("Newcombe, difference", over_gaps(&SIZES, difference)),
        ("Koopman, ratio", over_gaps(&SIZES, ratio)),
    ];
    let formed = formed::all();
    let [replicated, biased, replaced] = bootstrap::all();

    println!("{INTRODUCTION}");
    let exact_rows = exact
        .iter()
        .map(|(name, points)| ((*name).to_owned(), points));
    let formed_rows = formed
        .iter()
        .map(|s| (format!("recovered, {}", s.title), &s.points));
    let replicated_rows = replicated
        .iter()
        .map(|s| (format!("bootstrap, {}", s.title), &s.points));
    summary(exact_rows.chain(formed_rows).chain(replicated_rows));
    let kept: Vec<(&str, &[Point])> = exact
        .iter()
        .map(|(name, points)| (*name, points.as_slice()))
        .chain(titled(&formed))
        .collect();
    println!("\n{}", verdict("The formulas", &kept));
    let kept: Vec<(&str, &[Point])> = titled(&replicated).collect();
    println!(
        "\n{}",
        verdict("The bootstrap of what has no formula", &kept)
    );
    println!("\n{}", bands());
    println!("\n{BIASED}\n");
    summary(biased.iter().map(|s| {
        (
            format!("percentiles of the bootstrap, {}", s.title),
            &s.points,
        )
    }));
    println!("\n{REPLACED}\n");
    summary(
        replaced
            .iter()
            .map(|s| (format!("bootstrap, {}", s.title), &s.points)),
    );

    let [(_, wilson), (_, newcombe), (_, koopman)] = &exact;
    println!("\n## Wilson's interval of a proportion\n\nExact.\n");
    table(wilson, false, false);
    println!(
        "\nOff the grid, n 50 and rate 0.02: {}.",
        percent(proportion(50, 0.02).coverage)
    );
    println!(
        "\n## Newcombe's interval of a difference\n\nExact. The first group has the base rate plus the gap.\n"
    );
    table(newcombe, true, false);
    println!("\n{KOOPMAN}\n");
    table(koopman, true, true);
    println!("\n{}", recovered_text());
    sections(&formed);
    println!("\n{}", bootstrap_text());
    sections(&replicated);
    sections(&biased);
}

/// The simultaneous bands: a summary and every point.
fn bands() -> String {
    const NAMES: [&str; 4] = [
        "range over groups, difference",
        "range over groups, ratio",
        "farthest from all rows, difference",
        "first group against the best, difference",
    ];
    let points = band::all();
    let mut out = format!(
        "## Simultaneous bands (`max_t`, `max_t_best`)\n\n\
         Simulated: {} data sets per point, each measured whole with {} replicates (a point's Monte \
         Carlo error is about 1.1 percentage points); 2, 3, 5 and 10 groups of equal size.\n\n\
         | interval | mean | mean with ≥ 5 expected events | least with ≥ 5 expected events |\n\
         | --- | --- | --- | --- |\n",
        band::DATA_SETS,
        band::REPLICATES,
    );
    for (i, name) in NAMES.iter().enumerate() {
        let of = |frequent: bool| -> Vec<f64> {
            let kept = points.iter().filter(|p| !frequent || p.is_frequent());
            kept.map(|p| p.coverage[i]).collect()
        };
        let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
        let least = of(true).into_iter().fold(1.0, f64::min);
        out.push_str(&format!(
            "| {name} | {} | {} | {} |\n",
            percent(mean(&of(false))),
            percent(mean(&of(true))),
            percent(least),
        ));
    }
    out.push_str(
        "\n| groups | n per group | base rate | gap | range | ratio | to all rows | to the best |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for point in &points {
        let mark = if point.is_frequent() { "" } else { " °" };
        let [range, ratio, overall, best] = point.coverage.map(percent);
        out.push_str(&format!(
            "| {} | {} | {} | {} | {range}{mark} | {ratio}{mark} | {overall}{mark} | {best}{mark} |\n",
            point.groups,
            point.n,
            point.rate,
            point.gap.name(),
        ));
    }
    out
}

fn titled(simulated: &[Simulated]) -> impl Iterator<Item = (&str, &[Point])> {
    simulated
        .iter()
        .map(|s| (s.title.as_str(), s.points.as_slice()))
}

/// One row per interval: means and the least point.
fn summary<'a>(rows: impl Iterator<Item = (String, &'a Vec<Point>)>) {
    println!(
        "| interval | mean | mean with ≥ 5 expected events | least with ≥ 5 expected events | at |"
    );
    println!("| --- | --- | --- | --- | --- |");
    for (name, points) in rows {
        let least = worst(points).map_or_else(
            || "– | – |".to_owned(),
            |p| {
                format!(
                    "{} | n {}, rate {}{} |",
                    percent(p.coverage),
                    p.n,
                    p.rate,
                    gap_note(&p, points)
                )
            },
        );
        println!(
            "| {name} | {} | {} | {least}",
            percent(mean(points)),
            percent(mean(&frequent(points)))
        );
    }
}

fn sections(simulated: &[Simulated]) {
    for Simulated {
        title,
        pairs,
        points,
    } in simulated
    {
        let first = title.chars().next().map(|c| c.to_uppercase().to_string());
        let rest: String = title.chars().skip(1).collect();
        println!("\n### {}{rest}\n", first.unwrap_or_default());
        table(points, *pairs, true);
    }
}

fn precise(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn gap_note(point: &Point, points: &[Point]) -> String {
    let pairs = points.iter().any(|p| p.gap > 0.0);
    if pairs {
        format!(", gap {}", point.gap)
    } else {
        String::new()
    }
}

fn cells(point: &Point, undefined: bool) -> String {
    let coverage = percent(point.coverage);
    let mark = if !point.is_frequent() { " °" } else { "" };
    match undefined {
        true => format!("{coverage}{mark} | {}", percent(point.undefined)),
        false => format!("{coverage}{mark}"),
    }
}

fn table(points: &[Point], pairs: bool, undefined: bool) {
    let (head, rule) = if undefined {
        (" no interval |", " --- |")
    } else {
        ("", "")
    };
    let (size, size_rule) = if pairs {
        ("n per group | base rate | gap", "--- | --- | ---")
    } else {
        ("n | rate", "--- | ---")
    };
    println!("| {size} | coverage |{head}\n| {size_rule} | --- |{rule}");
    for p in points {
        let gap = if pairs {
            format!(" {} |", p.gap)
        } else {
            String::new()
        };
        println!("| {} | {} |{gap} {} |", p.n, p.rate, cells(p, undefined));
    }
}

/// Whether intervals keep the promise, and where they do not.
fn verdict(whose: &str, intervals: &[(&str, &[Point])]) -> String {
    let mut means = vec![];
    let mut low = vec![];
    for (name, points) in intervals {
        let share = mean(points);
        if !(0.94..=0.965).contains(&share) {
            means.push(format!("{name} {}", percent(share)));
        }
        let frequent = points.iter().filter(|p| p.is_frequent());
        low.extend(frequent.filter(|p| p.coverage < 0.92).map(|p| {
            format!(
                "- {name} at n {}, rate {}{}: {}",
                p.n,
                p.rate,
                gap_note(p, points),
                precise(p.coverage)
            )
        }));
    }
    if low.is_empty() && means.is_empty() {
        return format!(
            "{whose}: every mean over the grid lies in 94 to 96.5 %, and every point with five \
             expected events at 92 % or more."
        );
    }
    let means = match means.len() {
        0 => "every mean over the grid lies in 94 to 96.5 %".to_owned(),
        _ => format!(
            "**not every mean over the grid lies in 94 to 96.5 %** ({})",
            means.join(", ")
        ),
    };
    let low = match low.len() {
        0 => "every point with five expected events at 92 % or more.".to_owned(),
        _ => format!(
            "**some points with five expected events fall below 92 %**:\n\n{}",
            low.join("\n")
        ),
    };
    format!("{whose}: {means}, and {low}")
}

fn recovered_text() -> String {
    format!(
        "## Intervals recovered from Wilson's limits\n\n\
         F1 is a map of the share of TP among TP + FP + FN, FN/FP of the share of FN among FN + FP \
         (`wilson_mapped`); balanced accuracy and average odds are means of two rates; differences \
         of all of them (`mover_wilson`) and ratios (`mover`) add the distances to the limits in \
         squares. Simulated: {} data sets per point (a point's Monte Carlo error is about 0.1 \
         percentage points). Each group's base rate and selection rate are both `rate`, its \
         true-positive rate is {}, plus the gap in the first group of a pair, whose false-positive \
         rate stays. Coverage is that of the data sets with a value; the last column counts those \
         without one.",
        formed::DATA_SETS,
        group::TPR,
    )
}

fn bootstrap_text() -> String {
    format!(
        "## Percentile bootstrap\n\n\
         Simulated: {} data sets per point, {} replicates each (a point's Monte Carlo error is about \
         0.25 percentage points), every replicate one multinomial draw over all cells of two groups, \
         as in an audit. For the selection rate, `gap` is added to the first group's; for average \
         absolute odds to its true-positive rate, as above. When more than 5 % of the replicates are \
         undefined there is no interval, which is what the last column counts.",
        bootstrap::DATA_SETS,
        bootstrap::REPLICATES,
    )
}

const INTRODUCTION: &str = "# Coverage: how often the intervals hold the truth

Nominal confidence 95 %. Formulas are enumerated exactly (all outcomes of the binomials, those of a
group with a probability below 1e-12 left out) or simulated; the bootstrap is simulated. Groups of
30 to 1000 rows, base rates .05 to .5, true gaps 0 and .15. Made by
`cargo run --release -p waage-metrics --example coverage > docs/coverage.md`.

A mark ° means fewer than five expected events (the least expected count of successes or failures
in a group): there the data hold little, and the tables show what the intervals then do.
";

const KOOPMAN: &str = "## Koopman's interval of a ratio

Exact. The first group has the base rate plus the gap. When neither group has a success there is no
interval; it then makes no claim and counts as holding the truth. The last column says how often.";

const BIASED: &str =
    "Percentiles of the bootstrap do not keep it for a range over groups or an absolute gap: these
cannot be negative, chance alone lifts them above 0, resampling lifts them once more, and where
there is no gap hardly any interval reaches 0. That is why they have bands. To compare:";

const REPLACED: &str = "Ratios of F1 and of balanced accuracy were once replicated too. The bootstrap's coverage, to compare
with the recovered intervals above:";
