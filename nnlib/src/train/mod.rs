//! Training: a model is a network with a loss and an optimiser; `fit` goes through the data, epoch by epoch.
//!
//! `model` holds it, `fit` is the loop, `batch` finds the gradient of a batch on several threads, `optimizer` turns it into a step at the rate of
//! a `schedule`; `options` are what `fit` takes, `training` is where it stands, `history` what it gives back, `report` what it prints meanwhile.
//! How a gradient is computed is the business of `nn`.

mod batch;
mod fit;
pub(crate) mod history;
pub(crate) mod model;
pub(crate) mod optimizer;
pub(crate) mod options;
mod report;
pub(crate) mod schedule;
pub(crate) mod training;
