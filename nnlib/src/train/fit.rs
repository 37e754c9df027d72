//! The training loop: epochs, minibatches, validation, early stopping.

use std::time::Instant;

use ndarray::{Array2, s};

use crate::error::Error;
use crate::math::loss::Targets;
use crate::train::batch::{OwnTargets, Trainer};
use crate::train::history::{Epoch, History};
use crate::train::model::Model;
use crate::train::options::{FitOptions, Validation};
use crate::train::report::Progress;
use crate::train::training::{Sums, Training};

/// Whether there is a clock: in a web page (WebAssembly) the standard library has none.
const HAS_CLOCK: bool = !cfg!(all(target_family = "wasm", target_os = "unknown"));

impl Model {
    /// Trains on the rows of `x` (n, d): Keras's `fit`.
    ///
    /// Where the gradient of a whole epoch is exactly 0 though the loss is not, nothing is learned any more: a line is printed that says so, and
    /// [`History::stalled`] keeps the epoch.
    ///
    /// # Errors
    /// As [`Sequential::forward`](crate::Sequential::forward) and [`Loss::check`](crate::Loss::check) for the data, [`Error::Value`] for settings
    /// out of range, [`Error::Diverged`] when a loss or a parameter is not finite any more. The model is then as it was before that epoch, or
    /// with early stopping has the weights of the best epoch.
    pub fn fit<'t>(&mut self, x: &Array2<f64>, targets: impl Into<Targets<'t>>, options: FitOptions<'_>) -> Result<History, Error> {
        self.fit_all(x, targets.into(), options)
    }

    fn fit_all(&mut self, x: &Array2<f64>, targets: Targets<'_>, mut options: FitOptions<'_>) -> Result<History, Error> {
        options.check()?;
        self.check_data(x, targets)?;
        let mut n = x.nrows();
        let (mut given, mut kept_out) = (None, None);
        match options.validation {
            Validation::None => {}
            Validation::Data(x, targets) => {
                self.check_data(x, targets)?;
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
        let outputs = self.network.output_size();
        let mut fresh = Training::default();
        let training = options.training.take().unwrap_or(&mut fresh).position(n, options.seed, self)?;
        let size = options.batch_size.unwrap_or(n).min(n);
        let mut trainer = Trainer::new(&self.network, self.loss, self.accuracy, targets, size, options.threads);
        let mut history = History::default();
        let mut best = None::<(f64, Vec<f64>)>;
        let mut updates = options.updates.unwrap_or(usize::MAX);
        let mut progress = Progress::default();
        let start = HAS_CLOCK.then(Instant::now);
        for epoch in 0..options.epochs {
            if updates == 0 {
                break;
            }
            if training.done == 0 {
                training.before.save(self);
                if options.shuffle && size < n {
                    training.rng.shuffle(&mut training.order);
                }
            }
            let sums = &mut training.sums;
            for rows in training.order[training.done..].chunks(size) {
                if updates == 0 {
                    break;
                }
                updates -= 1;
                sums.penalty += self.penalty() * rows.len() as f64;
                let step = trainer.gradient(&self.network, x, targets, rows, options.transform.as_deref(), &mut training.rng)?;
                sums.loss += step.0 / self.loss.scale(rows.len(), outputs);
                sums.right += step.1;
                sums.moved |= !trainer.gradients().are_zero();
                self.optimizer.apply(&mut self.network, trainer.gradients(), self.l2);
                training.done += rows.len();
            }
            let Sums { loss, penalty, right, moved } = *sums;
            let loss = loss * self.loss.scale(n, outputs) + penalty / n as f64;
            if training.done < n && loss.is_finite() && self.is_finite() {
                break;
            }
            (training.done, training.sums) = (0, Sums::default());
            let evaluation = validation.map(|(x, targets)| self.evaluate(x, targets)).transpose()?;
            let losses = [loss, evaluation.map_or(loss, |evaluation| evaluation.loss)];
            if !(losses.iter().all(|loss| loss.is_finite()) && self.is_finite()) {
                training.before.restore(self);
                if let Some((_, parameters)) = best {
                    self.set_parameters(&parameters);
                }
                return Err(Error::Diverged { epoch: epoch + 1, loss: if loss.is_finite() { losses[1] } else { loss } });
            }
            history.loss.push(loss);
            if !moved && loss > 0.0 && history.stalled.is_none() {
                history.stalled = Some(epoch);
                println!("epoch {}: the gradient is exactly 0, and nothing is learned from here on", epoch + 1);
            }
            if self.accuracy {
                history.accuracy.push(right / n as f64);
            }
            if let Some(evaluation) = evaluation {
                history.validation_loss.push(evaluation.loss);
                history.validation_accuracy.extend(evaluation.accuracy);
            }
            history.seconds.extend(start.map(|start| start.elapsed().as_secs_f64()));
            let mut stop = epoch + 1 == options.epochs;
            if let (Some(patience), Some(&loss)) = (options.patience, history.validation_loss.last()) {
                if best.as_ref().is_none_or(|(least, _)| loss < *least) {
                    history.best_epoch = Some(epoch);
                    let (least, parameters) = best.get_or_insert_with(|| (loss, Vec::new()));
                    *least = loss;
                    self.copy_parameters(parameters);
                }
                stop |= epoch - history.best_epoch.unwrap_or(epoch) >= patience.max(1);
            }
            if let Some(callback) = &mut options.callback {
                stop |= callback(&Epoch { index: epoch, history: &history, network: &self.network }).is_break();
            }
            progress.report(&options, &history, stop);
            if stop {
                break;
            }
        }
        if let Some((_, parameters)) = best {
            self.set_parameters(&parameters);
        }
        Ok(history)
    }

    fn check_data(&self, x: &Array2<f64>, targets: Targets<'_>) -> Result<(), Error> {
        self.network.check_input(x)?;
        self.loss.check(x.nrows(), self.network.output_size(), targets)
    }

    /// Whether every parameter and the optimiser's state is finite.
    fn is_finite(&self) -> bool {
        let parameters = self.network.layers().iter().map(|layer| layer.parameters());
        parameters.flat_map(|p| p.w.into_iter().chain(p.b)).all(|number| number.is_finite()) && self.optimizer.is_finite()
    }

    pub(super) fn copy_parameters(&self, to: &mut Vec<f64>) {
        to.clear();
        for parameters in self.network.layers().iter().map(|layer| layer.parameters()) {
            match (parameters.w.as_slice(), parameters.b.as_slice()) {
                (Some(w), Some(b)) => {
                    to.extend_from_slice(w);
                    to.extend_from_slice(b);
                }
                _ => to.extend(parameters.w.into_iter().chain(parameters.b)),
            }
        }
    }

    pub(super) fn set_parameters(&mut self, from: &[f64]) {
        let mut from = from.iter();
        for layer in self.network.layers_mut() {
            let own = layer.parameters_mut();
            own.w.into_iter().chain(own.b).zip(&mut from).for_each(|(own, &number)| *own = number);
        }
    }
}
