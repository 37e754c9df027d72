//! The formulas, each written once: activation functions, losses, and where a window stands on an image.
//!
//! Nothing here knows of layers, of training, or of how a processor adds. A formula is written in the [`elementary`] functions it needs, so that
//! the same line serves a single number and the kernels, which bring functions of their own.

pub mod activation;
pub(crate) mod elementary;
pub(crate) mod loss;
pub(crate) mod shape;
