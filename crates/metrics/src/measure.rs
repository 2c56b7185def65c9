//! From the cube to every estimate: groups, comparisons, intervals, tests.

use rayon::prelude::*;
use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Reason};
use waage_core::label::{Attribute, GroupName};
use waage_core::multiplicity::benjamini_hochberg;
use waage_core::observer::{Observer, Phase};
use waage_core::quantity::{Measurement, Quantity, Scheme};
use waage_core::tally::{Sums, Tally};

use crate::catalogue::{CATALOGUE, Metric};
use crate::clustered::ViewClusters;
use crate::confusion::Tie;
use crate::disparity::{Disparity, NAMED};
use crate::estimator::{Estimator, group_estimates};
use crate::favourable::Favourable;
use crate::ranges::laws;
use crate::replicates::{Replicates, replicate};
use crate::score::measured::{ScoreEstimates, ScoreRequest, Scores, ViewScores, without_intervals};
use crate::selective::{self, Labels};
use crate::smooth::accelerations;
use crate::statistic::Reference;
use crate::view::PreparedView;

/// How the reference group of an attribute is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum ReferenceRule {
    /// The group with the most rows (tie: first label), never the missing one.
    #[default]
    Largest,
    /// The group with the highest share of the favourable decision among those of at least so many rows.
    Best {
        /// Least rows.
        min_rows: u64,
    },
    /// All rows together.
    Overall,
    /// The group of that label; of combinations with other attributes one that carries it.
    Named(String),
    /// The group of that label, which was chosen elsewhere; of combinations any.
    Chosen(String),
}

/// What to measure.
#[derive(Clone, Debug)]
pub struct Request {
    /// Views by positions of sensitive attributes; one position for a marginal.
    pub views: Vec<Vec<usize>>,
    /// How references are chosen, by sensitive attribute.
    pub references: Vec<ReferenceRule>,
    /// Metrics in the order of documents.
    pub metrics: Vec<Metric>,
    /// Metrics and disparities of scores.
    pub scores: ScoreRequest,
    /// Named disparities in the order of documents.
    pub disparities: Vec<Disparity>,
    /// Schemes of comparison besides the usual four: `to_best`, `pairwise`, `group_min`,
    /// `group_max`.
    pub schemes: Vec<Scheme>,
    /// Groups with a smaller share of all rows are never the best one nor compared with it.
    pub min_share: f64,
    /// Whether labels, decisions and scores were given.
    pub roles: GivenRoles,
    /// Why labels are missing, where they are.
    pub missing_labels: MissingLabels,
    /// Confidence of the intervals shown.
    pub level: f64,
    /// Bootstrap replicates.
    pub replicates: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
    /// Which decision is an advantage.
    pub favourable: Favourable,
    /// How ties at a cut are shared out.
    pub tie: Tie,
    /// Where decisions are made by rank: the cut.
    pub cut: Option<Cut>,
}

/// Why labels are missing, where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingLabels {
    /// For no known reason, unless exactly the rejected rows lack them.
    #[default]
    Unexplained,
    /// With known probabilities that depend on the rows.
    ByPropensity,
    /// The same, and rows with a label are weighted to stand for those without.
    Weighted,
}

/// The cut of a decision by rank, a top-k or a top fraction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// The score at which it fell.
    pub score: f64,
    /// Whether it was made among these very rows, so that replicates draw it again; within strata
    /// it was not.
    pub moves: bool,
}

impl Request {
    /// An estimate of a metric, named for a fixed cut where a cut of the data decided.
    pub(crate) fn name_cut(&self, quantity: &Quantity, estimate: Estimate) -> Estimate {
        match self.cut {
            Some(_) if quantity.needs_decision => estimate.at_fixed_cut(),
            _ => estimate,
        }
    }
}

/// Which of the columns that metrics need were given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GivenRoles {
    /// Labels.
    pub label: bool,
    /// Decisions.
    pub decision: bool,
    /// Scores.
    pub score: bool,
}

impl GivenRoles {
    /// The missing role for which a quantity cannot be measured.
    #[must_use]
    pub const fn missing_for(self, quantity: &Quantity) -> Option<Reason> {
        if quantity.needs_label && !self.label {
            Some(Reason::NoLabels)
        } else if quantity.needs_decision && !self.decision {
            Some(Reason::NoDecisions)
        } else if quantity.needs_score && !self.score {
            Some(Reason::NoScores)
        } else {
            None
        }
    }

    /// The metrics of the catalogue that can be measured.
    #[must_use]
    pub fn metrics(self) -> Vec<Metric> {
        CATALOGUE
            .iter()
            .filter(|row| self.missing_for(&row.quantity).is_none())
            .map(|row| row.metric)
            .collect()
    }

    /// The named disparities that can be measured.
    #[must_use]
    pub fn disparities(self) -> Vec<Disparity> {
        NAMED
            .iter()
            .filter(|row| self.missing_for(&row.quantity).is_none())
            .map(|row| row.disparity)
            .collect()
    }
}

/// A request that the data cannot serve.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MeasureError {
    /// The reference label does not occur.
    #[error("the reference {label:?} does not occur in {attribute:?}; its groups are {groups}")]
    UnknownReference {
        /// The attribute.
        attribute: String,
        /// The label asked for.
        label: String,
        /// The labels that occur.
        groups: String,
    },
    /// The replicates of all series would not fit.
    #[error(
        "{replicates} bootstrap replicates of {series} numbers are {gib:.1} GiB, more than the limit \
         of {limit:.0}; ask for at most {most}, or for fewer metrics or groups"
    )]
    TooManyReplicates {
        /// Replicates asked for.
        replicates: usize,
        /// Numbers of each.
        series: usize,
        /// What they would take.
        gib: f64,
        /// What they may take, in GiB.
        limit: f64,
        /// Replicates that fit.
        most: usize,
    },
    /// Stopped by the observer.
    #[error("interrupted; nothing was written")]
    Interrupted,
}

/// The rules by which other data are compared with the very groups that these views have as references,
/// whichever the data would choose.
#[must_use]
pub fn chosen_references(
    request: &Request,
    sensitive: &[Attribute],
    views: &[MeasuredView],
) -> Vec<ReferenceRule> {
    let rules = request.references.iter().zip(sensitive);
    rules
        .map(|(rule, attribute)| {
            let mut views = views.iter();
            let view = views.find(|v| v.attributes == [attribute.name.clone()]);
            match (rule, view.and_then(|view| view.reference.clone())) {
                (ReferenceRule::Largest | ReferenceRule::Best { .. }, Some(label)) => {
                    ReferenceRule::Chosen(label)
                }
                _ => rule.clone(),
            }
        })
        .collect()
}

/// The estimates of one group, by metric.
pub type GroupEstimates = Vec<(Metric, Estimate)>;

/// A measured view.
#[derive(Clone, Debug)]
pub struct MeasuredView {
    /// Attribute names.
    pub attributes: Vec<String>,
    /// Each group's name, rows and estimates.
    pub groups: Vec<(GroupName, u64, GroupEstimates)>,
    /// Each group's score metrics; empty where none were asked for.
    pub scores: Vec<ScoreEstimates>,
    /// Name of the reference; `None` where there is none.
    pub reference: Option<String>,
}

impl MeasuredView {
    /// The reference as one of these groups, or as all rows.
    pub(crate) fn reference_among<'a>(
        &self,
        mut names: impl Iterator<Item = &'a GroupName>,
    ) -> Option<Reference> {
        let wanted = self.reference.as_ref()?;
        let is = |name: &GroupName| !name.has_missing() && name.to_string() == *wanted;
        match names.position(is) {
            Some(g) => Some(Reference::Group(g)),
            None => (*wanted == GroupName::overall().to_string()).then_some(Reference::Overall),
        }
    }
}

/// Everything measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// By view, in the order asked for.
    pub views: Vec<MeasuredView>,
    /// All rows.
    pub overall: GroupEstimates,
    /// Score metrics of all rows; empty where none were asked for.
    pub overall_scores: ScoreEstimates,
    /// Every comparison in document order, then every group's values (scheme `value`).
    pub measurements: Vec<Measurement>,
    /// Whom labels are known of.
    pub labels: Labels,
}

/// The rows besides all rows.
const NO_ROWS: [Sums; outcome::COUNT] = [Sums::ZERO; outcome::COUNT];

/// Corrects p-values that nothing has corrected yet, within metric, scheme and comparison.
pub(crate) fn adjust(comparisons: &mut [Measurement]) {
    let alike = |a: &Measurement, b: &Measurement| {
        (a.quantity.name, a.scheme, a.comparison) == (b.quantity.name, b.scheme, b.comparison)
    };
    for family in comparisons.chunk_by_mut(alike) {
        if family.iter().any(|m| m.p_adjusted.is_some()) {
            continue;
        }
        let p: Vec<Option<f64>> = family.iter().map(|m| m.p).collect();
        for (measurement, adjusted) in family.iter_mut().zip(benjamini_hochberg(&p)) {
            measurement.p_adjusted = adjusted;
        }
    }
}

/// Measures everything asked for, from the cube alone.
///
/// # Errors
/// [`MeasureError`] for a reference that does not occur, or when the observer cancels.
pub fn measure(
    tally: &Tally,
    request: &Request,
    observer: &dyn Observer,
) -> Result<Measured, MeasureError> {
    let axes: Vec<usize> = (0..tally.sensitive().len()).collect();
    let cells = tally.view(&axes);
    let all = tally
        .view(&[])
        .groups
        .pop()
        .map_or_else(Default::default, |group| group.outcomes);
    let prepared = request
        .views
        .iter()
        .map(|axes| {
            let view = tally.view(axes);
            let clusters = ViewClusters::of(tally, &view);
            PreparedView::new(view, &cells, request, &all, clusters)
        })
        .collect::<Result<Vec<_>, _>>()?;
    observer.begin(Phase::Estimate, Some(request.replicates as u64));
    let replicates = replicate(&prepared, &cells.groups, request, observer, tally)?;

    let labels = match (request.roles.label, request.missing_labels) {
        (true, MissingLabels::Unexplained) => Labels::of(&all, false),
        (true, MissingLabels::ByPropensity) => Labels::of(&all, true),
        (true, MissingLabels::Weighted) | (false, _) => Labels::AsGiven,
    };
    let selective_labels = !labels.as_given();

    let clustered = tally.kept().clusters;
    let exchangeable = !tally.kept().weights && !clustered;
    // Without the scores of clusters only single rows could be drawn, which tell nothing.
    let forgotten = clustered && !tally.clusters_have_scores();
    let of_scores = forgotten.then(|| Request {
        replicates: 0,
        ..request.clone()
    });
    let scores = Scores::new(tally, of_scores.as_ref().unwrap_or(request));
    let of_view = |(index, (view, replicates)): (usize, (&PreparedView, &Replicates))| {
        let estimator = Estimator {
            view,
            request,
            replicates,
            accelerations: accelerations(view, request),
            overall: &all,
            laws: laws(view, request, index, exchangeable),
        };
        let mut groups = estimator.groups();
        // Every view tells the same of all rows.
        let overall = (clustered && index == 0).then(|| estimator.overall_on_clusters());
        if clustered {
            groups = estimator.groups_on_clusters(groups);
        }
        if selective_labels {
            let weights = &view.target.row_weight;
            for ((estimates, totals), weight) in
                groups.iter_mut().zip(&view.view.groups).zip(weights)
            {
                let weight = clustered.then_some(*weight);
                selective::restrict(labels, estimates, &totals.outcomes, request, weight);
            }
        }
        let (mut comparisons, mut values) =
            rayon::join(|| estimator.comparisons(), || estimator.values(&groups));
        if selective_labels {
            selective::restrict_comparisons(labels, view, &all, request, &mut comparisons);
        }
        let mut of_scores = match &scores {
            Some(scores) => scores.view(tally, view, observer)?,
            None => ViewScores::default(),
        };
        if forgotten {
            of_scores.forget_intervals();
        }
        if selective_labels {
            of_scores
                .groups
                .iter_mut()
                .for_each(|of_group| selective::restrict_scores(labels, of_group));
            selective::restrict_measurements(labels, &mut of_scores.comparisons);
            selective::restrict_measurements(labels, &mut of_scores.values);
        }
        comparisons.extend(of_scores.comparisons);
        adjust(&mut comparisons);
        values.extend(of_scores.values);
        let measured = MeasuredView {
            scores: of_scores.groups,
            attributes: view.view.attributes.clone(),
            reference: view.reference_name().map(|name| name.to_string()),
            groups: groups
                .into_iter()
                .zip(&view.view.groups)
                .map(|(estimates, totals)| (totals.name.clone(), totals.rows(), estimates))
                .collect(),
        };
        Ok((measured, overall, comparisons, values))
    };
    let views = prepared.par_iter().zip(&replicates).enumerate();
    let parts: Vec<_> = views.map(of_view).collect::<Result<_, MeasureError>>()?;
    let count = parts.iter().map(|(.., c, v)| c.len() + v.len()).sum();
    let mut measured = Measured {
        views: Vec::with_capacity(parts.len()),
        overall: group_estimates(&all, &NO_ROWS, request),
        overall_scores: match &scores {
            Some(scores) if forgotten => without_intervals(scores.overall(tally, observer)?),
            Some(scores) => scores.overall(tally, observer)?,
            None => Vec::new(),
        },
        measurements: Vec::with_capacity(count),
        labels,
    };
    if let Some(overall) = parts.first().and_then(|(_, overall, ..)| overall.clone()) {
        measured.overall = overall;
    }
    if selective_labels {
        let weight = prepared.first().and_then(PreparedView::cluster_weight);
        selective::restrict(labels, &mut measured.overall, &all, request, weight);
        selective::restrict_scores(labels, &mut measured.overall_scores);
    }
    let mut values = Vec::with_capacity(parts.len());
    for (view, _, comparisons, of_groups) in parts {
        measured.views.push(view);
        measured.measurements.extend(comparisons);
        values.push(of_groups);
    }
    measured.measurements.extend(values.into_iter().flatten());
    Ok(measured)
}
