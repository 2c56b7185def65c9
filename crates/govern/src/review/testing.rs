//! Batches for tests.

use indexmap::IndexMap;
use waage_result::review::{REVIEW_BATCH_SCHEMA, ReviewBatch, ReviewCase, ReviewDesign};

use super::batch::batch_id;

/// A batch of so many cases, every other accepted by the model.
pub fn batch(cases: usize) -> ReviewBatch {
    let case = |at: usize| ReviewCase {
        case_id: format!("c_{at:026x}"),
        strata: vec!["random".to_owned()],
        incl_prob: 0.25,
        score: Some(at as f64 / 10.0),
        decision_model: ["accept", "reject"][at % 2].to_owned(),
        blind: at.is_multiple_of(3),
        double: at.is_multiple_of(4),
        groups: [("gender".to_owned(), Some(["f", "m"][at / 2 % 2].to_owned()))].into(),
        inputs: IndexMap::new(),
        explanation: at.is_multiple_of(2).then(|| "visits+; region-".to_owned()),
    };
    let mut batch = ReviewBatch {
        schema: REVIEW_BATCH_SCHEMA.to_owned(),
        batch_id: String::new(),
        system_id: Some("lead-score".to_owned()),
        audit_digest: None,
        drawn_at: "2026-11-27T09:00:00Z".to_owned(),
        due_at: "2026-12-04T23:59:59Z".to_owned(),
        design: ReviewDesign {
            n: cases as u64,
            seed: 7,
            population: 4 * cases as u64,
            cut: Some(0.5),
            group: None,
            attributes: vec!["gender".to_owned()],
            inputs: Vec::new(),
            strata: Vec::new(),
        },
        cases: (0..cases).map(case).collect(),
    };
    batch.batch_id = batch_id(&batch);
    batch
}
