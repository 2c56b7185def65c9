//! Counter-based random numbers: a value is a pure function of (seed, stream, index).
//!
//! Philox4x32-10 (Salmon, Moraes, Dror, Shaw: *Parallel random numbers: as easy as 1, 2, 3*,
//! 2011) for values by their index. A [`Stream`] of many values begins where Philox says and goes on by
//! xoshiro256++ (Blackman, Vigna: *Scrambled linear pseudorandom number generators*, 2021), a tenth of
//! the instructions. So a replicate, a row or a column has its own stream and no thread ever owns one:
//! any split of the work gives the same numbers.

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// One Philox4x32-10 block: 128 random bits for a 128-bit counter under a 64-bit key.
#[inline]
#[must_use]
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let mut c = counter;
    let mut k = key;
    for _ in 0..10 {
        let p0 = u64::from(MULTIPLIERS[0]) * u64::from(c[0]);
        let p1 = u64::from(MULTIPLIERS[1]) * u64::from(c[2]);
        c = [
            (p1 >> 32) as u32 ^ c[1] ^ k[0],
            p1 as u32,
            (p0 >> 32) as u32 ^ c[3] ^ k[1],
            p0 as u32,
        ];
        k = [k[0].wrapping_add(WEYL[0]), k[1].wrapping_add(WEYL[1])];
    }
    c
}

/// Two independent 64-bit values for `index` of `stream` under `seed`.
#[inline]
#[must_use]
pub fn pair_at(seed: u64, stream: u64, index: u64) -> [u64; 2] {
    let counter = [
        index as u32,
        (index >> 32) as u32,
        stream as u32,
        (stream >> 32) as u32,
    ];
    let b = philox(counter, [seed as u32, (seed >> 32) as u32]);
    [
        u64::from(b[0]) | u64::from(b[1]) << 32,
        u64::from(b[2]) | u64::from(b[3]) << 32,
    ]
}

/// The 53 high bits of `bits` as a real in `[0, 1)`.
#[inline]
#[must_use]
pub fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// A sequence of draws from one stream.
///
/// ```
/// use waage_core::random::Stream;
/// let mut a = Stream::new(7, 3);
/// let mut b = Stream::new(7, 3);
/// assert_eq!(a.next_u64(), b.next_u64());
/// ```
#[derive(Clone, Debug)]
pub struct Stream([u64; 4]);

impl Stream {
    /// The beginning of `stream` under `seed`: its state is the first 256 bits that [`pair_at`] gives.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let [[a, b], [c, d]] = [0, 1].map(|index| pair_at(seed, stream, index));
        Self([a, b, c, d])
    }

    /// The next 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.0;
        let bits = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        bits
    }

    /// A whole number below `limit`, the high half of a product: uniform up to 2^-64 · limit. 0 below 0.
    #[inline]
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(limit)) >> 64) as u64
    }

    /// The next real in `[0, 1)`.
    #[inline]
    pub fn next_unit(&mut self) -> f64 {
        unit(self.next_u64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers published with the Random123 library.
    #[test]
    fn philox_gives_the_published_answers() {
        let zero = philox([0; 4], [0; 2]);
        assert_eq!(zero, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        let ones = philox([u32::MAX; 4], [u32::MAX; 2]);
        assert_eq!(ones, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        let pi = philox(
            [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
            [0xa409_3822, 0x299f_31d0],
        );
        assert_eq!(pi, [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
    }

    /// Known answers of the authors' code from the state 1, 2, 3, 4.
    #[test]
    fn xoshiro_gives_the_published_answers() {
        let mut stream = Stream([1, 2, 3, 4]);
        let drawn: [u64; 10] = std::array::from_fn(|_| stream.next_u64());
        assert_eq!(
            drawn,
            [
                41_943_041,
                58_720_359,
                3_588_806_011_781_223,
                3_591_011_842_654_386,
                9_228_616_714_210_784_205,
                9_973_669_472_204_895_162,
                14_011_001_112_246_962_877,
                12_406_186_145_184_390_807,
                15_849_039_046_786_891_736,
                10_450_023_813_501_588_000,
            ]
        );
    }

    #[test]
    fn streams_begin_where_their_numbers_say() {
        let Stream(state) = Stream::new(1, 2);
        assert_eq!(state, [pair_at(1, 2, 0), pair_at(1, 2, 1)].concat()[..]);
        let first = |seed, stream| Stream::new(seed, stream).next_u64();
        assert_ne!(first(1, 2), first(1, 3));
        assert_ne!(first(1, 2), first(2, 2));
    }
}
