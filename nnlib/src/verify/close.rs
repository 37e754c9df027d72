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

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn near_numbers_are_close() {
        assert_close(&array![1.0, 2.0], &array![1.0, 2.0 + 1e-9], 1e-8);
        assert_close(&array![[1.0], [2.0]].view(), &array![[1.0], [2.0]], 0.0);
    }

    #[test]
    #[should_panic(expected = "number 1: got 2, expected 2.5, 5e-1 apart")]
    fn far_numbers_are_named() {
        assert_close(&array![1.0, 2.0], &array![1.0, 2.5], 1e-8);
    }

    #[test]
    #[should_panic(expected = "number 0: got NaN")]
    fn a_nan_is_close_to_nothing() {
        assert_close(&array![f64::NAN], &array![f64::NAN], f64::INFINITY);
    }

    #[test]
    #[should_panic(expected = "shape: got [1, 2], expected [2, 1]")]
    fn shapes_must_agree() {
        assert_close(&array![[1.0, 2.0]], &array![[1.0], [2.0]], 1.0);
    }
}
