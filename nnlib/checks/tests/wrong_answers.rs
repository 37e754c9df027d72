//! Wrong answers that people write: each fails, and where there is a hint it is at the mistake.

use std::fs;
use std::io::Write;
use std::path::Path;

use ndarray::{Array1, Array2, Axis};
use nnlib::activation::{sigmoid, softmax};
use nnlib_checks as check;
use nnlib_checks::Verdict;

/// Fails unless the verdict says wrong, with a hint that has these words in it.
#[track_caller]
fn named(verdict: &Verdict, words: &str) {
    assert!(!verdict.passed());
    assert!(verdict.hint().is_some_and(|hint| hint.contains(words)), "{words}\n{verdict}");
}

/// Fails unless the verdict says wrong and does not guess.
#[track_caller]
fn unnamed(verdict: &Verdict) {
    assert!(!verdict.passed());
    assert_eq!(verdict.hint(), None, "{verdict}");
}

#[test]
fn a_save_that_has_a_moment_without_the_file() {
    fn written(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let mut file = fs::File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }
    fn by(path: &Path, bytes: &[u8], first: impl Fn(&Path)) -> std::io::Result<()> {
        let beside = path.with_extension("part");
        written(&beside, bytes)?;
        first(path);
        fs::rename(&beside, path)
    }
    let right = check::save(|path, bytes| by(path, bytes, |_| ()));
    assert!(right.passed(), "{right}");
    named(&check::save(written), "written over");
    #[cfg(target_os = "linux")]
    {
        named(&check::save(|path, bytes| by(path, bytes, |path| drop(fs::remove_file(path)))), "there is none");
        named(
            &check::save(|path, bytes| {
                fs::write(path.with_extension("a"), bytes).and_then(|()| fs::rename(path.with_extension("a"), path))
            }),
            "sync_all",
        );
        // A file that is flushed, or synced without asking how it went, may be empty after a power failure.
        named(
            &check::save(|path, bytes| {
                let beside = path.with_extension("part");
                let mut file = fs::File::create(&beside)?;
                file.write_all(bytes)?;
                file.flush()?;
                let _ = file.sync_all();
                fs::rename(&beside, path)
            }),
            "sync_all",
        );
        let first_removed = check::save(|path, bytes| {
            let _ = fs::remove_file(path);
            by(path, bytes, |_| ())
        });
        assert!(!first_removed.passed());
        let set_aside = check::save(|path, bytes| {
            let aside = path.with_extension("bak");
            let had = fs::rename(path, &aside).is_ok();
            by(path, bytes, |_| ())?;
            if had { fs::remove_file(aside) } else { Ok(()) }
        });
        assert!(!set_aside.passed());
        let elsewhere = check::save(|path, bytes| {
            let other = std::env::temp_dir().join(format!("elsewhere-{}", std::process::id()));
            written(&other, bytes)?;
            let renamed = fs::rename(&other, path);
            let _ = fs::remove_file(other);
            renamed
        });
        named(&elsewhere, "another folder");
    }
}

#[test]
fn early_stopping_by_the_epoch_before_by_equal_losses_and_by_one_epoch() {
    fn stopped(losses: &[f64], patience: usize, lower: fn(f64, f64) -> bool) -> usize {
        let mut best = 0;
        for (epoch, &loss) in losses.iter().enumerate() {
            if epoch == 0 || lower(loss, losses[best]) {
                best = epoch;
            } else if epoch - best >= patience {
                break;
            }
        }
        best
    }
    assert!(check::stop_early(|losses, patience| stopped(losses, patience, |a, b| a < b)).passed());
    named(&check::stop_early(|losses, patience| stopped(losses, patience, |a, b| a <= b)), "equal loss counts");
    named(&check::stop_early(|losses, patience| stopped(losses, patience - 1, |a, b| a < b)), "too impatient");
    named(&check::stop_early(|losses, patience| stopped(losses, patience + 1, |a, b| a < b)), "too patient");
    let by_the_one_before = check::stop_early(|losses, patience| {
        let (mut best, mut worse) = (0, 0);
        for epoch in 1..losses.len() {
            worse = if losses[epoch] >= losses[epoch - 1] { worse + 1 } else { 0 };
            best = if losses[epoch] < losses[best] { epoch } else { best };
            if worse == patience {
                break;
            }
        }
        best
    });
    named(&by_the_one_before, "the one before");
}

#[test]
fn a_field_found_inside_another() {
    let found = check::field(|body, name| {
        let at = body.find(&format!("{name}=")).ok_or("missing")? + name.len() + 1;
        let number: f64 = body[at..].split('&').next().unwrap_or("").parse().map_err(|_| "no number")?;
        if number.is_finite() { Ok(number) } else { Err("not finite".to_owned()) }
    });
    named(&found, "max1=");
}

#[test]
fn equal_numbers_of_a_window_taken_by_columns() {
    let verdict = check::max_pool_back(|x, delta| {
        let mut dx = Array2::zeros(x.raw_dim());
        for ((i, j), delta) in delta.indexed_iter() {
            let mut winner = [2 * i, 2 * j];
            for at in [[2 * i + 1, 2 * j], [2 * i, 2 * j + 1], [2 * i + 1, 2 * j + 1]] {
                winner = if x[at] > x[winner] { at } else { winner };
            }
            dx[winner] = *delta;
        }
        dx
    });
    named(&verdict, "down the columns");
}

/// A network's step, with what a reader may get wrong.
fn stepped(
    (x, y): (&Array2<f64>, &Array1<usize>),
    (w1, b1, w2, b2): &(Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>),
    (rate, lambda): (f64, f64),
    slope: fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>,
) -> (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>) {
    let z1 = x.dot(w1) + b1;
    let a1 = z1.mapv(f64::tanh);
    let mut delta2 = softmax(&(a1.dot(w2) + b2));
    y.iter().enumerate().for_each(|(i, &class)| delta2[[i, class]] -= 1.0);
    delta2 /= y.len() as f64;
    let delta1 = delta2.dot(&w2.t()) * slope(&z1, &a1);
    (
        w1 - rate * (x.t().dot(&delta1) + lambda * w1),
        b1 - rate * delta1.sum_axis(Axis(0)),
        w2 - rate * (a1.t().dot(&delta2) + lambda * w2),
        b2 - rate * delta2.sum_axis(Axis(0)),
    )
}

#[test]
fn a_step_with_the_mistakes_of_the_backward_pass() {
    assert!(check::step(|x, y, net, rate, lambda| stepped((x, y), net, (rate, lambda), |_, a| 1.0 - a * a)).passed());
    named(&check::step(|x, y, net, rate, lambda| stepped((x, y), net, (rate, 2.0 * lambda), |_, a| 1.0 - a * a)), "factor 2");
    named(&check::step(|x, y, net, rate, lambda| stepped((x, y), net, (rate, lambda), |z, _| 1.0 - z * z)), "score z");
    named(&check::step(|x, y, net, rate, lambda| stepped((x, y), net, (rate, lambda), |_, a| a * (1.0 - a))), "slope of a sigmoid");
    named(&check::step(|x, y, net, rate, lambda| stepped((x, y), net, (rate, lambda), |_, a| 1.0 - a)), "1 − a is not the slope");
    named(&check::step(|x, y, net, rate, lambda| stepped((x, y), net, (rate, lambda), |z, _| Array2::ones(z.raw_dim()))), "is missing");
    unnamed(&check::step(|x, y, net, rate, lambda| stepped((x, y), net, (rate, 3.0 * lambda), |_, a| 1.0 - a * a)));
}

#[test]
fn the_slope_from_the_score_in_each_backward_pass() {
    named(&check::hidden_delta(|delta2, w2, a1| delta2.dot(&w2.t()) * a1.mapv(|a| 1.0 - a.atanh().powi(2))), "1 − z₁²");
    let of_sigmoids = check::backward(|x, y, w1, b1, w2, b2| {
        let z1 = x.dot(w1) + b1;
        let a1 = z1.mapv(sigmoid);
        let mut delta2 = softmax(&(a1.dot(w2) + b2));
        y.iter().enumerate().for_each(|(i, &class)| delta2[[i, class]] -= 1.0);
        delta2 /= y.len() as f64;
        let delta1 = delta2.dot(&w2.t()) * &z1 * (1.0 - &z1);
        (x.t().dot(&delta1), delta1.sum_axis(Axis(0)), a1.t().dot(&delta2), delta2.sum_axis(Axis(0)))
    });
    named(&of_sigmoids, "score z");
    let deep = check::deep_backward(|x, y, layers| {
        let (mut a, mut z) = (vec![x.clone()], vec![x.clone()]);
        for (w, b) in layers {
            let next = a[a.len() - 1].dot(w) + b;
            a.push(next.mapv(f64::tanh));
            z.push(next);
        }
        let mut delta = softmax(&z[layers.len()]);
        y.iter().enumerate().for_each(|(i, &class)| delta[[i, class]] -= 1.0);
        delta /= y.len() as f64;
        let mut gradients = Vec::new();
        for (l, (w, _)) in layers.iter().enumerate().rev() {
            gradients.insert(0, (a[l].t().dot(&delta), delta.sum_axis(Axis(0))));
            delta = delta.dot(&w.t()) * (1.0 - &z[l] * &z[l]);
        }
        gradients
    });
    named(&deep, "score z");
}

#[test]
fn a_size_written_as_a_number_is_not_taken_for_something_else() {
    let verdict = check::backward(|x, y, w1, b1, w2, b2| {
        let mut delta2 = Array2::<f64>::zeros((5, 2));
        let a1 = (x.dot(w1) + b1).mapv(sigmoid);
        delta2.assign(&softmax(&(a1.dot(w2) + b2)));
        (0..5).for_each(|i| delta2[[i, y[i]]] -= 1.0);
        delta2 /= y.len() as f64;
        let delta1 = delta2.dot(&w2.t()) * &a1 * (1.0 - &a1);
        (x.t().dot(&delta1), delta1.sum_axis(Axis(0)), a1.t().dot(&delta2), delta2.sum_axis(Axis(0)))
    });
    unnamed(&verdict);
    // Two panics are not the same: nothing but panics tells nothing.
    unnamed(&check::hidden_delta(|_, _, _| panic!("ndarray: inputs 5 × 3 and 5 × 4 are not compatible for matrix multiplication")));
}

#[test]
fn a_softmax_by_the_wrong_axis_or_the_wrong_largest() {
    fn largest(z: &Array2<f64>, from: f64) -> Array2<f64> {
        z.map_axis(Axis(1), |row| row.fold(from, |m: f64, &v| m.max(v))).insert_axis(Axis(1))
    }
    named(
        &check::softmax_at(|z, t| {
            let e = ((z - &largest(z, 0.0)) / t).mapv(f64::exp);
            &e / &e.sum_axis(Axis(1)).insert_axis(Axis(1))
        }),
        "starts at 0",
    );
    named(
        &check::softmax_at(|z, t| {
            let e = ((z - &largest(z, f64::MIN)) / t).mapv(f64::exp);
            &e / &e.sum_axis(Axis(0))
        }),
        "run down the columns",
    );
}

#[test]
fn a_velocity_with_the_wrong_sign_or_order() {
    fn walked(x: f64, steps: usize, next: impl Fn(f64, f64) -> (f64, f64)) -> f64 {
        (0..steps).fold((x, 0.0), |(x, v), _| next(x, v)).0
    }
    let sign = check::momentum(|slope, x, rate, mu, steps| {
        walked(x, steps, |x, v| {
            let v = rate * slope(x) - mu * v;
            (x - v, v)
        })
    });
    named(&sign, "turns round");
    named(&check::momentum(|slope, x, rate, mu, steps| walked(x, steps, |x, v| (x + v, mu * v - rate * slope(x)))), "First v, then x");
    let brackets = check::momentum(|slope, x, rate, mu, steps| {
        walked(x, steps, |x, v| {
            let v = mu * (v - rate * slope(x));
            (x + v, v)
        })
    });
    named(&brackets, "brackets");
}

#[test]
fn the_slope_of_an_elu_that_is_1_on_the_left() {
    named(&check::elu_derivative(|_, _| 1.0), "1 on the left, too");
    named(&check::elu_derivative(|a, _| if a > 0.0 { 1.0 } else { 0.0 }), "ReLU");
}

#[test]
fn a_forgotten_transpose_is_an_error_of_shapes_first() {
    for (verdict, words) in [
        (check::hidden_delta(|delta2, w2, a1| delta2.dot(w2) * (1.0 - a1 * a1)), "not transposed"),
        (
            check::logistic_gradient(|x, y, w, b| {
                let delta = ((x.dot(w) + b).mapv(sigmoid) - y) / y.len() as f64;
                (x.dot(&delta), delta.sum())
            }),
            "not transposed",
        ),
    ] {
        assert!(verdict.to_string().contains("your code panics") && verdict.to_string().contains("not compatible"), "{verdict}");
        named(&verdict, words);
    }
}
