//! Results made by hand that put every corner of a figure to use.

use indexmap::IndexMap;
use waage_result::document::{
    AUDIT_SCHEMA, AuditResult, CutResult, DatasetSummary, Disparity, Distribution, EstimateDoc,
    GroupResult, Settings,
};
use waage_result::finding::{Bilingual, Finding, Margin, PolicySummary, Severity, State};
use waage_result::spec::RolesSpec;

#[path = "memberships.rs"]
mod memberships;

pub use memberships::memberships;

/// Selected and all rows, true positives and positives, false positives and negatives.
type Counts = (Option<&'static str>, [u64; 6]);

/// Every case with its name.
#[must_use]
pub fn all() -> Vec<(&'static str, AuditResult)> {
    vec![
        ("leads", leads()),
        ("regions", regions()),
        ("single", single()),
        ("sixty", sixty()),
        ("undefined", undefined()),
        ("intersection", intersection()),
        ("amounts", amounts()),
        ("memberships", memberships()),
    ]
}

/// Three groups and a missing one; a breach, an inconclusive finding, a waived breach; scores.
#[must_use]
pub fn leads() -> AuditResult {
    let mut result = audit(
        "gender",
        Some("männlich"),
        &[
            (Some("divers"), [37, 160, 21, 40, 16, 120]),
            (Some("männlich"), [3150, 9000, 1800, 2600, 1350, 6400]),
            (Some("weiblich"), [1890, 9400, 1330, 2450, 560, 6950]),
            (None, [91, 310, 50, 81, 41, 229]),
        ],
    );
    for (group, center) in [
        (Some("divers"), 0.47),
        (Some("männlich"), 0.52),
        (Some("weiblich"), 0.43),
        (None, 0.5),
    ] {
        let n = result
            .groups
            .iter()
            .find(|g| g.attributes["gender"].as_deref() == group)
            .map_or(0, |g| g.n);
        result
            .distributions
            .push(distribution("gender", group, n, center));
    }
    result.settings.cut = Some(CutResult {
        score: 0.5625,
        selected: 5468,
        tied: 3,
        tied_selected: 1,
    });
    judge(&mut result, 0.8, 0.1);
    result
}

/// Twelve groups with long, odd and hostile names.
#[must_use]
pub fn regions() -> AuditResult {
    let names = [
        "Baden-Württemberg",
        "Bayern",
        "Berlin",
        "<script>alert(\"Ä\")</script>",
        "Hessen & Söhne 'GmbH'",
        "Mecklenburg-Vorpommern mit Schwerin und der ganzen Küste",
        "Niedersachsen",
        "Nordrhein-Westfalen",
        "Rheinland-Pfalz",
        "Sachsen",
        "Thüringen",
        "Île-de-France / Ζυρίχη",
    ];
    let counts: Vec<Counts> = (0_u64..)
        .zip(names)
        .map(|(i, name)| {
            let n = 400 + 173 * ((i * 5) % 11);
            let (positives, negatives) = (n * 3 / 10, n - n * 3 / 10);
            let (tp, fp) = (
                positives * (52 + (i * 7) % 23) / 100,
                negatives * (14 + (i * 5) % 13) / 100,
            );
            (Some(name), [tp + fp, n, tp, positives, fp, negatives])
        })
        .collect();
    let mut result = audit("region", Some("Bayern"), &counts);
    judge(&mut result, 0.8, 0.1);
    result
}

/// One group: rates, and nothing to compare.
#[must_use]
pub fn single() -> AuditResult {
    audit(
        "team",
        Some("only"),
        &[(Some("only"), [40, 100, 0, 0, 0, 0])],
    )
}

/// Sixty groups and three that are too small to show.
#[must_use]
pub fn sixty() -> AuditResult {
    let mut counts: Vec<Counts> = Vec::new();
    for i in 0..60_u64 {
        let name: &'static str =
            Box::leak(format!("Vertriebsgebiet {:02}", i + 1).into_boxed_str());
        let n = 60 + (i * 37) % 400;
        counts.push((Some(name), [n * (20 + (i * 11) % 19) / 100, n, 0, 0, 0, 0]));
    }
    for name in ["Geheim A", "Geheim B", "Geheim C"] {
        counts.push((Some(name), [1, 3, 0, 0, 0, 0]));
    }
    let mut result = audit("sales_rep", Some("Vertriebsgebiet 50"), &counts);
    judge(&mut result, 0.8, 0.1);
    result
}

/// Rates of nothing, ratios without limit, a group without positives.
#[must_use]
pub fn undefined() -> AuditResult {
    let mut result = audit(
        "age",
        Some("40..<60"),
        &[
            (Some("<25"), [0, 45, 0, 9, 0, 36]),
            (Some("25..<40"), [30, 220, 18, 60, 12, 160]),
            (Some("40..<60"), [70, 300, 40, 90, 30, 210]),
            (Some(">=60"), [9, 30, 0, 0, 9, 30]),
            (Some("?"), [1, 3, 1, 2, 0, 1]),
            (None, [2, 3, 1, 2, 1, 1]),
        ],
    );
    judge(&mut result, 0.8, 0.1);
    for disparity in &mut result.disparities {
        if disparity.comparison == "ratio" && disparity.group.as_deref() == Some(">=60") {
            disparity.estimate.high = None;
        }
        if disparity.comparison == "difference" && disparity.group.as_deref() == Some("<25") {
            disparity.estimate.low = None;
        }
    }
    result
}

/// An intersection of which the policy judges some cells.
#[must_use]
pub fn intersection() -> AuditResult {
    let mut result = audit("x", None, &[]);
    result.settings.views = vec![vec!["gender".into(), "Größe (m²)".into()]];
    result.settings.references = IndexMap::from([(
        "gender*Größe (m²)".to_owned(),
        Some("männlich*groß".to_owned()),
    )]);
    let mut sizes = vec![];
    for (i, gender) in [Some("männlich"), Some("weiblich"), None]
        .into_iter()
        .enumerate()
    {
        for (j, size) in [Some("groß"), Some("klein"), Some("mittel"), None]
            .into_iter()
            .enumerate()
        {
            let (i, j) = (i as u64, j as u64);
            let n = 900 / (1 + i * 3) / (1 + j);
            let counts = [n * (35 - 6 * i - 4 * (j % 3)) / 100, n, 0, 0, 0, 0];
            let mut group = group("gender", gender, counts);
            group
                .attributes
                .insert("Größe (m²)".to_owned(), size.map(str::to_owned));
            sizes.push((gender, size, counts));
            result.groups.push(group);
        }
    }
    let reference = sizes[0].2;
    for (gender, size, counts) in sizes {
        let key = format!(
            "{}*{}",
            gender.unwrap_or("(missing)"),
            size.unwrap_or("(missing)")
        );
        compare(
            &mut result,
            "gender*Größe (m²)",
            &key,
            "männlich*groß",
            counts,
            reference,
        );
    }
    judge(&mut result, 0.8, 0.1);
    result
        .findings
        .retain(|f| !f.group.as_deref().unwrap_or_default().contains("(missing)"));
    result
}

/// No decisions: scores in euros, far from zero, some of them huge; a check on their difference.
#[must_use]
pub fn amounts() -> AuditResult {
    let mut result = audit(
        "channel",
        Some("Außendienst"),
        &[
            (Some("Außendienst"), [1, 840, 0, 0, 0, 0]),
            (Some("Messe"), [1, 55, 0, 0, 0, 0]),
            (Some("Web"), [1, 1900, 0, 0, 0, 0]),
        ],
    );
    let euros = |value: f64, half: f64, n| EstimateDoc {
        value: Some(value),
        low: Some(value - half),
        high: Some(value + half),
        n,
        method: "normal".into(),
        reason: None,
        pooled: None,
        clusters: None,
    };
    result.overall = IndexMap::from([("mean_score".to_owned(), euros(1_182_000.0, 9000.0, 2795))]);
    result.disparities.retain(|d| d.comparison == "difference");
    for (i, (mean, half)) in [
        (1_204_500.5, 14_000.0),
        (1_330_000.0, 120_000.0),
        (1_168_250.25, 10_400.0),
    ]
    .into_iter()
    .enumerate()
    {
        let n = result.groups[i].n;
        result.groups[i].metrics =
            IndexMap::from([("mean_score".to_owned(), euros(mean, half, n))]);
        result.disparities[i].metric = "mean_score".to_owned();
        result.disparities[i].estimate = euros(mean - 1_204_500.5, half + 14_000.0, n + 840);
    }
    let mut template = leads().findings.swap_remove(0);
    template.attribute = "channel".to_owned();
    template.metric = "mean_score".to_owned();
    template.comparison = "difference".to_owned();
    template.op = "between".to_owned();
    template.margin = Margin::Between([-100_000.0, 50_000.0]);
    template.waived_by = None;
    for (i, state) in [(1, State::Inconclusive), (2, State::Pass)] {
        template.group = result.disparities[i].group.clone();
        template.estimate = result.disparities[i].estimate.clone();
        template.state = state;
        result.findings.push(template.clone());
    }
    result
}

fn audit(attribute: &str, reference: Option<&str>, counts: &[Counts]) -> AuditResult {
    let total = |i: usize| counts.iter().map(|c| c.1[i]).sum::<u64>();
    let overall = group(
        attribute,
        None,
        [total(0), total(1), total(2), total(3), total(4), total(5)],
    );
    let mut result = AuditResult {
        schema: AUDIT_SCHEMA.to_owned(),
        dataset: DatasetSummary {
            rows: total(1),
            ..DatasetSummary::default()
        },
        roles: RolesSpec::default(),
        settings: Settings {
            confidence: 0.95,
            bootstrap: 0,
            seed: 0,
            filter: None,
            cut: None,
            headline: Vec::new(),
            views: if counts.is_empty() {
                Vec::new()
            } else {
                vec![vec![attribute.to_owned()]]
            },
            references: IndexMap::from([(attribute.to_owned(), reference.map(str::to_owned))]),
            favourable: None,
            favourable_class: None,
            as_of: None,
            version: "0".to_owned(),
        },
        groups: counts
            .iter()
            .map(|(label, c)| group(attribute, *label, *c))
            .collect(),
        overall: overall.metrics,
        disparities: Vec::new(),
        summary: IndexMap::new(),
        conditional: Vec::new(),
        ranking: Vec::new(),
        impact_ratios: Vec::new(),
        membership: Vec::new(),
        propensity: Vec::new(),
        individual: None,
        explanation: None,
        strata: Vec::new(),
        classes: Vec::new(),
        distributions: Vec::new(),
        policy: PolicySummary::default(),
        checks: Vec::new(),
        not_run: Vec::new(),
        findings: Vec::new(),
        verdict: State::Inconclusive,
        privacy: None,
        stamp: None,
    };
    if let Some((_, base)) = counts.iter().find(|(label, _)| *label == reference) {
        for (label, c) in counts {
            compare(
                &mut result,
                attribute,
                label.unwrap_or("(missing)"),
                reference.unwrap_or_default(),
                *c,
                *base,
            );
        }
    }
    result
}

fn group(
    attribute: &str,
    label: Option<&str>,
    [selected, n, tp, positives, fp, negatives]: [u64; 6],
) -> GroupResult {
    let mut metrics = IndexMap::from([("selection_rate".to_owned(), proportion(selected, n))]);
    if positives + negatives > 0 {
        metrics.insert("true_positive_rate".to_owned(), proportion(tp, positives));
        metrics.insert("false_positive_rate".to_owned(), proportion(fp, negatives));
    }
    GroupResult {
        attributes: IndexMap::from([(attribute.to_owned(), label.map(str::to_owned))]),
        n,
        metrics,
    }
}

/// Wilson's interval at 95 %.
fn proportion(x: u64, n: u64) -> EstimateDoc {
    if n == 0 {
        return EstimateDoc {
            method: "wilson".into(),
            reason: Some("no_rows".into()),
            ..EstimateDoc::default()
        };
    }
    let (p, size, z) = (x as f64 / n as f64, n as f64, 1.959_964);
    let center = (p + z * z / (2.0 * size)) / (1.0 + z * z / size);
    let half =
        z * (p * (1.0 - p) / size + z * z / (4.0 * size * size)).sqrt() / (1.0 + z * z / size);
    let (low, high) = (
        Some((center - half).max(0.0)),
        Some((center + half).min(1.0)),
    );
    EstimateDoc {
        value: Some(p),
        low,
        high,
        n,
        method: "wilson".into(),
        reason: None,
        pooled: None,
        clusters: None,
    }
}

/// Newcombe differences and, for the selection rate, a ratio of the Wilson limits.
fn compare(
    result: &mut AuditResult,
    attribute: &str,
    key: &str,
    reference: &str,
    own: [u64; 6],
    base: [u64; 6],
) {
    for (metric, at) in [
        ("selection_rate", 0),
        ("true_positive_rate", 2),
        ("false_positive_rate", 4),
    ] {
        if own[at + 1] + base[at + 1] == 0 {
            continue;
        }
        let (a, b) = (
            proportion(own[at], own[at + 1]),
            proportion(base[at], base[at + 1]),
        );
        let mut push = |comparison: &str, estimate: EstimateDoc| {
            result.disparities.push(Disparity {
                attribute: attribute.to_owned(),
                metric: metric.to_owned(),
                scheme: "to_reference".to_owned(),
                comparison: comparison.to_owned(),
                estimate,
                group: Some(key.to_owned()),
                reference: Some(reference.to_owned()),
                p: None,
                p_adjusted: None,
                test: None,
                highest: None,
                lowest: None,
                null_mean: None,
                bias_corrected: None,
                groups_skipped: Vec::new(),
                four_fifths_adverse: None,
                flips_with_one_selection: None,
            });
        };
        let (Some(p), Some(q), Some(al), Some(ah), Some(bl), Some(bh)) =
            (a.value, b.value, a.low, a.high, b.low, b.high)
        else {
            push(
                "difference",
                EstimateDoc {
                    reason: Some("no_positives".into()),
                    ..EstimateDoc::default()
                },
            );
            continue;
        };
        let n = a.n + b.n;
        let root = |x: f64, y: f64| (x * x + y * y).sqrt();
        let (low, high) = (p - q - root(p - al, bh - q), p - q + root(ah - p, q - bl));
        let doc = |value: f64, low: f64, high: f64| EstimateDoc {
            value: Some(value),
            low: Some(low),
            high: Some(high),
            n,
            method: "newcombe".into(),
            reason: None,
            pooled: None,
            clusters: None,
        };
        push("difference", doc(p - q, low, high));
        if at == 0 {
            push("ratio", doc(p / q, al / bh.max(1e-9), ah / bl.max(1e-9)));
        }
    }
}

/// Judges every shown comparison, with intervals a third wider, as a correction would make them.
fn judge(result: &mut AuditResult, ratio: f64, difference: f64) {
    let references = result.settings.references.clone();
    for d in &result.disparities {
        let rule = match (d.metric.as_str(), d.comparison.as_str()) {
            ("selection_rate", "ratio") => (">=", ratio, f64::INFINITY, Margin::One(ratio)),
            ("true_positive_rate" | "false_positive_rate", "difference") => {
                ("<=", -difference, difference, Margin::One(difference))
            }
            _ => continue,
        };
        let is_reference = references.get(&d.attribute).is_some_and(|r| *r == d.group);
        let (Some(value), Some(low), Some(high)) =
            (d.estimate.value, d.estimate.low, d.estimate.high)
        else {
            continue;
        };
        if is_reference || d.group.as_deref() == Some("(missing)") {
            continue;
        }
        let (low, high) = (value - (value - low) * 1.33, value + (high - value) * 1.33);
        let state = if low >= rule.1 && high <= rule.2 {
            State::Pass
        } else if high < rule.1 || low > rule.2 {
            State::Breach
        } else {
            State::Inconclusive
        };
        let waived = state == State::Breach && d.metric == "false_positive_rate";
        result.findings.push(Finding {
            class: None,
            scheme: None,
            top_k: None,
            highest: None,
            lowest: None,
            groups_skipped: Vec::new(),
            p_equivalence: None,
            check: "FAIR-01".to_owned(),
            attribute: d.attribute.clone(),
            metric: d.metric.clone(),
            comparison: d.comparison.clone(),
            group: d.group.clone(),
            reference: d.reference.clone(),
            estimate: EstimateDoc {
                low: Some(low),
                high: Some(high),
                ..d.estimate.clone()
            },
            level: Some(0.99),
            op: rule.0.to_owned(),
            margin: rule.3,
            state,
            severity: Severity::Major,
            reason: None,
            rows_needed: None,
            rows: d.estimate.n,
            p: None,
            p_adjusted: None,
            four_fifths_adverse: None,
            flips_with_one_selection: None,
            waived_by: waived.then(|| "W-2026-003".to_owned()),
            text: Bilingual::default(),
        });
    }
}

fn distribution(attribute: &str, group: Option<&str>, n: u64, center: f64) -> Distribution {
    let edges: Vec<f64> = (0..=32).map(|i| f64::from(i) / 32.0).collect();
    let weight = |x: f64| 1.0 / (1.0 + ((x - center) / 0.13).powi(4));
    let weights: Vec<f64> = edges
        .windows(2)
        .map(|e| weight((e[0] + e[1]) / 2.0))
        .collect();
    let total: f64 = weights.iter().sum();
    let shares = weights.iter().map(|w| w / total).collect();
    Distribution {
        attribute: attribute.to_owned(),
        group: group.map(str::to_owned),
        n,
        edges,
        shares,
    }
}
