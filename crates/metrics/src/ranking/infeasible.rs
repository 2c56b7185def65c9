//! How often along a list a group holds fewer places than its share.

use super::list::List;

/// The number of prefixes k, of those looked at, and groups g with fewer than `⌊k·share of g⌋` rows among
/// the first k; the shares are those of the whole list, and floors are taken in integers.
///
/// AIF360 looks at one prefix less. Source: Geyik, Ambler & Kenthapadi 2019.
#[must_use]
pub fn infeasible_index(list: &List) -> u64 {
    let total = u128::from(list.total());
    let mut missed = 0;
    list.prefixes(1..=list.length(), |k, counts| {
        for (&count, &size) in counts.iter().zip(list.sizes()) {
            let due = u128::from(k) * u128::from(size) / total;
            missed += u64::from(count < due as f64);
        }
    });
    missed
}

#[cfg(test)]
mod tests {
    use super::super::list::fixture::{ordered, r1};
    use super::*;

    #[test]
    fn prefixes_are_counted_as_in_the_worked_examples() {
        assert_eq!(infeasible_index(&r1()), 5);
        // AIF360's test, the rows in the order given there.
        let groups = [0, 1, 1, 1, 0, 0, 0, 1, 0, 1];
        assert_eq!(infeasible_index(&ordered(2, &groups)), 1);
        assert_eq!(infeasible_index(&ordered(2, &[])), 0);
    }
}
