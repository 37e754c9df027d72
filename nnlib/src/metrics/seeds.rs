//! A claim about learning rests on several seeds: run them side by side, then say the mean and the spread.

use std::sync::Mutex;
use std::thread::{available_parallelism, scope};

use crate::error::Error;

/// The mean x̄ = 1/n Σ xᵢ and the spread s = √(1/(n − 1) Σ (xᵢ − x̄)²), the sample's standard deviation; NumPy's `mean()` and `std(ddof=1)`.
///
/// A single value has the spread NaN, as no value says how far the next would be; no value at all has both.
///
/// ```
/// let (mean, spread) = nnlib::metrics::mean_and_spread(&[0.96, 0.98, 1.0]);
/// assert_eq!(format!("{mean:.2} ± {spread:.2}"), "0.98 ± 0.02");
/// ```
pub fn mean_and_spread(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}

/// What `run` gives for each of the seeds, in their order; computed side by side on the processor's cores.
///
/// `run` makes all its random numbers from its seed, so that the result is the same on any number of cores. Models trained inside it do best with
/// [`FitOptions::threads(1)`](crate::FitOptions::threads).
///
/// ```
/// use nnlib::{Error, RandomState, metrics};
/// let means = metrics::over_seeds(0..5, |seed| Ok(RandomState::new(seed).randn_2d(100, 1).mean().unwrap()))?;
/// let (mean, spread) = metrics::mean_and_spread(&means);
/// assert!(mean.abs() < 0.2 && spread < 0.2);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// That of the first seed that has one.
pub fn over_seeds<T: Send>(seeds: impl IntoIterator<Item = u32>, run: impl Fn(u32) -> Result<T, Error> + Sync) -> Result<Vec<T>, Error> {
    let seeds: Vec<u32> = seeds.into_iter().collect();
    let threads = available_parallelism().map_or(1, Into::into).min(seeds.len());
    let (next, results) = (Mutex::new(seeds.iter().copied().enumerate()), Mutex::new(Vec::with_capacity(seeds.len())));
    let work = || {
        loop {
            let Some((i, seed)) = next.lock().expect("no run holds it").next() else { break };
            let result = run(seed);
            results.lock().expect("no run holds it").push((i, result));
        }
    };
    scope(|scope| {
        // This thread works too: in a web page (WebAssembly) there is no other.
        (1..threads).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    let mut results = results.into_inner().expect("no run holds it");
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}
