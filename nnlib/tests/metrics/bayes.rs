use ndarray::array;
use proptest::prelude::*;

use crate::support::message;
use ndarray::Array2;
use nnlib::Classifier;
use nnlib::RandomState;
use nnlib::data::make_moons;
use nnlib::metrics::MoonsBayes;
use nnlib::metrics::accuracy;

#[test]
fn no_line_or_nearest_half_circle_is_right_more_often() {
    let moons = make_moons(20_000, 0.3, &mut RandomState::new(7)).unwrap();
    let share = |classifier: &dyn Classifier| accuracy(&moons.y, &classifier.predict_classes(&moons.x).unwrap()).unwrap();
    let nearest = MoonsBayes::new(1e-3).unwrap();
    let line = |x: &Array2<f64>| x.column(1).mapv(|v| usize::from(v < 0.25));
    let bayes = share(&MoonsBayes::new(0.3).unwrap());
    assert!(bayes > share(&nearest) && bayes > share(&line) && bayes > share(&MoonsBayes::new(0.6).unwrap()), "{bayes}");
}

#[test]
fn bad_input_is_named() {
    assert!(message(MoonsBayes::new(0.0)).starts_with("noise: expected"), "{}", message(MoonsBayes::new(0.0)));
    let bayes = MoonsBayes::new(0.2).unwrap();
    assert_eq!(message(bayes.predict_classes(&array![[1.0]])), "x: expected shape (n, 2), got (1, 1)");
    assert!(bayes.predict_classes(&array![[1.0, f64::NAN]]).is_err());
}

proptest! {
    /// Turned by 180° about (0.5, 0.25), each moon lies on the other.
    #[test]
    fn the_classes_change_places_under_a_half_turn(x in -50.0..50.0, y in -50.0..50.0, noise in 0.05..2.0) {
        let p = MoonsBayes::new(noise)?.probabilities(&array![[x, y], [1.0 - x, 0.5 - y]])?.unwrap();
        prop_assert!((p[[0, 0]] - p[[1, 1]]).abs() < 1e-8, "{p}");
        prop_assert!((p.row(0).sum() - 1.0).abs() < 1e-12);
    }
}
