//! More wrong answers, as people write them, to tasks that know few mistakes by name: none passes.

use ndarray::{Array1, Array2, Axis, concatenate};
use nnlib::activation::{sigmoid, softplus};
use nnlib::metrics::mean_and_spread;
use nnlib_checks as check;

macro_rules! none_passes {
    ($check:path: $($wrong:expr),+ $(,)?) => {{
        for (number, verdict) in [$($check($wrong)),+].into_iter().enumerate() {
            assert!(!verdict.passed(), "{}: wrong answer {number} passes", stringify!($check));
        }
    }};
}

#[test]
fn of_functions_of_a_number() {
    none_passes!(check::swish: |z| z, |z| z.max(0.0), |z| z * z.tanh(), |z| z * softplus(z), softplus, |z| sigmoid(z) / z,
        |z| z / (1.0 + z.exp()));
    none_passes!(check::swish: |z| z / (1.0 - (-z).exp()), |z| z + sigmoid(z), |z| (z * sigmoid(z)).max(0.0),
        |z| if z.abs() > 30.0 { 0.0 } else { z * sigmoid(z) });
    none_passes!(check::swish_derivative: |z| z * sigmoid(z), |_| 1.0, |z| sigmoid(-z) * (1.0 - z * sigmoid(z)),
        |z| sigmoid(z) * (1.0 + z));
    none_passes!(check::swish_derivative: |z| sigmoid(z) * (1.0 - sigmoid(z)) + z, |z| sigmoid(z) + z * sigmoid(z),
        |z| sigmoid(z) * (1.0 + z * sigmoid(z)));
    none_passes!(check::swish_derivative: |z| 1e3 * (z + 1e-3) * sigmoid(z + 1e-3) - 1e3 * z * sigmoid(z),
        |z| if z > 0.0 { 1.0 } else { 0.0 });
    none_passes!(check::softplus_derivative: |a| a, |a| 1.0 - (-a / 2.0).exp(), |a| a / (1.0 + a), f64::tanh, |a| 1.0 - a.recip().exp(),
        |_| 0.5);
    none_passes!(check::elu_derivative: |a, alpha| a + alpha, |a, alpha| a.max(alpha), |a, _| a.exp(),
        |a, alpha| if a < 0.0 { 1.0 } else { a + alpha });
    none_passes!(check::elu_derivative: |a, alpha| if a > 0.0 { 1.0 } else { a - alpha },
        |a, alpha| if a > 0.0 { 1.0 } else { a / alpha + 1.0 });
    none_passes!(check::slope: |f, z, _| (f(z + 1e-5) - f(z - 1e-5)) / 2e-5, |f, z, h| (f(z + h) - f(z - h)) * 2.0 * h,
        |f, z, h| f(z + h) - f(z - h));
    none_passes!(check::slope: |f, z, h| (f(z + h / 2.0) - f(z - h / 2.0)) / h, |f, z, h| (f(z + h) + f(z - h)) / (2.0 * h),
        |f, z, h| (f(z + h) - 2.0 * f(z) + f(z - h)) / (h * h));
}

#[test]
fn of_descents() {
    fn walk(x: f64, steps: usize, next: impl Fn(f64, f64) -> (f64, f64)) -> f64 {
        (0..steps).fold((x, 0.0), |(x, v), _| next(x, v)).0
    }
    none_passes!(check::nesterov:
        |f, x, rate, _, steps| walk(x, steps, |x, v| (x - rate * f(x), v)),
        |f, x, rate, mu, steps| walk(x, steps, |x, v| { let v = mu * v - (1.0 - mu) * rate * f(x + mu * v); (x + v, v) }),
        |f, x, rate, mu, steps| walk(x, steps, |x, v| { let new = mu * v - rate * f(x + mu * v); (x + v, new) }),
        |f, x, rate, mu, steps| walk(x, steps, |x, v| { let v = -mu * v - rate * f(x + mu * v); (x + v, v) }),
        |f, x, rate, mu, steps| walk(x, steps + 1, |x, v| { let v = mu * v - rate * f(x + mu * v); (x + v, v) }),
        |f, x, rate, mu, steps| walk(x, steps, |x, v| { let v = mu * v - rate * f(mu * (x + v)); (x + v, v) }),
        |f, x, rate, mu, steps| walk(x, steps, |x, v| { let v = mu * (v - rate * f(x + mu * v)); (x + v, v) }),
    );
    none_passes!(check::largest_curvature:
        |h, _, _| h.diag().sum(), |h, v, _| v.dot(&h.dot(v)), |h, v, _| h.dot(v).dot(&h.dot(v)).sqrt(), |h, _, _| h[[0, 0]],
        |h, _, _| h.fold(0.0, |m: f64, v| m.max(*v)),
        |h, v, rounds| { let v = (0..=rounds).fold(v.clone(), |v, _| { let hv = h.dot(&v); &hv / hv.dot(&hv).sqrt() }); v.dot(&h.dot(&v)) },
        |h, v, rounds| { let v = (0..rounds).fold(v.clone(), |v, _| { let hv = h.dot(&v); &hv / hv.sum() }); v.dot(&h.dot(&v)) },
    );
    none_passes!(check::stop_early: |_, _| 0, |losses, _| losses.len() - 1, |_, patience| patience,
        |losses, patience| losses.len() - patience);
}

#[test]
fn of_data_and_comparisons() {
    none_passes!(check::split:
        |x, y, _, _| (x.clone(), y.clone(), x.clone(), y.clone()),
        |x, y, order, m| {
            let (mut test, mut train) = (order[..m].to_vec(), order[m..].to_vec());
            test.sort();
            train.sort();
            (x.select(Axis(0), &train), y.select(Axis(0), &train), x.select(Axis(0), &test), y.select(Axis(0), &test))
        },
        |x, y, order, m| {
            let (test, train) = (&order[..m], &order[m - 1..]);
            (x.select(Axis(0), train), y.select(Axis(0), train), x.select(Axis(0), test), y.select(Axis(0), test))
        },
        |x, y, order, m| {
            let (test, train) = (&order[..m], &order[m..]);
            (x.select(Axis(0), train), y.select(Axis(0), test), x.select(Axis(0), test), y.select(Axis(0), train))
        },
    );
    fn ring(m: usize, radius: f64, turn: f64) -> Array2<f64> {
        let angle = |k: usize| turn * std::f64::consts::TAU * k as f64 / m as f64;
        Array2::from_shape_fn((m, 2), |(k, j)| radius * if j == 0 { angle(k).cos() } else { angle(k).sin() })
    }
    fn both(outer: Array2<f64>, inner: Array2<f64>) -> (Array2<f64>, Array1<usize>) {
        let m = outer.nrows();
        (concatenate![Axis(0), outer, inner], (0..2 * m).map(|i| usize::from(i >= m)).collect())
    }
    none_passes!(check::circles:
        |m, factor| both(ring(m, 1.0, -1.0), ring(m, factor, -1.0)),
        |m, factor| both(ring(m, 1.0, 1.0), ring(m, 1.0 - factor, 1.0)),
        |m, factor| both(ring(m, 1.0, 1.0), ring(m, factor * factor, 1.0)),
        |m, factor| both(ring(m / 2, 1.0, 1.0), ring(m / 2, factor, 1.0)),
        |m, factor| (both(ring(m, 1.0, 1.0), ring(m, factor, 1.0)).0, (0..2 * m).map(|i| i % 2).collect()),
    );
    fn told(a: &[f64], b: &[f64], gain: fn(f64, f64) -> f64, won: fn(f64) -> bool) -> (f64, f64, usize) {
        let gains: Vec<f64> = a.iter().zip(b).map(|(a, b)| gain(*a, *b)).collect();
        let (mean, spread) = mean_and_spread(&gains);
        (mean, spread, gains.iter().filter(|gain| won(**gain)).count())
    }
    none_passes!(check::gain:
        |a, b| told(a, b, |a, b| (b - a).abs(), |g| g > 0.0), |a, b| told(a, b, |a, b| b / a - 1.0, |g| g > 0.0),
        |a, b| told(a, b, |a, b| b - a, |g| g < 0.0), |a, b| told(a, b, |_, b| b, |g| g > 0.5), |a, b| told(a, b, |a, b| b + a, |_| true),
        |a, b| { let (mean, spread, won) = told(a, b, |a, b| b - a, |g| g > 0.0); (mean, spread * spread, won) },
        |a, b| { let (mean, spread, won) = told(a, b, |a, b| b - a, |g| g > 0.0); (mean * a.len() as f64, spread, won) },
    );
    none_passes!(check::dead: |_, w, _| w.ncols(), |_, _, _| 0, |x, w, b| (x.dot(w) + b).iter().filter(|z| **z <= 0.0).count(),
        |x, w, _| x.dot(w).columns().into_iter().filter(|z| z.iter().all(|z| *z <= 0.0)).count());
}

#[test]
fn of_gradients_and_bytes() {
    fn masked(z: &Array2<f64>, alpha: f64) -> Array2<f64> {
        z.mapv(|z| if z >= 0.0 { 1.0 } else { alpha })
    }
    none_passes!(check::leaky_delta:
        |d, w, z, alpha| d.dot(&w.t()) * masked(z, -alpha), |d, w, z, alpha| d.dot(&w.t()) * masked(z, 1.0 - alpha),
        |d, w, z, alpha| d.dot(&w.t()) / masked(z, alpha),
        |d, w, z, alpha| d.dot(&w.t()) + masked(z, alpha), |_, _, z, alpha| masked(z, alpha), |d, w, z, _| d.dot(&w.t()) * masked(z, 0.01),
    );
    none_passes!(check::slope_gradient:
        |d, z| (d * z.mapv(f64::abs)).sum_axis(Axis(0)), |_, z| z.mapv(|z| z.min(0.0)).sum_axis(Axis(0)), |d, _| d.sum_axis(Axis(0)),
        |d, z| (d * z.mapv(|z| z.min(0.0))).row(0).to_owned(), |d, z| Array1::from_elem(z.ncols(), (d * z.mapv(|z| z.min(0.0))).sum()),
    );
    none_passes!(check::hidden_delta:
        |d, _, a| (1.0 - a * a) * d.sum(), |d, w, a| d.dot(&w.t()) * (1.0 + a * a), |d, w, a| d.dot(&w.t()) / (1.0 - a * a),
        |d, w, a| d.dot(&w.t()) * (a * a),
    );
    none_passes!(check::unscale:
        |w, b, _, _| (w.clone(), b), |w, b, mean, deviation| (w / deviation, b - mean.sum()),
        |w, b, mean, deviation| (w / deviation, b - (mean * w * deviation).sum()),
        |w, b, mean, deviation| (w / deviation, (b - mean.dot(w)) / deviation.sum()), |w, b, mean, deviation| ((w - mean) / deviation, b),
    );
    fn eights(bytes: &[u8]) -> Vec<f64> {
        bytes.chunks_exact(8).map(|eight| f64::from_le_bytes(eight.try_into().unwrap())).collect()
    }
    none_passes!(check::read_numbers:
        |_| Ok(Vec::new()), |_| Err("no".to_owned()), |bytes| Ok(bytes.iter().map(|b| f64::from(*b)).collect()),
        |bytes| if bytes.len() < 8 { Err("short".to_owned()) } else { Ok(eights(bytes)) },
        |bytes| if bytes.len() % 8 == 0 { Ok(eights(bytes).into_iter().rev().collect()) } else { Err(String::new()) },
        |bytes| if bytes.len() % 8 == 0 { Ok(eights(bytes)) } else { Ok(eights(&[bytes, &[0; 8]].concat())) },
    );
    none_passes!(check::field:
        |_, _| Ok(0.5), |_, _| Err(String::new()), |body, _| body.rsplit('=').next().unwrap_or("").parse().map_err(|_| String::new()),
        |body, name| body.trim_start_matches(name).trim_start_matches('=').parse().map_err(|_| String::new()),
    );
}
