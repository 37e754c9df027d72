//! The network: layers, how they are put together, and the passes through them.
//!
//! [`layer`] has a file for each layer. A [`Sequential`](sequential::Sequential) is layers in order; its forward pass is a
//! [`Pass`](pass::Pass), its backward pass gives [`Gradients`](pass::Gradients). `lowered` hands the layers to the kernels, and `backprop`
//! decides between those and the layers' own methods. What trains a network lives one floor up, in `train`.

pub(crate) mod backprop;
pub(crate) mod builder;
pub(crate) mod classifier;
pub(crate) mod init;
pub mod layer;
pub(crate) mod loss;
pub(crate) mod lowered;
pub(crate) mod pass;
pub(crate) mod sequential;
pub(crate) mod text;
