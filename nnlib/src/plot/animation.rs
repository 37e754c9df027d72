//! Figures one after the other, as a GIF that repeats.

use std::fmt;
use std::path::Path;

use super::bitmap::Palette;
use super::canvas::Raster;
use super::figure::{Figure, show, show_in_notebook};
use super::font::Font;
use crate::error::Error;
use crate::file::write::write_atomically;

/// Figures one after the other: shown by a notebook at a cell's end, and saved as a GIF that repeats for ever. The last figure stays for a
/// while.
///
/// ```
/// use nnlib::plot::{Animation, curve};
/// let frames = (1..=5).map(|k| curve("sin kx", 0.0, 6.0, move |x| (f64::from(k) * x).sin())?.y_range(-1.1, 1.1)).collect::<Result<_, _>>()?;
/// let animation = Animation::new(frames, 2.0)?;
/// assert!(animation.gif()?.starts_with(b"GIF89a"));
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone)]
pub struct Animation {
    frames: Vec<Figure>,
    frames_per_second: f64,
    alt: Option<String>,
}

/// Colours of a GIF, one of which stands for "as before".
const COLORS: usize = 255;
const AS_BEFORE: u8 = 255;

impl Animation {
    /// An animation of these figures. They are drawn 640 pixels wide, unless the first one was given a size.
    ///
    /// # Errors
    /// [`Error::Empty`] without a figure, [`Error::Value`] unless the frames per second are above 0 and at most 50.
    pub fn new(frames: Vec<Figure>, frames_per_second: f64) -> Result<Self, Error> {
        if frames.is_empty() {
            return Err(Error::empty("frames"));
        }
        if !(frames_per_second > 0.0 && frames_per_second <= 50.0) {
            return Err(Error::value("frames per second", "a number above 0 and at most 50", frames_per_second));
        }
        let (width, height) = frames[0].pixels(&Font::new(None)?);
        let size = frames[0].size.unwrap_or((640.0, (640.0 * height / width).clamp(100.0, 1280.0).round()));
        let frames = frames.into_iter().map(|frame| Figure { size: Some(size), ..frame }).collect();
        Ok(Self { frames, frames_per_second, alt: None })
    }

    /// The text for readers who cannot see the animation, in place of the one made from its first and last figure.
    #[must_use]
    pub fn alt(mut self, text: &str) -> Self {
        self.alt = Some(text.to_owned());
        self
    }

    /// The text for readers who cannot see the animation.
    pub fn alternative_text(&self) -> String {
        self.alt.clone().unwrap_or_else(|| {
            let (first, last) = (&self.frames[0], &self.frames[self.frames.len() - 1]);
            let (first, last) = (first.alternative_text(), last.alternative_text());
            format!("Animation of {} figures. The first: {first} The last: {last}", self.frames.len())
        })
    }

    /// The animation as a GIF file.
    ///
    /// # Errors
    /// [`Error::Draw`] when it cannot be made.
    pub fn gif(&self) -> Result<Vec<u8>, Error> {
        let failed = |error: gif::EncodingError| Error::Draw(format!("GIF: {error}"));
        let pictures: Vec<Raster> = self.frames.iter().map(|frame| Raster::of(&frame.canvas()?)).collect::<Result<_, _>>()?;
        let palette = Palette::of(pictures.iter().map(|picture| &picture.cells[..]), COLORS);
        let (width, height) = (pictures[0].columns as u16, pictures[0].rows as u16);
        let mut file = Vec::new();
        let mut encoder = gif::Encoder::new(&mut file, width, height, &palette.colors.concat()).map_err(failed)?;
        encoder.set_repeat(gif::Repeat::Infinite).map_err(failed)?;
        let delay = (100.0 / self.frames_per_second).round().min(6000.0) as u16;
        let mut shown = vec![AS_BEFORE; pictures[0].cells.len()];
        for (i, picture) in pictures.iter().enumerate() {
            let indices = palette.indices(&picture.cells);
            let delay = if i + 1 == pictures.len() { delay.max(150) } else { delay };
            // Only what changes.
            let changed = shown.iter().zip(&indices).map(|(before, now)| if before == now { AS_BEFORE } else { *now });
            let buffer = changed.collect::<Vec<u8>>().into();
            let frame = gif::Frame { delay, transparent: Some(AS_BEFORE), width, height, buffer, ..gif::Frame::default() };
            encoder.write_frame(&frame).map_err(failed)?;
            shown = indices;
        }
        drop(encoder);
        Ok(file)
    }

    /// Saves the animation as a `.gif` file, written beside and then renamed.
    ///
    /// # Errors
    /// [`Error::Value`] for another ending, [`Error::File`] when the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        if !path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gif")) {
            return Err(Error::value("file name", "a name that ends in .gif", path.display()));
        }
        write_atomically(path, &self.gif()?)
    }

    /// Shows the animation in a notebook: the kernel calls this for a value at a cell's end.
    pub fn evcxr_display(&self) {
        show("image/gif", self.gif(), &self.alternative_text());
    }
}

impl fmt::Debug for Animation {
    /// The alternative text. In a notebook the animation is shown too, see `show_in_notebook`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_in_notebook(|| self.evcxr_display());
        f.write_str(&self.alternative_text())
    }
}
