//! All that a reader can set, and what nnlib makes of it.

use std::f64::consts::PI;

use nnlib::ndarray::{Array1, Array2};
use nnlib::{Dataset, Error, Loss, Optimizer, RandomState, Schedule, Sequential, data};
use serde::{Deserialize, Serialize};

/// Where the points come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Data {
    /// Two interleaving half circles.
    Moons,
    /// A circle within another.
    Circles,
    /// A round cloud for each class.
    Blobs,
    /// A spiral arm for each class.
    Spirals,
    /// The reader's own.
    Own,
}

/// A number that the network is given of each point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each is its formula")]
pub enum Feature {
    X1,
    X2,
    X1X1,
    X2X2,
    X1X2,
    SinX1,
    SinX2,
}

impl Feature {
    /// Its value at a point.
    pub fn of(self, x1: f64, x2: f64) -> f64 {
        match self {
            Self::X1 => x1,
            Self::X2 => x2,
            Self::X1X1 => x1 * x1,
            Self::X2X2 => x2 * x2,
            Self::X1X2 => x1 * x2,
            Self::SinX1 => (PI * x1).sin(),
            Self::SinX2 => (PI * x2).sin(),
        }
    }

    /// [`Feature::of`] as a notebook's cell writes it.
    pub fn code(self) -> &'static str {
        match self {
            Self::X1 => "x1",
            Self::X2 => "x2",
            Self::X1X1 => "x1 * x1",
            Self::X2X2 => "x2 * x2",
            Self::X1X2 => "x1 * x2",
            Self::SinX1 => "(PI * x1).sin()",
            Self::SinX2 => "(PI * x2).sin()",
        }
    }
}

/// How a gradient becomes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "they are nnlib's")]
pub enum Rule {
    Sgd,
    Nesterov,
    Adagrad,
    Adadelta,
    RmsProp,
    Adam,
}

/// How the learning rate falls: to a half after each so many epochs, at once or smoothly; as 1 / t, to a half after so many; or to 0 at so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "they are nnlib's")]
pub enum Scheduled {
    Constant,
    Step,
    Exponential,
    InverseTime,
    Cosine,
}

/// The names that the page knows nnlib's activations, initialisers and losses by, with the code for each.
pub mod names {
    use nnlib::{Activation, Error, Init, Loss};

    /// A name, its value, and the code that makes it.
    pub type Named<T> = (&'static str, fn() -> Result<T, Error>, &'static str);

    /// Activation functions.
    pub const ACTIVATIONS: [Named<Activation>; 8] = [
        ("tanh", || Ok(Activation::Tanh), "Activation::Tanh"),
        ("sigmoid", || Ok(Activation::Sigmoid), "Activation::Sigmoid"),
        ("relu", || Ok(Activation::Relu), "Activation::Relu"),
        ("leaky_relu", || Activation::leaky_relu(0.01), "Activation::leaky_relu(0.01)?"),
        ("elu", || Activation::elu(1.0), "Activation::elu(1.0)?"),
        ("softplus", || Ok(Activation::Softplus), "Activation::Softplus"),
        ("softsign", || Ok(Activation::Softsign), "Activation::Softsign"),
        ("identity", || Ok(Activation::Identity), "Activation::Identity"),
    ];

    /// Initialisers of weights.
    pub const INITS: [Named<Init>; 7] = [
        ("lecun", || Ok(Init::LecunNormal), "Init::LecunNormal"),
        ("he", || Ok(Init::HeNormal), "Init::HeNormal"),
        ("he_uniform", || Ok(Init::HeUniform), "Init::HeUniform"),
        ("glorot", || Ok(Init::GlorotNormal), "Init::GlorotNormal"),
        ("glorot_uniform", || Ok(Init::GlorotUniform), "Init::GlorotUniform"),
        ("small", || Init::normal(0.01), "Init::normal(0.01)?"),
        ("large", || Init::normal(3.0), "Init::normal(3.0)?"),
    ];

    /// Losses.
    pub const LOSSES: [Named<Loss>; 3] = [
        ("softmax", || Ok(Loss::SoftmaxCrossEntropy), "Loss::SoftmaxCrossEntropy"),
        ("sigmoid", || Ok(Loss::SigmoidCrossEntropy), "Loss::SigmoidCrossEntropy"),
        ("squared", || Ok(Loss::MeanSquaredError), "Loss::MeanSquaredError"),
    ];
}

/// The entry of this name.
///
/// # Errors
/// [`Error::Value`] when there is none.
pub(crate) fn named<T>(what: &str, all: &[names::Named<T>], name: &str) -> Result<(T, &'static str), Error> {
    let expected = || format!("one of {}", all.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(", "));
    let (_, make, code) = all.iter().find(|(known, ..)| *known == name).ok_or_else(|| Error::value(what, expected(), name))?;
    Ok((make()?, code))
}

/// Everything that can be set; with the seeds, it determines every number on the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where the points come from.
    pub data: Data,
    /// How many points.
    pub n: usize,
    /// The standard deviation of the noise: of coordinates, or of a spiral's angle.
    pub noise: f64,
    /// How many classes blobs and spirals have.
    pub classes: usize,
    /// What the data is drawn from.
    pub data_seed: u32,
    /// Percent of the points that are held out for validation.
    pub held_out: u32,
    /// The reader's own points: x₁, x₂, class.
    pub points: Vec<(f64, f64, usize)>,
    /// What the network is given of each point.
    pub features: Vec<Feature>,
    /// The number of neurons in each hidden layer.
    pub hidden: Vec<usize>,
    /// The hidden layers' activation function, by its name.
    pub activation: String,
    /// How weights are drawn, by its name.
    pub init: String,
    /// The rate of dropout after each hidden layer; 0 is none.
    pub dropout: f64,
    /// The loss, by its name.
    pub loss: String,
    /// The optimiser.
    pub optimizer: Rule,
    /// Its learning rate, or first one.
    pub rate: f64,
    /// Its momentum, for those that have one.
    pub momentum: f64,
    /// Samples in a batch; 0 is all.
    pub batch: usize,
    /// How the rate falls.
    pub schedule: Scheduled,
    /// Within how many epochs.
    pub period: usize,
    /// The strength of the L2 penalty.
    pub l2: f64,
    /// Training stops after so many epochs in which the validation loss has not fallen below its lowest; 0 is never.
    pub patience: usize,
    /// What weights, shuffling and dropout are drawn from.
    pub seed: u32,
}

impl Default for Settings {
    /// The network of the first lessons: moons, 2-3-2, tanh.
    fn default() -> Self {
        Self {
            data: Data::Moons,
            n: 200,
            noise: 0.2,
            classes: 3,
            data_seed: 0,
            held_out: 25,
            points: Vec::new(),
            features: vec![Feature::X1, Feature::X2],
            hidden: vec![3],
            activation: "tanh".to_owned(),
            init: "lecun".to_owned(),
            dropout: 0.0,
            loss: "softmax".to_owned(),
            optimizer: Rule::Sgd,
            rate: 0.5,
            momentum: 0.0,
            batch: 0,
            schedule: Scheduled::Constant,
            period: 100,
            l2: 0.0,
            patience: 0,
            seed: 0,
        }
    }
}

/// Within what the page keeps its numbers: more would only be slow.
const MOST_POINTS: usize = 2000;
const MOST_CLASSES: usize = 5;
const MOST_LAYERS: usize = 6;
const MOST_NEURONS: usize = 50;

/// `Ok` for a count in a range.
fn check_range(what: &str, count: usize, low: usize, high: usize) -> Result<(), Error> {
    let fits = (low..=high).contains(&count);
    if fits { Ok(()) } else { Err(Error::value(what, format!("from {low} to {high}"), count)) }
}

/// Points to train on, and points held out, if any.
pub(crate) type Split = (Dataset, Option<Dataset>);

impl Settings {
    /// `Ok` when every number is one that the page can show; what nnlib checks is left to it.
    ///
    /// # Errors
    /// [`Error::Value`] for the first that is not, [`Error::Empty`] without features or points.
    pub fn check(&self) -> Result<(), Error> {
        check_range("points", self.n, 10, MOST_POINTS)?;
        check_range("classes", self.classes, 2, MOST_CLASSES)?;
        check_range("percent held out", self.held_out as usize, 0, 90)?;
        check_range("hidden layers", self.hidden.len(), 0, MOST_LAYERS)?;
        self.hidden.iter().try_for_each(|&h| check_range("neurons", h, 1, MOST_NEURONS))?;
        check_range("samples in a batch", self.batch, 0, MOST_POINTS)?;
        check_range("epochs of the schedule", self.period, 1, 1_000_000)?;
        if self.features.is_empty() {
            return Err(Error::value("features", "at least one", "none"));
        }
        if self.data == Data::Own {
            check_range("points of your own", self.points.len(), 2, MOST_POINTS)?;
            self.points.iter().try_for_each(|&(.., class)| check_range("class of a point of your own", class, 0, MOST_CLASSES - 1))?;
        }
        Ok(())
    }

    /// How many points each class has, of those that come in equal numbers.
    pub(crate) fn n_per_class(&self) -> usize {
        (self.n / self.classes).max(2)
    }

    /// The middle of each class's cloud, on a circle, to two decimals.
    pub(crate) fn centers(&self) -> Array2<f64> {
        let angle = |class: usize| 2.0 * PI * class as f64 / self.classes as f64;
        let to_hundredths = |x: f64| (100.0 * x).round() / 100.0 + 0.0;
        Array2::from_shape_fn((self.classes, 2), |(class, j)| to_hundredths([angle(class).sin(), angle(class).cos()][j]))
    }

    /// The points: those to train on, and those held out.
    ///
    /// # Errors
    /// nnlib's, for numbers that it refuses.
    pub(crate) fn split(&self) -> Result<Split, Error> {
        let mut rng = RandomState::new(self.data_seed);
        let points = match self.data {
            Data::Moons => data::make_moons(self.n, self.noise, &mut rng)?,
            Data::Circles => data::make_circles(self.n, self.noise, 0.5, &mut rng)?,
            Data::Blobs => data::make_blobs(self.n, &self.centers(), self.noise, &mut rng)?,
            Data::Spirals => data::make_spirals(self.n_per_class(), self.classes, self.noise, &mut rng)?,
            Data::Own => {
                let x = Array2::from_shape_fn((self.points.len(), 2), |(i, j)| [self.points[i].0, self.points[i].1][j]);
                let y: Array1<usize> = self.points.iter().map(|&(.., class)| class).collect();
                Dataset::with_classes(x, y, self.own_classes())?
            }
        };
        if self.held_out == 0 {
            return Ok((points, None));
        }
        match data::stratified_split(&points, f64::from(self.held_out) / 100.0, &mut rng) {
            Ok((train, test)) => Ok((train, Some(test))),
            // Too few to share out, while the reader is still setting them.
            Err(_) if self.data == Data::Own => Ok((points, None)),
            Err(error) => Err(error),
        }
    }

    /// The number of classes of the reader's own points, at least two.
    pub(crate) fn own_classes(&self) -> usize {
        self.points.iter().map(|&(.., class)| class + 1).max().unwrap_or(0).max(2)
    }

    /// What the network is given of points `x` (n, 2).
    pub(crate) fn inputs(&self, x: &Array2<f64>) -> Array2<f64> {
        Array2::from_shape_fn((x.nrows(), self.features.len()), |(i, j)| self.features[j].of(x[[i, 0]], x[[i, 1]]))
    }

    /// The untrained network, for so many outputs.
    ///
    /// # Errors
    /// nnlib's, for numbers that it refuses.
    pub(crate) fn network(&self, outputs: usize) -> Result<Sequential, Error> {
        let activation = named("activation", &names::ACTIVATIONS, &self.activation)?.0;
        let init = named("initialiser", &names::INITS, &self.init)?.0;
        let mut builder = Sequential::input(self.features.len()).init(init);
        for &h in &self.hidden {
            builder = builder.dense(h).activation(activation);
            if self.dropout != 0.0 {
                builder = builder.dropout(self.dropout);
            }
        }
        builder.dense(outputs).build(&mut RandomState::new(self.seed))
    }

    /// The loss.
    ///
    /// # Errors
    /// [`Error::Value`] for a name that is none.
    pub(crate) fn loss(&self) -> Result<Loss, Error> {
        Ok(named("loss", &names::LOSSES, &self.loss)?.0)
    }

    /// How many outputs the network needs for so many classes: one a class, but a single yes or no for two.
    pub(crate) fn outputs(&self, classes: usize) -> usize {
        if self.loss == "sigmoid" && classes == 2 { 1 } else { classes }
    }

    /// The updates of so many epochs of training on `n` points.
    pub(crate) fn updates(&self, epochs: usize, n: usize) -> usize {
        epochs * if self.batch == 0 { 1 } else { n.div_ceil(self.batch) }
    }

    /// The optimiser, for training on `n` points.
    ///
    /// # Errors
    /// nnlib's, for numbers that it refuses.
    pub(crate) fn optimizer(&self, n: usize) -> Result<Optimizer, Error> {
        let updates = self.updates(self.period, n);
        let rate: Schedule = match self.schedule {
            Scheduled::Constant => self.rate.try_into()?,
            Scheduled::Step => Schedule::step(self.rate, 0.5, updates)?,
            Scheduled::Exponential => Schedule::exponential(self.rate, 0.5, updates)?,
            Scheduled::InverseTime => Schedule::inverse_time(self.rate, 1.0 / updates as f64)?,
            Scheduled::Cosine => Schedule::cosine(self.rate, updates)?,
        };
        Ok(match self.optimizer {
            Rule::Sgd if self.momentum == 0.0 => Optimizer::sgd(rate)?,
            Rule::Sgd => Optimizer::sgd(rate)?.momentum(self.momentum)?,
            Rule::Nesterov => Optimizer::sgd(rate)?.momentum(self.momentum)?.nesterov(),
            Rule::Adagrad => Optimizer::adagrad(rate)?,
            Rule::Adadelta => Optimizer::adadelta(rate)?,
            Rule::RmsProp => Optimizer::rmsprop(rate)?,
            Rule::Adam => Optimizer::adam(rate)?,
        })
    }
}
