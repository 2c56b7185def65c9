//! The hybrid at a width of one bit: definition levels and flags, as bits.

use arrow::array::BooleanBufferBuilder;

use super::hybrid::{Broken, Header, header};

/// The bits of one page, in order.
#[derive(Clone, Debug)]
pub(crate) struct BitRuns<B> {
    bytes: B,
    at: usize,
    run: Run,
}

#[derive(Clone, Copy, Debug)]
enum Run {
    /// So many times one bit.
    Repeat(usize, bool),
    /// Bits from a position of the page to another.
    Packed(usize, usize),
}

impl<B: AsRef<[u8]>> BitRuns<B> {
    /// Bits from byte `at` on.
    pub fn new(bytes: B, at: usize) -> Self {
        Self {
            bytes,
            at,
            run: Run::Repeat(0, false),
        }
    }

    /// Appends the next `n` bits.
    pub fn read(&mut self, n: usize, out: &mut BooleanBufferBuilder) -> Result<(), Broken> {
        let mut left = n;
        while left > 0 {
            match self.run {
                Run::Repeat(0, _) => self.next_run()?,
                Run::Repeat(times, bit) => {
                    let take = left.min(times);
                    out.append_n(take, bit);
                    self.run = Run::Repeat(times - take, bit);
                    left -= take;
                }
                Run::Packed(from, to) if from == to => self.next_run()?,
                Run::Packed(from, to) => {
                    let take = left.min(to - from);
                    out.append_packed_range(from..from + take, self.bytes.as_ref());
                    self.run = Run::Packed(from + take, to);
                    left -= take;
                }
            }
        }
        Ok(())
    }

    /// If the next `n` bits are all ones by repeating runs alone, passes over them: this is how rows
    /// without nulls are recognised by their levels.
    pub fn skip_if_ones(&mut self, n: usize) -> Result<bool, Broken> {
        let (at, run) = (self.at, self.run);
        let mut left = n;
        while left > 0 {
            match self.run {
                Run::Repeat(0, _) => self.next_run()?,
                Run::Packed(from, to) if from == to => self.next_run()?,
                Run::Repeat(times, true) => {
                    let take = left.min(times);
                    self.run = Run::Repeat(times - take, true);
                    left -= take;
                }
                _ => {
                    (self.at, self.run) = (at, run);
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn next_run(&mut self) -> Result<(), Broken> {
        let all = self.bytes.as_ref();
        self.run = match header(all, &mut self.at)? {
            Header::Repeat(times) => {
                let bit = *all.get(self.at).ok_or(Broken)?;
                self.at += 1;
                Run::Repeat(times, bit & 1 == 1)
            }
            Header::Packed(groups) => {
                // A writer may cut the padding of the last group, never its bits.
                let end = self.at.checked_add(groups).ok_or(Broken)?.min(all.len());
                if end == self.at {
                    return Err(Broken);
                }
                let bits = Run::Packed(self.at * 8, end * 8);
                self.at = end;
                bits
            }
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_without_nulls_are_recognised() {
        let mut levels = BitRuns::new([40, 1], 0);
        assert_eq!(levels.clone().skip_if_ones(20), Ok(true));
        assert_eq!(levels.skip_if_ones(21), Err(Broken));
        assert_eq!(BitRuns::new([3, 0xff], 0).skip_if_ones(4), Ok(false));
    }

    proptest! {
        #[test]
        fn bits_come_back_in_any_portions(
            bits in prop::collection::vec(any::<bool>(), 1..200),
            portion in 1..30_usize,
        ) {
            // Packed groups of eight, then repeats of one.
            let mut bytes = Vec::new();
            let packed = bits.len() / 2 / 8 * 8;
            if packed > 0 {
                bytes.push((packed / 8 * 2 + 1) as u8);
                for group in bits[..packed].chunks(8) {
                    bytes.push(group.iter().enumerate().map(|(i, b)| u8::from(*b) << i).sum());
                }
            }
            for bit in &bits[packed..] {
                bytes.extend([2, u8::from(*bit)]);
            }
            let mut runs = BitRuns::new(bytes, 0);
            let mut out = BooleanBufferBuilder::new(0);
            while out.len() < bits.len() {
                runs.read(portion.min(bits.len() - out.len()), &mut out).unwrap();
            }
            let found: Vec<bool> = out.finish().iter().collect();
            prop_assert_eq!(found, bits);
        }

        #[test]
        fn garbage_is_an_error_and_never_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..60),
            n in 0..10_000_usize,
        ) {
            let mut runs = BitRuns::new(bytes, 0);
            let _ = runs.skip_if_ones(n);
            let mut out = BooleanBufferBuilder::new(0);
            if runs.read(n, &mut out).is_ok() {
                prop_assert_eq!(out.len(), n);
            }
        }
    }
}
