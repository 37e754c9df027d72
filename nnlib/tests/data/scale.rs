use ndarray::Array2;
use ndarray::{Axis, array};
use proptest::prelude::*;

use crate::support::{assert_close, fixture, matrix, message};
use nnlib::RandomState;
use nnlib::data::{MinMaxScaler, StandardScaler};

#[test]
fn scales_are_scikit_learns() {
    let expected = fixture("scalers.json");
    let (x, new) = (matrix(&expected["x"]), matrix(&expected["new"]));
    assert_close(&StandardScaler::fit(&x).unwrap().transform(&new).unwrap(), &matrix(&expected["standard"]), 1e-13);
    assert_close(&MinMaxScaler::fit(&x).unwrap().transform(&new).unwrap(), &matrix(&expected["min_max"]), 1e-13);
}

#[test]
fn a_column_that_differs_by_rounding_only_is_constant() {
    for value in [14.62, -14.62, 0.1 + 0.2, 1e-200, 1e20, -1e200] {
        let mut x = Array2::from_elem((1000, 2), value);
        x.row_mut(3).fill(f64::next_up(value));
        x[[5, 1]] = f64::next_down(f64::next_down(value));
        for z in [StandardScaler::fit(&x).unwrap().transform(&x).unwrap(), MinMaxScaler::fit(&x).unwrap().transform(&x).unwrap()] {
            assert!(z.iter().all(|z| z.abs() < 1e-8), "{value}: {:?}", z.rows().into_iter().nth(3));
        }
    }
}

#[test]
fn columns_of_any_size_get_their_scale() {
    for (size, offset) in [(1e200, 0.0), (1e-200, 0.0), (5e307, 0.0), (1e-310, 0.0), (1e-9, 1e3), (1.0, 1e10)] {
        let x = Array2::from_shape_fn((1001, 1), |(i, _)| offset + size * (i as f64 / 500.0 - 1.0));
        // The deviation of the whole numbers from 0 to 1000, over 500.
        let std = f64::sqrt((1001.0 * 1001.0 - 1.0) / 12.0) / 500.0;
        let scaler = StandardScaler::fit(&x).unwrap();
        let z = scaler.transform(&x).unwrap();
        assert!((scaler.std[0] / size / std - 1.0).abs() < 1e-3, "{size:e}: {} and not {}", scaler.std[0] / size, std);
        assert!(z.mean().unwrap().abs() < 1e-3 && (z.std(0.0) - 1.0).abs() < 1e-3, "{size:e}");
        let u = MinMaxScaler::fit(&x).unwrap().transform(&x).unwrap();
        assert_eq!((u[[0, 0]], u[[1000, 0]]), (0.0, 1.0), "{size:e}");
        assert!((u[[500, 0]] - 0.5).abs() < 1e-3, "{size:e}");
    }
}

#[test]
fn numbers_beyond_the_range_are_named() {
    let x = array![[1.0, -1.7e308], [2.0, 1.7e308]];
    assert_eq!(message(StandardScaler::fit(&x)), "range of column 1 of x: expected a finite number, got inf");
    assert_eq!(message(MinMaxScaler::fit(&x)), "range of column 1 of x: expected a finite number, got inf");
    let (small, large) = (array![[0.0], [1e-200]], array![[1e200], [0.0]]);
    for result in [StandardScaler::fit(&small).unwrap().transform(&large), MinMaxScaler::fit(&small).unwrap().transform(&large)] {
        assert_eq!(message(result), "scaled x: expected finite numbers, got inf at [0, 0]");
    }
}

#[test]
fn bad_data_is_named() {
    let empty = "rows and columns to fit a scaler to: expected at least one, got none";
    assert_eq!(message(StandardScaler::fit(&Array2::zeros((0, 3)))), empty);
    assert_eq!(message(MinMaxScaler::fit(&Array2::zeros((3, 0)))), empty);
    let nan = array![[1.0, 2.0], [f64::NAN, 3.0]];
    assert_eq!(message(StandardScaler::fit(&nan)), "x: expected finite numbers, got NaN at [1, 0]");
    assert_eq!(message(MinMaxScaler::fit(&nan)), "x: expected finite numbers, got NaN at [1, 0]");
    let narrow = array![[1.0], [2.0]];
    let shape = "x: expected shape (n, 2), the columns that the scaler was fitted on, got (2, 1)";
    let x = array![[1.0, 2.0], [2.0, 3.0]];
    assert_eq!(message(StandardScaler::fit(&x).unwrap().transform(&narrow)), shape);
    assert_eq!(message(StandardScaler::fit(&x).unwrap().inverse(&narrow)), shape);
    assert_eq!(message(MinMaxScaler::fit(&x).unwrap().transform(&narrow)), shape);
    assert_eq!(message(MinMaxScaler::fit(&x).unwrap().inverse(&narrow)), shape);
}

proptest! {
    #[test]
    fn scales_do_what_they_say_and_go_back(seed: u32, n in 2_usize..30, d in 1_usize..6, spread in 1e-3..1e3, offset in -1e3..1e3) {
        let mut x: Array2<f64> = RandomState::new(seed).randn_2d(n, d) * spread + offset;
        x.column_mut(0).fill(offset); // a constant feature
        let standard = StandardScaler::fit(&x)?;
        let z = standard.transform(&x)?;
        let tolerance = 1e-9 * (1.0 + offset.abs() / spread);
        prop_assert!(z.mean_axis(Axis(0)).unwrap().iter().all(|mean| mean.abs() < tolerance));
        prop_assert!(z.std_axis(Axis(0), 0.0).iter().skip(1).all(|std| (std - 1.0).abs() < tolerance));
        assert_close(&standard.inverse(&z)?, &x, 1e-9);

        let unit = MinMaxScaler::fit(&x)?;
        let u = unit.transform(&x)?;
        prop_assert!(u.iter().all(|v| (0.0..=1.0).contains(v)) && u.column(0).iter().all(|&v| v == 0.0));
        prop_assert!(u.columns().into_iter().skip(1).all(|column| column.iter().any(|&v| v == 0.0) && column.iter().any(|&v| v == 1.0)));
        assert_close(&unit.inverse(&u)?, &x, 1e-9);
    }
}
