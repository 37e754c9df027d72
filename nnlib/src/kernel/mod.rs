//! The fast kernels: the same mathematics as the layers, arranged for the processor.
//!
//! Nothing in the lessons needs this room. `forward` and `backward` read like the formulas; where speed matters they call what is here.
//!
//! | file | what |
//! | --- | --- |
//! | `dispatch` | the instruction sets, and the choice among them while the program runs |
//! | `elementary` | exp, ln, tanh, sigmoid and their kin without branches, one number at a time |
//! | [`vector`] | the same on slices |
//! | [`activate`] | activation functions, forward and backward |
//! | `block` | products on a block of samples that stand side by side |
//! | [`conv`] | convolution and max pooling on such blocks, and on images row by row |
//! | [`fused`] | a whole training step: forward, loss and backward in one go |
//!
//! There are no products of whole matrices here: measured against those that would first stand the samples side by side, `matrixmultiply` (which
//! ndarray brings) was the faster one at every shape. Long and thin products gain by being fused, in [`fused`], which stands the samples side by
//! side once for all layers.
//!
//! **Same bits.** A result depends neither on the number of threads nor, among processors with fused multiply–add (x86-64 since 2013 with
//! AVX2 or AVX-512, every 64-bit ARM), on the width of their registers: sums are taken in a fixed order, eight partial sums wide,
//! whatever the width. Processors without fused multiply–add round twice where the others round once, and differ in the last bits.

pub mod activate;
mod block;
pub mod conv;
mod dispatch;
mod elementary;
pub mod fused;
pub mod vector;
