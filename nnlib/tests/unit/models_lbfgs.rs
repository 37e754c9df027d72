use ndarray::array;

use super::*;
use crate::testing::{assert_close, message};

/// Rosenbrock's curved valley, with its minimum of 0 at (1, 1).
fn rosenbrock(x: &Array1<f64>) -> (f64, Array1<f64>) {
    let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
    (a * a + 100.0 * b * b, array![-2.0 * a - 400.0 * x[0] * b, 200.0 * b])
}

#[test]
fn finds_the_end_of_the_valley() {
    let x = minimise(&rosenbrock, array![-1.2, 1.0], 1e-10, 200).unwrap();
    assert_close(&x, &array![1.0, 1.0], 1e-9);
}

#[test]
fn says_when_it_does_not_get_there() {
    assert_eq!(
        message(minimise(&rosenbrock, array![-1.2, 1.0], 1e-10, 0)),
        "fit: expected a gradient of at most 1e-10 within 0 iterations (features on a common scale help), got 2.156e2"
    );
    let cliff = |x: &Array1<f64>| (f64::NAN, x.clone());
    assert!(message(minimise(&cliff, array![1.0], 1e-10, 9)).ends_with("got 1e0"));
    for gradient in [array![f64::NAN, 0.0], array![0.0, f64::NAN], array![1.0, f64::NAN, 0.0]] {
        let f = |_: &Array1<f64>| (0.0, gradient.clone());
        assert!(message(minimise(&f, Array1::zeros(gradient.len()), 1e-10, 9)).ends_with("got NaN"));
    }
}
