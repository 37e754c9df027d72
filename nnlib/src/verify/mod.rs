//! Ways to know that a gradient, or an array, is right.

pub mod autodiff;
pub(crate) mod close;
pub mod gradcheck;
