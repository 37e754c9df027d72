//! The tasks of lesson 11: two small networks of sigmoids.

use ndarray::{Array2, array};
use nnlib::RandomState;
use nnlib::activation::sigmoid;

use crate::Verdict;
use crate::task::Task;

/// Checks `feedforward(x, w1, w2)`: the activations a₁ = σ(x w₁), (n, h), and ŷ = σ(a₁ w₂), (n, k); x (n, d), w1 (d, h), w2 (h, k).
///
/// ```
/// use nnlib::activation::sigmoid;
/// use nnlib_checks as check;
/// let verdict = check::feedforward(|x, w1, w2| {
///     let a1 = x.dot(w1).mapv(sigmoid);
///     let y_hat = a1.dot(w2).mapv(sigmoid);
///     (a1, y_hat)
/// });
/// assert!(verdict.passed());
/// ```
pub fn feedforward(feedforward: fn(&Array2<f64>, &Array2<f64>, &Array2<f64>) -> (Array2<f64>, Array2<f64>)) -> Verdict {
    let mut rng = RandomState::new(8);
    let mut random = |n: usize, d: usize, h: usize, k: usize| (rng.randn_2d(n, d), rng.randn_2d(d, h), rng.randn_2d(h, k));
    Task::new(
        "feedforward",
        feedforward,
        &["x", "w1", "w2"],
        &["a1", "y_hat"],
        |f, (x, w1, w2): &(Array2<f64>, Array2<f64>, Array2<f64>)| f(x, w1, w2),
        |x, w1, w2| {
            let a1 = x.dot(w1).mapv(sigmoid);
            let y_hat = a1.dot(w2).mapv(sigmoid);
            (a1, y_hat)
        },
    )
    .case("one sample, 2-3-1", (array![[1.0, 0.0]], array![[1.0, -1.0, 0.5], [2.0, 0.5, 0.0]], array![[1.0], [-2.0], [0.5]]))
    .case("four samples, 3-4-1", random(4, 3, 4, 1))
    .case("two samples, 2-3-2", random(2, 2, 3, 2))
    .mistake("the output has no sigmoid.", |x, w1, w2| {
        let a1 = x.dot(w1).mapv(sigmoid);
        (a1.clone(), a1.dot(w2))
    })
    .mistake("the hidden layer has no sigmoid.", |x, w1, w2| {
        let a1 = x.dot(w1);
        (a1.clone(), a1.dot(w2).mapv(sigmoid))
    })
    .mistake("a₁ is the activation: return it as it goes into the output, not its score.", |x, w1, w2| {
        let z1 = x.dot(w1);
        (z1.clone(), z1.mapv(sigmoid).dot(w2).mapv(sigmoid))
    })
    .mistake("tanh in place of the sigmoid.", |x, w1, w2| {
        let a1 = x.dot(w1).mapv(f64::tanh);
        let y_hat = a1.dot(w2).mapv(f64::tanh);
        (a1, y_hat)
    })
    .mistake("the minus in the sigmoid's exponent is missing: 1 / (1 + e^z) falls.", |x, w1, w2| {
        let a1 = x.dot(w1).mapv(|z| sigmoid(-z));
        let y_hat = a1.dot(w2).mapv(|z| sigmoid(-z));
        (a1, y_hat)
    })
    .verdict()
}

/// Checks `backprop(x, y, w1, w2, rate)`: the weights of the network of [`feedforward`] after a step of this rate down the summed squared
/// error Σ (ŷ − y)²; x (n, d), y (n, k).
///
/// ```
/// use nnlib::activation::sigmoid;
/// use nnlib_checks as check;
/// let verdict = check::backprop(|x, y, w1, w2, rate| {
///     let a1 = x.dot(w1).mapv(sigmoid);
///     let y_hat = a1.dot(w2).mapv(sigmoid);
///     let delta2 = 2.0 * (&y_hat - y) * &y_hat * (1.0 - &y_hat);
///     let delta1 = delta2.dot(&w2.t()) * &a1 * (1.0 - &a1);
///     (w1 - rate * x.t().dot(&delta1), w2 - rate * a1.t().dot(&delta2))
/// });
/// assert!(verdict.passed());
/// ```
pub fn backprop(backprop: fn(&Array2<f64>, &Array2<f64>, &Array2<f64>, &Array2<f64>, f64) -> (Array2<f64>, Array2<f64>)) -> Verdict {
    type Input = (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, f64);
    fn slope(a: &Array2<f64>) -> Array2<f64> {
        a * (1.0 - a)
    }
    /// A step with this factor before the error, these slopes, and the w₂ that the delta goes back through.
    fn step(
        input: [&Array2<f64>; 4],
        rate: f64,
        factor: f64,
        slopes: [fn(&Array2<f64>) -> Array2<f64>; 2],
        back: Option<&Array2<f64>>,
    ) -> (Array2<f64>, Array2<f64>) {
        let [x, y, w1, w2] = input;
        let a1 = x.dot(w1).mapv(sigmoid);
        let y_hat = a1.dot(w2).mapv(sigmoid);
        let delta2 = factor * (&y_hat - y) * slopes[1](&y_hat);
        let delta1 = delta2.dot(&back.unwrap_or(w2).t()) * slopes[0](&a1);
        (w1 - rate * x.t().dot(&delta1), w2 - rate * a1.t().dot(&delta2))
    }
    fn ones(a: &Array2<f64>) -> Array2<f64> {
        Array2::ones(a.raw_dim())
    }
    let mut rng = RandomState::new(9);
    let mut random = |n: usize, d: usize, h: usize, k: usize, rate: f64| -> Input {
        (rng.randn_2d(n, d), rng.rand_2d(n, k), rng.randn_2d(d, h), rng.randn_2d(h, k), rate)
    };
    let xor = array![[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]];
    let mut weights = RandomState::new(0);
    let first = (xor, array![[0.0], [1.0], [1.0], [0.0]], weights.rand_2d(3, 4), weights.rand_2d(4, 1), 1.0);
    Task::new(
        "backprop",
        backprop,
        &["x", "y", "w1", "w2", "rate"],
        &["w1", "w2"],
        |f, (x, y, w1, w2, rate): &Input| f(x, y, w1, w2, *rate),
        |x, y, w1, w2, rate| step([x, y, w1, w2], rate, 2.0, [slope, slope], None),
    )
    .case("the lesson's first step", first)
    .case("a rate of a half, 2-2-2", random(3, 2, 2, 2, 0.5))
    .case("a rate of 3, 3-5-2", random(5, 3, 5, 2, 3.0))
    .mistake("the learning rate is not used.", |x, y, w1, w2, _| step([x, y, w1, w2], 1.0, 2.0, [slope, slope], None))
    .mistake("the 2 is missing: the derivative of e² is 2e.", |x, y, w1, w2, rate| step([x, y, w1, w2], rate, 1.0, [slope, slope], None))
    .mistake(
        "this climbs: the step goes against the gradient. Look at the sign of ŷ − y, and at that of the step.",
        |x, y, w1, w2, rate| step([x, y, w1, w2], rate, -2.0, [slope, slope], None),
    )
    .mistake("the slope of the output's sigmoid is missing.", |x, y, w1, w2, rate| step([x, y, w1, w2], rate, 2.0, [slope, ones], None))
    .mistake("the slope of the hidden sigmoids is missing.", |x, y, w1, w2, rate| step([x, y, w1, w2], rate, 2.0, [ones, slope], None))
    .mistake("the activation is put through the sigmoid again: its slope is a (1 − a) with a as it is.", |x, y, w1, w2, rate| {
        step([x, y, w1, w2], rate, 2.0, [|a| slope(&a.mapv(sigmoid)), |a| slope(&a.mapv(sigmoid))], None)
    })
    .mistake(
        "w₂ changes before δ₁ is computed. All deltas first, then all steps: this is the mistake that travelled.",
        |x, y, w1, w2, rate| {
            let (_, new) = step([x, y, w1, w2], rate, 2.0, [slope, slope], None);
            step([x, y, w1, w2], rate, 2.0, [slope, slope], Some(&new))
        },
    )
    .mistake("this is the mean of the squared errors. Here they are summed.", |x, y, w1, w2, rate| {
        step([x, y, w1, w2], rate, 2.0 / y.len() as f64, [slope, slope], None)
    })
    .verdict()
}

/// Checks `blame(deltas, w, a)`: the delta Σⱼ δⱼ wⱼ · a (1 − a) of a hidden sigmoid neuron with the activation a, whose output goes to the
/// neuron j behind it, of delta δⱼ, by the weight wⱼ.
///
/// ```
/// use nnlib_checks as check;
/// assert!(check::blame(|deltas, w, a| deltas.iter().zip(w).map(|(delta, w)| delta * w).sum::<f64>() * a * (1.0 - a)).passed());
/// ```
pub fn blame(blame: fn(&[f64], &[f64], f64) -> f64) -> Verdict {
    fn sum(deltas: &[f64], w: &[f64]) -> f64 {
        deltas.iter().zip(w).map(|(delta, w)| delta * w).sum()
    }
    Task::new(
        "blame",
        blame,
        &["deltas", "w", "a"],
        &["delta"],
        |f, (deltas, w, a): &(Vec<f64>, Vec<f64>, f64)| f(deltas, w, *a),
        |deltas, w, a| sum(deltas, w) * a * (1.0 - a),
    )
    .case("one neuron behind it", (vec![0.5], vec![2.0], 0.75))
    .case("the first hidden neuron of the lesson", (vec![0.138498562, -0.038098237], vec![0.4, 0.5], 0.593269992))
    .case("three neurons behind it", (vec![0.5, -0.25, 1.0], vec![1.0, 3.0, -0.5], 0.25))
    .mistake("the slope a (1 − a) is missing.", |deltas, w, _| sum(deltas, w))
    .mistake("the deltas are summed without their weights. The blame is in proportion to the weight between.", |deltas, _, a| {
        deltas.iter().sum::<f64>() * a * (1.0 - a)
    })
    .mistake("a mean over the neurons behind. Paths add.", |deltas, w, a| sum(deltas, w) / w.len() as f64 * a * (1.0 - a))
    .mistake("this is the slope of tanh, 1 − a². The neuron is a sigmoid.", |deltas, w, a| sum(deltas, w) * (1.0 - a * a))
    .mistake("only the first neuron behind it is asked.", |deltas, w, a| deltas[0] * w[0] * a * (1.0 - a))
    .verdict()
}

/// Checks `learn(w, b, x, delta, rate)`: the weights and the bias of one neuron after a step; w and x (d,), as slices.
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::learn(|w, b, x, delta, rate| (w.iter().zip(x).map(|(w, x)| w - rate * delta * x).collect(), b - rate * delta));
/// assert!(verdict.passed());
/// ```
pub fn learn(learn: fn(&[f64], f64, &[f64], f64, f64) -> (Vec<f64>, f64)) -> Verdict {
    type Input = (Vec<f64>, f64, Vec<f64>, f64, f64);
    fn moved(w: &[f64], b: f64, x: &[f64], step: f64) -> (Vec<f64>, f64) {
        (w.iter().zip(x).map(|(w, x)| w - step * x).collect(), b - step)
    }
    Task::new(
        "learn",
        learn,
        &["w", "b", "x", "delta", "rate"],
        &["w", "b"],
        |f, (w, b, x, delta, rate): &Input| f(w, *b, x, *delta, *rate),
        |w, b, x, delta, rate| moved(w, b, x, rate * delta),
    )
    .case("one weight", (vec![1.0], 0.5, vec![2.0], 0.25, 0.5))
    .case("the first output neuron of the lesson", (vec![0.4, 0.45], 0.6, vec![0.593269992, 0.596884378], 0.138498562, 0.5))
    .case("three weights, a negative delta", (vec![0.0, -1.0, 2.0], -0.25, vec![1.0, 0.0, -3.0], -0.5, 2.0))
    .mistake("the bias does not learn. It is a weight whose input is always 1.", |w, b, x, delta, rate| (moved(w, b, x, rate * delta).0, b))
    .mistake("the learning rate is not used.", |w, b, x, delta, _| moved(w, b, x, delta))
    .mistake("this climbs: the step goes against the gradient δ x.", |w, b, x, delta, rate| moved(w, b, x, -rate * delta))
    .mistake("the input is missing: a weight's gradient is δ x.", |w, b, _, delta, rate| {
        (w.iter().map(|w| w - rate * delta).collect(), b - rate * delta)
    })
    .mistake("multiplied by the weight itself. The gradient of a weight is δ times its input.", |w, b, _, delta, rate| {
        moved(w, b, w, rate * delta)
    })
    .verdict()
}
