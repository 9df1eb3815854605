//! Filters, masks, and text that vanishes with the tools it mentions.

use crate::tables::VENDOR;
use toolpress_core::{Filter, Mask};

#[allow(clippy::unnecessary_wraps, reason = "what a filter's parts are")]
fn words(words: &[&str]) -> Option<Vec<String>> {
    Some(words.iter().map(|word| (*word).to_owned()).collect())
}

fn names(filter: &Filter) -> Vec<&'static str> {
    let mask = VENDOR.select(filter).unwrap_or_else(|error| panic!("{error}"));
    VENDOR.visible(&mask).map(|(_, tool)| tool.name).collect()
}

#[test]
fn parts_agree_and_words_unite() {
    let all = ["acme_pictures_draw", "acme_pictures_erase", "list_all_acme_pictures"];
    assert_eq!(names(&Filter::default()), all);
    assert_eq!(names(&Filter { methods: words(&["read"]), ..Filter::default() }), [all[2]]);
    assert_eq!(names(&Filter { methods: words(&["custom"]), ..Filter::default() }), all[..2]);
    assert_eq!(names(&Filter { methods: words(&["read", "erase"]), ..Filter::default() }), all[1..]);
    assert_eq!(names(&Filter { effects: words(&["write"]), ..Filter::default() }), [all[0]]);
    assert_eq!(
        names(&Filter { tags: words(&["picture"]), methods: words(&["custom"]), effects: None }),
        all[..2]
    );
}

#[test]
fn filters_that_cannot_be_meant_are_refused() {
    let told = |filter: Filter| VENDOR.select(&filter).expect_err("refused").to_string();
    let unknown = told(Filter { methods: words(&["raed"]), tags: words(&["dangr"]), ..Filter::default() });
    assert!(unknown.contains("`methods` has no value `raed`; did you mean `read`?"), "{unknown}");
    assert!(unknown.contains("`tags` has no value `dangr`; did you mean `danger`?"), "{unknown}");
    assert!(unknown.contains("Valid: read, write, custom, draw, erase, list"), "{unknown}");
    assert!(told(Filter { tags: words(&[]), ..Filter::default() }).contains("`tags` is empty"));
    let none = told(Filter { methods: words(&["write"]), ..Filter::default() });
    assert!(none.contains("no tool is left"), "{none}");
}

#[test]
fn a_hidden_tool_is_not_mentioned() {
    let all = Mask::all(&VENDOR);
    let safe =
        VENDOR.select(&Filter { effects: words(&["read", "write"]), ..Filter::default() }).expect("a mask");
    let entry = |mask: &Mask, schemas| {
        let mut entry = String::new();
        VENDOR.tools[0].listing(mask, schemas, &mut entry);
        entry
    };
    assert_eq!(
        entry(&all, false),
        r#"{"name":"acme_pictures_draw","description":"Draws. Undo with acme_pictures_erase.","inputSchema":{"type":"object"}}"#
    );
    assert_eq!(
        entry(&safe, true),
        r#"{"name":"acme_pictures_draw","description":"Draws.","inputSchema":{"type":"object"},"outputSchema":{"type":"object"}}"#
    );
    assert_eq!(VENDOR.instructions(&all), "Draw. Then acme_pictures_erase.");
    assert_eq!(VENDOR.instructions(&safe), "Draw.");
    assert_eq!((all.count(), safe.count()), (3, 2));
}
