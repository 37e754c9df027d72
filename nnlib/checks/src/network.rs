//! The gradients of a network by backpropagation, right and as people get them wrong. The tasks that ask for all of it share them.

use ndarray::{Array1, Array2, Axis};
use nnlib::RandomState;
use nnlib::activation::{sigmoid, softmax};

/// The weights and biases of each layer, or their gradients.
pub(crate) type Layers = Vec<(Array2<f64>, Array1<f64>)>;

/// Random layers of these sizes, the inputs first.
pub(crate) fn random_layers(sizes: &[usize], rng: &mut RandomState) -> Layers {
    sizes.windows(2).map(|pair| (rng.randn_2d(pair[0], pair[1]), randn(pair[1], rng))).collect()
}

/// A network with one hidden layer: w₁, b₁, w₂, b₂.
pub(crate) type Network = (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>);

/// Its two layers, and a network of two layers.
pub(crate) fn layers_of((w1, b1, w2, b2): &Network) -> Layers {
    vec![(w1.clone(), b1.clone()), (w2.clone(), b2.clone())]
}

pub(crate) fn network_of(layers: Layers) -> Network {
    let [(w1, b1), (w2, b2)]: [_; 2] = layers.try_into().expect("two layers");
    (w1, b1, w2, b2)
}

/// A random network with these sizes.
pub(crate) fn random_network(sizes: &[usize; 3], rng: &mut RandomState) -> Network {
    network_of(random_layers(sizes, rng))
}

/// Normal numbers.
pub(crate) fn randn(n: usize, rng: &mut RandomState) -> Array1<f64> {
    rng.randn_2d(1, n).remove_axis(Axis(0))
}

/// n random samples for these sizes, with labels of every class.
pub(crate) fn random_samples(n: usize, sizes: &[usize], rng: &mut RandomState) -> (Array2<f64>, Array1<usize>) {
    (rng.randn_2d(n, sizes[0]), (0..n).map(|i| (i * i + 1) % sizes[sizes.len() - 1]).collect())
}

/// How the gradients are computed, part by part.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    /// Of a hidden layer.
    pub(crate) activation: fn(f64) -> f64,
    /// The activation's slope, as a function of what follows.
    pub(crate) slope: fn(f64) -> f64,
    pub(crate) of: Of,
    /// The output's delta, from ŷ and onehot(y).
    pub(crate) output: fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>,
    /// The delta at a layer's input, from that at its scores and the weights.
    pub(crate) back: fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>,
    /// The weights' gradient, from the layer's input and its delta.
    pub(crate) dw: fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>,
    pub(crate) db: fn(&Array2<f64>) -> Array1<f64>,
}

/// What the slope is computed from.
#[derive(Clone, Copy)]
pub(crate) enum Of {
    Activation,
    Score,
    ActivatedTwice,
}

pub(crate) const TANH: Way = Way {
    activation: f64::tanh,
    slope: |a| 1.0 - a * a,
    of: Of::Activation,
    output: |y_hat, onehot| (y_hat - onehot) / y_hat.nrows() as f64,
    back: |delta, w| delta.dot(&w.t()),
    dw: |a, delta| a.t().dot(delta),
    db: |delta| delta.sum_axis(Axis(0)),
};
pub(crate) const SIGMOID: Way = Way { activation: sigmoid, slope: |a| a * (1.0 - a), ..TANH };

/// The mistakes in any of it, each with its hint; among them the slope of another activation.
pub(crate) fn mistakes(right: Way, another: (&'static str, fn(f64) -> f64)) -> Vec<(&'static str, Way)> {
    vec![
        ("the 1/n is missing: these are the gradients of the summed loss.", Way { output: |y_hat, onehot| y_hat - onehot, ..right }),
        (
            "divided by n·k. The loss is a mean over samples: divide by n.",
            Way { output: |y_hat, onehot| (y_hat - onehot) / y_hat.len() as f64, ..right },
        ),
        (
            "divided by the number of classes. The loss is a mean over samples: divide by n.",
            Way { output: |y_hat, onehot| (y_hat - onehot) / y_hat.ncols() as f64, ..right },
        ),
        (
            "the sign is wrong: this climbs. ŷ − onehot(y), not the reverse.",
            Way { output: |y_hat, onehot| (onehot - y_hat) / y_hat.nrows() as f64, ..right },
        ),
        (
            "the 1 is subtracted from every class. Only the true class's is due.",
            Way { output: |y_hat, _| (y_hat - 1.0) / y_hat.nrows() as f64, ..right },
        ),
        (
            "the output's delta is ŷ / n. The 1 of the true class is still to be subtracted.",
            Way { output: |y_hat, _| y_hat / y_hat.nrows() as f64, ..right },
        ),
        ("the slope of the hidden activation is missing in the backward pass.", Way { slope: |_| 1.0, ..right }),
        ("multiplied by the activation a in place of its slope.", Way { slope: |a| a, ..right }),
        ("a square is missing, or a factor: 1 − a is not the slope.", Way { slope: |a| 1.0 - a, ..right }),
        ("the slope is computed from the score z. The formula is one for the activation a.", Way { of: Of::Score, ..right }),
        (
            "the activation is put through its function again in the slope. It has been through it already.",
            Way { of: Of::ActivatedTwice, ..right },
        ),
        (another.0, Way { slope: another.1, ..right }),
        ("the biases' gradients are not summed over the samples.", Way { db: |delta| delta.row(0).to_owned(), ..right }),
        (
            "the biases' gradients are means over the samples. The 1/n is in the delta already: sum.",
            Way { db: |delta| delta.mean_axis(Axis(0)).expect("samples"), ..right },
        ),
        (
            "the biases' gradients are summed along the rows. Each neuron has one: Axis(0) is the axis that goes away.",
            Way { db: |delta| delta.sum_axis(Axis(1)), ..right },
        ),
        ("the weights are not transposed in the backward pass.", Way { back: |delta, w| delta.dot(w), ..right }),
        ("the weights' gradients are transposed: they need the shapes of the weights.", Way { dw: |a, delta| delta.t().dot(a), ..right }),
        ("what came into the layer is not transposed in dw. The sum runs over the samples.", Way { dw: |a, delta| a.dot(delta), ..right }),
        (
            "the weights' gradients are divided by n once more. The 1/n is in the delta already.",
            Way { dw: |a, delta| a.t().dot(delta) / a.nrows() as f64, ..right },
        ),
        (
            "all gradients are divided by n twice. The 1/n is in the delta already.",
            Way { output: |y_hat, onehot| (y_hat - onehot) / y_hat.nrows().pow(2) as f64, ..right },
        ),
        ("the hidden layers have no activation in the forward pass.", Way { activation: |z| z, ..right }),
    ]
}

/// The scores and the activations of each layer, the input being the first activation; the last layer has scores alone.
pub(crate) fn passed(
    x: &Array2<f64>,
    layers: &[(Array2<f64>, Array1<f64>)],
    activation: fn(f64) -> f64,
) -> (Vec<Array2<f64>>, Vec<Array2<f64>>) {
    let (mut scores, mut activations) = (Vec::new(), vec![x.clone()]);
    for (l, (w, b)) in layers.iter().enumerate() {
        scores.push(activations[l].dot(w) + b);
        activations.push(scores[l].mapv(activation));
    }
    (scores, activations)
}

/// The gradients of the mean softmax cross-entropy; `back_through`, if given, are the layers whose weights the deltas go back through.
pub(crate) fn gradients(
    x: &Array2<f64>,
    y: &Array1<usize>,
    layers: &[(Array2<f64>, Array1<f64>)],
    way: Way,
    back_through: Option<&Layers>,
) -> Layers {
    let (scores, activations) = passed(x, layers, way.activation);
    let y_hat = softmax(&scores[layers.len() - 1]);
    let onehot = Array2::from_shape_fn(y_hat.dim(), |(i, class)| f64::from(u8::from(y[i] == class)));
    let mut delta = (way.output)(&y_hat, &onehot);
    let mut gradients = Vec::new();
    for l in (0..layers.len()).rev() {
        gradients.push(((way.dw)(&activations[l], &delta), (way.db)(&delta)));
        if l > 0 {
            let w = &back_through.map_or(&layers[l], |new| &new[l]).0;
            let of = match way.of {
                Of::Activation => activations[l].clone(),
                Of::Score => scores[l - 1].clone(),
                Of::ActivatedTwice => activations[l].mapv(way.activation),
            };
            delta = (way.back)(&delta, w) * of.mapv(way.slope);
        }
    }
    gradients.reverse();
    gradients
}

/// Layers after so many steps of gradient descent with a momentum of 0.9, from small random weights.
pub(crate) fn grown(x: &Array2<f64>, y: &Array1<usize>, sizes: &[usize], rate: f64, steps: usize) -> Layers {
    let mut layers = random_layers(sizes, &mut RandomState::new(1));
    layers.iter_mut().for_each(|(w, b)| (*w, *b) = (&*w / (w.nrows() as f64).sqrt(), 0.0 * &*b));
    let mut velocity: Layers = layers.iter().map(|(w, b)| (0.0 * w, 0.0 * b)).collect();
    for _ in 0..steps {
        let by = gradients(x, y, &layers, TANH, None);
        for (((w, b), (v, u)), (dw, db)) in layers.iter_mut().zip(&mut velocity).zip(by) {
            (*v, *u) = (0.9 * &*v - rate * dw, 0.9 * &*u - rate * db);
            (*w, *b) = (&*w + &*v, &*b + &*u);
        }
    }
    layers
}
