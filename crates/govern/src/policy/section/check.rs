//! `[[check]]`.

use std::collections::BTreeMap;

use toml::Spanned;
use waage_core::estimate::Method;
use waage_core::quantity::Comparison;
use waage_result::finding::{Bilingual, Margin};

use crate::policy::faults::Faults;
use crate::policy::form::{CheckForm, MarginForm};
use crate::policy::{Check, CheckPlaces, Correction, Op, Target};

pub(in crate::policy) fn check(
    at: &mut Faults<'_>,
    form: CheckForm,
    families: &BTreeMap<String, Correction>,
) -> Check {
    if !is_check_id(form.id.get_ref()) {
        at.invalid(
            form.id.span(),
            format!("{:?} is not an id of a check", form.id.get_ref()),
            "use 2 to 8 capital letters, a hyphen and 2 to 4 digits, such as FAIR-01",
        );
    }
    let comparison = Comparison::from(*form.comparison.get_ref());
    let op = *form.op.get_ref();
    let margin = margin(at, &form.margin, op);
    if comparison == Comparison::Difference && matches!(op, Op::AtLeast | Op::More) {
        at.invalid(
            form.op.span(),
            format!(
                "a difference is judged in both directions, and op = {:?} would ask for a gap",
                op.name()
            ),
            "use \"<=\", or \"between\" with a signed margin [low, high]",
        );
    }
    if let Some(scheme) = &form.scheme
        && comparison == Comparison::None
    {
        at.invalid(
            scheme.span(),
            "a scheme says with what groups are compared, and this check compares nothing",
            "leave it out, or use comparison = \"difference\" or \"ratio\"",
        );
    }
    let top_k = form.top_k.and_then(|given| {
        let found = u64::try_from(*given.get_ref()).ok().filter(|k| *k > 0);
        if found.is_none() {
            at.invalid(
                given.span(),
                format!("top_k is {}", given.get_ref()),
                "name a number of first places of at least 1, such as 100",
            );
        }
        found
    });
    let confidence = form
        .confidence
        .as_ref()
        .map_or(0.95, |level| *level.get_ref());
    if let Some(level) = &form.confidence
        && !(confidence > 0.5 && confidence < 1.0)
    {
        at.invalid(
            level.span(),
            format!("the confidence is {confidence}"),
            "use a number above 0.5 and below 1, such as 0.95",
        );
    }
    let interval = form.interval.as_ref().and_then(|name| {
        let allowed = methods(comparison);
        let method = allowed
            .iter()
            .find(|method| method.name() == name.get_ref());
        if method.is_none() {
            let names = allowed.iter().map(|method| method.name());
            at.unknown(name, "interval for this comparison", names);
        }
        method.copied()
    });
    let family = form.family.filter(|name| name.get_ref() != "none");
    if let Some(name) = &family
        && !families.contains_key(name.get_ref())
        && !at.left_out.contains("family")
    {
        at.unknown(name, "family", families.keys().map(String::as_str));
    }
    let attribute = form.attribute.get_ref();
    let parts: Vec<&str> = attribute.split('*').collect();
    let repeated = parts
        .iter()
        .enumerate()
        .any(|(i, part)| parts[..i].contains(part));
    if repeated || parts.iter().any(|part| part.trim().is_empty()) {
        at.invalid(
            form.attribute.span(),
            format!("{attribute:?} names no attribute"),
            "name one, or several different ones joined by *",
        );
    }
    Check {
        places: Some(CheckPlaces {
            metric: at.place(form.metric.span()),
            attribute: at.place(form.attribute.span()),
            margin: at.place(form.margin.span()),
            comparison: at.place(form.comparison.span()),
        }),
        id: form.id.into_inner(),
        metric: form.metric.into_inner(),
        comparison,
        scheme: form.scheme.map(Spanned::into_inner),
        top_k,
        attribute: Target::Named(form.attribute.into_inner()),
        op,
        margin,
        confidence,
        interval,
        decide: form.decide,
        equivalence: form.equivalence,
        family: family.map(Spanned::into_inner),
        severity: form.severity,
        why: form.why.map(Bilingual::from),
        risk: form.risk.into_iter().collect(),
        gates: form.gates.into_iter().collect(),
    }
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

/// One limit, or two with `between`; what was given where that makes no sense.
fn margin(at: &mut Faults<'_>, form: &Spanned<MarginForm>, op: Op) -> Margin {
    let margin = match *form.get_ref() {
        MarginForm::One(limit) => Margin::One(limit),
        MarginForm::Between(limits) => Margin::Between(limits),
    };
    match (margin, op) {
        (Margin::Between([low, high]), Op::Between)
            if low.is_finite() && high.is_finite() && low < high => {}
        (Margin::One(limit), op) if op != Op::Between && limit.is_finite() => {}
        (_, Op::Between) => at.invalid(
            form.span(),
            "op = \"between\" needs two ascending numbers",
            "write margin = [low, high]",
        ),
        (_, op) => at.invalid(
            form.span(),
            format!("op = {:?} needs one finite number", op.name()),
            "write margin = 0.1, or op = \"between\" for two",
        ),
    }
    margin
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
            Method::WilsonMapped,
            Method::MoverWilson,
            Method::Normal,
            Method::BootstrapPercentile,
            Method::BootstrapBca,
        ],
        Comparison::Difference => &[
            Method::Newcombe,
            Method::AgrestiCaffo,
            Method::MiettinenNurminen,
            Method::MoverWilson,
            Method::Normal,
            Method::BootstrapPercentile,
            Method::BootstrapBca,
            Method::MaxT,
        ],
        Comparison::Ratio => &[
            Method::Koopman,
            Method::KatzLog,
            Method::KatzWalters,
            Method::Mover,
            Method::BootstrapPercentile,
            Method::BootstrapBca,
            Method::MaxT,
        ],
    }
}
