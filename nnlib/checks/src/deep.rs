//! The tasks of lesson 10: three classes, four layers.

use ndarray::{Array1, Array2, Axis};
use nnlib::{RandomState, data};

use crate::Verdict;
use crate::judge::{Points, grade, halves, share_right, unworthy, worth};
use crate::network::{Layers, SIGMOID, TANH, Way, gradients, grown, mistakes, random_layers, random_samples};
use crate::predict::shapes;
use crate::task::Task;

/// Checks `deep_shapes()`: the shapes in the network 2-14-10-3 for 60 points.
pub fn deep_shapes(deep_shapes: fn() -> [(usize, usize); 5]) -> Verdict {
    shapes(
        "deep_shapes",
        deep_shapes,
        [
            ("the activations a₁", (60, 14), &[((14, 60), "samples stand in rows."), ((2, 14), "these are the weights w₁.")]),
            (
                "the delta δ₃ of the scores",
                (60, 3),
                &[
                    ((10, 3), "a delta has the shape of its scores, not of the weights."),
                    ((60, 1), "each of the three scores has a delta."),
                ],
            ),
            (
                "the gradient of w₂",
                (14, 10),
                &[((10, 14), "a gradient has the shape of what it is the gradient of."), ((60, 10), "the samples are summed over.")],
            ),
            (
                "δ₃ w₃ᵀ",
                (60, 10),
                &[
                    ((60, 3), "this is δ₃ itself."),
                    ((3, 10), "a row for each sample."),
                    ((60, 14), "w₃ leads from the 10 neurons to the 3 scores."),
                ],
            ),
            (
                "the gradient of w₃ when the network gets a fourth class",
                (10, 4),
                &[((10, 3), "each class has a column."), ((4, 10), "inputs are rows.")],
            ),
        ],
    )
}

/// Checks `three_classes(m)`: a data set of one's own, of two features: m points of class 0, 2m of class 1 and 3m of class 2, in any order. No
/// straight lines separate the classes, and points that lie close together are nearly always of one class.
pub fn three_classes(three_classes: fn(usize) -> (Array2<f64>, Array1<usize>)) -> Verdict {
    type Told = (&'static str, &'static str, &'static str);
    fn told(m: usize, (x, y): (Array2<f64>, Array1<usize>)) -> Told {
        if x.dim() != (6 * m, 2) || y.len() != 6 * m {
            return ("not 6m points with two features and a label each", "", "");
        }
        if x.iter().any(|v| !v.is_finite()) {
            return ("not all numbers are finite", "", "");
        }
        if (0..3).any(|class| y.iter().filter(|label| **label == class).count() != (class + 1) * m) {
            return ("not m, 2m and 3m points of the classes 0, 1 and 2", "", "");
        }
        // Scaled, so that straight lines are found whatever the units; and a point's nearest is another place, not a copy.
        let x = (&x - &x.mean_axis(Axis(0)).expect("points")) / x.std_axis(Axis(0), 0.0).mapv(|s| s.max(1e-12));
        let lines = share_right(&x, &y, &grown(&x, &y, &[2, 3], 0.5, 300));
        let nearest = |i: usize| {
            let distance = |j: usize| (&x.row(i) - &x.row(j)).mapv(|v| v * v).sum();
            (0..x.nrows()).filter(|&j| distance(j) > 1e-12).min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
        };
        let close = (0..x.nrows()).filter(|&i| nearest(i).is_some_and(|j| y[j] == y[i])).count() as f64 / x.nrows() as f64;
        (
            "6m points, m, 2m and 3m of a class",
            grade(-lines, &[(-0.85, "right for 85 % at most")], "right for more than 85 %"),
            grade(close, &[(0.9, "of the same class for 90 % at least")], "of the same class for less than 90 %"),
        )
    }
    /// Rings, or blobs, around the middles that a class has, so far from them.
    fn around(m: usize, at: fn(usize, f64) -> [f64; 2]) -> (Array2<f64>, Array1<usize>) {
        let labels: Vec<usize> = (0..3).flat_map(|class| vec![class; (class + 1) * m]).collect();
        let angle = |i: usize| std::f64::consts::TAU * 0.618 * i as f64;
        let x = Array2::from_shape_fn((6 * m, 2), |(i, j)| at(labels[i], angle(i))[j]);
        (x, labels.into())
    }
    fn rings(class: usize, t: f64) -> [f64; 2] {
        [(1 + class) as f64 * t.cos(), (1 + class) as f64 * t.sin()]
    }
    Task::new(
        "three_classes",
        three_classes,
        &["m"],
        &["the arrays", "straight lines", "the nearest other point"],
        |f, m: &usize| told(*m, f(*m)),
        |m| around(m, rings),
    )
    .case("m = 20", 20)
    .case("m = 30", 30)
    .case("m = 50", 50)
    .mistake("every class has as many points. Asked for are m, 2m and 3m.", |m| {
        let (x, y) = around(m, rings);
        (x, (0..y.len()).map(|i| i % 3).collect())
    })
    .mistake("the number of points or features is another: 6m rows of two numbers, and as many labels.", |m| around(m + 1, rings))
    .mistake("straight lines separate these classes: no hidden layer is needed. Can one class lie around another?", |m| {
        around(m, |class, t| [6.0 * class as f64 + t.cos(), t.sin()])
    })
    .mistake("neighbours are of different classes: there is too little to learn. Less noise, or more room between the classes?", |m| {
        around(m, |_, t| [(7.0 * t).sin(), (3.0 * t).cos()])
    })
    .mistake("a number is infinite or none. Is something divided by 0?", |m| {
        let (x, y) = around(m, rings);
        (x / 0.0, y)
    })
    .verdict()
}

/// Checks `deep_backward(x, y, layers)`: the gradients (dw, db) of each layer, for the mean softmax cross-entropy of a network of any number
/// of layers, each hidden one with a tanh; x (n, d), y (n,).
pub fn deep_backward(
    deep_backward: fn(&Array2<f64>, &Array1<usize>, &[(Array2<f64>, Array1<f64>)]) -> Vec<(Array2<f64>, Array1<f64>)>,
) -> Verdict {
    type Input = (Array2<f64>, Array1<usize>, Layers);
    fn by(way: Way, (x, y, layers): &Input) -> Layers {
        gradients(x, y, layers, way, None)
    }
    let mut rng = RandomState::new(7);
    let mut random = |n: usize, sizes: &[usize]| -> Input {
        let (x, y) = random_samples(n, sizes, &mut rng);
        (x, y, random_layers(sizes, &mut rng))
    };
    Task::new(
        "deep_backward",
        deep_backward,
        &["x", "y", "w1", "b1", "w2", "b2", "w3", "b3", "w4", "b4"],
        &["dw1", "db1", "dw2", "db2", "dw3", "db3", "dw4", "db4"],
        |f, (x, y, layers): &Input| f(x, y, layers),
        |x, y, layers| gradients(x, y, layers, TANH, None),
    )
    .case("2-3-2", random(5, &[2, 3, 2]))
    .case("3-3-3-3", random(3, &[3, 3, 3, 3]))
    .case("2-3-4-3: four layers, counting the inputs", random(5, &[2, 3, 4, 3]))
    .case("one layer more", random(4, &[2, 4, 3, 5, 3]))
    .variants(mistakes(TANH, ("this is the slope of a sigmoid, a (1 − a). The layers are tanh.", SIGMOID.slope)), |way, input| {
        by(*way, input)
    })
    .mistake("the gradients stand in the order in which they were found, the last layer first. Reverse them.", |x, y, layers| {
        let mut gradients = gradients(x, y, layers, TANH, None);
        gradients.reverse();
        gradients
    })
    .verdict()
}

/// Checks `train_deep(x, y, classes)`: four layers or more, counting the inputs, as their weights and biases (w, b), each hidden layer with a
/// tanh, made and trained by the reader's own loop; x (n, 2), y (n,). They are judged by new points of the same kind.
pub fn train_deep(train_deep: fn(&Array2<f64>, &Array1<usize>, usize) -> Vec<(Array2<f64>, Array1<f64>)>) -> Verdict {
    fn told(points: &Points, layers: &Layers) -> (&'static str, &'static str, &'static str) {
        let (learned, new) = worth(points, layers);
        (grade(layers.len() as f64, &[(3.0, "four or more")], "too few"), learned, new)
    }
    fn deep(mut layers: Layers) -> Layers {
        while (1..3).contains(&layers.len()) {
            // A layer more that changes nothing: a tanh of something very small is nearly that.
            let k = layers[0].1.len();
            layers[0] = (1e-6 * &layers[0].0, 1e-6 * &layers[0].1);
            layers.insert(1, (1e6 * Array2::eye(k), Array1::zeros(k)));
        }
        layers
    }
    let mut rng = RandomState::new(2);
    let three = halves(&data::make_spirals(80, 3, 0.05, &mut rng).expect("points"));
    let five = halves(&data::make_spirals(60, 5, 0.03, &mut rng).expect("points"));
    let moons = halves(&data::make_moons(160, 0.1, &mut rng).expect("points"));
    Task::new(
        "train_deep",
        train_deep,
        &["x", "y"],
        &["layers", "right of the points to learn from", "right of the new points"],
        |f, points: &Points| told(points, &f(&points.0, &points.1, 1 + points.1.iter().max().expect("points"))),
        |x, y, classes| grown(x, y, &[2, 12, 12, classes], 0.1, 1000),
    )
    .case("three arms", three)
    .case("moons", moons)
    .case("five arms", five)
    .variants(unworthy(), |layers, points| told(points, &deep(layers(points))))
    .mistake("one hidden layer does it, too, but asked for are four layers, counting the inputs: two hidden ones.", |x, y, classes| {
        grown(x, y, &[2, 24, classes], 0.2, 1500)
    })
    .verdict()
}
