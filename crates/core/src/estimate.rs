//! A number with its uncertainty, or the reason why there is none.

use std::sync::Arc;

use crate::interval::{
    self, Band, Blend, Ends, Form, Interval, Scaled, bca, bca_p_value, clipped, cluster_level,
    cluster_p, mover_difference, mover_ratio, percentile,
};
use crate::special;

/// Why a value is undefined or a finding could not be decided (FORMULAS §1, closed list).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// No row with the needed values.
    NoRows,
    /// No row with a positive label.
    NoPositives,
    /// No row with a negative label.
    NoNegatives,
    /// Nobody was selected.
    NoneSelected,
    /// Nobody was rejected.
    NoneRejected,
    /// Only one class of label occurs.
    OneClassOnly,
    /// The reference value of a ratio is zero.
    ZeroReference,
    /// No label role was given.
    NoLabels,
    /// No decision role was given.
    NoDecisions,
    /// No score role was given, or every score is missing.
    NoScores,
    /// Fewer than two groups are defined.
    OneGroup,
    /// Nobody has any benefit, or somebody has none where an index needs all to have some.
    ZeroMeanBenefit,
    /// A ratio of a quantity that may be negative.
    RatioUndefined,
    /// Every score is the same.
    ConstantScore,
    /// A score lies outside [0, 1], so that it cannot be a probability.
    ScoreNotProbability,
    /// The scores separate the labels completely, so that a slope has no finite estimate.
    Separation,
    /// Every row contributes the same, so that nothing tells how sure the value is.
    NoSpread,
    /// Too many distinct scores to keep them apart.
    ScoresBinned,
    /// More than 5 % of the bootstrap replicates are undefined.
    TooManyUndefinedReplicates,
    /// Pooling found no variance between groups.
    NoGroupVariance,
    /// The bootstrap was switched off.
    NoReplicates,
    /// More groups than a simultaneous band is made for.
    TooManyGroups,
    /// Hidden because the group is small.
    SuppressedSmallGroup,
    /// The group is smaller than the policy's minimum.
    BelowMinN,
    /// Too few positives or negatives for the policy.
    TooFewRows,
    /// The interval holds allowed and forbidden values.
    IntervalSpansMargin,
    /// Groups without a defined value were left out of a range.
    GroupsSkipped,
    /// The sign of the advantage rests on a single selection.
    FlipsWithOneSelection,
    /// The data do not determine it: labels that only selected rows have leave it open.
    NotIdentified,
    /// The group is the majority, of which the measure says nothing.
    GroupIsMajority,
    /// The capability is not part of this version.
    NotAvailable,
    /// Rows of one cluster depend on each other, and no interval is made that knows of it.
    RowsClustered,
    /// Fewer than two clusters.
    TooFewClusters,
    /// A number that has no meaning for a quantity that is no share of rows.
    NotAShare,
}

impl Reason {
    /// Every reason, in the order of the documentation.
    pub const ALL: [Self; 34] = [
        Self::NoRows,
        Self::NoPositives,
        Self::NoNegatives,
        Self::NoneSelected,
        Self::NoneRejected,
        Self::OneClassOnly,
        Self::ZeroReference,
        Self::NoLabels,
        Self::NoDecisions,
        Self::NoScores,
        Self::OneGroup,
        Self::ZeroMeanBenefit,
        Self::RatioUndefined,
        Self::ConstantScore,
        Self::ScoreNotProbability,
        Self::Separation,
        Self::NoSpread,
        Self::ScoresBinned,
        Self::TooManyUndefinedReplicates,
        Self::NoGroupVariance,
        Self::NoReplicates,
        Self::TooManyGroups,
        Self::SuppressedSmallGroup,
        Self::BelowMinN,
        Self::TooFewRows,
        Self::IntervalSpansMargin,
        Self::GroupsSkipped,
        Self::FlipsWithOneSelection,
        Self::NotIdentified,
        Self::GroupIsMajority,
        Self::NotAvailable,
        Self::RowsClustered,
        Self::TooFewClusters,
        Self::NotAShare,
    ];

    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoRows => "no_rows",
            Self::NoPositives => "no_positives",
            Self::NoNegatives => "no_negatives",
            Self::NoneSelected => "none_selected",
            Self::NoneRejected => "none_rejected",
            Self::OneClassOnly => "one_class_only",
            Self::ZeroReference => "zero_reference",
            Self::NoLabels => "no_labels",
            Self::NoDecisions => "no_decisions",
            Self::NoScores => "no_scores",
            Self::OneGroup => "one_group",
            Self::ZeroMeanBenefit => "zero_mean_benefit",
            Self::RatioUndefined => "ratio_undefined",
            Self::ConstantScore => "constant_score",
            Self::ScoreNotProbability => "score_not_probability",
            Self::NoSpread => "no_spread",
            Self::ScoresBinned => "scores_binned",
            Self::Separation => "separation",
            Self::TooManyUndefinedReplicates => "too_many_undefined_replicates",
            Self::NoGroupVariance => "no_group_variance",
            Self::NoReplicates => "no_replicates",
            Self::TooManyGroups => "too_many_groups",
            Self::SuppressedSmallGroup => "suppressed_small_group",
            Self::BelowMinN => "below_min_n",
            Self::TooFewRows => "too_few_rows",
            Self::IntervalSpansMargin => "interval_spans_margin",
            Self::GroupsSkipped => "groups_skipped",
            Self::FlipsWithOneSelection => "flips_with_one_selection",
            Self::NotIdentified => "not_identified",
            Self::GroupIsMajority => "group_is_majority",
            Self::NotAvailable => "not_available",
            Self::RowsClustered => "rows_clustered",
            Self::TooFewClusters => "too_few_clusters",
            Self::NotAShare => "not_a_share",
        }
    }
}

/// How a value and its interval were obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// A count of rows or a sum of weights of the data themselves; no interval is meant.
    Count,
    /// Wilson's score interval; weighted data with the design's effective size.
    Wilson,
    /// Wilson with continuity correction.
    WilsonCc,
    /// Exact Clopper–Pearson.
    ClopperPearson,
    /// Jeffreys.
    Jeffreys,
    /// Agresti–Coull.
    AgrestiCoull,
    /// Newcombe's hybrid score interval of a difference.
    Newcombe,
    /// Agresti–Caffo.
    AgrestiCaffo,
    /// Miettinen–Nurminen.
    MiettinenNurminen,
    /// Koopman's score interval of a ratio.
    Koopman,
    /// Katz's log interval of a ratio.
    KatzLog,
    /// Katz with Walters' half counts.
    KatzWalters,
    /// Donner–Zou's MOVER ratio from Wilson limits.
    Mover,
    /// Wilson's limits of a proportion, mapped by the function that makes the value of it.
    WilsonMapped,
    /// Square-and-add of Wilson's limits: a mean of proportions, a difference of values made of them.
    MoverWilson,
    /// Large-sample normal interval of a mean.
    Normal,
    /// Large-sample normal interval of a smooth function of counts, on its log or Fisher scale,
    /// around the value with half a row in every cell.
    Delta,
    /// Adjusted normal interval of a difference of shares of the same rows (Bonett & Price 2012).
    BonettPrice,
    /// Newcombe's interval of a difference, folded at 0: limits of its size.
    NewcombeFolded,
    /// Percentile bootstrap on the cube.
    BootstrapPercentile,
    /// Bias-corrected and accelerated bootstrap on the cube.
    BootstrapBca,
    /// Percentile bootstrap that chooses the best group again in every replicate.
    BootstrapBest,
    /// Simultaneous band of all gaps from joint replicates, read at its largest gap.
    MaxT,
    /// The same, read at the gap to the best of several groups.
    MaxTBest,
    /// Percentile bootstrap of a range over groups or of an absolute gap: biased upward when there
    /// is no gap.
    BootstrapPercentileBiased,
    /// Pooled over strata with Mantel–Haenszel weights: a normal interval of a difference, on the
    /// logarithm of a ratio or an odds ratio.
    MantelHaenszel,
    /// A difference averaged over strata with the strata's own sizes: normal interval.
    Standardized,
    /// Drawn towards the mean of all groups by an empirical beta prior: quantiles of the posterior.
    EbBetabinomial,
    /// Worst cases of what the data leave open, each widened by its sampling error.
    Bounds,
    /// Weighted by the probabilities of belonging to a group; the interval holds every way in which
    /// rows may really belong to it, each end a percentile of its replicates.
    MembershipBounds,
    /// [`Self::Wilson`] of a decision by rank, the cut taken as fixed.
    WilsonFixedCut,
    /// [`Self::Newcombe`] of a decision by rank, the cut taken as fixed.
    NewcombeFixedCut,
    /// [`Self::Koopman`] of a decision by rank, the cut taken as fixed.
    KoopmanFixedCut,
    /// [`Self::Mover`] of a decision by rank, the cut taken as fixed.
    MoverFixedCut,
    /// [`Self::WilsonMapped`] of a decision by rank, the cut taken as fixed.
    WilsonMappedFixedCut,
    /// [`Self::MoverWilson`] of a decision by rank, the cut taken as fixed.
    MoverWilsonFixedCut,
    /// DeLong's standard error of an area under the ROC curve, normal interval of a difference.
    Delong,
    /// DeLong's standard error, interval on the logit scale.
    DelongLogit,
    /// Area of exactly 0 or 1, where DeLong's standard error vanishes: Wilson's free limit with the
    /// size of the smaller class.
    DelongWilson,
    /// DeLong's standard errors, interval of a ratio on the log scale.
    DelongLog,
    /// As DeLong's, of scores counted in bins: wider by what the bins may hide.
    DelongBinned,
    /// Standard error from the influence function (linearisation), normal interval.
    Influence,
    /// The same for a ratio, interval on the log scale.
    InfluenceLog,
    /// As by the influence function, of scores counted in bins: wider by what the bins may hide.
    InfluenceBinned,
    /// Basic bootstrap of distinct scores: replicates mirrored at the value, which takes the upward
    /// bias of the statistic out instead of adding it once more.
    BootstrapBasic,
    /// The same on bins of like mass, centred on the value of the scores themselves.
    BootstrapBasicBinned,
    /// The value of the reference itself, known without error against itself.
    Identity,
    /// Percentiles of replicates that draw clusters, expanded for their number.
    ClusterBootstrapPercentile,
}

impl Method {
    /// Every method, in the order of the documentation.
    pub const ALL: [Self; 48] = [
        Self::Count,
        Self::Wilson,
        Self::WilsonCc,
        Self::ClopperPearson,
        Self::Jeffreys,
        Self::AgrestiCoull,
        Self::Newcombe,
        Self::AgrestiCaffo,
        Self::MiettinenNurminen,
        Self::Koopman,
        Self::KatzLog,
        Self::KatzWalters,
        Self::Mover,
        Self::WilsonMapped,
        Self::MoverWilson,
        Self::Normal,
        Self::Delta,
        Self::BonettPrice,
        Self::NewcombeFolded,
        Self::BootstrapPercentile,
        Self::BootstrapBca,
        Self::BootstrapBest,
        Self::MaxT,
        Self::MaxTBest,
        Self::BootstrapPercentileBiased,
        Self::MantelHaenszel,
        Self::Standardized,
        Self::EbBetabinomial,
        Self::Bounds,
        Self::MembershipBounds,
        Self::WilsonFixedCut,
        Self::NewcombeFixedCut,
        Self::KoopmanFixedCut,
        Self::MoverFixedCut,
        Self::WilsonMappedFixedCut,
        Self::MoverWilsonFixedCut,
        Self::Delong,
        Self::DelongLogit,
        Self::DelongWilson,
        Self::DelongLog,
        Self::DelongBinned,
        Self::Influence,
        Self::InfluenceLog,
        Self::InfluenceBinned,
        Self::BootstrapBasic,
        Self::BootstrapBasicBinned,
        Self::Identity,
        Self::ClusterBootstrapPercentile,
    ];

    /// The name in documents and policies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Wilson => "wilson",
            Self::WilsonCc => "wilson_cc",
            Self::ClopperPearson => "clopper_pearson",
            Self::Jeffreys => "jeffreys",
            Self::AgrestiCoull => "agresti_coull",
            Self::Newcombe => "newcombe",
            Self::AgrestiCaffo => "agresti_caffo",
            Self::MiettinenNurminen => "miettinen_nurminen",
            Self::Koopman => "koopman",
            Self::KatzLog => "katz_log",
            Self::KatzWalters => "katz_walters",
            Self::Mover => "mover",
            Self::WilsonMapped => "wilson_mapped",
            Self::MoverWilson => "mover_wilson",
            Self::Normal => "normal",
            Self::Delta => "delta",
            Self::BonettPrice => "bonett_price",
            Self::NewcombeFolded => "newcombe_folded",
            Self::BootstrapPercentile => "bootstrap_percentile",
            Self::BootstrapBca => "bootstrap_bca",
            Self::BootstrapBest => "bootstrap_best",
            Self::MaxT => "max_t",
            Self::MaxTBest => "max_t_best",
            Self::BootstrapPercentileBiased => "bootstrap_percentile_biased",
            Self::MantelHaenszel => "mantel_haenszel",
            Self::Standardized => "standardized",
            Self::EbBetabinomial => "eb_betabinomial",
            Self::Bounds => "bounds",
            Self::MembershipBounds => "membership_bounds",
            Self::WilsonFixedCut => "wilson_fixed_cut",
            Self::NewcombeFixedCut => "newcombe_fixed_cut",
            Self::KoopmanFixedCut => "koopman_fixed_cut",
            Self::MoverFixedCut => "mover_fixed_cut",
            Self::WilsonMappedFixedCut => "wilson_mapped_fixed_cut",
            Self::MoverWilsonFixedCut => "mover_wilson_fixed_cut",
            Self::Delong => "delong",
            Self::DelongLogit => "delong_logit",
            Self::DelongWilson => "delong_wilson",
            Self::DelongLog => "delong_log",
            Self::DelongBinned => "delong_binned",
            Self::Influence => "influence",
            Self::InfluenceLog => "influence_log",
            Self::InfluenceBinned => "influence_binned",
            Self::BootstrapBasic => "bootstrap_basic",
            Self::BootstrapBasicBinned => "bootstrap_basic_binned",
            Self::Identity => "identity",
            Self::ClusterBootstrapPercentile => "cluster_bootstrap_percentile",
        }
    }

    /// The method's name for decisions by rank whose cut is taken as fixed, where it has one.
    #[must_use]
    pub const fn at_fixed_cut(self) -> Self {
        match self {
            Self::Wilson => Self::WilsonFixedCut,
            Self::Newcombe => Self::NewcombeFixedCut,
            Self::Koopman => Self::KoopmanFixedCut,
            Self::Mover => Self::MoverFixedCut,
            Self::WilsonMapped => Self::WilsonMappedFixedCut,
            Self::MoverWilson => Self::MoverWilsonFixedCut,
            other => other,
        }
    }

    /// The method itself, whatever the cut.
    #[must_use]
    pub const fn whatever_cut(self) -> Self {
        match self {
            Self::WilsonFixedCut => Self::Wilson,
            Self::NewcombeFixedCut => Self::Newcombe,
            Self::KoopmanFixedCut => Self::Koopman,
            Self::MoverFixedCut => Self::Mover,
            Self::WilsonMappedFixedCut => Self::WilsonMapped,
            Self::MoverWilsonFixedCut => Self::MoverWilson,
            other => other,
        }
    }

    /// The method of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.name() == name)
    }
}

/// What an estimate came from, so that its interval can be had at any level.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Evidence {
    /// Nothing: the value stands alone (a count) or is undefined.
    #[default]
    None,
    /// `x` of `n`; fractional where weighted (then `n` is the effective size) or tied at a cut.
    Proportion {
        /// Successes.
        x: f64,
        /// Trials.
        n: f64,
    },
    /// Two independent proportions `(x, n)`, group first, reference second; compared as the
    /// estimate's method says.
    Pair {
        /// Successes and trials of the group.
        group: (f64, f64),
        /// Successes and trials of the reference.
        reference: (f64, f64),
    },
    /// A function of independent proportions.
    Form(Form),
    /// Two independent functions of proportions; their ratio if the method is [`Method::Mover`],
    /// else their difference.
    Forms {
        /// Of the group.
        group: Form,
        /// Of the reference.
        reference: Form,
    },
    /// Two independent weighted means of proportions; their ratio if the method is
    /// [`Method::Mover`], else their difference.
    Blends {
        /// Of the group.
        group: Blend,
        /// Of the reference.
        reference: Blend,
    },
    /// Two independent proportions, group first; the size of their difference times `scale`.
    Folded {
        /// Successes and trials of the group.
        group: (f64, f64),
        /// Successes and trials of the reference.
        reference: (f64, f64),
        /// What the difference is multiplied by.
        scale: f64,
    },
    /// A standard error for a normal interval.
    StandardError(f64),
    /// A standard error of the logarithm of a positive value, for a normal interval of that.
    LogError(f64),
    /// A standard error whose interval is made on another scale, or has bounds of its own.
    Scaled(Scaled),
    /// Bootstrap replicates in any order, undefined ones left out.
    Replicates(Arc<[f64]>),
    /// Bootstrap replicates and the acceleration of the value that they replicate.
    Accelerated {
        /// Replicates in any order.
        replicates: Arc<[f64]>,
        /// From the grouped jackknife.
        acceleration: f64,
    },
    /// A band of gaps.
    Band(Arc<Band>),
    /// The ends between which the data leave the value open, and their replicates.
    Ends(Arc<Ends>),
}

/// The clusters that the spread of an estimate rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawnClusters {
    /// With a row that the estimate rests on.
    pub count: u64,
    /// The same of the side of a comparison that has fewer: how sure the spread itself is.
    pub fewest: u64,
}

/// A value, its interval, what it rests on, and how it was made.
///
/// Never NaN: an undefined value is `None` with a [`Reason`].
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The point estimate.
    pub value: Option<f64>,
    /// Lower limit; `None` when unbounded or undefined.
    pub low: Option<f64>,
    /// Upper limit; `None` when unbounded or undefined.
    pub high: Option<f64>,
    /// Rows that the value rests on (its denominator's rows).
    pub n: u64,
    /// Clusters that these rows are of, where rows of one depend on each other.
    pub clusters: Option<DrawnClusters>,
    /// How it was made.
    pub method: Method,
    /// Why the value or its interval is undefined.
    pub reason: Option<Reason>,
    /// What the interval is computed from.
    pub evidence: Evidence,
}

impl Estimate {
    /// A count of the data themselves.
    #[must_use]
    pub fn count(value: f64, n: u64) -> Self {
        Self {
            value: Some(value),
            low: None,
            high: None,
            n,
            clusters: None,
            method: Method::Count,
            reason: None,
            evidence: Evidence::None,
        }
    }

    /// An undefined value.
    #[must_use]
    pub fn undefined(n: u64, method: Method, reason: Reason) -> Self {
        Self {
            value: None,
            low: None,
            high: None,
            n,
            clusters: None,
            method,
            reason: Some(reason),
            evidence: Evidence::None,
        }
    }

    /// A value with the interval that its evidence gives at `level`.
    ///
    /// `n` are the rows behind the value, whatever the evidence's effective sizes are.
    #[must_use]
    pub fn new(value: f64, n: u64, method: Method, evidence: Evidence, level: f64) -> Self {
        let mut estimate = Self {
            value: Some(value),
            low: None,
            high: None,
            n,
            clusters: None,
            method,
            reason: None,
            evidence,
        };
        (estimate.low, estimate.high) = estimate.interval(level);
        estimate
    }

    /// The interval at a confidence level, by the estimate's method on its evidence; the fewer
    /// clusters that rests on, the wider, whatever it is made of, so that no test disagrees with it.
    /// An end is `None` where it is unbounded, both where there is no interval.
    #[must_use]
    pub fn interval(&self, level: f64) -> (Option<f64>, Option<f64>) {
        let level = match self.clusters {
            None => level,
            Some(clusters) => match cluster_level(level, clusters.fewest) {
                Some(level) => level,
                None => return (None, None),
            },
        };
        let Interval { low, high } = match (&self.evidence, self.value) {
            (Evidence::Replicates(values), _) => percentile(values, level),
            (Evidence::Accelerated { replicates, .. }, _)
                if self.method == Method::BootstrapPercentile =>
            {
                percentile(replicates, level)
            }
            (
                Evidence::Accelerated {
                    replicates,
                    acceleration,
                },
                Some(value),
            ) => bca(replicates, value, *acceleration, level),
            (Evidence::Band(band), _) => self.around(band.interval(level)),
            (Evidence::Ends(ends), _) => ends.interval(level),
            _ => return self.normal_interval(level),
        };
        (low, high)
    }

    /// The interval of evidence that answers at a normal critical value.
    fn normal_interval(&self, level: f64) -> (Option<f64>, Option<f64>) {
        special::z_of_level(level).map_or((None, None), |z| self.interval_z(z))
    }

    /// The interval `z` standard errors wide on either side, in the sense of the method.
    fn interval_z(&self, z: f64) -> (Option<f64>, Option<f64>) {
        let interval = match (&self.evidence, self.method.whatever_cut()) {
            (Evidence::Proportion { x, n }, method) => {
                let of = match method {
                    Method::WilsonCc => interval::wilson_cc_z,
                    Method::ClopperPearson => interval::clopper_pearson_z,
                    Method::Jeffreys => interval::jeffreys_z,
                    Method::AgrestiCoull => interval::agresti_coull_z,
                    _ => interval::wilson_z,
                };
                of(*x, *n, z)
            }
            (Evidence::Pair { group, reference }, method) => {
                let of = match method {
                    Method::AgrestiCaffo => interval::agresti_caffo_z,
                    Method::MiettinenNurminen => interval::miettinen_nurminen_z,
                    Method::Koopman => interval::koopman_z,
                    Method::KatzLog => interval::katz_log_z,
                    Method::KatzWalters => interval::katz_walters_z,
                    Method::Mover => interval::mover_z,
                    _ => interval::newcombe_z,
                };
                of(group.0, group.1, reference.0, reference.1, z)
            }
            (Evidence::Form(form), _) => match form.limits_z(z) {
                Some(limits) => self.around(Interval::new(limits.low, limits.high)),
                None => Interval::NONE,
            },
            (Evidence::Forms { group, reference }, method) => {
                match (group.limits_z(z), reference.limits_z(z)) {
                    (Some(one), Some(other)) if method == Method::Mover => {
                        self.around(mover_ratio(one, other))
                    }
                    (Some(one), Some(other)) => {
                        let interval = self.around(mover_difference(one, other));
                        let (least, most) = group.range();
                        let (low, high) = reference.range();
                        Interval {
                            low: interval.low.map(|l| l.max(least - high)),
                            high: interval.high.map(|h| h.min(most - low)),
                        }
                    }
                    _ => Interval::NONE,
                }
            }
            (Evidence::Blends { group, reference }, method) => {
                match (group.limits_z(z), reference.limits_z(z)) {
                    (Some(one), Some(other)) if method == Method::Mover => {
                        self.around(mover_ratio(one, other))
                    }
                    (Some(one), Some(other)) => clipped(self.around(mover_difference(one, other))),
                    _ => Interval::NONE,
                }
            }
            (Evidence::LogError(se), _) => match self.value {
                Some(value) if value > 0.0 => Interval {
                    low: Some(value * libm::exp(-z * se)),
                    high: Some(value * libm::exp(z * se)).filter(|high| high.is_finite()),
                },
                _ => Interval::NONE,
            },
            (
                Evidence::Folded {
                    group: (x, n),
                    reference: (y, m),
                    scale,
                },
                _,
            ) => match interval::newcombe_z(*x, *n, *y, *m, z) {
                Interval {
                    low: Some(low),
                    high: Some(high),
                } => Interval::new(scale * low.max(-high).max(0.0), scale * high.max(-low)),
                _ => Interval::NONE,
            },
            (Evidence::StandardError(se), _) => match self.value {
                Some(value) => Interval {
                    low: Some(value - z * se),
                    high: Some(value + z * se),
                },
                None => Interval::NONE,
            },
            (Evidence::Scaled(scaled), _) => match self.value {
                Some(value) => scaled.limits_z(value, z),
                None => Interval::NONE,
            },
            (
                Evidence::None
                | Evidence::Replicates(_)
                | Evidence::Accelerated { .. }
                | Evidence::Band(_)
                | Evidence::Ends(_),
                _,
            ) => Interval::NONE,
        };
        (interval.low, interval.high)
    }

    /// An interval widened by the last bits in which the value, computed another way, may lie outside.
    fn around(&self, interval: Interval) -> Interval {
        let Some(value) = self.value else {
            return interval;
        };
        Interval {
            low: interval.low.map(|low| low.min(value)),
            high: interval.high.map(|high| high.max(value)),
        }
    }

    /// Two-sided p-value of the hypothesis that the true value is `null`: the level at which the
    /// estimate's own interval just touches it. `None` without an interval.
    #[must_use]
    pub fn p_value(&self, null: f64) -> Option<f64> {
        let plain = self.plain_p_value(null)?;
        match self.clusters {
            None => Some(plain),
            Some(clusters) => cluster_p(plain, clusters.fewest),
        }
    }

    /// The p-value before the number of clusters, if any, is taken into account.
    fn plain_p_value(&self, null: f64) -> Option<f64> {
        let value = self.value?;
        match &self.evidence {
            Evidence::None => None,
            Evidence::Accelerated {
                replicates,
                acceleration,
            } if self.method == Method::BootstrapBca => {
                Some(bca_p_value(replicates, value, *acceleration, null))
            }
            Evidence::Replicates(values)
            | Evidence::Accelerated {
                replicates: values, ..
            } => {
                let count = values.len() as f64;
                let below = values.iter().filter(|v| **v <= null).count() as f64;
                let above = values.iter().filter(|v| **v >= null).count() as f64;
                Some((2.0 * (1.0 + below.min(above)) / (1.0 + count)).min(1.0))
            }
            Evidence::Band(band) => Some(band.p_value(value, null)),
            Evidence::Ends(ends) => ends.p_value(null),
            _ => Some(interval::p_value_by_inversion(
                |z| {
                    let (low, high) = self.interval_z(z);
                    Interval { low, high }
                },
                value,
                null,
            )),
        }
    }

    /// The same estimate resting on so many clusters: its interval at `level` is read accordingly, and
    /// left out where there are fewer than two.
    #[must_use]
    pub fn of_clusters(mut self, clusters: DrawnClusters, level: f64) -> Self {
        self.clusters = Some(clusters);
        if self.value.is_some() && self.evidence != Evidence::None {
            (self.low, self.high) = self.interval(level);
            if clusters.fewest < 2 {
                self.reason = Some(Reason::TooFewClusters);
            }
        }
        self
    }

    /// The value without its interval, and why; an undefined value keeps its own reason.
    #[must_use]
    pub fn bare(self, reason: Reason) -> Self {
        Self {
            low: None,
            high: None,
            reason: match self.value {
                Some(_) => Some(reason),
                None => self.reason,
            },
            evidence: Evidence::None,
            ..self
        }
    }

    /// The same estimate, its method named for a cut that is taken as fixed.
    #[must_use]
    pub fn at_fixed_cut(mut self) -> Self {
        self.method = self.method.at_fixed_cut();
        self
    }

    /// The same value with the interval of another method at `level`; `None` where the evidence
    /// does not allow it (a bootstrap has no Wilson interval).
    #[must_use]
    pub fn with_method(&self, method: Method, level: f64) -> Option<Self> {
        let own = self.method.whatever_cut();
        let given = method;
        let method = method.whatever_cut();
        let fits = match &self.evidence {
            Evidence::Proportion { .. } => matches!(
                method,
                Method::Wilson
                    | Method::WilsonCc
                    | Method::ClopperPearson
                    | Method::Jeffreys
                    | Method::AgrestiCoull
            ),
            Evidence::Pair { .. } => {
                let of_difference = |m| {
                    matches!(
                        m,
                        Method::Newcombe | Method::AgrestiCaffo | Method::MiettinenNurminen
                    )
                };
                let of_ratio = |m| {
                    matches!(
                        m,
                        Method::Koopman | Method::KatzLog | Method::KatzWalters | Method::Mover
                    )
                };
                (of_difference(own) && of_difference(method)) || (of_ratio(own) && of_ratio(method))
            }
            Evidence::Accelerated { .. } => {
                matches!(method, Method::BootstrapBca | Method::BootstrapPercentile)
            }
            _ => method == own,
        };
        let value = self.value?;
        let named = if own == self.method {
            given
        } else {
            method.at_fixed_cut()
        };
        fits.then(|| {
            let made = Self::new(value, self.n, named, self.evidence.clone(), level);
            match self.clusters {
                Some(clusters) => made.of_clusters(clusters, level),
                None => made,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_stands_in_its_place() {
        for (at, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, at, "{}", reason.name());
        }
    }

    #[test]
    fn the_level_moves_the_interval_and_the_p_value_inverts_it() {
        let evidence = Evidence::Pair {
            group: (24.0, 60.0),
            reference: (60.0, 100.0),
        };
        let gap = Estimate::new(-0.2, 160, Method::Newcombe, evidence, 0.95);
        assert!((gap.low.unwrap() - -0.345_855_345).abs() < 1e-9);
        let (_, high) = gap.interval(0.90);
        assert!((high.unwrap() - -0.065_736_602).abs() < 1e-9);
        let p = gap.p_value(gap.high.unwrap()).unwrap();
        assert!((p - 0.05).abs() < 1e-9, "{p}");
        assert_eq!(gap.p_value(-0.2), Some(1.0));
    }

    #[test]
    fn forms_answer_at_every_level_by_their_method() {
        let (group, reference) = (Form::Dice((18.0, 36.0)), Form::Dice((40.0, 70.0)));
        let f1 = Estimate::new(
            2.0 / 3.0,
            36,
            Method::WilsonMapped,
            Evidence::Form(group),
            0.95,
        );
        // Wilson 18/36: 0.344743, 0.655257; mapped by 2j/(1 + j).
        assert!((f1.low.unwrap() - 0.512_727_248).abs() < 1e-6, "{f1:?}");
        assert!((f1.high.unwrap() - 0.791_728_229).abs() < 1e-6, "{f1:?}");
        let pair = Evidence::Forms { group, reference };
        let gap = 2.0 / 3.0 - 8.0 / 11.0;
        let gap = Estimate::new(gap, 106, Method::MoverWilson, pair.clone(), 0.9);
        let ratio = Estimate::new(11.0 / 12.0, 106, Method::Mover, pair, 0.9);
        for (estimate, null) in [(&gap, 0.0), (&ratio, 1.0)] {
            let p = estimate.p_value(null).unwrap();
            let (_, high) = estimate.interval(1.0 - p);
            assert!((high.unwrap() - null).abs() < 1e-9, "{estimate:?} {p}");
        }
    }

    /// Whatever an interval is made of, its limit is where its p-value is what is left of the level.
    #[test]
    fn few_clusters_widen_every_interval_as_much_as_its_p_value() {
        let pair = Evidence::Pair {
            group: (24.0, 60.0),
            reference: (60.0, 100.0),
        };
        let scaled = Scaled {
            link: interval::Link::Logit,
            se: 0.05,
            slack: 0.0,
            floor: 0.0,
            ceiling: 1.0,
        };
        let draws: Arc<[f64]> = (0..=4000).map(|i| f64::from(i - 2000) / 4000.0).collect();
        let ends = Ends {
            at: [-0.01, 0.01],
            replicates: [draws.to_vec(), draws.to_vec()],
        };
        let accelerated = Evidence::Accelerated {
            replicates: Arc::clone(&draws),
            acceleration: 0.02,
        };
        for (value, method, evidence, exact) in [
            (
                0.4,
                Method::Wilson,
                Evidence::Proportion { x: 24.0, n: 60.0 },
                true,
            ),
            (-0.2, Method::Newcombe, pair.clone(), true),
            (2.0 / 3.0, Method::Koopman, pair, true),
            (0.3, Method::Normal, Evidence::StandardError(0.1), true),
            (2.0, Method::DelongLog, Evidence::LogError(0.2), true),
            (0.7, Method::DelongLogit, Evidence::Scaled(scaled), true),
            (
                0.0,
                Method::BootstrapPercentile,
                Evidence::Replicates(draws),
                false,
            ),
            (0.0, Method::BootstrapBca, accelerated, false),
            (
                0.0,
                Method::MembershipBounds,
                Evidence::Ends(Arc::new(ends)),
                false,
            ),
        ] {
            let plain = Estimate::new(value, 160, method, evidence, 0.9);
            let clustered = |fewest| {
                let clusters = DrawnClusters { count: 40, fewest };
                plain.clone().of_clusters(clusters, 0.9)
            };
            let few = clustered(8);
            assert!(few.low < plain.low && few.high > plain.high, "{method:?}");
            assert_eq!((few.low, few.high), few.interval(0.9), "{method:?}");
            for limit in [few.low, few.high] {
                let p = few.p_value(limit.unwrap()).unwrap();
                let near = if exact { 1e-6 } else { 3e-3 };
                assert!((p - 0.1).abs() < near, "{method:?} {p}");
            }
            let one = clustered(1);
            assert_eq!((one.low, one.high, one.p_value(1.5)), (None, None, None));
            assert_eq!(one.reason, Some(Reason::TooFewClusters));
        }
    }

    #[test]
    fn methods_change_only_within_their_kind() {
        let evidence = Evidence::Proportion { x: 8.0, n: 10.0 };
        let rate = Estimate::new(0.8, 10, Method::Wilson, evidence, 0.95);
        let exact = rate.with_method(Method::ClopperPearson, 0.95).unwrap();
        assert!((exact.low.unwrap() - 0.443_904_538).abs() < 1e-9);
        assert_eq!(rate.with_method(Method::Koopman, 0.95), None);
    }

    #[test]
    fn every_method_has_a_name_of_its_own() {
        for method in Method::ALL {
            assert_eq!(Method::parse(method.name()), Some(method));
        }
    }
}
