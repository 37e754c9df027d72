use ndarray::array;
use nnlib::data::Imputer;

use crate::support::message;

#[test]
fn medians_are_of_the_values_that_are_there() {
    let nan = f64::NAN;
    let x = array![[4.0, nan, 1.0], [nan, nan, -1.0], [1.0, 8.0, 0.5], [3.0, nan, nan]];
    // SimpleImputer(strategy="median").fit(x).statistics_
    let imputer = Imputer::fit(&x).unwrap();
    assert_eq!(imputer.median, array![3.0, 8.0, 0.5]);
    assert_eq!(imputer.transform(&x).unwrap(), array![[4.0, 8.0, 1.0], [3.0, 8.0, -1.0], [1.0, 8.0, 0.5], [3.0, 8.0, 0.5]]);
    assert_eq!(Imputer::fit(&array![[1.0], [4.0]]).unwrap().median, array![2.5]);
}

#[test]
fn bad_data_is_named() {
    assert_eq!(message(Imputer::fit(&array![[1.0, f64::NAN]])), "values in column 1 of x: expected at least one, got none");
    let infinite = array![[f64::INFINITY, f64::NAN], [f64::NEG_INFINITY, 1.0]];
    assert_eq!(message(Imputer::fit(&infinite)), "x: expected finite numbers, got inf at [0, 0]");
    let imputer = Imputer::fit(&array![[1.0, 2.0]]).unwrap();
    assert_eq!(message(imputer.transform(&infinite)), "x: expected finite numbers, got inf at [0, 0]");
    assert_eq!(
        message(imputer.transform(&array![[1.0]])),
        "x: expected shape (n, 2), the columns that the imputer was fitted on, got (1, 1)"
    );
}
