//! The forward pass of a block: each step reads one region and writes the next.

use std::ops::Range;

use super::block::{affine, clear, in_fours, load};
use super::pass::Workspace;
use super::pointwise::{activate_in_place, multiply, prelu};
use super::pool::max_pool;
use super::{Layer, Stack};

impl Workspace {
    /// From the inputs to the outputs of the block's samples; the `idle` ones, which fill up the last lane, are 0 in each region.
    pub(super) fn forward(&mut self, stack: Stack<'_>, samples: &Range<usize>, lanes: usize, idle: &Range<usize>) {
        let Self { plan, values, transposed, kept, padded, .. } = self;
        for step in &plan.steps {
            let (from, to) = (plan.regions[step.from], plan.regions[step.from + 1]);
            let (before, after) = values.split_at_mut(to.first * lanes);
            let (x, z) = (&before[from.lanes(lanes)], &mut after[..to.width * lanes]);
            match stack.layers[step.layer] {
                Layer::Dense { w, b, outputs } => {
                    for (rows, z) in in_fours(outputs).zip(z.chunks_mut(4 * lanes)) {
                        affine(rows, x, lanes, w, outputs, b, z);
                    }
                }
                Layer::Activation(_) => z.copy_from_slice(x),
                Layer::Conv2d { w, b, convolution } => {
                    let w = &transposed[step.parameters..][..w.len()];
                    convolution.forward(x, lanes, padded, &plan.offsets[step.offsets..], w, b, z);
                }
                Layer::MaxPool2d(pooling) => max_pool(&pooling, x, lanes, z, &mut kept[step.kept * lanes..][..z.len()]),
                Layer::PRelu(alpha) => prelu(x, lanes, alpha, z),
                Layer::Mask(mask) => {
                    let own = &mut kept[step.kept * lanes..][..z.len()];
                    load(&mask[samples.start * to.width..samples.end * to.width], to.width, own, lanes);
                    multiply(x, own, z);
                }
                Layer::Dropout(_) | Layer::Flatten => unreachable!("the plan has no step for it"),
            }
            activate_in_place(to.activation, z.as_flattened_mut());
            clear(z, lanes, idle);
        }
    }
}
