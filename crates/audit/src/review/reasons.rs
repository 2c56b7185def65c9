//! Why the model scored a case as it did: the features with the largest attributions, as codes.

use std::collections::HashMap;

use waage_data::{Dataset, FeatureColumn, Frame, Limits, Unseen};
use waage_result::review::ReviewCase;
use waage_result::spec::RolesSpec;

use super::sample::{BLOCK, Texts};
use crate::observer::Observer;
use crate::{AuditError, Source};

/// Features that are told of a case.
const TOLD: usize = 3;
/// Columns that `waage explain` writes beside attributions.
const BESIDE: [&str; 2] = ["base_value", "prediction"];

/// Fills in why each case was scored so, from a file of `waage explain --id ID --out FILE`. `cases` are by
/// the id of their row.
///
/// # Errors
/// [`AuditError`] if the file holds no attributions by that id of one output, or not of all cases.
pub(super) fn fill(
    attributions: &Source,
    id: &str,
    mut cases: HashMap<&str, &mut ReviewCase>,
    observer: &dyn Observer,
) -> Result<(), AuditError> {
    let roles = RolesSpec {
        id: Some(id.to_owned()),
        ..RolesSpec::default()
    };
    let limits = Limits::default();
    let dataset = Dataset::open(attributions.clone(), &roles, None, limits, observer)?;
    let all = dataset.column_names();
    if !BESIDE.iter().all(|name| all.contains(name)) {
        return Err(AuditError::Option(format!(
            "{} holds no attributions of a model with one output; give what waage explain --id {id} --out FILE wrote",
            dataset.place()
        )));
    }
    let features = all
        .iter()
        .filter(|name| **name != id && !BESIDE.contains(name));
    let names: Vec<String> = features.map(|name| (*name).to_owned()).collect();
    let column = |name: &String| FeatureColumn {
        name: name.clone(),
        categories: None,
        unseen: Unseen::Refuse,
    };
    let dataset = dataset.with_features(names.iter().map(column).collect())?;
    let take = |frame: Frame| {
        let ids = Texts::of(&frame.ids, id)?;
        for (row, phi) in frame.values.chunks(names.len().max(1)).enumerate() {
            if let Some(case) = ids.at(row).and_then(|id| cases.remove(id)) {
                case.explanation = Some(codes(&names, phi));
            }
        }
        Ok::<(), AuditError>(())
    };
    dataset.in_order(BLOCK, observer, take)?;
    if !cases.is_empty() {
        return Err(AuditError::Option(format!(
            "{} lacks {} of the drawn cases; explain the same rows",
            dataset.place(),
            cases.len()
        )));
    }
    Ok(())
}

/// `visits+; region-`: the strongest first, those of one strength in the model's order.
fn codes(names: &[String], phi: &[f64]) -> String {
    let mut order: Vec<(&String, f64)> = names.iter().zip(phi.iter().copied()).collect();
    order.retain(|(_, phi)| *phi != 0.0 && !phi.is_nan());
    order.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let code =
        |(name, phi): &(&String, f64)| format!("{name}{}", if *phi > 0.0 { '+' } else { '-' });
    let told: Vec<String> = order.iter().take(TOLD).map(code).collect();
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use super::codes;

    #[test]
    fn the_strongest_come_first() {
        let names = ["a", "b", "c", "d", "e"].map(str::to_owned);
        assert_eq!(codes(&names, &[0.1, -0.5, 0.0, 0.1, 0.3]), "b-; e+; a+");
        assert_eq!(codes(&names, &[0.0, f64::NAN, 0.0, 0.0, 0.0]), "");
    }
}
