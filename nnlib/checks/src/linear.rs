//! The tasks of lesson 12: linear regression.

use ndarray::{Array1, Array2, Axis, array};
use nnlib::{RandomState, least_squares};

use crate::Verdict;
use crate::judge::grade;
use crate::predict::numbers;
use crate::task::Task;

/// Checks `two_points()`: five numbers about a sweep over the points (x = 1, y = 2) and (x = 2, y = 1) from w = 0, b = 0 with α = ½.
pub fn two_points(two_points: fn() -> [f64; 5]) -> Verdict {
    numbers(
        "two_points",
        two_points,
        [
            (
                "E = ½ Σ (y − ŷ)² before the sweep",
                2.5,
                &[(5.0, "the ½ is missing."), (4.5, "the errors are squared one by one, and then added.")],
            ),
            (
                "w after the first point",
                1.0,
                &[(2.0, "α is missing."), (-1.0, "w goes towards what is missing."), (0.5, "the error is y − ŷ = 2.")],
            ),
            ("ŷ of the second point then", 3.0, &[(2.0, "b has moved, too."), (0.0, "these are the old coefficients."), (1.0, "x is 2.")]),
            (
                "w after the second point",
                -1.0,
                &[
                    (0.0, "the step of a weight is multiplied by its input, and x is 2."),
                    (3.0, "y − ŷ is negative here."),
                    (-3.0, "α is missing."),
                ],
            ),
            (
                "b after the second point",
                0.0,
                &[(-1.0, "α is missing."), (2.0, "y − ŷ is negative here."), (1.0, "b learns from the second point, too.")],
            ),
        ],
    )
}

fn five_points() -> (Array2<f64>, Array1<f64>) {
    let x = array![[0.0, 3.0], [1.0, 3.0], [2.0, 3.0], [3.0, 2.0], [4.0, 4.0]];
    (x, array![95.364, 97.217205, 75.195834, 60.105519, 49.342380])
}

/// What is missing: y − (x w + b).
fn missing(x: &Array2<f64>, y: &Array1<f64>, w: &Array1<f64>, b: f64) -> Array1<f64> {
    y - &(x.dot(w) + b)
}

/// Checks `sweep(x, y, w, b, alpha)`: weights and bias after one step for each point in turn, w ← w + α (y − ŷ) x, b ← b + α (y − ŷ);
/// x (n, d), y (n,), w (d,).
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

/// Checks `unscale(w, b, mean, deviation)`: the coefficients for features as given, of those (w, b) found for features standardised by this
/// mean and deviation; w, mean and deviation (d,).
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

/// The gradient of the mean of a loss whose derivative by the error ŷ − y is this.
fn gradient(x: &Array2<f64>, y: &Array1<f64>, w: &Array1<f64>, b: f64, slope: fn(f64) -> f64) -> (Array1<f64>, f64) {
    let delta = (-missing(x, y, w, b)).mapv(slope) / y.len() as f64;
    (x.t().dot(&delta), delta.sum())
}

/// The derivative of Huber's loss.
fn cut(e: f64) -> f64 {
    e.clamp(-1.0, 1.0)
}

/// Checks `huber_gradient(x, y, w, b)`: dw (d,) and db of the mean of Huber's loss of e = ŷ − y: e²/2 where |e| ≤ 1, else |e| − ½; x (n, d).
pub fn huber_gradient(huber_gradient: fn(&Array2<f64>, &Array1<f64>, &Array1<f64>, f64) -> (Array1<f64>, f64)) -> Verdict {
    type Line = (Array2<f64>, Array1<f64>, Array1<f64>, f64);
    let mut rng = RandomState::new(11);
    let random: Line = (rng.randn_2d(6, 3), 3.0 * rng.randn_2d(1, 6).row(0).to_owned(), array![1.0, -0.5, 0.25], 0.5);
    Task::new(
        "huber_gradient",
        huber_gradient,
        &["x", "y", "w", "b"],
        &["dw", "db"],
        |f, (x, y, w, b): &Line| f(x, y, w, *b),
        |x, y, w, b| gradient(x, y, w, b, cut),
    )
    .case("small errors", (array![[1.0], [2.0]], array![1.5, 1.75], array![1.0], 0.0))
    .case("one far above, one far below", (array![[1.0], [2.0], [4.0]], array![5.0, 2.25, -10.0], array![1.0], 0.0))
    .case("six points, three features", random)
    .mistake("this is the gradient of the squares. Beyond 1 the loss is a straight line.", |x, y, w, b| gradient(x, y, w, b, |e| e))
    .mistake("beyond 1 the slope is 1 on the right, and −1 on the left: it has the sign of the error.", |x, y, w, b| {
        gradient(x, y, w, b, |e| if e.abs() <= 1.0 { e } else { 1.0 })
    })
    .mistake("beyond 1 nothing comes back. The loss still rises there, with slope 1.", |x, y, w, b| {
        gradient(x, y, w, b, |e| if e.abs() <= 1.0 { e } else { 0.0 })
    })
    .mistake("this is the gradient of the absolute errors. Within 1 the slope is e.", |x, y, w, b| gradient(x, y, w, b, f64::signum))
    .mistake("these are the losses in place of their slopes.", |x, y, w, b| {
        gradient(x, y, w, b, |e| if e.abs() <= 1.0 { e * e / 2.0 } else { e.abs() - 0.5 })
    })
    .mistake("a factor ½ is left: the derivative of e²/2 is e.", |x, y, w, b| {
        gradient(x, y, w, b, |e| if e.abs() <= 1.0 { e / 2.0 } else { cut(e) })
    })
    .mistake("the −½ of the loss is still there. The derivative of |e| − ½ is ±1.", |x, y, w, b| {
        gradient(x, y, w, b, |e| if e.abs() <= 1.0 { e } else { e.signum() * 0.5 })
    })
    .mistake("the sign is wrong: this points downhill. The error is ŷ − y.", |x, y, w, b| gradient(x, y, w, b, |e| -cut(e)))
    .mistake("the 1/n is missing.", |x, y, w, b| {
        let (dw, db) = gradient(x, y, w, b, cut);
        (dw * y.len() as f64, db * y.len() as f64)
    })
    .mistake("x is missing in dw.", |x, y, w, b| {
        let db = gradient(x, y, w, b, cut).1;
        (Array1::from_elem(w.len(), db), db)
    })
    .mistake("the gradient is cut, not each error. A far point pulls with 1 at most, times its x.", |x, y, w, b| {
        let (dw, db) = gradient(x, y, w, b, |e| e);
        (dw.mapv(cut), cut(db))
    })
    .verdict()
}

/// Checks `fit_huber(x, y)`: w (d,) and b with the lowest mean of Huber's loss, found by the reader's own loop, on features of any scale; x (n, d).
pub fn fit_huber(fit_huber: fn(&Array2<f64>, &Array1<f64>) -> (Array1<f64>, f64)) -> Verdict {
    type Input = (Array2<f64>, Array1<f64>);
    type Line = (Array1<f64>, f64);
    fn loss((x, y): &Input, (w, b): &Line) -> f64 {
        missing(x, y, w, *b).mapv(|e| if e.abs() <= 1.0 { e * e / 2.0 } else { e.abs() - 0.5 }).mean().expect("points")
    }
    /// By gradient descent on scaled features, back on the old scale.
    fn walked(x: &Array2<f64>, y: &Array1<f64>, steps: usize, rate: f64, slope: fn(f64) -> f64) -> Line {
        let (mean, deviation) = (x.mean_axis(Axis(0)).expect("points"), x.std_axis(Axis(0), 0.0));
        let scaled = (x - &mean) / &deviation;
        let (mut w, mut b) = (Array1::zeros(x.ncols()), 0.0);
        for _ in 0..steps {
            let (dw, db) = gradient(&scaled, y, &w, b, slope);
            w.scaled_add(-rate, &dw);
            b -= rate * db;
        }
        let w = w / deviation;
        let b = b - mean.dot(&w);
        (w, b)
    }
    fn squares(x: &Array2<f64>, y: &Array1<f64>) -> Line {
        let line = least_squares(x, y).expect("points");
        (line.w, line.b)
    }
    /// How far above the lowest loss, as a share of how far the least squares are.
    fn told(input: &Input, line: &Line) -> &'static str {
        if line.0.len() != input.0.ncols() {
            return "w has another length than a point";
        }
        let (best, worst) = (loss(input, &walked(&input.0, &input.1, 4000, 0.5, cut)), loss(input, &squares(&input.0, &input.1)));
        let nothing = loss(input, &(Array1::zeros(input.0.ncols()), 0.0));
        let now = loss(input, line);
        let apart = (now - best) / (worst - best);
        let steps = [(-0.02, "the lowest"), (-0.98, "near the lowest, not there yet"), (-1.02, "that of least squares")];
        if now >= nothing { "no lower than at w = 0, b = 0" } else { grade(-apart, &steps, "higher than that of least squares") }
    }
    // Points near a plane, and some that lie far from it.
    let points = |seed: u32, n: usize, scales: &[f64], w: &[f64], b: f64| -> Input {
        let mut rng = RandomState::new(seed);
        let x = rng.rand_2d(n, scales.len()) * &Array1::from(scales.to_vec());
        let y = x.dot(&Array1::from(w.to_vec())) + b + 0.3 * &rng.randn_2d(1, n).row(0);
        (x, y.iter().enumerate().map(|(i, &y)| if i % 6 == 0 { y + 8.0 + i as f64 / 4.0 } else { y }).collect())
    };
    Task::new(
        "fit_huber",
        fit_huber,
        &["x", "y"],
        &["mean of Huber's loss"],
        |f, input: &Input| told(input, &f(&input.0, &input.1)),
        |x, y| walked(x, y, 4000, 0.5, cut),
    )
    .case("one feature from 0 to 4", points(12, 30, &[4.0], &[1.5], 2.0))
    .case("one feature from 0 to 100", points(13, 36, &[100.0], &[-0.05], 4.0))
    .case("two features of different scales", points(14, 48, &[1.0, 1000.0], &[3.0, 0.004], -1.0))
    .mistake("these are the least squares: points far away pull with all of their error. Cut each error's pull at 1.", squares)
    .mistake("it goes down, and has not arrived. More steps, a larger rate, or features of one scale?", |x, y| walked(x, y, 12, 0.5, cut))
    .mistake("no lower than with nothing learned. Does a step go down, and is it kept?", |x, _| (Array1::zeros(x.ncols()), 0.0))
    .mistake("no number: is the rate too large for features of this scale?", |x, _| (Array1::from_elem(x.ncols(), f64::NAN), 0.0))
    .verdict()
}
