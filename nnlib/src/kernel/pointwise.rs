//! What is done to each number by itself: activation functions, PReLU, masks.

use super::block::{Lane, sum};
use super::simd::{LANES, Simd, versions};
use crate::math::activation::Activation;

/// a = f(z), number by number.
///
/// # Panics
/// If the slices differ in length.
pub(crate) fn activate(f: Activation, z: &[f64], a: &mut [f64]) {
    a.copy_from_slice(z);
    activate_in_place(f, a);
}

/// δ becomes δ f′, number by number, with f′ from a = f(z) alone.
///
/// # Panics
/// If the slices differ in length.
pub(crate) fn multiply_by_slope(f: Activation, a: &[f64], delta: &mut [f64]) {
    assert_eq!(a.len(), delta.len(), "an activation for each gradient");
    delta_in_place(f, delta, a);
}

versions! {
    /// z becomes a = f(z).
    pub(super) fn activate_in_place(f: Activation, z: &mut [f64]) = activate_by;
    /// a = f(z) becomes δ f′.
    pub(super) fn activation_to_delta(f: Activation, delta: &[f64], a: &mut [f64]) = activation_to_delta_by;
    fn delta_in_place(f: Activation, delta: &mut [f64], a: &[f64]) = delta_in_place_by;
}

/// Writes an expression once for each function, so that a loop in it knows the function that it applies.
macro_rules! for_each_function {
    ($function:expr, |$f:ident| $body:expr) => {
        for_each_function!($function, |$f| $body, Identity, Sigmoid, Tanh, Relu, Softplus, Softsign; LeakyRelu, Elu)
    };
    ($function:expr, |$f:ident| $body:expr, $($plain:ident),*; $($with_number:ident),*) => {
        match $function {
            $(Activation::$plain => { let $f = Activation::$plain; $body })*
            $(Activation::$with_number(alpha) => { let $f = Activation::$with_number(alpha); $body })*
        }
    };
}

#[inline(always)]
fn activate_by<S: Simd>(simd: S, f: Activation, z: &mut [f64]) {
    for_each_function!(f, |f| z.iter_mut().for_each(|z| *z = f.value_by(simd, *z)));
}

#[inline(always)]
fn activation_to_delta_by<S: Simd>(simd: S, f: Activation, delta: &[f64], a: &mut [f64]) {
    for_each_function!(f, |f| for (a, delta) in a.iter_mut().zip(delta) {
        *a = delta * f.slope_by(simd, *a);
    });
}

#[inline(always)]
fn delta_in_place_by<S: Simd>(simd: S, f: Activation, delta: &mut [f64], a: &[f64]) {
    for_each_function!(f, |f| for (delta, a) in delta.iter_mut().zip(a) {
        *delta *= f.slope_by(simd, *a);
    });
}

/// Each number times its factor.
pub(super) fn multiply(block: &[Lane], factors: &[Lane], products: &mut [Lane]) {
    let numbers = block.as_flattened().iter().zip(factors.as_flattened());
    numbers.zip(products.as_flattened_mut()).for_each(|((number, factor), product)| *product = number * factor);
}

/// a = z, or α z for z < 0, with an α for each row.
pub(super) fn prelu(z: &[Lane], lanes: usize, alpha: &[f64], a: &mut [Lane]) {
    for ((z, alpha), a) in z.chunks_exact(lanes).zip(alpha).zip(a.chunks_exact_mut(lanes)) {
        for (z, a) in z.as_flattened().iter().zip(a.as_flattened_mut()) {
            *a = if *z < 0.0 { alpha * z } else { *z };
        }
    }
}

/// dL/dz = δ, or α δ for z < 0, from δ = dL/da.
pub(super) fn prelu_backward(z: &[Lane], delta: &[Lane], lanes: usize, alpha: &[f64], delta_z: &mut [Lane]) {
    let rows = z.chunks_exact(lanes).zip(delta.chunks_exact(lanes)).zip(delta_z.chunks_exact_mut(lanes));
    for (((z, delta), delta_z), alpha) in rows.zip(alpha) {
        let numbers = z.as_flattened().iter().zip(delta.as_flattened());
        for ((z, delta), delta_z) in numbers.zip(delta_z.as_flattened_mut()) {
            *delta_z = if *z < 0.0 { alpha * delta } else { *delta };
        }
    }
}

/// dα += the sum over samples with z < 0 of z δ, row by row.
pub(super) fn prelu_add_gradient(z: &[Lane], delta: &[Lane], lanes: usize, dalpha: &mut [f64]) {
    for ((z, delta), dalpha) in z.chunks_exact(lanes).zip(delta.chunks_exact(lanes)).zip(dalpha) {
        let mut total = [0.0; LANES];
        for (z, delta) in z.iter().zip(delta) {
            for l in 0..LANES {
                total[l] += if z[l] < 0.0 { z[l] * delta[l] } else { 0.0 };
            }
        }
        *dalpha += sum(total);
    }
}

#[cfg(test)]
#[path = "../../tests/unit/kernel_pointwise.rs"]
mod tests;
