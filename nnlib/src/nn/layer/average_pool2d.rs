//! Average pooling: the mean of each window.

use ndarray::Array2;

use super::max_pool2d::{pooled, pooling};
use super::{Layer, LayerGradient, Memory, Step};
use crate::error::Error;
use crate::math::shape::{Pooling, Shape};
use crate::random::RandomState;

/// The mean of each `size` × `size` window, the windows side by side; rows and columns that fill no window are left out.
///
/// Backward: each gradient, divided by size², goes to every number of its window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AveragePool2d {
    pooling: Pooling,
}

impl AveragePool2d {
    /// Windows of `size` × `size` on images of this shape.
    ///
    /// # Errors
    /// [`Error::Shape`] when the input is no image or smaller than a window, [`Error::Value`] for a window of 0.
    pub fn new(input: Shape, size: usize) -> Result<Self, Error> {
        Ok(Self { pooling: pooling("average pooling", input, size)? })
    }

    /// The height and width of a window.
    pub fn size(&self) -> usize {
        self.pooling.size
    }

    /// The numbers in a window.
    fn count(&self) -> f64 {
        (self.pooling.size * self.pooling.size) as f64
    }
}

impl Layer for AveragePool2d {
    fn name(&self) -> String {
        format!("Average pooling {0}×{0}", self.pooling.size)
    }

    fn output_shape(&self, input: Shape) -> Result<Shape, Error> {
        pooled("average pooling", &self.pooling, input)
    }

    fn forward(&self, x: &Array2<f64>, y: &mut Array2<f64>, _: &mut Memory, _: Option<&mut RandomState>) {
        for (x, mut y) in x.outer_iter().zip(y.outer_iter_mut()) {
            for (window, y) in y.iter_mut().enumerate() {
                let corner = self.pooling.corner(window);
                *y = self.pooling.offsets().map(|offset| x[corner + offset]).sum::<f64>() / self.count();
            }
        }
    }

    fn backward(&self, _: Step<'_>, delta_y: &Array2<f64>, delta_x: Option<&mut Array2<f64>>, _: Option<&mut LayerGradient>) {
        let Some(delta_x) = delta_x else { return };
        delta_x.fill(0.0);
        for (delta_y, mut delta_x) in delta_y.outer_iter().zip(delta_x.outer_iter_mut()) {
            for (window, delta) in delta_y.iter().enumerate() {
                let corner = self.pooling.corner(window);
                self.pooling.offsets().for_each(|offset| delta_x[corner + offset] = delta / self.count());
            }
        }
    }
}
