//! What a document says of its own hiding.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How small counts were hidden in this document; absent from working documents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrivacySummary {
    /// The limit: groups of fewer rows are hidden.
    pub k: u64,
    /// Whether rates with a small numerator or complement are hidden too, with all that would give
    /// them away, so that the document may leave the house.
    pub shared: bool,
    /// Groups and combinations that are hidden whole.
    pub groups_hidden: u64,
    /// Groups and combinations with rows, of which some outcomes are hidden.
    pub outcomes_hidden: u64,
    /// Whether what would have to be hidden could not be worked out, so that no outcome is shown by group.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outcomes_withheld: bool,
    /// The fewest rows of any group or combination that is shown (k-anonymity); null where none is.
    pub k_reached: Option<u64>,
    /// The fewest different decisions within a group whose decisions are shown (l-diversity).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub l_decisions: Option<u64>,
    /// The fewest different labels within a group whose labels are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub l_labels: Option<u64>,
    /// Fields of the document that were emptied because they hold a small count or would let one be found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<String>,
}
