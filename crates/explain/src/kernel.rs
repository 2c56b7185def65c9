//! The loops over rows: patterns from codes, and sums of table rows.
//!
//! Everything here is plain safe code that compilers turn into vector instructions; [`crate::simd`]
//! compiles it for several instruction sets. Each row is summed in the order of the groups, so the
//! instruction set, the block and the thread change no bit.

use crate::codes::Codes;
use crate::plan::Condition;

/// Rows whose patterns are held at once.
pub const STRIP: usize = 512;

/// Runs of codes beyond which a table of flags is quicker.
const RUNS_MAX: usize = 4;

/// Flips a bit of a pattern where a code lies in a run: `code - low <= span`, wrapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Flip {
    column: u32,
    low: u16,
    span: u16,
    bit: u8,
}

/// Flips a bit where a code's flag is set.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Flags {
    column: u32,
    /// The bit, or 0, for each code.
    bits: Vec<u8>,
}

/// How up to eight bits of a pattern come from codes.
///
/// A set of codes is the exclusive or of its runs; one that holds the last code is the complement
/// of another, so its bit is set at first and flipped where the other holds.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Plane {
    first: u8,
    flips: Vec<Flip>,
    flags: Vec<Flags>,
}

/// The planes of a group's pattern, eight bits each: one or two.
#[must_use]
pub fn planes(bits: &[Condition]) -> Vec<Plane> {
    bits.chunks(8).map(Plane::new).collect()
}

impl Plane {
    fn new(bits: &[Condition]) -> Self {
        let mut plane = Self::default();
        for (at, condition) in bits.iter().enumerate() {
            let bit = 1_u8 << at;
            let codes = condition.codes;
            let negated = condition.set.contains((codes - 1) as u16);
            let flipped = negated.then(|| condition.set.complement(codes));
            let set = flipped.as_ref().unwrap_or(&condition.set);
            if negated {
                plane.first |= bit;
            }
            let runs = set.runs(codes);
            let column = condition.column;
            if runs.len() <= RUNS_MAX {
                plane.flips.extend(runs.into_iter().map(|(low, high)| Flip {
                    column,
                    low,
                    span: high - low,
                    bit,
                }));
            } else {
                let bits = (0..codes).map(|c| if set.contains(c as u16) { bit } else { 0 });
                let bits = bits.collect();
                plane.flags.push(Flags { column, bits });
            }
        }
        plane
    }

    /// Writes the bits of the rows of a strip, whose codes are `codes`, column after column.
    #[inline(always)]
    pub fn write(&self, codes: &[Codes], out: &mut [u8]) {
        out.fill(self.first);
        for flip in &self.flips {
            // Long plain loops over bytes: the shape that compilers make vectors of.
            match &codes[flip.column as usize] {
                Codes::Narrow(codes) => {
                    let (low, span, bit) = (flip.low as u8, flip.span as u8, flip.bit);
                    for (bits, code) in out.iter_mut().zip(codes) {
                        *bits ^= if code.wrapping_sub(low) <= span {
                            bit
                        } else {
                            0
                        };
                    }
                }
                Codes::Wide(codes) => {
                    let (low, span, bit) = (flip.low, flip.span, flip.bit);
                    for (bits, code) in out.iter_mut().zip(codes) {
                        *bits ^= if code.wrapping_sub(low) <= span {
                            bit
                        } else {
                            0
                        };
                    }
                }
            }
        }
        for flags in &self.flags {
            match &codes[flags.column as usize] {
                Codes::Narrow(codes) => {
                    for (bits, code) in out.iter_mut().zip(codes) {
                        *bits ^= flags.bits[usize::from(*code)];
                    }
                }
                Codes::Wide(codes) => {
                    for (bits, code) in out.iter_mut().zip(codes) {
                        *bits ^= flags.bits[usize::from(*code)];
                    }
                }
            }
        }
    }
}

/// Cuts that are compared with a value at once.
pub const RUNG: usize = 16;

/// Sorted cuts as a tree of [`RUNG`]s: the rung of a level says which rung of the next to look at.
///
/// Rungs are padded with NaN, which nothing reaches.
#[derive(Clone, Debug, PartialEq)]
pub struct Ladder {
    /// The top level, with one rung, first; the cuts themselves last.
    pub levels: Vec<Vec<f64>>,
}

impl Ladder {
    /// The ladder of sorted cuts.
    #[must_use]
    pub fn new(cuts: &[f64]) -> Self {
        let mut levels = vec![pad(cuts.to_vec())];
        while levels[0].len() > RUNG {
            // The last cut of every rung but the last one: as many as these reach come before.
            let rungs = levels[0].as_chunks::<RUNG>().0;
            let lasts = rungs[..rungs.len() - 1].iter().map(|rung| rung[RUNG - 1]);
            levels.insert(0, pad(lasts.collect()));
        }
        Self { levels }
    }
}

fn pad(mut cuts: Vec<f64>) -> Vec<f64> {
    cuts.resize(cuts.len().max(1).next_multiple_of(RUNG), f64::NAN);
    cuts
}

/// The code of each value: 0 for NaN, else 1 + the number of cuts at or below it.
#[inline(always)]
pub fn search(ladder: &Ladder, values: &[f64], codes: &mut [u16]) {
    for (x, code) in values.iter().zip(codes) {
        let mut at = 0;
        for level in &ladder.levels {
            let rung = &level[at * RUNG..][..RUNG];
            let below: usize = rung.iter().map(|cut| usize::from(cut <= x)).sum();
            at = at * RUNG + below;
        }
        *code = if x.is_nan() { 0 } else { at as u16 + 1 };
    }
}

/// Where a group's tables begin and how its patterns lie.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The table's first number.
    pub table: usize,
    /// Whether its patterns have more than 8 bits.
    pub wide: bool,
}

/// Adds, for every row of a strip, the table rows of all groups of a bundle.
///
/// `patterns` holds two planes of [`STRIP`] bytes per group, the low and the high bits; `out` holds
/// `stride` numbers per row, of which the first `span` may change: the first `4 * FOURS` when `places` is
/// empty, and else those at `places`.
#[inline(always)]
pub fn add_rows<const FOURS: usize>(
    tables: &[f64],
    groups: &[Place],
    patterns: &[u8],
    rows: usize,
    places: &[u32],
    (stride, span): (usize, usize),
    out: &mut [f64],
) {
    for row in 0..rows {
        let mut sum = [[0.0_f64; 4]; FOURS];
        for (g, place) in groups.iter().enumerate() {
            let at = 2 * STRIP * g + row;
            let mut pattern = usize::from(patterns[at]);
            if place.wide {
                pattern |= usize::from(patterns[at + STRIP]) << 8;
            }
            let from = &tables[place.table + pattern * FOURS * 4..][..FOURS * 4];
            for (sum, x) in sum.iter_mut().zip(from.as_chunks::<4>().0) {
                for (sum, x) in sum.iter_mut().zip(x) {
                    *sum += x;
                }
            }
        }
        let out = &mut out[row * stride..][..span];
        let sum = sum.as_flattened();
        if places.is_empty() {
            out.iter_mut().zip(sum).for_each(|(o, s)| *o += s);
        } else {
            for (at, s) in places.iter().zip(sum) {
                out[*at as usize] += s;
            }
        }
    }
}

/// The same for one group with any number of places; a row is summed straight into `out`.
#[inline(always)]
pub fn add_scattered(
    tables: &[f64],
    place: Place,
    patterns: &[u8],
    rows: usize,
    places: &[u32],
    (stride, span): (usize, usize),
    out: &mut [f64],
) {
    let width = places.len();
    for row in 0..rows {
        let mut pattern = usize::from(patterns[row]);
        if place.wide {
            pattern |= usize::from(patterns[row + STRIP]) << 8;
        }
        let from = &tables[place.table + pattern * width..][..width];
        let out = &mut out[row * stride..][..span];
        for (x, at) in from.iter().zip(places) {
            out[*at as usize] += x;
        }
    }
}
