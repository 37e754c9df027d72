//! Models and weights in files: what comes back, and what is said of a file that is none.

mod damage;
mod models;
mod places;
mod pytorch;
#[path = "../support/mod.rs"]
mod support;
