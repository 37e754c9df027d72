//! The tasks of lesson 11: two small networks of sigmoids.

use ndarray::{Array1, Array2, arr2, array};
use nnlib::RandomState;
use nnlib::activation::sigmoid;

use crate::Verdict;
use crate::judge::grade;
use crate::task::Task;

/// Checks `xor_by_hand()`: w1 (2, 2), b1 (2,), w2 (2,) and b2 of a network of neurons that fire, with 1, when their score is above 0 and else
/// give 0, so that it fires when one of its two inputs is 1 and the other 0.
pub fn xor_by_hand(xor_by_hand: fn() -> (Array2<f64>, Array1<f64>, Array1<f64>, f64)) -> Verdict {
    type Net = (Array2<f64>, Array1<f64>, Array1<f64>, f64);
    fn fired((w1, b1, w2, b2): &Net, x: &Array1<f64>) -> (f64, f64) {
        // Weights that move a little must not change the answer: a score may not stand on the edge.
        let score = x.dot(w1) + b1;
        let a1 = score.mapv(|z| f64::from(u8::from(z > 0.0)));
        let out = a1.dot(w2) + b2;
        let edge = score.iter().chain([&out]).fold(f64::INFINITY, |least: f64, z| least.min(z.abs()));
        (if out.is_nan() { f64::NAN } else { f64::from(u8::from(out > 0.0)) }, f64::from(u8::from(edge < 1e-6)))
    }
    fn net(w1: [[f64; 2]; 2], b1: [f64; 2], w2: [f64; 2], b2: f64) -> Net {
        (arr2(&w1), b1.to_vec().into(), w2.to_vec().into(), b2)
    }
    Task::new(
        "xor_by_hand",
        xor_by_hand,
        &["x"],
        &["output", "scores of exactly 0"],
        |f, x: &Array1<f64>| fired(&f(), x),
        || net([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5], [1.0, -1.0], -0.5),
    )
    .case("neither", array![0.0, 0.0])
    .case("the second alone", array![0.0, 1.0])
    .case("the first alone", array![1.0, 0.0])
    .case("both", array![1.0, 1.0])
    .mistake("this fires when one of them or both are 1: that is OR. Which neuron could tell when both are?", || {
        net([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5], [1.0, 0.0], -0.5)
    })
    .mistake("this fires when both are 1: that is AND.", || net([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5], [0.0, 1.0], -0.5))
    .mistake("this fires unless both are 1: that is NAND.", || net([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5], [0.0, -1.0], 0.5))
    .mistake("this fires when neither is 1: that is NOR.", || net([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5], [-1.0, 0.0], 0.5))
    .mistake("this fires when both are alike: the output's signs are turned round.", || {
        net([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5], [-1.0, 1.0], 0.5)
    })
    .mistake("this answers what the first input says.", || net([[1.0, 0.0], [0.0, 1.0]], [-0.5, -0.5], [1.0, 0.0], -0.5))
    .mistake("this answers what the second input says.", || net([[1.0, 0.0], [0.0, 1.0]], [-0.5, -0.5], [0.0, 1.0], -0.5))
    .mistake("this never fires.", || net([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5], [1.0, -1.0], -1.5))
    .mistake("this always fires.", || net([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5], [0.0, 0.0], 0.5))
    .mistake("a score of exactly 0 is on the edge: the smallest change of a weight changes the answer. Shift the biases.", || {
        net([[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], [1.0, -1.0], 0.0)
    })
    .verdict()
}

/// Checks `backprop(x, y, w1, w2, rate)`: the weights of a network ŷ = σ(σ(x w₁) w₂) after a step of this rate down the summed squared
/// error Σ (ŷ − y)²; x (n, d), y (n, k).
pub fn backprop(backprop: fn(&Array2<f64>, &Array2<f64>, &Array2<f64>, &Array2<f64>, f64) -> (Array2<f64>, Array2<f64>)) -> Verdict {
    type Input = (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, f64);
    fn slope(a: &Array2<f64>) -> Array2<f64> {
        a * (1.0 - a)
    }
    /// A step with this factor before the error, these slopes, and the w₂ that the delta goes back through.
    fn step(
        input: [&Array2<f64>; 4],
        rate: f64,
        factor: f64,
        slopes: [fn(&Array2<f64>) -> Array2<f64>; 2],
        back: Option<&Array2<f64>>,
    ) -> (Array2<f64>, Array2<f64>) {
        let [x, y, w1, w2] = input;
        let a1 = x.dot(w1).mapv(sigmoid);
        let y_hat = a1.dot(w2).mapv(sigmoid);
        let delta2 = factor * (&y_hat - y) * slopes[1](&y_hat);
        let delta1 = delta2.dot(&back.unwrap_or(w2).t()) * slopes[0](&a1);
        (w1 - rate * x.t().dot(&delta1), w2 - rate * a1.t().dot(&delta2))
    }
    fn ones(a: &Array2<f64>) -> Array2<f64> {
        Array2::ones(a.raw_dim())
    }
    let mut rng = RandomState::new(9);
    let mut random = |n: usize, d: usize, h: usize, k: usize, rate: f64| -> Input {
        (rng.randn_2d(n, d), rng.rand_2d(n, k), rng.randn_2d(d, h), rng.randn_2d(h, k), rate)
    };
    let xor = array![[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]];
    let mut weights = RandomState::new(0);
    let first = (xor, array![[0.0], [1.0], [1.0], [0.0]], weights.rand_2d(3, 4), weights.rand_2d(4, 1), 1.0);
    Task::new(
        "backprop",
        backprop,
        &["x", "y", "w1", "w2", "rate"],
        &["w1", "w2"],
        |f, (x, y, w1, w2, rate): &Input| f(x, y, w1, w2, *rate),
        |x, y, w1, w2, rate| step([x, y, w1, w2], rate, 2.0, [slope, slope], None),
    )
    .case("the lesson's first step", first)
    .case("a rate of a half, 2-2-2", random(3, 2, 2, 2, 0.5))
    .case("a rate of 3, 3-5-2", random(5, 3, 5, 2, 3.0))
    .mistake("the learning rate is not used.", |x, y, w1, w2, _| step([x, y, w1, w2], 1.0, 2.0, [slope, slope], None))
    .mistake("the 2 is missing: the derivative of e² is 2e.", |x, y, w1, w2, rate| step([x, y, w1, w2], rate, 1.0, [slope, slope], None))
    .mistake(
        "this climbs: the step goes against the gradient. Look at the sign of ŷ − y, and at that of the step.",
        |x, y, w1, w2, rate| step([x, y, w1, w2], rate, -2.0, [slope, slope], None),
    )
    .mistake("the slope of the output's sigmoid is missing.", |x, y, w1, w2, rate| step([x, y, w1, w2], rate, 2.0, [slope, ones], None))
    .mistake("the slope of the hidden sigmoids is missing.", |x, y, w1, w2, rate| step([x, y, w1, w2], rate, 2.0, [ones, slope], None))
    .mistake("the activation is put through the sigmoid again: its slope is a (1 − a) with a as it is.", |x, y, w1, w2, rate| {
        step([x, y, w1, w2], rate, 2.0, [|a| slope(&a.mapv(sigmoid)), |a| slope(&a.mapv(sigmoid))], None)
    })
    .mistake(
        "w₂ changes before δ₁ is computed. All deltas first, then all steps: this is the mistake that travelled.",
        |x, y, w1, w2, rate| {
            let (_, new) = step([x, y, w1, w2], rate, 2.0, [slope, slope], None);
            step([x, y, w1, w2], rate, 2.0, [slope, slope], Some(&new))
        },
    )
    .mistake("this is the mean of the squared errors. Here they are summed.", |x, y, w1, w2, rate| {
        step([x, y, w1, w2], rate, 2.0 / y.len() as f64, [slope, slope], None)
    })
    .verdict()
}

/// Checks `tied_gradient(x, w)`: the gradient (d, h) of ½ Σ (ŷ − x)², where ŷ = σ(σ(x w) wᵀ) uses the weights w (d, h) twice; x (n, d).
pub fn tied_gradient(tied_gradient: fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>) -> Verdict {
    /// What of an error's way back is put in: the derivative of the error, the slopes of the two layers, and how the two paths are joined.
    #[derive(Clone, Copy)]
    struct Way {
        error: fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>,
        slopes: [fn(&Array2<f64>) -> Array2<f64>; 2],
        joined: fn(Array2<f64>, Array2<f64>) -> Array2<f64>,
    }
    fn slope(a: &Array2<f64>) -> Array2<f64> {
        a * (1.0 - a)
    }
    fn ones(a: &Array2<f64>) -> Array2<f64> {
        Array2::ones(a.raw_dim())
    }
    const RIGHT: Way = Way { error: |y_hat, x| y_hat - x, slopes: [slope, slope], joined: |first, second| first + second };
    fn by(way: Way, x: &Array2<f64>, w: &Array2<f64>) -> Array2<f64> {
        let a1 = x.dot(w).mapv(sigmoid);
        let y_hat = a1.dot(&w.t()).mapv(sigmoid);
        let delta2 = (way.error)(&y_hat, x) * (way.slopes[1])(&y_hat);
        let delta1 = delta2.dot(w) * (way.slopes[0])(&a1);
        (way.joined)(x.t().dot(&delta1), delta2.t().dot(&a1))
    }
    let mut rng = RandomState::new(10);
    let mut random = |n: usize, d: usize, h: usize| (rng.randn_2d(n, d), rng.randn_2d(d, h));
    let mistakes = [
        (
            "w is used twice, and this is only what it does in the first layer. Two paths: their gradients add.",
            Way { joined: |first, _| first, ..RIGHT },
        ),
        (
            "w is used twice, and this is only what it does in the second layer. Two paths: their gradients add.",
            Way { joined: |_, second| second, ..RIGHT },
        ),
        ("the two gradients are averaged. Over paths one adds.", Way { joined: |first, second| (first + second) / 2.0, ..RIGHT }),
        ("the two gradients are subtracted. Over paths one adds.", Way { joined: |first, second| first - second, ..RIGHT }),
        ("the two gradients are multiplied. Over paths one adds.", Way { joined: |first, second| first * second, ..RIGHT }),
        ("the slope of the output's sigmoids is missing.", Way { slopes: [slope, ones], ..RIGHT }),
        ("the slope of the hidden sigmoids is missing.", Way { slopes: [ones, slope], ..RIGHT }),
        ("both slopes are missing.", Way { slopes: [ones, ones], ..RIGHT }),
        ("a factor 2 is left: ½ and 2 cancel.", Way { error: |y_hat, x| 2.0 * (y_hat - x), ..RIGHT }),
        ("the sign is wrong: ŷ less what it should be.", Way { error: |y_hat, x| x - y_hat, ..RIGHT }),
        ("divided by n. The error is a sum here.", Way { error: |y_hat, x| (y_hat - x) / x.nrows() as f64, ..RIGHT }),
        ("the output is to be x itself: the error is ŷ − x.", Way { error: |y_hat, _| y_hat.clone(), ..RIGHT }),
    ];
    Task::new(
        "tied_gradient",
        tied_gradient,
        &["x", "w"],
        &["dw"],
        |f, (x, w): &(Array2<f64>, Array2<f64>)| f(x, w),
        |x, w| by(RIGHT, x, w),
    )
    .case("two samples, three inputs, one hidden neuron", (array![[1.0, 0.0, 0.5], [0.0, 1.0, 0.25]], array![[1.0], [-0.5], [2.0]]))
    .case("five samples, 3-2-3", random(5, 3, 2))
    .case("four samples, 4-5-4", random(4, 4, 5))
    .variants(mistakes, |way, (x, w)| by(*way, x, w))
    .verdict()
}

/// Checks `train_small(x, y)`: w1 (d, h) and w2 (h, 1) of a network ŷ = σ(σ(x w₁) w₂) without biases, made and trained by the reader's own loop
/// until the summed squared error is below a fiftieth for each row of the table x (n, d), y (n, 1).
pub fn train_small(train_small: fn(&Array2<f64>, &Array2<f64>) -> (Array2<f64>, Array2<f64>)) -> Verdict {
    type Input = (Array2<f64>, Array2<f64>);
    fn told((x, y): &Input, (w1, w2): &Input) -> (&'static str, &'static str) {
        if w1.nrows() != x.ncols() || w1.ncols() != w2.nrows() || w2.ncols() != 1 {
            return ("w₁ or w₂ has a shape that does not fit", "");
        }
        let y_hat = x.dot(w1).mapv(sigmoid).dot(w2).mapv(sigmoid);
        let error = (&y_hat - y).mapv(|e| e * e).sum() / y.len() as f64;
        let right = y_hat.iter().zip(y).filter(|(p, y)| (**p > 0.5) == (**y > 0.5)).count() as f64 / y.len() as f64;
        (
            grade(-error, &[(-0.02, "below 0.02 a row"), (-0.24, "above 0.02 a row")], "as large as for ½ everywhere, or larger"),
            grade(right, &[(1.0, "all")], "not all"),
        )
    }
    fn trained((x, y): (&Array2<f64>, &Array2<f64>), rate: f64, on_w1: f64, steps: usize) -> Input {
        let mut rng = RandomState::new(3);
        let (mut w1, mut w2) = (rng.randn_2d(x.ncols(), 4), rng.randn_2d(4, 1));
        for _ in 0..steps {
            let a1 = x.dot(&w1).mapv(sigmoid);
            let y_hat = a1.dot(&w2).mapv(sigmoid);
            let delta2 = (&y_hat - y) * &y_hat * (1.0 - &y_hat);
            let delta1 = delta2.dot(&w2.t()) * &a1 * (1.0 - &a1);
            w1.scaled_add(-rate * on_w1, &x.t().dot(&delta1));
            w2.scaled_add(-rate, &a1.t().dot(&delta2));
        }
        (w1, w2)
    }
    let x = array![[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]];
    Task::new(
        "train_small",
        train_small,
        &["x", "y"],
        &["squared error", "rows on the right side of ½"],
        |f, input: &Input| told(input, &f(&input.0, &input.1)),
        |x, y| trained((x, y), 2.0, 1.0, 20_000),
    )
    .case("one or the other", (x.clone(), array![[0.0], [1.0], [1.0], [0.0]]))
    .case("both alike", (x.clone(), array![[1.0], [0.0], [0.0], [1.0]]))
    .case("the first without the second", (x, array![[0.0], [0.0], [1.0], [0.0]]))
    .mistake("the error has not fallen. Does a step go down, and does the loop keep the new weights?", |x, y| {
        trained((x, y), -1.0, 1.0, 50)
    })
    .mistake("all rows are on their side, and not yet close enough: more steps, or a larger rate?", |x, y| {
        let (w1, w2) = trained((x, y), 2.0, 1.0, 20_000);
        (w1, 0.3 * w2)
    })
    .mistake("no number: is the rate too large?", |x, _| (Array2::from_elem((x.ncols(), 3), f64::NAN), Array2::zeros((3, 1))))
    .verdict()
}
