//! Points, by class or by series.

use super::figure::Figure;
use super::input::{collect, points};
use super::series::Marks;
use crate::{Dataset, Error};

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
    /// Adds points (x, y) as a series of their own.
    ///
    /// # Errors
    /// [`Error::Empty`] without points, [`Error::Shape`] when x and y differ in length, [`Error::NotFinite`] for a NaN or an infinity.
    pub fn points<'a>(self, name: &str, x: impl IntoIterator<Item = &'a f64>, y: impl IntoIterator<Item = &'a f64>) -> Result<Self, Error> {
        let points = points(name, collect(x), collect(y))?;
        self.add(name, Marks::Points(points))
    }

    /// Adds the first two features of a data set, each class in its own colour and with its own marker.
    ///
    /// # Errors
    /// [`Error::Empty`] without points, [`Error::Shape`] with fewer than two features or labels that differ from the points in number,
    /// [`Error::NotFinite`] for a NaN or an infinity.
    pub fn classes(mut self, data: &Dataset) -> Result<Self, Error> {
        check_plane(data)?;
        for class in 0..data.classes {
            let of_class = data.x.outer_iter().zip(&data.y).filter(|(_, y)| **y == class).map(|(x, _)| (x[0], x[1]));
            let of_class: Vec<(f64, f64)> = of_class.collect();
            if !of_class.is_empty() {
                self = self.add_styled(&format!("class {class}"), class, Marks::Points(of_class))?;
            }
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
    if data.is_empty() || data.x.nrows() == 0 {
        return Err(Error::empty("data points"));
    }
    if data.features() < 2 {
        return Err(Error::shape(
            "data to draw in a plane",
            "(n, 2) or more features",
            format!("({}, {})", data.x.nrows(), data.features()),
        ));
    }
    if data.x.nrows() != data.len() {
        return Err(Error::shape("labels", format!("({},), one for each row of x", data.x.nrows()), format!("({},)", data.len())));
    }
    crate::error::check_finite("x", &data.x)
}
