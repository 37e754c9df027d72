//! Reference values from `tests/fixtures`, for unit tests and integration tests.

#![allow(dead_code, unused_imports, reason = "each test uses its part")]

use ndarray::{Array1, Array2};
use nnlib::data::make_moons;
use nnlib::{Activation, Dataset, Loss, Model, Optimizer, RandomState, Sequential};
use serde_json::Value;

pub(crate) use nnlib::assert_close;

/// A fixture by its file name.
pub(crate) fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn floats(value: &Value) -> Array1<f64> {
    value.as_array().expect("an array").iter().map(|v| v.as_f64().expect("a number")).collect()
}

pub(crate) fn integers(value: &Value) -> Array1<usize> {
    value.as_array().expect("an array").iter().map(|v| v.as_u64().expect("an integer") as usize).collect()
}

/// All numbers of a nested list, in order.
pub(crate) fn flat(value: &Value) -> Vec<f64> {
    match value.as_array() {
        Some(values) => values.iter().flat_map(flat).collect(),
        None => vec![value.as_f64().expect("a number")],
    }
}

pub(crate) fn matrix(value: &Value) -> Array2<f64> {
    let rows = value.as_array().expect("an array of rows");
    let flat: Vec<f64> = rows.iter().flat_map(|row| floats(row).to_vec()).collect();
    Array2::from_shape_vec((rows.len(), flat.len() / rows.len()), flat).expect("rows of one length")
}

/// The message of an error that must come.
#[track_caller]
pub(crate) fn message<T>(result: Result<T, nnlib::Error>) -> String {
    result.err().expect("an error").to_string()
}

/// Fails unless the README of the data states this SHA-256 for the file.
#[track_caller]
pub(crate) fn assert_sha256(file: &str, bytes: &[u8]) {
    use sha2::{Digest, Sha256};
    let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let line = format!("{sum}  {file}");
    assert!(include_str!("../../data/README.md").lines().any(|l| l == line), "not in data/README.md: {line}");
}

/// The moons tutorial: 200 points and a 2-h-2 network, each from seed 0.
pub(crate) fn moons_model(hidden: usize) -> (Dataset, Model) {
    let data = make_moons(200, 0.20, &mut RandomState::new(0)).unwrap();
    let network = Sequential::input(2).dense(hidden).activation(Activation::Tanh).dense(2).build(&mut RandomState::new(0)).unwrap();
    // Its gradient is summed over the samples, and so is 200 times that of its loss: rate 0.01 there is 0.01 · 200 here.
    let model = network.compile(Loss::SoftmaxCrossEntropy, Optimizer::sgd(0.01 * 200.0).unwrap()).unwrap();
    (data, model.l2(0.01 / 200.0).unwrap().with_accuracy())
}
