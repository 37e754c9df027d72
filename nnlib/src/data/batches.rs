//! Minibatches.

use std::slice::Chunks;

use super::checked_size;
use crate::error::Error;
use crate::random::RandomState;

/// The rows 0..n cut into batches of one size, the last one smaller where n is no multiple of it.
///
/// It hands out row numbers, so that the rows can be copied into buffers that are there already.
///
/// ```
/// use ndarray::Axis;
/// use nnlib::{RandomState, data::{Batches, make_moons}};
/// let mut rng = RandomState::new(0);
/// let moons = make_moons(200, 0.20, &mut rng)?;
/// let mut batches = Batches::new(moons.len(), 64)?;
/// for epoch in 0..2 {
///     batches.shuffle(&mut rng);
///     let sizes: Vec<usize> = batches.iter().map(|rows| moons.x.select(Axis(0), rows).nrows()).collect();
///     assert_eq!(sizes, [64, 64, 64, 8]);
/// }
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batches {
    order: Vec<usize>,
    size: usize,
}

impl Batches {
    /// Batches of `batch_size` out of `n` rows, in their own order until [`shuffle`](Self::shuffle) is called.
    ///
    /// # Errors
    /// [`Error::Empty`] for zero rows, [`Error::Value`] for a batch size of 0 or more than 2²⁷ rows.
    pub fn new(n: usize, batch_size: usize) -> Result<Self, Error> {
        if n == 0 {
            return Err(Error::empty("rows to make batches of"));
        }
        checked_size("rows to make batches of", n, 1)?;
        if batch_size == 0 {
            return Err(Error::value("batch size", "at least 1", batch_size));
        }
        Ok(Self { order: (0..n).collect(), size: batch_size })
    }

    /// Brings the rows into a new random order: once an epoch.
    pub fn shuffle(&mut self, rng: &mut RandomState) {
        rng.shuffle(&mut self.order);
    }

    /// The rows of each batch.
    pub fn iter(&self) -> Chunks<'_, usize> {
        self.order.chunks(self.size)
    }
}

impl<'a> IntoIterator for &'a Batches {
    type Item = &'a [usize];
    type IntoIter = Chunks<'a, usize>;

    fn into_iter(self) -> Chunks<'a, usize> {
        self.iter()
    }
}
