//! The fast kernels: nanoseconds a number, seconds a training, milliseconds an image.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nnlib::kernel::fused::{Layer, Stack, Workspace};
use nnlib::kernel::vector;
use nnlib::{Activation, Loss, RandomState};

/// Numbers from −5 to 5, as the scores of a network are.
fn vectors(criterion: &mut Criterion) {
    let x: Vec<f64> = (0..1024).map(|i| f64::from(i * 7919 % 1024) / 102.4 - 5.0).collect();
    let mut y = vec![0.0; x.len()];
    let mut group = criterion.benchmark_group("vector");
    group.throughput(Throughput::Elements(x.len() as u64));
    type Function = fn(&[f64], &mut [f64]);
    let functions: [(&str, Function); 5] = [
        ("exp", vector::exp),
        ("tanh", vector::tanh),
        ("sigmoid", vector::sigmoid),
        ("softplus", vector::softplus),
        ("tanh of the standard library", |x, y| x.iter().zip(y).for_each(|(x, y)| *y = x.tanh())),
    ];
    for (name, function) in functions {
        group.bench_function(name, |bencher| bencher.iter(|| function(black_box(&x), black_box(&mut y))));
    }
}

/// A thousandth of the moons tutorial: 20 passes over 200 points, each with its step of gradient descent.
fn moons(criterion: &mut Criterion) {
    let data = nnlib::data::make_moons(200, 0.20, &mut RandomState::new(0)).expect("valid arguments");
    let x = data.x.as_slice().expect("contiguous");
    let mut group = criterion.benchmark_group("fused/moons, 20 of 20,000 passes");
    for h in [3, 50] {
        let mut rng = RandomState::new(0);
        let mut gaussians = |count: usize, scale: f64| -> Vec<f64> { (0..count).map(|_| rng.randn() * scale).collect() };
        let initial = [gaussians(2 * h, 0.5_f64.sqrt()), vec![0.0; h], gaussians(2 * h, 1.0 / (h as f64).sqrt()), vec![0.0; 2]];
        let mut workspace = Workspace::default();
        group.bench_function(format!("2-{h}-2"), |bencher| {
            bencher.iter(|| {
                let mut parameters = initial.clone();
                for _ in 0..20 {
                    let [w1, b1, w2, b2] = parameters.each_ref().map(Vec::as_slice);
                    let layers = [
                        Layer::Dense { w: w1, b: b1, outputs: h },
                        Layer::Activation(Activation::Tanh),
                        Layer::Dense { w: w2, b: b2, outputs: 2 },
                    ];
                    let stack = Stack { inputs: 2, layers: &layers };
                    workspace.loss_and_gradients(stack, black_box(x), (&data.y).into(), Loss::SoftmaxCrossEntropy, 1.0, None);
                    let gradients = workspace.gradients().flat_map(|(w, b)| [(w, 0.01), (b, 0.0)]);
                    for (p, (gradient, l2)) in parameters.iter_mut().zip(gradients) {
                        p.iter_mut().zip(gradient).for_each(|(p, g)| *p -= 0.01 * (g + l2 * *p));
                    }
                }
                parameters
            });
        });
    }
}

criterion_group! {
    name = kernel;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = vectors, moons
}
criterion_main!(kernel);
