//! A whole pass, block by block of samples: forward through all layers, loss, and backward.
//!
//! The layers' own `forward` and `backward` keep every z, a and δ for the reader. Here a block's numbers stay in the processor's nearest cache,
//! each activation is overwritten by its δ in the backward pass, and nothing is allocated once the workspace has grown to its size.

use std::ops::Range;

use super::block::{Lane, MOST_LANES, load, store, transpose};
use super::losses::LossBuffers;
use super::plan::Plan;
use super::pointwise::activation_to_delta;
use super::simd::LANES;
use super::{Layer, Stack, losses};
use crate::math::loss::{Loss, Targets};

/// What a pass writes down, or leaves out.
#[derive(Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// Whether the gradients of the parameters are computed; where not, [`Workspace::gradients`] shows none.
    pub(crate) parameters: bool,
    /// The outputs, a row for each sample.
    pub(crate) y_hat: Option<&'a mut [f64]>,
    /// The gradient with respect to the inputs, a row for each sample.
    pub(crate) delta_x: Option<&'a mut [f64]>,
}

/// Reusable buffers for passes, and the gradients of the last one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workspace {
    pub(super) plan: Plan,
    /// The block, region after region.
    pub(super) values: Vec<Lane>,
    /// Four rows of δ, or all of it where a layer needs that.
    pub(super) scratch: Vec<Lane>,
    /// What layers keep for the backward pass.
    pub(super) kept: Vec<Lane>,
    /// An image among zeros.
    pub(super) padded: Vec<Lane>,
    /// A δ with a sample in each row.
    pub(super) by_sample: Vec<Lane>,
    /// The weights, transposed: kernels for the forward pass, dense layers' for the backward pass.
    pub(super) transposed: Vec<f64>,
    pub(super) gradients: Vec<f64>,
    loss: LossBuffers,
}

/// What a pass is for.
#[derive(Clone, Copy)]
enum Goal<'t> {
    /// The outputs alone.
    Output,
    /// The gradient of a loss for these targets, with this factor.
    Loss(Targets<'t>, Loss, f64),
    /// The gradient that follows from this one with respect to the outputs.
    Gradient(&'t [f64]),
}

/// A block has at most so many lanes in all, 512 KiB, unless one lane a row is more.
const MOST_LANES_IN_ALL: usize = 8192;

impl Workspace {
    /// The loss of the stack's outputs for the rows of `x`, summed over samples and outputs and multiplied by `scale` (`Loss::scale` for the
    /// loss that is reported), and its gradient with respect to the parameters, which [`Workspace::gradients`] shows.
    ///
    /// # Panics
    /// If sizes do not meet. Targets must have been checked.
    pub(crate) fn loss_and_gradients(
        &mut self,
        stack: Stack<'_>,
        x: &[f64],
        targets: Targets<'_>,
        loss: Loss,
        scale: f64,
        wanted: Wanted<'_>,
    ) -> f64 {
        self.run(stack, x, Goal::Loss(targets, loss, scale), wanted)
    }

    /// The gradient with respect to the parameters, which [`Workspace::gradients`] shows, from a given one with respect to the outputs, a row for
    /// each sample: for losses of one's own, and for a network that feeds another.
    ///
    /// # Panics
    /// If sizes do not meet.
    pub(crate) fn gradients_from(&mut self, stack: Stack<'_>, x: &[f64], delta: &[f64], wanted: Wanted<'_>) {
        self.run(stack, x, Goal::Gradient(delta), wanted);
    }

    /// The stack's outputs for the rows of `x`, written to `y_hat`, a row for each sample.
    ///
    /// # Panics
    /// If sizes do not meet.
    pub(crate) fn output(&mut self, stack: Stack<'_>, x: &[f64], y_hat: &mut [f64]) {
        self.run(stack, x, Goal::Output, Wanted { y_hat: Some(y_hat), ..Wanted::default() });
    }

    /// dL/dw and dL/db of each layer that has parameters, in order; of a PReLU, nothing and dL/dα.
    pub(crate) fn gradients(&self) -> impl Iterator<Item = (&[f64], &[f64])> {
        let mut rest = &self.gradients[..];
        let sizes = if rest.is_empty() { &[] } else { &self.plan.sizes[..] };
        sizes.iter().map(move |&(w, b)| {
            let (own, others) = rest.split_at(w + b);
            rest = others;
            own.split_at(w)
        })
    }

    /// The loss, or 0 where none was asked for.
    fn run(&mut self, stack: Stack<'_>, x: &[f64], goal: Goal<'_>, mut wanted: Wanted<'_>) -> f64 {
        self.plan.lay_out(stack);
        let (inputs, last) = (stack.inputs, self.plan.last());
        let n = x.len() / inputs;
        assert_eq!(x.len(), n * inputs, "rows of {inputs} numbers");
        let check = |numbers: &[f64], width: usize| assert_eq!(numbers.len(), n * width, "{n} rows of {width} numbers");
        wanted.y_hat.iter().for_each(|y_hat| check(y_hat, last.width));
        wanted.delta_x.iter().for_each(|delta_x| check(delta_x, inputs));
        match goal {
            Goal::Output => {}
            Goal::Loss(targets, ..) => assert_eq!(targets.len(), n, "a target for each sample"),
            Goal::Gradient(delta) => check(delta, last.width),
        }
        self.gradients.clear();
        self.gradients.resize(if wanted.parameters { self.plan.parameters } else { 0 }, 0.0);
        // The backward pass goes no further than to the last step whose gradient somebody wants.
        let backward_to = match goal {
            Goal::Output => self.plan.steps.len(),
            _ if wanted.delta_x.is_some() => 0,
            _ if wanted.parameters => self.plan.first_with_parameters,
            _ => self.plan.steps.len(),
        };
        let to_input = wanted.delta_x.is_some();
        self.transpose_weights(stack, backward_to, to_input);
        // Blocks of nearly one size, which depends on the network and on n alone.
        let rows = self.plan.rows();
        let most = (MOST_LANES_IN_ALL / rows).clamp(1, MOST_LANES) * LANES;
        let size = n.div_ceil(n.div_ceil(most).max(1)).next_multiple_of(LANES).max(LANES);
        let lanes = size / LANES;
        self.values.resize(rows * lanes, [0.0; LANES]);
        self.scratch.resize(self.plan.scratch * lanes, [0.0; LANES]);
        self.kept.resize(self.plan.kept * lanes, [0.0; LANES]);
        self.padded.resize(self.plan.padded * lanes, [0.0; LANES]);
        let mut total = 0.0;
        for start in (0..n).step_by(size) {
            let samples = start..(start + size).min(n);
            let lanes = samples.len().div_ceil(LANES);
            let of = |width: usize| samples.start * width..samples.end * width;
            // What fills up the last lane matters where sums over samples are taken.
            let idle = if let Goal::Output = goal { 0..0 } else { samples.len()..lanes * LANES };
            load(&x[of(inputs)], inputs, &mut self.values[..inputs * lanes], lanes);
            self.forward(stack, &samples, lanes, &idle);
            if let Some(y_hat) = &mut wanted.y_hat {
                store(&self.values[last.lanes(lanes)], lanes, &mut y_hat[of(last.width)], last.width);
            }
            match goal {
                Goal::Output => continue,
                Goal::Loss(targets, loss, scale) => total += self.loss(targets, loss, scale, &samples, lanes),
                Goal::Gradient(delta) => {
                    let scratch = &mut self.scratch[..last.width * lanes];
                    load(&delta[of(last.width)], last.width, scratch, lanes);
                    activation_to_delta(last.activation, scratch.as_flattened(), self.values[last.lanes(lanes)].as_flattened_mut());
                }
            }
            self.backward(stack, backward_to, to_input, lanes, &idle);
            if let Some(delta_x) = &mut wanted.delta_x {
                store(&self.values[..inputs * lanes], lanes, &mut delta_x[of(inputs)], inputs);
            }
        }
        total
    }

    /// Transposes kernels for the forward pass, and the weights of those dense layers through which the backward pass goes.
    fn transpose_weights(&mut self, stack: Stack<'_>, backward_to: usize, to_input: bool) {
        self.transposed.resize(self.plan.parameters, 0.0);
        for (at, step) in self.plan.steps.iter().enumerate() {
            let (w, columns) = match stack.layers[step.layer] {
                Layer::Conv2d { w, convolution, .. } => (w, convolution.taps()),
                Layer::Dense { w, outputs, .. } if at > backward_to || to_input => (w, outputs),
                _ => continue,
            };
            transpose(w, columns, &mut self.transposed[step.parameters..][..w.len()]);
        }
    }

    /// The loss summed over the block's samples, times `scale`; the outputs become their δ.
    fn loss(&mut self, targets: Targets<'_>, loss: Loss, scale: f64, samples: &Range<usize>, lanes: usize) -> f64 {
        let last = self.plan.last();
        let y_hat = &mut self.values[last.lanes(lanes)];
        let delta = &mut self.scratch[..y_hat.len()];
        let sum = losses::loss_of_block(loss, y_hat, targets, samples, scale, delta, &mut self.loss);
        activation_to_delta(last.activation, delta.as_flattened(), y_hat.as_flattened_mut());
        sum
    }
}
