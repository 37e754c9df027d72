//! Reference values from `tests/fixtures`, for the unit tests.

use ndarray::{Array1, Array2, ArrayRef, Dimension};
use serde_json::Value;

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

/// Fails at the first number that is further than `tolerance` from the expected one.
#[track_caller]
pub(crate) fn assert_close<D: Dimension>(got: &ArrayRef<f64, D>, expected: &ArrayRef<f64, D>, tolerance: f64) {
    assert_eq!(got.shape(), expected.shape());
    for (i, (g, e)) in got.iter().zip(expected).enumerate() {
        assert!((g - e).abs() <= tolerance, "number {i}: got {g}, expected {e}, {:e} apart", (g - e).abs());
    }
}

/// The message of an error that must come.
#[track_caller]
pub(crate) fn message<T>(result: Result<T, crate::Error>) -> String {
    result.err().expect("an error").to_string()
}
