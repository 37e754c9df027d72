//! The work that `scripts/bench.sh` times side by side with other libraries': `cargo run --release --example bench -- moons-3` prints its seconds.
//!
//! The same source runs in a notebook's cell there, which must not be slower.

use std::time::Instant;

use nnlib::prelude::*;

/// The seconds that a piece of work takes, without what is made ready before it.
pub(crate) fn seconds(work: &str) -> Result<f64, Error> {
    match work {
        "moons-3" => moons(3),
        "moons-50" => moons(50),
        "digits" => digits(),
        "boundary" => boundary(),
        "gaussians" => gaussians(),
        other => Err(Error::value("the work", "moons-3, moons-50, digits, boundary or gaussians", other)),
    }
}

/// 20,000 passes of the moons tutorial over 200 points, 2-h-2, on one thread. Its step of 0.01 on the summed loss is one of 2 on the mean.
fn moons(h: usize) -> Result<f64, Error> {
    let data = data::make_moons(200, 0.20, &mut RandomState::new(0))?;
    let network = Sequential::input(2).dense(h).activation(Activation::Tanh).dense(2).build(&mut RandomState::new(0))?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, Optimizer::sgd(2.0)?)?.l2(0.01 / 200.0)?;
    let start = Instant::now();
    model.fit(&data.x, &data.y, FitOptions::epochs(20_000).threads(1))?;
    Ok(start.elapsed().as_secs_f64())
}

/// An epoch of the digits network of notebook 14 over 8,000 images, in batches of 100, on two threads; the epoch before it warms up.
fn digits() -> Result<f64, Error> {
    let digits = data::digits()?;
    let network = Sequential::input((1, 28, 28))
        .conv2d(4, (5, 5))
        .activation(Activation::Tanh)
        .conv2d(8, (3, 3))
        .activation(Activation::Tanh)
        .max_pool2d(2)
        .conv2d(16, (3, 3))
        .activation(Activation::Tanh)
        .max_pool2d(2)
        .flatten()
        .dense(128)
        .activation(Activation::Tanh)
        .dense(10)
        .build(&mut RandomState::new(0))?;
    let rate = Schedule::inverse_time(0.05, 1e-6)?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, Optimizer::sgd(rate)?.momentum(0.9)?.nesterov())?.with_accuracy();
    let mut epoch = || model.fit(&digits.train.x, &digits.train.y, FitOptions::epochs(1).batch_size(100).threads(2));
    epoch()?;
    let start = Instant::now();
    epoch()?;
    Ok(start.elapsed().as_secs_f64())
}

/// The decision boundary of a trained network at 0.01 spacing: prediction, drawing and the bytes of the PNG.
fn boundary() -> Result<f64, Error> {
    let data = data::make_moons(200, 0.20, &mut RandomState::new(0))?;
    let network = Sequential::input(2).dense(3).activation(Activation::Tanh).dense(2).build(&mut RandomState::new(0))?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, Optimizer::adam(0.05)?)?;
    model.fit(&data.x, &data.y, FitOptions::epochs(200))?;
    let draw = || plot::decision_boundary(&model, &data)?.png();
    draw()?;
    let start = Instant::now();
    draw()?;
    Ok(start.elapsed().as_secs_f64())
}

/// Ten million draws from the normal distribution.
fn gaussians() -> Result<f64, Error> {
    let mut rng = RandomState::new(0);
    let start = Instant::now();
    let sum: f64 = (0..10_000_000).map(|_| rng.randn()).sum();
    let elapsed = start.elapsed().as_secs_f64();
    assert!(sum.is_finite());
    Ok(elapsed)
}

fn main() -> Result<(), Error> {
    let work = std::env::args().nth(1).unwrap_or_default();
    println!("{}", seconds(&work)?);
    Ok(())
}
