//! Convolution on blocks of samples that stand side by side.
//!
//! A pixel of eight images is a lane, so that neither the size of an image nor that of a kernel leaves lanes idle. A kernel's taps are reached by
//! offsets from the pixel in its corner; zeros around the image, where there are any, are made real in a copy.

use super::block::{Lane, sum};
use super::simd::{LANES, Simd, up_to_four, versions};
use crate::math::shape::Convolution;

impl Convolution {
    /// Rows and columns that the kernel reaches.
    fn reach(&self) -> [usize; 2] {
        [0, 1].map(|axis| (self.output[axis] - 1) * self.stride + self.kernel[axis])
    }

    /// Whether the kernel reaches beyond the image.
    fn is_padded(&self) -> bool {
        self.before != [0, 0] || self.reach()[0] > self.image[1] || self.reach()[1] > self.image[2]
    }

    /// The rows and columns of what the kernel moves on: the image, or its copy among zeros.
    fn plane(&self) -> [usize; 2] {
        if self.is_padded() { self.reach() } else { [self.image[1], self.image[2]] }
    }

    /// Lanes, for one lane of samples, that the copy among zeros needs.
    pub(super) fn padded(&self) -> usize {
        if self.is_padded() { self.image[0] * self.plane()[0] * self.plane()[1] } else { 0 }
    }

    /// From the corner's pixel to that under each of the kernel's numbers.
    pub(super) fn offsets(&self) -> impl Iterator<Item = usize> {
        let ([height, width], [rows, columns]) = (self.plane(), self.kernel);
        (0..self.taps()).map(move |tap| (tap / (rows * columns) * height + tap / columns % rows) * width + tap % columns)
    }

    /// The pixel in the kernel's corner at a position.
    #[inline(always)]
    fn corner(&self, position: usize) -> usize {
        (position / self.output[1] * self.plane()[1] + position % self.output[1]) * self.stride
    }

    /// For each row of the image that the kernel reaches: where its reached part begins, where that stands in the copy, and its length.
    fn runs(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let ([channels, height, width], [top, left], [rows, columns]) = (self.image, self.before, self.plane());
        let (lines, length) = (height.min(rows - top), width.min(columns - left));
        (0..channels).flat_map(move |c| (0..lines).map(move |i| ((c * height + i) * width, (c * rows + top + i) * columns + left, length)))
    }

    /// What the kernel moves on: `x` itself, or its copy among zeros in `copy`.
    fn surrounded<'a>(&self, x: &'a [Lane], lanes: usize, copy: &'a mut [Lane]) -> &'a [Lane] {
        if !self.is_padded() {
            return x;
        }
        let copy = &mut copy[..self.padded() * lanes];
        copy.fill([0.0; LANES]);
        for (from, to, length) in self.runs() {
            copy[to * lanes..][..length * lanes].copy_from_slice(&x[from * lanes..][..length * lanes]);
        }
        copy
    }

    /// z = b + the kernels' products with what lies under them; `w` is (taps, outputs).
    #[expect(clippy::too_many_arguments, reason = "a part of a pass, named")]
    pub(super) fn forward(&self, x: &[Lane], lanes: usize, copy: &mut [Lane], offsets: &[usize], w: &[f64], b: &[f64], z: &mut [Lane]) {
        slide(self, self.surrounded(x, lanes, copy), lanes, &offsets[..self.taps()], w, b, z);
    }

    /// dw += the sums over positions and samples of the products of δ and what lies under the kernel; `dw` is (outputs, taps).
    pub(super) fn add_gradient(&self, x: &[Lane], lanes: usize, copy: &mut [Lane], offsets: &[usize], delta: &[Lane], dw: &mut [f64]) {
        add_products(self, self.surrounded(x, lanes, copy), lanes, &offsets[..self.taps()], delta, dw);
    }

    /// dL/dx: δ spread back through the kernels; `w` is (outputs, taps).
    pub(super) fn backward(&self, delta: &[Lane], lanes: usize, copy: &mut [Lane], offsets: &[usize], w: &[f64], delta_x: &mut [Lane]) {
        let offsets = &offsets[..self.taps()];
        delta_x.fill([0.0; LANES]);
        if !self.is_padded() {
            return spread(self, delta, lanes, offsets, w, delta_x);
        }
        let copy = &mut copy[..self.padded() * lanes];
        copy.fill([0.0; LANES]);
        spread(self, delta, lanes, offsets, w, copy);
        for (to, from, length) in self.runs() {
            delta_x[to * lanes..][..length * lanes].copy_from_slice(&copy[from * lanes..][..length * lanes]);
        }
    }
}

versions! {
    fn slide(of: &Convolution, x: &[Lane], lanes: usize, offsets: &[usize], w: &[f64], b: &[f64], z: &mut [Lane]) = slide_by;
    fn add_products(of: &Convolution, x: &[Lane], lanes: usize, offsets: &[usize], delta: &[Lane], dw: &mut [f64]) = add_products_by;
    fn spread(of: &Convolution, delta: &[Lane], lanes: usize, offsets: &[usize], w: &[f64], to: &mut [Lane]) = spread_by;
}

#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "a convolution, its places and its sizes")]
fn slide_by<S: Simd>(simd: S, of: &Convolution, x: &[Lane], lanes: usize, offsets: &[usize], w: &[f64], b: &[f64], z: &mut [Lane]) {
    let (outputs, between) = (of.outputs, of.positions() * lanes);
    for position in 0..of.positions() {
        let corner = of.corner(position);
        for at in 0..lanes {
            let (x, z) = (&x[corner * lanes + at..], &mut z[position * lanes + at..]);
            for first in (0..outputs).step_by(4) {
                let (w, b, z) = (&w[first..], b.get(first..).unwrap_or(&[]), &mut z[first * between..]);
                up_to_four!(outputs - first, under_kernels(simd, x, lanes, offsets, w, outputs, b, z, between));
            }
        }
    }
}

#[inline(always)]
fn add_products_by<S: Simd>(simd: S, of: &Convolution, x: &[Lane], lanes: usize, offsets: &[usize], delta: &[Lane], dw: &mut [f64]) {
    let between = of.positions() * lanes;
    for o in (0..of.outputs).step_by(2) {
        let delta = &delta[o * between..];
        for tap in (0..offsets.len()).step_by(3) {
            let (offsets, dw) = (&offsets[tap..], &mut dw[o * of.taps() + tap..]);
            match (of.outputs - o, offsets.len()) {
                (1, 1) => add_some_products::<S, 1, 1>(simd, of, x, lanes, offsets, delta, dw),
                (1, 2) => add_some_products::<S, 1, 2>(simd, of, x, lanes, offsets, delta, dw),
                (1, _) => add_some_products::<S, 1, 3>(simd, of, x, lanes, offsets, delta, dw),
                (_, 1) => add_some_products::<S, 2, 1>(simd, of, x, lanes, offsets, delta, dw),
                (_, 2) => add_some_products::<S, 2, 2>(simd, of, x, lanes, offsets, delta, dw),
                _ => add_some_products::<S, 2, 3>(simd, of, x, lanes, offsets, delta, dw),
            }
        }
    }
}

/// Those of `O` kernels and `T` of their numbers: twelve of AVX2's sixteen registers for two and three.
#[inline(always)]
fn add_some_products<S: Simd, const O: usize, const T: usize>(
    simd: S,
    of: &Convolution,
    x: &[Lane],
    lanes: usize,
    offsets: &[usize],
    delta: &[Lane],
    dw: &mut [f64],
) {
    let positions = of.positions() * lanes;
    let (mut under, delta) = ([x; T], &delta[..O * positions]);
    for t in 0..T {
        under[t] = &x[offsets[t] * lanes..];
    }
    let mut sums = [[simd.splat(0.0); T]; O];
    let ([rows, columns], width) = (of.output, of.plane()[1]);
    for i in 0..rows {
        for j in 0..columns {
            for at in 0..lanes {
                let corner = (i * width + j) * of.stride * lanes + at;
                let mut pixels = [simd.splat(0.0); T];
                for t in 0..T {
                    pixels[t] = simd.load(&under[t][corner]);
                }
                for o in 0..O {
                    let delta = simd.load(&delta[o * positions + (i * columns + j) * lanes + at]);
                    for t in 0..T {
                        sums[o][t] = simd.lane_mul_add(delta, pixels[t], sums[o][t]);
                    }
                }
            }
        }
    }
    for o in 0..O {
        for t in 0..T {
            let mut lane = [0.0; LANES];
            simd.store(sums[o][t], &mut lane);
            dw[o * of.taps() + t] += sum(lane);
        }
    }
}

#[inline(always)]
fn spread_by<S: Simd>(simd: S, of: &Convolution, delta: &[Lane], lanes: usize, offsets: &[usize], w: &[f64], to: &mut [Lane]) {
    let (taps, between) = (of.taps(), of.positions() * lanes);
    for position in 0..of.positions() {
        let corner = of.corner(position);
        for at in 0..lanes {
            let (delta, to) = (&delta[position * lanes + at..], &mut to[corner * lanes + at..]);
            for first in (0..taps).step_by(4) {
                let (offsets, w) = (&offsets[first..], &w[first..]);
                up_to_four!(offsets.len(), spread_one(simd, delta, between, w, taps, offsets, to, lanes));
            }
        }
    }
}

/// `R` kernels at one position.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "a loop's body, named")]
fn under_kernels<S: Simd, const R: usize>(
    simd: S,
    x: &[Lane],
    lanes: usize,
    offsets: &[usize],
    w: &[f64],
    outputs: usize,
    b: &[f64],
    z: &mut [Lane],
    between: usize,
) {
    let mut sums = [simd.splat(0.0); R];
    for (sum, b) in sums.iter_mut().zip(b) {
        *sum = simd.splat(*b);
    }
    for (offset, w) in offsets.iter().zip(w.chunks(outputs)) {
        let (x, w) = (simd.load(&x[offset * lanes]), &w[..R]);
        for r in 0..R {
            sums[r] = simd.lane_mul_add(simd.splat(w[r]), x, sums[r]);
        }
    }
    for r in 0..R {
        simd.store(sums[r], &mut z[r * between]);
    }
}

/// One position's δ, back to the pixels under `R` of the kernel's numbers.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "a loop's body, named")]
fn spread_one<S: Simd, const R: usize>(
    simd: S,
    delta: &[Lane],
    between: usize,
    w: &[f64],
    taps: usize,
    offsets: &[usize],
    to: &mut [Lane],
    lanes: usize,
) {
    let mut sums = [simd.splat(0.0); R];
    for r in 0..R {
        sums[r] = simd.load(&to[offsets[r] * lanes]);
    }
    for (delta, w) in delta.iter().step_by(between).zip(w.chunks(taps)) {
        let (delta, w) = (simd.load(delta), &w[..R]);
        for r in 0..R {
            sums[r] = simd.lane_mul_add(simd.splat(w[r]), delta, sums[r]);
        }
    }
    for r in 0..R {
        simd.store(sums[r], &mut to[offsets[r] * lanes]);
    }
}
