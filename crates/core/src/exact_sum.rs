//! Sums of reals without any rounding until they are read.
//!
//! Plain f64 addition depends on the order of the rows, and so on threads, files and row groups.
//! [`ExactSum`] keeps the mathematical sum itself (a *superaccumulator*; R. Neal, *Fast exact
//! summation using small and large superaccumulators*, 2015), so any split of the data yields the
//! same bytes and, rounded once at the end, the same number.

mod ordered;

use thiserror::Error;

pub use ordered::OrderedSum;

/// Bits of a chunk that carry weight; the rest of its i64 is room for sums.
const CHUNK_BITS: usize = 32;
const DIGIT_MASK: i64 = 0xFFFF_FFFF;
const MANTISSA_BITS: u64 = 52;
/// Adds and merges between two carry propagations.
///
/// An add changes a chunk by less than 2^32 and a propagated chunk lies within ±2^32, so after
/// `t` adds a chunk is within ±(t + 1)·2^32; with t ≤ 2^30 that is below 2^63.
const PENDING_MAX: u64 = 1 << 30;
/// Chunks that 2^64 summands of the largest f64 need: ⌈(2098 + 64) / 32⌉.
const CHUNKS_MAX: usize = 68;
const SIGN_BIT: u8 = 0x80;

/// Why bytes are not a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ExactSumError {
    /// The bytes end early.
    #[error(
        "exact sum is cut off: {needed} bytes are needed and {found} remain; write the state again"
    )]
    Truncated {
        /// Bytes the header asks for.
        needed: usize,
        /// Bytes that are there.
        found: usize,
    },
    /// The bytes are not what [`ExactSum::to_bytes`] writes.
    #[error(
        "exact sum is not in canonical form; the state was not written by this program, write it again"
    )]
    NotCanonical,
}

/// The exact sum of finite f64s: adding, merging and subtracting never round.
///
/// Layout: `chunks[i]` is an integer with weight `2^(32·(low + i) − 1074)`, so the sum is
/// `Σ chunks[i]·2^(32·(low + i) − 1074)`. The window of chunks grows on demand: numbers in [0, 1]
/// need three to five, an empty sum allocates nothing.
///
/// ```
/// use waage_core::exact_sum::ExactSum;
/// let mut sum = ExactSum::new();
/// sum.add_slice(&[1e300, 1.0, -1e300]);
/// assert_eq!(sum.value(), 1.0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct ExactSum {
    chunks: Vec<i64>,
    low: usize,
    pending: u64,
}

impl ExactSum {
    /// The empty sum, zero.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            chunks: Vec::new(),
            low: 0,
            pending: 0,
        }
    }

    /// Adds a finite `x`. Callers keep NaN and infinities out: in a release build such a value
    /// adds a meaningless finite amount.
    #[inline]
    pub fn add(&mut self, x: f64) {
        debug_assert!(x.is_finite(), "only finite numbers have a sum");
        let bits = x.to_bits();
        if bits << 1 == 0 {
            return;
        }
        let (mantissa, shift) = mantissa_and_shift(bits);
        self.add_integer(mantissa, shift, bits >> 63 == 1);
    }

    /// Adds a finite `x` so many times, exactly.
    pub fn add_times(&mut self, x: f64, times: u64) {
        debug_assert!(x.is_finite(), "only finite numbers have a sum");
        let bits = x.to_bits();
        let (mantissa, shift) = mantissa_and_shift(bits);
        let product = u128::from(mantissa) * u128::from(times);
        self.add_wide(product, shift, bits >> 63 == 1);
    }

    /// Adds `±magnitude·2^(shift − 1074)`.
    fn add_wide(&mut self, magnitude: u128, shift: usize, negative: bool) {
        let (low, high) = (magnitude as u64, (magnitude >> 64) as u64);
        if low > 0 {
            self.add_integer(low, shift, negative);
        }
        if high > 0 {
            self.add_integer(high, shift + 64, negative);
        }
    }

    /// Adds `±magnitude·2^(shift − 1074)`, in three parts below 2^32.
    #[inline]
    fn add_integer(&mut self, magnitude: u64, shift: usize, negative: bool) {
        let wide = u128::from(magnitude) << (shift % CHUNK_BITS);
        let position = shift / CHUNK_BITS;
        let sign = -i64::from(negative);
        let parts = [
            wide as i64 & DIGIT_MASK,
            (wide >> CHUNK_BITS) as i64 & DIGIT_MASK,
            (wide >> (2 * CHUNK_BITS)) as i64,
        ];
        if self.pending >= PENDING_MAX {
            self.propagate();
        }
        self.pending += 1;
        if position < self.low || position + 3 > self.low + self.chunks.len() {
            self.grow(position, position + 3);
        }
        let at = position - self.low;
        for (chunk, part) in self.chunks[at..at + 3].iter_mut().zip(parts) {
            *chunk += (part ^ sign) - sign;
        }
    }

    /// Adds every number of `xs`; each must be finite.
    pub fn add_slice(&mut self, xs: &[f64]) {
        for &x in xs {
            self.add(x);
        }
    }

    /// Adds another sum: associative and commutative to the last bit.
    pub fn merge(&mut self, other: &Self) {
        self.combine(other, 1);
    }

    /// Takes another sum away, exactly.
    pub fn subtract(&mut self, other: &Self) {
        self.combine(other, -1);
    }

    /// Whether the sum is exactly zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.canonical().digits.is_empty()
    }

    /// The sum, rounded once to the nearest f64, ties to even; zero is +0. A sum beyond the range
    /// of f64 is ±infinity.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.canonical().round()
    }

    /// Appends the canonical bytes: equal sums give equal bytes, whatever was added or merged in
    /// whatever order. First the number of 32-bit digits (0 for zero), then the position of the
    /// lowest one with the sign in the high bit, then the digits, each little endian, lowest first.
    pub fn to_bytes(&self, out: &mut Vec<u8>) {
        let canonical = self.canonical();
        out.push(canonical.digits.len() as u8);
        if canonical.digits.is_empty() {
            return;
        }
        let sign = if canonical.negative { SIGN_BIT } else { 0 };
        out.push(canonical.low as u8 | sign);
        for digit in &canonical.digits {
            out.extend_from_slice(&digit.to_le_bytes());
        }
    }

    /// Reads what [`Self::to_bytes`] wrote from the front of `bytes` and moves past it.
    ///
    /// # Errors
    /// When the bytes end early or are not canonical; `bytes` then stays where it was.
    pub fn from_bytes(bytes: &mut &[u8]) -> Result<Self, ExactSumError> {
        let cut = |needed| ExactSumError::Truncated {
            needed,
            found: bytes.len(),
        };
        let count = usize::from(*bytes.first().ok_or(cut(1))?);
        if count == 0 {
            *bytes = &bytes[1..];
            return Ok(Self::new());
        }
        let length = 2 + 4 * count;
        let (own, rest) = bytes.split_at_checked(length).ok_or(cut(length))?;
        let negative = own[1] & SIGN_BIT != 0;
        let low = usize::from(own[1] & !SIGN_BIT);
        let (digits, _) = own[2..].as_chunks::<4>();
        let digits: Vec<i64> = digits
            .iter()
            .map(|d| i64::from(u32::from_le_bytes(*d)))
            .collect();
        if low + count > CHUNKS_MAX || digits[0] == 0 || digits[count - 1] == 0 {
            return Err(ExactSumError::NotCanonical);
        }
        *bytes = rest;
        let chunks = if negative {
            digits.iter().map(|d| -d).collect()
        } else {
            digits
        };
        Ok(Self {
            chunks,
            low,
            pending: 0,
        })
    }

    fn combine(&mut self, other: &Self, sign: i64) {
        if other.chunks.is_empty() {
            return;
        }
        // Room for the other's adds and for its own propagated remainder.
        if self.pending + other.pending + 1 > PENDING_MAX {
            self.propagate();
        }
        if self.pending + other.pending + 1 > PENDING_MAX {
            let mut other = other.clone();
            other.propagate();
            return self.combine(&other, sign);
        }
        self.pending += other.pending + 1;
        self.grow(other.low, other.low + other.chunks.len());
        let at = other.low - self.low;
        for (mine, theirs) in self.chunks[at..].iter_mut().zip(&other.chunks) {
            *mine += sign * theirs;
        }
    }

    /// Widens the window so that it holds the positions `low..high`.
    #[cold]
    fn grow(&mut self, low: usize, high: usize) {
        if self.chunks.is_empty() {
            self.low = low;
            self.chunks = vec![0; high - low];
            return;
        }
        if low < self.low {
            let fresh = std::iter::repeat_n(0, self.low - low);
            self.chunks.splice(0..0, fresh);
            self.low = low;
        }
        if high > self.low + self.chunks.len() {
            self.chunks.resize(high - self.low, 0);
        }
    }

    /// Carries every chunk's excess upwards: all chunks in [0, 2^32) but the highest, which has
    /// the sign and lies within ±2^32.
    #[cold]
    fn propagate(&mut self) {
        let mut carry = 0;
        for chunk in &mut self.chunks {
            let total = *chunk + carry;
            *chunk = total & DIGIT_MASK;
            carry = total >> CHUNK_BITS;
        }
        // |carry| < 2^31, so one more chunk takes it whole.
        match (carry, self.chunks.last_mut()) {
            (-1, Some(top)) => *top -= 1 << CHUNK_BITS,
            (0, _) | (_, None) => {}
            _ => self.chunks.push(carry),
        }
        self.pending = 0;
    }

    fn canonical(&self) -> Canonical {
        let mut chunks = self.clone();
        chunks.propagate();
        let negative = chunks.chunks.last().is_some_and(|top| *top < 0);
        if negative {
            for chunk in &mut chunks.chunks {
                *chunk = -*chunk;
            }
            chunks.propagate();
        }
        let Self { chunks, low, .. } = chunks;
        let first = chunks.iter().position(|c| *c != 0).unwrap_or(chunks.len());
        let end = chunks
            .iter()
            .rposition(|c| *c != 0)
            .map_or(first, |last| last + 1);
        Canonical {
            negative,
            low: if first < end { low + first } else { 0 },
            digits: chunks[first..end].iter().map(|c| *c as u32).collect(),
        }
    }
}

/// Two sums are equal when their exact values are.
impl PartialEq for ExactSum {
    fn eq(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}

impl Eq for ExactSum {}

/// The integer that a finite f64 holds, and its position on the grid of 2^-1074.
#[inline]
const fn mantissa_and_shift(bits: u64) -> (u64, usize) {
    let exponent = (bits >> MANTISSA_BITS) & 0x7FF;
    let normal = (exponent != 0) as u64;
    let mantissa = (bits & ((1 << MANTISSA_BITS) - 1)) | (normal << MANTISSA_BITS);
    (mantissa, (exponent - normal) as usize)
}

/// Sign and magnitude in base 2^32, lowest digit first, no zero digit at either end.
#[derive(PartialEq, Eq)]
struct Canonical {
    negative: bool,
    low: usize,
    digits: Vec<u32>,
}

impl Canonical {
    fn round(&self) -> f64 {
        let Some((&top, below)) = self.digits.split_last() else {
            return 0.0;
        };
        // The 96 bits from the top digit down, and whether anything lies below them.
        let digit = |i: usize| below.len().checked_sub(i).map_or(0, |at| below[at]);
        let head = u128::from(top) << 64 | u128::from(digit(1)) << 32 | u128::from(digit(2));
        let rest = below.len().saturating_sub(2);
        let sticky = below[..rest].iter().any(|d| *d != 0);
        // Bits of the whole integer above the grid's zero, and those of `head` alone.
        let head_bits = 128 - head.leading_zeros() as usize;
        let bits = (self.low + below.len()) * CHUNK_BITS + head_bits - 2 * CHUNK_BITS;
        let magnitude = if bits <= 53 {
            // Subnormal or in the lowest binade: the grid is f64's own, nothing is cut off.
            (head >> (head_bits - bits)) as u64
        } else {
            let cut = head_bits - 53;
            let kept = (head >> cut) as u64;
            let half = head >> (cut - 1) & 1 == 1;
            let exact = head & ((1 << (cut - 1)) - 1) == 0 && !sticky;
            let up = half && (!exact || kept & 1 == 1);
            let binade = (bits - 53) as u64;
            // The leading bit of `kept` adds one to the exponent field; a carry out of the
            // mantissa does so once more, up to infinity.
            ((binade.min(0x7FE) << MANTISSA_BITS) + kept + u64::from(up))
                .min(0x7FF << MANTISSA_BITS)
        };
        let value = f64::from_bits(magnitude);
        if self.negative { -value } else { value }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::Stream;

    fn sum_of(xs: &[f64]) -> ExactSum {
        let mut sum = ExactSum::new();
        sum.add_slice(xs);
        sum
    }

    fn bytes_of(sum: &ExactSum) -> Vec<u8> {
        let mut bytes = Vec::new();
        sum.to_bytes(&mut bytes);
        bytes
    }

    /// A two's complement integer on the grid of 2^-1074, wide enough for any test.
    #[derive(Clone, PartialEq, Debug)]
    struct Fixed([u32; 72]);

    impl Fixed {
        fn of(xs: &[f64]) -> Self {
            let mut total = Self([0; 72]);
            for x in xs {
                let mut one = Self::magnitude(x.abs());
                if *x < 0.0 {
                    one = one.negated();
                }
                total = total.plus(&one);
            }
            total
        }

        /// By doubling, so that no bit pattern is looked at.
        fn magnitude(mut x: f64) -> Self {
            let mut halvings = 0;
            while x >= 1.0 {
                x /= 2.0;
                halvings += 1;
            }
            let mut digits = Self([0; 72]);
            for bit in (0..1074 + halvings).rev() {
                x *= 2.0;
                if x >= 1.0 {
                    digits.0[bit / 32] |= 1 << (bit % 32);
                    x -= 1.0;
                }
            }
            digits
        }

        fn plus(&self, other: &Self) -> Self {
            let mut carry = 0;
            Self(std::array::from_fn(|i| {
                let total = u64::from(self.0[i]) + u64::from(other.0[i]) + carry;
                carry = total >> 32;
                total as u32
            }))
        }

        fn negated(&self) -> Self {
            let mut one = Self([0; 72]);
            one.0[0] = 1;
            Self(std::array::from_fn(|i| !self.0[i])).plus(&one)
        }

        fn distance(&self, x: f64) -> Self {
            let gap = self.plus(&Self::of(&[-x]));
            if gap.0[71] >> 31 == 1 {
                gap.negated()
            } else {
                gap
            }
        }

        fn below(&self, other: &Self) -> bool {
            self.0.iter().rev().lt(other.0.iter().rev())
        }
    }

    fn assert_nearest(xs: &[f64]) {
        let value = sum_of(xs).value();
        let exact = Fixed::of(xs);
        let here = exact.distance(value);
        for neighbour in [value.next_up(), value.next_down()] {
            let there = exact.distance(neighbour);
            let tie_to_even = here == there && value.to_bits() & 1 == 0;
            assert!(
                here.below(&there) || tie_to_even,
                "{value:e} is not nearest to {xs:?}"
            );
        }
    }

    /// Finite numbers of every kind: subnormals, the largest, zeros of both signs.
    fn anything() -> impl Strategy<Value = f64> {
        any::<u64>()
            .prop_map(f64::from_bits)
            .prop_filter("finite", |x| x.is_finite())
    }

    #[test]
    fn it_keeps_what_plain_addition_loses() {
        assert_eq!(sum_of(&[1e300, 1.0, -1e300]).value(), 1.0);
        assert_eq!(sum_of(&[f64::MAX, f64::MAX, -f64::MAX]).value(), f64::MAX);
        assert_eq!(sum_of(&[5e-324, -2.5, 2.5]).value(), 5e-324);
        assert_eq!(sum_of(&[0.1; 10]).value(), 1.0);
        assert_eq!(sum_of(&[f64::MAX, f64::MAX]).value(), f64::INFINITY);
        assert_eq!(sum_of(&[-f64::MAX, -f64::MAX]).value(), f64::NEG_INFINITY);
    }

    #[test]
    fn halves_go_to_even() {
        let one = 1.0 + f64::EPSILON;
        let half = f64::EPSILON / 2.0;
        assert_eq!(sum_of(&[1.0, half]).value(), 1.0);
        assert_eq!(sum_of(&[one, half]).value(), 1.0 + 2.0 * f64::EPSILON);
        assert_eq!(sum_of(&[1.0, half, 5e-324]).value(), one);
        assert_eq!(sum_of(&[one, half, -5e-324]).value(), one);
    }

    #[test]
    fn zeros_have_one_form() {
        for xs in [&[][..], &[0.0], &[-0.0], &[1e-300, 7.0, -7.0, -1e-300]] {
            let sum = sum_of(xs);
            assert!(sum.is_zero());
            assert_eq!(bytes_of(&sum), [0]);
            assert_eq!(sum.value().to_bits(), 0);
            assert_eq!(sum, ExactSum::new());
        }
    }

    #[test]
    fn unit_scores_need_few_chunks() {
        let mut stream = Stream::new(1, 0);
        let mut sum = ExactSum::new();
        for _ in 0..100_000 {
            sum.add(stream.next_unit());
        }
        assert!(sum.chunks.len() <= 5, "{} chunks", sum.chunks.len());
    }

    #[test]
    fn carries_are_propagated_before_a_chunk_is_full() {
        let mut sum = sum_of(&[1.0]);
        let mut doublings = 0;
        // Doubling by merging passes the bound on pending adds several times over.
        while doublings < 200 {
            let twin = sum.clone();
            sum.merge(&twin);
            doublings += 1;
        }
        assert_eq!(sum.value(), 2f64.powi(200));
        let mut negative = ExactSum::new();
        negative.subtract(&sum);
        assert_eq!(negative.value(), -(2f64.powi(200)));
        sum.merge(&negative);
        assert!(sum.is_zero());
        let mut full = ExactSum {
            chunks: vec![i64::MAX >> 1; 3],
            low: 0,
            pending: PENDING_MAX,
        };
        let before = full.value();
        full.add(5e-324);
        full.merge(&sum_of(&[5e-324]));
        assert_eq!(full.value(), before);
    }

    #[test]
    fn bytes_that_were_not_written_are_refused() {
        let cases: [&[u8]; 5] = [
            &[],
            &[1],
            &[1, 0, 0, 0],
            &[1, 70, 1, 0, 0, 0],
            &[1, 0, 0, 0, 0, 0],
        ];
        for mut bytes in cases {
            let before = bytes;
            assert!(ExactSum::from_bytes(&mut bytes).is_err(), "{bytes:?}");
            assert_eq!(bytes, before);
        }
    }

    proptest! {
        #[test]
        fn the_value_is_the_nearest(xs in prop::collection::vec(anything(), 1..6)) {
            let value = sum_of(&xs).value();
            if value.abs() < f64::MAX {
                assert_nearest(&xs);
            }
        }

        #[test]
        fn near_cancellation_is_exact(x in anything(), k in -3i64..4, y in anything()) {
            let near = f64::from_bits(x.to_bits().wrapping_add_signed(k));
            if near.is_finite() && y.abs() < 1e300 {
                assert_nearest(&[x, -near, y * 1e-8]);
            }
        }

        #[test]
        fn it_equals_integer_arithmetic(ks in prop::collection::vec((any::<i64>(), 0u32..40), 0..50)) {
            let exact: i128 = ks.iter().map(|(k, s)| i128::from(k >> 11) << s).sum();
            let xs: Vec<f64> = ks.iter().map(|(k, s)| (k >> 11) as f64 * 2f64.powi(*s as i32)).collect();
            prop_assert_eq!(sum_of(&xs).value(), exact as f64);
        }

        #[test]
        fn order_and_split_do_not_matter(
            xs in prop::collection::vec(anything(), 0..60),
            seed in any::<u64>(),
            parts in 1usize..6,
        ) {
            let whole = bytes_of(&sum_of(&xs));
            let mut stream = Stream::new(seed, 0);
            let mut shares = vec![ExactSum::new(); parts];
            let mut rest = xs;
            while !rest.is_empty() {
                let x = rest.swap_remove((stream.next_u64() % rest.len() as u64) as usize);
                shares[(stream.next_u64() % parts as u64) as usize].add(x);
            }
            let mut total = ExactSum::new();
            while let Some(share) = shares.pop() {
                let mut bytes = &bytes_of(&share)[..];
                let read = ExactSum::from_bytes(&mut bytes).unwrap();
                prop_assert!(bytes.is_empty());
                prop_assert!(read == share);
                if stream.next_u64() & 1 == 0 { total.merge(&read) } else { total.merge(&share) }
            }
            prop_assert_eq!(bytes_of(&total), whole);
        }

        #[test]
        fn times_is_repeated_adding(x in anything(), times in 0..200_u64, shift in 0..50_u32) {
            let mut sum = ExactSum::new();
            sum.add_times(x, times << shift);
            let mut repeated = sum_of(&vec![x; times as usize]);
            for _ in 0..shift {
                let twin = repeated.clone();
                repeated.merge(&twin);
            }
            prop_assert_eq!(bytes_of(&sum), bytes_of(&repeated));
        }

        #[test]
        fn subtracting_undoes(xs in prop::collection::vec(anything(), 0..20), ys in prop::collection::vec(anything(), 0..20)) {
            let mut sum = sum_of(&xs);
            sum.merge(&sum_of(&ys));
            sum.subtract(&sum_of(&ys));
            prop_assert_eq!(bytes_of(&sum), bytes_of(&sum_of(&xs)));
        }

        #[test]
        fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(sum) = ExactSum::from_bytes(&mut &bytes[..]) {
                let back = bytes_of(&sum);
                prop_assert_eq!(&bytes[..back.len()], &back[..]);
            }
        }
    }
}
