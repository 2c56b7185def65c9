//! The forest plot of groups that are known by probabilities alone: each gap with all that it may be.

use waage_result::document::AuditResult;
use waage_result::text::Catalogue;
use waage_result::unknown::{MembershipGroup, MembershipResult};

use crate::Options;
use crate::disparities::select;
use crate::error::ChartError;
use crate::figure::Figure;
use crate::font;
use crate::forest::Forest;
use crate::frame::{Names, row_height};
use crate::panel::Panel;
use crate::view::{GROUPS_MAX, hidden_note};

/// The figure of an attribute, unless there is nothing to compare or the reference group is hidden.
pub(crate) fn figure(
    result: &AuditResult,
    found: &MembershipResult,
    options: &Options,
    id: String,
    words: &Catalogue,
) -> Result<Option<Figure>, ChartError> {
    let (groups, total) = shown(found);
    if !groups.iter().any(|g| g.group == found.reference) {
        return Ok(None);
    }
    let of_groups = (groups.as_slice(), options.hide_below);
    let panel = |what| Panel::of_memberships(result, found, of_groups, what, words);
    let panels = select(result, &found.attribute, panel);
    if panels.is_empty() {
        return Ok(None);
    }
    let labels: Vec<String> = groups.iter().map(|g| font::name(&g.group)).collect();
    let rows: Vec<(&str, u64, bool)> = groups
        .iter()
        .zip(&labels)
        .map(|(group, label)| {
            let expected = group.expected.unwrap_or(0.0).round() as u64;
            (label.as_str(), expected, group.group == found.reference)
        })
        .collect();
    let mut notes = vec![words.text("chart.membership_note").to_owned()];
    if groups.len() < total {
        let (shown, total) = (
            words.integer(groups.len() as u64),
            words.integer(total as u64),
        );
        let counts = [("shown", shown.as_str()), ("total", &total)];
        notes.push(words.fill("chart.membership_limited", &counts));
    }
    notes.extend(hidden_note(found.groups.len() - total, words));
    let confidence = words.percent(result.settings.confidence, 0);
    let (title, reference) = (font::name(&found.attribute), font::name(&found.reference));
    let attribute = ("attribute", title.as_str());
    let compared = ("reference", reference.as_str());
    let forest = Forest {
        id,
        title: words.fill("chart.membership_title", &[attribute]),
        subtitle: words.fill(
            "chart.membership_subtitle",
            &[compared, ("confidence", &confidence)],
        ),
        confidence: &confidence,
        names: Names::new(&rows, row_height(rows.len()), words),
        labels: labels.iter().map(String::as_str).collect(),
        panels,
        notes,
        alt: ("chart.membership_alt", [attribute, compared]),
    };
    forest.draw(words).map(Some)
}

/// The groups to show, at most so many of the most expected rows, and how many are not hidden.
fn shown(found: &MembershipResult) -> (Vec<&MembershipGroup>, usize) {
    let known = |group: &&MembershipGroup| group.expected.is_some();
    let mut groups: Vec<&MembershipGroup> = found.groups.iter().filter(known).collect();
    let total = groups.len();
    if total > GROUPS_MAX {
        let rank = |group: &&MembershipGroup| match group.group == found.reference {
            true => f64::INFINITY,
            false => group.expected.unwrap_or(0.0),
        };
        let mut kept = groups.clone();
        kept.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
        kept.truncate(GROUPS_MAX);
        groups.retain(|group| kept.iter().any(|of| of.group == group.group));
    }
    (groups, total)
}
