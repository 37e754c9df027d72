//! What is kept of training, and what a callback sees of it.

use std::fmt;

use crate::nn::sequential::Sequential;

/// What training was like, epoch by epoch.
///
/// As in Keras, `loss` and `accuracy` are averages over the epoch's batches, each taken before its update. With a single batch an epoch,
/// `loss[k]` therefore is the loss after k updates, and `loss[0]` that of the untrained network. The figures of the validation data are
/// those at the epoch's end.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct History {
    /// The loss, with the L2 term.
    pub loss: Vec<f64>,
    /// The accuracy; empty unless the model tracks it.
    pub accuracy: Vec<f64>,
    /// The loss of the validation data, with the L2 term; empty without any.
    pub validation_loss: Vec<f64>,
    /// The accuracy on the validation data.
    pub validation_accuracy: Vec<f64>,
    /// Seconds since the start at each epoch's end; empty where there is no clock, in a web page.
    pub seconds: Vec<f64>,
    /// The epoch, counted from 0, whose weights early stopping restored.
    pub best_epoch: Option<usize>,
    /// The first epoch, counted from 0, in which the gradient was exactly 0 though the loss was not: nothing is learned from there on.
    pub stalled: Option<usize>,
}

impl fmt::Debug for History {
    /// The first and the last of each kind of figures, a line each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} epochs", self.loss.len())?;
        let figures = [
            ("loss", &self.loss),
            ("accuracy", &self.accuracy),
            ("validation loss", &self.validation_loss),
            ("validation accuracy", &self.validation_accuracy),
        ];
        for (name, values) in figures {
            if let (Some(first), Some(last)) = (values.first(), values.last()) {
                write!(f, "\n{name}: {first:.6} in the first epoch, {last:.6} in the last")?;
            }
        }
        self.best_epoch.map_or(Ok(()), |epoch| write!(f, "\nweights of epoch {}, the best", epoch + 1))
    }
}

/// What a callback learns at the end of an epoch.
#[derive(Debug)]
#[non_exhaustive]
pub struct Epoch<'a> {
    /// The epoch, counted from 0.
    pub index: usize,
    /// All epochs so far, this one last.
    pub history: &'a History,
    /// The network as it is now.
    pub network: &'a Sequential,
}
