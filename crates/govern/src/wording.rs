//! Words that no generated text may hold; the one list is [`waage_result::wording`]'s.

pub use waage_result::wording::forbidden as forbidden_word;
