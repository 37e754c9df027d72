//! The dense layer: every output from every input.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2};

use super::{Layer, LayerGradient, Memory, Parameters, ParametersMut, Step, check_sizes};
use crate::error::{Error, check_finite};
use crate::kernel;
use crate::math::shape::Shape;
use crate::nn::init::Init;
use crate::random::RandomState;

/// z = x w + b, with x (n, d), w (d, h), b (h,) and z (n, h).
///
/// Backward, with δ = dL/dz: dL/dw = xᵀ δ, dL/db = Σ over samples of δ, dL/dx = δ wᵀ. The products hold the sums over samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// (d, h): column j belongs to neuron j.
    w: Array2<f64>,
    /// (h,), or empty in a layer without biases.
    b: Array1<f64>,
}

impl Dense {
    /// A layer of `h` neurons on `d` inputs, all zero until initialised.
    ///
    /// # Errors
    /// [`Error::Value`] for no inputs or no neurons, or too many.
    pub fn new(d: usize, h: usize) -> Result<Self, Error> {
        check_sizes(&[("inputs of a dense layer", d), ("neurons of a dense layer", h)])?;
        Ok(Self { w: Array2::zeros((d, h)), b: Array1::zeros(h) })
    }

    /// A layer of these weights (d, h), in any memory layout, and biases (h,), or an empty array for a layer without.
    ///
    /// ```
    /// use ndarray::{Array1, array};
    /// use nnlib::layer::Dense;
    /// let from_pytorch = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]; // (out, in)
    /// let dense = Dense::with_parameters(from_pytorch.reversed_axes(), array![0.5, -0.5])?;
    /// assert_eq!(dense.w(), array![[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]);
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] for another number of biases, [`Error::NotFinite`] for a NaN or an infinity, and as [`Dense::new`].
    pub fn with_parameters(w: Array2<f64>, b: Array1<f64>) -> Result<Self, Error> {
        let (d, h) = w.dim();
        check_sizes(&[("inputs of a dense layer", d), ("neurons of a dense layer", h)])?;
        if !b.is_empty() && b.len() != h {
            return Err(Error::shape("biases of a dense layer", format!("({h},), or none"), format!("({},)", b.len())));
        }
        check_finite("w", &w)?;
        check_finite("b", &b)?;
        Ok(Self { w: w.as_standard_layout().into_owned(), b: b.as_standard_layout().into_owned() })
    }

    /// The same layer without biases.
    #[must_use]
    pub fn without_bias(mut self) -> Self {
        self.b = Array1::zeros(0);
        self
    }

    /// The weights (d, h): column j belongs to neuron j.
    pub fn w(&self) -> &Array2<f64> {
        &self.w
    }

    /// The biases (h,); none, and empty, in a layer without.
    pub fn b(&self) -> &Array1<f64> {
        &self.b
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
        init.fill(self.w.as_slice_mut().expect("standard layout"), d, h, rng);
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
            gradient.b.fill(0.0);
            if !gradient.b.is_empty() {
                delta.outer_iter().for_each(|delta| gradient.b += &delta);
            }
        }
        if let Some(delta_x) = delta_x {
            general_mat_mul(1.0, delta, &self.w.t(), 0.0, delta_x);
        }
    }

    fn units(&self) -> (&'static str, ArrayView2<'_, f64>) {
        ("neuron", self.w.t())
    }

    fn lower(&self) -> Option<kernel::Layer<'_>> {
        let (w, b) = (self.w.as_slice().expect("standard layout"), self.b.as_slice().expect("standard layout"));
        Some(kernel::Layer::Dense { w, b, outputs: self.w.ncols() })
    }
}
