use ndarray::array;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{assert_close, fixture, floats, matrix, message};
use ndarray::{Array1, Array2, Axis, s};
use nnlib::RandomState;
use nnlib::data::StandardScaler;
use nnlib::{LinearModel, LinearSgd, least_squares};

/// The five points of the fixture, without its column of ones, and the fixture.
fn five_points() -> (Array2<f64>, Array1<f64>, Value) {
    let fixture = fixture("linear_regression.json");
    (matrix(&fixture["x"]).slice(s![.., 1..]).to_owned(), floats(&fixture["y"]), fixture)
}

fn theta(model: &LinearModel) -> Array1<f64> {
    ndarray::concatenate![Axis(0), array![model.b], model.w]
}

#[test]
fn sweeps_are_those_of_the_fixture() {
    let (x, y, expected) = five_points();
    let mut model = LinearModel::zeros(2);
    for sweep in expected["first_sweeps"].as_array().unwrap() {
        model.sweep(&x, &y, 0.01).unwrap();
        assert_close(&theta(&model), &floats(&sweep["theta"]), 1e-9);
        assert!((model.error(&x, &y).unwrap() - sweep["error"].as_f64().unwrap()).abs() < 1e-9);
    }
    let fit = LinearSgd::default().fit(&x, &y).unwrap();
    assert_eq!(fit.errors.len() as u64, expected["sweeps"].as_u64().unwrap());
    assert_close(&theta(&fit.model), &floats(&expected["theta"]), 1e-6);
    assert!((fit.errors.last().unwrap() - expected["error"].as_f64().unwrap()).abs() < 1e-6);
}

#[test]
fn least_squares_are_numpys() {
    let (x, y, expected) = five_points();
    assert_close(&theta(&least_squares(&x, &y).unwrap()), &floats(&expected["least_squares_theta"]), 1e-10);
}

#[test]
fn a_common_scale_saves_sweeps() {
    let (x, y, _) = five_points();
    let scaled = StandardScaler::fit(&x).unwrap().transform(&x).unwrap();
    let fit = LinearSgd::default().fit(&scaled, &y).unwrap();
    assert!(fit.errors.len() < 2608 / 5, "{}", fit.errors.len());
}

#[test]
fn bad_arguments_are_named() {
    let (x, y, _) = five_points();
    let rate = |learning_rate| LinearSgd { learning_rate, ..LinearSgd::default() };
    assert_eq!(message(rate(-0.1).fit(&x, &y)), "learning rate: expected a finite number above 0, got -0.1");
    assert!(message(rate(1.0).fit(&x, &y)).starts_with("training diverged: the loss is inf"));
    let exact = LinearSgd { epsilon: 0.0, ..LinearSgd::default() };
    assert_eq!(message(exact.fit(&x, &y)), "epsilon: expected a finite number above 0, got 0");
    let short = LinearSgd { max_sweeps: 1, ..LinearSgd::default() };
    assert!(message(short.fit(&x, &y)).starts_with("sweeps: expected an error that changes by less than 0.0001 within 1 of them, got"));

    assert_eq!(message(LinearSgd::default().fit(&Array2::zeros((0, 2)), &array![])), "data points: expected at least one, got none");
    assert_eq!(message(least_squares(&x, &array![1.0])), "y: expected shape (5,), one for each row of x, got (1,)");
    assert_eq!(message(least_squares(&array![[1.0]], &array![f64::NAN])), "y: expected finite numbers, got NaN at [0]");
    assert_eq!(message(least_squares(&array![[f64::NAN]], &array![1.0])), "x: expected finite numbers, got NaN at [0, 0]");
    assert_eq!(
        message(least_squares(&array![[1.0, 2.0], [3.0, 5.0]], &array![1.0, 2.0])),
        "x: expected shape at least 3 rows, one for each coefficient, got (2, 2)"
    );
    let model = LinearModel::zeros(3);
    assert_eq!(message(model.predict(&x)), "x: expected shape (n, 3), a column for each weight, got (5, 2)");
    let twice = ndarray::concatenate![Axis(1), x, 2.0 * &x.slice(s![.., ..1]) + 1.0];
    let dependent = "expected one that is neither constant nor a combination of those before it, got one that is";
    assert_eq!(message(least_squares(&twice, &y)), format!("column 2 of x: {dependent}"));
    assert_eq!(message(least_squares(&Array2::from_elem((5, 1), 0.1), &y)), format!("column 0 of x: {dependent}"));
}

proptest! {
    #[test]
    fn what_least_squares_leave_is_at_right_angles_to_the_features(seed: u32, d in 1_usize..6, more in 1_usize..20) {
        let rng = &mut RandomState::new(seed);
        let (x, y) = (rng.randn_2d(d + more, d), rng.randn_2d(d + more, 1).column(0).to_owned());
        let residual = &y - &least_squares(&x, &y)?.predict(&x)?;
        prop_assert!(residual.sum().abs() < 1e-8);
        prop_assert!(x.t().dot(&residual).iter().all(|inner| inner.abs() < 1e-8));
    }
}
