//! The tasks of lesson 08: minibatches, momentum and annealing.

use std::f64::consts::PI;

use ndarray::{Array1, Array2, Axis, array};
use nnlib::RandomState;
use nnlib::activation::sigmoid;

use crate::Verdict;
use crate::task::Task;
use crate::value::Function;

/// Checks `batches(order, m)`: the row numbers in their order, m to a batch, the last batch smaller where they do not come out even.
///
/// ```
/// use nnlib_checks as check;
/// assert!(check::batches(|order, m| order.chunks(m).map(<[usize]>::to_vec).collect()).passed());
/// ```
pub fn batches(batches: fn(&[usize], usize) -> Vec<Vec<usize>>) -> Verdict {
    fn chunks(order: &[usize], m: usize) -> Vec<Vec<usize>> {
        order.chunks(m).map(<[usize]>::to_vec).collect()
    }
    Task::new("batches", batches, &["order", "m"], &["batches"], |f, (order, m): &(Vec<usize>, usize)| f(order, *m), chunks)
        .case("six rows in threes", (vec![4, 0, 3, 5, 1, 2], 3))
        .case("five rows in twos", (vec![3, 0, 4, 1, 2], 2))
        .case("one row at a time", (vec![1, 2, 0], 1))
        .case("fewer rows than a batch has", (vec![1, 0], 10))
        .mistake("the last, smaller batch is dropped. Its rows would never be learned from.", |order, m| {
            order.chunks_exact(m).map(<[usize]>::to_vec).collect()
        })
        .mistake("the order is not used: the rows are taken as they stand.", |order, m| chunks(&(0..order.len()).collect::<Vec<_>>(), m))
        .mistake("this makes m batches. m is the size of a batch.", |order, m| chunks(order, order.len().div_ceil(m)))
        .mistake("the batches overlap. In an epoch every row is used once.", |order, m| {
            order.windows(m.min(order.len())).map(<[usize]>::to_vec).collect()
        })
        .mistake("every m-th row goes together. A batch is m rows in a row.", |order, m| {
            let count = order.len().div_ceil(m);
            (0..count).map(|k| order.iter().skip(k).step_by(count).copied().collect()).collect()
        })
        .verdict()
}

/// Checks `epoch(x, y, w, b, batches, rate)`: weights and bias of a logistic regression after one step for each batch, on the mean log-loss
/// of the batch; x (n, d), y (n,), w (d,), batches of row numbers.
///
/// ```
/// use ndarray::Axis;
/// use nnlib::activation::sigmoid;
/// use nnlib_checks as check;
/// let verdict = check::epoch(|x, y, w, b, batches, rate| {
///     let (mut w, mut b) = (w.clone(), b);
///     for rows in batches {
///         let (x, y) = (x.select(Axis(0), rows), y.select(Axis(0), rows));
///         let delta = ((x.dot(&w) + b).mapv(sigmoid) - &y) / y.len() as f64;
///         w = w - rate * x.t().dot(&delta);
///         b -= rate * delta.sum();
///     }
///     (w, b)
/// });
/// assert!(verdict.passed());
/// ```
pub fn epoch(epoch: fn(&Array2<f64>, &Array1<f64>, &Array1<f64>, f64, &[Vec<usize>], f64) -> (Array1<f64>, f64)) -> Verdict {
    type Input = (Array2<f64>, Array1<f64>, Array1<f64>, f64, Vec<Vec<usize>>, f64);
    /// The gradient of the summed log-loss of these rows.
    fn gradient(x: &Array2<f64>, y: &Array1<f64>, w: &Array1<f64>, b: f64, rows: &[usize]) -> (Array1<f64>, f64) {
        let (x, y) = (x.select(Axis(0), rows), y.select(Axis(0), rows));
        let delta = (x.dot(w) + b).mapv(sigmoid) - y;
        (x.t().dot(&delta), delta.sum())
    }
    /// A step for each batch, with a divisor of its own.
    fn pass(
        x: &Array2<f64>,
        y: &Array1<f64>,
        w: &Array1<f64>,
        b: f64,
        batches: &[Vec<usize>],
        rate: f64,
        by: fn(usize, usize) -> usize,
    ) -> (Array1<f64>, f64) {
        let (mut w, mut b) = (w.clone(), b);
        for rows in batches {
            let (dw, db) = gradient(x, y, &w, b, rows);
            let rate = rate / by(rows.len(), y.len()) as f64;
            w.scaled_add(-rate, &dw);
            b -= rate * db;
        }
        (w, b)
    }
    let mut rng = RandomState::new(3);
    let random: Input = (
        rng.randn_2d(7, 3),
        array![1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0],
        rng.randn_2d(1, 3).row(0).to_owned(),
        0.5,
        vec![vec![6, 0, 3], vec![1, 5, 2], vec![4]],
        1.0,
    );
    let (x, y) = (array![[1.0, 2.0], [0.0, -1.0], [2.0, 0.0], [-1.0, 1.0]], array![1.0, 0.0, 0.0, 1.0]);
    Task::new(
        "epoch",
        epoch,
        &["x", "y", "w", "b", "batches", "rate"],
        &["w", "b"],
        |f, (x, y, w, b, batches, rate): &Input| f(x, y, w, *b, batches, *rate),
        |x, y, w, b, batches, rate| pass(x, y, w, b, batches, rate, |m, _| m),
    )
    .case("one batch of all", (x.clone(), y.clone(), array![0.0, 0.0], 0.0, vec![vec![0, 1, 2, 3]], 1.0))
    .case("two batches of two", (x, y, array![0.5, -0.5], 0.25, vec![vec![2, 0], vec![3, 1]], 2.0))
    .case("seven points, the last batch has one", random)
    .mistake("divided by n, the number of all points. The mean is over the batch: divide by its size.", |x, y, w, b, batches, rate| {
        pass(x, y, w, b, batches, rate, |_, n| n)
    })
    .mistake("the 1/m is missing: this is the gradient of the batch's sum, not of its mean.", |x, y, w, b, batches, rate| {
        pass(x, y, w, b, batches, rate, |_, _| 1)
    })
    .mistake("every step uses all points. Select the rows of the batch.", |x, y, w, b, batches, rate| {
        let all: Vec<usize> = (0..y.len()).collect();
        pass(x, y, w, b, &vec![all; batches.len()], rate, |m, _| m)
    })
    .mistake("all batches see the old weights. Each step goes on from the last.", |x, y, w, b, batches, rate| {
        let (mut new_w, mut new_b) = (w.clone(), b);
        for rows in batches {
            let (dw, db) = gradient(x, y, w, b, rows);
            new_w.scaled_add(-rate / rows.len() as f64, &dw);
            new_b -= rate / rows.len() as f64 * db;
        }
        (new_w, new_b)
    })
    .mistake("only the first batch is used.", |x, y, w, b, batches, rate| pass(x, y, w, b, &batches[..1], rate, |m, _| m))
    .mistake("this climbs: the step goes against the gradient.", |x, y, w, b, batches, rate| pass(x, y, w, b, batches, -rate, |m, _| m))
    .mistake("the bias does not learn. It has a gradient, too.", |x, y, w, b, batches, rate| {
        let mut new = w.clone();
        for rows in batches {
            let (dw, _) = gradient(x, y, &new, b, rows);
            new.scaled_add(-rate / rows.len() as f64, &dw);
        }
        (new, b)
    })
    .verdict()
}

/// Checks `momentum(slope, x, rate, mu, steps)`: where it ends that starts at x with velocity 0 and takes so many steps
/// v ← μ v − rate · slope(x), x ← x + v.
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::momentum(|slope, x, rate, mu, steps| {
///     let (mut x, mut v) = (x, 0.0);
///     for _ in 0..steps {
///         v = mu * v - rate * slope(x);
///         x += v;
///     }
///     x
/// });
/// assert!(verdict.passed());
/// ```
pub fn momentum(momentum: fn(fn(f64) -> f64, f64, f64, f64, usize) -> f64) -> Verdict {
    type Input = (Function<fn(f64) -> f64>, f64, f64, f64, usize);
    /// Steps of any kind from the place and the velocity.
    fn walk(x: f64, steps: usize, next: impl Fn(f64, f64) -> (f64, f64)) -> f64 {
        (0..steps).fold((x, 0.0), |(x, v), _| next(x, v)).0
    }
    Task::new(
        "momentum",
        momentum,
        &["slope", "x", "rate", "mu", "steps"],
        &["x at the end"],
        |f, (slope, x, rate, mu, steps): &Input| f(slope.1, *x, *rate, *mu, *steps),
        |slope, x, rate, mu, steps| {
            walk(x, steps, |x, v| {
                let v = mu * v - rate * slope(x);
                (x + v, v)
            })
        },
    )
    .case("one step: no velocity yet", (Function("x ↦ 2x", |x| 2.0 * x), 1.0, 0.25, 0.5, 1))
    .case("two steps", (Function("x ↦ 2x", |x| 2.0 * x), 1.0, 0.25, 0.5, 2))
    .case("a slope that stays: ten steps", (Function("x ↦ 1", |_| 1.0), 0.0, 0.125, 0.75, 10))
    .case("thirty steps on ln cosh", (Function("tanh", f64::tanh), 3.0, 0.1, 0.9, 30))
    .case("no momentum", (Function("x ↦ 2x", |x| 2.0 * x), 1.0, 0.25, 0.0, 4))
    .mistake("the velocity is forgotten: this is plain gradient descent.", |slope, x, rate, _, steps| {
        walk(x, steps, |x, v| (x - rate * slope(x), v))
    })
    .mistake("this is Nesterov's variant: it asks for the slope at x + μ v. Here it is asked for at x.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| {
            let v = mu * v - rate * slope(x + mu * v);
            (x + v, v)
        })
    })
    .mistake(
        "the new slope is weighted by 1 − μ: a moving average. Here the velocity adds up, and is 1/(1 − μ) times as long.",
        |slope, x, rate, mu, steps| {
            walk(x, steps, |x, v| {
                let v = mu * v - (1.0 - mu) * rate * slope(x);
                (x + v, v)
            })
        },
    )
    .mistake("the step is made with the velocity of the step before. First v, then x.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| (x + v, mu * v - rate * slope(x)))
    })
    .mistake("this climbs. The minus stands once: v ← μ v − rate · slope, x ← x + v.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| {
            let v = mu * v + rate * slope(x);
            (x + v, v)
        })
    })
    .mistake("the old velocity is subtracted: it turns round at every step. v ← + μ v.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| {
            let v = -mu * v - rate * slope(x);
            (x + v, v)
        })
    })
    .mistake("the brackets: μ multiplies the new slope, too. It belongs to the old velocity only.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| {
            let v = mu * (v - rate * slope(x));
            (x + v, v)
        })
    })
    .mistake("rate and μ are exchanged: μ multiplies the velocity, the rate the slope.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| {
            let v = rate * v - mu * slope(x);
            (x + v, v)
        })
    })
    .mistake("the rate multiplies the old velocity, too. It belongs to the slope only.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| {
            let v = mu * v - slope(x);
            (x + rate * v, rate * v)
        })
    })
    .verdict()
}

/// Checks `cosine(t, eta0, last)`: η₀/2 (1 + cos(π t / T)), the rate at step t of T = `last`.
///
/// ```
/// use nnlib::Schedule;
/// use nnlib_checks as check;
/// assert!(check::cosine(|t, initial, updates| Schedule::Cosine { initial, updates }.rate(t)).passed());
/// ```
pub fn cosine(cosine: fn(usize, f64, usize) -> f64) -> Verdict {
    fn turn(t: usize, last: usize) -> f64 {
        PI * t as f64 / last as f64
    }
    Task::new(
        "cosine",
        cosine,
        &["t", "eta0", "last"],
        &["rate"],
        |f, (t, eta0, last): &(usize, f64, usize)| f(*t, *eta0, *last),
        |t, eta0, last| eta0 / 2.0 * (1.0 + turn(t, last).cos()),
    )
    .case("the first step", (0, 0.5, 10))
    .case("half-way", (5, 0.5, 10))
    .case("the last", (10, 0.5, 10))
    .case("a quarter of the way, from 2", (25, 2.0, 100))
    .case("a tenth of the way", (200, 0.1, 2000))
    .mistake("the rate stays: it is never annealed.", |_, eta0, _| eta0)
    .mistake("the quotient of two integers is an integer: t / last is 0 until the last step. Make them f64 first.", |t, eta0, last| {
        eta0 / 2.0 * (1.0 + (PI * (t / last) as f64).cos())
    })
    .mistake("the 1 is missing: cos alone goes from 1 to −1, and a negative rate climbs.", |t, eta0, last| eta0 * turn(t, last).cos())
    .mistake("the half is missing: it starts at twice the rate.", |t, eta0, last| eta0 * (1.0 + turn(t, last).cos()))
    .mistake("π is missing: the cosine does not come down to −1.", |t, eta0, last| eta0 / 2.0 * (1.0 + (t as f64 / last as f64).cos()))
    .mistake("a whole wave: the rate comes back at the end. Half a wave has the angle π t / T.", |t, eta0, last| {
        eta0 / 2.0 * (1.0 + (2.0 * turn(t, last)).cos())
    })
    .mistake("the rate rises: 1 − cos goes the other way.", |t, eta0, last| eta0 / 2.0 * (1.0 - turn(t, last).cos()))
    .verdict()
}

/// Checks `anneal(slope, x, eta0, decay, steps)`: where gradient descent ends that starts at x and takes step t = 0, 1, … at the rate
/// η₀ / (1 + decay · t).
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::anneal(|slope, x, eta0, decay, steps| (0..steps).fold(x, |x, t| x - eta0 / (1.0 + decay * t as f64) * slope(x)));
/// assert!(verdict.passed());
/// ```
pub fn anneal(anneal: fn(fn(f64) -> f64, f64, f64, f64, usize) -> f64) -> Verdict {
    type Input = (Function<fn(f64) -> f64>, f64, f64, f64, usize);
    /// Gradient descent at these rates.
    fn descend(slope: fn(f64) -> f64, x: f64, steps: usize, rate: impl Fn(f64) -> f64) -> f64 {
        (0..steps).fold(x, |x, t| x - rate(t as f64) * slope(x))
    }
    Task::new(
        "anneal",
        anneal,
        &["slope", "x", "eta0", "decay", "steps"],
        &["x at the end"],
        |f, (slope, x, eta0, decay, steps): &Input| f(slope.1, *x, *eta0, *decay, *steps),
        |slope, x, eta0, decay, steps| descend(slope, x, steps, |t| eta0 / (1.0 + decay * t)),
    )
    .case("one step: at the full rate", (Function("x ↦ x", |x| x), 1.0, 0.5, 1.0, 1))
    .case("two steps, the second at half the rate", (Function("x ↦ x", |x| x), 1.0, 0.5, 1.0, 2))
    .case("five steps up a slope that stays", (Function("x ↦ −1", |_| -1.0), 0.0, 1.0, 0.5, 5))
    .case("forty steps on ln cosh", (Function("tanh", f64::tanh), 2.0, 0.3, 0.1, 40))
    .case("no decay", (Function("x ↦ x", |x| x), 1.0, 0.25, 0.0, 3))
    .mistake("the rate is never annealed: every step has the rate η₀.", |slope, x, eta0, _, steps| descend(slope, x, steps, |_| eta0))
    .mistake("the count begins at 1, so the first step is annealed already. It begins at 0.", |slope, x, eta0, decay, steps| {
        descend(slope, x, steps, |t| eta0 / (1.0 + decay * (t + 1.0)))
    })
    .mistake(
        "the rate of the last step is divided again. Every rate comes from η₀ itself, or they fall much faster.",
        |slope, x, eta0, decay, steps| descend(slope, x, steps, |t| (0..=t as usize).fold(eta0, |rate, t| rate / (1.0 + decay * t as f64))),
    )
    .mistake("this decay is exponential, η₀ / (1 + decay)^t. Asked for is η₀ / (1 + decay · t).", |slope, x, eta0, decay, steps| {
        descend(slope, x, steps, |t| eta0 / (1.0 + decay).powf(t))
    })
    .mistake("the rate falls in a straight line and becomes negative. Divide, do not subtract.", |slope, x, eta0, decay, steps| {
        descend(slope, x, steps, |t| eta0 * (1.0 - decay * t))
    })
    .mistake("this climbs: the step goes against the slope.", |slope, x, eta0, decay, steps| {
        descend(slope, x, steps, |t| -eta0 / (1.0 + decay * t))
    })
    .verdict()
}
