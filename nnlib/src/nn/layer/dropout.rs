//! Dropout: some numbers set to zero while training.

use ndarray::Array2;

use super::{Layer, LayerGradient, Memory, Step};
use crate::error::Error;
use crate::kernel;
use crate::random::RandomState;

/// Inverted dropout (N. Srivastava et al., 2014): in training each number is set to 0 with probability `rate`, the others are divided by
/// 1 − `rate`, so that the expected value stays; in prediction nothing happens.
///
/// Backward: the same mask.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    rate: f64,
}

impl Dropout {
    /// Drops each number with this probability.
    ///
    /// # Errors
    /// [`Error::Value`] unless 0 ≤ `rate` < 1.
    pub fn new(rate: f64) -> Result<Self, Error> {
        if (0.0..1.0).contains(&rate) { Ok(Self { rate }) } else { Err(Error::value("dropout rate", "a number in [0, 1)", rate)) }
    }

    /// The probability with which a number is dropped.
    pub fn rate(&self) -> f64 {
        self.rate
    }
}

/// The factors of so many numbers, in place of those before: 0 for what is dropped, 1 / (1 − rate) for what stays.
pub(crate) fn draw_mask(rate: f64, count: usize, mask: &mut Vec<f64>, rng: &mut RandomState) {
    let keep = 1.0 / (1.0 - rate);
    mask.clear();
    mask.extend((0..count).map(|_| if rng.random_sample() < rate { 0.0 } else { keep }));
}

impl Layer for Dropout {
    fn name(&self) -> String {
        format!("Dropout ({})", self.rate)
    }

    fn forward(&self, x: &Array2<f64>, y: &mut Array2<f64>, memory: &mut Memory, rng: Option<&mut RandomState>) {
        y.assign(x);
        memory.values.clear();
        if let Some(rng) = rng {
            draw_mask(self.rate, x.len(), &mut memory.values, rng);
            y.iter_mut().zip(&memory.values).for_each(|(y, mask)| *y *= mask);
        }
    }

    fn backward(&self, step: Step<'_>, delta_y: &Array2<f64>, delta_x: Option<&mut Array2<f64>>, _: Option<&mut LayerGradient>) {
        if let Some(delta_x) = delta_x {
            delta_x.assign(delta_y);
            delta_x.iter_mut().zip(&step.memory.values).for_each(|(d, mask)| *d *= mask);
        }
    }

    fn lower(&self) -> Option<kernel::Layer<'_>> {
        Some(kernel::Layer::Dropout(self.rate))
    }
}
