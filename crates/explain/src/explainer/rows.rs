//! Rows in blocks, blocks in strips, strips through bundles.

use rayon::prelude::*;
use waage_core::observer::Observer;

use super::tables::{Chunk, Prepared};
use crate::codes::CodeBlock;
use crate::kernel::STRIP;
use crate::simd::{self, Level, Strip};

/// Rows of one task: large enough that a bundle's tables come from memory seldom.
const BLOCK: usize = 8 * STRIP;

/// How rows lie in the output.
pub(super) struct Job<'a> {
    pub(super) level: Level,
    /// Numbers per row.
    pub(super) stride: usize,
    /// Numbers per row and output.
    pub(super) width: usize,
    /// Stops the work between bundles.
    pub(super) observer: &'a dyn Observer,
}

/// Adds the bundles of a chunk to all rows.
pub(super) fn add(
    job: &Job<'_>,
    part: &Prepared,
    chunk: &Chunk,
    tables: &[f64],
    codes: &CodeBlock,
    out: &mut [f64],
) {
    let blocks = out.par_chunks_mut(BLOCK * job.stride).enumerate();
    blocks.for_each_init(Vec::new, |patterns, (block, out)| {
        let first = block * (BLOCK / STRIP);
        for ready in &part.bundles[chunk.bundles.clone()] {
            if job.observer.cancelled() {
                return;
            }
            patterns.resize(2 * STRIP * ready.planes.len(), 0_u8);
            for (strip, out) in out.chunks_mut(STRIP * job.stride).enumerate() {
                let rows = out.len() / job.stride;
                let codes = &codes.strips[first + strip];
                for (planes, bits) in ready.planes.iter().zip(patterns.chunks_mut(2 * STRIP)) {
                    for (plane, bits) in planes.iter().zip(bits.chunks_mut(STRIP)) {
                        simd::write(job.level, plane, codes, &mut bits[..rows]);
                    }
                }
                for (output, groups) in &ready.outputs {
                    let strip = Strip {
                        tables,
                        groups,
                        patterns,
                        rows,
                        places: &ready.places,
                        stride: (job.stride, job.width),
                    };
                    simd::add_rows(
                        job.level,
                        ready.width,
                        &strip,
                        &mut out[output * job.width..],
                    );
                }
            }
        }
    });
}

/// Copies the upper triangle of each square to the lower one.
pub(super) fn mirror(out: &mut [f64], features: usize) {
    out.par_chunks_mut(features * features).for_each(|square| {
        for b in 1..features {
            for a in 0..b {
                square[b * features + a] = square[a * features + b];
            }
        }
    });
}
