//! The tasks of lesson 05: the backward pass.

use ndarray::{Array1, Array2, Axis, array};
use nnlib::RandomState;

use crate::Verdict;
use crate::network::{Network, SIGMOID, TANH, Way, gradients, mistakes, network_of, randn, random_network, random_samples};
use crate::predict::numbers;
use crate::task::Task;

/// Checks `by_hand()`: five numbers about L = f² with f = x y + x at x = 3, y = −2.
pub fn by_hand(by_hand: fn() -> [f64; 5]) -> Verdict {
    numbers(
        "by_hand",
        by_hand,
        [
            ("f", -3.0, &[(-6.0, "this is x y alone."), (9.0, "this is L.")]),
            ("∂L/∂f", -6.0, &[(9.0, "this is L itself."), (6.0, "2 f, and f is negative."), (-3.0, "the derivative of f² is 2 f.")]),
            ("∂L/∂y", -18.0, &[(3.0, "this is ∂f/∂y. The chain goes on to L."), (18.0, "the sign: which of the factors are negative?")]),
            (
                "∂L/∂x",
                6.0,
                &[
                    (12.0, "x comes into f on two paths. This is the one through x y."),
                    (-6.0, "x comes into f on two paths. This is the one through the lone x."),
                    (-1.0, "this is ∂f/∂x. The chain goes on to L."),
                    (-72.0, "the two paths are multiplied. Along a path one multiplies, over paths one adds."),
                ],
            ),
            (
                "x after a step at the rate 0.01",
                2.94,
                &[(3.06, "this climbs."), (2.88, "the step takes the whole derivative, both paths.")],
            ),
        ],
    )
}

/// Checks `hidden_delta(delta2, w2, a1)`: (δ₂ w₂ᵀ) ∘ (1 − a₁²), (n, h), for a tanh layer; delta2 (n, k), w2 (h, k), a1 (n, h).
pub fn hidden_delta(hidden_delta: fn(&Array2<f64>, &Array2<f64>, &Array2<f64>) -> Array2<f64>) -> Verdict {
    let random = |n: usize, h: usize, k: usize| {
        let mut rng = RandomState::new(n as u32);
        (rng.randn_2d(n, k), rng.randn_2d(h, k), rng.randn_2d(n, h).mapv(f64::tanh))
    };
    Task::new(
        "hidden_delta",
        hidden_delta,
        &["delta2", "w2", "a1"],
        &["delta1"],
        |f, (delta2, w2, a1): &(Array2<f64>, Array2<f64>, Array2<f64>)| f(delta2, w2, a1),
        |delta2, w2, a1| delta2.dot(&w2.t()) * (1.0 - a1 * a1),
    )
    .case(
        "one sample, three neurons, two classes",
        (array![[0.5, -0.5]], array![[1.0, 2.0], [3.0, 5.0], [-1.0, 0.5]], array![[0.5, -0.5, 0.25]]),
    )
    .case("three samples, two neurons, two classes", random(3, 2, 2))
    .case("four samples, five neurons, three classes", random(4, 5, 3))
    .mistake("w₂ is not transposed. The delta goes back along the weights that the activation came forward on.", |delta2, w2, a1| {
        delta2.dot(w2) * (1.0 - a1 * a1)
    })
    .mistake("the slope of tanh is missing: this is the derivative by a₁, not by z₁.", |delta2, w2, _| delta2.dot(&w2.t()))
    .mistake("the slope of tanh is 1 − a². The square is missing.", |delta2, w2, a1| delta2.dot(&w2.t()) * (1.0 - a1))
    .mistake("this is the slope of a sigmoid, a (1 − a). The layer is a tanh.", |delta2, w2, a1| delta2.dot(&w2.t()) * a1 * (1.0 - a1))
    .mistake("a₁ is the activation already: 1 − tanh(a₁)² bends it a second time.", |delta2, w2, a1| {
        delta2.dot(&w2.t()) * a1.mapv(|a| 1.0 - a.tanh().powi(2))
    })
    .mistake("this is 1 − z₁². The slope of tanh is 1 − tanh²(z₁), and tanh(z₁) is a₁ as it stands.", |delta2, w2, a1| {
        delta2.dot(&w2.t()) * a1.mapv(|a| 1.0 - a.atanh().powi(2))
    })
    .mistake("multiplied by a₁ in place of the slope 1 − a₁².", |delta2, w2, a1| delta2.dot(&w2.t()) * a1)
    .verdict()
}

/// Checks `backward(x, y, w1, b1, w2, b2)`: the gradients dw₁, db₁, dw₂, db₂ of the mean cross-entropy of a network with a hidden layer of
/// sigmoids; x (n, d), y (n,), w1 (d, h), w2 (h, k).
pub fn backward(
    backward: fn(
        &Array2<f64>,
        &Array1<usize>,
        &Array2<f64>,
        &Array1<f64>,
        &Array2<f64>,
        &Array1<f64>,
    ) -> (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>),
) -> Verdict {
    type Input = (Array2<f64>, Array1<usize>, Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>);
    let mut rng = RandomState::new(3);
    let mut random = |n: usize, sizes: [usize; 3]| -> Input {
        let (x, y) = random_samples(n, &sizes, &mut rng);
        let (w1, b1, w2, b2) = random_network(&sizes, &mut rng);
        (x, y, w1, b1, w2, b2)
    };
    fn by(way: Way, (x, y, w1, b1, w2, b2): &Input) -> Network {
        network_of(gradients(x, y, &[(w1.clone(), b1.clone()), (w2.clone(), b2.clone())], way, None))
    }
    Task::new(
        "backward",
        backward,
        &["x", "y", "w1", "b1", "w2", "b2"],
        &["dw1", "db1", "dw2", "db2"],
        |f, (x, y, w1, b1, w2, b2): &Input| f(x, y, w1, b1, w2, b2),
        |x, y, w1, b1, w2, b2| by(SIGMOID, &(x.clone(), y.clone(), w1.clone(), b1.clone(), w2.clone(), b2.clone())),
    )
    .case("five points, 2-3-2", random(5, [2, 3, 2]))
    .case("four points, 3-5-4", random(4, [3, 5, 4]))
    .case("three points, 3-3-3", random(3, [3, 3, 3]))
    .variants(
        mistakes(SIGMOID, ("the slope is that of tanh, 1 − a². This layer is a sigmoid: a (1 − a).", TANH.slope)),
        |way, input| by(*way, input),
    )
    .variants(
        [
            ("the hidden layer's forward pass is a tanh; this one is to be a sigmoid.", Way { activation: f64::tanh, ..SIGMOID }),
            ("the network of the lesson, with a tanh. This one has a sigmoid in its hidden layer.", TANH),
        ],
        |way, input| by(*way, input),
    )
    .verdict()
}

/// Checks `residual_gradient(x, w, b, delta_a)`: dx (n, d), dw (d, d) and db (d,) of the layer a = x + tanh(x w + b), where delta_a = ∂L/∂a
/// (n, d).
pub fn residual_gradient(
    residual_gradient: fn(&Array2<f64>, &Array2<f64>, &Array1<f64>, &Array2<f64>) -> (Array2<f64>, Array2<f64>, Array1<f64>),
) -> Verdict {
    type Input = (Array2<f64>, Array2<f64>, Array1<f64>, Array2<f64>);
    type Gradients = (Array2<f64>, Array2<f64>, Array1<f64>);
    /// The gradients for the derivative by z, given that by a and tanh z, and for dx, given delta_a, delta and w.
    fn by(
        (x, w, b, delta_a): (&Array2<f64>, &Array2<f64>, &Array1<f64>, &Array2<f64>),
        delta: fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>,
        dx: fn(&Array2<f64>, &Array2<f64>, &Array2<f64>) -> Array2<f64>,
    ) -> Gradients {
        let delta = delta(delta_a, &(x.dot(w) + b).mapv(f64::tanh));
        (dx(delta_a, &delta, w), x.t().dot(&delta), delta.sum_axis(Axis(0)))
    }
    fn delta(delta_a: &Array2<f64>, t: &Array2<f64>) -> Array2<f64> {
        delta_a * (1.0 - t * t)
    }
    fn dx(delta_a: &Array2<f64>, delta: &Array2<f64>, w: &Array2<f64>) -> Array2<f64> {
        delta_a + &delta.dot(&w.t())
    }
    let mut rng = RandomState::new(8);
    let mut random = |n: usize, d: usize| -> Input { (rng.randn_2d(n, d), rng.randn_2d(d, d), randn(d, &mut rng), rng.randn_2d(n, d)) };
    Task::new(
        "residual_gradient",
        residual_gradient,
        &["x", "w", "b", "delta_a"],
        &["dx", "dw", "db"],
        |f, (x, w, b, delta_a): &Input| f(x, w, b, delta_a),
        |x, w, b, delta_a| by((x, w, b, delta_a), delta, dx),
    )
    .case("two samples, one number each", (array![[0.0], [0.5]], array![[2.0]], array![0.0], array![[1.0], [-0.5]]))
    .case("four samples, two numbers each", random(4, 2))
    .case("three samples, three numbers each", random(3, 3))
    .mistake("the path past the layer is missing in dx: x comes into a twice.", |x, w, b, delta_a| {
        by((x, w, b, delta_a), delta, |_, delta, w| delta.dot(&w.t()))
    })
    .mistake("the path through the layer is missing in dx: x comes into a twice.", |x, w, b, delta_a| {
        by((x, w, b, delta_a), delta, |delta_a, _, _| delta_a.clone())
    })
    .mistake("the two paths of dx are multiplied. Over paths one adds.", |x, w, b, delta_a| {
        by((x, w, b, delta_a), delta, |delta_a, delta, w| delta_a * delta.dot(&w.t()))
    })
    .mistake("the path past the layer has no tanh on it, and no slope of one.", |x, w, b, delta_a| {
        by((x, w, b, delta_a), delta, |_, delta, w| delta + &delta.dot(&w.t()))
    })
    .mistake("w is not transposed on the way back.", |x, w, b, delta_a| {
        by((x, w, b, delta_a), delta, |delta_a, delta, w| delta_a + &delta.dot(w))
    })
    .mistake("the slope of tanh is missing.", |x, w, b, delta_a| by((x, w, b, delta_a), |delta_a, _| delta_a.clone(), dx))
    .mistake("the slope of tanh is 1 − tanh². The square is missing.", |x, w, b, delta_a| {
        by((x, w, b, delta_a), |delta_a, t| delta_a * (1.0 - t), dx)
    })
    .mistake("the slope is computed from a, which is x + tanh z here. It is 1 − tanh² z.", |x, w, b, delta_a| {
        let a = x + &(x.dot(w) + b).mapv(f64::tanh);
        let delta = delta(delta_a, &a);
        (dx(delta_a, &delta, w), x.t().dot(&delta), delta.sum_axis(Axis(0)))
    })
    .mistake("dw and db start from ∂L/∂a. They need ∂L/∂z, behind the tanh.", |x, w, b, delta_a| {
        (by((x, w, b, delta_a), delta, dx).0, x.t().dot(delta_a), delta_a.sum_axis(Axis(0)))
    })
    .mistake("db is a mean over the samples. The 1/n is in ∂L/∂a already: sum.", |x, w, b, delta_a| {
        let (dx, dw, db) = by((x, w, b, delta_a), delta, dx);
        (dx, dw, db / x.nrows() as f64)
    })
    .verdict()
}
