//! Shapes to pixels by plotters, and pixels to PNG.

use std::f64::consts::TAU;

use plotters::backend::DrawingBackend;
use plotters::style::{Color as _, FontFamily, FontTransform, IntoFont, RGBAColor};

use plotters_bitmap::BitMapBackend;

use super::canvas::{Anchor, Canvas, Raster, Rect, Shape, Stroke, Text};
use super::color::Color;
use super::font;
use super::palette::Palette;
use crate::Error;

/// A picture: red, green and blue of each pixel, row by row from the top.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<[u8; 3]>,
}

/// Plotters' pixels are either inside a shape or not: so many squared of them, averaged, make one whose edges are smooth.
const FINER: usize = 3;

/// The canvas as pixels, `scale` of them to each of the canvas's.
pub(super) fn paint(canvas: &Canvas, scale: f64) -> Result<Picture, Error> {
    let (width, height) = ((canvas.width * scale).round() as usize, (canvas.height * scale).round() as usize);
    if width == 0 || height == 0 || width.max(height) > 20_000 {
        return Err(Error::Draw(format!("no picture of {width} × {height} pixels can be made")));
    }
    let mut painter = Painter { sheet: Sheet::new((0, 0), width * FINER, height * FINER), below: None, scale: scale * FINER as f64 };
    for shape in &canvas.shapes {
        painter.draw(shape, canvas)?;
    }
    painter.unclip();
    Ok(painter.sheet.averaged())
}

/// Fine pixels that begin somewhere on the picture.
struct Sheet {
    origin: (i32, i32),
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Sheet {
    fn new(origin: (i32, i32), width: usize, height: usize) -> Self {
        Self { origin, width, height, pixels: vec![255; width * height * 3] }
    }

    fn backend(&mut self) -> BitMapBackend<'_> {
        BitMapBackend::with_buffer(&mut self.pixels, (self.width as u32, self.height as u32))
    }

    /// Copies the rows that both sheets share between this one and a sheet that lies within it.
    fn copy_rows(&mut self, inner: &mut Self, copy: impl Fn(&mut [u8], &mut [u8])) {
        let (dx, dy) = ((inner.origin.0 - self.origin.0) as usize, (inner.origin.1 - self.origin.1) as usize);
        for (i, row) in inner.pixels.chunks_exact_mut(inner.width * 3).enumerate() {
            let start = ((dy + i) * self.width + dx) * 3;
            copy(&mut self.pixels[start..start + row.len()], row);
        }
    }

    /// Each square of fine pixels as the one pixel of their average colour.
    fn averaged(&self) -> Picture {
        let (width, height) = (self.width / FINER, self.height / FINER);
        let mut pixels = Vec::with_capacity(width * height);
        let mut sums = vec![[0_u16; 3]; width];
        for rows in self.pixels.chunks_exact(self.width * 3 * FINER) {
            sums.fill([0; 3]);
            for row in rows.chunks_exact(self.width * 3) {
                for (sum, square) in sums.iter_mut().zip(row.chunks_exact(3 * FINER)) {
                    for pixel in square.chunks_exact(3) {
                        (0..3).for_each(|i| sum[i] += u16::from(pixel[i]));
                    }
                }
            }
            let count = (FINER * FINER) as u16;
            pixels.extend(sums.iter().map(|sum| sum.map(|s| ((s + count / 2) / count) as u8)));
        }
        Picture { width, height, pixels }
    }
}

struct Painter {
    /// What is drawn on: the whole picture, or while drawing is clipped the part that may change.
    sheet: Sheet,
    /// The whole picture while drawing is clipped.
    below: Option<Sheet>,
    /// Fine pixels to each of the canvas's.
    scale: f64,
}

impl Painter {
    fn draw(&mut self, shape: &Shape, canvas: &Canvas) -> Result<(), Error> {
        match shape {
            Shape::Path { points, closed, fill, stroke } => {
                if let Some(color) = fill {
                    self.fill(points, *color)?;
                }
                if let Some(stroke) = stroke {
                    let end = if *closed { points.first() } else { None };
                    self.stroke(&points.iter().chain(end).copied().collect::<Vec<_>>(), stroke)?;
                }
            }
            Shape::Circle { at, radius, fill, stroke } => {
                if let Some(color) = fill {
                    self.fill(&circle(*at, *radius), *color)?;
                }
                if let Some(stroke) = stroke {
                    let mut round = circle(*at, *radius);
                    round.push(round[0]);
                    self.stroke(&round, stroke)?;
                }
            }
            Shape::Curve { points: [a, b, c, d], stroke } => {
                let bezier = |t: f64| {
                    let s = 1.0 - t;
                    let mix = |a: f64, b: f64, c: f64, d: f64| s * s * s * a + 3.0 * s * t * (s * b + t * c) + t * t * t * d;
                    (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
                };
                self.stroke(&(0..=32).map(|i| bezier(f64::from(i) / 32.0)).collect::<Vec<_>>(), stroke)?;
            }
            Shape::Text(text) => self.text(text, canvas)?,
            Shape::Raster { area, raster } => self.cells(area, raster)?,
            Shape::Clip(area) => {
                self.unclip();
                if let Some(area) = area {
                    self.clip(area);
                }
            }
        }
        Ok(())
    }

    /// The fine pixels of the picture's own sheet that a rectangle covers: where they begin, and how many columns and rows.
    fn covered(&self, area: &Rect) -> ((usize, usize), (usize, usize)) {
        let edge = |v: f64, most: usize| (v * self.scale).round().clamp(0.0, most as f64) as usize;
        let (width, height) = self.below.as_ref().map_or((self.sheet.width, self.sheet.height), |below| (below.width, below.height));
        let (x, y) = (edge(area.x, width), edge(area.y, height));
        ((x, y), (edge(area.right(), width) - x, edge(area.bottom(), height) - y))
    }

    /// Draws only within `area` from here on.
    fn clip(&mut self, area: &Rect) {
        let ((x, y), (width, height)) = self.covered(area);
        if width == 0 || height == 0 {
            return;
        }
        let mut part = Sheet::new((x as i32, y as i32), width, height);
        self.sheet.copy_rows(&mut part, |whole, part| part.copy_from_slice(whole));
        self.below = Some(std::mem::replace(&mut self.sheet, part));
    }

    /// Draws on the whole picture again.
    fn unclip(&mut self) {
        if let Some(mut whole) = self.below.take() {
            whole.copy_rows(&mut self.sheet, |whole, part| whole.copy_from_slice(part));
            self.sheet = whole;
        }
    }

    /// From the canvas's pixels to fine ones of the sheet.
    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        // Nobody sees how far away a line ends, but each of its dashes would be counted.
        let near = |v: f64, origin: i32| (v * self.scale).clamp(-1e5, 1e5) - f64::from(origin);
        (near(x, self.sheet.origin.0), near(y, self.sheet.origin.1))
    }

    fn fill(&mut self, points: &[(f64, f64)], color: Color) -> Result<(), Error> {
        let points = points.iter().map(|&point| self.place(point)).collect();
        self.fill_placed(points, color)
    }

    fn fill_placed(&mut self, points: Vec<(f64, f64)>, color: Color) -> Result<(), Error> {
        let points = within(points, self.sheet.width as f64, self.sheet.height as f64);
        if points.len() < 3 {
            return Ok(());
        }
        let corners = points.iter().map(|&(x, y)| (x.round() as i32, y.round() as i32));
        self.sheet.backend().fill_polygon(corners, &rgba(color)).map_err(|error| Error::Draw(error.to_string()))
    }

    /// Straight lines from point to point, each a narrow rectangle, with round joints.
    fn stroke(&mut self, points: &[(f64, f64)], stroke: &Stroke) -> Result<(), Error> {
        // Pieces overlap at the joints, where a colour that lets something through would show twice.
        let color =
            if stroke.color.alpha < 1.0 { Color::new(super::color::WHITE.mix(stroke.color, stroke.color.alpha).rgb) } else { stroke.color };
        let half = stroke.width * self.scale / 2.0;
        let placed: Vec<(f64, f64)> = points.iter().map(|&point| self.place(point)).collect();
        let dash: Vec<f64> = stroke.dash.iter().map(|length| length * self.scale).collect();
        for piece in dashes(&placed, &dash) {
            for pair in piece.windows(2) {
                let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
                let length = (x1 - x0).hypot(y1 - y0);
                if length > 0.0 {
                    let (nx, ny) = ((y0 - y1) / length * half, (x1 - x0) / length * half);
                    self.fill_placed(vec![(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny)], color)?;
                }
            }
            let joints = if dash.is_empty() { &piece[..] } else { piece.get(1..piece.len() - 1).unwrap_or(&[]) };
            if half > 1.0 {
                for &at in joints {
                    self.fill_placed(circle(at, half), color)?;
                }
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &Text, canvas: &Canvas) -> Result<(), Error> {
        let size = canvas.font.line_height(text.size) * self.scale;
        let width = canvas.text_width(&text.text, text.size);
        let before = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::End => width,
        };
        // Plotters puts the baseline half the size below its point.
        let (at, turn) = if text.upward {
            let (x, y) = self.place((text.at.0, text.at.1 + before));
            ((x - size / 2.0, y), FontTransform::Rotate270)
        } else {
            let (x, y) = self.place((text.at.0 - before, text.at.1));
            ((x, y - size / 2.0), FontTransform::None)
        };
        let color = rgba(text.color);
        let style = (FontFamily::Name(font::NAME), size).into_font().transform(turn).color(&color);
        let at = (at.0.round() as i32, at.1.round() as i32);
        self.sheet.backend().draw_text(&text.text, &style, at).map_err(|error| Error::Draw(error.to_string()))
    }

    /// Gives each fine pixel the colour of the cell that covers its centre: there may be more cells than pixels.
    fn cells(&mut self, area: &Rect, raster: &Raster) -> Result<(), Error> {
        let ((x, y), (width, height)) = self.covered(area);
        if raster.cells.len() != raster.columns * raster.rows || raster.cells.is_empty() {
            return Ok(());
        }
        let cell = |pixel: usize, from: f64, length: f64, cells: usize| {
            let share = ((pixel as f64 + 0.5) / self.scale - from) / length;
            ((share * cells as f64) as usize).min(cells - 1)
        };
        let column_of: Vec<usize> = (x..x + width).map(|x| cell(x, area.x, area.w, raster.columns)).collect();
        let mut pixels = Vec::with_capacity(width * height * 3);
        let mut last = None;
        for y in y..y + height {
            let row = cell(y, area.y, area.h, raster.rows);
            if last == Some(row) {
                pixels.extend_from_within(pixels.len() - width * 3..);
            } else {
                let colors = &raster.cells[row * raster.columns..][..raster.columns];
                column_of.iter().for_each(|&column| pixels.extend_from_slice(&colors[column]));
            }
            last = Some(row);
        }
        let at = (x as i32 - self.sheet.origin.0, y as i32 - self.sheet.origin.1);
        let blit = self.sheet.backend().blit_bitmap(at, (width as u32, height as u32), &pixels);
        blit.map_err(|error| Error::Draw(error.to_string()))
    }
}

fn rgba(color: Color) -> RGBAColor {
    let [r, g, b] = color.rgb;
    plotters::style::RGBColor(r, g, b).mix(color.alpha)
}

/// A polygon that looks like a circle.
fn circle((x, y): (f64, f64), radius: f64) -> Vec<(f64, f64)> {
    (0..24).map(|i| (f64::from(i) / 24.0 * TAU).sin_cos()).map(|(sin, cos)| (x + radius * cos, y + radius * sin)).collect()
}

/// The part of a polygon that lies on a sheet of this size or close to it (I. Sutherland and G. Hodgman, 1974).
fn within(mut points: Vec<(f64, f64)>, width: f64, height: f64) -> Vec<(f64, f64)> {
    const ROOM: f64 = 8.0;
    type Side = (fn((f64, f64)) -> f64, f64);
    let sides: [Side; 4] = [(|p| p.0, ROOM), (|p| -p.0, width + ROOM), (|p| p.1, ROOM), (|p| -p.1, height + ROOM)];
    for (along, room) in sides {
        let inside = |p: (f64, f64)| along(p) + room;
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

/// A line cut into the pieces that a pattern of lengths, drawn and left out in turn, shows of it.
fn dashes(points: &[(f64, f64)], pattern: &[f64]) -> Vec<Vec<(f64, f64)>> {
    if pattern.is_empty() || pattern.iter().any(|length| *length <= 0.0) {
        return vec![points.to_vec()];
    }
    let (mut pieces, mut piece) = (Vec::new(), Vec::new());
    let (mut turn, mut left) = (0, pattern[0]);
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let length = (x1 - x0).hypot(y1 - y0);
        let mut done = 0.0;
        if turn % 2 == 0 && piece.is_empty() {
            piece.push(pair[0]);
        }
        while length - done > left {
            done += left;
            let at = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length);
            if turn % 2 == 0 {
                piece.push(at);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece.push(at);
            }
            turn += 1;
            left = pattern[turn % pattern.len()];
        }
        left -= length - done;
        if turn % 2 == 0 {
            piece.push(pair[1]);
        }
    }
    if piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
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
