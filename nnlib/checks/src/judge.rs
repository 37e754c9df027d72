//! Trained models are judged by what they are worth, in words: many different answers are right.

use ndarray::{Array1, Array2, Axis};
use nnlib::data::Dataset;

use crate::network::{Layers, TANH, gradients, passed};

/// What is said of a number that is none.
pub(crate) const NAN: &str = "no number: it has overflowed";

/// The word for a value: that of the first step it reaches; the last is for all below.
pub(crate) fn grade(value: f64, steps: &[(f64, &'static str)], below: &'static str) -> &'static str {
    if value.is_nan() { NAN } else { steps.iter().find(|(least, _)| value >= *least).map_or(below, |(_, word)| word) }
}

/// The share of points whose largest score is that of their class; NaN where the layers do not fit the points or a score is no number.
pub(crate) fn share_right(x: &Array2<f64>, y: &Array1<usize>, layers: &Layers) -> f64 {
    let sizes: Vec<usize> = layers.iter().map(|(w, _)| w.nrows()).chain(layers.last().map(|(_, b)| b.len())).collect();
    let fit = |l: usize| layers[l].0.dim() == (sizes[l], sizes[l + 1]) && layers[l].1.len() == sizes[l + 1];
    if layers.is_empty() || sizes[0] != x.ncols() || !(0..layers.len()).all(fit) {
        return f64::NAN;
    }
    let scores = passed(x, layers, f64::tanh).0.swap_remove(layers.len() - 1);
    if scores.iter().any(|v| !v.is_finite()) {
        return f64::NAN;
    }
    let right = |(row, &class): (ndarray::ArrayView1<f64>, &usize)| {
        class < row.len() && row.iter().enumerate().all(|(other, &score)| other == class || score < row[class])
    };
    scores.outer_iter().zip(y).filter(|&(row, class)| right((row, class))).count() as f64 / y.len() as f64
}

/// Points to learn from, and new ones of the same kind to judge by.
pub(crate) type Points = (Array2<f64>, Array1<usize>, Array2<f64>, Array1<usize>);

/// Every other point to learn from, the others to judge by.
pub(crate) fn halves(data: &Dataset) -> Points {
    let every = |from: usize| (from..data.len()).step_by(2).collect::<Vec<_>>();
    let (half, other) = (every(0), every(1));
    (data.x.select(Axis(0), &half), data.y.select(Axis(0), &half), data.x.select(Axis(0), &other), data.y.select(Axis(0), &other))
}

/// How many of the points to learn from, and of the new ones, a network of tanh layers gets right.
pub(crate) fn worth((x, y, new_x, new_y): &Points, layers: &Layers) -> (&'static str, &'static str) {
    let chance = 1.0 / (1 + y.iter().max().copied().unwrap_or(0)) as f64;
    let word = |x, y, goal| grade(share_right(x, y, layers), &[(goal, "nearly all"), (1.25 * chance, "some")], "no more than by guessing");
    (word(x, y, 0.93), word(new_x, new_y, 0.88))
}

/// Networks that are not worth it, and what to tell whoever trains such a one: nothing learned, straight lines, and no numbers.
pub(crate) fn unworthy() -> [(&'static str, fn(&Points) -> Layers); 3] {
    fn sizes((x, y, ..): &Points) -> [usize; 2] {
        [x.ncols(), 1 + y.iter().max().copied().unwrap_or(0)]
    }
    [
        ("no better than guessing. Does a step go down, and does the loop keep the new weights?", |points| {
            let [d, k] = sizes(points);
            vec![(Array2::zeros((d, k)), Array1::zeros(k)), (Array2::zeros((k, k)), Array1::zeros(k))]
        }),
        ("straight lines would do as well. Do the hidden layers learn, have they a tanh, and were there enough steps?", |points| {
            let [d, k] = sizes(points);
            let mut line = vec![(Array2::zeros((d, k)), Array1::zeros(k))];
            for _ in 0..500 {
                let (dw, db) = gradients(&points.0, &points.1, &line, TANH, None).remove(0);
                line[0].0.scaled_add(-1.0, &dw);
                line[0].1.scaled_add(-1.0, &db);
            }
            // A tanh of something very small is nearly that.
            vec![(1e-6 * &line[0].0, 1e-6 * &line[0].1), (Array2::eye(k), Array1::zeros(k))]
        }),
        ("not every weight is a number, or a shape does not fit. Is the rate too large, or a probability of 0 in a logarithm?", |points| {
            vec![(Array2::from_elem(sizes(points), f64::NAN), Array1::zeros(sizes(points)[1]))]
        }),
    ]
}
