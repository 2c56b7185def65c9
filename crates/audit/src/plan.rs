//! What the command line and the policy together ask for.

use std::collections::HashSet;

use waage_core::quantity::{Quantity, Scheme};
use waage_core::tally::Tally;
use waage_govern::Policy;
use waage_govern::policy::{AttributePolicy, Reference};
use waage_metrics::confusion::Tie;
use waage_metrics::disparity::NAMED;
use waage_metrics::measure::{self, GivenRoles, MissingLabels, ReferenceRule, Request};
use waage_metrics::propensity::is_weighted_score;
use waage_metrics::score::{SCORE_DISPARITIES, SCORES, ScoreDisparity, ScoreMetric, ScoreRequest};
use waage_metrics::{Disparity, Favourable, Metric};
use waage_result::spec::{AttributeSpec, AuditSpec, Cut, RolesSpec};

use crate::AuditError;
use crate::error::fail;

/// The spec with what the policy names filled in; the caller's own words win.
pub fn resolve(spec: &AuditSpec, policy: &Policy) -> AuditSpec {
    let mut resolved = spec.clone();
    let (roles, data) = (&mut resolved.roles, &policy.data);
    let or = |mine: &mut Option<String>, theirs: &Option<String>| {
        if mine.is_none() {
            mine.clone_from(theirs);
        }
    };
    if roles.outcome.is_none() {
        or(&mut roles.label, &data.label);
    }
    or(&mut roles.weight, &data.weight);
    or(&mut roles.id, &data.id);
    or(&mut roles.cluster, &data.cluster);
    or(&mut roles.propensity, &data.propensity);
    for of in &data.membership {
        if !roles.membership.iter().any(|mine| mine.name == of.name) {
            roles.membership.push(of.clone());
        }
    }
    let by_probability: Vec<String> = roles.membership.iter().map(|of| of.name.clone()).collect();
    or(&mut roles.favourable, &data.favourable);
    or(&mut roles.score, &data.score);
    if roles.decision.is_none() && roles.cut.is_none() {
        roles.cut.clone_from(&data.cut);
        if roles.cut.is_none() {
            roles.decision.clone_from(&data.decision);
        }
    }
    or(&mut resolved.filter, &data.filter);
    for attribute in &mut resolved.roles.sensitive {
        if let Some(named) = policy.attributes.iter().find(|a| fits(&a.spec, attribute))
            && attribute.bins.is_none()
        {
            attribute.clone_from(&named.spec);
        }
    }
    let of_columns = |attribute: &&AttributePolicy| !by_probability.contains(&attribute.spec.name);
    for attribute in policy.attributes.iter().filter(of_columns) {
        if !resolved
            .roles
            .sensitive
            .iter()
            .any(|mine| fits(&attribute.spec, mine))
        {
            resolved.roles.sensitive.push(attribute.spec.clone());
        }
    }
    if resolved.roles.stratum.is_empty() {
        resolved.roles.stratum = data
            .stratum
            .iter()
            .map(|column| AttributeSpec::column(column))
            .collect();
    }
    resolved
}

/// Whether a policy's attribute is the one that the caller means.
fn fits(policy: &AttributeSpec, mine: &AttributeSpec) -> bool {
    policy.name == mine.name || policy.column == mine.column
}

/// Options out of range.
pub fn check(spec: &AuditSpec) -> Result<(), AuditError> {
    if !(spec.confidence > 0.5 && spec.confidence < 1.0) {
        return fail(format!(
            "the confidence {} must lie between 0.5 and 1, such as 0.95",
            spec.confidence
        ));
    }
    if spec.memory == 0 {
        return fail(
            "the memory of 0 bytes holds nothing: give an amount such as 1 GiB".to_owned(),
        );
    }
    if spec.bootstrap > 100_000 {
        return fail(format!(
            "{} bootstrap replicates are more than the limit of 100000; 1000 to 10000 are usual",
            spec.bootstrap
        ));
    }
    if spec.max_clusters == 0 {
        return fail(
            "at most 0 clusters leave no row: raise the limit with --max-clusters".to_owned(),
        );
    }
    let roles = &spec.roles;
    if roles.sensitive.is_empty() && roles.membership.is_empty() {
        return fail(
            "no sensitive attribute was given: name at least one column whose groups are compared, such as --sensitive gender"
                .to_owned(),
        );
    }
    if roles.label.is_none() && roles.decision.is_none() && roles.score.is_none() {
        return fail(
            "nothing to compare was given: name at least one of --label, --decision, --score"
                .to_owned(),
        );
    }
    let mut names: Vec<&str> = roles
        .sensitive
        .iter()
        .chain(&roles.stratum)
        .map(|a| a.name.as_str())
        .collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return fail(format!(
            "the attribute \"{}\" is given twice; name each column once, as sensitive or as stratum",
            twice[0]
        ));
    }
    if let Some(Cut::Threshold(at)) = roles.cut
        && !at.is_finite()
    {
        return fail(format!(
            "the threshold {at} is not a number a score can reach"
        ));
    }
    for attribute in spec.reference.keys() {
        let known = roles.sensitive.iter().map(|a| a.name.as_str());
        let by_probability = roles.membership.iter().map(|of| of.name.as_str());
        let known: Vec<&str> = known.chain(by_probability).collect();
        if !known.contains(&attribute.as_str()) {
            return fail(format!(
                "--reference names \"{attribute}\", which is no sensitive attribute; those are {}",
                known.join(", ")
            ));
        }
    }
    if !(0.0..1.0).contains(&spec.min_share) {
        return fail(format!(
            "the least share {} must lie between 0 and 1, such as 0.02",
            spec.min_share
        ));
    }
    schemes(spec)?;
    if roles.outcome.is_some() {
        // Errors have names of their own.
        return Ok(());
    }
    metrics(spec).map(|_| ())
}

/// Schemes of comparison that are measured only where they are asked for.
const MORE_SCHEMES: [Scheme; 4] = [
    Scheme::ToBest,
    Scheme::Pairwise,
    Scheme::GroupMin,
    Scheme::GroupMax,
];

/// The schemes of comparison asked for beyond the usual four.
fn schemes(spec: &AuditSpec) -> Result<Vec<Scheme>, AuditError> {
    let mut out = Vec::new();
    for name in &spec.schemes {
        let Some(scheme) = MORE_SCHEMES.into_iter().find(|s| s.name() == name) else {
            return Err(AuditError::Option(format!(
                "no further scheme of comparison is called \"{name}\"; there are {}",
                MORE_SCHEMES.map(Scheme::name).join(", ")
            )));
        };
        if !out.contains(&scheme) {
            out.push(scheme);
        }
    }
    Ok(out)
}

/// What the caller asked for by name, `None` for everything.
pub fn metrics(spec: &AuditSpec) -> Result<Option<Vec<Named>>, AuditError> {
    let Some(names) = &spec.metrics else {
        return Ok(None);
    };
    names
        .iter()
        .map(|name| named(name))
        .collect::<Result<_, _>>()
        .map(Some)
}

/// The metric of counts of a name; the error suggests the nearest one.
pub fn metric(name: &str) -> Result<Metric, AuditError> {
    let known = || waage_metrics::CATALOGUE.iter().map(|row| row.quantity.name);
    Metric::parse(name).ok_or_else(|| unknown(name, known))
}

/// What a name of `--metrics` or of a policy's check stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A metric of counts.
    Metric(Metric),
    /// A metric of scores.
    Score(ScoreMetric),
    /// A disparity of counts.
    Disparity(Disparity),
    /// A disparity of scores.
    ScoreDisparity(ScoreDisparity),
}

impl Named {
    /// What a name or an alias stands for.
    pub fn parse(name: &str) -> Option<Self> {
        let metric = Metric::parse(name).map(Self::Metric);
        let score = || ScoreMetric::parse(name).map(Self::Score);
        metric
            .or_else(score)
            .or_else(|| Disparity::parse(name).map(Self::Disparity))
            .or_else(|| ScoreDisparity::parse(name).map(Self::ScoreDisparity))
    }

    /// Its description.
    pub fn quantity(self) -> &'static Quantity {
        match self {
            Self::Metric(metric) => metric.quantity(),
            Self::Score(metric) => metric.quantity(),
            Self::Disparity(disparity) => &disparity.row().quantity,
            Self::ScoreDisparity(disparity) => disparity.quantity(),
        }
    }

    /// Everything that can be asked for.
    fn known() -> impl Iterator<Item = &'static Quantity> {
        let metrics = waage_metrics::CATALOGUE.iter().map(|row| &row.quantity);
        let scores = SCORES.iter().map(|row| &row.quantity);
        let disparities = SCORE_DISPARITIES.iter().map(|row| &row.quantity);
        let named = NAMED.iter().map(|row| &row.quantity);
        metrics.chain(scores).chain(named).chain(disparities)
    }
}

fn named(name: &str) -> Result<Named, AuditError> {
    let known = || Named::known().map(|quantity| quantity.name);
    Named::parse(name).ok_or_else(|| unknown(name, known))
}

/// That no metric has this name, and which names there are.
pub fn unknown<I: Iterator<Item = &'static str>>(name: &str, known: impl Fn() -> I) -> AuditError {
    let nearest = known()
        .map(|k| (strsim::damerau_levenshtein(k, name), k))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map_or_else(String::new, |(_, k)| format!("; did you mean \"{k}\"?"));
    AuditError::Option(format!(
        "no metric is called \"{name}\"{nearest} metrics: {}",
        known().collect::<Vec<_>>().join(", ")
    ))
}

/// Which roles are given.
pub fn given(spec: &AuditSpec) -> GivenRoles {
    given_roles(&spec.roles)
}

/// Which of the roles that metrics need are given.
pub fn given_roles(roles: &RolesSpec) -> GivenRoles {
    GivenRoles {
        label: roles.label.is_some(),
        decision: roles.decision.is_some() || roles.cut.is_some(),
        score: roles.score.is_some(),
    }
}

/// What to measure: what was asked for, else all that the roles allow, and what is judged.
fn measured(spec: &AuditSpec, policy: &Policy) -> Result<Measures, AuditError> {
    let roles = given(spec);
    let judged = |named: Named| {
        let mut checks = policy.checks.iter();
        checks.any(|check| Named::parse(&check.metric) == Some(named))
    };
    let wanted = metrics(spec)?;
    let measured = |named: Named| match &wanted {
        None => true,
        Some(wanted) => wanted.contains(&named) || judged(named),
    };
    let mut metrics = roles.metrics();
    metrics.retain(|metric| measured(Named::Metric(*metric)));
    let mut scores = ScoreRequest::all(roles);
    scores
        .metrics
        .retain(|metric| measured(Named::Score(*metric)));
    scores
        .disparities
        .retain(|disparity| measured(Named::ScoreDisparity(*disparity)));
    let mut disparities = roles.disparities();
    disparities
        .retain(|disparity| disparity.row().in_summary || measured(Named::Disparity(*disparity)));
    Ok(Measures {
        metrics,
        disparities,
        scores,
    })
}

/// What is measured.
struct Measures {
    metrics: Vec<Metric>,
    disparities: Vec<Disparity>,
    scores: ScoreRequest,
}

/// Whether the tally must keep scores: something to measure needs them.
pub fn keeps_scores(spec: &AuditSpec, policy: &Policy) -> Result<bool, AuditError> {
    let Measures {
        metrics, scores, ..
    } = measured(spec, policy)?;
    let needs = |metric: &Metric| metric.quantity().needs_score;
    let asked = crate::ranking::reads_scores(spec, policy);
    Ok(asked || metrics.iter().any(needs) || !scores.is_empty())
}

/// Whether a score metric of labels is to be measured, which propensities weigh.
pub fn weighs_scores(spec: &AuditSpec, policy: &Policy) -> Result<bool, AuditError> {
    let Measures { scores, .. } = measured(spec, policy)?;
    Ok(scores.metrics.iter().any(is_weighted_score))
}

/// What is to be measured on the tally.
pub fn request(
    tally: &Tally,
    spec: &AuditSpec,
    policy: &Policy,
    tie: Tie,
    cut: Option<measure::Cut>,
) -> Result<Request, AuditError> {
    let roles = given(spec);
    let Measures {
        metrics,
        disparities,
        scores,
    } = measured(spec, policy)?;
    let references = spec
        .roles
        .sensitive
        .iter()
        .map(|attribute| {
            if let Some(label) = spec.reference.get(&attribute.name) {
                return ReferenceRule::Named(label.clone());
            }
            let rule = policy.attributes.iter().find(|a| fits(&a.spec, attribute));
            match rule.map(|a| &a.reference) {
                None | Some(Reference::Largest) => ReferenceRule::Largest,
                Some(Reference::Best) => ReferenceRule::Best {
                    min_rows: policy.data.group_min_n,
                },
                Some(Reference::Overall) => ReferenceRule::Overall,
                Some(Reference::Value(label)) => ReferenceRule::Named(label.clone()),
            }
        })
        .collect();
    Ok(Request {
        views: views(tally, policy),
        references,
        metrics,
        disparities,
        schemes: schemes(spec)?,
        min_share: match spec.min_share > 0.0 {
            true => spec.min_share,
            false => policy.data.min_share,
        },
        scores,
        roles,
        missing_labels: match spec.roles.propensity {
            Some(_) => MissingLabels::ByPropensity,
            None => MissingLabels::Unexplained,
        },
        level: spec.confidence,
        replicates: spec.bootstrap as usize,
        seed: spec.seed,
        favourable: Favourable::default(),
        tie,
        cut,
    })
}

/// Each attribute alone, the combinations that the policy names, all attributes together.
fn views(tally: &Tally, policy: &Policy) -> Vec<Vec<usize>> {
    let count = tally.sensitive().len();
    let position = |name: &str| tally.sensitive().iter().position(|a| a.name == name);
    let mut views: Vec<Vec<usize>> = (0..count).map(|axis| vec![axis]).collect();
    let mut add = |mut view: Vec<usize>| {
        view.sort_unstable();
        if view.len() > 1 && !views.contains(&view) {
            views.push(view);
        }
    };
    for names in policy.views() {
        add(names.iter().filter_map(|name| position(name)).collect());
    }
    add((0..count).collect());
    views
}

/// The metrics that tables for people show: those that the caller named, else the headline ones.
pub fn headline(spec: &AuditSpec) -> Vec<String> {
    let shown = Shown::of(spec);
    Named::known()
        .filter(|quantity| match &spec.metrics {
            Some(_) => shown.has(quantity.name),
            None => quantity.headline,
        })
        .map(|quantity| quantity.name.to_owned())
        .collect()
}

/// The quantities that are shown: all unless the caller named some.
pub struct Shown(Option<HashSet<&'static str>>);

impl Shown {
    /// All.
    pub const ALL: Self = Self(None);

    /// Those that a spec asks for.
    pub fn of(spec: &AuditSpec) -> Self {
        let of_names = |names: &Vec<String>| {
            let asked = names.iter().filter_map(|name| Named::parse(name));
            let summed = NAMED.iter().filter(|row| row.in_summary);
            let quantities = asked
                .map(Named::quantity)
                .chain(summed.map(|row| &row.quantity));
            quantities.map(|quantity| quantity.name).collect()
        };
        Self(spec.metrics.as_ref().map(of_names))
    }

    /// Whether the quantity of that name is one of them.
    pub fn has(&self, quantity: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.contains(quantity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_out_of_range_are_refused_in_a_sentence() {
        let mut spec = AuditSpec {
            confidence: 95.0,
            ..AuditSpec::default()
        };
        assert!(
            check(&spec)
                .unwrap_err()
                .to_string()
                .contains("such as 0.95")
        );
        spec.confidence = 0.95;
        assert!(
            check(&spec)
                .unwrap_err()
                .to_string()
                .contains("--sensitive")
        );
        spec.roles.sensitive = vec![AttributeSpec::column("gender")];
        assert!(check(&spec).unwrap_err().to_string().contains("--label"));
        spec.roles.label = Some("y".to_owned());
        spec.metrics = Some(vec!["selection_rat".to_owned()]);
        let message = check(&spec).unwrap_err().to_string();
        assert!(
            message.contains("did you mean \"selection_rate\""),
            "{message}"
        );
    }
}
