//! Figures as others see them: files decoded by their own readers, pixels where the numbers say.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;

use ndarray::{Array1, Array2, Array3, array};
use nnlib::plot::{self, Animation, Background, Figure};
use nnlib::{Classifier, Dataset, Error};

type Pixel = [u8; 3];

const BLUE: Pixel = [0, 114, 178];
const ORANGE: Pixel = [230, 120, 0];
/// The same colours behind the points: 68 % white.
const PALE_BLUE: Pixel = [173, 210, 230];
const PALE_ORANGE: Pixel = [247, 212, 173];

struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Pixel>,
}

impl Picture {
    fn decode(file: &[u8]) -> Self {
        let mut decoder = png::Decoder::new(Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut data = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut data).unwrap();
        let (width, height) = (reader.info().width as usize, reader.info().height as usize);
        assert_eq!(data.len(), width * height * 3, "red, green, blue");
        Self { width, height, pixels: data.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect() }
    }

    fn at(&self, x: f64, y: f64) -> Pixel {
        self.pixels[y as usize * self.width + x as usize]
    }

    /// The pixels between the axes of a figure filled with regions: left, top, right, bottom.
    fn regions(&self) -> (f64, f64, f64, f64) {
        let filled = (0..self.pixels.len()).filter(|&k| [PALE_BLUE, PALE_ORANGE].iter().any(|c| near(self.pixels[k], *c, 2)));
        let (mut left, mut top, mut right, mut bottom) = (self.width, self.height, 0, 0);
        for k in filled {
            let (x, y) = (k % self.width, k / self.width);
            (left, top, right, bottom) = (left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1));
        }
        (left as f64, top as f64, right as f64, bottom as f64)
    }

    fn has(&self, color: Pixel) -> bool {
        self.pixels.iter().any(|&p| near(p, color, 12))
    }
}

fn near(a: Pixel, b: Pixel, by: u8) -> bool {
    (0..3).all(|i| a[i].abs_diff(b[i]) <= by)
}

fn square() -> Dataset {
    // Range −1 to 3 in both directions; the figures show half a unit more on each side.
    Dataset::new(array![[-1.0, -1.0], [3.0, 3.0], [-1.0, 3.0], [3.0, -1.0]], array![0, 1, 0, 1]).unwrap()
}

/// A folder of this test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("nnlib-plot-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_png_has_the_size_asked_for() {
    let data = square();
    let picture = Picture::decode(&plot::scatter(&data).unwrap().png().unwrap());
    assert!((890..=910).contains(&picture.width) && (520..=570).contains(&picture.height), "{} × {}", picture.width, picture.height);
    let picture = Picture::decode(&plot::scatter(&data).unwrap().size(333, 222).unwrap().png().unwrap());
    assert_eq!((picture.width, picture.height), (333, 222));
}

#[test]
fn points_are_drawn_where_they_are_in_their_class_s_colour() {
    let model = |x: &Array2<f64>| Array1::zeros(x.nrows());
    let data = square();
    let picture = Picture::decode(&plot::decision_boundary(&model, &data).unwrap().png().unwrap());
    let (left, top, right, bottom) = picture.regions();
    for (point, &class) in data.x.outer_iter().zip(&data.y) {
        let x = left + (point[0] + 1.5) / 5.0 * (right - left);
        let y = bottom - (point[1] + 1.5) / 5.0 * (bottom - top);
        let expected = if class == 0 { BLUE } else { ORANGE };
        assert!(near(picture.at(x, y), expected, 30), "{point}: {:?}", picture.at(x, y));
    }
}

#[test]
fn the_boundary_lies_where_the_classifier_changes_its_mind() {
    // Class 1 below the line x₂ = 0.4 x₁ + 0.3, with probabilities and without.
    struct Line;
    impl Classifier for Line {
        fn predict_classes(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error> {
            Ok(x.outer_iter().map(|x| usize::from(x[1] < 0.4 * x[0] + 0.3)).collect())
        }
        fn probabilities(&self, x: &Array2<f64>) -> Result<Option<Array2<f64>>, Error> {
            let p = |x: ndarray::ArrayView1<f64>| 1.0 / (1.0 + (-1e3 * (0.4 * x[0] + 0.3 - x[1])).exp());
            let p: Vec<f64> = x.outer_iter().map(p).collect();
            Ok(Some(Array2::from_shape_fn((p.len(), 2), |(i, k)| if k == 1 { p[i] } else { 1.0 - p[i] })))
        }
    }
    let data = square();
    let picture = Picture::decode(&plot::decision_boundary(&Line, &data).unwrap().png().unwrap());
    let (left, top, right, bottom) = picture.regions();
    for i in 0..50 {
        let x = left + (right - left) * (0.22 + 0.56 * f64::from(i) / 50.0);
        let x1 = -1.5 + 5.0 * (x.floor() + 0.5 - left) / (right - left);
        let y = bottom - (0.4 * x1 + 0.3 + 1.5) / 5.0 * (bottom - top);
        // The line is 1.6 pixels wide: dark at the boundary, each class's colour two pixels to its sides.
        let dark = [-1.0, 0.0].map(|d| picture.at(x, y + d)).iter().any(|p| p.iter().all(|&c| c < 125));
        assert!(dark, "no line at x₁ = {x1}");
        assert!(near(picture.at(x, y - 4.0), PALE_BLUE, 3), "{:?} above at x₁ = {x1}", picture.at(x, y - 4.0));
        assert!(near(picture.at(x, y + 4.0), PALE_ORANGE, 3), "{:?} below at x₁ = {x1}", picture.at(x, y + 4.0));
    }
    let sure = Picture::decode(&plot::probability_boundary(&Line, &data).unwrap().png().unwrap());
    assert!(sure.has([112, 177, 214]), "full blue where it is certain");
}

#[test]
fn the_grid_is_fine_and_asks_the_model_in_order() {
    // Counts the points that the model is asked at; those of the grid come first, from the upper left.
    let (send, asked) = channel();
    let model = move |x: &Array2<f64>| {
        send.send(x.clone()).unwrap();
        Array1::zeros(x.nrows())
    };
    plot::decision_boundary(&model, &square()).unwrap();
    let points: Vec<Array2<f64>> = asked.try_iter().collect();
    let n: usize = points.iter().map(Array2::nrows).sum();
    assert_eq!(n, 500 * 500);
    assert!((points[0][[1, 0]] - points[0][[0, 0]] - 0.01).abs() < 1e-12);
    assert!((points[0][[0, 0]] + 1.495).abs() < 1e-12 && (points[0][[0, 1]] - 3.495).abs() < 1e-12);
}

#[test]
fn three_classes_have_three_regions() {
    let model = |x: &Array2<f64>| x.column(0).mapv(|x| if x < 0.0 { 0 } else { 1 + usize::from(x > 2.0) });
    let figure = plot::decision_boundary(&model, &square()).unwrap();
    let picture = Picture::decode(&figure.png().unwrap());
    assert!(picture.has(PALE_BLUE) && picture.has(PALE_ORANGE) && picture.has([173, 224, 210]));
    let text = figure.alternative_text();
    assert!(text.contains("class 0 on 30 % of it, class 1 on 40 % of it, class 2 on 30 % of it"), "{text}");
}

#[test]
fn an_svg_is_text_that_a_reader_can_search() {
    let figure = plot::line("loss & more", &[1.0, 2.0], &[0.7, 0.1]).unwrap();
    let figure = figure.title("Loss < 1").x_label("epoch").alt("What it says");
    let svg = figure.svg().unwrap();
    assert!(svg.starts_with("<svg xmlns=") && svg.trim_end().ends_with("</svg>"));
    for part in [
        "\nLoss &lt; 1\n</text>",
        "<title>Loss &lt; 1</title>",
        "<desc>What it says</desc>",
        "\nepoch\n</text>",
        "\nloss &amp; more\n</text>",
    ] {
        assert!(svg.contains(part), "{part} in {svg}");
    }
    // A field of cells travels as a picture within the picture.
    let map = plot::contours((0.0, 1.0), (0.0, 1.0), |x, y| x * y).unwrap().svg().unwrap();
    assert!(map.contains("href=\"data:image/png;base64,iVBOR"));
}

#[test]
fn what_is_drawn_is_told() {
    let figure = plot::loss_curve(&[("training", &[0.7, 0.3, 0.1]), ("validation", &[0.7, 0.4, 0.5])]).unwrap().title("Training");
    let text = figure.alternative_text();
    assert!(text.starts_with("Training. x axis: epoch,"), "{text}");
    assert!(text.contains("Line “validation” from 0.7 at 1 to 0.5 at 3, lowest 0.4 at 2, highest 0.7 at 1."), "{text}");
    assert_eq!(format!("{figure:?}"), text, "what a notebook without pictures shows");
    assert_eq!(figure.alt("Mine").alternative_text(), "Mine");
    let matrix = plot::confusion_matrix(&array![[5, 1], [0, 7]], &["no", "yes"]).unwrap();
    assert!(matrix.alternative_text().contains("true class no: no 5, yes 1."), "{}", matrix.alternative_text());
}

#[test]
fn a_figure_is_saved_whole_or_not_at_all() {
    let folder = Folder::new("save");
    let figure = plot::line("loss", &[1.0, 2.0], &[0.7, 0.1]).unwrap();
    for name in ["a.png", "b.svg", "C.PNG"] {
        figure.save(folder.0.join(name)).unwrap();
    }
    fs::write(folder.0.join("old.png"), "something else").unwrap();
    figure.save(folder.0.join("old.png")).unwrap();
    assert_eq!(folder.names(), ["C.PNG", "a.png", "b.svg", "old.png"]);
    assert_eq!(fs::read(folder.0.join("old.png")).unwrap(), figure.png().unwrap());
    assert_eq!(fs::read_to_string(folder.0.join("b.svg")).unwrap(), figure.svg().unwrap());

    fs::create_dir(folder.0.join("folder.png")).unwrap();
    let refused: [(&Path, &str); 4] = [
        (Path::new("loss.pdf"), "file name: expected a name that ends in .png or .svg, got loss.pdf"),
        (Path::new("loss"), "file name: expected a name that ends in .png or .svg, got loss"),
        (&folder.0.join("missing/loss.png"), "could not write"),
        (&folder.0.join("folder.png"), "could not write"),
    ];
    for (path, message) in refused {
        let error = figure.save(path).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
    assert_eq!(folder.names(), ["C.PNG", "a.png", "b.svg", "folder.png", "old.png"]);
}

#[test]
fn wrong_numbers_are_named() {
    let flat = Dataset::new(array![[1.0], [2.0]], array![0, 1]).unwrap();
    let mut broken = square();
    broken.x[[2, 1]] = f64::NAN;
    let mut short = square();
    short.y = array![0, 1];
    let empty: [f64; 0] = [];
    let one_class_too_few = |_: &Array2<f64>| array![0];
    let no_probabilities = |x: &Array2<f64>| Array1::zeros(x.nrows());
    let line = || plot::line("l", &[1.0], &[1.0]).unwrap();
    let w = array![[1.0, 2.0]];
    let cases: Vec<(Result<Figure, Error>, &str)> = vec![
        (plot::line("l", &[1.0, 2.0], &[1.0]), "y of “l”: expected shape (2,), as many as x, got (1,)"),
        (plot::line("l", &empty, &empty), "x of “l”: expected at least one, got none"),
        (plot::line("l", &[1.0, 2.0], &[1.0, f64::NAN]), "y of “l”: expected finite numbers, got NaN at [1]"),
        (plot::line("l", &[0.0, 2.0], &[1.0, 1.0]).unwrap().log_x(), "logarithmic x axis, series “l”: expected numbers above 0, got 0"),
        (line().log_y().unwrap().line("m", &[1.0], &[-1.0]), "logarithmic y axis, series “m”: expected numbers above 0, got -1"),
        (line().x_range(2.0, 2.0), "x_range: expected two finite numbers, the lower one first, got 2 and 2"),
        (line().log_y().unwrap().y_range(0.0, 2.0), "y_range: expected numbers above 0 on a logarithmic axis, got 0"),
        (line().size(50, 500), "figure width: expected 100 to 4000 pixels, got 50"),
        (plot::loss_curve(&[]), "losses: expected at least one, got none"),
        (plot::curve("c", 1.0, -1.0, f64::tanh), "range of “c”: expected two finite numbers, the lower one first, got 1 and -1"),
        (plot::curve("c", -1.0, 1.0, f64::ln), "y of “c”: expected finite numbers, got NaN at [0]"),
        (Figure::new().error_bars("e", &[1.0], &[1.0], &[-0.5]), "spread of “e” at 1: expected a number of at least 0, got -0.5"),
        (Figure::new().band("e", &[1.0], &[1.0], &[0.5, 0.5]), "y of “e, spread”: expected shape (1,), as many as x, got (2,)"),
        (Figure::new().bars("b", &["one"], &[1.0, 2.0]), "bars of “b”: expected shape (1,), as many as categories, got (2,)"),
        (
            Figure::new().bars("b", &["one"], &[1.0]).unwrap().bars("c", &["two"], &[1.0]),
            "categories of “c”: expected those of the figure (one), got two",
        ),
        (Figure::new().histogram("h", &[1.0], 0), "bins: expected 1 to 1000, got 0"),
        (Figure::new().horizontal_line("h", f64::INFINITY), "y of “h”: expected finite numbers, got inf at [0]"),
        (plot::scatter(&flat), "data to draw in a plane: expected shape (n, 2) or more features, got (2, 1)"),
        (plot::scatter(&broken), "x: expected finite numbers, got NaN at [2, 1]"),
        (plot::scatter(&short), "labels: expected shape (4,), one for each row of x, got (2,)"),
        (plot::decision_boundary(&one_class_too_few, &square()), "classes given by the model: expected shape (16384,), one for each point"),
        (
            plot::probability_boundary(&no_probabilities, &square()),
            "model: expected one that gives probabilities, got one that gives classes",
        ),
        (plot::contours((0.0, 1.0), (1.0, 1.0), |x, _| x), "y range: expected two finite numbers"),
        (plot::contours((0.0, 1.0), (0.0, 1.0), |x, _| (x - 0.5).ln()), "function at (0.00125, "),
        (plot::heatmap(&Array2::zeros((0, 3))), "values of the heat map: expected at least one, got none"),
        (plot::heatmap(&array![[f64::NAN]]), "values of the heat map: expected finite numbers, got NaN at [0, 0]"),
        (plot::heatmap(&w).unwrap().row_names(&["a", "b"]), "row names: expected shape (1,), as many as rows, got (2,)"),
        (plot::confusion_matrix(&array![[1, 2]], &["a"]), "confusion matrix: expected shape as many rows as columns, got (1, 2)"),
        (plot::images(Array3::zeros((0, 2, 2)).view()), "pictures: expected at least one, got none"),
        (line().captions(&["c"]), "figure to give captions: expected one of pictures, got a figure with two axes"),
        (plot::heatmap(&w).unwrap().line("l", &[1.0], &[1.0]), "figure to draw “l” on: expected one with two axes, got a heat map"),
        (plot::network(&[], &[]), "weights: expected at least one, got none"),
        (plot::network(&[w.clone(), w.clone()], &[]), "weights of layer 2: expected shape (2, …), as layer 1 has 2 neurons, got (1, 2)"),
        (plot::network(std::slice::from_ref(&w), &[array![1.0]]), "biases of layer 1: expected shape (2,), got (1,)"),
        (plot::graph(&["a"], &[(0, 1)]), "edge: expected node numbers below 1, got (0, 1)"),
        (plot::graph(&["a", "b"], &[(0, 1), (1, 0)]), "edges: expected no way round in a circle, got a cycle"),
        (plot::grid(2, []), "panels: expected at least one, got none"),
        (plot::grid(0, vec![line()]), "columns: expected at least 1, got 0"),
        (plot::grid(1, vec![line()]).unwrap().log_x().and_then(|g| g.x_range(-1.0, 1.0)), "x_range: expected numbers above 0"),
    ];
    for (result, message) in cases {
        let error = result.err().map_or_else(|| "no error".to_owned(), |error| error.to_string());
        assert!(error.starts_with(message), "expected: {message}\ngot:      {error}");
    }
}

#[test]
fn an_animation_shows_every_frame_for_ever() {
    let frame = |k: i32| plot::curve("wave", 0.0, 6.0, move |x| (x + f64::from(k)).sin()).unwrap().title(&format!("frame {k}"));
    let frames: Vec<Figure> = (0..6).map(frame).collect();
    let animation = Animation::new(frames, 10.0).unwrap();
    let file = animation.gif().unwrap();

    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut reader = options.read_info(Cursor::new(&file)).unwrap();
    let (width, height) = (reader.width() as usize, reader.height() as usize);
    assert_eq!(width, 640);
    let (mut shown, mut sizes, mut delays) = (vec![[255, 255, 255]; width * height], Vec::new(), Vec::new());
    while let Some(frame) = reader.read_next_frame().unwrap() {
        sizes.push(frame.buffer.chunks_exact(4).filter(|pixel| pixel[3] > 0).count());
        delays.push(frame.delay);
        for (i, pixel) in frame.buffer.chunks_exact(4).enumerate().filter(|(_, pixel)| pixel[3] > 0) {
            let (x, y) = (i % frame.width as usize + frame.left as usize, i / frame.width as usize + frame.top as usize);
            shown[y * width + x] = [pixel[0], pixel[1], pixel[2]];
        }
    }
    assert_eq!(reader.repeat(), gif::Repeat::Infinite);
    assert_eq!(delays, [10, 10, 10, 10, 10, 150]);
    assert!(sizes[0] == width * height && sizes[1..].iter().all(|&size| size < width * height / 10), "only what changes: {sizes:?}");

    // After the last frame the picture is that of the last figure.
    let last = Picture::decode(&frame(5).size(640, height as u32).unwrap().png().unwrap());
    let unlike = (0..shown.len()).filter(|&k| !near(shown[k], last.pixels[k], 24)).count();
    assert_eq!((last.width, last.height), (width, height));
    assert!(unlike < shown.len() / 500, "{unlike} pixels differ");

    let folder = Folder::new("gif");
    animation.save(folder.0.join("wave.gif")).unwrap();
    assert_eq!(fs::read(folder.0.join("wave.gif")).unwrap(), file);
    assert_eq!(folder.names(), ["wave.gif"]);
    let error = animation.save("wave.png").unwrap_err().to_string();
    assert_eq!(error, "file name: expected a name that ends in .gif, got wave.png");
    assert!(animation.alternative_text().starts_with("Animation of 6 figures. The first: frame 0."));
}

#[test]
fn an_animation_needs_frames_and_a_rate() {
    let frame = || plot::line("l", &[1.0], &[1.0]).unwrap();
    let cases = [
        (Animation::new(vec![], 5.0), "frames: expected at least one, got none"),
        (Animation::new(vec![frame()], 0.0), "frames per second: expected a number above 0 and at most 50, got 0"),
        (Animation::new(vec![frame()], f64::NAN), "frames per second: expected a number above 0 and at most 50, got NaN"),
    ];
    for (result, message) in cases {
        assert_eq!(result.unwrap_err().to_string(), message);
    }
    // Figures that do not change make an animation all the same.
    assert!(Animation::new(vec![frame(), frame()], 5.0).unwrap().gif().is_ok());
}

#[test]
fn drawing_in_the_background_reports_every_job() {
    let folder = Folder::new("background");
    let (go, wait) = channel::<()>();
    let mut drawing = Background::new();
    // The first job waits: adding the others must not wait for it.
    drawing.add("patient", move || {
        let _ = wait.recv();
        Ok(())
    });
    for k in 0..4 {
        let path = folder.0.join(format!("{k}.png"));
        drawing.add(&format!("plot {k}"), move || plot::line("l", &[0.0, 1.0], &[0.0, f64::from(k)])?.save(path));
    }
    drawing.add("clumsy", || panic!("out of paint"));
    drawing.add("wrong", || plot::line("l", &[0.0], &[f64::NAN]).map(drop));
    let path = folder.0.join("last.png");
    drawing.add("last", move || plot::line("l", &[0.0], &[1.0])?.save(path));
    go.send(()).unwrap();

    let report = drawing.join();
    let names: Vec<&str> = report.jobs.iter().map(|job| job.name.as_str()).collect();
    assert_eq!(names, ["patient", "plot 0", "plot 1", "plot 2", "plot 3", "clumsy", "wrong", "last"]);
    let failed: Vec<&str> = report.failed().map(|job| job.name.as_str()).collect();
    assert_eq!(failed, ["clumsy", "wrong"]);
    assert_eq!(folder.names(), ["0.png", "1.png", "2.png", "3.png", "last.png"]);
    let text = report.to_string();
    assert!(text.starts_with("8 jobs done, 2 failed\npatient: "), "{text}");
    assert!(text.contains("clumsy: drawing failed: the job “clumsy” panicked: out of paint"), "{text}");
    assert!(text.contains("wrong: y of “l”: expected finite numbers, got NaN at [0]"), "{text}");
}

#[test]
fn a_queue_that_is_dropped_finishes_its_work() {
    let folder = Folder::new("dropped");
    let mut drawing = Background::new();
    for k in 0..3 {
        let path = folder.0.join(format!("{k}.svg"));
        drawing.add("plot", move || plot::line("l", &[0.0], &[1.0])?.save(path));
    }
    drop(drawing);
    assert_eq!(folder.names(), ["0.svg", "1.svg", "2.svg"]);
    assert!(Background::new().join().jobs.is_empty());
}
