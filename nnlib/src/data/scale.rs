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
