//! The routes of the example `signin`, asked over TCP.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

#[path = "../examples/signin.rs"]
#[expect(dead_code, reason = "its `main`")]
mod signin;

#[test]
fn a_form_is_shown_sent_and_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), signin::routes()).await })
    });

    for (method, path, body, status, text) in [
        ("GET", "/", "", 200, "Nobody has signed in."),
        ("GET", "/signin", "", 200, "<form method=\"post\">"),
        ("POST", "/signin", "name=Ada+K%C3%B6nig", 200, "<p>Hello, Ada König.</p>"),
        ("POST", "/signin", "name=%3Cscript%3E%26", 200, "<p>Hello, &lt;script>&amp;.</p>"),
        ("POST", "/signin", "name=+", 200, "A name, please."),
        ("POST", "/signin", "other=Ada", 200, "A name, please."),
        ("POST", "/", "", 405, ""),
        ("GET", "/elsewhere", "", 404, ""),
    ] {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all((head + body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(text), "{method} {path} {body}: {answer}");
    }
}
