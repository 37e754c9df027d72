//! The activation layer: a function of each number.

use ndarray::Array2;

use super::{Layer, LayerGradient, Memory, Step};
use crate::kernel;
use crate::kernel::pointwise;
use crate::math::activation::Activation;
use crate::random::RandomState;

/// a = f(z), number by number.
///
/// Backward: dL/dz = dL/da · f′(z), where f′ is computed from the stored a.
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

    fn forward(&self, z: &Array2<f64>, a: &mut Array2<f64>, _: &mut Memory, _: Option<&mut RandomState>) {
        pointwise::activate(self.0, z.as_slice().expect("standard layout"), a.as_slice_mut().expect("standard layout"));
    }

    fn backward(&self, step: Step<'_>, delta_a: &Array2<f64>, delta_z: Option<&mut Array2<f64>>, _: Option<&mut LayerGradient>) {
        if let Some(delta_z) = delta_z {
            delta_z.assign(delta_a);
            pointwise::multiply_by_slope(
                self.0,
                step.y.as_slice().expect("standard layout"),
                delta_z.as_slice_mut().expect("standard layout"),
            );
        }
    }

    fn lower(&self) -> Option<kernel::Layer<'_>> {
        Some(kernel::Layer::Activation(self.0))
    }
}
