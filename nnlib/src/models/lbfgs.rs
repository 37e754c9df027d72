//! Minimising a smooth convex function of many numbers, for the baselines that are fitted to convergence.

use std::collections::VecDeque;

use ndarray::Array1;

use crate::error::Error;

/// How many of the last steps shape the next one.
const MEMORY: usize = 10;

/// A function's value and gradient at a place.
type Objective<'a> = dyn Fn(&Array1<f64>) -> (f64, Array1<f64>) + 'a;

/// The place where `f` is least: limited-memory BFGS from `start`, until no component of the gradient is
/// above `tolerance`.
///
/// Source: J. Nocedal and S. Wright, "Numerical Optimization", algorithms 7.4 and 7.5, with a line search by halving.
///
/// # Errors
/// [`Error::Value`] when the gradient stays above the tolerance.
pub(crate) fn minimise(f: &Objective<'_>, start: Array1<f64>, tolerance: f64, max_iterations: usize) -> Result<Array1<f64>, Error> {
    let mut x = start;
    let (mut value, mut gradient) = f(&x);
    let mut history = VecDeque::with_capacity(MEMORY);
    for _ in 0..max_iterations {
        if largest(&gradient) <= tolerance {
            return Ok(x);
        }
        let direction = direction(&history, &gradient);
        let slope = direction.dot(&gradient);
        let mut step = if history.is_empty() { 1.0 / gradient.dot(&gradient).sqrt().max(1.0) } else { 1.0 };
        loop {
            let to = &x + step * &direction;
            let (new_value, new_gradient) = f(&to);
            // Close to the minimum the decrease drowns in the rounding of the value.
            if new_value <= value + 1e-4 * step * slope + 4.0 * f64::EPSILON * value.abs() {
                let (s, y) = (&to - &x, &new_gradient - &gradient);
                let sy = s.dot(&y);
                if sy > 0.0 {
                    history.truncate(MEMORY - 1);
                    history.push_front((s, y, 1.0 / sy));
                }
                (x, value, gradient) = (to, new_value, new_gradient);
                break;
            }
            step /= 2.0;
            if step < 1e-30 {
                return Err(not_converged(tolerance, max_iterations, &gradient));
            }
        }
    }
    if largest(&gradient) <= tolerance { Ok(x) } else { Err(not_converged(tolerance, max_iterations, &gradient)) }
}

/// The gradient against the curvature seen in the last steps s and changes of gradient y, newest first: −H·g.
fn direction(history: &VecDeque<(Array1<f64>, Array1<f64>, f64)>, gradient: &Array1<f64>) -> Array1<f64> {
    let mut q = -gradient;
    let mut alphas = Vec::with_capacity(history.len());
    for (s, y, rho) in history {
        let alpha = rho * s.dot(&q);
        q.scaled_add(-alpha, y);
        alphas.push(alpha);
    }
    if let Some((_, y, rho)) = history.front() {
        q /= rho * y.dot(y);
    }
    for ((s, y, rho), alpha) in history.iter().zip(alphas).rev() {
        let beta = rho * y.dot(&q);
        q.scaled_add(alpha - beta, s);
    }
    q
}

fn largest(gradient: &Array1<f64>) -> f64 {
    // A NaN must not pass for small, wherever it stands.
    gradient.iter().fold(0.0, |most: f64, g| if most.is_nan() || g.abs() <= most { most } else { g.abs() })
}

fn not_converged(tolerance: f64, max_iterations: usize, gradient: &Array1<f64>) -> Error {
    let expected = format!("a gradient of at most {tolerance:e} within {max_iterations} iterations (features on a common scale help)");
    Error::value("fit", expected, format!("{:e}", largest(gradient)))
}

#[cfg(test)]
#[path = "../../tests/unit/models_lbfgs.rs"]
mod tests;
