//! The floors: the least that a server on the same libraries could do for the same answers.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use reqwest::Client;
use std::net::Ipv4Addr;
use std::path::Path;
use tokio::net::TcpListener;

/// Answers every POST with the bytes of a file. `gzip` says that they are compressed.
///
/// # Errors
/// If the file cannot be read or there is no port.
pub async fn list(file: &Path, gzip: bool) -> anyhow::Result<()> {
    let body = Bytes::from(std::fs::read(file)?);
    let handler = move || async move {
        let json = [(CONTENT_TYPE, "application/json")];
        if gzip {
            (json, [(CONTENT_ENCODING, "gzip")], body).into_response()
        } else {
            (json, body).into_response()
        }
    };
    serve(Router::new().route("/", post(handler))).await
}

/// Forwards every POST as a GET of `url` and passes on what comes back, unread. The request's body is
/// read, as no server can do without.
///
/// # Errors
/// If there is no HTTP client or no port.
pub async fn forward(url: String) -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let state = (Client::builder().no_proxy().build()?, url);
    serve(Router::new().route("/", post(pass_on)).with_state(state)).await
}

async fn pass_on(State((client, url)): State<(Client, String)>, _request: Bytes) -> Response {
    const TYPE: HeaderName = CONTENT_TYPE;
    match client.get(url).send().await {
        Ok(response) => {
            let (status, mut headers) = (response.status(), HeaderMap::new());
            headers.extend(response.headers().get(TYPE).cloned().map(|kind| (TYPE, kind)));
            match response.bytes().await {
                Ok(body) => (status, headers, Body::from(body)).into_response(),
                Err(error) => broken(&error),
            }
        }
        Err(error) => broken(&error),
    }
}

fn broken(error: &reqwest::Error) -> Response {
    (axum::http::StatusCode::BAD_GATEWAY, error.to_string()).into_response()
}

async fn serve(router: Router) -> anyhow::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("http://{}/", listener.local_addr()?);
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}
