//! MNIST's IDX files, gzipped or not.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, absolute};

use flate2::bufread::MultiGzDecoder;
use ndarray::{Array1, Array3};

use crate::error::Error;

/// The images of an IDX file such as `train-images-idx3-ubyte.gz`, shape (n, height, width): grey levels from 0 to 255.
///
/// Gzip is recognised by the file's first bytes. The file's own word is never taken for the size of an allocation.
///
/// # Errors
/// [`Error::File`] when it cannot be read, with the full path that was tried; [`Error::Format`] for another magic number, a size of 0, data
/// that ends early or goes on, or a damaged gzip stream.
pub fn read_idx_images(path: impl AsRef<Path>) -> Result<Array3<u8>, Error> {
    let path = path.as_ref();
    images(&name(path), open(path)?)
}

/// The labels of an IDX file such as `train-labels-idx1-ubyte.gz`, shape (n,), each below `classes`.
///
/// # Errors
/// As [`read_idx_images`], and [`Error::Format`] for a label that names no class.
pub fn read_idx_labels(path: impl AsRef<Path>, classes: usize) -> Result<Array1<usize>, Error> {
    let path = path.as_ref();
    labels(&name(path), open(path)?, classes)
}

/// What errors call the file: the full path, since a notebook's folder is easily mistaken.
fn name(path: &Path) -> String {
    absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

fn open(path: &Path) -> Result<BufReader<File>, Error> {
    File::open(path).map(BufReader::new).map_err(|error| Error::file("read", name(path), error))
}

/// As [`read_idx_images`], from any reader; errors call it `name`.
pub(super) fn images(name: &str, from: impl BufRead) -> Result<Array3<u8>, Error> {
    let ([n, height, width], pixels) = decode(name, from)?;
    Array3::from_shape_vec((n, height, width), pixels).map_err(|error| Error::format(name, "sizes", "those of the data", error))
}

/// As [`read_idx_labels`], from any reader; errors call it `name`.
pub(super) fn labels(name: &str, from: impl BufRead, classes: usize) -> Result<Array1<usize>, Error> {
    let ([_], labels) = decode(name, from)?;
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
fn decode<const D: usize>(name: &str, mut from: impl BufRead) -> Result<([usize; D], Vec<u8>), Error> {
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    if from.fill_buf().map_err(|error| read_error(name, 0, error))?.starts_with(&GZIP) {
        return decode_plain(name, &mut MultiGzDecoder::new(from));
    }
    decode_plain(name, &mut from)
}

fn decode_plain<const D: usize>(name: &str, from: &mut dyn Read) -> Result<([usize; D], Vec<u8>), Error> {
    let head = read_up_to(name, from, 0, header::<D>())?;
    let mut words = head.chunks_exact(4).map(|bytes| bytes.iter().fold(0_u32, |word, &byte| word << 8 | u32::from(byte)));
    let magic = words.next().unwrap_or(0);
    let expected = 0x0800 + D as u32;
    if magic != expected && head.len() >= 4 {
        let meaning = format!("magic number {expected} (bytes in {D} dimension{})", if D == 1 { "" } else { "s" });
        return Err(Error::format(name, "byte 0", meaning, magic));
    }
    if head.len() < header::<D>() {
        return Err(Error::format(name, format!("byte {}", head.len()), format!("a header of {} bytes", header::<D>()), "the end"));
    }
    let mut sizes = [0; D];
    for (size, word) in sizes.iter_mut().zip(words) {
        *size = word as usize;
    }
    if let Some(i) = sizes.iter().position(|&size| size == 0) {
        return Err(Error::format(name, format!("byte {}", 4 + 4 * i), "a size of at least 1", 0));
    }
    let written = sizes.map(|size| size.to_string()).join(" × ");
    let total = sizes.iter().try_fold(1_usize, |total, &size| total.checked_mul(size)).filter(|&total| total <= isize::MAX as usize);
    let total = total.ok_or_else(|| Error::format(name, "byte 4", "sizes that fit into memory", &written))?;
    let data = read_up_to(name, from, head.len(), total)?;
    if data.len() < total {
        let end = head.len() + data.len();
        return Err(Error::format(
            name,
            format!("byte {end}"),
            format!("{total} bytes of data ({written})"),
            format!("the end after {}", data.len()),
        ));
    }
    if !read_up_to(name, from, head.len() + total, 1)?.is_empty() {
        return Err(Error::format(name, format!("byte {}", head.len() + total), format!("the end of the data ({written})"), "more"));
    }
    Ok((sizes, data))
}

/// The next bytes, `most` of them unless the end comes first. The buffer grows as they arrive.
fn read_up_to(name: &str, from: &mut dyn Read, start: usize, most: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let result = from.take(most as u64).read_to_end(&mut bytes);
    result.map_err(|error| read_error(name, start + bytes.len(), error))?;
    Ok(bytes)
}

fn read_error(name: &str, at: usize, error: std::io::Error) -> Error {
    match error.kind() {
        // What a gzip stream that is cut off or damaged reports.
        ErrorKind::UnexpectedEof | ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            Error::format(name, format!("unpacked byte {at}"), "a whole gzip stream", error)
        }
        _ => Error::file("read", name, error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::message;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Two images of 1×3 pixels.
    fn two_images() -> Vec<u8> {
        [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3][..], &[0, 128, 255, 1, 2, 3]].concat()
    }

    #[test]
    fn images_and_labels_are_read_gzipped_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for gzipped in [false, true] {
            let pack = |bytes: &[u8]| if gzipped { gzip(bytes) } else { bytes.to_vec() };
            std::fs::write(&path, pack(&two_images())).unwrap();
            assert_eq!(read_idx_images(&path).unwrap(), array![[[0, 128, 255]], [[1, 2, 3]]]);
            std::fs::write(&path, pack(&[0, 0, 8, 1, 0, 0, 0, 4, 7, 0, 9, 1])).unwrap();
            assert_eq!(read_idx_labels(&path, 10).unwrap(), array![7, 0, 9, 1]);
        }
    }

    #[test]
    fn a_missing_file_says_where_it_was_looked_for() {
        let full = std::env::current_dir().unwrap().join("no/such-ubyte");
        let expected = format!("could not read {}: No such file or directory (os error 2)", full.display());
        assert_eq!(message(read_idx_images("no/such-ubyte")), expected);
        assert_eq!(message(read_idx_labels("no/such-ubyte", 10)), expected);
        assert!(message(read_idx_images(std::env::temp_dir())).starts_with("could not read "));
    }

    #[test]
    fn damage_is_named() {
        let read = |bytes: &[u8]| message(images("f", bytes));
        let good = two_images();
        assert_eq!(read(&[]), "f, byte 0: expected a header of 16 bytes, got the end");
        assert_eq!(read(&good[..10]), "f, byte 10: expected a header of 16 bytes, got the end");
        assert_eq!(read(&good[..20]), "f, byte 20: expected 6 bytes of data (2 × 1 × 3), got the end after 4");
        assert_eq!(read(&[&good[..], &[0]].concat()), "f, byte 22: expected the end of the data (2 × 1 × 3), got more");
        assert_eq!(read(b"PNG, or so"), "f, byte 0: expected magic number 2051 (bytes in 3 dimensions), got 1347307308");
        let mut none = good.clone();
        none[7] = 0;
        assert_eq!(read(&none), "f, byte 4: expected a size of at least 1, got 0");
        let mut vast = good.clone();
        vast[4..16].fill(0xff);
        assert_eq!(read(&vast), "f, byte 4: expected sizes that fit into memory, got 4294967295 × 4294967295 × 4294967295");
        let mut large = good.clone();
        large[5] = 0xff;
        assert_eq!(read(&large), "f, byte 22: expected 50135046 bytes of data (16711682 × 1 × 3), got the end after 6");

        let packed = gzip(&good);
        assert!(read(&packed[..packed.len() - 9]).contains("expected a whole gzip stream"), "{}", read(&packed[..packed.len() - 9]));
        let mut damaged = packed.clone();
        let checksum = packed.len() - 8;
        damaged[checksum] ^= 1;
        assert_eq!(
            read(&damaged),
            "f, unpacked byte 22: expected a whole gzip stream, got corrupt gzip stream does not have a matching checksum"
        );

        let read = |bytes: &[u8]| message(labels("f", bytes, 10));
        assert_eq!(read(&good), "f, byte 0: expected magic number 2049 (bytes in 1 dimension), got 2051");
        assert_eq!(read(&[0, 0, 8, 1, 0, 0, 0, 2, 9, 10]), "f, byte 9 (label 1): expected a class below 10, got 10");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), cut in 0_usize..60, flip in 0_usize..60, to: u8) {
            let _ = images("f", &bytes[..]);
            for mut good in [two_images(), gzip(&two_images())] {
                let n = good.len();
                good[flip % n] = to;
                let _ = images("f", &good[..n - cut % n]);
            }
        }
    }
}
