//! A tool with a parameter of every kind in every place where it can stand, written by hand as the press
//! would write it. Property tests and fuzz targets throw arguments at it.

use toolpress_core::json::{Map, Number, Value};
use toolpress_core::{
    ANY_TEXT, Answer, Args, BodyEncoding, Build, Condition, Effect, HttpMethod, Kind, ListStyle, Object,
    Paging, Param, Pattern, Place, Request, Rule, Text, Tool, Variant,
};

const fn param(name: &'static str, place: Place, required: bool, kind: Kind) -> Param {
    Param { name, place, required, nullable: false, secret: false, kind }
}

const TEXT: Kind = Kind::Text(&ANY_TEXT);
const INTEGER: Kind = Kind::Integer { min: i64::MIN, max: i64::MAX };
const NUMBER: Kind = Kind::Number { min: None, max: None };
const TEXTS: Kind = Kind::List { items: &TEXT, min: 0, max: None };

static SLUG: Text = Text { min: 1, max: Some(8), pattern: Some(Pattern::new("^([a-z]|[0-9])+$")) };
static POINT: Object = Object {
    fields: &[
        param("x", Place::Body, true, Kind::Integer { min: 0, max: 9 }),
        param("deep", Place::Body, false, Kind::Map(&Kind::Map(&TEXTS))),
    ],
    rules: &[Rule::ExactlyOneOf(&["x", "deep"])],
    open: false,
    sent: &[],
};
static OPEN: Object = Object {
    fields: &[param("known", Place::Body, false, Kind::Boolean)],
    rules: &[],
    open: true,
    sent: &[],
};
static SHAPES: &[Variant] = &[
    Variant {
        tag: "circle",
        object: Object {
            fields: &[param("radius", Place::Body, true, Kind::Number { min: Some(0.0), max: Some(1e9) })],
            rules: &[],
            open: false,
            sent: &[],
        },
    },
    Variant {
        tag: "free",
        object: Object {
            fields: &[param("side", Place::Body, true, NUMBER)],
            rules: &[],
            open: true,
            sent: &[],
        },
    },
    Variant { tag: "dot", object: Object { fields: &[], rules: &[], open: false, sent: &[] } },
];

static FILLS: &[Variant] = &[
    Variant {
        tag: "red",
        object: Object {
            fields: &[param("shade", Place::Body, true, TEXT)],
            rules: &[],
            open: false,
            sent: &[],
        },
    },
    Variant {
        tag: "green",
        object: Object {
            fields: &[param("leaf", Place::Body, false, INTEGER)],
            rules: &[],
            open: true,
            sent: &[],
        },
    },
];

static PARAMS: &[Param] = &[
    param("id", Place::Path, true, TEXT),
    param("number", Place::Path, true, INTEGER),
    param("word", Place::Path, true, Kind::Enum(&["first", "a/b", "ü"])),
    param("q", Place::Query, false, TEXT),
    param("flag", Place::Query, false, Kind::Boolean),
    param("amount", Place::Query, false, NUMBER),
    param("repeated", Place::Query, false, TEXTS),
    param("joined", Place::Query, false, Kind::List { items: &INTEGER, min: 1, max: Some(3) }),
    param("bracketed", Place::Query, false, TEXTS),
    param("trace", Place::Header, false, TEXT),
    param("slug", Place::Body, false, Kind::Text(&SLUG)),
    param("colour", Place::Body, false, Kind::Enum(&["red", "green"])),
    param("few", Place::Body, false, Kind::Integer { min: 1, max: 3 }),
    param("ratio", Place::Body, false, Kind::Number { min: Some(0.0), max: Some(1.0) }),
    param("points", Place::Body, false, Kind::List { items: &Kind::Object(&POINT), min: 0, max: None }),
    param("open", Place::Body, false, Kind::Object(&OPEN)),
    param("shape", Place::Body, false, Kind::Union { tag: "kind", variants: SHAPES }),
    param("fill", Place::Body, false, Kind::Adjacent { tag: "colour", variants: FILLS }),
    param("labels", Place::Body, false, Kind::Map(&TEXT)),
    param("anything", Place::Body, false, Kind::Any),
    Param { nullable: true, ..param("remark", Place::Body, false, TEXT) },
];

static RULES: &[Rule] = &[
    Rule::AtMostOneOf(&["slug", "colour"]),
    Rule::Requires {
        when: Condition { field: "shape.kind", values: &["circle"] },
        fields: &["colour"],
        say: "circles are coloured",
    },
    Rule::Forbids { when: Condition { field: "flag", values: &["true"] }, fields: &["q"], say: "" },
];

fn build(args: &mut Args, encoding: BodyEncoding) -> Request {
    let mut request = Request::new(HttpMethod::Post, TEMPLATE, &[("accept", "application/json")]);
    request.path("id", &args.take::<String>("id"));
    request.path("number", &args.take::<i64>("number"));
    request.path("word", &args.take::<String>("word"));
    request.query("q", &args.take::<Option<String>>("q"));
    request.query("flag", &args.take::<Option<bool>>("flag"));
    request.query("amount", &args.take::<Option<Number>>("amount"));
    let lists = [
        ("repeated", "repeated[]", ListStyle::Repeat),
        ("joined", "joined[]", ListStyle::Comma),
        ("bracketed", "bracketed[]", ListStyle::Brackets),
    ];
    for (name, brackets, style) in lists {
        request.query_list(name, brackets, style, &args.take::<Option<Vec<Value>>>(name));
    }
    request.header("x-trace", &args.take::<Option<String>>("trace"));
    request.object(encoding);
    for name in ["slug", "colour", "few", "ratio", "points", "shape", "fill", "anything", "remark"] {
        request.field(name, &args.take::<Option<Value>>(name));
    }
    request.field("open", &args.take::<Option<Map<String, Value>>>("open"));
    request.field("labels", &args.take::<Option<Map<String, Value>>>("labels"));
    request
}

/// The path below the base URL.
pub const TEMPLATE: &str = "/things/{id}/at/{number}/{word}/end";

const TOOL: Tool = Tool {
    name: "json",
    title: "",
    resource: "things",
    method: "json",
    http: HttpMethod::Post,
    path: TEMPLATE,
    effect: Effect::Write,
    idempotent: false,
    tags: &[],
    params: PARAMS,
    rules: RULES,
    entry: &[],
    output_schema: None,
    answer: Answer::List { records: &[], paging: Paging::Whole },
    timeout_ms: None,
    wait: None,
    errors: &[],
    failure: None,
    next: &[],
    build: Build::Function(|args| build(args, BodyEncoding::Json)),
};

/// The tool twice: with a body in JSON and with one as a form.
pub static TOOLS: [Tool; 2] = [
    TOOL,
    Tool {
        name: "form",
        method: "form",
        build: Build::Function(|args| build(args, BodyEncoding::Form)),
        ..TOOL
    },
];
