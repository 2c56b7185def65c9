//! p-values corrected for how many questions were asked at once (FORMULAS §4.10).
//!
//! Every function takes the p-values of one family in any order and gives the corrected ones in
//! the same order. An undefined p-value stays undefined and does not count as a question.

/// Bonferroni: `min(1, m·p)`; keeps the chance of any false alarm below the level.
///
/// ```
/// use waage_core::multiplicity::bonferroni;
/// assert_eq!(bonferroni(&[Some(0.25), None, Some(0.75)]), [Some(0.5), None, Some(1.0)]);
/// ```
#[must_use]
pub fn bonferroni(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let m = p.iter().flatten().count() as f64;
    p.iter().map(|p| p.map(|p| (m * p).min(1.0))).collect()
}

/// Holm: `max_{j ≤ i} min(1, (m − j + 1)·p₍ⱼ₎)`; the same promise as Bonferroni with more power
/// (S. Holm 1979, *A simple sequentially rejective multiple test procedure*).
#[must_use]
pub fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let order = ascending(p);
    let mut out = vec![None; p.len()];
    let mut greatest = 0.0_f64;
    for (rank, &(index, value)) in order.iter().enumerate() {
        greatest = greatest.max(((order.len() - rank) as f64 * value).min(1.0));
        out[index] = Some(greatest);
    }
    out
}

/// Benjamini–Hochberg: `min_{j ≥ i} min(1, m·p₍ⱼ₎/j)`; keeps the expected share of false alarms
/// among all alarms below the level (Y. Benjamini, Y. Hochberg 1995, *Controlling the false
/// discovery rate*).
#[must_use]
pub fn benjamini_hochberg(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let order = ascending(p);
    let m = order.len() as f64;
    let mut out = vec![None; p.len()];
    let mut least = 1.0_f64;
    for (rank, &(index, value)) in order.iter().enumerate().rev() {
        least = least.min(m * value / (rank + 1) as f64);
        out[index] = Some(least);
    }
    out
}

/// Benjamini–Yekutieli: Benjamini–Hochberg times `Σ 1/i` over i = 1..=m; keeps the expected share
/// of false alarms whatever the dependence between the tests (Y. Benjamini, D. Yekutieli 2001).
#[must_use]
pub fn benjamini_yekutieli(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let order = ascending(p);
    let m = order.len() as f64;
    let harmonic: f64 = (1..=order.len()).map(|i| 1.0 / i as f64).sum();
    let mut out = vec![None; p.len()];
    let mut least = 1.0_f64;
    for (rank, &(index, value)) in order.iter().enumerate().rev() {
        least = least.min(harmonic * m * value / (rank + 1) as f64);
        out[index] = Some(least);
    }
    out
}

/// Positions and values of the defined p-values, ascending; ties keep their input order.
fn ascending(p: &[Option<f64>]) -> Vec<(usize, f64)> {
    let mut order: Vec<(usize, f64)> = p
        .iter()
        .enumerate()
        .filter_map(|(i, p)| p.map(|p| (i, p)))
        .collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: [f64; 10] = [
        0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216,
    ];

    fn assert_close(got: &[Option<f64>], expected: &[f64]) {
        assert_eq!(got.len(), expected.len());
        for (got, expected) in got.iter().zip(expected) {
            let got = got.expect("defined");
            assert!((got - expected).abs() < 1e-10, "{got} is not {expected}");
        }
    }

    #[test]
    fn the_published_table() {
        let p = P.map(Some);
        let bh = [
            0.01,
            0.04,
            0.084,
            0.084,
            0.084,
            0.1,
            0.74 / 7.0,
            0.216,
            0.216,
            0.216,
        ];
        assert_close(&benjamini_hochberg(&p), &bh);
        let h = [
            0.01, 0.072, 0.312, 0.312, 0.312, 0.312, 0.312, 0.615, 0.615, 0.615,
        ];
        assert_close(&holm(&p), &h);
        let harmonic = 7381.0 / 2520.0;
        let by = bh.map(|p| (harmonic * p).min(1.0));
        assert_close(&benjamini_yekutieli(&p), &by);
        for (got, printed) in benjamini_yekutieli(&p).iter().zip([
            0.0292897, 0.1171587, 0.2460333, 0.2460333, 0.2460333, 0.2928968, 0.3096338, 0.6326571,
            0.6326571, 0.6326571,
        ]) {
            assert!((got.unwrap() - printed).abs() < 1e-7);
        }
        let capped = benjamini_yekutieli(&[Some(0.9), None, Some(0.8)]);
        assert_eq!(capped, [Some(1.0), None, Some(1.0)]);
    }

    #[test]
    fn order_and_gaps_do_not_matter() {
        let shuffled = [Some(0.04), None, Some(0.01), Some(0.03)];
        assert_close(
            &[holm(&shuffled)[2], holm(&shuffled)[3], holm(&shuffled)[0]],
            &[0.03, 0.06, 0.06],
        );
        assert_eq!(holm(&shuffled)[1], None);
        assert_eq!(benjamini_hochberg(&shuffled)[1], None);
        assert!(holm(&[]).is_empty() && benjamini_hochberg(&[None]) == [None]);
    }

    #[test]
    fn no_correction_lowers_a_p_value_nor_exceeds_bonferroni() {
        let p = P.map(Some);
        for ((raw, bh), (holm, bonferroni)) in P
            .iter()
            .zip(benjamini_hochberg(&p))
            .zip(holm(&p).into_iter().zip(bonferroni(&p)))
        {
            let (bh, holm, bonferroni) = (bh.unwrap(), holm.unwrap(), bonferroni.unwrap());
            assert!(*raw <= bh && bh <= holm && holm <= bonferroni && bonferroni <= 1.0);
        }
    }
}
