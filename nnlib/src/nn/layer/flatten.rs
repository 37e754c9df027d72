//! Flatten: an image as a row of features.

use ndarray::Array2;

use super::{Layer, LayerGradient, Memory, Step};
use crate::error::Error;
use crate::kernel;
use crate::math::shape::Shape;
use crate::random::RandomState;

/// The same numbers in the same order, seen as features rather than as an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flatten;

impl Layer for Flatten {
    fn output_shape(&self, input: Shape) -> Result<Shape, Error> {
        Ok(Shape::Flat(input.size()))
    }

    fn forward(&self, x: &Array2<f64>, y: &mut Array2<f64>, _: &mut Memory, _: Option<&mut RandomState>) {
        y.assign(x);
    }

    fn backward(&self, _: Step<'_>, delta_y: &Array2<f64>, delta_x: Option<&mut Array2<f64>>, _: Option<&mut LayerGradient>) {
        if let Some(delta_x) = delta_x {
            delta_x.assign(delta_y);
        }
    }

    fn lower(&self) -> Option<kernel::Layer<'_>> {
        Some(kernel::Layer::Flatten)
    }
}
