//! The parameter tables: what an argument object may hold.

use std::fmt;
use std::sync::OnceLock;

/// One parameter, or one field of an object.
#[derive(Debug)]
pub struct Param {
    /// The name a model uses: `[A-Za-z0-9_]{1,64}`.
    pub name: &'static str,
    /// Where its value goes.
    pub place: Place,
    /// Must be given.
    pub required: bool,
    /// `null` is a value of its own and is sent.
    pub nullable: bool,
    /// Never shown in messages or logs.
    pub secret: bool,
    /// What values it takes.
    pub kind: Kind,
}

/// Where an argument goes in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// The query string.
    Query,
    /// A header field.
    Header,
    /// A field of the body, or a field of an object.
    Body,
    /// Kept by the server: page size and cursor.
    Paging,
}

/// What values a parameter takes.
#[derive(Debug)]
pub enum Kind {
    /// Text.
    Text(&'static Text),
    /// One of these words.
    Enum(&'static [&'static str]),
    /// A whole number in this range, both ends included.
    Integer {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
    },
    /// Any finite number in this range, both ends included.
    Number {
        /// Smallest value.
        min: Option<f64>,
        /// Largest value.
        max: Option<f64>,
    },
    /// `true` or `false`.
    Boolean,
    /// An array.
    List {
        /// What each item takes.
        items: &'static Kind,
        /// Fewest items.
        min: usize,
        /// Most items.
        max: Option<usize>,
    },
    /// An object with documented fields.
    Object(&'static Object),
    /// An object whose `tag` field tells which further fields it takes.
    Union {
        /// Name of the field that tells the variant.
        tag: &'static str,
        /// The variants.
        variants: &'static [Variant],
    },
    /// An object whose fields are told by a field beside it: an adjacently tagged union.
    Adjacent {
        /// Name of the field beside it that tells the variant.
        tag: &'static str,
        /// The variants.
        variants: &'static [Variant],
    },
    /// An object with free keys and these values.
    Map(&'static Kind),
    /// Any JSON value.
    Any,
}

impl Kind {
    /// The JSON type, with an article, as a message says it.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Enum(_) => "a string",
            Self::Integer { .. } => "an integer",
            Self::Number { .. } => "a number",
            Self::Boolean => "true or false",
            Self::List { .. } => "an array",
            Self::Object(_) | Self::Union { .. } | Self::Adjacent { .. } | Self::Map(_) => "an object",
            Self::Any => "any value",
        }
    }
}

/// Constraints of a text, counted in characters.
#[derive(Debug)]
pub struct Text {
    /// Fewest characters.
    pub min: usize,
    /// Most characters.
    pub max: Option<usize>,
    /// A regular expression that must match somewhere.
    pub pattern: Option<Pattern>,
}

/// Any text.
pub static ANY_TEXT: Text = Text { min: 0, max: None, pattern: None };

/// A regular expression, compiled when it is first needed. The press has made sure that it compiles.
pub struct Pattern {
    source: &'static str,
    compiled: OnceLock<Option<regex_lite::Regex>>,
}

impl Pattern {
    /// A pattern in the syntax of the `regex-lite` crate.
    pub const fn new(source: &'static str) -> Self {
        Self { source, compiled: OnceLock::new() }
    }

    /// The expression's text.
    pub const fn source(&self) -> &'static str {
        self.source
    }

    /// Whether the pattern matches somewhere in the text.
    pub fn matches(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| regex_lite::Regex::new(self.source).ok());
        compiled.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.source)
    }
}

/// An object with documented fields.
#[derive(Debug)]
pub struct Object {
    /// The fields.
    pub fields: &'static [Param],
    /// Rules that span several fields.
    pub rules: &'static [Rule],
    /// Takes undocumented fields too.
    pub open: bool,
    /// The fields that are not sent as they are given.
    pub sent: &'static [Sent],
}

/// How a field is sent that is not sent as it is given.
#[derive(Debug)]
pub struct Sent {
    /// The name a model uses.
    pub name: &'static str,
    /// The name the vendor uses.
    pub wire: &'static str,
    /// Its value is sent as text: `true` becomes `"true"`.
    pub as_text: bool,
}

/// One variant of a tagged union.
#[derive(Debug)]
pub struct Variant {
    /// The value of the field that tells it.
    pub tag: &'static str,
    /// The further fields.
    pub object: Object,
}

/// A rule that spans several fields of one object.
///
/// Fields are named by dotted paths from the object that holds the rule.
#[derive(Debug)]
pub enum Rule {
    /// Exactly one of these is given.
    ExactlyOneOf(&'static [&'static str]),
    /// At least one of these is given.
    AtLeastOneOf(&'static [&'static str]),
    /// At most one of these is given.
    AtMostOneOf(&'static [&'static str]),
    /// When the condition holds, all of these are given.
    Requires {
        /// The condition.
        when: Condition,
        /// The fields.
        fields: &'static [&'static str],
        /// What to do about it, if the rule alone does not tell.
        say: &'static str,
    },
    /// When the condition holds, none of these is given.
    Forbids {
        /// The condition.
        when: Condition,
        /// The fields.
        fields: &'static [&'static str],
        /// What to do about it, if the rule alone does not tell.
        say: &'static str,
    },
}

/// When a rule applies.
#[derive(Debug)]
pub struct Condition {
    /// Dotted path of the field it looks at.
    pub field: &'static str,
    /// The field has one of these values; empty: the field is given at all.
    pub values: &'static [&'static str],
}
