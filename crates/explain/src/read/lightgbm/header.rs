//! What stands before the first tree.

use super::lines::Block;
use super::{limit, wrong};
use crate::Result;
use crate::model::Link;

/// The header.
pub(super) struct Header<'a> {
    pub version: &'a str,
    pub outputs: usize,
    pub features: usize,
    pub names: Vec<&'a str>,
    /// Per feature `none`, `[least:greatest]` or `category:category:…`; empty in files without them.
    pub infos: Vec<&'a str>,
    /// How many trees `tree_sizes` tells of.
    pub declared: Option<usize>,
    /// Whether predictions are averages of the trees (random forests).
    pub average: bool,
    pub objective: Option<&'a str>,
    pub link: Link,
    pub notes: Vec<String>,
}

impl<'a> Header<'a> {
    /// Reads the header.
    pub fn read(block: &Block<'a>) -> Result<Self> {
        let outputs = match block.get("num_tree_per_iteration") {
            Some(_) => block.one("num_tree_per_iteration")?,
            None => block.one("num_class")?,
        };
        if outputs == 0 {
            return Err(wrong("num_tree_per_iteration", "it must be at least 1"));
        }
        limit::outputs(outputs)?;
        let last: usize = block.one("max_feature_idx")?;
        let features = last.saturating_add(1);
        limit::features(features)?;
        let objective = block
            .get("objective")
            .map(str::trim)
            .filter(|o| !o.is_empty());
        let (link, note) = link(objective)?;
        Ok(Self {
            version: block.text("version")?.trim(),
            outputs,
            features,
            names: per_feature(block, "feature_names", features)?,
            infos: per_feature(block, "feature_infos", features)?,
            declared: block
                .get("tree_sizes")
                .map(|sizes| sizes.split_ascii_whitespace().count()),
            average: block.get("average_output").is_some(),
            objective,
            link,
            notes: note.into_iter().collect(),
        })
    }
}

/// Texts between blanks, one per feature or none at all.
fn per_feature<'a>(block: &Block<'a>, key: &str, features: usize) -> Result<Vec<&'a str>> {
    let mut texts = block.get(key).unwrap_or("").split_ascii_whitespace();
    let found: Vec<&str> = texts.by_ref().take(features).collect();
    if texts.next().is_some() || !(found.is_empty() || found.len() == features) {
        return Err(wrong(
            key,
            format!("there should be one for each of the {features} features"),
        ));
    }
    Ok(found)
}

/// The link of an objective such as `binary sigmoid:1`, and what a user should know about it.
fn link(objective: Option<&str>) -> Result<(Link, Option<String>)> {
    let Some(objective) = objective else {
        let note =
            "The file names no objective (a custom one, or none was saved): margins are explained.";
        return Ok((Link::Unknown, Some(note.into())));
    };
    let mut words = objective.split_ascii_whitespace();
    let name = words.next().unwrap_or_default();
    let options: Vec<&str> = words.collect();
    let scale = match options.iter().find_map(|o| o.strip_prefix("sigmoid:")) {
        None => 1.0,
        Some(text) => text
            .parse()
            .ok()
            .filter(|s: &f64| s.is_finite() && *s > 0.0)
            .ok_or_else(|| wrong("objective", format!("sigmoid:{text:.40} should be above 0")))?,
    };
    let link = match name {
        "binary" | "multiclassova" => Link::Logistic { scale },
        "multiclass" => Link::Softmax,
        "cross_entropy" => Link::Logistic { scale: 1.0 },
        "poisson" | "gamma" | "tweedie" => Link::Exp,
        "regression" | "regression_l1" | "huber" | "fair" | "quantile" | "mape" | "lambdarank"
        | "rank_xendcg" => {
            if options.contains(&"sqrt") {
                Link::SignedSquare
            } else {
                Link::Identity
            }
        }
        _ => {
            let note = format!(
                "The objective `{objective:.80}` has no known link: margins are explained."
            );
            return Ok((Link::Unknown, Some(note)));
        }
    };
    Ok((link, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objectives_have_their_links() {
        for (text, wanted) in [
            ("binary sigmoid:2.5", Link::Logistic { scale: 2.5 }),
            ("multiclass num_class:3", Link::Softmax),
            (
                "multiclassova num_class:3 sigmoid:1",
                Link::Logistic { scale: 1.0 },
            ),
            ("regression", Link::Identity),
            ("regression sqrt", Link::SignedSquare),
            ("tweedie", Link::Exp),
            ("cross_entropy_lambda", Link::Unknown),
        ] {
            assert_eq!(link(Some(text)).expect(text).0, wanted, "{text}");
        }
        assert!(link(Some("binary sigmoid:-1")).is_err());
        assert!(link(None).expect("no objective").1.is_some());
    }
}
