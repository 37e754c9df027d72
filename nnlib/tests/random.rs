//! The generator against NumPy's and the reference program's numbers.

#[path = "support/mod.rs"]
mod support;

use proptest::prelude::*;
use rand::RngExt;

use nnlib::RandomState;
use rand::{Rng, SeedableRng};

#[test]
fn every_draw_is_numpys() {
    let fixture = support::fixture("random_state.json");
    let seeds = fixture["seeds"].as_object().unwrap();
    assert_eq!(seeds.len(), 5);
    for (seed, draws) in seeds {
        let floats = |key: &str| -> Vec<f64> { draws[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect() };
        let integers = |key: &str| -> Vec<i64> { draws[key].as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect() };
        let mut rng = RandomState::new(seed.parse().unwrap());
        let mut draw = |n: usize, f: &dyn Fn(&mut RandomState) -> f64| -> Vec<f64> { (0..n).map(|_| f(&mut rng)).collect() };

        // The order of the draws is the fixture's: one generator makes them all.
        assert_eq!(draw(10, &RandomState::random_sample), floats("random_sample"), "seed {seed}");
        assert_eq!(draw(7, &RandomState::randn), floats("randn_odd"), "seed {seed}");
        assert_eq!(draw(4, &RandomState::randn), floats("randn_after_odd"), "seed {seed}");
        assert_eq!(draw(5, &|r| r.normal(2.0, 0.5)), floats("normal_loc2_scale0.5"), "seed {seed}");
        assert_eq!(draw(5, &|r| r.uniform(-1.0, 3.0)), floats("uniform_-1_3"), "seed {seed}");
        let mut shuffled: Vec<i64> = (0..50).collect();
        rng.shuffle(&mut shuffled);
        assert_eq!(shuffled, integers("shuffle_50"), "seed {seed}");
        let permutation: Vec<i64> = rng.permutation(20).iter().map(|&i| i as i64).collect();
        assert_eq!(permutation, integers("permutation_20"), "seed {seed}");
        let randint: Vec<i64> = (0..20).map(|_| rng.randint(0, 100).unwrap()).collect();
        assert_eq!(randint, integers("randint_0_100"), "seed {seed}");
        let last: Vec<f64> = (0..3).map(|_| rng.random_sample()).collect();
        assert_eq!(last, floats("random_sample_last"), "seed {seed}");
    }
}

#[test]
fn arrays_are_drawn_row_by_row() {
    let (mut one, mut other) = (RandomState::new(7), RandomState::new(7));
    for value in one.randn_2d(3, 5) {
        assert_eq!(value, other.randn());
    }
    for value in one.rand_2d(3, 5) {
        assert_eq!(value, other.random_sample());
    }
}

#[test]
fn serves_where_rand_asks_for_a_generator() {
    // The words of MT19937 from seed 5489, as its authors' reference program prints them (and the C++ standard asks for the 10,000th).
    let mut rng = RandomState::new(5489);
    assert_eq!(rng.next_u32(), 3_499_211_612);
    assert_eq!(rng.clone().next_u64(), (581_869_302 << 32) | 3_890_346_734);
    assert_eq!((1..10_000).map(|_| rng.next_u32()).last(), Some(4_123_659_995));

    let dice: Vec<u8> = (0..1000).map(|_| rng.random_range(1..=6)).collect();
    assert!((1..=6).all(|side| dice.contains(&side)));
    assert!((0.0..1.0).contains(&rng.random::<f64>()));
    let mut bytes = [0; 7];
    let words = [rng.clone().next_u64() >> 32, rng.clone().next_u64() & 0xffff_ffff].map(|w| (w as u32).to_le_bytes());
    rng.fill_bytes(&mut bytes);
    assert_eq!(bytes, words.concat()[..7]);
    assert_eq!(RandomState::from_seed([1, 2, 0, 0]), RandomState::new(513));
    assert_eq!(RandomState::seed_from_u64(42), RandomState::new(42));
    assert_eq!(RandomState::from_rng(&mut RandomState::new(0)), RandomState::new(2_357_136_044));
}

#[test]
fn an_empty_range_is_an_error() {
    let error = RandomState::new(0).randint(3, 3).unwrap_err();
    assert_eq!(error.to_string(), "randint's high: expected more than low, 3, got 3");
}

proptest! {
    #[test]
    fn a_permutation_holds_each_number_once(seed: u32, n in 0_usize..200) {
        let mut sorted = RandomState::new(seed).permutation(n).to_vec();
        sorted.sort_unstable();
        prop_assert_eq!(sorted, (0..n).collect::<Vec<_>>());
    }

    #[test]
    fn integers_stay_in_their_range(seed: u32, low: i64, high: i64) {
        prop_assume!(low < high);
        let drawn = RandomState::new(seed).randint(low, high)?;
        prop_assert!((low..high).contains(&drawn));
    }

    #[test]
    fn uniforms_stay_in_their_range(seed: u32, low in -1e6..1e6, width in 1e-3..1e6) {
        let drawn = RandomState::new(seed).uniform(low, low + width);
        // Rounding can reach the upper end, in NumPy too.
        prop_assert!((low..=low + width).contains(&drawn));
    }
}
