//! Data, model, and where its training stands.

use std::ops::ControlFlow;

use nnlib::metrics::ConfusionMatrix;
use nnlib::ndarray::{Array1, Array2};
use nnlib::{Dataset, Error, FitOptions, History, Loss, Model, Targets, Training, data};
use serde::Serialize;

use crate::settings::{Settings, Split};

/// What outputs should have been, as the loss wants it.
enum Goal {
    Classes(Array1<usize>),
    Values(Array2<f64>),
}

impl Goal {
    /// A class for each sample, or 1 for the class's output and 0 for the others.
    fn new(loss: Loss, outputs: usize, data: &Dataset) -> Self {
        let single = outputs == 1;
        match loss {
            Loss::SoftmaxCrossEntropy => Self::Classes(data.y.clone()),
            Loss::SigmoidCrossEntropy | Loss::BinaryCrossEntropy if single => Self::Classes(data.y.clone()),
            _ => Self::Values(Array2::from_shape_fn((data.len(), outputs), |(i, j)| {
                f64::from(u8::from(data.y[i] == if single { 1 } else { j }))
            })),
        }
    }

    fn targets(&self) -> Targets<'_> {
        match self {
            Self::Classes(y) => y.into(),
            Self::Values(t) => t.into(),
        }
    }
}

/// Points with what the network is given of them.
pub(crate) struct Points {
    pub(crate) data: Dataset,
    x: Array2<f64>,
    goal: Goal,
}

/// How good the network is on some points.
#[derive(Debug, Serialize)]
pub struct Score {
    /// The loss, with the L2 term.
    pub loss: f64,
    /// The share of points whose class is found.
    pub accuracy: f64,
    /// How many points of each class (rows) were given which class (columns).
    pub confusion: Vec<Vec<usize>>,
}

/// A network in training.
pub struct Session {
    pub(crate) settings: Settings,
    pub(crate) model: Model,
    pub(crate) train: Points,
    pub(crate) held_out: Option<Points>,
    /// Whether the model came from a file.
    pub(crate) loaded: bool,
    training: Training,
    history: History,
    /// The epoch at which training last stopped because the validation loss fell no more.
    stopped: usize,
}

impl Session {
    /// The untrained network, and its data.
    ///
    /// # Errors
    /// [`Error`] for settings out of range.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        settings.check()?;
        let split = settings.split()?;
        let network = settings.network(settings.outputs(split.0.classes))?;
        let model = network.compile(settings.loss()?, settings.optimizer(split.0.len())?)?.l2(settings.l2)?;
        Self::with_model(settings, split, model, false)
    }

    /// The data of these settings, and a model that was saved, in the JSON of `Model::save`.
    ///
    /// # Errors
    /// [`Error`] for a text that is no model, or a model that does not take these features or tell these classes apart.
    pub fn load(mut settings: Settings, text: &str) -> Result<Self, Error> {
        let model = Model::from_json(text)?;
        let features = model.network().input_shape().size();
        if features != settings.features.len() {
            return Err(Error::value(
                "features of the saved model",
                format!("{}, as are chosen here (choose as many as it takes, or another model)", settings.features.len()),
                features,
            ));
        }
        settings.check()?;
        let split = settings.split()?;
        settings.hidden = sizes(&model)[1..].split_last().map_or(Vec::new(), |(_, hidden)| hidden.to_vec());
        Self::with_model(settings, split, model, true)
    }

    fn with_model(settings: Settings, (train, held_out): Split, model: Model, loaded: bool) -> Result<Self, Error> {
        let outputs = model.network().output(&Array2::zeros((1, settings.features.len())))?.ncols();
        let most = outputs.max(2);
        if train.classes > most {
            return Err(Error::value("classes of the data", format!("at most {most}, which the model tells apart"), train.classes));
        }
        let points = |data: Dataset| Points { x: settings.inputs(&data.x), goal: Goal::new(model.loss(), outputs, &data), data };
        let (train, held_out) = (points(train), held_out.map(points));
        model.loss().check(train.data.len(), outputs, train.goal.targets())?;
        let (training, history) = (Training::default(), History::default());
        Ok(Self { settings, model: model.with_accuracy(), train, held_out, loaded, training, history, stopped: 0 })
    }

    /// Trains for so many epochs, or only so many updates, going on where it stopped; gives whether it stopped before, because the validation loss
    /// falls no more.
    ///
    /// # Errors
    /// [`Error::Diverged`] when the numbers left the finite ones; the model is then as it was before that epoch.
    pub fn train(&mut self, epochs: usize, updates: Option<usize>) -> Result<bool, Error> {
        let (n, settings, history) = (self.train.data.len(), &self.settings, &mut self.history);
        let losses = history.validation_loss.iter().copied().enumerate();
        let (mut best, mut stop) = (losses.min_by(|a, b| a.1.total_cmp(&b.1)), false);
        let mut options = FitOptions::epochs(epochs).seed(settings.seed).resume(&mut self.training);
        options = options.batch_size(if settings.batch == 0 { n } else { settings.batch });
        if let Some(updates) = updates {
            options = options.updates(updates);
        }
        if let Some(held_out) = &self.held_out {
            options = options.validation(&held_out.x, held_out.goal.targets());
        }
        // Epoch by epoch, so that those before a divergence are kept.
        options = options.on_epoch_end(|epoch| {
            let now = history.loss.len();
            history.loss.extend(epoch.history.loss.last());
            history.accuracy.extend(epoch.history.accuracy.last());
            history.validation_loss.extend(epoch.history.validation_loss.last());
            history.validation_accuracy.extend(epoch.history.validation_accuracy.last());
            history.stalled = history.stalled.or(epoch.history.stalled.map(|_| now));
            let Some(&loss) = epoch.history.validation_loss.last() else { return ControlFlow::Continue(()) };
            if best.is_none_or(|(_, lowest)| loss < lowest) {
                best = Some((now, loss));
            }
            let since = best.map_or(now, |(best, _)| now - best.max(self.stopped));
            stop = settings.patience > 0 && since >= settings.patience;
            if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        self.model.fit(&self.train.x, self.train.goal.targets(), options)?;
        if stop {
            self.stopped = self.epochs() - 1;
        }
        Ok(stop)
    }

    /// How many epochs are behind.
    pub fn epochs(&self) -> usize {
        self.history.loss.len()
    }

    /// What training was like, epoch by epoch.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The model, as trained so far.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// How good the network is on the points that it trains on.
    ///
    /// # Errors
    /// None for a session that could be made.
    pub fn score(&self) -> Result<Score, Error> {
        self.score_on(&self.train)
    }

    /// How good it is on those held out.
    ///
    /// # Errors
    /// None for a session that could be made.
    pub fn held_out_score(&self) -> Result<Option<Score>, Error> {
        self.held_out.as_ref().map(|points| self.score_on(points)).transpose()
    }

    fn score_on(&self, points: &Points) -> Result<Score, Error> {
        let evaluation = self.model.evaluate(&points.x, points.goal.targets())?;
        let predicted = self.model.predict_classes(&points.x)?;
        // A loaded model may know more classes than the data has.
        let classes = predicted.iter().max().map_or(0, |class| class + 1).max(points.data.classes);
        let confusion = ConfusionMatrix::new(&points.data.y, &predicted, classes)?;
        let counts = confusion.counts.outer_iter().map(|row| row.to_vec()).collect();
        Ok(Score { loss: evaluation.loss, accuracy: confusion.accuracy(), confusion: counts })
    }

    /// Replaces the weights by those in the bytes of a safetensors file; training starts anew from them.
    ///
    /// # Errors
    /// [`Error`] when they are not those of a network of the same layers.
    pub fn load_weights(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut network = self.model.network().clone();
        network.set_safetensors(bytes)?;
        self.model.set_network(network)?;
        (self.training, self.history, self.loaded) = (Training::default(), History::default(), true);
        Ok(())
    }
}

/// The numbers of features, of neurons in each layer, and of outputs.
pub(crate) fn sizes(model: &Model) -> Vec<usize> {
    let network = model.network();
    let layers = (1..).map_while(|l| network.w(l).ok()).map(|w| w.ncols());
    std::iter::once(network.input_shape().size()).chain(layers).collect()
}

/// Points from a text of comma-separated values: two columns of numbers, then the class.
///
/// # Errors
/// [`Error`] that names the line and what is wrong with it.
pub(crate) fn points_of_csv(text: &str) -> Result<Vec<(f64, f64, usize)>, Error> {
    let names = "x1,x2,class\n";
    let first = text.split([',', '\n']).next().unwrap_or_default();
    let table = if first.trim().parse::<f64>().is_ok() { data::Table::parse(&format!("{names}{text}")) } else { data::Table::parse(text) }?;
    let columns = table.columns();
    let [.., label] = &columns[..] else { return Err(Error::empty("columns")) };
    let points = table.complete().dataset(label)?;
    if points.features() != 2 {
        return Err(Error::value("columns of the points", "x₁, x₂ and the class", columns.join(", ")));
    }
    Ok(points.x.outer_iter().zip(&points.y).map(|(x, &class)| (x[0], x[1], class)).collect())
}
