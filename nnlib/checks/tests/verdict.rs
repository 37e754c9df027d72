//! What a verdict says.

use ndarray::{Array2, array};
use nnlib::activation;
use nnlib_checks as check;

#[test]
fn a_wrong_answer_is_shown_beside_the_right_one() {
    let verdict = check::softmax_at(|z, _| z.mapv(|z| z.max(0.0)));
    let expected = "\
✗ softmax_at: wrong in case 1 of 6 (equal scores).

given z (1, 2): 0  0
given t: 1

expected y_hat (1, 2)    got
  0.5000  0.5000           0  0";
    assert_eq!(verdict.to_string(), expected);
    assert_eq!((verdict.passed(), verdict.hint()), (false, None));
}

#[test]
fn digits_are_shown_until_the_difference_is_seen() {
    let verdict = check::softmax_at(|z, _| activation::softmax(z) + 1e-7);
    assert!(verdict.to_string().contains("0.50000000  0.50000000      0.50000010  0.50000010"), "{verdict}");
}

#[test]
fn another_shape_is_told() {
    let verdict = check::softmax_at(|z, _| Array2::zeros((z.ncols(), z.nrows())));
    assert!(verdict.to_string().contains("expected y_hat (1, 2): 0.5000  0.5000\ngot y_hat (2, 1):\n  0\n  0"), "{verdict}");
}

#[test]
fn a_panic_is_caught_and_told() {
    let verdict = check::softmax_at(|z, _| if z.nrows() > 1 { z.dot(&array![[1.0]]) } else { activation::softmax(z) });
    assert!(!verdict.passed());
    assert!(verdict.to_string().contains("your code panics:\n  ndarray: inputs"), "{verdict}");
}

#[test]
fn a_todo_is_a_task_not_solved_yet() {
    for verdict in [check::softmax_at(|_, _| todo!()), check::softmax_at(|_, _| todo!("later"))] {
        assert!(!verdict.passed());
        assert!(verdict.to_string().starts_with("softmax_at: not solved yet."), "{verdict}");
    }
}

#[test]
fn an_unsolved_helper_is_not_taken_for_the_task() {
    fn helper(_: &Array2<f64>) -> Array2<f64> {
        todo!()
    }
    let text = check::softmax_at(|z, t| helper(&(z / t))).to_string();
    assert!(text.starts_with("softmax_at: not solved yet.") && text.contains("in what it calls"), "{text}");
}

#[test]
fn a_pair_too_many_is_counted() {
    let verdict = check::deep_backward(|x, y, layers| {
        let mut builder = nnlib::Sequential::input(x.ncols());
        for (l, (w, _)) in layers.iter().enumerate() {
            builder = if l == 0 { builder } else { builder.activation(nnlib::Activation::Tanh) }.dense(w.ncols());
        }
        let mut network = builder.build(&mut nnlib::RandomState::new(0)).unwrap();
        layers.iter().enumerate().for_each(|(l, (w, b))| network.set(l + 1, w, b).unwrap());
        let gradients = network.backward(&network.forward(x).unwrap(), y, nnlib::Loss::SoftmaxCrossEntropy).unwrap();
        let part = |l| (gradients.w(l).unwrap().clone(), gradients.b(l).unwrap().clone());
        (1..=layers.len()).chain([1]).map(part).collect()
    });
    assert!(verdict.to_string().contains("expected 4 arrays or numbers, got 6"), "{verdict}");
}

#[test]
fn the_bytes_that_matter_are_shown() {
    let verdict = check::read_numbers(|_| Ok(Vec::new()));
    assert!(verdict.to_string().contains("given bytes: [0, 0, 0, 0, 0, 0, 240, 63]"), "{verdict}");
}

#[test]
fn of_a_large_array_the_part_that_differs_is_shown() {
    let verdict = check::circles(|m, factor| {
        let angle = |i: usize| std::f64::consts::TAU * (i % m) as f64 / m as f64;
        let radius = |i: usize| if i < m { 1.0 } else { factor };
        let at = |(i, j): (usize, usize)| radius(i) * if j == 0 { angle(i).cos() } else { angle(i).sin() };
        let mut x = Array2::from_shape_fn((2 * m, 2), at);
        if m == 50 {
            x[[73, 1]] = 7.25;
        }
        (x, (0..2 * m).map(|i| usize::from(i >= m)).collect())
    });
    assert!(verdict.to_string().contains("7.2500\n  …"), "{verdict}");
}

#[test]
fn a_prediction_is_not_given_away() {
    let verdict = check::parameters(|| [17.0, 202.0, 0.0, 0.0, 0.0]);
    let expected = "✗ parameters: wrong in case 2 of 5 (2-50-2).\n\nyou said: 202\n\nProbably: each neuron has its own bias.";
    assert_eq!(verdict.to_string(), expected);
    let verdict = check::layer_shapes(|| [(2, 30), (30, 100), (0, 0), (0, 0), (0, 0)]);
    assert!(verdict.to_string().ends_with("you said: (30, 100)\n\nProbably: samples stand in rows."), "{verdict}");
}
