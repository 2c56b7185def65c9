//! What an objective means for predictions, and for how the base score is stored.

use crate::model::Link;

/// How a file stores the base score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    /// As a margin.
    Margin,
    /// As a probability.
    Probability,
    /// As a positive mean.
    Mean,
}

impl Stored {
    /// The margin of a stored base score; `None` when it has none.
    pub fn margin(self, score: f64) -> Option<f64> {
        match self {
            Self::Margin => score.is_finite().then_some(score),
            Self::Probability => {
                (0.0 < score && score < 1.0).then(|| libm::log(score / (1.0 - score)))
            }
            Self::Mean => (0.0 < score && score.is_finite()).then(|| libm::log(score)),
        }
    }

    /// What a stored base score must be, for people.
    pub fn range(self) -> &'static str {
        match self {
            Self::Margin => "a finite number",
            Self::Probability => "between 0 and 1",
            Self::Mean => "above 0",
        }
    }
}

/// The link of an objective and how its base score is stored, in files of a major and minor version.
pub(super) fn meaning(name: &str, version: (u32, u32)) -> (Link, Stored) {
    use Stored::{Margin, Mean, Probability};
    let logistic = Link::Logistic { scale: 1.0 };
    match name {
        "binary:logistic" | "reg:logistic" => (logistic, Probability),
        "binary:logitraw" if version < (1, 3) => (Link::Identity, Probability),
        "binary:logitraw" => (Link::Identity, Margin),
        "binary:hinge" => (Link::Step, Margin),
        "count:poisson" | "reg:gamma" | "reg:tweedie" | "survival:cox" | "survival:aft" => {
            (Link::Exp, Mean)
        }
        "multi:softprob" | "multi:softmax" => (Link::Softmax, Margin),
        "reg:squarederror"
        | "reg:linear"
        | "reg:squaredlogerror"
        | "reg:absoluteerror"
        | "reg:pseudohubererror"
        | "reg:quantileerror"
        | "reg:expectileerror"
        | "rank:pairwise"
        | "rank:ndcg"
        | "rank:map" => (Link::Identity, Margin),
        _ => (Link::Unknown, Margin),
    }
}
