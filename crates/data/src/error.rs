//! What can go wrong while data are found, read and understood.

use std::io;

/// Why data could not be read; each message names what, where and how to mend it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// No path was given.
    #[error("no data were given; name a file, a glob, a directory, or - for standard input")]
    NoInput,
    /// A path does not exist.
    #[error("{path} does not exist; check the spelling and the working directory")]
    NotFound {
        /// As given.
        path: String,
    },
    /// A pattern cannot be read.
    #[error("the pattern {pattern} cannot be read ({problem}); quote it and use *, ?, [..] or **")]
    Pattern {
        /// As given.
        pattern: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A pattern or directory holds no data.
    #[error("{path} holds no data files; expected .parquet, .arrow, .feather, .ipc or .csv")]
    NoFiles {
        /// As given.
        path: String,
    },
    /// The operating system refused.
    #[error("{path} cannot be read ({cause}); check that it is a file you may read")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// A file of no bytes.
    #[error("{path} is empty; export it again, or leave it out")]
    EmptyFile {
        /// The file.
        path: String,
    },
    /// Not a format that is read.
    #[error("{path} is {found}, not Parquet, Arrow IPC or CSV; {mend}")]
    Format {
        /// The file.
        path: String,
        /// What it seems to be.
        found: &'static str,
        /// What to do.
        mend: &'static str,
    },
    /// A file of a known format that breaks off or contradicts itself.
    #[error(
        "{path} cannot be read as {format} ({cause}); it seems cut or damaged: copy or export it again"
    )]
    Damaged {
        /// The file.
        path: String,
        /// Its format.
        format: &'static str,
        /// What the decoder said, in one line.
        cause: String,
    },
    /// Two files that do not fit together.
    #[error(
        "column \"{column}\" is {first_kind} in {first} but {second_kind} in {second}; convert one, or audit them apart"
    )]
    KindsDiffer {
        /// The column.
        column: String,
        /// A file.
        first: String,
        /// What the column holds there.
        first_kind: &'static str,
        /// Another file.
        second: String,
        /// What the column holds there.
        second_kind: &'static str,
    },
    /// A column that one of several files lacks.
    #[error(
        "column \"{column}\" of {first} is missing in {second}; add it, or leave that file out"
    )]
    ColumnMissing {
        /// The column.
        column: String,
        /// A file that has it.
        first: String,
        /// The file that has not.
        second: String,
    },
    /// Two columns of one name.
    #[error("{path} has two columns named \"{column}\"; rename one")]
    ColumnTwice {
        /// The file.
        path: String,
        /// The name.
        column: String,
    },
    /// A column that does not exist.
    #[error("column \"{column}\" not found in {place}; {hint}columns: {columns}")]
    UnknownColumn {
        /// What was asked for.
        column: String,
        /// Where it was looked for.
        place: String,
        /// `did you mean "…"? `, or nothing.
        hint: String,
        /// The columns there are.
        columns: String,
    },
    /// One column in two parts that exclude each other.
    #[error(
        "column \"{column}\" is given as {first} and as {second}; a rate of a column against itself says nothing: name two columns"
    )]
    RoleTwice {
        /// The column.
        column: String,
        /// A role.
        first: &'static str,
        /// Another role.
        second: &'static str,
    },
    /// An attribute given twice.
    #[error("attribute \"{name}\" is given twice; list it once, as sensitive or as stratum")]
    AttributeTwice {
        /// Its name.
        name: String,
    },
    /// Roles that do not go together.
    #[error("{problem}; {mend}")]
    Roles {
        /// What does not fit.
        problem: String,
        /// What to do.
        mend: &'static str,
    },
    /// A column whose kind does not suit its role.
    #[error("column \"{column}\" is {kind} and cannot be the {role}; {mend}")]
    Kind {
        /// The column.
        column: String,
        /// What it holds.
        kind: &'static str,
        /// The role it was given.
        role: &'static str,
        /// What to do.
        mend: &'static str,
    },
    /// A label or decision that is not two-valued.
    #[error(
        "{role} \"{column}\" has values other than 0 and 1: {values}; say which of them means 1 with --positive VALUE"
    )]
    NotBinary {
        /// `label` or `decision`.
        role: &'static str,
        /// The column.
        column: String,
        /// Up to five of its values.
        values: String,
    },
    /// The positive value does not occur.
    #[error(
        "{role} \"{column}\" is never \"{positive}\"; its values are {values}: give one of them to --positive"
    )]
    PositiveAbsent {
        /// `label` or `decision`.
        role: &'static str,
        /// The column.
        column: String,
        /// What was given.
        positive: String,
        /// Up to five of its values.
        values: String,
    },
    /// A needed column without a single value.
    #[error(
        "{role} \"{column}\" has no value in {}; name another column, or leave the role out",
        rows_text(*rows)
    )]
    AllMissing {
        /// The role.
        role: &'static str,
        /// The column.
        column: String,
        /// Rows that were read.
        rows: u64,
    },
    /// A score that is no number of up to ±1e60.
    #[error(
        "score outside the reals: \"{column}\" is NaN, infinite or beyond ±1e60 in {}, first in {first}; make such scores null, or leave the rows out with --where",
        rows_text(*count)
    )]
    ScoreNotFinite {
        /// The column.
        column: String,
        /// Rows concerned.
        count: u64,
        /// File and row of the first.
        first: String,
    },
    /// A numeric outcome or its prediction that is no number of up to ±1e30.
    #[error(
        "{role} outside the reals: \"{column}\" is NaN, infinite or beyond ±1e30 in {}, first in {first}; make such values null, or leave the rows out with --where",
        rows_text(*count)
    )]
    NumberNotFinite {
        /// `outcome` or `prediction`.
        role: &'static str,
        /// The column.
        column: String,
        /// Rows concerned.
        count: u64,
        /// File and row of the first.
        first: String,
    },
    /// A weight that is missing, negative, not finite or above 1e60.
    #[error(
        "weight \"{column}\" is missing, negative, infinite or above 1e60 in {}, first in {first}; every row needs a weight from 0 to 1e60",
        rows_text(*count)
    )]
    Weight {
        /// The column.
        column: String,
        /// Rows concerned.
        count: u64,
        /// File and row of the first.
        first: String,
    },
    /// A number that cannot be a group.
    #[error(
        "attribute \"{column}\" holds {value} ({place}), so its groups have no bounds; give bins such as {column}:25:40 or {column}/4"
    )]
    NotWhole {
        /// The column.
        column: String,
        /// A value that is not whole.
        value: String,
        /// File and row.
        place: String,
    },
    /// A CSV field that should be a number.
    #[error(
        "column \"{column}\" holds \"{value}\" ({place}), which is no number; mend the field, or leave it empty for missing"
    )]
    NotNumber {
        /// The column.
        column: String,
        /// The field.
        value: String,
        /// File and row.
        place: String,
    },
    /// A column that cannot be a feature of a model.
    #[error(
        "column \"{column}\" holds {kind}, but the model takes it as a number and names no categories for it; encode it as it was for training, or name its categories (--categories)"
    )]
    NotFeature {
        /// The column.
        column: String,
        /// What it holds.
        kind: &'static str,
    },
    /// A column of fractions where the model knows labels.
    #[error(
        "column \"{column}\" holds {kind}, but the model tells its categories apart as text or whole numbers; cast it to what it was for training"
    )]
    NotLabels {
        /// The column.
        column: String,
        /// What it holds.
        kind: &'static str,
    },
    /// A category that the model has not seen.
    #[error(
        "column \"{column}\" holds \"{value}\" ({place}), a category the model was not trained with; name the model's labels in the order of their codes (--categories), leave such rows out (--where), or take unseen categories as missing (--unseen missing)"
    )]
    UnseenCategory {
        /// The column.
        column: String,
        /// The category.
        value: String,
        /// File and row.
        place: String,
    },
    /// More levels than an attribute may have.
    #[error(
        "column \"{column}\" has more than {limit} distinct values, too many to compare as groups; bin it if it holds numbers ({column}:10:20), else name a coarser column"
    )]
    TooManyLevels {
        /// The column.
        column: String,
        /// The limit, as people write it.
        limit: String,
    },
    /// A filter that cannot be used.
    #[error(
        "--where: {problem} in \"{part}\"; write comparisons of a column and a value, joined by AND, OR, NOT, IN, BETWEEN, IS NULL"
    )]
    Filter {
        /// The part that cannot be used.
        part: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A CSV line of another length than the header.
    #[error(
        "{path} line {line} has {found} fields, its header has {expected}; quote fields that hold the separator '{separator}', or name another separator"
    )]
    Ragged {
        /// The file.
        path: String,
        /// The line, from 1.
        line: u64,
        /// Its fields.
        found: usize,
        /// The header's fields.
        expected: usize,
        /// The separator in use.
        separator: char,
    },
    /// A cut that cannot be made.
    #[error("{problem}; {mend}")]
    Cut {
        /// What is wrong.
        problem: String,
        /// What to do.
        mend: &'static str,
    },
    /// Rows at the cut that their id does not tell apart.
    #[error(
        "id \"{column}\" is {problem} among the {tied} rows tied at the cut; name a column that is unique there, or leave the id out to share the places"
    )]
    TieId {
        /// The id column.
        column: String,
        /// `missing`, or `"…" twice`.
        problem: String,
        /// Rows in the tie block.
        tied: u64,
    },
    /// A row without the id by which rows are halved.
    #[error(
        "id \"{column}\" is missing in {place}; rows are kept back by their id: name a column without gaps, or leave those rows out with --where"
    )]
    IdMissing {
        /// The id column.
        column: String,
        /// File and row.
        place: String,
    },
    /// A favourable decision that does not occur.
    #[error("no decision is \"{given}\"; give as favourable {values}")]
    Favourable {
        /// What was given.
        given: String,
        /// What may be given.
        values: String,
    },
    /// A row without a cluster.
    #[error(
        "cluster \"{column}\" is missing in {place}; every row is of one: give rows of nobody else a value of their own, or leave them out with --where"
    )]
    ClusterMissing {
        /// The cluster column.
        column: String,
        /// File and row.
        place: String,
    },
    /// A propensity that no row with a label can have.
    #[error(
        "propensity \"{column}\" is {value} in {place}; a row with a label needs the probability of having got it, above 0 (at least 1e-12) and at most 1; other rows need one from 0 to 1, or none"
    )]
    Propensity {
        /// The column.
        column: String,
        /// What stands there.
        value: String,
        /// File and row.
        place: String,
    },
    /// A probability of belonging to a group that is none.
    #[error(
        "membership \"{attribute}\": column \"{column}\" is {value} in {place}; every row needs a probability from 0 to 1 for each group"
    )]
    Probability {
        /// The attribute.
        attribute: String,
        /// The column.
        column: String,
        /// What stands there.
        value: String,
        /// File and row.
        place: String,
    },
    /// Probabilities of the groups that do not sum to 1.
    #[error(
        "membership \"{attribute}\": the probabilities of {place} sum to {sum} instead of 1 (within 0.000001); name a column for every group, or add one for all others"
    )]
    ProbabilitySum {
        /// The attribute.
        attribute: String,
        /// Their sum.
        sum: f64,
        /// File and row.
        place: String,
    },
    /// More in memory than allowed.
    #[error("{what} needs more than {limit} bytes of memory; {mend}")]
    Memory {
        /// What needs it.
        what: &'static str,
        /// The limit.
        limit: u64,
        /// What to do.
        mend: &'static str,
    },
    /// Standard input can be read once.
    #[error("standard input was read already; save it to a file to read it twice")]
    InputGone,
    /// Nothing is left to audit.
    #[error(
        "no rows to audit: {place} holds {filtered_out} rows and --where keeps none of them; loosen the condition or check the file"
    )]
    NoRows {
        /// Where they were looked for.
        place: String,
        /// Rows that the filter left out.
        filtered_out: u64,
    },
    /// An output that cannot be written.
    #[error(
        "{path} cannot be written ({cause}); check the folder, its permissions and the free space"
    )]
    Write {
        /// The target.
        path: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The caller stopped the work.
    #[error("interrupted; nothing was written")]
    Interrupted,
}

impl DataError {
    /// A decoder's complaint, cut to one line.
    pub(crate) fn damaged(path: &str, format: &'static str, cause: &dyn std::fmt::Display) -> Self {
        let text = cause.to_string();
        let line = text.lines().next().unwrap_or_default();
        let cause = match line.char_indices().nth(200) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line.to_owned(),
        };
        Self::Damaged {
            path: path.to_owned(),
            format,
            cause,
        }
    }

    pub(crate) fn io(path: &str, cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::NotFound => Self::NotFound {
                path: path.to_owned(),
            },
            _ => Self::Io {
                path: path.to_owned(),
                cause,
            },
        }
    }
}

/// Up to five values, quoted and joined, for a message.
pub(crate) fn listing<T: std::fmt::Display>(values: impl IntoIterator<Item = T>) -> String {
    let mut texts: Vec<String> = values
        .into_iter()
        .take(6)
        .map(|value| format!("\"{value}\""))
        .collect();
    if texts.len() > 5 {
        texts[5] = "…".to_owned();
    }
    texts.join(", ")
}

/// A number of rows in words.
fn rows_text(count: u64) -> String {
    if count == 1 {
        "1 row".to_owned()
    } else {
        format!("{count} rows")
    }
}

/// A whole number with its thousands set apart.
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
