//! Numbers as lines, points and bars: a loss over epochs, a function, a path, a data set by class, a mean with its spread.

use super::canvas::Points;
use super::figure::{Figure, check_range};
use super::scale::ends;
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
        self.add(name, None, Marks::Line(points(name, collect(x), collect(y))?))
    }

    /// Adds a function of one variable, drawn from `from` to `to`.
    ///
    /// # Errors
    /// [`Error::Value`] unless `from` is below `to`, [`Error::NotFinite`] where the function is not finite.
    pub fn curve(self, name: &str, from: f64, to: f64, f: impl Fn(f64) -> f64) -> Result<Self, Error> {
        check_range(&format!("range of “{name}”"), (from, to))?;
        // An even number of steps meets the middle, where many an activation has its corner.
        let x: Vec<f64> = (0..=600).map(|i| f64::from(i) / 600.0).map(|t| from * (1.0 - t) + to * t).collect();
        let y: Vec<f64> = x.iter().map(|&x| f(x)).collect();
        self.line(name, &x, &y)
    }

    /// Adds the way that something took, such as weights while they are trained: a line through marked steps, from a ring to a disc.
    ///
    /// # Errors
    /// As [`line`](Figure::line).
    pub fn path<'a>(self, name: &str, x: impl IntoIterator<Item = &'a f64>, y: impl IntoIterator<Item = &'a f64>) -> Result<Self, Error> {
        self.add(name, None, Marks::Path(points(name, collect(x), collect(y))?))
    }

    /// Adds a dashed line across the figure at `y`: a value to compare with.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for a NaN or an infinity, [`Error::Value`] as for [`line`](Figure::line).
    pub fn horizontal_line(self, name: &str, y: f64) -> Result<Self, Error> {
        self.add(name, None, Marks::Rule(1, finite(&format!("y of “{name}”"), vec![y])?[0]))
    }

    /// Adds a dashed line up the figure at `x`.
    ///
    /// # Errors
    /// As [`horizontal_line`](Figure::horizontal_line).
    pub fn vertical_line(self, name: &str, x: f64) -> Result<Self, Error> {
        self.add(name, None, Marks::Rule(0, finite(&format!("x of “{name}”"), vec![x])?[0]))
    }

    /// Adds points (x, y) as a series of their own.
    ///
    /// # Errors
    /// As [`line`](Figure::line).
    pub fn points<'a>(self, name: &str, x: impl IntoIterator<Item = &'a f64>, y: impl IntoIterator<Item = &'a f64>) -> Result<Self, Error> {
        self.add(name, None, Marks::Points(points(name, collect(x), collect(y))?))
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
            self = self.add(&format!("class {class}"), Some(class), Marks::Points(of_class.collect()))?;
        }
        Ok(self)
    }

    /// The classes' names in the legend, the name of class 0 first. On a grid: in all its panels.
    #[must_use]
    pub fn class_names(self, names: &[&str]) -> Self {
        self.on_axes(|axes| {
            for series in &mut axes.series {
                let class = series.name.strip_prefix("class ").and_then(|class| class.parse::<usize>().ok());
                if let Some(name) = class.and_then(|class| names.get(class)) {
                    (*name).clone_into(&mut series.name);
                }
            }
        })
    }

    /// Adds a bar for each category. Called again with the same categories it puts the new bars beside the first ones.
    ///
    /// # Errors
    /// [`Error::Empty`] without bars, [`Error::Shape`] when categories and values differ in number, [`Error::NotFinite`] for a NaN or an
    /// infinity, [`Error::Value`] for other categories than the figure has.
    ///
    /// ```
    /// use nnlib::plot::Figure;
    /// let models = ["majority", "logistic", "network"];
    /// let figure = Figure::new().bars("training", &models, &[0.65, 0.77, 0.83])?.bars("held out", &models, &[0.65, 0.76, 0.77])?;
    /// # assert!(figure.png()?.len() > 1000);
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    pub fn bars<'a>(
        mut self,
        name: &str,
        categories: &[impl AsRef<str>],
        values: impl IntoIterator<Item = &'a f64>,
    ) -> Result<Self, Error> {
        let categories = owned(categories);
        let what = format!("bars of “{name}”");
        let values = finite(&what, collect(values))?;
        same_length(&what, "categories", categories.len(), values.len())?;
        let axes = self.axes_mut(name)?;
        if axes.x.categories.is_empty() && axes.series.is_empty() {
            axes.x.categories = categories;
        } else if axes.x.categories != categories {
            let (expected, got) = (axes.x.categories.join(", "), categories.join(", "));
            return Err(Error::value(format!("categories of “{name}”"), format!("those of the figure ({expected})"), got));
        }
        self.add(name, None, Marks::Bars(values))
    }

    /// Adds how many of the values fall into each of `bins` bins of equal width.
    ///
    /// # Errors
    /// [`Error::Empty`] without values, [`Error::NotFinite`] for a NaN or an infinity, [`Error::Value`] for zero bins or more than 1000.
    ///
    /// ```
    /// use nnlib::plot::Figure;
    /// let figure = Figure::new().histogram("activations", &[-0.9, -0.8, 0.1, 0.7, 0.95, 0.99], 4)?.x_label("a").y_label("count");
    /// # assert!(figure.png()?.len() > 1000);
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    pub fn histogram<'a>(self, name: &str, values: impl IntoIterator<Item = &'a f64>, bins: usize) -> Result<Self, Error> {
        let values = finite(&format!("values of “{name}”"), collect(values))?;
        if !(1..=1000).contains(&bins) {
            return Err(Error::value("bins", "1 to 1000", bins));
        }
        let (low, high) = ends(values.iter().copied());
        // Equal values still need a bin of some width.
        let space = match low {
            _ if high > low => 0.0,
            0.0 => 0.5,
            _ => 0.1 * low.abs(),
        };
        let (low, high) = ((low - space).max(f64::MIN), (high + space).min(f64::MAX));
        let share = |v: f64| (v / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
        let mut counts = vec![0.0; bins];
        for &value in &values {
            counts[((share(value) * bins as f64) as usize).min(bins - 1)] += 1.0;
        }
        let edge = |i: usize| {
            let t = i as f64 / bins as f64;
            low * (1.0 - t) + high * t
        };
        self.add(name, None, Marks::Histogram { edges: (0..=bins).map(edge).collect(), counts })
    }

    /// Adds the means of repeated runs at each x, with a bar of ± `spread`: the standard deviation, or whatever the text says.
    ///
    /// # Errors
    /// [`Error::Empty`] without points, [`Error::Shape`] when the lengths differ, [`Error::NotFinite`] for a NaN or an infinity,
    /// [`Error::Value`] for a negative spread.
    ///
    /// ```
    /// use nnlib::plot::Figure;
    /// let (hidden, mean, deviation) = ([1.0, 3.0, 5.0], [0.84, 0.95, 0.96], [0.02, 0.03, 0.01]);
    /// let figure = Figure::new().error_bars("held out", &hidden, &mean, &deviation)?.x_label("hidden units").y_label("accuracy");
    /// # assert!(figure.png()?.len() > 1000);
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    ///
    /// In matplotlib: `plt.errorbar(hidden, mean, yerr=deviation)`.
    pub fn error_bars<'a>(
        self,
        name: &str,
        x: impl IntoIterator<Item = &'a f64>,
        mean: impl IntoIterator<Item = &'a f64>,
        spread: impl IntoIterator<Item = &'a f64>,
    ) -> Result<Self, Error> {
        let (means, spread) = with_spread(name, collect(x), collect(mean), collect(spread))?;
        self.add(name, None, Marks::Spread { means, spread, band: false })
    }

    /// Adds the means of repeated runs as a line within a band of ± `spread`: for many x, such as epochs.
    ///
    /// # Errors
    /// As [`error_bars`](Figure::error_bars).
    ///
    /// In matplotlib: `plt.fill_between(x, mean - spread, mean + spread, alpha=0.2)`.
    pub fn band<'a>(
        self,
        name: &str,
        x: impl IntoIterator<Item = &'a f64>,
        mean: impl IntoIterator<Item = &'a f64>,
        spread: impl IntoIterator<Item = &'a f64>,
    ) -> Result<Self, Error> {
        let (means, spread) = with_spread(name, collect(x), collect(mean), collect(spread))?;
        self.add(name, None, Marks::Spread { means, spread, band: true })
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

pub(super) fn owned(texts: &[impl AsRef<str>]) -> Vec<String> {
    texts.iter().map(|text| text.as_ref().to_owned()).collect()
}

fn collect<'a>(values: impl IntoIterator<Item = &'a f64>) -> Vec<f64> {
    values.into_iter().copied().collect()
}

/// The numbers, of which there is at least one and all of which are finite.
fn finite(what: &str, values: Vec<f64>) -> Result<Vec<f64>, Error> {
    if values.is_empty() {
        return Err(Error::empty(what));
    }
    match values.iter().position(|v| !v.is_finite()) {
        Some(i) => Err(Error::NotFinite { what: what.to_owned(), index: vec![i], value: values[i] }),
        None => Ok(values),
    }
}

/// The points (x, y) of a series.
fn points(series: &str, x: Vec<f64>, y: Vec<f64>) -> Result<Points, Error> {
    same_length(&format!("y of “{series}”"), "x", x.len(), y.len())?;
    let (x, y) = (finite(&format!("x of “{series}”"), x)?, finite(&format!("y of “{series}”"), y)?);
    Ok(x.into_iter().zip(y).collect())
}

/// `Ok` when there are as many of one thing as of another.
pub(super) fn same_length(what: &str, other: &str, expected: usize, got: usize) -> Result<(), Error> {
    if expected == got { Ok(()) } else { Err(Error::shape(what, format!("({expected},), as many as {other}"), format!("({got},)"))) }
}

fn with_spread(name: &str, x: Vec<f64>, mean: Vec<f64>, spread: Vec<f64>) -> Result<(Points, Vec<f64>), Error> {
    let spreads = points(&format!("{name}, spread"), x.clone(), spread)?;
    if let Some((x, spread)) = spreads.iter().find(|(_, spread)| *spread < 0.0) {
        return Err(Error::value(format!("spread of “{name}” at {x}"), "a number of at least 0", spread));
    }
    Ok((points(name, x, mean)?, spreads.into_iter().map(|(_, spread)| spread).collect()))
}
