//! Models and weights in files: what comes back, and what is said of a file that is none.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::message;

use ndarray::{Array1, Array2};
use nnlib::layer::{Layer, LayerGradient, Memory, Padding, Step};
use nnlib::{Activation, FitOptions, Loss, Model, Optimizer, RandomState, Schedule, Sequential};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::tempdir;

/// One of every layer.
pub(crate) fn image_network(seed: u32) -> Sequential {
    Sequential::input((2, 6, 5))
        .conv2d_with(3, (3, 2), 1, Padding::Same)
        .prelu()
        .max_pool2d(2)
        .conv2d_with(2, (2, 2), 1, Padding::Valid)
        .activation(Activation::Softsign)
        .flatten()
        .dropout(0.25)
        .dense_without_bias(4)
        .prelu()
        .dense(3)
        .build(&mut RandomState::new(seed))
        .unwrap()
}

pub(crate) fn image_data() -> (Array2<f64>, Array1<usize>) {
    (RandomState::new(7).randn_2d(20, 60), (0..20).map(|i| i % 3).collect())
}

pub(crate) fn image_model(optimizer: Optimizer) -> Model {
    image_network(1).compile(Loss::SoftmaxCrossEntropy, optimizer).unwrap().l2(0.01).unwrap().with_accuracy()
}

/// All numbers of a network, as bits.
fn bits(network: &Sequential) -> Vec<u64> {
    let parameters = network.layers().iter().map(|layer| layer.parameters());
    parameters.flat_map(|p| p.w.iter().chain(p.b).map(|v| v.to_bits()).collect::<Vec<_>>()).collect()
}

fn names(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_loaded_model_predicts_and_goes_on_training_to_the_same_bits() {
    let adam = |schedule: Schedule| Optimizer::adam(schedule).unwrap();
    let step = Schedule::step(0.1, 0.5, 3).unwrap();
    let optimizers = [
        Optimizer::sgd(0.1).unwrap(),
        Optimizer::sgd(step.clone()).unwrap().momentum(0.9).unwrap().nesterov(),
        Optimizer::adagrad(Schedule::inverse_time(0.05, 0.01).unwrap()).unwrap(),
        Optimizer::adadelta(Schedule::exponential(1.0, 0.9, 2).unwrap()).unwrap(),
        Optimizer::rmsprop(Schedule::cosine(0.01, 50).unwrap()).unwrap(),
        adam(Schedule::warm_up(4, step).unwrap()),
    ];
    let (x, y) = image_data();
    let folder = tempdir().unwrap();
    for optimizer in optimizers {
        let path = folder.path().join(format!("{}.json", optimizer.name()));
        let mut model = image_model(optimizer);
        model.fit(&x, &y, FitOptions::epochs(2).batch_size(6)).unwrap();
        model.save(&path).unwrap();
        let mut loaded = Model::load(&path).unwrap();
        assert_eq!(loaded, model);
        assert_eq!(bits(loaded.network()), bits(model.network()));
        assert_eq!(loaded.predict(&x).unwrap().map(|p| p.to_bits()), model.predict(&x).unwrap().map(|p| p.to_bits()));
        let on = |model: &mut Model| model.fit(&x, &y, FitOptions::epochs(3).batch_size(6).seed(5)).unwrap().loss;
        assert_eq!(on(&mut loaded), on(&mut model), "{}", model.optimizer().name());
        assert_eq!(bits(loaded.network()), bits(model.network()));
        assert_eq!(loaded, model);
    }
}

#[test]
fn every_activation_and_loss_comes_back() {
    use Activation::*;
    let folder = tempdir().unwrap();
    let path = folder.path().join("model.json");
    for f in [Identity, Sigmoid, Tanh, Relu, Activation::leaky_relu(0.1).unwrap(), Activation::elu(0.3).unwrap(), Softplus, Softsign] {
        for loss in [
            Loss::SoftmaxCrossEntropy,
            Loss::BinaryCrossEntropy,
            Loss::SigmoidCrossEntropy,
            Loss::MeanSquaredError,
            Loss::SummedSquaredError,
        ] {
            let network = Sequential::input(3).dense(2).activation(f).build(&mut RandomState::new(0)).unwrap();
            let model = network.compile(loss, Optimizer::sgd(0.1).unwrap()).unwrap();
            model.save(&path).unwrap();
            assert_eq!(Model::load(&path).unwrap(), model);
        }
    }
}

#[test]
fn schedules_of_any_length_come_back() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("model.json");
    for updates in [1, (1 << 53) + 1, usize::MAX] {
        let optimizer = Optimizer::sgd(Schedule::warm_up(updates, Schedule::cosine(0.1, updates).unwrap()).unwrap()).unwrap();
        let model = image_model(optimizer);
        model.save(&path).unwrap();
        assert_eq!(Model::load(&path).unwrap(), model);
    }
}

#[test]
fn the_documented_file_is_a_model() {
    let documentation = include_str!("../../src/store/mod.rs");
    let start = documentation.find("```json").expect("the example");
    let lines = documentation[start..].lines().skip(1).take_while(|line| !line.contains("```"));
    let text: String = lines.map(|line| line.trim_start_matches("//!")).collect();
    let folder = tempdir().unwrap();
    let path = folder.path().join("model.json");
    fs::write(&path, text).unwrap();
    let model = Model::load(&path).unwrap();
    assert_eq!(model.network().summary().to_string().lines().count(), 7);
    assert_eq!(model.network().w(1).unwrap()[[1, 2]], 0.6);
    assert_eq!(model.optimizer().updates(), 20);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_finite_number_comes_back_to_the_bit(numbers in prop::collection::vec(any::<f64>().prop_filter("finite", |v| v.is_finite()), 3)) {
        let mut network = Sequential::input(1).dense(2).dense(1).build(&mut RandomState::new(0)).unwrap();
        let w = Array2::from_shape_vec((1, 2), numbers[..2].to_vec()).unwrap();
        let b = Array1::from_vec(numbers[1..].to_vec());
        network.set(1, &w, &b).unwrap();
        let folder = tempdir().unwrap();
        let (json, tensors) = (folder.path().join("model.json"), folder.path().join("model.safetensors"));
        let model = network.compile(Loss::MeanSquaredError, Optimizer::sgd(0.1).unwrap()).unwrap();
        model.save(&json).unwrap();
        prop_assert_eq!(bits(Model::load(&json).unwrap().network()), bits(model.network()));
        model.network().save_weights(&tensors).unwrap();
        let mut loaded = Sequential::input(1).dense(2).dense(1).build(&mut RandomState::new(1)).unwrap();
        loaded.load_weights(&tensors).unwrap();
        prop_assert_eq!(bits(&loaded), bits(model.network()));
    }
}

#[test]
fn a_model_that_could_not_be_loaded_is_not_saved() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("model.json");
    let mut model = image_model(Optimizer::adam(0.1).unwrap());
    model.save(&path).unwrap();
    let before = fs::read(&path).unwrap();
    #[derive(Clone, Debug)]
    struct Mine;
    impl Layer for Mine {
        fn forward(&self, x: &Array2<f64>, y: &mut Array2<f64>, _: &mut Memory, _: Option<&mut RandomState>) {
            y.assign(x);
        }
        fn backward(&self, _: Step<'_>, delta_y: &Array2<f64>, delta_x: Option<&mut Array2<f64>>, _: Option<&mut LayerGradient>) {
            delta_x.into_iter().for_each(|delta_x| delta_x.assign(delta_y));
        }
    }
    let mine = Sequential::input(2).dense(2).layer(Mine).build(&mut RandomState::new(0)).unwrap();
    model.set_network(mine).unwrap();
    assert_eq!(
        message(model.save(&path)),
        "layer 1 of a model that is saved: expected one of nnlib's own, since a file says of a layer what it is, and not how it computes, got Mine"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(names(folder.path()), [path]);
}

#[test]
fn weights_are_what_python_s_safetensors_writes() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/weights.safetensors");
    let mut network = Sequential::input((2, 4, 4)).conv2d(3, (3, 2)).prelu().flatten().dense(2).build(&mut RandomState::new(1)).unwrap();
    network.load_weights(&fixture).unwrap();
    let mut rng = RandomState::new(0);
    let parameters: Vec<_> = network.layers().iter().map(|layer| layer.parameters()).collect();
    for array in [parameters[0].w.to_owned().into_dyn(), parameters[0].b.to_owned().into_dyn(), parameters[1].b.to_owned().into_dyn()] {
        array.iter().for_each(|&v| assert_eq!(v, rng.randn()));
    }
    assert_eq!(parameters[3].w, rng.randn_2d(18, 2));
    assert_eq!(parameters[3].b, rng.randn_2d(1, 2).row(0));
    let folder = tempdir().unwrap();
    let path = folder.path().join("weights.safetensors");
    network.save_weights(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), fs::read(&fixture).unwrap());
}

/// The bytes of a safetensors file with this header.
fn tensors(header: &Value, numbers: &[f64]) -> Vec<u8> {
    let header = header.to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    bytes
}

#[test]
fn weights_of_another_network_are_named_and_change_nothing() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("weights.safetensors");
    let mut network = Sequential::input(1).dense(2).build(&mut RandomState::new(0)).unwrap();
    let before = network.clone();
    let w = json!({"dtype": "F64", "shape": [1, 2], "data_offsets": [0, 16]});
    let b = json!({"dtype": "F64", "shape": [2], "data_offsets": [16, 32]});
    let single = json!({"dtype": "I32", "shape": [2], "data_offsets": [16, 24]});
    let huge = json!({"dtype": "F64", "shape": [1_000_000_000_000_u64, 1_000_000_000_000_u64], "data_offsets": [0, 16]});
    let numbers = [1.0, 2.0, 3.0, 4.0];
    let cases: [(Vec<u8>, &str); 10] = [
        (b"<html><head><title>404".to_vec(), "header: expected a safetensors file, got a web page"),
        (vec![], "header: expected a safetensors file, got header too small"),
        (vec![255; 20], "header: expected a safetensors file, got header too large"),
        (
            tensors(&json!({"1.w": w, "1.b": b}), &numbers[..3]),
            "header: expected a safetensors file, got incomplete metadata, file not fully covered",
        ),
        (
            tensors(&json!({"1.w": huge}), &numbers),
            "header: expected a safetensors file, got overflow computing buffer size from shape and/or element type",
        ),
        (tensors(&json!({"1.w": w}), &numbers[..2]), "tensor \"1.b\": expected F64, F32, F16 or BF16 of shape [2], got no such tensor"),
        (
            tensors(&json!({"1.w": w, "1.b": single}), &numbers[..3]),
            "tensor \"1.b\": expected F64, F32, F16 or BF16 of shape [2], got I32 of shape [2]",
        ),
        (
            tensors(&json!({"1.w": {"dtype": "F64", "shape": [2, 1], "data_offsets": [0, 16]}, "1.b": b}), &numbers),
            "tensor \"1.w\": expected F64, F32, F16 or BF16 of shape [1, 2], got F64 of shape [2, 1]",
        ),
        (
            tensors(&json!({"1.w": w, "1.b": b, "2.w": {"dtype": "F64", "shape": [1], "data_offsets": [32, 40]}}), &[0.0; 5]),
            "tensor \"2.w\": expected only the weights of the network, got one that it does not have",
        ),
        (tensors(&json!({"1.w": w, "1.b": b}), &[0.0, f64::NAN, 0.0, 0.0]), "tensor \"1.w\": expected finite numbers, got NaN at [0, 1]"),
    ];
    for (bytes, expected) in cases {
        fs::write(&path, bytes).unwrap();
        assert_eq!(message(network.load_weights(&path)), format!("{}, {expected}", path.display()));
        assert_eq!(network, before);
    }
    fs::write(&path, tensors(&json!({"1.w": w, "1.b": b}), &numbers)).unwrap();
    network.load_weights(&path).unwrap();
    assert_eq!(bits(&network), numbers.map(f64::to_bits));
}
