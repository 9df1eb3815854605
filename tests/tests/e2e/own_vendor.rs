//! A vendor of one's own, from YAML to its wire: pressed, served, and called through the official SDK.
//!
//! Paper Mill is YAML and nothing else. Its API has what ours do not: every mill has its own address, the key
//! goes into a header of its own, lists have numbered pages, orders are forms, and cutting takes its time.

use crate::agent::{Agent, Era};
use crate::support::listen;
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use toolpress_core::Mask;
use toolpress_own_vendor::CATALOG;
use toolpress_runtime::call::{EgressPolicy, Upstream};
use toolpress_runtime::web::Front;
use toolpress_runtime::{Account, Limits, MemoryRegistry, Server, ServerOptions, Shared, mcp};

const KEY: &str = "mill-canary-4711";
const ORDERS: &str = "list_all_paper_mill_orders";
const ORDER: &str = "create_a_paper_mill_order";
const CUT: &str = "paper_mill_rolls_cut";
const STATE: &str = "get_single_paper_mill_cut_by_id";

/// A small mill: two pages of orders, and a cutter that needs two looks until it is done.
#[derive(Debug, Default)]
struct Mill {
    /// Request line, content type and body.
    seen: Mutex<Vec<(String, String, String)>>,
    looks: Mutex<u64>,
}

impl Mill {
    /// The requests since the last look.
    fn seen(&self) -> Vec<(String, String, String)> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }

    fn answer(&self, line: &str) -> (StatusCode, Value) {
        match line {
            "GET /mill-7/v2/orders?per_page=2&page=1" => {
                (StatusCode::OK, json!({ "items": [{ "number": 1 }, { "number": 2 }] }))
            }
            "GET /mill-7/v2/orders?per_page=2&page=2" => {
                (StatusCode::OK, json!({ "items": [{ "number": 3 }] }))
            }
            "POST /mill-7/v2/orders" => (StatusCode::CREATED, json!({ "number": 4 })),
            "POST /mill-7/v2/rolls/r-1/cut" => {
                (StatusCode::ACCEPTED, json!({ "job": "c-7", "done": 0, "sheets": 12 }))
            }
            "GET /mill-7/v2/rolls/r-1/cuts/c-7" => {
                let mut looks = self.looks.lock().unwrap();
                *looks += 1;
                let state = if *looks < 3 { "cutting" } else { "cut" };
                (StatusCode::OK, json!({ "state": state, "done": *looks * 4, "sheets": 12 }))
            }
            _ => (StatusCode::NOT_FOUND, json!({ "error": { "message": format!("nothing at {line}") } })),
        }
    }
}

async fn serve_mill(State(mill): State<Arc<Mill>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let field =
        |name: &str| head.headers.get(name).map_or("", |value| value.to_str().expect("ASCII")).to_owned();
    if field("x-api-key") != KEY || !field("authorization").is_empty() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let body = to_bytes(body, 1 << 20).await.expect("a body");
    let line = format!("{} {}", head.method, head.uri.path_and_query().expect("a target"));
    let text = String::from_utf8(body.to_vec()).expect("text");
    mill.seen.lock().unwrap().push((line.clone(), field("content-type"), text));
    let (status, body) = mill.answer(&line);
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

/// A mill, and an MCP server in front of it.
async fn served() -> (Arc<Mill>, String) {
    let mill = Arc::new(Mill::default());
    let origin = listen(Router::new().fallback(serve_mill).with_state(Arc::clone(&mill))).await;
    let vendor = CATALOG.vendor("paper_mill").expect("the vendor");
    let base_url = format!("{origin}/mill-7/v2");
    let account = Account::new("e2e", vendor, Some(&base_url), |_| Some(KEY.to_owned())).expect("an account");
    let limits = Limits::default();
    let upstream = Upstream::new(limits.clone(), EgressPolicy::trusted()).expect("an upstream");
    let shared = Shared::new(upstream, limits.clone());
    let options = ServerOptions::default();
    let server = Server::new(shared, &CATALOG, vendor, Mask::all(vendor), Arc::new(account), options);
    let registry = Arc::new(MemoryRegistry::new());
    let token = registry.add(server).expect("randomness");
    let url = listen(mcp::router(registry, Front::default(), &limits)).await;
    (mill, format!("{url}/mcp/{}", token.expose()))
}

#[tokio::test]
async fn row_001_numbered_pages_and_forms_of_a_vendor_in_yaml_reach_the_wire() {
    for era in Era::BOTH {
        let (mill, url) = served().await;
        let mut agent = Agent::over_http(&url, era).await;
        let tools = agent.tools().await;
        for tool in [ORDERS, ORDER, CUT, STATE] {
            assert!(tools.iter().any(|name| name == tool), "{tool} in {tools:?}");
        }

        let first = agent.ask(ORDERS, json!({ "limit": 2 })).await;
        let second = agent.ask(ORDERS, json!({ "limit": 2, "next_cursor": first["next_cursor"] })).await;
        let numbers: Vec<_> = [&first, &second]
            .into_iter()
            .flat_map(|page| page["result"].as_array().expect("records"))
            .map(|order| order["number"].clone())
            .collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert_eq!(second["next_cursor"], Value::Null);

        let order = json!({ "customer": "ada", "sheets": 3, "address": { "street": "Mill Lane 1" }, "colours": ["a&b"] });
        assert_eq!(agent.ask(ORDER, order).await["result"]["number"], 4);
        let (line, media, body) = mill.seen().pop().expect("a request");
        assert_eq!(line, "POST /mill-7/v2/orders", "below the mill's own address");
        assert_eq!(media, "application/x-www-form-urlencoded");
        assert_eq!(body, "customer=ada&sheets=3&address%5Bstreet%5D=Mill%20Lane%201&colours%5B%5D=a%26b");
    }
}

#[tokio::test]
async fn row_001_what_a_vendor_in_yaml_accepts_tells_what_to_poll_and_is_polled_to_its_end() {
    for era in Era::BOTH {
        let (mill, url) = served().await;
        let mut agent = Agent::over_http(&url, era).await;
        let accepted = agent.call(CUT, json!({ "id": "r-1", "sheets": 12 })).await;
        assert_eq!(
            (&accepted["isError"], &accepted["_meta"]["toolpress/status"]),
            (&json!(false), &json!(202))
        );
        let hint = &accepted["_meta"]["toolpress/next"][0];
        let wanted = json!({
            "tool": STATE,
            "arguments": { "roll": "r-1", "id": "c-7" },
            "until": { "field": "state", "values": ["cut", "jammed"] },
        });
        assert_eq!(hint, &wanted, "programs read it there");
        let read = accepted["content"].as_array().expect("blocks").last().expect("a block")["text"].clone();
        assert_eq!(
            read,
            format!(
                "HTTP 202: accepted, not done yet. Call {STATE} with {} until `state` is cut or jammed.",
                hint["arguments"]
            ),
            "models read it here"
        );

        let mut looks = 0;
        let last = loop {
            let state = agent.ask(STATE, hint["arguments"].clone()).await["result"].take();
            looks += 1;
            if hint["until"]["values"].as_array().expect("values").contains(&state["state"]) {
                break state;
            }
            assert!(looks < 10, "no end: {state}");
        };
        assert_eq!((looks, &last["state"], &last["done"]), (3, &json!("cut"), &json!(12)));
        let lines: Vec<_> = mill.seen().into_iter().map(|(line, ..)| line).collect();
        let look = "GET /mill-7/v2/rolls/r-1/cuts/c-7";
        assert_eq!(lines, ["POST /mill-7/v2/rolls/r-1/cut", look, look, look]);
    }
}
