//! Whole passes against each other and by hand; the tests of `nn` compare them with the layers one by one.

use ndarray::{Array1, array};

use super::pass::{Wanted, Workspace};
use super::simd::tests::assert_same_bits;
use super::{Layer, Stack};
use crate::math::activation::Activation;
use crate::math::loss::{Loss, Targets};
use crate::math::shape::{Convolution, Padding, Pooling};
use crate::random::RandomState;

fn gaussians(count: usize, rng: &mut RandomState) -> Vec<f64> {
    (0..count).map(|_| rng.randn()).collect()
}

#[track_caller]
fn assert_near(got: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.len(), expected.len(), "{what}");
    for (i, (g, e)) in got.iter().zip(expected).enumerate() {
        assert!((g - e).abs() <= tolerance || g == e || g.is_nan() && e.is_nan(), "{what}, number {i}: got {g}, expected {e}");
    }
}

/// Everything that a pass finds.
#[derive(Debug, Default, PartialEq)]
struct Found {
    y_hat: Vec<f64>,
    delta_x: Vec<f64>,
    gradients: Vec<Vec<f64>>,
}

/// From δ of the outputs, with a workspace that has been in use.
fn found(workspace: &mut Workspace, inputs: usize, layers: &[Layer<'_>], x: &[f64], delta: &[f64]) -> Found {
    let (mut y_hat, mut delta_x) = (vec![f64::NAN; delta.len()], vec![f64::NAN; x.len()]);
    let wanted = Wanted { parameters: true, y_hat: Some(&mut y_hat), delta_x: Some(&mut delta_x) };
    workspace.gradients_from(Stack { inputs, layers }, x, delta, wanted);
    let gradients = workspace.gradients().flat_map(|(w, b)| [w.to_vec(), b.to_vec()]).collect();
    Found { y_hat, delta_x, gradients }
}

/// A convolution with padding, PReLU with a slope below 0, a mask, pooling that leaves a row out, and two dense layers: their parameters for a
/// mask of so many samples.
fn parameters(n: usize, rng: &mut RandomState) -> [Vec<f64>; 8] {
    let mask = (0..n * 90).map(|i| if i % 3 == 0 { 0.0 } else { 1.5 }).collect();
    let [kernels, b, mut alpha, w1, b1, w2, b2] = [24, 3, 90, 18 * 11, 11, 44, 4].map(|count| gaussians(count, rng));
    alpha[0] = 0.0;
    [kernels, b, alpha, mask, w1, b1, w2, b2]
}

fn layers<'a>([kernels, b, alpha, mask, w1, b1, w2, b2]: &'a [Vec<f64>; 8]) -> [Layer<'a>; 10] {
    let convolution = Convolution::new([2, 5, 6], 3, [2, 2], 1, Padding::Same);
    [
        Layer::Conv2d { w: kernels, b, convolution },
        Layer::PRelu(alpha),
        Layer::Mask(mask),
        Layer::MaxPool2d(Pooling { image: [3, 5, 6], size: 2 }),
        Layer::Activation(Activation::LeakyRelu(0.1)),
        Layer::Flatten,
        // 3 · 2 · 3 = 18 features of the pooling.
        Layer::Dense { w: w1, b: b1, outputs: 11 },
        Layer::Activation(Activation::Tanh),
        Layer::Activation(Activation::Softsign),
        Layer::Dense { w: w2, b: b2, outputs: 4 },
    ]
}

#[test]
fn the_same_bits_whatever_the_width_of_the_registers() {
    let rng = &mut RandomState::new(3);
    let (x, delta, parameters) = (gaussians(77 * 60, rng), gaussians(77 * 4, rng), parameters(77, rng));
    let mut workspace = Workspace::default();
    assert_same_bits(|| found(&mut workspace, 60, &layers(&parameters), &x, &delta));
}

#[test]
fn gradients_are_sums_over_samples_and_a_sample_knows_nothing_of_its_neighbours() {
    let rng = &mut RandomState::new(4);
    for n in [1, 7, 8, 13, 40, 300] {
        let (x, delta, parameters) = (gaussians(n * 60, rng), gaussians(n * 4, rng), parameters(n, rng));
        let mut workspace = Workspace::default();
        let together = found(&mut workspace, 60, &layers(&parameters), &x, &delta);
        let mut alone = Found { gradients: vec![Vec::new(); together.gradients.len()], ..Found::default() };
        for s in 0..n {
            let mut own = parameters.clone();
            own[3] = parameters[3][s * 90..][..90].to_vec();
            let one = found(&mut workspace, 60, &layers(&own), &x[s * 60..][..60], &delta[s * 4..][..4]);
            alone.y_hat.extend(one.y_hat);
            alone.delta_x.extend(one.delta_x);
            for (sum, one) in alone.gradients.iter_mut().zip(one.gradients) {
                sum.resize(one.len(), 0.0);
                sum.iter_mut().zip(one).for_each(|(sum, one)| *sum += one);
            }
        }
        assert_near(&together.y_hat, &alone.y_hat, 1e-12, "outputs");
        assert_near(&together.delta_x, &alone.delta_x, 1e-12, "dL/dx");
        for (together, alone) in together.gradients.iter().zip(&alone.gradients) {
            assert_near(together, alone, 1e-9, "gradient");
        }
    }
}

#[test]
fn infinite_weights_make_no_nan_out_of_lanes_that_are_not_full() {
    let weights = [f64::INFINITY, 1.0];
    let tanh = [Layer::Dense { w: &weights, b: &[], outputs: 2 }, Layer::Activation(Activation::Tanh)];
    let relu = [Layer::Dense { w: &[1.0, 1.0], b: &[f64::INFINITY, 0.0], outputs: 2 }, Layer::Activation(Activation::Relu)];
    let last = Layer::Dense { w: &[0.5, -0.5], b: &[0.0], outputs: 1 };
    for [first, f] in [tanh, relu] {
        let layers = [first, f, last];
        // One full lane, and one that is not.
        let (x, delta) = ([1.0, 2.0, -1.0, 3.0, 1.0, 1.0, 1.0, 1.0, 2.0], [1.0; 9]);
        let mut workspace = Workspace::default();
        for n in [3, 8, 9] {
            let found = found(&mut workspace, 1, &layers, &x[..n], &delta[..n]);
            // Each sample on its own in full lanes: eight of the same.
            let mut gradients = vec![vec![0.0; 2], vec![0.0; found.gradients[1].len()], vec![0.0; 2], vec![0.0]];
            for s in 0..n {
                let one = self::found(&mut workspace, 1, &layers, &[x[s]; 8], &[delta[s] / 8.0; 8]);
                for (sum, one) in gradients.iter_mut().zip(one.gradients) {
                    sum.iter_mut().zip(one).for_each(|(sum, one)| *sum += one);
                }
            }
            for (got, expected) in found.gradients.iter().zip(&gradients) {
                assert_near(got, expected, 1e-12, "gradient");
            }
        }
    }
}

#[test]
fn what_is_not_wanted_is_left_out_and_the_rest_is_the_same() {
    let rng = &mut RandomState::new(5);
    let (x, delta, parameters) = (gaussians(20 * 60, rng), gaussians(20 * 4, rng), parameters(20, rng));
    let layers = layers(&parameters);
    let stack = Stack { inputs: 60, layers: &layers };
    let workspace = &mut Workspace::default();
    let all = found(workspace, 60, &layers, &x, &delta);
    let mut delta_x = vec![f64::NAN; x.len()];
    workspace.gradients_from(stack, &x, &delta, Wanted { delta_x: Some(&mut delta_x), ..Wanted::default() });
    assert_eq!((delta_x, workspace.gradients().count()), (all.delta_x, 0));
    workspace.gradients_from(stack, &x, &delta, Wanted { parameters: true, ..Wanted::default() });
    let gradients: Vec<Vec<f64>> = workspace.gradients().flat_map(|(w, b)| [w.to_vec(), b.to_vec()]).collect();
    assert_eq!(gradients, all.gradients);
    let mut y_hat = vec![f64::NAN; 80];
    workspace.output(stack, &x, &mut y_hat);
    assert_eq!((y_hat, workspace.gradients().count()), (all.y_hat, 0));
}

#[test]
fn a_step_by_hand() {
    let layers = [Layer::Dense { w: &[1.0, -1.0], b: &[0.5], outputs: 1 }, Layer::Dropout(0.5), Layer::Activation(Activation::Relu)];
    // a = relu(x w + b) is 1.5 for the first sample and 0 for the second.
    let (x, target) = ([2.0, 1.0, 0.0, 3.0], array![[1.0], [0.0]]);
    let mut workspace = Workspace::default();
    let (stack, wanted) = (Stack { inputs: 2, layers: &layers }, Wanted { parameters: true, ..Wanted::default() });
    let loss = workspace.loss_and_gradients(stack, &x, (&target).into(), Loss::MeanSquaredError, 0.5, wanted);
    assert_eq!(loss, 0.125);
    assert_eq!(workspace.gradients().collect::<Vec<_>>(), [(&[1.0, 0.5][..], &[0.5][..])]);
}

#[test]
fn nan_stays_nan_through_every_layer() {
    let y = Array1::from(vec![0, 1]);
    for f in [Activation::Relu, Activation::LeakyRelu(0.1), Activation::Elu(1.0), Activation::Tanh, Activation::Softsign] {
        let layers = [
            Layer::Activation(f),
            Layer::MaxPool2d(Pooling { image: [1, 2, 4], size: 2 }),
            Layer::PRelu(&[0.0, 0.5]),
            Layer::Mask(&[0.0, 1.0, 1.0, 0.0]),
        ];
        let mut x = [1.0; 16];
        x[5] = f64::NAN;
        let (workspace, mut y_hat) = (&mut Workspace::default(), [0.0; 4]);
        let wanted = Wanted { parameters: true, y_hat: Some(&mut y_hat), ..Wanted::default() };
        let stack = Stack { inputs: 8, layers: &layers };
        let loss = workspace.loss_and_gradients(stack, &x, Targets::from(&y), Loss::SoftmaxCrossEntropy, 1.0, wanted);
        assert!(loss.is_nan() && y_hat[0].is_nan() && y_hat[1..].iter().all(|y| y.is_finite()), "{f}: {y_hat:?}");
    }
}
