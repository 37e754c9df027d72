//! Data: what is made, read and prepared, against scikit-learn, SciPy, NumPy and published counts.

mod batches;
mod dataset;
mod diabetes;
mod digits;
mod files;
mod generators;
mod impute;
mod scale;
mod split;
#[path = "../support/mod.rs"]
mod support;
