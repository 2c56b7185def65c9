//! A part of a model with everything its tables need.

use std::ops::Range;

use rayon::prelude::*;

use super::Perturbation;
use crate::bins::Bins;
use crate::codes::CodeBlock;
use crate::error::Result;
use crate::kernel::{Check, Place, STRIP};
use crate::model::{Ensemble, Output};
use crate::plan::{BUNDLE_FEATURES, Bundle, DeepLeaf, Part};
use crate::simd::{self, Level, WIDTH_MAX};
use crate::table::{self, Game, Index, Layout, Scratch};

/// A bundle made ready for its tables.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) bundle: Bundle,
    /// The checks of each group's bits, with their columns.
    pub(super) checks: Vec<Vec<(u32, Check)>>,
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
    ) -> Result<Self> {
        let Part {
            bins,
            bundles,
            deep,
        } = part;
        let background = match perturbation {
            Perturbation::PathDependent => None,
            Perturbation::Interventional(background) => {
                let codes = CodeBlock::new(&bins, background.rows(), model.cast, model.category);
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

    /// The tables of a chunk, filled in parallel.
    pub(super) fn fill(
        &self,
        model: &Ensemble,
        chunk: &Chunk,
        index: Index,
        level: Level,
    ) -> Vec<f64> {
        let mut tables = vec![0.0; chunk.numbers];
        let mut rest = &mut tables[..];
        let mut jobs = Vec::with_capacity(chunk.bundles.len());
        for bundle in &self.bundles[chunk.bundles.clone()] {
            let (own, behind) = rest.split_at_mut(bundle.numbers());
            rest = behind;
            jobs.push((bundle, own));
        }
        jobs.into_par_iter()
            .for_each_init(Scratch::default, |scratch, (bundle, tables)| {
                self.fill_bundle(model, bundle, index, level, tables, scratch);
            });
        tables
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
        let tree = &model.trees[ready.bundle.tree as usize];
        let mut rest = tables;
        for output in 0..ready.outputs.len() {
            for (group, checks) in ready.bundle.groups.iter().zip(&ready.checks) {
                let (table, behind) = rest.split_at_mut(group.patterns() * ready.width);
                rest = behind;
                let shares = self
                    .background
                    .as_ref()
                    .map(|(codes, weights)| histogram(codes, weights, checks, level));
                let game = shares.as_deref().map_or(Game::Path, Game::Background);
                let places = ready.slots(group.features.as_slice(), index);
                let layout = Layout {
                    stride: ready.width,
                    places: &places,
                };
                let value = |number: usize| tree.leaf_values(group.leaves[number].leaf)[output];
                table::fill(group, value, game, index, layout, table, scratch);
            }
        }
    }
}

impl Ready {
    fn new(model: &Ensemble, mut bundle: Bundle, index: Index) -> Self {
        let features = model.features.len();
        let outputs: Vec<usize> = match model.trees[bundle.tree as usize].output() {
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
        let checks = bundle.groups.iter().map(|group| {
            let bits = group.bits.iter();
            bits.map(|condition| (condition.column, Check::of(condition)))
                .collect()
        });
        let checks = checks.collect();
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
            checks,
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
    checks: &[(u32, Check)],
    level: Level,
) -> Vec<f64> {
    let mut shares = vec![0.0; 1 << checks.len()];
    let mut planes = [0_u8; 2 * STRIP];
    let mut from = 0;
    while from < codes.rows {
        let rows = STRIP.min(codes.rows - from);
        planes.fill(0);
        for (bit, (column, check)) in checks.iter().enumerate() {
            let plane = &mut planes[STRIP * (bit / 8)..][..rows];
            simd::add_bit(
                level,
                &codes.columns[*column as usize],
                check,
                from,
                bit as u32 % 8,
                plane,
            );
        }
        for row in 0..rows {
            let pattern = usize::from(planes[row]) | usize::from(planes[row + STRIP]) << 8;
            shares[pattern] += weights[from + row];
        }
        from += rows;
    }
    shares
}
