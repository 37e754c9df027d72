//! What a figure or a metric needs to know of a model: which class it gives to a point.

use ndarray::{Array1, Array2, ArrayView1};

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

/// The class that each row of outputs means: the largest of several, or class 1 where a single one is at least 0.5.
pub(crate) fn classes(y_hat: &Array2<f64>) -> Array1<usize> {
    y_hat.outer_iter().map(class).collect()
}

/// The class that one row of outputs means.
pub(crate) fn class(y_hat: ArrayView1<'_, f64>) -> usize {
    match y_hat.len() {
        1 => usize::from(y_hat[0] >= 0.5),
        _ => y_hat.iter().enumerate().fold(0, |best, (j, &v)| if v > y_hat[best] { j } else { best }),
    }
}
