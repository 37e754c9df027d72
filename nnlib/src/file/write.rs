//! Files that are there whole or not at all.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::check_regular;
use crate::error::Error;

/// How the name of a file begins, and ends, while it is being written.
const UNFINISHED: (&str, &str) = (".nnlib-", ".tmp");

/// Writes a file beside its place and renames it into it: whoever reads the path meets the old file or the new one, whole.
///
/// A symbolic link is followed; permissions and owner stay those of the old file. What a process left behind that died while it wrote into
/// this folder is removed.
///
/// # Errors
/// [`Error::File`] with the path that was asked for, also for a write-protected file, a device or a pipe. Nothing is left behind.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    replace(path, bytes).map_err(|error| Error::file("write", path, error))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = follow_links(path);
    if path.file_name().is_none() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"));
    }
    let old = match fs::metadata(&path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if let Some(old) = &old {
        check_regular(old)?;
        if old.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file there is write-protected"));
        }
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    remove_unfinished(folder);
    let (mut file, beside) = create_unfinished(folder)?;
    let written = old.map_or(Ok(()), |old| keep_access(&file, &old)).and_then(|()| file.write_all(bytes)).and_then(|()| file.sync_all());
    // The lock on the file goes with it, after it has its name.
    written.and_then(|()| fs::rename(&beside, &path)).inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

/// Where a chain of symbolic links leads, also when nothing is there yet. One that goes in a circle ends at a link, which no file can replace.
fn follow_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..40 {
        let Ok(to) = fs::read_link(&path) else { break };
        path.pop();
        path.push(to);
    }
    path
}

/// A new file that this process holds locked: its end, whatever it be, unlocks it.
fn create_unfinished(folder: &Path) -> io::Result<(File, PathBuf)> {
    // Each notebook cell has its own copy of this counter, and other machines may write here: a name may be taken already.
    static FILES: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{}{}-{number}{}", UNFINISHED.0, std::process::id(), UNFINISHED.1));
        match File::options().write(true).create_new(true).open(&path) {
            // Where there are no locks, nobody removes it either. Before it was locked, somebody may have.
            Ok(file) if !matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)) && path.exists() => return Ok((file, path)),
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
}

/// Removes the files that nobody is writing any more.
fn remove_unfinished(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1));
        if ours
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Ok(file) = File::options().write(true).open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Gives a file the owner, where that is allowed, and the permissions of another.
fn keep_access(file: &File, old: &Metadata) -> io::Result<()> {
    let permissions: Permissions = old.permissions();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
    file.set_permissions(permissions)
}
