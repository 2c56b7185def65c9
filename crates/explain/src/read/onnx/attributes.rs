//! An operator's attributes by name, with errors that say which.

use super::proto::Attribute;
use super::{FORMAT, wire};
use crate::{Error, Result};

#[derive(Clone, Copy)]
pub struct Attributes<'a>(pub &'a [Attribute<'a>]);

impl<'a> Attributes<'a> {
    fn get(self, name: &str) -> Option<&'a Attribute<'a>> {
        self.0.iter().find(|a| a.name == name)
    }

    /// Whole numbers; none when the attribute is absent.
    pub fn ints(self, name: &str) -> &'a [i64] {
        self.get(name).map_or(&[], |a| &a.ints)
    }

    pub fn texts(self, name: &str) -> &'a [&'a [u8]] {
        self.get(name).map_or(&[], |a| &a.texts)
    }

    pub fn int(self, name: &str) -> Option<i64> {
        self.get(name).map(|a| a.int)
    }

    /// A text, or its default.
    pub fn text(self, name: &str, default: &'a str) -> Result<&'a str> {
        match self.get(name) {
            None => Ok(default),
            Some(found) => {
                std::str::from_utf8(found.text).map_err(|_| malformed(name, "it is not UTF-8"))
            }
        }
    }

    /// Numbers from the list `name` or the tensor `name_as_tensor`; none when both are absent.
    pub fn numbers(self, name: &str) -> Result<Vec<f64>> {
        let tensor = self.tensor(&format!("{name}_as_tensor"), |t| t.numbers())?;
        let list = self.get(name).map_or(&[][..], |a| &a.floats);
        match tensor {
            None => Ok(list.to_vec()),
            Some(found) if list.is_empty() => Ok(found),
            Some(_) => Err(malformed(
                name,
                "it is there both as a list and as a tensor",
            )),
        }
    }

    /// What a tensor holds; `None` when the attribute is absent.
    pub fn tensor<T>(
        self,
        name: &str,
        take: impl Fn(&super::proto::Tensor<'a>) -> wire::Result<T>,
    ) -> Result<Option<T>> {
        match self.get(name) {
            None => Ok(None),
            Some(found) => found
                .tensor
                .as_ref()
                .ok_or("it is no tensor")
                .and_then(take)
                .map(Some)
                .map_err(|what| malformed(name, what)),
        }
    }
}

pub fn malformed(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::malformed(FORMAT, place, what)
}

/// Lists of which each node has one entry, and the one of missing values, which may be left out.
pub fn same_lists(lists: &[(&str, usize)], tracks: usize, wanted: usize) -> Result<()> {
    for (name, found) in lists {
        same(name, *found, wanted)?;
    }
    match tracks {
        0 => Ok(()),
        found => same("nodes_missing_value_tracks_true", found, wanted),
    }
}

/// Lists that go together must be equally long.
pub fn same(name: &str, found: usize, wanted: usize) -> Result<()> {
    if found == wanted {
        return Ok(());
    }
    Err(malformed(
        name,
        format!("it has {found} entries, {wanted} are needed"),
    ))
}
