//! Policies that come with Waage, as the files that people read and copy.

use waage_result::finding::Bilingual;
use waage_result::policy::{POLICY_PRESETS_SCHEMA, PolicyPreset, PolicyPresets};

use super::Policy;
use crate::error::{PolicyError, did_you_mean};

/// A file that comes with Waage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Embedded {
    pub name: &'static str,
    pub text: &'static str,
    title: [&'static str; 2],
}

/// Every preset, by name.
const PRESETS: [Embedded; 5] = [
    Embedded {
        name: "credit",
        text: include_str!("presets/credit.toml"),
        title: [
            "Credit decisions on natural persons",
            "Kreditentscheidungen über natürliche Personen",
        ],
    },
    Embedded {
        name: "eeoc-four-fifths",
        text: include_str!("presets/eeoc-four-fifths.toml"),
        title: [
            "The four-fifths rule of the US Uniform Guidelines",
            "Die Vier-Fünftel-Regel der US-Richtlinien zur Personalauswahl",
        ],
    },
    Embedded {
        name: "eu-lead-scoring",
        text: include_str!("presets/eu-lead-scoring.toml"),
        title: [
            "Lead scoring in the European Union",
            "Lead-Scoring in der Europäischen Union",
        ],
    },
    Embedded {
        name: "nyc-ll144",
        text: include_str!("presets/nyc-ll144.toml"),
        title: [
            "Employment decision tools under New York City’s Local Law 144",
            "Werkzeuge für Personalentscheidungen nach dem New Yorker Local Law 144",
        ],
    },
    Embedded {
        name: "nyc-ll144-scores",
        text: include_str!("presets/nyc-ll144-scores.toml"),
        title: [
            "Employment scores without a decision under New York City’s Local Law 144",
            "Personalbewertungen ohne Entscheidung nach dem New Yorker Local Law 144",
        ],
    },
];

/// The preset of a name.
pub(super) fn preset(name: &str) -> Option<&'static Embedded> {
    PRESETS.iter().find(|preset| preset.name == name)
}

/// The names of all presets.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|preset| preset.name)
}

/// The file of a preset, comments included.
///
/// # Errors
/// [`PolicyError::NoPreset`] with the nearest name.
pub fn preset_text(name: &str) -> Result<&'static str, PolicyError> {
    let found = preset(name).map(|preset| preset.text);
    found.ok_or_else(|| PolicyError::NoPreset {
        name: name.to_owned(),
        hint: did_you_mean(name, names()),
    })
}

/// Every policy that comes with Waage, by name.
///
/// # Errors
/// [`PolicyError`] if one cannot be read, which a test forbids.
pub fn presets() -> Result<PolicyPresets, PolicyError> {
    let of = |preset: &Embedded| {
        let policy = Policy::parse(preset.text, preset.name)?;
        let [en, de] = preset.title.map(str::to_owned);
        Ok(PolicyPreset {
            name: preset.name.to_owned(),
            title: Bilingual { de, en },
            digest: policy.digest(),
            checks: policy.checks.len() as u64,
            columns: columns(&policy),
        })
    };
    Ok(PolicyPresets {
        schema: POLICY_PRESETS_SCHEMA.to_owned(),
        presets: PRESETS.iter().map(of).collect::<Result<_, PolicyError>>()?,
    })
}

/// The columns that a policy names, roles first.
fn columns(policy: &Policy) -> Vec<String> {
    let data = &policy.data;
    let roles = [
        &data.label,
        &data.score,
        &data.decision,
        &data.weight,
        &data.id,
    ];
    let attributes = policy.attributes.iter().map(|a| a.spec.column.clone());
    roles
        .into_iter()
        .flatten()
        .cloned()
        .chain(attributes)
        .collect()
}
