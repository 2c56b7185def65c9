//! Sources to parts: every file opened once, its format by content, its schema read.

use std::io::{self, Read};
use std::sync::Arc;

use arrow::datatypes::Schema;
use tempfile::NamedTempFile;
use waage_core::observer::Observer;
use waage_result::document::Note;

use crate::DataError;
use crate::input::{CsvFormat, Source};
use crate::read::discover::{self, Found};
use crate::read::sniff::{self, Format};
use crate::read::stdin::{self, Stdin};
use crate::read::{Part, Store, check_names, csv, ipc, memory, parquet};

/// Parts in order, and what is to be told of them.
pub(crate) struct Opened {
    pub parts: Vec<Part>,
    pub notes: Vec<Note>,
    pub spool: Option<NamedTempFile>,
}

/// Opens all of a source; `input` stands for standard input if given.
pub(crate) fn source(
    source: Source,
    input: Option<Box<dyn Read + Send>>,
    observer: &dyn Observer,
) -> Result<Opened, DataError> {
    let (paths, csv) = match source {
        Source::Batches { schema, batches } => {
            let part = memory(schema, batches);
            check_names(&part.name, &part.schema)?;
            let mut opened = Opened {
                parts: vec![part],
                notes: Vec::new(),
                spool: None,
            };
            opened.note_unread();
            return Ok(opened);
        }
        Source::Input(input) => (input.paths, input.csv),
    };
    let mut opened = Opened {
        parts: Vec::new(),
        notes: Vec::new(),
        spool: None,
    };
    if paths.iter().any(|path| path == "-") {
        if paths.len() > 1 {
            return Err(DataError::Roles {
                problem: "standard input cannot be combined with files".to_owned(),
                mend: "give - alone, or files alone",
            });
        }
        opened.standard_input(input.unwrap_or_else(|| Box::new(io::stdin())), csv)?;
    } else {
        for found in discover::files(&paths)? {
            if observer.cancelled() {
                return Err(DataError::Interrupted);
            }
            let name = found.path.clone();
            opened.parts.push(file(found, &name, csv)?);
        }
    }
    opened.note_unread();
    Ok(opened)
}

impl Opened {
    fn standard_input(
        &mut self,
        input: Box<dyn Read + Send>,
        csv: CsvFormat,
    ) -> Result<(), DataError> {
        let failed = |cause| DataError::io(stdin::NAME, cause);
        let (head, mut bytes) = stdin::peek(input, sniff::HEAD_BYTES).map_err(failed)?;
        if sniff::format_of_head(&head, stdin::NAME)? == Format::IpcStream {
            let stdin = Stdin::open(bytes)?;
            let schema = Arc::clone(stdin.schema());
            check_names(stdin::NAME, &schema)?;
            let (name, store) = (stdin::NAME.to_owned(), Store::Stdin(stdin));
            self.parts.push(Part {
                name,
                schema,
                partition: Vec::new(),
                store,
            });
            return Ok(());
        }
        // Other formats are read from their end, or twice: they need a file.
        let mut spool = NamedTempFile::new().map_err(failed)?;
        io::copy(&mut bytes, &mut spool).map_err(failed)?;
        let path = spool.path().display().to_string();
        self.spool = Some(spool);
        self.parts.push(file(
            Found {
                path,
                partition: Vec::new(),
            },
            stdin::NAME,
            csv,
        )?);
        Ok(())
    }

    /// Names columns that are not read.
    fn note_unread(&mut self) {
        let mut names: Vec<&str> = Vec::new();
        for part in &self.parts {
            names.extend(unread(&part.schema));
        }
        names.sort_unstable();
        names.dedup();
        if !names.is_empty() {
            let columns = names.join(", ");
            let values = [("columns".to_owned(), columns)].into_iter().collect();
            self.notes.push(Note {
                code: "columns_not_read".to_owned(),
                values,
            });
        }
    }
}

/// Columns that hold nested or binary values.
fn unread(schema: &Schema) -> impl Iterator<Item = &str> {
    let fields = schema.fields().iter();
    let other = |data_type| crate::kind::Kind::of(data_type) == crate::kind::Kind::Other;
    fields
        .filter(move |f| other(f.data_type()))
        .map(|f| f.name().as_str())
}

fn file(found: Found, name: &str, csv: CsvFormat) -> Result<Part, DataError> {
    let path = &found.path;
    // Footers may lie, too: what a decoder says by panicking becomes an error.
    let open = || match sniff::format_of(path, name)? {
        Format::Parquet => {
            let file = parquet::File::open(path, name)?;
            Ok((Arc::clone(file.schema()), Store::Parquet(file)))
        }
        Format::IpcFile => {
            let file = ipc::File::open(path, name)?;
            Ok((Arc::clone(file.schema()), Store::IpcFile(file)))
        }
        Format::IpcStream => {
            let file = ipc::Stream::open(path, name)?;
            Ok((Arc::clone(file.schema()), Store::IpcStream(file)))
        }
        Format::Csv => {
            let file = csv::File::open(path, name, csv)?;
            Ok((Arc::clone(file.schema()), Store::Csv(file)))
        }
    };
    let (schema, store) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(open))
        .unwrap_or_else(|_| Err(DataError::damaged(name, "data", &"its decoder gave up")))?;
    check_names(name, &schema)?;
    Ok(Part {
        name: name.to_owned(),
        schema,
        partition: found.partition,
        store,
    })
}
