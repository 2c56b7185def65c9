//! A part of a model with everything its tables need.

use std::ops::Range;

use rayon::prelude::*;
use waage_core::observer::Observer;

use super::Perturbation;
use crate::bins::Bins;
use crate::codes::CodeBlock;
use crate::error::Result;
use crate::kernel::{self, Place, Plane, STRIP};
use crate::model::{Ensemble, Leaf, Output};
use crate::plan::{BUNDLE_FEATURES, Bundle, DeepLeaf, Part};
use crate::simd::{self, Level, WIDTH_MAX};
use crate::table::{self, Game, Index, Layout, Scratch};

/// A bundle made ready for its tables.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) bundle: Bundle,
    /// How each group's patterns come from codes.
    pub(super) planes: Vec<Vec<Plane>>,
    /// The outputs it adds to, each with the place of each group's table in the chunk.
    pub(super) outputs: Vec<(usize, Vec<Place>)>,
    /// Numbers per pattern.
    pub(super) width: usize,
    /// Where a table row's numbers go in a row's attributions; empty: to the first places.
    pub(super) places: Vec<u32>,
}

/// Bundles whose tables are held at once.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) bundles: Range<usize>,
    /// How many numbers its tables have.
    pub(super) numbers: usize,
}

/// Numbers that begin at a cache line, so that four of them never lie in two.
#[derive(Debug)]
pub(super) struct Tables {
    room: Vec<f64>,
    first: usize,
    count: usize,
}

impl Tables {
    fn new(count: usize) -> Self {
        const LINE: usize = 64;
        let room = vec![0.0; count + LINE / 8];
        // Where the pointer cannot be aligned the numbers are as right, and slower to read.
        let first = room.as_ptr().align_offset(LINE).min(LINE / 8);
        Self { room, first, count }
    }

    pub(super) fn numbers(&self) -> &[f64] {
        &self.room[self.first..self.first + self.count]
    }

    fn numbers_mut(&mut self) -> &mut [f64] {
        &mut self.room[self.first..self.first + self.count]
    }
}

/// A part of a model, ready.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) bins: Bins,
    pub(super) bundles: Vec<Ready>,
    pub(super) chunks: Vec<Chunk>,
    pub(super) deep: Vec<DeepLeaf>,
    /// The background as codes, and its weights.
    pub(super) background: Option<(CodeBlock, Vec<f64>)>,
}

impl Prepared {
    pub(super) fn new(
        model: &Ensemble,
        part: Part,
        perturbation: &Perturbation,
        index: Index,
        table_bytes: usize,
        level: Level,
    ) -> Result<Self> {
        let Part {
            bins,
            bundles,
            deep,
        } = part;
        let background = match perturbation {
            Perturbation::PathDependent => None,
            Perturbation::Interventional(background) => {
                let codes =
                    CodeBlock::new(&bins, background.rows(), model.cast, model.category, level);
                Some((codes, background.weights().to_vec()))
            }
        };
        super::deep::check(&deep, index)?;
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut ready = Vec::with_capacity(bundles.len());
        for bundle in bundles {
            let mut bundle = Ready::new(model, bundle, index);
            let numbers = bundle.numbers();
            let fits = |c: &Chunk| (c.numbers + numbers) * 8 <= table_bytes;
            match chunks.last_mut() {
                Some(chunk) if fits(chunk) => {
                    bundle.begin(chunk.numbers);
                    chunk.numbers += numbers;
                    chunk.bundles.end += 1;
                }
                _ => chunks.push(Chunk {
                    bundles: ready.len()..ready.len() + 1,
                    numbers,
                }),
            }
            ready.push(bundle);
        }
        Ok(Self {
            bins,
            bundles: ready,
            chunks,
            deep,
            background,
        })
    }

    /// The tables of a chunk, filled in parallel; incomplete once the observer stops.
    pub(super) fn fill(
        &self,
        model: &Ensemble,
        chunk: &Chunk,
        index: Index,
        level: Level,
        observer: &dyn Observer,
    ) -> Tables {
        let mut tables = Tables::new(chunk.numbers);
        let mut rest = tables.numbers_mut();
        let mut jobs = Vec::with_capacity(chunk.bundles.len());
        for bundle in &self.bundles[chunk.bundles.clone()] {
            let (own, behind) = rest.split_at_mut(bundle.numbers());
            rest = behind;
            jobs.push((bundle, own));
        }
        jobs.into_par_iter()
            .for_each_init(Scratch::default, |scratch, (bundle, tables)| {
                if !observer.cancelled() {
                    self.fill_bundle(model, bundle, index, level, tables, scratch);
                }
            });
        tables
    }

    /// What the part's leaves give to each output on average over the background: each leaf's value
    /// times the share of the background that reaches it, from histograms of patterns.
    pub(super) fn background_mean(&self, model: &Ensemble, level: Level) -> Vec<f64> {
        let mut mean = vec![0.0; model.outputs()];
        let Some((codes, weights)) = &self.background else {
            return mean;
        };
        let mut add = |tree: u32, leaf: Leaf, share: f64| {
            let tree = &model.trees[tree as usize];
            let values = tree.leaf_values(leaf);
            match tree.output() {
                Output::All => mean
                    .iter_mut()
                    .zip(values)
                    .for_each(|(m, v)| *m += share * v),
                Output::One(k) => mean[k as usize] += share * values[0],
            }
        };
        let reached: Vec<Vec<(u32, Leaf, f64)>> = self
            .bundles
            .par_iter()
            .map(|ready| {
                let groups = ready.bundle.groups.iter().zip(&ready.planes);
                groups
                    .flat_map(|(group, planes)| {
                        let shares = histogram(codes, weights, planes, group.patterns(), level);
                        group.leaves.iter().map(move |leaf| {
                            let reaches =
                                |pattern: u32| leaf.factors.iter().all(|f| f.holds(pattern));
                            let held = shares.iter().enumerate();
                            let held = held.filter(|(pattern, _)| reaches(*pattern as u32));
                            (group.tree, leaf.leaf, held.map(|(_, share)| share).sum())
                        })
                    })
                    .collect()
            })
            .collect();
        for (tree, leaf, share) in reached.into_iter().flatten() {
            add(tree, leaf, share);
        }
        for deep in &self.deep {
            add(
                deep.tree,
                deep.leaf,
                super::deep::share(deep, codes, weights),
            );
        }
        mean
    }

    fn fill_bundle(
        &self,
        model: &Ensemble,
        ready: &Ready,
        index: Index,
        level: Level,
        tables: &mut [f64],
        scratch: &mut Scratch,
    ) {
        let mut rest = tables;
        for output in 0..ready.outputs.len() {
            for (group, planes) in ready.bundle.groups.iter().zip(&ready.planes) {
                let (table, behind) = rest.split_at_mut(group.patterns() * ready.width);
                rest = behind;
                let shares = self.background.as_ref().map(|(codes, weights)| {
                    histogram(codes, weights, planes, group.patterns(), level)
                });
                let game = shares.as_deref().map_or(Game::Path, Game::Background);
                let places = ready.slots(group.features.as_slice(), index);
                let layout = Layout {
                    stride: ready.width,
                    places: &places,
                };
                let tree = &model.trees[group.tree as usize];
                let value = |number: usize| tree.leaf_values(group.leaves[number].leaf)[output];
                table::fill(group, value, game, index, layout, table, scratch);
            }
        }
    }
}

impl Ready {
    fn new(model: &Ensemble, mut bundle: Bundle, index: Index) -> Self {
        let features = model.features.len();
        let outputs: Vec<usize> = match bundle.output {
            Output::All => (0..model.outputs()).collect(),
            Output::One(k) => vec![k as usize],
        };
        let (width, places) = if index.pairs() {
            let list = &bundle.features;
            let pairs = list.iter().enumerate();
            let places: Vec<u32> = pairs
                .flat_map(|(b, fb)| list[..=b].iter().map(move |fa| fa * features as u32 + fb))
                .collect();
            (padded(places.len()), places)
        } else if features <= BUNDLE_FEATURES
            && padded(features) <= padded(bundle.features.len()) + 4
        {
            // Nearly all features: the table's row is the row of attributions itself.
            bundle.features = (0..features as u32).collect();
            (padded(features), Vec::new())
        } else {
            (padded(bundle.features.len()), bundle.features.clone())
        };
        let planes = bundle
            .groups
            .iter()
            .map(|group| kernel::planes(&group.bits))
            .collect();
        let mut at = 0;
        let outputs = outputs.into_iter().map(|output| {
            let groups = bundle.groups.iter().map(|group| {
                let place = Place {
                    table: at,
                    wide: group.bits.len() > 8,
                };
                at += group.patterns() * width;
                place
            });
            (output, groups.collect())
        });
        let outputs = outputs.collect();
        Self {
            planes,
            outputs,
            width,
            places,
            bundle,
        }
    }

    /// How many numbers its tables have, for all outputs.
    pub(super) fn numbers(&self) -> usize {
        let patterns: usize = self
            .bundle
            .groups
            .iter()
            .map(crate::plan::Group::patterns)
            .sum();
        patterns * self.width * self.outputs.len()
    }

    /// Moves its tables behind those that come first in the chunk.
    fn begin(&mut self, first: usize) {
        for place in self.outputs.iter_mut().flat_map(|(_, places)| places) {
            place.table += first;
        }
    }

    /// Where the slots (or pairs of slots) of a group go in a table's row.
    fn slots(&self, features: &[u32], index: Index) -> Vec<u32> {
        let list = &self.bundle.features;
        let place = |feature: &u32| list.binary_search(feature).unwrap_or(0) as u32;
        let slots: Vec<u32> = features.iter().map(place).collect();
        if !index.pairs() {
            return slots;
        }
        let pairs = slots.iter().enumerate();
        pairs
            .flat_map(|(b, sb)| {
                slots[..=b]
                    .iter()
                    .map(move |sa| table::pair(*sa, *sb) as u32)
            })
            .collect()
    }
}

/// The width of a table's row: a multiple of 4 if that is summed in registers.
fn padded(numbers: usize) -> usize {
    let wide = numbers.next_multiple_of(4);
    if wide <= WIDTH_MAX { wide } else { numbers }
}

/// The share of the background in each pattern of a group.
fn histogram(
    codes: &CodeBlock,
    weights: &[f64],
    planes: &[Plane],
    patterns: usize,
    level: Level,
) -> Vec<f64> {
    let mut shares = vec![0.0; patterns];
    let mut bits = [0_u8; 2 * STRIP];
    for (strip, weights) in codes.strips.iter().zip(weights.chunks(STRIP)) {
        for (plane, bits) in planes.iter().zip(bits.chunks_mut(STRIP)) {
            simd::write(level, plane, strip, &mut bits[..weights.len()]);
        }
        for (row, weight) in weights.iter().enumerate() {
            shares[usize::from(bits[row]) | usize::from(bits[row + STRIP]) << 8] += weight;
        }
    }
    shares
}
