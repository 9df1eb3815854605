use super::compact;
use crate::strict;
use proptest::prelude::*;

/// What this reader takes is what the slow one takes, and comes out the same.
fn agrees(text: &str) -> bool {
    let slow = strict::parse(text).ok().map(|value| value.to_string());
    let fast = compact(text);
    assert!(fast.is_none() || fast.as_deref() == slow.as_deref(), "{text:?}: {fast:?} and {slow:?}");
    fast.is_some()
}

#[test]
fn ordinary_json_comes_out_as_the_slow_way_writes_it() {
    for text in [
        "0",
        "-0",
        "-0.10",
        "12345678901234567890123.4500",
        "1e5",
        "1E+5",
        "[2.5e-7,0e0]",
        " [ ] ",
        "{}",
        "\t{ \"a\" : [ true , false , null ] , \"b\" : { } }\r\n",
        r#"["\/\u00e9\u0041\u001f\u0008\u000a\ud83d\ude00\u0022\u005c","a\"b\\c\n"]"#,
        r#"{"":1,"a":2,"ab":3,"abcdefgh":4,"abcdefghi":5,"abcdefghj":6}"#,
        r#"{"a":{"a":{"a":1}},"b":{"a":1}}"#,
        "\"\u{7f}é\u{1F600}\"",
    ] {
        assert!(agrees(text), "{text}");
    }
    let many: Vec<String> = (0..1_000).map(|n| format!("\"k{n}\":{n}")).collect();
    assert!(agrees(&format!("{{{}}}", many.join(","))));
    for depth in [63, 64] {
        assert!(agrees(&format!("{}1{}", "[".repeat(depth), "]".repeat(depth))));
    }
}

#[test]
fn what_is_odd_is_left_to_the_slow_way() {
    for text in [
        "",
        " ",
        "01",
        "-",
        "-a",
        "1.",
        "1.e5",
        "1e",
        "1e+",
        ".5",
        "+1",
        "tru",
        "nulL",
        "[",
        "[1",
        "[1,",
        "[,]",
        "[1,]",
        "{",
        "{\"",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{,}",
        "{1:1}",
        "[1}",
        "{\"a\":1]",
        "1 2",
        "\"",
        "\"\n\"",
        "\"\u{0}\"",
        "\u{a0}1",
        "\u{feff}1",
    ] {
        assert!(!agrees(text), "{text}");
    }
    for text in [
        r#""\x""#,
        r#""\u12""#,
        r#""\ud800""#,
        r#""\udc00""#,
        r#""\ud800\u0041""#,
        r#"{"a":1,"a":2}"#,
        r#"{"a":1,"b":1,"a":1}"#,
        r#"[{"abcdefghi":1,"abcdefghi":1}]"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"$serde_json::private::Number":"1"}"#,
    ] {
        assert!(!agrees(text), "{text}");
    }
    let many: Vec<String> = (0..1_000).map(|n| format!("\"k{}\":{n}", n % 999)).collect();
    assert!(!agrees(&format!("{{{}}}", many.join(","))));
    for depth in [65, 66, 10_000] {
        assert!(!agrees(&format!("{}1{}", "[".repeat(depth), "]".repeat(depth))));
    }
}

fn json() -> impl Strategy<Value = String> {
    let text = prop_oneof!["[a-c]{0,2}", r#"[a-z"\\/\n\x00-\x1fé😀]{0,20}"#];
    let text = text.prop_map(|text| serde_json::Value::from(text).to_string()).boxed();
    let blank = prop_oneof![4 => Just(""), 1 => Just(" "), 1 => Just("\n\t ")];
    let leaf = prop_oneof![
        text.clone(),
        r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,3})?",
        "(true|false|null)",
        r#""(\\u[0-9a-fA-F]{4}|\\/|\\b|\\f|x){0,4}""#,
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let list = proptest::collection::vec((blank.clone(), inner.clone()), 0..6);
        let fields = proptest::collection::vec((text.clone(), blank.clone(), inner), 0..6);
        let joined = |parts: Vec<String>| parts.join(",");
        prop_oneof![
            list.prop_map(move |items| {
                let items = items.into_iter().map(|(blank, item)| format!("{blank}{item}{blank}"));
                format!("[{}]", joined(items.collect()))
            }),
            fields.prop_map(move |fields| {
                let fields = fields
                    .into_iter()
                    .map(|(key, blank, value)| format!("{blank}{key}{blank}:{value}{blank}"));
                format!("{{{}}}", joined(fields.collect()))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_comes_out_as_the_slow_way_writes_it(text in json()) {
        agrees(&text);
    }

    #[test]
    fn json_with_one_character_changed_is_never_read_otherwise(
        text in json(),
        place in any::<prop::sample::Index>(),
        other in r#"["\\,:{}\[\]a0-9eE.+ -]?"#,
    ) {
        let mut characters: Vec<char> = text.chars().collect();
        let place = place.index(characters.len());
        characters.splice(place..=place, other.chars());
        agrees(&characters.into_iter().collect::<String>());
    }
}
