//! Small pictures in rows: digits, kernels, feature maps.

use ndarray::{Array3, ArrayView3};
use plotters_backend::text_anchor::HPos;

use super::canvas::{Canvas, Raster, Rect, Shape, Stroke};
use super::color::{FRAME, GREYS, Shades};
use super::data::{owned, same_length};
use super::figure::Figure;
use super::font::Font;
use super::layout::{Drawing, Shown};
use super::legend;
use super::scale::range;
use crate::error::{Error, check_finite};

#[derive(Clone)]
pub(super) struct Images {
    pictures: Array3<f64>,
    captions: Vec<String>,
    columns: usize,
}

/// Pictures in rows: `pictures` has shape (n, height, width).
///
/// Numbers of at least zero go from black to white. Where some are negative, as in a kernel, blue is below zero, white is zero and orange
/// above. All pictures share one scale.
///
/// # Errors
/// [`Error::Empty`] without a picture or a pixel, [`Error::NotFinite`] for a NaN or an infinity.
///
/// ```
/// use ndarray::{Array4, Axis};
/// let digits = Array4::from_shape_fn((6, 1, 8, 8), |(n, _, i, j)| ((n + i * j) % 9) as f64 / 8.0); // NCHW
/// let figure = nnlib::plot::images(digits.index_axis(Axis(1), 0))?.captions(&["0", "1", "2", "3", "4", "5"])?;
/// # assert!(figure.png()?.len() > 500);
/// # Ok::<(), nnlib::Error>(())
/// ```
pub fn images(pictures: ArrayView3<'_, f64>) -> Result<Figure, Error> {
    if pictures.is_empty() {
        return Err(Error::empty("pictures"));
    }
    let pictures = pictures.to_owned();
    check_finite("pictures", &pictures)?;
    let n = pictures.dim().0;
    let columns = if n <= 8 { n } else { ((n as f64 * 1.6).sqrt().ceil() as usize).max(8) };
    Ok(Figure::of(Images { pictures, captions: Vec::new(), columns }))
}

impl Figure {
    /// A line of text below each picture.
    ///
    /// # Errors
    /// [`Error::Shape`] unless there is one for each picture, [`Error::Value`] when the figure holds no pictures.
    pub fn captions(mut self, captions: &[impl AsRef<str>]) -> Result<Self, Error> {
        let images = self.content_mut("give captions", "one of pictures", |_: &Images| true)?;
        same_length("captions", "pictures", images.pictures.dim().0, captions.len())?;
        images.captions = owned(captions);
        Ok(self)
    }

    /// How many pictures stand in a row.
    ///
    /// # Errors
    /// [`Error::Value`] for zero, or when the figure holds no pictures.
    pub fn columns(mut self, columns: usize) -> Result<Self, Error> {
        if columns == 0 {
            return Err(Error::value("columns", "at least 1", columns));
        }
        let images = self.content_mut("give columns", "one of pictures", |_: &Images| true)?;
        images.columns = columns.min(images.pictures.dim().0);
        Ok(self)
    }
}

const CAPTION: f64 = 12.0;
const GAP: f64 = 6.0;

impl Images {
    fn rows(&self) -> usize {
        self.pictures.dim().0.div_ceil(self.columns)
    }

    /// The space below each picture.
    fn below(&self) -> f64 {
        if self.captions.is_empty() { GAP } else { GAP + CAPTION * 1.5 }
    }

    fn shades(&self) -> Shades {
        Shades::of(&self.pictures, GREYS)
    }

    /// The width of the key to the colours.
    fn key(&self) -> f64 {
        if self.shades().low < 0.0 { legend::KEY } else { 0.0 }
    }
}

impl Drawing for Images {
    fn kind(&self) -> &'static str {
        "a figure of pictures"
    }

    fn size(&self, _font: &Font) -> (f64, f64) {
        let (_, height, width) = self.pictures.dim();
        let (columns, rows) = (self.columns as f64, self.rows() as f64);
        // A whole number of pixels to each of the pictures' keeps them even.
        let per_pixel = ((860.0 / columns - GAP).min(130.0) / width as f64).floor().max(1.0);
        let (w, h) = (per_pixel * width as f64, per_pixel * height as f64);
        // A pixel more, since the figure's own size is rounded: half a pixel short would cost each picture a whole scale.
        let size = (columns * (w + GAP) + self.key(), rows * (h + self.below()) + 1.0);
        (size.0.clamp(216.0, 3900.0), size.1.clamp(60.0, 3900.0))
    }

    fn draw(&self, canvas: &mut Canvas, area: Rect, _outer: Rect, _shown: Shown) {
        let (_, height, width) = self.pictures.dim();
        let shades = self.shades();
        let (columns, rows) = (self.columns as f64, self.rows() as f64);
        let fit = |space: f64, n: f64, between: f64, pixels: usize| (space / n - between) / pixels as f64;
        let per_pixel = fit(area.w - self.key(), columns, GAP, width).min(fit(area.h, rows, self.below(), height));
        let per_pixel = if per_pixel >= 1.0 { per_pixel.floor() } else { per_pixel.max(0.05) };
        let (w, h) = (per_pixel * width as f64, per_pixel * height as f64);
        for (n, picture) in self.pictures.outer_iter().enumerate() {
            let (column, row) = ((n % self.columns) as f64, (n / self.columns) as f64);
            let place = Rect { x: (area.x + column * (w + GAP)).round(), y: (area.y + row * (h + self.below())).round(), w, h };
            let cells = picture.iter().map(|&v| shades.of_value(v)).collect();
            canvas.push(Shape::Raster(place, Raster { columns: width, rows: height, cells }));
            if shades.low < 0.0 {
                canvas.rect(place, None, Some(Stroke::new(FRAME, 0.8)));
            }
            if let Some(caption) = self.captions.get(n) {
                let size = if canvas.text_width(caption, CAPTION) > w + GAP { CAPTION - 2.0 } else { CAPTION };
                let caption = canvas.fit(caption, size, w + GAP - 2.0);
                canvas.text(&caption, (place.x + w / 2.0, place.bottom() + CAPTION * 1.1), size, HPos::Center);
            }
        }
        if shades.low < 0.0 {
            let tall = (rows * (h + self.below()) - self.below()).max(30.0);
            let place = Rect { w: columns * (w + GAP) - 4.0 + legend::KEY, h: tall, ..area };
            legend::draw_key(canvas, &shades, place, 11.5);
        }
    }

    fn describe(&self) -> String {
        let (n, height, width) = self.pictures.dim();
        let Shades { low, high, .. } = self.shades();
        let captions = if self.captions.is_empty() { String::new() } else { format!(" Captions: {}.", self.captions.join(", ")) };
        format!("{n} pictures of {height} × {width} pixels, {} a row, from {}.{captions}", self.columns, range((low, high)))
    }
}
