//! The evidence map: for each clause of laws and standards, which stored records are evidence for it, and
//! what to do where there are none.
//!
//! The [`Map`] is data (`evidence_map.toml`), which a file of the user's may extend. [`tell`] is a pure
//! function of the map, of what is [`Given`] and of a day. It counts records and never judges the law: a
//! clause has evidence, part of it or none, or does not apply for a reason that a record states.
//!
//! ```
//! use waage_govern::evidence::{Given, Map, tell};
//! let map = Map::built_in();
//! let day = "2026-11-29".parse()?;
//! let told = tell(&map, &Given::default(), &map.scope("agg")?, day);
//! assert_eq!(told.clauses[0].coverage, "none");
//! assert!(told.clauses[0].missing[0].command.starts_with("waage audit DATA"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod applies;
mod artefact;
mod command;
mod described;
mod found;
mod given;
mod map;
mod told;

pub use artefact::Artefact;
pub use described::{described, recorded};
pub use given::{Audited, Files, Given, GivenError, Named, Reviewed};
pub use map::{ClauseRow, DateRow, Map};
pub use told::tell;
