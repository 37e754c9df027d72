//! Colours that colour-blind readers can tell apart, scales of colour for numbers, and the key to these.

use plotters_backend::BackendColor;

use super::canvas::{Anchor, Canvas, Raster, Rect, Stroke};
use super::scale::Scale;

/// A colour, with how much of what is beneath it it hides: 0 nothing, 1 everything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Color {
    pub(super) rgb: [u8; 3],
    pub(super) alpha: f64,
}

impl Color {
    pub(super) const fn new(rgb: [u8; 3]) -> Self {
        Self { rgb, alpha: 1.0 }
    }

    /// The same colour, letting some of what is beneath through.
    pub(super) const fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// A share `t` of `other` mixed into this colour.
    pub(super) fn mix(self, other: Self, t: f64) -> Self {
        let channel = |i: usize| (f64::from(self.rgb[i]) + t * (f64::from(other.rgb[i]) - f64::from(self.rgb[i]))).round() as u8;
        Self { rgb: [channel(0), channel(1), channel(2)], alpha: self.alpha }
    }

    /// Whether dark text is easier to read on it than light text.
    pub(super) fn is_light(self) -> bool {
        let [r, g, b] = self.rgb.map(f64::from);
        0.299 * r + 0.587 * g + 0.114 * b > 140.0
    }
}

impl From<Color> for BackendColor {
    fn from(Color { rgb: [r, g, b], alpha }: Color) -> Self {
        Self { alpha, rgb: (r, g, b) }
    }
}

pub(super) const WHITE: Color = Color::new([255, 255, 255]);
/// Text, and lines that matter.
pub(super) const INK: Color = Color::new([34, 34, 34]);
/// The axes' frame and ticks.
pub(super) const FRAME: Color = Color::new([120, 120, 120]);
/// Grid lines.
pub(super) const GRID: Color = Color::new([230, 230, 230]);

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
    Color::new(SERIES[index % SERIES.len()])
}

/// The colour behind the points of a class: light, so that they stand out.
pub(super) fn region(class: usize) -> Color {
    series(class).mix(WHITE, 0.68)
}

/// A scale of colours, from the lowest value to the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ramp {
    /// White to dark blue: amounts.
    Sequential,
    /// Blue through white to orange: values on both sides of zero.
    Diverging,
    /// Black to white: pictures.
    Grey,
}

impl Ramp {
    /// The scale for some numbers: amounts from zero, or both sides of zero equally far.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> (Self, f64, f64) {
        let (low, high) = values.fold((0.0, 0.0), |(low, high): (f64, f64), v| (low.min(v), high.max(v)));
        let most = high.max(-low);
        let most = if most > 0.0 { most } else { 1.0 };
        if low < 0.0 { (Self::Diverging, -most, most) } else { (Self::Sequential, 0.0, most) }
    }

    /// The colour of a number between `low` and `high`, in 64 steps: finer ones cannot be seen, and files with few colours are small.
    pub(super) fn color_of(self, value: f64, low: f64, high: f64) -> Color {
        let share = if high > low { (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0) } else { 0.0 };
        self.color((share * 64.0).round() / 64.0)
    }

    /// The colour at `t` in [0, 1].
    pub(super) fn color(self, t: f64) -> Color {
        let stops: &[[u8; 3]] = match self {
            Self::Sequential => &[[247, 251, 255], [198, 219, 239], [107, 174, 214], [33, 113, 181], [8, 48, 107]],
            Self::Diverging => &[[5, 80, 150], [100, 170, 215], [247, 247, 247], [245, 165, 80], [170, 75, 0]],
            Self::Grey => &[[0, 0, 0], [255, 255, 255]],
        };
        let place = t.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
        let i = (place as usize).min(stops.len() - 2);
        Color::new(stops[i]).mix(Color::new(stops[i + 1]), place - i as f64)
    }
}

/// The width of a scale's key beside what it explains.
pub(super) const KEY: f64 = 68.0;

/// Draws the key to a scale, from `low` at the bottom to `high` at the top.
pub(super) fn key(canvas: &mut Canvas, ramp: Ramp, (low, high): (f64, f64), area: Rect, size: f64) {
    let rows = 64;
    let cells = (0..rows).map(|i| ramp.color(1.0 - (i as f64 + 0.5) / rows as f64).rgb).collect();
    canvas.raster(area, Raster { columns: 1, rows, cells });
    canvas.rect(area, None, Some(Stroke::new(FRAME, 1.0)));
    let scale = Scale { low, high, log: false, pixels: (area.bottom(), area.y) };
    for (value, text) in scale.ticks((area.h / (size * 1.9)).clamp(2.0, 8.0) as usize) {
        let y = scale.at(value);
        canvas.line(vec![(area.right(), y), (area.right() + 4.0, y)], Stroke::new(FRAME, 1.0));
        canvas.text(&text, (area.right() + 7.0, y + size * 0.36), size, INK, Anchor::Start);
    }
}
