//! Reading, locking and replacing whole files.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::RecordError;
use crate::ledger::Hash;
use crate::ledger::hash::sha256_of;

/// Largest file that is read: no register of people's making comes near.
pub const SIZE_MAX_BYTES: u64 = 64 << 20;
/// Largest document of an audit that is read: every comparison of many groups takes room.
pub const RESULT_MAX_BYTES: u64 = 1 << 30;

/// How long a lock is waited for.
const WAIT: Duration = Duration::from_secs(10);
/// Pause between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// The text of a file; `what` it is and how to get one stand in the error.
///
/// # Errors
/// [`RecordError::Read`]: not there, not readable, not UTF-8 or larger than [`SIZE_MAX_BYTES`].
pub fn read(path: &Path, what: &'static str, mend: &'static str) -> Result<String, RecordError> {
    read_within(path, what, mend, SIZE_MAX_BYTES)
}

/// The same of a file of so many bytes at most.
///
/// # Errors
/// [`RecordError::Read`].
pub fn read_within(
    path: &Path,
    what: &'static str,
    mend: &'static str,
    bytes_max: u64,
) -> Result<String, RecordError> {
    let failed = |source| RecordError::Read {
        what,
        file: path.display().to_string(),
        source,
        mend,
    };
    text_within(path, bytes_max).map_err(failed)
}

/// The whole text of a file, never a part of it.
///
/// # Errors
/// What the system says; a folder, and a file of more than so many bytes, with what they are.
pub fn text_within(path: &Path, bytes_max: u64) -> io::Result<String> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    let mut bytes = Vec::new();
    // A pipe has no size before it is read.
    file.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        let limit = match bytes_max >> 20 {
            0 => format!("{} KiB", bytes_max >> 10),
            mib => format!("{mib} MiB"),
        };
        return Err(io::Error::other(format!("it is larger than {limit}")));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8 text"))
}

/// SHA-256 of a file.
///
/// # Errors
/// What the system says, and that it is no file.
pub(crate) fn sha256(path: &Path) -> io::Result<Hash> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    Ok(sha256_of(file)?.0)
}

/// An exclusive lock beside a file (`risks.toml.lock`), held until it is dropped.
///
/// The lock file stays: removing it would let two processes lock two files of one name.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a file, waiting at most ten seconds.
    ///
    /// # Errors
    /// [`RecordError::Locked`] if another process keeps it, [`RecordError::Write`] if the lock file
    /// cannot be made.
    pub fn take(path: &Path) -> Result<Self, RecordError> {
        let beside = with_suffix(path, ".lock");
        let failed = |source| RecordError::Write {
            file: beside.display().to_string(),
            source,
        };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&beside)
            .map_err(failed)?;
        let tries = WAIT.as_millis() / PAUSE.as_millis();
        for _ in 0..tries {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
        Err(RecordError::Locked {
            file: beside.display().to_string(),
            seconds: WAIT.as_secs(),
        })
    }
}

/// Replaces a file as a whole: written beside it, brought to the disk, renamed. Call it under the
/// file's [`Lock`].
///
/// # Errors
/// [`RecordError::Write`]; the file is then as it was.
pub fn replace(path: &Path, text: &str) -> Result<(), RecordError> {
    let failed = |source| RecordError::Write {
        file: path.display().to_string(),
        source,
    };
    let part = with_suffix(path, ".part");
    let written = write_through(&part, path, text);
    let outcome = written.and_then(|()| fs::rename(&part, path));
    if outcome.is_err() {
        let _ = fs::remove_file(&part);
    }
    outcome.map_err(failed)?;
    // The rename itself must survive a power cut; not every system lets a folder be synced.
    if let Some(folder) = path.parent() {
        let folder = if folder == Path::new("") {
            Path::new(".")
        } else {
            folder
        };
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
    }
    Ok(())
}

fn write_through(part: &Path, target: &Path, text: &str) -> io::Result<()> {
    if target.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // What an interrupted run left under this name is nobody's: the lock is ours.
    let mut file = File::create(part)?;
    if let Ok(metadata) = fs::metadata(target) {
        file.set_permissions(metadata.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("risks.toml");
        replace(&path, "one").unwrap();
        replace(&path, "two").unwrap();
        assert_eq!(read(&path, "the file", "x").unwrap(), "two");
        let names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["risks.toml"], "nothing is left beside it");
        let error = replace(&folder.path().join("absent/risks.toml"), "x").unwrap_err();
        assert!(error.to_string().contains("nothing was changed"), "{error}");
    }

    #[test]
    fn writers_wait_for_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("count");
        replace(&path, "0").unwrap();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let _lock = Lock::take(&path).unwrap();
                        let count: u32 = read(&path, "it", "x").unwrap().parse().unwrap();
                        replace(&path, &(count + 1).to_string()).unwrap();
                    }
                });
            }
        });
        assert_eq!(read(&path, "it", "x").unwrap(), "100");
    }

    #[test]
    fn a_file_is_read_whole_or_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, "äöü").unwrap();
        assert_eq!(text_within(&path, 6).unwrap(), "äöü");
        // The limit may fall into the middle of a letter.
        for bytes_max in 0..6 {
            let said = text_within(&path, bytes_max).unwrap_err().to_string();
            assert!(said.starts_with("it is larger than"), "{said}");
        }
        let said = text_within(folder.path(), 6).unwrap_err().to_string();
        assert_eq!(said, "it is a folder");
        assert!(text_within(&folder.path().join("absent"), 6).is_err());
    }

    #[test]
    fn what_is_no_text_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, [0xff, 0xfe]).unwrap();
        let error = read(&path, "the register", "save it as UTF-8").unwrap_err();
        assert!(error.to_string().ends_with("save it as UTF-8"), "{error}");
    }
}
