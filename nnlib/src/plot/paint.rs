//! The painter: a figure's shapes on any backend of plotters. What plotters lacks is here: clipping, and letters of more than one font.

use plotters::element::{DashedPathElement, Drawable};
use plotters::style::{Color as _, FontDesc, FontFamily, FontStyle, FontTransform, ShapeStyle, TextStyle};
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendCoord, DrawingBackend, DrawingErrorKind};

use super::canvas::{Canvas, Points, Raster, Rect, Shape, Stroke, Text, circle};
use super::color::{Color, pale};
use super::font::Font;

/// How far beyond its window a painter draws, so that no line ends within it.
const BEYOND: f64 = 8.0;

/// Plotters' size of a text is that of its lines, so many times the letters'.
pub(super) const LINE: f64 = 1.24;

/// A backend that shows a window of a canvas, each of whose pixels is `scale` of the backend's wide.
pub(super) struct Painter<B> {
    pub(super) backend: B,
    pub(super) scale: f64,
    pub(super) window: Rect,
    /// Whether the backend is made of pixels: then letters are ours, and a line goes to it segment by segment, since the one polygon that
    /// plotters makes of a line has holes where the line crosses itself.
    pub(super) pixels: bool,
}

type Done<B> = Result<(), DrawingErrorKind<<B as DrawingBackend>::ErrorType>>;

impl<B: DrawingBackend> Painter<B> {
    /// Draws some shapes of a canvas.
    pub(super) fn paint(&mut self, canvas: &Canvas, shapes: &[(Option<Rect>, Shape)]) -> Done<B> {
        let near = self.window.inset([-BEYOND; 4]);
        for (clip, shape) in shapes {
            let visible = clip.map_or(near, |clip| clip.within(&near));
            if visible.w > 0.0 && visible.h > 0.0 {
                self.draw(shape, &visible, canvas)?;
            }
        }
        self.backend.present()
    }

    fn draw(&mut self, shape: &Shape, visible: &Rect, canvas: &Canvas) -> Done<B> {
        match shape {
            Shape::Line(points, stroke) => within(points.clone(), visible, false).iter().try_for_each(|part| self.line(part, stroke)),
            Shape::Area(points, color) => self.fill(points.clone(), *color, visible),
            Shape::Disc((x, y), radius, color) => {
                let whole = Rect { x: x - radius, y: y - radius, w: 2.0 * radius, h: 2.0 * radius };
                if whole.within(visible) != whole {
                    return self.fill(circle((*x, *y), *radius), *color, visible);
                }
                self.backend.draw_circle(self.place((*x, *y)), (radius * self.scale).round() as u32, &color.to_backend_color(), true)
            }
            Shape::Text(text) => {
                let level = matches!(text.turn, FontTransform::None | FontTransform::Rotate180);
                let reach = if level { text.size } else { canvas.text_width(&text.text, text.size) };
                if text.at.1 + reach < visible.y || text.at.1 - reach > visible.bottom() {
                    return Ok(());
                }
                if self.pixels { self.letters(text, &canvas.font) } else { self.text(text) }
            }
            Shape::Raster(area, raster) => self.cells(area, raster, &area.within(visible).within(&self.window)),
        }
    }

    /// From the canvas's pixels to the backend's.
    fn place(&self, (x, y): (f64, f64)) -> BackendCoord {
        (((x - self.window.x) * self.scale).round() as i32, ((y - self.window.y) * self.scale).round() as i32)
    }

    fn line(&mut self, points: &[(f64, f64)], stroke: &Stroke) -> Done<B> {
        let stroke_width = (stroke.width * self.scale).round().max(1.0) as u32;
        let path: Vec<BackendCoord> = points.iter().map(|&point| self.place(point)).collect();
        let mut style = ShapeStyle { color: stroke.color, filled: false, stroke_width };
        if let Some((drawn, left_out)) = stroke.dash.map(|(a, b)| ((a * self.scale) as i32, (b * self.scale) as i32)) {
            return DashedPathElement::new(path.iter(), drawn, left_out, style).draw(path.iter().copied(), &mut self.backend, (0, 0));
        }
        if !self.pixels {
            return self.backend.draw_path(path, &style);
        }
        // Segments overlap at the joints, where a colour that lets something through would show twice.
        let [r, g, b] = pale(stroke.color, stroke.color.alpha());
        style.color = Color { 0: r, 1: g, 2: b, 3: 1.0 };
        for pair in path.windows(2) {
            self.backend.draw_line(pair[0], pair[1], &style)?;
        }
        let joints = if path.first() == path.last() { &path[1..] } else { &path[1..path.len() - 1] };
        let mut round = joints.iter().filter(|_| stroke_width > 2);
        round.try_for_each(|&joint| self.backend.draw_circle(joint, stroke_width / 2, &style, true))
    }

    /// Leaves the letters to the backend.
    fn text(&mut self, text: &Text) -> Done<B> {
        let family = FontFamily::Name("DejaVu Sans, Verdana, sans-serif");
        let font = FontDesc::new(family, text.size * self.scale * LINE, FontStyle::Normal).transform(text.turn.clone());
        let style = TextStyle { font, color: text.color.to_backend_color(), pos: Pos::new(text.anchor, VPos::Top) };
        // How far below its point the backend puts the baseline, as a share of the text's size.
        let ((across, down), above) = (text.turn.transform(0, 1), 0.76 * text.size);
        let at = self.place((text.at.0 - f64::from(across) * above, text.at.1 - f64::from(down) * above));
        self.backend.draw_text(&text.text, &style, at)
    }

    /// Draws the letters pixel by pixel, since each may come from another font.
    fn letters(&mut self, text: &Text, font: &Font) -> Done<B> {
        let ((left, top), size, color) = (self.place(text.at), text.size * self.scale, text.color.to_backend_color());
        let before = match text.anchor {
            HPos::Left => 0.0,
            HPos::Center => 0.5,
            HPos::Right => 1.0,
        };
        let mut x = -before * font.width(&text.text, size);
        for c in text.text.chars() {
            let mut drawn = Ok(());
            if let Some(outline) = font.outline(c, size, x) {
                let corner = outline.px_bounds().min;
                outline.draw(|i, j, share| {
                    let (across, down) = text.turn.transform(corner.x as i32 + i as i32, corner.y as i32 + j as i32);
                    if drawn.is_ok() {
                        drawn = self.backend.draw_pixel((left + across, top + down), color.mix(f64::from(share)));
                    }
                });
            }
            drawn?;
            x += font.advance(c) * size;
        }
        Ok(())
    }

    fn fill(&mut self, points: Points, color: Color, visible: &Rect) -> Done<B> {
        for part in within(points, visible, true) {
            let corners: Vec<_> = part.into_iter().map(|point| self.place(point)).collect();
            self.backend.fill_polygon(corners, &color.to_backend_color())?;
        }
        Ok(())
    }

    /// Gives each pixel the colour of the cell that covers its centre: there may be more cells than pixels.
    fn cells(&mut self, area: &Rect, raster: &Raster, shown: &Rect) -> Done<B> {
        let ((left, top), (right, bottom)) = (self.place((shown.x, shown.y)), self.place((shown.right(), shown.bottom())));
        let cell = |pixel: i32, start: f64, from: f64, length: f64, cells: usize| {
            let share = (start + (f64::from(pixel) + 0.5) / self.scale - from) / length;
            ((share * cells as f64) as usize).min(cells - 1)
        };
        let columns: Vec<usize> = (left..right).map(|x| cell(x, self.window.x, area.x, area.w, raster.columns)).collect();
        let (mut last, mut row) = (usize::MAX, Vec::new());
        for y in (top..bottom).filter(|_| left < right) {
            let next = cell(y, self.window.y, area.y, area.h, raster.rows);
            if next != last {
                row.clear();
                columns.iter().for_each(|column| row.extend(raster.cells[next * raster.columns + column]));
                last = next;
            }
            self.backend.blit_bitmap((left, y), (columns.len() as u32, 1), &row)?;
        }
        Ok(())
    }
}

/// The parts of a line, or the one part of a polygon, that lie within a rectangle: what each of its sides leaves of them (I. Sutherland and
/// G. Hodgman, 1974).
fn within(points: Points, r: &Rect, closed: bool) -> Vec<Points> {
    type Side = (fn((f64, f64)) -> f64, f64);
    let sides: [Side; 4] = [(|p| p.0, r.x), (|p| -p.0, -r.right()), (|p| p.1, r.y), (|p| -p.1, -r.bottom())];
    let mut parts = vec![points];
    for (along, edge) in sides {
        let inside = |p: (f64, f64)| along(p) - edge;
        if parts.iter().flatten().all(|&p| inside(p) >= 0.0) {
            continue;
        }
        let mut kept = Vec::new();
        for part in parts {
            let mut left = Vec::with_capacity(part.len() + 2);
            let mut from = part[if closed { part.len() - 1 } else { 0 }];
            for to in part {
                let (a, b) = (inside(from), inside(to));
                if (a >= 0.0) != (b >= 0.0) {
                    let t = a / (a - b);
                    left.push((from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1)));
                    if b < 0.0 && !closed {
                        kept.push(std::mem::take(&mut left));
                    }
                }
                if b >= 0.0 {
                    left.push(to);
                }
                from = to;
            }
            kept.push(left);
        }
        kept.retain(|part| part.len() > 1 + usize::from(closed));
        parts = kept;
    }
    parts
}
