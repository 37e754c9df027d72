//! A straight line and a network of three hidden neurons on the moons, as one picture.
//!
//! `cargo run --release --example moons` saves `moons.png`; a path as argument saves it there.

use nnlib::prelude::*;

fn main() -> Result<(), Error> {
    let path = std::env::args_os().nth(1).unwrap_or_else(|| "moons.png".into());
    let train = data::make_moons(200, 0.20, &mut RandomState::new(0))?;
    let test = data::make_moons(1000, 0.20, &mut RandomState::new(1000))?;

    let line = LogisticRegressionCv::default().fit(&train)?.model;

    let network = Sequential::input(2).dense(3).activation(Activation::Tanh).dense(2).build(&mut RandomState::new(0))?;
    println!("{}\n", network.summary());
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, Optimizer::adam(0.05)?)?;
    model.fit(&train.x, &train.y, FitOptions::epochs(200))?;

    let mut panels = Vec::new();
    for (name, model) in [("a straight line", &line as &dyn Classifier), ("three hidden neurons", &model)] {
        let accuracy = metrics::accuracy(&test.y, &model.predict_classes(&test.x)?)?;
        let title = format!("{name}: {:.1} % of 1,000 new points", 100.0 * accuracy);
        println!("{title}");
        panels.push(plot::probability_boundary(model, &train)?.title(&title).equal_axes());
    }
    plot::grid(2, panels)?.save(&path)?;
    println!("saved {}", path.display());
    Ok(())
}
