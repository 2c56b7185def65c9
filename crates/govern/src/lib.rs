//! Is what was measured allowed, and how sure is that?
//!
//! A [`Policy`], read from `audit.toml` or [built in](Policy::built_in), says what each group may
//! differ by. [`judge`] applies it to measurements and gives a finding per check and group, each in
//! one of three states and in one plain sentence, and a verdict:
//!
//! * **pass**: the interval at `1 − 2α` lies within the margin (two one-sided tests);
//! * **breach**: the estimate lies beyond the margin and the p-value against the margin, corrected
//!   for the other comparisons of its family, is at most `α`;
//! * **inconclusive**: neither is shown, and the finding says how many rows would settle it.
//!
//! A group is compared with its reference, or with `scheme = "between_groups"` the highest group with
//! the lowest: a range, judged by its simultaneous band. A group without a defined value turns a pass
//! of a range into inconclusive.
//!
//! Nothing here reads a clock: waivers are judged as of a [`Date`] that the caller gives.
//!
//! ```
//! use waage_core::estimate::{Estimate, Evidence, Method};
//! use waage_core::label::{GroupName, Label};
//! use waage_core::quantity::{
//!     Comparison, Context, Measurement, Quantity, Scheme, Subject,
//! };
//! use waage_govern::{Facts, Policy, judge};
//!
//! static SELECTION_RATE: Quantity = Quantity::new("selection_rate", "S/(S+R)").needs("d");
//! let policy = Policy::parse(
//!     r#"
//!     schema = "waage/policy/1"
//!     [[check]]
//!     id = "FAIR-01"
//!     metric = "selection_rate"
//!     comparison = "difference"
//!     attribute = "gender"
//!     op = "<="
//!     margin = 0.03
//!     "#,
//!     "audit.toml",
//! )?;
//! let group = |name| Some(GroupName(vec![Label::text(name)]));
//! let evidence = Evidence::Pair { group: (24.0, 60.0), reference: (60.0, 100.0) };
//! let gap = Measurement {
//!     quantity: &SELECTION_RATE,
//!     subject: Subject {
//!         class: None,
//!         attribute: "gender".to_owned(),
//!         group: group("female"),
//!         reference: group("male"),
//!     },
//!     scheme: Scheme::ToReference,
//!     comparison: Comparison::Difference,
//!     estimate: Estimate::new(-0.2, 160, Method::Newcombe, evidence, 0.95),
//!     context: Context { group_rows: 60, reference_rows: 100, ..Context::default() },
//!     test: None,
//!     p: None,
//!     p_adjusted: None,
//!     range: None,
//!     first_places: None,
//! };
//! let facts = Facts {
//!     catalogue: &[&SELECTION_RATE],
//!     views: &["gender".to_owned()],
//!     has_label: false,
//!     has_decision: true,
//!     has_score: false,
//! };
//! let judgement = judge(&policy, &[gap], &facts, None)?;
//! assert!(judgement.summary.violated);
//! assert_eq!(
//!     judgement.findings[0].text.en,
//!     "Breach: for “female” (gender), the selection rate is 20.0 percentage points lower than for \
//!      “male” (95% interval −34.6 to −4.0); at most 3.0 percentage points either way are allowed."
//! );
//! # Ok::<(), waage_govern::PolicyError>(())
//! ```

pub mod approval;
pub mod canonical;
mod date;
pub mod dp;
mod error;
pub mod evidence;
pub mod gate;
pub mod incident;
pub mod inventory;
mod judge;
pub mod keys;
pub mod ledger;
pub mod lifecycle;
pub mod pii;
pub mod policy;
pub mod records;
pub mod review;
pub mod risks;
mod time;
pub mod wording;

pub use date::Date;
pub use error::{Place, PolicyError, did_you_mean};
pub use judge::{Facts, Judgement, judge};
pub use policy::Policy;
pub use time::Timestamp;
