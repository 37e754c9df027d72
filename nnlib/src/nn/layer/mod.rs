//! Layers: one file each, with the formula, its forward and its backward pass.
//!
//! A batch is a matrix with a sample in each row, whatever the layer: an image of shape (channels, height, width) stands in its row in that
//! order (NCHW). A layer holds its parameters and nothing else. What a forward pass leaves for the backward pass stands in the
//! [`Pass`](crate::Pass): the outputs, and a [`Memory`] for layers that need more than those.
//!
//! **A layer of one's own** implements [`Layer`] and goes into a network by [`Builder::layer`](crate::Builder::layer). This one scales each
//! feature by a factor that is learned:
//!
//! ```
//! use nnlib::layer::{Layer, LayerGradient, Memory, Parameters, ParametersMut, Step};
//! use nnlib::{Loss, RandomState, Sequential, gradcheck};
//! use ndarray::{Array1, Array2, Axis, array};
//!
//! #[derive(Clone, Debug)]
//! struct Scale {
//!     factors: Array1<f64>,
//! }
//!
//! impl Layer for Scale {
//!     fn parameters(&self) -> Parameters<'_> {
//!         Parameters { b: self.factors.view(), ..Parameters::default() }
//!     }
//!     fn parameters_mut(&mut self) -> ParametersMut<'_> {
//!         ParametersMut { b: self.factors.view_mut(), ..ParametersMut::default() }
//!     }
//!     fn forward(&self, x: &Array2<f64>, y: &mut Array2<f64>, _: &mut Memory, _: Option<&mut RandomState>) {
//!         y.assign(&(x * &self.factors));
//!     }
//!     fn backward(&self, step: Step<'_>, delta: &Array2<f64>, delta_x: Option<&mut Array2<f64>>, gradient: Option<&mut LayerGradient>) {
//!         if let Some(gradient) = gradient {
//!             gradient.b = (delta * step.x).sum_axis(Axis(0));
//!         }
//!         if let Some(delta_x) = delta_x {
//!             delta_x.assign(&(delta * &self.factors));
//!         }
//!     }
//! }
//!
//! let scale = Scale { factors: array![1.0, 2.0] };
//! let network = Sequential::input(2).layer(scale).dense(2).build(&mut RandomState::new(0))?;
//! let check = gradcheck::check(&network, &array![[0.5, -1.0], [2.0, 0.1]], &array![1, 0], Loss::SoftmaxCrossEntropy)?;
//! assert!(check.worst < 1e-8, "{check}");
//! # Ok::<(), nnlib::Error>(())
//! ```

pub(crate) mod activate;
pub(crate) mod average_pool2d;
pub(crate) mod conv2d;
pub(crate) mod dense;
pub(crate) mod dropout;
pub(crate) mod flatten;
pub(crate) mod max_pool2d;
pub(crate) mod prelu;

use std::any::{Any, type_name};
use std::fmt;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2};

pub use activate::Activate;
pub use average_pool2d::AveragePool2d;
pub use conv2d::Conv2d;
pub use dense::Dense;
pub use dropout::Dropout;
pub use flatten::Flatten;
pub use max_pool2d::MaxPool2d;
pub use prelu::PRelu;

pub use crate::math::shape::{Padding, Shape};

use crate::error::Error;
use crate::kernel;
use crate::nn::init::Init;
use crate::random::RandomState;

/// A layer's trainable numbers.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a> {
    /// The weights, which L2 regularisation shrinks; a matrix without rows where there are none.
    pub w: ArrayView2<'a, f64>,
    /// The biases (for [`PRelu`]: the slopes), which it leaves alone; empty where there are none.
    pub b: ArrayView1<'a, f64>,
}

/// A layer's trainable numbers, to be changed.
#[derive(Debug)]
pub struct ParametersMut<'a> {
    /// The weights.
    pub w: ArrayViewMut2<'a, f64>,
    /// The biases.
    pub b: ArrayViewMut1<'a, f64>,
}

impl Default for Parameters<'_> {
    fn default() -> Self {
        Self { w: ArrayView2::from_shape((0, 0), &[]).expect("empty"), b: ArrayView1::from(&[]) }
    }
}

impl Default for ParametersMut<'_> {
    fn default() -> Self {
        Self { w: ArrayViewMut2::from_shape((0, 0), &mut []).expect("empty"), b: ArrayViewMut1::from(&mut []) }
    }
}

/// The gradient of the loss with respect to one layer's parameters, of the same shapes.
#[derive(Clone, Debug, Default)]
pub struct LayerGradient {
    /// dL/dw.
    pub w: Array2<f64>,
    /// dL/db.
    pub b: Array1<f64>,
    /// A reusable buffer of the backward pass.
    pub(crate) workspace: Vec<f64>,
}

/// What a layer notes during the forward pass for its backward pass, beside its input and output.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Numbers, such as dropout's mask.
    pub values: Vec<f64>,
    /// Places, such as the column of the input that each output of a max pooling came from.
    pub indices: Vec<u32>,
}

/// One layer's part of a forward pass.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Its input.
    pub x: &'a Array2<f64>,
    /// Its output.
    pub y: &'a Array2<f64>,
    /// What else it noted.
    pub memory: &'a Memory,
}

/// What a layer can do; the layers of this crate and a reader's own implement the same trait.
///
/// Two methods must be written, [`forward`](Layer::forward) and [`backward`](Layer::backward); the others serve layers that have parameters or
/// change the shape of a sample. A type that implements it is `Clone`, `Debug`, and holds no references.
pub trait Layer: CloneLayer + Any + fmt::Debug + Send + Sync {
    /// What a summary calls the layer: the type's name, unless said otherwise.
    fn name(&self) -> String {
        type_name::<Self>().rsplit("::").next().unwrap_or_default().to_owned()
    }

    /// The shape of its output for an input of this shape: the same, unless said otherwise.
    ///
    /// # Errors
    /// [`Error::Shape`] when the layer cannot take such an input.
    fn output_shape(&self, input: Shape) -> Result<Shape, Error> {
        Ok(input)
    }

    /// Its weights and biases: none, unless said otherwise.
    fn parameters(&self) -> Parameters<'_> {
        Parameters::default()
    }

    /// The same, to be changed.
    fn parameters_mut(&mut self) -> ParametersMut<'_> {
        ParametersMut::default()
    }

    /// Draws its weights anew and sets its biases to 0; leaves everything as it is, unless said otherwise.
    fn initialise(&mut self, init: Init, rng: &mut RandomState) {
        let _ = (init, rng);
    }

    /// Writes the layer's output for the rows of `x` (n, inputs) to `y` (n, outputs).
    ///
    /// With an `rng` the pass is one of training; without, one of prediction.
    fn forward(&self, x: &Array2<f64>, y: &mut Array2<f64>, memory: &mut Memory, rng: Option<&mut RandomState>);

    /// From the gradient with respect to the output, `delta_y`, to those with respect to the input and the parameters, each where asked for.
    fn backward(&self, step: Step<'_>, delta_y: &Array2<f64>, delta_x: Option<&mut Array2<f64>>, gradient: Option<&mut LayerGradient>);

    /// Its units as an inspection shows them: what one is called, and a row of weights for each.
    fn units(&self) -> (&'static str, ArrayView2<'_, f64>) {
        ("row", self.parameters().w)
    }

    /// How the kernels may run the layer; one that they do not know runs by its own methods.
    #[doc(hidden)]
    fn lower(&self) -> Option<kernel::Layer<'_>> {
        None
    }
}

/// A trait object's `clone`, which every layer that is `Clone` has.
pub trait CloneLayer {
    /// A copy of the layer.
    fn clone_layer(&self) -> Box<dyn Layer>;
}

impl<L: Layer + Clone> CloneLayer for L {
    fn clone_layer(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Layer> {
    fn clone(&self) -> Self {
        (**self).clone_layer()
    }
}

/// More numbers than this in a layer's weights, or its output for a sample, are taken for a mistake: they would fill 2 GiB.
pub(crate) const MOST_NUMBERS: usize = 1 << 28;

/// `Ok` when the sizes are at least 1 and their product is no more than [`MOST_NUMBERS`]: to be asked before memory is.
///
/// # Errors
/// [`Error::Value`] that names the size.
pub(crate) fn check_sizes(sizes: &[(&str, usize)]) -> Result<(), Error> {
    let mut product = 1_usize;
    for &(what, size) in sizes {
        if size == 0 {
            return Err(Error::value(what, "at least 1", 0));
        }
        let most = MOST_NUMBERS / product;
        if size > most {
            return Err(Error::value(what, format!("at most {most}, so that a layer has no more than {MOST_NUMBERS} numbers"), size));
        }
        product *= size;
    }
    Ok(())
}
