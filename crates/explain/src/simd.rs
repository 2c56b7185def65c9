//! The loops of [`crate::kernel`], compiled for the instruction sets a machine may have.
//!
//! The same safe code in each: only the compiler's choice of instructions differs, and since no sum
//! is reordered or fused, every set gives the same bits (`every_instruction_set_gives_the_same_bits`).
//! The one unsafe thing is to call code for instructions that were asked for first.
#![allow(unsafe_code)]

use crate::codes::Codes;
use crate::kernel::{self, Ladder, Place, Plane};

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
            if is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("popcnt")
            {
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
                $($s => kernel::add_rows::<{ $s / 4 }>(tables, groups, patterns, rows, places, stride, out),)*
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
    use std::arch::x86_64::{
        _CMP_LE_OQ, _mm256_add_pd, _mm256_cmp_pd, _mm256_loadu_pd, _mm256_movemask_pd,
        _mm256_set1_pd, _mm256_setzero_pd, _mm256_storeu_pd, _mm512_cmp_pd_mask, _mm512_loadu_pd,
        _mm512_set1_pd,
    };

    use super::{Codes, Plane, Strip, rows_of};
    use crate::kernel::{Ladder, RUNG, STRIP};

    #[target_feature(enable = "avx2,bmi1,bmi2")]
    pub fn write_avx2(plane: &Plane, codes: &[Codes], out: &mut [u8]) {
        plane.write(codes, out);
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512bw,avx512dq,avx512vl")]
    pub fn write_avx512(plane: &Plane, codes: &[Codes], out: &mut [u8]) {
        plane.write(codes, out);
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub fn search_avx2(ladder: &Ladder, values: &[f64], codes: &mut [u16]) {
        for (x, code) in values.iter().zip(codes) {
            let value = _mm256_set1_pd(*x);
            let mut at = 0;
            for level in &ladder.levels {
                let rung = &level[at * RUNG..][..RUNG];
                let mut below = 0;
                for four in rung.as_chunks::<4>().0 {
                    // SAFETY: `four` has four numbers.
                    let cuts = unsafe { _mm256_loadu_pd(four.as_ptr()) };
                    let reached = _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_LE_OQ>(cuts, value));
                    below += reached.count_ones() as usize;
                }
                at = at * RUNG + below;
            }
            *code = if x.is_nan() { 0 } else { at as u16 + 1 };
        }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
    pub fn search_avx512(ladder: &Ladder, values: &[f64], codes: &mut [u16]) {
        for (x, code) in values.iter().zip(codes) {
            let value = _mm512_set1_pd(*x);
            let mut at = 0;
            for level in &ladder.levels {
                let rung = &level[at * RUNG..][..RUNG];
                // SAFETY: `rung` has sixteen numbers.
                let (low, high) = unsafe {
                    (
                        _mm512_loadu_pd(rung.as_ptr()),
                        _mm512_loadu_pd(rung.as_ptr().add(8)),
                    )
                };
                let low = _mm512_cmp_pd_mask::<_CMP_LE_OQ>(low, value);
                let high = _mm512_cmp_pd_mask::<_CMP_LE_OQ>(high, value);
                let below = (u32::from(low) | u32::from(high) << 8).count_ones();
                at = at * RUNG + below as usize;
            }
            *code = if x.is_nan() { 0 } else { at as u16 + 1 };
        }
    }

    /// [`crate::kernel::add_rows`] with four numbers in each register; compilers left to themselves mix
    /// pairs and single numbers in between.
    #[target_feature(enable = "avx2,bmi1,bmi2")]
    fn add_fours<const FOURS: usize>(strip: &Strip<'_>, out: &mut [f64]) {
        let (stride, span) = strip.stride;
        let width = FOURS * 4;
        for row in 0..strip.rows {
            let mut sum = [_mm256_setzero_pd(); FOURS];
            for (planes, place) in strip.patterns.chunks_exact(2 * STRIP).zip(strip.groups) {
                let mut pattern = usize::from(planes[row]);
                if place.wide {
                    pattern |= usize::from(planes[row + STRIP]) << 8;
                }
                let from = &strip.tables[place.table + pattern * width..][..width];
                for (at, sum) in sum.iter_mut().enumerate() {
                    // SAFETY: `from` has `4 * FOURS` numbers.
                    let x = unsafe { _mm256_loadu_pd(from.as_ptr().add(4 * at)) };
                    *sum = _mm256_add_pd(*sum, x);
                }
            }
            let out = &mut out[row * stride..][..span];
            let mut fours = out.chunks_exact_mut(4);
            let mut done = 0;
            if strip.places.is_empty() {
                for (out, sum) in (&mut fours).zip(&sum) {
                    // SAFETY: `out` is a chunk of four numbers.
                    unsafe {
                        let old = _mm256_loadu_pd(out.as_ptr());
                        _mm256_storeu_pd(out.as_mut_ptr(), _mm256_add_pd(old, *sum));
                    }
                    done += 4;
                }
                let rest = fours.into_remainder();
                if done < width && !rest.is_empty() {
                    let mut last = [0.0_f64; 4];
                    // SAFETY: `last` has four numbers.
                    unsafe { _mm256_storeu_pd(last.as_mut_ptr(), sum[done / 4]) };
                    rest.iter_mut().zip(last).for_each(|(o, s)| *o += s);
                }
            } else {
                let mut all = [[0.0_f64; 4]; FOURS];
                for (four, sum) in all.iter_mut().zip(&sum) {
                    // SAFETY: `four` has four numbers.
                    unsafe { _mm256_storeu_pd(four.as_mut_ptr(), *sum) };
                }
                for (at, s) in strip.places.iter().zip(all.as_flattened()) {
                    out[*at as usize] += s;
                }
            }
        }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2")]
    pub fn add_rows_avx2(width: usize, strip: &Strip<'_>, out: &mut [f64]) {
        match width {
            4 => add_fours::<1>(strip, out),
            8 => add_fours::<2>(strip, out),
            12 => add_fours::<3>(strip, out),
            16 => add_fours::<4>(strip, out),
            20 => add_fours::<5>(strip, out),
            24 => add_fours::<6>(strip, out),
            28 => add_fours::<7>(strip, out),
            32 => add_fours::<8>(strip, out),
            36 => add_fours::<9>(strip, out),
            40 => add_fours::<10>(strip, out),
            44 => add_fours::<11>(strip, out),
            48 => add_fours::<12>(strip, out),
            _ => rows_of(width, strip, out),
        }
    }
}

/// [`Plane::write`] with the instructions of a level.
pub fn write(level: Level, plane: &Plane, codes: &[Codes], out: &mut [u8]) {
    match level {
        // SAFETY: a level other than Portable comes from `Level::all`, which asked the machine.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { x86::write_avx512(plane, codes, out) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::write_avx2(plane, codes, out) },
        _ => plane.write(codes, out),
    }
}

/// [`kernel::search`] with the instructions of a level.
pub fn search(level: Level, ladder: &Ladder, values: &[f64], codes: &mut [u16]) {
    match level {
        // SAFETY: a level other than Portable comes from `Level::all`, which asked the machine.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { x86::search_avx512(ladder, values, codes) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::search_avx2(ladder, values, codes) },
        _ => kernel::search(ladder, values, codes),
    }
}

/// [`kernel::add_rows`] for table rows of `width` numbers, with the instructions of a level.
///
/// A width that is no multiple of 4 up to [`WIDTH_MAX`] goes group by group, `width` being the
/// number of places then.
pub fn add_rows(level: Level, width: usize, strip: &Strip<'_>, out: &mut [f64]) {
    match level {
        // Four numbers at once are as quick as eight: tables are read from the second cache.
        // SAFETY: a level other than Portable comes from `Level::all`, which asked the machine.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 | Level::Avx512 => unsafe { x86::add_rows_avx2(width, strip, out) },
        _ => rows_of(width, strip, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bins::CodeSet;
    use crate::kernel::STRIP;
    use crate::plan::Condition;

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let mut seed = 7_u64;
        let mut next = move || {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            seed >> 33
        };
        let codes = [
            Codes::Narrow((0..STRIP).map(|_| (next() % 40) as u8).collect()),
            Codes::Wide((0..STRIP).map(|_| (next() % 400) as u16).collect()),
        ];
        let sets = [
            (0, CodeSet::span(3, 20, false), 40),
            (0, CodeSet::span(3, 20, true), 40),
            (1, CodeSet::span(100, 399, true), 400),
            (1, CodeSet::of(400, |c| c % 7 < 3), 400),
            (0, CodeSet::of(40, |c| c % 2 == 0), 40),
        ];
        let conditions: Vec<Condition> = sets
            .into_iter()
            .map(|(column, set, codes)| Condition { column, set, codes })
            .collect();
        let planes = kernel::planes(&conditions);
        let cuts = Ladder::new(&(0..300).map(|i| f64::from(i) / 3.0).collect::<Vec<_>>());
        let values: [f64; STRIP] = std::array::from_fn(|i| {
            if i % 9 == 0 {
                f64::NAN
            } else {
                next() as f64 / 2e7
            }
        });
        for width in [4, 20, 23, 48, 50] {
            let tables: Vec<f64> = (0..3 * 32 * width)
                .map(|_| next() as f64 / 1e9 - 1.0)
                .collect();
            let groups: Vec<Place> = (0..3)
                .map(|g| Place {
                    table: g * 32 * width,
                    wide: false,
                })
                .collect();
            let scattered: Vec<u32> = (0..width as u32).rev().collect();
            for places in [&[][..], &scattered] {
                if places.is_empty() && (width > WIDTH_MAX || width % 4 != 0) {
                    continue;
                }
                let mut wanted = None;
                for level in Level::all() {
                    let mut patterns = vec![0_u8; 3 * 2 * STRIP];
                    for planes_of in patterns.chunks_mut(2 * STRIP) {
                        write(level, &planes[0], &codes, &mut planes_of[..STRIP]);
                    }
                    let mut found = vec![0; STRIP];
                    let mut places_found = [0; STRIP];
                    search(level, &cuts, &values, &mut places_found);
                    found.copy_from_slice(&places_found);
                    let mut out = vec![0.5; 300 * (width + 2)];
                    let strip = Strip {
                        tables: &tables,
                        groups: &groups,
                        patterns: &patterns,
                        rows: 300,
                        places,
                        stride: (width + 2, width),
                    };
                    add_rows(level, width, &strip, &mut out);
                    let bits: Vec<u64> = out.iter().map(|x| x.to_bits()).collect();
                    let all = (patterns, found, bits);
                    assert_eq!(
                        *wanted.get_or_insert_with(|| all.clone()),
                        all,
                        "{level:?}, {width}"
                    );
                }
            }
        }
    }
}
