//! A function of two variables from above: pale where it is low, dark where it is high, with lines of equal height.

use plotters::style::RGBAColor;

use super::canvas::Stroke;
use super::color::{BLUES, Shades, pale};
use super::figure::Figure;
use super::lattice::Lattice;
use super::scale::{ends, range};
use crate::error::Error;

/// Lines of equal height.
const LEVELS: usize = 14;

/// A function of two variables over a rectangle, as a map with lines of equal height: a loss over two weights, say. The lines lie closer
/// together near the lowest value, which is where a descent ends.
///
/// # Errors
/// [`Error::Value`] for an empty rectangle, [`Error::NotFinite`] where the function is not finite.
///
/// ```
/// let bowl = nnlib::plot::contours((-3.0, 3.0), (-2.0, 2.0), |u, v| 0.5 * u * u + 4.0 * v * v)?;
/// let figure = bowl.path("gradient descent", &[-2.5, -1.0, -0.2], &[1.5, -0.6, 0.1])?;
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
pub fn contours(x: (f64, f64), y: (f64, f64), f: impl Fn(f64, f64) -> f64) -> Result<Figure, Error> {
    let plane = Lattice::new(x, y, 400, 260)?;
    let values = (0..plane.len()).map(|k| plane.point(k)).map(|(x, y)| f(x, y)).collect();
    of_values(plane, values)
}

/// Not generic, so that no cell of a notebook has to compile it.
fn of_values(plane: Lattice, values: Vec<f64>) -> Result<Figure, Error> {
    if let Some(k) = values.iter().position(|v| !v.is_finite()) {
        let (x, y) = plane.point(k);
        return Err(Error::NotFinite { what: format!("function at ({x}, {y})"), index: vec![k], value: values[k] });
    }
    let (low, high) = ends(values.iter().copied());
    // The square root of the height: a bowl's lines are then evenly spaced. Halves, because the height may be no number.
    let share = |v: f64| if high > low { ((v / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)).sqrt() } else { 0.0 };
    let shades = Shades { stops: BLUES, low: 0.0, high: LEVELS as f64 / 0.75 };
    let shade = |level: usize| {
        let [r, g, b] = shades.of_value(level as f64);
        pale(RGBAColor(r, g, b, 1.0), 0.75)
    };
    let colors: Vec<[u8; 3]> = (0..=LEVELS).map(shade).collect();
    let cells = values.iter().map(|&v| colors[(share(v) * LEVELS as f64) as usize]).collect();
    let level = |i: usize| (i as f64 / LEVELS as f64).powi(2);
    let lines = (1..LEVELS).flat_map(|i| plane.lines(&values, low * (1.0 - level(i)) + high * level(i))).collect();
    let stroke = Stroke::new(RGBAColor(70, 90, 120, 0.55), 0.9);
    let marks = plane.field(cells, lines, stroke, format!("Map of a function of both, from {}.", range((low, high))));
    Figure::new().add("", Some(0), marks)
}
