//! A tree of a block of lines.

use super::lines::Block;
use super::{limit, linear, wrong};
use crate::Result;
use crate::model::{IdSet, Missing, Output, RawNode, Split, Test, Tree};

/// Bits of `decision_type`.
const CATEGORICAL: u8 = 1;
const DEFAULT_LEFT: u8 = 2;
const MISSING_SHIFT: u8 = 2;

/// What all trees of the model hold so far.
#[derive(Default)]
pub(super) struct Totals {
    nodes: usize,
    categories: usize,
}

/// Makes a tree of a block. `covers` becomes false when the tree has splits and no counts.
///
/// In errors of the tree's form, nodes are numbered as in the file and leaves behind the splits.
pub(super) fn read(
    block: &Block<'_>,
    output: u32,
    features: usize,
    covers: &mut bool,
    totals: &mut Totals,
) -> Result<Tree> {
    let values: Vec<f64> = block.any("leaf_value")?;
    let leaves: usize = block.one("num_leaves")?;
    if leaves == 0 || values.len() != leaves {
        return Err(wrong(
            "leaf_value",
            format!("{} values where num_leaves is {leaves}", values.len()),
        ));
    }
    let splits = leaves - 1;
    totals.nodes += leaves + splits;
    limit::nodes(totals.nodes)?;
    let (split_covers, leaf_covers) = node_covers(block, splits, leaves)?.unwrap_or_else(|| {
        *covers &= splits == 0;
        (vec![0.0; splits], vec![0.0; leaves])
    });

    let mut sets = Sets::read(block, totals)?;
    let feature: Vec<u32> = block.list("split_feature", splits)?;
    let threshold: Vec<f64> = block.list("threshold", splits)?;
    let decision: Vec<u8> = block.list("decision_type", splits)?;
    let left: Vec<i32> = block.list("left_child", splits)?;
    let right: Vec<i32> = block.list("right_child", splits)?;
    let child = |number: i32| match u32::try_from(number) {
        Ok(split) => split,
        // Leaf c is written as -(c + 1).
        Err(_) => (splits as u32).saturating_add(!number.cast_unsigned()),
    };
    let mut nodes = Vec::with_capacity(splits + leaves);
    for at in 0..splits {
        let (test, missing) = decide(at, decision[at], threshold[at], &mut sets)?;
        nodes.push(RawNode::Split(Split {
            feature: feature[at],
            test,
            missing,
            left: child(left[at]),
            right: child(right[at]),
            cover: split_covers[at],
        }));
    }
    for (value, cover) in values.iter().zip(&leaf_covers) {
        nodes.push(RawNode::Leaf(vec![*value], *cover));
    }
    let tree = Tree::new(&nodes, 0, Output::One(output), 1, features)
        .map_err(|error| wrong("the nodes", error.to_string()))?;
    if tree.leaves() != leaves {
        return Err(wrong(
            "left_child, right_child",
            format!("{} of {leaves} leaves are reached", tree.leaves()),
        ));
    }
    match block.get("is_linear").map(str::trim) {
        Some("1") => linear::with_models(tree, &nodes, block, splits, features),
        _ => Ok(tree),
    }
}

/// What a split asks, and where missing values go.
fn decide(at: usize, decision: u8, threshold: f64, sets: &mut Sets) -> Result<(Test, Missing)> {
    let left = decision & DEFAULT_LEFT != 0;
    if decision & CATEGORICAL != 0 {
        let test = Test::Category {
            listed: sets.take(at, threshold)?,
            listed_left: true,
            known: None,
        };
        return Ok((test, Missing::Left(false)));
    }
    let missing = match decision >> MISSING_SHIFT {
        0 => Missing::AsZero,
        1 => Missing::ZeroLeft(left),
        2 => Missing::Left(left),
        _ => {
            return Err(wrong(
                "decision_type",
                format!("split {at} has the unknown type {decision}"),
            ));
        }
    };
    let test = Test::Below {
        threshold,
        or_equal: true,
    };
    Ok((test, missing))
}

/// Counts of rows at splits and leaves, else their weights; `None` when the root has neither.
fn node_covers(
    block: &Block<'_>,
    splits: usize,
    leaves: usize,
) -> Result<Option<(Vec<f64>, Vec<f64>)>> {
    for (inner, outer) in [
        ("internal_count", "leaf_count"),
        ("internal_weight", "leaf_weight"),
    ] {
        let inner_covers: Vec<f64> = block.any(inner)?;
        let outer_covers: Vec<f64> = block.any(outer)?;
        if inner_covers.is_empty() && (splits > 0 || outer_covers.is_empty()) {
            continue;
        }
        for (key, found, wanted) in [
            (inner, inner_covers.len(), splits),
            (outer, outer_covers.len(), leaves),
        ] {
            if found != wanted {
                return Err(wrong(
                    key,
                    format!("{found} values where {wanted} should be"),
                ));
            }
        }
        if inner_covers
            .iter()
            .chain(&outer_covers)
            .any(|c| !c.is_finite())
        {
            return Err(wrong(inner, "a count is not finite"));
        }
        if inner_covers.first().is_none_or(|root| *root > 0.0) {
            return Ok(Some((inner_covers, outer_covers)));
        }
    }
    Ok(None)
}

/// The sets of categories of a tree; each belongs to one split.
struct Sets(Vec<Option<IdSet>>);

impl Sets {
    fn read(block: &Block<'_>, totals: &mut Totals) -> Result<Self> {
        let n: usize = match block.get("num_cat") {
            Some(_) => block.one("num_cat")?,
            None => 0,
        };
        if n == 0 {
            return Ok(Self(Vec::new()));
        }
        let bounds: Vec<usize> = block.any("cat_boundaries")?;
        let words: Vec<u32> = block.any("cat_threshold")?;
        if bounds.len() - usize::from(!bounds.is_empty()) != n
            || !bounds.is_sorted()
            || bounds.last().is_some_and(|end| *end > words.len())
        {
            return Err(wrong(
                "cat_boundaries",
                format!(
                    "it should be {n} + 1 numbers that rise to at most {}",
                    words.len()
                ),
            ));
        }
        totals.categories += words.iter().map(|w| w.count_ones() as usize).sum::<usize>();
        limit::categories(totals.categories)?;
        let set = |words: &[u32]| {
            let ids = (0_u32..).zip(words).flat_map(|(at, word)| {
                (0..32)
                    .filter(move |bit| word >> bit & 1 == 1)
                    .map(move |bit| at * 32 + bit)
            });
            Some(IdSet::new(ids.collect()))
        };
        Ok(Self(
            bounds.windows(2).map(|b| set(&words[b[0]..b[1]])).collect(),
        ))
    }

    /// The set that a split's threshold numbers.
    fn take(&mut self, split: usize, threshold: f64) -> Result<IdSet> {
        // The cast saturates and the comparison refuses what is no whole number.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let at = threshold as usize;
        let set = self.0.get_mut(at).filter(|_| at as f64 == threshold);
        set.and_then(Option::take)
            .ok_or_else(|| {
                wrong(
                    "threshold",
                    format!("split {split} asks for set {threshold} of the {}, which is not there or another's", self.0.len()),
                )
            })
    }
}
