//! Logarithms of many numbers at once.

use crate::wide::take_logarithms;

/// Natural logarithms to 2 units in the last place, NaN of numbers that are not positive: several at
/// a time, and the same bits on every machine.
///
/// ```
/// use waage_core::special::logarithms;
/// let logarithms = logarithms(&[1.0, 0.5, 0.0]);
/// assert_eq!(logarithms[..2], [0.0, -std::f64::consts::LN_2]);
/// assert!(logarithms[2].is_nan());
/// ```
#[must_use]
pub fn logarithms(values: &[f64]) -> Vec<f64> {
    let mut out = values.to_vec();
    take_logarithms(&mut out);
    let is_normal = |x: f64| (f64::MIN_POSITIVE..f64::INFINITY).contains(&x);
    if !values.iter().fold(true, |all, x| all & is_normal(*x)) {
        for (place, &x) in out.iter_mut().zip(values).filter(|(_, x)| !is_normal(**x)) {
            *place = if x > 0.0 { libm::log(x) } else { f64::NAN };
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    #[test]
    fn they_are_those_of_one_number_at_a_time() {
        let mut stream = Stream::new(7, 0);
        let mut values: Vec<f64> = (0..100_000)
            .map(|_| f64::from_bits(stream.next_u64() >> 1))
            .collect();
        values.extend((0..100_000).map(|_| stream.next_unit()));
        values.extend((1..2000).map(|i| f64::from(i) / 1000.0));
        values.extend([f64::MIN_POSITIVE, f64::MAX, 1.0, 0.0, 5e-324]);
        values.extend([f64::INFINITY, f64::NAN, -0.0, -1.0, f64::NEG_INFINITY]);
        let mut exact = 0;
        for (x, found) in values.iter().zip(logarithms(&values)) {
            if x.is_nan() || *x <= 0.0 {
                assert!(found.is_nan(), "{x}");
                continue;
            }
            let want = libm::log(*x);
            let apart = found.to_bits().abs_diff(want.to_bits());
            assert!(apart <= 2, "{x}: {found} for {want}");
            exact += usize::from(apart == 0);
        }
        assert!(exact > 180_000, "{exact}");
    }
}
