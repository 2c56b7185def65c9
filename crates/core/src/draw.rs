//! Exact draws from the laws that resampling needs, the same bits on every platform.
//!
//! All randomness comes from a counter-based [`Stream`], all logarithms and exponentials from
//! `libm`. The laws are exact up to the 53 bits of a uniform number; none is a normal or Poisson
//! approximation.

mod multinomial;
mod normal;

pub use multinomial::Multinomial;
pub use normal::normal;

use crate::random::Stream;
use crate::special::{ln_binomial_mass_real, ln_hypergeometric_mass};

/// The number of successes in `n` trials of probability `p`, in 0..=n.
///
/// By inversion below ten expected successes, otherwise by transformed rejection with a squeeze
/// (W. Hörmann, *The generation of binomial random variates*, BTRS, 1993): about 1.2 pairs of
/// uniforms, no logarithm in nine draws of ten. Counts above 2^53 are rounded to f64. A `p` of at
/// most 0, or NaN, gives 0; one of at least 1 gives n.
///
/// ```
/// use waage_core::{draw::binomial, random::Stream};
/// let mut stream = Stream::new(0, 0);
/// assert!(binomial(&mut stream, 10, 0.5) <= 10);
/// assert_eq!(binomial(&mut stream, 10, 1.0), 10);
/// ```
#[must_use]
pub fn binomial(stream: &mut Stream, n: u64, p: f64) -> u64 {
    if n == 0 || p.is_nan() || p <= 0.0 {
        0
    } else if p >= 1.0 {
        n
    } else if p > 0.5 {
        // 1 − p is exact above one half.
        n - low(stream, n, &Chance::new(1.0 - p))
    } else {
        low(stream, n, &Chance::new(p))
    }
}

/// A probability of at most one half.
#[derive(Clone, Copy, Debug)]
struct Chance {
    p: f64,
    /// 1 − p.
    q: f64,
    /// p·q.
    variance: f64,
}

impl Chance {
    fn new(p: f64) -> Self {
        let q = 1.0 - p;
        let variance = p * q;
        Self { p, q, variance }
    }

    /// Of the fewer units beside the others; 0 where there are none.
    fn of(fewer: u64, others: u64) -> Self {
        let all = (fewer + others).max(1) as f64;
        Self::new(fewer as f64 / all)
    }
}

/// [`binomial`] of a probability of at most one half.
#[inline]
fn low(stream: &mut Stream, n: u64, chance: &Chance) -> u64 {
    let trials = n as f64;
    let mean = trials * chance.p;
    if mean < 10.0 {
        return by_inversion(stream, n, chance);
    }
    let variance = trials * chance.variance;
    let deviation = variance.sqrt();
    let b = 1.15 + 2.53 * deviation;
    let hat = Hat {
        a: -0.0873 + 0.0248 * b + 0.01 * chance.p,
        b,
        centre: mean + 0.5,
        variance,
        deviation,
    };
    let v = stream.next_unit();
    let u = stream.next_unit() - 0.5;
    match hat.sure([u, v], n) {
        Some(k) => k,
        None => by_rejection(stream, n, chance, &hat, [u, v]),
    }
}

/// What is thrown under.
struct Hat {
    a: f64,
    b: f64,
    centre: f64,
    variance: f64,
    deviation: f64,
}

impl Hat {
    #[inline]
    fn place(&self, u: f64, edge: f64) -> f64 {
        (2.0 * self.a / edge + self.b) * u + self.centre
    }

    /// Truncation is the floor where a place is not negative, and those far from the edge never are.
    #[inline]
    fn at(&self, u: f64, edge: f64, n: u64) -> u64 {
        (self.place(u, edge) as u64).min(n)
    }

    /// Where a throw hits that surely does: `v ≤ 0.92 − 4.2/b`, asked without the quotient.
    #[inline]
    fn sure(&self, [u, v]: [f64; 2], n: u64) -> Option<u64> {
        let edge = 0.5 - u.abs();
        (edge >= 0.07 && (0.92 - v) * self.b >= 4.2).then(|| self.at(u, edge, n))
    }
}

/// Walks up the distribution function from 0.
fn by_inversion(stream: &mut Stream, n: u64, chance: &Chance) -> u64 {
    if n == 0 || chance.p <= 0.0 {
        return 0;
    }
    let odds = chance.p / chance.q;
    let factor = (n as f64 + 1.0) * odds;
    let mut mass = libm::exp(n as f64 * libm::log1p(-chance.p));
    let mut rest = stream.next_unit();
    let mut k = 0;
    // A mass below the grain of the uniform can no longer be hit.
    while rest >= mass && k < n && (mass > GRAIN || (k as f64) < factor) {
        rest -= mass;
        k += 1;
        mass *= factor / k as f64 - odds;
    }
    k
}

const GRAIN: f64 = 1e-18;

/// Throws until one hits, after this throw that does not surely.
#[inline(never)]
fn by_rejection(
    stream: &mut Stream,
    n: u64,
    chance: &Chance,
    hat: &Hat,
    [mut u, mut v]: [f64; 2],
) -> u64 {
    let trials = n as f64;
    let alpha = (2.83 + 5.1 / hat.b) * hat.deviation;
    loop {
        let edge = 0.5 - u.abs();
        if (0.0..trials + 1.0).contains(&hat.place(u, edge)) {
            let height = v * alpha / (hat.a / (edge * edge) + hat.b);
            let k = hat.at(u, edge, n);
            if below_mass(height, k as f64, trials, chance, hat.variance) {
                return k;
            }
        }
        v = stream.next_unit();
        u = stream.next_unit() - 0.5;
        if let Some(k) = hat.sure([u, v], n) {
            return k;
        }
    }
}

/// Whether `height ≤ f(k)/f(mode)` for the binomial masses f.
fn below_mass(height: f64, k: f64, n: f64, chance: &Chance, variance: f64) -> bool {
    let Chance { p, q, .. } = *chance;
    let mode = ((n + 1.0) * p) as u64 as f64;
    let away = (k - mode).abs();
    if away <= 15.0 {
        let odds = p / q;
        let factor = (n + 1.0) * odds;
        let (from, steps) = (k.min(mode), away as u32);
        let between = (1..=steps).fold(1.0, |f, i| f * (factor / (from + f64::from(i)) - odds));
        return if k > mode {
            height <= between
        } else {
            height * between <= 1.0
        };
    }
    let height = libm::log(height);
    if away < variance / 2.0 - 1.0 {
        // The normal approximation with a bound of its error (Kachitvichyanukul & Schmeiser 1988).
        let slack = away / variance * (((away / 3.0 + 0.625) * away + 1.0 / 6.0) / variance + 0.5);
        let normal = -away * away / (2.0 * variance);
        if height < normal - slack {
            return true;
        }
        if height > normal + slack {
            return false;
        }
    }
    height <= ln_binomial_mass_real(k, n, p, q) - ln_binomial_mass_real(mode, n, p, q)
}

/// The number of marked units among `drawn` taken without replacement from `population` units of
/// which `marked` are marked.
///
/// By inversion from the mode outwards where the law is narrow, otherwise by ratio of uniforms
/// (E. Stadlober, *The ratio of uniforms approach for generating discrete random variates*, 1990):
/// about 1.4 pairs of uniforms, whatever the size. More marked or drawn units than there are count
/// as all of them.
///
/// ```
/// use waage_core::{draw::hypergeometric, random::Stream};
/// let mut stream = Stream::new(0, 0);
/// assert!(hypergeometric(&mut stream, 8, 4, 4) <= 4);
/// assert_eq!(hypergeometric(&mut stream, 8, 8, 3), 3);
/// ```
#[must_use]
pub fn hypergeometric(stream: &mut Stream, population: u64, marked: u64, drawn: u64) -> u64 {
    let (marked, drawn) = (marked.min(population), drawn.min(population));
    let least = marked.saturating_sub(population - drawn);
    let most = marked.min(drawn);
    if least == most {
        return least;
    }
    let (n, k, m) = (real(population), real(marked), real(drawn));
    let mode = whole((m + 1.0) * ((k + 1.0) / (n + 2.0))).clamp(least, most);
    let beside = (population - marked) - (drawn - mode);
    let table = [mode, marked - mode, drawn - mode, beside];
    if table.iter().all(|cell| *cell >= CELL_MIN) {
        return by_ratio(stream, table.map(real), mode, (least, most));
    }
    let peak = libm::exp(ln_hypergeometric_mass(mode, population, marked, drawn));
    outwards(stream, (least, mode, most), peak, |x| {
        // P(x + 1) / P(x).
        let x = real(x);
        (k - x) * (m - x) / ((x + 1.0) * (n - k - m + x + 1.0))
    })
}

/// A count below 2^63: signed integers become reals in one instruction, unsigned ones in six.
#[inline]
const fn real(count: u64) -> f64 {
    count as i64 as f64
}

/// The floor of a number from 0 to 2^63.
#[inline]
const fn whole(number: f64) -> u64 {
    number as i64 as u64
}

/// Every cell of the table at the mode holds so many where the law is wide; where one does not, its
/// standard deviation is below 4.
const CELL_MIN: u64 = 16;

/// A hypergeometric number by ratio of uniforms around the mode, of which `cells` has the table.
fn by_ratio(stream: &mut Stream, cells: [f64; 4], mode: u64, (least, most): (u64, u64)) -> u64 {
    let [a, b, c, d] = cells;
    let (marked, drawn, population) = (a + b, a + c, a + b + c + d);
    let mean = drawn * marked / population;
    let beside = (c + d) * (population - drawn);
    let variance = mean * (beside / (population * (population - 1.0)));
    let centre = mean + 0.5;
    // √(8/e) and 3 − 2√(3/e).
    let width = 1.715_527_769_921_413_6 * (variance + 0.5).sqrt() + 0.898_916_162_058_898_8;
    let law = AroundMode::of(cells);
    let (mode, from, end) = (real(mode), real(least), real(most) + 1.0);
    loop {
        let (u, v) = (open_unit(stream), stream.next_unit());
        let x = centre + width * (v - 0.5) / u;
        if !(from..end).contains(&x) {
            continue;
        }
        // Truncation is the floor of what is not negative.
        let k = whole(x);
        let step = real(k) - mode;
        let [low, high] = law.within(step);
        // 2·ln u lies between u − 1/u and u(4 − u) − 3.
        if u * (4.0 - u) - 3.0 <= low {
            return k;
        }
        if u * (u - high) < 1.0 && 2.0 * libm::log(u) <= law.at(step) {
            return k;
        }
    }
}

/// A hypergeometric law as seen from its mode.
struct AroundMode {
    /// The table at the mode.
    cells: [f64; 4],
    /// 1 over each of them.
    inverse: [f64; 4],
    /// `ln(a·d/(b·c))`: near 0, for at the mode neighbours are about as probable.
    slope: f64,
}

impl AroundMode {
    /// Cells that one step away change as so many times one.
    const SIGNS: [f64; 4] = [1.0, -1.0, -1.0, 1.0];
    /// Stirling's series serves cells from here on.
    const LEAST: f64 = 10.0;

    #[inline]
    fn of(cells: [f64; 4]) -> Self {
        let [a, b, c, d] = cells;
        let (of_first, of_last) = (1.0 / (a * b), 1.0 / (c * d));
        let inverse = [b * of_first, a * of_first, d * of_last, c * of_last];
        Self {
            cells,
            inverse,
            slope: log_1p((a * d - b * c) * (inverse[1] * inverse[2])),
        }
    }

    /// Bounds of `ln f(mode + step) − ln f(mode)` without a logarithm, far apart where a cell becomes
    /// small.
    ///
    /// With `p = x − x²/2 + x³/3`, `ln(1 + x) ≤ p` for every x above −1, for the derivative of what
    /// lies between is `x³/(1 + x)`; and `ln(1 + x) ≥ p − x⁴/2` from −½ on, for the terms of the
    /// series that follow add up to less. What vanishes of Stirling's series for a cell has a
    /// derivative from −1/12 of the inverse square to 0: it changes by less than |x|/120.
    #[inline]
    fn within(&self, step: f64) -> [f64; 2] {
        let (mut sum, mut fourth, mut apart) = (step * self.slope, 0.0, 0.0);
        let (mut smallest, mut lowest) = (f64::INFINITY, 0.0);
        for i in 0..4 {
            let change = step * Self::SIGNS[i];
            let (x, cell) = (change * self.inverse[i], self.cells[i] + change);
            let factor = cell + 0.5;
            sum += factor * (x * (1.0 - x * (0.5 - x * (1.0 / 3.0))));
            fourth += factor * (x * x) * (x * x);
            apart += x.abs();
            smallest = if cell < smallest { cell } else { smallest };
            lowest = if x < lowest { x } else { lowest };
        }
        let slack = apart * (1.0 / 120.0);
        if smallest < Self::LEAST || lowest < -0.5 {
            return [f64::NEG_INFINITY, f64::INFINITY];
        }
        [-sum - slack, 0.5 * fourth + slack - sum]
    }

    /// `ln f(mode + step) − ln f(mode)`: the logarithms of four quotients of factorials by Stirling's
    /// series, in which the large terms have been cancelled by hand. Seldom asked.
    #[cold]
    #[inline(never)]
    fn at(&self, step: f64) -> f64 {
        let [a, b, c, d] = self.cells;
        let others = [a + step, b - step, c - step, d + step];
        if others.iter().any(|cell| *cell < Self::LEAST) {
            let mass = |k: f64| {
                ln_hypergeometric_mass(whole(k), whole(a + b + c + d), whole(a + b), whole(a + c))
            };
            return mass(a + step) - mass(a);
        }
        let mut sum = step * self.slope;
        for ((cell, inverse), sign) in others.into_iter().zip(self.inverse).zip(Self::SIGNS) {
            let log = log_1p(step * sign * inverse);
            sum += (cell + 0.5) * log + stirling(1.0 / cell) - stirling(inverse);
        }
        -sum
    }
}

/// The part of Stirling's series that vanishes, of 1/n for n ≥ 10: ln n! − ½ln 2πn − n ln n + n.
#[inline]
fn stirling(inverse: f64) -> f64 {
    let square = inverse * inverse;
    let tail = 1.0 / 1260.0 - square * (1.0 / 1680.0 - square * (1.0 / 1188.0));
    inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square * tail))
}

/// ln(1 + x), by its series where that is quicker.
#[inline]
fn log_1p(x: f64) -> f64 {
    if x.abs() > 0.01 {
        return libm::log1p(x);
    }
    // The term left out is below 1e-17.
    let tail = 1.0 / 5.0 - x * (1.0 / 6.0 - x * (1.0 / 7.0 - x * (1.0 / 8.0)));
    x * (1.0 - x * (0.5 - x * (1.0 / 3.0 - x * (0.25 - x * tail))))
}

/// Inversion of a unimodal law of the integers `least..=most`, from the mode outwards: the next
/// value is the more probable of the two neighbours of those passed.
fn outwards(
    stream: &mut Stream,
    (least, mode, most): (u64, u64, u64),
    peak: f64,
    step: impl Fn(u64) -> f64,
) -> u64 {
    let mut rest = stream.next_unit() - peak;
    let (mut low, mut high) = (mode, mode);
    let below = |low: u64, mass: f64| (low > least).then(|| mass / step(low - 1));
    let above = |high: u64, mass: f64| (high < most).then(|| mass * step(high));
    let (mut under, mut over) = (below(low, peak), above(high, peak));
    while rest >= 0.0 {
        match (under, over) {
            (Some(mass), other) if other.is_none_or(|other| mass >= other) => {
                low -= 1;
                rest -= mass;
                if rest < 0.0 {
                    return low;
                }
                under = below(low, mass);
            }
            (_, Some(mass)) => {
                high += 1;
                rest -= mass;
                if rest < 0.0 {
                    return high;
                }
                over = above(high, mass);
            }
            // Rounding left a grain beyond the last value.
            _ => return mode,
        }
    }
    mode
}

/// A gamma value of the given `shape` and scale 1, whose mean and variance are `shape`.
///
/// Marsaglia & Tsang, *A simple method for generating gamma variables*, 2000; a shape below 1 is
/// raised by one and the value multiplied by `U^(1/shape)`, which may underflow to 0 for tiny
/// shapes. A shape that is not positive and finite gives 0.
#[must_use]
pub fn gamma(stream: &mut Stream, shape: f64) -> f64 {
    if !(shape > 0.0 && shape.is_finite()) {
        return 0.0;
    }
    if shape < 1.0 {
        let raised = gamma_at_least_one(stream, shape + 1.0);
        return raised * libm::pow(open_unit(stream), 1.0 / shape);
    }
    gamma_at_least_one(stream, shape)
}

fn gamma_at_least_one(stream: &mut Stream, shape: f64) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(stream);
        let root = 1.0 + c * x;
        if root <= 0.0 {
            continue;
        }
        let v = root * root * root;
        let u = open_unit(stream);
        let square = x * x;
        if u < 1.0 - 0.0331 * square * square
            || libm::log(u) < 0.5 * square + d * (1.0 - v + libm::log(v))
        {
            return d * v;
        }
    }
}

/// A uniform number in the open interval (0, 1): the middles of 2^52 equal cells.
fn open_unit(stream: &mut Stream) -> f64 {
    ((stream.next_u64() >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::{chi_square_sf, gamma_p, ln_binomial_mass};

    /// Chi-square p-value of draws binned by a distribution function over the integers.
    fn goodness(draws: &[u64], first: u64, masses: impl Iterator<Item = f64>) -> f64 {
        let total = draws.len() as f64;
        // Bins of consecutive values with about 1/40 of the mass each.
        let mut ends = vec![];
        let mut expected = vec![];
        let mut bin = 0.0;
        for (k, mass) in (first..).zip(masses) {
            bin += mass;
            if bin >= 1.0 / 40.0 {
                ends.push(k);
                expected.push(bin);
                bin = 0.0;
            }
        }
        let last = expected.len() - 1;
        ends[last] = u64::MAX;
        expected[last] += bin;
        let mut observed = vec![0.0; expected.len()];
        for k in draws {
            observed[ends.partition_point(|end| end < k)] += 1.0;
        }
        let statistic: f64 = observed
            .iter()
            .zip(&expected)
            .map(|(o, e)| (o - e * total) * (o - e * total) / (e * total))
            .sum();
        chi_square_sf(statistic, last.max(1) as f64).unwrap()
    }

    #[test]
    fn bounds_of_the_hypergeometric_law_hold_it() {
        let mut stream = Stream::new(11, 4);
        let mut close = 0;
        for _ in 0..3000 {
            let size = 200 << stream.below(16);
            let marked = 40 + stream.below(size - 80);
            let drawn = 40 + stream.below(size - 80);
            let mode = (drawn + 1) * (marked + 1) / (size + 2);
            let beside = (size - marked).saturating_sub(drawn - mode);
            let cells = [mode, marked - mode, drawn - mode, beside];
            if cells.iter().any(|cell| *cell < CELL_MIN) {
                continue;
            }
            let law = AroundMode::of(cells.map(real));
            for _ in 0..20 {
                let reach = cells.into_iter().min().unwrap_or(0);
                let step = stream.below(2 * reach + 1) as i64 - reach as i64;
                let k = (mode as i64 + step) as u64;
                let mass = |k| ln_hypergeometric_mass(k, size, marked, drawn);
                let exact = mass(k) - mass(mode);
                let step = step as f64;
                let slack = 1e-9 * exact.abs().max(1.0);
                assert!((law.at(step) - exact).abs() < slack, "{cells:?} {step}");
                let [low, high] = law.within(step);
                assert!(
                    low <= exact + slack && exact - slack <= high,
                    "{cells:?} {step}"
                );
                close += u32::from(high - low < 0.05);
            }
        }
        assert!(close > 4000, "{close}");
    }

    #[test]
    fn binomials_follow_the_exact_law() {
        let mut stream = Stream::new(2024, 1);
        let mut least = 1.0_f64;
        let mut cases = 0;
        for n in [1, 2, 7, 20, 33, 100, 1000, 100_000, 10_000_000_000] {
            for p in [1e-9, 1e-4, 0.003, 0.05, 0.3, 0.4999, 0.5, 0.7, 0.99] {
                let (mean, deviation) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
                if mean < 0.05 {
                    continue;
                }
                let draws: Vec<u64> = (0..30_000).map(|_| binomial(&mut stream, n, p)).collect();
                assert!(draws.iter().all(|k| *k <= n));
                let average = draws.iter().map(|k| *k as f64 - mean).sum::<f64>() / 30_000.0;
                assert!(
                    average.abs() < 4.5 * deviation / 30_000f64.sqrt(),
                    "{n} {p}: {average}"
                );
                let first = (mean - 9.0 * deviation - 30.0).max(0.0) as u64;
                let end = ((mean + 9.0 * deviation + 30.0) as u64).min(n);
                let step = |k| libm::exp(ln_binomial_mass(k, n, p));
                let fit = goodness(&draws, first, (first..=end).map(step));
                least = least.min(fit);
                cases += 1;
            }
        }
        // The smallest of the p-values is uniform's minimum.
        assert!(
            cases > 50 && least > 0.05 / f64::from(cases),
            "{least} of {cases}"
        );
    }

    #[test]
    fn the_tails_of_a_binomial_are_its_own() {
        // P(X ≥ 70) for n = 100, p = ½ is 3.925e-5 (scipy 1.17.1 binom.sf).
        let mut stream = Stream::new(9, 9);
        let draws = 2_000_000;
        let hits = (0..draws)
            .filter(|_| binomial(&mut stream, 100, 0.5) >= 70)
            .count() as f64;
        let expected = f64::from(draws) * 3.925_069_822_796_834e-5;
        assert!(
            (hits - expected).abs() < 4.0 * expected.sqrt(),
            "{hits} for {expected}"
        );
    }

    #[test]
    fn extreme_probabilities_are_settled() {
        let mut stream = Stream::new(0, 0);
        for n in [0, 1, 10_000_000_000, u64::MAX] {
            assert_eq!(binomial(&mut stream, n, 0.0), 0);
            assert_eq!(binomial(&mut stream, n, -1.0), 0);
            assert_eq!(binomial(&mut stream, n, f64::NAN), 0);
            assert_eq!(binomial(&mut stream, n, 1.0), n);
            assert_eq!(binomial(&mut stream, n, 2.0), n);
            assert!(binomial(&mut stream, n, 1e-300) == 0);
            assert!(binomial(&mut stream, n, 1.0 - f64::EPSILON / 2.0) <= n);
            assert!(binomial(&mut stream, n, 0.5) <= n);
        }
    }

    #[test]
    fn normals_and_gammas_follow_their_laws() {
        let mut stream = Stream::new(11, 0);
        let check = |mut values: Vec<f64>, law: &dyn Fn(f64) -> f64, name: &str| {
            values.sort_by(f64::total_cmp);
            let n = values.len() as f64;
            // Kolmogorov's distance: 1.95/√n is exceeded once in a thousand.
            let distance = values
                .iter()
                .enumerate()
                .map(|(i, x)| (law(*x) - (i as f64 + 0.5) / n).abs())
                .fold(0.0, f64::max);
            assert!(distance < 1.95 / n.sqrt(), "{name}: {distance}");
        };
        let values = (0..50_000).map(|_| normal(&mut stream)).collect();
        check(values, &crate::special::cdf, "normal");
        for shape in [0.05, 0.5, 1.0, 1.7, 30.0, 1e6] {
            let values = (0..50_000).map(|_| gamma(&mut stream, shape)).collect();
            check(
                values,
                &|x| gamma_p(shape, x).unwrap(),
                &format!("gamma {shape}"),
            );
        }
        assert_eq!(
            [0.0, -1.0, f64::NAN, f64::INFINITY].map(|s| gamma(&mut stream, s)),
            [0.0; 4]
        );
    }

    #[test]
    fn hypergeometrics_follow_the_exact_law() {
        let mut stream = Stream::new(77, 1);
        let (mut least, mut cases) = (1.0_f64, 0);
        for (population, marked, drawn) in [
            (8, 4, 4),
            (60, 59, 30),
            (200, 94, 40),
            (100, 50, 40),
            (400, 100, 80),
            (3000, 2500, 1000),
            (1000, 300, 500),
            (5000, 20, 4000),
            (1_000_000, 400_000, 30_000),
            (1_000_000_000, 500_000_000, 100_000_000),
        ] {
            let draws: Vec<u64> = (0..30_000)
                .map(|_| hypergeometric(&mut stream, population, marked, drawn))
                .collect();
            let share = marked as f64 / population as f64;
            let mean = drawn as f64 * share;
            let rest = (population - drawn) as f64 / (population - 1) as f64;
            let deviation = (mean * (1.0 - share) * rest).sqrt();
            let average = draws.iter().map(|k| *k as f64 - mean).sum::<f64>() / 30_000.0;
            assert!(
                average.abs() < 4.5 * deviation / 30_000f64.sqrt(),
                "{population} {average}"
            );
            let bottom = (marked + drawn).saturating_sub(population);
            let first = ((mean - 9.0 * deviation - 30.0).max(0.0) as u64).max(bottom);
            let end = ((mean + 9.0 * deviation + 30.0) as u64).min(marked.min(drawn));
            let mass = |k| libm::exp(ln_hypergeometric_mass(k, population, marked, drawn));
            if end - first > 3 {
                least = least.min(goodness(&draws, first, (first..=end).map(mass)));
                cases += 1;
            }
        }
        assert!(
            cases >= 5 && least > 0.02 / f64::from(cases),
            "{least} of {cases}"
        );
        assert_eq!(hypergeometric(&mut stream, 10, 0, 5), 0);
        assert_eq!(hypergeometric(&mut stream, 10, 20, 20), 10);
        assert_eq!(hypergeometric(&mut stream, 0, 0, 0), 0);
    }

    /// The heights by which draws are accepted are those of the law.
    #[test]
    fn the_series_agree_with_what_they_stand_for() {
        for x in [-0.0099, -1e-5, 0.0, 3e-9, 0.004, 0.00999] {
            assert!(
                (log_1p(x) - libm::log1p(x)).abs() <= 2e-18 + 4e-16 * x.abs(),
                "{x}"
            );
        }
        for n in [10.0_f64, 17.0, 300.0, 1e6] {
            let whole = libm::lgamma(n + 1.0);
            let part = 0.5 * libm::log(std::f64::consts::TAU * n) + n * libm::log(n) - n;
            let rounding = 1e-15 * whole.max(1.0);
            assert!(
                (stirling(1.0 / n) - (whole - part)).abs() < 2e-13 + rounding,
                "{n}"
            );
        }
    }

    /// Bits, not tolerances: these draws must never change between platforms or versions.
    #[test]
    fn draws_are_fixed_for_ever() {
        let mut stream = Stream::new(42, 7);
        let counts = [(5, 0.3), (50, 0.9), (1000, 0.25), (10_000_000_000, 0.6)]
            .map(|(n, p)| binomial(&mut stream, n, p));
        assert_eq!(counts, [1, 46, 256, 6_000_015_648]);
        let reals = [
            normal(&mut stream),
            gamma(&mut stream, 0.4),
            gamma(&mut stream, 9.5),
        ];
        assert_eq!(
            reals.map(f64::to_bits),
            [
                4_596_785_470_525_594_590,
                4_609_361_492_936_423_969,
                4_619_389_381_176_662_014
            ]
        );
    }
}
