//! Activation functions: value and derivative.

use std::fmt;

use ndarray::{Array2, Axis};

use crate::kernel::vector;

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
/// | `Softplus` | ln(1 + eᶻ) | sigmoid(z) |
/// | `Softsign` | z / (1 + \|z\|) | 1 / (1 + \|z\|)² |
///
/// At the corners of `Relu` and `LeakyRelu` the derivative is that of JAX: 0 and 1.
///
/// ```
/// use nnlib::Activation;
/// assert_eq!(Activation::Relu.value(-2.0), 0.0);
/// assert_eq!(Activation::Sigmoid.derivative(0.0), 0.25);
/// assert_eq!(Activation::LeakyRelu(0.01).to_string(), "leaky relu (0.01)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
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
    LeakyRelu(f64),
    /// The exponential linear unit (D. Clevert et al., 2015) with scale α.
    Elu(f64),
    /// A smooth `Relu`.
    Softplus,
    /// A `Tanh` with slower tails.
    Softsign,
}

/// Runs code with an activation function, compiled for each of them by itself: a loop in it does not choose again for each number.
macro_rules! with_function {
    ($activation:expr, |$f:ident| $run:expr) => {
        match $activation {
            $f @ $crate::math::activation::Activation::Identity => $run,
            $f @ $crate::math::activation::Activation::Sigmoid => $run,
            $f @ $crate::math::activation::Activation::Tanh => $run,
            $f @ $crate::math::activation::Activation::Relu => $run,
            $f @ $crate::math::activation::Activation::LeakyRelu(_) => $run,
            $f @ $crate::math::activation::Activation::Elu(_) => $run,
            $f @ $crate::math::activation::Activation::Softplus => $run,
            $f @ $crate::math::activation::Activation::Softsign => $run,
        }
    };
}
pub(crate) use with_function;

/// The logistic function 1 / (1 + e⁻ᶻ), without overflow for any z.
///
/// ```
/// assert_eq!(nnlib::activation::sigmoid(0.0), 0.5);
/// assert_eq!(nnlib::activation::sigmoid(-1000.0), 0.0);
/// ```
pub fn sigmoid(z: f64) -> f64 {
    let e = (-z.abs()).exp();
    (if z >= 0.0 { 1.0 } else { e }) / (1.0 + e)
}

/// ln(1 + eᶻ), without overflow for any z.
///
/// ```
/// assert_eq!(nnlib::activation::softplus(1000.0), 1000.0);
/// ```
pub fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
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
        let largest = row.fold(f64::NEG_INFINITY, |m, &v| m.max(v));
        row.mapv_inplace(|v| (v - largest).exp());
        let sum = row.sum();
        row /= sum;
    }
    y_hat
}

impl Activation {
    /// The activation a of the score `z`.
    pub fn value(self, z: f64) -> f64 {
        match self {
            Self::Identity => z,
            Self::Sigmoid => sigmoid(z),
            Self::Tanh => z.tanh(),
            Self::Relu => z.max(0.0),
            Self::LeakyRelu(alpha) => {
                if z >= 0.0 {
                    z
                } else {
                    alpha * z
                }
            }
            Self::Elu(alpha) => {
                if z > 0.0 {
                    z
                } else {
                    alpha * z.exp_m1()
                }
            }
            Self::Softplus => softplus(z),
            Self::Softsign => z / (1.0 + z.abs()),
        }
    }

    /// The activations `a` of the scores `z`, number by number, as many numbers at once as the processor can.
    ///
    /// # Panics
    /// If the slices differ in length.
    pub(crate) fn values(self, z: &[f64], a: &mut [f64]) {
        match self {
            Self::Sigmoid => vector::sigmoid(z, a),
            Self::Tanh => vector::tanh(z, a),
            Self::Softplus => vector::softplus(z, a),
            _ => {
                assert_eq!(z.len(), a.len(), "as many activations as scores");
                with_function!(self, |f| a.iter_mut().zip(z).for_each(|(a, &z)| *a = f.value(z)));
            }
        }
    }

    /// The derivative da/dz at the score `z`.
    pub fn derivative(self, z: f64) -> f64 {
        self.slope(z, self.value(z))
    }

    /// The derivative da/dz from both the score `z` and its activation `a`, so that nothing is computed twice.
    pub(crate) fn slope(self, z: f64, a: f64) -> f64 {
        match self {
            Self::Identity => 1.0,
            Self::Sigmoid => a * (1.0 - a),
            Self::Tanh => 1.0 - a * a,
            Self::Relu => {
                if z > 0.0 {
                    1.0
                } else {
                    0.0
                }
            }
            Self::LeakyRelu(alpha) => {
                if z >= 0.0 {
                    1.0
                } else {
                    alpha
                }
            }
            Self::Elu(alpha) => {
                if z > 0.0 {
                    1.0
                } else {
                    a + alpha
                }
            }
            Self::Softplus => sigmoid(z),
            Self::Softsign => (1.0 + z.abs()).powi(-2),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, fixture, floats};

    #[test]
    fn values_and_derivatives_are_jax_s() {
        let fixture = fixture("activations.json");
        let z = floats(&fixture["z"]);
        let names = [
            ("sigmoid", Activation::Sigmoid),
            ("tanh", Activation::Tanh),
            ("relu", Activation::Relu),
            ("softplus", Activation::Softplus),
            ("leaky_relu_0.01", Activation::LeakyRelu(0.01)),
            ("elu_1", Activation::Elu(1.0)),
            ("softsign", Activation::Softsign),
        ];
        for (name, f) in names {
            assert_close(&z.mapv(|z| f.value(z)), &floats(&fixture[name]["value"]), 1e-12);
            assert_close(&z.mapv(|z| f.derivative(z)), &floats(&fixture[name]["derivative"]), 1e-12);
        }
    }

    #[test]
    fn nothing_overflows_at_a_thousand() {
        for z in [-1000.0, 1000.0] {
            assert_eq!(sigmoid(z), f64::from(z > 0.0));
            assert_eq!(softplus(z), z.max(0.0));
            let y_hat = softmax(&ndarray::array![[z, 0.0], [z, z]]);
            assert_eq!(y_hat, ndarray::array![[f64::from(z > 0.0), f64::from(z < 0.0)], [0.5, 0.5]]);
        }
    }
}
