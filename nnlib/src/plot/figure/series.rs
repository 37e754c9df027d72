//! What can be drawn between two axes.

use super::axes::Plane;
use super::canvas::{Anchor, Canvas, Points, Raster, Rect, Stroke};
use super::color::{self, Color, INK, WHITE};
use super::legend::{Entry, Marker, Swatch};
use super::scale::{number, range};

/// Something drawn between the axes, with its name in the legend; an empty name stands in no legend.
#[derive(Clone)]
pub(super) struct Series {
    pub(super) name: String,
    /// Chooses colour, marker and dashes.
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
    /// A line across the figure at one y.
    Horizontal(f64),
    /// A line across the figure at one x.
    Vertical(f64),
    Field(Field),
}

/// A rectangle of the plane filled with colours, and lines on it.
#[derive(Clone)]
pub(super) struct Field {
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
    pub(super) raster: Raster,
    pub(super) lines: Vec<Points>,
    pub(super) line_stroke: Stroke,
    pub(super) description: String,
}

/// The smallest rectangle that holds something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
}

impl Extent {
    pub(super) const NOTHING: Self = Self { x: (f64::INFINITY, f64::NEG_INFINITY), y: (f64::INFINITY, f64::NEG_INFINITY) };

    fn of(x: impl IntoIterator<Item = f64>, y: impl IntoIterator<Item = f64>) -> Self {
        fn ends(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
            values.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
        }
        Self { x: ends(x), y: ends(y) }
    }

    fn of_points(points: &[(f64, f64)]) -> Self {
        Self::of(points.iter().map(|p| p.0), points.iter().map(|p| p.1))
    }

    /// The smallest rectangle that holds both.
    pub(super) fn with(self, other: Self) -> Self {
        let join = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
        Self { x: join(self.x, other.x), y: join(self.y, other.y) }
    }
}

/// A line through no more points than this shows where they are.
const MARKED: usize = 25;

const DASHES: [&[f64]; 4] = [&[], &[8.0, 4.0], &[2.0, 3.5], &[9.0, 3.5, 2.0, 3.5]];

impl Marks {
    /// Whether it takes one of the colours of the palette.
    pub(super) fn is_coloured(&self) -> bool {
        !matches!(self, Self::Horizontal(_) | Self::Vertical(_) | Self::Field(_))
    }
}

impl Series {
    fn stroke(&self) -> Stroke {
        let (color, dash) = (color::series(self.style), DASHES[self.style % DASHES.len()]);
        match self.marks {
            // A line to compare with is not data: dark, thin and never solid.
            Marks::Horizontal(_) | Marks::Vertical(_) => {
                Stroke { color: INK, width: 1.4, dash: if dash.is_empty() { &[5.0, 4.0] } else { dash } }
            }
            Marks::Spread { band: false, .. } | Marks::Path(_) => Stroke::new(color, 1.6),
            _ => Stroke { color, width: 2.2, dash },
        }
    }

    /// What it needs of the axes; of numbers that a logarithmic y axis cannot show, nothing.
    pub(super) fn extent(&self, log: bool) -> Extent {
        let kept = |y: &f64| !log || *y > 0.0;
        match &self.marks {
            Marks::Points(points) | Marks::Line(points) | Marks::Path(points) => Extent::of_points(points),
            Marks::Spread { means, spread, .. } => {
                let ends = means.iter().zip(spread).flat_map(|((_, y), s)| [*y, y - s, y + s]);
                Extent::of(means.iter().map(|p| p.0), ends.filter(kept))
            }
            Marks::Bars(values) => Extent::of([-0.6, values.len() as f64 - 0.4], values.iter().copied().chain([0.0]).filter(kept)),
            Marks::Histogram { edges, counts } => Extent::of(edges.iter().copied(), counts.iter().copied().chain([0.0]).filter(kept)),
            Marks::Horizontal(y) => Extent::of([], [*y]),
            Marks::Vertical(x) => Extent::of([*x], []),
            Marks::Field(field) => Extent { x: field.x, y: field.y },
        }
    }

    /// The smallest numbers that a logarithmic axis would have to show: x and y.
    pub(super) fn least(&self) -> (f64, f64) {
        let extent = match &self.marks {
            // A bar of spread may reach below zero; it is then cut off at the axis.
            Marks::Spread { means, .. } => Extent::of_points(means),
            Marks::Bars(values) => Extent::of([f64::NEG_INFINITY], values.iter().copied()),
            Marks::Histogram { edges, .. } => Extent::of([edges[0]], []),
            Marks::Field(_) => Extent::of([f64::NEG_INFINITY], [f64::NEG_INFINITY]),
            _ => self.extent(false),
        };
        (extent.x.0, extent.y.0)
    }

    pub(super) fn entry(&self) -> Option<Entry> {
        let (color, stroke, marker) = (color::series(self.style), self.stroke(), Marker::of(self.style));
        let swatch = match &self.marks {
            _ if self.name.is_empty() => return None,
            Marks::Points(_) => Swatch::Point(marker, color),
            Marks::Line(points) if points.len() > MARKED => Swatch::Line(stroke),
            Marks::Horizontal(_) | Marks::Vertical(_) => Swatch::Line(stroke),
            Marks::Line(_) | Marks::Spread { band: false, .. } => Swatch::Path(stroke, marker, color),
            Marks::Path(_) => Swatch::Path(stroke, Marker::Circle, color),
            Marks::Spread { .. } => Swatch::Spread(stroke, color),
            Marks::Bars(_) | Marks::Histogram { .. } => Swatch::Patch(color),
            Marks::Field(_) => return None,
        };
        Some(Entry { name: self.name.clone(), swatch })
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, plane: &Plane, bars: BarSlot) {
        let (color, stroke, marker) = (color::series(self.style), self.stroke(), Marker::of(self.style));
        let mark = |canvas: &mut Canvas, points: &[(f64, f64)], radius: f64, color: Color| {
            plane.visible(points).for_each(|at| marker.draw(canvas, at, radius * plane.mark_scale(), color));
        };
        match &self.marks {
            Marks::Points(points) => {
                let radius = match points.len() {
                    0..=400 => 4.2,
                    401..=1500 => 3.2,
                    _ => 2.4,
                };
                mark(canvas, points, radius, color.alpha(0.9));
            }
            Marks::Line(points) => {
                canvas.line(plane.line(points), stroke);
                if points.len() <= MARKED {
                    mark(canvas, points, 3.8, color);
                }
            }
            Marks::Path(points) => {
                canvas.line(plane.line(points), stroke);
                // Marks that touch each other would hide the line.
                let mut marked = (f64::INFINITY, f64::INFINITY);
                for (x, y) in points.iter().map(|&point| plane.at(point)) {
                    if (x - marked.0).hypot(y - marked.1) >= 7.0 {
                        canvas.disc((x, y), 2.6, color, None);
                        marked = (x, y);
                    }
                }
                if let [first, .., last] = points[..] {
                    canvas.disc(plane.at(first), 5.0, WHITE, Some(Stroke::new(color, 2.0)));
                    canvas.disc(plane.at(last), 5.5, color, Some(Stroke::new(WHITE, 1.0)));
                }
            }
            Marks::Spread { means, spread, band: false } => {
                canvas.line(plane.line(means), stroke);
                for (&(x, y), s) in means.iter().zip(spread) {
                    let (low, high) = (plane.at((x, y - s)), plane.at((x, y + s)));
                    canvas.line(vec![low, high], stroke);
                    for (px, py) in [low, high] {
                        canvas.line(vec![(px - 4.0, py), (px + 4.0, py)], stroke);
                    }
                }
                mark(canvas, means, 4.5, color);
            }
            Marks::Spread { means, spread, .. } => {
                let edge = |sign: f64| plane.line(&means.iter().zip(spread).map(|(&(x, y), s)| (x, y + sign * s)).collect::<Points>());
                let outline = edge(1.0).into_iter().chain(edge(-1.0).into_iter().rev()).collect();
                canvas.polygon(outline, Some(color.alpha(0.22)), None);
                canvas.line(plane.line(means), stroke);
            }
            Marks::Bars(values) => {
                let width = 0.8 / bars.of as f64;
                for (i, &value) in values.iter().enumerate() {
                    let from = i as f64 - 0.4 + bars.index as f64 * width;
                    let r = bar(canvas, plane, (from + 0.04 * width, from + 0.96 * width), value, color);
                    let at = (r.x + r.w / 2.0, if value < 0.0 { r.bottom() + bars.text } else { r.y - 4.0 });
                    if bars.with_values && plane.area.contains((at.0, at.1 - bars.text)) {
                        canvas.text(&number(value), at, bars.text, INK, Anchor::Middle);
                    }
                }
            }
            Marks::Histogram { edges, counts } => {
                for (edge, &count) in edges.windows(2).zip(counts).filter(|(_, count)| **count > 0.0) {
                    bar(canvas, plane, (edge[0], edge[1]), count, color.alpha(0.75));
                }
            }
            Marks::Horizontal(y) => canvas.line(vec![(plane.area.x, plane.y.at(*y)), (plane.area.right(), plane.y.at(*y))], stroke),
            Marks::Vertical(x) => canvas.line(vec![(plane.x.at(*x), plane.area.y), (plane.x.at(*x), plane.area.bottom())], stroke),
            Marks::Field(field) => {
                let ((left, top), (right, bottom)) = (plane.at((field.x.0, field.y.1)), plane.at((field.x.1, field.y.0)));
                canvas.raster(Rect { x: left, y: top, w: right - left, h: bottom - top }, field.raster.clone());
                field.lines.iter().for_each(|line| canvas.line(plane.line(line), field.line_stroke));
            }
        }
    }

    /// What it shows, in a sentence.
    pub(super) fn describe(&self, categories: &[String]) -> String {
        let name = if self.name.is_empty() { String::new() } else { format!(" “{}”", self.name) };
        let ends = |points: &[(f64, f64)]| {
            let at = |(x, y): (f64, f64)| format!("{} at {}", number(y), number(x));
            let lowest = points.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default();
            let highest = points.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default();
            let (first, last) = (points.first().copied().unwrap_or_default(), points.last().copied().unwrap_or_default());
            format!("from {} to {}, lowest {}, highest {}", at(first), at(last), at(lowest), at(highest))
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
            Marks::Horizontal(y) => format!("Horizontal line{name} at {}.", number(*y)),
            Marks::Vertical(x) => format!("Vertical line{name} at {}.", number(*x)),
            Marks::Field(field) => field.description.clone(),
        }
    }
}

/// Which of the bars that stand side by side in a category a series has, and the size of their numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct BarSlot {
    pub(super) index: usize,
    pub(super) of: usize,
    pub(super) with_values: bool,
    pub(super) text: f64,
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
