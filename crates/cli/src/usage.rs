//! Command lines that cannot be understood, told in one sentence.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory, Error, Parser};

use crate::args::Cli;
use crate::output::{self, ExitCode, Failure};

/// What the parser calls a fault, and what people do.
const PLAIN: [(&str, &str); 8] = [
    (
        "invalid digit found in string",
        "it is no whole number of at least 0",
    ),
    (
        "cannot parse integer from empty string",
        "it is no whole number of at least 0",
    ),
    ("number too large to fit in target type", "it is too large"),
    ("invalid float literal", "it is no number"),
    ("cannot parse float from empty string", "it is no number"),
    (
        "too many characters in string",
        "it must be a single character",
    ),
    (
        "cannot parse char from empty string",
        "it must be a single character",
    ),
    (
        "the following required arguments were not provided:",
        "missing:",
    ),
];

/// The command line, or the exit code when there is nothing left to do: help was asked for, or
/// the words make no sense.
pub fn parse(words: &[OsString]) -> Result<Cli, ExitCode> {
    Cli::try_parse_from(words).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            output::help(&error);
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            output::help(&error);
            ExitCode::from(2)
        }
        _ => output::explain(&Failure::Message(sentence(&error, &command_path(words)))),
    })
}

/// `waage audit`: the words that name the command.
fn command_path(words: &[OsString]) -> String {
    let mut command = Cli::command();
    let mut path = "waage".to_owned();
    for word in words.iter().skip(1) {
        let Some(next) = command.find_subcommand(word).cloned() else {
            break;
        };
        path.push(' ');
        path.push_str(next.get_name());
        command = next;
    }
    path
}

/// What is wrong and the parser's tip, without usage and line breaks.
fn sentence(error: &Error, path: &str) -> String {
    let rendered = error.to_string();
    let mut parts: Vec<String> = Vec::new();
    for paragraph in rendered.split("\n\n") {
        let text = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        if !text.is_empty()
            && !text.starts_with("Usage:")
            && !text.starts_with("For more information")
        {
            parts.push(
                PLAIN
                    .iter()
                    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to)),
            );
        }
    }
    parts.push(format!("see {path} --help"));
    parts.join("; ")
}
