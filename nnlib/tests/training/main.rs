//! Training: optimisers, schedules and whole runs against reference values, and what `fit` promises.

mod limits;
mod optimizer;
mod runs;
mod schedule;
#[path = "../support/mod.rs"]
mod support;
