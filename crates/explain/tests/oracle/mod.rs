//! Random models, and every index by enumeration of all coalitions on the trees themselves.
#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(
    clippy::needless_range_loop,
    reason = "coalitions and outputs are numbers here"
)]

use waage_explain::model::{
    CategoryRule, Ensemble, Feature, IdSet, InputCast, Link, Missing, Node, Output, RawNode,
    Source, Split, Test, Tree,
};

/// Pseudo-random numbers, the same everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What a random model is like.
#[derive(Clone, Copy)]
pub struct Kind {
    pub features: u32,
    pub outputs: usize,
    pub trees: usize,
    pub depth: u32,
    pub vectors: bool,
    pub kinds: bool,
}

/// A tree of at most `depth`, with thresholds 0..8 on every feature and consistent covers.
fn nodes(
    random: &mut Random,
    kind: &Kind,
    depth: u32,
    cover: f64,
    width: usize,
    raw: &mut Vec<RawNode>,
) -> u32 {
    let at = raw.len() as u32;
    if depth == 0 || random.below(8) == 0 {
        let values = (0..width).map(|_| random.unit() * 4.0 - 2.0).collect();
        raw.push(RawNode::Leaf(values, cover));
        return at;
    }
    raw.push(RawNode::Leaf(vec![], 0.0));
    let share = match random.below(12) {
        0 => 0.0,
        _ => random.unit(),
    };
    let left = nodes(random, kind, depth - 1, cover * share, width, raw);
    let right = nodes(random, kind, depth - 1, cover * (1.0 - share), width, raw);
    let feature = random.below(u64::from(kind.features)) as u32;
    let test = match (kind.kinds, random.below(4)) {
        (true, 0) => Test::Category {
            listed: IdSet::new((0..3).map(|_| random.below(8) as u32).collect()),
            listed_left: random.below(2) == 0,
            known: None,
        },
        (true, 1) => Test::Equals(random.below(8) as f64),
        _ => Test::Below {
            threshold: random.below(8) as f64,
            or_equal: random.below(2) == 0,
        },
    };
    let missing = match (kind.kinds, random.below(4)) {
        (true, 0) if !matches!(test, Test::Category { .. }) => {
            Missing::ZeroLeft(random.below(2) == 0)
        }
        (true, 1) => Missing::AsZero,
        _ => Missing::Left(random.below(2) == 0),
    };
    raw[at as usize] = RawNode::Split(Split {
        feature,
        test,
        missing,
        left,
        right,
        cover,
    });
    at
}

pub fn ensemble(random: &mut Random, kind: Kind) -> Ensemble {
    let features = kind.features as usize;
    let trees = (0..kind.trees).map(|t| {
        let (output, width) = if kind.vectors {
            (Output::All, kind.outputs)
        } else {
            (Output::One((t % kind.outputs) as u32), 1)
        };
        let mut raw = Vec::new();
        let root = nodes(random, &kind, kind.depth, 100.0, width, &mut raw);
        Tree::new(&raw, root, output, width, features).expect("a tree")
    });
    Ensemble {
        trees: trees.collect(),
        features: vec![Feature::default(); features],
        base: (0..kind.outputs).map(|k| k as f64 + 0.25).collect(),
        cast: InputCast::F64,
        category: CategoryRule::Exact,
        linear: None,
        missing: None,
        link: Link::Identity,
        covers: true,
        source: Source::default(),
    }
}

/// Rows of values around the thresholds, a tenth of them missing.
pub fn rows(random: &mut Random, count: usize, features: usize) -> Vec<f64> {
    (0..count * features)
        .map(|_| match random.below(10) {
            0 => f64::NAN,
            _ => random.below(17) as f64 / 2.0,
        })
        .collect()
}

/// Who stands in for unknown features.
pub enum Others<'a> {
    Covers,
    Rows(&'a [f64], &'a [f64]),
}

/// The value of one tree for one row when only the features in `known` are known.
fn tree_value(
    model: &Ensemble,
    tree: &Tree,
    row: &[f64],
    known: u32,
    at: u32,
    out: &mut [f64],
    share: f64,
) {
    match &tree.nodes()[at as usize] {
        Node::Leaf(leaf) => match tree.output() {
            Output::All => out
                .iter_mut()
                .zip(tree.leaf_values(*leaf))
                .for_each(|(o, v)| *o += share * v),
            Output::One(k) => out[k as usize] += share * tree.leaf_values(*leaf)[0],
        },
        Node::Split(split) => {
            let cover = |at: u32| match &tree.nodes()[at as usize] {
                Node::Split(s) => s.cover,
                Node::Leaf(l) => l.cover,
            };
            if known >> split.feature & 1 == 1 {
                let left = split.goes_left(row[split.feature as usize], model.cast, model.category);
                tree_value(
                    model,
                    tree,
                    row,
                    known,
                    if left { split.left } else { split.right },
                    out,
                    share,
                );
            } else {
                for child in [split.left, split.right] {
                    let part = if split.cover > 0.0 {
                        cover(child) / split.cover
                    } else {
                        0.5
                    };
                    tree_value(model, tree, row, known, child, out, share * part);
                }
            }
        }
    }
}

/// The value of a coalition, per output.
pub fn value(model: &Ensemble, row: &[f64], others: &Others<'_>, known: u32) -> Vec<f64> {
    let mut out = model.base.clone();
    match others {
        Others::Covers => {
            for tree in &model.trees {
                tree_value(model, tree, row, known, 0, &mut out, 1.0);
            }
        }
        Others::Rows(rows, weights) => {
            out.fill(0.0);
            let sum: f64 = weights.iter().sum();
            let mut margin = vec![0.0; out.len()];
            for (other, weight) in rows.chunks(row.len()).zip(*weights) {
                let hybrid: Vec<f64> = (0..row.len())
                    .map(|j| {
                        if known >> j & 1 == 1 {
                            row[j]
                        } else {
                            other[j]
                        }
                    })
                    .collect();
                model.margin(&hybrid, &mut margin);
                out.iter_mut()
                    .zip(&margin)
                    .for_each(|(o, m)| *o += weight / sum * m);
            }
        }
    }
    out
}

fn factorial(n: u32) -> f64 {
    (1..=n).map(f64::from).product()
}

/// Every index of one row by enumeration: `[shapley, banzhaf]` per output and feature, and
/// `[shapley, banzhaf]` interactions per output and pair.
pub struct Exact {
    pub shapley: Vec<f64>,
    pub banzhaf: Vec<f64>,
    pub shapley_pairs: Vec<f64>,
    pub banzhaf_pairs: Vec<f64>,
}

pub fn exact(model: &Ensemble, row: &[f64], others: &Others<'_>) -> Exact {
    let f = model.features.len() as u32;
    let outputs = model.outputs();
    let values: Vec<Vec<f64>> = (0..1_u32 << f)
        .map(|known| value(model, row, others, known))
        .collect();
    let n = f as usize;
    let mut exact = Exact {
        shapley: vec![0.0; outputs * n],
        banzhaf: vec![0.0; outputs * n],
        shapley_pairs: vec![0.0; outputs * n * n],
        banzhaf_pairs: vec![0.0; outputs * n * n],
    };
    for k in 0..outputs {
        let v = |s: u32| values[s as usize][k];
        for j in 0..f {
            for s in (0..1_u32 << f).filter(|s| s >> j & 1 == 0) {
                let size = s.count_ones();
                let gain = v(s | 1 << j) - v(s);
                exact.shapley[k * n + j as usize] +=
                    factorial(size) * factorial(f - 1 - size) / factorial(f) * gain;
                exact.banzhaf[k * n + j as usize] += gain / f64::from(1_u32 << (f - 1));
            }
        }
        for i in 0..f {
            for j in (0..f).filter(|j| *j != i) {
                let at = (k * n + i as usize) * n + j as usize;
                for s in (0..1_u32 << f).filter(|s| s >> j & 1 == 0 && s >> i & 1 == 0) {
                    let size = s.count_ones();
                    let second = v(s | 1 << i | 1 << j) - v(s | 1 << i) - v(s | 1 << j) + v(s);
                    let weight =
                        factorial(size) * factorial(f - 2 - size) / (2.0 * factorial(f - 1));
                    exact.shapley_pairs[at] += weight * second;
                    exact.banzhaf_pairs[at] += second / f64::from(1_u32 << (f - 2));
                }
            }
            let row = (k * n + i as usize) * n;
            let off: f64 = exact.shapley_pairs[row..row + n].iter().sum();
            exact.shapley_pairs[row + i as usize] = exact.shapley[k * n + i as usize] - off;
            exact.banzhaf_pairs[row + i as usize] = exact.banzhaf[k * n + i as usize];
        }
    }
    exact
}
