//! Losses, and the targets that outputs are compared with.
//!
//! Each loss says whether it averages or sums, and its gradient is the gradient of the value that it reports, factor for factor.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use crate::error::{Error, check_finite};
use crate::math::elementary::Elementary;

/// How far the outputs of a network are from what they should be.
///
/// With outputs `y_hat` (n, k):
///
/// | loss | targets | value | gradient with respect to `y_hat` |
/// | --- | --- | --- | --- |
/// | `SoftmaxCrossEntropy` | classes (n,) | −1/n Σᵢ ln softmax(zᵢ)\[yᵢ\], the outputs being scores z | (softmax(z) − onehot(y)) / n |
/// | `BinaryCrossEntropy` | 0 or 1: classes (n,) for one output, or values (n, k) | −1/(n k) Σ t ln p + (1 − t) ln(1 − p), p clipped to \[10⁻⁷, 1 − 10⁻⁷\] | (p − t) / (p (1 − p)) / (n k), 0 where clipped |
/// | `SigmoidCrossEntropy` | as `BinaryCrossEntropy` | the same of p = sigmoid(s), the outputs being scores s, without clipping | (p − t) / (n k) |
/// | `MeanSquaredError` | values (n, k) | 1/(n k) Σ (ŷ − t)² | 2 (ŷ − t) / (n k) |
/// | `SummedSquaredError` | values (n, k) | Σ (ŷ − t)² | 2 (ŷ − t) |
///
/// All but the last average, so that their size, and a learning rate for them, do not depend on the number of samples. The last one sums.
///
/// A sigmoid followed by `BinaryCrossEntropy`, as in Keras, stands still where the sigmoid is saturated: p is clipped, the gradient 0. Scores
/// followed by `SigmoidCrossEntropy` go on learning.
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
#[non_exhaustive]
pub enum Loss {
    /// Softmax and cross-entropy in one, on scores: one of several classes.
    SoftmaxCrossEntropy,
    /// Cross-entropy on probabilities: yes or no.
    BinaryCrossEntropy,
    /// Sigmoid and binary cross-entropy in one, on scores: yes or no.
    SigmoidCrossEntropy,
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
            (Self::BinaryCrossEntropy | Self::SigmoidCrossEntropy, Targets::Classes(_)) if k == 1 => 2,
            (Self::BinaryCrossEntropy | Self::SigmoidCrossEntropy, Targets::Classes(y)) => {
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
                check_finite("targets", &t)?;
                if let (Self::BinaryCrossEntropy | Self::SigmoidCrossEntropy, Some(bad)) =
                    (self, t.iter().find(|v| !(0.0..=1.0).contains(*v)))
                {
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

    /// The factor between the sum over samples and outputs, and the value reported.
    pub(crate) fn scale(self, n: usize, k: usize) -> f64 {
        match self {
            Self::SoftmaxCrossEntropy => 1.0 / n as f64,
            Self::BinaryCrossEntropy | Self::SigmoidCrossEntropy | Self::MeanSquaredError => 1.0 / (n * k) as f64,
            Self::SummedSquaredError => 1.0,
        }
    }

    /// What one output adds to the sum over samples and outputs; of the losses that are such a sum.
    #[inline(always)]
    pub(crate) fn term<E: Elementary>(self, e: E, y_hat: f64, t: f64) -> f64 {
        match self {
            Self::BinaryCrossEntropy => {
                let low = if y_hat < CLIP { CLIP } else { y_hat };
                let p = if low > 1.0 - CLIP { 1.0 - CLIP } else { low };
                -(t * e.ln(p) + (1.0 - t) * e.ln(1.0 - p))
            }
            // t softplus(−s) + (1 − t) softplus(s), without the difference of two large numbers.
            Self::SigmoidCrossEntropy => (if y_hat < 0.0 { 0.0 } else { y_hat }) - t * y_hat + e.softplus(-y_hat.abs()),
            Self::MeanSquaredError | Self::SummedSquaredError => (y_hat - t) * (y_hat - t),
            Self::SoftmaxCrossEntropy => unreachable!("a sum over samples, each with all of its outputs"),
        }
    }

    /// The derivative of [`Loss::term`] with respect to `y_hat`; a clipped probability no longer moves it.
    #[inline(always)]
    pub(crate) fn slope<E: Elementary>(self, e: E, y_hat: f64, t: f64) -> f64 {
        match self {
            Self::BinaryCrossEntropy => {
                // A NaN is not clipped, and shows.
                let inside = (CLIP..=1.0 - CLIP).contains(&y_hat) || y_hat.is_nan();
                if inside { (y_hat - t) / (y_hat * (1.0 - y_hat)) } else { 0.0 }
            }
            Self::SigmoidCrossEntropy => e.sigmoid(y_hat) - t,
            Self::MeanSquaredError | Self::SummedSquaredError => 2.0 * (y_hat - t),
            Self::SoftmaxCrossEntropy => unreachable!("a sum over samples, each with all of its outputs"),
        }
    }
}
