//! The key to a figure's marks, in a row above the axes, where it never hides data.

use super::canvas::{Anchor, Canvas, Rect, Stroke};
use super::color::{Color, INK};
use super::marker::Marker;

/// What a series looks like, in small.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Swatch {
    Point(Marker, Color),
    Line(Stroke),
    /// A line with a band, or with bars, around it.
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

fn width(canvas: &Canvas, entry: &Entry, size: f64) -> f64 {
    SWATCH + 6.0 + canvas.text_width(&entry.name, size)
}

/// The entries, with names no wider than a row.
fn fitting(canvas: &Canvas, entries: &[Entry], size: f64, available: f64) -> Vec<Entry> {
    let fit = |entry: &Entry| Entry { name: canvas.fit(&entry.name, size, available - SWATCH - 6.0), swatch: entry.swatch.clone() };
    entries.iter().map(fit).collect()
}

/// The entries in as many rows as a width needs.
fn rows(canvas: &Canvas, entries: &[Entry], size: f64, available: f64) -> Vec<Vec<Entry>> {
    let mut rows: Vec<Vec<Entry>> = Vec::new();
    let mut x = f64::INFINITY;
    for entry in fitting(canvas, entries, size, available) {
        let w = width(canvas, &entry, size);
        if x + w > available {
            rows.push(Vec::new());
            x = 0.0;
        }
        x += w + GAP;
        if let Some(row) = rows.last_mut() {
            row.push(entry);
        }
    }
    rows
}

/// The height that the key needs.
pub(super) fn height(canvas: &Canvas, entries: &[Entry], size: f64, available: f64) -> f64 {
    rows(canvas, entries, size, available).len() as f64 * (size + 8.0)
}

/// Draws the key from the area's upper left corner.
pub(super) fn draw(canvas: &mut Canvas, entries: &[Entry], size: f64, area: Rect) {
    for (i, row) in rows(canvas, entries, size, area.w).iter().enumerate() {
        let middle = area.y + (i as f64 + 0.5) * (size + 8.0) - 2.0;
        let mut x = area.x;
        for entry in row {
            swatch(canvas, &entry.swatch, x, middle);
            canvas.text(&entry.name, (x + SWATCH + 6.0, middle + size * 0.36), size, INK, Anchor::Start);
            x += width(canvas, entry, size) + GAP;
        }
    }
}

fn swatch(canvas: &mut Canvas, swatch: &Swatch, x: f64, y: f64) {
    let centre = (x + SWATCH / 2.0, y);
    let box_of = |h: f64| Rect { x, y: y - h / 2.0, w: SWATCH, h };
    let line = vec![(x, y), (x + SWATCH, y)];
    match swatch {
        Swatch::Point(marker, color) => marker.draw(canvas, (x + SWATCH - 8.0, y), 5.0, *color),
        Swatch::Line(stroke) => canvas.line(line, stroke.clone()),
        Swatch::Spread(stroke, color) => {
            canvas.rect(box_of(11.0), Some(color.alpha(0.25)), None);
            canvas.line(line, stroke.clone());
        }
        Swatch::Path(stroke, marker, color) => {
            canvas.line(line, stroke.clone());
            marker.draw(canvas, centre, 4.0, *color);
        }
        Swatch::Patch(color) => canvas.rect(Rect { x: x + SWATCH - 16.0, y: y - 6.0, w: 16.0, h: 12.0 }, Some(*color), None),
    }
}
