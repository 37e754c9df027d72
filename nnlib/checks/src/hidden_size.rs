//! The tasks of lesson 07: sizes, seeds and when to stop.

use ndarray::{Array1, Array2};
use nnlib::RandomState;
use nnlib::activation::softmax;

use crate::Verdict;
use crate::network::{Layers, Network, TANH, gradients, layers_of, network_of, passed, random_network, random_samples};
use crate::predict::numbers;
use crate::task::Task;

/// Checks `parameters()`: how many numbers five networks learn, each with biases.
pub fn parameters(parameters: fn() -> [f64; 5]) -> Verdict {
    numbers(
        "parameters",
        parameters,
        [
            (
                "2-3-2",
                17.0,
                &[(12.0, "the biases are missing: each neuron has one."), (19.0, "the inputs are no neurons, and have no bias.")],
            ),
            ("2-50-2", 252.0, &[(200.0, "the biases are missing."), (202.0, "each neuron has its own bias.")]),
            (
                "8-12-8-1",
                221.0,
                &[(200.0, "the biases are missing."), (203.0, "each neuron has its own bias."), (220.0, "the output has a bias, too.")],
            ),
            (
                "one hidden neuron more in 2-3-2: how many more",
                5.0,
                &[(1.0, "a neuron brings its weights with it."), (3.0, "and the weights that lead on from it."), (4.0, "and its bias.")],
            ),
            (
                "one input more in 784-100-10: how many more",
                100.0,
                &[
                    (1.0, "each hidden neuron gets a weight for it."),
                    (101.0, "an input has no bias."),
                    (110.0, "the output does not see the inputs."),
                ],
            ),
        ],
    )
}

/// The mean of some numbers.
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The sum of the squared distances from the mean, divided by this.
fn variance(values: &[f64], by: f64) -> f64 {
    values.iter().map(|v| (v - mean(values)).powi(2)).sum::<f64>() / by
}

/// Checks `gain(a, b)`: by how much the runs b are better than the runs a, seed by seed: mean and spread of the differences, and the number
/// of seeds with which b is better.
pub fn gain(gain: fn(&[f64], &[f64]) -> (f64, f64, usize)) -> Verdict {
    fn gains(a: &[f64], b: &[f64]) -> Vec<f64> {
        a.iter().zip(b).map(|(a, b)| b - a).collect()
    }
    fn spread(values: &[f64]) -> f64 {
        variance(values, values.len() as f64 - 1.0).sqrt()
    }
    fn told(gains: &[f64]) -> (f64, f64, usize) {
        (mean(gains), spread(gains), gains.iter().filter(|&&gain| gain > 0.0).count())
    }
    let seeds = (vec![0.95, 0.85, 0.9, 0.97], vec![0.96, 0.88, 0.91, 0.96]);
    Task::new(
        "gain",
        gain,
        &["a", "b"],
        &["mean gain", "spread of the gain", "seeds won"],
        |f, (a, b): &(Vec<f64>, Vec<f64>)| f(a, b),
        |a, b| told(&gains(a, b)),
    )
    .case("two seeds", (vec![0.5, 0.75], vec![0.75, 0.875]))
    .case("four seeds, one of them lost", seeds)
    .case("a draw counts for nobody", (vec![0.5, 0.5, 0.25], vec![0.5, 0.75, 0.125]))
    .mistake("the sign is wrong: b's gain over a is b − a.", |a, b| told(&gains(b, a)))
    .mistake("the two spreads are put together. Lucky and unlucky seeds cancel only in the differences: take their spread.", |a, b| {
        let (mean, _, won) = told(&gains(a, b));
        (mean, spread(a).hypot(spread(b)), won)
    })
    .mistake("the spread is divided by n. A few runs are a sample: n − 1.", |a, b| {
        let (mean, _, won) = told(&gains(a, b));
        (mean, variance(&gains(a, b), a.len() as f64).sqrt(), won)
    })
    .mistake("a draw is counted as won.", |a, b| {
        let (mean, spread, _) = told(&gains(a, b));
        (mean, spread, gains(a, b).iter().filter(|&&gain| gain >= 0.0).count())
    })
    .verdict()
}

/// Checks `stop_early(losses, patience)`: the epoch whose weights are kept, counted from 0, when training ends as soon as the held-out loss
/// has not been lower than its lowest for `patience` epochs in a row.
pub fn stop_early(stop_early: fn(&[f64], usize) -> usize) -> Verdict {
    /// The best epoch, and the one after which training ends.
    fn best_and_last(losses: &[f64], patience: usize) -> (usize, usize) {
        let mut best = 0;
        for (epoch, loss) in losses.iter().enumerate().skip(1) {
            if *loss < losses[best] {
                best = epoch;
            } else if epoch - best == patience {
                return (best, epoch);
            }
        }
        (best, losses.len() - 1)
    }
    fn lowest(losses: &[f64]) -> usize {
        (0..losses.len()).fold(0, |best, epoch| if losses[epoch] < losses[best] { epoch } else { best })
    }
    Task::new(
        "stop_early",
        stop_early,
        &["losses", "patience"],
        &["epoch kept"],
        |f, (losses, patience): &(Vec<f64>, usize)| f(losses, *patience),
        |losses, patience| best_and_last(losses, patience).0,
    )
    .case("it falls and rises", (vec![0.7, 0.5, 0.4, 0.45, 0.5, 0.6], 2))
    .case("a second valley after the end", (vec![0.7, 0.5, 0.6, 0.65, 0.7, 0.3], 3))
    .case("a second valley within patience", (vec![0.7, 0.5, 0.6, 0.65, 0.4, 0.45], 3))
    .case("two more valleys after the end", (vec![0.7, 0.5, 0.6, 0.65, 0.4, 0.45, 0.46, 0.47, 0.3], 2))
    .case("it falls to the last", (vec![0.9, 0.8, 0.7], 1))
    .case("rises between falls, never two in a row", (vec![0.9, 0.8, 0.85, 0.7, 0.75, 0.6, 0.65], 2))
    .case("equal is not lower", (vec![0.5, 0.5, 0.5, 0.4], 2))
    .case("lower than the epoch before, and not than the lowest", (vec![0.5, 0.6, 0.55, 0.58, 0.4], 3))
    .case("a rise, a fall, and two rises", (vec![0.7, 0.5, 0.6, 0.45, 0.5, 0.55, 0.4], 3))
    .case("a valley as deep as the one before", (vec![0.7, 0.5, 0.6, 0.5, 0.6, 0.4], 3))
    .mistake("this is the epoch at which training ends. The weights that are kept are those of the lowest loss.", |losses, patience| {
        best_and_last(losses, patience).1
    })
    .mistake("this is the lowest loss of all. Training had ended before it was reached.", |losses, _| lowest(losses))
    .mistake("this stops at the first rise. Patience is how many epochs it may take to find a lower one.", |losses, _| {
        best_and_last(losses, 1).0
    })
    .mistake("one epoch too patient.", |losses, patience| best_and_last(losses, patience + 1).0)
    .mistake("one epoch too impatient: it ends with the epoch that makes `patience` in a row.", |losses, patience| {
        best_and_last(losses, patience - 1).0
    })
    .mistake("an equal loss counts as lower: < in place of <=.", |losses, patience| {
        let mut best = 0;
        for (epoch, loss) in losses.iter().enumerate() {
            if *loss <= losses[best] {
                best = epoch;
            } else if epoch - best == patience {
                break;
            }
        }
        best
    })
    .mistake("each epoch is compared with the one before. Compare it with the lowest so far.", |losses, patience| {
        let (mut best, mut count) = (0, 0);
        for epoch in 1..losses.len() {
            count = if losses[epoch] < losses[epoch - 1] { 0 } else { count + 1 };
            if losses[epoch] < losses[best] {
                best = epoch;
            }
            if count == patience {
                break;
            }
        }
        best
    })
    .mistake("rises are counted over the whole training. A new lowest loss starts the count again.", |losses, patience| {
        let (mut best, mut count) = (0, 0);
        for (epoch, loss) in losses.iter().enumerate() {
            if *loss < losses[best] {
                best = epoch;
            } else if epoch > 0 {
                count += 1;
                if count == patience {
                    break;
                }
            }
        }
        best
    })
    .verdict()
}

/// Checks `train_stopped(points, held_out, network, rate, patience, epochs)`: the network (w1, b1, w2, b2), a tanh in the hidden layer, of the
/// epoch with the lowest cross-entropy on the points held out (x, y). An epoch is one step on all points (x, y); the network as given is that
/// of epoch 0. Training ends after so many epochs, or when the loss has not been lower than its lowest for `patience` epochs in a row.
pub fn train_stopped(
    train_stopped: fn(
        (&Array2<f64>, &Array1<usize>),
        (&Array2<f64>, &Array1<usize>),
        &(Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>),
        f64,
        usize,
        usize,
    ) -> (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>),
) -> Verdict {
    type Points = (Array2<f64>, Array1<usize>);
    type Input = (Points, Points, Network, f64, usize, usize);
    /// What training learns from, what judges, how patient it is, and whether the best is given back.
    #[derive(Clone, Copy)]
    struct Training {
        learn: fn(&Input) -> &Points,
        judge: fn(&Input) -> &Points,
        patience: fn(usize) -> usize,
        better: fn(f64, f64) -> bool,
        best: bool,
        sign: f64,
    }
    const RIGHT: Training = Training {
        learn: |input| &input.0,
        judge: |input| &input.1,
        patience: |patience| patience,
        better: |loss, lowest| loss < lowest,
        best: true,
        sign: 1.0,
    };
    fn loss((x, y): &Points, layers: &Layers) -> f64 {
        let y_hat = softmax(&passed(x, layers, f64::tanh).0[1]);
        -y.iter().enumerate().map(|(i, &class)| y_hat[[i, class]].ln()).sum::<f64>() / y.len() as f64
    }
    fn run(training: Training, input: &Input) -> Network {
        let (x, y) = (training.learn)(input);
        let mut layers = layers_of(&input.2);
        let mut kept = layers.clone();
        let mut lowest = loss((training.judge)(input), &layers);
        let mut waited = 0;
        for _ in 0..input.5 {
            let by = gradients(x, y, &layers, TANH, None);
            for ((w, b), (dw, db)) in layers.iter_mut().zip(by) {
                w.scaled_add(-training.sign * input.3, &dw);
                b.scaled_add(-training.sign * input.3, &db);
            }
            let now = loss((training.judge)(input), &layers);
            waited = if (training.better)(now, lowest) { 0 } else { waited + 1 };
            if waited == 0 {
                (lowest, kept) = (now, layers.clone());
            }
            if waited >= (training.patience)(input.4) {
                break;
            }
        }
        network_of(if training.best { kept } else { layers })
    }
    let random = |seed: u32, n: usize, sizes: [usize; 3], rate: f64, patience: usize, epochs: usize| -> Input {
        let mut rng = RandomState::new(seed);
        let mut points = || {
            let (x, y) = random_samples(n, &sizes, &mut rng);
            (x, y)
        };
        (points(), points(), random_network(&sizes, &mut RandomState::new(seed)), rate, patience, epochs)
    };
    let mistakes = [
        ("this is the network of the last epoch. Asked for is that of the lowest loss.", Training { best: false, ..RIGHT }),
        (
            "the loss on the points that are learned from decides. It nearly always falls; ask the points held out.",
            Training { judge: RIGHT.learn, ..RIGHT },
        ),
        ("the points held out are learned from. They are to judge.", Training { learn: RIGHT.judge, ..RIGHT }),
        ("training does not end early: the lowest loss of all epochs is looked for.", Training { patience: |_| usize::MAX, ..RIGHT }),
        ("training ends at the first epoch that is not better.", Training { patience: |_| 1, ..RIGHT }),
        ("one epoch too patient.", Training { patience: |patience| patience + 1, ..RIGHT }),
        ("one epoch too impatient.", Training { patience: |patience| patience - 1, ..RIGHT }),
        ("the highest loss is kept, not the lowest.", Training { better: |loss, highest| loss > highest, ..RIGHT }),
        (
            "nothing better than the network as it was given is found. Does a step go down, and is it kept?",
            Training { sign: -1.0, ..RIGHT },
        ),
        ("each step goes twice as far as the rate says.", Training { sign: 2.0, ..RIGHT }),
    ];
    Task::new(
        "train_stopped",
        train_stopped,
        &["x", "y", "x held out", "y held out", "w1", "b1", "w2", "b2", "rate", "patience", "epochs"],
        &["w1", "b1", "w2", "b2"],
        |f, (points, held_out, network, rate, patience, epochs): &Input| {
            f((&points.0, &points.1), (&held_out.0, &held_out.1), network, *rate, *patience, *epochs)
        },
        |points, held_out, network, rate, patience, epochs| {
            let owned = |(x, y): (&Array2<f64>, &Array1<usize>)| (x.clone(), y.clone());
            run(RIGHT, &(owned(points), owned(held_out), network.clone(), rate, patience, epochs))
        },
    )
    .case("one epoch", random(1, 6, [2, 3, 2], 0.5, 3, 1))
    .case("it falls and rises, a patience of 3", random(153, 8, [2, 4, 2], 3.0, 3, 60))
    .case("a patience of 2", random(48, 8, [2, 4, 2], 3.0, 2, 60))
    .case("a patience of 5", random(48, 8, [2, 4, 2], 3.0, 5, 60))
    .case("a higher rate", random(55, 8, [2, 4, 2], 5.0, 3, 60))
    .case("it only rises", random(7, 8, [2, 4, 2], 1.0, 4, 20))
    .variants(mistakes, |training, input| run(*training, input))
    .verdict()
}
