//! Types of parameters as a lock writes them.

use std::fmt;

/// What values a locked parameter takes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum LockedKind {
    Text,
    /// One of these words.
    Words(Vec<String>),
    Integer,
    Number,
    Boolean,
    Object,
    Any,
    List(Box<LockedKind>),
    Map(Box<LockedKind>),
}

const PLAIN: [(&str, LockedKind); 6] = [
    ("string", LockedKind::Text),
    ("integer", LockedKind::Integer),
    ("number", LockedKind::Number),
    ("boolean", LockedKind::Boolean),
    ("object", LockedKind::Object),
    ("any", LockedKind::Any),
];

impl LockedKind {
    /// The kind that a text of [`fmt::Display`] stands for.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(items) = text.strip_prefix("list of ") {
            return Some(Self::List(Box::new(Self::parse(items)?)));
        }
        if let Some(values) = text.strip_prefix("map of ") {
            return Some(Self::Map(Box::new(Self::parse(values)?)));
        }
        if let Some(words) = text.strip_prefix("one of ") {
            return serde_json::from_str(words).ok().map(Self::Words);
        }
        PLAIN.into_iter().find(|(name, _)| *name == text).map(|(_, kind)| kind)
    }

    /// Whether every value of this kind is also one of the other. Words are looked at apart.
    pub(super) fn fits(&self, wider: &Self) -> bool {
        match (self, wider) {
            (_, Self::Any)
            | (Self::Words(_), Self::Words(_) | Self::Text)
            | (Self::Integer, Self::Number)
            | (Self::Object, Self::Map(_)) => true,
            (Self::List(own), Self::List(wider)) | (Self::Map(own), Self::Map(wider)) => own.fits(wider),
            (own, wider) => own == wider,
        }
    }

    /// Its words, or those of its items.
    pub(super) fn words(&self) -> &[String] {
        match self {
            Self::Words(words) => words,
            Self::List(inner) | Self::Map(inner) => inner.words(),
            _ => &[],
        }
    }

    /// Whether it is a list or map of, or itself is, one of some words.
    pub(super) fn has_words(&self) -> bool {
        match self {
            Self::List(inner) | Self::Map(inner) => inner.has_words(),
            kind => matches!(kind, Self::Words(_)),
        }
    }

    /// Equal but for the words.
    pub(super) fn alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Words(_), Self::Words(_)) => true,
            (Self::List(own), Self::List(other)) | (Self::Map(own), Self::Map(other)) => own.alike(other),
            (own, other) => own == other,
        }
    }
}

impl fmt::Display for LockedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(items) => write!(f, "list of {items}"),
            Self::Map(values) => write!(f, "map of {values}"),
            Self::Words(words) => write!(f, "one of {}", serde_json::json!(words)),
            plain => {
                let name = PLAIN.iter().find(|(_, kind)| kind == plain).map_or("any", |(name, _)| name);
                f.write_str(name)
            }
        }
    }
}
