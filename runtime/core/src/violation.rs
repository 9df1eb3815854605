//! What is wrong with arguments, told so that a model can mend all of it in one go.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where: `tables[0].name`; empty for the arguments as a whole.
    pub path: String,
    /// What is wrong and what would be right, as the rest of a sentence that begins with the path.
    pub message: String,
}

/// How many are told. Nobody mends more in one go, and an array of a million wrong items would make an
/// answer many times its size.
const MOST: usize = 50;

/// Everything that is wrong with the arguments of one call; of very many the first ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Violations(pub Vec<Violation>);

impl Violations {
    pub(crate) fn add(&mut self, path: impl fmt::Display, message: impl Into<String>) {
        if !self.is_full() {
            self.0.push(Violation { path: path.to_string(), message: message.into() });
        }
        if self.0.len() == MOST {
            let message = format!("there is more that does not fit; these are the first {MOST}");
            self.0.push(Violation { path: String::new(), message });
        }
    }

    /// Nothing more will be told, so looking on is in vain.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() > MOST
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "`{}` {}", self.path, self.message)
        }
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The arguments do not fit; nothing was sent.")?;
        self.0.iter().try_for_each(|violation| write!(f, "\n- {violation}"))
    }
}

impl std::error::Error for Violations {}
