//! Printing, and failing in one sentence.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Mutex;

use clap::ValueEnum;
use waage_audit::{AuditError, Language, Style};

/// Why a command did not end well.
pub enum Failure {
    /// What to say.
    Message(String),
    /// Ctrl-C.
    Interrupted,
    /// A bug.
    Internal,
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        if error.is_interrupted() {
            Self::Interrupted
        } else {
            Self::Message(error.to_string())
        }
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Message(message)
    }
}

/// Says on standard error what went wrong, and gives the exit code.
pub fn explain(failure: &Failure) -> ExitCode {
    match failure {
        Failure::Message(message) => {
            say(&format!("waage: {message}"));
            ExitCode::from(2)
        }
        Failure::Interrupted => {
            say("waage: interrupted; nothing was written");
            ExitCode::from(130)
        }
        Failure::Internal => {
            say(&panic_sentence());
            ExitCode::from(2)
        }
    }
}

/// A line on standard error; a closed one is no reason to fail.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Colour and width of standard output: a terminal's own, plain elsewhere.
pub fn style() -> Style {
    if !io::stdout().is_terminal() {
        return Style::default();
    }
    Style {
        color: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
    }
}

/// That a form for files is not written to a terminal.
pub fn refuse_page(format: impl ValueEnum) -> Result<(), Failure> {
    match name(&format).as_str() {
        name @ ("html" | "pdf") if io::stdout().is_terminal() => Err(Failure::Message(format!(
            "--format {name} is for a file: add > report.{name}"
        ))),
        _ => Ok(()),
    }
}

/// The name of an option's value.
fn name(format: &impl ValueEnum) -> String {
    let value = format.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Prints a document in its form; the text of a PDF is its Markdown.
pub fn show(text: &str, format: impl ValueEnum, language: Language) -> Result<(), Failure> {
    if name(&format) != "pdf" {
        return print(text);
    }
    refuse_page(format)?;
    print_bytes(&waage_audit::pdf(text, language, None)?)
}

/// Prints to standard output. A closed pipe ends quietly.
///
/// # Errors
/// A sentence when standard output cannot be written (a full disk).
pub fn print(text: &str) -> Result<(), Failure> {
    print_bytes(text.as_bytes())
}

/// The same for what is no text.
pub fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::Message(format!(
            "standard output cannot be written ({error}); free some space or choose another target"
        ))),
        Ok(()) => Ok(()),
    }
}

/// What the last panic said.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// A panic is a bug: one sentence instead of a trace, and only if it ends the program. Decoders of
/// damaged files may panic, which the readers turn into an error of their own.
pub fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let what = info
            .payload()
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| info.payload().downcast_ref::<String>().cloned())
            .unwrap_or_default();
        if let Ok(mut last) = PANIC.lock() {
            *last = Some(format!(
                "waage: internal error{place} ({what}); nothing was written, please report it"
            ));
        }
    }));
}

/// The sentence of the panic that ended the program.
fn panic_sentence() -> String {
    let last = PANIC.lock().ok().and_then(|mut last| last.take());
    last.unwrap_or_else(|| "waage: internal error; please report it".to_owned())
}
