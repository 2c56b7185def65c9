//! Labels and decisions of several classes: one tally of them all, seen one class against the rest.
//!
//! Classes lie in the cube as two more attributes. [`Tally::one_vs_rest`] turns them into the
//! labels and decisions that every metric knows, so several classes need no metric of their own.

use std::collections::{BTreeMap, HashMap};

use super::{Cell, Tally};
use crate::block::outcome;
use crate::label::Label;

impl Tally {
    /// The tally in which label 1 is `class` and label 0 every other one, likewise for decisions.
    ///
    /// `label` and `decision` are positions of the attributes that hold the classes (sensitive
    /// ones first, then strata); both leave the cube. A missing class is a missing label or
    /// decision. Scores are not kept: a score is about one class only.
    #[must_use]
    pub fn one_vs_rest(&self, label: usize, decision: usize, class: &Label) -> Self {
        let part = |of: &Label, [positive, negative, missing]: [u8; 3]| match of {
            Label::Missing => missing,
            of if of == class => positive,
            _ => negative,
        };
        let labels = [
            outcome::LABEL_POSITIVE,
            outcome::LABEL_NEGATIVE,
            outcome::LABEL_MISSING,
        ];
        let decisions = [
            outcome::SELECTED,
            outcome::REJECTED,
            outcome::DECISION_MISSING,
        ];
        self.with_outcomes([label, decision], |y, d| {
            outcome::of(part(y, labels), part(d, decisions))
        })
    }

    /// The tally in which whoever is decided to be of the class of their label is selected and
    /// everybody else rejected, without labels; the decision is missing where either class is.
    ///
    /// Positions as in [`Self::one_vs_rest`].
    #[must_use]
    pub fn agreement(&self, label: usize, decision: usize) -> Self {
        self.with_outcomes([label, decision], |y, d| {
            let decision = match (y, d) {
                (Label::Missing, _) | (_, Label::Missing) => outcome::DECISION_MISSING,
                _ if y == d => outcome::SELECTED,
                _ => outcome::REJECTED,
            };
            outcome::of(outcome::LABEL_MISSING, decision)
        })
    }

    /// The cube without two attributes, whose levels make the outcomes instead.
    fn with_outcomes(
        &self,
        [label, decision]: [usize; 2],
        to: impl Fn(&Label, &Label) -> u8,
    ) -> Self {
        let level =
            |axis: usize, codes: &[u32]| &self.attributes[axis].labels[codes[axis] as usize];
        let kept = |axis: &usize| *axis != label && *axis != decision;
        let target = |codes: &[u32]| {
            let to = to(level(label, codes), level(decision, codes));
            let key = (0..codes.len()).filter(kept).map(|axis| codes[axis]);
            (key.collect::<Box<[u32]>>(), to)
        };
        let mut cells: BTreeMap<Box<[u32]>, Cell> = BTreeMap::new();
        for (codes, cell) in &self.cells {
            let (key, to) = target(codes);
            let target = cells.entry(key).or_default();
            target.n[usize::from(to)] += cell.n.iter().sum::<u64>();
            for sums in cell.weights.values() {
                let mine = target.weights.entry(to).or_default();
                for (sum, part) in mine.iter_mut().zip(sums) {
                    sum.merge(part);
                }
            }
        }
        let clusters = self.clusters.as_ref().map(|clusters| {
            let position: HashMap<&[u32], u32> = cells.keys().map(|c| &**c).zip(0..).collect();
            let places: Vec<(u32, u8)> = self
                .cells
                .keys()
                .map(|codes| {
                    let (key, to) = target(codes);
                    (position[&*key], to)
                })
                .collect();
            clusters.placed(|cell, _, _| places.get(cell as usize).copied())
        });
        let attributes = (0..self.attributes.len()).filter(kept);
        Self {
            clusters,
            attributes: attributes
                .map(|axis| self.attributes[axis].clone())
                .collect(),
            sensitive: (0..self.sensitive).filter(kept).count(),
            kept: super::Kept {
                scores: false,
                ..self.kept
            },
            score_entries_max: self.score_entries_max,
            on_grid: false,
            cells,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{Block, Codes};
    use crate::tally::{Builder, Kept, Limits};

    /// Rows of (group, label class, decision class).
    fn tally(rows: &[(u32, u32, u32)]) -> Tally {
        let table: Vec<u32> = (0..4).collect();
        let keys = |of: &dyn Fn(&(u32, u32, u32)) -> u32| -> Vec<i32> {
            rows.iter().map(|row| of(row) as i32).collect()
        };
        let columns = [keys(&|r| r.0), keys(&|r| r.1), keys(&|r| r.2)];
        let axes: Vec<Codes<'_>> = columns
            .iter()
            .map(|keys| Codes {
                keys,
                table: &table,
            })
            .collect();
        let none = outcome::of(outcome::LABEL_MISSING, outcome::DECISION_MISSING);
        let outcomes = vec![none; rows.len()];
        let names = |n: &[&str]| n.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let mut builder = Builder::new(
            &names(&["g"]),
            &names(&["label", "decision"]),
            Kept::default(),
            Limits::default(),
        );
        builder.add(&Block {
            len: rows.len(),
            axes: &axes,
            outcomes: &outcomes,
            weights: None,
            scores: None,
            targets: None,
            clusters: None,
            propensities: None,
            members: &[],
        });
        let classes = vec![
            Label::text("cold"),
            Label::text("hot"),
            Label::text("warm"),
            Label::Missing,
        ];
        let groups = ["a", "b", "c", "d"].map(Label::text).to_vec();
        builder
            .finish(&[groups, classes.clone(), classes])
            .expect("few cells")
    }

    #[test]
    fn one_class_against_the_rest_has_the_confusion_table_of_that_class() {
        let rows = [
            (0, 1, 1), // hot, said hot
            (0, 1, 2), // hot, said warm
            (0, 0, 1), // cold, said hot
            (0, 2, 0), // warm, said cold: neither
            (0, 3, 1), // no label, said hot
            (1, 1, 3), // hot, no decision
        ];
        let hot = tally(&rows).one_vs_rest(1, 2, &Label::text("hot"));
        assert_eq!(hot.strata().len(), 0);
        let view = hot.view(&[0]);
        let n = |g: usize, label, decision| {
            view.groups[g].outcomes[usize::from(outcome::of(label, decision))].n
        };
        use outcome::*;
        assert_eq!(n(0, LABEL_POSITIVE, SELECTED), 1);
        assert_eq!(n(0, LABEL_POSITIVE, REJECTED), 1);
        assert_eq!(n(0, LABEL_NEGATIVE, SELECTED), 1);
        assert_eq!(n(0, LABEL_NEGATIVE, REJECTED), 1);
        assert_eq!(n(0, LABEL_MISSING, SELECTED), 1);
        assert_eq!(n(1, LABEL_POSITIVE, DECISION_MISSING), 1);
        assert_eq!(hot.rows(), 6);
        let right = tally(&rows).agreement(1, 2).view(&[0]);
        let n = |g: usize, decision| {
            right.groups[g].outcomes[usize::from(outcome::of(LABEL_MISSING, decision))].n
        };
        assert_eq!(
            [SELECTED, REJECTED, DECISION_MISSING].map(|d| n(0, d)),
            [1, 3, 1]
        );
        assert_eq!(n(1, DECISION_MISSING), 1);
    }
}
