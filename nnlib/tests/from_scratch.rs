//! The example `from_scratch` gives the tutorial's numbers.

#[path = "support/mod.rs"]
mod support;

#[path = "../examples/from_scratch.rs"]
#[allow(dead_code, reason = "its main is not called")]
mod from_scratch;

use nnlib::RandomState;
use nnlib::data::make_moons;

#[test]
fn the_losses_are_the_tutorial_s() {
    let fixture = support::fixture("moons_training.json");
    let moons = make_moons(200, 0.20, &mut RandomState::new(0)).unwrap();
    for hidden in [1, 3, 5, 50] {
        let expected = &fixture["hidden_sizes"][hidden.to_string()]["loss_after_iteration"];
        let mut network = from_scratch::Network::new(2, hidden, 2, &mut RandomState::new(0));
        for iteration in 0..=1000 {
            network.step(&moons.x, &moons.y);
            if let Some(expected) = expected[iteration.to_string()].as_f64() {
                let loss = network.loss(&moons.x, &moons.y);
                assert!((loss - expected).abs() < 1e-9, "h = {hidden}, iteration {iteration}: {loss} against {expected}");
            }
        }
    }
}
