//! The plane filled with colours: which class a model gives to each place, and how high a function of two variables is.

use ndarray::{Array1, Array2};
use plotters::style::RGBAColor;

use super::canvas::{Points, Stroke};
use super::color::{BLUES, INK, Shades, pale, series};
use super::data::check_plane;
use super::figure::Figure;
use super::lattice::Lattice;
use super::scale::{ends, number, range};
use crate::data::Dataset;
use crate::error::{Error, check_finite};
use crate::nn::classifier::Classifier;

/// The regions that a model gives to each class, the boundary between them, and the data on top.
///
/// The model is asked at every point of a grid over the data's range and half a unit (or a tenth of the range) around it, no more than
/// 0.01 apart. Where the range is wider than 12 units the grid has 1200 points a side: more than the picture has pixels.
///
/// # Errors
/// As [`Figure::classes`] and the model's own [`predict_classes`](Classifier::predict_classes); [`Error::Shape`] when the model gives another number of
/// classes than it was given points, [`Error::Value`] for a class number of 1000 or more.
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
    let plane = around(data)?;
    let mut classes: Vec<usize> = Vec::with_capacity(plane.len());
    plane.in_blocks(|block| {
        classes.extend(predict(model, block)?);
        Ok(())
    })?;
    let colors: Vec<[u8; 3]> = (0..CLASSES).map(|class| pale(series(class), 0.32)).collect();
    let cells = classes.iter().map(|&class| colors[class]).collect();
    let mut lines = Vec::new();
    for class in with_edges(&classes) {
        lines.extend(edge_of_class(model, &plane, &classes, class)?);
    }
    figure(plane, &classes, cells, lines, "", data)
}

/// As [`decision_boundary`], shaded by how probable the model holds the class: pale near the boundary, full where it is sure.
///
/// # Errors
/// As [`decision_boundary`], and [`Error::Value`] for a model without probabilities.
pub fn probability_boundary(model: &dyn Classifier, data: &Dataset) -> Result<Figure, Error> {
    let plane = around(data)?;
    let what = "probabilities given by the model";
    let (mut probabilities, mut count): (Vec<f64>, usize) = (Vec::new(), 0);
    plane.in_blocks(|block| {
        let Some(p) = model.probabilities(block)? else {
            return Err(Error::value("model", "one that gives probabilities", "one that gives classes only"));
        };
        check_rows(what, block.nrows(), p.nrows())?;
        check_finite(what, &p)?;
        if !(1..=CLASSES).contains(&p.ncols()) || (count > 0 && p.ncols() != count) {
            return Err(Error::shape(what, "the same number of classes for every point, 1 to 1000", p.ncols()));
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
        cells.push(pale(series(class), 0.06 + 0.5 * (sure * 40.0).round() / 40.0));
    }
    // How far a class is ahead of the best other one; zero on the boundary.
    let ahead = |p: &[f64], class: usize| p[class] - (0..count).filter(|&k| k != class).map(|k| p[k]).fold(f64::NEG_INFINITY, f64::max);
    let edge = |class: usize| plane.lines(&probabilities.chunks_exact(count).map(|p| ahead(p, class)).collect::<Vec<_>>(), 0.0);
    let lines = with_edges(&classes).into_iter().flat_map(edge).collect();
    figure(plane, &classes, cells, lines, ", shaded by probability", data)
}

/// The rectangle around the data: the tutorials leave half a unit, which would dwarf data on a small scale and vanish around data on a
/// large one.
fn around(data: &Dataset) -> Result<Lattice, Error> {
    check_plane(data)?;
    let range = |column: usize| {
        let (low, high) = ends(data.x.column(column).iter().copied());
        let space = match high - low {
            1.0..=10.0 => 0.5,
            size if size > 0.0 => 0.1 * size,
            _ => low.abs().max(1.0) * 0.5,
        };
        (low - space, high + space)
    };
    let (x, y) = (range(0), range(1));
    let (w, h) = (x.1 - x.0, y.1 - y.0);
    // 0.01, or less where the plane would have fewer than 300 points a side, or as much as gives 1200 points to the longer side.
    let spacing = 0.01_f64.min(w.min(h) / 300.0).max(w.max(h) / 1200.0);
    let points = |length: f64| (length / spacing - 1e-9).ceil().max(2.0) as usize;
    Lattice::new(x, y, points(w), points(h))
}

/// The plane filled with colours, lines on it, and the data on top.
fn figure(plane: Lattice, classes: &[usize], cells: Vec<[u8; 3]>, lines: Vec<Points>, how: &str, data: &Dataset) -> Result<Figure, Error> {
    let percent = |count: usize| number((100.0 * count as f64 / classes.len() as f64).round());
    let shares = present(classes).into_iter().map(|(class, count)| format!("class {class} on {} % of it", percent(count)));
    let shares = shares.collect::<Vec<_>>().join(", ");
    let description = format!("The plane is filled with the class that the model gives{how}: {shares}.");
    let filled = Figure::new().add("", Some(0), plane.field(cells, lines, Stroke::new(INK, 1.6), description))?;
    Ok(filled.classes(data)?.x_label("x₁").y_label("x₂"))
}

/// Class numbers are below this: a larger one is a mistake, and there are only eight colours.
const CLASSES: usize = 1000;

/// The classes that a model gives to some points.
fn predict(model: &dyn Classifier, points: &Array2<f64>) -> Result<Array1<usize>, Error> {
    let classes = model.predict_classes(points)?;
    check_rows("classes given by the model", points.nrows(), classes.len())?;
    match classes.iter().position(|&class| class >= CLASSES) {
        Some(i) => {
            let what = format!("class that the model gives to the point ({}, {})", points[[i, 0]], points[[i, 1]]);
            Err(Error::value(what, format!("a number below {CLASSES}"), classes[i]))
        }
        None => Ok(classes),
    }
}

/// The edge of a class's region, found between the grid's points by halving: five times bring it within a 32nd of a step.
fn edge_of_class(model: &dyn Classifier, plane: &Lattice, classes: &[usize], class: usize) -> Result<Vec<Points>, Error> {
    let lines = plane.crossings(|k| classes[k] == class);
    let crossings = lines.iter().flatten().map(|&(a, b)| if classes[a] == class { (a, b) } else { (b, a) });
    let mut ends: Vec<_> = crossings.map(|(inner, outer)| (plane.point(inner), plane.point(outer))).collect();
    let middle = |((x0, y0), (x1, y1)): &((f64, f64), (f64, f64))| ((x0 + x1) / 2.0, (y0 + y1) / 2.0);
    for _ in 0..5 {
        let middles: Vec<(f64, f64)> = ends.iter().map(middle).collect();
        let asked = Array2::from_shape_fn((ends.len(), 2), |(i, k)| if k == 0 { middles[i].0 } else { middles[i].1 });
        let predicted = predict(model, &asked)?;
        for ((end, middle), &c) in ends.iter_mut().zip(middles).zip(&predicted) {
            *(if c == class { &mut end.0 } else { &mut end.1 }) = middle;
        }
    }
    let mut places = ends.iter().map(middle);
    Ok(lines.iter().map(|line| places.by_ref().take(line.len()).collect()).collect())
}

/// The classes that occur, in order, each with the number of points that have it.
fn present(classes: &[usize]) -> Vec<(usize, usize)> {
    let mut counts = vec![0; CLASSES];
    classes.iter().for_each(|&class| counts[class] += 1);
    counts.into_iter().enumerate().filter(|(_, count)| *count > 0).collect()
}

/// The classes whose edges are drawn: between two classes one's edge is the other's.
fn with_edges(classes: &[usize]) -> Vec<usize> {
    let present = present(classes);
    present.iter().skip(usize::from(present.len() <= 2)).map(|&(class, _)| class).collect()
}

fn check_rows(what: &str, expected: usize, got: usize) -> Result<(), Error> {
    if expected == got { Ok(()) } else { Err(Error::shape(what, format!("({expected},), one for each point"), format!("({got},)"))) }
}

/// Lines of equal height.
const LEVELS: usize = 14;

/// A function of two variables over a rectangle, as a map with lines of equal height: a loss over two weights, say. The lines lie closer
/// together near the lowest value, which is where a descent ends.
///
/// # Errors
/// [`Error::Value`] for an empty rectangle, [`Error::NotFinite`] where the function is not finite.
///
/// ```
/// let bowl = nnlib::plot::contours((-3.0, 3.0), (-2.0, 2.0), |u, v| 0.5 * u * u + 4.0 * v * v)?;
/// let figure = bowl.path("gradient descent", &[-2.5, -1.0, -0.2], &[1.5, -0.6, 0.1])?;
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
pub fn contours(x: (f64, f64), y: (f64, f64), f: impl Fn(f64, f64) -> f64) -> Result<Figure, Error> {
    let plane = Lattice::new(x, y, 400, 260)?;
    let values = (0..plane.len()).map(|k| plane.point(k)).map(|(x, y)| f(x, y)).collect();
    of_values(plane, values)
}

/// Not generic, so that no cell of a notebook has to compile it.
fn of_values(plane: Lattice, values: Vec<f64>) -> Result<Figure, Error> {
    if let Some(k) = values.iter().position(|v| !v.is_finite()) {
        let (x, y) = plane.point(k);
        return Err(Error::NotFinite { what: format!("function at ({x}, {y})"), index: vec![k], value: values[k] });
    }
    let (low, high) = ends(values.iter().copied());
    // The square root of the height: a bowl's lines are then evenly spaced. Halves, because the height may be no number.
    let share = |v: f64| if high > low { ((v / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)).sqrt() } else { 0.0 };
    let shades = Shades { stops: BLUES, low: 0.0, high: LEVELS as f64 / 0.75 };
    let shade = |level: usize| {
        let [r, g, b] = shades.of_value(level as f64);
        pale(RGBAColor(r, g, b, 1.0), 0.75)
    };
    let colors: Vec<[u8; 3]> = (0..=LEVELS).map(shade).collect();
    let cells = values.iter().map(|&v| colors[(share(v) * LEVELS as f64) as usize]).collect();
    let level = |i: usize| (i as f64 / LEVELS as f64).powi(2);
    let lines = (1..LEVELS).flat_map(|i| plane.lines(&values, low * (1.0 - level(i)) + high * level(i))).collect();
    let stroke = Stroke::new(RGBAColor(70, 90, 120, 0.55), 0.9);
    let marks = plane.field(cells, lines, stroke, format!("Map of a function of both, from {}.", range((low, high))));
    Figure::new().add("", Some(0), marks)
}
