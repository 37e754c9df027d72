//! The key to a figure's marks, in rows above the axes, where it never hides data; and the marks themselves.

use std::f64::consts::PI;

use super::canvas::{Anchor, Canvas, Rect, Stroke};
use super::color::{Color, INK, WHITE};

/// The shape of a point's mark: a class is told by shape as well as by colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Marker {
    Circle,
    Triangle,
    Square,
    Diamond,
    Cross,
    Plus,
    TriangleDown,
    Star,
}

impl Marker {
    /// The marker of a class or a series.
    pub(super) fn of(index: usize) -> Self {
        use Marker::*;
        [Circle, Triangle, Square, Diamond, Cross, Plus, TriangleDown, Star][index % 8]
    }

    /// Draws the mark around a point, about as large as a circle of this radius.
    pub(super) fn draw(self, canvas: &mut Canvas, (x, y): (f64, f64), radius: f64, color: Color) {
        // A white rim keeps marks apart where they overlap.
        let rim = Some(Stroke::new(WHITE, 0.8));
        let place = |&(u, v): &(f64, f64)| (x + u * radius, y + v * radius);
        let star = (0..10).map(|i| (f64::from(i) * PI / 5.0, if i % 2 == 0 { 1.4 } else { 0.6 }));
        let corners: &[(f64, f64)] = match self {
            Self::Circle => return canvas.disc((x, y), radius, color, rim),
            Self::Cross => &[(-1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (1.0, -1.0)],
            Self::Plus => &[(-1.35, 0.0), (1.35, 0.0), (0.0, -1.35), (0.0, 1.35)],
            Self::Triangle => &[(0.0, -1.3), (1.15, 0.8), (-1.15, 0.8)],
            Self::TriangleDown => &[(0.0, 1.3), (1.15, -0.8), (-1.15, -0.8)],
            Self::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
            Self::Diamond => &[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)],
            Self::Star => &star.map(|(angle, r)| (r * angle.sin(), -r * angle.cos())).collect::<Vec<_>>(),
        };
        let corners: Vec<_> = corners.iter().map(place).collect();
        if matches!(self, Self::Cross | Self::Plus) {
            corners.chunks(2).for_each(|bar| canvas.line(bar.to_vec(), Stroke::new(color, radius * 0.55)));
        } else {
            canvas.polygon(corners, Some(color), rim);
        }
    }
}

/// What a series looks like, in small.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Swatch {
    /// Nothing: the words stand alone.
    None,
    Point(Marker, Color),
    Line(Stroke),
    /// A line with a band around it.
    Spread(Stroke, Color),
    /// A line through marked points.
    Path(Stroke, Marker, Color),
    Patch(Color),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) swatch: Swatch,
}

const SWATCH: f64 = 26.0;
const GAP: f64 = 18.0;
/// More entries, or more rows of them, would hide the figure.
const MOST: usize = 20;
const MOST_ROWS: usize = 5;

/// The entries in rows, each with its distance from the left and its name no wider than a row; of many, how many more there are.
fn rows(canvas: &Canvas, entries: &[Entry], size: f64, available: f64) -> Vec<Vec<(f64, Entry)>> {
    let more = |left: usize| Entry { name: format!("… and {left} more"), swatch: Swatch::None };
    let cut = |shown: usize| {
        let rest = (shown < entries.len()).then(|| more(entries.len() - shown));
        let mut rows: Vec<Vec<(f64, Entry)>> = Vec::new();
        let mut x = f64::INFINITY;
        for Entry { name, swatch } in entries[..shown].iter().chain(&rest) {
            let name = canvas.fit(name, size, available - SWATCH - 6.0);
            let width = SWATCH + 6.0 + canvas.text_width(&name, size);
            if x + width > available {
                rows.push(Vec::new());
                x = 0.0;
            }
            if let Some(row) = rows.last_mut() {
                row.push((x, Entry { name, swatch: *swatch }));
            }
            x += width + GAP;
        }
        rows
    };
    (0..=entries.len().min(MOST)).rev().map(cut).find(|rows| rows.len() <= MOST_ROWS).unwrap_or_default()
}

/// The height that the key needs.
pub(super) fn height(canvas: &Canvas, entries: &[Entry], size: f64, available: f64) -> f64 {
    rows(canvas, entries, size, available).len() as f64 * (size + 8.0)
}

/// Draws the key from the area's upper left corner.
pub(super) fn draw(canvas: &mut Canvas, entries: &[Entry], size: f64, area: Rect) {
    for (i, row) in rows(canvas, entries, size, area.w).iter().enumerate() {
        let middle = area.y + (i as f64 + 0.5) * (size + 8.0) - 2.0;
        for (x, entry) in row {
            swatch(canvas, entry.swatch, area.x + x, middle);
            let indent = if entry.swatch == Swatch::None { 0.0 } else { SWATCH + 6.0 };
            canvas.text(&entry.name, (area.x + x + indent, middle + size * 0.36), size, INK, Anchor::Start);
        }
    }
}

fn swatch(canvas: &mut Canvas, swatch: Swatch, x: f64, y: f64) {
    let line = vec![(x, y), (x + SWATCH, y)];
    match swatch {
        Swatch::None => {}
        Swatch::Point(marker, color) => marker.draw(canvas, (x + SWATCH - 8.0, y), 5.0, color),
        Swatch::Line(stroke) => canvas.line(line, stroke),
        Swatch::Spread(stroke, color) => {
            canvas.rect(Rect { x, y: y - 5.5, w: SWATCH, h: 11.0 }, Some(color.alpha(0.25)), None);
            canvas.line(line, stroke);
        }
        Swatch::Path(stroke, marker, color) => {
            canvas.line(line, stroke);
            marker.draw(canvas, (x + SWATCH / 2.0, y), 4.0, color);
        }
        Swatch::Patch(color) => canvas.rect(Rect { x: x + SWATCH - 16.0, y: y - 6.0, w: 16.0, h: 12.0 }, Some(color), None),
    }
}
