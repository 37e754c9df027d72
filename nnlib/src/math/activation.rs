//! Activation functions: value and derivative.

use std::fmt;

use ndarray::{Array2, Axis};

use crate::error::{Error, check_positive};
use crate::math::elementary::{Elementary, Standard};

/// A function applied to each score `z` of a layer, giving its activation `a`.
///
/// | variant | value | derivative |
/// | --- | --- | --- |
/// | `Identity` | z | 1 |
/// | `Sigmoid` | 1 / (1 + e⁻ᶻ) | a (1 − a) |
/// | `Tanh` | tanh z | 1 − a² |
/// | `Relu` | max(0, z) | 1 for z > 0, else 0 |
/// | `LeakyRelu(α)` | z for z ≥ 0, else α z | 1 for z ≥ 0, else α |
/// | `Elu(α)` | z for z > 0, else α (eᶻ − 1) | 1 for z > 0, else a + α |
/// | `Softplus` | ln(1 + eᶻ) | sigmoid(z) = 1 − e⁻ᵃ |
/// | `Softsign` | z / (1 + \|z\|) | 1 / (1 + \|z\|)² = (1 − \|a\|)² |
///
/// At the corners of `Relu` and `LeakyRelu` the derivative is that of JAX: 0 and 1. The two with a number are made by
/// [`Activation::leaky_relu`] and [`Activation::elu`], which check it.
///
/// ```
/// use nnlib::Activation;
/// assert_eq!(Activation::Relu.value(-2.0), 0.0);
/// assert_eq!(Activation::Sigmoid.derivative(0.0), 0.25);
/// assert_eq!(Activation::leaky_relu(0.01)?.to_string(), "leaky relu (0.01)");
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Activation {
    /// The score itself.
    Identity,
    /// The logistic function, from 0 to 1.
    Sigmoid,
    /// The hyperbolic tangent, from −1 to 1.
    Tanh,
    /// The rectified linear unit.
    Relu,
    /// A rectified unit with slope α on the left (V. Nair and G. Hinton's unit, leaking as A. Maas et al. have it, 2013).
    #[non_exhaustive]
    LeakyRelu(f64),
    /// The exponential linear unit (D. Clevert et al., 2015) with scale α.
    #[non_exhaustive]
    Elu(f64),
    /// A smooth `Relu`.
    Softplus,
    /// A `Tanh` with slower tails.
    Softsign,
}

/// The logistic function 1 / (1 + e⁻ᶻ), without overflow for any z.
///
/// ```
/// assert_eq!(nnlib::activation::sigmoid(0.0), 0.5);
/// assert_eq!(nnlib::activation::sigmoid(-1000.0), 0.0);
/// ```
pub fn sigmoid(z: f64) -> f64 {
    Standard.sigmoid(z)
}

/// ln(1 + eᶻ), without overflow for any z.
///
/// ```
/// assert_eq!(nnlib::activation::softplus(1000.0), 1000.0);
/// ```
pub fn softplus(z: f64) -> f64 {
    Standard.softplus(z)
}

/// The softmax of each row of scores `z`, shape (n, classes): eᶻ divided by its sum over the row.
///
/// The row's largest score is subtracted first, which changes nothing but keeps eᶻ from overflowing.
///
/// ```
/// use ndarray::array;
/// // Python: e = np.exp(z); e / e.sum(axis=1, keepdims=True)
/// let y_hat = nnlib::activation::softmax(&array![[0.0, 0.0], [1000.0, -1000.0]]);
/// assert_eq!(y_hat, array![[0.5, 0.5], [1.0, 0.0]]);
/// ```
pub fn softmax(z: &Array2<f64>) -> Array2<f64> {
    let mut y_hat = z.clone();
    for mut row in y_hat.axis_iter_mut(Axis(0)) {
        let largest = row.fold(f64::NEG_INFINITY, |largest, &z| if z > largest { z } else { largest });
        row.mapv_inplace(|v| (v - largest).exp());
        let sum = row.sum();
        row /= sum;
    }
    y_hat
}

impl Activation {
    /// A rectified unit with slope `alpha` on the left.
    ///
    /// # Errors
    /// [`Error::Value`] unless `alpha` is finite and above 0.
    pub fn leaky_relu(alpha: f64) -> Result<Self, Error> {
        check_positive("alpha of a leaky relu", alpha).map(|()| Self::LeakyRelu(alpha))
    }

    /// The exponential linear unit with scale `alpha`.
    ///
    /// # Errors
    /// [`Error::Value`] unless `alpha` is finite and above 0.
    pub fn elu(alpha: f64) -> Result<Self, Error> {
        check_positive("alpha of an elu", alpha).map(|()| Self::Elu(alpha))
    }

    /// The activation a of the score `z`.
    pub fn value(self, z: f64) -> f64 {
        self.value_by(Standard, z)
    }

    /// The derivative da/dz at the score `z`.
    pub fn derivative(self, z: f64) -> f64 {
        self.slope_by(Standard, self.value(z))
    }

    /// a = f(z). Comparisons rather than maxima let a NaN through, and adding 0 makes −0 a 0.
    #[inline(always)]
    pub(crate) fn value_by<E: Elementary>(self, e: E, z: f64) -> f64 {
        let positive = if z < 0.0 { 0.0 } else { z + 0.0 };
        match self {
            Self::Identity => z,
            Self::Sigmoid => e.sigmoid(z),
            Self::Tanh => e.tanh(z),
            Self::Relu => positive,
            Self::LeakyRelu(alpha) => {
                if z < 0.0 {
                    alpha * z
                } else {
                    positive
                }
            }
            Self::Elu(alpha) => {
                if z < 0.0 {
                    alpha * e.exp_m1_of_negative(z)
                } else {
                    positive
                }
            }
            Self::Softplus => e.softplus(z),
            Self::Softsign => {
                if z.is_infinite() {
                    z.signum()
                } else {
                    z / (1.0 + z.abs())
                }
            }
        }
    }

    /// da/dz as a function of a = f(z) alone: what a backward pass needs of a layer is the activation that the forward pass has left.
    #[inline(always)]
    pub(crate) fn slope_by<E: Elementary>(self, e: E, a: f64) -> f64 {
        match self {
            Self::Identity => 1.0,
            Self::Sigmoid => a * (1.0 - a),
            Self::Tanh => e.mul_add(-a, a, 1.0),
            Self::Relu => {
                if a > 0.0 {
                    1.0
                } else {
                    0.0
                }
            }
            // A negative z so small that α z is 0 leaves its sign.
            Self::LeakyRelu(alpha) => {
                if a.is_sign_negative() {
                    alpha
                } else {
                    1.0
                }
            }
            Self::Elu(alpha) => {
                if a > 0.0 {
                    1.0
                } else {
                    a + alpha
                }
            }
            // sigmoid(z) = 1 − e⁻ᵃ
            Self::Softplus => -e.exp_m1_of_negative(-a),
            Self::Softsign => (1.0 - a.abs()) * (1.0 - a.abs()),
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity => f.write_str("identity"),
            Self::Sigmoid => f.write_str("sigmoid"),
            Self::Tanh => f.write_str("tanh"),
            Self::Relu => f.write_str("relu"),
            Self::LeakyRelu(alpha) => write!(f, "leaky relu ({alpha})"),
            Self::Elu(alpha) => write!(f, "elu ({alpha})"),
            Self::Softplus => f.write_str("softplus"),
            Self::Softsign => f.write_str("softsign"),
        }
    }
}
