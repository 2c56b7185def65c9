//! Nothing is found where nothing was planted, and what was planted is found.

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int32Type};
use waage_data::synthetic::{Bias, GroupTruth, LeadSpec, Truth, batch, truth};

use crate::only;

/// Rows per level, and how many of each have the outcome.
struct Table {
    n: Vec<f64>,
    hits: Vec<f64>,
}

impl Table {
    fn of(leads: &RecordBatch, attribute: &str, hit: &[bool]) -> Self {
        let codes = leads
            .column_by_name(attribute)
            .unwrap()
            .as_dictionary::<Int32Type>();
        let levels = codes.values().len();
        let mut table = Self {
            n: vec![0.0; levels],
            hits: vec![0.0; levels],
        };
        for (code, &hit) in codes.keys().iter().zip(hit) {
            if let Some(code) = code {
                table.n[code as usize] += 1.0;
                table.hits[code as usize] += f64::from(u8::from(hit));
            }
        }
        table
    }

    fn rate(&self, level: usize) -> f64 {
        self.hits[level] / self.n[level]
    }

    /// The first `levels` levels only.
    fn truncated(mut self, levels: usize) -> Self {
        self.n.truncate(levels);
        self.hits.truncate(levels);
        self
    }

    /// Pearson's statistic of equal rates.
    fn chi_square(&self) -> f64 {
        let rate = self.hits.iter().sum::<f64>() / self.n.iter().sum::<f64>();
        let terms = self.n.iter().zip(&self.hits).filter(|(n, _)| **n > 0.0);
        terms
            .map(|(n, hits)| (hits - n * rate).powi(2) / (n * rate * (1.0 - rate)))
            .sum()
    }
}

/// Selected at the top 30 % of the score, contacted, converted.
fn outcomes(leads: &RecordBatch) -> [Vec<bool>; 3] {
    let score = leads
        .column_by_name("score")
        .unwrap()
        .as_primitive::<Float64Type>()
        .values();
    let mut sorted = score.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let cut = sorted[sorted.len() * 3 / 10 - 1];
    let flags = |name: &str| {
        leads
            .column_by_name(name)
            .unwrap()
            .as_boolean()
            .iter()
            .map(|flag| flag == Some(true))
            .collect()
    };
    [
        score.iter().map(|&score| score >= cut).collect(),
        flags("contacted"),
        flags("converted"),
    ]
}

/// Of 200 tests at 5 %, 10 reject on average with a standard deviation of 3.1; 1 to 21 holds with
/// a probability above 99.9 % for each of the twelve counts.
#[test]
fn without_bias_groups_differ_as_often_as_chance_has_it() {
    // Attribute, compared levels, 95 % point of chi-square with one degree of freedom fewer.
    let attributes = [
        ("gender", 2, 3.841),
        ("region", 12, 19.675),
        ("age_band", 6, 11.070),
        ("language", 2, 3.841),
    ];
    let mut rejections = [[0; 3]; 4];
    for seed in 0..200 {
        let columns = only(&[
            "gender",
            "region",
            "age_band",
            "language",
            "score",
            "contacted",
            "converted",
        ]);
        let spec = LeadSpec {
            rows: 2_000,
            seed,
            bias: Bias::none(),
            columns,
            ..LeadSpec::default()
        };
        let leads = batch(&spec, 0, 2_000).unwrap();
        let outcomes = outcomes(&leads);
        for (counts, (attribute, levels, critical)) in rejections.iter_mut().zip(attributes) {
            for (count, hit) in counts.iter_mut().zip(&outcomes) {
                let table = Table::of(&leads, attribute, hit).truncated(levels);
                *count += usize::from(table.chi_square() > critical);
            }
        }
    }
    for (counts, (attribute, ..)) in rejections.iter().zip(attributes) {
        assert!(
            counts.iter().all(|count| (1..=21).contains(count)),
            "{attribute}: {counts:?}"
        );
    }
}

/// The world's gap, from a seed that no data set uses.
fn world(bias: Bias, rows: u64) -> Truth {
    truth(
        &LeadSpec {
            seed: u64::MAX,
            bias,
            ..LeadSpec::default()
        },
        0.3,
        rows,
    )
    .unwrap()
}

fn gap(truth: &Truth, rate: fn(&GroupTruth) -> Option<f64>) -> f64 {
    let of = |label| rate(truth.of_gender(Some(label)).unwrap()).unwrap();
    of("female") - of("male")
}

#[test]
fn planted_gaps_are_recovered_within_their_intervals() {
    let world = world(Bias::planted(), 1 << 18);
    let true_gaps = [
        gap(&world, |g| g.selection_rate),
        gap(&world, |g| g.contact_rate),
        gap(&world, |g| g.base_rate),
    ];
    assert!(true_gaps.iter().all(|&gap| gap < -0.03), "{true_gaps:?}");

    let mut covered = [0; 3];
    let runs = 100;
    for seed in 0..runs {
        let columns = only(&["gender", "score", "contacted", "converted"]);
        let spec = LeadSpec {
            rows: 4_000,
            seed,
            columns,
            ..LeadSpec::default()
        };
        let leads = batch(&spec, 0, 4_000).unwrap();
        for ((count, hit), true_gap) in covered.iter_mut().zip(outcomes(&leads)).zip(true_gaps) {
            let table = Table::of(&leads, "gender", &hit);
            let (female, male) = (table.rate(0), table.rate(1));
            let variance = female * (1.0 - female) / table.n[0] + male * (1.0 - male) / table.n[1];
            *count += usize::from((female - male - true_gap).abs() <= 1.96 * variance.sqrt());
        }
    }
    // 95 of 100 on average, standard deviation 2.2.
    assert!(covered.iter().all(|&count| count >= 88), "{covered:?}");
}

#[test]
fn the_default_bias_breaches_the_four_fifths_rule_in_twenty_thousand_rows() {
    let exact = truth(&LeadSpec::default(), 0.3, 20_000).unwrap();
    let rates = |label| {
        let group = exact.of_gender(Some(label)).unwrap();
        (group.n as f64, group.selection_rate.unwrap())
    };
    let ((n, female), (m, male)) = (rates("female"), rates("male"));
    assert!(
        exact.gender.iter().all(|group| group.n as f64 <= m),
        "men are not the largest group"
    );
    let spread = ((1.0 - female) / (n * female) + (1.0 - male) / (m * male)).sqrt();
    let (ratio, upper) = (female / male, female / male * (3.0 * spread).exp());
    assert!(
        (0.5..0.65).contains(&ratio) && upper < 0.8,
        "{ratio} up to {upper}"
    );
    assert!((200..400).contains(&exact.of_gender(Some("diverse")).unwrap().n));
}

#[test]
fn each_strength_does_what_it_says_and_nothing_else() {
    let rows = 1 << 17;
    let region_gap = |truth: &Truth| {
        let of = |label| truth.of_region(label).unwrap().selection_rate.unwrap();
        of("Berlin") - of("Bayern")
    };
    let selection = |g: &GroupTruth| g.selection_rate;
    // Standard errors: 0.0026 between genders, 0.0063 between these two regions.
    let fair = world(Bias::none(), rows);
    assert!(gap(&fair, selection).abs() < 0.01 && region_gap(&fair).abs() < 0.025);

    let penalty = world(
        Bias {
            gender_penalty: 0.45,
            ..Bias::none()
        },
        rows,
    );
    assert!(gap(&penalty, selection) < -0.10 && region_gap(&penalty).abs() < 0.025);
    let between = penalty
        .of_gender(Some("diverse"))
        .unwrap()
        .mean_score
        .unwrap();
    let mean = |label| penalty.of_gender(Some(label)).unwrap().mean_score.unwrap();
    assert!(mean("female") < between && between < mean("male"));

    let proxy = world(
        Bias {
            proxy: 1.0,
            ..Bias::none()
        },
        rows,
    );
    assert!(region_gap(&proxy) < -0.12);
    let carried = gap(&proxy, selection);
    assert!((-0.10..-0.03).contains(&carried), "{carried}");

    let drift = world(
        Bias {
            drift: 1.0,
            ..Bias::none()
        },
        rows,
    );
    assert!(gap(&drift, selection).abs() < 0.01 && region_gap(&drift).abs() < 0.025);
}
