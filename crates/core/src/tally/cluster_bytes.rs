//! Clusters as bytes, the last part of a tally's frame.

use super::bytes::{Read, array, get_len, put_len};
use super::clusters::NO_SCORE;
use super::scores::is_image;
use super::{Clusters, Held, TallyBytesError};
use crate::block::outcome;

impl Clusters {
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.has_scores()));
        put_len(out, self.patterns().len());
        for pattern in self.patterns() {
            out.extend_from_slice(&pattern.clusters.to_le_bytes());
            put_len(out, pattern.held.len());
            for held in &pattern.held {
                out.extend_from_slice(&held.cell.to_le_bytes());
                out.push(held.outcome);
                out.extend_from_slice(&held.rows.to_le_bytes());
                out.extend_from_slice(&held.weight.to_le_bytes());
                if self.has_scores() {
                    out.extend_from_slice(&held.image.to_le_bytes());
                }
            }
        }
    }

    pub(super) fn get(input: &mut &[u8], cells: usize) -> Read<Self> {
        let [scored] = array(input)?;
        if scored > 1 {
            return Err(TallyBytesError::Damaged("unknown kind of clusters"));
        }
        let count = get_len(input)?;
        let mut patterns = Vec::new();
        for _ in 0..count {
            let clusters = u64::from_le_bytes(array(input)?);
            let parts = get_len(input)?;
            let mut held = Vec::new();
            for _ in 0..parts {
                let cell = u32::from_le_bytes(array(input)?);
                let [outcome] = array(input)?;
                let rows = u64::from_le_bytes(array(input)?);
                let weight = f64::from_le_bytes(array(input)?);
                let image = match scored {
                    0 => NO_SCORE,
                    _ => u64::from_le_bytes(array(input)?),
                };
                let known = (cell as usize) < cells && usize::from(outcome) < outcome::COUNT;
                let score = image == NO_SCORE || is_image(image);
                let good = known && score && weight >= 0.0 && weight.is_finite();
                if !good {
                    return Err(TallyBytesError::Damaged("a cluster holds what is nowhere"));
                }
                held.push(Held {
                    cell,
                    outcome,
                    rows,
                    weight,
                    image,
                });
            }
            patterns.push((held, clusters));
        }
        let read = Self::of(patterns, scored == 1);
        match read.patterns().len() == count {
            true => Ok(read),
            false => Err(TallyBytesError::Damaged(
                "two patterns of clusters are alike",
            )),
        }
    }
}
