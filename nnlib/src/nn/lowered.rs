//! Layers as the kernels take them: the same numbers as layer by layer, many times sooner.

use ndarray::Array2;

use crate::kernel;
use crate::kernel::Stack;
use crate::kernel::pass::{Wanted, Workspace};
use crate::math::loss::{Loss, Targets};
use crate::math::shape::Shape;
use crate::nn::layer::Layer;
use crate::nn::layer::dropout::draw_mask;
use crate::nn::pass::Gradients;
use crate::random::RandomState;

/// Reusable buffers for passes of one network through the kernels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lowered {
    workspace: Workspace,
    /// The list of lowered layers, which borrows the network only while a pass runs.
    list: Vec<kernel::Layer<'static>>,
    /// For each dropout its rate, the numbers of a sample, and its mask.
    masks: Vec<(f64, usize, Vec<f64>)>,
}

/// Where the gradient of a backward pass begins.
pub(crate) enum Goal<'a> {
    /// A loss for these targets, summed and multiplied by the number.
    Loss(Targets<'a>, Loss, f64),
    /// dL/dŷ, row by row.
    Delta(&'a [f64]),
}

impl Lowered {
    /// Buffers for these layers, unless one of them can only run by itself.
    pub(crate) fn new(layers: &[Box<dyn Layer>], shapes: &[Shape]) -> Option<Self> {
        let mut masks = Vec::new();
        for (layer, shape) in layers.iter().zip(shapes) {
            if let kernel::Layer::Dropout(rate) = layer.lower()? {
                masks.push((rate, shape.size(), Vec::new()));
            }
        }
        Some(Self { masks, ..Self::default() })
    }

    /// Whether a pass of training draws random numbers.
    pub(crate) fn is_random(&self) -> bool {
        !self.masks.is_empty()
    }

    /// Draws what dropout drops in the passes of training that follow, of `n` samples each.
    pub(crate) fn draw(&mut self, n: usize, rng: &mut RandomState) {
        self.masks.iter_mut().for_each(|(rate, width, mask)| draw_mask(*rate, n * *width, mask, rng));
    }

    /// The outputs for the rows of `x`; as in prediction, or in training with the masks drawn.
    pub(crate) fn output(&mut self, layers: &[Box<dyn Layer>], inputs: usize, x: &[f64], training: bool, y_hat: &mut [f64]) {
        let list = lower(layers, if training { &self.masks } else { &[] }, std::mem::take(&mut self.list));
        self.workspace.output(Stack { inputs, layers: &list }, x, y_hat);
        self.list = emptied(list);
    }

    /// A forward and a backward pass of training with the masks drawn: the loss, or 0 where the goal has none.
    pub(crate) fn backward(&mut self, layers: &[Box<dyn Layer>], inputs: usize, x: &[f64], goal: Goal<'_>, wanted: Wanted<'_>) -> f64 {
        let list = lower(layers, &self.masks, std::mem::take(&mut self.list));
        let stack = Stack { inputs, layers: &list };
        let loss = match goal {
            Goal::Loss(targets, loss, scale) => self.workspace.loss_and_gradients(stack, x, targets, loss, scale, wanted),
            Goal::Delta(delta) => {
                self.workspace.gradients_from(stack, x, delta, wanted);
                0.0
            }
        };
        self.list = emptied(list);
        loss
    }

    /// Copies what the last backward pass has found of each parameter.
    pub(crate) fn store(&self, gradients: &mut Gradients) {
        let with_parameters = gradients.layers.iter_mut().filter(|gradient| !gradient.w.is_empty() || !gradient.b.is_empty());
        for (gradient, (w, b)) in with_parameters.zip(self.workspace.gradients()) {
            gradient.w.as_slice_mut().expect("standard layout").copy_from_slice(w);
            gradient.b.as_slice_mut().expect("standard layout").copy_from_slice(b);
        }
    }
}

/// The list's memory for entries of another lifetime: collecting an emptied list in place allocates nothing.
fn emptied<'b>(mut list: Vec<kernel::Layer<'_>>) -> Vec<kernel::Layer<'b>> {
    list.clear();
    list.into_iter().map(|_| unreachable!("the list is empty")).collect()
}

/// The layers, lowered; dropout as its mask, or not at all where there are no masks.
fn lower<'a>(
    layers: &'a [Box<dyn Layer>],
    masks: &'a [(f64, usize, Vec<f64>)],
    list: Vec<kernel::Layer<'static>>,
) -> Vec<kernel::Layer<'a>> {
    let (mut list, mut masks) = (emptied(list), masks.iter());
    list.extend(layers.iter().filter_map(|layer| match layer.lower().expect("asked by new") {
        kernel::Layer::Dropout(_) => masks.next().map(|(_, _, mask)| kernel::Layer::Mask(mask)),
        kernel::Layer::Flatten => None,
        lowered => Some(lowered),
    }));
    list
}

/// The rows of a matrix in standard layout.
pub(crate) fn rows(matrix: &Array2<f64>) -> &[f64] {
    matrix.as_slice().expect("standard layout")
}
