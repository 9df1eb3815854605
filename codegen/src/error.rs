//! Why a press failed.

use crate::diagnostic::{self, Diagnostic, Level};
use crate::source::Sources;
use std::fmt;
use std::path::PathBuf;

/// Why a press failed. Its `Debug` form is the full report, so that a build script which returns it from
/// `main` shows that.
pub enum Error {
    /// The documentation has errors.
    Documentation {
        /// All problems, in order of their places.
        diagnostics: Vec<Diagnostic>,
        /// The files they are in.
        sources: Sources,
    },
    /// A file or folder could not be read or written.
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A setting makes no sense: an unknown vendor, method, tag or effect to press.
    Setting(String),
}

impl Error {
    /// The full report: every problem with the lines it is about.
    pub fn render(&self) -> String {
        match self {
            Self::Documentation { diagnostics, sources } => {
                let mut report = String::new();
                for diagnostic in diagnostics {
                    report.push_str(&diagnostic::render(diagnostic, sources));
                    report.push_str("\n\n");
                }
                report.push_str(&self.to_string());
                report
            }
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Documentation { diagnostics, sources } => {
                let errors: Vec<_> = diagnostics.iter().filter(|d| d.level == Level::Error).collect();
                write!(
                    f,
                    "{} error{} in the documentation",
                    errors.len(),
                    if errors.len() == 1 { "" } else { "s" }
                )?;
                if let Some(first) = errors.first() {
                    let (line, column) = sources.position(first.span);
                    write!(f, ", the first at {}:{line}:{column}", sources.file(first.span).path)?;
                }
                Ok(())
            }
            Self::Io { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Setting(message) => f.write_str(message),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}", self.render())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
