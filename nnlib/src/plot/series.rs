//! What can be drawn between two axes.

use ndarray::Array2;
use plotters::style::Color as _;
use plotters_backend::text_anchor::HPos;

use super::canvas::{Canvas, Points, Raster, Rect, Shape, Stroke};
use super::color::{self, BLUES, Color, INK, Shades, WHITE, is_light};
use super::legend::{Entry, SWATCH, mark};
use super::scale::{Plane, ends, number, range, to_digits};

/// Something drawn between the axes, with its name in the legend; an empty name stands in no legend.
#[derive(Clone)]
pub(super) struct Series {
    pub(super) name: String,
    /// Chooses colour, mark and dashes.
    pub(super) style: usize,
    pub(super) marks: Marks,
}

#[derive(Clone)]
pub(super) enum Marks {
    Points(Points),
    Line(Points),
    /// The way that something took: a line through marked steps, from a ring to a disc.
    Path(Points),
    /// Means within a band of ± spread, or with a bar of it at each.
    Spread {
        means: Points,
        spread: Vec<f64>,
        band: bool,
    },
    /// A bar for each category of the x axis.
    Bars(Vec<f64>),
    /// Bars from one edge to the next.
    Histogram {
        edges: Vec<f64>,
        counts: Vec<f64>,
    },
    /// A line across the figure at one x (axis 0) or one y (axis 1).
    Rule(usize, f64),
    Field(Field),
    /// Numbers as colours, a cell for each two categories of the axes.
    Table(Array2<f64>),
}

/// A rectangle of the plane filled with colours, and lines on it.
#[derive(Clone)]
pub(super) struct Field {
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
    pub(super) raster: Raster,
    pub(super) lines: Vec<Points>,
    pub(super) stroke: Stroke,
    pub(super) description: String,
}

/// The ends of what something needs of the x and of the y axis.
pub(super) type Extent = [(f64, f64); 2];

fn of_points(points: &[(f64, f64)]) -> Extent {
    [ends(points.iter().map(|p| p.0)), ends(points.iter().map(|p| p.1))]
}

/// A line through no more points than this shows where they are.
const MARKED: usize = 25;

const DASHES: [Option<(f64, f64)>; 4] = [None, Some((8.0, 4.0)), Some((2.0, 3.5)), Some((14.0, 4.0))];

impl Marks {
    /// Whether it takes one of the colours of the palette.
    pub(super) fn is_coloured(&self) -> bool {
        !matches!(self, Self::Rule(..)) && !self.is_solid()
    }

    /// Whether it fills all that is between the axes.
    pub(super) fn is_solid(&self) -> bool {
        matches!(self, Self::Field(_) | Self::Table(_))
    }
}

impl Series {
    fn stroke(&self) -> Stroke {
        let (color, dash) = (color::series(self.style), DASHES[self.style % DASHES.len()]);
        match self.marks {
            // A line to compare with is not data: dark, thin and never solid.
            Marks::Rule(..) => Stroke { color: INK, width: 1.4, dash: dash.or(Some((5.0, 4.0))) },
            Marks::Spread { band: false, .. } | Marks::Path(_) => Stroke::new(color, 1.6),
            _ => Stroke { color, width: 2.2, dash },
        }
    }

    /// What it needs of the axes; of numbers that a logarithmic y axis cannot show, nothing.
    pub(super) fn extent(&self, log: bool) -> Extent {
        let kept = |y: &f64| !log || *y > 0.0;
        let from_zero = |heights: &[f64]| ends(heights.iter().copied().chain([0.0]).filter(kept));
        match &self.marks {
            Marks::Points(points) | Marks::Line(points) | Marks::Path(points) => of_points(points),
            Marks::Spread { means, spread, .. } => {
                let y = means.iter().zip(spread).flat_map(|((_, y), s)| [*y, y - s, y + s]);
                [of_points(means)[0], ends(y.filter(kept))]
            }
            Marks::Bars(values) => [(-0.6, values.len() as f64 - 0.4), from_zero(values)],
            Marks::Histogram { edges, counts } => [ends(edges.iter().copied()), from_zero(counts)],
            Marks::Rule(axis, at) => [0, 1].map(|i| ends((i == *axis).then_some(*at))),
            Marks::Field(field) => [field.x, field.y],
            Marks::Table(values) => [(-0.5, values.ncols() as f64 - 0.5), (0.5 - values.nrows() as f64, 0.5)],
        }
    }

    /// The smallest numbers that a logarithmic axis would have to show: x and y.
    pub(super) fn least(&self) -> [f64; 2] {
        match &self.marks {
            // A bar of spread may reach below zero; it is then cut off at the axis.
            Marks::Spread { means, .. } => of_points(means).map(|ends| ends.0),
            Marks::Bars(values) => [f64::NEG_INFINITY, ends(values.iter().copied()).0],
            Marks::Histogram { edges, .. } => [edges[0], f64::INFINITY],
            Marks::Field(_) => [f64::NEG_INFINITY; 2],
            _ => self.extent(false).map(|ends| ends.0),
        }
    }

    pub(super) fn entry(&self) -> Option<Entry> {
        let color = color::series(self.style);
        let (line, mark) = (Some(self.stroke()), Some((self.style, color)));
        let entry = Entry { name: self.name.clone(), ..Entry::default() };
        Some(match &self.marks {
            _ if self.name.is_empty() || self.marks.is_solid() => return None,
            Marks::Points(_) => Entry { mark, ..entry },
            Marks::Path(_) => Entry { line, mark: Some((0, color)), ..entry },
            Marks::Line(points) if points.len() <= MARKED => Entry { line, mark, ..entry },
            Marks::Spread { band: false, .. } => Entry { line, mark, ..entry },
            Marks::Spread { .. } => Entry { line, patch: Some((SWATCH, color.mix(0.25))), ..entry },
            Marks::Bars(_) | Marks::Histogram { .. } => Entry { patch: Some((16.0, color)), ..entry },
            _ => Entry { line, ..entry },
        })
    }

    /// Draws it; of bars that stand side by side, those of this number of so many, with texts of this size.
    pub(super) fn draw(&self, canvas: &mut Canvas, plane: &Plane, (index, of): (usize, usize), size: f64) {
        let (color, stroke, area) = (color::series(self.style), self.stroke(), plane.area);
        // Marks are smaller in a small panel.
        let scale = if area.w < 340.0 { 0.72 } else { 1.0 };
        let marks = |canvas: &mut Canvas, points: &[(f64, f64)], radius: f64, color: Color| {
            plane.visible(points).for_each(|at| mark(canvas, self.style, at, radius * scale, color));
        };
        match &self.marks {
            Marks::Points(points) => {
                let radius = match points.len() {
                    0..=400 => 4.2,
                    401..=1500 => 3.2,
                    _ => 2.4,
                };
                marks(canvas, points, radius, color.mix(0.9));
            }
            Marks::Line(points) => {
                canvas.line(plane.line(points), stroke);
                if points.len() <= MARKED {
                    marks(canvas, points, 3.8, color);
                }
            }
            Marks::Path(points) => {
                canvas.line(plane.line(points), stroke);
                // Marks that touch each other would hide the line.
                let mut marked = (f64::INFINITY, f64::INFINITY);
                for (x, y) in points.iter().map(|&point| plane.at(point)) {
                    if (x - marked.0).hypot(y - marked.1) >= 7.0 {
                        canvas.push(Shape::Disc((x, y), 2.6, color));
                        marked = (x, y);
                    }
                }
                if let [first, .., last] = points[..] {
                    canvas.disc(plane.at(first), 5.0, WHITE, Stroke::new(color, 2.0));
                    canvas.disc(plane.at(last), 5.5, color, Stroke::new(WHITE, 1.0));
                }
            }
            Marks::Spread { means, spread, band } => {
                let edge = |sign: f64| means.iter().zip(spread).map(move |(&(x, y), s)| (x, y + sign * s)).collect::<Points>();
                let (low, high) = (plane.line(&edge(-1.0)), plane.line(&edge(1.0)));
                if *band {
                    canvas.polygon(high.into_iter().chain(low.into_iter().rev()).collect(), Some(color.mix(0.22)), None);
                    return canvas.line(plane.line(means), stroke);
                }
                canvas.line(plane.line(means), stroke);
                for (low, high) in low.into_iter().zip(high) {
                    canvas.line([low, high], stroke);
                    [low, high].into_iter().for_each(|(x, y)| canvas.line([(x - 4.0, y), (x + 4.0, y)], stroke));
                }
                marks(canvas, means, 4.5, color);
            }
            Marks::Bars(values) => {
                let width = 0.8 / of as f64;
                for (i, &value) in values.iter().enumerate() {
                    let from = i as f64 - 0.4 + index as f64 * width;
                    let r = bar(canvas, plane, (from + 0.04 * width, from + 0.96 * width), value, color);
                    let at = (r.x + r.w / 2.0, if value < 0.0 { r.bottom() + size } else { r.y - 4.0 });
                    if of * values.len() <= 16 && at.1 - size >= area.y && at.1 <= area.bottom() {
                        canvas.text(&number(value), at, size, HPos::Center);
                    }
                }
            }
            Marks::Histogram { edges, counts } => {
                for (edge, &count) in edges.windows(2).zip(counts).filter(|(_, count)| **count > 0.0) {
                    bar(canvas, plane, (edge[0], edge[1]), count, color.mix(0.75));
                }
            }
            Marks::Rule(0, x) => canvas.line([(plane.x.at(*x), area.y), (plane.x.at(*x), area.bottom())], stroke),
            Marks::Rule(_, y) => canvas.line([(area.x, plane.y.at(*y)), (area.right(), plane.y.at(*y))], stroke),
            Marks::Field(field) => {
                let ((x, y), (right, bottom)) = (plane.at((field.x.0, field.y.1)), plane.at((field.x.1, field.y.0)));
                canvas.push(Shape::Raster(Rect { x, y, w: right - x, h: bottom - y }, field.raster.clone()));
                field.lines.iter().for_each(|line| canvas.line(plane.line(line), field.stroke));
            }
            Marks::Table(values) => {
                let shades = Shades::of(values, BLUES);
                let cells = values.iter().map(|&v| shades.of_value(v)).collect();
                canvas.push(Shape::Raster(area, Raster { columns: values.ncols(), rows: values.nrows(), cells }));
                let Some(size) = number_size(values, canvas, plane) else { return };
                let (w, h) = (area.w / values.ncols() as f64, area.h / values.nrows() as f64);
                for ((row, column), &v) in values.indexed_iter() {
                    let (x, y) = plane.at((column as f64, -(row as f64)));
                    canvas.rect(Rect { x: x - w / 2.0, y: y - h / 2.0, w, h }, None, Some(Stroke::new(WHITE, 1.5)));
                    let color = if is_light(shades.of_value(v)) { INK } else { WHITE };
                    canvas.text_in(color, &to_digits(v, 3), (x, y + size * 0.36), size, HPos::Center);
                }
            }
        }
    }

    /// What it shows, in a sentence.
    pub(super) fn describe(&self, categories: &[String]) -> String {
        let name = if self.name.is_empty() { String::new() } else { format!(" “{}”", self.name) };
        let ends = |points: &[(f64, f64)]| {
            let at = |point: Option<&(f64, f64)>| point.map_or(String::new(), |(x, y)| format!("{} at {}", number(*y), number(*x)));
            let by_y = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
            let (lowest, highest) = (at(points.iter().min_by(by_y)), at(points.iter().max_by(by_y)));
            format!("from {} to {}, lowest {lowest}, highest {highest}", at(points.first()), at(points.last()))
        };
        match &self.marks {
            Marks::Points(points) => format!("{} points{name}.", points.len()),
            Marks::Line(points) => format!("Line{name} {}.", ends(points)),
            Marks::Path(points) => {
                let at = |point: Option<&(f64, f64)>| point.map_or(String::new(), |(x, y)| format!("({}, {})", number(*x), number(*y)));
                format!("Path{name} of {} points from {} to {}.", points.len(), at(points.first()), at(points.last()))
            }
            Marks::Spread { means, band, .. } => {
                format!("Mean with {} of ± spread{name} {}.", if *band { "a band" } else { "bars" }, ends(means))
            }
            Marks::Bars(values) => {
                let bars: Vec<String> = categories.iter().zip(values).map(|(c, v)| format!("{c} {}", number(*v))).collect();
                format!("Bars{name}: {}.", bars.join(", "))
            }
            Marks::Histogram { edges, counts } => {
                let (total, bins) = (number(counts.iter().sum()), counts.len());
                format!("Histogram{name} of {total} values in {bins} bins from {}.", range((edges[0], edges[bins])))
            }
            Marks::Rule(axis, at) => format!("{} line{name} at {}.", ["Vertical", "Horizontal"][*axis], number(*at)),
            Marks::Field(field) => field.description.clone(),
            Marks::Table(values) => {
                let Shades { low, high, .. } = Shades::of(values, BLUES);
                format!("Table of {} rows and {} columns as colours, from {}.", values.nrows(), values.ncols(), range((low, high)))
            }
        }
    }
}

/// The size of the numbers in a table's cells, where they are few enough to be read.
pub(super) fn number_size(values: &Array2<f64>, canvas: &Canvas, plane: &Plane) -> Option<f64> {
    let texts: Vec<String> = values.iter().take(401).map(|&v| to_digits(v, 3)).collect();
    let (w, h) = (plane.area.w / values.ncols() as f64, plane.area.h / values.nrows() as f64);
    let size = (0.86 * w / canvas.widest(&texts, 1.0)).min(h / 1.3).min(18.0);
    (texts.len() <= 400 && size >= 9.5).then_some(size)
}

/// A bar from the axis at zero, or from the edge where zero is not to be seen.
fn bar(canvas: &mut Canvas, plane: &Plane, (from, to): (f64, f64), value: f64, color: Color) -> Rect {
    let (left, right) = (plane.x.at(from), plane.x.at(to));
    let base = if plane.y.log { plane.area.bottom() } else { plane.y.at(0.0) };
    let top = plane.y.at(value);
    let r = Rect { x: left, y: base.min(top), w: right - left, h: (base - top).abs() };
    canvas.rect(r, Some(color), Some(Stroke::new(WHITE, 0.8)));
    r
}
