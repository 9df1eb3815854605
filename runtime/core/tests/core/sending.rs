//! Requests made by the tables: each argument at its place, under the vendor's name.

use crate::tables::param;
use serde_json::json;
use toolpress_core::json::Value;
use toolpress_core::{
    ANY_TEXT, Body, Build, Copied, Fields, HttpMethod, Kind, ListStyle, Object, Param, Place, Secret,
    Sending, Sent, Tool, Variant, Wire, debug,
};

const TEXT: Kind = Kind::Text(&ANY_TEXT);

static ADDRESS: Object = Object {
    fields: &[param("town", Place::Body, true, TEXT), param("floor", Place::Body, false, Kind::Boolean)],
    rules: &[],
    open: true,
    sent: &[
        Sent { name: "town", wire: "town-name", as_text: false },
        Sent { name: "floor", wire: "floor", as_text: true },
    ],
};
static SHAPES: &[Variant] = &[
    Variant {
        tag: "dot",
        object: Object {
            fields: &[param("at", Place::Body, false, Kind::Object(&ADDRESS))],
            rules: &[],
            open: false,
            sent: &[Sent { name: "at", wire: "@", as_text: false }],
        },
    },
    Variant {
        tag: "line",
        object: Object {
            fields: &[param("at", Place::Body, false, TEXT)],
            rules: &[],
            open: false,
            sent: &[],
        },
    },
];
static PARAMS: &[Param] = &[
    param("id", Place::Path, true, TEXT),
    param("tags", Place::Query, false, Kind::List { items: &TEXT, min: 0, max: None }),
    param("trace", Place::Header, false, TEXT),
    param("sure", Place::Body, false, Kind::Boolean),
    param("homes", Place::Body, false, Kind::List { items: &Kind::Object(&ADDRESS), min: 0, max: None }),
    param("named", Place::Body, false, Kind::Map(&Kind::Object(&ADDRESS))),
    param("shape", Place::Body, false, Kind::Union { tag: "kind", variants: SHAPES }),
    param("kind", Place::Body, false, Kind::Enum(&["dot", "line"])),
    param("beside", Place::Body, false, Kind::Adjacent { tag: "kind", variants: SHAPES }),
    param("limit", Place::Paging, false, Kind::Integer { min: 1, max: 9 }),
];
static SENDING: Sending = Sending {
    headers: &[("accept", "application/json")],
    body: Body::Json,
    lists: ListStyle::Brackets,
    sent: &[
        Sent { name: "tags", wire: "tags[]", as_text: false },
        Sent { name: "trace", wire: "X-Trace", as_text: false },
        Sent { name: "sure", wire: "is-sure", as_text: true },
    ],
    copies: &[Copied { from: "id", place: Place::Body, wire: "uuid", as_text: false }],
};
static TOOL: Tool = Tool {
    http: HttpMethod::Post,
    path: "/things/{id}",
    params: PARAMS,
    build: Build::Table(&SENDING),
    ..Tool::PLAIN
};

#[test]
fn every_argument_goes_to_its_place_under_the_vendors_name() {
    let Value::Object(given) = json!({
        "id": "t 1", "tags": ["a", "b"], "trace": "x", "sure": true, "limit": 3, "kind": "dot",
        "homes": [{ "town": "Ulm", "floor": true, "more": 1, "town-name": "kept out" }],
        "named": { "work": { "town": "Bonn" } },
        "shape": { "kind": "dot", "at": { "town": "Jena" } },
        "beside": { "at": { "town": "Trier" } },
    }) else {
        panic!("an object")
    };
    let request = TOOL.request(TOOL.check(given).unwrap());
    assert_eq!(request.method, HttpMethod::Post);
    assert_eq!(request.target().unwrap(), "/things/t%201?tags%5B%5D=a&tags%5B%5D=b");
    let header = |name: &'static str, value: &str| (name, value.to_owned());
    assert_eq!(request.headers, [header("accept", "application/json"), header("X-Trace", "x")]);
    assert_eq!(
        request.body.unwrap(),
        json!({
            "uuid": "t 1", "is-sure": "true", "kind": "dot",
            "homes": [{ "town-name": "Ulm", "floor": "true", "more": 1 }],
            "named": { "work": { "town-name": "Bonn" } },
            "shape": { "kind": "dot", "@": { "town-name": "Jena" } },
            "beside": { "@": { "town-name": "Trier" } },
        })
    );
}

/// As the press writes one.
struct Call {
    id: String,
    sure: Option<bool>,
    trace: Option<Secret>,
}

impl Wire for Call {
    fn fields(&self, to: &mut Fields) {
        to.put("id", &self.id);
        to.put("trace", &self.trace);
        to.put("sure", &self.sure);
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        debug(self, f)
    }
}

#[test]
fn a_struct_makes_the_request_of_equal_arguments() {
    let call = Call { id: "7".to_owned(), sure: Some(false), trace: Some("hunter2".into()) };
    assert_eq!(format!("{call:?}"), r#"Call {"id":"7","trace":"…","sure":false}"#);
    let typed = SENDING.of(HttpMethod::Post, "/things/{id}", PARAMS, &call);
    let Value::Object(given) = json!({ "id": "7", "trace": "hunter2", "sure": false }) else {
        panic!("an object")
    };
    assert_eq!(typed, TOOL.request(TOOL.check(given).unwrap()));
    assert_eq!(typed.body.unwrap(), json!({ "uuid": "7", "is-sure": "false" }));
}

#[test]
fn a_whole_body_is_the_value_itself() {
    static WHOLE: Sending =
        Sending { headers: &[], body: Body::Whole, lists: ListStyle::Repeat, sent: &[], copies: &[] };
    static BODY: &[Param] = &[param("body", Place::Body, true, Kind::Any)];
    let tool = Tool { http: HttpMethod::Post, params: BODY, build: Build::Table(&WHOLE), ..Tool::PLAIN };
    let Value::Object(given) = json!({ "body": [1, 2] }) else { panic!("an object") };
    assert_eq!(tool.request(tool.check(given).unwrap()).body, Some(json!([1, 2])));
}
