//! Normalised discounted divergence of a list's prefixes from the shares of the whole list.

use waage_core::estimate::Reason;

use super::attention::Attention;
use super::list::List;
use super::places;

/// `(1/Z) Σ_k KL(D_k‖D)/log2(k+1)` with `Z = Σ_k 1/log2(k+1)`, natural logarithm, over the places k looked
/// at: `D_k` are the groups' shares of the first k rows, `D` those of the whole list. In 0..∞, 0 is best.
///
/// Every one of the first 65 536 prefixes is looked at; beyond, one for each 32 768th part of its places.
///
/// # Errors
/// `one_group` for fewer than two groups with rows, `no_scores` for an empty list.
///
/// Source: Geyik, Ambler & Kenthapadi 2019.
pub fn ndkl(list: &List, attention: &Attention) -> Result<f64, Reason> {
    at(list, attention, places::fine_stops(list.length()))
}

/// The same with the divergence looked at only at some ascending stops, each standing for the places
/// since the one before.
pub(crate) fn at(
    list: &List,
    attention: &Attention,
    stops: impl IntoIterator<Item = u64>,
) -> Result<f64, Reason> {
    if list.length() == 0 {
        return Err(Reason::NoScores);
    }
    if list.sizes().iter().filter(|n| **n > 0).count() < 2 {
        return Err(Reason::OneGroup);
    }
    let shares: Vec<f64> = (0..list.sizes().len()).map(|g| list.share(g)).collect();
    let (mut sum, mut reached) = (0.0, 0);
    list.prefixes(stops, |k, counts| {
        let parts = counts
            .iter()
            .zip(&shares)
            .filter(|(count, _)| **count > 0.0);
        let divergence: f64 = parts
            .map(|(count, share)| {
                let of_prefix = count / k as f64;
                of_prefix * libm::log(of_prefix / share)
            })
            .sum();
        sum += attention.between(reached, k) * divergence;
        reached = k;
    });
    Ok((sum / attention.up_to(reached)).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::super::list::fixture::{ordered, r1};
    use super::*;

    #[test]
    fn the_divergence_is_that_of_the_worked_example() {
        let found = ndkl(&r1(), &Attention::default()).unwrap();
        assert!((found - 0.291_644_520).abs() < 1e-9, "{found}");
        let one = ordered(1, &[0, 0]);
        assert_eq!(ndkl(&one, &Attention::default()), Err(Reason::OneGroup));
        let none = ordered(2, &[]);
        assert_eq!(ndkl(&none, &Attention::default()), Err(Reason::NoScores));
    }

    #[test]
    fn few_stops_are_close_to_every_place() {
        let rows: Vec<usize> = (0..20_000_u64)
            .map(|i| {
                usize::from(i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33 > (1 << 30) + (i << 16))
            })
            .collect();
        let list = ordered(2, &rows);
        let attention = Attention::default();
        let exact = at(&list, &attention, 1..=list.length()).unwrap();
        assert_eq!(ndkl(&list, &attention), Ok(exact));
        let few = at(&list, &attention, places::stops(list.length())).unwrap();
        assert!((few / exact - 1.0).abs() < 0.02, "{few} {exact}");
    }

    #[test]
    fn long_lists_lose_nothing_that_is_shown() {
        // A group that is rarer at the top, of 300 000 rows.
        let row = |i: u64| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44 < (1 << 18) + i;
        let rows: Vec<usize> = (0..300_000).map(|i| usize::from(row(i))).collect();
        let list = ordered(2, &rows);
        let attention = Attention::default();
        let exact = at(&list, &attention, 1..=list.length()).unwrap();
        let found = ndkl(&list, &attention).unwrap();
        assert!((found / exact - 1.0).abs() < 1e-5, "{found} {exact}");
    }
}
