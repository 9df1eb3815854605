//! Which generation of the protocol a request speaks.
//!
//! Legacy: four dated versions, opened by `initialize`. Modern: 2026-07-28, where every request carries
//! its version and capabilities in `_meta` and, over HTTP, repeats them in headers so that a gateway
//! need not read the body. Header and body that disagree are refused: a gateway that decides by the one
//! and a server that acts on the other would be a way around the gateway.

use super::jsonrpc::{INVALID_PARAMS, Request, RpcError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, StatusCode};
use serde_json::{Value, json};

/// The version without handshake.
pub(crate) const MODERN: &str = "2026-07-28";
/// The versions with handshake, newest first.
pub(crate) const LEGACY: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

const HEADER_MISMATCH: i32 = -32020;
const UNSUPPORTED_VERSION: i32 = -32022;

/// Under this key of `_meta` a modern request tells its version.
pub(crate) const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
/// Under this key results tell who answers.
pub(crate) const META_SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

/// A generation of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Era {
    /// 2024-11-05 to 2025-11-25.
    Legacy,
    /// 2026-07-28.
    Modern,
}

const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");

impl Era {
    /// The HTTP status of a JSON-RPC error: legacy clients expect 200 for all of them.
    pub(crate) fn status(self, modern: StatusCode) -> StatusCode {
        if self == Self::Modern { modern } else { StatusCode::OK }
    }

    /// The era of a request that came over HTTP, once its headers are checked.
    pub(crate) fn over_http(headers: &HeaderMap, request: &Request) -> Result<Self, RpcError> {
        let header = single(headers, &VERSION);
        let Some(version) = announced(request) else {
            return match header {
                // An absent header means 2025-03-26 (that version's own rule). The handshake decides by
                // its parameters alone.
                _ if request.method == "initialize" => Ok(Self::Legacy),
                Header::Absent if request.method != "server/discover" => Ok(Self::Legacy),
                Header::One(version) if LEGACY.contains(&version) && request.method != "server/discover" => {
                    Ok(Self::Legacy)
                }
                Header::One(version) if version != MODERN && !LEGACY.contains(&version) => {
                    Err(unsupported(version))
                }
                Header::Many => Err(mismatch("MCP-Protocol-Version")),
                _ => Err(missing(META_VERSION)),
            };
        };
        if header != Header::One(version) {
            return Err(mismatch("MCP-Protocol-Version"));
        }
        if version != MODERN {
            return Err(unsupported(version));
        }
        if single(headers, &METHOD) != Header::One(&request.method) {
            return Err(mismatch("Mcp-Method"));
        }
        if matches!(request.method.as_str(), "tools/call" | "prompts/get") && !names(headers, request) {
            return Err(mismatch("Mcp-Name"));
        }
        capable(request)
    }

    /// The era of a request that came over a pipe.
    pub(crate) fn over_stdio(request: &Request) -> Result<Self, RpcError> {
        match announced(request) {
            None if request.method == "server/discover" => Err(missing(META_VERSION)),
            None => Ok(Self::Legacy),
            Some(MODERN) => capable(request),
            Some(version) => Err(unsupported(version)),
        }
    }
}

fn announced(request: &Request) -> Option<&str> {
    // Most messages have none, which the text tells.
    request.params.text_of(r#""_meta""#)?;
    request.params.get("_meta")?.get(META_VERSION)?.as_str()
}

fn capable(request: &Request) -> Result<Era, RpcError> {
    let capabilities = request.params.get("_meta").and_then(|meta| meta.get(META_CAPABILITIES));
    if capabilities.is_some_and(Value::is_object) { Ok(Era::Modern) } else { Err(missing(META_CAPABILITIES)) }
}

fn names(headers: &HeaderMap, request: &Request) -> bool {
    let Header::One(header) = single(headers, &NAME) else { return false };
    let name = request.params.get("name").and_then(Value::as_str);
    name.is_some() && decoded(header).as_deref() == name
}

/// A header value, freed from the wrapping `=?base64?…?=` that carries what a header cannot.
fn decoded(header: &str) -> Option<String> {
    let wrapped = header.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?="));
    match wrapped {
        None => Some(header.to_owned()),
        Some(text) => String::from_utf8(STANDARD.decode(text).ok()?).ok(),
    }
}

#[derive(Debug, PartialEq)]
enum Header<'h> {
    Absent,
    One(&'h str),
    /// Twice, or not ASCII: two readers could see two values.
    Many,
}

fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Header<'h> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Header::Absent,
        (Some(value), None) => value.to_str().map_or(Header::Many, |text| Header::One(text.trim())),
        _ => Header::Many,
    }
}

fn mismatch(header: &str) -> RpcError {
    let message = format!("Header mismatch: {header} must be there once and agree with the body.");
    RpcError::new(StatusCode::BAD_REQUEST, HEADER_MISMATCH, message)
}

fn missing(key: &str) -> RpcError {
    let message = format!("`params._meta` has no `{key}`.");
    RpcError::new(StatusCode::BAD_REQUEST, INVALID_PARAMS, message)
}

fn unsupported(version: &str) -> RpcError {
    let mut error = RpcError::new(
        StatusCode::BAD_REQUEST,
        UNSUPPORTED_VERSION,
        "This version of the protocol is not supported.",
    );
    let version: String = version.chars().take(64).collect();
    error.data = Some(Box::new(json!({ "supported": supported(), "requested": version })));
    error
}

/// All versions, newest first.
pub(crate) fn supported() -> Vec<&'static str> {
    std::iter::once(MODERN).chain(LEGACY).collect()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn wrapped_header_values_are_decoded() {
        assert_eq!(decoded("get_item").as_deref(), Some("get_item"));
        assert_eq!(decoded("=?base64?Z2V0X2l0ZW0=?=").as_deref(), Some("get_item"));
        assert_eq!(decoded("=?base64?***?="), None);
        assert_eq!(decoded("=?base64?/w==?="), None);
    }
}
