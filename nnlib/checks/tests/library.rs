//! nnlib's own functions pass the checks: two hands, one answer.

use ndarray::{Array1, Array2, Axis};
use nnlib::activation::sigmoid;
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
fn the_derivative_of_swish_is_its_slope() {
    let slope = |z: f64| ((z + 1e-5) * sigmoid(z + 1e-5) - (z - 1e-5) * sigmoid(z - 1e-5)) / 2e-5;
    for z in [-3.0, -1.0, 0.0, 0.5, 4.0] {
        assert!((slope(z) - sigmoid(z) * (1.0 + z * sigmoid(-z))).abs() < 1e-9);
    }
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
fn a_network_counts_its_parameters_alike() {
    let verdict = check::parameter_count(|sizes| {
        let layers = sizes[1..].iter().fold(Sequential::input(sizes[0]), |layers, &h| layers.dense(h));
        layers.build(&mut RandomState::new(0)).unwrap().parameter_count()
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
fn the_library_s_own_loss_is_right() {
    fn column(v: &Array1<f64>) -> Array2<f64> {
        v.clone().insert_axis(Axis(1))
    }
    let value = check::binary_cross_entropy(|p, t| Loss::BinaryCrossEntropy.value(&column(p), &column(t)).unwrap());
    assert!(value.passed(), "{value}");
    let gradient = check::clipped_gradient(|p, t| Loss::BinaryCrossEntropy.gradient(&column(p), &column(t)).unwrap().remove_axis(Axis(1)));
    assert!(gradient.passed(), "{gradient}");
}

#[test]
fn the_layer_s_own_convolution_is_right() {
    let verdict = check::convolve(|x, w, b| {
        let (height, width) = x.dim();
        let mut layer = Sequential::input((1, height, width)).conv2d(1, w.dim()).build(&mut RandomState::new(0)).unwrap();
        layer.set(1, &w.to_shape((1, w.len())).unwrap().to_owned(), &ndarray::array![b]).unwrap();
        let z: Array2<f64> = layer.output(&x.to_shape((1, x.len())).unwrap().to_owned()).unwrap();
        z.to_shape((height - w.nrows() + 1, width - w.ncols() + 1)).unwrap().to_owned()
    });
    assert!(verdict.passed(), "{verdict}");
}
