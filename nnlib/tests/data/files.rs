//! CSV and IDX files: what is read, and what is said of a file that is none.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::support::message;

use flate2::{Compression, write::GzEncoder};
use ndarray::{Array1, Array3, array};
use nnlib::Error;
use nnlib::data::{Digits, Table, read_idx_images, read_idx_labels};
use proptest::prelude::*;
use tempfile::tempdir;

/// What is said of a file with these bytes, without its name.
fn said<T>(bytes: &[u8], read: impl Fn(&Path) -> Result<T, Error>) -> String {
    let folder = tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, bytes).unwrap();
    let text = message(read(&path));
    text.strip_prefix(&format!("{}, ", path.display())).map_or(text.clone(), str::to_owned)
}

#[test]
fn quotes_blanks_blank_lines_and_byte_order_marks_are_understood() {
    let table = Table::parse("\u{feff}name,\"a, b\", c\r\n\r\n x,1, -2e3 \r\n\"y \"\"z\"\"\",.5,+7\r\n").unwrap();
    assert_eq!(table.columns(), ["name", "a, b", "c"]);
    assert_eq!(table.numbers(&["c", "a, b"]).unwrap(), array![[-2000.0, 1.0], [7.0, 0.5]]);
    assert_eq!(table.classes("name").unwrap().1, ["x", "y \"z\""]);
    let table = Table::parse("a,y\n1, \"two\nlines\" \n2,no").unwrap();
    assert_eq!(table.classes("y").unwrap().1, ["no", "two\nlines"]);
}

#[test]
fn classes_that_are_numbers_are_one_a_number() {
    let classes = |text: &str| Table::parse(text).unwrap().classes("y").unwrap();
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    assert_eq!(classes("x,y\n1,10\n2,9\n3,10"), (array![1, 0, 1], names(&["9", "10"])));
    assert_eq!(classes("x,y\n1,0\n2,-0\n3,1\n4,1.0\n5,+1\n6,-0.0\n7,1e0"), (array![0, 0, 1, 1, 1, 0, 1], names(&["0", "1"])));
    // Two numbers that f64 takes for one.
    assert_eq!(classes("x,y\n1,9007199254740993\n2,9007199254740992").0, array![1, 0]);
    assert_eq!(classes("x,y\n1,inf\n2,infinity").0, array![0, 1]);
    // Texts remain what they are.
    assert_eq!(classes("x,y\n1,0\n2,-0\n3,no"), (array![1, 0, 2], names(&["-0", "0", "no"])));
}

#[test]
fn files_with_and_without_header_are_read() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("points.csv");
    fs::write(&path, "1,2,0\n3,4,1\n").unwrap();
    let table = Table::read_without_header(&path).unwrap();
    assert_eq!(table.columns(), ["0", "1", "2"]);
    let data = table.dataset("2").unwrap();
    assert_eq!((data.x, data.y), (array![[1.0, 2.0], [3.0, 4.0]], array![0, 1]));
    fs::write(&path, "6,148,72,35,0,33.6,0.627,50,Yes\n1,85,66,29,0,26.6,0.351,31,No\n").unwrap();
    assert_eq!(Table::read_without_header(&path).unwrap().dataset("8").unwrap().y, array![1, 0]);
    // A name that is a value too, or is none, is no reason yet.
    Table::parse(",yes,no\n0,yes,1\n1,no,2").unwrap();
}

#[test]
fn a_first_line_of_data_is_not_lost_as_names() {
    let way_out = "(Table::read_without_header reads files that start with data)";
    for (text, at, got) in [
        ("6,148,72,35,0,33.6,0.627,50,Yes\n1,85,66,29,0,26.6,0.351,31,No", 1, "the number 6"),
        ("Yes,6\nNo,7", 2, "the number 6"),
        ("M,?,-1e3\nF,2,3", 3, "the number -1e3"),
        ("1,2,0\n3,4,1", 1, "the number 1"),
        ("x,o,x\nb,o,x", 3, "\"x\" once more"),
        ("vhigh,small,low\nhigh,small,low\nvhigh,big,high", 1, "\"vhigh\", which is a value too"),
        ("a,b,a\n1,2,3", 3, "\"a\" once more"),
    ] {
        let expected = format!("CSV text, line 1, column {at}: expected the name of a column, got {got} {way_out}");
        assert_eq!(message(Table::parse(text)), expected);
    }
}

#[test]
fn text_that_is_no_comma_separated_table_is_named() {
    let commas = "line 1: expected cells separated by commas, with decimal points, got";
    let utf8 = "expected comma-separated values in UTF-8, got";
    let utf16 = |text: &str, big: bool| {
        let word = |word: u16| if big { word.to_be_bytes() } else { word.to_le_bytes() };
        text.encode_utf16().flat_map(word).collect::<Vec<u8>>()
    };
    for (bytes, expected) in [
        (b"age;bmi;class\n50;33,6;1".to_vec(), format!("{commas} semicolons, and decimal commas, as in 33,6")),
        (b"age;bmi;class\n50;33.6;1".to_vec(), format!("{commas} semicolons")),
        (b"33,6;27,1;1,5\n2,0;3,0;4,0".to_vec(), format!("{commas} semicolons, and decimal commas, as in 33,6")),
        (b"age\tbmi\tclass\n50\t33,6\t1".to_vec(), format!("{commas} tabs, and decimal commas, as in 33,6")),
        (b"age|bmi\n50|33.6".to_vec(), format!("{commas} vertical bars")),
        (b"age bmi class\n50 33.6 1".to_vec(), format!("{commas} blanks")),
        (utf16("\u{feff}a,b\n1,2", false), format!("line 1: {utf8} UTF-16 text (save it as UTF-8)")),
        (utf16("\u{feff}a,b\n1,2", true), format!("line 1: {utf8} UTF-16 text (save it as UTF-8)")),
        (utf16("a,b\n1,2", false), format!("line 1: {utf8} a zero byte, as in UTF-16 (save the file as UTF-8)")),
        (b"name\ncaf\xe9\n".to_vec(), format!("line 2: {utf8} the byte 0xe9 (save the file as UTF-8)")),
        (b"name\rcaf\xe9\r".to_vec(), format!("line 2: {utf8} the byte 0xe9 (save the file as UTF-8)")),
        (b"\n <!DOCTYPE html>\n<html>".to_vec(), format!("line 1: {utf8} a web page")),
        (b"PK\x03\x04\x14".to_vec(), format!("line 1: {utf8} a zip archive or an office document")),
        (gzip(b"a,b\n1,2"), format!("line 1: {utf8} a gzip archive")),
        (b"a,y\n1,\"no\n2,yes\n3,no\n".to_vec(), "line 2: expected a closing quote, got none up to the end".to_owned()),
        (b"a,y\r1, \"no\r2,yes\r".to_vec(), "line 2: expected a closing quote, got none up to the end".to_owned()),
        (b"a,\"y".to_vec(), "line 1: expected a closing quote, got none up to the end".to_owned()),
        (
            b"a,y\n1,\"no\n2,\"yes\"\n".to_vec(),
            "line 2: expected a quoted cell that ends at a comma or a line end, got \"yes\\\"\" after the closing quote in line 3"
                .to_owned(),
        ),
    ] {
        assert_eq!(said(&bytes, |path| Table::read(path)), expected);
        assert_eq!(said(&bytes, |path| Table::read_without_header(path)), expected);
    }
}

#[test]
fn errors_name_line_and_column() {
    let parse = |text: &str| message(Table::parse(text));
    assert_eq!(parse(""), "rows of CSV text: expected at least one, got none");
    assert_eq!(parse("a,b\n"), "rows of CSV text: expected at least one, got none");
    assert_eq!(parse("a,b\n1,2\n\n3"), "CSV text, line 4: expected 2 cells, as in the first line, got 1");
    assert_eq!(parse("a,b\r1,2\r\n\n3\r"), "CSV text, line 4: expected 2 cells, as in the first line, got 1");

    for end in ["\n", "\r", "\r\n"] {
        let table = |lines: &[&str]| Table::parse(&lines.join(end)).unwrap();
        let said = message(table(&["a,b", "1,2", "3,x", ""]).numbers(&["b"]));
        assert_eq!(said, "CSV text, line 3, column 2 (b): expected a finite number, got \"x\"");
        let said = message(table(&["", "a,b", "\"1", "\",2", "3,x"]).numbers(&["b"]));
        assert_eq!(said, "CSV text, line 5, column 2 (b): expected a finite number, got \"x\"");
    }
    let table = Table::parse("a,b,y\n1,2,no\n3,x,yes\n5,,yes\n7,inf,\n").unwrap();
    assert_eq!(message(table.numbers(&["a", "c"])), "column: expected one of a, b, y, got \"c\"");
    assert_eq!(message(table.classes("y")), "CSV text, line 5, column 3 (y): expected a class, got a missing value");
    let said = message(table.complete().dataset("y"));
    assert_eq!(said, "CSV text, line 3, column 2 (b): expected a finite number, got \"x\"");
    let table = Table::parse("a,b,y\n1,inf,no\n").unwrap();
    assert_eq!(message(table.dataset("y")), "CSV text, line 2, column 2 (b): expected a finite number, got \"inf\"");
    let table = Table::parse("a,b,y\n1,2,no\n3,NA,yes\n").unwrap();
    assert_eq!(
        message(table.dataset("y")),
        "CSV text, line 3, column 2 (b): expected a number (Table::complete leaves out rows that lack one), got a missing value"
    );
    assert_eq!(message(Table::parse("y\nno\n").unwrap().dataset("y")), "data points: expected at least one, got none");
    assert_eq!(message(Table::parse("x,y\n?,no\n").unwrap().complete().dataset("y")), "data points: expected at least one, got none");
}

proptest! {
    #[test]
    fn numbers_come_back_to_the_last_bit(rows in prop::collection::vec((any::<f64>(), any::<f64>()), 1..20)) {
        prop_assume!(rows.iter().all(|(a, b)| a.is_finite() && b.is_finite()));
        let text = rows.iter().fold("a,b".to_owned(), |text, (a, b)| text + &format!("\n{a:e},{b}"));
        let x = Table::parse(&text)?.numbers(&["a", "b"])?;
        let back: Vec<(f64, f64)> = x.rows().into_iter().map(|row| (row[0], row[1])).collect();
        prop_assert_eq!(back, rows);
    }

    #[test]
    fn what_the_csv_crate_writes_is_read(cells in prop::collection::vec("[a-c,\"\r\n;é]{0,6}x", 1..20), width in 1_usize..5) {
        let rows: Vec<&[String]> = cells.chunks_exact(width).collect();
        prop_assume!(!rows.is_empty());
        let names: Vec<String> = (0..width).map(|column| format!("column \"{column}\"")).collect();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&names)?;
        rows.iter().try_for_each(|row| writer.write_record(*row))?;
        let table = Table::parse(std::str::from_utf8(&writer.into_inner()?)?)?;
        prop_assert_eq!(table.columns(), &names[..]);
        for (column, name) in names.iter().enumerate() {
            let (y, texts) = table.classes(name)?;
            for (row, &class) in rows.iter().zip(&y) {
                prop_assert_eq!(row[column].trim(), &texts[class]);
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "([a-c0-9,\n\"? ]|NaN|\\PC){0,60}") {
        if let Ok(table) = Table::parse(&text) {
            let columns: Vec<String> = table.columns().to_vec();
            let _ = table.numbers(&columns.iter().map(String::as_str).collect::<Vec<_>>());
            for column in &columns {
                let _ = table.dataset(column);
            }
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Two images of 1×3 pixels.
fn two_images() -> Vec<u8> {
    [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3][..], &[0, 128, 255, 1, 2, 3]].concat()
}

fn images(path: &Path) -> Result<Array3<u8>, Error> {
    read_idx_images(path)
}

fn labels(path: &Path) -> Result<Array1<usize>, Error> {
    read_idx_labels(path, 10)
}

#[test]
fn images_and_labels_are_read_gzipped_or_not() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("file");
    for gzipped in [false, true] {
        let pack = |bytes: &[u8]| if gzipped { gzip(bytes) } else { bytes.to_vec() };
        fs::write(&path, pack(&two_images())).unwrap();
        assert_eq!(images(&path).unwrap(), array![[[0, 128, 255]], [[1, 2, 3]]]);
        fs::write(&path, pack(&[0, 0, 8, 1, 0, 0, 0, 4, 7, 0, 9, 1])).unwrap();
        assert_eq!(labels(&path).unwrap(), array![7, 0, 9, 1]);
    }
}

#[test]
fn damage_to_an_idx_file_is_named() {
    let read = |bytes: &[u8]| said(bytes, images);
    let good = two_images();
    assert_eq!(read(&[]), "byte 0: expected a header of 16 bytes, got the end");
    assert_eq!(read(&good[..10]), "byte 10: expected a header of 16 bytes, got the end");
    assert_eq!(read(&good[..20]), "byte 20: expected 6 bytes of data (2 × 1 × 3), got the end after 4");
    assert_eq!(read(&[&good[..], &[0]].concat()), "byte 22: expected the end of the data (2 × 1 × 3), got more");
    let mut none = good.clone();
    none[7] = 0;
    assert_eq!(read(&none), "byte 4: expected a size of at least 1, got 0");
    let mut vast = good.clone();
    vast[4..16].fill(0xff);
    assert_eq!(read(&vast), "byte 4: expected sizes that fit into memory, got 4294967295 × 4294967295 × 4294967295");
    let mut large = good.clone();
    large[5] = 0xff;
    assert_eq!(read(&large), "byte 22: expected 50135046 bytes of data (16711682 × 1 × 3), got the end after 6");

    let packed = gzip(&good);
    let cut = read(&packed[..packed.len() - 9]);
    assert!(cut.contains("expected a whole gzip stream"), "{cut}");
    let mut damaged = packed.clone();
    damaged[packed.len() - 8] ^= 1; // the checksum
    let expected = "unpacked byte 22: expected a whole gzip stream, got corrupt gzip stream does not have a matching checksum";
    assert_eq!(read(&damaged), expected);
    assert_eq!(said(&[0, 0, 8, 1, 0, 0, 0, 2, 9, 10], labels), "byte 9 (label 1): expected a class below 10, got 10");
}

#[test]
fn files_of_another_kind_are_named() {
    let idx = "byte 0: expected an IDX file of unsigned bytes in 3 dimensions, got";
    let of = |kind: u8, dimensions: u8| [&[0, 0, kind, dimensions][..], &[0, 0, 0, 1].repeat(usize::from(dimensions)), &[0; 8]].concat();
    for (bytes, got) in [
        (of(0x0c, 2), "32-bit integers in 2 dimensions"),
        (of(0x0d, 3), "32-bit floating-point numbers in 3 dimensions"),
        (of(0x0e, 1), "64-bit floating-point numbers in 1 dimension"),
        (of(0x09, 3), "signed bytes in 3 dimensions"),
        (of(0x0b, 4), "16-bit integers in 4 dimensions"),
        (of(0x08, 1), "unsigned bytes in 1 dimension"),
        (of(0x07, 3), "[00, 00, 07, 03]"),
        (b"<!DOCTYPE html><html>not found</html>".to_vec(), "a web page"),
        (b"\n\n\n\n\n<html lang=\"en\">".to_vec(), "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n".to_vec(), "a pointer of Git LFS, not the file itself"),
        (b"\x89PNG\r\n\x1a\n".to_vec(), "a PNG image"),
        (b"PK\x03\x04".to_vec(), "a zip archive or an office document"),
        (b"some text".to_vec(), "[73, 6f, 6d, 65]"),
    ] {
        assert_eq!(said(&bytes, images), format!("{idx} {got}"));
        assert_eq!(said(&gzip(&bytes), images), format!("{idx} {got}"));
    }
    assert_eq!(
        said(&two_images(), labels),
        "byte 0: expected an IDX file of unsigned bytes in 1 dimension, got unsigned bytes in 3 dimensions"
    );
}

#[test]
fn a_missing_file_says_where_it_was_looked_for() {
    let full = std::env::current_dir().unwrap().join("no/such");
    let expected = format!("could not read {}: No such file or directory (os error 2)", full.display());
    assert_eq!(message(Table::read("no/such")), expected);
    assert_eq!(message(read_idx_images("no/such")), expected);
    assert_eq!(message(read_idx_labels("no/such", 10)), expected);
}

#[cfg(unix)]
#[test]
fn pipes_devices_and_folders_are_refused() {
    let folder = tempdir().unwrap();
    let pipe = folder.path().join("train-images-idx3-ubyte");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (path, what) in [(&*pipe, "not a regular file"), (Path::new("/dev/zero"), "not a regular file"), (folder.path(), "is a directory")]
    {
        let expected = format!("could not read {}: {what}", path.display());
        assert_eq!(message(Table::read(path)), expected);
        assert_eq!(message(Table::read_without_header(path)), expected);
        assert_eq!(message(images(path)), expected);
        assert_eq!(message(labels(path)), expected);
    }
    assert_eq!(message(Digits::read(folder.path())), format!("could not read {}: not a regular file", pipe.display()));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), cut in 0_usize..60, flip in 0_usize..60, to: u8) {
        let folder = tempdir()?;
        let path = folder.path().join("file");
        fs::write(&path, bytes)?;
        let _ = (images(&path), Table::read(&path));
        for mut good in [two_images(), gzip(&two_images())] {
            let n = good.len();
            good[flip % n] = to;
            fs::write(&path, &good[..n - cut % n])?;
            let _ = images(&path);
        }
    }
}
