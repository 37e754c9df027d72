//! Lines: a loss over epochs, a function, a path, a value to compare with.

use super::figure::Figure;
use super::input::{collect, points};
use super::series::Marks;
use crate::Error;

/// A line through (x, y), ready for a title and more lines.
///
/// # Errors
/// As [`Figure::line`].
///
/// ```
/// let figure = nnlib::plot::line("loss", &[1.0, 2.0, 3.0], &[0.7, 0.3, 0.1])?.x_label("epoch").y_label("loss");
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
pub fn line<'a>(name: &str, x: impl IntoIterator<Item = &'a f64>, y: impl IntoIterator<Item = &'a f64>) -> Result<Figure, Error> {
    Figure::new().line(name, x, y)
}

/// A function of one variable, drawn from `from` to `to`.
///
/// # Errors
/// As [`Figure::curve`].
///
/// ```
/// let figure = nnlib::plot::curve("tanh", -4.0, 4.0, f64::tanh)?.curve("its derivative", -4.0, 4.0, |z| 1.0 - z.tanh().powi(2))?;
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
pub fn curve(name: &str, from: f64, to: f64, f: impl Fn(f64) -> f64) -> Result<Figure, Error> {
    Figure::new().curve(name, from, to, f)
}

/// Losses by epoch, counted from 1: one line for each name.
///
/// # Errors
/// As [`Figure::line`].
///
/// ```
/// let (training, validation) = ([0.7, 0.3, 0.1], [0.7, 0.4, 0.3]);
/// let figure = nnlib::plot::loss_curve(&[("training", &training), ("validation", &validation)])?.log_y()?;
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
pub fn loss_curve(losses: &[(&str, &[f64])]) -> Result<Figure, Error> {
    if losses.is_empty() {
        return Err(Error::empty("losses"));
    }
    let mut figure = Figure::new();
    for (name, losses) in losses {
        let epochs: Vec<f64> = (1..=losses.len()).map(|epoch| epoch as f64).collect();
        figure = figure.line(name, &epochs, *losses)?;
    }
    Ok(figure.x_label("epoch").y_label("loss"))
}

impl Figure {
    /// Adds a line through the points (x, y). Each line has its own colour and its own dashes; up to 25 points are marked.
    ///
    /// # Errors
    /// [`Error::Empty`] without points, [`Error::Shape`] when x and y differ in length, [`Error::NotFinite`] for a NaN or an infinity,
    /// [`Error::Value`] for a number that is not above zero on a logarithmic axis.
    pub fn line<'a>(self, name: &str, x: impl IntoIterator<Item = &'a f64>, y: impl IntoIterator<Item = &'a f64>) -> Result<Self, Error> {
        let points = points(name, collect(x), collect(y))?;
        self.add(name, Marks::Line(points))
    }

    /// Adds a function of one variable, drawn from `from` to `to`.
    ///
    /// # Errors
    /// [`Error::Value`] unless `from` is below `to`, [`Error::NotFinite`] where the function is not finite.
    pub fn curve(self, name: &str, from: f64, to: f64, f: impl Fn(f64) -> f64) -> Result<Self, Error> {
        if !(from.is_finite() && to.is_finite() && from < to) {
            return Err(Error::value(format!("range of “{name}”"), "two finite numbers, the lower one first", format!("{from} and {to}")));
        }
        // An even number of steps meets the middle, where many an activation has its corner.
        let x: Vec<f64> = (0..=600).map(|i| from + (to - from) * f64::from(i) / 600.0).collect();
        let y: Vec<f64> = x.iter().map(|&x| f(x)).collect();
        self.line(name, &x, &y)
    }

    /// Adds the way that something took, such as weights while they are trained: a line through marked steps, from a ring to a disc.
    ///
    /// # Errors
    /// As [`line`](Figure::line).
    pub fn path<'a>(self, name: &str, x: impl IntoIterator<Item = &'a f64>, y: impl IntoIterator<Item = &'a f64>) -> Result<Self, Error> {
        let points = points(name, collect(x), collect(y))?;
        self.add(name, Marks::Path(points))
    }

    /// Adds a dashed line across the figure at `y`: a value to compare with.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for a NaN or an infinity, [`Error::Value`] as for [`line`](Figure::line).
    pub fn horizontal_line(self, name: &str, y: f64) -> Result<Self, Error> {
        points(name, vec![0.0], vec![y])?;
        let style = self.reference_lines();
        self.add_styled(name, style, Marks::Horizontal(y))
    }

    /// Adds a dashed line up the figure at `x`.
    ///
    /// # Errors
    /// As [`horizontal_line`](Figure::horizontal_line).
    pub fn vertical_line(self, name: &str, x: f64) -> Result<Self, Error> {
        points(name, vec![x], vec![0.0])?;
        let style = self.reference_lines();
        self.add_styled(name, style, Marks::Vertical(x))
    }
}
