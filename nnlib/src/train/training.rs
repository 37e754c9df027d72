//! Where training stands between two updates, so that it can be gone on with.

use crate::error::Error;
use crate::random::RandomState;
use crate::train::model::Model;
use crate::train::optimizer::Optimizer;

/// Where training stands: what [`Model::fit`] takes to go on, given to it by [`FitOptions::resume`](crate::FitOptions::resume).
///
/// A new one, by `Training::default()`, stands at the start.
#[derive(Debug, Default)]
pub struct Training {
    at: Option<Position>,
}

impl Training {
    /// The position in training on `n` samples; without one, the start.
    ///
    /// # Errors
    /// [`Error::Value`] when it belongs to another number of samples, or within an epoch to a network of another size.
    pub(super) fn position(&mut self, n: usize, seed: u32, model: &Model) -> Result<&mut Position, Error> {
        let position = self.at.get_or_insert_with(|| Position::new(n, seed, model));
        let now = (n, model.network.parameter_count());
        let before = (position.order.len(), if position.done > 0 { position.before.parameters.len() } else { now.1 });
        if now != before {
            let show = |(n, parameters)| format!("{n} samples and {parameters} parameters");
            return Err(Error::value("training that is resumed", format!("{}, as before", show(before)), show(now)));
        }
        Ok(position)
    }
}

/// The random numbers to come, the samples' order, and the epoch so far.
#[derive(Debug)]
pub(super) struct Position {
    pub(super) rng: RandomState,
    pub(super) order: Vec<usize>,
    /// How many samples of this epoch are behind.
    pub(super) done: usize,
    /// Sums over the epoch's batches so far.
    pub(super) sums: Sums,
    /// The model before this epoch.
    pub(super) before: Checkpoint,
}

impl Position {
    fn new(n: usize, seed: u32, model: &Model) -> Self {
        let (rng, order) = (RandomState::new(seed), (0..n).collect());
        Self { rng, order, done: 0, sums: Sums::default(), before: Checkpoint::new(model) }
    }
}

/// What an epoch's batches add up to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) loss: f64,
    pub(super) penalty: f64,
    pub(super) right: f64,
    /// Whether a gradient was not 0.
    pub(super) moved: bool,
}

/// What a model was before an epoch, in memory that is kept.
#[derive(Debug)]
pub(super) struct Checkpoint {
    parameters: Vec<f64>,
    optimizer: Optimizer,
}

impl Checkpoint {
    fn new(model: &Model) -> Self {
        Self { parameters: Vec::with_capacity(model.network.parameter_count()), optimizer: model.optimizer.clone() }
    }

    pub(super) fn save(&mut self, model: &Model) {
        model.copy_parameters(&mut self.parameters);
        self.optimizer.copy_from(&model.optimizer);
    }

    pub(super) fn restore(&self, model: &mut Model) {
        model.set_parameters(&self.parameters);
        model.optimizer.copy_from(&self.optimizer);
    }
}
