//! The tasks of lesson 06: training.

use ndarray::{Array1, Array2, array};
use nnlib::RandomState;

use crate::Verdict;
use crate::network::{Layers, SIGMOID, TANH, Way, gradients, mistakes, random_layers, random_samples};
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
    let mut rng = RandomState::new(5);
    let mut random = |n: usize, sizes: [usize; 3], rate: f64, lambda: f64| -> Input {
        let (x, y) = random_samples(n, &sizes, &mut rng);
        (x, y, two(random_layers(&sizes, &mut rng)), rate, lambda)
    };
    fn two(layers: Layers) -> Network {
        let [(w1, b1), (w2, b2)]: [_; 2] = layers.try_into().expect("two layers");
        (w1, b1, w2, b2)
    }
    /// A step: how the gradients are computed, and what a weight and a bias become, given their gradients, the rate and λ.
    #[derive(Clone, Copy)]
    struct Step {
        way: Way,
        weight: fn(&Array2<f64>, Array2<f64>, f64, f64) -> Array2<f64>,
        bias: fn(&Array1<f64>, Array1<f64>, f64, f64) -> Array1<f64>,
    }
    const RIGHT: Step =
        Step { way: TANH, weight: |w, dw, rate, lambda| w - rate * (dw + lambda * w), bias: |b, db, rate, _| b - rate * db };
    impl Step {
        fn taken(self, (x, y, net, rate, lambda): &Input, in_turn: bool) -> Network {
            let layers = vec![(net.0.clone(), net.1.clone()), (net.2.clone(), net.3.clone())];
            let moved = |gradients: Layers| -> Layers {
                let both = layers.iter().zip(gradients);
                both.map(|((w, b), (dw, db))| ((self.weight)(w, dw, *rate, *lambda), (self.bias)(b, db, *rate, *lambda))).collect()
            };
            let new = moved(gradients(x, y, &layers, self.way, None));
            two(if in_turn { moved(gradients(x, y, &layers, self.way, Some(&new))) } else { new })
        }
    }
    Task::new(
        "step",
        step,
        &["x", "y", "w1", "b1", "w2", "b2", "rate", "lambda"],
        &["w1", "b1", "w2", "b2"],
        |f, (x, y, network, rate, lambda): &Input| f(x, y, network, *rate, *lambda),
        |x, y, net, rate, lambda| RIGHT.taken(&(x.clone(), y.clone(), net.clone(), rate, lambda), false),
    )
    .case("without regularisation, 2-3-2", random(5, [2, 3, 2], 0.5, 0.0))
    .case("with regularisation", random(5, [2, 3, 2], 0.5, 0.25))
    .case("3-5-4, a rate of 2", random(4, [3, 5, 4], 2.0, 0.125))
    .case("3-3-3", random(3, [3, 3, 3], 0.25, 0.5))
    .variants(mistakes(TANH, ("this is the slope of a sigmoid, a (1 − a). The layer is a tanh.", SIGMOID.slope)), |way, input| {
        Step { way: *way, ..RIGHT }.taken(input, false)
    })
    .variants(
        [
            (
                "the biases are regularised, too. Where a line lies should cost nothing.",
                Step { bias: |b, db, rate, lambda| b - rate * (db + lambda * b), ..RIGHT },
            ),
            ("the regularisation is missing: λ w belongs to the gradient of w.", Step { weight: |w, dw, rate, _| w - rate * dw, ..RIGHT }),
            (
                "the regularisation has the wrong sign: it must pull the weights towards 0.",
                Step { weight: |w, dw, rate, lambda| w - rate * (dw - lambda * w), ..RIGHT },
            ),
            (
                "a factor ½ is left: the derivative of λ/2 w² is λ w.",
                Step { weight: |w, dw, rate, lambda| w - rate * (dw + lambda / 2.0 * w), ..RIGHT },
            ),
            (
                "a factor 2 is too many: the derivative of λ/2 w² is λ w.",
                Step { weight: |w, dw, rate, lambda| w - rate * (dw + 2.0 * lambda * w), ..RIGHT },
            ),
            (
                "the penalty itself is added, λ/2 w², and not its derivative.",
                Step { weight: |w, dw, rate, lambda| w - rate * (dw + lambda / 2.0 * w * w), ..RIGHT },
            ),
            (
                "λ w is subtracted without the rate. It is a part of the gradient, and the rate multiplies all of it.",
                Step { weight: |w, dw, rate, lambda| w - (rate * dw + lambda * w), ..RIGHT },
            ),
            ("only the weights move. The biases have gradients, too.", Step { bias: |b, _, _, _| b.clone(), ..RIGHT }),
            ("the rate is not used.", Step { weight: |w, dw, _, lambda| w - (dw + lambda * w), bias: |b, db, _, _| b - db, ..RIGHT }),
            (
                "these are the steps alone. Asked for is where they lead.",
                Step { weight: |w, dw, rate, lambda| -rate * (dw + lambda * w), bias: |_, db, rate, _| -rate * db, ..RIGHT },
            ),
            (
                "this climbs: the step goes against all of the gradient, that of the penalty, too.",
                Step { weight: |w, dw, rate, lambda| w + rate * (dw + lambda * w), bias: |b, db, rate, _| b + rate * db, ..RIGHT },
            ),
        ],
        |step, input| step.taken(input, false),
    )
    .variants([("δ₁ is computed with the new w₂. All gradients first, then all steps.", RIGHT)], |step, input| step.taken(input, true))
    .verdict()
}
