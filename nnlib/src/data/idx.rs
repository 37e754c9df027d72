//! MNIST's IDX files, gzipped or not.

use std::io::{ErrorKind, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use ndarray::{Array1, Array3};

use crate::error::Error;
use crate::file;

/// The images of an IDX file such as `train-images-idx3-ubyte.gz`, shape (n, height, width): grey levels from 0 to 255.
///
/// Gzip is recognised by the file's first bytes. The file's own word is never taken for the size of an allocation.
///
/// # Errors
/// [`Error::File`] when it cannot be read, with the full path that was tried; [`Error::Format`] for a file of another kind, numbers of
/// another type, a size of 0, data that ends early or goes on, or a damaged gzip stream.
pub fn read_idx_images(path: impl AsRef<Path>) -> Result<Array3<u8>, Error> {
    images(&file::name(path.as_ref()), &file::read(path.as_ref())?)
}

/// The labels of an IDX file such as `train-labels-idx1-ubyte.gz`, shape (n,), each below `classes`.
///
/// # Errors
/// As [`read_idx_images`], and [`Error::Format`] for a label that names no class.
pub fn read_idx_labels(path: impl AsRef<Path>, classes: usize) -> Result<Array1<usize>, Error> {
    labels(&file::name(path.as_ref()), &file::read(path.as_ref())?, classes)
}

/// As [`read_idx_images`], from bytes; errors call them `name`.
pub(super) fn images(name: &str, bytes: &[u8]) -> Result<Array3<u8>, Error> {
    let ([n, height, width], pixels) = decode(name, bytes)?;
    Array3::from_shape_vec((n, height, width), pixels).map_err(|error| Error::format(name, "sizes", "those of the data", error))
}

/// As [`read_idx_labels`], from bytes; errors call them `name`.
pub(super) fn labels(name: &str, bytes: &[u8], classes: usize) -> Result<Array1<usize>, Error> {
    let ([_], labels) = decode(name, bytes)?;
    if let Some((i, label)) = labels.iter().enumerate().find(|(_, label)| usize::from(**label) >= classes) {
        return Err(Error::format(name, format!("byte {} (label {i})", header::<1>() + i), format!("a class below {classes}"), label));
    }
    Ok(labels.into_iter().map(usize::from).collect())
}

/// The length of the header: the magic number and D sizes, four bytes each, highest first.
const fn header<const D: usize>() -> usize {
    4 + 4 * D
}

/// The D sizes of an IDX file of bytes, and its data.
fn decode<const D: usize>(name: &str, mut bytes: &[u8]) -> Result<([usize; D], Vec<u8>), Error> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return unpacked(name, &mut MultiGzDecoder::new(bytes));
    }
    unpacked(name, &mut bytes)
}

fn unpacked<const D: usize>(name: &str, from: &mut dyn Read) -> Result<([usize; D], Vec<u8>), Error> {
    let wrong = |at: usize, expected: String, got: String| Err(Error::format(name, format!("byte {at}"), expected, got));
    let mut head = read_up_to(name, from, 0, header::<D>())?;
    let expected =
        |kind: u8, dimensions: u8| format!("{} in {dimensions} dimension{}", numbers(kind), if dimensions == 1 { "" } else { "s" });
    match head[..] {
        [0, 0, 8, dimensions, ..] if usize::from(dimensions) == D => {}
        [0, 0, kind, dimensions, ..] if numbers(kind) != UNKNOWN => {
            return wrong(0, format!("an IDX file of {}", expected(8, D as u8)), expected(kind, dimensions));
        }
        [_, _, _, _, ..] => {
            // What kind of file it is shows a little later in it.
            head.extend(read_up_to(name, from, head.len(), 64)?);
            let got = file::mistaken_for(&head).map_or_else(|| format!("{:02x?}", &head[..4]), str::to_owned);
            return wrong(0, format!("an IDX file of {}", expected(8, D as u8)), got);
        }
        _ => {}
    }
    if head.len() < header::<D>() {
        return wrong(head.len(), format!("a header of {} bytes", header::<D>()), "the end".to_owned());
    }
    let sizes: [usize; D] = std::array::from_fn(|i| {
        let size = &head[4 + 4 * i..8 + 4 * i];
        size.iter().fold(0, |size, &byte| size << 8 | usize::from(byte))
    });
    if let Some(i) = sizes.iter().position(|&size| size == 0) {
        return wrong(4 + 4 * i, "a size of at least 1".to_owned(), "0".to_owned());
    }
    let written = sizes.map(|size| size.to_string()).join(" × ");
    let total = sizes.iter().try_fold(1_usize, |total, &size| total.checked_mul(size)).filter(|&total| total <= isize::MAX as usize);
    let Some(total) = total else { return wrong(4, "sizes that fit into memory".to_owned(), written) };
    let data = read_up_to(name, from, head.len(), total)?;
    let end = head.len() + data.len();
    if data.len() < total {
        return wrong(end, format!("{total} bytes of data ({written})"), format!("the end after {}", data.len()));
    }
    if !read_up_to(name, from, end, 1)?.is_empty() {
        return wrong(end, format!("the end of the data ({written})"), "more".to_owned());
    }
    Ok((sizes, data))
}

const UNKNOWN: &str = "unknown numbers";

/// The numbers that the third byte of the magic number stands for.
fn numbers(kind: u8) -> &'static str {
    match kind {
        0x08 => "unsigned bytes",
        0x09 => "signed bytes",
        0x0b => "16-bit integers",
        0x0c => "32-bit integers",
        0x0d => "32-bit floating-point numbers",
        0x0e => "64-bit floating-point numbers",
        _ => UNKNOWN,
    }
}

/// The next bytes, `most` of them unless the end comes first. The buffer grows as they arrive.
fn read_up_to(name: &str, from: &mut dyn Read, start: usize, most: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let result = from.take(most as u64).read_to_end(&mut bytes);
    result.map_err(|error| match error.kind() {
        ErrorKind::OutOfMemory => Error::file("read", name, error),
        // What a gzip stream that is cut off or damaged reports.
        _ => Error::format(name, format!("unpacked byte {}", start + bytes.len()), "a whole gzip stream", error),
    })?;
    Ok(bytes)
}
