//! Features on a common scale, fitted on the training data only and then used on both.

use ndarray::{Array1, Array2, Axis};

use crate::error::Error;
use crate::error::check_finite;

/// Gives every feature mean 0 and standard deviation 1: scikit-learn's `StandardScaler`.
///
/// x' = (x − mean) / std, with the mean and the population's standard deviation of each column that it was fitted on. A constant feature
/// becomes 0.
///
/// ```
/// use ndarray::array;
/// use nnlib::data::StandardScaler;
/// let train = array![[1.0, 10.0], [3.0, 10.0]];
/// let scaler = StandardScaler::fit(&train)?;
/// assert_eq!(scaler.transform(&train)?, array![[-1.0, 0.0], [1.0, 0.0]]);
/// assert_eq!(scaler.transform(&array![[5.0, 11.0]])?, array![[3.0, 1.0]]);
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// A whole data set: `Dataset { x: scaler.transform(&data.x)?, ..data }`.
#[derive(Clone, Debug, PartialEq)]
pub struct StandardScaler {
    /// The mean of each feature, shape (d,).
    pub mean: Array1<f64>,
    /// The standard deviation of each feature, shape (d,); 1 where a feature is constant.
    pub std: Array1<f64>,
}

impl StandardScaler {
    /// Takes the mean and standard deviation of each column of `x`, shape (n, d).
    ///
    /// # Errors
    /// [`Error::Empty`] without rows or columns, [`Error::NotFinite`] for a NaN or an infinity.
    pub fn fit(x: &Array2<f64>) -> Result<Self, Error> {
        let (low, high) = extremes(x)?;
        let mean = x.sum_axis(Axis(0)) / x.nrows() as f64;
        let mut std = x.std_axis(Axis(0), 0.0);
        unit_where_constant(&mut std, &low, &high);
        Ok(Self { mean, std })
    }

    /// The rows of `x`, shape (n, d), on the common scale.
    ///
    /// # Errors
    /// [`Error::Shape`] for another number of columns than it was fitted on.
    pub fn transform(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        check_columns(x, self.mean.len())?;
        Ok((x - &self.mean) / &self.std)
    }

    /// The rows of `x`, shape (n, d), back on their own scales.
    ///
    /// # Errors
    /// As [`transform`](Self::transform).
    pub fn inverse(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        check_columns(x, self.mean.len())?;
        Ok(x * &self.std + &self.mean)
    }
}

/// Maps every feature to 0 at its smallest and 1 at its largest value: scikit-learn's `MinMaxScaler`.
///
/// x' = (x − min) / range, with the extremes of each column that it was fitted on. Other data may go beyond [0, 1]. A constant feature
/// becomes 0.
///
/// ```
/// use ndarray::array;
/// use nnlib::data::MinMaxScaler;
/// let scaler = MinMaxScaler::fit(&array![[1.0, 10.0], [3.0, 10.0]])?;
/// assert_eq!(scaler.transform(&array![[2.0, 10.0], [5.0, 10.0]])?, array![[0.5, 0.0], [2.0, 0.0]]);
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MinMaxScaler {
    /// The smallest value of each feature, shape (d,).
    pub min: Array1<f64>,
    /// The largest less the smallest value of each feature, shape (d,); 1 where a feature is constant.
    pub range: Array1<f64>,
}

impl MinMaxScaler {
    /// Takes the extremes of each column of `x`, shape (n, d).
    ///
    /// # Errors
    /// [`Error::Empty`] without rows or columns, [`Error::NotFinite`] for a NaN or an infinity.
    pub fn fit(x: &Array2<f64>) -> Result<Self, Error> {
        let (min, max) = extremes(x)?;
        let mut range = &max - &min;
        unit_where_constant(&mut range, &min, &max);
        Ok(Self { min, range })
    }

    /// The rows of `x`, shape (n, d), on the common scale.
    ///
    /// # Errors
    /// [`Error::Shape`] for another number of columns than it was fitted on.
    pub fn transform(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        check_columns(x, self.min.len())?;
        Ok((x - &self.min) / &self.range)
    }

    /// The rows of `x`, shape (n, d), back on their own scales.
    ///
    /// # Errors
    /// As [`transform`](Self::transform).
    pub fn inverse(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        check_columns(x, self.min.len())?;
        Ok(x * &self.range + &self.min)
    }
}

/// The smallest and the largest value of each column.
fn extremes(x: &Array2<f64>) -> Result<(Array1<f64>, Array1<f64>), Error> {
    if x.is_empty() {
        return Err(Error::empty("rows and columns to fit a scaler to"));
    }
    check_finite("x", x)?;
    let low = x.fold_axis(Axis(0), f64::INFINITY, |&a, &b| a.min(b));
    let high = x.fold_axis(Axis(0), f64::NEG_INFINITY, |&a, &b| a.max(b));
    Ok((low, high))
}

/// Rounding leaves a constant column a tiny deviation, which must not be divided by.
fn unit_where_constant(scale: &mut Array1<f64>, low: &Array1<f64>, high: &Array1<f64>) {
    for (scale, (low, high)) in scale.iter_mut().zip(low.iter().zip(high)) {
        if low == high {
            *scale = 1.0;
        }
    }
}

fn check_columns(x: &Array2<f64>, d: usize) -> Result<(), Error> {
    if x.ncols() != d {
        return Err(Error::shape("x", format!("(n, {d}), the columns that the scaler was fitted on"), format!("{:?}", x.dim())));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;
    use crate::random::RandomState;
    use crate::testing::{assert_close, fixture, matrix, message};

    #[test]
    fn scales_are_scikit_learns() {
        let expected = fixture("scalers.json");
        let (x, new) = (matrix(&expected["x"]), matrix(&expected["new"]));
        assert_close(&StandardScaler::fit(&x).unwrap().transform(&new).unwrap(), &matrix(&expected["standard"]), 1e-13);
        assert_close(&MinMaxScaler::fit(&x).unwrap().transform(&new).unwrap(), &matrix(&expected["min_max"]), 1e-13);
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
}
