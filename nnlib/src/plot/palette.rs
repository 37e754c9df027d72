//! At most 256 colours for pictures, which PNG and GIF files then hold in a fraction of the space.

use std::cmp::Reverse;
use std::collections::HashMap;

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
