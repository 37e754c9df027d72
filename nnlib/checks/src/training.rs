//! The tasks of lesson 06: training.

use ndarray::{Array1, Array2, Axis, array};
use nnlib::RandomState;
use nnlib::activation::softmax;

use crate::Verdict;
use crate::task::Task;
use crate::value::Function;

/// Checks `descend(slope, x, rate, steps)`: where gradient descent ends that starts at x and takes so many steps x ← x − rate · slope(x).
///
/// ```
/// use nnlib_checks as check;
/// assert!(check::descend(|slope, x, rate, steps| (0..steps).fold(x, |x, _| x - rate * slope(x))).passed());
/// ```
pub fn descend(descend: fn(fn(f64) -> f64, f64, f64, usize) -> f64) -> Verdict {
    type Input = (Function<fn(f64) -> f64>, f64, f64, usize);
    Task::new(
        "descend",
        descend,
        &["slope", "x", "rate", "steps"],
        &["x at the end"],
        |f, (slope, x, rate, steps): &Input| f(slope.1, *x, *rate, *steps),
        |slope, x, rate, steps| (0..steps).fold(x, |x, _| x - rate * slope(x)),
    )
    .case("one step on a parabola", (Function("x ↦ 2x", |x| 2.0 * x), 1.0, 0.25, 1))
    .case("two steps", (Function("x ↦ 2x", |x| 2.0 * x), 3.0, 0.125, 2))
    .case("no step at all", (Function("x ↦ 2x", |x| 2.0 * x), 3.0, 0.5, 0))
    .case("twenty steps on ln cosh", (Function("tanh", f64::tanh), 2.0, 0.5, 20))
    .case("three steps that go too far", (Function("x ↦ 4x", |x| 4.0 * x), 1.0, 0.6, 3))
    .mistake("this climbs: the slope points uphill, so the step goes against it.", |slope, x, rate, steps| {
        (0..steps).fold(x, |x, _| x + rate * slope(x))
    })
    .mistake("the slope is taken once, at the start. It changes with every step.", |slope, x, rate, steps| {
        (0..steps).fold(x, |now, _| now - rate * slope(x))
    })
    .mistake("one step too many.", |slope, x, rate, steps| (0..=steps).fold(x, |x, _| x - rate * slope(x)))
    .mistake("one step too few.", |slope, x, rate, steps| (1..steps).fold(x, |x, _| x - rate * slope(x)))
    .mistake("the rate is not used.", |slope, x, _, steps| (0..steps).fold(x, |x, _| x - slope(x)))
    .verdict()
}

/// Checks `largest_curvature(h, v, rounds)`: power iteration, so many times v ← H v / |H v|, and then v · H v; h (m, m) symmetric, v (m,).
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::largest_curvature(|h, v, rounds| {
///     let mut v = v / v.dot(v).sqrt();
///     for _ in 0..rounds {
///         let hv = h.dot(&v);
///         v = &hv / hv.dot(&hv).sqrt();
///     }
///     v.dot(&h.dot(&v))
/// });
/// assert!(verdict.passed());
/// ```
pub fn largest_curvature(largest_curvature: fn(&Array2<f64>, &Array1<f64>, usize) -> f64) -> Verdict {
    fn unit(v: Array1<f64>) -> Array1<f64> {
        let length = v.dot(&v).sqrt();
        v / length
    }
    fn turned(h: &Array2<f64>, v: &Array1<f64>, rounds: usize) -> Array1<f64> {
        (0..rounds).fold(v.clone(), |v, _| unit(h.dot(&v)))
    }
    let random = {
        let a = RandomState::new(0).randn_2d(6, 4);
        10.0 * a.t().dot(&a)
    };
    Task::new(
        "largest_curvature",
        largest_curvature,
        &["H", "v", "rounds"],
        &["curvature"],
        |f, (h, v, rounds): &(Array2<f64>, Array1<f64>, usize)| f(h, v, *rounds),
        |h, v, rounds| {
            let v = turned(h, v, rounds);
            v.dot(&h.dot(&v))
        },
    )
    .case("an elongated bowl, one round", (array![[1.0, 0.0], [0.0, 50.0]], array![0.6, 0.8], 1))
    .case("the same, forty rounds", (array![[1.0, 0.0], [0.0, 50.0]], array![0.6, 0.8], 40))
    .case("a bowl that is turned", (array![[2.0, 1.0], [1.0, 2.0]], array![1.0, 0.5], 2))
    .case("four parameters, 500 rounds", (random.clone(), array![1.0, 0.0, 0.0, 0.0], 500))
    .case("four parameters, three rounds", (random, array![0.5, 0.5, 0.5, 0.5], 3))
    .mistake("v is never made as long as 1 again, and after many rounds it is infinite.", |h, v, rounds| {
        let v = (0..rounds).fold(v.clone(), |v, _| h.dot(&v));
        v.dot(&h.dot(&v))
    })
    .mistake("divided by the square of the length, v · v. The length is its root.", |h, v, rounds| {
        let v = (0..rounds).fold(v.clone(), |v, _| {
            let hv = h.dot(&v);
            let square = hv.dot(&hv);
            hv / square
        });
        v.dot(&h.dot(&v))
    })
    .mistake("this is v · v, which is 1. The curvature along v is v · H v.", |h, v, rounds| {
        let v = turned(h, v, rounds);
        v.dot(&v)
    })
    .mistake("v stays what it was: every round must go on from the last one's v.", |h, v, _| {
        let v = unit(h.dot(v));
        v.dot(&h.dot(&v))
    })
    .mistake("one round too few.", |h, v, rounds| {
        let v = turned(h, v, rounds - 1);
        v.dot(&h.dot(&v))
    })
    .verdict()
}

/// A network with a hidden layer of tanh: w₁, b₁, w₂, b₂.
type Network = (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>);

/// The gradients of the mean cross-entropy.
fn gradients(x: &Array2<f64>, y: &Array1<usize>, (w1, b1, w2, b2): &Network, w2_back: &Array2<f64>) -> Network {
    let a1 = (x.dot(w1) + b1).mapv(f64::tanh);
    let mut delta2 = softmax(&(a1.dot(w2) + b2));
    y.iter().enumerate().for_each(|(i, &class)| delta2[[i, class]] -= 1.0);
    delta2 /= y.len() as f64;
    let delta1 = delta2.dot(&w2_back.t()) * (1.0 - &a1 * &a1);
    (x.t().dot(&delta1), delta1.sum_axis(Axis(0)), a1.t().dot(&delta2), delta2.sum_axis(Axis(0)))
}

/// Checks `step(x, y, network, rate, lambda)`: the network (w1, b1, w2, b2) after a step of gradient descent on the mean cross-entropy plus
/// λ/2 (|w₁|² + |w₂|²); a tanh in the hidden layer; x (n, d), y (n,), w1 (d, h), w2 (h, k).
///
/// ```
/// use ndarray::Axis;
/// use nnlib::activation;
/// use nnlib_checks as check;
/// let verdict = check::step(|x, y, (w1, b1, w2, b2), rate, lambda| {
///     let a1 = (x.dot(w1) + b1).mapv(f64::tanh);
///     let mut delta2 = activation::softmax(&(a1.dot(w2) + b2));
///     y.iter().enumerate().for_each(|(i, &class)| delta2[[i, class]] -= 1.0);
///     delta2 /= y.len() as f64;
///     let delta1 = delta2.dot(&w2.t()) * (1.0 - &a1 * &a1);
///     (
///         w1 - rate * (x.t().dot(&delta1) + lambda * w1),
///         b1 - rate * delta1.sum_axis(Axis(0)),
///         w2 - rate * (a1.t().dot(&delta2) + lambda * w2),
///         b2 - rate * delta2.sum_axis(Axis(0)),
///     )
/// });
/// assert!(verdict.passed());
/// ```
pub fn step(
    step: fn(
        &Array2<f64>,
        &Array1<usize>,
        &(Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>),
        f64,
        f64,
    ) -> (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>),
) -> Verdict {
    type Input = (Array2<f64>, Array1<usize>, Network, f64, f64);
    let random = |n: usize, d: usize, h: usize, k: usize, rate: f64, lambda: f64| -> Input {
        let mut rng = RandomState::new(n as u32);
        let (x, w1, w2) = (rng.randn_2d(n, d), rng.randn_2d(d, h), rng.randn_2d(h, k));
        let (b1, b2) = (rng.randn_2d(1, h).row(0).to_owned(), rng.randn_2d(1, k).row(0).to_owned());
        (x, (0..n).map(|i| (i * i + 1) % k).collect(), (w1, b1, w2, b2), rate, lambda)
    };
    /// The network after a step along these gradients, with these strengths of L2 on weights and biases.
    fn moved((w1, b1, w2, b2): &Network, (dw1, db1, dw2, db2): Network, rate: f64, on_w: f64, on_b: f64) -> Network {
        (w1 - rate * (dw1 + on_w * w1), b1 - rate * (db1 + on_b * b1), w2 - rate * (dw2 + on_w * w2), b2 - rate * (db2 + on_b * b2))
    }
    Task::new(
        "step",
        step,
        &["x", "y", "w1", "b1", "w2", "b2", "rate", "lambda"],
        &["w1", "b1", "w2", "b2"],
        |f, (x, y, network, rate, lambda): &Input| f(x, y, network, *rate, *lambda),
        |x, y, net, rate, lambda| moved(net, gradients(x, y, net, &net.2), rate, lambda, 0.0),
    )
    .case("without regularisation", random(3, 2, 2, 2, 0.5, 0.0))
    .case("with regularisation, 2-3-2", random(5, 2, 3, 2, 0.5, 0.25))
    .case("3-5-4, a rate of 2", random(4, 3, 5, 4, 2.0, 0.125))
    .mistake("the biases are regularised, too. Where a line lies should cost nothing.", |x, y, net, rate, lambda| {
        moved(net, gradients(x, y, net, &net.2), rate, lambda, lambda)
    })
    .mistake("the regularisation is missing: λ w belongs to the gradient of w.", |x, y, net, rate, _| {
        moved(net, gradients(x, y, net, &net.2), rate, 0.0, 0.0)
    })
    .mistake("the regularisation has the wrong sign: it must pull the weights towards 0.", |x, y, net, rate, lambda| {
        moved(net, gradients(x, y, net, &net.2), rate, -lambda, 0.0)
    })
    .mistake("a factor ½ is left: the derivative of λ/2 w² is λ w.", |x, y, net, rate, lambda| {
        moved(net, gradients(x, y, net, &net.2), rate, lambda / 2.0, 0.0)
    })
    .mistake("this climbs: the step goes against the gradient.", |x, y, net, rate, lambda| {
        moved(net, gradients(x, y, net, &net.2), -rate, lambda, 0.0)
    })
    .mistake("the 1/n is missing: this is a step on the summed loss, n times as long.", |x, y, net, rate, lambda| {
        let (n, (dw1, db1, dw2, db2)) = (y.len() as f64, gradients(x, y, net, &net.2));
        moved(net, (n * dw1, n * db1, n * dw2, n * db2), rate, lambda, 0.0)
    })
    .mistake("δ₁ is computed with the new w₂. All gradients first, then all steps.", |x, y, net, rate, lambda| {
        let new_w2 = &net.2 - rate * (gradients(x, y, net, &net.2).2 + lambda * &net.2);
        moved(net, gradients(x, y, net, &new_w2), rate, lambda, 0.0)
    })
    .mistake(
        "λ w is subtracted without the rate. It is a part of the gradient, and the rate multiplies all of it.",
        |x, y, net, rate, lambda| moved(net, gradients(x, y, net, &net.2), rate, lambda / rate, 0.0),
    )
    .verdict()
}

#[cfg(test)]
mod tests {
    use crate as check;

    #[test]
    fn every_known_mistake_is_named() {
        check::task::assert_unsolved([
            check::descend(|_, _, _, _| todo!()),
            check::largest_curvature(|_, _, _| todo!()),
            check::step(|_, _, _, _, _| todo!()),
        ]);
    }
}
