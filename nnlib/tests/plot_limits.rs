//! What no figure may do, whatever it holds: fail, show a wrong number, or let its text run over the edge.

use std::collections::BTreeSet;
use std::path::Path;

use ndarray::{Array1, Array2, Array3, array};
use nnlib::plot::{self, Figure, plotters::prelude::*};
use nnlib::{Dataset, Error};
use proptest::prelude::*;
use roxmltree::Document;

const LONG: &str = "a rather long name for something that is drawn in a small picture";

/// One figure of each kind, with this name wherever one is taken.
fn one_of_each(name: &str) -> Result<Vec<Figure>, Error> {
    let data = Dataset::new(array![[0.0, 1.0], [1.0, 0.0], [2.0, 3.0], [-1.0, 2.5]], array![0, 0, 1, 2])?;
    let model = |x: &Array2<f64>| x.map_axis(ndarray::Axis(1), |x| usize::from(x[0] + x[1] > 1.0) + usize::from(x[0] > 1.5));
    let w = [array![[0.15, -0.25, 3.0], [0.20, 0.30, 0.001]], array![[0.40, -0.50], [0.45, 0.55], [0.0, 1.0]]];
    let (x, y) = ([1.0, 10.0, 1e6], [1e-7, 0.3, 20.0]);
    Ok(vec![
        Figure::new(),
        plot::scatter(&data)?.title(name).class_names(&["a", name, "c"]),
        plot::decision_boundary(&model, &data)?.title("Regions"),
        plot::line(name, &x, &y)?.line("b", &x, &y)?.log_x()?.log_y()?.x_label(name).y_label(name),
        plot::curve("tanh", -4.0, 4.0, f64::tanh)?.horizontal_line("one", 1.0)?.vertical_line(name, 0.0)?,
        Figure::new().error_bars("e", &x, &y, &[0.1, 0.1, 0.1])?.band("f", &x, &y, &[0.1, 0.1, 3.0])?.equal_axes(),
        Figure::new().bars("b", &["one", name, "a-name-without-any-space-that-is-wide"], &[1.0, -2.0, 3.0])?,
        Figure::new().histogram("h", &y, 7)?,
        plot::contours((-1.0, 1.0), (-2.0, 2.0), |u, v| u * u - v * v)?.path("p", &[0.0, 0.5], &[0.0, 1.0])?,
        plot::heatmap(&array![[1.0, -2.0], [0.0, 1e-9]])?.row_names(&["r", name])?.column_names(&[name, "c"])?.x_label(name).y_label(name),
        plot::heatmap(&Array2::from_shape_fn((70, 90), |(i, j)| (i * j) as f64))?,
        plot::confusion_matrix(&array![[5, 1], [0, 7]], &["no", name])?,
        plot::images(Array3::from_elem((7, 3, 5), 0.5).view())?.captions(&[name; 7])?,
        plot::network(&w, &[array![0.0, 1.0, 2.0], array![-1.0, 1.0]])?,
        plot::network(&[Array2::from_elem((30, 40), -1.0)], &[])?,
        plot::graph(&["a\n1", name, "c\nd\ne"], &[(0, 1), (0, 1), (1, 2), (0, 2)])?.title("Graph"),
    ])
}

/// Red, green and blue of a PNG's pixels, and its width.
fn pixels(figure: &Figure) -> (Vec<[u8; 3]>, usize) {
    let file = figure.png().unwrap();
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut data).unwrap();
    (data.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect(), reader.info().width as usize)
}

/// The texts of a figure, each with its attributes `x` and `y` and its anchor.
fn texts(svg: &str) -> Vec<(String, f64, f64, String)> {
    let document = Document::parse(svg).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    let number = |node: &roxmltree::Node, name| node.attribute(name).unwrap().parse().unwrap();
    let text = |n: roxmltree::Node| {
        let (x, y) = (number(&n, "x"), number(&n, "y"));
        (n.text().unwrap_or_default().trim().to_owned(), x, y, n.attribute("text-anchor").unwrap().to_owned())
    };
    texts.map(text).collect()
}

fn on_the_edge(figure: &Figure) -> bool {
    let (pixels, width) = pixels(figure);
    let height = pixels.len() / width;
    let edge = |k: usize| k.is_multiple_of(width) || (k + 1).is_multiple_of(width) || k / width == 0 || k / width == height - 1;
    pixels.iter().enumerate().any(|(k, pixel)| edge(k) && *pixel != [255; 3])
}

#[test]
fn nothing_runs_over_the_edge() {
    let figures = one_of_each(LONG).unwrap();
    for figure in &figures {
        assert!(!on_the_edge(figure), "{}", figure.alternative_text());
        assert!(!on_the_edge(&figure.clone().size(420, 320).unwrap()), "small: {}", figure.alternative_text());
    }
    for columns in [2, 4] {
        assert!(!on_the_edge(&plot::grid(columns, &figures).unwrap().title("Everything")));
    }
}

#[test]
fn the_smallest_pictures_are_still_made() {
    let figures = one_of_each(LONG).unwrap();
    for figure in figures.iter().cloned().chain([plot::grid(3, &figures).unwrap()]) {
        let tiny = figure.size(100, 100).unwrap();
        assert!(tiny.png().is_ok() && tiny.svg().is_ok());
    }
}

#[test]
fn every_figure_says_what_it_shows() {
    for figure in one_of_each(LONG).unwrap() {
        let text = figure.alternative_text();
        assert!(text.len() > 20 && !text.contains("NaN") && !text.contains("inf"), "{text}");
    }
}

#[test]
fn a_text_of_any_length_and_of_any_characters_is_drawn() {
    let controls: String = (0..0x20_u32).chain(0x7f..0xa0).chain([0xfffe, 0xffff, 0x200b, 0x1f600]).filter_map(char::from_u32).collect();
    for name in ["x".repeat(10_000), "word ".repeat(2_000), "line\n".repeat(2_000), controls, "<&>\"'".to_owned(), String::new()] {
        for figure in one_of_each(&name).unwrap() {
            let svg = figure.svg().unwrap();
            let longest = texts(&svg).iter().map(|(text, ..)| text.chars().count()).max().unwrap_or(0);
            assert!(longest <= 200, "{longest} letters of {:?} in one line", &name[..name.len().min(8)]);
            assert!(figure.png().is_ok());
        }
    }
}

#[test]
fn a_long_legend_is_cut() {
    let with = |n: usize, name: &str| {
        let mut figure = Figure::new();
        for k in 0..n {
            figure = figure.line(&format!("{name}{k}"), &[0.0, 1.0], &[0.0, k as f64]).unwrap();
        }
        let shown = texts(&figure.svg().unwrap()).into_iter().map(|(text, ..)| text);
        shown.filter(|text| text.starts_with(name) || text.contains("more")).collect::<Vec<String>>()
    };
    let shown = with(200, "series ");
    assert_eq!((shown.len(), shown[20].as_str()), (21, "… and 180 more"));
    assert_eq!(with(20, "series ").len(), 20);
    // Names as wide as the figure take a row each.
    let wide = with(9, LONG);
    assert_eq!((wide.len(), wide[5].as_str()), (6, "… and 4 more"));
}

/// A tick's text as a number.
fn parse(text: &str) -> f64 {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '−' | '⁻' => '-',
            '¹' => '1',
            '²' => '2',
            '³' => '3',
            '⁰' => '0',
            '⁴'..='⁹' => char::from_u32('4' as u32 + c as u32 - '⁴' as u32).unwrap(),
            c => c,
        })
        .collect();
    let is_power = text.contains(|c: char| "⁰¹²³⁴⁵⁶⁷⁸⁹".contains(c));
    match plain.split_once("×10") {
        Some((digits, exponent)) => format!("{digits}e{exponent}").parse().unwrap(),
        None if is_power => plain.replacen("10", "1e", 1).parse().unwrap(),
        None => plain.parse().unwrap(),
    }
}

/// Checks that the labels of the y axis differ and stand where their numbers belong.
fn check_ticks(low: f64, high: f64, log: bool) {
    let figure = plot::line("l", &[0.0, 1.0], &[low, high]).unwrap();
    let figure = if log { figure.log_y().unwrap() } else { figure }.y_range(low, high).unwrap();
    let svg = figure.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    // The frame is the last closed line.
    let frames = document.descendants().filter(|n| n.attribute("stroke") == Some("#787878"));
    let points: Vec<f64> = frames
        .map(|n| n.attribute("points").unwrap())
        .find(|p| p.split(' ').count() > 5)
        .unwrap()
        .split([' ', ','])
        .filter(|s| !s.is_empty())
        .map(|s| s.parse().unwrap())
        .collect();
    let y: Vec<f64> = points.into_iter().skip(1).step_by(2).collect();
    let (top, bottom) = (y.iter().copied().fold(f64::INFINITY, f64::min), y.iter().copied().fold(0.0, f64::max));
    let labels: Vec<_> = texts(&svg).into_iter().filter(|(_, _, _, anchor)| anchor == "end").collect();
    let distinct: BTreeSet<&str> = labels.iter().map(|(text, ..)| text.as_str()).collect();
    assert!(!labels.is_empty() && distinct.len() == labels.len(), "{low:e} to {high:e}: {labels:?}");
    for (text, _, y, _) in &labels {
        let value = parse(text);
        // How far above the lowest number, on the axis's own scale: ln v − ln low, which is ln(1 + (v − low) / low).
        let above = |v: f64| match log {
            true if high / low < 2.0 => ((v - low) / low).ln_1p(),
            true => v.ln() - low.ln(),
            false => v / 2.0 - low / 2.0,
        };
        let share = above(value) / above(high);
        let (expected, got) = (bottom - share * (bottom - top), y + 130.0 * (0.76 - 0.36));
        // Two of ten thousand: positions are whole tenths of a pixel.
        assert!((expected - got).abs() < 3.0 + 1e-3 * (bottom - top), "{low:e} to {high:e}: {text} at {got}, not {expected}");
    }
}

/// A loss that stands still at the logarithm of 2.
const STILL: (f64, f64) = (std::f64::consts::LN_2 - 4e-7, std::f64::consts::LN_2);

#[test]
fn tick_labels_are_true_where_the_step_is_small() {
    let cases = [STILL, (1.0, 1.0 + 4.0 * f64::EPSILON), (123_456.7, 123_456.9), (1e16, 1e16 + 8.0), (-1e-300, 1e-300)];
    for (low, high) in cases.into_iter().chain([(f64::MIN, f64::MAX), (5e-324, 1e-323), (99_999.0, 100_001.0), (-0.001, 0.000_5)]) {
        check_ticks(low, high, false);
    }
    for (low, high) in [STILL, (1e-300, 1e300), (3.0, 28.0), (1.0, 8.0), (99.9, 100.1), (1e-308, 1e-307)] {
        check_ticks(low, high, true);
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
    fn tick_labels_are_true_and_differ(from in proptest::num::f64::NORMAL, size in -15.0..3.0) {
        let high = from + from.abs() * 10f64.powf(size);
        prop_assume!(high.is_finite() && high > from);
        check_ticks(from, high, false);
        if from > 0.0 {
            check_ticks(from, high, true);
        }
    }

    #[test]
    fn finite_numbers_always_make_a_picture(x in numbers(), y in numbers()) {
        let n = x.len().min(y.len());
        let (x, y) = (&x[..n], &y[..n]);
        let spread: Vec<f64> = y.iter().map(|y| (y / 8.0).abs()).collect();
        let names: Vec<String> = (0..n).map(|i| i.to_string()).collect();
        let table = Array2::from_shape_fn((n, n), |(i, j)| if (i + j) % 2 == 0 { x[i] } else { y[j] });
        let mut figures = vec![
            plot::line("l", x, y)?.points("p", x, y)?.path("w", x, y)?,
            plot::line("l", x, y)?.equal_axes(),
            Figure::new().error_bars("e", x, y, &spread)?.band("b", x, y, &spread)?,
            Figure::new().bars("b", &names, y)?,
            Figure::new().histogram("h", y, 5)?,
            plot::heatmap(&table)?,
            plot::images(table.view().insert_axis(ndarray::Axis(0)))?,
            plot::network(&[table], &[])?,
        ];
        if x.iter().chain(y).all(|v| *v > 0.0) {
            figures.push(plot::line("l", x, y)?.log_x()?.log_y()?);
        }
        for figure in figures {
            let figure = figure.size(240, 180)?;
            prop_assert!(figure.png().is_ok());
            let svg = figure.svg()?;
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf,") && Document::parse(&svg).is_ok(), "{svg}");
        }
    }
}

/// The ends of the y axis that a figure tells.
fn y_range(figure: &Figure) -> (f64, f64) {
    let text = figure.alternative_text();
    let (_, from) = text.split_once("y axis: ").unwrap();
    let (low, rest) = from.split_once(" to ").unwrap();
    (parse(low), parse(rest.split_once(" (logarithmic)").unwrap().0))
}

#[test]
fn a_logarithmic_axis_ends_near_the_smallest_number_above_zero() {
    let (x, names) = ([1.0, 2.0, 3.0], ["a", "b", "c"]);
    let cases = [
        (Figure::new().histogram("h", &[1.0, 1.0, 9.0], 5), 1.0, 2.0),
        (Figure::new().histogram("h", &[1.0], 3), 1.0, 1.0),
        (Figure::new().bars("b", &names, &[1e-3, 0.5, 20.0]), 1e-3, 20.0),
        (Figure::new().error_bars("e", &x, &[0.1, 0.2, 0.4], &[0.5, 0.05, 0.1]), 0.1, 0.6),
        (Figure::new().band("e", &x, &[0.1, 0.2, 0.4], &[0.5, 0.05, 1.0]), 0.1, 1.4),
        (Figure::new().bars("b", &names, &[2.0; 3]).and_then(|f| f.bars("c", &names, &[4.0; 3])), 2.0, 4.0),
    ];
    for (figure, least, most) in cases {
        let figure = figure.unwrap().log_y().unwrap();
        let (low, high) = y_range(&figure);
        assert!((least / 4.0..=least).contains(&low) && (most..=most * 4.0).contains(&high), "{}", figure.alternative_text());
        assert!(figure.png().is_ok());
    }
    let error = Figure::new().bars("b", &names, &[1.0, 0.0, 2.0]).unwrap().log_y().unwrap_err().to_string();
    assert_eq!(error, "logarithmic y axis, series “b”: expected numbers above 0, got 0");
}

#[test]
fn letters_that_the_font_lacks_are_boxes_and_a_font_of_one_s_own_draws_them() {
    let font = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fonts/DroidSansFallback-subset.ttf");
    let titled = |title: &str| Figure::new().title(title);
    let own = |title: &str| titled(title).font(&font).unwrap();
    let ink = |figure: &Figure| pixels(figure).0.iter().filter(|p| p[0] < 128).count();
    // A box for each letter, the same for every letter.
    assert!(ink(&titled("损失")) > ink(&titled("损")) && ink(&titled("损")) > ink(&titled(" ")));
    assert_eq!(pixels(&titled("损")), pixels(&titled("失")));
    // The letters of the font, each its own.
    assert_ne!(pixels(&own("损")), pixels(&own("失")));
    assert_ne!(pixels(&own("损")), pixels(&titled("损")));
    // What the font lacks still comes from the crate's.
    assert_eq!(pixels(&own("x₁ − 2")), pixels(&titled("x₁ − 2")));
    // Panels keep theirs in a grid.
    assert_ne!(pixels(&plot::grid(1, [own("损")]).unwrap()), pixels(&plot::grid(1, [titled("损")]).unwrap()));
    assert!(own("损失").svg().unwrap().contains("损失"));

    let error = titled("x").font("nowhere.ttf").unwrap_err().to_string();
    assert!(error.starts_with("could not read ") && error.contains("nowhere.ttf: "), "{error}");
    let error = titled("x").font(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap_err().to_string();
    assert!(error.starts_with("font file: expected a TrueType or OpenType font, got "), "{error}");
}

#[test]
fn a_class_that_is_none_is_an_error() {
    let data = Dataset::new(array![[0.0, 1.0], [1.0, 0.0]], array![0, 1]).unwrap();
    for wrong in [usize::MAX, usize::MAX / 2, 1_000_000_000, 1000] {
        let error = plot::decision_boundary(&|x: &Array2<f64>| Array1::from_elem(x.nrows(), wrong), &data).unwrap_err().to_string();
        assert!(error.starts_with("class that the model gives to the point (-0.4"), "{error}");
        assert!(error.ends_with(&format!("expected a number below 1000, got {wrong}")), "{error}");
    }
    // Also where it comes at the boundary only, between the points of the grid.
    let late = |x: &Array2<f64>| {
        if x.nrows() > 2000 { x.column(0).mapv(|x| usize::from(x > 0.5)) } else { Array1::from_elem(x.nrows(), usize::MAX) }
    };
    assert!(plot::decision_boundary(&late, &data).is_err());
    let mut labels = data.clone();
    labels.y = array![usize::MAX, 3];
    assert!(plot::scatter(&labels).unwrap().png().is_ok());
}

#[test]
fn the_boundary_is_one_closed_line_where_it_is_a_circle_and_two_where_it_is_a_saddle() {
    let lines = |model: &dyn nnlib::Classifier| -> Vec<Vec<(f64, f64)>> {
        let corners = Dataset::new(array![[-1.5, -1.5], [1.5, 1.5]], array![0, 0]).unwrap();
        let figure = plot::decision_boundary(model, &corners).unwrap().equal_axes().size(600, 600).unwrap();
        let svg = figure.svg().unwrap();
        let document = Document::parse(&svg).unwrap();
        let line = |n: roxmltree::Node| {
            let numbers: Vec<f64> = n.attribute("points").unwrap().split([' ', ',']).filter_map(|s| s.parse().ok()).collect();
            numbers.chunks(2).map(|p| (p[0], p[1])).collect()
        };
        document.descendants().filter(|n| n.has_tag_name("polyline") && n.attribute("stroke") == Some("#222222")).map(line).collect()
    };
    let circles = lines(&|x: &Array2<f64>| x.map_axis(ndarray::Axis(1), |x| usize::from(x[0].hypot(x[1]) < 1.0)));
    assert_eq!(circles.len(), 1);
    assert_eq!(circles[0].first(), circles[0].last());
    let n = (circles[0].len() - 1) as f64;
    let (x, y) = circles[0][1..].iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let radii: Vec<f64> = circles[0].iter().map(|(u, v)| (u - x).hypot(v - y)).collect();
    let mean = radii.iter().sum::<f64>() / radii.len() as f64;
    assert!(radii.iter().all(|r| (r / mean - 1.0).abs() < 0.01), "{radii:?}");
    assert_eq!(lines(&|x: &Array2<f64>| x.map_axis(ndarray::Axis(1), |x| usize::from(x[0] * x[1] > 0.1))).len(), 2);
}

#[test]
fn a_drawing_with_plotters_is_a_figure() {
    let sine = |width, height| {
        plot::drawn(width, height, |area| {
            area.fill(&WHITE)?;
            let mut chart = ChartBuilder::on(&area)
                .caption("A sine", ("sans-serif", 24))
                .margin(10)
                .x_label_area_size(30)
                .y_label_area_size(40)
                .build_cartesian_2d(0.0..6.3, -1.0..1.0)?;
            chart.configure_mesh().x_desc("x").y_desc("sin x").draw()?;
            chart.draw_series(LineSeries::new((0..=63).map(|i| f64::from(i) / 10.0).map(|x| (x, x.sin())), RED.stroke_width(2)))?;
            chart.draw_series([Circle::new((1.0, 0.5), 6, BLUE.filled())])?;
            Ok(())
        })
    };
    let figure = sine(640, 400).unwrap();
    let (shown, width) = pixels(&figure);
    assert_eq!((width, shown.len() / width), (640, 400));
    assert!(shown.contains(&[255, 0, 0]) && shown.contains(&[0, 0, 255]));
    let words: Vec<String> = texts(&figure.svg().unwrap()).into_iter().map(|(text, ..)| text).collect();
    assert!(["A sine", "x", "sin x", "0.2"].iter().all(|word| words.iter().any(|w| w == word)), "{words:?}");
    assert!(figure.alternative_text().contains("A sine"));
    // As any figure: with a title, at another size, as a panel.
    let grid = plot::grid(2, [figure.clone().title("One"), plot::line("l", &[0.0], &[1.0]).unwrap()]).unwrap();
    assert!(pixels(&grid).0.contains(&[0, 0, 255]));
    assert_eq!(pixels(&figure.size(320, 200).unwrap()).1, 320);

    let cases = [
        (sine(50, 400), "figure width: expected 100 to 4000 pixels, got 50"),
        (plot::drawn(200, 200, |_| Err("no paint".into())), "drawing failed: no paint"),
        (plot::drawn(200, 200, |_| Err(Box::new(Error::empty("data")))), "drawing failed: data: expected at least one, got none"),
        (
            sine(200, 200).and_then(|f| f.line("l", &[1.0], &[1.0])),
            "figure to draw “l” on: expected one with two axes, got a drawing of your own",
        ),
    ];
    for (result, message) in cases {
        assert_eq!(result.unwrap_err().to_string(), message);
    }
}
