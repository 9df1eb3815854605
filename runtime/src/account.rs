//! A customer's connection to one vendor: where its API is, and the credentials for it.

use crate::call::proof::{self, Proof, Unusable};
use crate::call::redact::Redactor;
use http::Uri;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;
use toolpress_core::{Auth, Secret, Vendor};
use url::Url;

/// A connected account.
pub struct Account {
    /// Which account it is; part of what a page cursor is bound to.
    pub id: String,
    vendor: &'static Vendor,
    base_url: Url,
    /// The base URL as the client takes it; its path does not count.
    origin: Uri,
    credentials: BTreeMap<&'static str, Secret>,
    proof: OnceLock<Result<Proof, Unusable>>,
    redactor: OnceLock<Redactor>,
}

/// Why an account cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Neither the documentation nor the caller names a base URL.
    #[error("{label} has no common address; give the base URL of your instance")]
    NoBaseUrl {
        /// The vendor.
        label: &'static str,
    },
    /// The base URL is no URL that requests could go to.
    #[error("the base URL {url:?} cannot be used: {problem}")]
    BadBaseUrl {
        /// What was given, without credentials.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A credential is missing or empty.
    #[error("the credential `{name}` is missing: {help}")]
    NoCredential {
        /// Its name.
        name: &'static str,
        /// Where to find it.
        help: &'static str,
    },
}

impl Account {
    /// An account of a vendor. `credential` is asked for each credential that the vendor documents.
    ///
    /// # Errors
    /// If the base URL is missing or unusable (only `http` and `https`, no user name, query or
    /// fragment), or a credential that requests need is missing or empty.
    pub fn new(
        id: impl Into<String>,
        vendor: &'static Vendor,
        base_url: Option<&str>,
        credential: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, AccountError> {
        let base_url = Self::base_url_of(vendor, base_url)?;
        let origin = origin(&base_url)?;
        let mut credentials = BTreeMap::new();
        for documented in vendor.credentials {
            match credential(documented.name)
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
            {
                Some(text) => {
                    credentials.insert(documented.name, Secret::from(text));
                }
                None if vendor.auth.needs(documented.name) => {
                    return Err(AccountError::NoCredential { name: documented.name, help: documented.help });
                }
                None => {}
            }
        }
        Ok(Self::of(id.into(), vendor, base_url, origin, credentials))
    }

    /// An account as it was stored: credentials that are missing are noticed by the calls that need them.
    ///
    /// # Errors
    /// If the base URL is missing or unusable.
    pub fn stored(
        id: impl Into<String>,
        vendor: &'static Vendor,
        base_url: Option<&str>,
        credential: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, AccountError> {
        let base_url = Self::base_url_of(vendor, base_url)?;
        let origin = origin(&base_url)?;
        let known = vendor
            .credentials
            .iter()
            .filter_map(|documented| Some((documented.name, Secret::from(credential(documented.name)?))));
        Ok(Self::of(id.into(), vendor, base_url, origin, known.collect()))
    }

    fn of(
        id: String,
        vendor: &'static Vendor,
        base_url: Url,
        origin: Uri,
        credentials: BTreeMap<&'static str, Secret>,
    ) -> Self {
        let (proof, redactor) = (OnceLock::new(), OnceLock::new());
        Self { id, vendor, base_url, origin, credentials, proof, redactor }
    }

    /// The base URL that an account of a vendor has: its own, or the documented one.
    ///
    /// # Errors
    /// If there is none, or it is unusable.
    pub fn base_url_of(vendor: &'static Vendor, base_url: Option<&str>) -> Result<Url, AccountError> {
        let base_url = base_url.or(vendor.base_url).ok_or(AccountError::NoBaseUrl { label: vendor.label })?;
        parse_base_url(base_url)
    }

    /// Whether requests of a vendor cannot do without a credential.
    pub fn needs(vendor: &Vendor, credential: &str) -> bool {
        vendor.auth.needs(credential)
    }

    /// Where the vendor's API is; its path has no trailing slash unless it is `/`.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// Scheme, host and port of [`Self::base_url`] as the HTTP client takes them.
    pub(crate) fn origin(&self) -> &Uri {
        &self.origin
    }

    /// A credential by its documented name.
    pub fn credential(&self, name: &str) -> Option<&Secret> {
        self.credentials.get(name)
    }

    /// What its requests show to the vendor; made at the first call.
    pub(crate) fn proof(&self) -> &Result<Proof, Unusable> {
        self.proof.get_or_init(|| proof::proof(self.vendor, self))
    }

    /// What keeps the secrets out of answers; made at the first call.
    pub(crate) fn redactor(&self) -> &Redactor {
        self.redactor.get_or_init(|| Redactor::new(self.vendor, self))
    }

    /// All secrets, to be kept out of results and logs.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.credentials.values()
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).field("base_url", &self.base_url.as_str()).finish()
    }
}

trait Needs {
    fn needs(&self, name: &str) -> bool;
}

impl Needs for Auth {
    fn needs(&self, name: &str) -> bool {
        match *self {
            Self::None => false,
            Self::Bearer { credential } | Self::Header { credential, .. } => credential == name,
            Self::Basic { username, password } => username == name || password == Some(name),
        }
    }
}

fn parse_base_url(text: &str) -> Result<Url, AccountError> {
    let bad = |url: &str, problem: &str| AccountError::BadBaseUrl {
        url: url.to_owned(),
        problem: problem.to_owned(),
    };
    // The text itself may hold a password, so it is only repeated when it is no URL at all.
    let mut url = Url::parse(text.trim())
        .map_err(|error| bad("…", &format!("{error}; write it as https://host/path")))?;
    let shown = format!("{}://{}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path());
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad(&shown, "only https and http are spoken"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(bad(&shown, "it names no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(&shown, "it holds a user name or password; give credentials apart"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad(&shown, "it has a query or fragment"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    origin(&url)?;
    Ok(url)
}

/// What the client takes of a URL. It is stricter than browsers are.
fn origin(url: &Url) -> Result<Uri, AccountError> {
    url.as_str().parse().map_err(|_| AccountError::BadBaseUrl {
        url: url.as_str().to_owned(),
        problem: "it holds characters that no address may hold".to_owned(),
    })
}
