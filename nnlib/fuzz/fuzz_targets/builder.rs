//! Sequences of builder calls, then a step of training, saving and loading: what was built must work.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use ndarray::{Array1, Array2};
use nnlib::layer::{Padding, Shape};
use nnlib::{Activation, Error, FitOptions, Init, Loss, Model, Optimizer, RandomState, Schedule, Sequential};
use nnlib_fuzz::read;

/// Mostly a size that is quick to compute with, now and then one that no memory holds.
#[derive(Arbitrary, Debug, Clone, Copy)]
enum Size {
    Small(u8),
    Vast(u32),
}

impl Size {
    fn get(self) -> usize {
        match self {
            Self::Small(size) => usize::from(size % 9),
            Self::Vast(size) => usize::MAX - size as usize,
        }
    }
}

#[derive(Arbitrary, Debug)]
enum Call {
    Dense(Size),
    DenseWithoutBias(Size),
    Activation(u8, f64),
    PRelu,
    Dropout(f64),
    Flatten,
    Conv2d(Size, Size, Size, Size, bool),
    MaxPool2d(Size),
    AveragePool2d(Size),
    Init(u8, f64, f64),
}

#[derive(Arbitrary, Debug)]
struct Plan {
    image: bool,
    input: [Size; 3],
    calls: Vec<Call>,
    loss: u8,
    optimizer: u8,
    rate: f64,
    schedule: u8,
    numbers: [f64; 2],
    every: Size,
    samples: u8,
    values: [f64; 8],
    batch: Size,
    split: f64,
}

fn build(plan: &Plan) -> Result<Sequential, Error> {
    let [channels, height, width] = plan.input.map(Size::get);
    let shape = if plan.image { Shape::Image { channels, height, width } } else { Shape::Flat(channels) };
    let mut builder = Sequential::input(shape);
    for call in plan.calls.iter().take(8) {
        builder = match *call {
            Call::Dense(h) => builder.dense(h.get()),
            Call::DenseWithoutBias(h) => builder.dense_without_bias(h.get()),
            Call::Activation(function, alpha) => builder.activation(match function % 8 {
                0 => Activation::Identity,
                1 => Activation::Sigmoid,
                2 => Activation::Tanh,
                3 => Activation::Relu,
                4 => Activation::leaky_relu(alpha)?,
                5 => Activation::elu(alpha)?,
                6 => Activation::Softplus,
                _ => Activation::Softsign,
            }),
            Call::PRelu => builder.prelu(),
            Call::Dropout(rate) => builder.dropout(rate),
            Call::Flatten => builder.flatten(),
            Call::Conv2d(outputs, rows, columns, stride, same) => {
                let padding = if same { Padding::Same } else { Padding::Valid };
                builder.conv2d_with(outputs.get(), (rows.get(), columns.get()), stride.get(), padding)
            }
            Call::MaxPool2d(size) => builder.max_pool2d(size.get()),
            Call::AveragePool2d(size) => builder.average_pool2d(size.get()),
            Call::Init(kind, a, b) => builder.init(match kind % 3 {
                0 => Init::HeNormal,
                1 => Init::normal(a)?,
                _ => Init::uniform(a, b)?,
            }),
        };
    }
    builder.build(&mut RandomState::new(0))
}

fn compile(plan: &Plan, network: Sequential) -> Result<Model, Error> {
    let (every, [a, b]) = (plan.every.get(), plan.numbers);
    let schedule = match plan.schedule % 6 {
        0 => plan.rate.try_into()?,
        1 => Schedule::step(plan.rate, a, every)?,
        2 => Schedule::exponential(plan.rate, a, every)?,
        3 => Schedule::inverse_time(plan.rate, b)?,
        4 => Schedule::cosine(plan.rate, every)?,
        _ => Schedule::warm_up(every, Schedule::cosine(plan.rate, every)?)?,
    };
    let optimizer = match plan.optimizer % 6 {
        0 => Optimizer::sgd(schedule)?,
        1 => Optimizer::sgd(schedule)?.momentum(a)?.nesterov(),
        2 => Optimizer::adagrad(schedule)?,
        3 => Optimizer::adadelta(schedule)?,
        4 => Optimizer::rmsprop(schedule)?,
        _ => Optimizer::adam(schedule)?,
    };
    let losses =
        [Loss::SoftmaxCrossEntropy, Loss::BinaryCrossEntropy, Loss::SigmoidCrossEntropy, Loss::MeanSquaredError, Loss::SummedSquaredError];
    network.compile(losses[usize::from(plan.loss) % 5], optimizer)?.l2(b)
}

fuzz_target!(|plan: Plan| {
    let Ok(network) = build(&plan) else { return };
    let Ok(mut model) = compile(&plan, network) else { return };
    let n = usize::from(plan.samples % 5);
    let d = model.network().input_shape().size();
    let Ok(output) = model.network().output(&Array2::zeros((1, d))) else { return };
    let k = output.ncols();
    let value = |i: usize, j: usize| plan.values[(7 * i + j) % 8];
    let x = Array2::from_shape_fn((n, d), |(i, j)| value(i, j));
    let before = model.clone();
    let options = || FitOptions::epochs(2).batch_size(plan.batch.get()).validation_split(plan.split).threads(1);
    let trained = if plan.every.get() % 2 == 0 {
        model.fit(&x, &Array2::from_shape_fn((n, k), |(i, j)| value(j, i)), options())
    } else {
        model.fit(&x, &Array1::from_shape_fn(n, |i| i % k), options())
    };
    if let Ok(history) = trained {
        assert!(history.loss.iter().all(|loss| loss.is_finite()), "a loss that is not finite: {:?}", history.loss);
    } else {
        // A failure leaves numbers that a model can have.
        model.predict(&Array2::zeros((1, d))).or_else(|_| before.predict(&Array2::zeros((1, d)))).ok();
    }
    let path = read(&[], 0, |path| path.with_extension("json"));
    if model.save(&path).is_ok() {
        assert!(Model::load(&path).expect("what was saved can be loaded") == model);
    }
});
