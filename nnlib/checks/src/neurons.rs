//! The tasks of lesson 03: neurons and activations.

use nnlib::activation::{sigmoid, softplus};

use crate::Verdict;
use crate::predict::shapes;
use crate::task::Task;
use crate::value::Function;

/// Checks `slope(f, z, h)`: the central difference (f(z + h) − f(z − h)) / 2h.
pub fn slope(slope: fn(fn(f64) -> f64, f64, f64) -> f64) -> Verdict {
    type Input = (Function<fn(f64) -> f64>, f64, f64);
    Task::new(
        "slope",
        slope,
        &["f", "z", "h"],
        &["slope"],
        |f, (function, z, h): &Input| f(function.1, *z, *h),
        |f, z, h| (f(z + h) - f(z - h)) / (2.0 * h),
    )
    .case("a straight line", (Function("z ↦ 3z + 1", |z| 3.0 * z + 1.0), 2.0, 0.5))
    .case("a parabola", (Function("z ↦ z²", |z| z * z), 1.0, 0.5))
    .case("a sigmoid", (Function("sigmoid", sigmoid), 0.3, 1e-3))
    .case("a step of 0.1", (Function("tanh", f64::tanh), -0.5, 0.1))
    .mistake("this is the forward difference. Take one step to each side of z.", |f, z, h| (f(z + h) - f(z)) / h)
    .mistake("this is the backward difference. Take one step to each side of z.", |f, z, h| (f(z) - f(z - h)) / h)
    .mistake("divided by h. How far apart are z + h and z − h?", |f, z, h| (f(z + h) - f(z - h)) / h)
    .mistake("the sign is wrong: right minus left.", |f, z, h| (f(z - h) - f(z + h)) / (2.0 * h))
    .mistake("the brackets are missing: a / 2.0 * h multiplies by h.", |f, z, h| (f(z + h) - f(z - h)) / 2.0 * h)
    .verdict()
}

/// Checks `swish(z)`: z · sigmoid(z).
pub fn swish(swish: fn(f64) -> f64) -> Verdict {
    Task::new("swish", swish, &["z"], &["swish(z)"], |f, z: &f64| f(*z), |z| z * sigmoid(z))
        .case("zero", 0.0)
        .case("a positive score", 2.0)
        .case("a negative score", -1.0)
        .case("far to the right", 40.0)
        .case("far to the left", -40.0)
        .case("so far to the right that e^z overflows", 1000.0)
        .case("so far to the left that e^(−z) overflows", -1000.0)
        .mistake("this is the sigmoid alone. It is the gate; z is what goes through.", sigmoid)
        .mistake("the gate is turned round: 1 / (1 + e^z) is open on the left.", |z| z * sigmoid(-z))
        .mistake("z is squared.", |z| z * z * sigmoid(z))
        .mistake("e^z / (1 + e^z) is infinity over infinity for a large z. Which form of the sigmoid is not?", |z| {
            z * (z.exp() / (1.0 + z.exp()))
        })
        .verdict()
}

/// Checks `swish_derivative(z)`: sigmoid(z) + z · sigmoid(z) · (1 − sigmoid(z)).
pub fn swish_derivative(swish_derivative: fn(f64) -> f64) -> Verdict {
    Task::new("swish_derivative", swish_derivative, &["z"], &["derivative"], |f, z: &f64| f(*z), |z| sigmoid(z) * (1.0 + z * sigmoid(-z)))
        .case("zero", 0.0)
        .case("a positive score", 2.0)
        .case("a negative score", -1.0)
        .case("where the slope is nearly 0", -1.278)
        .case("far to the right", 30.0)
        .mistake("the derivative of the sigmoid alone. A product has two factors that change: (uv)′ = u′v + uv′.", |z| {
            sigmoid(z) * sigmoid(-z)
        })
        .mistake("half of the product rule: z · sigmoid′(z) is there, 1 · sigmoid(z) is missing.", |z| z * sigmoid(z) * sigmoid(-z))
        .mistake("half of the product rule: 1 · sigmoid(z) is there, z · sigmoid′(z) is missing.", sigmoid)
        .mistake("the two halves of the product rule are subtracted. They add.", |z| sigmoid(z) - z * sigmoid(z) * sigmoid(-z))
        .mistake("sigmoid′(z) is s (1 − s) with s = sigmoid(z), not with s = z.", |z| sigmoid(z) + z * z * (1.0 - z))
        .verdict()
}

/// Checks `softplus_derivative(a)`: the derivative of the softplus from its activation a = ln(1 + e^z), 1 − e^(−a).
pub fn softplus_derivative(softplus_derivative: fn(f64) -> f64) -> Verdict {
    Task::new("softplus_derivative", softplus_derivative, &["a"], &["derivative"], |f, a: &f64| f(*a), |a| 1.0 - (-a).exp())
        .case("a = ln 2, where z = 0", 2.0_f64.ln())
        .case("a = 2", 2.0)
        .case("of a score of −3", softplus(-3.0))
        .case("far to the right", 800.0)
        .case("far to the left", 0.0)
        .mistake("a is taken for z: σ(a). The derivative by z is σ(z). How does one get z, or e^z, from a?", sigmoid)
        .mistake("this is e^z / (1 + e^z) with a in place of z, which also overflows.", |a| a.exp() / (1.0 + a.exp()))
        .mistake("e^a overflows far to the right: (e^a − 1) / e^a is right on paper. Divide first.", |a| (a.exp() - 1.0) / a.exp())
        .mistake("this is e^z, the numerator of σ(z). It is divided by 1 + e^z = e^a.", |a| a.exp() - 1.0)
        .mistake("this is σ(−z). The derivative goes to 1 on the right.", |a| (-a).exp())
        .mistake("the sign in the exponent: 1 − e^a is not between 0 and 1.", |a| 1.0 - a.exp())
        .mistake("this is the derivative of tanh.", |a| 1.0 - a * a)
        .mistake("this is the derivative of the sigmoid.", |a| a * (1.0 - a))
        .mistake("this is the derivative of the ReLU. The softplus has no corner.", |a| if a > 0.0 { 1.0 } else { 0.0 })
        .verdict()
}

/// Checks `layer_shapes()`: the shapes in a network of 100 points with 2 features, a layer of 30 neurons and one of 4.
pub fn layer_shapes(layer_shapes: fn() -> [(usize, usize); 5]) -> Verdict {
    shapes(
        "layer_shapes",
        layer_shapes,
        [
            (
                "the weights w₁",
                (2, 30),
                &[
                    ((30, 2), "inputs are rows and neurons columns, so that x w₁ fits."),
                    ((100, 30), "the weights do not know how many points there are."),
                ],
            ),
            ("the scores z₁", (100, 30), &[((30, 100), "samples stand in rows."), ((100, 2), "each neuron has a score.")]),
            (
                "the weights w₂",
                (30, 4),
                &[((4, 30), "inputs are rows and neurons columns."), ((2, 4), "this layer's inputs are the 30 activations.")],
            ),
            ("the activations a₂", (100, 4), &[((30, 4), "a row for each point."), ((100, 30), "these are a₁.")]),
            (
                "the one matrix that does the work of both if there is no activation between them",
                (2, 4),
                &[((4, 2), "w₁ w₂, in this order."), ((30, 30), "the 30 neurons in the middle are summed over, and go.")],
            ),
        ],
    )
}
