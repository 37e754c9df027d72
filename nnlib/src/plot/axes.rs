//! Two axes: what they are called, what is drawn between them, and the range that they show.

use super::canvas::Rect;
use super::scale::{LEAST, Plane, Scale, ends, range};
use super::series::{Extent, Marks, Series};
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
    /// Names in place of numbers, one for each whole number from 0; on the y axis from 0 down.
    pub(super) categories: Vec<String>,
}

impl Axes {
    /// The style of the next series: each coloured one has its own, and so has each line to compare with.
    pub(super) fn next_style(&self, marks: &Marks) -> usize {
        let alike = self.series.iter().filter(|s| s.marks.is_coloured() == marks.is_coloured() && !s.marks.is_solid());
        alike.map(|s| s.style + 1).max().unwrap_or(0)
    }

    /// `Ok` when every number on a logarithmic axis is above zero.
    pub(super) fn check_log(&self) -> Result<(), Error> {
        for (i, (axis, name)) in [(&self.x, "x"), (&self.y, "y")].into_iter().enumerate() {
            if let Some((low, _)) = axis.range.filter(|(low, _)| axis.log && *low <= 0.0) {
                return Err(Error::value(format!("{name}_range"), "numbers above 0 on a logarithmic axis", low));
            }
            for series in self.series.iter().filter(|_| axis.log) {
                let least = series.least()[i];
                if least <= 0.0 {
                    let given = if least.is_finite() { least.to_string() } else { "a drawing that needs a straight axis".to_owned() };
                    return Err(Error::value(format!("logarithmic {name} axis, series “{}”", series.name), "numbers above 0", given));
                }
            }
        }
        Ok(())
    }

    pub(super) fn has(&self, wanted: fn(&Marks) -> bool) -> bool {
        self.series.iter().any(|s| wanted(&s.marks))
    }

    pub(super) fn is_table(&self) -> bool {
        self.has(|marks| matches!(marks, Marks::Table(_)))
    }

    /// The ranges of both axes.
    pub(super) fn ranges(&self) -> [(f64, f64); 2] {
        let extents: Vec<Extent> = self.series.iter().map(|series| series.extent(self.y.log)).collect();
        let [x, y] = [0, 1].map(|axis| (ends(extents.iter().map(|e| e[axis].0)).0, ends(extents.iter().map(|e| e[axis].1)).1));
        let solid = self.has(Marks::is_solid);
        let bars = self.has(|marks| matches!(marks, Marks::Bars(_) | Marks::Histogram { .. }));
        let (low, high) = self.y.padded(y, if solid { 0.0 } else { 0.06 });
        // Bars stand on the axis; on a logarithmic one the shortest is still to be seen.
        let low = match y.0 {
            0.0 if bars && !self.y.log => 0.0,
            least if bars && self.y.log => low.min(0.7 * least),
            _ => low,
        };
        let high = if bars && y.1 == 0.0 && low < 0.0 { 0.0 } else { high };
        [self.x.padded(x, if solid || bars { 0.0 } else { 0.03 }), self.y.range.unwrap_or((low, high))]
    }

    /// How tall the axes are for their width when a unit is as long on both; `None` when it need not be, or would leave a mere line.
    pub(super) fn shape(&self) -> Option<f64> {
        let [x, y] = self.ranges();
        let shape = (y.1 - y.0) / (x.1 - x.0);
        (self.equal && !self.x.log && !self.y.log && (0.02..50.0).contains(&shape)).then_some(shape)
    }

    /// The plane in an area, which may leave some of that at the right or below.
    pub(super) fn plane(&self, mut area: Rect) -> Plane {
        let [x, y] = self.ranges();
        if let Some(shape) = self.shape() {
            area.w = area.w.min(area.h / shape);
            area.h = area.w * shape;
        }
        let (columns, rows) = (self.x.categories.len() as f64, self.y.categories.len() as f64);
        if rows > 0.0 && rows.max(columns) <= 40.0 {
            // The cells of a table are nearly square.
            let (w, h) = (area.w / columns, area.h / rows);
            (area.w, area.h) = (w.min(h * 1.6) * columns, h.min(w * 1.6) * rows);
        }
        Plane {
            area,
            x: Scale { low: x.0, high: x.1, log: self.x.log, pixels: (area.x, area.right()) },
            y: Scale { low: y.0, high: y.1, log: self.y.log, pixels: (area.bottom(), area.y) },
        }
    }
}

impl Axis {
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
            let space = if b - a > 1e-9 { pad * (b - a) } else { 1.0 };
            return ((a - space).exp().max(LEAST), (b + space).exp().min(f64::MAX));
        }
        // Space for a margin, and for the distance between both ends.
        let (low, high) = (low.clamp(-1e300, 1e300), high.clamp(-1e300, 1e300));
        // A range too small for numbers of this size to tell apart is widened.
        let smallest = 1e-9 * low.abs().max(high.abs()).max(1e-290);
        let space = match low.abs() {
            _ if high - low > smallest => pad * (high - low),
            size if size < 1e-290 => 1.0,
            size => 0.1 * size,
        };
        (low - space, high + space)
    }

    pub(super) fn describe(&self, name: &str, ends: (f64, f64)) -> String {
        let label = if self.label.is_empty() { String::new() } else { format!(" {},", self.label) };
        let log = if self.log { " (logarithmic)" } else { "" };
        let what = if self.categories.is_empty() { format!("{}{log}", range(ends)) } else { self.categories.join(", ") };
        format!("{name} axis:{label} {what}.")
    }
}
