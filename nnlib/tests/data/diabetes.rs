use ndarray::{Axis, array};

use crate::support::{assert_close, assert_sha256};
use nnlib::data::Imputer;
use nnlib::data::{Diabetes, diabetes};

#[test]
fn the_file_is_the_one_of_the_readme() {
    assert_sha256("pima-indians-diabetes.csv", include_bytes!("../../data/pima-indians-diabetes.csv"));
}

#[test]
fn measurements_and_gaps_are_as_published() {
    let Diabetes { data, features } = diabetes().unwrap();
    assert_eq!(features, ["pregnant", "glucose", "pressure", "triceps", "insulin", "mass", "pedigree", "age"]);
    assert_eq!((data.x.dim(), data.class_counts()), ((768, 8), vec![500, 268]));
    assert_eq!(data.x.row(0), array![6.0, 148.0, 72.0, 35.0, 0.0, 33.6, 0.627, 50.0]);
    // The means of the UCI repository's description, to its one decimal.
    let means = array![3.8, 120.9, 69.1, 20.5, 79.8, 32.0, 0.5, 33.2];
    assert_close(&data.x.mean_axis(Axis(0)).unwrap(), &means, 0.051);
    let missing: Vec<usize> = diabetes().unwrap().missing().into_iter().map(|(_, count)| count).collect();
    assert_eq!(missing, [0, 5, 35, 227, 374, 11, 0, 0]);
}

#[test]
fn gaps_can_be_filled() {
    let x = diabetes().unwrap().x_with_gaps();
    let filled = Imputer::fit(&x).unwrap().transform(&x).unwrap();
    assert!(filled.iter().all(|value| value.is_finite()) && filled.column(1).iter().all(|&glucose| glucose > 0.0));
}
