//! The page's way in: a request as bytes, and the answer as bytes.
//!
//! Both are JSON, then a zero byte, then bytes that JSON is no place for. The page asks for memory with `input`, writes the request there, and
//! reads the answer where `output` says; an error is an answer too.

use std::cell::RefCell;

use nnlib::Error;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cell::cell;
use crate::picture::{Look, look, plane};
use crate::session::{Points, Session, points_of_csv};
use crate::settings::Settings;

#[derive(Default)]
struct Door {
    request: Vec<u8>,
    answer: Vec<u8>,
    session: Option<Session>,
}

thread_local! {
    static DOOR: RefCell<Door> = RefCell::default();
}

/// Where a request of so many bytes is to be written.
#[unsafe(no_mangle)]
pub extern "C" fn input(length: usize) -> *mut u8 {
    DOOR.with_borrow_mut(|door| {
        door.request.resize(length, 0);
        door.request.as_mut_ptr()
    })
}

/// Does what the request asks for, and says how long the answer is.
#[unsafe(no_mangle)]
pub extern "C" fn call() -> usize {
    DOOR.with_borrow_mut(|door| {
        door.answer = answer(&mut door.session, &door.request);
        door.answer.len()
    })
}

/// Where the answer stands.
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    DOOR.with_borrow(|door| door.answer.as_ptr())
}

/// What can be asked for.
#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "lowercase", deny_unknown_fields)]
enum Request {
    /// The untrained network of these settings.
    Open { settings: Settings },
    /// Training for so many epochs, or so many updates.
    Train { epochs: usize, updates: Option<usize> },
    /// What there is to be drawn.
    Look { look: Look },
    /// The session as a notebook's cell.
    Cell,
    /// The model as JSON.
    Model,
    /// The weights as safetensors.
    Weights,
    /// The model in the bytes behind, on the data of these settings.
    Load { settings: Settings },
    /// The weights in the bytes behind.
    LoadWeights,
    /// The points in the text behind.
    Csv,
}

/// The answer to a request, both as bytes.
pub fn answer(session: &mut Option<Session>, request: &[u8]) -> Vec<u8> {
    let end = request.iter().position(|&byte| byte == 0).unwrap_or(request.len());
    let behind = request.get(end + 1..).unwrap_or_default();
    let (value, bytes) = match serde_json::from_slice(&request[..end]) {
        Ok(request) => respond(session, request, behind).unwrap_or_else(|error| (json!({"error": error.to_string()}), Vec::new())),
        Err(error) => (json!({"error": format!("settings: {error}")}), Vec::new()),
    };
    let mut answer = value.to_string().into_bytes();
    answer.push(0);
    answer.extend(bytes);
    answer
}

fn respond(session: &mut Option<Session>, request: Request, behind: &[u8]) -> Result<(Value, Vec<u8>), Error> {
    let text = || std::str::from_utf8(behind).map_err(|_| Error::value("file", "text in UTF-8", "other bytes"));
    let open = match request {
        Request::Open { settings } => Session::new(settings)?,
        Request::Load { settings } => Session::load(settings, text()?)?,
        Request::Csv => return Ok((json!({"points": points_of_csv(text()?)?}), Vec::new())),
        request => {
            let session = session.as_mut().ok_or_else(|| Error::empty("sessions opened before"))?;
            return respond_in(session, request, behind);
        }
    };
    let facts = facts(session.insert(open));
    Ok((facts, Vec::new()))
}

fn respond_in(session: &mut Session, request: Request, behind: &[u8]) -> Result<(Value, Vec<u8>), Error> {
    Ok(match request {
        Request::Train { epochs, updates } => {
            let stopped = session.train(epochs, updates)?;
            (json!({"epochs": session.epochs(), "stopped": stopped}), Vec::new())
        }
        Request::Look { look: asked } => {
            let (picture, bytes) = look(session, asked)?;
            (serde_json::to_value(picture).expect("numbers and lists"), bytes)
        }
        Request::Cell => (json!({"cell": cell(session)?}), Vec::new()),
        Request::Model => (json!({}), session.model().to_json()?.into_bytes()),
        Request::Weights => (json!({}), session.model().network().to_safetensors()?),
        Request::LoadWeights => {
            session.load_weights(behind)?;
            (facts(session), Vec::new())
        }
        Request::Open { .. } | Request::Load { .. } | Request::Csv => unreachable!("answered without a session"),
    })
}

/// What stays the same while a session lasts.
fn facts(session: &Session) -> Value {
    let list = |points: &Points| -> Vec<(f64, f64, usize)> {
        points.data.x.outer_iter().zip(&points.data.y).map(|(x, &class)| (x[0], x[1], class)).collect()
    };
    json!({
        "train": list(&session.train),
        "held_out": session.held_out.as_ref().map_or_else(Vec::new, list),
        "classes": session.train.data.classes,
        "hidden": session.settings.hidden,
        "loaded": session.loaded,
        "plane": plane(session),
        "summary": session.model().network().summary().to_string(),
    })
}
