//! The tasks of lesson 07: sizes, seeds and when to stop.

use crate::Verdict;
use crate::task::Task;

/// Checks `parameter_count(sizes)`: the weights and biases of a network of dense layers with these sizes, the inputs first.
///
/// ```
/// use nnlib_checks as check;
/// assert!(check::parameter_count(|sizes| sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()).passed());
/// ```
pub fn parameter_count(parameter_count: fn(&[usize]) -> usize) -> Verdict {
    fn sum(sizes: &[usize], of_pair: fn(usize, usize) -> usize) -> usize {
        sizes.windows(2).map(|pair| of_pair(pair[0], pair[1])).sum()
    }
    Task::new(
        "parameter_count",
        parameter_count,
        &["sizes"],
        &["parameters"],
        |f, sizes: &Vec<usize>| f(sizes),
        |sizes| sum(sizes, |d, h| d * h + h),
    )
    .case("2-3-2, the network of the moons", vec![2, 3, 2])
    .case("2-50-2", vec![2, 50, 2])
    .case("one layer", vec![8, 1])
    .case("two hidden layers", vec![8, 12, 8, 1])
    .mistake("the biases are missing: each neuron has one.", |sizes| sum(sizes, |d, h| d * h))
    .mistake("the inputs have been given biases. Only neurons have one.", |sizes| sum(sizes, |d, h| d * h) + sizes.iter().sum::<usize>())
    .mistake("the output neurons' biases are missing.", |sizes| sum(sizes, |d, h| d * h + h) - sizes[sizes.len() - 1])
    .mistake("one bias for each layer. Each neuron has its own.", |sizes| sum(sizes, |d, h| d * h + 1))
    .mistake("this counts the neurons.", |sizes| sizes.iter().sum())
    .verdict()
}

/// The mean of some numbers.
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The sum of the squared distances from the mean, divided by this.
fn variance(values: &[f64], by: f64) -> f64 {
    values.iter().map(|v| (v - mean(values)).powi(2)).sum::<f64>() / by
}

/// Checks `mean_and_spread(values)`: their mean and their standard deviation as a sample, with n − 1.
///
/// ```
/// use ndarray::Array1;
/// use nnlib_checks as check;
/// let verdict = check::mean_and_spread(|values| {
///     let values = Array1::from(values.to_vec());
///     (values.mean().unwrap(), values.std(1.0))
/// });
/// assert!(verdict.passed());
/// ```
pub fn mean_and_spread(mean_and_spread: fn(&[f64]) -> (f64, f64)) -> Verdict {
    Task::new(
        "mean_and_spread",
        mean_and_spread,
        &["values"],
        &["mean", "spread"],
        |f, values: &Vec<f64>| f(values),
        |values| (mean(values), variance(values, values.len() as f64 - 1.0).sqrt()),
    )
    .case("two runs", vec![0.5, 1.0])
    .case("four runs", vec![0.9, 0.95, 0.97, 0.7])
    .case("five equal runs", vec![0.5; 5])
    .mistake("divided by n. A few runs are a sample, and their own mean lies too near to them: n − 1.", |values| {
        (mean(values), variance(values, values.len() as f64).sqrt())
    })
    .mistake("this is the variance. Its root is the deviation, in the unit of the values.", |values| {
        (mean(values), variance(values, values.len() as f64 - 1.0))
    })
    .mistake("this is the error of the mean, divided by √n. Asked for is the spread of a run.", |values| {
        (mean(values), (variance(values, values.len() as f64 - 1.0) / values.len() as f64).sqrt())
    })
    .mistake("the mean absolute distance. The deviation squares the distances first.", |values| {
        (mean(values), values.iter().map(|v| (v - mean(values)).abs()).sum::<f64>() / values.len() as f64)
    })
    .verdict()
}

/// Checks `gain(a, b)`: by how much the runs b are better than the runs a, seed by seed: mean and spread of the differences, and the number
/// of seeds with which b is better.
///
/// ```
/// use ndarray::Array1;
/// use nnlib_checks as check;
/// let verdict = check::gain(|a, b| {
///     let gains: Array1<f64> = a.iter().zip(b).map(|(a, b)| b - a).collect();
///     (gains.mean().unwrap(), gains.std(1.0), gains.iter().filter(|&&gain| gain > 0.0).count())
/// });
/// assert!(verdict.passed());
/// ```
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
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::stop_early(|losses, patience| {
///     let mut best = 0;
///     for (epoch, loss) in losses.iter().enumerate() {
///         if *loss < losses[best] {
///             best = epoch;
///         } else if epoch - best == patience {
///             break;
///         }
///     }
///     best
/// });
/// assert!(verdict.passed());
/// ```
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
