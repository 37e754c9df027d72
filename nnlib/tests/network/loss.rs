use ndarray::{Array1, Array2, Axis, array};

use crate::support::{fixture, floats, message};
use nnlib::Loss;

#[test]
fn binary_cross_entropy_is_keras_s() {
    let fixture = fixture("binary_cross_entropy.json");
    let (p, t) = (floats(&fixture["p"]), floats(&fixture["target"]));
    for ((&p, &t), &expected) in p.iter().zip(&t).zip(&floats(&fixture["per_example"])) {
        assert!((Loss::BinaryCrossEntropy.value(&array![[p]], &array![[t]]).unwrap() - expected).abs() < 1e-12, "p {p}, t {t}");
    }
    let (p, t) = (p.insert_axis(Axis(1)), t.insert_axis(Axis(1)));
    let mean = Loss::BinaryCrossEntropy.value(&p, &t).unwrap();
    assert!((mean - fixture["mean"].as_f64().unwrap()).abs() < 1e-12);
    assert!(Loss::BinaryCrossEntropy.gradient(&p, &t).unwrap().iter().all(|g| g.is_finite()));
}

#[test]
fn softmax_cross_entropy_is_stable_and_exact_for_scores_of_a_thousand() {
    let z = array![[1000.0, -1000.0], [-1000.0, 1000.0], [1000.0, 1000.0]];
    let loss = Loss::SoftmaxCrossEntropy;
    assert!((loss.value(&z, &array![1, 1, 0]).unwrap() - (2000.0 + 2.0_f64.ln()) / 3.0).abs() < 1e-12);
    let expected = array![[1.0, -1.0], [0.0, 0.0], [-0.5, 0.5]] / 3.0;
    assert!((loss.gradient(&z, &array![1, 1, 0]).unwrap() - expected).iter().all(|d| d.abs() < 1e-16));
}

#[test]
fn squared_errors_mean_and_sum() {
    let (y_hat, t) = (array![[1.0, 2.0], [3.0, 5.0]], array![[0.0, 2.0], [1.0, 5.0]]);
    assert_eq!(Loss::MeanSquaredError.value(&y_hat, &t).unwrap(), 5.0 / 4.0);
    assert_eq!(Loss::SummedSquaredError.value(&y_hat, &t).unwrap(), 5.0);
    assert_eq!(Loss::SummedSquaredError.gradient(&y_hat, &t).unwrap(), array![[2.0, 0.0], [4.0, 0.0]]);
}

#[test]
fn targets_that_do_not_fit_are_named() {
    let z = array![[0.0, 1.0]];
    let softmax = Loss::SoftmaxCrossEntropy;
    assert_eq!(message(softmax.value(&z, &array![2])), "label of sample 0: expected a class below 2, got 2");
    assert_eq!(message(softmax.value(&z, &array![0, 1])), "targets: expected shape (1, …), one row for each sample, got (2, …)");
    assert_eq!(
        message(softmax.value(&z, &array![[0.0, 1.0]])),
        "targets of the softmax cross-entropy: expected shape classes (1,), got values (1, 2)"
    );
    assert_eq!(message(Loss::MeanSquaredError.value(&z, &array![[1.0]])), "targets: expected shape (1, 2), got (1, 1)");
    assert_eq!(message(Loss::MeanSquaredError.value(&z, &array![[1.0, f64::NAN]])), "targets: expected finite numbers, got NaN at [0, 1]");
    assert_eq!(
        message(Loss::BinaryCrossEntropy.value(&z, &array![[0.0, 1.5]])),
        "target of the binary cross-entropy: expected a number from 0 to 1, got 1.5"
    );
    assert_eq!(message(softmax.value(&Array2::zeros((0, 2)), &Array1::zeros(0))), "samples: expected at least one, got none");
}
