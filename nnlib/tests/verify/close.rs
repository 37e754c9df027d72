use ndarray::array;

use nnlib::assert_close;

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
