//! One row of a catalogue, and what was measured of it.

use crate::estimate::{Estimate, Method, Reason};
use crate::label::{GroupName, Label};

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Higher is better.
    Higher,
    /// Lower is better.
    Lower,
    /// Only equality matters.
    Neutral,
}

/// A quantity that can be measured, named and judged: one row of a catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    /// The name in documents, policies and command lines (FORMULAS §2).
    pub name: &'static str,
    /// Names of the same quantity elsewhere.
    pub aliases: &'static [&'static str],
    /// Which way is better.
    pub direction: Direction,
    /// Least and greatest possible value; `None` where unbounded.
    pub range: (Option<f64>, Option<f64>),
    /// The formula, in the notation of the documentation.
    pub formula: &'static str,
    /// Whether it needs labels.
    pub needs_label: bool,
    /// Whether it needs decisions.
    pub needs_decision: bool,
    /// Whether it needs scores.
    pub needs_score: bool,
    /// Whether tables for people show it without being asked; documents have every quantity.
    pub headline: bool,
    /// The only comparison in which it is measured, where there is but one.
    pub only: Option<Comparison>,
    /// Whether it is told of a number of first places of a ranking.
    pub of_first_places: bool,
}

impl Quantity {
    /// A neutral quantity in [0, 1] that needs nothing: the start of a row of a catalogue.
    #[must_use]
    pub const fn new(name: &'static str, formula: &'static str) -> Self {
        Self {
            name,
            aliases: &[],
            direction: Direction::Neutral,
            range: (Some(0.0), Some(1.0)),
            formula,
            needs_label: false,
            needs_decision: false,
            needs_score: false,
            headline: false,
            only: None,
            of_first_places: false,
        }
    }

    /// The same, needing the columns of these letters: `y` labels, `d` decisions, `s` scores.
    ///
    /// ```
    /// use waage_core::quantity::Quantity;
    /// let rate = Quantity::new("true_positive_rate", "TP/(TP+FN)").needs("yd");
    /// assert!(rate.needs_label && rate.needs_decision && !rate.needs_score);
    /// ```
    #[must_use]
    pub const fn needs(mut self, columns: &str) -> Self {
        let columns = columns.as_bytes();
        let mut i = 0;
        while i < columns.len() {
            match columns[i] {
                b'y' => self.needs_label = true,
                b'd' => self.needs_decision = true,
                b's' => self.needs_score = true,
                _ => {}
            }
            i += 1;
        }
        self
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// The value itself.
    None,
    /// Group minus reference, or largest minus smallest.
    Difference,
    /// Group over reference, or smallest over largest.
    Ratio,
}

impl Comparison {
    /// What it is where both sides are equal: 1 for ratios, else 0.
    #[must_use]
    pub const fn of_equals(self) -> f64 {
        match self {
            Self::Ratio => 1.0,
            _ => 0.0,
        }
    }

    /// The name in documents and policies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Difference => "difference",
            Self::Ratio => "ratio",
        }
    }
}

/// With what a group is compared (FORMULAS §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Not compared.
    Value,
    /// One group against a reference group, signed.
    ToReference,
    /// Largest against smallest.
    BetweenGroups,
    /// The group farthest from the value of all rows.
    ToOverall,
    /// One group against everybody else, signed.
    ToComplement,
    /// One group against the one with the highest selection rate, signed.
    ToBest,
    /// Every group against every later one, signed.
    Pairwise,
    /// The lowest value of all groups.
    GroupMin,
    /// The highest value of all groups.
    GroupMax,
}

impl Scheme {
    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::ToReference => "to_reference",
            Self::BetweenGroups => "between_groups",
            Self::ToOverall => "to_overall",
            Self::ToComplement => "to_complement",
            Self::ToBest => "to_best",
            Self::Pairwise => "pairwise",
            Self::GroupMin => "group_min",
            Self::GroupMax => "group_max",
        }
    }
}

/// Whom a measurement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The attribute's name, or names joined by `*` for an intersection.
    pub attribute: String,
    /// The class that counts as positive, where labels and decisions have several.
    pub class: Option<Label>,
    /// The group, where one is meant.
    pub group: Option<GroupName>,
    /// What it is compared with, where the scheme has one.
    pub reference: Option<GroupName>,
}

/// Facts about a pair of groups that a policy looks at beside the estimate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Rows of the group.
    pub group_rows: u64,
    /// Rows of the reference.
    pub reference_rows: u64,
    /// The fewer of positive and negative labels in the group and the reference, where labels are given.
    pub fewest_events: Option<u64>,
    /// Whether the ratio of selection rates is below four fifths, decided exactly.
    pub four_fifths_adverse: Option<bool>,
    /// Whether moving one selection would reverse the advantage.
    pub flips_with_one_selection: Option<bool>,
    /// Whether the group or the reference is the missing group.
    pub unknown_group: bool,
}

/// A quantity, a subject, a comparison and the estimate: what every capability produces and the
/// only thing that is judged.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// What was measured.
    pub quantity: &'static Quantity,
    /// Of whom.
    pub subject: Subject,
    /// Against what.
    pub scheme: Scheme,
    /// Difference, ratio or the value itself.
    pub comparison: Comparison,
    /// The number.
    pub estimate: Estimate,
    /// What else is known of the groups.
    pub context: Context,
    /// Raw p-value of the test of equality, where one is made.
    pub p: Option<f64>,
    /// The test behind `p`.
    pub test: Option<&'static str>,
    /// The same after correction within its family.
    pub p_adjusted: Option<f64>,
    /// What is told of a range beside its value, where anything is: apart, for most measurements
    /// are no ranges.
    pub range: Option<Box<RangeFacts>>,
    /// Of how many first places of a ranking, where it is told of some.
    pub first_places: Option<u64>,
}

/// What is told of a range over groups beside its value; nothing of other measurements.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RangeFacts {
    /// Highest and lowest group.
    pub extremes: Option<(GroupName, GroupName)>,
    /// Groups left out because their value is undefined.
    pub skipped: Vec<GroupName>,
    /// What the range would be on average if membership made no difference (permutation).
    pub null_mean: Option<f64>,
    /// `2θ̂ − mean(θ*)` of the bootstrap, cut at what a range can be.
    pub bias_corrected: Option<f64>,
    /// The same range over the groups that are not the missing one, where that one occurs.
    pub known: Option<Estimate>,
}

impl Measurement {
    /// A measurement of nobody yet: undefined (`not_available`), without groups, test or facts.
    #[must_use]
    pub fn blank(
        quantity: &'static Quantity,
        attribute: &str,
        scheme: Scheme,
        comparison: Comparison,
    ) -> Self {
        Self {
            quantity,
            subject: Subject {
                attribute: attribute.to_owned(),
                class: None,
                group: None,
                reference: None,
            },
            scheme,
            comparison,
            estimate: Estimate::undefined(0, Method::Count, Reason::NotAvailable),
            context: Context::default(),
            p: None,
            test: None,
            p_adjusted: None,
            range: None,
            first_places: None,
        }
    }

    /// What is told of a range beside its value: nothing of other measurements.
    #[must_use]
    pub fn range(&self) -> &RangeFacts {
        self.range.as_deref().unwrap_or(&NOTHING)
    }

    /// The same, to be told.
    pub fn range_mut(&mut self) -> &mut RangeFacts {
        self.range.get_or_insert_default()
    }
}

/// What is told of measurements that are no ranges.
static NOTHING: RangeFacts = RangeFacts {
    extremes: None,
    skipped: Vec::new(),
    null_mean: None,
    bias_corrected: None,
    known: None,
};
