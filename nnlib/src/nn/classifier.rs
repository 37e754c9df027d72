//! What a figure or a metric needs to know of a model: which class it gives to a point.

use ndarray::{Array1, Array2, ArrayView2};

use crate::error::Error;

/// Something that gives a class to each row of `x`: a baseline, a network, or a closure of the reader's own.
///
/// ```
/// use ndarray::{Array1, Array2, array};
/// use nnlib::Classifier;
/// let above = |x: &Array2<f64>| x.column(1).mapv(|x1| usize::from(x1 > 0.0));
/// assert_eq!(above.predict_classes(&array![[0.0, 2.0], [0.0, -2.0]])?, array![1, 0]);
/// # Ok::<(), nnlib::Error>(())
/// ```
pub trait Classifier {
    /// The class of each row of `x`, shape (n, d).
    ///
    /// # Errors
    /// [`Error::Shape`] when `x` has another number of columns than the model was made for.
    fn predict_classes(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error>;

    /// The probability of each class, shape (n, classes), for models that have one.
    ///
    /// # Errors
    /// As [`predict_classes`](Classifier::predict_classes).
    fn probabilities(&self, x: &Array2<f64>) -> Result<Option<Array2<f64>>, Error> {
        let _ = x;
        Ok(None)
    }
}

impl<F: Fn(&Array2<f64>) -> Array1<usize>> Classifier for F {
    fn predict_classes(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error> {
        Ok(self(x))
    }
}

/// The class that each row of outputs (n, k) means: the first of the largest, or, of a single output, 1 from the threshold on.
pub(crate) fn classes(y_hat: ArrayView2<'_, f64>, threshold: f64) -> impl Iterator<Item = usize> {
    y_hat.into_outer_iter().map(move |row| match row.len() {
        1 => usize::from(row[0] >= threshold),
        _ => row.iter().enumerate().fold((0, f64::NEG_INFINITY), |best, (j, &y)| if y > best.1 { (j, y) } else { best }).0,
    })
}
