//! A block of rows as plain slices: what a reader hands to a tally.

/// Label and decision of one row in one byte: `label * 4 + decision`.
pub mod outcome {
    /// Label 0: the unfavourable outcome really occurred.
    pub const LABEL_NEGATIVE: u8 = 0;
    /// Label 1: the favourable outcome really occurred.
    pub const LABEL_POSITIVE: u8 = 1;
    /// No label.
    pub const LABEL_MISSING: u8 = 2;
    /// Decision 0: rejected.
    pub const REJECTED: u8 = 0;
    /// Decision 1: selected.
    pub const SELECTED: u8 = 1;
    /// No decision.
    pub const DECISION_MISSING: u8 = 2;
    /// In the tie block at the cut: selected with the share of places left for it.
    pub const TIED: u8 = 3;
    /// How many outcomes there are.
    pub const COUNT: usize = 12;

    /// The outcome of a label code and a decision code.
    #[must_use]
    pub const fn of(label: u8, decision: u8) -> u8 {
        label * 4 + decision
    }

    /// The label code of an outcome.
    #[must_use]
    pub const fn label(outcome: u8) -> u8 {
        outcome / 4
    }

    /// The decision code of an outcome.
    #[must_use]
    pub const fn decision(outcome: u8) -> u8 {
        outcome % 4
    }
}

/// The largest weight and the largest magnitude of a score that a block may hold: their products
/// up to `w²s²` then stay finite.
pub const MAGNITUDE_MAX: f64 = 1e60;

/// Levels of one attribute for every row of a block: the level of row `i` is `table[keys[i]]`.
///
/// Two steps, because dictionaries of a file map to the levels of the whole data set through a
/// small table; a null row has the key of a table entry that holds the missing level.
#[derive(Clone, Copy, Debug)]
pub struct Codes<'a> {
    /// One key per row, each a valid index of `table` (not negative).
    pub keys: &'a [i32],
    /// Level code of each key, in the order of first sight by the whole scan.
    pub table: &'a [u32],
}

/// Which cluster a row is of: equal for the rows of one person or household, and for no others.
pub type ClusterKey = [u64; 2];

/// An identifier of a row or a cluster, in the order in which people sort it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Id {
    /// Whole numbers, by size.
    Int(i128),
    /// Texts, by bytes.
    Text(Box<str>),
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// The first and the last cluster of rows whose clusters ascend by their ids.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Of the first row.
    pub first: (Id, ClusterKey),
    /// Of the last row.
    pub last: (Id, ClusterKey),
}

/// The clusters of a block.
#[derive(Clone, Copy, Debug)]
pub struct Clustered<'a> {
    /// One per row.
    pub keys: &'a [ClusterKey],
    /// What the rows lie between, in each of two orders: of numbers, and of texts; `None` where their
    /// clusters do not ascend in it.
    pub spans: [Option<&'a Span>; 2],
}

/// Rows as plain slices of one length.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// Rows in the block.
    pub len: usize,
    /// One per attribute: sensitive ones first, then strata.
    pub axes: &'a [Codes<'a>],
    /// One byte per row, see [`outcome`].
    pub outcomes: &'a [u8],
    /// Between 0 and [`MAGNITUDE_MAX`]; `None` where every row weighs 1.
    pub weights: Option<&'a [f64]>,
    /// Within ±[`MAGNITUDE_MAX`], or NaN for a missing score; `None` without a score role.
    pub scores: Option<&'a [f64]>,
    /// Numeric outcomes that scores predict, within [`numeric::MAGNITUDE_MAX`](crate::numeric), or NaN
    /// for a missing one; `None` where labels are of two values.
    pub targets: Option<&'a [f64]>,
    /// The cluster of each row; `None` where rows do not depend on each other.
    pub clusters: Option<Clustered<'a>>,
    /// The known probability that a row got its label, above 0 and at most 1 where it has one;
    /// `None` without such a role.
    pub propensities: Option<&'a [f64]>,
    /// For each group of each attribute that is known by probabilities alone, those of the rows:
    /// from 0 to 1, and summing to 1 over the groups of an attribute.
    pub members: &'a [&'a [f64]],
}
