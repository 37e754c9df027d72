//! The losses and their gradients on a block: those that are sums over outputs by their formulas in [`Loss`], the softmax cross-entropy here.

use std::ops::Range;

use ndarray::s;

use super::block::{Lane, MOST_LANES, clear, load, store, sum, sum_of_row};
use super::simd::{LANES, Simd, versions};
use crate::math::elementary::Elementary;
use crate::math::loss::{Loss, Targets};

/// Reusable buffers for a block's loss.
#[derive(Clone, Debug, Default)]
pub(super) struct LossBuffers {
    /// The block's targets: its classes as one row of numbers, or its values.
    targets: Vec<Lane>,
    /// Three rows that the softmax cross-entropy is made of.
    rows: Vec<Lane>,
}

/// `scale` · Σ of the loss over rows of `y_hat` (n, `k`), and its gradient where there is a place for it.
///
/// # Panics
/// If sizes do not meet. Targets must have been checked.
pub(crate) fn loss_of_rows(loss: Loss, y_hat: &[f64], k: usize, targets: Targets<'_>, scale: f64, mut delta: Option<&mut [f64]>) -> f64 {
    let n = targets.len();
    assert_eq!(y_hat.len(), n * k, "{n} rows of {k} outputs");
    let lanes = n.div_ceil(LANES).min(MOST_LANES);
    let (mut block, mut block_delta) = (vec![[0.0; LANES]; k * lanes], vec![[0.0; LANES]; k * lanes]);
    let mut buffers = LossBuffers::default();
    let mut total = 0.0;
    for start in (0..n).step_by(MOST_LANES * LANES) {
        let samples = start..(start + MOST_LANES * LANES).min(n);
        let lanes = samples.len().div_ceil(LANES);
        let (block, block_delta) = (&mut block[..k * lanes], &mut block_delta[..k * lanes]);
        load(&y_hat[samples.start * k..samples.end * k], k, block, lanes);
        total += loss_of_block(loss, block, targets, &samples, scale, block_delta, &mut buffers);
        if let Some(delta) = &mut delta {
            store(block_delta, lanes, &mut delta[samples.start * k..samples.end * k], k);
        }
    }
    total
}

/// The loss of a block's outputs times `scale`, and its gradient: 0 for what fills up the last lane.
pub(super) fn loss_of_block(
    loss: Loss,
    y_hat: &[Lane],
    targets: Targets<'_>,
    samples: &Range<usize>,
    scale: f64,
    delta: &mut [Lane],
    buffers: &mut LossBuffers,
) -> f64 {
    let lanes = samples.len().div_ceil(LANES);
    let LossBuffers { targets: t, rows } = buffers;
    rows.resize(3 * lanes, [0.0; LANES]);
    t.resize(y_hat.len(), [0.0; LANES]);
    load_targets(targets, samples, lanes, t);
    let of = Outputs { y_hat, t, lanes, idle: samples.len()..lanes * LANES, scale };
    let sum = match loss {
        Loss::SoftmaxCrossEntropy if y_hat.len() == 2 * lanes => cross_entropy_of_two(&of, delta, rows),
        Loss::SoftmaxCrossEntropy => softmax_cross_entropy(&of, delta, rows),
        _ => sum_over_outputs(loss, &of, delta),
    };
    clear(delta, lanes, &of.idle);
    sum * scale
}

/// A block's outputs and their targets.
struct Outputs<'a> {
    y_hat: &'a [Lane],
    /// As many values, or a row of classes.
    t: &'a [Lane],
    lanes: usize,
    /// The samples that fill up the last lane.
    idle: Range<usize>,
    /// A factor for the gradient.
    scale: f64,
}

/// Classes become a row of numbers, values a row for each output.
fn load_targets(targets: Targets<'_>, samples: &Range<usize>, lanes: usize, to: &mut [Lane]) {
    match targets {
        Targets::Classes(y) => {
            let y = y.slice_move(s![samples.clone()]);
            let row = to[..lanes].as_flattened_mut();
            // By way of i32, for which the processor has an instruction.
            match y.to_slice() {
                Some(y) => row.iter_mut().zip(y).for_each(|(to, label)| *to = f64::from(*label as i32)),
                None => row.iter_mut().zip(y).for_each(|(to, label)| *to = f64::from(*label as i32)),
            }
        }
        Targets::Values(t) => {
            let t = t.slice_move(s![samples.clone(), ..]);
            for (row, t) in to.chunks_exact_mut(lanes).zip(t.columns()) {
                row.as_flattened_mut().iter_mut().zip(t).for_each(|(to, t)| *to = *t);
            }
        }
    }
}

versions! {
    /// The sum over samples and outputs of [`Loss::term`]; `delta` becomes [`Loss::slope`] · scale.
    fn sum_over_outputs(loss: Loss, of: &Outputs<'_>, delta: &mut [Lane]) -> f64 = sum_over_outputs_by;
    /// Σ ln Σ eᶻ − z\[label\] over samples; `delta` becomes (softmax(z) − onehot(label)) · scale. Three rows are a buffer.
    fn softmax_cross_entropy(of: &Outputs<'_>, delta: &mut [Lane], rows: &mut [Lane]) -> f64 = softmax_cross_entropy_by;
    /// The same formula for two classes, where one exponential a sample is enough: with d = z\[label\] − z\[other\] it is ln(1 + e⁻ᵈ), and the
    /// two δ, ∓ 1 / (1 + eᵈ), differ in sign alone.
    fn cross_entropy_of_two(of: &Outputs<'_>, delta: &mut [Lane], rows: &mut [Lane]) -> f64 = cross_entropy_of_two_by;
}

#[inline(always)]
fn sum_over_outputs_by<S: Simd>(simd: S, loss: Loss, of: &Outputs<'_>, delta: &mut [Lane]) -> f64 {
    let Outputs { y_hat, t, scale, .. } = *of;
    // Each loop knows its loss.
    macro_rules! sum_of {
        ($loss:expr) => {{
            for ((y_hat, t), term) in y_hat.as_flattened().iter().zip(t.as_flattened()).zip(delta.as_flattened_mut()) {
                *term = $loss.term(simd, *y_hat, *t);
            }
            clear(delta, of.lanes, &of.idle);
            let total = sum_of_row(delta);
            for ((y_hat, t), delta) in y_hat.as_flattened().iter().zip(t.as_flattened()).zip(delta.as_flattened_mut()) {
                *delta = $loss.slope(simd, *y_hat, *t) * scale;
            }
            total
        }};
    }
    match loss {
        Loss::BinaryCrossEntropy => sum_of!(Loss::BinaryCrossEntropy),
        Loss::SigmoidCrossEntropy => sum_of!(Loss::SigmoidCrossEntropy),
        Loss::MeanSquaredError | Loss::SummedSquaredError => sum_of!(Loss::SummedSquaredError),
        Loss::SoftmaxCrossEntropy => unreachable!("no sum over outputs"),
    }
}

#[inline(always)]
fn softmax_cross_entropy_by<S: Simd>(simd: S, of: &Outputs<'_>, delta: &mut [Lane], rows: &mut [Lane]) -> f64 {
    let Outputs { y_hat: z, t, lanes, scale, .. } = *of;
    let labels = t[..lanes].as_flattened();
    let [largest, own, sums] = three_rows(rows);
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
            *delta = simd.exp(z - largest);
            *sum += *delta;
        }
    }
    for (largest, own) in largest.as_flattened_mut().iter_mut().zip(own.as_flattened()) {
        *largest -= *own;
    }
    let loss = sum_of_logarithms_and(simd, sums, largest, &of.idle);
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
fn cross_entropy_of_two_by<S: Simd>(simd: S, of: &Outputs<'_>, delta: &mut [Lane], rows: &mut [Lane]) -> f64 {
    let Outputs { y_hat: z, t, lanes, scale, .. } = *of;
    let ((z0, z1), (delta0, delta1)) = (z.split_at(lanes), delta.split_at_mut(lanes));
    let [behind, sums, _] = three_rows(rows);
    let given = z0.as_flattened().iter().zip(z1.as_flattened()).zip(t[..lanes].as_flattened());
    let sought = delta0.as_flattened_mut().iter_mut().zip(delta1.as_flattened_mut());
    let rows = behind.as_flattened_mut().iter_mut().zip(sums.as_flattened_mut());
    for ((((z0, z1), label), (delta0, delta1)), (behind, sum)) in given.zip(sought).zip(rows) {
        // d, and the probability of the other class.
        let ahead = if *label == 1.0 { z1 - z0 } else { z0 - z1 };
        let e = simd.exp(-ahead.abs());
        *behind = if ahead < 0.0 { -ahead } else { 0.0 };
        *sum = 1.0 + e;
        let wrong = (if ahead < 0.0 { 1.0 } else { e }) / *sum * scale;
        *delta0 = if *label == 1.0 { wrong } else { -wrong };
        *delta1 = if *label == 1.0 { -wrong } else { wrong };
    }
    sum_of_logarithms_and(simd, sums, behind, &of.idle)
}

#[inline(always)]
fn three_rows(rows: &mut [Lane]) -> [&mut [Lane]; 3] {
    let lanes = rows.len() / 3;
    let (first, rest) = rows.split_at_mut(lanes);
    let (second, third) = rest.split_at_mut(lanes);
    [first, second, third]
}

/// Σ ln `sums` + Σ `others` without the idle samples. The first sum is the logarithm of a product, one for each of the eight places in a lane:
/// a row of sums over classes, each at least 1, does not overflow.
#[inline(always)]
fn sum_of_logarithms_and<S: Simd>(simd: S, sums: &mut [Lane], others: &mut [Lane], idle: &Range<usize>) -> f64 {
    sums.as_flattened_mut()[idle.clone()].fill(1.0);
    others.as_flattened_mut()[idle.clone()].fill(0.0);
    let mut product = [1.0; LANES];
    for lane in sums {
        for l in 0..LANES {
            product[l] *= lane[l];
        }
    }
    for number in &mut product {
        *number = simd.ln(*number);
    }
    sum(product) + sum_of_row(others)
}

#[cfg(test)]
#[path = "../../tests/unit/kernel_losses.rs"]
mod tests;
