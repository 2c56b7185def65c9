//! Groups known by probabilities: gaps of which the ends are known.

use waage_result::document::{AuditResult, EstimateDoc};
use waage_result::finding::{Margin, State};
use waage_result::unknown::{
    BoundsDoc, MembershipAnswers, MembershipGap, MembershipGroup, MembershipRate, MembershipResult,
};

/// Weighted value, value by likeliest group, ends, interval.
type Gap = (f64, f64, [f64; 2], [f64; 2]);

const REFERENCE: &str = "p_weiß";

/// Expected and assigned rows.
const GROUPS: [(&str, f64, u64); 5] = [
    (REFERENCE, 6_200.4, 6_750),
    ("p_schwarz", 2_480.2, 2_130),
    ("p_übrige", 1_319.4, 1_120),
    ("p_Geheim A", 3.0, 2),
    ("p_Geheim B", 512.0, 498),
];

const DIFFERENCES: [Gap; 4] = [
    (-0.062, -0.104, [-0.181, 0.052], [-0.197, 0.069]),
    (-0.011, 0.004, [-0.231, 0.207], [-0.258, 0.233]),
    (-0.4, 0.4, [-0.5, 0.5], [-0.6, 0.6]),
    (-0.1, 0.1, [-0.2, 0.2], [-0.3, 0.3]),
];

/// The check fails, and holds for nobody for certain; a ratio has no upper end.
#[must_use]
pub fn memberships() -> AuditResult {
    let mut result = super::audit("x", None, &[]);
    let doc = |value: f64, [low, high]: [f64; 2], method: &str| EstimateDoc {
        value: Some(value),
        low: Some(low),
        high: Some(high).filter(|high| *high < 20.0),
        n: 8_000,
        method: method.into(),
        ..EstimateDoc::default()
    };
    let answers = |(weighted, threshold, ends, interval): Gap| MembershipAnswers {
        weighted: doc(
            weighted,
            interval.map(|end| weighted + (end - weighted) / 4.0),
            "normal",
        ),
        threshold: doc(threshold, interval, "newcombe"),
        bounds: BoundsDoc {
            lower: Some(ends[0]),
            upper: Some(ends[1]).filter(|end| *end < 20.0),
            estimate: doc(weighted, interval, "membership_bounds"),
        },
    };
    let rate = |metric: &str| MembershipRate {
        metric: metric.to_owned(),
        answers: answers((0.5, 0.5, [0.4, 0.6], [0.38, 0.62])),
    };
    let groups = GROUPS
        .iter()
        .map(|(group, expected, assigned)| MembershipGroup {
            group: (*group).to_owned(),
            expected: Some(*expected),
            assigned: Some(*assigned),
            metrics: ["selection_rate", "true_positive_rate"].map(rate).into(),
        });
    let mut gaps = Vec::new();
    let ratio = |x: f64| 1.0 + 1.6 * x;
    for (gap, (group, ..)) in DIFFERENCES.into_iter().zip(&GROUPS[1..]) {
        let (weighted, threshold, ends, [low, high]) = gap;
        let open = [ratio(low), if high > 0.2 { 99.0 } else { ratio(high) }];
        let ratios = (
            ratio(weighted),
            ratio(threshold),
            [
                ratio(ends[0]),
                if high > 0.2 { 99.0 } else { ratio(ends[1]) },
            ],
            open,
        );
        for (metric, comparison, gap) in [
            ("selection_rate", "difference", gap),
            ("selection_rate", "ratio", ratios),
            ("true_positive_rate", "difference", gap),
        ] {
            gaps.push(MembershipGap {
                group: (*group).to_owned(),
                metric: metric.to_owned(),
                comparison: comparison.to_owned(),
                answers: answers(gap),
                p: Default::default(),
            });
        }
    }
    let mut template = super::leads().findings.swap_remove(0);
    template.attribute = "Herkunft".to_owned();
    template.metric = "selection_rate".to_owned();
    template.comparison = "difference".to_owned();
    template.op = "between".to_owned();
    template.margin = Margin::Between([-0.1, 0.1]);
    template.waived_by = None;
    template.state = State::Inconclusive;
    for gap in gaps
        .iter()
        .filter(|g| g.comparison == "difference" && g.metric == template.metric)
    {
        template.group = Some(gap.group.clone());
        template.reference = Some(REFERENCE.to_owned());
        template.estimate = gap.answers.bounds.estimate.clone();
        result.findings.push(template.clone());
    }
    result.membership.push(MembershipResult {
        attribute: "Herkunft".to_owned(),
        n: 10_515,
        reference: REFERENCE.to_owned(),
        cells: 412,
        grid_steps: Some(64),
        thin_cells: false,
        threshold: None,
        unclassified: Some(0),
        groups: groups.collect(),
        gaps,
    });
    result
}
