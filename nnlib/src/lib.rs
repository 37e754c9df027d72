//! Neural networks from nothing but arrays, made to be read and to be run in notebooks.

mod classifier;
pub mod data;
mod error;
mod file;
pub mod plot;
mod random;

pub use classifier::Classifier;
pub use data::Dataset;
pub use error::Error;
pub use random::RandomState;
