//! Whether overrides treat groups differently: overrides are decisions, so they are audited too.

use indexmap::IndexMap;
use waage_metrics::hypothesis::fisher_exact;
use waage_metrics::stratified::{Table, cochran_mantel_haenszel, odds_ratio};
use waage_result::review::{OverrideBias, OverrideGap, OverrideGroup};

use super::{Judgement, LEVEL, count, counted, gap};

/// Bands of the score within which groups are compared.
const BANDS: usize = 5;

/// Every attribute of the cases.
pub fn of(judgements: &[Judgement<'_>]) -> Vec<OverrideBias> {
    let mut attributes: Vec<&str> = Vec::new();
    for name in judgements.iter().flat_map(|j| j.case.groups.keys()) {
        if !attributes.contains(&name.as_str()) {
            attributes.push(name);
        }
    }
    let bands = bands(judgements);
    attributes
        .into_iter()
        .map(|name| of_attribute(name, judgements, &bands))
        .collect()
}

/// Ascending edges of bands with about as many decided cases each.
fn bands(judgements: &[Judgement<'_>]) -> Vec<f64> {
    let decided = judgements.iter().filter(|j| j.overrides().is_some());
    let mut scores: Vec<f64> = decided.filter_map(|j| j.case.score).collect();
    scores.sort_unstable_by(f64::total_cmp);
    let mut edges: Vec<f64> = (1..BANDS)
        .filter_map(|band| scores.get(band * scores.len() / BANDS).copied())
        .collect();
    edges.dedup();
    edges
}

fn of_attribute(name: &str, judgements: &[Judgement<'_>], bands: &[f64]) -> OverrideBias {
    let mut groups: IndexMap<Option<&str>, Vec<&Judgement<'_>>> = IndexMap::new();
    for judgement in judgements.iter().filter(|j| j.overrides().is_some()) {
        let label = judgement.case.groups.get(name).and_then(Option::as_deref);
        groups.entry(label).or_default().push(judgement);
    }
    // By label, missing last.
    groups.sort_by(|a, _, b, _| (a.is_none(), a).cmp(&(b.is_none(), b)));
    let known = groups.iter().filter(|(label, _)| label.is_some());
    let reference = known
        .max_by(|(a, one), (b, other)| one.len().cmp(&other.len()).then(b.cmp(a)))
        .map(|(label, members)| (*label, members.clone()));
    let of_group = |(label, members): (&Option<&str>, &Vec<&Judgement<'_>>)| {
        let overrides = || {
            members
                .iter()
                .filter_map(|j| Some((j.model_accepts(), j.overrides()?)))
        };
        let towards = |from: bool| {
            counted(
                overrides()
                    .filter(move |(model, _)| *model == from)
                    .map(|(_, o)| o),
            )
        };
        let others = reference.as_ref().filter(|(own, _)| own != label);
        OverrideGroup {
            group: label.map(str::to_owned),
            n: members.len() as u64,
            rate: counted(overrides().map(|(_, overridden)| overridden)),
            up: towards(false),
            down: towards(true),
            selected_model: counted(members.iter().map(|j| j.model_accepts())),
            selected_final: counted(members.iter().filter_map(|j| j.accepts())),
            against: others.map(|(_, reference)| against(members, reference, bands)),
        }
    };
    OverrideBias {
        attribute: name.to_owned(),
        reference: reference
            .as_ref()
            .and_then(|(label, _)| label.map(str::to_owned)),
        groups: groups.iter().map(of_group).collect(),
    }
}

fn against(group: &[&Judgement<'_>], reference: &[&Judgement<'_>], bands: &[f64]) -> OverrideGap {
    let overridden = |of: &[&Judgement<'_>]| count(of.iter().filter_map(|j| j.overrides()));
    let (own, others) = (overridden(group), overridden(reference));
    let whole = |(hits, n): (usize, usize)| (hits as u64, (n - hits) as u64);
    let ((a, b), (c, d)) = (whole(own), whole(others));
    let tables: Vec<Table> = (0..=bands.len())
        .map(|band| {
            let within = |of: &[&Judgement<'_>]| {
                let inside = of.iter().filter(|j| {
                    let score = j.case.score;
                    score.is_some_and(|s| bands.partition_point(|edge| *edge <= s) == band)
                });
                let (hits, n) = count(inside.filter_map(|j| j.overrides()));
                (hits as f64, (n - hits) as f64)
            };
            let ((a, b), (c, d)) = (within(group), within(reference));
            Table::new(a, b, c, d)
        })
        .collect();
    let rows: f64 = tables
        .iter()
        .filter(|t| t.is_comparable())
        .map(Table::rows)
        .sum();
    let model = |of: &[&Judgement<'_>]| count(of.iter().map(|j| j.model_accepts()));
    let last = |of: &[&Judgement<'_>]| count(of.iter().filter_map(|j| j.accepts()));
    OverrideGap {
        difference: gap(own, others),
        p: fisher_exact(a, b, c, d),
        odds_ratio: (&odds_ratio(&tables, rows as u64, LEVEL)).into(),
        p_within_bands: cochran_mantel_haenszel(&tables, 0.0).map(|test| test.p),
        gap_model: gap(model(group), model(reference)),
        gap_final: gap(last(group), last(reference)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GOVERNANCE §6.4, items 1 and 2.
    #[test]
    fn the_worked_tests() {
        let close = |got: f64, want: f64| assert!((got - want).abs() < 5e-8, "{got} {want}");
        close(fisher_exact(30, 60, 12, 68).unwrap(), 0.007_274_6);
        let tables = [
            Table::new(18.0, 22.0, 7.0, 38.0),
            Table::new(12.0, 38.0, 5.0, 30.0),
        ];
        close(odds_ratio(&tables, 170, LEVEL).value.unwrap(), 3.034_883_7);
        let plain = cochran_mantel_haenszel(&tables, 0.0).unwrap();
        close(plain.statistic, 8.714_799_9);
        close(plain.p, 0.003_156_4);
        let corrected = cochran_mantel_haenszel(&tables, 0.5).unwrap();
        close(corrected.statistic, 7.688_698_9);
    }
}
