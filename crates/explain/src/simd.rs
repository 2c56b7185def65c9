//! The loops of [`crate::kernel`], compiled for the instruction sets a machine may have.
//!
//! The same safe code in each: only the compiler's choice of instructions differs, and since no sum
//! is reordered or fused, every set gives the same bits (`every_instruction_set_gives_the_same_bits`).
//! The one unsafe thing is to call code for instructions that were asked for first.
#![allow(unsafe_code)]

use crate::codes::Codes;
use crate::kernel::{self, Check, Place};

/// The instruction sets with code of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// What every machine of this architecture has.
    Portable,
    /// AVX2 with BMI2.
    Avx2,
    /// AVX-512 F, BW, DQ, VL.
    Avx512,
}

impl Level {
    /// The best of this machine.
    #[must_use]
    pub fn best() -> Self {
        *Self::all().last().unwrap_or(&Self::Portable)
    }

    /// All that this machine has.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut found = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") {
                found.push(Self::Avx2);
                if is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                {
                    found.push(Self::Avx512);
                }
            }
        }
        found
    }
}

/// Rows of one strip that a bundle is to be added to.
pub struct Strip<'a> {
    /// All tables.
    pub tables: &'a [f64],
    /// The bundle's groups.
    pub groups: &'a [Place],
    /// Two planes of bytes per group.
    pub patterns: &'a [u8],
    /// The number of rows.
    pub rows: usize,
    /// Where the sums go; empty when they go to the first places in order.
    pub places: &'a [u32],
    /// Numbers from one row of `out` to the next, and those of a row that may change.
    pub stride: (usize, usize),
}

#[inline(always)]
fn rows_of(width: usize, strip: &Strip<'_>, out: &mut [f64]) {
    let Strip {
        tables,
        groups,
        patterns,
        rows,
        places,
        stride,
    } = *strip;
    macro_rules! widths {
        ($($s:literal)*) => {
            match width {
                $($s => kernel::add_rows::<$s>(tables, groups, patterns, rows, places, stride, out),)*
                _ => {
                    for (g, place) in groups.iter().enumerate() {
                        let patterns = &patterns[2 * kernel::STRIP * g..];
                        kernel::add_scattered(tables, *place, patterns, rows, places, stride, out);
                    }
                }
            }
        };
    }
    widths!(4 8 12 16 20 24 28 32 36 40 44 48);
}

/// The widest table row that [`add_rows`] sums in registers; widths are multiples of 4.
pub const WIDTH_MAX: usize = 48;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Check, Codes, Strip, kernel, rows_of};

    #[target_feature(enable = "avx2,bmi1,bmi2")]
    pub fn add_bit_avx2(codes: &Codes, check: &Check, from: usize, bit: u32, out: &mut [u8]) {
        kernel::add_bit(codes, check, from, bit, out);
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512bw,avx512dq,avx512vl")]
    pub fn add_bit_avx512(codes: &Codes, check: &Check, from: usize, bit: u32, out: &mut [u8]) {
        kernel::add_bit(codes, check, from, bit, out);
    }

    #[target_feature(enable = "avx2,bmi1,bmi2")]
    pub fn add_rows_avx2(width: usize, strip: &Strip<'_>, out: &mut [f64]) {
        rows_of(width, strip, out);
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512bw,avx512dq,avx512vl")]
    pub fn add_rows_avx512(width: usize, strip: &Strip<'_>, out: &mut [f64]) {
        rows_of(width, strip, out);
    }
}

/// [`kernel::add_bit`] with the instructions of a level.
pub fn add_bit(level: Level, codes: &Codes, check: &Check, from: usize, bit: u32, out: &mut [u8]) {
    match level {
        // SAFETY: a level other than Portable comes from `Level::all`, which asked the machine.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { x86::add_bit_avx512(codes, check, from, bit, out) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::add_bit_avx2(codes, check, from, bit, out) },
        _ => kernel::add_bit(codes, check, from, bit, out),
    }
}

/// [`kernel::add_rows`] for table rows of `width` numbers, with the instructions of a level.
///
/// A width that is no multiple of 4 up to [`WIDTH_MAX`] goes group by group, `width` being the
/// number of places then.
pub fn add_rows(level: Level, width: usize, strip: &Strip<'_>, out: &mut [f64]) {
    match level {
        // SAFETY: a level other than Portable comes from `Level::all`, which asked the machine.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { x86::add_rows_avx512(width, strip, out) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::add_rows_avx2(width, strip, out) },
        _ => rows_of(width, strip, out),
    }
}
