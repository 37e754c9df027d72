//! A grid of points over a rectangle of the plane.

use ndarray::{Array2, Axis};

use super::contour::{Crossing, contours};
use super::series::Points;
use crate::Error;

/// Points at the centres of equal cells that fill a rectangle; the first row is the uppermost.
pub(super) struct Lattice {
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
    pub(super) columns: usize,
    pub(super) rows: usize,
}

/// As many points go to a model at once: enough to keep it busy, few enough for its intermediate results to stay in the cache.
const BLOCK: usize = 16_384;

impl Lattice {
    /// A grid whose points are at most `spacing` apart.
    pub(super) fn new(x: (f64, f64), y: (f64, f64), spacing: f64) -> Result<Self, Error> {
        if !(spacing.is_finite() && spacing > 0.0) {
            return Err(Error::value("spacing", "a finite number above 0", spacing));
        }
        let cells = |(low, high): (f64, f64)| ((high - low) / spacing - 1e-9).ceil().max(2.0);
        let (columns, rows) = (cells(x), cells(y));
        if columns * rows > 4e6 {
            return Err(Error::value(
                "spacing",
                "one that makes a grid of at most four million points",
                format!("{spacing}, for {columns} × {rows}"),
            ));
        }
        Self::of(x, y, columns as usize, rows as usize)
    }

    /// A grid of so many points.
    pub(super) fn of(x: (f64, f64), y: (f64, f64), columns: usize, rows: usize) -> Result<Self, Error> {
        for (name, (low, high)) in [("x range", x), ("y range", y)] {
            if !(low.is_finite() && high.is_finite() && low < high && (high - low).is_finite()) {
                return Err(Error::value(name, "two finite numbers, the lower one first", format!("{low} and {high}")));
            }
        }
        Ok(Self { x, y, columns, rows })
    }

    pub(super) fn len(&self) -> usize {
        self.columns * self.rows
    }

    pub(super) fn point(&self, k: usize) -> (f64, f64) {
        let share = |i: usize, n: usize| (i as f64 + 0.5) / n as f64;
        let (u, v) = (share(k % self.columns, self.columns), share(k / self.columns, self.rows));
        (self.x.0 + u * (self.x.1 - self.x.0), self.y.1 - v * (self.y.1 - self.y.0))
    }

    /// Hands all points to a function, a block of rows (x, y) at a time.
    pub(super) fn in_blocks(&self, mut ask: impl FnMut(&Array2<f64>) -> Result<(), Error>) -> Result<(), Error> {
        let mut from = 0;
        while from < self.len() {
            let rows = BLOCK.min(self.len() - from);
            let mut block = Array2::zeros((rows, 2));
            for (i, mut row) in block.axis_iter_mut(Axis(0)).enumerate() {
                (row[0], row[1]) = self.point(from + i);
            }
            ask(&block)?;
            from += rows;
        }
        Ok(())
    }

    /// The lines in the plane along which the values, one for each point, are at `level`.
    pub(super) fn lines(&self, values: &[f64], level: f64) -> Vec<Points> {
        // Values are taken to run straight between neighbours.
        let place = |(from, to): Crossing| {
            let t = (level - values[from]) / (values[to] - values[from]);
            let ((x0, y0), (x1, y1)) = (self.point(from), self.point(to));
            (x0 + t * (x1 - x0), y0 + t * (y1 - y0))
        };
        contours(values, self.columns, level).into_iter().map(|line| line.into_iter().map(place).collect()).collect()
    }
}
