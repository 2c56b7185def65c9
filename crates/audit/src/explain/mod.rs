//! What Waage measures and what it means: the catalogue's facts, the texts about them, and the
//! methods that an audit of a small table used.

mod sample;

use indexmap::IndexMap;
use waage_core::quantity::{Direction, Quantity};
use waage_report::{Format, Options};
use waage_result::explanation::{Explanation, Explanations, GROUPS, METRICS_SCHEMA, Prose};
use waage_result::text::Language;

use crate::files::WIDTH;
use crate::{AuditError, Style};

/// Names at most this many edits away are offered.
const NEAR: usize = 3;

/// Every quantity of the catalogue by group, then those that are described only.
///
/// # Errors
/// [`AuditError`] if the small audit that tells the methods fails, which would be a defect.
pub fn explanations(language: Language) -> Result<Explanations, AuditError> {
    let prose = Prose::of(language);
    let methods = sample::methods()?;
    let quantities = measured();
    let mut metrics: Vec<Explanation> = quantities
        .iter()
        .filter_map(|quantity| page(quantity, prose, &methods))
        .collect();
    let described = prose
        .names()
        .filter(|(_, name)| !quantities.iter().any(|q| q.name == *name))
        .filter_map(|(_, name)| prose.page(name));
    metrics.extend(described);
    metrics.sort_by_key(|page| GROUPS.iter().position(|group| *group == page.group));
    Ok(Explanations {
        schema: METRICS_SCHEMA.to_owned(),
        language: language.code().to_owned(),
        metrics,
    })
}

/// Every quantity that an audit may measure.
fn measured() -> Vec<&'static Quantity> {
    let mut quantities = waage_metrics::quantities();
    quantities.extend(waage_metrics::ranking::catalogue::quantity("fa_ir"));
    quantities
}

/// The page of a quantity by its name, an alias, or the name that another library gives it; several
/// where that name is used for several.
///
/// # Errors
/// [`AuditError::Option`] with the nearest name where none is called that.
pub fn explain(name: &str, language: Language) -> Result<Explanations, AuditError> {
    let mut document = explanations(language)?;
    let wanted = plain(name);
    let ranked = |page: &Explanation| {
        let mut others = page
            .aliases
            .iter()
            .map(String::as_str)
            .chain(page.peer_names());
        match (page.measured, plain(&page.name) == wanted) {
            (true, true) => Some(0),
            (true, false) if others.any(|other| plain(other) == wanted) => Some(1),
            (false, true) => Some(2),
            (false, false) if others.any(|other| plain(other) == wanted) => Some(3),
            _ => None,
        }
    };
    let Some(best) = document.metrics.iter().filter_map(ranked).min() else {
        return Err(AuditError::Option(unknown(name, &wanted, &document)));
    };
    document.metrics.retain(|page| ranked(page) == Some(best));
    Ok(document)
}

/// The list of all quantities, or the pages of those called `name`, in a format.
///
/// # Errors
/// [`AuditError`]: no quantity is called that, or the format is HTML.
pub fn render_explanations(
    name: Option<&str>,
    format: Format,
    language: Language,
    style: Style,
) -> Result<String, AuditError> {
    let document = match name {
        Some(name) => explain(name, language)?,
        None => explanations(language)?,
    };
    let options = Options {
        color: style.color,
        width: style.width.unwrap_or(WIDTH),
        ..Options::default()
    };
    let text = waage_report::render_metrics(&document, name.is_none(), format, language, &options)?;
    Ok(text)
}

/// A name without the differences that people do not mean.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

fn unknown(name: &str, wanted: &str, document: &Explanations) -> String {
    let known = document.metrics.iter().flat_map(|page| {
        let aliases = page.aliases.iter().map(String::as_str);
        std::iter::once(page.name.as_str())
            .chain(aliases)
            .chain(page.peer_names())
    });
    let nearest = known
        .map(|known| (strsim::damerau_levenshtein(&plain(known), wanted), known))
        .min()
        .filter(|(distance, _)| *distance <= NEAR)
        .map_or_else(String::new, |(_, known)| {
            format!("; did you mean \"{known}\"?")
        });
    format!("no metric is called \"{name}\"{nearest} (waage metrics lists them all)")
}

/// The texts of a quantity with the facts of its row; `None` where it has no text.
fn page(quantity: &Quantity, prose: Prose, methods: &sample::Methods) -> Option<Explanation> {
    let needs = [
        (quantity.needs_label, "label"),
        (quantity.needs_decision, "decision"),
        (quantity.needs_score, "score"),
    ];
    let direction = match quantity.direction {
        Direction::Higher => "higher",
        Direction::Lower => "lower",
        Direction::Neutral => "neutral",
    };
    Some(Explanation {
        measured: true,
        formula: Some(quantity.formula.to_owned()),
        direction: Some(direction.to_owned()),
        range: Some([quantity.range.0, quantity.range.1]),
        needs: needs
            .into_iter()
            .filter(|(needed, _)| *needed)
            .map(|(_, name)| name.to_owned())
            .collect(),
        intervals: methods
            .get(quantity.name)
            .cloned()
            .unwrap_or_else(IndexMap::new),
        aliases: quantity.aliases.iter().map(|a| (*a).to_owned()).collect(),
        ..prose.page(quantity.name)?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(document: &Explanations) -> Vec<&str> {
        document
            .metrics
            .iter()
            .map(|page| page.name.as_str())
            .collect()
    }

    #[test]
    fn every_quantity_has_a_text_in_both_languages() {
        for language in Language::ALL {
            let prose = Prose::of(language);
            for quantity in super::measured() {
                let page = prose.page(quantity.name);
                assert!(
                    page.is_some(),
                    "{}: add its texts to crates/result/src/messages/metrics*.toml",
                    quantity.name
                );
            }
        }
    }

    #[test]
    fn names_of_other_libraries_lead_to_the_page() {
        for (name, expected) in [
            ("selection_rate", "selection_rate"),
            ("Selection-Rate", "selection_rate"),
            ("recall", "true_positive_rate"),
            ("DPPL", "demographic_parity_difference"),
            ("disparate_impact", "demographic_parity_ratio"),
            ("pprev", "selection_rate"),
            ("f1_score", "f1"),
            ("fa_ir", "fa_ir"),
        ] {
            let found = explain(name, Language::En).unwrap();
            assert_eq!(names(&found), [expected], "{name}");
        }
    }

    #[test]
    fn a_wrong_name_is_met_with_the_nearest() {
        let error = explain("selektion_rate", Language::De).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no metric is called \"selektion_rate\"; did you mean \"selection_rate\"? (waage metrics lists them all)"
        );
        let error = explain("xyzzyxyzzy", Language::En).unwrap_err().to_string();
        assert!(!error.contains("did you mean"), "{error}");
    }

    #[test]
    fn methods_are_those_of_an_audit() {
        let page = explain("selection_rate", Language::En)
            .unwrap()
            .metrics
            .remove(0);
        assert_eq!(page.intervals["value"], "wilson");
        assert_eq!(page.intervals["difference"], "newcombe");
        assert_eq!(page.intervals["ratio"], "koopman");
        assert_eq!(page.range, Some([Some(0.0), Some(1.0)]));
        assert_eq!(page.needs, ["decision"]);
        let named = explain("average_odds_difference", Language::En).unwrap();
        assert_eq!(named.metrics[0].intervals["value"], "mover_wilson");
    }

    #[test]
    fn both_languages_list_the_same_quantities_by_group() {
        let en = explanations(Language::En).unwrap();
        let de = explanations(Language::De).unwrap();
        assert_eq!(names(&en), names(&de));
        let measured = en.metrics.iter().filter(|page| page.measured).count();
        assert_eq!(measured, super::measured().len());
    }
}
