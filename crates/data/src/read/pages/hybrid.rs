//! Parquet's run-length and bit-packing hybrid, as a stream of small integers.
//!
//! A run is a varint header and its values: an even header repeats one value `header/2` times, an
//! odd one packs `header/2` groups of eight values at a fixed width, least bits first.

/// Why a run cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken;

/// The values of one page, in order.
#[derive(Clone, Debug)]
pub(crate) struct Hybrid<B> {
    bytes: B,
    at: usize,
    width: u32,
    run: Run,
    /// Values of a group of eight that were unpacked but not yet taken.
    spare: [i32; 8],
    spare_at: usize,
}

#[derive(Clone, Copy, Debug)]
enum Run {
    /// So many times one value.
    Repeat(usize, i32),
    /// So many packed groups of eight.
    Packed(usize),
}

impl<B: AsRef<[u8]>> Hybrid<B> {
    /// Values of `width` bits, at most 32, from position `at`.
    pub fn new(bytes: B, at: usize, width: u32) -> Result<Self, Broken> {
        let fits = width <= 32 && at <= bytes.as_ref().len();
        let run = Run::Repeat(0, 0);
        let empty = Self {
            bytes,
            at,
            width,
            run,
            spare: [0; 8],
            spare_at: 8,
        };
        if fits { Ok(empty) } else { Err(Broken) }
    }

    /// Appends the next `n` values.
    pub fn read(&mut self, n: usize, out: &mut Vec<i32>) -> Result<(), Broken> {
        let mut left = n;
        while left > 0 {
            if self.spare_at < 8 {
                let take = left.min(8 - self.spare_at);
                out.extend_from_slice(&self.spare[self.spare_at..self.spare_at + take]);
                self.spare_at += take;
                left -= take;
                continue;
            }
            match self.run {
                Run::Repeat(0, _) | Run::Packed(0) => self.next_run()?,
                Run::Repeat(times, value) => {
                    let take = left.min(times);
                    out.resize(out.len() + take, value);
                    self.run = Run::Repeat(times - take, value);
                    left -= take;
                }
                Run::Packed(groups) if left < 8 => {
                    let mut spare = Vec::with_capacity(8);
                    self.unpack(1, &mut spare)?;
                    self.spare.copy_from_slice(&spare);
                    self.spare_at = 0;
                    self.run = Run::Packed(groups - 1);
                }
                Run::Packed(groups) => {
                    let take = groups.min(left / 8);
                    self.unpack(take, out)?;
                    self.run = Run::Packed(groups - take);
                    left -= take * 8;
                }
            }
        }
        Ok(())
    }

    fn next_run(&mut self) -> Result<(), Broken> {
        let all = self.bytes.as_ref();
        self.run = match header(all, &mut self.at)? {
            Header::Packed(groups) => Run::Packed(groups),
            Header::Repeat(times) => {
                let len = self.width.div_ceil(8) as usize;
                let bytes = all.get(self.at..self.at + len).ok_or(Broken)?;
                let mut word = [0; 4];
                word[..len].copy_from_slice(bytes);
                self.at += len;
                Run::Repeat(times, i32::from_le_bytes(word))
            }
        };
        Ok(())
    }

    /// Appends the values of the next `groups` groups of eight.
    fn unpack(&mut self, groups: usize, out: &mut Vec<i32>) -> Result<(), Broken> {
        let width = self.width as usize;
        let len = groups.checked_mul(width).ok_or(Broken)?;
        let end = self.at.checked_add(len).ok_or(Broken)?;
        // A writer may cut the padding of the last group.
        let all = self.bytes.as_ref();
        let packed = all.get(self.at..end.min(all.len())).ok_or(Broken)?;
        let start = out.len();
        out.resize(start + groups * 8, 0);
        let place = &mut out[start..];
        match width {
            0 => {}
            1 => unpack_by_table(&OCTETS, packed, place),
            2 => unpack_by_table(&QUADS, packed, place),
            3 => unpack_narrow::<3>(packed, place),
            4 => unpack_by_table(&PAIRS, packed, place),
            5 => unpack_narrow::<5>(packed, place),
            6 => unpack_narrow::<6>(packed, place),
            7 => unpack_narrow::<7>(packed, place),
            8 => unpack_narrow::<8>(packed, place),
            _ => unpack_wide(packed, width, place),
        }
        self.at = end.min(all.len());
        Ok(())
    }
}

/// What a run's header says.
pub(super) enum Header {
    /// So many times one value.
    Repeat(usize),
    /// So many packed groups of eight.
    Packed(usize),
}

/// Reads a header. A run of nothing is refused: it would never end the loops that ask for values.
pub(super) fn header(bytes: &[u8], at: &mut usize) -> Result<Header, Broken> {
    let mut value = 0_u64;
    for shift in (0..63).step_by(7) {
        let byte = *bytes.get(*at).ok_or(Broken)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let count = usize::try_from(value >> 1).map_err(|_| Broken)?;
            return match (count, value & 1) {
                (0, _) => Err(Broken),
                (count, 1) => Ok(Header::Packed(count)),
                (count, _) => Ok(Header::Repeat(count)),
            };
        }
    }
    Err(Broken)
}

/// What each byte holds: eight values of one bit, four of two, two of four.
static OCTETS: [[i32; 8]; 256] = values_of_bytes();
static QUADS: [[i32; 4]; 256] = values_of_bytes();
static PAIRS: [[i32; 2]; 256] = values_of_bytes();

const fn values_of_bytes<const N: usize>() -> [[i32; N]; 256] {
    let width = 8 / N;
    let mut table = [[0; N]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut i = 0;
        while i < N {
            table[byte][i] = (byte >> (i * width) & ((1 << width) - 1)) as i32;
            i += 1;
        }
        byte += 1;
    }
    table
}

/// Values that fill bytes, a byte at a time.
fn unpack_by_table<const N: usize>(table: &[[i32; N]; 256], packed: &[u8], out: &mut [i32]) {
    let (places, _) = out.as_chunks_mut();
    for (byte, place) in packed.iter().zip(places) {
        *place = table[usize::from(*byte)];
    }
}

/// Groups of `W` bytes, each eight values of `W` ≤ 8 bits in one word.
fn unpack_narrow<const W: usize>(packed: &[u8], out: &mut [i32]) {
    let mask = (1_u64 << W) - 1;
    for (group, place) in packed.chunks(W).zip(out.chunks_exact_mut(8)) {
        let mut word = [0; 8];
        match <[u8; W]>::try_from(group) {
            Ok(whole) => word[..W].copy_from_slice(&whole),
            Err(_) => word[..group.len()].copy_from_slice(group),
        }
        let word = u64::from_le_bytes(word);
        for (i, value) in place.iter_mut().enumerate() {
            *value = ((word >> (i * W)) & mask) as i32;
        }
    }
}

/// Values of 9 to 32 bits, one by one.
fn unpack_wide(packed: &[u8], width: usize, out: &mut [i32]) {
    let mask = (1_u64 << width) - 1;
    for (i, value) in out.iter_mut().enumerate() {
        let bit = i * width;
        let rest = packed.get(bit / 8..).unwrap_or_default();
        let mut word = [0; 8];
        let len = rest.len().min(8);
        word[..len].copy_from_slice(&rest[..len]);
        *value = ((u64::from_le_bytes(word) >> (bit % 8)) & mask) as u32 as i32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Writes values as the format says, packed runs of eight and repeats by turns.
    fn write(values: &[u32], width: u32, repeat: bool) -> Vec<u8> {
        let mut out = Vec::new();
        if repeat {
            for value in values {
                out.push(2);
                out.extend_from_slice(&value.to_le_bytes()[..width.div_ceil(8) as usize]);
            }
            return out;
        }
        let groups = values.len().div_ceil(8) as u64;
        let mut header = groups << 1 | 1;
        while header >= 0x80 {
            out.push(header as u8 | 0x80);
            header >>= 7;
        }
        out.push(header as u8);
        let mut bits = vec![0_u8; groups as usize * width as usize];
        for (i, value) in values.iter().enumerate() {
            for b in 0..width as usize {
                let at = i * width as usize + b;
                bits[at / 8] |= ((value >> b & 1) as u8) << (at % 8);
            }
        }
        out.extend(bits);
        out
    }

    proptest! {
        #[test]
        fn values_come_back_in_any_portions(
            width in 0..=32_u32,
            raw in prop::collection::vec(any::<u32>(), 1..300),
            portions in prop::collection::vec(1..50_usize, 1..40),
            repeat in any::<bool>(),
        ) {
            let mask = if width == 32 { u32::MAX } else { (1 << width) - 1 };
            let values: Vec<u32> = raw.iter().map(|v| v & mask).collect();
            let mut hybrid = Hybrid::new(write(&values, width, repeat), 0, width).unwrap();
            let (mut out, mut portion) = (Vec::new(), portions.iter().cycle());
            while out.len() < values.len() {
                let n = (*portion.next().unwrap()).min(values.len() - out.len());
                hybrid.read(n, &mut out).unwrap();
            }
            let expected: Vec<i32> = values.iter().map(|v| *v as i32).collect();
            prop_assert_eq!(out, expected);
        }

        #[test]
        fn garbage_is_an_error_and_never_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..60),
            width in 0..40_u32,
            n in 0..10_000_usize,
        ) {
            let mut out = Vec::new();
            if let Ok(mut hybrid) = Hybrid::new(bytes, 0, width)
                && hybrid.read(n, &mut out).is_ok()
            {
                prop_assert_eq!(out.len(), n);
            }
        }
    }
}
