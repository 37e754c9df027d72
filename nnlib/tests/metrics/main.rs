//! How good predictions are, against scikit-learn and NumPy.

mod bayes;
mod scores;
mod seeds;
#[path = "../support/mod.rs"]
mod support;
