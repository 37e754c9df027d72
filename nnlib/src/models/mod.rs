//! Models that are not one network: straight lines, and a pair of networks that train each other.

pub mod gan;
mod lbfgs;
pub mod linear;
pub mod logistic;
