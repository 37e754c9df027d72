//! Checks for the exercises of the course: each runs a reader's own function on cases and says at once whether it is right and, when it
//! is wrong, on which case and which mistake it probably is.
//!
//! There is a function for each task, named like the function that the task asks for, and a file for each lesson. It takes the reader's
//! function and returns a [`Verdict`], which a notebook cell shows. A panic inside the reader's function is caught and told, and a
//! `todo!()` is a task not solved yet.
//!
//! ```
//! use ndarray::{Array2, Axis};
//! use nnlib_checks as check;
//!
//! fn softmax_at(z: &Array2<f64>, t: f64) -> Array2<f64> {
//!     let e = (z / t).mapv(f64::exp);
//!     let sum = e.sum_axis(Axis(0)); // should be a sum for each row
//!     e / sum
//! }
//!
//! let verdict = check::softmax_at(softmax_at);
//! assert!(!verdict.passed());
//! assert!(verdict.hint().unwrap().contains("down the columns"));
//! ```
//!
//! To add a task, write its function here (right answer, cases, mistakes), a line in `audit.rs`, and the task itself in
//! `notebooks/solutions`; see `scripts/exercises.py`.

// The type of a reader's function is the task's statement, and reads best written out.
#![allow(clippy::type_complexity)]

mod activations;
mod adversarial;
#[cfg(test)]
mod audit;
mod backpropagation;
mod convolution;
mod data;
mod deep;
mod diabetes;
mod files;
mod forward;
mod hidden_size;
mod judge;
mod linear;
mod logistic;
mod minibatches;
mod network;
mod neurons;
mod optimisers;
mod predict;
mod process;
mod small_networks;
mod task;
mod training;
mod value;
mod verdict;
mod watch;

pub use activations::*;
pub use adversarial::*;
pub use backpropagation::*;
pub use convolution::*;
pub use data::*;
pub use deep::*;
pub use diabetes::*;
pub use files::*;
pub use forward::*;
pub use hidden_size::*;
pub use linear::*;
pub use logistic::*;
pub use minibatches::*;
pub use neurons::*;
pub use optimisers::*;
pub use small_networks::*;
pub use training::*;
pub use verdict::Verdict;
