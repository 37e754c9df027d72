//! The key to a scale of colours.

use super::canvas::{Anchor, Canvas, Raster, Rect, Stroke};
use super::color::{FRAME, INK, Ramp};
use super::scale::Scale;

/// The room that a colour bar needs beside what it explains.
pub(super) const WIDTH: f64 = 68.0;

/// Draws the scale from `low` at the bottom to `high` at the top.
pub(super) fn draw(canvas: &mut Canvas, ramp: Ramp, (low, high): (f64, f64), area: Rect, size: f64) {
    let rows = 64;
    let cells = (0..rows).map(|i| ramp.color(1.0 - (i as f64 + 0.5) / rows as f64).rgb).collect();
    canvas.raster(area, Raster { columns: 1, rows, cells });
    canvas.rect(area, None, Some(Stroke::new(FRAME, 1.0)));
    let scale = Scale { low, high, log: false, pixels: (area.bottom(), area.y) };
    for (value, text) in scale.ticks((area.h / (size * 1.9)).clamp(2.0, 8.0) as usize) {
        let y = scale.at(value);
        canvas.line(vec![(area.right(), y), (area.right() + 4.0, y)], Stroke::new(FRAME, 1.0));
        canvas.text(text, (area.right() + 7.0, y + size * 0.36), size, INK, Anchor::Start);
    }
}
