//! Percentiles of replicates that draw clusters, for few clusters.

use crate::special::{beta_inc, beta_inc_inv, sf, z_of_level};

/// The confidence at which percentiles of a cluster bootstrap are read so that they hold a true
/// value with confidence `level`: `2Φ(√(m/(m−1))·t) − 1` with the two-sided critical value `t` of
/// Student's law on `m − 1` degrees of freedom, the expanded percentile interval (Hesterberg, *What
/// teachers should know about the bootstrap*, 2015). Plain percentiles of few clusters are too
/// narrow twice: replicates vary by `(m−1)/m` of the variance, and that is itself uncertain.
///
/// `None` for fewer than two clusters or a `level` outside (0, 1).
///
/// ```
/// use waage_core::interval::cluster_level;
/// // Six clusters: t(5) = 2.570582, √(6/5) times that is 2.815932.
/// let level = cluster_level(0.95, 6).unwrap();
/// assert!((level - 0.995_136).abs() < 1e-6);
/// assert!((cluster_level(0.95, 1_000_000).unwrap() - 0.95).abs() < 1e-6);
/// ```
#[must_use]
pub fn cluster_level(level: f64, clusters: u64) -> Option<f64> {
    if clusters < 2 || !(level > 0.0 && level < 1.0) {
        return None;
    }
    let m = clusters as f64;
    let df = m - 1.0;
    let x = beta_inc_inv(df / 2.0, 0.5, 1.0 - level)?;
    let t = (df * (1.0 / x - 1.0)).sqrt();
    let z = (m / df).sqrt() * t;
    Some((1.0 - 2.0 * sf(z)).clamp(level, 1.0 - f64::EPSILON))
}

/// The p-value of intervals read at [`cluster_level`] where plain ones have the p-value `plain`.
///
/// `None` for fewer than two clusters.
#[must_use]
pub fn cluster_p(plain: f64, clusters: u64) -> Option<f64> {
    if clusters < 2 {
        return None;
    }
    let m = clusters as f64;
    let df = m - 1.0;
    let z = z_of_level(1.0 - plain).unwrap_or(0.0);
    let t = z / (m / df).sqrt();
    let p = beta_inc(df / 2.0, 0.5, df / (df + t * t))?;
    Some(p.clamp(plain.min(1.0), 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_p_value_inverts_the_level() {
        for clusters in [4, 5, 12, 400] {
            for level in [0.9, 0.95, 0.99] {
                let read = cluster_level(level, clusters).unwrap();
                let p = cluster_p(1.0 - read, clusters).unwrap();
                assert!((p - (1.0 - level)).abs() < 1e-6, "{clusters} {level} {p}");
            }
        }
        assert_eq!(cluster_p(1.0, 7), Some(1.0));
        assert_eq!(cluster_p(0.1, 1), None);
    }

    #[test]
    fn few_clusters_widen_and_many_do_not() {
        let levels: Vec<f64> = [3, 6, 20, 10_000]
            .iter()
            .map(|m| cluster_level(0.95, *m).unwrap())
            .collect();
        assert!(
            levels.windows(2).all(|pair| pair[0] > pair[1]),
            "{levels:?}"
        );
        assert_eq!(cluster_level(0.95, 1), None);
    }
}
