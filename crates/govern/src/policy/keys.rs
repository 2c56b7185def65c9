//! Every key of the policy file, in one table: what it holds, whether it is needed, what it means.
//! The JSON Schema for editors and the list of keys that are missing follow from it; tests hold it
//! to what the reader accepts.

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    /// A text.
    Text,
    /// A text that matches a regular expression.
    Pattern(&'static str),
    /// A text, or `{ en, de }`.
    Localised,
    /// `true` or `false`.
    Flag,
    /// A number in a range.
    Number(Option<f64>, Option<f64>),
    /// A whole number of at least so much.
    Whole(u64),
    /// A date, `YYYY-MM-DD`.
    Day,
    /// One of some words.
    Words(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A list of some words.
    ListOf(&'static [&'static str]),
    /// A text or a list of texts.
    TextOrTexts,
    /// A number, or two.
    Margin,
    /// A number of bins, or their edges.
    Bins,
    /// A number, or the same in quotes.
    Decimal,
    /// A text, a flag or a whole number.
    Value,
    /// Four ascending amounts.
    FourNumbers,
    /// A table of such a section.
    Table(&'static str),
    /// A list of tables of such a section.
    Tables(&'static str),
    /// Tables of such a section by a name.
    Named(&'static str),
    /// Values by a name.
    MapOf(&'static Shape),
    /// Whole numbers by some words.
    MapOfWords(&'static [&'static str]),
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    pub doc: &'static str,
}

/// A table of the file and its keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section {
    /// `check`, `gate`, `waiver.scope`; empty for the file itself.
    pub name: &'static str,
    pub doc: &'static str,
    pub keys: &'static [Key],
}

const fn may(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key {
        name,
        shape,
        required: false,
        doc,
    }
}

const fn must(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key {
        name,
        shape,
        required: true,
        doc,
    }
}

use Shape::{
    Bins, Day, Decimal, Flag, FourNumbers, ListOf, Localised, MapOf, MapOfWords, Margin, Named,
    Number, Pattern, Table, Tables, Text, TextOrTexts, Texts, Value, Whole, Words,
};

const CRITICALITIES: &[&str] = &["low", "medium", "high", "critical"];
const SHARE: Shape = Number(Some(0.0), Some(1.0));

/// Every section, the file itself first.
pub(crate) const SECTIONS: &[Section] = &[
    Section {
        name: "",
        doc: "What a decision model must meet: what is judged, by which limits, and how sure a judgement must be.",
        keys: &[
            must(
                "schema",
                Words(&[super::POLICY_SCHEMA]),
                "The form of this file.",
            ),
            may(
                "extends",
                Text,
                "The policy that this one builds on: preset:NAME, or a file relative to this one. What stands here goes before what stands there.",
            ),
            may(
                "inconclusive",
                Words(&["warn", "fail"]),
                "What an inconclusive verdict does to the exit code of an audit; warn if absent.",
            ),
            may("system", Table("system"), "What is audited."),
            may(
                "people",
                Table("people"),
                "Who answers for it, by the ids of keys.toml.",
            ),
            may(
                "risk_appetite",
                Table("risk_appetite"),
                "How much risk is accepted.",
            ),
            may(
                "data",
                Table("data"),
                "Which column plays which part, and how small a group is judged.",
            ),
            may("attribute", Tables("attribute"), "A sensitive attribute."),
            may(
                "intersection",
                Tables("intersection"),
                "Combinations of attributes that are compared too.",
            ),
            may("check", Tables("check"), "What is judged."),
            may(
                "family",
                Named("family"),
                "Families of comparisons that are corrected together, by name.",
            ),
            may(
                "waiver",
                Tables("waiver"),
                "A dated, reasoned exception with an end.",
            ),
            may(
                "gate",
                Named("gate"),
                "What must hold before the next step, by the gate's name.",
            ),
            may(
                "documents",
                Named("documents"),
                "Documents that gates ask for, by id.",
            ),
            may(
                "business",
                Table("business"),
                "What decisions cost and bring.",
            ),
            may("review", Table("review"), "Sampling for human review."),
            may("privacy", Table("privacy"), "What reports for people hide."),
        ],
    },
    Section {
        name: "system",
        doc: "What is audited.",
        keys: &[
            must("id", Pattern("^[a-z0-9-]{3,64}$"), "Stable for life."),
            must("name", Localised, "Its name for people."),
            may(
                "version",
                Text,
                "Version of the audited model, not of the policy.",
            ),
            may("purpose", Localised, "What it is for."),
            may(
                "use_case",
                Words(&[
                    "lead_scoring",
                    "credit",
                    "employment",
                    "insurance",
                    "housing",
                    "education",
                    "other",
                ]),
                "What it is used for; it sets the least criticality.",
            ),
            may(
                "sets",
                ListOf(&["price", "credit_terms", "contract_access"]),
                "What a lead score decides beside the order of contacts; any of these makes it of high criticality.",
            ),
            may(
                "decision",
                Words(&["threshold", "capacity_top_k", "score_only"]),
                "How decisions follow from scores.",
            ),
            may(
                "lifecycle",
                Words(&["design", "pre_deployment", "production", "retired"]),
                "Where it stands.",
            ),
            may(
                "criticality",
                Words(CRITICALITIES),
                "How much depends on it.",
            ),
            may(
                "criticality_reason",
                Text,
                "Why the criticality is below the minimum of the use case, in at least 80 characters; reports print it.",
            ),
            may(
                "strategy_link",
                Text,
                "Why the system exists; needed from medium criticality on.",
            ),
            may(
                "affects_natural_persons",
                Flag,
                "Whether it is about natural persons.",
            ),
            may(
                "third_party",
                Tables("system.third_party"),
                "What others supply.",
            ),
        ],
    },
    Section {
        name: "system.third_party",
        doc: "A supplier.",
        keys: &[
            must("name", Text, "Who."),
            must("what", Text, "What is supplied."),
            may("contract", Text, "Under which contract."),
        ],
    },
    Section {
        name: "people",
        doc: "Who answers for the system, by the ids of keys.toml.",
        keys: &[
            may("owner", Text, "Accountable for the outcome."),
            may("developer", Texts, "Who built it."),
            may(
                "validator",
                Text,
                "Who validates it; none of the developers.",
            ),
            may("approver", Text, "Who approves it; not the owner."),
            may(
                "dpo",
                Text,
                "Data protection officer; needed with special_categories.",
            ),
            may("review_lead", Text, "Who leads human review."),
        ],
    },
    Section {
        name: "risk_appetite",
        doc: "How much risk is accepted.",
        keys: &[
            may(
                "max_residual",
                MapOfWords(CRITICALITIES),
                "Highest residual score, 1 to 25, by criticality.",
            ),
            may("currency", Text, "ISO 4217 code of every amount."),
            may(
                "annual_loss_limit",
                Number(Some(0.0), None),
                "Greatest sum of expected annual losses over open risks.",
            ),
            may(
                "money_scale",
                FourNumbers,
                "Four ascending amounts between the five levels of impact.",
            ),
        ],
    },
    Section {
        name: "data",
        doc: "Which column plays which part, and how small a group is judged.",
        keys: &[
            may("label", Text, "Column of what really happened."),
            may("score", Text, "Column of the model's score."),
            may(
                "decision",
                Text,
                "Column of what was decided; or a cut of the score.",
            ),
            may(
                "threshold",
                Number(None, None),
                "Selected if the score is at least this.",
            ),
            may(
                "top_k",
                Whole(1),
                "Selected are so many of the highest scores.",
            ),
            may(
                "top_fraction",
                Decimal,
                "Selected is this share of the scored rows, such as 0.3.",
            ),
            may("weight", Text, "Column of row weights."),
            may("id", Text, "Column that identifies a row."),
            may(
                "cluster",
                Text,
                "Column of persons or households that occur in several rows.",
            ),
            may(
                "propensity",
                Text,
                "Column of the known probability that a row got its label.",
            ),
            may(
                "membership",
                MapOf(&Texts),
                "Attributes of which only probabilities are known: a column for each group.",
            ),
            may(
                "favourable",
                Value,
                "The decision that people want; 1 if absent. Of several classes the one that is judged.",
            ),
            may(
                "stratum",
                TextOrTexts,
                "Legitimate conditions within which groups are compared too.",
            ),
            may("where", Text, "Rows to keep, such as region = 'north'."),
            may(
                "features",
                Texts,
                "Columns that the model uses; an attribute among them needs its direct_use_reason.",
            ),
            may(
                "group_min_n",
                Whole(1),
                "Smallest group that is judged, in rows; 30 if absent.",
            ),
            may(
                "group_min_events",
                Whole(0),
                "Fewest positive and fewest negative labels where a metric needs labels; 0 if absent.",
            ),
            may(
                "min_share",
                Number(Some(0.0), Some(1.0)),
                "Groups with a smaller share of the rows have no impact ratio; 0 if absent.",
            ),
            may(
                "special_categories",
                Flag,
                "Whether data of the special categories of GDPR Art. 9 are used; false if absent.",
            ),
        ],
    },
    Section {
        name: "attribute",
        doc: "A sensitive attribute.",
        keys: &[
            must("name", Text, "Its name in checks and reports."),
            may("column", Text, "Its column; the name if absent."),
            may(
                "kind",
                Words(&["categorical", "ordinal", "numeric_binned", "multi"]),
                "What kind of values it has; categorical if absent.",
            ),
            may(
                "bins",
                Bins,
                "Edges of the bins, or a number of quantile bins; with numeric_binned.",
            ),
            may(
                "reference",
                Text,
                "With whom its groups are compared: best, overall, largest (if absent) or the label of a group.",
            ),
            may(
                "groups",
                MapOf(&Localised),
                "Names of its groups for people, by label.",
            ),
            may(
                "unknown",
                Words(&["report", "judge", "drop"]),
                "What happens to rows without a value; report if absent: shown and compared, never judged.",
            ),
            may(
                "basis",
                Text,
                "Legal ground under which the column may be used here.",
            ),
            may(
                "direct_use_reason",
                Text,
                "Why the model itself may use it.",
            ),
        ],
    },
    Section {
        name: "intersection",
        doc: "Combinations of attributes that are compared too.",
        keys: &[
            must("attributes", Texts, "Two to eight attributes."),
            may(
                "max_depth",
                Whole(2),
                "How many are combined at most; all if absent.",
            ),
        ],
    },
    Section {
        name: "check",
        doc: "What is judged, and how sure the judgement must be.",
        keys: &[
            must(
                "id",
                Pattern("^[A-Z]{2,8}-[0-9]{2,4}$"),
                "Its id, such as FAIR-01.",
            ),
            must("metric", Text, "A metric of `waage metrics`."),
            must(
                "comparison",
                Words(&["difference", "ratio", "none"]),
                "How groups are compared; none judges the value itself.",
            ),
            may(
                "scheme",
                Words(&["to_reference", "between_groups", "to_overall"]),
                "With what a group is compared; with its reference if absent.",
            ),
            may(
                "top_k",
                Whole(1),
                "Of how many first places of the ranking; with metrics that count groups among some, such as skew_at.",
            ),
            must(
                "attribute",
                Text,
                "Whose groups: an attribute, or several joined by *.",
            ),
            must(
                "op",
                Words(&["<=", "<", ">=", ">", "between"]),
                "On which side of the margin is allowed; a difference is judged both ways.",
            ),
            must("margin", Margin, "The limit; [low, high] with between."),
            may(
                "confidence",
                Number(Some(0.5), Some(1.0)),
                "1 − α; 0.95 if absent.",
            ),
            may(
                "interval",
                Text,
                "A method of intervals; the metric's default if absent.",
            ),
            may(
                "decide",
                Words(&["three_way", "strict", "lenient", "point"]),
                "How an interval becomes a state; three_way if absent.",
            ),
            may(
                "equivalence",
                Flag,
                "Whether findings tell the p-value of two one-sided tests too.",
            ),
            may(
                "family",
                Text,
                "The family of comparisons that it is corrected with; none if absent.",
            ),
            may(
                "severity",
                Words(&["info", "minor", "major", "critical"]),
                "How grave a breach is; major if absent. info never violates the policy.",
            ),
            may("why", Localised, "Why the check exists."),
            may("risk", Texts, "Entries of the risk register."),
            may("gates", Texts, "Gates that ask for it."),
        ],
    },
    Section {
        name: "family",
        doc: "Comparisons that are corrected together.",
        keys: &[must(
            "method",
            Words(&["none", "bonferroni", "holm", "bh", "ebh"]),
            "How p-values are corrected and intervals widened; ebh is not available in this version.",
        )],
    },
    Section {
        name: "waiver",
        doc: "A dated, reasoned exception with an end.",
        keys: &[
            must("id", Text, "Its id."),
            must("check", Text, "The check that it excuses."),
            may(
                "scope",
                Table("waiver.scope"),
                "What of the check; all of it if absent.",
            ),
            must("justification", Text, "Why, in at least 40 characters."),
            must("compensating_control", Text, "What is done instead."),
            may(
                "requested_by",
                Text,
                "Who asked for it, by the id of keys.toml; this person may not sign it.",
            ),
            must("approved_by", Texts, "Who signed, by the ids of keys.toml."),
            must("created", Day, "First day of validity."),
            must(
                "expires",
                Day,
                "Last day of validity: at most 180 days after created, 90 for a critical check.",
            ),
        ],
    },
    Section {
        name: "waiver.scope",
        doc: "What of a check is waived.",
        keys: &[
            may("attribute", Text, "For this attribute only."),
            may("group", Text, "For this group only."),
        ],
    },
    Section {
        name: "gate",
        doc: "What must hold before the next step.",
        keys: &[
            may(
                "inconclusive",
                Words(&["warn", "fail"]),
                "What an inconclusive check does to the gate; warn if absent.",
            ),
            may(
                "required_signatures",
                MapOf(&Whole(1)),
                "How many signatures of each role.",
            ),
            may("require_documents", Texts, "Ids under [documents]."),
            may("max_audit_age_days", Whole(0), "Greatest age of the audit."),
            may("every_days", Whole(1), "How often the gate is passed."),
            may(
                "max_consecutive_inconclusive",
                Whole(1),
                "After so many in a row, an inconclusive check, or review queue (REV-01), counts as failed.",
            ),
        ],
    },
    Section {
        name: "documents",
        doc: "A document that a gate asks for.",
        keys: &[
            must("path", Text, "Where it lies, relative to the policy."),
            may("sha256", Text, "Its SHA-256, as 64 hexadecimal digits."),
            may("valid_until", Day, "Last day of validity."),
        ],
    },
    Section {
        name: "business",
        doc: "What decisions cost and bring.",
        keys: &[
            may("value_column", Text, "Column with the value of a lead."),
            may(
                "contact_cost",
                Number(Some(0.0), None),
                "Cost of one contact.",
            ),
            may("capacity", Whole(0), "Contacts that can be made."),
        ],
    },
    Section {
        name: "review",
        doc: "Sampling for human review.",
        keys: &[
            may("sample", Whole(0), "Cases per sample."),
            may(
                "shares",
                MapOf(&SHARE),
                "Share of each stratum of the sample; at most 1 together.",
            ),
            may("random_min", Whole(0), "Least number drawn at random."),
            may(
                "blind_share",
                SHARE,
                "Share shown without the score at first.",
            ),
            may("double_share", SHARE, "Share reviewed twice."),
            may(
                "sla_working_days",
                Whole(0),
                "Time to answer, in working days.",
            ),
        ],
    },
    Section {
        name: "privacy",
        doc: "What reports for people hide.",
        keys: &[
            may(
                "k",
                Whole(3),
                "Cells below this are hidden in reports for people; 5 if absent.",
            ),
            may(
                "k_external",
                Whole(3),
                "The same for reports that leave the house; 10 if absent.",
            ),
            may(
                "suppress_zero",
                Flag,
                "Whether empty cells of outcomes are hidden too; true if absent.",
            ),
            may(
                "dp_epsilon_per_year",
                Number(Some(0.0), None),
                "Yearly budget of differential privacy.",
            ),
            may(
                "pseudonym_key_file",
                Text,
                "File with the key of pseudonyms.",
            ),
        ],
    },
];

/// The section of a name.
pub(crate) fn section(name: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| section.name == name)
}
