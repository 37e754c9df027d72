//! The tasks of lesson 15: the losses of a generator and a discriminator.

use ndarray::{Array1, Array2, Axis, array};
use nnlib::activation::{sigmoid, softplus};
use nnlib::{GeneratorLoss, RandomState};

use crate::Verdict;
use crate::task::Task;

/// The mean of a function of each score.
fn mean(s: &Array1<f64>, of: fn(f64) -> f64) -> f64 {
    s.iter().map(|&s| of(s)).sum::<f64>() / s.len() as f64
}

fn scores(seed: u32, n: usize) -> Array1<f64> {
    RandomState::new(seed).randn_2d(1, n).row(0).to_owned()
}

/// Checks `best_discriminator(p, q)`: p / (p + q), the probability that a sample is real where real ones have the density p, made ones q.
///
/// ```
/// use nnlib_checks as check;
/// assert!(check::best_discriminator(|p, q| p / (p + q)).passed());
/// ```
pub fn best_discriminator(best_discriminator: fn(f64, f64) -> f64) -> Verdict {
    Task::new("best_discriminator", best_discriminator, &["p", "q"], &["D"], |f, (p, q): &(f64, f64)| f(*p, *q), |p, q| p / (p + q))
        .case("as many real as made", (0.25, 0.25))
        .case("three real for each made", (0.3, 0.1))
        .case("hardly any real", (0.01, 0.4))
        .case("nothing is made here", (0.2, 0.0))
        .mistake("this is the probability that it is made.", |p, q| q / (p + q))
        .mistake("this is the ratio, which may be any number. Of p + q in all, p are real.", |p, q| p / q)
        .mistake("this is the score, ln p/q. D is its sigmoid.", |p, q| (p / q).ln())
        .mistake("this asks which is more likely, yes or no. How much more?", |p, q| if p > q { 1.0 } else { 0.0 })
        .verdict()
}

/// Checks `discriminator_loss(real, made)`: −mean ln D(real) − mean ln(1 − D(made)), from the scores s of real and made samples, D = sigmoid(s);
/// without overflow.
///
/// ```
/// use nnlib::activation::softplus;
/// use nnlib_checks as check;
/// let verdict = check::discriminator_loss(|real, made| real.mapv(|s| softplus(-s)).mean().unwrap() + made.mapv(softplus).mean().unwrap());
/// assert!(verdict.passed());
/// ```
pub fn discriminator_loss(discriminator_loss: fn(&Array1<f64>, &Array1<f64>) -> f64) -> Verdict {
    Task::new(
        "discriminator_loss",
        discriminator_loss,
        &["scores of real samples", "scores of made samples"],
        &["loss"],
        |f, (real, made): &(Array1<f64>, Array1<f64>)| f(real, made),
        |real, made| mean(real, |s| softplus(-s)) + mean(made, softplus),
    )
    .case("it knows nothing: 2 ln 2", (array![0.0], array![0.0]))
    .case("two of each", (array![1.0, 2.0], array![-1.0, 0.5]))
    .case("four real, three made", (scores(17, 4), scores(18, 3)))
    .case("five real, two made", (scores(19, 5), scores(20, 2)))
    .case("sure and right: nearly 0", (array![40.0], array![-40.0]))
    .case("sure and wrong: 2000", (array![-1000.0], array![1000.0]))
    .mistake("ln of a probability that has been rounded to 0 is infinite. Stay with the scores: −ln D = softplus(−s).", |real, made| {
        mean(real, |s| -sigmoid(s).ln()) + mean(made, |s| -(1.0 - sigmoid(s)).ln())
    })
    .mistake("the sign is wrong: this is the value that the discriminator raises. Its loss is the negative.", |real, made| {
        -mean(real, |s| softplus(-s)) - mean(made, softplus)
    })
    .mistake("real and made are exchanged: this one takes the made samples for real.", |real, made| {
        mean(real, softplus) + mean(made, |s| softplus(-s))
    })
    .mistake("the made samples are missing.", |real, _| mean(real, |s| softplus(-s)))
    .mistake("the real samples are missing.", |_, made| mean(made, softplus))
    .mistake("all samples are in one mean. Each kind has its own, however many there are.", |real, made| {
        let sum = mean(real, |s| softplus(-s)) * real.len() as f64 + mean(made, softplus) * made.len() as f64;
        sum / (real.len() + made.len()) as f64
    })
    .mistake("the 1/n is missing: these are sums.", |real, made| {
        mean(real, |s| softplus(-s)) * real.len() as f64 + mean(made, softplus) * made.len() as f64
    })
    .mistake("half of it: the two means are added, not averaged.", |real, made| (mean(real, |s| softplus(-s)) + mean(made, softplus)) / 2.0)
    .verdict()
}

/// Checks `generator_loss(made)`: the non-saturating loss −mean ln D of the scores s of made samples, D = sigmoid(s); without overflow.
///
/// ```
/// use nnlib::activation::softplus;
/// use nnlib_checks as check;
/// assert!(check::generator_loss(|made| made.mapv(|s| softplus(-s)).mean().unwrap()).passed());
/// ```
pub fn generator_loss(generator_loss: fn(&Array1<f64>) -> f64) -> Verdict {
    Task::new(
        "generator_loss",
        generator_loss,
        &["scores of made samples"],
        &["loss"],
        |f, s: &Array1<f64>| f(s),
        |s| GeneratorLoss::NonSaturating.value(&s.clone().insert_axis(Axis(1))),
    )
    .case("a coin toss: ln 2", array![0.0])
    .case("two samples", array![1.0, -2.0])
    .case("five samples", scores(21, 5))
    .case("it has been seen through: 1000", array![-1000.0])
    .case("it has won: nearly 0", array![40.0])
    .mistake("ln of a probability that has been rounded to 0 is infinite. Stay with the scores: −ln D = softplus(−s).", |s| {
        mean(s, |s| -sigmoid(s).ln())
    })
    .mistake("this is the minimax loss, ln(1 − D), which has no slope when it is needed. Asked for is −ln D.", |s| {
        mean(s, |s| -softplus(s))
    })
    .mistake("this is the discriminator's part, −ln(1 − D): it wants made samples to be found out.", |s| mean(s, softplus))
    .mistake("the sign is wrong: the generator minimises, so good samples must cost little.", |s| -mean(s, |s| softplus(-s)))
    .mistake("the 1/n is missing: this is the sum.", |s| mean(s, |s| softplus(-s)) * s.len() as f64)
    .mistake("the logarithm of the mean. It is the mean of the logarithms.", |s| -mean(s, sigmoid).ln())
    .verdict()
}

/// Checks `generator_gradient(made)`: the gradient of [`generator_loss`] by each score, −(1 − D) / n.
///
/// ```
/// use nnlib::activation::sigmoid;
/// use nnlib_checks as check;
/// assert!(check::generator_gradient(|made| made.mapv(|s| -sigmoid(-s)) / made.len() as f64).passed());
/// ```
pub fn generator_gradient(generator_gradient: fn(&Array1<f64>) -> Array1<f64>) -> Verdict {
    fn each(s: &Array1<f64>, of: fn(f64) -> f64) -> Array1<f64> {
        s.mapv(of) / s.len() as f64
    }
    Task::new(
        "generator_gradient",
        generator_gradient,
        &["scores of made samples"],
        &["dL/ds"],
        |f, s: &Array1<f64>| f(s),
        |s| GeneratorLoss::NonSaturating.gradient(&s.clone().insert_axis(Axis(1))).remove_axis(Axis(1)),
    )
    .case("a coin toss", array![0.0])
    .case("two samples", array![1.0, -2.0])
    .case("five samples", scores(22, 5))
    .case("it has been seen through: still −1", array![-1000.0])
    .mistake("this is the gradient of the minimax loss, −D: it vanishes when the generator has been seen through.", |s| {
        each(s, |s| -sigmoid(s))
    })
    .mistake("the sign is wrong: the loss falls as the score rises.", |s| each(s, |s| sigmoid(-s)))
    .mistake("the 1/n is missing: the loss is a mean.", |s| s.mapv(|s| -sigmoid(-s)))
    .mistake("this is the derivative by D, −1/D. One link is missing: D′ = D (1 − D).", |s| each(s, |s| -1.0 / sigmoid(s)))
    .mistake("this is the discriminator's own gradient for made samples, D.", |s| each(s, sigmoid))
    .verdict()
}

/// Checks `discriminator_gradient(x, real, w, smoothing)`: the gradient by w (d,) of the loss of a discriminator with the scores x w; rows
/// of x (n, d), of which those before `real` are real and have the target 1 − smoothing, the others are made and have the target 0. The loss
/// is the mean over the real rows plus the mean over the made ones.
///
/// ```
/// use ndarray::Array1;
/// use nnlib::activation::sigmoid;
/// use nnlib_checks as check;
/// let verdict = check::discriminator_gradient(|x, real, w, smoothing| {
///     let made = x.nrows() - real;
///     let s = x.dot(w);
///     let delta = Array1::from_shape_fn(s.len(), |i| {
///         if i < real { (sigmoid(s[i]) - (1.0 - smoothing)) / real as f64 } else { sigmoid(s[i]) / made as f64 }
///     });
///     x.t().dot(&delta)
/// });
/// assert!(verdict.passed());
/// ```
pub fn discriminator_gradient(discriminator_gradient: fn(&Array2<f64>, usize, &Array1<f64>, f64) -> Array1<f64>) -> Verdict {
    type Input = (Array2<f64>, usize, Array1<f64>, f64);
    /// The gradient for these targets of real and made rows, and these divisors of them, given their numbers.
    fn gradient(x: &Array2<f64>, real: usize, w: &Array1<f64>, targets: [f64; 2], by: fn(usize, usize) -> [usize; 2]) -> Array1<f64> {
        let by = by(real, x.nrows() - real);
        let s = x.dot(w);
        let delta = Array1::from_shape_fn(s.len(), |i| {
            let kind = usize::from(i >= real);
            (sigmoid(s[i]) - targets[kind]) / by[kind] as f64
        });
        x.t().dot(&delta)
    }
    let tiny = array![[1.0, 0.0], [0.0, 1.0], [0.5, -1.0]];
    let mut rng = RandomState::new(23);
    let mut random = |n: usize, d: usize, real: usize, smoothing: f64| -> Input {
        (rng.randn_2d(n, d), real, rng.randn_2d(1, d).row(0).to_owned(), smoothing)
    };
    Task::new(
        "discriminator_gradient",
        discriminator_gradient,
        &["x", "real", "w", "smoothing"],
        &["dw"],
        |f, (x, real, w, smoothing): &Input| f(x, *real, w, *smoothing),
        |x, real, w, smoothing| gradient(x, real, w, [1.0 - smoothing, 0.0], |real, made| [real, made]),
    )
    .case("one real, two made, no smoothing", (tiny.clone(), 1, array![0.0, 0.0], 0.0))
    .case("a target of 0.9", (tiny, 1, array![1.0, -1.0], 0.1))
    .case("three real, two made", random(5, 2, 3, 0.0))
    .case("two real, five made, smoothed", random(7, 3, 2, 0.2))
    .mistake("the smoothing is not used: the target of a real sample is 1 − smoothing.", |x, real, w, _| {
        gradient(x, real, w, [1.0, 0.0], |real, made| [real, made])
    })
    .mistake("the made samples are smoothed, too. One side only: a target above 0 would praise what is made.", |x, real, w, smoothing| {
        gradient(x, real, w, [1.0 - smoothing, smoothing], |real, made| [real, made])
    })
    .mistake("everything is divided by the number of all rows. Real and made have a mean of their own.", |x, real, w, smoothing| {
        gradient(x, real, w, [1.0 - smoothing, 0.0], |real, made| [real + made; 2])
    })
    .mistake("the 1/n is missing: these are sums.", |x, real, w, smoothing| gradient(x, real, w, [1.0 - smoothing, 0.0], |_, _| [1, 1]))
    .mistake("real and made are exchanged.", |x, real, w, smoothing| {
        gradient(x, real, w, [0.0, 1.0 - smoothing], |real, made| [real, made])
    })
    .mistake("the sign is wrong: D less its target.", |x, real, w, smoothing| {
        -gradient(x, real, w, [1.0 - smoothing, 0.0], |real, made| [real, made])
    })
    .verdict()
}
