//! Small cells of groups within strata: an attribute and the strata are hidden as an intersection
//! is.

use super::{Hidden, blank, group_name, view_name};
use crate::conditional::{Conditional, Effect, StratumResult};
use crate::document::Disparity;

/// The name of an attribute's groups within strata, as a view.
pub(super) fn within(attribute: &str, stratum: &str) -> String {
    format!("{attribute}*{stratum}")
}

impl Hidden {
    /// Whether the cell of a group and a stratum is hidden.
    fn cell(&self, attribute: &str, group: &str, stratum: &str, level: &str) -> bool {
        self.contains(stratum, level)
            || self.contains(attribute, group)
            || self.contains(&within(attribute, stratum), &within(group, level))
    }
}

/// Blanks what is told inside a stratum of hidden cells.
pub(super) fn suppress_level(level: &mut StratumResult, hidden: &Hidden) {
    let (stratum, name) = (level.stratum.clone(), level.level.clone());
    if hidden.contains(&stratum, &name) {
        level.n = 0;
    }
    for group in &mut level.groups {
        if hidden.cell(&view_name(group), &group_name(group), &stratum, &name) {
            group.n = 0;
            group.metrics.values_mut().for_each(blank);
        }
    }
    for disparity in &mut level.disparities {
        let attribute = disparity.attribute.clone();
        let any = || {
            hidden.contains(&stratum, &name)
                || hidden.any_in(&attribute)
                || hidden.any_in(&within(&attribute, &stratum))
        };
        let is_hidden = |group: &str| hidden.cell(&attribute, group, &stratum, &name);
        suppress_disparity(disparity, &is_hidden, any());
    }
}

/// Blanks a comparison that a hidden group takes part in, and a range over unnamed groups where any
/// is hidden. Says whether it did.
pub(super) fn suppress_disparity(
    disparity: &mut Disparity,
    is_hidden: &dyn Fn(&str) -> bool,
    any_hidden: bool,
) -> bool {
    let named = [
        &disparity.group,
        &disparity.reference,
        &disparity.highest,
        &disparity.lowest,
    ];
    let touches = named.into_iter().flatten().any(|name| is_hidden(name));
    let unnamed =
        disparity.group.is_none() && (disparity.highest.is_none() || disparity.lowest.is_none());
    let hide = touches || (unnamed && any_hidden);
    if hide {
        blank(&mut disparity.estimate);
        disparity.p = None;
        disparity.p_adjusted = None;
        disparity.null_mean = None;
        disparity.bias_corrected = None;
        disparity.highest = None;
        disparity.lowest = None;
        disparity.four_fifths_adverse = None;
        disparity.flips_with_one_selection = None;
    }
    hide
}

/// Blanks what a comparison within strata tells of hidden cells; all of it for a hidden group.
pub(super) fn suppress_conditional(found: &mut Conditional, hidden: &Hidden) {
    for row in &mut found.strata {
        let cell = |group: &str| hidden.cell(&found.attribute, group, &found.stratum, &row.level);
        let (group, reference) = (cell(&found.group), cell(&found.reference));
        if group {
            blank(&mut row.group);
        }
        if reference {
            blank(&mut row.reference);
        }
        if group || reference {
            blank(&mut row.difference);
            blank(&mut row.ratio);
        }
        if hidden.contains(&found.stratum, &row.level) {
            row.weight = 0.0;
        }
    }
    let whole = |group: &str| hidden.contains(&found.attribute, group);
    if whole(&found.group) || whole(&found.reference) {
        blank_sums(found);
    }
}

/// Blanks all numbers of a comparison within strata.
pub(super) fn blank_conditional(found: &mut Conditional) {
    for row in &mut found.strata {
        row.weight = 0.0;
        for estimate in [
            &mut row.group,
            &mut row.reference,
            &mut row.difference,
            &mut row.ratio,
        ] {
            blank(estimate);
        }
    }
    blank_sums(found);
}

/// Blanks what is computed over all strata.
fn blank_sums(found: &mut Conditional) {
    let each = |effect: &mut Effect| {
        blank(&mut effect.difference);
        blank(&mut effect.ratio);
        blank(&mut effect.odds_ratio);
    };
    each(&mut found.marginal);
    each(&mut found.mantel_haenszel);
    blank(&mut found.standardized);
    if let Some(disparity) = &mut found.demographic_disparity {
        blank(&mut disparity.marginal);
        blank(&mut disparity.conditional);
    }
    found.dropped_share = 0.0;
    found.cmh_p = None;
    found.breslow_day_p = None;
    found.simpson = None;
    found.driver = None;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditional::{DemographicDisparity, StratumRates};
    use crate::document::{EstimateDoc, GroupResult};
    use crate::privacy::layout::Layout;
    use indexmap::IndexMap;

    fn group(label: &str, n: u64) -> GroupResult {
        GroupResult {
            attributes: [("g".to_owned(), Some(label.to_owned()))]
                .into_iter()
                .collect(),
            n,
            metrics: IndexMap::new(),
        }
    }

    fn level(name: &str, groups: &[(&str, u64)]) -> StratumResult {
        StratumResult {
            stratum: "s".to_owned(),
            level: name.to_owned(),
            n: groups.iter().map(|(_, n)| n).sum(),
            groups: groups.iter().map(|(label, n)| group(label, *n)).collect(),
            disparities: vec![],
        }
    }

    fn some(value: f64) -> EstimateDoc {
        EstimateDoc {
            value: Some(value),
            ..EstimateDoc::default()
        }
    }

    fn hidden(strata: &[StratumResult]) -> Hidden {
        let mut whole: IndexMap<String, u64> = IndexMap::new();
        for cell in strata.iter().flat_map(|level| &level.groups) {
            *whole.entry(group_name(cell)).or_default() += cell.n;
        }
        let whole: Vec<GroupResult> = whole.iter().map(|(name, n)| group(name, *n)).collect();
        let mut layout = Layout::of_groups(&whole);
        layout.add_strata(strata);
        Hidden::of_layout(&layout, 5)
    }

    #[test]
    fn a_small_cell_hides_enough_to_stay_unknown() {
        let strata = [
            level("x", &[("a", 40), ("b", 3)]),
            level("y", &[("a", 30), ("b", 50)]),
            level("z", &[("a", 60), ("b", 70)]),
        ];
        let hidden = hidden(&strata);
        for stratum in ["x", "y", "z"] {
            let count = ["a", "b"]
                .iter()
                .filter(|g| hidden.cell("g", g, "s", stratum))
                .count();
            assert!(count != 1, "{stratum}");
        }
        assert!(hidden.cell("g", "b", "s", "x") && hidden.cell("g", "a", "s", "x"));
        assert!(!hidden.contains("g", "b") && !hidden.contains("s", "x"));
    }

    #[test]
    fn what_is_told_of_hidden_cells_is_blank() {
        let mut hidden = hidden(&[
            level("x", &[("a", 40), ("b", 3)]),
            level("y", &[("a", 30), ("b", 50)]),
        ]);
        let row = |name: &str| StratumRates {
            level: name.to_owned(),
            weight: 0.5,
            group: some(0.1),
            reference: some(0.2),
            difference: some(-0.1),
            ratio: some(0.5),
        };
        let mut found = Conditional {
            attribute: "g".to_owned(),
            stratum: "s".to_owned(),
            group: "b".to_owned(),
            reference: "a".to_owned(),
            standardized: some(-0.1),
            demographic_disparity: Some(DemographicDisparity {
                marginal: some(0.2),
                conditional: some(0.1),
            }),
            strata: vec![row("x"), row("y")],
            ..Conditional::default()
        };
        suppress_conditional(&mut found, &hidden);
        assert!(
            found
                .strata
                .iter()
                .all(|row| row.difference.value.is_none())
        );
        assert_eq!(found.standardized.value, Some(-0.1));
        hidden.cells.insert(
            "g".to_owned(),
            [("b".to_owned(), true)].into_iter().collect(),
        );
        suppress_conditional(&mut found, &hidden);
        assert_eq!(found.standardized.value, None);
        let shares = found.demographic_disparity.unwrap();
        assert_eq!(
            (shares.marginal.value, shares.conditional.value),
            (None, None)
        );
    }

    #[test]
    fn a_small_stratum_is_hidden_whole() {
        let mut strata = vec![
            level("x", &[("a", 2), ("b", 1)]),
            level("y", &[("a", 30), ("b", 50)]),
            level("z", &[("a", 60), ("b", 70)]),
        ];
        let hidden = hidden(&strata);
        assert!(hidden.contains("s", "x"));
        for level in &mut strata {
            suppress_level(level, &hidden);
        }
        assert_eq!(strata[0].n, 0);
        assert!(strata[0].groups.iter().all(|g| g.n == 0));
        assert_ne!(strata[2].n, 0);
    }
}
