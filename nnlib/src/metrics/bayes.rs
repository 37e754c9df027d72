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

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;
    use crate::data::make_moons;
    use crate::metrics::accuracy;
    use crate::random::RandomState;
    use crate::testing::message;

    #[test]
    fn no_line_or_nearest_half_circle_is_right_more_often() {
        let moons = make_moons(20_000, 0.3, &mut RandomState::new(7)).unwrap();
        let share = |classifier: &dyn Classifier| accuracy(&moons.y, &classifier.predict_classes(&moons.x).unwrap()).unwrap();
        let nearest = |x: &Array2<f64>| -> Array1<usize> { classes(logs(x, 1e-3).unwrap().view(), 0.5).collect() };
        let line = |x: &Array2<f64>| x.column(1).mapv(|v| usize::from(v < 0.25));
        let bayes = share(&MoonsBayes::new(0.3).unwrap());
        assert!(bayes > share(&nearest) && bayes > share(&line) && bayes > share(&MoonsBayes::new(0.6).unwrap()), "{bayes}");
    }

    #[test]
    fn bad_input_is_named() {
        assert!(message(MoonsBayes::new(0.0)).starts_with("noise: expected"), "{}", message(MoonsBayes::new(0.0)));
        let bayes = MoonsBayes::new(0.2).unwrap();
        assert_eq!(message(bayes.predict_classes(&array![[1.0]])), "x: expected shape (n, 2), got (1, 1)");
        assert!(bayes.predict_classes(&array![[1.0, f64::NAN]]).is_err());
    }

    proptest! {
        /// Turned by 180° about (0.5, 0.25), each moon lies on the other.
        #[test]
        fn the_classes_change_places_under_a_half_turn(x in -50.0..50.0, y in -50.0..50.0, noise in 0.05..2.0) {
            let p = MoonsBayes::new(noise)?.probabilities(&array![[x, y], [1.0 - x, 0.5 - y]])?.unwrap();
            prop_assert!((p[[0, 0]] - p[[1, 1]]).abs() < 1e-8, "{p}");
            prop_assert!((p.row(0).sum() - 1.0).abs() < 1e-12);
        }
    }
}
