//! What must not go wrong in silence: saturation, NaN, infinities, divergence, and functions of a reader's that change shapes.

use ndarray::{Array1, Array2, Axis, array, s};
use nnlib::autodiff::Value;
use nnlib::data::diabetes;
use nnlib::layer::{AveragePool2d, Dense, MaxPool2d, PRelu, Shape};
use nnlib::{Activation, Error, FitOptions, Init, Loss, Model, Optimizer, RandomState, Schedule, Sequential};
use proptest::prelude::*;

use crate::support::{assert_close, message};

fn sgd(rate: f64) -> Optimizer {
    Optimizer::sgd(rate).unwrap()
}

/// One dense layer with these weights, and no biases.
fn dense(w: Array2<f64>) -> nnlib::Builder {
    let b = Array1::zeros(w.ncols());
    Sequential::input(w.nrows()).layer(Dense::with_parameters(w, b).unwrap())
}

fn build(builder: nnlib::Builder) -> Sequential {
    builder.build(&mut RandomState::new(0)).unwrap()
}

#[test]
fn a_saturated_sigmoid_learns_by_its_score_only() {
    let (x, t) = (array![[1000.0]], array![[0.0]]);
    let clipped = build(dense(array![[1.0]]).activation(Activation::Sigmoid));
    let pass = clipped.forward(&x).unwrap();
    // −ln 10⁻⁷: Keras clips its probabilities there.
    assert!((clipped.loss(&x, &t, Loss::BinaryCrossEntropy).unwrap() - 1e-7_f64.ln().abs()).abs() < 1e-9);
    assert_eq!(clipped.backward(&pass, &t, Loss::BinaryCrossEntropy).unwrap().w(1).unwrap(), array![[0.0]]);

    let scores = build(dense(array![[1.0]]));
    let pass = scores.forward(&x).unwrap();
    assert_eq!(scores.loss(&x, &t, Loss::SigmoidCrossEntropy).unwrap(), 1000.0);
    assert_eq!(scores.backward(&pass, &t, Loss::SigmoidCrossEntropy).unwrap().w(1).unwrap(), array![[1000.0]]);

    let mut stalled = clipped.compile(Loss::BinaryCrossEntropy, sgd(0.1)).unwrap();
    assert_eq!(stalled.fit(&x, &t, FitOptions::epochs(3)).unwrap().stalled, Some(0));
    let mut learning = scores.compile(Loss::SigmoidCrossEntropy, sgd(1e-6)).unwrap();
    let history = learning.fit(&x, &t, FitOptions::epochs(3)).unwrap();
    assert!(history.stalled.is_none() && history.loss[2] < history.loss[0], "{history:?}");
}

#[test]
fn raw_measurements_freeze_the_clipped_loss_and_fit_says_so() {
    let data = diabetes().unwrap().data;
    let t = data.y.mapv(|y| y as f64).insert_axis(Axis(1));
    for seed in 0..6 {
        let network = Sequential::input(8).dense(12).activation(Activation::Relu).dense(1).activation(Activation::Sigmoid);
        let network = network.build(&mut RandomState::new(seed)).unwrap();
        let mut model = network.compile(Loss::BinaryCrossEntropy, sgd(0.1)).unwrap();
        let history = model.fit(&data.x, &t, FitOptions::epochs(150).batch_size(10)).unwrap();
        assert!(history.stalled.is_some(), "seed {seed}: {}", history.loss[149]);
    }
}

proptest! {
    /// dL/dz = p − t, over the number of scores, wherever z lies.
    #[test]
    fn the_gradient_by_a_score_is_p_minus_t(z in -2000.0..2000.0, t in 0.0..=1.0) {
        let gradient = Loss::SigmoidCrossEntropy.gradient(&array![[z]], &array![[t]])?[[0, 0]];
        let p = if z < -700.0 { 0.0 } else { 1.0 / (1.0 + f64::exp(-z)) };
        prop_assert!((gradient - (p - t)).abs() < 1e-12, "{gradient} at {z}");
        let loss = Loss::SigmoidCrossEntropy.value(&array![[z]], &array![[t]])?;
        // max(z, 0) − z t + ln(1 + e^−|z|): TensorFlow's sigmoid_cross_entropy_with_logits.
        let expected = f64::max(z, 0.0) - z * t + (-z.abs()).exp().ln_1p();
        prop_assert!((loss - expected).abs() <= 1e-12 * expected.max(1.0), "{loss} and {expected}");
    }
}

#[test]
fn several_labels_a_sample_are_right_one_by_one() {
    let logit = |p: f64| (p / (1.0 - p)).ln();
    let layer = Dense::with_parameters(Array2::zeros((1, 3)), array![logit(0.98), logit(0.99), logit(0.01)]).unwrap();
    let accuracy = |builder: nnlib::Builder, loss: Loss, t: [f64; 3]| {
        let model = build(builder).compile(loss, sgd(0.1)).unwrap().with_accuracy();
        model.evaluate(&array![[0.0]], &Array2::from(vec![t])).unwrap().accuracy
    };
    for (t, share) in [([1.0, 1.0, 0.0], 1.0), ([1.0, 0.0, 0.0], 2.0 / 3.0), ([0.0, 0.0, 1.0], 0.0)] {
        let scores = || Sequential::input(1).layer(layer.clone());
        assert_eq!(accuracy(scores(), Loss::SigmoidCrossEntropy, t), Some(share));
        assert_eq!(accuracy(scores().activation(Activation::Sigmoid), Loss::BinaryCrossEntropy, t), Some(share));
    }
}

#[test]
fn a_patience_of_none_is_keras_s() {
    let (x, t) = (array![[1.0], [2.0]], array![[2.0], [4.0]]);
    let fit = |rate: f64| {
        let mut model = build(dense(array![[0.0]])).compile(Loss::MeanSquaredError, sgd(rate)).unwrap();
        model.fit(&x, &t, FitOptions::epochs(40).validation(&x, &t).early_stopping(0)).unwrap()
    };
    assert_eq!(fit(0.01).loss.len(), 40, "the loss falls all the time");
    // From w = 0 a rate of 0.4 gives an error of |1 − 0.4 · 5| = 1 times the one before: the first epoch does not lower it.
    assert_eq!(fit(0.4).loss.len(), 2, "an epoch that is no better ends it");
}

#[test]
fn nan_stays_nan_in_every_layer_and_on_the_tape() {
    // ∞ − ∞ in the second layer.
    let (x, w) = (array![[1e10], [1.0]], array![[1e308, -1e308]]);
    let shaped = || dense(w.clone()).layer(Dense::with_parameters(Array2::ones((2, 4)), Array1::zeros(4)).unwrap());
    let image = || Shape::Image { channels: 1, height: 2, width: 2 };
    let functions = [
        Activation::Identity,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Relu,
        Activation::leaky_relu(0.1).unwrap(),
        Activation::elu(1.0).unwrap(),
        Activation::Softplus,
        Activation::Softsign,
    ];
    let mut networks: Vec<Sequential> = functions.map(|f| build(shaped().activation(f))).into();
    networks.push(build(shaped().layer(PRelu::new(4).unwrap())));
    for network in networks {
        let (a, y) = (network.forward(&x).unwrap().output().to_owned(), network.output(&x).unwrap());
        assert!(a.row(0).iter().chain(y.row(0)).all(|a| a.is_nan()), "{}: {a} {y}", network.summary());
        assert!(a.row(1).iter().chain(y.row(1)).all(|a| !a.is_nan()), "{}", network.summary());
    }
    // Pooling alone, on an image with one NaN.
    let z = array![[1.0, f64::NAN, -1.0, 2.0]];
    for layer in [&MaxPool2d::new(image(), 2).unwrap() as &dyn nnlib::layer::Layer, &AveragePool2d::new(image(), 2).unwrap()] {
        let mut y = Array2::zeros((1, 1));
        layer.forward(&z, &mut y, &mut nnlib::layer::Memory::default(), None);
        assert!(y[[0, 0]].is_nan(), "{layer:?}");
    }
    let nan = Value::new(f64::NAN);
    for value in [nan.relu(), nan.tanh(), nan.sigmoid(), nan.exp(), nan.ln(), nan.powi(2), &nan * 0.0] {
        assert!(value.value().is_nan());
    }
}

#[test]
fn a_negative_zero_is_shown_as_zero() {
    let mut network = build(dense(array![[1.0]]));
    network.set_parameters(&array![-0.0, -0.0]).unwrap();
    let shown = network.inspect().to_string();
    assert!(!shown.contains("-0"), "{shown}");
    let shown = build(dense(array![[-0.0, -1e-12]])).inspect().to_string();
    assert!(!shown.contains("-0.0000 ") && !shown.contains("-0 "), "{shown}");
}

#[test]
fn a_bias_that_diverges_is_seen_and_the_model_is_as_before() {
    let (x, t) = (array![[0.0]], array![[1e10]]);
    let mut model = build(dense(array![[0.5]])).compile(Loss::MeanSquaredError, sgd(0.25)).unwrap();
    model.fit(&x, &t, FitOptions::epochs(2)).unwrap();
    let before = model.network().clone();
    model.set_optimizer(sgd(f64::MAX)).unwrap();
    assert!(matches!(model.fit(&x, &t, FitOptions::epochs(5)).unwrap_err(), Error::Diverged { epoch: 1, .. }));
    assert_eq!(*model.network(), before);
    model.set_optimizer(sgd(0.25)).unwrap();
    let history = model.fit(&x, &t, FitOptions::epochs(60)).unwrap();
    assert!(history.loss[59] < 1e-9, "{}", history.loss[59]);
}

#[test]
fn early_stopping_gives_back_the_best_also_when_training_diverges() {
    let (x, t) = (array![[1.0], [3.0]], array![[1.0], [3.0]]);
    // First towards the target, then, as the rate grows, away from it.
    let schedule = Schedule::warm_up(400, 4.0).unwrap();
    let mut model = build(dense(array![[0.0]])).compile(Loss::MeanSquaredError, Optimizer::sgd(schedule).unwrap()).unwrap();
    let mut best = (f64::INFINITY, array![0.0]);
    let error = model.fit(
        &x,
        &t,
        FitOptions::epochs(1000).validation(&x, &t).early_stopping(500).on_epoch_end(|epoch| {
            let loss = epoch.history.validation_loss[epoch.index];
            if loss < best.0 {
                best = (loss, epoch.network.parameters());
            }
            std::ops::ControlFlow::Continue(())
        }),
    );
    assert!(matches!(error.unwrap_err(), Error::Diverged { .. }));
    assert!(best.0 < 1.0, "{}", best.0);
    assert_eq!(model.network().parameters(), best.1);
}

#[test]
fn a_validation_loss_that_is_infinite_is_no_best() {
    let (x, t) = (array![[1.0], [3.0]], array![[1.0], [3.0]]);
    let mut model = build(dense(array![[0.0]])).compile(Loss::MeanSquaredError, sgd(1e298)).unwrap();
    let error = model.fit(&x, &t, FitOptions::epochs(10).validation(&x, &t).early_stopping(5)).unwrap_err();
    assert!(matches!(error, Error::Diverged { epoch: 1, .. }), "{error}");
    assert_eq!(model.network().parameters(), array![0.0, 0.0]);
}

#[test]
fn the_power_of_nought_has_no_slope() {
    let x = Value::new(0.0);
    let y = &(&x.powi(0) + &x.powi(1)) + &x.powi(2);
    y.backward();
    assert_eq!((y.value(), x.gradient()), (1.0, 1.0));
}

#[test]
fn no_optimizer_gives_nan_in_silence() {
    let rules: [fn(f64) -> Result<Optimizer, Error>; 6] = [
        |rate| Optimizer::sgd(rate),
        |rate| Optimizer::sgd(rate)?.momentum(0.9),
        |rate| Optimizer::adagrad(rate),
        |rate| Optimizer::adadelta(rate),
        |rate| Optimizer::rmsprop(rate),
        |rate| Optimizer::adam(rate),
    ];
    for rule in rules {
        for size in [1e-320, 1e-200, 1e100, 1e200, f64::MAX] {
            let mut optimizer = rule(0.01).unwrap();
            let mut w = [1.0, -1.0];
            for _ in 0..3 {
                let before = w;
                match optimizer.update(&mut w, &[size, 1.0]) {
                    Ok(()) => assert!(w.iter().all(|w| w.is_finite()), "{} at {size:e}: {w:?}", optimizer.name()),
                    Err(_) => {
                        assert_eq!(w, before, "{} at {size:e}", optimizer.name());
                        break;
                    }
                }
            }
        }
    }
}

#[test]
fn adam_goes_on_after_any_number_of_updates() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    let (x, t) = (array![[1.0]], array![[2.0]]);
    let mut model = build(dense(array![[0.0]])).compile(Loss::MeanSquaredError, Optimizer::adam(0.01).unwrap()).unwrap();
    model.fit(&x, &t, FitOptions::epochs(7)).unwrap();
    model.save(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"updates\":7"), "{text}");
    for updates in [(1_u64 << 31) - 1, 1 << 31, (1 << 31) + 1, 1 << 32, 1 << 53] {
        std::fs::write(&path, text.replace("\"updates\":7", &format!("\"updates\":{updates}"))).unwrap();
        let mut model = Model::load(&path).unwrap();
        let history = model.fit(&x, &t, FitOptions::epochs(100)).unwrap();
        assert!(history.loss[99] < history.loss[0], "{updates}: {}", history.loss[99]);
    }
}

#[test]
fn a_transform_keeps_the_shape_in_any_order_of_memory() {
    let data = nnlib::data::make_moons(20, 0.1, &mut RandomState::new(0)).unwrap();
    let fit = |transform: fn(&mut Array2<f64>)| {
        let network = Sequential::input(2).dense(2).build(&mut RandomState::new(0)).unwrap();
        let mut model = network.compile(Loss::SoftmaxCrossEntropy, sgd(0.1)).unwrap();
        let options = FitOptions::epochs(2).batch_size(7).transform(move |x, _| {
            transform(x);
            Ok(())
        });
        model.fit(&data.x, &data.y, options).map(|_| model.into_network().parameters())
    };
    let expected = fit(|_| ()).unwrap();
    let reordered = fit(|x| *x = x.t().as_standard_layout().into_owned().reversed_axes()).unwrap();
    assert_close(&reordered, &expected, 0.0);
    for transform in [
        (|x| *x = x.slice(s![..1, ..]).to_owned()) as fn(&mut Array2<f64>),
        |x| *x = ndarray::concatenate![Axis(0), *x, *x],
        |x| *x = x.slice(s![.., ..1]).to_owned(),
        |x| *x = Array2::zeros((0, 0)),
    ] {
        assert!(message(fit(transform)).contains("expected shape (7, 2)"), "{}", message(fit(transform)));
    }
    assert!(message(fit(|x| x[[0, 1]] = f64::NAN)).contains("NaN"));
}

#[test]
fn what_would_panic_or_abort_is_an_error() {
    let rng = &mut RandomState::new(0);
    assert_eq!(message(Activation::leaky_relu(-0.5)), "alpha of a leaky relu: expected a finite number above 0, got -0.5");
    for vast in [100_000_000_000, usize::MAX] {
        assert!(message(Sequential::input(2).dense(vast).build(rng)).contains("at most"), "{vast}");
        assert!(message(Sequential::input(vast).dense(2).build(rng)).contains("from 1 to 268435456 numbers"), "{vast}");
        assert!(message(Sequential::input((1, vast, 3)).conv2d(2, (1, 1)).build(rng)).contains("from 1 to 268435456 numbers"), "{vast}");
        assert!(message(Sequential::input((1, 9, 9)).conv2d(vast, (3, 3)).build(rng)).contains("at most"), "{vast}");
        assert!(message(Sequential::input(vast).layer(PRelu::new(2).unwrap()).build(rng)).contains("expected"), "{vast}");
    }
    let w = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let transposed = w.t().to_owned();
    let layer = Dense::with_parameters(transposed.clone(), array![0.0, 0.0]).unwrap();
    let network = build(Sequential::input(3).layer(layer));
    let x = array![[1.0, -1.0, 0.5]];
    assert_close(&network.output(&x).unwrap(), &x.dot(&transposed), 1e-15);
    assert!(message(Dense::with_parameters(w, array![0.0])).contains("expected shape (3,)"));
    let other = Sequential::input(2).init(Init::HeNormal).dense(5).dense(2).build(rng).unwrap();
    let pass = network.forward(&x).unwrap();
    assert!(message(other.backward(&pass, &array![1], Loss::SoftmaxCrossEntropy)).contains("expected"));
}
