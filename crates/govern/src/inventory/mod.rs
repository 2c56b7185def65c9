//! The inventory of systems: `systems.toml` with what each is for, who answers for it and how much
//! depends on it; what its tier asks for; and the AI Act's class as a suggestion.

mod classify;
mod file;
mod told;

pub use classify::{ANSWERS_SCHEMA, Answer, Answers, classify, questions, read_answers, template};
pub use file::{INVENTORY_SCHEMA, Inventory, System, keep_answers};
pub use told::{minimum, tell, tell_answers, tier};
