//! The generator's own truth: planted gaps are recovered, and nothing is found where nothing is.

use arrow::array::RecordBatch;
use waage_audit::observer::Observer;
use waage_audit::{AttributeSpec, AuditResult, AuditSpec, Cut, Job, Policy, RolesSpec, Source};
use waage_data::synthetic::{Bias, LeadSpec, Truth, batch, truth};

/// Runs the pipeline in this process.
fn pipeline(batch: RecordBatch, bootstrap: u32) -> AuditResult {
    struct Quiet;
    impl Observer for Quiet {}
    let job = Job {
        source: Source::Batches {
            schema: batch.schema(),
            batches: vec![batch],
        },
        spec: AuditSpec {
            roles: RolesSpec {
                label: Some("converted".to_owned()),
                score: Some("score".to_owned()),
                cut: Some(Cut::TopFraction("0.3".to_owned())),
                sensitive: vec![AttributeSpec::column("gender")],
                ..RolesSpec::default()
            },
            bootstrap,
            ..AuditSpec::default()
        },
        policy: Policy::built_in(),
        as_of: "2026-11-24".to_owned(),
        explanation: None,
    };
    waage_audit::run(&job, &Quiet).expect("an audit of synthetic leads")
}

fn synthetic(bias: &str, rows: u64, seed: u64) -> RecordBatch {
    let columns = ["gender", "score", "converted"].map(str::to_owned).to_vec();
    let spec = LeadSpec {
        rows,
        seed,
        bias: Bias::parse(bias).unwrap(),
        columns: Some(columns),
        ..LeadSpec::default()
    };
    batch(&spec, 0, rows as usize).unwrap()
}

fn planted_truth() -> Truth {
    let spec = LeadSpec {
        seed: 1 << 40,
        bias: Bias::parse("planted").unwrap(),
        ..LeadSpec::default()
    };
    truth(&spec, 0.3, 400_000).unwrap()
}

/// Each planted gap lies within its 95 % interval about as often as 95 %, and is always found.
#[test]
fn planted_gaps_are_recovered_within_their_intervals() {
    let truth = planted_truth();
    let male = truth.of_gender(Some("male")).unwrap();
    let (mut covered, mut asked) = (0, 0);
    let seeds = 20;
    for seed in 0..seeds {
        let result = pipeline(synthetic("planted", 20_000, 100 + seed), 200);
        assert_eq!(result.verdict.name(), "breach", "seed {seed}");
        for group in ["female", "diverse"] {
            let of = truth.of_gender(Some(group)).unwrap();
            for (metric, planted) in [
                ("selection_rate", of.selection_rate.zip(male.selection_rate)),
                ("base_rate", of.base_rate.zip(male.base_rate)),
                (
                    "true_positive_rate",
                    of.true_positive_rate.zip(male.true_positive_rate),
                ),
                (
                    "false_positive_rate",
                    of.false_positive_rate.zip(male.false_positive_rate),
                ),
            ] {
                let (mine, reference) = planted.unwrap();
                for (comparison, gap) in [
                    ("difference", mine - reference),
                    ("ratio", mine / reference),
                ] {
                    let found = result
                        .disparities
                        .iter()
                        .find(|d| {
                            d.metric == metric
                                && d.comparison.as_str() == comparison
                                && d.scheme.as_str() == "to_reference"
                                && d.group.as_deref() == Some(group)
                        })
                        .unwrap_or_else(|| panic!("no {comparison} of {metric}"));
                    let estimate = &found.estimate;
                    let (low, high) = estimate.low.zip(estimate.high).unwrap();
                    covered += u32::from((low..=high).contains(&gap));
                    asked += 1;
                    if (group, metric, comparison) == ("female", "selection_rate", "difference") {
                        assert!(high < 0.0, "seed {seed}: the planted penalty is found");
                        assert!((estimate.value.unwrap() - gap).abs() < 0.03, "seed {seed}");
                    }
                }
            }
        }
    }
    // Sixteen gaps of one data set hang together, so that the 320 are worth some eighty: three
    // standard errors of a share of 0.95 are then 0.07.
    let share = f64::from(covered) / f64::from(asked);
    eprintln!("{covered} of {asked} planted gaps within their intervals");
    assert!(
        share >= 0.88,
        "{covered} of {asked} gaps within their intervals"
    );
}

/// Where every group is exchangeable, the share of false alarms stays within what is promised.
#[test]
fn nothing_is_found_where_nothing_was_planted() {
    let audits = 40;
    let (mut breaches, mut alarms, mut tests, mut low) = (0, 0, 0, 0);
    for seed in 0..audits {
        let result = pipeline(synthetic("none", 5_000, 500 + seed), 100);
        breaches += u32::from(result.verdict.name() == "breach");
        let mut family = Vec::new();
        for disparity in &result.disparities {
            if disparity.scheme.as_str() == "to_reference"
                && disparity.group.as_deref() == Some("female")
                && disparity.comparison.as_str() == "difference"
                && let Some(p) = disparity.p
            {
                tests += 1;
                low += u32::from(p < 0.05);
                family.push(disparity.p_adjusted.unwrap());
            }
        }
        alarms += u32::from(family.iter().any(|p| *p < 0.05));
    }
    eprintln!(
        "{breaches} breaches, {alarms} alarms in {audits} audits; {low} of {tests} p below 0.05"
    );
    // A breach needs a gap beyond the margin with Holm over the audit: far below 5 %.
    assert!(
        breaches <= 1,
        "{breaches} breaches in {audits} audits without bias"
    );
    // At 5 % per audit six or more of forty have a chance of 1.4 %.
    assert!(
        alarms <= 5,
        "{alarms} of {audits} audits with an adjusted p below 0.05"
    );
    assert!(
        tests >= 200 && f64::from(low) <= 0.08 * f64::from(tests),
        "{low} of {tests} p below 0.05"
    );
}
