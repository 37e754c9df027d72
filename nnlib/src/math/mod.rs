//! The formulas of the network, number by number.

pub mod activation;
pub(crate) mod loss;
