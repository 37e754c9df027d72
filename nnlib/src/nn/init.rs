//! Weight initialisers: how large the random weights of an untrained network are.

use crate::error::Error;
use crate::random::RandomState;

/// How a layer's weights are drawn; biases always start at 0.
///
/// `fan_in` is the number of inputs that one neuron sums, `fan_out` the number of neurons that one input reaches.
///
/// ```
/// use nnlib::{Init, RandomState};
/// let mut w = [0.0; 4];
/// Init::LecunNormal.fill(&mut w, 2, 2, &mut RandomState::new(0)); // np.random.randn(2, 2) / np.sqrt(2)
/// assert_eq!(w[0], 1.764052345967664 / 2.0_f64.sqrt());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// Gaussian with standard deviation 1 / √fan_in (Y. LeCun et al., 1998), the choice for tanh.
    #[default]
    LecunNormal,
    /// Gaussian with standard deviation √(2 / fan_in) (K. He et al., 2015), the choice for rectified units.
    HeNormal,
    /// Uniform in ±√(6 / fan_in) (K. He et al., 2015).
    HeUniform,
    /// Gaussian with standard deviation √(2 / (fan_in + fan_out)) (X. Glorot and Y. Bengio, 2010).
    GlorotNormal,
    /// Uniform in ±√(6 / (fan_in + fan_out)) (X. Glorot and Y. Bengio, 2010), Keras's default.
    GlorotUniform,
    /// Gaussian with this standard deviation; made by [`Init::normal`].
    #[non_exhaustive]
    Normal(f64),
    /// Uniform between these two numbers; made by [`Init::uniform`].
    #[non_exhaustive]
    Uniform(f64, f64),
}

impl Init {
    /// Gaussian with this standard deviation.
    ///
    /// # Errors
    /// [`Error::Value`] unless it is finite and at least 0.
    pub fn normal(deviation: f64) -> Result<Self, Error> {
        if deviation.is_finite() && deviation >= 0.0 {
            Ok(Self::Normal(deviation))
        } else {
            Err(Error::value("standard deviation of the weights", "a finite number of at least 0", deviation))
        }
    }

    /// Uniform from `low` up to `high`.
    ///
    /// # Errors
    /// [`Error::Value`] unless both, and their difference, are finite and `low` is not above `high`.
    pub fn uniform(low: f64, high: f64) -> Result<Self, Error> {
        if low <= high && (high - low).is_finite() {
            Ok(Self::Uniform(low, high))
        } else {
            Err(Error::value("range of the weights", "two finite numbers, the lower one first", format!("{low} to {high}")))
        }
    }

    /// Draws every number of `w`, in order, for neurons with these fans.
    pub fn fill(self, w: &mut [f64], fan_in: usize, fan_out: usize, rng: &mut RandomState) {
        let (into, out) = (fan_in as f64, fan_out as f64);
        let uniform = |limit: f64| Self::Uniform(-limit, limit);
        match self {
            // Division rather than multiplication: the tutorials write it so, and the last bit differs.
            Self::LecunNormal => w.iter_mut().for_each(|v| *v = rng.randn() / into.sqrt()),
            Self::HeNormal => Self::Normal((2.0 / into).sqrt()).fill(w, fan_in, fan_out, rng),
            Self::HeUniform => uniform((6.0 / into).sqrt()).fill(w, fan_in, fan_out, rng),
            Self::GlorotNormal => Self::Normal((2.0 / (into + out)).sqrt()).fill(w, fan_in, fan_out, rng),
            Self::GlorotUniform => uniform((6.0 / (into + out)).sqrt()).fill(w, fan_in, fan_out, rng),
            Self::Normal(deviation) => w.iter_mut().for_each(|v| *v = deviation * rng.randn()),
            Self::Uniform(low, high) => w.iter_mut().for_each(|v| *v = rng.uniform(low, high)),
        }
    }
}
