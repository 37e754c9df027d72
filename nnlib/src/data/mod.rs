//! Data: points with labels.

use ndarray::{Array1, Array2, Axis};

use crate::Error;
use crate::error::check_finite;

/// Points and their classes.
///
/// `x` has shape (n, d): a sample a row. `y` has shape (n,): the class of each sample, counted from 0.
///
/// ```
/// use ndarray::array;
/// use nnlib::Dataset;
/// let data = Dataset::new(array![[0.0, 1.0], [2.0, 3.0]], array![0, 1])?;
/// assert_eq!((data.len(), data.features(), data.classes), (2, 2, 2));
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// The points, shape (n, d).
    pub x: Array2<f64>,
    /// The class of each point, shape (n,), each below `classes`.
    pub y: Array1<usize>,
    /// How many classes there are.
    pub classes: usize,
}

impl Dataset {
    /// Points `x` (n, d) with labels `y` (n,); there are as many classes as the largest label plus one.
    ///
    /// # Errors
    /// [`Error::Empty`] without points or features, [`Error::Shape`] when rows and labels differ in number, [`Error::NotFinite`] for a NaN
    /// or an infinity.
    pub fn new(x: Array2<f64>, y: Array1<usize>) -> Result<Self, Error> {
        if x.is_empty() {
            return Err(Error::empty("data points"));
        }
        if x.nrows() != y.len() {
            return Err(Error::shape("labels", format!("({},), one for each row of x", x.nrows()), format!("({},)", y.len())));
        }
        check_finite("x", &x)?;
        let classes = y.iter().max().map_or(0, |&label| label + 1);
        Ok(Self { x, y, classes })
    }

    /// The number of points, n.
    pub fn len(&self) -> usize {
        self.y.len()
    }

    /// Whether there is no point. A data set made by [`Dataset::new`] has at least one.
    pub fn is_empty(&self) -> bool {
        self.y.is_empty()
    }

    /// The number of features of a point, d.
    pub fn features(&self) -> usize {
        self.x.ncols()
    }

    /// The points with these indices, in this order; the number of classes stays.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        Self { x: self.x.select(Axis(0), rows), y: self.y.select(Axis(0), rows), classes: self.classes }
    }
}
