//! The decision boundary: which class a model gives to each place in the plane.

use ndarray::Array2;

use super::canvas::{Raster, Stroke};
use super::color::{self, INK, WHITE};
use super::contour::contours;
use super::figure::Figure;
use super::lattice::Lattice;
use super::points::check_plane;
use super::scale::number;
use super::series::{Field, Marks, Points};
use crate::{Classifier, Dataset, Error};

/// The spacing of the grid that a model is asked at, unless the plane is so small or so large that another serves it better.
const SPACING: f64 = 0.01;

/// The regions that a model gives to each class, the boundary between them, and the data on top.
///
/// The model is asked at every point of a grid over the data's range and half a unit (or a tenth of the range) around it, no more than
/// 0.01 apart. Where the range is wider than 12 units the grid has 1200 points a side: more than the picture has pixels.
///
/// # Errors
/// As [`Figure::classes`] and the model's own [`predict_classes`](Classifier::predict_classes); [`Error::Shape`] when the model gives another number of
/// classes than it was given points.
///
/// ```
/// use ndarray::{Array2, array};
/// use nnlib::{Dataset, plot::decision_boundary};
/// let data = Dataset::new(array![[-1.0, 1.0], [1.0, 0.0], [2.0, 1.5]], array![0, 1, 1])?;
/// let model = |x: &Array2<f64>| x.column(0).mapv(|x1| usize::from(x1 > 0.2));
/// let figure = decision_boundary(&model, &data)?.title("Right of 0.2");
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// In the tutorials: `np.meshgrid`, `plt.contourf`, `plt.scatter`.
pub fn decision_boundary(model: &dyn Classifier, data: &Dataset) -> Result<Figure, Error> {
    let [x, y] = around(data)?;
    let figure = Figure::new().regions(model, x, y, spacing(x, y))?;
    Ok(figure.classes(data)?.x_label("x₁").y_label("x₂"))
}

/// As [`decision_boundary`], shaded by how probable the model holds the class: pale near the boundary, full where it is sure.
///
/// # Errors
/// As [`decision_boundary`], and [`Error::Value`] for a model without probabilities.
pub fn probability_boundary(model: &dyn Classifier, data: &Dataset) -> Result<Figure, Error> {
    let [x, y] = around(data)?;
    let figure = Figure::new().probability_regions(model, x, y, spacing(x, y))?;
    Ok(figure.classes(data)?.x_label("x₁").y_label("x₂"))
}

impl Figure {
    /// Fills a rectangle of the plane with the class that a model gives to its points, `spacing` apart, and draws the boundary.
    ///
    /// # Errors
    /// [`Error::Value`] for an empty rectangle or a grid of more than four million points; the model's own errors.
    pub fn regions(self, model: &dyn Classifier, x: (f64, f64), y: (f64, f64), spacing: f64) -> Result<Self, Error> {
        let plane = Lattice::new(x, y, spacing)?;
        let mut classes: Vec<usize> = Vec::with_capacity(plane.len());
        plane.in_blocks(|block| {
            let predicted = model.predict_classes(block)?;
            check_rows("classes given by the model", block.nrows(), predicted.len())?;
            classes.extend(predicted);
            Ok(())
        })?;
        let present = present(&classes);
        let colors: Vec<[u8; 3]> = (0..=present.last().copied().unwrap_or(0)).map(|class| color::region(class).rgb).collect();
        let cells = classes.iter().map(|&class| colors[class]).collect();
        let mut lines = Vec::new();
        // Between two classes one class's edge is the other's.
        let drawn = if present.len() == 2 { &present[1..] } else { &present[..] };
        for &class in drawn.iter().filter(|_| present.len() > 1) {
            lines.extend(edge_of_class(model, &plane, &classes, class)?);
        }
        let description = describe(&classes, &present, "");
        self.add_field(plane, cells, lines, description)
    }

    /// Fills a rectangle of the plane with the colour of the most probable class, the fuller the more probable, and draws the boundary.
    ///
    /// # Errors
    /// As [`regions`](Figure::regions), and [`Error::Value`] for a model without probabilities.
    pub fn probability_regions(self, model: &dyn Classifier, x: (f64, f64), y: (f64, f64), spacing: f64) -> Result<Self, Error> {
        let plane = Lattice::new(x, y, spacing)?;
        let mut probabilities: Vec<f64> = Vec::new();
        let mut count = 0;
        plane.in_blocks(|block| {
            let Some(p) = model.probabilities(block)? else {
                return Err(Error::value("model", "one that gives probabilities", "one that gives classes only"));
            };
            check_rows("probabilities given by the model", block.nrows(), p.nrows())?;
            crate::error::check_finite("probabilities given by the model", &p)?;
            if p.ncols() == 0 || (count > 0 && p.ncols() != count) {
                return Err(Error::shape("probabilities given by the model", "the same number of classes for every point", p.ncols()));
            }
            count = p.ncols();
            probabilities.extend(p.iter());
            Ok(())
        })?;
        let (mut classes, mut cells) = (Vec::with_capacity(plane.len()), Vec::with_capacity(plane.len()));
        for p in probabilities.chunks_exact(count) {
            let class = (0..count).fold(0, |best, k| if p[k] > p[best] { k } else { best });
            // From an even chance to certainty.
            let even = 1.0 / count as f64;
            let sure = if count == 1 { 1.0 } else { ((p[class] - even) / (1.0 - even)).clamp(0.0, 1.0) };
            classes.push(class);
            // In steps too small to see: files with few colours are small.
            cells.push(WHITE.mix(color::series(class), 0.06 + 0.5 * (sure * 40.0).round() / 40.0).rgb);
        }
        let present = present(&classes);
        let drawn = if present.len() == 2 { &present[1..] } else { &present[..] };
        let mut lines = Vec::new();
        for &class in drawn.iter().filter(|_| present.len() > 1) {
            // How far the class is ahead of the best other one; zero on the boundary.
            let ahead: Vec<f64> = probabilities
                .chunks_exact(count)
                .map(|p| p[class] - (0..count).filter(|&k| k != class).map(|k| p[k]).fold(f64::NEG_INFINITY, f64::max))
                .collect();
            lines.extend(plane.lines(&ahead, 0.0));
        }
        let description = describe(&classes, &present, ", shaded by probability");
        self.add_field(plane, cells, lines, description)
    }

    fn add_field(self, plane: Lattice, cells: Vec<[u8; 3]>, lines: Vec<Points>, description: String) -> Result<Self, Error> {
        let raster = Raster { columns: plane.columns, rows: plane.rows, cells };
        let line_stroke = Stroke::new(INK, 1.6);
        self.add_styled("", 0, Marks::Field(Field { x: plane.x, y: plane.y, raster, lines, line_stroke, description }))
    }
}

/// The edge of a class's region, found between the grid's points by halving: five times bring it within a 32nd of a step.
fn edge_of_class(model: &dyn Classifier, plane: &Lattice, classes: &[usize], class: usize) -> Result<Vec<Points>, Error> {
    let inside: Vec<f64> = classes.iter().map(|&c| f64::from(u8::from(c == class))).collect();
    let lines = contours(&inside, plane.columns, 0.5);
    let crossings = lines.iter().flatten().map(|&(a, b)| if classes[a] == class { (a, b) } else { (b, a) });
    let mut ends: Vec<_> = crossings.map(|(inner, outer)| (plane.point(inner), plane.point(outer))).collect();
    let middle = |((x0, y0), (x1, y1)): &((f64, f64), (f64, f64))| ((x0 + x1) / 2.0, (y0 + y1) / 2.0);
    for _ in 0..5 {
        let middles: Vec<(f64, f64)> = ends.iter().map(middle).collect();
        let asked = Array2::from_shape_fn((ends.len(), 2), |(i, k)| if k == 0 { middles[i].0 } else { middles[i].1 });
        let predicted = model.predict_classes(&asked)?;
        check_rows("classes given by the model", middles.len(), predicted.len())?;
        for ((end, middle), &c) in ends.iter_mut().zip(middles).zip(&predicted) {
            *(if c == class { &mut end.0 } else { &mut end.1 }) = middle;
        }
    }
    let mut places = ends.iter().map(middle);
    Ok(lines.iter().map(|line| places.by_ref().take(line.len()).collect()).collect())
}

/// The classes that occur, in order.
fn present(classes: &[usize]) -> Vec<usize> {
    let mut seen = vec![false; classes.iter().max().map_or(0, |&most| most + 1)];
    classes.iter().for_each(|&class| seen[class] = true);
    (0..seen.len()).filter(|&class| seen[class]).collect()
}

fn check_rows(what: &str, expected: usize, got: usize) -> Result<(), Error> {
    if expected == got { Ok(()) } else { Err(Error::shape(what, format!("({expected},), one for each point"), format!("({got},)"))) }
}

/// The rectangle around the data.
fn around(data: &Dataset) -> Result<[(f64, f64); 2], Error> {
    check_plane(data)?;
    let range = |column: usize| {
        let (low, high) = data.x.column(column).iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
        // The tutorials leave half a unit around the data; that would dwarf data on a small scale and vanish around data on a large one.
        let size = high - low;
        let room = if (1.0..=10.0).contains(&size) {
            0.5
        } else if size > 0.0 {
            0.1 * size
        } else {
            low.abs().max(1.0) * 0.5
        };
        (low - room, high + room)
    };
    Ok([range(0), range(1)])
}

/// 0.01, or less where the plane would have fewer than 300 points a side, or as much as gives 1200 points to the longer side.
fn spacing(x: (f64, f64), y: (f64, f64)) -> f64 {
    let (w, h) = (x.1 - x.0, y.1 - y.0);
    SPACING.min(w.min(h) / 300.0).max(w.max(h) / 1200.0)
}

/// What the regions show, in a sentence.
fn describe(classes: &[usize], present: &[usize], how: &str) -> String {
    let share = |class: usize| classes.iter().filter(|&&c| c == class).count() as f64 / classes.len() as f64;
    let shares: Vec<String> =
        present.iter().map(|&class| format!("class {class} on {} % of it", number((100.0 * share(class)).round()))).collect();
    format!("The plane is filled with the class that the model gives{how}: {}.", shares.join(", "))
}
