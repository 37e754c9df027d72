//! The ways to check a gradient, and what they say of a wrong one.

mod autodiff;
mod close;
#[path = "../support/mod.rs"]
mod support;
