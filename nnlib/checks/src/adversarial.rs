//! The tasks of lesson 15: the losses of a generator and a discriminator.

use ndarray::{Array1, Array2, Axis, array, s};
use nnlib::RandomState;
use nnlib::activation::{sigmoid, softplus};

use crate::Verdict;
use crate::network::randn;
use crate::predict::numbers;
use crate::task::Task;

/// Checks `balance()`: five numbers about a discriminator D = sigmoid(s) and a generator.
pub fn balance(balance: fn() -> [f64; 5]) -> Verdict {
    numbers(
        "balance",
        balance,
        [
            (
                "the best D where real samples are three times as dense as made ones",
                0.75,
                &[
                    (3.0, "a probability is not above 1."),
                    (0.25, "D is the probability that a sample is real."),
                    (1.0, "a quarter of the samples here is made."),
                ],
            ),
            (
                "the best D everywhere once the generator is perfect",
                0.5,
                &[(0.0, "real samples are there, too."), (1.0, "made samples are there, too.")],
            ),
            ("the score s there", 0.0, &[(0.5, "this is D = σ(s).")]),
            (
                "D's loss then, −mean ln D(real) − mean ln(1 − D(made)), as a multiple of ln 2",
                2.0,
                &[(1.0, "it has two parts, one for each kind."), (0.0, "ln ½ is not 0."), (0.5, "each of the two parts is ln 2.")],
            ),
            (
                "the derivative of −ln D by the score, where D = 0.01",
                -0.99,
                &[
                    (-0.01, "this is that of ln(1 − D), which vanishes here."),
                    (0.99, "a higher score costs less."),
                    (-100.0, "this is the derivative by D. One link more: D′ = D (1 − D)."),
                ],
            ),
        ],
    )
}

/// The mean of a function of each score.
fn mean(s: &Array1<f64>, of: fn(f64) -> f64) -> f64 {
    s.iter().map(|&s| of(s)).sum::<f64>() / s.len() as f64
}

fn scores(seed: u32, n: usize) -> Array1<f64> {
    randn(n, &mut RandomState::new(seed))
}

/// Checks `discriminator_loss(real, made)`: −mean ln D(real) − mean ln(1 − D(made)), from the scores s of real and made samples, D = sigmoid(s);
/// without overflow.
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

/// Checks `pack(x, m)`: m samples side by side in each row, in their order, (n / m, m d); samples that do not fill a row are left out; x (n, d).
pub fn pack(pack: fn(&Array2<f64>, usize) -> Array2<f64>) -> Verdict {
    /// Rows whose number j is that of this sample and feature, given the row, j, m and d.
    fn by(rows: usize, m: usize, x: &Array2<f64>, at: impl Fn(usize, usize) -> (usize, usize)) -> Array2<f64> {
        Array2::from_shape_fn((rows, m * x.ncols()), |(i, j)| x[at(i, j)])
    }
    let samples = |n: usize, d: usize| Array2::from_shape_fn((n, d), |(i, j)| (10 * i + j) as f64);
    Task::new(
        "pack",
        pack,
        &["x", "m"],
        &["packed"],
        |f, (x, m): &(Array2<f64>, usize)| f(x, *m),
        |x, m| by(x.nrows() / m, m, x, |i, j| (m * i + j / x.ncols(), j % x.ncols())),
    )
    .case("four samples, two in a row", (samples(4, 3), 2))
    .case("six samples, three in a row", (samples(6, 2), 3))
    .case("one is left over", (samples(5, 2), 2))
    .case("one in a row", (samples(3, 2), 1))
    .mistake("the sample that is left over fills its row with others. Leave it out.", |x, m| {
        by(x.nrows().div_ceil(m), m, x, |i, j| ((m * i + j / x.ncols()) % x.nrows(), j % x.ncols()))
    })
    .mistake("the sample that is left over fills its row with zeros, which no sample is. Leave it out.", |x, m| {
        let rows = x.nrows().div_ceil(m);
        Array2::from_shape_fn((rows, m * x.ncols()), |(i, j)| x.get((m * i + j / x.ncols(), j % x.ncols())).copied().unwrap_or(0.0))
    })
    .mistake("the features are woven together. Each sample stands whole beside the next.", |x, m| {
        by(x.nrows() / m, m, x, |i, j| (m * i + j % m, j / m))
    })
    .mistake("a row holds samples that were far apart. It is each m that follow one another.", |x, m| {
        let rows = x.nrows() / m;
        by(rows, m, x, |i, j| (i + rows * (j / x.ncols()), j % x.ncols()))
    })
    .mistake("a sample is in several rows. Each goes into one.", |x, m| {
        by(x.nrows() + 1 - m, m, x, |i, j| (i + j / x.ncols(), j % x.ncols()))
    })
    .mistake("a row holds one sample m times.", |x, m| by(x.nrows() / m, m, x, |i, j| (i, j % x.ncols())))
    .mistake("the samples are added. They are to stand side by side.", |x, m| {
        Array2::from_shape_fn((x.nrows() / m, x.ncols()), |(i, j)| x.slice(s![m * i..m * (i + 1), j]).sum())
    })
    .mistake("the samples within a row stand in reverse order.", |x, m| {
        by(x.nrows() / m, m, x, |i, j| (m * i + m - 1 - j / x.ncols(), j % x.ncols()))
    })
    .verdict()
}

/// Checks `delta_through(x, w1, b1, w2, b2)`: the gradient by the made samples x (n, d) of the generator's loss −mean ln D, where D is the sigmoid of
/// the score tanh(x w₁ + b₁) · w₂ + b₂; w1 (d, h), w2 (h,).
pub fn delta_through(delta_through: fn(&Array2<f64>, &Array2<f64>, &Array1<f64>, &Array1<f64>, f64) -> Array2<f64>) -> Verdict {
    type Input = (Array2<f64>, Array2<f64>, Array1<f64>, Array1<f64>, f64);
    /// How the delta comes back: at the score, given n; through the tanh, given its value; through w₁.
    #[derive(Clone, Copy)]
    struct Way {
        score: fn(f64, f64) -> f64,
        slope: fn(f64) -> f64,
        back: fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>,
        w2: fn(f64) -> f64,
    }
    const RIGHT: Way = Way { score: |s, n| -sigmoid(-s) / n, slope: |a| 1.0 - a * a, back: |delta, w1| delta.dot(&w1.t()), w2: |w| w };
    fn by(way: Way, (x, w1, b1, w2, b2): &Input) -> Array2<f64> {
        let a1 = (x.dot(w1) + b1).mapv(f64::tanh);
        let delta2 = (a1.dot(w2) + *b2).mapv(|s| (way.score)(s, x.nrows() as f64));
        let delta1 = delta2.insert_axis(Axis(1)) * w2.mapv(way.w2) * a1.mapv(way.slope);
        (way.back)(&delta1, w1)
    }
    let mut rng = RandomState::new(25);
    let mut random = |n: usize, d: usize, h: usize| -> Input {
        let (x, w1) = (rng.randn_2d(n, d), rng.randn_2d(d, h));
        (x, w1, randn(h, &mut rng), randn(h, &mut rng), rng.randn())
    };
    let mut seen_through = random(2, 2, 3);
    seen_through.4 = -1000.0;
    let mistakes = [
        (
            "this is the gradient of ln(1 − D), which vanishes where the generator has been seen through. Derive −ln D.",
            Way { score: |s, n| -sigmoid(s) / n, ..RIGHT },
        ),
        (
            "this is the discriminator's own delta for made samples: it makes the score of the made ones fall.",
            Way { score: |s, n| sigmoid(s) / n, ..RIGHT },
        ),
        ("the sign is wrong: the loss falls as the score rises.", Way { score: |s, n| sigmoid(-s) / n, ..RIGHT }),
        ("the 1/n is missing: the loss is a mean.", Way { score: |s, _| -sigmoid(-s), ..RIGHT }),
        ("the delta at the score is that by D, −1/D. One link more: D′ = D (1 − D).", Way { score: |s, n| -1.0 / sigmoid(s) / n, ..RIGHT }),
        (
            "the delta at the score has the factor D (1 − D) once more. In D − 1 it has cancelled.",
            Way { score: |s, n| -sigmoid(-s) * sigmoid(s) * sigmoid(-s) / n, ..RIGHT },
        ),
        (
            "σ(s) − 1 and −σ(−s) are equal on paper, and from s = 37 on the first is 0. (Or the delta does not depend on s at all.)",
            Way { score: |_, n| -1.0 / n, ..RIGHT },
        ),
        ("the slope of the discriminator's tanh is missing.", Way { slope: |_| 1.0, ..RIGHT }),
        ("the slope of tanh is 1 − a². The square is missing.", Way { slope: |a| 1.0 - a, ..RIGHT }),
        ("multiplied by the activation in place of its slope.", Way { slope: |a| a, ..RIGHT }),
        ("w₂ is missing on the way back.", Way { w2: |_| 1.0, ..RIGHT }),
        (
            "this is ∂L/∂z₁, inside the discriminator. It goes on to the samples, through w₁.",
            Way { back: |delta, _| delta.clone(), ..RIGHT },
        ),
        ("w₁ is not transposed on the way back.", Way { back: |delta, w1| delta.dot(w1), ..RIGHT }),
    ];
    Task::new(
        "delta_through",
        delta_through,
        &["x", "w1", "b1", "w2", "b2"],
        &["dL/dx"],
        |f, (x, w1, b1, w2, b2): &Input| f(x, w1, b1, w2, *b2),
        |x, w1, b1, w2, b2| by(RIGHT, &(x.clone(), w1.clone(), b1.clone(), w2.clone(), b2)),
    )
    .case("one sample, two numbers", random(1, 2, 3))
    .case("four samples", random(4, 2, 3))
    .case("five samples of three numbers", random(5, 3, 3))
    .case("it has been seen through", seen_through)
    .variants(mistakes, |way, input| by(*way, input))
    .verdict()
}

/// Checks `play(real, z, generator, discriminator, rate, rounds)`: the generator (g₀, g₁) and the discriminator (d₀, d₁) after so many rounds. A made
/// sample is x = g₀ + g₁ z, a score s = d₀ + d₁ x. In a round the discriminator takes a step down −mean ln D(real) − mean ln(1 − D(made)), and then
/// the generator one down −mean ln D(made), with the discriminator as it is by then; real (n,), z (m,).
pub fn play(play: fn(&Array1<f64>, &Array1<f64>, (f64, f64), (f64, f64), f64, usize) -> ((f64, f64), (f64, f64))) -> Verdict {
    type Pair = (f64, f64);
    type Input = (Array1<f64>, Array1<f64>, Pair, Pair, f64, usize);
    /// What the two descend: the deltas of real and made scores for D, and of made ones for G; how the delta goes on to a sample; and whose turn
    /// it is when.
    #[derive(Clone, Copy)]
    struct Way {
        real: fn(f64) -> f64,
        made: fn(f64) -> f64,
        generator: fn(f64) -> f64,
        through: fn(f64) -> f64,
        mean: fn(&Array1<f64>) -> f64,
        by_the_old: bool,
        both_learn: bool,
    }
    const RIGHT: Way = Way {
        real: |s| -sigmoid(-s),
        made: sigmoid,
        generator: |s| -sigmoid(-s),
        through: |d1| d1,
        mean: |v| v.sum() / v.len() as f64,
        by_the_old: false,
        both_learn: false,
    };
    fn by(way: Way, (real, z, generator, discriminator, rate, rounds): &Input) -> (Pair, Pair) {
        let (mut g, mut d) = (*generator, *discriminator);
        for _ in 0..*rounds {
            let made = z.mapv(|z| g.0 + g.1 * z);
            let old = d;
            let deltas = |x: &Array1<f64>, d: Pair, of: fn(f64) -> f64| x.mapv(|x| of(d.0 + d.1 * x));
            let (on_real, on_made) = (deltas(real, d, way.real), deltas(&made, d, way.made));
            d.0 -= rate * ((way.mean)(&on_real) + (way.mean)(&on_made));
            d.1 -= rate * ((way.mean)(&(on_real * real)) + (way.mean)(&(on_made * &made)));
            let by = if way.by_the_old { old } else { d };
            let delta = deltas(&made, by, way.generator);
            if way.both_learn {
                d = (d.0 - rate * (way.mean)(&delta), d.1 - rate * (way.mean)(&(&delta * &made)));
            }
            let delta = delta * (way.through)(by.1);
            g = (g.0 - rate * (way.mean)(&delta), g.1 - rate * (way.mean)(&(delta * z)));
        }
        (g, d)
    }
    let random = |seed: u32, n: usize, m: usize, rate: f64, rounds: usize| -> Input {
        (2.0 + 0.5 * scores(seed, n), scores(seed + 1, m), (0.25, 1.0), (0.5, -0.75), rate, rounds)
    };
    let mistakes = [
        (
            "the generator descends ln(1 − D), which hardly moves it when it has been seen through. Asked for is −ln D.",
            Way { generator: |s| -sigmoid(s), ..RIGHT },
        ),
        ("the generator helps the discriminator: it lowers the scores of what it makes.", Way { generator: sigmoid, ..RIGHT }),
        (
            "the discriminator takes real samples for made ones, and made ones for real.",
            Way { real: sigmoid, made: |s| -sigmoid(-s), ..RIGHT },
        ),
        ("the discriminator never sees real samples.", Way { real: |_| 0.0, ..RIGHT }),
        ("the discriminator never sees made samples.", Way { made: |_| 0.0, ..RIGHT }),
        ("the discriminator climbs its loss.", Way { real: |s| sigmoid(-s), made: |s| -sigmoid(s), ..RIGHT }),
        ("the delta goes from the score to the sample without the discriminator's weight d₁.", Way { through: |_| 1.0, ..RIGHT }),
        ("the means are sums.", Way { mean: |v| v.sum(), ..RIGHT }),
        (
            "the generator's step uses the discriminator from before its step. It plays against the new one.",
            Way { by_the_old: true, ..RIGHT },
        ),
        ("the discriminator learns from the generator's loss, too. It keeps still meanwhile.", Way { both_learn: true, ..RIGHT }),
        ("the generator never learns.", Way { through: |_| 0.0, ..RIGHT }),
    ];
    Task::new(
        "play",
        play,
        &["real", "z", "g0", "g1", "d0", "d1", "rate", "rounds"],
        &["g0", "g1", "d0", "d1"],
        |f, (real, z, generator, discriminator, rate, rounds): &Input| f(real, z, *generator, *discriminator, *rate, *rounds),
        |real, z, generator, discriminator, rate, rounds| by(RIGHT, &(real.clone(), z.clone(), generator, discriminator, rate, rounds)),
    )
    .case("one round, three real and two made", random(26, 3, 2, 0.5, 1))
    .case("two rounds", random(28, 4, 4, 0.25, 2))
    .case("a hundred rounds", random(30, 20, 30, 0.1, 100))
    .variants(mistakes, |way, input| by(*way, input))
    .verdict()
}
