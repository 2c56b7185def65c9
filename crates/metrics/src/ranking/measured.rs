//! The rankings of every view, with their intervals.

use std::sync::Arc;

use waage_core::estimate::{DrawnClusters, Estimate, Evidence, Method, Reason};
use waage_core::label::GroupName;
use waage_core::observer::Observer;
use waage_core::tally::{ScoreTable, Tally};

use super::attention::Attention;
use super::fair::{self, FairTest};
use super::infeasible::infeasible_index;
use super::list::List;
use super::places::Places;
use super::resample::{self, OF_GROUP, OF_GROUP_AT, OF_VIEW, OF_VIEW_AT, Plan, Reader};
use crate::clustered::{Touching, ViewClusters};
use crate::disparity::Value;
use crate::measure::{MeasureError, Measured, MeasuredView, Request};
use crate::score::estimate::from_replicates;
use crate::score::profile::aligned;
use crate::score::table::{Masses, NEGATIVE, POSITIVE};
use crate::statistic::Reference;

/// Cut-offs where none are given, as far as they are within the list.
const CUTOFFS: [u64; 3] = [10, 100, 1000];

/// The range of a share.
const SHARE: (f64, f64) = (0.0, 1.0);
/// The range of what cannot be negative.
const FROM_ZERO: (f64, f64) = (0.0, f64::INFINITY);
/// Labels that tell whether a row is relevant.
const LABELS: [usize; 2] = [NEGATIVE, POSITIVE];

/// What is asked of a ranking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RankingRequest {
    /// Places of the list that are looked at; all scored rows where `None`.
    pub length: Option<u64>,
    /// Numbers of first places whose groups are counted; where there are none, 10, 100, 1000 as far as
    /// they are within the list, and the list's length where it is not all rows.
    pub cutoffs: Vec<u64>,
    /// Numbers of first places that are judged, and counted beside those.
    pub judged: Vec<u64>,
}

impl RankingRequest {
    /// The cut-offs of a list of `length` of `total` rows, ascending; none beyond the list.
    #[must_use]
    pub fn cutoffs_of(&self, length: u64, total: u64) -> Vec<u64> {
        let mut out = match self.cutoffs.is_empty() {
            false => self.cutoffs.clone(),
            true => CUTOFFS.into_iter().filter(|k| *k < length).collect(),
        };
        if self.cutoffs.is_empty() && (1..total).contains(&length) {
            out.push(length);
        }
        out.extend(&self.judged);
        out.retain(|k| (1..=length).contains(k));
        out.sort_unstable();
        out.dedup();
        out
    }
}

/// A view's ranking.
#[derive(Clone, Debug)]
pub struct RankedView {
    /// Attribute names.
    pub attributes: Vec<String>,
    /// Rows in the list.
    pub rows: u64,
    /// Places looked at.
    pub length: u64,
    /// The fewer of positive and negative labels in the list; `None` without labels.
    pub events: Option<u64>,
    /// Name of the reference; `None` where there is none.
    pub reference: Option<String>,
    /// Normalised discounted divergence.
    pub ndkl: Estimate,
    /// Gain of relevant rows over the greatest possible; `None` without labels.
    pub ndcg: Option<Estimate>,
    /// Prefixes and groups below their share.
    pub infeasible_index: Estimate,
    /// By cut-off.
    pub at: Vec<ViewAt>,
    /// By group.
    pub groups: Vec<RankedGroup>,
}

/// All groups among the first k.
#[derive(Clone, Debug)]
pub struct ViewAt {
    /// k.
    pub k: u64,
    /// The least skew.
    pub min_skew: Estimate,
    /// The greatest skew.
    pub max_skew: Estimate,
}

/// A group's places.
#[derive(Clone, Debug)]
pub struct RankedGroup {
    /// The group.
    pub name: GroupName,
    /// Its rows in the list.
    pub rows: u64,
    /// The fewer of positive and negative labels among them; `None` without labels.
    pub events: Option<u64>,
    /// Mean attention of a row.
    pub mean_exposure: Estimate,
    /// Share of all attention.
    pub exposure_share: Estimate,
    /// Mean exposure over that of the reference; `None` of the reference itself.
    pub parity: Option<Estimate>,
    /// rND, the group against all others.
    pub rnd: Estimate,
    /// rKL.
    pub rkl: Estimate,
    /// rRD.
    pub rrd: Estimate,
    /// What labels tell; `None` without any.
    pub relevance: Option<GroupRelevance>,
    /// By cut-off.
    pub at: Vec<GroupAt>,
    /// FA*IR's test of the group, or why there is none.
    pub fair: Result<FairTest, Reason>,
}

/// What a group's relevant rows get.
#[derive(Clone, Debug)]
pub struct GroupRelevance {
    /// Mean exposure over mean relevance.
    pub exposure_per_relevance: Estimate,
    /// That over the reference's; `None` of the reference itself.
    pub ratio: Option<Estimate>,
    /// Discounted cumulative gain of its relevant rows.
    pub dcg: Estimate,
}

/// A group among the first k.
#[derive(Clone, Debug)]
pub struct GroupAt {
    /// k.
    pub k: u64,
    /// Share of the group that is among them.
    pub selection_rate: Estimate,
    /// Its share of them.
    pub representation: Estimate,
    /// Logarithm of that share over its share of the list.
    pub skew: Estimate,
}

/// Ranks the scored rows of every measured view.
///
/// Positions count rows, so a tally with weights has no ranking and gives none. Where rows come in
/// clusters, replicates draw these (no values have intervals where the clusters' scores are not kept), and
/// FA*IR, which takes places as independent, is not made.
///
/// # Errors
/// [`MeasureError::Interrupted`].
pub fn rank(
    tally: &Tally,
    request: &Request,
    measured: &Measured,
    ranking: &RankingRequest,
    observer: &dyn Observer,
) -> Result<Vec<RankedView>, MeasureError> {
    let all = tally.score_table_all();
    if all.is_weighted() {
        return Ok(Vec::new());
    }
    let places = Places::of(&all);
    let attention = Attention::default();
    // Replicates draw rows or clusters by their scores.
    let clustered = tally.kept().clusters;
    let withheld = match (
        clustered && !tally.clusters_have_scores(),
        all.widths.is_some(),
    ) {
        (true, _) => Some(Reason::RowsClustered),
        (_, true) => Some(Reason::ScoresBinned),
        _ => None,
    };
    let views = request.views.iter().zip(&measured.views);
    views
        .map(|(axes, view)| {
            let tables: Vec<ScoreTable> = tally.score_tables(axes);
            let tables: Vec<_> = tables.into_iter().map(|t| aligned(t, &all)).collect();
            let list = List::of(&tables, ranking.length);
            let cutoffs = ranking.cutoffs_of(list.length(), list.total());
            let reader = Reader::new(&list, &attention, &cutoffs, reference(view));
            let values = reader.values(&list, None);
            let clusters = tally.scored_clusters(axes);
            let plan = Plan {
                reader: &reader,
                list: &list,
                values: &values,
                places: &places,
                tables: &tables,
                clusters: clusters.as_ref(),
                replicates: match withheld {
                    Some(_) => 0,
                    None => request.replicates,
                },
                seed: request.seed,
            };
            let series = resample::run(&plan, observer).ok_or(MeasureError::Interrupted)?;
            let labelled = all.count_of(&LABELS) > 0;
            let fewest =
                |table: &ScoreTable| LABELS.map(|label| table.count(label)).into_iter().min();
            let teller = Teller {
                values: &values,
                series: &series,
                level: request.level,
                withheld,
                clusters: clusters
                    .and_then(|_| ViewClusters::of(tally, &tally.view(axes)))
                    .map(|of| of.touching),
                clustered,
                labelled,
                events: tables
                    .iter()
                    .map(|table| fewest(table).filter(|_| labelled))
                    .collect(),
                events_of_all: fewest(&all).filter(|_| labelled),
            };
            Ok(teller.view(view, &list, &cutoffs, &reader))
        })
        .collect()
}

/// The reference of a measured view.
fn reference(view: &MeasuredView) -> Option<Reference> {
    view.reference_among(view.groups.iter().map(|(name, ..)| name))
}

/// Makes estimates of values and their replicates.
struct Teller<'a> {
    values: &'a [Value],
    series: &'a [Arc<[f64]>],
    level: f64,
    /// Why no value has an interval.
    withheld: Option<Reason>,
    /// The clusters that replicates draw; `None` where they draw rows.
    clusters: Option<Touching>,
    /// Whether rows come in clusters.
    clustered: bool,
    /// Whether any row has a label.
    labelled: bool,
    /// The fewer of positive and negative labels of each group, where there are labels.
    events: Vec<Option<u64>>,
    /// Those of all.
    events_of_all: Option<u64>,
}

impl Teller<'_> {
    fn view(
        &self,
        view: &MeasuredView,
        list: &List,
        cutoffs: &[u64],
        reader: &Reader<'_>,
    ) -> RankedView {
        let sizes = list.sizes();
        let first = reader.view(sizes.len());
        let mut tests = fair::tests(list, fair::ALPHA);
        if self.clustered {
            tests.fill(Err(Reason::RowsClustered));
        }
        let at = cutoffs.iter().enumerate().map(|(i, &k)| {
            let place = first + OF_VIEW + OF_VIEW_AT * i;
            ViewAt {
                k,
                min_skew: self.on_all(self.rough(place, k, (f64::NEG_INFINITY, 0.0))),
                max_skew: self.on_all(self.rough(place + 1, k, FROM_ZERO)),
            }
        });
        let index = match sizes.iter().filter(|n| **n > 0).count() {
            0 => Estimate::undefined(0, Method::Count, Reason::NoScores),
            1 => Estimate::undefined(list.total(), Method::Count, Reason::OneGroup),
            _ => Estimate::count(infeasible_index(list) as f64, list.total()),
        };
        RankedView {
            attributes: view.attributes.clone(),
            rows: list.total(),
            length: list.length(),
            events: self.events_of_all,
            reference: view.reference.clone(),
            ndkl: self.on_all(self.rough(first, list.total(), FROM_ZERO)),
            ndcg: self
                .labelled
                .then(|| self.on_all(self.smooth(first + 1, list.total(), SHARE))),
            infeasible_index: index,
            at: at.collect(),
            groups: view
                .groups
                .iter()
                .zip(tests)
                .enumerate()
                .map(|(g, ((name, ..), fair))| {
                    let (first, rows) = (reader.group(g), sizes[g]);
                    let of_group = self.group(first, rows, list.total(), cutoffs, || {
                        reference(view) == Some(Reference::Group(g))
                    });
                    let of_group = RankedGroup {
                        name: name.clone(),
                        events: self.events[g],
                        fair,
                        ..of_group
                    };
                    match &self.clusters {
                        Some(clusters) => {
                            let drawn = clusters.group(g);
                            let pair = match reference(view) {
                                Some(Reference::Group(r)) => clusters.pair(g, r),
                                _ => drawn,
                            };
                            of_group.of_clusters(drawn, pair, self.level)
                        }
                        None => of_group,
                    }
                })
                .collect(),
        }
    }

    fn group(
        &self,
        first: usize,
        rows: u64,
        total: u64,
        cutoffs: &[u64],
        is_reference: impl Fn() -> bool,
    ) -> RankedGroup {
        let at = cutoffs.iter().enumerate().map(|(i, &k)| {
            let place = first + OF_GROUP + OF_GROUP_AT * i;
            GroupAt {
                k,
                selection_rate: self.smooth(place, rows, SHARE),
                representation: self.smooth(place + 1, k, SHARE),
                skew: self.smooth(place + 2, k, (f64::NEG_INFINITY, f64::INFINITY)),
            }
        });
        RankedGroup {
            name: GroupName(Vec::new()),
            rows,
            events: None,
            mean_exposure: self.smooth(first, rows, SHARE),
            exposure_share: self.smooth(first + 1, total, SHARE),
            parity: (!is_reference()).then(|| self.smooth(first + 2, rows, FROM_ZERO)),
            rnd: self.rough(first + 3, total, SHARE),
            rkl: self.rough(first + 4, total, SHARE),
            rrd: self.rough(first + 5, total, FROM_ZERO),
            relevance: self.labelled.then(|| GroupRelevance {
                exposure_per_relevance: self.smooth(first + 6, rows, FROM_ZERO),
                ratio: (!is_reference()).then(|| self.smooth(first + 7, rows, FROM_ZERO)),
                dcg: self.smooth(first + 8, rows, FROM_ZERO),
            }),
            at: at.collect(),
            fair: Err(Reason::OneGroup),
        }
    }

    /// A value within its range, with percentiles of its replicates.
    fn smooth(&self, at: usize, rows: u64, (low, high): (f64, f64)) -> Estimate {
        let of = |_, drawn: f64| drawn.clamp(low, high);
        self.estimate(at, rows, Method::BootstrapPercentile, of)
    }

    /// A value that chance alone drives from 0, such as an extreme over groups: its replicates mirrored at
    /// it, so that the bias that resampling adds once more comes out instead.
    fn rough(&self, at: usize, rows: u64, (low, high): (f64, f64)) -> Estimate {
        self.estimate(at, rows, Method::BootstrapBasic, |value, drawn| {
            (2.0 * value - drawn).clamp(low, high)
        })
    }

    fn estimate(
        &self,
        at: usize,
        rows: u64,
        method: Method,
        of: impl Fn(f64, f64) -> f64,
    ) -> Estimate {
        let value = match self.values[at] {
            Ok(value) => value,
            Err(reason) => return Estimate::undefined(rows, method, reason),
        };
        let bare = |reason| {
            let mut bare = Estimate::new(value, rows, method, Evidence::None, self.level);
            bare.reason = Some(reason);
            bare
        };
        if let Some(reason) = self.withheld {
            return bare(reason);
        }
        let moved = |series: &Arc<[f64]>| {
            let each = series.iter().map(|&drawn| match drawn.is_nan() {
                true => f64::NAN,
                false => of(value, drawn),
            });
            each.collect::<Vec<f64>>()
        };
        let series = self.series.get(at).map(moved);
        let estimate = from_replicates(value, rows, method, series, self.level);
        // An order that next to no draw changes tells nothing of how sure the value is.
        match estimate.low.is_some() && estimate.low == estimate.high {
            true => bare(Reason::NoSpread),
            false => estimate,
        }
    }

    /// An estimate of all groups, on all clusters where rows have some.
    fn on_all(&self, estimate: Estimate) -> Estimate {
        match &self.clusters {
            Some(clusters) => estimate.of_clusters(clusters.whole(), self.level),
            None => estimate,
        }
    }
}

impl RankedGroup {
    /// The same, every estimate on so many clusters, those against the reference on the pair's.
    fn of_clusters(mut self, drawn: DrawnClusters, pair: DrawnClusters, level: f64) -> Self {
        let on = |estimate: &mut Estimate, clusters: DrawnClusters| {
            *estimate = estimate.clone().of_clusters(clusters, level);
        };
        let own = [
            &mut self.mean_exposure,
            &mut self.exposure_share,
            &mut self.rnd,
            &mut self.rkl,
            &mut self.rrd,
        ];
        own.into_iter().for_each(|estimate| on(estimate, drawn));
        self.parity.iter_mut().for_each(|ratio| on(ratio, pair));
        if let Some(of) = &mut self.relevance {
            on(&mut of.exposure_per_relevance, drawn);
            on(&mut of.dcg, drawn);
            of.ratio.iter_mut().for_each(|ratio| on(ratio, pair));
        }
        for at in &mut self.at {
            on(&mut at.selection_rate, drawn);
            on(&mut at.representation, drawn);
            on(&mut at.skew, drawn);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutoffs_are_those_within_the_list_and_its_length() {
        let asked = |cutoffs: &[u64]| RankingRequest {
            cutoffs: cutoffs.to_vec(),
            ..RankingRequest::default()
        };
        assert_eq!(asked(&[]).cutoffs_of(500, 2000), [10, 100, 500]);
        assert_eq!(asked(&[]).cutoffs_of(2000, 2000), [10, 100, 1000]);
        assert_eq!(asked(&[]).cutoffs_of(10, 2000), [10]);
        assert_eq!(asked(&[]).cutoffs_of(4, 4), [] as [u64; 0]);
        assert_eq!(asked(&[50, 5, 101, 50]).cutoffs_of(100, 2000), [5, 50]);
        let judged = RankingRequest {
            judged: vec![25, 900],
            ..asked(&[50])
        };
        assert_eq!(judged.cutoffs_of(100, 2000), [25, 50]);
    }
}
