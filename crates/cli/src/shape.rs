//! The commands with their options, for bindings that give them functions.

use std::any::TypeId;
use std::path::PathBuf;

use clap::builder::ValueRange;
use clap::{Arg, ArgAction, Command, CommandFactory};

use crate::args::Cli;

/// A command that does something.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The words after the program's name.
    pub path: Vec<String>,
    /// What it does, in one line.
    pub about: String,
    /// What is given by place and by name, in the order of the help.
    pub options: Vec<Given>,
}

/// Something that is given to a command.
#[derive(Clone, Debug)]
pub struct Given {
    /// Its name: with `--` in front unless it is given by place.
    pub name: String,
    /// What it means, in one line.
    pub help: String,
    /// `flag`, `path`, `whole`, `real` or `text`.
    pub kind: &'static str,
    /// Whether it is given by place.
    pub by_place: bool,
    /// Whether it must be given.
    pub required: bool,
    /// Whether there may be several.
    pub several: bool,
    /// What stands between several in one word; else the option is repeated.
    pub delimiter: Option<char>,
    /// What counts if it is not given.
    pub default: Option<String>,
    /// The only values, if there are only some.
    pub values: Vec<String>,
}

/// Every command, in the order of the help.
pub fn commands() -> Vec<Shape> {
    let mut out = Vec::new();
    let mut root = Cli::command();
    root.build();
    add(&root, &mut Vec::new(), &mut out);
    out
}

fn add(command: &Command, path: &mut Vec<String>, out: &mut Vec<Shape>) {
    let mut inner = command
        .get_subcommands()
        .filter(|inner| inner.get_name() != "help")
        .peekable();
    if inner.peek().is_none() {
        out.push(Shape {
            path: path.clone(),
            about: one_line(command.get_about()),
            options: command.get_arguments().filter_map(given).collect(),
        });
    }
    for inner in inner {
        path.push(inner.get_name().to_owned());
        add(inner, path, out);
        path.pop();
    }
}

fn given(arg: &Arg) -> Option<Given> {
    let kind = match arg.get_action() {
        ArgAction::SetTrue => "flag",
        ArgAction::Set | ArgAction::Append => kind(arg),
        _ => return None,
    };
    let by_place = arg.is_positional();
    let name = match arg.get_long() {
        Some(long) => long.to_owned(),
        None => arg.get_id().as_str().to_owned(),
    };
    let most = arg
        .get_num_args()
        .map_or(1, |range: ValueRange| range.max_values());
    let values = arg.get_possible_values();
    Some(Given {
        name,
        help: one_line(arg.get_help()),
        kind,
        by_place,
        required: arg.is_required_set(),
        several: kind != "flag" && (matches!(arg.get_action(), ArgAction::Append) || most > 1),
        delimiter: arg.get_value_delimiter(),
        default: match kind {
            "flag" => None,
            _ => {
                let defaults = arg.get_default_values().iter();
                let defaults: Vec<_> = defaults.map(|d| d.to_string_lossy()).collect();
                (!defaults.is_empty()).then(|| defaults.join(","))
            }
        },
        values: match kind {
            "text" => values.iter().map(|v| v.get_name().to_owned()).collect(),
            _ => Vec::new(),
        },
    })
}

fn kind(arg: &Arg) -> &'static str {
    let found = arg.get_value_parser().type_id();
    let is = |id: TypeId| found == id;
    if is(TypeId::of::<PathBuf>()) {
        "path"
    } else if is(TypeId::of::<f64>()) {
        "real"
    } else if [
        TypeId::of::<u8>(),
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<usize>(),
        TypeId::of::<i64>(),
    ]
    .into_iter()
    .any(is)
    {
        "whole"
    } else {
        "text"
    }
}

fn one_line(text: Option<&clap::builder::StyledStr>) -> String {
    let text = text.map(ToString::to_string).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
