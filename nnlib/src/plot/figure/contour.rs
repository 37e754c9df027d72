//! A function of two variables from above: pale where it is low, dark where it is high, with lines of equal height.

use super::Figure;
use super::canvas::{Raster, Stroke};
use super::color::{Color, Ramp, WHITE};
use super::lattice::Lattice;
use super::scale::range;
use super::series::{Field, Marks};
use crate::error::Error;

/// Lines of equal height.
const LEVELS: usize = 14;

/// A function of two variables over a rectangle, as a map with lines of equal height: a loss over two weights, say.
///
/// # Errors
/// As [`Figure::contours`].
///
/// ```
/// let bowl = nnlib::plot::contours((-3.0, 3.0), (-2.0, 2.0), |u, v| 0.5 * u * u + 4.0 * v * v)?;
/// let figure = bowl.path("gradient descent", &[-2.5, -1.0, -0.2], &[1.5, -0.6, 0.1])?;
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
pub fn contours(x: (f64, f64), y: (f64, f64), f: impl Fn(f64, f64) -> f64) -> Result<Figure, Error> {
    Figure::new().contours(x, y, f)
}

impl Figure {
    /// Adds a function of two variables over a rectangle. The lines lie closer together near the lowest value, which is where a descent ends.
    ///
    /// # Errors
    /// [`Error::Value`] for an empty rectangle, [`Error::NotFinite`] where the function is not finite.
    pub fn contours(self, x: (f64, f64), y: (f64, f64), f: impl Fn(f64, f64) -> f64) -> Result<Self, Error> {
        let plane = Lattice::of(x, y, 400, 260)?;
        let values: Vec<f64> = (0..plane.len()).map(|k| plane.point(k)).map(|(x, y)| f(x, y)).collect();
        self.add_contours(&plane, &values)
    }

    fn add_contours(self, plane: &Lattice, values: &[f64]) -> Result<Self, Error> {
        if let Some(k) = values.iter().position(|v| !v.is_finite()) {
            let (x, y) = plane.point(k);
            return Err(Error::NotFinite { what: format!("function at ({x}, {y})"), index: vec![k], value: values[k] });
        }
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
        // The square root of the height: a bowl's lines are then evenly spaced. Halves, because the height may be no number.
        let share = |v: f64| if high > low { ((v / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)).sqrt() } else { 0.0 };
        let shade = |v: f64| (share(v) * LEVELS as f64).floor() / LEVELS as f64;
        let cells = values.iter().map(|&v| Ramp::Sequential.color(0.75 * shade(v)).mix(WHITE, 0.25).rgb).collect();
        let level = |i: usize| (i as f64 / LEVELS as f64).powi(2);
        let lines = (1..LEVELS).flat_map(|i| plane.lines(values, low * (1.0 - level(i)) + high * level(i))).collect();
        let description = format!("Map of a function of both, from {}.", range((low, high)));
        let raster = Raster { columns: plane.columns, rows: plane.rows, cells };
        let line_stroke = Stroke::new(Color::new([70, 90, 120]).alpha(0.55), 0.9);
        self.add_styled("", 0, Marks::Field(Field { x: plane.x, y: plane.y, raster, lines, line_stroke, description }))
    }
}
