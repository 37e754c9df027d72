//! The tasks of lesson 08 that train: minibatches on the network, and a rate that falls meanwhile.

use ndarray::{Array1, Array2, Axis};
use nnlib::{RandomState, data};

use crate::Verdict;
use crate::network::{Network, TANH, gradients, layers_of, network_of, random_network, random_samples};
use crate::task::Task;
use crate::value::Function;

/// The order of n rows in an epoch.
type Order = fn(usize, usize) -> Vec<usize>;

/// What a training does: in which epoch's order it takes the rows, of which numbers a batch is, its gradients, and the rate of step t in
/// an epoch.
#[derive(Clone, Copy)]
struct Training {
    order_of: fn(usize) -> usize,
    batches: fn(&[usize], usize) -> Vec<Vec<usize>>,
    factor: fn(usize, usize, usize) -> f64,
    rate: fn(f64, f64, usize, usize) -> f64,
    in_place: bool,
}

const RIGHT: Training = Training {
    order_of: |epoch| epoch,
    batches: |order, m| order.chunks(m).map(<[usize]>::to_vec).collect(),
    factor: |_, _, _| 1.0,
    rate: |eta0, decay, t, _| eta0 / (1.0 + decay * t as f64),
    in_place: true,
};

/// Data, network, size of a batch, η₀, decay, epochs, order.
type Input = (Array2<f64>, Array1<usize>, Network, usize, f64, f64, usize, Function<Order>);

impl Training {
    fn run(self, (x, y, net, m, eta0, decay, epochs, order): &Input) -> Network {
        let mut layers = layers_of(net);
        let mut t = 0;
        for epoch in 0..*epochs {
            let old = layers.clone();
            for rows in (self.batches)(&(order.1)((self.order_of)(epoch), y.len()), *m) {
                let rate = (self.rate)(*eta0, *decay, t, epoch) * (self.factor)(rows.len(), *m, y.len());
                let from = if self.in_place { &layers } else { &old };
                let by = gradients(&x.select(Axis(0), &rows), &y.select(Axis(0), &rows), from, TANH, None);
                for ((w, b), (dw, db)) in layers.iter_mut().zip(by) {
                    w.scaled_add(-rate, &dw);
                    b.scaled_add(-rate, &db);
                }
                t += 1;
            }
        }
        network_of(layers)
    }
}

/// The orders that a reader's training is given: another in each epoch.
const SHUFFLED: Function<Order> =
    Function("another order in each epoch", |epoch, n| RandomState::new(epoch as u32).permutation(n).to_vec());

/// Cases for either task: few samples, many, and the moons until they are separated.
fn cases(decay: f64) -> Vec<(&'static str, Input)> {
    let mut rng = RandomState::new(3);
    let mut random = |n: usize, sizes: [usize; 3], m: usize, rate: f64, epochs: usize| -> Input {
        let (x, y) = random_samples(n, &sizes, &mut rng);
        (x, y, random_network(&sizes, &mut rng), m, rate, decay, epochs, SHUFFLED)
    };
    let moons = data::make_moons(120, 0.2, &mut RandomState::new(0)).expect("points");
    vec![
        ("one batch of all, one epoch", random(4, [2, 3, 2], 4, 0.5, 1)),
        ("two batches, one epoch", random(6, [2, 3, 2], 3, 0.5, 1)),
        ("the last batch is smaller", random(7, [3, 2, 4], 3, 0.5, 1)),
        ("three epochs", random(5, [2, 3, 2], 2, 0.25, 3)),
        ("a batch larger than the data", random(3, [2, 4, 2], 10, 0.5, 2)),
        ("120 moons, 20 epochs", (moons.x, moons.y, random_network(&[2, 3, 2], &mut RandomState::new(1)), 16, 0.5, decay, 20, SHUFFLED)),
    ]
}

/// What goes wrong with batches and epochs.
fn mistakes() -> Vec<(&'static str, Training)> {
    vec![
        (
            "the rows are not shuffled: they are taken as they stand. Use the order of each epoch.",
            Training { batches: |order, m| (RIGHT.batches)(&(0..order.len()).collect::<Vec<_>>(), m), ..RIGHT },
        ),
        ("the rows are shuffled once, before the first epoch. Each epoch has its own order.", Training { order_of: |_| 0, ..RIGHT }),
        (
            "the last, smaller batch is dropped. Its rows are not learned from in this epoch.",
            Training { batches: |order, m| order.chunks_exact(m).map(<[usize]>::to_vec).collect(), ..RIGHT },
        ),
        (
            "this makes m batches. m is the size of a batch.",
            Training { batches: |order, m| (RIGHT.batches)(order, order.len().div_ceil(m)), ..RIGHT },
        ),
        (
            "every step uses all points. Select the rows of the batch.",
            Training { batches: |order, m| vec![order.to_vec(); order.len().div_ceil(m)], ..RIGHT },
        ),
        ("only the first batch of an epoch is used.", Training { batches: |order, m| vec![order[..m.min(order.len())].to_vec()], ..RIGHT }),
        (
            "divided by m also where the last batch is smaller. The mean is over the rows that there are.",
            Training { factor: |rows, m, _| rows as f64 / m as f64, ..RIGHT },
        ),
        (
            "divided by n, the number of all points. The mean is over the batch: divide by its size.",
            Training { factor: |rows, _, n| rows as f64 / n as f64, ..RIGHT },
        ),
        (
            "the 1/m is missing: this is the gradient of the batch's sum, not of its mean.",
            Training { factor: |rows, _, _| rows as f64, ..RIGHT },
        ),
        (
            "all batches of an epoch see the weights from its beginning. Each step goes on from the last.",
            Training { in_place: false, ..RIGHT },
        ),
        ("this climbs: the step goes against the gradient.", Training { factor: |_, _, _| -1.0, ..RIGHT }),
    ]
}

/// Checks `train(x, y, network, m, rate, epochs, order)`: the network (w1, b1, w2, b2), a tanh in the hidden layer, after so many epochs of
/// minibatch gradient descent on the mean cross-entropy. In epoch e = 0, 1, … the rows are taken in the order `order(e, n)`, m to a batch, the
/// last batch smaller where they do not come out even; x (n, d), y (n,).
pub fn train(
    train: fn(
        &Array2<f64>,
        &Array1<usize>,
        &(Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>),
        usize,
        f64,
        usize,
        fn(usize, usize) -> Vec<usize>,
    ) -> (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>),
) -> Verdict {
    Task::new(
        "train",
        train,
        &["x", "y", "w1", "b1", "w2", "b2", "m", "rate", "decay", "epochs", "order"],
        &["w1", "b1", "w2", "b2"],
        |f, (x, y, net, m, rate, _, epochs, order): &Input| f(x, y, net, *m, *rate, *epochs, order.1),
        |x, y, net, m, rate, epochs, order| RIGHT.run(&(x.clone(), y.clone(), net.clone(), m, rate, 0.0, epochs, Function("", order))),
    )
    .cases(cases(0.0))
    .variants(mistakes(), |training, input| training.run(input))
    .verdict()
}

/// Checks `train_annealed(x, y, network, m, eta0, decay, epochs, order)`: as [`train`], with the rate η₀ / (1 + decay · t) in step
/// t = 0, 1, …, counted through all epochs.
pub fn train_annealed(
    train_annealed: fn(
        &Array2<f64>,
        &Array1<usize>,
        &(Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>),
        usize,
        f64,
        f64,
        usize,
        fn(usize, usize) -> Vec<usize>,
    ) -> (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>),
) -> Verdict {
    Task::new(
        "train_annealed",
        train_annealed,
        &["x", "y", "w1", "b1", "w2", "b2", "m", "eta0", "decay", "epochs", "order"],
        &["w1", "b1", "w2", "b2"],
        |f, (x, y, net, m, eta0, decay, epochs, order): &Input| f(x, y, net, *m, *eta0, *decay, *epochs, order.1),
        |x, y, net, m, eta0, decay, epochs, order| {
            RIGHT.run(&(x.clone(), y.clone(), net.clone(), m, eta0, decay, epochs, Function("", order)))
        },
    )
    .cases(cases(0.25))
    .variants(mistakes(), |training, input| training.run(input))
    .variants(
        [
            ("the rate is never annealed: every step has the rate η₀.", Training { rate: |eta0, _, _, _| eta0, ..RIGHT }),
            (
                "the rate falls from epoch to epoch. Asked for is step by step.",
                Training { rate: |eta0, decay, _, epoch| eta0 / (1.0 + decay * epoch as f64), ..RIGHT },
            ),
            (
                "the count begins at 1, so the first step is annealed already. It begins at 0.",
                Training { rate: |eta0, decay, t, _| eta0 / (1.0 + decay * (t + 1) as f64), ..RIGHT },
            ),
            (
                "the rate of the last step is divided again. Every rate comes from η₀ itself, or they fall much faster.",
                Training { rate: |eta0, decay, t, _| (0..=t).fold(eta0, |rate, t| rate / (1.0 + decay * t as f64)), ..RIGHT },
            ),
            (
                "this decay is exponential, η₀ / (1 + decay)^t. Asked for is η₀ / (1 + decay · t).",
                Training { rate: |eta0, decay, t, _| eta0 / (1.0 + decay).powi(t as i32), ..RIGHT },
            ),
            (
                "the rate falls in a straight line and becomes negative. Divide, do not subtract.",
                Training { rate: |eta0, decay, t, _| eta0 * (1.0 - decay * t as f64), ..RIGHT },
            ),
        ],
        |training, input| training.run(input),
    )
    .verdict()
}
