//! Features on a common scale, fitted on the training data only and then used on both.

use ndarray::{Array1, Array2, ArrayView1};

use crate::error::Error;
use crate::error::check_finite;

/// Gives every feature mean 0 and standard deviation 1: scikit-learn's `StandardScaler`.
///
/// x' = (x − mean) / std, with the mean and the population's standard deviation of each column that it was fitted on. A constant feature
/// becomes 0; one whose values differ by nothing but rounding counts as constant.
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
    /// [`Error::Empty`] without rows or columns, [`Error::NotFinite`] for a NaN or an infinity, [`Error::Value`] for a column
    /// whose range is beyond an f64's.
    pub fn fit(x: &Array2<f64>) -> Result<Self, Error> {
        let columns = x.columns().into_iter().zip(extents(x)?);
        let (mean, std) = columns.map(|(column, extent)| extent.mean_and_std(column)).unzip::<_, _, Vec<_>, Vec<_>>();
        Ok(Self { mean: mean.into(), std: std.into() })
    }

    /// The rows of `x`, shape (n, d), on the common scale.
    ///
    /// # Errors
    /// [`Error::Shape`] for another number of columns than it was fitted on, [`Error::NotFinite`] for a NaN or an infinity, also in the result.
    pub fn transform(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        checked(x, self.mean.len(), || (x - &self.mean) / &self.std)
    }

    /// The rows of `x`, shape (n, d), back on their own scales.
    ///
    /// # Errors
    /// As [`transform`](Self::transform).
    pub fn inverse(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        checked(x, self.mean.len(), || x * &self.std + &self.mean)
    }
}

/// Maps every feature to 0 at its smallest and 1 at its largest value: scikit-learn's `MinMaxScaler`.
///
/// x' = (x − min) / range, with the extremes of each column that it was fitted on. Other data may go beyond [0, 1]. A constant feature
/// becomes 0; one whose values differ by nothing but rounding counts as constant.
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
    /// [`Error::Empty`] without rows or columns, [`Error::NotFinite`] for a NaN or an infinity, [`Error::Value`] for a column
    /// whose range is beyond an f64's.
    pub fn fit(x: &Array2<f64>) -> Result<Self, Error> {
        let (min, range) = extents(x)?.into_iter().map(|Extent { low, range, .. }| (low, range)).unzip::<_, _, Vec<_>, Vec<_>>();
        Ok(Self { min: min.into(), range: range.into() })
    }

    /// The rows of `x`, shape (n, d), on the common scale.
    ///
    /// # Errors
    /// [`Error::Shape`] for another number of columns than it was fitted on, [`Error::NotFinite`] for a NaN or an infinity, also in the result.
    pub fn transform(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        checked(x, self.min.len(), || (x - &self.min) / &self.range)
    }

    /// The rows of `x`, shape (n, d), back on their own scales.
    ///
    /// # Errors
    /// As [`transform`](Self::transform).
    pub fn inverse(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        checked(x, self.min.len(), || x * &self.range + &self.min)
    }
}

/// Where the values of a column lie.
struct Extent {
    low: f64,
    high: f64,
    /// The largest less the smallest value; for a constant column what to divide by instead.
    range: f64,
    constant: bool,
}

fn extents(x: &Array2<f64>) -> Result<Vec<Extent>, Error> {
    if x.is_empty() {
        return Err(Error::empty("rows and columns to fit a scaler to"));
    }
    check_finite("x", x)?;
    let extent = |(j, column): (usize, ArrayView1<'_, f64>)| {
        let (low, high) = column.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
        let range = high - low;
        if range.is_infinite() {
            return Err(Error::value(format!("range of column {j} of x"), "a finite number", range));
        }
        // A few units in the last place are what rounding leaves of equal values: 1 leaves them small, or a billion of them.
        let constant = range <= 64.0 * f64::EPSILON * low.abs().max(high.abs());
        Ok(Extent { low, high, range: if constant { 1.0_f64.max(1e9 * range) } else { range }, constant })
    };
    x.columns().into_iter().enumerate().map(extent).collect()
}

impl Extent {
    fn mean_and_std(&self, column: ArrayView1<'_, f64>) -> (f64, f64) {
        if self.constant {
            return (self.low, self.range);
        }
        // Counted from the smallest value when all are close to it: else the rounding of the sums would stand beside the deviation.
        let size = self.low.abs().max(self.high.abs());
        let origin = if self.range < 1e-3 * size { self.low } else { 0.0 };
        // A power of two, which rounds nothing, takes the largest number near 1: squares and sums stay within an f64's range.
        let largest = if origin == 0.0 { size } else { self.range };
        let unit = 2_f64.powi(largest.log2().clamp(-1000.0, 1000.0) as i32);
        let column = column.mapv(|x| (x - origin) / unit);
        let mean = column.fold(0.0, |sum, x| sum + x) / column.len() as f64;
        (origin + mean * unit, column.std(0.0) * unit)
    }
}

/// The scaled numbers, where they are numbers.
fn checked(x: &Array2<f64>, d: usize, scale: impl Fn() -> Array2<f64>) -> Result<Array2<f64>, Error> {
    if x.ncols() != d {
        return Err(Error::shape("x", format!("(n, {d}), the columns that the scaler was fitted on"), format!("{:?}", x.dim())));
    }
    check_finite("x", x)?;
    let scaled = scale();
    check_finite("scaled x", &scaled)?;
    Ok(scaled)
}

#[cfg(test)]
mod tests {
    use ndarray::{Axis, array};
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
}
