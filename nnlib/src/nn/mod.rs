//! The network.

pub(crate) mod builder;
pub(crate) mod classifier;
pub(crate) mod init;
pub mod layer;
pub(crate) mod lowered;
pub(crate) mod pass;
pub(crate) mod sequential;
pub(crate) mod text;
