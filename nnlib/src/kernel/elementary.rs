//! The elementary functions without branches, one number at a time, so that a loop over them becomes vector instructions.
//!
//! Each writes its argument as a multiple of ln 2 (or a power of two) and a small rest, on which a minimax polynomial is accurate to a
//! twentieth of a unit in the last place (the coefficients are our own, by the Remez algorithm in 60 digits). Errors stay within 2 units in the
//! last place; the tests compare with correctly rounded values. NaN gives NaN.
//!
//! Source of the schemes: P. Markstein, "IA-64 and Elementary Functions" (2000); K. C. Ng's `e_log.c` and `s_log1p.c` in fdlibm.

use std::f64::consts::{LN_2, LOG2_E, SQRT_2};

use super::simd::Simd;
use crate::math::elementary::Elementary;

/// 1.5 · 2⁵²: a number up to 2⁵¹ in size that is added to it is rounded to an integer, which then stands in its last bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2, its first 33 bits: products with integers up to 2²⁰ are exact.
const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
/// The rest of ln 2.
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// 2ⁿ for −1022 ≤ n ≤ 1023, from the bits of `n + ROUND` (or their difference from those of another such number).
#[inline(always)]
fn power_of_two(bits: u64) -> f64 {
    f64::from_bits(bits.wrapping_add(1023) << 52)
}

/// 2ⁿ as a product of two, so that n may reach from −2044 to 2046, given `rounded` = n + ROUND.
#[inline(always)]
fn power_of_two_in_halves<S: Simd>(simd: S, rounded: f64) -> (f64, f64) {
    let half = simd.mul_add(rounded - ROUND, 0.5, ROUND);
    (power_of_two(half.to_bits()), power_of_two(rounded.to_bits().wrapping_sub(half.to_bits())))
}

/// `x` between `low` and `high`. Unlike `f64::clamp` and `min`, lets NaN through and is one instruction a side.
#[inline(always)]
fn clamp(x: f64, low: f64, high: f64) -> f64 {
    let x = if x > high { high } else { x };
    if x < low { low } else { x }
}

/// tanh(r) for |r| ≤ 0.26, as r + r³ p(r²).
#[inline(always)]
fn tanh_of_rest<S: Simd>(simd: S, r: f64) -> f64 {
    let r2 = r * r;
    let r4 = r2 * r2;
    let p01 = simd.mul_add(r2, 0.133_333_333_329_870_5, -0.333_333_333_333_324_16);
    let p23 = simd.mul_add(r2, 0.021_869_461_599_024_72, -0.053_968_253_524_921_58);
    let p45 = simd.mul_add(r2, 0.003_576_366_470_214_822_5, -0.008_862_358_425_680_656);
    let p46 = simd.mul_add(r4, -0.001_307_464_057_216_566_5, p45);
    let p = simd.mul_add(r4 * r4, p46, simd.mul_add(r4, p23, p01));
    simd.mul_add(r * r2, p, r)
}

/// (n + ROUND, t) with eˣ = 2ⁿ (1 + t) / (1 − t), for |x| up to 2¹⁹: x / 2 = n ln 2 / 2 + r, t = tanh r.
///
/// That fraction is what tanh, sigmoid and eˣ − 1 are made of, and none of them loses digits near 0 when written in t.
#[inline(always)]
fn exp_as_fraction<S: Simd>(simd: S, half_x: f64) -> (f64, f64) {
    let rounded = simd.mul_add(half_x, 2.0 * LOG2_E, ROUND);
    let n = rounded - ROUND;
    (rounded, tanh_of_rest(simd, simd.mul_add(n, -0.5 * LN_2_LOW, simd.mul_add(n, -0.5 * LN_2_HIGH, half_x))))
}

/// b + t c rounded to a number, and what the rounding lost; for |b| ≥ |t c|, or b = 0 and c a power of two.
#[inline(always)]
fn mul_add_with_rest<S: Simd>(simd: S, t: f64, c: f64, b: f64) -> (f64, f64) {
    let sum = simd.mul_add(t, c, b);
    (sum, simd.mul_add(t, c, b - sum))
}

/// (n + n_rest) / (d + d_rest), where the rests are below the last place of normal n and d.
///
/// The rests move the quotient by an ulp or two, so a reciprocal of d to one digit does for them: the one that negating the exponent's bits gives.
#[inline(always)]
fn quotient<S: Simd>(simd: S, (n, n_rest): (f64, f64), (d, d_rest): (f64, f64)) -> f64 {
    let reciprocal = f64::from_bits(0x7fde_0000_0000_0000_u64.wrapping_sub(d.to_bits()));
    let q = n / d;
    simd.mul_add(simd.mul_add(-q, d_rest, n_rest), reciprocal, q)
}

/// ln(h + c) for positive h and a correction c that is below the last place of h.
#[inline(always)]
fn ln_corrected<S: Simd>(simd: S, h: f64, c: f64) -> f64 {
    // h = 2ᵏ m with √½ ≤ m < √2: subtracting the bits of √½ leaves k above the mantissa.
    let bits = h.to_bits().wrapping_sub((0.5 * SQRT_2).to_bits());
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add((0.5 * SQRT_2).to_bits()));
    // k + 1023, a positive integer, made a float by way of the last bits of ROUND.
    let k = f64::from_bits((bits.wrapping_add(1023 << 52) >> 52) | ROUND.to_bits()) - (ROUND + 1023.0);
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let r01 = simd.mul_add(z, 0.399_999_999_994_110_9, 0.666_666_666_666_673_5);
    let r23 = simd.mul_add(z, 0.222_221_984_759_365_66, 0.285_714_287_432_633_44);
    let r45 = simd.mul_add(z, 0.153_139_032_131_247_97, 0.181_835_697_416_723_12);
    let r = z * simd.mul_add(w, simd.mul_add(w, simd.mul_add(w, 0.147_975_079_316_745_17, r45), r23), r01);
    let half_square = 0.5 * f * f;
    let rest = half_square - simd.mul_add(s, half_square + r, simd.mul_add(k, LN_2_LOW, c));
    simd.mul_add(k, LN_2_HIGH, f - rest)
}

impl<S: Simd> Elementary for S {
    #[inline(always)]
    fn mul_add(self, a: f64, b: f64, c: f64) -> f64 {
        self.scalar_mul_add(a, b, c)
    }

    /// eˣ: x = n ln 2 + r, eʳ = 1 + r + r² q(r) for |r| ≤ ln 2 / 2.
    #[inline(always)]
    fn exp(self, x: f64) -> f64 {
        let x = clamp(x, -746.0, 710.0);
        let rounded = self.mul_add(x, LOG2_E, ROUND);
        let n = rounded - ROUND;
        let r = self.mul_add(n, -LN_2_LOW, self.mul_add(n, -LN_2_HIGH, x));
        let r2 = r * r;
        let r4 = r2 * r2;
        let q01 = self.mul_add(r, 0.166_666_666_666_667, 0.500_000_000_000_001_3);
        let q23 = self.mul_add(r, 0.008_333_333_333_307_028, 0.041_666_666_666_514_32);
        let q45 = self.mul_add(r, 0.000_198_412_699_177_667_4, 0.001_388_888_894_733_082_3);
        let q67 = self.mul_add(r, 2.755_721_595_843_656_5e-6, 2.480_148_959_096_986e-5);
        let q89 = self.mul_add(r, 2.511_796_968_203_240_5e-8, 2.763_141_365_452_226e-7);
        let q03 = self.mul_add(r2, q23, q01);
        let q47 = self.mul_add(r2, q67, q45);
        let q = self.mul_add(r4, self.mul_add(r4, q89, q47), q03);
        let (s1, s2) = power_of_two_in_halves(self, rounded);
        (1.0 + self.mul_add(r2, q, r)) * s1 * s2
    }

    /// tanh z = (e²ᶻ − 1) / (e²ᶻ + 1) = (s − 1 + (s + 1) t) / (s + 1 + (s − 1) t), with s = 2ⁿ.
    ///
    /// Written as a base of few digits near the result (0 where n = 0, ⅜ where n = 1, else 1) and a quotient for the rest, whose rounding errors
    /// are then a fraction of the result's last place.
    #[inline(always)]
    fn tanh(self, z: f64) -> f64 {
        // Beyond 19.1 the result is 1 to the last bit.
        let a = clamp(z.abs(), 0.0, 20.0);
        // A quarter of a step less than the nearest: t then lies in −0.09 to 0.26, and 1 + 3 t, where n = 1, loses no digits.
        let rounded = self.mul_add(a - 0.0866, 2.0 * LOG2_E, ROUND);
        // One constant serves, though inexact: where n is large, the result no longer feels it.
        let t = tanh_of_rest(self, self.mul_add(rounded - ROUND, -0.5 * LN_2, a));
        let s = power_of_two(rounded.to_bits());
        let (minus, plus) = (s - 1.0, s + 1.0);
        let base = if s > 2.0 { 1.0 } else { 0.375 * minus };
        let above = self.mul_add(self.mul_add(-base, minus, plus), t, self.mul_add(-base, plus, minus));
        let below = self.mul_add(minus, t, plus);
        (base + above / below).copysign(z)
    }

    /// 1 / (1 + e⁻ᶻ).
    #[inline(always)]
    fn sigmoid(self, z: f64) -> f64 {
        let (rounded, t) = exp_as_fraction(self, 0.5 * clamp(-z.abs(), -746.0, 0.0));
        let (s1, s2) = power_of_two_in_halves(self, rounded);
        let s = s1 * s2;
        // e⁻|ᶻ| / (1 + e⁻|ᶻ|), at most ½. Scaling comes last: it is exact unless the result is subnormal.
        let above = mul_add_with_rest(self, t, 1.0, 1.0);
        let below = mul_add_with_rest(self, t, s - 1.0, s + 1.0);
        let small = quotient(self, above, below) * s1 * s2;
        if z < 0.0 { small } else { 1.0 - small }
    }

    /// eᶻ − 1, for z ≤ 0 (above 0 it gives 0).
    #[inline(always)]
    fn exp_m1_of_negative(self, z: f64) -> f64 {
        let (rounded, t) = exp_as_fraction(self, 0.5 * clamp(z, -40.0, 0.0));
        let s = power_of_two(rounded.to_bits());
        quotient(self, mul_add_with_rest(self, t, s + 1.0, s - 1.0), mul_add_with_rest(self, -t, 1.0, 1.0))
    }

    /// ln x for a normal x > 0.
    #[inline(always)]
    fn ln(self, x: f64) -> f64 {
        // 0, or NaN for a NaN.
        ln_corrected(self, x, 0.0 * x)
    }

    /// ln(1 + eᶻ) = max(z, 0) + ln(1 + e⁻|ᶻ|).
    #[inline(always)]
    fn softplus(self, z: f64) -> f64 {
        let u = self.exp(-z.abs());
        let h = 1.0 + u;
        // What the sum has lost of u.
        let c = (u - (h - 1.0)) / h;
        let positive = if z < 0.0 { 0.0 } else { z };
        positive + ln_corrected(self, h, c)
    }
}

#[cfg(test)]
#[path = "../../tests/unit/kernel_elementary.rs"]
mod tests;
