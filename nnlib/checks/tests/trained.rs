//! Trainings with one thing wrong, as people write them: none passes. Those with nothing wrong do, from several starts.

use ndarray::{Array1, Array2, Axis, concatenate, s};
use nnlib::activation::{sigmoid, softmax};
use nnlib::{RandomState, data, least_squares};
use nnlib_checks as check;

type Layers = Vec<(Array2<f64>, Array1<f64>)>;
type Network = (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>);

/// A training of layers of tanh with momentum.
#[derive(Clone, Copy)]
struct Training {
    seed: u32,
    scale: f64,
    rate: f64,
    steps: usize,
    /// The first layer that learns.
    from: usize,
    activation: fn(f64) -> f64,
    slope: fn(f64) -> f64,
    label: fn(usize, usize) -> usize,
}

const RIGHT: Training = Training {
    seed: 5,
    scale: 1.0,
    rate: 0.1,
    steps: 1200,
    from: 0,
    activation: f64::tanh,
    slope: |a| 1.0 - a * a,
    label: |class, _| class,
};

impl Training {
    fn layers(self, x: &Array2<f64>, y: &Array1<usize>, sizes: &[usize]) -> Layers {
        let mut rng = RandomState::new(self.seed);
        let mut random = |d: usize, h: usize| self.scale / (d as f64).sqrt() * rng.randn_2d(d, h);
        let mut layers: Layers = sizes.windows(2).map(|pair| (random(pair[0], pair[1]), Array1::zeros(pair[1]))).collect();
        let mut velocity: Layers = layers.iter().map(|(w, b)| (0.0 * w, 0.0 * b)).collect();
        for _ in 0..self.steps {
            let mut a = vec![x.clone()];
            for (w, b) in &layers {
                a.push((a[a.len() - 1].dot(w) + b).mapv(self.activation));
            }
            let (w, b) = &layers[layers.len() - 1];
            let mut delta = softmax(&(a[layers.len() - 1].dot(w) + b)) / y.len() as f64;
            y.iter().enumerate().for_each(|(i, &class)| delta[[i, (self.label)(class, i)]] -= 1.0 / y.len() as f64);
            for l in (self.from..layers.len()).rev() {
                let (dw, db) = (a[l].t().dot(&delta), delta.sum_axis(Axis(0)));
                delta = delta.dot(&layers[l].0.t()) * a[l].mapv(self.slope);
                velocity[l] = (0.9 * &velocity[l].0 - self.rate * dw, 0.9 * &velocity[l].1 - self.rate * db);
                layers[l] = (&layers[l].0 + &velocity[l].0, &layers[l].1 + &velocity[l].1);
            }
        }
        layers
    }

    fn network(self, x: &Array2<f64>, y: &Array1<usize>, hidden: usize) -> Network {
        let [(w1, b1), (w2, b2)]: [_; 2] = self.layers(x, y, &[2, hidden, 2]).try_into().unwrap();
        (w1, b1, w2, b2)
    }
}

/// Fails unless all of the first pass and none of the second does.
#[track_caller]
fn judged<F>(check: fn(F) -> check::Verdict, right: impl IntoIterator<Item = F>, wrong: impl IntoIterator<Item = F>) {
    for answer in right {
        let verdict = check(answer);
        assert!(verdict.passed(), "{verdict}");
    }
    for (number, answer) in wrong.into_iter().enumerate() {
        let verdict = check(answer);
        assert!(!verdict.passed(), "wrong answer {number} passes");
    }
}

#[test]
fn a_network_from_a_blank_page() {
    type Train = fn(&Array2<f64>, &Array1<usize>) -> Network;
    let right: [Train; 3] = [
        |x, y| RIGHT.network(x, y, 8),
        |x, y| Training { seed: 1, ..RIGHT }.network(x, y, 12),
        |x, y| Training { seed: 2, steps: 2000, ..RIGHT }.network(x, y, 6),
    ];
    let wrong: [Train; 12] = [
        |x, y| Training { steps: 0, ..RIGHT }.network(x, y, 8),
        |x, y| Training { steps: 5, ..RIGHT }.network(x, y, 8),
        |x, y| Training { rate: -0.01, steps: 300, ..RIGHT }.network(x, y, 8),
        |x, y| Training { rate: 1e-5, ..RIGHT }.network(x, y, 8),
        |x, y| Training { rate: 1e9, ..RIGHT }.network(x, y, 8),
        |x, y| Training { scale: 0.0, ..RIGHT }.network(x, y, 8),
        |x, y| Training { from: 1, scale: 0.1, ..RIGHT }.network(x, y, 3),
        |x, y| Training { activation: |z| z, slope: |_| 1.0, ..RIGHT }.network(x, y, 8),
        |x, y| Training { label: |class, _| 1 - class, ..RIGHT }.network(x, y, 8),
        |x, y| Training { label: |_, i| i % 2, ..RIGHT }.network(x, y, 8),
        |x, y| RIGHT.network(x, y, 1),
        |x, y| {
            let (w1, b1, w2, b2) = RIGHT.network(x, y, 8);
            (w1.t().to_owned(), b1, w2, b2)
        },
    ];
    judged(check::train_network, right, wrong);
}

#[test]
fn four_layers() {
    type Train = fn(&Array2<f64>, &Array1<usize>, usize) -> Layers;
    let right: [Train; 2] =
        [|x, y, k| RIGHT.layers(x, y, &[2, 12, 12, k]), |x, y, k| Training { seed: 3, ..RIGHT }.layers(x, y, &[2, 14, 10, 8, k])];
    let wrong: [Train; 11] = [
        |_, _, _| Vec::new(),
        |x, y, k| RIGHT.layers(x, y, &[2, 24, k]),
        |x, y, k| RIGHT.layers(x, y, &[2, k]),
        |x, y, k| RIGHT.layers(x, y, &[2, 1, 12, k]),
        |x, y, k| Training { steps: 10, ..RIGHT }.layers(x, y, &[2, 12, 12, k]),
        |x, y, k| Training { rate: -0.01, steps: 200, ..RIGHT }.layers(x, y, &[2, 12, 12, k]),
        |x, y, k| Training { scale: 0.0, ..RIGHT }.layers(x, y, &[2, 12, 12, k]),
        |x, y, k| Training { activation: |z| z, slope: |_| 1.0, ..RIGHT }.layers(x, y, &[2, 12, 12, k]),
        |x, y, k| Training { rate: f64::NAN, steps: 1, ..RIGHT }.layers(x, y, &[2, 12, 12, k]),
        |x, y, k| {
            let mut layers = RIGHT.layers(x, y, &[2, 12, 12, k]);
            layers.reverse();
            layers
        },
        |x, y, k| {
            let mut layers = RIGHT.layers(x, y, &[2, 12, 12, k]);
            let (w, _) = layers.pop().unwrap();
            layers.push((w.slice(s![.., ..;-1]).to_owned(), Array1::zeros(k)));
            layers
        },
    ];
    judged(check::train_deep, right, wrong);
}

#[test]
fn a_line() {
    type Fit = fn(&Array2<f64>, &Array1<f64>) -> (Array1<f64>, f64);
    /// So many steps, with what ŷ is of the score, a penalty, and the rates of w and b.
    fn walked(x: &Array2<f64>, y: &Array1<f64>, steps: usize, of: fn(f64) -> f64, penalty: f64, rates: [f64; 2]) -> (Array1<f64>, f64) {
        (0..steps).fold((Array1::zeros(x.ncols()), 0.0), |(w, b), _| {
            let delta = ((x.dot(&w) + b).mapv(of) - y) / y.len() as f64;
            (&w - &(rates[0] * (x.t().dot(&delta) + penalty * &w)), b - rates[1] * delta.sum())
        })
    }
    let right: [Fit; 2] = [|x, y| walked(x, y, 20_000, sigmoid, 0.0, [0.5; 2]), |x, y| walked(x, y, 30_000, sigmoid, 0.0, [0.2; 2])];
    let wrong: [Fit; 11] = [
        |x, y| walked(x, y, 0, sigmoid, 0.0, [0.5; 2]),
        |x, y| walked(x, y, 20, sigmoid, 0.0, [0.5; 2]),
        |x, y| walked(x, y, 20_000, sigmoid, 0.0, [1e-5; 2]),
        |x, y| walked(x, y, 50, sigmoid, 0.0, [-0.5; 2]),
        |x, y| walked(x, y, 20_000, sigmoid, 0.0, [0.5, 0.0]),
        |x, y| walked(x, y, 20_000, sigmoid, 0.0, [0.0, 0.5]),
        |x, y| walked(x, y, 20_000, sigmoid, 0.1, [0.5; 2]),
        |x, y| walked(x, y, 20_000, |z| z, 0.0, [0.05; 2]),
        |x, y| walked(&x.slice(s![..-20, ..]).to_owned(), &y.slice(s![..-20]).to_owned(), 20_000, sigmoid, 0.0, [0.5; 2]),
        |x, y| {
            let (w, b) = walked(x, y, 20_000, sigmoid, 0.0, [0.5; 2]);
            let length = w.dot(&w).sqrt();
            (w / length, b / length)
        },
        |x, y| (walked(x, y, 20_000, sigmoid, 0.0, [0.5; 2]).0.slice(s![..1]).to_owned(), 0.0),
    ];
    judged(check::fit_line, right, wrong);
}

#[test]
fn a_plane_past_outliers() {
    type Fit = fn(&Array2<f64>, &Array1<f64>) -> (Array1<f64>, f64);
    /// By the derivative of a loss, on scaled features; `back` on their own scale.
    fn walked(x: &Array2<f64>, y: &Array1<f64>, steps: usize, rate: f64, slope: fn(f64) -> f64, back: bool) -> (Array1<f64>, f64) {
        let (mean, deviation) = (x.mean_axis(Axis(0)).unwrap(), x.std_axis(Axis(0), 0.0));
        let scaled = (x - &mean) / &deviation;
        let (w, b) = (0..steps).fold((Array1::<f64>::zeros(x.ncols()), 0.0), |(w, b), _| {
            let delta = (scaled.dot(&w) + b - y).mapv(slope) / y.len() as f64;
            (&w - &(rate * scaled.t().dot(&delta)), b - rate * delta.sum())
        });
        let w = if back { w / &deviation } else { w };
        let b = if back { b - mean.dot(&w) } else { b };
        (w, b)
    }
    fn huber(e: f64) -> f64 {
        e.clamp(-1.0, 1.0)
    }
    let right: [Fit; 2] = [|x, y| walked(x, y, 3000, 1.0, huber, true), |x, y| walked(x, y, 8000, 0.3, huber, true)];
    let wrong: [Fit; 11] = [
        |x, y| least_squares(x, y).map(|line| (line.w, line.b)).unwrap(),
        |x, _| (Array1::zeros(x.ncols()), 0.0),
        |x, y| (Array1::zeros(x.ncols()), y.mean().unwrap()),
        |x, y| walked(x, y, 3000, 1.0, |e| e, true),
        |x, y| walked(x, y, 3, 1.0, huber, true),
        |x, y| walked(x, y, 3000, -0.1, huber, true),
        |x, y| walked(x, y, 3000, 1.0, huber, false),
        |x, y| walked(x, y, 3000, 1.0, |e| if e.abs() <= 1.0 { e } else { 1.0 }, true),
        |x, y| (walked(x, y, 3000, 1.0, huber, true).0, 0.0),
        |x, y| {
            // Without scaling: on features of a hundred it explodes.
            let (mut w, mut b) = (Array1::<f64>::zeros(x.ncols()), 0.0);
            for _ in 0..3000 {
                let delta = (x.dot(&w) + b - y).mapv(huber) / y.len() as f64;
                w = w - 0.1 * x.t().dot(&delta);
                b -= 0.1 * delta.sum();
            }
            (w, b)
        },
        |_, _| (Array1::zeros(0), f64::NAN),
    ];
    judged(check::fit_huber, right, wrong);
}

#[test]
fn a_table() {
    type Train = fn(&Array2<f64>, &Array2<f64>) -> (Array2<f64>, Array2<f64>);
    fn trained(x: &Array2<f64>, y: &Array2<f64>, h: usize, steps: usize, rates: [f64; 2], start: f64) -> (Array2<f64>, Array2<f64>) {
        let mut rng = RandomState::new(0);
        let (mut w1, mut w2) = (start * rng.randn_2d(x.ncols(), h), start * rng.randn_2d(h, 1));
        for _ in 0..steps {
            let a1 = x.dot(&w1).mapv(sigmoid);
            let y_hat = a1.dot(&w2).mapv(sigmoid);
            let delta2 = 2.0 * (&y_hat - y) * &y_hat * (1.0 - &y_hat);
            let delta1 = delta2.dot(&w2.t()) * &a1 * (1.0 - &a1);
            (w1, w2) = (w1 - rates[0] * x.t().dot(&delta1), w2 - rates[1] * a1.t().dot(&delta2));
        }
        (w1, w2)
    }
    let right: [Train; 2] = [|x, y| trained(x, y, 6, 20_000, [1.0; 2], 1.0), |x, y| trained(x, y, 8, 20_000, [2.0; 2], 1.0)];
    let wrong: [Train; 10] = [
        |x, y| trained(x, y, 6, 0, [1.0; 2], 1.0),
        |x, y| trained(x, y, 6, 30, [1.0; 2], 1.0),
        |x, y| trained(x, y, 6, 500, [-1.0; 2], 1.0),
        |x, y| trained(x, y, 6, 20_000, [1e-4; 2], 1.0),
        |x, y| trained(x, y, 6, 20_000, [1.0; 2], 0.0),
        |x, y| trained(x, y, 1, 20_000, [1.0; 2], 1.0),
        |x, y| trained(x, y, 6, 20_000, [0.0, 1.0], 0.01),
        |x, y| trained(x, &(1.0 - y), 6, 20_000, [1.0; 2], 1.0),
        |x, y| (y.t().dot(x).t().to_owned(), Array2::ones((1, 1))),
        |x, y| (trained(x, y, 6, 20_000, [1.0; 2], 1.0).0, Array2::zeros((0, 1))),
    ];
    judged(check::train_small, right, wrong);
}

#[test]
fn three_classes_of_one_s_own() {
    type Make = fn(usize) -> (Array2<f64>, Array1<usize>);
    fn labels(m: usize) -> Array1<usize> {
        (0..6 * m)
            .map(|i| {
                if i < m {
                    0
                } else if i < 3 * m {
                    1
                } else {
                    2
                }
            })
            .collect()
    }
    fn rings(m: usize, noise: f64) -> (Array2<f64>, Array1<usize>) {
        let (mut rng, y) = (RandomState::new(0), labels(m));
        let at = |i: usize, j: usize| if j == 0 { (2.4 * i as f64).cos() } else { (2.4 * i as f64).sin() };
        (Array2::from_shape_fn((6 * m, 2), |(i, j)| (1.0 + y[i] as f64) * at(i, j) + noise * rng.randn()), y)
    }
    let right: [Make; 3] = [
        |m| rings(m, 0.05),
        |m| (100.0 * rings(m, 0.0).0, labels(m)),
        // The middle stripe is class 0, those beside it alternate.
        |m| {
            let y = labels(m);
            let row = |i: usize| [0.0, [-1.0, 1.0][i % 2], [-2.0, 2.0][i % 2]][y[i]];
            (Array2::from_shape_fn((6 * m, 2), |(i, j)| if j == 0 { row(i) } else { (i as f64).sin() * 0.3 }), y.clone())
        },
    ];
    let wrong: [Make; 11] = [
        |m| {
            let spirals = data::make_spirals(2 * m, 3, 0.0, &mut RandomState::new(0)).unwrap();
            (spirals.x, spirals.y)
        },
        |m| rings(m, 1.0),
        |m| (Array2::zeros((6 * m, 2)), labels(m)),
        |m| (RandomState::new(0).randn_2d(6 * m, 2), labels(m)),
        |m| {
            let y = labels(m);
            let far = y.mapv(|class| 10.0 * class as f64).insert_axis(Axis(1));
            (far + RandomState::new(0).randn_2d(6 * m, 2), y)
        },
        |m| (rings(m, 0.05).0, labels(m) + 1),
        |m| (rings(m, 0.05).0, Array1::zeros(6 * m)),
        |m| (rings(m, f64::NAN).0, labels(m)),
        |m| (rings(m, 0.05).0.slice(s![.., ..1]).to_owned(), labels(m)),
        |m| rings(20.min(m), 0.05),
        |m| {
            // The same few points again and again, so that each has a copy of its own class beside it.
            let few = RandomState::new(0).randn_2d(6, 2);
            let x = concatenate![Axis(0), few, few];
            (Array2::from_shape_fn((6 * m, 2), |(i, j)| x[[i % 12, j]]), labels(m))
        },
    ];
    judged(check::three_classes, right, wrong);
}
