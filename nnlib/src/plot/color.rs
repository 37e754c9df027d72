//! Colours that colour-blind readers can tell apart, and scales of colour for numbers.

use plotters::style::RGBAColor;

/// Red, green, blue, and how much of what is beneath it it hides: 0 nothing, 1 everything.
pub(super) type Color = RGBAColor;

pub(super) const WHITE: Color = RGBAColor(255, 255, 255, 1.0);
/// Text, and lines that matter.
pub(super) const INK: Color = RGBAColor(34, 34, 34, 1.0);
/// The axes' frame and ticks.
pub(super) const FRAME: Color = RGBAColor(120, 120, 120, 1.0);
/// Grid lines.
pub(super) const GRID: Color = RGBAColor(230, 230, 230, 1.0);

/// M. Okabe and K. Ito, "Color Universal Design" (2008), in an order whose first ones differ most; blue and orange come first.
const SERIES: [[u8; 3]; 8] = [
    [0, 114, 178],   // blue
    [230, 120, 0],   // orange, a little darker than theirs: it is drawn on white
    [0, 158, 115],   // bluish green
    [204, 121, 167], // reddish purple
    [86, 180, 233],  // sky blue
    [213, 60, 0],    // vermilion
    [120, 100, 20],  // olive, for their yellow: it is drawn on white
    [70, 70, 70],    // grey
];

/// The colour of a class or a series.
pub(super) fn series(index: usize) -> Color {
    let [r, g, b] = SERIES[index % SERIES.len()];
    RGBAColor(r, g, b, 1.0)
}

/// A colour with white in it: a share `t` of the colour itself.
pub(super) fn pale(RGBAColor(r, g, b, _): Color, t: f64) -> [u8; 3] {
    between([255; 3], [r, g, b], t)
}

fn between(a: [u8; 3], b: [u8; 3], t: f64) -> [u8; 3] {
    [0, 1, 2].map(|i| (f64::from(a[i]) + t * (f64::from(b[i]) - f64::from(a[i]))).round() as u8)
}

/// Whether dark text is easier to read on it than light text.
pub(super) fn is_light(rgb: [u8; 3]) -> bool {
    let [r, g, b] = rgb.map(f64::from);
    0.299 * r + 0.587 * g + 0.114 * b > 140.0
}

type Stops = &'static [[u8; 3]];

/// White to dark blue: amounts.
pub(super) const BLUES: Stops = &[[247, 251, 255], [198, 219, 239], [107, 174, 214], [33, 113, 181], [8, 48, 107]];
/// Black to white: pictures.
pub(super) const GREYS: Stops = &[[0, 0, 0], [255, 255, 255]];
/// Blue through white to orange: values on both sides of zero.
const BOTH_SIDES: Stops = &[[5, 80, 150], [100, 170, 215], [247, 247, 247], [245, 165, 80], [170, 75, 0]];

/// Colours for the numbers from `low` to `high`.
#[derive(Clone, Copy)]
pub(super) struct Shades {
    pub(super) stops: Stops,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Shades {
    /// Colours for some numbers: these for amounts from zero, and others where both sides of zero reach equally far.
    pub(super) fn of<'a>(values: impl IntoIterator<Item = &'a f64>, amounts: Stops) -> Self {
        let (low, high) = values.into_iter().fold((0.0_f64, 0.0_f64), |(low, high), &v| (low.min(v), high.max(v)));
        let most = if low == high { 1.0 } else { high.max(-low) };
        if low < 0.0 { Self { stops: BOTH_SIDES, low: -most, high: most } } else { Self { stops: amounts, low: 0.0, high: most } }
    }

    /// The colour of a number, in 64 steps: finer ones cannot be seen, and files with few colours are small.
    pub(super) fn of_value(&self, value: f64) -> [u8; 3] {
        let share = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        let place = (share * 64.0).round().clamp(0.0, 64.0) / 64.0 * (self.stops.len() - 1) as f64;
        let i = (place as usize).min(self.stops.len() - 2);
        between(self.stops[i], self.stops[i + 1], place - i as f64)
    }
}
