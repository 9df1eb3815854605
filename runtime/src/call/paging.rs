//! Pages: `limit` and `next_cursor` of a list tool, whatever the vendor itself does.
//!
//! A cursor is sealed: it holds a position and a code that only this account's tool, called with the
//! same other arguments, accepts. Every node derives the key from the account itself, so none is shared.
//! Where the vendor answers everything at once the position counts records, and a list that changes
//! between two pages can repeat or skip records, as with any offset.

use super::failure::{Failure, Kind};
use super::json::Json;
use crate::Account;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use toolpress_core::{Answer, Args, Kind as ParamKind, Paging, Place, Request, Secret, Tool};

/// Name of the argument that holds the size of a page.
const LIMIT: &str = "limit";
/// Name of the argument and of the result's field that hold the cursor.
const CURSOR: &str = "next_cursor";
/// Size of a page when the caller names none.
const DEFAULT_LIMIT: u64 = 100;
/// Bytes of the code at the beginning of a cursor.
const CODE: usize = 16;

/// What the caller asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    limit: Option<u64>,
    cursor: Option<String>,
}

/// The page that a call is about.
pub(super) struct Page {
    paging: Paging,
    limit: u64,
    start: Start,
    seal: Seal,
}

/// Where a page begins.
enum Start {
    /// Number of records before it, or number of the page.
    At(u64),
    /// The vendor's cursor; none for the first page.
    Cursor(Option<String>),
}

impl Asked {
    /// Takes the paging arguments out, so that none reaches the vendor by itself.
    pub(super) fn take(tool: &Tool, args: &mut Args) -> Self {
        let is_ours = |name| tool.param(name).is_some_and(|param| param.place == Place::Paging);
        let cursor = if is_ours(CURSOR) { args.take(CURSOR) } else { None };
        if !is_ours(LIMIT) {
            return Self { limit: None, cursor };
        }
        // The press lowers the largest limit where a vendor grants less.
        let largest = tool.param(LIMIT).and_then(|param| match param.kind {
            ParamKind::Integer { max, .. } => u64::try_from(max).ok(),
            _ => None,
        });
        let given = args.take::<Option<i64>>(LIMIT).and_then(|limit| u64::try_from(limit).ok());
        let limit = given.unwrap_or_else(|| DEFAULT_LIMIT.min(largest.unwrap_or(DEFAULT_LIMIT)));
        Self { limit: Some(limit.max(1)), cursor }
    }

    /// Opens the cursor and adds what the vendor needs to the request. `None` for tools without pages.
    pub(super) fn open(
        self,
        tool: &Tool,
        account: &Account,
        request: &mut Request,
    ) -> Result<Option<Page>, Box<Failure>> {
        let Answer::List { paging, .. } = tool.answer else { return Ok(None) };
        if paging == Paging::Whole {
            return Ok(None);
        }
        let seal = Seal::of(tool, account, request);
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        let opened = match &self.cursor {
            None => Some((first(paging), limit)),
            Some(cursor) => seal.open(cursor).and_then(|position| parse(paging, limit, &position)),
        };
        let (start, limit) = opened.ok_or_else(Failure::foreign_cursor)?;
        let page = Page { paging, limit, start, seal };
        page.ask(request);
        Ok(Some(page))
    }
}

fn first(paging: Paging) -> Start {
    match paging {
        Paging::Cursor { .. } => Start::Cursor(None),
        Paging::Page { first, .. } => Start::At(first),
        Paging::Offset { .. } | Paging::Sliced | Paging::Whole => Start::At(0),
    }
}

/// Reads a position. Numbered pages keep their size from the first on, or the numbers mean nothing.
fn parse(paging: Paging, limit: u64, position: &str) -> Option<(Start, u64)> {
    match paging {
        Paging::Cursor { .. } => Some((Start::Cursor(Some(position.to_owned())), limit)),
        Paging::Page { .. } => {
            let (page, size) = position.split_once(' ')?;
            Some((Start::At(page.parse().ok()?), size.parse().ok()?))
        }
        Paging::Offset { .. } | Paging::Sliced | Paging::Whole => {
            Some((Start::At(position.parse().ok()?), limit))
        }
    }
}

impl Page {
    fn ask(&self, request: &mut Request) {
        let mut add = |name, value: String| request.query.push((name, value));
        match (self.paging, &self.start) {
            (Paging::Cursor { cursor_param, limit_param, .. }, Start::Cursor(cursor)) => {
                if let Some(name) = limit_param {
                    add(name, self.limit.to_string());
                }
                if let Some(cursor) = cursor {
                    add(cursor_param, cursor.clone());
                }
            }
            (
                Paging::Page { page_param: position, limit_param, .. }
                | Paging::Offset { offset_param: position, limit_param },
                Start::At(number),
            ) => {
                add(limit_param, self.limit.to_string());
                add(position, number.to_string());
            }
            _ => {}
        }
    }

    /// The records of this page and the cursor of the next one. `body` is the vendor's whole answer.
    pub(super) fn cut<R>(&self, mut records: Vec<R>, body: &Json) -> (Vec<R>, Option<String>) {
        let got = records.len() as u64;
        let next = match (self.paging, &self.start) {
            (Paging::Sliced, Start::At(offset)) => {
                let from = usize::try_from(*offset).unwrap_or(usize::MAX).min(records.len());
                let mut slice = records.split_off(from);
                slice.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
                records = slice;
                let end = offset.saturating_add(records.len() as u64);
                (end < got).then(|| end.to_string())
            }
            (Paging::Offset { .. }, Start::At(offset)) => {
                (got >= self.limit).then(|| offset.saturating_add(got).to_string())
            }
            (Paging::Page { .. }, Start::At(page)) => {
                (got >= self.limit).then(|| format!("{} {}", page.saturating_add(1), self.limit))
            }
            (Paging::Cursor { next, .. }, Start::Cursor(now)) => {
                // A vendor that repeats its cursor behind the last record would be asked for ever.
                cursor_at(body, next).filter(|next| got > 0 || now.as_ref() != Some(next))
            }
            _ => None,
        };
        (records, next.map(|position| self.seal.close(&position)))
    }
}

fn cursor_at(body: &Json, path: &[&str]) -> Option<String> {
    let cursor = body.at(path)?;
    match cursor.as_bytes().first()? {
        b'"' => serde_json::from_str(cursor).ok().filter(|cursor: &String| !cursor.is_empty()),
        b'-' | b'0'..=b'9' => Some(cursor.to_owned()),
        _ => None,
    }
}

/// Seals positions for one account, tool and set of arguments.
struct Seal(Hmac<Sha256>);

impl Seal {
    fn of(tool: &Tool, account: &Account, request: &Request) -> Self {
        let mut key = keyed(b"toolpress page cursor v1");
        account.secrets().map(Secret::expose).for_each(|secret| part(&mut key, secret.as_bytes()));
        let mut seal = keyed(&key.finalize().into_bytes());
        let target = request.target().unwrap_or_default();
        let body = request.body_bytes().unwrap_or_default();
        for text in [
            account.id.as_bytes(),
            account.base_url().as_str().as_bytes(),
            tool.name.as_bytes(),
            target.as_bytes(),
            &body,
        ] {
            part(&mut seal, text);
        }
        Self(seal)
    }

    fn close(&self, position: &str) -> String {
        let code = self.0.clone().chain_update(position).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([&code[..CODE], position.as_bytes()].concat())
    }

    fn open(&self, cursor: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (code, position) = bytes.split_at_checked(CODE)?;
        self.0.clone().chain_update(position).verify_truncated_left(code).ok()?;
        String::from_utf8(position.to_vec()).ok()
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

/// Adds one part with its length, so that no two lists of parts look alike.
fn part(code: &mut Hmac<Sha256>, bytes: &[u8]) {
    code.update(&(bytes.len() as u64).to_be_bytes());
    code.update(bytes);
}

impl Failure {
    /// A cursor that this call did not hand out.
    fn foreign_cursor() -> Box<Self> {
        Self::new(
            Kind::Cursor,
            "This `next_cursor` does not belong to this call; nothing was sent. Pass next_cursor exactly as received, with the same other arguments, or leave it out to start again.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, Paging, Seal, Start, keyed, parse};
    use serde_json::{Value, json};

    fn page(paging: Paging, limit: u64, start: Start) -> Page {
        Page { paging, limit, start, seal: Seal(keyed(b"k")) }
    }

    fn cut(page: &Page, count: usize, body: &Value) -> (usize, Option<String>) {
        let (records, next) = page.cut((0..count).collect(), &body.clone().into());
        (records.len(), next.map(|cursor| page.seal.open(&cursor).unwrap()))
    }

    #[test]
    fn a_seal_opens_only_what_it_closed() {
        let seal = Seal(keyed(b"one"));
        for position in ["", "100", "a+b/c=%\u{e9}"] {
            let cursor = seal.close(position);
            assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{cursor}");
            assert_eq!(seal.open(&cursor).as_deref(), Some(position));
            assert_eq!(Seal(keyed(b"two")).open(&cursor), None);
            assert_eq!(seal.open(&cursor[1..]), None);
            assert_eq!(seal.open(&format!("{cursor}AAAA")), None);
        }
        for broken in ["", "x", "AAAAAAAAAAAAAAAAAAAAAA", "!!", "é", &"A".repeat(100_000)] {
            assert_eq!(seal.open(broken), None);
        }
    }

    #[test]
    fn slices_end_where_the_list_ends() {
        let table = [
            (0, 2, 5, (2, Some("2"))),
            (4, 2, 5, (1, None)),
            (2, 2, 4, (2, None)),
            (9, 2, 5, (0, None)),
            (0, 2, 0, (0, None)),
        ];
        for (offset, limit, total, (records, next)) in table {
            let page = page(Paging::Sliced, limit, Start::At(offset));
            assert_eq!(cut(&page, total, &Value::Null), (records, next.map(str::to_owned)), "{offset}");
        }
    }

    #[test]
    fn numbered_pages_keep_their_size() {
        let paging = Paging::Page { page_param: "page", limit_param: "size", first: 1 };
        assert_eq!(cut(&page(paging, 2, Start::At(1)), 2, &Value::Null), (2, Some("2 2".to_owned())));
        assert_eq!(cut(&page(paging, 2, Start::At(2)), 1, &Value::Null), (1, None));
        assert!(matches!(parse(paging, 50, "2 2"), Some((Start::At(2), 2))));
        assert!(parse(paging, 50, "2").is_none());
        let paging = Paging::Offset { offset_param: "skip", limit_param: "take" };
        assert_eq!(cut(&page(paging, 2, Start::At(4)), 2, &Value::Null), (2, Some("6".to_owned())));
    }

    #[test]
    fn a_vendors_cursor_ends_with_null_or_repetition() {
        let paging = Paging::Cursor { cursor_param: "c", limit_param: None, next: &["meta", "next"] };
        let first = page(paging, 2, Start::Cursor(None));
        assert_eq!(cut(&first, 2, &json!({"meta": {"next": "n+1"}})), (2, Some("n+1".to_owned())));
        assert_eq!(cut(&first, 2, &json!({"meta": {"next": 17}})), (2, Some("17".to_owned())));
        for body in [json!({"meta": {"next": null}}), json!({"meta": {"next": ""}}), json!({}), json!([])] {
            assert_eq!(cut(&first, 2, &body), (2, None));
        }
        let again = page(paging, 2, Start::Cursor(Some("z".to_owned())));
        assert_eq!(cut(&again, 0, &json!({"meta": {"next": "z"}})), (0, None));
    }
}
