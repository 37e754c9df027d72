#![doc = include_str!("../README.md")]

pub mod data;
mod error;
#[cfg(test)]
extern crate self as nnlib;

mod file;
mod kernel;
mod math;
pub mod metrics;
mod models;
mod nn;
#[cfg(feature = "plot")]
pub mod plot;
mod random;
#[cfg(feature = "store")]
mod store;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod testing;
mod train;
mod verify;

pub use data::Dataset;
pub use error::Error;
pub use math::activation::{self, Activation};
pub use math::loss::{Loss, Targets};
pub use models::gan::{self, Discriminator, Gan, GanLosses, Generator, GeneratorLoss};
pub use models::linear::{self, LinearModel, LinearSgd, least_squares};
pub use models::logistic::{self, LogisticModel, LogisticRegression, LogisticRegressionCv};
pub use nn::builder::Builder;
pub use nn::classifier::Classifier;
pub use nn::init::Init;
pub use nn::layer;
pub use nn::pass::{Gradients, Pass};
pub use nn::sequential::Sequential;
pub use nn::text::Text;
pub use random::RandomState;
pub use train::history::{Epoch, History};
pub use train::model::{Evaluation, Model};
pub use train::optimizer::Optimizer;
pub use train::options::FitOptions;
pub use train::schedule::Schedule;
pub use train::training::Training;
pub use verify::close::assert_close;
pub use verify::{autodiff, gradcheck};

pub use ndarray;
pub use rand;

/// What most cells and programs need, in one `use nnlib::prelude::*`.
pub mod prelude {
    pub use ndarray::{Array1, Array2, Axis, array, s};

    pub use crate::{
        Activation, Classifier, Dataset, Error, FitOptions, History, Init, LinearSgd, LogisticRegression, LogisticRegressionCv, Loss,
        Model, Optimizer, RandomState, Schedule, Sequential, activation, assert_close, data, least_squares, metrics,
    };

    #[cfg(feature = "plot")]
    pub use crate::plot;
}
