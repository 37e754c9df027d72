//! The parametric rectified unit: its left slope is learned.

use ndarray::{Array1, Array2, Zip};

use super::{Layer, LayerGradient, Memory, Parameters, ParametersMut, Step, check_sizes};
use crate::error::{Error, check_finite};
use crate::kernel;
use crate::math::shape::Shape;
use crate::nn::init::Init;
use crate::random::RandomState;

/// The slopes that training starts from, as in the paper.
const FIRST_SLOPE: f64 = 0.25;

/// a = z for z ≥ 0, else α z, with one slope α for each feature (K. He et al., 2015).
///
/// Backward: dL/dz = dL/da for z ≥ 0, else α dL/da; dL/dα = Σ over samples with z < 0 of z dL/da.
#[derive(Clone, Debug, PartialEq)]
pub struct PRelu {
    alpha: Array1<f64>,
}

impl PRelu {
    /// Units for so many features, with slopes of 0.25.
    ///
    /// # Errors
    /// [`Error::Value`] for no features, or too many.
    pub fn new(features: usize) -> Result<Self, Error> {
        check_sizes(&[("features of a PReLU", features)])?;
        Ok(Self { alpha: Array1::from_elem(features, FIRST_SLOPE) })
    }

    /// Units with these slopes, one for each feature.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for a NaN or an infinity, and as [`PRelu::new`].
    pub fn with_slopes(alpha: Array1<f64>) -> Result<Self, Error> {
        check_sizes(&[("features of a PReLU", alpha.len())])?;
        check_finite("alpha", &alpha)?;
        Ok(Self { alpha: alpha.as_standard_layout().into_owned() })
    }

    /// The slopes α (features,).
    pub fn alpha(&self) -> &Array1<f64> {
        &self.alpha
    }
}

impl Layer for PRelu {
    fn name(&self) -> String {
        "PReLU".into()
    }

    fn output_shape(&self, input: Shape) -> Result<Shape, Error> {
        if input.size() == self.alpha.len() { Ok(input) } else { Err(Error::shape("input of a PReLU", self.alpha.len(), input)) }
    }

    fn parameters(&self) -> Parameters<'_> {
        Parameters { b: self.alpha.view(), ..Parameters::default() }
    }

    fn parameters_mut(&mut self) -> ParametersMut<'_> {
        ParametersMut { b: self.alpha.view_mut(), ..ParametersMut::default() }
    }

    fn initialise(&mut self, _: Init, _: &mut RandomState) {
        self.alpha.fill(FIRST_SLOPE);
    }

    fn forward(&self, z: &Array2<f64>, a: &mut Array2<f64>, _: &mut Memory, _: Option<&mut RandomState>) {
        let alpha = self.alpha.broadcast(z.raw_dim()).expect("as many slopes as columns");
        Zip::from(a).and(z).and(alpha).for_each(|a, &z, &alpha| *a = if z < 0.0 { alpha * z } else { z });
    }

    fn backward(&self, step: Step<'_>, delta_a: &Array2<f64>, delta_z: Option<&mut Array2<f64>>, gradient: Option<&mut LayerGradient>) {
        if let Some(gradient) = gradient {
            gradient.b.fill(0.0);
            for (delta, z) in delta_a.outer_iter().zip(step.x.outer_iter()) {
                Zip::from(&mut gradient.b).and(delta).and(z).for_each(|g, &d, &z| *g += if z < 0.0 { d * z } else { 0.0 });
            }
        }
        if let Some(delta_z) = delta_z {
            let alpha = self.alpha.broadcast(delta_z.raw_dim()).expect("as many slopes as columns");
            Zip::from(delta_z)
                .and(delta_a)
                .and(step.x)
                .and(alpha)
                .for_each(|dz, &da, &z, &alpha| *dz = if z < 0.0 { alpha * da } else { da });
        }
    }

    fn lower(&self) -> Option<kernel::Layer<'_>> {
        Some(kernel::Layer::PRelu(self.alpha.as_slice().expect("standard layout")))
    }
}
