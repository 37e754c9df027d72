//! A picture in at most 256 colours, which a PNG or GIF file holds in a fraction of the space.

use std::collections::HashMap;

use super::bitmap::Picture;
use crate::error::Error;

/// The colours of some pictures, and which of them stands for each colour that occurs.
pub(super) struct Palette {
    pub(super) colors: Vec<[u8; 3]>,
    index: HashMap<[u8; 3], u8>,
}

impl Palette {
    /// At most `most` colours (256 or fewer) for the pictures. The half that cover most are kept as they are, so that flat colour stays exact;
    /// the rest, which smooth the edges of text and lines, go to the nearest that is kept.
    pub(super) fn of(pictures: &[Picture], most: usize) -> Self {
        let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
        for picture in pictures {
            // Neighbours are mostly alike: count runs.
            for run in picture.pixels.chunk_by(|a, b| a == b) {
                *counts.entry(run[0]).or_default() += run.len();
            }
        }
        let mut counts: Vec<([u8; 3], usize)> = counts.into_iter().collect();
        counts.sort_unstable_by_key(|&(color, count)| (std::cmp::Reverse(count), color));

        let exact = if counts.len() <= most { counts.len() } else { most / 2 };
        let mut colors: Vec<[u8; 3]> = counts[..exact].iter().map(|&(color, _)| color).collect();
        // The others by groups of similar colours, each led by its most frequent one.
        let mut groups: HashMap<[u8; 3], ([u8; 3], usize)> = HashMap::new();
        for &(color, count) in &counts[exact..] {
            groups.entry(color.map(|c| c >> 4)).or_insert((color, 0)).1 += count;
        }
        let mut groups: Vec<([u8; 3], usize)> = groups.into_values().collect();
        groups.sort_unstable_by_key(|&(color, count)| (std::cmp::Reverse(count), color));
        colors.extend(groups.iter().take(most - exact).map(|&(color, _)| color));

        let distance = |a: [u8; 3], b: [u8; 3]| (0..3).map(|i| (i32::from(a[i]) - i32::from(b[i])).pow(2)).sum::<i32>();
        let nearest = |color: [u8; 3]| (0..colors.len()).min_by_key(|&i| distance(color, colors[i])).unwrap_or(0) as u8;
        let index = counts.iter().enumerate().map(|(i, &(color, _))| (color, if i < exact { i as u8 } else { nearest(color) })).collect();
        Self { colors, index }
    }

    /// The number of each pixel's colour.
    pub(super) fn indices(&self, picture: &Picture) -> Vec<u8> {
        let mut indices = Vec::with_capacity(picture.width * picture.height);
        for run in picture.pixels.chunk_by(|a, b| a == b) {
            indices.resize(indices.len() + run.len(), self.index.get(&run[0]).copied().unwrap_or(0));
        }
        indices
    }
}

impl Picture {
    /// The picture as a PNG file of at most 256 colours.
    pub(super) fn png(&self) -> Result<Vec<u8>, Error> {
        let failed = |error: png::EncodingError| Error::Draw(format!("PNG: {error}"));
        let palette = Palette::of(std::slice::from_ref(self), 256);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(palette.colors.concat());
        // A tenth of the time of the usual level, and hardly a larger file.
        encoder.set_deflate_compression(png::DeflateCompression::Level(2));
        // Filters help where neighbouring numbers are alike; a palette's are not.
        encoder.set_filter(png::Filter::NoFilter);
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&palette.indices(self)).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(file)
    }
}
