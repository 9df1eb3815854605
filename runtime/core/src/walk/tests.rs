use super::{items, member, members, value};
use crate::compact;
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn members_are_found_in_the_text() {
    let body = json!({
        "a": {"b": [1, {"c": "]}"}], "\"x\\": "y\"\\", "": null, "n": -1.5},
        "b": "a", "list": [[], {}, "", ",", "\\", true, 12],
    });
    let body = body.to_string();
    let at = |path: &[&str]| path.iter().try_fold(&*body, |object, key| member(object, key));
    let table: [(&[&str], Option<&str>); 9] = [
        (&["a", "b"], Some(r#"[1,{"c":"]}"}]"#)),
        (&["a", "\"x\\"], Some(r#""y\"\\""#)),
        (&["a", ""], Some("null")),
        (&["a", "n"], Some("-1.5")),
        (&["b"], Some(r#""a""#)),
        (&["c"], None),
        (&["b", "a"], None),
        (&["list", "0"], None),
        (&[], Some(&body)),
    ];
    for (path, wanted) in table {
        assert_eq!(at(path), wanted, "{path:?}");
    }
    let list = items(at(&["list"]).unwrap()).unwrap();
    assert_eq!(list, ["[]", "{}", r#""""#, r#"",""#, r#""\\""#, "true", "12"]);
    assert_eq!(items("[]"), Some(vec![]));
    assert_eq!(items("{}"), None);
    let keys: Vec<_> = members(&body).map(|(key, _)| key).collect();
    assert_eq!(keys, [r#""a""#, r#""b""#, r#""list""#]);
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = r#"[ab"\\,:{}\[\]é\n]{0,4}"#;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((text, inner), 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[test]
fn what_is_too_deep_is_nothing() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(value(&nested(65)).to_string(), nested(65));
    assert_eq!(value(&nested(1_000_000)), Value::Null);
}

proptest! {
    #[test]
    fn the_text_says_what_the_value_says(wanted in any_value()) {
        let text = wanted.to_string();
        prop_assert_eq!(&value(&text), &wanted);
        if let Value::Object(fields) = &wanted {
            for (key, field) in fields {
                prop_assert_eq!(member(&text, key).map(str::to_owned), Some(field.to_string()));
            }
        }
        let listed = wanted.as_array().map(|items| items.iter().map(Value::to_string).collect::<Vec<_>>());
        prop_assert_eq!(items(&text).map(|items| items.into_iter().map(str::to_owned).collect()), listed);
    }

    #[test]
    fn a_text_that_passes_is_built_as_serde_json_builds_it(text in r#"[\[\]{}",:0-9eE.\-\\tfn a]{0,24}"#) {
        if let Some(text) = compact(&text) {
            prop_assert_eq!(value(&text), serde_json::from_str::<Value>(&text).unwrap());
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in r#"[\[\]{}",:0-9e.\-\\tné]{0,24}"#) {
        let _ = (value(&text), items(&text), member(&text, "a"));
    }
}
