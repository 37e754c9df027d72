//! How good predictions are: accuracy, the confusion matrix and what follows from it, the baseline that looks at no feature, and the
//! classifier that knows how the points were made. `seeds` and `table` are for experiments: the same work with several seeds, its mean and
//! spread, results in columns. Losses are not here but in `math`.

mod bayes;
mod seeds;
mod table;

use std::fmt;

use ndarray::{Array1, Array2, Axis};

pub use bayes::MoonsBayes;
pub use seeds::{mean_and_spread, over_seeds};
pub use table::Table;

use crate::error::Error;
use crate::nn::classifier::Classifier;

/// The share of samples whose predicted class `y_hat` is their class `y`, both of shape (n,): scikit-learn's `accuracy_score`.
///
/// ```
/// use ndarray::array;
/// use nnlib::metrics::accuracy;
/// assert_eq!(accuracy(&array![0, 1, 1, 0], &array![0, 1, 0, 0])?, 0.75);
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Empty`] without labels, [`Error::Shape`] when the two differ in number.
pub fn accuracy(y: &Array1<usize>, y_hat: &Array1<usize>) -> Result<f64, Error> {
    check_labels(y, y_hat)?;
    let right = y.iter().zip(y_hat).filter(|(y, y_hat)| y == y_hat).count();
    Ok(right as f64 / y.len() as f64)
}

/// How often each class was taken for each: scikit-learn's `confusion_matrix`, and the scores by class that follow from it.
///
/// It prints as a table.
///
/// ```
/// use ndarray::array;
/// use nnlib::metrics::ConfusionMatrix;
/// let confusion = ConfusionMatrix::new(&array![0, 0, 0, 1, 1], &array![0, 0, 1, 1, 1], 2)?;
/// assert_eq!(confusion.counts, array![[2, 1], [0, 2]]);
/// assert_eq!(confusion.accuracy(), 0.8);
/// assert_eq!(confusion.recall(), array![2.0 / 3.0, 1.0]);
/// println!("{confusion}");
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    /// Shape (classes, classes): in row i and column j the number of samples of class i that were taken for class j.
    pub counts: Array2<usize>,
}

impl ConfusionMatrix {
    /// Counts the pairs of class `y` and predicted class `y_hat`, both of shape (n,).
    ///
    /// # Errors
    /// [`Error::Empty`] without labels, [`Error::Shape`] when the two differ in number, [`Error::Label`] for one that is not below `classes`.
    pub fn new(y: &Array1<usize>, y_hat: &Array1<usize>, classes: usize) -> Result<Self, Error> {
        check_labels(y, y_hat)?;
        let mut counts = Array2::zeros((classes, classes));
        for (index, (&y, &y_hat)) in y.iter().zip(y_hat).enumerate() {
            let label = y.max(y_hat);
            *counts.get_mut((y, y_hat)).ok_or(Error::Label { index, label, classes })? += 1;
        }
        Ok(Self { counts })
    }

    /// The share of samples on the diagonal.
    pub fn accuracy(&self) -> f64 {
        self.counts.diag().sum() as f64 / self.counts.sum() as f64
    }

    /// Of the samples taken for a class, the share that is of it, by class; 0 for a class that nothing was taken for.
    pub fn precision(&self) -> Array1<f64> {
        ratios(&self.counts.diag().to_owned(), &self.counts.sum_axis(Axis(0)))
    }

    /// Of the samples of a class, the share that was taken for it, by class; 0 for a class without samples.
    pub fn recall(&self) -> Array1<f64> {
        ratios(&self.counts.diag().to_owned(), &self.counts.sum_axis(Axis(1)))
    }

    /// F1 = 2·precision·recall / (precision + recall), their harmonic mean, by class; 0 where both are.
    ///
    /// Its mean over the classes, `f1().mean()`, is the macro F1; those of precision and recall go by the same name.
    pub fn f1(&self) -> Array1<f64> {
        let right = self.counts.diag().to_owned();
        ratios(&(&right * 2), &(self.counts.sum_axis(Axis(0)) + self.counts.sum_axis(Axis(1))))
    }
}

impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes = self.counts.nrows();
        let width = self.counts.iter().max().map_or(1, |most| most.to_string().len()).max(classes.to_string().len()) + 2;
        write!(f, "class \\ taken for")?;
        for class in 0..classes {
            write!(f, "{class:>width$}")?;
        }
        for (class, row) in self.counts.rows().into_iter().enumerate() {
            write!(f, "\n{class:>17}")?;
            for count in row {
                write!(f, "{count:>width$}")?;
            }
        }
        Ok(())
    }
}

/// As a notebook's cell shows it.
impl fmt::Debug for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The baseline that looks at no feature: it gives every point the class that was most frequent in training.
///
/// A model has learned something only where its accuracy is above this one's.
///
/// ```
/// use ndarray::array;
/// use nnlib::{Classifier, Dataset, metrics::MajorityClass};
/// let train = Dataset::new(array![[1.0], [2.0], [3.0]], array![1, 0, 1])?;
/// let baseline = MajorityClass::fit(&train)?;
/// assert_eq!(baseline.predict_classes(&array![[7.0], [8.0]])?, array![1, 1]);
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MajorityClass {
    /// The share of each class in the training data, shape (classes,).
    pub shares: Array1<f64>,
}

impl MajorityClass {
    /// Counts the classes of the training data.
    ///
    /// # Errors
    /// [`Error::Empty`] without points.
    pub fn fit(data: &crate::data::Dataset) -> Result<Self, Error> {
        if data.is_empty() {
            return Err(Error::empty("data points"));
        }
        Ok(Self { shares: data.class_counts().into_iter().map(|count| count as f64 / data.len() as f64).collect() })
    }

    /// The most frequent class, the lowest among equals.
    pub fn class(&self) -> usize {
        self.shares.iter().enumerate().fold(0, |best, (class, &share)| if share > self.shares[best] { class } else { best })
    }
}

impl Classifier for MajorityClass {
    fn predict_classes(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error> {
        Ok(Array1::from_elem(x.nrows(), self.class()))
    }

    fn probabilities(&self, x: &Array2<f64>) -> Result<Option<Array2<f64>>, Error> {
        Ok(self.shares.broadcast((x.nrows(), self.shares.len())).map(|shares| shares.to_owned()))
    }
}

fn ratios(parts: &Array1<usize>, wholes: &Array1<usize>) -> Array1<f64> {
    parts.iter().zip(wholes).map(|(&part, &whole)| if whole == 0 { 0.0 } else { part as f64 / whole as f64 }).collect()
}

fn check_labels(y: &Array1<usize>, y_hat: &Array1<usize>) -> Result<(), Error> {
    if y.is_empty() {
        return Err(Error::empty("labels"));
    }
    if y.len() != y_hat.len() {
        return Err(Error::shape("y_hat", format!("({},), as y", y.len()), format!("({},)", y_hat.len())));
    }
    Ok(())
}
