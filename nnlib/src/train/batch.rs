//! A batch, cut into parts that threads work on.

use ndarray::{Array1, Array2, Axis};

use super::Model;
use super::fit::Transform;
use crate::layer::AnyLayer;
use crate::loss::Targets;
use crate::network::{Gradients, Pass, classes};
use crate::{Error, RandomState, Sequential};

/// Targets of a batch, copied from those of the data.
pub(super) enum OwnTargets {
    Classes(Array1<usize>),
    Values(Array2<f64>),
}

impl OwnTargets {
    pub(super) fn select(targets: Targets<'_>, rows: &[usize]) -> Self {
        match targets {
            Targets::Classes(y) => Self::Classes(y.select(Axis(0), rows)),
            Targets::Values(t) => Self::Values(t.select(Axis(0), rows)),
        }
    }

    pub(super) fn view(&self) -> Targets<'_> {
        match self {
            Self::Classes(y) => y.into(),
            Self::Values(t) => t.into(),
        }
    }

    /// Copies those of these rows, in the room that is there.
    fn load(&mut self, from: Targets<'_>, rows: &[usize]) {
        match (self, from) {
            (Self::Classes(own), Targets::Classes(y)) if own.len() == rows.len() => {
                own.iter_mut().zip(rows).for_each(|(to, &row)| *to = y[row]);
            }
            (Self::Values(own), Targets::Values(t)) if own.nrows() == rows.len() => {
                own.outer_iter_mut().zip(rows).for_each(|(mut to, &row)| to.assign(&t.row(row)));
            }
            (own, from) => *own = Self::select(from, rows),
        }
    }
}

/// A part of a batch: its samples, its forward and its backward pass.
pub(super) struct Batch {
    pub(super) pass: Pass,
    gradients: Gradients,
    targets: OwnTargets,
    /// What dropout and the like draw from; set for each batch.
    rng: RandomState,
    loss: f64,
    correct: usize,
    failure: Option<Error>,
}

impl Batch {
    pub(super) fn new(network: &Sequential, targets: Targets<'_>) -> Self {
        let (pass, gradients) = (Pass::new(network), Gradients::new(network));
        let (targets, rng) = (OwnTargets::select(targets, &[]), RandomState::new(0));
        Self { pass, gradients, targets, rng, loss: 0.0, correct: 0, failure: None }
    }

    pub(super) fn load(&mut self, x: &Array2<f64>, targets: Targets<'_>, rows: &[usize]) {
        self.pass.resize(rows.len());
        self.pass.outputs[0].outer_iter_mut().zip(rows).for_each(|(mut to, &row)| to.assign(&x.row(row)));
        self.targets.load(targets, rows);
    }

    pub(super) fn targets(&self) -> Targets<'_> {
        self.targets.view()
    }

    /// How many of the samples have their class predicted rightly; 0 where nobody asks.
    pub(super) fn correct(&self, asked: bool) -> usize {
        if !asked {
            return 0;
        }
        let predicted = classes(self.pass.output());
        match &self.targets {
            OwnTargets::Classes(y) => predicted.iter().zip(y).filter(|(p, y)| p == y).count(),
            OwnTargets::Values(t) => predicted.iter().zip(&classes(t)).filter(|(p, y)| p == y).count(),
        }
    }

    /// Forward and backward: the part's sum of the loss, and its gradients, multiplied by `scale`.
    fn run(&mut self, model: &Model, scale: f64, transform: Option<&Transform<'_>>) {
        if let Some(transform) = transform {
            self.failure = transform(&mut self.pass.outputs[0], &mut self.rng).err();
        }
        model.network.run(&mut self.pass, Some(&mut self.rng));
        self.gradients.resize(&self.pass);
        self.loss = model.loss.sum(self.pass.output(), self.targets.view());
        self.correct = self.correct(model.accuracy);
        model.loss.gradient_into(self.pass.output(), self.targets.view(), scale, self.gradients.last_delta());
        model.network.run_back(&self.pass, &mut self.gradients, false);
    }
}

/// The gradient of batch after batch, in buffers that are kept.
///
/// A batch is cut into parts by its size and the network's alone, and the parts' gradients are added in their order, so that the number of
/// threads that work on them changes nothing.
pub(super) struct Trainer {
    parts: Vec<Batch>,
    part_size: usize,
    threads: usize,
}

/// A batch is cut into at most so many parts …
const MOST_PARTS: usize = 8;
/// … of at least so many multiplications each, since starting a thread takes as long as 100,000.
const LEAST_WORK: usize = 1_000_000;

impl Trainer {
    pub(super) fn new(model: &Model, targets: Targets<'_>, size: usize, threads: Option<usize>) -> Self {
        let network = &model.network;
        let work: usize = network
            .layers()
            .iter()
            .zip(&network.shapes()[1..])
            .map(|(layer, shape)| (layer.get().parameters(), shape.size()))
            // A weight is used once for each position of its kernel.
            .map(|(p, outputs)| if p.w.is_empty() { outputs } else { p.w.len() * outputs / p.b.len().max(1) })
            .sum();
        let part_size = size.div_ceil(MOST_PARTS).max(LEAST_WORK.div_ceil(work.max(1))).min(size);
        let parts = (0..size.div_ceil(part_size)).map(|_| Batch::new(network, targets)).collect();
        let threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, Into::into));
        Self { parts, part_size, threads }
    }

    /// The loss summed over these rows of `x` and how many are right; the gradients stand in [`Trainer::gradients`].
    ///
    /// # Errors
    /// Those of the transform.
    pub(super) fn gradient(
        &mut self,
        model: &Model,
        x: &Array2<f64>,
        targets: Targets<'_>,
        rows: &[usize],
        transform: Option<&Transform<'_>>,
        rng: &mut RandomState,
    ) -> Result<(f64, usize), Error> {
        let outputs = model.network.shapes().last().map_or(0, |shape| shape.size());
        let scale = model.loss.scale(rows.len(), outputs);
        let used = rows.len().div_ceil(self.part_size);
        let parts = &mut self.parts[..used];
        if transform.is_some() || model.network.layers().iter().any(|layer| matches!(layer, AnyLayer::Dropout(_))) {
            parts.iter_mut().for_each(|part| part.rng = RandomState::new(rand::Rng::next_u32(rng)));
        }
        let work = |parts: &mut [Batch], rows: &[usize]| {
            for (part, rows) in parts.iter_mut().zip(rows.chunks(self.part_size)) {
                part.load(x, targets, rows);
                part.run(model, scale, transform);
            }
        };
        let share = used.div_ceil(self.threads);
        if share == used {
            work(parts, rows);
        } else {
            std::thread::scope(|scope| {
                for (parts, rows) in parts.chunks_mut(share).zip(rows.chunks(share * self.part_size)) {
                    scope.spawn(move || work(parts, rows));
                }
            });
        }
        if let Some(failure) = parts.iter_mut().find_map(|part| part.failure.take()) {
            return Err(failure);
        }
        let (first, others) = self.parts[..used].split_first_mut().expect("a batch has a sample");
        let (mut loss, mut correct) = (first.loss, first.correct);
        for part in others {
            loss += part.loss;
            correct += part.correct;
            for (sum, gradient) in first.gradients.layers.iter_mut().zip(&part.gradients.layers) {
                sum.w += &gradient.w;
                sum.b += &gradient.b;
            }
        }
        Ok((loss, correct))
    }

    pub(super) fn gradients(&self) -> &Gradients {
        &self.parts[0].gradients
    }
}
