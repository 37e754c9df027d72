//! Losses: value and gradient.
//!
//! Each loss says whether it averages or sums, and its gradient is the gradient of the value that it reports, factor for factor.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Zip};

use crate::error::Error;
use crate::math::activation::softmax;

/// How far the outputs of a network are from what they should be.
///
/// With outputs `y_hat` (n, k):
///
/// | loss | targets | value | gradient with respect to `y_hat` |
/// | --- | --- | --- | --- |
/// | `SoftmaxCrossEntropy` | classes (n,) | −1/n Σᵢ ln softmax(zᵢ)\[yᵢ\], the outputs being scores z | (softmax(z) − onehot(y)) / n |
/// | `BinaryCrossEntropy` | 0 or 1: classes (n,) for one output, or values (n, k) | −1/(n k) Σ t ln p + (1 − t) ln(1 − p), p clipped to \[10⁻⁷, 1 − 10⁻⁷\] | (p − t) / (p (1 − p)) / (n k), 0 where clipped |
/// | `MeanSquaredError` | values (n, k) | 1/(n k) Σ (ŷ − t)² | 2 (ŷ − t) / (n k) |
/// | `SummedSquaredError` | values (n, k) | Σ (ŷ − t)² | 2 (ŷ − t) |
///
/// The first three average, so that their size, and a learning rate for them, do not depend on the number of samples. The last one sums.
///
/// ```
/// use ndarray::array;
/// use nnlib::Loss;
/// let z = array![[0.0, 0.0], [1000.0, -1000.0]];
/// let loss = Loss::SoftmaxCrossEntropy.value(&z, &array![0, 0])?;
/// assert_eq!(loss, 2.0_f64.ln() / 2.0);
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Softmax and cross-entropy in one, on scores: one of several classes.
    SoftmaxCrossEntropy,
    /// Cross-entropy on probabilities: yes or no.
    BinaryCrossEntropy,
    /// The mean of the squared errors.
    MeanSquaredError,
    /// The sum of the squared errors.
    SummedSquaredError,
}

/// What a network's outputs should have been: a class for each sample, or a number for each output.
///
/// Made from a reference to either, so that functions take `&data.y` and `&values` alike.
#[derive(Clone, Copy, Debug)]
pub enum Targets<'a> {
    /// The class of each sample, shape (n,).
    Classes(ArrayView1<'a, usize>),
    /// The value of each output for each sample, shape (n, k).
    Values(ArrayView2<'a, f64>),
}

impl<'a> From<&'a Array1<usize>> for Targets<'a> {
    fn from(classes: &'a Array1<usize>) -> Self {
        Self::Classes(classes.view())
    }
}

impl<'a> From<&'a Array2<f64>> for Targets<'a> {
    fn from(values: &'a Array2<f64>) -> Self {
        Self::Values(values.view())
    }
}

impl Targets<'_> {
    /// The number of samples.
    pub fn len(&self) -> usize {
        match self {
            Self::Classes(y) => y.len(),
            Self::Values(t) => t.nrows(),
        }
    }

    /// The same targets for a shorter time, which an array's view does not give by itself.
    pub(crate) fn reborrow(&self) -> Targets<'_> {
        match self {
            Self::Classes(y) => Targets::Classes(y.reborrow()),
            Self::Values(t) => Targets::Values(t.reborrow()),
        }
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Probabilities nearer to 0 or 1 than this are clipped before a logarithm is taken, as Keras does.
const CLIP: f64 = 1e-7;

impl Loss {
    /// Whether outputs of shape (n, k) and these targets go together.
    ///
    /// # Errors
    /// [`Error::Shape`] for another number of samples or outputs, [`Error::Label`] for a class out of range, [`Error::NotFinite`] and
    /// [`Error::Value`] for target values that the loss is not defined for.
    pub fn check(self, n: usize, k: usize, targets: Targets<'_>) -> Result<(), Error> {
        if n == 0 {
            return Err(Error::empty("samples"));
        }
        if targets.len() != n {
            return Err(Error::shape("targets", format!("({n}, …), one row for each sample"), format!("({}, …)", targets.len())));
        }
        let classes = match (self, targets) {
            (Self::SoftmaxCrossEntropy, Targets::Classes(_)) => k,
            (Self::BinaryCrossEntropy, Targets::Classes(_)) if k == 1 => 2,
            (Self::BinaryCrossEntropy, Targets::Classes(y)) => {
                let got = format!("classes ({},) for {k} outputs", y.len());
                return Err(Error::shape("targets of the binary cross-entropy", format!("values ({n}, {k})"), got));
            }
            (Self::SoftmaxCrossEntropy, Targets::Values(t)) => {
                let got = format!("values ({}, {})", t.nrows(), t.ncols());
                return Err(Error::shape("targets of the softmax cross-entropy", format!("classes ({n},)"), got));
            }
            (_, Targets::Classes(_)) => {
                return Err(Error::shape("targets of a squared error", format!("values ({n}, {k})"), format!("classes ({n},)")));
            }
            (_, Targets::Values(t)) => {
                if t.ncols() != k {
                    return Err(Error::shape("targets", format!("({n}, {k})"), format!("({}, {})", t.nrows(), t.ncols())));
                }
                crate::error::check_finite("targets", &t)?;
                if let (Self::BinaryCrossEntropy, Some(bad)) = (self, t.iter().find(|v| !(0.0..=1.0).contains(*v))) {
                    return Err(Error::value("target of the binary cross-entropy", "a number from 0 to 1", bad));
                }
                return Ok(());
            }
        };
        let Targets::Classes(y) = targets else { return Ok(()) };
        match y.iter().enumerate().find(|&(_, &label)| label >= classes) {
            Some((index, &label)) => Err(Error::Label { index, label, classes }),
            None => Ok(()),
        }
    }

    /// The loss of outputs `y_hat` (n, k): scores for the softmax cross-entropy, else predictions.
    ///
    /// # Errors
    /// Those of [`Loss::check`].
    pub fn value<'a>(self, y_hat: &Array2<f64>, targets: impl Into<Targets<'a>>) -> Result<f64, Error> {
        let targets = targets.into();
        self.check(y_hat.nrows(), y_hat.ncols(), targets)?;
        Ok(self.sum(y_hat, targets) * self.scale(y_hat.nrows(), y_hat.ncols()))
    }

    /// The gradient of [`Loss::value`] with respect to `y_hat`, of the same shape.
    ///
    /// # Errors
    /// Those of [`Loss::check`].
    pub fn gradient<'a>(self, y_hat: &Array2<f64>, targets: impl Into<Targets<'a>>) -> Result<Array2<f64>, Error> {
        let targets = targets.into();
        self.check(y_hat.nrows(), y_hat.ncols(), targets)?;
        let mut delta = Array2::zeros(y_hat.raw_dim());
        self.gradient_into(y_hat, targets, self.scale(y_hat.nrows(), y_hat.ncols()), &mut delta);
        Ok(delta)
    }

    /// What the outputs mean as predictions: the softmax of scores, else the outputs themselves.
    pub fn prediction(self, y_hat: Array2<f64>) -> Array2<f64> {
        match self {
            Self::SoftmaxCrossEntropy => softmax(&y_hat),
            _ => y_hat,
        }
    }

    /// The factor between the sum over samples and outputs, and the value reported.
    pub(crate) fn scale(self, n: usize, k: usize) -> f64 {
        match self {
            Self::SoftmaxCrossEntropy => 1.0 / n as f64,
            Self::BinaryCrossEntropy | Self::MeanSquaredError => 1.0 / (n * k) as f64,
            Self::SummedSquaredError => 1.0,
        }
    }

    /// The loss summed over samples and outputs; targets that [`Loss::check`] has seen.
    pub(crate) fn sum(self, y_hat: &Array2<f64>, targets: Targets<'_>) -> f64 {
        match (self, targets) {
            (Self::SoftmaxCrossEntropy, Targets::Classes(y)) => y_hat
                .outer_iter()
                .zip(y)
                .map(|(z, &label)| {
                    let largest = z.fold(f64::NEG_INFINITY, |m, &v| m.max(v));
                    z.fold(0.0, |sum, &v| sum + (v - largest).exp()).ln() + largest - z[label]
                })
                .sum(),
            (Self::BinaryCrossEntropy, Targets::Classes(y)) => {
                y_hat.iter().zip(y).map(|(&p, &label)| binary_cross_entropy(p, label as f64)).sum()
            }
            (Self::BinaryCrossEntropy, Targets::Values(t)) => y_hat.iter().zip(t).map(|(&p, &t)| binary_cross_entropy(p, t)).sum(),
            (_, Targets::Values(t)) => y_hat.iter().zip(t).map(|(&y, &t)| (y - t) * (y - t)).sum(),
            _ => unreachable!("checked"),
        }
    }

    /// The gradient of `scale` times [`Loss::sum`], written to `delta`; targets that [`Loss::check`] has seen.
    pub(crate) fn gradient_into(self, y_hat: &Array2<f64>, targets: Targets<'_>, scale: f64, delta: &mut Array2<f64>) {
        match (self, targets) {
            (Self::SoftmaxCrossEntropy, Targets::Classes(y)) => {
                for ((z, &label), mut d) in y_hat.outer_iter().zip(y).zip(delta.outer_iter_mut()) {
                    let largest = z.fold(f64::NEG_INFINITY, |m, &v| m.max(v));
                    let mut sum = 0.0;
                    for (d, &v) in d.iter_mut().zip(z) {
                        *d = (v - largest).exp();
                        sum += *d;
                    }
                    d.mapv_inplace(|e| e / sum * scale);
                    d[label] -= scale;
                }
            }
            (Self::BinaryCrossEntropy, Targets::Classes(y)) => {
                for ((d, &p), &label) in delta.iter_mut().zip(y_hat).zip(y) {
                    *d = scale * binary_cross_entropy_slope(p, label as f64);
                }
            }
            (Self::BinaryCrossEntropy, Targets::Values(t)) => {
                Zip::from(delta).and(y_hat).and(t).for_each(|d, &p, &t| *d = scale * binary_cross_entropy_slope(p, t));
            }
            (_, Targets::Values(t)) => Zip::from(delta).and(y_hat).and(t).for_each(|d, &y, &t| *d = scale * 2.0 * (y - t)),
            _ => unreachable!("checked"),
        }
    }
}

/// −t ln p − (1 − t) ln(1 − p), the probability clipped.
fn binary_cross_entropy(p: f64, t: f64) -> f64 {
    let p = p.clamp(CLIP, 1.0 - CLIP);
    -(t * p.ln() + (1.0 - t) * (1.0 - p).ln())
}

/// The derivative of [`binary_cross_entropy`] with respect to `p`: clipped probabilities no longer move it.
fn binary_cross_entropy_slope(p: f64, t: f64) -> f64 {
    if (CLIP..=1.0 - CLIP).contains(&p) { (p - t) / (p * (1.0 - p)) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use ndarray::{Axis, array};

    use super::*;
    use crate::testing::{fixture, floats, message};

    #[test]
    fn binary_cross_entropy_is_keras_s() {
        let fixture = fixture("binary_cross_entropy.json");
        let (p, t) = (floats(&fixture["p"]), floats(&fixture["target"]));
        for ((&p, &t), &expected) in p.iter().zip(&t).zip(&floats(&fixture["per_example"])) {
            assert!((binary_cross_entropy(p, t) - expected).abs() < 1e-12, "p {p}, t {t}");
        }
        let (p, t) = (p.insert_axis(Axis(1)), t.insert_axis(Axis(1)));
        let mean = Loss::BinaryCrossEntropy.value(&p, &t).unwrap();
        assert!((mean - fixture["mean"].as_f64().unwrap()).abs() < 1e-12);
        assert!(Loss::BinaryCrossEntropy.gradient(&p, &t).unwrap().iter().all(|g| g.is_finite()));
    }

    #[test]
    fn softmax_cross_entropy_is_stable_and_exact_for_scores_of_a_thousand() {
        let z = array![[1000.0, -1000.0], [-1000.0, 1000.0], [1000.0, 1000.0]];
        let loss = Loss::SoftmaxCrossEntropy;
        assert!((loss.value(&z, &array![1, 1, 0]).unwrap() - (2000.0 + 2.0_f64.ln()) / 3.0).abs() < 1e-12);
        let expected = array![[1.0, -1.0], [0.0, 0.0], [-0.5, 0.5]] / 3.0;
        assert!((loss.gradient(&z, &array![1, 1, 0]).unwrap() - expected).iter().all(|d| d.abs() < 1e-16));
    }

    #[test]
    fn squared_errors_mean_and_sum() {
        let (y_hat, t) = (array![[1.0, 2.0], [3.0, 5.0]], array![[0.0, 2.0], [1.0, 5.0]]);
        assert_eq!(Loss::MeanSquaredError.value(&y_hat, &t).unwrap(), 5.0 / 4.0);
        assert_eq!(Loss::SummedSquaredError.value(&y_hat, &t).unwrap(), 5.0);
        assert_eq!(Loss::SummedSquaredError.gradient(&y_hat, &t).unwrap(), array![[2.0, 0.0], [4.0, 0.0]]);
    }

    #[test]
    fn targets_that_do_not_fit_are_named() {
        let z = array![[0.0, 1.0]];
        let softmax = Loss::SoftmaxCrossEntropy;
        assert_eq!(message(softmax.value(&z, &array![2])), "label of sample 0: expected a class below 2, got 2");
        assert_eq!(message(softmax.value(&z, &array![0, 1])), "targets: expected shape (1, …), one row for each sample, got (2, …)");
        assert_eq!(
            message(softmax.value(&z, &array![[0.0, 1.0]])),
            "targets of the softmax cross-entropy: expected shape classes (1,), got values (1, 2)"
        );
        assert_eq!(message(Loss::MeanSquaredError.value(&z, &array![[1.0]])), "targets: expected shape (1, 2), got (1, 1)");
        assert_eq!(
            message(Loss::MeanSquaredError.value(&z, &array![[1.0, f64::NAN]])),
            "targets: expected finite numbers, got NaN at [0, 1]"
        );
        assert_eq!(
            message(Loss::BinaryCrossEntropy.value(&z, &array![[0.0, 1.5]])),
            "target of the binary cross-entropy: expected a number from 0 to 1, got 1.5"
        );
        assert_eq!(message(softmax.value(&Array2::zeros((0, 2)), &Array1::zeros(0))), "samples: expected at least one, got none");
    }
}
