//! Loops over many numbers, compiled for the instructions that a machine may have.
//!
//! The same safe code in each: only the compiler's choice of instructions differs, and since nothing
//! is reordered or fused, every set gives the same bits. The one unsafe thing is to call code for
//! instructions that were asked for first.
#![allow(unsafe_code)]

use crate::interval::Gap;

/// Defines a function whose body is compiled for several instruction sets, the best of which is
/// called.
macro_rules! wide {
    ($(#[$about:meta])* fn $name:ident($($arg:ident: $of:ty),+ $(,)?) $body:block) => {
        $(#[$about])*
        pub fn $name($($arg: $of),+) {
            #[inline(always)]
            fn portable($($arg: $of),+) $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn avx2($($arg: $of),+) {
                    portable($($arg),+);
                }
                #[target_feature(enable = "avx512f,avx512dq,avx512vl")]
                fn avx512($($arg: $of),+) {
                    portable($($arg),+);
                }
                if is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                {
                    // SAFETY: the machine has these instructions.
                    return unsafe { avx512($($arg),+) };
                }
                if is_x86_feature_detected!("avx2") {
                    // SAFETY: the machine has these instructions.
                    return unsafe { avx2($($arg),+) };
                }
            }
            portable($($arg),+);
        }
    };
}

wide! {
    /// Raises `maxima` by `|x − y − centre|/se` of replicates `one` against four others, so that the
    /// maxima are read and written once. Lists beyond the length of the shortest stay as they are.
    fn raise_by_four(maxima: &mut [f64], one: &[f64], others: &[(&[f64], Gap); 4]) {
        let [(a, of_a), (b, of_b), (c, of_c), (d, of_d)] = others;
        let scales = [of_a, of_b, of_c, of_d].map(|gap| 1.0 / gap.se);
        let rows = maxima.iter_mut().zip(one).zip(*a).zip(*b).zip(*c).zip(*d);
        for (((((most, x), a), b), c), d) in rows {
            let at = |y: &f64, gap: &Gap, scale: f64| (x - y - gap.centre).abs() * scale;
            let first = larger(at(a, of_a, scales[0]), at(b, of_b, scales[1]));
            let second = larger(at(c, of_c, scales[2]), at(d, of_d, scales[3]));
            *most = larger(larger(first, second), *most);
        }
    }
}

wide! {
    /// The same against one other.
    fn raise_by_one(maxima: &mut [f64], one: &[f64], other: (&[f64], Gap)) {
        let (other, gap) = other;
        let scale = 1.0 / gap.se;
        for ((most, x), y) in maxima.iter_mut().zip(one).zip(other) {
            *most = larger((x - y - gap.centre).abs() * scale, *most);
        }
    }
}

wide! {
    /// Natural logarithms of normal positive numbers in place; of others any number.
    fn take_logarithms(values: &mut [f64]) {
        for value in values {
            *value = logarithm(*value);
        }
    }
}

/// The larger of two numbers: one instruction, which `f64::max` with its care for NaN is not.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// ln 2 in two parts, of which the first ends in zeros enough that its multiples by an exponent are
/// exact.
const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];

/// 1/3, 1/5, … 1/23.
const SERIES: [f64; 11] = {
    let mut series = [0.0; 11];
    let mut i = 0;
    while i < 11 {
        series[i] = 1.0 / (2 * i + 3) as f64;
        i += 1;
    }
    series
};

/// With `x = 2^k·m` and m within [√½, √2): `k·ln 2 + 2·artanh((m − 1)/(m + 1))`, by the series of the
/// latter.
#[inline(always)]
fn logarithm(x: f64) -> f64 {
    const ONE: u64 = 1.0_f64.to_bits();
    const LEAST: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    const MANTISSA: u64 = (1 << 52) - 1;
    // Carries mantissas from √2 on to the next exponent.
    let carried = x.to_bits().wrapping_add(ONE - LEAST);
    let m = f64::from_bits((carried & MANTISSA).wrapping_add(LEAST));
    // The exponent as the last bits of 2^52, which is how a small integer becomes a real.
    const SHIFT: f64 = 4_503_599_627_370_496.0;
    let k = f64::from_bits(SHIFT.to_bits() | (carried >> 52)) - (SHIFT + 1023.0);
    let f = m - 1.0;
    let s = f / (m + 1.0);
    let z = s * s;
    let mut series = 0.0;
    let mut i = SERIES.len();
    while i > 0 {
        i -= 1;
        series = series * z + SERIES[i];
    }
    // 2s is f − s·f, of which f is exact.
    k * LN_2[0] + (f + (s * (2.0 * z * series - f) + k * LN_2[1]))
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use crate::random::Stream;

    /// Compiled here for what every machine has.
    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let mut stream = Stream::new(3, 0);
        let mut column = || -> Vec<f64> { (0..1003).map(|_| stream.next_unit()).collect() };
        let columns: Vec<Vec<f64>> = (0..5).map(|_| column()).collect();
        let gap = |g: usize| Gap {
            centre: 0.1 * g as f64 - 0.2,
            se: 0.3 + 0.1 * g as f64,
        };
        let others = [1, 2, 3, 4].map(|g| (columns[g].as_slice(), gap(g)));
        let (mut four, mut one) = (vec![0.5; 1003], vec![0.5; 1003]);
        raise_by_four(&mut four, &columns[0], &others);
        for other in others {
            raise_by_one(&mut one, &columns[0], other);
        }
        let expected: Vec<f64> = (0..1003)
            .map(|r| {
                let distance = |(other, gap): (&[f64], Gap)| {
                    (columns[0][r] - other[r] - gap.centre).abs() * (1.0 / gap.se)
                };
                others.into_iter().map(distance).fold(0.5, f64::max)
            })
            .collect();
        assert_eq!((&four, &one), (&expected, &expected));
        let mut logarithms = columns[0].clone();
        take_logarithms(&mut logarithms);
        let alone: Vec<f64> = columns[0].iter().map(|x| logarithm(*x)).collect();
        assert_eq!(logarithms, alone);
    }
}
