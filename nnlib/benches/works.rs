//! Whole works through the crate's front door, those of `scripts/bench.sh`: `cargo bench --bench works`.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

#[path = "../examples/bench.rs"]
#[expect(dead_code, reason = "its `main`")]
mod bench;

fn works(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("works");
    group.sample_size(10);
    for work in ["moons-3", "moons-50", "digits", "boundary", "gaussians"] {
        group.bench_function(work, |bencher| {
            bencher.iter_custom(|times| (0..times).map(|_| Duration::from_secs_f64(bench::seconds(work).expect("works"))).sum());
        });
    }
    group.finish();
}

criterion_group!(benches, works);
criterion_main!(benches);
