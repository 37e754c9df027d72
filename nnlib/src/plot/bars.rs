//! Bars: a number for each of a few names, or how often numbers fall into each of some bins.

use super::figure::Figure;
use super::input::{numbers, same_length};
use super::series::Marks;
use crate::Error;

impl Figure {
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
        let categories: Vec<String> = categories.iter().map(|c| c.as_ref().to_owned()).collect();
        let values = numbers(&format!("bars of “{name}”"), values)?;
        same_length(&format!("bars of “{name}”"), "categories", categories.len(), values.len())?;
        let axes = self.axes_mut(name)?;
        if axes.x.categories.is_empty() && axes.series.is_empty() {
            axes.x.categories = categories;
        } else if axes.x.categories != categories {
            let (expected, got) = (axes.x.categories.join(", "), categories.join(", "));
            return Err(Error::value(format!("categories of “{name}”"), format!("those of the figure ({expected})"), got));
        }
        self.add(name, Marks::Bars(values))
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
        let values = numbers(&format!("values of “{name}”"), values)?;
        if !(1..=1000).contains(&bins) {
            return Err(Error::value("bins", "1 to 1000", bins));
        }
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
        // Equal values still need a bin of some width.
        let (low, high) = if high > low { (low, high) } else { (low - 0.5, high + 0.5) };
        let share = |v: f64| v / 2.0 / (high / 2.0 - low / 2.0);
        let mut counts = vec![0.0; bins];
        for &value in &values {
            counts[(((share(value) - share(low)) * bins as f64) as usize).min(bins - 1)] += 1.0;
        }
        let edge = |i: usize| {
            let t = i as f64 / bins as f64;
            low * (1.0 - t) + high * t
        };
        self.add(name, Marks::Histogram { edges: (0..=bins).map(edge).collect(), counts })
    }
}
