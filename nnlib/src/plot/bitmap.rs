//! Pictures made of pixels, with smooth edges, and as PNG files.

use plotters::backend::BitMapBackend;

use super::canvas::{Canvas, Rect};
use super::paint::Painter;
use super::palette::Palette;
use crate::error::Error;

/// Red, green and blue of each pixel, row by row from the top.
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<[u8; 3]>,
}

/// Plotters' pixels are either inside a shape or not: so many squared of them, averaged, make one whose edges are smooth.
const FINER: usize = 3;

/// So many fine pixels are painted at a time: a large picture in bands of rows.
const BAND: usize = 8_000_000;

impl Picture {
    /// The canvas as pixels.
    pub(super) fn of(canvas: &Canvas) -> Result<Self, Error> {
        let (width, height) = (canvas.width.round() as usize, canvas.height.round() as usize);
        let most = (BAND / (width * FINER * FINER)).clamp(1, height);
        let mut fine = vec![0; most * width * FINER * FINER * 3];
        let mut pixels = Vec::with_capacity(width * height);
        for top in (0..height).step_by(most) {
            let rows = most.min(height - top);
            let fine = &mut fine[..rows * width * FINER * FINER * 3];
            fine.fill(255);
            let backend = BitMapBackend::with_buffer(fine, ((width * FINER) as u32, (rows * FINER) as u32));
            let window = Rect { x: 0.0, y: top as f64, w: width as f64, h: rows as f64 };
            let mut painter = Painter { backend, scale: FINER as f64, window, in_segments: true };
            painter.paint(canvas, &canvas.shapes).map_err(|error| Error::Draw(error.to_string()))?;
            drop(painter);
            average(fine, width, &mut pixels);
        }
        Ok(Self { width, height, pixels })
    }

    /// The picture as a PNG file of at most 256 colours.
    pub(super) fn png(&self) -> Result<Vec<u8>, Error> {
        let failed = |error: png::EncodingError| Error::Draw(format!("PNG: {error}"));
        let palette = Palette::of([&self.pixels[..]], 256);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(palette.colors.concat());
        // A tenth of the time of the usual level, and hardly a larger file.
        encoder.set_deflate_compression(png::DeflateCompression::Level(2));
        // Filters help where neighbouring numbers are alike; a palette's are not.
        encoder.set_filter(png::Filter::NoFilter);
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&palette.indices(&self.pixels)).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(file)
    }
}

/// Adds each square of fine pixels as the one pixel of their average colour.
fn average(fine: &[u8], width: usize, pixels: &mut Vec<[u8; 3]>) {
    let mut sums = vec![0_u16; width * FINER * 3];
    for rows in fine.chunks_exact(width * FINER * 3 * FINER) {
        sums.fill(0);
        for row in rows.chunks_exact(width * FINER * 3) {
            sums.iter_mut().zip(row).for_each(|(sum, &part)| *sum += u16::from(part));
        }
        let count = (FINER * FINER) as u16;
        let average = |square: &[u16], part: usize| ((square.iter().skip(part).step_by(3).sum::<u16>() + count / 2) / count) as u8;
        pixels.extend(sums.chunks_exact(3 * FINER).map(|square| [0, 1, 2].map(|part| average(square, part))));
    }
}
