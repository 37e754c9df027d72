//! What all kinds of figure have in common: a natural size, margins, a legend, words.

use super::canvas::{Anchor, Canvas, Rect};
use super::color::INK;
use super::font::Font;
use super::legend::Entry;

/// A kind of figure.
pub(super) trait Drawing {
    /// Its size in pixels, without margins and title, where nobody asks for another.
    fn size(&self, font: &Font) -> (f64, f64);

    /// The margins that its labels need, so that the panels of a grid can agree on theirs.
    fn insets(&self, _canvas: &Canvas, _area: Rect, _shown: Shown) -> Insets {
        Insets::default()
    }

    fn legend(&self) -> Vec<Entry> {
        Vec::new()
    }

    /// The labels of its axes: x and y.
    fn labels(&self) -> [&str; 2] {
        [""; 2]
    }

    fn draw(&self, canvas: &mut Canvas, area: Rect, layout: &Layout);

    /// What it shows, in sentences, for those who cannot see it.
    fn describe(&self) -> String;
}

/// Space for labels at each side.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Insets {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Insets {
    /// Space enough for both.
    pub(super) fn max(self, other: Self) -> Self {
        let [left, top] = [self.left.max(other.left), self.top.max(other.top)];
        Self { left, top, right: self.right.max(other.right), bottom: self.bottom.max(other.bottom) }
    }
}

/// What is settled before a panel is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) insets: Insets,
    /// The height of the title.
    pub(super) title: f64,
    pub(super) shown: Shown,
}

impl Layout {
    /// Draws the axes' labels around what they belong to, which lies in `area`.
    pub(super) fn draw_labels(&self, canvas: &mut Canvas, [x, y]: [&str; 2], inner: Rect, area: Rect) {
        let size = Sizes::of(area.w).label;
        if self.shown.x_label {
            let label = canvas.fit(x, size, area.right() - inner.x);
            canvas.text(&label, (inner.x + inner.w / 2.0, inner.bottom() + self.insets.bottom - 4.0), size, INK, Anchor::Middle);
        }
        if self.shown.y_label {
            let label = canvas.fit(y, size, inner.h);
            canvas.text_upward(&label, (area.x + size, inner.y + inner.h / 2.0), size, INK);
        }
    }
}

/// What a panel shows by itself; the grid around it shows the rest once for all panels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) legend: bool,
    pub(super) x_label: bool,
    pub(super) y_label: bool,
}

impl Shown {
    pub(super) const ALL: Self = Self { legend: true, x_label: true, y_label: true };
}

/// Sizes of text in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) title: f64,
    pub(super) label: f64,
    pub(super) tick: f64,
}

impl Sizes {
    /// The sizes for a panel of this width.
    pub(super) fn of(width: f64) -> Self {
        let [title, label, tick] = match width {
            460.0.. => [17.0, 14.0, 13.0],
            280.0.. => [14.0, 12.5, 11.5],
            _ => [12.5, 11.5, 10.5],
        };
        Self { title, label, tick }
    }
}
