//! What the planted bias amounts to: rates in a very large sample of the same world.

use rayon::prelude::*;

use super::levels::{GENDER, REGION};
use super::world::World;
use super::{LeadSpec, SyntheticError};

/// The rates that an audit of `score` at a top fraction against `converted` estimates.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// Leads behind the rates. A rate `r` of a group of `n` leads is within
    /// `2 √(r (1 − r) / n)` of the population's with 95 % probability.
    pub rows: u64,
    /// The smallest selected score.
    pub cut: f64,
    /// `female`, `male`, `diverse`, then unrecorded.
    pub gender: Vec<GroupTruth>,
    /// The regions.
    pub region: Vec<GroupTruth>,
}

/// One group's rates. A rate is `None` where the sample holds nobody it could be about.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupTruth {
    /// The group's label; `None` is the group of missing values.
    pub label: Option<&'static str>,
    /// Leads of the group in the sample.
    pub n: u64,
    /// Share of the group whose score is at or above the cut.
    pub selection_rate: Option<f64>,
    /// Share of the group that sales contacted.
    pub contact_rate: Option<f64>,
    /// Share of the group that converted.
    pub base_rate: Option<f64>,
    /// Share of the group's converted leads that are selected.
    pub true_positive_rate: Option<f64>,
    /// Share of the group's other leads that are selected.
    pub false_positive_rate: Option<f64>,
    /// Mean score.
    pub mean_score: Option<f64>,
}

impl Truth {
    /// The line of a gender; `None` is the unrecorded one.
    #[must_use]
    pub fn of_gender(&self, label: Option<&str>) -> Option<&GroupTruth> {
        self.gender.iter().find(|group| group.label == label)
    }

    /// The line of a region.
    #[must_use]
    pub fn of_region(&self, label: &str) -> Option<&GroupTruth> {
        self.region.iter().find(|group| group.label == Some(label))
    }
}

impl GroupTruth {
    /// Its line of a data card's table: group, leads, selected, contacted, converted, true- and
    /// false-positive rate, mean score, to three decimals.
    #[must_use]
    pub fn markdown(&self) -> String {
        let rates = [
            self.selection_rate,
            self.contact_rate,
            self.base_rate,
            self.true_positive_rate,
            self.false_positive_rate,
            self.mean_score,
        ]
        .map(|rate| rate.map_or("–".to_owned(), |rate| format!("{rate:.3}")));
        format!(
            "| {} | {} | {} |",
            self.label.unwrap_or("(missing)"),
            self.n,
            rates.join(" | ")
        )
    }
}

/// The rates of the world of `spec` (its seed and bias) when the `fraction` of leads with the
/// highest scores is selected, over its first `rows` leads, whatever `spec.rows` is.
///
/// With a seed that no data set uses and a million rows, the result is a value to test estimates
/// against; with a data set's own seed and rows it is that data set's exact figures (the score
/// is continuous, so that there are no ties at the cut). Needs 40 bytes per row.
///
/// # Errors
/// Those of [`LeadSpec::check`]; [`SyntheticError::Fraction`] when `fraction` is not in (0, 1];
/// [`SyntheticError::Rows`] when `rows` is 0 or more than `2^28`.
pub fn truth(spec: &LeadSpec, fraction: f64, rows: u64) -> Result<Truth, SyntheticError> {
    const MAX_ROWS: u64 = 1 << 28;
    let leads = spec.check()?;
    if !(fraction > 0.0 && fraction <= 1.0) {
        return Err(SyntheticError::Fraction { value: fraction });
    }
    if !(1..=MAX_ROWS).contains(&rows) {
        return Err(SyntheticError::Rows {
            rows,
            max: MAX_ROWS,
        });
    }
    let sample: Vec<Case> = (0..rows)
        .into_par_iter()
        .map(|row| Case::of(&leads.world, row))
        .collect();
    let mut scores: Vec<f64> = sample.iter().map(|case| case.score).collect();
    let selected = ((fraction * rows as f64) as usize).clamp(1, scores.len());
    let (_, &mut cut, _) = scores.select_nth_unstable_by(selected - 1, |a, b| b.total_cmp(a));

    let mut gender = [Sums::default(); GENDER.len() + 1];
    let mut region = [Sums::default(); REGION.len()];
    for case in &sample {
        gender[case.gender].add(case, cut);
        region[case.region].add(case, cut);
    }
    let labels = |levels: &[&'static str]| levels.iter().copied().map(Some).collect::<Vec<_>>();
    let lines = |labels: Vec<Option<&'static str>>, sums: &[Sums]| {
        labels
            .into_iter()
            .zip(sums)
            .map(|(label, sums)| sums.rates(label))
            .collect()
    };
    let mut genders = labels(&GENDER);
    genders.push(None);
    Ok(Truth {
        rows,
        cut,
        gender: lines(genders, &gender),
        region: lines(labels(&REGION), &region),
    })
}

/// A lead as far as the rates look.
struct Case {
    gender: usize,
    region: usize,
    score: f64,
    contacted: bool,
    converted: bool,
}

impl Case {
    fn of(world: &World, row: u64) -> Self {
        let person = world.person(row);
        let outcome = world.outcome(row);
        Self {
            gender: person.gender,
            region: person.region,
            score: outcome.score(),
            contacted: outcome.contacted,
            converted: outcome.converted,
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Sums {
    n: u64,
    selected: u64,
    contacted: u64,
    converted: u64,
    converted_and_selected: u64,
    score: f64,
}

impl Sums {
    fn add(&mut self, case: &Case, cut: f64) {
        let selected = case.score >= cut;
        self.n += 1;
        self.selected += u64::from(selected);
        self.contacted += u64::from(case.contacted);
        self.converted += u64::from(case.converted);
        self.converted_and_selected += u64::from(case.converted && selected);
        self.score += case.score;
    }

    fn rates(&self, label: Option<&'static str>) -> GroupTruth {
        let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        GroupTruth {
            label,
            n: self.n,
            selection_rate: share(self.selected, self.n),
            contact_rate: share(self.contacted, self.n),
            base_rate: share(self.converted, self.n),
            true_positive_rate: share(self.converted_and_selected, self.converted),
            false_positive_rate: share(
                self.selected - self.converted_and_selected,
                self.n - self.converted,
            ),
            mean_score: (self.n > 0).then(|| self.score / self.n as f64),
        }
    }
}
