//! What no figure may do, whatever it holds: fail, or let its text run over the edge.

use ndarray::{Array2, Array3, array};
use proptest::prelude::*;

use super::canvas::{Anchor, Canvas, Shape};
use super::*;
use crate::{Dataset, Error};

/// One figure of each kind.
fn one_of_each() -> Result<Vec<Figure>, Error> {
    let data = Dataset::new(array![[0.0, 1.0], [1.0, 0.0], [2.0, 3.0], [-1.0, 2.5]], array![0, 0, 1, 2])?;
    let model = |x: &Array2<f64>| x.map_axis(ndarray::Axis(1), |x| usize::from(x[0] + x[1] > 1.0) + usize::from(x[0] > 1.5));
    let long = "a rather long name for something that is drawn in a small picture";
    let w = [array![[0.15, -0.25, 3.0], [0.20, 0.30, 0.001]], array![[0.40, -0.50], [0.45, 0.55], [0.0, 1.0]]];
    let (x, y) = ([1.0, 10.0, 1e6], [1e-7, 0.3, 20.0]);
    Ok(vec![
        Figure::new(),
        scatter(&data)?.title(long).class_names(&["a", long, "c"]),
        decision_boundary(&model, &data)?.title("Regions"),
        line(long, &x, &y)?.line("b", &x, &y)?.log_x()?.log_y()?.x_label(long).y_label(long),
        curve("tanh", -4.0, 4.0, f64::tanh)?.horizontal_line("one", 1.0)?.vertical_line("zero", 0.0)?,
        Figure::new().error_bars("e", &x, &y, &[0.1, 0.1, 0.1])?.band("f", &x, &y, &[0.1, 0.1, 3.0])?.equal_axes(),
        Figure::new().bars("b", &["one", long, "a-name-without-any-space-that-is-wide"], &[1.0, -2.0, 3.0])?,
        Figure::new().histogram("h", &y, 7)?,
        contours((-1.0, 1.0), (-2.0, 2.0), |u, v| u * u - v * v)?.path("p", &[0.0, 0.5], &[0.0, 1.0])?,
        heatmap(&array![[1.0, -2.0], [0.0, 1e-9]])?.row_names(&["r", long])?.x_label(long).y_label(long),
        heatmap(&Array2::from_shape_fn((70, 90), |(i, j)| (i * j) as f64))?,
        confusion_matrix(&array![[5, 1], [0, 7]], &["no", long])?,
        images(Array3::from_elem((7, 3, 5), 0.5).view())?.captions(&[long; 7])?,
        network(&w, &[array![0.0, 1.0, 2.0], array![-1.0, 1.0]])?,
        network(&[Array2::from_elem((30, 40), -1.0)], &[])?,
        graph(&["a\n1", long, "c\nd\ne"], &[(0, 1), (0, 1), (1, 2), (0, 2)])?.title("Graph"),
    ])
}

/// Every text of a figure whose letters leave the canvas.
fn clipped(figure: &Figure) -> Vec<String> {
    let canvas = figure.canvas().unwrap();
    let outside = |shape: &Shape| match shape {
        Shape::Text(text) if !text.text.is_empty() && !within(&canvas, text) => Some(text.text.clone()),
        _ => None,
    };
    canvas.shapes.iter().filter_map(outside).collect()
}

fn within(canvas: &Canvas, text: &super::canvas::Text) -> bool {
    let width = canvas.text_width(&text.text, text.size);
    let before = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => width / 2.0,
        Anchor::End => width,
    };
    let (x, y) = text.at;
    let (left, right, top, bottom) = if text.upward {
        (x - text.size * 0.8, x + text.size * 0.2, y + before - width, y + before)
    } else {
        (x - before, x - before + width, y - text.size * 0.8, y + text.size * 0.2)
    };
    left >= 0.0 && right <= canvas.width && top >= 0.0 && bottom <= canvas.height
}

#[test]
fn no_text_runs_over_the_edge() {
    let figures = one_of_each().unwrap();
    for figure in &figures {
        assert_eq!(clipped(figure), Vec::<String>::new(), "{}", figure.alternative_text());
        assert_eq!(clipped(&figure.clone().size(420, 320).unwrap()), Vec::<String>::new(), "small: {}", figure.alternative_text());
    }
    for columns in [2, 4] {
        let grid = grid(columns, figures.clone()).unwrap().title("Everything");
        assert_eq!(clipped(&grid), Vec::<String>::new());
    }
}

#[test]
fn the_smallest_pictures_are_still_made() {
    let figures = one_of_each().unwrap();
    for figure in figures.iter().cloned().chain([grid(3, figures.clone()).unwrap()]) {
        let tiny = figure.size(100, 100).unwrap();
        assert!(tiny.png().is_ok() && tiny.svg().is_ok());
    }
}

#[test]
fn every_figure_says_what_it_shows() {
    for figure in one_of_each().unwrap() {
        let text = figure.alternative_text();
        assert!(text.len() > 20 && !text.contains("NaN") && !text.contains("inf"), "{text}");
    }
}

/// Numbers of every size, equal ones included.
fn numbers() -> impl Strategy<Value = Vec<f64>> {
    let number = prop_oneof![
        Just(0.0),
        -1e3..1e3,
        Just(f64::MAX),
        Just(f64::MIN),
        Just(f64::MIN_POSITIVE),
        Just(5e-324),
        1e15..1.000_000_1e15,
        proptest::num::f64::NORMAL
    ];
    proptest::collection::vec(number, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn finite_numbers_always_make_a_picture(x in numbers(), y in numbers()) {
        let n = x.len().min(y.len());
        let (x, y) = (&x[..n], &y[..n]);
        let spread: Vec<f64> = y.iter().map(|y| (y / 8.0).abs()).collect();
        let names: Vec<String> = (0..n).map(|i| i.to_string()).collect();
        let table = Array2::from_shape_fn((n, n), |(i, j)| if (i + j) % 2 == 0 { x[i] } else { y[j] });
        let mut figures = vec![
            line("l", x, y)?.points("p", x, y)?.path("w", x, y)?,
            line("l", x, y)?.equal_axes(),
            Figure::new().error_bars("e", x, y, &spread)?.band("b", x, y, &spread)?,
            Figure::new().bars("b", &names, y)?,
            Figure::new().histogram("h", y, 5)?,
            heatmap(&table)?,
            images(table.view().insert_axis(ndarray::Axis(0)))?,
            network(&[table], &[])?,
        ];
        if x.iter().chain(y).all(|v| *v > 0.0) {
            figures.push(line("l", x, y)?.log_x()?.log_y()?);
        }
        for figure in figures {
            let figure = figure.size(240, 180)?;
            prop_assert!(figure.png().is_ok() && figure.svg().is_ok());
            let shapes = format!("{:?}", figure.canvas()?.shapes);
            prop_assert!(!shapes.contains("NaN") && !shapes.contains("inf"), "{shapes}");
        }
    }
}
