//! From arrays to the model.

use super::hist;
use super::{FORMAT, Form, SklearnModel, TreeArrays};
use crate::model::{
    CategoryRule, Ensemble, Feature, InputCast, Linear, Link, Missing, OUTPUTS_MAX, Output,
    RawNode, Source, Split, Test, Tree,
};
use crate::read::limit;
use crate::{Error, Result};

/// What the forms differ in.
pub struct Parts {
    pub base: Vec<f64>,
    pub cast: InputCast,
    pub trees: Vec<Tree>,
    pub linear: Option<Linear>,
    pub link: Link,
}

pub fn ensemble(model: SklearnModel) -> Result<Ensemble> {
    let n = model.features;
    limit::features(n)?;
    let mut features = vec![
        Feature {
            required: !model.missing,
            ..Feature::default()
        };
        n
    ];
    if let Some(names) = model.feature_names {
        same("feature_names", names.len(), n)?;
        for (feature, name) in features.iter_mut().zip(names) {
            feature.name = Some(name);
        }
    }
    let parts = match model.form {
        Form::Mean {
            classes,
            targets,
            trees,
        } => mean(classes.as_deref(), targets, &trees, n)?,
        Form::Boosting {
            learning_rate,
            init,
            link,
            trees,
        } => boosting(learning_rate, init, link.link(), &trees, n)?,
        Form::Histogram {
            baseline,
            link,
            columns,
            categories,
            trees,
        } => {
            same("columns", columns.len(), n)?;
            same("categories", categories.len(), n)?;
            let parts = hist::parts(baseline, link.link(), &columns, &categories, &trees)?;
            for (feature, categories) in features.iter_mut().zip(categories) {
                feature.labels = categories.map(super::Categories::labels);
            }
            parts
        }
        Form::Linear {
            coefficients,
            intercepts,
            link,
        } => {
            finite("coefficients", &coefficients)?;
            same(
                "coefficients",
                coefficients.len(),
                n.saturating_mul(intercepts.len()),
            )?;
            Parts {
                base: intercepts,
                cast: InputCast::F64,
                trees: Vec::new(),
                linear: Some(Linear {
                    weights: coefficients,
                }),
                link: link.link(),
            }
        }
    };
    if parts.base.is_empty() {
        return Err(Error::malformed(FORMAT, "the model", "it has no output"));
    }
    finite("the base values", &parts.base)?;
    Ok(Ensemble {
        features,
        base: parts.base,
        cast: parts.cast,
        category: CategoryRule::Exact,
        covers: !parts.trees.is_empty(),
        trees: parts.trees,
        linear: parts.linear,
        missing: None,
        link: parts.link,
        source: Source {
            library: "scikit-learn".to_owned(),
            version: model.version,
            objective: Some(model.class),
            notes: Vec::new(),
        },
    })
}

fn mean(
    classes: Option<&[usize]>,
    targets: usize,
    trees: &[TreeArrays],
    features: usize,
) -> Result<Parts> {
    if trees.is_empty() {
        return Err(Error::malformed(FORMAT, "trees", "there is none"));
    }
    // Each target has as many values in the array as the one with most classes.
    let (counts, stride) = match classes {
        None => (vec![1; targets.min(OUTPUTS_MAX)], 1),
        Some(counts) => {
            same("classes", counts.len(), targets)?;
            (counts.to_vec(), counts.iter().copied().max().unwrap_or(0))
        }
    };
    let outputs = counts.iter().fold(0_usize, |sum, n| sum.saturating_add(*n));
    if targets != counts.len() || outputs == 0 || outputs > OUTPUTS_MAX {
        return Err(Error::malformed(
            FORMAT,
            "classes",
            format!("{outputs} outputs are not between 1 and {OUTPUTS_MAX}"),
        ));
    }
    let leaf = |values: &[f64]| -> Vec<f64> {
        let of = |(target, n): (&[f64], &usize)| {
            let total: f64 = if classes.is_some() {
                target.iter().sum()
            } else {
                1.0
            };
            target[..*n].iter().map(|v| v / total).collect::<Vec<_>>()
        };
        values
            .chunks_exact(stride)
            .zip(&counts)
            .flat_map(of)
            .collect()
    };
    let width = stride.saturating_mul(targets);
    let output = if outputs == 1 {
        Output::One(0)
    } else {
        Output::All
    };
    let mut found = Vec::with_capacity(trees.len());
    let mut nodes = 0;
    for (number, arrays) in trees.iter().enumerate() {
        let raw = raw(arrays, number, width, &leaf, &mut nodes)?;
        let mut tree = checked(&raw, number, output, outputs, features)?;
        tree.scale(1.0 / trees.len() as f64);
        found.push(tree);
    }
    Ok(Parts {
        base: vec![0.0; outputs],
        cast: InputCast::F32,
        trees: found,
        linear: None,
        link: Link::Identity,
    })
}

fn boosting(
    rate: f64,
    init: Vec<f64>,
    link: Link,
    trees: &[TreeArrays],
    features: usize,
) -> Result<Parts> {
    finite("learning_rate", &[rate])?;
    whole_stages(trees.len(), init.len())?;
    let mut found = Vec::with_capacity(trees.len());
    let mut nodes = 0;
    for (number, arrays) in trees.iter().enumerate() {
        let raw = raw(arrays, number, 1, &|v| vec![v[0] * rate], &mut nodes)?;
        let output = Output::One((number % init.len()) as u32);
        found.push(checked(&raw, number, output, 1, features)?);
    }
    Ok(Parts {
        base: init,
        cast: InputCast::F32,
        trees: found,
        linear: None,
        link,
    })
}

/// The nodes of a tree; `leaf` makes of the `width` values of a node what the leaf gives.
fn raw(
    arrays: &TreeArrays,
    number: usize,
    width: usize,
    leaf: &dyn Fn(&[f64]) -> Vec<f64>,
    total: &mut usize,
) -> Result<Vec<RawNode>> {
    let n = arrays.left.len();
    add_nodes(total, n)?;
    for (field, len, wanted) in [
        ("right", arrays.right.len(), n),
        ("feature", arrays.feature.len(), n),
        ("threshold", arrays.threshold.len(), n),
        ("cover", arrays.cover.len(), n),
        ("value", arrays.value.len(), n.saturating_mul(width)),
    ] {
        same(&format!("tree {number}, {field}"), len, wanted)?;
    }
    if !arrays.missing_left.is_empty() {
        same(
            &format!("tree {number}, missing_left"),
            arrays.missing_left.len(),
            n,
        )?;
    }
    let index = |field: &str, node: usize, value: i64| {
        u32::try_from(value).map_err(|_| {
            Error::malformed(
                FORMAT,
                format!("tree {number}, node {node}, {field}"),
                format!("{value} is no index"),
            )
        })
    };
    (0..n)
        .map(|node| {
            if arrays.left[node] == -1 {
                let values = &arrays.value[node * width..(node + 1) * width];
                return Ok(RawNode::Leaf(leaf(values), arrays.cover[node]));
            }
            Ok(RawNode::Split(Split {
                feature: index("feature", node, arrays.feature[node])?,
                test: Test::Below {
                    threshold: arrays.threshold[node],
                    or_equal: true,
                },
                missing: Missing::Left(arrays.missing_left.get(node).is_some_and(|m| *m != 0)),
                left: index("left", node, arrays.left[node])?,
                right: index("right", node, arrays.right[node])?,
                cover: arrays.cover[node],
            }))
        })
        .collect()
}

pub fn checked(
    raw: &[RawNode],
    number: usize,
    output: Output,
    width: usize,
    features: usize,
) -> Result<Tree> {
    Tree::new(raw, 0, output, width, features)
        .map_err(|e| Error::malformed(FORMAT, format!("tree {number}"), e.to_string()))
}

pub fn add_nodes(total: &mut usize, more: usize) -> Result<()> {
    *total += more;
    limit::nodes(*total)
}

pub fn whole_stages(trees: usize, outputs: usize) -> Result<()> {
    if outputs == 0 || !trees.is_multiple_of(outputs) {
        return Err(Error::malformed(
            FORMAT,
            "trees",
            format!("{trees} trees are no whole number of stages of {outputs} outputs"),
        ));
    }
    Ok(())
}

pub fn same(field: &str, found: usize, wanted: usize) -> Result<()> {
    if found == wanted {
        return Ok(());
    }
    Err(Error::malformed(
        FORMAT,
        field,
        format!("it has {found} entries, {wanted} are needed"),
    ))
}

fn finite(field: &str, values: &[f64]) -> Result<()> {
    if values.iter().all(|v| v.is_finite()) {
        return Ok(());
    }
    Err(Error::malformed(
        FORMAT,
        field,
        "every value must be a finite number",
    ))
}
