//! The tasks of lesson 01: data.

use std::f64::consts::PI;

use ndarray::{Array1, Array2, ArrayView1, Axis, array, concatenate, s};
use nnlib::RandomState;

use crate::Verdict;
use crate::predict::numbers;
use crate::task::Task;

/// Checks `split(x, y, order, m)`: the first m rows by the order for the test, the others in that order for training; x (n, d), y (n,).
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

/// Checks `scaled()`: five numbers about points that are standardised by the mean 3 and the deviation 2 of the training points 1, 1, 5, 5.
pub fn scaled(scaled: fn() -> [f64; 5]) -> Verdict {
    numbers(
        "scaled",
        scaled,
        [
            ("a new point at 3", 0.0, &[(3.0, "3 is where it stood. How far is it from the mean of the training points?")]),
            (
                "a new point at 9",
                3.0,
                &[
                    (6.0, "6 is the distance from the mean. How many deviations is that?"),
                    (4.5, "9 / 2 is divided before the mean is taken off."),
                    (0.0, "a point is not scaled by its own mean, but by that of the training points."),
                ],
            ),
            ("the mean of the training points, scaled", 0.0, &[(3.0, "3 is their mean before.")]),
            (
                "the deviation of the training points, scaled",
                1.0,
                &[
                    (2.0, "2 is their deviation before. Each distance from the mean is divided by it."),
                    (0.0, "they do not all lie in one place."),
                ],
            ),
            (
                "the mean of a test set of 5, 7 and 9, scaled",
                2.0,
                &[(0.0, "it would be 0 if the test set were scaled by its own mean."), (7.0, "7 is its mean before.")],
            ),
        ],
    )
}

/// Checks `k_nearest(train, labels, x, k)`: for each row of x (m, d) the class that most of the k rows of train (n, d) have that are nearest to
/// it; of classes with equal votes the smallest; labels (n,).
pub fn k_nearest(k_nearest: fn(&Array2<f64>, &Array1<usize>, &Array2<f64>, usize) -> Array1<usize>) -> Verdict {
    type Input = (Array2<f64>, Array1<usize>, Array2<f64>, usize);
    /// Decides by a distance (the smallest are the nearest) and by a rule for the classes of all rows, the nearest first.
    fn decided(
        train: &Array2<f64>,
        labels: &Array1<usize>,
        x: &Array2<f64>,
        distance: fn(ArrayView1<f64>, ArrayView1<f64>) -> f64,
        rule: impl Fn(&[usize]) -> usize,
    ) -> Array1<usize> {
        let of = |x: ArrayView1<f64>| {
            let mut rows: Vec<usize> = (0..train.nrows()).collect();
            rows.sort_by(|&i, &j| distance(train.row(i), x).total_cmp(&distance(train.row(j), x)));
            rule(&rows.iter().map(|&row| labels[row]).collect::<Vec<_>>())
        };
        x.rows().into_iter().map(of).collect()
    }
    fn square(a: ArrayView1<f64>, b: ArrayView1<f64>) -> f64 {
        (&a - &b).mapv(|v| v * v).sum()
    }
    /// The class with the most votes; of equal ones the first that comes in this order.
    fn vote(classes: &[usize], order: impl Iterator<Item = usize>) -> usize {
        let votes = |class: usize| classes.iter().filter(|other| **other == class).count();
        order
            .fold(None, |best, class| if best.is_none_or(|best| votes(class) > votes(best)) { Some(class) } else { best })
            .expect("a class")
    }
    let crowd = |seed: u32, n: usize, k: usize| -> Input {
        let mut rng = RandomState::new(seed);
        (rng.randn_2d(n, 3), (0..n).map(|i| i * i % 3).collect(), rng.randn_2d(12, 3), k)
    };
    let line = array![[0.0], [1.0], [2.0], [10.0], [11.0]];
    Task::new(
        "k_nearest",
        k_nearest,
        &["train", "labels", "x", "k"],
        &["classes"],
        |f, (train, labels, x, k): &Input| f(train, labels, x, *k),
        |train, labels, x, k| decided(train, labels, x, square, |classes| vote(&classes[..k], 0..3)),
    )
    .case("five points on a line, k = 3", (line.clone(), array![1, 0, 0, 1, 1], array![[0.25], [10.25]], 3))
    .case("k = 1", (line.clone(), array![1, 0, 0, 1, 1], array![[0.25], [1.25]], 1))
    .case("a draw: the smallest class", (line, array![2, 0, 0, 0, 1], array![[0.25], [9.0]], 2))
    .case("twenty points, three features, k = 3", crowd(1, 20, 3))
    .case("thirty points, k = 6", crowd(2, 30, 6))
    .mistake("only the nearest is asked: k is not used.", |train, labels, x, _| decided(train, labels, x, square, |classes| classes[0]))
    .mistake("all points vote, near and far. Only the k nearest do.", |train, labels, x, _| {
        decided(train, labels, x, square, |classes| vote(classes, 0..3))
    })
    .mistake("these are the k farthest: the smallest distances come first.", |train, labels, x, k| {
        decided(train, labels, x, |a, b| -square(a, b), |classes| vote(&classes[..k], 0..3))
    })
    .mistake("one neighbour too many has a vote.", |train, labels, x, k| {
        decided(train, labels, x, square, |classes| vote(&classes[..(k + 1).min(classes.len())], 0..3))
    })
    .mistake("of equal votes the largest class wins here. It is to be the smallest.", |train, labels, x, k| {
        decided(train, labels, x, square, |classes| vote(&classes[..k], (0..3).rev()))
    })
    .mistake("of equal votes the nearest neighbour's class wins here. It is to be the smallest.", |train, labels, x, k| {
        decided(train, labels, x, square, |classes| vote(&classes[..k], classes[..k].iter().copied()))
    })
    .mistake("the labels are averaged. Between class 0 and class 2 there is no class 1: count votes.", |train, labels, x, k| {
        decided(train, labels, x, square, |classes| (classes[..k].iter().sum::<usize>() as f64 / k as f64).round() as usize)
    })
    .mistake("only the first feature is compared. The distance takes all of them.", |train, labels, x, k| {
        decided(train, labels, x, |a, b| (a[0] - b[0]).abs(), |classes| vote(&classes[..k], 0..3))
    })
    .verdict()
}
