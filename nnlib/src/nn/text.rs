//! Text that a notebook shows as it is.

use std::fmt;

/// Text that a notebook shows as it is, without quotes.
#[derive(Clone, PartialEq, Eq)]
pub struct Text(pub(crate) String);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
