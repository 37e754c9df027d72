//! Tables: with header and without, their numbers, classes and data sets.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nnlib::data::Table;
use nnlib_fuzz::{bounded, read};

fuzz_target!(|bytes: &[u8]| {
    let table = |header| read(bytes, bytes.len(), |path| if header { Table::read(path) } else { Table::read_without_header(path) });
    for header in [false, true] {
        let Ok(table) = table(header) else { continue };
        let columns = table.columns();
        // Columns need not be few: the first and the last ones stand for all.
        for column in columns.iter().take(3).chain(columns.last()) {
            let _ = bounded(3 * bytes.len(), || table.dataset(column));
            let _ = bounded(bytes.len(), || table.complete());
        }
    }
});
