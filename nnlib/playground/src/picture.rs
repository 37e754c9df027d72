//! What the page draws of a session: the plane, and each neuron's function of it.

use nnlib::ndarray::{Array2, ArrayView1, Axis, concatenate};
use nnlib::{Error, Loss, Model};
use serde::{Deserialize, Serialize};

use crate::session::{Score, Session, sizes};
use crate::settings::Data;

/// What is to be drawn: how many cells wide the plane and a neuron's tile are, and the neuron whose function is shown large, as layer and index.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Look {
    /// Cells along a side of the plane.
    pub plane: usize,
    /// Cells along a side of a tile.
    pub tile: usize,
    /// A layer (0 are the features) and a neuron of it.
    pub neuron: Option<(usize, usize)>,
    /// From which epoch on the history is wanted.
    pub since: usize,
}

/// The numbers beside the pictures.
#[derive(Debug, Serialize)]
pub struct Picture {
    /// Epochs and updates so far.
    pub epochs: usize,
    /// Updates so far.
    pub updates: usize,
    /// The rate of the next update.
    pub rate: f64,
    /// On the points trained on.
    pub train: Score,
    /// On the points held out.
    pub held_out: Option<Score>,
    /// The history since the epoch asked for: loss, accuracy, and both on the points held out.
    pub history: [Vec<f64>; 4],
    /// The first epoch in which nothing was learned.
    pub stalled: Option<usize>,
    /// Features, neurons of each layer, outputs.
    pub sizes: Vec<usize>,
    /// Neurons that give 0 all over the plane, as layer and index.
    pub dead: Vec<(usize, usize)>,
    /// The lower left corner of the plane and its side.
    pub plane: (f64, f64, f64),
}

/// A little more than the square about all points: its lower left corner, and its side.
pub(crate) fn plane(session: &Session) -> (f64, f64, f64) {
    let points = std::iter::once(&session.train).chain(&session.held_out).flat_map(|points| points.data.x.outer_iter());
    // The reader's own points are set on a plane that stays where it is.
    let most = if session.settings.data == Data::Own { 1.25 } else { f64::NEG_INFINITY };
    let (mut low, mut high) = ([-most; 2], [most; 2]);
    for point in points {
        for j in 0..2 {
            (low[j], high[j]) = (low[j].min(point[j]), high[j].max(point[j]));
        }
    }
    let side = 1.2 * (high[0] - low[0]).max(high[1] - low[1]).max(1e-3);
    ((low[0] + high[0] - side) / 2.0, (low[1] + high[1] - side) / 2.0, side)
}

/// The middles of `cells` × `cells` cells of the plane, row by row from the top.
fn lattice((left, bottom, side): (f64, f64, f64), cells: usize) -> Array2<f64> {
    let at = |i: usize| side * (i as f64 + 0.5) / cells as f64;
    Array2::from_shape_fn((cells * cells, 2), |(i, j)| if j == 0 { left + at(i % cells) } else { bottom + side - at(i / cells) })
}

/// The share of each class at each row of `x`, (n, classes).
fn shares(model: &Model, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
    let mut p = model.predict(x)?;
    if p.ncols() == 1 {
        p = concatenate![Axis(1), 1.0 - &p, p];
    }
    if model.loss() != Loss::SoftmaxCrossEntropy {
        // Each output answers for itself; as colours, they share what there is.
        for mut row in p.outer_iter_mut() {
            row.mapv_inplace(|p| p.clamp(1e-9, 1.0));
            let sum = row.sum();
            row /= sum;
        }
    }
    Ok(p)
}

/// A neuron's values as bytes: 128 is 0, and the largest in size is 1 or 255.
fn bytes_around_zero(values: ArrayView1<'_, f64>) -> impl Iterator<Item = u8> {
    let most = values.fold(0.0, |most: f64, a| most.max(a.abs()));
    let scale = if most > 1e-9 { 127.0 / most } else { 0.0 };
    values.into_iter().map(move |a| (128.0 + a * scale).round() as u8)
}

/// The numbers of a session's picture, and its bytes: all weights and biases as single-precision numbers, layer by layer; the classes' shares in each
/// cell of the plane (or, when a neuron is chosen, its values); a tile for each feature and neuron, and for each class.
///
/// # Errors
/// None for a session that could be made; a neuron that is not there is left out.
pub fn look(session: &Session, look: Look) -> Result<(Picture, Vec<u8>), Error> {
    let (model, settings) = (&session.model, &session.settings);
    let (sizes, plane) = (sizes(model), plane(session));
    let mut bytes = Vec::new();
    for l in 1..sizes.len() {
        let (w, b) = (model.network().w(l)?, model.network().b(l)?);
        // A layer without biases has an empty list of them.
        let b = (0..w.ncols()).map(|j| b.get(j).copied().unwrap_or(0.0));
        bytes.extend(w.iter().copied().chain(b).flat_map(|number| (number as f32).to_le_bytes()));
    }

    let fine = settings.inputs(&lattice(plane, look.plane));
    match look.neuron.filter(|&(l, j)| l + 1 < sizes.len() && j < sizes[l]) {
        Some((l, j)) => bytes.extend(bytes_around_zero(model.network().forward(&fine)?.a(l)?.column(j))),
        None => bytes.extend(shares(model, &fine)?.iter().map(|p| (255.0 * p).round() as u8)),
    }

    let coarse = settings.inputs(&lattice(plane, look.tile));
    let pass = model.network().forward(&coarse)?;
    let mut dead = Vec::new();
    for l in 0..sizes.len() - 1 {
        for (j, values) in pass.a(l)?.axis_iter(Axis(1)).enumerate() {
            if values.iter().all(|&a| a == 0.0) {
                dead.push((l, j));
            }
            bytes.extend(bytes_around_zero(values));
        }
    }
    for share in shares(model, &coarse)?.axis_iter(Axis(1)) {
        bytes.extend(share.iter().map(|p| (255.0 * p).round() as u8));
    }

    let history = session.history();
    let since = |values: &Vec<f64>| values.get(look.since..).unwrap_or_default().to_vec();
    let picture = Picture {
        epochs: session.epochs(),
        updates: model.optimizer().updates(),
        rate: model.optimizer().rate(),
        train: session.score()?,
        held_out: session.held_out_score()?,
        history: [&history.loss, &history.accuracy, &history.validation_loss, &history.validation_accuracy].map(since),
        stalled: history.stalled,
        sizes,
        dead,
        plane,
    };
    Ok((picture, bytes))
}
