//! The two ways in which a pass can run, through the kernels and layer by layer, on random networks.

use ndarray::{Array1, Array2};
use proptest::prelude::*;

use super::backprop::{Backprop, Sought};
use super::builder::Builder;
use super::sequential::Sequential;
use crate::math::activation::Activation;
use crate::math::loss::{Loss, Targets};
use crate::math::shape::{Padding, Shape};
use crate::random::RandomState;

/// What comes next in a network, as far as its shape allows it.
#[derive(Clone, Debug)]
enum Next {
    Conv(usize, (usize, usize), usize, Padding),
    MaxPool(usize),
    Activation(Activation),
    PRelu,
    Dropout,
    Dense(usize, bool),
}

fn next() -> impl Strategy<Value = Next> {
    let functions = vec![
        Activation::Identity,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Relu,
        Activation::LeakyRelu(0.1),
        Activation::Elu(0.7),
        Activation::Softplus,
        Activation::Softsign,
    ];
    let padding = prop::sample::select(vec![Padding::Valid, Padding::Same]);
    prop_oneof![
        2 => (1..5_usize, (1..4_usize, 1..4_usize), 1..4_usize, padding).prop_map(|(outputs, kernel, stride, p)| Next::Conv(outputs, kernel, stride, p)),
        1 => (1..4_usize).prop_map(Next::MaxPool),
        3 => prop::sample::select(functions).prop_map(Next::Activation),
        1 => Just(Next::PRelu),
        1 => Just(Next::Dropout),
        2 => (1..12_usize, any::<bool>()).prop_map(|(h, biased)| Next::Dense(h, biased)),
    ]
}

fn with(builder: Builder, next: Next) -> Builder {
    match (next, builder.shape()) {
        (Next::Conv(outputs, kernel, stride, padding), Shape::Image { height, width, .. }) => {
            let padding = if kernel.0 > height || kernel.1 > width { Padding::Same } else { padding };
            builder.conv2d_with(outputs, kernel, stride, padding)
        }
        (Next::MaxPool(size), Shape::Image { height, width, .. }) if size <= height.min(width) => builder.max_pool2d(size),
        (Next::Conv(..) | Next::MaxPool(_), _) => builder,
        (Next::Activation(f), _) => builder.activation(f),
        (Next::PRelu, _) => builder.prelu(),
        (Next::Dropout, _) => builder.dropout(0.3),
        (Next::Dense(h, true), _) => builder.flatten().dense(h),
        (Next::Dense(h, false), _) => builder.flatten().dense_without_bias(h),
    }
}

/// NaN where both are, the same infinity, or numbers that differ by rounding only.
#[track_caller]
fn assert_agree(got: &Array1<f64>, expected: &Array1<f64>, tolerance: f64, what: &str) {
    assert_eq!(got.len(), expected.len(), "{what}");
    let size = expected.iter().filter(|e| e.is_finite()).fold(1.0_f64, |size, e| size.max(e.abs()));
    for (i, (g, e)) in got.iter().zip(expected).enumerate() {
        let same = g == e || (g.is_nan() && e.is_nan()) || (g - e).abs() <= tolerance * size;
        assert!(same, "{what}, number {i}: {g} through the kernels, {e} layer by layer");
    }
}

/// Runs a training pass of either kind with the same random numbers, and compares everything that it finds.
#[track_caller]
fn assert_both_agree(network: &Sequential, x: &Array2<f64>, targets: Targets<'_>, loss: Loss) {
    let scale = loss.scale(x.nrows(), network.output_size());
    let sought = Sought { y_hat: true, parameters: true, input: true };
    let mut passes = [Backprop::new(network), Backprop::by_layer(network)];
    // Twice, since buffers keep what they held.
    for _ in 0..2 {
        let losses = passes.each_mut().map(|pass| pass.loss(network, x, (targets, loss, scale), sought, &mut RandomState::new(5)).unwrap());
        let [got, expected] = &passes;
        let flat = |matrix: &Array2<f64>| matrix.iter().copied().collect::<Array1<f64>>();
        // A probability near 0 or 1 has few digits left of its distance to that, by which this loss's gradient divides.
        let nearest = got.y_hat().iter().map(|p| p * (1.0 - p)).fold(1.0, f64::min);
        let tolerance = if loss == Loss::BinaryCrossEntropy { 1e-11 / nearest.max(1e-7) } else { 1e-11 };
        assert_agree(&flat(got.y_hat()), &flat(expected.y_hat()), 1e-11, "outputs");
        assert_agree(&Array1::from_elem(1, losses[0]), &Array1::from_elem(1, losses[1]), 1e-11, "loss");
        assert_agree(&got.gradients().parameters(), &expected.gradients().parameters(), tolerance, "parameters");
        assert_agree(&flat(got.delta_x()), &flat(expected.delta_x()), tolerance, "dL/dx");
    }
}

proptest! {
    #[test]
    fn the_kernels_and_the_layers_one_by_one_agree(
        shape in prop_oneof![
            (1..4_usize, 2..9_usize, 2..9_usize).prop_map(Shape::from), (1..8_usize).prop_map(Shape::from),
        ],
        hidden in prop::collection::vec(next(), 0..7),
        outputs in 1..6_usize,
        loss in prop::sample::select(vec![
            Loss::SoftmaxCrossEntropy, Loss::BinaryCrossEntropy, Loss::SigmoidCrossEntropy, Loss::MeanSquaredError, Loss::SummedSquaredError,
        ]),
        n in prop::sample::select(vec![1, 2, 7, 8, 9, 40, 257]),
        // Among the inputs, and among the parameters.
        odd in (prop::option::of(odd_number()), prop::option::of(odd_number())),
        seed in any::<u32>(),
    ) {
        let rng = &mut RandomState::new(seed);
        let mut builder = hidden.into_iter().fold(Sequential::input(shape), with).flatten().dense(outputs);
        if loss == Loss::BinaryCrossEntropy {
            builder = builder.activation(Activation::Sigmoid);
        }
        let mut network = builder.build(rng).unwrap();
        // Slopes of either sign, and of 0.
        for layer in network.layers_mut() {
            let mut parameters = layer.parameters_mut();
            parameters.w.mapv_inplace(|w| w + 0.1 * rng.randn());
            parameters.b.mapv_inplace(|_| (4.0 * rng.randn()).round() / 8.0);
        }
        let mut x = rng.randn_2d(n, shape.size());
        if let Some(number) = odd.0 {
            let at = rng.randint(0, x.len() as i64).unwrap() as usize;
            x.as_slice_mut().unwrap()[at] = number;
        }
        if let Some(number) = odd.1 {
            let which = rng.randint(0, network.parameter_count() as i64).unwrap() as usize;
            let all = network.layers_mut().iter_mut().map(|layer| layer.parameters_mut()).flat_map(|p| p.w.into_iter().chain(p.b));
            *all.into_iter().nth(which).unwrap() = number;
        }
        let classes = Array1::from_shape_fn(n, |i| i % outputs);
        let values = rng.rand_2d(n, outputs);
        let targets = if loss == Loss::SoftmaxCrossEntropy { Targets::from(&classes) } else { Targets::from(&values) };
        assert_both_agree(&network, &x, targets, loss);
    }
}

fn odd_number() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0])
}
