use crate::support::{fixture, floats, matrix};
use nnlib::autodiff::Value;

#[test]
fn linear_relu_linear_mse_is_jax_s() {
    let fixture = fixture("grad_linear_relu_linear_mse.json");
    let values = |name: &str| matrix(&fixture[name]).mapv(Value::new);
    let (x, w1, w2) = (values("x"), values("w1"), values("w2"));
    let (b1, b2, target) = (floats(&fixture["b1"]).mapv(Value::new), floats(&fixture["b2"]).mapv(Value::new), floats(&fixture["target"]));
    let n = target.len() as f64;
    let squares = x.outer_iter().zip(&target).map(|(x, &t)| {
        let hidden = (0..w1.ncols()).map(|j| (x.iter().zip(w1.column(j)).map(|(x, w)| x * w).sum::<Value>() + &b1[j]).relu());
        let y_hat = hidden.zip(w2.column(0)).map(|(a, w)| a * w).sum::<Value>() + &b2[0];
        (y_hat - t).powi(2)
    });
    let loss = squares.sum::<Value>() / n;
    loss.backward();
    assert!((loss.value() - fixture["loss"].as_f64().unwrap()).abs() < 1e-12);
    for (name, values) in [("x", &x), ("w1", &w1), ("w2", &w2)] {
        crate::support::assert_close(&values.mapv(|v| v.gradient()), &matrix(&fixture["grad"][name]), 1e-12);
    }
    for (name, values) in [("b1", &b1), ("b2", &b2)] {
        crate::support::assert_close(&values.mapv(|v| v.gradient()), &floats(&fixture["grad"][name]), 1e-12);
    }
}

#[test]
fn a_value_used_twice_passes_its_whole_gradient_on() {
    let a = Value::new(3.0);
    let b = &a + &a;
    let c = &b + &b;
    c.backward();
    assert_eq!((b.gradient(), a.gradient()), (2.0, 4.0));
    // A second call starts anew.
    c.backward();
    assert_eq!(a.gradient(), 4.0);
}

#[test]
fn every_operation_agrees_with_central_differences() {
    let f = |x: &[Value]| {
        let [x, y] = x else { panic!("two inputs") };
        ((x * y).tanh() + (x / y).exp() - (y.sigmoid() * 2.0).ln() + (x - 1.0).relu() * x.powi(3) - (-x) * (3.0 - y)) / 2.0
    };
    for point in [[1.3, 0.7], [-0.4, 1.9]] {
        let values = point.map(Value::new);
        f(&values).backward();
        let plain = |x: &[f64]| f(&[Value::new(x[0]), Value::new(x[1])]).value();
        for (value, numeric) in values.iter().zip(nnlib::gradcheck::central_differences(plain, &point, 1e-5)) {
            assert!((value.gradient() - numeric).abs() < 1e-8 * numeric.abs().max(1.0), "{value:?} against {numeric}");
        }
    }
}

#[test]
fn a_graph_a_million_deep_overflows_no_stack() {
    let x = Value::new(1.0);
    let mut y = x.clone();
    for _ in 0..1_000_000 {
        y = y + 1e-6;
    }
    y.backward();
    assert_eq!(x.gradient(), 1.0);
    drop(y);
}

#[test]
fn a_drawing_names_values_and_what_they_become() {
    let (a, b) = (Value::new(2.0).labelled("a"), Value::new(3.0).labelled("b"));
    let c = (&a * &b).labelled("c");
    c.backward();
    let (nodes, edges) = c.drawing();
    assert_eq!(nodes[2], "c = ×\nvalue 6.0000\ngradient 1.0000");
    assert!(edges.len() == 2 && edges.iter().all(|&(_, to)| to == 2));
}
