//! Objects of a file, read key by key.
//!
//! A derived `Deserialize` would say "invalid type at column 51 204" of a file that is one line. A
//! [`Record`] reads the same keys and names the way to a mistake: `learner, trees, tree 3, left_children`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

/// Stands in an error between the way to a mistake and the mistake.
const WAY_END: char = '\u{1f}';
/// The most characters of an error's text; the text may quote the file.
const TEXT_MAX: usize = 300;

/// An object with known keys. Keys it does not know are skipped.
pub(super) trait Record: Default {
    /// Reads the value of a key into its place; `false` when the key is not known.
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error>;

    /// Whether what was read holds together; the text says what does not.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Reads the next value into `place`: the arm of a key in [`Record::field`].
pub(super) fn take<'de, T: Deserialize<'de>, M: MapAccess<'de>>(
    place: &mut T,
    map: &mut M,
) -> Result<bool, M::Error> {
    *place = map.next_value()?;
    Ok(true)
}

/// Reads the next value, a record, into `place`.
pub(super) fn take_record<'de, T: Record, M: MapAccess<'de>>(
    place: &mut T,
    map: &mut M,
) -> Result<bool, M::Error> {
    *place = map.next_value::<Read<T>>()?.0;
    Ok(true)
}

/// A [`Record`] where serde wants a `Deserialize`.
#[derive(Debug, Default)]
pub(super) struct Read<T>(pub T);

impl<'de, T: Record> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);
        impl<'de, T: Record> Visitor<'de> for Fields<T> {
            type Value = T;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<T, M::Error> {
                let mut record = T::default();
                while let Some(Key(key)) = map.next_key()? {
                    match record.field(&key, &mut map) {
                        Ok(true) => {}
                        Ok(false) => {
                            map.next_value::<IgnoredAny>()?;
                        }
                        Err(error) => return Err(within(&key, error)),
                    }
                }
                record.check().map_err(Error::custom)?;
                Ok(record)
            }
        }
        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

/// A list whose elements have numbers in errors (`tree 3`), and of which there may be so many.
pub(super) struct List<T> {
    name: &'static str,
    max: usize,
    of: PhantomData<T>,
}

impl<T> List<T> {
    /// A list of at most `max` elements called `name`.
    pub fn new(name: &'static str, max: usize) -> Self {
        Self {
            name,
            max,
            of: PhantomData,
        }
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for List<T> {
    type Value = Vec<T>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }
    fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Vec<T>, S::Error> {
        let mut all = Vec::new();
        loop {
            match seq.next_element() {
                Ok(Some(_)) if all.len() == self.max => {
                    return Err(S::Error::custom(format_args!(
                        "more than {} values",
                        self.max
                    )));
                }
                Ok(Some(one)) => all.push(one),
                Ok(None) => return Ok(all),
                Err(error) => return Err(within(&format!("{} {}", self.name, all.len()), error)),
            }
        }
    }
}

/// The error of something inside `place`.
fn within<E: Error>(place: &str, error: E) -> E {
    let text = error.to_string();
    E::custom(if text.contains(WAY_END) {
        format!("{place}, {text}")
    } else {
        format!("{place}{WAY_END}{text}")
    })
}

/// An error of this crate from one of a deserialiser.
pub(super) fn malformed(format: &'static str, error: &dyn fmt::Display) -> crate::Error {
    let text = error.to_string();
    let (place, what) = text
        .split_once(WAY_END)
        .unwrap_or(("the top of the file", &text));
    let short = |text: &str| -> String {
        match text.char_indices().nth(TEXT_MAX) {
            Some((end, _)) => format!("{} …", &text[..end]),
            None => text.to_owned(),
        }
    };
    crate::Error::malformed(format, short(place), short(what))
}

/// A key, borrowed from the file where it stands there as it is.
pub(super) struct Key<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}
