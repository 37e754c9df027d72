//! Reading a file asks at no time for more memory than eight times what the file holds, whatever it promises, nor for fourteen times in all.

#[path = "support/memory.rs"]
mod memory;

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use nnlib::data::{Table, read_idx_images, read_idx_labels};
use nnlib::{Model, RandomState, Sequential};

use memory::measured;

/// What reading may take beside: the buffers of gzip, paths and messages.
const BESIDE: usize = 192 << 10;

/// Reads a file with these bytes, which hold so many once they are unpacked.
fn read<T>(what: &str, bytes: &[u8], holds: usize, read: impl FnOnce(&Path) -> T) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, bytes).unwrap();
    let (_, largest, taken) = measured(|| read(&path));
    let times = |bytes: usize| bytes as f64 / holds as f64;
    let said = format!("{what}, {holds} bytes: {:.1} times at once, {:.1} in all", times(largest), times(taken));
    println!("{said}");
    assert!(largest <= 8 * holds + BESIDE && taken <= 14 * holds + BESIDE, "{said}");
}

#[test]
fn tables_of_the_shortest_cells() {
    let numbers: String = (0..100_000).map(|i| format!("c{i},")).collect();
    for (what, text) in [
        ("commas", ",".repeat(500_000)),
        ("line ends", "a\n".repeat(250_000)),
        ("digits", format!("a,b\n{}", "1,2\n".repeat(100_000))),
        ("names", format!("{numbers}y\n{}1\n", ",".repeat(100_000))),
        ("quotes", format!("a\n{}", "\"\"\n".repeat(100_000))),
        ("one quoted cell", format!("a\n\"{}\"\n", "\"\"".repeat(250_000))),
    ] {
        read(what, text.as_bytes(), text.len(), |path| Table::read(path));
        read(what, text.as_bytes(), text.len(), |path| Table::read_without_header(path));
    }
}

#[test]
fn images_that_promise_and_images_that_unpack() {
    let head = |sizes: [u32; 3]| [&[0, 0, 8, 3][..], &sizes.map(u32::to_be_bytes).concat()].concat();
    let zeros = [head([1000, 100, 10]), vec![0; 1_000_000]].concat();
    let pack = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    read("plain", &zeros, zeros.len(), |path| read_idx_images(path));
    read("packed", &pack(&zeros), zeros.len(), |path| read_idx_images(path));
    let promise = head([60_000, 280, 28]);
    read("promise", &promise, promise.len(), |path| read_idx_images(path));
    // A gzip that goes on after what its header promises is not unpacked further.
    let bomb = pack(&[head([1, 1, 1]), vec![0; 10_000_000]].concat());
    read("bomb", &bomb, 17, |path| read_idx_images(path));
    let labels = [&[0, 0, 8, 1, 0, 15, 0x42, 0x40][..], &[7; 1_000_000]].concat();
    read("labels", &labels, labels.len(), |path| read_idx_labels(path, 10));
}

#[test]
fn models_of_the_shortest_values() {
    let model = |layers: &str| format!(r#"{{"format":"nnlib model","version":1,"input":1,"layers":{layers}}}"#);
    let list = |item: &str| format!("[{}{item}]", format!("{item},").repeat(100_000));
    let keys: String = (0..100_000).map(|i| format!("\"{i}\":0,")).collect();
    for (what, text) in [
        ("numbers", list("0")),
        ("objects", list("{}")),
        ("lists", list("[]")),
        ("layers", model(&list("0"))),
        ("weights", model(&format!(r#"[{{"layer":"dense","w":[{}],"b":[]}}]"#, list("0")))),
        ("rows", model(&format!(r#"[{{"layer":"dense","w":{},"b":[]}}]"#, list("[0]")))),
        ("empty rows", model(&format!(r#"[{{"layer":"dense","w":{},"b":[]}}]"#, list("[]")))),
        ("slopes", model(&format!(r#"[{{"layer":"prelu","alpha":{}}}]"#, list("0")))),
        ("text", model(&format!(r#"[{{"layer":"prelu","alpha":["{}"]}}]"#, ",".repeat(500_000)))),
        ("input", model("[]").replace("\"input\":1", &format!("\"input\":{}", list("1")))),
        ("layers in number", model(&list(r#"{"layer":"flatten"}"#))),
        ("keys", format!("{{{keys}\"a\":0}}")),
        ("depth", "[".repeat(500_000)),
    ] {
        read(what, text.as_bytes(), text.len(), |path| Model::load(path));
    }
}

#[test]
fn weights_with_the_longest_headers() {
    let file = |header: &str| [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 16]].concat();
    let names: String = (0..10_000).map(|i| format!(r#""{i}":{{"dtype":"F64","shape":[],"data_offsets":[0,8]}},"#)).collect();
    for (what, header) in [
        ("shape", format!(r#"{{"a":{{"dtype":"F64","shape":[{}0],"data_offsets":[0,0]}}}}"#, "0,".repeat(100_000))),
        ("names", format!(r#"{{{names}"a":{{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}}}"#)),
        ("metadata", format!(r#"{{"__metadata__":{{{}"a":""}}}}"#, (0..50_000).map(|i| format!("\"{i}\":\"\",")).collect::<String>())),
        ("unknown", format!(r#"{{"a":[{}0]}}"#, "0,".repeat(100_000))),
        ("promise", r#"{"1.w":{"dtype":"F64","shape":[1000000,1000000],"data_offsets":[0,8000000000000]}}"#.to_owned()),
    ] {
        let bytes = file(&header);
        let mut network = Sequential::input(1).dense(1).build(&mut RandomState::new(0)).unwrap();
        read(what, &bytes, bytes.len(), |path| network.load_weights(path));
    }
}
