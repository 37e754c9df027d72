//! Letters: the font that travels with the crate (no figure asks the system for one), and a reader's own.

use std::path::Path;

use ab_glyph::{Font as _, FontArc, FontVec, OutlinedGlyph, PxScale, point};

use crate::error::Error;
use crate::file;

/// DejaVu Sans: Latin, Greek and mathematical signs.
pub(super) static BUILT_IN: &[u8] = include_bytes!("../../assets/DejaVuSans-subset.ttf");

/// The letters of a figure: each from the reader's own font where that has it, else from the crate's, whose sign for a letter that it
/// lacks is a box.
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

    /// The outline of a letter so far along the baseline; a space has none.
    pub(super) fn outline(&self, c: char, size: f64, x: f64) -> Option<OutlinedGlyph> {
        let face = self.face(c);
        let scale = PxScale::from((size * f64::from(face.height_unscaled()) / units_per_em(face)) as f32);
        face.outline_glyph(face.glyph_id(c).with_scale_and_position(scale, point(x as f32, 0.0)))
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
