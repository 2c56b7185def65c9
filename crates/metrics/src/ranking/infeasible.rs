//! How often along a list a group holds fewer places than its share.

use super::list::List;

/// The number of prefixes k, of those looked at, and groups g with fewer than `⌊k·share of g⌋` rows among
/// the first k; the shares are those of the whole list, and floors are taken in integers.
///
/// AIF360 looks at one prefix less. Source: Geyik, Ambler & Kenthapadi 2019.
#[must_use]
pub fn infeasible_index(list: &List) -> u64 {
    let total = u128::from(list.total());
    // Where the floor next grows: the least k with k·size ≥ (due + 1)·total.
    let next = |due: u64, size: u64| match size {
        0 => u64::MAX,
        size => (u128::from(due + 1) * total).div_ceil(u128::from(size)) as u64,
    };
    let sizes = list.sizes();
    let mut dues: Vec<(u64, u64)> = sizes.iter().map(|&size| (0, next(0, size))).collect();
    let mut missed = 0;
    list.prefixes(1..=list.length(), |k, counts| {
        for ((&count, (due, grows)), &size) in counts.iter().zip(&mut dues).zip(sizes) {
            while k >= *grows {
                *due += 1;
                *grows = next(*due, size);
            }
            missed += u64::from(count < *due as f64);
        }
    });
    missed
}

#[cfg(test)]
mod tests {
    use super::super::list::fixture::{ordered, r1};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prefixes_are_counted_as_in_the_worked_examples() {
        assert_eq!(infeasible_index(&r1()), 5);
        // AIF360's test, the rows in the order given there.
        let groups = [0, 1, 1, 1, 0, 0, 0, 1, 0, 1];
        assert_eq!(infeasible_index(&ordered(2, &groups)), 1);
        assert_eq!(infeasible_index(&ordered(2, &[])), 0);
    }

    proptest! {
        #[test]
        fn floors_are_those_of_the_definition(rows in prop::collection::vec(0_usize..3, 1..60)) {
            let mut missed = 0;
            for k in 1..=rows.len() {
                for g in 0..3 {
                    let count = |n: usize| rows[..n].iter().filter(|row| **row == g).count();
                    missed += u64::from(count(k) < k * count(rows.len()) / rows.len());
                }
            }
            prop_assert_eq!(infeasible_index(&ordered(3, &rows)), missed);
        }
    }
}
