//! A saved model that answers in a browser: `cargo run --release --example serve -- model.json 8080`
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /` | a page about the model; for two inputs, with the picture of its decision boundary |
//! | `GET /predict` | a form with a field for each input |
//! | `POST /predict` | what the model says of the form's values, or of JSON such as `{"x1": 0.5, "x2": -1}` or `{"x": [0.5, -1]}` |
//!
//! `POST` answers with a page or with JSON, as the request's `Accept` asks; without one, as its own `Content-Type`. It listens on
//! 127.0.0.1, so that no other machine can reach it; port 0 takes a free one. Ctrl-C stops it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ndarray::Array2;
use nnlib::{Classifier, Dataset, Error, Model, plot};
use serde_json::{Map, Value, json};

/// With more inputs than this the form has one field for all of them.
const MOST_FIELDS: usize = 20;

/// The plane is drawn from minus this to this on both axes: a saved model does not say where its data lay, but inputs are mostly scaled.
const REACH: f64 = 3.0;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, port) = match &arguments[..] {
        [path] => (path, 8080),
        [path, port] => (path, port.parse().map_err(|_| format!("port: expected a number from 0 to 65535, got {port}"))?),
        _ => return Err("usage: serve MODEL.json [PORT]".into()),
    };
    let served = Arc::new(Served::new(path)?);
    let limit = DefaultBodyLimit::max(served.most_bytes());
    let routes = Router::new()
        .route("/", get(about))
        .route("/boundary.png", get(boundary))
        .route("/predict", get(form).post(predict))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(limit)
        .with_state(served);
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    let interrupted = || async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    tokio::select! {
        ended = axum::serve(listener, routes).with_graceful_shutdown(interrupted()) => ended?,
        // Requests under way are finished, but nobody waits long for a client that does not read.
        () = async { interrupted().await; tokio::time::sleep(Duration::from_secs(2)).await } => {}
        // Said when the others listen for Ctrl-C: whoever reads it may press it.
        () = async {
            tokio::task::yield_now().await;
            println!("{path} is served on http://{address} (Ctrl-C stops)");
            std::future::pending().await
        } => {}
    }
    println!("stopped");
    Ok(())
}

/// The model, and what the pages need to know of it.
struct Served {
    model: Model,
    path: String,
    inputs: usize,
    boundary: Option<Vec<u8>>,
}

/// A request that is answered with an error.
struct Fault(StatusCode, String);

impl Fault {
    fn bad(message: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, message.into())
    }
}

/// What the model says of an input.
struct Answer {
    /// The class and the probability of each, where the outputs are such.
    classes: Option<(usize, Vec<f64>)>,
    y_hat: Vec<f64>,
}

impl Served {
    fn new(path: &str) -> Result<Self, Error> {
        let model = Model::load(path)?;
        let inputs = model.network().input_shape().size();
        let boundary = if inputs == 2 { boundary_of(&model)? } else { None };
        Ok(Self { model, path: path.to_owned(), inputs, boundary })
    }

    /// The longest body that is read: a number is written in some twenty characters.
    fn most_bytes(&self) -> usize {
        4096 + 64 * self.inputs
    }

    /// The form's fields.
    fn fields(&self) -> Vec<String> {
        if self.inputs > MOST_FIELDS { vec!["x".to_owned()] } else { (1..=self.inputs).map(|i| format!("x{i}")).collect() }
    }

    fn answer(&self, x: Vec<f64>) -> Result<Answer, Fault> {
        let failed = |error: Error| Fault(StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
        let x = Array2::from_shape_vec((1, self.inputs), x).map_err(|error| Fault::bad(error.to_string()))?;
        let y_hat = self.model.predict(&x).map_err(failed)?.into_raw_vec_and_offset().0;
        let probabilities = self.model.probabilities(&x).map_err(failed)?.map(|p| p.into_raw_vec_and_offset().0);
        let class = self.model.predict_classes(&x).map_err(failed)?[0];
        if !y_hat.iter().chain(probabilities.iter().flatten()).all(|v| v.is_finite()) {
            return Err(Fault::bad("the model's answer to numbers of this size is not finite"));
        }
        Ok(Answer { classes: probabilities.map(|p| (class, p)), y_hat })
    }

    /// The input in a form's values.
    fn input_of_form(&self, form: &HashMap<String, String>) -> Result<Vec<f64>, Fault> {
        let value = |name: &str| form.get(name).map_or("", |text| text.trim());
        if self.inputs <= MOST_FIELDS {
            return self.fields().iter().map(|name| number_in(name, value(name))).collect();
        }
        let numbers: Vec<&str> = value("x").split(|c: char| c == ',' || c.is_whitespace()).filter(|text| !text.is_empty()).collect();
        self.check_count(numbers.len())?;
        numbers.iter().enumerate().map(|(i, text)| number_in(&format!("x[{i}]"), text)).collect()
    }

    /// The input in a JSON object.
    fn input_of_json(&self, body: &[u8]) -> Result<Vec<f64>, Fault> {
        let object: Map<String, Value> =
            serde_json::from_slice(body).map_err(|error| Fault::bad(format!("body: expected a JSON object, got {error}")))?;
        let number = |name: &str, value: Option<&Value>| {
            let got = || value.map_or("nothing".to_owned(), Value::to_string);
            value.and_then(Value::as_f64).ok_or_else(|| Fault::bad(format!("{name}: expected a number, got {}", got())))
        };
        match object.get("x") {
            Some(Value::Array(x)) => {
                self.check_count(x.len())?;
                x.iter().enumerate().map(|(i, value)| number(&format!("x[{i}]"), Some(value))).collect()
            }
            Some(other) => Err(Fault::bad(format!("x: expected a list of {} numbers, got {other}", self.inputs))),
            None => self.fields().iter().map(|name| number(name, object.get(name))).collect(),
        }
    }

    fn check_count(&self, got: usize) -> Result<(), Fault> {
        if got == self.inputs { Ok(()) } else { Err(Fault::bad(format!("x: expected {} numbers, got {got}", self.inputs))) }
    }

    /// The form, filled with what was given before.
    fn form(&self, given: &HashMap<String, String>) -> String {
        let mut html = String::from("<form method=\"post\" action=\"/predict\">");
        for name in self.fields() {
            let value = escape(given.get(&name).map_or("", String::as_str));
            let _ = if self.inputs > MOST_FIELDS {
                write!(
                    html,
                    "<label>{name}: {} numbers<textarea name=\"{name}\" rows=\"6\" required>{value}</textarea></label>",
                    self.inputs
                )
            } else {
                write!(html, "<label>{name}<input name=\"{name}\" value=\"{value}\" inputmode=\"decimal\" required></label>")
            };
        }
        html + "<button>Predict</button></form>"
    }

    fn page(&self, status: StatusCode, title: &str, body: &str) -> Response {
        let (title, path) = (escape(title), escape(&self.path));
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <title>{title} · {path}</title><style>{STYLE}</style></head>\
             <body><nav><a href=\"/\">{path}</a> <a href=\"/predict\">Predict</a></nav><h1>{title}</h1>{body}</body></html>\n"
        );
        let safe = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; form-action 'self'";
        let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, safe)];
        (status, headers, html).into_response()
    }

    /// The error as a page or as JSON.
    fn fault(&self, Fault(status, message): &Fault, as_json: bool, more: &str) -> Response {
        if as_json {
            return json_response(*status, &json!({"error": message}));
        }
        let title = status.canonical_reason().unwrap_or("Error");
        self.page(*status, title, &format!("<p role=\"alert\">{}</p>{more}", escape(message)))
    }
}

/// The plane as a classifier of two inputs sees it; `None` for a model that has no classes.
fn boundary_of(model: &Model) -> Result<Option<Vec<u8>>, Error> {
    // Points at even distances say which colour is which class.
    let place = |i: usize| REACH * (2.0 * i as f64 + 1.0 - 10.0) / 10.0;
    let x = Array2::from_shape_fn((100, 2), |(point, axis)| place(if axis == 0 { point % 10 } else { point / 10 }));
    let Some(p) = model.probabilities(&x)? else { return Ok(None) };
    let points = Dataset::with_classes(x.clone(), model.predict_classes(&x)?, p.ncols())?;
    let figure = plot::probability_boundary(model, &points)?.x_range(-REACH, REACH)?.y_range(-REACH, REACH)?;
    Ok(Some(figure.equal_axes().png()?))
}

const STYLE: &str = "\
:root{color-scheme:light dark;font:1.05rem/1.5 system-ui,sans-serif}body{max-width:44rem;margin:2rem auto;padding:0 1rem}\
nav a{margin-right:1rem}img{max-width:100%;height:auto;background:#fff}pre{overflow-x:auto}\
label{display:block;margin:.6rem 0}input,textarea{display:block;font:inherit;width:100%;box-sizing:border-box}\
td,th{padding:.2rem 1rem .2rem 0;text-align:left;font-variant-numeric:tabular-nums}[role=alert]{border-left:.3rem solid #d55e00;padding-left:.7rem}";

async fn about(State(served): State<Arc<Served>>) -> Response {
    let Served { model, boundary, .. } = &*served;
    let picture = match boundary {
        Some(_) => format!(
            "<img src=\"/boundary.png\" alt=\"The class that the model gives to each point with coordinates from −{REACH} to {REACH}, \
             the fuller the colour the surer, a marker for each class, and the boundary between the classes\">"
        ),
        None => String::new(),
    };
    let (summary, loss, optimizer) = (model.network().summary().to_string(), model.loss(), model.optimizer());
    let body = format!(
        "{picture}<pre>{}</pre><p>Loss: {loss:?}. Trained by {} in {} updates.</p><p><a href=\"/predict\">Ask it</a></p>",
        escape(&summary),
        optimizer.name(),
        optimizer.updates(),
    );
    served.page(StatusCode::OK, "A saved model", &body)
}

async fn boundary(State(served): State<Arc<Served>>, headers: HeaderMap) -> Response {
    match &served.boundary {
        Some(png) => ([(header::CONTENT_TYPE, "image/png")], png.clone()).into_response(),
        None => {
            let message = "only a classifier of two inputs has a boundary to draw".to_owned();
            served.fault(&Fault(StatusCode::NOT_FOUND, message), wants_json(&headers), "")
        }
    }
}

async fn form(State(served): State<Arc<Served>>) -> Response {
    served.page(StatusCode::OK, "Predict", &served.form(&HashMap::new()))
}

async fn predict(State(served): State<Arc<Served>>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Response {
    let as_json = wants_json(&headers);
    let body = match body {
        Ok(body) => body,
        Err(rejection) => {
            let message = match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => format!("body: expected at most {} bytes, got more", served.most_bytes()),
                _ => rejection.body_text(),
            };
            return served.fault(&Fault(rejection.status(), message), as_json, "");
        }
    };
    let mut given = HashMap::new();
    let input = match media_type(&headers) {
        "application/x-www-form-urlencoded" => {
            given.extend(form_urlencoded::parse(&body).into_owned());
            served.input_of_form(&given)
        }
        "application/json" => served.input_of_json(&body),
        other => {
            let message = format!("Content-Type: expected application/x-www-form-urlencoded or application/json, got {other:?}");
            Err(Fault(StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
        }
    };
    match input.and_then(|x| served.answer(x)) {
        Err(fault) => served.fault(&fault, as_json, &served.form(&given)),
        Ok(Answer { classes, y_hat }) if as_json => json_response(
            StatusCode::OK,
            &match classes {
                Some((class, probabilities)) => json!({"class": class, "probabilities": probabilities}),
                None => json!({"y_hat": y_hat}),
            },
        ),
        Ok(Answer { classes, y_hat }) => {
            let (title, head, rows) = match &classes {
                Some((class, probabilities)) => (format!("Class {class}"), "<th>class<th>probability", probabilities),
                None => ("Prediction".to_owned(), "<th>output<th>value", &y_hat),
            };
            let rows: String = rows.iter().enumerate().map(|(k, v)| format!("<tr><td>{k}<td>{v:.6}")).collect();
            served.page(StatusCode::OK, &title, &format!("<table><tr>{head}{rows}</table>{}", served.form(&given)))
        }
    }
}

async fn not_found(State(served): State<Arc<Served>>, uri: Uri, headers: HeaderMap) -> Response {
    let message = format!("there is nothing at {}; try / or /predict", uri.path());
    served.fault(&Fault(StatusCode::NOT_FOUND, message), wants_json(&headers), "")
}

async fn wrong_method(State(served): State<Arc<Served>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let allowed = if uri.path() == "/predict" { "GET, HEAD, POST" } else { "GET, HEAD" };
    let message = format!("{} takes {allowed}, not {method}", uri.path());
    let response = served.fault(&Fault(StatusCode::METHOD_NOT_ALLOWED, message), wants_json(&headers), "");
    ([(header::ALLOW, allowed)], response).into_response()
}

/// A number in a text field, which must be finite.
fn number_in(name: &str, text: &str) -> Result<f64, Fault> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(number) => Err(Fault::bad(format!("{name}: expected a finite number, got {number}"))),
        Err(_) if text.is_empty() => Err(Fault::bad(format!("{name}: expected a number, got nothing"))),
        Err(_) => Err(Fault::bad(format!("{name}: expected a number, got {text:?}"))),
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// What the body is, without its parameters.
fn media_type(headers: &HeaderMap) -> &str {
    text(headers, header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim()
}

fn wants_json(headers: &HeaderMap) -> bool {
    let accept = text(headers, header::ACCEPT);
    match (accept.contains("text/html"), accept.contains("application/json")) {
        (false, false) => media_type(headers) == "application/json",
        (html, json) => json && !html,
    }
}

fn json_response(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], format!("{value}\n")).into_response()
}

/// Text that means nothing to HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
