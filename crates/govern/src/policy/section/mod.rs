//! Each section of the file on its own: from what is written to what is meant.

mod attribute;
mod check;
mod data;
mod waiver;

pub(super) use attribute::{attribute, intersection};
pub(super) use check::check;
pub(super) use data::data;
pub(super) use waiver::waiver;
