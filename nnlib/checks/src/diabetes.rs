//! The tasks of lesson 13: the binary cross-entropy, gaps, and two kinds of mistakes.

use ndarray::{Array1, Array2, array};
use nnlib::activation::{sigmoid, softplus};
use nnlib::data::Imputer;

use crate::Verdict;
use crate::predict::numbers;
use crate::task::Task;

/// Checks `shares()`: five shares, for 100 women of whom 30 are ill, and a test with 40 alarms that finds 24 of the ill.
pub fn shares(shares: fn() -> [f64; 5]) -> Verdict {
    numbers(
        "shares",
        shares,
        [
            (
                "the precision",
                0.6,
                &[
                    (0.8, "this is the recall: a share of the ill. Precision is a share of the alarms."),
                    (0.24, "of the alarms, not of all women."),
                ],
            ),
            (
                "the recall",
                0.8,
                &[
                    (0.6, "this is the precision: a share of the alarms. Recall is a share of the ill."),
                    (0.24, "of the ill, not of all women."),
                ],
            ),
            (
                "the accuracy",
                0.78,
                &[
                    (0.24, "those without an alarm who are healthy are right, too."),
                    (0.94, "the 16 false alarms are wrong."),
                    (0.84, "the 6 ill who were not found are wrong."),
                ],
            ),
            (
                "the accuracy of a test that never gives the alarm",
                0.7,
                &[(0.0, "it is right about the healthy."), (0.3, "it is wrong about the ill.")],
            ),
            (
                "the precision of a test that always gives the alarm",
                0.3,
                &[(1.0, "its recall is 1. Which share of the alarms is right?"), (0.7, "the healthy are the false alarms.")],
            ),
        ],
    )
}

/// Checks `score_loss(z, t)`: the mean of −t ln p − (1 − t) ln(1 − p) with p = sigmoid(z), and its gradient by z, (p − t) / n; exact for any
/// score; z and t (n,).
pub fn score_loss(score_loss: fn(&Array1<f64>, &Array1<f64>) -> (f64, Array1<f64>)) -> Verdict {
    fn by(z: &Array1<f64>, t: &Array1<f64>, cost: fn(f64, f64) -> f64, slope: fn(f64, f64) -> f64) -> (f64, Array1<f64>) {
        let pairs = || z.iter().zip(t);
        let n = t.len() as f64;
        (pairs().map(|(&z, &t)| cost(z, t)).sum::<f64>() / n, pairs().map(|(&z, &t)| slope(z, t) / n).collect())
    }
    fn cost(z: f64, t: f64) -> f64 {
        softplus(z) - t * z
    }
    fn slope(z: f64, t: f64) -> f64 {
        sigmoid(z) - t
    }
    fn clipped(z: f64) -> f64 {
        sigmoid(z).clamp(1e-7, 1.0 - 1e-7)
    }
    fn log_loss(p: f64, t: f64) -> f64 {
        -(t * p.ln() + (1.0 - t) * (1.0 - p).ln())
    }
    Task::new(
        "score_loss",
        score_loss,
        &["z", "t"],
        &["loss", "dL/dz"],
        |f, (z, t): &(Array1<f64>, Array1<f64>)| f(z, t),
        |z, t| by(z, t, cost, slope),
    )
    .case("a coin toss", (array![0.0], array![1.0]))
    .case("one of each class", (array![2.0, -1.0], array![1.0, 0.0]))
    .case("five samples", (array![0.5, -2.0, 1.0, 3.0, -0.25], array![0.0, 1.0, 1.0, 0.0, 1.0]))
    .case("sure and wrong: 1000 each", (array![-1000.0, 1000.0], array![1.0, 0.0]))
    .case("sure and right", (array![1000.0, -1000.0], array![1.0, 0.0]))
    .case("rather sure and wrong", (array![40.0, -40.0], array![0.0, 1.0]))
    .mistake("ln of a probability that has been rounded to 0 is infinite. Take the logarithm on paper: what is −ln σ(z)?", |z, t| {
        by(z, t, |z, t| log_loss(sigmoid(z), t), slope)
    })
    .mistake("p is clipped. A loss from the score needs no clip, and its slope never vanishes while the answer is wrong.", |z, t| {
        by(z, t, |z, t| log_loss(clipped(z), t), slope)
    })
    .mistake("p is clipped, and where it is the gradient is 0. A loss from the score needs no clip.", |z, t| {
        by(z, t, |z, t| log_loss(clipped(z), t), |z, t| if clipped(z) == sigmoid(z) { slope(z, t) } else { 0.0 })
    })
    .mistake("ln(1 + e^z) overflows for a large z. Which form of it does not?", |z, t| by(z, t, |z, t| (1.0 + z.exp()).ln() - t * z, slope))
    .mistake("the gradient is that by p, (p − t) / (p (1 − p)). By the score one link more comes in, p (1 − p).", |z, t| {
        by(z, t, cost, |z, t| slope(z, t) / (sigmoid(z) * sigmoid(-z)))
    })
    .mistake("the slope of the sigmoid is multiplied in. In the gradient by the score it has cancelled.", |z, t| {
        by(z, t, cost, |z, t| slope(z, t) * sigmoid(z) * sigmoid(-z))
    })
    .mistake("the gradient lacks the 1/n.", |z, t| (by(z, t, cost, slope).0, by(z, t, cost, slope).1 * t.len() as f64))
    .mistake("the loss lacks the 1/n.", |z, t| (by(z, t, cost, slope).0 * t.len() as f64, by(z, t, cost, slope).1))
    .mistake("the gradient's sign is wrong: p − t.", |z, t| by(z, t, cost, |z, t| -slope(z, t)))
    .mistake("the score is taken for the probability in the gradient: σ(z) − t.", |z, t| by(z, t, cost, |z, t| z - t))
    .mistake("samples of class 0 cost nothing.", |z, t| by(z, t, |z, t| t * softplus(-z), |z, t| t * slope(z, t)))
    .verdict()
}

/// Checks `threshold(p, t, recall)`: the highest of the probabilities p (n,) at which "alarm where p is as high or higher" finds this share of the
/// ill (t = 1) or more.
pub fn threshold(threshold: fn(&Array1<f64>, &Array1<f64>, f64) -> f64) -> Verdict {
    type Input = (Array1<f64>, Array1<f64>, f64);
    /// Those of a class, the highest first.
    fn sorted(p: &Array1<f64>, t: &Array1<f64>, of: fn(f64) -> bool) -> Vec<f64> {
        let mut chosen: Vec<f64> = p.iter().zip(t).filter(|(_, t)| of(**t)).map(|(p, _)| *p).collect();
        chosen.sort_by(|a, b| b.total_cmp(a));
        chosen
    }
    fn ill(p: &Array1<f64>, t: &Array1<f64>) -> Vec<f64> {
        sorted(p, t, |t| t == 1.0)
    }
    /// How many are needed to have this share of so many.
    fn needed(of: usize, recall: f64) -> usize {
        (recall * of as f64).ceil() as usize
    }
    let eight = array![0.4, 0.2, 0.9, 0.3, 0.6, 0.8, 0.7, 0.1];
    let seven = array![0.15, 0.35, 0.95, 0.55, 0.75, 0.05, 0.45];
    let classes = array![1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0];
    Task::new(
        "threshold",
        threshold,
        &["p", "t", "recall"],
        &["threshold"],
        |f, (p, t, recall): &Input| f(p, t, *recall),
        |p, t, recall| {
            let ill = ill(p, t);
            ill[needed(ill.len(), recall) - 1]
        },
    )
    .case("half of four", (eight.clone(), classes.clone(), 0.5))
    .case("three quarters of four", (eight.clone(), classes.clone(), 0.75))
    .case("all of them", (eight.clone(), classes.clone(), 1.0))
    .case("more than half of four is three of them", (eight, classes, 0.625))
    .case("half of three is two of them", (seven, array![0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0], 0.5))
    .mistake("the share is taken of all women. Recall is a share of the ill.", |p, t, recall| {
        let all = sorted(p, t, |_| true);
        all[needed(all.len(), recall) - 1]
    })
    .mistake("the share is taken of the healthy. Recall is a share of the ill.", |p, t, recall| {
        let healthy = sorted(p, t, |t| t != 1.0);
        healthy[needed(healthy.len(), recall) - 1]
    })
    .mistake("rounded down: that finds too few.", |p, t, recall| {
        let ill = ill(p, t);
        ill[((recall * ill.len() as f64) as usize).max(1) - 1]
    })
    .mistake("this is one of the ill further on: places are counted from 0.", |p, t, recall| {
        let ill = ill(p, t);
        ill[needed(ill.len(), recall).min(ill.len() - 1)]
    })
    .mistake("the ill stand in rising order: an alarm goes to those with the highest probability.", |p, t, recall| {
        let mut ill = ill(p, t);
        ill.reverse();
        ill[needed(ill.len(), recall) - 1]
    })
    .mistake("the ill are not sorted.", |p, t, recall| {
        let ill: Vec<f64> = p.iter().zip(t).filter(|(_, t)| **t == 1.0).map(|(p, _)| *p).collect();
        ill[needed(ill.len(), recall) - 1]
    })
    .mistake("this is the recall itself. Asked for is the probability from which on an alarm is given.", |_, _, recall| recall)
    .mistake("this is ½, which knows nothing of what is asked for.", |_, _, _| 0.5)
    .mistake(
        "this is the lowest threshold, at which everybody gets the alarm. Asked for is the highest that still finds enough.",
        |p, t, _| sorted(p, t, |_| true)[t.len() - 1],
    )
    .verdict()
}

/// Checks `impute(train, x)`: x (m, d) with each NaN replaced by the median of the numbers that its feature has in train (n, d).
pub fn impute(impute: fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>) -> Verdict {
    /// x with its gaps filled by a function of the column's numbers in `from`, gaps and all.
    fn filled(from: &Array2<f64>, x: &Array2<f64>, by: fn(Vec<f64>) -> f64) -> Array2<f64> {
        let fill: Array1<f64> = from.columns().into_iter().map(|column| by(column.to_vec())).collect();
        Array2::from_shape_fn(x.raw_dim(), |(i, j)| if x[[i, j]].is_nan() { fill[j] } else { x[[i, j]] })
    }
    fn known(column: Vec<f64>) -> Vec<f64> {
        column.into_iter().filter(|v| !v.is_nan()).collect()
    }
    fn median(mut numbers: Vec<f64>) -> f64 {
        numbers.sort_by(f64::total_cmp);
        let middle = numbers.len() / 2;
        if numbers.len() % 2 == 1 { numbers[middle] } else { (numbers[middle - 1] + numbers[middle]) / 2.0 }
    }
    const GAP: f64 = f64::NAN;
    let train = array![[1.0, 10.0], [GAP, 40.0], [3.0, 20.0], [8.0, GAP]];
    Task::new(
        "impute",
        impute,
        &["train", "x"],
        &["filled"],
        |f, (train, x): &(Array2<f64>, Array2<f64>)| f(train, x),
        |train, x| Imputer::fit(train).and_then(|imputer| imputer.transform(x)).expect("numbers in every column"),
    )
    .case("one feature", (array![[1.0], [2.0], [9.0]], array![[GAP], [5.0]]))
    .case("gaps in the training data, too", (train, array![[GAP, GAP], [5.0, GAP], [GAP, 7.0]]))
    .case("an even number: half-way between the middle two", (array![[1.0], [2.0], [4.0], [9.0]], array![[GAP]]))
    .case("no gap", (array![[1.0], [3.0]], array![[4.0]]))
    .mistake("this is the mean, which a single large value moves far. Asked for is the median.", |train, x| {
        filled(train, x, |column| {
            let numbers = known(column);
            numbers.iter().sum::<f64>() / numbers.len() as f64
        })
    })
    .mistake("the median is taken from x. What is fitted is fitted on the training points.", |_, x| {
        filled(x, x, |column| if known(column.clone()).is_empty() { 0.0 } else { median(known(column)) })
    })
    .mistake("the gaps are 0 now. That is a measurement nobody has made.", |train, x| filled(train, x, |_| 0.0))
    .mistake("of an even number this takes the upper of the middle two. The median is half-way between them.", |train, x| {
        filled(train, x, |column| {
            let mut numbers = known(column);
            numbers.sort_by(f64::total_cmp);
            numbers[numbers.len() / 2]
        })
    })
    .mistake("the number in the middle of the column as it stands. Sort first.", |train, x| {
        filled(train, x, |column| {
            let numbers = known(column);
            let middle = numbers.len() / 2;
            if numbers.len() % 2 == 1 { numbers[middle] } else { (numbers[middle - 1] + numbers[middle]) / 2.0 }
        })
    })
    .mistake("the gaps are still there: NaN == NaN is false. Ask is_nan().", |_, x| x.clone())
    .mistake("the training data's gaps are counted as numbers.", |train, x| {
        filled(train, x, |column| median(column.into_iter().map(|v| if v.is_nan() { 0.0 } else { v }).collect()))
    })
    .verdict()
}
