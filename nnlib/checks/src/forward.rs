//! The tasks of lesson 04: the forward pass, softmax and cross-entropy.

use ndarray::{Array1, Array2, Axis, array};
use nnlib::activation;
use nnlib::{Loss, RandomState};

use crate::Verdict;
use crate::task::Task;

/// Checks `softmax(z)`: the softmax of each row of scores z (n, k).
///
/// ```
/// use nnlib::activation;
/// use nnlib_checks as check;
/// assert!(check::softmax(activation::softmax).passed());
/// ```
pub fn softmax(softmax: fn(&Array2<f64>) -> Array2<f64>) -> Verdict {
    let mut rng = RandomState::new(0);
    Task::new("softmax", softmax, &["z"], &["softmax(z)"], |f, z: &Array2<f64>| f(z), activation::softmax)
        .case("equal scores", array![[0.0, 0.0]])
        .case("two samples", array![[0.0, 1.0], [2.0, 2.0]])
        .case("three classes", array![[1.0, 2.0, 3.0], [0.0, 0.0, -1.0]])
        .case("four samples, three classes", rng.randn_2d(4, 3))
        .case("five samples, two classes", 5.0 * rng.randn_2d(5, 2))
        .case("one sample far below 0", array![[-1000.0, -1001.0]])
        .case("scores of a thousand", array![[1000.0, -1000.0], [-1000.0, -1001.0]])
        .mistake("the sums run down the columns. Each row is to be divided by its own sum: Axis(1).", |z| {
            let e = z.mapv(f64::exp);
            let sum = e.sum_axis(Axis(0));
            e / sum
        })
        .mistake("everything is divided by one sum over all samples. Each row has its own.", |z| {
            let e = z.mapv(f64::exp);
            let sum = e.sum();
            e / sum
        })
        .mistake("e^1000 overflows. Subtract each row's largest score first; the answer stays the same.", |z| {
            let e = z.mapv(f64::exp);
            let sum = e.sum_axis(Axis(1)).insert_axis(Axis(1));
            e / sum
        })
        .mistake(
            "one largest score is subtracted from all rows, and a row far below it becomes 0 / 0. Each row has its own largest.",
            |z| {
                let largest = z.fold(f64::NEG_INFINITY, |m, &v| m.max(v));
                let e = z.mapv(|v| (v - largest).exp());
                let sum = e.sum_axis(Axis(1)).insert_axis(Axis(1));
                e / sum
            },
        )
        .mistake("the search for a row's largest score starts at 0, and finds it where all are below. Start at −∞.", |z| {
            let largest = z.map_axis(Axis(1), |row| row.fold(0.0, |m: f64, &v| m.max(v))).insert_axis(Axis(1));
            let e = (z - &largest).mapv(f64::exp);
            let sum = e.sum_axis(Axis(1)).insert_axis(Axis(1));
            e / sum
        })
        .mistake("each row's largest score is subtracted, and the sums run down the columns. Both go along a row: Axis(1).", |z| {
            let largest = z.map_axis(Axis(1), |row| row.fold(f64::NEG_INFINITY, |m, &v| m.max(v))).insert_axis(Axis(1));
            let e = (z - &largest).mapv(f64::exp);
            let sum = e.sum_axis(Axis(0));
            e / sum
        })
        .mistake("the largest score of each column is subtracted. That changes a row's probabilities: take each row's.", |z| {
            let e = (z - &z.map_axis(Axis(0), |column| column.fold(f64::NEG_INFINITY, |m, &v| m.max(v)))).mapv(f64::exp);
            let sum = e.sum_axis(Axis(1)).insert_axis(Axis(1));
            e / sum
        })
        .mistake("the scores are divided by their sum without e to the power of them.", |z| {
            let sum = z.sum_axis(Axis(1)).insert_axis(Axis(1));
            z / sum
        })
        .mistake("these are the exponentials. The division by their sum is missing.", |z| z.mapv(f64::exp))
        .mistake("the sign is wrong: the largest score must get the largest probability.", |z| activation::softmax(&-z))
        .verdict()
}

/// Checks `cross_entropy(y_hat, y)`: the mean of −ln ŷ of the true class; y_hat (n, k), y (n,).
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::cross_entropy(|y_hat, y| -y.iter().enumerate().map(|(i, &c)| y_hat[[i, c]].ln()).sum::<f64>() / y.len() as f64);
/// assert!(verdict.passed());
/// ```
pub fn cross_entropy(cross_entropy: fn(&Array2<f64>, &Array1<usize>) -> f64) -> Verdict {
    fn picked(y_hat: &Array2<f64>, y: &Array1<usize>) -> Array1<f64> {
        y.iter().enumerate().map(|(i, &class)| y_hat[[i, class]]).collect()
    }
    let mut rng = RandomState::new(1);
    let random = activation::softmax(&rng.randn_2d(6, 4));
    Task::new(
        "cross_entropy",
        cross_entropy,
        &["y_hat", "y"],
        &["loss"],
        |f, (y_hat, y): &(Array2<f64>, Array1<usize>)| f(y_hat, y),
        |y_hat, y| -picked(y_hat, y).ln().mean().expect("samples"),
    )
    .case("one sample", (array![[0.8, 0.2]], array![1]))
    .case("two samples", (array![[0.9, 0.1], [0.4, 0.6]], array![0, 0]))
    .case("three classes", (array![[0.2, 0.5, 0.3], [0.1, 0.1, 0.8], [0.6, 0.3, 0.1]], array![2, 2, 0]))
    .case("six samples, four classes", (random, array![0, 3, 1, 2, 2, 0]))
    .mistake("the sign is wrong: ln of a probability is negative, a loss is not.", |y_hat, y| {
        picked(y_hat, y).ln().mean().expect("samples")
    })
    .mistake("the 1/n is missing: this is the sum over the samples, not the mean.", |y_hat, y| -picked(y_hat, y).ln().sum())
    .mistake("divided by n·k, the number of probabilities. A sample counts once: divide by n.", |y_hat, y| {
        -picked(y_hat, y).ln().sum() / y_hat.len() as f64
    })
    .mistake("this takes the probability of the other class, of two. Which one should be large?", |y_hat, y| {
        -picked(y_hat, &y.mapv(|class| 1 - class)).ln().mean().expect("samples")
    })
    .mistake("this takes each row's largest probability, whatever the truth. The label says which one to ask for.", |y_hat, y| {
        -y_hat.map_axis(Axis(1), |row| row.fold(0.0, |m: f64, &p| m.max(p))).ln().sum() / y.len() as f64
    })
    .mistake("the indices are exchanged: the sample is the row, its class the column.", |y_hat, y| {
        -picked(&y_hat.t().to_owned(), y).ln().mean().expect("samples")
    })
    .mistake("this takes the first column's probability, whatever the truth. The label says which one to ask for.", |y_hat, y| {
        -y_hat.column(0).ln().sum() / y.len() as f64
    })
    .mistake("the logarithm of the mean. It is the mean of the logarithms.", |y_hat, y| -picked(y_hat, y).mean().expect("samples").ln())
    .mistake("the logarithms of all probabilities are summed. Only that of the true class counts.", |y_hat, y| {
        -y_hat.mapv(f64::ln).sum() / y.len() as f64
    })
    .mistake("this is the logarithm to base 10. The natural one is ln.", |y_hat, y| {
        -picked(y_hat, y).mapv(f64::log10).mean().expect("samples")
    })
    .mistake("this is the logarithm to base 2. The natural one is ln.", |y_hat, y| {
        -picked(y_hat, y).mapv(f64::log2).mean().expect("samples")
    })
    .mistake("1 − p in place of −ln p. That never asks for more than 1, however sure the mistake.", |y_hat, y| {
        1.0 - picked(y_hat, y).mean().expect("samples")
    })
    .verdict()
}

/// Checks `forward(x, w1, b1, w2, b2)`: the probabilities softmax(tanh(x w₁ + b₁) w₂ + b₂), (n, k).
///
/// ```
/// use nnlib::activation;
/// use nnlib_checks as check;
/// let verdict = check::forward(|x, w1, b1, w2, b2| {
///     let a1 = (x.dot(w1) + b1).mapv(f64::tanh);
///     activation::softmax(&(a1.dot(w2) + b2))
/// });
/// assert!(verdict.passed());
/// ```
pub fn forward(forward: fn(&Array2<f64>, &Array2<f64>, &Array1<f64>, &Array2<f64>, &Array1<f64>) -> Array2<f64>) -> Verdict {
    type Input = (Array2<f64>, Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>);
    let random = |n: usize, d: usize, h: usize, k: usize, seed: u32| -> Input {
        let mut rng = RandomState::new(seed);
        let (x, w1, w2) = (rng.randn_2d(n, d), rng.randn_2d(d, h), rng.randn_2d(h, k));
        (x, w1, rng.randn_2d(1, h).row(0).to_owned(), w2, rng.randn_2d(1, k).row(0).to_owned())
    };
    Task::new(
        "forward",
        forward,
        &["x", "w1", "b1", "w2", "b2"],
        &["y_hat"],
        |f, (x, w1, b1, w2, b2): &Input| f(x, w1, b1, w2, b2),
        |x, w1, b1, w2, b2| activation::softmax(&((x.dot(w1) + b1).mapv(f64::tanh).dot(w2) + b2)),
    )
    .case("one point, 2-3-2", random(1, 2, 3, 2, 2))
    .case("five points, 2-3-2", random(5, 2, 3, 2, 0))
    .case("four points, 3-5-4", random(4, 3, 5, 4, 1))
    .mistake("the hidden layer has no tanh. Without it two layers are worth one.", |x, w1, b1, w2, b2| {
        activation::softmax(&((x.dot(w1) + b1).dot(w2) + b2))
    })
    .mistake("b₁ is missing.", |x, w1, _, w2, b2| activation::softmax(&(x.dot(w1).mapv(f64::tanh).dot(w2) + b2)))
    .mistake("b₂ is missing.", |x, w1, b1, w2, _| activation::softmax(&(x.dot(w1) + b1).mapv(f64::tanh).dot(w2)))
    .mistake("these are the scores z₂. The softmax is still to come.", |x, w1, b1, w2, b2| (x.dot(w1) + b1).mapv(f64::tanh).dot(w2) + b2)
    .mistake("the output has a tanh, too. The softmax takes the scores as they are.", |x, w1, b1, w2, b2| {
        activation::softmax(&((x.dot(w1) + b1).mapv(f64::tanh).dot(w2) + b2).mapv(f64::tanh))
    })
    .mistake("b₁ is added behind the tanh. It belongs to the score.", |x, w1, b1, w2, b2| {
        activation::softmax(&((x.dot(w1).mapv(f64::tanh) + b1).dot(w2) + b2))
    })
    .verdict()
}

/// Checks `cross_entropy_of_scores(z, y)`: the mean of ln Σ eᶻ − z of the true class, without overflow; z (n, k), y (n,).
///
/// ```
/// use nnlib::Loss;
/// use nnlib_checks as check;
/// assert!(check::cross_entropy_of_scores(|z, y| Loss::SoftmaxCrossEntropy.value(z, y).unwrap()).passed());
/// ```
pub fn cross_entropy_of_scores(cross_entropy_of_scores: fn(&Array2<f64>, &Array1<usize>) -> f64) -> Verdict {
    fn mean(z: &Array2<f64>, y: &Array1<usize>, of_row: fn(Array1<f64>, usize) -> f64) -> f64 {
        z.outer_iter().zip(y).map(|(row, &class)| of_row(row.to_owned(), class)).sum::<f64>() / y.len() as f64
    }
    fn largest(z: &Array1<f64>) -> f64 {
        z.fold(f64::NEG_INFINITY, |m, &v| m.max(v))
    }
    let mut rng = RandomState::new(2);
    Task::new(
        "cross_entropy_of_scores",
        cross_entropy_of_scores,
        &["z", "y"],
        &["loss"],
        |f, (z, y): &(Array2<f64>, Array1<usize>)| f(z, y),
        |z, y| Loss::SoftmaxCrossEntropy.value(z, y).expect("scores and classes that fit"),
    )
    .case("equal scores: ln 2", (array![[0.0, 0.0]], array![1]))
    .case("two samples", (array![[0.0, 1.0], [2.0, 3.0]], array![1, 0]))
    .case("five samples, three classes", (rng.randn_2d(5, 3), array![0, 2, 1, 1, 0]))
    .case("sure and wrong: 2000", (array![[1000.0, -1000.0]], array![1]))
    .case("sure and right: 0", (array![[1000.0, -1000.0]], array![0]))
    .case("far below 0", (array![[-1000.0, -1001.0], [0.0, 0.5]], array![0, 1]))
    .mistake("e^1000 overflows. Subtract m, the row's largest score, in the exponent, and add it again outside.", |z, y| {
        mean(z, y, |z, class| z.exp().sum().ln() - z[class])
    })
    .mistake("−ln of a probability that has been rounded to 0 is infinite. Take the logarithm on paper first.", |z, y| {
        mean(z, y, |z, class| -activation::softmax(&z.insert_axis(Axis(0)))[[0, class]].ln())
    })
    .mistake("m was subtracted in the exponent, and not added again outside.", |z, y| {
        mean(z, y, |z, class| (&z - largest(&z)).exp().sum().ln() - z[class])
    })
    .mistake("the 1/n is missing: this is the sum over the samples, not the mean.", |z, y| {
        mean(z, y, |z, class| (&z - largest(&z)).exp().sum().ln() + largest(&z) - z[class]) * y.len() as f64
    })
    .mistake("the score of the true class is missing: ln Σ e^z − z_y.", |z, y| {
        mean(z, y, |z, _| (&z - largest(&z)).exp().sum().ln() + largest(&z))
    })
    .mistake("the sign is wrong: a loss is never negative.", |z, y| {
        mean(z, y, |z, class| z[class] - largest(&z) - (&z - largest(&z)).exp().sum().ln())
    })
    .verdict()
}
