//! Shapes to pixels, smooth at their edges, and pixels to PNG.

use tiny_skia::{FillRule, LineCap, LineJoin, Mask, Paint, Path, PathBuilder, Pixmap, PremultipliedColorU8, StrokeDash, Transform};

use super::canvas::{Anchor, Canvas, Raster, Rect, Shape, Stroke, Text};
use super::color::Color;
use super::palette::Palette;
use crate::Error;

/// A picture: red, green and blue of each pixel, row by row from the top.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<[u8; 3]>,
}

/// The canvas as pixels, `scale` of them to each of the canvas's.
pub(super) fn paint(canvas: &Canvas, scale: f64) -> Result<Picture, Error> {
    let (width, height) = ((canvas.width * scale).round() as u32, (canvas.height * scale).round() as u32);
    let mut pixmap =
        Pixmap::new(width, height).ok_or_else(|| Error::Draw(format!("no picture of {width} × {height} pixels can be made")))?;
    pixmap.fill(tiny_skia::Color::WHITE);
    let mut painter = Painter { pixmap, to_pixels: Transform::from_scale(scale as f32, scale as f32), scale, clip: None };
    for shape in &canvas.shapes {
        painter.draw(shape, canvas);
    }
    let pixels = painter.pixmap.pixels().iter().map(|p| [p.red(), p.green(), p.blue()]).collect();
    Ok(Picture { width: width as usize, height: height as usize, pixels })
}

struct Painter {
    pixmap: Pixmap,
    to_pixels: Transform,
    scale: f64,
    clip: Option<Clip>,
}

/// A rectangle that nothing is drawn outside of.
struct Clip {
    area: tiny_skia::Rect,
    mask: Mask,
}

impl Clip {
    /// The mask for something within these bounds; nothing that lies inside needs one.
    fn mask(clip: Option<&Self>, bounds: tiny_skia::Rect, width: f32) -> Option<&Mask> {
        let (clip, room) = (clip?, width / 2.0 + 1.0);
        let inside = bounds.left() - room >= clip.area.left()
            && bounds.right() + room <= clip.area.right()
            && bounds.top() - room >= clip.area.top()
            && bounds.bottom() + room <= clip.area.bottom();
        if inside { None } else { Some(&clip.mask) }
    }
}

impl Painter {
    fn draw(&mut self, shape: &Shape, canvas: &Canvas) {
        match shape {
            Shape::Path { points, closed, fill, stroke } => {
                if let Some(path) = path(points, *closed) {
                    self.fill_and_stroke(&path, *fill, stroke.as_ref());
                }
            }
            Shape::Circle { at, radius, fill, stroke } => {
                if let Some(path) = PathBuilder::from_circle(at.0 as f32, at.1 as f32, *radius as f32) {
                    self.fill_and_stroke(&path, *fill, stroke.as_ref());
                }
            }
            Shape::Curve { points, stroke } => {
                let [a, b, c, d] = points.map(|(x, y)| (x as f32, y as f32));
                let mut builder = PathBuilder::new();
                builder.move_to(a.0, a.1);
                builder.cubic_to(b.0, b.1, c.0, c.1, d.0, d.1);
                if let Some(path) = builder.finish() {
                    self.fill_and_stroke(&path, None, Some(stroke));
                }
            }
            Shape::Text(text) => self.text(text, canvas),
            Shape::Raster { area, raster } => self.cells(area, raster),
            Shape::Clip(area) => self.clip = area.and_then(|area| self.clip_to(&area)),
        }
    }

    fn clip_to(&self, area: &Rect) -> Option<Clip> {
        let mut mask = Mask::new(self.pixmap.width(), self.pixmap.height())?;
        let corners = [(area.x, area.y), (area.right(), area.y), (area.right(), area.bottom()), (area.x, area.bottom())];
        mask.fill_path(&path(&corners, true)?, FillRule::Winding, true, self.to_pixels);
        Some(Clip { area: tiny_skia::Rect::from_xywh(area.x as f32, area.y as f32, area.w as f32, area.h as f32)?, mask })
    }

    fn fill_and_stroke(&mut self, path: &Path, fill: Option<Color>, stroke: Option<&Stroke>) {
        if let Some(color) = fill {
            let mask = Clip::mask(self.clip.as_ref(), path.bounds(), 0.0);
            self.pixmap.fill_path(path, &paint_of(color), FillRule::Winding, self.to_pixels, mask);
        }
        if let Some(stroke) = stroke {
            let dash = stroke.dash.iter().map(|&length| length as f32).collect();
            let style = tiny_skia::Stroke {
                width: stroke.width as f32,
                line_cap: if stroke.dash.is_empty() { LineCap::Round } else { LineCap::Butt },
                line_join: LineJoin::Round,
                dash: StrokeDash::new(dash, 0.0),
                ..Default::default()
            };
            let mask = Clip::mask(self.clip.as_ref(), path.bounds(), style.width);
            self.pixmap.stroke_path(path, &paint_of(stroke.color), &style, self.to_pixels, mask);
        }
    }

    fn text(&mut self, text: &Text, canvas: &Canvas) {
        let Some(outline) = canvas.font.outline(&text.text, text.size) else { return };
        let width = canvas.text_width(&text.text, text.size);
        let before = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::End => width,
        };
        let (x, y) = text.at;
        // A baseline on a pixel's edge keeps small letters sharp.
        let snap = |v: f64| (v * self.scale).round() / self.scale;
        let place = if text.upward {
            Transform::from_row(0.0, -1.0, 1.0, 0.0, snap(x) as f32, (y + before) as f32)
        } else {
            Transform::from_translate((x - before) as f32, snap(y) as f32)
        };
        let place = place.post_concat(self.to_pixels);
        self.pixmap.fill_path(&outline, &paint_of(text.color), FillRule::Winding, place, None);
    }

    /// Writes the cells' colours straight into the pixels whose centres they cover: there may be more cells than pixels.
    fn cells(&mut self, area: &Rect, raster: &Raster) {
        if raster.cells.len() != raster.columns * raster.rows || raster.cells.is_empty() {
            return;
        }
        let pixels = |from: f64, length: f64, size: u32| {
            let edge = |v: f64| (v * self.scale).round().clamp(0.0, f64::from(size)) as usize;
            edge(from)..edge(from + length)
        };
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        let cell = |pixel: usize, from: f64, length: f64, cells: usize| {
            let share = ((pixel as f64 + 0.5) / self.scale - from) / length;
            ((share * cells as f64) as usize).min(cells - 1)
        };
        let columns = pixels(area.x, area.w, width);
        let column_of: Vec<usize> = columns.clone().map(|x| cell(x, area.x, area.w, raster.columns)).collect();
        let rows: Vec<(usize, usize)> = pixels(area.y, area.h, height).map(|y| (y, cell(y, area.y, area.h, raster.rows))).collect();
        let all = self.pixmap.pixels_mut();
        for (y, row) in rows {
            let source = &raster.cells[row * raster.columns..][..raster.columns];
            let target = &mut all[y * width as usize..][columns.clone()];
            for (pixel, &column) in target.iter_mut().zip(&column_of) {
                let [r, g, b] = source[column];
                *pixel = PremultipliedColorU8::from_rgba(r, g, b, 255).unwrap_or(*pixel);
            }
        }
    }
}

fn path(points: &[(f64, f64)], closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::with_capacity(points.len() + 1, points.len());
    let (first, rest) = points.split_first()?;
    builder.move_to(first.0 as f32, first.1 as f32);
    for &(x, y) in rest {
        builder.line_to(x as f32, y as f32);
    }
    if closed {
        builder.close();
    }
    builder.finish()
}

fn paint_of(color: Color) -> Paint<'static> {
    let [r, g, b] = color.rgb;
    let mut paint = Paint { anti_alias: true, ..Default::default() };
    paint.set_color_rgba8(r, g, b, (color.alpha * 255.0).round() as u8);
    paint
}

impl Picture {
    /// The picture as a PNG file of at most 256 colours.
    pub(super) fn png(&self) -> Result<Vec<u8>, Error> {
        let failed = |error: png::EncodingError| Error::Draw(format!("PNG: {error}"));
        let palette = Palette::of(std::slice::from_ref(self), 256);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(palette.colors.concat());
        // A tenth of the time of the usual level, and hardly a larger file.
        encoder.set_deflate_compression(png::DeflateCompression::Level(2));
        // Filters help where neighbouring numbers are alike; a palette's are not.
        encoder.set_filter(png::Filter::NoFilter);
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&palette.indices(self)).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(file)
    }
}
