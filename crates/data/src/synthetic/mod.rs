//! Synthetic sales leads with a planted, adjustable bias: ground truth for every audit.
//!
//! A lead is a contact person, mostly of a company, who may become a customer. A deployed model
//! scores leads, sales calls some of them, some buy. How unfair that is, [`Bias`] says.
//!
//! # The causal structure
//!
//! Each value is a pure function of (seed, column, row), so that a subset of the columns, any
//! row-group size and any number of threads hold the same values, and no state grows with rows.
//! The published signals are monotone, rounded functions of the factors below. With `Z…` independent standard normal, `t` from −½ (January 2024) to ½ (December 2025) and
//! `burden` 1 for women, ½ for diverse persons, 0 for men and unrecorded gender:
//!
//! | quantity | equation |
//! | --- | --- |
//! | intent (latent) | `0.9 Z₀ + a[source]` |
//! | visits factor | `0.6 intent + 0.8 Z₁ + 0.5 drift·t` |
//! | minutes factor | `0.5 intent + 0.86 Z₂` |
//! | e-mail factor | `0.6 intent + 0.8 Z₃` |
//! | past purchases | `⌊2.2 (0.5 intent + 0.87 Z₄ − 0.15)⌋` within 0..=12 |
//! | score, logit | `−1.6 + 0.56 visits + 0.42 minutes + 0.56 e-mail + 0.22 min(purchases, 5) + b[size] − penalty·burden − 0.5 proxy·[region disfavoured] + 0.8 drift·t` |
//! | contact, logit | `1.6 (score logit + 1.1) − 0.3 penalty·burden` |
//! | conversion, logit | `−1.4 + 1.3 intent + 0.2 min(purchases, 5) + c[size] − 0.35 penalty·burden − 0.5 drift·t` |
//!
//! A missing factor counts as 0 in the score. A lead who was not contacted converts with
//! `1 − selection` times that probability, so `converted` is never missing: by default it is
//! false wherever `contacted` is. That is how a customer database records it, and it is the
//! label-selection trap: the misses among the leads whom nobody called are invisible.
//!
//! Gender, region, age band, language, channel and representative touch nothing else. Without
//! bias their groups are therefore exchangeable; under a proxy, language and representative
//! inherit what is done to the region.
//!
//! ```
//! use waage_core::observer::Silent;
//! use waage_data::synthetic::{Bias, LeadSpec, generate};
//!
//! let columns = Some(vec!["gender".to_owned(), "score".to_owned()]);
//! let spec = LeadSpec { rows: 1_000, bias: Bias::none(), columns, ..LeadSpec::default() };
//! let mut file = Vec::new();
//! let summary = generate(&spec, &mut file, &Silent)?;
//! assert_eq!((summary.rows, summary.bytes), (1_000, file.len() as u64));
//! # Ok::<(), waage_data::synthetic::SyntheticError>(())
//! ```

mod bias;
mod column;
mod draw;
mod error;
mod levels;
mod spec;
mod truth;
mod world;
mod write;

pub use bias::Bias;
pub use column::Column;
pub use error::SyntheticError;
pub use spec::{LeadSpec, Leads, batch};
pub use truth::{GroupTruth, Truth, truth};
pub use write::{Summary, generate};
