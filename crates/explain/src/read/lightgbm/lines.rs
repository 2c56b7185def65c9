//! The parts of a file, and the values of its lines.

use std::str::FromStr;

use super::wrong;
use crate::Result;

/// `key=value` lines of a header or a tree, in the order of the file; the value of a bare line is empty.
pub(super) struct Block<'a>(Vec<(&'a str, &'a str)>);

/// A file cut into parts.
pub(super) struct File<'a> {
    pub header: Block<'a>,
    pub trees: Vec<Block<'a>>,
    /// The JSON of `pandas_categorical`.
    pub labels: Option<&'a str>,
}

const END: &str = "end of trees";
const LABELS: &str = "pandas_categorical:";

impl<'a> File<'a> {
    /// Cuts a file at `Tree=` and behind `end of trees`.
    pub fn cut(text: &'a str) -> Result<Self> {
        let mut lines = text.lines();
        let mut header = Block(Vec::new());
        let mut trees: Vec<Block<'a>> = Vec::new();
        loop {
            let line = lines.next().ok_or_else(|| {
                wrong(
                    "the end of the file",
                    format!("the line `{END}` is missing: the file is cut short"),
                )
            })?;
            if line == END {
                break;
            }
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            if key == "Tree" {
                if value.parse() != Ok(trees.len()) {
                    return Err(wrong(
                        format!("tree {}", trees.len()),
                        format!("it is numbered `{value:.40}`: trees stand in order from 0"),
                    ));
                }
                trees.push(Block(Vec::new()));
            } else if !line.is_empty() {
                trees.last_mut().unwrap_or(&mut header).0.push((key, value));
            }
        }
        Ok(Self {
            header,
            trees,
            labels: after_trees(lines)?,
        })
    }
}

/// What stands behind the trees: importances and parameters of training, which are skipped, and labels.
fn after_trees<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Option<&'a str>> {
    let mut in_parameters = false;
    let mut done = false;
    let mut labels = None;
    for line in lines {
        if let Some(json) = line.strip_prefix(LABELS) {
            labels = Some(json);
        } else if labels.is_some() || done {
            if !line.trim().is_empty() {
                return Err(wrong(
                    "the end of the file",
                    format!("`{line:.40}` is neither empty nor `{LABELS}`"),
                ));
            }
        } else {
            in_parameters |= line == "parameters:";
            done = line == "end of parameters";
        }
    }
    if in_parameters && !done {
        return Err(wrong(
            "parameters",
            "the line `end of parameters` is missing: the file is cut short",
        ));
    }
    Ok(labels)
}

impl<'a> Block<'a> {
    /// The value of a key; `None` when there is no such line.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)
    }

    /// The value of a key that must be there.
    pub fn text(&self, key: &str) -> Result<&'a str> {
        self.get(key)
            .ok_or_else(|| wrong(key, "the line is missing"))
    }

    /// The one value of a key.
    pub fn one<T: FromStr>(&self, key: &str) -> Result<T> {
        value(self.text(key)?.trim(), key)
    }

    /// The values of a key, which must be so many.
    pub fn list<T: FromStr>(&self, key: &str, n: usize) -> Result<Vec<T>> {
        let found = self.any::<T>(key)?;
        if found.len() != n {
            return Err(wrong(
                key,
                format!("{} values where {n} should be", found.len()),
            ));
        }
        Ok(found)
    }

    /// The values of a key, however many; none when there is no such line.
    pub fn any<T: FromStr>(&self, key: &str) -> Result<Vec<T>> {
        self.get(key)
            .unwrap_or("")
            .split_ascii_whitespace()
            .map(|text| value(text, key))
            .collect()
    }
}

fn value<T: FromStr>(text: &str, key: &str) -> Result<T> {
    text.parse()
        .map_err(|_| wrong(key, format!("`{text:.40}` is not a number of its kind")))
}
