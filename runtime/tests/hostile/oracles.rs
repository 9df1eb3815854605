//! What must hold for any input, whoever makes it up: property tests here, fuzz targets in `fuzz/`.

use crate::kinds::{TEMPLATE, TOOLS};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::de::IgnoredAny;
use std::time::{Duration, UNIX_EPOCH};
use toolpress_core::json::{Map, Value};
use toolpress_core::{HttpMethod, Request};
use toolpress_runtime::call::RateLimit;
use toolpress_runtime::fuzzing::{self, Heard};
use url::Url;

/// Addresses that accounts may have.
const BASES: [&str; 3] = ["https://h.example", "http://127.0.0.1:9/api", "https://h.example/a/b%20c"];

/// The longest URL that is sent.
const LONGEST_URL: usize = 65_534;

/// Arguments are refused in a few words, or make a request that stays where the documentation says.
pub fn arguments(arguments: &Map<String, Value>) {
    for tool in &TOOLS {
        match tool.check(arguments.clone()) {
            Ok(args) => below_the_base(&tool.request(args), TEMPLATE),
            Err(violations) => {
                assert!((1..=51).contains(&violations.0.len()));
                let told = violations.to_string();
                assert!(told.len() < 100_000, "{} bytes of violations", told.len());
            }
        }
    }
}

/// A request whose values were checked has a URL below the account's base, unless it is too long.
fn below_the_base(request: &Request, template: &str) {
    let target = request.target().expect("checked values make a target");
    let _ = request.body_bytes();
    for base in BASES {
        let base = Url::parse(base).expect("a base URL");
        let Some(url) = fuzzing::url(&base, request) else {
            assert!(base.as_str().len() + target.len() > LONGEST_URL, "{target:?} is refused");
            continue;
        };
        same_place(&url, &base, template);
        let asked: Vec<_> =
            url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let wanted: Vec<_> =
            request.query.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        assert_eq!(asked, wanted, "the query says something else");
    }
}

/// The origin is the base's, and so is every segment that the template fixes.
fn same_place(url: &Url, base: &Url, template: &str) {
    assert_eq!(url.origin(), base.origin());
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none(), "{url}");
    let documented = format!("{}{template}", base.path().trim_end_matches('/'));
    let (written, documented): (Vec<_>, Vec<_>) =
        (url.path().split('/').collect(), documented.split('/').collect());
    assert_eq!(written.len(), documented.len(), "{url}");
    for (written, documented) in written.iter().zip(&documented) {
        assert!(documented.starts_with('{') || written == documented, "{url}");
    }
}

/// A request filled by hand, unchecked, goes where its template says or nowhere.
pub fn request(template: usize, values: [&str; 2], query: &[(u8, String)]) {
    const TEMPLATES: [&str; 6] =
        ["/a/{one}/b/{two}", "/{one}", "/{one}{two}", "/x/{one}.json", "/{two}/{one}/{two}", "/plain"];
    const NAMES: [&str; 4] = ["q", "filter[a]", "a&b=c", "#é"];
    let template = TEMPLATES[template % TEMPLATES.len()];
    let mut request = Request::new(HttpMethod::Get, template, &[]);
    request.path("one", &values[0].to_owned());
    request.path("two", &values[1].to_owned());
    for (name, value) in query {
        request.query(NAMES[usize::from(*name) % NAMES.len()], value);
    }
    if request.target().is_ok() && url_fits(&request) {
        if template.contains("}{") || template.contains("}.") {
            // Not whole segments, as documentation is not allowed to have them: at least the place is right.
            for base in BASES {
                let base = Url::parse(base).expect("a base URL");
                if let Some(url) = fuzzing::url(&base, &request) {
                    same_place(&url, &base, template);
                }
            }
        } else {
            below_the_base(&request, template);
        }
    }
    let fixed = values.iter().any(|value| matches!(*value, "" | "." | "..")) && template == TEMPLATES[0];
    assert!(!fixed || request.target().is_err());
}

fn url_fits(request: &Request) -> bool {
    request.target().is_ok_and(|target| target.len() + 64 < LONGEST_URL)
}

/// A body is understood in one way only, and every refusal is a JSON-RPC answer.
pub fn jsonrpc(body: &[u8]) {
    // Fails also on the library's own keys inside members that nobody reads.
    let loose: Option<Value> = serde_json::from_slice(body).ok();
    let is_json = || serde_json::from_slice::<IgnoredAny>(body).is_ok();
    match fuzzing::hear(body) {
        Heard::Request(id, method, params) => {
            assert!(is_json());
            let id: Value = serde_json::from_slice(&id).expect("an id is JSON");
            let params: Value = serde_json::from_str(&params).expect("parameters are JSON");
            assert!(matches!(id, Value::String(_) | Value::Number(_)) && params.is_object());
            if let Some(loose) = loose {
                assert_eq!(loose["jsonrpc"], "2.0");
                assert_eq!(loose["id"], id);
                assert_eq!(loose["method"], method.as_str());
                assert!(loose["params"] == params || loose["params"].is_null());
            }
        }
        Heard::Notification(method) => {
            assert!(is_json());
            if let Some(loose) = loose {
                assert_eq!(loose["method"], method.as_str());
                assert!(loose.get("id").is_none());
            }
        }
        Heard::Response => assert!(is_json()),
        Heard::Refused(status, code, answer) => {
            assert_eq!(status, 400);
            assert!(matches!(code, -32700 | -32600), "{code}");
            let answer: Value = serde_json::from_slice(&answer).expect("a refusal is JSON");
            assert_eq!(answer["jsonrpc"], "2.0");
            assert_eq!(answer["error"]["code"], code);
        }
    }
}

/// Lines of `name: value` as header fields; what is no field is left out.
pub fn fields(text: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in text.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let name = HeaderName::from_bytes(name.trim().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.trim().as_bytes())) {
            headers.append(name, value);
        }
    }
    headers
}

/// What is told of a rate limit stays inside its bounds.
pub fn rate_limit(status: u16, headers: &HeaderMap, clock: u64) {
    const DECLARED: toolpress_core::RateLimitHeaders = toolpress_core::RateLimitHeaders {
        limit: Some("x-calls"),
        remaining: None,
        reset: Some("x-reset"),
        unit: None,
        used_slash_size: true,
    };
    let clock = UNIX_EPOCH + Duration::from_secs(clock % (1 << 36));
    for declared in [None, Some(&DECLARED)] {
        let told = RateLimit::read(status, headers, declared, clock);
        for wait in [told.reset, told.retry_after].into_iter().flatten() {
            assert!(wait <= 31 * 86_400, "{told:?}");
        }
        for count in [told.limit, told.remaining].into_iter().flatten() {
            assert!(count <= 999_999_999_999_999, "{told:?}");
        }
        assert_eq!(told, RateLimit::read(status, headers, declared, clock));
    }
}
