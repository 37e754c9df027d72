//! What is said of a file that is spoilt.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use ndarray::{Array1, Array2};
use nnlib::{Activation, FitOptions, Loss, Model, Optimizer, RandomState, Schedule, Sequential};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::models::{image_data, image_model, image_network};
use crate::support::message;

/// A small model's file as JSON, to be spoilt.
fn good() -> Value {
    let folder = tempdir().unwrap();
    let path = folder.path().join("model.json");
    let network =
        Sequential::input((1, 3, 3)).conv2d(2, (2, 2)).flatten().dropout(0.5).dense(3).activation(Activation::elu(0.5).unwrap()).prelu();
    let network = network.dense(2).build(&mut RandomState::new(0)).unwrap();
    let rate = Schedule::step(0.1, 0.5, 3).unwrap();
    network.compile(Loss::SoftmaxCrossEntropy, Optimizer::adam(rate).unwrap()).unwrap().save(&path).unwrap();
    serde_json::from_slice(&fs::read(&path).unwrap()).unwrap()
}

#[test]
fn a_spoilt_file_s_error_names_the_place_and_what_stands_there() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("model.json");
    let good = good();
    let list = |n: usize| Value::from(vec![0.5; n]);
    let spoilt = [
        ("/format", json!("a poem"), "format: expected \"nnlib model\", got \"a poem\""),
        ("/version", json!(2), "version: expected 1, the version that this nnlib reads, got 2"),
        ("/version", json!("one"), "version: expected a whole number of at least 0, got \"one\""),
        ("/input", json!(0), "layers[0]: expected input of a convolution of shape (channels, height, width), got (0,)"),
        ("/input", json!([1, 3]), "input: expected a number of features, or [channels, height, width], got a list of 2"),
        ("/input/0", json!(7), "layers[0].w: expected kernels of 7 channels, as the input has, got a list of 2"),
        ("/input/1", json!(1), "layers[0]: expected input of a convolution of shape at least (1, 2, 2), got (1, 1, 3)"),
        (
            "/input",
            json!([1, 9_007_199_254_740_992_u64, 9_007_199_254_740_992_u64]),
            "layers[3]: expected input of a dense layer of shape (8,), got (18446744073709551615,)",
        ),
        ("/layers", json!([]), "layers: expected at least one of the layers of the network, got none"),
        ("/layers", json!({}), "layers: expected a list, got an object"),
        (
            "/layers/1/layer",
            json!("flaten"),
            "layers[1].layer: expected dense, conv2d, activation, prelu, dropout, flatten, max_pool2d, average_pool2d, got \"flaten\"",
        ),
        ("/layers/0/w/1/0", list(2), "layers[0].w[1][0][0]: expected a list, got 0.5"),
        ("/layers/0/w/1/0/1", list(3), "layers[0].w[1][0][1]: expected a list of 2, as long as those before it, got a list of 3"),
        ("/layers/0/b", list(3), "layers[0].b: expected 2 numbers, one a kernel, or none, got a list of 3"),
        ("/layers/0/stride", json!(0), "layers[0]: expected stride to be at least 1, got 0"),
        ("/layers/0/stride", json!(-1), "layers[0].stride: expected a whole number of at least 0, got -1"),
        ("/layers/0/padding", json!("full"), "layers[0].padding: expected valid or same, got \"full\""),
        ("/layers/2/rate", json!(1), "layers[2].rate: expected dropout rate to be a number in [0, 1), got 1"),
        ("/layers/3/w", list(3), "layers[3].w[0]: expected a list, got 0.5"),
        ("/layers/3/w", json!([]), "layers[3]: expected inputs of a dense layer to be at least 1, got 0"),
        ("/layers/3/w/2/1", Value::Null, "layers[3].w[2][1]: expected a number, got null"),
        ("/layers/3/w/2", list(4), "layers[3].w[2]: expected a list of 3, as long as those before it, got a list of 4"),
        ("/layers/3/w", json!([[1, 2, 3]]), "layers[3]: expected input of a dense layer of shape (1,), got (8,)"),
        ("/layers/3/b", list(2), "layers[3].b: expected 3 numbers, one a neuron, or none, got a list of 2"),
        ("/layers/4/function", json!("step"), "layers[4].function: expected the name of an activation function, got \"step\""),
        ("/layers/4/alpha", json!("much"), "layers[4].alpha: expected a number, got \"much\""),
        ("/layers/5/alpha", list(2), "layers[5]: expected input of a PReLU of shape 2, got (3,)"),
        (
            "/loss",
            json!("hinge"),
            "loss: expected softmax_cross_entropy or binary_cross_entropy or sigmoid_cross_entropy or mean_squared_error or summed_squared_error, got \"hinge\"",
        ),
        ("/l2", json!(-1), "l2: expected strength of the L2 regularisation to be a finite number of at least 0, got -1"),
        ("/accuracy", json!(1), "accuracy: expected true or false, got 1"),
        ("/optimizer/rule", json!("lbfgs"), "optimizer.rule: expected sgd, adagrad, adadelta, rmsprop or adam, got \"lbfgs\""),
        ("/optimizer/beta1", json!(1), "optimizer.beta1: expected a number in [0, 1), got 1"),
        ("/optimizer/rate", json!(0), "optimizer.rate: expected learning rate to be a finite number above 0, got 0"),
        (
            "/optimizer/rate/schedule",
            json!("random"),
            "optimizer.rate.schedule: expected step, exponential, inverse_time, cosine or warm_up, got \"random\"",
        ),
        ("/optimizer/rate/factor", json!(2), "optimizer.rate: expected factor of the schedule to be a number in (0, 1], got 2"),
        ("/optimizer/updates", json!(u64::MAX), "optimizer.updates: expected at most 2⁵³, got 18446744073709551615"),
        ("/optimizer/updates", json!(1e300), "optimizer.updates: expected a whole number of at least 0, got 1e+300"),
        (
            "/optimizer/first",
            list(3),
            "optimizer.first: expected 48 numbers, as this rule keeps for the network's parameters, got a list of 3",
        ),
        (
            "/optimizer/second",
            list(49),
            "optimizer.second: expected 48 numbers, as this rule keeps for the network's parameters, got a list of 49",
        ),
    ];
    for (pointer, value, expected) in spoilt {
        let mut model = good.clone();
        *model.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        fs::write(&path, model.to_string()).unwrap();
        assert_eq!(message(Model::load(&path)), format!("{}, {expected}", path.display()));
    }
    // Without a weight to contradict it.
    let mut model = good.clone();
    (model["input"], model["layers"]) = (json!([99_999, 99_999, 99_999]), json!([{"layer": "flatten"}]));
    fs::write(&path, model.to_string()).unwrap();
    let expected = "layers: expected input of the network to be from 1 to 268435456 numbers, got (99999, 99999, 99999)";
    assert_eq!(message(Model::load(&path)), format!("{}, {expected}", path.display()));
    for key in ["format", "version", "input", "layers", "loss", "l2", "accuracy", "optimizer"] {
        let mut model = good.clone();
        model.as_object_mut().unwrap().remove(key);
        fs::write(&path, model.to_string()).unwrap();
        assert_eq!(
            message(Model::load(&path)),
            format!("{}, top level: expected the key \"{key}\", got none of that name", path.display())
        );
    }
}

#[test]
fn what_is_no_json_is_quoted() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("model.json");
    let text = good().to_string();
    let number = text.find("\"l2\":").unwrap() + 5;
    let with = |replacement: &str| format!("{}{replacement}{}", &text[..number], &text[number + 3..]);
    let here = format!("line 1, column {}", number + 1);
    for (text, expected) in [
        (String::new(), "line 1, column 0: expected JSON, got the end of the file".to_owned()),
        (text[..100].to_owned(), "line 1, column 100: expected JSON, got the end of the file".to_owned()),
        (with("NaN"), format!("{here}: expected JSON, got \"NaN,\"layers\":[{{\"b\":[…\" (expected value)")),
        (with("1e999"), "l2: expected a number, got 1e999".to_owned()),
        ("[".repeat(1_000_000), "line 1, column 1000000: expected JSON, got the end of the file".to_owned()),
        ("\u{feff}{}".to_owned(), "line 1, column 1: expected JSON, got a byte order mark (save the file as UTF-8 without one)".to_owned()),
        (" <!doctype html>".to_owned(), "line 1, column 1: expected JSON, got a web page".to_owned()),
        ("[1, 2]".to_owned(), "top level: expected an object, got a list of 2".to_owned()),
    ] {
        fs::write(&path, text).unwrap();
        assert_eq!(message(Model::load(&path)), format!("{}, {expected}", path.display()));
    }
    fs::write(&path, b"\xff\xfe{\0}\0").unwrap();
    let utf16 = "line 1, column 1: expected JSON, got UTF-16 text (save it as UTF-8)";
    assert_eq!(message(Model::load(&path)), format!("{}, {utf16}", path.display()));
}

#[test]
fn keys_that_occur_twice_or_mean_nothing_are_named() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("model.json");
    let good = good().to_string();
    let says = |text: &str| {
        fs::write(&path, text).unwrap();
        message(Model::load(&path)).strip_prefix(&format!("{}, ", path.display())).unwrap().to_owned()
    };
    let replaced = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        says(&good.replacen(from, to, 1))
    };
    assert_eq!(replaced("\"l2\":0.0", "\"l2\":0.0,\"l2\":0.1"), "top level: expected the key \"l2\" once, got it twice");
    assert_eq!(replaced("\"rate\":0.5", "\"rate\":0.5,\"rate\":0.5"), "layers[2]: expected the key \"rate\" once, got it twice");
    assert_eq!(
        replaced("\"factor\":0.5", "\"f\\u0061ctor\":1,\"factor\":0.5"),
        "optimizer.rate: expected the key \"factor\" once, got it twice"
    );
    let unknown = replaced("\"l2\":0.0", "\"l2\":0.0,\"L2\":0.1");
    assert!(unknown.starts_with("top level: expected no key but ") && unknown.ends_with(", got \"L2\""), "{unknown}");
    assert_eq!(replaced("\"rate\":0.5", "\"rate\":0.5,\"seed\":1"), "layers[2]: expected no key but \"layer\", \"rate\", got \"seed\"");
    assert_eq!(replaced("\"layer\":\"flatten\"", "\"layer\":\"flatten\",\"w\":[]"), "layers[1]: expected no key but \"layer\", got \"w\"");
    let rate = replaced("\"factor\":0.5", "\"factor\":0.5,\"decay\":1");
    assert!(rate.starts_with("optimizer.rate: expected no key but ") && rate.ends_with(", got \"decay\""), "{rate}");
    let optimizer = replaced("\"beta1\":", "\"rho\":0.5,\"beta1\":");
    assert!(optimizer.starts_with("optimizer: expected no key but ") && optimizer.ends_with(", got \"rho\""), "{optimizer}");
    let many = (0..40).fold(String::new(), |keys, i| format!("{keys}\"k{i}\":0,"));
    assert_eq!(replaced("\"l2\":0.0", &format!("{many}\"l2\":0.0")), "top level: expected an object, got more than 32 keys");
    let deep = "{\"schedule\":\"warm_up\",\"updates\":1,\"then\":".repeat(100_000);
    let model = good.split_once("\"rate\":{").unwrap();
    let rest = model.1.split_once('}').unwrap().1;
    let text = format!("{}\"rate\":{deep}0.1{}{rest}", model.0, "}".repeat(100_000));
    assert!(says(&text).ends_with("expected at most 32 objects within each other, got more"));
}

#[test]
fn means_of_squares_are_not_negative() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("model.json");
    let (x, y) = image_data();
    let optimizers =
        [Optimizer::adagrad(0.1), Optimizer::adadelta(1.0), Optimizer::rmsprop(0.1), Optimizer::adam(0.1), Optimizer::sgd(0.1)];
    for (optimizer, of_squares) in
        optimizers.into_iter().zip([vec!["first"], vec!["first", "second"], vec!["first"], vec!["second"], vec![]])
    {
        let mut model = image_model(optimizer.unwrap());
        model.fit(&x, &y, FitOptions::epochs(1)).unwrap();
        model.save(&path).unwrap();
        let good: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        for key in ["first", "second"] {
            let mut spoilt = good.clone();
            let Some(number) = spoilt["optimizer"][key].get_mut(3) else { continue };
            *number = json!(-0.5);
            fs::write(&path, spoilt.to_string()).unwrap();
            let expected = format!("{}, optimizer.{key}: expected no mean of squares below 0, at [3], got -0.5", path.display());
            match Model::load(&path) {
                Ok(_) => assert!(!of_squares.contains(&key)),
                Err(error) => assert!(of_squares.contains(&key) && error.to_string() == expected, "{error}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_damage_to_a_file_panics(cut in any::<prop::sample::Index>(), flips in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 0..4)) {
        static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| good().to_string().into_bytes());
        static WEIGHTS: LazyLock<Vec<u8>> = LazyLock::new(|| {
            let folder = tempdir().unwrap();
            image_network(0).save_weights(folder.path().join("weights")).unwrap();
            fs::read(folder.path().join("weights")).unwrap()
        });
        let folder = tempdir().unwrap();
        let write_damaged = |path: &Path, bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            if flips.is_empty() {
                bytes.truncate(cut.index(bytes.len()));
            }
            for (at, flip) in &flips {
                let at = at.index(bytes.len());
                bytes[at] ^= flip;
            }
            fs::write(path, bytes).unwrap();
        };
        let path = folder.path().join("model.json");
        write_damaged(&path, &MODEL);
        match Model::load(&path) {
            // Some digits can change without the file becoming anything but a model; it must then be one that works.
            Ok(mut model) => {
                let (x, y) = (Array2::from_elem((2, model.network().input_shape().size()), 0.5), Array1::from_vec(vec![0, 1]));
                let _ = model.fit(&x, &y, FitOptions::epochs(1));
                let _ = model.predict(&x);
            }
            Err(error) => prop_assert!(error.to_string().contains("model.json"), "{error}"),
        }
        let path = folder.path().join("weights.safetensors");
        write_damaged(&path, &WEIGHTS);
        if let Err(error) = image_network(1).load_weights(&path) {
            prop_assert!(error.to_string().contains("weights.safetensors"), "{error}");
        }
    }
}
