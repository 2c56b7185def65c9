//! Areas under the ROC curve of groups and of all rows, and their replicates, from one ordering.

use rayon::prelude::*;

use super::resample::stream;

/// Rows in order of their score, with what an area needs of each.
#[derive(Clone, Debug)]
pub struct Ranking {
    order: Vec<Place>,
    groups: usize,
}

/// A row at its place: `tie` counts the distinct scores below its own.
#[derive(Clone, Copy, Debug)]
struct Place {
    tie: u32,
    group: u32,
    positive: bool,
    weight: f64,
}

/// What one group has shown up to a place of the order.
#[derive(Clone, Copy, Debug, Default)]
struct Area {
    tie: u32,
    positives_tied: f64,
    negatives_tied: f64,
    negatives_below: f64,
    positives: f64,
    concordant: f64,
}

impl Area {
    #[inline]
    fn add(&mut self, place: Place, times: f64) {
        if place.tie != self.tie {
            self.close();
            self.tie = place.tie;
        }
        let weight = place.weight * times;
        if place.positive {
            self.positives_tied += weight;
        } else {
            self.negatives_tied += weight;
        }
    }

    /// Ends a block of tied scores: a tied pair counts one half.
    #[inline]
    fn close(&mut self) {
        self.concordant += self.positives_tied * (self.negatives_below + self.negatives_tied / 2.0);
        self.negatives_below += self.negatives_tied;
        self.positives += self.positives_tied;
        (self.positives_tied, self.negatives_tied) = (0.0, 0.0);
    }

    fn value(mut self) -> Option<f64> {
        self.close();
        let pairs = self.positives * self.negatives_below;
        (pairs > 0.0).then(|| self.concordant / pairs)
    }
}

impl Ranking {
    /// Orders rows by score. `weights` empty means 1 each. `None` if lengths differ, a score is NaN,
    /// a group is out of range, or there are 2^32 rows or more.
    #[must_use]
    pub fn new(
        scores: &[f64],
        positive: &[bool],
        group_of_row: &[u32],
        groups: usize,
        weights: &[f64],
    ) -> Option<Self> {
        let n = scores.len();
        let weighted = !weights.is_empty();
        if positive.len() != n
            || group_of_row.len() != n
            || n >= u32::MAX as usize
            || (weighted && weights.len() != n)
            || scores.iter().any(|s| s.is_nan())
            || group_of_row.iter().any(|g| *g as usize >= groups)
        {
            return None;
        }
        let mut rows: Vec<u32> = (0..n as u32).collect();
        // Adding 0 makes −0 equal 0. The row breaks ties, so that weights are added in one order.
        rows.par_sort_unstable_by(|a, b| {
            let of = |row: &u32| scores[*row as usize] + 0.0;
            of(a).total_cmp(&of(b)).then(a.cmp(b))
        });
        let mut tie = 0;
        let mut order = Vec::with_capacity(n);
        for (at, row) in rows.iter().map(|row| *row as usize).enumerate() {
            if at > 0 && scores[rows[at - 1] as usize] != scores[row] {
                tie += 1;
            }
            order.push(Place {
                tie,
                group: group_of_row[row],
                positive: positive[row],
                weight: if weighted { weights[row] } else { 1.0 },
            });
        }
        Some(Self { order, groups })
    }

    /// Area of every group, then of every union of groups: `union_of_group` says which one a group
    /// belongs to. `None` for one that lacks positives or negatives:
    ///
    /// AUC = (Σ pairs with the positive above + ½ Σ tied pairs) / (positives · negatives).
    #[must_use]
    pub fn areas(&self, union_of_group: &[u32], unions: usize) -> Option<Vec<Option<f64>>> {
        self.sound(union_of_group, unions)?;
        Some(self.walk(union_of_group, unions, |_| 1.0))
    }

    /// [`Ranking::areas`] of the replicates `range`, one after another: rows drawn with replacement.
    #[must_use]
    pub fn replicates(
        &self,
        union_of_group: &[u32],
        unions: usize,
        range: std::ops::Range<usize>,
        seed: u64,
    ) -> Option<Vec<Option<f64>>> {
        self.sound(union_of_group, unions)?;
        let n = self.order.len();
        let areas = range.into_par_iter().flat_map_iter(|r| {
            let mut stream = stream(seed, r);
            let mut times = vec![0_u32; n];
            for _ in 0..n {
                times[stream.below(n as u64) as usize] += 1;
            }
            self.walk(union_of_group, unions, |at| f64::from(times[at]))
        });
        Some(areas.collect())
    }

    fn sound(&self, union_of_group: &[u32], unions: usize) -> Option<()> {
        let fits = union_of_group
            .iter()
            .all(|union| (*union as usize) < unions);
        (fits && union_of_group.len() == self.groups).then_some(())
    }

    fn walk(
        &self,
        union_of_group: &[u32],
        unions: usize,
        times: impl Fn(usize) -> f64,
    ) -> Vec<Option<f64>> {
        let mut areas = vec![Area::default(); self.groups + unions];
        for (at, place) in self.order.iter().enumerate() {
            let times = times(at);
            if times > 0.0 {
                let group = place.group as usize;
                areas[group].add(*place, times);
                areas[self.groups + union_of_group[group] as usize].add(*place, times);
            }
        }
        areas.into_iter().map(Area::value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every pair, as the definition says.
    fn by_pairs(
        scores: &[f64],
        positive: &[bool],
        weights: &[f64],
        keep: &dyn Fn(usize) -> bool,
    ) -> Option<f64> {
        let (mut good, mut pairs) = (0.0, 0.0);
        for i in (0..scores.len()).filter(|i| keep(*i) && positive[*i]) {
            for j in (0..scores.len()).filter(|j| keep(*j) && !positive[*j]) {
                let weight = weights[i] * weights[j];
                pairs += weight;
                good += weight
                    * if scores[i] > scores[j] {
                        1.0
                    } else if scores[i] == scores[j] {
                        0.5
                    } else {
                        0.0
                    };
            }
        }
        (pairs > 0.0).then(|| good / pairs)
    }

    proptest! {
        #[test]
        fn areas_are_those_of_all_pairs(rows in prop::collection::vec((-3_i8..4, any::<bool>(), 0_u32..3, 0_u8..4), 1..60)) {
            let scores: Vec<f64> = rows.iter().map(|r| f64::from(r.0) * 0.5 * if r.1 { 1.0 } else { -1.0 }).collect();
            let positive: Vec<bool> = rows.iter().map(|r| r.1).collect();
            let groups: Vec<u32> = rows.iter().map(|r| r.2).collect();
            let weights: Vec<f64> = rows.iter().map(|r| f64::from(r.3)).collect();
            let found = Ranking::new(&scores, &positive, &groups, 3, &weights).unwrap().areas(&[0, 0, 1], 2).unwrap();
            let mut expected: Vec<Option<f64>> = (0..3).map(|g| by_pairs(&scores, &positive, &weights, &|i| groups[i] == g)).collect();
            expected.push(by_pairs(&scores, &positive, &weights, &|i| groups[i] < 2));
            expected.push(by_pairs(&scores, &positive, &weights, &|i| groups[i] == 2));
            for (found, expected) in found.into_iter().zip(expected) {
                match (found, expected) {
                    (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-12),
                    (a, b) => prop_assert_eq!(a, b),
                }
            }
        }
    }

    #[test]
    fn the_worked_example_has_its_area() {
        // E3: positives .9 .8 .7 .55 .4, negatives .6 .5 .4 .4 .3 .2 .7.
        let scores = [0.9, 0.8, 0.7, 0.55, 0.6, 0.5, 0.4, 0.4, 0.3, 0.4, 0.2, 0.7];
        let positive = [
            true, true, true, true, false, false, false, false, false, true, false, false,
        ];
        let ranking = Ranking::new(&scores, &positive, &[0; 12], 1, &[]).unwrap();
        let area = ranking.areas(&[0], 1).unwrap()[0].unwrap();
        assert!((area - 28.5 / 35.0).abs() < 1e-15, "{area}");
        let drawn = ranking.replicates(&[0], 1, 0..3, 5).unwrap();
        assert_eq!(drawn[2..], ranking.replicates(&[0], 1, 1..3, 5).unwrap());
        assert_eq!(drawn[0], drawn[1]);
    }

    #[test]
    fn what_has_no_order_is_refused() {
        assert!(Ranking::new(&[f64::NAN], &[true], &[0], 1, &[]).is_none());
        assert!(Ranking::new(&[0.0], &[true], &[1], 1, &[]).is_none());
        let one = Ranking::new(&[0.0, -0.0], &[true, false], &[0, 0], 1, &[]).unwrap();
        assert_eq!(one.areas(&[0], 1).unwrap(), vec![Some(0.5); 2]);
        assert!(one.areas(&[1], 1).is_none());
    }
}
