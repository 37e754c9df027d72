//! Two axes and what is drawn between them.

use super::canvas::{Anchor, Canvas, Points, Rect, Stroke};
use super::color::{FRAME, GRID, INK};
use super::font::Font;
use super::layout::{Drawing, Insets, Layout, Shown, Sizes};
use super::legend::{self, Entry};
use super::scale::{LEAST, Scale, range};
use super::series::{BarSlot, Extent, Marks, Series};
use crate::error::Error;

#[derive(Clone, Default)]
pub(super) struct Axes {
    pub(super) x: Axis,
    pub(super) y: Axis,
    /// Whether a unit is as long on one axis as on the other.
    pub(super) equal: bool,
    pub(super) series: Vec<Series>,
}

#[derive(Clone, Default)]
pub(super) struct Axis {
    pub(super) label: String,
    pub(super) log: bool,
    /// The range asked for; without it the series decide.
    pub(super) range: Option<(f64, f64)>,
    /// Names in place of numbers, one for each whole number from 0.
    pub(super) categories: Vec<String>,
}

/// Where the numbers of the two axes lie on the canvas.
pub(super) struct Plane {
    pub(super) area: Rect,
    pub(super) x: Scale,
    pub(super) y: Scale,
}

impl Plane {
    pub(super) fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }

    /// Marks are smaller in a small panel.
    pub(super) fn mark_scale(&self) -> f64 {
        if self.area.w < 340.0 { 0.72 } else { 1.0 }
    }

    /// The places of those points that lie within the axes.
    pub(super) fn visible(&self, points: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
        let within = |scale: &Scale, v: f64| (scale.low..=scale.high).contains(&v);
        points.iter().filter(move |(x, y)| within(&self.x, *x) && within(&self.y, *y)).map(|&point| self.at(point))
    }

    /// A line through points, with no more places in each column of pixels than can be seen: the first, the lowest, the highest, the last.
    pub(super) fn line(&self, points: &[(f64, f64)]) -> Points {
        let places: Points = points.iter().map(|&point| self.at(point)).collect();
        if places.len() < 2000 {
            return places;
        }
        let mut seen = Vec::new();
        for column in places.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
            if column.len() <= 4 {
                seen.extend(column);
                continue;
            }
            let by_y = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
            seen.extend([column.first(), column.iter().min_by(by_y), column.iter().max_by(by_y), column.last()].into_iter().flatten());
        }
        seen
    }
}

impl Axes {
    /// The style of the next series: each coloured one has its own, and so has each line to compare with.
    pub(super) fn next_style(&self, marks: &Marks) -> usize {
        let alike = self.series.iter().filter(|s| s.marks.is_coloured() == marks.is_coloured() && !matches!(s.marks, Marks::Field(_)));
        alike.map(|s| s.style + 1).max().unwrap_or(0)
    }

    /// `Ok` when every number on a logarithmic axis is above zero.
    pub(super) fn check_log(&self) -> Result<(), Error> {
        for series in &self.series {
            let least = series.least();
            for (axis, name, least) in [(&self.x, "x", least.0), (&self.y, "y", least.1)] {
                let least = axis.range.map_or(least, |(low, _)| low.min(least));
                if axis.log && least <= 0.0 {
                    let given = if least.is_finite() { least.to_string() } else { "a drawing that needs a straight axis".to_owned() };
                    return Err(Error::value(format!("logarithmic {name} axis, series “{}”", series.name), "numbers above 0", given));
                }
            }
        }
        Ok(())
    }

    fn has(&self, wanted: fn(&Marks) -> bool) -> bool {
        self.series.iter().any(|s| wanted(&s.marks))
    }

    /// The ranges of both axes.
    fn ranges(&self) -> ((f64, f64), (f64, f64)) {
        let extent = self.series.iter().fold(Extent::NOTHING, |e, s| e.with(s.extent(self.y.log)));
        let field = self.has(|m| matches!(m, Marks::Field(_)));
        let bars = self.has(|m| matches!(m, Marks::Bars(_) | Marks::Histogram { .. }));
        let pad_x = if field || bars { 0.0 } else { 0.03 };
        let (low, high) = self.y.padded(extent.y, if field { 0.0 } else { 0.06 });
        // Bars stand on the axis; on a logarithmic one the shortest is still to be seen.
        let low = match extent.y.0 {
            0.0 if bars && !self.y.log => 0.0,
            least if bars && self.y.log => low.min(0.7 * least),
            _ => low,
        };
        let high = if bars && extent.y.1 == 0.0 && low < 0.0 { 0.0 } else { high };
        (self.x.padded(extent.x, pad_x), self.y.range.unwrap_or((low, high)))
    }

    /// How tall the axes are for their width when a unit is as long on both; `None` when it need not be, or would leave a mere line.
    fn shape(&self) -> Option<f64> {
        let (x, y) = self.ranges();
        let shape = (y.1 - y.0) / (x.1 - x.0);
        (self.equal && !self.x.log && !self.y.log && (0.02..50.0).contains(&shape)).then_some(shape)
    }

    fn plane(&self, mut area: Rect) -> Plane {
        let (x, y) = self.ranges();
        if let Some(shape) = self.shape() {
            area.w = area.w.min(area.h / shape);
            area.h = area.w * shape;
        }
        Plane {
            area,
            x: Scale { low: x.0, high: x.1, log: self.x.log, pixels: (area.x, area.right()) },
            y: Scale { low: y.0, high: y.1, log: self.y.log, pixels: (area.bottom(), area.y) },
        }
    }

    fn x_ticks(&self, canvas: &Canvas, plane: &Plane, size: f64) -> Vec<(f64, Vec<String>)> {
        if !self.x.categories.is_empty() {
            let slot = plane.area.w / (self.x.categories.len() as f64 + 0.2);
            let label = |(i, name): (usize, &String)| (i as f64, canvas.wrap(name, size, slot - 4.0, 3));
            return self.x.categories.iter().enumerate().map(label).collect();
        }
        // As many as fit without touching each other.
        let mut most = (plane.area.w / 40.0).clamp(2.0, 10.0) as usize;
        let ticks = loop {
            let mut ticks = plane.x.ticks(most);
            let apart = |pair: &[(f64, String)]| {
                let half = |text: &str| canvas.text_width(text, size) / 2.0;
                (plane.x.at(pair[1].0) - plane.x.at(pair[0].0)) > half(&pair[0].1) + half(&pair[1].1) + size
            };
            if most == 1 {
                ticks.truncate(1);
            }
            if ticks.windows(2).all(apart) {
                break ticks;
            }
            most -= 1;
        };
        ticks.into_iter().map(|(value, text)| (value, vec![text])).collect()
    }

    fn y_ticks(plane: &Plane, size: f64) -> Vec<(f64, String)> {
        plane.y.ticks((plane.area.h / (size * 2.4)).clamp(2.0, 8.0) as usize)
    }
}

impl Axis {
    pub(super) fn set_range(&mut self, name: &str, low: f64, high: f64) -> Result<(), Error> {
        if !(low.is_finite() && high.is_finite() && low < high) {
            return Err(Error::value(name, "two finite numbers, the lower one first", format!("{low} and {high}")));
        }
        if self.log && low <= 0.0 {
            return Err(Error::value(name, "numbers above 0 on a logarithmic axis", low));
        }
        self.range = Some((low, high));
        Ok(())
    }

    /// The range asked for, or that of the data with some space at both ends.
    fn padded(&self, (low, high): (f64, f64), pad: f64) -> (f64, f64) {
        if let Some(range) = self.range {
            return range;
        }
        if low > high {
            // Nothing to show.
            return if self.log { (1.0, 10.0) } else { (0.0, 1.0) };
        }
        if self.log {
            let (a, b) = (low.max(LEAST).ln(), high.max(LEAST).ln());
            let room = if b - a > 1e-9 { pad * (b - a) } else { 1.0 };
            return ((a - room).exp().max(LEAST), (b + room).exp().min(f64::MAX));
        }
        // Space for a margin, and for the distance between both ends.
        let (low, high) = (low.clamp(-1e300, 1e300), high.clamp(-1e300, 1e300));
        // A range too small for numbers of this size to tell apart is widened.
        let smallest = 1e-9 * low.abs().max(high.abs()).max(1e-290);
        if high - low <= smallest {
            let room = if low.abs() < 1e-290 { 1.0 } else { low.abs() * 0.1 };
            return (low - room, high + room);
        }
        let room = pad * (high - low);
        (low - room, high + room)
    }

    fn describe(&self, name: &str, ends: (f64, f64)) -> String {
        let label = if self.label.is_empty() { String::new() } else { format!(" {},", self.label) };
        let log = if self.log { " (logarithmic)" } else { "" };
        let what = if self.categories.is_empty() { format!("{}{log}", range(ends)) } else { self.categories.join(", ") };
        format!("{name} axis:{label} {what}.")
    }
}

impl Drawing for Axes {
    fn size(&self, _font: &Font) -> (f64, f64) {
        let Some(shape) = self.shape() else { return (876.0, 508.0) };
        let width = (520.0 / shape).clamp(300.0, 780.0);
        (width + 86.0, (width * shape).min(700.0) + 70.0)
    }

    /// Its entries, where there is something to tell apart.
    fn legend(&self) -> Vec<Entry> {
        let entries: Vec<Entry> = self.series.iter().filter_map(Series::entry).collect();
        let told_by_label = entries.len() == 1 && !self.y.label.is_empty() && !matches!(self.series[0].marks, Marks::Field(_));
        if told_by_label { Vec::new() } else { entries }
    }

    fn labels(&self) -> [&str; 2] {
        [&self.x.label, &self.y.label]
    }

    fn insets(&self, canvas: &Canvas, area: Rect, shown: Shown) -> Insets {
        let sizes = Sizes::of(area.w);
        let label = |text: &str, shown: bool| if text.is_empty() || !shown { 0.0 } else { sizes.label + 8.0 };
        let (x_label, y_label) = (label(&self.x.label, shown.x_label), label(&self.y.label, shown.y_label));
        let entries = if shown.legend { self.legend() } else { Vec::new() };
        let top = |left: f64| legend::height(canvas, &entries, sizes.label, area.w - left) + sizes.tick * 0.5;
        let right = sizes.tick * 1.4;
        let guess = self.plane(area.inset(4.0 * sizes.tick, top(60.0), right, sizes.tick * 2.0 + x_label));
        let left = canvas.widest(Self::y_ticks(&guess, sizes.tick).iter().map(|(_, text)| text), sizes.tick) + 10.0 + y_label;
        let lines = self.x_ticks(canvas, &guess, sizes.tick).iter().map(|(_, lines)| lines.len()).max().unwrap_or(1);
        Insets { left, top: top(left.max(60.0)), right, bottom: 8.0 + lines as f64 * sizes.tick * 1.25 + x_label }
    }

    fn draw(&self, canvas: &mut Canvas, area: Rect, layout: &Layout) {
        let sizes = Sizes::of(area.w);
        let Insets { left, top, right, bottom } = layout.insets;
        let plane = self.plane(area.inset(left, top, right, bottom));
        let inner = plane.area;
        let (x_ticks, y_ticks) = (self.x_ticks(canvas, &plane, sizes.tick), Self::y_ticks(&plane, sizes.tick));
        let vertical =
            |canvas: &mut Canvas, x: f64, from: f64, to: f64, color| canvas.line(vec![(x, from), (x, to)], Stroke::new(color, 1.0));
        let across =
            |canvas: &mut Canvas, y: f64, from: f64, color| canvas.line(vec![(from, y), (inner.right(), y)], Stroke::new(color, 1.0));
        let numbers = self.x.categories.is_empty();

        if !self.has(|m| matches!(m, Marks::Field(_))) {
            y_ticks.iter().for_each(|(value, _)| across(canvas, plane.y.at(*value), inner.x, GRID));
            x_ticks.iter().filter(|_| numbers).for_each(|(value, _)| vertical(canvas, plane.x.at(*value), inner.y, inner.bottom(), GRID));
        }
        canvas.clip = Some(inner);
        let of = self.series.iter().filter(|s| matches!(s.marks, Marks::Bars(_))).count();
        let with_values = of * self.x.categories.len() <= 16;
        let mut index = 0;
        for series in &self.series {
            series.draw(canvas, &plane, BarSlot { index, of, with_values, text: sizes.tick });
            index += usize::from(matches!(series.marks, Marks::Bars(_)));
        }
        canvas.clip = None;
        if of > 0 && plane.y.low < 0.0 && plane.y.high > 0.0 {
            across(canvas, plane.y.at(0.0), inner.x, INK);
        }
        canvas.rect(inner, None, Some(Stroke::new(FRAME, 1.0)));
        for (value, lines) in &x_ticks {
            let x = plane.x.at(*value);
            if numbers {
                vertical(canvas, x, inner.bottom(), inner.bottom() + 4.0, FRAME);
            }
            for (i, line) in lines.iter().enumerate() {
                let y = inner.bottom() + 7.0 + (i as f64 * 1.25 + 0.85) * sizes.tick;
                canvas.text(line, (x, y), sizes.tick, INK, Anchor::Middle);
            }
        }
        for (value, text) in &y_ticks {
            let y = plane.y.at(*value);
            canvas.line(vec![(inner.x - 4.0, y), (inner.x, y)], Stroke::new(FRAME, 1.0));
            canvas.text(text, (inner.x - 7.0, y + sizes.tick * 0.36), sizes.tick, INK, Anchor::End);
        }
        layout.draw_labels(canvas, self.labels(), inner, area);
        if layout.shown.legend {
            legend::draw(canvas, &self.legend(), sizes.label, Rect { x: inner.x, y: area.y, w: area.right() - inner.x, h: 0.0 });
        }
    }

    fn describe(&self) -> String {
        let (x, y) = self.ranges();
        let series = self.series.iter().map(|series| series.describe(&self.x.categories));
        [self.x.describe("x", x), self.y.describe("y", y)].into_iter().chain(series).collect::<Vec<_>>().join(" ")
    }
}
