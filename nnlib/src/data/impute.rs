//! Missing values.

use ndarray::{Array1, Array2};

use crate::error::Error;
use crate::error::check_finite;

/// Puts the median of the feature in place of every missing value, which is a NaN: scikit-learn's `SimpleImputer(strategy="median")`.
///
/// Fitted on the training data only, then used on both.
///
/// ```
/// use ndarray::array;
/// use nnlib::data::Imputer;
/// let imputer = Imputer::fit(&array![[1.0, 5.0], [f64::NAN, 7.0], [3.0, 9.0]])?;
/// assert_eq!(imputer.transform(&array![[f64::NAN, 1.0]])?, array![[2.0, 1.0]]);
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Imputer {
    /// The median of each feature's values that are not missing, shape (d,).
    pub median: Array1<f64>,
}

impl Imputer {
    /// Takes the median of each column of `x`, shape (n, d).
    ///
    /// # Errors
    /// [`Error::Empty`] for a column without a value, [`Error::NotFinite`] for an infinity.
    pub fn fit(x: &Array2<f64>) -> Result<Self, Error> {
        check_finite("x", &x.mapv(zero_if_missing))?;
        let median = |(j, column): (usize, ndarray::ArrayView1<'_, f64>)| {
            let mut values: Vec<f64> = column.iter().copied().filter(|value| !value.is_nan()).collect();
            values.sort_unstable_by(f64::total_cmp);
            let half = values.len() / 2;
            match values.len() {
                0 => Err(Error::empty(format!("values in column {j} of x"))),
                n if n % 2 == 1 => Ok(values[half]),
                _ => Ok(f64::midpoint(values[half - 1], values[half])),
            }
        };
        Ok(Self { median: x.columns().into_iter().enumerate().map(median).collect::<Result<_, _>>()? })
    }

    /// The rows of `x`, shape (n, d), with no value missing.
    ///
    /// # Errors
    /// [`Error::Shape`] for another number of columns than it was fitted on, [`Error::NotFinite`] for an infinity.
    pub fn transform(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        if x.ncols() != self.median.len() {
            let expected = format!("(n, {}), the columns that the imputer was fitted on", self.median.len());
            return Err(Error::shape("x", expected, format!("{:?}", x.dim())));
        }
        let mut filled = x.clone();
        for (mut column, &median) in filled.columns_mut().into_iter().zip(&self.median) {
            column.mapv_inplace(|value| if value.is_nan() { median } else { value });
        }
        check_finite("x", &filled)?;
        Ok(filled)
    }
}

fn zero_if_missing(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value }
}
