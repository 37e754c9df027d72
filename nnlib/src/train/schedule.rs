//! Learning rates over time.

use std::f64::consts::PI;

use crate::error::Error;
use crate::error::check_positive;

/// The learning rate of each update, counted from 0.
///
/// | schedule | rate of update t |
/// | --- | --- |
/// | `Constant` | η |
/// | `Step` | η · factor^⌊t / every⌋ |
/// | `Exponential` | η · factor^(t / every) |
/// | `InverseTime` | η / (1 + decay · t), the `decay` of Keras's SGD |
/// | `Cosine` | η (1 + cos(π t / updates)) / 2, then 0 |
/// | `WarmUp` | linear from η₀ / updates up to the rate η₀ with which `then` starts; `then`, from its own beginning |
///
/// A plain number is a constant rate, where a schedule is asked for. A schedule is made by the function of its name, which checks its numbers.
///
/// ```
/// use nnlib::Schedule;
/// let schedule = Schedule::inverse_time(0.05, 0.1)?;
/// assert_eq!(schedule.rate(0), 0.05);
/// assert_eq!(schedule.rate(10), 0.025);
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Schedule {
    /// Always the same.
    #[non_exhaustive]
    Constant(f64),
    /// Multiplied by a factor after every so many updates.
    #[non_exhaustive]
    Step {
        /// The first rate, η.
        initial: f64,
        /// What it is multiplied by, in (0, 1].
        factor: f64,
        /// How many updates a step lasts.
        every: usize,
    },
    /// As `Step`, but smoothly.
    #[non_exhaustive]
    Exponential {
        /// The first rate, η.
        initial: f64,
        /// What it has been multiplied by after `every` updates, in (0, 1].
        factor: f64,
        /// Over how many updates.
        every: usize,
    },
    /// Falling like 1/t.
    #[non_exhaustive]
    InverseTime {
        /// The first rate, η.
        initial: f64,
        /// How fast it falls; at t = 1 / decay it has halved.
        decay: f64,
    },
    /// Half a cosine wave from η down to 0 (I. Loshchilov and F. Hutter, 2016).
    #[non_exhaustive]
    Cosine {
        /// The first rate, η.
        initial: f64,
        /// After how many updates it reaches 0.
        updates: usize,
    },
    /// A linear rise before another schedule.
    #[non_exhaustive]
    WarmUp {
        /// How many updates the rise takes.
        updates: usize,
        /// What comes after it.
        then: Box<Schedule>,
    },
}

impl TryFrom<f64> for Schedule {
    type Error = Error;

    fn try_from(rate: f64) -> Result<Self, Error> {
        Self::Constant(rate).checked()
    }
}

impl Schedule {
    /// Multiplied by `factor` after every so many updates.
    ///
    /// # Errors
    /// [`Error::Value`] unless `initial` is finite and above 0, `factor` in (0, 1], and `every` at least 1; so for all schedules.
    pub fn step(initial: f64, factor: f64, every: usize) -> Result<Self, Error> {
        Self::Step { initial, factor, every }.checked()
    }

    /// As [`Schedule::step`], but smoothly.
    ///
    /// # Errors
    /// As [`Schedule::step`].
    pub fn exponential(initial: f64, factor: f64, every: usize) -> Result<Self, Error> {
        Self::Exponential { initial, factor, every }.checked()
    }

    /// Falling like 1 / t; at t = 1 / `decay` it has halved.
    ///
    /// # Errors
    /// [`Error::Value`] unless `initial` is finite and above 0, and `decay` finite and at least 0.
    pub fn inverse_time(initial: f64, decay: f64) -> Result<Self, Error> {
        Self::InverseTime { initial, decay }.checked()
    }

    /// Half a cosine wave from `initial` down to 0, which it reaches after so many updates.
    ///
    /// # Errors
    /// [`Error::Value`] unless `initial` is finite and above 0, and `updates` at least 1.
    pub fn cosine(initial: f64, updates: usize) -> Result<Self, Error> {
        Self::Cosine { initial, updates }.checked()
    }

    /// A linear rise over so many updates before another schedule, or rate.
    ///
    /// # Errors
    /// [`Error::Value`] unless `updates` is at least 1.
    pub fn warm_up(updates: usize, then: impl TryInto<Self, Error: Into<Error>>) -> Result<Self, Error> {
        let then = Box::new(then.try_into().map_err(Into::into)?);
        Self::WarmUp { updates, then }.checked()
    }

    fn checked(self) -> Result<Self, Error> {
        self.check().map(|()| self)
    }

    /// The learning rate of update `t`, counted from 0.
    pub fn rate(&self, t: usize) -> f64 {
        let time = t as f64;
        match self {
            Self::Constant(rate) => *rate,
            Self::Step { initial, factor, every } => initial * factor.powf((t / every) as f64),
            Self::Exponential { initial, factor, every } => initial * factor.powf(time / *every as f64),
            Self::InverseTime { initial, decay } => initial / (1.0 + decay * time),
            Self::Cosine { initial, updates } => initial * (1.0 + (PI * (time / *updates as f64).min(1.0)).cos()) / 2.0,
            Self::WarmUp { updates, then } if t < *updates => then.rate(0) * (time + 1.0) / *updates as f64,
            Self::WarmUp { updates, then } => then.rate(t - updates),
        }
    }

    /// `Ok` when every rate the schedule can give is finite and none is negative, the first one above 0.
    ///
    /// # Errors
    /// [`Error::Value`] that names the number.
    fn check(&self) -> Result<(), Error> {
        let check_factor = |factor: f64| {
            if factor > 0.0 && factor <= 1.0 { Ok(()) } else { Err(Error::value("factor of the schedule", "a number in (0, 1]", factor)) }
        };
        let check_count = |name: &str, count: usize| if count > 0 { Ok(()) } else { Err(Error::value(name, "at least 1", count)) };
        match self {
            Self::Constant(rate) => check_positive("learning rate", *rate),
            Self::Step { initial, factor, every } | Self::Exponential { initial, factor, every } => {
                check_positive("learning rate", *initial)?;
                check_factor(*factor)?;
                check_count("updates of a step of the schedule", *every)
            }
            Self::InverseTime { initial, decay } => {
                check_positive("learning rate", *initial)?;
                if decay.is_finite() && *decay >= 0.0 { Ok(()) } else { Err(Error::value("decay", "a finite number of at least 0", decay)) }
            }
            Self::Cosine { initial, updates } => {
                check_positive("learning rate", *initial)?;
                check_count("updates of the cosine schedule", *updates)
            }
            Self::WarmUp { updates, then } => {
                check_count("updates of the warm-up", *updates)?;
                then.check()
            }
        }
    }
}
