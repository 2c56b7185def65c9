//! `ledger.head`: what the last append left, so that the next one need not read everything.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::append::{Step, Watch};
use super::error::LedgerError;
use super::hash::Hash;
use super::merkle::Tree;
use super::place::Place;
use crate::canonical::canonical;

/// A head of 53 levels has some 4 KiB.
const HEAD_BYTES_MAX: u64 = 16 * 1024;

/// Size, last entry and tree of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    /// The last entry's hash.
    pub hash: Hash,
    /// Roots of the tree's perfect subtrees.
    pub peaks: Vec<Hash>,
    /// The tree's root.
    pub root: Hash,
    /// The last entry's number.
    pub seq: u64,
    /// Bytes of the ledger, line ends included.
    pub size_bytes: u64,
}

impl Head {
    /// Reads a head; `None` if there is none or it contradicts itself.
    pub fn read(path: &Path) -> Option<Self> {
        let mut text = String::new();
        let file = File::open(path).ok()?;
        file.take(HEAD_BYTES_MAX).read_to_string(&mut text).ok()?;
        let head: Self = serde_json::from_str(&text).ok()?;
        (head.tree()?.root() == head.root).then_some(head)
    }

    /// The tree that it describes.
    pub fn tree(&self) -> Option<Tree> {
        Tree::from_peaks(self.seq.checked_add(1)?, self.peaks.clone())
    }

    /// Replaces the head: temporary file, fsync, rename, fsync of the folder.
    pub fn write(&self, place: &Place, watch: &mut dyn Watch) -> Result<(), LedgerError> {
        let failed = |source| LedgerError::Head {
            file: place.head.display().to_string(),
            seq: self.seq,
            source,
        };
        let value = serde_json::to_value(self).unwrap_or_default();
        let text = canonical(&value) + "\n";
        let mut file = File::create(&place.head_tmp).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        watch.reached(Step::HeadWritten)?;
        file.sync_all().map_err(failed)?;
        drop(file);
        watch.reached(Step::HeadSynced)?;
        std::fs::rename(&place.head_tmp, &place.head).map_err(failed)?;
        watch.reached(Step::HeadRenamed)?;
        place.sync_folder().map_err(failed)
    }
}
