use crate::support::{assert_close, fixture, floats, matrix, message};
use nnlib::{Optimizer, Schedule};

#[test]
fn twelve_steps_are_keras_s() {
    let fixture = fixture("optimisers.json");
    let decayed = Schedule::inverse_time(0.05, 0.1).unwrap();
    let optimizers = [
        ("sgd_lr0.05", Optimizer::sgd(0.05)),
        ("sgd_lr0.05_momentum0.9", Optimizer::sgd(0.05).and_then(|o| o.momentum(0.9))),
        ("sgd_lr0.05_momentum0.9_nesterov", Optimizer::sgd(0.05).and_then(|o| o.momentum(0.9)).map(Optimizer::nesterov)),
        ("sgd_lr0.05_decay0.1_momentum0.9_nesterov", Optimizer::sgd(decayed).and_then(|o| o.momentum(0.9)).map(Optimizer::nesterov)),
        ("adagrad_lr0.05", Optimizer::adagrad(0.05)),
        ("adadelta_lr1", Optimizer::adadelta(1.0)),
        ("rmsprop_lr0.01", Optimizer::rmsprop(0.01)),
        ("adam_lr0.01", Optimizer::adam(0.01)),
    ];
    for (name, optimizer) in optimizers {
        let mut optimizer = optimizer.unwrap();
        let mut w = floats(&fixture["initial"]);
        let expected = matrix(&fixture["weights_after_each_step"][name]);
        for (gradient, expected) in matrix(&fixture["gradients"]).outer_iter().zip(expected.outer_iter()) {
            optimizer.update(w.as_slice_mut().unwrap(), gradient.to_slice().unwrap()).unwrap();
            assert_close(&w, &expected, 1e-9);
        }
    }
}

#[test]
fn wrong_settings_and_gradients_are_named() {
    for rate in [0.0, -0.1, f64::NAN] {
        assert_eq!(message(Optimizer::sgd(rate)), format!("learning rate: expected a finite number above 0, got {rate}"));
    }
    assert_eq!(message(Optimizer::sgd(0.1).unwrap().momentum(1.0)), "momentum: expected a number in [0, 1), got 1");
    let mut optimizer = Optimizer::adam(0.1).unwrap();
    let mut w = [1.0, 2.0];
    assert_eq!(message(optimizer.update(&mut w, &[1.0])), "gradient: expected shape (2,), got (1,)");
    assert_eq!(message(optimizer.update(&mut w, &[1.0, f64::NAN])), "gradient: expected finite numbers, got NaN at [1]");
    assert_eq!(w, [1.0, 2.0]);
}
