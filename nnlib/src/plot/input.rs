//! What a figure checks before it takes numbers.

use super::series::Points;
use crate::Error;

/// The numbers, of which there is at least one and all of which are finite.
pub(super) fn numbers<'a>(what: &str, values: impl IntoIterator<Item = &'a f64>) -> Result<Vec<f64>, Error> {
    let values: Vec<f64> = values.into_iter().copied().collect();
    checked(what, values)
}

fn checked(what: &str, values: Vec<f64>) -> Result<Vec<f64>, Error> {
    if values.is_empty() {
        return Err(Error::empty(what));
    }
    match values.iter().position(|v| !v.is_finite()) {
        Some(i) => Err(Error::NotFinite { what: what.to_owned(), index: vec![i], value: values[i] }),
        None => Ok(values),
    }
}

/// The points (x, y) of a series.
pub(super) fn points(series: &str, x: Vec<f64>, y: Vec<f64>) -> Result<Points, Error> {
    same_length(&format!("y of “{series}”"), "x", x.len(), y.len())?;
    let (x, y) = (checked(&format!("x of “{series}”"), x)?, checked(&format!("y of “{series}”"), y)?);
    Ok(x.into_iter().zip(y).collect())
}

/// `Ok` when there are as many of one thing as of another.
pub(super) fn same_length(what: &str, other: &str, expected: usize, got: usize) -> Result<(), Error> {
    if expected == got { Ok(()) } else { Err(Error::shape(what, format!("({expected},), as many as {other}"), format!("({got},)"))) }
}

pub(super) fn collect<'a>(values: impl IntoIterator<Item = &'a f64>) -> Vec<f64> {
    values.into_iter().copied().collect()
}
