//! The header field that proves who sends a request.

use crate::Account;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use toolpress_core::{Auth, Secret, Vendor};

/// The credential of this name is missing, or cannot stand in a header field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unusable(pub(crate) &'static str);

/// The field and its value, which is never printed; `None` for a vendor that asks for none.
pub(crate) type Proof = Option<(HeaderName, HeaderValue)>;

/// What an account shows to its vendor.
///
/// # Errors
/// If a credential is not usable.
pub(crate) fn proof(vendor: &Vendor, account: &Account) -> Result<Proof, Unusable> {
    let secret = |name: &'static str| account.credential(name).map(Secret::expose).ok_or(Unusable(name));
    let (field, value, credential) = match vendor.auth {
        Auth::None => return Ok(None),
        Auth::Bearer { credential } => (AUTHORIZATION, format!("Bearer {}", secret(credential)?), credential),
        Auth::Header { name, credential } => {
            let field = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Unusable(credential))?;
            (field, secret(credential)?.to_owned(), credential)
        }
        Auth::Basic { username, password } => {
            let pair = basic_pair(account, username, password).ok_or(Unusable(username))?;
            (AUTHORIZATION, format!("Basic {}", STANDARD.encode(pair)), username)
        }
    };
    let mut value: HeaderValue = value.parse().map_err(|_| Unusable(credential))?;
    value.set_sensitive(true);
    Ok(Some((field, value)))
}

/// User name and password as RFC 7617 joins them.
pub(super) fn basic_pair(account: &Account, username: &str, password: Option<&str>) -> Option<String> {
    let password = match password {
        Some(name) => account.credential(name)?.expose(),
        None => "",
    };
    Some(format!("{}:{password}", account.credential(username)?.expose()))
}
