//! Normal values, by layers of equal area (Marsaglia & Tsang, *The ziggurat method for generating
//! random variables*, 2000; one uniform number of 53 bits beside the layer's eight, as Doornik asks in
//! *An improved ziggurat method*, 2005).

use std::sync::LazyLock;

use super::open_unit;
use crate::random::{Stream, unit};
use crate::special::sf;

const LAYERS: usize = 256;
/// Where the tail begins, which makes the layers end at the top.
const TAIL: f64 = 3.654_152_885_361_009;

/// Right ends of the layers from the lowest, whose end is that of a rectangle as large as it with the
/// tail; 0 last. And the height of the density at each, 1 at the top.
static ENDS: LazyLock<[(f64, f64); LAYERS + 1]> = LazyLock::new(|| {
    let area = TAIL * height(TAIL) + std::f64::consts::TAU.sqrt() * sf(TAIL);
    let mut ends = [(0.0, 1.0); LAYERS + 1];
    ends[0] = (area / height(TAIL), height(TAIL));
    ends[1] = (TAIL, height(TAIL));
    for layer in 2..LAYERS {
        let (x, y) = ends[layer - 1];
        let y = y + area / x;
        ends[layer] = ((-2.0 * libm::log(y)).sqrt(), y);
    }
    ends
});

/// The density over that at 0.
fn height(x: f64) -> f64 {
    libm::exp(-0.5 * x * x)
}

/// A standard normal value: exact up to the 53 bits of a uniform number, one of these in 98 draws of
/// 100, no logarithm and no exponential.
#[must_use]
#[inline]
pub fn normal(stream: &mut Stream) -> f64 {
    let ends = &*ENDS;
    loop {
        let bits = stream.next_u64();
        let layer = (bits & 0xFF) as usize;
        let x = (2.0 * unit(bits) - 1.0) * ends[layer].0;
        if x.abs() < ends[layer + 1].0 {
            return x;
        }
        if let Some(x) = at_the_edge(stream, ends, layer, x) {
            return x;
        }
    }
}

/// What a value outside the next layer's end becomes; `None` where it lies above the density.
#[inline(never)]
fn at_the_edge(
    stream: &mut Stream,
    ends: &[(f64, f64); LAYERS + 1],
    layer: usize,
    x: f64,
) -> Option<f64> {
    if layer > 0 {
        let (low, high) = (ends[layer].1, ends[layer + 1].1);
        return (low + stream.next_unit() * (high - low) < height(x)).then_some(x);
    }
    // The tail (Marsaglia, 1964).
    loop {
        let beyond = -libm::log(open_unit(stream)) / TAIL;
        if -2.0 * libm::log(open_unit(stream)) > beyond * beyond {
            return Some((TAIL + beyond).copysign(x));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::{cdf, chi_square_sf};

    #[test]
    fn layers_have_one_area_and_end_at_the_top() {
        let ends = &*ENDS;
        let area = ends[0].0 * ends[0].1;
        assert!((area - 0.004_928_673_233_974_655).abs() < 1e-16, "{area}");
        for layer in 1..LAYERS {
            let (one, next) = (ends[layer], ends[layer + 1]);
            assert!(next.0 < one.0 && (height(next.0) - next.1).abs() < 1e-14);
            let own = one.0 * (next.1 - one.1);
            assert!((own - area).abs() < 1e-13, "{layer}: {own}");
        }
    }

    /// Two million values in a hundred cells of equal probability, and in the tails alone.
    #[test]
    fn values_follow_the_law_to_the_tails() {
        let mut stream = Stream::new(31, 0);
        let (mut cells, mut far) = ([0.0; 100], [0.0; 4]);
        let draws = 2_000_000;
        for _ in 0..draws {
            let x = normal(&mut stream);
            cells[((cdf(x) * 100.0) as usize).min(99)] += 1.0;
            for (far, from) in far.iter_mut().zip([3.0, 3.6, TAIL, 4.2]) {
                *far += f64::from(x.abs() > from);
            }
        }
        let expected = f64::from(draws) / 100.0;
        let gaps = cells.iter().map(|n| (n - expected) * (n - expected));
        let fit = chi_square_sf(gaps.sum::<f64>() / expected, 99.0).unwrap();
        assert!(fit > 0.001, "{fit}");
        for (far, from) in far.iter().zip([3.0, 3.6, TAIL, 4.2]) {
            let expected = 2.0 * sf(from) * f64::from(draws);
            assert!(
                (far - expected).abs() < 4.0 * expected.sqrt(),
                "{from}: {far} for {expected}"
            );
        }
    }
}
