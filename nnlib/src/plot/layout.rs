//! What all kinds of figure have in common: a natural size, margins, a legend, words.

use std::any::Any;

use super::axes::Axes;
use super::canvas::{Canvas, Insets, Rect};
use super::font::Font;
use super::legend::Entry;

/// A kind of figure.
pub(super) trait Drawing: Any + Copied + Send + Sync {
    /// What it is, in words for an error message.
    fn kind(&self) -> &'static str;

    /// Its size in pixels, without margins and title, where nobody asks for another.
    fn size(&self, font: &Font) -> (f64, f64);

    /// The margin around it.
    fn margin(&self) -> f64 {
        12.0
    }

    /// The space that its labels need, so that the panels of a grid can agree on theirs.
    fn insets(&self, _canvas: &Canvas, _area: Rect, _shown: Shown) -> Insets {
        [0.0; 4]
    }

    fn legend(&self) -> Vec<Entry> {
        Vec::new()
    }

    /// The labels of its axes: x and y.
    fn labels(&self) -> [&str; 2] {
        [""; 2]
    }

    /// Changes all its axes.
    fn each_axes(&mut self, _change: &mut dyn FnMut(&mut Axes)) {}

    /// Draws it into the inner rectangle, and its labels between that and the outer one.
    fn draw(&self, canvas: &mut Canvas, inner: Rect, outer: Rect, shown: Shown);

    /// What it shows, in sentences, for those who cannot see it.
    fn describe(&self) -> String;
}

/// A drawing that can be cloned without knowing which it is.
pub(super) trait Copied {
    fn copied(&self) -> Box<dyn Drawing>;
}

impl<T: Drawing + Clone> Copied for T {
    fn copied(&self) -> Box<dyn Drawing> {
        Box::new(self.clone())
    }
}

/// What a panel shows by itself; the grid around it shows the rest once for all panels.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    pub(super) legend: bool,
    pub(super) labels: [bool; 2],
}

/// Sizes of text in pixels in a panel of this width: the title, labels, ticks.
pub(super) fn text_sizes(width: f64) -> [f64; 3] {
    match width {
        460.0.. => [17.0, 14.0, 13.0],
        280.0.. => [14.0, 12.5, 11.5],
        _ => [12.5, 11.5, 10.5],
    }
}
