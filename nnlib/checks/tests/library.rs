//! Answers that nnlib gives, or differences, pass the checks: two hands, one answer.

use ndarray::{Array, Array1, Array2, Dimension, s};
use nnlib::activation::{sigmoid, softplus};
use nnlib::{Activation, Loss, RandomState, Sequential, data};
use nnlib_checks as check;

#[test]
fn the_circles_are_those_of_the_generator_without_noise() {
    // The generator shuffles; sorted by angle and radius its points are ours.
    let verdict = check::circles(|m, factor| {
        let circles = data::make_circles(2 * m, 0.0, factor, &mut RandomState::new(0)).unwrap();
        let angle = |i: usize| circles.x[[i, 1]].atan2(circles.x[[i, 0]]).rem_euclid(std::f64::consts::TAU - 1e-9);
        let mut rows: Vec<usize> = (0..2 * m).collect();
        rows.sort_by(|&i, &j| (circles.y[i], angle(i)).partial_cmp(&(circles.y[j], angle(j))).unwrap());
        let sorted = circles.select(&rows).unwrap();
        (sorted.x, sorted.y)
    });
    assert!(verdict.passed(), "{verdict}");
}

#[test]
fn the_network_s_own_backward_pass_is_right() {
    let verdict = check::backward(|x, y, w1, b1, w2, b2| {
        let layers = Sequential::input(w1.nrows()).dense(w1.ncols()).activation(Activation::Sigmoid).dense(w2.ncols());
        let mut network = layers.build(&mut RandomState::new(0)).unwrap();
        network.set(1, w1, b1).unwrap();
        network.set(2, w2, b2).unwrap();
        let gradients = network.backward(&network.forward(x).unwrap(), y, Loss::SoftmaxCrossEntropy).unwrap();
        let part = |l| (gradients.w(l).unwrap().clone(), gradients.b(l).unwrap().clone());
        let ((dw1, db1), (dw2, db2)) = (part(1), part(2));
        (dw1, db1, dw2, db2)
    });
    assert!(verdict.passed(), "{verdict}");
}

#[test]
fn the_slope_s_gradient_is_that_of_a_network() {
    let verdict = check::slope_gradient(|delta_a, z| {
        let network = Sequential::input(z.ncols()).prelu().build(&mut RandomState::new(0)).unwrap();
        let gradients = network.backward_from(&network.forward(z).unwrap(), delta_a).unwrap();
        gradients.layers[0].b.clone()
    });
    assert!(verdict.passed(), "{verdict}");
}

#[test]
fn what_is_derived_is_what_differences_give() {
    fn mean<D: Dimension>(of: Array<f64, D>) -> f64 {
        of.sum() / of.len() as f64
    }
    let verdicts = [
        check::weighted_gradient(|x, y, w, b, c| {
            let loss = |w: &Array1<f64>, b: f64| {
                let z = x.dot(w) + b;
                mean(c * y * z.mapv(|z| softplus(-z)) + (1.0 - y) * z.mapv(softplus))
            };
            (gradient(|w| loss(w, b), w), slope(|b| loss(w, b), b))
        }),
        check::swish_derivative(|z| slope(|z| z * sigmoid(z), z)),
        // At the ends no score belongs to a: there stand the limits.
        check::softplus_derivative(|a| if a == 0.0 || a > 700.0 { a.min(1.0) } else { slope(softplus, a.exp_m1().ln()) }),
        check::elu_derivative(|a, alpha| if a > 0.0 { 1.0 } else { slope(|z| alpha * z.exp_m1(), (a / alpha).ln_1p()) }),
        check::residual_gradient(|x, w, b, delta_a| {
            let loss = |x: &Array2<f64>, w: &Array2<f64>, b: &Array1<f64>| (delta_a * &(x + &(x.dot(w) + b).mapv(f64::tanh))).sum();
            (gradient(|x| loss(x, w, b), x), gradient(|w| loss(x, w, b), w), gradient(|b| loss(x, w, b), b))
        }),
        check::tied_gradient(|x, w| {
            let error = |w: &Array2<f64>| x.dot(w).mapv(sigmoid).dot(&w.t()).mapv(sigmoid) - x;
            gradient(|w| error(w).mapv(|e| e * e).sum() / 2.0, w)
        }),
        check::huber_gradient(|x, y, w, b| {
            let huber = |e: f64| if e.abs() <= 1.0 { e * e / 2.0 } else { e.abs() - 0.5 };
            let loss = |w: &Array1<f64>, b: f64| mean((x.dot(w) + b - y).mapv(huber));
            (gradient(|w| loss(w, b), w), slope(|b| loss(w, b), b))
        }),
        check::score_loss(|z, t| {
            let loss = |z: &Array1<f64>| mean(t * z.mapv(|z| softplus(-z)) + (1.0 - t) * z.mapv(softplus));
            (loss(z), gradient(loss, z))
        }),
        check::kernel_gradient(|x, delta, size, stride| {
            let part = |i: usize, j: usize| x.slice(s![stride * i..stride * i + size.0, stride * j..stride * j + size.1]);
            let loss = |w: &Array2<f64>| delta.indexed_iter().map(|((i, j), delta)| delta * (&part(i, j) * w).sum()).sum();
            gradient(loss, &Array2::zeros(size))
        }),
        check::delta_through(|x, w1, b1, w2, b2| {
            gradient(|x| mean(((x.dot(w1) + b1).mapv(f64::tanh).dot(w2) + b2).mapv(|s| softplus(-s))), x)
        }),
        check::slope_gradient(|delta_a, z| {
            let loss = |alpha: &Array1<f64>| (delta_a * &(z.mapv(|z| z.max(0.0)) + &(z.mapv(|z| z.min(0.0)) * alpha))).sum();
            gradient(loss, &Array1::zeros(z.ncols()))
        }),
    ];
    for verdict in verdicts {
        assert!(verdict.passed(), "{verdict}");
    }
}

/// The derivative by differences of three steps, each half as long, put together so that the error falls with the sixth power of the step.
fn slope(f: impl Fn(f64) -> f64, at: f64) -> f64 {
    let [a, b, c] = [0.02, 0.01, 0.005].map(|h| (f(at + h) - f(at - h)) / (2.0 * h));
    (a - 20.0 * b + 64.0 * c) / 45.0
}

/// The same by each number of an array.
fn gradient<D: Dimension>(f: impl Fn(&Array<f64, D>) -> f64, at: &Array<f64, D>) -> Array<f64, D> {
    let moved = |i: usize, v: f64| {
        let mut moved = at.clone();
        *moved.iter_mut().nth(i).unwrap() = v;
        f(&moved)
    };
    let slopes = at.iter().enumerate().map(|(i, &v)| slope(|v| moved(i, v), v)).collect();
    Array::from_shape_vec(at.raw_dim(), slopes).unwrap()
}
