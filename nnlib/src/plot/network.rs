//! A network as circles and lines: its layers from left to right, its weights by width, colour and dashes.

use ndarray::{Array1, Array2};
use plotters::style::{Color as _, RGBAColor};
use plotters_backend::text_anchor::HPos;

use super::canvas::{Canvas, Rect, Stroke};
use super::color::{INK, WHITE, series};
use super::figure::Figure;
use super::font::Font;
use super::layout::{Drawing, Shown};
use super::legend::{self, Entry};
use super::scale::{ends, range, to_digits};
use crate::error::{Error, check_finite};

#[derive(Clone)]
struct Network {
    weights: Vec<Array2<f64>>,
    biases: Vec<Array1<f64>>,
}

/// A network of dense layers: `weights[i]` has shape (neurons before, neurons after), `biases[i]` one number for each neuron after, or
/// `biases` is empty.
///
/// The inputs are x₁, x₂, …; neuron j of hidden layer l is aₗ,ⱼ and of the output ŷⱼ, with layers counted from 1 and neurons from 0. A line
/// is the wider the larger the weight; blue and solid above zero, orange and dashed below. Where there is space, the numbers stand at the
/// lines and below the neurons. Of a layer of more than ten neurons the first and the last ones are drawn.
///
/// # Errors
/// [`Error::Empty`] without weights, [`Error::Shape`] for layers that do not meet, [`Error::NotFinite`] for a NaN or an infinity.
///
/// ```
/// use ndarray::array;
/// let w = [array![[0.15, 0.25], [0.20, 0.30]], array![[0.40, -0.50], [0.45, 0.55]]];
/// let b = [array![0.35, 0.35], array![0.60, 0.60]];
/// let figure = nnlib::plot::network(&w, &b)?.title("Two inputs, two hidden neurons, two outputs");
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
pub fn network(weights: &[Array2<f64>], biases: &[Array1<f64>]) -> Result<Figure, Error> {
    if weights.is_empty() {
        return Err(Error::empty("weights"));
    }
    if !biases.is_empty() && biases.len() != weights.len() {
        return Err(Error::shape("biases", format!("({},), one for each layer of weights", weights.len()), format!("({},)", biases.len())));
    }
    for (i, w) in weights.iter().enumerate() {
        let layer = i + 1;
        let what = format!("weights of layer {layer}");
        if w.is_empty() {
            return Err(Error::empty(what));
        }
        check_finite(&what, w)?;
        if let Some(n) = i.checked_sub(1).map(|before| weights[before].ncols()).filter(|&n| n != w.nrows()) {
            return Err(Error::shape(what, format!("({n}, …), as layer {i} has {n} neurons"), format!("{:?}", w.dim())));
        }
        if let Some(b) = biases.get(i) {
            let what = format!("biases of layer {layer}");
            check_finite(&what, b)?;
            if b.len() != w.ncols() {
                return Err(Error::shape(what, format!("({},)", w.ncols()), format!("({},)", b.len())));
            }
        }
    }
    Ok(Figure::of(Network { weights: weights.to_vec(), biases: biases.to_vec() }))
}

/// The dashes of weights below zero.
const DASH: Option<(f64, f64)> = Some((6.0, 3.5));

/// Of a layer with more neurons than this the middle ones are left out.
const MOST: usize = 10;

/// The neurons of a layer that are drawn, from the top; `None` stands for those left out.
fn drawn(neurons: usize) -> Vec<Option<usize>> {
    if neurons <= MOST {
        return (0..neurons).map(Some).collect();
    }
    let (first, last) = (0..MOST / 2, neurons - (MOST / 2 - 1)..neurons);
    first.map(Some).chain([None]).chain(last.map(Some)).collect()
}

fn subscript(i: usize) -> String {
    i.to_string().chars().filter_map(|c| "₀₁₂₃₄₅₆₇₈₉".chars().nth(c as usize - '0' as usize)).collect()
}

impl Network {
    /// The neurons of each layer, the inputs first.
    fn sizes(&self) -> Vec<usize> {
        std::iter::once(self.weights[0].nrows()).chain(self.weights.iter().map(Array2::ncols)).collect()
    }

    /// The layer in words, and a neuron's name.
    fn name(&self, layer: usize, neuron: usize) -> (String, String) {
        let last = self.weights.len();
        match layer {
            0 => ("input".to_owned(), format!("x{}", subscript(neuron + 1))),
            _ if layer == last => ("output".to_owned(), format!("ŷ{}", subscript(neuron))),
            _ => {
                let layer_name = if last == 2 { "hidden".to_owned() } else { format!("hidden {layer}") };
                (layer_name, format!("a{},{}", subscript(layer), subscript(neuron)))
            }
        }
    }

    fn largest(&self) -> f64 {
        self.weights.iter().flatten().fold(0.0, |most: f64, w| most.max(w.abs()))
    }
}

/// The line of a weight, which is this share of the largest.
fn stroke(share: f64) -> Stroke {
    let (color, dash) = if share < 0.0 { (series(1), DASH) } else { (series(0), None) };
    // Weak weights fade, so that the strong ones can be followed.
    Stroke { color: color.mix(0.25 + 0.65 * share.abs()), width: 0.7 + 3.8 * share.abs(), dash }
}

impl Drawing for Network {
    fn kind(&self) -> &'static str {
        "a drawing of a network"
    }

    fn size(&self, _font: &Font) -> (f64, f64) {
        let tallest = self.sizes().into_iter().map(|n| drawn(n).len()).max().unwrap_or(1) as f64;
        ((self.weights.len() as f64 * 300.0 + 140.0).clamp(480.0, 1400.0), (tallest * 74.0 + 70.0).clamp(260.0, 720.0))
    }

    fn draw(&self, canvas: &mut Canvas, area: Rect, _outer: Rect, _shown: Shown) {
        let largest = self.largest();
        let entry = |name: &str, style: usize, dash| Entry {
            name: name.to_owned(),
            line: Some(Stroke { color: series(style), width: 3.0, dash }),
            ..Entry::default()
        };
        let below = format!("weight below 0 (width: size, at most {})", to_digits(largest, 3));
        let entries = [entry("weight above 0", 0, None), entry(&below, 1, DASH)];
        legend::draw(canvas, &entries, 12.5, area);
        let top = legend::height(canvas, &entries, 12.5, area.w);
        let inside = area.inset([40.0, top + 26.0, 40.0, 18.0]);
        let rows: Vec<Vec<Option<usize>>> = self.sizes().into_iter().map(drawn).collect();
        let tallest = rows.iter().map(Vec::len).max().unwrap_or(1);
        let radius = (inside.h / tallest as f64 * 0.3).clamp(3.0, 23.0);
        let gap = |layer: usize| inside.h / rows[layer].len() as f64;
        let place = |layer: usize, row: usize| {
            let across = layer as f64 / self.weights.len() as f64;
            (inside.x + inside.w * across, inside.y + gap(layer) * (row as f64 + 0.5))
        };

        let mut numbers = Vec::new();
        for (layer, w) in self.weights.iter().enumerate() {
            let (before, after) = (&rows[layer], &rows[layer + 1]);
            // At this share of the way the lines' heights are evenly spaced, so that the numbers on them do not collide.
            let at = match (before.len(), after.len()) {
                (1, _) => 0.6,
                (_, 1) => 0.4,
                _ => gap(layer) / (gap(layer) + after.len() as f64 * gap(layer + 1)),
            };
            let apart = |rows: &[Option<usize>], distance: f64| if rows.len() > 1 { distance } else { f64::INFINITY };
            let space = apart(after, at * gap(layer + 1)).min(apart(before, (1.0 - at) * gap(layer)));
            for (i, from) in before.iter().enumerate() {
                for (j, to) in after.iter().enumerate() {
                    let (&Some(from), &Some(to)) = (from, to) else { continue };
                    let ((x0, y0), (x1, y1)) = (place(layer, i), place(layer + 1, j));
                    let weight = w[[from, to]];
                    canvas.line([(x0, y0), (x1, y1)], stroke(if largest > 0.0 { weight / largest } else { 0.0 }));
                    if space >= 15.0 {
                        numbers.push(((x0 + at * (x1 - x0), y0 + at * (y1 - y0)), to_digits(weight, 3)));
                    }
                }
            }
        }
        for ((x, y), text) in numbers {
            let w = canvas.text_width(&text, 11.5) + 6.0;
            canvas.rect(Rect { x: x - w / 2.0, y: y - 7.5, w, h: 15.0 }, Some(WHITE.mix(0.88)), None);
            canvas.text(&text, (x, y + 4.0), 11.5, HPos::Center);
        }
        for (layer, (row, size)) in rows.iter().zip(self.sizes()).enumerate() {
            let caption = format!("{} ({size})", self.name(layer, 0).0);
            canvas.text(&caption, (place(layer, 0).0, inside.y - 8.0), 13.0, HPos::Center);
            for (i, neuron) in row.iter().enumerate() {
                let (x, y) = place(layer, i);
                let Some(neuron) = *neuron else {
                    canvas.text("⋮", (x, y + 8.0), 24.0, HPos::Center);
                    continue;
                };
                canvas.disc((x, y), radius, RGBAColor(243, 246, 250, 1.0), Stroke::new(INK, 1.4));
                if radius > 11.0 {
                    canvas.text(&self.name(layer, neuron).1, (x, y + radius * 0.24), radius * 0.72, HPos::Center);
                }
                let bias = layer.checked_sub(1).and_then(|layer| self.biases.get(layer)).map(|b| b[neuron]);
                if let Some(bias) = bias.filter(|_| gap(layer) > 2.0 * radius + 16.0) {
                    canvas.text(&format!("b = {}", to_digits(bias, 3)), (x, y + radius + 13.0), 11.5, HPos::Center);
                }
            }
        }
    }

    fn describe(&self) -> String {
        let layers: Vec<String> = self.sizes().iter().enumerate().map(|(i, n)| format!("{} {n}", self.name(i, 0).0)).collect();
        let weights = range(ends(self.weights.iter().flatten().copied()));
        format!("Drawing of a network with layers of neurons: {}. Weights from {weights}.", layers.join(", "))
    }
}
