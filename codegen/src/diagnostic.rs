//! Problems in documentation: values that say what is wrong, where, and what would be right.
//!
//! Checks build diagnostics, they never print. All are collected, sorted by place and rendered together,
//! in the look of rustc.

use crate::Code;
use crate::source::{Sources, Span};
use annotate_snippets::{AnnotationKind, Group, Level as Title, Renderer, Snippet};
use std::fmt;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing is pressed.
    Error,
    /// Everything is pressed all the same.
    Warning,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub level: Level,
    /// The kind of problem.
    pub code: Code,
    /// What is wrong, in lower case.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What is expected at that place.
    pub label: String,
    /// Another place that matters, and why.
    pub related: Option<(Span, String)>,
    /// The way to mend it, if one is known.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A problem at a place, as bad as its code says.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            level: code.level(),
            code,
            message: message.into(),
            span,
            label: String::new(),
            related: None,
            help: None,
        }
    }

    /// Says what is expected at the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Points at a second place.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related = Some((span, label.into()));
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Suggests the nearest of several names, if one is near.
    #[must_use]
    pub fn did_you_mean<'c>(self, name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Self {
        match crate::name::nearest(name, candidates) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }
}

/// All problems of one run.
#[derive(Debug, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds a problem.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Whether any problem is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.level == Level::Error)
    }

    /// Forgets the warnings with these codes.
    pub(crate) fn allow(&mut self, allowed: &[Code]) {
        self.0.retain(|found| found.level == Level::Error || !allowed.contains(&found.code));
    }

    /// Makes errors of the warnings that are denied.
    pub(crate) fn deny(&mut self, denied: impl Fn(Code) -> bool) {
        self.0.iter_mut().filter(|found| denied(found.code)).for_each(|found| found.level = Level::Error);
    }

    /// The problems in order of their places, each once.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.0.sort_by_key(|diagnostic| {
            (diagnostic.span.file, diagnostic.span.start, diagnostic.level, diagnostic.code)
        });
        self.0.dedup();
        self.0
    }
}

/// Renders a problem with the lines of the file it is about.
pub fn render(diagnostic: &Diagnostic, sources: &Sources) -> String {
    render_by(&Renderer::plain(), diagnostic, sources)
}

/// As [`render`], coloured for a terminal.
pub fn render_coloured(diagnostic: &Diagnostic, sources: &Sources) -> String {
    render_by(&Renderer::styled(), diagnostic, sources)
}

fn render_by(renderer: &Renderer, diagnostic: &Diagnostic, sources: &Sources) -> String {
    let file = sources.file(diagnostic.span);
    let (title, note) = match diagnostic.level {
        Level::Error => (Title::ERROR, Title::HELP),
        Level::Warning => (Title::WARNING, Title::HELP),
    };
    let primary = AnnotationKind::Primary.span(diagnostic.span.range()).label(diagnostic.label.as_str());
    let mut snippet = Snippet::source(file.text.as_str()).path(file.path.as_str()).annotation(primary);
    let mut elsewhere = None;
    if let Some((span, label)) = &diagnostic.related {
        let context = AnnotationKind::Context.span(span.range()).label(label.as_str());
        if span.file == diagnostic.span.file {
            snippet = snippet.annotation(context);
        } else {
            let other = sources.file(*span);
            elsewhere =
                Some(Snippet::source(other.text.as_str()).path(other.path.as_str()).annotation(context));
        }
    }
    let mut group: Group<'_> =
        title.primary_title(diagnostic.message.as_str()).id(diagnostic.code.as_str()).element(snippet);
    if let Some(elsewhere) = elsewhere {
        group = group.element(elsewhere);
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(note.message(help.as_str()));
    }
    renderer.render(&[group])
}

/// One line: `file:line:col: error[code]: message`.
pub fn short(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let (line, column) = sources.position(diagnostic.span);
    let path = &sources.file(diagnostic.span).path;
    let Diagnostic { level, code, message, .. } = diagnostic;
    format!("{path}:{line}:{column}: {level}[{code}]: {message}")
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}
