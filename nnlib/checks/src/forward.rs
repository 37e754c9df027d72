//! The tasks of lesson 04: the forward pass, softmax and cross-entropy.

use ndarray::{Array1, Array2, Axis, array};
use nnlib::RandomState;
use nnlib::activation::softmax;

use crate::Verdict;
use crate::network::{Network, random_network};
use crate::predict::numbers;
use crate::task::Task;

/// Checks `by_ratio()`: five numbers about softmax and cross-entropy, for which only differences and ratios are needed.
pub fn by_ratio(by_ratio: fn() -> [f64; 5]) -> Verdict {
    numbers(
        "by_ratio",
        by_ratio,
        [
            (
                "the second probability for the scores (0, ln 3)",
                0.75,
                &[(3.0, "3 is e to the power of the score. It is divided by the sum of both."), (0.25, "0.25 is the first.")],
            ),
            (
                "the second probability for the scores (1000, 1000 + ln 3)",
                0.75,
                &[
                    (0.5, "the two scores are not equal, however large they are."),
                    (1.0, "how much larger is the second e^z than the first?"),
                ],
            ),
            (
                "e to the power of the loss of a point, when ten classes have equal scores",
                10.0,
                &[
                    (0.1, "0.1 is the probability that each class gets. The loss is −ln of it."),
                    (std::f64::consts::LN_10, "this is the loss."),
                ],
            ),
            ("the loss of a point whose true class gets the probability 1", 0.0, &[(1.0, "ln 1 is 0.")]),
            (
                "the mean loss of two points whose true classes get e⁻¹ and e⁻³",
                2.0,
                &[(4.0, "4 is the sum. The loss is a mean."), (-2.0, "a loss is not negative.")],
            ),
        ],
    )
}

/// Each row's largest.
fn largest(z: &Array2<f64>) -> Array2<f64> {
    z.map_axis(Axis(1), |row| row.fold(f64::NEG_INFINITY, |m, &v| m.max(v))).insert_axis(Axis(1))
}

/// e to the power of the scores divided by their sums along this axis.
fn shares(z: &Array2<f64>, axis: usize) -> Array2<f64> {
    let e = z.mapv(f64::exp);
    let sums = e.sum_axis(Axis(axis)).insert_axis(Axis(axis));
    e / sums
}

/// Checks `softmax_at(z, t)`: the softmax of each row of z / t, also where e^z overflows; z (n, k), t > 0.
pub fn softmax_at(softmax_at: fn(&Array2<f64>, f64) -> Array2<f64>) -> Verdict {
    let mut rng = RandomState::new(0);
    Task::new("softmax_at", softmax_at, &["z", "t"], &["y_hat"], |f, (z, t): &(Array2<f64>, f64)| f(z, *t), |z, t| softmax(&(z / t)))
        .case("equal scores", (array![[0.0, 0.0]], 1.0))
        .case("two samples", (array![[0.0, 1.0], [2.0, 2.0]], 1.0))
        .case("three classes, t = 2", (array![[1.0, 2.0, 3.0], [0.0, 0.0, -1.0]], 2.0))
        .case("four samples, t = ½", (rng.randn_2d(4, 3), 0.5))
        .case("one sample far below 0", (array![[-1000.0, -1001.0]], 1.0))
        .case("scores of a thousand, and of minus a thousand", (array![[1000.0, -1000.0], [-1000.0, -1001.0]], 1.0))
        .mistake(
            "one largest score is subtracted from all rows, and a row far below it becomes 0 / 0. Each row has its own largest.",
            |z, t| shares(&(z / t - z.fold(f64::NEG_INFINITY, |m, &v| m.max(v)) / t), 1),
        )
        .mistake("e^1000 overflows. What can be subtracted from a row without changing the answer?", |z, t| shares(&(z / t), 1))
        .mistake("the sums run down the columns. Each row is divided by its own.", |z, t| shares(&(z / t), 0))
        .mistake("each row's largest score is subtracted, and the sums run down the columns. Both go along a row.", |z, t| {
            shares(&((z - &largest(z)) / t), 0)
        })
        .mistake("the search for a row's largest score starts at 0, and finds it where all are below. Start at −∞.", |z, t| {
            shares(&((z - &largest(z).mapv(|m| m.max(0.0))) / t), 1)
        })
        .mistake("the largest score of each column is subtracted. That changes a row's probabilities: take each row's.", |z, t| {
            shares(&((z - &largest(&z.t().to_owned()).t()) / t), 1)
        })
        .mistake("everything is divided by one sum over all samples. Each row has its own.", |z, t| {
            let e = (z / t).mapv(f64::exp);
            &e / e.sum()
        })
        .mistake("t is not used.", |z, _| softmax(z))
        .mistake("the scores are multiplied by t. A higher temperature makes the probabilities more alike.", |z, t| softmax(&(z * t)))
        .mistake("the probabilities are divided by t. It is the scores that are.", |z, t| softmax(z) / t)
        .mistake("these are the exponentials. The division by their sum is missing.", |z, t| (z / t).mapv(f64::exp))
        .mistake("the scores are divided by their sum without e to the power of them.", |z, _| {
            z / &z.sum_axis(Axis(1)).insert_axis(Axis(1))
        })
        .mistake("the sign is wrong: the largest score must get the largest probability.", |z, t| softmax(&(z / -t)))
        .verdict()
}

/// Checks `smoothed_cross_entropy(z, y, s)`: the mean cross-entropy of softmax(z) against targets of 1 − s + s/k for the true class and s/k for
/// the others, without overflow; z (n, k), y (n,).
pub fn smoothed_cross_entropy(smoothed_cross_entropy: fn(&Array2<f64>, &Array1<usize>, f64) -> f64) -> Verdict {
    type Input = (Array2<f64>, Array1<usize>, f64);
    /// The mean over the samples of a function of a row, its class and s.
    fn mean(z: &Array2<f64>, y: &Array1<usize>, s: f64, of: fn(&Array1<f64>, usize, f64) -> f64) -> f64 {
        z.outer_iter().zip(y).map(|(row, &class)| of(&row.to_owned(), class, s)).sum::<f64>() / y.len() as f64
    }
    fn log_sum(z: &Array1<f64>) -> f64 {
        let m = z.fold(f64::NEG_INFINITY, |m, &v| m.max(v));
        m + (z - m).exp().sum().ln()
    }
    fn row(z: &Array1<f64>, class: usize, s: f64) -> f64 {
        log_sum(z) - (1.0 - s) * z[class] - s * z.mean().expect("scores")
    }
    let mut rng = RandomState::new(2);
    Task::new(
        "smoothed_cross_entropy",
        smoothed_cross_entropy,
        &["z", "y", "s"],
        &["loss"],
        |f, (z, y, s): &Input| f(z, y, *s),
        |z, y, s| mean(z, y, s, row),
    )
    .case("equal scores: ln 2", (array![[0.0, 0.0]], array![1], 0.0))
    .case("two samples, no smoothing", (array![[0.0, 1.0], [2.0, 3.0]], array![1, 0], 0.0))
    .case("two samples, s = ½", (array![[0.0, 1.0], [2.0, 4.0]], array![1, 0], 0.5))
    .case("five samples, three classes, s = 0.1", (rng.randn_2d(5, 3), array![0, 2, 1, 1, 0], 0.1))
    .case("sure and wrong", (array![[1000.0, -1000.0]], array![1], 0.0))
    .case("sure and right", (array![[1000.0, -1000.0]], array![0], 0.25))
    .mistake("e^1000 overflows. What can be subtracted in the exponents, and added again outside?", |z, y, s| {
        mean(z, y, s, |z, class, s| z.exp().sum().ln() - (1.0 - s) * z[class] - s * z.mean().expect("scores"))
    })
    .mistake("ln of a probability that has been rounded to 0 is infinite. Take the logarithm on paper first.", |z, y, s| {
        mean(z, y, s, |z, class, s| {
            let logs = softmax(&z.clone().insert_axis(Axis(0))).row(0).ln();
            -(1.0 - s) * logs[class] - s * logs.mean().expect("scores")
        })
    })
    .mistake("the largest score was subtracted in the exponents, and not added again outside.", |z, y, s| {
        mean(z, y, s, |z, class, s| row(z, class, s) - z.fold(f64::NEG_INFINITY, |m, &v| m.max(v)))
    })
    .mistake("s is not used: this is the loss with one-hot targets.", |z, y, _| mean(z, y, 0.0, row))
    .mistake("the true class lacks its own part of s: its target is 1 − s + s/k.", |z, y, s| {
        mean(z, y, s, |z, class, s| row(z, class, s) - s * (log_sum(z) - z[class]) / z.len() as f64)
    })
    .mistake("the others get s / (k − 1) each. Here s is spread over all k classes.", |z, y, s| {
        mean(z, y, s, |z, class, s| row(z, class, s * z.len() as f64 / (z.len() as f64 - 1.0)))
    })
    .mistake("the targets do not sum to 1: the true class still has all of its 1.", |z, y, s| {
        mean(z, y, s, |z, class, s| row(z, class, s) + s * (log_sum(z) - z[class]))
    })
    .mistake("the others get s each, not s/k.", |z, y, s| {
        mean(z, y, s, |z, class, s| (1.0 - s) * (log_sum(z) - z[class]) + s * (z.len() as f64 * log_sum(z) - z.sum()))
    })
    .mistake("the 1/n is missing: this is the sum over the samples.", |z, y, s| mean(z, y, s, row) * y.len() as f64)
    .mistake("the sign is wrong: a loss is never negative.", |z, y, s| -mean(z, y, s, row))
    .verdict()
}

/// Checks `ensemble(x, networks)`: for each point the class with the largest mean probability over the networks (w1, b1, w2, b2), each with a
/// hidden layer of tanh and a softmax; x (n, d).
pub fn ensemble(ensemble: fn(&Array2<f64>, &[(Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>)]) -> Array1<usize>) -> Verdict {
    type Input = (Array2<f64>, Vec<Network>);
    /// A network's scores with this activation in the hidden layer.
    fn scores(x: &Array2<f64>, (w1, b1, w2, b2): &Network, activation: fn(f64) -> f64) -> Array2<f64> {
        (x.dot(w1) + b1).mapv(activation).dot(w2) + b2
    }
    fn largest(of: &Array2<f64>, sign: f64) -> Array1<usize> {
        of.map_axis(Axis(1), |row| (0..row.len()).fold(0, |best, j| if sign * row[j] > sign * row[best] { j } else { best }))
    }
    /// The class with the largest sum of this over the networks.
    fn by_sum(x: &Array2<f64>, networks: &[Network], of: impl Fn(&Network) -> Array2<f64>) -> Array1<usize> {
        let sum = networks.iter().fold(Array2::zeros((x.nrows(), networks[0].3.len())), |sum, network| sum + of(network));
        largest(&sum, 1.0)
    }
    fn probabilities(x: &Array2<f64>, network: &Network) -> Array2<f64> {
        softmax(&scores(x, network, f64::tanh))
    }
    let mut rng = RandomState::new(3);
    let mut random = |n: usize, sizes: [usize; 3], count: usize| -> Input {
        (rng.randn_2d(n, sizes[0]), (0..count).map(|_| random_network(&sizes, &mut rng)).collect())
    };
    Task::new(
        "ensemble",
        ensemble,
        &["x", "w1", "b1", "w2", "b2"],
        &["classes"],
        |f, (x, networks): &Input| f(x, networks),
        |x, networks| by_sum(x, networks, |network| probabilities(x, network)),
    )
    .case("one network, six points", random(6, [2, 3, 2], 1))
    .case("three networks, forty points", random(40, [2, 5, 3], 3))
    .case("four networks, sixty points, four classes", random(60, [3, 6, 4], 4))
    .mistake(
        "the scores are averaged, or the probabilities multiplied, which comes to the same. Asked for is the mean of the probabilities.",
        |x, networks| by_sum(x, networks, |network| scores(x, network, f64::tanh)),
    )
    .mistake("each network votes for its class. A vote forgets how sure it was.", |x, networks| {
        by_sum(x, networks, |network| {
            let classes = largest(&probabilities(x, network), 1.0);
            Array2::from_shape_fn((x.nrows(), network.3.len()), |(i, c)| f64::from(u8::from(classes[i] == c)))
        })
    })
    .mistake("only the first network is asked.", |x, networks| by_sum(x, &networks[..1], |network| probabilities(x, network)))
    .mistake("only the last network is asked.", |x, networks| {
        by_sum(x, &networks[networks.len() - 1..], |network| probabilities(x, network))
    })
    .mistake("the surest single network decides. Asked for is the mean over all.", |x, networks| {
        let all: Vec<_> = networks.iter().map(|network| probabilities(x, network)).collect();
        let most = Array2::from_shape_fn(all[0].raw_dim(), |at| all.iter().map(|p| p[at]).fold(0.0, f64::max));
        largest(&most, 1.0)
    })
    .mistake("the hidden layers have no tanh.", |x, networks| by_sum(x, networks, |network| softmax(&scores(x, network, |z| z))))
    .mistake("the hidden layers' biases are missing.", |x, networks| {
        by_sum(x, networks, |(w1, b1, w2, b2)| probabilities(x, &(w1.clone(), 0.0 * b1, w2.clone(), b2.clone())))
    })
    .mistake("the output's biases are missing.", |x, networks| {
        by_sum(x, networks, |(w1, b1, w2, b2)| probabilities(x, &(w1.clone(), b1.clone(), w2.clone(), 0.0 * b2)))
    })
    .mistake("this is the least likely class.", |x, networks| {
        let sum = networks.iter().fold(Array2::zeros((x.nrows(), networks[0].3.len())), |sum, network| sum + probabilities(x, network));
        largest(&sum, -1.0)
    })
    .verdict()
}
