use proptest::prelude::*;

use super::*;
use crate::data::make_blobs;
use crate::random::RandomState;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_gradient_belongs_to_the_loss(seed: u32, d in 1_usize..4, classes in 2_usize..5, c in 0.1..10.0) {
        let rng = &mut RandomState::new(seed);
        let data = make_blobs(12, &rng.randn_2d(classes, d), 1.0, rng)?;
        let outputs = if classes == 2 { 1 } else { classes };
        let w = rng.randn_2d(d * outputs, 1).column(0).to_owned();
        let b = rng.randn_2d(outputs, 1).column(0).to_owned();
        let (_, gradient) = objective(&data, c, w.view(), b.view());
        for i in 0..gradient.len() {
            let at = |h: f64| {
                let (mut w, mut b) = (w.clone(), b.clone());
                *w.iter_mut().chain(&mut b).nth(i).unwrap() += h;
                objective(&data, c, w.view(), b.view()).0
            };
            let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
            prop_assert!((gradient[i] - difference).abs() < 1e-7, "{} and {difference}", gradient[i]);
        }
    }
}
