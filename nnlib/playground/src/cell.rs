//! A notebook's cell that trains the very same network.

use std::fmt::Write;

use nnlib::Error;
use nnlib::ndarray::Array2;

use crate::session::Session;
use crate::settings::{Data, Feature, Rule, Scheduled, named, names};

/// The lines of a cell, for a notebook that has `use nnlib::prelude::*`, which repeat the session from its start: the same seeds, the same numbers.
///
/// # Errors
/// None for a session that could be made.
pub fn cell(session: &Session) -> Result<String, Error> {
    let s = &session.settings;
    let n = session.train.data.len();
    let mut lines = String::new();
    let mut line = |text: String| writeln!(lines, "{text}").expect("memory takes any text");

    if s.data != Data::Own || session.held_out.is_some() {
        line(format!("let mut rng = RandomState::new({});", s.data_seed));
    }
    let points = match s.data {
        Data::Moons => format!("data::make_moons({}, {:?}, &mut rng)?", s.n, s.noise),
        Data::Circles => format!("data::make_circles({}, {:?}, 0.5, &mut rng)?", s.n, s.noise),
        Data::Blobs => format!("data::make_blobs({}, &array!{:?}, {:?}, &mut rng)?", s.n, rows(&s.centers()), s.noise),
        Data::Spirals => format!("data::make_spirals({}, {}, {:?}, &mut rng)?", s.n_per_class(), s.classes, s.noise),
        Data::Own => {
            let x: Vec<[f64; 2]> = s.points.iter().map(|&(x1, x2, _)| [x1, x2]).collect();
            let y: Vec<usize> = s.points.iter().map(|&(.., class)| class).collect();
            format!("Dataset::with_classes(array!{x:?}, array!{y:?}, {})?", s.own_classes())
        }
    };
    if session.held_out.is_some() {
        line(format!("let points = {points};"));
        line(format!("let (train, fresh) = data::stratified_split(&points, {:?}, &mut rng)?;", f64::from(s.held_out) / 100.0));
    } else {
        line(format!("let train = {points};"));
    }

    let plain = s.features == [Feature::X1, Feature::X2];
    let x = |of: &str| if plain { format!("&{of}.x") } else { format!("&features(&{of}.x)") };
    if !plain {
        let list = s.features.iter().map(|feature| feature.code()).collect::<Vec<_>>().join(", ");
        line("fn features(x: &Array2<f64>) -> Array2<f64> {".to_owned());
        if list.contains("PI") {
            line("    use std::f64::consts::PI;".to_owned());
        }
        line(format!("    Array2::from_shape_fn((x.nrows(), {}), |(i, j)| {{", s.features.len()));
        if list.contains("x1") {
            line("        let x1 = x[[i, 0]];".to_owned());
        }
        if list.contains("x2") {
            line("        let x2 = x[[i, 1]];".to_owned());
        }
        line(format!("        [{list}][j]"));
        line("    })".to_owned());
        line("}".to_owned());
    }

    let classes = session.train.data.classes;
    let outputs = s.outputs(classes);
    let one_hot = s.loss == "squared" || s.loss == "sigmoid" && outputs > 1;
    let t = |of: &str| if one_hot { format!("&one_hot(&{of}.y)") } else { format!("&{of}.y") };
    if one_hot {
        line("fn one_hot(y: &Array1<usize>) -> Array2<f64> {".to_owned());
        line(format!("    Array2::from_shape_fn((y.len(), {outputs}), |(i, j)| if y[i] == j {{ 1.0 }} else {{ 0.0 }})"));
        line("}".to_owned());
    }

    if session.loaded {
        line("// The model as it was loaded into the page; its file beside this notebook.".to_owned());
        line("let mut model = Model::load(\"model.json\")?.with_accuracy();".to_owned());
    } else {
        let activation = named("activation", &names::ACTIVATIONS, &s.activation)?.1;
        line(format!("let network = Sequential::input({})", s.features.len()));
        if s.init != "lecun" {
            line(format!("    .init({})", named("initialiser", &names::INITS, &s.init)?.1));
        }
        for h in &s.hidden {
            let dropout = if s.dropout == 0.0 { String::new() } else { format!(".dropout({:?})", s.dropout) };
            line(format!("    .dense({h}).activation({activation}){dropout}"));
        }
        line(format!("    .dense({outputs})"));
        line(format!("    .build(&mut RandomState::new({}))?;", s.seed));
        line(format!("let optimizer = {};", optimizer(session, n)));
        let l2 = if s.l2 == 0.0 { String::new() } else { format!(".l2({:?})?", s.l2) };
        let loss = named("loss", &names::LOSSES, &s.loss)?.1;
        line(format!("let mut model = network.compile({loss}, optimizer)?{l2}.with_accuracy();"));
    }

    let batch = if s.batch == 0 { String::new() } else { format!(".batch_size({})", s.batch) };
    let seed = if s.seed == 0 { String::new() } else { format!(".seed({})", s.seed) };
    let validation = if session.held_out.is_some() { format!(".validation({}, {})", x("fresh"), t("fresh")) } else { String::new() };
    let epochs = session.epochs().max(1);
    line(format!("let history = model.fit({}, {}, FitOptions::epochs({epochs}){batch}{seed}{validation})?;", x("train"), t("train")));
    line(format!("println!(\"{{:?}}\", model.evaluate({}, {})?.loss);", x("train"), t("train")));
    Ok(lines)
}

fn rows(x: &Array2<f64>) -> Vec<Vec<f64>> {
    x.outer_iter().map(|row| row.to_vec()).collect()
}

fn optimizer(session: &Session, n: usize) -> String {
    let s = &session.settings;
    let (rate, updates) = (s.rate, s.updates(s.period, n));
    let rate = match s.schedule {
        Scheduled::Constant => format!("{rate:?}"),
        Scheduled::Step => format!("Schedule::step({rate:?}, 0.5, {updates})?"),
        Scheduled::Exponential => format!("Schedule::exponential({rate:?}, 0.5, {updates})?"),
        Scheduled::InverseTime => format!("Schedule::inverse_time({rate:?}, {:?})?", 1.0 / updates as f64),
        Scheduled::Cosine => format!("Schedule::cosine({rate:?}, {updates})?"),
    };
    let momentum = format!(".momentum({:?})?", s.momentum);
    match s.optimizer {
        Rule::Sgd if s.momentum == 0.0 => format!("Optimizer::sgd({rate})?"),
        Rule::Sgd => format!("Optimizer::sgd({rate})?{momentum}"),
        Rule::Nesterov => format!("Optimizer::sgd({rate})?{momentum}.nesterov()"),
        Rule::Adagrad => format!("Optimizer::adagrad({rate})?"),
        Rule::Adadelta => format!("Optimizer::adadelta({rate})?"),
        Rule::RmsProp => format!("Optimizer::rmsprop({rate})?"),
        Rule::Adam => format!("Optimizer::adam({rate})?"),
    }
}
