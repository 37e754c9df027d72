//! Weights to and from PyTorch, against what PyTorch itself computes with them.

use std::fs;
use std::path::PathBuf;

use crate::support::message;

use ndarray::Array2;
use nnlib::{Activation, RandomState, Sequential, assert_close};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/fixtures", name].iter().collect()
}

fn expected(name: &str) -> Value {
    serde_json::from_slice::<Value>(&fs::read(fixture("pytorch.json")).unwrap()).unwrap()[name].clone()
}

fn matrix(rows: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = serde_json::from_value(rows.clone()).unwrap();
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

fn answer(network: &Sequential, expected: &Value) -> Array2<f64> {
    network.forward(&matrix(&expected["x"])).unwrap().output().to_owned()
}

fn image_network() -> Sequential {
    let network = Sequential::input((2, 3, 3)).conv2d(3, (2, 2)).prelu().max_pool2d(2).flatten().dense(3).prelu().dense(3);
    network.activation(Activation::Tanh).dense_without_bias(2).build(&mut RandomState::new(1)).unwrap()
}

#[test]
fn pytorch_s_weights_are_read_in_every_precision() {
    for precision in ["f64", "f32", "f16", "bf16"] {
        let mut network = image_network();
        network.load_weights(fixture(&format!("pytorch_{precision}.safetensors"))).unwrap();
        let expected = expected(precision);
        assert_close(&answer(&network, &expected), &matrix(&expected["y"]), 1e-12);
        // To the bit, numbers below the normal ones too.
        let bias: Vec<f64> = serde_json::from_value(expected["bias"].clone()).unwrap();
        assert_eq!(network.b(3).unwrap().to_vec(), bias, "{precision}");
    }
}

#[test]
fn a_module_within_another_is_read() {
    let mut network = Sequential::input(2).dense(2).activation(Activation::Tanh).dense(2).build(&mut RandomState::new(1)).unwrap();
    network.load_weights(fixture("pytorch_within.safetensors")).unwrap();
    assert_close(&answer(&network, &expected("within")), &matrix(&expected("within")["y"]), 1e-12);
}

#[test]
fn pytorch_reads_ours_as_documented() {
    // A test of its own asserts that nnlib writes this file, byte for byte.
    let mut network = Sequential::input((2, 4, 4)).conv2d(3, (3, 2)).prelu().flatten().dense(2).build(&mut RandomState::new(1)).unwrap();
    network.load_weights(fixture("weights.safetensors")).unwrap();
    assert_close(&answer(&network, &expected("ours")), &matrix(&expected("ours")["y"]), 1e-12);
    // What the documentation says is what the script did.
    let script = fs::read_to_string(fixture("generate_pytorch.py")).unwrap();
    let source = fs::read_to_string(fixture("../../src/store/weights.rs")).unwrap();
    let lines = source.lines().skip_while(|line| !line.contains("```python")).skip(2).take(2);
    for line in lines.map(|line| line.trim_start_matches("    /// ")) {
        assert!(line.len() > 20 && script.lines().any(|other| other == line), "{line}");
    }
}

#[test]
fn every_number_of_half_precision_becomes_its_double() {
    // One number of a file of one weight each, against conversion by hand of the fraction and exponent's bits to an f32.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights");
    let halves: Vec<u16> = (0..=u16::MAX).filter(|bits| bits >> 10 & 31 != 31).collect();
    let bytes: Vec<u8> = halves.iter().flat_map(|bits| bits.to_le_bytes()).collect();
    let view = TensorView::new(Dtype::F16, vec![1, halves.len()], &bytes).unwrap();
    fs::write(&path, safetensors::serialize([("1.w", view)], None).unwrap()).unwrap();
    let mut network = Sequential::input(1).dense_without_bias(halves.len()).build(&mut RandomState::new(0)).unwrap();
    network.load_weights(&path).unwrap();
    for (&bits, &number) in halves.iter().zip(network.w(1).unwrap()) {
        let (sign, rest) = (u32::from(bits >> 15) << 31, u32::from(bits & 0x7fff) << 13);
        // The exponent's bias is 112 less than that of an f32: a product with 2¹¹² makes up for it, exactly, subnormal numbers too.
        let expected = f32::from_bits(sign | rest) * 2_f32.powi(112);
        assert_eq!(number.to_bits(), f64::from(expected).to_bits(), "{bits:#06x}");
    }
}

#[test]
fn other_names_and_shapes_are_refused_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights");
    let mut network = Sequential::input(2).dense(2).activation(Activation::Tanh).dense(2).build(&mut RandomState::new(1)).unwrap();
    let before = network.clone();
    let zeros = [0; 64];
    let mut says = |tensors: &[(&str, &[usize])]| {
        let view = |shape: &[usize]| TensorView::new(Dtype::F32, shape.to_vec(), &zeros[..4 * shape.iter().product::<usize>()]).unwrap();
        let views = tensors.iter().map(|(name, shape)| (*name, view(shape)));
        fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
        let text = message(network.load_weights(&path));
        assert_eq!(network, before);
        text.strip_prefix(&format!("{}, tensor ", path.display())).unwrap().to_owned()
    };
    let first: [(&str, &[usize]); 2] = [("0.weight", &[2, 2]), ("0.bias", &[2])];
    let named = "the name that nn.Sequential gives, such as \"0.weight\", with the same words before each number, got another";
    assert_eq!(says(&[("hidden.weight", &[2, 2]), ("hidden.bias", &[2])]), format!("\"hidden.bias\": expected {named}"));
    let apart = says(&[first[0], first[1], ("out.1.weight", &[2, 2]), ("out.1.bias", &[2])]);
    assert_eq!(apart, format!("\"out.1.weight\": expected {named}"));
    let any = "F64, F32, F16 or BF16 of shape";
    assert_eq!(says(&[first[0], first[1]]), format!("\"1.weight\": expected {any} [2, 2], got no such tensor"));
    assert_eq!(says(&[first[0]]), format!("\"0.bias\": expected {any} [2], got no such tensor"));
    let shape = says(&[("0.weight", &[3, 2]), ("0.bias", &[3])]);
    assert_eq!(shape, format!("\"0.weight\": expected {any} [2, 2], got F32 of shape [3, 2]"));
    let normalised = says(&[first[0], first[1], ("1.weight", &[2]), ("2.weight", &[2, 2]), ("2.bias", &[2])]);
    assert_eq!(normalised, format!("\"1.weight\": expected {any} [2, 2], got F32 of shape [2]"));
    let more = says(&[first[0], first[1], ("2.weight", &[2, 2]), ("2.bias", &[2]), ("4.weight", &[2, 2])]);
    assert_eq!(more, "\"4.weight\": expected only the weights of the network, got one that it does not have");
    let buffer = says(&[first[0], first[1], ("1.running_mean", &[2]), ("2.weight", &[2, 2]), ("2.bias", &[2])]);
    assert_eq!(buffer, format!("\"1.running_mean\": expected {named}"));
}
