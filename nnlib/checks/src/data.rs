//! The tasks of lesson 01: data.

use std::f64::consts::PI;

use ndarray::{Array1, Array2, Axis, array, concatenate, s};
use nnlib::RandomState;

use crate::Verdict;
use crate::task::Task;

/// Checks `accuracy(y, y_hat)`: the share of labels ŷ (n,) that are those of y (n,).
///
/// ```
/// use nnlib::metrics;
/// use nnlib_checks as check;
/// assert!(check::accuracy(|y, y_hat| metrics::accuracy(y, y_hat).unwrap()).passed());
/// ```
pub fn accuracy(accuracy: fn(&Array1<usize>, &Array1<usize>) -> f64) -> Verdict {
    fn count(y: &Array1<usize>, y_hat: &Array1<usize>) -> usize {
        y.iter().zip(y_hat).filter(|(y, y_hat)| y == y_hat).count()
    }
    Task::new(
        "accuracy",
        accuracy,
        &["y", "y_hat"],
        &["accuracy"],
        |f, (y, y_hat): &(Array1<usize>, Array1<usize>)| f(y, y_hat),
        |y, y_hat| count(y, y_hat) as f64 / y.len() as f64,
    )
    .case("three of four right", (array![0, 1, 1, 0], array![0, 1, 0, 0]))
    .case("all right", (array![1, 0, 1], array![1, 0, 1]))
    .case("none right", (array![1, 0], array![0, 1]))
    .case("three classes", (array![2, 0, 1, 2, 1], array![2, 1, 1, 0, 0]))
    .mistake("this is the share of the wrong ones.", |y, y_hat| 1.0 - count(y, y_hat) as f64 / y.len() as f64)
    .mistake("this is the number of the right ones. The division by n is missing.", |y, y_hat| count(y, y_hat) as f64)
    .mistake("integers are divided as integers, and 3 / 4 is 0. Make them f64 first.", |y, y_hat| (count(y, y_hat) / y.len()) as f64)
    .mistake("only points that are of class 1 and called so are counted. Any label that agrees is right.", |y, y_hat| {
        y.iter().zip(y_hat).filter(|(y, y_hat)| **y == 1 && **y_hat == 1).count() as f64 / y.len() as f64
    })
    .verdict()
}

/// Checks `standardise(train, x)`: x (m, d) less the mean and divided by the standard deviation that each feature has in train (n, d).
///
/// ```
/// use nnlib::data::StandardScaler;
/// use nnlib_checks as check;
/// assert!(check::standardise(|train, x| StandardScaler::fit(train).unwrap().transform(x).unwrap()).passed());
/// ```
pub fn standardise(standardise: fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>) -> Verdict {
    fn by(ruler: &Array2<f64>, x: &Array2<f64>) -> Array2<f64> {
        (x - &ruler.mean_axis(Axis(0)).expect("rows")) / ruler.std_axis(Axis(0), 0.0)
    }
    let mut rng = RandomState::new(0);
    let random = (10.0 * rng.randn_2d(7, 3) + 5.0, 10.0 * rng.randn_2d(4, 3));
    Task::new("standardise", standardise, &["train", "x"], &["standardised"], |f, (train, x): &(Array2<f64>, Array2<f64>)| f(train, x), by)
        .case("one feature, one new point", (array![[1.0], [3.0]], array![[5.0]]))
        .case("two features on two scales", (array![[0.0, 100.0], [2.0, 300.0], [1.0, 200.0]], array![[1.0, 200.0], [3.0, 0.0]]))
        .case("seven and four points, three features", random)
        .mistake("x is measured by its own mean and deviation. The ruler comes from the training points.", |_, x| by(x, x))
        .mistake("the deviation is divided by n − 1. Here it is the one with n: std_axis(Axis(0), 0.0).", |train, x| {
            (x - &train.mean_axis(Axis(0)).expect("rows")) / train.std_axis(Axis(0), 1.0)
        })
        .mistake("the mean is gone, the division by the deviation is missing.", |train, x| x - &train.mean_axis(Axis(0)).expect("rows"))
        .mistake("divided by the variance. Its root is the deviation.", |train, x| {
            (x - &train.mean_axis(Axis(0)).expect("rows")) / train.var_axis(Axis(0), 0.0)
        })
        .mistake("one mean and one deviation for all features. Each has its own: along Axis(0).", |train, x| {
            (x - train.mean().expect("numbers")) / train.std(0.0)
        })
        .mistake("divided by the deviation, but the mean is still there.", |train, x| x / &train.std_axis(Axis(0), 0.0))
        .mistake("brackets: the mean is divided, x is not.", |train, x| {
            x - &(train.mean_axis(Axis(0)).expect("rows") / train.std_axis(Axis(0), 0.0))
        })
        .verdict()
}

/// Checks `split(x, y, order, m)`: the first m rows by the order for the test, the others in that order for training; x (n, d), y (n,).
///
/// ```
/// use ndarray::Axis;
/// use nnlib_checks as check;
/// let verdict = check::split(|x, y, order, m| {
///     let (test, train) = order.split_at(m);
///     (x.select(Axis(0), train), y.select(Axis(0), train), x.select(Axis(0), test), y.select(Axis(0), test))
/// });
/// assert!(verdict.passed());
/// ```
pub fn split(
    split: fn(&Array2<f64>, &Array1<usize>, &[usize], usize) -> (Array2<f64>, Array1<usize>, Array2<f64>, Array1<usize>),
) -> Verdict {
    type Input = (Array2<f64>, Array1<usize>, Vec<usize>, usize);
    fn parts(
        x: &Array2<f64>,
        y: &Array1<usize>,
        train: &[usize],
        test: &[usize],
    ) -> (Array2<f64>, Array1<usize>, Array2<f64>, Array1<usize>) {
        (x.select(Axis(0), train), y.select(Axis(0), train), x.select(Axis(0), test), y.select(Axis(0), test))
    }
    let rows = |n: usize| Array2::from_shape_fn((n, 2), |(i, j)| (10 * i + j) as f64);
    Task::new(
        "split",
        split,
        &["x", "y", "order", "m"],
        &["x for training", "y for training", "x for the test", "y for the test"],
        |f, (x, y, order, m): &Input| f(x, y, order, *m),
        |x, y, order, m| parts(x, y, &order[m..], &order[..m]),
    )
    .case("four rows, one for the test", (rows(4), array![0, 1, 2, 3], vec![2, 0, 3, 1], 1))
    .case("five rows, three for the test", (rows(5), array![0, 1, 0, 1, 1], vec![4, 1, 0, 3, 2], 3))
    .case("the order of the rows", (rows(3), array![1, 0, 1], vec![0, 1, 2], 1))
    .mistake("the order is not used: the rows are taken as they stand.", |x, y, _, m| {
        let rows: Vec<usize> = (0..y.len()).collect();
        parts(x, y, &rows[m..], &rows[..m])
    })
    .mistake("the labels are left in their old order. They go where their rows go.", |x, y, order, m| {
        let (x_train, _, x_test, _) = parts(x, y, &order[m..], &order[..m]);
        (x_train, y.slice(s![m..]).to_owned(), x_test, y.slice(s![..m]).to_owned())
    })
    .mistake("training and test are exchanged: the first m are for the test, and they come last in what is returned.", |x, y, order, m| {
        parts(x, y, &order[..m], &order[m..])
    })
    .mistake("the test is taken from the end of the order. It is the first m.", |x, y, order, m| {
        parts(x, y, &order[..order.len() - m], &order[order.len() - m..])
    })
    .mistake("all points are for training, those of the test too. What is seen cannot judge.", |x, y, order, m| {
        parts(x, y, order, &order[..m])
    })
    .verdict()
}

/// Checks `circles(m, factor)`: m points on the unit circle, class 0, above m on one of radius `factor`, class 1, at the angles 2πk/m,
/// k = 0, …, m − 1, from (1, 0) on; gives x (2m, 2) and y (2m,).
///
/// ```
/// use ndarray::{Array1, Array2};
/// use nnlib_checks as check;
/// let verdict = check::circles(|m, factor| {
///     let angle = |i: usize| std::f64::consts::TAU * (i % m) as f64 / m as f64;
///     let radius = |i: usize| if i < m { 1.0 } else { factor };
///     let x = Array2::from_shape_fn((2 * m, 2), |(i, j)| radius(i) * if j == 0 { angle(i).cos() } else { angle(i).sin() });
///     (x, Array1::from_shape_fn(2 * m, |i| usize::from(i >= m)))
/// });
/// assert!(verdict.passed());
/// ```
pub fn circles(circles: fn(usize, f64) -> (Array2<f64>, Array1<usize>)) -> Verdict {
    /// Two circles at these angles, of these radii.
    fn at(angles: &Array1<f64>, outer: f64, inner: f64) -> (Array2<f64>, Array1<usize>) {
        let m = angles.len();
        let unit = Array2::from_shape_fn((m, 2), |(i, j)| if j == 0 { angles[i].cos() } else { angles[i].sin() });
        (concatenate![Axis(0), outer * &unit, inner * &unit], Array1::from_shape_fn(2 * m, |i| usize::from(i >= m)))
    }
    fn angles(m: usize) -> Array1<f64> {
        Array1::from_shape_fn(m, |k| 2.0 * PI * k as f64 / m as f64)
    }
    Task::new(
        "circles",
        circles,
        &["m", "factor"],
        &["x", "y"],
        |f, (m, factor): &(usize, f64)| f(*m, *factor),
        |m, factor| at(&angles(m), 1.0, factor),
    )
    .case("four points a circle", (4, 0.5))
    .case("three points a circle", (3, 0.25))
    .case("fifty points a circle", (50, 0.8))
    .mistake("the last angle is 2π, which is the first point again: m points need steps of 2π/m.", |m, factor| {
        at(&Array1::linspace(0.0, 2.0 * PI, m), 1.0, factor)
    })
    .mistake("these are half circles: the angles go to 2π.", |m, factor| at(&(angles(m) / 2.0), 1.0, factor))
    .mistake("the small circle comes first. Class 0 is the one of radius 1.", |m, factor| at(&angles(m), factor, 1.0))
    .mistake("both circles have radius 1. The second is multiplied by the factor.", |m, _| at(&angles(m), 1.0, 1.0))
    .mistake("cosine and sine are exchanged: at the angle 0 stands (1, 0).", |m, factor| at(&(PI / 2.0 - angles(m)), 1.0, factor))
    .mistake("the labels are exchanged: 0 for the outer circle, 1 for the inner.", |m, factor| {
        let (x, y) = at(&angles(m), 1.0, factor);
        (x, 1 - y)
    })
    .verdict()
}
