//! Models as JSON: what loads must save, and load again as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nnlib::Model;
use nnlib_fuzz::read;

fuzz_target!(|bytes: &[u8]| {
    let Ok(model) = read(bytes, bytes.len(), |path| Model::load(path)) else { return };
    let again = read(&[], 0, |path| path.with_extension("json"));
    model.save(&again).expect("what was loaded can be saved");
    assert!(Model::load(&again).expect("what was saved can be loaded") == model);
});
