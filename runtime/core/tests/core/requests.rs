//! Requests: URLs that lead where the template leads, bodies in both encodings.

use proptest::prelude::*;
use toolpress_core::json::Value;
use toolpress_core::{BodyEncoding, HttpMethod, ListStyle, Nullable, Request, Secret, Secrets, Wire, strict};

fn target(id: &str) -> Result<String, String> {
    let mut request = Request::new(HttpMethod::Get, "/things/{id}/parts/{part}", &[]);
    request.path("id", &id.to_owned());
    request.path("part", &"{id}".to_owned());
    request.target().map_err(|error| error.to_string())
}

#[test]
fn values_stay_inside_their_segment() {
    assert_eq!(target("a/b?c#d").unwrap(), "/things/a%2Fb%3Fc%23d/parts/%7Bid%7D");
    assert_eq!(target("%2e%2e").unwrap(), "/things/%252e%252e/parts/%7Bid%7D");
    assert_eq!(target("ü ~-._").unwrap(), "/things/%C3%BC%20~-._/parts/%7Bid%7D");
    for refused in ["", ".", "..", "a\nb"] {
        assert!(target(refused).unwrap_err().starts_with("`id` "), "{refused:?}");
    }
    let request = Request::new(HttpMethod::Get, "/things/{id}", &[]);
    assert_eq!(request.target().unwrap_err().to_string(), "`id` has no value");
}

proptest! {
    #[test]
    fn any_value_is_one_segment_or_refused(id in any::<String>()) {
        if let Ok(target) = target(&id) {
            let segments: Vec<_> = target.split('/').collect();
            prop_assert_eq!(segments.len(), 5);
            prop_assert_eq!((segments[1], segments[3]), ("things", "parts"));
            prop_assert!(!segments[2].is_empty() && segments[2] != "." && segments[2] != "..");
            prop_assert!(target.bytes().all(|b| b.is_ascii_graphic() && b != b'?' && b != b'#'));
            let decoded = percent_encoding::percent_decode_str(segments[2]).decode_utf8();
            prop_assert_eq!(decoded.unwrap(), id);
        }
    }

    #[test]
    fn strict_json_reads_what_it_writes(text in any::<String>(), number in any::<i64>()) {
        let value = serde_json_object(&text, number);
        prop_assert_eq!(strict::parse(&value.to_string()).unwrap(), value);
    }

    #[test]
    fn strict_json_never_panics(text in ".*") {
        let _ = strict::parse(&text);
    }
}

fn serde_json_object(text: &str, number: i64) -> Value {
    let mut map = toolpress_core::json::Map::new();
    map.insert("text".to_owned(), text.into());
    map.insert("number".to_owned(), Value::Array(vec![number.into(), Value::Null]));
    Value::Object(map)
}

#[test]
fn query_strings_hold_one_parameter_for_each_value() {
    let mut request = Request::new(HttpMethod::Get, "/search", &[]);
    request.query("q", &"a&limit=9999".to_owned());
    request.query("plus", &"+ %26".to_owned());
    request.query("absent", &None::<String>);
    request.query("n", &5);
    let list = || Some(vec!["a".to_owned(), "b,c".to_owned()]);
    request.query_list("r", "r[]", ListStyle::Repeat, &list());
    request.query_list("c", "c[]", ListStyle::Comma, &list());
    request.query_list("b", "b[]", ListStyle::Brackets, &list());
    assert_eq!(
        request.target().unwrap(),
        "/search?q=a%26limit%3D9999&plus=%2B%20%2526&n=5&r=a&r=b%2Cc&c=a%2Cb%2Cc&b%5B%5D=a&b%5B%5D=b%2Cc"
    );
}

#[test]
fn bodies_are_json_or_forms() {
    let fill = |encoding| {
        let mut request = Request::new(HttpMethod::Post, "/orders", &[]);
        request.object(encoding);
        request.field("customer", &"ada & co".to_owned());
        request.field("address", &strict::parse(r#"{"street":"Mill Lane 1"}"#).unwrap());
        request.field("colours", &vec!["red".to_owned(), "blue".to_owned()]);
        request.field("sheets", &3);
        request.field("remark", &Some(Nullable::<String>::Null));
        String::from_utf8(request.body_bytes().unwrap()).unwrap()
    };
    assert_eq!(
        fill(BodyEncoding::Json),
        r#"{"customer":"ada & co","address":{"street":"Mill Lane 1"},"colours":["red","blue"],"sheets":3,"remark":null}"#
    );
    assert_eq!(
        fill(BodyEncoding::Form),
        "customer=ada%20%26%20co&address%5Bstreet%5D=Mill%20Lane%201&colours%5B%5D=red&colours%5B%5D=blue&sheets=3&remark="
    );
}

#[test]
fn secrets_are_not_printed() {
    let secret: Secret = Secret::from("hunter2");
    assert_eq!(format!("{secret:?}"), "Secret(…)");
    let mut request = Request::new(HttpMethod::Post, "/keys", &[]);
    request.object(BodyEncoding::Json);
    request.field("password", &secret);
    assert!(!format!("{request:?}").contains("hunter2"));
    assert_eq!(secret.value(Secrets::Shown), Some(Value::from("hunter2")));
    assert_eq!(secret.value(Secrets::Hidden), Some(Value::from("…")));
}
