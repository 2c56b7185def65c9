//! The file as it stands.

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub format: String,
    pub version: u64,
    pub link: String,
    pub intercept: Numbers,
    pub features: Vec<Feature>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub coef: Option<Numbers>,
    pub mean: Option<f64>,
    pub sd: Option<f64>,
    pub levels: Option<Map<String, Value>>,
    pub bins: Option<Vec<Bin>>,
    pub missing: Option<Missing>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Num,
    Cat,
}

/// Values from `lo` on and below `hi`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bin {
    pub lo: Option<f64>,
    pub hi: Option<f64>,
    pub points: Numbers,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub enum Missing {
    Numbers(Numbers),
    Rule(String),
}

/// One number per output; a number alone for one output.
#[derive(Deserialize, Clone)]
#[serde(untagged)]
pub enum Numbers {
    Single(f64),
    Many(Vec<f64>),
}

impl Numbers {
    pub fn list(&self) -> &[f64] {
        match self {
            Self::Single(number) => std::slice::from_ref(number),
            Self::Many(numbers) => numbers,
        }
    }
}
