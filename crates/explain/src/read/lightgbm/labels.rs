//! Labels of categories (`pandas_categorical`): a list per column of categories, which the file does
//! not number.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{limit, wrong};
use crate::Result;
use crate::model::{Feature, Labels, Node, Test, Tree};

const KEY: &str = "pandas_categorical";

/// Gives features their labels. Comes back with a note when the file's lists cannot be assigned.
pub(super) fn assign(
    features: &mut [Feature],
    infos: &[&str],
    trees: &[Tree],
    json: Option<&str>,
) -> Result<Option<String>> {
    let lists: Option<Vec<Vec<Value>>> = match json {
        None => None,
        Some(json) => serde_json::from_str(json).map_err(|error| wrong(KEY, error.to_string()))?,
    };
    let lists = lists.unwrap_or_default();
    if lists.is_empty() {
        return Ok(None);
    }
    limit::categories(lists.iter().map(Vec::len).sum())?;
    let columns = columns(infos, trees);
    let fits = columns.len() == lists.len()
        && columns
            .iter()
            .zip(&lists)
            .all(|(column, labels)| codes(infos, *column).all(|code| code < labels.len() as i64));
    let labels: Option<Vec<Labels>> = lists.into_iter().map(labels).collect();
    match labels.filter(|_| fits) {
        Some(labels) => {
            for (column, labels) in columns.into_iter().zip(labels) {
                features[column].labels = Some(labels);
            }
            Ok(None)
        }
        None => Ok(Some(format!(
            "The labels in {KEY} do not fit the model's {} columns of categories: give categories as the codes of training.",
            columns.len()
        ))),
    }
}

/// The columns of categories: those whose training data is told as a list, or which a split takes as such.
fn columns(infos: &[&str], trees: &[Tree]) -> Vec<usize> {
    let listed = infos
        .iter()
        .enumerate()
        .filter(|(_, info)| !info.starts_with('[') && **info != "none")
        .map(|(at, _)| at);
    let split = trees
        .iter()
        .flat_map(Tree::nodes)
        .filter_map(|node| match node {
            Node::Split(split) if matches!(split.test, Test::Category { .. }) => {
                Some(split.feature as usize)
            }
            _ => None,
        });
    listed
        .chain(split)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// The codes that training saw in a column.
fn codes<'a>(infos: &[&'a str], column: usize) -> impl Iterator<Item = i64> + use<'a> {
    let info = infos.get(column).copied().unwrap_or("");
    info.split(':').filter_map(|code| code.parse().ok())
}

/// A list of texts, numbers or flags; `None` for a mixture.
fn labels(list: Vec<Value>) -> Option<Labels> {
    if list.iter().all(Value::is_number) && !list.is_empty() {
        return list
            .iter()
            .map(Value::as_f64)
            .collect::<Option<_>>()
            .map(Labels::Numbers);
    }
    list.into_iter()
        .map(|value| match value {
            Value::String(text) => Some(text),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        })
        .collect::<Option<_>>()
        .map(Labels::Text)
}
