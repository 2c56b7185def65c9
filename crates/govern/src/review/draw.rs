//! Drawing cases in one pass, in any order of the rows.
//!
//! Every row has random keys of its own, a hash of the seed and its id, so a simple random sample of
//! `m` rows is the `m` with the least keys: whichever order the rows come in, and however they are
//! split, the same ones are drawn. Rows next to the cut and uncertain ones are the `m` nearest, ties
//! broken by key. A row's inclusion probability follows from the design: `1 − Π(1 − πₛ)` over the
//! strata `s`, which draw apart.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::design::{Design, Stratum};

/// A decision that can be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its id, unique.
    pub id: String,
    /// The model's score, if there is one.
    pub score: Option<f64>,
    /// Whether the model selected it.
    pub selected: bool,
    /// How unsure the model is: the larger, the less sure.
    pub uncertainty: Option<f64>,
    /// Whether it belongs to the group that is looked at.
    pub in_group: bool,
    /// Whether somebody flagged it.
    pub flagged: bool,
    /// Position among the rows, for whoever wants more of it.
    pub at: u64,
}

/// A drawn case.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// The row.
    pub row: Row,
    /// The strata that drew it, in the order of [`Stratum::ALL`].
    pub strata: Vec<Stratum>,
    /// The probability that the design draws it.
    pub incl_prob: f64,
    /// Judged before score and decision are seen.
    pub blind: bool,
    /// Decided by two reviewers.
    pub double: bool,
}

/// How a stratum fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fared {
    /// Cases it was to draw.
    pub wanted: u64,
    /// Cases it drew.
    pub drawn: u64,
    /// Rows it could draw.
    pub candidates: u64,
}

/// The random keys of a row.
#[derive(Clone, Copy)]
struct Keys {
    random: u64,
    group: u64,
    flagged: u64,
    /// Of ties, and of the order of review.
    tie: u64,
}

impl Keys {
    fn of(seed: u64, id: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"waage.review.v1\n");
        hash.update(seed.to_le_bytes());
        hash.update(id.as_bytes());
        let bytes: [u8; 32] = hash.finalize().into();
        let word = |at: usize| {
            bytes[8 * at..8 * at + 8]
                .iter()
                .fold(0, |word, byte| word << 8 | u64::from(*byte))
        };
        Self {
            random: word(0),
            group: word(1),
            flagged: word(2),
            tie: word(3),
        }
    }
}

/// A row in a heap: the largest is the next to go.
struct Held {
    distance: f64,
    key: u64,
    row: Row,
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Held {}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Held {
    fn cmp(&self, other: &Self) -> Ordering {
        self.distance
            .total_cmp(&other.distance)
            .then(self.key.cmp(&other.key))
            .then_with(|| self.row.id.cmp(&other.row.id))
    }
}

/// The `most` rows that come first.
struct Nearest {
    most: usize,
    heap: BinaryHeap<Held>,
    candidates: u64,
    /// Rows left out that are as far as the farthest kept.
    tied_out: u64,
}

impl Nearest {
    fn new(most: u32) -> Self {
        Self {
            most: most as usize,
            heap: BinaryHeap::new(),
            candidates: 0,
            tied_out: 0,
        }
    }

    fn offer(&mut self, distance: f64, key: u64, row: &Row) -> bool {
        self.candidates += 1;
        if self.most == 0 {
            return false;
        }
        let farthest = self.heap.peek();
        if self.heap.len() == self.most
            && farthest.is_some_and(|held| {
                (distance, key, row.id.as_str()) >= (held.distance, held.key, held.row.id.as_str())
            })
        {
            let as_far = farthest.is_some_and(|held| held.distance == distance);
            self.tied_out += u64::from(as_far);
            return false;
        }
        self.heap.push(Held {
            distance,
            key,
            row: row.clone(),
        });
        if self.heap.len() > self.most {
            let out = self.heap.pop().map(|held| held.distance);
            let farthest = self.heap.peek().map(|held| held.distance);
            self.tied_out = match out == farthest {
                true => self.tied_out + 1,
                false => 0,
            };
        }
        true
    }

    /// The distance of the farthest kept, and the share of those as far that are kept.
    fn edge(&self) -> Option<(f64, f64)> {
        let farthest = self.heap.peek()?.distance;
        let kept = self.heap.iter().filter(|held| held.distance == farthest);
        let kept = kept.count() as f64;
        Some((farthest, kept / (kept + self.tied_out as f64)))
    }
}

/// Draws cases from rows that pass by.
pub struct Sampler {
    design: Design,
    /// Score of the last selected row.
    cut: Option<f64>,
    can_draw: [bool; 5],
    sizes: [u32; 5],
    threshold: Nearest,
    uncertain: Nearest,
    selected: Nearest,
    rejected: Nearest,
    random: Nearest,
    flagged: Nearest,
}

impl Sampler {
    /// A sampler of a design; `cut` is the score of the last selected row, where decisions follow
    /// from the score. `can_draw` says of which strata the data tell anything.
    #[must_use]
    pub fn new(design: Design, cut: Option<f64>, can_draw: [bool; 5]) -> Self {
        let sizes = design.sizes(can_draw);
        let of = |stratum: Stratum| Nearest::new(sizes[stratum as usize]);
        Self {
            threshold: of(Stratum::Threshold),
            uncertain: of(Stratum::Uncertain),
            selected: of(Stratum::Group),
            rejected: of(Stratum::Group),
            flagged: of(Stratum::Flagged),
            // What other strata lack is drawn at random.
            random: Nearest::new(design.sample),
            design,
            cut,
            can_draw,
            sizes,
        }
    }

    /// Takes a row, and says whether it may be drawn: whoever wants more of it keeps that now.
    pub fn add(&mut self, row: &Row) -> bool {
        let keys = Keys::of(self.design.seed, &row.id);
        let mut held = self.random.offer(0.0, keys.random, row);
        if let Some(distance) = self.distance(row) {
            held |= self.threshold.offer(distance, keys.tie, row);
        }
        if let Some(unsure) = self.unsure(row) {
            held |= self.uncertain.offer(-unsure, keys.tie, row);
        }
        if self.can_draw[Stratum::Group as usize] && row.in_group {
            let half = match row.selected {
                true => &mut self.selected,
                false => &mut self.rejected,
            };
            held |= half.offer(0.0, keys.group, row);
        }
        if self.can_draw[Stratum::Flagged as usize] && row.flagged {
            held |= self.flagged.offer(0.0, keys.flagged, row);
        }
        held
    }

    fn distance(&self, row: &Row) -> Option<f64> {
        let wanted = self.can_draw[Stratum::Threshold as usize];
        Some((row.score? - self.cut?).abs()).filter(|d| wanted && d.is_finite())
    }

    fn unsure(&self, row: &Row) -> Option<f64> {
        let wanted = self.can_draw[Stratum::Uncertain as usize];
        row.uncertainty.filter(|u| wanted && u.is_finite())
    }

    /// The cases, in the order in which they are to be reviewed, and how each stratum fared.
    ///
    /// # Errors
    /// How many of the drawn rows share their id with another: ids must be unique.
    pub fn finish(self) -> Result<(Vec<Drawn>, [Fared; 5]), u64> {
        let sizes = self.sizes;
        let (selected, rejected) = (self.selected.candidates, self.rejected.candidates);
        // Half of the group selected, half not; one half takes what the other lacks.
        let size = u64::from(sizes[Stratum::Group as usize]);
        let of_selected = selected.min(size.div_ceil(2).max(size.saturating_sub(rejected)));
        let of_rejected = rejected.min(size - of_selected);
        let found = |nearest: &Nearest| nearest.heap.len() as u64;
        let group = of_selected + of_rejected;
        let (near, unsure, flags) = (
            found(&self.threshold),
            found(&self.uncertain),
            found(&self.flagged),
        );
        let wanted = sizes.map(u64::from);
        let lacking: u64 = [
            (Stratum::Threshold, near),
            (Stratum::Uncertain, unsure),
            (Stratum::Group, group),
            (Stratum::Flagged, flags),
        ]
        .iter()
        .map(|(stratum, drawn)| wanted[*stratum as usize] - drawn)
        .sum();
        let all = self.random.candidates;
        let at_random = (wanted[Stratum::Random as usize] + lacking).min(all);
        let share = |drawn: u64, candidates: u64| match candidates {
            0 => 0.0,
            n => drawn as f64 / n as f64,
        };
        let edges = [self.threshold.edge(), self.uncertain.edge()];
        let near_edge = |edge: Option<(f64, f64)>, distance: f64| match edge {
            Some((farthest, kept)) if distance == farthest => kept,
            Some((farthest, _)) if distance < farthest => 1.0,
            _ => 0.0,
        };
        let probability = |row: &Row| {
            let parts = [
                self.distance(row).map_or(0.0, |d| near_edge(edges[0], d)),
                self.unsure(row).map_or(0.0, |u| near_edge(edges[1], -u)),
                match (row.in_group, row.selected) {
                    (false, _) => 0.0,
                    (true, true) => share(of_selected, selected),
                    (true, false) => share(of_rejected, rejected),
                },
                share(at_random, all),
                match row.flagged {
                    true => share(flags, self.flagged.candidates),
                    false => 0.0,
                },
            ];
            1.0 - parts.iter().map(|part| 1.0 - part).product::<f64>()
        };
        let mut twice = 0;
        let mut drawn: Vec<Drawn> = Vec::new();
        let mut place_of: HashMap<String, usize> = HashMap::new();
        let fared = [
            (near, self.threshold.candidates),
            (unsure, self.uncertain.candidates),
            (group, selected + rejected),
            (at_random, all),
            (flags, self.flagged.candidates),
        ];
        let taken = [
            (Stratum::Threshold, &self.threshold, near),
            (Stratum::Uncertain, &self.uncertain, unsure),
            (Stratum::Group, &self.selected, of_selected),
            (Stratum::Group, &self.rejected, of_rejected),
            (Stratum::Random, &self.random, at_random),
            (Stratum::Flagged, &self.flagged, flags),
        ];
        for (stratum, nearest, count) in taken {
            let mut held: Vec<&Held> = nearest.heap.iter().collect();
            held.sort_unstable();
            for held in held.into_iter().take(count as usize) {
                if let Some(&place) = place_of.get(&held.row.id) {
                    twice += u64::from(drawn[place].row.at != held.row.at);
                    drawn[place].strata.push(stratum);
                    continue;
                }
                place_of.insert(held.row.id.clone(), drawn.len());
                drawn.push(Drawn {
                    incl_prob: probability(&held.row),
                    row: held.row.clone(),
                    strata: vec![stratum],
                    blind: false,
                    double: false,
                });
            }
        }
        if twice > 0 {
            return Err(twice);
        }
        self.arrange(&mut drawn);
        let fared = std::array::from_fn(|at| Fared {
            wanted: wanted[at],
            drawn: fared[at].0,
            candidates: fared[at].1,
        });
        Ok((drawn, fared))
    }

    /// An order that tells nothing of strata, and who is judged blind or twice.
    fn arrange(&self, drawn: &mut [Drawn]) {
        let keys = |id: &str| Keys::of(self.design.seed ^ 0x5741_4147_4521, id);
        drawn.sort_by_cached_key(|case| (keys(&case.row.id).tie, case.row.id.clone()));
        let count = |share: f64| (share * drawn.len() as f64).round() as usize;
        let (blind, double) = (
            count(self.design.blind_share),
            count(self.design.double_share),
        );
        let least = |by: fn(Keys) -> u64, most: usize| -> HashSet<String> {
            let mut order: Vec<&Drawn> = drawn.iter().collect();
            order.sort_by_cached_key(|case| (by(keys(&case.row.id)), case.row.id.clone()));
            let ids = order.into_iter().take(most).map(|case| case.row.id.clone());
            ids.collect()
        };
        let (blind, double) = (
            least(|keys| keys.random, blind),
            least(|keys| keys.group, double),
        );
        for case in drawn {
            case.blind = blind.contains(&case.row.id);
            case.double = double.contains(&case.row.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Review;

    fn rows(count: u64) -> Vec<Row> {
        (0..count)
            .map(|i| {
                let score = (i * 7919 % 1000) as f64 / 1000.0;
                Row {
                    id: format!("L{i:05}"),
                    score: Some(score),
                    selected: score >= 0.7,
                    uncertainty: Some(0.25 - (score - 0.5) * (score - 0.5)),
                    in_group: i % 5 == 0,
                    flagged: i % 97 == 3,
                    at: i,
                }
            })
            .collect()
    }

    fn drawn(rows: &[Row], design: Design) -> (Vec<Drawn>, [Fared; 5]) {
        let mut sampler = Sampler::new(design, Some(0.7), [true; 5]);
        for row in rows {
            sampler.add(row);
        }
        sampler.finish().unwrap()
    }

    #[test]
    fn ids_that_occur_twice_are_told() {
        let mut rows = rows(50);
        rows[7].id = rows[3].id.clone();
        let mut sampler = Sampler::new(design(200, 0), None, [false; 5]);
        for row in &rows {
            assert!(sampler.add(row));
        }
        assert_eq!(sampler.finish(), Err(1));
    }

    fn design(sample: u32, seed: u64) -> Design {
        Design::new(None, Some(sample), seed).unwrap()
    }

    #[test]
    fn the_order_of_rows_changes_nothing() {
        let mut rows = rows(5000);
        let (first, fared) = drawn(&rows, design(200, 7));
        rows.reverse();
        rows.rotate_left(1234);
        assert_eq!(drawn(&rows, design(200, 7)), (first.clone(), fared));
        assert_ne!(drawn(&rows, design(200, 8)).0, first);
        assert_eq!(fared.map(|f| f.drawn), [56, 38, 38, 59, 9]);
        let count = |stratum: Stratum| first.iter().filter(|c| c.strata.contains(&stratum)).count();
        assert_eq!(Stratum::ALL.map(count), [56, 38, 38, 59, 9]);
        assert_eq!(
            first.iter().filter(|c| c.blind).count(),
            (0.3 * first.len() as f64).round() as usize
        );
        let of_group = first.iter().filter(|c| c.strata.contains(&Stratum::Group));
        assert_eq!(of_group.filter(|c| c.row.selected).count(), 19);
    }

    #[test]
    fn what_a_stratum_lacks_is_drawn_at_random() {
        let few: Vec<Row> = rows(300)
            .into_iter()
            .map(|row| Row {
                in_group: row.at < 4,
                flagged: false,
                ..row
            })
            .collect();
        let (_, fared) = drawn(&few, design(200, 1));
        assert_eq!((fared[2].drawn, fared[4].drawn), (4, 0));
        assert_eq!(fared[3].drawn, 59 + 34 + 9);
        let (all, fared) = drawn(&few[..20], design(200, 1));
        assert_eq!((all.len(), fared[3].drawn), (20, 20));
        assert!(all.iter().all(|case| case.incl_prob == 1.0));
        assert!(drawn(&[], design(200, 1)).0.is_empty());
    }

    /// Over many seeds each row is drawn as often as its probability says.
    #[test]
    fn inclusion_probabilities_are_those_of_the_design() {
        let review = Review {
            random_min: Some(10),
            ..Review::default()
        };
        // Scores are tied five-fold, so that ties at the edges are drawn too.
        let rows: Vec<Row> = rows(150)
            .into_iter()
            .map(|row| {
                let score = (row.at % 30) as f64 / 30.0;
                Row {
                    score: Some(score),
                    uncertainty: Some(-(score - 0.5).abs()),
                    flagged: row.at % 20 == 1,
                    ..row
                }
            })
            .collect();
        let seeds = 4000;
        let mut times = vec![0_u32; rows.len()];
        let mut said = vec![0.0; rows.len()];
        for seed in 0..seeds {
            let design = Design::new(Some(&review), Some(40), seed).unwrap();
            for case in drawn(&rows, design).0 {
                times[case.row.at as usize] += 1;
                said[case.row.at as usize] = case.incl_prob;
            }
        }
        for (times, p) in times.iter().zip(said) {
            let share = f64::from(*times) / seeds as f64;
            let se = (p * (1.0 - p) / seeds as f64).sqrt();
            assert!((share - p).abs() <= 4.5 * se + 1e-12, "{share} for {p}");
        }
    }

    #[test]
    fn horvitz_thompson_is_unbiased() {
        let rows = rows(400);
        let truth = rows.iter().filter(|row| row.at % 11 < 3).count() as f64 / 400.0;
        let mut sum = 0.0;
        for seed in 0..1500 {
            let cases = drawn(&rows, design(80, seed)).0;
            let hits = cases.iter().filter(|case| case.row.at % 11 < 3);
            sum += hits.map(|case| 1.0 / case.incl_prob).sum::<f64>() / 400.0;
        }
        assert!(
            (sum / 1500.0 - truth).abs() < 0.01,
            "{} {truth}",
            sum / 1500.0
        );
    }
}
