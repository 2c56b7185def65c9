//! How large a group may be.
//!
//! Larger groups mean fewer look-ups per row and larger tables to fill. The best size depends on the
//! tree and on how many rows share the tables, never on blocks or threads.

use super::BITS_MAX;
use super::group::inner_splits;
use crate::model::{Node, Tree};

/// What is computed, as far as costs differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One number per feature.
    Values,
    /// One number per pair of features.
    Pairs,
}

/// Bits to choose from.
const CHOICES: std::ops::RangeInclusive<usize> = 4..=11;

/// Costs in units of one addition to a table's number, from runs of `examples/shape.rs`.
const FILL: f64 = 1.5;
const LOOK_UP: f64 = 3.0;
const ADD: f64 = 0.25;

/// The number of bits whose groups cost least for this tree and so many rows.
pub(super) fn bits(tree: &Tree, rows: u64, shape: Shape) -> usize {
    let inner = inner_splits(tree);
    let widths = widths(tree);
    let best = CHOICES
        .map(|bits| (cost(tree, &inner, &widths, bits, rows, shape), bits))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or(8, |(_, bits)| bits)
}

/// The number of distinct features on the path to each node.
fn widths(tree: &Tree) -> Vec<u32> {
    let nodes = tree.nodes();
    let mut widths = vec![0_u32; nodes.len()];
    let mut stack: Vec<(u32, Vec<u32>)> = vec![(0, Vec::new())];
    while let Some((at, features)) = stack.pop() {
        widths[at as usize] = features.len() as u32;
        if let Node::Split(s) = &nodes[at as usize] {
            let mut below = features;
            if !below.contains(&s.feature) {
                below.push(s.feature);
            }
            stack.push((s.left, below.clone()));
            stack.push((s.right, below));
        }
    }
    widths
}

fn cost(tree: &Tree, inner: &[u32], widths: &[u32], bits: usize, rows: u64, shape: Shape) -> f64 {
    let mut total = 0.0;
    let mut stack = vec![0_u32];
    while let Some(at) = stack.pop() {
        let (width, splits) = (widths[at as usize] as usize, inner[at as usize] as usize);
        if let Node::Split(s) = &tree.nodes()[at as usize]
            && width + splits > bits
        {
            stack.push(s.right);
            stack.push(s.left);
            continue;
        }
        let length = (width + splits).min(BITS_MAX) as f64;
        let numbers = match shape {
            Shape::Values => length,
            Shape::Pairs => length * (length + 1.0) / 2.0,
        };
        let patterns = libm::exp2(length);
        let leaves = (splits + 1) as f64;
        // Tables beyond the first cache are slower to read.
        let bytes = patterns * numbers * 8.0;
        let slow = if bytes > 16_384.0 {
            1.0 + libm::log2(bytes / 16_384.0) * 0.35
        } else {
            1.0
        };
        total += FILL * patterns * leaves * numbers;
        total += rows as f64 * (LOOK_UP * slow + ADD * length + 0.5 * numbers * slow);
    }
    total
}
