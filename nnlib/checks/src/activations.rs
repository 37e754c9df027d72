//! The tasks of lesson 09: other activations.

use ndarray::{Array1, Array2, Axis, array};
use nnlib::{Activation, RandomState, data};

use crate::Verdict;
use crate::network::{Network, TANH, Way, gradients, layers_of, mistakes, network_of, random_network, random_samples};
use crate::task::Task;

/// Checks `elu_derivative(a, alpha)`: the slope of the ELU from its activation a: 1 for a > 0, else a + α.
pub fn elu_derivative(elu_derivative: fn(f64, f64) -> f64) -> Verdict {
    let at = |z: f64, alpha: f64| (Activation::elu(alpha).expect("above 0").value(z), alpha);
    Task::new(
        "elu_derivative",
        elu_derivative,
        &["a", "alpha"],
        &["slope"],
        |f, (a, alpha): &(f64, f64)| f(*a, *alpha),
        |a, alpha| if a > 0.0 { 1.0 } else { a + alpha },
    )
    .case("a positive activation", (2.0, 1.0))
    .case("a = −0.5", (-0.5, 1.0))
    .case("of a score of −1, α = 2", at(-1.0, 2.0))
    .case("of a score of −3, α = 0.5", at(-3.0, 0.5))
    .case("nearly −α", at(-50.0, 1.0))
    .mistake("a is taken for z: α e^a. The activation has been through e^z already; α e^z = a + α.", |a, alpha| {
        if a > 0.0 { 1.0 } else { alpha * a.exp() }
    })
    .mistake("alpha is not used.", |a, _| if a > 0.0 { 1.0 } else { a + 1.0 })
    .mistake("α (a + 1): a has the factor α already, so add α to it.", |a, alpha| if a > 0.0 { 1.0 } else { alpha * (a + 1.0) })
    .mistake("this is the slope of the leaky ReLU.", |a, alpha| if a > 0.0 { 1.0 } else { alpha })
    .mistake("this is the slope of the ReLU.", |a, _| if a > 0.0 { 1.0 } else { 0.0 })
    .mistake("the slope is 1 on the left, too. There the curve bends, down to a slope of 0: a + α.", |_, _| 1.0)
    .mistake("on the right the slope is 1, not a.", |a, alpha| if a > 0.0 { a } else { a + alpha })
    .verdict()
}

/// Checks `dead(x, w, b)`: how many neurons of a ReLU layer have no positive score for any row of x; x (n, d), w (d, h), b (h,).
pub fn dead(dead: fn(&Array2<f64>, &Array2<f64>, &Array1<f64>) -> usize) -> Verdict {
    fn scores(x: &Array2<f64>, w: &Array2<f64>, b: &Array1<f64>) -> Array2<f64> {
        x.dot(w) + b
    }
    let mut rng = RandomState::new(4);
    let random = (rng.randn_2d(6, 2), rng.randn_2d(2, 8), rng.randn_2d(1, 8).row(0).mapv(|b| b - 1.5));
    let tiny = (array![[1.0, 2.0], [2.0, 1.0], [3.0, 0.0]], array![[-1.0, 1.0, 0.0], [-1.0, -1.0, 0.0]], array![0.0, 0.0, -0.5]);
    Task::new(
        "dead",
        dead,
        &["x", "w", "b"],
        &["dead neurons"],
        |f, (x, w, b): &(Array2<f64>, Array2<f64>, Array1<f64>)| f(x, w, b),
        |x, w, b| scores(x, w, b).columns().into_iter().filter(|z| z.iter().all(|&z| z <= 0.0)).count(),
    )
    .case("three neurons, three samples", tiny)
    .case("the biases decide", (array![[1.0], [2.0]], array![[1.0, 1.0, 1.0, 1.0]], array![0.0, -3.0, -1.5, -10.0]))
    .case("a score of exactly 0 gives no slope", (array![[1.0], [2.0]], array![[1.0, -1.0, 1.0]], array![-2.0, 1.0, -1.0]))
    .case("eight neurons, six samples", random)
    .case("none", (array![[1.0, -1.0], [-1.0, 1.0]], array![[1.0, 0.5], [0.0, 1.0]], array![0.0, 0.0]))
    .mistake("this counts the neurons that are silent for some sample. A dead one is silent for all.", |x, w, b| {
        scores(x, w, b).columns().into_iter().filter(|z| z.iter().any(|&z| z <= 0.0)).count()
    })
    .mistake("this counts all silent answers, sample by sample. Count neurons, that is columns.", |x, w, b| {
        scores(x, w, b).iter().filter(|&&z| z <= 0.0).count()
    })
    .mistake("this counts samples for which all neurons are silent. Neurons stand in the columns.", |x, w, b| {
        scores(x, w, b).rows().into_iter().filter(|z| z.iter().all(|&z| z <= 0.0)).count()
    })
    .mistake("the biases are missing.", |x, w, _| x.dot(w).columns().into_iter().filter(|z| z.iter().all(|&z| z <= 0.0)).count())
    .mistake("at a score of exactly 0 the slope is 0, too: <=, not <.", |x, w, b| {
        scores(x, w, b).columns().into_iter().filter(|z| z.iter().all(|&z| z < 0.0)).count()
    })
    .mistake("this counts the living.", |x, w, b| scores(x, w, b).columns().into_iter().filter(|z| z.iter().any(|&z| z > 0.0)).count())
    .verdict()
}

/// Checks `leaky_delta(delta2, w2, z1, alpha)`: the delta δ₁ = (δ₂ w₂ᵀ) ∘ f′(z₁), (n, h), of a layer of leaky ReLUs; f′ is 1 for z ≥ 0, else
/// α; delta2 (n, k), w2 (h, k), z1 (n, h).
pub fn leaky_delta(leaky_delta: fn(&Array2<f64>, &Array2<f64>, &Array2<f64>, f64) -> Array2<f64>) -> Verdict {
    type Input = (Array2<f64>, Array2<f64>, Array2<f64>, f64);
    let random = |n: usize, h: usize, k: usize| -> Input {
        let mut rng = RandomState::new(h as u32);
        (rng.randn_2d(n, k), rng.randn_2d(h, k), rng.randn_2d(n, h), 0.1)
    };
    fn slopes(z: &Array2<f64>, alpha: f64) -> Array2<f64> {
        z.mapv(|z| if z >= 0.0 { 1.0 } else { alpha })
    }
    Task::new(
        "leaky_delta",
        leaky_delta,
        &["delta2", "w2", "z1", "alpha"],
        &["delta1"],
        |f, (delta2, w2, z1, alpha): &Input| f(delta2, w2, z1, *alpha),
        |delta2, w2, z1, alpha| delta2.dot(&w2.t()) * slopes(z1, alpha),
    )
    .case("one sample, three neurons", (array![[0.5, -0.5]], array![[1.0, 2.0], [3.0, 5.0], [-1.0, 0.5]], array![[2.0, -2.0, -1.0]], 0.25))
    .case("three samples, two neurons, two classes", random(3, 2, 2))
    .case("four samples, five neurons, three classes", random(4, 5, 3))
    .mistake("w₂ is not transposed.", |delta2, w2, z1, alpha| delta2.dot(w2) * slopes(z1, alpha))
    .mistake("the slope is missing: this is the derivative by a₁, not by z₁.", |delta2, w2, _, _| delta2.dot(&w2.t()))
    .mistake("this is multiplied by the activation, α z on the left. Its slope there is α.", |delta2, w2, z1, alpha| {
        delta2.dot(&w2.t()) * z1.mapv(|z| if z >= 0.0 { z } else { alpha * z })
    })
    .mistake("this is the plain ReLU, which passes nothing on the left.", |delta2, w2, z1, _| delta2.dot(&w2.t()) * slopes(z1, 0.0))
    .mistake("the two sides are exchanged: 1 on the right, α on the left.", |delta2, w2, z1, alpha| {
        delta2.dot(&w2.t()) * slopes(&-z1, alpha)
    })
    .mistake("the sign of the delta decides. It is the sign of the score that does.", |delta2, w2, _, alpha| {
        delta2.dot(&w2.t()).mapv(|d| if d >= 0.0 { d } else { alpha * d })
    })
    .verdict()
}

/// Checks `slope_gradient(delta_a, z)`: dL/dα of a PReLU layer, for each neuron the sum over the samples with z < 0 of z · dL/da, (h,);
/// delta_a = dL/da (n, h), z (n, h).
pub fn slope_gradient(slope_gradient: fn(&Array2<f64>, &Array2<f64>) -> Array1<f64>) -> Verdict {
    let mut rng = RandomState::new(5);
    let random = (rng.randn_2d(5, 3), rng.randn_2d(5, 3));
    Task::new(
        "slope_gradient",
        slope_gradient,
        &["delta_a", "z"],
        &["dL/dalpha"],
        |f, (delta_a, z): &(Array2<f64>, Array2<f64>)| f(delta_a, z),
        |delta_a, z| (delta_a * z.mapv(|z| z.min(0.0))).sum_axis(Axis(0)),
    )
    .case("one neuron, two samples", (array![[0.5], [0.25]], array![[2.0], [-3.0]]))
    .case("two neurons, two samples", (array![[1.0, -1.0], [0.5, 2.0]], array![[-1.0, -2.0], [3.0, -0.5]]))
    .case("three neurons, five samples", random)
    .mistake("samples with a positive score count, too. There a = z, and α has no part in it.", |delta_a, z| {
        (delta_a * z).sum_axis(Axis(0))
    })
    .mistake("this sums the deltas where z < 0. By how much does α z change with α?", |delta_a, z| {
        (delta_a * z.mapv(|z| f64::from(u8::from(z < 0.0)))).sum_axis(Axis(0))
    })
    .mistake("a mean over the samples. The 1/n is in dL/da already: sum.", |delta_a, z| {
        (delta_a * z.mapv(|z| z.min(0.0))).mean_axis(Axis(0)).expect("samples")
    })
    .mistake("summed over the neurons. Each neuron has its own α: sum over the samples.", |delta_a, z| {
        (delta_a * z.mapv(|z| z.min(0.0))).sum_axis(Axis(1))
    })
    .mistake("the sides are exchanged: it is the negative scores that α multiplies.", |delta_a, z| {
        (delta_a * z.mapv(|z| z.max(0.0))).sum_axis(Axis(0))
    })
    .mistake("the sign is wrong: z is negative there, and stays so.", |delta_a, z| (delta_a * z.mapv(|z| (-z).max(0.0))).sum_axis(Axis(0)))
    .verdict()
}

/// Checks `train_elu(x, y, network, rate, steps)`: the network (w1, b1, w2, b2) after so many steps of gradient descent on the mean
/// cross-entropy of all points, with an ELU of α = 1 in the hidden layer; x (n, d), y (n,).
pub fn train_elu(
    train_elu: fn(
        &Array2<f64>,
        &Array1<usize>,
        &(Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>),
        f64,
        usize,
    ) -> (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>),
) -> Verdict {
    type Input = (Array2<f64>, Array1<usize>, Network, f64, usize);
    const ELU: Way = Way { activation: |z| if z > 0.0 { z } else { z.exp_m1() }, slope: |a| if a > 0.0 { 1.0 } else { a + 1.0 }, ..TANH };
    /// So many steps; `again` are the steps that compute the gradients anew.
    fn run(way: Way, (x, y, network, rate, steps): &Input, again: bool) -> Network {
        let mut layers = layers_of(network);
        let first = gradients(x, y, &layers, way, None);
        for _ in 0..*steps {
            let by = if again { gradients(x, y, &layers, way, None) } else { first.clone() };
            for ((w, b), (dw, db)) in layers.iter_mut().zip(by) {
                w.scaled_add(-rate, &dw);
                b.scaled_add(-rate, &db);
            }
        }
        network_of(layers)
    }
    let mut rng = RandomState::new(9);
    let mut random = |n: usize, sizes: [usize; 3], rate: f64, steps: usize| -> Input {
        let (x, y) = random_samples(n, &sizes, &mut rng);
        (x, y, random_network(&sizes, &mut rng), rate, steps)
    };
    let moons = data::make_moons(60, 0.2, &mut RandomState::new(0)).expect("points");
    let moons = (moons.x, moons.y, random_network(&[2, 4, 2], &mut RandomState::new(2)), 0.25, 100);
    Task::new(
        "train_elu",
        train_elu,
        &["x", "y", "w1", "b1", "w2", "b2", "rate", "steps"],
        &["w1", "b1", "w2", "b2"],
        |f, (x, y, network, rate, steps): &Input| f(x, y, network, *rate, *steps),
        |x, y, network, rate, steps| run(ELU, &(x.clone(), y.clone(), network.clone(), rate, steps), true),
    )
    .case("one step", random(5, [2, 3, 2], 0.5, 1))
    .case("two steps", random(4, [3, 5, 4], 0.25, 2))
    .case("60 moons, a hundred steps", moons)
    .case("three samples, 3-3-3", random(3, [3, 3, 3], 0.5, 1))
    .variants(mistakes(ELU, ("the slope is still that of tanh, 1 − a². It goes with the activation.", TANH.slope)), |way, input| {
        run(*way, input, true)
    })
    .variants(
        [
            ("the forward pass is still a tanh. Both change: the activation and its slope.", Way { activation: f64::tanh, ..ELU }),
            ("this is the network of the lessons before, with tanh and its slope.", TANH),
            (
                "this is a ReLU: on the left an ELU is e^z − 1.",
                Way { activation: |z| z.max(0.0), slope: |a| f64::from(u8::from(a > 0.0)), ..ELU },
            ),
            ("the slope of the ReLU: on the left an ELU has one, too.", Way { slope: |a| f64::from(u8::from(a > 0.0)), ..ELU }),
        ],
        |way, input| run(*way, input, true),
    )
    .variants([("the gradients are computed once. Each step needs those at its own weights.", ELU)], |way, input| run(*way, input, false))
    .verdict()
}
