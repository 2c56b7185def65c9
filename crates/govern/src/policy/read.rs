//! From the text of `audit.toml` to a [`Policy`], or one sentence that says what to mend.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use toml::Spanned;

use super::form::Form;
use super::kept::Problem;
use super::section;
use super::{Correction, Kept, POLICY_SCHEMA, Policy, Source};
use crate::error::{Place, PolicyError, did_you_mean};

/// The file being read: its name and text, for places.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
}

impl Text<'_> {
    pub(crate) fn place(self, span: Range<usize>) -> Place {
        Place::at(self.file, self.text, span.start)
    }

    pub(crate) fn invalid(
        self,
        span: Range<usize>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> PolicyError {
        PolicyError::Invalid {
            place: self.place(span),
            what: what.into(),
            mend: mend.into(),
        }
    }

    pub(crate) fn unknown<'k>(
        self,
        name: &Spanned<String>,
        kind: &'static str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> PolicyError {
        PolicyError::Unknown {
            place: self.place(name.span()),
            kind,
            name: name.get_ref().clone(),
            hint: did_you_mean(name.get_ref(), known),
        }
    }

    fn section<T>(
        self,
        section: Option<Spanned<T>>,
        check: impl Fn(&T) -> Result<(), Problem>,
    ) -> Result<Option<T>, PolicyError> {
        let Some(section) = section else {
            return Ok(None);
        };
        check(section.get_ref())
            .map_err(|(what, mend)| self.invalid(section.span(), what, mend))?;
        Ok(Some(section.into_inner()))
    }
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// [`PolicyError`] with file, line and column: unreadable, not TOML, a key or word that is not
    /// known (with the nearest one), or a value that makes no sense.
    pub fn read(path: &Path) -> Result<Self, PolicyError> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, &file),
            Err(source) => Err(PolicyError::Read { file, source }),
        }
    }

    /// Reads a policy from its text; `file` is what errors call it.
    ///
    /// ```
    /// use waage_govern::Policy;
    /// let text = r#"
    ///     schema = "waage/policy/1"
    ///     [[check]]
    ///     id = "FAIR-01"
    ///     metric = "selection_rate"
    ///     comparison = "ratio"
    ///     attribute = "gender"
    ///     op = ">="
    ///     magrin = 0.8
    /// "#;
    /// let error = Policy::parse(text, "audit.toml").unwrap_err();
    /// assert!(error.to_string().starts_with(
    ///     "audit.toml:9:5: unknown key \"magrin\"; did you mean \"margin\"?"
    /// ));
    /// ```
    ///
    /// # Errors
    /// As [`Policy::read`].
    pub fn parse(text: &str, file: &str) -> Result<Self, PolicyError> {
        let at = Text { file, text };
        let form: Form = toml::from_str(text).map_err(|error| from_toml(at, &error))?;
        if form.schema.get_ref() != POLICY_SCHEMA {
            return Err(at.unknown(&form.schema, "schema", [POLICY_SCHEMA]));
        }
        let families = families(at, form.family)?;
        let mut attributes = Vec::new();
        let mut names = BTreeSet::new();
        for attribute in form.attribute {
            unique(at, &mut names, &attribute.name, "attribute")?;
            attributes.push(section::attribute(at, attribute)?);
        }
        let intersections = form
            .intersection
            .into_iter()
            .map(|intersection| section::intersection(at, intersection))
            .collect::<Result<Vec<_>, _>>()?;
        let checks_span = form.check.span();
        let mut checks = Vec::new();
        let mut ids = BTreeSet::new();
        for check in form.check.into_inner() {
            unique(at, &mut ids, &check.id, "check")?;
            checks.push(section::check(at, check, &families)?);
        }
        if checks.is_empty() {
            return Err(at.invalid(checks_span, "the policy has no check", "add a [[check]]"));
        }
        let mut waivers = Vec::new();
        let mut ids = BTreeSet::new();
        for waiver in form.waiver {
            unique(at, &mut ids, &waiver.id, "waiver")?;
            waivers.push(section::waiver(at, waiver, &checks)?);
        }
        let data = section::data(at, form.data)?;
        let kept = Kept {
            system: at.section(form.system, |s| s.check())?,
            people: at.section(form.people, |s| s.check())?,
            risk_appetite: at.section(form.risk_appetite, |s| s.check())?,
            gates: form.gate,
            documents: form.documents,
            business: at.section(form.business, |s| s.check())?,
            review: at.section(form.review, |s| s.check())?,
        };
        Ok(Self {
            source: Source::File(file.to_owned()),
            schema: POLICY_SCHEMA,
            inconclusive: form.inconclusive,
            data,
            attributes,
            intersections,
            checks,
            families,
            waivers,
            privacy: at.section(form.privacy, |s| s.check())?.unwrap_or_default(),
            kept,
        })
    }
}

fn families(
    at: Text<'_>,
    forms: BTreeMap<String, super::form::FamilyForm>,
) -> Result<BTreeMap<String, Correction>, PolicyError> {
    let mut families = BTreeMap::new();
    for (name, form) in forms {
        let (span, method) = (form.method.span(), form.method.into_inner());
        if method == Correction::Ebh {
            return Err(at.invalid(
                span,
                "the method \"ebh\" is not available in this version",
                "use holm, bh, bonferroni or none",
            ));
        }
        if name == "none" {
            return Err(at.invalid(
                span,
                "a family is called \"none\"",
                "choose another name; none means no family",
            ));
        }
        families.insert(name, method);
    }
    Ok(families)
}

fn unique(
    at: Text<'_>,
    seen: &mut BTreeSet<String>,
    name: &Spanned<String>,
    kind: &str,
) -> Result<(), PolicyError> {
    if seen.insert(name.get_ref().clone()) {
        return Ok(());
    }
    Err(at.invalid(
        name.span(),
        format!("the {kind} {:?} is defined twice", name.get_ref()),
        "rename or remove one of the two",
    ))
}

/// The reader's error in our words: unknown keys and words get the nearest known one.
pub(crate) fn from_toml(at: Text<'_>, error: &toml::de::Error) -> PolicyError {
    let place = at.place(error.span().unwrap_or(0..0));
    let message = error.message();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    for (start, kind) in [("unknown field", "key"), ("unknown variant", "word")] {
        if message.starts_with(start)
            && let Some((name, known)) = quoted.split_first()
        {
            return PolicyError::Unknown {
                place,
                kind,
                name: (*name).to_owned(),
                hint: did_you_mean(name, known.iter().copied()),
            };
        }
    }
    if message.starts_with("missing field")
        && let Some(name) = quoted.first()
    {
        return PolicyError::Invalid {
            place,
            what: format!("the key {name:?} is missing here"),
            mend: "add it".to_owned(),
        };
    }
    let problem = message.split_whitespace().collect::<Vec<_>>().join(" ");
    PolicyError::Form {
        place,
        problem: problem.replace('`', "\""),
    }
}
