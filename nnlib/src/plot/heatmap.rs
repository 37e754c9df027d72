//! A table of numbers as colours.

use ndarray::Array2;

use super::axes::{Axes, Axis};
use super::data::{owned, same_length};
use super::figure::Figure;
use super::series::{Marks, Series};
use crate::error::{Error, check_finite};

/// A table of numbers as colours, the first row at the top: white to blue, or blue through white to orange when some are negative. Small
/// tables show their numbers too.
///
/// # Errors
/// [`Error::Empty`] without a value, [`Error::NotFinite`] for a NaN or an infinity.
///
/// ```
/// use ndarray::array;
/// let w = array![[0.5, -1.2], [2.0, 0.1]];
/// let figure = nnlib::plot::heatmap(&w)?.row_names(&["x₁", "x₂"])?.column_names(&["h₁", "h₂"])?;
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// In matplotlib: `plt.imshow(w)`.
pub fn heatmap(values: &Array2<f64>) -> Result<Figure, Error> {
    if values.is_empty() {
        return Err(Error::empty("values of the heat map"));
    }
    check_finite("values of the heat map", values)?;
    let numbered = |count: usize| Axis { categories: (0..count).map(|i| i.to_string()).collect(), ..Axis::default() };
    let (x, y) = (numbered(values.ncols()), numbered(values.nrows()));
    let table = Series { name: String::new(), style: 0, marks: Marks::Table(values.clone()) };
    Ok(Figure::of(Axes { x, y, equal: false, series: vec![table] }))
}

/// How many samples of each class (rows) were given each class (columns).
///
/// # Errors
/// [`Error::Empty`] without a class, [`Error::Shape`] unless there is one row, one column and one name for each class.
///
/// ```
/// use ndarray::array;
/// let figure = nnlib::plot::confusion_matrix(&array![[450, 50], [110, 158]], &["healthy", "diabetic"])?;
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
pub fn confusion_matrix(counts: &Array2<usize>, classes: &[impl AsRef<str>]) -> Result<Figure, Error> {
    if counts.nrows() != counts.ncols() {
        return Err(Error::shape("confusion matrix", "as many rows as columns", format!("{:?}", counts.dim())));
    }
    let figure = heatmap(&counts.mapv(|count| count as f64))?.row_names(classes)?.column_names(classes)?;
    Ok(figure.title("Confusion matrix").x_label("predicted class").y_label("true class"))
}

impl Figure {
    /// The names of a heat map's rows, from the top.
    ///
    /// # Errors
    /// [`Error::Shape`] unless there is one for each row, [`Error::Value`] when the figure is no heat map.
    pub fn row_names(self, names: &[impl AsRef<str>]) -> Result<Self, Error> {
        self.named("row", |axes| &mut axes.y, owned(names))
    }

    /// The names of a heat map's columns.
    ///
    /// # Errors
    /// [`Error::Shape`] unless there is one for each column, [`Error::Value`] when the figure is no heat map.
    pub fn column_names(self, names: &[impl AsRef<str>]) -> Result<Self, Error> {
        self.named("column", |axes| &mut axes.x, owned(names))
    }

    fn named(mut self, what: &str, axis: fn(&mut Axes) -> &mut Axis, names: Vec<String>) -> Result<Self, Error> {
        let to = format!("give {what} names");
        let axes = self.content_mut(&to, "a heat map", Axes::is_table)?;
        let axis = axis(axes);
        same_length(&format!("{what} names"), &format!("{what}s"), axis.categories.len(), names.len())?;
        axis.categories = names;
        Ok(self)
    }
}
