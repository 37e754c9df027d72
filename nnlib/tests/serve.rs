//! The example `serve`, as its users meet it: a process on a port, and requests over TCP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;

use ndarray::{Array2, array};
use nnlib::{Activation, Loss, Model, Optimizer, RandomState, Sequential};
use tempfile::{TempDir, tempdir};

/// The example, built as this test was: `cargo test --test serve` alone does not build it.
static EXAMPLE: LazyLock<PathBuf> = LazyLock::new(|| {
    let profile = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().to_owned();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--example", "serve", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().unwrap().success(), "the example does not build");
    profile.join("examples/serve")
});

/// A running server, which ends with the test.
struct Server {
    process: Child,
    address: String,
    _folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn json(&self) -> serde_json::Value {
        assert!(self.head.contains("content-type: application/json"), "{}", self.head);
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Server {
    fn start(model: &Model) -> Self {
        let folder = tempdir().unwrap();
        let path = folder.path().join("a <model>.json");
        model.save(&path).unwrap();
        let mut process = Command::new(&*EXAMPLE).arg(&path).arg("0").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        lines.read_line(&mut line).unwrap();
        process.stdout = Some(lines.into_inner());
        let address = line.split("http://").nth(1).and_then(|rest| rest.split(' ').next()).expect("an address").to_owned();
        assert!(address.starts_with("127.0.0.1:"), "{line}");
        Self { process, address, _folder: folder }
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n", self.address, body.len());
        headers.iter().for_each(|(name, value)| request += &format!("{name}: {value}\r\n"));
        let mut stream = TcpStream::connect(&self.address).unwrap();
        // The server may answer and close the connection before it has read an over-long body: what counts is what it said.
        let _ = stream.write_all(&[request.as_bytes(), b"\r\n", body].concat());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("the end of the head");
        let head = String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Answer { status, head, body: answer[end + 4..].to_vec() }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], b"")
    }

    fn post_form(&self, body: &str) -> Answer {
        self.ask("POST", "/predict", &[FORM], body.as_bytes())
    }

    fn post_json(&self, body: &str) -> Answer {
        self.ask("POST", "/predict", &[JSON], body.as_bytes())
    }
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("Content-Type", "application/json; charset=utf-8");

fn moons() -> Model {
    let network = Sequential::input(2).dense(3).activation(Activation::Tanh).dense(2).build(&mut RandomState::new(0)).unwrap();
    network.compile(Loss::SoftmaxCrossEntropy, Optimizer::adam(0.1).unwrap()).unwrap()
}

#[test]
fn the_first_page_shows_the_model_and_its_boundary_without_the_network() {
    let server = Server::start(&moons());
    let page = server.get("/");
    assert_eq!(page.status, 200);
    assert!(page.head.contains("content-type: text/html; charset=utf-8"));
    assert!(page.text().contains("17 parameters in all") && page.text().contains("a &lt;model&gt;.json"), "{}", page.text());
    assert!(!page.text().contains("<model>") && !page.text().contains("http"), "{}", page.text());
    let picture = server.get("/boundary.png");
    assert_eq!(picture.status, 200);
    assert!(picture.head.contains("content-type: image/png") && picture.body.starts_with(b"\x89PNG") && picture.body.len() > 5000);
    assert_eq!(server.ask("HEAD", "/", &[], b"").body, b"");
    assert_eq!(server.ask("HEAD", "/", &[], b"").status, 200);
}

#[test]
fn the_form_and_json_give_the_model_s_own_answer() {
    let model = moons();
    let server = Server::start(&model);
    let form = server.get("/predict");
    assert_eq!(form.status, 200);
    assert_eq!(form.text().matches("<input").count(), 2);
    assert!(form.text().contains("name=\"x1\"") && form.text().contains("method=\"post\" action=\"/predict\""), "{}", form.text());

    let p = model.predict(&array![[0.5, -1.25]]).unwrap();
    let class = usize::from(p[[0, 1]] > p[[0, 0]]);
    let page = server.post_form("x1=0.5&x2=-1.25");
    assert_eq!(page.status, 200);
    assert!(page.text().contains(&format!("<h1>Class {class}</h1>")), "{}", page.text());
    assert!(p.iter().all(|p| page.text().contains(&format!("<td>{p:.6}"))), "{}", page.text());
    assert!(page.text().contains("value=\"-1.25\""), "the form keeps its values");

    for body in ["{\"x1\": 0.5, \"x2\": -1.25}", "{\"x\": [0.5, -1.25]}"] {
        let answer = server.post_json(body);
        assert_eq!((answer.status, answer.json()), (200, serde_json::json!({"class": class, "probabilities": p.row(0).to_vec()})));
    }
    // What comes back is the client's choice.
    let form_to_json = server.ask("POST", "/predict", &[FORM, ("Accept", "application/json")], b"x1=0.5&x2=-1.25");
    assert_eq!(form_to_json.json()["class"], class);
    let json_to_page = server.ask("POST", "/predict", &[JSON, ("Accept", "text/html,application/json;q=0.9")], b"{\"x\": [0.5, -1.25]}");
    assert!(json_to_page.text().contains(&format!("<h1>Class {class}</h1>")));
}

#[test]
fn mistakes_are_answered_with_their_name() {
    let server = Server::start(&moons());
    for (body, message) in [
        ("x1=0.5", "x2: expected a number, got nothing"),
        ("x1=&x2=1", "x1: expected a number, got nothing"),
        ("x1=<b>&x2=1", "x1: expected a number, got &quot;&lt;b&gt;&quot;"),
        ("x1=1&x2=NaN", "x2: expected a finite number, got NaN"),
        ("x1=1&x2=-1e999", "x2: expected a finite number, got -inf"),
        ("", "x1: expected a number, got nothing"),
        ("%ff%00=&&==", "x1: expected a number, got nothing"),
    ] {
        let page = server.post_form(body);
        assert_eq!(page.status, 400, "{body}");
        assert!(page.text().contains(&format!("<p role=\"alert\">{message}</p>")), "{body}: {}", page.text());
        assert!(!page.text().contains("<b>"));
    }
    for (body, message) in [
        ("{\"x1\": 1}", "x2: expected a number, got nothing"),
        ("{\"x1\": 1, \"x2\": \"2\"}", "x2: expected a number, got \"2\""),
        ("{\"x1\": null, \"x2\": 2}", "x1: expected a number, got null"),
        ("{\"x\": [1]}", "x: expected 2 numbers, got 1"),
        ("{\"x\": [1, false]}", "x[1]: expected a number, got false"),
        ("{\"x\": 1}", "x: expected a list of 2 numbers, got 1"),
        ("{\"x1\": 1e999}", "body: expected a JSON object, got number out of range at line 1 column 12"),
        ("[1, 2]", "body: expected a JSON object, got invalid type: sequence, expected a map at line 1 column 0"),
    ] {
        let answer = server.post_json(body);
        assert_eq!((answer.status, answer.json()), (400, serde_json::json!({"error": message})), "{body}");
    }
    for (path, shown) in [("/%3Cscript%3E", "/%3Cscript%3E"), ("/\"'&", "/&quot;&#39;&amp;"), ("/predict/", "/predict/")] {
        let unknown = server.get(path);
        assert_eq!(unknown.status, 404, "{path}");
        assert!(unknown.text().contains(&format!("there is nothing at {shown};")), "{}", unknown.text());
    }
    // HTTP allows no such character in a path, so that this is no request at all.
    let malformed = server.get("/<script>");
    assert_eq!((malformed.status, malformed.text()), (400, ""));
    let json = server.ask("GET", "/nothing", &[("Accept", "application/json")], b"");
    assert_eq!((json.status, json.json()["error"].as_str()), (404, Some("there is nothing at /nothing; try / or /predict")));
    for (method, path, allowed) in [("POST", "/", "allow: get, head\r\n"), ("DELETE", "/predict", "allow: get, head, post\r\n")] {
        let answer = server.ask(method, path, &[], b"");
        assert_eq!(answer.status, 405);
        assert!((answer.head.clone() + "\r\n").contains(allowed), "{}", answer.head);
        assert!(answer.text().contains("not "), "{}", answer.text());
    }
    let text = server.ask("POST", "/predict", &[("Content-Type", "text/plain")], b"x1=1&x2=2");
    assert_eq!(text.status, 415);
    let long = server.ask("POST", "/predict", &[FORM], format!("x1=1&x2={}", "1".repeat(100_000)).as_bytes());
    assert_eq!(long.status, 413);
    assert!(long.text().contains("body: expected at most 4224 bytes, got more"), "{}", long.text());
    // None of this has done the server any harm.
    assert_eq!(server.post_form("x1=1&x2=2").status, 200);
}

#[test]
fn a_model_of_many_inputs_has_one_field_and_one_of_numbers_no_class() {
    let network = Sequential::input((1, 5, 5)).flatten().dense(2).build(&mut RandomState::new(0)).unwrap();
    let model = network.compile(Loss::MeanSquaredError, Optimizer::sgd(0.1).unwrap()).unwrap();
    let server = Server::start(&model);
    assert!(!server.get("/").text().contains("<img"));
    assert_eq!(server.get("/boundary.png").status, 404);
    assert_eq!(server.get("/predict").text().matches("<textarea").count(), 1);
    let x = RandomState::new(1).randn_2d(1, 25);
    let y_hat = model.predict(&x).unwrap();
    let numbers = x.iter().map(ToString::to_string).collect::<Vec<_>>();
    let answer = server.post_json(&format!("{{\"x\": [{}]}}", numbers.join(",")));
    assert_eq!(answer.json(), serde_json::json!({"y_hat": y_hat.row(0).to_vec()}));
    let page = server.post_form(&format!("x={}", numbers.join("+%0A")));
    assert!(page.text().contains(&format!("<td>{:.6}", y_hat[[0, 1]])), "{}", page.text());
    assert!(server.post_form("x=1,2,3").text().contains("x: expected 25 numbers, got 3"));
    assert!(server.post_form(&format!("x={}one", "1,".repeat(24))).text().contains("x[24]: expected a number, got &quot;one&quot;"));
    let huge = server.post_json(&format!("{{\"x\": {:?}}}", Array2::from_elem((1, 25), 1e308).into_raw_vec_and_offset().0));
    assert_eq!(huge.status, 400, "{}", huge.text());
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_cleanly_though_a_client_stays() {
    let mut server = Server::start(&moons());
    // A client that connects and says nothing.
    let silent = TcpStream::connect(&server.address).unwrap();
    let interrupted = Command::new("kill").args(["-INT", &server.process.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let status = server.process.wait().unwrap();
    let mut rest = String::new();
    server.process.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!((status.code(), rest.as_str()), (Some(0), "stopped\n"));
    drop(silent);
}

#[test]
fn what_cannot_be_served_is_said() {
    let run = |arguments: &[&str]| -> Output { Command::new(&*EXAMPLE).args(arguments).output().unwrap() };
    let folder = tempdir().unwrap();
    let path = folder.path().join("none.json");
    let path = Path::to_str(&path).unwrap();
    for (arguments, message) in [
        (vec![], "usage: serve MODEL.json [PORT]".to_owned()),
        (vec![path], format!("could not read {path}: No such file or directory")),
        (vec![path, "70000"], "port: expected a number from 0 to 65535, got 70000".to_owned()),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&message), "{said}");
    }
}
