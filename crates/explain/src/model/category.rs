//! Sets of categories and how a number becomes one.

/// How a value becomes a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CategoryRule {
    /// XGBoost: truncated toward zero; a negative value or one of 2^24 or more is no category.
    Xgboost,
    /// LightGBM: truncated toward zero, negative afterwards is no category.
    LightGbm,
    /// The value must be a whole number from 0 on; anything else is no category.
    Exact,
}

impl CategoryRule {
    /// The category of a value that is not missing; `None` when it is none.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked first"
    )]
    pub fn id(self, x: f64) -> Option<u32> {
        match self {
            Self::Xgboost => (0.0..16_777_216.0).contains(&x).then_some(x as u32),
            Self::LightGbm => (x > -1.0 && x < 2_147_483_648.0).then_some(x as u32),
            Self::Exact => {
                (x.fract() == 0.0 && (0.0..4_294_967_296.0).contains(&x)).then_some(x as u32)
            }
        }
    }
}

/// A set of categories: ids in order, each once.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct IdSet(Vec<u32>);

impl IdSet {
    /// The set of these ids.
    #[must_use]
    pub fn new(mut ids: Vec<u32>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        Self(ids)
    }

    /// Whether it holds an id.
    #[must_use]
    pub fn contains(&self, id: u32) -> bool {
        self.0.binary_search(&id).is_ok()
    }

    /// The ids, in order.
    #[must_use]
    pub fn ids(&self) -> &[u32] {
        &self.0
    }
}
