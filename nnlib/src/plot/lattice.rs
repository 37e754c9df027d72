//! A grid of points over a rectangle of the plane, and the lines along which numbers given on it stay the same.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::{Array2, Axis};

use super::canvas::{Points, Raster, Stroke};
use super::figure::check_range;
use super::series::{Field, Marks};
use crate::error::Error;

/// Points at the centres of equal cells that fill a rectangle; the first row is the uppermost.
pub(super) struct Lattice {
    x: (f64, f64),
    y: (f64, f64),
    columns: usize,
    rows: usize,
}

/// As many points go to a model at once: enough to keep it busy, few enough for its intermediate results to stay in the cache.
const BLOCK: usize = 16_384;

impl Lattice {
    /// A grid of so many points.
    pub(super) fn new(x: (f64, f64), y: (f64, f64), columns: usize, rows: usize) -> Result<Self, Error> {
        check_range("x range", x)?;
        check_range("y range", y)?;
        Ok(Self { x, y, columns, rows })
    }

    pub(super) fn len(&self) -> usize {
        self.columns * self.rows
    }

    pub(super) fn point(&self, k: usize) -> (f64, f64) {
        let along = |(from, to): (f64, f64), i: usize, n: usize| {
            let t = (i as f64 + 0.5) / n as f64;
            from * (1.0 - t) + to * t
        };
        (along(self.x, k % self.columns, self.columns), along((self.y.1, self.y.0), k / self.columns, self.rows))
    }

    /// Hands all points to a function, a block of rows (x, y) at a time.
    pub(super) fn in_blocks(&self, mut ask: impl FnMut(&Array2<f64>) -> Result<(), Error>) -> Result<(), Error> {
        for from in (0..self.len()).step_by(BLOCK) {
            let mut block = Array2::zeros((BLOCK.min(self.len() - from), 2));
            for (i, mut row) in block.axis_iter_mut(Axis(0)).enumerate() {
                (row[0], row[1]) = self.point(from + i);
            }
            ask(&block)?;
        }
        Ok(())
    }

    /// The rectangle filled with a colour for each point, and lines on it.
    pub(super) fn field(self, cells: Vec<[u8; 3]>, lines: Vec<Points>, stroke: Stroke, description: String) -> Marks {
        let Self { x, y, columns, rows } = self;
        Marks::Field(Field { x, y, raster: Raster { columns, rows, cells }, lines, stroke, description })
    }

    /// The lines in the plane along which the values, one for each point, are at `level`.
    pub(super) fn lines(&self, values: &[f64], level: f64) -> Vec<Points> {
        // Values are taken to run straight between neighbours.
        let place = |(from, to): (usize, usize)| {
            let t = (level - values[from]) / (values[to] - values[from]);
            let ((x0, y0), (x1, y1)) = (self.point(from), self.point(to));
            (x0 + t * (x1 - x0), y0 + t * (y1 - y0))
        };
        self.crossings(|k| values[k] > level).into_iter().map(|line| line.into_iter().map(place).collect()).collect()
    }

    /// The lines between the points that are above and those that are not, as the pairs of neighbours that they pass between. A line that
    /// closes ends where it began.
    ///
    /// Source: W. Lorensen and H. Cline, "Marching Cubes", SIGGRAPH 1987, in two dimensions.
    pub(super) fn crossings(&self, above: impl Fn(usize) -> bool) -> Vec<Vec<(usize, usize)>> {
        // A line enters and leaves each square of four neighbours through its sides, in such a way that what is above lies at its left. A
        // side is named by the point at its start, twice, plus one when it runs down the rows.
        let mut onward = BTreeMap::new();
        let up: Vec<bool> = (0..self.len()).map(above).collect();
        for k in (0..self.columns * (self.rows - 1)).filter(|k| (k + 1) % self.columns > 0) {
            let below = k + self.columns;
            let corners = [up[k], up[k + 1], up[below + 1], up[below]];
            if corners == [corners[0]; 4] {
                continue;
            }
            let sides = [2 * k, 2 * (k + 1) + 1, 2 * below, 2 * k + 1];
            let rises = |i: usize| !corners[i] && corners[(i + 1) % 4];
            let falls = |i: usize| corners[i] && !corners[(i + 1) % 4];
            for i in (0..4).filter(|&i| rises(i)) {
                let exit = (1..4).map(|step| (i + step) % 4).find(|&i| falls(i));
                onward.extend(exit.map(|exit| (sides[i], sides[exit])));
            }
        }
        let entered: BTreeSet<usize> = onward.values().copied().collect();
        // Lines that end at the grid's border start there; what is left are rings.
        let (rings, open): (Vec<usize>, Vec<usize>) = onward.keys().partition(|side| entered.contains(side));
        let neighbours = |side: usize| (side / 2, side / 2 + if side % 2 == 1 { self.columns } else { 1 });
        let mut lines = Vec::new();
        for start in open.into_iter().chain(rings) {
            let (mut line, mut side) = (vec![neighbours(start)], start);
            while let Some(next) = onward.remove(&side) {
                line.push(neighbours(next));
                side = next;
            }
            if line.len() > 1 {
                lines.push(line);
            }
        }
        lines
    }
}
