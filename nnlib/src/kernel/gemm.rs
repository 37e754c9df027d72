//! Products of matrices: those that are long and thin here, the others by `matrixmultiply`.
//!
//! A batch of samples with few features, by a layer with few neurons: `matrixmultiply`, made for large matrices, reaches a tenth of its speed there.
//! Here the samples are stood side by side, a few registers at a time. Either way sums are taken in one order.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2};

use super::block::{LANES, Lane, add_gradient, affine, in_fours, load, store, store_sum};
use super::dispatch::{self, Arithmetic, Kernel};

/// What a product is added to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Plus<'a> {
    /// Nothing.
    Zero,
    /// The same row of numbers in each row.
    Row(&'a [f64]),
    /// What stands where the product will.
    Itself,
}

/// c = a b, plus what is asked for: c (m, n), a (m, k), b (k, n), all three in whatever order of their numbers.
///
/// # Panics
/// If sizes do not meet.
///
/// ```
/// use ndarray::{Array2, array};
/// use nnlib::kernel::gemm::{Plus, product};
/// let (x, w, mut z) = (array![[1.0, 2.0], [3.0, 4.0]], array![[1.0], [-1.0]], Array2::zeros((2, 1)));
/// product(x.view(), w.view(), Plus::Row(&[0.5]), &mut z); // NumPy: z = x @ w + b
/// assert_eq!(z, array![[-0.5], [-0.5]]);
/// ```
pub fn product(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>, plus: Plus<'_>, c: &mut Array2<f64>) {
    let ((m, k), n) = (a.dim(), b.ncols());
    assert_eq!((b.nrows(), c.dim()), (k, (m, n)), "product of ({m}, {k}) and ({}, {n})", b.nrows());
    if let Plus::Row(row) = plus {
        assert_eq!(row.len(), n, "a number for each column");
    }
    // Long in its rows: x w, δ wᵀ.
    if let (true, Some(a), true) =
        (m >= LANES && k * n <= MOST_WEIGHTS && k + n <= MOST_ROWS && k * n > 0, a.to_slice(), c.is_standard_layout())
    {
        let mut copy = [0.0; MOST_WEIGHTS];
        let w = &mut copy[..k * n];
        w.iter_mut().zip(&b).for_each(|(w, b)| *w = *b);
        let c = c.as_slice_mut().expect("checked");
        return dispatch::run(LongRows { a, k, w, n, plus, c });
    }
    // Long in its sums: xᵀ δ.
    if let (true, Some(a), Some(b), true) = (
        k >= LANES && m * n <= MOST_WEIGHTS && m + n <= MOST_ROWS && m * n > 0,
        a.reversed_axes().to_slice(),
        b.to_slice(),
        c.is_standard_layout(),
    ) {
        begin(plus, c);
        return dispatch::run(LongSums { a, m, b, n, c: c.as_slice_mut().expect("checked") });
    }
    begin(plus, c);
    general_mat_mul(1.0, &a, &b, 1.0, c);
}

/// What the product is added to, written to where it will stand.
fn begin(plus: Plus<'_>, c: &mut Array2<f64>) {
    match plus {
        Plus::Zero => c.fill(0.0),
        Plus::Row(row) => c.outer_iter_mut().for_each(|mut c| c.iter_mut().zip(row).for_each(|(c, number)| *c = *number)),
        Plus::Itself => {}
    }
}

/// The smaller matrix has at most so many numbers …
const MOST_WEIGHTS: usize = 1024;
/// … and both together so many rows when their samples stand side by side …
const MOST_ROWS: usize = 128;
/// … in blocks of so many lanes: 32 KiB.
const BLOCK: usize = 512;

struct LongRows<'a> {
    a: &'a [f64],
    k: usize,
    w: &'a [f64],
    n: usize,
    plus: Plus<'a>,
    c: &'a mut [f64],
}

impl Kernel for LongRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self) {
        let Self { a, k, w, n, plus, c } = self;
        let most = BLOCK / (k + n) * LANES;
        let mut room = [[0.0; LANES]; BLOCK];
        let bias = if let Plus::Row(row) = plus { row } else { &[] };
        for (a, c) in a.chunks(most * k).zip(c.chunks_mut(most * n)) {
            let lanes = (a.len() / k).div_ceil(LANES);
            let (x, z) = room.split_at_mut(k * lanes);
            let z = &mut z[..n * lanes];
            load(a, k, x, lanes);
            for (rows, z) in in_fours(n).zip(z.chunks_mut(4 * lanes)) {
                affine::<A>(rows, x, lanes, w, n, bias, z);
            }
            if plus == Plus::Itself { store_sum(z, lanes, c, n) } else { store(z, lanes, c, n) }
        }
    }
}

struct LongSums<'a> {
    a: &'a [f64],
    m: usize,
    b: &'a [f64],
    n: usize,
    c: &'a mut [f64],
}

impl Kernel for LongSums<'_> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic>(self) {
        let Self { a, m, b, n, c } = self;
        let most = BLOCK / (m + n) * LANES;
        let mut room: [Lane; BLOCK] = [[0.0; LANES]; BLOCK];
        for (a, b) in a.chunks(most * m).zip(b.chunks(most * n)) {
            let lanes = (a.len() / m).div_ceil(LANES);
            let (x, delta) = room.split_at_mut(m * lanes);
            let delta = &mut delta[..n * lanes];
            load(a, m, x, lanes);
            load(b, n, delta, lanes);
            add_gradient::<A>(x, delta, lanes, c);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::RandomState;

    proptest! {
        #[test]
        fn as_ndarray_s_own_product(
            long in prop::sample::select(vec![1_usize, 7, 8, 9, 64, 65, 200]), first in 1..60_usize, second in 1..40_usize,
            shape in 0..3_usize, which in 0..3, turned in prop::bool::ANY, seed in 0..1000_u32,
        ) {
            let rng = &mut RandomState::new(seed);
            let (m, k, n) = [(long, first, second), (first, long, second), (first, second, long)][shape];
            let (a, b) = (rng.randn_2d(m, k), rng.randn_2d(n, k));
            // The same numbers in the other order.
            let (a, b) = if turned { (a.t().as_standard_layout().into_owned().reversed_axes(), b.t().as_standard_layout().into_owned()) } else { (a, b.reversed_axes()) };
            let (mut c, row) = (rng.randn_2d(m, n), rng.randn_2d(1, n));
            let (plus, expected) = match which {
                0 => (Plus::Zero, a.dot(&b)),
                1 => (Plus::Row(row.as_slice().unwrap()), a.dot(&b) + &row),
                _ => (Plus::Itself, a.dot(&b) + &c),
            };
            product(a.view(), b.view(), plus, &mut c);
            crate::testing::assert_close(&c, &expected, 1e-12);
        }
    }
}
