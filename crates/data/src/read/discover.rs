//! Paths, globs and directories to a list of files, with the columns that folders name.

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path};

use crate::DataError;

/// How an unknown partition value is written by Hive, Spark and others.
const HIVE_NULL: &str = "__HIVE_DEFAULT_PARTITION__";
/// What counts as data within a directory.
const EXTENSIONS: [&str; 10] = [
    "parquet", "parq", "pq", "arrow", "arrows", "feather", "ipc", "csv", "tsv", "txt",
];

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub path: String,
    /// Columns from `name=value` folders, outermost first.
    pub partition: Vec<(String, Option<String>)>,
}

/// The files of paths, globs and directories, each once: in the order given, and by name within a
/// glob or directory.
pub(crate) fn files(paths: &[String]) -> Result<Vec<Found>, DataError> {
    if paths.is_empty() {
        return Err(DataError::NoInput);
    }
    let mut found = Vec::new();
    for given in paths {
        let path = Path::new(given);
        if path.is_dir() {
            in_directory(path, given, &mut found)?;
        } else if path.exists() {
            found.push(Found {
                path: given.clone(),
                partition: Vec::new(),
            });
        } else if given.contains(['*', '?', '[']) {
            in_glob(given, &mut found)?;
        } else {
            return Err(DataError::NotFound {
                path: given.clone(),
            });
        }
    }
    let mut seen = HashSet::new();
    found.retain(|file| seen.insert(file.path.clone()));
    Ok(found)
}

fn in_glob(pattern: &str, found: &mut Vec<Found>) -> Result<(), DataError> {
    let unreadable = |problem: String| DataError::Pattern {
        pattern: pattern.to_owned(),
        problem,
    };
    let paths = glob::glob(pattern).map_err(|problem| unreadable(problem.to_string()))?;
    let before = found.len();
    for path in paths {
        let path =
            path.map_err(|cause| DataError::io(&cause.path().display().to_string(), cause.into()))?;
        if path.is_file() {
            let partition = partition_of(&path);
            found.push(Found {
                path: path.display().to_string(),
                partition,
            });
        }
    }
    if found.len() == before {
        return Err(DataError::NoFiles {
            path: pattern.to_owned(),
        });
    }
    Ok(())
}

fn in_directory(root: &Path, given: &str, found: &mut Vec<Found>) -> Result<(), DataError> {
    let before = found.len();
    let mut pending = vec![root.to_path_buf()];
    let mut files = Vec::new();
    while let Some(directory) = pending.pop() {
        let name = directory.display().to_string();
        let entries = fs::read_dir(&directory).map_err(|cause| DataError::io(&name, cause))?;
        for entry in entries {
            let path = entry.map_err(|cause| DataError::io(&name, cause))?.path();
            let hidden = path
                .file_name()
                .and_then(|name| name.to_str())
                .is_none_or(|name| name.starts_with(['.', '_']));
            if hidden {
                continue;
            }
            if path.is_dir() {
                pending.push(path);
            } else if has_data_extension(&path) {
                files.push(path);
            }
        }
    }
    files.sort();
    for path in files {
        let partition = partition_of(path.strip_prefix(root).unwrap_or(&path));
        found.push(Found {
            path: path.display().to_string(),
            partition,
        });
    }
    if found.len() == before {
        return Err(DataError::NoFiles {
            path: given.to_owned(),
        });
    }
    Ok(())
}

fn has_data_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|e| EXTENSIONS.contains(&e.to_ascii_lowercase().as_str()))
}

/// The `name=value` folders above a file.
fn partition_of(path: &Path) -> Vec<(String, Option<String>)> {
    let mut columns: Vec<(String, Option<String>)> = Vec::new();
    let Some(folder) = path.parent() else {
        return columns;
    };
    for component in folder.components() {
        let Component::Normal(name) = component else {
            continue;
        };
        let Some((name, value)) = name.to_str().and_then(|name| name.split_once('=')) else {
            continue;
        };
        if name.is_empty() {
            continue;
        }
        let value = (value != HIVE_NULL).then(|| percent_decoded(value));
        columns.retain(|(known, _)| known != name);
        columns.push((name.to_owned(), value));
    }
    columns
}

/// `%20` and the like to characters; what is not well-formed stays as it is.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_name_columns() {
        let partition = partition_of(Path::new("year=2024/region=S%C3%BCd/x=/part.parquet"));
        let expected = [("year", "2024"), ("region", "Süd"), ("x", "")];
        assert_eq!(
            partition,
            expected.map(|(name, value)| (name.to_owned(), Some(value.to_owned())))
        );
        let unknown = partition_of(Path::new("region=__HIVE_DEFAULT_PARTITION__/part.parquet"));
        assert_eq!(unknown, [("region".to_owned(), None)]);
    }

    #[test]
    fn directories_are_walked_in_order_without_hidden_files() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "b=2/y.parquet",
            "b=1/x.csv",
            "_SUCCESS",
            ".x.parquet",
            "notes.md",
        ] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        let root = folder.path().display().to_string();
        let found = files(std::slice::from_ref(&root)).unwrap();
        let names: Vec<&str> = found.iter().map(|f| &f.path[root.len() + 1..]).collect();
        assert_eq!(names, ["b=1/x.csv", "b=2/y.parquet"]);
        let pattern = format!("{root}/**/*.parquet");
        assert_eq!(files(&[pattern, root.clone()]).unwrap().len(), 3);
        let message = files(&[format!("{root}/*.arrow")]).unwrap_err().to_string();
        assert!(message.contains("holds no data files"), "{message}");
    }
}
