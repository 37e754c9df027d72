//! The tasks of lesson 05: the backward pass.

use ndarray::{Array1, Array2, Axis, array, s};
use nnlib::RandomState;
use nnlib::activation::softmax;

use crate::Verdict;
use crate::network::{Layers, SIGMOID, TANH, Way, gradients, mistakes, random_layers, random_samples};
use crate::task::Task;

/// ŷ − onehot(y).
fn error(y_hat: &Array2<f64>, y: &Array1<usize>) -> Array2<f64> {
    let mut error = y_hat.clone();
    y.iter().enumerate().for_each(|(i, &class)| error[[i, class]] -= 1.0);
    error
}

/// Checks `output_delta(y_hat, y)`: (ŷ − onehot(y)) / n, (n, k); y_hat (n, k), y (n,).
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::output_delta(|y_hat, y| {
///     let mut delta = y_hat.clone();
///     y.iter().enumerate().for_each(|(i, &class)| delta[[i, class]] -= 1.0);
///     delta / y.len() as f64
/// });
/// assert!(verdict.passed());
/// ```
pub fn output_delta(output_delta: fn(&Array2<f64>, &Array1<usize>) -> Array2<f64>) -> Verdict {
    let random = softmax(&RandomState::new(0).randn_2d(5, 4));
    Task::new(
        "output_delta",
        output_delta,
        &["y_hat", "y"],
        &["delta"],
        |f, (y_hat, y): &(Array2<f64>, Array1<usize>)| f(y_hat, y),
        |y_hat, y| error(y_hat, y) / y.len() as f64,
    )
    .case("three samples", (array![[0.75, 0.25], [0.5, 0.5], [0.125, 0.875]], array![0, 1, 1]))
    .case("question 2 of the lesson", (array![[0.2, 0.5, 0.3]], array![2]))
    .case("five samples, four classes", (random, array![3, 0, 0, 2, 1]))
    .mistake("the 1/n is missing: this is the delta of the summed loss, n times as long.", error)
    .mistake("the sign is wrong: what the network said minus what it should have said.", |y_hat, y| -error(y_hat, y) / y.len() as f64)
    .mistake("divided by n·k. The loss is a mean over samples: divide by n.", |y_hat, y| error(y_hat, y) / y_hat.len() as f64)
    .mistake("divided by the number of classes. The loss is a mean over samples: divide by n.", |y_hat, y| {
        error(y_hat, y) / y_hat.ncols() as f64
    })
    .mistake("the 1 is subtracted from every class. Only the true class's is due.", |y_hat, y| (y_hat - 1.0) / y.len() as f64)
    .mistake("this is ŷ / n. The 1 of the true class is still to be subtracted.", |y_hat, y| y_hat / y.len() as f64)
    .verdict()
}

/// Checks `layer_gradient(x, delta)`: dw = xᵀ δ, (d, h), and db = Σ δ over the samples, (h,); x (n, d), delta (n, h).
///
/// ```
/// use ndarray::Axis;
/// use nnlib_checks as check;
/// assert!(check::layer_gradient(|x, delta| (x.t().dot(delta), delta.sum_axis(Axis(0)))).passed());
/// ```
pub fn layer_gradient(layer_gradient: fn(&Array2<f64>, &Array2<f64>) -> (Array2<f64>, Array1<f64>)) -> Verdict {
    let mut rng = RandomState::new(1);
    let mut random = |n, d, h| (rng.randn_2d(n, d), rng.randn_2d(n, h));
    let (random, tall, square) = (random(5, 3, 4), random(7, 2, 2), random(3, 3, 3));
    Task::new(
        "layer_gradient",
        layer_gradient,
        &["x", "delta"],
        &["dw", "db"],
        |f, (x, delta): &(Array2<f64>, Array2<f64>)| f(x, delta),
        |x, delta| (x.t().dot(delta), delta.sum_axis(Axis(0))),
    )
    .case("two samples, three inputs, one neuron", (array![[1.0, 2.0, 0.5], [3.0, 4.0, -1.0]], array![[0.5], [-0.25]]))
    .case("seven samples, two inputs, two neurons", tall)
    .case("five samples, three inputs, four neurons", random)
    .case("three samples, three inputs, three neurons", square)
    .mistake("db is not summed: it is the delta of one sample. A bias moves the scores of all samples.", |x, delta| {
        (x.t().dot(delta), delta.row(0).to_owned())
    })
    .mistake("db is a mean over the samples. The 1/n is in the delta already: sum.", |x, delta| {
        (x.t().dot(delta), delta.mean_axis(Axis(0)).expect("samples"))
    })
    .mistake("db is summed along the rows. It needs one number for each neuron: Axis(0) is the axis that goes away.", |x, delta| {
        (x.t().dot(delta), delta.sum_axis(Axis(1)))
    })
    .mistake("dw is transposed: it must have the shape of w, a row for each input.", |x, delta| (delta.t().dot(x), delta.sum_axis(Axis(0))))
    .mistake("the last sample is left out of both sums. They run over all rows.", |x, delta| {
        let (x, delta) = (x.slice(s![..-1, ..]), delta.slice(s![..-1, ..]));
        (x.t().dot(&delta), delta.sum_axis(Axis(0)))
    })
    .mistake("x is not transposed. The sum runs over the samples, which are the rows of both.", |x, delta| {
        (x.dot(delta), delta.sum_axis(Axis(0)))
    })
    .mistake("dw is divided by n. The 1/n is in the delta already.", |x, delta| {
        (x.t().dot(delta) / x.nrows() as f64, delta.sum_axis(Axis(0)))
    })
    .mistake("both are divided by n. The 1/n is in the delta already.", |x, delta| {
        (x.t().dot(delta) / x.nrows() as f64, delta.mean_axis(Axis(0)).expect("samples"))
    })
    .verdict()
}

/// Checks `hidden_delta(delta2, w2, a1)`: (δ₂ w₂ᵀ) ∘ (1 − a₁²), (n, h), for a tanh layer; delta2 (n, k), w2 (h, k), a1 (n, h).
///
/// ```
/// use nnlib_checks as check;
/// assert!(check::hidden_delta(|delta2, w2, a1| delta2.dot(&w2.t()) * (1.0 - a1 * a1)).passed());
/// ```
pub fn hidden_delta(hidden_delta: fn(&Array2<f64>, &Array2<f64>, &Array2<f64>) -> Array2<f64>) -> Verdict {
    let random = |n: usize, h: usize, k: usize| {
        let mut rng = RandomState::new(n as u32);
        (rng.randn_2d(n, k), rng.randn_2d(h, k), rng.randn_2d(n, h).mapv(f64::tanh))
    };
    Task::new(
        "hidden_delta",
        hidden_delta,
        &["delta2", "w2", "a1"],
        &["delta1"],
        |f, (delta2, w2, a1): &(Array2<f64>, Array2<f64>, Array2<f64>)| f(delta2, w2, a1),
        |delta2, w2, a1| delta2.dot(&w2.t()) * (1.0 - a1 * a1),
    )
    .case(
        "one sample, three neurons, two classes",
        (array![[0.5, -0.5]], array![[1.0, 2.0], [3.0, 5.0], [-1.0, 0.5]], array![[0.5, -0.5, 0.25]]),
    )
    .case("three samples, two neurons, two classes", random(3, 2, 2))
    .case("four samples, five neurons, three classes", random(4, 5, 3))
    .mistake("w₂ is not transposed. The delta goes back along the weights that the activation came forward on.", |delta2, w2, a1| {
        delta2.dot(w2) * (1.0 - a1 * a1)
    })
    .mistake("the slope of tanh is missing: this is the derivative by a₁, not by z₁.", |delta2, w2, _| delta2.dot(&w2.t()))
    .mistake("the slope of tanh is 1 − a². The square is missing.", |delta2, w2, a1| delta2.dot(&w2.t()) * (1.0 - a1))
    .mistake("this is the slope of a sigmoid, a (1 − a). The layer is a tanh.", |delta2, w2, a1| delta2.dot(&w2.t()) * a1 * (1.0 - a1))
    .mistake("a₁ is the activation already: 1 − tanh(a₁)² bends it a second time.", |delta2, w2, a1| {
        delta2.dot(&w2.t()) * a1.mapv(|a| 1.0 - a.tanh().powi(2))
    })
    .mistake("this is 1 − z₁². The slope of tanh is 1 − tanh²(z₁), and tanh(z₁) is a₁ as it stands.", |delta2, w2, a1| {
        delta2.dot(&w2.t()) * a1.mapv(|a| 1.0 - a.atanh().powi(2))
    })
    .mistake("multiplied by a₁ in place of the slope 1 − a₁².", |delta2, w2, a1| delta2.dot(&w2.t()) * a1)
    .verdict()
}

/// Checks `backward(x, y, w1, b1, w2, b2)`: the gradients dw₁, db₁, dw₂, db₂ of the mean cross-entropy of a network with a hidden layer of
/// sigmoids; x (n, d), y (n,), w1 (d, h), w2 (h, k).
///
/// ```
/// use ndarray::Axis;
/// use nnlib::activation::{sigmoid, softmax};
/// use nnlib_checks as check;
/// let verdict = check::backward(|x, y, w1, b1, w2, b2| {
///     let a1 = (x.dot(w1) + b1).mapv(sigmoid);
///     let mut delta2 = softmax(&(a1.dot(w2) + b2));
///     y.iter().enumerate().for_each(|(i, &class)| delta2[[i, class]] -= 1.0);
///     delta2 /= y.len() as f64;
///     let delta1 = delta2.dot(&w2.t()) * &a1 * (1.0 - &a1);
///     (x.t().dot(&delta1), delta1.sum_axis(Axis(0)), a1.t().dot(&delta2), delta2.sum_axis(Axis(0)))
/// });
/// assert!(verdict.passed());
/// ```
pub fn backward(
    backward: fn(
        &Array2<f64>,
        &Array1<usize>,
        &Array2<f64>,
        &Array1<f64>,
        &Array2<f64>,
        &Array1<f64>,
    ) -> (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>),
) -> Verdict {
    type Input = (Array2<f64>, Array1<usize>, Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>);
    type Gradients = (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>);
    let mut rng = RandomState::new(3);
    let mut random = |n: usize, sizes: [usize; 3]| -> Input {
        let (x, y) = random_samples(n, &sizes, &mut rng);
        let (w1, b1, w2, b2) = two(random_layers(&sizes, &mut rng));
        (x, y, w1, b1, w2, b2)
    };
    fn two(layers: Layers) -> Gradients {
        let [(w1, b1), (w2, b2)]: [_; 2] = layers.try_into().expect("two layers");
        (w1, b1, w2, b2)
    }
    fn by(way: Way, (x, y, w1, b1, w2, b2): &Input) -> Gradients {
        two(gradients(x, y, &[(w1.clone(), b1.clone()), (w2.clone(), b2.clone())], way, None))
    }
    Task::new(
        "backward",
        backward,
        &["x", "y", "w1", "b1", "w2", "b2"],
        &["dw1", "db1", "dw2", "db2"],
        |f, (x, y, w1, b1, w2, b2): &Input| f(x, y, w1, b1, w2, b2),
        |x, y, w1, b1, w2, b2| by(SIGMOID, &(x.clone(), y.clone(), w1.clone(), b1.clone(), w2.clone(), b2.clone())),
    )
    .case("five points, 2-3-2", random(5, [2, 3, 2]))
    .case("four points, 3-5-4", random(4, [3, 5, 4]))
    .case("three points, 3-3-3", random(3, [3, 3, 3]))
    .variants(
        mistakes(SIGMOID, ("the slope is that of tanh, 1 − a². This layer is a sigmoid: a (1 − a).", TANH.slope)),
        |way, input| by(*way, input),
    )
    .variants(
        [
            ("the hidden layer's forward pass is a tanh; this one is to be a sigmoid.", Way { activation: f64::tanh, ..SIGMOID }),
            ("the network of the lesson, with a tanh. This one has a sigmoid in its hidden layer.", TANH),
        ],
        |way, input| by(*way, input),
    )
    .verdict()
}
