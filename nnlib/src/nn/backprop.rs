//! The gradient as training computes it: through the kernels where every layer can be lowered, else layer by layer.

use ndarray::Array2;

use crate::error::Error;
use crate::kernel::Wanted;
use crate::math::loss::{Loss, Targets};
use crate::nn::lowered::{Goal, Lowered, rows};
use crate::nn::pass::{Gradients, Pass, resize};
use crate::nn::sequential::Sequential;
use crate::random::RandomState;

/// Forward and backward passes of one network, in buffers that are kept from pass to pass.
#[derive(Clone, Debug)]
pub(crate) struct Backprop {
    lowered: Option<Box<Lowered>>,
    pass: Pass,
    gradients: Gradients,
    y_hat: Array2<f64>,
    delta_x: Array2<f64>,
}

/// What a backward pass is to find beside the loss.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sought {
    /// The outputs, in [`Backprop::y_hat`].
    pub(crate) y_hat: bool,
    /// The gradient of the parameters, in [`Backprop::gradients`].
    pub(crate) parameters: bool,
    /// That of the input, in [`Backprop::delta_x`].
    pub(crate) input: bool,
}

impl Backprop {
    pub(crate) fn new(network: &Sequential) -> Self {
        Self { lowered: Lowered::new(network.layers(), network.shapes()).map(Box::new), ..Self::by_layer(network) }
    }

    /// Passes that run layer by layer even where the kernels could.
    pub(crate) fn by_layer(network: &Sequential) -> Self {
        let (layers, shapes) = (network.layers(), network.shapes());
        Self {
            lowered: None,
            pass: Pass::new(layers, shapes),
            gradients: Gradients::new(layers, shapes),
            y_hat: Array2::zeros((0, network.output_size())),
            delta_x: Array2::zeros((0, network.input_shape().size())),
        }
    }

    /// Whether a pass may draw random numbers.
    pub(crate) fn is_random(&self) -> bool {
        self.lowered.as_ref().is_none_or(|lowered| lowered.is_random())
    }

    /// `scale` times the loss summed over the rows of `x` (n, d), in standard layout, and what is sought of its gradient. The targets have been
    /// checked.
    ///
    /// # Errors
    /// [`Error::Shape`] when a layer of a reader's own gives an array of another shape than it said; so for all methods.
    pub(crate) fn loss(
        &mut self,
        network: &Sequential,
        x: &Array2<f64>,
        (targets, loss, scale): (Targets<'_>, Loss, f64),
        sought: Sought,
        rng: &mut RandomState,
    ) -> Result<f64, Error> {
        if let Some(lowered) = &mut self.lowered {
            lowered.draw(x.nrows(), rng);
            return Ok(self.lowered_pass(network, x, Goal::Loss(targets, loss, scale), sought));
        }
        self.pass.run(network.layers(), x, Some(rng))?;
        let value = loss.value_and_gradient(self.pass.output().view(), targets, scale, self.gradients.last_delta(&self.pass));
        self.gradients.run(network.layers(), &self.pass, sought.input)?;
        Ok(value)
    }

    /// The outputs of a pass of training for the rows of `x`; [`Backprop::gradient_from`] goes on from there.
    pub(crate) fn forward(&mut self, network: &Sequential, x: &Array2<f64>, rng: &mut RandomState) -> Result<&Array2<f64>, Error> {
        let Some(lowered) = &mut self.lowered else {
            self.pass.run(network.layers(), x, Some(rng))?;
            return Ok(self.pass.output());
        };
        lowered.draw(x.nrows(), rng);
        resize(&mut self.y_hat, x.nrows());
        lowered.output(network.layers(), x.ncols(), rows(x), true, self.y_hat.as_slice_mut().expect("standard layout"));
        Ok(&self.y_hat)
    }

    /// The gradient of the parameters from that with respect to the outputs, `delta`, of the last [`Backprop::forward`], of the same `x`.
    pub(crate) fn gradient_from(&mut self, network: &Sequential, x: &Array2<f64>, delta: &Array2<f64>) -> Result<(), Error> {
        if self.lowered.is_some() {
            self.lowered_pass(network, x, Goal::Delta(rows(delta)), Sought { y_hat: false, parameters: true, input: false });
            return Ok(());
        }
        self.gradients.last_delta(&self.pass).assign(delta);
        self.gradients.run(network.layers(), &self.pass, false)
    }

    fn lowered_pass(&mut self, network: &Sequential, x: &Array2<f64>, goal: Goal<'_>, sought: Sought) -> f64 {
        let Self { lowered, gradients, y_hat, delta_x, .. } = self;
        if sought.y_hat {
            resize(y_hat, x.nrows());
        }
        if sought.input {
            resize(delta_x, x.nrows());
        }
        let wanted = Wanted {
            parameters: sought.parameters,
            y_hat: if sought.y_hat { y_hat.as_slice_mut() } else { None },
            delta_x: if sought.input { delta_x.as_slice_mut() } else { None },
        };
        let lowered = lowered.as_mut().expect("lowered");
        let value = lowered.backward(network.layers(), x.ncols(), rows(x), goal, wanted);
        if sought.parameters {
            lowered.store(gradients);
        }
        value
    }

    /// The outputs of the last pass.
    pub(crate) fn y_hat(&self) -> &Array2<f64> {
        if self.lowered.is_some() { &self.y_hat } else { self.pass.output() }
    }

    /// dL/dx of the last pass.
    pub(crate) fn delta_x(&self) -> &Array2<f64> {
        if self.lowered.is_some() { &self.delta_x } else { self.gradients.x() }
    }

    /// The gradient of the parameters of the last pass.
    pub(crate) fn gradients(&self) -> &Gradients {
        &self.gradients
    }

    /// That gradient alone.
    pub(crate) fn into_gradients(self) -> Gradients {
        self.gradients
    }

    /// The same, to be added to.
    pub(crate) fn gradients_mut(&mut self) -> &mut Gradients {
        &mut self.gradients
    }
}

#[cfg(test)]
mod tests {
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
}
