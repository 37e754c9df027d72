//! A session: what is set, trained, shown, saved and loaded, without a browser.

use nnlib::{Dataset, Error, Model};
use nnlib_playground::{Data, Feature, Look, Session, Settings, answer, look};
use serde_json::{Value, json};

fn settings(changes: Value) -> Settings {
    let mut all = serde_json::to_value(Settings::default()).unwrap();
    all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

fn trained(changes: Value, epochs: usize) -> Result<Session, Error> {
    let mut session = Session::new(settings(changes))?;
    session.train(epochs, None)?;
    Ok(session)
}

fn message<T>(result: Result<T, Error>) -> String {
    result.err().expect("an error").to_string()
}

#[test]
fn parts_of_training_are_the_whole() -> Result<(), Error> {
    let changes = json!({"hidden": [5, 4], "batch": 32, "dropout": 0.2, "optimizer": "adam", "rate": 0.02, "l2": 0.001, "seed": 3});
    let whole = trained(changes.clone(), 6)?;
    let mut parts = trained(changes, 2)?;
    // 150 points to train on make five batches.
    for _ in 0..10 {
        parts.train(1, Some(1))?;
    }
    parts.train(2, None)?;
    assert_eq!((parts.epochs(), parts.model().optimizer().updates()), (6, 30));
    assert_eq!(parts.model(), whole.model());
    assert_eq!(parts.history().loss, whole.history().loss);
    assert_eq!(parts.history().validation_loss, whole.history().validation_loss);
    Ok(())
}

#[test]
fn training_stops_when_the_validation_loss_falls_no_more() -> Result<(), Error> {
    let changes = json!({"n": 80, "noise": 0.35, "held_out": 50, "hidden": [50], "optimizer": "adam", "rate": 0.02, "patience": 20});
    let mut session = Session::new(settings(changes))?;
    assert!(session.train(5000, None)?);
    let losses = session.history().validation_loss.clone();
    let best = (0..losses.len()).min_by(|&a, &b| losses[a].total_cmp(&losses[b])).unwrap();
    assert_eq!(losses.len(), best + 1 + 20);
    // Whoever wants may go on, and it stops again.
    assert!(session.train(5000, None)?);
    assert!(session.epochs() >= losses.len() + 20);
    Ok(())
}

#[test]
fn a_model_saved_elsewhere_goes_on_here() -> Result<(), Error> {
    let mut session = trained(json!({"hidden": [8], "optimizer": "adam", "rate": 0.02, "batch": 20, "held_out": 0}), 20)?;
    let saved = session.model().to_json()?;
    let mut loaded = Session::load(settings(json!({"hidden": [2, 2], "batch": 20, "held_out": 0})), &saved)?;
    assert_eq!(loaded.model(), session.model());
    assert_eq!(loaded.model().to_json()?, saved);
    session.train(0, None).unwrap_err();
    loaded.train(5, None)?;
    assert!(loaded.score()?.loss < session.score()?.loss);

    let weights = session.model().network().to_safetensors()?;
    let mut other = Session::new(settings(json!({"hidden": [8], "seed": 5})))?;
    other.load_weights(&weights)?;
    assert_eq!(other.model().network(), session.model().network());
    assert!(message(Session::new(settings(json!({"hidden": [7]})))?.load_weights(&weights)).contains("tensor \"1.w\""));
    Ok(())
}

#[test]
fn models_that_do_not_fit_are_refused() -> Result<(), Error> {
    let of = |changes| -> Result<String, Error> { Session::new(settings(changes))?.model().to_json() };
    let three = of(json!({"features": ["x1", "x2", "x1x2"]}))?;
    assert!(message(Session::load(Settings::default(), &three)).starts_with("features of the saved model: expected 2"));
    let two_classes = of(json!({}))?;
    let spirals = settings(json!({"data": "spirals", "noise": 0.2}));
    assert!(message(Session::load(spirals.clone(), &two_classes)).starts_with("classes of the data: expected at most 2"));
    assert!(message(Session::load(spirals, "{}")).contains("the model"));
    // More classes than the data has are no harm, nor is a single output for two.
    assert!(Session::load(Settings::default(), &of(json!({"data": "blobs", "classes": 4}))?).is_ok());
    assert!(Session::load(Settings::default(), &of(json!({"loss": "sigmoid"}))?).is_ok());
    Ok(())
}

#[test]
fn every_kind_of_data_loss_and_rule_trains() -> Result<(), Error> {
    for data in ["moons", "circles", "blobs", "spirals"] {
        for loss in ["softmax", "sigmoid", "squared"] {
            for optimizer in ["sgd", "nesterov", "adagrad", "adadelta", "rmsprop", "adam"] {
                let rate = if ["rmsprop", "adam"].contains(&optimizer) { 0.02 } else { 0.3 };
                let changes = json!({"data": data, "loss": loss, "optimizer": optimizer, "rate": rate, "momentum": 0.5, "hidden": [6], "noise": 0.1, "n": 192});
                let mut session = Session::new(settings(changes))?;
                let before = session.score()?.loss;
                session.train(100, None)?;
                let after = session.score()?;
                assert!(after.loss < before, "{data} {loss} {optimizer}: {before} to {}", after.loss);
                let counted: usize = after.confusion.iter().flatten().sum();
                assert_eq!(counted, 144, "{data} {loss} {optimizer}");
            }
        }
    }
    Ok(())
}

#[test]
fn a_look_shows_the_model() -> Result<(), Error> {
    let session = trained(json!({"hidden": [3, 2], "activation": "relu", "features": ["x1", "x2", "sinx1"]}), 3)?;
    let (picture, bytes) = look(&session, Look { plane: 10, tile: 4, neuron: None, since: 1 })?;
    assert_eq!(picture.sizes, [3, 3, 2, 2]);
    assert_eq!(picture.history[0], session.history().loss[1..]);
    let weights = 4 * session.model().network().parameter_count();
    assert_eq!(bytes.len(), weights + 10 * 10 * 2 + 4 * 4 * (3 + 3 + 2 + 2));
    let first = f32::from_le_bytes(bytes[..4].try_into().unwrap());
    assert_eq!(first, session.model().network().w(1)?[[0, 0]] as f32);

    // The cells of the plane are the shares that the model predicts there, row by row from the top.
    let (left, bottom, side) = picture.plane;
    let point = |row: f64, column: f64| {
        let (x1, x2) = (left + side * (column + 0.5) / 10.0, bottom + side * (9.5 - row) / 10.0);
        nnlib::ndarray::array![[x1, x2, Feature::SinX1.of(x1, x2)]]
    };
    let shares = session.model().predict(&point(2.0, 7.0))?;
    let cell = weights + 2 * (2 * 10 + 7);
    assert_eq!(bytes[cell], (255.0 * shares[[0, 0]]).round() as u8);
    // All points lie in it.
    let moons = nnlib::data::make_moons(200, 0.2, &mut nnlib::RandomState::new(0))?;
    assert!(moons.x.outer_iter().all(|x| (left..left + side).contains(&x[0]) && (bottom..bottom + side).contains(&x[1])));
    Ok(())
}

#[test]
fn neurons_that_give_nothing_are_named() -> Result<(), Error> {
    let mut session = trained(json!({"activation": "relu", "hidden": [4]}), 1)?;
    let mut network = session.model().network().clone();
    let (w, mut b) = (network.w(1)?.to_owned(), network.b(1)?.to_owned());
    b[2] = -1e6;
    network.set(1, &w, &b)?;
    session.load_weights(&network.to_safetensors()?)?;
    let (picture, _) = look(&session, Look { plane: 2, tile: 8, neuron: Some((1, 2)), since: 0 })?;
    assert!(picture.dead.contains(&(1, 2)));
    Ok(())
}

#[test]
fn the_readers_own_points() -> Result<(), Error> {
    let points = [[0.0, 0.1, 0.0], [1.0, 0.9, 1.0], [-1.0, 0.5, 2.0], [0.1, 0.2, 0.0], [0.9, 1.1, 1.0], [-0.9, 0.6, 2.0]];
    let own = settings(json!({"data": "own", "points": points.map(|[x, y, c]| (x, y, c as usize)), "held_out": 50}));
    assert_eq!(own.data, Data::Own);
    let mut session = Session::new(own.clone())?;
    session.train(50, None)?;
    assert!(session.held_out_score()?.is_some());
    // Too few to share out: all are trained on.
    let few = Settings { points: own.points[..2].to_vec(), ..own.clone() };
    assert!(Session::new(few)?.held_out_score()?.is_none());
    assert!(message(Session::new(Settings { points: vec![], ..own })).starts_with("points of your own"));
    Ok(())
}

fn ask(session: &mut Option<Session>, request: Value, behind: &[u8]) -> (Value, Vec<u8>) {
    let mut bytes = request.to_string().into_bytes();
    bytes.push(0);
    bytes.extend(behind);
    let answer = answer(session, &bytes);
    let end = answer.iter().position(|&byte| byte == 0).unwrap();
    (serde_json::from_slice(&answer[..end]).unwrap(), answer[end + 1..].to_vec())
}

#[test]
fn the_door_answers_and_names_what_is_wrong() {
    let session = &mut None;
    let error = |(value, _): (Value, Vec<u8>)| value["error"].as_str().unwrap_or_else(|| panic!("no error: {value}")).to_owned();
    assert_eq!(error(ask(session, json!({"ask": "cell"}), b"")), "sessions opened before: expected at least one, got none");
    assert!(error(ask(session, json!({"ask": "dance"}), b"")).contains("unknown variant"));
    for (changes, expected) in [
        (json!({"hidden": [51]}), "neurons: expected from 1 to 50, got 51"),
        (json!({"hidden": [1, 1, 1, 1, 1, 1, 1]}), "hidden layers: expected from 0 to 6, got 7"),
        (json!({"rate": 0.0}), "learning rate"),
        (json!({"rate": -1.0}), "learning rate"),
        (json!({"noise": -0.1}), "noise"),
        (json!({"n": 1}), "points: expected from 10 to 2000, got 1"),
        (json!({"dropout": 1.0}), "dropout"),
        (json!({"l2": -1.0}), "L2"),
        (json!({"activation": "sine"}), "activation: expected one of tanh"),
        (json!({"features": []}), "features: expected at least one, got none"),
        (json!({"colour": 1}), "unknown field"),
    ] {
        let said = error(ask(session, json!({"ask": "open", "settings": changes}), b""));
        assert!(said.contains(expected), "{said}");
    }
    let (facts, _) = ask(session, json!({"ask": "open", "settings": {}}), b"");
    assert_eq!((facts["train"].as_array().unwrap().len(), facts["held_out"].as_array().unwrap().len()), (150, 50));
    assert_eq!(ask(session, json!({"ask": "train", "epochs": 2, "updates": null}), b"").0, json!({"epochs": 2, "stopped": false}));
    let (_, bytes) = ask(session, json!({"ask": "model"}), b"");
    let model = Model::from_json(std::str::from_utf8(&bytes).unwrap()).unwrap();
    assert_eq!(&model, session.as_ref().unwrap().model());
    let (loaded, _) = ask(session, json!({"ask": "load", "settings": {}}), &bytes);
    assert_eq!((loaded["loaded"].as_bool(), loaded["hidden"].clone()), (Some(true), json!([3])));
    assert!(error(ask(session, json!({"ask": "load", "settings": {}}), b"\xff\xfe")).contains("UTF-8"));
}

#[test]
fn points_come_from_comma_separated_values() {
    let csv = |text: &str| ask(&mut None, json!({"ask": "csv"}), text.as_bytes()).0;
    let points = json!([[5.1, 3.5, 0], [6.4, 2.9, 1], [5.0, 3.4, 0]]);
    assert_eq!(csv("length,width,kind\n5.1,3.5,setosa\n6.4,2.9,virginica\n5.0,3.4,setosa")["points"], points);
    assert_eq!(csv("5.1, 3.5, 0\n6.4, 2.9, 1\n5.0, 3.4, 0\n")["points"], points);
    assert!(csv("a,b\n1,2")["error"].as_str().unwrap().contains("columns of the points"));
    assert!(csv("1,2,0\n1,x,1")["error"].as_str().unwrap().contains("\"x\""));
    assert!(csv("")["error"].is_string());
}

#[test]
fn a_diverged_session_can_still_be_shown() -> Result<(), Error> {
    let mut session = Session::new(settings(json!({"loss": "squared", "activation": "identity", "hidden": [8, 8], "rate": 30.0})))?;
    let said = message(session.train(1000, None));
    assert!(said.contains("diverged"), "{said}");
    // The epochs before are kept, and what they left can be drawn.
    let epoch: usize = said.split("after epoch ").nth(1).and_then(|rest| rest.split(';').next()?.parse().ok()).expect("an epoch");
    assert_eq!(session.epochs(), epoch - 1);
    let (picture, _) = look(&session, Look { plane: 8, tile: 2, neuron: None, since: 0 })?;
    assert_eq!(picture.epochs, epoch - 1);
    Ok(())
}

#[test]
fn data_is_that_of_the_same_calls() -> Result<(), Error> {
    let mut rng = nnlib::RandomState::new(4);
    let moons: Dataset = nnlib::data::make_moons(60, 0.1, &mut rng)?;
    let (train, _) = nnlib::data::stratified_split(&moons, 0.25, &mut rng)?;
    let (facts, _) = ask(&mut None, json!({"ask": "open", "settings": {"n": 60, "noise": 0.1, "data_seed": 4}}), b"");
    let theirs: Vec<(f64, f64, usize)> = serde_json::from_value(facts["train"].clone()).unwrap();
    let ours: Vec<(f64, f64, usize)> = train.x.outer_iter().zip(&train.y).map(|(x, &class)| (x[0], x[1], class)).collect();
    assert_eq!(theirs, ours);
    Ok(())
}
