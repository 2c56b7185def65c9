//! Rows that show that a gap stays within a margin.

use super::{Design, is_rate, variance};

impl Design {
    /// Rows of each group that show, by two one-sided tests, that two rates near `rate` differ by
    /// less than `margin`, when their true difference is `true_gap`:
    /// `(z(1−α) + z(1−β/2))²·2pq/m²`; with a true gap δ, `(z(1−α) + z(1−β))²·2pq/(m − |δ|)²`, before
    /// rounding up.
    ///
    /// `None` unless `rate` is a rate other than 0 and 1 and the true gap lies within the margin.
    #[must_use]
    pub fn rows_to_show_equivalence(&self, rate: f64, margin: f64, true_gap: f64) -> Option<f64> {
        self.rows_in_all_to_show_equivalence(rate, margin, true_gap, 0.5)
            .map(|rows| rows / 2.0)
    }

    /// Rows of both groups together of which a `share` belongs to the first.
    ///
    /// `None` as above, and unless the share lies between 0 and 1.
    #[must_use]
    pub fn rows_in_all_to_show_equivalence(
        &self,
        rate: f64,
        margin: f64,
        true_gap: f64,
        share: f64,
    ) -> Option<f64> {
        let room = margin - true_gap.abs();
        if !(is_rate(rate) && variance(rate) > 0.0 && room > 0.0 && share > 0.0 && share < 1.0) {
            return None;
        }
        let z = self.equivalence_z(true_gap);
        Some(z * z * variance(rate) * (1.0 / share + 1.0 / (1.0 - share)) / (room * room))
    }

    /// The smallest margin within which `n1` and `n2` rows show that there is no gap, when there is
    /// none and the rate of both is `rate`: `(z(1−α) + z(1−β/2))·√(pq(1/n1 + 1/n2))`.
    ///
    /// `None` for a rate of 0 or 1, whose variance is not known from itself, where no margin up to 1
    /// is wide enough, and for nonsense.
    #[must_use]
    pub fn smallest_margin(&self, rate: f64, n1: f64, n2: f64) -> Option<f64> {
        if !(is_rate(rate) && variance(rate) > 0.0 && n1 > 0.0 && n2 > 0.0) {
            return None;
        }
        let margin = self.equivalence_z(0.0) * (variance(rate) * (1.0 / n1 + 1.0 / n2)).sqrt();
        (margin <= 1.0).then_some(margin)
    }

    fn equivalence_z(&self, true_gap: f64) -> f64 {
        self.one_sided
            + if true_gap == 0.0 {
                self.power_both_z
            } else {
                self.power_z
            }
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

    /// FORMULAS §4.8.
    #[test]
    fn the_worked_numbers() {
        let rows = usual().rows_to_show_equivalence(0.4, 0.1, 0.0).unwrap();
        assert!((rows - 411.0647).abs() < 1e-4, "{rows}");
        let rows = usual().rows_to_show_equivalence(0.4, 0.1, 0.02).unwrap();
        assert_eq!(rows.ceil(), 464.0);
        assert_eq!(
            usual()
                .rows_to_show_equivalence(0.4, 0.1, -0.02)
                .unwrap()
                .ceil(),
            464.0
        );
    }

    #[test]
    fn margin_and_rows_are_two_sides_of_one_formula() {
        let rows = usual()
            .rows_in_all_to_show_equivalence(0.3, 0.05, 0.0, 0.2)
            .unwrap();
        let margin = usual()
            .smallest_margin(0.3, 0.2 * rows, 0.8 * rows)
            .unwrap();
        assert!((margin - 0.05).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_shown_has_no_plan() {
        let design = usual();
        assert_eq!(design.rows_to_show_equivalence(0.4, 0.1, 0.1), None);
        assert_eq!(design.rows_to_show_equivalence(0.0, 0.1, 0.0), None);
        assert_eq!(design.rows_to_show_equivalence(0.4, f64::NAN, 0.0), None);
        assert_eq!(design.smallest_margin(0.5, 2.0, 2.0), None);
    }

    /// Simulated: two one-sided tests on the planned rows succeed about as often as promised.
    #[test]
    fn planned_rows_show_equivalence_as_often_as_promised() {
        for (true_gap, rows) in [(0.0, 412), (0.02, 464)] {
            let draws = 20_000;
            let shown = (0..draws).filter(|&draw| {
                let mut stream = Stream::new(12, draw);
                let half = true_gap / 2.0;
                let x = binomial(&mut stream, rows, 0.4 + half) as f64 / rows as f64;
                let y = binomial(&mut stream, rows, 0.4 - half) as f64 / rows as f64;
                let se = ((variance(x) + variance(y)) / rows as f64).sqrt();
                (x - y).abs() + 1.644_853_626_951_472_2 * se < 0.1
            });
            let share = shown.count() as f64 / f64::from(draws as u32);
            assert!((share - 0.8).abs() < 0.02, "{true_gap}: {share}");
        }
    }
}
