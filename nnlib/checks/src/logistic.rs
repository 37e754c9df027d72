//! The tasks of lesson 02: logistic regression.

use ndarray::{Array1, Array2, Axis, array};
use nnlib::activation::{sigmoid, softplus};
use nnlib::{RandomState, data};

use crate::Verdict;
use crate::judge::grade;
use crate::predict::numbers;
use crate::task::Task;

/// Checks `line()`: five numbers about a model with w = (3, 4) and b = −5.
pub fn line(line: fn() -> [f64; 5]) -> Verdict {
    numbers(
        "line",
        line,
        [
            ("the score of the point (1, 2)", 6.0, &[(11.0, "the bias is missing."), (-6.0, "w · x + b: what is 3 · 1 + 4 · 2 − 5?")]),
            (
                "ŷ where w · x + b = 0",
                0.5,
                &[(0.0, "0 is the score. What does the sigmoid make of it?"), (1.0, "the sigmoid gets to 1 only far to the right.")],
            ),
            (
                "how far the boundary is from the origin",
                1.0,
                &[
                    (5.0, "5 is the score without its sign. How much does the score change along a way of length 1?"),
                    (-1.0, "a distance is not negative."),
                    (0.2, "the fraction is upside down."),
                ],
            ),
            (
                "by which factor ŷ / (1 − ŷ) grows when the score grows by ln 3",
                3.0,
                &[
                    (1.098_612_288_668_109_8, "ln 3 is what is added to the score. Write ŷ / (1 − ŷ) with e to the power of the score."),
                    (0.75, "that is ŷ if the score was 0 before. How have the odds changed?"),
                ],
            ),
            (
                "the log-loss of a point of class 1 with ŷ = e⁻²",
                2.0,
                &[(-2.0, "ln ŷ is negative, a loss is not."), (0.864_664_716_763_387_3, "1 − ŷ is not the log-loss.")],
            ),
        ],
    )
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
pub fn logistic_gradient(logistic_gradient: fn(&Array2<f64>, &Array1<f64>, &Array1<f64>, f64) -> (Array1<f64>, f64)) -> Verdict {
    Task::new(
        "logistic_gradient",
        logistic_gradient,
        &["x", "y", "w", "b"],
        &["dw", "db"],
        |f, (x, y, w, b): &Line| f(x, y, w, *b),
        |x, y, w, b| {
            let delta = errors(x, y, w, b) / y.len() as f64;
            (x.t().dot(&delta), delta.sum())
        },
    )
    .cases(lines())
    .mistake("the 1/n is missing: this is the gradient of the sum, n times that of the mean.", |x, y, w, b| {
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

/// Checks `weighted_gradient(x, y, w, b, c)`: dw (d,) and db of −1/n Σ (c y ln ŷ + (1 − y) ln(1 − ŷ)), ŷ = sigmoid(x w + b), in which points of
/// class 1 count c times; x (n, d), y (n,).
pub fn weighted_gradient(weighted_gradient: fn(&Array2<f64>, &Array1<f64>, &Array1<f64>, f64, f64) -> (Array1<f64>, f64)) -> Verdict {
    type Input = (Array2<f64>, Array1<f64>, Array1<f64>, f64, f64);
    /// The gradient with the delta of a point, given ŷ, y and c, and what it is divided by, given n and the sum of the weights.
    fn by(input: &Input, delta: fn(f64, f64, f64) -> f64, divisor: fn(f64, f64) -> f64) -> (Array1<f64>, f64) {
        let (x, y, w, b, c) = input;
        let weights = y.mapv(|y| if y == 1.0 { *c } else { 1.0 }).sum();
        let y_hat = (x.dot(w) + *b).mapv(sigmoid);
        let delta: Array1<f64> = y_hat.iter().zip(y).map(|(&p, &y)| delta(p, y, *c) / divisor(y_hat.len() as f64, weights)).collect();
        (x.t().dot(&delta), delta.sum())
    }
    fn weight(y: f64, c: f64) -> f64 {
        c * y + 1.0 - y
    }
    type Part = (fn(f64, f64, f64) -> f64, fn(f64, f64) -> f64);
    const RIGHT: Part = (|p, y, c| weight(y, c) * (p - y), |n, _| n);
    let mistakes: [(&str, Part); 8] = [
        ("c is not used: this is the gradient of the lesson.", (|p, y, _| p - y, RIGHT.1)),
        ("points of class 0 count c times. It is class 1 that is rare.", (|p, y, c| weight(1.0 - y, c) * (p - y), RIGHT.1)),
        ("all points count c times.", (|p, y, c| c * (p - y), RIGHT.1)),
        ("c multiplies y only: ŷ − c y. Derive both terms of a point of class 1.", (|p, y, c| p - c * y, RIGHT.1)),
        ("c multiplies ŷ only.", (|p, y, c| weight(y, c) * p - y, RIGHT.1)),
        ("divided by the sum of the weights. The formula divides by n.", (RIGHT.0, |_, weights| weights)),
        ("the 1/n is missing.", (RIGHT.0, |_, _| 1.0)),
        ("the sign is wrong: ŷ − y, not y − ŷ.", (|p, y, c| weight(y, c) * (y - p), RIGHT.1)),
    ];
    let weighted = lines().into_iter().zip([1.0, 3.0, 0.5, 10.0]).map(|((label, (x, y, w, b)), c)| (label, (x, y, w, b, c)));
    Task::new(
        "weighted_gradient",
        weighted_gradient,
        &["x", "y", "w", "b", "c"],
        &["dw", "db"],
        |f, (x, y, w, b, c): &Input| f(x, y, w, *b, *c),
        |x, y, w, b, c| by(&(x.clone(), y.clone(), w.clone(), b, c), RIGHT.0, RIGHT.1),
    )
    .cases(weighted)
    .variants(mistakes, |part, input| by(input, part.0, part.1))
    .verdict()
}

/// Checks `fit_line(x, y)`: w (d,) and b at the lowest log-loss, found by the reader's own loop; x (n, d), y (n,).
pub fn fit_line(fit_line: fn(&Array2<f64>, &Array1<f64>) -> (Array1<f64>, f64)) -> Verdict {
    type Input = (Array2<f64>, Array1<f64>);
    type Told = (&'static str, &'static str, &'static str);
    const SLOPES: [(f64, &str); 1] = [(-1e-3, "flat")];
    fn told((x, y): &Input, (w, b): (Array1<f64>, f64)) -> Told {
        if w.len() != x.ncols() {
            return ("w has another length than a point", "", "");
        }
        let scores = x.dot(&w) + b;
        let loss = (scores.mapv(softplus) - y * &scores).mean().expect("points");
        let delta = errors(x, y, &w, b) / y.len() as f64;
        let dw = x.t().dot(&delta);
        (
            grade(-dw.dot(&dw).sqrt(), &SLOPES, "not flat"),
            grade(-delta.sum().abs(), &SLOPES, "not flat"),
            grade(
                2.0_f64.ln() - loss,
                &[(1e-9, "lower than at w = 0, b = 0"), (-1e-9, "as at w = 0, b = 0")],
                "higher than at w = 0, b = 0",
            ),
        )
    }
    /// So many steps from 0 of these rates for w and b.
    fn walked(x: &Array2<f64>, y: &Array1<f64>, steps: usize, on_w: f64, on_b: f64) -> (Array1<f64>, f64) {
        (0..steps).fold((Array1::zeros(x.ncols()), 0.0), |(w, b), _| {
            let delta = errors(x, y, &w, b) / y.len() as f64;
            (w - on_w * x.t().dot(&delta), b - on_b * delta.sum())
        })
    }
    // Of class 1 every other point is left out: where both are as frequent, b has little to learn.
    let points = |data: data::Dataset, shift: f64| {
        let rows: Vec<usize> = (0..data.len()).filter(|&i| data.y[i] == 0 || i % 2 == 0).collect();
        (data.x.select(Axis(0), &rows) + shift, data.y.select(Axis(0), &rows).mapv(|class| class as f64))
    };
    let mut rng = RandomState::new(4);
    let centres = array![[-1.0, 0.0, 0.5], [1.0, 1.0, 0.0]];
    Task::new(
        "fit_line",
        fit_line,
        &["x", "y"],
        &["slope of the loss by w", "slope of the loss by b", "loss"],
        |f, input: &Input| told(input, f(&input.0, &input.1)),
        |x, y| walked(x, y, 10_000, 0.3, 0.3),
    )
    .case("points in three dimensions", points(data::make_blobs(60, &centres, 1.5, &mut rng).expect("points"), 0.0))
    .case("moons", points(data::make_moons(80, 0.3, &mut rng).expect("points"), 0.0))
    .case("moons that lie off the origin", points(data::make_moons(50, 0.3, &mut rng).expect("points"), 1.0))
    .mistake("nothing has been learned: does the loop keep its new w and b?", |x, _| (Array1::zeros(x.ncols()), 0.0))
    .mistake("the loss has risen: the step goes against the gradient.", |x, y| walked(x, y, 20, -0.3, -0.3))
    .mistake("it goes down, but has not arrived. More steps, or a larger rate?", |x, y| walked(x, y, 3, 0.01, 0.01))
    .mistake("b does not learn, or not enough.", |x, y| walked(x, y, 10_000, 0.3, 0.0))
    .mistake("w does not learn, or not enough.", |x, y| walked(x, y, 10_000, 0.0, 0.3))
    .mistake("no number: the rate is too large, or a logarithm of 0 has got into the step.", |x, _| {
        (Array1::from_elem(x.ncols(), f64::NAN), 0.0)
    })
    .verdict()
}
