//! The activation layer: a function of each number.

use ndarray::{Array2, Zip};

use super::{Layer, LayerGradient, Memory, Shape, Step};
use crate::error::Error;
use crate::math::activation::Activation;
use crate::math::activation::with_function;
use crate::random::RandomState;

/// a = f(z), number by number.
///
/// Backward: dL/dz = dL/da · f′(z).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activate(
    /// The function f.
    pub Activation,
);

impl Layer for Activate {
    fn name(&self) -> String {
        let name = self.0.to_string();
        name[..1].to_uppercase() + &name[1..]
    }

    fn output_shape(&self, input: Shape) -> Result<Shape, Error> {
        Ok(input)
    }

    fn forward(&self, z: &Array2<f64>, a: &mut Array2<f64>, _: &mut Memory, _: Option<&mut RandomState>) {
        self.0.values(z.as_slice().expect("contiguous"), a.as_slice_mut().expect("contiguous"));
    }

    fn backward(&self, step: Step<'_>, delta_a: &Array2<f64>, delta_z: Option<&mut Array2<f64>>, _: Option<&mut LayerGradient>) {
        if let Some(delta_z) = delta_z {
            with_function!(self.0, |f| {
                Zip::from(delta_z).and(delta_a).and(step.x).and(step.y).for_each(|dz, &da, &z, &a| *dz = da * f.slope(z, a));
            });
        }
    }
}
