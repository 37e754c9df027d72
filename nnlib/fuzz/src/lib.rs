//! What every target has in common: a file with the fuzzer's bytes, and an account of the memory that reading it takes.

#[path = "../../tests/support/memory.rs"]
mod memory;

use std::fs;
use std::path::{Path, PathBuf};

use memory::measured;

/// What reading may take beside eight times the file: the buffers of gzip, paths and messages.
const BESIDE: usize = 256 << 10;

/// Reads a file with these bytes. Fails when that asks at once for more than eight times the bytes that the file `holds`.
pub fn read<T>(bytes: &[u8], holds: usize, read: impl FnOnce(&Path) -> T) -> T {
    let path = file();
    fs::write(&path, bytes).expect("a place for the file");
    bounded(holds, || read(&path))
}

/// Does something that may ask at once for eight times this many bytes, and for twice that in all.
pub fn bounded<T>(holds: usize, action: impl FnOnce() -> T) -> T {
    let (result, largest, taken) = measured(action);
    assert!(largest <= 8 * holds + BESIDE, "{largest} bytes at once for a file that holds {holds}");
    assert!(taken <= 16 * holds + BESIDE, "{taken} bytes in all for a file that holds {holds}");
    result
}

/// One file a process: a memory disk where there is one.
fn file() -> PathBuf {
    let disk = Path::new("/dev/shm");
    let folder = if disk.is_dir() { disk.to_owned() } else { std::env::temp_dir() };
    folder.join(format!("nnlib-fuzz-{}", std::process::id()))
}
