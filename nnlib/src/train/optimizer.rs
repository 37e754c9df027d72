//! Optimisers: how a gradient becomes a step.

use ndarray::{Array, ArrayRef, ArrayViewMut, Dimension};

use crate::error::{Error, check_finite};
use crate::nn::pass::Gradients;
use crate::nn::sequential::Sequential;
use crate::train::schedule::Schedule;

/// A rule that turns gradients into steps, with the state it keeps between them.
///
/// With gradient g, rate η (see [`Schedule`]) and, per parameter, state that starts at 0:
///
/// | made by | step |
/// | --- | --- |
/// | `sgd(η)` | w ← w − η g |
/// | `.momentum(μ)` | v ← μ v − η g; w ← w + v |
/// | `.nesterov()` | v ← μ v − η g; w ← w + μ v − η g |
/// | `adagrad(η)` | s ← s + g²; w ← w − η g / √(s + ε) |
/// | `adadelta(η)` | s ← ρ s + (1 − ρ) g²; d = √(u + ε) / √(s + ε) g; u ← ρ u + (1 − ρ) d²; w ← w − η d |
/// | `rmsprop(η)` | s ← ρ s + (1 − ρ) g²; w ← w − η g / √(s + ε) |
/// | `adam(η)` | m ← β₁ m + (1 − β₁) g; s ← β₂ s + (1 − β₂) g²; w ← w − η √(1 − β₂ᵗ) / (1 − β₁ᵗ) m / (√s + ε) |
///
/// The constants are Keras's: ε = 10⁻⁷, ρ = 0.95 for Adadelta and 0.9 for RMSprop, β₁ = 0.9, β₂ = 0.999; and so are the numbers to the
/// last digits. Sources: B. Polyak (1964), Y. Nesterov (1983), J. Duchi et al. (2011), M. Zeiler (2012), T. Tieleman and G. Hinton (2012),
/// D. Kingma and J. Ba (2014).
///
/// ```
/// use nnlib::Optimizer;
/// // Keras: SGD(0.05, momentum=0.9, nesterov=True)
/// let mut optimizer = Optimizer::sgd(0.05)?.momentum(0.9)?.nesterov();
/// let mut w = [1.0];
/// optimizer.update(&mut w, &[2.0])?;
/// assert_eq!(w, [1.0 - 0.9 * 0.1 - 0.1]);
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizer {
    pub(crate) schedule: Schedule,
    pub(crate) rule: Rule,
    /// How many updates there have been.
    pub(crate) updates: usize,
    /// Two numbers of state for each parameter (velocity; or sums of squares, of steps, of gradients), in the network's order.
    pub(crate) first: Vec<f64>,
    pub(crate) second: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rule {
    Sgd { momentum: f64, nesterov: bool },
    Adagrad,
    Adadelta { rho: f64 },
    RmsProp { rho: f64 },
    Adam { beta1: f64, beta2: f64 },
}

const EPSILON: f64 = 1e-7;

impl Optimizer {
    pub(crate) fn new(rate: impl TryInto<Schedule, Error: Into<Error>>, rule: Rule) -> Result<Self, Error> {
        let schedule = rate.try_into().map_err(Into::into)?;
        Ok(Self { schedule, rule, updates: 0, first: Vec::new(), second: Vec::new() })
    }

    /// The same rule and rate, without state.
    pub(crate) fn renewed(&self) -> Self {
        Self { schedule: self.schedule.clone(), rule: self.rule, updates: 0, first: Vec::new(), second: Vec::new() }
    }

    /// Stochastic gradient descent at this rate, or schedule of rates.
    ///
    /// # Errors
    /// [`Error::Value`] for a rate that is not finite and above 0 — as for every optimiser here.
    pub fn sgd(rate: impl TryInto<Schedule, Error: Into<Error>>) -> Result<Self, Error> {
        Self::new(rate, Rule::Sgd { momentum: 0.0, nesterov: false })
    }

    /// Adagrad: each parameter's rate falls with the gradients it has seen.
    ///
    /// # Errors
    /// As [`Optimizer::sgd`].
    pub fn adagrad(rate: impl TryInto<Schedule, Error: Into<Error>>) -> Result<Self, Error> {
        Self::new(rate, Rule::Adagrad)
    }

    /// Adadelta: steps in the units of the parameter; its natural rate is 1.
    ///
    /// # Errors
    /// As [`Optimizer::sgd`].
    pub fn adadelta(rate: impl TryInto<Schedule, Error: Into<Error>>) -> Result<Self, Error> {
        Self::new(rate, Rule::Adadelta { rho: 0.95 })
    }

    /// RMSprop: gradients divided by the root of their mean square.
    ///
    /// # Errors
    /// As [`Optimizer::sgd`].
    pub fn rmsprop(rate: impl TryInto<Schedule, Error: Into<Error>>) -> Result<Self, Error> {
        Self::new(rate, Rule::RmsProp { rho: 0.9 })
    }

    /// Adam: momentum and RMSprop, corrected for their start at 0.
    ///
    /// # Errors
    /// As [`Optimizer::sgd`].
    pub fn adam(rate: impl TryInto<Schedule, Error: Into<Error>>) -> Result<Self, Error> {
        Self::new(rate, Rule::Adam { beta1: 0.9, beta2: 0.999 })
    }

    /// The share of the last step that the next one keeps; for [`Optimizer::sgd`], and the first moment of [`Optimizer::adam`].
    ///
    /// # Errors
    /// [`Error::Value`] unless 0 ≤ `momentum` < 1, or for an optimiser without momentum.
    pub fn momentum(mut self, momentum: f64) -> Result<Self, Error> {
        if !(0.0..1.0).contains(&momentum) {
            return Err(Error::value("momentum", "a number in [0, 1)", momentum));
        }
        match &mut self.rule {
            Rule::Sgd { momentum: own, .. } | Rule::Adam { beta1: own, .. } => *own = momentum,
            _ => return Err(Error::value("momentum", "an optimiser that has one: sgd or adam", self.name())),
        }
        Ok(self)
    }

    /// Momentum that looks ahead; changes [`Optimizer::sgd`] only.
    #[must_use]
    pub fn nesterov(mut self) -> Self {
        if let Rule::Sgd { nesterov, .. } = &mut self.rule {
            *nesterov = true;
        }
        self
    }

    /// The optimiser's name.
    pub fn name(&self) -> &'static str {
        match self.rule {
            Rule::Sgd { .. } => "sgd",
            Rule::Adagrad => "adagrad",
            Rule::Adadelta { .. } => "adadelta",
            Rule::RmsProp { .. } => "rmsprop",
            Rule::Adam { .. } => "adam",
        }
    }

    /// The rate of the next update.
    pub fn rate(&self) -> f64 {
        self.schedule.rate(self.updates)
    }

    /// How many updates there have been.
    pub fn updates(&self) -> usize {
        self.updates
    }

    /// One step of every parameter of the network.
    ///
    /// # Errors
    /// [`Error::Shape`] when the gradients, or the optimiser's earlier steps, belong to another network; [`Error::NotFinite`] for a NaN or an
    /// infinity among the gradients. Nothing is changed then.
    pub fn step(&mut self, network: &mut Sequential, gradients: &Gradients) -> Result<(), Error> {
        gradients.check(network.layers())?;
        for gradient in &gradients.layers {
            self.check_gradient("gradient of the weights", &gradient.w)?;
            self.check_gradient("gradient of the biases", &gradient.b)?;
        }
        self.reserve(network.parameter_count())?;
        self.apply(network, gradients, 0.0);
        Ok(())
    }

    /// One step of these parameters, which are all that this optimiser looks after.
    ///
    /// # Errors
    /// As [`Optimizer::step`].
    pub fn update(&mut self, parameters: &mut [f64], gradient: &[f64]) -> Result<(), Error> {
        if parameters.len() != gradient.len() {
            return Err(Error::shape("gradient", format!("({},)", parameters.len()), format!("({},)", gradient.len())));
        }
        self.check_gradient("gradient", &ndarray::ArrayView1::from(gradient))?;
        self.reserve(parameters.len())?;
        let rate = self.begin();
        self.update_from(0, parameters, gradient, 0.0, rate);
        Ok(())
    }

    /// `Ok` for numbers that this rule can take: finite, and where it squares them, their squares too.
    fn check_gradient<D: Dimension>(&self, what: &str, gradient: &ArrayRef<f64, D>) -> Result<(), Error> {
        check_finite(what, gradient)?;
        let squares = !matches!(self.rule, Rule::Sgd { .. });
        match gradient.iter().find(|g| squares && (*g * *g).is_infinite()) {
            None => Ok(()),
            Some(g) => {
                Err(Error::value(what, format!("numbers whose squares are finite, as {} takes them", self.name()), format!("{g:e}")))
            }
        }
    }

    /// Whether every number of the state is finite.
    pub(crate) fn is_finite(&self) -> bool {
        self.first.iter().chain(&self.second).all(|number| number.is_finite())
    }

    /// Makes this optimiser what `other` is, in the memory it has.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.updates = other.updates;
        self.first.clone_from(&other.first);
        self.second.clone_from(&other.second);
    }

    /// How many numbers of state this rule keeps for so many parameters.
    pub(crate) fn state_sizes(&self, parameters: usize) -> (usize, usize) {
        match self.rule {
            Rule::Sgd { momentum: 0.0, .. } => (0, 0),
            Rule::Adadelta { .. } | Rule::Adam { .. } => (parameters, parameters),
            _ => (parameters, 0),
        }
    }

    /// Makes the state of this many parameters, at the first step.
    fn reserve(&mut self, parameters: usize) -> Result<(), Error> {
        let (first, second) = self.state_sizes(parameters);
        if self.updates == 0 {
            self.first.resize(first, 0.0);
            self.second.resize(second, 0.0);
        }
        self.check_state(parameters)
    }

    /// `Ok` when the state is that of this many parameters.
    ///
    /// # Errors
    /// [`Error::Shape`] when it is that of another network.
    pub(crate) fn check_state(&self, parameters: usize) -> Result<(), Error> {
        if (self.first.len(), self.second.len()) == self.state_sizes(parameters) {
            return Ok(());
        }
        Err(Error::shape("parameters of the optimiser's earlier steps", parameters, self.first.len()))
    }

    /// One step on the gradient plus `l2` times the weights, sizes checked and the state there.
    pub(crate) fn apply(&mut self, network: &mut Sequential, gradients: &Gradients, l2: f64) {
        let rate = self.begin();
        let mut at = 0;
        for (layer, gradient) in network.layers_mut().iter_mut().zip(&gradients.layers) {
            let own = layer.parameters_mut();
            self.update_array(&mut at, own.w, &gradient.w, l2, rate);
            self.update_array(&mut at, own.b, &gradient.b, 0.0, rate);
        }
    }

    /// The step of one array of parameters, whose state begins at `at` and is passed.
    fn update_array<D: Dimension>(&mut self, at: &mut usize, mut w: ArrayViewMut<'_, f64, D>, g: &Array<f64, D>, l2: f64, rate: f64) {
        let g = g.as_slice().expect("standard layout");
        if let Some(w) = w.as_slice_mut() {
            self.update_from(*at, w, g, l2, rate);
        } else {
            // A layer of a reader's own may keep its numbers in any order.
            let mut ordered: Vec<f64> = w.iter().copied().collect();
            self.update_from(*at, &mut ordered, g, l2, rate);
            w.iter_mut().zip(ordered).for_each(|(w, ordered)| *w = ordered);
        }
        *at += g.len();
    }

    /// Makes the state that steps of this network need.
    pub(crate) fn prepare(&mut self, network: &Sequential) -> Result<(), Error> {
        self.reserve(network.parameter_count())
    }

    /// Counts the update and gives its rate.
    fn begin(&mut self) -> f64 {
        let rate = self.schedule.rate(self.updates);
        self.updates += 1;
        rate
    }

    /// The step of the parameters whose state begins at `at`.
    fn update_from(&mut self, at: usize, w: &mut [f64], g: &[f64], l2: f64, rate: f64) {
        let n = w.len();
        let state = |state: &'_ mut Vec<f64>| -> std::ops::Range<usize> { if state.is_empty() { 0..0 } else { at..at + n } };
        let (first, second) = (state(&mut self.first), state(&mut self.second));
        let (first, second) = (&mut self.first[first], &mut self.second[second]);
        let gradient = w.iter_mut().zip(g).map(|(w, g)| (*g + l2 * *w, w));
        match self.rule {
            Rule::Sgd { momentum: 0.0, .. } => gradient.for_each(|(g, w)| *w -= rate * g),
            Rule::Sgd { momentum, nesterov } => gradient.zip(first).for_each(|((g, w), v)| {
                *v = momentum * *v - rate * g;
                *w += if nesterov { momentum * *v - rate * g } else { *v };
            }),
            Rule::Adagrad => gradient.zip(first).for_each(|((g, w), s)| {
                *s += g * g;
                *w -= rate * g / (*s + EPSILON).sqrt();
            }),
            Rule::Adadelta { rho } => gradient.zip(first).zip(second).for_each(|(((g, w), s), u)| {
                *s = rho * *s + (1.0 - rho) * g * g;
                let d = (*u + EPSILON).sqrt() / (*s + EPSILON).sqrt() * g;
                *u = rho * *u + (1.0 - rho) * d * d;
                *w -= rate * d;
            }),
            Rule::RmsProp { rho } => gradient.zip(first).for_each(|((g, w), s)| {
                *s = rho * *s + (1.0 - rho) * g * g;
                *w -= rate * g / (*s + EPSILON).sqrt();
            }),
            Rule::Adam { beta1, beta2 } => {
                let t = i32::try_from(self.updates).unwrap_or(i32::MAX);
                let rate = rate * (1.0 - beta2.powi(t)).sqrt() / (1.0 - beta1.powi(t));
                gradient.zip(first).zip(second).for_each(|(((g, w), m), s)| {
                    *m += (1.0 - beta1) * (g - *m);
                    *s += (1.0 - beta2) * (g * g - *s);
                    *w -= rate * *m / (s.sqrt() + EPSILON);
                });
            }
        }
    }
}
