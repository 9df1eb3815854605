//! Checking arguments: what is healed, what is refused, and how it is told.

use crate::tables::tool_draw;
use toolpress_core::json::Value;
use toolpress_core::strict;

/// The problems of a call, one line each; empty if it is accepted.
fn problems(arguments: &str) -> Vec<String> {
    let arguments = strict::parse_object(arguments).expect("an object");
    match tool_draw().check(arguments) {
        Ok(_) => Vec::new(),
        Err(violations) => violations.0.iter().map(ToString::to_string).collect(),
    }
}

/// The body that accepted arguments lead to.
fn body(arguments: &str) -> String {
    let arguments = strict::parse_object(arguments).expect("an object");
    let args = tool_draw().check(arguments).unwrap_or_else(|violations| panic!("{violations}"));
    tool_draw().request(args).body.map(|body| body.to_string()).unwrap_or_default()
}

#[test]
fn every_problem_is_told_at_once() {
    let found =
        problems(r#"{"nmaes":["a"],"few":7,"colour":"gren","points":[{"x":1},{"y":10,"z":0}],"shape":{}}"#);
    assert_eq!(
        found,
        [
            "`id` is required: a string",
            "`colour` cannot be `gren`: did you mean `green`? one of red, green",
            "`few` must be an integer from 1 to 3, not 7",
            "`points[1].x` is required: an integer from 0 to 9",
            "`points[1].y` must be an integer from 0 to 9, not 10",
            "`points[1].z` is unknown; known here: x, y",
            "`shape.kind` is required: one of circle, square, dot",
            "`nmaes` is unknown; did you mean `names`?",
        ]
    );
}

#[test]
fn harmless_slips_are_healed() {
    assert_eq!(body(r#"{"id":"1","count":"5"}"#), r#"{"count":5}"#);
    assert_eq!(body(r#"{"id":"1","count":5.0}"#), r#"{"count":5}"#);
    assert_eq!(body(r#"{"id":"1","ratio":"0.25"}"#), r#"{"ratio":0.25}"#);
    assert_eq!(body(r#"{"id":"1","shape":"{\"kind\":\"dot\"}"}"#), r#"{"shape":{"kind":"dot"}}"#);
    assert_eq!(body(r#"{"id":7,"count":null}"#), "{}");
    for unclear in [
        r#"{"id":"1","count":"five"}"#,
        r#"{"id":"1","count":"05"}"#,
        r#"{"id":"1","count":5.5}"#,
        r#"{"id":"1","count":5e0}"#,
        r#"{"id":"1","count":true}"#,
        r#"{"id":"1","sure":1}"#,
        r#"{"id":"1","names":"a"}"#,
        r#"{"id":true}"#,
        r#"{"id":1.5}"#,
        r#"{"id":["1"]}"#,
        r#"{"id":{}}"#,
        r#"{"id":null}"#,
        r#"{"id":"1","shape":"{\"kind\":\"dot\",\"kind\":\"dot\"}"}"#,
    ] {
        assert!(!problems(unclear).is_empty(), "{unclear} was accepted");
    }
}

#[test]
fn integers_are_exact_or_refused() {
    for exact in ["9007199254740993", "9223372036854775807", "-9223372036854775808", "0"] {
        assert_eq!(body(&format!(r#"{{"id":"1","count":{exact}}}"#)), format!(r#"{{"count":{exact}}}"#));
    }
    for refused in ["9223372036854775808", "123456789012345678901234567890", "1e400", "-0.5"] {
        assert!(
            !problems(&format!(r#"{{"id":"1","count":{refused}}}"#)).is_empty(),
            "{refused} was accepted"
        );
    }
    let digits = "123456789012345678901234567890.125";
    assert_eq!(body(&format!(r#"{{"id":"1","anything":{digits}}}"#)), format!(r#"{{"anything":{digits}}}"#));
}

#[test]
fn null_is_a_value_only_where_it_is_documented() {
    assert_eq!(body(r#"{"id":"1","remark":null}"#), r#"{"remark":null}"#);
    assert_eq!(body(r#"{"id":"1","remark":"x"}"#), r#"{"remark":"x"}"#);
    assert_eq!(body(r#"{"id":"1"}"#), "{}");
}

#[test]
fn unions_whose_tag_stands_beside_them_are_checked_per_variant() {
    assert!(problems(r#"{"id":"1","colour":"red","fill":{"shade":"wine","depth":3}}"#).is_empty());
    assert_eq!(
        problems(r#"{"id":"1","fill":{"leaf":"oak","shad":"wine","depth":10},"colour":"red"}"#),
        [
            "`fill.leaf` does not go with colour `red`, only with green",
            "`fill.shad` is unknown; did you mean `shade`?",
            "`fill.shade` is required: a string",
            "`fill.depth` must be an integer from 0 to 9, not 10",
        ]
    );
    let fits = r#"{"id":"1","colour":"green","fill":{"leaf":"oak","anything":1}}"#;
    assert!(problems(fits).is_empty(), "an open variant takes what is not documented");
}

/// What a vendor hands out for the fields of other variants is as good as not there.
#[test]
fn blank_fields_of_other_variants_are_left_out() {
    let given = r#"{"id":"1","fill":"{\"shade\":\"wine\",\"leaf\":\"\"}","colour":"red"}"#;
    assert_eq!(body(given), r#"{"fill":{"shade":"wine"}}"#);
}

/// Without the tag nobody knows the variant: as in a change that leaves it as it is.
#[test]
fn without_a_tag_every_known_field_passes_if_it_fits_a_variant() {
    assert!(problems(r#"{"id":"1","fill":{"leaf":"oak","depth":3}}"#).is_empty());
    assert_eq!(
        problems(r#"{"id":"1","fill":{"depth":10,"laef":"oak","other":1}}"#),
        [
            "`fill.depth` must be an integer from 0 to 9, not 10",
            "`fill.laef` is unknown; did you mean `leaf`?",
            "`fill.other` is unknown; known here: depth, leaf, shade",
        ]
    );
    assert_eq!(
        problems(r#"{"id":"1","colour":"gren","fill":{"leaf":"oak"}}"#),
        ["`colour` cannot be `gren`: did you mean `green`? one of red, green"]
    );
}

#[test]
fn unions_are_checked_per_variant() {
    assert!(problems(r#"{"id":"1","shape":{"kind":"square","side":1.5,"turned":true}}"#).is_empty());
    assert_eq!(
        problems(r#"{"id":"1","shape":{"kind":"square","radius":1}}"#),
        [
            "`shape.radius` does not go with kind `square`, only with circle",
            "`shape.side` is required: a number",
        ]
    );
    assert_eq!(
        problems(r#"{"id":"1","shape":{"kind":"squre"}}"#),
        ["`shape.kind` cannot be `squre`: did you mean `square`? one of circle, square, dot"]
    );
}

#[test]
fn rules_over_several_fields_are_checked() {
    assert_eq!(
        problems(r#"{"id":"1","slug":"a","colour":"red"}"#),
        ["only one of `slug`, `colour` can be given"]
    );
    assert_eq!(
        problems(r#"{"id":"1","shape":{"kind":"circle","radius":1}}"#),
        ["`colour` is required when `shape.kind` is circle: circles are coloured"]
    );
    assert_eq!(
        problems(r#"{"id":"1","sure":true,"note":"x"}"#),
        ["`note` cannot be given when `sure` is true"]
    );
    assert!(problems(r#"{"id":"1","sure":false,"note":"x"}"#).is_empty());
}

#[test]
fn texts_and_lists_have_bounds() {
    assert_eq!(problems(r#"{"id":"1","slug":""}"#), ["`slug` must not be empty"]);
    assert_eq!(
        problems(r#"{"id":"1","slug":"abcdefghi"}"#),
        ["`slug` must have 8 characters at most, not 9"]
    );
    assert_eq!(problems(r#"{"id":"1","slug":"AB"}"#), ["`slug` must match /^[a-z]+$/"]);
    assert_eq!(problems(r#"{"id":"1","names":[]}"#), ["`names` must hold 1 to 2 items, not 0"]);
    assert_eq!(problems(r#"{"id":"1","names":["a","b","c"]}"#), ["`names` must hold 1 to 2 items, not 3"]);
}

#[test]
fn open_objects_and_maps_keep_what_they_are_given() {
    assert!(problems(r#"{"id":"1","open":{"known":true,"other":[1]},"labels":{"a":"b","c":7}}"#).is_empty());
    assert_eq!(problems(r#"{"id":"1","labels":{"a":[]}}"#), ["`labels.a` must be a string, not an array"]);
}

#[test]
fn values_that_would_change_the_path_are_refused() {
    for value in ["", ".", "..", ".\t.", ".\n.", "a\u{0}", "a\r\nX: 1", "\u{7f}"] {
        let arguments = serde_json_text(value);
        assert!(!problems(&format!(r#"{{"id":{arguments}}}"#)).is_empty(), "{value:?} was accepted");
    }
    for value in ["../admin", "%2e%2e", "a/b?c#d", " ", "．．", "{other}"] {
        let arguments = serde_json_text(value);
        assert!(problems(&format!(r#"{{"id":{arguments}}}"#)).is_empty(), "{value:?} was refused");
    }
}

#[test]
fn headers_take_printable_ascii_only() {
    assert!(problems(r#"{"id":"1","trace":"abc-1 2"}"#).is_empty());
    for value in ["a\r\nX-Injected: 1", "ä", "\u{0}"] {
        let arguments = serde_json_text(value);
        assert!(
            !problems(&format!(r#"{{"id":"1","trace":{arguments}}}"#)).is_empty(),
            "{value:?} was accepted"
        );
    }
}

fn serde_json_text(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}
