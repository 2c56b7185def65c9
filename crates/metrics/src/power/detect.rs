//! Rows that show a gap.

use waage_core::special::cdf;

use super::{Design, is_rate, variance};

impl Design {
    /// Rows of each group that find the difference of `p1` and `p2`:
    /// `[z(1−α/2)√(2p̄q̄) + z(1−β)√(p1q1 + p2q2)]²/(p1 − p2)²`, before rounding up.
    ///
    /// `None` unless both are rates and differ.
    #[must_use]
    pub fn rows_to_detect(&self, p1: f64, p2: f64) -> Option<f64> {
        self.rows_in_all_to_detect(p1, p2, 0.5)
            .map(|rows| rows / 2.0)
    }

    /// Rows of both groups together of which a `share` belongs to the first:
    /// `[z(1−α/2)√(p̄q̄(1/f + 1/(1−f))) + z(1−β)√(p1q1/f + p2q2/(1−f))]²/(p1 − p2)²` with
    /// `p̄ = f·p1 + (1−f)·p2`.
    ///
    /// `None` unless both are rates and differ, and the share lies between 0 and 1.
    #[must_use]
    pub fn rows_in_all_to_detect(&self, p1: f64, p2: f64, share: f64) -> Option<f64> {
        if !(is_rate(p1) && is_rate(p2) && p1 != p2 && share > 0.0 && share < 1.0) {
            return None;
        }
        let rest = 1.0 - share;
        let mean = share * p1 + rest * p2;
        let under_none = (variance(mean) * (1.0 / share + 1.0 / rest)).sqrt();
        let under_gap = (variance(p1) / share + variance(p2) / rest).sqrt();
        let root = (self.two_sided * under_none + self.power_z * under_gap) / (p1 - p2);
        Some(root * root)
    }

    /// The smallest gap that `n1` and `n2` rows find where the rate of both together is `rate`:
    /// `(z(1−α/2) + z(1−β))·√(p̄q̄(1/n1 + 1/n2))`.
    ///
    /// Where the rate is 0 or 1 that would be nothing: there it is the smallest gap of a group to a
    /// reference at that rate for which [`Design::power_to_detect`] reaches the power. `None` where
    /// no gap between rates is large enough, and for nonsense.
    #[must_use]
    pub fn smallest_gap(&self, rate: f64, n1: f64, n2: f64) -> Option<f64> {
        if !(is_rate(rate) && n1 > 0.0 && n2 > 0.0 && n1.is_finite() && n2.is_finite()) {
            return None;
        }
        if variance(rate) == 0.0 {
            return self.smallest_gap_from_none(n1, n2);
        }
        let gap = (self.two_sided + self.power_z) * (variance(rate) * (1.0 / n1 + 1.0 / n2)).sqrt();
        (gap <= 1.0).then_some(gap)
    }

    /// The smallest rate of a group of `n1` rows that is told from none of `n2`, to 1e-12.
    fn smallest_gap_from_none(&self, n1: f64, n2: f64) -> Option<f64> {
        let found = |gap: f64| {
            self.power_to_detect(gap, 0.0, n1, n2)
                .is_some_and(|p| p >= self.power)
        };
        if !found(1.0) {
            return None;
        }
        let (mut low, mut high) = (0.0, 1.0);
        while high - low > 1e-12 {
            let middle = f64::midpoint(low, high);
            if found(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(high)
    }

    /// The probability that a test at this confidence tells `p1` from `p2` in `n1` and `n2` rows, by
    /// the same large-sample formula: `Φ((|d| − z(1−α/2)·s₀)/s₁)`. `None` for nonsense.
    #[must_use]
    pub fn power_to_detect(&self, p1: f64, p2: f64, n1: f64, n2: f64) -> Option<f64> {
        if !(is_rate(p1) && is_rate(p2) && n1 > 0.0 && n2 > 0.0) {
            return None;
        }
        let mean = (n1 * p1 + n2 * p2) / (n1 + n2);
        let under_none = (variance(mean) * (1.0 / n1 + 1.0 / n2)).sqrt();
        let under_gap = (variance(p1) / n1 + variance(p2) / n2).sqrt();
        let excess = (p1 - p2).abs() - self.two_sided * under_none;
        if under_gap == 0.0 {
            return Some(if excess > 0.0 { 1.0 } else { 0.0 });
        }
        Some(cdf(excess / under_gap))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waage_core::draw::binomial;
    use waage_core::random::Stream;

    fn usual() -> Design {
        Design::new(0.95, 0.8).unwrap()
    }

    /// GOVERNANCE §1.1: 1318.6 rows of each group near a rate of 0.3 find a gap of 0.05.
    #[test]
    fn the_worked_number_of_planning_with_power() {
        let gap = usual().smallest_gap(0.3, 1318.6, 1318.6).unwrap();
        assert!((gap - 0.05).abs() < 1e-6, "{gap}");
        assert!(usual().smallest_gap(0.3, 1319.0, 1319.0).unwrap() < 0.05);
        assert!(usual().smallest_gap(0.3, 1318.0, 1318.0).unwrap() > 0.05);
    }

    /// FORMULAS §4.8.
    #[test]
    fn the_worked_numbers() {
        let rows = usual().rows_to_detect(0.5, 0.4).unwrap();
        assert!((rows - 387.3385).abs() < 1e-4, "{rows}");
        for (rate, n1, n2, gap) in [
            (0.5, 100.0, 60.0, 0.228_748_475),
            (0.1, 1000.0, 1000.0, 0.037_587_210),
            (0.4, 500.0, 500.0, 0.086_803_943),
        ] {
            let found = usual().smallest_gap(rate, n1, n2).unwrap();
            assert!((found - gap).abs() < 1e-9, "{found}");
        }
    }

    #[test]
    fn rows_and_power_are_two_sides_of_one_formula() {
        for (p1, p2, share) in [
            (0.5, 0.4, 0.5),
            (0.1, 0.13, 0.2),
            (0.9, 0.99, 0.7),
            (0.0, 0.05, 0.5),
        ] {
            for power in [0.5, 0.8, 0.95] {
                let design = Design::new(0.95, power).unwrap();
                let rows = design.rows_in_all_to_detect(p1, p2, share).unwrap();
                let (n1, n2) = (share * rows, (1.0 - share) * rows);
                let reached = design.power_to_detect(p1, p2, n1, n2).unwrap();
                assert!((reached - power).abs() < 1e-12, "{reached} {power}");
            }
        }
    }

    #[test]
    fn equal_shares_need_the_fewest_rows_and_larger_gaps_fewer() {
        let rows = |p2, share| usual().rows_in_all_to_detect(0.5, p2, share).unwrap();
        assert!(rows(0.4, 0.5) < rows(0.4, 0.3) && rows(0.4, 0.3) < rows(0.4, 0.1));
        assert!(rows(0.3, 0.5) < rows(0.4, 0.5));
    }

    #[test]
    fn a_rate_of_nothing_still_hides_a_gap() {
        let gap = usual().smallest_gap(0.0, 60.0, 100.0).unwrap();
        assert!(gap > 0.05 && gap < 0.15, "{gap}");
        let reached = usual().power_to_detect(gap, 0.0, 60.0, 100.0).unwrap();
        assert!((reached - 0.8).abs() < 1e-6);
        assert_eq!(usual().smallest_gap(0.5, 1.0, 1.0), None);
        assert_eq!(usual().smallest_gap(0.0, 1.0, 1.0), None);
    }

    #[test]
    fn nonsense_has_no_plan() {
        let design = usual();
        assert_eq!(design.rows_to_detect(0.4, 0.4), None);
        assert_eq!(design.rows_to_detect(1.2, 0.4), None);
        assert_eq!(design.rows_to_detect(f64::NAN, 0.4), None);
        assert_eq!(design.rows_in_all_to_detect(0.5, 0.4, 1.0), None);
        assert_eq!(design.smallest_gap(0.5, 0.0, 10.0), None);
        for (confidence, power) in [
            (1.0, 0.8),
            (0.4, 0.8),
            (0.95, 0.4),
            (0.95, 1.0),
            (f64::NAN, 0.8),
        ] {
            assert_eq!(Design::new(confidence, power), None);
        }
    }

    /// The share of `draws` in which the pooled z test at 95 % tells two samples apart.
    fn share_found(p1: f64, p2: f64, n1: u64, n2: u64, draws: u64) -> f64 {
        let found = (0..draws).filter(|&draw| {
            let mut stream = Stream::new(11, draw);
            let (x, y) = (binomial(&mut stream, n1, p1), binomial(&mut stream, n2, p2));
            let (n, m) = (n1 as f64, n2 as f64);
            let mean = (x + y) as f64 / (n + m);
            let se = (mean * (1.0 - mean) * (1.0 / n + 1.0 / m)).sqrt();
            ((x as f64 / n - y as f64 / m) / se).abs() > 1.959_963_984_540_054
        });
        found.count() as f64 / draws as f64
    }

    /// Simulated, not derived: the planned rows find the gap about as often as promised. The
    /// formula is of large samples: two points off are its own error.
    #[test]
    fn planned_rows_find_the_gap_as_often_as_promised() {
        for (p1, p2) in [(0.5, 0.4), (0.2, 0.3), (0.05, 0.1)] {
            let rows = usual().rows_to_detect(p1, p2).unwrap().ceil() as u64;
            let found = share_found(p1, p2, rows, rows, 20_000);
            assert!((found - 0.8).abs() < 0.02, "{p1} {p2}: {found}");
        }
        let gap = usual().smallest_gap(0.4, 600.0, 300.0).unwrap();
        // The rates around the common one, at the mix of the groups.
        let (p1, p2) = (0.4 + gap / 3.0, 0.4 - gap * 2.0 / 3.0);
        let found = share_found(p1, p2, 600, 300, 20_000);
        assert!((found - 0.8).abs() < 0.02, "{found}");
    }
}
