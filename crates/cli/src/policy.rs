//! `waage policy`.

use std::io::{self, BufRead, Read, Write};
use std::path::Path;

use waage_audit::govern::policy::{Answers, reference};
use waage_audit::{NoticeFormat, policy};

use crate::args::policy::{Check, CheckFormat, Diff, Init, Policy, Presets, Show, ShowFormat};
use crate::args::{Lang, PageFormat};
use crate::audit::{language, set_threads, today};
use crate::output::{self, ExitCode, Failure};
use crate::progress::Bars;
use crate::roles::Rows;

/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 4096;
/// Times that a question is asked before the answers count as unusable.
const TRIES_MAX: usize = 5;

/// Runs one of the commands.
pub fn run(command: &Policy) -> Result<ExitCode, Failure> {
    match command {
        Policy::Check(args) => check(args),
        Policy::Init(args) => init(args),
        Policy::Presets(args) => presets(args),
        Policy::Diff(args) => diff(args),
        Policy::Show(args) => show(args),
        Policy::Keys => {
            output::print(&reference())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(args: &Check) -> Result<ExitCode, Failure> {
    let as_of = args.as_of.clone().map_or_else(today, Ok)?;
    let check = policy::check(&args.file, &as_of)?;
    let format = match args.format {
        CheckFormat::Text => NoticeFormat::Text,
        CheckFormat::Json => NoticeFormat::Json,
        CheckFormat::Markdown | CheckFormat::Pdf => NoticeFormat::Markdown,
        CheckFormat::Github => NoticeFormat::Github,
    };
    let language = language(args.lang);
    let text = policy::render_check(&check, format, language, output::style())?;
    output::show(&text, args.format, language)?;
    Ok(if !check.valid {
        ExitCode::from(2)
    } else if args.strict && !check.warnings.is_empty() {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

fn diff(args: &Diff) -> Result<ExitCode, Failure> {
    let diff = policy::diff(&args.old, &args.new)?;
    let format = page_format(args.format);
    let language = language(args.lang);
    let text = policy::render_diff(&diff, format, language, output::style())?;
    output::show(&text, args.format, language)?;
    Ok(match diff.effect.name() {
        "looser" => ExitCode::from(1),
        _ => ExitCode::SUCCESS,
    })
}

fn page_format(format: PageFormat) -> waage_audit::Format {
    match format {
        PageFormat::Text => waage_audit::Format::Text,
        PageFormat::Json => waage_audit::Format::Json,
        PageFormat::Markdown | PageFormat::Pdf => waage_audit::Format::Markdown,
    }
}

fn show(args: &Show) -> Result<ExitCode, Failure> {
    let show = policy::show(&args.file)?;
    output::print(&policy::render_show(
        &show,
        args.format == ShowFormat::Json,
    )?)?;
    Ok(ExitCode::SUCCESS)
}

fn presets(args: &Presets) -> Result<ExitCode, Failure> {
    if let Some(name) = &args.name {
        output::print(policy::preset_text(name)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (presets, language) = (policy::presets()?, language(args.lang));
    let format = page_format(args.format);
    let text = policy::render_presets(&presets, format, language, output::style())?;
    output::show(&text, args.format, language)?;
    Ok(ExitCode::SUCCESS)
}

fn init(args: &Init) -> Result<ExitCode, Failure> {
    let to_stdout = args.out == Path::new("-");
    if !to_stdout && !args.force && args.out.exists() {
        return Err(Failure::Message(format!(
            "{:?} is there already; choose another --out, or replace it with --force",
            args.out.display().to_string()
        )));
    }
    let mut answers = answers(args)?;
    let asks = args.ask || (!args.yes && output::from_somebody() && output::to_somebody());
    if asks {
        ask(&mut answers, args.lang)?;
    }
    let text = policy::draft(&answers, language(args.lang))?;
    if to_stdout {
        output::print(&text)?;
    } else {
        policy::write_new(&args.out, &text, args.force)?;
        if !args.quiet {
            let file = args.out.display();
            output::say(&format!(
                "waage: wrote {file}; next: waage policy check {file}; for completion in editors: waage schema policy > policy.schema.json"
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What flags and data say.
fn answers(args: &Init) -> Result<Answers, Failure> {
    let mut answers = Answers {
        roles: args.outcome.spec(&Rows::default())?,
        ..Answers::default()
    };
    for (key, value) in [
        ("preset", &args.preset),
        ("id", &args.system_id),
        ("name", &args.system_name),
        ("use_case", &args.use_case),
        ("criticality", &args.criticality),
        ("criticality_reason", &args.criticality_reason),
        ("max_residual", &args.max_residual),
        ("strategy_link", &args.strategy_link),
        ("owner", &args.owner),
        ("approver", &args.approver),
        ("validator", &args.validator),
        ("dpo", &args.dpo),
    ] {
        if let Some(value) = value {
            answers.answer(key, value)?;
        }
    }
    if !args.data.is_empty() {
        set_threads(args.reading.threads)?;
        let bars = Bars::new(args.quiet).reading();
        let source = args.reading.source(&args.data)?;
        let roles = policy::roles_of(source, answers.roles.clone(), &bars);
        bars.finish();
        answers.roles = roles?;
    }
    Ok(answers)
}

/// Asks one question after the other; an empty line, or the end of the input, leaves the default.
fn ask(answers: &mut Answers, lang: Lang) -> Result<(), Failure> {
    let mut lines = io::stdin().lock();
    let mut asked = 0;
    while let Some(question) = answers.question(asked, language(lang)) {
        asked += 1;
        if answers.skips(question.key) {
            continue;
        }
        for again in 1.. {
            let shown = match question.default.is_empty() {
                true => format!("{}: ", question.text),
                false => format!("{} [{}]: ", question.text, question.default),
            };
            let mut prompt = io::stderr().lock();
            // Nobody reads a closed terminal.
            let _ = write!(prompt, "{shown}").and_then(|()| prompt.flush());
            drop(prompt);
            match answers.answer(question.key, &line(&mut lines)?) {
                Ok(()) => break,
                Err(problem) if again >= TRIES_MAX => return Err(Failure::Message(problem)),
                Err(problem) => output::say(&format!("waage: {problem}")),
            }
        }
    }
    Ok(())
}

/// The next line of standard input, bounded.
fn line(input: &mut impl BufRead) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let unreadable = |error: io::Error| {
        Failure::Message(format!(
            "the answer cannot be read ({error}); give flags instead and --yes"
        ))
    };
    let mut bounded = input.by_ref().take(ANSWER_BYTES_MAX);
    bounded.read_until(b'\n', &mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 >= ANSWER_BYTES_MAX {
        return Err(Failure::Message(format!(
            "an answer is longer than {ANSWER_BYTES_MAX} bytes; shorten it"
        )));
    }
    String::from_utf8(bytes)
        .map_err(|_| Failure::Message("an answer is not UTF-8; retype it".to_owned()))
}
