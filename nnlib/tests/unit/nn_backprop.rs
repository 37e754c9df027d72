use ndarray::Array1;
use proptest::prelude::*;

use super::*;
use crate::math::activation::Activation;
use crate::nn::layer::{Padding, Shape};

/// A network of random layers that the kernels know, on images or on features.
fn random_network(rng: &mut RandomState, outputs: usize) -> Result<Sequential, Error> {
    let mut upto = |n: i64| rng.randint(0, n).expect("a range") as usize;
    let activations = [
        Activation::Identity,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Relu,
        Activation::leaky_relu(0.1)?,
        Activation::elu(0.7)?,
        Activation::Softplus,
        Activation::Softsign,
    ];
    let mut builder =
        if upto(2) == 0 { Sequential::input(1 + upto(6)) } else { Sequential::input((1 + upto(3), 3 + upto(6), 3 + upto(6))) };
    for _ in 0..upto(6) {
        let shape = builder.shape();
        builder = match (upto(7), shape) {
            (0 | 1, Shape::Image { height, width, .. }) => {
                let (kernel, same) = ((1 + upto(3), 1 + upto(3)), upto(2) == 0 || height < 3 || width < 3);
                builder.conv2d_with(1 + upto(6), kernel, 1 + upto(2), if same { Padding::Same } else { Padding::Valid })
            }
            (2, Shape::Image { height, width, .. }) if height > 2 && width > 2 => builder.max_pool2d(2 + upto(2)),
            (0, _) => builder.flatten().dense_without_bias(1 + upto(20)),
            (1 | 2, _) => builder.flatten().dense(1 + upto(20)),
            (3, _) => builder.prelu(),
            (4, _) => builder.dropout(0.3),
            _ => builder.activation(activations[upto(8)]),
        };
    }
    let mut network = builder.flatten().dense(outputs).build(rng)?;
    let theta = network.parameters();
    network.set_parameters(&(theta + rng.randn_2d(1, network.parameter_count()).row(0).mapv(|v| 0.3 * v)))?;
    Ok(network)
}

#[track_caller]
fn assert_same<'a>(tolerance: f64, what: &str, got: impl IntoIterator<Item = &'a f64>, expected: impl IntoIterator<Item = &'a f64>) {
    let (got, expected): (Vec<f64>, Vec<f64>) = (got.into_iter().copied().collect(), expected.into_iter().copied().collect());
    assert_eq!(got.len(), expected.len(), "{what}");
    let size = expected.iter().filter(|e| e.is_finite()).fold(1.0_f64, |size, e| size.max(e.abs()));
    for (i, (g, e)) in got.iter().zip(&expected).enumerate() {
        let same = g == e || (g.is_nan() && e.is_nan()) || (g - e).abs() <= tolerance * size;
        assert!(same, "{what}, number {i}: {g} by the kernels, {e} layer by layer");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn the_kernels_and_the_layers_one_by_one_agree(
        n in prop::sample::select(vec![1_usize, 2, 7, 8, 9, 40, 257]),
        outputs in 1..5_usize,
        seed in 0..100_000_u32,
        loss in prop::sample::select(vec![
            Loss::SoftmaxCrossEntropy, Loss::BinaryCrossEntropy, Loss::SigmoidCrossEntropy, Loss::MeanSquaredError, Loss::SummedSquaredError,
        ]),
        strange in prop::sample::select(vec![None, None, Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY)]),
    ) {
        let rng = &mut RandomState::new(seed);
        let network = random_network(rng, outputs)?;
        let mut x = rng.randn_2d(n, network.input_shape().size());
        if let Some(strange) = strange {
            let at = rng.randint(0, x.len() as i64)? as usize;
            x.as_slice_mut().expect("standard layout")[at] = strange;
        }
        let (classes, values) = (Array1::from_shape_fn(n, |i| i % outputs), rng.rand_2d(n, outputs));
        let targets = if loss == Loss::SoftmaxCrossEntropy { Targets::from(&classes) } else { Targets::from(&values) };
        let objective = (targets, loss, loss.scale(n, outputs));
        let sought = Sought { y_hat: true, parameters: true, input: true };
        // A clipped probability leaves few digits of its distance to 1, by which the gradient divides.
        let tolerance = if loss == Loss::BinaryCrossEntropy { 1e-8 } else { 1e-11 };
        let (mut fast, mut slow) = (Backprop::new(&network), Backprop::by_layer(&network));
        assert!(fast.lowered.is_some());
        // Twice, since the buffers keep what they held.
        for round in 0..2 {
            let got = fast.loss(&network, &x, objective, sought, &mut RandomState::new(round))?;
            let expected = slow.loss(&network, &x, objective, sought, &mut RandomState::new(round))?;
            assert_same(tolerance, "loss", [&got], [&expected]);
            assert_same(tolerance, "outputs", fast.y_hat(), slow.y_hat());
            assert_same(tolerance, "gradient of the parameters", &fast.gradients().parameters(), &slow.gradients().parameters());
            assert_same(tolerance, "gradient of the input", fast.delta_x(), slow.delta_x());
        }
        // From a gradient of the outputs, the same masks dropping the same numbers.
        let delta = rng.randn_2d(n, outputs);
        assert_same(tolerance, "outputs", fast.forward(&network, &x, &mut RandomState::new(9))?, slow.forward(&network, &x, &mut RandomState::new(9))?);
        fast.gradient_from(&network, &x, &delta)?;
        slow.gradient_from(&network, &x, &delta)?;
        assert_same(tolerance, "gradient from a gradient", &fast.gradients().parameters(), &slow.gradients().parameters());
    }
}
