//! How each kind of layer stands in a file: a line in [`KINDS`].

use std::any::Any;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayView4, Ix1, Ix2, Ix4};
use serde_json::{Value, json};

use super::place::{Place, name};
use crate::error::{Error, check_finite};
use crate::math::activation::Activation;
use crate::math::shape::{Padding, Shape};
use crate::nn::layer::activate::Activate;
use crate::nn::layer::average_pool2d::AveragePool2d;
use crate::nn::layer::conv2d::Conv2d;
use crate::nn::layer::dense::Dense;
use crate::nn::layer::dropout::Dropout;
use crate::nn::layer::flatten::Flatten;
use crate::nn::layer::max_pool2d::MaxPool2d;
use crate::nn::layer::prelu::PRelu;
use crate::nn::layer::{Layer, Parameters};

type Read = fn(&Place<'_>, Shape) -> Result<Box<dyn Layer>, Error>;

/// A kind of layer: its name in the file, the keys beside it if the layer is of that kind, and the layer at a place, for an input of this shape.
struct Kind {
    name: &'static str,
    write: fn(&dyn Any) -> Option<Value>,
    read: Read,
}

const KINDS: [Kind; 8] = [
    Kind { name: "dense", write: write_dense, read: read_dense },
    Kind { name: "conv2d", write: write_conv2d, read: read_conv2d },
    Kind { name: "activation", write: write_activation, read: read_activation },
    Kind { name: "prelu", write: write_prelu, read: read_prelu },
    Kind { name: "dropout", write: |layer| of(layer, |dropout: &Dropout| json!({"rate": dropout.rate()})), read: read_dropout },
    Kind { name: "flatten", write: |layer| of(layer, |_: &Flatten| json!({})), read: |_, _| Ok(Box::new(Flatten)) },
    Kind {
        name: "max_pool2d",
        write: |layer| of(layer, |pool: &MaxPool2d| json!({"size": pool.size()})),
        read: |place, input| Ok(Box::new(place.checked(MaxPool2d::new(input, place.key("size")?.count()?))?)),
    },
    Kind {
        name: "average_pool2d",
        write: |layer| of(layer, |pool: &AveragePool2d| json!({"size": pool.size()})),
        read: |place, input| Ok(Box::new(place.checked(AveragePool2d::new(input, place.key("size")?.count()?))?)),
    },
];

const PADDINGS: [(&str, Padding); 2] = [("valid", Padding::Valid), ("same", Padding::Same)];

/// What `keys` gives for a layer of type `L`, and nothing for others.
fn of<L: Layer>(layer: &dyn Any, keys: impl FnOnce(&L) -> Value) -> Option<Value> {
    layer.downcast_ref::<L>().map(keys)
}

/// Layer `i`, counted from 0.
///
/// # Errors
/// [`Error::Value`] for a layer of a reader's own, [`Error::NotFinite`] for a NaN or an infinity in it.
pub(super) fn write_layer(i: usize, layer: &dyn Layer) -> Result<Value, Error> {
    let Parameters { w, b } = layer.parameters();
    check_finite(&format!("layers[{i}].w of the model"), &w)?;
    check_finite(&format!("layers[{i}].b of the model"), &b)?;
    let written = KINDS.iter().find_map(|kind| Some((kind.name, (kind.write)(layer)?)));
    let Some((kind, mut value)) = written else {
        let expected = "one of nnlib's own, since a file says of a layer what it is, and not how it computes";
        return Err(Error::value(format!("layer {i} of a model that is saved"), expected, layer.name()));
    };
    value["layer"] = kind.into();
    Ok(value)
}

/// The layer at this place, for an input of this shape.
pub(super) fn read_layer(place: &Place<'_>, input: Shape) -> Result<Box<dyn Layer>, Error> {
    let name = place.key("layer")?;
    let text = name.text()?;
    match KINDS.iter().find(|kind| kind.name == text) {
        Some(kind) => (kind.read)(place, input),
        None => Err(name.wrong(&KINDS.map(|kind| kind.name).join(", "))),
    }
}

fn list(array: ArrayView1<'_, f64>) -> Value {
    array.iter().copied().collect()
}

fn rows(array: ArrayView2<'_, f64>) -> Value {
    array.outer_iter().map(list).collect()
}

fn write_dense(layer: &dyn Any) -> Option<Value> {
    of(layer, |dense: &Dense| json!({"w": rows(dense.w().view()), "b": list(dense.b().view())}))
}

fn read_dense(place: &Place<'_>, _: Shape) -> Result<Box<dyn Layer>, Error> {
    let (w, b): (Array2<f64>, Array1<f64>) = (place.key("w")?.array::<Ix2>()?, place.key("b")?.array::<Ix1>()?);
    if !w.is_empty() && !b.is_empty() && b.len() != w.ncols() {
        return Err(place.key("b")?.wrong(&format!("{} numbers, one a neuron, or none", w.ncols())));
    }
    Ok(Box::new(place.checked(Dense::with_parameters(w, b))?))
}

fn write_conv2d(layer: &dyn Any) -> Option<Value> {
    let kernels =
        |w: ArrayView4<'_, f64>| -> Value { w.outer_iter().map(|kernel| kernel.outer_iter().map(rows).collect::<Value>()).collect() };
    of(layer, |conv: &Conv2d| {
        json!({
            "stride": conv.stride(),
            "padding": name(&PADDINGS, &conv.padding()),
            "w": kernels(conv.w()),
            "b": list(conv.b().view()),
        })
    })
}

fn read_conv2d(place: &Place<'_>, input: Shape) -> Result<Box<dyn Layer>, Error> {
    let (w, b) = (place.key("w")?.array::<Ix4>()?, place.key("b")?.array::<Ix1>()?);
    let (outputs, channels, ..) = w.dim();
    if let Shape::Image { channels: given, .. } = input
        && given != channels
    {
        return Err(place.key("w")?.wrong(&format!("kernels of {given} channels, as the input has")));
    }
    if !b.is_empty() && b.len() != outputs {
        return Err(place.key("b")?.wrong(&format!("{outputs} numbers, one a kernel, or none")));
    }
    let (stride, padding) = (place.key("stride")?.count()?, place.key("padding")?.one_of(&PADDINGS)?);
    Ok(Box::new(place.checked(Conv2d::with_parameters(input, w, b, stride, padding))?))
}

fn write_activation(layer: &dyn Any) -> Option<Value> {
    of(layer, |Activate(f): &Activate| match *f {
        Activation::Identity => json!({"function": "identity"}),
        Activation::Sigmoid => json!({"function": "sigmoid"}),
        Activation::Tanh => json!({"function": "tanh"}),
        Activation::Relu => json!({"function": "relu"}),
        Activation::LeakyRelu(alpha) => json!({"function": "leaky_relu", "alpha": alpha}),
        Activation::Elu(alpha) => json!({"function": "elu", "alpha": alpha}),
        Activation::Softplus => json!({"function": "softplus"}),
        Activation::Softsign => json!({"function": "softsign"}),
    })
}

fn read_activation(place: &Place<'_>, _: Shape) -> Result<Box<dyn Layer>, Error> {
    let function = place.key("function")?;
    let with_alpha = |make: fn(f64) -> Result<Activation, Error>| {
        let alpha = place.key("alpha")?;
        alpha.checked(make(alpha.number()?))
    };
    Ok(Box::new(Activate(match function.text()? {
        "identity" => Activation::Identity,
        "sigmoid" => Activation::Sigmoid,
        "tanh" => Activation::Tanh,
        "relu" => Activation::Relu,
        "leaky_relu" => with_alpha(Activation::leaky_relu)?,
        "elu" => with_alpha(Activation::elu)?,
        "softplus" => Activation::Softplus,
        "softsign" => Activation::Softsign,
        _ => return Err(function.wrong("the name of an activation function")),
    })))
}

fn write_prelu(layer: &dyn Any) -> Option<Value> {
    of(layer, |prelu: &PRelu| json!({"alpha": list(prelu.alpha().view())}))
}

fn read_prelu(place: &Place<'_>, _: Shape) -> Result<Box<dyn Layer>, Error> {
    Ok(Box::new(place.checked(PRelu::with_slopes(place.key("alpha")?.array::<Ix1>()?))?))
}

fn read_dropout(place: &Place<'_>, _: Shape) -> Result<Box<dyn Layer>, Error> {
    let rate = place.key("rate")?;
    Ok(Box::new(rate.checked(Dropout::new(rate.number()?))?))
}
