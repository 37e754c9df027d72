use crate::support::{assert_close, fixture, floats};
use nnlib::Activation;
use nnlib::activation::{sigmoid, softmax, softplus};

#[test]
fn values_and_derivatives_are_jax_s() {
    let fixture = fixture("activations.json");
    let z = floats(&fixture["z"]);
    let names = [
        ("sigmoid", Activation::Sigmoid),
        ("tanh", Activation::Tanh),
        ("relu", Activation::Relu),
        ("softplus", Activation::Softplus),
        ("leaky_relu_0.01", Activation::leaky_relu(0.01).unwrap()),
        ("elu_1", Activation::elu(1.0).unwrap()),
        ("softsign", Activation::Softsign),
    ];
    for (name, f) in names {
        assert_close(&z.mapv(|z| f.value(z)), &floats(&fixture[name]["value"]), 1e-12);
        assert_close(&z.mapv(|z| f.derivative(z)), &floats(&fixture[name]["derivative"]), 1e-12);
    }
}

#[test]
fn nothing_overflows_at_a_thousand() {
    for z in [-1000.0, 1000.0] {
        assert_eq!(sigmoid(z), f64::from(z > 0.0));
        assert_eq!(softplus(z), z.max(0.0));
        let y_hat = softmax(&ndarray::array![[z, 0.0], [z, z]]);
        assert_eq!(y_hat, ndarray::array![[f64::from(z > 0.0), f64::from(z < 0.0)], [0.5, 0.5]]);
    }
}
