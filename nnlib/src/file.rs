//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::Error;

/// Writes a file beside its place and renames it into it: whoever reads the path meets the old file or the new one, whole.
///
/// # Errors
/// [`Error::File`] with the path that was asked for. Nothing is left behind.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    static FILES: AtomicU32 = AtomicU32::new(0);
    let failed = |source| Error::file("write", path, source);
    let Some(name) = path.file_name() else {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "the path names no file")));
    };
    // The rename would replace an empty folder on some systems; a path that names a folder is a mistake.
    if path.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    // The name must differ from that of any other process, and of any other write by this one. Each notebook cell has its own copy of
    // this counter, so a name may be taken already: the next is tried.
    let (file, beside) = loop {
        let mut beside = std::ffi::OsString::from(".");
        beside.push(name);
        beside.push(format!(".{}-{}.tmp", std::process::id(), FILES.fetch_add(1, Ordering::Relaxed)));
        let beside = path.with_file_name(beside);
        match File::options().write(true).create_new(true).open(&beside) {
            Ok(file) => break (file, beside),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
    };
    let written = write_and_close(file, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        failed(error)
    })
}

/// The bytes of a file.
///
/// # Errors
/// [`Error::File`] when there is none, or no regular one: a device or a pipe might never end.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::file("read", path, source);
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    if !metadata.is_file() {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
    }
    fs::read(path).map_err(failed)
}

fn write_and_close(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}
