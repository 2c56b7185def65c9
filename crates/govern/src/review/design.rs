//! How many cases each stratum draws (GOVERNANCE §6.1).

use crate::policy::Review;

/// A way of drawing cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stratum {
    /// Those whose score lies next to the cut.
    Threshold,
    /// Those of which the model is least sure.
    Uncertain,
    /// Members of a group, half selected and half not.
    Group,
    /// Any, each with the same probability.
    Random,
    /// Those that somebody flagged.
    Flagged,
}

impl Stratum {
    /// Every stratum, in the order of the documents.
    pub const ALL: [Self; 5] = [
        Self::Threshold,
        Self::Uncertain,
        Self::Group,
        Self::Random,
        Self::Flagged,
    ];

    /// The name in policies and documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Threshold => "threshold",
            Self::Uncertain => "uncertain",
            Self::Group => "group",
            Self::Random => "random",
            Self::Flagged => "flagged",
        }
    }

    /// Its share of a sample where the policy names none.
    const fn default_share(self) -> f64 {
        match self {
            Self::Threshold => 0.30,
            Self::Uncertain | Self::Group => 0.20,
            Self::Random => 0.25,
            Self::Flagged => 0.05,
        }
    }
}

/// Cases of a sample where nothing else is said.
pub const SAMPLE: u32 = 200;
/// With so many drawn at random, a fault with a rate of 5 % is seen at least once with a probability
/// of 95 %: ln 0.05 / ln 0.95 = 58.4.
pub const RANDOM_MIN: u32 = 59;
/// Share of cases judged before score and decision are seen.
pub const BLIND_SHARE: f64 = 0.30;
/// Share of cases that two reviewers decide.
pub const DOUBLE_SHARE: f64 = 0.10;
/// Working days to answer.
pub const SLA_WORKING_DAYS: u32 = 5;
/// The largest sample: people read these.
pub const SAMPLE_MAX: u32 = 100_000;

/// How a sample is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// Cases.
    pub sample: u32,
    /// Share by stratum, in the order of [`Stratum::ALL`].
    pub shares: [f64; 5],
    /// Least number drawn at random.
    pub random_min: u32,
    /// Share judged before score and decision are seen.
    pub blind_share: f64,
    /// Share that two reviewers decide.
    pub double_share: f64,
    /// Working days to answer.
    pub sla_working_days: u32,
    /// Seed.
    pub seed: u64,
}

impl Design {
    /// The design of a policy's `[review]`; what it leaves open has the values of this module.
    ///
    /// # Errors
    /// A sentence: a stratum that does not exist, a sample too small for its random part or too large.
    pub fn new(review: Option<&Review>, sample: Option<u32>, seed: u64) -> Result<Self, String> {
        let none = Review::default();
        let review = review.unwrap_or(&none);
        let known = |name: &str| Stratum::ALL.iter().any(|stratum| stratum.name() == name);
        if let Some(name) = review.shares.keys().find(|name| !known(name)) {
            let names: Vec<&str> = Stratum::ALL.iter().map(|s| s.name()).collect();
            return Err(format!(
                "[review] shares names the stratum {name:?}; there are {}",
                names.join(", ")
            ));
        }
        let share = |stratum: Stratum| match review.shares.is_empty() {
            true => stratum.default_share(),
            false => review.shares.get(stratum.name()).copied().unwrap_or(0.0),
        };
        let design = Self {
            sample: sample.or(review.sample).unwrap_or(SAMPLE),
            shares: Stratum::ALL.map(share),
            random_min: review.random_min.unwrap_or(RANDOM_MIN),
            blind_share: review.blind_share.unwrap_or(BLIND_SHARE),
            double_share: review.double_share.unwrap_or(DOUBLE_SHARE),
            sla_working_days: review.sla_working_days.unwrap_or(SLA_WORKING_DAYS),
            seed,
        };
        if design.sample < design.random_min || design.sample == 0 {
            return Err(format!(
                "a sample of {} cases has no room for the {} drawn at random; ask for more, or lower [review] random_min",
                design.sample,
                design.random_min.max(1)
            ));
        }
        if design.sample > SAMPLE_MAX {
            return Err(format!(
                "a sample of {} cases is more than people can read; ask for {SAMPLE_MAX} at most",
                design.sample
            ));
        }
        Ok(design)
    }

    /// Cases by stratum, those that cannot draw any left out: the random part first, at least its
    /// minimum, and the others by their shares of the rest (largest remainders).
    #[must_use]
    pub fn sizes(&self, can_draw: [bool; 5]) -> [u32; 5] {
        let random = Stratum::Random as usize;
        let shares: [f64; 5] = std::array::from_fn(|at| match at == random || can_draw[at] {
            true => self.shares[at].max(0.0),
            false => 0.0,
        });
        let all: f64 = shares.iter().sum();
        let others = all - shares[random];
        let mut sizes = [0; 5];
        let share = if all > 0.0 { shares[random] / all } else { 1.0 };
        let by_share = (share * f64::from(self.sample)).round() as u32;
        sizes[random] = by_share.max(self.random_min).min(self.sample);
        if others <= 0.0 {
            sizes[random] = self.sample;
            return sizes;
        }
        let rest = self.sample - sizes[random];
        let exact = |at: usize| f64::from(rest) * shares[at] / others;
        let mut order: Vec<usize> = (0..5).filter(|at| *at != random).collect();
        for &at in &order {
            sizes[at] = exact(at) as u32;
        }
        order.sort_by(|a, b| {
            exact(*b)
                .fract()
                .total_cmp(&exact(*a).fract())
                .then(a.cmp(b))
        });
        let given: u32 = order.iter().map(|at| sizes[*at]).sum();
        for &at in order.iter().take((rest - given) as usize) {
            sizes[at] += 1;
        }
        sizes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_random_part_is_raised_to_its_minimum() {
        let design = Design::new(None, None, 7).unwrap();
        let sizes = design.sizes([true; 5]);
        assert_eq!(sizes, [56, 38, 38, 59, 9]);
        assert_eq!(sizes.iter().sum::<u32>(), 200);
        let smallest = (0.05_f64.ln() / 0.95_f64.ln()).ceil();
        assert_eq!((smallest, RANDOM_MIN), (59.0, 59));
    }

    #[test]
    fn strata_without_candidates_leave_their_share_to_the_others() {
        let design = Design::new(None, Some(1000), 0).unwrap();
        assert_eq!(design.sizes([true; 5]), [300, 200, 200, 250, 50]);
        assert_eq!(
            design.sizes([true, false, false, true, false]),
            [545, 0, 0, 455, 0]
        );
        let alone = design.sizes([false, false, false, true, false]);
        assert_eq!(alone, [0, 0, 0, 1000, 0]);
    }

    #[test]
    fn a_sample_without_room_is_refused() {
        let error = Design::new(None, Some(58), 0).unwrap_err();
        assert!(error.contains("58 cases has no room for the 59"), "{error}");
        let review = Review {
            shares: [("treshold".to_owned(), 0.5)].into(),
            ..Review::default()
        };
        assert!(
            Design::new(Some(&review), None, 0)
                .unwrap_err()
                .contains("treshold")
        );
        let review = Review {
            shares: [("random".to_owned(), 1.0)].into(),
            random_min: Some(0),
            ..Review::default()
        };
        let design = Design::new(Some(&review), Some(3), 0).unwrap();
        assert_eq!(design.sizes([true; 5]), [0, 0, 0, 3, 0]);
    }
}
