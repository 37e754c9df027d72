//! Data: points with labels, where they come from, and how they are split and scaled.
//!
//! `generators` makes points, `csv` and `idx` read files, `diabetes` and `digits` are built in; `split`, `scale`, `impute`, `augment` and `batches`
//! prepare what a model is fitted on. Nothing here knows of a model.

mod augment;
mod batches;
mod csv;
#[cfg(feature = "datasets")]
mod diabetes;
#[cfg(feature = "datasets")]
mod digits;
mod generators;
#[cfg(feature = "datasets")]
mod idx;
mod impute;
mod scale;
pub(crate) mod split;

use ndarray::{Array1, Array2, Axis};

pub use augment::Augment;
pub use batches::Batches;
pub use csv::Table;
#[cfg(feature = "datasets")]
pub use diabetes::{Diabetes, diabetes};
#[cfg(feature = "datasets")]
pub use digits::{Digits, digits};
pub use generators::{make_blobs, make_circles, make_moons, make_spirals};
#[cfg(feature = "datasets")]
pub use idx::{read_idx_images, read_idx_labels};
pub use impute::Imputer;
pub use scale::{MinMaxScaler, StandardScaler};
pub use split::{Fold, k_fold, stratified_k_fold, stratified_split, train_test_split};

use crate::error::{Error, check_finite};

/// The most numbers that are made, or classes that are counted, at someone's word: a number too large is a slip, and would end the process.
const MOST_NUMBERS: usize = 1 << 27;
const MOST_CLASSES: usize = 1 << 20;

/// `rows`·`columns`, where so many numbers may be made.
fn checked_size(what: &str, rows: usize, columns: usize) -> Result<usize, Error> {
    let size = rows.checked_mul(columns).filter(|&size| size <= MOST_NUMBERS);
    size.ok_or_else(|| Error::value(what, format!("at most {MOST_NUMBERS} numbers in all"), format!("{rows} × {columns}")))
}

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
    /// or an infinity, [`Error::Value`] for more than 2²⁰ classes.
    pub fn new(x: Array2<f64>, y: Array1<usize>) -> Result<Self, Error> {
        let classes = y.iter().max().map_or(0, |&label| label.saturating_add(1));
        Self::with_classes(x, y, classes)
    }

    /// As [`new`](Self::new), when not every one of the `classes` need occur among the labels.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`Error::Label`] for a label that is not below `classes`.
    pub fn with_classes(x: Array2<f64>, y: Array1<usize>, classes: usize) -> Result<Self, Error> {
        check_finite("x", &x)?;
        let data = Self { x, y, classes };
        data.check_labels()?;
        Ok(data)
    }

    /// Whether there are points, each with a label that is a class; the fields are open, so it need not stay as it was made.
    pub(crate) fn check_labels(&self) -> Result<(), Error> {
        if self.x.is_empty() {
            return Err(Error::empty("data points"));
        }
        if self.classes > MOST_CLASSES {
            return Err(Error::value("classes", format!("at most {MOST_CLASSES}"), self.classes));
        }
        let (n, labels) = (self.x.nrows(), self.y.len());
        if n != labels {
            return Err(Error::shape("labels", format!("({n},), one for each row of x"), format!("({labels},)")));
        }
        match self.y.iter().enumerate().find(|&(_, &label)| label >= self.classes) {
            Some((index, &label)) => Err(Error::Label { index, label, classes: self.classes }),
            None => Ok(()),
        }
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

    /// How many points each class has.
    ///
    /// ```
    /// use ndarray::array;
    /// let data = nnlib::Dataset::new(array![[0.1], [0.2], [0.3]], array![0, 2, 2])?;
    /// assert_eq!(data.class_counts(), [1, 0, 2]);
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.min(MOST_CLASSES)];
        for &label in &self.y {
            // The fields are open: a label may have been changed to one that is no class.
            if let Some(count) = counts.get_mut(label) {
                *count += 1;
            }
        }
        counts
    }

    /// The points with these indices, in this order; the number of classes stays.
    ///
    /// ```
    /// use ndarray::array;
    /// let data = nnlib::Dataset::new(array![[0.1], [0.2], [0.3]], array![0, 1, 2])?;
    /// let some = data.select(&[2, 0])?;
    /// assert_eq!((some.x, some.y, some.classes), (array![[0.3], [0.1]], array![2, 0], 3));
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Value`] for an index that names no point.
    pub fn select(&self, rows: &[usize]) -> Result<Self, Error> {
        let n = self.len().min(self.x.nrows());
        if let Some(row) = rows.iter().find(|&&row| row >= n) {
            return Err(Error::value("row to select", format!("an index below {n}"), row));
        }
        Ok(Self { x: self.x.select(Axis(0), rows), y: self.y.select(Axis(0), rows), classes: self.classes })
    }
}
