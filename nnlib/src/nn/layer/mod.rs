//! Layers: one file each, with the formula, its forward and its backward pass.
//!
//! A batch is a matrix with a sample in each row, whatever the layer: an image of shape (channels, height, width) stands in its row in that
//! order (NCHW). A layer holds its parameters and nothing else. What a forward pass leaves for the backward pass stands in the
//! [`Pass`](crate::nn::pass::Pass): the outputs, and a [`Memory`] for layers that need more than those.

mod activate;
mod conv2d;
mod dense;
mod dropout;
mod flatten;
mod max_pool2d;
mod prelu;

use std::fmt;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2};

pub use activate::Activate;
pub use conv2d::{Conv2d, Padding};
pub use dense::Dense;
pub use dropout::Dropout;
pub use flatten::Flatten;
pub use max_pool2d::MaxPool2d;
pub use prelu::PRelu;

use crate::error::Error;
use crate::nn::init::Init;
use crate::random::RandomState;

/// The shape of one sample, which stands in a row of `size()` numbers.
///
/// ```
/// use nnlib::layer::Shape;
/// assert_eq!(Shape::from((1, 28, 28)).size(), 784);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// So many features.
    Flat(usize),
    /// An image: channel by channel, each row by row.
    Image {
        /// The number of channels: 1 for grey levels.
        channels: usize,
        /// The number of rows of pixels.
        height: usize,
        /// The number of pixels in a row.
        width: usize,
    },
}

impl Shape {
    /// How many numbers a sample has.
    pub fn size(self) -> usize {
        match self {
            Self::Flat(features) => features,
            Self::Image { channels, height, width } => channels.saturating_mul(height).saturating_mul(width),
        }
    }
}

impl From<usize> for Shape {
    fn from(features: usize) -> Self {
        Self::Flat(features)
    }
}

impl From<(usize, usize, usize)> for Shape {
    fn from((channels, height, width): (usize, usize, usize)) -> Self {
        Self::Image { channels, height, width }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flat(features) => write!(f, "({features},)"),
            Self::Image { channels, height, width } => write!(f, "({channels}, {height}, {width})"),
        }
    }
}

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
    /// Room that the backward pass works in, kept from call to call.
    pub(crate) scratch: Vec<f64>,
}

/// What a layer notes during the forward pass for its backward pass, beside its input and output.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Dropout's mask.
    pub values: Vec<f64>,
    /// Pooling's winners: the column of the input each output came from.
    pub indices: Vec<u32>,
}

/// What every layer can do.
pub trait Layer: fmt::Debug + Send + Sync {
    /// What a summary calls the layer.
    fn name(&self) -> String;

    /// The shape of its output for an input of this shape.
    ///
    /// # Errors
    /// [`Error::Shape`] when the layer cannot take such an input.
    fn output_shape(&self, input: Shape) -> Result<Shape, Error>;

    /// Its weights and biases.
    fn parameters(&self) -> Parameters<'_> {
        Parameters::default()
    }

    /// The same, to be changed.
    fn parameters_mut(&mut self) -> ParametersMut<'_> {
        ParametersMut::default()
    }

    /// Draws its weights anew and sets its biases to 0.
    fn initialise(&mut self, init: Init, rng: &mut RandomState) {
        let _ = (init, rng);
    }

    /// Writes the layer's output for the rows of `x` to `y`, which has the right shape.
    ///
    /// With an `rng` the pass is one of training; without, one of prediction.
    fn forward(&self, x: &Array2<f64>, y: &mut Array2<f64>, memory: &mut Memory, rng: Option<&mut RandomState>);

    /// From the gradient with respect to the output, `delta_y`, to those with respect to the input and the parameters, each where asked for.
    fn backward(&self, pass: Step<'_>, delta_y: &Array2<f64>, delta_x: Option<&mut Array2<f64>>, gradient: Option<&mut LayerGradient>);
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

/// Any of the layers.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyLayer {
    /// Every output from every input.
    Dense(Dense),
    /// A function of each number.
    Activate(Activate),
    /// A rectified unit whose left slope is learned.
    PRelu(PRelu),
    /// Some numbers set to zero while training.
    Dropout(Dropout),
    /// An image as a row of features.
    Flatten(Flatten),
    /// Kernels that slide over an image.
    Conv2d(Conv2d),
    /// The largest of each window of an image.
    MaxPool2d(MaxPool2d),
}

impl AnyLayer {
    /// The layer as what every layer is.
    pub fn get(&self) -> &dyn Layer {
        match self {
            Self::Dense(layer) => layer,
            Self::Activate(layer) => layer,
            Self::PRelu(layer) => layer,
            Self::Dropout(layer) => layer,
            Self::Flatten(layer) => layer,
            Self::Conv2d(layer) => layer,
            Self::MaxPool2d(layer) => layer,
        }
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self) -> &mut dyn Layer {
        match self {
            Self::Dense(layer) => layer,
            Self::Activate(layer) => layer,
            Self::PRelu(layer) => layer,
            Self::Dropout(layer) => layer,
            Self::Flatten(layer) => layer,
            Self::Conv2d(layer) => layer,
            Self::MaxPool2d(layer) => layer,
        }
    }

    /// Whether the textbook counts it: a layer with weights of its own.
    pub fn has_weights(&self) -> bool {
        matches!(self, Self::Dense(_) | Self::Conv2d(_))
    }
}
