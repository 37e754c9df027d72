use ndarray::array;
use proptest::prelude::*;

use crate::support::{assert_close, fixture, floats, integers, message};
use ndarray::{Array1, Array2};
use nnlib::Classifier;
use nnlib::data::Dataset;
use nnlib::metrics::{ConfusionMatrix, MajorityClass, accuracy};

#[test]
fn scores_are_scikit_learns() {
    let expected = fixture("metrics.json");
    let (y, y_hat) = (integers(&expected["y"]), integers(&expected["y_hat"]));
    let confusion = ConfusionMatrix::new(&y, &y_hat, 4).unwrap();
    for (row, theirs) in confusion.counts.rows().into_iter().zip(expected["confusion"].as_array().unwrap()) {
        assert_eq!(row, integers(theirs));
    }
    assert_close(&confusion.precision(), &floats(&expected["precision"]), 1e-15);
    assert_close(&confusion.recall(), &floats(&expected["recall"]), 1e-15);
    assert_close(&confusion.f1(), &floats(&expected["f1"]), 1e-15);
    assert!((confusion.f1().mean().unwrap() - expected["macro_f1"].as_f64().unwrap()).abs() < 1e-15);
}

#[test]
fn a_confusion_matrix_prints_as_a_table() {
    let confusion = ConfusionMatrix { counts: array![[120, 3], [7, 45]] };
    assert_eq!(confusion.to_string(), "class \\ taken for    0    1\n                0  120    3\n                1    7   45");
}

#[test]
fn bad_labels_are_named() {
    let (none, one, two) = (Array1::default(0), array![0], array![0, 2]);
    assert_eq!(message(accuracy(&none, &none)), "labels: expected at least one, got none");
    assert_eq!(message(accuracy(&two, &one)), "y_hat: expected shape (2,), as y, got (1,)");
    assert_eq!(message(ConfusionMatrix::new(&two, &one, 3)), "y_hat: expected shape (2,), as y, got (1,)");
    assert_eq!(message(ConfusionMatrix::new(&two, &two, 2)), "label of sample 1: expected a class below 2, got 2");
    let nothing = Dataset { x: Array2::zeros((0, 1)), y: none, classes: 2 };
    assert_eq!(message(MajorityClass::fit(&nothing)), "data points: expected at least one, got none");
}

#[test]
fn the_majority_is_the_first_of_the_most_frequent() {
    let data = Dataset::new(array![[1.0], [2.0], [3.0], [4.0], [5.0]], array![2, 1, 2, 1, 0]).unwrap();
    let baseline = MajorityClass::fit(&data).unwrap();
    assert_eq!(baseline.predict_classes(&data.x).unwrap(), array![1, 1, 1, 1, 1]);
    let p = baseline.probabilities(&array![[9.0], [9.0]]).unwrap().unwrap();
    assert_eq!(p, array![[0.2, 0.4, 0.4], [0.2, 0.4, 0.4]]);
}

proptest! {
    #[test]
    fn the_matrix_counts_every_sample(pairs in prop::collection::vec((0_usize..5, 0_usize..5), 1..60)) {
        let (y, y_hat): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let (y, y_hat) = (Array1::from(y), Array1::from(y_hat));
        let confusion = ConfusionMatrix::new(&y, &y_hat, 5)?;
        prop_assert_eq!(confusion.counts.sum(), y.len());
        prop_assert_eq!(confusion.accuracy(), accuracy(&y, &y_hat)?);
        for scores in [confusion.precision(), confusion.recall(), confusion.f1()] {
            prop_assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)));
        }
    }
}
