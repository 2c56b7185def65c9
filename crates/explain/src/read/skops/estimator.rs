//! The classes that are read, and which attributes of theirs.

use super::boosting;
use super::malformed;
use super::npy::Array;
use super::schema::{Item, whole};
use crate::read::shown::shown;
use crate::read::sklearn::{Form, SklearnLink, SklearnModel, TreeArrays};
use crate::{Error, Result};

const MEANS: &[&str] = &[
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "ExtraTreeClassifier",
    "ExtraTreeRegressor",
    "RandomForestClassifier",
    "RandomForestRegressor",
    "ExtraTreesClassifier",
    "ExtraTreesRegressor",
];
const LINEAR: &[(&str, SklearnLink)] = &[
    ("LinearRegression", SklearnLink::Identity),
    ("Ridge", SklearnLink::Identity),
    ("Lasso", SklearnLink::Identity),
    ("ElasticNet", SklearnLink::Identity),
    ("LogisticRegression", SklearnLink::Logit),
    ("PoissonRegressor", SklearnLink::Log),
    ("GammaRegressor", SklearnLink::Log),
];
const MEND: &str = "explain it by its prediction function instead";

pub fn model(item: Item<'_>) -> Result<SklearnModel> {
    let class = item.class();
    if !item.module().starts_with("sklearn.") {
        return Err(Error::unsupported(
            format!(
                "the skops file holds {}.{class}, which is not scikit-learn's",
                shown(item.module()),
                class = shown(class),
            ),
            MEND,
        ));
    }
    if class == "Pipeline" {
        return pipeline(item);
    }
    let features = item.count_of("n_features_in_")?;
    let (form, missing) = if MEANS.contains(&class) {
        mean(item)?
    } else if let Some((_, link)) = LINEAR.iter().find(|(name, _)| *name == class) {
        (linear(item, *link)?, false)
    } else if class.starts_with("GradientBoosting") {
        (boosting::gradient(item)?, false)
    } else if class.starts_with("HistGradientBoosting") {
        (boosting::histogram(item, features)?, true)
    } else {
        return Err(Error::unsupported(
            format!(
                "the skops file holds {}, which is not read as trees or a linear model",
                shown(class)
            ),
            MEND,
        ));
    };
    Ok(SklearnModel {
        class: class.to_owned(),
        version: item.maybe("_sklearn_version").and_then(Item::text),
        features,
        feature_names: names(item)?,
        missing,
        form,
    })
}

fn names(item: Item<'_>) -> Result<Option<Vec<String>>> {
    if item.maybe("feature_names_in_").is_none() {
        return Ok(None);
    }
    let names = item.entries_of("feature_names_in_")?;
    Ok(names.into_iter().map(Item::text).collect())
}

/// The form, and whether trees know where missing values go.
fn mean(item: Item<'_>) -> Result<(Form, bool)> {
    let members = match item.maybe("estimators_") {
        Some(_) => item.entries_of("estimators_")?,
        None => vec![item],
    };
    let mut missing = true;
    let mut trees = Vec::with_capacity(members.len());
    for member in members {
        let (arrays, knows) = tree(member)?;
        missing &= knows;
        trees.push(arrays);
    }
    let classes = match item.class().ends_with("Classifier") {
        false => None,
        true => Some(counts("n_classes_", &item.numbers_of("n_classes_")?)?),
    };
    let form = Form::Mean {
        classes,
        targets: item.count_of("n_outputs_")?,
        trees,
    };
    Ok((form, missing))
}

fn counts(name: &str, numbers: &[f64]) -> Result<Vec<usize>> {
    let found: Option<Vec<usize>> = numbers.iter().map(|n| whole(*n)).collect();
    found.ok_or_else(|| malformed(name, "it holds something that is no count"))
}

/// The arrays of an estimator's `tree_`.
pub fn tree(item: Item<'_>) -> Result<(TreeArrays, bool)> {
    let tree = item.get("tree_")?;
    if (tree.module(), tree.class()) != ("sklearn.tree._tree", "Tree") {
        return Err(malformed(
            format!("{}.tree_", item.class()),
            format!("it is a {}, not a Tree", shown(tree.class())),
        ));
    }
    let nodes = tree.array_of("nodes")?;
    let field = |name: &str| column(&nodes, "Tree.nodes", name);
    let knows = nodes.has_field("missing_go_to_left");
    let values = tree.array_of("values")?.numbers();
    let arrays = TreeArrays {
        left: integers(&field("left_child")?),
        right: integers(&field("right_child")?),
        feature: integers(&field("feature")?),
        threshold: field("threshold")?,
        missing_left: if knows {
            flags(&field("missing_go_to_left")?)
        } else {
            Vec::new()
        },
        cover: field("weighted_n_node_samples")?,
        value: values.map_err(|what| malformed("Tree.values", what))?,
    };
    Ok((arrays, knows))
}

pub fn column(array: &Array<'_>, place: &str, name: &str) -> Result<Vec<f64>> {
    array.field(name).map_err(|what| malformed(place, what))
}

/// Whole numbers of an integer field, exact below 2^53.
#[expect(clippy::cast_possible_truncation, reason = "they come from integers")]
pub fn integers(numbers: &[f64]) -> Vec<i64> {
    numbers.iter().map(|n| *n as i64).collect()
}

pub fn flags(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().map(|n| u8::from(*n != 0.0)).collect()
}

fn linear(item: Item<'_>, link: SklearnLink) -> Result<Form> {
    let coefficients = item.numbers_of("coef_")?;
    let mut intercepts = item.numbers_of("intercept_")?;
    let features = item.count_of("n_features_in_")?.max(1);
    let outputs = coefficients.len() / features;
    if intercepts.len() == 1 && outputs > 1 && outputs <= coefficients.len() {
        intercepts = vec![intercepts[0]; outputs];
    }
    let several = link == SklearnLink::Logit && intercepts.len() > 1;
    let link = if !several {
        link
    } else if item.maybe("solver").and_then(Item::text).as_deref() == Some("liblinear")
        || item.maybe("multi_class").and_then(Item::text).as_deref() == Some("ovr")
    {
        SklearnLink::Unknown
    } else {
        SklearnLink::Softmax
    };
    Ok(Form::Linear {
        coefficients,
        intercepts,
        link,
    })
}

/// Scalers in front of a linear model.
fn pipeline(item: Item<'_>) -> Result<SklearnModel> {
    let steps = item.entries_of("steps")?;
    let mut parts = Vec::with_capacity(steps.len());
    for tuple in steps {
        match tuple.list().as_deref() {
            Some([_, step]) => parts.push(*step),
            _ => return Err(malformed("Pipeline.steps", "a step is no pair")),
        }
    }
    let Some((last, before)) = parts.split_last() else {
        return Err(malformed("Pipeline.steps", "there is none"));
    };
    let mut found = model(*last)?;
    let idle = |s: &&Item<'_>| s.text().is_none_or(|t| t != "passthrough");
    let scalers: Vec<&Item<'_>> = before.iter().filter(idle).collect();
    let Some(first) = scalers.first() else {
        return Ok(found);
    };
    found.feature_names = names(**first)?;
    for scaler in scalers.iter().rev() {
        let (shift, factor) = scaled(**scaler, found.features)?;
        found.scaled_before(&shift, &factor)?;
    }
    Ok(found)
}

/// What a scaler does to each column: `shift + factor · x`.
fn scaled(item: Item<'_>, features: usize) -> Result<(Vec<f64>, Vec<f64>)> {
    let own = item.module().starts_with("sklearn.preprocessing.");
    match item.class() {
        "StandardScaler" if own => {
            let factor = match item.maybe("scale_") {
                Some(_) => item.numbers_of("scale_")?.iter().map(|s| 1.0 / s).collect(),
                None => vec![1.0; features],
            };
            let centre = if item.flag_of("with_mean")? {
                item.numbers_of("mean_")?
            } else {
                vec![0.0; features]
            };
            let shift = centre.iter().zip(&factor).map(|(c, f)| -c * f).collect();
            Ok((shift, factor))
        }
        "MinMaxScaler" if own && !item.flag_of("clip")? => {
            Ok((item.numbers_of("min_")?, item.numbers_of("scale_")?))
        }
        class => Err(Error::unsupported(
            format!(
                "the skops file holds a pipeline with {}, which is not read",
                shown(class)
            ),
            MEND,
        )),
    }
}
