//! Comparing arrays of numbers.

use ndarray::{ArrayRef, Dimension};

/// Asserts that two arrays have the same shape and agree, number by number, within `tolerance`: NumPy's `assert_allclose` with `atol`.
///
/// ```
/// use ndarray::array;
/// nnlib::assert_close(&array![0.1 + 0.2, 1.0], &array![0.3, 1.0], 1e-15);
/// ```
///
/// # Panics
/// At the first number that is further off, or a NaN, with both numbers and where they stand; and for different shapes.
#[track_caller]
pub fn assert_close<D: Dimension>(got: &ArrayRef<f64, D>, expected: &ArrayRef<f64, D>, tolerance: f64) {
    assert_eq!(got.shape(), expected.shape(), "shape: got {:?}, expected {:?}", got.shape(), expected.shape());
    for (i, (g, e)) in got.iter().zip(expected).enumerate() {
        assert!((g - e).abs() <= tolerance, "number {i}: got {g}, expected {e}, {:e} apart", (g - e).abs());
    }
}
