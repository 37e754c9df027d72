//! The one error type: what was given, what was expected, and where.

use std::convert::Infallible;
use std::fmt::{self, Display};
use std::path::PathBuf;

/// What can go wrong anywhere in the crate.
///
/// `Debug` prints the message rather than the fields, because that is what a notebook cell shows when a `?` meets an error.
///
/// ```
/// use nnlib::Error;
/// let error = Error::value("noise", "a number of at least 0", -1.0);
/// assert_eq!(error.to_string(), "noise: expected a number of at least 0, got -1");
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Arrays, layers or files whose sizes do not meet.
    #[error("{what}: expected shape {expected}, got {got}")]
    Shape {
        /// What had the shape, and where.
        what: String,
        /// The shape that would have fitted.
        expected: String,
        /// The shape that was given.
        got: String,
    },
    /// An argument outside its range.
    #[error("{what}: expected {expected}, got {got}")]
    Value {
        /// The argument's name.
        what: String,
        /// The values it may take.
        expected: String,
        /// The value it had.
        got: String,
    },
    /// A NaN or an infinity among numbers.
    #[error("{what}: expected finite numbers, got {value} at {index:?}")]
    NotFinite {
        /// The array's name.
        what: String,
        /// Where the number stands in it.
        index: Vec<usize>,
        /// The number.
        value: f64,
    },
    /// A class label that names no class.
    #[error("label of sample {index}: expected a class below {classes}, got {label}")]
    Label {
        /// The sample.
        index: usize,
        /// Its label.
        label: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// Nothing where something was needed.
    #[error("{what}: expected at least one, got none")]
    Empty {
        /// What was empty.
        what: String,
    },
    /// Training left the finite numbers.
    #[error("training diverged: the loss is {loss} after epoch {epoch}; try a smaller learning rate")]
    Diverged {
        /// The epoch, counted from 1, that ended with this loss.
        epoch: usize,
        /// The loss.
        loss: f64,
    },
    /// A file that could not be read or written.
    #[error("could not {action} {}: {source}", path.display())]
    File {
        /// What was tried: "read", "write", …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file or text that is not what its format promises.
    #[error("{what}, {at}: expected {expected}, got {got}")]
    Format {
        /// The file, or what stands for it.
        what: String,
        /// The place in it: a line and column, a byte offset, a key.
        at: String,
        /// What the format asks for there.
        expected: String,
        /// What stands there.
        got: String,
    },
    /// A picture that could not be drawn.
    #[error("drawing failed: {0}")]
    Draw(String),
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl Error {
    /// Sizes that do not meet.
    pub fn shape(what: impl Into<String>, expected: impl Display, got: impl Display) -> Self {
        Self::Shape { what: what.into(), expected: expected.to_string(), got: got.to_string() }
    }

    /// An argument outside its range.
    pub fn value(what: impl Into<String>, expected: impl Into<String>, got: impl Display) -> Self {
        Self::Value { what: what.into(), expected: expected.into(), got: got.to_string() }
    }

    /// Nothing where something was needed.
    pub fn empty(what: impl Into<String>) -> Self {
        Self::Empty { what: what.into() }
    }

    /// A file that could not be read or written.
    pub fn file(action: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::File { action, path: path.into(), source }
    }

    /// A file or text that is not what its format promises.
    pub fn format(what: impl Into<String>, at: impl Into<String>, expected: impl Into<String>, got: impl Display) -> Self {
        Self::Format { what: what.into(), at: at.into(), expected: expected.into(), got: got.to_string() }
    }
}

/// `Ok` when every number is finite, else where the first other one stands.
///
/// # Errors
/// [`Error::NotFinite`] with the array's name, the index and the number.
pub(crate) fn check_finite<D: ndarray::Dimension>(what: &str, x: &ndarray::ArrayRef<f64, D>) -> Result<(), Error> {
    // The sum is finite unless a number is not (or the sum overflows, which the search then clears).
    if x.sum().is_finite() {
        return Ok(());
    }
    let shape = x.shape();
    match x.iter().enumerate().find(|(_, v)| !v.is_finite()) {
        None => Ok(()),
        Some((flat, &value)) => {
            let mut index = vec![0; shape.len()];
            let mut rest = flat;
            for (i, &n) in shape.iter().enumerate().rev() {
                index[i] = rest % n;
                rest /= n;
            }
            Err(Error::NotFinite { what: what.to_owned(), index, value })
        }
    }
}

/// `Ok` when the number is finite and above zero.
///
/// # Errors
/// [`Error::Value`] with the argument's name.
pub(crate) fn check_positive(what: &str, value: f64) -> Result<(), Error> {
    if value.is_finite() && value > 0.0 { Ok(()) } else { Err(Error::value(what, "a finite number above 0", value)) }
}
