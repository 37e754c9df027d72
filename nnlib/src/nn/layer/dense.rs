//! The dense layer: every output from every input.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2};

use super::{Layer, LayerGradient, Memory, Parameters, ParametersMut, Shape, Step};
use crate::error::Error;
use crate::nn::init::Init;
use crate::random::RandomState;

/// z = x w + b, with x (n, d), w (d, h), b (h,) and z (n, h).
///
/// Backward, with δ = dL/dz: dL/dw = xᵀ δ, dL/db = Σ over samples of δ, dL/dx = δ wᵀ. The products hold the sums over samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// The weights (d, h): column j belongs to neuron j.
    pub w: Array2<f64>,
    /// The biases (h,); none, and empty, in a layer without.
    pub b: Array1<f64>,
}

impl Dense {
    /// A layer of `h` neurons on `d` inputs, all zero until initialised.
    ///
    /// # Errors
    /// [`Error::Value`] for no inputs or no neurons.
    pub fn new(d: usize, h: usize) -> Result<Self, Error> {
        for (what, count) in [("inputs of a dense layer", d), ("neurons of a dense layer", h)] {
            if count == 0 {
                return Err(Error::value(what, "at least 1", 0));
            }
        }
        Ok(Self { w: Array2::zeros((d, h)), b: Array1::zeros(h) })
    }
}

impl Layer for Dense {
    fn name(&self) -> String {
        if self.b.is_empty() { "Dense, no bias".into() } else { "Dense".into() }
    }

    fn output_shape(&self, input: Shape) -> Result<Shape, Error> {
        match input {
            Shape::Flat(d) if d == self.w.nrows() => Ok(Shape::Flat(self.w.ncols())),
            _ => Err(Error::shape("input of a dense layer", Shape::Flat(self.w.nrows()), input)),
        }
    }

    fn parameters(&self) -> Parameters<'_> {
        Parameters { w: self.w.view(), b: self.b.view() }
    }

    fn parameters_mut(&mut self) -> ParametersMut<'_> {
        ParametersMut { w: self.w.view_mut(), b: self.b.view_mut() }
    }

    fn initialise(&mut self, init: Init, rng: &mut RandomState) {
        let (d, h) = self.w.dim();
        init.fill(self.w.as_slice_mut().expect("contiguous"), d, h, rng);
        self.b.fill(0.0);
    }

    fn forward(&self, x: &Array2<f64>, z: &mut Array2<f64>, _: &mut Memory, _: Option<&mut RandomState>) {
        if self.b.is_empty() {
            z.fill(0.0);
        } else {
            z.assign(&self.b);
        }
        general_mat_mul(1.0, x, &self.w, 1.0, z);
    }

    fn backward(&self, step: Step<'_>, delta: &Array2<f64>, delta_x: Option<&mut Array2<f64>>, gradient: Option<&mut LayerGradient>) {
        if let Some(gradient) = gradient {
            general_mat_mul(1.0, &step.x.t(), delta, 0.0, &mut gradient.w);
            let db = gradient.b.as_slice_mut().expect("contiguous");
            db.fill(0.0);
            for delta in delta.as_slice().expect("contiguous").chunks_exact(self.w.ncols()) {
                db.iter_mut().zip(delta).for_each(|(sum, delta)| *sum += delta);
            }
        }
        if let Some(delta_x) = delta_x {
            general_mat_mul(1.0, delta, &self.w.t(), 0.0, delta_x);
        }
    }
}
