//! The fast kernels: the same mathematics as the layers, arranged for the processor.
//!
//! Nothing in the lessons needs this folder, and its `unsafe` is the crate's only one. A layer says what it is as a [`Layer`]; a
//! [`Workspace`](pass::Workspace) runs a stack of them. The formulas themselves, of activation functions and losses, and the geometry of
//! convolutions are those of `math`.
//!
//! | file | what |
//! | --- | --- |
//! | `simd` | instruction sets as types, and the choice among them while the program runs |
//! | `elementary` | exp, ln, tanh, sigmoid, softplus without branches, one number at a time |
//! | `pointwise` | activation functions, PReLU and masks |
//! | `block` | products on a block of samples that stand side by side |
//! | `conv`, `pool` | convolution and max pooling on such blocks |
//! | `plan` | the plan of a pass, with a drawing of how a block lies in memory |
//! | `pass` | the run over blocks |
//! | `forward`, `backward`, `losses` | its parts |
//!
//! There are no products of whole matrices here: measured against those that would first stand the samples side by side, `matrixmultiply` (which
//! ndarray brings) was the faster one at every shape. Long and thin products gain by staying in one pass, which stands the samples side by side
//! once for all layers.
//!
//! **Same bits.** A result depends neither on the number of threads nor, among processors with fused multiply–add (x86-64 since 2013 with
//! AVX2 or AVX-512, every 64-bit ARM), on the width of their registers: sums are taken in a fixed order, eight partial sums wide,
//! whatever the width. Processors without fused multiply–add round twice where the others round once, and differ in the last bits.

mod backward;
mod block;
mod conv;
mod elementary;
mod forward;
pub(crate) mod losses;
pub(crate) mod pass;
mod plan;
pub(crate) mod pointwise;
mod pool;
mod simd;
#[cfg(test)]
#[path = "../../tests/unit/kernel.rs"]
mod tests;

use crate::math::activation::Activation;
use crate::math::shape::{Convolution, Pooling};

/// A layer, its parameters borrowed.
#[derive(Clone, Copy, Debug)]
pub enum Layer<'a> {
    /// z = x w + b.
    Dense {
        /// The weights, row by row: as many rows as inputs, as many columns as outputs.
        w: &'a [f64],
        /// A bias for each output, or none at all.
        b: &'a [f64],
        /// The number of outputs.
        outputs: usize,
    },
    /// a = f(z).
    Activation(Activation),
    /// Kernels that slide over an image, channel by channel and row by row.
    Conv2d {
        /// The kernels, OIHW.
        w: &'a [f64],
        /// A bias for each kernel, or none at all.
        b: &'a [f64],
        /// Where the kernels stand.
        convolution: Convolution,
    },
    /// The largest number of each window of an image.
    MaxPool2d(Pooling),
    /// a = z, or α z for z < 0, with a slope α for each feature.
    PRelu(&'a [f64]),
    /// Dropout with this rate: nothing, until training puts a [`Layer::Mask`] in its place.
    Dropout(f64),
    /// Each number times one of its own, such as dropout's 0 or 1 / (1 − rate): a row for each sample.
    Mask(&'a [f64]),
    /// Nothing to do: the same numbers in another shape.
    Flatten,
}

/// Layers in order, on samples of so many numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stack<'a> {
    /// Numbers in a sample.
    pub(crate) inputs: usize,
    /// The layers.
    pub(crate) layers: &'a [Layer<'a>],
}
