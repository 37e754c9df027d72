//! The cells that the page gives: each function here is one, word for word, and trains the page's network, number for number.

#![allow(unused_variables, reason = "a cell's history is for the cells after it")]

use std::collections::BTreeMap;

use nnlib::prelude::*;
use nnlib_playground::{Session, Settings, cell};
use serde::Deserialize;

/// The scenes of the page.
const SCENES: &str = include_str!("../web/scenes.json");
/// Further settings, which use what the scenes leave out.
const MORE: &str = include_str!("settings.json");
/// The loss after 100 epochs, as a browser computed it, in which products are added with two roundings.
const LOSSES: &str = include_str!("losses.json");
/// How far those may be from this processor's: each step rounds anew. Where steps are too long, what they begin with as a last digit soon is all.
const CLOSE: f64 = 1e-9;
const CHAOTIC: &str = "rate";

#[derive(Deserialize)]
struct Scene {
    settings: Settings,
}

/// What a cell prints is what its function gives.
macro_rules! println {
    ("{:?}", $loss:expr) => {
        return Ok($loss)
    };
}

fn all_settings() -> BTreeMap<String, Settings> {
    let scenes: BTreeMap<String, Scene> = serde_json::from_str(SCENES).unwrap();
    let more: BTreeMap<String, Settings> = serde_json::from_str(MORE).unwrap();
    scenes.into_iter().map(|(name, scene)| (name, scene.settings)).chain(more).collect()
}

fn trained(settings: Settings) -> Result<Session, Error> {
    let mut session = Session::new(settings)?;
    session.train(100, None)?;
    Ok(session)
}

#[test]
fn cells_train_the_pages_networks_to_the_last_bit() -> Result<(), Error> {
    let settings = all_settings();
    assert_eq!(settings.keys().map(String::as_str).collect::<Vec<_>>(), CELLS.map(|(name, _)| name));
    for (name, run) in CELLS {
        let session = trained(settings[name].clone())?;
        let lines: String = cell(&session)?.lines().map(|line| format!("    {line}\n")).collect();
        let function = format!("fn {name}() -> Result<f64, Error> {{\n{lines}}}\n");
        assert!(include_str!("cells.rs").contains(&function), "this cell is not among those below:\n{function}");
        assert_eq!(run()?, session.score()?.loss, "{name}");
    }
    Ok(())
}

#[test]
fn losses_are_those_of_a_browser() -> Result<(), Error> {
    let losses: BTreeMap<String, f64> = serde_json::from_str(LOSSES).unwrap();
    for (name, settings) in all_settings().into_iter().filter(|(name, _)| name != CHAOTIC) {
        let (ours, theirs) = (trained(settings)?.score()?.loss, losses[&name]);
        assert!((ours / theirs - 1.0).abs() < CLOSE, "{name}: {ours} here, {theirs} in a browser");
    }
    Ok(())
}

type Cell = fn() -> Result<f64, Error>;

const CELLS: [(&str, Cell); 14] = [
    ("all_trained_on", all_trained_on),
    ("dead", dead),
    ("dropout", dropout),
    ("features", features),
    ("line", line),
    ("neurons", neurons),
    ("overfitting", overfitting),
    ("own", own),
    ("rate", rate),
    ("sigmoid", sigmoid),
    ("sigmoid_of_three", sigmoid_of_three),
    ("some_features", some_features),
    ("spirals", spirals),
    ("squared", squared),
];

#[rustfmt::skip]
fn line() -> Result<f64, Error> {
    let mut rng = RandomState::new(0);
    let points = data::make_moons(200, 0.2, &mut rng)?;
    let (train, fresh) = data::stratified_split(&points, 0.25, &mut rng)?;
    let network = Sequential::input(2)
        .dense(2)
        .build(&mut RandomState::new(0))?;
    let optimizer = Optimizer::sgd(0.5)?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, optimizer)?.with_accuracy();
    let history = model.fit(&train.x, &train.y, FitOptions::epochs(100).validation(&fresh.x, &fresh.y))?;
    println!("{:?}", model.evaluate(&train.x, &train.y)?.loss);
}

#[rustfmt::skip]
fn neurons() -> Result<f64, Error> {
    let mut rng = RandomState::new(0);
    let points = data::make_moons(200, 0.2, &mut rng)?;
    let (train, fresh) = data::stratified_split(&points, 0.25, &mut rng)?;
    let network = Sequential::input(2)
        .dense(3).activation(Activation::Tanh)
        .dense(2)
        .build(&mut RandomState::new(0))?;
    let optimizer = Optimizer::sgd(0.5)?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, optimizer)?.with_accuracy();
    let history = model.fit(&train.x, &train.y, FitOptions::epochs(100).validation(&fresh.x, &fresh.y))?;
    println!("{:?}", model.evaluate(&train.x, &train.y)?.loss);
}

#[rustfmt::skip]
fn rate() -> Result<f64, Error> {
    let mut rng = RandomState::new(0);
    let points = data::make_moons(200, 0.2, &mut rng)?;
    let (train, fresh) = data::stratified_split(&points, 0.25, &mut rng)?;
    let network = Sequential::input(2)
        .dense(8).activation(Activation::Tanh)
        .dense(2)
        .build(&mut RandomState::new(0))?;
    let optimizer = Optimizer::sgd(20.0)?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, optimizer)?.with_accuracy();
    let history = model.fit(&train.x, &train.y, FitOptions::epochs(100).validation(&fresh.x, &fresh.y))?;
    println!("{:?}", model.evaluate(&train.x, &train.y)?.loss);
}

#[rustfmt::skip]
fn dead() -> Result<f64, Error> {
    let mut rng = RandomState::new(0);
    let points = data::make_moons(200, 0.2, &mut rng)?;
    let (train, fresh) = data::stratified_split(&points, 0.25, &mut rng)?;
    let network = Sequential::input(2)
        .dense(8).activation(Activation::Relu)
        .dense(8).activation(Activation::Relu)
        .dense(8).activation(Activation::Relu)
        .dense(2)
        .build(&mut RandomState::new(0))?;
    let optimizer = Optimizer::sgd(2.0)?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, optimizer)?.with_accuracy();
    let history = model.fit(&train.x, &train.y, FitOptions::epochs(100).validation(&fresh.x, &fresh.y))?;
    println!("{:?}", model.evaluate(&train.x, &train.y)?.loss);
}

#[rustfmt::skip]
fn overfitting() -> Result<f64, Error> {
    let mut rng = RandomState::new(0);
    let points = data::make_moons(80, 0.35, &mut rng)?;
    let (train, fresh) = data::stratified_split(&points, 0.5, &mut rng)?;
    let network = Sequential::input(2)
        .dense(50).activation(Activation::Tanh)
        .dense(2)
        .build(&mut RandomState::new(0))?;
    let optimizer = Optimizer::adam(0.02)?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, optimizer)?.with_accuracy();
    let history = model.fit(&train.x, &train.y, FitOptions::epochs(100).validation(&fresh.x, &fresh.y))?;
    println!("{:?}", model.evaluate(&train.x, &train.y)?.loss);
}

#[rustfmt::skip]
fn spirals() -> Result<f64, Error> {
    let mut rng = RandomState::new(0);
    let points = data::make_spirals(100, 3, 0.2, &mut rng)?;
    let (train, fresh) = data::stratified_split(&points, 0.25, &mut rng)?;
    let network = Sequential::input(2)
        .dense(16).activation(Activation::Tanh)
        .dense(16).activation(Activation::Tanh)
        .dense(3)
        .build(&mut RandomState::new(0))?;
    let optimizer = Optimizer::adam(0.01)?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, optimizer)?.with_accuracy();
    let history = model.fit(&train.x, &train.y, FitOptions::epochs(100).validation(&fresh.x, &fresh.y))?;
    println!("{:?}", model.evaluate(&train.x, &train.y)?.loss);
}

#[rustfmt::skip]
fn features() -> Result<f64, Error> {
    let mut rng = RandomState::new(0);
    let points = data::make_circles(200, 0.1, 0.5, &mut rng)?;
    let (train, fresh) = data::stratified_split(&points, 0.25, &mut rng)?;
    fn features(x: &Array2<f64>) -> Array2<f64> {
        use std::f64::consts::PI;
        Array2::from_shape_fn((x.nrows(), 7), |(i, j)| {
            let x1 = x[[i, 0]];
            let x2 = x[[i, 1]];
            [x1, x2, x1 * x1, x2 * x2, x1 * x2, (PI * x1).sin(), (PI * x2).sin()][j]
        })
    }
    let network = Sequential::input(7)
        .dense(2)
        .build(&mut RandomState::new(0))?;
    let optimizer = Optimizer::sgd(0.5)?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, optimizer)?.with_accuracy();
    let history = model.fit(&features(&train.x), &train.y, FitOptions::epochs(100).validation(&features(&fresh.x), &fresh.y))?;
    println!("{:?}", model.evaluate(&features(&train.x), &train.y)?.loss);
}

#[rustfmt::skip]
fn some_features() -> Result<f64, Error> {
    let mut rng = RandomState::new(0);
    let points = data::make_moons(200, 0.2, &mut rng)?;
    let (train, fresh) = data::stratified_split(&points, 0.25, &mut rng)?;
    fn features(x: &Array2<f64>) -> Array2<f64> {
        Array2::from_shape_fn((x.nrows(), 2), |(i, j)| {
            let x2 = x[[i, 1]];
            [x2, x2 * x2][j]
        })
    }
    let network = Sequential::input(2)
        .init(Init::GlorotUniform)
        .dense(3).activation(Activation::elu(1.0)?)
        .dense(2)
        .build(&mut RandomState::new(0))?;
    let optimizer = Optimizer::sgd(0.5)?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, optimizer)?.with_accuracy();
    let history = model.fit(&features(&train.x), &train.y, FitOptions::epochs(100).validation(&features(&fresh.x), &fresh.y))?;
    println!("{:?}", model.evaluate(&features(&train.x), &train.y)?.loss);
}

#[rustfmt::skip]
fn squared() -> Result<f64, Error> {
    let mut rng = RandomState::new(0);
    let points = data::make_blobs(200, &array![[0.0, 1.0], [1.0, 0.0], [0.0, -1.0], [-1.0, 0.0]], 0.3, &mut rng)?;
    let (train, fresh) = data::stratified_split(&points, 0.25, &mut rng)?;
    fn one_hot(y: &Array1<usize>) -> Array2<f64> {
        Array2::from_shape_fn((y.len(), 4), |(i, j)| if y[i] == j { 1.0 } else { 0.0 })
    }
    let network = Sequential::input(2)
        .dense(6).activation(Activation::Sigmoid)
        .dense(4)
        .build(&mut RandomState::new(0))?;
    let optimizer = Optimizer::sgd(0.1)?.momentum(0.9)?.nesterov();
    let mut model = network.compile(Loss::MeanSquaredError, optimizer)?.with_accuracy();
    let history = model.fit(&train.x, &one_hot(&train.y), FitOptions::epochs(100).validation(&fresh.x, &one_hot(&fresh.y)))?;
    println!("{:?}", model.evaluate(&train.x, &one_hot(&train.y))?.loss);
}

#[rustfmt::skip]
fn sigmoid() -> Result<f64, Error> {
    let mut rng = RandomState::new(0);
    let points = data::make_moons(200, 0.2, &mut rng)?;
    let (train, fresh) = data::stratified_split(&points, 0.25, &mut rng)?;
    let network = Sequential::input(2)
        .dense(3).activation(Activation::Tanh)
        .dense(1)
        .build(&mut RandomState::new(0))?;
    let optimizer = Optimizer::rmsprop(Schedule::cosine(0.01, 1000)?)?;
    let mut model = network.compile(Loss::SigmoidCrossEntropy, optimizer)?.l2(0.001)?.with_accuracy();
    let history = model.fit(&train.x, &train.y, FitOptions::epochs(100).batch_size(32).validation(&fresh.x, &fresh.y))?;
    println!("{:?}", model.evaluate(&train.x, &train.y)?.loss);
}

#[rustfmt::skip]
fn sigmoid_of_three() -> Result<f64, Error> {
    let mut rng = RandomState::new(0);
    let points = data::make_spirals(30, 3, 0.2, &mut rng)?;
    let (train, fresh) = data::stratified_split(&points, 0.4, &mut rng)?;
    fn one_hot(y: &Array1<usize>) -> Array2<f64> {
        Array2::from_shape_fn((y.len(), 3), |(i, j)| if y[i] == j { 1.0 } else { 0.0 })
    }
    let network = Sequential::input(2)
        .dense(3).activation(Activation::Softsign)
        .dense(3)
        .build(&mut RandomState::new(0))?;
    let optimizer = Optimizer::adagrad(Schedule::step(0.1, 0.5, 300)?)?;
    let mut model = network.compile(Loss::SigmoidCrossEntropy, optimizer)?.with_accuracy();
    let history = model.fit(&train.x, &one_hot(&train.y), FitOptions::epochs(100).batch_size(10).validation(&fresh.x, &one_hot(&fresh.y)))?;
    println!("{:?}", model.evaluate(&train.x, &one_hot(&train.y))?.loss);
}

#[rustfmt::skip]
fn dropout() -> Result<f64, Error> {
    let mut rng = RandomState::new(3);
    let points = data::make_moons(200, 0.2, &mut rng)?;
    let (train, fresh) = data::stratified_split(&points, 0.25, &mut rng)?;
    let network = Sequential::input(2)
        .init(Init::HeNormal)
        .dense(20).activation(Activation::leaky_relu(0.01)?).dropout(0.2)
        .dense(10).activation(Activation::leaky_relu(0.01)?).dropout(0.2)
        .dense(2)
        .build(&mut RandomState::new(7))?;
    let optimizer = Optimizer::sgd(Schedule::inverse_time(0.5, 0.011111111111111112)?)?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, optimizer)?.with_accuracy();
    let history = model.fit(&train.x, &train.y, FitOptions::epochs(100).batch_size(50).seed(7).validation(&fresh.x, &fresh.y))?;
    println!("{:?}", model.evaluate(&train.x, &train.y)?.loss);
}

#[rustfmt::skip]
fn own() -> Result<f64, Error> {
    let train = Dataset::with_classes(array![[0.0, 0.1], [1.0, 0.9], [-1.0, 0.5], [0.1, -0.2], [0.9, 1.1], [-0.9, 0.6]], array![0, 1, 2, 0, 1, 2], 3)?;
    let network = Sequential::input(2)
        .init(Init::normal(0.01)?)
        .dense(3).activation(Activation::Softplus)
        .dense(3)
        .build(&mut RandomState::new(0))?;
    let optimizer = Optimizer::adadelta(Schedule::exponential(1.0, 0.5, 100)?)?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, optimizer)?.with_accuracy();
    let history = model.fit(&train.x, &train.y, FitOptions::epochs(100))?;
    println!("{:?}", model.evaluate(&train.x, &train.y)?.loss);
}

#[rustfmt::skip]
fn all_trained_on() -> Result<f64, Error> {
    let mut rng = RandomState::new(0);
    let train = data::make_moons(200, 0.2, &mut rng)?;
    let network = Sequential::input(2)
        .init(Init::normal(3.0)?)
        .dense(2).activation(Activation::Identity)
        .dense(2)
        .build(&mut RandomState::new(0))?;
    let optimizer = Optimizer::sgd(0.1)?.momentum(0.9)?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, optimizer)?.with_accuracy();
    let history = model.fit(&train.x, &train.y, FitOptions::epochs(100))?;
    println!("{:?}", model.evaluate(&train.x, &train.y)?.loss);
}
