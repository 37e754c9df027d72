//! Save and load: a whole model as JSON, a network's weights as safetensors.
//!
//! A model's file holds what it takes to predict and to go on training: the layers with their weights, the loss, the L2 strength, and the
//! optimiser with its schedule and the state of its steps so far. Numbers are written in the shortest form that reads back as the same bits.
//!
//! ```json
//! {
//!   "format": "nnlib model", "version": 1, "input": 2,
//!   "layers": [
//!     {"layer": "dense", "w": [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], "b": [0.0, 0.0, 0.0]},
//!     {"layer": "activation", "function": "tanh"},
//!     {"layer": "dense", "w": [[0.7], [0.8], [0.9]], "b": [0.0]}
//!   ],
//!   "loss": "mean_squared_error", "l2": 0.0, "accuracy": false,
//!   "optimizer": {"rule": "sgd", "momentum": 0.0, "nesterov": false, "rate": 0.1, "updates": 20, "first": [], "second": []}
//! }
//! ```
//!
//! Sizes stand in the file nowhere but as the lengths of its lists, so that a file can ask for no more memory than it fills.

mod layers;
mod place;
mod weights;

use std::path::Path;

use ndarray::{ArrayRef, ArrayViewD, Dimension, Ix1};
use serde_json::{Value, json};

use crate::error::{Error, check_finite};
use crate::file;
use crate::file::write::write_atomically;
use crate::math::loss::Loss;
use crate::math::shape::Shape;
use crate::nn::sequential::Sequential;
use crate::train::model::Model;
use crate::train::optimizer::{Optimizer, Rule};
use crate::train::schedule::Schedule;
use layers::{read_layer, write_layer};
use place::{Place, name};

/// What a model's file says it is …
const FORMAT: &str = "nnlib model";
/// … and the version of what this module reads and writes.
const VERSION: usize = 1;

const LOSSES: [(&str, Loss); 5] = [
    ("softmax_cross_entropy", Loss::SoftmaxCrossEntropy),
    ("binary_cross_entropy", Loss::BinaryCrossEntropy),
    ("sigmoid_cross_entropy", Loss::SigmoidCrossEntropy),
    ("mean_squared_error", Loss::MeanSquaredError),
    ("summed_squared_error", Loss::SummedSquaredError),
];

impl Model {
    /// Writes the model to a file: Keras's `save`.
    ///
    /// The file is written beside its place and renamed into it; whatever happens meanwhile, the old file or the new one is there, whole.
    ///
    /// ```
    /// use nnlib::{Loss, Model, Optimizer, RandomState, Sequential};
    /// # let path = std::env::temp_dir().join(format!("nnlib-doc-{}.json", std::process::id()));
    /// let network = Sequential::input(2).dense(1).build(&mut RandomState::new(0))?;
    /// let model = network.compile(Loss::MeanSquaredError, Optimizer::adam(0.01)?)?;
    /// model.save(&path)?;
    /// assert_eq!(Model::load(&path)?, model);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be written; [`Error::NotFinite`] or [`Error::Value`] for a NaN or an infinity in the model, and
    /// for a layer of a reader's own: such a file could not be loaded.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write_atomically(path.as_ref(), self.to_json()?.as_bytes())
    }

    /// The text that [`Model::save`] writes, for where there are no files.
    ///
    /// # Errors
    /// As [`Model::save`], without those of files.
    pub fn to_json(&self) -> Result<String, Error> {
        let layers: Vec<Value> =
            self.network.layers().iter().enumerate().map(|(i, layer)| write_layer(i, &**layer)).collect::<Result<_, _>>()?;
        let model = json!({
            "format": FORMAT,
            "version": VERSION,
            "input": match self.network.input_shape() {
                Shape::Flat(features) => json!(features),
                Shape::Image { channels, height, width } => json!([channels, height, width]),
            },
            "layers": layers,
            "loss": name(&LOSSES, &self.loss),
            "l2": number("l2", self.l2)?,
            "accuracy": self.accuracy,
            "optimizer": write_optimizer(&self.optimizer)?,
        });
        Ok(model.to_string())
    }

    /// Reads a model that [`Model::save`] wrote; it predicts the same bits, and goes on training as it would have.
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be read; [`Error::Format`], which names the place in it, what was expected there and what stands
    /// there, when it is no such file, of another version, cut short, or not a model that could have been saved.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        read_model(path.as_ref(), &file::read(path.as_ref())?)
    }

    /// Reads the text that [`Model::to_json`] gave.
    ///
    /// # Errors
    /// As [`Model::load`], without those of files.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        read_model(Path::new("the model"), text.as_bytes())
    }
}

fn read_model(path: &Path, bytes: &[u8]) -> Result<Model, Error> {
    let file = Place::root(path, place::parse(path, bytes)?);
    let format = file.key("format")?;
    if format.text()? != FORMAT {
        return Err(format.wrong(&format!("\"{FORMAT}\"")));
    }
    let version = file.key("version")?;
    if version.count()? != VERSION {
        return Err(version.wrong(&format!("{VERSION}, the version that this nnlib reads")));
    }
    let input = read_shape(&file.key("input")?)?;
    let mut shape = input;
    let mut layers = Vec::new();
    file.key("layers")?.each(|place| {
        let layer = read_layer(&place, shape)?;
        place.no_more_keys()?;
        shape = place.checked(layer.output_shape(shape))?;
        layers.push(layer);
        Ok(())
    })?;
    let network = file.key("layers")?.checked(Sequential::new(input, layers))?;
    let loss = file.key("loss")?;
    let l2 = file.key("l2")?;
    let optimizer = read_optimizer(&file.key("optimizer")?, &network)?;
    let model = loss.checked(network.compile(loss.one_of(&LOSSES)?, optimizer))?;
    let model = l2.checked(model.l2(l2.number()?))?;
    let accuracy = file.key("accuracy")?.flag()?;
    file.no_more_keys()?;
    Ok(if accuracy { model.with_accuracy() } else { model })
}

fn read_shape(place: &Place<'_>) -> Result<Shape, Error> {
    if !place.is_list() {
        return Ok(Shape::Flat(place.count()?));
    }
    let mut counts = [0; 3];
    let mut free = counts.iter_mut();
    let items = place.each(|item| {
        let count = item.count()?;
        if let Some(free) = free.next() {
            *free = count;
        }
        Ok(())
    })?;
    let [channels, height, width] = counts;
    if items == 3 {
        Ok(Shape::Image { channels, height, width })
    } else {
        Err(place.wrong("a number of features, or [channels, height, width]"))
    }
}

/// A number that JSON can hold.
fn number(at: &str, value: f64) -> Result<Value, Error> {
    if value.is_finite() { Ok(Value::from(value)) } else { Err(Error::value(format!("{at} of the model"), "a finite number", value)) }
}

/// An array as nested lists.
fn numbers<D: Dimension>(at: &str, array: &ArrayRef<f64, D>) -> Result<Value, Error> {
    fn nested(array: ArrayViewD<'_, f64>) -> Value {
        if array.ndim() == 1 { array.iter().copied().collect() } else { array.outer_iter().map(nested).collect() }
    }
    check_finite(&format!("{at} of the model"), array)?;
    Ok(nested(array.view().into_dyn()))
}

fn write_optimizer(optimizer: &Optimizer) -> Result<Value, Error> {
    let mut value = match optimizer.rule {
        Rule::Sgd { momentum, nesterov } => json!({"momentum": momentum, "nesterov": nesterov}),
        Rule::Adagrad => json!({}),
        Rule::Adadelta { rho } | Rule::RmsProp { rho } => json!({"rho": rho}),
        Rule::Adam { beta1, beta2 } => json!({"beta1": beta1, "beta2": beta2}),
    };
    value["rule"] = optimizer.name().into();
    value["rate"] = write_schedule(&optimizer.schedule)?;
    value["updates"] = optimizer.updates.into();
    value["first"] = numbers("optimizer.first", &ndarray::ArrayView1::from(&optimizer.first))?;
    value["second"] = numbers("optimizer.second", &ndarray::ArrayView1::from(&optimizer.second))?;
    Ok(value)
}

/// The optimiser at this place, whose state must be of this network's size.
fn read_optimizer(place: &Place<'_>, network: &Sequential) -> Result<Optimizer, Error> {
    let share = |key: &str| -> Result<f64, Error> {
        let place = place.key(key)?;
        let share = place.number()?;
        if (0.0..1.0).contains(&share) { Ok(share) } else { Err(place.wrong("a number in [0, 1)")) }
    };
    let name = place.key("rule")?;
    let rule = match name.text()? {
        "sgd" => Rule::Sgd { momentum: share("momentum")?, nesterov: place.key("nesterov")?.flag()? },
        "adagrad" => Rule::Adagrad,
        "adadelta" => Rule::Adadelta { rho: share("rho")? },
        "rmsprop" => Rule::RmsProp { rho: share("rho")? },
        "adam" => Rule::Adam { beta1: share("beta1")?, beta2: share("beta2")? },
        _ => return Err(name.wrong("sgd, adagrad, adadelta, rmsprop or adam")),
    };
    let rate = place.key("rate")?;
    let mut optimizer = rate.checked(Optimizer::new(read_schedule(&rate)?, rule))?;
    let updates = place.key("updates")?;
    optimizer.updates = updates.count()?;
    // As a floating-point number it must be exact, and counting on must not overflow.
    if optimizer.updates as u64 > 1 << 53 {
        return Err(updates.wrong("at most 2⁵³"));
    }
    let (first, second) = optimizer.state_sizes(network.parameter_count());
    // Sums and means of squares, whose roots are taken.
    let squares = match rule {
        Rule::Sgd { .. } => [false, false],
        Rule::Adagrad | Rule::RmsProp { .. } => [true, false],
        Rule::Adadelta { .. } => [true, true],
        Rule::Adam { .. } => [false, true],
    };
    let states = [("first", &mut optimizer.first, first), ("second", &mut optimizer.second, second)];
    for ((key, state, size), squares) in states.into_iter().zip(squares) {
        let place = place.key(key)?;
        *state = place.array::<Ix1>()?.into_raw_vec_and_offset().0;
        if state.len() != size {
            return Err(place.wrong(&format!("{size} numbers, as this rule keeps for the network's parameters")));
        }
        if squares && let Some(i) = state.iter().position(|&square| square < 0.0) {
            return Err(place.error(&format!("no mean of squares below 0, at [{i}]"), state[i]));
        }
    }
    place.no_more_keys()?;
    Ok(optimizer)
}

fn write_schedule(schedule: &Schedule) -> Result<Value, Error> {
    let at = "optimizer.rate";
    Ok(match schedule {
        Schedule::Constant(rate) => number(at, *rate)?,
        Schedule::Step { initial, factor, every } => {
            json!({"schedule": "step", "initial": number(at, *initial)?, "factor": number(at, *factor)?, "every": every})
        }
        Schedule::Exponential { initial, factor, every } => {
            json!({"schedule": "exponential", "initial": number(at, *initial)?, "factor": number(at, *factor)?, "every": every})
        }
        Schedule::InverseTime { initial, decay } => {
            json!({"schedule": "inverse_time", "initial": number(at, *initial)?, "decay": number(at, *decay)?})
        }
        Schedule::Cosine { initial, updates } => json!({"schedule": "cosine", "initial": number(at, *initial)?, "updates": updates}),
        Schedule::WarmUp { updates, then } => json!({"schedule": "warm_up", "updates": updates, "then": write_schedule(then)?}),
    })
}

fn read_schedule(place: &Place<'_>) -> Result<Schedule, Error> {
    if place.is_number() {
        return place.checked(place.number()?.try_into());
    }
    let name = place.key("schedule")?;
    let number = |key: &str| place.key(key)?.number();
    let count = |key: &str| place.key(key)?.count();
    let schedule = place.checked(match name.text()? {
        "step" => Schedule::step(number("initial")?, number("factor")?, count("every")?),
        "exponential" => Schedule::exponential(number("initial")?, number("factor")?, count("every")?),
        "inverse_time" => Schedule::inverse_time(number("initial")?, number("decay")?),
        "cosine" => Schedule::cosine(number("initial")?, count("updates")?),
        "warm_up" => Schedule::warm_up(count("updates")?, read_schedule(&place.key("then")?)?),
        _ => return Err(name.wrong("step, exponential, inverse_time, cosine or warm_up")),
    })?;
    place.no_more_keys()?;
    Ok(schedule)
}
