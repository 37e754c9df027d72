use ndarray::array;

use crate::support::message;
use ndarray::Array2;
use nnlib::Dataset;

#[test]
fn bad_data_sets_are_named() {
    let x = array![[0.0, 1.0], [2.0, 3.0]];
    assert_eq!(message(Dataset::new(Array2::zeros((0, 2)), array![])), "data points: expected at least one, got none");
    assert_eq!(message(Dataset::new(Array2::zeros((2, 0)), array![0, 1])), "data points: expected at least one, got none");
    assert_eq!(message(Dataset::new(x.clone(), array![0])), "labels: expected shape (2,), one for each row of x, got (1,)");
    assert_eq!(message(Dataset::new(array![[0.0, f64::INFINITY]], array![0])), "x: expected finite numbers, got inf at [0, 1]");
    assert_eq!(message(Dataset::with_classes(x.clone(), array![0, 3], 3)), "label of sample 1: expected a class below 3, got 3");
    let data = Dataset::new(x, array![0, 1]).unwrap();
    assert_eq!(message(data.select(&[0, 2])), "row to select: expected an index below 2, got 2");
}
