//! Activation functions of many numbers at once.

use super::dispatch::{Arithmetic, versions};
use super::{elementary, vector};
use crate::math::activation::Activation;

/// a = f(z), number by number.
///
/// # Panics
/// If the slices differ in length.
pub fn forward(activation: Activation, z: &[f64], a: &mut [f64]) {
    a.copy_from_slice(z);
    forward_in_place(activation, a);
}

/// dL/dz = dL/da · f′(z), number by number, with f′ computed from a = f(z) alone.
///
/// # Panics
/// If the slices differ in length, or for a negative α, whose sign a does not show.
pub fn backward(activation: Activation, a: &[f64], delta_a: &[f64], delta_z: &mut [f64]) {
    assert_eq!(a.len(), delta_a.len(), "a gradient for each activation");
    delta_z.copy_from_slice(a);
    backward_in_place(activation, delta_a, delta_z);
}

/// z becomes a.
pub(crate) fn forward_in_place(activation: Activation, z: &mut [f64]) {
    match activation {
        Activation::Identity => {}
        Activation::Sigmoid => vector::sigmoid_in_place(z),
        Activation::Tanh => vector::tanh_in_place(z),
        Activation::Relu => leaky_relu(0.0, z),
        Activation::LeakyRelu(alpha) => leaky_relu(alpha, z),
        Activation::Elu(alpha) => elu(alpha, z),
        Activation::Softplus => vector::softplus_in_place(z),
        Activation::Softsign => softsign(z),
    }
}

versions! {
    fn leaky_relu(alpha: f64, z: &mut [f64]) = each_leaky_relu;
    fn elu(alpha: f64, z: &mut [f64]) = each_elu;
    fn softsign(z: &mut [f64]) = each_softsign;
    /// a becomes dL/dz, given dL/da.
    pub(crate) fn backward_in_place(activation: Activation, delta_a: &[f64], a: &mut [f64]) = each_backward;
}

#[inline(always)]
fn each_leaky_relu<A: Arithmetic>(alpha: f64, z: &mut [f64]) {
    for z in z {
        *z = if *z >= 0.0 { *z } else { alpha * *z };
    }
}

#[inline(always)]
fn each_elu<A: Arithmetic>(alpha: f64, z: &mut [f64]) {
    for z in z {
        *z = if *z > 0.0 { *z } else { alpha * elementary::exp_m1_of_negative::<A>(*z) };
    }
}

#[inline(always)]
fn each_softsign<A: Arithmetic>(z: &mut [f64]) {
    for z in z {
        *z /= 1.0 + z.abs();
    }
}

#[inline(always)]
fn each_backward<A: Arithmetic>(activation: Activation, delta_a: &[f64], a: &mut [f64]) {
    macro_rules! each {
        (|$a:ident| $slope:expr) => {
            for (number, delta) in a.iter_mut().zip(delta_a) {
                let $a = *number;
                *number = delta * $slope;
            }
        };
    }
    match activation {
        Activation::Identity => a.copy_from_slice(delta_a),
        Activation::Sigmoid => each!(|a| a * (1.0 - a)),
        Activation::Tanh => each!(|a| A::mul_add(-a, a, 1.0)),
        Activation::Relu => each!(|a| if a > 0.0 { 1.0 } else { 0.0 }),
        Activation::LeakyRelu(alpha) => {
            assert!(alpha >= 0.0, "leaky relu: a negative slope cannot be told from its result");
            each!(|a| if a.is_sign_positive() { 1.0 } else { alpha });
        }
        Activation::Elu(alpha) => {
            assert!(alpha >= 0.0, "elu: a negative scale cannot be told from its result");
            each!(|a| if a > 0.0 { 1.0 } else { a + alpha });
        }
        // sigmoid(z) = 1 − e⁻ᵃ
        Activation::Softplus => each!(|a| -elementary::exp_m1_of_negative::<A>(-a)),
        Activation::Softsign => each!(|a| (1.0 - a.abs()) * (1.0 - a.abs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_slopes_are_those_of_the_formulas() {
        let z: Vec<f64> = (-400..=400).map(|i| f64::from(i) * 0.05).chain([-0.5, 0.0, 1e-9, -1e-9, 800.0, -800.0]).collect();
        let delta: Vec<f64> = (0..z.len()).map(|i| 1.0 + i as f64 * 0.01).collect();
        for activation in [
            Activation::Identity,
            Activation::Sigmoid,
            Activation::Tanh,
            Activation::Relu,
            Activation::LeakyRelu(0.01),
            Activation::LeakyRelu(0.0),
            Activation::Elu(1.0),
            Activation::Elu(0.3),
            Activation::Softplus,
            Activation::Softsign,
        ] {
            let (mut a, mut delta_z) = (vec![0.0; z.len()], vec![0.0; z.len()]);
            forward(activation, &z, &mut a);
            backward(activation, &a, &delta, &mut delta_z);
            for i in 0..z.len() {
                let (value, slope) = (activation.value(z[i]), activation.derivative(z[i]));
                assert!((a[i] - value).abs() <= 1e-15 * value.abs(), "{activation} of {}: {} against {value}", z[i], a[i]);
                // A derivative near 0 is a difference of numbers near 1.
                let off = (delta_z[i] / delta[i] - slope).abs();
                assert!(off <= 1e-14 * slope.abs() + 1e-15, "{activation}′ at {}: {} against {slope}", z[i], delta_z[i] / delta[i]);
            }
        }
    }
}
