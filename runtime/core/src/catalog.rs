//! The tables a server reads: a catalogue of vendors, each with its tools sorted by name.

use crate::{
    Args, Body, Build, Kind, ListStyle, Mask, Param, Piece, Request, Rule, Sending, Violations, Workflow,
    check,
};
use serde_json::{Map, Value};
use std::fmt;

/// Everything one press produced.
#[derive(Debug)]
pub struct Catalog {
    /// The vendors, sorted by slug.
    pub vendors: &'static [&'static Vendor],
    /// Fingerprint of what was pressed: 16 hexadecimal digits, equal for equal documentation and settings.
    pub fingerprint: &'static str,
}

impl Catalog {
    /// The vendor with this slug.
    pub fn vendor(&self, slug: &str) -> Option<&'static Vendor> {
        self.vendors.iter().find(|vendor| vendor.slug == slug).copied()
    }

    /// The tool with this name, in whichever vendor has it. No two vendors share a tool name.
    pub fn tool(&self, name: &str) -> Option<(&'static Vendor, &'static Tool)> {
        self.vendors.iter().find_map(|vendor| Some((*vendor, vendor.tool(name)?.1)))
    }
}

/// One vendor's API and the tools pressed from its documentation.
#[derive(Debug)]
pub struct Vendor {
    /// Snake case of the label; part of every tool name.
    pub slug: &'static str,
    /// The name people know.
    pub label: &'static str,
    /// Where the vendor documents its API.
    pub docs: Option<&'static str>,
    /// Base URL without a trailing slash. `None` where every customer hosts the API.
    pub base_url: Option<&'static str>,
    /// How requests prove who sends them.
    pub auth: Auth,
    /// The secrets and settings an account is made of.
    pub credentials: &'static [Credential],
    /// Where an error body keeps its message: paths of keys, all present ones are shown, in this order.
    pub error_message: &'static [&'static [&'static str]],
    /// Names and units of the rate-limit headers, where the vendor's differ from what can be guessed.
    pub rate_limit: Option<&'static RateLimitHeaders>,
    /// Advice on errors that holds for every tool of the vendor.
    pub errors: &'static [ErrorAdvice],
    /// What a model should know before it uses any tool.
    pub instructions: &'static [Piece],
    /// The tools, sorted by name.
    pub tools: &'static [Tool],
    /// Ways through several tools, sorted by name.
    pub workflows: &'static [Workflow],
    /// Which tools have a method of this name: `list`, `create`, `start`, …, sorted by name.
    pub methods: &'static [(&'static str, &'static [u64])],
    /// The tags, in the order of the documentation.
    pub tags: &'static [Tag],
}

impl Vendor {
    /// The tool with this name and its place in [`Vendor::tools`].
    pub fn tool(&self, name: &str) -> Option<(usize, &'static Tool)> {
        let place = self.tools.binary_search_by(|tool| tool.name.cmp(name)).ok()?;
        Some((place, &self.tools[place]))
    }

    /// The tools inside a mask, in order of their names.
    pub fn visible<'m>(&self, mask: &'m Mask) -> impl Iterator<Item = (usize, &'static Tool)> + use<'m> {
        self.tools.iter().enumerate().filter(|(place, _)| mask.has(*place))
    }

    /// Text that mentions other tools, less every piece that mentions one outside the mask.
    pub fn instructions(&self, mask: &Mask) -> String {
        crate::compose(self.instructions, mask)
    }
}

/// One operation of a vendor, as a model sees and calls it.
pub struct Tool {
    /// The name a model calls: `^[a-z][a-z0-9_]{0,63}$`.
    pub name: &'static str,
    /// The name a person reads.
    pub title: &'static str,
    /// The resource of the documentation it belongs to.
    pub resource: &'static str,
    /// `list`, `get`, `create`, `update`, `delete`, or the name of a custom method.
    pub method: &'static str,
    /// Verb of the request.
    pub http: HttpMethod,
    /// Path template below the base URL, such as `/sinks/{id}`.
    pub path: &'static str,
    /// What a call does to the vendor's data.
    pub effect: Effect,
    /// A second equal call changes nothing more.
    pub idempotent: bool,
    /// Its tags, by name.
    pub tags: &'static [&'static str],
    /// The parameters of the flat argument object.
    pub params: &'static [Param],
    /// Rules that span several parameters.
    pub rules: &'static [Rule],
    /// Its entry in `tools/list` as JSON text without the closing brace; see [`Tool::listing`].
    pub entry: &'static [Piece],
    /// JSON Schema of a successful result's `structuredContent`, as JSON text.
    pub output_schema: Option<&'static str>,
    /// What a successful answer holds.
    pub answer: Answer,
    /// How long the vendor may take, in milliseconds, where the common deadline is too short.
    pub timeout_ms: Option<u64>,
    /// The argument that makes the vendor hold the answer back (long polling).
    pub wait: Option<Wait>,
    /// What to tell about particular errors.
    pub errors: &'static [ErrorAdvice],
    /// Where a 2xx answer tells that the call failed all the same: a path of keys that is absent or null
    /// when it did not.
    pub failure: Option<&'static [&'static str]>,
    /// Calls that may follow.
    pub next: &'static [Next],
    /// How checked arguments become the request. Reached through [`Tool::request`].
    pub build: Build,
}

impl Tool {
    /// A tool without anything special: a table names only what is so of its own tool.
    pub const PLAIN: Self = Self {
        name: "",
        title: "",
        resource: "",
        method: "",
        http: HttpMethod::Get,
        path: "",
        effect: Effect::Read,
        idempotent: false,
        tags: &[],
        params: &[],
        rules: &[],
        entry: &[],
        output_schema: None,
        answer: Answer::One(&[]),
        timeout_ms: None,
        wait: None,
        errors: &[],
        failure: None,
        next: &[],
        build: Build::Table(&Sending {
            headers: &[],
            body: Body::None,
            lists: ListStyle::Repeat,
            sent: &[],
            copies: &[],
        }),
    };

    /// Checks arguments: all problems at once, harmless slips healed (`"5"` for 5, a JSON string for an
    /// object, `null` for an absent optional).
    ///
    /// # Errors
    /// Every violation, each with its path and what would be right. Nothing has been sent then.
    pub fn check(&self, arguments: Map<String, Value>) -> Result<Args, Violations> {
        check::arguments(self.params, self.rules, arguments)
    }

    /// The request that these arguments stand for. Cannot fail, since [`Args`] are checked.
    pub fn request(&self, mut args: Args) -> Request {
        match self.build {
            Build::Table(sending) => sending.request(self.http, self.path, self.params, args.into_map()),
            Build::Function(build) => build(&mut args),
        }
    }

    /// Writes the tool's entry of `tools/list` as JSON. Sentences that mention a tool outside the mask
    /// are left out.
    pub fn listing(&self, mask: &Mask, output_schemas: bool, out: &mut String) {
        for piece in self.entry.iter().filter(|piece| piece.fits(mask)) {
            out.push_str(piece.text);
        }
        if let Some(schema) = self.output_schema.filter(|_| output_schemas) {
            out.push_str(",\"outputSchema\":");
            out.push_str(schema);
        }
        out.push('}');
    }

    /// The parameter with this name.
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|param| param.name == name)
    }

    /// Whether any parameter, at any depth, is a secret.
    pub fn takes_secrets(&self) -> bool {
        fn secret(param: &Param) -> bool {
            param.secret
                || match &param.kind {
                    Kind::Object(object) => object.fields.iter().any(secret),
                    Kind::Union { variants, .. } | Kind::Adjacent { variants, .. } => {
                        variants.iter().any(|v| v.object.fields.iter().any(secret))
                    }
                    _ => false,
                }
        }
        self.params.iter().any(secret)
    }
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tool")
            .field("name", &self.name)
            .field("http", &self.http)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// A call that may follow another, and what is passed on to it.
#[derive(Debug)]
pub struct Next {
    /// Place of the tool in [`Vendor::tools`].
    pub tool: u16,
    /// Its parameters and what fills them.
    pub pass: &'static [(&'static str, Source)],
    /// For polling: a path of keys in its answer, and the values that end it, as JSON texts.
    pub until: Option<(&'static [&'static str], &'static [&'static str])>,
}

/// Where a passed value comes from.
#[derive(Debug)]
pub enum Source {
    /// A field of the answer: a path of keys.
    Field(&'static [&'static str]),
    /// An argument of the call.
    Argument(&'static str),
}

/// Verb of an HTTP request (RFC 9110, RFC 5789).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpMethod {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl HttpMethod {
    /// The verb as it stands in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for HttpMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a call does to the vendor's data. Every tool has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Looks, changes nothing.
    Read,
    /// Changes something that can be changed back, or adds to it.
    Write,
    /// Removes or ends something for good.
    Destructive,
}

impl Effect {
    /// All effects, mildest first.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Destructive];

    /// The word used in documentation and filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destructive => "destructive",
        }
    }
}

/// A group of tools that a server can be limited to.
#[derive(Debug)]
pub struct Tag {
    /// The word used in filters.
    pub name: &'static str,
    /// Other words that mean the same.
    pub aliases: &'static [&'static str],
    /// One sentence.
    pub description: &'static str,
    /// Which tools carry it.
    pub mask: &'static [u64],
}

/// A secret or setting that a connected account holds.
#[derive(Debug)]
pub struct Credential {
    /// Its name, such as `api_token`; the environment calls it `<VENDOR>_<NAME>`.
    pub name: &'static str,
    /// Where a person finds it.
    pub help: &'static str,
    /// Never shown, stored encrypted.
    pub secret: bool,
}

/// How a request proves who sends it. Names refer to [`Vendor::credentials`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// No proof wanted.
    None,
    /// `Authorization: Bearer <credential>` (RFC 6750).
    Bearer {
        /// Name of the credential.
        credential: &'static str,
    },
    /// A header of the vendor's own.
    Header {
        /// Name of the header, lower case.
        name: &'static str,
        /// Name of the credential.
        credential: &'static str,
    },
    /// `Authorization: Basic …` (RFC 7617).
    Basic {
        /// Credential that is the user name.
        username: &'static str,
        /// Credential that is the password; empty when the vendor wants none.
        password: Option<&'static str>,
    },
}

/// What a successful answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// One value: the vendor's body, or what stands at this path of keys in it.
    One(&'static [&'static str]),
    /// Records at this path of keys, handed out in pages.
    List {
        /// Path of keys to the array; empty when the body is the array.
        records: &'static [&'static str],
        /// How pages are made.
        paging: Paging,
    },
}

/// How the pages of a list are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// The answer is what it is: neither limit nor cursor.
    Whole,
    /// The vendor answers everything; the server hands it out in slices.
    Sliced,
    /// The vendor hands out cursors.
    Cursor {
        /// Query parameter that takes the cursor.
        cursor_param: &'static str,
        /// Query parameter that takes the page size.
        limit_param: Option<&'static str>,
        /// Path of keys to the next cursor in the answer.
        next: &'static [&'static str],
    },
    /// The vendor counts pages.
    Page {
        /// Query parameter that takes the page number.
        page_param: &'static str,
        /// Query parameter that takes the page size.
        limit_param: &'static str,
        /// Number of the first page.
        first: u64,
    },
    /// The vendor counts records.
    Offset {
        /// Query parameter that takes the number of records to skip.
        offset_param: &'static str,
        /// Query parameter that takes the page size.
        limit_param: &'static str,
    },
}

/// The argument that makes a vendor hold its answer back (long polling).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// Name of the integer parameter.
    pub param: &'static str,
    /// Milliseconds per unit of the parameter.
    pub unit_ms: u64,
    /// Longest wait the vendor grants, in milliseconds.
    pub max_ms: u64,
}

/// Names of a vendor's rate-limit headers, lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimitHeaders {
    /// Header with the quota.
    pub limit: Option<&'static str>,
    /// Header with what is left of it.
    pub remaining: Option<&'static str>,
    /// Header that tells when more is granted.
    pub reset: Option<&'static str>,
    /// What the reset header counts; `None` lets its magnitude decide.
    pub unit: Option<ResetUnit>,
    /// `limit` holds `used/size`, as in `32/40`.
    pub used_slash_size: bool,
}

/// What a reset header counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetUnit {
    /// Seconds from now.
    DeltaSeconds,
    /// Milliseconds from now.
    DeltaMilliseconds,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMilliseconds,
    /// An HTTP date (RFC 9110 section 5.6.7).
    HttpDate,
    /// A timestamp of RFC 3339.
    Rfc3339,
    /// A duration such as `6m0s`.
    Duration,
}

/// What to tell a model about a particular error.
#[derive(Debug)]
pub struct ErrorAdvice {
    /// Only for this status; `None` for any.
    pub status: Option<u16>,
    /// Only if the vendor's body contains this text, compared without regard to case. Empty for any.
    pub contains: &'static str,
    /// The advice.
    pub say: &'static [Piece],
}

impl ErrorAdvice {
    /// Whether the advice is about this status and body.
    pub fn fits(&self, status: u16, body: &str) -> bool {
        self.status.is_none_or(|wanted| wanted == status)
            && body.to_lowercase().contains(&self.contains.to_lowercase())
    }
}
