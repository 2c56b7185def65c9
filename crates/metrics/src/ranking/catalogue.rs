//! What a ranking is measured by: names, formulas, ranges.

use waage_core::quantity::{Comparison, Direction, Quantity};

/// A quantity of one group or of all, in [0, 1].
const fn row(name: &'static str, formula: &'static str) -> Quantity {
    let mut row = Quantity::new(name, formula).needs("s");
    row.only = Some(Comparison::None);
    row
}

/// One that counts groups among a number of first places.
const fn at(mut row: Quantity) -> Quantity {
    row.of_first_places = true;
    row
}

/// One that is itself the ratio of a group to the reference.
const fn ratio(mut row: Quantity) -> Quantity {
    row.only = Some(Comparison::Ratio);
    to(row, Neutral, Some(0.0), None)
}

const fn to(
    mut row: Quantity,
    direction: Direction,
    low: Option<f64>,
    high: Option<f64>,
) -> Quantity {
    row.direction = direction;
    row.range = (low, high);
    row
}

use Direction::{Higher, Lower, Neutral};

/// The quantities of the section `ranking`, in its order.
pub static QUANTITIES: [Quantity; 18] = [
    row(
        "mean_exposure",
        "Σ_{rows of g} v(place)/n_g, v(k) = 1/log2(k+1) up to the list's length, tied rows share theirs",
    ),
    row("exposure_share", "Σ_{rows of g} v(place)/Σ v(place)"),
    ratio(row(
        "demographic_parity_of_exposure",
        "mean_exposure of the group / of the reference",
    )),
    to(
        row(
            "exposure_per_relevance",
            "mean_exposure / base_rate, over the rows of g",
        )
        .needs("ys"),
        Neutral,
        Some(0.0),
        None,
    ),
    ratio(
        row(
            "exposure_per_relevance_ratio",
            "exposure_per_relevance of the group / of the reference",
        )
        .needs("ys"),
    ),
    to(
        row("dcg", "Σ_{rows of g with y = 1} v(place)").needs("ys"),
        Neutral,
        Some(0.0),
        None,
    ),
    to(
        row("ndcg", "Σ_{y = 1} v(place)/Σ_{k ≤ rows with y = 1} v(k)").needs("ys"),
        Higher,
        Some(0.0),
        Some(1.0),
    ),
    at(row(
        "top_k_selection_rate",
        "rows of g among the first k / n_g",
    )),
    at(row("representation_at", "rows of g among the first k / k")),
    at(to(
        row("skew_at", "ln(representation_at(k)/share of the list)"),
        Neutral,
        None,
        None,
    )),
    at(to(
        row("min_skew", "min_g skew_at(k)"),
        Neutral,
        None,
        Some(0.0),
    )),
    at(to(
        row("max_skew", "max_g skew_at(k)"),
        Lower,
        Some(0.0),
        None,
    )),
    to(
        row("ndkl", "(1/Z)·Σ_k KL(D_k‖D)/log2(k+1), Z = Σ_k 1/log2(k+1)"),
        Lower,
        Some(0.0),
        None,
    ),
    to(
        row("rnd", "(1/Z)·Σ_{k = 10, 20, …} |f_k − p|/log2 k"),
        Lower,
        Some(0.0),
        Some(1.0),
    ),
    to(
        row("rkl", "(1/Z)·Σ_{k = 10, 20, …} KL(f_k‖p)/log2 k"),
        Lower,
        Some(0.0),
        Some(1.0),
    ),
    to(
        row("rrd", "(1/Z)·Σ_{k = 10, 20, …} |P_k/U_k − P/U|/log2 k"),
        Lower,
        Some(0.0),
        None,
    ),
    to(
        row(
            "infeasible_index",
            "number of (k, g) with fewer than ⌊k·share of g⌋ rows among the first k",
        ),
        Lower,
        Some(0.0),
        None,
    ),
    to(
        row(
            "fa_ir",
            "first k with fewer than m(k) rows of g, m(k) = min{m : P(Bin(k, p) ≤ m) > α_adjusted}, p = share of the list",
        ),
        Neutral,
        Some(1.0),
        None,
    ),
];

/// Those with an estimate, which a policy can judge: all but the test FA*IR.
pub fn estimated() -> impl Iterator<Item = &'static Quantity> {
    QUANTITIES.iter().filter(|row| row.name != "fa_ir")
}

/// The row of a name.
#[must_use]
pub fn quantity(name: &str) -> Option<&'static Quantity> {
    QUANTITIES.iter().find(|row| row.name == name)
}
