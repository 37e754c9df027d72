//! Draws of `RandomState`, a thousand at a time; NumPy needs 20 to 25 ns for a Gaussian.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nnlib::RandomState;

fn draws(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("random");
    group.throughput(Throughput::Elements(1000));
    let mut rng = RandomState::new(0);
    group.bench_function("gaussians", |b| b.iter(|| black_box(rng.randn_2d(100, 10))));
    group.bench_function("uniforms", |b| b.iter(|| black_box(rng.rand_2d(100, 10))));
    group.bench_function("permutation", |b| b.iter(|| black_box(rng.permutation(1000))));
    group.finish();
}

criterion_group!(benches, draws);
criterion_main!(benches);
