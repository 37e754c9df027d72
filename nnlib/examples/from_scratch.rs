//! A neural network from scratch: two moons, three hidden neurons, gradient descent. Arrays are all it takes; `nnlib` only makes the points
//! and draws the picture.
//!
//! `cargo run --release --example from_scratch` prints the loss and saves `from_scratch.png`; a path as argument saves it there.
//!
//! The program, its settings and its numbers are those of D. Britz, *Implementing a Neural Network from Scratch in Python* (WildML, 2015).

use ndarray::{Array1, Array2, Axis};
use nnlib::data::make_moons;
use nnlib::{Classifier, Error, RandomState, plot};

/// The learning rate η, a step on the summed gradient.
const RATE: f64 = 0.01;
/// The strength λ of the L2 penalty.
const LAMBDA: f64 = 0.01;

/// Two layers of weights and biases: ŷ = softmax(tanh(x w₁ + b₁) w₂ + b₂).
pub(crate) struct Network {
    w1: Array2<f64>,
    b1: Array1<f64>,
    w2: Array2<f64>,
    b2: Array1<f64>,
}

impl Network {
    /// Gaussian weights with a spread of 1 / √(inputs of the neuron), and no biases.
    pub(crate) fn new(inputs: usize, hidden: usize, outputs: usize, rng: &mut RandomState) -> Self {
        Self {
            w1: rng.randn_2d(inputs, hidden) / (inputs as f64).sqrt(),
            b1: Array1::zeros(hidden),
            w2: rng.randn_2d(hidden, outputs) / (hidden as f64).sqrt(),
            b2: Array1::zeros(outputs),
        }
    }

    /// The forward pass: what the hidden layer says, and the probability of each class.
    fn forward(&self, x: &Array2<f64>) -> (Array2<f64>, Array2<f64>) {
        let a1 = (x.dot(&self.w1) + &self.b1).mapv(f64::tanh);
        let z2 = a1.dot(&self.w2) + &self.b2;
        (a1, softmax(&z2))
    }

    /// The cross-entropy with the labels, averaged over the points, and the penalty on the weights.
    pub(crate) fn loss(&self, x: &Array2<f64>, y: &Array1<usize>) -> f64 {
        let (_, y_hat) = self.forward(x);
        let data: f64 = y_hat.outer_iter().zip(y).map(|(p, &class)| -p[class].ln()).sum();
        let weights: f64 = self.w1.iter().chain(&self.w2).map(|w| w * w).sum();
        (data + LAMBDA / 2.0 * weights) / y.len() as f64
    }

    /// The backward pass, and a step of gradient descent.
    pub(crate) fn step(&mut self, x: &Array2<f64>, y: &Array1<usize>) {
        let (a1, y_hat) = self.forward(x);

        // δ₂ = ŷ − t, where t is 1 at the point's class.
        let mut delta2 = y_hat;
        for (mut row, &class) in delta2.outer_iter_mut().zip(y) {
            row[class] -= 1.0;
        }
        // δ₁ = δ₂ w₂ᵀ ⊙ (1 − a₁²), the slope of tanh.
        let delta1 = delta2.dot(&self.w2.t()) * a1.mapv(|a| 1.0 - a * a);

        let dw2 = a1.t().dot(&delta2) + LAMBDA * &self.w2;
        let dw1 = x.t().dot(&delta1) + LAMBDA * &self.w1;
        self.w1.scaled_add(-RATE, &dw1);
        self.b1.scaled_add(-RATE, &delta1.sum_axis(Axis(0)));
        self.w2.scaled_add(-RATE, &dw2);
        self.b2.scaled_add(-RATE, &delta2.sum_axis(Axis(0)));
    }
}

/// Scores become probabilities, row by row. Taking the largest score away changes nothing, and no exponential overflows.
fn softmax(z: &Array2<f64>) -> Array2<f64> {
    let mut p = z.clone();
    for mut row in p.outer_iter_mut() {
        let largest = row.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        row.mapv_inplace(|z| (z - largest).exp());
        row /= row.sum();
    }
    p
}

/// How a classifier shows `plot` its decision boundary.
impl Classifier for Network {
    fn predict_classes(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error> {
        let (_, y_hat) = self.forward(x);
        Ok(y_hat.outer_iter().map(|p| usize::from(p[1] > p[0])).collect())
    }
}

fn main() -> Result<(), Error> {
    let moons = make_moons(200, 0.20, &mut RandomState::new(0))?;
    let mut network = Network::new(2, 3, 2, &mut RandomState::new(0));
    for iteration in 0..20_000 {
        network.step(&moons.x, &moons.y);
        if iteration % 1000 == 0 {
            println!("loss after iteration {iteration}: {:.6}", network.loss(&moons.x, &moons.y));
        }
    }

    let path = std::env::args_os().nth(1).unwrap_or_else(|| "from_scratch.png".into());
    plot::decision_boundary(&network, &moons)?.title("Three hidden neurons").save(&path)?;
    println!("saved {}", path.display());
    Ok(())
}
