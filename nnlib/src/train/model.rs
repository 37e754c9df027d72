//! A model: a network with a loss and an optimiser.

use std::fmt;

use ndarray::{Array1, Array2, Axis, concatenate};

use crate::error::Error;
use crate::math::loss::{Loss, Targets};
use crate::nn::classifier::{Classifier, classes};
use crate::nn::sequential::Sequential;
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
#[derive(Clone, PartialEq)]
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

/// The result of [`Model::evaluate`].
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Evaluation {
    /// The loss, with the L2 term.
    pub loss: f64,
    /// The share of samples whose class is predicted rightly, or where each output is a yes or no of its own, the share of outputs; for models
    /// that track it.
    pub accuracy: Option<f64>,
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {:.6}", self.loss)?;
        self.accuracy.map_or(Ok(()), |accuracy| write!(f, ", accuracy {accuracy:.4}"))
    }
}

/// As a notebook's cell shows it.
impl fmt::Debug for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
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
    #[must_use]
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

    /// The predictions for the rows of `x`, shape (n, k): probabilities where the loss is one on scores, else the outputs.
    ///
    /// # Errors
    /// As [`Sequential::forward`].
    pub fn predict(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        Ok(self.loss.prediction(self.network.output(x)?))
    }

    /// The class of each row of `x`: that of the largest output, or, of a single one, whether its probability is at least one half.
    ///
    /// # Errors
    /// As [`Sequential::forward`].
    pub fn predict_classes(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error> {
        Ok(classes(self.network.output(x)?.view(), self.loss.threshold()).collect())
    }

    /// Loss and accuracy on data: Keras's `evaluate`.
    ///
    /// # Errors
    /// As [`Sequential::forward`] and [`Loss::check`].
    pub fn evaluate<'t>(&self, x: &Array2<f64>, targets: impl Into<Targets<'t>>) -> Result<Evaluation, Error> {
        let targets = targets.into();
        let y_hat = self.network.output(x)?;
        let loss = self.loss.value(&y_hat, targets)? + self.penalty();
        Ok(Evaluation { loss, accuracy: self.accuracy.then(|| self.loss.right(&y_hat, targets) / x.nrows() as f64) })
    }

    /// The L2 term of the loss.
    pub(super) fn penalty(&self) -> f64 {
        if self.l2 == 0.0 { 0.0 } else { self.l2 / 2.0 * self.network.squared_weights() }
    }
}

impl Classifier for Model {
    fn predict_classes(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error> {
        Model::predict_classes(self, x)
    }

    /// The predictions, where they are the probabilities of classes; a single one is that of class 1. Several outputs that are each a yes or no
    /// are not.
    fn probabilities(&self, x: &Array2<f64>) -> Result<Option<Array2<f64>>, Error> {
        let p = Model::predict(self, x)?;
        Ok(match self.loss {
            Loss::SoftmaxCrossEntropy => Some(p),
            Loss::BinaryCrossEntropy | Loss::SigmoidCrossEntropy if p.ncols() == 1 => Some(concatenate![Axis(1), 1.0 - &p, p]),
            _ => None,
        })
    }
}

impl fmt::Debug for Model {
    /// Its layers, its loss and its optimiser.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { network, loss, optimizer, l2, .. } = self;
        write!(f, "{network:?}\n{loss:?}, {} after {} updates, L2 strength {l2}", optimizer.name(), optimizer.updates())
    }
}
