//! What is stored, as plain data. Times are milliseconds since 1970-01-01 UTC.

/// A connected account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// `UUIDv7`.
    pub id: String,
    /// Slug of the vendor.
    pub integration: String,
    /// What people call it.
    pub name: String,
    /// Where the vendor's API is, if not where the documentation says.
    pub base_url: Option<String>,
    /// Who connected it.
    pub created_by: String,
    /// When it was connected.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
    /// Counts changes, so that two people who edit at once notice.
    pub revision: i64,
}

/// A credential as it is kept: encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCredential {
    /// Its documented name.
    pub name: String,
    /// Which key of the key file opens it.
    pub key_id: String,
    /// Nonce and ciphertext.
    pub sealed: Vec<u8>,
}

/// An MCP server of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerRow {
    /// `UUIDv7`.
    pub id: String,
    /// Its account.
    pub account_id: String,
    /// What clients show.
    pub name: String,
    /// What it is limited to, as the JSON of the control plane.
    pub config: String,
    /// From this moment on it does not exist.
    pub expires_at: Option<i64>,
    /// Last four characters of its current token.
    pub token_last4: String,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
    /// When it last did something for a client.
    pub last_used_at: Option<i64>,
    /// Counts changes.
    pub revision: i64,
}

/// All that a node needs to serve one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The server.
    pub server: ServerRow,
    /// Its account.
    pub account: AccountRow,
    /// The account's credentials.
    pub credentials: Vec<SealedCredential>,
    /// The end of this token, for one that has been rotated away.
    pub valid_until: Option<i64>,
}

/// What an API token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Only the second proof that some MCP servers want.
    Mcp,
    /// The control plane too.
    Admin,
}

impl Scope {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mcp => "mcp",
            Self::Admin => "admin",
        }
    }

    /// Reads what [`Scope::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Mcp, Self::Admin].into_iter().find(|scope| scope.as_str() == text)
    }
}

/// An API token, without the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiTokenRow {
    /// `UUIDv7`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it opens.
    pub scope: Scope,
    /// The only account whose servers it opens; `None` for all.
    pub account_id: Option<String>,
    /// Last four characters.
    pub last4: String,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was last shown to us.
    pub last_used_at: Option<i64>,
}

/// A call that was made, without what was in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    /// `UUIDv7`.
    pub id: String,
    /// The account it was made for.
    pub account_id: String,
    /// The server it came through; `None` when it was tried on the page.
    pub server_id: Option<String>,
    /// That server's name at the time.
    pub server_name: Option<String>,
    /// When it ended.
    pub at: i64,
    /// The tool.
    pub tool: String,
    /// `ok`, `error`, `refused` (before anything was sent) or `cancelled`.
    pub outcome: String,
    /// The vendor's HTTP status, if it answered.
    pub upstream_status: Option<i64>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// Bytes of the arguments.
    pub request_bytes: i64,
    /// Bytes of the result.
    pub response_bytes: i64,
}

/// A part of a list, newest first.
#[derive(Debug, Clone, Copy)]
pub struct Slice<'a> {
    /// Only what is older than this id.
    pub before: Option<&'a str>,
    /// At most so many.
    pub limit: u32,
}
