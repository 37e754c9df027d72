//! Max pooling on blocks of samples that stand side by side.

use super::block::Lane;
use super::simd::{LANES, Simd, versions};
use crate::math::shape::Pooling;

versions! {
    /// The largest number of each window, and which of its pixels that was: the first of equal ones, or the first NaN.
    pub(super) fn max_pool(of: &Pooling, x: &[Lane], lanes: usize, y: &mut [Lane], winners: &mut [Lane]) = max_pool_by;
    /// dL/dx: each window's δ for its winner.
    pub(super) fn max_pool_backward(of: &Pooling, delta: &[Lane], lanes: usize, winners: &[Lane], delta_x: &mut [Lane]) = backward_by;
}

#[inline(always)]
fn max_pool_by<S: Simd>(_: S, of: &Pooling, x: &[Lane], lanes: usize, y: &mut [Lane], winners: &mut [Lane]) {
    for (window, (y, winners)) in y.chunks_exact_mut(lanes).zip(winners.chunks_exact_mut(lanes)).enumerate() {
        let corner = of.corner(window);
        for at in 0..lanes {
            let (mut largest, mut winner) = (x[corner * lanes + at], [0.0; LANES]);
            for i in 0..of.size {
                for j in 0..of.size {
                    let place = (i * of.size + j) as f64;
                    let x = &x[(corner + i * of.image[2] + j) * lanes + at];
                    for l in 0..LANES {
                        let wins = (x[l] > largest[l]) | (x[l].is_nan() & !largest[l].is_nan());
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
fn backward_by<S: Simd>(_: S, of: &Pooling, delta: &[Lane], lanes: usize, winners: &[Lane], delta_x: &mut [Lane]) {
    delta_x.fill([0.0; LANES]);
    for (window, (delta, winners)) in delta.chunks_exact(lanes).zip(winners.chunks_exact(lanes)).enumerate() {
        let corner = of.corner(window);
        for (at, (&delta, &winner)) in delta.iter().zip(winners).enumerate() {
            for i in 0..of.size {
                for j in 0..of.size {
                    let place = (i * of.size + j) as f64;
                    let mut won = [0.0; LANES];
                    for l in 0..LANES {
                        won[l] = if winner[l] == place { delta[l] } else { 0.0 };
                    }
                    delta_x[(corner + i * of.image[2] + j) * lanes + at] = won;
                }
            }
        }
    }
}
