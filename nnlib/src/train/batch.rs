//! A batch, cut into parts that threads work on.

use std::sync::{Mutex, PoisonError};

use ndarray::{Array1, Array2, Axis};

use super::model::Model;
use super::options::Transform;
use crate::error::Error;
use crate::math::loss::Targets;
use crate::nn::classifier::class;
use crate::nn::layer::AnyLayer;
use crate::nn::lowered::Fast;
use crate::nn::pass::{Gradients, Pass, resize};
use crate::nn::sequential::Sequential;
use crate::random::RandomState;

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
            (Self::Classes(own), Targets::Classes(y)) => {
                let mut room = std::mem::take(own).into_raw_vec_and_offset().0;
                room.clear();
                room.extend(rows.iter().map(|&row| y[row]));
                *own = room.into();
            }
            (Self::Values(own), Targets::Values(t)) => {
                resize(own, rows.len());
                own.outer_iter_mut().zip(rows).for_each(|(mut to, &row)| to.assign(&t.row(row)));
            }
            (own, from) => *own = Self::select(from, rows),
        }
    }
}

/// A part of a batch: its samples and what becomes of them.
struct Part {
    x: Array2<f64>,
    targets: OwnTargets,
    y_hat: Array2<f64>,
    way: Way,
    gradients: Gradients,
    /// What dropout and the like draw from; set for each batch.
    rng: RandomState,
    loss: f64,
    correct: usize,
    failure: Option<Error>,
}

/// The way from samples to gradients.
enum Way {
    /// All layers in one go.
    Fast(Box<Fast>),
    /// Layer by layer, for layers that the fast kernels do not know.
    ByLayer(Box<Pass>),
}

impl Part {
    fn new(network: &Sequential, targets: Targets<'_>) -> Self {
        Self {
            x: Array2::zeros((0, network.input_shape().size())),
            targets: OwnTargets::select(targets, &[]),
            y_hat: Array2::zeros((0, network.output_size())),
            way: match Fast::for_training(network) {
                Some(fast) => Way::Fast(Box::new(fast)),
                None => Way::ByLayer(Box::new(Pass::new(network.layers(), network.shapes()))),
            },
            gradients: Gradients::new(network.layers(), network.shapes()),
            rng: RandomState::new(0),
            loss: 0.0,
            correct: 0,
            failure: None,
        }
    }

    fn load(&mut self, x: &Array2<f64>, targets: Targets<'_>, rows: &[usize]) {
        resize(&mut self.x, rows.len());
        self.x.outer_iter_mut().zip(rows).for_each(|(mut to, &row)| to.assign(&x.row(row)));
        self.targets.load(targets, rows);
    }

    /// Forward and backward: the part's share of the loss, and its gradients, both multiplied by `scale`.
    fn run(&mut self, model: &Model, scale: f64, transform: Option<&Transform<'_>>) {
        if let Some(transform) = transform {
            self.failure = transform(&mut self.x, &mut self.rng).err();
        }
        let targets = self.targets.view();
        match &mut self.way {
            Way::Fast(fast) => {
                let y_hat = model.accuracy.then(|| {
                    resize(&mut self.y_hat, self.x.nrows());
                    &mut self.y_hat
                });
                self.loss = fast.step(&model.network, &self.x, targets, model.loss, scale, y_hat, &mut self.gradients, &mut self.rng);
                self.correct = if model.accuracy { correct(&self.y_hat, targets) } else { 0 };
            }
            Way::ByLayer(pass) => {
                pass.load(&self.x);
                model.network.run(pass, Some(&mut self.rng));
                self.gradients.resize(pass);
                self.loss = model.loss.sum(pass.output(), targets) * scale;
                self.correct = if model.accuracy { correct(pass.output(), targets) } else { 0 };
                model.loss.gradient_into(pass.output(), targets, scale, self.gradients.last_delta());
                model.network.run_back(pass, &mut self.gradients, false);
            }
        }
    }
}

/// How many of the outputs mean the class that their sample has.
pub(super) fn correct(y_hat: &Array2<f64>, targets: Targets<'_>) -> usize {
    let predicted = y_hat.outer_iter().map(class);
    match targets {
        Targets::Classes(y) => predicted.zip(y).filter(|(p, y)| p == *y).count(),
        Targets::Values(t) => predicted.zip(t.outer_iter().map(class)).filter(|(p, y)| p == y).count(),
    }
}

/// The gradient of batch after batch, in buffers that are kept.
///
/// A batch is cut into parts by its size and the network's alone, and the parts' gradients are added in their order, so that the number of
/// threads that work on them changes nothing.
pub(super) struct Trainer {
    parts: Vec<Part>,
    part_size: usize,
    threads: usize,
    /// Whether the parts hold all the data, which then is copied only once.
    complete: bool,
    /// Numbers in an output.
    outputs: usize,
    /// Whether a layer draws random numbers.
    random: bool,
}

/// A batch is cut into at most so many parts …
const MOST_PARTS: usize = 8;
/// … of at least so many multiplications each, since starting a thread takes as long as 100,000.
const LEAST_WORK: usize = 1_000_000;
/// The kernels work on so many samples at once.
const SIDE_BY_SIDE: usize = 8;

impl Trainer {
    pub(super) fn new(model: &Model, targets: Targets<'_>, size: usize, threads: Option<usize>) -> Self {
        let network = &model.network;
        let part_size = size.div_ceil(MOST_PARTS).max(LEAST_WORK.div_ceil(network.work().max(1))).next_multiple_of(SIDE_BY_SIDE);
        let parts = (0..size.div_ceil(part_size)).map(|_| Part::new(network, targets)).collect();
        let threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, Into::into));
        let random = network.layers().iter().any(|layer| matches!(layer, AnyLayer::Dropout(_)));
        Self { parts, part_size, threads, complete: false, outputs: network.output_size(), random }
    }

    /// These rows' loss and how many of them are right; the gradients stand in [`Trainer::gradients`].
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
        let scale = model.loss.scale(rows.len(), self.outputs);
        let used = rows.len().div_ceil(self.part_size);
        let parts = &mut self.parts[..used];
        if self.random || transform.is_some() {
            parts.iter_mut().for_each(|part| part.rng = RandomState::new(rand::Rng::next_u32(rng)));
        }
        let complete = self.complete;
        let work = |part: &mut Part, rows: &[usize]| {
            if !complete {
                part.load(x, targets, rows);
            }
            part.run(model, scale, transform);
        };
        let jobs = parts.iter_mut().zip(rows.chunks(self.part_size));
        let threads = self.threads.min(used);
        if threads == 1 {
            jobs.for_each(|(part, rows)| work(part, rows));
        } else {
            // Whoever is free takes the next part; which thread works on a part changes nothing in it.
            let jobs = Mutex::new(jobs);
            let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).next();
            let take = || {
                while let Some((part, rows)) = next() {
                    work(part, rows);
                }
            };
            std::thread::scope(|scope| {
                (1..threads).for_each(|_| drop(scope.spawn(take)));
                take();
            });
        }
        self.complete = rows.len() == x.nrows() && transform.is_none();
        if let Some(failure) = self.parts[..used].iter_mut().find_map(|part| part.failure.take()) {
            return Err(failure);
        }
        let (first, others) = self.parts[..used].split_first_mut().expect("a batch has a sample");
        let (mut loss, mut correct) = (first.loss, first.correct);
        for part in others {
            loss += part.loss;
            correct += part.correct;
            first.gradients.add(&part.gradients);
        }
        Ok((loss, correct))
    }

    pub(super) fn gradients(&self) -> &Gradients {
        &self.parts[0].gradients
    }
}
