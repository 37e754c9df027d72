//! The tasks of lesson 03: neurons and activations.

use ndarray::{Array1, Array2, array};
use nnlib::RandomState;
use nnlib::activation::sigmoid;

use crate::Verdict;
use crate::task::Task;
use crate::value::Function;

/// Checks `neuron(x, w, b)`: the activation tanh(x · w + b) of one neuron; x and w (d,).
///
/// ```
/// use nnlib_checks as check;
/// assert!(check::neuron(|x, w, b| (x.dot(w) + b).tanh()).passed());
/// ```
pub fn neuron(neuron: fn(&Array1<f64>, &Array1<f64>, f64) -> f64) -> Verdict {
    let mut rng = RandomState::new(0);
    let many = (rng.randn_2d(1, 9).row(0).to_owned(), rng.randn_2d(1, 9).row(0).to_owned(), rng.randn());
    Task::new(
        "neuron",
        neuron,
        &["x", "w", "b"],
        &["a"],
        |f, (x, w, b): &(Array1<f64>, Array1<f64>, f64)| f(x, w, *b),
        |x, w, b| (x.dot(w) + b).tanh(),
    )
    .case("one input, no bias", (array![2.0], array![0.25], 0.0))
    .case("two inputs and a bias", (array![2.0, 3.0], array![0.5, -0.25], 0.5))
    .case("nine inputs", many)
    .case("a bias alone", (array![0.0, 0.0], array![1.0, 1.0], -0.5))
    .mistake("the bias is missing. What does the neuron answer where all inputs are 0?", |x, w, _| x.dot(w).tanh())
    .mistake("this is the score z. The activation is still to come.", |x, w, b| x.dot(w) + b)
    .mistake("the bias is added to the activation. It belongs to the score, inside tanh.", |x, w, b| x.dot(w).tanh() + b)
    .mistake("the bias is subtracted.", |x, w, b| (x.dot(w) - b).tanh())
    .mistake("each input is bent before the sum. Sum first, then bend once.", |x, w, b| (x.mapv(f64::tanh).dot(w) + b).tanh())
    .verdict()
}

/// Checks `layer(x, w, b)`: the activations max(0, x w + b), (n, h), of a ReLU layer; x (n, d), w (d, h), b (h,).
///
/// ```
/// use nnlib_checks as check;
/// assert!(check::layer(|x, w, b| (x.dot(w) + b).mapv(|z| z.max(0.0))).passed());
/// ```
pub fn layer(layer: fn(&Array2<f64>, &Array2<f64>, &Array1<f64>) -> Array2<f64>) -> Verdict {
    let relu = |z: f64| z.max(0.0);
    let mut rng = RandomState::new(1);
    let random = (rng.randn_2d(4, 3), rng.randn_2d(3, 5), rng.randn_2d(1, 5).row(0).to_owned());
    let three = array![[2.0, 3.0], [-1.0, -2.0], [1.0, 0.5]];
    let w = array![[1.0, -1.0, 0.5], [1.0, 2.0, -1.0]];
    let square = (rng.randn_2d(3, 2), rng.randn_2d(2, 2), array![0.25, -0.5]);
    Task::new(
        "layer",
        layer,
        &["x", "w", "b"],
        &["a"],
        |f, (x, w, b): &(Array2<f64>, Array2<f64>, Array1<f64>)| f(x, w, b),
        |x, w, b| (x.dot(w) + b).mapv(|z| z.max(0.0)),
    )
    .case("three points, no bias", (three.clone(), w.clone(), array![0.0, 0.0, 0.0]))
    .case("the same with biases", (three, w, array![0.5, -0.5, 0.25]))
    .case("two inputs, two neurons", square)
    .case("four points, three inputs, five neurons", random)
    .case("one point, one neuron", (array![[1.0, -2.0, 0.5]], array![[1.0], [1.0], [1.0]], array![relu(1.0)]))
    .mistake("w is transposed. It has a row for each input and a column for each neuron, as x · w needs it.", |x, w, b| {
        (x.dot(&w.t()) + b).mapv(|z| z.max(0.0))
    })
    .mistake("the biases are missing.", |x, w, _| x.dot(w).mapv(|z| z.max(0.0)))
    .mistake("these are the scores. The ReLU is still to come.", |x, w, b| x.dot(w) + b)
    .mistake("the biases are added behind the ReLU. They belong to the scores.", |x, w, b| x.dot(w).mapv(|z| z.max(0.0)) + b)
    .mistake("this keeps the negative scores: min in place of max.", |x, w, b| (x.dot(w) + b).mapv(|z| z.min(0.0)))
    .verdict()
}

/// Checks `slope(f, z, h)`: the central difference (f(z + h) − f(z − h)) / 2h.
///
/// ```
/// use nnlib_checks as check;
/// assert!(check::slope(|f, z, h| (f(z + h) - f(z - h)) / (2.0 * h)).passed());
/// ```
pub fn slope(slope: fn(fn(f64) -> f64, f64, f64) -> f64) -> Verdict {
    type Input = (Function<fn(f64) -> f64>, f64, f64);
    Task::new(
        "slope",
        slope,
        &["f", "z", "h"],
        &["slope"],
        |f, (function, z, h): &Input| f(function.1, *z, *h),
        |f, z, h| (f(z + h) - f(z - h)) / (2.0 * h),
    )
    .case("a straight line", (Function("z ↦ 3z + 1", |z| 3.0 * z + 1.0), 2.0, 0.5))
    .case("a parabola", (Function("z ↦ z²", |z| z * z), 1.0, 0.5))
    .case("a sigmoid", (Function("sigmoid", sigmoid), 0.3, 1e-3))
    .case("a step of 0.1", (Function("tanh", f64::tanh), -0.5, 0.1))
    .mistake("this is the forward difference. Take one step to each side of z.", |f, z, h| (f(z + h) - f(z)) / h)
    .mistake("this is the backward difference. Take one step to each side of z.", |f, z, h| (f(z) - f(z - h)) / h)
    .mistake("divided by h. How far apart are z + h and z − h?", |f, z, h| (f(z + h) - f(z - h)) / h)
    .mistake("the sign is wrong: right minus left.", |f, z, h| (f(z - h) - f(z + h)) / (2.0 * h))
    .mistake("the brackets are missing: a / 2.0 * h multiplies by h.", |f, z, h| (f(z + h) - f(z - h)) / 2.0 * h)
    .verdict()
}

/// Checks `swish(z)`: z · sigmoid(z).
///
/// ```
/// use nnlib::activation::sigmoid;
/// use nnlib_checks as check;
/// assert!(check::swish(|z| z * sigmoid(z)).passed());
/// ```
pub fn swish(swish: fn(f64) -> f64) -> Verdict {
    Task::new("swish", swish, &["z"], &["swish(z)"], |f, z: &f64| f(*z), |z| z * sigmoid(z))
        .case("zero", 0.0)
        .case("a positive score", 2.0)
        .case("a negative score", -1.0)
        .case("far to the right", 40.0)
        .case("far to the left", -40.0)
        .case("so far to the right that e^z overflows", 1000.0)
        .case("so far to the left that e^(−z) overflows", -1000.0)
        .mistake("this is the sigmoid alone. It is the gate; z is what goes through.", sigmoid)
        .mistake("the gate is turned round: 1 / (1 + e^z) is open on the left.", |z| z * sigmoid(-z))
        .mistake("z is squared.", |z| z * z * sigmoid(z))
        .mistake("e^z / (1 + e^z) is infinity over infinity for a large z. Which form of the sigmoid is not?", |z| {
            z * (z.exp() / (1.0 + z.exp()))
        })
        .verdict()
}

/// Checks `swish_derivative(z)`: sigmoid(z) + z · sigmoid(z) · (1 − sigmoid(z)).
///
/// ```
/// use nnlib::activation::sigmoid;
/// use nnlib_checks as check;
/// assert!(check::swish_derivative(|z| sigmoid(z) * (1.0 + z * sigmoid(-z))).passed());
/// ```
pub fn swish_derivative(swish_derivative: fn(f64) -> f64) -> Verdict {
    Task::new("swish_derivative", swish_derivative, &["z"], &["derivative"], |f, z: &f64| f(*z), |z| sigmoid(z) * (1.0 + z * sigmoid(-z)))
        .case("zero", 0.0)
        .case("a positive score", 2.0)
        .case("a negative score", -1.0)
        .case("where the slope is nearly 0", -1.278)
        .case("far to the right", 30.0)
        .mistake("the derivative of the sigmoid alone. A product has two factors that change: (uv)′ = u′v + uv′.", |z| {
            sigmoid(z) * sigmoid(-z)
        })
        .mistake("half of the product rule: z · sigmoid′(z) is there, 1 · sigmoid(z) is missing.", |z| z * sigmoid(z) * sigmoid(-z))
        .mistake("half of the product rule: 1 · sigmoid(z) is there, z · sigmoid′(z) is missing.", sigmoid)
        .mistake("the two halves of the product rule are subtracted. They add.", |z| sigmoid(z) - z * sigmoid(z) * sigmoid(-z))
        .mistake("sigmoid′(z) is s (1 − s) with s = sigmoid(z), not with s = z.", |z| sigmoid(z) + z * z * (1.0 - z))
        .verdict()
}
