//! Random variates of one row: which stream, and how bits become numbers.

use waage_core::random::pair_at;

/// The streams of the generator: two variates per row each.
///
/// The high half of a stream's number spells `lead`, so that no resampling under the same seed
/// ever meets these draws.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub(super) enum Draw {
    /// gender, region
    Person = STREAMS,
    /// age band, language
    Background,
    /// week, weekday
    Time,
    /// source, channel
    Source,
    /// company size, industry
    Firm,
    /// intent, past purchases
    Intent,
    /// visits, minutes on site
    Website,
    /// e-mail engagement, which signals are missing
    Email,
    /// contact, conversion
    Outcome,
    /// revenue, sales representative
    Deal,
}

const STREAMS: u64 = 0x6c65_6164_0000_0000;

impl Draw {
    /// Both variates of `row`, uniform on the open interval (0, 1).
    #[inline]
    pub(super) fn pair(self, seed: u64, row: u64) -> [f64; 2] {
        pair_at(seed, self as u64, row).map(open_unit)
    }
}

/// The middle of one of 2⁵² equal parts of (0, 1): never 0, never 1.
#[inline]
fn open_unit(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

/// Running sums of `shares`, scaled so that the last is exactly 1.
pub(super) fn cumulative<const N: usize>(shares: [f64; N]) -> [f64; N] {
    let total: f64 = shares.iter().sum();
    let mut sum = 0.0;
    let mut cumulative = shares.map(|share| {
        sum += share;
        sum / total
    });
    cumulative[N - 1] = 1.0;
    cumulative
}

/// The level whose part of the unit interval holds `u`.
#[inline]
pub(super) fn pick<const N: usize>(cumulative: &[f64; N], u: f64) -> usize {
    cumulative[..N - 1]
        .iter()
        .map(|&edge| usize::from(u >= edge))
        .sum()
}

/// The standard normal quantile at `u` in (0, 1), to a relative error of 1.2e-9
/// (P. J. Acklam's rational approximation, 2003): ample for a generator, and the same bits on
/// every platform.
#[inline]
pub(super) fn normal(u: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
    ];
    const TAIL: f64 = 0.024_25;
    let tail = |p: f64| {
        let q = (-2.0 * libm::log(p)).sqrt();
        horner(&C, q) / (horner(&D, q) * q + 1.0)
    };
    if u < TAIL {
        tail(u)
    } else if u > 1.0 - TAIL {
        -tail(1.0 - u)
    } else {
        let q = u - 0.5;
        let r = q * q;
        horner(&A, r) * q / (horner(&B, r) * r + 1.0)
    }
}

#[inline]
fn horner(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, c| sum * x + c)
}

/// `1 / (1 + exp(-x))`.
#[inline]
pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_quantiles_are_the_tabled_ones() {
        let table = [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.995, 2.575_829_303_548_901),
            (0.001, -3.090_232_306_167_814),
            (0.25, -0.674_489_750_196_081_7),
        ];
        for (u, z) in table {
            assert!(
                (normal(u) - z).abs() < 5e-9,
                "quantile of {u}: {}",
                normal(u)
            );
        }
        assert!(normal(open_unit(0)).is_finite() && normal(open_unit(u64::MAX)).is_finite());
    }

    #[test]
    fn unit_never_reaches_its_ends() {
        assert!(open_unit(0) > 0.0);
        assert!(open_unit(u64::MAX) < 1.0);
    }

    #[test]
    fn pick_follows_the_shares() {
        let edges = cumulative([1.0, 2.0, 1.0]);
        assert_eq!(edges, [0.25, 0.75, 1.0]);
        let picks = [0.0, 0.249, 0.25, 0.749, 0.75, 0.999_999].map(|u| pick(&edges, u));
        assert_eq!(picks, [0, 0, 1, 1, 2, 2]);
    }
}
