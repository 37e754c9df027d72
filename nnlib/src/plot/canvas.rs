//! What a figure is made of before it is a file: shapes, in the order in which they are drawn.

use plotters_backend::FontTransform;
use plotters_backend::text_anchor::HPos;

use super::color::{Color, INK};
use super::font::Font;

/// Points in the plane.
pub(super) type Points = Vec<(f64, f64)>;

/// A rectangle in pixels, from its upper left corner.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
}

/// Space at each side: left, top, right, bottom.
pub(super) type Insets = [f64; 4];

impl Rect {
    pub(super) fn right(&self) -> f64 {
        self.x + self.w
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// What is left when each side loses so much, at least a few pixels.
    pub(super) fn inset(&self, [left, top, right, bottom]: Insets) -> Self {
        Self { x: self.x + left, y: self.y + top, w: (self.w - left - right).max(8.0), h: (self.h - top - bottom).max(8.0) }
    }

    /// What lies in both; of negative size where nothing does.
    pub(super) fn within(&self, other: &Self) -> Self {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        Self { x, y, w: self.right().min(other.right()) - x, h: self.bottom().min(other.bottom()) - y }
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Stroke {
    pub(super) color: Color,
    pub(super) width: f64,
    /// The lengths drawn and left out in turn; a solid line has none.
    pub(super) dash: Option<(f64, f64)>,
}

impl Stroke {
    pub(super) fn new(color: Color, width: f64) -> Self {
        Self { color, width, dash: None }
    }
}

/// A line of text.
#[derive(Clone)]
pub(super) struct Text {
    pub(super) text: String,
    /// The anchor's place on the baseline.
    pub(super) at: (f64, f64),
    pub(super) size: f64,
    pub(super) color: Color,
    pub(super) anchor: HPos,
    pub(super) turn: FontTransform,
}

/// Red, green and blue of cells, row by row from the top.
#[derive(Clone)]
pub(super) struct Raster {
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) cells: Vec<[u8; 3]>,
}

#[derive(Clone)]
pub(super) enum Shape {
    /// Straight lines from point to point.
    Line(Points, Stroke),
    /// A filled polygon.
    Area(Points, Color),
    /// A filled circle: its middle and its radius.
    Disc((f64, f64), f64, Color),
    Text(Text),
    Raster(Rect, Raster),
}

/// A sheet of a size in pixels with shapes on it.
pub(super) struct Canvas {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) font: Font,
    /// Each shape, with the rectangle outside which nothing of it is to be seen.
    pub(super) shapes: Vec<(Option<Rect>, Shape)>,
    /// Where the next shapes are to be seen; everywhere without it.
    pub(super) clip: Option<Rect>,
}

impl Canvas {
    pub(super) fn new(width: f64, height: f64, font: Font) -> Self {
        Self { width, height, font, shapes: Vec::new(), clip: None }
    }

    pub(super) fn push(&mut self, shape: Shape) {
        self.shapes.push((self.clip, shape));
    }

    pub(super) fn line(&mut self, points: impl Into<Points>, stroke: Stroke) {
        let points = points.into();
        if points.len() > 1 {
            self.push(Shape::Line(points, stroke));
        }
    }

    pub(super) fn polygon(&mut self, mut points: Points, fill: Option<Color>, stroke: Option<Stroke>) {
        if points.len() < 3 {
            return;
        }
        if let Some(color) = fill {
            self.push(Shape::Area(points.clone(), color));
        }
        if let Some(stroke) = stroke {
            points.push(points[0]);
            self.push(Shape::Line(points, stroke));
        }
    }

    pub(super) fn rect(&mut self, r: Rect, fill: Option<Color>, stroke: Option<Stroke>) {
        self.polygon(vec![(r.x, r.y), (r.right(), r.y), (r.right(), r.bottom()), (r.x, r.bottom())], fill, stroke);
    }

    /// A disc within a rim: the rim is a larger disc below.
    pub(super) fn disc(&mut self, at: (f64, f64), radius: f64, color: Color, rim: Stroke) {
        self.push(Shape::Disc(at, radius + rim.width / 2.0, rim.color));
        self.push(Shape::Disc(at, radius - rim.width / 2.0, color));
    }

    pub(super) fn text(&mut self, text: &str, at: (f64, f64), size: f64, anchor: HPos) {
        self.text_in(INK, text, at, size, anchor);
    }

    pub(super) fn text_in(&mut self, color: Color, text: &str, at: (f64, f64), size: f64, anchor: HPos) {
        self.push(Shape::Text(Text { text: printable(text), at, size, color, anchor, turn: FontTransform::None }));
    }

    /// Text that runs upwards, `at` in its middle, cut short where it is longer than `length`.
    pub(super) fn text_upward(&mut self, text: &str, at: (f64, f64), size: f64, length: f64) {
        let text = printable(&self.fit(text, size, length));
        self.push(Shape::Text(Text { text, at, size, color: INK, anchor: HPos::Center, turn: FontTransform::Rotate270 }));
    }

    /// The width of a line of text in pixels.
    pub(super) fn text_width(&self, text: &str, size: f64) -> f64 {
        self.font.width(text, size)
    }

    /// The widest of some lines of text.
    pub(super) fn widest<'a>(&self, texts: impl IntoIterator<Item = &'a String>, size: f64) -> f64 {
        texts.into_iter().map(|text| self.text_width(text, size)).fold(0.0, f64::max)
    }

    /// The text, cut short where it is wider than `width`.
    pub(super) fn fit(&self, text: &str, size: f64, width: f64) -> String {
        let left = width - self.text_width("…", size);
        let (mut used, mut end) = (0.0, 0);
        for (at, c) in text.char_indices() {
            used += self.font.advance(c) * size;
            if used > width {
                return format!("{}…", text[..end].trim_end());
            }
            if used <= left {
                end = at + c.len_utf8();
            }
        }
        text.to_owned()
    }

    /// The text broken at spaces into at most three lines that fit into `width`; the last takes all that is left, and is cut.
    pub(super) fn wrap(&self, text: &str, size: f64, width: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for given in text.lines() {
            let mut line = String::new();
            for word in given.split(' ') {
                let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if !line.is_empty() && lines.len() < 2 && self.text_width(&longer, size) > width {
                    lines.push(std::mem::replace(&mut line, word.to_owned()));
                } else {
                    line = longer;
                }
            }
            lines.push(line);
        }
        lines.iter().take(3).map(|line| self.fit(line, size, width)).collect()
    }
}

/// The corners of a polygon that looks like a circle.
pub(super) fn circle((x, y): (f64, f64), radius: f64) -> Points {
    let corner = |i: u32| (f64::from(i) / 48.0 * std::f64::consts::TAU).sin_cos();
    (0..48).map(corner).map(|(sin, cos)| (x + radius * cos, y + radius * sin)).collect()
}

/// The text without characters that have no shape and no place in an XML document: a sign that the font shows as a box stands for each.
pub(super) fn printable(text: &str) -> String {
    let shown = |c: char| match c {
        '\t' | '\n' | '\r' => ' ',
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}
