//! Reading `keys.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use ed25519_dalek::VerifyingKey;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::{Key, KeyError, Keys, Role};
use crate::date::Date;
use crate::error::{Place, did_you_mean};
use crate::ledger::hash::from_hex;
use crate::records::file::text_within;
use crate::time::Timestamp;

/// Largest file that is read.
const BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Longest name of a person, in characters.
const PERSON_MAX: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    key: BTreeMap<String, Spanned<Form>>,
    /// Named so that a file can say what it is.
    #[serde(default, rename = "schema")]
    schema: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    person: Spanned<String>,
    pub(super) public: Spanned<String>,
    roles: Vec<Spanned<String>>,
    valid_from: Spanned<Datetime>,
    valid_to: Option<Spanned<Datetime>>,
    revoked_at: Option<Spanned<Datetime>>,
    reason: Option<String>,
}

/// The file being read, for places.
#[derive(Clone, Copy)]
struct Text<'a> {
    file: &'a str,
    text: &'a str,
}

impl Text<'_> {
    fn error(self, span: Range<usize>, what: impl Into<String>, mend: &str) -> KeyError {
        KeyError::List {
            place: Place::at(self.file, self.text, span.start),
            what: what.into(),
            mend: mend.to_owned(),
        }
    }
}

impl Keys {
    /// Reads a file.
    ///
    /// # Errors
    /// [`KeyError`] with file, line and column.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        Self::parse(&text(path)?, &path.display().to_string())
    }

    /// Reads the text of a file that is named in errors.
    ///
    /// # Errors
    /// [`KeyError`] with line and column.
    pub fn parse(text: &str, file: &str) -> Result<Self, KeyError> {
        let at = Text { file, text };
        let mut by_id = BTreeMap::new();
        for (id, form) in forms(text, file)? {
            let span = form.span();
            if !crate::ledger::is_id(&id) {
                return Err(at.error(
                    span,
                    format!("{id:?} is no id of a key"),
                    "use 1 to 64 letters, digits, dots, hyphens and underscores, such as \"a.approver\"",
                ));
            }
            by_id.insert(id, key(at, form.into_inner())?);
        }
        Ok(Self { by_id })
    }

    /// The id and the key of a public key, if it is listed.
    #[must_use]
    pub fn of_public(&self, public: &VerifyingKey) -> Option<(&str, &Key)> {
        self.by_id
            .iter()
            .find(|(_, key)| key.public == *public)
            .map(|(id, key)| (id.as_str(), key))
    }

    /// The key of an id.
    ///
    /// # Errors
    /// A sentence with the nearest id.
    pub fn named(&self, id: &str) -> Result<&Key, KeyError> {
        self.by_id.get(id).ok_or_else(|| {
            let known = self.by_id.keys().map(String::as_str);
            KeyError::asked(format!("there is no key {id:?}"), did_you_mean(id, known))
        })
    }
}

pub(super) fn text(path: &Path) -> Result<String, KeyError> {
    text_within(path, BYTES_MAX).map_err(|source| KeyError::Read {
        file: path.display().to_string(),
        source,
    })
}

pub(super) fn forms(text: &str, file: &str) -> Result<BTreeMap<String, Spanned<Form>>, KeyError> {
    let at = Text { file, text };
    let form: File = toml::from_str(text).map_err(|error| {
        let dotted = "write [key.\"a.approver\"] with quotes where an id has dots, and mend the value or the line";
        at.error(error.span().unwrap_or(0..0), error.message(), dotted)
    })?;
    match form.schema {
        Some(name) if name.get_ref() != "waage/keys/1" => Err(at.error(
            name.span(),
            format!("{:?} is not the schema of a list of keys", name.get_ref()),
            "write schema = \"waage/keys/1\"",
        )),
        _ => Ok(form.key),
    }
}

fn key(at: Text<'_>, form: Form) -> Result<Key, KeyError> {
    let person = form.person.get_ref();
    if person.trim().is_empty()
        || person.chars().count() > PERSON_MAX
        || person.chars().any(char::is_control)
    {
        return Err(at.error(
            form.person.span(),
            "the key names no person",
            "give the person's id in one line, such as person = \"p-17\"",
        ));
    }
    let mut roles = BTreeSet::new();
    for role in form.roles {
        let role = role
            .get_ref()
            .parse::<Role>()
            .map_err(|what| at.error(role.span(), what, "roles are those of GOVERNANCE §4.4"))?;
        roles.insert(role);
    }
    let valid_from = moment(at, &form.valid_from, false)?;
    let valid_to = form.valid_to.map(|to| moment(at, &to, true)).transpose()?;
    let span = form.public.span();
    if valid_to.is_some_and(|to| to < valid_from) {
        return Err(at.error(
            form.valid_from.span(),
            "the key is valid from a day after its last one",
            "correct valid_from or valid_to",
        ));
    }
    let revoked_at = form
        .revoked_at
        .map(|revoked| moment(at, &revoked, false))
        .transpose()?;
    if form.reason.is_some() && revoked_at.is_none() {
        return Err(at.error(
            span,
            "the key has a reason of revocation and was not revoked",
            "add revoked_at",
        ));
    }
    Ok(Key {
        person: person.trim().to_owned(),
        public: public(form.public.get_ref()).map_err(|what| {
            at.error(
                span,
                what,
                "write the 64 hexadecimal digits that waage keys new gave",
            )
        })?,
        roles,
        valid_from,
        valid_to,
        revoked_at,
        reason: form.reason,
    })
}

/// A public key from its 64 digits; keys of small order, which verify anything, are refused.
///
/// # Errors
/// What is wrong, in words.
pub fn public(digits: &str) -> Result<VerifyingKey, String> {
    let mut bytes = [0; 32];
    from_hex(digits.as_bytes(), &mut bytes).ok_or("the public key is not 64 digits 0-9 and a-f")?;
    match VerifyingKey::from_bytes(&bytes) {
        Ok(key) if !key.is_weak() => Ok(key),
        _ => Err("the public key is no point that may sign".to_owned()),
    }
}

/// A day, whose first or last second is meant, or a moment in UTC.
fn moment(at: Text<'_>, value: &Spanned<Datetime>, is_last: bool) -> Result<Timestamp, KeyError> {
    let given = value.get_ref();
    let day = given
        .date
        .and_then(|date| Date::new(date.year, date.month, date.day));
    let moment = match (day, given.time, given.offset) {
        (Some(day), None, None) if is_last => Some(Timestamp::end_of(day)),
        (Some(day), None, None) => Some(Timestamp::start_of(day)),
        (Some(_), Some(_), Some(_)) => given.to_string().parse().ok(),
        _ => None,
    };
    moment.ok_or_else(|| {
        at.error(
            value.span(),
            format!("{given} is neither a day nor a moment in UTC"),
            "write 2026-01-31 or 2026-01-31T12:00:00Z, without quotes",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Standing;

    const KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    fn read(more: &str) -> Result<Key, String> {
        let text = format!(
            "[key.a]\nperson = \"p-1\"\npublic = \"{KEY}\"\nroles = [\"approver\"]\nvalid_from = 2026-01-01\n{more}\n"
        );
        match Keys::parse(&text, "keys.toml") {
            Ok(keys) => Ok(keys.by_id["a"].clone()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn standing_follows_validity_and_revocation() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let key = read("valid_to = 2026-06-30").unwrap();
        assert_eq!(key.standing(at("2025-12-31T23:59:59Z")), Standing::NotYet);
        assert_eq!(key.standing(at("2026-01-01T00:00:00Z")), Standing::Valid);
        assert_eq!(key.standing(at("2026-06-30T23:59:59Z")), Standing::Valid);
        assert_eq!(key.standing(at("2026-07-01T00:00:00Z")), Standing::Over);
        let left = read("revoked_at = 2026-03-01T12:00:00Z\nreason = \"left\"").unwrap();
        assert_eq!(left.standing(at("2026-03-01T11:59:59Z")), Standing::Valid);
        assert_eq!(left.standing(at("2026-03-01T12:00:00Z")), Standing::Revoked);
        let (before, after) = (at("2026-02-01T00:00:00Z"), at("2026-07-01T00:00:00Z"));
        assert_eq!(left.standing_for(before, after), Standing::Revoked);
        assert_eq!(key.standing_for(before, after), Standing::Valid);
        assert_eq!(key.standing_for(after, after), Standing::Over);
        let stolen = read("revoked_at = 2026-03-01\nreason = \"compromise\"").unwrap();
        assert_eq!(
            stolen.standing(at("2026-02-28T00:00:00Z")),
            Standing::Doubtful
        );
        assert_eq!(
            stolen.standing(at("2026-03-01T00:00:00Z")),
            Standing::Revoked
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (more, want) in [
            (
                "valid_too = 2026-06-30",
                "keys.toml:6:1: unknown field `valid_too`",
            ),
            ("valid_to = 2025-06-30", "from a day after its last one"),
            ("valid_to = \"2026-06-30\"", "keys.toml:6:12"),
            (
                "valid_to = 2026-06-30T10:00:00",
                "keys.toml:6:12: 2026-06-30T10:00:00 is neither",
            ),
            (
                "valid_to = 2026-06-30T10:00:00+02:00",
                "neither a day nor a moment in UTC",
            ),
            ("reason = \"left\"", "was not revoked"),
            (
                "[key.b.c]\nperson = \"x\"",
                "with quotes where an id has dots",
            ),
        ] {
            let said = read(more).unwrap_err();
            assert!(said.contains(want), "{said}");
        }
        let parse = |text: &str| Keys::parse(text, "k").unwrap_err().to_string();
        let with = |public: &str, role: &str, id: &str| {
            parse(&format!(
                "[key.\"{id}\"]\nperson = \"p\"\npublic = \"{public}\"\nroles = [\"{role}\"]\nvalid_from = 2026-01-01"
            ))
        };
        assert!(with("ab", "owner", "a").contains("k:3:10: the public key is not 64 digits"));
        let weak = "0100000000000000000000000000000000000000000000000000000000000000";
        assert!(with(weak, "owner", "a").contains("no point that may sign"));
        assert!(with(KEY, "aprover", "a").contains("did you mean \"approver\"?"));
        assert!(with(KEY, "owner", "a b").contains("is no id of a key"));
        assert!(parse("schema = \"waage/policy/1\"").contains("not the schema"));
        assert!(Keys::parse("", "k").unwrap().by_id.is_empty());
    }
}
