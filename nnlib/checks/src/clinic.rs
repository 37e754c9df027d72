//! The tasks of lesson 13: the binary cross-entropy, gaps, and two kinds of mistakes.

use ndarray::{Array1, Array2, array};
use nnlib::RandomState;
use nnlib::activation::sigmoid;
use nnlib::data::Imputer;

use crate::Verdict;
use crate::task::Task;

/// Keras's clip.
const EPSILON: f64 = 1e-7;

/// The cost of one probability of class 1 where the truth is t.
fn cost(p: f64, t: f64) -> f64 {
    -(t * p.ln() + (1.0 - t) * (1.0 - p).ln())
}

/// The sum of something over all pairs.
fn sum(p: &Array1<f64>, t: &Array1<f64>, of: fn(f64, f64) -> f64) -> f64 {
    p.iter().zip(t).map(|(&p, &t)| of(p, t)).sum()
}

/// Checks `binary_cross_entropy(p, t)`: the mean of −(t ln p + (1 − t) ln(1 − p)), each p first clipped to [10⁻⁷, 1 − 10⁻⁷]; p and t (n,).
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::binary_cross_entropy(|p, t| {
///     let p = p.mapv(|p| p.clamp(1e-7, 1.0 - 1e-7));
///     -(t * &p.ln() + (1.0 - t) * (1.0 - &p).ln()).mean().unwrap()
/// });
/// assert!(verdict.passed());
/// ```
pub fn binary_cross_entropy(binary_cross_entropy: fn(&Array1<f64>, &Array1<f64>) -> f64) -> Verdict {
    fn clipped(p: f64, t: f64) -> f64 {
        cost(p.clamp(EPSILON, 1.0 - EPSILON), t)
    }
    let mut rng = RandomState::new(11);
    let random = (rng.randn_2d(1, 6).row(0).mapv(sigmoid), array![1.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
    Task::new(
        "binary_cross_entropy",
        binary_cross_entropy,
        &["p", "t"],
        &["loss"],
        |f, (p, t): &(Array1<f64>, Array1<f64>)| f(p, t),
        |p, t| sum(p, t, clipped) / t.len() as f64,
    )
    .case("one of each class", (array![0.8, 0.3], array![1.0, 0.0]))
    .case("six samples", random)
    .case("sure and wrong: 16.118", (array![0.0], array![1.0]))
    .case("sure and wrong on the other side", (array![1.0], array![0.0]))
    .case("sure and right", (array![1.0, 0.0], array![1.0, 0.0]))
    .case("one of three is sure and wrong", (array![0.6, 0.0, 0.9], array![1.0, 1.0, 1.0]))
    .mistake("nothing is clipped, and ln 0 is infinite. Move p into [10⁻⁷, 1 − 10⁻⁷] first.", |p, t| {
        sum(p, t, cost) / t.len() as f64
    })
    .mistake("p is clipped below only. 1 − p can be 0, too.", |p, t| sum(p, t, |p, t| cost(p.max(EPSILON), t)) / t.len() as f64)
    .mistake("the 1/n is missing: this is the sum, not the mean.", |p, t| sum(p, t, clipped))
    .mistake("the sign is wrong: a loss is not negative.", |p, t| -sum(p, t, clipped) / t.len() as f64)
    .mistake("samples of class 0 cost nothing. The half with 1 − t is missing.", |p, t| {
        sum(p, t, |p, t| -t * p.clamp(EPSILON, 1.0 - EPSILON).ln()) / t.len() as f64
    })
    .mistake("ε is added inside the logarithms. That shifts every loss a little; clip p in place of it.", |p, t| {
        sum(p, t, |p, t| -(t * (p + EPSILON).ln() + (1.0 - t) * (1.0 - p + EPSILON).ln())) / t.len() as f64
    })
    .mistake("the classes are exchanged: t goes with ln p.", |p, t| sum(p, t, |p, t| clipped(p, 1.0 - t)) / t.len() as f64)
    .verdict()
}

/// Checks `clipped_gradient(p, t)`: the gradient of the clipped binary cross-entropy by p, (p − t) / (p (1 − p) n), and 0 where p is
/// clipped, that is not strictly between 10⁻⁷ and 1 − 10⁻⁷; p and t (n,).
///
/// ```
/// use ndarray::Array1;
/// use nnlib_checks as check;
/// let verdict = check::clipped_gradient(|p, t| {
///     let inside = |p: f64| p > 1e-7 && p < 1.0 - 1e-7;
///     let of = |(&p, &t): (&f64, &f64)| if inside(p) { (p - t) / (p * (1.0 - p)) } else { 0.0 };
///     p.iter().zip(t).map(of).collect::<Array1<f64>>() / p.len() as f64
/// });
/// assert!(verdict.passed());
/// ```
pub fn clipped_gradient(clipped_gradient: fn(&Array1<f64>, &Array1<f64>) -> Array1<f64>) -> Verdict {
    fn slope(p: f64, t: f64) -> f64 {
        (p - t) / (p * (1.0 - p))
    }
    fn inside(p: f64) -> bool {
        p > EPSILON && p < 1.0 - EPSILON
    }
    fn each(p: &Array1<f64>, t: &Array1<f64>, of: fn(f64, f64) -> f64) -> Array1<f64> {
        p.iter().zip(t).map(|(&p, &t)| of(p, t)).collect()
    }
    Task::new(
        "clipped_gradient",
        clipped_gradient,
        &["p", "t"],
        &["dL/dp"],
        |f, (p, t): &(Array1<f64>, Array1<f64>)| f(p, t),
        |p, t| each(p, t, |p, t| if inside(p) { slope(p, t) } else { 0.0 }) / t.len() as f64,
    )
    .case("one sample of class 1", (array![0.8], array![1.0]))
    .case("one of each class", (array![0.25, 0.5], array![1.0, 0.0]))
    .case("four samples", (array![0.9, 0.1, 0.6, 0.3], array![0.0, 0.0, 1.0, 1.0]))
    .case("sure and wrong: the clipped loss is flat", (array![0.0, 1.0, 0.5], array![1.0, 0.0, 1.0]))
    .case("nearly sure", (array![1e-8, 1e-3], array![1.0, 1.0]))
    .mistake("where p is clipped the loss does not change with p: the slope is 0, not that at the edge.", |p, t| {
        each(p, t, |p, t| slope(p.clamp(EPSILON, 1.0 - EPSILON), t)) / t.len() as f64
    })
    .mistake("nothing is clipped: at p = 0 this divides by 0.", |p, t| each(p, t, slope) / t.len() as f64)
    .mistake("the 1/n is missing: this is the gradient of the sum.", |p, t| each(p, t, |p, t| if inside(p) { slope(p, t) } else { 0.0 }))
    .mistake("the sign is wrong: p − t, not t − p.", |p, t| {
        each(p, t, |p, t| if inside(p) { -slope(p, t) } else { 0.0 }) / t.len() as f64
    })
    .mistake("this is the derivative by the score z, (p − t) / n. By p it is divided by p (1 − p).", |p, t| {
        each(p, t, |p, t| if inside(p) { p - t } else { 0.0 }) / t.len() as f64
    })
    .verdict()
}

/// Checks `impute(train, x)`: x (m, d) with each NaN replaced by the median of the numbers that its feature has in train (n, d).
///
/// ```
/// use nnlib::data::Imputer;
/// use nnlib_checks as check;
/// assert!(check::impute(|train, x| Imputer::fit(train).unwrap().transform(x).unwrap()).passed());
/// ```
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

/// Checks `precision_and_recall(y, y_hat)`: of the alarms (ŷ = 1) the share that is right, and of the ill (y = 1) the share that is found;
/// y and y_hat (n,).
///
/// ```
/// use nnlib::metrics::ConfusionMatrix;
/// use nnlib_checks as check;
/// let verdict = check::precision_and_recall(|y, y_hat| {
///     let confusion = ConfusionMatrix::new(y, y_hat, 2).unwrap();
///     (confusion.precision()[1], confusion.recall()[1])
/// });
/// assert!(verdict.passed());
/// ```
pub fn precision_and_recall(precision_and_recall: fn(&Array1<usize>, &Array1<usize>) -> (f64, f64)) -> Verdict {
    fn count(y: &Array1<usize>, y_hat: &Array1<usize>, truth: usize, said: usize) -> f64 {
        y.iter().zip(y_hat).filter(|(y, y_hat)| **y == truth && **y_hat == said).count() as f64
    }
    fn shares(y: &Array1<usize>, y_hat: &Array1<usize>, class: usize) -> (f64, f64) {
        let right = count(y, y_hat, class, class);
        (right / (right + count(y, y_hat, 1 - class, class)), right / (right + count(y, y_hat, class, 1 - class)))
    }
    Task::new(
        "precision_and_recall",
        precision_and_recall,
        &["y", "y_hat"],
        &["precision", "recall"],
        |f, (y, y_hat): &(Array1<usize>, Array1<usize>)| f(y, y_hat),
        |y, y_hat| shares(y, y_hat, 1),
    )
    .case("four alarms, three of them right", (array![1, 1, 1, 0, 0, 1], array![1, 1, 1, 1, 0, 0]))
    .case("a careful one: few alarms, all right", (array![1, 1, 1, 1, 0, 0], array![1, 0, 0, 0, 0, 0]))
    .case("an anxious one: alarm for everybody", (array![1, 0, 0, 0, 1], array![1, 1, 1, 1, 1]))
    .mistake("the two are exchanged: precision is a share of the alarms, recall a share of the ill.", |y, y_hat| {
        let (precision, recall) = shares(y, y_hat, 1);
        (recall, precision)
    })
    .mistake("these are shares of all samples. Of how many alarms, of how many ill?", |y, y_hat| {
        let share = count(y, y_hat, 1, 1) / y.len() as f64;
        (share, share)
    })
    .mistake("the first is the accuracy. Precision asks about the alarms only.", |y, y_hat| {
        ((count(y, y_hat, 1, 1) + count(y, y_hat, 0, 0)) / y.len() as f64, shares(y, y_hat, 1).1)
    })
    .mistake("the second is the share of the healthy that were left in peace. Recall asks about the ill.", |y, y_hat| {
        (shares(y, y_hat, 1).0, count(y, y_hat, 0, 0) / (count(y, y_hat, 0, 0) + count(y, y_hat, 0, 1)))
    })
    .verdict()
}
