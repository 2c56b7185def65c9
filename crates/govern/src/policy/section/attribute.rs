//! `[[attribute]]` and `[[intersection]]`.

use toml::Spanned;
use waage_result::finding::Bilingual;
use waage_result::spec::{AttributeSpec, Bins};

use super::data::column;
use crate::policy::faults::Faults;
use crate::policy::form::{AttributeForm, BinsForm, IntersectionForm};
use crate::policy::{AttributePolicy, Intersection, Kind, Reference};

/// Attributes of one intersection.
const INTERSECTION_MAX: usize = 8;

pub(in crate::policy) fn attribute(at: &mut Faults<'_>, form: AttributeForm) -> AttributePolicy {
    let name = form.name.get_ref().clone();
    if name.trim().is_empty() || name.contains('*') {
        at.invalid(
            form.name.span(),
            format!("{name:?} is not a name of an attribute"),
            "use a name that is not empty and has no *",
        );
    }
    let kind = form
        .kind
        .as_ref()
        .map(|kind| *kind.get_ref())
        .unwrap_or_default();
    if let (Kind::Multi, Some(kind)) = (kind, &form.kind) {
        at.invalid(
            kind.span(),
            "the kind \"multi\" is not available in this version",
            "list one attribute for each value, or use categorical",
        );
    }
    let bins = match form.bins {
        Some(bins) => {
            if kind != Kind::NumericBinned {
                at.invalid(
                    bins.span(),
                    format!("the attribute {name:?} has bins and is not numeric_binned"),
                    "add kind = \"numeric_binned\" or remove the bins",
                );
            }
            bins_of(at, bins)
        }
        None => {
            if kind == Kind::NumericBinned {
                at.invalid(
                    form.name.span(),
                    format!("the attribute {name:?} is numeric_binned and has no bins"),
                    "add their edges, such as bins = [25, 40, 60]",
                );
            }
            None
        }
    };
    let reference = match form.reference.as_ref().map(|r| r.get_ref().as_str()) {
        None | Some("largest") => Reference::Largest,
        Some("best") => Reference::Best,
        Some("overall") => Reference::Overall,
        Some(value) => Reference::Value(value.to_owned()),
    };
    if let (Reference::Value(value), Some(reference)) = (&reference, &form.reference)
        && value.is_empty()
    {
        at.invalid(
            reference.span(),
            "the reference is empty",
            "use best, overall, largest or the label of a group",
        );
    }
    AttributePolicy {
        spec: AttributeSpec {
            column: column(form.column).unwrap_or_else(|| name.clone()),
            name,
            bins,
        },
        kind,
        reference,
        groups: form
            .groups
            .into_iter()
            .map(|(label, text)| (label, Bilingual::from(text)))
            .collect(),
        unknown: form.unknown,
        basis: form.basis,
        direct_use_reason: form.direct_use_reason,
    }
}

fn bins_of(at: &mut Faults<'_>, bins: Spanned<BinsForm>) -> Option<Bins> {
    let span = bins.span();
    match bins.into_inner() {
        BinsForm::Quantiles(count) => match u32::try_from(count) {
            Ok(count @ 2..=100) => Some(Bins::Quantiles(count)),
            _ => {
                at.invalid(span, format!("{count} bins are asked for"), "use 2 to 100");
                None
            }
        },
        BinsForm::Edges(edges) => {
            let ascending =
                edges.iter().all(|e| e.is_finite()) && edges.windows(2).all(|w| w[0] < w[1]);
            if edges.is_empty() || !ascending {
                at.invalid(
                    span,
                    "the edges of the bins do not ascend",
                    "give at least one number, each above the one before",
                );
            }
            Some(Bins::Edges(edges))
        }
    }
}

pub(in crate::policy) fn intersection(at: &mut Faults<'_>, form: IntersectionForm) -> Intersection {
    let span = form.attributes.span();
    let place = at.place(span.clone());
    let attributes = form.attributes.into_inner();
    let repeated = attributes
        .iter()
        .enumerate()
        .any(|(i, a)| attributes[..i].contains(a));
    let named = (2..=INTERSECTION_MAX).contains(&attributes.len());
    if repeated || !named {
        at.invalid(
            span,
            "an intersection does not name different attributes",
            format!("name 2 to {INTERSECTION_MAX}, each once"),
        );
    }
    let most = attributes.len();
    let given = form.max_depth.as_ref();
    let depth = given.and_then(|depth| usize::try_from(*depth.get_ref()).ok());
    if let Some(asked) = given
        && named
        && !depth.is_some_and(|depth| (2..=most).contains(&depth))
    {
        at.invalid(
            asked.span(),
            format!("max_depth is {} with {most} attributes", asked.get_ref()),
            format!("use 2 to {most}"),
        );
    }
    Intersection {
        attributes,
        max_depth: depth.unwrap_or(most),
        place,
    }
}
