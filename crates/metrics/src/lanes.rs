//! Sums of many numbers in four sums side by side: one addition need not wait for the last, and the
//! order is always the same.

/// Σ of a function of numbers.
#[inline]
pub(crate) fn sum(values: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0; 4];
    let mut fours = values.chunks_exact(4);
    for four in &mut fours {
        for (lane, value) in lanes.iter_mut().zip(four) {
            *lane += of(*value);
        }
    }
    let rest: f64 = fours.remainder().iter().map(|v| of(*v)).sum();
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest
}

/// Σ of the products of two lists; what one is longer is left out.
#[inline]
pub(crate) fn dot(one: &[f64], other: &[f64]) -> f64 {
    sum_of(one, other, |a, b| a * b)
}

/// Σ of a function of pairs from two lists; what one is longer is left out.
#[inline]
pub(crate) fn sum_of<A: Copy, B: Copy>(one: &[A], other: &[B], of: impl Fn(A, B) -> f64) -> f64 {
    let mut lanes = [0.0; 4];
    let length = one.len().min(other.len());
    let (one, other) = (&one[..length], &other[..length]);
    let (mut a, mut b) = (one.chunks_exact(4), other.chunks_exact(4));
    for (a, b) in (&mut a).zip(&mut b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += of(*a, *b);
        }
    }
    let rest = a.remainder().iter().zip(b.remainder());
    let rest: f64 = rest.map(|(a, b)| of(*a, *b)).sum();
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_counts_once() {
        for length in 0..14 {
            let values: Vec<f64> = (1..=length).map(f64::from).collect();
            let whole = f64::from(length * (length + 1) / 2);
            assert_eq!(sum(&values, |v| v), whole);
            assert_eq!(dot(&values, &[2.0; 20]), 2.0 * whole);
        }
    }
}
