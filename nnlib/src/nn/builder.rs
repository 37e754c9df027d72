//! Putting a network together, layer by layer.

use crate::error::Error;
use crate::math::activation::Activation;
use crate::math::shape::{Padding, Shape};
use crate::nn::init::Init;
use crate::nn::layer::Layer;
use crate::nn::layer::activate::Activate;
use crate::nn::layer::average_pool2d::AveragePool2d;
use crate::nn::layer::conv2d::Conv2d;
use crate::nn::layer::dense::Dense;
use crate::nn::layer::dropout::Dropout;
use crate::nn::layer::flatten::Flatten;
use crate::nn::layer::max_pool2d::MaxPool2d;
use crate::nn::layer::prelu::PRelu;
use crate::nn::sequential::{Sequential, check_size};
use crate::random::RandomState;

/// A network being put together; see [`Sequential::input`].
///
/// The first mistake is kept and reported by [`Builder::build`].
#[derive(Debug)]
#[must_use = "a builder makes a network by build"]
pub struct Builder {
    input: Shape,
    shape: Shape,
    init: Init,
    /// The layers so far, and how the weights of those are drawn that are not given ready.
    layers: Vec<(Box<dyn Layer>, Option<Init>)>,
    error: Option<Error>,
}

impl Sequential {
    /// Begins a network for samples of this shape: a number of features, or (channels, height, width).
    pub fn input(shape: impl Into<Shape>) -> Builder {
        let shape = shape.into();
        let error = check_size("input of the network", shape).err();
        Builder { input: shape, shape, init: Init::default(), layers: Vec::new(), error }
    }
}

impl Builder {
    fn add<L: Layer>(mut self, init: Option<Init>, make: impl FnOnce(Shape) -> Result<L, Error>) -> Self {
        if self.error.is_some() {
            return self;
        }
        let shaped = make(self.shape).and_then(|layer| {
            let shape = layer.output_shape(self.shape)?;
            check_size("output of a layer", shape)?;
            Ok((shape, layer))
        });
        match shaped {
            Ok((shape, layer)) => {
                self.shape = shape;
                self.layers.push((Box::new(layer), init));
            }
            Err(error) => self.error = Some(error),
        }
        self
    }

    /// The shape of a sample after the layers so far.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How the layers that follow draw their weights; [`Init::LecunNormal`] unless said otherwise.
    pub fn init(mut self, init: Init) -> Self {
        self.init = init;
        self
    }

    /// A layer of a reader's own, or one that holds its parameters already, which stay as they are.
    pub fn layer(self, layer: impl Layer) -> Self {
        self.add(None, |_| Ok(layer))
    }

    /// A dense layer of `h` neurons.
    pub fn dense(self, h: usize) -> Self {
        let init = Some(self.init);
        self.add(init, |input| dense(input, h))
    }

    /// A dense layer of `h` neurons without bias.
    pub fn dense_without_bias(self, h: usize) -> Self {
        let init = Some(self.init);
        self.add(init, |input| Ok(dense(input, h)?.without_bias()))
    }

    /// An activation function of each number.
    pub fn activation(self, f: Activation) -> Self {
        self.layer(Activate(f))
    }

    /// A rectified unit with a learned left slope for each feature.
    pub fn prelu(self) -> Self {
        self.add(None, |input| PRelu::new(input.size()))
    }

    /// Dropout of each number with this probability, while training.
    pub fn dropout(self, rate: f64) -> Self {
        self.add(None, |_| Dropout::new(rate))
    }

    /// An image as a row of features.
    pub fn flatten(self) -> Self {
        self.layer(Flatten)
    }

    /// A convolution by `outputs` kernels of this size (rows, columns) that stay inside the image, step by step.
    pub fn conv2d(self, outputs: usize, kernel: (usize, usize)) -> Self {
        self.conv2d_with(outputs, kernel, 1, Padding::Valid)
    }

    /// A convolution with this stride and padding.
    pub fn conv2d_with(self, outputs: usize, kernel: (usize, usize), stride: usize, padding: Padding) -> Self {
        let init = Some(self.init);
        self.add(init, |input| Conv2d::new(input, outputs, kernel, stride, padding))
    }

    /// The largest of each window of `size` × `size`.
    pub fn max_pool2d(self, size: usize) -> Self {
        self.add(None, |input| MaxPool2d::new(input, size))
    }

    /// The mean of each window of `size` × `size`.
    pub fn average_pool2d(self, size: usize) -> Self {
        self.add(None, |input| AveragePool2d::new(input, size))
    }

    /// The network, its weights drawn layer by layer.
    ///
    /// # Errors
    /// The first of the mistakes made on the way: [`Error::Shape`] for layers whose sizes do not meet, [`Error::Value`] for a number out of
    /// range, [`Error::Empty`] for a network without layers.
    pub fn build(self, rng: &mut RandomState) -> Result<Sequential, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let layers = self.layers.into_iter().map(|(mut layer, init)| {
            if let Some(init) = init {
                layer.initialise(init, rng);
            }
            layer
        });
        Sequential::new(self.input, layers.collect())
    }
}

fn dense(input: Shape, h: usize) -> Result<Dense, Error> {
    match input {
        Shape::Flat(d) => Dense::new(d, h),
        Shape::Image { .. } => Err(Error::shape("input of a dense layer", "(features,); flatten the image first", input)),
    }
}
