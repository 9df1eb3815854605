//! A small vendor: its catalogue, written by hand as a press would write it, and its API. A second one
//! is only there to be told apart.

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use toolpress_core::{
    Answer, Args, Auth, Build, Catalog, Credential, Effect, HttpMethod, Kind, Param, Piece, Place, Request,
    Tag, Tool, Vendor,
};

pub(crate) static CATALOG: Catalog = Catalog { vendors: &[&ACME, &BETA], fingerprint: "0123456789abcdef" };

pub(crate) static ACME: Vendor = Vendor {
    slug: "acme",
    label: "Acme",
    docs: None,
    base_url: None,
    auth: Auth::Bearer { credential: "api_token" },
    credentials: &[Credential { name: "api_token", help: "Ask Acme.", secret: true }],
    error_message: &[],
    rate_limit: None,
    errors: &[],
    workflows: &[],
    instructions: &[Piece { text: "Items have ids.", needs: &[] }],
    tools: &[
        tool("acme_items_break", "break", HttpMethod::Get, "/items/{id}", Effect::Read, |_| {
            panic!("on purpose")
        }),
        tool("acme_items_wait", "wait", HttpMethod::Get, "/wait/{id}", Effect::Read, |args| {
            request(args, "/wait/{id}")
        }),
        tool(
            "delete_a_acme_item_by_id",
            "delete",
            HttpMethod::Delete,
            "/items/{id}",
            Effect::Destructive,
            |args| request(args, "/items/{id}"),
        ),
        tool("get_single_acme_item_by_id", "get", HttpMethod::Get, "/items/{id}", Effect::Read, |args| {
            request(args, "/items/{id}")
        }),
    ],
    methods: &[("break", &[1]), ("delete", &[4]), ("get", &[8]), ("wait", &[2])],
    tags: &[Tag { name: "items", aliases: &["item"], description: "Items.", mask: &[15] }],
};

static BETA: Vendor = Vendor {
    slug: "beta",
    label: "Beta",
    docs: None,
    base_url: Some("https://api.beta.example"),
    auth: Auth::None,
    credentials: &[],
    error_message: &[],
    rate_limit: None,
    errors: &[],
    workflows: &[],
    instructions: &[],
    tools: &[tool("list_all_beta_parts", "list", HttpMethod::Get, "/parts/{id}", Effect::Read, |args| {
        request(args, "/parts/{id}")
    })],
    methods: &[("list", &[1])],
    tags: &[Tag { name: "parts", aliases: &[], description: "Parts.", mask: &[1] }],
};

static ID: [Param; 1] = [Param {
    name: "id",
    place: Place::Path,
    required: true,
    nullable: false,
    secret: false,
    kind: Kind::Text(&toolpress_core::ANY_TEXT),
}];

const fn tool(
    name: &'static str,
    method: &'static str,
    http: HttpMethod,
    path: &'static str,
    effect: Effect,
    build: fn(&mut Args) -> Request,
) -> Tool {
    Tool {
        name,
        title: name,
        resource: "items",
        method,
        http,
        path,
        effect,
        idempotent: true,
        tags: &[],
        params: &ID,
        rules: &[],
        entry: entry(name),
        output_schema: Some(r#"{"type":"object"}"#),
        answer: Answer::One(&[]),
        timeout_ms: None,
        wait: None,
        errors: &[],
        failure: None,
        next: &[],
        build: Build::Function(build),
    }
}

/// The entries, as a press would have written them.
const fn entry(name: &str) -> &'static [Piece] {
    const SCHEMA: &str = r#","description":"Does it.","inputSchema":{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}"#;
    const BREAK: &[Piece] =
        &[Piece { text: r#"{"name":"acme_items_break""#, needs: &[] }, Piece { text: SCHEMA, needs: &[] }];
    const WAIT: &[Piece] =
        &[Piece { text: r#"{"name":"acme_items_wait""#, needs: &[] }, Piece { text: SCHEMA, needs: &[] }];
    const DELETE: &[Piece] = &[
        Piece { text: r#"{"name":"delete_a_acme_item_by_id""#, needs: &[] },
        Piece { text: SCHEMA, needs: &[] },
    ];
    const GET: &[Piece] = &[
        Piece { text: r#"{"name":"get_single_acme_item_by_id""#, needs: &[] },
        Piece { text: SCHEMA, needs: &[] },
    ];
    const LIST: &[Piece] =
        &[Piece { text: r#"{"name":"list_all_beta_parts""#, needs: &[] }, Piece { text: SCHEMA, needs: &[] }];
    match name.as_bytes() {
        [b'l', ..] => LIST,
        [b'd', ..] => DELETE,
        [b'g', ..] => GET,
        [.., b'k'] => BREAK,
        _ => WAIT,
    }
}

fn request(args: &mut Args, template: &'static str) -> Request {
    let mut request = Request::new(HttpMethod::Get, template, &[]);
    request.path("id", &args.take::<String>("id"));
    request
}

/// What reached the vendor.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) begun: AtomicUsize,
    pub(crate) ended: AtomicUsize,
    pub(crate) aborted: AtomicUsize,
}

/// Notices a request that is dropped before its answer.
struct Running<'l>(&'l Log);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if self.0.begun.load(Ordering::SeqCst) > self.0.ended.load(Ordering::SeqCst) {
            self.0.aborted.fetch_add(1, Ordering::SeqCst);
        }
    }
}

async fn item(
    State(log): State<Arc<Log>>,
    Path(id): Path<String>,
) -> ([(&'static str, &'static str); 2], Json<Value>) {
    log.begun.fetch_add(1, Ordering::SeqCst);
    log.ended.fetch_add(1, Ordering::SeqCst);
    ([("ratelimit-limit", "100"), ("ratelimit-remaining", "99")], Json(json!({ "id": id })))
}

async fn wait(State(log): State<Arc<Log>>, Path(ms): Path<u64>) -> Json<Value> {
    log.begun.fetch_add(1, Ordering::SeqCst);
    let running = Running(&log);
    tokio::time::sleep(Duration::from_millis(ms)).await;
    log.ended.fetch_add(1, Ordering::SeqCst);
    drop(running);
    Json(json!({ "waited": ms }))
}

/// The vendor's API.
pub(crate) fn router(log: &Arc<Log>) -> Router {
    Router::new().route("/items/{id}", get(item)).route("/wait/{ms}", get(wait)).with_state(Arc::clone(log))
}
