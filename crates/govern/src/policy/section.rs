//! Each section of the file on its own: from what is written to what is meant.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use waage_core::estimate::Method;
use waage_core::quantity::Comparison;
use waage_result::finding::{Bilingual, Margin, Severity};
use waage_result::spec::{AttributeSpec, Bins, Cut};

use super::form::{
    AttributeForm, BinsForm, CheckForm, DataForm, Decimal, IntersectionForm, MarginForm, Names,
    WaiverForm,
};
use super::read::Text;
use super::{
    AttributePolicy, Check, CheckPlaces, Correction, DataPolicy, Intersection, Kind, Op, Reference,
    Target, Waiver,
};
use crate::error::PolicyError;

/// Shortest justification of a waiver, in characters.
const JUSTIFICATION_MIN: usize = 40;
/// Longest life of a waiver, in days.
const WAIVER_DAYS_MAX: i32 = 180;
/// The same for a critical check.
const WAIVER_DAYS_MAX_CRITICAL: i32 = 90;
/// Attributes of one intersection.
const INTERSECTION_MAX: usize = 8;

/// An optional column: an empty string means that there is none.
fn column(name: Option<String>) -> Option<String> {
    name.filter(|name| !name.trim().is_empty())
}

/// A whole number of at least `least`.
fn whole(
    at: Text<'_>,
    value: Option<Spanned<i64>>,
    key: &str,
    least: u64,
    default: u64,
) -> Result<u64, PolicyError> {
    let Some(value) = value else {
        return Ok(default);
    };
    let given = *value.get_ref();
    u64::try_from(given)
        .ok()
        .filter(|v| *v >= least)
        .ok_or_else(|| {
            at.invalid(
                value.span(),
                format!("{key} is {given}"),
                format!("use a whole number of at least {least}"),
            )
        })
}

pub(super) fn data(at: Text<'_>, form: DataForm) -> Result<DataPolicy, PolicyError> {
    let mut cuts: Vec<(Range<usize>, Cut)> = Vec::new();
    if let Some(threshold) = form.threshold {
        let (span, value) = (threshold.span(), threshold.into_inner());
        if !value.is_finite() {
            return Err(at.invalid(
                span,
                "threshold is not a finite number",
                "give the least score that is selected",
            ));
        }
        cuts.push((span, Cut::Threshold(value)));
    }
    if let Some(top_k) = form.top_k {
        let span = top_k.span();
        cuts.push((span, Cut::TopK(whole(at, Some(top_k), "top_k", 1, 1)?)));
    }
    if let Some(fraction) = form.top_fraction {
        let span = fraction.span();
        let text = match fraction.into_inner() {
            Decimal::Number(number) => number.to_string(),
            Decimal::Text(text) => text.trim().to_owned(),
        };
        let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let share = text
            .parse::<f64>()
            .ok()
            .filter(|share| plain && *share > 0.0 && *share <= 1.0);
        if share.is_none() {
            return Err(at.invalid(
                span,
                format!("top_fraction is {text}"),
                "use a decimal number above 0 and at most 1, such as 0.3",
            ));
        }
        cuts.push((span, Cut::TopFraction(text)));
    }
    let score = column(form.score);
    if let Some((span, _)) = cuts.get(1) {
        return Err(at.invalid(
            span.clone(),
            "the score is cut twice",
            "keep one of threshold, top_k and top_fraction",
        ));
    }
    if let (Some((span, _)), None) = (cuts.first(), &score) {
        return Err(at.invalid(
            span.clone(),
            "a cut is given without a score",
            "name the score's column: score = \"…\"",
        ));
    }
    let decision = form
        .decision
        .filter(|name| !name.get_ref().trim().is_empty());
    if let (Some(_), Some(decision)) = (cuts.first(), &decision) {
        return Err(at.invalid(
            decision.span(),
            "decisions are given both as a column and as a cut of the score",
            "keep one of them",
        ));
    }
    let stratum = match form.stratum {
        None => Vec::new(),
        Some(Names::One(name)) => column(Some(name)).into_iter().collect(),
        Some(Names::Many(names)) => names
            .into_iter()
            .filter_map(|name| column(Some(name)))
            .collect(),
    };
    let default = DataPolicy::default();
    Ok(DataPolicy {
        label: column(form.label),
        score,
        decision: decision.map(Spanned::into_inner),
        cut: cuts.pop().map(|(_, cut)| cut),
        weight: column(form.weight),
        id: column(form.id),
        stratum,
        filter: column(form.r#where),
        group_min_n: whole(at, form.group_min_n, "group_min_n", 1, default.group_min_n)?,
        group_min_events: whole(
            at,
            form.group_min_events,
            "group_min_events",
            0,
            default.group_min_events,
        )?,
        special_categories: form.special_categories,
    })
}

pub(super) fn attribute(at: Text<'_>, form: AttributeForm) -> Result<AttributePolicy, PolicyError> {
    let name = form.name.get_ref().clone();
    if name.trim().is_empty() || name.contains('*') {
        return Err(at.invalid(
            form.name.span(),
            format!("{name:?} is not a name of an attribute"),
            "use a name that is not empty and has no *",
        ));
    }
    let kind = form
        .kind
        .as_ref()
        .map(|kind| *kind.get_ref())
        .unwrap_or_default();
    if let (Kind::Multi, Some(kind)) = (kind, &form.kind) {
        return Err(at.invalid(
            kind.span(),
            "the kind \"multi\" is not available in this version",
            "list one attribute for each value, or use categorical",
        ));
    }
    let bins = match form.bins {
        Some(bins) => {
            if kind != Kind::NumericBinned {
                return Err(at.invalid(
                    bins.span(),
                    format!("the attribute {name:?} has bins and is not numeric_binned"),
                    "add kind = \"numeric_binned\" or remove the bins",
                ));
            }
            Some(bins_of(at, bins)?)
        }
        None if kind == Kind::NumericBinned => {
            return Err(at.invalid(
                form.name.span(),
                format!("the attribute {name:?} is numeric_binned and has no bins"),
                "add their edges, such as bins = [25, 40, 60]",
            ));
        }
        None => None,
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
        return Err(at.invalid(
            reference.span(),
            "the reference is empty",
            "use best, overall, largest or the label of a group",
        ));
    }
    Ok(AttributePolicy {
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
    })
}

fn bins_of(at: Text<'_>, bins: Spanned<BinsForm>) -> Result<Bins, PolicyError> {
    let span = bins.span();
    match bins.into_inner() {
        BinsForm::Quantiles(count) => match u32::try_from(count) {
            Ok(count @ 2..=100) => Ok(Bins::Quantiles(count)),
            _ => Err(at.invalid(span, format!("{count} bins are asked for"), "use 2 to 100")),
        },
        BinsForm::Edges(edges) => {
            let ascending =
                edges.iter().all(|e| e.is_finite()) && edges.windows(2).all(|w| w[0] < w[1]);
            if edges.is_empty() || !ascending {
                return Err(at.invalid(
                    span,
                    "the edges of the bins do not ascend",
                    "give at least one number, each above the one before",
                ));
            }
            Ok(Bins::Edges(edges))
        }
    }
}

pub(super) fn intersection(
    at: Text<'_>,
    form: IntersectionForm,
) -> Result<Intersection, PolicyError> {
    let span = form.attributes.span();
    let place = at.place(span.clone());
    let attributes = form.attributes.into_inner();
    let repeated = attributes
        .iter()
        .enumerate()
        .any(|(i, a)| attributes[..i].contains(a));
    if repeated || !(2..=INTERSECTION_MAX).contains(&attributes.len()) {
        return Err(at.invalid(
            span,
            "an intersection does not name different attributes",
            format!("name 2 to {INTERSECTION_MAX}, each once"),
        ));
    }
    let depth = match form.max_depth {
        None => attributes.len(),
        Some(depth) => match usize::try_from(*depth.get_ref()) {
            Ok(depth) if (2..=attributes.len()).contains(&depth) => depth,
            _ => {
                return Err(at.invalid(
                    depth.span(),
                    format!(
                        "max_depth is {} with {} attributes",
                        depth.get_ref(),
                        attributes.len()
                    ),
                    format!("use 2 to {}", attributes.len()),
                ));
            }
        },
    };
    Ok(Intersection {
        attributes,
        max_depth: depth,
        place,
    })
}

pub(super) fn check(
    at: Text<'_>,
    form: CheckForm,
    families: &BTreeMap<String, Correction>,
) -> Result<Check, PolicyError> {
    if !is_check_id(form.id.get_ref()) {
        return Err(at.invalid(
            form.id.span(),
            format!("{:?} is not an id of a check", form.id.get_ref()),
            "use 2 to 8 capital letters, a hyphen and 2 to 4 digits, such as FAIR-01",
        ));
    }
    let comparison = Comparison::from(*form.comparison.get_ref());
    let op = *form.op.get_ref();
    let margin = margin(at, &form.margin, op)?;
    if comparison == Comparison::Difference && matches!(op, Op::AtLeast | Op::More) {
        return Err(at.invalid(
            form.op.span(),
            format!(
                "a difference is judged in both directions, and op = {:?} would ask for a gap",
                op.name()
            ),
            "use \"<=\", or \"between\" with a signed margin [low, high]",
        ));
    }
    let confidence = match &form.confidence {
        None => 0.95,
        Some(level) if *level.get_ref() > 0.5 && *level.get_ref() < 1.0 => *level.get_ref(),
        Some(level) => {
            return Err(at.invalid(
                level.span(),
                format!("the confidence is {}", level.get_ref()),
                "use a number above 0.5 and below 1, such as 0.95",
            ));
        }
    };
    let interval = match &form.interval {
        None => None,
        Some(name) => {
            let allowed = methods(comparison);
            let method = allowed
                .iter()
                .copied()
                .find(|method| method.name() == name.get_ref());
            if method.is_none() {
                return Err(at.unknown(
                    name,
                    "interval for this comparison",
                    allowed.iter().map(|m| m.name()),
                ));
            }
            method
        }
    };
    let family = match form.family {
        Some(name) if name.get_ref() == "none" => None,
        Some(name) if families.contains_key(name.get_ref()) => Some(name.into_inner()),
        Some(name) => return Err(at.unknown(&name, "family", families.keys().map(String::as_str))),
        None => None,
    };
    let attribute = form.attribute.get_ref();
    let parts: Vec<&str> = attribute.split('*').collect();
    let repeated = parts
        .iter()
        .enumerate()
        .any(|(i, part)| parts[..i].contains(part));
    if repeated || parts.iter().any(|part| part.trim().is_empty()) {
        return Err(at.invalid(
            form.attribute.span(),
            format!("{attribute:?} names no attribute"),
            "name one, or several different ones joined by *",
        ));
    }
    Ok(Check {
        places: Some(CheckPlaces {
            metric: at.place(form.metric.span()),
            attribute: at.place(form.attribute.span()),
            margin: at.place(form.margin.span()),
            comparison: at.place(form.comparison.span()),
        }),
        id: form.id.into_inner(),
        metric: form.metric.into_inner(),
        comparison,
        attribute: Target::Named(form.attribute.into_inner()),
        op,
        margin,
        confidence,
        interval,
        decide: form.decide,
        family,
        severity: form.severity,
        why: form.why.map(Bilingual::from),
        risk: form.risk.into_iter().collect(),
        gates: form.gates.into_iter().collect(),
    })
}

/// `^[A-Z]{2,8}-[0-9]{2,4}$`.
fn is_check_id(id: &str) -> bool {
    id.split_once('-').is_some_and(|(letters, digits)| {
        (2..=8).contains(&letters.len())
            && letters.bytes().all(|b| b.is_ascii_uppercase())
            && (2..=4).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

/// One limit, or two with `between`.
fn margin(at: Text<'_>, form: &Spanned<MarginForm>, op: Op) -> Result<Margin, PolicyError> {
    match (*form.get_ref(), op) {
        (MarginForm::Between([low, high]), Op::Between)
            if low.is_finite() && high.is_finite() && low < high =>
        {
            Ok(Margin::Between([low, high]))
        }
        (MarginForm::One(limit), op) if op != Op::Between && limit.is_finite() => {
            Ok(Margin::One(limit))
        }
        (_, Op::Between) => Err(at.invalid(
            form.span(),
            "op = \"between\" needs two ascending numbers",
            "write margin = [low, high]",
        )),
        (_, op) => Err(at.invalid(
            form.span(),
            format!("op = {:?} needs one finite number", op.name()),
            "write margin = 0.1, or op = \"between\" for two",
        )),
    }
}

/// Interval methods that a check of this comparison may name.
const fn methods(comparison: Comparison) -> &'static [Method] {
    match comparison {
        Comparison::None => &[
            Method::Wilson,
            Method::WilsonCc,
            Method::ClopperPearson,
            Method::Jeffreys,
            Method::AgrestiCoull,
            Method::Normal,
            Method::BootstrapPercentile,
        ],
        Comparison::Difference => &[
            Method::Newcombe,
            Method::AgrestiCaffo,
            Method::MiettinenNurminen,
            Method::Normal,
            Method::BootstrapPercentile,
        ],
        Comparison::Ratio => &[
            Method::Koopman,
            Method::KatzLog,
            Method::KatzWalters,
            Method::Mover,
            Method::BootstrapPercentile,
        ],
    }
}

pub(super) fn waiver(
    at: Text<'_>,
    form: WaiverForm,
    checks: &[Check],
) -> Result<Waiver, PolicyError> {
    let Some(check) = checks
        .iter()
        .find(|check| check.id == *form.check.get_ref())
    else {
        return Err(at.unknown(
            &form.check,
            "check",
            checks.iter().map(|check| check.id.as_str()),
        ));
    };
    let control = match form.compensating_control {
        Some(control) if !control.get_ref().trim().is_empty() => control.into_inner(),
        other => {
            return Err(at.invalid(
                other.map_or_else(|| form.id.span(), |control| control.span()),
                format!(
                    "the waiver {:?} has no compensating control",
                    form.id.get_ref()
                ),
                "say in compensating_control what is done instead",
            ));
        }
    };
    let length = form.justification.get_ref().trim().chars().count();
    if length < JUSTIFICATION_MIN {
        return Err(at.invalid(
            form.justification.span(),
            format!("the justification has {length} characters"),
            format!("give the reason in at least {JUSTIFICATION_MIN}"),
        ));
    }
    if form
        .approved_by
        .get_ref()
        .iter()
        .all(|name| name.trim().is_empty())
    {
        return Err(at.invalid(
            form.approved_by.span(),
            "nobody approved the waiver",
            "name at least one person in approved_by",
        ));
    }
    let days = form.expires.get_ref().days_since(&form.created);
    let most = if check.severity == Severity::Critical {
        WAIVER_DAYS_MAX_CRITICAL
    } else {
        WAIVER_DAYS_MAX
    };
    if days < 0 || days > most {
        return Err(at.invalid(
            form.expires.span(),
            if days < 0 {
                "the waiver expires before it was created".to_owned()
            } else {
                format!("the waiver lasts {days} days")
            },
            format!(
                "a check of severity {} is waived for at most {most} days after created",
                check.severity.name()
            ),
        ));
    }
    Ok(Waiver {
        id: form.id.into_inner(),
        check: form.check.into_inner(),
        attribute: form.scope.attribute,
        group: form.scope.group,
        justification: form.justification.into_inner(),
        compensating_control: control,
        approved_by: form.approved_by.into_inner().into_iter().collect(),
        created: form.created,
        expires: form.expires.into_inner(),
    })
}
