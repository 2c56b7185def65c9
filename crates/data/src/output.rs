//! Files that are there whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use tempfile::NamedTempFile;

use crate::DataError;

/// A file under a temporary name beside its target, renamed once it is complete.
///
/// [`AtomicFile::commit`] writes it through to the disk and renames it; a file that is dropped
/// without, because something failed or was interrupted, is removed and leaves the target as it
/// was.
///
/// ```
/// use std::io::Write;
/// use waage_data::output::AtomicFile;
///
/// let folder = tempfile::tempdir()?;
/// let target = folder.path().join("report.html");
/// let mut file = AtomicFile::create(&target)?;
/// file.write_all(b"<!doctype html>")?;
/// assert!(!target.exists());
/// file.commit()?;
/// assert_eq!(std::fs::read(&target)?, b"<!doctype html>");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct AtomicFile {
    target: PathBuf,
    file: NamedTempFile,
}

impl AtomicFile {
    /// Begins a file; its folder must exist.
    ///
    /// # Errors
    /// [`DataError::Write`] when the folder does not exist or cannot be written to, or the target
    /// is a folder.
    pub fn create(target: impl AsRef<Path>) -> Result<Self, DataError> {
        let target = target.as_ref();
        let failed = |cause| write_error(target, cause);
        if target.is_dir() {
            return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        if !fs::metadata(folder).map_err(failed)?.is_dir() {
            return Err(failed(io::ErrorKind::NotADirectory.into()));
        }
        let file = tempfile::Builder::new()
            .prefix(".waage-")
            .suffix(".part")
            .tempfile_in(folder)
            .map_err(failed)?;
        Ok(Self {
            target: target.to_path_buf(),
            file,
        })
    }

    /// Where the file will be.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Makes the file appear under its name, replacing what was there. Permissions are those of the
    /// file it replaces, else those of any new file.
    ///
    /// # Errors
    /// [`DataError::Write`] when the disk is full or the target cannot be replaced; the target is
    /// then as it was.
    pub fn commit(mut self) -> Result<(), DataError> {
        let target = self.target;
        let failed = |cause| write_error(&target, cause);
        self.file.flush().map_err(failed)?;
        let permissions = match fs::metadata(&target) {
            Ok(metadata) => Some(metadata.permissions()),
            Err(_) => ordinary_permissions(self.file.path()),
        };
        if let Some(permissions) = permissions {
            self.file
                .as_file()
                .set_permissions(permissions)
                .map_err(failed)?;
        }
        self.file.as_file().sync_all().map_err(failed)?;
        self.file
            .persist(&target)
            .map_err(|error| failed(error.error))?;
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a whole file at once, or none.
///
/// # Errors
/// Those of [`AtomicFile::create`] and [`AtomicFile::commit`], and [`DataError::Write`] when the
/// disk is full.
pub fn write(target: impl AsRef<Path>, bytes: &[u8]) -> Result<(), DataError> {
    let mut file = AtomicFile::create(target.as_ref())?;
    file.write_all(bytes)
        .map_err(|cause| write_error(target.as_ref(), cause))?;
    file.commit()
}

/// A table as the bytes of a Parquet file: the same rows give the same bytes.
///
/// # Errors
/// [`DataError::ColumnTwice`] when two columns have one name; `name` is what errors call the file.
pub fn parquet(name: &str, rows: &RecordBatch) -> Result<Vec<u8>, DataError> {
    crate::read::check_names(name, rows.schema_ref())?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
        .set_created_by(format!("waage {}", env!("CARGO_PKG_VERSION")))
        .build();
    let failed = |cause: ParquetError| write_error(Path::new(name), io::Error::other(cause));
    let mut bytes = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut bytes, rows.schema(), Some(properties)).map_err(failed)?;
    writer.write(rows).map_err(failed)?;
    writer.close().map_err(failed)?;
    Ok(bytes)
}

pub(crate) fn write_error(target: &Path, cause: io::Error) -> DataError {
    // A temporary file's name says nothing to its reader.
    let cause = if cause.raw_os_error().is_none() && cause.kind() != io::ErrorKind::Other {
        io::Error::from(cause.kind())
    } else {
        cause
    };
    DataError::Write {
        path: target.display().to_string(),
        cause,
    }
}

/// The permissions that the system gives new files here, learnt from one: temporary files are
/// readable by their owner alone.
fn ordinary_permissions(beside: &Path) -> Option<fs::Permissions> {
    let mut name = beside.file_name()?.to_os_string();
    name.push(".mode");
    let probe = beside.with_file_name(name);
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&probe)
        .ok()?;
    let permissions = file.metadata().ok().map(|metadata| metadata.permissions());
    drop(file);
    fs::remove_file(&probe).ok()?;
    permissions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_dropped_file_leaves_nothing_and_the_target_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("audit.json");
        write(&target, b"old").unwrap();
        let mut file = AtomicFile::create(&target).unwrap();
        file.write_all(b"half").unwrap();
        assert_eq!(names(folder.path()).len(), 2);
        drop(file);
        assert_eq!(names(folder.path()), ["audit.json"]);
        assert_eq!(fs::read(&target).unwrap(), b"old");
    }

    #[cfg(unix)]
    #[test]
    fn new_files_have_the_usual_permissions_and_replaced_ones_keep_theirs() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (usual, target) = (folder.path().join("usual"), folder.path().join("new"));
        fs::write(&usual, b"").unwrap();
        write(&target, b"x").unwrap();
        assert_eq!(mode(&target), mode(&usual));
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
        write(&target, b"y").unwrap();
        assert_eq!(mode(&target), 0o640);
        assert_eq!(names(folder.path()).len(), 2);
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("missing/report.html");
        let message = AtomicFile::create(&target).unwrap_err().to_string();
        assert!(
            message.contains("missing/report.html cannot be written"),
            "{message}"
        );
        let message = AtomicFile::create(folder.path()).unwrap_err().to_string();
        assert!(message.contains("cannot be written"), "{message}");
    }
}
