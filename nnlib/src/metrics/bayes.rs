//! The ceiling for the moons: the classifier that knows how the points were made.

use std::f64::consts::PI;

use ndarray::{Array1, Array2};

use crate::error::{Error, check_finite, check_positive};
use crate::nn::classifier::{Classifier, classes};

/// The Bayes classifier of [`make_moons`](crate::data::make_moons): on average no classifier of such points is right more often.
///
/// A point of class k is one c(t) of its half circle, every angle t as likely as any other, plus Gaussian noise of standard deviation σ. So
/// p(k | x) ∝ Σₜ exp(−‖x − c(t)‖² / 2σ²), here with 500 angles for each class.
///
/// ```
/// use nnlib::{Classifier, RandomState, data, metrics};
/// let moons = data::make_moons(200, 0.20, &mut RandomState::new(0))?;
/// let y_hat = metrics::MoonsBayes::new(0.20)?.predict_classes(&moons.x)?;
/// assert_eq!(metrics::accuracy(&moons.y, &y_hat)?, 0.98);
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MoonsBayes {
    noise: f64,
}

impl MoonsBayes {
    /// For moons made with this standard deviation of the noise.
    ///
    /// # Errors
    /// [`Error::Value`] for a noise that is not above 0 or not finite.
    pub fn new(noise: f64) -> Result<Self, Error> {
        check_positive("noise", noise)?;
        Ok(Self { noise })
    }
}

impl Classifier for MoonsBayes {
    fn predict_classes(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error> {
        Ok(classes(logs(x, self.noise)?.view(), 0.5).collect())
    }

    fn probabilities(&self, x: &Array2<f64>) -> Result<Option<Array2<f64>>, Error> {
        Ok(Some(crate::math::activation::softmax(&logs(x, self.noise)?)))
    }
}

/// ln Σₜ exp(−‖x − c(t)‖² / 2σ²) of each row of x for both half circles, shape (n, 2).
fn logs(x: &Array2<f64>, noise: f64) -> Result<Array2<f64>, Error> {
    const ANGLES: usize = 500;
    if x.ncols() != 2 {
        return Err(Error::shape("x", "(n, 2)", format!("{:?}", x.dim())));
    }
    check_finite("x", x)?;
    let angles = Array1::linspace(0.0, PI, ANGLES);
    Ok(Array2::from_shape_fn((x.nrows(), 2), |(i, class)| {
        let exponent = |t: f64| {
            let (u, v) = if class == 0 { (t.cos(), t.sin()) } else { (1.0 - t.cos(), 0.5 - t.sin()) };
            -(((x[[i, 0]] - u) / noise).powi(2) + ((x[[i, 1]] - v) / noise).powi(2)) / 2.0
        };
        // The largest is taken out, so that far from the moons not every term is rounded to 0.
        let exponents = angles.mapv(exponent);
        let largest = exponents.fold(f64::NEG_INFINITY, |largest, &e| largest.max(e));
        largest + exponents.mapv(|e| (e - largest).exp()).sum().ln()
    }))
}
