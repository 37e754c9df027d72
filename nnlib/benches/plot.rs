//! How long a figure takes, from the model's answers to the file: `cargo bench --bench plot`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::{Array1, Array2, array};
use nnlib::Dataset;
use nnlib::RandomState;
use nnlib::plot::{self, Animation, Figure};

/// 200 points in two bows, the range of the tutorial's moons: a grid of about 150,000 points at 0.01 spacing.
fn bows() -> Dataset {
    let mut rng = RandomState::new(0);
    let x = Array2::from_shape_fn((200, 2), |(i, k)| {
        let (t, lower) = (i as f64 / 100.0 % 1.0 * std::f64::consts::PI, i >= 100);
        let bow = if k == 0 { t.cos() } else { t.sin() };
        rng.normal(if lower { [1.0 - bow, 0.5 - bow][k] } else { bow }, 0.2)
    });
    Dataset::new(x, Array1::from_shape_fn(200, |i| usize::from(i >= 100))).expect("finite points")
}

fn figures(c: &mut Criterion) {
    let data = bows();
    // Cheap to ask, so that the drawing is what is measured.
    let model = |x: &Array2<f64>| x.column(0).mapv(|x1| usize::from(x1 > 0.5));
    let boundary = || plot::decision_boundary(&model, &data).expect("a boundary");
    let shown = boundary();
    c.bench_function("boundary: ask and trace", |b| b.iter(|| black_box(boundary())));
    c.bench_function("boundary: draw to PNG", |b| b.iter(|| black_box(shown.png())));
    c.bench_function("boundary: draw to SVG", |b| b.iter(|| black_box(shown.svg())));
    c.bench_function("boundary: all, to PNG", |b| b.iter(|| black_box(boundary().png())));

    let scatter = plot::scatter(&data).expect("points");
    c.bench_function("scatter of 200 to PNG", |b| b.iter(|| black_box(scatter.png())));
    let steps: Vec<f64> = (0..20_000).map(f64::from).collect();
    let losses: Vec<f64> = steps.iter().map(|i| (-i / 3000.0).exp() + 0.01 * i.sin()).collect();
    let line = plot::line("loss", &steps, &losses).expect("a line");
    c.bench_function("line of 20,000 to PNG", |b| b.iter(|| black_box(line.png())));
    let seven = plot::grid(4, vec![shown.clone(); 7]).expect("panels");
    c.bench_function("seven boundaries to PNG", |b| b.iter(|| black_box(seven.png())));
    let w = [array![[0.15, 0.25], [0.20, 0.30]], array![[0.40, -0.50], [0.45, 0.55]]];
    let network = plot::network(&w, &[]).expect("weights");
    c.bench_function("network 2-2-2 to PNG", |b| b.iter(|| black_box(network.png())));

    let frame = |k: usize| {
        let at = k as f64 / 10.0;
        let model = move |x: &Array2<f64>| x.column(0).mapv(|x1| usize::from(x1 > at));
        plot::decision_boundary(&model, &data).expect("a boundary")
    };
    let frames: Vec<Figure> = (0..20).map(frame).collect();
    let animation = Animation::new(frames, 10.0).expect("frames");
    let mut slow = c.benchmark_group("animation");
    slow.sample_size(10);
    slow.bench_function("20 boundaries to GIF", |b| b.iter(|| black_box(animation.gif())));
    slow.finish();
}

criterion_group!(benches, figures);
criterion_main!(benches);
