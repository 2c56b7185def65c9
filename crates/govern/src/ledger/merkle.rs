//! Merkle trees over the lines of a ledger, hashed as RFC 6962 §2.1 says.
//!
//! A tree over `n` leaves is kept as the roots of its perfect subtrees, one for each one bit of `n`,
//! so that a leaf is added in constant time and a million leaves need twenty hashes.

use super::hash::{Hash, Hasher, sha256};

/// The hash of a leaf: `SHA-256(0x00 || line)`, the line without its line end.
#[must_use]
pub fn leaf(line: &[u8]) -> Hash {
    Hasher::default().hash([&[0], line])
}

/// The hash of an inner node: `SHA-256(0x01 || left || right)`.
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Hasher::default().hash([&[1], &left.0, &right.0])
}

/// A tree that grows at its right end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    /// Roots of perfect subtrees, the largest first.
    peaks: Vec<Hash>,
}

impl Tree {
    /// The tree that was kept as its size and peaks; `None` if the peaks are too many or too few.
    #[must_use]
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Roots of its perfect subtrees, the largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds the hash of a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_with(leaf, &mut Hasher::default());
    }

    pub(crate) fn push_with(&mut self, leaf: Hash, hasher: &mut Hasher) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = hasher.hash([&[1], &left.0, &hash.0]);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root; of no leaves, the hash of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else {
            return sha256(b"");
        };
        peaks.fold(*last, |right, left| node(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GOVERNANCE §4.5: leaves `e0` to `e4`.
    #[test]
    fn roots_are_those_of_the_worked_example() {
        assert_eq!(
            leaf(b"").to_string(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        let mut tree = Tree::default();
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "956ae51bd3e285ccb826298dd523dd08824ce5579749994f2e0021737b9dd4b8",
            "718fa0369d7475099bc6cb4327e3823a4972285f92bd49971a583c9f08ffb68d",
            "64b249c4e0606e3d9742c49bfd57cd1e3eb170f5ccefa26ea045ca193d64a75f",
            "95669b376bc4e3544da09825e59ae202a35ac0fc5e5809a2ca63d81e89d17d6c",
            "e14e43627e473070de926fe026cc670820e60288089abd1f95f83f42fe81f7ab",
        ];
        for (size, root) in roots.iter().enumerate() {
            assert_eq!(tree.root().to_string(), *root, "{size} leaves");
            assert_eq!(tree.size(), size as u64);
            assert_eq!(
                Tree::from_peaks(tree.size(), tree.peaks().to_vec()),
                Some(tree.clone())
            );
            tree.push(leaf(format!("e{size}").as_bytes()));
        }
        assert_eq!(Tree::from_peaks(3, vec![Hash::ZERO]), None);
    }

    /// RFC 6962 §2.1, written down as it stands there.
    fn by_definition(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => sha256(b""),
            [one] => leaf(one),
            many => {
                let mut k = 1;
                while k * 2 < many.len() {
                    k *= 2;
                }
                node(&by_definition(&many[..k]), &by_definition(&many[k..]))
            }
        }
    }

    /// The eight leaves of the test data of Certificate Transparency.
    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let leaves: [&[u8]; 8] = [
            b"",
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[
                0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
                0x6e, 0x6f,
            ],
        ];
        let mut tree = Tree::default();
        for bytes in leaves {
            tree.push(leaf(bytes));
        }
        assert_eq!(
            tree.root().to_string(),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        );
    }

    #[test]
    fn a_growing_tree_is_the_defined_one() {
        let leaves: Vec<Vec<u8>> = (0..70_u8).map(|i| vec![i; usize::from(i)]).collect();
        let mut tree = Tree::default();
        for (size, bytes) in leaves.iter().enumerate() {
            assert_eq!(tree.root(), by_definition(&leaves[..size]));
            tree.push(leaf(bytes));
        }
    }
}
