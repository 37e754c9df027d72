//! Images and labels, gzipped or not.

#![no_main]

use std::io::Read;

use flate2::bufread::MultiGzDecoder;
use libfuzzer_sys::fuzz_target;
use nnlib::data::{read_idx_images, read_idx_labels};
use nnlib_fuzz::read;

fuzz_target!(|bytes: &[u8]| {
    // Of a gzip what it unpacks to, as far as its header promises and one byte more.
    let mut unpacked = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut gzip = MultiGzDecoder::new(bytes);
        let _ = (&mut gzip).take(16).read_to_end(&mut unpacked);
        let sizes = unpacked.get(4..).unwrap_or_default().chunks_exact(4);
        let promised = sizes.map(|size| size.iter().fold(0_u64, |size, &byte| size << 8 | u64::from(byte))).fold(1, u64::saturating_mul);
        if promised > 1 << 28 {
            return;
        }
        let _ = gzip.take(promised).read_to_end(&mut unpacked);
    }
    let holds = bytes.len().max(unpacked.len());
    drop(unpacked);
    let _ = read(bytes, holds, |path| read_idx_images(path));
    let _ = read(bytes, holds, |path| read_idx_labels(path, 10));
});
