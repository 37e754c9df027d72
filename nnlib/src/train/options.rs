//! How to train: the arguments of Keras's `fit`.

use std::fmt;
use std::ops::ControlFlow;

use ndarray::Array2;

use crate::error::Error;
use crate::math::loss::Targets;
use crate::random::RandomState;
use crate::train::history::Epoch;
use crate::train::training::Training;

/// Validation data: a share of the training data, or data of its own.
pub(super) enum Validation<'a> {
    None,
    Split(f64),
    Data(&'a Array2<f64>, Targets<'a>),
}

pub(super) type Callback<'a> = Box<dyn FnMut(&Epoch<'_>) -> ControlFlow<()> + 'a>;
/// A change made to a batch's samples.
pub(super) type Transform<'a> = dyn Fn(&mut Array2<f64>, &mut RandomState) -> Result<(), Error> + Sync + 'a;

/// How to train: the arguments of Keras's `fit`.
///
/// | method | default | what it does |
/// | --- | --- | --- |
/// | `epochs` | — | how many times all the data is gone through |
/// | `batch_size` | all the data | samples in a batch, each giving one update; the last batch may be smaller |
/// | `shuffle` | true | whether the data is shuffled before each epoch; otherwise its batches come in its own order |
/// | `seed` | 0 | what the shuffling and dropout are drawn from |
/// | `validation_split` | none | the last share of the data, kept out of training and evaluated after each epoch |
/// | `validation` | none | other data evaluated after each epoch |
/// | `early_stopping` | never | stops after so many epochs (at least one) without a new lowest validation loss, and restores the best weights |
/// | `report_every` | nothing | a line after every so many epochs (Keras's `verbose=2` for 1) |
/// | `elapsed` | off | the seconds passed in those lines |
/// | `bar` | off | a bar where stderr is a terminal, elsewhere a line an epoch (Keras's `verbose=1`) |
/// | `on_epoch_end` | nothing | a function called after each epoch, which may break off the training |
/// | `transform` | nothing | a change made to the samples of each batch on the fly, such as augmentation |
/// | `updates` | all | stops after so many updates, be it within an epoch |
/// | `resume` | from the start | goes on where an earlier `fit` stopped, so that a program may train a little at a time |
/// | `threads` | all cores | the most threads used; the result is the same for any number |
#[must_use = "options do nothing until they are given to fit"]
pub struct FitOptions<'a> {
    pub(super) epochs: usize,
    pub(super) batch_size: Option<usize>,
    pub(super) shuffle: bool,
    pub(super) seed: u32,
    pub(super) validation: Validation<'a>,
    pub(super) patience: Option<usize>,
    pub(super) report_every: Option<usize>,
    pub(super) elapsed: bool,
    pub(super) bar: bool,
    pub(super) callback: Option<Callback<'a>>,
    pub(super) transform: Option<Box<Transform<'a>>>,
    pub(super) updates: Option<usize>,
    pub(super) training: Option<&'a mut Training>,
    pub(super) threads: Option<usize>,
}

impl fmt::Debug for FitOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FitOptions")
            .field("epochs", &self.epochs)
            .field("batch_size", &self.batch_size)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl<'a> FitOptions<'a> {
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
            updates: None,
            training: None,
            threads: None,
        }
    }

    /// Updates after every so many samples.
    pub fn batch_size(mut self, samples: usize) -> Self {
        self.batch_size = Some(samples);
        self
    }

    /// Whether the data is shuffled before each epoch, or stays in its order.
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
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

    /// Stops after so many epochs, at least one, in which the validation loss has not fallen below its lowest, as Keras does; and restores the
    /// weights of the best epoch, also when all epochs ran.
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

    /// Draws a bar on stderr where that is a terminal; elsewhere prints a line an epoch.
    pub fn bar(mut self) -> Self {
        self.bar = true;
        self
    }

    /// Calls `callback` after each epoch; training ends when it returns [`ControlFlow::Break`].
    pub fn on_epoch_end(mut self, callback: impl FnMut(&Epoch<'_>) -> ControlFlow<()> + 'a) -> Self {
        self.callback = Some(Box::new(callback));
        self
    }

    /// Changes a batch's samples before it is trained on, part by part, shape (n, d): `.transform(|x, rng| augment.apply(x, rng))`.
    pub fn transform(mut self, transform: impl Fn(&mut Array2<f64>, &mut RandomState) -> Result<(), Error> + Sync + 'a) -> Self {
        self.transform = Some(Box::new(transform));
        self
    }

    /// Stops after so many updates, be it within an epoch.
    ///
    /// An epoch that is not over has no entry in the history yet; with [`FitOptions::resume`] the next `fit` goes on within it.
    pub fn updates(mut self, updates: usize) -> Self {
        self.updates = Some(updates);
        self
    }

    /// Goes on where an earlier `fit` with this `training` stopped: several in a row give the numbers of a single one, to the last bit.
    ///
    /// ```
    /// use nnlib::{FitOptions, Loss, Optimizer, RandomState, Sequential, Training, data::make_moons};
    /// let moons = make_moons(100, 0.2, &mut RandomState::new(0))?;
    /// let network = Sequential::input(2).dense(2).build(&mut RandomState::new(0))?;
    /// let mut whole = network.compile(Loss::SoftmaxCrossEntropy, Optimizer::adam(0.1)?)?;
    /// let mut parts = whole.clone();
    /// whole.fit(&moons.x, &moons.y, FitOptions::epochs(2).batch_size(32))?;
    /// let mut training = Training::default();
    /// for _ in 0..8 {
    ///     parts.fit(&moons.x, &moons.y, FitOptions::epochs(1).batch_size(32).updates(1).resume(&mut training))?;
    /// }
    /// assert_eq!(parts, whole); // 4 updates an epoch
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    ///
    /// The seed counts at the first `fit` only; early stopping counts anew in each.
    pub fn resume(mut self, training: &'a mut Training) -> Self {
        self.training = Some(training);
        self
    }

    /// Uses at most so many threads.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let counts = [
            ("epochs", Some(self.epochs)),
            ("batch size", self.batch_size),
            ("epochs between reports", self.report_every),
            ("updates", self.updates),
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
