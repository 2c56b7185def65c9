//! The model itself: a row in, margins out.

use super::{Ensemble, Output};

impl Ensemble {
    /// The margin of each output for one row: base + linear terms + leaves, summed in that order.
    ///
    /// `row[j]` is feature `j` (category codes as numbers), NaN when missing; `out` has one place per
    /// output and is overwritten.
    ///
    /// # Panics
    /// When `row` is shorter than the features or `out` than the outputs.
    pub fn margin(&self, row: &[f64], out: &mut [f64]) {
        if self.missing.is_none() {
            return self.margin_of_clean(row, out);
        }
        let mut row = row.to_vec();
        self.clean(&mut row);
        self.margin_of_clean(&row, out);
    }

    /// Makes values that count as missing ([`Ensemble::missing`]) NaN, in place.
    pub fn clean(&self, row: &mut [f64]) {
        let Some(missing) = self.missing.map(|m| self.cast.apply(m)) else {
            return;
        };
        for x in row {
            if self.cast.apply(*x) == missing {
                *x = f64::NAN;
            }
        }
    }

    fn margin_of_clean(&self, row: &[f64], out: &mut [f64]) {
        out.copy_from_slice(&self.base);
        let features = self.features.len();
        if let Some(linear) = &self.linear {
            for (out, weights) in out.iter_mut().zip(linear.weights.chunks_exact(features)) {
                for (weight, x) in weights.iter().zip(row) {
                    if !x.is_nan() {
                        *out += weight * self.cast.apply(*x);
                    }
                }
            }
        }
        for tree in &self.trees {
            let leaf = tree.leaf(row, self.cast, self.category);
            let values = tree.leaf_values(leaf);
            match tree.output() {
                Output::All => out.iter_mut().zip(values).for_each(|(o, v)| *o += v),
                Output::One(k) => {
                    let model = tree.leaf_model(leaf);
                    let known = |m: &&super::LeafModel| {
                        m.terms.iter().all(|(f, _)| !row[*f as usize].is_nan())
                    };
                    out[k as usize] += match model.filter(known) {
                        None => values[0],
                        Some(m) => m.terms.iter().fold(m.constant, |sum, (f, c)| {
                            sum + c * self.cast.apply(row[*f as usize])
                        }),
                    };
                }
            }
        }
    }
}
