//! Files: read whole here, written whole or not at all in `write`. What stands in them is the business of `data`, `store` and `plot`.

#[cfg(any(feature = "plot", feature = "store"))]
pub(crate) mod write;

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, absolute};

use crate::error::Error;

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

fn check_regular(metadata: &Metadata) -> io::Result<()> {
    match metadata {
        folder if folder.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        file if file.is_file() => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
    }
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
