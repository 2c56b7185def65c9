//! What tells the scored rows of one list apart: the score, and with weights the weight.

use super::scores::from_ordered_bits;
use crate::block::MAGNITUDE_MAX;

/// Keys up to which the standard sort is as fast as any.
const SMALL: usize = 128;
/// Keys of a place, about, and most places: the ends of so many lie in a core's second cache.
const PER_PLACE: usize = 12;
const PLACES_MAX: usize = 1 << 14;

/// A score in its order, with or without a weight.
pub(crate) trait Key: Copy + Default + Ord + Send + Sync + std::fmt::Debug {
    /// Whether keys hold weights.
    const WEIGHTED: bool;
    /// Bytes of a saved key.
    const BYTES: usize;
    /// The key of a row; the score's image, see [`super::scores::ordered_bits`].
    fn new(image: u64, weight: f64) -> Self;
    /// The score's image.
    fn image(self) -> u64;
    /// The weight; 1 without weights.
    fn weight(self) -> f64;
    /// Appends the saved key.
    fn put(self, out: &mut Vec<u8>);
    /// Reads a saved key of [`Self::BYTES`] bytes; `None` if it is none.
    fn get(bytes: &[u8]) -> Option<Self>;
    /// The score.
    fn score(self) -> f64 {
        from_ordered_bits(self.image())
    }
}

/// The image alone, where every row weighs 1.
impl Key for u64 {
    const WEIGHTED: bool = false;
    const BYTES: usize = 8;
    fn new(image: u64, _: f64) -> Self {
        image
    }
    fn image(self) -> u64 {
        self
    }
    fn weight(self) -> f64 {
        1.0
    }
    fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }
    fn get(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_le_bytes(bytes.try_into().ok()?))
            .filter(|key| super::scores::is_image(*key))
    }
}

/// An image, and the bits of a weight, whose order is that of weights as none is negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Weighted(u64, u64);

impl Key for Weighted {
    const WEIGHTED: bool = true;
    const BYTES: usize = 16;
    fn new(image: u64, weight: f64) -> Self {
        Self(image, (weight + 0.0).to_bits())
    }
    fn image(self) -> u64 {
        self.0
    }
    fn weight(self) -> f64 {
        f64::from_bits(self.1)
    }
    fn put(self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }
    fn get(bytes: &[u8]) -> Option<Self> {
        let (image, weight) = bytes.split_at_checked(8)?;
        let key = Self(
            u64::get(image)?,
            u64::from_le_bytes(weight.try_into().ok()?),
        );
        let usable = (0.0..=MAGNITUDE_MAX).contains(&key.weight()) && key.1 >> 63 == 0;
        usable.then_some(key)
    }
}

/// Sorts keys ascending; `spare` is scratch memory to be used again.
///
/// Keys are counted into places first, evenly spread between the least and the greatest score, then
/// sorted within each by the standard sort. Evenly spread scores cost little more than two passes,
/// and no distribution much more than the standard sort.
pub(crate) fn sort<K: Key>(keys: &mut Vec<K>, spare: &mut Vec<K>) {
    if keys.len() < SMALL || u32::try_from(keys.len()).is_err() {
        keys.sort_unstable();
        return;
    }
    let images = keys.iter().fold((u64::MAX, 0), |(least, most), key| {
        (least.min(key.image()), most.max(key.image()))
    });
    let (least, most) = (from_ordered_bits(images.0), from_ordered_bits(images.1));
    let places = (keys.len() / PER_PLACE).clamp(1, PLACES_MAX);
    // Differences, products and truncation keep the order; an endless scale leaves two places.
    let scale = places as f64 / (most - least);
    let place = |key: &K| (((key.score() - least) * scale) as u32 as usize).min(places - 1);
    let mut ends = vec![0_u32; places];
    for key in keys.iter() {
        ends[place(key)] += 1;
    }
    let mut before = 0;
    for end in &mut ends {
        before += std::mem::replace(end, before);
    }
    spare.clear();
    spare.resize(keys.len(), K::default());
    for key in keys.iter() {
        let at = &mut ends[place(key)];
        spare[*at as usize] = *key;
        *at += 1;
    }
    std::mem::swap(keys, spare);
    let mut from = 0;
    for end in ends {
        let to = end as usize;
        if to - from > 1 {
            keys[from..to].sort_unstable();
        }
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::scores::ordered_bits;
    use super::*;
    use crate::random::Stream;

    fn check<K: Key>(keys: Vec<K>) {
        let mut expected = keys.clone();
        expected.sort();
        let mut sorted = keys;
        sort(&mut sorted, &mut Vec::new());
        assert!(sorted == expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn any_distribution_is_sorted(seed in any::<u64>(), kind in 0..6_u8, n in 0..4000_usize, times in prop::sample::select(vec![1, 1, 30])) {
            let mut stream = Stream::new(seed, 0);
            let scores: Vec<f64> = (0..n * times)
                .map(|_| {
                    let unit = stream.next_unit();
                    match kind {
                        0 => unit,
                        1 => (unit * 100.0).round() / 100.0,
                        2 => 0.5 + unit * 1e-14,
                        3 => (unit - 0.5) * 1e60,
                        4 => f64::from_bits((unit * 1e6) as u64),
                        _ => f64::from(u8::from(unit < 0.5)),
                    }
                })
                .collect();
            check(scores.iter().map(|s| ordered_bits(*s)).collect::<Vec<u64>>());
            let weight = |s: &f64| (s.to_bits() % 3) as f64 / 3.0;
            let mut weighted: Vec<Weighted> =
                scores.iter().map(|s| Weighted::new(ordered_bits(*s), weight(s))).collect();
            weighted.extend(weighted.clone().iter().map(|key| Weighted(key.0, 1)));
            check(weighted);
        }
    }
}
