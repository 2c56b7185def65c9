//! A number with its uncertainty, or the reason why there is none.

use std::sync::Arc;

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
    /// A ratio of a quantity that may be negative.
    RatioUndefined,
    /// More than 5 % of the bootstrap replicates are undefined.
    TooManyUndefinedReplicates,
    /// The bootstrap was switched off.
    NoReplicates,
    /// Hidden because the group is small.
    SuppressedSmallGroup,
    /// The group is smaller than the policy's minimum.
    BelowMinN,
    /// Too few positives or negatives for the policy.
    TooFewRows,
    /// The interval holds allowed and forbidden values.
    IntervalSpansMargin,
    /// The sign of the advantage rests on a single selection.
    FlipsWithOneSelection,
    /// The capability is not part of this version.
    NotAvailable,
}

impl Reason {
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
            Self::RatioUndefined => "ratio_undefined",
            Self::TooManyUndefinedReplicates => "too_many_undefined_replicates",
            Self::NoReplicates => "no_replicates",
            Self::SuppressedSmallGroup => "suppressed_small_group",
            Self::BelowMinN => "below_min_n",
            Self::TooFewRows => "too_few_rows",
            Self::IntervalSpansMargin => "interval_spans_margin",
            Self::FlipsWithOneSelection => "flips_with_one_selection",
            Self::NotAvailable => "not_available",
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
    /// Large-sample normal interval of a mean.
    Normal,
    /// Percentile bootstrap on the cube.
    BootstrapPercentile,
    /// Percentile bootstrap of a range over groups: biased upward when there is no gap.
    BootstrapPercentileBiased,
    /// The value of the reference itself, known without error against itself.
    Identity,
}

impl Method {
    /// Every method, in the order of the documentation.
    pub const ALL: [Self; 17] = [
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
        Self::Normal,
        Self::BootstrapPercentile,
        Self::BootstrapPercentileBiased,
        Self::Identity,
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
            Self::Normal => "normal",
            Self::BootstrapPercentile => "bootstrap_percentile",
            Self::BootstrapPercentileBiased => "bootstrap_percentile_biased",
            Self::Identity => "identity",
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
    /// A standard error for a normal interval.
    StandardError(f64),
    /// Bootstrap replicates, sorted, undefined ones left out.
    Replicates(Arc<[f64]>),
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
    /// How it was made.
    pub method: Method,
    /// Why the value or its interval is undefined.
    pub reason: Option<Reason>,
    /// What the interval is computed from.
    pub evidence: Evidence,
}
