//! The plan of a pass: which numbers of a sample stand where, and what each layer does to them.
//!
//! A block holds up to 256 samples side by side, and all the numbers that a pass needs of them, region after region. For 2 inputs, a dense layer of
//! 3 with tanh, and a dense layer of 2, on 13 samples:
//!
//! ```text
//!                 lane 0           lane 1
//!             ┌────────────────┬────────────────┐
//!  region 0   │ x₀ of s0 … s7  │ s8 … s12 0 0 0 │   inputs; in the end dL/dx, where it is wanted
//!             │ x₁             │                │
//!             ├────────────────┼────────────────┤   step: dense, 2 to 3
//!  region 1   │ a₀             │                │   z, then a = tanh z in its place; in the backward
//!             │ a₁             │                │   pass dL/dz in the place of a
//!             │ a₂             │                │
//!             ├────────────────┼────────────────┤   step: dense, 3 to 2
//!  region 2   │ ŷ₀             │                │   outputs, then dL/dz in their place
//!             │ ŷ₁             │                │
//!             └────────────────┴────────────────┘
//! ```
//!
//! A row is one feature of all the block's samples, in lanes of eight. Each step goes from one region to the next; an activation function needs
//! no region of its own unless another one came before it. Samples that fill up the last lane (three here) are kept at 0 in each region that a
//! gradient is computed from, so that an infinite weight cannot make a NaN of them that a sum over samples would see.

use std::ops::Range;

use super::{Layer, Stack};
use crate::math::activation::Activation;

/// The numbers between two layers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    /// Where they begin, in rows.
    pub(super) first: usize,
    /// How many a sample has.
    pub(super) width: usize,
    /// The activation function that is applied to them in place.
    pub(super) activation: Activation,
}

impl Region {
    /// Where they stand in the block, in lanes.
    pub(super) fn lanes(&self, lanes: usize) -> Range<usize> {
        self.first * lanes..(self.first + self.width) * lanes
    }
}

/// What a layer does to the regions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    /// The layer.
    pub(super) layer: usize,
    /// The region before it; the next one is that after it.
    pub(super) from: usize,
    /// Where its parameters begin, among the gradients and among the transposed weights.
    pub(super) parameters: usize,
    /// Where its offsets from the kernel's corner begin.
    pub(super) offsets: usize,
    /// Where that begins which it keeps for the backward pass, in rows: winners of a pooling, factors of a mask.
    pub(super) kept: usize,
}

/// Regions, steps, and how much memory they take.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) regions: Vec<Region>,
    pub(super) steps: Vec<Step>,
    /// From the corner of each convolution's kernel to its taps.
    pub(super) offsets: Vec<usize>,
    /// The sizes of the gradients of w and b of each layer that has parameters.
    pub(super) sizes: Vec<(usize, usize)>,
    /// The first step whose layer has parameters.
    pub(super) first_with_parameters: usize,
    /// Numbers in all the parameters.
    pub(super) parameters: usize,
    /// Rows that are kept for the backward pass.
    pub(super) kept: usize,
    /// Rows of the largest δ that is computed outside the block.
    pub(super) scratch: usize,
    /// Rows of the largest image among zeros.
    pub(super) padded: usize,
}

impl Plan {
    /// Lays out a stack anew, which takes a microsecond at most.
    ///
    /// # Panics
    /// If sizes do not meet.
    pub(super) fn lay_out(&mut self, stack: Stack<'_>) {
        let Self { regions, steps, offsets, sizes, .. } = self;
        regions.clear();
        steps.clear();
        offsets.clear();
        sizes.clear();
        regions.push(Region { first: 0, width: stack.inputs, activation: Activation::Identity });
        let (mut next, mut first_with_parameters) = (Step::default(), None);
        // A dense layer's δ goes four rows at a time.
        let (mut scratch, mut padded) = (4, 0);
        let mut takes_activation = false;
        for (layer, what) in stack.layers.iter().enumerate() {
            let from = regions.len() - 1;
            let Region { first, width, .. } = regions[from];
            let mut activation = Activation::Identity;
            let (mut after, mut w, mut b) = (width, 0, 0);
            let step = Step { layer, from, ..next };
            match *what {
                Layer::Flatten | Layer::Dropout(_) => continue,
                Layer::Activation(f) if takes_activation => {
                    regions[from].activation = f;
                    takes_activation = false;
                    continue;
                }
                Layer::Activation(f) => activation = f,
                Layer::Dense { w: weights, b: biases, outputs } => {
                    assert_eq!(weights.len(), width * outputs, "weights of layer {layer}: {width} inputs by {outputs} outputs");
                    assert!(biases.is_empty() || biases.len() == outputs, "biases of layer {layer}: {outputs} or none");
                    (after, w, b) = (outputs, weights.len(), biases.len());
                }
                Layer::Conv2d { w: kernels, b: biases, convolution } => {
                    let (outputs, taps) = (convolution.outputs, convolution.taps());
                    assert_eq!(width, convolution.inputs(), "image of layer {layer}");
                    assert_eq!(kernels.len(), outputs * taps, "kernels of layer {layer}: {outputs} of {taps} numbers");
                    assert!(biases.is_empty() || biases.len() == outputs, "biases of layer {layer}: {outputs} or none");
                    (after, w, b) = (outputs * convolution.positions(), kernels.len(), biases.len());
                    offsets.extend(convolution.offsets());
                    padded = padded.max(convolution.padded());
                }
                Layer::MaxPool2d(pooling) => {
                    assert_eq!(width, pooling.inputs(), "image of layer {layer}");
                    after = pooling.outputs();
                    next.kept += after;
                }
                Layer::PRelu(alpha) => {
                    assert_eq!(alpha.len(), width, "slopes of layer {layer}");
                    b = width;
                }
                Layer::Mask(_) => next.kept += width,
            }
            if !matches!(what, Layer::Dense { .. } | Layer::Activation(_)) {
                scratch = scratch.max(width);
            }
            if w + b > 0 {
                sizes.push((w, b));
                first_with_parameters.get_or_insert(steps.len());
            }
            takes_activation = !matches!(what, Layer::Activation(_));
            next.parameters += w + b;
            next.offsets = offsets.len();
            steps.push(step);
            regions.push(Region { first: first + width, width: after, activation });
        }
        self.first_with_parameters = first_with_parameters.unwrap_or(self.steps.len());
        (self.parameters, self.kept, self.padded) = (next.parameters, next.kept, padded);
        self.scratch = scratch.max(self.last().width);
    }

    /// The outputs.
    pub(super) fn last(&self) -> Region {
        *self.regions.last().expect("at least the inputs")
    }

    /// Numbers that a sample has in all regions.
    pub(super) fn rows(&self) -> usize {
        self.last().first + self.last().width
    }
}
