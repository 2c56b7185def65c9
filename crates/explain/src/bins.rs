//! Values become small codes once, so that every test of every tree is a comparison of codes.
//!
//! Each feature has its sorted cut points, taken from all trees of one part of the model; the code
//! of a value is 1 + the number of cuts at or below it, and 0 when it is missing. A categorical
//! feature has one code per category that a tree names and one for all others. What goes left at a
//! split is then a set of codes.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{CategoryRule, IdSet, InputCast, Missing, Node, Split, Test, Tree};

mod set;

pub use set::CodeSet;

/// The most codes a column may have.
pub const CODES_MAX: usize = (1 << 16) - 1;

/// The width of LightGBM's band around zero.
const ZERO: f64 = crate::model::ZERO;

/// How the values of a feature become codes.
#[derive(Clone, Debug, PartialEq)]
pub enum Scale {
    /// Code = 1 + the number of cuts at or below the value.
    Cuts(Vec<f64>),
    /// Code = 1 + the place of the category; one more code for every other category.
    Categories(Vec<u32>),
}

/// One feature as codes. A feature that trees use both as a number and as a category has two.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The feature's number.
    pub feature: u32,
    /// Its codes.
    pub scale: Scale,
}

impl Column {
    /// The number of codes, the one for missing included.
    #[must_use]
    pub fn codes(&self) -> usize {
        match &self.scale {
            Scale::Cuts(cuts) => cuts.len() + 2,
            Scale::Categories(ids) => ids.len() + 2,
        }
    }

    /// The code of a value.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "columns have at most CODES_MAX codes"
    )]
    pub fn code(&self, x: f64, cast: InputCast, rule: CategoryRule) -> u16 {
        if x.is_nan() {
            return 0;
        }
        match &self.scale {
            Scale::Cuts(cuts) => {
                let x = cast.apply(x);
                1 + cuts.partition_point(|cut| *cut <= x) as u16
            }
            Scale::Categories(ids) => {
                let place = rule.id(cast.apply(x)).map(|id| ids.binary_search(&id));
                1 + place.and_then(Result::ok).unwrap_or(ids.len()) as u16
            }
        }
    }
}

/// The columns that a list of trees needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    columns: Vec<Column>,
    numbers: BTreeMap<u32, u32>,
    categories: BTreeMap<u32, u32>,
    rule: CategoryRule,
}

/// What trees ask of each feature, before it becomes columns.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    cuts: BTreeMap<u32, BTreeSet<u64>>,
    categories: BTreeMap<u32, BTreeSet<u32>>,
}

/// The cut below which exactly the values lie that pass the test; `None` when all of them do.
///
/// `x <= t` is `x < next(t)`, exact for every `x`, because no number lies between.
fn cut(threshold: f64, or_equal: bool) -> Option<f64> {
    if !or_equal {
        Some(threshold)
    } else if threshold == f64::INFINITY {
        None
    } else {
        Some(threshold.next_up())
    }
}

/// Numbers in the order of their values, -0 and 0 alike.
fn key(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

fn unkey(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 {
        key & !(1 << 63)
    } else {
        !key
    })
}

impl Questions {
    /// Adds what one split asks.
    pub fn add(&mut self, split: &Split) {
        if let Test::Category { listed, known, .. } = &split.test {
            let ids = self.categories.entry(split.feature).or_default();
            ids.extend(listed.ids());
            ids.extend(known.iter().flat_map(|k| k.ids()));
            return;
        }
        let cuts = self.cuts.entry(split.feature).or_default();
        let mut add = |at: Option<f64>| cuts.extend(at.map(key));
        match split.test {
            Test::Below {
                threshold,
                or_equal,
            } => add(cut(threshold, or_equal)),
            Test::Equals(value) => {
                add(cut(value, false));
                add(cut(value, true));
            }
            Test::Category { .. } => {}
        }
        if matches!(split.missing, Missing::ZeroLeft(_)) {
            add(cut(-ZERO, false));
            add(cut(ZERO, true));
        }
    }

    /// Adds what a tree asks, unless a column would have more than [`CODES_MAX`] codes then; says
    /// whether it was added.
    #[must_use]
    pub fn add_tree(&mut self, tree: &Tree) -> bool {
        let mut own = Self::default();
        for node in tree.nodes() {
            if let Node::Split(split) = node {
                own.add(split);
            }
        }
        // Only where both together might be too many does it matter what they share.
        if self.codes_max() + own.codes_max() > CODES_MAX {
            let mut both = self.clone();
            both.join(&own);
            if both.codes_max() > CODES_MAX {
                return false;
            }
        }
        self.join(&own);
        true
    }

    fn join(&mut self, other: &Self) {
        for (feature, cuts) in &other.cuts {
            self.cuts.entry(*feature).or_default().extend(cuts);
        }
        for (feature, ids) in &other.categories {
            self.categories.entry(*feature).or_default().extend(ids);
        }
    }

    /// The largest number of codes of one column.
    #[must_use]
    pub fn codes_max(&self) -> usize {
        let cuts = self.cuts.values().map(BTreeSet::len);
        let ids = self.categories.values().map(BTreeSet::len);
        cuts.chain(ids).max().map_or(0, |most| most + 2)
    }

    /// The columns.
    #[must_use]
    pub fn bins(self, rule: CategoryRule) -> Bins {
        let mut bins = Bins {
            columns: Vec::new(),
            numbers: BTreeMap::new(),
            categories: BTreeMap::new(),
            rule,
        };
        for (feature, cuts) in self.cuts {
            bins.numbers.insert(feature, bins.columns.len() as u32);
            bins.columns.push(Column {
                feature,
                scale: Scale::Cuts(cuts.into_iter().map(unkey).collect()),
            });
        }
        for (feature, ids) in self.categories {
            bins.categories.insert(feature, bins.columns.len() as u32);
            bins.columns.push(Column {
                feature,
                scale: Scale::Categories(ids.into_iter().collect()),
            });
        }
        bins
    }
}

impl Bins {
    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column a split looks at, and the codes that go left.
    ///
    /// # Panics
    /// When the split was not among the questions that made these columns.
    #[must_use]
    pub fn left(&self, split: &Split) -> (u32, CodeSet) {
        match &split.test {
            Test::Category {
                listed,
                listed_left,
                known,
            } => {
                let column = self.categories[&split.feature];
                (
                    column,
                    self.category_set(column, split, listed, *listed_left, known.as_ref()),
                )
            }
            Test::Below {
                threshold,
                or_equal,
            } => {
                let column = self.numbers[&split.feature];
                let top = self.place(column, cut(*threshold, *or_equal));
                (column, self.with_missing(column, split, 1, top))
            }
            Test::Equals(value) => {
                let column = self.numbers[&split.feature];
                let low = self.place(column, cut(*value, false)) + 1;
                let high = self.place(column, cut(*value, true));
                (column, self.with_missing(column, split, low, high))
            }
        }
    }

    /// The last code below a cut.
    fn place(&self, column: u32, cut: Option<f64>) -> u16 {
        let Scale::Cuts(cuts) = &self.columns[column as usize].scale else {
            unreachable!("a number's column has cuts")
        };
        let below = cut.map_or(cuts.len(), |cut| cuts.partition_point(|c| *c < cut));
        below as u16 + 1
    }

    /// The codes from `low` to `high`, with what the split does to missing values and zeros.
    fn with_missing(&self, column: u32, split: &Split, low: u16, high: u16) -> CodeSet {
        let zero = || self.columns[column as usize].code(0.0, InputCast::F64, CategoryRule::Exact);
        match split.missing {
            Missing::Left(left) => CodeSet::span(low, high, left),
            Missing::AsZero => CodeSet::span(low, high, (low..=high).contains(&zero())),
            Missing::ZeroLeft(left) => {
                let band =
                    self.place(column, cut(-ZERO, false)) + 1..=self.place(column, cut(ZERO, true));
                let codes = self.columns[column as usize].codes();
                CodeSet::of(codes, |code| {
                    if code == 0 || band.contains(&code) {
                        left
                    } else {
                        (low..=high).contains(&code)
                    }
                })
            }
        }
    }

    fn category_set(
        &self,
        column: u32,
        split: &Split,
        listed: &IdSet,
        listed_left: bool,
        known: Option<&IdSet>,
    ) -> CodeSet {
        let Scale::Categories(ids) = &self.columns[column as usize].scale else {
            unreachable!("a category's column has categories")
        };
        let missing = match split.missing {
            Missing::Left(left) | Missing::ZeroLeft(left) => left,
            Missing::AsZero => split.goes_left(f64::NAN, InputCast::F64, self.rule),
        };
        CodeSet::of(ids.len() + 2, |code| {
            if code == 0 {
                return missing;
            }
            let id = ids.get(usize::from(code) - 1);
            if known.is_some_and(|known| !id.is_some_and(|id| known.contains(*id))) {
                return missing;
            }
            id.is_some_and(|id| listed.contains(*id)) == listed_left
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(test: Test, missing: Missing) -> Split {
        Split {
            feature: 0,
            test,
            missing,
            left: 1,
            right: 2,
            cover: 1.0,
        }
    }

    /// Every kind of test agrees with the model's own on values at, beside and far from every cut.
    #[test]
    fn codes_decide_as_the_model_does() {
        let tests = [
            Test::Below {
                threshold: 0.5,
                or_equal: false,
            },
            Test::Below {
                threshold: 0.5,
                or_equal: true,
            },
            Test::Below {
                threshold: -0.0,
                or_equal: true,
            },
            Test::Below {
                threshold: 0.0,
                or_equal: false,
            },
            Test::Below {
                threshold: f64::INFINITY,
                or_equal: true,
            },
            Test::Below {
                threshold: f64::INFINITY,
                or_equal: false,
            },
            Test::Below {
                threshold: f64::NEG_INFINITY,
                or_equal: true,
            },
            Test::Equals(3.0),
            Test::Category {
                listed: IdSet::new(vec![1, 3, 40]),
                listed_left: true,
                known: None,
            },
            Test::Category {
                listed: IdSet::new(vec![1, 3]),
                listed_left: false,
                known: None,
            },
            Test::Category {
                listed: IdSet::new(vec![1, 3]),
                listed_left: true,
                known: Some(IdSet::new(vec![0, 1, 2, 3])),
            },
        ];
        let missings = [
            Missing::Left(true),
            Missing::Left(false),
            Missing::AsZero,
            Missing::ZeroLeft(true),
            Missing::ZeroLeft(false),
        ];
        let values = [
            f64::NAN,
            f64::NEG_INFINITY,
            -3.0,
            -1.0,
            -0.5,
            -1e-35,
            -1e-36,
            -0.0,
            0.0,
            5e-324,
            1e-35,
            1.1e-35,
            0.25,
            0.5,
            0.500_000_000_000_000_1,
            0.7,
            1.0,
            2.0,
            3.0,
            3.000_001,
            3.9,
            4.0,
            40.0,
            41.0,
            1e10,
            1e20,
            f64::INFINITY,
        ];
        for rule in [
            CategoryRule::Xgboost,
            CategoryRule::LightGbm,
            CategoryRule::Exact,
        ] {
            for cast in [InputCast::F32, InputCast::F64] {
                let splits: Vec<Split> = tests
                    .iter()
                    .flat_map(|t| missings.map(|m| split(t.clone(), m)))
                    .filter(|s| {
                        !matches!(
                            (&s.test, s.missing),
                            (Test::Category { .. }, Missing::ZeroLeft(_))
                        )
                    })
                    .collect();
                let mut questions = Questions::default();
                splits.iter().for_each(|s| questions.add(s));
                let bins = questions.bins(rule);
                for s in &splits {
                    let (column, left) = bins.left(s);
                    for x in values {
                        let code = bins.columns()[column as usize].code(x, cast, rule);
                        assert_eq!(
                            left.contains(code),
                            s.goes_left(x, cast, rule),
                            "{s:?} {x} {cast:?} {rule:?}"
                        );
                    }
                }
            }
        }
    }
}
