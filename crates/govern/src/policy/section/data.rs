//! `[data]`.

use std::ops::Range;

use toml::Spanned;
use waage_result::spec::{Cut, MembershipSpec};

use crate::policy::DataPolicy;
use crate::policy::faults::Faults;
use crate::policy::form::{DataForm, Decimal, Names};

/// An optional column: an empty string means that there is none.
pub(super) fn column(name: Option<String>) -> Option<String> {
    name.filter(|name| !name.trim().is_empty())
}

/// A whole number of at least `least`.
fn whole(
    at: &mut Faults<'_>,
    value: Option<Spanned<i64>>,
    key: &str,
    least: u64,
    default: u64,
) -> u64 {
    let Some(value) = value else {
        return default;
    };
    let given = *value.get_ref();
    let found = u64::try_from(given).ok().filter(|v| *v >= least);
    if found.is_none() {
        at.invalid(
            value.span(),
            format!("{key} is {given}"),
            format!("use a whole number of at least {least}"),
        );
    }
    found.unwrap_or(default)
}

/// A value of the decision: text, a bool or a whole number.
fn favourable(at: &mut Faults<'_>, value: Option<Spanned<toml::Value>>) -> Option<String> {
    let value = value?;
    match value.get_ref() {
        toml::Value::String(text) => column(Some(text.clone())),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        _ => {
            at.invalid(
                value.span(),
                "favourable is no value of a decision",
                "give 0, 1, or a value of the decision column in quotes",
            );
            None
        }
    }
}

/// An attribute given by a column of probabilities for each of its groups.
fn membership(at: &mut Faults<'_>, name: String, columns: Spanned<Vec<String>>) -> MembershipSpec {
    let given = columns.get_ref();
    let empty = given.iter().any(|column| column.trim().is_empty());
    if given.len() < 2 || empty || name.trim().is_empty() || name.contains('*') {
        at.invalid(
            columns.span(),
            format!("the membership {name:?} does not name a column for each of its groups"),
            "list two or more columns of probabilities, such as race = [\"p_white\", \"p_black\"]",
        );
    }
    MembershipSpec {
        name,
        columns: columns.into_inner(),
    }
}

pub(in crate::policy) fn data(at: &mut Faults<'_>, form: DataForm) -> DataPolicy {
    let mut cuts: Vec<(Range<usize>, Cut)> = Vec::new();
    if let Some(threshold) = form.threshold {
        let (span, value) = (threshold.span(), threshold.into_inner());
        if !value.is_finite() {
            at.invalid(
                span.clone(),
                "threshold is not a finite number",
                "give the least score that is selected",
            );
        }
        cuts.push((span, Cut::Threshold(value)));
    }
    if let Some(top_k) = form.top_k {
        let span = top_k.span();
        cuts.push((span, Cut::TopK(whole(at, Some(top_k), "top_k", 1, 1))));
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
            at.invalid(
                span.clone(),
                format!("top_fraction is {text}"),
                "use a decimal number above 0 and at most 1, such as 0.3",
            );
        }
        cuts.push((span, Cut::TopFraction(text)));
    }
    let score = column(form.score);
    if let Some((span, _)) = cuts.get(1) {
        at.invalid(
            span.clone(),
            "the score is cut twice",
            "keep one of threshold, top_k and top_fraction",
        );
    }
    if let (Some((span, _)), None) = (cuts.first(), &score) {
        at.invalid(
            span.clone(),
            "a cut is given without a score",
            "name the score's column: score = \"…\"",
        );
    }
    let decision = form
        .decision
        .filter(|name| !name.get_ref().trim().is_empty());
    if let (Some(_), Some(decision)) = (cuts.first(), &decision) {
        at.invalid(
            decision.span(),
            "decisions are given both as a column and as a cut of the score",
            "keep one of them",
        );
    }
    let stratum = match form.stratum {
        None => Vec::new(),
        Some(Names::One(name)) => column(Some(name)).into_iter().collect(),
        Some(Names::Many(names)) => names
            .into_iter()
            .filter_map(|name| column(Some(name)))
            .collect(),
    };
    let min_share = match form.min_share {
        None => 0.0,
        Some(share) if (0.0..1.0).contains(share.get_ref()) => share.into_inner(),
        Some(share) => {
            at.invalid(
                share.span(),
                format!("min_share is {}", share.get_ref()),
                "use a share of the rows from 0 to below 1, such as 0.02",
            );
            0.0
        }
    };
    let membership = form
        .membership
        .into_iter()
        .map(|(name, columns)| membership(at, name, columns))
        .collect();
    let default = DataPolicy::default();
    DataPolicy {
        label: column(form.label),
        score,
        decision: decision.map(Spanned::into_inner),
        cut: cuts.pop().map(|(_, cut)| cut),
        weight: column(form.weight),
        id: column(form.id),
        favourable: favourable(at, form.favourable),
        cluster: column(form.cluster),
        propensity: column(form.propensity),
        membership,
        stratum,
        filter: column(form.r#where),
        group_min_n: whole(at, form.group_min_n, "group_min_n", 1, default.group_min_n),
        group_min_events: whole(
            at,
            form.group_min_events,
            "group_min_events",
            0,
            default.group_min_events,
        ),
        min_share,
        features: form.features.into_iter().collect(),
        special_categories: form.special_categories,
    }
}
