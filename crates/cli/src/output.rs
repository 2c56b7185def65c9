//! Printing, and failing in one sentence.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;

use clap::ValueEnum;
use waage_audit::{AuditError, Language, Style};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitCode(u8);

impl ExitCode {
    /// All is well.
    pub const SUCCESS: Self = Self(0);

    /// The number that the process ends with.
    pub const fn code(self) -> u8 {
        self.0
    }
}

impl From<u8> for ExitCode {
    fn from(code: u8) -> Self {
        Self(code)
    }
}

/// What is kept instead of being printed: standard output and standard error.
type Kept = (Vec<u8>, String);

thread_local! {
    static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// Runs a command and keeps what it would print on this thread.
pub fn captured(command: impl FnOnce() -> ExitCode) -> (ExitCode, Vec<u8>, String) {
    KEPT.set(Some(Kept::default()));
    let code = command();
    let (out, err) = KEPT.take().unwrap_or_default();
    (code, out, err)
}

/// Adds to what is kept; whether anything is.
fn keep(text: impl FnOnce(&mut Kept)) -> bool {
    KEPT.with_borrow_mut(|kept| kept.as_mut().map(text))
        .is_some()
}

/// Whether what is said is kept: nobody is there to answer.
pub fn is_kept() -> bool {
    keep(|_| ())
}

/// Whether output goes to a terminal.
pub fn to_terminal() -> bool {
    !is_kept() && io::stdout().is_terminal()
}

/// Whether somebody sees what is said on standard error at once.
pub fn to_somebody() -> bool {
    !is_kept() && io::stderr().is_terminal()
}

/// Whether somebody can be asked.
pub fn from_somebody() -> bool {
    !is_kept() && io::stdin().is_terminal()
}

/// Help on a command line.
pub fn help(error: &clap::Error) {
    if !keep(|(out, _)| out.extend_from_slice(error.to_string().as_bytes())) {
        // A closed pipe is no failure.
        let _ = error.print();
    }
}

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
    let kept = keep(|(_, err)| {
        err.push_str(line);
        err.push('\n');
    });
    if !kept {
        let _ = writeln!(io::stderr().lock(), "{line}");
    }
}

/// Colour and width of standard output: a terminal's own, plain elsewhere.
pub fn style() -> Style {
    if !to_terminal() {
        return Style::default();
    }
    Style {
        color: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
    }
}

/// That a form for files is not written to a terminal.
pub fn refuse_page(format: impl ValueEnum) -> Result<(), Failure> {
    match word(format).as_str() {
        word @ ("html" | "pdf") if to_terminal() => Err(Failure::Message(format!(
            "--format {word} is for a file: add > report.{word}"
        ))),
        _ => Ok(()),
    }
}

/// The word of an option's value.
pub fn word(value: impl ValueEnum) -> String {
    value
        .to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Prints a document in its form; the text of a PDF is its Markdown.
pub fn show(text: &str, format: impl ValueEnum, language: Language) -> Result<(), Failure> {
    if word(format.clone()) != "pdf" {
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
    if keep(|(out, _)| out.extend_from_slice(bytes)) {
        return Ok(());
    }
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
