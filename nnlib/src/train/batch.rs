//! A batch, cut into parts that threads work on.

use std::sync::{Mutex, PoisonError};
use std::thread::{available_parallelism, scope};

use ndarray::{Array1, Array2, Axis};

use crate::error::Error;
use crate::math::loss::{Loss, Targets};
use crate::nn::backprop::{Backprop, Sought};
use crate::nn::pass::{Gradients, resize};
use crate::nn::sequential::Sequential;
use crate::random::RandomState;
use crate::train::options::Transform;

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

    /// Copies those of these rows, in the memory that is there.
    fn load(&mut self, from: Targets<'_>, rows: &[usize]) {
        match (self, from) {
            (Self::Classes(own), Targets::Classes(y)) => {
                let mut memory = std::mem::take(own).into_raw_vec_and_offset().0;
                memory.clear();
                memory.extend(rows.iter().map(|&row| y[row]));
                *own = memory.into();
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
    backprop: Backprop,
    /// What dropout and the like draw from; set for each batch.
    rng: RandomState,
    loss: f64,
    right: f64,
    failure: Option<Error>,
}

impl Part {
    fn new(network: &Sequential, targets: Targets<'_>) -> Self {
        Self {
            x: Array2::zeros((0, network.input_shape().size())),
            targets: OwnTargets::select(targets, &[]),
            backprop: Backprop::new(network),
            rng: RandomState::new(0),
            loss: 0.0,
            right: 0.0,
            failure: None,
        }
    }

    fn load(&mut self, x: &Array2<f64>, targets: Targets<'_>, rows: &[usize]) {
        resize(&mut self.x, rows.len());
        self.x.outer_iter_mut().zip(rows).for_each(|(mut to, &row)| to.assign(&x.row(row)));
        self.targets.load(targets, rows);
    }

    /// Forward and backward: the part's share of the loss, and its gradients, both multiplied by `scale`.
    fn run(
        &mut self,
        network: &Sequential,
        loss: Loss,
        scale: f64,
        accuracy: bool,
        transform: Option<&Transform<'_>>,
    ) -> Result<(), Error> {
        if let Some(transform) = transform {
            let size = self.x.dim();
            transform(&mut self.x, &mut self.rng)?;
            if self.x.dim() != size {
                return Err(Error::shape("samples after the transform", format!("{size:?}"), format!("{:?}", self.x.dim())));
            }
            if !self.x.is_standard_layout() {
                self.x = self.x.as_standard_layout().into_owned();
            }
        }
        let targets = self.targets.view();
        let sought = Sought { y_hat: accuracy, parameters: true, input: false };
        self.loss = self.backprop.loss(network, &self.x, (targets, loss, scale), sought, &mut self.rng)?;
        self.right = if accuracy { loss.right(self.backprop.y_hat(), targets) } else { 0.0 };
        Ok(())
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
    /// Whether a layer may draw random numbers.
    random: bool,
    loss: Loss,
    accuracy: bool,
}

/// A batch is cut into at most so many parts …
const MOST_PARTS: usize = 8;
/// … of at least so many multiplications each, since starting a thread takes as long as 100,000.
const LEAST_WORK: usize = 1_000_000;
/// The kernels work on so many samples at once.
const SIDE_BY_SIDE: usize = 8;

impl Trainer {
    pub(super) fn new(network: &Sequential, loss: Loss, accuracy: bool, targets: Targets<'_>, size: usize, threads: Option<usize>) -> Self {
        let part_size = size.div_ceil(MOST_PARTS).max(LEAST_WORK.div_ceil(network.work().max(1))).next_multiple_of(SIDE_BY_SIDE);
        let parts: Vec<Part> = (0..size.div_ceil(part_size)).map(|_| Part::new(network, targets)).collect();
        // In a web page (WebAssembly) there are no others, and starting one would panic.
        let alone = cfg!(all(target_family = "wasm", target_os = "unknown"));
        let threads = if alone { 1 } else { threads.unwrap_or_else(|| available_parallelism().map_or(1, Into::into)) };
        let random = parts[0].backprop.is_random();
        Self { parts, part_size, threads, complete: false, random, loss, accuracy }
    }

    /// These rows' loss and how many of them are right; the gradients stand in [`Trainer::gradients`].
    ///
    /// # Errors
    /// Those of the transform, and of layers of a reader's own.
    pub(super) fn gradient(
        &mut self,
        network: &Sequential,
        x: &Array2<f64>,
        targets: Targets<'_>,
        rows: &[usize],
        transform: Option<&Transform<'_>>,
        rng: &mut RandomState,
    ) -> Result<(f64, f64), Error> {
        let Self { part_size, complete, loss, accuracy, .. } = *self;
        let scale = loss.scale(rows.len(), network.output_size());
        let used = rows.len().div_ceil(part_size);
        let parts = &mut self.parts[..used];
        if self.random || transform.is_some() {
            parts.iter_mut().for_each(|part| part.rng = RandomState::new(rand::Rng::next_u32(rng)));
        }
        let work = |part: &mut Part, rows: &[usize]| {
            if !complete {
                part.load(x, targets, rows);
            }
            part.failure = part.run(network, loss, scale, accuracy, transform).err();
        };
        let jobs = parts.iter_mut().zip(rows.chunks(part_size));
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
            scope(|scope| {
                (1..threads).for_each(|_| drop(scope.spawn(take)));
                take();
            });
        }
        self.complete = rows.len() == x.nrows() && transform.is_none();
        if let Some(failure) = self.parts[..used].iter_mut().find_map(|part| part.failure.take()) {
            return Err(failure);
        }
        let (first, others) = self.parts[..used].split_first_mut().expect("a batch has a sample");
        let (mut loss, mut right) = (first.loss, first.right);
        for part in others {
            loss += part.loss;
            right += part.right;
            first.backprop.gradients_mut().add(part.backprop.gradients());
        }
        Ok((loss, right))
    }

    pub(super) fn gradients(&self) -> &Gradients {
        self.parts[0].backprop.gradients()
    }
}
