//! Models that are not one network: linear and logistic regression, and a pair of networks that train each other.
//!
//! `linear` is fitted by stochastic gradient descent or by least squares, `logistic` by `lbfgs`, as scikit-learn's is. `gan` holds a generator
//! and a discriminator, whose gradients come from `nn`. A single network with its loss and optimiser is [`Model`](crate::Model), in `train`.

pub mod gan;
mod lbfgs;
pub mod linear;
pub mod logistic;
