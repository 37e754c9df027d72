//! The tasks of lesson 10: three classes, four layers.

use std::f64::consts::PI;

use ndarray::{Array1, Array2, array};
use nnlib::activation::softmax;
use nnlib::{RandomState, data};

use crate::Verdict;
use crate::network::{Layers, SIGMOID, TANH, Way, gradients, mistakes, passed, random_layers, random_samples};
use crate::task::Task;

/// Checks `one_hot(y, classes)`: a row for each label with a 1 in the column of its class, else 0, (n, classes); y (n,).
///
/// ```
/// use ndarray::Array2;
/// use nnlib_checks as check;
/// assert!(check::one_hot(|y, classes| Array2::from_shape_fn((y.len(), classes), |(i, c)| f64::from(u8::from(y[i] == c)))).passed());
/// ```
pub fn one_hot(one_hot: fn(&Array1<usize>, usize) -> Array2<f64>) -> Verdict {
    fn filled(y: &Array1<usize>, classes: usize, there: f64, elsewhere: f64) -> Array2<f64> {
        Array2::from_shape_fn((y.len(), classes), |(i, c)| if y[i] == c { there } else { elsewhere })
    }
    Task::new(
        "one_hot",
        one_hot,
        &["y", "classes"],
        &["one-hot"],
        |f, (y, classes): &(Array1<usize>, usize)| f(y, *classes),
        |y, classes| filled(y, classes, 1.0, 0.0),
    )
    .case("two samples, two classes", (array![1, 0], 2))
    .case("four samples, three classes", (array![2, 0, 1, 2], 3))
    .case("a class that no sample has", (array![0, 1], 4))
    .mistake("the label itself stands there. Every class gets a 1, whatever its number.", |y, classes| {
        Array2::from_shape_fn((y.len(), classes), |(i, c)| if y[i] == c { c as f64 } else { 0.0 })
    })
    .mistake("rows and columns are exchanged: a row for each sample.", |y, classes| filled(y, classes, 1.0, 0.0).t().to_owned())
    .mistake("0 and 1 are exchanged.", |y, classes| filled(y, classes, 0.0, 1.0))
    .mistake("the others get −1. They get 0, since the softmax gives no less.", |y, classes| filled(y, classes, 1.0, -1.0))
    .mistake("the number of classes is taken from the labels. A class may have no sample here: use `classes`.", |y, _| {
        filled(y, y.iter().max().map_or(0, |most| most + 1), 1.0, 0.0)
    })
    .verdict()
}

/// Checks `spirals(m, classes)`: as many arms of m points as there are classes, without noise. Point k = 0, …, m − 1 of arm j is
/// (r sin t, r cos t) with r = k / (m − 1) and t = 2πj/classes + 4r. Gives x (m · classes, 2), arm after arm, and y.
///
/// ```
/// use nnlib::{RandomState, data};
/// use nnlib_checks as check;
/// let verdict = check::spirals(|m, classes| {
///     let spirals = data::make_spirals(m, classes, 0.0, &mut RandomState::new(0)).unwrap();
///     (spirals.x, spirals.y)
/// });
/// assert!(verdict.passed());
/// ```
pub fn spirals(spirals: fn(usize, usize) -> (Array2<f64>, Array1<usize>)) -> Verdict {
    /// Arms with these functions for r of k and m, and for t of j, the classes and r.
    fn arms(m: usize, classes: usize, r: fn(f64, f64) -> f64, t: fn(f64, f64, f64) -> f64) -> (Array2<f64>, Array1<usize>) {
        let x = Array2::from_shape_fn((m * classes, 2), |(i, column)| {
            let r = r((i % m) as f64, m as f64);
            let t = t((i / m) as f64, classes as f64, r);
            if column == 0 { r * t.sin() } else { r * t.cos() }
        });
        (x, Array1::from_shape_fn(m * classes, |i| i / m))
    }
    fn radius(k: f64, m: f64) -> f64 {
        k / (m - 1.0)
    }
    fn angle(j: f64, classes: f64, r: f64) -> f64 {
        2.0 * PI * j / classes + 4.0 * r
    }
    Task::new(
        "spirals",
        spirals,
        &["m", "classes"],
        &["x", "y"],
        |f, (m, classes): &(usize, usize)| f(*m, *classes),
        |m, classes| {
            let spirals = data::make_spirals(m, classes, 0.0, &mut RandomState::new(0)).expect("points");
            (spirals.x, spirals.y)
        },
    )
    .case("two arms of three points", (3, 2))
    .case("three arms of two points", (2, 3))
    .case("three arms of fifty points", (50, 3))
    .case("five arms of ten points", (10, 5))
    .mistake("the last point is not at radius 1: m points from 0 to 1 have m − 1 steps between them.", |m, classes| {
        arms(m, classes, |k, m| k / m, angle)
    })
    .mistake("all arms start in the same direction. Arm j is turned by 2πj / classes.", |m, classes| {
        arms(m, classes, radius, |_, _, r| 4.0 * r)
    })
    .mistake("the arms are straight. The angle grows with the radius, by 4r.", |m, classes| {
        arms(m, classes, radius, |j, classes, _| 2.0 * PI * j / classes)
    })
    .mistake("the arms are a half turn divided by the classes apart. A full turn is 2π.", |m, classes| {
        arms(m, classes, radius, |j, classes, r| PI * j / classes + 4.0 * r)
    })
    .mistake("sine and cosine are exchanged: the first column is r sin t.", |m, classes| {
        arms(m, classes, radius, |j, classes, r| PI / 2.0 - angle(j, classes, r))
    })
    .mistake("the arms turn the other way: the sign of 4r.", |m, classes| {
        arms(m, classes, radius, |j, classes, r| 2.0 * PI * j / classes - 4.0 * r)
    })
    .mistake("the labels count within an arm. All points of arm j are of class j.", |m, classes| {
        let (x, y) = arms(m, classes, radius, angle);
        let labels = Array1::from_shape_fn(y.len(), |i| i % classes);
        (x, labels)
    })
    .verdict()
}

/// Checks `deep_forward(x, layers)`: the scores (n, k) of a network of any number of layers (w, b), each hidden one with a tanh; x (n, d).
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::deep_forward(|x, layers| {
///     let (last, hidden) = layers.split_last().unwrap();
///     let a = hidden.iter().fold(x.clone(), |a, (w, b)| (a.dot(w) + b).mapv(f64::tanh));
///     a.dot(&last.0) + &last.1
/// });
/// assert!(verdict.passed());
/// ```
pub fn deep_forward(deep_forward: fn(&Array2<f64>, &[(Array2<f64>, Array1<f64>)]) -> Array2<f64>) -> Verdict {
    let mut rng = RandomState::new(6);
    let mut random = |n: usize, sizes: &[usize]| (rng.randn_2d(n, sizes[0]), random_layers(sizes, &mut rng));
    fn scores(x: &Array2<f64>, layers: &[(Array2<f64>, Array1<f64>)]) -> Array2<f64> {
        passed(x, layers, f64::tanh).0.swap_remove(layers.len() - 1)
    }
    Task::new(
        "deep_forward",
        deep_forward,
        &["x", "w1", "b1", "w2", "b2", "w3", "b3", "w4", "b4"],
        &["scores"],
        |f, (x, layers): &(Array2<f64>, Layers)| f(x, layers),
        scores,
    )
    .case("2-3-2", random(1, &[2, 3, 2]))
    .case("no hidden layer", random(2, &[2, 3]))
    .case("2-3-4-3: four layers, counting the inputs", random(3, &[2, 3, 4, 3]))
    .case("one layer more", random(4, &[2, 4, 3, 4, 3]))
    .mistake("the last layer has a tanh, too. Scores may be any number.", |x, layers| scores(x, layers).mapv(f64::tanh))
    .mistake("the tanh is missing: without it all layers are worth one.", |x, layers| {
        layers.iter().fold(x.clone(), |a, (w, b)| a.dot(w) + b)
    })
    .mistake("the biases are missing.", |x, layers| {
        let without: Layers = layers.iter().map(|(w, b)| (w.clone(), 0.0 * b)).collect();
        scores(x, &without)
    })
    .mistake("these are the probabilities. Asked for are the scores; the softmax belongs to the loss.", |x, layers| {
        softmax(&scores(x, layers))
    })
    .mistake("the last layer is missing: these are the activations of the last hidden one.", |x, layers| {
        passed(x, layers, f64::tanh).1.swap_remove(layers.len() - 1)
    })
    .verdict()
}

/// Checks `deep_backward(x, y, layers)`: the gradients (dw, db) of each layer, for the mean softmax cross-entropy of a network of any number
/// of layers, each hidden one with a tanh; x (n, d), y (n,).
///
/// ```
/// use nnlib::{Activation, Loss, RandomState, Sequential};
/// use nnlib_checks as check;
/// let verdict = check::deep_backward(|x, y, layers| {
///     let mut builder = Sequential::input(x.ncols());
///     for (l, (w, _)) in layers.iter().enumerate() {
///         builder = if l == 0 { builder } else { builder.activation(Activation::Tanh) }.dense(w.ncols());
///     }
///     let mut network = builder.build(&mut RandomState::new(0)).unwrap();
///     for (l, (w, b)) in layers.iter().enumerate() {
///         network.set(l + 1, w, b).unwrap();
///     }
///     let gradients = network.backward(&network.forward(x).unwrap(), y, Loss::SoftmaxCrossEntropy).unwrap();
///     (1..=layers.len()).map(|l| (gradients.w(l).unwrap().clone(), gradients.b(l).unwrap().clone())).collect()
/// });
/// assert!(verdict.passed());
/// ```
pub fn deep_backward(
    deep_backward: fn(&Array2<f64>, &Array1<usize>, &[(Array2<f64>, Array1<f64>)]) -> Vec<(Array2<f64>, Array1<f64>)>,
) -> Verdict {
    type Input = (Array2<f64>, Array1<usize>, Layers);
    fn by(way: Way, (x, y, layers): &Input) -> Layers {
        gradients(x, y, layers, way, None)
    }
    let mut rng = RandomState::new(7);
    let mut random = |n: usize, sizes: &[usize]| -> Input {
        let (x, y) = random_samples(n, sizes, &mut rng);
        (x, y, random_layers(sizes, &mut rng))
    };
    Task::new(
        "deep_backward",
        deep_backward,
        &["x", "y", "w1", "b1", "w2", "b2", "w3", "b3", "w4", "b4"],
        &["dw1", "db1", "dw2", "db2", "dw3", "db3", "dw4", "db4"],
        |f, (x, y, layers): &Input| f(x, y, layers),
        |x, y, layers| gradients(x, y, layers, TANH, None),
    )
    .case("2-3-2", random(5, &[2, 3, 2]))
    .case("3-3-3-3", random(3, &[3, 3, 3, 3]))
    .case("2-3-4-3: four layers, counting the inputs", random(5, &[2, 3, 4, 3]))
    .case("one layer more", random(4, &[2, 4, 3, 5, 3]))
    .variants(mistakes(TANH, ("this is the slope of a sigmoid, a (1 − a). The layers are tanh.", SIGMOID.slope)), |way, input| {
        by(*way, input)
    })
    .mistake("the gradients stand in the order in which they were found, the last layer first. Reverse them.", |x, y, layers| {
        let mut gradients = gradients(x, y, layers, TANH, None);
        gradients.reverse();
        gradients
    })
    .verdict()
}
