//! Convolution and max pooling on blocks of samples that stand side by side.
//!
//! A pixel of eight images is a lane, so that neither the size of an image nor that of a kernel leaves lanes idle. A kernel's numbers are reached
//! by offsets from the pixel in its corner; zeros around the image, where there are any, are made real in a copy.

use super::block::{LANES, Lane, add_sums_of_rows, load, store, sum, transpose};
use super::dispatch::{Arithmetic, versions};
use crate::nn::layer::Padding;

/// Where kernels stand on images, in whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// The image's channels, rows and columns.
    pub image: [usize; 3],
    /// The number of kernels.
    pub outputs: usize,
    /// The kernel's rows and columns.
    pub kernel: [usize; 2],
    /// The step from one position of the kernel to the next.
    pub stride: usize,
    /// Rows and columns of zeros above and to the left of the image. There are as many below and to the right as the output asks for.
    pub before: [usize; 2],
    /// The output's rows and columns.
    pub output: [usize; 2],
}

impl Convolution {
    /// Kernels on images that are at least as large, or anyway with zeros around.
    pub fn new(image: [usize; 3], outputs: usize, kernel: [usize; 2], stride: usize, padding: Padding) -> Self {
        let along = |axis: usize| {
            let (size, kernel) = (image[axis + 1], kernel[axis]);
            match padding {
                Padding::Valid => ((size - kernel) / stride + 1, 0),
                Padding::Same => {
                    let output = size.div_ceil(stride);
                    (output, ((output - 1) * stride + kernel).saturating_sub(size) / 2)
                }
            }
        };
        let (vertical, horizontal) = (along(0), along(1));
        Self { image, outputs, kernel, stride, before: [vertical.1, horizontal.1], output: [vertical.0, horizontal.0] }
    }

    /// Numbers in an image.
    pub fn inputs(&self) -> usize {
        self.image.iter().product()
    }

    /// Positions of the kernel.
    pub fn positions(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Numbers in a kernel.
    pub fn taps(&self) -> usize {
        self.image[0] * self.kernel[0] * self.kernel[1]
    }

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
    pub(crate) fn padded(&self) -> usize {
        if self.is_padded() { self.image[0] * self.plane()[0] * self.plane()[1] } else { 0 }
    }

    /// From the corner's pixel to that under each of the kernel's numbers.
    pub(crate) fn offsets(&self) -> impl Iterator<Item = usize> {
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

    /// What the kernel moves on: `x` itself, or its copy among zeros in `room`.
    fn surrounded<'a>(&self, x: &'a [Lane], lanes: usize, room: &'a mut [Lane]) -> &'a [Lane] {
        if !self.is_padded() {
            return x;
        }
        room.fill([0.0; LANES]);
        for (from, to, length) in self.runs() {
            room[to * lanes..][..length * lanes].copy_from_slice(&x[from * lanes..][..length * lanes]);
        }
        room
    }

    /// z = b + the kernels' products with what lies under them; `w` is (taps, outputs).
    #[expect(clippy::too_many_arguments, reason = "a part of a pass, named")]
    pub(crate) fn forward(&self, x: &[Lane], lanes: usize, room: &mut [Lane], offsets: &[usize], w: &[f64], b: &[f64], z: &mut [Lane]) {
        slide(self, self.surrounded(x, lanes, room), lanes, offsets, w, b, z);
    }

    /// dw += the sums over positions and samples of the products of δ and what lies under the kernel; `dw` is (outputs, taps).
    pub(crate) fn add_gradient(&self, x: &[Lane], lanes: usize, room: &mut [Lane], offsets: &[usize], delta: &[Lane], dw: &mut [f64]) {
        add_products(self, self.surrounded(x, lanes, room), lanes, offsets, delta, dw);
    }

    /// dL/dx: δ spread back through the kernels; `w` is (outputs, taps).
    pub(crate) fn backward(&self, delta: &[Lane], lanes: usize, room: &mut [Lane], offsets: &[usize], w: &[f64], delta_x: &mut [Lane]) {
        delta_x.fill([0.0; LANES]);
        if !self.is_padded() {
            return spread(self, delta, lanes, offsets, w, delta_x);
        }
        room.fill([0.0; LANES]);
        spread(self, delta, lanes, offsets, w, room);
        for (to, from, length) in self.runs() {
            delta_x[to * lanes..][..length * lanes].copy_from_slice(&room[from * lanes..][..length * lanes]);
        }
    }
}

versions! {
    fn slide(of: &Convolution, x: &[Lane], lanes: usize, offsets: &[usize], w: &[f64], b: &[f64], z: &mut [Lane]) = slide_by;
    fn add_products(of: &Convolution, x: &[Lane], lanes: usize, offsets: &[usize], delta: &[Lane], dw: &mut [f64]) = add_products_by;
    fn spread(of: &Convolution, delta: &[Lane], lanes: usize, offsets: &[usize], w: &[f64], to: &mut [Lane]) = spread_by;
    /// The largest number of each window, and which of its pixels that was (the first of equal ones).
    fn largest(of: &Pooling, x: &[Lane], lanes: usize, y: &mut [Lane], winners: &mut [Lane]) = largest_by;
    /// Each window's δ for its winner.
    fn to_winners(of: &Pooling, delta: &[Lane], lanes: usize, winners: &[Lane], delta_x: &mut [Lane]) = to_winners_by;
}

#[inline(always)]
fn slide_by<A: Arithmetic>(of: &Convolution, x: &[Lane], lanes: usize, offsets: &[usize], w: &[f64], b: &[f64], z: &mut [Lane]) {
    let (outputs, between) = (of.outputs, of.positions() * lanes);
    for position in 0..of.positions() {
        let corner = of.corner(position);
        for at in 0..lanes {
            let (x, z) = (&x[corner * lanes + at..], &mut z[position * lanes + at..]);
            for first in (0..outputs).step_by(4) {
                let (w, b, z) = (&w[first..], b.get(first..).unwrap_or(&[]), &mut z[first * between..]);
                match outputs - first {
                    1 => under_kernels::<A, 1>(x, lanes, offsets, w, outputs, b, z, between),
                    2 => under_kernels::<A, 2>(x, lanes, offsets, w, outputs, b, z, between),
                    3 => under_kernels::<A, 3>(x, lanes, offsets, w, outputs, b, z, between),
                    _ => under_kernels::<A, 4>(x, lanes, offsets, w, outputs, b, z, between),
                }
            }
        }
    }
}

#[inline(always)]
fn add_products_by<A: Arithmetic>(of: &Convolution, x: &[Lane], lanes: usize, offsets: &[usize], delta: &[Lane], dw: &mut [f64]) {
    let between = of.positions() * lanes;
    for o in (0..of.outputs).step_by(2) {
        let delta = &delta[o * between..];
        for tap in (0..offsets.len()).step_by(3) {
            let (offsets, dw) = (&offsets[tap..], &mut dw[o * of.taps() + tap..]);
            match (of.outputs - o, offsets.len()) {
                (1, 1) => add_some_products::<A, 1, 1>(of, x, lanes, offsets, delta, dw),
                (1, 2) => add_some_products::<A, 1, 2>(of, x, lanes, offsets, delta, dw),
                (1, _) => add_some_products::<A, 1, 3>(of, x, lanes, offsets, delta, dw),
                (_, 1) => add_some_products::<A, 2, 1>(of, x, lanes, offsets, delta, dw),
                (_, 2) => add_some_products::<A, 2, 2>(of, x, lanes, offsets, delta, dw),
                _ => add_some_products::<A, 2, 3>(of, x, lanes, offsets, delta, dw),
            }
        }
    }
}

/// Those of `O` kernels and `T` of their numbers: twelve of AVX2's sixteen registers for two and three.
#[inline(always)]
fn add_some_products<A: Arithmetic, const O: usize, const T: usize>(
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
    let mut sums = [[A::splat(0.0); T]; O];
    let ([rows, columns], width) = (of.output, of.plane()[1]);
    for i in 0..rows {
        for j in 0..columns {
            for at in 0..lanes {
                let corner = (i * width + j) * of.stride * lanes + at;
                let mut pixels = [A::splat(0.0); T];
                for t in 0..T {
                    pixels[t] = A::load(&under[t][corner]);
                }
                for o in 0..O {
                    let delta = A::load(&delta[o * positions + (i * columns + j) * lanes + at]);
                    for t in 0..T {
                        sums[o][t] = A::lane_mul_add(delta, pixels[t], sums[o][t]);
                    }
                }
            }
        }
    }
    for o in 0..O {
        for t in 0..T {
            let mut lane = [0.0; LANES];
            A::store(sums[o][t], &mut lane);
            dw[o * of.taps() + t] += sum(lane);
        }
    }
}

#[inline(always)]
fn spread_by<A: Arithmetic>(of: &Convolution, delta: &[Lane], lanes: usize, offsets: &[usize], w: &[f64], to: &mut [Lane]) {
    let (taps, between) = (of.taps(), of.positions() * lanes);
    for position in 0..of.positions() {
        let corner = of.corner(position);
        for at in 0..lanes {
            let (delta, to) = (&delta[position * lanes + at..], &mut to[corner * lanes + at..]);
            for first in (0..taps).step_by(4) {
                let (offsets, w) = (&offsets[first..], &w[first..]);
                match offsets.len() {
                    1 => spread_one::<A, 1>(delta, between, w, taps, offsets, to, lanes),
                    2 => spread_one::<A, 2>(delta, between, w, taps, offsets, to, lanes),
                    3 => spread_one::<A, 3>(delta, between, w, taps, offsets, to, lanes),
                    _ => spread_one::<A, 4>(delta, between, w, taps, offsets, to, lanes),
                }
            }
        }
    }
}

/// `R` kernels at one position.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "a loop's body, named")]
fn under_kernels<A: Arithmetic, const R: usize>(
    x: &[Lane],
    lanes: usize,
    offsets: &[usize],
    w: &[f64],
    outputs: usize,
    b: &[f64],
    z: &mut [Lane],
    between: usize,
) {
    let mut sums = [A::splat(0.0); R];
    for (sum, b) in sums.iter_mut().zip(b) {
        *sum = A::splat(*b);
    }
    for (offset, w) in offsets.iter().zip(w.chunks(outputs)) {
        let (x, w) = (A::load(&x[offset * lanes]), &w[..R]);
        for r in 0..R {
            sums[r] = A::lane_mul_add(A::splat(w[r]), x, sums[r]);
        }
    }
    for r in 0..R {
        A::store(sums[r], &mut z[r * between]);
    }
}

/// One position's δ, back to the pixels under `R` of the kernel's numbers.
#[inline(always)]
fn spread_one<A: Arithmetic, const R: usize>(
    delta: &[Lane],
    between: usize,
    w: &[f64],
    taps: usize,
    offsets: &[usize],
    to: &mut [Lane],
    lanes: usize,
) {
    let mut sums = [A::splat(0.0); R];
    for r in 0..R {
        sums[r] = A::load(&to[offsets[r] * lanes]);
    }
    for (delta, w) in delta.iter().step_by(between).zip(w.chunks(taps)) {
        let (delta, w) = (A::load(delta), &w[..R]);
        for r in 0..R {
            sums[r] = A::lane_mul_add(A::splat(w[r]), delta, sums[r]);
        }
    }
    for r in 0..R {
        A::store(sums[r], &mut to[offsets[r] * lanes]);
    }
}

/// Convolution of images that stand row by row (NCHW), with the room that it works in, kept from call to call.
///
/// ```
/// use nnlib::kernel::conv::{Convolution, Workspace};
/// let convolution = Convolution::new([1, 2, 3], 1, [2, 2], 1, nnlib::layer::Padding::Valid);
/// let mut z = [0.0; 2];
/// Workspace::default().forward(&convolution, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[1.0, 0.0, 0.0, -1.0], &[0.5], &mut z);
/// assert_eq!(z, [1.0 - 5.0 + 0.5, 2.0 - 6.0 + 0.5]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    x: Vec<Lane>,
    delta: Vec<Lane>,
    room: Vec<Lane>,
    offsets: Vec<usize>,
    transposed: Vec<f64>,
}

impl Workspace {
    fn plan(&mut self, convolution: &Convolution) {
        self.x.resize(convolution.inputs(), [0.0; LANES]);
        self.delta.resize(convolution.outputs * convolution.positions(), [0.0; LANES]);
        self.room.resize(convolution.padded(), [0.0; LANES]);
        self.offsets.clear();
        self.offsets.extend(convolution.offsets());
    }

    /// z (n, outputs, rows, columns) of the images `x` (n, channels, rows, columns), with kernels `w` (outputs, channels, rows, columns) and
    /// biases `b` (outputs,), or none.
    ///
    /// # Panics
    /// If sizes do not meet.
    pub fn forward(&mut self, convolution: &Convolution, x: &[f64], w: &[f64], b: &[f64], z: &mut [f64]) {
        let (inputs, outputs) = (convolution.inputs(), convolution.outputs * convolution.positions());
        assert_eq!(w.len(), convolution.outputs * convolution.taps(), "kernels");
        assert_eq!(x.len() / inputs * outputs, z.len(), "an output for each image");
        self.plan(convolution);
        self.transposed.resize(w.len(), 0.0);
        transpose(w, convolution.taps(), &mut self.transposed);
        let Self { x: block, delta: block_z, room, offsets, transposed } = self;
        for (x, z) in x.chunks(LANES * inputs).zip(z.chunks_mut(LANES * outputs)) {
            load(x, inputs, block, 1);
            convolution.forward(block, 1, room, offsets, transposed, b, block_z);
            store(block_z, 1, z, outputs);
        }
    }

    /// dL/dw and dL/db, and dL/dx where it is asked for, from δ = dL/dz, all of the shapes of their numbers in [`Workspace::forward`].
    ///
    /// # Panics
    /// If sizes do not meet.
    #[expect(clippy::too_many_arguments, reason = "what goes in and what comes out")]
    pub fn backward(
        &mut self,
        convolution: &Convolution,
        x: &[f64],
        w: &[f64],
        delta: &[f64],
        dw: &mut [f64],
        db: &mut [f64],
        mut delta_x: Option<&mut [f64]>,
    ) {
        let (inputs, outputs) = (convolution.inputs(), convolution.outputs * convolution.positions());
        assert_eq!(w.len(), convolution.outputs * convolution.taps(), "kernels");
        assert_eq!(x.len() / inputs * outputs, delta.len(), "a gradient for each output");
        self.plan(convolution);
        dw.fill(0.0);
        db.fill(0.0);
        let Self { x: block, delta: block_delta, room, offsets, .. } = self;
        for (i, (x, delta)) in x.chunks(LANES * inputs).zip(delta.chunks(LANES * outputs)).enumerate() {
            load(x, inputs, block, 1);
            load(delta, outputs, block_delta, 1);
            convolution.add_gradient(block, 1, room, offsets, block_delta, dw);
            add_sums_of_rows(block_delta, convolution.positions(), db);
            if let Some(delta_x) = &mut delta_x {
                convolution.backward(block_delta, 1, room, offsets, w, block);
                store(block, 1, &mut delta_x[i * LANES * inputs..][..x.len()], inputs);
            }
        }
    }
}

/// Windows of `size` × `size` side by side on images of `image`: channels, rows and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pooling {
    /// The image's channels, rows and columns.
    pub image: [usize; 3],
    /// The window's rows, and columns.
    pub size: usize,
}

impl Pooling {
    /// Numbers in an image.
    pub fn inputs(&self) -> usize {
        self.image.iter().product()
    }

    /// Windows on an image.
    pub fn outputs(&self) -> usize {
        self.image[0] * (self.image[1] / self.size) * (self.image[2] / self.size)
    }

    /// The pixel in a window's corner.
    #[inline(always)]
    fn corner(&self, window: usize) -> usize {
        let ([_, height, width], size) = (self.image, self.size);
        let (rows, columns) = (height / size, width / size);
        (window / (rows * columns) * height + window / columns % rows * size) * width + window % columns * size
    }

    /// The largest number of each window, and which of its pixels that was (the first of equal ones).
    pub(crate) fn forward(&self, x: &[Lane], lanes: usize, y: &mut [Lane], winners: &mut [Lane]) {
        largest(self, x, lanes, y, winners);
    }

    /// dL/dx: each window's δ for its winner.
    pub(crate) fn backward(&self, delta: &[Lane], lanes: usize, winners: &[Lane], delta_x: &mut [Lane]) {
        to_winners(self, delta, lanes, winners, delta_x);
    }
}

#[inline(always)]
fn largest_by<A: Arithmetic>(of: &Pooling, x: &[Lane], lanes: usize, y: &mut [Lane], winners: &mut [Lane]) {
    for (window, (y, winners)) in y.chunks_exact_mut(lanes).zip(winners.chunks_exact_mut(lanes)).enumerate() {
        let corner = of.corner(window);
        for at in 0..lanes {
            let (mut largest, mut winner) = (x[corner * lanes + at], [0.0; LANES]);
            for i in 0..of.size {
                for j in 0..of.size {
                    let place = (i * of.size + j) as f64;
                    let x = &x[(corner + i * of.image[2] + j) * lanes + at];
                    for l in 0..LANES {
                        let wins = x[l] > largest[l];
                        largest[l] = if wins { x[l] } else { largest[l] };
                        winner[l] = if wins { place } else { winner[l] };
                    }
                }
            }
            (y[at], winners[at]) = (largest, winner);
        }
    }
}

#[inline(always)]
fn to_winners_by<A: Arithmetic>(of: &Pooling, delta: &[Lane], lanes: usize, winners: &[Lane], delta_x: &mut [Lane]) {
    delta_x.fill([0.0; LANES]);
    for (window, (delta, winners)) in delta.chunks_exact(lanes).zip(winners.chunks_exact(lanes)).enumerate() {
        let corner = of.corner(window);
        for (at, (&delta, &winner)) in delta.iter().zip(winners).enumerate() {
            for i in 0..of.size {
                for j in 0..of.size {
                    let place = (i * of.size + j) as f64;
                    let won = std::array::from_fn(|l| if winner[l] == place { delta[l] } else { 0.0 });
                    delta_x[(corner + i * of.image[2] + j) * lanes + at] = won;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array4};
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::dispatch::assert_same_bits;
    use crate::random::RandomState;
    use crate::testing::{fixture, flat};

    fn gaussians(count: usize, rng: &mut RandomState) -> Vec<f64> {
        (0..count).map(|_| rng.randn()).collect()
    }

    #[track_caller]
    fn assert_near(got: &[f64], expected: &[f64], tolerance: f64) {
        assert_eq!(got.len(), expected.len());
        for (i, (g, e)) in got.iter().zip(expected).enumerate() {
            assert!((g - e).abs() <= tolerance, "number {i}: got {g}, expected {e}");
        }
    }

    /// z by the formula, number by number.
    fn by_the_formula(c: &Convolution, n: usize, x: &[f64], w: &[f64], b: &[f64]) -> Vec<f64> {
        let ([channels, height, width], [rows, columns], [out_rows, out_columns]) = (c.image, c.kernel, c.output);
        let x = |s, c, i, j| x[((s * channels + c) * height + i) * width + j];
        let z = Array4::from_shape_fn((n, c.outputs, out_rows, out_columns), |(s, o, i, j)| {
            let mut z = b.get(o).copied().unwrap_or(0.0);
            for (ch, p, q) in ndarray::indices((channels, rows, columns)) {
                let (at, across) = (i * c.stride + p, j * c.stride + q);
                if at >= c.before[0] && across >= c.before[1] && at - c.before[0] < height && across - c.before[1] < width {
                    z += w[((o * channels + ch) * rows + p) * columns + q] * x(s, ch, at - c.before[0], across - c.before[1]);
                }
            }
            z
        });
        z.into_raw_vec_and_offset().0
    }

    proptest! {
        #[test]
        fn forward_is_the_formula_and_backward_its_gradient(
            n in prop::sample::select(vec![1_usize, 3, 8, 9, 17]),
            channels in 1..4_usize, height in 1..9_usize, width in 1..9_usize, outputs in 1..7_usize,
            rows in 1..4_usize, columns in 1..6_usize, stride in 1..4_usize,
            padding in prop::sample::select(vec![Padding::Valid, Padding::Same]),
            biased in prop::bool::ANY, seed in 0..1000_u32,
        ) {
            prop_assume!(padding == Padding::Same || (rows <= height && columns <= width));
            let convolution = Convolution::new([channels, height, width], outputs, [rows, columns], stride, padding);
            let rng = &mut RandomState::new(seed);
            let (x, w) = (gaussians(n * convolution.inputs(), rng), gaussians(outputs * convolution.taps(), rng));
            let b = gaussians(if biased { outputs } else { 0 }, rng);
            let mut z = vec![f64::NAN; n * outputs * convolution.positions()];
            let mut workspace = Workspace::default();
            workspace.forward(&convolution, &x, &w, &b, &mut z);
            assert_near(&z, &by_the_formula(&convolution, n, &x, &w, &b), 1e-12);

            // L = Σ δ z is linear in x, in w and in b, so that a difference of any step gives its gradient.
            let delta = gaussians(z.len(), rng);
            let (mut dw, mut db, mut delta_x) = (vec![f64::NAN; w.len()], vec![f64::NAN; b.len()], vec![f64::NAN; x.len()]);
            workspace.backward(&convolution, &x, &w, &delta, &mut dw, &mut db, Some(&mut delta_x));
            let loss = |x: &[f64], w: &[f64], b: &[f64]| -> f64 {
                by_the_formula(&convolution, n, x, w, b).iter().zip(&delta).map(|(z, delta)| z * delta).sum()
            };
            let along = |numbers: &[f64], at: usize| {
                [0.5, -0.5].map(|step| { let mut moved = numbers.to_vec(); moved[at] += step; moved })
            };
            for (gradient, numbers, which) in [(&delta_x, &x, 0), (&dw, &w, 1), (&db, &b, 2)] {
                for at in (0..numbers.len()).step_by(numbers.len() / 7 + 1) {
                    let [up, down] = along(numbers, at).map(|moved| match which {
                        0 => loss(&moved, &w, &b),
                        1 => loss(&x, &moved, &b),
                        _ => loss(&x, &w, &moved),
                    });
                    prop_assert!((gradient[at] - (up - down)).abs() < 1e-9 * (1.0 + up.abs()), "{which}, {at}: {} against {}", gradient[at], up - down);
                }
            }
        }

        #[test]
        fn pooling_takes_the_largest_and_gives_it_the_gradient(
            channels in 1..4_usize, height in 2..9_usize, width in 2..9_usize, size in 1..4_usize, lanes in 1..3_usize, seed in 0..1000_u32,
        ) {
            prop_assume!(size <= height && size <= width);
            let pooling = Pooling { image: [channels, height, width], size };
            let rng = &mut RandomState::new(seed);
            // Of few values, so that some are equal.
            let x: Vec<Lane> = (0..pooling.inputs() * lanes).map(|_| std::array::from_fn(|_| (rng.randn() * 2.0).round())).collect();
            let delta: Vec<Lane> = (0..pooling.outputs() * lanes).map(|_| std::array::from_fn(|_| rng.randn())).collect();
            let (mut y, mut winners, mut delta_x) = (delta.clone(), delta.clone(), x.clone());
            pooling.forward(&x, lanes, &mut y, &mut winners);
            pooling.backward(&delta, lanes, &winners, &mut delta_x);
            let mut expected = vec![[0.0; LANES]; x.len()];
            let (rows, columns) = (height / size, width / size);
            for (o, (c, i, j)) in ndarray::indices((channels, rows, columns)).into_iter().enumerate() {
                for (at, l) in ndarray::indices((lanes, LANES)) {
                    let pixels = ndarray::indices((size, size)).into_iter();
                    let pixels: Vec<usize> = pixels.map(|(p, q)| ((c * height + i * size + p) * width + j * size + q) * lanes + at).collect();
                    let largest = pixels.iter().map(|pixel| x[*pixel][l]).fold(f64::NEG_INFINITY, f64::max);
                    prop_assert_eq!(y[o * lanes + at][l], largest);
                    let winner = pixels.into_iter().find(|pixel| x[*pixel][l] == largest).unwrap();
                    expected[winner][l] = delta[o * lanes + at][l];
                }
            }
            prop_assert_eq!(delta_x, expected);
        }
    }

    #[test]
    fn jax_s_convolution() {
        let fixture = fixture("grad_conv_tanh_pool_dense_softmax.json");
        let convolution = Convolution::new([3, 9, 8], 4, [3, 2], 1, Padding::Valid);
        let (x, w, b) = (flat(&fixture["x"]), flat(&fixture["kernel"]), flat(&fixture["kernel_bias"]));
        let expected = flat(&fixture["conv_out"]);
        let mut z = vec![f64::NAN; expected.len()];
        Workspace::default().forward(&convolution, &x, &w, &b, &mut z);
        assert_near(&z, &expected, 1e-12);
    }

    #[test]
    fn the_same_bits_whatever_the_width_of_the_registers() {
        let convolution = Convolution::new([2, 7, 6], 5, [3, 3], 1, Padding::Same);
        let rng = &mut RandomState::new(3);
        let (x, w) = (gaussians(11 * convolution.inputs(), rng), gaussians(5 * convolution.taps(), rng));
        let delta = Array1::from(gaussians(11 * 5 * convolution.positions(), rng)).to_vec();
        assert_same_bits(|| {
            let (mut dw, mut db, mut delta_x) = (vec![0.0; w.len()], vec![0.0; 5], vec![0.0; x.len()]);
            Workspace::default().backward(&convolution, &x, &w, &delta, &mut dw, &mut db, Some(&mut delta_x));
            (dw, db, delta_x)
        });
    }
}
