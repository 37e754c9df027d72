//! Shapes to pixels by plotters, and pixels to PNG.

use std::f64::consts::TAU;
use std::ops::Range;

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
    let mut painter = Painter { sheet: Sheet::new(width * FINER, height * FINER), outside: Vec::new(), scale: scale * FINER as f64 };
    for shape in &canvas.shapes {
        painter.draw(shape, canvas)?;
    }
    painter.unclip();
    Ok(painter.sheet.averaged())
}

/// Fine pixels: red, green and blue of each, row by row from the top.
struct Sheet {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Sheet {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![255; width * height * 3] }
    }

    fn backend(&mut self) -> BitMapBackend<'_> {
        BitMapBackend::with_buffer(&mut self.pixels, (self.width as u32, self.height as u32))
    }

    /// Where the numbers of some neighbours in a row are.
    fn row(&self, y: usize, x: &Range<usize>) -> Range<usize> {
        (y * self.width + x.start) * 3..(y * self.width + x.end) * 3
    }

    /// Each square of fine pixels as the one pixel of their average colour.
    fn averaged(&self) -> Picture {
        let (width, height) = (self.width / FINER, self.height / FINER);
        let mut pixels = Vec::with_capacity(width * height);
        let mut sums = vec![0_u16; self.width * 3];
        for rows in self.pixels.chunks_exact(self.width * 3 * FINER) {
            sums.fill(0);
            for row in rows.chunks_exact(self.width * 3) {
                sums.iter_mut().zip(row).for_each(|(sum, &part)| *sum += u16::from(part));
            }
            let count = (FINER * FINER) as u16;
            let average = |square: &[u16], part: usize| {
                let sum: u16 = square.iter().skip(part).step_by(3).sum();
                ((sum + count / 2) / count) as u8
            };
            pixels.extend(sums.chunks_exact(3 * FINER).map(|square| [0, 1, 2].map(|part| average(square, part))));
        }
        Picture { width, height, pixels }
    }
}

struct Painter {
    sheet: Sheet,
    /// While drawing is clipped, what was where it may not change: a place in the sheet, and the numbers from there on.
    outside: Vec<(usize, Vec<u8>)>,
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
            Shape::Raster { area, raster } => self.cells(area, raster),
            Shape::Clip(area) => {
                self.unclip();
                if let Some(area) = area {
                    self.clip(area);
                }
            }
        }
        Ok(())
    }

    /// The columns and the rows of fine pixels that a rectangle covers.
    fn covered(&self, area: &Rect) -> (Range<usize>, Range<usize>) {
        let edge = |v: f64, most: usize| (v * self.scale).round().clamp(0.0, most as f64) as usize;
        let (width, height) = (self.sheet.width, self.sheet.height);
        (edge(area.x, width)..edge(area.right(), width), edge(area.y, height)..edge(area.bottom(), height))
    }

    /// Draws only within `area` from here on. (Plotters cannot; so what lies outside is kept, and put back in the end.)
    fn clip(&mut self, area: &Rect) {
        let (columns, rows) = self.covered(area);
        if columns.is_empty() || rows.is_empty() {
            return;
        }
        let mut from = 0;
        for y in rows {
            let within = self.sheet.row(y, &columns);
            self.outside.push((from, self.sheet.pixels[from..within.start].to_vec()));
            from = within.end;
        }
        self.outside.push((from, self.sheet.pixels[from..].to_vec()));
    }

    /// Draws everywhere again.
    fn unclip(&mut self) {
        for (from, kept) in self.outside.drain(..) {
            self.sheet.pixels[from..][..kept.len()].copy_from_slice(&kept);
        }
    }

    /// From the canvas's pixels to fine ones of the sheet.
    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        // Nobody sees how far away a line ends, but each of its dashes would be counted.
        let near = |v: f64| (v * self.scale).clamp(-1e5, 1e5);
        (near(x), near(y))
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
    fn cells(&mut self, area: &Rect, raster: &Raster) {
        let (columns, rows) = self.covered(area);
        if raster.cells.len() != raster.columns * raster.rows || raster.cells.is_empty() {
            return;
        }
        let cell = |pixel: usize, from: f64, length: f64, cells: usize| {
            let share = ((pixel as f64 + 0.5) / self.scale - from) / length;
            ((share * cells as f64) as usize).min(cells - 1)
        };
        let column_of: Vec<usize> = columns.clone().map(|x| cell(x, area.x, area.w, raster.columns)).collect();
        let mut last = None;
        for y in rows {
            let (row, place) = (cell(y, area.y, area.h, raster.rows), self.sheet.row(y, &columns));
            if last == Some(row) {
                let above = self.sheet.row(y - 1, &columns);
                self.sheet.pixels.copy_within(above, place.start);
            } else {
                let colors = &raster.cells[row * raster.columns..][..raster.columns];
                let pixels = self.sheet.pixels[place].chunks_exact_mut(3);
                pixels.zip(&column_of).for_each(|(pixel, &column)| pixel.copy_from_slice(&colors[column]));
            }
            last = Some(row);
        }
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
