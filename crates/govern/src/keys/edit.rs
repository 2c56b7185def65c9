//! Changing `keys.toml` without touching what people wrote in it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use ed25519_dalek::VerifyingKey;

use super::list::{forms, text};
use super::{COMPROMISE, KeyError, Keys, Role};
use crate::date::Date;
use crate::ledger::hash::to_hex;
use crate::records::file::{Lock, replace};
use crate::time::Timestamp;

/// Longest reason of a revocation, in characters.
const REASON_MAX: usize = 200;

/// A key to be listed.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub person: String,
    /// The public half.
    pub public: VerifyingKey,
    /// In which roles it signs.
    pub roles: BTreeSet<Role>,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    pub valid_to: Option<Date>,
}

impl NewKey {
    /// The text that lists the key.
    fn block(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let roles: Vec<String> = self.roles.iter().map(|role| quoted(role.name())).collect();
        let mut out = format!(
            "[key.\"{}\"]\nperson = {}\npublic = \"{}\"\nroles = [{}]\nvalid_from = {}\n",
            self.id,
            quoted(&self.person),
            to_hex(self.public.as_bytes()),
            roles.join(", "),
            self.valid_from,
        );
        if let Some(last) = self.valid_to {
            let _ = writeln!(out, "valid_to = {last}");
        }
        out
    }

    /// Checks that the key can be listed; the file need not exist.
    ///
    /// # Errors
    /// A file that cannot be read, an id that is taken, a key that is listed already, an id that is none.
    pub fn check(&self, path: &Path) -> Result<(), KeyError> {
        self.added(path).map(|_| ())
    }

    /// Adds the key at the end of a file, which is made if there is none.
    ///
    /// # Errors
    /// As [`check`](Self::check), or a file that cannot be written.
    pub fn add(&self, path: &Path) -> Result<(), KeyError> {
        let _lock = Lock::take(path)?;
        Ok(replace(path, &self.added(path)?)?)
    }

    fn added(&self, path: &Path) -> Result<String, KeyError> {
        let file = path.display().to_string();
        let mut all = if path.exists() {
            text(path)?
        } else {
            "# Who may sign. Private keys stand elsewhere; nothing in this file is secret.\nschema = \"waage/keys/1\"\n".to_owned()
        };
        let keys = Keys::parse(&all, &file)?;
        if keys.by_id.contains_key(&self.id) {
            return Err(KeyError::asked(
                format!("{file} lists a key {:?} already", self.id),
                "choose another id; ids of revoked keys are not used again",
            ));
        }
        if let Some((id, _)) = keys.of_public(&self.public) {
            return Err(KeyError::asked(
                format!("{file} lists this key already, as {id:?}"),
                "make a new one",
            ));
        }
        if !crate::ledger::is_id(&self.id) {
            return Err(KeyError::asked(
                format!("{:?} is no id of a key", self.id),
                "use 1 to 64 letters, digits, dots, hyphens and underscores, such as a.approver",
            ));
        }
        if !all.is_empty() && !all.ends_with('\n') {
            all.push('\n');
        }
        all.push('\n');
        all.push_str(&self.block());
        Keys::parse(&all, &file)?;
        Ok(all)
    }
}

/// Marks a key as revoked from a moment on.
///
/// # Errors
/// A file that cannot be read or written, an unknown id, a key that is revoked already.
pub fn revoke(path: &Path, id: &str, at: Timestamp, reason: &str) -> Result<(), KeyError> {
    let file = path.display().to_string();
    let _lock = Lock::take(path)?;
    let before = text(path)?;
    let keys = Keys::parse(&before, &file)?;
    if keys.named(id)?.revoked_at.is_some() {
        return Err(KeyError::asked(
            format!("the key {id:?} is revoked already"),
            "correct its entry by hand if its moment or reason is wrong",
        ));
    }
    let length = reason.chars().count();
    if reason.trim().is_empty() || length > REASON_MAX || reason.chars().any(char::is_control) {
        return Err(KeyError::asked(
            "the reason is empty, too long or of several lines",
            format!(
                "say it in 1 to {REASON_MAX} characters; {COMPROMISE:?} if others may know the key"
            ),
        ));
    }
    let place = forms(&before, &file)?
        .remove(id)
        .map_or(0, |form| form.get_ref().public.span().end);
    let at_line_end = before[place..]
        .find('\n')
        .map_or(before.len(), |n| place + n);
    let reason_text = toml::Value::String(reason.to_owned());
    let after = format!(
        "{}\nrevoked_at = {at}\nreason = {reason_text}{}",
        &before[..at_line_end],
        &before[at_line_end..],
    );
    let mut want = keys;
    if let Some(key) = want.by_id.get_mut(id) {
        key.revoked_at = Some(at);
        key.reason = Some(reason.to_owned());
    }
    // Keys may be written in forms in which a line cannot just be put after another.
    if !Keys::parse(&after, &file).is_ok_and(|found| found == want) {
        return Err(KeyError::asked(
            format!("{file} writes the key {id:?} in a form that is not changed here"),
            format!("add revoked_at = {at} and reason = {reason_text} to it by hand"),
        ));
    }
    Ok(replace(path, &after)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SecretKey;

    fn new(id: &str, seed: u8) -> NewKey {
        NewKey {
            id: id.to_owned(),
            person: "p \"17\"".to_owned(),
            public: SecretKey::from_seed(&[seed; 32]).public(),
            roles: [Role::Owner, Role::Dpo].into(),
            valid_from: "2026-01-01".parse().unwrap(),
            valid_to: Some("2027-01-01".parse().unwrap()),
        }
    }

    #[test]
    fn keys_are_added_and_revoked_beside_what_people_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        new("m.owner", 1).add(&path).unwrap();
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("# a remark");
        std::fs::write(&path, &text).unwrap();
        new("b", 2).add(&path).unwrap();
        let keys = Keys::read(&path).unwrap();
        assert_eq!(keys.by_id["m.owner"].person, "p \"17\"");
        assert_eq!(keys.by_id.len(), 2);
        assert!(
            new("b", 3)
                .add(&path)
                .unwrap_err()
                .to_string()
                .contains("already")
        );
        assert!(
            new("c", 2)
                .check(&path)
                .unwrap_err()
                .to_string()
                .contains("as \"b\"")
        );
        assert!(new("c d", 3).check(&path).is_err());
        let at = "2026-06-01T08:00:00Z".parse().unwrap();
        revoke(&path, "m.owner", at, "left the \"house\"").unwrap();
        let key = &Keys::read(&path).unwrap().by_id["m.owner"];
        assert_eq!(key.revoked_at, Some(at));
        assert_eq!(key.reason.as_deref(), Some("left the \"house\""));
        assert!(
            std::fs::read_to_string(&path)
                .unwrap()
                .contains("# a remark")
        );
        assert!(revoke(&path, "m.owner", at, "again").is_err());
        assert!(revoke(&path, "nobody", at, "x").is_err());
        assert!(revoke(&path, "b", at, "two\nlines").is_err());
    }

    #[test]
    fn keys_added_at_once_are_all_listed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        std::thread::scope(|scope| {
            for seed in 1..=8 {
                let path = &path;
                scope.spawn(move || new(&format!("k{seed}"), seed).add(path).unwrap());
            }
        });
        assert_eq!(Keys::read(&path).unwrap().by_id.len(), 8);
    }

    #[test]
    fn a_list_that_is_too_large_is_refused_and_not_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let remarks = "# a remark\n".repeat(400_000);
        std::fs::write(&path, &remarks).unwrap();
        let said = new("m.owner", 1).add(&path).unwrap_err().to_string();
        assert!(said.contains("it is larger than 4 MiB"), "{said}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), remarks);
    }

    #[test]
    fn a_form_that_cannot_be_changed_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let public = to_hex(SecretKey::from_seed(&[1; 32]).public().as_bytes());
        let text = format!(
            "[key]\na = {{ person = \"p\", public = \"{public}\", roles = [], valid_from = 2026-01-01 }}\n"
        );
        std::fs::write(&path, &text).unwrap();
        let said = revoke(&path, "a", "2026-06-01T08:00:00Z".parse().unwrap(), "left");
        assert!(said.unwrap_err().to_string().contains("by hand"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}
