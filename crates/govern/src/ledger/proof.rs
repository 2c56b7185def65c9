//! Proofs about a Merkle tree: that a line is in it, and that a larger tree only added to a smaller.
//!
//! A proof is a list of roots of subtrees. Which leaves each of them covers follows from the numbers
//! alone, and they never overlap, so one pass over the lines computes all of them.

use std::ops::Range;

use super::hash::Hash;
use super::merkle::{Tree, node};

/// The leaves that each hash of an inclusion proof covers, in the proof's order (RFC 6962 §2.1.1);
/// `None` if the tree has no such leaf.
#[must_use]
pub fn inclusion_ranges(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if index >= size {
        return None;
    }
    let mut out = Vec::new();
    let mut whole = 0..size;
    while whole.end - whole.start > 1 {
        let middle = whole.start + split(whole.end - whole.start);
        if index < middle {
            out.push(middle..whole.end);
            whole.end = middle;
        } else {
            out.push(whole.start..middle);
            whole.start = middle;
        }
    }
    out.reverse();
    Some(out)
}

/// The leaves that each hash of a consistency proof covers, in the proof's order (RFC 6962 §2.1.2);
/// `None` unless `0 < from <= to`. Empty if the sizes are equal.
#[must_use]
pub fn consistency_ranges(from: u64, to: u64) -> Option<Vec<Range<u64>>> {
    if from == 0 || from > to {
        return None;
    }
    let mut out = Vec::new();
    let mut whole = 0..to;
    // Whether the subtree looked at is the whole of the smaller tree, whose root is known.
    let mut known = true;
    while from != whole.end {
        let middle = whole.start + split(whole.end - whole.start);
        if from <= middle {
            out.push(middle..whole.end);
            whole.end = middle;
        } else {
            out.push(whole.start..middle);
            whole.start = middle;
            known = false;
        }
    }
    if !known {
        out.push(whole);
    }
    out.reverse();
    Some(out)
}

/// The largest power of two below a number above 1.
const fn split(leaves: u64) -> u64 {
    1 << (u64::BITS - 1 - (leaves - 1).leading_zeros())
}

/// Collects the roots of some ranges in one pass over all leaves.
pub struct Collector {
    /// Ranges by their start, with their places in the proof.
    ranges: Vec<(Range<u64>, usize)>,
    at: usize,
    tree: Tree,
    next: u64,
    hashes: Vec<Hash>,
}

impl Collector {
    /// For ranges that do not overlap and are not empty.
    #[must_use]
    pub fn new(ranges: Vec<Range<u64>>) -> Self {
        let hashes = vec![Hash::ZERO; ranges.len()];
        let mut ranges: Vec<_> = ranges.into_iter().zip(0..).collect();
        ranges.sort_by_key(|(range, _)| range.start);
        Self {
            ranges,
            at: 0,
            tree: Tree::default(),
            next: 0,
            hashes,
        }
    }

    /// Takes the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let index = self.next;
        self.next += 1;
        let Some((range, place)) = self.ranges.get(self.at) else {
            return;
        };
        if !range.contains(&index) {
            return;
        }
        self.tree.push(leaf);
        if self.next == range.end {
            self.hashes[*place] = std::mem::take(&mut self.tree).root();
            self.at += 1;
        }
    }

    /// The proof, if every range was full.
    #[must_use]
    pub fn finish(self) -> Option<Vec<Hash>> {
        (self.at == self.ranges.len()).then_some(self.hashes)
    }
}

/// Whether a leaf is the one at `index` in the tree with this size and root (RFC 9162 §2.1.3.2).
#[must_use]
pub fn is_included(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut fnode, mut snode, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            hash = node(sibling, &hash);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    snode == 0 && hash == root
}

/// Whether the tree `to` begins with the leaves of the tree `from`, each a size and a root
/// (RFC 9162 §2.1.4.2).
#[must_use]
pub fn is_consistent(from: (u64, Hash), to: (u64, Hash), proof: &[Hash]) -> bool {
    let ((first, first_root), (second, second_root)) = (from, to);
    if first == second {
        return proof.is_empty() && first_root == second_root;
    }
    if first == 0 || first > second {
        return false;
    }
    let mut proof = proof.iter();
    let (mut fnode, mut snode) = (first - 1, second - 1);
    let start = if first.is_power_of_two() {
        first_root
    } else {
        match proof.next() {
            Some(hash) => *hash,
            None => return false,
        }
    };
    while fnode & 1 == 1 {
        fnode >>= 1;
        snode >>= 1;
    }
    let (mut small, mut large) = (start, start);
    for hash in proof {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            small = node(hash, &small);
            large = node(hash, &large);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            large = node(&large, hash);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    snode == 0 && small == first_root && large == second_root
}

#[cfg(test)]
mod tests {
    use super::super::merkle::leaf;
    use super::*;

    fn leaves(size: u64) -> Vec<Hash> {
        (0..size)
            .map(|i| leaf(format!("e{i}").as_bytes()))
            .collect()
    }

    fn root(size: u64) -> Hash {
        let mut tree = Tree::default();
        leaves(size).into_iter().for_each(|leaf| tree.push(leaf));
        tree.root()
    }

    fn proof(ranges: Vec<Range<u64>>, size: u64) -> Vec<Hash> {
        let mut collector = Collector::new(ranges);
        leaves(size)
            .into_iter()
            .for_each(|leaf| collector.push(leaf));
        collector.finish().unwrap()
    }

    /// GOVERNANCE §4.5.
    #[test]
    fn the_worked_inclusion_of_index_two() {
        let path = proof(inclusion_ranges(2, 5).unwrap(), 5);
        let told: Vec<String> = path.iter().map(Hash::to_string).collect();
        assert_eq!(
            told,
            [
                "d5bdb58a19173a6a0111df3f1f62dbaa00e44221e0f09b47489812a010cd5314",
                "718fa0369d7475099bc6cb4327e3823a4972285f92bd49971a583c9f08ffb68d",
                "8e1f887cfc7c7a5e43f202daf67d99ae8f8fd4b33a6b251bcf9f5d83476303ea",
            ]
        );
        assert!(is_included(leaves(5)[2], 2, 5, &path, root(5)));
    }

    #[test]
    fn every_leaf_is_proved_and_no_other() {
        for size in 1..=33 {
            let root = root(size);
            for index in 0..size {
                let path = proof(inclusion_ranges(index, size).unwrap(), size);
                for (at, leaf) in leaves(size).into_iter().enumerate() {
                    let same = at as u64 == index;
                    assert_eq!(is_included(leaf, index, size, &path, root), same);
                }
                let mut longer = path.clone();
                longer.push(root);
                assert!(!is_included(
                    leaves(size)[index as usize],
                    index,
                    size,
                    &longer,
                    root
                ));
                if !path.is_empty() {
                    let shorter = &path[1..];
                    assert!(!is_included(
                        leaves(size)[index as usize],
                        index,
                        size,
                        shorter,
                        root
                    ));
                }
            }
            assert_eq!(inclusion_ranges(size, size), None);
        }
    }

    #[test]
    fn every_prefix_is_proved_and_no_other_tree() {
        for to in 1..=33 {
            for from in 1..=to {
                let path = proof(consistency_ranges(from, to).unwrap(), to);
                let (small, large) = ((from, root(from)), (to, root(to)));
                assert!(is_consistent(small, large, &path), "{from} to {to}");
                assert!(!is_consistent((from, Hash::ZERO), large, &path));
                assert!(!is_consistent(small, (to, Hash::ZERO), &path));
                for at in 0..path.len() {
                    let mut other = path.clone();
                    other[at].0[7] ^= 1;
                    assert!(!is_consistent(small, large, &other));
                    assert!(!is_consistent(small, large, &path[..at]));
                }
            }
            assert_eq!(consistency_ranges(to + 1, to), None);
        }
        assert_eq!(consistency_ranges(0, 5), None);
        assert!(!is_consistent((0, root(0)), (5, root(5)), &[]));
    }

    /// RFC 6962 §2.1.3: seven leaves.
    #[test]
    fn proofs_have_the_shapes_of_the_standard() {
        assert_eq!(inclusion_ranges(0, 7), Some(vec![1..2, 2..4, 4..7]));
        assert_eq!(inclusion_ranges(3, 7), Some(vec![2..3, 0..2, 4..7]));
        assert_eq!(inclusion_ranges(4, 7), Some(vec![5..6, 6..7, 0..4]));
        assert_eq!(inclusion_ranges(6, 7), Some(vec![4..6, 0..4]));
        assert_eq!(consistency_ranges(3, 7), Some(vec![2..3, 3..4, 0..2, 4..7]));
        let one: Vec<_> = std::iter::once(4..7).collect();
        assert_eq!(consistency_ranges(4, 7), Some(one));
        assert_eq!(consistency_ranges(6, 7), Some(vec![4..6, 6..7, 0..4]));
    }
}
