//! The playground: a network that learns in a web page.
//!
//! All that is computed is computed here, by nnlib, in WebAssembly; the page in `web/` draws it. `scripts/book/playground.py` makes one file of both.
//!
//! | file | what |
//! | --- | --- |
//! | `settings` | all that a reader can set, and what nnlib makes of it |
//! | `session` | data, model and where its training stands |
//! | `picture` | what the page draws of a session: the plane, and each neuron's function of it |
//! | `cell` | a notebook's cell that trains the very same network |
//! | `door` | the page's way in: bytes to a function of the module, and bytes back |
//!
//! The door is three functions that take and give numbers, with JSON in the module's memory between them. That needs no generated JavaScript, and so
//! neither a tool to generate it nor its version kept in step.

mod cell;
mod door;
mod picture;
mod session;
mod settings;

pub use cell::cell;
pub use door::{answer, call, input, output};
pub use picture::{Look, Picture, look};
pub use session::{Score, Session};
pub use settings::{Data, Feature, Rule, Scheduled, Settings, names};
