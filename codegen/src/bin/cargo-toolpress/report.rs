//! Problems as text: for people, for programs, for pull requests.

use clap::ValueEnum;
use serde_json::{Value as Json, json};
use std::io::IsTerminal;
use toolpress_codegen::diagnostic::{self, Diagnostic, Level};
use toolpress_codegen::{Sources, Span};

/// How problems are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Human,
    Json,
    Github,
}

/// All problems in a format, ready to be printed.
pub(crate) fn write(diagnostics: &[Diagnostic], sources: &Sources, format: Format) -> String {
    let each = |one: &dyn Fn(&Diagnostic) -> String| diagnostics.iter().map(one).collect::<String>();
    match format {
        Format::Human if coloured() => each(&|d| diagnostic::render_coloured(d, sources) + "\n\n"),
        Format::Human => each(&|d| diagnostic::render(d, sources) + "\n\n"),
        Format::Json => {
            let list: Vec<_> = diagnostics.iter().map(|d| object(d, sources)).collect();
            format!("{:#}\n", Json::Array(list))
        }
        Format::Github => each(&|d| annotation(d, sources) + "\n"),
    }
}

/// On a terminal, unless its owner says otherwise (<https://no-color.org>).
fn coloured() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A place as lines and columns, counted from 1; columns are characters, the end is one past the last.
struct Place<'s> {
    file: &'s str,
    start: (usize, usize),
    end: (usize, usize),
}

impl<'s> Place<'s> {
    fn of(span: Span, sources: &'s Sources) -> Self {
        let end = Span { start: span.end, ..span };
        Self { file: &sources.file(span).path, start: sources.position(span), end: sources.position(end) }
    }

    fn object(&self) -> Json {
        json!({
            "file": self.file,
            "line": self.start.0,
            "column": self.start.1,
            "end_line": self.end.0,
            "end_column": self.end.1,
        })
    }
}

fn object(diagnostic: &Diagnostic, sources: &Sources) -> Json {
    let mut object = json!({
        "level": diagnostic.level.to_string(),
        "code": diagnostic.code.as_str(),
        "message": diagnostic.message,
    });
    let place = Place::of(diagnostic.span, sources).object();
    let related = diagnostic.related.as_ref().map(|(span, label)| {
        let mut related = Place::of(*span, sources).object();
        related["label"] = json!(label);
        related
    });
    let rest = json!({ "label": diagnostic.label, "help": diagnostic.help, "related": related });
    for part in [place, rest] {
        if let (Json::Object(object), Json::Object(part)) = (&mut object, part) {
            object.extend(part);
        }
    }
    object
}

/// A workflow command: `::error file=…,line=…::message`.
fn annotation(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = Place::of(diagnostic.span, sources);
    let command = match diagnostic.level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    let mut message = diagnostic.message.clone();
    let more = [Some(&diagnostic.label), diagnostic.help.as_ref()];
    for more in more.into_iter().flatten().filter(|text| !text.is_empty()) {
        message.push('\n');
        message.push_str(more);
    }
    // GitHub shows columns only for places on one line.
    let columns = if place.start.0 == place.end.0 {
        format!(",col={},endColumn={}", place.start.1, place.end.1)
    } else {
        String::new()
    };
    format!(
        "::{command} file={},line={},endLine={}{columns},title={}::{}",
        property(place.file),
        place.start.0,
        place.end.0,
        property(diagnostic.code.as_str()),
        data(&message),
    )
}

/// A message as a workflow command takes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property as a workflow command takes it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn workflow_commands_are_escaped() {
        assert_eq!(data("100 %, really:\nyes"), "100 %25, really:%0Ayes");
        assert_eq!(property("a,b:c%"), "a%2Cb%3Ac%25");
    }
}
