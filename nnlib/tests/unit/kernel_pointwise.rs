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
