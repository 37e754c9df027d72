//! The tasks of lesson 08 on optimisers: momentum, Nesterov, Adam.

use ndarray::{Array1, array};

use crate::Verdict;
use crate::task::Task;
use crate::value::Function;

/// Checks `momentum(slope, x, rate, mu, steps)`: where it ends that starts at x with velocity 0 and takes so many steps
/// v ← μ v − rate · slope(x), x ← x + v.
pub fn momentum(momentum: fn(fn(f64) -> f64, f64, f64, f64, usize) -> f64) -> Verdict {
    type Input = (Function<fn(f64) -> f64>, f64, f64, f64, usize);
    /// Steps of any kind from the place and the velocity.
    fn walk(x: f64, steps: usize, next: impl Fn(f64, f64) -> (f64, f64)) -> f64 {
        (0..steps).fold((x, 0.0), |(x, v), _| next(x, v)).0
    }
    Task::new(
        "momentum",
        momentum,
        &["slope", "x", "rate", "mu", "steps"],
        &["x at the end"],
        |f, (slope, x, rate, mu, steps): &Input| f(slope.1, *x, *rate, *mu, *steps),
        |slope, x, rate, mu, steps| {
            walk(x, steps, |x, v| {
                let v = mu * v - rate * slope(x);
                (x + v, v)
            })
        },
    )
    .case("one step: no velocity yet", (Function("x ↦ 2x", |x| 2.0 * x), 1.0, 0.25, 0.5, 1))
    .case("two steps", (Function("x ↦ 2x", |x| 2.0 * x), 1.0, 0.25, 0.5, 2))
    .case("a slope that stays: ten steps", (Function("x ↦ 1", |_| 1.0), 0.0, 0.125, 0.75, 10))
    .case("thirty steps on ln cosh", (Function("tanh", f64::tanh), 3.0, 0.1, 0.9, 30))
    .case("no momentum", (Function("x ↦ 2x", |x| 2.0 * x), 1.0, 0.25, 0.0, 4))
    .mistake("the velocity is forgotten: this is plain gradient descent.", |slope, x, rate, _, steps| {
        walk(x, steps, |x, v| (x - rate * slope(x), v))
    })
    .mistake("this is Nesterov's variant: it asks for the slope at x + μ v. Here it is asked for at x.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| {
            let v = mu * v - rate * slope(x + mu * v);
            (x + v, v)
        })
    })
    .mistake(
        "the new slope is weighted by 1 − μ: a moving average. Here the velocity adds up, and is 1/(1 − μ) times as long.",
        |slope, x, rate, mu, steps| {
            walk(x, steps, |x, v| {
                let v = mu * v - (1.0 - mu) * rate * slope(x);
                (x + v, v)
            })
        },
    )
    .mistake("the step is made with the velocity of the step before. First v, then x.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| (x + v, mu * v - rate * slope(x)))
    })
    .mistake("this climbs. The minus stands once: v ← μ v − rate · slope, x ← x + v.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| {
            let v = mu * v + rate * slope(x);
            (x + v, v)
        })
    })
    .mistake("the old velocity is subtracted: it turns round at every step. v ← + μ v.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| {
            let v = -mu * v - rate * slope(x);
            (x + v, v)
        })
    })
    .mistake("the brackets: μ multiplies the new slope, too. It belongs to the old velocity only.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| {
            let v = mu * (v - rate * slope(x));
            (x + v, v)
        })
    })
    .mistake("rate and μ are exchanged: μ multiplies the velocity, the rate the slope.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| {
            let v = rate * v - mu * slope(x);
            (x + v, v)
        })
    })
    .mistake("the rate multiplies the old velocity, too. It belongs to the slope only.", |slope, x, rate, mu, steps| {
        walk(x, steps, |x, v| {
            let v = mu * v - slope(x);
            (x + rate * v, rate * v)
        })
    })
    .verdict()
}

/// Checks `nesterov(slope, x, rate, mu, steps)`: where it ends that starts at x with velocity 0 and takes so many steps
/// v ← μ v − rate · slope(x + μ v), x ← x + v.
pub fn nesterov(nesterov: fn(fn(f64) -> f64, f64, f64, f64, usize) -> f64) -> Verdict {
    type Input = (Function<fn(f64) -> f64>, f64, f64, f64, usize);
    /// Steps with a velocity that is asked for with the slope, the place, the velocity, the rate and μ.
    fn walk(slope: fn(f64) -> f64, x: f64, [rate, mu]: [f64; 2], steps: usize, v: fn(fn(f64) -> f64, f64, f64, f64, f64) -> f64) -> f64 {
        let next = |(x, old): (f64, f64), _| {
            let new = v(slope, x, old, rate, mu);
            (x + new, new)
        };
        (0..steps).fold((x, 0.0), next).0
    }
    Task::new(
        "nesterov",
        nesterov,
        &["slope", "x", "rate", "mu", "steps"],
        &["x at the end"],
        |f, (slope, x, rate, mu, steps): &Input| f(slope.1, *x, *rate, *mu, *steps),
        |slope, x, rate, mu, steps| walk(slope, x, [rate, mu], steps, |slope, x, v, rate, mu| mu * v - rate * slope(x + mu * v)),
    )
    .case("one step: no velocity yet", (Function("x ↦ 2x", |x| 2.0 * x), 1.0, 0.25, 0.5, 1))
    .case("two steps", (Function("x ↦ 2x", |x| 2.0 * x), 1.0, 0.25, 0.5, 2))
    .case("thirty steps on ln cosh", (Function("tanh", f64::tanh), 3.0, 0.1, 0.9, 30))
    .case("a steep bowl, three steps", (Function("x ↦ 20x", |x| 20.0 * x), 1.0, 0.04, 0.75, 3))
    .mistake("this is plain momentum: the slope is asked for at x. Where will the old velocity carry x?", |slope, x, rate, mu, steps| {
        walk(slope, x, [rate, mu], steps, |slope, x, v, rate, mu| mu * v - rate * slope(x))
    })
    .mistake("it looks ahead by v. The old velocity carries x by μ v.", |slope, x, rate, mu, steps| {
        walk(slope, x, [rate, mu], steps, |slope, x, v, rate, mu| mu * v - rate * slope(x + v))
    })
    .mistake("it looks back: the sign inside the slope.", |slope, x, rate, mu, steps| {
        walk(slope, x, [rate, mu], steps, |slope, x, v, rate, mu| mu * v - rate * slope(x - mu * v))
    })
    .mistake("it looks ahead and forgets the velocity: v ← μ v − …", |slope, x, rate, mu, steps| {
        walk(slope, x, [rate, mu], steps, |slope, x, v, rate, mu| -rate * slope(x + mu * v))
    })
    .mistake("this climbs. The minus stands before the rate.", |slope, x, rate, mu, steps| {
        walk(slope, x, [rate, mu], steps, |slope, x, v, rate, mu| mu * v + rate * slope(x + mu * v))
    })
    .mistake("the place moves twice: x + μ v is where the slope is asked for, not where the step begins.", |slope, x, rate, mu, steps| {
        let next = |(x, v): (f64, f64), _| {
            let x = x + mu * v;
            let v = mu * v - rate * slope(x);
            (x + v, v)
        };
        (0..steps).fold((x, 0.0), next).0
    })
    .verdict()
}

/// Checks `adam(gradient, w, rate, beta1, beta2, steps)`: w (d,) after steps t = 1, 2, … of Adam with ε = 10⁻⁸: m ← β₁ m + (1 − β₁) g,
/// s ← β₂ s + (1 − β₂) g², w ← w − rate · m̂ / (√ŝ + ε) with m̂ = m / (1 − β₁ᵗ), ŝ = s / (1 − β₂ᵗ).
pub fn adam(adam: fn(fn(&Array1<f64>) -> Array1<f64>, &Array1<f64>, f64, f64, f64, usize) -> Array1<f64>) -> Verdict {
    type Input = (Function<fn(&Array1<f64>) -> Array1<f64>>, Array1<f64>, f64, f64, f64, usize);
    /// A step's parts: the new m and s, and the step, of them, t and the β.
    #[derive(Clone, Copy)]
    struct Way {
        m: fn(f64, f64, f64) -> f64,
        s: fn(f64, f64, f64) -> f64,
        step: fn(f64, f64, i32, f64, f64) -> f64,
    }
    const RIGHT: Way = Way {
        m: |m, g, beta| beta * m + (1.0 - beta) * g,
        s: |s, g, beta| beta * s + (1.0 - beta) * g * g,
        step: |m, s, t, beta1, beta2| m / (1.0 - beta1.powi(t)) / ((s / (1.0 - beta2.powi(t))).sqrt() + 1e-8),
    };
    fn by(way: Way, (gradient, w, rate, beta1, beta2, steps): &Input) -> Array1<f64> {
        let (mut w, mut m, mut s) = (w.clone(), 0.0 * w, 0.0 * w);
        for t in 1..=*steps as i32 {
            let g = (gradient.1)(&w);
            for j in 0..w.len() {
                (m[j], s[j]) = ((way.m)(m[j], g[j], *beta1), (way.s)(s[j], g[j], *beta2));
                w[j] -= rate * (way.step)(m[j], s[j], t, *beta1, *beta2);
            }
        }
        w
    }
    fn bowl() -> Function<fn(&Array1<f64>) -> Array1<f64>> {
        Function("w ↦ (w₁, 50 w₂)", |w| array![w[0], 50.0 * w[1]])
    }
    Task::new(
        "adam",
        adam,
        &["gradient", "w", "rate", "beta1", "beta2", "steps"],
        &["w"],
        |f, (gradient, w, rate, beta1, beta2, steps): &Input| f(gradient.1, w, *rate, *beta1, *beta2, *steps),
        |gradient, w, rate, beta1, beta2, steps| by(RIGHT, &(Function("", gradient), w.clone(), rate, beta1, beta2, steps)),
    )
    .case("one step: as long as the rate, whatever the slope", (bowl(), array![2.0, 1.0], 0.1, 0.9, 0.999, 1))
    .case("three steps", (bowl(), array![2.0, 1.0], 0.1, 0.5, 0.75, 3))
    .case("forty steps", (bowl(), array![2.0, -1.0], 0.05, 0.9, 0.99, 40))
    .case("a small slope", (Function("w ↦ w / 10⁷", |w| 1e-7 * w), array![1.0, -0.5, 0.25], 0.1, 0.9, 0.999, 2))
    .variants(
        [
            (
                "the bias correction is missing: at the start m and s are far too small, s more than m.",
                Way { step: |m, s, _, _, _| m / (s.sqrt() + 1e-8), ..RIGHT },
            ),
            (
                "only m is corrected. s starts at 0, too.",
                Way { step: |m, s, t, beta1, _| m / (1.0 - beta1.powi(t)) / (s.sqrt() + 1e-8), ..RIGHT },
            ),
            (
                "only s is corrected. m starts at 0, too.",
                Way { step: |m, s, t, _, beta2| m / ((s / (1.0 - beta2.powi(t))).sqrt() + 1e-8), ..RIGHT },
            ),
            (
                "the correction is that of the first step in every step: βᵗ, not β.",
                Way { step: |m, s, _, beta1, beta2| m / (1.0 - beta1) / ((s / (1.0 - beta2)).sqrt() + 1e-8), ..RIGHT },
            ),
            (
                "the first step has the number t = 1.",
                Way {
                    step: |m, s, t, beta1, beta2| m / (1.0 - beta1.powi(t + 1)) / ((s / (1.0 - beta2.powi(t + 1))).sqrt() + 1e-8),
                    ..RIGHT
                },
            ),
            (
                "the root is missing: divided by the mean of the squares itself.",
                Way { step: |m, s, t, beta1, beta2| m / (1.0 - beta1.powi(t)) / (s / (1.0 - beta2.powi(t)) + 1e-8), ..RIGHT },
            ),
            (
                "ε stands below the root. It is added to the root.",
                Way { step: |m, s, t, beta1, beta2| m / (1.0 - beta1.powi(t)) / (s / (1.0 - beta2.powi(t)) + 1e-8).sqrt(), ..RIGHT },
            ),
            ("m adds up: the new gradient is weighted by 1 − β₁.", Way { m: |m, g, beta| beta * m + g, ..RIGHT }),
            ("s is the mean of g, not of g².", Way { s: |s, g, beta| beta * s + (1.0 - beta) * g.abs(), ..RIGHT }),
            (
                "the two weights are exchanged: the old mean has β, the new gradient 1 − β.",
                Way { m: |m, g, beta| (1.0 - beta) * m + beta * g, s: |s, g, beta| (1.0 - beta) * s + beta * g * g, ..RIGHT },
            ),
            (
                "there is no mean of the gradients: the step has g itself. (This is RMSprop.)",
                Way { m: |_, g, beta| (1.0 - beta) * g, ..RIGHT },
            ),
            ("this climbs: w less the step.", Way { step: |m, s, t, beta1, beta2| -(RIGHT.step)(m, s, t, beta1, beta2), ..RIGHT }),
        ],
        |way, input| by(*way, input),
    )
    .verdict()
}
