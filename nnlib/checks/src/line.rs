//! The tasks of lesson 02: logistic regression.

use ndarray::{Array1, Array2, Axis, array};
use nnlib::RandomState;
use nnlib::activation::sigmoid;

use crate::Verdict;
use crate::task::Task;

/// Checks `log_loss(y, y_hat)`: the mean of −(y ln ŷ + (1 − y) ln(1 − ŷ)); y 0 or 1, ŷ between, both (n,).
///
/// ```
/// use nnlib_checks as check;
/// assert!(check::log_loss(|y, p| -(y * p.ln() + (1.0 - y) * (1.0 - p).ln()).mean().unwrap()).passed());
/// ```
pub fn log_loss(log_loss: fn(&Array1<f64>, &Array1<f64>) -> f64) -> Verdict {
    fn costs(y: &Array1<f64>, p: &Array1<f64>) -> Array1<f64> {
        -(y * &p.ln() + (1.0 - y) * (1.0 - p).ln())
    }
    let mut rng = RandomState::new(0);
    let random = (array![1.0, 0.0, 0.0, 1.0, 1.0], rng.randn_2d(1, 5).row(0).mapv(sigmoid));
    Task::new(
        "log_loss",
        log_loss,
        &["y", "y_hat"],
        &["loss"],
        |f, (y, p): &(Array1<f64>, Array1<f64>)| f(y, p),
        |y, p| costs(y, p).mean().expect("points"),
    )
    .case("one point of class 1", (array![1.0], array![0.8]))
    .case("one point of class 0", (array![0.0], array![0.8]))
    .case("three points", (array![1.0, 0.0, 1.0], array![0.9, 0.2, 0.3]))
    .case("five points", random)
    .mistake("the sign is wrong: ln of a probability is negative, a loss is not.", |y, p| -costs(y, p).mean().expect("points"))
    .mistake("the 1/n is missing: this is the sum over the points, not the mean.", |y, p| costs(y, p).sum())
    .mistake("points of class 0 cost nothing. The half with 1 − y is missing.", |y, p| -(y * &p.ln()).mean().expect("points"))
    .mistake("points of class 1 cost nothing. The half with y is missing.", |y, p| -((1.0 - y) * (1.0 - p).ln()).mean().expect("points"))
    .mistake("the two classes are exchanged: ln ŷ belongs to y, ln(1 − ŷ) to 1 − y.", |y, p| {
        costs(&(1.0 - y), p).mean().expect("points")
    })
    .mistake("both halves are taken of every point. y and 1 − y switch one of them off.", |_, p| {
        -(p.ln() + (1.0 - p).ln()).mean().expect("points")
    })
    .verdict()
}

/// The part of the gradient that all variants share: ŷ − y.
fn errors(x: &Array2<f64>, y: &Array1<f64>, w: &Array1<f64>, b: f64) -> Array1<f64> {
    (x.dot(w) + b).mapv(sigmoid) - y
}

/// Points, labels, weights and bias.
type Line = (Array2<f64>, Array1<f64>, Array1<f64>, f64);

fn lines() -> [(&'static str, Line); 4] {
    let mut rng = RandomState::new(1);
    let random = |n: usize, d: usize, rng: &mut RandomState| {
        let (x, w) = (rng.randn_2d(n, d), rng.randn_2d(1, d).row(0).to_owned());
        (x, Array1::from_shape_fn(n, |i| (i % 2) as f64), w, rng.randn())
    };
    [
        ("three points, all weights 0", (array![[1.0, 2.0], [3.0, 4.0], [-1.0, 0.5]], array![1.0, 0.0, 1.0], array![0.0, 0.0], 0.0)),
        ("five points, two features", random(5, 2, &mut rng)),
        ("four points, three features", random(4, 3, &mut rng)),
        ("three points, three features", random(3, 3, &mut rng)),
    ]
}

/// Checks `logistic_gradient(x, y, w, b)`: dw = xᵀ δ, (d,), and db = Σ δ, with δ = (sigmoid(x w + b) − y) / n; x (n, d), y (n,).
///
/// ```
/// use nnlib::activation::sigmoid;
/// use nnlib_checks as check;
/// let verdict = check::logistic_gradient(|x, y, w, b| {
///     let delta = ((x.dot(w) + b).mapv(sigmoid) - y) / y.len() as f64;
///     (x.t().dot(&delta), delta.sum())
/// });
/// assert!(verdict.passed());
/// ```
pub fn logistic_gradient(logistic_gradient: fn(&Array2<f64>, &Array1<f64>, &Array1<f64>, f64) -> (Array1<f64>, f64)) -> Verdict {
    let mut task = Task::new(
        "logistic_gradient",
        logistic_gradient,
        &["x", "y", "w", "b"],
        &["dw", "db"],
        |f, (x, y, w, b): &Line| f(x, y, w, *b),
        |x, y, w, b| {
            let delta = errors(x, y, w, b) / y.len() as f64;
            (x.t().dot(&delta), delta.sum())
        },
    );
    for (label, line) in lines() {
        task = task.case(label, line);
    }
    task.mistake("the 1/n is missing: this is the gradient of the sum, n times that of the mean.", |x, y, w, b| {
        let delta = errors(x, y, w, b);
        (x.t().dot(&delta), delta.sum())
    })
    .mistake("the sign is wrong: ŷ − y, not y − ŷ. This one points downhill.", |x, y, w, b| {
        let delta = -errors(x, y, w, b) / y.len() as f64;
        (x.t().dot(&delta), delta.sum())
    })
    .mistake("db is not summed: it is the δ of one point.", |x, y, w, b| {
        let delta = errors(x, y, w, b) / y.len() as f64;
        (x.t().dot(&delta), delta[0])
    })
    .mistake("db is divided by n twice: δ has the 1/n already, so sum it.", |x, y, w, b| {
        let delta = errors(x, y, w, b) / y.len() as f64;
        (x.t().dot(&delta), delta.mean().expect("points"))
    })
    .mistake("the sigmoid is missing: ŷ is a probability, not a score.", |x, y, w, b| {
        let delta = (x.dot(w) + b - y) / y.len() as f64;
        (x.t().dot(&delta), delta.sum())
    })
    .mistake("the slope ŷ (1 − ŷ) is multiplied in once more. With the log-loss it has cancelled.", |x, y, w, b| {
        let p = (x.dot(w) + b).mapv(sigmoid);
        let delta = (&p - y) * &p * (1.0 - &p) / y.len() as f64;
        (x.t().dot(&delta), delta.sum())
    })
    .mistake("x is not transposed. The sum runs over the points, which are its rows.", |x, y, w, b| {
        let delta = errors(x, y, w, b) / y.len() as f64;
        (x.dot(&delta), delta.sum())
    })
    .mistake("x is missing in dw: every point pulls at a weight in proportion to its feature.", |x, y, w, b| {
        let delta = errors(x, y, w, b) / y.len() as f64;
        (Array1::from_elem(w.len(), delta.sum()), delta.sum())
    })
    .verdict()
}

/// Checks `penalised_gradient(dw, w, c, n)`: dw + w / (C n), the gradient of the loss with L2 regularisation of strength C; dw and w (d,).
///
/// ```
/// use nnlib_checks as check;
/// assert!(check::penalised_gradient(|dw, w, c, n| dw + w / (c * n as f64)).passed());
/// ```
pub fn penalised_gradient(penalised_gradient: fn(&Array1<f64>, &Array1<f64>, f64, usize) -> Array1<f64>) -> Verdict {
    type Input = (Array1<f64>, Array1<f64>, f64, usize);
    Task::new(
        "penalised_gradient",
        penalised_gradient,
        &["dw", "w", "c", "n"],
        &["dJ/dw"],
        |f, (dw, w, c, n): &Input| f(dw, w, *c, *n),
        |dw, w, c, n| dw + w / (c * n as f64),
    )
    .case("ten points, C = 2", (array![0.1, -0.2], array![4.0, 2.0], 2.0, 10))
    .case("a hundred points, C = 0.01", (array![0.5, 0.0, 0.25], array![1.0, -3.0, 0.5], 0.01, 100))
    .case("hardly any penalty", (array![0.5], array![-2.0], 1e6, 50))
    .mistake("the penalty is multiplied by C. A smaller C is a stronger penalty: divide.", |dw, w, c, n| dw + c * w / n as f64)
    .mistake("n is missing: the penalty is w / (C n).", |dw, w, c, _| dw + w / c)
    .mistake("the ½ is still there. The derivative of ½ w² is w.", |dw, w, c, n| dw + w / (2.0 * c * n as f64))
    .mistake("a 2 is too many. The derivative of ½ w² is w.", |dw, w, c, n| dw + 2.0 * w / (c * n as f64))
    .mistake("this adds the penalty itself, w² / (2 C n), and not its derivative.", |dw, w, c, n| dw + w * w / (2.0 * c * n as f64))
    .mistake("the sign is wrong: the penalty's gradient points away from 0, like w.", |dw, w, c, n| dw - w / (c * n as f64))
    .mistake("the brackets are missing: w / c * n multiplies by n.", |dw, w, c, n| dw + w / c * n as f64)
    .verdict()
}

/// Checks `best_strength(scores, strengths)`: the strength with the best mean score over the folds, and among equals the smallest; scores
/// (folds, strengths), the strengths in rising order.
///
/// ```
/// use ndarray::Axis;
/// use nnlib_checks as check;
/// let verdict = check::best_strength(|scores, strengths| {
///     let mean = scores.mean_axis(Axis(0)).unwrap();
///     strengths[(0..mean.len()).fold(0, |best, j| if mean[j] > mean[best] { j } else { best })]
/// });
/// assert!(verdict.passed());
/// ```
pub fn best_strength(best_strength: fn(&Array2<f64>, &Array1<f64>) -> f64) -> Verdict {
    fn first_best(values: &Array1<f64>) -> usize {
        (0..values.len()).fold(0, |best, j| if values[j] > values[best] { j } else { best })
    }
    fn mean(scores: &Array2<f64>) -> Array1<f64> {
        scores.mean_axis(Axis(0)).expect("folds")
    }
    // Halves, quarters and eighths, so that equal means are equal however they are summed.
    let last = array![[0.5, 0.75, 0.875, 1.0], [0.5, 0.5, 0.625, 0.5]];
    let equal = array![[0.5, 0.75, 0.25, 0.5], [0.5, 0.75, 1.0, 1.0], [0.25, 0.25, 0.25, 0.25], [0.75, 0.25, 0.5, 0.25]];
    // Each rule but the mean chooses another in one of the two.
    let rules = [
        array![
            [0.625, 0.5, 0.5, 0.25, 0.875],
            [0.875, 0.625, 0.375, 1.0, 0.375],
            [0.375, 0.875, 0.375, 0.25, 0.875],
            [0.75, 0.625, 0.875, 0.5, 0.25]
        ],
        array![
            [0.25, 0.75, 0.625, 0.5, 0.75],
            [1.0, 0.375, 0.375, 0.375, 0.875],
            [0.375, 0.375, 0.25, 1.0, 0.375],
            [0.875, 0.75, 1.0, 0.875, 0.75]
        ],
    ];
    let [balanced, strong] = rules.map(|scores| (scores, array![0.1, 1.0, 10.0, 100.0, 1000.0]));
    /// The strength of the first best of one number for each column.
    fn by(scores: &Array2<f64>, strengths: &Array1<f64>, rule: fn(Vec<f64>) -> f64) -> f64 {
        strengths[first_best(&scores.columns().into_iter().map(|column| rule(column.to_vec())).collect())]
    }
    Task::new(
        "best_strength",
        best_strength,
        &["scores", "strengths"],
        &["strength"],
        |f, (scores, strengths): &(Array2<f64>, Array1<f64>)| f(scores, strengths),
        |scores, strengths| strengths[first_best(&mean(scores))],
    )
    .case("two folds, three strengths", (array![[0.5, 0.75, 0.625], [0.5, 0.875, 0.75]], array![0.01, 1.0, 100.0]))
    .case("one fold shines, the mean does not", (last, array![0.1, 1.0, 10.0, 100.0]))
    .case("four equal means", (equal, array![0.1, 1.0, 10.0, 100.0]))
    .case("the best is the last", (array![[0.5, 0.25, 0.75], [0.25, 0.5, 0.75]], array![0.25, 0.5, 4.0]))
    .case("four folds", balanced)
    .case("four folds that disagree", strong)
    .mistake("only the last fold is asked. Compare the means over all of them.", |scores, strengths| {
        by(scores, strengths, |folds| folds[folds.len() - 1])
    })
    .mistake("only the first fold is asked. Compare the means over all of them.", |scores, strengths| {
        by(scores, strengths, |folds| folds[0])
    })
    .mistake("this compares the worst fold of each strength. Compare the means.", |scores, strengths| {
        by(scores, strengths, |folds| folds.into_iter().fold(f64::INFINITY, f64::min))
    })
    .mistake("this compares the medians. A mean uses every fold's score.", |scores, strengths| {
        by(scores, strengths, |mut folds| {
            folds.sort_by(f64::total_cmp);
            (folds[(folds.len() - 1) / 2] + folds[folds.len() / 2]) / 2.0
        })
    })
    .mistake("the folds' scores are multiplied. A mean adds them.", |scores, strengths| {
        by(scores, strengths, |folds| folds.iter().product())
    })
    .mistake("each fold votes for its best. A vote forgets by how much; compare the means.", |scores, strengths| {
        let mut votes = Array1::zeros(strengths.len());
        scores.outer_iter().for_each(|fold| votes[first_best(&fold.to_owned())] += 1.0);
        strengths[first_best(&votes)]
    })
    .mistake("among equals this takes the last. The smallest strength is the least sure of itself.", |scores, strengths| {
        let mean = mean(scores);
        strengths[(0..mean.len()).fold(0, |best, j| if mean[j] >= mean[best] { j } else { best })]
    })
    .mistake("this takes the best single fold. One fold is luck; compare the means.", |scores, strengths| {
        by(scores, strengths, |folds| folds.into_iter().fold(0.0, f64::max))
    })
    .mistake("this is the best mean score. Asked for is the strength that has it.", |scores, _| {
        let mean = mean(scores);
        mean[first_best(&mean)]
    })
    .mistake("this is the worst: accuracy is better the higher it is.", |scores, strengths| strengths[first_best(&-mean(scores))])
    .mistake("this is the number of the column. Asked for is its strength.", |scores, _| first_best(&mean(scores)) as f64)
    .verdict()
}
