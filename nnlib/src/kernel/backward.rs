//! The backward pass of a block: each step reads the δ of one region, adds its parameters' gradients, and turns the region before it, which holds
//! activations, into δ.

use std::ops::Range;

use super::block::{add_gradient, add_gradient_by_sample, add_sums_of_rows, affine, clear, in_fours};
use super::pass::Workspace;
use super::pointwise::{activation_to_delta, multiply, prelu_add_gradient, prelu_backward};
use super::pool::max_pool_backward;
use super::simd::LANES;
use super::{Layer, Stack};

/// Where rows have no more lanes than this, weights' gradients are summed sample by sample instead of eight samples at a time.
const MOST_LANES_BY_SAMPLE: usize = 4;

impl Workspace {
    /// From δ of the outputs to the gradients, no further than to step `last`, and through that one only if `to_input`.
    pub(super) fn backward(&mut self, stack: Stack<'_>, last: usize, to_input: bool, lanes: usize, idle: &Range<usize>) {
        let Self { plan, values, scratch, transposed, kept, padded, by_sample, gradients, .. } = self;
        for (at, step) in plan.steps.iter().enumerate().skip(last).rev() {
            let (from, to) = (plan.regions[step.from], plan.regions[step.from + 1]);
            let (before, after) = values.split_at_mut(to.first * lanes);
            let (x, delta) = (&mut before[from.lanes(lanes)], &after[..to.width * lanes]);
            // Empty where they are not wanted.
            let own = gradients.get_mut(step.parameters..).unwrap_or_default();
            let layer = stack.layers[step.layer];
            match layer {
                _ if own.is_empty() => {}
                Layer::Dense { w, b, outputs } => {
                    let (dw, db) = own[..w.len() + b.len()].split_at_mut(w.len());
                    if lanes <= MOST_LANES_BY_SAMPLE && outputs >= LANES {
                        add_gradient_by_sample(x, delta, lanes, by_sample, dw);
                    } else {
                        add_gradient(x, delta, lanes, dw);
                    }
                    add_sums_of_rows(delta, lanes, db);
                }
                Layer::Conv2d { w, b, convolution } => {
                    let (dw, db) = own[..w.len() + b.len()].split_at_mut(w.len());
                    convolution.add_gradient(x, lanes, padded, &plan.offsets[step.offsets..], delta, dw);
                    add_sums_of_rows(delta, convolution.positions() * lanes, db);
                }
                Layer::PRelu(alpha) => prelu_add_gradient(x, delta, lanes, &mut own[..alpha.len()]),
                _ => {}
            }
            if at == last && !to_input {
                break;
            }
            let transposed = |w: &[f64]| &transposed[step.parameters..][..w.len()];
            // What the activation's slope has still to be multiplied with.
            let whole = match layer {
                Layer::Dense { w, .. } => {
                    for (rows, x) in in_fours(from.width).zip(x.chunks_mut(4 * lanes)) {
                        let delta_x = &mut scratch[..x.len()];
                        affine(rows, delta, lanes, transposed(w), from.width, &[], delta_x);
                        activation_to_delta(from.activation, delta_x.as_flattened(), x.as_flattened_mut());
                    }
                    clear(x, lanes, idle);
                    continue;
                }
                Layer::Activation(_) => delta,
                Layer::Conv2d { w, convolution, .. } => {
                    convolution.backward(delta, lanes, padded, &plan.offsets[step.offsets..], w, &mut scratch[..x.len()]);
                    &scratch[..x.len()]
                }
                Layer::MaxPool2d(pooling) => {
                    let winners = &kept[step.kept * lanes..][..delta.len()];
                    max_pool_backward(&pooling, delta, lanes, winners, &mut scratch[..x.len()]);
                    &scratch[..x.len()]
                }
                Layer::PRelu(alpha) => {
                    prelu_backward(x, delta, lanes, alpha, &mut scratch[..x.len()]);
                    &scratch[..x.len()]
                }
                Layer::Mask(_) => {
                    multiply(delta, &kept[step.kept * lanes..][..delta.len()], &mut scratch[..x.len()]);
                    &scratch[..x.len()]
                }
                Layer::Dropout(_) | Layer::Flatten => unreachable!("the plan has no step for it"),
            };
            activation_to_delta(from.activation, whole.as_flattened(), x.as_flattened_mut());
            clear(x, lanes, idle);
        }
    }
}
