//! The font that travels with the crate: no figure asks the system for one.

use ab_glyph::{Font as _, FontRef};
use plotters::style::{FontStyle, register_font};

use crate::Error;

static DEJAVU_SANS: &[u8] = include_bytes!("../../assets/DejaVuSans-subset.ttf");

/// The name under which plotters knows it.
pub(super) const NAME: &str = "nnlib DejaVu Sans";

/// DejaVu Sans: Latin, Greek and mathematical signs.
pub(super) struct Font(FontRef<'static>);

impl Font {
    /// The font, made known to plotters, whose list of fonts is empty in each new cell of a notebook.
    pub(super) fn new() -> Result<Self, Error> {
        let broken = || Error::Draw("the crate's font cannot be read".into());
        register_font(NAME, FontStyle::Normal, DEJAVU_SANS).map_err(|_| broken())?;
        FontRef::try_from_slice(DEJAVU_SANS).map(Self).map_err(|_| broken())
    }

    fn units_per_em(&self) -> f64 {
        self.0.units_per_em().map_or(1000.0, f64::from)
    }

    /// The width of a line of text in pixels.
    pub(super) fn width(&self, text: &str, size: f64) -> f64 {
        let advances = text.chars().map(|c| f64::from(self.0.h_advance_unscaled(self.0.glyph_id(c))));
        advances.sum::<f64>() * size / self.units_per_em()
    }

    /// The size that plotters calls what is `size` pixels to the em: it measures from the lowest letter to the highest.
    pub(super) fn line_height(&self, size: f64) -> f64 {
        size * f64::from(self.0.height_unscaled()) / self.units_per_em()
    }
}
