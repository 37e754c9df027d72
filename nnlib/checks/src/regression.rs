//! The tasks of lesson 12: linear regression.

use ndarray::{Array1, Array2, Axis, array};
use nnlib::{RandomState, least_squares as solved};

use crate::Verdict;
use crate::task::Task;

/// Points, values, weights and bias.
type Line = (Array2<f64>, Array1<f64>, Array1<f64>, f64);

fn five_points() -> (Array2<f64>, Array1<f64>) {
    let x = array![[0.0, 3.0], [1.0, 3.0], [2.0, 3.0], [3.0, 2.0], [4.0, 4.0]];
    (x, array![95.364, 97.217205, 75.195834, 60.105519, 49.342380])
}

/// What is missing: y − (x w + b).
fn missing(x: &Array2<f64>, y: &Array1<f64>, w: &Array1<f64>, b: f64) -> Array1<f64> {
    y - &(x.dot(w) + b)
}

/// Checks `half_squares(x, y, w, b)`: ½ Σ (y − ŷ)² with ŷ = x w + b; x (n, d), y (n,), w (d,).
///
/// ```
/// use nnlib_checks as check;
/// assert!(check::half_squares(|x, y, w, b| (y - &(x.dot(w) + b)).mapv(|e| e * e).sum() / 2.0).passed());
/// ```
pub fn half_squares(half_squares: fn(&Array2<f64>, &Array1<f64>, &Array1<f64>, f64) -> f64) -> Verdict {
    let (x, y) = five_points();
    Task::new(
        "half_squares",
        half_squares,
        &["x", "y", "w", "b"],
        &["E"],
        |f, (x, y, w, b): &Line| f(x, y, w, *b),
        |x, y, w, b| missing(x, y, w, b).mapv(|e| e * e).sum() / 2.0,
    )
    .case("two points", (array![[1.0], [2.0]], array![3.0, 6.0], array![2.0], 0.5))
    .case("five points, nothing learned", (x.clone(), y.clone(), array![0.0, 0.0], 0.0))
    .case("five points", (x, y, array![-13.0, 1.0], 98.0))
    .mistake("the ½ is missing.", |x, y, w, b| missing(x, y, w, b).mapv(|e| e * e).sum())
    .mistake("a mean. Here the squares are summed.", |x, y, w, b| missing(x, y, w, b).mapv(|e| e * e).mean().expect("points") / 2.0)
    .mistake("the errors are summed before they are squared, and cancel.", |x, y, w, b| missing(x, y, w, b).sum().powi(2) / 2.0)
    .mistake("the bias is missing.", |x, y, w, _| missing(x, y, w, 0.0).mapv(|e| e * e).sum() / 2.0)
    .mistake("absolute errors. Square them.", |x, y, w, b| missing(x, y, w, b).mapv(f64::abs).sum() / 2.0)
    .verdict()
}

/// Checks `sweep(x, y, w, b, alpha)`: weights and bias after one step for each point in turn, w ← w + α (y − ŷ) x, b ← b + α (y − ŷ);
/// x (n, d), y (n,), w (d,).
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::sweep(|x, y, w, b, alpha| {
///     let (mut w, mut b) = (w.clone(), b);
///     for (x, y) in x.rows().into_iter().zip(y) {
///         let missing = y - (x.dot(&w) + b);
///         w.scaled_add(alpha * missing, &x);
///         b += alpha * missing;
///     }
///     (w, b)
/// });
/// assert!(verdict.passed());
/// ```
pub fn sweep(sweep: fn(&Array2<f64>, &Array1<f64>, &Array1<f64>, f64, f64) -> (Array1<f64>, f64)) -> Verdict {
    type Input = (Array2<f64>, Array1<f64>, Array1<f64>, f64, f64);
    /// A sweep with these rates for the weights and the bias.
    fn swept(x: &Array2<f64>, y: &Array1<f64>, w: &Array1<f64>, b: f64, on_w: f64, on_b: f64) -> (Array1<f64>, f64) {
        let (mut w, mut b) = (w.clone(), b);
        for (x, y) in x.rows().into_iter().zip(y) {
            let missing = y - (x.dot(&w) + b);
            w.scaled_add(on_w * missing, &x);
            b += on_b * missing;
        }
        (w, b)
    }
    let (x, y) = five_points();
    Task::new(
        "sweep",
        sweep,
        &["x", "y", "w", "b", "alpha"],
        &["w", "b"],
        |f, (x, y, w, b, alpha): &Input| f(x, y, w, *b, *alpha),
        |x, y, w, b, alpha| swept(x, y, w, b, alpha, alpha),
    )
    .case("one point", (array![[2.0]], array![3.0], array![1.0], 0.5, 0.25))
    .case("two points", (array![[1.0], [2.0]], array![1.0, 2.0], array![0.0], 0.0, 0.5))
    .case("the lesson's first sweep", (x, y, array![0.0, 0.0], 0.0, 0.01))
    .mistake("all points see the old coefficients. Each step goes on from the last point's.", |x, y, w, b, alpha| {
        let e = missing(x, y, w, b);
        (w + alpha * x.t().dot(&e), b + alpha * e.sum())
    })
    .mistake("this goes away from the points: w + α (y − ŷ) x.", |x, y, w, b, alpha| swept(x, y, w, b, -alpha, -alpha))
    .mistake("the bias does not learn.", |x, y, w, b, alpha| swept(x, y, w, b, alpha, 0.0))
    .mistake("a factor 2 is too many: E has its ½, and 2 · ½ = 1.", |x, y, w, b, alpha| swept(x, y, w, b, 2.0 * alpha, 2.0 * alpha))
    .mistake("the input is missing: what is missing times x.", |x, y, w, b, alpha| {
        let (mut w, mut b) = (w.clone(), b);
        for (x, y) in x.rows().into_iter().zip(y) {
            let missing = y - (x.dot(&w) + b);
            w += alpha * missing;
            b += alpha * missing;
        }
        (w, b)
    })
    .mistake(
        "the bias learns from the weights that have moved already. Compute what is missing once for each point.",
        |x, y, w, b, alpha| {
            let (mut w, mut b) = (w.clone(), b);
            for (x, y) in x.rows().into_iter().zip(y) {
                let missing = y - (x.dot(&w) + b);
                w.scaled_add(alpha * missing, &x);
                b += alpha * (y - (x.dot(&w) + b));
            }
            (w, b)
        },
    )
    .mistake("the learning rate is not used.", |x, y, w, b, _| swept(x, y, w, b, 1.0, 1.0))
    .verdict()
}

/// Checks `least_squares(x, y)`: the slope w and the intercept b of the line through points of one feature with the smallest sum of squares;
/// x and y (n,).
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::least_squares(|x, y| {
///     let (mean_x, mean_y) = (x.mean().unwrap(), y.mean().unwrap());
///     let dx = x - mean_x;
///     let w = dx.dot(&(y - mean_y)) / dx.dot(&dx);
///     (w, mean_y - w * mean_x)
/// });
/// assert!(verdict.passed());
/// ```
pub fn least_squares(least_squares: fn(&Array1<f64>, &Array1<f64>) -> (f64, f64)) -> Verdict {
    fn mean(v: &Array1<f64>) -> f64 {
        v.mean().expect("points")
    }
    let (x, y) = five_points();
    let mut rng = RandomState::new(10);
    let random = (rng.randn_2d(1, 8).row(0).to_owned(), rng.randn_2d(1, 8).row(0).to_owned());
    Task::new(
        "least_squares",
        least_squares,
        &["x", "y"],
        &["w", "b"],
        |f, (x, y): &(Array1<f64>, Array1<f64>)| f(x, y),
        |x, y| {
            let model = solved(&x.clone().insert_axis(Axis(1)), y).expect("points that differ");
            (model.w[0], model.b)
        },
    )
    .case("three points on a line", (array![0.0, 1.0, 2.0], array![1.0, 3.0, 5.0]))
    .case("three points that are not", (array![1.0, 2.0, 4.0], array![1.0, 3.0, 2.0]))
    .case("the five points of the lesson, x₁ only", (x.column(0).to_owned(), y))
    .case("eight points", random)
    .mistake("this line goes through the origin. Take the means off first.", |x, y| (x.dot(y) / x.dot(x), 0.0))
    .mistake("the means are taken off y only.", |x, y| {
        let w = x.dot(&(y - mean(y))) / x.dot(x);
        (w, mean(y) - w * mean(x))
    })
    .mistake("w is right, b is not: the line goes through the point of the means, so b = mean y − w · mean x.", |x, y| {
        let dx = x - mean(x);
        (dx.dot(&(y - mean(y))) / dx.dot(&dx), mean(y))
    })
    .mistake("this is the line that predicts x from y. Divide by the squares of x.", |x, y| {
        let (dx, dy) = (x - mean(x), y - mean(y));
        let w = dx.dot(&dy) / dy.dot(&dy);
        (w, mean(y) - w * mean(x))
    })
    .mistake("the sum of products is not divided by the sum of the squares.", |x, y| {
        let w = (x - mean(x)).dot(&(y - mean(y)));
        (w, mean(y) - w * mean(x))
    })
    .mistake("this divides by the two deviations, and is the correlation. The slope divides by the squares of x.", |x, y| {
        let (dx, dy) = (x - mean(x), y - mean(y));
        let w = dx.dot(&dy) / (dx.dot(&dx) * dy.dot(&dy)).sqrt();
        (w, mean(y) - w * mean(x))
    })
    .verdict()
}

/// Checks `unscale(w, b, mean, deviation)`: the coefficients for features as given, of those (w, b) found for features standardised by this
/// mean and deviation; w, mean and deviation (d,).
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::unscale(|w, b, mean, deviation| {
///     let w = w / deviation;
///     let b = b - mean.dot(&w);
///     (w, b)
/// });
/// assert!(verdict.passed());
/// ```
pub fn unscale(unscale: fn(&Array1<f64>, f64, &Array1<f64>, &Array1<f64>) -> (Array1<f64>, f64)) -> Verdict {
    type Input = (Array1<f64>, f64, Array1<f64>, Array1<f64>);
    Task::new(
        "unscale",
        unscale,
        &["w", "b", "mean", "deviation"],
        &["w", "b"],
        |f, (w, b, mean, deviation): &Input| f(w, *b, mean, deviation),
        |w, b, mean, deviation| (w / deviation, b - mean.dot(&(w / deviation))),
    )
    .case("one feature", (array![6.0], 10.0, array![1.0], array![2.0]))
    .case("two features", (array![-18.0, 1.5], 75.0, array![2.0, 3.0], array![1.5, 0.5]))
    .case("a mean of 0", (array![3.0], 5.0, array![0.0], array![4.0]))
    .mistake("b is not moved. x′ = (x − μ)/σ holds a μ, and it must go somewhere.", |w, b, _, deviation| (w / deviation, b))
    .mistake("multiplied by the deviation. w′ x′ = w′ (x − μ)/σ: it divides.", |w, b, mean, deviation| {
        (w * deviation, b - mean.dot(&(w * deviation)))
    })
    .mistake(
        "b is moved by the scaled weights. The mean is in the feature's own unit, and so must be the weight.",
        |w, b, mean, deviation| (w / deviation, b - mean.dot(w)),
    )
    .mistake("the sign of b's move is wrong: w′ (x − μ)/σ has a minus.", |w, b, mean, deviation| {
        (w / deviation, b + mean.dot(&(w / deviation)))
    })
    .mistake("the weights are still the scaled ones.", |w, b, mean, deviation| (w.clone(), b - mean.dot(&(w / deviation))))
    .verdict()
}
