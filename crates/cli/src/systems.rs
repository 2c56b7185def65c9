//! `waage systems`.

use std::io::{self, BufRead};
use std::path::PathBuf;

use waage_audit::govern::approval::Subject;
use waage_audit::govern::inventory::{self, Answer, Answers, Inventory};
use waage_audit::govern::keys::Keys;
use waage_audit::govern::ledger::{Ledger, Options};
use waage_audit::govern::lifecycle::{self, History, State};
use waage_audit::registers::{self, systems::SystemsResult};
use waage_audit::{Language, Policy};

use crate::args::registers::Showing;
use crate::args::systems as args;
use crate::args::systems::Systems;
use crate::audit::{format, language};
use crate::output::{self, ExitCode, Failure};
use crate::registers::{day, failed, now};

/// Runs a command of the inventory.
pub fn run(command: Systems) -> Result<ExitCode, Failure> {
    match command {
        Systems::List(args) => {
            let told = with_standing(told(&args.inventory, None)?, &args.book)?;
            print(&told, false, &args.showing)?;
            Ok(ExitCode::SUCCESS)
        }
        Systems::Show(args) => {
            let told = with_standing(told(&args.inventory, Some(&args.id))?, &args.book)?;
            print(&told, true, &args.showing)?;
            Ok(ExitCode::SUCCESS)
        }
        Systems::Check(args) => {
            let told = with_standing(told(&args.inventory, None)?, &args.book)?;
            print(&told, false, &args.showing)?;
            let wrong = told.problems.iter().any(|problem| problem.level == "error");
            Ok(if wrong {
                ExitCode::from(1)
            } else {
                ExitCode::SUCCESS
            })
        }
        Systems::Classify(args) => classify(&args),
        Systems::Move(args) => step(&args),
    }
}

fn told(args: &args::Inventory, id: Option<&str>) -> Result<SystemsResult, Failure> {
    let inventory = Inventory::read(&args.file).map_err(failed)?;
    if let Some(id) = id {
        inventory.system(id).map_err(failed)?;
    }
    Ok(inventory::tell(&inventory, id, day(args.as_of.as_deref())?))
}

/// The inventory with where the ledger says that its systems stand, if one is given.
fn with_standing(mut told: SystemsResult, book: &args::Book) -> Result<SystemsResult, Failure> {
    if let Some(ledger) = &book.ledger {
        let options = book.access.into();
        let ledger = Ledger::open(ledger, &options).map_err(failed)?;
        let entries = lifecycle::read(&ledger, &options).map_err(failed)?;
        let day = day(Some(&told.as_of))?;
        lifecycle::tell(&mut told, &entries, day);
    }
    Ok(told)
}

/// Moves a system to its next state and shows it.
fn step(args: &args::Move) -> Result<ExitCode, Failure> {
    output::refuse_page(args.showing.format)?;
    let now = now()?;
    let inventory = Inventory::read(&args.file).map_err(failed)?;
    let system = inventory.system(&args.id).map_err(failed)?;
    let options: Options = args.access.into();
    let ledger = Ledger::open(&args.ledger, &options).map_err(failed)?;
    let entries = lifecycle::read(&ledger, &options).map_err(failed)?;
    let history = History::of(&args.id, &entries);
    let subject = args.result.as_deref().map(Subject::read).transpose();
    let digest = subject.map_err(failed)?.map(|subject| subject.digest);
    let step = history
        .ask(state(args.state), digest, args.reason.clone())
        .map_err(failed)?;
    if step.to == State::Approved {
        let policy = Policy::read(&policy(args, system)?).map_err(failed)?;
        let keys = Keys::read(&args.keys).map_err(failed)?;
        let (tier, digest) = (system.criticality, &step.audit_digest);
        lifecycle::signed(&policy, &keys, &entries, tier, digest, now.date()).map_err(failed)?;
    }
    let entries =
        lifecycle::record(&ledger, &options, &history, &step, &args.actor, now).map_err(failed)?;
    let mut told = inventory::tell(&inventory, Some(&args.id), now.date());
    lifecycle::tell(&mut told, &entries, now.date());
    print(&told, true, &args.showing)?;
    Ok(ExitCode::SUCCESS)
}

const fn state(next: args::Next) -> State {
    match next {
        args::Next::Audited => State::Audited,
        args::Next::Validated => State::Validated,
        args::Next::Approved => State::Approved,
        args::Next::Live => State::Live,
        args::Next::Suspended => State::Suspended,
        args::Next::Retired => State::Retired,
    }
}

/// The policy of the option, else that of the inventory, which names it from its own folder.
fn policy(args: &args::Move, system: &inventory::System) -> Result<PathBuf, Failure> {
    let stated = || {
        let stated = system.policy.as_ref()?;
        Some(if stated.starts_with("preset:") {
            PathBuf::from(stated)
        } else {
            args.file.parent()?.join(stated)
        })
    };
    args.policy.clone().or_else(stated).ok_or_else(|| {
        Failure::Message(format!(
            "which signatures {:?} needs follows from its policy, and the inventory names none; give it with --policy",
            args.id
        ))
    })
}

fn print(result: &SystemsResult, full: bool, showing: &Showing) -> Result<(), Failure> {
    output::refuse_page(showing.format)?;
    let (format, language) = (format(showing.format), language(showing.lang));
    let text = registers::render_systems(result, full, format, language, output::style())?;
    output::show(&text, showing.format, language)
}

fn classify(args: &args::Classify) -> Result<ExitCode, Failure> {
    let language = language(args.showing.lang);
    if args.template {
        output::print(&inventory::template(language))?;
        return Ok(ExitCode::SUCCESS);
    }
    // A mistyped system is told before the questions are asked.
    if let Some(id) = &args.system {
        told(&args.inventory, Some(id))?;
    }
    let answers = match &args.answers {
        Some(path) => inventory::read_answers(path).map_err(failed)?,
        None => ask(language)?,
    };
    if let (true, Some(id)) = (args.write, &args.system) {
        inventory::keep_answers(&args.inventory.file, id, &answers).map_err(failed)?;
        print(&told(&args.inventory, Some(id))?, true, &args.showing)?;
        return Ok(ExitCode::SUCCESS);
    }
    let day = day(args.inventory.as_of.as_deref())?;
    print(&inventory::tell_answers(&answers, day), true, &args.showing)?;
    Ok(ExitCode::SUCCESS)
}

/// Asks every question on standard error, so that standard output holds the document alone.
fn ask(language: Language) -> Result<Answers, Failure> {
    if !output::from_somebody() {
        return Err(Failure::Message(
            "there is no terminal to ask on; fill in what waage systems classify --template prints, and give it with --answers FILE".to_owned(),
        ));
    }
    answers(std::io::stdin().lock().lines(), language)
}

/// The answers to all questions; input that ends before the last gives none.
fn answers(
    mut lines: impl Iterator<Item = io::Result<String>>,
    language: Language,
) -> Result<Answers, Failure> {
    let mut answers = Answers::new();
    for (id, text) in inventory::questions() {
        let (text, offered) = match language {
            Language::En => (text.en, "[y]es, [n]o, [u]nknown"),
            Language::De => (text.de, "[j]a, [n]ein, [u]nbekannt"),
        };
        output::say(&format!("{text} {offered}"));
        let Some(Ok(line)) = lines.next() else {
            return Err(Failure::Message(format!(
                "the input ended before {id} was answered, so that nothing was kept; answer every question, with u where you do not know"
            )));
        };
        let answer = match line.trim().to_lowercase().chars().next() {
            Some('y' | 'j') => Answer::Yes,
            Some('n') => Answer::No,
            _ => Answer::Unknown,
        };
        answers.insert(id.to_owned(), answer);
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_that_ends_early_answers_nothing() {
        let lines = |count: usize| std::iter::repeat_with(|| Ok("y".to_owned())).take(count);
        let all = inventory::questions().len();
        assert!(answers(lines(all - 1), Language::En).is_err());
        let given = answers(lines(all), Language::En).unwrap_or_default();
        assert!(given.len() == all && given.values().all(|answer| *answer == Answer::Yes));
    }
}
