use nnlib::Error;
use nnlib::metrics::{mean_and_spread, over_seeds};

#[test]
fn mean_and_spread_are_numpy_s() {
    // np.array(values).mean(), np.array(values).std(ddof=1)
    let (mean, spread) = mean_and_spread(&[1.5, -2.0, 4.25, 0.5, 3.0]);
    assert!((mean - 1.45).abs() < 1e-15 && (spread - 2.400_520_776_831_560_6).abs() < 1e-14, "{mean} {spread}");
    assert!(mean_and_spread(&[7.0]).1.is_nan() && mean_and_spread(&[]).0.is_nan());
}

#[test]
fn results_stand_in_the_order_of_the_seeds_and_the_first_error_counts() {
    let slow_first = |seed: u32| {
        std::thread::sleep(std::time::Duration::from_millis(u64::from(20 - seed)));
        if seed % 7 == 6 { Err(Error::value("seed", "another", seed)) } else { Ok(seed * seed) }
    };
    assert_eq!(over_seeds(0..6, slow_first).unwrap(), [0, 1, 4, 9, 16, 25]);
    assert_eq!(over_seeds([5, 13, 6], slow_first).unwrap_err().to_string(), "seed: expected another, got 13");
    assert!(over_seeds([], slow_first).unwrap().is_empty());
}
