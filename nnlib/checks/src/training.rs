//! The tasks of lesson 06: training.

use ndarray::{Array1, Array2, array};
use nnlib::{RandomState, data};

use crate::Verdict;
use crate::judge::{Points, halves, unworthy, worth};
use crate::network::{
    Layers, Network, SIGMOID, TANH, Way, gradients, grown, layers_of, mistakes, network_of, random_network, random_samples,
};
use crate::predict::numbers;
use crate::task::Task;

/// Checks `largest_curvature(h, v, rounds)`: power iteration, so many times v ← H v / |H v|, and then v · H v; h (m, m) symmetric, v (m,).
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

/// Checks `step(x, y, network, rate, lambda)`: the network (w1, b1, w2, b2) after a step of gradient descent on the mean cross-entropy plus
/// λ/2 (|w₁|² + |w₂|²); a tanh in the hidden layer; x (n, d), y (n,), w1 (d, h), w2 (h, k).
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
        (x, y, random_network(&sizes, &mut rng), rate, lambda)
    };
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
            let layers = layers_of(net);
            let moved = |gradients: Layers| -> Layers {
                let both = layers.iter().zip(gradients);
                both.map(|((w, b), (dw, db))| ((self.weight)(w, dw, *rate, *lambda), (self.bias)(b, db, *rate, *lambda))).collect()
            };
            let new = moved(gradients(x, y, &layers, self.way, None));
            network_of(if in_turn { moved(gradients(x, y, &layers, self.way, Some(&new))) } else { new })
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

/// Checks `rates()`: five numbers about gradient descent on f(x) = 2 x² from x = 1.
pub fn rates(rates: fn() -> [f64; 5]) -> Verdict {
    numbers(
        "rates",
        rates,
        [
            (
                "x after one step at the rate 0.1",
                0.6,
                &[
                    (1.4, "this climbs: a step goes against the slope."),
                    (0.9, "the rate multiplies the slope, and the slope at 1 is not 1."),
                    (0.8, "0.8 would be right for the slope 2x. That of 2 x² is 4x."),
                ],
            ),
            ("x after one step at the rate 0.25", 0.0, &[(0.75, "the rate multiplies the slope, and the slope at 1 is not 1.")]),
            (
                "x after three steps at the rate 0.5",
                -1.0,
                &[
                    (1.0, "each step jumps to the other side. How many jumps are there?"),
                    (0.0, "the first step is longer than the way to 0."),
                ],
            ),
            (
                "x after two steps at the rate 0.6",
                1.96,
                &[(-1.4, "this is after one step."), (-3.8, "the slope changes: in the second step it is that at −1.4.")],
            ),
            (
                "the rate from which on x no longer comes down",
                0.5,
                &[
                    (0.25, "at 0.25 it arrives in one step. How far too far may a step go and still gain?"),
                    (2.0, "the rate times the curvature must stay below 2. The curvature of 2 x² is 4."),
                    (1.0, "the curvature of 2 x² is 4, not 2."),
                ],
            ),
        ],
    )
}

/// Checks `train_network(x, y)`: a network (w1, b1, w2, b2) with a hidden layer of tanh and a score for each class, made and trained by the
/// reader's own loop; x (n, 2), y (n,). It is judged by new points of the same kind.
pub fn train_network(train_network: fn(&Array2<f64>, &Array1<usize>) -> (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>)) -> Verdict {
    let mut rng = RandomState::new(1);
    let moons = halves(&data::make_moons(200, 0.15, &mut rng).expect("points"));
    let fewer = halves(&data::make_moons(80, 0.1, &mut rng).expect("points"));
    let circles = halves(&data::make_circles(200, 0.05, 0.5, &mut rng).expect("points"));
    Task::new(
        "train_network",
        train_network,
        &["x", "y"],
        &["right of the points to learn from", "right of the new points"],
        |f, points: &Points| worth(points, &layers_of(&f(&points.0, &points.1))),
        |x, y| network_of(grown(x, y, &[2, 6, 2], 0.3, 600)),
    )
    .case("moons", moons)
    .case("few moons", fewer)
    .case("a circle in a circle", circles)
    .variants(unworthy(), |layers, points| worth(points, &layers(points)))
    .verdict()
}
