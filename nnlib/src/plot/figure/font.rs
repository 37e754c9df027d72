//! Letters: the font that travels with the crate (no figure asks the system for one), and a reader's own.

use std::convert::Infallible;
use std::path::Path;

use ab_glyph::{Font as _, FontArc, FontVec, PxScale, point};
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendColor, BackendTextStyle, FontFamily, FontTransform};

use super::canvas::{Anchor, Text};
use crate::error::Error;
use crate::file;

/// DejaVu Sans: Latin, Greek and mathematical signs.
pub(super) static BUILT_IN: &[u8] = include_bytes!("../../../assets/DejaVuSans-subset.ttf");

/// The letters of a figure: each from the reader's own font where that has it, else from the crate's, whose sign for a letter that it
/// lacks is a box.
#[derive(Clone)]
pub(super) struct Font {
    own: Option<FontArc>,
    built_in: FontArc,
}

impl Font {
    pub(super) fn new(own: Option<FontArc>) -> Result<Self, Error> {
        let built_in = FontArc::try_from_slice(BUILT_IN).map_err(|_| Error::Draw("the crate's font cannot be read".into()))?;
        Ok(Self { own, built_in })
    }

    fn face(&self, c: char) -> &FontArc {
        self.own.as_ref().filter(|own| own.glyph_id(c).0 != 0).unwrap_or(&self.built_in)
    }

    /// How far a letter moves the next one, as a share of the text's size.
    pub(super) fn advance(&self, c: char) -> f64 {
        let face = self.face(c);
        f64::from(face.h_advance_unscaled(face.glyph_id(c))) / units_per_em(face)
    }

    /// The width of a line of text in pixels.
    pub(super) fn width(&self, text: &str, size: f64) -> f64 {
        text.chars().map(|c| self.advance(c)).sum::<f64>() * size
    }
}

/// The font in a file.
pub(super) fn read(path: &Path) -> Result<FontArc, Error> {
    let font = FontVec::try_from_vec(file::read(path)?);
    font.map(FontArc::new).map_err(|_| Error::value("font file", "a TrueType or OpenType font", path.display()))
}

fn units_per_em(face: &FontArc) -> f64 {
    f64::from(face.units_per_em().unwrap_or(1000.0))
}

/// How far below the point that plotters is given for a text its baseline lies, as a share of the text's size.
pub(super) const BASELINE: f64 = 0.76;

/// Plotters' size of a text is that of its lines, so many times the letters'.
pub(super) const LINE: f64 = 1.24;

/// How plotters' backends draw a text.
pub(super) struct Letters<'a> {
    pub(super) font: &'a Font,
    pub(super) text: &'a Text,
    /// In pixels of the backend.
    pub(super) size: f64,
}

impl BackendTextStyle for Letters<'_> {
    type FontError = Infallible;

    fn color(&self) -> BackendColor {
        self.text.color.into()
    }

    fn size(&self) -> f64 {
        self.size * LINE
    }

    fn transform(&self) -> FontTransform {
        match self.text.turns % 4 {
            0 => FontTransform::None,
            1 => FontTransform::Rotate90,
            2 => FontTransform::Rotate180,
            _ => FontTransform::Rotate270,
        }
    }

    fn anchor(&self) -> Pos {
        let across = match self.text.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        Pos::new(across, VPos::Top)
    }

    fn family(&self) -> FontFamily<'_> {
        FontFamily::Name("DejaVu Sans, Verdana, sans-serif")
    }

    fn layout_box(&self, text: &str) -> Result<((i32, i32), (i32, i32)), Infallible> {
        Ok(((0, 0), (self.font.width(text, self.size).round() as i32, self.size as i32)))
    }

    fn draw<E, D: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        text: &str,
        (left, top): (i32, i32),
        mut draw: D,
    ) -> Result<Result<(), E>, Infallible> {
        let mut drawn = Ok(());
        let mut x = 0.0;
        for c in text.chars() {
            let face = self.font.face(c);
            let scale = PxScale::from((self.size * f64::from(face.height_unscaled()) / units_per_em(face)) as f32);
            let glyph = face.glyph_id(c).with_scale_and_position(scale, point(x as f32, (BASELINE * self.size) as f32));
            if let Some(outline) = face.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                let (left, top) = (left + corner.x as i32, top + corner.y as i32);
                outline.draw(|i, j, share| {
                    if drawn.is_ok() {
                        drawn = draw(left + i as i32, top + j as i32, self.color().mix(f64::from(share)));
                    }
                });
            }
            x += self.font.advance(c) * self.size;
        }
        Ok(drawn)
    }
}
