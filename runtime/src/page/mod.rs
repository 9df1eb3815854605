//! The page of the control plane, served at `/`: files that are part of the binary.
//!
//! It is plain HTML, CSS and JavaScript that speaks to the REST API and to nothing else. The policy below
//! holds it to that: no inline script or style, nothing from elsewhere, no frame around it.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// What a browser may do for the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// What every answer of the page says beside its content.
static ALWAYS: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    // Files of one version belong together, and an update is to be seen at once; unchanged ones cost a 304.
    (CACHE_CONTROL, "no-cache"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal: $kind:expr),* $(,)?) => {
        [$(Asset { name: $name, kind: $kind, bytes: include_bytes!(concat!("assets/", $name)) }),*]
    };
}

/// What `/` answers; the others lie below `/page/`.
const INDEX: &str = "index.html";

static ASSETS: &[Asset] = &assets! {
    "index.html": HTML,
    "style.css": CSS,
    "icon.svg": SVG,
    "account.js": SCRIPT,
    "accounts.js": SCRIPT,
    "api.js": SCRIPT,
    "app.js": SCRIPT,
    "arguments.js": SCRIPT,
    "calls.js": SCRIPT,
    "connect.js": SCRIPT,
    "dialog.js": SCRIPT,
    "dom.js": SCRIPT,
    "form.js": SCRIPT,
    "inventory.js": SCRIPT,
    "list.js": SCRIPT,
    "login.js": SCRIPT,
    "preview.js": SCRIPT,
    "scope.js": SCRIPT,
    "server_form.js": SCRIPT,
    "servers.js": SCRIPT,
    "snippets.js": SCRIPT,
    "tokens.js": SCRIPT,
    "trial.js": SCRIPT,
    "when.js": SCRIPT,
};

/// One tag for all files: they change together. Weak, since they may be sent compressed.
static TAG: LazyLock<HeaderValue> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for asset in ASSETS {
        digest.update(asset.name);
        digest.update(asset.bytes.len().to_le_bytes());
        digest.update(asset.bytes);
    }
    let mut tag = String::from("W/\"");
    for byte in digest.finalize().iter().take(12) {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    HeaderValue::try_from(tag).unwrap_or_else(|_| HeaderValue::from_static("W/\"0\""))
});

/// The routes of the page.
pub fn routes() -> Router {
    Router::new().route("/", get(async |headers: HeaderMap| answer(INDEX, &headers))).route(
        "/page/{name}",
        get(async |Path(name): Path<String>, headers: HeaderMap| answer(&name, &headers)),
    )
}

fn answer(name: &str, headers: &HeaderMap) -> Response {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    let mut response = match asset {
        None => (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
        Some(_) if is_known(headers) => StatusCode::NOT_MODIFIED.into_response(),
        Some(asset) => ([(CONTENT_TYPE, asset.kind)], asset.bytes).into_response(),
    };
    for (header, value) in &ALWAYS {
        response.headers_mut().insert(header, HeaderValue::from_static(value));
    }
    if asset.is_some() {
        response.headers_mut().insert(ETAG, TAG.clone());
    }
    response
}

/// The client has this version (RFC 9110 section 13.1.2: a list of tags, compared weakly).
fn is_known(headers: &HeaderMap) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let ours = opaque(TAG.to_str().unwrap_or_default());
    let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|tag| tag.trim() == "*" || opaque(tag) == ours)
}
