//! Files read whole, and files that are there whole or not at all.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf, absolute};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::Error;

/// How the name of a file begins, and ends, while it is being written.
const UNFINISHED: (&str, &str) = (".nnlib-", ".tmp");

/// The bytes of a file.
///
/// # Errors
/// [`Error::File`] with the full path, since a notebook's folder is easily mistaken, when there is none, or no regular one: a device or a
/// pipe might never end.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let path = &absolute(path).unwrap_or_else(|_| path.to_owned());
    let bytes = fs::metadata(path).and_then(|metadata| check_regular(&metadata)).and_then(|()| fs::read(path));
    bytes.map_err(|error| Error::file("read", path, error))
}

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

fn check_regular(metadata: &Metadata) -> io::Result<()> {
    match metadata {
        folder if folder.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        file if file.is_file() => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
    }
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

/// What a file is that is not what its name says: what people save, download and rename by mistake.
pub(crate) fn mistaken_for(bytes: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], &str); 11] = [
        (b"\xff\xfe", "UTF-16 text (save it as UTF-8)"),
        (b"\xfe\xff", "UTF-16 text (save it as UTF-8)"),
        (b"PK\x03\x04", "a zip archive or an office document"),
        (b"\xd0\xcf\x11\xe0", "an office document"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"%PDF", "a PDF document"),
        (b"PAR1", "a Parquet file"),
        (b"\x93NUMPY", "a NumPy array"),
        (b"version https://git-lfs", "a pointer of Git LFS, not the file itself"),
    ];
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let page = ["<!doctype", "<html", "<head", "<body", "<?xml", "<!--"];
    let is_page = page.iter().any(|tag| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes())));
    let found = kinds.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind);
    found.or(is_page.then_some("a web page"))
}

/// What errors call a file: its full path, since a notebook's folder is easily mistaken.
pub(crate) fn name(path: &Path) -> String {
    absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}
