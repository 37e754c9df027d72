//! The gradient as training computes it: through the kernels where every layer can be lowered, else layer by layer.

use ndarray::Array2;

use crate::error::Error;
use crate::kernel::pass::Wanted;
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
#[path = "../../tests/unit/nn_backprop.rs"]
mod tests;
