//! A page, a form and its answer, with axum: `cargo run --example signin`, then http://127.0.0.1:8080 in a browser.

use std::net::Ipv4Addr;

use axum::response::Html;
use axum::{Router, routing::get};

const FORM: &str = r#"<form method="post"><input name="name" placeholder="name"> <button>Sign in</button></form>"#;

async fn home() -> Html<&'static str> {
    Html(r#"<p>Nobody has signed in. <a href="/signin">Sign in</a></p>"#)
}

async fn form() -> Html<&'static str> {
    Html(FORM)
}

async fn sign_in(body: String) -> Html<String> {
    let name = form_urlencoded::parse(body.as_bytes()).find(|(field, _)| field == "name").map_or("".into(), |(_, name)| name);
    Html(match name.trim() {
        "" => format!("<p>A name, please.</p>{FORM}"),
        name => format!("<p>Hello, {}.</p>", name.replace('&', "&amp;").replace('<', "&lt;")),
    })
}

pub(crate) fn routes() -> Router {
    Router::new().route("/", get(home)).route("/signin", get(form).post(sign_in))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 8080)).await?;
    axum::serve(listener, routes()).await
}
