//! Names: from the words of a documentation to tool names, Rust names and titles.
//!
//! The name on the wire is kept beside a Rust name; it is never rebuilt from it.

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// The candidate nearest to a name, if one is near enough to be what was meant.
pub(crate) fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// The name that a vendor's folder, module and tools carry: the snake case of its label. A digit after a
/// letter begins a word.
///
/// ```
/// assert_eq!(toolpress_codegen::slug("Acme Cloud"), "acme_cloud");
/// assert_eq!(toolpress_codegen::slug("Mem0"), "mem_0");
/// ```
pub fn slug(label: &str) -> String {
    let mut spaced = String::new();
    let mut last = ' ';
    for c in label.chars() {
        if c.is_ascii_digit() != last.is_ascii_digit()
            && last.is_ascii_alphanumeric()
            && c.is_ascii_alphanumeric()
        {
            spaced.push(' ');
        }
        spaced.push(if c.is_ascii_alphanumeric() { c } else { ' ' });
        last = c;
    }
    spaced.to_snake_case()
}

/// The singular of a snake-case name, by English inflection of its last word.
pub(crate) fn singular(resource: &str) -> String {
    let (front, last) = resource.rsplit_once('_').map_or(("", resource), |(front, last)| (front, last));
    let last = pluralizer::pluralize(last, 1, false);
    if front.is_empty() { last } else { format!("{front}_{last}") }
}

/// The name of a tool.
pub(crate) fn tool(vendor: &str, resource: &str, singular: &str, method: &str) -> String {
    match method {
        "list" => format!("list_all_{vendor}_{resource}"),
        "get" => format!("get_single_{vendor}_{singular}_by_id"),
        "create" => format!("create_a_{vendor}_{singular}"),
        "update" => format!("update_a_{vendor}_{singular}_by_id"),
        "delete" => format!("delete_a_{vendor}_{singular}_by_id"),
        custom => format!("{vendor}_{resource}_{custom}"),
    }
}

/// The words of a tool's struct and title: `Create` + `Backfill`, `Config` + `Plan`.
pub(crate) fn words(resource: &str, singular: &str, method: &str) -> String {
    match method {
        "list" => format!("list_{resource}"),
        "get" | "create" | "update" | "delete" => format!("{method}_{singular}"),
        custom => format!("{resource}_{custom}"),
    }
}

/// A name for people: `Create HTTP endpoint`.
pub(crate) fn title(words: &str) -> String {
    const ABBREVIATIONS: &[&str] = &["api", "http", "id", "sql", "ssh", "ssl", "tls", "uri", "url", "vpc"];
    let mut title = String::new();
    for (place, word) in words.split('_').filter(|word| !word.is_empty()).enumerate() {
        if place > 0 {
            title.push(' ');
        }
        if ABBREVIATIONS.contains(&word) {
            title.push_str(&word.to_uppercase());
        } else if place == 0 {
            let mut chars = word.chars();
            title.extend(chars.next().map(|first| first.to_ascii_uppercase()));
            title.push_str(chars.as_str());
        } else {
            title.push_str(word);
        }
    }
    title
}

/// A Rust type name.
pub(crate) fn type_name(name: &str) -> String {
    identifier(&name.to_upper_camel_case())
}

/// A Rust field, function or module name.
pub(crate) fn field_name(name: &str) -> String {
    identifier(&name.to_snake_case())
}

/// A Rust constant name.
pub(crate) fn constant_name(name: &str) -> String {
    identifier(&name.to_shouty_snake_case())
}

/// Makes a name one that Rust accepts, as prost-build does: `type` → `r#type`, `self` → `self_`, `2fa` → `_2fa`.
fn identifier(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if name.is_empty() || name == "_" {
        return "unnamed".to_owned();
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("_{name}");
    }
    // These four cannot be raw; `extern` can, but `extern_` reads like them.
    if matches!(name.as_str(), "super" | "self" | "Self" | "crate" | "extern") {
        return format!("{name}_");
    }
    if KEYWORDS.binary_search(&name.as_str()).is_ok() {
        return format!("r#{name}");
    }
    name
}

/// Keywords that are written raw, sorted: those of all editions and those reserved for later.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try",
    "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_split_words_and_digits() {
        let table = [
            ("Acme Cloud", "acme_cloud"),
            ("Mem0", "mem_0"),
            ("Bigcommerce", "bigcommerce"),
            ("A-B.c", "a_b_c"),
        ];
        for (label, expected) in table {
            assert_eq!(slug(label), expected, "{label}");
        }
    }

    #[test]
    fn singulars_follow_english() {
        let table = [
            ("companies", "company"),
            ("memories", "memory"),
            ("products", "product"),
            ("entities", "entity"),
            ("postgres_databases", "postgres_database"),
            ("backfills", "backfill"),
            ("http_pull_consumer_acks", "http_pull_consumer_ack"),
            ("postgres_database_table_refreshes", "postgres_database_table_refresh"),
            ("statuses", "status"),
            ("me", "me"),
            ("config", "config"),
            ("data_catalog", "data_catalog"),
            ("aliases", "alias"),
        ];
        for (plural, expected) in table {
            assert_eq!(singular(plural), expected, "{plural}");
        }
    }

    #[test]
    fn tools_are_named_after_resource_and_method() {
        let name = |resource: &str, method: &str| tool("acme", resource, &singular(resource), method);
        assert_eq!(name("backfills", "list"), "list_all_acme_backfills");
        assert_eq!(name("backfills", "get"), "get_single_acme_backfill_by_id");
        assert_eq!(name("entities", "create"), "create_a_acme_entity");
        assert_eq!(name("backfills", "update"), "update_a_acme_backfill_by_id");
        assert_eq!(name("backfills", "delete"), "delete_a_acme_backfill_by_id");
        assert_eq!(name("pipelines", "cancel_backfill"), "acme_pipelines_cancel_backfill");
        assert_eq!(name("pipelines", "partial_update"), "acme_pipelines_partial_update");
    }

    #[test]
    fn keywords_are_those_of_the_parser() {
        assert!(KEYWORDS.is_sorted());
        let words = include_str!("name.rs").split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let parsed = words.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
        for word in parsed.chain(KEYWORDS.iter().copied()) {
            let is_keyword = syn::parse_str::<syn::Ident>(word).is_err();
            let raw = ["super", "self", "crate", "extern"].contains(&word) || KEYWORDS.contains(&word);
            // A keyword of edition 2024 that the parser, which knows no edition, takes for a name.
            assert_eq!(is_keyword || word == "gen", raw, "{word}");
        }
    }

    #[test]
    fn identifiers_are_always_rust() {
        let table = [
            ("type", "r#type"),
            ("self", "self_"),
            ("2fa", "_2fa"),
            ("show-sensitive", "show_sensitive"),
            ("", "unnamed"),
        ];
        for (name, expected) in table {
            assert_eq!(field_name(name), expected, "{name}");
        }
        assert_eq!(type_name("self"), "Self_");
        assert_eq!(type_name("sasl_mechanism"), "SaslMechanism");
        assert_eq!(title("create_http_endpoint"), "Create HTTP endpoint");
    }
}
