//! Losses of whole arrays: value, gradient, and what outputs mean.

use ndarray::{Array2, ArrayView2};

use crate::error::Error;
use crate::kernel::losses::loss_of_rows;
use crate::math::activation::{Activation, softmax};
use crate::math::loss::{Loss, Targets};
use crate::nn::classifier::classes;

impl Loss {
    /// The loss of outputs `y_hat` (n, k): scores for the losses that are said to be on scores, else predictions.
    ///
    /// # Errors
    /// Those of [`Loss::check`].
    pub fn value<'a>(self, y_hat: &Array2<f64>, targets: impl Into<Targets<'a>>) -> Result<f64, Error> {
        let ((n, k), targets) = (y_hat.dim(), targets.into());
        self.check(n, k, targets)?;
        let y_hat = y_hat.as_standard_layout();
        Ok(loss_of_rows(self, y_hat.as_slice().expect("standard layout"), k, targets, self.scale(n, k), None))
    }

    /// The gradient of [`Loss::value`] with respect to `y_hat`, of the same shape.
    ///
    /// # Errors
    /// Those of [`Loss::check`].
    pub fn gradient<'a>(self, y_hat: &Array2<f64>, targets: impl Into<Targets<'a>>) -> Result<Array2<f64>, Error> {
        let ((n, k), targets) = (y_hat.dim(), targets.into());
        self.check(n, k, targets)?;
        let mut delta = Array2::zeros((n, k));
        self.value_and_gradient(y_hat.as_standard_layout().view(), targets, self.scale(n, k), &mut delta);
        Ok(delta)
    }

    /// `scale` times the loss summed over samples and outputs, and its gradient written to `delta`; both matrices in standard layout, the targets
    /// checked.
    pub(crate) fn value_and_gradient(self, y_hat: ArrayView2<'_, f64>, targets: Targets<'_>, scale: f64, delta: &mut Array2<f64>) -> f64 {
        let (k, delta) = (y_hat.ncols(), delta.as_slice_mut().expect("standard layout"));
        loss_of_rows(self, y_hat.as_slice().expect("standard layout"), k, targets, scale, Some(delta))
    }

    /// What the outputs mean as predictions: the softmax or the sigmoid of scores, else the outputs themselves.
    pub fn prediction(self, y_hat: Array2<f64>) -> Array2<f64> {
        match self {
            Self::SoftmaxCrossEntropy => softmax(&y_hat),
            Self::SigmoidCrossEntropy => y_hat.mapv_into(|score| Activation::Sigmoid.value(score)),
            _ => y_hat,
        }
    }

    /// From which output on a single one means class 1: half, or the score whose sigmoid that is.
    pub(crate) fn threshold(self) -> f64 {
        if self == Self::SigmoidCrossEntropy { 0.0 } else { 0.5 }
    }

    /// How many samples are right, of outputs (n, k) for targets that have been checked.
    ///
    /// Where each output is a yes or no of its own, the share of a sample's outputs that are on the right side of one half counts.
    pub(crate) fn right(self, y_hat: &Array2<f64>, targets: Targets<'_>) -> f64 {
        let predicted = classes(y_hat.view(), self.threshold());
        let right = match (self, targets) {
            (_, Targets::Classes(y)) => predicted.zip(y).filter(|(predicted, y)| predicted == *y).count(),
            (Self::BinaryCrossEntropy | Self::SigmoidCrossEntropy, Targets::Values(t)) => {
                let right = y_hat.iter().zip(t).filter(|(y_hat, t)| (**y_hat >= self.threshold()) == (**t >= 0.5)).count();
                return right as f64 / y_hat.ncols() as f64;
            }
            (_, Targets::Values(t)) => predicted.zip(classes(t.view(), 0.5)).filter(|(predicted, y)| predicted == y).count(),
        };
        right as f64
    }
}
