//! The font that travels with the crate: no figure asks the system for one.

use tiny_skia::{PathBuilder, Transform};
use ttf_parser::{Face, OutlineBuilder};

use crate::Error;

static DEJAVU_SANS: &[u8] = include_bytes!("../../assets/DejaVuSans-subset.ttf");

/// DejaVu Sans: Latin, Greek and mathematical signs.
pub(super) struct Font(Face<'static>);

impl Font {
    pub(super) fn new() -> Result<Self, Error> {
        Face::parse(DEJAVU_SANS, 0).map(Self).map_err(|error| Error::Draw(format!("the crate's font: {error}")))
    }

    fn scale(&self, size: f64) -> f64 {
        size / f64::from(self.0.units_per_em())
    }

    /// Where each glyph of a line of text stands, in the font's units, and where the line ends.
    fn glyphs(&self, text: &str) -> (Vec<(ttf_parser::GlyphId, f64)>, f64) {
        let mut x = 0.0;
        let glyphs = text.chars().map(|c| {
            let glyph = self.0.glyph_index(c).unwrap_or_default();
            let at = x;
            x += f64::from(self.0.glyph_hor_advance(glyph).unwrap_or_default());
            (glyph, at)
        });
        (glyphs.collect(), x)
    }

    /// The width of a line of text in pixels.
    pub(super) fn width(&self, text: &str, size: f64) -> f64 {
        self.glyphs(text).1 * self.scale(size)
    }

    /// The outline of a line of text whose baseline starts at the origin; `None` when nothing of it is visible.
    pub(super) fn outline(&self, text: &str, size: f64) -> Option<tiny_skia::Path> {
        let scale = self.scale(size);
        let mut pen = Pen { path: PathBuilder::new(), x: 0.0 };
        for (glyph, x) in self.glyphs(text).0 {
            pen.x = x as f32;
            self.0.outline_glyph(glyph, &mut pen);
        }
        pen.path.finish()?.transform(Transform::from_scale(scale as f32, -scale as f32))
    }
}

/// Takes a glyph's outline to its place in the line.
struct Pen {
    path: PathBuilder,
    x: f32,
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.x + x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.x + x, y);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.path.quad_to(self.x + x1, y1, self.x + x, y);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.path.cubic_to(self.x + x1, y1, self.x + x2, y2, self.x + x, y);
    }
    fn close(&mut self) {
        self.path.close();
    }
}
