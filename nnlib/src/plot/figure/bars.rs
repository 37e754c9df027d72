//! Bars and spreads: a number for each name, how often numbers fall into each of some bins, means with what they vary by.

use super::Figure;
use super::canvas::Points;
use super::data::{collect, finite, points, same_length};
use super::series::Marks;
use crate::error::Error;

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
        let values = finite(&format!("values of “{name}”"), collect(values))?;
        if !(1..=1000).contains(&bins) {
            return Err(Error::value("bins", "1 to 1000", bins));
        }
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
        // Equal values still need a bin of some width.
        let room = match low {
            _ if high > low => 0.0,
            0.0 => 0.5,
            _ => 0.1 * low.abs(),
        };
        let (low, high) = ((low - room).max(f64::MIN), (high + room).min(f64::MAX));
        let share = |v: f64| (v / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
        let mut counts = vec![0.0; bins];
        for &value in &values {
            counts[((share(value) * bins as f64) as usize).min(bins - 1)] += 1.0;
        }
        let edge = |i: usize| {
            let t = i as f64 / bins as f64;
            low * (1.0 - t) + high * t
        };
        self.add(name, Marks::Histogram { edges: (0..=bins).map(edge).collect(), counts })
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
        self.add(name, Marks::Spread { means, spread, band: false })
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
        self.add(name, Marks::Spread { means, spread, band: true })
    }
}

fn with_spread(name: &str, x: Vec<f64>, mean: Vec<f64>, spread: Vec<f64>) -> Result<(Points, Vec<f64>), Error> {
    let spreads = points(&format!("{name}, spread"), x.clone(), spread)?;
    if let Some((x, spread)) = spreads.iter().find(|(_, spread)| *spread < 0.0) {
        return Err(Error::value(format!("spread of “{name}” at {x}"), "a number of at least 0", spread));
    }
    Ok((points(name, x, mean)?, spreads.into_iter().map(|(_, spread)| spread).collect()))
}
