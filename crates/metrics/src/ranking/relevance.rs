//! What a list gives to relevant rows, those with a positive label: DCG, nDCG, and whether groups get
//! attention in proportion to their relevance (disparate treatment of exposure).

use waage_core::estimate::Reason;

use super::attention::{Attention, Seen};
use super::list::List;
use crate::disparity::Value;
use crate::statistic::Reference;

/// A list's gain by group.
pub(super) struct Gain<'a> {
    list: &'a List,
    seen: &'a [Seen],
    /// Gain of a list with every relevant row first.
    ideal: f64,
}

impl<'a> Gain<'a> {
    /// Of a list with the attention that its groups get.
    pub fn of(list: &'a List, attention: &Attention, seen: &'a [Seen]) -> Self {
        let relevant: u64 = list.relevant().unwrap_or_default().iter().sum();
        Self {
            list,
            seen,
            ideal: attention.up_to(relevant.min(list.length())),
        }
    }

    /// Mean exposure over mean relevance, with the attention of the places looked at; in 0..∞.
    pub fn per_relevance(&self, g: usize) -> Value {
        let of = |seen: f64, rows: u64, relevant: u64| match (rows, relevant) {
            (0, _) => Err(Reason::NoScores),
            (_, 0) => Err(Reason::NoPositives),
            // The number of rows cancels out.
            (_, relevant) => Ok(seen / relevant as f64),
        };
        of(self.seen[g].rows, self.list.sizes()[g], self.relevant()?[g])
    }

    /// The same over that of the reference.
    pub fn ratio(&self, g: usize, reference: Option<Reference>) -> Value {
        let reference = match reference {
            Some(Reference::Group(r)) => self.per_relevance(r)?,
            Some(Reference::Overall) => match self.relevant()?.iter().sum::<u64>() {
                0 => return Err(Reason::NoPositives),
                relevant => self.seen.iter().map(|s| s.rows).sum::<f64>() / relevant as f64,
            },
            None => return Err(Reason::OneGroup),
        };
        match reference > 0.0 {
            true => Ok(self.per_relevance(g)? / reference),
            false => Err(Reason::ZeroReference),
        }
    }

    /// The attention that a group's relevant rows get: discounted cumulative gain.
    pub fn dcg(&self, g: usize) -> Value {
        self.relevant()?;
        match self.list.sizes()[g] {
            0 => Err(Reason::NoScores),
            _ => Ok(self.seen[g].relevant),
        }
    }

    /// The gain of all over that of a list with every relevant row first; in [0, 1].
    pub fn ndcg(&self) -> Value {
        self.relevant()?;
        match (self.list.total(), self.ideal > 0.0) {
            (0, _) => Err(Reason::NoScores),
            (_, false) => Err(Reason::NoPositives),
            _ => Ok(self.seen.iter().map(|s| s.relevant).sum::<f64>() / self.ideal),
        }
    }

    /// Relevant rows of each group, unless a row has no label.
    fn relevant(&self) -> Result<&'a [u64], Reason> {
        self.list.relevant().ok_or(Reason::NotIdentified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::table::from_rows;

    fn gain_of(rows: [&[(f64, u8, f64)]; 2], check: impl Fn(&Gain<'_>)) {
        let list = List::of(&rows.map(|rows| from_rows(rows, false)), None);
        let attention = Attention::default();
        let seen = attention.seen(&list);
        check(&Gain::of(&list, &attention, &seen));
    }

    #[test]
    fn gain_is_that_of_relevant_rows_at_their_places() {
        // Relevant at places 1 and 3 of 4.
        let (a, b) = (
            &[(4.0, 1, 1.0), (3.0, 0, 1.0)],
            &[(2.0, 1, 1.0), (1.0, 0, 1.0)],
        );
        gain_of([a, b], |gain| {
            assert_eq!(gain.dcg(0), Ok(1.0));
            assert!((gain.dcg(1).unwrap() - 0.5).abs() < 1e-12);
            let ideal = 1.0 + 1.0 / 3.0_f64.log2();
            assert!((gain.ndcg().unwrap() - 1.5 / ideal).abs() < 1e-12);
            // Mean exposure (1 + 1/log2 3)/2 over a mean relevance of 1/2.
            assert!((gain.per_relevance(0).unwrap() - ideal).abs() < 1e-12);
            let other = 0.5 + 1.0 / 5.0_f64.log2();
            let ratio = gain.ratio(1, Some(Reference::Group(0))).unwrap();
            assert!((ratio - other / ideal).abs() < 1e-12);
        });
    }

    #[test]
    fn tied_rows_share_their_gain() {
        // As of scikit-learn's ndcg_score, which averages over the orders of tied rows.
        let (a, b) = (&[(1.0, 1, 1.0)], &[(1.0, 0, 1.0)]);
        gain_of([a, b], |gain| {
            let mean = (1.0 + 1.0 / 3.0_f64.log2()) / 2.0;
            assert!((gain.ndcg().unwrap() - mean).abs() < 1e-12);
        });
    }

    #[test]
    fn what_labels_do_not_tell_is_undefined() {
        let labelled = &[(2.0, 1, 1.0)];
        gain_of([labelled, &[(1.0, 2, 1.0)]], |gain| {
            assert_eq!(gain.ndcg(), Err(Reason::NotIdentified));
            assert_eq!(gain.dcg(0), Err(Reason::NotIdentified));
        });
        gain_of([&[(2.0, 0, 1.0)], &[(1.0, 0, 1.0)]], |gain| {
            assert_eq!(gain.ndcg(), Err(Reason::NoPositives));
            assert_eq!(gain.per_relevance(1), Err(Reason::NoPositives));
        });
        gain_of([labelled, &[(1.0, 0, 1.0)]], |gain| {
            assert_eq!(gain.ratio(0, None), Err(Reason::OneGroup));
            assert_eq!(
                gain.ratio(1, Some(Reference::Group(0))),
                Err(Reason::NoPositives)
            );
        });
    }
}
