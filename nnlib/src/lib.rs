#![doc = include_str!("../README.md")]

pub mod activation;
pub mod autodiff;
pub mod check;
mod classifier;
mod close;
pub mod data;
mod error;
mod fast;
mod file;
pub mod gan;
pub mod gradcheck;
mod init;
#[doc(hidden)]
pub mod kernel;
pub mod layer;
mod lbfgs;
pub mod linear;
pub mod logistic;
mod loss;
pub mod metrics;
mod network;
mod optimizer;
pub mod plot;
mod random;
mod schedule;
mod store;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod train;

pub use activation::Activation;
pub use classifier::Classifier;
pub use close::assert_close;
pub use data::Dataset;
pub use error::Error;
pub use gan::{Discriminator, Gan, GanLosses, Generator, GeneratorLoss};
pub use init::Init;
pub use linear::{LinearModel, LinearSgd, least_squares};
pub use logistic::{LogisticModel, LogisticRegression, LogisticRegressionCv};
pub use loss::{Loss, Targets};
pub use network::{Builder, Gradients, Pass, Sequential, Text};
pub use optimizer::Optimizer;
pub use random::RandomState;
pub use schedule::Schedule;
pub use train::{Epoch, Evaluation, Fit, History, Model};

pub use ndarray;
pub use rand;

/// What most cells and programs need, in one `use nnlib::prelude::*`.
pub mod prelude {
    pub use ndarray::{Array1, Array2, Axis, array, s};

    pub use crate::{
        Activation, Classifier, Dataset, Error, Fit, History, Init, LinearSgd, LogisticRegression, LogisticRegressionCv, Loss, Model,
        Optimizer, RandomState, Schedule, Sequential, activation, assert_close, data, least_squares, metrics, plot,
    };
}
