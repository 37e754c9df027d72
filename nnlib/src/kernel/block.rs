//! Products on a block of samples that stand side by side, for dense layers.
//!
//! A block is a matrix with a feature in each row and a sample in each column, so that every step of a pass is the same for the numbers in a
//! row and no vector instruction has an idle lane. A row is cut into lanes of eight samples; sums over samples keep a partial sum for each of
//! the eight and add those in one order.

use std::ops::Range;

use super::simd::{LANES, Simd, up_to_four, versions};

/// A row of a block has at most so many lanes.
pub(super) const MOST_LANES: usize = 32;

/// The same feature of eight samples.
pub(super) type Lane = [f64; LANES];

/// The sum of the eight numbers, always in this order.
#[inline(always)]
pub(super) fn sum(lane: Lane) -> f64 {
    let [a, b, c, d, e, f, g, h] = lane;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// The sum of the numbers of a row.
#[inline(always)]
pub(super) fn sum_of_row(row: &[Lane]) -> f64 {
    let mut total = [0.0; LANES];
    for lane in row {
        for l in 0..LANES {
            total[l] += lane[l];
        }
    }
    sum(total)
}

/// 0..4, 4..8, … up to `count`.
pub(super) fn in_fours(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(4).map(move |first| first..(first + 4).min(count))
}

/// Sets some of the samples of every row to 0.
pub(super) fn clear(block: &mut [Lane], lanes: usize, samples: &Range<usize>) {
    if !samples.is_empty() {
        block.chunks_exact_mut(lanes).for_each(|row| row.as_flattened_mut()[samples.clone()].fill(0.0));
    }
}

versions! {
    /// Some rows, four at most, of wᵀ x + b, written to `z`; w is (rows of x, `columns`), an empty b is 0.
    pub(super) fn affine(rows: Range<usize>, x: &[Lane], lanes: usize, w: &[f64], columns: usize, b: &[f64], z: &mut [Lane]) = affine_by;
    /// dw += x deltaᵀ, the sum over samples of their products: x has as many rows as dw, delta as dw has columns.
    pub(super) fn add_gradient(x: &[Lane], delta: &[Lane], lanes: usize, dw: &mut [f64]) = add_gradient_by;
    /// [`add_gradient`] for few samples and many columns, as an outer product for each sample; `by_sample` is a buffer for δ with a sample in
    /// each row.
    pub(super) fn add_gradient_by_sample(x: &[Lane], delta: &[Lane], lanes: usize, by_sample: &mut Vec<Lane>, dw: &mut [f64]) = add_by_sample;
    /// Adds each row's sum: as many numbers in `sums` as rows in the block.
    pub(super) fn add_sums_of_rows(block: &[Lane], lanes: usize, sums: &mut [f64]) = add_sums_by;
}

#[inline(always)]
fn add_sums_by<S: Simd>(_: S, block: &[Lane], lanes: usize, sums: &mut [f64]) {
    for (total, row) in sums.iter_mut().zip(block.chunks_exact(lanes)) {
        *total += sum_of_row(row);
    }
}

#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "a product, its place and its sizes")]
fn affine_by<S: Simd>(simd: S, rows: Range<usize>, x: &[Lane], lanes: usize, w: &[f64], columns: usize, b: &[f64], z: &mut [Lane]) {
    let (w, b) = (&w[rows.start..], if b.is_empty() { b } else { &b[rows.start..] });
    up_to_four!(rows.len(), affine_rows(simd, x, lanes, w, columns, b, z));
}

/// The sums of `R` rows stay in registers: eight of AVX2's sixteen for four rows.
#[inline(always)]
fn affine_rows<S: Simd, const R: usize>(simd: S, x: &[Lane], lanes: usize, w: &[f64], columns: usize, b: &[f64], z: &mut [Lane]) {
    let mut start = [simd.splat(0.0); R];
    for (start, b) in start.iter_mut().zip(b) {
        *start = simd.splat(*b);
    }
    for at in 0..lanes {
        let mut sums = start;
        for (x, w) in x.chunks_exact(lanes).zip(w.chunks(columns)) {
            let (x, w) = (simd.load(&x[at]), &w[..R]);
            for r in 0..R {
                sums[r] = simd.lane_mul_add(simd.splat(w[r]), x, sums[r]);
            }
        }
        for r in 0..R {
            simd.store(sums[r], &mut z[r * lanes + at]);
        }
    }
}

#[inline(always)]
fn add_gradient_by<S: Simd>(simd: S, x: &[Lane], delta: &[Lane], lanes: usize, dw: &mut [f64]) {
    let (rows, columns) = (x.len() / lanes, delta.len() / lanes);
    for i in (0..rows).step_by(2) {
        let x = &x[i * lanes..];
        for j in (0..columns).step_by(2) {
            let (delta, dw) = (&delta[j * lanes..], &mut dw[i * columns + j..]);
            match (i + 1 < rows, j + 1 < columns) {
                (true, true) => add_products::<S, 2, 2>(simd, x, delta, lanes, dw, columns),
                (true, false) => add_products::<S, 2, 1>(simd, x, delta, lanes, dw, columns),
                (false, true) => add_products::<S, 1, 2>(simd, x, delta, lanes, dw, columns),
                (false, false) => add_products::<S, 1, 1>(simd, x, delta, lanes, dw, columns),
            }
        }
    }
}

/// Adds the products of `I` rows of `x` with `J` rows of `delta`, summed over samples, to dw, whose rows have `columns` numbers.
#[inline(always)]
fn add_products<S: Simd, const I: usize, const J: usize>(
    simd: S,
    x: &[Lane],
    delta: &[Lane],
    lanes: usize,
    dw: &mut [f64],
    columns: usize,
) {
    let (x, delta) = (&x[..I * lanes], &delta[..J * lanes]);
    let mut sums = [[simd.splat(0.0); J]; I];
    for at in 0..lanes {
        let mut deltas = [simd.splat(0.0); J];
        for j in 0..J {
            deltas[j] = simd.load(&delta[j * lanes + at]);
        }
        for i in 0..I {
            let x = simd.load(&x[i * lanes + at]);
            for j in 0..J {
                sums[i][j] = simd.lane_mul_add(x, deltas[j], sums[i][j]);
            }
        }
    }
    for i in 0..I {
        for j in 0..J {
            let mut lane = [0.0; LANES];
            simd.store(sums[i][j], &mut lane);
            dw[i * columns + j] += sum(lane);
        }
    }
}

#[inline(always)]
fn add_by_sample<S: Simd>(simd: S, x: &[Lane], delta: &[Lane], lanes: usize, by_sample: &mut Vec<Lane>, dw: &mut [f64]) {
    let (rows, columns, samples) = (x.len() / lanes, delta.len() / lanes, lanes * LANES);
    let whole = columns / LANES;
    by_sample.resize(samples * whole, [0.0; LANES]);
    for (j, delta) in delta.chunks_exact(lanes).enumerate().take(whole * LANES) {
        for (s, delta) in delta.as_flattened().iter().enumerate() {
            by_sample[s * whole + j / LANES][j % LANES] = *delta;
        }
    }
    let x_rows = x.as_flattened();
    for first in (0..rows).step_by(4) {
        let (x, dw) = (&x_rows[first * samples..], &mut dw[first * columns..]);
        up_to_four!(rows - first, add_outer_products(simd, x, samples, by_sample, whole, dw, columns));
    }
    for j in whole * LANES..columns {
        for i in 0..rows {
            add_products::<S, 1, 1>(simd, &x[i * lanes..], &delta[j * lanes..], lanes, &mut dw[i * columns + j..], columns);
        }
    }
}

/// `R` rows of dw, eight columns at a time.
#[inline(always)]
fn add_outer_products<S: Simd, const R: usize>(
    simd: S,
    x: &[f64],
    samples: usize,
    delta: &[Lane],
    whole: usize,
    dw: &mut [f64],
    columns: usize,
) {
    let x = &x[..R * samples];
    for j in 0..whole {
        let mut sums = [simd.splat(0.0); R];
        for r in 0..R {
            sums[r] = simd.load(dw[r * columns + j * LANES..].first_chunk().expect("a whole lane"));
        }
        for (s, delta) in delta.chunks_exact(whole).enumerate() {
            let delta = simd.load(&delta[j]);
            for r in 0..R {
                sums[r] = simd.lane_mul_add(simd.splat(x[r * samples + s]), delta, sums[r]);
            }
        }
        for r in 0..R {
            simd.store(sums[r], dw[r * columns + j * LANES..].first_chunk_mut().expect("a whole lane"));
        }
    }
}

/// The transpose of a matrix whose rows have so many columns.
pub(super) fn transpose(matrix: &[f64], columns: usize, transposed: &mut [f64]) {
    let rows = matrix.len() / columns;
    // Eight columns at a time: what is written stays in the cache until its lines are full.
    for first in (0..columns).step_by(8) {
        for (i, row) in matrix.chunks_exact(columns).enumerate() {
            for (j, number) in row.iter().enumerate().skip(first).take(8) {
                transposed[j * rows + i] = *number;
            }
        }
    }
}

/// Stands the rows of `x`, samples of `width` numbers, side by side; samples that fill up the last lane are 0.
pub(super) fn load(x: &[f64], width: usize, block: &mut [Lane], lanes: usize) {
    let eights = x.chunks_exact(width * LANES);
    let rest = eights.remainder();
    for (at, x) in eights.enumerate() {
        let mut samples = [x; LANES];
        for l in 0..LANES {
            samples[l] = &x[l * width..][..width];
        }
        for (feature, row) in (0..width).zip(block.chunks_exact_mut(lanes)) {
            for l in 0..LANES {
                row[at][l] = samples[l][feature];
            }
        }
    }
    if !rest.is_empty() {
        for (feature, row) in block.chunks_exact_mut(lanes).enumerate() {
            for l in 0..LANES {
                row[lanes - 1][l] = if l * width < rest.len() { rest[l * width + feature] } else { 0.0 };
            }
        }
    }
}

/// The inverse of [`load`]: writes a block's samples to the rows of `x`.
pub(super) fn store(block: &[Lane], lanes: usize, x: &mut [f64], width: usize) {
    for (at, x) in x.chunks_mut(width * LANES).enumerate() {
        for (l, x) in x.chunks_exact_mut(width).enumerate() {
            for (x, row) in x.iter_mut().zip(block.chunks_exact(lanes)) {
                *x = row[at][l];
            }
        }
    }
}
