use ndarray::{Array2, array};
use proptest::prelude::*;

use crate::support::{fixture, integers, message};
use ndarray::Array1;
use nnlib::data::make_moons;
use nnlib::data::{Fold, k_fold, stratified_k_fold, stratified_split, train_test_split};
use nnlib::{Dataset, RandomState};

/// A data set whose only feature is the row's number, so that a split can be read off it.
fn numbered(y: Array1<usize>) -> Dataset {
    let x = Array2::from_shape_fn((y.len(), 1), |(i, _)| i as f64);
    Dataset::new(x, y).unwrap()
}

fn rows(data: &Dataset) -> Array1<usize> {
    data.x.column(0).mapv(|i| i as usize)
}

#[test]
fn splits_are_scikit_learns() {
    let expected = fixture("splits.json");
    let data = numbered(integers(&expected["y"]));
    let (train, test) = train_test_split(&data, 0.25, &mut RandomState::new(5)).unwrap();
    assert_eq!((rows(&train), rows(&test)), (integers(&expected["train"]), integers(&expected["test"])));
    assert_eq!(train.y, rows(&train).mapv(|i| data.y[i]));
    let (train, test) = stratified_split(&data, 0.25, &mut RandomState::new(5)).unwrap();
    assert_eq!((rows(&train), rows(&test)), (integers(&expected["stratified_train"]), integers(&expected["stratified_test"])));
}

#[test]
fn folds_are_scikit_learns() {
    let expected = fixture("splits.json");
    let y = integers(&expected["y"]);
    let tests = |folds: Vec<Fold>| folds.into_iter().map(|fold| Array1::from_vec(fold.test)).collect::<Vec<_>>();
    let theirs = |key: &str| expected[key].as_array().unwrap().iter().map(integers).collect::<Vec<_>>();
    let rng = || RandomState::new(5);
    assert_eq!(tests(k_fold(y.len(), 3, None).unwrap()), theirs("k_fold"));
    assert_eq!(tests(k_fold(y.len(), 3, Some(&mut rng())).unwrap()), theirs("k_fold_shuffled"));
    assert_eq!(tests(stratified_k_fold(&y, 3, None).unwrap()), theirs("stratified_k_fold"));
    assert_eq!(tests(stratified_k_fold(&y, 3, Some(&mut rng())).unwrap()), theirs("stratified_k_fold_shuffled"));
}

#[test]
fn bad_arguments_are_named() {
    let rng = &mut RandomState::new(0);
    let moons = make_moons(10, 0.1, rng).unwrap();
    let other = Dataset { y: array![0, 1], ..moons.clone() };
    let labels = "labels: expected shape (10,), one for each row of x, got (2,)";
    assert_eq!(message(train_test_split(&other, 0.5, rng)), labels);
    assert_eq!(message(stratified_split(&other, 0.5, rng)), labels);
    for fraction in [0.0, 1.0, -0.5, 1.5, f64::NAN] {
        let expected = format!("test fraction: expected a number between 0 and 1, both excluded, got {fraction}");
        assert_eq!(message(train_test_split(&moons, fraction, rng)), expected);
        assert_eq!(message(stratified_split(&moons, fraction, rng)), expected);
    }
    assert_eq!(
        message(train_test_split(&moons, 0.95, rng)),
        "test fraction: expected one that leaves at least 1 of 10 points to each side, got 0.95"
    );
    assert_eq!(
        message(stratified_split(&moons, 0.1, rng)),
        "test fraction: expected one that leaves at least 2 of 10 points to each side, got 0.1"
    );
    assert_eq!(
        message(stratified_split(&numbered(array![0, 0, 0, 1]), 0.5, rng)),
        "points of class 1: expected at least 2, one for each side of a stratified split, got 1"
    );
    let nothing = moons.select(&[]).unwrap();
    assert_eq!(message(train_test_split(&nothing, 0.5, rng)), "data points: expected at least one, got none");
    assert_eq!(message(stratified_split(&nothing, 0.5, rng)), "data points: expected at least one, got none");
    let vast = Dataset { classes: usize::MAX, ..moons.clone() };
    assert_eq!(message(stratified_split(&vast, 0.5, rng)), format!("classes: expected at most 1048576, got {}", usize::MAX));
    let folds = format!("rows in the folds: expected at most 134217728 numbers in all, got {} × 2", usize::MAX);
    assert_eq!(message(k_fold(usize::MAX, 2, None)), folds);
    assert_eq!(message(k_fold(10, 1, None)), "folds: expected at least 2 and at most 10, the number of rows, got 1");
    assert_eq!(message(k_fold(3, 4, None)), "folds: expected at least 2 and at most 3, the number of rows, got 4");
    assert_eq!(
        message(stratified_k_fold(&array![4, 4, 4, 4, 1, 1, 1], 4, None)),
        "folds: expected at least 2 and at most 3, the number of rows of class 1, got 4"
    );
    assert_eq!(message(stratified_k_fold(&Array1::default(0), 2, None)), "labels: expected at least one, got none");
}

proptest! {
    #[test]
    fn a_split_loses_no_point(seed: u32, n in 8_usize..80, fraction in 0.25..0.75) {
        let rng = &mut RandomState::new(seed);
        let data = numbered((0..n).map(|i| i % 2).collect());
        for (train, test) in [train_test_split(&data, fraction, rng)?, stratified_split(&data, fraction, rng)?] {
            let mut all = rows(&train).to_vec();
            all.extend(rows(&test));
            all.sort_unstable();
            prop_assert_eq!(all, (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_stratified_split_keeps_the_proportions(seed: u32, y in prop::collection::vec(0_usize..3, 30..90), fraction in 0.3..0.7) {
        let data = numbered(y.into());
        prop_assume!(data.class_counts().iter().all(|&count| count > 1));
        let (train, _) = stratified_split(&data, fraction, &mut RandomState::new(seed))?;
        for (part, whole) in train.class_counts().into_iter().zip(data.class_counts()) {
            let share = whole as f64 * train.len() as f64 / data.len() as f64;
            prop_assert!((part as f64 - share).abs() < 1.0);
        }
    }

    #[test]
    fn every_row_is_held_back_once(seed: u32, n in 20_usize..60, k in 2_usize..6, shuffle: bool) {
        let mut rng = RandomState::new(seed);
        let y = Array1::from_iter((0..n).map(|i| i % 3));
        for stratified in [false, true] {
            let rng = shuffle.then_some(&mut rng);
            let folds = if stratified { stratified_k_fold(&y, k, rng)? } else { k_fold(n, k, rng)? };
            let mut held_back = Vec::<usize>::new();
            for fold in &folds {
                let mut both = [fold.train.clone(), fold.test.clone()].concat();
                both.sort_unstable();
                prop_assert_eq!(both, (0..n).collect::<Vec<_>>());
                prop_assert!(fold.test.len() == n / k || fold.test.len() == n.div_ceil(k));
                held_back.extend(&fold.test);
            }
            held_back.sort_unstable();
            prop_assert_eq!(held_back, (0..n).collect::<Vec<_>>());
        }
    }
}
