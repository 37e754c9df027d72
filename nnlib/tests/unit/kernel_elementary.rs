use super::*;
use crate::kernel::simd::tests::{assert_same_bits, with_each};
use crate::kernel::simd::versions;

versions! {
    /// An elementary function by name, on slices, so that the loop becomes vector instructions as it does in use.
    fn apply_to(name: &str, x: &[f64], y: &mut [f64]) = apply_by;
}

#[inline(always)]
fn apply_by<S: Simd>(simd: S, name: &str, x: &[f64], y: &mut [f64]) {
    macro_rules! each {
        ($f:ident) => {
            for (x, y) in x.iter().zip(y) {
                *y = simd.$f(*x);
            }
        };
    }
    match name {
        "exp" => each!(exp),
        "tanh" => each!(tanh),
        "sigmoid" => each!(sigmoid),
        "softplus" => each!(softplus),
        "exp_m1_of_negative" => each!(exp_m1_of_negative),
        "ln" => each!(ln),
        _ => panic!("no function {name}"),
    }
}

fn apply(name: &str, x: &[f64]) -> Vec<f64> {
    let mut y = vec![f64::NAN; x.len()];
    apply_to(name, x, &mut y);
    y
}

const NAMES: [&str; 6] = ["exp", "tanh", "sigmoid", "softplus", "exp_m1_of_negative", "ln"];

/// How many numbers lie from one to the other.
fn steps_between(a: f64, b: f64) -> u64 {
    let place = |x: f64| if x < 0.0 { -((x.to_bits() << 1 >> 1) as i64) } else { x.to_bits() as i64 };
    place(a).abs_diff(place(b))
}

#[test]
fn within_two_units_in_the_last_place_of_the_correctly_rounded_value() {
    let number = |hex: &str| f64::from_bits(u64::from_str_radix(hex, 16).unwrap());
    let lines = include_str!("../../tests/fixtures/elementary.csv").lines().skip(1);
    let cases: Vec<(&str, f64, f64)> = lines
        .map(|line| {
            let mut fields = line.split(',');
            (fields.next().unwrap(), number(fields.next().unwrap()), number(fields.next().unwrap()))
        })
        .collect();
    with_each(|set| {
        // Rounding products costs eᶻ − 1 a little more.
        let allowed = |name: &str| if set.fuses() || name != "exp_m1_of_negative" { 2 } else { 3 };
        for name in &NAMES[..5] {
            let cases: Vec<_> = cases.iter().filter(|case| case.0 == *name).collect();
            assert!(cases.len() > 100, "{name}");
            let x: Vec<f64> = cases.iter().map(|case| case.1).collect();
            for (y, (_, x, expected)) in apply(name, &x).into_iter().zip(cases) {
                let off = steps_between(y, *expected);
                assert!(off <= allowed(name), "{set:?}: {name}({x:?}) = {y:?}, expected {expected:?}, {off} units off");
            }
        }
    });
}

#[test]
fn ln_agrees_with_the_standard_library() {
    let x: Vec<f64> = (0..2000).map(|i| 0.25 * 1.01_f64.powi(i)).chain([f64::MIN_POSITIVE, f64::MAX, 1.0]).collect();
    with_each(|set| {
        for (x, y) in x.iter().zip(apply("ln", &x)) {
            assert!(steps_between(y, x.ln()) <= 2, "{set:?}: ln({x:?}) = {y:?}");
        }
    });
}

#[test]
fn the_ends_of_the_range() {
    with_each(|_| {
        let one = |name, x| apply(name, &[x])[0];
        for name in NAMES {
            assert!(one(name, f64::NAN).is_nan(), "{name}");
        }
        assert_eq!(one("tanh", 0.0).to_bits(), 0.0_f64.to_bits());
        assert_eq!(one("tanh", -0.0).to_bits(), (-0.0_f64).to_bits());
        assert_eq!((one("tanh", f64::INFINITY), one("tanh", f64::NEG_INFINITY)), (1.0, -1.0));
        assert_eq!((one("exp", f64::INFINITY), one("exp", f64::NEG_INFINITY)), (f64::INFINITY, 0.0));
        assert_eq!((one("exp", 0.0), one("exp", -0.0)), (1.0, 1.0));
        assert_eq!((one("sigmoid", f64::INFINITY), one("sigmoid", f64::NEG_INFINITY)), (1.0, 0.0));
        assert_eq!((one("softplus", f64::INFINITY), one("softplus", f64::NEG_INFINITY)), (f64::INFINITY, 0.0));
        assert_eq!((one("exp_m1_of_negative", f64::NEG_INFINITY), one("exp_m1_of_negative", 3.0)), (-1.0, 0.0));
    });
}

#[test]
fn the_same_bits_whatever_the_width() {
    let x: Vec<f64> = (0..10_007).map(|i| (f64::from(i) * 0.618_034).fract() * 90.0 - 45.0).collect();
    let positive: Vec<f64> = x.iter().map(|x| x.abs() + 0.01).collect();
    for name in NAMES {
        let x = if name == "ln" { &positive } else { &x };
        assert_same_bits(|| {
            let y = apply(name, x);
            // A lone number takes the loop's scalar tail.
            assert!(x.iter().zip(&y).step_by(97).all(|(x, y)| apply(name, &[*x]) == [*y]), "{name}");
            y
        });
    }
}
