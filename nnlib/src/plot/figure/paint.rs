//! The painter: a figure's shapes on any backend of plotters. What plotters lacks is here: clipping, dashes of more than one length.

use std::f64::consts::TAU;

use plotters::style::{RGBAColor, ShapeStyle};
use plotters_backend::{BackendColor, DrawingBackend, DrawingErrorKind};

use super::canvas::{Canvas, Points, Raster, Rect, Shape};
use super::color::Color;
use super::font::{BASELINE, Letters};

/// How far beyond its window a painter draws, so that no line ends within it.
const ROOM: f64 = 8.0;

/// A backend that shows a window of a canvas, each of whose pixels is `scale` of the backend's wide.
pub(super) struct Painter<'a, B> {
    pub(super) backend: &'a mut B,
    pub(super) scale: f64,
    pub(super) window: Rect,
}

impl<B: DrawingBackend> Painter<'_, B> {
    /// Draws some shapes of a canvas.
    pub(super) fn paint(&mut self, canvas: &Canvas, shapes: &[(Option<Rect>, Shape)]) -> Result<(), DrawingErrorKind<B::ErrorType>> {
        let (x, y, w, h) = (self.window.x - ROOM, self.window.y - ROOM, self.window.w + 2.0 * ROOM, self.window.h + 2.0 * ROOM);
        let near = Rect { x, y, w, h };
        for (clip, shape) in shapes {
            let visible = clip.map_or(near, |clip| clip.within(&near));
            if visible.w > 0.0 && visible.h > 0.0 {
                self.draw(shape, &visible, canvas)?;
            }
        }
        Ok(())
    }

    fn draw(&mut self, shape: &Shape, visible: &Rect, canvas: &Canvas) -> Result<(), DrawingErrorKind<B::ErrorType>> {
        match shape {
            Shape::Line(points, stroke) => {
                let stroke_width = (stroke.width * self.scale).round().max(1.0) as u32;
                let [r, g, b] = stroke.color.rgb;
                let style = ShapeStyle { color: RGBAColor(r, g, b, stroke.color.alpha), filled: false, stroke_width };
                for piece in parts_within(points, visible).iter().flat_map(|part| dashes(part, stroke.dash)) {
                    let path: Vec<_> = piece.into_iter().map(|point| self.place(point)).collect();
                    self.backend.draw_path(path, &style)?;
                }
                Ok(())
            }
            Shape::Area(points, color) => self.fill(points, *color, visible),
            Shape::Disc { at: (x, y), radius, color } => {
                let whole = Rect { x: x - radius, y: y - radius, w: 2.0 * radius, h: 2.0 * radius };
                let shown = whole.within(visible);
                if shown == whole {
                    let radius = (radius * self.scale).round() as u32;
                    return self.backend.draw_circle(self.place((*x, *y)), radius, &BackendColor::from(*color), true);
                }
                if shown.w < 0.0 || shown.h < 0.0 {
                    return Ok(());
                }
                let around = (0..48).map(|i| (f64::from(i) / 48.0 * TAU).sin_cos());
                self.fill(&around.map(|(sin, cos)| (x + radius * cos, y + radius * sin)).collect::<Points>(), *color, visible)
            }
            Shape::Text(text) => {
                let (x, y) = text.at;
                let reach = if text.turns % 2 == 1 { canvas.text_width(&text.text, text.size) } else { text.size };
                if y + reach < visible.y || y - reach > visible.bottom() {
                    return Ok(());
                }
                let above = BASELINE * text.size;
                let at = match text.turns % 4 {
                    0 => (x, y - above),
                    1 => (x + above, y),
                    2 => (x, y + above),
                    _ => (x - above, y),
                };
                let letters = Letters { font: &canvas.font, text, size: text.size * self.scale };
                self.backend.draw_text(&text.text, &letters, self.place(at))
            }
            Shape::Raster(area, raster) => self.cells(area, raster, &area.within(visible).within(&self.window)),
        }
    }

    /// From the canvas's pixels to the backend's.
    fn place(&self, (x, y): (f64, f64)) -> (i32, i32) {
        (((x - self.window.x) * self.scale).round() as i32, ((y - self.window.y) * self.scale).round() as i32)
    }

    fn fill(&mut self, points: &[(f64, f64)], color: Color, visible: &Rect) -> Result<(), DrawingErrorKind<B::ErrorType>> {
        let corners: Vec<_> = polygon_within(points.to_vec(), visible).into_iter().map(|point| self.place(point)).collect();
        if corners.len() < 3 { Ok(()) } else { self.backend.fill_polygon(corners, &BackendColor::from(color)) }
    }

    /// Gives each pixel the colour of the cell that covers its centre: there may be more cells than pixels.
    fn cells(&mut self, area: &Rect, raster: &Raster, shown: &Rect) -> Result<(), DrawingErrorKind<B::ErrorType>> {
        let ((left, top), (right, bottom)) = (self.place((shown.x, shown.y)), self.place((shown.right(), shown.bottom())));
        if right <= left || bottom <= top {
            return Ok(());
        }
        let cell = |pixel: i32, start: f64, from: f64, length: f64, cells: usize| {
            let share = (start + (f64::from(pixel) + 0.5) / self.scale - from) / length;
            ((share * cells as f64) as usize).min(cells - 1)
        };
        let columns: Vec<usize> = (left..right).map(|x| cell(x, self.window.x, area.x, area.w, raster.columns)).collect();
        let (mut last, mut row) = (usize::MAX, Vec::new());
        for y in top..bottom {
            let next = cell(y, self.window.y, area.y, area.h, raster.rows);
            if next != last {
                let colors = &raster.cells[next * raster.columns..];
                row.clear();
                columns.iter().for_each(|&column| row.extend(colors[column]));
                last = next;
            }
            self.backend.blit_bitmap((left, y), (columns.len() as u32, 1), &row)?;
        }
        Ok(())
    }
}

/// The parts of a line that lie within a rectangle (Y. Liang and B. Barsky, 1984).
fn parts_within(points: &[(f64, f64)], r: &Rect) -> Vec<Points> {
    let mut parts: Vec<Points> = Vec::new();
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for (start, step, low, high) in [(x0, x1 - x0, r.x, r.right()), (y0, y1 - y0, r.y, r.bottom())] {
            if step != 0.0 {
                let (a, b) = ((low - start) / step, (high - start) / step);
                (enters, leaves) = (enters.max(a.min(b)), leaves.min(a.max(b)));
            } else if !(low..=high).contains(&start) {
                leaves = -1.0;
            }
        }
        if enters > leaves {
            continue;
        }
        let at = |t: f64| (x0 + t * (x1 - x0), y0 + t * (y1 - y0));
        let from = if enters > 0.0 { at(enters) } else { pair[0] };
        let to = if leaves < 1.0 { at(leaves) } else { pair[1] };
        match parts.last_mut() {
            Some(part) if part.last() == Some(&from) => part.push(to),
            _ => parts.push(vec![from, to]),
        }
    }
    parts
}

/// The part of a polygon that lies within a rectangle (I. Sutherland and G. Hodgman, 1974).
fn polygon_within(mut points: Points, r: &Rect) -> Points {
    type Side = (fn((f64, f64)) -> f64, f64);
    let sides: [Side; 4] = [(|p| p.0, r.x), (|p| -p.0, -r.right()), (|p| p.1, r.y), (|p| -p.1, -r.bottom())];
    for (along, edge) in sides {
        let inside = |p: (f64, f64)| along(p) - edge;
        if points.iter().all(|&p| inside(p) >= 0.0) {
            continue;
        }
        let mut kept = Vec::with_capacity(points.len() + 2);
        for (i, &to) in points.iter().enumerate() {
            let from = points[(i + points.len() - 1) % points.len()];
            let (a, b) = (inside(from), inside(to));
            if (a >= 0.0) != (b >= 0.0) {
                let t = a / (a - b);
                kept.push((from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1)));
            }
            if b >= 0.0 {
                kept.push(to);
            }
        }
        points = kept;
    }
    points
}

/// The pieces of a line that a pattern of lengths, drawn and left out in turn, shows of it.
fn dashes(points: &[(f64, f64)], pattern: &[f64]) -> Vec<Points> {
    if pattern.is_empty() {
        return vec![points.to_vec()];
    }
    let mut pieces = vec![vec![points[0]]];
    let (mut turn, mut left) = (0, pattern[0]);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            let end =
                if length <= left { to } else { (from.0 + (to.0 - from.0) * left / length, from.1 + (to.1 - from.1) * left / length) };
            if let Some(piece) = pieces.last_mut().filter(|_| turn % 2 == 0) {
                piece.push(end);
            }
            if length <= left {
                left -= length;
                break;
            }
            turn += 1;
            left = pattern[turn % pattern.len()];
            from = end;
            if turn % 2 == 0 {
                pieces.push(vec![end]);
            }
        }
    }
    pieces
}
