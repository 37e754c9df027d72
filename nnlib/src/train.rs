//! Training: epochs, minibatches, validation, early stopping, and what is kept of it.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::time::Instant;

use ndarray::{Array1, Array2, Axis, s};

use crate::error::check_finite;
use crate::loss::Targets;
use crate::network::{Gradients, Pass, classes};
use crate::{Classifier, Error, Loss, Optimizer, RandomState, Sequential};

/// A network with what it takes to train it: a loss, an optimiser, and the strength of the L2 regularisation.
///
/// ```
/// use ndarray::array;
/// use nnlib::{Activation, Fit, Loss, Optimizer, RandomState, Sequential};
/// let (x, y) = (array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], array![0, 1, 1, 0]);
/// let network = Sequential::input(2).dense(8).activation(Activation::Tanh).dense(2).build(&mut RandomState::new(0))?;
/// let mut model = network.compile(Loss::SoftmaxCrossEntropy, Optimizer::adam(0.1)?)?.with_accuracy();
/// let history = model.fit(&x, &y, Fit::epochs(100))?;
/// assert!(history.loss[99] < 0.1 * history.loss[0]);
/// assert_eq!(model.evaluate(&x, &y)?.accuracy, Some(1.0));
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The network.
    pub network: Sequential,
    loss: Loss,
    optimizer: Optimizer,
    l2: f64,
    accuracy: bool,
}

impl Sequential {
    /// The network made ready for training: Keras's `compile`.
    ///
    /// # Errors
    /// [`Error::Shape`] for a softmax cross-entropy on a single output, or an optimiser that has trained another network.
    pub fn compile(self, loss: Loss, mut optimizer: Optimizer) -> Result<Model, Error> {
        let outputs = self.shapes().last().map_or(0, |shape| shape.size());
        if loss == Loss::SoftmaxCrossEntropy && outputs < 2 {
            return Err(Error::shape("output of a network with softmax cross-entropy", "(n, at least 2)", format!("(n, {outputs})")));
        }
        optimizer.prepare(&self)?;
        Ok(Model { network: self, loss, optimizer, l2: 0.0, accuracy: false })
    }
}

/// What a model is worth on some data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// The loss, with the L2 term.
    pub loss: f64,
    /// The share of samples whose class is predicted rightly; for models that track it.
    pub accuracy: Option<f64>,
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {:.6}", self.loss)?;
        self.accuracy.map_or(Ok(()), |accuracy| write!(f, ", accuracy {accuracy:.4}"))
    }
}

/// What training was like, epoch by epoch.
///
/// As in Keras, `loss` and `accuracy` are averages over the epoch's batches, each taken before its update. With a single batch an epoch,
/// `loss[k]` therefore is the loss after k updates, and `loss[0]` that of the untrained network. The figures of the validation data are
/// those at the epoch's end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The loss, with the L2 term.
    pub loss: Vec<f64>,
    /// The accuracy; empty unless the model tracks it.
    pub accuracy: Vec<f64>,
    /// The loss of the validation data, with the L2 term; empty without any.
    pub validation_loss: Vec<f64>,
    /// The accuracy on the validation data.
    pub validation_accuracy: Vec<f64>,
    /// Seconds since the start at each epoch's end.
    pub seconds: Vec<f64>,
    /// The epoch, counted from 0, whose weights early stopping restored.
    pub best_epoch: Option<usize>,
}

/// What a callback learns at the end of an epoch.
#[derive(Debug)]
pub struct Epoch<'a> {
    /// The epoch, counted from 0.
    pub index: usize,
    /// All epochs so far, this one last.
    pub history: &'a History,
    /// The network as it is now.
    pub network: &'a Sequential,
}

/// Validation data: a share of the training data, or data of its own.
enum Validation<'a> {
    None,
    Split(f64),
    Data(&'a Array2<f64>, Targets<'a>),
}

type Callback<'a> = Box<dyn FnMut(&Epoch<'_>) -> ControlFlow<()> + 'a>;
type Transform<'a> = Box<dyn Fn(&mut Array2<f64>, &mut RandomState) + Sync + 'a>;

/// How to train: the arguments of Keras's `fit`.
///
/// | method | default | what it does |
/// | --- | --- | --- |
/// | `epochs` | — | how many times all the data is gone through |
/// | `batch_size` | all the data | samples in a batch, each giving one update; the last batch may be smaller |
/// | `in_order` | shuffled | batches of the data in its own order; otherwise it is shuffled before each epoch |
/// | `seed` | 0 | what the shuffling and dropout are drawn from |
/// | `validation_split` | none | the last share of the data, kept out of training and evaluated after each epoch |
/// | `validation` | none | other data evaluated after each epoch |
/// | `early_stopping` | never | stops when the validation loss has not fallen for so many epochs, and restores the best weights |
/// | `report_every` | nothing | a line after every so many epochs (Keras's `verbose=2` for 1) |
/// | `elapsed` | off | the seconds passed in those lines |
/// | `bar` | off | a bar in a terminal, elsewhere a line an epoch (Keras's `verbose=1`) |
/// | `each_epoch` | nothing | a function called after each epoch, which may break off the training |
/// | `transform` | nothing | a change made to the samples of each batch on the fly, such as augmentation |
/// | `threads` | all cores | the most threads used; the result is the same for any number |
pub struct Fit<'a> {
    epochs: usize,
    batch_size: Option<usize>,
    shuffle: bool,
    seed: u32,
    validation: Validation<'a>,
    patience: Option<usize>,
    report_every: Option<usize>,
    elapsed: bool,
    bar: bool,
    callback: Option<Callback<'a>>,
    transform: Option<Transform<'a>>,
    threads: Option<usize>,
}

impl fmt::Debug for Fit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fit")
            .field("epochs", &self.epochs)
            .field("batch_size", &self.batch_size)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl<'a> Fit<'a> {
    /// Goes through all the data so many times.
    pub fn epochs(epochs: usize) -> Self {
        Self {
            epochs,
            batch_size: None,
            shuffle: true,
            seed: 0,
            validation: Validation::None,
            patience: None,
            report_every: None,
            elapsed: false,
            bar: false,
            callback: None,
            transform: None,
            threads: None,
        }
    }

    /// Updates after every so many samples.
    pub fn batch_size(mut self, samples: usize) -> Self {
        self.batch_size = Some(samples);
        self
    }

    /// Leaves the data in its order.
    pub fn in_order(mut self) -> Self {
        self.shuffle = false;
        self
    }

    /// Draws the shuffling and dropout from this seed.
    pub fn seed(mut self, seed: u32) -> Self {
        self.seed = seed;
        self
    }

    /// Keeps the last share of the data out of training and evaluates it after each epoch.
    pub fn validation_split(mut self, share: f64) -> Self {
        self.validation = Validation::Split(share);
        self
    }

    /// Evaluates this data after each epoch.
    pub fn validation(mut self, x: &'a Array2<f64>, targets: impl Into<Targets<'a>>) -> Self {
        self.validation = Validation::Data(x, targets.into());
        self
    }

    /// Stops when the validation loss has not fallen below its best for so many epochs, and restores the weights of the best epoch, also
    /// when all epochs ran.
    pub fn early_stopping(mut self, patience: usize) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Prints a line after the first, every so many epochs, and the last.
    pub fn report_every(mut self, epochs: usize) -> Self {
        self.report_every = Some(epochs);
        self
    }

    /// Prints the elapsed seconds too.
    pub fn elapsed(mut self) -> Self {
        self.elapsed = true;
        self
    }

    /// Draws a bar in a terminal; elsewhere prints a line an epoch.
    pub fn bar(mut self) -> Self {
        self.bar = true;
        self
    }

    /// Calls `callback` after each epoch; training ends when it returns [`ControlFlow::Break`].
    pub fn each_epoch(mut self, callback: impl FnMut(&Epoch<'_>) -> ControlFlow<()> + 'a) -> Self {
        self.callback = Some(Box::new(callback));
        self
    }

    /// Changes each batch's samples, shape (n, d), before it is trained on.
    pub fn transform(mut self, transform: impl Fn(&mut Array2<f64>, &mut RandomState) + Sync + 'a) -> Self {
        self.transform = Some(Box::new(transform));
        self
    }

    /// Uses at most so many threads.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    fn check(&self) -> Result<(), Error> {
        let counts = [
            ("epochs", Some(self.epochs)),
            ("batch size", self.batch_size),
            ("epochs between reports", self.report_every),
            ("threads", self.threads),
        ];
        if let Some((what, _)) = counts.iter().find(|(_, count)| *count == Some(0)) {
            return Err(Error::value(*what, "at least 1", 0));
        }
        if let Validation::Split(share) = self.validation
            && !(share > 0.0 && share < 1.0)
        {
            return Err(Error::value("share of validation data", "a number in (0, 1)", share));
        }
        if self.patience.is_some() && matches!(self.validation, Validation::None) {
            return Err(Error::value("early stopping", "validation data to judge by", "none"));
        }
        Ok(())
    }
}

impl Model {
    /// Adds `strength` / 2 · ‖w‖² to the loss: all weights, no biases.
    ///
    /// The term does not depend on the number of samples. A tutorial that adds λ/2 ‖w‖² to a loss summed over n samples means λ/n here.
    ///
    /// # Errors
    /// [`Error::Value`] for a negative or not finite strength.
    pub fn l2(mut self, strength: f64) -> Result<Self, Error> {
        if !(strength.is_finite() && strength >= 0.0) {
            return Err(Error::value("strength of the L2 regularisation", "a finite number of at least 0", strength));
        }
        self.l2 = strength;
        Ok(self)
    }

    /// Tracks the accuracy too: the share of samples whose class is predicted rightly.
    pub fn with_accuracy(mut self) -> Self {
        self.accuracy = true;
        self
    }

    /// The loss.
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// The optimiser, with the state of its steps so far.
    pub fn optimizer(&self) -> &Optimizer {
        &self.optimizer
    }

    /// Replaces the optimiser, with a state of its own.
    ///
    /// # Errors
    /// [`Error::Shape`] for an optimiser that has trained another network.
    pub fn set_optimizer(&mut self, mut optimizer: Optimizer) -> Result<(), Error> {
        optimizer.prepare(&self.network)?;
        self.optimizer = optimizer;
        Ok(())
    }

    /// The predictions for the rows of `x`, shape (n, k): probabilities where the loss is a softmax cross-entropy, else the outputs.
    ///
    /// # Errors
    /// As [`Sequential::forward`].
    pub fn predict(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        Ok(self.loss.prediction(self.network.output(x)?))
    }

    /// The class of each row of `x`.
    ///
    /// # Errors
    /// As [`Sequential::forward`].
    pub fn predict_classes(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error> {
        Ok(classes(&self.network.output(x)?))
    }

    /// Loss and accuracy on data: Keras's `evaluate`.
    ///
    /// # Errors
    /// As [`Sequential::forward`] and [`Loss::check`].
    pub fn evaluate<'t>(&self, x: &Array2<f64>, targets: impl Into<Targets<'t>>) -> Result<Evaluation, Error> {
        let targets = targets.into();
        let outputs = self.network.shapes().last().map_or(0, |shape| shape.size());
        self.network.check_input(x)?;
        self.loss.check(x.nrows(), outputs, targets)?;
        let mut batch = Batch::new(&self.network, targets);
        let (mut loss, mut correct) = (0.0, 0);
        // In parts, so that the memory needed does not grow with the data.
        let rows: Vec<usize> = (0..x.nrows()).collect();
        for rows in rows.chunks(256) {
            batch.load(x, targets, rows);
            self.network.run(&mut batch.pass, None);
            loss += self.loss.sum(batch.pass.output(), batch.targets());
            correct += batch.correct(self.accuracy);
        }
        let loss = loss * self.loss.scale(x.nrows(), outputs) + self.penalty();
        Ok(Evaluation { loss, accuracy: self.accuracy.then(|| correct as f64 / x.nrows() as f64) })
    }

    /// The L2 term of the loss.
    fn penalty(&self) -> f64 {
        if self.l2 == 0.0 { 0.0 } else { self.l2 / 2.0 * self.network.squared_weights() }
    }

    /// Trains on the rows of `x` (n, d): Keras's `fit`.
    ///
    /// # Errors
    /// As [`Sequential::forward`] and [`Loss::check`] for the data, [`Error::Value`] for settings out of range, [`Error::Diverged`] when the
    /// loss is not finite any more.
    pub fn fit<'t>(&mut self, x: &Array2<f64>, targets: impl Into<Targets<'t>>, fit: Fit<'_>) -> Result<History, Error> {
        self.fit_all(x, targets.into(), fit)
    }

    fn fit_all(&mut self, x: &Array2<f64>, targets: Targets<'_>, mut fit: Fit<'_>) -> Result<History, Error> {
        fit.check()?;
        let outputs = self.network.shapes().last().map_or(0, |shape| shape.size());
        self.network.check_input(x)?;
        self.loss.check(x.nrows(), outputs, targets)?;
        let mut n = x.nrows();
        let (mut given, mut kept_out) = (None, None);
        match fit.validation {
            Validation::None => {}
            Validation::Data(x, targets) => {
                self.network.check_input(x)?;
                self.loss.check(x.nrows(), outputs, targets)?;
                given = Some((x, targets));
            }
            Validation::Split(share) => {
                n = ((x.nrows() as f64 * (1.0 - share)) as usize).clamp(1, x.nrows());
                if n == x.nrows() {
                    return Err(Error::empty(format!("samples in a validation share of {share} of {n}")));
                }
                kept_out = Some((x.slice(s![n.., ..]).to_owned(), OwnTargets::select(targets, &(n..x.nrows()).collect::<Vec<_>>())));
            }
        }
        let validation: Option<(&Array2<f64>, Targets<'_>)> = match &kept_out {
            Some((x, targets)) => Some((x, targets.view())),
            None => given.as_ref().map(|(x, targets)| (*x, targets.reborrow())),
        };
        let mut rng = RandomState::new(fit.seed);
        let mut order: Vec<usize> = (0..n).collect();
        let size = fit.batch_size.unwrap_or(n).min(n);
        let mut trainer = Trainer::new(self, targets, size, fit.threads);
        let mut history = History::default();
        let mut best: Option<(f64, Sequential)> = None;
        let start = Instant::now();
        for epoch in 0..fit.epochs {
            if fit.shuffle && size < n {
                rng.shuffle(&mut order);
            }
            let (mut loss, mut penalty, mut correct) = (0.0, 0.0, 0);
            for rows in order.chunks(size) {
                penalty += self.penalty() * rows.len() as f64;
                let (sum, right) = trainer.gradient(self, x, targets, rows, fit.transform.as_deref(), &mut rng);
                (loss, correct) = (loss + sum, correct + right);
                self.optimizer.apply(&mut self.network, trainer.gradients(), self.l2);
            }
            let loss = loss * self.loss.scale(n, outputs) + penalty / n as f64;
            if !loss.is_finite() {
                return Err(Error::Diverged { epoch: epoch + 1, loss });
            }
            history.loss.push(loss);
            if self.accuracy {
                history.accuracy.push(correct as f64 / n as f64);
            }
            if let Some((x, targets)) = validation {
                let evaluation = self.evaluate(x, targets)?;
                history.validation_loss.push(evaluation.loss);
                history.validation_accuracy.extend(evaluation.accuracy);
            }
            history.seconds.push(start.elapsed().as_secs_f64());
            let mut stop = epoch + 1 == fit.epochs;
            if let (Some(patience), Some(&loss)) = (fit.patience, history.validation_loss.last()) {
                if best.as_ref().is_none_or(|(least, _)| loss < *least) {
                    history.best_epoch = Some(epoch);
                    match &mut best {
                        Some((least, network)) => {
                            *least = loss;
                            network.clone_from(&self.network);
                        }
                        None => best = Some((loss, self.network.clone())),
                    }
                }
                stop |= epoch - history.best_epoch.unwrap_or(epoch) >= patience;
            }
            if let Some(callback) = &mut fit.callback {
                stop |= callback(&Epoch { index: epoch, history: &history, network: &self.network }).is_break();
            }
            report(&fit, &history, stop);
            if stop {
                break;
            }
        }
        if let Some((_, network)) = best {
            self.network = network;
        }
        for layer in self.network.layers() {
            if check_finite("w", &layer.get().parameters().w).is_err() {
                return Err(Error::Diverged { epoch: history.loss.len(), loss: f64::NAN });
            }
        }
        Ok(history)
    }
}

impl Classifier for Model {
    fn predict(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error> {
        self.predict_classes(x)
    }

    /// The predictions, where they are probabilities; a single one is that of class 1.
    fn probabilities(&self, x: &Array2<f64>) -> Result<Option<Array2<f64>>, Error> {
        match self.loss {
            Loss::SoftmaxCrossEntropy => Ok(Some(Model::predict(self, x)?)),
            Loss::BinaryCrossEntropy => self.network.probabilities(x),
            _ => Ok(None),
        }
    }
}

/// Prints what was asked for of the epoch that just ended.
fn report(fit: &Fit<'_>, history: &History, last: bool) {
    let epoch = history.loss.len();
    let every = fit.report_every.or(fit.bar.then_some(1));
    let terminal = fit.bar && std::io::stdout().is_terminal();
    let due = every.is_some_and(|every| epoch == 1 || last || epoch % every == 0);
    if !due && !terminal {
        return;
    }
    let all = fit.epochs.to_string();
    let mut line = format!("epoch {epoch:>width$}/{all}", width = all.len());
    if fit.elapsed || fit.bar {
        line += &format!("  {:.2} s", history.seconds[epoch - 1]);
    }
    let figures = [
        ("loss", history.loss.last(), 6),
        ("accuracy", history.accuracy.last(), 4),
        ("validation loss", history.validation_loss.last(), 6),
        ("validation accuracy", history.validation_accuracy.last(), 4),
    ];
    for (name, value, digits) in figures {
        if let Some(value) = value {
            line += &format!("  {name} {value:.digits$}");
        }
    }
    if terminal {
        let done = 30 * epoch / fit.epochs;
        print!("\r\x1b[K[{}{}] {line}{}", "█".repeat(done), "·".repeat(30 - done), if last { "\n" } else { "" });
        // A terminal that is gone is no reason to stop training.
        let _ = std::io::stdout().flush();
    } else {
        println!("{line}");
    }
}

/// Targets of a batch, copied from those of the data.
enum OwnTargets {
    Classes(Array1<usize>),
    Values(Array2<f64>),
}

impl OwnTargets {
    fn select(targets: Targets<'_>, rows: &[usize]) -> Self {
        match targets {
            Targets::Classes(y) => Self::Classes(y.select(Axis(0), rows)),
            Targets::Values(t) => Self::Values(t.select(Axis(0), rows)),
        }
    }

    fn view(&self) -> Targets<'_> {
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
struct Batch {
    pass: Pass,
    gradients: Gradients,
    targets: OwnTargets,
    loss: f64,
    correct: usize,
}

impl Batch {
    fn new(network: &Sequential, targets: Targets<'_>) -> Self {
        let (pass, gradients) = (Pass::new(network), Gradients::new(network));
        Self { pass, gradients, targets: OwnTargets::select(targets, &[]), loss: 0.0, correct: 0 }
    }

    fn load(&mut self, x: &Array2<f64>, targets: Targets<'_>, rows: &[usize]) {
        self.pass.resize(rows.len());
        self.pass.outputs[0].outer_iter_mut().zip(rows).for_each(|(mut to, &row)| to.assign(&x.row(row)));
        self.targets.load(targets, rows);
    }

    fn targets(&self) -> Targets<'_> {
        self.targets.view()
    }

    /// How many of the samples have their class predicted rightly; 0 where nobody asks.
    fn correct(&self, asked: bool) -> usize {
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
    fn run(&mut self, model: &Model, scale: f64, transform: Option<&(dyn Fn(&mut Array2<f64>, &mut RandomState) + Sync)>, seed: u32) {
        let mut rng = RandomState::new(seed);
        if let Some(transform) = transform {
            transform(&mut self.pass.outputs[0], &mut rng);
        }
        model.network.run(&mut self.pass, Some(&mut rng));
        self.gradients.resize(&self.pass);
        let y_hat = self.pass.output();
        self.loss = model.loss.sum(y_hat, self.targets.view());
        self.correct = self.correct(model.accuracy);
        model.loss.gradient_into(self.pass.output(), self.targets.view(), scale, self.gradients.last_delta());
        model.network.run_back(&self.pass, &mut self.gradients, false);
    }
}

/// The gradient of batch after batch, in buffers that are kept.
///
/// A batch is cut into parts by its size and the network's alone, and the parts' gradients are added in their order, so that the number of
/// threads that work on them changes nothing.
struct Trainer {
    parts: Vec<Batch>,
    part_size: usize,
    threads: usize,
}

/// A batch is cut into at most so many parts …
const MOST_PARTS: usize = 8;
/// … of at least so many multiplications each, since starting a thread takes as long as 100,000.
const LEAST_WORK: usize = 1_000_000;

impl Trainer {
    fn new(model: &Model, targets: Targets<'_>, size: usize, threads: Option<usize>) -> Self {
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
    fn gradient(
        &mut self,
        model: &Model,
        x: &Array2<f64>,
        targets: Targets<'_>,
        rows: &[usize],
        transform: Option<&(dyn Fn(&mut Array2<f64>, &mut RandomState) + Sync)>,
        rng: &mut RandomState,
    ) -> (f64, usize) {
        let outputs = model.network.shapes().last().map_or(0, |shape| shape.size());
        let scale = model.loss.scale(rows.len(), outputs);
        let used = rows.len().div_ceil(self.part_size);
        let parts = &mut self.parts[..used];
        let mut jobs: Vec<(&mut Batch, &[usize], u32)> =
            parts.iter_mut().zip(rows.chunks(self.part_size)).map(|(part, rows)| (part, rows, rand::Rng::next_u32(rng))).collect();
        let work = |(part, rows, seed): &mut (&mut Batch, &[usize], u32)| {
            part.load(x, targets, rows);
            part.run(model, scale, transform, *seed);
        };
        let threads = self.threads.min(used);
        if threads == 1 {
            jobs.iter_mut().for_each(work);
        } else {
            let share = used.div_ceil(threads);
            std::thread::scope(|scope| {
                for jobs in jobs.chunks_mut(share) {
                    scope.spawn(move || jobs.iter_mut().for_each(work));
                }
            });
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
        (loss, correct)
    }

    fn gradients(&self) -> &Gradients {
        &self.parts[0].gradients
    }
}
