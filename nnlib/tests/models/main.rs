//! Models of their own: linear and logistic regression against scikit-learn, and two networks against each other.

mod gan;
mod linear;
mod logistic;
#[path = "../support/mod.rs"]
mod support;
