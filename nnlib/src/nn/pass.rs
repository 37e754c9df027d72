//! A forward pass, and the gradients of a backward pass, as values.

use std::fmt;

use ndarray::{Array1, Array2};

use crate::error::Error;
use crate::math::shape::Shape;
use crate::nn::layer::{Layer, LayerGradient, Memory, Parameters, Step};
use crate::random::RandomState;

/// A forward pass as a value: the input, and the output of every layer.
///
/// In the textbook's letters, with layers counted from 1 over those that have weights: a(0) = x, z(l) is what layer l computes from
/// a(l − 1), and a(l) is what comes of z(l) before the next such layer.
#[derive(Clone)]
pub struct Pass {
    shapes: Vec<Shape>,
    /// Which output is z(1), z(2), …
    scores: Vec<usize>,
    /// The input and the output of every layer, all in standard layout.
    outputs: Vec<Array2<f64>>,
    memories: Vec<Memory>,
}

impl Pass {
    /// Empty buffers for passes of these layers, with the shapes before the first and after each.
    pub(crate) fn new(layers: &[Box<dyn Layer>], shapes: &[Shape]) -> Self {
        let outputs = shapes.iter().map(|shape| Array2::zeros((0, shape.size()))).collect();
        Self { shapes: shapes.to_vec(), scores: scores(layers), outputs, memories: vec![Memory::default(); layers.len()] }
    }

    /// `Ok` for a pass of a network of these shapes.
    pub(crate) fn check(&self, shapes: &[Shape]) -> Result<(), Error> {
        if self.shapes != shapes {
            let show = |shapes: &[Shape]| shapes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ");
            return Err(Error::shape("pass of a network", show(shapes), show(&self.shapes)));
        }
        Ok(())
    }

    /// Makes the rows of `x` the input and runs the layers on it; with an `rng` as in training.
    ///
    /// # Errors
    /// [`Error::Shape`] when a layer gives its output another shape than it said.
    pub(crate) fn run(&mut self, layers: &[Box<dyn Layer>], x: &Array2<f64>, mut rng: Option<&mut RandomState>) -> Result<(), Error> {
        let n = x.nrows();
        self.outputs.iter_mut().for_each(|output| resize(output, n));
        self.outputs[0].assign(x);
        for (i, layer) in layers.iter().enumerate() {
            let (before, after) = self.outputs.split_at_mut(i + 1);
            layer.forward(&before[i], &mut after[0], &mut self.memories[i], rng.as_deref_mut());
            settle(&mut after[0], (n, self.shapes[i + 1].size()), "output", i, &**layer)?;
        }
        Ok(())
    }

    /// The input x (n, d).
    pub fn x(&self) -> &Array2<f64> {
        &self.outputs[0]
    }

    /// The network's output (n, k): scores where the loss is one on scores.
    pub fn output(&self) -> &Array2<f64> {
        self.outputs.last().expect("at least the input")
    }

    /// The input and the output of every layer, in order.
    pub fn outputs(&self) -> &[Array2<f64>] {
        &self.outputs
    }

    /// z(l): what layer `l` computes, l = 1, 2, …
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer.
    pub fn z(&self, l: usize) -> Result<&Array2<f64>, Error> {
        Ok(&self.outputs[nth(&self.scores, l)?])
    }

    /// a(l): what comes of z(l), and goes into layer l + 1; a(0) is the input.
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer.
    pub fn a(&self, l: usize) -> Result<&Array2<f64>, Error> {
        if l > 0 {
            nth(&self.scores, l)?;
        }
        Ok(self.scores.get(l).map_or(self.output(), |next| &self.outputs[next - 1]))
    }
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shapes: Vec<String> = self.outputs.iter().map(|output| format!("{:?}", output.dim())).collect();
        write!(f, "a forward pass: {}", shapes.join(" → "))
    }
}

/// The gradient of a loss: with respect to each parameter, and each layer's output and the input.
#[derive(Clone)]
pub struct Gradients {
    scores: Vec<usize>,
    /// For each layer of the network, those of its parameters; a caller may change the numbers, not the shapes.
    pub layers: Vec<LayerGradient>,
    deltas: Vec<Array2<f64>>,
}

impl Gradients {
    /// Zeros of the shapes of these layers' parameters.
    pub(crate) fn new(layers: &[Box<dyn Layer>], shapes: &[Shape]) -> Self {
        let deltas = shapes.iter().map(|shape| Array2::zeros((0, shape.size()))).collect();
        let gradients = layers.iter().map(|layer| {
            let Parameters { w, b } = layer.parameters();
            LayerGradient { w: Array2::zeros(w.raw_dim()), b: Array1::zeros(b.raw_dim()), workspace: Vec::new() }
        });
        Self { layers: gradients.collect(), scores: scores(layers), deltas }
    }

    /// `Ok` for gradients of these layers' parameters.
    pub(crate) fn check(&self, layers: &[Box<dyn Layer>]) -> Result<(), Error> {
        let own = layers.iter().map(|layer| layer.parameters()).map(|p| (p.w.dim(), p.b.len()));
        if own.eq(self.layers.iter().map(|g| (g.w.dim(), g.b.len()))) {
            return Ok(());
        }
        Err(Error::shape("gradients", "those of the network's layers", "those of other layers"))
    }

    /// The gradient with respect to the output of a pass, to be filled before [`Gradients::run`].
    pub(crate) fn last_delta(&mut self, pass: &Pass) -> &mut Array2<f64> {
        self.deltas.iter_mut().for_each(|delta| resize(delta, pass.x().nrows()));
        self.deltas.last_mut().expect("one an output")
    }

    /// Runs the layers backwards from the last delta, as far as the input or only to the first layer's parameters.
    ///
    /// # Errors
    /// [`Error::Shape`] when a layer gives a gradient another shape than what it belongs to.
    pub(crate) fn run(&mut self, layers: &[Box<dyn Layer>], pass: &Pass, to_input: bool) -> Result<(), Error> {
        for (i, layer) in layers.iter().enumerate().rev() {
            let (before, after) = self.deltas.split_at_mut(i + 1);
            let step = Step { x: &pass.outputs[i], y: &pass.outputs[i + 1], memory: &pass.memories[i] };
            let gradient = &mut self.layers[i];
            let (of_w, of_b) = (gradient.w.dim(), gradient.b.len());
            layer.backward(step, &after[0], (i > 0 || to_input).then_some(&mut before[i]), Some(&mut *gradient));
            settle(&mut before[i], step.x.dim(), "gradient of the input", i, &**layer)?;
            settle(&mut gradient.w, of_w, "gradient of the weights", i, &**layer)?;
            if gradient.b.len() != of_b {
                let what = format!("gradient of the biases of layer {i}, {}", layer.name());
                return Err(Error::shape(what, format!("({of_b},)"), format!("({},)", gradient.b.len())));
            }
            if !gradient.b.is_standard_layout() {
                gradient.b = gradient.b.as_standard_layout().into_owned();
            }
        }
        Ok(())
    }

    /// Adds the gradients of the parameters on other samples.
    pub(crate) fn add(&mut self, other: &Self) {
        for (sum, other) in self.layers.iter_mut().zip(&other.layers) {
            sum.w += &other.w;
            sum.b += &other.b;
        }
    }

    /// Whether every derivative with respect to a parameter is exactly 0.
    pub(crate) fn are_zero(&self) -> bool {
        self.layers.iter().all(|layer| layer.w.iter().chain(&layer.b).all(|&g| g == 0.0))
    }

    /// dL/dw of layer `l`, counted from 1 over the layers that have weights.
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer.
    pub fn w(&self, l: usize) -> Result<&Array2<f64>, Error> {
        Ok(&self.layers[nth(&self.scores, l)? - 1].w)
    }

    /// dL/db of layer `l`, counted from 1 over the layers that have weights.
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer.
    pub fn b(&self, l: usize) -> Result<&Array1<f64>, Error> {
        Ok(&self.layers[nth(&self.scores, l)? - 1].b)
    }

    /// dL/dθ in one vector, in the order of [`Sequential::parameters`](crate::Sequential::parameters).
    pub fn parameters(&self) -> Array1<f64> {
        self.layers.iter().flat_map(|layer| layer.w.iter().chain(&layer.b)).copied().collect()
    }

    /// δ(l) = dL/dz(l), shape (n, h).
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer.
    pub fn delta(&self, l: usize) -> Result<&Array2<f64>, Error> {
        Ok(&self.deltas[nth(&self.scores, l)?])
    }

    /// dL/dx, shape (n, d).
    pub fn x(&self) -> &Array2<f64> {
        &self.deltas[0]
    }

    /// The gradient with respect to the input and every layer's output, in order.
    pub fn deltas(&self) -> &[Array2<f64>] {
        &self.deltas
    }
}

impl fmt::Debug for Gradients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters: usize = self.layers.iter().map(|layer| layer.w.len() + layer.b.len()).sum();
        write!(f, "the gradient of a loss with respect to {parameters} parameters")
    }
}

/// Which output is z(1), z(2), …: those of the layers that have weights.
fn scores(layers: &[Box<dyn Layer>]) -> Vec<usize> {
    let weighted = layers.iter().enumerate().filter(|(_, layer)| !layer.parameters().w.is_empty());
    weighted.map(|(i, _)| i + 1).collect()
}

/// Which output is z(l), l = 1, 2, …
pub(crate) fn nth(scores: &[usize], l: usize) -> Result<usize, Error> {
    let found = l.checked_sub(1).and_then(|before| scores.get(before));
    found.copied().ok_or_else(|| Error::value("layer", format!("a number from 1 to {}, the layers that have weights", scores.len()), l))
}

/// `Ok` when a matrix that a layer has filled is of its size, and then in standard layout.
fn settle(matrix: &mut Array2<f64>, size: (usize, usize), what: &str, i: usize, layer: &dyn Layer) -> Result<(), Error> {
    if matrix.dim() != size {
        return Err(Error::shape(format!("{what} of layer {i}, {}", layer.name()), format!("{size:?}"), format!("{:?}", matrix.dim())));
    }
    if !matrix.is_standard_layout() {
        *matrix = matrix.as_standard_layout().into_owned();
    }
    Ok(())
}

/// Gives the matrix `n` rows, in the memory it has where that suffices.
pub(crate) fn resize(matrix: &mut Array2<f64>, n: usize) {
    let columns = matrix.ncols();
    if matrix.nrows() != n {
        let mut numbers = std::mem::take(matrix).into_raw_vec_and_offset().0;
        numbers.resize(n * columns, 0.0);
        *matrix = Array2::from_shape_vec((n, columns), numbers).expect("resized");
    }
}
