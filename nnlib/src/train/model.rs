//! Training: epochs, minibatches, validation, early stopping, and what is kept of it.

use std::fmt;
use std::time::Instant;

use ndarray::{Array1, Array2, s};

use super::batch::{OwnTargets, Trainer, correct};
use super::history::{Epoch, History};
use super::options::{FitOptions, Validation};
use super::report::Progress;
use crate::error::Error;
use crate::error::check_finite;
use crate::math::loss::Loss;
use crate::math::loss::Targets;
use crate::nn::classifier::Classifier;
use crate::nn::classifier::classes;
use crate::nn::sequential::Sequential;
use crate::random::RandomState;
use crate::train::optimizer::Optimizer;

/// A network with what it takes to train it: a loss, an optimiser, and the strength of the L2 regularisation.
///
/// ```
/// use ndarray::array;
/// use nnlib::{Activation, FitOptions, Loss, Optimizer, RandomState, Sequential};
/// let (x, y) = (array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], array![0, 1, 1, 0]);
/// let network = Sequential::input(2).dense(8).activation(Activation::Tanh).dense(2).build(&mut RandomState::new(0))?;
/// let mut model = network.compile(Loss::SoftmaxCrossEntropy, Optimizer::adam(0.1)?)?.with_accuracy();
/// let history = model.fit(&x, &y, FitOptions::epochs(100))?;
/// assert!(history.loss[99] < 0.1 * history.loss[0]);
/// assert_eq!(model.evaluate(&x, &y)?.accuracy, Some(1.0));
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub(crate) network: Sequential,
    pub(crate) loss: Loss,
    pub(crate) optimizer: Optimizer,
    pub(crate) l2: f64,
    pub(crate) accuracy: bool,
}

impl Sequential {
    /// The network made ready for training: Keras's `compile`.
    ///
    /// # Errors
    /// [`Error::Shape`] for a softmax cross-entropy on a single output, or an optimiser that has trained another network.
    pub fn compile(self, loss: Loss, mut optimizer: Optimizer) -> Result<Model, Error> {
        let outputs = self.output_size();
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

    /// The network, with the parameters that training has given it.
    pub fn network(&self) -> &Sequential {
        &self.network
    }

    /// The network alone.
    pub fn into_network(self) -> Sequential {
        self.network
    }

    /// Replaces the network; the optimiser begins anew, since its state belongs to the parameters that are gone.
    ///
    /// # Errors
    /// As [`Sequential::compile`].
    pub fn set_network(&mut self, network: Sequential) -> Result<(), Error> {
        let model = network.compile(self.loss, self.optimizer.renewed())?;
        (self.network, self.optimizer) = (model.network, model.optimizer);
        Ok(())
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
        let y_hat = self.network.output(x)?;
        let loss = self.loss.value(&y_hat, targets)? + self.penalty();
        Ok(Evaluation { loss, accuracy: self.accuracy.then(|| correct(&y_hat, targets) as f64 / x.nrows() as f64) })
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
    pub fn fit<'t>(&mut self, x: &Array2<f64>, targets: impl Into<Targets<'t>>, fit: FitOptions<'_>) -> Result<History, Error> {
        self.fit_all(x, targets.into(), fit)
    }

    fn fit_all(&mut self, x: &Array2<f64>, targets: Targets<'_>, mut fit: FitOptions<'_>) -> Result<History, Error> {
        fit.check()?;
        let outputs = self.network.output_size();
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
        let mut progress = Progress::default();
        let start = Instant::now();
        for epoch in 0..fit.epochs {
            if fit.shuffle && size < n {
                rng.shuffle(&mut order);
            }
            let (mut loss, mut penalty, mut correct) = (0.0, 0.0, 0);
            for rows in order.chunks(size) {
                penalty += self.penalty() * rows.len() as f64;
                let (value, right) = trainer.gradient(self, x, targets, rows, fit.transform.as_deref(), &mut rng)?;
                loss += value / self.loss.scale(rows.len(), outputs);
                correct += right;
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
            progress.report(&fit, &history, stop);
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
    fn predict_classes(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error> {
        Model::predict_classes(self, x)
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
