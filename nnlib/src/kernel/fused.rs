//! A whole training step in one go: forward through all layers, loss, and backward, block by block of samples.
//!
//! The layers' own `forward` and `backward` keep every z, a and δ for the reader. Here a block's numbers stay in the processor's nearest cache,
//! each activation is overwritten by its δ on the way back, and nothing is allocated once the workspace has grown to its size.

use std::ops::Range;

use ndarray::s;

use super::activate::{backward_in_place, forward_in_place};
use super::block::{
    LANES, Lane, add_gradient, add_gradient_by_sample, add_sums_of_rows, affine, in_fours, load, store, sum, sum_of_row, transpose,
};
use super::conv::{Convolution, Pooling};
use super::dispatch::{Arithmetic, versions};
use super::elementary;
use crate::math::activation::Activation;
use crate::math::loss::{Loss, Targets};

/// A layer, its parameters borrowed.
#[derive(Clone, Copy, Debug)]
pub enum Layer<'a> {
    /// z = x w + b.
    Dense {
        /// The weights, row by row: as many rows as inputs, as many columns as outputs.
        w: &'a [f64],
        /// A bias for each output, or none at all.
        b: &'a [f64],
        /// The number of outputs.
        outputs: usize,
    },
    /// a = f(z).
    Activation(Activation),
    /// Kernels that slide over an image, channel by channel and row by row.
    Conv2d {
        /// The kernels, OIHW.
        w: &'a [f64],
        /// A bias for each kernel, or none at all.
        b: &'a [f64],
        /// Where the kernels stand.
        convolution: Convolution,
    },
    /// The largest number of each window of an image.
    MaxPool2d(Pooling),
    /// Each number times one of its own, such as dropout's 0 or 1 / (1 − rate): a row for each sample.
    Mask(&'a [f64]),
}

/// Layers in order, on samples of so many numbers.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'a> {
    /// Numbers in a sample.
    pub inputs: usize,
    /// The layers.
    pub layers: &'a [Layer<'a>],
}

/// What a pass writes down beside the gradients.
#[derive(Debug, Default)]
pub struct Wanted<'a> {
    /// The outputs, a row for each sample.
    pub y_hat: Option<&'a mut [f64]>,
    /// The gradient with respect to the inputs, a row for each sample.
    pub delta_x: Option<&'a mut [f64]>,
}

/// The numbers between two layers.
#[derive(Clone, Copy, Debug)]
struct Region {
    /// Where they begin, in rows.
    first: usize,
    /// How many a sample has.
    width: usize,
    /// The activation that is applied to them in place.
    activation: Activation,
}

impl Region {
    fn lanes(&self, lanes: usize) -> Range<usize> {
        self.first * lanes..(self.first + self.width) * lanes
    }
}

/// What a layer does to the regions.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// The layer.
    layer: usize,
    /// The regions before and after it: neighbours.
    from: usize,
    /// Where its parameters begin among the gradients.
    parameters: usize,
    /// Where its transposed weights begin.
    transposed: usize,
    /// Where its offsets from the kernel's corner begin.
    offsets: usize,
    /// Where its winners begin, in rows.
    winners: usize,
    /// Where its mask begins, in rows.
    mask: usize,
}

/// The room that a step works in, and its gradients. Kept from step to step, it allocates nothing after the first.
///
/// ```
/// use nnlib::kernel::fused::{Layer, Stack, Wanted, Workspace};
/// use nnlib::{Activation, Loss};
/// let layers = [Layer::Dense { w: &[1.0, -1.0], b: &[0.5], outputs: 1 }, Layer::Activation(Activation::Relu)];
/// let stack = Stack { inputs: 2, layers: &layers };
/// let (x, target) = ([2.0, 1.0, 0.0, 3.0], ndarray::array![[1.0], [0.0]]);
/// let mut workspace = Workspace::default();
/// // a = relu(x w + b) is 1.5 for the first sample and 0 for the second.
/// let loss = workspace.loss_and_gradients(stack, &x, (&target).into(), Loss::MeanSquaredError, 0.5, Wanted::default());
/// assert_eq!(loss, 0.125);
/// assert_eq!(workspace.gradients().collect::<Vec<_>>(), [(&[1.0, 0.5][..], &[0.5][..])]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    regions: Vec<Region>,
    steps: Vec<Step>,
    /// The block, region after region.
    values: Vec<Lane>,
    /// Four rows, or a whole δ where a layer needs it.
    scratch: Vec<Lane>,
    /// The targets of the block: its classes as one row of numbers, or its values.
    targets: Vec<Lane>,
    /// Three rows of numbers that the loss is made of.
    terms: Vec<Lane>,
    /// The weights of every layer, transposed.
    transposed: Vec<f64>,
    /// From the corner of each convolution's kernel to its numbers.
    offsets: Vec<usize>,
    /// Which pixel of each window of each pooling was the largest.
    winners: Vec<Lane>,
    /// The block's part of every mask.
    masks: Vec<Lane>,
    /// Where an image stands among zeros.
    room: Vec<Lane>,
    /// A δ with a sample in each row.
    by_sample: Vec<Lane>,
    gradients: Vec<f64>,
    /// The sizes of the gradients of w and b, layer by layer.
    sizes: Vec<(usize, usize)>,
}

impl Workspace {
    /// The loss of the stack's outputs for the rows of `x`, summed over samples and outputs and multiplied by `scale` (`Loss::scale` for the
    /// loss that is reported), and its gradient, which [`Workspace::gradients`] shows.
    ///
    /// # Panics
    /// If sizes do not meet. Targets must have been checked.
    pub fn loss_and_gradients(
        &mut self,
        stack: Stack<'_>,
        x: &[f64],
        targets: Targets<'_>,
        loss: Loss,
        scale: f64,
        wanted: Wanted<'_>,
    ) -> f64 {
        self.plan(stack);
        Pass { workspace: self, stack, x, wanted, goal: Goal::Loss(targets, loss, scale) }.run()
    }

    /// The gradient with respect to the parameters, which [`Workspace::gradients`] shows, from a given one with respect to the outputs, a row for
    /// each sample: for losses of one's own, and for a network that feeds another.
    ///
    /// # Panics
    /// If sizes do not meet.
    pub fn gradients_from(&mut self, stack: Stack<'_>, x: &[f64], delta: &[f64], wanted: Wanted<'_>) {
        self.plan(stack);
        Pass { workspace: self, stack, x, wanted, goal: Goal::Gradient(delta) }.run();
    }

    /// The stack's outputs for the rows of `x`, written to `y_hat`, a row for each sample.
    ///
    /// # Panics
    /// If sizes do not meet.
    pub fn output(&mut self, stack: Stack<'_>, x: &[f64], y_hat: &mut [f64]) {
        self.plan(stack);
        let wanted = Wanted { y_hat: Some(y_hat), delta_x: None };
        Pass { workspace: self, stack, x, wanted, goal: Goal::Output }.run();
    }

    /// dL/dw and dL/db of each layer that has weights, in order.
    pub fn gradients(&self) -> impl Iterator<Item = (&[f64], &[f64])> {
        let mut rest = &self.gradients[..];
        self.sizes.iter().map(move |&(w, b)| {
            let (own, others) = rest.split_at(w + b);
            rest = others;
            own.split_at(w)
        })
    }

    /// Lays out the regions, which takes a microsecond at most and so is done anew for each step.
    fn plan(&mut self, stack: Stack<'_>) {
        let Self { regions, steps, sizes, offsets, .. } = self;
        regions.clear();
        steps.clear();
        sizes.clear();
        offsets.clear();
        regions.push(Region { first: 0, width: stack.inputs, activation: Activation::Identity });
        let mut next = Step { layer: 0, from: 0, parameters: 0, transposed: 0, offsets: 0, winners: 0, mask: 0 };
        let mut in_place = false;
        for (layer, what) in stack.layers.iter().enumerate() {
            let from = regions.len() - 1;
            let Region { first, width, .. } = regions[from];
            if let (Layer::Activation(activation), true) = (*what, in_place) {
                regions[from].activation = activation;
                in_place = false;
                continue;
            }
            steps.push(Step { layer, from, ..next });
            let (after, w, b) = match *what {
                Layer::Activation(_) => (width, 0, 0),
                Layer::Dense { w, b, outputs } => {
                    assert_eq!(w.len(), width * outputs, "weights of layer {layer}: {width} inputs by {outputs} outputs");
                    assert!(b.is_empty() || b.len() == outputs, "biases of layer {layer}: one for each of {outputs} outputs, or none");
                    (outputs, w.len(), b.len())
                }
                Layer::Conv2d { w, b, convolution } => {
                    let (outputs, taps) = (convolution.outputs, convolution.taps());
                    assert_eq!(width, convolution.inputs(), "image of layer {layer}");
                    assert_eq!(w.len(), outputs * taps, "kernels of layer {layer}: {outputs} of {taps} numbers");
                    assert!(b.is_empty() || b.len() == outputs, "biases of layer {layer}: one for each of {outputs} kernels, or none");
                    offsets.extend(convolution.offsets());
                    next.offsets = offsets.len();
                    (outputs * convolution.positions(), w.len(), b.len())
                }
                Layer::MaxPool2d(pooling) => {
                    assert_eq!(width, pooling.inputs(), "image of layer {layer}");
                    next.winners += pooling.outputs();
                    (pooling.outputs(), 0, 0)
                }
                Layer::Mask(_) => {
                    next.mask += width;
                    (width, 0, 0)
                }
            };
            if w > 0 {
                sizes.push((w, b));
            }
            next.parameters += w + b;
            next.transposed += w;
            let activation = if let Layer::Activation(activation) = *what { activation } else { Activation::Identity };
            in_place = !matches!(what, Layer::Activation(_));
            regions.push(Region { first: first + width, width: after, activation });
        }
        self.gradients.clear();
        self.gradients.resize(next.parameters, 0.0);
        self.transposed.resize(next.transposed, 0.0);
    }
}

/// What a pass is for.
#[derive(Clone, Copy)]
enum Goal<'t> {
    /// The outputs alone.
    Output,
    /// The gradient of a loss for these targets, with this factor.
    Loss(Targets<'t>, Loss, f64),
    /// The gradient that follows from this one with respect to the outputs.
    Gradient(&'t [f64]),
}

struct Pass<'a, 't> {
    workspace: &'a mut Workspace,
    stack: Stack<'a>,
    x: &'a [f64],
    wanted: Wanted<'a>,
    goal: Goal<'t>,
}

/// A block's rows have at most so many lanes …
const MOST_LANES: usize = 32;
/// … and the block at most so many lanes in all, 512 KiB, unless one lane a row is more.
const MOST_LANES_IN_ALL: usize = 8192;

/// Where rows have no more lanes than this, weights' gradients are summed sample by sample instead of eight samples at a time.
const MOST_LANES_BY_SAMPLE: usize = 4;

impl Pass<'_, '_> {
    /// The loss, or 0 where none was asked for.
    fn run(mut self) -> f64 {
        let inputs = self.stack.inputs;
        assert_eq!(self.x.len() % inputs, 0, "rows of {inputs} numbers");
        let n = self.x.len() / inputs;
        let last = *self.workspace.regions.last().expect("at least the input");
        let outputs = |numbers: &[f64]| assert_eq!(numbers.len(), n * last.width, "outputs: {n} rows of {}", last.width);
        self.wanted.y_hat.iter().for_each(|y_hat| outputs(y_hat));
        self.wanted.delta_x.iter().for_each(|delta_x| assert_eq!(delta_x.len(), self.x.len(), "a gradient for each input"));
        match self.goal {
            Goal::Output => {}
            Goal::Loss(targets, ..) => assert_eq!(targets.len(), n, "a target for each sample"),
            Goal::Gradient(delta) => outputs(delta),
        }
        self.transpose_weights();
        // Blocks of nearly one size, which depends on the network and on n alone.
        let rows = last.first + last.width;
        let most = (MOST_LANES_IN_ALL / rows).clamp(1, MOST_LANES) * LANES;
        let size = n.div_ceil(n.div_ceil(most).max(1)).next_multiple_of(LANES);
        let lanes = size / LANES;
        let (mut winners, mut masks, mut room) = (0, 0, 0);
        // A convolution and a pooling take up all of δ before it is written in place.
        let mut scratch = last.width.max(4);
        for step in &self.workspace.steps {
            match self.stack.layers[step.layer] {
                Layer::MaxPool2d(pooling) => {
                    winners += pooling.outputs();
                    scratch = scratch.max(pooling.inputs());
                }
                Layer::Conv2d { convolution, .. } => {
                    room = room.max(convolution.padded());
                    scratch = scratch.max(convolution.inputs());
                }
                Layer::Mask(mask) => {
                    let width = self.workspace.regions[step.from].width;
                    assert_eq!(mask.len(), n * width, "mask of layer {}: {n} rows of {width}", step.layer);
                    masks += width;
                    scratch = scratch.max(width);
                }
                Layer::Dense { .. } | Layer::Activation(_) => {}
            }
        }
        let workspace = &mut *self.workspace;
        workspace.values.resize(rows * lanes, [0.0; LANES]);
        workspace.scratch.resize(scratch * lanes, [0.0; LANES]);
        workspace.targets.resize(last.width * lanes, [0.0; LANES]);
        workspace.terms.resize(3 * lanes, [0.0; LANES]);
        workspace.winners.resize(winners * lanes, [0.0; LANES]);
        workspace.masks.resize(masks * lanes, [0.0; LANES]);
        workspace.room.resize(room * lanes, [0.0; LANES]);
        let mut total = 0.0;
        for start in (0..n).step_by(size.max(1)) {
            let samples = start..(start + size).min(n);
            let lanes = samples.len().div_ceil(LANES);
            load(&self.x[samples.start * inputs..samples.end * inputs], inputs, &mut self.workspace.values[..inputs * lanes], lanes);
            self.forward(samples.clone(), lanes);
            if let Some(y_hat) = &mut self.wanted.y_hat {
                let y_hat = &mut y_hat[samples.start * last.width..samples.end * last.width];
                store(&self.workspace.values[last.lanes(lanes)], lanes, y_hat, last.width);
            }
            match self.goal {
                Goal::Output => continue,
                Goal::Loss(targets, loss, scale) => total += self.loss(targets, loss, scale, samples.clone(), lanes),
                Goal::Gradient(delta) => self.take_gradient(&delta[samples.start * last.width..samples.end * last.width], lanes),
            }
            self.backward(lanes);
            if let Some(delta_x) = &mut self.wanted.delta_x {
                let delta_x = &mut delta_x[samples.start * inputs..samples.end * inputs];
                store(&self.workspace.values[..inputs * lanes], lanes, delta_x, inputs);
            }
        }
        total
    }

    /// Transposes the kernels for the way forward, and the dense layers' weights for the way back.
    fn transpose_weights(&mut self) {
        let to_input = !matches!(self.goal, Goal::Output);
        let Workspace { steps, transposed, .. } = &mut *self.workspace;
        for step in &steps[..] {
            match self.stack.layers[step.layer] {
                Layer::Conv2d { w, convolution, .. } => transpose(w, convolution.taps(), &mut transposed[step.transposed..][..w.len()]),
                Layer::Dense { w, outputs, .. } if to_input && (step.from > 0 || self.wanted.delta_x.is_some()) => {
                    transpose(w, outputs, &mut transposed[step.transposed..][..w.len()]);
                }
                _ => {}
            }
        }
    }

    fn forward(&mut self, samples: Range<usize>, lanes: usize) {
        let Workspace { regions, steps, values, transposed, offsets, winners, masks, room, .. } = &mut *self.workspace;
        for step in &steps[..] {
            let (from, to) = (regions[step.from], regions[step.from + 1]);
            let (before, after) = values.split_at_mut(to.first * lanes);
            let (x, z) = (&before[from.lanes(lanes)], &mut after[..to.width * lanes]);
            match self.stack.layers[step.layer] {
                Layer::Dense { w, b, outputs } => {
                    for (rows, z) in in_fours(outputs).zip(z.chunks_mut(4 * lanes)) {
                        affine(rows, x, lanes, w, outputs, b, z);
                    }
                }
                Layer::Activation(_) => z.copy_from_slice(x),
                Layer::Conv2d { w, b, convolution } => {
                    let (w, offsets) = (&transposed[step.transposed..][..w.len()], &offsets[step.offsets..][..convolution.taps()]);
                    convolution.forward(x, lanes, &mut room[..convolution.padded() * lanes], offsets, w, b, z);
                }
                Layer::MaxPool2d(pooling) => pooling.forward(x, lanes, z, &mut winners[step.winners * lanes..][..z.len()]),
                Layer::Mask(mask) => {
                    let own = &mut masks[step.mask * lanes..][..z.len()];
                    load(&mask[samples.start * to.width..samples.end * to.width], to.width, own, lanes);
                    multiply(x, own, z);
                }
            }
            forward_in_place(to.activation, z.as_flattened_mut());
        }
    }

    /// From δ of the last region to the gradients.
    fn backward(&mut self, lanes: usize) {
        let Workspace { regions, steps, values, scratch, transposed, gradients, offsets, winners, masks, room, by_sample, .. } =
            &mut *self.workspace;
        for step in steps.iter().rev() {
            let (from, to) = (regions[step.from], regions[step.from + 1]);
            let (before, after) = values.split_at_mut(to.first * lanes);
            let (x, delta) = (&mut before[from.lanes(lanes)], &after[..to.width * lanes]);
            let to_input = step.from > 0 || self.wanted.delta_x.is_some();
            match self.stack.layers[step.layer] {
                Layer::Dense { w, b, outputs } => {
                    let (dw, db) = gradients[step.parameters..][..w.len() + b.len()].split_at_mut(w.len());
                    if lanes <= MOST_LANES_BY_SAMPLE && outputs >= LANES {
                        add_gradient_by_sample(x, delta, lanes, by_sample, dw);
                    } else {
                        add_gradient(x, delta, lanes, dw);
                    }
                    add_sums_of_rows(delta, lanes, db);
                    if to_input {
                        let w = &transposed[step.transposed..][..w.len()];
                        for (rows, x) in in_fours(from.width).zip(x.chunks_mut(4 * lanes)) {
                            let delta_x = &mut scratch[..x.len()];
                            affine(rows, delta, lanes, w, from.width, &[], delta_x);
                            backward_in_place(from.activation, delta_x.as_flattened(), x.as_flattened_mut());
                        }
                    }
                }
                Layer::Conv2d { w, b, convolution } => {
                    let (dw, db) = gradients[step.parameters..][..w.len() + b.len()].split_at_mut(w.len());
                    let offsets = &offsets[step.offsets..][..convolution.taps()];
                    let room = &mut room[..convolution.padded() * lanes];
                    convolution.add_gradient(x, lanes, room, offsets, delta, dw);
                    add_sums_of_rows(delta, convolution.positions() * lanes, db);
                    if to_input {
                        let delta_x = &mut scratch[..x.len()];
                        convolution.backward(delta, lanes, room, offsets, w, delta_x);
                        backward_in_place(from.activation, delta_x.as_flattened(), x.as_flattened_mut());
                    }
                }
                Layer::MaxPool2d(pooling) => {
                    if to_input {
                        let delta_x = &mut scratch[..x.len()];
                        pooling.backward(delta, lanes, &winners[step.winners * lanes..][..delta.len()], delta_x);
                        backward_in_place(from.activation, delta_x.as_flattened(), x.as_flattened_mut());
                    }
                }
                Layer::Mask(_) => {
                    let delta_x = &mut scratch[..x.len()];
                    multiply(delta, &masks[step.mask * lanes..][..delta.len()], delta_x);
                    backward_in_place(from.activation, delta_x.as_flattened(), x.as_flattened_mut());
                }
                Layer::Activation(_) => backward_in_place(from.activation, delta.as_flattened(), x.as_flattened_mut()),
            }
        }
    }

    /// The outputs become their δ: the rows of `delta`, by way of the last activation.
    fn take_gradient(&mut self, delta: &[f64], lanes: usize) {
        let Workspace { regions, values, scratch, .. } = &mut *self.workspace;
        let last = regions[regions.len() - 1];
        let (y_hat, scratch) = (&mut values[last.lanes(lanes)], &mut scratch[..last.width * lanes]);
        load(delta, last.width, scratch, lanes);
        backward_in_place(last.activation, scratch.as_flattened(), y_hat.as_flattened_mut());
    }

    /// The loss summed over the block's samples, times `scale`; the outputs become their δ.
    fn loss(&mut self, of: Targets<'_>, loss: Loss, scale: f64, samples: Range<usize>, lanes: usize) -> f64 {
        let Workspace { regions, values, scratch, targets, terms, .. } = &mut *self.workspace;
        let last = regions[regions.len() - 1];
        let y_hat = &mut values[last.lanes(lanes)];
        let delta = &mut scratch[..y_hat.len()];
        let idle = samples.len()..lanes * LANES;
        let width = match of {
            Targets::Classes(y) => {
                let row = targets[..lanes].as_flattened_mut();
                // By way of i32, for which the processor has an instruction.
                if let Some(y) = y.as_slice() {
                    for (to, label) in row.iter_mut().zip(&y[samples]) {
                        *to = f64::from(*label as i32);
                    }
                } else {
                    for (to, label) in row.iter_mut().zip(y.slice(s![samples])) {
                        *to = f64::from(*label as i32);
                    }
                }
                1
            }
            Targets::Values(t) => {
                let t = t.slice(s![samples, ..]);
                for (row, t) in targets.chunks_exact_mut(lanes).zip(t.columns()) {
                    for (to, t) in row.as_flattened_mut().iter_mut().zip(t) {
                        *to = *t;
                    }
                }
                last.width
            }
        };
        let targets = &targets[..width * lanes];
        let terms = &mut terms[..3 * lanes];
        let sum = match loss {
            Loss::SoftmaxCrossEntropy if last.width == 2 => cross_entropy_of_two(y_hat, targets, scale, delta, terms, &idle),
            Loss::SoftmaxCrossEntropy => softmax_cross_entropy(y_hat, targets, scale, delta, terms, &idle),
            Loss::BinaryCrossEntropy => binary_cross_entropy(y_hat, targets, scale, delta, lanes, &idle),
            Loss::MeanSquaredError | Loss::SummedSquaredError => squared_error(y_hat, targets, scale, delta, lanes, &idle),
        };
        // What stands beside the last sample must not reach the gradients.
        clear(delta, lanes, &idle);
        backward_in_place(last.activation, delta.as_flattened(), y_hat.as_flattened_mut());
        sum * scale
    }
}

versions! {
    /// Σ ln Σ eᶻ − z\[label\] over samples, without the idle ones; `delta` becomes (softmax(z) − onehot(label)) · scale.
    fn softmax_cross_entropy(
        z: &[Lane], labels: &[Lane], scale: f64, delta: &mut [Lane], terms: &mut [Lane], idle: &Range<usize>,
    ) -> f64 = softmax_cross_entropy_by;
    /// [`softmax_cross_entropy`] for two classes, which needs one exponential for a sample, and whose two δ differ in sign alone.
    fn cross_entropy_of_two(
        z: &[Lane], labels: &[Lane], scale: f64, delta: &mut [Lane], terms: &mut [Lane], idle: &Range<usize>,
    ) -> f64 = cross_entropy_of_two_by;
    /// −Σ t ln p + (1 − t) ln(1 − p) over samples and outputs; `delta` becomes (p − t) / (p (1 − p)) · scale.
    fn binary_cross_entropy(
        p: &[Lane], t: &[Lane], scale: f64, delta: &mut [Lane], lanes: usize, idle: &Range<usize>,
    ) -> f64 = binary_cross_entropy_by;
    /// Σ (ŷ − t)² over samples and outputs; `delta` becomes 2 (ŷ − t) · scale.
    fn squared_error(
        y_hat: &[Lane], t: &[Lane], scale: f64, delta: &mut [Lane], lanes: usize, idle: &Range<usize>,
    ) -> f64 = squared_error_by;
}

/// Each number times its factor.
fn multiply(block: &[Lane], factors: &[Lane], products: &mut [Lane]) {
    let numbers = block.as_flattened().iter().zip(factors.as_flattened());
    numbers.zip(products.as_flattened_mut()).for_each(|((number, factor), product)| *product = number * factor);
}

/// Sets some of the samples of every row to 0.
#[inline(always)]
fn clear(block: &mut [Lane], lanes: usize, samples: &Range<usize>) {
    if !samples.is_empty() {
        block.chunks_exact_mut(lanes).for_each(|row| row.as_flattened_mut()[samples.clone()].fill(0.0));
    }
}

#[inline(always)]
fn softmax_cross_entropy_by<A: Arithmetic>(
    z: &[Lane],
    labels: &[Lane],
    scale: f64,
    delta: &mut [Lane],
    terms: &mut [Lane],
    idle: &Range<usize>,
) -> f64 {
    let lanes = labels.len();
    let labels = labels.as_flattened();
    let [largest, own, sums] = three_rows(terms);
    largest.as_flattened_mut().fill(f64::NEG_INFINITY);
    for (class, z) in z.chunks_exact(lanes).enumerate() {
        let rows = largest.as_flattened_mut().iter_mut().zip(own.as_flattened_mut());
        for (((largest, own), z), label) in rows.zip(z.as_flattened()).zip(labels) {
            *largest = if *z > *largest { *z } else { *largest };
            *own = if *label == class as f64 { *z } else { *own };
        }
    }
    sums.fill([0.0; LANES]);
    for (z, delta) in z.chunks_exact(lanes).zip(delta.chunks_exact_mut(lanes)) {
        let rows = delta.as_flattened_mut().iter_mut().zip(sums.as_flattened_mut());
        for (((delta, sum), z), largest) in rows.zip(z.as_flattened()).zip(largest.as_flattened()) {
            *delta = elementary::exp::<A>(z - largest);
            *sum += *delta;
        }
    }
    for (largest, own) in largest.as_flattened_mut().iter_mut().zip(own.as_flattened()) {
        *largest -= *own;
    }
    largest.as_flattened_mut()[idle.clone()].fill(0.0);
    sums.as_flattened_mut()[idle.clone()].fill(1.0);
    let loss = sum_of_logarithms::<A>(sums) + sum_of_row(largest);
    for sum in sums.as_flattened_mut() {
        *sum = scale / *sum;
    }
    for (class, delta) in delta.chunks_exact_mut(lanes).enumerate() {
        for ((delta, factor), label) in delta.as_flattened_mut().iter_mut().zip(sums.as_flattened()).zip(labels) {
            *delta = *delta * factor - if *label == class as f64 { scale } else { 0.0 };
        }
    }
    loss
}

#[inline(always)]
fn three_rows(rows: &mut [Lane]) -> [&mut [Lane]; 3] {
    let lanes = rows.len() / 3;
    let (first, rest) = rows.split_at_mut(lanes);
    let (second, third) = rest.split_at_mut(lanes);
    [first, second, third]
}

/// Σ ln x over a row of numbers that are at least 1, as the logarithm of their product, one for each of the eight places in a lane. A row of
/// sums over classes does not overflow.
#[inline(always)]
fn sum_of_logarithms<A: Arithmetic>(row: &[Lane]) -> f64 {
    let mut product = [1.0; LANES];
    for lane in row {
        for (product, number) in product.iter_mut().zip(lane) {
            *product *= number;
        }
    }
    for number in &mut product {
        *number = elementary::ln_of_normal::<A>(*number);
    }
    sum(product)
}

#[inline(always)]
fn cross_entropy_of_two_by<A: Arithmetic>(
    z: &[Lane],
    labels: &[Lane],
    scale: f64,
    delta: &mut [Lane],
    terms: &mut [Lane],
    idle: &Range<usize>,
) -> f64 {
    let lanes = labels.len();
    let ((z0, z1), (delta0, delta1)) = (z.split_at(lanes), delta.split_at_mut(lanes));
    let [behind, sums, _] = three_rows(terms);
    let given = z0.as_flattened().iter().zip(z1.as_flattened()).zip(labels.as_flattened());
    let sought = delta0.as_flattened_mut().iter_mut().zip(delta1.as_flattened_mut());
    let terms = behind.as_flattened_mut().iter_mut().zip(sums.as_flattened_mut());
    for ((((z0, z1), label), (delta0, delta1)), (behind, sum)) in given.zip(sought).zip(terms) {
        // How far the sample's class is ahead of the other, and the probability of the other.
        let ahead = if *label == 1.0 { z1 - z0 } else { z0 - z1 };
        let e = elementary::exp::<A>(-ahead.abs());
        *behind = if ahead < 0.0 { -ahead } else { 0.0 };
        *sum = 1.0 + e;
        let wrong = (if ahead < 0.0 { 1.0 } else { e }) / *sum * scale;
        *delta0 = if *label == 1.0 { wrong } else { -wrong };
        *delta1 = if *label == 1.0 { -wrong } else { wrong };
    }
    behind.as_flattened_mut()[idle.clone()].fill(0.0);
    sums.as_flattened_mut()[idle.clone()].fill(1.0);
    sum_of_logarithms::<A>(sums) + sum_of_row(behind)
}

/// Probabilities nearer to 0 or 1 than this are clipped, as [`Loss::BinaryCrossEntropy`] says.
const CLIP: f64 = 1e-7;

#[inline(always)]
fn binary_cross_entropy_by<A: Arithmetic>(
    p: &[Lane],
    t: &[Lane],
    scale: f64,
    delta: &mut [Lane],
    lanes: usize,
    idle: &Range<usize>,
) -> f64 {
    for ((p, t), delta) in p.as_flattened().iter().zip(t.as_flattened()).zip(delta.as_flattened_mut()) {
        let low = if *p < CLIP { CLIP } else { *p };
        let clipped = if low > 1.0 - CLIP { 1.0 - CLIP } else { low };
        *delta = t * elementary::ln_of_normal::<A>(clipped) + (1.0 - t) * elementary::ln_of_normal::<A>(1.0 - clipped);
    }
    clear(delta, lanes, idle);
    let loss = -sum_of_row(delta);
    for ((p, t), delta) in p.as_flattened().iter().zip(t.as_flattened()).zip(delta.as_flattened_mut()) {
        let inside = *p >= CLIP && *p <= 1.0 - CLIP;
        *delta = if inside { (p - t) / (p * (1.0 - p)) * scale } else { 0.0 };
    }
    loss
}

#[inline(always)]
fn squared_error_by<A: Arithmetic>(y_hat: &[Lane], t: &[Lane], scale: f64, delta: &mut [Lane], lanes: usize, idle: &Range<usize>) -> f64 {
    for ((y_hat, t), delta) in y_hat.as_flattened().iter().zip(t.as_flattened()).zip(delta.as_flattened_mut()) {
        *delta = (y_hat - t) * (y_hat - t);
    }
    clear(delta, lanes, idle);
    let loss = sum_of_row(delta);
    for ((y_hat, t), delta) in y_hat.as_flattened().iter().zip(t.as_flattened()).zip(delta.as_flattened_mut()) {
        *delta = 2.0 * (y_hat - t) * scale;
    }
    loss
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2};
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::dispatch::assert_same_bits;
    use crate::nn::layer::{Activate, AnyLayer, Conv2d, Dense, Padding, Shape};
    use crate::nn::sequential::Sequential;
    use crate::random::RandomState;
    use crate::testing::{fixture, flat, integers, matrix};

    fn slice<D: ndarray::Dimension>(array: &ndarray::Array<f64, D>) -> &[f64] {
        array.as_slice().unwrap()
    }

    /// The layers of a network as this module takes them; its convolutions pad.
    fn borrow(network: &Sequential) -> Vec<Layer<'_>> {
        let mut layers = Vec::new();
        for (layer, shape) in network.layers().iter().zip(network.shapes()) {
            let image = if let Shape::Image { channels, height, width } = shape { [channels, height, width] } else { [0; 3] };
            layers.push(match layer {
                AnyLayer::Dense(Dense { w, b }) => Layer::Dense { w: slice(w), b: slice(b), outputs: w.ncols() },
                AnyLayer::Activate(Activate(activation)) => Layer::Activation(*activation),
                AnyLayer::Conv2d(Conv2d { w, b, .. }) => {
                    let (outputs, _, rows, columns) = w.dim();
                    let stride = if rows == columns { 1 } else { 2 };
                    let convolution = Convolution::new(image, outputs, [rows, columns], stride, Padding::Same);
                    Layer::Conv2d { w: slice(w), b: slice(b), convolution }
                }
                AnyLayer::MaxPool2d(_) => Layer::MaxPool2d(Pooling { image, size: 2 }),
                AnyLayer::Flatten(_) => continue,
                _ => panic!("not here"),
            });
        }
        layers
    }

    /// Fails where two numbers differ by more than rounding does.
    #[track_caller]
    fn assert_near(got: &[f64], expected: &[f64], what: &str) {
        assert_within(1e-11, got, expected, what);
    }

    #[track_caller]
    fn assert_within(tolerance: f64, got: &[f64], expected: &[f64], what: &str) {
        assert_eq!(got.len(), expected.len(), "{what}");
        let size = expected.iter().fold(1e-3_f64, |size, e| size.max(e.abs()));
        for (i, (g, e)) in got.iter().zip(expected).enumerate() {
            assert!((g - e).abs() <= tolerance * size, "{what}, number {i}: got {g}, expected {e}");
        }
    }

    fn activations() -> impl Strategy<Value = Option<Activation>> {
        prop::sample::select(vec![
            None,
            Some(Activation::Identity),
            Some(Activation::Sigmoid),
            Some(Activation::Tanh),
            Some(Activation::Relu),
            Some(Activation::LeakyRelu(0.1)),
            Some(Activation::Elu(0.7)),
            Some(Activation::Softplus),
            Some(Activation::Softsign),
        ])
    }

    proptest! {
        #[test]
        fn the_layers_one_by_one_give_the_same(
            inputs in 1..7_usize,
            hidden in prop::collection::vec((1..10_usize, activations(), prop::bool::ANY), 0..4),
            outputs in 1..6_usize,
            first in activations(),
            loss in prop::sample::select(vec![
                Loss::SoftmaxCrossEntropy, Loss::BinaryCrossEntropy, Loss::MeanSquaredError, Loss::SummedSquaredError,
            ]),
            n in prop::sample::select(vec![1, 2, 7, 8, 9, 40, 255, 256, 257, 600]),
            seed in 0..1000_u32,
        ) {
            let mut rng = RandomState::new(seed);
            let mut layers: Vec<AnyLayer> = first.map(|f| AnyLayer::Activate(Activate(f))).into_iter().collect();
            let mut width = inputs;
            let last = (loss == Loss::BinaryCrossEntropy).then_some(Activation::Sigmoid);
            for (h, activation, twice) in hidden.into_iter().chain([(outputs, last, false)]) {
                let mut dense = Dense { w: rng.randn_2d(width, h), b: rng.randn_2d(1, h).row(0).to_owned() };
                if twice {
                    dense.b = Array1::zeros(0);
                }
                layers.push(AnyLayer::Dense(dense));
                layers.extend(activation.map(|f| AnyLayer::Activate(Activate(f))));
                if twice {
                    layers.push(AnyLayer::Activate(Activate(Activation::Softsign)));
                }
                width = h;
            }
            let network = Sequential::new(Shape::Flat(inputs), layers).unwrap();
            let x = rng.randn_2d(n, inputs);
            let classes = Array1::from_shape_fn(n, |_| rng.randint(0, outputs as i64).unwrap() as usize);
            let values = rng.rand_2d(n, outputs);
            let targets = if loss == Loss::SoftmaxCrossEntropy { Targets::from(&classes) } else { Targets::from(&values) };

            let pass = network.forward(&x).unwrap();
            let expected = network.backward(&pass, targets, loss).unwrap();
            let layers = borrow(&network);
            let stack = Stack { inputs, layers: &layers };
            let (mut workspace, mut y_hat, mut delta_x) = (Workspace::default(), vec![f64::NAN; n * outputs], vec![f64::NAN; x.len()]);
            let scale = loss.scale(n, outputs);
            // A probability near 1 has few digits left of its distance to 1, by which this loss's gradient divides.
            let tolerance = if loss == Loss::BinaryCrossEntropy { 1e-8 } else { 1e-11 };
            // Twice, since a workspace keeps what it held.
            for _ in 0..2 {
                let got = workspace.loss_and_gradients(stack, slice(&x), targets, loss, scale, Wanted { y_hat: Some(&mut y_hat), delta_x: Some(&mut delta_x) });
                assert_within(tolerance, &delta_x, slice(expected.x()), "dL/dx");
                assert_near(&[got], &[loss.value(pass.output(), targets).unwrap()], "loss");
                assert_near(&y_hat, slice(pass.output()), "outputs");
                let dense = expected.layers.iter().filter(|gradient| !gradient.w.is_empty());
                prop_assert_eq!(dense.clone().count(), workspace.gradients().count());
                for ((w, b), expected) in workspace.gradients().zip(dense) {
                    assert_within(tolerance, w, slice(&expected.w), "dL/dw");
                    assert_within(tolerance, b, slice(&expected.b), "dL/db");
                }
            }
            // The same gradients from that with respect to the outputs.
            let delta = loss.gradient(pass.output(), targets).unwrap();
            let through_loss: Vec<f64> = workspace.gradients().flat_map(|(w, b)| [w, b]).flatten().copied().collect();
            workspace.gradients_from(stack, slice(&x), slice(&delta), Wanted::default());
            let directly: Vec<f64> = workspace.gradients().flat_map(|(w, b)| [w, b]).flatten().copied().collect();
            assert_within(tolerance, &directly, &through_loss, "gradients from a gradient");
            y_hat.fill(f64::NAN);
            workspace.output(stack, slice(&x), &mut y_hat);
            assert_near(&y_hat, slice(pass.output()), "outputs without a goal");
        }
    }

    #[test]
    fn convolution_tanh_pooling_dense_softmax_is_jax_s() {
        let fixture = fixture("grad_conv_tanh_pool_dense_softmax.json");
        let numbers = ["x", "kernel", "kernel_bias", "dense_w", "dense_b", "logits"].map(|key| flat(&fixture[key]));
        let [x, kernel, kernel_bias, dense_w, dense_b, logits] = numbers.each_ref().map(Vec::as_slice);
        let layers = [
            Layer::Conv2d { w: kernel, b: kernel_bias, convolution: Convolution::new([3, 9, 8], 4, [3, 2], 1, Padding::Valid) },
            Layer::Activation(Activation::Tanh),
            Layer::MaxPool2d(Pooling { image: [4, 7, 7], size: 2 }),
            Layer::Dense { w: dense_w, b: dense_b, outputs: 5 },
        ];
        let (mut workspace, mut y_hat, mut delta_x) = (Workspace::default(), vec![0.0; logits.len()], vec![0.0; x.len()]);
        let wanted = Wanted { y_hat: Some(&mut y_hat), delta_x: Some(&mut delta_x) };
        let stack = Stack { inputs: 3 * 9 * 8, layers: &layers };
        let labels = integers(&fixture["labels"]);
        let loss = workspace.loss_and_gradients(stack, x, (&labels).into(), Loss::SoftmaxCrossEntropy, 0.5, wanted);
        assert_near(&delta_x, &flat(&fixture["grad"]["x"]), "dL/dx");
        assert_near(&[loss], &[fixture["loss_mean"].as_f64().unwrap()], "loss");
        assert_near(&y_hat, logits, "logits");
        let expected = ["kernel", "kernel_bias", "dense_w", "dense_b"].map(|key| flat(&fixture["grad"][key]));
        let gradients: Vec<&[f64]> = workspace.gradients().flat_map(|(w, b)| [w, b]).collect();
        gradients.iter().zip(&expected).for_each(|(got, expected)| assert_near(got, expected, "gradient"));
        assert_eq!(gradients.len(), expected.len());
    }

    #[test]
    fn a_stack_of_convolutions_gives_the_same_as_its_layers_one_by_one() {
        for (seed, n) in [(0, 1), (1, 8), (2, 13), (3, 40)] {
            let rng = &mut RandomState::new(seed);
            let network = Sequential::input((2, 9, 8))
                .conv2d_with(5, (3, 3), 1, Padding::Same)
                .activation(Activation::Tanh)
                .activation(Activation::Softplus)
                .conv2d_with(3, (2, 3), 2, Padding::Same)
                .max_pool2d(2)
                .activation(Activation::Elu(1.0))
                .flatten()
                .dense(19)
                .activation(Activation::Tanh)
                .dense(4)
                .build(rng)
                .unwrap();
            let x = rng.randn_2d(n, 2 * 9 * 8);
            let y = Array1::from_shape_fn(n, |i| i % 4);
            let loss = Loss::SoftmaxCrossEntropy;
            let pass = network.forward(&x).unwrap();
            let expected = network.backward(&pass, &y, loss).unwrap();
            let layers = borrow(&network);
            let (mut workspace, mut y_hat, mut delta_x) = (Workspace::default(), vec![0.0; n * 4], vec![0.0; x.len()]);
            let wanted = Wanted { y_hat: Some(&mut y_hat), delta_x: Some(&mut delta_x) };
            let stack = Stack { inputs: 2 * 9 * 8, layers: &layers };
            let got = workspace.loss_and_gradients(stack, slice(&x), (&y).into(), loss, loss.scale(n, 4), wanted);
            assert_near(&delta_x, slice(expected.x()), "dL/dx");
            assert_near(&[got], &[loss.value(pass.output(), &y).unwrap()], "loss");
            assert_near(&y_hat, slice(pass.output()), "outputs");
            let expected = expected.layers.iter().filter(|gradient| !gradient.w.is_empty());
            assert_eq!(expected.clone().count(), workspace.gradients().count());
            for ((w, b), expected) in workspace.gradients().zip(expected) {
                assert_near(w, slice(&expected.w), "dL/dw");
                assert_near(b, slice(&expected.b), "dL/db");
            }
        }
    }

    #[test]
    fn the_same_bits_whatever_the_width_of_the_registers() {
        let mut rng = RandomState::new(1);
        let network = Sequential::input(5).dense(11).activation(Activation::Tanh).dense(3).build(&mut rng).unwrap();
        let (x, y) = (rng.randn_2d(77, 5), Array1::from_shape_fn(77, |i| i % 3));
        let layers = borrow(&network);
        let stack = Stack { inputs: 5, layers: &layers };
        assert_same_bits(|| {
            let mut workspace = Workspace::default();
            let (loss, wanted) = (Loss::SoftmaxCrossEntropy, Wanted::default());
            let value = workspace.loss_and_gradients(stack, slice(&x), (&y).into(), loss, 1.0 / 77.0, wanted);
            (value, workspace.gradients)
        });
    }

    /// The moons tutorial's losses after so many passes, the first ones and every thousandth.
    fn train_on_moons(w1: &Array2<f64>, w2: &Array2<f64>, passes: usize) -> Vec<f64> {
        let data = crate::data::make_moons(200, 0.20, &mut RandomState::new(0)).unwrap();
        let h = w1.ncols();
        let mut parameters = [slice(w1).to_vec(), vec![0.0; h], slice(w2).to_vec(), vec![0.0; 2]];
        let mut workspace = Workspace::default();
        let mut losses = Vec::new();
        for _ in 0..passes {
            let [w1, b1, w2, b2] = parameters.each_ref().map(Vec::as_slice);
            let layers =
                [Layer::Dense { w: w1, b: b1, outputs: h }, Layer::Activation(Activation::Tanh), Layer::Dense { w: w2, b: b2, outputs: 2 }];
            let (stack, loss) = (Stack { inputs: 2, layers: &layers }, Loss::SoftmaxCrossEntropy);
            let sum = workspace.loss_and_gradients(stack, slice(&data.x), (&data.y).into(), loss, 1.0, Wanted::default());
            let squares: f64 = w1.iter().chain(w2).map(|w| w * w).sum();
            losses.push((sum + 0.005 * squares) / 200.0);
            let gradients = workspace.gradients().flat_map(|(w, b)| [(w, 0.01), (b, 0.0)]);
            for (p, (gradient, l2)) in parameters.iter_mut().zip(gradients) {
                p.iter_mut().zip(gradient).for_each(|(p, g)| *p -= 0.01 * (g + l2 * *p));
            }
        }
        losses
    }

    #[test]
    fn the_moons_tutorial() {
        let fixture = fixture("moons_training.json");
        for h in [1, 3, 5, 20, 50] {
            let expected = &fixture["hidden_sizes"][h.to_string()];
            let passes = if h == 1 || h == 5 { 20_001 } else { 1002 };
            let losses = train_on_moons(&matrix(&expected["initial_W1"]), &matrix(&expected["initial_W2"]), passes);
            assert!((losses[0] - expected["initial_loss"].as_f64().unwrap()).abs() < 1e-9);
            for (iteration, loss) in expected["loss_after_iteration"].as_object().unwrap() {
                let (got, loss) = (losses[iteration.parse::<usize>().unwrap() + 1], loss.as_f64().unwrap());
                assert!((got - loss).abs() < 1e-9, "h = {h}, iteration {iteration}: {got} against {loss}");
            }
            if passes == 20_001 {
                let (got, loss) = (losses[20_000], expected["final_loss"].as_f64().unwrap());
                assert!((got - loss).abs() < 1e-6, "h = {h}, at the end: {got} against {loss}");
            }
        }
    }

    #[test]
    fn scores_of_a_thousand() {
        let layers = [Layer::Activation(Activation::Identity)];
        for classes in [2, 3] {
            let stack = Stack { inputs: classes, layers: &layers };
            let mut z = vec![0.0; 2 * classes];
            (z[0], z[1], z[classes], z[classes + 1]) = (1000.0, -1000.0, -1000.0, 1000.0);
            let y = Array1::from(vec![0, 0]);
            let mut workspace = Workspace::default();
            let loss = workspace.loss_and_gradients(stack, &z, (&y).into(), Loss::SoftmaxCrossEntropy, 0.5, Wanted::default());
            assert_eq!(loss, 1000.0);
            assert_eq!(workspace.gradients().count(), 0);
        }
    }

    #[test]
    fn a_nan_shows() {
        let layers = [Layer::Dense { w: &[1.0, f64::NAN], b: &[], outputs: 2 }];
        let y = Array1::from(vec![0, 1]);
        let stack = Stack { inputs: 1, layers: &layers };
        let loss =
            Workspace::default().loss_and_gradients(stack, &[1.0, 2.0], (&y).into(), Loss::SoftmaxCrossEntropy, 1.0, Wanted::default());
        assert!(loss.is_nan());
    }
}
