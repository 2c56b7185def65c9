//! What can be wrong with the sections that other commands serve, and what follows from them.

use super::faults::{Faults, Problem};
use super::kept::{
    Business, Criticality, Document, Kept, People, Privacy, Review, RiskAppetite, System, UseCase,
};

/// What is wrong with the value of a key.
fn problem(key: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Problem {
    Problem {
        key,
        what: what.into(),
        mend: mend.into(),
    }
}

/// Shortest reason for a criticality below the minimum, in characters.
const REASON_MIN: usize = 80;

impl Kept {
    /// What is wrong with these sections.
    pub(super) fn check(&self, at: &mut Faults<'_>) {
        let system = self.system.as_ref().map(System::problems);
        at.problems("system", system.unwrap_or_default());
        let people = self.people.as_ref().map(People::problems);
        at.problems("people", people.unwrap_or_default());
        let appetite = self.risk_appetite.as_ref().map(RiskAppetite::problems);
        at.problems("risk_appetite", appetite.unwrap_or_default());
        let business = self.business.as_ref().map(Business::problems);
        at.problems("business", business.unwrap_or_default());
        let review = self.review.as_ref().map(Review::problems);
        at.problems("review", review.unwrap_or_default());
    }
}

impl UseCase {
    /// The lowest criticality of this use (GOVERNANCE §1.3).
    #[must_use]
    pub const fn least(self) -> Criticality {
        match self {
            Self::Employment | Self::Credit => Criticality::Critical,
            Self::Insurance | Self::Housing | Self::Education => Criticality::High,
            Self::LeadScoring => Criticality::Medium,
            Self::Other => Criticality::Low,
        }
    }
}

impl System {
    /// The least criticality that its use allows (GOVERNANCE §1.3).
    #[must_use]
    pub fn least_criticality(&self) -> Criticality {
        match self.use_case {
            Some(UseCase::LeadScoring) if !self.sets.is_empty() => Criticality::High,
            Some(case) => case.least(),
            None => Criticality::Low,
        }
    }

    /// Id and criticality.
    fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(3..=64).contains(&self.id.len()) || !self.id.bytes().all(plain) {
            found.push(problem(
                "id",
                format!("the system's id {:?} is not an id", self.id),
                "use 3 to 64 of a-z, 0-9 and the hyphen",
            ));
        }
        let least = self.least_criticality();
        let reasoned = self
            .criticality_reason
            .as_ref()
            .is_some_and(|r| r.trim().chars().count() >= REASON_MIN);
        if self.criticality.is_some_and(|given| given < least) && !reasoned {
            found.push(problem(
                "criticality",
                "the criticality is below the minimum of this use case",
                format!(
                    "set criticality = {:?} or give a criticality_reason of at least {REASON_MIN} characters",
                    least.name()
                ),
            ));
        }
        found
    }
}

impl Document {
    /// Whether its digest is one: 64 hexadecimal digits.
    #[must_use]
    pub fn has_digest(&self) -> bool {
        let hex =
            |digest: &String| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        self.sha256.as_ref().is_some_and(hex)
    }
}

impl People {
    /// Whether somebody is named for a role.
    #[must_use]
    pub fn fills(&self, role: &str) -> bool {
        match role {
            "owner" => self.owner.is_some(),
            "developer" => !self.developer.is_empty(),
            "validator" => self.validator.is_some(),
            "approver" => self.approver.is_some(),
            "dpo" => self.dpo.is_some(),
            "review_lead" => self.review_lead.is_some(),
            _ => false,
        }
    }

    /// Separation of roles.
    fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        if self.owner.is_some() && self.owner == self.approver {
            found.push(problem(
                "approver",
                "owner and approver are the same person",
                "name another approver",
            ));
        }
        if self
            .validator
            .as_ref()
            .is_some_and(|v| self.developer.contains(v))
        {
            found.push(problem(
                "validator",
                "the validator is one of the developers",
                "name another validator",
            ));
        }
        found
    }
}

impl RiskAppetite {
    /// Scores and money.
    fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let score = |score: &u8| (1..=25).contains(score);
        if !self.max_residual.values().all(score) {
            found.push(problem(
                "max_residual",
                "a residual score lies outside 1 to 25",
                "use likelihood times impact, 1 to 25",
            ));
        }
        if !is_amount(self.annual_loss_limit) {
            found.push(problem(
                "annual_loss_limit",
                "annual_loss_limit is not an amount",
                "use a number of at least 0",
            ));
        }
        let ascends = |scale: [f64; 4]| {
            scale[0] > 0.0 && scale.windows(2).all(|w| w[0] < w[1]) && scale[3].is_finite()
        };
        if self.money_scale.is_some_and(|scale| !ascends(scale)) {
            found.push(problem(
                "money_scale",
                "money_scale does not ascend",
                "give four ascending amounts above 0",
            ));
        }
        found
    }
}

/// Whether a number, if there is one, can be an amount of money.
fn is_amount(amount: Option<f64>) -> bool {
    amount.is_none_or(|amount| amount.is_finite() && amount >= 0.0)
}

impl Business {
    /// Costs.
    fn problems(&self) -> Vec<Problem> {
        if is_amount(self.contact_cost) {
            return Vec::new();
        }
        vec![problem(
            "contact_cost",
            "contact_cost is not an amount",
            "use a number of at least 0",
        )]
    }
}

impl Review {
    /// Shares.
    fn problems(&self) -> Vec<Problem> {
        let share = |value: &f64| (0.0..=1.0).contains(value);
        let outside = |key| problem(key, "a share lies outside 0 to 1", "use shares such as 0.2");
        let mut found = Vec::new();
        if !self.shares.values().all(share) {
            found.push(outside("shares"));
        } else if self.shares.values().sum::<f64>() > 1.0 + 1e-9 {
            found.push(problem(
                "shares",
                "the shares add up to more than 1",
                "lower them; what is left is free",
            ));
        }
        if !self.blind_share.iter().all(share) {
            found.push(outside("blind_share"));
        }
        if !self.double_share.iter().all(share) {
            found.push(outside("double_share"));
        }
        found
    }
}

impl Privacy {
    /// The lower limit of small cells (GOVERNANCE §9.1).
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        if self.k < 3 || self.k_external < self.k {
            found.push(problem(
                if self.k < 3 { "k" } else { "k_external" },
                "k is below 3, or k_external below k",
                "hide cells below at least 3, and outside no fewer than inside",
            ));
        }
        if self
            .dp_epsilon_per_year
            .is_some_and(|e| !(e.is_finite() && e > 0.0))
        {
            found.push(problem(
                "dp_epsilon_per_year",
                "dp_epsilon_per_year is not a budget",
                "use a number above 0",
            ));
        }
        found
    }
}
