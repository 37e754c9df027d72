//! The network: passes and gradients against reference values and central differences.

use ndarray::{Array1, Array2, Array4, Axis, array};
use proptest::prelude::*;

use crate::support::{assert_close, fixture, flat, floats, integers, matrix, message, moons_model};
use nnlib::layer::{Conv2d, Padding, Shape};
use nnlib::{Activation, FitOptions, Init, Loss, Optimizer, RandomState, Sequential, gradcheck};

#[test]
fn linear_relu_linear_mse_is_jax_s() {
    let fixture = fixture("grad_linear_relu_linear_mse.json");
    let mut network = Sequential::input(5).dense(4).activation(Activation::Relu).dense(1).build(&mut RandomState::new(0)).unwrap();
    network.set(1, &matrix(&fixture["w1"]), &floats(&fixture["b1"])).unwrap();
    network.set(2, &matrix(&fixture["w2"]), &floats(&fixture["b2"])).unwrap();
    let target = floats(&fixture["target"]).insert_axis(Axis(1));
    let pass = network.forward(&matrix(&fixture["x"])).unwrap();
    let loss = Loss::MeanSquaredError.value(pass.output(), &target).unwrap();
    assert!((loss - fixture["loss"].as_f64().unwrap()).abs() < 1e-12);
    let gradients = network.backward(&pass, &target, Loss::MeanSquaredError).unwrap();
    let expected = &fixture["grad"];
    assert_close(gradients.x(), &matrix(&expected["x"]), 1e-12);
    assert_close(gradients.w(1).unwrap(), &matrix(&expected["w1"]), 1e-12);
    assert_close(gradients.b(1).unwrap(), &floats(&expected["b1"]), 1e-12);
    assert_close(gradients.w(2).unwrap(), &matrix(&expected["w2"]), 1e-12);
    assert_close(gradients.b(2).unwrap(), &floats(&expected["b2"]), 1e-12);
}

#[test]
fn convolution_tanh_pooling_dense_softmax_is_jax_s() {
    let fixture = fixture("grad_conv_tanh_pool_dense_softmax.json");
    let rows = |value: &serde_json::Value, n: usize| {
        let numbers = flat(value);
        Array2::from_shape_vec((n, numbers.len() / n), numbers).unwrap()
    };
    let builder = Sequential::input((3, 9, 8)).conv2d(4, (3, 2)).activation(Activation::Tanh).max_pool2d(2).flatten().dense(5);
    let mut network = builder.build(&mut RandomState::new(0)).unwrap();
    network.set(1, &rows(&fixture["kernel"], 4), &floats(&fixture["kernel_bias"])).unwrap();
    network.set(2, &matrix(&fixture["dense_w"]), &floats(&fixture["dense_b"])).unwrap();
    let labels = integers(&fixture["labels"]);
    let pass = network.forward(&rows(&fixture["x"], 2)).unwrap();
    assert_close(pass.z(1).unwrap(), &rows(&fixture["conv_out"], 2), 1e-10);
    assert_close(pass.a(1).unwrap(), &rows(&fixture["pool_out"], 2), 1e-10);
    assert_close(pass.output(), &matrix(&fixture["logits"]), 1e-10);
    let gradients = network.backward(&pass, &labels, Loss::SoftmaxCrossEntropy).unwrap();
    let expected = &fixture["grad"];
    assert_close(gradients.x(), &rows(&expected["x"], 2), 1e-10);
    assert_close(gradients.w(1).unwrap(), &rows(&expected["kernel"], 4), 1e-10);
    assert_close(gradients.b(1).unwrap(), &floats(&expected["kernel_bias"]), 1e-10);
    assert_close(gradients.w(2).unwrap(), &matrix(&expected["dense_w"]), 1e-10);
    assert_close(gradients.b(2).unwrap(), &floats(&expected["dense_b"]), 1e-10);
}

fn activations() -> impl Strategy<Value = Activation> {
    // Without the kinks, across which a difference is no derivative; those are checked away from zero below.
    let smooth = [
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::elu(1.0).unwrap(),
        Activation::Softplus,
        Activation::Softsign,
        Activation::Identity,
    ];
    prop::sample::select(smooth.to_vec())
}

/// Targets for `n` samples and `k` outputs that suit the loss, from a seed.
enum Wanted {
    Classes(Array1<usize>),
    Values(Array2<f64>),
}

fn wanted(loss: Loss, n: usize, k: usize, rng: &mut RandomState) -> Wanted {
    match loss {
        Loss::SoftmaxCrossEntropy => Wanted::Classes((0..n).map(|_| rng.randint(0, k as i64).unwrap() as usize).collect()),
        Loss::BinaryCrossEntropy => Wanted::Values(rng.rand_2d(n, k).mapv(f64::round)),
        _ => Wanted::Values(rng.randn_2d(n, k)),
    }
}

fn worst(network: &Sequential, x: &Array2<f64>, loss: Loss, rng: &mut RandomState) -> gradcheck::Comparison {
    let k = network.shapes().last().unwrap().size();
    match wanted(loss, x.nrows(), k, rng) {
        Wanted::Classes(y) => gradcheck::check(network, x, &y, loss).unwrap(),
        Wanted::Values(t) => gradcheck::check(network, x, &t, loss).unwrap(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn dense_gradients_agree_with_central_differences(
        sizes in prop::collection::vec(1usize..6, 2..6),
        f in activations(),
        loss in prop::sample::select(vec![
            Loss::SoftmaxCrossEntropy, Loss::BinaryCrossEntropy, Loss::MeanSquaredError, Loss::SummedSquaredError,
        ]),
        n in 1usize..7,
        seed in any::<u32>(),
    ) {
        let mut rng = RandomState::new(seed);
        let (inputs, outputs) = (sizes[0], sizes[sizes.len() - 1] + usize::from(loss == Loss::SoftmaxCrossEntropy));
        let mut builder = Sequential::input(inputs);
        for &hidden in &sizes[1..sizes.len() - 1] {
            builder = builder.dense(hidden).activation(f).prelu();
        }
        builder = builder.dense(outputs);
        if loss == Loss::BinaryCrossEntropy {
            builder = builder.activation(Activation::Sigmoid);
        }
        let network = builder.build(&mut rng).unwrap();
        let x = rng.randn_2d(n, inputs);
        let check = worst(&network, &x, loss, &mut rng);
        // The PReLU's kink may lie between two differences, though hardly ever.
        prop_assume!(network.forward(&x).unwrap().outputs().iter().all(|a| a.iter().all(|v| v.abs() > 1e-4)));
        prop_assert!(check.worst < 1e-6, "{check}\n{}", network.summary());
        prop_assert_eq!(check.compared, network.parameter_count() + x.len());
    }

    #[test]
    fn image_gradients_agree_with_central_differences(
        (channels, height, width) in (1usize..4, 3usize..9, 3usize..9),
        kernels in 1usize..4,
        kernel in (1usize..4, 1usize..4),
        stride in 1usize..4,
        padding in prop::sample::select(vec![Padding::Valid, Padding::Same]),
        n in 1usize..4,
        seed in any::<u32>(),
    ) {
        let mut rng = RandomState::new(seed);
        let mut builder = Sequential::input((channels, height, width))
            .conv2d_with(kernels, kernel, stride, padding)
            .activation(Activation::Tanh);
        let after = builder.shape();
        let pooled = matches!(after, Shape::Image { height: 2.., width: 2.., .. });
        if pooled {
            builder = builder.max_pool2d(2);
        }
        let network = builder.flatten().dense(3).build(&mut rng).unwrap();
        let x = rng.randn_2d(n, network.input_shape().size());
        // A difference says nothing where its step changes which pixel of a window is the largest.
        prop_assume!(!pooled || least_lead(&network.forward(&x).unwrap().outputs()[2], after) > 1e-3);
        let check = worst(&network, &x, Loss::SoftmaxCrossEntropy, &mut rng);
        prop_assert!(check.worst < 1e-6, "{check}\n{}", network.summary());
    }
}

/// How far the largest pixel of a 2×2 window is ahead of the next one, where it is least.
fn least_lead(images: &Array2<f64>, shape: Shape) -> f64 {
    let Shape::Image { channels, height, width } = shape else { panic!("not an image: {shape}") };
    let images = images.to_shape((images.nrows() * channels, height, width)).unwrap();
    let mut least = f64::INFINITY;
    for image in images.outer_iter() {
        for window in image.exact_chunks((2, 2)) {
            let mut pixels: Vec<f64> = window.iter().copied().collect();
            pixels.sort_by(f64::total_cmp);
            least = least.min(pixels[3] - pixels[2]);
        }
    }
    least
}

#[test]
fn rectified_gradients_agree_away_from_the_kink() {
    for f in [Activation::Relu, Activation::leaky_relu(0.1).unwrap()] {
        let mut rng = RandomState::new(3);
        let network =
            Sequential::input(3).init(Init::HeNormal).dense(8).activation(f).dense(4).activation(f).dense(2).build(&mut rng).unwrap();
        let x = rng.randn_2d(6, 3);
        let pass = network.forward(&x).unwrap();
        assert!([1, 2].iter().all(|&l| pass.z(l).unwrap().iter().all(|z| z.abs() > 1e-3)), "choose another seed");
        let check = worst(&network, &x, Loss::MeanSquaredError, &mut rng);
        assert!(check.worst < 1e-6, "{f}: {check}");
    }
}

#[test]
fn a_same_convolution_keeps_the_image_and_its_border_sees_zeros() {
    let conv = Conv2d::with_parameters((1, 3, 3).into(), Array4::ones((1, 1, 3, 3)), array![0.0], 1, Padding::Same).unwrap();
    let network = Sequential::input((1, 3, 3)).layer(conv).build(&mut RandomState::new(0)).unwrap();
    let sums = network.output(&Array2::ones((1, 9))).unwrap();
    assert_eq!(sums, array![[4.0, 6.0, 4.0, 6.0, 9.0, 6.0, 4.0, 6.0, 4.0]]);
}

#[test]
fn dropout_keeps_the_mean_in_training_and_everything_in_prediction() {
    let network = Sequential::input(1000).dropout(0.3).build(&mut RandomState::new(0)).unwrap();
    let x = Array2::ones((20, 1000));
    assert_eq!(network.output(&x).unwrap(), x);
    let dropped = network.forward_training(&x, &mut RandomState::new(1)).unwrap();
    let zeros = dropped.output().iter().filter(|v| **v == 0.0).count() as f64 / 20_000.0;
    assert!((zeros - 0.3).abs() < 0.02, "{zeros} dropped");
    assert!((dropped.output().mean().unwrap() - 1.0).abs() < 0.02);
    // What was dropped passes no gradient, what was kept passes it scaled as it was.
    let gradients = network.backward_from(&dropped, &x).unwrap();
    assert_eq!(gradients.x(), dropped.output());
}

#[test]
fn dropout_trains_as_it_does_layer_by_layer() {
    let mut rng = RandomState::new(0);
    let builder =
        Sequential::input(6).dropout(0.2).dense(5).activation(Activation::Tanh).dropout(0.5).activation(Activation::Relu).dense(3);
    let network = builder.build(&mut rng).unwrap();
    // More than a block of eight, and a part of one.
    let (x, y) = (rng.randn_2d(21, 6), Array1::from_shape_fn(21, |i| i % 3));
    let mut model = network.clone().compile(Loss::SoftmaxCrossEntropy, Optimizer::sgd(0.5).unwrap()).unwrap();
    let history = model.fit(&x, &y, FitOptions::epochs(1).seed(3)).unwrap();

    let mut of_part = RandomState::new(rand::Rng::next_u32(&mut RandomState::new(3)));
    let pass = network.forward_training(&x, &mut of_part).unwrap();
    let gradients = network.backward(&pass, &y, Loss::SoftmaxCrossEntropy).unwrap();
    let mut expected = network.clone();
    Optimizer::sgd(0.5).unwrap().step(&mut expected, &gradients).unwrap();
    assert!((history.loss[0] - Loss::SoftmaxCrossEntropy.value(pass.output(), &y).unwrap()).abs() < 1e-12);
    for l in [1, 2] {
        assert_close(&model.network().w(l).unwrap(), &expected.w(l).unwrap(), 1e-12);
        assert_close(&model.network().b(l).unwrap(), &expected.b(l).unwrap(), 1e-12);
    }
    assert_ne!(*model.network(), network);
}

#[test]
fn a_pass_names_its_values_as_the_textbook_does() {
    let (data, model) = moons_model(3);
    let pass = model.network().forward(&data.x).unwrap();
    let z1 = data.x.dot(&model.network().w(1).unwrap()) + model.network().b(1).unwrap();
    assert_close(pass.z(1).unwrap(), &z1, 1e-14);
    assert_close(pass.a(1).unwrap(), &z1.mapv(f64::tanh), 1e-14);
    assert_eq!(pass.a(0).unwrap(), &data.x);
    assert_eq!(pass.z(2).unwrap(), pass.a(2).unwrap());
    assert_eq!(message(pass.z(3)), "layer: expected a number from 1 to 2, the layers that have weights, got 3");
}

#[test]
fn parameters_and_their_gradients_stand_in_one_order() {
    let builder = Sequential::input(2).dense(3).prelu().dense_without_bias(2);
    let mut network = builder.build(&mut RandomState::new(0)).unwrap();
    let theta: Array1<f64> = (0..network.parameter_count()).map(|i| i as f64 / 10.0).collect();
    network.set_parameters(&theta).unwrap();
    assert_eq!(network.parameters(), theta);
    assert_eq!(network.w(1).unwrap(), array![[0.0, 0.1, 0.2], [0.3, 0.4, 0.5]]);
    assert_eq!(network.b(1).unwrap(), array![0.6, 0.7, 0.8]);
    assert_eq!(network.w(2).unwrap()[[0, 0]], 1.2);
    let gradients = network.backward(&network.forward(&array![[1.0, 2.0]]).unwrap(), &array![0], Loss::SoftmaxCrossEntropy).unwrap();
    assert_eq!(gradients.parameters().len(), 18);
    assert_eq!(gradients.parameters()[7], gradients.b(1).unwrap()[1]);
    assert_eq!(gradients.parameters()[17], gradients.w(2).unwrap()[[2, 1]]);
    assert_eq!(message(network.set_parameters(&array![1.0])), "parameters of the network: expected shape (18,), got (1,)");
    let broken = theta.mapv(|t| if t == 0.3 { f64::NAN } else { t });
    assert_eq!(message(network.set_parameters(&broken)), "parameters of the network: expected finite numbers, got NaN at [3]");
    assert_eq!(network.parameters(), theta);
}

#[test]
fn a_check_names_the_worst_parameter() {
    // At the kink of the ReLU the derivative is 0 from one side and 1 from the other: differences give the mean.
    let mut network = Sequential::input(1).dense(2).activation(Activation::Relu).dense(1).build(&mut RandomState::new(0)).unwrap();
    network.set(1, &array![[1.0, 1.0]], &array![3.0, 0.0]).unwrap();
    network.set(2, &array![[1.0], [8.0]], &array![0.0]).unwrap();
    let check = gradcheck::check(&network, &array![[0.0]], &array![[0.0]], Loss::MeanSquaredError).unwrap();
    assert_eq!((check.parameter.as_str(), check.analytic, check.compared), ("b(1)[1]", 0.0, 8));
}

#[test]
fn a_summary_and_an_inspection_read_well() {
    let (_, model) = moons_model(3);
    let mut network = model.into_network();
    assert_eq!(
        network.summary().to_string(),
        "layer  output  parameters\n─────────────────────────\nInput  (2,)             0\nDense  (3,)             9\nTanh   (3,)             0\nDense  (2,)             8\n17 parameters in all"
    );
    network.set(2, &array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], &array![0.5, -0.5]).unwrap();
    let text = network.inspect().to_string();
    assert!(text.ends_with("Dense → (2,)\n  neuron 0: weights 1.000000, 3.000000, 5.000000; bias 0.500000\n  neuron 1: weights 2.000000, 4.000000, 6.000000; bias -0.500000"), "{text}");
}
