//! Training: a model is a network with a loss and an optimiser; `fit` goes through the data, epoch by epoch.

mod batch;
pub(crate) mod history;
pub(crate) mod model;
pub(crate) mod optimizer;
pub(crate) mod options;
mod report;
pub(crate) mod schedule;
