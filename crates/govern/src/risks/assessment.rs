//! Results and answers taken into a register file: shown first, written when asked.

use std::collections::BTreeSet;
use std::path::Path;

use waage_result::review::ReviewQueue;
use waage_result::risks::RisksResult;

use super::book::Book;
use super::questionnaire::{self, Answers};
use super::recorded::record;
use super::register::Register;
use super::rule::{Evidence, Periods, assess, note_run};
use super::told::{Filter, tell, tell_step};
use crate::date::Date;
use crate::ledger::Ledger;
use crate::policy::Policy;
use crate::records::RecordError;
use crate::review::{REV_01, Reviewed, queue, served};
use crate::time::Timestamp;

/// What is taken into a register.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Results, in any order.
    pub evidence: Vec<Evidence>,
    /// Batches of cases for review: controls may rest on whether the queue is served.
    pub reviews: Vec<Reviewed>,
    /// Answers to the questionnaire.
    pub answers: Option<Answers>,
    /// Whether to write.
    pub write: bool,
    /// Risks whose levels answers may raise, or `all`.
    pub accepted: BTreeSet<String>,
}

/// Who writes to which ledger, and when.
#[derive(Clone, Copy, Debug)]
pub struct Witness<'a> {
    /// The ledger.
    pub ledger: &'a Ledger,
    /// Who acts.
    pub actor: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Takes results and answers into a register as of a day; without [`Request::write`] it only tells
/// what would change. Changes of likelihoods are added to the ledger after the register was replaced.
///
/// # Errors
/// [`RecordError`] of reading or writing; of a result that lies after the day.
pub fn run(
    path: &Path,
    policy: Option<&Policy>,
    request: &Request,
    day: Date,
    witness: Option<Witness<'_>>,
) -> Result<RisksResult, RecordError> {
    if let Some(later) = request.evidence.iter().find(|one| one.day > day) {
        return Err(RecordError::rule(
            format!("a result stands for {}, which lies after {day}", later.day),
            "state its day with --day, or look at the register as of a later day with --as-of",
        ));
    }
    let (document, steps) = if request.write {
        Book::update(path, |book| take(book, policy, request, day))?
    } else {
        take(&mut Book::read(path)?, policy, request, day)?
    };
    if let (true, Some(witness)) = (request.write, witness) {
        record(witness.ledger, &steps, witness.actor, witness.now)?;
    }
    Ok(document)
}

/// That amounts fit the impacts beside them, where the policy has a scale.
///
/// # Errors
/// [`RecordError::Rule`] names the first risk that does not fit.
pub fn check(register: &Register, policy: Option<&Policy>) -> Result<(), RecordError> {
    let scale = policy.and_then(|policy| policy.kept.risk_appetite.as_ref()?.money_scale);
    scale.map_or(Ok(()), |scale| register.check_money(&scale))
}

/// Whether check `REV-01` comes to an answer on a day.
fn queue_was_judged(reviews: &[Reviewed], day: Date) -> bool {
    let mut found = ReviewQueue::default();
    for one in reviews {
        queue(
            &mut found,
            &one.batch,
            &one.decisions,
            Timestamp::end_of(day),
        );
    }
    served(&found) != "inconclusive"
}

fn take(
    book: &mut Book,
    policy: Option<&Policy>,
    request: &Request,
    day: Date,
) -> Result<(RisksResult, Vec<super::Step>), RecordError> {
    check(&book.register, policy)?;
    let mut suggestions = Vec::new();
    if let Some(answers) = &request.answers {
        suggestions = answers.suggest(&book.register, policy, day);
        if request.write {
            let accepted = &request.accepted;
            questionnaire::take(book, &mut suggestions, answers, accepted, policy, day)?;
        }
    }
    let before = book.register.clone();
    let mut moved = before.clone();
    let steps = assess(&mut moved, &request.evidence, Periods::of(policy));
    if queue_was_judged(&request.reviews, day) {
        note_run(&mut moved, REV_01, day);
    }
    let changed = moved
        .risks
        .iter()
        .zip(&before.risks)
        .filter(|(after, before)| after != before);
    for (risk, _) in changed {
        book.keep_measured(risk)?;
    }
    book.register = moved;
    let touched = |id: &String| {
        steps.iter().any(|step| step.risk == *id) || suggestions.iter().any(|s| s.risk == *id)
    };
    let mut document = tell(&book.register, policy, day, &Filter::default());
    document.risks.retain(|risk| touched(&risk.id));
    document.changes = steps.iter().map(tell_step).collect();
    document.unanswered = request
        .answers
        .as_ref()
        .map(Answers::unanswered)
        .unwrap_or_default();
    document.suggestions = suggestions;
    document.written = request.write;
    Ok((document, steps))
}
