//! Where a ledger lies: its files, its lock, its file system.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::LedgerError;
use super::head::Head;

/// How a ledger is opened.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Also on network file systems, whose locks are unreliable.
    pub allow_network_fs: bool,
    /// How long to wait for another writer.
    pub wait_seconds: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allow_network_fs: false,
            wait_seconds: 10,
        }
    }
}

/// The files of one ledger, all in one folder.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub ledger: PathBuf,
    pub lock: PathBuf,
    /// Held by the writer that is next, so that one that just wrote cannot overtake it.
    pub queue: PathBuf,
    pub head: PathBuf,
    pub head_tmp: PathBuf,
}

impl Place {
    pub fn of(ledger: &Path) -> Self {
        let ledger = resolved(ledger);
        Self {
            lock: beside(&ledger, "lock"),
            queue: beside(&ledger, "queue"),
            head: beside(&ledger, "head"),
            head_tmp: beside(&ledger, "head.tmp"),
            ledger,
        }
    }

    /// Where the torn tail goes that stood in the place of an entry.
    pub fn torn(&self, seq: u64) -> PathBuf {
        beside(&self.ledger, &format!("torn-{seq}"))
    }

    pub fn name(&self) -> String {
        self.ledger.display().to_string()
    }

    fn folder(&self) -> &Path {
        match self.ledger.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// Brings names to the disk; only Unix lets a folder be opened for that.
    pub fn sync_folder(&self) -> io::Result<()> {
        if cfg!(unix) {
            File::open(self.folder())?.sync_all()?;
        }
        Ok(())
    }

    /// Takes the lock of writers; it is free again when the file is dropped, however that happens.
    pub fn lock(&self, options: &Options) -> Result<File, LedgerError> {
        let mut turns = turns(options);
        let queue = lockable(&self.queue)?;
        self.wait(options, &mut turns, || queue.try_lock())?;
        let lock = lockable(&self.lock)?;
        self.wait(options, &mut turns, || lock.try_lock())?;
        Ok(lock)
    }

    /// Takes the lock of readers, if anybody ever wrote here.
    pub fn lock_shared(&self, options: &Options) -> Result<Option<File>, LedgerError> {
        let Ok(file) = File::open(&self.lock) else {
            return Ok(None);
        };
        self.wait(options, &mut turns(options), || file.try_lock_shared())?;
        Ok(Some(file))
    }

    /// The size of the ledger and its head at one moment between two appends.
    pub fn snapshot(&self, options: &Options) -> Result<(u64, Option<Head>), LedgerError> {
        let _lock = self.lock_shared(options)?;
        let size = match std::fs::metadata(&self.ledger) {
            Ok(about) if about.is_file() => about.len(),
            Ok(_) => {
                return Err(LedgerError::Read {
                    file: self.name(),
                    source: io::Error::other("it is not a regular file"),
                });
            }
            Err(source) if source.kind() == io::ErrorKind::NotFound => {
                return Err(LedgerError::Missing { file: self.name() });
            }
            Err(source) => {
                return Err(LedgerError::Read {
                    file: self.name(),
                    source,
                });
            }
        };
        Ok((size, Head::read(&self.head)))
    }

    fn wait(
        &self,
        options: &Options,
        turns: &mut u64,
        mut take: impl FnMut() -> Result<(), TryLockError>,
    ) -> Result<(), LedgerError> {
        loop {
            match take() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) if *turns > 0 => {
                    *turns -= 1;
                    std::thread::sleep(PAUSE);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(LedgerError::Locked {
                        file: self.lock.display().to_string(),
                        seconds: options.wait_seconds,
                    });
                }
                Err(TryLockError::Error(source)) => {
                    return Err(LedgerError::Write {
                        file: self.lock.display().to_string(),
                        source,
                    });
                }
            }
        }
    }

    /// Refuses network file systems, as far as the system tells.
    pub fn check_file_system(&self, options: &Options) -> Result<(), LedgerError> {
        if options.allow_network_fs || !cfg!(target_os = "linux") {
            return Ok(());
        }
        let Ok(folder) = self.folder().canonicalize() else {
            return Ok(());
        };
        let Ok(mounts) = std::fs::read_to_string("/proc/self/mountinfo") else {
            return Ok(());
        };
        match file_system(&mounts, &folder) {
            Some(kind) if is_network(kind) => Err(LedgerError::Network {
                file: self.name(),
                kind: kind.to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

/// Most links that are followed; systems follow no more either.
const LINKS_MAX: usize = 40;
/// Between two looks at a lock.
const PAUSE: Duration = Duration::from_millis(1);

/// How often a lock is looked at.
fn turns(options: &Options) -> u64 {
    u64::from(options.wait_seconds) * 1000
}

fn lockable(path: &Path) -> Result<File, LedgerError> {
    File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|source| LedgerError::Write {
            file: path.display().to_string(),
            source,
        })
}

/// The file that a path means, links followed: whoever comes by a link must meet the same lock and head.
fn resolved(ledger: &Path) -> PathBuf {
    let mut path = ledger.to_owned();
    for _ in 0..LINKS_MAX {
        let Ok(target) = std::fs::read_link(&path) else {
            break;
        };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// `ledger.jsonl` and `head`: `ledger.head`.
fn beside(ledger: &Path, ending: &str) -> PathBuf {
    if ledger.extension().is_some_and(|e| e == "jsonl") {
        return ledger.with_extension(ending);
    }
    let mut name = ledger.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// The type of the file system that a folder lies in, from the system's table of mounts.
fn file_system<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let (Some(point), Some((_, tail))) = (line.split(' ').nth(4), line.split_once(" - "))
        else {
            continue;
        };
        let point = unescaped(point);
        let kind = tail.split(' ').next().unwrap_or("");
        // Later mounts cover earlier ones at the same point.
        if folder.starts_with(&point) && best.is_none_or(|(length, _)| point.len() >= length) {
            best = Some((point.len(), kind));
        }
    }
    best.map(|(_, kind)| kind)
}

/// Blanks, tabs, line breaks and backslashes stand in octal there.
fn unescaped(point: &str) -> String {
    point
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\")
}

fn is_network(kind: &str) -> bool {
    const KINDS: [&str; 21] = [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "smb2",
        "ncpfs",
        "afs",
        "coda",
        "ceph",
        "lustre",
        "gpfs",
        "beegfs",
        "glusterfs",
        "pvfs2",
        "orangefs",
        "ocfs2",
        "gfs2",
        "davfs",
        "sshfs",
        "s3fs",
    ];
    const FUSE: [&str; 12] = [
        "sshfs",
        "rclone",
        "glusterfs",
        "s3fs",
        "davfs2",
        "davfs",
        "ceph",
        "gcsfuse",
        "goofys",
        "cifs",
        "mount-s3",
        "juicefs",
    ];
    match kind.strip_prefix("fuse.") {
        Some(name) => FUSE.iter().any(|known| name.starts_with(known)),
        None => KINDS.contains(&kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home rw - nfs4 server:/home rw
31 30 8:2 / /home/local rw master:1 - xfs /dev/sdb rw
32 22 0:41 / /mnt/a\\040b rw - cifs //server/share rw
33 22 0:42 / /mnt/far rw - fuse.sshfs me: rw
34 22 0:43 / /mnt/near rw - fuse.gocryptfs x rw
";

    #[test]
    fn the_mount_that_covers_a_folder_decides() {
        for (folder, kind, network) in [
            ("/var/lib", "ext4", false),
            ("/home/me", "nfs4", true),
            ("/home/local/me", "xfs", false),
            ("/homely", "ext4", false),
            ("/mnt/a b/c", "cifs", true),
            ("/mnt/far", "fuse.sshfs", true),
            ("/mnt/near", "fuse.gocryptfs", false),
        ] {
            assert_eq!(
                file_system(MOUNTS, Path::new(folder)),
                Some(kind),
                "{folder}"
            );
            assert_eq!(is_network(kind), network, "{kind}");
        }
    }

    #[test]
    fn files_lie_beside_the_ledger() {
        let place = Place::of(Path::new("a/ledger.jsonl"));
        assert_eq!(place.lock, Path::new("a/ledger.lock"));
        assert_eq!(place.head_tmp, Path::new("a/ledger.head.tmp"));
        assert_eq!(place.torn(7), Path::new("a/ledger.torn-7"));
        assert_eq!(Place::of(Path::new("log")).head, Path::new("log.head"));
    }
}
