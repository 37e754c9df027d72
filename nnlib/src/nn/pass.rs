//! A forward pass and the gradients of a backward pass, as values.

use ndarray::{Array1, Array2};

use crate::error::Error;
use crate::nn::layer::{AnyLayer, LayerGradient, Memory, Parameters, Shape, Step};

/// A forward pass as a value: the input, and the output of every layer.
///
/// In the textbook's letters, with layers counted from 1 over those that have weights: a(0) = x, z(l) is what layer l computes from
/// a(l − 1), and a(l) is what comes of z(l) before the next such layer.
#[derive(Clone, Debug)]
pub struct Pass {
    pub(crate) shapes: Vec<Shape>,
    /// Which output is z(1), z(2), …
    scores: Vec<usize>,
    pub(crate) outputs: Vec<Array2<f64>>,
    pub(crate) memories: Vec<Memory>,
}

impl Pass {
    /// Empty buffers for passes of this network.
    pub(crate) fn new(layers: &[AnyLayer], shapes: Vec<Shape>) -> Self {
        let scores = layers.iter().enumerate().filter(|(_, layer)| layer.has_weights()).map(|(i, _)| i + 1).collect();
        let outputs = shapes.iter().map(|shape| Array2::zeros((0, shape.size()))).collect();
        Self { memories: vec![Memory::default(); layers.len()], shapes, scores, outputs }
    }

    /// Makes room for `n` samples; what is there is lost.
    pub(crate) fn resize(&mut self, n: usize) {
        self.outputs.iter_mut().for_each(|output| resize(output, n));
    }

    /// Makes `x` (n, d) the input of the next pass.
    pub(crate) fn load(&mut self, x: &Array2<f64>) {
        self.resize(x.nrows());
        self.outputs[0].assign(x);
    }

    /// The part of layer `i`, counted from 0 over all layers.
    pub(crate) fn step(&self, i: usize) -> Step<'_> {
        Step { x: &self.outputs[i], y: &self.outputs[i + 1], memory: &self.memories[i] }
    }

    /// The input x (n, d).
    pub fn x(&self) -> &Array2<f64> {
        &self.outputs[0]
    }

    /// The network's output (n, k): scores where the loss is the softmax cross-entropy.
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
        Ok(&self.outputs[score(&self.scores, l)?])
    }

    /// a(l): what comes of z(l), and goes into layer l + 1; a(0) is the input.
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer.
    pub fn a(&self, l: usize) -> Result<&Array2<f64>, Error> {
        if l > 0 {
            score(&self.scores, l)?;
        }
        Ok(self.scores.get(l).map_or(self.output(), |next| &self.outputs[next - 1]))
    }
}

/// Which output is z(l).
fn score(scores: &[usize], l: usize) -> Result<usize, Error> {
    let found = l.checked_sub(1).and_then(|before| scores.get(before));
    found.copied().ok_or_else(|| Error::value("layer", format!("a number from 1 to {}, the layers that have weights", scores.len()), l))
}

/// Gives the matrix `n` rows, in the room it has where that suffices.
pub(crate) fn resize(matrix: &mut Array2<f64>, n: usize) {
    let columns = matrix.ncols();
    if matrix.nrows() != n {
        let mut numbers = std::mem::take(matrix).into_raw_vec_and_offset().0;
        numbers.resize(n * columns, 0.0);
        *matrix = Array2::from_shape_vec((n, columns), numbers).expect("resized");
    }
}

/// The gradient of a loss: with respect to each parameter, and each layer's output and the input.
#[derive(Clone, Debug)]
pub struct Gradients {
    scores: Vec<usize>,
    /// For each layer of the network, those of its parameters.
    pub layers: Vec<LayerGradient>,
    pub(crate) deltas: Vec<Array2<f64>>,
}

impl Gradients {
    /// Zeros of the shapes of this network's parameters.
    pub(crate) fn new(layers: &[AnyLayer], shapes: Vec<Shape>) -> Self {
        let Pass { scores, outputs, .. } = Pass::new(layers, shapes);
        let layers = layers.iter().map(|layer| {
            let Parameters { w, b } = layer.get().parameters();
            LayerGradient { w: Array2::zeros(w.raw_dim()), b: Array1::zeros(b.raw_dim()), scratch: Vec::new() }
        });
        Self { layers: layers.collect(), scores, deltas: outputs }
    }

    /// Adds the gradients of the parameters on other samples.
    pub(crate) fn add(&mut self, other: &Self) {
        for (sum, other) in self.layers.iter_mut().zip(&other.layers) {
            sum.w += &other.w;
            sum.b += &other.b;
        }
    }

    pub(crate) fn resize(&mut self, pass: &Pass) {
        self.deltas.iter_mut().for_each(|delta| resize(delta, pass.x().nrows()));
    }

    /// The gradient with respect to the output, to be filled before a backward pass.
    pub(crate) fn last_delta(&mut self) -> &mut Array2<f64> {
        self.deltas.last_mut().expect("one an output")
    }

    /// dL/dw of layer `l`, counted from 1 over the layers that have weights.
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer.
    pub fn w(&self, l: usize) -> Result<&Array2<f64>, Error> {
        Ok(&self.layers[score(&self.scores, l)? - 1].w)
    }

    /// dL/db of layer `l`, counted from 1 over the layers that have weights.
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer.
    pub fn b(&self, l: usize) -> Result<&Array1<f64>, Error> {
        Ok(&self.layers[score(&self.scores, l)? - 1].b)
    }

    /// dL/dθ in one vector, in the order of [`Sequential::parameters`].
    pub fn parameters(&self) -> Array1<f64> {
        self.layers.iter().flat_map(|layer| layer.w.iter().chain(&layer.b)).copied().collect()
    }

    /// δ(l) = dL/dz(l), shape (n, h).
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer.
    pub fn delta(&self, l: usize) -> Result<&Array2<f64>, Error> {
        Ok(&self.deltas[score(&self.scores, l)?])
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
