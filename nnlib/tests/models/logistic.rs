use ndarray::array;
use proptest::prelude::*;

use crate::support::{assert_close, fixture, floats, integers, matrix, message};
use ndarray::{Array2, s};
use nnlib::RandomState;
use nnlib::data::{make_blobs, make_moons};
use nnlib::metrics::accuracy;
use nnlib::{Classifier, Dataset, LogisticModel, LogisticRegression, LogisticRegressionCv};

fn moons() -> Dataset {
    make_moons(200, 0.20, &mut RandomState::new(0)).unwrap()
}

#[test]
fn cross_validation_finds_scikit_learns_line() {
    let found = LogisticRegressionCv::default().fit(&moons()).unwrap();
    // scikit-learn's own stopping rule leaves its default answer 5e-4 from the minimum; the second fixture goes on to the end.
    let (default, exact) = (fixture("moons_logistic.json"), &fixture("logistic.json")["moons"]);
    assert!((found.c - default["C"][0].as_f64().unwrap()).abs() < 1e-12);
    assert_close(&found.model.w.column(0), &floats(&default["coef"][0]), 1e-3);
    assert_close(&found.model.b, &floats(&default["intercept"]), 1e-3);
    assert_close(&found.model.w.column(0), &floats(&exact["coef"]), 1e-5);
    assert_close(&found.model.b, &floats(&exact["intercept"]), 1e-5);
    assert_close(&found.scores, &matrix(&exact["scores"]), 1e-12);
    let moons = moons();
    assert_eq!(accuracy(&moons.y, &found.model.predict_classes(&moons.x).unwrap()).unwrap(), 0.85);
}

#[test]
fn softmax_weights_are_scikit_learns() {
    let expected = &fixture("logistic.json")["blobs"];
    let data = Dataset::new(matrix(&expected["x"]), integers(&expected["y"])).unwrap();
    let model = LogisticRegression { tolerance: 1e-10, ..LogisticRegression::new(0.5) }.fit(&data).unwrap();
    assert_close(&model.w.t(), &matrix(&expected["coef"]), 1e-8);
    assert_close(&model.b, &floats(&expected["intercept"]), 1e-8);
    let some = data.select(&[0, 1, 2, 3, 4]).unwrap();
    assert_close(&model.predict_proba(&some.x).unwrap(), &matrix(&expected["probabilities"]), 1e-8);
}

#[test]
fn features_of_very_different_scale_are_fitted_too() {
    let expected = &fixture("logistic.json")["diabetes"];
    let csv = include_str!("../../data/pima-indians-diabetes.csv");
    let rows: Vec<f64> = csv.lines().skip(1).flat_map(|line| line.split(',').map(|field| field.parse::<f64>().unwrap())).collect();
    let rows = Array2::from_shape_vec((768, 9), rows).unwrap();
    let data = Dataset::new(rows.slice(s![.., ..8]).to_owned(), rows.column(8).mapv(|label| label as usize)).unwrap();
    let model = LogisticRegression { tolerance: 1e-9, ..LogisticRegression::default() }.fit(&data).unwrap();
    assert_close(&model.w.column(0), &floats(&expected["coef"]), 1e-5);
    assert_close(&model.b, &floats(&expected["intercept"]), 1e-5);
    assert_eq!(accuracy(&data.y, &model.predict_classes(&data.x).unwrap()).unwrap(), expected["accuracy"].as_f64().unwrap());
}

#[test]
fn scores_of_a_thousand_do_not_overflow() {
    let model = LogisticModel { w: array![[1.0]], b: array![0.0] };
    let p = model.predict_proba(&array![[1000.0], [-1000.0], [0.0]]).unwrap();
    assert_eq!(p, array![[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]]);
    assert_eq!(model.probabilities(&array![[0.0]]).unwrap(), Some(array![[0.5, 0.5]]));
}

#[test]
fn bad_arguments_are_named() {
    let moons = moons();
    for c in [0.0, -1.0, f64::NAN] {
        assert_eq!(message(LogisticRegression::new(c).fit(&moons)), format!("c: expected a finite number above 0, got {c}"));
    }
    let hasty = LogisticRegression { max_iterations: 2, ..LogisticRegression::default() };
    assert!(message(hasty.fit(&moons)).starts_with("fit: expected a gradient of at most 1e-6 within 2 iterations"));
    let lax = LogisticRegression { tolerance: 0.0, ..LogisticRegression::default() };
    assert_eq!(message(lax.fit(&moons)), "tolerance: expected a finite number above 0, got 0");
    let fit = |data: &Dataset| message(LogisticRegression::default().fit(data));
    assert_eq!(fit(&Dataset::new(array![[1.0]], array![0]).unwrap()), "classes: expected at least 2, got 1");
    assert_eq!(fit(&Dataset::new(array![[1.0], [2.0]], array![0, 2]).unwrap()), "points of class 1: expected at least 1, got 0");
    assert_eq!(fit(&moons.select(&[]).unwrap()), "data points: expected at least one, got none");
    let nan = Dataset { x: array![[f64::NAN], [1.0]], y: array![0, 1], classes: 2 };
    assert_eq!(fit(&nan), "x: expected finite numbers, got NaN at [0, 0]");

    let label = Dataset { y: array![0, 9], ..nan.clone() };
    assert_eq!(fit(&label), "label of sample 1: expected a class below 2, got 9");

    let model = LogisticRegression::default().fit(&moons).unwrap();
    assert_eq!(message(model.predict_classes(&array![[1.0]])), "x: expected shape (n, 2), got (1, 1)");
    assert_eq!(message(model.predict_classes(&array![[1.0, f64::NAN]])), "x: expected finite numbers, got NaN at [0, 1]");

    let none = LogisticRegressionCv { cs: vec![], ..LogisticRegressionCv::default() };
    assert_eq!(message(none.fit(&moons)), "strengths to try: expected at least one, got none");
    let many = LogisticRegressionCv { folds: 101, ..LogisticRegressionCv::default() };
    assert!(message(many.fit(&moons)).starts_with("folds: expected at least 2 and at most 100"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn probabilities_sum_to_one_and_agree_with_the_classes(seed: u32, classes in 2_usize..5) {
        let rng = &mut RandomState::new(seed);
        let data = make_blobs(40, &(rng.randn_2d(classes, 2) * 2.0), 1.0, rng)?;
        let model = LogisticRegression::default().fit(&data)?;
        let (p, y_hat) = (model.predict_proba(&data.x)?, model.predict_classes(&data.x)?);
        for (p, y_hat) in p.rows().into_iter().zip(y_hat) {
            prop_assert!((p.sum() - 1.0).abs() < 1e-12);
            prop_assert!(p.iter().all(|&other| other <= p[y_hat]));
        }
    }
}
