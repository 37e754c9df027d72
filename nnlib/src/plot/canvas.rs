//! What a figure is made of before it is a file: shapes, in the order they are drawn.

use super::color::Color;
use super::font::Font;
use crate::Error;

/// A rectangle in pixels, from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
}

impl Rect {
    pub(super) fn right(&self) -> f64 {
        self.x + self.w
    }
    pub(super) fn bottom(&self) -> f64 {
        self.y + self.h
    }
    /// What is left when each side loses so much, at least a few pixels.
    pub(super) fn inset(&self, left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self { x: self.x + left, y: self.y + top, w: (self.w - left - right).max(8.0), h: (self.h - top - bottom).max(8.0) }
    }
}

/// How a line is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stroke {
    pub(super) color: Color,
    pub(super) width: f64,
    /// Lengths drawn and left out in turn; empty for a solid line.
    pub(super) dash: &'static [f64],
}

impl Stroke {
    pub(super) fn new(color: Color, width: f64) -> Self {
        Self { color, width, dash: &[] }
    }
}

/// Where in the text its given point lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Text {
    pub(super) text: String,
    /// The anchor's place on the baseline.
    pub(super) at: (f64, f64),
    pub(super) size: f64,
    pub(super) color: Color,
    pub(super) anchor: Anchor,
    /// Whether it runs from bottom to top.
    pub(super) upward: bool,
}

/// Cells of colour in a rectangle, row by row from the top.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Raster {
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) cells: Vec<[u8; 3]>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Straight lines through points; closed when it is filled.
    Path {
        points: Vec<(f64, f64)>,
        closed: bool,
        fill: Option<Color>,
        stroke: Option<Stroke>,
    },
    Circle {
        at: (f64, f64),
        radius: f64,
        fill: Option<Color>,
        stroke: Option<Stroke>,
    },
    /// A cubic Bézier curve.
    Curve {
        points: [(f64, f64); 4],
        stroke: Stroke,
    },
    Text(Text),
    Raster {
        area: Rect,
        raster: Raster,
    },
    /// From here on only what lies within is drawn; `None` ends it.
    Clip(Option<Rect>),
}

/// A sheet of a size in pixels with shapes on it.
pub(super) struct Canvas {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) font: Font,
    pub(super) shapes: Vec<Shape>,
}

impl Canvas {
    pub(super) fn new(width: f64, height: f64) -> Result<Self, Error> {
        Ok(Self { width, height, font: Font::new()?, shapes: Vec::new() })
    }

    pub(super) fn line(&mut self, points: Vec<(f64, f64)>, stroke: Stroke) {
        if points.len() > 1 {
            self.shapes.push(Shape::Path { points, closed: false, fill: None, stroke: Some(stroke) });
        }
    }

    pub(super) fn polygon(&mut self, points: Vec<(f64, f64)>, fill: Option<Color>, stroke: Option<Stroke>) {
        if points.len() > 2 {
            self.shapes.push(Shape::Path { points, closed: true, fill, stroke });
        }
    }

    pub(super) fn rect(&mut self, r: Rect, fill: Option<Color>, stroke: Option<Stroke>) {
        self.polygon(vec![(r.x, r.y), (r.right(), r.y), (r.right(), r.bottom()), (r.x, r.bottom())], fill, stroke);
    }

    pub(super) fn circle(&mut self, at: (f64, f64), radius: f64, fill: Option<Color>, stroke: Option<Stroke>) {
        self.shapes.push(Shape::Circle { at, radius, fill, stroke });
    }

    pub(super) fn text(&mut self, text: impl Into<String>, at: (f64, f64), size: f64, color: Color, anchor: Anchor) {
        self.shapes.push(Shape::Text(Text { text: text.into(), at, size, color, anchor, upward: false }));
    }

    pub(super) fn text_upward(&mut self, text: impl Into<String>, at: (f64, f64), size: f64, color: Color) {
        self.shapes.push(Shape::Text(Text { text: text.into(), at, size, color, anchor: Anchor::Middle, upward: true }));
    }

    pub(super) fn raster(&mut self, area: Rect, raster: Raster) {
        self.shapes.push(Shape::Raster { area, raster });
    }

    pub(super) fn clip(&mut self, area: Option<Rect>) {
        self.shapes.push(Shape::Clip(area));
    }

    /// The width of a line of text in pixels.
    pub(super) fn text_width(&self, text: &str, size: f64) -> f64 {
        self.font.width(text, size)
    }

    /// The text, cut short where it is wider than `width`.
    pub(super) fn fit(&self, text: &str, size: f64, width: f64) -> String {
        if self.text_width(text, size) <= width {
            return text.to_owned();
        }
        let mut short: String = text.to_owned();
        while short.pop().is_some() && self.text_width(&short, size) + self.text_width("…", size) > width {}
        format!("{}…", short.trim_end())
    }

    /// The text broken at spaces so that each line fits into `width` where it can.
    pub(super) fn wrap(&self, text: &str, size: f64, width: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for given in text.lines() {
            let mut line = String::new();
            for word in given.split(' ') {
                let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if !line.is_empty() && self.text_width(&longer, size) > width {
                    lines.push(std::mem::replace(&mut line, word.to_owned()));
                } else {
                    line = longer;
                }
            }
            lines.push(line);
        }
        lines.iter().map(|line| self.fit(line, size, width)).collect()
    }
}
