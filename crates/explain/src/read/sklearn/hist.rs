//! Trees of histogram gradient boosting.

use super::build::{Parts, add_nodes, checked, same, whole_stages};
use super::{Categories, FORMAT, HistArrays};
use crate::model::{IdSet, InputCast, Link, Missing, Output, RawNode, Split, Test};
use crate::{Error, Result};

/// Words of a set of categories: codes are below 256.
const WORDS: usize = 8;

pub fn parts(
    baseline: Vec<f64>,
    link: Link,
    columns: &[usize],
    categories: &[Option<Categories>],
    trees: &[HistArrays],
) -> Result<Parts> {
    whole_stages(trees.len(), baseline.len())?;
    let mut seen = vec![false; columns.len()];
    for (at, column) in columns.iter().enumerate() {
        if seen
            .get_mut(*column)
            .is_none_or(|s| std::mem::replace(s, true))
        {
            return Err(Error::malformed(
                FORMAT,
                format!("columns[{at}]"),
                format!(
                    "{column} occurs twice or is not below {} features",
                    columns.len()
                ),
            ));
        }
    }
    // Per column as the trees see it: the codes that occurred in training.
    let known: Vec<Option<IdSet>> = columns
        .iter()
        .map(|c| categories[*c].as_ref().map(codes))
        .collect();
    let mut found = Vec::with_capacity(trees.len());
    let mut nodes = 0;
    for (number, arrays) in trees.iter().enumerate() {
        add_nodes(&mut nodes, arrays.is_leaf.len())?;
        let raw = raw(arrays, number, columns, &known)?;
        let output = Output::One((number % baseline.len()) as u32);
        found.push(checked(&raw, number, output, 1, columns.len())?);
    }
    Ok(Parts {
        base: baseline,
        cast: InputCast::F64,
        trees: found,
        linear: None,
        link,
    })
}

/// The codes of categories; a missing value among them has none.
fn codes(categories: &Categories) -> IdSet {
    let count = match categories {
        Categories::Numbers(numbers) => numbers.iter().filter(|x| !x.is_nan()).count(),
        Categories::Text(texts) => texts.len(),
    };
    IdSet::new((0..count.min(WORDS * 32) as u32).collect())
}

fn raw(
    arrays: &HistArrays,
    number: usize,
    columns: &[usize],
    known: &[Option<IdSet>],
) -> Result<Vec<RawNode>> {
    let n = arrays.is_leaf.len();
    for (field, len) in [
        ("left", arrays.left.len()),
        ("right", arrays.right.len()),
        ("feature", arrays.feature.len()),
        ("threshold", arrays.threshold.len()),
        ("missing_left", arrays.missing_left.len()),
        ("is_categorical", arrays.is_categorical.len()),
        ("bitset", arrays.bitset.len()),
        ("cover", arrays.cover.len()),
        ("value", arrays.value.len()),
    ] {
        same(&format!("tree {number}, {field}"), len, n)?;
    }
    (0..n)
        .map(|node| {
            if arrays.is_leaf[node] != 0 {
                return Ok(RawNode::Leaf(vec![arrays.value[node]], arrays.cover[node]));
            }
            let bad = |field: &str, what: String| {
                Error::malformed(FORMAT, format!("tree {number}, node {node}, {field}"), what)
            };
            let seen = usize::try_from(arrays.feature[node])
                .ok()
                .filter(|f| *f < columns.len())
                .ok_or_else(|| {
                    let what = format!(
                        "{} is not below {} columns",
                        arrays.feature[node],
                        columns.len()
                    );
                    bad("feature", what)
                })?;
            let categorical = arrays.is_categorical[node] != 0;
            if categorical != known[seen].is_some() {
                let what = format!(
                    "column {seen} has {} categories, but the split says otherwise",
                    if categorical { "no" } else { "known" }
                );
                return Err(bad("is_categorical", what));
            }
            let test = if !categorical {
                Test::Below {
                    threshold: arrays.threshold[node],
                    or_equal: true,
                }
            } else {
                let row = arrays.bitset[node] as usize;
                let words = arrays
                    .left_categories
                    .chunks_exact(WORDS)
                    .nth(row)
                    .ok_or_else(|| bad("bitset", format!("there is no set {row}")))?;
                Test::Category {
                    listed: ids(words),
                    listed_left: true,
                    known: known[seen].clone(),
                }
            };
            Ok(RawNode::Split(Split {
                feature: columns[seen] as u32,
                test,
                missing: Missing::Left(arrays.missing_left[node] != 0),
                left: arrays.left[node],
                right: arrays.right[node],
                cover: arrays.cover[node],
            }))
        })
        .collect()
}

fn ids(words: &[u32]) -> IdSet {
    let bit = |id: &u32| words[*id as usize / 32] >> (id % 32) & 1 == 1;
    IdSet::new((0..words.len() as u32 * 32).filter(bit).collect())
}
