//! Who stands among the first k: shares, selection rates, skew.

use waage_core::estimate::Reason;

use super::list::List;

/// The rows of each group among the first `k` for each of the ascending `cutoffs` that the list
/// reaches.
#[must_use]
pub fn counts(list: &List, cutoffs: &[u64]) -> Vec<(u64, Vec<f64>)> {
    let mut out = Vec::with_capacity(cutoffs.len());
    list.prefixes(cutoffs.iter().copied(), |k, counts| {
        out.push((k, counts.to_vec()));
    });
    out
}

/// `ln(share of the first k / share of the whole list)`: below 0 where a group is rarer among the first
/// k than in the list. In −∞..∞.
///
/// # Errors
/// `zero_reference` where nobody of the group is among the first k, which would be −∞.
///
/// Source: Geyik, Ambler & Kenthapadi 2019.
pub fn skew(share: f64, of_all: f64) -> Result<f64, Reason> {
    if share > 0.0 && of_all > 0.0 {
        Ok(libm::log(share / of_all))
    } else {
        Err(Reason::ZeroReference)
    }
}

/// The least and the greatest skew of several groups.
///
/// # Errors
/// `one_group` for fewer than two; for the least also the reason of an undefined one, which is below
/// all others.
pub fn extremes(skews: &[Result<f64, Reason>]) -> [Result<f64, Reason>; 2] {
    if skews.len() < 2 {
        return [Err(Reason::OneGroup); 2];
    }
    let least = skews.iter().copied().reduce(|a, b| Ok(a?.min(b?)));
    let defined = skews.iter().filter_map(|skew| skew.ok());
    [
        least.unwrap_or(Err(Reason::OneGroup)),
        defined.reduce(f64::max).ok_or(Reason::ZeroReference),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::list::fixture::{ordered, r1};
    use super::*;

    #[test]
    fn skew_and_selection_are_those_of_the_worked_example() {
        let found = counts(&r1(), &[4, 5, 11]);
        assert_eq!(found.len(), 2);
        let (_, four) = &found[0];
        assert_eq!([four[1] / 5.0, four[0] / 5.0], [0.2, 0.6]);
        let (_, five) = &found[1];
        let of = |g: usize| skew(five[g] / 5.0, 0.5);
        assert!((of(1).unwrap() + 0.916_290_732).abs() < 1e-9);
        assert!((of(0).unwrap() - 0.470_003_629).abs() < 1e-9);
        assert_eq!(extremes(&[of(0), of(1)]), [of(1), of(0)]);
    }

    #[test]
    fn a_group_that_is_absent_has_no_skew_and_the_least_neither() {
        let list = ordered(2, &[0, 0, 1]);
        let (_, two) = &counts(&list, &[2])[0];
        let skews = [skew(two[0] / 2.0, 2.0 / 3.0), skew(two[1] / 2.0, 1.0 / 3.0)];
        assert_eq!(skews[1], Err(Reason::ZeroReference));
        let [least, most] = extremes(&skews);
        assert_eq!((least, most), (skews[1], skews[0]));
        assert_eq!(extremes(&skews[..1]), [Err(Reason::OneGroup); 2]);
    }
}
