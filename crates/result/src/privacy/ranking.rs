//! Rankings and tables of impact ratios without what would give a hidden group away.

use super::{Hidden, MISSING, blank};
use crate::ranking::{ImpactTable, RankingResult};

/// Hides the groups of a ranking, and what is told of all groups together.
pub(super) fn suppress_ranking(ranking: &mut RankingResult, hidden: &Hidden) {
    let view = &ranking.attribute;
    if !hidden.any_in(view) {
        return;
    }
    blank(&mut ranking.ndkl);
    blank(&mut ranking.infeasible_index);
    ranking.ndcg.iter_mut().for_each(blank);
    for at in &mut ranking.at {
        blank(&mut at.min_skew);
        blank(&mut at.max_skew);
    }
    let is_hidden = |name: &String| hidden.contains(view, name);
    let reference = ranking.reference.as_ref().is_some_and(is_hidden);
    for group in &mut ranking.groups {
        if reference {
            let ratios = group.demographic_parity_of_exposure.iter_mut();
            ratios
                .chain(&mut group.exposure_per_relevance_ratio)
                .for_each(blank);
        }
        if !hidden.contains(view, &group.group) {
            continue;
        }
        group.n = 0;
        group.fa_ir = None;
        let own = [
            &mut group.mean_exposure,
            &mut group.exposure_share,
            &mut group.rnd,
            &mut group.rkl,
            &mut group.rrd,
        ];
        own.into_iter()
            .chain(&mut group.demographic_parity_of_exposure)
            .chain(&mut group.exposure_per_relevance)
            .chain(&mut group.exposure_per_relevance_ratio)
            .chain(&mut group.dcg)
            .for_each(blank);
        for at in &mut group.at {
            blank(&mut at.top_k_selection_rate);
            blank(&mut at.representation_at);
            blank(&mut at.skew_at);
        }
    }
}

/// Hides the categories of a table of impact ratios, and every ratio to a hidden one.
pub(super) fn suppress_impact(table: &mut ImpactTable, hidden: &Hidden) {
    let view = &table.attribute;
    if !hidden.any_in(view) {
        return;
    }
    let unknown = |name: &str| name.split('*').any(|label| label == MISSING);
    if hidden.names_in(view).any(unknown) {
        table.unknown = None;
    }
    let is_hidden = |name: &String| hidden.contains(view, name);
    let highest = table.highest.as_ref().is_some_and(is_hidden);
    for group in &mut table.groups {
        let own = hidden.contains(view, &group.group);
        if own || highest {
            blank(&mut group.impact_ratio);
        }
        if own {
            group.n = 0;
            group.hits = None;
            blank(&mut group.rate);
        }
    }
    if highest {
        table.highest = None;
    }
}
