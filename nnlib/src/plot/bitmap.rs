//! Pictures made of pixels, with smooth edges, as PNG files and in the few colours that PNG and GIF files hold in a fraction of the space.

use std::cmp::Reverse;
use std::collections::HashMap;

use plotters::backend::BitMapBackend;

use super::canvas::{Canvas, Raster, Rect};
use super::paint::Painter;
use crate::error::Error;

/// Plotters' pixels are either inside a shape or not: so many squared of them, averaged, make one whose edges are smooth.
const FINER: usize = 3;

/// So many fine pixels are painted at a time: a large picture in bands of rows.
const BAND: usize = 8_000_000;

impl Raster {
    /// The pixels of a canvas.
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
            let mut painter = Painter { backend, scale: FINER as f64, window, pixels: true };
            painter.paint(canvas, &canvas.shapes).map_err(|error| Error::Draw(error.to_string()))?;
            drop(painter);
            average(fine, width, &mut pixels);
        }
        Ok(Self { columns: width, rows: height, cells: pixels })
    }

    /// The picture as a PNG file of at most 256 colours.
    pub(super) fn png(&self) -> Result<Vec<u8>, Error> {
        let failed = |error: png::EncodingError| Error::Draw(format!("PNG: {error}"));
        let palette = Palette::of([&self.cells[..]], 256);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.columns as u32, self.rows as u32);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(palette.colors.concat());
        // A tenth of the time of the usual level, and hardly a larger file.
        encoder.set_deflate_compression(png::DeflateCompression::Level(2));
        // Filters help where neighbouring numbers are alike; a palette's are not.
        encoder.set_filter(png::Filter::NoFilter);
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&palette.indices(&self.cells)).map_err(failed)?;
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

type Rgb = [u8; 3];

/// The colours of some pictures, and which of them stands for each colour that occurs.
pub(super) struct Palette {
    pub(super) colors: Vec<Rgb>,
    index: HashMap<Rgb, u8>,
}

impl Palette {
    /// At most `most` colours (256 or fewer) for the pictures' pixels. The half that cover most are kept as they are, so that flat colour
    /// stays exact; the rest, which smooth the edges of text and lines, go to the nearest that is kept.
    pub(super) fn of<'a>(pictures: impl IntoIterator<Item = &'a [Rgb]>, most: usize) -> Self {
        let mut counts: HashMap<Rgb, usize> = HashMap::new();
        // Neighbours are mostly alike: count runs.
        for run in pictures.into_iter().flat_map(|pixels| pixels.chunk_by(|a, b| a == b)) {
            *counts.entry(run[0]).or_default() += run.len();
        }
        let counts = by_frequency(counts);
        let exact = if counts.len() <= most { counts.len() } else { most / 2 };
        // The others by groups of similar colours, each led by its most frequent one.
        let mut groups: HashMap<Rgb, (Rgb, usize)> = HashMap::new();
        for &(color, count) in &counts[exact..] {
            groups.entry(color.map(|c| c >> 4)).or_insert((color, 0)).1 += count;
        }
        let leaders = by_frequency(groups.into_values());
        let colors: Vec<Rgb> = counts[..exact].iter().chain(leaders.iter().take(most - exact)).map(|&(color, _)| color).collect();
        let distance = |a: Rgb, b: Rgb| (0..3).map(|i| (i32::from(a[i]) - i32::from(b[i])).pow(2)).sum::<i32>();
        let nearest = |color: Rgb| (0..colors.len()).min_by_key(|&i| distance(color, colors[i])).unwrap_or(0) as u8;
        let index = counts.iter().enumerate().map(|(i, &(color, _))| (color, if i < exact { i as u8 } else { nearest(color) })).collect();
        Self { colors, index }
    }

    /// The number of each pixel's colour.
    pub(super) fn indices(&self, pixels: &[Rgb]) -> Vec<u8> {
        let mut indices = Vec::with_capacity(pixels.len());
        for run in pixels.chunk_by(|a, b| a == b) {
            indices.resize(indices.len() + run.len(), self.index[&run[0]]);
        }
        indices
    }
}

fn by_frequency(counts: impl IntoIterator<Item = (Rgb, usize)>) -> Vec<(Rgb, usize)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|&(color, count)| (Reverse(count), color));
    counts
}
