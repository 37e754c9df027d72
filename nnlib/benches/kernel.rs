//! The fast kernels: nanoseconds a number, seconds a training, milliseconds an image.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array1;
use nnlib::kernel::conv::{Convolution, Pooling};
use nnlib::kernel::fused::{Layer, Stack, Wanted, Workspace};
use nnlib::kernel::vector;
use nnlib::layer::Padding;
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
                    workspace.loss_and_gradients(stack, black_box(x), (&data.y).into(), Loss::SoftmaxCrossEntropy, 1.0, Wanted::default());
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

/// The convolutions of the digits network, a hundred images at a time.
fn convolutions(criterion: &mut Criterion) {
    const IMAGES: usize = 100;
    let mut rng = RandomState::new(0);
    let mut gaussians = |count: usize| -> Vec<f64> { (0..count).map(|_| rng.randn()).collect() };
    let mut group = criterion.benchmark_group("conv");
    group.throughput(Throughput::Elements(IMAGES as u64));
    let mut workspace = nnlib::kernel::conv::Workspace::default();
    for (name, image, outputs, kernel) in [
        ("4@5x5 on 1x28x28", [1, 28, 28], 4, [5, 5]),
        ("8@3x3 on 4x24x24", [4, 24, 24], 8, [3, 3]),
        ("16@3x3 on 8x11x11", [8, 11, 11], 16, [3, 3]),
    ] {
        let convolution = Convolution::new(image, outputs, kernel, 1, Padding::Valid);
        let (x, w, b) = (gaussians(IMAGES * convolution.inputs()), gaussians(outputs * convolution.taps()), gaussians(outputs));
        let mut z = vec![0.0; IMAGES * outputs * convolution.positions()];
        let (mut dw, mut db, mut delta_x) = (w.clone(), b.clone(), x.clone());
        group.bench_function(format!("{name}, forward"), |bencher| {
            bencher.iter(|| workspace.forward(&convolution, black_box(&x), &w, &b, &mut z));
        });
        group.bench_function(format!("{name}, backward"), |bencher| {
            bencher.iter(|| workspace.backward(&convolution, black_box(&x), &w, &z, &mut dw, &mut db, Some(&mut delta_x)));
        });
    }
}

/// A training step of the digits network, 4@5×5 – 8@3×3 – pool – 16@3×3 – pool – 128 – 10, on a hundred images.
fn digits(criterion: &mut Criterion) {
    const IMAGES: usize = 100;
    let mut rng = RandomState::new(0);
    let mut gaussians = |count: usize, scale: f64| -> Vec<f64> { (0..count).map(|_| rng.randn() * scale).collect() };
    let x = gaussians(IMAGES * 784, 1.0);
    let y = Array1::from_shape_fn(IMAGES, |i| i % 10);
    let weights = [100, 288, 1152, 256 * 128, 1280].map(|count| gaussians(count, 0.1));
    let biases = [4, 8, 16, 128, 10].map(|count| gaussians(count, 0.1));
    let conv = |l: usize, image, outputs, size| Layer::Conv2d {
        w: &weights[l],
        b: &biases[l],
        convolution: Convolution::new(image, outputs, [size, size], 1, Padding::Valid),
    };
    let dense = |l: usize, outputs| Layer::Dense { w: &weights[l], b: &biases[l], outputs };
    let tanh = Layer::Activation(Activation::Tanh);
    let pool = |image| Layer::MaxPool2d(Pooling { image, size: 2 });
    let (first, second, third) = (conv(0, [1, 28, 28], 4, 5), conv(1, [4, 24, 24], 8, 3), conv(2, [8, 11, 11], 16, 3));
    let layers = [first, tanh, second, tanh, pool([8, 22, 22]), third, tanh, pool([16, 9, 9]), dense(3, 128), tanh, dense(4, 10)];
    let stack = Stack { inputs: 784, layers: &layers };
    let mut workspace = Workspace::default();
    let mut group = criterion.benchmark_group("fused");
    group.throughput(Throughput::Elements(IMAGES as u64));
    group.bench_function("digits network", |bencher| {
        bencher.iter(|| {
            workspace.loss_and_gradients(
                stack,
                black_box(&x),
                (&y).into(),
                Loss::SoftmaxCrossEntropy,
                1.0 / IMAGES as f64,
                Wanted::default(),
            )
        });
    });
}

/// The scores of a 2-3-2 network on the points of a decision boundary at 0.01 spacing.
fn boundary(criterion: &mut Criterion) {
    const POINTS: usize = 150_000;
    let mut rng = RandomState::new(0);
    let mut gaussians = |count: usize| -> Vec<f64> { (0..count).map(|_| rng.randn()).collect() };
    let (x, w1, b1, w2, b2) = (gaussians(2 * POINTS), gaussians(6), gaussians(3), gaussians(6), gaussians(2));
    let layers =
        [Layer::Dense { w: &w1, b: &b1, outputs: 3 }, Layer::Activation(Activation::Tanh), Layer::Dense { w: &w2, b: &b2, outputs: 2 }];
    let (mut workspace, mut y_hat) = (Workspace::default(), vec![0.0; 2 * POINTS]);
    let mut group = criterion.benchmark_group("fused");
    group.throughput(Throughput::Elements(POINTS as u64));
    group.bench_function("boundary", |bencher| {
        bencher.iter(|| workspace.output(Stack { inputs: 2, layers: &layers }, black_box(&x), &mut y_hat));
    });
}

criterion_group! {
    name = kernel;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = vectors, moons, convolutions, digits, boundary
}
criterion_main!(kernel);
