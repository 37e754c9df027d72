//! The network: functions, losses, passes and gradients against reference values and central differences.

mod activation;
mod init;
mod loss;
mod passes;
#[path = "../support/mod.rs"]
mod support;
