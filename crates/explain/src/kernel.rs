//! The loops over rows: patterns from codes, and sums of table rows.
//!
//! Everything here is plain safe code that compilers turn into vector instructions; [`crate::simd`]
//! compiles it for several instruction sets. Each row is summed in the order of the groups, so the
//! instruction set, the block and the thread change no bit.

use crate::bins::CodeSet;
use crate::codes::Codes;
use crate::plan::Condition;

/// Rows whose patterns are held at once.
pub const STRIP: usize = 512;

/// A condition made ready for comparing.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// `code - low <= span` in wrapping arithmetic, or the code is 0 and missing ones pass.
    Span {
        /// The first code.
        low: u16,
        /// The last code minus the first.
        span: u16,
        /// Whether code 0 passes, too.
        missing: bool,
    },
    /// One byte (0 or 1) per code.
    Flags(Vec<u8>),
}

impl Check {
    /// The check of a condition.
    #[must_use]
    pub fn of(condition: &Condition) -> Self {
        match &condition.set {
            CodeSet::Span { low, high, missing } if low <= high => {
                // Missing values below the first code belong to one span.
                if *missing && *low == 1 {
                    Self::Span {
                        low: 0,
                        span: *high,
                        missing: false,
                    }
                } else {
                    Self::Span {
                        low: *low,
                        span: high - low,
                        missing: *missing,
                    }
                }
            }
            CodeSet::Span { missing: true, .. } => Self::Span {
                low: 0,
                span: 0,
                missing: false,
            },
            set => Self::Flags(
                (0..condition.codes)
                    .map(|c| u8::from(set.contains(c as u16)))
                    .collect(),
            ),
        }
    }
}

/// Sets bit `bit` of `out[i]` where row `from + i` passes.
#[inline(always)]
pub fn add_bit(codes: &Codes, check: &Check, from: usize, bit: u32, out: &mut [u8]) {
    match codes {
        Codes::Narrow(codes) => {
            let codes = &codes[from..from + out.len()];
            match check {
                Check::Span { low, span, missing } => {
                    let (low, span) = (*low as u8, *span as u8);
                    if *missing {
                        for (out, code) in out.iter_mut().zip(codes) {
                            *out |= (u8::from(code.wrapping_sub(low) <= span)
                                | u8::from(*code == 0))
                                << bit;
                        }
                    } else {
                        for (out, code) in out.iter_mut().zip(codes) {
                            *out |= u8::from(code.wrapping_sub(low) <= span) << bit;
                        }
                    }
                }
                Check::Flags(flags) => {
                    for (out, code) in out.iter_mut().zip(codes) {
                        *out |= flags[usize::from(*code)] << bit;
                    }
                }
            }
        }
        Codes::Wide(codes) => {
            let codes = &codes[from..from + out.len()];
            match check {
                Check::Span { low, span, missing } => {
                    let (low, span) = (*low, *span);
                    let missing = *missing;
                    for (out, code) in out.iter_mut().zip(codes) {
                        let passes = code.wrapping_sub(low) <= span || (missing && *code == 0);
                        *out |= u8::from(passes) << bit;
                    }
                }
                Check::Flags(flags) => {
                    for (out, code) in out.iter_mut().zip(codes) {
                        *out |= flags[usize::from(*code)] << bit;
                    }
                }
            }
        }
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
/// `stride` numbers per row, of which the first `span` may change: the first `S` when `places` is
/// empty, and else those at `places`.
#[inline(always)]
pub fn add_rows<const S: usize>(
    tables: &[f64],
    groups: &[Place],
    patterns: &[u8],
    rows: usize,
    places: &[u32],
    (stride, span): (usize, usize),
    out: &mut [f64],
) {
    for row in 0..rows {
        let mut sum = [0.0_f64; S];
        for (g, place) in groups.iter().enumerate() {
            let at = 2 * STRIP * g + row;
            let mut pattern = usize::from(patterns[at]);
            if place.wide {
                pattern |= usize::from(patterns[at + STRIP]) << 8;
            }
            let from = &tables[place.table + pattern * S..][..S];
            for (sum, x) in sum.iter_mut().zip(from) {
                *sum += x;
            }
        }
        let out = &mut out[row * stride..][..span];
        if places.is_empty() {
            out.iter_mut().zip(&sum).for_each(|(o, s)| *o += s);
        } else {
            for (at, s) in places.iter().zip(&sum) {
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
