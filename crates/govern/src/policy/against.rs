//! What only the catalogue and the data can tell of a policy: whether its names exist and its
//! margins are possible.

use waage_core::quantity::{Comparison, Quantity};
use waage_result::finding::Margin;

use super::{Check, IMPACT_RATIO, Op, Policy, Target, is_impact_ratio};
use crate::error::{Place, PolicyError, did_you_mean};

impl Policy {
    /// Checks the policy against the catalogue of metrics and the names of the sensitive attributes
    /// (those of the policy's own `[[attribute]]` count in any case); call it before reading data.
    ///
    /// # Errors
    /// [`PolicyError`]: a metric that the catalogue does not have, a margin outside its range, a
    /// ratio of a metric that may be negative, or an attribute that is not sensitive.
    pub fn check_against(
        &self,
        catalogue: &[&'static Quantity],
        sensitive: &[String],
    ) -> Result<(), PolicyError> {
        self.faults_against(catalogue, sensitive)
            .into_iter()
            .next()
            .map_or(Ok(()), Err)
    }

    /// Every such error.
    pub(super) fn faults_against(
        &self,
        catalogue: &[&'static Quantity],
        sensitive: &[String],
    ) -> Vec<PolicyError> {
        let mut faults = Vec::new();
        let known: Vec<&str> = sensitive
            .iter()
            .map(String::as_str)
            .chain(
                self.attributes
                    .iter()
                    .map(|a| a.spec.name.as_str())
                    .filter(|name| !sensitive.iter().any(|s| s == name)),
            )
            .collect();
        for check in &self.checks {
            let fault = check_comparison(check).err();
            match quantity(check, catalogue) {
                Err(error) => faults.push(error),
                Ok(quantity) => {
                    let own = check_only(check, quantity);
                    if fault.is_none() && own.is_ok() {
                        faults.extend(check_margin(check, quantity).err());
                    }
                    // What an impact ratio compares is said once.
                    faults.extend(own.err().filter(|_| fault.is_none()));
                    faults.extend(check_first_places(check, quantity).err());
                }
            }
            faults.extend(fault);
            if let Target::Named(name) = &check.attribute {
                let place = || place(check, |p| &p.attribute);
                faults.extend(check_names(name.split('*'), &known, place).err());
            }
        }
        for intersection in &self.intersections {
            let names = intersection.attributes.iter().map(String::as_str);
            faults.extend(check_names(names, &known, || intersection.place.clone()).err());
        }
        faults
    }
}

/// The place of a part of a check; the built-in policy has none.
fn place(check: &Check, part: impl Fn(&super::CheckPlaces) -> &Place) -> Place {
    check.places.as_ref().map_or_else(
        || Place {
            file: format!("built-in policy, {}", check.id),
            line: 1,
            column: 1,
        },
        |places| part(places).clone(),
    )
}

fn quantity(
    check: &Check,
    catalogue: &[&'static Quantity],
) -> Result<&'static Quantity, PolicyError> {
    if let Some(quantity) = catalogue.iter().find(|q| q.name == check.metric) {
        return Ok(quantity);
    }
    let alias = catalogue
        .iter()
        .find(|q| q.aliases.contains(&check.metric.as_str()));
    Err(PolicyError::Unknown {
        place: place(check, |p| &p.metric),
        kind: "metric",
        name: check.metric.clone(),
        hint: match alias {
            Some(quantity) => format!("here it is called {:?}", quantity.name),
            None => did_you_mean(&check.metric, catalogue.iter().map(|q| q.name)),
        },
    })
}

/// An impact ratio says itself what it compares.
fn check_comparison(check: &Check) -> Result<(), PolicyError> {
    if !is_impact_ratio(&check.metric)
        || (check.comparison == Comparison::Ratio && check.scheme.is_none())
    {
        return Ok(());
    }
    let rate = match check.metric == IMPACT_RATIO {
        true => "selection",
        false => "scoring",
    };
    Err(PolicyError::Invalid {
        place: place(check, |p| &p.comparison),
        what: format!(
            "{} is itself a ratio to the group with the highest {rate} rate",
            check.metric
        ),
        mend: "use comparison = \"ratio\" and no scheme".to_owned(),
    })
}

/// A quantity that is measured in one comparison alone.
fn check_only(check: &Check, quantity: &Quantity) -> Result<(), PolicyError> {
    let Some(only) = quantity.only else {
        return Ok(());
    };
    if check.comparison == only && check.scheme.is_none() {
        return Ok(());
    }
    let what = match only {
        Comparison::None => "is judged by its value",
        Comparison::Ratio => "is itself a ratio to the reference",
        Comparison::Difference => "is itself a difference",
    };
    Err(PolicyError::Invalid {
        place: place(check, |p| &p.comparison),
        what: format!("{} {what}", quantity.name),
        mend: format!("use comparison = {:?} and no scheme", only.name()),
    })
}

/// The number of first places, where the quantity counts groups among some.
fn check_first_places(check: &Check, quantity: &Quantity) -> Result<(), PolicyError> {
    let (what, mend) = match (quantity.of_first_places, check.top_k) {
        (true, None) => (
            "is told of a number of first places",
            "add top_k to the check, such as top_k = 100",
        ),
        (false, Some(_)) => (
            "is not told of a number of first places",
            "leave top_k out of the check",
        ),
        _ => return Ok(()),
    };
    Err(PolicyError::Invalid {
        place: place(check, |p| &p.metric),
        what: format!("{} {what}", quantity.name),
        mend: mend.to_owned(),
    })
}

fn check_margin(check: &Check, quantity: &Quantity) -> Result<(), PolicyError> {
    let (low, high) = quantity.range;
    if check.comparison == Comparison::Ratio && low.is_none_or(|low| low < 0.0) {
        return Err(PolicyError::Invalid {
            place: place(check, |p| &p.comparison),
            what: format!(
                "a ratio of {} is not defined, because it may be negative",
                quantity.name
            ),
            mend: "use comparison = \"difference\"".to_owned(),
        });
    }
    let (least, greatest) = match check.comparison {
        Comparison::None => (low, high),
        Comparison::Ratio => (Some(0.0), None),
        Comparison::Difference => {
            let width = high.zip(low).map(|(high, low)| high - low);
            let least = if check.op == Op::Between {
                width.map(|w| -w)
            } else {
                Some(0.0)
            };
            (least, width)
        }
    };
    // A gap of at most 0, or a ratio of at least 0, would decide before any row is read.
    let open = check.op != Op::Between && check.comparison != Comparison::None;
    let inside = |limit: f64| {
        least.is_none_or(|least| if open { limit > least } else { limit >= least })
            && greatest.is_none_or(|greatest| limit <= greatest)
    };
    let limits = match check.margin {
        Margin::One(limit) => vec![limit],
        Margin::Between(limits) => limits.to_vec(),
    };
    if limits.iter().all(|limit| inside(*limit)) {
        return Ok(());
    }
    let bound = |bound: Option<f64>, word: &str| bound.map(|b| format!("{word} {b}"));
    let range = [
        bound(least, if open { "above" } else { "at least" }),
        bound(greatest, "at most"),
    ];
    Err(PolicyError::Invalid {
        place: place(check, |p| &p.margin),
        what: format!(
            "the margin {} lies outside what a {} of {} can be",
            limits
                .iter()
                .map(f64::to_string)
                .collect::<Vec<_>>()
                .join(" to "),
            if check.comparison == Comparison::None {
                "value"
            } else {
                check.comparison.name()
            },
            quantity.name
        ),
        mend: format!(
            "use a number {}",
            range
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" and ")
        ),
    })
}

fn check_names<'a>(
    names: impl Iterator<Item = &'a str>,
    known: &[&str],
    place: impl Fn() -> Place,
) -> Result<(), PolicyError> {
    for name in names {
        if !known.contains(&name) {
            return Err(PolicyError::Unknown {
                place: place(),
                kind: "attribute",
                name: name.to_owned(),
                hint: format!(
                    "{}; list it as [[attribute]] or name its column as sensitive",
                    did_you_mean(name, known.iter().copied())
                ),
            });
        }
    }
    Ok(())
}
