//! The keys of a figure: what its marks are, in rows above the axes, where they never hide data; and which number each colour stands for.

use std::f64::consts::PI;

use plotters_backend::text_anchor::HPos;

use super::canvas::{Canvas, Raster, Rect, Shape, Stroke};
use super::color::{Color, FRAME, Shades, WHITE};
use super::scale::Scale;

/// Draws the mark of a class or a series around a point, about as large as a circle of this radius. A class is told by shape as well as by
/// colour.
pub(super) fn mark(canvas: &mut Canvas, style: usize, (x, y): (f64, f64), radius: f64, color: Color) {
    // A white rim keeps marks apart where they overlap.
    let rim = Stroke::new(WHITE, 0.8);
    let place = |&(u, v): &(f64, f64)| (x + u * radius, y + v * radius);
    let star = (0..10).map(|i| (f64::from(i) * PI / 5.0, if i % 2 == 0 { 1.4 } else { 0.6 }));
    let corners: &[(f64, f64)] = match style % 8 {
        0 => return canvas.disc((x, y), radius, color, rim),
        1 => &[(0.0, -1.3), (1.15, 0.8), (-1.15, 0.8)],
        2 => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        3 => &[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)],
        4 => &[(-1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (1.0, -1.0)],
        5 => &[(-1.35, 0.0), (1.35, 0.0), (0.0, -1.35), (0.0, 1.35)],
        6 => &[(0.0, 1.3), (1.15, -0.8), (-1.15, -0.8)],
        _ => &star.map(|(angle, r)| (r * angle.sin(), -r * angle.cos())).collect::<Vec<_>>(),
    };
    let corners: Vec<_> = corners.iter().map(place).collect();
    if matches!(style % 8, 4 | 5) {
        corners.chunks(2).for_each(|bar| canvas.line(bar, Stroke::new(color, radius * 0.55)));
    } else {
        canvas.polygon(corners, Some(color), Some(rim));
    }
}

/// What a series looks like, in small, and its name.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Entry {
    pub(super) name: String,
    /// A filled rectangle of this width.
    pub(super) patch: Option<(f64, Color)>,
    pub(super) line: Option<Stroke>,
    /// The mark of this style.
    pub(super) mark: Option<(usize, Color)>,
}

/// The width of what stands before a name.
pub(super) const SWATCH: f64 = 26.0;
const GAP: f64 = 18.0;
/// More entries, or more rows of them, would hide the figure.
const MOST: usize = 20;
const MOST_ROWS: usize = 5;

/// The entries in rows, each with its distance from the left and its name no wider than a row; of many, how many more there are.
fn rows(canvas: &Canvas, entries: &[Entry], size: f64, available: f64) -> Vec<Vec<(f64, Entry)>> {
    let cut = |shown: usize| {
        let rest = Entry { name: format!("… and {} more", entries.len() - shown), ..Entry::default() };
        let mut rows: Vec<Vec<(f64, Entry)>> = Vec::new();
        let mut x = f64::INFINITY;
        for entry in entries[..shown].iter().chain((shown < entries.len()).then_some(&rest)) {
            let name = canvas.fit(&entry.name, size, available - SWATCH - 6.0);
            let width = SWATCH + 6.0 + canvas.text_width(&name, size);
            if x + width > available {
                rows.push(Vec::new());
                x = 0.0;
            }
            rows.last_mut().into_iter().for_each(|row| row.push((x, Entry { name: name.clone(), ..*entry })));
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
        let y = area.y + (i as f64 + 0.5) * (size + 8.0) - 2.0;
        for (x, Entry { name, patch, line, mark: point }) in row {
            let x = area.x + x;
            if let Some((w, color)) = *patch {
                canvas.rect(Rect { x: x + SWATCH - w, y: y - 6.0, w, h: 12.0 }, Some(color), None);
            }
            if let Some(stroke) = *line {
                canvas.line([(x, y), (x + SWATCH, y)], stroke);
            }
            if let Some((style, color)) = *point {
                let (at, radius) = if line.is_some() { (SWATCH / 2.0, 4.0) } else { (SWATCH - 8.0, 5.0) };
                mark(canvas, style, (x + at, y), radius, color);
            }
            let bare = patch.is_none() && line.is_none() && point.is_none();
            let indent = if bare { 0.0 } else { SWATCH + 6.0 };
            canvas.text(name, (x + indent, y + size * 0.36), size, HPos::Left);
        }
    }
}

/// The width of the key to a scale of colours beside what it explains.
pub(super) const KEY: f64 = 68.0;

/// Draws the key to a scale of colours in the right part of an area, the highest number at the top.
pub(super) fn draw_key(canvas: &mut Canvas, shades: &Shades, area: Rect, size: f64) {
    let (rows, Shades { low, high, .. }) = (64, *shades);
    let bar = Rect { x: area.right() - KEY + 14.0, w: 14.0, ..area };
    let cells = (0..rows).map(|i| shades.of_value(high - (i as f64 + 0.5) / rows as f64 * (high - low))).collect();
    canvas.push(Shape::Raster(bar, Raster { columns: 1, rows, cells }));
    canvas.rect(bar, None, Some(Stroke::new(FRAME, 1.0)));
    let scale = Scale { low, high, log: false, pixels: (bar.bottom(), bar.y) };
    for (value, text) in scale.ticks((bar.h / (size * 1.9)).clamp(2.0, 8.0) as usize) {
        let y = scale.at(value);
        canvas.line([(bar.right(), y), (bar.right() + 4.0, y)], Stroke::new(FRAME, 1.0));
        canvas.text(&text, (bar.right() + 7.0, y + size * 0.36), size, HPos::Left);
    }
}
