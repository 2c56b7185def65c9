//! What whole numbers can be when only sums of them are known: exact ranges over
//! `{x >= 0, A x = A x*}`.
//!
//! A dictionary of the simplex method in whole numbers with a common denominator (integer pivoting),
//! so that no rounding decides what somebody could find out. The denominator stays 1 wherever the
//! sums are those of a network, as margins of a table are. The true numbers `x*` are a point of the
//! set, so no first phase is needed: they are walked to a corner. Every corner passed is a possible
//! truth and widens what is known of all ranges at once.

/// Why a range was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The work allowed is done.
    Budget,
    /// A number does not fit 128 bits.
    Overflow,
}

/// A part of a sum that is zero: the variable and its sign.
pub type Term = (usize, i128);

/// The set of possible numbers, at one of its corners.
pub struct Ranges {
    /// Columns: variables at 0 in the present corner.
    outside: Vec<usize>,
    /// Rows: variables that the others determine.
    inside: Vec<usize>,
    /// `denominator * inside[i] = right[i] - sum_j rows[i][j] * outside[j]`.
    rows: Vec<Vec<i128>>,
    right: Vec<i128>,
    denominator: i128,
    low: Vec<i128>,
    high: Vec<i128>,
    free: Vec<bool>,
}

impl Ranges {
    /// The set of all numbers with the same sums as `point`. Each of `sums` is a list of terms whose
    /// value at `point` is known. `budget` counts entries touched and is reduced.
    ///
    /// # Errors
    /// [`Stop`] when the budget is used up or numbers grow beyond 128 bits.
    pub fn new(point: &[u64], sums: &[Vec<Term>], budget: &mut u64) -> Result<Self, Stop> {
        let n = point.len();
        let at: Vec<i128> = point.iter().map(|&x| i128::from(x)).collect();
        let mut rows = Vec::with_capacity(sums.len());
        let mut right = Vec::with_capacity(sums.len());
        for sum in sums {
            let mut row = vec![0; n];
            for &(variable, sign) in sum {
                row[variable] += sign;
            }
            right.push(row.iter().zip(&at).map(|(a, x)| a * x).sum());
            rows.push(row);
        }
        let mut set = Self {
            // Each sum is first a variable of its own, numbered behind the others, and is 0 less its value.
            inside: (n..n + rows.len()).collect(),
            outside: (0..n).collect(),
            rows,
            right,
            denominator: 1,
            low: at.clone(),
            high: at.clone(),
            free: vec![false; n],
        };
        set.drop_sums(n, budget)?;
        set.walk_to_corner(&at, budget)?;
        Ok(set)
    }

    /// Turns the sums' own variables out; those of sums that follow from others go with their row.
    fn drop_sums(&mut self, n: usize, budget: &mut u64) -> Result<(), Stop> {
        let mut row = 0;
        while row < self.rows.len() {
            let column = (0..self.outside.len())
                .filter(|&j| self.outside[j] < n && self.rows[row][j] != 0)
                .min_by_key(|&j| (self.rows[row][j].abs(), self.outside[j]));
            match column {
                Some(column) => {
                    self.pivot(row, column, budget)?;
                    self.outside.swap_remove(column);
                    for of in &mut self.rows {
                        of.swap_remove(column);
                    }
                    row += 1;
                }
                None => {
                    self.rows.swap_remove(row);
                    self.right.swap_remove(row);
                    self.inside.swap_remove(row);
                }
            }
        }
        Ok(())
    }

    /// Brings each variable outside from its value at the true point to 0, or into the basis where
    /// another reaches 0 first.
    fn walk_to_corner(&mut self, at: &[i128], budget: &mut u64) -> Result<(), Stop> {
        let mut values: Vec<i128> = self.outside.iter().map(|&v| at[v]).collect();
        for column in 0..self.outside.len() {
            let value = values[column];
            if value == 0 {
                continue;
            }
            let mut blocked: Option<(usize, i128, i128)> = None;
            for row in 0..self.rows.len() {
                let slope = self.rows[row][column];
                if slope >= 0 {
                    continue;
                }
                let mut now = self.right[row];
                for (j, v) in values.iter().enumerate() {
                    let part = self.rows[row][j].checked_mul(*v).ok_or(Stop::Overflow)?;
                    now = now.checked_sub(part).ok_or(Stop::Overflow)?;
                }
                spend(budget, values.len())?;
                // It may fall by now / -slope until this row is at 0.
                let (num, den) = (now, -slope);
                let closer = blocked.is_none_or(|(_, n, d)| less(num, den, n, d));
                let stops = less(num, den, value, 1);
                if stops && closer {
                    blocked = Some((row, num, den));
                }
            }
            // Either the variable itself is at 0 now, or the row's takes its column, at 0.
            values[column] = 0;
            if let Some((row, ..)) = blocked {
                self.pivot(row, column, budget)?;
            }
        }
        self.look();
        Ok(())
    }

    /// The least and the greatest value found so far, rounded inwards to whole numbers.
    #[must_use]
    pub fn seen(&self, variable: usize) -> (u64, Option<u64>) {
        let whole = |x: i128| u64::try_from(x.max(0)).unwrap_or(u64::MAX);
        let high = (!self.free[variable]).then(|| whole(self.high[variable]));
        (whole(self.low[variable]), high)
    }

    /// How wide the range of a variable is, as far as seen; nothing bounds it where `None`.
    #[must_use]
    pub fn width(&self, variable: usize) -> Option<u64> {
        let (low, high) = self.seen(variable);
        high.map(|high| high.saturating_sub(low))
    }

    /// Walks until a variable's range is seen to be at least `wide`, or all of it is seen.
    ///
    /// # Errors
    /// [`Stop`] when the budget is used up or numbers grow beyond 128 bits.
    pub fn widen(&mut self, variable: usize, wide: u64, budget: &mut u64) -> Result<(), Stop> {
        for upwards in [true, false] {
            loop {
                if self.width(variable).is_none_or(|width| width >= wide) {
                    return Ok(());
                }
                if !self.step(variable, upwards, budget)? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// One pivot towards the greatest or least value; false at the end. The smallest index goes
    /// first (Bland), so that no corner comes twice.
    fn step(&mut self, variable: usize, upwards: bool, budget: &mut u64) -> Result<bool, Stop> {
        let basic = self.inside.iter().position(|&v| v == variable);
        let entering = match basic {
            Some(row) => (0..self.outside.len())
                .filter(|&j| {
                    let slope = self.rows[row][j];
                    if upwards { slope < 0 } else { slope > 0 }
                })
                .min_by_key(|&j| self.outside[j]),
            None if upwards => self.outside.iter().position(|&v| v == variable),
            None => None,
        };
        let Some(column) = entering else {
            return Ok(false);
        };
        let mut leaving: Option<usize> = None;
        for row in 0..self.rows.len() {
            let slope = self.rows[row][column];
            if slope <= 0 {
                continue;
            }
            let better = leaving.is_none_or(|best| {
                let (a, b) = (self.right[row], self.rows[row][column]);
                let (c, d) = (self.right[best], self.rows[best][column]);
                less(a, b, c, d) || (!less(c, d, a, b) && self.inside[row] < self.inside[best])
            });
            if better {
                leaving = Some(row);
            }
        }
        spend(budget, self.rows.len())?;
        match leaving {
            Some(row) => {
                self.pivot(row, column, budget)?;
                self.look();
                Ok(true)
            }
            None => {
                self.free[variable] = true;
                Ok(false)
            }
        }
    }

    /// Takes note of the present corner.
    fn look(&mut self) {
        for (row, &variable) in self.inside.iter().enumerate() {
            let (value, over) = (self.right[row], self.denominator);
            let down = value.div_euclid(over);
            let up = down + i128::from(value.rem_euclid(over) != 0);
            self.low[variable] = self.low[variable].min(up);
            self.high[variable] = self.high[variable].max(down);
        }
        for &variable in &self.outside {
            self.low[variable] = 0;
        }
    }

    /// Exchanges a row's variable with a column's.
    fn pivot(&mut self, row: usize, column: usize, budget: &mut u64) -> Result<(), Stop> {
        spend(budget, self.rows.len().max(1) * self.outside.len().max(1))?;
        let old = self.denominator;
        let sign = self.rows[row][column].signum();
        let new = self.rows[row][column] * sign;
        let mut own = std::mem::take(&mut self.rows[row]);
        own.iter_mut().for_each(|x| *x *= sign);
        self.right[row] *= sign;
        let own_right = self.right[row];
        for (i, other) in self.rows.iter_mut().enumerate() {
            if i == row {
                continue;
            }
            let factor = other[column];
            if factor == 0 && new == old {
                continue;
            }
            for (j, x) in other.iter_mut().enumerate() {
                if j != column {
                    *x = exchanged(*x, new, factor, own[j], old)?;
                }
            }
            self.right[i] = exchanged(self.right[i], new, factor, own_right, old)?;
            other[column] = -factor * sign;
        }
        own[column] = old * sign;
        self.rows[row] = own;
        self.denominator = new;
        std::mem::swap(&mut self.inside[row], &mut self.outside[column]);
        Ok(())
    }
}

/// `(x * new - factor * own) / old`, which is whole.
fn exchanged(x: i128, new: i128, factor: i128, own: i128, old: i128) -> Result<i128, Stop> {
    if new == 1 && old == 1 {
        let part = factor.checked_mul(own).ok_or(Stop::Overflow)?;
        return x.checked_sub(part).ok_or(Stop::Overflow);
    }
    let first = x.checked_mul(new).ok_or(Stop::Overflow)?;
    let second = factor.checked_mul(own).ok_or(Stop::Overflow)?;
    Ok(first.checked_sub(second).ok_or(Stop::Overflow)? / old)
}

/// Whether `a / b < c / d` for positive `b` and `d`; products that do not fit are compared as floats,
/// which only changes the order of the walk.
fn less(a: i128, b: i128, c: i128, d: i128) -> bool {
    match (a.checked_mul(d), c.checked_mul(b)) {
        (Some(left), Some(right)) => left < right,
        _ => (a as f64) * (d as f64) < (c as f64) * (b as f64),
    }
}

fn spend(budget: &mut u64, work: usize) -> Result<(), Stop> {
    *budget = budget.checked_sub(work as u64).ok_or(Stop::Budget)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The range of each variable by going through all whole numbers up to a limit.
    fn by_hand(point: &[u64], sums: &[Vec<Term>], limit: u64) -> Vec<(u64, u64)> {
        let value = |x: &[u64], sum: &[Term]| -> i128 {
            sum.iter().map(|&(v, s)| s * i128::from(x[v])).sum()
        };
        let mut x = vec![0; point.len()];
        let mut ranges = vec![(u64::MAX, 0); point.len()];
        loop {
            if sums.iter().all(|sum| value(&x, sum) == value(point, sum)) {
                for (range, &v) in ranges.iter_mut().zip(&x) {
                    *range = (range.0.min(v), range.1.max(v));
                }
            }
            let Some(next) = x.iter().position(|&v| v < limit) else {
                return ranges;
            };
            x[next] += 1;
            x[..next].fill(0);
        }
    }

    #[test]
    fn ranges_are_those_of_all_tables_with_the_same_sums() {
        let mut seed = 7_u64;
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % below
        };
        for _ in 0..60 {
            // A 2 x 3 table with sums of both rows and all columns, some of them left out.
            let point: Vec<u64> = (0..6).map(|_| next(3)).collect();
            let mut sums: Vec<Vec<Term>> = vec![
                vec![(0, 1), (1, 1), (2, 1)],
                vec![(3, 1), (4, 1), (5, 1)],
                vec![(0, 1), (3, 1)],
                vec![(1, 1), (4, 1)],
                vec![(2, 1), (5, 1)],
            ];
            sums.remove(next(5) as usize);
            let expected = by_hand(&point, &sums, 6);
            let mut budget = 1_000_000;
            let mut set = Ranges::new(&point, &sums, &mut budget).unwrap();
            for (variable, range) in expected.iter().enumerate() {
                set.widen(variable, u64::MAX, &mut budget).unwrap();
                let (low, high) = set.seen(variable);
                assert_eq!((low, high), (range.0, Some(range.1)), "{point:?} {sums:?}");
            }
        }
    }

    #[test]
    fn a_number_in_no_sum_is_free_and_one_alone_is_known() {
        let mut budget = 1000;
        let mut set = Ranges::new(&[3, 4], &[vec![(1, 1)]], &mut budget).unwrap();
        set.widen(0, 5, &mut budget).unwrap();
        set.widen(1, 5, &mut budget).unwrap();
        assert_eq!(set.width(0), None);
        assert_eq!(set.seen(1), (4, Some(4)));
    }

    /// A triangle of sums is no network: its corners may be halves, its denominator 2.
    #[test]
    fn denominators_are_kept() {
        let sums = [
            vec![(0, 1), (1, 1)],
            vec![(1, 1), (2, 1)],
            vec![(0, 1), (2, 1), (3, 1)],
        ];
        let point = [3, 2, 4, 1];
        let expected = by_hand(&point, &sums, 12);
        let mut budget = 10_000;
        let mut set = Ranges::new(&point, &sums, &mut budget).unwrap();
        for (variable, range) in expected.iter().enumerate() {
            set.widen(variable, u64::MAX, &mut budget).unwrap();
            let (low, high) = set.seen(variable);
            // Fractions reach further than whole numbers, by less than one.
            assert!(low <= range.0 && range.0 <= low + 1, "{variable}");
            assert!(
                Some(range.1) <= high && high <= Some(range.1 + 1),
                "{variable}"
            );
        }
    }

    #[test]
    fn work_is_bounded() {
        let sums = [vec![(0, 1), (1, 1)]];
        assert!(matches!(
            Ranges::new(&[3, 4], &sums, &mut 1),
            Err(Stop::Budget)
        ));
    }
}
