//! The functions that formulas are made of.

/// exp, tanh and their kin, and a b + c: the standard library's, or those that a kernel brings.
///
/// Every one gives NaN for NaN.
pub(crate) trait Elementary: Copy {
    /// a b + c.
    fn mul_add(self, a: f64, b: f64, c: f64) -> f64;

    /// eˣ.
    fn exp(self, x: f64) -> f64;

    /// eˣ − 1, for x ≤ 0.
    fn exp_m1_of_negative(self, x: f64) -> f64;

    /// ln x, for a normal x > 0.
    fn ln(self, x: f64) -> f64;

    /// The hyperbolic tangent.
    fn tanh(self, x: f64) -> f64;

    /// 1 / (1 + e⁻ˣ).
    fn sigmoid(self, x: f64) -> f64;

    /// ln(1 + eˣ).
    fn softplus(self, x: f64) -> f64;
}

/// The standard library's functions.
#[derive(Clone, Copy)]
pub(crate) struct Standard;

impl Elementary for Standard {
    fn mul_add(self, a: f64, b: f64, c: f64) -> f64 {
        a * b + c
    }

    fn exp(self, x: f64) -> f64 {
        x.exp()
    }

    fn exp_m1_of_negative(self, x: f64) -> f64 {
        x.exp_m1()
    }

    fn ln(self, x: f64) -> f64 {
        x.ln()
    }

    fn tanh(self, x: f64) -> f64 {
        x.tanh()
    }

    fn sigmoid(self, x: f64) -> f64 {
        let e = (-x.abs()).exp();
        (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
    }

    fn softplus(self, x: f64) -> f64 {
        (if x < 0.0 { 0.0 } else { x }) + (-x.abs()).exp().ln_1p()
    }
}
