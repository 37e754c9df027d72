//! Two ways to check a gradient that share nothing with the backward pass, and a comparison of arrays.
//!
//! `gradcheck` compares the gradient that training uses with central differences of the loss. `autodiff` is a tape of scalars on which a network
//! can be written again. What the exercises of the course check is not here but in the crate `nnlib-checks`.

pub mod autodiff;
pub(crate) mod close;
pub mod gradcheck;
