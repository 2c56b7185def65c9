//! Which outcomes of which groups a shared document does not tell: those with a small count behind
//! them, and those that would give such a count away.
//!
//! What is told of a group comes in four parts, each of which is told whole or not at all: its
//! decisions, its labels, the two together, and its scores above the median. Every rate of a part is
//! numerator and complement of counts of the part; so a part with a small one is closed. Parts of all
//! groups and views are linked tables ([`super::cells`]), which close more until no small count
//! follows from what is left.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use indexmap::IndexMap;

use super::cells::{Cells, Unit};
use super::layout::Layout;
use super::{Hidden, group_name, view_name};
use crate::document::{AuditResult, EstimateDoc};

/// Work allowed for the outcomes of a document.
const BUDGET: u64 = 300_000_000;

/// A part of what is told of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Only how many rows.
    Rows,
    /// What was decided.
    Decisions,
    /// What the labels are.
    Labels,
    /// Labels and decisions together, and whatever is not known.
    Both,
    /// Scores above the median of all.
    Above,
}

const PARTS: [Part; 4] = [Part::Decisions, Part::Labels, Part::Both, Part::Above];

impl Part {
    /// The part that a metric belongs to; the most that there is for an unknown one.
    #[must_use]
    pub fn of(metric: &str) -> Self {
        match metric {
            "count" | "weight_sum" | "effective_count" => Self::Rows,
            "selection_rate"
            | "rejection_share"
            | "share_of_selected"
            | "abstention_rate"
            | "odds_of_selection"
            | "demographic_parity_difference"
            | "demographic_parity_ratio"
            | "impact_ratio" => Self::Decisions,
            "base_rate" => Self::Labels,
            // Of scores that are 0 or 1, the mean is the share above the median.
            "scoring_rate" | "mean_score" => Self::Above,
            _ => Self::Both,
        }
    }

    /// Whether telling this part tells what `closed` is about: both together tell either.
    #[must_use]
    const fn needs(self, closed: Self) -> bool {
        match self {
            Self::Rows => matches!(closed, Self::Rows),
            Self::Both => matches!(
                closed,
                Self::Rows | Self::Decisions | Self::Labels | Self::Both
            ),
            Self::Decisions => matches!(closed, Self::Rows | Self::Decisions),
            Self::Labels => matches!(closed, Self::Rows | Self::Labels),
            Self::Above => matches!(closed, Self::Rows | Self::Above),
        }
    }
}

/// Counts of one group, by name, with the part they belong to.
type Counts = BTreeMap<&'static str, (Part, u64)>;

fn rounded(estimate: Option<&EstimateDoc>) -> Option<(u64, u64)> {
    let estimate = estimate?;
    let hits = (estimate.value? * estimate.n as f64).round();
    (hits >= 0.0).then(|| ((hits as u64).min(estimate.n), estimate.n))
}

/// Hits and misses behind a mean that may be one of zeros and ones: it times the rows is a whole number.
fn whole(estimate: &EstimateDoc) -> Option<(u64, u64)> {
    let value = estimate.value.filter(|value| (0.0..=1.0).contains(value))?;
    let hits = value * estimate.n as f64;
    let is_whole = (hits - hits.round()).abs() <= 1e-6;
    is_whole
        .then(|| rounded(Some(estimate)))?
        .map(|(hits, n)| (hits, n - hits))
}

/// Numerator and complement behind a rate, from the rate itself or from its complement's.
fn split(metrics: &IndexMap<String, EstimateDoc>, hits: &str, misses: &str) -> Option<(u64, u64)> {
    rounded(metrics.get(hits))
        .map(|(hits, n)| (hits, n - hits))
        .or_else(|| rounded(metrics.get(misses)).map(|(misses, n)| (n - misses, misses)))
}

/// The counts that the metrics of a group give away.
fn counts(metrics: &IndexMap<String, EstimateDoc>, rows: u64) -> Counts {
    let mut counts = Counts::new();
    let decided = split(metrics, "selection_rate", "rejection_share");
    if let Some((selected, rejected)) = decided {
        let open = rows.saturating_sub(selected + rejected);
        counts.insert("selected", (Part::Decisions, selected));
        counts.insert("rejected", (Part::Decisions, rejected));
        counts.insert("undecided", (Part::Decisions, open));
    }
    let labelled = split(metrics, "base_rate", "");
    if let Some((positive, negative)) = labelled {
        let open = rows.saturating_sub(positive + negative);
        counts.insert("positive", (Part::Labels, positive));
        counts.insert("negative", (Part::Labels, negative));
        counts.insert("unlabelled", (Part::Labels, open));
    }
    let mut both = |name, count| {
        counts.entry(name).or_insert((Part::Both, count));
    };
    for (metric, name) in [
        ("true_positives", "tp"),
        ("false_positives", "fp"),
        ("false_negatives", "fn"),
        ("true_negatives", "tn"),
    ] {
        if let Some(count) = metrics.get(metric).and_then(|of| of.value) {
            both(name, count.round().max(0.0) as u64);
        }
    }
    for (hits, misses, first, second) in [
        ("true_positive_rate", "false_negative_rate", "tp", "fn"),
        ("false_positive_rate", "true_negative_rate", "fp", "tn"),
        ("precision", "false_discovery_rate", "tp", "fp"),
        (
            "negative_predictive_value",
            "false_omission_rate",
            "tn",
            "fn",
        ),
    ] {
        if let Some((a, b)) = split(metrics, hits, misses) {
            both(first, a);
            both(second, b);
        }
    }
    if let Some((right, wrong)) = split(metrics, "accuracy", "error_rate") {
        both("right", right);
        both("wrong", wrong);
    }
    // Scores that are 0 or 1 are decisions, and their means among labels are rates.
    for (metric, first, second) in [
        ("generalized_true_positive_rate", "score tp", "score fn"),
        ("generalized_false_positive_rate", "score fp", "score tn"),
    ] {
        if let Some((hits, misses)) = metrics.get(metric).and_then(whole) {
            both(first, hits);
            both(second, misses);
        }
    }
    let above = split(metrics, "scoring_rate", "");
    if let Some((above, below)) = above.or_else(|| metrics.get("mean_score").and_then(whole)) {
        counts.insert("above", (Part::Above, above));
        counts.insert("below", (Part::Above, below));
    }
    // What the four counts leave of those that they are part of: rows without the other half.
    let count = |name: &str, counts: &Counts| counts.get(name).map(|(_, n)| *n);
    for (name, whole, first, second) in LEFT {
        let all = (
            count(whole, &counts),
            count(first, &counts),
            count(second, &counts),
        );
        if let (Some(whole), Some(first), Some(second)) = all {
            let left = whole.saturating_sub(first + second);
            counts.insert(name, (Part::Both, left));
        }
    }
    counts
}

/// Rows with half of an outcome: name, what they are part of, and the two other parts of it.
const LEFT: [(&str, &str, &str, &str); 4] = [
    ("selected alone", "selected", "tp", "fp"),
    ("rejected alone", "rejected", "fn", "tn"),
    ("positive alone", "positive", "tp", "fn"),
    ("negative alone", "negative", "fp", "tn"),
];

/// Whether a count is of rows that something is not known of.
fn is_rest(name: &str) -> bool {
    name.ends_with(" alone") || name == "undecided" || name == "unlabelled"
}

/// Sums within a group: the whole and its parts.
const SUMS: [(&str, &[&str]); 8] = [
    ("rows", &["selected", "rejected", "undecided"]),
    ("rows", &["positive", "negative", "unlabelled"]),
    ("selected", &["tp", "fp", "selected alone"]),
    ("rejected", &["fn", "tn", "rejected alone"]),
    ("positive", &["tp", "fn", "positive alone"]),
    ("negative", &["fp", "tn", "negative alone"]),
    ("right", &["tp", "tn"]),
    ("wrong", &["fp", "fn"]),
];

/// What is closed of whom.
#[derive(Clone, Debug, Default)]
pub struct Closed {
    of_groups: HashMap<String, HashMap<String, Vec<Part>>>,
    overall: Vec<Part>,
    /// Whether working it out would have taken too long, so that everything by group is closed.
    pub given_up: bool,
}

impl Closed {
    /// Which parts of which groups are told, beside the groups that are `hidden` whole. With `zero`,
    /// empty counts are hidden as well: that nobody, or everybody, was selected is known of each.
    #[must_use]
    pub fn of(result: &AuditResult, hidden: &Hidden, k: u64, zero: bool) -> Self {
        let layout = Layout::of_groups(&result.groups);
        let mut tables = Tables::default();
        let by_name: HashMap<(String, String), &IndexMap<String, EstimateDoc>> = result
            .groups
            .iter()
            .map(|group| ((view_name(group), group_name(group)), &group.metrics))
            .collect();
        let mut whole = counts(&result.overall, result.dataset.rows);
        // A rest that is empty of all rows is empty of each group, as everybody knows: it is no cell.
        whole.retain(|name, (_, count)| !is_rest(name) || *count > 0);
        let overall = tables.add(None, result.dataset.rows, &whole, k, zero);
        let mut first = Vec::new();
        for (v, view) in layout.views.iter().enumerate() {
            first.push(tables.groups.len());
            for (g, (name, rows)) in view.groups.iter().enumerate() {
                let metrics = by_name[&(view.name.clone(), name.clone())];
                let mut own = counts(metrics, *rows);
                own.retain(|name, _| !is_rest(name) || whole.contains_key(name));
                let place = tables.add(Some((v, g)), *rows, &own, k, zero);
                if hidden.contains(&view.name, name) {
                    tables.primary.push(tables.groups[place].units[&Part::Rows]);
                }
            }
        }
        for (v, view) in layout.views.iter().enumerate() {
            let own = first[v]..first[v] + view.groups.len();
            tables.add_up(overall, &own.clone().collect::<Vec<_>>());
            for (margin, of) in &view.margins {
                let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
                for (place, at) in own.clone().zip(of) {
                    if let Some(at) = at {
                        parts.entry(first[*margin] + at).or_default().push(place);
                    }
                }
                for (total, parts) in parts {
                    tables.add_up(total, &parts);
                    tables.go_together(total, &parts);
                }
            }
        }
        tables.closed(&layout)
    }

    /// Whether a metric of a group may be told.
    #[must_use]
    pub fn tells(&self, view: &str, group: &str, metric: &str) -> bool {
        let part = Part::of(metric);
        let closed = self.of_groups.get(view).and_then(|of| of.get(group));
        !closed.is_some_and(|closed| closed.iter().any(|&c| part.needs(c)))
    }

    /// Whether a metric of all rows may be told.
    #[must_use]
    pub fn tells_overall(&self, metric: &str) -> bool {
        let part = Part::of(metric);
        !self.overall.iter().any(|&closed| part.needs(closed))
    }

    /// Whether a metric may be told of every group of a view, and of all rows.
    #[must_use]
    pub fn tells_all(&self, view: &str, metric: &str) -> bool {
        let part = Part::of(metric);
        let mut of = self
            .of_groups
            .get(view)
            .into_iter()
            .flat_map(HashMap::values);
        self.tells_overall(metric) && !of.any(|closed| closed.iter().any(|&c| part.needs(c)))
    }

    /// Everything that this or the other closes.
    pub fn join(&mut self, other: Self) {
        for (view, groups) in other.of_groups {
            let own = self.of_groups.entry(view).or_default();
            for (group, closed) in groups {
                own.entry(group).or_default().extend(closed);
            }
        }
        self.overall.extend(other.overall);
        self.given_up |= other.given_up;
    }

    /// Groups of which some part beside the rows is closed.
    #[must_use]
    pub fn len(&self) -> usize {
        let groups = self.of_groups.values().flat_map(HashMap::values);
        groups
            .filter(|closed| !closed.contains(&Part::Rows))
            .count()
    }

    /// Whether no part of any group, nor of all rows, is closed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of_groups.is_empty() && self.overall.is_empty()
    }
}

/// Cells of all groups, while they are laid out.
#[derive(Default)]
struct Tables {
    cells: Cells,
    groups: Vec<Group>,
    primary: Vec<usize>,
}

struct Group {
    /// View and place; `None` for all rows.
    place: Option<(usize, usize)>,
    cells: BTreeMap<&'static str, usize>,
    units: BTreeMap<Part, usize>,
}

impl Tables {
    fn add(
        &mut self,
        place: Option<(usize, usize)>,
        rows: u64,
        counts: &Counts,
        k: u64,
        zero: bool,
    ) -> usize {
        let mut group = Group {
            place,
            cells: BTreeMap::new(),
            units: BTreeMap::new(),
        };
        let mut by_part: BTreeMap<Part, Vec<usize>> = BTreeMap::new();
        let mut small = Vec::new();
        let all = self.cells.push(rows, k);
        group.cells.insert("rows", all);
        by_part.insert(Part::Rows, vec![all]);
        for (&name, &(part, count)) in counts {
            let rest = is_rest(name);
            let few = (1..k).contains(&count) || (count == 0 && zero && !rest);
            // That none of a group is missing something is no fact about a person.
            let cell = self
                .cells
                .push(count, if rest && count == 0 { 0 } else { k });
            group.cells.insert(name, cell);
            by_part.entry(part).or_default().push(cell);
            if few {
                small.push(part);
            }
        }
        for part in [Part::Rows].into_iter().chain(PARTS) {
            let cells = by_part.remove(&part).unwrap_or_default();
            let kept = part == Part::Rows;
            group.units.insert(part, self.cells.units.len());
            let with = Vec::new();
            self.cells.units.push(Unit { cells, with, kept });
        }
        for part in PARTS {
            self.with(group.units[&Part::Rows], group.units[&part]);
        }
        self.with(group.units[&Part::Decisions], group.units[&Part::Both]);
        self.with(group.units[&Part::Labels], group.units[&Part::Both]);
        for (whole, parts) in SUMS {
            let cell = |name: &&str| group.cells.get(*name).copied();
            let there = parts
                .iter()
                .filter(|part| !is_rest(part) || cell(part).is_some());
            let parts: Option<Vec<usize>> = there.map(&cell).collect();
            if let (Some(whole), Some(parts)) = (cell(&whole), parts) {
                self.cells.sums.push((whole, parts));
            }
        }
        self.primary
            .extend(small.iter().map(|part| group.units[part]));
        self.groups.push(group);
        self.groups.len() - 1
    }

    fn with(&mut self, unit: usize, other: usize) {
        self.cells.units[unit].with.push(other);
    }

    /// Every count of a whole is the sum of those of its parts.
    fn add_up(&mut self, whole: usize, parts: &[usize]) {
        for (name, &total) in &self.groups[whole].cells {
            let of = |part: &usize| self.groups[*part].cells.get(name).copied();
            if let Some(parts) = parts.iter().map(of).collect() {
                self.cells.sums.push((total, parts));
            }
        }
    }

    /// What is closed of a group is closed of those that it consists of.
    fn go_together(&mut self, whole: usize, parts: &[usize]) {
        for part in PARTS {
            let of = |group: &usize| self.groups[*group].units[&part];
            let units: Vec<usize> = parts.iter().map(of).collect();
            let whole = self.groups[whole].units[&part];
            self.cells.units[whole].with.extend(units);
        }
    }

    /// The first choice that protects: as little as possible; else without labels and decisions
    /// together of any group; else without any part of any group.
    fn choose(&self) -> (BTreeSet<usize>, bool) {
        let of_groups = || self.groups.iter().filter(|group| group.place.is_some());
        for part in [None, Some(Part::Both)] {
            let mut primary = self.primary.clone();
            primary.extend(
                part.iter()
                    .flat_map(|part| of_groups().map(|g| g.units[part])),
            );
            let mut budget = BUDGET;
            let choice = self.cells.protect(&primary, &mut budget);
            if !choice.given_up && choice.narrow.is_empty() {
                return (choice.units, false);
            }
        }
        let mut all: BTreeSet<usize> = self.primary.iter().copied().collect();
        all.extend(of_groups().flat_map(|g| PARTS.map(|part| g.units[&part])));
        (all, true)
    }

    fn closed(&self, layout: &Layout) -> Closed {
        let (units, given_up) = self.choose();
        let mut closed = Closed {
            given_up,
            ..Closed::default()
        };
        for group in &self.groups {
            let parts: Vec<Part> = group
                .units
                .iter()
                .filter(|(_, unit)| units.contains(unit))
                .map(|(part, _)| *part)
                .collect();
            if parts.is_empty() {
                continue;
            }
            match group.place {
                None => closed.overall = parts,
                Some((view, place)) => {
                    let view = &layout.views[view];
                    let groups = closed.of_groups.entry(view.name.clone()).or_default();
                    groups.insert(view.groups[place].0.clone(), parts);
                }
            }
        }
        closed
    }
}
