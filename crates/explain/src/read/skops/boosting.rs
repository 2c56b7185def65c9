//! Gradient boosting, plain and by histograms.

use super::estimator::{column, flags, integers, tree};
use super::malformed;
use super::schema::{Item, whole};
use crate::read::shown::shown;
use crate::read::sklearn::{Categories, Form, HistArrays, SklearnLink};
use crate::{Error, Result};

/// `GradientBoosting*`.
pub fn gradient(item: Item<'_>) -> Result<Form> {
    let outputs = item.count_of("n_trees_per_iteration_")?;
    let classifier = item.class().ends_with("Classifier");
    let loss = item.text_of("loss")?;
    let link = match (classifier, loss.as_str(), outputs) {
        (false, ..) => SklearnLink::Identity,
        (true, "exponential", _) => SklearnLink::HalfLogit,
        (true, _, 1) => SklearnLink::Logit,
        (true, ..) => SklearnLink::Softmax,
    };
    let mut trees = Vec::new();
    for stage in item.entries_of("estimators_")? {
        let members = stage
            .list()
            .ok_or_else(|| malformed("estimators_", "a stage is no list"))?;
        for member in members {
            trees.push(tree(member)?.0);
        }
    }
    Ok(Form::Boosting {
        learning_rate: item.number_of("learning_rate")?,
        init: init(item, link, outputs)?,
        link,
        trees,
    })
}

/// The raw prediction before the first tree.
fn init(item: Item<'_>, link: SklearnLink, outputs: usize) -> Result<Vec<f64>> {
    let start = item.get("init_")?;
    if start.text().as_deref() == Some("zero") {
        crate::read::limit::outputs(outputs)?;
        return Ok(vec![0.0; outputs]);
    }
    let loss = item.get("_loss")?;
    let dummy = start.module() == "sklearn.dummy";
    if !dummy || loss.module() != "sklearn._loss.loss" {
        return Err(Error::unsupported(
            format!(
                "the skops file holds gradient boosting that starts from {}",
                shown(start.class())
            ),
            "fit it with scikit-learn 1.4 or newer and without init, or explain it by its prediction function",
        ));
    }
    match (start.class(), link) {
        ("DummyRegressor", SklearnLink::Identity) => start.numbers_of("constant_"),
        ("DummyClassifier", SklearnLink::Logit | SklearnLink::HalfLogit) => {
            let prior = prior(start)?;
            let [_, p] = prior.as_slice() else {
                return Err(malformed(
                    "DummyClassifier.class_prior_",
                    "it needs two entries",
                ));
            };
            let odds = libm::log(p / (1.0 - p));
            Ok(vec![if link == SklearnLink::HalfLogit {
                odds / 2.0
            } else {
                odds
            }])
        }
        ("DummyClassifier", SklearnLink::Softmax) => {
            let logs: Vec<f64> = prior(start)?.iter().map(|p| libm::log(*p)).collect();
            let mean = logs.iter().sum::<f64>() / logs.len() as f64;
            Ok(logs.iter().map(|l| l - mean).collect())
        }
        (class, _) => Err(malformed(
            "init_",
            format!("{} does not go with the loss", shown(class)),
        )),
    }
}

fn prior(dummy: Item<'_>) -> Result<Vec<f64>> {
    let clip = |p: f64| p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    let prior = dummy.numbers_of("class_prior_")?;
    Ok(prior.into_iter().map(clip).collect())
}

/// `HistGradientBoosting*`.
pub fn histogram(item: Item<'_>, features: usize) -> Result<Form> {
    crate::read::limit::features(features)?;
    let baseline = item.numbers_of("_baseline_prediction")?;
    let classifier = item.class().ends_with("Classifier");
    let link = match (classifier, baseline.len()) {
        (true, 1) => SklearnLink::Logit,
        (true, _) => SklearnLink::Softmax,
        (false, _) => match item.text_of("loss")?.as_str() {
            "poisson" | "gamma" => SklearnLink::Log,
            _ => SklearnLink::Identity,
        },
    };
    let mut trees = Vec::new();
    for stage in item.entries_of("_predictors")? {
        let members = stage
            .list()
            .ok_or_else(|| malformed("_predictors", "an iteration is no list"))?;
        for member in members {
            trees.push(predictor(member)?);
        }
    }
    let (columns, categories) = columns(item, features)?;
    Ok(Form::Histogram {
        baseline,
        link,
        columns,
        categories,
        trees,
    })
}

fn predictor(item: Item<'_>) -> Result<HistArrays> {
    let nodes = item.array_of("nodes")?;
    let field = |name: &str| column(&nodes, "TreePredictor.nodes", name);
    let small = |name: &str| {
        let numbers = field(name)?;
        let found: Option<Vec<u32>> = numbers
            .iter()
            .map(|n| whole(*n).and_then(|n| u32::try_from(n).ok()))
            .collect();
        found.ok_or_else(|| malformed("TreePredictor.nodes", format!("{name} is no index")))
    };
    let sets = item.numbers_of("raw_left_cat_bitsets")?;
    let sets: Option<Vec<u32>> = sets
        .iter()
        .map(|n| whole(*n).and_then(|n| u32::try_from(n).ok()))
        .collect();
    Ok(HistArrays {
        is_leaf: flags(&field("is_leaf")?),
        left: small("left")?,
        right: small("right")?,
        feature: integers(&field("feature_idx")?),
        threshold: field("num_threshold")?,
        missing_left: flags(&field("missing_go_to_left")?),
        is_categorical: flags(&field("is_categorical")?),
        bitset: small("bitset_idx")?,
        cover: field("count")?,
        value: field("value")?,
        left_categories: sets
            .ok_or_else(|| malformed("TreePredictor.raw_left_cat_bitsets", "it holds no sets"))?,
    })
}

type Columns = (Vec<usize>, Vec<Option<Categories>>);

/// Input columns in the order of the trees, categorical ones first, and their categories.
fn columns(item: Item<'_>, features: usize) -> Result<Columns> {
    let mut categories: Vec<Option<Categories>> = vec![None; features];
    let Some(preprocessor) = item.maybe("_preprocessor") else {
        let old = item.maybe("is_categorical_").is_some()
            && item
                .numbers_of("is_categorical_")?
                .iter()
                .any(|f| *f != 0.0);
        if old {
            return Err(Error::unsupported(
                "the skops file holds histogram gradient boosting with categorical features by a scikit-learn before 1.4",
                "fit the model with a newer version",
            ));
        }
        return Ok(((0..features).collect(), categories));
    };
    let place = "ColumnTransformer.transformers_";
    let mut first = Vec::new();
    for entry in preprocessor.entries_of("transformers_")? {
        let parts = entry.list().unwrap_or_default();
        let [name, encoder, flags] = parts.as_slice() else {
            return Err(malformed(place, "an entry has not three parts"));
        };
        if name.text().as_deref() != Some("encoder") {
            continue;
        }
        let flags = match flags.array() {
            Some(Ok(array)) => array.numbers(),
            _ => Err("it is no array".to_owned()),
        };
        let flags = flags.map_err(|what| malformed(place, what))?;
        first = (0..features.min(flags.len()))
            .filter(|c| flags[*c] != 0.0)
            .collect();
        let known = encoder.entries_of("categories_")?;
        if known.len() != first.len() || flags.len() != features {
            return Err(malformed(place, "its columns and categories do not match"));
        }
        for (column, known) in first.iter().zip(known) {
            categories[*column] = Some(labels(known)?);
        }
    }
    let rest = (0..features).filter(|c| categories[*c].is_none());
    let columns = first.iter().copied().chain(rest).collect();
    Ok((columns, categories))
}

/// The labels of a column; the missing value, which stands last, has no code.
fn labels(item: Item<'_>) -> Result<Categories> {
    let place = "OrdinalEncoder.categories_";
    if let Some(array) = item.array() {
        let numbers = array.and_then(|a| a.numbers());
        let numbers = numbers.map_err(|what| malformed(place, what))?;
        return Ok(Categories::Numbers(
            numbers.into_iter().filter(|x| !x.is_nan()).collect(),
        ));
    }
    let entries = item
        .list()
        .ok_or_else(|| malformed(place, "it is no list of labels"))?;
    Ok(Categories::Text(
        entries.into_iter().filter_map(Item::text).collect(),
    ))
}
