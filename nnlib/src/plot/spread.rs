//! A mean with what it varies by: over seeds, over folds.

use super::figure::Figure;
use super::input::{collect, points};
use super::series::{Marks, Points};
use crate::Error;

impl Figure {
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
        self.add(name, Marks::ErrorBars { means, spread })
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
        self.add(name, Marks::Band { means, spread })
    }
}

fn with_spread(name: &str, x: Vec<f64>, mean: Vec<f64>, spread: Vec<f64>) -> Result<(Points, Vec<f64>), Error> {
    let spreads = points(&format!("{name}, spread"), x.clone(), spread)?;
    if let Some((x, spread)) = spreads.iter().find(|(_, spread)| *spread < 0.0) {
        return Err(Error::value(format!("spread of “{name}” at {x}"), "a number of at least 0", spread));
    }
    Ok((points(name, x, mean)?, spreads.into_iter().map(|(_, spread)| spread).collect()))
}
