use ndarray::{Axis, array};
use proptest::prelude::*;

use crate::support::{assert_close, fixture, integers, matrix, message};
use ndarray::Array2;
use nnlib::RandomState;
use nnlib::data::{make_blobs, make_circles, make_moons, make_spirals};

#[test]
fn moons_are_scikit_learns() {
    let moons = make_moons(200, 0.20, &mut RandomState::new(0)).unwrap();
    let csv = include_str!("../fixtures/moons_n200_noise0.20_seed0.csv");
    let rows: Vec<f64> = csv.lines().skip(1).flat_map(|line| line.split(',').map(|field| field.parse::<f64>().unwrap())).collect();
    let expected = Array2::from_shape_vec((200, 3), rows).unwrap();
    assert_close(&moons.x, &expected.select(Axis(1), &[0, 1]), 1e-12);
    assert_eq!(moons.y.mapv(|label| label as f64), expected.column(2));
}

#[test]
fn circles_are_scikit_learns() {
    let circles = make_circles(100, 0.1, 0.5, &mut RandomState::new(3)).unwrap();
    let expected = fixture("circles_n100_noise0.1_factor0.5_seed3.json");
    assert_close(&circles.x, &matrix(&expected["x"]), 1e-12);
    assert_eq!(circles.y, integers(&expected["label"]));
}

#[test]
fn blobs_are_scikit_learns() {
    let expected = fixture("blobs.json");
    let blobs = make_blobs(20, &matrix(&expected["centers"]), 0.7, &mut RandomState::new(7)).unwrap();
    assert_close(&blobs.x, &matrix(&expected["x"]), 1e-12);
    assert_eq!(blobs.y, integers(&expected["label"]));
}

#[test]
fn spiral_arms_turn_by_four_radians() {
    let spirals = make_spirals(3, 2, 0.0, &mut RandomState::new(0)).unwrap();
    let (half, end) = (0.5, 1.0);
    let arm = array![[0.0, 0.0], [half * f64::sin(2.0), half * f64::cos(2.0)], [end * f64::sin(4.0), end * f64::cos(4.0)]];
    // Two arms are half a turn apart.
    assert_close(&spirals.x, &ndarray::concatenate![Axis(0), arm, -&arm], 1e-15);
    assert_eq!(spirals.y, array![0, 0, 0, 1, 1, 1]);
}

#[test]
fn bad_arguments_are_named() {
    let rng = &mut RandomState::new(0);
    assert_eq!(message(make_moons(0, 0.1, rng)), "points to make: expected at least one, got none");
    let vast = format!("points to make: expected at most 134217728 numbers in all, got {} × 2", usize::MAX);
    assert_eq!(message(make_moons(usize::MAX, 0.1, rng)), vast);
    assert_eq!(message(make_circles(usize::MAX, 0.1, 0.5, rng)), vast);
    assert_eq!(message(make_blobs(usize::MAX, &Array2::zeros((1, 2)), 0.1, rng)), vast);
    assert!(message(make_spirals(usize::MAX, usize::MAX, 0.1, rng)).starts_with("points to make: expected at most"));
    assert!(message(make_spirals(1 << 40, 2, 0.1, rng)).starts_with("points to make: expected at most"));
    assert!(message(make_moons(9, f64::MAX, rng)).starts_with("x: expected finite numbers"));
    assert!(message(make_blobs(9, &array![[f64::MAX]], f64::MAX, rng)).starts_with("x: expected finite numbers"));
    assert!(message(make_spirals(9, 2, f64::MAX, rng)).starts_with("x: expected finite numbers"));
    assert_eq!(message(make_moons(9, -0.1, rng)), "noise: expected a finite number of at least 0, got -0.1");
    assert_eq!(message(make_moons(9, f64::NAN, rng)), "noise: expected a finite number of at least 0, got NaN");
    assert_eq!(message(make_circles(9, 0.1, 1.0, rng)), "factor, the inner circle's radius: expected a number in [0, 1), got 1");
    assert_eq!(message(make_circles(0, 0.1, 0.5, rng)), "points to make: expected at least one, got none");
    assert_eq!(message(make_spirals(9, 0, 0.1, rng)), "classes: expected at least one, got none");
    assert_eq!(message(make_spirals(9, 2, f64::INFINITY, rng)), "noise: expected a finite number of at least 0, got inf");
    assert_eq!(message(make_blobs(9, &Array2::zeros((0, 2)), 0.1, rng)), "centers: expected at least one, got none");
    assert_eq!(message(make_blobs(9, &array![[0.0, f64::NAN]], 0.1, rng)), "centers: expected finite numbers, got NaN at [0, 1]");
}

proptest! {
    #[test]
    fn any_number_of_points_of_each_kind(seed: u32, n in 1_usize..60, classes in 1_usize..9, noise in 0.0..0.5) {
        let rng = &mut RandomState::new(seed);
        for halves in [make_moons(n, noise, rng)?, make_circles(n, noise, 0.5, rng)?] {
            prop_assert_eq!(halves.class_counts(), [n / 2, n - n / 2]);
            prop_assert_eq!(halves.x.dim(), (n, 2));
        }
        let spirals = make_spirals(n, classes, noise, rng)?;
        prop_assert_eq!(spirals.class_counts(), vec![n; classes]);
        for point in spirals.x.rows() {
            prop_assert!(point.dot(&point).sqrt() < 1.0 + 1e-12);
        }
        let blobs = make_blobs(n, &Array2::zeros((classes, 3)), noise, rng)?;
        let counts = blobs.class_counts();
        prop_assert_eq!(counts.iter().sum::<usize>(), n);
        prop_assert!(counts[0] - counts[classes - 1] <= 1);
    }
}
