//! Central differences: the gradient of a network checked without any calculus.

use std::fmt;

use ndarray::Array2;

use crate::error::Error;
use crate::math::loss::{Loss, Targets};
use crate::nn::backprop::{Backprop, Sought};
use crate::nn::layer::Parameters;
use crate::nn::pass::Pass;
use crate::nn::sequential::Sequential;
use crate::random::RandomState;

/// The gradient of `f` at `x` by central differences, (f(x + h) − f(x − h)) / 2h, with h = `step` for every coordinate.
///
/// The error is of the order of h² from the curve's bending and of 10⁻¹⁶/h from rounding, so h near 10⁻⁵ does best.
///
/// ```
/// let gradient = nnlib::gradcheck::central_differences(|x| x[0] * x[0] + 3.0 * x[1], &[2.0, 5.0], 1e-5);
/// assert!((gradient[0] - 4.0).abs() < 1e-9 && (gradient[1] - 3.0).abs() < 1e-9);
/// ```
pub fn central_differences(f: impl Fn(&[f64]) -> f64, x: &[f64], step: f64) -> Vec<f64> {
    let mut x = x.to_vec();
    (0..x.len())
        .map(|i| {
            let centre = x[i];
            x[i] = centre + step;
            let above = f(&x);
            x[i] = centre - step;
            let below = f(&x);
            x[i] = centre;
            (above - below) / (2.0 * step)
        })
        .collect()
}

/// How far a gradient is from central differences: the worst of all parameters.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// |analytic − numeric| / max(1, |analytic| + |numeric|) of the worst parameter.
    pub worst: f64,
    /// Which parameter that is, for example `w(1)[0, 2]`.
    pub parameter: String,
    /// Its derivative by the backward pass.
    pub analytic: f64,
    /// Its derivative by central differences.
    pub numeric: f64,
    /// How many parameters were compared.
    pub compared: usize,
}

impl Comparison {
    /// Counts one more derivative, and keeps it where it is the worst so far.
    fn add(&mut self, parameter: &str, analytic: f64, numeric: f64) {
        let off = (analytic - numeric).abs() / (analytic.abs() + numeric.abs()).max(1.0);
        self.compared += 1;
        // A NaN is the worst of all.
        if off > self.worst || off.is_nan() {
            *self = Self { worst: off, parameter: parameter.to_owned(), analytic, numeric, compared: self.compared };
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { worst, parameter, analytic, numeric, compared } = self;
        write!(
            f,
            "{compared} derivatives compared; the worst differs by {worst:.1e}: {parameter}, backward {analytic:.9}, differences {numeric:.9}"
        )
    }
}

/// As a notebook's cell shows it.
impl fmt::Debug for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Compares the gradient that training uses with central differences of the loss, for every parameter and every number of the input.
///
/// The gradient comes the way that [`Model::fit`](crate::Model::fit) takes, the loss from the layers' own forward passes. Dropout drops the same
/// numbers in all of them.
///
/// ```
/// use ndarray::array;
/// use nnlib::{Activation, Loss, RandomState, Sequential};
/// let network = Sequential::input(2).dense(3).activation(Activation::Tanh).dense(2).build(&mut RandomState::new(0))?;
/// let check = nnlib::gradcheck::check(&network, &array![[0.5, -1.0], [2.0, 0.1]], &array![1, 0], Loss::SoftmaxCrossEntropy)?;
/// assert!(check.worst < 1e-8, "{check}");
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// # Errors
/// Those of [`Sequential::forward`] and [`Loss::check`].
pub fn check<'t>(network: &Sequential, x: &Array2<f64>, targets: impl Into<Targets<'t>>, loss: Loss) -> Result<Comparison, Error> {
    const STEP: f64 = 1e-5;
    let targets = targets.into();
    network.check_input(x)?;
    loss.check(x.nrows(), network.output_size(), targets)?;
    let (mut network, mut x) = (network.clone(), x.as_standard_layout().into_owned());
    let scale = loss.scale(x.nrows(), network.output_size());
    let sought = Sought { y_hat: false, parameters: true, input: true };
    let mut backprop = Backprop::new(&network);
    backprop.loss(&network, &x, (targets, loss, scale), sought, &mut RandomState::new(SEED))?;
    let mut pass = Pass::new(network.layers(), network.shapes());
    let mut value = |network: &Sequential, x: &Array2<f64>| {
        pass.run(network.layers(), x, Some(&mut RandomState::new(SEED)))?;
        loss.value(pass.output(), targets)
    };
    let mut comparison = Comparison { worst: -1.0, parameter: String::new(), analytic: 0.0, numeric: 0.0, compared: 0 };
    let mut theta = network.parameters();
    for ((i, &analytic), name) in backprop.gradients().parameters().indexed_iter().zip(names(&network)) {
        let centre = theta[i];
        let mut at = |number: f64| {
            theta[i] = number;
            network.set_parameters(&theta)?;
            value(&network, &x)
        };
        let (above, below) = (at(centre + STEP)?, at(centre - STEP)?);
        theta[i] = centre;
        comparison.add(&name, analytic, (above - below) / (2.0 * STEP));
    }
    network.set_parameters(&theta)?;
    for ((row, column), &analytic) in backprop.delta_x().indexed_iter() {
        let centre = x[[row, column]];
        let mut at = |number: f64| {
            x[[row, column]] = number;
            value(&network, &x)
        };
        let (above, below) = (at(centre + STEP)?, at(centre - STEP)?);
        x[[row, column]] = centre;
        comparison.add(&format!("x[{row}, {column}]"), analytic, (above - below) / (2.0 * STEP));
    }
    Ok(comparison)
}

/// Of the random numbers that dropout draws.
const SEED: u32 = 0;

/// What the textbook calls each of a network's parameters, in their order.
fn names(network: &Sequential) -> Vec<String> {
    let (mut names, mut l) = (Vec::new(), 0);
    for (at, layer) in network.layers().iter().enumerate() {
        let Parameters { w, b } = layer.parameters();
        l += usize::from(!w.is_empty());
        names.extend(w.indexed_iter().map(|((i, j), _)| format!("w({l})[{i}, {j}]")));
        let of_b = if w.is_empty() { format!("slopes of layer {}", at + 1) } else { format!("b({l})") };
        names.extend((0..b.len()).map(|j| format!("{of_b}[{j}]")));
    }
    names
}
