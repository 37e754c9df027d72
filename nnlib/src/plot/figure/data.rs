//! Numbers as lines and points: a loss over epochs, a function, a path, a data set by class.

use super::Figure;
use super::canvas::Points;
use super::series::Marks;
use crate::data::Dataset;
use crate::error::{Error, check_finite};

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

/// The first two features of a data set, each class in its own colour and with its own marker.
///
/// # Errors
/// As [`Figure::classes`].
///
/// ```
/// use ndarray::array;
/// use nnlib::{Dataset, plot::scatter};
/// let data = Dataset::new(array![[0.0, 1.0], [1.0, 0.0], [2.0, 3.0]], array![0, 0, 1])?;
/// let figure = scatter(&data)?.title("Three points");
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// In matplotlib: `plt.scatter(x[:, 0], x[:, 1], c=y)`.
pub fn scatter(data: &Dataset) -> Result<Figure, Error> {
    Ok(Figure::new().classes(data)?.x_label("x₁").y_label("x₂"))
}

impl Figure {
    /// Adds a line through the points (x, y). Each line has its own colour and its own dashes; up to 25 points are marked.
    ///
    /// # Errors
    /// [`Error::Empty`] without points, [`Error::Shape`] when x and y differ in length, [`Error::NotFinite`] for a NaN or an infinity,
    /// [`Error::Value`] for a number that is not above zero on a logarithmic axis.
    pub fn line<'a>(self, name: &str, x: impl IntoIterator<Item = &'a f64>, y: impl IntoIterator<Item = &'a f64>) -> Result<Self, Error> {
        self.add(name, Marks::Line(points(name, collect(x), collect(y))?))
    }

    /// Adds a function of one variable, drawn from `from` to `to`.
    ///
    /// # Errors
    /// [`Error::Value`] unless `from` is below `to`, [`Error::NotFinite`] where the function is not finite.
    pub fn curve(self, name: &str, from: f64, to: f64, f: impl Fn(f64) -> f64) -> Result<Self, Error> {
        if !(from < to && (to - from).is_finite()) {
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
        self.add(name, Marks::Path(points(name, collect(x), collect(y))?))
    }

    /// Adds a dashed line across the figure at `y`: a value to compare with.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for a NaN or an infinity, [`Error::Value`] as for [`line`](Figure::line).
    pub fn horizontal_line(self, name: &str, y: f64) -> Result<Self, Error> {
        self.add(name, Marks::Horizontal(finite(&format!("y of “{name}”"), vec![y])?[0]))
    }

    /// Adds a dashed line up the figure at `x`.
    ///
    /// # Errors
    /// As [`horizontal_line`](Figure::horizontal_line).
    pub fn vertical_line(self, name: &str, x: f64) -> Result<Self, Error> {
        self.add(name, Marks::Vertical(finite(&format!("x of “{name}”"), vec![x])?[0]))
    }

    /// Adds points (x, y) as a series of their own.
    ///
    /// # Errors
    /// As [`line`](Figure::line).
    pub fn points<'a>(self, name: &str, x: impl IntoIterator<Item = &'a f64>, y: impl IntoIterator<Item = &'a f64>) -> Result<Self, Error> {
        self.add(name, Marks::Points(points(name, collect(x), collect(y))?))
    }

    /// Adds the first two features of a data set, each class in its own colour and with its own marker.
    ///
    /// # Errors
    /// [`Error::Empty`] without points, [`Error::Shape`] with fewer than two features or labels that differ from the points in number,
    /// [`Error::NotFinite`] for a NaN or an infinity.
    pub fn classes(mut self, data: &Dataset) -> Result<Self, Error> {
        check_plane(data)?;
        let mut present = data.y.to_vec();
        present.sort_unstable();
        present.dedup();
        for class in present {
            let of_class = data.x.outer_iter().zip(&data.y).filter(|(_, y)| **y == class).map(|(x, _)| (x[0], x[1]));
            self = self.add_styled(&format!("class {class}"), class, Marks::Points(of_class.collect()))?;
        }
        Ok(self)
    }

    /// The classes' names in the legend, the name of class 0 first. On a grid: in all its panels.
    #[must_use]
    pub fn class_names(mut self, names: &[&str]) -> Self {
        self.each_axes(&mut |axes| {
            for series in &mut axes.series {
                let class = series.name.strip_prefix("class ").and_then(|class| class.parse::<usize>().ok());
                if let Some(name) = class.and_then(|class| names.get(class)) {
                    (*name).clone_into(&mut series.name);
                }
            }
        });
        self
    }
}

/// `Ok` for points that a plane can show: at least one, two features or more, finite.
pub(super) fn check_plane(data: &Dataset) -> Result<(), Error> {
    let (n, features) = data.x.dim();
    if n == 0 {
        return Err(Error::empty("data points"));
    }
    if features < 2 {
        return Err(Error::shape("data to draw in a plane", "(n, 2) or more features", format!("({n}, {features})")));
    }
    if data.y.len() != n {
        return Err(Error::shape("labels", format!("({n},), one for each row of x"), format!("({},)", data.y.len())));
    }
    check_finite("x", &data.x)
}

pub(super) fn collect<'a>(values: impl IntoIterator<Item = &'a f64>) -> Vec<f64> {
    values.into_iter().copied().collect()
}

/// The numbers, of which there is at least one and all of which are finite.
pub(super) fn finite(what: &str, values: Vec<f64>) -> Result<Vec<f64>, Error> {
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
    let (x, y) = (finite(&format!("x of “{series}”"), x)?, finite(&format!("y of “{series}”"), y)?);
    Ok(x.into_iter().zip(y).collect())
}

/// `Ok` when there are as many of one thing as of another.
pub(super) fn same_length(what: &str, other: &str, expected: usize, got: usize) -> Result<(), Error> {
    if expected == got { Ok(()) } else { Err(Error::shape(what, format!("({expected},), as many as {other}"), format!("({got},)"))) }
}
