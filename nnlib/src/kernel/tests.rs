//! Whole passes against formulas, JAX's numbers, and each other.

use ndarray::{Array1, Array4, array};
use proptest::prelude::*;

use super::simd::tests::assert_same_bits;
use super::{Layer, Stack, Wanted, Workspace};
use crate::math::activation::Activation;
use crate::math::loss::{Loss, Targets};
use crate::math::shape::{Convolution, Padding, Pooling};
use crate::random::RandomState;
use crate::testing::{fixture, flat, integers};

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

/// z of a convolution by its formula, number by number.
fn by_the_formula(c: &Convolution, n: usize, x: &[f64], w: &[f64], b: &[f64]) -> Vec<f64> {
    let ([channels, height, width], [rows, columns], [out_rows, out_columns]) = (c.image, c.kernel, c.output);
    let x = |s, c, i, j| x[((s * channels + c) * height + i) * width + j];
    let z = Array4::from_shape_fn((n, c.outputs, out_rows, out_columns), |(s, o, i, j)| {
        let mut z = b.get(o).copied().unwrap_or(0.0);
        for (ch, p, q) in ndarray::indices((channels, rows, columns)) {
            let (at, across) = (i * c.stride + p, j * c.stride + q);
            if at >= c.before[0] && across >= c.before[1] && at - c.before[0] < height && across - c.before[1] < width {
                z += w[((o * channels + ch) * rows + p) * columns + q] * x(s, ch, at - c.before[0], across - c.before[1]);
            }
        }
        z
    });
    z.into_raw_vec_and_offset().0
}

proptest! {
    #[test]
    fn a_convolution_is_the_formula_and_backward_its_gradient(
        n in prop::sample::select(vec![1_usize, 3, 8, 9, 17]),
        channels in 1..4_usize, height in 1..9_usize, width in 1..9_usize, outputs in 1..7_usize,
        rows in 1..4_usize, columns in 1..6_usize, stride in 1..4_usize,
        padding in prop::sample::select(vec![Padding::Valid, Padding::Same]),
        biased in prop::bool::ANY, seed in 0..1000_u32,
    ) {
        prop_assume!(padding == Padding::Same || (rows <= height && columns <= width));
        let convolution = Convolution::new([channels, height, width], outputs, [rows, columns], stride, padding);
        let rng = &mut RandomState::new(seed);
        let (x, w) = (gaussians(n * convolution.inputs(), rng), gaussians(outputs * convolution.taps(), rng));
        let b = gaussians(if biased { outputs } else { 0 }, rng);
        let delta = gaussians(n * outputs * convolution.positions(), rng);
        let layers = [Layer::Conv2d { w: &w, b: &b, convolution }];
        let found = found(&mut Workspace::default(), convolution.inputs(), &layers, &x, &delta);
        assert_near(&found.y_hat, &by_the_formula(&convolution, n, &x, &w, &b), 1e-12, "z");
        // L = Σ δ z is linear in x, in w and in b, so that a difference of any step gives its gradient.
        let loss = |x: &[f64], w: &[f64], b: &[f64]| -> f64 {
            by_the_formula(&convolution, n, x, w, b).iter().zip(&delta).map(|(z, delta)| z * delta).sum()
        };
        for (gradient, numbers, which) in [(&found.delta_x, &x, 0), (&found.gradients[0], &w, 1), (&found.gradients[1], &b, 2)] {
            prop_assert_eq!(gradient.len(), numbers.len());
            for at in (0..numbers.len()).step_by(numbers.len() / 7 + 1) {
                let [up, down] = [0.5, -0.5].map(|step| {
                    let mut moved = numbers.clone();
                    moved[at] += step;
                    match which { 0 => loss(&moved, &w, &b), 1 => loss(&x, &moved, &b), _ => loss(&x, &w, &moved) }
                });
                let off = (gradient[at] - (up - down)).abs();
                prop_assert!(off < 1e-9 * (1.0 + up.abs()), "{which}, {at}: {} against {}", gradient[at], up - down);
            }
        }
    }

    #[test]
    fn pooling_takes_the_largest_and_gives_it_the_gradient(
        n in 1..18_usize, channels in 1..4_usize, height in 2..9_usize, width in 2..9_usize, size in 1..4_usize, seed in 0..1000_u32,
    ) {
        prop_assume!(size <= height && size <= width);
        let pooling = Pooling { image: [channels, height, width], size };
        let rng = &mut RandomState::new(seed);
        // Of few values, so that some are equal, and NaN among them.
        let x: Vec<f64> = (0..n * pooling.inputs()).map(|_| Some((rng.randn() * 2.0).round()).filter(|x| *x < 4.0).unwrap_or(f64::NAN)).collect();
        let delta = gaussians(n * pooling.outputs(), rng);
        let found = found(&mut Workspace::default(), pooling.inputs(), &[Layer::MaxPool2d(pooling)], &x, &delta);
        let (mut y, mut delta_x) = (Vec::new(), vec![0.0; x.len()]);
        for (s, c, i, j) in ndarray::indices((n, channels, height / size, width / size)) {
            let pixels = ndarray::indices((size, size)).into_iter();
            let pixels: Vec<usize> = pixels.map(|(p, q)| ((s * channels + c) * height + i * size + p) * width + j * size + q).collect();
            let largest = pixels.iter().map(|at| x[*at]).fold(f64::NEG_INFINITY, f64::max);
            let winner = pixels.iter().find(|at| x[**at].is_nan()).or(pixels.iter().find(|at| x[**at] == largest)).unwrap();
            delta_x[*winner] = delta[y.len()];
            y.push(x[*winner]);
        }
        assert_near(&found.y_hat, &y, 0.0, "largest");
        prop_assert_eq!(found.delta_x, delta_x);
    }
}

#[test]
fn convolution_tanh_pooling_dense_softmax_is_jax_s() {
    let fixture = fixture("grad_conv_tanh_pool_dense_softmax.json");
    let numbers = ["x", "kernel", "kernel_bias", "dense_w", "dense_b", "logits"].map(|key| flat(&fixture[key]));
    let [x, kernel, kernel_bias, dense_w, dense_b, logits] = numbers.each_ref().map(Vec::as_slice);
    let layers = [
        Layer::Conv2d { w: kernel, b: kernel_bias, convolution: Convolution::new([3, 9, 8], 4, [3, 2], 1, Padding::Valid) },
        Layer::Activation(Activation::Tanh),
        Layer::MaxPool2d(Pooling { image: [4, 7, 7], size: 2 }),
        Layer::Flatten,
        Layer::Dense { w: dense_w, b: dense_b, outputs: 5 },
    ];
    let (mut workspace, mut y_hat, mut delta_x) = (Workspace::default(), vec![0.0; logits.len()], vec![0.0; x.len()]);
    let wanted = Wanted { parameters: true, y_hat: Some(&mut y_hat), delta_x: Some(&mut delta_x) };
    let stack = Stack { inputs: 3 * 9 * 8, layers: &layers };
    let labels = integers(&fixture["labels"]);
    let loss = workspace.loss_and_gradients(stack, x, (&labels).into(), Loss::SoftmaxCrossEntropy, 0.5, wanted);
    assert_near(&delta_x, &flat(&fixture["grad"]["x"]), 1e-12, "dL/dx");
    assert_near(&[loss], &[fixture["loss_mean"].as_f64().unwrap()], 1e-12, "loss");
    assert_near(&y_hat, logits, 1e-12, "logits");
    let expected = ["kernel", "kernel_bias", "dense_w", "dense_b"].map(|key| flat(&fixture["grad"][key]));
    let gradients: Vec<&[f64]> = workspace.gradients().flat_map(|(w, b)| [w, b]).collect();
    gradients.iter().zip(&expected).for_each(|(got, expected)| assert_near(got, expected, 1e-12, "gradient"));
    assert_eq!(gradients.len(), expected.len());
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
