//! What is done to each number by itself: activation functions, PReLU, masks.

use super::block::{LANES, Lane, sum};
use super::simd::{Simd, versions};
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
mod tests {
    use super::*;
    use crate::kernel::simd::tests::{assert_same_bits, with_each};

    const FUNCTIONS: [Activation; 8] = [
        Activation::Identity,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Relu,
        Activation::LeakyRelu(0.01),
        Activation::Elu(0.3),
        Activation::Softplus,
        Activation::Softsign,
    ];

    /// a and 2 f′ by the kernel.
    fn by_kernel(f: Activation, z: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (mut a, mut delta) = (vec![f64::NAN; z.len()], vec![2.0; z.len()]);
        activate(f, z, &mut a);
        multiply_by_slope(f, &a, &mut delta);
        let mut same = a.clone();
        activation_to_delta(f, &vec![2.0; z.len()], &mut same);
        assert!(same.iter().zip(&delta).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()), "{f}");
        (a, delta)
    }

    #[test]
    fn values_and_slopes_are_those_of_the_formulas() {
        let z: Vec<f64> = (-400..=400).map(|i| f64::from(i) * 0.05).chain([-0.5, 0.0, 1e-9, -1e-9, 800.0, -800.0]).collect();
        with_each(|set| {
            for f in FUNCTIONS {
                let (a, delta) = by_kernel(f, &z);
                for i in 0..z.len() {
                    let (value, slope) = (f.value(z[i]), f.derivative(z[i]));
                    assert!((a[i] - value).abs() <= 1e-15 * value.abs(), "{set:?}: {f} of {}: {} against {value}", z[i], a[i]);
                    // A derivative near 0 is a difference of numbers near 1.
                    let off = (0.5 * delta[i] - slope).abs();
                    assert!(off <= 1e-14 * slope.abs() + 1e-15, "{set:?}: {f}′ at {}: {} against {slope}", z[i], 0.5 * delta[i]);
                }
            }
        });
        FUNCTIONS.iter().for_each(|&f| assert_same_bits(|| by_kernel(f, &z)));
    }

    #[test]
    fn nan_stays_nan_and_the_ends_are_the_formulas() {
        let z = [f64::NAN, -0.0, f64::INFINITY, f64::NEG_INFINITY];
        with_each(|set| {
            for f in FUNCTIONS {
                let (a, delta) = by_kernel(f, &z);
                assert!(a[0].is_nan(), "{set:?}: {f} of NaN: {}", a[0]);
                for i in 1..4 {
                    assert_eq!((a[i], 0.5 * delta[i]), (f.value(z[i]), f.derivative(z[i])), "{set:?}: {f} at {}", z[i]);
                }
            }
            assert_eq!(by_kernel(Activation::Relu, &z).0[1].to_bits(), 0.0_f64.to_bits());
        });
    }

    #[test]
    fn prelu_scales_what_is_below_zero_with_any_slope() {
        let z = [[-2.0, 3.0, 0.0, f64::NAN, -1.0, 1.0, -4.0, 0.5]; 2];
        let delta = [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.5, f64::INFINITY]; 2];
        let (mut a, mut delta_z, mut dalpha) = ([[7.0; LANES]; 2], [[7.0; LANES]; 2], [1.0, 0.0]);
        prelu(&z, 1, &[-0.5, 0.0], &mut a);
        assert!(a[0][3].is_nan());
        a[0][3] = 0.0;
        assert_eq!(a[0], [1.0, 3.0, 0.0, 0.0, 0.5, 1.0, 2.0, 0.5]);
        prelu_backward(&z, &delta, 1, &[-0.5, 0.0], &mut delta_z);
        assert_eq!(delta_z[0], [-0.5, 2.0, 3.0, 4.0, -2.5, 6.0, -0.25, f64::INFINITY]);
        prelu_add_gradient(&z, &delta, 1, &mut dalpha);
        assert_eq!(dalpha, [-8.0, -9.0]);
    }
}
