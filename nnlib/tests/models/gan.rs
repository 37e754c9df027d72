//! Adversarial training: gradients against differences and formulas, and what the two learn.

use ndarray::{Array1, Array2, array};
use nnlib::{Activation, Discriminator, Gan, Generator, GeneratorLoss, Init, Optimizer, RandomState, Schedule, Sequential};

use crate::support::message;

/// The network with parameter `i` of layer `l` (weights first, then biases) moved by `step`.
fn moved(network: &Sequential, l: usize, i: usize, step: f64) -> Sequential {
    let mut network = network.clone();
    let (mut w, mut b) = (network.w(l).unwrap().to_owned(), network.b(l).unwrap().to_owned());
    let weights = w.len();
    if i < weights {
        w.as_slice_mut().unwrap()[i] += step;
    } else {
        b[i - weights] += step;
    }
    network.set(l, &w, &b).unwrap();
    network
}

/// The gradient of `loss` with respect to each parameter of the two-layer network, by central differences.
fn differences(network: &Sequential, loss: impl Fn(&Sequential) -> f64) -> Vec<f64> {
    let h = 1e-5;
    let count = |l: usize| network.w(l).unwrap().len() + network.b(l).unwrap().len();
    let places = [1, 2].into_iter().flat_map(|l| (0..count(l)).map(move |i| (l, i)));
    places.map(|(l, i)| (loss(&moved(network, l, i, h)) - loss(&moved(network, l, i, -h))) / (2.0 * h)).collect()
}

/// The gradient that a step of plain descent at rate 1 took.
fn taken(before: &Sequential, after: &Sequential) -> Vec<f64> {
    let numbers = |network: &Sequential| -> Array1<f64> {
        [1, 2].iter().flat_map(|&l| network.w(l).unwrap().iter().chain(network.b(l).unwrap()).copied().collect::<Vec<_>>()).collect()
    };
    (numbers(before) - numbers(after)).to_vec()
}

fn assert_near(got: &[f64], expected: &[f64]) {
    assert_eq!(got.len(), expected.len());
    let size = expected.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    assert!(size > 1e-3, "differences of no size prove nothing");
    for (got, expected) in got.iter().zip(expected) {
        assert!((got - expected).abs() < 1e-6 * size, "{got} against {expected}");
    }
}

fn sgd() -> Optimizer {
    Optimizer::sgd(1.0).unwrap()
}

fn network(sizes: [usize; 3], seed: u32) -> Sequential {
    let builder = Sequential::input(sizes[0]).dense(sizes[1]).activation(Activation::Tanh).dense(sizes[2]);
    builder.build(&mut RandomState::new(seed)).unwrap()
}

#[test]
fn the_generator_s_gradient_through_the_discriminator_is_that_of_differences() {
    let rng = &mut RandomState::new(0);
    for loss in [GeneratorLoss::Minimax, GeneratorLoss::NonSaturating] {
        // One sample at a time, packed, and with enough of them that the work is split.
        for (pack, n) in [(1, 6), (3, 6), (2, 30_000)] {
            let discriminator = Discriminator::new(network([2 * pack, 5, 1], 1), sgd()).unwrap();
            let mut generator = Generator::new(network([3, 4, 2], 2), sgd(), loss).unwrap();
            let before = generator.network().clone();
            let z = generator.noise(n, rng);
            let value = |network: &Sequential| loss.value(&discriminator.scores(&network.output(&z).unwrap()).unwrap());
            let reported = generator.train(&discriminator, &z, rng).unwrap();
            assert!((reported - value(&before)).abs() < 1e-12);
            assert_near(&taken(&before, generator.network()), &differences(&before, value));
        }
    }
}

#[test]
fn the_gradient_comes_through_images_and_every_function() {
    let rng = &mut RandomState::new(0);
    let functions = [Activation::Identity, Activation::Sigmoid, Activation::Tanh, Activation::Relu, Activation::leaky_relu(0.2).unwrap()];
    for f in functions.into_iter().chain([Activation::elu(1.0).unwrap(), Activation::Softplus, Activation::Softsign]) {
        let builder = Sequential::input((1, 5, 5)).conv2d(3, (2, 2)).prelu().max_pool2d(2).flatten().dense(4).activation(f).dense(1);
        let discriminator = Discriminator::new(builder.build(&mut RandomState::new(1)).unwrap(), sgd()).unwrap();
        let mut generator = Generator::new(network([3, 4, 25], 2), sgd(), GeneratorLoss::NonSaturating).unwrap();
        let before = generator.network().clone();
        let z = generator.noise(6, rng);
        generator.train(&discriminator, &z, rng).unwrap();
        let value = |network: &Sequential| GeneratorLoss::NonSaturating.value(&discriminator.scores(&network.output(&z).unwrap()).unwrap());
        assert_near(&taken(&before, generator.network()), &differences(&before, value));
    }
}

#[test]
fn the_discriminator_s_gradient_is_that_of_differences() {
    let rng = &mut RandomState::new(0);
    for (pack, smoothing, n) in [(1, 0.0, 6), (2, 0.1, 6), (2, 0.1, 30_000)] {
        let (real, fake) = (rng.randn_2d(n, 2), rng.randn_2d(n / 2 * pack, 2) + 1.0);
        let mut discriminator = Discriminator::new(network([2 * pack, 5, 1], 1), sgd()).unwrap().smoothing(smoothing).unwrap();
        let before = discriminator.clone();
        // In the book's letters: -V with D = sigmoid(s), where s is moderate enough for logarithms.
        let value = |network: &Sequential| {
            let judge = Discriminator::new(network.clone(), sgd()).unwrap();
            let d = |x: &Array2<f64>| judge.scores(x).unwrap().mapv(|s| 1.0 / (1.0 + (-s).exp()));
            let on_real = d(&real).mapv(|d| -(1.0 - smoothing) * d.ln() - smoothing * (1.0 - d).ln()).mean().unwrap();
            on_real + d(&fake).mapv(|d| -(1.0 - d).ln()).mean().unwrap()
        };
        let reported = discriminator.train(&real, &fake, rng).unwrap();
        assert!((reported - value(before.network())).abs() < 1e-12);
        assert_near(&taken(before.network(), discriminator.network()), &differences(before.network(), value));
    }
}

#[test]
fn generator_losses_and_slopes_follow_their_formulas_and_overflow_nowhere() {
    let s = array![[-3.0], [0.0], [2.0]];
    let d = s.mapv(|s: f64| 1.0 / (1.0 + (-s).exp()));
    for (loss, value, gradient) in [
        (GeneratorLoss::Minimax, d.mapv(|d| (1.0 - d).ln()), d.mapv(|d| -d)),
        (GeneratorLoss::NonSaturating, d.mapv(|d| -d.ln()), d.mapv(|d| d - 1.0)),
    ] {
        assert!((loss.value(&s) - value.mean().unwrap()).abs() < 1e-15);
        assert!((loss.gradient(&s) - gradient / 3.0).iter().all(|difference| difference.abs() < 1e-16));
    }
    let extreme = array![[-1000.0], [1000.0]];
    assert_eq!(GeneratorLoss::Minimax.value(&extreme), -500.0);
    assert_eq!(GeneratorLoss::NonSaturating.value(&extreme), 500.0);
    assert_eq!(GeneratorLoss::Minimax.gradient(&extreme), array![[0.0], [-0.5]]);
    assert_eq!(GeneratorLoss::NonSaturating.gradient(&extreme), array![[-0.5], [0.0]]);
}

#[test]
fn each_side_trains_itself_alone_and_from_a_seed() {
    let play = |dropout: f64| {
        let rng = &mut RandomState::new(3);
        // Large enough for two threads, with dropout that draws on both.
        let judge = Sequential::input(2).dense(200).dropout(dropout).dense(1).build(rng).unwrap();
        let mut generator = Generator::new(network([2, 200, 2], 4), Optimizer::adam(0.01).unwrap(), GeneratorLoss::default()).unwrap();
        let mut discriminator = Discriminator::new(judge, Optimizer::adam(0.01).unwrap()).unwrap();
        let real = rng.randn_2d(4000, 2);
        for _ in 0..2 {
            let fake = generator.sample(4000, rng).unwrap();
            let before = generator.clone();
            discriminator.train(&real, &fake, rng).unwrap();
            assert_eq!(generator, before);
            let before = discriminator.clone();
            let z = generator.noise(4000, rng);
            generator.train(&discriminator, &z, rng).unwrap();
            assert_eq!(discriminator, before);
        }
        generator.sample(10, rng).unwrap()
    };
    assert_eq!(play(0.5), play(0.5));
    assert_ne!(play(0.5), play(0.0));
}

#[test]
fn a_small_gan_finds_a_gaussian_s_mean_and_spread() {
    let rng = &mut RandomState::new(0);
    let schedule = Schedule::cosine(0.02, 3000).unwrap();
    let adam = || Optimizer::adam(schedule.clone()).unwrap().momentum(0.5).unwrap();
    // A generator of two parameters, z w + b, that must become 0.5 and 3 (or −0.5: z is symmetric).
    let generator = Sequential::input(1).dense(1).build(rng).unwrap();
    let discriminator = Sequential::input(2).dense(16).activation(Activation::Tanh).dense(1).build(rng).unwrap();
    let generator = Generator::new(generator, adam(), GeneratorLoss::NonSaturating).unwrap();
    let mut gan = Gan::new(generator, Discriminator::new(discriminator, adam()).unwrap()).unwrap();
    for _ in 0..3000 {
        let real = rng.randn_2d(128, 1) * 0.5 + 3.0;
        gan.step(&real, rng).unwrap();
    }
    let (w, b) = (gan.generator.network().w(1).unwrap()[[0, 0]], gan.generator.network().b(1).unwrap()[0]);
    assert!((w.abs() - 0.5).abs() < 0.05 && (b - 3.0).abs() < 0.05, "spread {w}, mean {b}");
}

const SPREAD: f64 = 0.05;

fn center(k: usize) -> (f64, f64) {
    let angle = k as f64 * std::f64::consts::FRAC_PI_4;
    (2.0 * angle.cos(), 2.0 * angle.sin())
}

/// Points of eight Gaussians on a ring.
fn ring(n: usize, rng: &mut RandomState) -> Array2<f64> {
    let mut x = rng.randn_2d(n, 2) * SPREAD;
    for mut point in x.outer_iter_mut() {
        let (c0, c1) = center(rng.randint(0, 8).unwrap() as usize);
        point += &array![c0, c1];
    }
    x
}

/// How many points lie within three standard deviations of each centre.
fn near(x: &Array2<f64>) -> [usize; 8] {
    std::array::from_fn(|k| {
        let (c0, c1) = center(k);
        x.outer_iter().filter(|point| (point[0] - c0).hypot(point[1] - c1) <= 3.0 * SPREAD).count()
    })
}

/// The ring learned by a discriminator that judges so many samples at once.
fn learn_ring(pack: usize, seed: u32) -> [usize; 8] {
    let rng = &mut RandomState::new(seed);
    let steps = 6000;
    let adam = || Optimizer::adam(Schedule::cosine(0.005, steps).unwrap()).unwrap().momentum(0.5).unwrap();
    let two_hidden = |inputs: usize, f: Activation, outputs: usize, rng: &mut RandomState| {
        let builder = Sequential::input(inputs).init(Init::HeNormal).dense(32).activation(f).dense(32).activation(f).dense(outputs);
        builder.build(rng).unwrap()
    };
    let generator = Generator::new(two_hidden(2, Activation::Tanh, 2, rng), adam(), GeneratorLoss::NonSaturating).unwrap();
    let discriminator = Discriminator::new(two_hidden(2 * pack, Activation::Relu, 1, rng), adam()).unwrap();
    let mut gan = Gan::new(generator, discriminator).unwrap();
    for _ in 0..steps {
        gan.step(&ring(64, rng), rng).unwrap();
    }
    near(&gan.generator.sample(5000, rng).unwrap())
}

#[test]
fn all_eight_gaussians_of_the_ring_are_found() {
    let found = learn_ring(2, 0);
    assert!(found.iter().all(|&count| count >= 300), "{found:?}");
    assert!(found.iter().sum::<usize>() >= 4500, "{found:?}");
}

#[test]
fn what_does_not_fit_together_is_named() {
    let two_outputs = Discriminator::new(network([2, 3, 2], 0), sgd());
    assert_eq!(message(two_outputs), "output of a discriminator: expected shape (n, 1), a score, got (n, 2)");
    let discriminator = |inputs: usize| Discriminator::new(network([inputs, 3, 1], 0), sgd()).unwrap();
    assert_eq!(message(discriminator(2).smoothing(0.5)), "label smoothing: expected a number in [0, 0.5), got 0.5");
    let generator = Generator::new(network([1, 3, 2], 0), sgd(), GeneratorLoss::Minimax).unwrap();
    assert_eq!(
        message(Gan::new(generator.clone(), discriminator(3))),
        "input of the discriminator: expected shape (n, a multiple of 2), got (n, 3)"
    );
    let rng = &mut RandomState::new(0);
    let mut gan = Gan::new(generator, discriminator(4)).unwrap();
    let before = gan.clone();
    assert_eq!(
        message(gan.step(&Array2::zeros((3, 2)), rng)),
        "samples for the discriminator: expected a multiple of 2, as it judges that many at once, got 3"
    );
    assert_eq!(message(gan.step(&Array2::zeros((2, 3)), rng)), "real samples: expected shape (n, 2), as the generator's, got (2, 3)");
    assert_eq!(message(gan.step(&Array2::zeros((0, 2)), rng)), "samples: expected at least one, got none");
    assert_eq!(
        message(gan.step(&array![[0.0, 0.0], [f64::NAN, 0.0]], rng)),
        "input of the network: expected finite numbers, got NaN at [0, 2]"
    );
    assert_eq!(
        message(gan.generator.train(&gan.discriminator, &Array2::zeros((2, 3)), rng)),
        "input of the network: expected shape (n, 1), a sample of (1,) in each row, got (2, 3)"
    );
    assert_eq!(gan, before);
}
