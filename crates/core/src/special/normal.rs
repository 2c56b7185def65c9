//! The standard normal distribution.

use std::f64::consts::FRAC_1_SQRT_2;

/// 1/√2 less its nearest f64.
const FRAC_1_SQRT_2_REST: f64 = -4.833_646_656_726_457e-17;

/// `Φ(x)`, the probability of a standard normal value of at most `x`, to about 1e-15 relative also
/// far in the tail. NaN, about which
/// nothing is known, gives ½.
///
/// ```
/// let p = waage_core::special::cdf(1.959963984540054);
/// assert!((p - 0.975).abs() < 1e-15);
/// ```
#[must_use]
pub fn cdf(x: f64) -> f64 {
    sf(-x)
}

/// `1 − Φ(x)`, the probability of more than `x`, without the cancellation of `1 − cdf`.
#[must_use]
pub fn sf(x: f64) -> f64 {
    if x.is_nan() {
        return 0.5;
    }
    let y = x * FRAC_1_SQRT_2;
    let tail = 0.5 * libm::erfc(y);
    if y <= 1.0 || tail == 0.0 {
        return tail;
    }
    // x/√2 is rounded, and erfc amplifies that 2y² times: take the rest into account.
    let rest = product_rest(x, FRAC_1_SQRT_2, y) + x * FRAC_1_SQRT_2_REST;
    let density = libm::exp(-y * y) * (0.5 * std::f64::consts::FRAC_2_SQRT_PI);
    tail - rest * density
}

/// The exact rounding error `a·b − product` (Dekker), for moderate a and b.
fn product_rest(a: f64, b: f64, product: f64) -> f64 {
    let split = |v: f64| {
        let big = v * 134_217_729.0;
        let high = big - (big - v);
        (high, v - high)
    };
    let ((ah, al), (bh, bl)) = (split(a), split(b));
    ((ah * bh - product) + ah * bl + al * bh) + al * bl
}

/// `Φ⁻¹(p)` for 0 < p < 1 to about 1e-15 relative, otherwise `None`.
///
/// Wichura, *Algorithm AS 241: the percentage points of the normal distribution*, 1988.
///
/// ```
/// let z = waage_core::special::quantile(0.975).unwrap();
/// assert!((z - 1.959963984540054).abs() < 1e-14);
/// ```
#[must_use]
pub fn quantile(p: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0).then(|| quantile_open(p))
}

/// The two-sided critical value `z = Φ⁻¹(1 − (1 − level)/2)` of a confidence `level` such as 0.95,
/// or `None` outside (0, 1).
///
/// ```
/// let z = waage_core::special::z_of_level(0.95).unwrap();
/// assert!((z - 1.959963984540054).abs() < 1e-14);
/// ```
#[must_use]
pub fn z_of_level(level: f64) -> Option<f64> {
    (level > 0.0 && level < 1.0).then(|| -quantile_open((1.0 - level) / 2.0))
}

/// [`quantile`] for a `p` known to lie in (0, 1).
pub(super) fn quantile_open(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * ratio(&CENTRE, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = f64::sqrt(-libm::log(tail));
    let x = if r <= 5.0 {
        ratio(&MIDDLE, r - 1.6)
    } else {
        ratio(&FAR, r - 5.0)
    };
    if q < 0.0 { -x } else { x }
}

/// Numerator over denominator, coefficients from the highest power down.
fn ratio(coefficients: &[[f64; 8]; 2], r: f64) -> f64 {
    let [over, under] = coefficients.map(|c| c.iter().fold(0.0, |sum, c| sum * r + c));
    over / under
}

const CENTRE: [[f64; 8]; 2] = [
    [
        2.509_080_928_730_122_7e3,
        3.343_057_558_358_813e4,
        6.726_577_092_700_87e4,
        4.592_195_393_154_987e4,
        1.373_169_376_550_946e4,
        1.971_590_950_306_551_3e3,
        1.331_416_678_917_843_8e2,
        3.387_132_872_796_366_5,
    ],
    [
        5.226_495_278_852_854e3,
        2.872_908_573_572_194_3e4,
        3.930_789_580_009_271e4,
        2.121_379_430_158_659_7e4,
        5.394_196_021_424_751e3,
        6.871_870_074_920_579e2,
        4.231_333_070_160_091e1,
        1.0,
    ],
];

const MIDDLE: [[f64; 8]; 2] = [
    [
        7.745_450_142_783_414e-4,
        2.272_384_498_926_918_4e-2,
        2.417_807_251_774_506e-1,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ],
    [
        1.050_750_071_644_416_9e-9,
        5.475_938_084_995_345e-4,
        1.519_866_656_361_645_7e-2,
        1.481_039_764_274_800_8e-1,
        6.897_673_349_851e-1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ],
];

const FAR: [[f64; 8]; 2] = [
    [
        2.010_334_399_292_288_1e-7,
        2.711_555_568_743_487_6e-5,
        1.242_660_947_388_078_4e-3,
        2.653_218_952_657_612_4e-2,
        2.965_605_718_285_048_7e-1,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ],
    [
        2.044_263_103_389_939_7e-15,
        1.421_511_758_316_446e-7,
        1.846_318_317_510_054_8e-5,
        7.868_691_311_456_133e-4,
        1.487_536_129_085_061_5e-2,
        1.369_298_809_227_358e-1,
        5.998_322_065_558_88e-1,
        1.0,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(got: f64, want: f64, relative: f64) {
        assert!(
            (got - want).abs() <= relative * want.abs(),
            "{got:e} is not {want:e}"
        );
    }

    /// mpmath 1.4.1 with 40 digits.
    #[test]
    fn tails_are_accurate_relative_to_themselves() {
        for (x, want) in [
            (-37.5, 4.605_353_009_581_955e-308),
            (-20.25, 1.776_199_864_949_57e-91),
            (-8.3, 5.205_569_744_890_254e-17),
            (-3.1, 9.676_032_132_183_566e-4),
            (-1.0, 0.158_655_253_931_457_05),
            (-0.3, 0.382_088_577_811_047_4),
            (0.2, 0.579_259_709_439_103),
            (1.7, 0.955_434_537_241_456_9),
        ] {
            assert_close(cdf(x), want, 2e-15);
            assert_eq!(sf(-x), cdf(x));
        }
        assert_eq!(
            (cdf(f64::INFINITY), cdf(f64::NEG_INFINITY), cdf(f64::NAN)),
            (1.0, 0.0, 0.5)
        );
    }

    /// mpmath 1.4.1 with 60 digits.
    #[test]
    fn quantiles_are_accurate_to_a_few_units() {
        for (p, want) in [
            (1e-300, -37.047_096_299_361_2),
            (1e-100, -21.273_453_560_965_325),
            (1e-20, -9.262_340_089_798_408),
            (1e-10, -6.361_340_902_404_056),
            (1e-5, -4.264_890_793_922_825),
            (0.001, -3.090_232_306_167_813_5),
            (0.025, -1.959_963_984_540_054_2),
            (0.074, -1.446_632_067_158_978_5),
            (0.076, -1.432_502_720_825_811_6),
            (0.3, -0.524_400_512_708_040_8),
            (0.45, -0.125_661_346_855_074),
            (0.4999, -2.506_628_300_880_075e-4),
        ] {
            assert_close(quantile(p).unwrap(), want, 1e-15);
        }
        assert_eq!([0.0, 1.0, f64::NAN, -1.0].map(quantile), [None; 4]);
    }

    #[test]
    fn critical_values_are_those_of_the_tables() {
        for (level, want) in [
            (0.95, 1.959_963_984_540_054),
            (0.90, 1.644_853_626_951_472_2),
            (0.80, 1.281_551_565_544_600_4),
            (0.99, 2.575_829_303_548_900_4),
        ] {
            assert_close(z_of_level(level).unwrap(), want, 2e-15);
        }
        assert_eq!([0.0, 1.0, f64::NAN].map(z_of_level), [None; 3]);
    }

    #[test]
    fn quantile_undoes_the_distribution() {
        for i in 1..4000 {
            let p = f64::from(i) / 8000.0;
            let z = quantile(p).unwrap();
            assert_close(cdf(z), p, (1.0 + z * z) * 6e-16);
        }
    }
}
