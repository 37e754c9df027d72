use ndarray::{Array1, Array2, array};

use super::*;
use crate::kernel::simd::tests::with_each;
use crate::math::elementary::Standard;
use crate::random::RandomState;

const BY_OUTPUTS: [Loss; 4] = [Loss::BinaryCrossEntropy, Loss::SigmoidCrossEntropy, Loss::MeanSquaredError, Loss::SummedSquaredError];

fn value_and_gradient(loss: Loss, y_hat: &Array2<f64>, targets: Targets<'_>, scale: f64) -> (f64, Array2<f64>) {
    let mut delta = Array2::from_elem(y_hat.raw_dim(), 7.0);
    let rows = y_hat.as_slice().unwrap();
    let value = loss_of_rows(loss, rows, y_hat.ncols(), targets, scale, delta.as_slice_mut());
    let alone = loss_of_rows(loss, rows, y_hat.ncols(), targets, scale, None);
    assert_eq!(value.to_bits(), alone.to_bits());
    (value, delta)
}

#[test]
fn sums_over_outputs_are_those_of_the_formulas() {
    let rng = &mut RandomState::new(0);
    for (n, k) in [(1, 1), (7, 3), (8, 2), (13, 1), (300, 5)] {
        let (y_hat, t) = (rng.rand_2d(n, k), rng.rand_2d(n, k));
        with_each(|set| {
            for loss in BY_OUTPUTS {
                let (value, delta) = value_and_gradient(loss, &y_hat, (&t).into(), 0.5);
                let expected: f64 = y_hat.iter().zip(&t).map(|(y_hat, t)| 0.5 * loss.term(Standard, *y_hat, *t)).sum();
                assert!((value - expected).abs() < 1e-12 * expected.abs(), "{set:?}, {loss:?}: {value} against {expected}");
                for ((y_hat, t), delta) in y_hat.iter().zip(&t).zip(&delta) {
                    let slope = 0.5 * loss.slope(Standard, *y_hat, *t);
                    assert!((delta - slope).abs() <= 1e-14 * (1.0 + slope.abs()), "{set:?}, {loss:?}: {delta} against {slope}");
                }
            }
        });
    }
}

#[test]
fn a_class_of_one_output_is_a_value() {
    let (y_hat, classes) = (array![[0.3], [0.6], [0.9]], array![1, 0, 1]);
    for loss in [Loss::BinaryCrossEntropy, Loss::SigmoidCrossEntropy] {
        let values = classes.mapv(|class| class as f64).insert_axis(ndarray::Axis(1));
        let by_class = value_and_gradient(loss, &y_hat, (&classes).into(), 1.0);
        assert_eq!(by_class, value_and_gradient(loss, &y_hat, (&values).into(), 1.0));
    }
}

#[test]
fn softmax_cross_entropy_by_its_definition_and_two_classes_as_any_number() {
    let rng = &mut RandomState::new(1);
    for (n, k) in [(1, 2), (9, 2), (300, 2), (5, 1), (9, 3), (300, 10)] {
        let z = 3.0 * rng.randn_2d(n, k);
        let y = Array1::from_shape_fn(n, |i| i * 7 % k);
        // A class that never comes takes the general way.
        let mut with_third = Array2::from_elem((n, k + 1), -1e6);
        with_third.slice_mut(s![.., ..k]).assign(&z);
        for scores in [&z, &with_third] {
            let (value, delta) = value_and_gradient(Loss::SoftmaxCrossEntropy, scores, (&y).into(), 0.25);
            let mut expected = 0.0;
            for i in 0..n {
                let sum: f64 = z.row(i).iter().map(|z| z.exp()).sum();
                expected += 0.25 * (sum.ln() - z[[i, y[i]]]);
                for j in 0..k {
                    let gradient = 0.25 * (z[[i, j]].exp() / sum - f64::from(j == y[i]));
                    assert!((delta[[i, j]] - gradient).abs() < 1e-14, "{n}, {k}: {} against {gradient}", delta[[i, j]]);
                }
            }
            assert!((value - expected).abs() < 1e-12 * (1.0 + expected), "{n}, {k}: {value} against {expected}");
        }
    }
}

#[test]
fn scores_of_a_thousand_and_nan() {
    for k in [2, 3] {
        let mut z = Array2::zeros((2, k));
        z.slice_mut(s![.., ..2]).assign(&array![[1000.0, -1000.0], [-1000.0, 1000.0]]);
        let (value, delta) = value_and_gradient(Loss::SoftmaxCrossEntropy, &z, (&array![0, 0]).into(), 0.5);
        assert_eq!((value, delta.row(0).to_vec()), (1000.0, vec![0.0; k]));
        z[[0, 1]] = f64::NAN;
        let (value, delta) = value_and_gradient(Loss::SoftmaxCrossEntropy, &z, (&array![0, 0]).into(), 0.5);
        assert!(value.is_nan() && delta.row(0).iter().all(|delta| delta.is_nan()) && delta.row(1).iter().all(|delta| delta.is_finite()));
    }
    for loss in BY_OUTPUTS {
        let (value, delta) = value_and_gradient(loss, &array![[f64::NAN], [0.5]], (&array![[1.0], [1.0]]).into(), 1.0);
        assert!(value.is_nan() && delta[[0, 0]].is_nan() && delta[[1, 0]].is_finite(), "{loss:?}");
    }
}
