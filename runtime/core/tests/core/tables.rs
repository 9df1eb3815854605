//! A tool with one of every kind of parameter, and a vendor with a few tools.

use toolpress_core::{
    ANY_TEXT, Answer, Args, Auth, BodyEncoding, Build, Condition, Effect, HttpMethod, Kind, Object, Paging,
    Param, Pattern, Piece, Place, Request, Rule, Tag, Text, Tool, Variant, Vendor,
};

pub(crate) const fn param(name: &'static str, place: Place, required: bool, kind: Kind) -> Param {
    Param { name, place, required, nullable: false, secret: false, kind }
}

static SLUG: Text = Text { min: 1, max: Some(8), pattern: Some(Pattern::new("^[a-z]+$")) };
static POINT: Object = Object {
    fields: &[
        param("x", Place::Body, true, Kind::Integer { min: 0, max: 9 }),
        param("y", Place::Body, false, Kind::Integer { min: 0, max: 9 }),
    ],
    rules: &[],
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
            fields: &[param("radius", Place::Body, true, Kind::Number { min: Some(0.0), max: None })],
            rules: &[],
            open: false,
            sent: &[],
        },
    },
    Variant {
        tag: "square",
        object: Object {
            fields: &[
                param("side", Place::Body, true, Kind::Number { min: None, max: None }),
                param("turned", Place::Body, false, Kind::Boolean),
            ],
            rules: &[],
            open: false,
            sent: &[],
        },
    },
    Variant { tag: "dot", object: Object { fields: &[], rules: &[], open: false, sent: &[] } },
];

static FILLS: &[Variant] = &[
    Variant {
        tag: "red",
        object: Object {
            fields: &[
                param("shade", Place::Body, true, Kind::Text(&ANY_TEXT)),
                param("depth", Place::Body, false, Kind::Integer { min: 0, max: 9 }),
            ],
            rules: &[],
            open: false,
            sent: &[],
        },
    },
    Variant {
        tag: "green",
        object: Object {
            fields: &[param("leaf", Place::Body, false, Kind::Text(&ANY_TEXT))],
            rules: &[],
            open: true,
            sent: &[],
        },
    },
];

static DRAW: &[Param] = &[
    param("id", Place::Path, true, Kind::Text(&ANY_TEXT)),
    param("note", Place::Query, false, Kind::Text(&ANY_TEXT)),
    param("trace", Place::Header, false, Kind::Text(&ANY_TEXT)),
    param("slug", Place::Body, false, Kind::Text(&SLUG)),
    param("colour", Place::Body, false, Kind::Enum(&["red", "green"])),
    param("count", Place::Body, false, Kind::Integer { min: i64::MIN, max: i64::MAX }),
    param("few", Place::Body, false, Kind::Integer { min: 1, max: 3 }),
    param("ratio", Place::Body, false, Kind::Number { min: Some(0.0), max: Some(1.0) }),
    param("sure", Place::Body, false, Kind::Boolean),
    param("names", Place::Body, false, Kind::List { items: &Kind::Text(&ANY_TEXT), min: 1, max: Some(2) }),
    param("points", Place::Body, false, Kind::List { items: &Kind::Object(&POINT), min: 0, max: None }),
    param("open", Place::Body, false, Kind::Object(&OPEN)),
    param("shape", Place::Body, false, Kind::Union { tag: "kind", variants: SHAPES }),
    param("labels", Place::Body, false, Kind::Map(&Kind::Text(&ANY_TEXT))),
    param("anything", Place::Body, false, Kind::Any),
    // Its variants are the colours, so what it takes is told beside it.
    param("fill", Place::Body, false, Kind::Adjacent { tag: "colour", variants: FILLS }),
    Param {
        name: "remark",
        place: Place::Body,
        required: false,
        nullable: true,
        secret: false,
        kind: Kind::Text(&ANY_TEXT),
    },
];

static RULES: &[Rule] = &[
    Rule::AtMostOneOf(&["slug", "colour"]),
    Rule::Requires {
        when: Condition { field: "shape.kind", values: &["circle"] },
        fields: &["colour"],
        say: "circles are coloured",
    },
    Rule::Forbids { when: Condition { field: "sure", values: &["true"] }, fields: &["note"], say: "" },
];

fn draw(args: &mut Args) -> Request {
    let mut request =
        Request::new(HttpMethod::Post, "/pictures/{id}/draw", &[("accept", "application/json")]);
    request.object(BodyEncoding::Json);
    request.path("id", &args.take::<String>("id"));
    request.query("note", &args.take::<Option<String>>("note"));
    for name in ["count", "ratio", "shape", "fill", "remark", "anything"] {
        request.field(name, &args.take::<Option<toolpress_core::json::Value>>(name));
    }
    request
}

const fn tool(name: &'static str, method: &'static str, effect: Effect, entry: &'static [Piece]) -> Tool {
    Tool {
        name,
        title: name,
        resource: "pictures",
        method,
        http: HttpMethod::Post,
        path: "/pictures/{id}/draw",
        effect,
        idempotent: false,
        tags: &[],
        params: DRAW,
        rules: RULES,
        entry,
        output_schema: Some("{\"type\":\"object\"}"),
        answer: Answer::List { records: &[], paging: Paging::Whole },
        timeout_ms: None,
        wait: None,
        errors: &[],
        failure: None,
        next: &[],
        build: Build::Function(draw),
    }
}

pub(crate) static VENDOR: Vendor = Vendor {
    slug: "acme",
    label: "Acme",
    docs: None,
    base_url: Some("https://acme.test"),
    auth: Auth::None,
    credentials: &[],
    error_message: &[],
    rate_limit: None,
    errors: &[],
    workflows: &[],
    instructions: &[
        Piece { text: "Draw.", needs: &[] },
        Piece { text: " Then acme_pictures_erase.", needs: &[1] },
    ],
    tools: &[
        tool(
            "acme_pictures_draw",
            "draw",
            Effect::Write,
            &[
                Piece { text: "{\"name\":\"acme_pictures_draw\",\"description\":\"Draws.", needs: &[] },
                Piece { text: " Undo with acme_pictures_erase.", needs: &[1] },
                Piece { text: "\",\"inputSchema\":{\"type\":\"object\"}", needs: &[] },
            ],
        ),
        tool(
            "acme_pictures_erase",
            "erase",
            Effect::Destructive,
            &[Piece { text: "{\"name\":\"erase\"", needs: &[] }],
        ),
        tool(
            "list_all_acme_pictures",
            "list",
            Effect::Read,
            &[Piece { text: "{\"name\":\"list\"", needs: &[] }],
        ),
    ],
    methods: &[("draw", &[0b001]), ("erase", &[0b010]), ("list", &[0b100])],
    tags: &[
        Tag { name: "pictures", aliases: &["picture"], description: "Pictures.", mask: &[0b111] },
        Tag { name: "danger", aliases: &[], description: "Careful.", mask: &[0b010] },
    ],
};

pub(crate) fn tool_draw() -> &'static Tool {
    &VENDOR.tools[0]
}
